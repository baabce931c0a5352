//! Which tensors of a file are a network's: the path is found under which all its names stand, in torchvision's naming
//! or that of another zoo. What lies elsewhere is not looked at.

mod candidate;
mod hints;
mod search;
mod zoo;

use skipbench_models::Fit;

use self::search::Search;
use super::tensor::Entry;

/// A tensor that a network wants: its name in torchvision's naming, and its shape.
pub(super) type Wanted = (String, Vec<usize>);

/// What was found for a network.
pub(super) struct Located {
    /// For every wanted tensor the entries that make it, joined along the first side; empty if it is missing.
    pub(super) parts: Vec<Vec<usize>>,
    /// Every wanted tensor in its order, then what makes the file another network's.
    pub(super) fits: Vec<Fit>,
    /// What is worth telling of a file that fits.
    pub(super) notes: Vec<String>,
    /// Why it does not fit, in words.
    pub(super) hints: Vec<String>,
}

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

/// The shape of `parts` joined along their first side.
fn joined(entries: &[Entry], parts: &[usize]) -> Option<Vec<usize>> {
    let (first, rest) = parts.split_first()?;
    let mut shape = entries[*first].shape.clone();
    for part in rest {
        let other = &entries[*part].shape;
        if other.get(1..) != shape.get(1..) {
            return Some(shape);
        }
        *shape.first_mut()? = shape.first()?.checked_add(*other.first()?)?;
    }
    Some(shape)
}
