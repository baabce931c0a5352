//! The site in a real browser: filters, the order and the link that keeps both; and the box that says what to take.

use serde_json::{Value, json};

use super::chromium::seen;

fn count(seen: &Value) -> u64 {
    seen["count"].as_u64().expect("a count")
}

fn values(seen: &Value) -> Vec<f64> {
    seen["values"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

#[test]
fn a_link_opens_the_table_as_it_was_left() {
    let seen = seen("explore.html#explore?style=add&metric=test+accuracy&sort=-value", &["--window-size=1280,900"]);
    let (came, all) = (&seen["came"], &seen["all"]);
    assert_eq!((&came["styles"], &came["metrics"]), (&json!(["add"]), &json!(["test accuracy"])), "{came}");
    assert!(count(came) > 1 && count(came) < count(all), "{seen}");
    assert!(values(came).is_sorted_by(|a, b| a >= b), "{came}");
    assert_eq!(came["told"], json!(format!("{} of {} numbers", count(came), count(all))));
}

#[test]
fn filters_search_and_order_go_together_and_into_the_address() {
    let seen = seen("explore.html", &["--window-size=1280,900"]);
    assert_eq!((count(&seen["came"]), &seen["came"]["hash"]), (count(&seen["all"]), &json!("")), "untouched at first");
    let found = &seen["found"];
    assert_eq!((&found["styles"], &found["metrics"]), (&json!(["concat"]), &json!(["train peak"])), "{found}");
    assert_eq!(found["hash"], json!("#explore?metric=train+peak&find=DENSE"));
    assert_eq!(count(&seen["none"]), 0);
    let (rising, falling) = (values(&seen["rising"]), values(&seen["falling"]));
    assert!(rising.len() > 3 && rising.is_sorted() && falling.is_sorted_by(|a, b| a >= b), "{rising:?} {falling:?}");
    assert_eq!(
        (&seen["falling"]["hash"], &seen["sorted"]),
        (&json!("#explore?metric=train+peak&sort=-value"), &json!("descending"))
    );
}

#[test]
fn the_box_takes_the_most_accurate_that_keeps_every_limit() {
    let seen = seen("explore.html", &["--window-size=1280,900"]);
    let taken: Vec<&str> = seen["taken"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(taken[0].starts_with("Take dense (concat, near): test accuracy 97.7"), "{taken:?}");
    assert!(taken[1].starts_with("Take resnet (add, ") && taken[1].contains("train peak 10.0 MiB"), "{taken:?}");
    assert_eq!(taken[2], "No measured network keeps these limits.");
    assert!(seen["beyond"].as_u64() > Some(2), "{seen}");
}
