//! Reads and writes JSON documents beside the rows, such as the plan of a run. Like rows they are sealed by a digest of
//! their own.
//!
//! The seal is the last key, `digest`. It covers every other key and value, but neither their order nor the white
//! space. It finds edits and not forgery: anyone can compute a new one.

pub mod long;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rows::seal;

/// Says why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The text is not JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The text cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The text is JSON, but not an object.
    #[error("an object of keys and values is needed")]
    NoObject,
    /// The document is not what was written.
    #[error("it does not agree with its digest, so it was edited by hand or damaged")]
    Edited,
}

/// A document as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Content without the seal.
    pub value: Value,
    /// Whether it has a seal, which then is valid. Documents of earlier versions have none.
    pub sealed: bool,
}

/// Formats `content`, which must be an object, with its seal.
///
/// # Errors
/// Returns an error if it is not an object.
pub fn format(content: &impl Serialize) -> Result<String, DocumentError> {
    let text = serde_json::to_string_pretty(content)?;
    // Of the text and not of `content`: what is read is text, too.
    let digest = digest(&serde_json::from_str(&text)?);
    let open = text.strip_suffix("\n}").filter(|_| text.starts_with('{')).ok_or(DocumentError::NoObject)?;
    Ok(format!("{open},\n  \"{}\": \"{digest}\"\n}}\n", seal::COLUMN))
}

/// Reads a document and checks its seal.
///
/// # Errors
/// Returns an error if it is not a JSON object, or if its seal is not valid.
pub fn parse(text: &str) -> Result<Document, DocumentError> {
    let mut value: Value = serde_json::from_str(text)?;
    let keys = value.as_object_mut().ok_or(DocumentError::NoObject)?;
    let found = keys.remove(seal::COLUMN);
    match found {
        None => Ok(Document { value, sealed: false }),
        Some(found) if found == digest(&value).as_str() => Ok(Document { value, sealed: true }),
        Some(_) => Err(DocumentError::Edited),
    }
}

/// Returns the first 16 hexadecimal digits of the SHA-256 of the value with its keys in alphabetical order.
fn digest(value: &Value) -> String {
    short(Sha256::new_with_prefix(value.to_string()))
}

fn short(hash: Sha256) -> String {
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
