//! What the series of a run's cells hold, without their numbers: how many there are, and whether all are finite. The
//! gate needs no more of them, and of a large run the numbers would be much of what is in memory.

use std::collections::HashMap;

use skipbench_reports::rows::shared_text::SharedText;
use skipbench_reports::rows::store::Run;

use crate::finding::cell_label;

/// One series of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) name: SharedText,
    pub(crate) count: usize,
    /// Whether every number of it is finite.
    pub(crate) finite: bool,
}

/// The series of every cell of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunSeries(HashMap<String, Box<[Series]>>);

impl RunSeries {
    /// Those of these runs.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Self {
        let mut all = Self::default();
        runs.into_iter().for_each(|run| all.add(run));
        all
    }

    /// Takes those of one more cell.
    pub fn add(&mut self, run: &Run) {
        let mut series: Vec<Series> = Vec::new();
        for sample in &run.samples {
            let finite = sample.value.is_finite();
            match series.iter_mut().find(|series| series.name == sample.series) {
                Some(known) => (known.count, known.finite) = (known.count + 1, known.finite && finite),
                None => series.push(Series { name: sample.series.clone(), count: 1, finite }),
            }
        }
        if !series.is_empty() {
            self.0.insert(cell_label(&run.row), series.into());
        }
    }

    /// Those of the cell with that label.
    pub(crate) fn of_cell(&self, label: &str) -> &[Series] {
        self.0.get(label).map_or(&[], |series| series)
    }
}
