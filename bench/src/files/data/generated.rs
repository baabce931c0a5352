//! Generates random pixels of any shape, for throughput and memory. Their content does not matter, and nothing can be
//! learned from them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use skipbench_models::Images;

use super::{DataSet, Split};

/// Number of images of each split. A batch larger than this repeats them.
const COUNT: usize = 32;

pub(super) fn load(images: Images) -> DataSet {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut split = || {
        let mut pixels = vec![0; COUNT * images.channels * images.size * images.size];
        rng.fill_bytes(&mut pixels);
        Split { pixels, labels: (0..COUNT).map(|index| (index % images.classes) as u16).collect() }
    };
    DataSet { images, train: split(), test: split() }
}
