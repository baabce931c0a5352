//! The schema of `runs.csv` and `samples.csv`: raw facts in base units, the unit in the column's name. What was not
//! measured is empty, never 0.

use serde::{Deserialize, Serialize};

/// Version of the columns below; it rises when one changes its name or meaning.
pub const SCHEMA_VERSION: u32 = 4;

/// How a cell ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Measured and verified.
    Ok,
    /// It said why it could not be measured.
    #[default]
    Failed,
    /// Its process died.
    Crashed,
    /// It took longer than the suite allows.
    Timeout,
    /// It needed more memory than the suite allows, or than there was.
    OutOfMemory,
}

/// The columns of [`RunRow`], each written once, in the order of the file. Those that a cell itself measures are [`Measured`]'s too.
macro_rules! columns {
    (
        planned { $($(#[$of_planned:meta])* $planned:ident: $type_of_planned:ty,)* }
        counted { $($(#[$of_counted:meta])* $counted:ident: $type_of_counted:ty,)* }
        computed { $($(#[$of_computed:meta])* $computed:ident: $type_of_computed:ty,)* }
        measured { $($(#[$of_measured:meta])* $measured:ident: $type_of_measured:ty,)* }
        provenance { $($(#[$of_provenance:meta])* $provenance:ident: $type_of_provenance:ty,)* }
    ) => {
        /// One cell: what was run, on what, and what was measured. One line of `runs.csv`.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RunRow {
            $($(#[$of_planned])* pub $planned: $type_of_planned,)*
            $($(#[$of_counted])* pub $counted: $type_of_counted,)*
            $($(#[$of_computed])* pub $computed: $type_of_computed,)*
            $($(#[$of_measured])* pub $measured: $type_of_measured,)*
            $($(#[$of_provenance])* pub $provenance: $type_of_provenance,)*
        }

        /// What a cell measures of itself. What its task does not measure is absent.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Measured {
            $($(#[$of_counted])* pub $counted: $type_of_counted,)*
            $($(#[$of_measured])* pub $measured: $type_of_measured,)*
        }

        impl From<Measured> for RunRow {
            /// A row that says nothing else.
            fn from(measured: Measured) -> Self {
                Self { $($counted: measured.$counted,)* $($measured: measured.$measured,)* ..Self::default() }
            }
        }
    };
}

columns! {
    planned {
        /// [`SCHEMA_VERSION`] of the writer.
        schema_version: u32,
        /// Identity of the cell: the first 16 hexadecimal digits of the SHA-256 of its JSON.
        cell: String,
        /// How it ended.
        status: Status,
        /// Why, where `status` is not `ok`.
        error: String,
        /// The suite's name.
        suite: String,
        /// SHA-256 of the suite's text.
        suite_sha256: String,
        /// The matched group.
        group: String,
        /// The model that the group is matched to.
        reference: String,
        /// What the group is matched in, such as `params`.
        budget: String,
        /// The model's name.
        model: String,
        /// Its specification as JSON.
        spec: String,
        /// `plain`, `resnet`, `densenet`, `vit` or `backbone`.
        family: String,
        /// How it joins, a word of [`style`](super::style).
        skip: String,
        /// Weighted layers, or a Transformer's blocks.
        depth: u64,
        /// What was measured, a word of [`task`](super::task).
        task: String,
        /// Seed of weights, order and augmentation.
        seed: u64,
        /// Which repetition of a timed cell with this seed, from 0.
        round: u64,
        /// Whether the cell is the reference once more, under a second name (A/A): what differs between the two is noise.
        twin: bool,
        /// What the group varies, such as `depth`; empty where it compares models as they are.
        sweep: String,
        /// The model whose key is varied: the curve that this row is a point of.
        sweep_line: String,
        /// The value that the varied key has here.
        sweep_value: Option<u64>,

        /// Data set.
        data: String,
        /// SHA-256 of its decoded images and labels.
        data_sha256: String,
        /// Training images in it.
        train_images: u64,
        /// Test images in it.
        test_images: u64,
        /// Side of an image in pixels.
        image_size: u64,
        /// Channels of an image.
        image_channels: u64,
        /// Classes.
        classes: u64,
        /// The recipe as JSON.
        recipe: String,
        /// Images in a batch; 1 for `latency`.
        batch: u64,
    }

    counted {
        /// Trainable parameters, counted in the built network.
        params: Option<u64>,
    }

    computed {
        /// Multiply-accumulates for one image, from the configuration.
        macs: Option<u64>,
        /// Bytes of all operations' outputs for one image, from the configuration.
        activation_bytes: Option<u64>,
        /// Bytes kept for the backward pass for one image, predicted from the configuration.
        saved_bytes: Option<u64>,
        /// Bytes that a forward pass moves for one image where every operation runs by itself, from the configuration.
        traffic_bytes: Option<u64>,
        /// The part of it that the joins move.
        join_bytes: Option<u64>,
    }

    measured {
        /// Shape of the last logits, such as `64x10`, of the tasks that look at them: inference and memory. Empty otherwise.
        output_shape: String,
        /// Epochs finished.
        epochs: Option<u64>,
        /// Optimiser steps taken.
        steps: Option<u64>,
        /// Mean loss over the last epoch, or the last timed step's loss.
        loss: Option<f64>,
        /// Training images classified rightly during the last epoch, while the weights still changed.
        train_correct: Option<u64>,
        /// Training images seen in the last epoch.
        train_total: Option<u64>,
        /// Test images classified rightly after the last epoch.
        test_correct: Option<u64>,
        /// Test images.
        test_total: Option<u64>,
        /// Time from the first step to the end of the last test, over all resumptions.
        train_ns: Option<u64>,
        /// `time-to-accuracy`: time of training, without tests, up to the first test that reached the recipe's
        /// `target_accuracy`; empty where none did.
        target_ns: Option<u64>,
        /// `time-to-accuracy`: epochs up to that test.
        target_epochs: Option<u64>,

        /// Steps run before timing began.
        warmup_steps: Option<u64>,
        /// How long they took.
        warmup_ns: Option<u64>,
        /// Whether they had stopped becoming faster or slower when timing began.
        warmup_steady: Option<bool>,
        /// Steps timed; each one's time is in `samples.csv`.
        timed_steps: Option<u64>,
        /// Median time of a timed step.
        step_ns_median: Option<u64>,
        /// 90th percentile of the timed steps; empty with fewer than ten.
        step_ns_p90: Option<u64>,
        /// 99th percentile of the timed steps; empty with fewer than a hundred.
        step_ns_p99: Option<u64>,
        /// `train-step`: median time of the forward pass with the loss, the device waited for after it.
        forward_ns_median: Option<u64>,
        /// `train-step`: median time of the backward pass, likewise.
        backward_ns_median: Option<u64>,
        /// `train-step`: median time of the optimiser, likewise. The three need not sum to `step_ns_median`: whole steps do not
        /// wait between their parts.
        optimizer_ns_median: Option<u64>,
        /// `train-epoch`: images of an epoch.
        epoch_images: Option<u64>,
        /// `train-epoch`: median time of an epoch, data preparation included.
        epoch_ns_median: Option<u64>,
        /// `train-epoch`: median over the epochs of the time spent preparing data, a part of the former.
        epoch_data_ns_median: Option<u64>,

        /// Multiply-adds that the device's own matrix product reached in the cell's process, in FLOP/s (one multiply-add is
        /// two).
        ceiling_flops_per_s: Option<f64>,
        /// Bytes that the device's own copy read and wrote in a second, in the cell's process.
        ceiling_bytes_per_s: Option<f64>,
        /// Processor cores that other processes kept busy during the cell.
        other_load_cores: Option<f64>,
        /// Clock of the fastest core when the cell ended, as the system tells it.
        cpu_mhz: Option<u64>,

        /// Heap bytes alive when the measured pass began: weights, one batch, the program.
        heap_start_bytes: Option<u64>,
        /// Most heap bytes alive at once during the measured pass.
        heap_peak_bytes: Option<u64>,
        /// Most heap bytes alive at once during a forward pass with its loss.
        heap_peak_forward_bytes: Option<u64>,
        /// During a backward pass.
        heap_peak_backward_bytes: Option<u64>,
        /// During an optimiser's step.
        heap_peak_optimizer_bytes: Option<u64>,
        /// Heap bytes alive that a step leaves behind: the median over the steps from the third on. 0 where nothing leaks.
        heap_growth_bytes: Option<i64>,
        /// Heap bytes that the last forward pass left alive for its backward pass; `saved_bytes` times `batch` predicts it.
        heap_saved_bytes: Option<u64>,
        /// VmHWM of the cell's process when it ended (Linux).
        rss_peak_bytes: Option<u64>,
        /// Bytes in use in the device's pools after the pass (CubeCL devices).
        device_in_use_bytes: Option<u64>,
        /// Bytes reserved by the device's pools after the pass (CubeCL devices).
        device_reserved_bytes: Option<u64>,
    }

    provenance {
        /// Device as chosen, such as `flex` or `vulkan:0`.
        device: String,
        /// Device as it names itself.
        device_name: String,
        /// Threads given to the cell.
        threads: u64,
        /// Cells that could run at the same time as this one, itself included.
        concurrent: u64,
        /// Version of skipbench.
        skipbench_version: String,
        /// Version of Burn.
        burn_version: String,
        /// Cargo features of the binary.
        features: String,
        /// Git revision of the source; empty outside a repository.
        git_revision: String,
        /// Whether the source differed from that revision.
        git_dirty: Option<bool>,
        /// Identity of the machine; `host.toml` describes it.
        host: String,
        /// When the cell started, RFC 3339.
        started: String,
        /// How long its process lived.
        wall_ns: u64,
        /// The command that ran the suite.
        command: String,
    }
}

/// One number of a series that a cell recorded. One line of `samples.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRow {
    /// The cell.
    pub cell: String,
    /// What it is, with its unit, a name of [`series`](super::series).
    pub series: String,
    /// Epoch or step, from 1.
    pub index: u64,
    /// The number.
    pub value: f64,
}
