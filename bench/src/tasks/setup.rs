//! Prepares what every task starts from: images, a device, a network that is what it was costed as, and the recipe's
//! loss and optimizer.

use anyhow::{Result, ensure};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamWConfig, ModuleOptimizer, SgdConfig};
use burn::tensor::Device;
use skipbench_models::{Model, Network};

use crate::cell::recipe::{Augmentation, Checkpointing, Optimizer, Recipe};
use crate::cell::{Cell, Measured, Task};
use crate::device;
use crate::files::data::{Augment, Batches, DataSet, Split};
use crate::tasks::meter::ceiling;
use crate::tasks::meter::load::Load;
use crate::tasks::sgd::Sgd;

/// Holds what every task starts from, verified.
pub struct Setup<'a> {
    /// Cell to be run.
    pub cell: &'a Cell,
    /// Images of the cell.
    pub data: DataSet,
    /// Device, with automatic differentiation.
    pub device: Device,
}

impl<'a> Setup<'a> {
    /// Loads the images and opens the device.
    ///
    /// # Errors
    /// Returns an error for images that cannot be read, are not the planned ones or are too few, or for a device that
    /// is not present.
    pub fn new(cell: &'a Cell) -> Result<Self> {
        cell.check().map_err(anyhow::Error::msg)?;
        let data = cell.source.load()?;
        let summary = data.summary();
        ensure!(
            summary == cell.data,
            "{}: the images changed since the suite was planned: {summary}, planned {}",
            cell.source.name(),
            cell.data
        );
        let device = device::open(cell.device)?.autodiff();
        if let Some(half) = cell.recipe.precision.half() {
            ensure!(
                device.supports_dtype(half),
                "recipe.precision = \"{}\": {} does not compute in it; `skipbench devices` lists its formats",
                cell.recipe.precision.word(),
                cell.device
            );
        }
        let device = match cell.recipe.checkpointing {
            Checkpointing::None => device,
            Checkpointing::Balanced => device.gradient_checkpointing(),
        };
        Ok(Self { cell, data, device })
    }

    /// Adds what the machine did and what it could do. A memory cell runs beside others on one thread, where neither
    /// means anything.
    pub(super) fn with_machine(&self, measured: Measured, Load { other_cores, mhz }: Load) -> Result<Measured> {
        let Cell { task, device, threads, memory_limit_bytes, .. } = self.cell;
        if !task.is_timed() {
            return Ok(measured);
        }
        let measured = Measured { other_load_cores: other_cores, cpu_mhz: mhz, ..measured };
        // Training to an accuracy is a matter of epochs, not of steps: no roof.
        if *task == Task::TimeToAccuracy {
            return Ok(measured);
        }
        let ceiling = ceiling::measure(*device, &self.device.clone().inner(), *threads, *memory_limit_bytes)?;
        Ok(Measured { ceiling_flops_per_s: ceiling.flops_per_s, ceiling_bytes_per_s: ceiling.bytes_per_s, ..measured })
    }

    /// Releases the images, whose number is not part of what a network needs.
    pub(super) fn forget_images(&mut self) {
        self.data.train = Split::default();
        self.data.test = Split::default();
    }

    pub(super) fn recipe(&self) -> &Recipe {
        &self.cell.recipe
    }

    /// Returns [`network`](Self::network) of a built-in model.
    ///
    /// # Errors
    /// Returns the errors of [`network`](Self::network).
    pub fn model(&self) -> Result<(Model, Measured)> {
        self.network()
    }

    /// Builds the network, and compares its number of parameters with the configuration's cost.
    ///
    /// # Errors
    /// Returns an error for an impossible specification, or for parameters that are not those costed.
    pub fn network<N: Network>(&self) -> Result<(N, Measured)> {
        let images = self.cell.images();
        let model = N::build(&self.cell.spec, images, self.cell.seed, &self.device, self.recipe().execution())?;
        let (params, costed) = (model.count_trainable(), self.cell.spec.cost(images)?.params);
        ensure!(
            params == costed,
            "{}: built {params} parameters, but its configuration costs {costed}",
            self.cell.model
        );
        Ok((model, Measured { params: Some(params), ..Measured::default() }))
    }

    /// Returns the recipe's loss.
    pub fn loss(&self) -> CrossEntropyLoss {
        let smoothing = Some(self.recipe().label_smoothing as f32).filter(|share| *share > 0.0);
        CrossEntropyLossConfig::new().with_smoothing(smoothing).init(&self.device)
    }

    /// Creates the recipe's optimizer.
    pub fn optimizer(&self) -> ModuleOptimizer {
        let recipe = self.recipe();
        let (momentum, decay) = (recipe.momentum, recipe.weight_decay as f32);
        match recipe.optimizer {
            Optimizer::Sgd if recipe.kernels.is_native() => ModuleOptimizer::from(Sgd { momentum, decay }),
            Optimizer::Sgd => {
                let nesterov = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0).with_nesterov(true);
                let decay = WeightDecayConfig::new(decay);
                SgdConfig::new().with_momentum(Some(nesterov)).with_weight_decay(Some(decay)).init()
            }
            Optimizer::Adamw => AdamWConfig::new().with_weight_decay(decay).init(),
        }
    }

    /// Returns the number of optimizer steps per epoch.
    pub(super) fn steps_per_epoch(&self) -> u64 {
        Batches::steps_of(&self.data, self.recipe().batch) as u64
    }

    /// Returns the number of optimizer steps of the whole recipe.
    pub(super) fn total_steps(&self) -> u64 {
        let all = self.recipe().epochs * self.steps_per_epoch();
        self.recipe().steps.map_or(all, |steps| steps.min(all))
    }

    pub(super) fn augment(&self) -> Augment {
        let usual = self.cell.source.usual_augmentation();
        match self.recipe().augment {
            Augmentation::Usual => usual,
            Augmentation::Shift => Augment { flip: false, ..usual },
            Augmentation::None => Augment::NONE,
        }
    }
}
