//! Claims through the real binary: run, judged, resumed, judged again from the rows.

use std::fs;

use skipbench::internals::suite::CLAIMS as SUITES;
use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench::internals::suite::suites;
use skipbench_models::Images;
use skipbench_reports::claims::CLAIMS;

use super::{ends, refused};

#[test]
fn every_claim_has_a_suite_that_resolves() {
    for claim in CLAIMS {
        let own = suites(claim.name, false);
        assert_eq!(own.len(), 1, "{}", claim.name);
        assert_eq!(own[0].name, claim.suite());
    }
    assert_eq!(suites("depth", true).len(), 2);
    for built_in in SUITES {
        let suite = Suite::parse(built_in.name, built_in.text).expect(built_in.name);
        assert_eq!(suite.keys.name, built_in.name.trim_end_matches("-deep"), "rows go by the suite's name");
        assert!(suite.keys.description.len() > 10);
        let images = if suite.keys.data == "generated" { Images::CIFAR10 } else { Images::DIGITS };
        resolve(&suite, images).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The growth that matches follows the width, so that what is fitted against the one holds for the other.
#[test]
fn memory_s_pairs_have_a_growth_in_proportion_to_their_width() {
    let text = SUITES.iter().find(|built_in| built_in.name == "claim-memory").expect("a claim").text;
    let groups = resolve(&Suite::parse("claim-memory", text).expect("a suite"), Images::CIFAR10).expect("it matches");
    let mut widths = Vec::new();
    for group in groups.iter().filter(|group| !group.budget.is_empty()) {
        let [add, concat] = [0, 1].map(|index| serde_json::to_value(&group.members[index].spec).expect("plain data"));
        assert_eq!((&add["width"], &add["depth"]), (&concat["width"], &concat["depth"]), "{}", group.name);
        if add["depth"] == 22 {
            let [width, growth] = ["width", "growth"].map(|key| concat[key].as_f64().expect("a number"));
            assert!((3.0..3.1).contains(&(growth / width)), "{}: {growth} of {width}", group.name);
            widths.push(width as u64);
        }
    }
    widths.sort_unstable();
    widths.dedup();
    assert_eq!(widths, [8, 12, 16, 24, 32]);
}

/// The smallest cells of two claims: one seed, so that nothing is supported.
#[test]
fn claims_run_to_rows_and_verdicts_and_again_from_the_rows() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let filter = ["--filter", "16/ peak-memory-infer", "--out", "out", "--quiet"];
    ends(dir, &[&["claims", "memory"][..], &filter].concat(), 0);
    let again = refused(dir, &["claims", "memory", "--filter", "16/ peak-memory-infer", "--out", "out"]);
    assert!(again.contains("holds a run already"), "{again}");
    let table = fs::read_to_string(dir.join("out/claims.csv")).expect("written");
    assert_eq!(table.lines().count(), 4, "a line a condition: {table}");
    assert!(table.contains("memory,generated,flex,inconclusive"), "{table}");
    let (first, _) = ends(dir, &["claims", "--resume", "out", "--quiet"], 0);
    assert!(first.contains("memory: inconclusive (generated on flex)") && first.contains("not measured"), "{first}");
    let (text, _) = ends(dir, &["claims", "--from", "out"], 0);
    assert_eq!(text, first.replace("rows: out\n", ""), "from the rows alone");
    let (markdown, _) = ends(dir, &["claims", "--from", "out/memory", "--markdown"], 0);
    assert!(markdown.contains("**memory: inconclusive (generated on flex)**"), "{markdown}");
    json_has_everything(&ends(dir, &["claims", "--from", "out", "--json"], 0).0);
    ends(dir, &["report", "out"], 0);
    let html = fs::read_to_string(dir.join("out/report.html")).expect("written");
    assert!(html.contains("id=\"claims\"") && html.contains(">inconclusive</span>"));
    let (lines, _) = ends(dir, &["claims", "--resume", "out", "--json"], 0);
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["event"], &last["claims"][0]["claim"]), (&"done".into(), &"memory".into()));
    let other = refused(dir, &["claims", "depth", "--from", "out"]);
    assert!(other.contains("no measured row of depth") && other.contains("skipbench claims"), "{other}");
}

fn json_has_everything(text: &str) {
    let found: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let finding = &found[0];
    for key in ["claim", "sentence", "verdict", "rule", "caution", "data", "device"] {
        assert!(finding[key].is_string(), "{key}: {finding}");
    }
    for key in ["remarks", "seeds", "conditions", "measures", "plots"] {
        assert!(finding[key].is_array(), "{key}: {finding}");
    }
    assert_eq!(finding["seeds"], serde_json::json!([1]));
    for condition in finding["conditions"].as_array().expect("a list") {
        for key in ["says", "quantity", "side", "outcome"] {
            assert!(condition[key].is_string(), "{key}: {condition}");
        }
        assert!(condition["bound"].is_number() && condition.get("estimate").is_some(), "{condition}");
    }
}

#[test]
fn cells_are_listed_by_claim_and_words_are_checked() {
    let dir = tempfile::tempdir().expect("temp");
    let dir = dir.path();
    let (list, _) = ends(dir, &["claims", "depth", "--list", "--seeds", "7"], 0);
    assert!(list.starts_with("depth: Skip connections make networks of a hundred layers trainable.\n"), "{list}");
    assert_eq!(list.lines().count(), 10, "three depths, three styles, one seed: {list}");
    let (deep, _) = ends(dir, &["claims", "depth", "--deep", "--list", "--seeds", "7"], 0);
    assert!(deep.contains("backbone-add-1000-w8"), "{deep}");
    let name = refused(dir, &["claims", "speed"]);
    assert!(name.contains("no claim has that name") && name.contains("depth, gradients"), "{name}");
    assert!(refused(dir, &["claims", "--filter", "vgg"]).contains("leaves no cell of any claim"));
    assert!(refused(dir, &["claims", "--resume", "nowhere"]).contains("no claims to resume"));
    let (help, _) = ends(dir, &["claims", "--help"], 0);
    assert!(CLAIMS.iter().all(|claim| help.contains(claim.name)) && help.contains("stated beforehand"), "{help}");
    assert!(ends(dir, &["suites", "claim-depth"], 0).0.contains("name = \"claim-depth\""));
}
