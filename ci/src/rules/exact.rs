//! Counts, shapes and the loss at a fixed seed: they are equal, or the baseline is changed with the code that changes
//! them.

use skipbench_reports::rows::record::Status;

use crate::columns;
use crate::config::Limits;
use crate::finding::{Class, Finding, LACKING, UNMEASURED, Value, Verdict, cell_label};
use crate::pair::Pair;

/// Everything of one cell that must be equal. What the base does not have, for its schema was older, is not judged.
pub(crate) fn judge(pair: &Pair<'_>, limits: &Limits) -> Vec<Finding> {
    let cell = cell_label(pair.base);
    if pair.head.status != Status::Ok {
        let why = format!("measured in the base, but not in the head: {}", pair.head.error);
        return vec![Finding::of(&cell, UNMEASURED, Class::Exact, pair.head).with(Verdict::Regressed, why)];
    }
    // Its names are shared by all findings about the cell.
    let of_cell = Finding::of(&cell, UNMEASURED, Class::Exact, pair.head);
    let exact = columns::judged(Class::Exact, pair.base).filter(|column| column.name != LOSS);
    let counts = exact.filter_map(|column| {
        let (base, head) = (column.value(pair.base)?, column.value(pair.head));
        let equal = head.as_ref() == Some(&base);
        let verdict = if equal { Verdict::Pass } else { Verdict::Regressed };
        let why = if equal { "" } else { why(head.as_ref()) };
        let finding = Finding { metric: column.name, base: Some(base), head, ..of_cell.clone() };
        Some(finding.with(verdict, why))
    });
    counts.chain(loss(&of_cell, pair, limits)).collect()
}

const CHANGED: &str = "it must be equal; if the change is intended, bless the head in the commit that makes it";

/// Why what is not equal regressed.
fn why(head: Option<&Value>) -> &'static str {
    if head.is_some() { CHANGED } else { LACKING }
}

const LOSS: &str = "loss";

/// The loss from a fixed seed: equal where sums are taken in the same order, and nearly so elsewhere.
fn loss(of_cell: &Finding, pair: &Pair<'_>, limits: &Limits) -> Option<Finding> {
    columns::judged(Class::Exact, pair.base).find(|column| column.name == LOSS)?;
    let (base, head) = (pair.base.loss?, pair.head.loss);
    let same_sums = pair.base.host == pair.head.host && pair.base.features == pair.head.features;
    let limit = if same_sums { 0.0 } else { limits.loss };
    let distance = head.map(|head| (head - base).abs() / base.abs());
    let kept = distance.is_some_and(|distance| distance <= limit);
    let finding = Finding {
        base: Some(Value::Number(base)),
        head: head.map(Value::Number),
        effect: head.map(|head| head / base),
        limit,
        metric: LOSS,
        ..of_cell.clone()
    };
    let verdict = if kept { Verdict::Pass } else { Verdict::Regressed };
    Some(finding.with(verdict, if kept { "" } else { why(head.map(Value::Number).as_ref()) }))
}
