//! Reads what a row's recipe says. It is JSON; a recipe that cannot be read has no keys, and is shown whole.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Returns whose kernels it asks for; empty where it does not say.
pub(crate) fn kernels(recipe: &str) -> &str {
    #[derive(Deserialize)]
    struct Asked<'a> {
        kernels: &'a str,
    }
    serde_json::from_str::<Asked<'_>>(recipe).map_or("", |asked| asked.kernels)
}

/// Returns the recipe without `key`.
pub(crate) fn without(recipe: &str, key: &str) -> String {
    let Some(mut keys) = keys(recipe) else { return recipe.to_owned() };
    keys.remove(key);
    Value::Object(keys).to_string()
}

/// Formats the keys of `recipe` that differ in one of `others`. It is the whole recipe where no key distinguishes them.
pub(crate) fn format_difference(recipe: &str, others: &[&str]) -> String {
    let Some(keys_here) = keys(recipe) else { return recipe.to_owned() };
    let others: Vec<Map<String, Value>> = others.iter().filter_map(|other| keys(other)).collect();
    let mut names: Vec<&String> = keys_here.keys().chain(others.iter().flat_map(Map::keys)).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| others.iter().any(|other| other.get(*name) != keys_here.get(*name)));
    if names.is_empty() {
        return recipe.to_owned();
    }
    let format = |name: &String| format!("{name} = {}", keys_here.get(name).unwrap_or(&Value::Null));
    names.into_iter().map(format).collect::<Vec<String>>().join(", ")
}

fn keys(recipe: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(recipe).ok()
}
