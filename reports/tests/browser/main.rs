//! The page in a real browser: nothing is loaded, nothing is complained of, all of it is there, on a phone too.
//!
//! Needs Chromium (`chromium` on the path, or CHROMIUM). Pictures go to `target/browser`.

mod chromium;
mod rows;
mod site;

use std::fs;

use chromium::{chromium, folder, run, seen};

#[test]
fn everything_is_there_and_answers_to_pointer_and_keyboard() {
    let seen = seen("page.html", &["--window-size=1280,900"]);
    let sections = [
        "answer",
        "comparison",
        "frontier",
        "training",
        "growth",
        "parts",
        "roofline",
        "rank",
        "failures",
        "reproduce",
        "rows",
    ];
    let found: Vec<&str> = seen["sections"].as_array().expect("a list").iter().filter_map(|id| id.as_str()).collect();
    for section in sections {
        assert!(found.contains(&section), "{section}: {found:?}");
    }
    assert!(seen["plots"].as_u64() > Some(8) && seen["tables"].as_u64() > Some(12), "{seen}");
    assert_eq!(
        (seen["unnamed"].as_u64(), &seen["repeated"], &seen["dead"]),
        (Some(0), &serde_json::json!([]), &serde_json::json!([]))
    );
    assert!(seen["focused"].as_str().is_some_and(|tip| tip.contains("test accuracy")), "{seen}");
    assert!(seen["marks"].as_u64() > Some(20) && seen["overlaid"].as_u64() > Some(0), "{seen}");
    assert_eq!(seen["astray"], serde_json::json!([]), "a pointer at a mark's center is told of that mark");
    assert_ne!(seen["before"], seen["after"], "the button changes the theme");
    assert!(seen["title"].as_str().is_some_and(|title| title.starts_with("skipbench: ")), "no name was run: {seen}");
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let log = folder().join("net.json");
    chromium(
        "bare.html",
        &["--dump-dom", &format!("--log-net-log={}", log.display()), "--net-log-capture-mode=IncludeSensitive"],
    );
    let text = fs::read_to_string(log).expect("a log");
    let asked: Vec<&str> = text.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    // What the browser asks for of its own accord, for itself.
    let browsers = ["google.com/", "googleapis.com/", "gvt1.com/"];
    let schemes = ["file:", "data:", "chrome:", "about:", "devtools:", "chrome-extension:"];
    let own = |url: &&str| {
        schemes.iter().any(|scheme| url.starts_with(scheme)) || browsers.iter().any(|host| url.contains(host))
    };
    let foreign: Vec<&&str> = asked.iter().filter(|url| !own(url)).collect();
    assert!(text.contains("logEventTypes") && foreign.is_empty(), "{foreign:?}");
    assert_eq!(seen("page.html", &[])["loaded"], serde_json::json!([]), "nor by the page's own account");
}

#[test]
fn a_phone_needs_no_scrolling_sideways() {
    let seen = seen("phone.html", &["--window-size=800,2600"]);
    assert_eq!(seen["window"].as_u64(), Some(360));
    assert!(seen["wide"].as_u64() <= Some(360), "{seen}");
}

/// Tables and plots that are wider scroll by themselves; the report and the site do not.
#[test]
fn no_page_scrolls_sideways_from_a_phone_to_a_wide_screen_in_light_and_dark() {
    for (page, width) in [("page", 390), ("page", 1600), ("site", 390), ("site", 1600)] {
        for dark in [0, 1] {
            let scheme = format!("--blink-settings=preferredColorScheme={dark}");
            let seen = seen(&format!("{page}-{width}.html"), &["--window-size=1800,2600", &scheme]);
            assert_eq!(seen["window"].as_u64(), Some(width), "{page}");
            assert!(seen["wide"].as_u64() <= Some(width), "{page} at {width}: {seen}");
            assert_eq!((&seen["repeated"], &seen["dead"]), (&serde_json::json!([]), &serde_json::json!([])), "{page}");
        }
    }
}

#[test]
fn a_phone_shows_whose_bars_there_are_and_whole_commands() {
    let seen = seen("phone.html", &["--window-size=800,2600"]);
    assert!(seen["names"].as_u64() > Some(2) && seen["copied"].as_u64() > Some(0), "{seen}");
    assert_eq!((seen["hidden"].as_u64(), seen["covered"].as_u64()), (Some(0), Some(0)), "{seen}");
}

#[test]
fn paper_is_light_whatever_the_button_and_the_system_say() {
    let pdf = format!("--print-to-pdf={}", folder().join("pressed.pdf").display());
    for dark in [0, 1] {
        let (_, errors) = run("paper.html", &[&pdf, &format!("--blink-settings=preferredColorScheme={dark}")]);
        assert!(errors.contains("on paper: dark, rgb(255, 255, 255), rgb(255, 255, 255)"), "{errors}");
    }
}

#[test]
fn light_dark_phone_and_paper_are_drawn() {
    let picture = |name: &str| folder().join(name);
    let shot = |name: &str| format!("--screenshot={}", picture(name).display());
    chromium("bare.html", &[&shot("light.png"), "--window-size=1280,5000", "--blink-settings=preferredColorScheme=1"]);
    chromium("bare.html", &[&shot("dark.png"), "--window-size=1280,5000", "--blink-settings=preferredColorScheme=0"]);
    chromium("phone.html", &[&shot("phone.png"), "--window-size=500,2400"]);
    chromium("explore.html", &[&shot("site.png"), "--window-size=1600,3000"]);
    chromium("bare.html", &[&format!("--print-to-pdf={}", picture("paper.pdf").display())]);
    let bytes = |name: &str| fs::read(picture(name)).expect(name);
    assert_ne!(bytes("light.png"), bytes("dark.png"), "the system's theme is followed");
    assert!(["phone.png", "paper.pdf"].iter().all(|name| bytes(name).len() > 10_000));
    let dark = seen("page.html", &["--blink-settings=preferredColorScheme=0"]);
    let light = seen("page.html", &["--blink-settings=preferredColorScheme=1"]);
    assert_eq!((dark["dark"].as_bool(), light["dark"].as_bool()), (Some(true), Some(false)));
    assert_ne!(dark["before"], light["before"]);
}
