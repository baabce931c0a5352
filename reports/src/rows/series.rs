//! The names of series in `samples.csv`, with what their indices count. Names of parts of a step are made by functions.

/// Loss, by epoch.
pub const LOSS: &str = "loss";
/// Training images classified rightly, by epoch.
pub const TRAIN_CORRECT: &str = "train_correct";
/// Training images seen, by epoch.
pub const TRAIN_TOTAL: &str = "train_total";
/// Test images classified rightly, by epoch.
pub const TEST_CORRECT: &str = "test_correct";

/// Time of a step before timing began.
pub const WARMUP_NS: &str = "warmup_ns";
/// Time of a timed step. In a set only steps that count are here, and each one's index is its number among all steps of
/// all members of that set, from 1, in the order in which they were done.
pub const STEP_NS: &str = "step_ns";
/// In a set, by the number of a turn's first step: how long threads that were ready to run waited for a processor during
/// that turn.
pub const TURN_WAITED_NS: &str = "turn_waited_ns";
/// In a set, likewise: ticks (10 ms) in which another guest had a processor of this machine during that turn. With the
/// time waited it decides whether a turn counts.
pub const TURN_STEAL_TICKS: &str = "turn_steal_ticks";
/// In a set, likewise: processor time of the member since its last turn, when it should have slept.
pub const TURN_ASLEEP_CPU_NS: &str = "turn_asleep_cpu_ns";
/// Time of a forward pass with its loss.
pub const FORWARD_NS: &str = "forward_ns";
/// Time of a backward pass.
pub const BACKWARD_NS: &str = "backward_ns";
/// Time of an optimizer's step.
pub const OPTIMIZER_NS: &str = "optimizer_ns";
/// Time of an epoch.
pub const EPOCH_NS: &str = "epoch_ns";
/// Time of an epoch that went into preparing data.
pub const EPOCH_DATA_NS: &str = "epoch_data_ns";

/// Correlation of input gradients, by lag along a line of images.
pub const GRADIENT_CORRELATION: &str = "gradient_correlation";
/// Norm of the gradient of each layer's weights at initialization, by layer.
pub const GRADIENT_NORM_INIT: &str = "gradient_norm_init";
/// The same of a trained network.
pub const GRADIENT_NORM_TRAINED: &str = "gradient_norm_trained";
/// Norm of the gradient by each block's output at initialization, by block.
pub const ACTIVATION_GRADIENT_INIT: &str = "activation_gradient_init";
/// Standard deviation of each block's output at initialization, by block.
pub const ACTIVATION_DEVIATION_INIT: &str = "activation_deviation_init";

/// Of the stack that learns the identity: the target's name, from which [`error`] and [`diverged`] make series.
pub const IDENTITY: &str = "identity";
/// Of the stack that learns something near the identity.
pub const NEAR_IDENTITY: &str = "near_identity";
/// ‖F(x)‖/‖x‖ at initialization, by block.
pub const BRANCH_RATIO_INIT: &str = "branch_ratio_init";
/// The same after learning the identity.
pub const BRANCH_RATIO_TRAINED: &str = "branch_ratio_trained";

/// Test images classified rightly without a block, by block.
pub const LESION_CORRECT: &str = "lesion_correct";
/// The same with a block and the next in each other's place.
pub const SWAP_CORRECT: &str = "swap_correct";
/// Effective rank of the features, by block.
pub const EFFECTIVE_RANK: &str = "effective_rank";
/// Mean |w| of a layer over the channels of a source, by [`WeightUse::index`].
pub const WEIGHT_USE: &str = "weight_use";

/// How unlike a Transformer's tokens are, by block.
pub const TOKEN_RESIDUAL: &str = "token_residual";
/// Norm of the gradient of the queries' weights, by block.
pub const QUERY_GRADIENT: &str = "query_gradient";
/// Norm of the gradient of the keys' weights, by block.
pub const KEY_GRADIENT: &str = "key_gradient";
/// Norm of the gradient of the values' weights, by block.
pub const VALUE_GRADIENT: &str = "value_gradient";

/// Norms of gradients, as [`GRADIENT_NORM_INIT`], after so many steps.
pub fn gradient_norm_after(steps: u64) -> String {
    format!("{GRADIENT_NORM_STEP}{steps}")
}

/// The steps of [`gradient_norm_after`]; none of another series.
pub(crate) fn steps_before_gradient_norm(series: &str) -> Option<u64> {
    series.strip_prefix(GRADIENT_NORM_STEP)?.parse().ok()
}

const GRADIENT_NORM_STEP: &str = "gradient_norm_step";

/// The error of a stack that learns `target`, by step.
pub fn error(target: &str) -> String {
    format!("{target}_error")
}

/// The step in which that error ceased to be a finite number; a series of one number, or none.
pub fn diverged(target: &str) -> String {
    format!("{target}_diverged")
}

/// The most heap bytes alive in a phase of a step (`forward`, `backward` or `optimizer`), by step.
pub fn phase_peak_bytes(phase: &str) -> String {
    format!("{phase}_peak_bytes")
}

/// The heap bytes alive after a phase of a step, by step.
pub fn phase_live_bytes(phase: &str) -> String {
    format!("{phase}_live_bytes")
}

/// Whose weight of whom a number of [`WEIGHT_USE`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeightUse {
    /// The stage, from 1.
    pub stage: u64,
    /// The layer in the stage, from 1; below 100.
    pub layer: u64,
    /// What it reads: 0 is the stage's input, s what layer s added; below 100.
    pub source: u64,
}

impl WeightUse {
    /// The most layers that an index can tell apart.
    pub const MOST_LAYERS: u64 = 99;

    /// The index in the series.
    pub fn index(self) -> u64 {
        self.stage * 10_000 + self.layer * 100 + self.source
    }

    /// Of an index.
    pub fn of(index: u64) -> Self {
        Self { stage: index / 10_000, layer: index / 100 % 100, source: index % 100 }
    }
}
