//! Tests the Transformer's skip styles: what each costs, and what it is before it has learned anything.

mod gradients;
mod inside;
mod unchanged;

use burn::tensor::{Device, Tensor};
use skipbench_models::{Cost, Images, Model, ModelSpec, Network, ResidualSkip, Skip, ViTConfig, catalog};

use super::forward::images;
use super::specs::refused;
use super::training::difference;

/// Ten tokens: nine patches of 4×4 pixels and the class token.
const SMALL: Images = Images { size: 12, channels: 3, classes: 5 };
const TOKENS: u64 = 10;

/// Three blocks, tokens eight wide, two heads.
fn config(skip: Skip) -> ViTConfig {
    let plain = ViTConfig::new(3, 8, 2, 4);
    match skip {
        Skip::None => ViTConfig { attention_skip: ResidualSkip::None, mlp_skip: ResidualSkip::None, ..plain },
        Skip::Concat => ViTConfig { skip, growth: Some(6), ..plain },
        skip => ViTConfig { skip, ..plain },
    }
}

fn spec(skip: Skip) -> ModelSpec {
    ModelSpec::Vit(config(skip))
}

fn model(skip: Skip) -> Model {
    spec(skip).init(SMALL, 3, &Device::flex()).expect("valid")
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

fn logits(skip: Skip) -> Vec<f32> {
    numbers(model(skip).forward(images(SMALL, 4)))
}

fn cost(skip: Skip) -> Cost {
    spec(skip).cost(SMALL).expect("valid")
}

#[test]
fn every_style_builds_what_it_costs_and_is_found_by_its_name() {
    for skip in Skip::of_transformers() {
        let (spec, name) = (spec(skip), catalog::name(&spec(skip)));
        let built = spec.init(SMALL, 1, &Device::flex()).expect(&name);
        assert_eq!(built.count_trainable(), spec.cost(SMALL).expect(&name).params, "{name}");
        let logits = numbers(built.forward(images(SMALL, 2)));
        assert!(logits.len() == 10 && logits.iter().all(|value| value.is_finite()), "{name}");
        assert_eq!(spec.skip(), skip.word(), "{name}");
        assert_eq!(catalog::find(&name).as_ref(), Ok(&spec), "{name}");
    }
    let of = |name: &str| catalog::find(name).expect(name);
    assert_eq!(of("vit-add-d3-w8-h2-p4"), spec(Skip::Add));
    assert_eq!(of("vit-none-d3-w8-h2-p4"), of("vit-d3-w8-h2-p4-none"));
    assert_eq!(catalog::name(&spec(Skip::Concat)), "vit-concat-d3-w8-h2-p4-k6");
}

/// Three blocks of two branches, eight wide.
#[test]
fn what_a_style_learns_is_what_its_paper_counts() {
    let more = |skip| cost(skip).params as i64 - cost(Skip::Add).params as i64;
    assert_eq!(more(Skip::None), 0);
    assert_eq!(more(Skip::Scaled), 6, "one number per branch");
    assert_eq!(more(Skip::Stochastic), 0);
    assert_eq!(more(Skip::Gated), 6 * (8 * 8 + 8), "a linear layer per branch");
    assert_eq!(more(Skip::Weighted), 3 * (3 + 3) / 2, "d(d+3)/2 for d blocks, DenseFormer, §3");
    assert_eq!(more(Skip::X0), 3 * 2, "two numbers per block");
    assert_eq!(more(Skip::Attend), 6 * 8, "one query per branch except the first, and one for the head");
    assert_eq!(more(Skip::Hyper), 6 * 2 * (2 + 2), "n(n+2) per branch for n = 2 streams, arXiv:2409.19606, §3");
    assert_eq!(more(Skip::Constrained), 6 * 2 * (2 + 2));
    assert_eq!(more(Skip::Value), 2 * 2, "two numbers per block, except the first");
}

#[test]
fn multiply_accumulates_of_joins_are_those_of_gates_and_of_attention_over_depth() {
    for skip in Skip::of_transformers().filter(|skip| !skip.concatenates()) {
        let more = match skip {
            Skip::Gated => 6 * TOKENS * 8 * 8,
            // The join after branch i weighs i + 1 tensors: a product with the query, and one with the share.
            Skip::Attend => (1..=6).map(|branch| 2 * (branch + 1) * TOKENS * 8).sum(),
            _ => 0,
        };
        assert_eq!(cost(skip).macs, cost(Skip::Add).macs + more, "{skip}");
    }
}

/// Branch i (from 0) reads 8 + 6i features and outputs 6, in which attention works. The MLP's middle is 24 wide.
#[test]
fn what_concatenation_costs_can_be_counted_by_hand() {
    let attention = |input: u64| [input * 18 + 18 + 6 * 6 + 6, input * 18 + 6 * 6];
    let mlp = |input: u64| [input * 24 + 24 + 24 * 6 + 6, input * 24 + 24 * 6];
    let reads = |branch: u64| 8 + 6 * branch;
    let branches: Vec<[u64; 2]> =
        (0..3).flat_map(|block| [attention(reads(2 * block)), mlp(reads(2 * block + 1))]).collect();
    let norms: u64 = (0..=6).map(|branch| 2 * reads(branch)).sum();
    let (embedding, head) = (4 * 4 * 3 * 8 + 8 + (TOKENS + 1) * 8, reads(6) * 5 + 5);
    let params = branches.iter().map(|[params, _]| params).sum::<u64>() + norms + embedding + head;
    assert_eq!(cost(Skip::Concat).params, params);
    let products = 3 * 2 * TOKENS * TOKENS * 6;
    let linear = branches.iter().map(|[_, macs]| TOKENS * macs).sum::<u64>();
    assert_eq!(cost(Skip::Concat).macs, linear + products + (TOKENS - 1) * 4 * 4 * 3 * 8 + reads(6) * 5);
}

/// Counted in tensors of tokens, eight wide: an operation reads one or two and writes one.
#[test]
fn what_a_join_moves_can_be_counted_by_hand() {
    const SUM: u64 = 3;
    const PRODUCT: u64 = 3;
    /// A tensor times one number, or through a sigmoid.
    const SCALE: u64 = 2;
    let moved = |skip| match skip {
        Skip::Add | Skip::Stochastic => 6 * SUM,
        Skip::Scaled => 6 * (SCALE + SUM),
        Skip::Gated => 6 * (SCALE + SUM + PRODUCT + SUM),
        // Attention and the MLP's output are added, and block i of three averages i + 1 tensors.
        Skip::Weighted => (1..=3).map(|block| 2 * SUM + (block + 1) * SCALE + block * SUM).sum(),
        Skip::X0 => 3 * (2 * SUM + 2 * SCALE + SUM),
        Skip::Hyper | Skip::Constrained => 6 * (2 * SCALE + SUM + 2 * (3 * SCALE + 2 * SUM)) + SUM + SCALE,
        Skip::Value => 6 * SUM + 2 * (2 * SCALE + SUM),
        _ => 0,
    };
    for skip in Skip::of_transformers().filter(|skip| !matches!(skip, Skip::Concat | Skip::Attend)) {
        assert_eq!(cost(skip).join_bytes, moved(skip) * 4 * TOKENS * 8, "{skip}");
    }
    // Concatenation reads both parts and writes the whole.
    let whole: u64 = (1..=6).map(|branch| 2 * (8 + 6 * branch)).sum();
    assert_eq!(cost(Skip::Concat).join_bytes, whole * 4 * TOKENS);
    // Attention over depth moves each of its tensors about nine times, and also the numbers of each position.
    let tensors: u64 = (2..=7).map(|past| 9 * past).sum();
    let share = cost(Skip::Attend).join_bytes as f64 / (tensors * 4 * TOKENS * 8) as f64;
    assert!(share > 1.0 && share < 1.6, "{share}");
}

#[test]
fn averages_and_streams_begin_as_addition_to_the_bit_where_their_numbers_are_whole() {
    let add = logits(Skip::Add);
    for skip in [Skip::Weighted, Skip::X0, Skip::Hyper] {
        assert_eq!(logits(skip), add, "{skip}");
    }
    // Sigmoids and Sinkhorn's steps give 1 and 0, except for rounding.
    let constrained = difference(&logits(Skip::Constrained), &add);
    assert!(constrained < 1e-5, "{constrained}");
    // The mean of all depths is their sum over a number that every LayerNorm takes out again, except for its epsilon.
    let attend = difference(&logits(Skip::Attend), &add);
    assert!(attend > 0.0 && attend < 1e-3, "{attend}");
    for skip in [Skip::None, Skip::Concat, Skip::Scaled, Skip::Gated, Skip::Value] {
        assert!(difference(&logits(skip), &add) > 1e-2, "{skip} does not begin as addition");
    }
}

#[test]
fn keys_that_do_not_go_together_are_refused() {
    let vit = "family = 'vit'\ndepth = 1\nwidth = 8\nheads = 2\npatch = 4\n";
    let refused = |keys: &str| refused(&format!("{vit}{keys}"), SMALL);
    assert_eq!(
        refused("skip = 'fixup'"),
        "skip = fixup: it stands in for BatchNorm, which a Transformer does not have: use family = \"backbone\""
    );
    assert_eq!(
        refused("skip = 'none'"),
        "skip = none: write attention_skip = \"none\" and mlp_skip = \"none\" instead"
    );
    assert_eq!(
        refused("skip = 'hyper'\nmlp_skip = 'none'"),
        "mlp_skip = none: under skip = \"hyper\" both branches have it; leave it out"
    );
    assert_eq!(refused("growth = 4"), "growth = 4: only skip = \"concat\" grows; leave it out");
    assert_eq!(refused("skip = 'concat'\ngrowth = 5"), "heads = 2: it must divide growth = 5");
    assert_eq!(refused("skip = 'concat'\ngrowth = 0"), "growth = 0: a number from 1 to 4096 is needed");
    for skip in [Skip::X0, Skip::Attend, Skip::Value] {
        let backbone = super::specs::refused(&format!("family = 'backbone'\ndepth = 10\nskip = '{skip}'"), SMALL);
        assert!(backbone.starts_with(&format!("skip = {skip}: ")) && backbone.contains("vit"), "{backbone}");
    }
}

#[test]
fn what_is_usual_is_not_written() {
    let json = |skip| serde_json::to_string(&config(skip)).expect("plain data");
    let plain = r#"{"depth":3,"width":8,"heads":2,"patch":4,"mlp":4,"attention_skip":"add","mlp_skip":"add"}"#;
    assert_eq!(json(Skip::Add), plain);
    assert_eq!(json(Skip::Concat), plain.replace('}', r#","skip":"concat","growth":6}"#));
}

#[test]
fn growth_is_half_the_width_unless_it_is_given() {
    let name = |growth: &str| format!("vit-concat-d2-w36-h4-p4{growth}");
    let params = |name: String| catalog::find(&name).expect(&name).cost(SMALL).expect(&name).params;
    assert_eq!(params(name("")), params(name("-k16")), "18 is no multiple of four heads");
}
