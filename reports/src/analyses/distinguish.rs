//! Finds what distinguishes a setting from others that look alike.

use std::collections::HashMap;
use std::hash::Hash;

use crate::analyses::group::Setting;
use crate::rows::recipe;

/// Returns, for each setting, what the others under the same name do not share, in as few words as that takes. It
/// returns nothing where there is no such other.
pub(crate) fn distinguish<K: Eq + Hash>(named: &[(K, &Setting)]) -> Vec<Vec<String>> {
    let mut alike: HashMap<&K, Vec<&Setting>> = HashMap::new();
    for (name, setting) in named {
        let settings = alike.entry(name).or_default();
        if !settings.contains(setting) {
            settings.push(setting);
        }
    }
    named.iter().map(|(name, setting)| distinction(setting, &alike[name])).collect()
}

/// Formats the words as they follow a name.
pub(crate) fn format_distinction(words: &[String]) -> String {
    words.iter().map(|word| format!(", {word}")).collect()
}

type Property = (&'static str, fn(&Setting) -> &String);

const PROPERTIES: [Property; 8] = [
    ("suite", |setting| &setting.suite),
    ("data", |setting| &setting.data),
    ("device", |setting| &setting.device),
    ("machine", |setting| &setting.host),
    ("skipbench", |setting| &setting.skipbench),
    ("Burn", |setting| &setting.burn),
    ("images", |setting| &setting.data_sha256),
    ("recipe", |setting| &setting.recipe),
];

/// Returns no more words than needed: what one property distinguishes needs no other.
fn distinction(setting: &Setting, alike: &[&Setting]) -> Vec<String> {
    let mut left: Vec<&Setting> = alike.iter().copied().filter(|other| *other != setting).collect();
    let mut words = Vec::new();
    for (what, of) in PROPERTIES {
        let same = |other: &&Setting| of(other) == of(setting);
        if left.iter().all(same) {
            continue;
        }
        words.push(format!("{what} {}", format_property(what, of, setting, &left)));
        left.retain(same);
    }
    words
}

/// Formats a property: the beginning of a digest, and the keys of a recipe that differ.
fn format_property(what: &str, of: fn(&Setting) -> &String, setting: &Setting, others: &[&Setting]) -> String {
    let own = of(setting);
    match what {
        "images" => own.chars().take(8).collect(),
        "recipe" => {
            recipe::format_difference(own, &others.iter().map(|other| of(other).as_str()).collect::<Vec<&str>>())
        }
        _ => own.clone(),
    }
}
