//! Names: every one printed can be used again.

use proptest::prelude::*;
use skipbench_models::{
    BackboneConfig, BlockKind, DenseKind, DenseNetConfig, ModelSpec, Norm, ResNetConfig, ResidualSkip, Shortcut, Skip,
    StemKind, ViTConfig, catalog,
};

fn resnets() -> impl Strategy<Value = ModelSpec> {
    let block = prop_oneof![Just(BlockKind::Basic), Just(BlockKind::Bottleneck), Just(BlockKind::Preact)];
    let stem = prop_oneof![Just(StemKind::Cifar), Just(StemKind::Imagenet)];
    let shortcut = prop_oneof![Just(Shortcut::A), Just(Shortcut::B)];
    let skip = prop_oneof![Just(ResidualSkip::None), Just(ResidualSkip::Add)];
    (1usize..2000, 1usize..200, block, stem, shortcut, skip).prop_map(|(depth, width, block, stem, shortcut, skip)| {
        ModelSpec::Resnet(ResNetConfig { depth, width, block, stem, shortcut, skip })
    })
}

fn densenets() -> impl Strategy<Value = ModelSpec> {
    let kind = prop_oneof![Just(DenseKind::Basic), Just(DenseKind::Bc)];
    let stem = prop_oneof![Just(StemKind::Cifar), Just(StemKind::Imagenet)];
    let compression = proptest::option::of((1u32..=10).prop_map(|tenth| f64::from(tenth) / 10.0));
    (1usize..300, 1usize..100, kind, compression, stem).prop_map(|(depth, growth, kind, compression, stem)| {
        ModelSpec::Densenet(DenseNetConfig { depth, growth, kind, compression, stem })
    })
}

fn transformers() -> impl Strategy<Value = ModelSpec> {
    let own = || prop_oneof![Just(ResidualSkip::None), Just(ResidualSkip::Add)];
    let styles: Vec<Skip> = Skip::of_transformers().filter(|skip| *skip != Skip::None).collect();
    let joins = (own(), own(), proptest::sample::select(styles), proptest::option::of(1usize..100));
    (1usize..30, 1usize..1000, 1usize..17, 1usize..33, 1usize..9, joins).prop_map(
        |(depth, width, heads, patch, mlp, (attention_skip, mlp_skip, skip, growth))| {
            ModelSpec::Vit(ViTConfig { depth, width, heads, patch, mlp, attention_skip, mlp_skip, skip, growth })
        },
    )
}

fn backbones() -> impl Strategy<Value = ModelSpec> {
    let skip = proptest::sample::select(Skip::of_backbones().collect::<Vec<_>>());
    let norm = prop_oneof![Just(Norm::Batch), Just(Norm::None)];
    (1usize..300, 1usize..100, skip, proptest::option::of(1usize..100), norm).prop_map(
        |(depth, width, skip, growth, norm)| ModelSpec::Backbone(BackboneConfig { depth, skip, width, growth, norm }),
    )
}

proptest! {
    #[test]
    fn a_printed_name_finds_the_same_spec(spec in prop_oneof![resnets(), densenets(), transformers(), backbones()]) {
        let name = catalog::name(&spec);
        prop_assert_eq!(catalog::find(&name).expect("a printed name is known"), spec, "{}", name);
    }

    #[test]
    fn no_text_makes_the_parser_panic(name in "\\PC{0,40}") {
        let _ = catalog::find(&name);
    }
}

#[test]
fn catalog_names_are_unique_and_found() {
    let entries = catalog::all();
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(catalog::find(&entry.name).expect(&entry.name), entry.spec);
        assert_eq!(catalog::name(&entry.spec), entry.name, "no two entries are the same network");
        assert!(entries[..index].iter().all(|other| other.name != entry.name), "{} twice", entry.name);
    }
}

#[test]
fn case_and_underscores_do_not_matter() {
    assert_eq!(catalog::find("ResNet20"), catalog::find("resnet20"));
    assert_eq!(catalog::find("ViT-B-16"), catalog::find("vit_b_16"));
}

#[test]
fn a_wrong_name_suggests_the_nearest() {
    let error = catalog::find("resnet57").expect_err("no such network");
    assert_eq!(
        error.to_string(),
        "no model is named `resnet57`; did you mean `resnet56`? `skipbench models` lists them all"
    );
}
