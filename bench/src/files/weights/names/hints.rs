//! Why names do not fit, in words.

use std::collections::{BTreeMap, HashMap};

use skipbench_models::Fit;
use skipbench_reports::analyses::quantity::format_number_of;

use super::zoo;

/// What is said beside a list of tensors that do not fit: whose names they are, and likely renames.
pub(super) fn hints(fits: &[Fit], names: &[&str], prefix: &str) -> Vec<String> {
    let mut hints = Vec::new();
    let missing: Vec<&Fit> = fits.iter().filter(|fit| fit.found.is_none()).collect();
    if missing.is_empty() {
        return hints;
    }
    let wanted = fits.iter().filter(|fit| fit.wanted.is_some()).count();
    match common_part(names) {
        Some(part) if missing.len() == wanted => hints.push(format!("all names in the file begin with `{part}.`")),
        _ if !prefix.is_empty() => hints.push(format!("the names were looked for under `{prefix}`")),
        _ => {}
    }
    let found = zoo::kind(names.iter().copied());
    let sought = zoo::kind(fits.iter().filter(|fit| fit.wanted.is_some()).map(|fit| fit.name.as_str()));
    match found {
        Some(found) if found != sought.unwrap_or_default() => {
            let network = sought.map_or(String::new(), |sought| format!("; the network has {sought}"));
            hints.push(format!("the file has {found}{network}"));
        }
        _ => {}
    }
    hints.extend(renames(fits).into_iter().take(5));
    hints
}

/// The first part of all names, if they share it.
fn common_part<'a>(names: &[&'a str]) -> Option<&'a str> {
    let (first, _) = names.first()?.split_once('.')?;
    let shared = |name: &&str| name.split_once('.').is_some_and(|(part, _)| part == first);
    names.iter().all(shared).then_some(first)
}

/// Parts of names that are other words for the same: where a missing name becomes a superfluous one of its shape by
/// another word in one place.
fn renames(fits: &[Fit]) -> Vec<String> {
    let mut words: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut by_gap: HashMap<Gap, &str> = HashMap::new();
    let superfluous: Vec<&Fit> = fits.iter().filter(|fit| fit.wanted.is_none()).collect();
    for fit in &superfluous {
        by_gap.extend(gaps(fit, fit.found.as_deref()));
    }
    let missing: Vec<&Fit> = fits.iter().filter(|fit| fit.found.is_none()).collect();
    for fit in &missing {
        for (gap, word) in gaps(fit, fit.wanted.as_deref()) {
            if let Some(found) = by_gap.get(&gap).filter(|found| **found != word) {
                *words.entry((found, word)).or_default() += 1;
            }
        }
    }
    let (explained, known) = (words.values().sum::<usize>(), fits.iter().filter(|fit| fit.fits()).count());
    // Two networks that are not alike have some shapes and words in common.
    if 2 * (explained + known) < missing.len() + known {
        return Vec::new();
    }
    let renamed = words.into_iter().map(|((found, wanted), count)| {
        format!(
            "`{found}` in the file is likely `{wanted}` in the network ({}); rename it and try again",
            format_number_of(count, "tensor")
        )
    });
    let renamed: Vec<String> = renamed.collect();
    if renamed.is_empty() { by_shape(&missing, &superfluous) } else { renamed }
}

/// A name with one part left out, and the shape.
type Gap<'a> = (usize, Vec<&'a str>, &'a [usize]);

/// Every gap that a name can have, with the word that was there. Numbers are no words.
fn gaps<'a>(fit: &'a Fit, shape: Option<&'a [usize]>) -> impl Iterator<Item = (Gap<'a>, &'a str)> {
    let parts: Vec<&str> = fit.name.split('.').take(16).collect();
    let shape = shape.unwrap_or_default();
    (0..parts.len()).filter_map(move |index| {
        let word = parts[index];
        let mut rest = parts.clone();
        rest.remove(index);
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        (!number && parts.len() > 1).then_some(((index, rest, shape), word))
    })
}

/// A missing tensor whose shape and last word only one superfluous tensor has, such as the `fc.1` of a head in a
/// `Sequential`.
fn by_shape(missing: &[&Fit], superfluous: &[&Fit]) -> Vec<String> {
    let leaf = |fit: &Fit| fit.name.rsplit('.').next().unwrap_or_default().to_owned();
    let mut alike: HashMap<(String, &Option<Vec<usize>>), Vec<&str>> = HashMap::new();
    for fit in superfluous {
        alike.entry((leaf(fit), &fit.found)).or_default().push(&fit.name);
    }
    let pair = |fit: &&&Fit| match alike.get(&(leaf(fit), &fit.wanted)).map(Vec::as_slice) {
        Some([one]) => {
            Some(format!("`{one}` in the file is likely `{}` in the network; rename it and try again", fit.name))
        }
        _ => None,
    };
    missing.iter().take(8).filter_map(|fit| pair(&fit)).collect()
}
