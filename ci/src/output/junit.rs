//! The judgement as JUnit XML, which continuous integration systems show as tests: a regression is a failure, what is
//! inconclusive or was not judged is skipped; but what is inconclusive is a failure where it fails the gate.

use maud::{Markup, html};

use super::table::format_effect;
use crate::config::Inconclusive;
use crate::finding::{Finding, Verdict};
use crate::gate::Judgement;

/// One test suite, a test case a metric.
pub fn format_junit(judgement: &Judgement) -> String {
    let all = &judgement.findings;
    let count =
        |of: fn(&Judgement, Verdict) -> bool| all.iter().filter(|finding| of(judgement, finding.verdict)).count();
    let (tests, failures, skipped) = (all.len(), count(fails), count(is_skipped));
    let suite = html! {
        testsuites name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
            testsuite name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
                @for finding in &judgement.findings { (case(judgement, finding)) }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", suite.into_string())
}

/// Whether `text` is what [`format_junit`] gives.
pub fn is_junit(text: &str) -> bool {
    text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"skipbench gate\" ")
}

fn fails(judgement: &Judgement, verdict: Verdict) -> bool {
    verdict == Verdict::Regressed || verdict == Verdict::Inconclusive && judgement.inconclusive == Inconclusive::Fail
}

fn is_skipped(judgement: &Judgement, verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Inconclusive | Verdict::Refused) && !fails(judgement, verdict)
}

fn case(judgement: &Judgement, finding: &Finding) -> Markup {
    let message =
        strip_control(format!("{} {} {}", finding.verdict.word(), format_effect(finding), finding.why).trim());
    html! {
        testcase classname=(strip_control(&finding.cell)) name=(finding.metric) {
            @if fails(judgement, finding.verdict) { failure message=(message) {} }
            @if is_skipped(judgement, finding.verdict) { skipped message=(message) {} }
        }
    }
}

/// XML has no place for control characters, escaped or not.
fn strip_control(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
