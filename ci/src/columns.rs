//! Says how the gate treats every column of a row. The rules, the count of what had to be judged and the printed table
//! follow from this one list.

use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::task;

use crate::finding::{Class, Value};

/// Says how a column is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It names the cell. Another value is another cell, and the base's is missing.
    Name,
    /// It says what work was done. Another value cannot be compared.
    SameWork,
    /// A rule judges it: exactly, or by a limit.
    Judged(Class),
    /// Its value is not judged, but the head must have it where the base does, and it must be possible.
    Present,
    /// It describes the machine, the program or the time, and is not judged.
    NotJudged,
}

impl Treatment {
    /// Returns the word for it in the table of columns.
    pub fn word(self) -> &'static str {
        match self {
            Treatment::Name => "names the cell",
            Treatment::SameWork => "must be the same work",
            Treatment::Judged(Class::Exact) => "judged exactly",
            Treatment::Judged(_) => "judged by a limit",
            Treatment::Present => "must be present and possible",
            Treatment::NotJudged => "not judged",
        }
    }
}

/// One column of a row.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name of the column.
    pub name: &'static str,
    /// How it is treated.
    pub treatment: Treatment,
    /// Returns whether its value is judged in a row. In all others it must be present.
    only: fn(&RunRow) -> bool,
    value: fn(&RunRow) -> Option<Value>,
}

impl Column {
    /// Returns what a row holds there. It is `None` where it was not measured, and for columns that no rule reads.
    pub(crate) fn value(&self, row: &RunRow) -> Option<Value> {
        (self.value)(row)
    }

    /// Returns the rule by which its value is judged in such a row.
    pub(crate) fn class(&self, row: &RunRow) -> Option<Class> {
        match self.treatment {
            Treatment::Judged(class) if (self.only)(row) => Some(class),
            _ => None,
        }
    }

    /// Returns whether the head must have it where the base does, though no rule judges its value.
    pub(crate) fn must_be_present(&self, row: &RunRow) -> bool {
        self.class(row).is_none() && matches!(self.treatment, Treatment::Judged(_) | Treatment::Present)
    }
}

const fn no_value(_: &RunRow) -> Option<Value> {
    None
}

const fn every_row(_: &RunRow) -> bool {
    true
}

fn is_trained(row: &RunRow) -> bool {
    row.task == task::TRAIN
}

fn is_timed(row: &RunRow) -> bool {
    [task::TRAIN_STEP, task::INFER, task::LATENCY].contains(&row.task.as_str())
}

fn is_train_epoch(row: &RunRow) -> bool {
    row.task == task::TRAIN_EPOCH
}

/// Returns whether a row has a few steps from a fixed seed on the CPU. Elsewhere, and after whole epochs, sums in
/// another order grow into other numbers.
fn is_golden(row: &RunRow) -> bool {
    row.task == task::PEAK_MEMORY_TRAIN && row.device.starts_with("flex")
}

macro_rules! table {
    ($($kind:ident $name:ident $treatment:expr $(, $only:path)?;)*) => {
        &[$(Column {
            name: stringify!($name),
            treatment: $treatment,
            only: table!(@only $($only)?),
            value: table!(@value $kind $name),
        }),*]
    };
    (@only) => { every_row };
    (@only $only:path) => { $only };
    (@value text $name:ident) => { no_value };
    (@value word $name:ident) => {
        |row| Some(row.$name.clone()).filter(|word| !word.is_empty()).map(Value::Word)
    };
    (@value count $name:ident) => { |row| row.$name.map(Value::Count) };
    (@value number $name:ident) => { |row| row.$name.map(Value::Number) };
    // What was right says nothing without the count of all.
    (@value right $name:ident) => { |row| row.test_total.filter(|all| *all > 0).and(row.$name).map(Value::Count) };
    (@value other $name:ident) => { |row| row.$name.map(|value| Value::Word(value.to_string())) };
}

const NAME: Treatment = Treatment::Name;
const SAME: Treatment = Treatment::SameWork;
const EXACT: Treatment = Treatment::Judged(Class::Exact);
const HEAP: Treatment = Treatment::Judged(Class::Heap);
const WORK: Treatment = Treatment::Judged(Class::Work);
const TIME: Treatment = Treatment::Judged(Class::Time);
const ACCURACY: Treatment = Treatment::Judged(Class::Accuracy);
const PRESENT: Treatment = Treatment::Present;
const NO: Treatment = Treatment::NotJudged;

/// Lists every column of a row, in its order.
pub const COLUMNS: &[Column] = table! {
    text schema_version NO;
    text cell NO;
    text status EXACT;
    text error NO;
    text suite NO;
    text suite_sha256 NO;
    text group NAME;
    text reference NO;
    text budget NO;
    text model NAME;
    text spec SAME;
    text family SAME;
    text skip SAME;
    text depth SAME;
    text task NAME;
    text seed NAME;
    text round NAME;
    text twin NAME;
    text set NAME;
    text pilot_sets NO;
    text sweep SAME;
    text sweep_line SAME;
    text sweep_value NAME;
    text data NO;
    text data_sha256 SAME;
    text train_images SAME;
    text test_images SAME;
    text image_size SAME;
    text image_channels SAME;
    text classes SAME;
    text recipe SAME;
    text batch SAME;
    count params EXACT;
    count macs EXACT;
    count activation_bytes EXACT;
    count saved_bytes EXACT;
    count traffic_bytes EXACT;
    count join_bytes EXACT;
    word output_shape EXACT;
    count epochs EXACT, is_trained;
    count steps EXACT;
    number loss EXACT, is_golden;
    count train_correct PRESENT;
    count train_total EXACT, is_trained;
    right test_correct ACCURACY, is_trained;
    count test_total EXACT, is_trained;
    count train_ns PRESENT;
    count target_ns PRESENT;
    count target_epochs PRESENT;
    count warmup_steps PRESENT;
    count warmup_ns PRESENT;
    other warmup_steady PRESENT;
    count timed_steps PRESENT;
    count step_ns_median TIME, is_timed;
    count step_ns_p90 PRESENT;
    count step_ns_p99 PRESENT;
    text time_reference NO;
    number time_ratio PRESENT;
    count turns PRESENT;
    count dropped_turns PRESENT;
    count forward_ns_median PRESENT;
    count backward_ns_median PRESENT;
    count optimizer_ns_median PRESENT;
    count epoch_images EXACT, is_train_epoch;
    count epoch_ns_median TIME, is_train_epoch;
    count epoch_data_ns_median PRESENT;
    number ceiling_flops_per_s PRESENT;
    number ceiling_bytes_per_s PRESENT;
    number other_load_cores NO;
    count cpu_mhz NO;
    count heap_start_bytes PRESENT;
    count heap_peak_bytes HEAP;
    count heap_peak_forward_bytes PRESENT;
    count heap_peak_backward_bytes PRESENT;
    count heap_peak_optimizer_bytes PRESENT;
    other heap_growth_bytes PRESENT;
    count heap_saved_bytes PRESENT;
    count work_allocations WORK;
    count work_allocated_bytes WORK;
    count work_kernel_calls WORK;
    count work_kernel_macs WORK;
    count work_kernel_bytes WORK;
    count work_instructions WORK;
    count rss_peak_bytes NO;
    count device_in_use_bytes PRESENT;
    count device_reserved_bytes PRESENT;
    text device NAME;
    text device_name NO;
    text threads SAME;
    text concurrent NO;
    text skipbench_version NO;
    text burn_version NO;
    text features NO;
    text git_revision NO;
    text git_dirty NO;
    text host NO;
    text started NO;
    text wall_ns NO;
    text command NO;
    text plan NO;
};

/// Returns the columns that are judged in such a row by that rule.
pub(crate) fn judged(class: Class, row: &RunRow) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |column| column.class(row) == Some(class))
}

/// Returns how many values of a base's row have to be judged.
pub(crate) fn due(row: &RunRow) -> usize {
    COLUMNS.iter().filter(|column| column.class(row).is_some() && column.value(row).is_some()).count()
}

/// Returns whether the head may lack a value that the base has, because it depends on how many steps were timed.
pub(crate) fn may_be_absent(column: &Column, head: &RunRow) -> bool {
    let timed = head.timed_steps.unwrap_or(u64::MAX);
    match column.name {
        "step_ns_p90" => timed < 10,
        "step_ns_p99" => timed < 100,
        _ => false,
    }
}
