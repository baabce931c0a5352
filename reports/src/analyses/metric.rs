//! What is compared, and where a row holds it.

use crate::rows::record::RunRow;
use crate::rows::task;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Share of the test images classified rightly after training.
    TestAccuracy,
    /// Share of the training images classified rightly in the last epoch.
    TrainAccuracy,
    /// Images a second in training.
    TrainThroughput,
    /// Images a second over whole epochs, data preparation included.
    EpochThroughput,
    /// Time of training until the recipe's accuracy was reached.
    TimeToAccuracy,
    /// Images a second in inference.
    InferThroughput,
    /// Median time of one image's forward pass.
    Latency,
    /// Its 99th percentile.
    LatencyTail,
    /// Peak heap bytes of a training step, on a CubeCL device the bytes its pools reserved.
    TrainMemory,
    /// The same for inference.
    InferMemory,
    /// Heap bytes that a forward pass keeps for its backward pass.
    SavedMemory,
    /// Trainable parameters.
    Params,
    /// Multiply-accumulates for one image.
    Macs,
}

impl Metric {
    /// Every metric, in the order of tables.
    pub const ALL: [Metric; 13] = [
        Metric::TestAccuracy,
        Metric::TrainAccuracy,
        Metric::TrainThroughput,
        Metric::EpochThroughput,
        Metric::TimeToAccuracy,
        Metric::InferThroughput,
        Metric::Latency,
        Metric::LatencyTail,
        Metric::TrainMemory,
        Metric::InferMemory,
        Metric::SavedMemory,
        Metric::Params,
        Metric::Macs,
    ];

    /// Whether it is counted, not measured.
    pub fn is_exact(self) -> bool {
        matches!(self, Metric::Params | Metric::Macs)
    }

    /// Whether it is a share of images, which are compared by their difference.
    pub fn is_share(self) -> bool {
        matches!(self, Metric::TestAccuracy | Metric::TrainAccuracy)
    }

    /// Whether more of it is better.
    pub fn more_is_better(self) -> bool {
        self.is_share() || matches!(self, Metric::TrainThroughput | Metric::EpochThroughput | Metric::InferThroughput)
    }

    /// The metric whose [`word`](Self::word) this is.
    pub fn parse(word: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.word() == word)
    }

    /// The word used in `comparison.csv`, with its unit.
    pub fn word(self) -> &'static str {
        match self {
            Metric::TestAccuracy => "test_accuracy",
            Metric::TrainAccuracy => "train_accuracy",
            Metric::TrainThroughput => "train_images_per_s",
            Metric::EpochThroughput => "epoch_images_per_s",
            Metric::TimeToAccuracy => "time_to_accuracy_ns",
            Metric::InferThroughput => "infer_images_per_s",
            Metric::Latency => "latency_ns_p50",
            Metric::LatencyTail => "latency_ns_p99",
            Metric::TrainMemory => "train_peak_bytes",
            Metric::InferMemory => "infer_peak_bytes",
            Metric::SavedMemory => "saved_bytes",
            Metric::Params => "params",
            Metric::Macs => "macs",
        }
    }

    /// How many images a share in `row` is one of.
    pub(crate) fn images(self, row: &RunRow) -> Option<u64> {
        match self {
            Metric::TestAccuracy => row.test_total,
            Metric::TrainAccuracy => row.train_total,
            _ => None,
        }
    }

    /// This metric's value in `row`, where the row measured it.
    pub fn of(self, row: &RunRow) -> Option<f64> {
        let task = |wanted: &str, value: Option<f64>| value.filter(|_| row.task == wanted);
        let rate = |images: u64, ns: Option<u64>| ns.filter(|ns| *ns > 0).map(|ns| images as f64 * 1e9 / ns as f64);
        let images_per_s = rate(row.batch, row.step_ns_median);
        let peak = row.device_reserved_bytes.or(row.heap_peak_bytes).map(|bytes| bytes as f64);
        match self {
            Metric::TestAccuracy => task(task::TRAIN, share(row.test_correct, row.test_total)),
            Metric::TrainAccuracy => task(task::TRAIN, share(row.train_correct, row.train_total)),
            Metric::TrainThroughput => task(task::TRAIN_STEP, images_per_s),
            Metric::EpochThroughput => rate(row.epoch_images.unwrap_or(0), row.epoch_ns_median),
            Metric::TimeToAccuracy => row.target_ns.map(|ns| ns as f64),
            Metric::InferThroughput => task(task::INFER, images_per_s),
            Metric::Latency => task(task::LATENCY, row.step_ns_median.map(|ns| ns as f64)),
            Metric::LatencyTail => task(task::LATENCY, row.step_ns_p99.map(|ns| ns as f64)),
            Metric::TrainMemory => task(task::PEAK_MEMORY_TRAIN, peak),
            Metric::InferMemory => task(task::PEAK_MEMORY_INFER, peak),
            Metric::SavedMemory => row.heap_saved_bytes.map(|bytes| bytes as f64),
            Metric::Params => row.params.map(|count| count as f64),
            Metric::Macs => row.macs.map(|count| count as f64),
        }
    }
}

fn share(part: Option<u64>, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).and_then(|whole| Some(part? as f64 / whole as f64))
}
