//! How far a comparison is: a bar on a terminal, a line a set elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use skipbench_reports::table::format_line;

use crate::lockstep::session::Observer;
use crate::lockstep::set::SetRecord;
use crate::system::tell::say;

pub(super) fn observer(quiet: bool) -> Box<dyn Observer> {
    if quiet {
        Box::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Box::new(Bar::new())
    } else {
        Box::new(Lines { start: Instant::now() })
    }
}

struct Silent;

impl Observer for Silent {
    fn progressed(&mut self, _: u64, _: u64, _: f64) {}
    fn finished(&mut self, _: u64, _: u64, _: &SetRecord) {}
}

/// Time left if the rest takes as long as what is done.
fn left(start: Instant, done: f64, all: u64) -> Duration {
    let rest = (all as f64 / done.max(1e-3) - 1.0).max(0.0);
    start.elapsed().mul_f64(rest)
}

fn format_time(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

struct Lines {
    start: Instant,
}

impl Observer for Lines {
    fn progressed(&mut self, _: u64, _: u64, _: f64) {}

    fn finished(&mut self, number: u64, sets: u64, set: &SetRecord) {
        for (member, error) in &set.broken {
            say(&format!("program {}: {error}", member + 1));
        }
        let left = format_time(left(self.start, number as f64, sets));
        say(&format!("set {number} of {sets} is done, about {left} left"));
    }
}

struct Bar {
    bar: ProgressBar,
    start: Instant,
}

/// Fine enough to move every second.
const TICKS: f64 = 1000.0;

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:24} {percent:>3}%  {msg}");
        let bar = ProgressBar::new(TICKS as u64);
        bar.set_style(style.expect("the template is constant and its keys exist"));
        Self { bar, start: Instant::now() }
    }
}

impl Observer for Bar {
    fn progressed(&mut self, number: u64, sets: u64, share: f64) {
        let done = (number - 1) as f64 + share;
        let left = format_time(left(self.start, done, sets));
        self.bar.set_message(format!("set {number} of {sets}, about {left} left"));
        self.bar.set_position((done / sets as f64 * TICKS) as u64);
    }

    fn finished(&mut self, _: u64, _: u64, set: &SetRecord) {
        for (member, error) in &set.broken {
            self.bar.println(format_line(&format!("program {}: {error}", member + 1)));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
