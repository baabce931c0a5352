//! The paths of a file under which wanted names stand.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::beside::{Beside, beside};
use super::candidate::{Candidate, Rival};
use super::given::Given;
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
    pub(super) fn new(wanted: &'a [Wanted], entries: &'a [Entry], given: &'a Given) -> Self {
        let places = given.all.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let index = places.map(|(place, name)| (name.as_str(), place)).collect();
        Self { wanted, entries, names: &given.all, index }
    }

    /// Of all namings and paths the one with the most wanted tensors; of equals the first in the file.
    pub(super) fn best(&self) -> Candidate {
        let mut all = Vec::new();
        for naming in &NAMINGS {
            let Some(sought) = self.sought(naming) else { continue };
            all.extend(self.prefixes(&sought).into_iter().map(|prefix| self.candidate(naming, &sought, prefix)));
        }
        let better = |best: usize, other: usize| if all[other].score() > all[best].score() { other } else { best };
        let Some(best) = (0..all.len()).reduce(better) else { return Candidate::none(self.wanted.len()) };
        let best = all.remove(best);
        let elsewhere = all.iter().filter(|other| other.prefix != best.prefix);
        let others = elsewhere.clone().filter(|other| other.fits()).map(|other| other.prefix.clone());
        let others = others.collect();
        let rivals = elsewhere.filter(|other| other.label == best.label && other.is_model() && !other.fits());
        let rivals = rivals.map(|rival| self.rival(rival)).collect();
        Candidate { others, rivals, ..best }
    }

    /// What another model has, and what it lacks.
    fn rival(&self, other: &Candidate) -> Rival {
        let lacking = self.wanted.iter().zip(&other.direct).filter(|(_, direct)| !**direct);
        Rival { prefix: other.prefix.clone(), lacking: lacking.map(|((name, _), _)| name.clone()).collect() }
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
        let at = |name: &str| self.index.get(format!("{prefix}{name}").as_str()).copied();
        let names = || sought.iter().flatten().map(String::as_str);
        let set: HashSet<&str> = names().collect();
        let Beside { mut found, models } =
            beside(self.names, &set, prefix, |name| set.contains(name) && at(name).is_some());
        let mut beside: BTreeMap<String, usize> = BTreeMap::new();
        for (_, path) in names().filter_map(|name| found.get(name)) {
            *beside.entry((*path).to_owned()).or_default() += 1;
        }
        // A head is not completed by a body: of two heads it would be one by chance.
        let own = names().filter(|name| at(name).is_some()).count();
        if beside.values().any(|count| *count > own) {
            (found, beside) = Default::default();
        }
        let place = |name: &String| at(name).or_else(|| found.get(name.as_str()).map(|(place, _)| *place));
        let parts = |names: &Vec<String>| names.iter().map(place).collect::<Option<Vec<_>>>().unwrap_or_default();
        let parts: Vec<Vec<usize>> = sought.iter().map(parts).collect();
        let shapes = self.wanted.iter().zip(&parts);
        let fitting = shapes.filter(|((_, shape), parts)| joined(self.entries, parts).as_ref() == Some(shape)).count();
        Candidate {
            label: naming.label,
            prefix: prefix.to_owned(),
            direct: sought.iter().map(|names| names.iter().all(|name| at(name).is_some())).collect(),
            found: parts.iter().filter(|parts| !parts.is_empty()).count(),
            parts,
            fitting,
            wanted: self.wanted.len(),
            beside,
            models: models.into_iter().map(str::to_owned).collect(),
            ..Candidate::default()
        }
    }
}
