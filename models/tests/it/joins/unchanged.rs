//! Defines the published Transformer again, operation by operation. Joins must not change a bit of it.

use burn::tensor::activation::gelu;
use burn::tensor::module::{attention, conv2d, layer_norm, linear};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use skipbench_models::{Execution, Kernels, ModelSpec, ResidualSkip, State, ViTConfig};

use super::{SMALL, images, numbers};

/// A network's weights by name.
struct Weights(State);

impl Weights {
    fn get<const D: usize>(&self, name: &str) -> Tensor<D> {
        Tensor::from_data(self.0.get(name).expect(name).clone(), &Device::flex())
    }

    fn norm(&self, name: &str, x: Tensor<3>) -> Tensor<3> {
        layer_norm(x, self.get(&format!("{name}.gamma")), Some(self.get(&format!("{name}.beta"))), 1e-6)
    }

    fn linear<const D: usize>(&self, name: &str, x: Tensor<D>) -> Tensor<D> {
        linear(x, self.get(&format!("{name}.weight")), Some(self.get(&format!("{name}.bias"))))
    }

    fn tokens(&self, x: Tensor<4>, config: &ViTConfig) -> Tensor<3> {
        let options = ConvOptions::new([config.patch; 2], [0, 0], [1, 1], 1);
        let x = conv2d(x, self.get("patches.weight"), Some(self.get("patches.bias")), options);
        let [batch, width, height, columns] = x.dims();
        let x = x.reshape([batch, width, height * columns]).swap_dims(1, 2);
        let class_token = self.get::<3>("class_token").expand([batch, 1, width]);
        Tensor::cat(vec![class_token, x], 1) + self.get("positions")
    }

    fn attend(&self, block: &str, x: Tensor<3>, heads: usize) -> Tensor<3> {
        let [batch, tokens, width] = x.dims();
        let qkv = self.linear(&format!("{block}.qkv"), x);
        let qkv = qkv.reshape([batch, tokens, 3 * heads, width / heads]).swap_dims(1, 2);
        let [q, k, v] = [0, 1, 2].map(|part| qkv.clone().narrow(1, part * heads, heads));
        let y = attention(q, k, v, None, None, Default::default());
        self.linear(&format!("{block}.projection"), y.swap_dims(1, 2).reshape([batch, tokens, width]))
    }

    fn block(&self, block: &str, x: Tensor<3>, config: &ViTConfig) -> Tensor<3> {
        let join = |skip, x: Tensor<3>, fx| if skip == ResidualSkip::Add { x + fx } else { fx };
        let fx = self.attend(block, self.norm(&format!("{block}.attention_norm"), x.clone()), config.heads);
        let x = join(config.attention_skip, x, fx);
        let fx = gelu(self.linear(&format!("{block}.up"), self.norm(&format!("{block}.mlp_norm"), x.clone())));
        join(config.mlp_skip, x, self.linear(&format!("{block}.down"), fx))
    }

    fn logits(&self, x: Tensor<4>, config: &ViTConfig) -> Tensor<2> {
        let x = self.tokens(x, config);
        let x = (0..config.depth).fold(x, |x, block| self.block(&format!("blocks.{block}"), x, config));
        let [batch, _, width] = x.dims();
        self.linear("head", self.norm("norm", x).narrow(1, 0, 1).reshape([batch, width]))
    }
}

#[test]
fn a_transformer_that_adds_or_has_no_skip_computes_what_it_did_to_the_bit() {
    let burn = Execution { kernels: Kernels::Burn, ..Execution::default() };
    for (attention_skip, mlp_skip) in [
        (ResidualSkip::Add, ResidualSkip::Add),
        (ResidualSkip::Add, ResidualSkip::None),
        (ResidualSkip::None, ResidualSkip::Add),
        (ResidualSkip::None, ResidualSkip::None),
    ] {
        let config = ViTConfig { attention_skip, mlp_skip, ..ViTConfig::new(3, 12, 3, 4) };
        let model = ModelSpec::Vit(config.clone()).init_with(SMALL, 5, &Device::flex(), burn).expect("valid");
        let weights = Weights(State::of(&model));
        assert_eq!(weights.0.len(), 4 + 3 * 12 + 4, "joins that add learn nothing");
        let expected = numbers(weights.logits(images(SMALL, 2), &config));
        assert_eq!(numbers(model.forward(images(SMALL, 2))), expected, "{attention_skip:?} {mlp_skip:?}");
    }
}
