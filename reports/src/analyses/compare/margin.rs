//! Whether a time is shown to differ by no more than a margin: the other question than whether it differs at all.

use super::comparison::ComparedMetric;
use crate::stats::Estimate;

/// A difference that is too small to matter: 1 %. It is fixed here, before anything is measured.
const MARGIN: f64 = 0.01;

impl ComparedMetric {
    /// Whether the whole interval of a ratio of turns lies within the margin, so that no larger difference is left. It
    /// says nothing of what was measured alone, whose interval does not know of the minutes between two cells.
    pub fn is_within_margin(&self) -> bool {
        self.turns && self.judged().is_some_and(|contrast| is_within_margin(&contrast.estimate))
    }
}

/// Whether a ratio's whole interval lies between 1/1.01 and 1.01: then so does that of the ratio turned round, be it of
/// times or of speeds.
pub(crate) fn is_within_margin(ratio: &Estimate) -> bool {
    let most = 1.0 + MARGIN;
    ratio.low.is_some_and(|low| low >= 1.0 / most) && ratio.high.is_some_and(|high| high <= most)
}
