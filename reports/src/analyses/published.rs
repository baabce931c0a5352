//! Compares what papers measured (`published.csv`, each figure with its source) with what was measured here.

use serde::{Deserialize, Serialize};

use crate::analyses::metric::Metric;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::task;
use crate::stats::{self, Estimate};

const FILE: &str = include_str!("../../published.csv");

/// Name of the metric for a classifier's error on the test images.
const TEST_ERROR: &str = "test_error_percent";

/// A published figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Name of the network, in this project where it has one.
    pub model: String,
    /// Name of the data set.
    pub data: String,
    /// Whether training images were augmented.
    pub augmented: bool,
    /// Metric, with its unit.
    pub metric: String,
    /// Published value.
    pub value: f64,
    /// Standard deviation over runs, where it was published.
    pub spread: Option<f64>,
    /// Number of runs behind the figure.
    pub n: u64,
    /// Where the figure was read: `paper`, `authors' code`, `rerun by others`, or `quoted` by others.
    pub seen_in: String,
    /// The paper's arXiv id and table, or the address of the page.
    pub source: String,
}

/// Returns every published figure.
///
/// # Errors
/// Returns an error for a line that is no figure. The file is part of the program, and a test reads it whole.
pub fn published() -> Result<Vec<Published>, csv::Error> {
    csv::Reader::from_reader(FILE.as_bytes()).into_deserialize().collect()
}

/// A network that was trained here, with what was published of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublishedComparison {
    /// The network.
    pub model: String,
    /// Name of the data set here.
    pub data: String,
    /// Share of the test images that were classified incorrectly, over seeds.
    pub measured: Estimate,
    /// Number of training epochs here.
    pub epochs: Option<u64>,
    /// Why the two may not be compared; `None` if the images are the published ones.
    pub otherwise: Option<String>,
    /// Published figures.
    pub published: Vec<Published>,
}

/// Returns the networks of `runs` with published figures, in the order of the rows. Each recipe and data set is
/// separate.
pub fn compare_published(runs: &[Run]) -> Vec<PublishedComparison> {
    let figures = published().unwrap_or_default();
    let mut trained: Vec<([&str; 4], Vec<&RunRow>)> = Vec::new();
    for row in runs.iter().map(|run| &run.row).filter(|row| row.status == Status::Ok && row.task == task::TRAIN) {
        let key = [row.model.as_str(), &row.data, &row.data_sha256, &row.recipe];
        match trained.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => trained.push((key, vec![row])),
        }
    }
    trained.iter().filter_map(|(_, rows)| one(rows, &figures)).collect()
}

fn one(rows: &[&RunRow], figures: &[Published]) -> Option<PublishedComparison> {
    let first = rows.first()?;
    let (set, otherwise) = published_set(first)?;
    let augmented = !first.recipe.contains("\"augment\":\"none\"");
    let same = |figure: &&Published| {
        figure.model == first.model
            && figure.data == set
            && figure.metric == TEST_ERROR
            && figure.augmented == augmented
    };
    let published: Vec<Published> = figures.iter().filter(same).cloned().collect();
    let errors: Vec<f64> = rows.iter().filter_map(|row| Some(1.0 - Metric::TestAccuracy.of(row)?)).collect();
    let measured = stats::mean_interval(&errors).filter(|_| !published.is_empty())?;
    let (model, data) = (first.model.clone(), first.data.clone());
    Some(PublishedComparison { model, data, measured, epochs: first.epochs, otherwise, published })
}

/// Returns the published data set that a row's images are or come from, and how they differ from it.
fn published_set(row: &RunRow) -> Option<(&'static str, Option<String>)> {
    let whole = (row.train_images, row.test_images) == (50_000, 10_000);
    let part = || format!("part of the images: {} for training, {} for the test", row.train_images, row.test_images);
    match row.data.as_str() {
        "cifar10" => Some(("cifar10", (!whole).then(part))),
        "cifar100" => Some(("cifar100", (!whole).then(part))),
        data if data.contains("cifar10-jpeg") => {
            Some(("cifar10", Some("other pixels: JPEG copies of CIFAR-10".to_owned())))
        }
        _ => None,
    }
}
