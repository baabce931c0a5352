//! The layers of Transformers against Burn's own: outputs and gradients, on tensors of any layout; and what falls back
//! to Burn.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{DType, Device, Tensor};
use proptest::prelude::*;
use skipbench_ops::{Branch, Engine};

use super::reference::{apart, gammas, noise, wide};
use super::{constant, values};

const EPSILON: f64 = 1e-6;

fn device() -> Device {
    Device::flex().autodiff()
}

fn tensor<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    constant(noise(shape.iter().product(), seed), shape, &device()).require_grad()
}

fn linear(inputs: usize, outputs: usize, bias: bool) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).with_bias(bias).init(&device());
    layer.weight = layer.weight.map(|_| tensor([inputs, outputs], 11));
    layer.bias = layer.bias.map(|bias| bias.map(|_| tensor([outputs], 12)));
    layer
}

fn norm(width: usize) -> LayerNorm {
    let mut norm = LayerNormConfig::new(width).with_epsilon(EPSILON).init(&device());
    norm.gamma = norm.gamma.map(|_| constant(gammas(width, 13), [width], &device()).require_grad());
    norm.beta = norm.beta.map(|beta| beta.map(|_| tensor([width], 14)));
    norm
}

/// The output, and the gradients of x and the parameters for output gradients that vary.
fn differentiate<const D: usize, const P: usize>(
    y: Tensor<D>,
    x: &Tensor<3>,
    (matrix, vectors): (Option<Tensor<P>>, Vec<Tensor<1>>),
) -> Vec<Vec<f32>> {
    let dy = constant(noise(y.dims().iter().product(), 99), y.dims(), &y.device());
    let gradients = (y.clone() * dy).sum().backward();
    let mut found = vec![values(y.inner()), values(x.grad(&gradients).expect("of x"))];
    found.extend(matrix.map(|weight| values(weight.grad(&gradients).expect("of a weight"))));
    found.extend(vectors.iter().map(|vector| values(vector.grad(&gradients).expect("of a vector"))));
    found
}

/// By both engines: near each other, and not the same kernels twice.
fn agree(run: impl Fn(Engine) -> Vec<Vec<f32>>) -> Result<(), TestCaseError> {
    let (own, burn) = (run(Engine::default()), run(Engine::Burn));
    prop_assert_eq!(own.len(), burn.len());
    for (index, (own, burn)) in own.iter().zip(&burn).enumerate() {
        let (apart, tolerance) = (apart(own, &wide(burn)), if index == 0 { 1e-5 } else { 1e-4 });
        prop_assert!(apart <= tolerance, "result {} differs by {}", index, apart);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn linear_layers_are_burns(
        [batch, tokens, inputs, outputs] in [1..4usize, 1..20usize, 1..40usize, 1..40usize],
        gelu in any::<bool>(),
        turned in any::<bool>(),
    ) {
        let layer = linear(inputs, outputs, true);
        agree(|engine| {
            let x = if turned { tensor([batch, inputs, tokens], 1) } else { tensor([batch, tokens, inputs], 1) };
            let given = if turned { x.clone().swap_dims(1, 2) } else { x.clone() };
            let y = if gelu { engine.gelu_linear(&layer, given) } else { engine.linear(&layer, given) };
            let bias = layer.bias.as_ref().map(|bias| bias.val());
            differentiate(y, &x, (Some(layer.weight.val()), bias.into_iter().collect()))
        })?;
    }

    #[test]
    fn layer_normalizations_are_burns(
        [batch, tokens, width] in [1..4usize, 1..90usize, 8..70usize],
    ) {
        let norm = norm(width);
        agree(|engine| {
            let x = tensor([batch, tokens, width], 1);
            let y = engine.layer_norm(&norm, EPSILON, x.clone());
            let beta = norm.beta.as_ref().map(|beta| beta.val());
            differentiate::<3, 2>(y, &x, (None, [norm.gamma.val()].into_iter().chain(beta).collect()))
        })?;
    }

    #[test]
    fn attention_is_burns(
        [batch, tokens, heads, size] in [1..4usize, 1..70usize, 1..4usize, 1..20usize],
    ) {
        agree(|engine| {
            let x = tensor([batch, tokens, 3 * heads * size], 1);
            differentiate::<3, 2>(engine.attention(x.clone(), heads), &x, (None, vec![]))
        })?;
    }
}

/// A branch with 3 heads: attention or an MLP.
#[derive(Module, Debug)]
struct Layers {
    norm: LayerNorm,
    first: Linear,
    second: Linear,
}

impl Layers {
    fn new(width: usize, attends: bool) -> Self {
        let hidden = if attends { width } else { 2 * width };
        let first = linear(width, if attends { 3 * width } else { hidden }, true);
        Self { norm: norm(width), first, second: linear(hidden, width, true) }
    }

    /// As one operation, or part by part.
    fn apply(&self, engine: Engine, x: Tensor<3>, attends: bool, skip: bool, whole: bool) -> Tensor<3> {
        let (how, layers) = (Branch { epsilon: EPSILON, heads: 3, skip }, [&self.first, &self.second]);
        if whole && attends {
            return engine.attention_branch(&self.norm, layers, x, how);
        }
        if whole {
            return engine.mlp_branch(&self.norm, layers, x, how);
        }
        let y = engine.linear(&self.first, engine.layer_norm(&self.norm, EPSILON, x.clone()));
        let fx = if attends {
            engine.linear(&self.second, engine.attention(y, how.heads))
        } else {
            engine.gelu_linear(&self.second, y)
        };
        if skip { x + fx } else { fx }
    }
}

/// The output in training, the gradients, and the output in inference.
fn branch(engine: Engine, [batch, tokens, size]: [usize; 3], attends: bool, skip: bool, whole: bool) -> Vec<Vec<f32>> {
    let (layers, x) = (Layers::new(3 * size, attends), tensor([batch, tokens, 3 * size], 1));
    let y = layers.apply(engine, x.clone(), attends, skip, whole);
    let vectors = [layers.norm.beta.as_ref(), layers.first.bias.as_ref(), layers.second.bias.as_ref()];
    let vectors = vectors.into_iter().flatten().chain([&layers.norm.gamma]).map(|vector| vector.val()).collect();
    let mut found = differentiate(y, &x, (Some(layers.first.weight.val()), vectors));
    found.push(values(layers.valid().apply(engine, x.inner(), attends, skip, whole)));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn branches_are_burns_and_have_the_bits_of_their_parts(
        shape in [1..3usize, 1..70usize, 3..14usize],
        attends in any::<bool>(),
        skip in any::<bool>(),
    ) {
        agree(|engine| branch(engine, shape, attends, skip, true))?;
        let [whole, parts] = [true, false].map(|whole| branch(Engine::default(), shape, attends, skip, whole));
        prop_assert!(whole == parts, "other bits");
    }
}

fn embedding(config: Conv2dConfig) -> Conv2d {
    let mut layer = config.init(&device());
    let shape = layer.weight.shape().dims();
    layer.weight = layer.weight.map(|_| tensor(shape, 11));
    layer.bias = layer.bias.map(|bias| bias.map(|_| tensor([shape[0]], 12)));
    layer
}

fn embed(engine: Engine, layer: &Conv2d, shape: [usize; 4]) -> Vec<Vec<f32>> {
    let images = constant::<4>(noise(shape.iter().product(), 1), shape, &device());
    let y = engine.embed(layer, images);
    let dy = constant(noise(y.dims().iter().product(), 99), y.dims(), &y.device());
    let gradients = (y.clone() * dy).sum().backward();
    let weight = values(layer.weight.val().grad(&gradients).expect("it has one"));
    let bias = layer.bias.as_ref().map(|bias| values(bias.val().grad(&gradients).expect("it has one")));
    [values(y.inner()), weight].into_iter().chain(bias).collect()
}

#[test]
fn embeddings_of_patches_are_burns() {
    for (side, rows, columns) in [(4, 3, 5), (1, 2, 3), (7, 1, 1)] {
        let layer = embedding(Conv2dConfig::new([3, 10], [side; 2]).with_stride([side; 2]));
        agree(|engine| embed(engine, &layer, [2, 3, rows * side, columns * side])).expect("near");
    }
}

#[test]
fn tokens_are_burns() {
    let run = |engine: Engine| {
        let (patches, class, positions) = (tensor([3, 7, 10], 1), tensor([1, 1, 10], 2), tensor([1, 8, 10], 3));
        let y = engine.tokens(class.clone(), positions.clone(), patches.clone());
        let gradients = (y.clone() * tensor([3, 8, 10], 4)).sum().backward();
        let of = [patches, class, positions].map(|tensor| values(tensor.grad(&gradients).expect("it has one")));
        std::iter::once(values(y.inner())).chain(of).collect()
    };
    agree(run).expect("near");
}

/// What the kernels cannot do is computed by Burn, and so has Burn's bits.
#[test]
fn other_layers_are_left_to_burn() {
    let config = || Conv2dConfig::new([3, 10], [4, 4]);
    let others = [
        config().with_stride([2, 2]),
        config().with_stride([4, 4]).with_bias(false),
        config().with_stride([4, 4]).with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2)),
    ];
    for config in others {
        let layer = embedding(config);
        let [own, burn] = [Engine::default(), Engine::Burn].map(|engine| embed(engine, &layer, [2, 3, 8, 12]));
        assert!(own == burn, "{layer}");
    }
    let (layer, x) = (linear(5, 7, false), tensor([2, 3, 5], 1));
    let [own, burn] = [Engine::default(), Engine::Burn].map(|engine| values(engine.linear(&layer, x.clone())));
    assert!(own == burn);
    let double = |engine: Engine| {
        let mut layer = linear(5, 7, true).valid();
        layer.weight = layer.weight.map(|weight| weight.cast(DType::F64));
        layer.bias = layer.bias.map(|bias| bias.map(|bias| bias.cast(DType::F64)));
        engine.gelu_linear(&layer, x.clone().inner().cast(DType::F64)).into_data().try_to_vec::<f64>().expect("f64")
    };
    assert!(double(Engine::default()) == double(Engine::Burn));
}

/// Both computed by Burn would agree as well.
#[test]
fn the_kernels_are_not_burns() {
    let (layer, norm) = (linear(50, 30, true), norm(50));
    let run = |engine: Engine| {
        let x = tensor([2, 9, 50], 1);
        let y = engine.layer_norm(&norm, EPSILON, x.clone());
        let qkv = engine.gelu_linear(&layer, y.clone());
        [values(engine.linear(&layer, x)), values(engine.attention(qkv.clone(), 2)), values(y), values(qkv)]
    };
    let (own, burn) = (run(Engine::default()), run(Engine::Burn));
    assert!(own.iter().zip(&burn).all(|(own, burn)| own != burn));
}
