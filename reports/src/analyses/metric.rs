//! What is compared, and where a row holds it.

use super::quantity::{Quantity, Unit};
use crate::rows::record::RunRow;
use crate::rows::task;

/// What rooms need to know of a metric.
struct Definition {
    /// The word in `comparison.csv` and on the command line, with its unit.
    word: &'static str,
    /// What its columns and axes are called.
    title: &'static str,
    /// What a sentence calls it, which stands without a table around it.
    subject: &'static str,
    /// What kind of number it is, which also says whether more is better.
    quantity: Quantity,
    /// The unit of axes.
    unit: Unit,
    /// Its value in a row that measured it.
    value: fn(&RunRow) -> Option<f64>,
    /// Of a share, how many images it is one of.
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
        /// What is compared.
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
    /// Share of the test images classified rightly after training.
    TestAccuracy: Definition {
        images: |row| row.test_total,
        ..Definition::new("test_accuracy", "test accuracy", Quantity::Share, |row| {
            of_task(task::TRAIN, row).and_then(|row| share(row.test_correct, row.test_total))
        })
    };
    /// Share of the training images classified rightly in the last epoch.
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
    /// Time of training until the recipe's accuracy was reached.
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
    /// Its 99th percentile.
    LatencyTail: Definition::new("latency_ns_p99", "latency p99", Quantity::Milliseconds, |row| {
        of_task(task::LATENCY, row).and_then(|row| number(row.step_ns_p99))
    });
    /// Peak heap bytes of a training step, on a CubeCL device the bytes its pools reserved.
    TrainMemory: Definition {
        subject: "peak training memory",
        ..Definition::new("train_peak_bytes", "train peak", Quantity::Bytes, |row| {
            of_task(task::PEAK_MEMORY_TRAIN, row).and_then(peak)
        })
    };
    /// The same for inference.
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
    /// Trainable parameters.
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
    /// Allocations of heap memory in a training step.
    Allocations: Definition::new("step_allocations", "allocations per step", Quantity::Count, |row| {
        of_task(task::PEAK_MEMORY_TRAIN, row).and_then(|row| number(row.work_allocations))
    });
}

impl Metric {
    /// What tables compare, in the order of their columns; `comparison.csv` holds the rest.
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

    /// Whether it is counted, not measured.
    pub(crate) fn is_exact(self) -> bool {
        self.quantity() == Quantity::Count
    }

    /// Whether it is a share of images, which are compared by their difference.
    pub fn is_share(self) -> bool {
        self.quantity() == Quantity::Share
    }

    /// Whether more of it is better.
    pub fn more_is_better(self) -> bool {
        matches!(self.quantity(), Quantity::Share | Quantity::Rate)
    }

    /// What the turns of a task compare, set by set; none of a task that takes no turns.
    pub(crate) fn of_turns(task: &str) -> Option<Metric> {
        match task {
            task::TRAIN_STEP => Some(Metric::TrainThroughput),
            task::INFER => Some(Metric::InferThroughput),
            task::LATENCY => Some(Metric::Latency),
            _ => None,
        }
    }

    /// The metric whose [`word`](Self::word) this is.
    pub fn parse(word: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.word() == word)
    }

    /// The word used in `comparison.csv`, with its unit.
    pub fn word(self) -> &'static str {
        self.definition().word
    }

    /// What its columns and axes are called.
    pub(crate) fn title(self) -> &'static str {
        self.definition().title
    }

    /// What a sentence calls it.
    pub(crate) fn subject(self) -> &'static str {
        self.definition().subject
    }

    /// What kind of number it is.
    pub(crate) fn quantity(self) -> Quantity {
        self.definition().quantity
    }

    /// The unit of its axes.
    pub(crate) fn unit(self) -> Unit {
        self.definition().unit
    }

    /// How many images a share in `row` is one of.
    pub(crate) fn images(self, row: &RunRow) -> Option<u64> {
        (self.definition().images)(row)
    }

    /// This metric's value in `row`, where the row measured it.
    pub fn of(self, row: &RunRow) -> Option<f64> {
        (self.definition().value)(row)
    }
}

/// The row, if that is its task.
fn of_task<'a>(task: &str, row: &'a RunRow) -> Option<&'a RunRow> {
    Some(row).filter(|row| row.task == task)
}

fn number(value: Option<u64>) -> Option<f64> {
    value.map(|value| value as f64)
}

fn per_s(images: u64, ns: Option<u64>) -> Option<f64> {
    ns.filter(|ns| *ns > 0).map(|ns| images as f64 * 1e9 / ns as f64)
}

/// Images per second by single steps.
fn steps_per_s(row: &RunRow) -> Option<f64> {
    per_s(row.batch, row.step_ns_median)
}

fn peak(row: &RunRow) -> Option<f64> {
    number(row.device_reserved_bytes.or(row.heap_peak_bytes))
}

fn share(part: Option<u64>, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).and_then(|whole| Some(part? as f64 / whole as f64))
}
