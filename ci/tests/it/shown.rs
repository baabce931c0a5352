//! A judgment as people and other programs see it.

use skipbench_ci::config::{Config, Inconclusive};
use skipbench_ci::finding::Verdict;
use skipbench_ci::gate::{Judgment, judge, judge_times};
use skipbench_ci::output::{benchmarks, findings, format_junit, format_markdown};
use skipbench_ci::reproduce::{HeadRun, commands, turns};
use skipbench_ci::restless::Restless;
use skipbench_ci::sets::SetTimes;
use skipbench_reports::rows::record::{RunRow, Status};
use skipbench_reports::rows::store::Run;

use super::gate::{memory, trained};
use super::job::{Job, Machine, Plant};

fn judgment() -> Judgment {
    let base = [memory("resnet", 1_000_000), memory("<b> & \"c\"\u{1}", 2_000_000)];
    let head = Run { row: RunRow { params: Some(1001), ..memory("resnet", 1_010_000).row }, samples: Vec::new() };
    let judged = judge(&base, &[head, base[1].clone()], &Config::default()).expect("judged");
    judged.reproducible(&HeadRun { head: "results/head".into(), planned: true, turns: String::new() })
}

#[test]
fn a_pull_request_sees_what_changed_and_how_to_reproduce_it() {
    let text = format_markdown(&judgment());
    insta::assert_snapshot!(text.split("<details>").next().expect("a beginning"), @"
    ### ❌ skipbench gate: regressed. 2 regressed, 0 inconclusive, 0 improved, 8 passed, 0 not judged. Judged 10 of the base's 10 values

    | verdict   | cell                                      | metric          |    base |    head |  effect | n | limit | noise floor | layout |                                                                                     why |
    |-----------|-------------------------------------------|-----------------|---------|---------|---------|---|-------|-------------|--------|-----------------------------------------------------------------------------------------|
    | regressed | pair/resnet/peak-memory-train/flex/seed=1 | params          |    1000 |    1001 |         | 1 | equal |             |        | it must be equal; if the change is intended, bless the head in the commit that makes it |
    | regressed | pair/resnet/peak-memory-train/flex/seed=1 | heap_peak_bytes | 1000000 | 1010000 | ×1.0100 | 1 | 0.5 % |             |        |                                                                                         |

    Reproduce:

    ```sh
    skipbench replay results/head 0000000000000001 # pair/resnet/peak-memory-train/flex/seed=1
    ```
    ");
}

#[test]
fn junit_has_a_case_for_every_metric_and_is_xml() {
    let (judgment, text) = (judgment(), format_junit(&judgment()));
    assert_eq!(text.matches("<testcase").count(), judgment.findings.len());
    assert_eq!(text.matches("<failure").count(), 2);
    assert!(text.contains("failures=\"2\"") && text.contains("&lt;b&gt; &amp; &quot;c&quot;"), "{text}");
    assert!(!text.contains('\u{1}') && !text.contains("<b>"), "{text}");
}

#[test]
fn what_is_inconclusive_is_a_failure_in_junit_where_it_fails_the_gate() {
    let job = Job::new(Machine::HOSTED, Plant::Nothing, 1);
    let told = |inconclusive| {
        let judged = judge(&job.base, &job.head, &Config { inconclusive, ..Config::default() }).expect("judged");
        (judged.exit_code(), format_junit(&judged).matches("<failure").count())
    };
    assert_eq!(told(Inconclusive::Report), (3, 0));
    let (code, failures) = told(Inconclusive::Fail);
    assert!(code == 1 && failures > 0, "{code}, {failures}");
}

#[test]
fn benchmarks_have_what_the_action_wants() {
    let value = serde_json::to_value(benchmarks(&judgment())).expect("plain data");
    let first = &value.as_array().expect("a list")[0];
    assert_eq!(first["unit"], "bytes");
    assert_eq!(first["value"], 1_010_000.0);
    assert!(first["name"].as_str().is_some_and(|name| name.contains("resnet") && name.ends_with("heap_peak_bytes")));
}

#[test]
fn what_regressed_says_how_to_measure_it_again_to_scripts_too() {
    let value = serde_json::to_value(judgment()).expect("plain data");
    let findings = value["findings"].as_array().expect("a list");
    for finding in findings {
        let command = finding["reproduce"].as_str().expect("always there");
        assert_eq!(
            command.starts_with("skipbench replay results/head "),
            finding["verdict"] == "regressed",
            "{finding}"
        );
    }
    assert_eq!(commands(&judgment()).len(), 1, "two metrics of one cell");
}

#[test]
fn cells_of_a_run_without_its_plan_are_run_again_by_their_suite() {
    let (base, head) = (trained(1, 950), trained(1, 700));
    let judged = judge(&[base], &[head], &Config::default()).expect("judged");
    let judged = judged.reproducible(&HeadRun { head: "ci/baseline".into(), planned: false, turns: String::new() });
    assert_eq!(commands(&judged), ["skipbench run gate --filter pair/net/train/flex"]);
}

/// One time by itself says nothing, so that replaying its cell would tell nobody anything.
#[test]
fn times_are_reproduced_by_the_two_programs_taking_turns_again() {
    let job = "skipbench gate --binaries old new".to_owned();
    let origin = HeadRun { head: "job/head".into(), planned: true, turns: job.clone() };
    let judged = Job::new(Machine::QUIET, Plant::Slower(2.0), 1).judged().reproducible(&origin);
    assert_eq!(commands(&judged), [job]);
}

/// Of a job that is judged again from its files the rows say how it was measured; of other runs the base is built.
#[test]
fn the_command_for_times_follows_from_the_rows() {
    let job = Job::new(Machine::QUIET, Plant::Nothing, 1);
    let named = |mut run: Run| {
        run.row.command = "skipbench gate --against main".into();
        run
    };
    let head: Vec<Run> = job.head.iter().cloned().map(named).collect();
    assert_eq!(turns(&job.base, &head), "skipbench gate --against main");
    let built = |is_dirty| {
        let mut run = memory("resnet", 1);
        (run.row.git_revision, run.row.git_dirty) = ("0123abcd".to_owned(), Some(is_dirty));
        [run]
    };
    assert_eq!(turns(&built(false), &built(true)), "skipbench gate --against 0123abcd");
    assert_eq!(turns(&built(true), &built(true)), "skipbench gate --against REV", "no commit to build");
    // A time that the head lacks is open, and `replay` would measure it alone.
    let timed = |ns| {
        let mut run = memory("resnet", 1_000_000);
        (run.row.task, run.row.step_ns_median, run.row.timed_steps) = ("train-step".to_owned(), ns, Some(5));
        run
    };
    let judged = judge(&[timed(Some(1_000_000))], &[timed(None)], &Config::default()).expect("judged");
    let origin = HeadRun { head: "results/head".into(), planned: true, turns: "skipbench gate --against main".into() };
    let judged = judged.reproducible(&origin);
    let time = judged.findings.iter().find(|finding| finding.metric == "step_ns_median").expect("it is told");
    assert_eq!(time.reproduce, "skipbench gate --against main");
}

#[test]
fn cells_that_the_base_did_not_measure_are_told_in_every_form() {
    let failed = |model: &str| {
        let row = RunRow { status: Status::Timeout, error: "stopped after 5 s".into(), ..memory(model, 1).row };
        Run { row, samples: Vec::new() }
    };
    let base = [memory("resnet", 1_000_000), failed("vit"), failed("dense")];
    let head = [memory("resnet", 1_000_000), memory("vit", 1)];
    let judged = judge(&base, &head, &Config::default()).expect("judged");
    assert_eq!((judged.exit_code(), judged.new_cells), (0, 0), "nothing is said of them, in the one way or the other");
    let caption = findings(&judged, false).caption;
    assert!(
        caption.contains(
            "vit/peak-memory-train/flex/seed=1: the base did not measure it (stopped after 5 s); the head measured it"
        ),
        "{caption}"
    );
    assert!(caption.contains("dense") && caption.contains("the head lacks it"), "{caption}");
    assert!(format_markdown(&judged).contains("- not judged: pair/vit/"));
    let json = serde_json::to_string(&judged).expect("plain data");
    assert!(json.contains("stopped after 5 s") && format_junit(&judged).contains("stopped after 5 s"), "{json}");
}

/// Six sets of a head that is as fast as the base.
fn equal() -> SetTimes {
    let ratios = vec![1.0, 1.001, 0.999, 1.0, 1.001, 0.999];
    SetTimes { head_ratios: ratios.clone(), again_ratios: ratios, turns: 300, dropped_turns: 12, ..SetTimes::default() }
}

#[test]
fn a_program_that_broke_is_a_finding_beside_the_verdicts_on_the_others() {
    let times = vec![("same".to_owned(), Ok(equal())), ("gone".to_owned(), Err("the head died | so".to_owned()))];
    let judged = judge_times(times, &Config::default());
    assert_eq!((judged.exit_code(), judged.verdict, judged.due, judged.judged), (2, Verdict::Broken, 2, 1));
    let text = format_markdown(&judged);
    insta::assert_snapshot!(text.split("<details>").next().expect("a beginning"), @r"
    ### ❌ skipbench gate: broken. 1 broken, 0 regressed, 0 inconclusive, 0 improved, 1 passed, 0 not judged. Judged 1 of the base's 2 values

    | verdict | cell | metric         | base | head | effect | n | limit | noise floor | layout |                 why |
    |---------|------|----------------|------|------|--------|---|-------|-------------|--------|---------------------|
    | broken  | gone | step_ns_median |      |      |        | 0 | 3.0 % |             |        | the head died \| so |
    - 12 of 300 turns were left out of the times, because something else had the processor meanwhile (another guest, or another process)
    ");
    let junit = format_junit(&judged);
    assert!(junit.contains("failures=\"1\"") && junit.contains("the head died"), "{junit}");
    let whole = judge_times(vec![("same".to_owned(), Ok(equal()))], &Config::default());
    assert_eq!((whole.exit_code(), whole.due, whole.judged), (0, 1, 1));
}

#[test]
fn turns_that_were_left_out_and_programs_that_did_not_sleep_are_told_in_every_form() {
    let judged = judge_times(vec![("same".to_owned(), Ok(equal()))], &Config::default());
    assert_eq!(Restless::of("same", "base", 0.005), None);
    let judged = Judgment { restless: Restless::of("same", "head", 0.5).into_iter().collect(), ..judged };
    insta::assert_snapshot!(findings(&judged, false).caption, @"
    12 of 300 turns were left out of the times, because something else had the processor meanwhile (another guest, or another process)
    same: the head works between its turns, for 50.0 % of its steps' time, and so may slow the other: let its threads sleep
    ");
    let markdown = format_markdown(&judged);
    for line in findings(&judged, false).caption.lines() {
        assert!(markdown.contains(&format!("- {line}\n")), "{line}: {markdown}");
    }
    let json = serde_json::to_value(&judged).expect("plain data");
    assert_eq!((&json["turns"], &json["dropped_turns"]), (&300.into(), &12.into()));
    assert_eq!(json["restless"], serde_json::json!([{"cell": "same", "program": "head", "cpu_share": 0.5}]));
}

/// A name or an error that would end a cell, a row and a fence of code, and begin a tag and a heading.
const HOSTILE: &str = "a|b `c` <i>\n```\n# d\u{1b}";

#[test]
fn names_and_errors_change_no_page_and_no_terminal() {
    let failed = Run {
        row: RunRow { status: Status::Crashed, error: HOSTILE.into(), ..memory("vit", 1).row },
        samples: Vec::new(),
    };
    let base = [memory(HOSTILE, 1_000_000), failed];
    let head = [memory(HOSTILE, 2_000_000), memory("vit", 1)];
    let judged = judge(&base, &head, &Config::default()).expect("judged");
    let judged = judged.reproducible(&HeadRun { head: "results/head".into(), planned: true, turns: String::new() });
    let text = format_markdown(&judged);
    // In a fence of code an angle is an angle.
    let page: String = text.lines().filter(|line| !line.starts_with("skipbench replay ")).collect();
    let own = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];
    let others = own.iter().fold(page, |text, tag| text.replace(tag, ""));
    assert!(!others.contains('<') && !text.contains('\u{1b}'), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("```")).collect::<Vec<&str>>(), ["```sh", "```"], "{text}");
    assert!(!text.lines().any(|line| line.starts_with("# ")), "{text}");
    let reason = text.lines().find(|line| line.starts_with("- not judged: ")).expect("told");
    insta::assert_snapshot!(reason, @r"- not judged: pair/vit/peak-memory-train/flex/seed=1: the base did not measure it (a\|b \`c\` &lt;i> \`\`\` # d\\u{1b}); the head measured it");
    let terminal = [findings(&judged, true).caption, commands(&judged).join("\n")].concat();
    assert!(!terminal.contains('\u{1b}') && !terminal.contains("\n#"), "{terminal}");
}
