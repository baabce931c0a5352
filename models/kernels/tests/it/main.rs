//! The kernels by themselves, on slices, against sums in f64. Without Burn, so that an interpreter can run it.

mod conv;
mod norm;
#[allow(dead_code, unused_imports, reason = "the other crates' tests use the rest of it")]
mod reference;

/// As many cases as a test usually has, or as many as an interpreter has the time for.
fn cases(usual: u32) -> u32 {
    if cfg!(miri) { 2 } else { usual }
}

/// A thread pool.
fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}
