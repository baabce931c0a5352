//! Which tensors of a file are a network's: the path is found under which all its names stand, in torchvision's naming
//! or that of another zoo. What lies elsewhere is not looked at.

mod candidate;
mod hints;
mod located;
mod search;
mod zoo;

use self::search::Search;
use super::tensor::Entry;

pub(super) use self::located::{Located, Wanted};

/// Parts of names that wrappers add wherever they wrap: `torch.compile`, `DataParallel`, FSDP and activation
/// checkpoints.
const WRAPPERS: [&str; 5] =
    ["_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"];

/// Finds `wanted` among `entries`.
pub(super) fn locate(wanted: &[Wanted], entries: &[Entry]) -> Located {
    let plain: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let first = Search::new(wanted, entries, &plain).best();
    let unwrapped: Vec<String> = plain.iter().map(|name| unwrap(name)).collect();
    if first.whole() || plain == unwrapped {
        return first.located(wanted, entries, &plain);
    }
    let second = Search::new(wanted, entries, &unwrapped).best();
    if second.score() > first.score() {
        second.located(wanted, entries, &unwrapped)
    } else {
        first.located(wanted, entries, &plain)
    }
}

fn unwrap(name: &str) -> String {
    name.split('.').filter(|part| !WRAPPERS.contains(part)).collect::<Vec<_>>().join(".")
}
