//! Defines what is looked for in a file, and what was found.

use skipbench_models::Fit;

use crate::files::weights::tensor::Entry;

/// A tensor that a network wants: its name in torchvision's naming, and its shape.
pub(in super::super) type Wanted = (String, Vec<usize>);

/// Holds what was found for a network.
pub(in super::super) struct Located {
    /// For every wanted tensor, the entries that make it, joined along the first side; empty if it is missing.
    pub(in super::super) parts: Vec<Vec<usize>>,
    /// Fit of every wanted tensor in its order, then what makes the file another network's.
    pub(in super::super) fits: Vec<Fit>,
    /// Notes on a file that fits.
    pub(in super::super) notes: Vec<String>,
    /// Reasons in words why it does not fit.
    pub(in super::super) hints: Vec<String>,
}

/// Returns the shape of `parts` joined along their first side.
pub(super) fn joined(entries: &[Entry], parts: &[usize]) -> Option<Vec<usize>> {
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
