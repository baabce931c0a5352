//! Other people's text in Markdown: names and errors end no table, begin no markup, and read as they were written.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use skipbench_reports::analyses::diff::diff;
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::recommend::recommend;
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::claims::identity::identities;
use super::curves::point;
use super::failed;
use super::questions::quick;

/// It would end a cell and a row, and begin code, a tag, an entity, a link and stress of each kind; an end of its own
/// escapes.
const HOSTILE: &str = "a|b `c` <i> *d* &amp; [e](f) _g_ ~h~ \\|\n# j\\";

/// As it reads on one line.
const READ: &str = "a|b `c` <i> *d* &amp; [e](f) _g_ ~h~ \\| # j\\";

fn hostile(runs: Vec<Run>) -> Vec<Run> {
    let worse = |mut run: Run| {
        let RunRow { suite, group, reference, model, sweep_line, data, budget, device_name, command, .. } =
            &mut run.row;
        for name in [group, reference, model, sweep_line, data] {
            name.push_str(HOSTILE);
        }
        if !suite.starts_with("claim-") {
            suite.push_str(HOSTILE);
        }
        for word in [budget, device_name] {
            *word = HOSTILE.to_owned();
        }
        *command = HOSTILE.into();
        (run.row.ceiling_flops_per_s, run.row.ceiling_bytes_per_s) = (Some(1e11), Some(2e10));
        (run.row.traffic_bytes, run.row.join_bytes) = (Some(400_000), Some(40_000));
        run
    };
    runs.into_iter().map(worse).collect()
}

fn report() -> Report {
    let mut runs = quick();
    runs.push(failed("plain", 4, HOSTILE));
    runs.extend([10, 20, 40].map(|depth| point("line", depth, 1, 1e6 * depth as f64)));
    runs.extend(identities([0.001, 0.01], [0.2, 0.3]));
    Report::new(hostile(runs))
}

/// The text as it reads, a line an element and ` / ` for the breaks within one; and how many columns the rows of tables
/// have.
fn read(markdown: &str) -> (String, Vec<usize>) {
    let (mut text, mut columns) = (String::new(), Vec::new());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(words) => text.push_str(&words),
            Event::InlineHtml(tag) if &*tag == "<br>" => text.push(' '),
            Event::SoftBreak => text.push('\n'),
            Event::Start(Tag::TableHead | Tag::TableRow) => columns.push(0),
            Event::Start(Tag::TableCell) => *columns.last_mut().expect("a row") += 1,
            Event::Start(Tag::Table(alignments)) => columns.push(alignments.len()),
            // What folds the numbers behind a claim.
            Event::Html(tag) if tag.starts_with("<details>") || tag.starts_with("</details>") => {}
            Event::Start(Tag::HtmlBlock) => {}
            Event::Start(Tag::Paragraph | Tag::Strong | Tag::List(_) | Tag::Item | Tag::CodeBlock(_)) => {}
            Event::Start(Tag::Heading { .. }) => text.push_str("\nheading: "),
            Event::End(TagEnd::Strong) => {}
            Event::End(_) => text.push('\n'),
            other => panic!("{other:?} in {markdown}"),
        }
    }
    (text, columns)
}

#[test]
fn every_section_reads_as_it_was_written() {
    let report = report();
    let notes = table::format_notes(&[HOSTILE.to_owned()], Format::Markdown);
    let sections = Section::ALL.map(|section| (section, format_section(&report, section)));
    for (section, markdown) in sections.into_iter().chain([(Section::Notes, notes)]) {
        let (text, _) = read(&markdown);
        let told = text.matches(READ).count();
        let nameless = [Section::Answer, Section::Rank].contains(&section);
        assert!(told > 0 || markdown.is_empty() || nameless, "{section:?}: {markdown}");
        assert_eq!(text.matches("[e](f)").count(), told, "{section:?}: {text}");
        assert!(!text.contains("heading: "), "{section:?}: {text}");
    }
}

#[test]
fn the_report_tested_has_nearly_every_section() {
    let report = report();
    let silent = Section::ALL.into_iter().filter(|section| format_section(&report, *section).is_empty());
    assert_eq!(silent.collect::<Vec<Section>>(), [Section::Published, Section::Notes]);
}

#[test]
fn tables_keep_their_columns() {
    let (report, form) = (report(), Format::Markdown);
    let groups = group(&report.runs);
    let tables = [
        table::format_comparisons(&report.comparisons[..1], form),
        table::frontier(&report.frontiers[0]).format_titled(form),
        table::curves(&report.curves).format_titled(form),
        table::roofs(&report.roofs).format_titled(form),
        table::format_advice(&recommend(&groups, &[])[0], form),
        table::format_diff(&diff(&groups, &groups), form),
    ];
    for table in tables {
        let (text, columns) = read(&table);
        assert!(columns.len() > 2 && columns.iter().all(|count| *count == columns[0]), "{columns:?}: {table}");
        assert!(text.contains(READ), "{table}");
    }
}
