//! The kernels by themselves, on slices, against sums in f64. Without Burn, so that an interpreter can run it.

mod attention;
mod conv;
mod layer_norm;
mod linear;
mod mlp;
mod norm;
#[allow(dead_code, unused_imports, reason = "the other crates' tests use the rest of it")]
mod reference;
mod tokens;

/// As many cases as a test usually has, or as many as an interpreter has the time for.
fn cases(usual: u32) -> u32 {
    if cfg!(miri) { 2 } else { usual }
}

/// A thread pool.
fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}

/// Holds a result to a tolerance, over the largest magnitude.
fn close(
    what: &str,
    found: &[f32],
    expected: &[f64],
    tolerance: f64,
) -> Result<(), proptest::test_runner::TestCaseError> {
    let apart = reference::apart(found, expected);
    proptest::prop_assert!(apart <= tolerance, "{what} differs by {apart}");
    Ok(())
}

/// Every instruction set that multiplies in f32.
fn every_isa() -> Vec<skipbench_kernels::Isa> {
    skipbench_kernels::Isa::available(skipbench_kernels::Products::F32)
}
