//! The words that rows hold are written in `skipbench-reports`; those of suites and models are the same.

use skipbench::internals::cell::Task;
use skipbench_models::{CustomConfig, Images, ModelSpec, Skip, catalog};
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
    assert!(skips.iter().all(|spec| spec.family() == style::VIT && spec.cost(Images::CIFAR10).is_ok()));
    let claimed = ["plain20", "resnet20", "backbone-concat-22"].map(|name| found(name).skip().to_owned());
    assert_eq!(claimed, [style::NONE, style::ADD, style::CONCAT]);
}

/// A plain network is a residual one with `skip = "none"`, and a family by itself only in rows.
#[test]
fn suites_call_families_as_rows_do() {
    for entry in catalog::all() {
        let json = serde_json::to_value(&entry.spec).expect("JSON");
        let family = if entry.spec.family() == "plain" { "resnet" } else { entry.spec.family() };
        assert_eq!(json["family"], family, "{}", entry.name);
    }
    let custom = ModelSpec::Custom(CustomConfig {
        name: "net".to_owned(),
        skip: style::ADD.to_owned(),
        depth: 2,
        params: 1,
        macs: 1,
    });
    assert_eq!(serde_json::to_value(&custom).expect("JSON")["family"], custom.family());
}
