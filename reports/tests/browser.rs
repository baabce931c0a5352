//! The page in a real browser: nothing is loaded, nothing is complained of, all of it is there, on a phone too.
//!
//! Needs Chromium (`chromium` on the path, or CHROMIUM). Pictures go to `target/browser`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use skipbench_reports::page::page;
use skipbench_reports::record::{RunRow, SCHEMA_VERSION, SampleRow, Status};
use skipbench_reports::report::Report;
use skipbench_reports::store::Run;

/// A name that would run as a program, or break out of an attribute, were it not escaped.
const HOSTILE: &str = "<script>document.title='run'</script>\" onload=\"x & <b>";

/// Looks at the page from inside and tells what it sees, to the page around it too.
const PROBE: &str = r##"<script>addEventListener('load', () => setTimeout(() => {
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  const point = document.querySelector('.chart .point');
  point.focus();
  const tip = document.getElementById('tip');
  const focused = tip.hidden ? '' : tip.textContent;
  point.blur();
  document.querySelectorAll('.chart .point')[3].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  const hovered = tip.hidden ? '' : tip.textContent;
  const before = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const after = getComputedStyle(document.body).backgroundColor;
  document.querySelector('.theme').click();
  const centre = (mark) => {
    mark.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const box = mark.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  };
  const saying = (mark) => mark.closest('.point').getAttribute('aria-label');
  const deaf = [...document.querySelectorAll('.chart .point .mark')].filter((mark) => !centre(mark)?.closest('.point')).map(saying);
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const covered = [...document.querySelectorAll('.command')].filter((box) => {
    const text = document.createRange();
    text.selectNodeContents(box.querySelector('code'));
    const button = box.querySelector('button').getBoundingClientRect();
    return [...text.getClientRects()].some((line) => meets(line, button));
  }).length;
  const names = [...document.querySelectorAll('#parts .chart .name')];
  const hidden = names.filter((name) => name.getBoundingClientRect().height < 8).length;
  dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  const seen = {
    wide: document.documentElement.scrollWidth, window: innerWidth,
    repeated: ids.filter((id, index) => ids.indexOf(id) !== index),
    sections: [...document.querySelectorAll('main > section')].map((section) => section.id),
    dead: [...document.querySelectorAll('a[href^="#"]')].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)),
    plots: document.querySelectorAll('figure svg').length, tables: document.querySelectorAll('table').length,
    deaf, covered, copied: document.querySelectorAll('.command button').length, names: names.length, hidden,
    unnamed: document.querySelectorAll('.chart .point:not([aria-label])').length,
    loaded: performance.getEntriesByType('resource').map((entry) => entry.name),
    title: document.title, focused, hovered, before, after, dark: matchMedia('(prefers-color-scheme: dark)').matches,
  };
  const told = document.createElement('pre');
  told.id = 'probe';
  told.textContent = JSON.stringify(seen);
  document.body.append(told);
  if (parent !== window) parent.postMessage(told.textContent, '*');
}, 50));</script>"##;

/// Presses the theme's button until the page is dark, and tells its colours as they are printed.
const PAPER: &str = r##"<script>addEventListener('load', () => {
  while (document.documentElement.dataset.theme !== 'dark') document.querySelector('.theme').click();
  matchMedia('print').addEventListener('change', (event) => {
    const [body, drawing] = [document.body, document.querySelector('.chart .paper')].map((element) => getComputedStyle(element));
    if (event.matches) console.log(`on paper: ${document.documentElement.dataset.theme}, ${body.backgroundColor}, ${drawing.fill}`);
  });
});</script>"##;

/// The page in a frame as wide as a small phone; what the probe tells is passed on.
const PHONE: &str = r#"<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><iframe src="page.html" width="360" height="2400"
  style="border:0"></iframe><script>addEventListener('message', (event) => {
  const told = document.createElement('pre'); told.id = 'probe'; told.style.display = 'none'; told.textContent = event.data;
  document.body.append(told); });</script>"#;

fn row(group: &str, model: &str, skip: &str, task: &str, seed: u64) -> RunRow {
    RunRow {
        schema_version: SCHEMA_VERSION,
        cell: format!("{group}{model}{task}{seed}"),
        status: Status::Ok,
        suite: "test".into(),
        group: group.into(),
        reference: "resnet".into(),
        budget: "params".into(),
        model: model.into(),
        family: "backbone".into(),
        skip: skip.into(),
        depth: 20,
        task: task.into(),
        seed,
        data: "digits".into(),
        recipe: "{}".into(),
        batch: 64,
        params: Some(270_000),
        macs: Some(2_500_000),
        traffic_bytes: Some(500_000),
        join_bytes: Some(50_000),
        device: "flex".into(),
        device_name: HOSTILE.into(),
        host: "m1".into(),
        command: HOSTILE.into(),
        started: "2026-11-23T08:00:00Z".into(),
        ..RunRow::default()
    }
}

/// A network in all of a quick suite's tasks, three seeds.
fn network(group: &str, model: &str, skip: &str, speed: u64, correct: u64) -> Vec<Run> {
    (1..=3)
        .flat_map(|seed| {
            let row = |task| row(group, model, skip, task, seed);
            let step = 40_000_000 / speed + seed * 100_000;
            let train = RunRow { test_correct: Some(correct + seed), test_total: Some(1200), ..row("train") };
            let loss = |index: u64| SampleRow {
                cell: train.cell.clone(),
                series: "loss".into(),
                index,
                value: 2.0 / index as f64,
            };
            let samples = (1..10).map(loss).collect();
            let timed = RunRow {
                step_ns_median: Some(step),
                forward_ns_median: Some(step / 3),
                backward_ns_median: Some(step / 2),
                optimizer_ns_median: Some(step / 10),
                ceiling_flops_per_s: Some(160e9),
                ceiling_bytes_per_s: Some(26e9),
                ..row("train-step")
            };
            let memory = RunRow { heap_peak_bytes: Some((20 << 20) / speed), ..row("peak-memory-train") };
            [Run { row: train, samples }, Run { row: timed, samples: vec![] }, Run { row: memory, samples: vec![] }]
        })
        .collect()
}

fn runs() -> Vec<Run> {
    let failed = RunRow { status: Status::Timeout, error: HOSTILE.into(), ..row("near", "plain", "none", "train", 4) };
    let sweep = |depth: u64| RunRow {
        sweep: "depth".into(),
        sweep_line: "resnet".into(),
        sweep_value: Some(depth),
        heap_peak_bytes: Some(depth << 20),
        heap_saved_bytes: Some(depth << 19),
        ..row("depths", "resnet", "add", "peak-memory-train", depth)
    };
    let mut runs = [
        network("near", "resnet", "add", 2, 1150),
        network("near", "plain", "none", 2, 1100),
        network("near", "dense", "concat", 1, 1170),
        network(HOSTILE, HOSTILE, "gated", 1, 1000),
        network(HOSTILE, "resnet", "add", 2, 1150),
        network(HOSTILE, "plain", "none", 2, 1120),
    ]
    .concat();
    runs.push(Run { row: failed, samples: vec![] });
    runs.extend([8, 20, 56].map(|depth| Run { row: sweep(depth), samples: vec![] }));
    runs
}

/// The folder with the page, the page with the probe, and the pictures.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../browser");
        fs::create_dir_all(&dir).expect("a folder");
        let dir = dir.canonicalize().expect("a folder");
        let text = page(&Report::new(runs()));
        fs::write(dir.join("bare.html"), &text).expect("written");
        fs::write(dir.join("page.html"), text.replace("</body>", &format!("{PROBE}</body>"))).expect("written");
        fs::write(dir.join("paper.html"), text.replace("</body>", &format!("{PAPER}</body>"))).expect("written");
        fs::write(dir.join("phone.html"), PHONE).expect("written");
        dir
    })
}

/// Runs Chromium on one of the folder's files; gives standard output, after a look at standard error.
fn chromium(file: &str, options: &[&str]) -> String {
    let (said, errors) = run(file, options);
    let complaints: Vec<&str> = errors.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    said
}

/// Runs Chromium on one of the folder's files; gives standard output and standard error.
fn run(file: &str, options: &[&str]) -> (String, String) {
    let program = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(&program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-extensions",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
        ])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(options)
        .arg(format!("file://{}", folder().join(file).display()))
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; these tests need Chromium (Debian: chromium)"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{errors}");
    (said, errors)
}

/// What the probe saw.
fn seen(file: &str, options: &[&str]) -> serde_json::Value {
    let page = chromium(file, &[&["--dump-dom"], options].concat());
    let (_, told) =
        page.split_once("<pre id=\"probe\"").unwrap_or_else(|| panic!("the probe told nothing: {page:.300}"));
    let told = told.split_once('>').and_then(|(_, told)| told.split_once("</pre>")).expect("an element").0;
    serde_json::from_str(&told.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
        .expect("what the probe told")
}

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
    assert!(seen["hovered"].as_str().is_some_and(|tip| !tip.is_empty() && seen["focused"] != *tip), "{seen}");
    assert_eq!(seen["deaf"], serde_json::json!([]), "every mark answers a pointer at its centre");
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
    chromium("bare.html", &[&format!("--print-to-pdf={}", picture("paper.pdf").display())]);
    let bytes = |name: &str| fs::read(picture(name)).expect(name);
    assert_ne!(bytes("light.png"), bytes("dark.png"), "the system's theme is followed");
    assert!(["phone.png", "paper.pdf"].iter().all(|name| bytes(name).len() > 10_000));
    let dark = seen("page.html", &["--blink-settings=preferredColorScheme=0"]);
    let light = seen("page.html", &["--blink-settings=preferredColorScheme=1"]);
    assert_eq!((dark["dark"].as_bool(), light["dark"].as_bool()), (Some(true), Some(false)));
    assert_ne!(dark["before"], light["before"]);
}
