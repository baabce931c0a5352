//! Drawings: places on axes, and what a drawing says.

use proptest::prelude::*;
use skipbench_reports::chart::standalone;
use skipbench_reports::figure::{Axis, Figure, Kind, Mark, Point, Scale, Series, figures};
use skipbench_reports::inside::{Layout, format_short, format_ticks};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;
use skipbench_reports::stats::Estimate;
use skipbench_reports::table::{self, Format};

use super::questions::quick;

fn estimate(value: f64) -> Estimate {
    Estimate { n: 3, value, low: Some(value * 0.9), high: Some(value * 1.1) }
}

fn figure(kind: Kind, points: &[(&str, f64, f64)]) -> Figure {
    let point = |(name, x, y): &(&str, f64, f64)| Point {
        name: (*name).into(),
        x: estimate(*x),
        y: estimate(*y),
        hollow: false,
    };
    let series = Series {
        name: "addition".into(),
        style: "add".into(),
        mark: Mark::Marks,
        points: points.iter().map(point).collect(),
    };
    Figure {
        id: "small".into(),
        title: "Small".into(),
        caption: String::new(),
        x: Axis { title: "speed".into(), scale: Scale::Log },
        y: Axis { title: "accuracy, %".into(), scale: Scale::Percent },
        kind,
        series: vec![series],
    }
}

#[test]
fn a_mark_says_its_name_and_values_and_can_be_reached() {
    let text = standalone(&figure(Kind::Plot, &[("resnet", 1350.0, 80.0)]));
    let point = text.split("<g class=\"point\"").nth(1).expect("a point").split("</g>").next().expect("its end");
    insta::assert_snapshot!(point, @r#" tabindex="0" role="img"><title>resnet: speed 1350 [1215, 1485]; accuracy, % 80 [72, 88]</title><line class="error" x1="98.1" x2="665.9" y1="212.3" y2="212.3"></line><line class="error" x1="396.2" x2="396.2" y1="325.2" y2="40.8"></line><circle class="hit" cx="396.2" cy="212.3" r="11"></circle><rect class="mark" x="392" y="208.1" width="8.4" height="8.4"></rect>"#);
}

#[test]
fn bars_are_stacked() {
    let mut figure = figure(Kind::Bars, &[("resnet", 30.0, 0.0)]);
    figure.series.push(Series { name: "backward".into(), style: "backward".into(), ..figure.series[0].clone() });
    let text = standalone(&figure);
    let x = |part: &str| -> f64 {
        let bar = part.split("class=\"bar\" x=\"").nth(1).expect("a bar");
        bar.split('"').next().and_then(|x| x.parse().ok()).expect("a number")
    };
    let parts: Vec<&str> = text.split("<title>").skip(1).collect();
    assert_eq!(parts.len(), 2);
    assert!(x(parts[0]) < x(parts[1]), "the second begins where the first ends");
    assert!(parts[1].starts_with("resnet, backward: 30 [27, 33] speed"), "{}", parts[1]);
}

#[test]
fn names_are_escaped_and_numbers_without_a_place_are_not_drawn() {
    let hostile = "<script>alert(1)</script>\" onload=\"x";
    let text = standalone(&figure(
        Kind::Plot,
        &[(hostile, 1.0, 50.0), ("none", f64::NAN, 50.0), ("zero", 0.0, f64::INFINITY)],
    ));
    assert!(!text.contains("<script>") && !text.contains("\" onload") && text.contains("&lt;script&gt;"), "{text}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    assert!(!standalone(&figure(Kind::Plot, &[])).contains("NaN"), "nothing to draw is drawn as nothing");
    assert!(!standalone(&figure(Kind::Bars, &[])).contains("NaN"));
}

proptest! {
    #[test]
    fn places_rise_with_values_and_ticks_lie_on_the_axis(
        values in prop::collection::vec(1e-3f64..1e9, 1..20),
        scale in prop_oneof![Just(Scale::Linear), Just(Scale::Log)],
    ) {
        let axis = Layout::new(scale, values.iter().copied(), (50.0, 700.0));
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let places: Vec<f64> = sorted.iter().map(|value| axis.place(*value).expect("positive")).collect();
        prop_assert!(places.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(places.iter().all(|place| (50.0..=700.0).contains(place)), "{places:?}");
        prop_assert!(axis.ticks.iter().all(|tick| (50.0 - 1e-6..=700.0 + 1e-6).contains(&axis.place(*tick).expect("on it"))));
        prop_assert!(axis.ticks.len() <= 30);
    }

    /// Ranges as narrow as a millionth of their place too.
    #[test]
    fn no_two_ticks_say_the_same(
        low in 1e-3f64..1e9,
        narrow in 1e-6f64..10.0,
        scale in prop_oneof![Just(Scale::Linear), Just(Scale::Log), Just(Scale::Percent)],
    ) {
        let low = if scale == Scale::Percent { low % 99.0 } else { low };
        let axis = Layout::new(scale, [low, low * (1.0 + narrow)].into_iter(), (50.0, 700.0));
        let labels = format_ticks(&axis.ticks);
        let distinct: std::collections::HashSet<&String> = labels.iter().collect();
        prop_assert_eq!(distinct.len(), labels.len(), "{:?}", labels);
    }

    #[test]
    fn percentages_have_places_from_nought_to_a_hundred(values in prop::collection::vec(0.0f64..=100.0, 1..20)) {
        let axis = Layout::new(Scale::Percent, values.iter().copied(), (0.0, 100.0));
        prop_assert!(values.iter().all(|value| axis.place(*value).is_some_and(|place| (-1e-6..=100.0 + 1e-6).contains(&place))));
    }

    #[test]
    fn short_numbers_are_true_to_three_digits(value in prop_oneof![1e-4f64..1e12, -1e12f64..-1e-4]) {
        let text = format_short(value).replace('−', "-");
        let (number, factor) = match text.split_once(' ') {
            Some((number, "k")) => (number, 1e3),
            Some((number, "M")) => (number, 1e6),
            Some((number, _)) => (number, 1e9),
            None => (text.as_str(), 1.0),
        };
        let read: f64 = number.parse().expect("a number");
        prop_assert!((read * factor / value - 1.0).abs() < 6e-3, "{value}: {text}");
    }
}

/// Equal ratios of errors are equally long: from 90 to 95 as from 95 to 97.5.
#[test]
fn percent_axes_are_logarithmic_in_what_is_missing() {
    let axis = Layout::new(Scale::Percent, [50.0, 99.0].into_iter(), (0.0, 100.0));
    let place = |value| axis.place(value).expect("on it");
    assert!(((place(95.0) - place(90.0)) - (place(97.5) - place(95.0))).abs() < 1e-9);
}

#[test]
fn figures_have_names_of_their_own_and_come_only_with_data() {
    let report = Report::new(quick());
    let mut ids: Vec<String> = figures(&report).into_iter().map(|figure| figure.id).collect();
    assert!(
        ids.contains(&"accuracy-train_images_per_s".to_owned()) && ids.contains(&"accuracy-macs".to_owned()),
        "{ids:?}"
    );
    assert!(!ids.contains(&"accuracy-params".to_owned()), "all of them are matched in parameters: {ids:?}");
    assert!(
        !ids.iter().any(|id| id.starts_with("roofline") || id.starts_with("growth")),
        "no data, no figure: {ids:?}"
    );
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(figures(&Report::new(Vec::new())).is_empty());
}

/// Terminal, Markdown, HTML and the plots' tables have their numbers from one place.
#[test]
fn every_number_of_a_group_is_the_same_in_html_and_markdown() {
    let report = Report::new(quick());
    let (html, markdown) = (page(&report), table::format_document(&report));
    let mut compared = 0;
    for comparison in &report.comparisons {
        for cell in table::comparison(comparison).rows.into_iter().flatten() {
            let in_html = cell.replacen('\n', "<span>", 1).replace('\n', "</span><span>");
            assert!(html.contains(&format!(">{in_html}")), "{in_html}");
            assert!(markdown.contains(&cell.replace('\n', "<br>")), "{cell}");
            compared += 1;
        }
    }
    assert!(compared > 30);
    for sentence in table::format_answers(&report.answers, Format::Terminal) {
        assert!(html.contains(&sentence) && markdown.contains(&sentence), "{sentence}");
    }
}

/// Headings are what a reader, and a screen reader, finds a place by.
#[test]
fn no_heading_stands_on_a_page_twice_and_one_is_not_many() {
    for runs in [quick(), super::many::runs(2), super::many::runs(1)[..1].to_vec()] {
        let text = page(&Report::new(runs));
        let of = |tag: &str| -> Vec<String> {
            let opening = format!("<{tag}");
            let parts = text.split(opening.as_str()).skip(1);
            parts
                .map(|part| {
                    part.split_once('>').map_or("", |(_, rest)| rest).split("</").next().unwrap_or("").to_owned()
                })
                .collect()
        };
        let headings: Vec<String> = of("h2").into_iter().chain(of("h3")).collect();
        let mut once = headings.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), headings.len(), "{headings:?}");
        for noun in ["cells", "rows", "timed cells"] {
            let many = format!(" 1 {noun}");
            assert!(!text.contains(&many) && !text.contains(&format!(">1 {noun}")), "{noun}");
        }
        assert!(!text.contains("NaN"));
    }
}

/// Marks close together push names apart; one that finds no place is told of.
#[test]
fn a_mark_has_its_name_beside_it_or_the_plot_says_where_to_find_it() {
    for count in [1, 8, 16, 24, 25, 60] {
        let names: Vec<String> = (0..count).map(|index| format!("densenet-bc-{index}-12-with-a-long-name")).collect();
        for spread in [0.0, 1.0, 30.0] {
            let points: Vec<(&str, f64, f64)> =
                (0..count).map(|index| (&*names[index], 100.0 + spread * index as f64, 90.0)).collect();
            let mut figure = figure(Kind::Plot, &points);
            // Error bars across the whole plot would leave no place at all.
            for point in figure.series.iter_mut().flat_map(|series| &mut series.points) {
                (point.x.low, point.y.low) = (None, None);
            }
            let text = standalone(&figure);
            let named = text.matches("class=\"name\"").count();
            assert_eq!(named == count, !text.contains("A mark without a name"), "{count} by {spread}: {named}");
            assert!(named > 0 || count > 24, "{count} by {spread}");
        }
    }
    let few = standalone(&figure(Kind::Plot, &[("a", 100.0, 90.0), ("b", 100.0, 90.0), ("c", 101.0, 90.0)]));
    assert_eq!(few.matches("class=\"name\"").count(), 3, "three on one place have three names");
}
