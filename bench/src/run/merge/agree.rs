//! What must be alike in all that is put together.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;

use super::part::Part;

/// Refuses shares of several plans, and rows of several builds.
pub(super) fn check(parts: &[Part]) -> Result<()> {
    ensure!(!parts.is_empty(), "nothing to merge: name the directories of shares");
    let first = &parts[0];
    for other in &parts[1..] {
        same_plan(first, other)?;
    }
    let rows = || parts.iter().flat_map(|part| part.runs.values().map(move |run| (part, &run.row)));
    // The least, so that the same two are named whatever the order.
    let Some((one, base)) = rows().min_by_key(|(_, row)| build(row)) else { return Ok(()) };
    let Some((two, other)) = rows().max_by_key(|(_, row)| build(row)) else { return Ok(()) };
    if let Some((what, base, other)) = differing(base, other) {
        bail!(
            "{} and {}: measured by different builds, of {what} {base} and {other}; run one of them anew by the other's program",
            one.dir.display(),
            two.dir.display()
        );
    }
    Ok(())
}

fn same_plan(one: &Part, two: &Part) -> Result<()> {
    let what = if one.plan.suite_sha256 != two.plan.suite_sha256 {
        "the suite's text differs"
    } else if one.shard.plan != two.shard.plan {
        "the device, threads, data or options differ"
    } else if one.shard.place.of != two.shard.place.of {
        "it was cut into another number of shares"
    } else {
        return Ok(());
    };
    let [(one, a), (two, b)] = [one, two].map(|part| (part.dir.display(), &part.shard));
    bail!("{one} and {two}: shares of different plans, {} ({}) and {} ({}): {what}", a.plan, a.place, b.plan, b.place)
}

/// What a program is known by, each with its name.
const BUILD: [&str; 5] = ["skipbench", "Burn", "Cargo features", "git revision", "uncommitted changes"];

fn build(row: &RunRow) -> [String; 5] {
    let dirty = row.git_dirty.map_or_else(|| "unknown".to_owned(), |dirty| dirty.to_string());
    let RunRow { skipbench_version, burn_version, features, git_revision, .. } = row.clone();
    [skipbench_version, burn_version, features, git_revision, dirty]
}

fn differing(one: &RunRow, two: &RunRow) -> Option<(&'static str, String, String)> {
    let pairs = build(one).into_iter().zip(build(two));
    BUILD.into_iter().zip(pairs).find(|(_, (a, b))| a != b).map(|(what, (a, b))| (what, a, b))
}

/// Refuses two rows of one cell that say different things.
pub(super) fn same_row(one: &Run, two: &Run, dirs: [&Path; 2]) -> Result<()> {
    let [a, b] = dirs.map(|dir| dir.display());
    ensure!(
        one == two,
        "{a} and {b}: both measured cell {}, and not the same; which counts nobody can say, so leave one directory out",
        one.row.cell
    );
    Ok(())
}

/// A share's command without which share it is, so that all of a plan say the same.
pub(super) fn format_command(command: &str) -> String {
    let Some(words) = shlex::split(command) else { return command.to_owned() };
    let mut kept = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--shard" {
            words.next();
        } else if !word.starts_with("--shard=") {
            kept.push(word);
        }
    }
    shlex::try_join(kept.iter().map(String::as_str)).unwrap_or_else(|_| command.to_owned())
}
