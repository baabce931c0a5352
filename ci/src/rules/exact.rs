//! Counts, shapes and the loss at a fixed seed: they are equal, or the baseline is changed with the code that changes
//! them.

use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::task;

use crate::config::Limits;
use crate::finding::{Class, Finding, UNMEASURED, Value, Verdict, cell_label};
use crate::pair::Pair;

type Exact = (&'static str, fn(&RunRow) -> Option<Value>);

const EXACT: [Exact; 7] = [
    ("params", |row| row.params.map(Value::Count)),
    ("macs", |row| row.macs.map(Value::Count)),
    ("activation_bytes", |row| row.activation_bytes.map(Value::Count)),
    ("saved_bytes", |row| row.saved_bytes.map(Value::Count)),
    ("join_bytes", |row| row.join_bytes.map(Value::Count)),
    ("output_shape", |row| Some(row.output_shape.clone()).filter(|shape| !shape.is_empty()).map(Value::Word)),
    ("steps", |row| row.steps.map(Value::Count)),
];

/// Everything of one cell that must be equal. What the base does not have, for its schema was older, is not judged.
pub(crate) fn judge(pair: &Pair<'_>, limits: &Limits) -> Vec<Finding> {
    let cell = cell_label(pair.base);
    if pair.head.status != Status::Ok {
        let why = format!("measured in the base, but not in the head: {}", pair.head.error);
        return vec![Finding::of(&cell, UNMEASURED, Class::Exact, pair.head).with(Verdict::Regressed, why)];
    }
    let counts = EXACT.iter().filter_map(|(metric, of)| {
        let (base, head) = (of(pair.base)?, of(pair.head));
        let equal = head.as_ref() == Some(&base);
        let verdict = if equal { Verdict::Pass } else { Verdict::Regressed };
        let finding = Finding { base: Some(base), head, ..Finding::of(&cell, metric, Class::Exact, pair.head) };
        Some(finding.with(verdict, if equal { "" } else { CHANGED }))
    });
    counts.chain(loss(&cell, pair, limits)).collect()
}

const CHANGED: &str = "it must be equal; if the change is meant, bless the head in the commit that makes it";

/// The loss of tasks that take a few steps from a fixed seed, on the CPU. Elsewhere, and after whole epochs, sums in
/// another order grow into other numbers.
fn loss(cell: &str, pair: &Pair<'_>, limits: &Limits) -> Option<Finding> {
    let golden =
        |row: &RunRow| row.loss.filter(|_| row.task == task::PEAK_MEMORY_TRAIN && row.device.starts_with("flex"));
    let (base, head) = (golden(pair.base)?, golden(pair.head));
    let same_sums = pair.base.host == pair.head.host && pair.base.features == pair.head.features;
    let limit = if same_sums { 0.0 } else { limits.loss };
    let distance = head.map(|head| (head - base).abs() / base.abs());
    let kept = distance.is_some_and(|distance| distance <= limit);
    let finding = Finding {
        base: Some(Value::Number(base)),
        head: head.map(Value::Number),
        effect: head.map(|head| head / base),
        limit,
        ..Finding::of(cell, "loss", Class::Exact, pair.head)
    };
    let verdict = if kept { Verdict::Pass } else { Verdict::Regressed };
    Some(finding.with(verdict, if kept { "" } else { CHANGED }))
}
