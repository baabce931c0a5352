//! Selects records that count. A later record of one suite on one machine replaces an earlier one that it measures
//! again completely. Documents then do not show or pool two revisions only because both are kept.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::rows::machine::pool;
use crate::rows::recipe;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;

/// Returns the rows of every directory except for records that a later record repeats and for copies of an earlier
/// directory, and a sentence for each of those.
///
/// A record is a directory that is named as `skipbench record` names it. Any other directory is the user's own choice,
/// and stays unless it holds the rows of an earlier one. Counted twice, they would look like more repeats.
pub fn latest(dirs: Vec<(PathBuf, Vec<Run>)>) -> (Vec<Run>, Vec<String>) {
    let (dirs, mut notes) = without_copies(dirs);
    let later = |index: usize| {
        let (own, runs) = &dirs[index];
        let own = Name::of(own, runs)?;
        let others = dirs.iter().filter_map(|(path, runs)| Some((Name::of(path, runs)?, path, runs)));
        let repeats = others.filter(|(other, _, others)| *other > own && covers(others, runs));
        repeats.max_by(|(one, ..), (other, ..)| one.cmp(other)).map(|(_, path, _)| path.clone())
    };
    let later: Vec<Option<PathBuf>> = (0..dirs.len()).map(later).collect();
    let mut kept = Vec::new();
    for ((path, runs), later) in dirs.into_iter().zip(later) {
        match later {
            // The rows of the one record that is usual are not moved.
            None if kept.is_empty() => kept = runs,
            Some(later) => notes.push(format!(
                "{} is left out: {} measured the same later",
                format_short_path(&path),
                format_short_path(&later)
            )),
            None => kept.extend(runs),
        }
    }
    (kept, notes)
}

/// Returns the directories whose rows no earlier one holds, and a sentence for each of the others.
fn without_copies(dirs: Vec<(PathBuf, Vec<Run>)>) -> (Vec<(PathBuf, Vec<Run>)>, Vec<String>) {
    let (mut kept, mut notes): (Vec<(PathBuf, Vec<Run>)>, Vec<String>) = (Vec::new(), Vec::new());
    for (path, runs) in dirs {
        let same = |(_, other): &&(PathBuf, Vec<Run>)| !runs.is_empty() && rows(other).eq(rows(&runs));
        match kept.iter().find(same) {
            Some((first, _)) => notes.push(format!(
                "{} is left out: {} holds the same rows",
                format_short_path(&path),
                format_short_path(first)
            )),
            None => kept.push((path, runs)),
        }
    }
    (kept, notes)
}

fn rows(runs: &[Run]) -> impl Iterator<Item = &RunRow> {
    runs.iter().map(|run| &run.row)
}

/// Says when a record was made: the day, then its number on that day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    date: String,
    number: u64,
}

impl Name {
    /// Reads `DATE-SUITE` or `DATE-NUMBER-SUITE`.
    fn of(path: &Path, runs: &[Run]) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(&runs.first()?.row.suite)?.strip_suffix('-')?;
        let (date, number) = name.split_at_checked(10)?;
        let digits =
            date.char_indices().all(|(index, c)| if [4, 7].contains(&index) { c == '-' } else { c.is_ascii_digit() });
        let number = if number.is_empty() { Some(1) } else { number.strip_prefix('-')?.parse().ok() };
        Some(Self { date: date.to_owned(), number: number.filter(|_| digits)? })
    }
}

/// Returns whether `later` measured all that `earlier` did, and by the same kernels. Recipe, images and build may
/// otherwise differ.
fn covers(later: &[Run], earlier: &[Run]) -> bool {
    let cells: HashSet<CellKey<'_>> = measured(later).collect();
    measured(earlier).all(|(cell, seed)| cells.contains(&(cell, seed)) || cells.contains(&(cell, None)))
}

fn measured(runs: &[Run]) -> impl Iterator<Item = CellKey<'_>> {
    runs.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok).map(cell_key)
}

/// Identifies what a cell measures, where, by which kernels, and with which seed. The machine decides how many rounds
/// or sets there are. In sets seeds take turns, and any number of them measures the same, so they have no seed here.
type CellKey<'a> = (([&'a str; 8], Option<u64>, bool), Option<u64>);

fn cell_key(row: &RunRow) -> CellKey<'_> {
    let RunRow { suite, device, data, group, model, task, sweep_value, seed, set, twin, .. } = row;
    let kernels = recipe::kernels(&row.recipe);
    let cell = [suite, pool(row), device, data, group, model, task, kernels];
    ((cell, *sweep_value, *twin), Some(*seed).filter(|_| set.is_none()))
}

/// Formats the record and its machine's folder.
fn format_short_path(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}
