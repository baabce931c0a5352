//! One naming and one path of a file, and what is said of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use skipbench_models::Fit;
use skipbench_reports::analyses::quantity::format_number_of;

use super::given::Given;
use super::hints;
use super::located::{Located, Wanted, joined};
use super::words::{describe_lacking, describe_place, describe_some};
use super::zoo::NAMINGS;
use crate::files::weights::tensor::Entry;

/// Words in a path by which a copy is known that is not what was trained itself.
const COPIES: [&str; 10] =
    ["ema", "swa", "teacher", "averaged", "average", "avg", "shadow", "polyak", "momentum", "target"];

/// Whether a path leads to a copy of what was trained.
pub(super) fn is_copy(path: &str) -> bool {
    path.to_lowercase().split(['.', '_']).any(|part| COPIES.contains(&part))
}

/// A naming and a path.
#[derive(Default)]
pub(super) struct Candidate {
    pub(super) label: &'static str,
    pub(super) prefix: String,
    pub(super) parts: Vec<Vec<usize>>,
    /// Which of the wanted tensors stand on the path itself.
    pub(super) direct: Vec<bool>,
    pub(super) found: usize,
    pub(super) fitting: usize,
    pub(super) wanted: usize,
    /// Paths from which names were taken that this one lacks, and how many.
    pub(super) beside: BTreeMap<String, usize>,
    /// Paths of other models that have such names, from which none was taken.
    pub(super) models: Vec<String>,
    /// Other paths under which all stands too.
    pub(super) others: Vec<String>,
    /// Paths of other models that do not fit.
    pub(super) rivals: Vec<Rival>,
}

/// A path under which most names stand.
pub(super) struct Rival {
    pub(super) prefix: String,
    pub(super) lacking: Vec<String>,
}

impl Candidate {
    pub(super) fn none(wanted: usize) -> Self {
        Candidate { wanted, parts: vec![Vec::new(); wanted], direct: vec![false; wanted], ..Candidate::default() }
    }

    pub(super) fn whole(&self) -> bool {
        self.wanted > 0 && self.found == self.wanted
    }

    pub(super) fn fits(&self) -> bool {
        self.whole() && self.fitting == self.wanted
    }

    /// Whether all stands on this one path.
    pub(super) fn alone(&self) -> bool {
        self.whole() && self.beside.is_empty()
    }

    pub(super) fn alone_fits(&self) -> bool {
        self.alone() && self.fits()
    }

    /// Whether most of the names stand on the path itself.
    pub(super) fn is_model(&self) -> bool {
        2 * self.direct.iter().filter(|direct| **direct).count() >= self.wanted
    }

    /// The higher the better. What fits beats what does not, and one path beats what was put together; then count all
    /// names, shapes that fit, names, and whether it is no copy of what was trained.
    pub(super) fn score(&self) -> (bool, bool, bool, usize, usize, bool) {
        let original = self.found > 0 && !is_copy(&self.prefix);
        (self.fits(), self.alone(), self.whole(), self.fitting, self.found, original)
    }

    /// Where few names were found, those of another shape were found by chance, as the first convolution of another
    /// network's layer.
    fn without_chance(mut self, wanted: &[Wanted], entries: &[Entry]) -> Self {
        if self.few() {
            for ((_, shape), parts) in wanted.iter().zip(&mut self.parts) {
                if joined(entries, parts).as_ref() != Some(shape) {
                    parts.clear();
                }
            }
            self.found = self.parts.iter().filter(|parts| !parts.is_empty()).count();
        }
        if self.found == 0 {
            self.prefix.clear();
        }
        self
    }

    /// Whether the path says little of what the file holds.
    fn few(&self) -> bool {
        4 * self.found < self.wanted
    }

    pub(super) fn located(self, wanted: &[Wanted], entries: &[Entry], given: &Given) -> Located {
        let this = self.without_chance(wanted, entries);
        let fit = |((name, shape), parts): (&Wanted, &Vec<usize>)| Fit {
            name: name.clone(),
            wanted: Some(shape.clone()),
            found: joined(entries, parts),
        };
        let mut fits: Vec<Fit> = wanted.iter().zip(&this.parts).map(fit).collect();
        let extras = this.superfluous(entries, given);
        let whole: HashMap<String, &str> = extras.iter().map(|(fit, name)| (fit.name.clone(), *name)).collect();
        let superfluous = extras.into_iter().map(|(fit, _)| fit).collect();
        let (mut notes, mut hints) = (this.notes(), Vec::new());
        if fits.iter().all(Fit::fits) {
            let (others, skipped) = tell_apart(superfluous, wanted);
            fits.extend(others);
            notes.extend(describe_skipped(&skipped, &whole));
        } else {
            fits.extend(superfluous);
        }
        if fits.iter().any(|fit| !fit.fits()) {
            hints = hints::hints(&fits, given, &this, &whole);
        }
        Located { parts: this.parts, fits, notes, hints }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.whole() {
            return notes;
        }
        if self.label != NAMINGS[0].label {
            notes.push(format!("the file has {}", self.label));
        }
        if !self.fits() {
            return notes;
        }
        let read = describe_place(&self.prefix);
        if let Some(other) = self.others.first() {
            notes.push(format!("the weights at {read} were read; those at {} would fit too", describe_place(other)));
        }
        let unfit =
            |rival: &Rival| format!("the weights at {read} were read; {}", describe_lacking(rival, self.wanted));
        notes.extend(self.rivals.iter().map(unfit));
        notes.extend(self.described_beside());
        notes
    }

    /// What is told where names of several paths were put together.
    fn described_beside(&self) -> Option<String> {
        let own = self.direct.iter().filter(|direct| **direct).count();
        let beside = |(path, count): (&String, &usize)| format!("{count} at {}", describe_place(path));
        let beside: Vec<String> = self.beside.iter().map(beside).collect();
        let own = format!("{} at {}", format_number_of(own, "tensor"), describe_place(&self.prefix));
        (!beside.is_empty())
            .then(|| format!("the weights stand apart, and were read together: {own}, {}", beside.join(", ")))
    }

    /// Tensors of floating-point numbers that stand on the path and are not wanted, under their names there and in the
    /// file. Where few names were found, the path says little, and all of the file's are shown.
    fn superfluous<'a>(&self, entries: &'a [Entry], given: &Given) -> Vec<(Fit, &'a str)> {
        let few = self.few();
        let mut used = vec![false; entries.len()];
        self.parts.iter().flatten().for_each(|part| used[*part] = true);
        let unused = entries.iter().zip(&given.all).zip(used);
        let unused = unused.filter(|((entry, name), used)| !used && !name.is_empty() && entry.element.is_float());
        let within = |name: &str| match name.strip_prefix(self.prefix.as_str()) {
            None if few => Some(name.to_owned()),
            within => within.map(str::to_owned),
        };
        let fit = |((entry, name), _): ((&'a Entry, &String), bool)| {
            let fit = Fit { name: within(name)?, wanted: None, found: Some(entry.shape.clone()) };
            Some((fit, entry.name.as_str()))
        };
        unused.filter_map(fit).collect()
    }
}

/// What makes the file another network's – more of the layers that this one has – and what can be passed over.
fn tell_apart(superfluous: Vec<Fit>, wanted: &[Wanted]) -> (Vec<Fit>, Vec<Fit>) {
    const LEAVES: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];
    let layer = |name: &str| {
        let (layer, leaf) = name.rsplit_once('.')?;
        let numberless = layer.split(|digit: char| digit.is_ascii_digit()).filter(|part| !part.is_empty());
        LEAVES.contains(&leaf).then(|| numberless.collect::<Vec<_>>().join("#"))
    };
    let known: HashSet<String> = wanted.iter().filter_map(|(name, _)| layer(name)).collect();
    superfluous.into_iter().partition(|fit| layer(&fit.name).is_some_and(|layer| known.contains(&layer)))
}

fn describe_skipped(skipped: &[Fit], whole: &HashMap<String, &str>) -> Option<String> {
    let names: Vec<&str> = skipped.iter().map(|fit| whole.get(&fit.name).copied().unwrap_or(&fit.name)).collect();
    let tensors = format_number_of(names.len(), "tensor");
    (!names.is_empty()).then(|| format!("skipped {tensors} that the network does not have: {}", describe_some(&names)))
}
