//! One naming and one path of a file, and what is said of it.

use std::collections::HashSet;

use skipbench_models::Fit;
use skipbench_reports::analyses::quantity::format_number_of;

use super::hints;
use super::located::{Located, Wanted, joined};
use super::zoo::NAMINGS;
use crate::files::weights::tensor::{Entry, escape_controls};

/// Words in a path by which a copy is known that is not what was trained itself.
const COPIES: [&str; 5] = ["ema", "swa", "teacher", "averaged", "shadow"];

/// A naming and a path.
#[derive(Default)]
pub(super) struct Candidate {
    pub(super) label: &'static str,
    pub(super) prefix: String,
    pub(super) parts: Vec<Vec<usize>>,
    pub(super) found: usize,
    pub(super) fitting: usize,
    pub(super) wanted: usize,
    /// Whether all stands on this one path.
    pub(super) alone: bool,
    /// Other paths under which all stands too.
    pub(super) others: Vec<String>,
}

impl Candidate {
    pub(super) fn whole(&self) -> bool {
        self.wanted > 0 && self.found == self.wanted
    }

    /// The higher the better: all names, shapes that fit, names, and no copy of what was trained.
    pub(super) fn score(&self) -> (bool, usize, usize, bool) {
        let copy = self.prefix.to_lowercase();
        let original = !copy.split(['.', '_']).any(|part| COPIES.contains(&part));
        (self.whole(), self.fitting, self.found, self.found > 0 && original)
    }

    /// A few names that a path has by chance are no network.
    fn unless_by_chance(self) -> Self {
        if 4 * self.found < self.wanted { Self { wanted: self.wanted, ..Self::default() } } else { self }
    }

    pub(super) fn located(self, wanted: &[Wanted], entries: &[Entry], names: &[String]) -> Located {
        let this = self.unless_by_chance();
        let parts = if this.parts.is_empty() { vec![Vec::new(); wanted.len()] } else { this.parts.clone() };
        let fit = |((name, shape), parts): (&Wanted, &Vec<usize>)| Fit {
            name: name.clone(),
            wanted: Some(shape.clone()),
            found: joined(entries, parts),
        };
        let mut fits: Vec<Fit> = wanted.iter().zip(&parts).map(fit).collect();
        let superfluous = this.superfluous(&parts, entries, names);
        let (mut notes, mut hints) = (this.notes(), Vec::new());
        if fits.iter().all(Fit::fits) {
            let (others, skipped) = tell_apart(superfluous, wanted);
            fits.extend(others);
            notes.extend(describe_skipped(&skipped));
        } else {
            fits.extend(superfluous);
        }
        if fits.iter().any(|fit| !fit.fits()) {
            hints = hints::hints(&fits, &names.iter().map(String::as_str).collect::<Vec<_>>(), &this.prefix);
        }
        Located { parts, fits, notes, hints }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.whole() && self.label != NAMINGS[0].label {
            notes.push(format!("the file has {}", self.label));
        }
        if let (true, Some(other)) = (self.whole(), self.others.first()) {
            let place = |prefix: &str| {
                if prefix.is_empty() { "the top".to_owned() } else { format!("`{}`", escape_controls(prefix)) }
            };
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

fn describe_skipped(skipped: &[Fit]) -> Option<String> {
    const NAMED: usize = 3;
    let names: Vec<String> = skipped.iter().take(NAMED).map(|fit| escape_controls(&fit.name).into_owned()).collect();
    let more = if skipped.len() > NAMED { ", …" } else { "" };
    let count = skipped.len();
    (count > 0).then(|| {
        format!(
            "skipped {} that the network does not have: {}{more}",
            format_number_of(count, "tensor"),
            names.join(", ")
        )
    })
}
