//! Formats the judgment for a pull request.

use skipbench_reports::table::{Format, format_sentence};

use super::table::{findings, format_summary};
use crate::finding::Verdict;
use crate::gate::Judgment;
use crate::reproduce::commands;

/// Formats a summary, what changed or was inconclusive, and behind a fold everything else and how to reproduce it.
pub fn format_markdown(judgment: &Judgment) -> String {
    let mark = match judgment.verdict {
        Verdict::Broken | Verdict::Regressed => "❌",
        Verdict::Inconclusive | Verdict::Refused => "❔",
        Verdict::Improved | Verdict::Pass => "✅",
    };
    let (changed, all) = (findings(judgment, false), findings(judgment, true));
    let mut text = format!("### {mark} skipbench {}\n\n", format_summary(judgment));
    if !changed.rows.is_empty() {
        text.push_str(&changed.format(Format::Markdown));
    }
    changed
        .caption
        .lines()
        .for_each(|reason| text.push_str(&format!("- {}\n", format_sentence(reason, Format::Markdown))));
    let commands = commands(judgment);
    if !commands.is_empty() {
        text.push_str(&format!("\nReproduce:\n\n```sh\n{}\n```\n", commands.join("\n")));
    }
    let (count, table) = (all.rows.len(), all.format(Format::Markdown));
    text + &format!("\n<details><summary>All {count} metrics</summary>\n\n{table}\n</details>\n")
}
