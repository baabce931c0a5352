//! What papers measured (`published.csv`, each figure with its source), beside what was measured here.

use serde::{Deserialize, Serialize};

use crate::analyses::metric::Metric;
use crate::rows::record::{RunRow, Status};
use crate::rows::store::Run;
use crate::rows::task;
use crate::stats::{self, Estimate};

const FILE: &str = include_str!("../../published.csv");

/// The metric of a classifier's error on the test images.
const TEST_ERROR: &str = "test_error_percent";

/// A published figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The network, by this project's name where it has it.
    pub model: String,
    /// Data set.
    pub data: String,
    /// Whether training images were varied.
    pub augmented: bool,
    /// What was measured, with its unit.
    pub metric: String,
    /// The figure.
    pub value: f64,
    /// Its standard deviation over runs, where it was published.
    pub spread: Option<f64>,
    /// Runs behind it.
    pub n: u64,
    /// Where the figure was read: `paper`, `authors' code`, `rerun by others`, or `quoted` by others.
    pub seen_in: String,
    /// The paper's arXiv id and table, or the page.
    pub source: String,
}

/// Every published figure.
///
/// # Errors
/// A line that is no figure. The file is part of the program, and a test reads it whole.
pub fn published() -> Result<Vec<Published>, csv::Error> {
    csv::Reader::from_reader(FILE.as_bytes()).into_deserialize().collect()
}

/// A network that was trained here, beside what was published of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublishedComparison {
    /// The network.
    pub model: String,
    /// Data set here.
    pub data: String,
    /// Share of the test images that were classified wrongly, over seeds.
    pub measured: Estimate,
    /// Epochs of training here.
    pub epochs: Option<u64>,
    /// Why the two may not be compared; none if the images are the published ones.
    pub otherwise: Option<String>,
    /// What was published.
    pub published: Vec<Published>,
}

/// Networks of `runs` of which something was published, in the order of the rows; each recipe and data set by itself.
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

/// The published data set that a row's images are, or come from; and how they differ from it.
fn published_set(row: &RunRow) -> Option<(&'static str, Option<String>)> {
    let whole = (row.train_images, row.test_images) == (50_000, 10_000);
    let part = || format!("part of the images: {} to train on, {} for the test", row.train_images, row.test_images);
    match row.data.as_str() {
        "cifar10" => Some(("cifar10", (!whole).then(part))),
        "cifar100" => Some(("cifar100", (!whole).then(part))),
        data if data.contains("cifar10-jpeg") => {
            Some(("cifar10", Some("other pixels: JPEG copies of CIFAR-10".to_owned())))
        }
        _ => None,
    }
}
