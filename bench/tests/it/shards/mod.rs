//! A plan cut into shares, done one by one, and put together again.

mod engines;
#[cfg(unix)]
mod leaving;
mod merged;
mod partition;
mod place;
mod planned;
mod refused;

use std::path::Path;

use super::TINY;
use super::ends;
use super::run::suite;

/// Every share of the tiny suite, below `out`.
fn all(dir: &Path, count: usize) {
    suite(dir, TINY);
    for number in 1..=count {
        let share = format!("{number}/{count}");
        ends(dir, &["run", "suite.toml", "--shard", &share, "--out", "out", "--quiet", "--threads", "2"], 0);
    }
}
