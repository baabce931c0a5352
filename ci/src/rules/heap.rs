//! Peak heap: identical runs on one machine are equal to the byte, so that half a percent is a change.

use skipbench_reports::rows::record::Status;

use crate::config::Limits;
use crate::finding::{Class, Finding, LACKING, Value, Verdict, cell_label};
use crate::pair::Pair;

/// The peak of one memory cell; nothing for others, and for a head that failed, which is a finding already.
pub(crate) fn judge(pair: &Pair<'_>, limits: &Limits) -> Option<Finding> {
    let base = pair.base.heap_peak_bytes.filter(|_| pair.head.status == Status::Ok)?;
    let (cell, head) = (cell_label(pair.base), pair.head.heap_peak_bytes);
    let ratio = head.map(|head| head as f64 / base as f64);
    let finding = Finding {
        base: Some(Value::Count(base)),
        head: head.map(Value::Count),
        effect: ratio,
        limit: limits.heap,
        ..Finding::of(&cell, "heap_peak_bytes", Class::Heap, pair.head)
    };
    Some(match ratio {
        None => finding.with(Verdict::Regressed, LACKING),
        Some(_) if pair.base.host != pair.head.host => finding.with(Verdict::Refused, OTHER_MACHINE),
        Some(ratio) if ratio > 1.0 + limits.heap => finding.with(Verdict::Regressed, ""),
        Some(ratio) if ratio < 1.0 - limits.heap => finding.with(Verdict::Improved, ""),
        Some(_) => finding,
    })
}

const OTHER_MACHINE: &str = "base and head are from two machines, whose kernels take different scratch memory; \
                             `skipbench gate --against REV` measures both here";
