//! `gate.toml`: what is left out has its default, what is wrong is named.

use std::fs;

use skipbench_ci::config::{Config, Inconclusive};

fn read(text: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("gate.toml");
    fs::write(&path, text).expect("written");
    Config::read(&path).map_err(|error| error.to_string())
}

#[test]
fn what_is_left_out_has_its_default() {
    assert_eq!(read(""), Ok(Config::default()));
    let some = read("inconclusive = \"fail\"\n[limits]\ntime = 0.1\n").expect("right");
    assert_eq!((some.inconclusive, some.limits.time, some.limits.heap), (Inconclusive::Fail, 0.1, 0.005));
}

#[test]
fn what_is_wrong_is_named_with_its_file() {
    for (text, named) in [
        ("[limits]\ntyme = 0.1\n", "tyme"),
        ("[limits]\ntime = \"5%\"\n", "time"),
        ("[limits]\nheap = 0\n", "heap"),
        ("[limits]\nwork = 1.5\n", "limits.work = 1.5"),
        ("[limits]\ntime = 5.0\n", "limits.time = 5"),
        ("[limits]\ntime = nan\n", "limits.time"),
        ("inconclusive = \"maybe\"\n", "maybe"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(named) && error.contains("gate.toml"), "{error}");
    }
}

#[test]
fn commands_are_read_and_each_key_that_is_wrong_is_named() {
    let pair = |name: &str, base: &str, head: &str| {
        format!("[[command]]\nname = \"{name}\"\nbase = \"{base}\"\nhead = \"{head}\"\n")
    };
    let config = read(&(pair("one", "python3 'my old.py'", "b") + &pair("two", "a", "b"))).expect("right");
    assert_eq!(config.commands[0].words().expect("words")[0], ["python3", "my old.py"]);
    for (text, named) in [
        (pair(" ", "a", "b"), "name: a name is needed"),
        (pair("one", "a", "b") + &pair("one", "c", "d"), "command \"one\": name: two commands have it"),
        (pair("one", "", "b"), "command \"one\": base: a command is empty"),
        (pair("one", "a", "b 'c"), "command \"one\": head: `b 'c`: a quotation mark is not closed"),
        ("[[command]]\nname = \"one\"\nbase = \"a\"\n".to_owned(), "head"),
        (pair("one", "a", "b") + "limit = 3\n", "limit"),
    ] {
        let error = read(&text).expect_err(&text);
        assert!(error.contains(named) && error.contains("gate.toml"), "{error}");
    }
}

/// The file that documents every key holds every default.
#[test]
fn the_projects_own_file_says_the_defaults() {
    let own = Config::read(std::path::Path::new("gate.toml")).expect("right");
    assert_eq!(own.limits, Config::default().limits);
}
