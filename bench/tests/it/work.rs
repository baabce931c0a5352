//! Work of a step, in counts that repeat, through the real binary.

use std::fs;

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::read;

use super::ends;

const MODELS: &str = r#"
[[group]]
name = "pair"
reference = "resnet20"
models = ["plain20", "backbone-concat-22"]
"#;

const BATCH: u64 = 4;

/// Rows of both memory tasks at 16×16 pixels, of two seeds, by a recipe with this line.
fn rows(recipe: &str) -> Vec<RunRow> {
    let dir = tempfile::tempdir().expect("temp");
    let suite = format!(
        "name = \"work\"\ndata = \"generated\"\nimage_size = 16\nclasses = 10\nseeds = [1, 2]\n\
         tasks = [\"peak-memory-train\", \"peak-memory-infer\"]\n[recipe]\nbatch = {BATCH}\n{recipe}\n{MODELS}"
    );
    fs::write(dir.path().join("suite.toml"), suite).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    read(&dir.path().join("out")).expect("whole").into_iter().map(|run| run.row).collect()
}

/// All counts but the processor's.
fn work(row: &RunRow) -> [Option<u64>; 5] {
    [row.work_allocations, row.work_allocated_bytes, row.work_kernel_calls, row.work_kernel_macs, row.work_kernel_bytes]
}

#[test]
fn work_repeats_to_the_count_and_kernels_are_asked_for_the_macs_of_the_cost() {
    let runs = [rows(""), rows("")];
    let all: Vec<&RunRow> = runs.iter().flatten().collect();
    assert_eq!(all.len(), 24);
    for row in &all {
        let alike = all.iter().filter(|other| (&other.model, &other.task) == (&row.model, &row.task));
        for other in alike {
            assert_eq!(work(other), work(row), "{} {}", row.model, row.task);
        }
        assert!(work(row).iter().all(Option::is_some), "{row:?}");
    }
    for row in all.iter().filter(|row| row.model != "backbone-concat-22") {
        // The linear layer, 64 to 10, is Burn's; the gradient of the images, 3 channels to 16, 3×3, is not wanted.
        let forward = (row.macs.expect("costed") - 640) * BATCH;
        let images = 3 * 16 * 9 * 16 * 16 * BATCH;
        let asked = if row.task == "peak-memory-train" { 3 * forward - images } else { forward };
        assert_eq!(row.work_kernel_macs, Some(asked), "{} {}", row.model, row.task);
    }
    let of = |model: &str, task: &str| {
        let row = all.iter().find(|row| row.model == model && row.task == task).expect("measured");
        (row.work_kernel_calls, row.work_kernel_macs)
    };
    // 19 convolutions, of which 9 normalize what they read, and 10 other normalizations; in training the statistics of
    // those 9, gradients of 19 weights and 18 inputs, and of 19 normalizations.
    assert_eq!(of("resnet20", "peak-memory-infer"), (Some(29), Some(40_550_400)));
    assert_eq!(of("resnet20", "peak-memory-train"), (Some(94), Some(121_208_832)));
}

#[test]
fn nothing_is_said_of_kernels_where_all_are_burns() {
    for row in rows("kernels = \"burn\"") {
        assert!(row.work_allocations > Some(0) && row.work_allocated_bytes > Some(0), "{row:?}");
        assert_eq!([row.work_kernel_calls, row.work_kernel_macs, row.work_kernel_bytes], [None; 3], "{}", row.model);
    }
}
