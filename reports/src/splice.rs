//! Keeping a document true: text between markers is replaced by what the rows say.
//!
//! A section stands between `<!-- skipbench:NAME -->` and `<!-- /skipbench:NAME -->`.

use crate::report::Report;
use crate::table::{Section, section};

/// Why nothing could be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// No marker.
    #[error(
        "no marker was found; write <!-- skipbench:comparison --> and <!-- /skipbench:comparison --> where the table goes (sections: {0})"
    )]
    NoMarker(String),
    /// A section begins and does not end, or ends before it begins.
    #[error("<!-- skipbench:{0} --> has no <!-- /skipbench:{0} --> after it")]
    Open(&'static str),
}

/// The document with every section between its markers made anew.
///
/// # Errors
/// If it has no marker, or one without its end.
pub fn splice(document: &str, report: &Report) -> Result<String, SpliceError> {
    let mut text = document.to_owned();
    let mut found = false;
    for part in Section::ALL {
        let (begin, end) =
            (format!("<!-- skipbench:{} -->", part.word()), format!("<!-- /skipbench:{} -->", part.word()));
        let Some(start) = text.find(&begin).map(|start| start + begin.len()) else { continue };
        let length = text[start..].find(&end).ok_or(SpliceError::Open(part.word()))?;
        let body = section(report, part);
        text.replace_range(start..start + length, &format!("\n\n{}\n\n", body.trim()));
        found = true;
    }
    let names = || Section::ALL.map(Section::word).join(", ");
    if found { Ok(text) } else { Err(SpliceError::NoMarker(names())) }
}
