//! Migrates rows of older schemas to this one. Columns that they lack are added, empty or with the only value that they
//! had.

use csv::StringRecord;

use crate::rows::record::SCHEMA_VERSION;
use crate::rows::shared_text::SharedText;

/// Columns that each version added, and what an older row holds there.
const ADDED: [(u32, &[(&str, &str)]); 5] = [
    (
        2,
        &[
            ("round", "0"),
            ("twin", "false"),
            ("sweep", ""),
            ("sweep_line", ""),
            ("sweep_value", ""),
            ("traffic_bytes", ""),
            ("join_bytes", ""),
            ("target_ns", ""),
            ("target_epochs", ""),
            ("warmup_ns", ""),
            ("warmup_steady", ""),
            ("step_ns_p90", ""),
            ("step_ns_p99", ""),
            ("forward_ns_median", ""),
            ("backward_ns_median", ""),
            ("optimizer_ns_median", ""),
            ("epoch_images", ""),
            ("epoch_ns_median", ""),
            ("epoch_data_ns_median", ""),
            ("ceiling_flops_per_s", ""),
            ("ceiling_bytes_per_s", ""),
            ("other_load_cores", ""),
            ("cpu_mhz", ""),
            ("heap_peak_forward_bytes", ""),
            ("heap_peak_backward_bytes", ""),
            ("heap_peak_optimizer_bytes", ""),
            ("heap_growth_bytes", ""),
        ],
    ),
    (3, &[("output_shape", "")]),
    // Its seal, which is no part of the row and is not missed here.
    (4, &[]),
    (
        5,
        &[
            ("set", ""),
            ("pilot_sets", ""),
            ("time_reference", ""),
            ("time_ratio", ""),
            ("turns", ""),
            ("dropped_turns", ""),
            ("work_allocations", ""),
            ("work_allocated_bytes", ""),
            ("work_kernel_calls", ""),
            ("work_kernel_macs", ""),
            ("work_kernel_bytes", ""),
            ("work_instructions", ""),
        ],
    ),
    (6, &[("plan", "")]),
];

/// Oldest version that can be read.
pub(super) const OLDEST: u32 = 1;

/// Returns the header of a file of `version` with the columns that came later at its end. A column that is there
/// already is left: its row is not of that version, and is refused for it.
pub(super) fn header(header: &StringRecord, version: u32) -> StringRecord {
    let mut header = header.clone();
    later(version).for_each(|(name, _)| header.push_field(name));
    header
}

/// Returns a row with the same columns added, in this version.
pub(super) fn row(row: &StringRecord, version: u32, version_column: usize) -> StringRecord {
    let this = SCHEMA_VERSION.to_string();
    let cell = |(index, cell): (usize, &str)| if index == version_column { this.clone() } else { cell.to_owned() };
    let mut row: StringRecord = row.iter().enumerate().map(cell).collect();
    later(version).for_each(|(_, value)| row.push_field(value));
    row
}

/// Returns a recipe with the keys that came last. Without them it was run on Burn's kernels, and every concatenation
/// was kept.
pub(super) fn recipe(recipe: SharedText) -> SharedText {
    match recipe.strip_suffix('}') {
        Some(keys) if !keys.contains("\"kernels\":") && !keys.trim_end().ends_with('{') => {
            format!("{keys},\"kernels\":\"burn\",\"memory\":\"naive\"}}").into()
        }
        _ => recipe,
    }
}

fn later(version: u32) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    ADDED.iter().filter(move |(added, _)| *added > version).flat_map(|(_, columns)| columns.iter())
}
