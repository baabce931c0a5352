//! The words that rows hold are written in `skipbench-reports`; those of suites and models are the same.

use skipbench::internals::cell::Task;
use skipbench_models::{Images, ModelSpec, Skip, catalog};
use skipbench_reports::rows::{style, task};

#[test]
fn suites_call_tasks_as_rows_do() {
    let mut words = Task::ALL.map(Task::word);
    for task in Task::ALL {
        let json = serde_json::to_string(&task).expect("a word");
        assert_eq!(json, format!("\"{}\"", task.word()));
    }
    let mut known = task::ALL;
    words.sort_unstable();
    known.sort_unstable();
    assert_eq!(words, known);
}

#[test]
fn models_call_styles_and_families_as_rows_do() {
    assert_eq!(Skip::ALL.map(Skip::word), style::ALL);
    let found = |name: &str| catalog::find(name).expect("a Transformer");
    let skips = ["none", "attention-only", "mlp-only"].map(|skip| found(&format!("vit-d1-w8-h2-p4-{skip}")));
    let words = skips.each_ref().map(ModelSpec::skip);
    assert_eq!(words, [style::NONE, style::ATTENTION_ONLY, style::MLP_ONLY]);
    assert!(skips.iter().all(|spec| spec.family() == "vit" && spec.cost(Images::CIFAR10).is_ok()));
}
