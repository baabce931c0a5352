//! Checks whether named tensors fit a network, by name and shape.

use std::collections::BTreeMap;
use std::fmt;

use burn::tensor::TensorData;
use serde::Serialize;

/// Holds one name, the shape that the network wants under it, and the shape that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// The tensor's name.
    pub name: String,
    /// The network's shape; `None` if it has no such tensor.
    pub wanted: Option<Vec<usize>>,
    /// The shape that was found; `None` if it is missing.
    pub found: Option<Vec<usize>>,
}

impl Fit {
    /// Returns whether what is wanted was found.
    pub fn fits(&self) -> bool {
        self.wanted == self.found
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match (&self.wanted, &self.found) {
            (Some(wanted), Some(found)) if wanted == found => write!(f, "{name}: {}", shape(wanted)),
            (Some(wanted), Some(found)) => {
                write!(f, "{name}: {}, but the network wants {}", shape(found), shape(wanted))
            }
            (Some(wanted), None) => write!(f, "{name}: missing; the network wants {}", shape(wanted)),
            (None, Some(found)) => write!(f, "{name}: {}, but the network has no such tensor", shape(found)),
            (None, None) => f.write_str(name),
        }
    }
}

fn shape(sides: &[usize]) -> String {
    match sides {
        [] => "a number".to_owned(),
        _ => sides.iter().map(usize::to_string).collect::<Vec<_>>().join("×"),
    }
}

/// Returns every tensor of `wanted` in its order, then what else is in `found`.
pub fn fit<'a>(
    wanted: impl IntoIterator<Item = (&'a str, &'a TensorData)>,
    found: impl IntoIterator<Item = (&'a str, &'a TensorData)>,
) -> Vec<Fit> {
    let shape = |data: &TensorData| data.shape().to_vec();
    let mut others: BTreeMap<&str, Vec<usize>> = found.into_iter().map(|(name, data)| (name, shape(data))).collect();
    let known = wanted.into_iter().map(|(name, data)| {
        let found = others.remove(name);
        Fit { name: name.to_owned(), wanted: Some(shape(data)), found }
    });
    let mut fits: Vec<Fit> = known.collect();
    fits.extend(others.into_iter().map(|(name, found)| Fit {
        name: name.to_owned(),
        wanted: None,
        found: Some(found),
    }));
    fits
}
