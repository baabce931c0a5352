//! Holds the UCI handwritten digits: 1,797 real images of 8×8 pixels in 17 gray levels, embedded through the crate
//! smartcore.
//!
//! E. Alpaydin, C. Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
//! doi:10.24432/C50P49 (its test part; CC BY 4.0).

use skipbench_models::Images;

use super::{DataSet, Split};

/// Number of training images. The other 1,200 are for the test, whose standard error is then small enough to
/// distinguish families.
const TRAIN: usize = 597;

/// Loads the fixed split. Each class gives its share of the training images (largest remainders decide). They are
/// evenly spread over the file, which is in the order of its writers.
pub(super) fn load() -> DataSet {
    let digits = smartcore::dataset::digits::load_dataset();
    let labels: Vec<u16> = digits.target.iter().map(|label| *label as u16).collect();
    let pixels: Vec<u8> = digits.data.iter().map(|pixel| *pixel as u8).collect();
    let mut chosen = vec![false; labels.len()];
    for class in 0..Images::DIGITS.classes as u16 {
        let members: Vec<usize> = (0..labels.len()).filter(|index| labels[*index] == class).collect();
        let share = quotas(&labels)[usize::from(class)];
        for pick in 0..share {
            chosen[members[pick * members.len() / share]] = true;
        }
    }
    let bytes = Images::DIGITS.size * Images::DIGITS.size;
    let split = |wanted: bool| {
        let mut split = Split::default();
        for index in (0..labels.len()).filter(|index| chosen[*index] == wanted) {
            split.labels.push(labels[index]);
            split.pixels.extend_from_slice(&pixels[index * bytes..(index + 1) * bytes]);
        }
        split
    };
    DataSet { images: Images::DIGITS, train: split(true), test: split(false) }
}

/// Returns the training images of each class: `TRAIN · n_c / n`, rounded down, and one more for the largest remainders.
fn quotas(labels: &[u16]) -> Vec<usize> {
    let mut counts = [0usize; Images::DIGITS.classes];
    for label in labels {
        counts[usize::from(*label)] += 1;
    }
    let mut quotas: Vec<usize> = counts.iter().map(|count| TRAIN * count / labels.len()).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|class| std::cmp::Reverse(TRAIN * counts[*class] % labels.len()));
    let missing = TRAIN - quotas.iter().sum::<usize>();
    for class in order.into_iter().take(missing) {
        quotas[class] += 1;
    }
    quotas
}
