//! What completes a path that lacks some names: a head that stands beside its body. Another model never does.

use std::collections::{HashMap, HashSet};

use super::candidate::is_copy;

/// Where each name stands, and under which path.
type Places<'a> = HashMap<&'a str, Vec<(usize, &'a str)>>;

/// What stands beside a path.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// Names that the path lacks: where each stands, and under which path.
    pub(super) found: HashMap<&'a str, (usize, &'a str)>,
    /// Paths of other models, which have such names too.
    pub(super) models: Vec<&'a str>,
}

/// Looks for the names that `prefix` lacks directly under its parent and one step down. `stands` tells which of the
/// sought names `prefix` has.
pub(super) fn beside<'a>(
    names: &'a [String],
    sought: &HashSet<&str>,
    prefix: &str,
    stands: impl Fn(&str) -> bool,
) -> Beside<'a> {
    if prefix.is_empty() || sought.iter().all(|name| stands(name)) {
        return Beside::default();
    }
    let (mut places, mut models) = (Places::new(), HashSet::new());
    let parent = prefix.trim_end_matches('.').rfind('.').map_or(0, |dot| dot + 1);
    for (place, name) in names.iter().enumerate() {
        if name.starts_with(prefix) || !name.starts_with(&prefix[..parent]) {
            continue;
        }
        let step = name[parent..].find('.').map(|dot| parent + dot + 1);
        for start in std::iter::once(parent).chain(step).filter(|start| sought.contains(&name[*start..])) {
            if stands(&name[start..]) {
                models.insert(&name[..start]);
            } else {
                places.entry(&name[start..]).or_default().push((place, &name[..start]));
            }
        }
        // Deeper down, too, a name that the path has itself is another model's.
        if let Some(step) = step.filter(|step| suffixes(&name[*step..]).any(&stands)) {
            models.insert(&name[..step]);
        }
    }
    choose(places, &models, prefix)
}

/// What follows each dot.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').map(|(dot, _)| &name[dot + 1..])
}

/// Of each name the only place that is no other model's. Of two places neither is taken.
fn choose<'a>(places: Places<'a>, models: &HashSet<&str>, prefix: &str) -> Beside<'a> {
    let mut beside = Beside::default();
    for (name, places) in places {
        let another = |path: &str| models.contains(path) || is_copy(path) != is_copy(prefix);
        let (others, own): (Vec<_>, Vec<_>) = places.into_iter().partition(|(_, path)| another(path));
        beside.models.extend(others.into_iter().map(|(_, path)| path));
        match own.as_slice() {
            [only] => drop(beside.found.insert(name, *only)),
            several => beside.models.extend(several.iter().map(|(_, path)| path)),
        }
    }
    beside.models.sort_unstable();
    beside.models.dedup();
    beside
}
