//! Reads a suite: TOML that says which models are compared, on what, how they are trained and what is measured.
//!
//! Only the text is read here. Finding the models also needs the shape of the images, on which costs and therefore
//! matches depend; [`group`] does that. Every error names the file, the key and the way out.

pub(crate) mod budgets;
pub(crate) mod builtin;
pub(crate) mod check;
pub(crate) mod claims;
mod error;
pub(crate) mod group;
mod keys;
pub(crate) mod member;
mod names;
mod read;

use serde::Deserialize;

use crate::cell::Task;
use crate::cell::recipe::Recipe;

pub(crate) use error::{SuiteError, explain, explain_table, repeated, shorten};
pub(crate) use keys::{GroupKeys, Keys, SweepKeys};

/// A suite as written.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Path of the file, or the built-in suite's name.
    pub file: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// Keys of the suite.
    pub keys: Keys,
}

impl Suite {
    /// Returns what is measured in `group`.
    pub(crate) fn tasks(&self, group: &GroupKeys) -> Vec<Task> {
        group.tasks.clone().unwrap_or_else(|| self.keys.tasks.clone())
    }

    /// Returns the suite's recipe with the group's changes.
    pub(crate) fn recipe(&self, group: &GroupKeys) -> Result<Recipe, String> {
        let mut table = self.keys.recipe.clone();
        table.extend(group.recipe.clone());
        read_recipe(&table).map_err(|error| match read_recipe(&self.keys.recipe) {
            // It stands in the suite's own recipe, whichever group meets it first.
            Err(own) if own == error => own,
            _ => format!("group \"{}\": {error}", group.name),
        })
    }
}

fn read_recipe(table: &toml::Table) -> Result<Recipe, String> {
    let recipe: Result<Recipe, _> = Recipe::deserialize(table.clone());
    let recipe = recipe.map_err(|error| format!("recipe: {}", explain_table::<Recipe>(table, &error.to_string())))?;
    recipe.check().map_err(|error| error.to_string())?;
    Ok(recipe)
}
