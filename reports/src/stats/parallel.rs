//! Does one piece of work over many things, on every processor.

use std::panic::resume_unwind;
use std::thread::{available_parallelism, scope};

/// Number of things below which a thread is not worthwhile.
const FEW: usize = 16;

/// Returns the result of `work` for each item, in the order of the items, as if one thread had done all.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = available_parallelism().map_or(1, usize::from).min(items.len() / FEW);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    scope(|scope| {
        let work = &work;
        let one = |part| scope.spawn(move || <[T]>::iter(part).map(work).collect::<Vec<R>>());
        let parts: Vec<_> = items.chunks(items.len().div_ceil(threads)).map(one).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
