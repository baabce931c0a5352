//! How what regressed or could not be told is measured again.

use skipbench_reports::table::format_line;

use crate::finding::{Class, Finding, Verdict};
use crate::gate::Judgment;

/// The head as it was run, from which commands follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRun {
    /// The head's directory.
    pub head: String,
    /// Whether it holds the plan by which `skipbench replay` repeats a cell; a baseline does not.
    pub planned: bool,
    /// The command that lets the same two programs take turns again, where they did: a time says nothing alone.
    pub job: Option<String>,
}

impl Judgment {
    /// With a command for everything that regressed or could not be told.
    #[must_use]
    pub fn reproducible(mut self, origin: &HeadRun) -> Self {
        for finding in self.findings.iter_mut().filter(|finding| is_open(finding)) {
            // A name that holds a line break would end the command, and the fence around it.
            finding.reproduce = format_line(&format_command(finding, origin));
        }
        self
    }
}

fn is_open(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Broken | Verdict::Regressed | Verdict::Inconclusive)
}

fn format_command(finding: &Finding, origin: &HeadRun) -> String {
    match (&origin.job, finding.class) {
        (Some(job), Class::Time) => job.clone(),
        _ if !origin.planned => format!("skipbench run {} --filter '{}'", finding.suite, filter(&finding.cell)),
        _ => format!("skipbench replay {} {} # {}", origin.head, finding.id, finding.cell),
    }
}

/// The words by which `skipbench run` finds a cell: all but its round, which is one of those that every run begins
/// anew.
fn filter(cell: &str) -> &str {
    cell.split("/round=").next().unwrap_or(cell)
}

/// The commands of a judgment, each once.
pub fn commands(judgment: &Judgment) -> Vec<&str> {
    let mut commands: Vec<&str> = Vec::new();
    for finding in &judgment.findings {
        // A cell's several metrics have one command, whatever each calls the cell.
        let same = |other: &&str| other.split(" # ").next() == finding.reproduce.split(" # ").next();
        if !finding.reproduce.is_empty() && !commands.iter().any(same) {
            commands.push(&finding.reproduce);
        }
    }
    commands
}
