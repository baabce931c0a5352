//! Parameters and MACs: exact against the papers' and torchvision's figures, and against the built module.

use burn::tensor::Device;
use skipbench_models::{
    BlockKind, DenseKind, DenseNetConfig, Images, ModelSpec, Network, ResNetConfig, ResidualSkip, Shortcut, catalog,
};

/// Trainable parameters: 10 classes at 32×32 for CIFAR networks, 1000 at 224×224 for ImageNet's.
const PARAMS: [(&str, u64); 30] = [
    ("resnet20", 269_722),
    ("resnet32", 464_154),
    ("resnet44", 658_586),
    ("resnet56", 853_018),
    ("resnet110", 1_727_962),
    ("resnet1202", 19_421_274),
    ("plain20", 269_722),
    ("plain32", 464_154),
    ("plain44", 658_586),
    ("plain56", 853_018),
    ("plain110", 1_727_962),
    ("plain1202", 19_421_274),
    ("densenet-40-12", 1_019_722),
    ("densenet-100-12", 6_979_642),
    ("densenet-100-24", 27_249_082),
    ("densenet-bc-100-12", 769_162),
    ("densenet-bc-250-24", 15_324_406),
    ("densenet-bc-190-40", 25_624_430),
    ("resnet18", 11_689_512),
    ("resnet34", 21_797_672),
    ("resnet50", 25_557_032),
    ("resnet101", 44_549_160),
    ("resnet152", 60_192_808),
    ("densenet121", 7_978_856),
    ("densenet161", 28_681_000),
    ("densenet169", 14_149_480),
    ("densenet201", 20_013_928),
    ("vit_b_16", 86_567_656),
    // torchvision has no Ti and S; these are timm's vit_tiny_patch16_224 and vit_small_patch16_224.
    ("vit_ti_16", 5_717_416),
    ("vit_s_16", 22_050_664),
];

/// Multiply-accumulates in millions and the figures' sources.
/// CIFAR: chenyaofo/pytorch-cifar-models. ImageNet: timm's benchmark tables (resnet50 4.11, …), which count BN too, and
/// the pages of torchvision's models (resnet34, resnet152, densenet169, vit_b_16).
const MACS: [(&str, f64); 15] = [
    ("resnet20", 40.8),
    ("resnet32", 69.1),
    ("resnet44", 97.4),
    ("resnet56", 125.8),
    ("resnet18", 1820.0),
    ("resnet34", 3660.0),
    ("resnet50", 4110.0),
    ("resnet101", 7830.0),
    ("resnet152", 11_510.0),
    ("densenet121", 2870.0),
    ("densenet161", 7790.0),
    ("densenet169", 3360.0),
    ("densenet201", 4340.0),
    ("vit_s_16", 4610.0),
    ("vit_b_16", 17_560.0),
];

fn home(name: &str) -> (ModelSpec, Images) {
    let spec = catalog::find(name).expect(name);
    let images = catalog::entry_of(&spec).expect(name).images;
    (spec, images)
}

#[test]
fn costed_parameters_are_the_published_ones() {
    for (name, params) in PARAMS {
        let (spec, images) = home(name);
        assert_eq!(spec.cost(images).expect(name).params, params, "{name}");
    }
}

#[test]
fn costed_macs_are_the_published_ones() {
    for (name, millions) in MACS {
        let (spec, images) = home(name);
        let macs = spec.cost(images).expect(name).macs as f64 / 1e6;
        assert!((macs / millions - 1.0).abs() < 0.02, "{name}: {macs} against {millions}");
    }
}

/// Parameters are shapes, so this needs no weights: Burn initializes lazily, and the largest networks stay cheap
/// because only their drawn weights are materialized.
#[test]
fn every_catalog_entry_builds_what_it_costs() {
    for entry in catalog::all() {
        let model = entry.spec.init(entry.images, 1, &Device::flex()).expect(&entry.name);
        let cost = entry.spec.cost(entry.images).expect(&entry.name);
        assert_eq!(model.count_trainable(), cost.params, "{}", entry.name);
    }
}

#[test]
fn unpublished_corners_build_what_they_cost() {
    let images = Images { size: 24, channels: 1, classes: 7 };
    let mut specs = Vec::new();
    for block in [BlockKind::Basic, BlockKind::Bottleneck, BlockKind::Preact] {
        for shortcut in [Shortcut::A, Shortcut::B] {
            for skip in [ResidualSkip::None, ResidualSkip::Add] {
                let config = ResNetConfig { block, shortcut, width: 5, ..ResNetConfig::cifar(20, skip) };
                specs.push(ModelSpec::Resnet(config));
            }
        }
    }
    let compressed = DenseNetConfig { compression: Some(0.3), ..DenseNetConfig::cifar(16, 7, DenseKind::Bc) };
    specs.push(ModelSpec::Densenet(compressed));
    for spec in specs {
        let name = catalog::name(&spec);
        let model = spec.init(images, 1, &Device::flex()).expect(&name);
        assert_eq!(model.count_trainable(), spec.cost(images).expect(&name).params, "{name}");
    }
}

#[test]
fn plain_and_residual_cost_the_same_parameters_and_macs() {
    for depth in [20, 32, 44, 56, 110] {
        let cost = |skip| ModelSpec::Resnet(ResNetConfig::cifar(depth, skip)).cost(Images::CIFAR10).expect("valid");
        let (plain, residual) = (cost(ResidualSkip::None), cost(ResidualSkip::Add));
        assert_eq!((plain.params, plain.macs), (residual.params, residual.macs), "depth {depth}");
        assert!(residual.activation_bytes > plain.activation_bytes, "the sum is one more tensor");
    }
}

/// ResNet-20 joins three blocks of 16·32², 32·16² and 64·8² numbers a stage, each addition reading two maps and writing
/// one. DenseNet with growth k joins maps of c and k channels into c + k, reading and writing all of them.
#[test]
fn joins_move_what_can_be_counted_by_hand() {
    let joins = |name: &str| catalog::find(name).expect(name).cost(Images::CIFAR10).expect("fits").join_bytes;
    assert_eq!(joins("resnet20"), 3 * 3 * 4 * (16 * 32 * 32 + 32 * 16 * 16 + 64 * 8 * 8));
    assert_eq!(joins("plain20"), 0);
    // densenet-7-4: one layer per block, growth 4; 16 channels enter the first block, and all pass the transitions.
    assert_eq!(joins("densenet-7-4"), 2 * 4 * (20 * 32 * 32 + 24 * 16 * 16 + 28 * 8 * 8));
}

/// What is moved is at least what is written, and every operation reads something.
#[test]
fn more_is_moved_than_written() {
    for name in ["resnet20", "densenet-22-12", "vit_cifar", "backbone-concat-22"] {
        let cost = catalog::find(name).expect(name).cost(Images::CIFAR10).expect("fits");
        assert!(cost.traffic_bytes > cost.activation_bytes && cost.traffic_bytes < 6 * cost.activation_bytes, "{name}");
    }
}
