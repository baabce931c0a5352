//! A judgement as people and other programs see it.

use skipbench_ci::benchmark::benchmarks;
use skipbench_ci::config::Config;
use skipbench_ci::gate::{Judgement, judge};
use skipbench_ci::junit::junit;
use skipbench_ci::markdown::markdown;
use skipbench_reports::record::RunRow;
use skipbench_reports::store::Run;

use super::gate::memory;

fn judgement() -> Judgement {
    let base = [memory("resnet", 1_000_000), memory("<b> & \"c\"\u{1}", 2_000_000)];
    let head = Run { row: RunRow { params: Some(1001), ..memory("resnet", 1_010_000).row }, samples: Vec::new() };
    judge(&base, &[head, base[1].clone()], &Config::default()).expect("judged")
}

#[test]
fn a_pull_request_sees_what_changed_and_how_to_reproduce_it() {
    let text = markdown(&judgement(), "results/head");
    insta::assert_snapshot!(text.split("<details>").next().expect("a beginning"), @"
    ### ❌ skipbench gate: regressed. 2 regressed, 0 inconclusive, 0 improved, 8 passed, 0 not judged

    | verdict   | cell                                      | metric          |    base |    head |  effect | n | limit | noise floor |                                                                                  why |
    |-----------|-------------------------------------------|-----------------|---------|---------|---------|---|-------|-------------|--------------------------------------------------------------------------------------|
    | regressed | pair/resnet/peak-memory-train/flex/seed=1 | params          |    1000 |    1001 |         | 1 | equal |             | it must be equal; if the change is meant, bless the head in the commit that makes it |
    | regressed | pair/resnet/peak-memory-train/flex/seed=1 | heap_peak_bytes | 1000000 | 1010000 | ×1.0100 | 1 | 0.5 % |             |                                                                                      |

    Reproduce:

    ```sh
    skipbench replay results/head 0000000000000001 # pair/resnet/peak-memory-train/flex/seed=1
    ```
    ");
}

#[test]
fn junit_has_a_case_for_every_metric_and_is_xml() {
    let (judgement, text) = (judgement(), junit(&judgement()));
    assert_eq!(text.matches("<testcase").count(), judgement.findings.len());
    assert_eq!(text.matches("<failure").count(), 2);
    assert!(text.contains("failures=\"2\"") && text.contains("&lt;b&gt; &amp; &quot;c&quot;"), "{text}");
    assert!(!text.contains('\u{1}') && !text.contains("<b>"), "{text}");
}

#[test]
fn benchmarks_have_what_the_action_wants() {
    let value = serde_json::to_value(benchmarks(&judgement())).expect("plain data");
    let first = &value.as_array().expect("a list")[0];
    assert_eq!(first["unit"], "bytes");
    assert_eq!(first["value"], 1_010_000.0);
    assert!(first["name"].as_str().is_some_and(|name| name.contains("resnet") && name.ends_with("heap_peak_bytes")));
}
