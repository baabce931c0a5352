//! Tables of a page. Those that are wider than it scroll by themselves, by keyboard too.

use maud::{Markup, html};

use crate::chart::format_estimate;
use crate::figure::{Figure, Kind, Mark};
use crate::table::TextTable;

/// A table with its title and caption.
pub(super) fn table(table: &TextTable) -> Markup {
    html! {
        h3 { (table.title) }
        (bare(&table.title, &table.header, &table.rows, table.left))
        @if !table.caption.is_empty() { p.caption { (table.caption) } }
    }
}

/// A table in a section of that title: one of the same title needs no second heading.
pub(super) fn table_within(section: &str, own: &TextTable) -> Markup {
    if own.title != section {
        return table(own);
    }
    html! {
        (bare(&own.title, &own.header, &own.rows, own.left))
        @if !own.caption.is_empty() { p.caption { (own.caption) } }
    }
}

/// Several tables behind one line that opens them.
pub(super) fn folded(title: &str, tables: &[TextTable]) -> Markup {
    html! {
        details {
            summary { (title) }
            @for one in tables { (table(one)) }
        }
    }
}

/// The table alone, columns but the first `left` ones aligned to the right.
pub(super) fn bare(label: &str, header: &[String], rows: &[Vec<String>], left: usize) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead {
                    tr {
                        @for (index, title) in header.iter().enumerate() {
                            th.number[index >= left] scope="col" { (title) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (lines(cell)) } }
                                @else if index < left { td { (lines(cell)) } }
                                @else { td.number { (lines(cell)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The first line of a cell is its value, those below say what it means.
fn lines(cell: &str) -> Markup {
    let mut lines = cell.split('\n');
    html! {
        (lines.next().unwrap_or_default())
        @for line in lines { span { (line) } }
    }
}

/// What a plot shows, as a table.
pub(super) fn numbers(figure: &Figure) -> Markup {
    let bars = figure.kind == Kind::Bars;
    let titles = if bars {
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
