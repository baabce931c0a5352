//! Names the series in `samples.csv`, and says what their indices count. Functions make the names of parts of a step.

/// Loss, by epoch.
pub const LOSS: &str = "loss";
/// Training images classified correctly, by epoch.
pub const TRAIN_CORRECT: &str = "train_correct";
/// Training images seen, by epoch.
pub const TRAIN_TOTAL: &str = "train_total";
/// Test images classified correctly, by epoch.
pub const TEST_CORRECT: &str = "test_correct";

/// Time of a warm-up step, before timing began.
pub const WARMUP_NS: &str = "warmup_ns";
/// Time of a timed step. In a set only steps that count are here. Each one's index is its number among all steps of all
/// members of that set, from 1, in the order in which they were done.
pub const STEP_NS: &str = "step_ns";
/// Time that threads that were ready to run waited for a processor during a turn of a set, by the number of the turn's
/// first step.
pub const TURN_WAITED_NS: &str = "turn_waited_ns";
/// Ticks (10 ms) in which another guest had a processor of this machine during a turn of a set, by the number of the
/// turn's first step. Together with the time waited it decides whether a turn counts.
pub const TURN_STEAL_TICKS: &str = "turn_steal_ticks";
/// Processor time of the member since its last turn in a set, when it should have slept, by the number of the turn's
/// first step.
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
/// Norm of the gradient of each layer's weights in a trained network, by layer.
pub const GRADIENT_NORM_TRAINED: &str = "gradient_norm_trained";
/// Norm of the gradient with respect to each block's output at initialization, by block.
pub const ACTIVATION_GRADIENT_INIT: &str = "activation_gradient_init";
/// Standard deviation of each block's output at initialization, by block.
pub const ACTIVATION_DEVIATION_INIT: &str = "activation_deviation_init";

/// Name of the target of the stack that learns the identity, from which [`error`] and [`diverged`] make series.
pub const IDENTITY: &str = "identity";
/// Name of the target of the stack that learns something near the identity.
pub const NEAR_IDENTITY: &str = "near_identity";
/// ‖F(x)‖/‖x‖ at initialization, by block.
pub const BRANCH_RATIO_INIT: &str = "branch_ratio_init";
/// ‖F(x)‖/‖x‖ after learning the identity, by block.
pub const BRANCH_RATIO_TRAINED: &str = "branch_ratio_trained";

/// Test images classified correctly without a block, by block.
pub const LESION_CORRECT: &str = "lesion_correct";
/// Test images classified correctly with a block and the next in each other's place, by block.
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

/// Returns the series of gradient norms after `steps` steps, like [`GRADIENT_NORM_INIT`].
pub fn gradient_norm_after(steps: u64) -> String {
    format!("{GRADIENT_NORM_STEP}{steps}")
}

/// Returns the steps of a series of [`gradient_norm_after`], or `None` for another series.
pub(crate) fn steps_before_gradient_norm(series: &str) -> Option<u64> {
    series.strip_prefix(GRADIENT_NORM_STEP)?.parse().ok()
}

const GRADIENT_NORM_STEP: &str = "gradient_norm_step";

/// Returns the series of errors of a stack that learns `target`, by step.
pub fn error(target: &str) -> String {
    format!("{target}_error")
}

/// Returns the series with the step in which that error ceased to be a finite number. It has one number, or none.
pub fn diverged(target: &str) -> String {
    format!("{target}_diverged")
}

/// Returns the series of most heap bytes alive in a phase of a step (`forward`, `backward` or `optimizer`), by step.
pub fn phase_peak_bytes(phase: &str) -> String {
    format!("{phase}_peak_bytes")
}

/// Returns the series of heap bytes alive after a phase of a step, by step.
pub fn phase_live_bytes(phase: &str) -> String {
    format!("{phase}_live_bytes")
}

/// Says which layer's weights over which source a number of [`WEIGHT_USE`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeightUse {
    /// Stage, from 1.
    pub stage: u64,
    /// Layer in the stage, from 1; below 100.
    pub layer: u64,
    /// Source that it reads: 0 is the stage's input, s what layer s added; below 100.
    pub source: u64,
}

impl WeightUse {
    /// Largest number of layers that an index can distinguish.
    pub const MOST_LAYERS: u64 = 99;

    /// Returns the index in the series.
    pub fn index(self) -> u64 {
        self.stage * 10_000 + self.layer * 100 + self.source
    }

    /// Reads an index.
    pub fn of(index: u64) -> Self {
        Self { stage: index / 10_000, layer: index / 100 % 100, source: index % 100 }
    }
}
