//! Reads a suite by its name or from its text.

use std::path::Path;

use sha2::{Digest, Sha256};
use skipbench_reports::input;

use super::builtin::{BUILT_IN, built_in};
use super::check::check;
use super::{Keys, Suite, SuiteError, explain, explain_table};

impl Suite {
    /// Reads a built-in suite by name, or a file.
    ///
    /// # Errors
    /// Returns an error if there is no such suite or file, or if the text is no suite.
    pub fn load(name: &str) -> Result<Self, SuiteError> {
        if let Some(built_in) = built_in(name) {
            return Self::parse(built_in.name, built_in.text);
        }
        match input::text(Path::new(name), input::DOCUMENT) {
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

    /// Reads a suite's text. Errors call it `file`.
    ///
    /// # Errors
    /// Returns an error for unknown keys, wrong types, and values that are impossible with any images.
    pub fn parse(file: &str, text: &str) -> Result<Self, SuiteError> {
        let keys: Result<Keys, _> = toml::from_str(text);
        let error = |message: String| SuiteError { file: file.to_owned(), message };
        let why = |source: toml::de::Error| match toml::from_str(text) {
            Ok(table) => explain_table::<Keys>(&table, &source.to_string()),
            Err(_) => explain(&source.to_string()),
        };
        let keys = keys.map_err(|source| error(why(source)))?;
        let suite = Self { file: file.to_owned(), sha256: crate::system::text::hex(&Sha256::digest(text)), keys };
        check(&suite).map_err(error)?;
        Ok(suite)
    }
}
