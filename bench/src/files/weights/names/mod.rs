//! Which tensors of a file are a network's: the path is found under which all its names stand, in torchvision's naming
//! or that of another zoo. What lies elsewhere is not looked at, an optimizer's state is never taken, and the weights of
//! two models are never mixed.

mod beside;
mod candidate;
mod given;
mod hints;
mod located;
mod optimizer;
mod search;
mod words;
mod zoo;

use self::given::Given;
use self::search::Search;
use super::tensor::Entry;

pub(super) use self::located::{Located, Wanted};

/// Parts of names that wrappers add wherever they wrap: `torch.compile`, `DataParallel`, FSDP and activation
/// checkpoints.
const WRAPPERS: [&str; 5] =
    ["_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"];

/// Finds `wanted` among `entries`.
pub(super) fn locate(wanted: &[Wanted], entries: &[Entry]) -> Located {
    let plain = Given::new(entries, str::to_owned);
    let first = Search::new(wanted, entries, &plain).best();
    let wrapped = entries.iter().any(|entry| entry.name.split('.').any(|part| WRAPPERS.contains(&part)));
    if first.alone_fits() || !wrapped {
        return first.located(wanted, entries, &plain);
    }
    let unwrapped = Given::new(entries, unwrap);
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
