//! What every network of the catalog and every style costs, as it was: a change of structure must not move a number.

use skipbench_models::{Execution, Images, Kernels, Memory, ModelSpec, Skip, catalog};

/// Parameters, MACs and bytes; what is saved by our kernels in each memory mode and by Burn's.
fn line(name: &str, spec: &ModelSpec, images: Images) -> String {
    let cost = spec.cost(images).expect(name);
    let saved = |kernels, memory| spec.cost_with(images, Execution { kernels, memory }).expect(name).saved_bytes;
    let [naive, shared, recompute] = Memory::ALL.map(|memory| saved(Kernels::Skipbench, memory));
    let burn = saved(Kernels::Burn, Memory::Naive);
    format!(
        "{name} params={} macs={} activations={} traffic={} joins={} saved={naive}/{shared}/{recompute}/{burn}",
        cost.params, cost.macs, cost.activation_bytes, cost.traffic_bytes, cost.join_bytes
    )
}

#[test]
fn no_cost_has_moved() {
    let entries = catalog::all().into_iter();
    let mut lines: Vec<String> = entries.map(|entry| line(&entry.name, &entry.spec, entry.images)).collect();
    let backbones = Skip::of_backbones().map(|skip| format!("backbone-{skip}-22-w12"));
    let transformers = Skip::of_transformers().map(|skip| format!("vit-{skip}-d2-w16-h2-p4"));
    let styles: Vec<String> = backbones.chain(transformers).collect();
    for name in styles.iter().map(String::as_str).chain(["vit-d2-w16-h2-p4-mlp-only", "resnet20-w8-preact"]) {
        lines.push(line(name, &catalog::find(name).expect(name), Images::CIFAR10));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
