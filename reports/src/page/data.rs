//! Shows tables of a page. Those wider than the page scroll by themselves, by keyboard too.

use maud::{Markup, html};

use crate::chart::format_estimate;
use crate::figure::{Figure, Kind, Mark};
use crate::stats::Estimate;
use crate::table::TextTable;

/// Shows a table with its title and caption.
pub(super) fn table(table: &TextTable) -> Markup {
    html! {
        h3 { (table.title) }
        (bare(&table.title, &table.header, &table.rows, table.left))
        @if !table.caption.is_empty() { p.caption { (table.caption) } }
    }
}

/// Shows a table in a section of that title. A table of the same title needs no second heading.
pub(super) fn table_within(section: &str, own: &TextTable) -> Markup {
    if own.title != section {
        return table(own);
    }
    html! {
        (bare(&own.title, &own.header, &own.rows, own.left))
        @if !own.caption.is_empty() { p.caption { (own.caption) } }
    }
}

/// Shows several tables behind one line that opens them.
pub(super) fn folded(title: &str, tables: &[TextTable]) -> Markup {
    html! {
        details {
            summary { (title) }
            @for one in tables { (table(one)) }
        }
    }
}

/// A cell, with the number that scripts sort and choose by.
pub(super) struct Cell {
    text: String,
    number: Option<Estimate>,
}

impl Cell {
    /// Creates a cell of words.
    pub(super) fn words(text: &str) -> Self {
        Self { text: text.to_owned(), number: None }
    }

    /// Creates a cell of a number, which `text` says.
    pub(super) fn number(text: String, number: Estimate) -> Self {
        Self { text, number: Some(number) }
    }
}

/// A line of a table.
#[derive(Default)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    /// Numbers of other lines that are as good as this one.
    pub(super) as_good: Vec<usize>,
}

/// Shows the table alone. All columns except the first `left` ones are aligned to the right.
pub(super) fn bare(label: &str, header: &[String], rows: &[Vec<String>], left: usize) -> Markup {
    let row = |row: &Vec<String>| Row { cells: row.iter().map(|cell| Cell::words(cell)).collect(), as_good: vec![] };
    grid(label, header, &rows.iter().map(row).collect::<Vec<Row>>(), |index| index >= left)
}

/// Shows a table of cells that scripts read, with the columns of numbers aligned to the right.
pub(super) fn grid(label: &str, header: &[String], rows: &[Row], is_number: impl Fn(usize) -> bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead {
                    tr {
                        @for (index, title) in header.iter().enumerate() {
                            th.number[is_number(index)] scope="col" { (title) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr data-as-good=[format_places(&row.as_good)] {
                            @for (index, cell) in row.cells.iter().enumerate() { (one_cell(cell, index == 0, is_number(index))) }
                        }
                    }
                }
            }
        }
    }
}

fn format_places(places: &[usize]) -> Option<String> {
    let places: Vec<String> = places.iter().map(usize::to_string).collect();
    (!places.is_empty()).then(|| places.join(" "))
}

fn one_cell(Cell { text, number }: &Cell, is_first: bool, is_number: bool) -> Markup {
    let value = number.map(|number| number.value);
    let (low, high) = (number.and_then(|number| number.low), number.and_then(|number| number.high));
    html! {
        @if is_first { th scope="row" { (lines(text)) } }
        @else if !is_number { td { (lines(text)) } }
        @else { td.number data-value=[value] data-low=[low] data-high=[high] { (lines(text)) } }
    }
}

/// Splits a cell. Its first line is its value, and those below say what it means.
fn lines(cell: &str) -> Markup {
    let mut lines = cell.split('\n');
    html! {
        (lines.next().unwrap_or_default())
        @for line in lines { span { (line) } }
    }
}

/// Shows a plot's numbers as a table.
pub(super) fn numbers(figure: &Figure) -> Markup {
    let bars = matches!(figure.kind, Kind::Bars | Kind::Forest);
    let titles = if figure.kind == Kind::Forest {
        vec!["name", "style", &figure.x.title]
    } else if bars {
        vec!["name", "part", &figure.x.title]
    } else {
        vec!["name", "series", &figure.x.title, &figure.y.title]
    };
    let header: Vec<String> = titles.into_iter().map(str::to_owned).collect();
    let drawn = figure.series.iter().filter(|series| series.mark != Mark::Guide);
    let rows: Vec<Vec<String>> = drawn
        .flat_map(|series| {
            series.points.iter().map(|point| {
                let mut cells = vec![point.name.clone(), series.name.clone(), format_estimate(&point.x)];
                cells.extend((!bars).then(|| format_estimate(&point.y)));
                cells
            })
        })
        .collect();
    bare(&figure.title, &header, &rows, 2)
}
