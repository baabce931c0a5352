//! The project's own baseline: of this schema, from a clean commit, and with something to judge by every rule but
//! time's.

use std::fs;
use std::path::Path;

use skipbench_ci::config::Config;
use skipbench_ci::finding::Class;
use skipbench_ci::gate::judge;
use skipbench_reports::rows::document;
use skipbench_reports::rows::record::SCHEMA_VERSION;
use skipbench_reports::rows::store::{RUNS, read};

#[test]
fn the_baseline_is_current_and_every_exact_metric_is_judged_by_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline");
    let text = fs::read_to_string(dir.join(RUNS)).expect("committed");
    let version = format!("{SCHEMA_VERSION},");
    assert!(text.lines().skip(1).all(|line| line.starts_with(&version)), "bless it anew: its schema is older");
    let runs = read(&dir).expect("whole");
    assert!(runs.iter().all(|run| run.row.git_dirty == Some(false)), "bless it from a clean commit");
    let mark = fs::read_to_string(dir.join("baseline.json")).expect("bless it anew: it has no mark");
    let mark = document::parse(&mark).expect("as it was written");
    assert!(mark.sealed && mark.value["cells"] == runs.len(), "bless it anew: its mark is of other rows");
    let judgment = judge(&runs, &runs, &Config::default()).expect("against itself");
    let judged = |metric: &str| judgment.findings.iter().any(|finding| finding.metric == metric);
    for metric in ["params", "macs", "activation_bytes", "saved_bytes", "join_bytes", "output_shape", "steps", "loss"] {
        assert!(judged(metric), "{metric}");
    }
    let classes = [Class::Exact, Class::Heap, Class::Accuracy];
    assert!(classes.iter().all(|class| judgment.findings.iter().any(|finding| finding.class == *class)));
}
