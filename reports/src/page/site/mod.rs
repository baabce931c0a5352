//! Writes all records as one page of a site: the report, with every number of it in a table that can be filtered and
//! sorted.
//!
//! Its links keep the filters after the `#`, where no server has to understand them.

mod entry;
mod explore;

use crate::analyses::answer::answers;
use crate::analyses::group::Group;
use crate::figure::figures;
use crate::report::Report;

use super::shell::{Shell, shell};
use super::{SCRIPT, filled, format_extent, sections};

/// Command that the page says made it.
const GENERATOR: &str = "skipbench report --site";

/// Text that every page of a site holds, and by which it is recognized.
pub const SITE_MARK: &str = "<meta name=\"generator\" content=\"skipbench report --site\">";

/// Suite that answers the question where there are records of many, because its groups are matched for that.
const FRONT: &str = "quick";

/// Returns the report, with the answer of that suite alone where there is one.
fn answered_by_front(report: &Report) -> Report {
    let front: Vec<Group> = report.groups.iter().filter(|group| group.identity.suite == FRONT).cloned().collect();
    let own = answers(&front);
    let answers = if own.is_empty() { report.answers.clone() } else { own };
    Report { answers, ..report.clone() }
}

/// Script that lets the table be filtered and sorted.
const EXPLORE: &str = include_str!("site.js");

/// Writes the page. The same rows always give the same text.
pub fn site(report: &Report) -> String {
    let report = &answered_by_front(report);
    let figures = figures(report);
    let mut sections = filled(sections(report, &figures));
    // The table of all numbers takes the place of that of all rows.
    sections.retain(|(id, ..)| *id != "rows");
    let after_answer = sections.iter().position(|(id, ..)| *id == "answer").map_or(0, |place| place + 1);
    sections.insert(after_answer, ("explore", "Explore every number", explore::explore(report)));
    shell(&Shell {
        generator: GENERATOR,
        title: "skipbench: what skip connections buy and cost",
        subject: &format_extent(report),
        sections: &sections,
        scripts: &[SCRIPT, EXPLORE],
    })
}
