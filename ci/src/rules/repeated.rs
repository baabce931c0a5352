//! What repeats: identical runs have the same peak heap to the byte, and do the same work to the count. Half a percent
//! more is a change.

use skipbench_reports::rows::record::Status;

use crate::columns::{self, Column};
use crate::config::Limits;
use crate::finding::{Class, Finding, LACKING, Value, Verdict, cell_label};
use crate::pair::Pair;

/// Peak heap and work of one memory cell; nothing for others, and for a head that failed, which is a finding already.
pub(crate) fn judge(pair: &Pair<'_>, limits: &Limits) -> Vec<Finding> {
    if pair.head.status != Status::Ok {
        return Vec::new();
    }
    let of_cell = Finding::of(&cell_label(pair.base), "", Class::Heap, pair.head);
    let of = |class, limit| {
        let of_class = Finding { class, limit, ..of_cell.clone() };
        columns::judged(class, pair.base).filter_map(move |column| finding(pair, column, &of_class))
    };
    of(Class::Heap, limits.heap).chain(of(Class::Work, limits.work)).collect()
}

fn finding(pair: &Pair<'_>, column: &Column, of_class: &Finding) -> Option<Finding> {
    let (base, head) = (column.value(pair.base)?, column.value(pair.head));
    let ratio = head.as_ref().and_then(|head| ratio(&base, head));
    let elsewhere = pair.base.host != pair.head.host;
    let limit = of_class.limit;
    let finding = Finding { metric: column.name, base: Some(base), head, effect: ratio, ..of_class.clone() };
    Some(match ratio {
        None if elsewhere && column.name == INSTRUCTIONS => finding.with(Verdict::Refused, OTHER_MACHINE),
        None => finding.with(Verdict::Regressed, LACKING),
        Some(_) if elsewhere && !column.name.starts_with(ASKED) => finding.with(Verdict::Refused, OTHER_MACHINE),
        Some(ratio) if ratio > 1.0 + limit => finding.with(Verdict::Regressed, ""),
        Some(ratio) if ratio < 1.0 - limit => finding.with(Verdict::Improved, ""),
        Some(_) => finding,
    })
}

fn ratio(base: &Value, head: &Value) -> Option<f64> {
    match (base, head) {
        (Value::Count(base), Value::Count(head)) => Some(*head as f64 / *base as f64),
        _ => None,
    }
}

/// Not every machine counts them.
const INSTRUCTIONS: &str = "work_instructions";

/// What kernels are asked for follows from the network alone, whatever the machine.
const ASKED: &str = "work_kernel_";

const OTHER_MACHINE: &str = "base and head are from two machines, whose kernels use different scratch memory; \
                             `skipbench gate --against REV` measures both here";
