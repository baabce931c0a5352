//! Makes a Burn program that is not part of skipbench comparable with one copied file.
//!
//! ```sh
//! cargo build --release -p skipbench --example driven
//! skipbench versus 'target/release/examples/driven 128' 'target/release/examples/driven 160' --limit 3%
//! ```
//!
//! It trains a perceptron with one hidden layer. Its argument gives the number of hidden units.

// Your program has a copy of the file in its own folder, and says `mod skipbench_step;`.
#[path = "../adapters/skipbench_step.rs"]
mod skipbench_step;

use std::convert::Infallible;
use std::time::Instant;

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Distribution, Int, Tensor};

use skipbench_step::{Program, serve};

const BATCH: usize = 64;
const INPUTS: usize = 784;
const CLASSES: usize = 10;

#[derive(Module, Debug)]
struct Perceptron {
    hidden: Linear,
    output: Linear,
}

impl Perceptron {
    fn forward(&self, images: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(images)))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let width: usize = std::env::args().nth(1).ok_or("a number of hidden units is needed")?.parse()?;
    let device = Device::default().autodiff();
    let mut model = Some(Perceptron {
        hidden: LinearConfig::new(INPUTS, width).init(&device),
        output: LinearConfig::new(width, CLASSES).init(&device),
    });
    let (criterion, mut optimizer) = (CrossEntropyLossConfig::new().init(&device), SgdConfig::new().init());
    let images = Tensor::<2>::random([BATCH, INPUTS], Distribution::Default, &device);
    let labels = Tensor::<1, Int>::arange(0..BATCH as i64, &device) % CLASSES as i64;

    let mut step = || {
        let current = model.take().expect("every step gives the network back");
        let gradients = criterion.forward(current.forward(images.clone()), labels.clone()).backward();
        let gradients = GradientsParams::from_grads(gradients, &current);
        model = Some(optimizer.step(0.01, current, gradients));
    };
    let program = Program {
        name: "perceptron",
        units: (BATCH as u64, "images"),
        facts: &[("width", width.to_string()), ("burn", "0.22.1".to_owned())],
    };
    serve(&program, || {
        // On a device that works ahead, the step's work is over when the device says so.
        device.sync().expect("the device works");
        let start = Instant::now();
        step();
        device.sync().expect("the device works");
        Ok::<_, Infallible>(start.elapsed())
    })?;
    Ok(())
}
