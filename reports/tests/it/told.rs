//! What is told is unambiguous: numbers that agree, headings that differ, other people's text kept in its line.

use skipbench_reports::analyses::compare;
use skipbench_reports::analyses::diff::{diff, rows};
use skipbench_reports::analyses::group::group;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::recommend::{self, recommend};
use skipbench_reports::figure::{Figure, figures};
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::splice::splice;
use skipbench_reports::table::{self, Format};

use super::questions::quick;
use super::{failed, timed, trained};

#[test]
fn a_diff_holds_the_same_replicates_against_each_other() {
    let before: Vec<Run> = (1..).zip([8, 10, 30]).map(|(seed, ms)| timed("resnet", seed, ms * 1_000_000)).collect();
    let found = diff(&group(&before), &group(&before[..2]));
    let rate = found.changes.iter().find(|change| change.metric == Metric::TrainThroughput).expect("timed");
    assert_eq!((rate.before.value, rate.before.n, rate.pairs), (11_250.0, 2, 2), "not the mean over all three");
    assert_eq!((rate.after.value, rate.ratio.expect("pairs").estimate.value), (11_250.0, 1.0));
    let other = diff(&group(&before[..2]), &group(&before[2..]));
    let row = &rows(&other)[0];
    assert_eq!((row.before_n, row.after_n, row.pairs, row.ratio), (2, 1, 0, None));
    for style in [Format::Terminal, Format::Markdown] {
        let line = |text: String| text.lines().find(|line| line.contains("train images/s")).map(str::to_owned);
        let shared = line(table::format_diff(&found, style)).expect("told");
        assert!(shared.split_whitespace().any(|word| word == "2"), "{shared}");
        assert!(line(table::format_diff(&other, style)).expect("told").contains("2 and 1, none shared"));
    }
}

/// The recipe of these networks, except for the kernels longer than a line.
fn by(kernels: &str) -> Vec<Run> {
    let recipe = format!(
        r#"{{"epochs":30,"batch":8,"optimizer":"sgd","lr":0.1,"momentum":0.9,"augment":"usual","kernels":"{kernels}"}}"#
    );
    [trained("resnet", 1, 950), trained("plain", 1, 940)]
        .map(|run| Run { row: RunRow { recipe: recipe.as_str().into(), ..run.row }, ..run })
        .to_vec()
}

#[test]
fn a_diff_of_two_recipes_tells_the_keys_that_differ() {
    let text = table::format_diff(&diff(&group(&by("skipbench")), &group(&by("burn"))), Format::Terminal);
    let line = text.lines().find(|line| line.starts_with("recipe")).expect("told");
    assert_eq!(line, r#"recipe: kernels = "skipbench" before, kernels = "burn" after"#);
}

#[test]
fn no_two_groups_that_were_measured_otherwise_have_one_title() {
    let report = Report::new([by("skipbench"), by("burn")].concat());
    let titles: Vec<String> = report.comparisons.iter().map(|one| table::comparison(one).title).collect();
    let title = |kernels| {
        format!("pair: digits on flex, matched in params, compared with resnet, recipe kernels = \"{kernels}\"")
    };
    assert_eq!(titles, [title("skipbench"), title("burn")]);
    let rows = compare::rows(&report.comparisons);
    assert!(rows[0].recipe.contains("skipbench") && rows.last().expect("some").recipe.contains("burn"));
    let alone = Report::new(by("burn"));
    assert!(table::comparison(&alone.comparisons[0]).title.ends_with("compared with resnet"));
}

#[test]
fn no_two_settings_have_advice_under_one_heading() {
    let changed = |change: fn(&mut RunRow)| {
        let mut runs = vec![trained("resnet", 1, 950), trained("plain", 1, 940)];
        for run in &mut runs {
            (run.row.recipe, run.row.data_sha256) = (r#"{"epochs":1,"lr":0.1}"#.into(), "cafe".into());
            change(&mut run.row);
        }
        runs
    };
    let runs = [
        changed(|_| {}),
        changed(|row| row.suite = "other".into()),
        changed(|row| row.skipbench_version = "0.2.0".into()),
        changed(|row| row.recipe = r#"{"epochs":2,"lr":0.1}"#.into()),
        changed(|row| row.burn_version = "0.23.0".into()),
        changed(|row| row.data_sha256 = "feed".into()),
    ];
    let all = recommend(&group(&runs.concat()), &[]);
    let heading =
        |style| move |advice| table::format_advice(advice, style).lines().next().map(str::to_owned).expect("one");
    let headings: Vec<String> = all.iter().map(heading(Format::Terminal)).collect();
    insta::assert_snapshot!(headings.join("\n"), @"
    digits on flex, machine m1, suite test, skipbench 0.1.0 (0123abcd+), Burn 0.22.1, images cafe, recipe epochs = 1
    digits on flex, machine m1, suite other, skipbench 0.1.0 (0123abcd+)
    digits on flex, machine m1, suite test, skipbench 0.2.0 (0123abcd+)
    digits on flex, machine m1, suite test, skipbench 0.1.0 (0123abcd+), Burn 0.22.1, images cafe, recipe epochs = 2
    digits on flex, machine m1, suite test, skipbench 0.1.0 (0123abcd+), Burn 0.23.0
    digits on flex, machine m1, suite test, skipbench 0.1.0 (0123abcd+), Burn 0.22.1, images feed
    ");
    let rows = recommend::rows(&all);
    let names = rows.iter().map(|row| (&row.suite, &row.skipbench, &row.recipe));
    assert!(names.clone().any(|name| *name.0 == "other") && names.clone().any(|name| name.1.starts_with("0.2.0")));
    assert!(names.clone().any(|name| name.2.contains(r#""epochs":2"#)));
}

/// An error that would begin a table, a heading and a tag, break the line, and color a terminal.
const HOSTILE: &str = "no *room*:\n# left | <b>\u{1b}[31mred\r\n[x](y)\u{9b}2J";

#[test]
fn errors_keep_to_their_line_and_change_no_terminal() {
    let report = Report::new(vec![trained("resnet", 1, 950), failed("plain", 1, HOSTILE)]);
    let told = |style| {
        let text = table::format_comparisons(&report.comparisons, style);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        text.lines().find(|line| line.contains("not measured: ")).map(str::to_owned).expect("told")
    };
    insta::assert_snapshot!(told(Format::Terminal), @r"not measured: plain, train, seed 1: no *room*: # left | <b>\u{1b}[31mred [x](y)\u{9b}2J");
    insta::assert_snapshot!(told(Format::Markdown), @r"- not measured: plain, train, seed 1: no \*room\*: # left \| &lt;b>\\u{1b}[31mred [x\](y)\\u{9b}2J");
    insta::assert_snapshot!(table::format_failures(&report)[0], @r"plain, train, seed 1: no *room*: # left | <b>\u{1b}[31mred [x](y)\u{9b}2J");
    assert!(!page(&report).contains('\u{1b}'));
}

#[test]
fn a_roofline_draws_transformers_as_elsewhere_and_says_what_is_hollow() {
    let mut runs = quick();
    for row in runs.iter_mut().map(|run| &mut run.row) {
        let RunRow { traffic_bytes, join_bytes, ceiling_flops_per_s, ceiling_bytes_per_s, .. } = row;
        (*traffic_bytes, *join_bytes, *ceiling_flops_per_s, *ceiling_bytes_per_s) =
            (Some(1), Some(1), Some(1e9), Some(1e9));
        if row.model == "resnet" {
            row.family = "vit".into();
        }
    }
    let all = figures(&Report::new(runs));
    let styles = |figure: &Figure| figure.series.iter().map(|series| series.style.clone()).collect::<Vec<String>>();
    let roofline = all.iter().find(|figure| figure.id == "roofline-flex").expect("drawn");
    assert_eq!(styles(roofline), ["add", "concat", "none", "transformer", "guide"]);
    assert!(roofline.caption.contains("hollow: another task"), "{}", roofline.caption);
}

#[test]
fn a_document_keeps_its_line_ends() {
    let report = Report::new(quick());
    let document = "# Mine\r\n<!-- skipbench:answer -->\r\n<!-- /skipbench:answer -->\r\n";
    let once = splice(document, &report).expect("marked");
    assert!(once.lines().count() > 5 && once.matches('\n').count() == once.matches("\r\n").count(), "{once:?}");
    assert_eq!(splice(&once, &report).expect("marked"), once, "twice is once");
}

#[test]
fn commands_are_shown_without_the_directory_that_they_wrote() {
    let mut runs = quick();
    for run in &mut runs {
        run.row.command = "skipbench run tiny.toml --quiet --out /job/.tmpX/run".into();
    }
    let report = Report::new(runs);
    for text in [page(&report), format_section(&report, Section::Provenance)] {
        assert!(text.contains("skipbench run tiny.toml --quiet") && !text.contains(".tmpX"), "{text}");
    }
    assert!(report.runs[0].row.command.contains("--out"), "the row keeps it");
}
