//! Rows of a gate's job on a machine whose noise is known.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench_ci::config::Config;
use skipbench_ci::gate::{Judgment, judge};
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

/// How a machine's times stray, as standard deviations of their logarithms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    /// Of one measurement.
    each: f64,
    /// Of one binary's cell for a whole job: layout and alignment.
    layout: f64,
    /// Of the whole machine from round to round.
    drift: f64,
    /// Share of measurements that something holds up by a fifth.
    held_up: f64,
}

impl Machine {
    /// A machine of one's own: a noise floor of about 2 %.
    pub(crate) const QUIET: Machine = Machine { each: 0.02, layout: 0.001, drift: 0.01, held_up: 0.0 };
    /// A machine whose noise floor is just below the limit.
    pub(crate) const BORDER: Machine = Machine { each: 0.024, layout: 0.002, drift: 0.03, held_up: 0.01 };
    /// A virtual machine with neighbors.
    pub(crate) const VIRTUAL: Machine = Machine { each: 0.05, layout: 0.003, drift: 0.05, held_up: 0.05 };
    /// A hosted runner.
    pub(crate) const HOSTED: Machine = Machine { each: 0.12, layout: 0.005, drift: 0.15, held_up: 0.1 };
}

/// What was done to the head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plant {
    /// Nothing.
    Nothing,
    /// One of eight cells takes that many times as long.
    Slower(f64),
    /// A copy of one activation more is alive at the peak.
    ExtraCopy,
    /// Concatenation where there was addition.
    SwappedSkip,
}

/// A job: the base, the head and the base again in turns.
pub(crate) struct Job {
    /// The base's rows.
    pub(crate) base: Vec<Run>,
    /// The head's rows.
    pub(crate) head: Vec<Run>,
}

const CELLS: usize = 8;
const ROUNDS: u64 = 16;

impl Job {
    /// The job with this seed.
    pub(crate) fn new(machine: Machine, plant: Plant, seed: u64) -> Self {
        let mut noise = Noise(ChaCha8Rng::seed_from_u64(seed));
        let mut job = Job { base: Vec::new(), head: Vec::new() };
        let layouts: Vec<f64> = (0..CELLS).map(|_| machine.layout * noise.normal()).collect();
        let mut clock = 0;
        for round in 0..ROUNDS {
            let drift = machine.drift * noise.normal();
            for (cell, layout) in layouts.iter().enumerate() {
                job.round(machine, plant, (cell, round), (drift, *layout), &mut noise, &mut clock);
            }
        }
        job.memory(plant);
        job
    }

    fn round(
        &mut self,
        machine: Machine,
        plant: Plant,
        (cell, round): (usize, u64),
        (drift, layout): (f64, f64),
        noise: &mut Noise,
        clock: &mut u64,
    ) {
        let factor = match plant {
            Plant::Slower(factor) if cell == 3 => factor,
            _ => 1.0,
        };
        let mut order = ["base", "head", "again"];
        order.rotate_left((round % 3) as usize);
        for who in order {
            let own = if who == "head" { layout + f64::ln(factor) } else { 0.0 };
            let held_up = if noise.uniform() < machine.held_up { 1.2 } else { 1.0 };
            let ns = 2e7 * (drift + own + machine.each * noise.normal()).exp() * held_up;
            let row = RunRow {
                round,
                twin: who == "again",
                step_ns_median: Some(ns as u64),
                ..row(&format!("net{cell}"), "train-step", clock)
            };
            let run = Run { row, samples: Vec::new() };
            if who == "head" { self.head.push(run) } else { self.base.push(run) }
        }
    }

    /// Cells that repeat exactly: 14 MB at the peak, of which one activation is 16 · 8 · 8 · 64 numbers.
    fn memory(&mut self, plant: Plant) {
        let mut clock = 0;
        let base = RunRow {
            params: Some(269_434),
            saved_bytes: Some(107_000),
            join_bytes: Some(50_000),
            output_shape: "64x10".into(),
            loss: Some(2.306_113_719_940_185_5),
            heap_peak_bytes: Some(14_578_812),
            ..row("resnet20", "peak-memory-train", &mut clock)
        };
        let head = match plant {
            Plant::ExtraCopy => RunRow { heap_peak_bytes: Some(14_578_812 + 4 * 64 * 16 * 8 * 8), ..base.clone() },
            Plant::SwappedSkip => RunRow { params: Some(389_212), join_bytes: Some(91_000), ..base.clone() },
            _ => base.clone(),
        };
        self.base.push(Run { row: base, samples: Vec::new() });
        self.head.push(Run { row: head, samples: Vec::new() });
    }

    /// Ten networks that base and head each trained with three seeds and sums in another order, so that their
    /// accuracies stray by two points; the head's of the first is lower by `less`.
    pub(crate) fn trained(less: f64, seed: u64) -> Self {
        let mut noise = Noise(ChaCha8Rng::seed_from_u64(seed));
        let mut clock = 0;
        let mut run = |network: usize, seed: u64, less: f64| {
            let share = (0.93 - less + 0.02 * noise.normal()).clamp(0.0, 1.0);
            let correct = Some((share * 1200.0) as u64);
            let row = row(&format!("net{network}"), "train", &mut clock);
            Run { row: RunRow { seed, test_correct: correct, test_total: Some(1200), ..row }, samples: Vec::new() }
        };
        let mut job = Job { base: Vec::new(), head: Vec::new() };
        for (network, seed) in (0..10).flat_map(|network| (1..=3).map(move |seed| (network, seed))) {
            job.base.push(run(network, seed, 0.0));
            job.head.push(run(network, seed, if network == 0 { less } else { 0.0 }));
        }
        job
    }

    /// What the gate says of it.
    pub(crate) fn judged(&self) -> Judgment {
        judge(&self.base, &self.head, &Config::default()).expect("both have the same cells")
    }
}

/// A measured cell that starts a second after the one before.
pub(crate) fn row(model: &str, task: &str, clock: &mut u64) -> RunRow {
    *clock += 1;
    let (minutes, seconds) = (*clock / 60, *clock % 60);
    RunRow {
        cell: format!("{clock:016x}"),
        status: Status::Ok,
        suite: "gate".into(),
        group: "pair".into(),
        model: model.into(),
        task: task.into(),
        device: "flex".into(),
        seed: 1,
        host: "m1".into(),
        started: format!("2026-11-24T{:02}:{:02}:{seconds:02}Z", minutes / 60, minutes % 60),
        wall_ns: 900_000_000,
        ..RunRow::default()
    }
}

struct Noise(ChaCha8Rng);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    /// Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(1e-300).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
