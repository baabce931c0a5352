//! Pairs each cell of one run with its counterpart in the other. What cannot be paired is an error, and never a pass.

use std::collections::BTreeMap;

use skipbench_reports::analyses::quantity::format_number_of;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use crate::finding::cell_label;
use crate::possible;

/// One cell in both runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair<'a> {
    /// Row of the base, where it was measured.
    pub base: &'a RunRow,
    /// Row of the head, where it may have failed.
    pub head: &'a RunRow,
}

/// Holds all cells of two runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pairs<'a> {
    /// Pairs in the order of the base.
    pub pairs: Vec<Pair<'a>>,
    /// Rows of the base's cells once more (A/A), which show how much it differs from itself.
    pub twins: Vec<&'a RunRow>,
    /// Rows of the base that was linked in another order.
    pub relinked: Vec<&'a RunRow>,
    /// Cells that the base did not measure, each with the head's.
    pub unmeasured: Vec<(&'a RunRow, Option<&'a RunRow>)>,
    /// Number of cells that only the head has.
    pub new: usize,
}

/// Says why two runs cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// There is nothing to compare with.
    #[error("the base has no measured cell; run its suite to the end first")]
    EmptyBase,
    /// A cell of the base is not in the head.
    #[error("the head lacks {cell}{}, which the base has; run the same suite to the end, or bless the head as the new base", format_others(.others))]
    Missing {
        /// Name of the first such cell.
        cell: String,
        /// Number of other such cells.
        others: usize,
    },
    /// One run holds a cell twice.
    #[error("{cell} is listed twice in the {run}; its rows were put together by hand")]
    Repeated {
        /// Name of the cell.
        cell: String,
        /// Name of the run: `base` or `head`.
        run: &'static str,
    },
    /// A cell has the same name but does other work.
    #[error(
        "{cell}: {what} differs between base and head, so they did not do the same work; bless the head if that is intended"
    )]
    OtherWork {
        /// Name of the cell.
        cell: String,
        /// Name of what differs.
        what: &'static str,
    },
    /// A row holds a value that no measurement can give.
    #[error(
        "{cell}: {column} = {value} in the {run} is impossible: {problem}; the program that measured it is broken, or its file was put together by hand"
    )]
    Impossible {
        /// Name of the cell.
        cell: String,
        /// Name of the run: `base` or `head`.
        run: &'static str,
        /// Name of the column.
        column: &'static str,
        /// Value that it holds.
        value: String,
        /// What the value would have to be.
        problem: String,
    },
    /// Fewer values were judged than the base has. This is a mistake in the gate itself.
    #[error(
        "the base has {due} values to judge, but {answered} were looked at; this is a mistake in skipbench, please report it"
    )]
    Uncounted {
        /// Number of values that the base has.
        due: usize,
        /// Number of values that a rule said something about.
        answered: usize,
    },
}

fn format_others(count: &usize) -> String {
    if *count == 0 { String::new() } else { format!(" and {}", format_number_of(*count, "other cell")) }
}

/// Pairs every measured cell of the base with the head's.
///
/// # Errors
/// Returns an error if the base has none, if the head lacks one, if one is listed twice or is other work under the same
/// name, or if a value is impossible.
pub(crate) fn pair<'a>(base: &'a [Run], head: &'a [Run], relinked: &'a [Run]) -> Result<Pairs<'a>, PairError> {
    possible::check(base.iter().map(|run| &run.row), "base")?;
    possible::check(head.iter().map(|run| &run.row), "head")?;
    possible::check(relinked.iter().map(|run| &run.row), "relinked base")?;
    let relinked = by_label(relinked, "relinked base")?.order;
    let (base, head) = (by_label(base, "base")?, by_label(head, "head")?);
    let measured = |row: &&RunRow| row.status == Status::Ok;
    let (ok, failed): (Vec<_>, Vec<_>) = base.order.iter().copied().partition(measured);
    let (twins, own): (Vec<_>, Vec<_>) = ok.into_iter().partition(|row| row.twin);
    if own.is_empty() {
        return Err(PairError::EmptyBase);
    }
    let missing: Vec<String> =
        own.iter().map(|row| cell_label(row)).filter(|label| !head.rows.contains_key(label)).collect();
    if let Some(cell) = missing.first() {
        return Err(PairError::Missing { cell: cell.clone(), others: missing.len() - 1 });
    }
    let pairs: Vec<Pair<'a>> =
        own.into_iter().filter_map(|base| Some(Pair { base, head: head.rows.get(&cell_label(base))? })).collect();
    pairs.iter().try_for_each(same_work)?;
    let new = head.rows.keys().filter(|label| !base.rows.contains_key(*label)).count();
    let unmeasured = failed.into_iter().map(|row| (row, head.rows.get(&cell_label(row)).copied())).collect();
    let relinked = relinked.into_iter().filter(measured).collect();
    Ok(Pairs { pairs, twins, relinked, unmeasured, new })
}

struct Labeled<'a> {
    order: Vec<&'a RunRow>,
    rows: BTreeMap<String, &'a RunRow>,
}

fn by_label<'a>(runs: &'a [Run], run: &'static str) -> Result<Labeled<'a>, PairError> {
    let mut rows = BTreeMap::new();
    for row in runs.iter().map(|run| &run.row) {
        let cell = cell_label(row);
        if rows.insert(cell.clone(), row).is_some() {
            return Err(PairError::Repeated { cell, run });
        }
    }
    Ok(Labeled { order: runs.iter().map(|run| &run.row).collect(), rows })
}

fn same_work(Pair { base, head }: &Pair<'_>) -> Result<(), PairError> {
    let same = [
        ("the network", base.spec == head.spec),
        ("the network's kind", (&base.family, &base.skip, base.depth) == (&head.family, &head.skip, head.depth)),
        ("the sweep", (&base.sweep, &base.sweep_line) == (&head.sweep, &head.sweep_line)),
        ("the data set", base.data_sha256 == head.data_sha256 && images(base) == images(head)),
        ("the recipe", base.recipe == head.recipe),
        ("the number of threads", base.threads == head.threads),
        ("the batch", base.batch == head.batch),
    ];
    match same.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(PairError::OtherWork { cell: cell_label(base), what }),
        None => Ok(()),
    }
}

/// Returns how many images a row's data set has, of what shape and with how many classes.
fn images(row: &RunRow) -> [u64; 5] {
    [row.train_images, row.test_images, row.image_size, row.image_channels, row.classes]
}
