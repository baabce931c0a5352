//! A run as the gate's rules need it, made so while it is read: of a large one, texts and samples that no rule reads
//! would be most of what is in memory.

use skipbench_ci::series::RunSeries;
use skipbench_reports::rows::record::{RunRow, SampleRow};
use skipbench_reports::rows::series::{STEP_NS, TURN_ASLEEP_CPU_NS};
use skipbench_reports::rows::store::Run;

/// Thins runs, and remembers what their samples held.
#[derive(Debug, Default)]
pub(crate) struct Thin {
    pub(crate) series: RunSeries,
}

impl Thin {
    /// What is kept of a run: its row without what is not judged, and how long its program was at work and when it
    /// should not have been.
    pub(crate) fn keep(&mut self, run: Run) -> Run {
        self.series.add(&run);
        let samples = if run.row.set.is_some() { totals(&run) } else { Vec::new() };
        Run { row: judged(run.row), samples }
    }
}

/// A row without texts that no rule reads.
fn judged(mut row: RunRow) -> RunRow {
    let RunRow { suite_sha256, reference, budget, data, device_name, .. } = &mut row;
    for text in [suite_sha256, reference, budget, data, device_name] {
        *text = String::new();
    }
    let RunRow { skipbench_version, burn_version, started, .. } = &mut row;
    for text in [skipbench_version, burn_version, started] {
        *text = String::new();
    }
    row
}

/// The sums of the series by which it is told whether a program slept.
fn totals(run: &Run) -> Vec<SampleRow> {
    let total = |series: &str| {
        let mut own = run.samples.iter().filter(|sample| sample.series == *series).peekable();
        let first = (*own.peek()?).clone();
        Some(SampleRow { value: own.map(|sample| sample.value).sum(), ..first })
    };
    [TURN_ASLEEP_CPU_NS, STEP_NS].into_iter().filter_map(total).collect()
}
