//! Writes a set's rows: all of them once the set is done, or none.

use std::time::{Duration, Instant};

use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::StoreError;

use super::launcher::Driven;
use super::{Sat, room, sit};
use crate::cell::{Measured, Outcome, Progress};
use crate::run::orchestrate::{Executor, Observer, Tally};
use crate::run::plan::PlannedCell;
use crate::run::row;
use crate::run::runner::CellResult;
use crate::tasks::meter::load::{self, Load};

/// Least time between two progress reports.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// Number of steps of a progress report.
const TICKS: f64 = 1000.0;

impl Executor<'_> {
    /// Lets the cells of one set take turns and writes their rows. `first` is the index of the first of them. Returns
    /// why they must be measured alone, if they cannot run together.
    ///
    /// # Errors
    /// Returns an error if a row cannot be written.
    pub(crate) fn sit(
        &self,
        cells: &[PlannedCell],
        first: usize,
        journal: &mut Journal,
        observer: &mut dyn Observer,
        tally: &mut Tally,
    ) -> Result<Option<String>, StoreError> {
        let (started, clock) = (jiff::Timestamp::now().to_string(), Instant::now());
        let driven = match Driven::prepare(cells) {
            Ok(driven) => driven,
            Err(error) => {
                self.stop.give_up(format!("no more cells can be started: {error}"));
                return Ok(None);
            }
        };
        (first..).zip(cells).for_each(|(index, planned)| observer.started(index, planned));
        let results = match self.measure(cells, &driven, &mut told(cells, first, observer)) {
            Sat::Done(results) if results.iter().any(Result::is_err) && self.stop.explains_failure() => {
                return Ok(None);
            }
            Sat::Done(results) => results,
            Sat::Stopped => return Ok(None),
            Sat::Apart(why) => return Ok(Some(why)),
        };
        let (wall, mut rows) = (clock.elapsed(), Vec::new());
        for (planned, result) in cells.iter().zip(&results) {
            rows.push(self.keep_result(planned, result, &started, wall, journal)?);
        }
        for (index, (planned, row)) in (first..).zip(cells.iter().zip(&rows)) {
            tally.count(row.status);
            observer.finished(index, planned, row);
        }
        observer.sat(cells, &rows);
        Ok(None)
    }

    fn measure(&self, cells: &[PlannedCell], driven: &Driven, report: &mut dyn FnMut(f64)) -> Sat {
        let load = load::Span::with_children();
        let mut launcher = driven.launcher(self.stop);
        let Measured { ceiling_flops_per_s, ceiling_bytes_per_s, .. } = launcher.ceilings();
        let mut sat = sit(cells, room::free(), &mut launcher, report);
        let Load { other_cores: other_load_cores, mhz: cpu_mhz } = load.map(load::Span::end).unwrap_or_default();
        if let Sat::Done(results) = &mut sat {
            for Outcome { measured, .. } in results.iter_mut().flatten() {
                let own = std::mem::take(measured);
                *measured = Measured { ceiling_flops_per_s, ceiling_bytes_per_s, other_load_cores, cpu_mhz, ..own };
            }
        }
        sat
    }

    fn keep_result(
        &self,
        planned: &PlannedCell,
        result: &CellResult,
        started: &str,
        wall: Duration,
        journal: &mut Journal,
    ) -> Result<RunRow, StoreError> {
        let (row, samples) = row::rows(planned, result, self.provenance, started.to_owned(), wall);
        self.keep(planned, &row, &samples, journal)?;
        Ok(row)
    }
}

/// Tells `observer` how far the set is, for each of its cells.
fn told<'a>(cells: &'a [PlannedCell], first: usize, observer: &'a mut dyn Observer) -> impl FnMut(f64) + 'a {
    let mut last: Option<Instant> = None;
    move |share| {
        if last.is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
            last = Some(Instant::now());
            let done = (share * TICKS) as u64;
            let progress = Progress { done, total: TICKS as u64, epoch: 0, epochs: 0, loss: None };
            (first..).zip(cells).for_each(|(index, planned)| observer.progressed(index, planned, progress));
        }
    }
}
