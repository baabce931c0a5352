//! The backbone's skip styles: what each costs, and what it is before it has learned anything.

use burn::tensor::{Device, Tensor};
use skipbench_models::probe::{At, Probe, ProbePoint};
use skipbench_models::{BackboneConfig, Images, Model, ModelSpec, Network, Norm, Skip, catalog};

use super::forward::images;
use super::specs::refused;
use super::training::difference;

const SMALL: Images = Images { size: 12, channels: 3, classes: 5 };

fn backbone(skip: Skip) -> BackboneConfig {
    BackboneConfig { width: 4, ..BackboneConfig::new(22, skip) }
}

fn model(skip: Skip) -> Model {
    ModelSpec::Backbone(backbone(skip)).init(SMALL, 3, &Device::flex()).expect("valid")
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

fn same(a: &Model, b: &Model) -> f32 {
    difference(&numbers(a.forward(images(SMALL, 4))), &numbers(b.forward(images(SMALL, 4))))
}

#[test]
fn every_style_builds_what_it_costs_with_and_without_normalization() {
    for skip in Skip::of_backbones() {
        for norm in [Norm::Batch, Norm::None] {
            let config = BackboneConfig { norm, ..backbone(skip) };
            let spec = ModelSpec::Backbone(config);
            if spec.cost(SMALL).is_err() {
                assert_eq!((skip, norm), (Skip::Fixup, Norm::None), "only Fixup has no choice");
                continue;
            }
            let name = catalog::name(&spec);
            let built = spec.init(SMALL, 1, &Device::flex()).expect(&name);
            assert_eq!(built.count_trainable(), spec.cost(SMALL).expect(&name).params, "{name}");
            let logits = numbers(built.forward(images(SMALL, 2)));
            assert!(logits.len() == 10 && logits.iter().all(|value| value.is_finite()), "{name}");
        }
    }
}

/// Depth 22 and width 4: three stages of three blocks, 4, 8 and 16 channels wide.
#[test]
fn what_a_style_learns_can_be_counted_by_hand() {
    let cost = |skip| ModelSpec::Backbone(backbone(skip)).cost(SMALL).expect("valid");
    let more = |skip| cost(skip).params as i64 - cost(Skip::Add).params as i64;
    assert_eq!(more(Skip::None), 0);
    assert_eq!(more(Skip::Scaled), 9, "one number per block");
    assert_eq!(more(Skip::Stochastic), 0);
    assert_eq!(more(Skip::Gated), 3 * (4 * 4 + 4 + 8 * 8 + 8 + 16 * 16 + 16), "a 1×1 convolution with bias per block");
    assert_eq!(more(Skip::Weighted), 3 * (3 * (3 + 3) / 2), "d(d+3)/2 per stage of d blocks");
    assert_eq!(more(Skip::Hyper), 9 * 8, "2 + 2 + 4 per block");
    assert_eq!(more(Skip::Constrained), 9 * 8);
    // BatchNorm has two numbers per channel before each of two convolutions per block, in two transitions and in the head.
    let norms = 2 * (3 * 2 * (4 + 8 + 16) + 4 + 8 + 16);
    assert_eq!(more(Skip::Fixup), 9 * (1 + 4) - norms, "a multiplier and four shifts per block");
    let pixels = [12 * 12, 6 * 6, 3 * 3];
    let gates: u64 = [4 * 4, 8 * 8, 16 * 16].iter().zip(pixels).map(|(weights, pixels)| 3 * weights * pixels).sum();
    for skip in Skip::of_backbones().filter(|skip| *skip != Skip::Concat) {
        let expected = cost(Skip::Add).macs + if skip == Skip::Gated { gates } else { 0 };
        assert_eq!(cost(skip).macs, expected, "{skip}: joins have no MACs, a gate is a convolution");
    }
}

/// Counted in maps of the stage: an operation reads one or two and writes one.
#[test]
fn what_a_join_moves_can_be_counted_by_hand() {
    const SUM: u64 = 3;
    const PRODUCT: u64 = 3;
    /// A map times one number, or through a sigmoid.
    const SCALE: u64 = 2;
    let stage: fn(Skip) -> u64 = |skip| match skip {
        Skip::None => 0,
        Skip::Add | Skip::Stochastic => 3 * SUM,
        Skip::Scaled | Skip::Fixup => 3 * (SCALE + SUM),
        Skip::Gated => 3 * (SCALE + SUM + PRODUCT + SUM),
        // Block i of three averages i + 1 maps, of which its sum is the last.
        Skip::Weighted => (1..=3).map(|block| SUM + (block + 1) * SCALE + block * SUM).sum(),
        // Two streams: one mix is read, two are written of two streams and F(x), and the stage ends with their mean.
        Skip::Hyper | Skip::Constrained => 3 * (2 * SCALE + SUM + 2 * (3 * SCALE + 2 * SUM)) + SUM + SCALE,
        Skip::Concat | Skip::X0 | Skip::Attend | Skip::Value => {
            unreachable!("no backbone, or maps that differ in size")
        }
    };
    let map = 4 * (4 * 12 * 12 + 8 * 6 * 6 + 16 * 3 * 3);
    for skip in Skip::of_backbones().filter(|skip| !skip.concatenates()) {
        let cost = ModelSpec::Backbone(backbone(skip)).cost(SMALL).expect("valid");
        assert_eq!(cost.join_bytes, stage(skip) * map, "{skip}");
    }
}

#[test]
fn averages_and_streams_begin_as_the_additive_network() {
    let add = model(Skip::Add);
    for skip in [Skip::Weighted, Skip::Hyper, Skip::Constrained] {
        let difference = same(&add, &model(skip));
        assert!(difference < 1e-5, "{skip}: {difference}");
    }
    assert!(same(&add, &model(Skip::None)) > 1e-2, "the measure can fail");
}

/// Leaves every block out.
struct Empty;

impl Probe for Empty {
    fn block_at(&self, _at: At) -> Option<usize> {
        None
    }
}

#[test]
fn branches_that_start_at_zero_begin_as_no_branches() {
    for skip in [Skip::Scaled, Skip::Fixup] {
        let model = model(skip);
        let (whole, empty) = (model.forward(images(SMALL, 4)), model.forward_probed(images(SMALL, 4), &mut Empty));
        assert_eq!(numbers(whole), numbers(empty), "{skip}");
    }
    let add = model(Skip::Add);
    assert_ne!(numbers(add.forward(images(SMALL, 4))), numbers(add.forward_probed(images(SMALL, 4), &mut Empty)));
}

/// The first block's input, branch and output.
#[derive(Default)]
struct FirstBlock {
    input: Vec<f32>,
    branch: Vec<f32>,
    output: Vec<f32>,
}

impl Probe for FirstBlock {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        const FIRST: At = At { stage: 1, block: 1 };
        let values = || x.clone().into_data().try_to_vec::<f32>().expect("f32");
        match point {
            ProbePoint::Input(FIRST) => self.input = values(),
            ProbePoint::Branch(FIRST) => self.branch = values(),
            ProbePoint::Output(FIRST) => self.output = values(),
            _ => {}
        }
        x
    }
}

fn first_block(skip: Skip) -> FirstBlock {
    let mut seen = FirstBlock::default();
    model(skip).forward_probed(images(SMALL, 2), &mut seen);
    seen
}

#[test]
fn a_gate_lets_through_a_share_of_the_branch_and_begins_nearly_closed() {
    let seen = first_block(Skip::Gated);
    let mut gates = Vec::new();
    for ((x, fx), y) in seen.input.iter().zip(&seen.branch).zip(&seen.output) {
        if (fx - x).abs() > 0.05 {
            gates.push((y - x) / (fx - x));
        }
    }
    assert!(gates.len() > 100 && gates.iter().all(|gate| (0.0..1.0).contains(gate)), "{gates:?}");
    let mean = gates.iter().sum::<f32>() / gates.len() as f32;
    // σ(−2) = 0.12; the weights spread the gates around it.
    assert!(mean > 0.02 && mean < 0.35, "{mean}");
}

#[test]
fn outside_training_stochastic_depth_weighs_a_branch_by_its_chance() {
    let seen = first_block(Skip::Stochastic);
    // The first of nine blocks survives with probability 1 − 0.5/9.
    for ((x, fx), y) in seen.input.iter().zip(&seen.branch).zip(&seen.output) {
        assert!((x + fx * (1.0 - 0.5 / 9.0) - y).abs() < 1e-5, "{x} {fx} {y}");
    }
}

/// Counts the branches that were computed.
#[derive(Default)]
struct Branches(usize);

impl Probe for Branches {
    fn tensor<const D: usize>(&mut self, point: ProbePoint, x: Tensor<D>) -> Tensor<D> {
        self.0 += usize::from(matches!(point, ProbePoint::Branch(_)));
        x
    }
}

#[test]
fn stochastic_depth_draws_from_seed_and_step_alone() {
    let build = |seed| {
        let spec = ModelSpec::Backbone(backbone(Skip::Stochastic));
        spec.init(SMALL, seed, &Device::flex().autodiff()).expect("valid")
    };
    let kept = |model: &Model, steps: usize| {
        let step = |_| {
            let mut branches = Branches::default();
            let shown = images(SMALL, 1).autodiff();
            model.forward_probed(shown, &mut branches);
            branches.0
        };
        (0..steps).map(step).collect::<Vec<usize>>()
    };
    let once = kept(&build(3), 40);
    assert_eq!(once, kept(&build(3), 40));
    assert_ne!(once, kept(&build(4), 40));
    let resumed = build(3);
    resumed.resume(25);
    assert_eq!(once[25..], kept(&resumed, 15), "a run that goes on draws what it would have drawn");
    // Nine blocks with chances from 17/18 to 1/2: 6.5 per step on average, in 40 steps to within four standard errors.
    let mean = once.iter().sum::<usize>() as f64 / 40.0;
    assert!((mean - 6.5).abs() < 0.9, "{mean}");
}

#[test]
fn styles_share_the_weights_of_their_branches() {
    let seen = [Skip::None, Skip::Add, Skip::Scaled, Skip::Gated, Skip::Weighted].map(first_block);
    assert!(seen.iter().all(|block| block.branch == seen[0].branch && block.input == seen[0].input));
}

#[test]
fn the_published_families_take_their_own_styles_only() {
    let vit = "family = 'vit'\ndepth = 1\nwidth = 8\nheads = 2\npatch = 4\n";
    for skip in Skip::ALL.into_iter().filter(|skip| !matches!(skip, Skip::None | Skip::Add)) {
        let fix = match skip {
            Skip::Concat => "use family = \"densenet\" or family = \"backbone\"",
            Skip::X0 | Skip::Attend | Skip::Value => "use family = \"vit\", or skip = \"add\" or \"none\"",
            _ => "use family = \"backbone\", or skip = \"add\" or \"none\"",
        };
        let resnet = format!("family = 'resnet'\ndepth = 20\nskip = '{skip}'");
        assert_eq!(refused(&resnet, SMALL), format!("skip = {skip}: {fix}"));
        for key in ["attention_skip", "mlp_skip"] {
            let refused = refused(&format!("{vit}{key} = '{skip}'"), SMALL);
            let fix = "one branch takes \"add\" or \"none\"; use the key skip for another style of all branches";
            assert_eq!(refused, format!("{key} = {skip}: {fix}"));
        }
    }
    assert!(refused("family = 'densenet'\ndepth = 40\ngrowth = 12\nskip = 'add'", SMALL).contains("unknown field"));
}

#[test]
fn a_backbone_refuses_what_its_style_does_not_have() {
    for (toml, words) in [
        ("family = 'backbone'\ndepth = 10\nskip = 'fixup'\nnorm = 'none'", ["norm = none", "leave it out"]),
        ("family = 'backbone'\ndepth = 10\nskip = 'hyper'\ngrowth = 3", ["growth = 3", "concat"]),
    ] {
        let error = refused(toml, SMALL);
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
}

#[test]
fn the_usual_norm_is_not_written() {
    let json = |norm| serde_json::to_string(&BackboneConfig { norm, ..backbone(Skip::Add) }).expect("plain data");
    assert_eq!(json(Norm::Batch), r#"{"depth":22,"skip":"add","width":4}"#);
    assert_eq!(json(Norm::None), r#"{"depth":22,"skip":"add","width":4,"norm":"none"}"#);
}
