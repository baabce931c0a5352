//! JSON documents beside the rows, such as the plan of a run: sealed by a digest of their own, as rows are.
//!
//! The seal is the last key, `digest`. It covers every other key and value, and neither their order nor the white
//! space. It finds edits and not forgery: whoever wants to can compute it anew.

pub mod long;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rows::seal;

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is JSON, but no object.
    #[error("an object of keys and values is needed")]
    NoObject,
    /// It is not what was written.
    #[error("it does not agree with its digest, so it was edited by hand or damaged")]
    Edited,
}

/// A document as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// All of it but the seal.
    pub value: Value,
    /// Whether it has a seal, which then holds. Documents of earlier versions have none.
    pub sealed: bool,
}

/// The text of `content`, which must be an object, with its seal.
///
/// # Errors
/// If it is no object.
pub fn format(content: &impl Serialize) -> Result<String, DocumentError> {
    let text = serde_json::to_string_pretty(content)?;
    // Of the text and not of `content`: what is read is text, too.
    let digest = digest(&serde_json::from_str(&text)?);
    let open = text.strip_suffix("\n}").filter(|_| text.starts_with('{')).ok_or(DocumentError::NoObject)?;
    Ok(format!("{open},\n  \"{}\": \"{digest}\"\n}}\n", seal::COLUMN))
}

/// Reads a document.
///
/// # Errors
/// If it is no JSON object, or its seal does not hold.
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

/// The first 16 hexadecimal digits of the SHA-256 of the value with its keys in alphabetical order.
fn digest(value: &Value) -> String {
    short(Sha256::new_with_prefix(value.to_string()))
}

fn short(hash: Sha256) -> String {
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
