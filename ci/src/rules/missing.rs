//! Values that the base has and the head lacks, or has as no number: a failure, whatever the metric or the series, and
//! for however many seeds. What is judged exactly, peak memory and work say of an absent value by their own rules.

use skipbench_reports::rows::record::Status;

use crate::columns::{self, COLUMNS, Column};
use crate::finding::{Class, Finding, LACKING, Value, Verdict, cell_label};
use crate::pair::Pair;
use crate::series::{RunSeries, Series};

/// One finding for every value of one cell that the head lacks, and one for all series that it lost.
pub(crate) fn judge(pair: &Pair<'_>, [base, head]: [&RunSeries; 2]) -> Vec<Finding> {
    if pair.head.status != Status::Ok {
        return Vec::new();
    }
    let values = COLUMNS.iter().filter_map(|column| Some(finding(column, pair, why(column, pair)?)));
    let label = cell_label(pair.base);
    let lost = lost(base.of_cell(&label), head.of_cell(&label));
    let series = (!lost.is_empty()).then(|| {
        let finding = Finding::of(&label, SERIES, Class::Exact, pair.head);
        Finding { presence: true, ..finding }.with(Verdict::Regressed, lost.join("; "))
    });
    values.chain(series).collect()
}

/// What a finding about a cell's series is called.
const SERIES: &str = "series";

/// Why a value that is not there is a failure; nothing where that is no rule's affair.
fn why(column: &Column, pair: &Pair<'_>) -> Option<&'static str> {
    let class = column.class(pair.base);
    let own_rule = matches!(class, Some(Class::Exact | Class::Heap | Class::Work));
    if own_rule || class.is_none() && !column.must_be_present(pair.base) {
        return None;
    }
    match (column.value(pair.base)?, column.value(pair.head)) {
        (_, None) if columns::may_be_absent(column, pair.head) => None,
        (_, None) => Some(LACKING),
        (Value::Number(base), Some(Value::Number(head))) if base.is_finite() && !head.is_finite() => Some(NO_NUMBER),
        _ => None,
    }
}

/// Why a value that is there is a failure all the same.
const NO_NUMBER: &str = "a number in the base, but not a finite one in the head";

fn finding(column: &Column, pair: &Pair<'_>, why: &str) -> Finding {
    let (class, base, head) = (column.class(pair.base), column.value(pair.base), column.value(pair.head));
    let finding = Finding::of(&cell_label(pair.base), column.name, class.unwrap_or(Class::Exact), pair.head);
    Finding { base, head, presence: class.is_none(), ..finding }.with(Verdict::Regressed, why)
}

/// What the head lost of the base's series, a clause each.
fn lost(base: &[Series], head: &[Series]) -> Vec<String> {
    base.iter().filter(|series| !series.name.ends_with(DIVERGED)).filter_map(|series| lost_of(series, head)).collect()
}

fn lost_of(base: &Series, head: &[Series]) -> Option<String> {
    let (name, count) = (&base.name, base.count);
    match head.iter().find(|series| series.name == base.name) {
        None => Some(format!("{name}: {count} in the base, none in the head")),
        Some(head) if base.finite && !head.finite => Some(format!("{name}: {NO_NUMBER}")),
        Some(head) if head.count < count && !is_timed(name) => {
            Some(format!("{name}: {count} in the base, only {} in the head", head.count))
        }
        Some(_) => None,
    }
}

/// Of a stack that no longer diverges there is no step in which it did.
const DIVERGED: &str = "_diverged";

/// How many steps and turns fit into their time differs from run to run.
fn is_timed(series: &str) -> bool {
    series.ends_with("_ns") || series.starts_with("turn_")
}
