//! Which tensors of a file are a network's: the path is found under which all its names stand, in torchvision's naming or
//! that of another zoo. What lies elsewhere is not looked at.

mod hints;
mod zoo;

use std::collections::{HashMap, HashSet};

use skipbench_models::Fit;

use self::zoo::{NAMINGS, Naming};
use super::tensor::{Entry, shown};

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

/// Parts of names that wrappers add wherever they wrap: `torch.compile`, `DataParallel`, FSDP and activation checkpoints.
const WRAPPERS: [&str; 5] =
    ["_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"];

/// Words in a path by which a copy is known that is not what was trained itself.
const COPIES: [&str; 5] = ["ema", "swa", "teacher", "averaged", "shadow"];

/// Finds `wanted` among `entries`.
pub(super) fn locate(wanted: &[Wanted], entries: &[Entry]) -> Located {
    let plain: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let first = Search::new(wanted, entries, &plain).best();
    let unwrapped: Vec<String> = plain.iter().map(|name| unwrap(name)).collect();
    if first.whole() || plain == unwrapped {
        return first.located(wanted, entries, &plain);
    }
    let second = Search::new(wanted, entries, &unwrapped).best();
    match second.score() > first.score() {
        true => second.located(wanted, entries, &unwrapped),
        false => first.located(wanted, entries, &plain),
    }
}

fn unwrap(name: &str) -> String {
    name.split('.').filter(|part| !WRAPPERS.contains(part)).collect::<Vec<_>>().join(".")
}

/// The names of a file, and where each stands.
struct Search<'a> {
    wanted: &'a [Wanted],
    entries: &'a [Entry],
    names: &'a [String],
    index: HashMap<&'a str, usize>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a [Wanted], entries: &'a [Entry], names: &'a [String]) -> Self {
        let mut index = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            index.entry(name.as_str()).or_insert(place);
        }
        Self { wanted, entries, names, index }
    }

    /// Of all namings and paths the one with the most wanted tensors; of equals the first in the file.
    fn best(&self) -> Candidate {
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
        let beside = self.beside(sought, prefix);
        let place = |name: &String| {
            let own = self.index.get(format!("{prefix}{name}").as_str());
            own.or_else(|| beside.get(name.as_str())).copied()
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
            alone: beside.is_empty() && found == self.wanted.len(),
            parts,
            found,
            fitting,
            wanted: self.wanted.len(),
            others: Vec::new(),
        }
    }

    /// What stands beside the path, such as `head.` beside `backbone.`: names that the path lacks and one other has.
    fn beside(&self, sought: &[Vec<String>], prefix: &str) -> HashMap<String, usize> {
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

/// A naming and a path.
#[derive(Default)]
struct Candidate {
    label: &'static str,
    prefix: String,
    parts: Vec<Vec<usize>>,
    found: usize,
    fitting: usize,
    wanted: usize,
    /// Whether all stands on this one path.
    alone: bool,
    /// Other paths under which all stands too.
    others: Vec<String>,
}

impl Candidate {
    fn whole(&self) -> bool {
        self.wanted > 0 && self.found == self.wanted
    }

    /// The higher the better: all names, shapes that fit, names, and no copy of what was trained.
    fn score(&self) -> (bool, usize, usize, bool) {
        let copy = self.prefix.to_lowercase();
        let original = !copy.split(['.', '_']).any(|part| COPIES.contains(&part));
        (self.whole(), self.fitting, self.found, self.found > 0 && original)
    }

    fn located(self, wanted: &[Wanted], entries: &[Entry], names: &[String]) -> Located {
        let parts = if self.parts.is_empty() { vec![Vec::new(); wanted.len()] } else { self.parts.clone() };
        let fit = |((name, shape), parts): (&Wanted, &Vec<usize>)| Fit {
            name: name.clone(),
            wanted: Some(shape.clone()),
            found: joined(entries, parts),
        };
        let mut fits: Vec<Fit> = wanted.iter().zip(&parts).map(fit).collect();
        let superfluous = self.superfluous(&parts, entries, names);
        let (mut notes, mut hints) = (self.notes(), Vec::new());
        if fits.iter().all(Fit::fits) {
            let (others, skipped) = tell_apart(superfluous, wanted);
            fits.extend(others);
            notes.extend(described(&skipped));
        } else {
            fits.extend(superfluous);
        }
        if fits.iter().any(|fit| !fit.fits()) {
            hints = hints::hints(&fits, &names.iter().map(String::as_str).collect::<Vec<_>>(), &self.prefix);
        }
        Located { parts, fits, notes, hints }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.whole() && self.label != NAMINGS[0].label {
            notes.push(format!("the file has {}", self.label));
        }
        if let (true, Some(other)) = (self.whole(), self.others.first()) {
            let place =
                |prefix: &str| if prefix.is_empty() { "the top".to_owned() } else { format!("`{}`", shown(prefix)) };
            let (read, other) = (place(&self.prefix), place(other));
            notes.push(format!("the weights at {read} were read; those at {other} would fit too"));
        }
        notes
    }

    /// Tensors of floating-point numbers that stand on the path and are not wanted.
    fn superfluous(&self, parts: &[Vec<usize>], entries: &[Entry], names: &[String]) -> Vec<Fit> {
        let mut used = vec![false; entries.len()];
        parts.iter().flatten().for_each(|part| used[*part] = true);
        let unused = entries.iter().zip(names).zip(used).filter(|((entry, _), used)| !used && entry.element.is_float());
        let within = unused.filter_map(|((entry, name), _)| Some((entry, name.strip_prefix(self.prefix.as_str())?)));
        within
            .map(|(entry, name)| Fit { name: name.to_owned(), wanted: None, found: Some(entry.shape.clone()) })
            .collect()
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

fn described(skipped: &[Fit]) -> Option<String> {
    const NAMED: usize = 3;
    let names: Vec<String> = skipped.iter().take(NAMED).map(|fit| shown(&fit.name).into_owned()).collect();
    let more = if skipped.len() > NAMED { ", …" } else { "" };
    let count = skipped.len();
    (count > 0).then(|| format!("skipped {count} tensor(s) that the network does not have: {}{more}", names.join(", ")))
}
