//! A suite: TOML that says which models are compared, on what, how they are trained and what is measured.
//!
//! Here only the text is read; finding the models needs the shape of the images too, on which costs and therefore
//! matches depend, and is [`group`]'s. Every error names the file, the key and the way out.

pub(crate) mod budgets;
pub(crate) mod builtin;
mod check;
pub(crate) mod claims;
mod error;
pub(crate) mod group;
mod keys;
pub(crate) mod member;
mod names;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::cell::Task;
use crate::cell::recipe::Recipe;
use builtin::{BUILT_IN, built_in};

pub(crate) use error::{SuiteError, explain, repeated};
pub(crate) use keys::{GroupKeys, Keys, SweepKeys};

/// A suite as written.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The file, or the built-in suite's name.
    pub file: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// Its keys.
    pub keys: Keys,
}

impl Suite {
    /// Reads a built-in suite by name, or a file.
    ///
    /// # Errors
    /// No such suite or file, or text that is no suite.
    pub fn load(name: &str) -> Result<Self, SuiteError> {
        if let Some(built_in) = built_in(name) {
            return Self::parse(built_in.name, built_in.text);
        }
        match std::fs::read_to_string(name) {
            Ok(text) => Self::parse(name, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let names: Vec<&str> = BUILT_IN.iter().map(|built_in| built_in.name).collect();
                let message =
                    format!("no such file, and no built-in suite of that name; those are {}", names.join(", "));
                Err(SuiteError { file: name.to_owned(), message })
            }
            Err(error) => Err(SuiteError { file: name.to_owned(), message: error.to_string() }),
        }
    }

    /// Reads a suite's text; `file` is what errors call it.
    ///
    /// # Errors
    /// Unknown keys, wrong types, values that cannot be whatever the images are.
    pub fn parse(file: &str, text: &str) -> Result<Self, SuiteError> {
        let keys: Result<Keys, _> = toml::from_str(text);
        let error = |message: String| SuiteError { file: file.to_owned(), message };
        let keys = keys.map_err(|source| error(explain(&source.to_string())))?;
        let suite = Self { file: file.to_owned(), sha256: crate::hex(&Sha256::digest(text)), keys };
        check::check(&suite).map_err(error)?;
        Ok(suite)
    }

    /// What is measured in `group`.
    pub(crate) fn tasks(&self, group: &GroupKeys) -> Vec<Task> {
        group.tasks.clone().unwrap_or_else(|| self.keys.tasks.clone())
    }

    /// The suite's recipe with the group's changes.
    pub(crate) fn recipe(&self, group: &GroupKeys) -> Result<Recipe, String> {
        let mut table = self.keys.recipe.clone();
        table.extend(group.recipe.clone());
        let recipe: Result<Recipe, _> = Recipe::deserialize(table);
        let here = format!("group \"{}\"", group.name);
        let recipe = recipe.map_err(|error| format!("{here}: recipe: {}", explain(error.to_string().trim())))?;
        recipe.check().map_err(|error| format!("{here}: {error}"))?;
        Ok(recipe)
    }
}
