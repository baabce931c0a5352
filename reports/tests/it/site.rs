//! The site: every number of every record in one table, and nothing that others wrote becomes markup.

use skipbench_reports::page::{SITE_MARK, page, site};
use skipbench_reports::report::Report;

use super::curves::point;
use super::failed;
use super::questions::quick;

const HOSTILE: &str = "<script>alert(1)</script>\" onload=\"x & '<b>";

fn report() -> Report {
    let sweep = [10, 20, 40].map(|depth| point("line", depth, 1, 1e6 * depth as f64));
    Report::new([quick(), sweep.to_vec(), vec![failed("plain", 4, "no memory")]].concat())
}

/// The part of the page that is filtered.
fn explorer(text: &str) -> &str {
    let part = text.split("<section id=\"explore\"").nth(1).expect("a table of all numbers");
    part.split("</section>").next().expect("it ends")
}

#[test]
fn every_number_has_a_line_and_stands_there_as_elsewhere() {
    let report = report();
    let text = site(&report);
    let part = explorer(&text);
    let members = report.comparisons.iter().flat_map(|comparison| &comparison.members);
    let compared: usize = members.map(|member| member.entries.len()).sum();
    let swept: usize = report.curves.iter().map(|curve| curve.points.len()).sum();
    assert!(compared > 20 && swept > 2);
    assert_eq!(part.matches("<tr><th scope=\"row\">").count(), compared + swept);
    assert!(
        part.contains(&format!("<output aria-live=\"polite\">{} numbers</output>", compared + swept)),
        "{part:.2000}"
    );
    for name in ["machine", "data", "family", "style", "metric", "suite"] {
        assert!(part.contains(&format!("name=\"{name}\" data-column=")), "{name}");
    }
    assert!(part.contains("<option value=\"CPU, flex, m1\">"), "a machine has its name, device and identity");
    assert!(part.contains("line, depth 20") && part.contains(">×0.50 [0.49, 0.51]<span>slower</span>"), "{part}");
}

#[test]
fn the_site_is_the_report_with_that_table_in_place_of_the_rows() {
    let (text, page) = (site(&report()), page(&report()));
    let sections = |text: &str| -> Vec<String> {
        let parts = text.split("<section id=\"").skip(1);
        parts.map(|part| part.split('"').next().unwrap_or_default().to_owned()).collect()
    };
    let mut expected = sections(&page);
    expected.retain(|id| id != "rows");
    expected.insert(1, "explore".to_owned());
    assert_eq!(sections(&text), expected);
    assert!(text.contains(SITE_MARK) && !page.contains(SITE_MARK), "a site is known as one, and a report is none");
}

#[test]
fn what_others_wrote_is_text() {
    let mut runs = quick();
    for row in runs.iter_mut().map(|run| &mut run.row) {
        for word in [&mut row.group, &mut row.model, &mut row.family, &mut row.skip, &mut row.suite, &mut row.data] {
            word.push_str(HOSTILE);
        }
        for word in [&mut row.device_name, &mut row.device, &mut row.host, &mut row.reference] {
            word.push_str(HOSTILE);
        }
        row.command = format!("{}{HOSTILE}", row.command).into();
    }
    let text = site(&Report::new(runs));
    assert!(!text.contains("<script>alert") && !text.contains("\" onload=") && !text.contains("<b>"));
    assert!(explorer(&text).contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x &amp; '&lt;b&gt;"));
}
