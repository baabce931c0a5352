//! The model of saved tensors against the allocator's count, in processes of their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::read;

use super::ends;

const SUITE: &str = r#"
name = "memory"
data = "generated"
image_size = 32
classes = 10
seeds = [1, 2]
tasks = ["peak-memory-train"]

[recipe]
batch = 32

[[group]]
name = "every family"
reference = "resnet20"
models = [
  "plain20", "resnet20-b", "resnet11-w16-preact-b", "densenet-22-12", "densenet-bc-22-12",
  "backbone-none-22", "backbone-add-22", "backbone-concat-22",
]

[[group]]
name = "every style"
reference = "backbone-add-22-w16-nonorm"
models = [
  "backbone-scaled-22-w16", "backbone-gated-22-w16", "backbone-weighted-22-w16", "backbone-hyper-22-w16",
  "backbone-constrained-22-w16", "backbone-fixup-22-w16",
]
# Without normalization the usual rate diverges.
recipe = { lr = 0.0001 }

[[group]]
name = "every style of the Transformer"
reference = "vit-d3-w96-h3-p4"
models = [
  "vit-concat-d3-w96-h3-p4-k48", "vit-scaled-d3-w96-h3-p4", "vit-gated-d3-w96-h3-p4", "vit-weighted-d3-w96-h3-p4",
  "vit-x0-d3-w96-h3-p4", "vit-attend-d3-w96-h3-p4", "vit-hyper-d3-w96-h3-p4", "vit-constrained-d3-w96-h3-p4",
  "vit-value-d3-w96-h3-p4",
]

[[group]]
name = "the ImageNet stem"
reference = "resnet18"
models = ["densenet121"]
"#;

#[test]
fn what_a_forward_pass_leaves_alive_is_what_the_cost_predicts_and_it_repeats() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), SUITE).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    let mut peaks: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for run in read(&dir.path().join("out")).expect("whole") {
        let row = run.row;
        let predicted = (row.saved_bytes.expect("costed") * row.batch) as f64;
        let measured = row.heap_saved_bytes.expect("measured") as f64;
        // Not in the prediction: BatchNorm's statistics and the graph itself, which show in nets and batches this
        // small.
        assert!((predicted / measured - 1.0).abs() < 0.05, "{}: predicted {predicted}, measured {measured}", row.model);
        // The curve: where the peak lies, and that nothing is left behind.
        let parts = [row.heap_peak_forward_bytes, row.heap_peak_backward_bytes, row.heap_peak_optimizer_bytes];
        assert_eq!(parts.into_iter().max().flatten(), row.heap_peak_bytes, "{}", row.model);
        // Of the graph's own tables some grow and shrink in turn by a few hundred bytes.
        assert!(row.heap_growth_bytes.is_some_and(|growth| growth.abs() < 1024), "{}: {row:?}", row.model);
        for series in ["forward", "backward", "optimizer"].map(|part| format!("{part}_peak_bytes")) {
            assert_eq!(run.samples.iter().filter(|sample| sample.series == series).count(), 6, "{}", row.model);
        }
        peaks.entry(row.model).or_default().push(row.heap_peak_bytes.expect("measured"));
    }
    assert_eq!(peaks.len(), 28);
    for (model, peaks) in peaks {
        let (low, high) = (peaks.iter().min().expect("two"), peaks.iter().max().expect("two"));
        assert!((*high as f64 / *low as f64) < 1.001, "{model}: {peaks:?}");
    }
}

/// Rows of `peak-memory-train` of models on 32×32 images, batch 32, by a recipe of these lines.
fn rows(recipe: &str, models: &[&str]) -> Vec<RunRow> {
    let dir = tempfile::tempdir().expect("temp");
    let others: Vec<String> = models[1..].iter().map(|model| format!("{model:?}")).collect();
    let suite = format!(
        "name = \"modes\"\ndata = \"generated\"\nimage_size = 32\nclasses = 10\nseeds = [1]\ntasks = [\"peak-memory-train\"]\n\
         [recipe]\nbatch = 32\n{recipe}\n[[group]]\nname = \"g\"\nreference = {:?}\nmodels = [{}]\n",
        models[0],
        others.join(", ")
    );
    fs::write(dir.path().join("suite.toml"), suite).expect("written");
    ends(dir.path(), &["run", "suite.toml", "--out", "out", "--quiet"], 0);
    let rows: Vec<RunRow> = read(&dir.path().join("out")).expect("whole").into_iter().map(|run| run.row).collect();
    assert_eq!(rows.len(), models.len());
    rows
}

#[test]
fn what_is_kept_is_predicted_for_every_execution() {
    let models = ["densenet-22-12", "densenet-bc-22-12", "backbone-concat-22", "resnet20", "plain20"];
    let recipes = [
        "memory = \"shared\"",
        "memory = \"recompute\"",
        "kernels = \"burn\"",
        "kernels = \"burn\"\nmemory = \"shared\"",
        "kernels = \"burn\"\nmemory = \"recompute\"",
    ];
    for recipe in recipes {
        for row in rows(recipe, &models) {
            let predicted = (row.saved_bytes.expect("costed") * row.batch) as f64;
            let measured = row.heap_saved_bytes.expect("measured") as f64;
            let off = predicted / measured - 1.0;
            assert!(off.abs() < 0.05, "{recipe}: {}: predicted {predicted}, measured {measured}", row.model);
        }
    }
}

/// Layers per block double twice: what is kept and the peak grow as a power of them.
fn exponents(recipe: &str) -> [f64; 2] {
    let rows = rows(recipe, &["densenet-bc-28-12", "densenet-bc-100-12"]);
    let layers = (16.0f64 / 4.0).ln();
    let of = |bytes: fn(&RunRow) -> Option<u64>| {
        let [shallow, deep] = [&rows[0], &rows[1]].map(|row| bytes(row).expect("measured") as f64);
        (deep / shallow).ln() / layers
    };
    [of(|row| row.heap_saved_bytes), of(|row| row.heap_peak_bytes)]
}

#[test]
fn recomputed_memory_grows_linearly_with_depth() {
    let [saved, peak] = exponents("memory = \"recompute\"");
    assert!(saved < 1.1 && peak < 1.1, "exponents: kept {saved}, peak {peak}");
    let [saved, peak] = exponents("memory = \"naive\"");
    assert!(saved > 1.25 && peak > 1.25, "exponents: kept {saved}, peak {peak}");
}

/// A folder of CIFAR-10's files with so many images in each.
fn cifar(dir: &Path, images: usize) {
    fs::create_dir_all(dir).expect("made");
    for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"] {
        let record = |index: usize| [vec![(index % 10) as u8], vec![(index * 7 % 256) as u8; 3072]].concat();
        let bytes: Vec<u8> = (0..images).flat_map(record).collect();
        fs::write(dir.join(format!("{name}.bin")), bytes).expect("written");
    }
}

/// Peaks of training and inference on the images of `data`.
fn peaks(dir: &Path, data: &Path, out: &str) -> Vec<Option<u64>> {
    let suite = "name = \"paths\"\ndata = \"cifar10\"\nseeds = [1]\ntasks = [\"peak-memory-train\", \"peak-memory-infer\"]\n\
                 [recipe]\nbatch = 8\n[[group]]\nname = \"g\"\nreference = \"resnet8-w4\"\n";
    fs::write(dir.join("suite.toml"), suite).expect("written");
    let data = data.to_str().expect("text");
    ends(dir, &["run", "suite.toml", "--data", data, "--out", out, "--quiet"], 0);
    read(&dir.join(out)).expect("whole").into_iter().map(|run| run.row.heap_peak_bytes).collect()
}

#[test]
fn peaks_depend_neither_on_where_images_lie_nor_on_their_number() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let (near, far, many) = (dir.join("n"), dir.join("far".repeat(60)).join("away".repeat(50)), dir.join("m"));
    cifar(&near, 10);
    cifar(&far, 10);
    cifar(&many, 200);
    let first = peaks(dir, &near, "out");
    assert!(first.len() == 2 && first.iter().all(Option::is_some), "{first:?}");
    assert_eq!(peaks(dir, &far, &"out".repeat(50)), first, "a long path");
    assert_eq!(peaks(dir, &many, "out2"), first, "more images");
}
