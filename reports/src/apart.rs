//! What tells a setting from others that look alike.

use serde_json::{Map, Value};

use crate::group::Setting;

/// Beyond data, device, machine, suite and source: what of `setting` the others of `all` with the same of those do not
/// share, in words; nothing where there is no such other.
pub(crate) fn apart(setting: &Setting, all: &[Setting]) -> Vec<String> {
    let alike = |other: &&Setting| *other != setting && name(other) == name(setting);
    let rivals: Vec<&Setting> = all.iter().filter(alike).collect();
    let differs = |of: fn(&Setting) -> &String| rivals.iter().any(|rival| of(rival) != of(setting));
    let mut words = Vec::new();
    if differs(|setting| &setting.burn) {
        words.push(format!("Burn {}", setting.burn));
    }
    if differs(|setting| &setting.data_sha256) {
        words.push(format!("images {}", setting.data_sha256.chars().take(8).collect::<String>()));
    }
    if differs(|setting| &setting.recipe) {
        words.push(format!("recipe {}", recipe(setting, &rivals)));
    }
    words
}

fn name(setting: &Setting) -> [&str; 5] {
    [&setting.data, &setting.device, &setting.host, &setting.suite, &setting.skipbench]
}

/// The keys of the recipe that others have otherwise; one that cannot be read is told whole.
fn recipe(setting: &Setting, rivals: &[&Setting]) -> String {
    let Some(own) = keys(setting) else { return setting.recipe.clone() };
    let others: Vec<Map<String, Value>> = rivals.iter().filter_map(|rival| keys(rival)).collect();
    let mut names: Vec<&String> = own.keys().chain(others.iter().flat_map(Map::keys)).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| others.iter().any(|other| other.get(*name) != own.get(*name)));
    let told = |name: &String| format!("{name} = {}", own.get(name).unwrap_or(&Value::Null));
    names.into_iter().map(told).collect::<Vec<String>>().join(", ")
}

fn keys(setting: &Setting) -> Option<Map<String, Value>> {
    serde_json::from_str(&setting.recipe).ok()
}
