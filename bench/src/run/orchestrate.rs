//! Runs planned cells, one process each, and appends a row as each ends. It opens no device and loads no image. Cells
//! that take turns belong to [`sitting`](super::sitting).

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, SampleRow, Status};
use skipbench_reports::rows::store::StoreError;

use crate::cell::Progress;
use crate::run::plan::PlannedCell;
use crate::run::provenance::Provenance;
use crate::run::row;
use crate::run::runner::{CellResult, Runner, Stop};

/// Observes what happens.
pub trait Observer {
    /// Notes that a cell began.
    fn started(&mut self, index: usize, planned: &PlannedCell);
    /// Notes that a cell made progress.
    fn progressed(&mut self, index: usize, planned: &PlannedCell, progress: Progress);
    /// Notes that a cell ended and its row is on the disk.
    fn finished(&mut self, index: usize, planned: &PlannedCell, row: &RunRow);
    /// Notes that a set ended, all of whose cells were reported as finished.
    fn sat(&mut self, _cells: &[PlannedCell], _rows: &[RunRow]) {}
}

/// Counts what happened to the cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of cells measured.
    pub measured: usize,
    /// Number of cells with a row that says why they were not measured.
    pub broken: usize,
    /// Number of cells not begun, or stopped without a row.
    pub left: usize,
}

/// Executes the cells of a run. It holds what all of them share.
pub struct Executor<'a> {
    /// Runner of each cell.
    pub runner: &'a dyn Runner,
    /// Directory of the run.
    pub dir: &'a Path,
    /// What their rows have in common.
    pub provenance: &'a Provenance,
    /// Says when to stop.
    pub stop: &'a Stop,
}

impl Tally {
    pub(super) fn count(&mut self, status: Status) {
        match status {
            Status::Ok => self.measured += 1,
            _ => self.broken += 1,
        }
    }
}

enum Event {
    Started(usize),
    Progressed(usize, Progress),
    Ended(usize, Box<CellResult>, String, Duration),
}

impl Executor<'_> {
    /// Runs `planned` in order, each alone in its process. Neighbors that may share the machine do.
    ///
    /// # Errors
    /// Returns an error if a row cannot be written.
    pub fn run(
        &self,
        planned: &[PlannedCell],
        journal: &mut Journal,
        observer: &mut dyn Observer,
    ) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        self.run_from(0, planned, journal, observer, &mut tally)?;
        tally.left = planned.len() - tally.measured - tally.broken;
        Ok(tally)
    }

    /// Runs a part of the cells that `observer` receives. `first` is the index of the first of them.
    pub(super) fn run_from(
        &self,
        mut first: usize,
        planned: &[PlannedCell],
        journal: &mut Journal,
        observer: &mut dyn Observer,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        for batch in planned.chunk_by(|a, b| a.cell.concurrent == b.cell.concurrent) {
            self.batch(batch, first, journal, observer, tally)?;
            first += batch.len();
        }
        Ok(())
    }

    /// Runs cells with the same `concurrent`, that many at a time. `first` is the index of the first of them.
    fn batch(
        &self,
        batch: &[PlannedCell],
        first: usize,
        journal: &mut Journal,
        observer: &mut dyn Observer,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        let next = AtomicUsize::new(0);
        let (sender, events) = channel();
        std::thread::scope(|scope| {
            for _ in 0..batch[0].cell.concurrent {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || self.work(batch, next, &sender));
            }
            drop(sender);
            for event in events {
                match event {
                    Event::Started(index) => observer.started(first + index, &batch[index]),
                    Event::Progressed(index, progress) => observer.progressed(first + index, &batch[index], progress),
                    Event::Ended(index, ended, started, wall) => {
                        let (row, samples) = row::rows(&batch[index], &ended, self.provenance, started, wall);
                        self.keep(&batch[index], &row, &samples, journal)?;
                        tally.count(row.status);
                        observer.finished(first + index, &batch[index], &row);
                    }
                }
            }
            Ok(())
        })
    }

    /// Writes what a cell returned, and removes its checkpoints if it was measured. A cell that ran out of time
    /// continues from them if it is tried again.
    pub(super) fn keep(
        &self,
        planned: &PlannedCell,
        row: &RunRow,
        samples: &[SampleRow],
        journal: &mut Journal,
    ) -> Result<(), StoreError> {
        journal.append(row, samples).inspect_err(|_| {
            // Nothing more can be kept, so the cells in hand would be lost anyway.
            self.stop.raise();
            self.stop.raise();
        })?;
        if row.status == Status::Ok {
            // Left-over checkpoints cost space, nothing else.
            let _ = std::fs::remove_dir_all(self.checkpoints(planned));
        }
        Ok(())
    }

    /// Does one thread's share: takes the next cell until there is none, or until it must stop.
    fn work(&self, batch: &[PlannedCell], next: &AtomicUsize, events: &Sender<Event>) {
        while !self.stop.soon() {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let Some(planned) = batch.get(index) else { return };
            let (started, clock) = (jiff::Timestamp::now().to_string(), Instant::now());
            // The receiver lives as long as this thread's scope.
            let _ = events.send(Event::Started(index));
            let tell = |progress| drop(events.send(Event::Progressed(index, progress)));
            let ended = self.runner.run(&planned.cell, &self.checkpoints(planned), self.stop, &tell);
            let ended = ended.filter(|ended| ended.is_ok() || !self.stop.explains_failure());
            if let Some(ended) = ended {
                let _ = events.send(Event::Ended(index, Box::new(ended), started, clock.elapsed()));
            }
        }
    }

    fn checkpoints(&self, planned: &PlannedCell) -> std::path::PathBuf {
        self.dir.join("checkpoints").join(planned.cell.id())
    }
}
