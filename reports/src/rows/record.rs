//! The schema of `runs.csv` and `samples.csv`: raw facts in base units, the unit in the column's name. What was not
//! measured is empty, never 0.

use serde::{Deserialize, Serialize};

use crate::rows::shared_text::SharedText;

/// Version of the columns below; it rises when one changes its name or meaning.
pub const SCHEMA_VERSION: u32 = 6;

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

/// Defines [`RunRow`] and its parts, so that each column stands here once: where it is in the file, and whose it is.
/// `csv` knows no struct within a row, and so the row cannot simply hold its parts.
macro_rules! columns {
    (
        work { $($(#[$work_doc:meta])* pub $work:ident: $work_type:ty,)* }
        measured { $($(#[$counted_doc:meta])* pub $counted:ident: $counted_type:ty,)* }
        predicted { $($(#[$predicted_doc:meta])* pub $predicted:ident: $predicted_type:ty,)* }
        measured { $($(#[$measured_doc:meta])* pub $measured:ident: $measured_type:ty,)* }
        origin { $($(#[$origin_doc:meta])* pub $origin:ident: $origin_type:ty,)* }
    ) => {
        /// One cell: what was run, on what, and what was measured. One line of `runs.csv`.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RunRow {
            $($(#[$work_doc])* pub $work: $work_type,)*
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$predicted_doc])* pub $predicted: $predicted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
            $($(#[$origin_doc])* pub $origin: $origin_type,)*
        }

        /// What was run, and how it ended: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Work { $($(#[$work_doc])* pub $work: $work_type,)* }

        /// What the model's configuration predicts: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Predicted { $($(#[$predicted_doc])* pub $predicted: $predicted_type,)* }

        /// What a cell's process measured: these columns of a [`RunRow`]. What its task does not measure is absent.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Measured {
            $($(#[$counted_doc])* pub $counted: $counted_type,)*
            $($(#[$measured_doc])* pub $measured: $measured_type,)*
        }

        /// On what it was run, by which program and when: these columns of a [`RunRow`].
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Origin { $($(#[$origin_doc])* pub $origin: $origin_type,)* }

        impl RunRow {
            /// The row of these parts.
            pub fn of(work: Work, predicted: Predicted, measured: Measured, origin: Origin) -> Self {
                Self {
                    $($work: work.$work,)*
                    $($counted: measured.$counted,)*
                    $($predicted: predicted.$predicted,)*
                    $($measured: measured.$measured,)*
                    $($origin: origin.$origin,)*
                }
            }
        }
    };
}

columns! {
    work {
        /// [`SCHEMA_VERSION`] of the writer.
        pub schema_version: u32,
        /// Identity of the cell: the first 16 hexadecimal digits of the SHA-256 of its JSON.
        pub cell: String,
        /// How it ended.
        pub status: Status,
        /// Why, where `status` is not `ok`.
        pub error: String,
        /// The suite's name.
        pub suite: String,
        /// SHA-256 of the suite's text.
        pub suite_sha256: String,
        /// The matched group.
        pub group: String,
        /// The model that the group is matched to.
        pub reference: String,
        /// What the group is matched in, such as `params`.
        pub budget: String,
        /// The model's name.
        pub model: String,
        /// Its specification as JSON.
        pub spec: String,
        /// `plain`, `resnet`, `densenet`, `vit` or `backbone`.
        pub family: String,
        /// How it joins, a word of [`style`](super::style).
        pub skip: String,
        /// Weighted layers, or a Transformer's blocks.
        pub depth: u64,
        /// What was measured, a word of [`task`](super::task).
        pub task: String,
        /// Seed of weights, order and augmentation.
        pub seed: u64,
        /// Which repetition of a timed cell with this seed, from 0.
        pub round: u64,
        /// Whether the cell is the reference once more, under a second name (A/A): what differs between the two is
        /// noise.
        pub twin: bool,
        /// Which set of fresh processes this one took turns in, from 1; empty where the cell was measured alone.
        pub set: Option<u64>,
        /// How many sets were planned before the first was measured. Sets with a higher number were added to become as
        /// precise as was asked for, and spreads are taken from the planned ones alone. Empty where the cell was
        /// measured alone.
        pub pilot_sets: Option<u64>,
        /// What the group varies, such as `depth`; empty where it compares models as they are.
        pub sweep: String,
        /// The model whose key is varied: the curve that this row is a point of.
        pub sweep_line: String,
        /// The value that the varied key has here.
        pub sweep_value: Option<u64>,

        /// Data set.
        pub data: String,
        /// SHA-256 of its decoded images and labels.
        pub data_sha256: String,
        /// Training images in it.
        pub train_images: u64,
        /// Test images in it.
        pub test_images: u64,
        /// Side of an image in pixels.
        pub image_size: u64,
        /// Channels of an image.
        pub image_channels: u64,
        /// Classes.
        pub classes: u64,
        /// The recipe as JSON.
        pub recipe: String,
        /// Images in a batch; 1 for `latency`.
        pub batch: u64,
    }
    measured {
        /// Trainable parameters, counted in the built network.
        pub params: Option<u64>,
    }
    predicted {
        /// Multiply-accumulates for one image, from the configuration.
        pub macs: Option<u64>,
        /// Bytes of all operations' outputs for one image, from the configuration.
        pub activation_bytes: Option<u64>,
        /// Bytes kept for the backward pass for one image, predicted from the configuration.
        pub saved_bytes: Option<u64>,
        /// Bytes that a forward pass moves for one image where every operation runs by itself, from the configuration.
        pub traffic_bytes: Option<u64>,
        /// The part of it that the joins move.
        pub join_bytes: Option<u64>,
    }
    measured {
        /// Shape of the last logits, such as `64x10`, of the tasks that look at them: inference and memory. Empty
        /// otherwise.
        pub output_shape: String,
        /// Epochs finished.
        pub epochs: Option<u64>,
        /// Optimizer steps taken.
        pub steps: Option<u64>,
        /// Mean loss over the last epoch, or the last timed step's loss.
        pub loss: Option<f64>,
        /// Training images classified rightly during the last epoch, while the weights still changed.
        pub train_correct: Option<u64>,
        /// Training images seen in the last epoch.
        pub train_total: Option<u64>,
        /// Test images classified rightly after the last epoch.
        pub test_correct: Option<u64>,
        /// Test images.
        pub test_total: Option<u64>,
        /// Time from the first step to the end of the last test, over all resumptions.
        pub train_ns: Option<u64>,
        /// `time-to-accuracy`: time of training, without tests, up to the first test that reached the recipe's
        /// `target_accuracy`; empty where none did.
        pub target_ns: Option<u64>,
        /// `time-to-accuracy`: epochs up to that test.
        pub target_epochs: Option<u64>,

        /// Steps run before timing began.
        pub warmup_steps: Option<u64>,
        /// How long they took.
        pub warmup_ns: Option<u64>,
        /// Whether they had stopped becoming faster or slower when timing began.
        pub warmup_steady: Option<bool>,
        /// Steps timed; each one's time is in `samples.csv`.
        pub timed_steps: Option<u64>,
        /// Median time of a timed step.
        pub step_ns_median: Option<u64>,
        /// 90th percentile of the timed steps; empty with fewer than ten.
        pub step_ns_p90: Option<u64>,
        /// 99th percentile of the timed steps; empty with fewer than a hundred.
        pub step_ns_p99: Option<u64>,
        /// With what the cell took turns step by step, and is compared: a model's name, or `base` in a gate's job. Empty
        /// where the cell was measured alone, and of the reference itself.
        pub time_reference: String,
        /// Time for one image as a multiple of that reference's, from the turns of this set.
        pub time_ratio: Option<f64>,
        /// Turns that count.
        pub turns: Option<u64>,
        /// Of them, those that were left out because something else held the machine up.
        pub dropped_turns: Option<u64>,
        /// `train-step`: median time of the forward pass with the loss, the device waited for after it.
        pub forward_ns_median: Option<u64>,
        /// `train-step`: median time of the backward pass, likewise.
        pub backward_ns_median: Option<u64>,
        /// `train-step`: median time of the optimizer, likewise. The three need not sum to `step_ns_median`: whole
        /// steps do not wait between their parts.
        pub optimizer_ns_median: Option<u64>,
        /// `train-epoch`: images of an epoch.
        pub epoch_images: Option<u64>,
        /// `train-epoch`: median time of an epoch, data preparation included.
        pub epoch_ns_median: Option<u64>,
        /// `train-epoch`: median over the epochs of the time spent preparing data, a part of the former.
        pub epoch_data_ns_median: Option<u64>,

        /// Multiply-adds that the device's own matrix product reached in the cell's process, in FLOP/s (one
        /// multiply-add is two).
        pub ceiling_flops_per_s: Option<f64>,
        /// Bytes that the device's own copy read and wrote in a second, in the cell's process.
        pub ceiling_bytes_per_s: Option<f64>,
        /// Processor cores that other processes kept busy during the cell.
        pub other_load_cores: Option<f64>,
        /// Clock of the fastest core when the cell ended, as the system tells it.
        pub cpu_mhz: Option<u64>,

        /// Heap bytes alive when the measured pass began: weights, one batch, the program.
        pub heap_start_bytes: Option<u64>,
        /// Most heap bytes alive at once during the measured pass.
        pub heap_peak_bytes: Option<u64>,
        /// Most heap bytes alive at once during a forward pass with its loss.
        pub heap_peak_forward_bytes: Option<u64>,
        /// During a backward pass.
        pub heap_peak_backward_bytes: Option<u64>,
        /// During an optimizer's step.
        pub heap_peak_optimizer_bytes: Option<u64>,
        /// Heap bytes alive that a step leaves behind: the median over the steps from the third on. 0 where nothing
        /// leaks.
        pub heap_growth_bytes: Option<i64>,
        /// Heap bytes that the last forward pass left alive for its backward pass; `saved_bytes` times `batch` predicts
        /// it.
        pub heap_saved_bytes: Option<u64>,
        /// Work of one step, which no load of the machine changes, here and below the least of the steps from the third
        /// on: allocations of heap memory, and changes of their size.
        pub work_allocations: Option<u64>,
        /// Bytes that they asked for, together.
        pub work_allocated_bytes: Option<u64>,
        /// Calls of skipbench's kernels.
        pub work_kernel_calls: Option<u64>,
        /// Multiply-accumulates that those were asked for.
        pub work_kernel_macs: Option<u64>,
        /// Bytes of operands that they were asked to read and write.
        pub work_kernel_bytes: Option<u64>,
        /// Instructions of the processor, where it counts them for this process.
        pub work_instructions: Option<u64>,
        /// VmHWM of the cell's process when it ended (Linux).
        pub rss_peak_bytes: Option<u64>,
        /// Bytes in use in the device's pools after the pass (CubeCL devices).
        pub device_in_use_bytes: Option<u64>,
        /// Bytes reserved by the device's pools after the pass (CubeCL devices).
        pub device_reserved_bytes: Option<u64>,
    }
    origin {
        /// Device as chosen, such as `flex` or `vulkan:0`.
        pub device: String,
        /// Device as it names itself.
        pub device_name: String,
        /// Threads given to the cell.
        pub threads: u64,
        /// Cells that could run at the same time as this one, itself included.
        pub concurrent: u64,
        /// Version of skipbench.
        pub skipbench_version: String,
        /// Version of Burn.
        pub burn_version: String,
        /// Cargo features of the binary.
        pub features: String,
        /// Git revision of the source; empty outside a repository.
        pub git_revision: String,
        /// Whether the source differed from that revision.
        pub git_dirty: Option<bool>,
        /// Identity of the machine; `host.toml` describes it.
        pub host: String,
        /// When the cell started, RFC 3339.
        pub started: String,
        /// How long its process lived.
        pub wall_ns: u64,
        /// The command that ran the suite.
        pub command: String,
        /// Identity of the plan of which a share was done here, while other machines did others; empty where the plan
        /// was done whole.
        pub plan: String,
    }
}

/// One number of a series that a cell recorded. One line of `samples.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRow {
    /// The cell.
    pub cell: SharedText,
    /// What it is, with its unit, a name of [`series`](super::series).
    pub series: SharedText,
    /// Epoch or step, from 1; of steps in a set see [`series`](super::series).
    pub index: u64,
    /// The number.
    pub value: f64,
}
