//! Gives commands that measure again what regressed or was inconclusive.

use skipbench_reports::rows::store::Run;
use skipbench_reports::table::format_line;

use crate::finding::{BASE, Class, Finding, Verdict};
use crate::gate::Judgment;

/// Describes how the head was run, from which commands follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRun {
    /// Directory of the head.
    pub head: String,
    /// Whether it holds the plan by which `skipbench replay` repeats a cell. A baseline does not.
    pub planned: bool,
    /// Command that lets base and head take turns again, because a time alone says nothing.
    pub turns: String,
}

impl Judgment {
    /// Adds a command for everything that regressed or was inconclusive.
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

/// Quotes a word for a shell, whatever it holds. A zero byte is left out, because no shell takes one.
fn quote(word: &str) -> String {
    let word = word.replace('\0', "");
    shlex::try_quote(&word).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

/// Returns the command that lets the programs behind two runs take turns. It is the one that measured the head, if that
/// was a job of the gate, and otherwise one that builds the base's revision.
pub fn turns(base: &[Run], head: &[Run]) -> String {
    let of_job = head.iter().map(|run| &run.row).find(|row| row.time_reference == BASE && !row.command.is_empty());
    let whole = |run: &&Run| run.row.git_dirty == Some(false) && !run.row.git_revision.is_empty();
    match (of_job, base.iter().find(whole)) {
        (Some(row), _) => row.command.to_string(),
        (None, Some(run)) => format!("skipbench gate --against {}", quote(&run.row.git_revision)),
        (None, None) => "skipbench gate --against REV".to_owned(),
    }
}

/// Returns the words by which `skipbench run` finds a cell: all except its round, because every run starts rounds
/// again.
fn filter(cell: &str) -> &str {
    cell.split("/round=").next().unwrap_or(cell)
}

/// Returns the commands of a judgment, each once.
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
