//! Suites: the built-in ones hold, and everything wrong is named with file, key and way out.

use skipbench::internals::suite::BUILT_IN;
use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench_models::{Images, Skip, catalog};

use super::TINY;

fn images_of(suite: &Suite) -> Images {
    match suite.keys.data.as_str() {
        "digits" => Images::DIGITS,
        "generated" => Images::IMAGENET,
        _ => Images::CIFAR10,
    }
}

#[test]
fn every_built_in_suite_resolves() {
    for built_in in BUILT_IN {
        let suite = Suite::parse(built_in.name, built_in.text).expect(built_in.name);
        assert_eq!(suite.keys.name, built_in.name);
        assert!(!suite.keys.description.is_empty(), "{}", built_in.name);
        resolve(&suite, images_of(&suite)).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn quick_compares_four_families_three_skips_and_a_depth() {
    let suite = Suite::load("quick").expect("built in");
    let groups = resolve(&suite, Images::DIGITS).expect("resolves");
    let families = |group: usize| groups[group].members.iter().map(|member| member.spec.family()).collect::<Vec<_>>();
    let skips = |group: usize| groups[group].members.iter().map(|member| member.spec.skip()).collect::<Vec<_>>();
    assert_eq!(families(0), ["resnet", "plain", "densenet", "vit"]);
    assert_eq!(skips(1), ["add", "none", "concat"]);
    assert_eq!(skips(2), ["add", "none", "concat"]);
    assert_eq!(suite.keys.seeds.len(), 3);
    assert!(groups.iter().all(|group| !group.budget.is_empty()), "every group is matched");
}

#[test]
fn the_example_puts_every_style_of_the_transformer_side_by_side() {
    let text = include_str!("../../examples/joins.toml");
    let suite = Suite::parse("joins.toml", text).expect("valid");
    let groups = resolve(&suite, Images::DIGITS).expect("all within the tolerance");
    let mut skips: Vec<&str> = groups[0].members.iter().map(|member| member.spec.skip()).collect();
    let mut all: Vec<&str> = Skip::of_transformers().map(Skip::word).collect();
    skips.sort_unstable();
    all.sort_unstable();
    assert_eq!(skips, all);
}

fn refused(text: &str) -> String {
    match Suite::parse("mine.toml", text) {
        Ok(suite) => resolve(&suite, Images::DIGITS).expect_err("something is wrong with it").to_string(),
        Err(error) => error.to_string(),
    }
}

fn with(from: &str, to: &str) -> String {
    assert!(TINY.contains(from), "{from}");
    refused(&TINY.replace(from, to))
}

fn says(message: &str, words: &[&str]) {
    assert!(message.starts_with("mine.toml: "), "{message}");
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}

/// No name of a type of Rust's is of use to whoever writes a suite.
#[test]
fn what_a_key_takes_is_said_in_plain_words() {
    let cases = [
        ("seeds = [1, 2]", "seeds = 3", "a list in brackets"),
        ("timeout_s = 60", "timeout_s = \"1h\"", "a whole number of 0 or more"),
        ("jobs = 2", "jobs = 2\naa = 1", "true or false"),
        ("batch = 16", "batch = -4", "a whole number of 0 or more"),
        ("epochs = 1", "epochs = 1.5", "a whole number of 0 or more"),
        ("epochs = 1", "epochs = 1\nlr = \"0.1\"", "a number, without quotes"),
        ("epochs = 1", "epochs = 99999999999999999999", "at most 9223372036854775807"),
        ("name = \"tiny\"", "name = 3", "a word in quotes"),
    ];
    for (from, to, words) in cases {
        let message = with(from, to);
        says(&message, &[words]);
        let types = ["sequence", "u64", "usize", "f64", "i128", "boolean"];
        assert!(!types.iter().any(|word| message.contains(word)), "{message}");
    }
}

#[test]
fn unknown_keys_are_named_with_the_nearest() {
    says(&with("timeout_s", "timeot_s"), &["timeot_s", "line 7", "did you mean `timeout_s`?"]);
    says(&with("epochs", "epocs"), &["mine.toml: recipe", "epocs", "did you mean `epochs`?"]);
    says(&with("reference", "referense"), &["referense", "did you mean `reference`?"]);
    says(&with("\"infer\"", "\"inference\""), &["inference", "infer"]);
}

#[test]
fn wrong_types_and_broken_toml_are_named() {
    says(&with("jobs = 2", "jobs = \"two\""), &["line 9", "jobs"]);
    says(&with("batch = 16", "batch = \"16\""), &["recipe", "batch"]);
    says(&with("name = \"tiny\"", "name = "), &["line 2"]);
    says(&refused(""), &["missing field"]);
}

#[test]
fn impossible_values_are_named() {
    says(&with("batch = 16", "batch = 0"), &["mine.toml: recipe.batch = 0", "a number from 1"]);
    says(&with("jobs = 2", "jobs = 0"), &["jobs = 0"]);
    says(&with("seeds = [1, 2]", "seeds = [1, 1]"), &["seeds", "twice"]);
    says(&with("seeds = [1, 2]", "seeds = []"), &["seeds is empty"]);
    says(&with("\"infer\"", "\"train\""), &["tasks", "\"train\" is listed twice"]);
    says(&with("timeout_s = 60", "timeout_s = 9223372036854775807"), &["timeout_s", "at most 315360000"]);
    says(&with("memory_limit_mib = 512", "memory_limit_mib = 17592186044416"), &["memory_limit_mib", "at most"]);
    for tolerance in ["nan", "-5.0", "inf"] {
        let wrong = format!("budget = \"params\"\ntolerance_percent = {tolerance}");
        says(&with("budget = \"params\"", &wrong), &["group \"pair\"", "tolerance_percent", "from 0 up"]);
    }
    says(&with("data = \"digits\"", "data = \"digits\"\ndevices = [\"gpu\"]"), &["devices", "gpu", "vulkan"]);
    says(&with("\"digits\"", "\"generated\""), &["nothing to learn", "remove \"train\""]);
}

#[test]
fn names_that_would_leave_their_folder_or_break_a_table_are_refused() {
    for name in ["../../etc/x", "a/b", "a\\\\b", "..", ".hidden"] {
        says(&with("name = \"tiny\"", &format!("name = \"{name}\"")), &["name = ", "path separators"]);
    }
    for name in ["", " "] {
        says(&with("name = \"tiny\"", &format!("name = \"{name}\"")), &["name = ", "a name is needed"]);
        says(&with("name = \"pair\"", &format!("name = \"{name}\"")), &["group.name = ", "a name is needed"]);
    }
    for name in ["a\\nb", "\\u001b[2J"] {
        let control = |key: &str, from: &str| {
            let message = with(&format!("\"{from}\""), &format!("\"{name}\""));
            says(&message, &[key, "control characters"]);
            assert!(!message.contains(char::is_control), "{message:?}");
        };
        control("name = ", "tiny");
        control("group.name = ", "pair");
        control("group \"pair\": reference = ", "resnet8-w4");
        control("group \"pair\": models = ", "plain8-w4");
    }
}

#[test]
fn schedules_that_cannot_be_are_named() {
    says(&with("batch = 16", "batch = 16\nwarmup_epochs = 2"), &["mine.toml: recipe.warmup_epochs = 2"]);
    says(&with("batch = 16", "batch = 16\nlr = 0.0"), &["recipe.lr = 0", "above 0"]);
    let step = "batch = 16\nschedule = \"step\"\nmilestones = [0.75, 0.5]";
    says(&with("batch = 16", step), &["recipe.milestones = [0.75, 0.5]"]);
}

#[test]
fn unknown_and_impossible_models_are_named() {
    says(&with("plain8-w4", "plane20"), &["group \"pair\"", "plane20", "did you mean `plain20`?"]);
    says(&with("\"plain8-w4\"", "{ family = \"resnet\", depth = 21 }"), &["depth = 21", "6n+2"]);
    says(&with("\"plain8-w4\"", "{ family = \"resnet\", dept = 20 }"), &["dept", "did you mean `depth`?"]);
    says(&with("\"plain8-w4\"", "{ match = { family = \"vgg\", budget = \"params\" } }"), &["vgg"]);
    says(&with("\"plain8-w4\"", "7"), &["a model is a name"]);
    says(&with("\"plain8-w4\"", "\"resnet8-w4\""), &["twice"]);
}

#[test]
fn groups_that_do_not_match_are_refused() {
    says(&with("plain8-w4", "plain14-w4"), &["plain14-w4", "params", "resnet8-w4", "tolerance of 2.00 %", "match"]);
    let none = with(
        "\"plain8-w4\"",
        "{ match = { family = \"densenet\", budget = \"params\", depth = 7, tolerance_percent = 0.001 } }",
    );
    says(&none, &["match", "no densenet member", "the nearest is"]);
}

#[test]
fn a_group_may_be_matched_in_several_budgets_at_once() {
    let both = TINY.replace("budget = \"params\"", "budget = [\"params\", \"macs\"]");
    let suite = Suite::parse("mine.toml", &both).expect("valid");
    let group = &resolve(&suite, Images::DIGITS).expect("a plain network costs what the ResNet costs")[0];
    assert_eq!(group.budget.to_string(), "params and macs");
    // At equal parameters this one has other MACs.
    let other = |text: &str| {
        let text = text.replace("\"plain8-w4\"", "{ match = { family = \"densenet\", budget = \"params\" } }");
        text.replace("budget = \"params\"\n", "budget = \"params\"\ntolerance_percent = 5.0\n")
            .replace("\"macs\"]\n", "\"macs\"]\ntolerance_percent = 5.0\n")
    };
    let suite = Suite::parse("mine.toml", &other(TINY)).expect("valid");
    resolve(&suite, Images::DIGITS).expect("params alone are equal");
    let error = refused(&other(&both));
    says(&error, &["group \"pair\"", "% macs against `resnet8-w4`", "tolerance of 5.00 %"]);
    says(&with("budget = \"params\"", "budget = []"), &["budget = []", "at least one"]);
    says(&with("budget = \"params\"", "budget = [\"macs\", \"macs\"]"), &["budget", "macs", "twice"]);
    says(&with("budget = \"params\"", "budget = \"flops\""), &["line", "budget"]);
}

#[test]
fn a_group_may_change_the_recipe_and_the_tasks() {
    let text = format!("{TINY}tasks = [\"infer\"]\nrecipe = {{ lr = 0.5 }}\n");
    let suite = Suite::parse("mine.toml", &text).expect("valid");
    let group = &resolve(&suite, Images::DIGITS).expect("resolves")[0];
    assert_eq!((group.members[0].recipe.lr, group.members[0].recipe.batch), (0.5, 16));
    assert_eq!(group.tasks.len(), 1);
}

#[test]
fn a_match_finds_the_member_that_the_library_finds() {
    let text = TINY.replace("\"plain8-w4\"", "{ match = { family = \"plain\", budget = [\"params\", \"macs\"] } }");
    let suite = Suite::parse("mine.toml", &text).expect("valid");
    let group = &resolve(&suite, Images::DIGITS).expect("resolves")[0];
    let plain = &group.members[1];
    assert_eq!((plain.model.as_str(), &plain.spec), ("plain8-w4", &catalog::find("plain8-w4").expect("known")));
}

#[test]
fn a_wrong_recipe_is_told_as_the_suites_own_or_as_what_a_group_changes() {
    let own = with("batch = 16", "batch = 16\nschedule = \"cosin\"");
    assert!(own.starts_with("mine.toml: recipe: ") && !own.contains("group"), "{own}");
    let reference = "reference = \"resnet8-w4\"";
    let changed = with(reference, &format!("{reference}\nrecipe = {{ schedule = \"cosin\" }}"));
    says(&changed, &["group \"pair\": recipe: ", "cosin", "did you mean `cosine`?"]);
    // What only the two together make impossible is the group's.
    let both = TINY
        .replace("warmup_max_ms = 1", "warmup_max_ms = 9")
        .replace(reference, &format!("{reference}\nrecipe = {{ warmup_ms = 10 }}"));
    says(&refused(&both), &["group \"pair\": recipe.warmup_ms = 10"]);
}

/// Whatever takes one of some words lists them when it holds something else.
#[test]
fn a_word_of_another_type_lists_the_words() {
    for (key, words) in [
        ("augment", ["usual", "none"]),
        ("optimizer", ["sgd", "adamw"]),
        ("schedule", ["cosine", "constant"]),
        ("precision", ["f32", "bf16"]),
        ("checkpointing", ["none", "balanced"]),
        ("kernels", ["skipbench", "burn"]),
        ("memory", ["naive", "shared"]),
    ] {
        for wrong in ["true", "1", "1.5", "[]", "{ a = 1 }"] {
            let said = with("batch = 16", &format!("batch = 16\n{key} = {wrong}"));
            says(&said, &["mine.toml: recipe", key]);
            says(&said, &words);
        }
    }
    says(&with("\"infer\"", "true"), &["tasks", "true", "train-step", "latency"]);
    says(&with("reference = \"resnet8-w4\"", "reference = { family = true }"), &["family", "resnet", "densenet"]);
}

#[test]
fn lists_and_names_that_nobody_wrote_are_refused_at_once() {
    let start = std::time::Instant::now();
    let numbers = (1..=1_000_000).map(|number| number.to_string()).collect::<Vec<String>>().join(", ");
    says(&with("seeds = [1, 2]", &format!("seeds = [{numbers}]")), &["seeds: 1000000 values", "at most 10000"]);
    let sweep = format!("sweep = {{ over = \"width\", values = [{numbers}] }}");
    says(&with("budget = \"params\"", &sweep), &["sweep.values: 1000000 values", "at most 1000"]);
    let long = "x".repeat(10_000_000);
    for (from, key) in
        [("tiny", "name = "), ("pair", "group.name = "), ("resnet8-w4", "reference = "), ("plain8-w4", "models = ")]
    {
        let said = with(&format!("\"{from}\""), &format!("\"{long}\""));
        says(&said, &[key, "10000000 characters"]);
        assert!(said.len() < 2000, "{} bytes", said.len());
    }
    for from in ["timeout_s", "epochs", "\"infer\""] {
        let to = if from.starts_with('"') { format!("\"{long}\"") } else { long.clone() };
        let said = with(from, &to);
        assert!(said.len() < 5000, "{from}: {} bytes", said.len());
    }
    let error = catalog::find(&long).expect_err("no such network").to_string();
    assert!(error.len() < 2000 && error.contains("skipbench models"), "{} bytes", error.len());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// A device that never ends is refused, and its bytes are not kept.
#[cfg(target_os = "linux")]
#[test]
fn what_is_longer_than_any_suite_is_refused() {
    let error = Suite::load("/dev/zero").expect_err("no suite").to_string();
    assert!(error.contains("/dev/zero: it is a device, and an ordinary file is needed"), "{error}");
}
