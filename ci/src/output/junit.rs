//! Writes the judgment as JUnit XML, which continuous integration systems show as tests. A regression is a failure, and
//! so is a program that broke. What is inconclusive or was not judged is skipped, but what is inconclusive is a failure
//! where it fails the gate.

use maud::{Markup, html};

use super::table::format_effect;
use crate::config::Inconclusive;
use crate::finding::{Finding, Verdict};
use crate::gate::Judgment;

/// Formats one test suite, with one test case per metric.
pub fn format_junit(judgment: &Judgment) -> String {
    let all = &judgment.findings;
    let count = |of: fn(&Judgment, Verdict) -> bool| all.iter().filter(|finding| of(judgment, finding.verdict)).count();
    let (tests, failures, skipped) = (all.len(), count(fails), count(is_skipped));
    let suite = html! {
        testsuites name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
            testsuite name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
                @for finding in &judgment.findings { (case(judgment, finding)) }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", suite.into_string())
}

/// Returns whether `text` is an output of [`format_junit`].
pub fn is_junit(text: &str) -> bool {
    text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"skipbench gate\" ")
}

fn fails(judgment: &Judgment, verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Broken | Verdict::Regressed)
        || verdict == Verdict::Inconclusive && judgment.inconclusive == Inconclusive::Fail
}

fn is_skipped(judgment: &Judgment, verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Inconclusive | Verdict::Refused) && !fails(judgment, verdict)
}

fn case(judgment: &Judgment, finding: &Finding) -> Markup {
    let message =
        strip_control(format!("{} {} {}", finding.verdict.word(), format_effect(finding), finding.why).trim());
    html! {
        testcase classname=(strip_control(&finding.cell)) name=(finding.metric) {
            @if fails(judgment, finding.verdict) { failure message=(message) {} }
            @if is_skipped(judgment, finding.verdict) { skipped message=(message) {} }
        }
    }
}

/// Removes control characters, for which XML has no place, escaped or not.
fn strip_control(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
