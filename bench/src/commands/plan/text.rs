//! A plan for people: a line a cell, then the shares and the whole.

use std::fmt::Write;

use skipbench_reports::analyses::quantity::format_number_of;

use super::{Expected, ExpectedCell, ExpectedShare};

/// Every cell with what it is expected to take, and the sums.
pub(super) fn format(expected: &Expected, shares: bool) -> String {
    let mut text = String::new();
    for ExpectedCell { cell, path, estimate, shard, .. } in &expected.cells {
        let share = if shares { format!("  share {shard}") } else { String::new() };
        let (time, memory) = (seconds(estimate.seconds), mebibytes(estimate.memory_bytes));
        // Writing to a string never fails.
        let _ = writeln!(text, "{cell}  {time:>9}  {memory:>9}{share}  {path}");
    }
    if shares {
        text.push('\n');
        expected.shards.iter().for_each(|share| line(&mut text, &format!("share {}", share.shard), share));
    }
    text.push('\n');
    line(&mut text, &format!("plan {}", expected.plan), &whole(expected));
    let _ = writeln!(text, "Expected at {:.3e} multiply-accumulates of a thread in a second.", expected.rate);
    text
}

fn line(text: &mut String, name: &str, ExpectedShare { cells, seconds: time, memory_bytes, .. }: &ExpectedShare) {
    let cells = format_number_of(*cells, "cell");
    let _ = writeln!(text, "{name}: {cells}, {}, at most {} at a time", seconds(*time), mebibytes(*memory_bytes));
}

/// All shares as one.
pub(super) fn whole(expected: &Expected) -> ExpectedShare {
    let add = |sum: ExpectedShare, share: &ExpectedShare| ExpectedShare {
        shard: 0,
        cells: sum.cells + share.cells,
        seconds: sum.seconds + share.seconds,
        memory_bytes: sum.memory_bytes.max(share.memory_bytes),
    };
    expected.shards.iter().fold(ExpectedShare::default(), add)
}

/// `0.35 s`, `12 s`, `5 min` or `3.4 h`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        0.0..10.0 => format!("{seconds:.2} s"),
        10.0..120.0 => format!("{seconds:.0} s"),
        120.0..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// Whole MiB, rounded up.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
