//! Shows the table of every number, with the fields that filter it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::analyses::quantity::format_number_of;
use crate::report::Report;

use super::super::data::{self, Row};
use super::entry::{Entry, WORDS, columns, entries, is_number};

/// Columns that have a filter, in the order of the fields.
const FILTERS: [&str; 6] = ["machine", "data", "family", "style", "metric", "suite"];

/// Links to begin with, which hold filters.
const BEGINNINGS: [(&str, &str); 4] = [
    ("Test accuracy, the best first", "metric=test+accuracy&sort=-value"),
    ("Training speed, the fastest first", "metric=train+images%2Fs&sort=-value"),
    ("Peak training memory, the smallest first", "metric=train+peak&sort=value"),
    ("Every number", ""),
];

/// Returns the section.
pub(super) fn explore(report: &Report) -> Markup {
    let entries = entries(report);
    let count = format_number_of(entries.len(), "number");
    let header: Vec<String> = columns().into_iter().map(str::to_owned).collect();
    html! {
        p { "Every number of every record. The link keeps filters, search and order: copy the address to share what \
             you see." }
        div.explorer {
            p.links hidden {
                @for (title, filters) in BEGINNINGS { a href={ "#explore?" (filters) } { (title) } " " }
            }
            form.filters hidden {
                @for name in FILTERS { (filter(name, &entries)) }
                label.field for="filter-find" {
                    span { "search" }
                    input id="filter-find" type="search" name="find" autocomplete="off";
                }
                button type="reset" { "Clear" }
            }
            output aria-live="polite" { (count) }
            (data::grid("Every number", &header, &entries.into_iter().map(Entry::into_row).collect::<Vec<Row>>(), is_number))
        }
    }
}

/// Returns a field that offers every word of its column.
fn filter(name: &str, entries: &[Entry]) -> Markup {
    let column = columns().iter().position(|title| *title == name);
    let place = WORDS.iter().position(|title| *title == name);
    let words = place.iter().flat_map(|place| entries.iter().map(move |entry| entry.words[*place].as_str()));
    // A word that is absent cannot be told from no filter.
    let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    html! {
        label.field for={ "filter-" (name) } {
            span { (name) }
            select id={ "filter-" (name) } name=(name) data-column=[column] {
                option value="" { "all" }
                @for word in words { option value=(word) { (word) } }
            }
        }
    }
}
