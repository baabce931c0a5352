//! Paths and names in sentences.

use skipbench_reports::analyses::quantity::format_number_of;

use super::candidate::Rival;
use crate::files::weights::tensor::shown;

/// Most names of a list.
const NAMED: usize = 3;

/// A path of a file.
pub(super) fn describe_place(prefix: &str) -> String {
    if prefix.is_empty() { "the top".to_owned() } else { format!("`{}`", shown(prefix)) }
}

/// The first of some names.
pub(super) fn describe_some(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| shown(name).into_owned()).collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

/// What the model on another path lacks of the network.
pub(super) fn describe_lacking(rival: &Rival, wanted: usize) -> String {
    let (place, lacking) = (describe_place(&rival.prefix), rival.lacking.len());
    let names: Vec<&str> = rival.lacking.iter().map(String::as_str).collect();
    match lacking {
        0 => format!("those at {place} have other shapes"),
        _ => format!(
            "those at {place} lack {lacking} of {}: {}",
            format_number_of(wanted, "tensor"),
            describe_some(&names)
        ),
    }
}
