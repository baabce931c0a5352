//! The other commands, and what bad input gets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use skipbench::internals::run::{GIT_REVISION, git_dirty};

use super::data::{write_cifar10, write_folder};
use super::{TINY, ends, refused};

fn said(arguments: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("temp");
    ends(dir.path(), arguments, 0).0
}

#[test]
fn models_are_listed_and_described() {
    let list = said(&["models"]);
    assert!(list.contains("resnet1202") && list.contains("19,421,274") && list.contains("1608.06993"), "{list}");
    let resnet = said(&["models", "resnet20"]);
    for fact in ["arXiv:1512.03385", "stage2.block1.1", "conv3×3/2", "269,722", "saved bytes"] {
        assert!(resnet.contains(fact), "{fact}: {resnet}");
    }
    let json: serde_json::Value = serde_json::from_str(&said(&["models", "densenet121", "--json"])).expect("JSON");
    assert_eq!(json["total"]["params"], 7_978_856);
    let digits: serde_json::Value =
        serde_json::from_str(&said(&["models", "resnet20", "--size", "8", "--channels", "1", "--json"])).expect("JSON");
    assert_eq!(digits["total"]["params"], 269_434);
    let described = said(&["models", "densenet-22-12"]);
    assert!(described.contains("not a published variant"), "{described}");
}

#[test]
fn the_version_names_the_source_as_rows_do() {
    let revision: String = GIT_REVISION.chars().take(8).collect();
    let dirty = if git_dirty() == Some(true) { "+" } else { "" };
    let source = if revision.is_empty() { String::new() } else { format!(" ({revision}{dirty})") };
    assert_eq!(said(&["--version"]), format!("skipbench {}{source}\n", env!("CARGO_PKG_VERSION")));
}

/// The packages in `Cargo.lock`, each with its versions.
fn locked() -> BTreeMap<String, Vec<String>> {
    let lock: toml::Table = include_str!("../../../Cargo.lock").parse().expect("TOML");
    let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let word = |key: &str| package[key].as_str().expect(key).to_owned();
        packages.entry(word("name")).or_default().push(word("version"));
    }
    packages
}

#[test]
fn what_the_program_was_built_from_is_what_the_lock_file_says() {
    let built: serde_json::Value = serde_json::from_str(&said(&["--version", "--json"])).expect("JSON");
    let told: BTreeMap<String, Vec<String>> = serde_json::from_value(built["locked"].clone()).expect("packages");
    let locked = locked();
    assert_eq!(told, locked);
    assert_eq!(built["burn"], locked["burn"][0]);
    assert_eq!(built["backends"]["burn-flex"], locked["burn-flex"][0]);
    assert_eq!(built["revision"], GIT_REVISION);
    assert!(built["target"].as_str().expect("text").starts_with(std::env::consts::ARCH), "{}", built["target"]);
}

#[test]
fn a_long_version_is_asked_for() {
    let (short, long) = (said(&["-V"]), said(&["-vV"]));
    assert_eq!((short.lines().count(), said(&["--version", "--verbose"])), (1, long.clone()));
    assert!(long.starts_with(&short), "{long}");
    let keys: Vec<&str> = long.lines().skip(1).filter_map(|line| line.split_once(' ')).map(|(key, _)| key).collect();
    for key in ["burn", "backends", "kernels", "features", "rustc", "target", "profile"] {
        assert!(keys.contains(&key), "{key}: {long}");
    }
    let dir = tempfile::tempdir().expect("temp");
    assert!(refused(dir.path(), &["--verbose"]).contains("--version"), "alone it says nothing");
    assert!(refused(dir.path(), &["--version", "run"]).contains("cannot be used"), "no command beside it");
    assert!(refused(dir.path(), &[]).contains("Usage: skipbench"));
}

#[test]
fn matches_are_printed_with_their_errors() {
    let text = said(&["match", "resnet56", "--family", "densenet-bc", "--budget", "macs"]);
    assert!(text.contains("resnet56") && text.contains("densenet-bc-") && text.contains('%'), "{text}");
    let dir = tempfile::tempdir().expect("temp");
    let arguments = [
        "match",
        "resnet20",
        "--family",
        "densenet",
        "--budget",
        "params",
        "--depth",
        "40",
        "--tolerance-percent",
        "0.01",
    ];
    let none = refused(dir.path(), &arguments);
    assert!(none.contains("the nearest is densenet-40-"), "{none}");
}

#[test]
fn suites_are_listed_and_printed_whole() {
    let list = said(&["suites"]);
    assert!(["quick", "cifar", "paper", "imagenet"].iter().all(|name| list.contains(name)), "{list}");
    assert_eq!(said(&["suites", "quick"]), include_str!("../../src/suite/builtin/quick.toml"));
}

#[test]
fn devices_and_data_are_described() {
    assert!(said(&["devices"]).contains("flex"));
    let digits = said(&["data", "check", "digits"]);
    assert!(digits.contains("597 training and 1200 test images") && digits.contains("sha256"), "{digits}");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(said(&["completions", shell]).contains("retry-failed"), "{shell}");
    }
}

#[test]
fn help_names_the_exit_codes_and_gives_examples() {
    assert!(said(&["--help"]).contains("130 interrupted"));
    assert!(said(&["run", "--help"]).contains("skipbench run --resume"));
}

/// A terminal of 80 columns would break a longer example in two.
#[test]
fn examples_fit_a_terminal() {
    let all = said(&["--help"]);
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15, "{all}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = said(&[name, "--help"]);
        for line in help.lines().filter(|line| line.starts_with("  skipbench ")) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn the_list_shows_cells_without_running_them() {
    let list = said(&["run", "quick", "--list", "--seeds", "4", "--sets", "2", "--filter", "backbone/ train-step"]);
    assert_eq!(list.lines().count(), 8, "three members and a twin in two sets: {list}");
    assert!(list.lines().all(|line| line.contains("backbone/") && line.contains("/seed=4")), "{list}");
}

#[test]
fn cells_of_a_published_data_set_are_listed_before_it_is_here() {
    let dir = tempfile::tempdir().expect("a folder");
    let (said, errors) = super::ends(dir.path(), &["run", "paper", "--list"], 0);
    assert!(said.contains("densenet-bc-190-40") && errors.contains("data fetch cifar10"), "{said}{errors}");
    assert!(refused(dir.path(), &["run", "paper"]).contains("data fetch cifar10"));
}

#[test]
fn bad_words_are_refused_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    let said = |arguments: &[&str]| refused(dir.path(), arguments);
    let unknown = said(&["run", "quik"]);
    assert!(unknown.contains("quik") && unknown.contains("quick, speed"), "{unknown}");
    assert!(said(&["models", "resnet57"]).contains("did you mean `resnet56`?"));
    let device = said(&["run", "--device", "gpu"]);
    assert!(device.contains("gpu") && device.contains("vulkan"), "{device}");
    let index = said(&["run", "--device", "flex:3"]);
    assert!(index.contains("no such device") && index.contains("1 flex device"), "{index}");
    let filter = said(&["run", "--filter", "vgg"]);
    assert!(filter.contains("leaves no cell"), "{filter}");
    let data = said(&["run", "cifar", "--data", "nowhere"]);
    assert!(data.contains("nowhere") && data.contains("skipbench data fetch cifar10"), "{data}");
    let resume = said(&["run", "--resume", "nowhere"]);
    assert!(resume.contains("no run to resume"), "{resume}");
    assert!(said(&["compare", "nowhere"]).contains("runs.csv"));
    assert!(said(&["data", "fetch", "mnist"]).contains("cifar10"));
    assert!(said(&["data", "check", "imagenet"]).contains("folder:DIR"));
    assert!(said(&["suites", "quik"]).contains("quick"));
}

#[test]
fn an_empty_data_variable_is_no_directory() {
    let dir = tempfile::tempdir().expect("temp");
    for arguments in [&["run", "--list"][..], &["run", "cifar", "--list"], &["data", "check", "digits"]] {
        let output = super::skipbench(dir.path()).args(arguments).env("SKIPBENCH_DATA", "").output().expect("started");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let check = |value: &str| {
        let output =
            super::skipbench(dir.path()).args(["data", "check", "cifar10"]).env("SKIPBENCH_DATA", value).output();
        String::from_utf8_lossy(&output.expect("started").stderr).into_owned()
    };
    assert!(check("").contains("/data/cifar-10-batches-bin"), "{}", check(""));
    assert!(check("elsewhere").contains("/elsewhere/cifar-10-batches-bin"), "{}", check("elsewhere"));
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_backend_that_is_not_compiled_in_says_how_to_get_it() {
    let dir = tempfile::tempdir().expect("temp");
    let message = refused(dir.path(), &["run", "--device", "wgpu"]);
    assert!(message.contains("--features wgpu"), "{message}");
}

/// No partial run: the files are read before anything is planned.
#[test]
fn broken_data_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), TINY.replace("\"digits\"", "\"cifar10\"")).expect("written");
    fs::create_dir(dir.path().join("data")).expect("made");
    fs::write(dir.path().join("data/data_batch_1.bin"), vec![0; 1000]).expect("written");
    let message = refused(dir.path(), &["run", "suite.toml", "--out", "out"]);
    assert!(message.contains("data_batch_1.bin") && message.contains("1000 bytes"), "{message}");
    assert!(!dir.path().join("out").exists());
}

/// What is wrong with the files, said by the real binary with the file's name; no run is begun.
fn broken(dir: &Path, data: &str) -> String {
    let text = TINY.replace("\"digits\"", &format!("\"{data}\"")).replace("batch = 16", "batch = 4");
    fs::write(dir.join("suite.toml"), text).expect("written");
    let message = refused(dir, &["run", "suite.toml", "--out", "out"]);
    assert!(message.contains("suite.toml: data") && !dir.join("out").exists(), "{message}");
    message
}

#[test]
fn a_wrong_label_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().expect("temp");
    let folder = dir.path().join("data");
    fs::create_dir(&folder).expect("made");
    write_cifar10(&folder, 3);
    let mut bytes = fs::read(folder.join("test_batch.bin")).expect("written");
    bytes[2 * 3073] = 11;
    fs::write(folder.join("test_batch.bin"), bytes).expect("written");
    let message = broken(dir.path(), "cifar10");
    assert!(message.contains("data/test_batch.bin: label 11 in record 2; expected a label below 10"), "{message}");
}

#[test]
fn a_broken_folder_of_images_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().expect("temp");
    let pictures = dir.path().join("pictures");
    let said = |expected: &[&str]| {
        let message = broken(dir.path(), "folder:pictures");
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
    };
    write_folder(&pictures);
    fs::write(pictures.join("train/warm/0.png"), b"not a picture").expect("written");
    said(&["pictures/train/warm/0.png", "expected a whole image"]);
    write_folder(&pictures);
    let cut = pictures.join("test/cold/1.jpg");
    let bytes = fs::read(&cut).expect("written");
    fs::write(&cut, &bytes[..bytes.len() - 50]).expect("written");
    said(&["pictures/test/cold/1.jpg", "cut short", "expected a whole image"]);
    write_folder(&pictures);
    for file in fs::read_dir(pictures.join("train/cold")).expect("there").flatten() {
        fs::remove_file(file.path()).expect("removed");
    }
    said(&["pictures/train/cold: an empty class", "at least one image: JPEG, PNG"]);
    fs::remove_dir_all(pictures.join("test")).expect("removed");
    said(&["pictures/test: not found", "train/<class>/* and test/<class>/*"]);
}

#[test]
fn a_damaged_run_is_named_and_not_compared() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("runs.csv"), "schema_version,cell\n1,\"abc").expect("written");
    fs::write(dir.path().join("samples.csv"), "").expect("written");
    let message = refused(dir.path(), &["compare", "."]);
    assert!(message.contains("runs.csv"), "{message}");
    let gate = refused(dir.path(), &["gate", "--base", ".", "--head", "."]);
    assert!(gate.contains("runs.csv"), "{gate}");
}

#[test]
fn what_would_be_ignored_is_refused_instead() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), TINY).expect("written");
    let said = |arguments: &[&str]| refused(dir.path(), arguments);
    let seeds = said(&["run", "suite.toml", "--list", "--seeds", "1,2,1"]);
    assert!(seeds.contains("--seeds: 1 is listed twice"), "{seeds}");
    let nowhere = said(&["run", "suite.toml", "--list", "--data", "nowhere"]);
    assert!(nowhere.contains("--data nowhere") && nowhere.contains("folder:DIR"), "{nowhere}");
    let none = said(&["data", "check", "generated", "--classes", "0"]);
    assert!(none.contains("classes = 0: a number from 1 to"), "{none}");
    let huge = said(&["data", "check", "folder:pictures", "--image-size", "99999999"]);
    assert!(huge.contains("size = 99999999: a number from 1 to"), "{huge}");
    let unused = said(&["data", "check", "digits", "--dir", "data"]);
    assert!(unused.contains("--dir: digits does not lie in a directory of data sets; leave it out"), "{unused}");
    let missing = said(&["compare", "nowhere"]);
    assert_eq!(missing.matches("os error").count(), 1, "a cause is said once: {missing}");
}

/// A flag that the form at hand does not use would be believed to have counted.
#[test]
fn flags_of_another_form_are_refused_with_the_forms_that_use_them() {
    let dir = tempfile::tempdir().expect("temp");
    let said = |arguments: &[&str]| refused(dir.path(), arguments);
    let finished = ["gate", "--base", "a", "--head", "b"];
    let given = |more: &[&str]| said(&[&finished[..], more].concat());
    for flag in [
        "--suite x",
        "--cpus 1",
        "--seconds 1",
        "--steps 1",
        "--sets 4",
        "--seed 1",
        "--timeout 9s",
        "--out x",
        "--quiet",
    ] {
        let words: Vec<&str> = flag.split(' ').collect();
        let error = given(&words);
        assert!(error.contains(&format!("{} does nothing with --base and --head", words[0])), "{error}");
        assert!(error.contains("It goes with --against; with --binaries"), "{error}");
    }
    let error = said(&["gate", "--binaries", "a", "b", "--features", "wgpu"]);
    assert!(
        error.contains("--features does nothing with --binaries") && error.contains("goes with --against"),
        "{error}"
    );
    assert!(said(&["gate", "--binaries", "a", "b", "--bin", "x"]).contains("--bin does nothing"));
    assert!(said(&["gate", "--against", "main", "--relinked", "x"]).contains("--relinked does nothing"));
    assert!(given(&["--bless", "--junit", "x"]).contains("--junit or --benchmark-json does nothing with --bless"));
    let command = ["gate", "--base-command", "true", "--head-command", "true", "--features", "wgpu"];
    assert!(said(&command).contains("--features does nothing with --base-command"));
    for other in [
        &["suites", "quick", "--json"][..],
        &["models", "--size", "8"],
        &["steps", "--cell", "x", "--batch", "8"],
        &["steps", "--sleep", "1ms", "--task", "infer"],
        &["run", "--list", "--out", "x"],
        &["claims", "--from", "x", "--retry-failed"],
    ] {
        let error = said(other);
        assert!(error.contains("cannot be used with") || error.contains("leave them out"), "{other:?}: {error}");
    }
}

#[test]
fn amounts_without_a_unit_are_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let said = |arguments: &[&str]| refused(dir.path(), arguments);
    for arguments in [
        &["run", "--precision", "2%", "--max-time", "5"][..],
        &["versus", "a", "b", "--timeout", "5"],
        &["gate", "--base-command", "a", "--head-command", "b", "--timeout", "5"],
    ] {
        let error = said(arguments);
        assert!(error.contains("such as 90s, 10m or 1h 30m; 5 of which unit?"), "{error}");
    }
    for arguments in [
        &["run", "--precision", "0.02"][..],
        &["versus", "a", "b", "--limit", "0.03"],
        &["versus", "a", "b", "--precision", "1"],
        &["steps", "resnet20", "--plant", "3"],
    ] {
        assert!(said(arguments).contains("such as"), "{arguments:?}");
    }
}

#[test]
fn a_batch_larger_than_the_data_set_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("suite.toml"), TINY.replace("batch = 16", "batch = 2000")).expect("written");
    let message = refused(dir.path(), &["run", "suite.toml", "--out", "out"]);
    for part in ["suite.toml: group \"pair\"", "recipe.batch = 2000", "597 training images of digits", "1 to 597"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!dir.path().join("out").exists());
    // What works on one fixed batch may repeat images.
    super::ends(dir.path(), &["run", "suite.toml", "--list", "--filter", "infer"], 0);
}
