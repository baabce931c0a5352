//! Draws weights from a seed. Every parameter is drawn on the host from one ChaCha8 stream and then sent to the device.
//!
//! The same seed therefore gives the same weights on every backend and in every process. Burn's own initializers
//! promise neither: they draw from a process-global generator at first use, in the order of first use.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Normal};
use skipbench_ops::Conv;

use crate::inputs::execution::Execution;

/// What layer normalizations add to the variance, as in Dosovitskiy et al.'s code.
pub(crate) const LAYER_NORM_EPSILON: f64 = 1e-6;

/// Draws the parameters of one network, layer after layer.
pub(crate) struct Weights<'a> {
    rng: ChaCha8Rng,
    device: &'a Device,
    /// How the network will compute.
    pub(crate) execution: Execution,
}

impl<'a> Weights<'a> {
    /// Starts a fresh stream for `seed`. Parameters are placed on `device`.
    pub(crate) fn new(seed: u64, device: &'a Device, execution: Execution) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), device, execution }
    }

    /// Draws a convolution without bias, N(0, 2 / fan_in): He et al. 2015, arXiv:1502.01852, eq. 10.
    pub(crate) fn conv(&mut self, conv: Conv) -> Conv2d {
        self.scaled_conv(conv, 1.0)
    }

    /// Draws [`conv`](Self::conv) multiplied by `scale`.
    pub(crate) fn scaled_conv(&mut self, conv: Conv, scale: f64) -> Conv2d {
        let fan_in = conv.input * conv.kernel * conv.kernel;
        self.conv_with(conv, scale * (2.0 / fan_in as f64).sqrt(), false)
    }

    /// Draws a gate, N(0, 1 / fan_in), with bias `bias`. A sigmoid follows it, hence gain 1.
    pub(crate) fn gate(&mut self, conv: Conv, bias: f32) -> Conv2d {
        let mut gate = self.patches(conv);
        gate.bias = Some(self.given(vec![bias; conv.output], [conv.output]));
        gate
    }

    /// Draws a [`gate`](Self::gate) of tokens.
    pub(crate) fn linear_gate(&mut self, width: usize, bias: f32) -> Linear {
        let mut gate = self.linear_with(width, width, (1.0 / width as f64).sqrt());
        gate.bias = Some(self.given(vec![bias; width], [width]));
        gate
    }

    /// Draws a patch embedding with bias, N(0, 1 / fan_in). No ReLU follows it, hence gain 1.
    pub(crate) fn patches(&mut self, conv: Conv) -> Conv2d {
        let fan_in = conv.input * conv.kernel * conv.kernel;
        self.conv_with(conv, (1.0 / fan_in as f64).sqrt(), true)
    }

    /// Draws a linear layer, with weights N(0, 2 / (inputs + outputs)) after Glorot and Bengio 2010 and bias zero.
    pub(crate) fn linear(&mut self, inputs: usize, outputs: usize) -> Linear {
        self.linear_with(inputs, outputs, (2.0 / (inputs + outputs) as f64).sqrt())
    }

    /// Draws a linear layer with standard deviation `std`. Burn keeps the weight as `[inputs, outputs]`.
    fn linear_with(&mut self, inputs: usize, outputs: usize, std: f64) -> Linear {
        let mut linear = LinearConfig::new(inputs, outputs).init(self.device);
        linear.weight = self.normal([inputs, outputs], std);
        linear.bias = Some(self.zeros(outputs));
        linear
    }

    /// Creates a linear layer that starts at zero.
    pub(crate) fn zero_head(&mut self, inputs: usize, classes: usize) -> Linear {
        self.linear_with(inputs, classes, 0.0)
    }

    /// Draws a classifier head, with weights N(0, 1 / inputs) and bias zero.
    pub(crate) fn head(&mut self, inputs: usize, classes: usize) -> Linear {
        self.linear_with(inputs, classes, (1.0 / inputs as f64).sqrt())
    }

    /// Creates batch normalization with scale 1 and shift 0 (Burn's defaults: eps 1e-5, momentum 0.1).
    pub(crate) fn batch_norm(&self, channels: usize) -> BatchNorm {
        BatchNormConfig::new(channels).init(self.device)
    }

    /// Creates layer normalization with scale 1 and shift 0.
    pub(crate) fn layer_norm(&self, width: usize) -> LayerNorm {
        LayerNormConfig::new(width).with_epsilon(LAYER_NORM_EPSILON).init(self.device)
    }

    /// Draws a free parameter, N(0, `std`²), such as the position embedding.
    pub(crate) fn normal<const D: usize>(&mut self, shape: [usize; D], std: f64) -> Param<Tensor<D>> {
        let normal = Normal::new(0.0, std).expect("a layer has at least one input, so its deviation is finite");
        let count = shape.iter().product();
        let values: Vec<f32> = normal.sample_iter(&mut self.rng).take(count).map(|value: f64| value as f32).collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    /// Creates a free parameter that starts as `values`.
    pub(crate) fn given<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    /// Returns stream number `stream` (from 1) of the same seed. Drawing from it does not change what is drawn here.
    pub(crate) fn aside(&self, stream: u64) -> Weights<'a> {
        let mut rng = ChaCha8Rng::from_seed(self.rng.get_seed());
        rng.set_stream(stream);
        Weights { rng, device: self.device, execution: self.execution }
    }

    fn zeros(&self, width: usize) -> Param<Tensor<1>> {
        self.given(vec![0.0; width], [width])
    }

    fn conv_with(&mut self, conv: Conv, std: f64, bias: bool) -> Conv2d {
        let pad = conv.padding;
        let mut layer = Conv2dConfig::new([conv.input, conv.output], [conv.kernel; 2])
            .with_stride([conv.stride; 2])
            .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
            .with_bias(bias)
            .init(self.device);
        layer.weight = self.normal([conv.output, conv.input, conv.kernel, conv.kernel], std);
        layer.bias = bias.then(|| self.zeros(conv.output));
        layer
    }
}
