//! Finds values that no measurement can give. A run that holds one comes from a broken program. Nothing of it is
//! judged, and certainly nothing is called improved.

use skipbench_reports::rows::record::{RunRow, Status};

use crate::columns::COLUMNS;
use crate::finding::{Value, cell_label};
use crate::pair::PairError;

/// Counts and times that are above zero wherever they were measured.
const POSITIVE: [&str; 37] = [
    "params",
    "macs",
    "activation_bytes",
    "saved_bytes",
    "traffic_bytes",
    "epochs",
    "steps",
    "train_total",
    "test_total",
    "train_ns",
    "target_ns",
    "target_epochs",
    "timed_steps",
    "step_ns_median",
    "step_ns_p90",
    "step_ns_p99",
    "time_ratio",
    "turns",
    "forward_ns_median",
    "backward_ns_median",
    "optimizer_ns_median",
    "epoch_images",
    "epoch_ns_median",
    "ceiling_flops_per_s",
    "ceiling_bytes_per_s",
    "heap_start_bytes",
    "heap_peak_bytes",
    "heap_peak_forward_bytes",
    "heap_peak_backward_bytes",
    "heap_peak_optimizer_bytes",
    "rss_peak_bytes",
    "work_allocations",
    "work_allocated_bytes",
    "work_kernel_calls",
    "work_kernel_macs",
    "work_kernel_bytes",
    "work_instructions",
];

type Optional = fn(&RunRow) -> Option<u64>;

/// Pairs of columns where the first is never above the second.
const AT_MOST: [(&str, Optional, &str, Optional); 16] = [
    ("test_correct", |row| row.test_correct, "test_total", |row| row.test_total),
    ("train_correct", |row| row.train_correct, "train_total", |row| row.train_total),
    ("test_total", |row| row.test_total, "test_images", |row| known(row.test_images)),
    ("train_total", |row| row.train_total, "train_images", |row| known(row.train_images)),
    ("join_bytes", |row| row.join_bytes, "traffic_bytes", |row| row.traffic_bytes),
    ("target_ns", |row| row.target_ns, "train_ns", |row| row.train_ns),
    ("target_epochs", |row| row.target_epochs, "epochs", |row| row.epochs),
    ("step_ns_median", |row| row.step_ns_median, "step_ns_p90", |row| row.step_ns_p90),
    ("step_ns_p90", |row| row.step_ns_p90, "step_ns_p99", |row| row.step_ns_p99),
    ("dropped_turns", |row| row.dropped_turns, "turns", |row| row.turns),
    ("epoch_data_ns_median", |row| row.epoch_data_ns_median, "epoch_ns_median", |row| row.epoch_ns_median),
    ("heap_start_bytes", |row| row.heap_start_bytes, "heap_peak_bytes", |row| row.heap_peak_bytes),
    ("heap_saved_bytes", |row| row.heap_saved_bytes, "heap_peak_bytes", |row| row.heap_peak_bytes),
    ("heap_peak_forward_bytes", |row| row.heap_peak_forward_bytes, "heap_peak_bytes", |row| row.heap_peak_bytes),
    ("heap_peak_backward_bytes", |row| row.heap_peak_backward_bytes, "heap_peak_bytes", |row| row.heap_peak_bytes),
    ("heap_peak_optimizer_bytes", |row| row.heap_peak_optimizer_bytes, "heap_peak_bytes", |row| row.heap_peak_bytes),
];

/// Returns a row's count of images; 0 means unknown.
fn known(count: u64) -> Option<u64> {
    Some(count).filter(|count| *count > 0)
}

/// Checks every measured row.
///
/// # Errors
/// Returns the first impossible value, with its cell and column.
pub(crate) fn check<'a>(rows: impl Iterator<Item = &'a RunRow>, run: &'static str) -> Result<(), PairError> {
    for row in rows.filter(|row| row.status == Status::Ok) {
        if let Some((column, value, problem)) = problem(row) {
            return Err(PairError::Impossible { cell: cell_label(row), run, column, value, problem });
        }
    }
    Ok(())
}

type Problem = (&'static str, String, String);

fn problem(row: &RunRow) -> Option<Problem> {
    if !row.error.is_empty() {
        return Some(("error", row.error.clone(), "a measured cell has no error".to_owned()));
    }
    value_problem(row).or_else(|| order_problem(row))
}

fn value_problem(row: &RunRow) -> Option<Problem> {
    COLUMNS.iter().find_map(|column| {
        let value = column.value(row)?;
        let problem = match &value {
            Value::Count(0) if POSITIVE.contains(&column.name) && !is_told_by_its_author(column.name, row) => {
                "it is above 0 wherever it is measured"
            }
            Value::Number(number) if *number < 0.0 => "it is never negative",
            Value::Number(number) if *number == 0.0 && POSITIVE.contains(&column.name) => {
                "it is above 0 wherever it is measured"
            }
            // A network that diverges has such a loss, and says so; a few steps from a fixed seed do not.
            Value::Number(number) if !number.is_finite() && (column.name != "loss" || column.class(row).is_some()) => {
                "it is a finite number"
            }
            Value::Word(shape) if column.name == "output_shape" && !is_shape(shape) => "it is numbers above 0 and `x`",
            _ => return None,
        };
        Some((column.name, format_value(&value), problem.to_owned()))
    })
}

fn order_problem(row: &RunRow) -> Option<Problem> {
    AT_MOST.iter().find_map(|(column, of, most, limit)| {
        let (value, limit) = (of(row)?, limit(row)?);
        (value > limit).then(|| (*column, value.to_string(), format!("{most} is only {limit}")))
    })
}

/// Returns whether a count of a custom network is its author's own statement, which may be unknown.
fn is_told_by_its_author(column: &str, row: &RunRow) -> bool {
    row.family == "own" && ["params", "macs"].contains(&column)
}

fn is_shape(text: &str) -> bool {
    text.split('x').all(|side| side.parse::<u64>().is_ok_and(|side| side > 0))
}

fn format_value(value: &Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Word(word) => word.clone(),
    }
}
