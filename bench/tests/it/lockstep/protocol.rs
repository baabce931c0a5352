//! The lines of the protocol.

use skipbench::internals::lockstep::protocol::{Answer, Greeting, HELLO, Introduction, Request};

#[test]
fn requests_are_lines() {
    assert_eq!(Request::Hello.to_string(), "hello skipbench-steps 1");
    assert_eq!(Request::Step(3).to_string(), "step 3");
    assert_eq!(Request::Quit.to_string(), "quit");
}

#[test]
fn answers_are_read_and_nothing_else_is() {
    assert_eq!(Answer::parse(HELLO), Some(Answer::Hello));
    assert_eq!(Answer::parse("units 64 images"), Some(Answer::Units(64, "images".into())));
    assert_eq!(Answer::parse("fact torch 2.15 on two"), Some(Answer::Fact("torch".into(), "2.15 on two".into())));
    assert_eq!(Answer::parse("ns 1 22 333"), Some(Answer::Times(vec![1, 22, 333])));
    assert_eq!(Answer::parse("error no GPU"), Some(Answer::Error("no GPU".into())));
    let strange = [
        "",
        " ",
        "Loading data",
        "hello",
        "hello skipbench-steps 2",
        "hello skipbench-steps 1 ",
        "ns",
        "ns 1.5",
        "ns -1",
        "ns +1",
        "ns 1e3",
        "ns 1_000",
        "ns \u{661}",
        "ns 99999999999999999999",
        "units +64 images",
        "ns 1  2",
        "ns 1 ",
        "units 0 images",
        "units images",
        "units 64",
        "ready now",
        "name",
        "fact alone",
        "NS 1",
        "step 1",
    ];
    for line in strange {
        assert_eq!(Answer::parse(line), None, "{line:?}");
    }
}

fn greet(lines: &[&str]) -> Result<Option<Introduction>, String> {
    let mut greeting = Greeting::default();
    let mut last = Ok(None);
    for line in lines {
        last = greeting.take(Answer::parse(line).expect("an answer"));
        if last.is_err() {
            break;
        }
    }
    last
}

#[test]
fn an_introduction_begins_with_hello_and_ends_with_ready() {
    let whole = greet(&[HELLO, "name mine", "units 64 images", "fact a b", "ready"]).expect("right").expect("whole");
    assert_eq!((whole.name.as_str(), whole.units), ("mine", Some((64, "images".into()))));
    assert_eq!(whole.facts, [("a".to_owned(), "b".to_owned())]);
    assert_eq!(greet(&[HELLO, "ready"]), Ok(Some(Introduction::default())));
    assert_eq!(greet(&[HELLO, "name mine"]), Ok(None), "not whole yet");
    assert!(greet(&["ready"]).is_err_and(|error| error.contains(HELLO)));
    assert!(greet(&[HELLO, HELLO]).is_err());
    assert!(greet(&[HELLO, "ns 1"]).is_err());
    assert_eq!(greet(&["error no data"]), Err("no data".to_owned()));
}
