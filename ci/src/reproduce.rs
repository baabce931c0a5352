//! How what regressed or could not be told is measured again.

use skipbench_reports::rows::store::Run;
use skipbench_reports::table::format_line;

use crate::finding::{BASE, Class, Finding, Verdict};
use crate::gate::Judgment;

/// The head as it was run, from which commands follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRun {
    /// The head's directory.
    pub head: String,
    /// Whether it holds the plan by which `skipbench replay` repeats a cell; a baseline does not.
    pub planned: bool,
    /// The command that lets base and head take turns again: a time says nothing alone.
    pub turns: String,
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
    match finding.class {
        Class::Time => origin.turns.clone(),
        _ if !origin.planned => {
            format!("skipbench run {} --filter {}", quote(&finding.suite), quote(filter(&finding.cell)))
        }
        _ => format!("skipbench replay {} {} # {}", quote(&origin.head), quote(&finding.id), finding.cell),
    }
}

/// A word as a shell takes it, whatever it holds; a zero byte no shell takes.
fn quote(word: &str) -> String {
    let word = word.replace('\0', "");
    shlex::try_quote(&word).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

/// The command that lets the programs behind two runs take turns: the one that measured the head, where that was a job
/// of the gate, or else one that builds the base's revision.
pub fn turns(base: &[Run], head: &[Run]) -> String {
    let of_job = head.iter().map(|run| &run.row).find(|row| row.time_reference == BASE && !row.command.is_empty());
    let whole = |run: &&Run| run.row.git_dirty == Some(false) && !run.row.git_revision.is_empty();
    match (of_job, base.iter().find(whole)) {
        (Some(row), _) => row.command.to_string(),
        (None, Some(run)) => format!("skipbench gate --against {}", quote(&run.row.git_revision)),
        (None, None) => "skipbench gate --against REV".to_owned(),
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
