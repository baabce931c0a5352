//! The answer in plain words and as a table: of every outcome that rows can have.

use skipbench_reports::analyses::answer::answers;
use skipbench_reports::analyses::group::group;
use skipbench_reports::inside::{Section, format_section};
use skipbench_reports::report::Report;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::store::Run;
use skipbench_reports::table::{self, Format};

use super::row;

/// A network with its accuracies in thousandths, milliseconds of a step and bytes of its peak.
struct Network(&'static str, [u64; 3], [u64; 3], u64);

/// One group of `depth` layers with ten classes.
fn measured(group: &str, depth: u64, networks: &[Network]) -> Vec<Run> {
    let place = |skip: &str, row: RunRow| RunRow {
        group: group.into(),
        model: format!("{skip}-{depth}"),
        reference: format!("add-{depth}"),
        cell: format!("{group}-{skip}-{}", row.cell),
        skip: skip.into(),
        depth,
        classes: 10,
        ..row
    };
    let of = |Network(skip, correct, ms, peak): &Network| {
        let (skip, peak) = (*skip, *peak);
        let rows = (0..3).flat_map(move |index| {
            let seed = index as u64 + 1;
            let trained =
                RunRow { test_correct: Some(correct[index]), test_total: Some(1000), ..row("m", "train", seed) };
            let timed = RunRow { step_ns_median: Some(ms[index] * 1_000_000), ..row("m", "train-step", seed) };
            let held = RunRow { heap_peak_bytes: Some(peak), ..row("m", "peak-memory-train", seed) };
            [trained, timed, held]
        });
        rows.map(|row| Run { row: place(skip, row), samples: Vec::new() }).collect::<Vec<Run>>()
    };
    networks.iter().flat_map(of).collect()
}

fn words(runs: &[Run]) -> String {
    table::describe_answers(&answers(&group(runs))).join("\n")
}

#[test]
fn halves_doubles_and_what_did_not_learn() {
    let runs = measured(
        "deep",
        58,
        &[
            Network("none", [110, 100, 105], [50, 51, 49], 1000),
            Network("add", [960, 955, 962], [50, 49, 51], 1000),
            Network("concat", [970, 969, 974], [100, 102, 98], 2000),
        ],
    );
    insta::assert_snapshot!(words(&runs), @"
    Addition cost nothing that could be measured.
    Concatenation halved training speed and doubled peak training memory.
    Without a skip 58 layers did not learn; with either they did.
    ");
}

#[test]
fn nothing_shown_is_said_to_be_nothing_measured() {
    let runs = measured(
        "near",
        20,
        &[Network("none", [950, 955, 962], [50, 51, 49], 0), Network("add", [955, 950, 960], [50, 49, 51], 0)],
    );
    let runs: Vec<Run> = runs.into_iter().filter(|run| run.row.task != "peak-memory-train").collect();
    insta::assert_snapshot!(words(&runs), @"
    Addition cost nothing that could be measured.
    No difference in test accuracy was shown.
    ");
}

#[test]
fn one_repeat_shows_no_cost_and_does_not_deny_one() {
    let networks =
        [Network("none", [950, 955, 962], [50, 51, 49], 1000), Network("add", [955, 950, 960], [90, 91, 92], 2000)];
    let runs = measured("once", 20, &networks).into_iter().filter(|run| run.row.seed == 1);
    insta::assert_snapshot!(words(&runs.collect::<Vec<Run>>()), @r"
    Addition has too few repeats to show what it costs.
    No difference in test accuracy was shown.
    ");
}

#[test]
fn costs_and_gains_are_ranges_over_groups() {
    let near = measured(
        "near",
        20,
        &[
            Network("none", [900, 901, 899], [100, 101, 99], 1000),
            Network("add", [940, 942, 939], [80, 81, 79], 900),
            Network("concat", [850, 851, 849], [200, 202, 198], 1300),
        ],
    );
    let deep = measured(
        "deep",
        40,
        &[
            Network("none", [900, 901, 899], [100, 101, 99], 1000),
            Network("add", [960, 962, 959], [50, 51, 49], 800),
            Network("concat", [880, 881, 879], [120, 121, 119], 2200),
        ],
    );
    insta::assert_snapshot!(words(&[near, deep].concat()), @"
    Addition multiplied training speed by 1.3 to 2.0 and saved 10 to 20 % of the peak training memory.
    Concatenation cost 17 % to half of the training speed and took 1.3 to 2.2 times the peak training memory.
    Addition gained 4 to 6 points of test accuracy; concatenation lost 2 to 5 points.
    ");
}

#[test]
fn where_nothing_learned_no_skip_is_praised() {
    let runs = measured(
        "deep",
        166,
        &[
            Network("none", [110, 100, 105], [50, 51, 49], 1000),
            Network("add", [100, 99, 103], [50, 49, 51], 1000),
            Network("concat", [970, 969, 974], [50, 51, 49], 1000),
        ],
    );
    let text = words(&runs);
    assert!(text.contains("Without a skip 166 layers did not learn; with concatenation they did."), "{text}");
    let none: Vec<Run> = runs.into_iter().filter(|run| run.row.skip != "concat").collect();
    assert!(words(&none).contains("Without a skip 166 layers did not learn; nor did they with one."));
    assert_eq!(words(&[]), "");
}

#[test]
fn without_a_plain_network_it_says_against_what() {
    let runs = measured(
        "near",
        20,
        &[Network("add", [950, 949, 951], [50, 51, 49], 1000), Network("concat", [990, 989, 991], [55, 56, 54], 1300)],
    );
    insta::assert_snapshot!(words(&runs), @"
    Against addition, concatenation cost 9 % of the training speed and took 30 % more peak training memory.
    Concatenation gained 4 points of test accuracy.
    ");
}

fn quick() -> Vec<Run> {
    let near = measured(
        "near",
        20,
        &[
            Network("add", [940, 942, 939], [100, 101, 99], 1_048_576),
            Network("none", [900, 901, 899], [100, 101, 99], 1_048_576),
            Network("concat", [941, 943, 938], [200, 202, 198], 1_348_576),
        ],
    );
    let deep = measured("deep", 58, &[Network("none", [110, 100, 105], [50, 51, 49], 1)]);
    [near, deep].concat()
}

/// Nine rows are read at a glance only where none of them is broken.
#[test]
fn networks_side_by_side_have_one_line_each() {
    insta::assert_snapshot!(format_section(&Report::new(quick()), Section::Networks), @"
    | network   | skip          | layers | test accuracy | training speed | peak memory |
    |-----------|---------------|--------|---------------|----------------|-------------|
    | none-20   | no skip       |     20 |  90.0 ± 0.2 % |             ×1 |          ×1 |
    | add-20    | addition      |     20 |  94.0 ± 0.4 % |          ×1.00 |       ×1.00 |
    | concat-20 | concatenation |     20 |  94.1 ± 0.6 % |          ×0.50 |       ×1.29 |
    | none-58   | no skip       |     58 |  10.5 ± 1.2 % |             ×1 |          ×1 |
    ");
}

#[test]
fn a_run_ends_with_a_table_that_fits_a_terminal_and_the_words() {
    insta::assert_snapshot!(table::format_conclusion(&Report::new(quick()), Format::Columns(80)), @"
    What each skip changes, against no skip
    ───────────────────────────────────────────────────────────────────────────────
     group   skip            test accuracy   training speed   peak training memory 
    ═══════════════════════════════════════════════════════════════════════════════
     near    addition          +4.0 points       none shown             none shown 
     near    concatenation     +4.1 points     half as fast              29 % more 
    ───────────────────────────────────────────────────────────────────────────────

    Addition cost nothing that could be measured. Concatenation halved training
    speed and took 29 % more peak training memory. Both gained 4 points of test
    accuracy.
    ");
    let fenced = format_section(&Report::new(quick()), Section::Effects);
    assert!(fenced.starts_with("```text\nWhat each skip changes") && fenced.ends_with("```\n"), "{fenced}");
    assert!(fenced.lines().all(|line| line.chars().count() <= 92), "{fenced}");
    assert_eq!(table::format_conclusion(&Report::new(Vec::new()), Format::Terminal), "");
}
