//! Formats what papers measured, beside what was measured here.

use super::text_table::TextTable;
use crate::analyses::published::{Published, PublishedComparison};
use crate::analyses::quantity::format_number_of;
use crate::stats::Estimate;

/// Tabulates one line for each published figure of a network that was trained here.
pub fn published(compared: &[PublishedComparison]) -> TextTable {
    let header = ["model", "data", "may be compared", "published in", "epochs here", "test error here", "published"];
    TextTable {
        id: "published".to_owned(),
        title: "Measured beside published".to_owned(),
        caption: "Test errors of the last epoch. Here: the mean over seeds, ± a 95 % interval. A published figure is \
                  mostly from one run; ± is its standard deviation where there were more. Recipes differ unless they \
                  were made equal."
            .to_owned(),
        header: header.map(str::to_owned).to_vec(),
        rows: compared.iter().flat_map(format_rows).collect(),
        left: 4,
    }
}

fn format_rows(compared: &PublishedComparison) -> Vec<Vec<String>> {
    let comparable = compared.otherwise.as_ref().map_or("yes".to_owned(), |why| format!("no\n{why}"));
    let epochs = compared.epochs.map_or(String::new(), |epochs| epochs.to_string());
    let row = |figure: &Published| {
        vec![
            compared.model.clone(),
            compared.data.clone(),
            comparable.clone(),
            format!("{}\n{}", figure.source, figure.seen_in),
            epochs.clone(),
            format_measured(&compared.measured),
            format_published(figure),
        ]
    };
    compared.published.iter().map(row).collect()
}

fn format_measured(error: &Estimate) -> String {
    let spread = error.high.map_or(String::new(), |high| format!(" ± {:.2}", (high - error.value) * 100.0));
    format!("{:.2}{spread} % ({})", error.value * 100.0, format_number_of(error.n, "seed"))
}

fn format_published(figure: &Published) -> String {
    let spread = figure.spread.map_or(String::new(), |spread| format!(" ± {spread:.2}"));
    format!("{:.2}{spread} % ({})", figure.value, format_number_of(figure.n as usize, "run"))
}
