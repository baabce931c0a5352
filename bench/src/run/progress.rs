//! Shows a run while it goes on: a bar on a terminal, a line per cell elsewhere, JSON lines for scripts, or nothing.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::table;

use crate::cell::{Cell, Progress, Task};
use crate::commands::columns;
use crate::run::orchestrate::Observer;
use crate::run::plan::PlannedCell;
use crate::system::tell::say;

/// Says how a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// Shows a bar if standard error is a terminal, else a line per cell.
    Usual,
    /// Shows nothing until the end.
    Quiet,
    /// Shows one JSON object per line on standard output.
    Json,
}

/// Returns the observer for `show`.
pub(crate) fn observer(show: Show, cells: &[PlannedCell]) -> Box<dyn Observer> {
    match show {
        Show::Quiet => Box::new(Silent),
        Show::Json => Box::new(JsonLines),
        Show::Usual if std::io::stderr().is_terminal() => Box::new(Bar::new(cells)),
        Show::Usual => Box::new(Lines { total: cells.len(), done: 0, sets: last_set(cells) }),
    }
}

struct Silent;

impl Observer for Silent {
    fn started(&mut self, _: usize, _: &PlannedCell) {}
    fn progressed(&mut self, _: usize, _: &PlannedCell, _: Progress) {}
    fn finished(&mut self, _: usize, _: &PlannedCell, _: &RunRow) {}
}

/// Shows one line per cell, or per set.
struct Lines {
    total: usize,
    done: usize,
    /// Number of sets that there are.
    sets: u64,
}

fn last_set(cells: &[PlannedCell]) -> u64 {
    cells.iter().filter_map(|planned| planned.cell.set).max().unwrap_or(0)
}

impl Observer for Lines {
    fn started(&mut self, _: usize, _: &PlannedCell) {}
    fn progressed(&mut self, _: usize, _: &PlannedCell, _: Progress) {}

    fn finished(&mut self, _: usize, planned: &PlannedCell, row: &RunRow) {
        self.done += 1;
        if planned.cell.set.is_none() {
            say(&format!("[{}/{}] {}", self.done, self.total, describe_result(planned, row)));
        }
    }

    fn sat(&mut self, cells: &[PlannedCell], rows: &[RunRow]) {
        say(&format!("[{}/{}] {}", self.done, self.total, describe_set(cells, rows, self.sets)));
    }
}

/// Describes in one line how a set ended: the reference's speed, and the others' times as multiples of its own.
fn describe_set(cells: &[PlannedCell], rows: &[RunRow], sets: u64) -> String {
    let members: Vec<String> = cells.iter().zip(rows).map(|(planned, row)| describe_member(planned, row)).collect();
    let seconds = rows.first().map_or(0.0, |row| row.wall_ns as f64 / 1e9);
    format!("{} of {sets}: {} ({seconds:.1} s)", set_label(&cells[0].cell), members.join(", "))
}

/// Formats `families train-step, set 2`.
fn set_label(cell: &Cell) -> String {
    format!("{} {}, set {}", cell.group, cell.task.word(), cell.set.unwrap_or(0))
}

fn describe_member(planned: &PlannedCell, row: &RunRow) -> String {
    let twin = if row.twin { " (A/A)" } else { "" };
    let name = format!("{}{twin}", row.model);
    match (row.status, row.time_ratio) {
        (Status::Ok, Some(ratio)) => format!("{name} {ratio:.3}"),
        (Status::Ok, None) => format!("{name} {}", headline(planned, row).unwrap_or_default()),
        _ => format!("{name} not measured: {}", table::format_line(&row.error)),
    }
}

/// Describes in one line how a cell ended.
fn describe_result(planned: &PlannedCell, row: &RunRow) -> String {
    let label = planned.cell.label();
    if row.status != Status::Ok {
        return format!("{label}: not measured: {}", table::format_line(&row.error));
    }
    let seconds = row.wall_ns as f64 / 1e9;
    format!("{label}: {} ({seconds:.1} s)", headline(planned, row).unwrap_or_default())
}

fn headline(planned: &PlannedCell, row: &RunRow) -> Option<String> {
    Some(match planned.cell.task {
        Task::Train => format!("{} of {} test images correct", row.test_correct?, row.test_total?),
        Task::TrainEpoch => {
            format!("{:.0} images/s", row.epoch_images? as f64 * 1e9 / row.epoch_ns_median?.max(1) as f64)
        }
        Task::TimeToAccuracy => match row.target_ns {
            Some(ns) => format!("reached the accuracy in {:.2} s", ns as f64 / 1e9),
            None => format!("not reached: {} of {} test images correct", row.test_correct?, row.test_total?),
        },
        Task::Latency => format!("{:.2} ms per image", row.step_ns_median? as f64 / 1e6),
        Task::TrainStep | Task::Infer => {
            format!("{:.0} images/s", row.batch as f64 * 1e9 / row.step_ns_median?.max(1) as f64)
        }
        Task::PeakMemoryTrain | Task::PeakMemoryInfer => {
            format!("peak {:.1} MiB", row.heap_peak_bytes? as f64 / 1048576.0)
        }
        Task::Gradients | Task::Reuse => {
            format!("done; {} of {} test images correct", row.test_correct?, row.test_total?)
        }
        Task::Identity => format!("last error {:.4}", row.loss?),
        Task::Tokens => "done".to_owned(),
    })
}

struct JsonLines;

impl JsonLines {
    fn say(&self, value: serde_json::Value) {
        // A closed pipe ends the telling, not the run.
        let _ = writeln!(std::io::stdout().lock(), "{value}");
    }
}

impl Observer for JsonLines {
    fn started(&mut self, _: usize, planned: &PlannedCell) {
        self.say(json!({"event": "started", "cell": planned.cell.id(), "label": planned.cell.label()}));
    }

    fn progressed(&mut self, _: usize, planned: &PlannedCell, progress: Progress) {
        self.say(json!({"event": "progress", "cell": planned.cell.id(), "progress": progress}));
    }

    fn finished(&mut self, _: usize, _: &PlannedCell, row: &RunRow) {
        self.say(json!({"event": "row", "row": row}));
    }
}

/// Shows one bar over all cells, by their predicted work. Its message names the cells that are running.
struct Bar {
    bar: ProgressBar,
    work: Vec<f64>,
    shares: BTreeMap<usize, (f64, String)>,
    finished: f64,
}

/// Returns the part of the bar that fits a terminal. Its line is cut at the end, never wrapped.
fn template(columns: u16) -> &'static str {
    match columns {
        72.. => "{bar:24} {percent:>3}% {elapsed} < {eta}  {wide_msg}",
        40.. => "{bar:10} {percent:>3}%  {wide_msg}",
        _ => "{percent:>3}% {wide_msg}",
    }
}

/// Length of the bar, which is fine enough to move every second in an hour's run.
const TICKS: f64 = 10_000.0;

impl Bar {
    fn new(cells: &[PlannedCell]) -> Self {
        // A start of a process costs about what a hundred million multiply-accumulates do.
        let work: Vec<f64> =
            cells.iter().map(|planned| planned.cell.work() / planned.cell.concurrent as f64 + 1e8).collect();
        let bar = ProgressBar::new(TICKS as u64);
        let style = ProgressStyle::with_template(template(columns().unwrap_or(80)));
        bar.set_style(style.expect("the template is constant and its keys exist"));
        bar.enable_steady_tick(std::time::Duration::from_millis(500));
        Self { bar, work, shares: BTreeMap::new(), finished: 0.0 }
    }

    fn draw(&self) {
        let total: f64 = self.work.iter().sum();
        let in_hand: f64 = self.shares.iter().map(|(index, (share, _))| self.work[*index] * share).sum();
        self.bar.set_position(((self.finished + in_hand) / total * TICKS) as u64);
        let mut messages: Vec<&str> = self.shares.values().map(|(_, message)| message.as_str()).collect();
        // The members of a set have one message.
        messages.dedup();
        self.bar.set_message(messages.join(" | "));
    }
}

/// Names a running cell: by its set, if it is in one with others.
fn in_hand(planned: &PlannedCell) -> String {
    if planned.cell.set.is_some() { set_label(&planned.cell) } else { planned.cell.label() }
}

impl Observer for Bar {
    fn started(&mut self, index: usize, planned: &PlannedCell) {
        self.shares.insert(index, (0.0, in_hand(planned)));
        self.draw();
    }

    fn progressed(&mut self, index: usize, planned: &PlannedCell, progress: Progress) {
        let share = progress.done as f64 / progress.total.max(1) as f64;
        let mut message = in_hand(planned);
        if progress.epochs > 0 {
            message.push_str(&format!(", epoch {}/{}", progress.epoch, progress.epochs));
        }
        if let Some(loss) = progress.loss {
            message.push_str(&format!(", loss {loss:.3}"));
        }
        self.shares.insert(index, (share, message));
        self.draw();
    }

    fn finished(&mut self, index: usize, planned: &PlannedCell, row: &RunRow) {
        self.shares.remove(&index);
        self.finished += self.work[index];
        if row.status != Status::Ok {
            self.bar.println(describe_result(planned, row));
        }
        self.draw();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
