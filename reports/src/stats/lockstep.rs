//! Computes what programs that take turns say of each other's speed.
//!
//! Programs run in *sets*. Each set starts fresh processes, which then take turns, a few steps each. Within a set,
//! every turn of a program is compared with the reference's turns right before and right after it ([`log_ratio`]). A
//! set gives one ratio. The sets are the sample: intervals and tests are Student's over sets, never over steps. What
//! differs from process to process (addresses, placement, start order) does not average out within one.
//!
//! The reference runs twice in every set, under two names. Its ratio to itself is the noise floor.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::stats::paired::Contrast;
use crate::stats::{self, Estimate};

/// Two-sided chance of error of every interval, and of all verdicts of one table together.
const CHANCE: f64 = 0.05;

/// Share of cases in which a difference that is called detectable is found.
const POWER: f64 = 0.8;

/// One turn of one program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Place of the turn in the set's order.
    pub order: u64,
    /// Index of the program.
    pub member: usize,
    /// Time of one unit of work, such as a step or one of its images, in nanoseconds. It is above 0.
    pub ns: f64,
    /// Whether evidence from outside the program says that something held it up.
    pub disturbed: bool,
}

/// Largest share of disturbed turns that are dropped. If more are disturbed, that is the machine's usual state, and
/// dropping would leave too little. Then all turns count.
const RARE: f64 = 1.0 / 3.0;

/// Returns how many turns of a set are dropped as disturbed: all disturbed ones, or none if they are more than a third.
/// Every program must keep a third of its own turns, because what disturbs one alone so often is its usual state.
pub fn dropped(turns: &[Turn]) -> usize {
    let mut members: Vec<usize> = turns.iter().map(|turn| turn.member).collect();
    members.sort_unstable();
    members.dedup();
    let share = |member: Option<usize>| {
        let own = turns.iter().filter(|turn| member.is_none_or(|member| turn.member == member));
        let (disturbed, quiet): (Vec<&Turn>, Vec<&Turn>) = own.partition(|turn| turn.disturbed);
        disturbed.len() as f64 / (disturbed.len() + quiet.len()) as f64
    };
    let all_keep_some = members.into_iter().all(|member| share(Some(member)) <= 1.0 - RARE);
    let rare = share(None) <= RARE && all_keep_some;
    if rare { turns.iter().filter(|turn| turn.disturbed).count() } else { 0 }
}

/// Returns the logarithm of how much longer `member` took than `reference` in one set, over all turns except the
/// [`dropped`] ones. There is none if no turn of either is between two of the other.
///
/// Each turn is compared with the other program's time at that place, interpolated between its nearest turns on both
/// sides. A drift of the machine's speed then cancels. The result is the median of those differences, of the member's
/// turns and of the reference's. Only both together are fair: times have a long tail, and the mean of two of them is
/// mostly above a single one.
///
/// In two comparisons of 8 sets on a busy machine (2026-11-27) such medians varied from set to set by a quarter and a
/// third less than means without a fifth at either end. The rule was chosen on them, and is unchanged since.
pub fn log_ratio(turns: &[Turn], reference: usize, member: usize) -> Option<f64> {
    let keep_all = dropped(turns) == 0;
    let kept = |of: usize| -> Vec<(f64, f64)> {
        let turns = turns.iter().filter(|turn| turn.member == of && (keep_all || !turn.disturbed));
        turns.map(|turn| (turn.order as f64, turn.ns.ln())).collect()
    };
    let (base, own) = (kept(reference), kept(member));
    let slower = differences(&own, &base);
    let faster = differences(&base, &own).map(|difference| -difference);
    stats::median(&slower.chain(faster).collect::<Vec<f64>>())
}

/// Returns how far each of `points` is above the line through its neighbors among `others`.
fn differences(points: &[(f64, f64)], others: &[(f64, f64)]) -> impl Iterator<Item = f64> {
    points.iter().filter_map(|(place, value)| Some(value - interpolated(others, *place)?))
}

/// Returns the value at `place` on the line between the neighbors on both sides.
fn interpolated(points: &[(f64, f64)], place: f64) -> Option<f64> {
    let after = points.partition_point(|(at, _)| *at < place);
    let ((left, low), (right, high)) = (*points.get(after.checked_sub(1)?)?, *points.get(after)?);
    Some(low + (high - low) * (place - left) / (right - left))
}

/// Holds the logarithms of one program's ratios, one per set.
///
/// With a fixed number of sets all of them are the pilot. With Stein's rule ([`sets_needed`]) the spread comes from the
/// pilot sets alone. This keeps the interval's coverage exact although the number of sets depends on the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a> {
    /// Logarithms of the ratios, in the order of the sets.
    pub logs: &'a [f64],
    /// Number of first sets that the spread is taken from.
    pub pilot: usize,
}

impl<'a> Sample<'a> {
    /// Creates a sample of a number of sets that was fixed beforehand.
    pub fn fixed(logs: &'a [f64]) -> Self {
        Self { logs, pilot: logs.len() }
    }

    /// Returns the ratio with its 95 % interval, or `None` without sets.
    pub fn ratio(&self) -> Option<Estimate> {
        let mean = stats::mean(self.logs)?;
        let half = self.standard_error().zip(self.quantile(1.0 - CHANCE / 2.0)).map(|(error, t)| error * t);
        let end = |sign: f64| half.map(|half| (mean + sign * half).exp());
        Some(Estimate { n: self.logs.len(), value: mean.exp(), low: end(-1.0), high: end(1.0) })
    }

    /// Returns the ratio with its p-value and with what could have been detected, or `None` without sets.
    pub fn contrast(&self) -> Option<Contrast> {
        Some(Contrast { estimate: self.ratio()?, p: self.p_value(), detectable: self.detectable() })
    }

    /// Returns the two-sided p-value. The interval excludes 1 exactly where it is below 5 %.
    fn p_value(&self) -> Option<f64> {
        if stats::mean(self.logs)? == 0.0 && self.standard_error()? == 0.0 {
            return Some(1.0);
        }
        Some((2.0 * self.p_above(1.0)?.min(self.p_below(1.0)?)).min(1.0))
    }

    /// Returns the smallest ratio, less 1, that this many sets with this spread would have shown in four cases of five.
    /// There is none with fewer than three pilot sets, or above 1.
    pub fn detectable(&self) -> Option<f64> {
        let (sets, error) = (self.pilot.min(self.logs.len()), self.standard_error()?);
        if sets < stats::LEAST_DETECTING && error > 0.0 {
            return None;
        }
        let quantiles = self.quantile(1.0 - CHANCE / 2.0)? + self.quantile(POWER)?;
        stats::useful((quantiles * error).exp_m1())
    }

    /// Returns the chance of a ratio at least this high if the truth were `ratio`. There is none with fewer than two
    /// pilot sets.
    pub fn p_above(&self, ratio: f64) -> Option<f64> {
        let distance = stats::mean(self.logs)? - ratio.ln();
        let error = self.standard_error()?;
        if error == 0.0 {
            return Some(if distance > 0.0 { 0.0 } else { 1.0 });
        }
        Some(self.student()?.sf(distance / error))
    }

    /// Returns the chance of a ratio at least this low if the truth were `ratio`.
    pub fn p_below(&self, ratio: f64) -> Option<f64> {
        let turned: Vec<f64> = self.logs.iter().map(|log| -log).collect();
        Sample { logs: &turned, pilot: self.pilot }.p_above(1.0 / ratio)
    }

    fn standard_error(&self) -> Option<f64> {
        let spread = stats::deviation(&self.logs[..self.pilot.min(self.logs.len())])?;
        Some(spread / (self.logs.len() as f64).sqrt())
    }

    fn student(&self) -> Option<StudentsT> {
        StudentsT::new(0.0, 1.0, self.pilot.min(self.logs.len()) as f64 - 1.0).ok()
    }

    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.student()?.inverse_cdf(p))
    }
}

/// Returns the sets needed, those of the pilot included, for a 95 % interval at most ± `precision` wide (0.02: the
/// ratio ± 2 %). This is Stein's two-stage rule (Stein 1945, Annals of Mathematical Statistics 16:243). There is none
/// with fewer than two pilot sets.
///
/// The number n = max(n₀, ⌈(t(0.975, n₀ − 1) · s₀ / h)²⌉) depends on the pilot's spread alone. A mean of normal values
/// is independent of that spread. The interval of all n sets therefore holds the truth in exactly 95 % of cases, not
/// only approximately.
pub fn sets_needed(pilot: &[f64], precision: f64) -> Option<usize> {
    let sample = Sample::fixed(pilot);
    let half = sample.quantile(1.0 - CHANCE / 2.0)? * stats::deviation(pilot)?;
    Some(pilot.len().max((half / precision.ln_1p()).powi(2).ceil() as usize))
}

/// Largest share of its steps' time for which a program may work between its turns without a note.
pub const RESTLESS: f64 = 0.01;

/// Returns how far from 1 the reference's ratio to itself may be by its interval, as a share.
pub fn noise_floor(twin: &Estimate) -> Option<f64> {
    Some(twin.high?.max(1.0 / twin.low?) - 1.0)
}

/// Says what the sets show about a program's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeVerdict {
    /// It takes less time (asked without a limit).
    Faster,
    /// It takes more time (asked without a limit).
    Slower,
    /// Neither was shown (asked without a limit).
    NoDifferenceShown,
    /// Any slowdown there is stays below the limit.
    Pass,
    /// It is slower, and by more than the limit.
    Regressed,
    /// Neither of the two was shown.
    CannotTell,
}

/// Judges all programs of one table together. With a `limit` (0.03: 3 % slower), a program passes if its slowdown's
/// upper bound is below the limit. It has regressed if the lower bound is above 0 and the estimate above the limit.
///
/// Bounds are those of Student's 95 % interval. With several programs each must be shown after Holm's correction.
pub fn judge(samples: &[Sample<'_>], limit: Option<f64>) -> Vec<TimeVerdict> {
    let holm = |chance: &dyn Fn(&Sample<'_>) -> Option<f64>| {
        stats::holm(&samples.iter().map(|sample| chance(sample).unwrap_or(1.0)).collect::<Vec<f64>>())
    };
    let slower = holm(&|sample| sample.p_above(1.0));
    let below = holm(&|sample| sample.p_below(1.0 + limit.unwrap_or(0.0)));
    let verdict = |index: usize| {
        let (slower, below) = (slower[index] <= CHANCE / 2.0, below[index] <= CHANCE / 2.0);
        let beyond = |limit: f64| samples[index].ratio().is_some_and(|ratio| ratio.value > 1.0 + limit);
        match limit {
            None if slower => TimeVerdict::Slower,
            None if below => TimeVerdict::Faster,
            None => TimeVerdict::NoDifferenceShown,
            Some(_) if below => TimeVerdict::Pass,
            Some(limit) if slower && beyond(limit) => TimeVerdict::Regressed,
            Some(_) => TimeVerdict::CannotTell,
        }
    };
    (0..samples.len()).map(verdict).collect()
}
