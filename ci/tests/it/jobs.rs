//! Real jobs of the gate, as `ci/power/jobs.csv` has them, and the table that `ci/power.md` shows of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use skipbench_reports::stats;
use statrs::distribution::{Beta, ContinuousCDF};

/// One job: two programs that took turns, of which the head was made slower by a known share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobRow {
    /// When it began, RFC 3339.
    pub started: String,
    /// `quiet`, or `busy` beside one competing thread.
    pub condition: String,
    /// How much longer the head's steps were, in percent; 0 where it is the base (A/A).
    pub planted_percent: f64,
    /// The limit of a slowdown, as a share.
    pub limit: f64,
    /// Sets of fresh processes.
    pub sets: usize,
    /// How long each took turns.
    pub seconds: f64,
    /// The gate's exit code.
    pub exit_code: i32,
    /// Its verdict on the time.
    pub verdict: String,
    /// Head over base.
    pub effect: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How far the base differs from itself by its interval.
    pub noise_floor: Option<f64>,
    /// Head over base in each set, with a space between.
    pub head_ratios: String,
    /// The base over itself, likewise.
    pub again_ratios: String,
    /// Standard deviation of the logs of the base's turns within a set: the median over the sets.
    pub within: Option<f64>,
    /// Turns that count.
    pub turns: u64,
    /// Of them, those that were left out.
    pub dropped_turns: u64,
    /// How long the job took.
    pub job_s: f64,
    /// Load average of the last minute before it.
    pub load_before: Option<f64>,
    /// The processor.
    pub cpu: String,
    /// What measured.
    pub version: String,
    /// The command.
    pub command: String,
}

impl JobRow {
    fn logs(&self) -> Vec<f64> {
        self.head_ratios.split(' ').filter_map(|ratio| Some(ratio.parse::<f64>().ok()?.ln())).collect()
    }
}

/// Where the rows lie.
pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("power/jobs.csv")
}

/// The rows in that file.
pub(crate) fn read(path: &Path) -> Vec<JobRow> {
    let mut reader = csv::Reader::from_path(path).expect("the file can be read");
    reader.deserialize().collect::<Result<_, _>>().expect("every line is a job")
}

/// Jobs of one condition and one planted slowdown.
type Kind<'a> = (bool, u64, Vec<&'a JobRow>);

fn kinds(rows: &[JobRow]) -> Vec<Kind<'_>> {
    let mut kinds: BTreeMap<(bool, u64), Vec<&JobRow>> = BTreeMap::new();
    for row in rows {
        let tenths = (row.planted_percent * 10.0).round() as u64;
        kinds.entry((row.condition == "busy", tenths)).or_default().push(row);
    }
    kinds.into_iter().map(|((busy, tenths), rows)| (busy, tenths, rows)).collect()
}

/// The table, as Markdown.
pub(crate) fn table(rows: &[JobRow]) -> String {
    let mut text = "| the head is | the machine is | jobs | regressed | cannot tell | passed | regressed, in 100 jobs | decided, in 100 \
                    jobs | noise floor (median) | σ of turns in a set | σ of sets | a job takes |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for (busy, tenths, jobs) in kinds(rows) {
        text += &line(busy, tenths, &jobs);
    }
    text
}

fn line(busy: bool, tenths: u64, jobs: &[&JobRow]) -> String {
    let count = |verdict: &str| jobs.iter().filter(|job| job.verdict == verdict).count();
    let (regressed, doubtful) = (count("regressed"), count("inconclusive"));
    let head = if tenths == 0 { "the base (A/A)".to_owned() } else { format!("{} % slower", tenths as f64 / 10.0) };
    let median = |of: &dyn Fn(&JobRow) -> Option<f64>| {
        stats::median(&jobs.iter().filter_map(|job| of(job)).collect::<Vec<f64>>())
    };
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0));
    let between: Vec<f64> = jobs.iter().filter_map(|job| Some(stats::deviation(&job.logs())?.powi(2))).collect();
    format!(
        "| {head} | {} | {} | {regressed} | {doubtful} | {} | {} | {} | {} | {} | {} | {:.0} s |\n",
        if busy { "busy" } else { "quiet" },
        jobs.len(),
        jobs.len() - regressed - doubtful,
        rate(regressed, jobs.len()),
        rate(jobs.len() - doubtful, jobs.len()),
        percent(median(&|job| job.noise_floor)),
        percent(median(&|job| job.within)),
        percent(stats::mean(&between).map(f64::sqrt)),
        median(&|job| Some(job.job_s)).unwrap_or_default(),
    )
}

/// A rate in percent with its 95 % interval (Clopper and Pearson 1934, Biometrika 26:404).
fn rate(hits: usize, of: usize) -> String {
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p) * 100.0);
    let (k, n) = (hits as f64, of as f64);
    let low = if hits == 0 { 0.0 } else { quantile(k, n - k + 1.0, 0.025) };
    let high = if hits == of { 100.0 } else { quantile(k + 1.0, n - k, 0.975) };
    format!("{:.0} [{low:.0}, {high:.0}]", 100.0 * k / n)
}

#[test]
fn the_document_shows_what_the_rows_say() {
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("power.md")).expect("committed");
    let rows = read(&path());
    let table = table(&rows);
    assert!(document.contains(&table), "ci/power.md must hold this table of ci/power/jobs.csv:\n{table}");
}

#[test]
fn a_rate_has_the_published_interval() {
    // Of 1 in 20 Clopper and Pearson's 95 % limits are 0.13 and 24.87 %.
    assert_eq!(
        (rate(1, 20), rate(0, 100), rate(20, 20)),
        ("5 [0, 25]".into(), "0 [0, 4]".into(), "100 [83, 100]".into())
    );
}
