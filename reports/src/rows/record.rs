//! Defines the schema of `runs.csv` and `samples.csv`. Columns hold raw facts in base units, with the unit in the
//! column's name. What was not measured is empty, never 0.

use serde::{Deserialize, Serialize};

use crate::rows::columns::columns;
use crate::rows::shared_text::SharedText;

/// Version of the columns below. It rises when one changes its name or meaning.
pub const SCHEMA_VERSION: u32 = 6;

/// Says how a cell ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The cell was measured and verified.
    Ok,
    /// The cell reported why it could not be measured.
    #[default]
    Failed,
    /// Its process died.
    Crashed,
    /// The cell took longer than the suite allows.
    Timeout,
    /// The cell needed more memory than the suite allows, or than there was.
    OutOfMemory,
}

columns! {
    work {
        /// [`SCHEMA_VERSION`] of the writer.
        pub schema_version: u32,
        /// Identity of the cell: the first 16 hexadecimal digits of the SHA-256 of its JSON.
        pub cell: String,
        /// How the cell ended.
        pub status: Status,
        /// Reason, where `status` is not `ok`.
        pub error: String,
        /// Name of the suite.
        pub suite: String,
        /// SHA-256 of the suite's text.
        pub suite_sha256: String,
        /// Name of the matched group.
        pub group: String,
        /// Name of the model that the group is matched to.
        pub reference: String,
        /// Budget that the group is matched in, such as `params`.
        pub budget: String,
        /// Name of the model.
        pub model: String,
        /// Specification of the model, as JSON.
        pub spec: SharedText,
        /// Family: `plain`, `resnet`, `densenet`, `vit` or `backbone`.
        pub family: String,
        /// Skip style, a word of [`style`](super::style).
        pub skip: String,
        /// Depth in weighted layers, or a Transformer's blocks.
        pub depth: u64,
        /// Task that was measured, a word of [`task`](super::task).
        pub task: String,
        /// Seed of weights, order and augmentation.
        pub seed: u64,
        /// Number of the repetition of a timed cell with this seed, from 0.
        pub round: u64,
        /// Whether the cell is the reference once more, under a second name (A/A). What differs between the two is
        /// noise.
        pub twin: bool,
        /// Number of the set of fresh processes that this one took turns in, from 1; empty where the cell was measured
        /// alone.
        pub set: Option<u64>,
        /// Number of sets that were planned before the first was measured. Sets with a higher number were added to
        /// reach the precision asked for, and spreads are taken from the planned ones alone. It is empty where the cell
        /// was measured alone.
        pub pilot_sets: Option<u64>,
        /// Key that the group varies, such as `depth`; empty where it compares models as they are.
        pub sweep: String,
        /// Name of the model whose key is varied: the curve that this row is a point of.
        pub sweep_line: String,
        /// Value that the varied key has here.
        pub sweep_value: Option<u64>,

        /// Name of the data set.
        pub data: String,
        /// SHA-256 of the data set's decoded images and labels.
        pub data_sha256: String,
        /// Number of training images in the data set.
        pub train_images: u64,
        /// Number of test images in the data set.
        pub test_images: u64,
        /// Side of an image, in pixels.
        pub image_size: u64,
        /// Number of channels of an image.
        pub image_channels: u64,
        /// Number of classes.
        pub classes: u64,
        /// Recipe, as JSON.
        pub recipe: SharedText,
        /// Number of images in a batch; 1 for `latency`.
        pub batch: u64,
    }
    measured {
        /// Number of trainable parameters, counted in the built network.
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
        /// Part of `traffic_bytes` that the joins move.
        pub join_bytes: Option<u64>,
    }
    measured {
        /// Shape of the last logits, such as `64x10`, for the tasks that look at them: inference and memory. It is
        /// empty otherwise.
        pub output_shape: String,
        /// Number of epochs finished.
        pub epochs: Option<u64>,
        /// Number of optimizer steps taken.
        pub steps: Option<u64>,
        /// Mean loss over the last epoch, or the last timed step's loss.
        pub loss: Option<f64>,
        /// Number of training images classified correctly during the last epoch, while the weights still changed.
        pub train_correct: Option<u64>,
        /// Number of training images seen in the last epoch.
        pub train_total: Option<u64>,
        /// Number of test images classified correctly after the last epoch.
        pub test_correct: Option<u64>,
        /// Number of test images.
        pub test_total: Option<u64>,
        /// Time from the first step to the end of the last test, over all resumptions.
        pub train_ns: Option<u64>,
        /// `time-to-accuracy`: training time, without tests, up to the first test that reached the recipe's
        /// `target_accuracy`. It is empty where none did.
        pub target_ns: Option<u64>,
        /// `time-to-accuracy`: number of epochs up to that test.
        pub target_epochs: Option<u64>,

        /// Number of steps run before timing began (warm-up).
        pub warmup_steps: Option<u64>,
        /// Duration of the warm-up.
        pub warmup_ns: Option<u64>,
        /// Whether the steps were no longer becoming faster or slower when timing began.
        pub warmup_steady: Option<bool>,
        /// Number of steps timed. Each one's time is in `samples.csv`.
        pub timed_steps: Option<u64>,
        /// Median time of a timed step.
        pub step_ns_median: Option<u64>,
        /// 90th percentile of the timed steps; empty with fewer than ten.
        pub step_ns_p90: Option<u64>,
        /// 99th percentile of the timed steps; empty with fewer than a hundred.
        pub step_ns_p99: Option<u64>,
        /// Name of what the cell took turns with step by step, and is compared with: a model's name, or `base` in a
        /// gate's job. It is empty where the cell was measured alone, and for the reference itself.
        pub time_reference: String,
        /// Time for one image as a multiple of that reference's, from the turns of this set.
        pub time_ratio: Option<f64>,
        /// Number of turns that count.
        pub turns: Option<u64>,
        /// Number of turns that were left out because something else held the machine up.
        pub dropped_turns: Option<u64>,
        /// `train-step`: median time of the forward pass with the loss, including the wait for the device after it.
        pub forward_ns_median: Option<u64>,
        /// `train-step`: median time of the backward pass, including the wait for the device after it.
        pub backward_ns_median: Option<u64>,
        /// `train-step`: median time of the optimizer, including the wait for the device after it. The three need not
        /// sum to `step_ns_median`: whole steps do not wait between their parts.
        pub optimizer_ns_median: Option<u64>,
        /// `train-epoch`: number of images in an epoch.
        pub epoch_images: Option<u64>,
        /// `train-epoch`: median time of an epoch, data preparation included.
        pub epoch_ns_median: Option<u64>,
        /// `train-epoch`: median over the epochs of the time spent preparing data, which is a part of
        /// `epoch_ns_median`.
        pub epoch_data_ns_median: Option<u64>,

        /// Multiply-adds that the device's own matrix product reached in the cell's process, in FLOP/s (one
        /// multiply-add is two).
        pub ceiling_flops_per_s: Option<f64>,
        /// Bytes per second that the device's own copy read and wrote, in the cell's process.
        pub ceiling_bytes_per_s: Option<f64>,
        /// Number of processor cores that other processes kept busy during the cell.
        pub other_load_cores: Option<f64>,
        /// Clock of the fastest core when the cell ended, as the system reports it.
        pub cpu_mhz: Option<u64>,

        /// Heap bytes alive when the measured pass began: weights, one batch, the program.
        pub heap_start_bytes: Option<u64>,
        /// Most heap bytes alive at once during the measured pass.
        pub heap_peak_bytes: Option<u64>,
        /// Most heap bytes alive at once during a forward pass with its loss.
        pub heap_peak_forward_bytes: Option<u64>,
        /// Most heap bytes alive at once during a backward pass.
        pub heap_peak_backward_bytes: Option<u64>,
        /// Most heap bytes alive at once during an optimizer's step.
        pub heap_peak_optimizer_bytes: Option<u64>,
        /// Heap bytes that a step leaves alive: the median over the steps from the third on. It is 0 where nothing
        /// leaks.
        pub heap_growth_bytes: Option<i64>,
        /// Heap bytes that the last forward pass left alive for its backward pass. `saved_bytes` times `batch` predicts
        /// it.
        pub heap_saved_bytes: Option<u64>,
        /// Heap allocations of one step, and changes of their size. This and the columns below count the work of one
        /// step, which no load of the machine changes, and hold the least of the steps from the third on.
        pub work_allocations: Option<u64>,
        /// Bytes that the allocations of one step asked for, together.
        pub work_allocated_bytes: Option<u64>,
        /// Calls of skipbench's kernels in one step.
        pub work_kernel_calls: Option<u64>,
        /// Multiply-accumulates that one step asked of the kernels.
        pub work_kernel_macs: Option<u64>,
        /// Bytes of operands that one step asked the kernels to read and write.
        pub work_kernel_bytes: Option<u64>,
        /// Instructions of the processor in one step, where it counts them for this process.
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
        /// Number of threads given to the cell.
        pub threads: u64,
        /// Number of cells that could run at the same time as this one, itself included.
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
        pub command: SharedText,
        /// Identity of the plan of which a share was done here, while other machines did others; empty where the plan
        /// was done whole.
        pub plan: String,
    }
}

/// One number of a series that a cell recorded. It is one line of `samples.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRow {
    /// Identity of the cell.
    pub cell: SharedText,
    /// Name of the series, with its unit: a name of [`series`](super::series).
    pub series: SharedText,
    /// Epoch or step, from 1. For steps in a set see [`series`](super::series).
    pub index: u64,
    /// Value of the number.
    pub value: f64,
}
