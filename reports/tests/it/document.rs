//! Sealed documents: whatever is edited in one is known, and those of earlier versions are read.

use serde_json::{Value, json};
use skipbench_reports::rows::document::{DocumentError, format, long, parse};

fn plan() -> Value {
    json!({
        "suite": "small",
        "goal": null,
        "cells": [{ "recipe": { "lr": 0.1, "beta": 1e-7, "third": 1.0 / 3.0 }, "seed": 18_446_744_073_709_551_615_u64 }],
    })
}

#[test]
fn what_is_written_is_read_with_its_seal() {
    let document = parse(&format(&plan()).expect("an object")).expect("sealed");
    assert!(document.sealed && document.value == plan());
    let anew = format(&document.value).expect("an object");
    assert_eq!(anew, format(&plan()).expect("an object"), "written again, it is the same");
}

/// Every byte that is changed into another character of the same kind is an edit; white space and order are none.
#[test]
fn an_edit_at_any_place_is_known() {
    let text = format(&plan()).expect("an object");
    for (at, old) in text.char_indices() {
        let new = match old {
            '0'..='8' => char::from(old as u8 + 1),
            '9' => '1',
            'a'..='y' => char::from(old as u8 + 1),
            _ => continue,
        };
        let edited = format!("{}{new}{}", &text[..at], &text[at + 1..]);
        let own_key = parse(&edited).is_ok_and(|document| !document.sealed);
        assert!(parse(&edited).is_err() || own_key && text[..at].ends_with(|c: char| c == '"' || c.is_alphabetic()));
    }
    let dense: Value = serde_json::from_str(&text).expect("JSON");
    assert!(parse(&dense.to_string()).expect("the same").sealed, "another layout is the same document");
}

#[test]
fn a_document_without_a_seal_is_read_and_says_so() {
    let document = parse(&plan().to_string()).expect("of an earlier version");
    assert!(!document.sealed && document.value == plan());
    assert!(matches!(parse("[1]"), Err(DocumentError::NoObject)));
    assert!(matches!(parse("{"), Err(DocumentError::Json(_))));
    assert!(matches!(format(&[1]), Err(DocumentError::NoObject)));
}

/// The text of a long document is that of any other, so that either can be read as the other.
#[test]
fn a_long_document_is_written_and_read_item_by_item_as_the_whole() {
    for cells in [json!([]), json!([1]), json!([{ "b": 0.1, "a": [1, 2] }, null, "x\ny", { "c": {} }])] {
        let list = cells.as_array().expect("a list").clone();
        let whole = json!({ "a": 1, "cells": cells, "plan": { "cells": [] }, "z": "\"" });
        let head = json!({ "a": 1, "cells": [], "plan": { "cells": [] }, "z": "\"" });
        let mut text = Vec::new();
        long::write(&mut text, &head, "cells", &list).expect("written");
        let text = String::from_utf8(text).expect("text");
        assert_eq!(text, format(&whole).expect("an object"));
        let read = long::read::<Value, Value, &[u8]>(|| Ok(text.as_bytes()), "cells").expect("sealed");
        assert!(read.sealed && read.head == head && read.list == list);
        let edited = text.replace('1', "2");
        let error = long::read::<Value, Value, &[u8]>(|| Ok(edited.as_bytes()), "cells").expect_err("edited");
        assert!(matches!(error, DocumentError::Edited), "{error}");
    }
}

#[test]
fn a_long_document_that_is_none_is_refused() {
    for text in ["", "[]", "{\"cells\": 7}", "{\"cells\": []} x", "{\"a\": 1, \"a\": 2, \"cells\": []}"] {
        assert!(long::read::<Value, Value, &[u8]>(|| Ok(text.as_bytes()), "cells").is_err(), "{text}");
    }
    let old = long::read::<Value, u8, &[u8]>(|| Ok(b"{\"cells\": [1, 2]}"), "cells").expect("of an earlier version");
    assert!(!old.sealed && old.list == [1, 2]);
}
