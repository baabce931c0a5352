//! Forest plots: every difference of a metric stands in one, once and with its interval.

use skipbench_reports::analyses::compare::ComparisonVerdict;
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::chart::standalone;
use skipbench_reports::figure::{Figure, Kind, Point, figures};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::rows::store::Run;

use super::questions::quick;

/// Two groups, each compared with a network of its own.
fn runs() -> Vec<Run> {
    let mut runs = quick();
    runs.iter_mut().filter(|run| run.row.group == "deep").for_each(|run| run.row.reference = "resnet-deep".into());
    runs
}

fn named(report: &Report, id: &str) -> Figure {
    figures(report).into_iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("{id} is drawn"))
}

/// The points from the first line to the last.
fn lines(figure: &Figure) -> Vec<&Point> {
    let mut points: Vec<&Point> = figure.series.iter().flat_map(|series| &series.points).collect();
    points.sort_by(|a, b| a.y.value.total_cmp(&b.y.value));
    points
}

#[test]
fn the_answer_has_a_line_for_each_effect() {
    let report = Report::new(runs());
    let figure = named(&report, "answer-test_accuracy");
    let told: Vec<String> = lines(&figure).iter().map(|point| format!("{} {}", point.name, point.hollow)).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    near: addition against no skip false
    deep: addition against no skip false
    near: concatenation against no skip false
    deep: concatenation against no skip false
    ");
    let answer = report.answers.iter().find(|answer| answer.metric == Metric::TestAccuracy).expect("trained");
    for (point, effect) in lines(&figure).iter().zip(&answer.effects) {
        assert!((point.x.value - effect.contrast.estimate.value * 100.0).abs() < 1e-9, "in percentage points");
    }
    let speed = named(&report, "answer-train_images_per_s");
    let hollow: Vec<&str> =
        lines(&speed).into_iter().filter(|point| point.hollow).map(|point| point.name.as_str()).collect();
    assert_eq!(hollow, ["deep: addition against no skip"], "its interval includes 1");
}

#[test]
fn every_compared_value_is_drawn_once_with_its_interval() {
    let report = Report::new(runs());
    let figure = named(&report, "forest-train_images_per_s");
    assert_eq!(figure.kind, Kind::Forest);
    let points = lines(&figure);
    let mut drawn = 0;
    for comparison in &report.comparisons {
        for member in &comparison.members {
            let entry = member.entry(Metric::TrainThroughput).expect("timed");
            let name = format!("{}: {}", comparison.identity.group, member.model);
            let own: Vec<_> = points.iter().filter(|point| point.name == name).collect();
            if entry.verdict == ComparisonVerdict::Reference {
                assert!(own.is_empty(), "{name}");
                continue;
            }
            let ratio = entry.ratio.expect("both were timed").estimate;
            assert_eq!(own.iter().map(|point| point.x).collect::<Vec<_>>(), [ratio], "{name}");
            drawn += 1;
        }
    }
    assert_eq!((drawn, points.len()), (4, 4));
}

/// In the drawing the lines do not lie on each other, and a long name is cut only where it is seen.
#[test]
fn each_line_has_a_height_of_its_own_and_its_whole_name() {
    let long = "a-network-with-a-name-that-no-margin-of-any-drawing-could-hold-in-full";
    let mut runs = runs();
    runs.iter_mut().filter(|run| run.row.model == "dense").for_each(|run| run.row.model = long.to_owned());
    let text = standalone(&named(&Report::new(runs), "forest-train_images_per_s"));
    let mut heights: Vec<&str> =
        text.split("class=\"hit\"").skip(1).filter_map(|part| part.split("cy=\"").nth(1)?.split('"').next()).collect();
    heights.dedup();
    assert_eq!(heights.len(), 4, "{heights:?}");
    assert_eq!(text.matches(&format!("<title>near: {long} (concat):")).count(), 1);
    assert!(text.contains("…") && !text.contains(&format!(">near: {long}</text>")), "{text}");
}

/// Words come first, then the numbers behind them, and the tables below all.
#[test]
fn the_page_answers_before_it_shows_numbers() {
    let report = Report::new(runs());
    let text = page(&report);
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}"));
    let order = [
        "class=\"sentence\"",
        "id=\"plot-answer-test_accuracy\"",
        "section id=\"choose\"",
        "id=\"plot-forest-train_images_per_s\"",
        "section id=\"comparison\"",
    ];
    let places = order.map(place);
    assert!(places.is_sorted(), "{places:?}");
}
