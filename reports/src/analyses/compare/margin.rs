//! Decides whether a time is shown to differ by no more than a margin, which is another question than whether it
//! differs at all.

use super::comparison::ComparedMetric;
use crate::stats::Estimate;

/// A difference that is too small to matter: 1 %. It is fixed here, before anything is measured.
const MARGIN: f64 = 0.01;

impl ComparedMetric {
    /// Returns whether the whole interval of a ratio of turns is within the margin, which leaves no larger difference.
    /// It does not apply to what was measured alone: that interval does not know of the minutes between two cells.
    pub fn is_within_margin(&self) -> bool {
        self.turns && self.judged().is_some_and(|contrast| is_within_margin(&contrast.estimate))
    }
}

/// Returns whether a ratio's whole interval is between 1/1.01 and 1.01. The interval of the inverse ratio then is too,
/// for times and for speeds.
pub(crate) fn is_within_margin(ratio: &Estimate) -> bool {
    let most = 1.0 + MARGIN;
    ratio.low.is_some_and(|low| low >= 1.0 / most) && ratio.high.is_some_and(|high| high <= most)
}
