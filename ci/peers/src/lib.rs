//! Provides one training step that is the same for every tool: a small ResNet on noise, with a known slowdown.

use std::time::{Duration, Instant};

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Distribution, Int, Tensor};
use skipbench_models::{Images, Model, catalog};

/// Number of images in a step.
pub const BATCH: usize = 64;

/// Name of the network. A step of it takes a few milliseconds on two cores.
pub const NETWORK: &str = "resnet8-w8";

const IMAGES: Images = Images { size: 8, channels: 1, classes: 10 };

/// A network in training on one batch.
pub struct Training {
    /// The network, which is always present between steps.
    model: Option<Model>,
    optimizer: ModuleOptimizer,
    criterion: CrossEntropyLoss,
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    planted: f64,
}

impl Training {
    /// Creates the training with the slowdown that the program's own name asks for.
    pub fn new() -> Self {
        let device = Device::flex().autodiff();
        let spec = catalog::find(NETWORK).expect("the catalog has it");
        let shape = [BATCH, IMAGES.channels, IMAGES.size, IMAGES.size];
        Self {
            model: Some(spec.init(IMAGES, 1, &device).expect("it fits these images")),
            optimizer: SgdConfig::new().with_momentum(Some(MomentumConfig::new())).init(),
            criterion: CrossEntropyLossConfig::new().init(&device),
            images: Tensor::random(shape, Distribution::Normal(0.0, 1.0), &device),
            labels: Tensor::<1, Int>::arange(0..BATCH as i64, &device) % IMAGES.classes as i64,
            planted: planted(),
        }
    }

    /// Does one step and returns its time.
    pub fn step(&mut self) -> Duration {
        let start = Instant::now();
        let model = self.model.take().expect("every step gives the network back");
        let loss = self.criterion.forward(model.forward(self.images.clone()), self.labels.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        self.model = Some(self.optimizer.step(0.001, model, gradients));
        let longer = start.elapsed().mul_f64(1.0 + self.planted);
        while start.elapsed() < longer {
            std::hint::spin_loop();
        }
        start.elapsed()
    }
}

impl Default for Training {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the planted slowdown. A program called `…-planted-3` makes its steps 3 % longer. The name decides, because
/// two programs that one tool starts have the same environment.
fn planted() -> f64 {
    let program = std::env::current_exe().ok();
    let name = program.as_ref().and_then(|path| path.file_name()?.to_str()).unwrap_or_default();
    let percent = name.rsplit_once("planted-").and_then(|(_, percent)| percent.parse::<f64>().ok());
    percent.unwrap_or(0.0) / 100.0
}
