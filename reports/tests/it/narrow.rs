//! Tables in a terminal of any width.

use skipbench_reports::report::Report;
use skipbench_reports::table::{self, Format, TextTable};

use super::questions::quick;

/// Every table of a report, and one with words longer than narrow terminals.
fn tables() -> Vec<TextTable> {
    let report = Report::new(quick());
    let long = TextTable {
        id: "long".to_owned(),
        title: "Long".to_owned(),
        caption: String::new(),
        header: ["name", "what\nit is", ""].map(str::to_owned).to_vec(),
        rows: vec![["x".repeat(90), "two words\nand a line".to_owned(), "17".to_owned()].to_vec()],
        left: 2,
    };
    let compared = report.comparisons.iter().map(table::comparison);
    compared
        .chain(report.frontiers.iter().map(table::frontier))
        .chain([table::rankings(&report.rankings), long])
        .collect()
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    for table in tables() {
        for columns in [20, 21, 30, 40, 60, 80, 120, 200] {
            let text = table.format(Format::Columns(columns));
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= usize::from(columns), "{} in {columns} columns: {widest}\n{text}", table.id);
        }
    }
}

#[test]
fn a_narrow_table_says_all_that_a_wide_one_says() {
    for table in tables() {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let held: usize = table.rows.iter().flatten().map(|cell| letters(cell)).sum();
        for columns in [20, 40, 80] {
            assert!(letters(&table.format(Format::Columns(columns))) >= held, "{} in {columns} columns", table.id);
        }
    }
}
