//! Lists the words of [`RunRow::task`](super::record::RunRow::task): what a cell was asked to measure.
//!
//! Rows hold them as text. A row with a word of another program can then be read, and is compared with nothing here.

/// Training, tested after the last epoch or more often.
pub const TRAIN: &str = "train";
/// Single training steps, timed.
pub const TRAIN_STEP: &str = "train-step";
/// Whole epochs of training, timed with the preparation of data.
pub const TRAIN_EPOCH: &str = "train-epoch";
/// Training until the recipe's accuracy is reached.
pub const TIME_TO_ACCURACY: &str = "time-to-accuracy";
/// Forward passes of whole batches, timed.
pub const INFER: &str = "infer";
/// Forward passes of one image, timed.
pub const LATENCY: &str = "latency";
/// The peak memory of training steps.
pub const PEAK_MEMORY_TRAIN: &str = "peak-memory-train";
/// The peak memory of forward passes.
pub const PEAK_MEMORY_INFER: &str = "peak-memory-infer";
/// Norms and correlations of gradients.
pub const GRADIENTS: &str = "gradients";
/// How well a stack of blocks learns the identity.
pub const IDENTITY: &str = "identity";
/// Lesions of blocks, ranks of features, and which features layers use.
pub const REUSE: &str = "reuse";
/// How alike a Transformer's tokens become.
pub const TOKENS: &str = "tokens";

/// Whether a task's result is a time, which is compared with those of the same machine only.
pub fn is_timed(task: &str) -> bool {
    [TRAIN_STEP, TRAIN_EPOCH, TIME_TO_ACCURACY, INFER, LATENCY].contains(&task)
}

/// Every task.
pub const ALL: [&str; 12] = [
    TRAIN,
    TRAIN_STEP,
    TRAIN_EPOCH,
    TIME_TO_ACCURACY,
    INFER,
    LATENCY,
    PEAK_MEMORY_TRAIN,
    PEAK_MEMORY_INFER,
    GRADIENTS,
    IDENTITY,
    REUSE,
    TOKENS,
];
