//! Why names do not fit, in words.

use std::collections::{BTreeMap, HashMap};

use skipbench_models::Fit;
use skipbench_reports::analyses::quantity::format_number_of;

use super::candidate::Candidate;
use super::given::Given;
use super::words::{describe_lacking, describe_place, describe_some};
use super::zoo;
use crate::files::weights::tensor::shown;

/// What is said beside a list of tensors that do not fit: how many were found, whose names they are, what stands
/// elsewhere, and likely renames.
pub(super) fn hints(fits: &[Fit], given: &Given, best: &Candidate, whole: &HashMap<String, &str>) -> Vec<String> {
    let mut hints = vec![describe_match(fits, given, best)];
    hints.extend(describe_elsewhere(given, best));
    if fits.iter().all(|fit| fit.found.is_some()) {
        return hints;
    }
    let found = zoo::kind(given.names());
    let sought = zoo::kind(fits.iter().filter(|fit| fit.wanted.is_some()).map(|fit| fit.name.as_str()));
    if let Some(found) = found.filter(|found| *found != sought.unwrap_or_default()) {
        let network = sought.map_or(String::new(), |sought| format!("; the network has {sought}"));
        hints.push(format!("the file has {found}{network}"));
    }
    hints.extend(renames(fits, whole).into_iter().take(5));
    hints
}

/// How many of the wanted tensors there are by name, and where.
fn describe_match(fits: &[Fit], given: &Given, best: &Candidate) -> String {
    let wanted = fits.iter().filter(|fit| fit.wanted.is_some());
    let missing: Vec<&str> = wanted.clone().filter(|fit| fit.found.is_none()).map(|fit| fit.name.as_str()).collect();
    let other: Vec<&str> =
        wanted.filter(|fit| fit.found.is_some() && !fit.fits()).map(|fit| fit.name.as_str()).collect();
    let (all, found) = (best.wanted, best.wanted - missing.len());
    let place = if best.prefix.is_empty() { String::new() } else { format!(" at {}", describe_place(&best.prefix)) };
    let shapes = match other.as_slice() {
        [] => String::new(),
        names => format!("; {} of another shape: {}", names.len(), describe_some(names)),
    };
    match found {
        0 => match common_part(given.names()) {
            Some(part) => {
                format!("none of the {all} names was found; all names in the file begin with `{}.`", shown(part))
            }
            None => format!("none of the {all} names was found"),
        },
        _ if missing.is_empty() => format!("all {all} names were found{place}{shapes}"),
        _ => format!("{found} of {all} names were found{place}{shapes}; missing: {}", describe_some(&missing)),
    }
}

/// What was not taken, and why.
fn describe_elsewhere(given: &Given, best: &Candidate) -> Vec<String> {
    let mut told: Vec<String> = best.rivals.iter().map(|rival| describe_lacking(rival, best.wanted)).collect();
    if !best.models.is_empty() {
        let models: Vec<String> = best.models.iter().take(3).map(|path| describe_place(path)).collect();
        told.push(format!("some missing names stand at {}, which may be another model", models.join(" and ")));
    }
    if !told.is_empty() {
        told.push("weights of two models are never mixed; save the state_dict of one, whole".to_owned());
    }
    if let Some((one, other)) = &given.twice {
        let (one, other) = (shown(one), shown(other));
        told.push(format!("`{one}` and `{other}` have one name, so neither was taken; save the state_dict of one"));
    }
    if given.kept > 0 {
        let tensors = format_number_of(given.kept, "tensor");
        told.push(format!("{tensors} in the file are an optimizer's state, which is no weights"));
    }
    told
}

/// The first part of all names, if they share it.
fn common_part<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let (first, _) = names.clone().next()?.split_once('.')?;
    let shared = |name: &str| name.split_once('.').is_some_and(|(part, _)| part == first);
    names.into_iter().all(shared).then_some(first)
}

/// Parts of names that are other words for the same: where a missing name becomes a superfluous one of its shape by
/// another word in one place.
fn renames(fits: &[Fit], whole: &HashMap<String, &str>) -> Vec<String> {
    let mut words: BTreeMap<(&str, &str), (usize, &Fit, &Fit)> = BTreeMap::new();
    let superfluous: Vec<&Fit> = fits.iter().filter(|fit| fit.wanted.is_none()).collect();
    let missing: Vec<&Fit> = fits.iter().filter(|fit| fit.found.is_none()).collect();
    let given = by_gap(superfluous.iter().map(|fit| (*fit, fit.found.as_deref())));
    for (gap, wanted) in by_gap(missing.iter().map(|fit| (*fit, fit.wanted.as_deref()))) {
        for ((found, one), (word, other)) in pairs(given.get(&gap).map_or(&[], Vec::as_slice), &wanted) {
            words.entry((found, word)).or_insert((0, one, other)).0 += 1;
        }
    }
    let explained: usize = words.values().map(|(count, ..)| count).sum();
    let known = fits.iter().filter(|fit| fit.fits()).count();
    // Two networks that are not alike have some shapes and words in common.
    if 2 * (explained + known) < missing.len() + known {
        return Vec::new();
    }
    let renamed = words.into_iter().map(|((found, wanted), (count, one, other))| {
        let tensors = format_number_of(count, "tensor");
        let (found, one) = (shown(found), shown(whole.get(&one.name).copied().unwrap_or(&one.name)));
        format!(
            "`{found}` in the file is likely `{wanted}` in the network ({tensors}): `{one}` is likely `{}`; rename it \
             and try again",
            other.name
        )
    });
    let renamed: Vec<String> = renamed.collect();
    if renamed.is_empty() { by_shape(&missing, &superfluous, whole) } else { renamed }
}

/// A name with one part left out, and the shape.
type Gap<'a> = (usize, Vec<&'a str>, &'a [usize]);

/// A word in a gap, and whose it is.
type Word<'a> = (&'a str, &'a Fit);

/// Words that stand for each other in one gap: the only ones, or the only ones of their number, as `norm2` and `bn2`.
/// Where several would do, which one is meant is not known.
fn pairs<'a>(given: &[Word<'a>], wanted: &[Word<'a>]) -> Vec<(Word<'a>, Word<'a>)> {
    let number = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    let alike = |words: &[Word<'a>], other: &str| -> Vec<Word<'a>> {
        words.iter().filter(|(word, _)| number(word) == number(other)).copied().collect()
    };
    let pair = |(word, fit): &Word<'a>| match (given, wanted) {
        ([only], [_]) => Some((*only, (*word, *fit))),
        _ => match (alike(given, word).as_slice(), alike(wanted, word).len()) {
            ([only], 1) => Some((*only, (*word, *fit))),
            _ => None,
        },
    };
    wanted.iter().filter_map(pair).filter(|((found, _), (word, _))| found != word).collect()
}

/// Names by the gaps that they can have, in the order of the names.
fn by_gap<'a>(fits: impl Iterator<Item = (&'a Fit, Option<&'a [usize]>)>) -> BTreeMap<Gap<'a>, Vec<Word<'a>>> {
    let mut by_gap: BTreeMap<Gap, Vec<Word>> = BTreeMap::new();
    for (fit, shape) in fits {
        for (gap, word) in gaps(fit, shape) {
            by_gap.entry(gap).or_default().push((word, fit));
        }
    }
    by_gap
}

/// Every gap that a name can have, with the word that was there. Numbers are no words. The last word is left: a layer's
/// tensors have one shape, and which is which it alone says.
fn gaps<'a>(fit: &'a Fit, shape: Option<&'a [usize]>) -> impl Iterator<Item = (Gap<'a>, &'a str)> {
    let parts: Vec<&str> = fit.name.split('.').take(16).collect();
    let shape = shape.unwrap_or_default();
    (0..parts.len() - 1).filter_map(move |index| {
        let word = parts[index];
        let mut rest = parts.clone();
        rest.remove(index);
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        (!number).then_some(((index, rest, shape), word))
    })
}

/// A missing tensor whose shape and last word only one superfluous tensor has, such as the `fc.1` of a head in a
/// `Sequential`.
fn by_shape(missing: &[&Fit], superfluous: &[&Fit], whole: &HashMap<String, &str>) -> Vec<String> {
    let leaf = |fit: &Fit| fit.name.rsplit('.').next().unwrap_or_default().to_owned();
    let mut alike: HashMap<(String, &Option<Vec<usize>>), Vec<&str>> = HashMap::new();
    for fit in superfluous {
        alike.entry((leaf(fit), &fit.found)).or_default().push(&fit.name);
    }
    let pair = |fit: &&&Fit| match alike.get(&(leaf(fit), &fit.wanted)).map(Vec::as_slice) {
        Some([one]) => {
            let one = shown(whole.get(*one).copied().unwrap_or(one));
            Some(format!("`{one}` in the file is likely `{}` in the network; rename it and try again", fit.name))
        }
        _ => None,
    };
    missing.iter().take(8).filter_map(|fit| pair(&fit)).collect()
}
