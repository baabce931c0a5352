//! The paths of a file under which wanted names stand.

use std::collections::{HashMap, HashSet};

use super::candidate::Candidate;
use super::located::{Wanted, joined};
use super::zoo::{NAMINGS, Naming};
use crate::files::weights::tensor::Entry;

/// The names of a file, and where each stands.
pub(super) struct Search<'a> {
    wanted: &'a [Wanted],
    entries: &'a [Entry],
    names: &'a [String],
    index: HashMap<&'a str, usize>,
}

impl<'a> Search<'a> {
    pub(super) fn new(wanted: &'a [Wanted], entries: &'a [Entry], names: &'a [String]) -> Self {
        let mut index = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            index.entry(name.as_str()).or_insert(place);
        }
        Self { wanted, entries, names, index }
    }

    /// Of all namings and paths the one with the most wanted tensors; of equals the first in the file.
    pub(super) fn best(&self) -> Candidate {
        let mut all = Vec::new();
        for naming in &NAMINGS {
            let Some(sought) = self.sought(naming) else { continue };
            all.extend(self.prefixes(&sought).into_iter().map(|prefix| self.candidate(naming, &sought, prefix)));
        }
        let better = |best: usize, other: usize| if all[other].score() > all[best].score() { other } else { best };
        let Some(best) = (0..all.len()).reduce(better) else { return Candidate::default() };
        let prefix = all[best].prefix.clone();
        let fits = |other: &&Candidate| other.alone && other.fitting == other.wanted && other.prefix != prefix;
        let others = all.iter().filter(fits).map(|other| other.prefix.clone()).collect();
        Candidate { others, ..all.swap_remove(best) }
    }

    /// The names that a zoo gives to what is wanted; none if it has no such network.
    fn sought(&self, naming: &Naming) -> Option<Vec<Vec<String>>> {
        self.wanted.iter().map(|(name, _)| (naming.parts)(name)).collect()
    }

    /// Paths under which wanted names stand: those with the most of them first, in the file's order.
    fn prefixes(&self, sought: &[Vec<String>]) -> Vec<&'a str> {
        let sought: HashSet<&str> = sought.iter().flatten().map(String::as_str).collect();
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        for (place, name) in self.names.iter().enumerate() {
            let starts = std::iter::once(0).chain(name.match_indices('.').map(|(dot, _)| dot + 1));
            for start in starts.filter(|start| sought.contains(&name[*start..])) {
                counts.entry(&name[..start]).or_insert((0, place)).0 += 1;
            }
        }
        let mut prefixes: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
        prefixes.sort_by_key(|(prefix, (count, place))| (std::cmp::Reverse(*count), *place, prefix.len()));
        prefixes.into_iter().take(8).map(|(prefix, _)| prefix).collect()
    }

    fn candidate(&self, naming: &'static Naming, sought: &[Vec<String>], prefix: &str) -> Candidate {
        let siblings = self.siblings(sought, prefix);
        let place = |name: &String| {
            let direct = self.index.get(format!("{prefix}{name}").as_str());
            direct.or_else(|| siblings.get(name.as_str())).copied()
        };
        let parts = |names: &Vec<String>| names.iter().map(place).collect::<Option<Vec<_>>>().unwrap_or_default();
        let parts: Vec<Vec<usize>> = sought.iter().map(parts).collect();
        let shapes =
            self.wanted.iter().zip(&parts).map(|((_, shape), parts)| self.joined(parts).as_ref() == Some(shape));
        let fitting = shapes.filter(|fits| *fits).count();
        let found = parts.iter().filter(|parts| !parts.is_empty()).count();
        Candidate {
            label: naming.label,
            prefix: prefix.to_owned(),
            alone: siblings.is_empty() && found == self.wanted.len(),
            parts,
            found,
            fitting,
            wanted: self.wanted.len(),
            others: Vec::new(),
        }
    }

    /// Names that the path lacks and that one sibling path has, such as `head.` of `backbone.`.
    fn siblings(&self, sought: &[Vec<String>], prefix: &str) -> HashMap<String, usize> {
        let parent = match prefix.trim_end_matches('.').rfind('.') {
            Some(dot) => &prefix[..=dot],
            None => "",
        };
        let lacking = |name: &&String| !self.index.contains_key(format!("{prefix}{name}").as_str());
        let lacking: HashSet<&str> = sought.iter().flatten().filter(lacking).map(String::as_str).collect();
        let mut found: HashMap<String, usize> = HashMap::new();
        let mut twice: HashSet<String> = HashSet::new();
        if prefix.is_empty() || lacking.is_empty() {
            return found;
        }
        for (place, name) in self.names.iter().enumerate() {
            let Some(rest) = name.strip_prefix(parent) else { continue };
            // Directly there, or one step down.
            let within = [Some(rest), rest.split_once('.').map(|(_, rest)| rest)];
            for rest in within.into_iter().flatten().filter(|rest| lacking.contains(rest)) {
                if found.insert(rest.to_owned(), place).is_some() {
                    twice.insert(rest.to_owned());
                }
            }
        }
        found.retain(|name, _| !twice.contains(name));
        found
    }

    /// The shape of what `parts` make together.
    fn joined(&self, parts: &[usize]) -> Option<Vec<usize>> {
        joined(self.entries, parts)
    }
}
