//! The judgement as JUnit XML, which continuous integration systems show as tests: a regression is a failure, what is
//! inconclusive or was not judged is skipped.

use maud::{Markup, html};

use crate::finding::{Finding, Verdict};
use crate::gate::Judgement;
use crate::table::{effect, word};

/// One test suite, a test case a metric.
pub fn junit(judgement: &Judgement) -> String {
    let (tests, failures) = (judgement.findings.len(), judgement.count(Verdict::Regressed));
    let skipped = judgement.count(Verdict::Inconclusive) + judgement.count(Verdict::Refused);
    let suite = html! {
        testsuites name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
            testsuite name="skipbench gate" tests=(tests) failures=(failures) skipped=(skipped) {
                @for finding in &judgement.findings { (case(finding)) }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", suite.into_string())
}

fn case(finding: &Finding) -> Markup {
    let message = plain(format!("{} {} {}", word(finding.verdict), effect(finding), finding.why).trim());
    html! {
        testcase classname=(plain(&finding.cell)) name=(finding.metric) {
            @match finding.verdict {
                Verdict::Regressed => { failure message=(message) {} }
                Verdict::Inconclusive | Verdict::Refused => { skipped message=(message) {} }
                Verdict::Pass | Verdict::Improved => {}
            }
        }
    }
}

/// XML has no place for control characters, escaped or not.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
