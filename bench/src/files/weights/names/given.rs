//! The names by which a file's tensors are sought.

use std::collections::HashMap;

use super::optimizer;
use crate::files::weights::tensor::Entry;

/// A name for every tensor; empty where it is not to be found by one: what an optimizer keeps, and names that two
/// tensors have, of which neither is better.
pub(super) struct Given {
    pub(super) all: Vec<String>,
    /// Tensors that an optimizer keeps.
    pub(super) kept: usize,
    /// Two tensors of one name, as the file names them.
    pub(super) twice: Option<(String, String)>,
}

impl Given {
    pub(super) fn new(entries: &[Entry], name: impl Fn(&str) -> String) -> Self {
        let kept: Vec<bool> = entries.iter().map(|entry| optimizer::keeps(&entry.name)).collect();
        let name = |(entry, kept): (&Entry, &bool)| if *kept { String::new() } else { name(&entry.name) };
        let mut all: Vec<String> = entries.iter().zip(&kept).map(name).collect();
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, name) in all.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            places.entry(name).or_default().push(place);
        }
        let mut twice: Vec<Vec<usize>> = places.into_values().filter(|places| places.len() > 1).collect();
        twice.sort();
        let pair = |places: &Vec<usize>| (entries[places[0]].name.clone(), entries[places[1]].name.clone());
        let first = twice.first().map(pair);
        twice.iter().flatten().for_each(|place| all[*place].clear());
        Self { all, kept: kept.into_iter().filter(|kept| *kept).count(), twice: first }
    }

    /// Those that there are.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.iter().map(String::as_str).filter(|name| !name.is_empty())
    }
}
