//! Measures a network of your own beside the built-in ones, with all of skipbench around it.
//!
//! ```sh
//! cargo run --release -p skipbench --example custom_model -- run bench/examples/custom_model.toml
//! ```
//!
//! The program is `skipbench` itself, with suites that can name `scaled-10` and `scaled-22`. These are residual blocks
//! whose branch is multiplied by one learned number. It begins at 0, and the network therefore as the identity
//! (SkipInit, De and Smith 2020, arXiv:2002.10444), here with BatchNorm in the branch.

use std::process::ExitCode;

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use skipbench_models::{CustomConfig, CustomModel, Images, SpecError};

/// Number of channels of every layer.
const WIDTH: usize = 16;

/// Computes `y = ReLU(x + a · BN(conv(x)))`.
#[derive(Module, Debug)]
struct Block {
    conv: Conv2d,
    norm: BatchNorm,
    scale: Param<Tensor<1>>,
}

impl Block {
    fn new(device: &Device) -> Self {
        Self {
            conv: conv(WIDTH, device),
            norm: BatchNormConfig::new(WIDTH).init(device),
            scale: Param::from_tensor(Tensor::zeros([1], device)),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let fx = self.norm.forward(self.conv.forward(x.clone()));
        relu(x + fx * self.scale.val().reshape([1, 1, 1, 1]))
    }
}

/// A stem, blocks, and a linear layer on the means of the maps.
#[derive(Module, Debug)]
struct Scaled {
    stem: Conv2d,
    blocks: Vec<Block>,
    head: Linear,
}

fn conv(input: usize, device: &Device) -> Conv2d {
    let same = PaddingConfig2d::Explicit(1, 1, 1, 1);
    Conv2dConfig::new([input, WIDTH], [3, 3]).with_padding(same).with_bias(false).init(device)
}

impl CustomModel for Scaled {
    fn configs(images: Images) -> Vec<CustomConfig> {
        let Images { size, channels, classes } = images;
        let config = |depth: usize| {
            let weights = 9 * channels * WIDTH + (depth - 2) * 9 * WIDTH * WIDTH;
            let params = weights + (depth - 2) * (2 * WIDTH + 1) + (WIDTH + 1) * classes;
            let macs = weights * size * size + WIDTH * classes;
            let (name, skip) = (format!("scaled-{depth}"), "scaled-add".to_owned());
            CustomConfig { name, skip, depth, params: params as u64, macs: macs as u64 }
        };
        vec![config(10), config(22)]
    }

    fn init(config: &CustomConfig, images: Images, seed: u64, device: &Device) -> Result<Self, SpecError> {
        device.seed(seed);
        Ok(Self {
            stem: conv(images.channels, device),
            blocks: (0..config.depth - 2).map(|_| Block::new(device)).collect(),
            head: LinearConfig::new(WIDTH, images.classes).init(device),
        })
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let stem = relu(self.stem.forward(images));
        let maps = self.blocks.iter().fold(stem, |x, block| block.forward(x));
        let [batch, channels, height, width] = maps.dims();
        let means = maps.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels]);
        self.head.forward(means)
    }
}

fn main() -> ExitCode {
    skipbench::cli::main_with::<Scaled>()
}
