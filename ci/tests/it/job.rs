//! Rows of a gate's job on a machine whose noise is known.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skipbench_ci::config::Config;
use skipbench_ci::gate::{Judgment, judge_job};
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

/// How a machine's times stray, as standard deviations of logarithms of ratios.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    /// Between pairs of fresh processes: what addresses and start order do, which no turn averages out.
    pub(crate) between: f64,
    /// Within a set: what is left after all of its turns.
    pub(crate) within: f64,
    /// Between two orders of a program's sections: what no set averages out.
    pub(crate) layout: f64,
    /// Share of processes that something holds up by a tenth for a whole set.
    pub(crate) held_up: f64,
}

impl Machine {
    /// A machine of one's own.
    pub(crate) const QUIET: Machine = Machine { between: 0.004, within: 0.003, layout: 0.001, held_up: 0.0 };
    /// A virtual machine with neighbors.
    pub(crate) const VIRTUAL: Machine = Machine { between: 0.01, within: 0.006, layout: 0.002, held_up: 0.01 };
    /// With a competing thread on two cores.
    pub(crate) const BUSY: Machine = Machine { between: 0.015, within: 0.01, layout: 0.002, held_up: 0.02 };
    /// A hosted runner.
    pub(crate) const HOSTED: Machine = Machine { between: 0.04, within: 0.02, layout: 0.004, held_up: 0.05 };
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

/// How networks were trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seeds {
    /// How many of each.
    pub(crate) count: u64,
    /// Standard deviation of accuracies from seed to seed.
    pub(crate) stray: f64,
}

impl Seeds {
    /// Three that stray by two points, as the quick suite's do.
    pub(crate) const THREE: Seeds = Seeds { count: 3, stray: 0.02 };
    /// Two of those.
    pub(crate) const TWO: Seeds = Seeds { count: 2, stray: 0.02 };
    /// A single one, of networks that stray as far as is thought possible.
    pub(crate) const ONE_FAR: Seeds = Seeds { count: 1, stray: 0.05 };
}

/// A job: the base, the head, the base again and the base in another layout in turns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Job {
    /// The base's rows.
    pub(crate) base: Vec<Run>,
    /// The head's rows.
    pub(crate) head: Vec<Run>,
    /// The relinked base's rows.
    pub(crate) relinked: Vec<Run>,
}

const CELLS: usize = 8;

/// Sets of a job unless a test says otherwise.
pub(crate) const SETS: u64 = 8;

impl Job {
    /// The job with this seed.
    pub(crate) fn new(machine: Machine, plant: Plant, seed: u64) -> Self {
        Self::with_sets(machine, plant, SETS, seed)
    }

    /// The same with so many sets.
    pub(crate) fn with_sets(machine: Machine, plant: Plant, sets: u64, seed: u64) -> Self {
        let mut noise = Noise(ChaCha8Rng::seed_from_u64(seed));
        let mut job = Job::default();
        let mut clock = 0;
        for cell in 0..CELLS {
            let layouts = [(); 2].map(|()| machine.layout * noise.normal());
            for set in 1..=sets {
                job.set(machine, plant, (cell, set), layouts, &mut noise, &mut clock);
            }
        }
        job.memory(plant);
        job
    }

    /// One set: four processes, each with what its addresses make of it, compared with the first.
    fn set(
        &mut self,
        machine: Machine,
        plant: Plant,
        (cell, set): (usize, u64),
        [of_head, of_relinked]: [f64; 2],
        noise: &mut Noise,
        clock: &mut u64,
    ) {
        let planted = match plant {
            Plant::Slower(factor) if cell == 3 => f64::ln(factor),
            _ => 0.0,
        };
        let row = RunRow {
            set: Some(set),
            step_ns_median: Some(20_000_000),
            timed_steps: Some(50),
            turns: Some(50),
            dropped_turns: Some(0),
            ..row(&format!("net{cell}"), "train-step", clock)
        };
        let reference = machine.process(noise);
        let mut compared = |known: f64| {
            let ratio = (known + machine.process(noise) - reference + machine.within * noise.normal()).exp();
            RunRow {
                time_reference: "base".into(),
                time_ratio: Some(ratio),
                step_ns_median: Some((2e7 * ratio) as u64),
                ..row.clone()
            }
        };
        let [head, again, relinked] = [of_head + planted, 0.0, of_relinked].map(&mut compared);
        let run = |row| Run { row, samples: Vec::new() };
        self.base.extend([run(row.clone()), run(RunRow { twin: true, ..again })]);
        self.head.push(run(head));
        self.relinked.push(run(relinked));
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

    /// Ten networks that base and head each trained with so many seeds and sums in another order, so that their
    /// accuracies stray; the head's of the first is lower by `less`.
    pub(crate) fn trained(Seeds { count, stray }: Seeds, less: f64, seed: u64) -> Self {
        let mut noise = Noise(ChaCha8Rng::seed_from_u64(seed));
        let mut clock = 0;
        let mut run = |network: usize, seed: u64, less: f64| {
            let share = (0.93 - less + stray * noise.normal()).clamp(0.0, 1.0);
            let correct = Some((share * 1200.0) as u64);
            let row = row(&format!("net{network}"), "train", &mut clock);
            Run { row: RunRow { seed, test_correct: correct, test_total: Some(1200), ..row }, samples: Vec::new() }
        };
        let mut job = Job::default();
        for (network, seed) in (0..10).flat_map(|network| (1..=count).map(move |seed| (network, seed))) {
            job.base.push(run(network, seed, 0.0));
            job.head.push(run(network, seed, if network == 0 { less } else { 0.0 }));
        }
        job
    }

    /// What the gate says of it.
    pub(crate) fn judged(&self) -> Judgment {
        judge_job(&self.base, &self.head, &self.relinked, &Config::default()).expect("both have the same cells")
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

impl Machine {
    /// What a process's addresses, and whatever holds it up, make of its time.
    fn process(self, noise: &mut Noise) -> f64 {
        let held_up = if noise.uniform() < self.held_up { f64::ln(1.1) } else { 0.0 };
        held_up + self.between / std::f64::consts::SQRT_2 * noise.normal()
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
