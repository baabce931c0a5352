//! On which machines rows may have been measured that are put together.

use std::borrow::Cow;

use crate::rows::record::RunRow;
use crate::rows::task;

/// Whether rows of other machines may stand beside this one: a plan was cut into shares so, and it holds no time.
pub(crate) fn is_pooled(row: &RunRow) -> bool {
    !row.plan.is_empty() && !task::is_timed(&row.task)
}

/// The machine by whose times a row may be compared; where none of it is a time, all machines of its plan.
pub(crate) fn machine(row: &RunRow) -> Cow<'_, str> {
    if is_pooled(row) { Cow::Owned(format!("any of plan {}", row.plan)) } else { Cow::Borrowed(&row.host) }
}

/// What keeps groups of machines apart before it is known which of them timed anything.
pub(crate) fn pool(row: &RunRow) -> &str {
    if row.plan.is_empty() { &row.host } else { &row.plan }
}
