//! Values that the base has and the head lacks: a failure, whatever the metric and for however many seeds. What is
//! judged exactly, peak memory and work say so by their own rules.

use skipbench_reports::rows::record::Status;

use crate::columns::{self, COLUMNS, Column};
use crate::finding::{Class, Finding, LACKING, Verdict, cell_label};
use crate::pair::Pair;

/// One finding for every value of one cell that the head lacks.
pub(crate) fn judge(pair: &Pair<'_>) -> Vec<Finding> {
    if pair.head.status != Status::Ok {
        return Vec::new();
    }
    let lacks = |column: &&Column| {
        let class = column.class(pair.base);
        let own_rule = matches!(class, Some(Class::Exact | Class::Heap | Class::Work));
        let must_be_there = class.is_some() && !own_rule || column.must_be_present(pair.base);
        let lacks = column.value(pair.base).is_some() && column.value(pair.head).is_none();
        must_be_there && lacks && !columns::may_be_absent(column, pair.head)
    };
    COLUMNS.iter().filter(lacks).map(|column| finding(column, pair)).collect()
}

fn finding(column: &Column, pair: &Pair<'_>) -> Finding {
    let (class, base) = (column.class(pair.base), column.value(pair.base));
    let finding = Finding::of(&cell_label(pair.base), column.name, class.unwrap_or(Class::Exact), pair.head);
    Finding { base, presence: class.is_none(), ..finding }.with(Verdict::Regressed, LACKING)
}
