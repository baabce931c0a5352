//! Defines what is compared, and where a row holds it.

use super::quantity::{Quantity, Unit};
use crate::rows::record::RunRow;
use crate::rows::task;

/// Holds what other modules need to know of a metric.
struct Definition {
    /// Word in `comparison.csv` and on the command line, with its unit.
    word: &'static str,
    /// Title of its columns and axes.
    title: &'static str,
    /// What a sentence calls it, without a table around it.
    subject: &'static str,
    /// Kind of number, which also says whether more is better.
    quantity: Quantity,
    /// Unit of axes.
    unit: Unit,
    /// Returns its value in a row that measured it.
    value: fn(&RunRow) -> Option<f64>,
    /// For a share, returns the number of images that it is a share of.
    images: fn(&RunRow) -> Option<u64>,
}

impl Definition {
    const fn new(
        word: &'static str,
        title: &'static str,
        quantity: Quantity,
        value: fn(&RunRow) -> Option<f64>,
    ) -> Self {
        Self { word, title, subject: title, quantity, unit: quantity.unit(), value, images: |_| None }
    }
}

/// Defines [`Metric`] and what is known of each, in the order of tables.
macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $definition:expr;)*) => {
        /// Names what is compared.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Metric { $($(#[$doc])* $name,)* }

        impl Metric {
            /// Every metric, in the order of tables.
            pub const ALL: [Metric; DEFINITIONS.len()] = [$(Metric::$name,)*];
        }

        const DEFINITIONS: [Definition; [$(Metric::$name,)*].len()] = [$($definition,)*];
    };
}

metrics! {
    /// Share of the test images classified correctly after training.
    TestAccuracy: Definition {
        images: |row| row.test_total,
        ..Definition::new("test_accuracy", "test accuracy", Quantity::Share, |row| {
            of_task(task::TRAIN, row).and_then(|row| share(row.test_correct, row.test_total))
        })
    };
    /// Share of the training images classified correctly in the last epoch.
    TrainAccuracy: Definition {
        images: |row| row.train_total,
        ..Definition::new("train_accuracy", "train accuracy", Quantity::Share, |row| {
            of_task(task::TRAIN, row).and_then(|row| share(row.train_correct, row.train_total))
        })
    };
    /// Images per second in training.
    TrainThroughput: Definition {
        subject: "training speed",
        ..Definition::new("train_images_per_s", "train images/s", Quantity::Rate, |row| {
            of_task(task::TRAIN_STEP, row).and_then(steps_per_s)
        })
    };
    /// Images per second over whole epochs, data preparation included.
    EpochThroughput: Definition {
        subject: "training speed",
        ..Definition::new("epoch_images_per_s", "epoch images/s", Quantity::Rate, |row| {
            per_s(row.epoch_images.unwrap_or(0), row.epoch_ns_median)
        })
    };
    /// Training time until the recipe's accuracy was reached.
    TimeToAccuracy: Definition::new("time_to_accuracy_ns", "time to accuracy", Quantity::Seconds, |row| {
        number(row.target_ns)
    });
    /// Images per second in inference.
    InferThroughput: Definition {
        subject: "inference speed",
        ..Definition::new("infer_images_per_s", "infer images/s", Quantity::Rate, |row| {
            of_task(task::INFER, row).and_then(steps_per_s)
        })
    };
    /// Median time of one image's forward pass.
    Latency: Definition {
        subject: "latency",
        ..Definition::new("latency_ns_p50", "latency p50", Quantity::Milliseconds, |row| {
            of_task(task::LATENCY, row).and_then(|row| number(row.step_ns_median))
        })
    };
    /// 99th percentile of the time of one image's forward pass.
    LatencyTail: Definition::new("latency_ns_p99", "latency p99", Quantity::Milliseconds, |row| {
        of_task(task::LATENCY, row).and_then(|row| number(row.step_ns_p99))
    });
    /// Peak heap bytes of a training step; on a CubeCL device, the bytes its pools reserved.
    TrainMemory: Definition {
        subject: "peak training memory",
        ..Definition::new("train_peak_bytes", "train peak", Quantity::Bytes, |row| {
            of_task(task::PEAK_MEMORY_TRAIN, row).and_then(peak)
        })
    };
    /// Peak heap bytes of inference; on a CubeCL device, the bytes its pools reserved.
    InferMemory: Definition {
        subject: "peak inference memory",
        ..Definition::new("infer_peak_bytes", "infer peak", Quantity::Bytes, |row| {
            of_task(task::PEAK_MEMORY_INFER, row).and_then(peak)
        })
    };
    /// Heap bytes that a forward pass keeps for its backward pass.
    SavedMemory: Definition {
        subject: "memory kept for the backward pass",
        ..Definition::new("saved_bytes", "kept for backward", Quantity::Bytes, |row| number(row.heap_saved_bytes))
    };
    /// Number of trainable parameters.
    Params: Definition {
        unit: Unit { name: "thousands", size: 1e3 },
        ..Definition::new("params", "params", Quantity::Count, |row| number(row.params))
    };
    /// Multiply-accumulates for one image.
    Macs: Definition {
        unit: Unit { name: "millions", size: 1e6 },
        ..Definition::new("macs", "MACs", Quantity::Count, |row| number(row.macs))
    };
    /// Multiply-accumulates that a training step asked of skipbench's kernels.
    KernelMacs: Definition {
        unit: Unit { name: "millions", size: 1e6 },
        ..Definition::new("step_kernel_macs", "kernel MACs per step", Quantity::Count, |row| {
            of_task(task::PEAK_MEMORY_TRAIN, row).and_then(|row| number(row.work_kernel_macs))
        })
    };
    /// Number of heap allocations in a training step.
    Allocations: Definition::new("step_allocations", "allocations per step", Quantity::Count, |row| {
        of_task(task::PEAK_MEMORY_TRAIN, row).and_then(|row| number(row.work_allocations))
    });
}

impl Metric {
    /// Metrics that tables compare, in the order of their columns. `comparison.csv` holds the rest.
    pub(crate) const COMPARED: [Metric; 11] = [
        Metric::TestAccuracy,
        Metric::TrainThroughput,
        Metric::EpochThroughput,
        Metric::TimeToAccuracy,
        Metric::InferThroughput,
        Metric::Latency,
        Metric::LatencyTail,
        Metric::TrainMemory,
        Metric::InferMemory,
        Metric::Params,
        Metric::Macs,
    ];

    fn definition(self) -> &'static Definition {
        &DEFINITIONS[self as usize]
    }

    /// Returns whether it is counted rather than measured.
    pub(crate) fn is_exact(self) -> bool {
        self.quantity() == Quantity::Count
    }

    /// Returns whether it is a share of images. Shares are compared by their difference.
    pub fn is_share(self) -> bool {
        self.quantity() == Quantity::Share
    }

    /// Returns whether more of it is better.
    pub fn more_is_better(self) -> bool {
        matches!(self.quantity(), Quantity::Share | Quantity::Rate)
    }

    /// Returns the metric that the turns of a task compare, set by set, or `None` if the task takes no turns.
    pub(crate) fn of_turns(task: &str) -> Option<Metric> {
        match task {
            task::TRAIN_STEP => Some(Metric::TrainThroughput),
            task::INFER => Some(Metric::InferThroughput),
            task::LATENCY => Some(Metric::Latency),
            _ => None,
        }
    }

    /// Returns the metric whose [`word`](Self::word) this is.
    pub fn parse(word: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.word() == word)
    }

    /// Returns the word used in `comparison.csv`, with its unit.
    pub fn word(self) -> &'static str {
        self.definition().word
    }

    /// Returns the title of its columns and axes.
    pub(crate) fn title(self) -> &'static str {
        self.definition().title
    }

    /// Returns what a sentence calls it.
    pub(crate) fn subject(self) -> &'static str {
        self.definition().subject
    }

    /// Returns the kind of number.
    pub(crate) fn quantity(self) -> Quantity {
        self.definition().quantity
    }

    /// Returns the unit of its axes.
    pub(crate) fn unit(self) -> Unit {
        self.definition().unit
    }

    /// Returns how many images a share in `row` is a share of.
    pub(crate) fn images(self, row: &RunRow) -> Option<u64> {
        (self.definition().images)(row)
    }

    /// Returns this metric's value in `row`, if the row measured it.
    pub fn of(self, row: &RunRow) -> Option<f64> {
        (self.definition().value)(row)
    }
}

/// Returns the row if that is its task.
fn of_task<'a>(task: &str, row: &'a RunRow) -> Option<&'a RunRow> {
    Some(row).filter(|row| row.task == task)
}

fn number(value: Option<u64>) -> Option<f64> {
    value.map(|value| value as f64)
}

fn per_s(images: u64, ns: Option<u64>) -> Option<f64> {
    ns.filter(|ns| *ns > 0).map(|ns| images as f64 * 1e9 / ns as f64)
}

/// Returns images per second by single steps.
fn steps_per_s(row: &RunRow) -> Option<f64> {
    per_s(row.batch, row.step_ns_median)
}

fn peak(row: &RunRow) -> Option<f64> {
    number(row.device_reserved_bytes.or(row.heap_peak_bytes))
}

fn share(part: Option<u64>, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).and_then(|whole| Some(part? as f64 / whole as f64))
}
