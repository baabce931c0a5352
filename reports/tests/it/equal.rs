//! CSV, HTML and Markdown of one report hold the same figures: all three are parsed, and every figure of the matched
//! groups compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use skipbench_reports::analyses::compare::rows;
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::{render, store};

/// Titles of columns, and what `comparison.csv` calls them.
const COLUMNS: [(&str, &str); 11] = [
    ("test accuracy", "test_accuracy"),
    ("train images/s", "train_images_per_s"),
    ("epoch images/s", "epoch_images_per_s"),
    ("time to accuracy", "time_to_accuracy_ns"),
    ("infer images/s", "infer_images_per_s"),
    ("latency p50", "latency_ns_p50"),
    ("latency p99", "latency_ns_p99"),
    ("train peak", "train_peak_bytes"),
    ("infer peak", "infer_peak_bytes"),
    ("params", "params"),
    ("MACs", "macs"),
];

/// A table: the group, the header, the lines.
type Table = (String, Vec<String>, Vec<Vec<String>>);

/// A line of `comparison.csv` by its columns.
type Line = BTreeMap<String, String>;

#[test]
fn csv_html_and_markdown_of_the_records_hold_the_same_figures() {
    // A package comes without records.
    let Some(report) = records() else { return };
    let (html, markdown) = (from_html(&page(&report)), from_markdown(&format_section(&report, Section::Comparison)));
    assert_eq!(html, markdown);
    let text = render::csv(&rows(&report.comparisons)).expect("written");
    let lines: Vec<Line> =
        csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().expect("CSV");
    let mut figures = 0;
    for (group, header, table) in &html {
        let own = lines.iter().filter(|line| &line["group"] == group);
        let shown = own.filter(|line| COLUMNS.iter().any(|(_, metric)| line["metric"] == *metric));
        for line in shown {
            let row = table.iter().find(|row| row[0] == line["model"]).expect("every model is shown");
            let title = COLUMNS.iter().find(|(_, metric)| line["metric"] == *metric).expect("filtered").0;
            let at = header.iter().position(|other| other == title).expect("every metric is shown");
            figures += same(&row[at], line);
        }
    }
    assert!(figures > 150, "{figures} figures were compared");
}

fn records() -> Option<Report> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("records");
    let below =
        |dir: &Path| Some(fs::read_dir(dir).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>());
    // Groups of other suites may have the same names.
    let quick = |dir: &PathBuf| dir.to_string_lossy().ends_with("-quick");
    // Nor of an earlier record, whose place the last one takes in documents.
    let last = |records: Vec<PathBuf>| records.into_iter().filter(quick).max();
    let dirs = below(&root)?.into_iter().filter_map(|machine| below(&machine)).filter_map(last);
    Some(Report::new(dirs.flat_map(|dir| store::read(&dir).expect("a record is whole")).collect()))
}

/// The tables of the page's matched groups.
fn from_html(page: &str) -> Vec<Table> {
    let part = between(page, "<section id=\"comparison\"", "</section>");
    let table = |text: &str| {
        let (title, rest) = text.split_once("</h3>").expect("a title");
        let cells = |row: &str| {
            let cells = row
                .split("</t")
                .filter_map(|cell| Some(cell.rsplit_once("<th").or_else(|| cell.rsplit_once("<td"))?.1));
            cells.map(|cell| plain(cell.split_once('>').expect("a tag ends").1)).collect::<Vec<String>>()
        };
        let body = between(rest, "<table>", "</table>");
        let mut rows = body.split("<tr>").skip(1).map(cells);
        (group(&plain(title)), rows.next().expect("a header"), rows.collect())
    };
    part.split("<h3>").skip(1).map(table).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("{start}")).1;
    rest.split_once(end).unwrap_or_else(|| panic!("{end}")).0
}

/// Text without tags; what stands below a value begins a line.
fn plain(html: &str) -> String {
    let text = html.replace("<span>", "\n").replace("</span>", "");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// `families: digits on flex, …` is of the group `families`.
fn group(title: &str) -> String {
    title.split(": ").next().expect("a title").trim_matches('*').to_owned()
}

fn from_markdown(text: &str) -> Vec<Table> {
    let cells = |line: &str| {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(|cell| cell.trim().replace("<br>", "\n")).collect::<Vec<String>>()
    };
    let mut tables: Vec<Table> = Vec::new();
    for line in text.lines() {
        if line.starts_with("**") {
            tables.push((group(line), Vec::new(), Vec::new()));
        } else if line.starts_with("| ") {
            let (_, header, rows) = tables.last_mut().expect("a title comes first");
            if header.is_empty() { *header = cells(line) } else { rows.push(cells(line)) }
        }
    }
    tables
}

/// Every figure of a cell against its line in the CSV, to half of the last digit that is shown; gives how many there
/// were.
fn same(cell: &str, line: &Line) -> usize {
    let percent = if line["metric"] == "test_accuracy" { 100.0 } else { 1.0 };
    let csv = |column: &str| line[column].parse::<f64>().ok().map(|value| value * percent);
    let mut lines = cell.lines();
    let value = lines.next().expect("a value");
    let (mut shown, unit) = numbers(value, &line["metric"]);
    let mut held: Vec<f64> = csv("value").into_iter().collect();
    if percent > 1.0 {
        held.extend(csv("value_high").zip(csv("value")).map(|(high, value)| high - value));
    }
    held.iter_mut().for_each(|number| *number /= unit);
    if let Some(below) = lines.next() {
        let what = if percent > 1.0 { "difference" } else { "ratio" };
        let ratio = numbers(below, "").0;
        let ends = [what.to_owned(), format!("{what}_low"), format!("{what}_high")];
        held.extend(ends.iter().take(ratio.len()).filter_map(|column| csv(column)));
        shown.extend(ratio);
    }
    assert_eq!(shown.len(), held.len(), "{cell}: {line:?}");
    for ((number, half), held) in shown.iter().zip(&held) {
        assert!((number - held).abs() <= half * 1.000_001, "{cell} shows {number}, the CSV has {held}: {line:?}");
    }
    shown.len()
}

/// The numbers of a text, each with half of its last digit; and what one of its unit is in the CSV's.
fn numbers(text: &str, metric: &str) -> (Vec<(f64, f64)>, f64) {
    let text = text.replace('−', "-");
    let words = text
        .split(|c: char| !(c.is_ascii_digit() || ".+-".contains(c)))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()));
    let number = |word: &str| {
        let digits = word.split_once('.').map_or(0, |(_, digits)| digits.len());
        (word.parse().expect("a number"), 0.5 * 10f64.powi(-(digits as i32)))
    };
    let unit = match text.split_whitespace().last() {
        Some("MiB") => 1_048_576.0,
        Some("ms") => 1e6,
        Some("s") => 1e9,
        Some("k") => 1e3,
        Some("M") => 1e6,
        Some("G") => 1e9,
        _ if metric.is_empty() || !metric.ends_with("bytes") => 1.0,
        unit => panic!("{metric} in {unit:?}"),
    };
    (words.map(number).collect(), unit)
}
