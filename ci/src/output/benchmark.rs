//! Writes the head's numbers in the form that `github-action-benchmark` reads (`customSmallerIsBetter`). They are for
//! charts over time, not for verdicts.

use serde::Serialize;

use crate::finding::{Class, Finding, Value};
use crate::gate::Judgment;

/// One number with its name and unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Benchmark {
    /// Name of the cell and metric.
    pub name: String,
    /// Unit of the number.
    pub unit: &'static str,
    /// Number of the head, of which less is better.
    pub value: f64,
    /// Half of the interval's width, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Verdict of the gate.
    pub extra: String,
}

/// Returns times, peak bytes, work and errors. Exact values have no chart.
pub fn benchmarks(judgment: &Judgment) -> Vec<Benchmark> {
    judgment.findings.iter().filter_map(benchmark).collect()
}

fn work_unit(metric: &str) -> &'static str {
    if metric.ends_with("_bytes") { "bytes" } else { "per step" }
}

fn benchmark(finding: &Finding) -> Option<Benchmark> {
    let (unit, value) = match (finding.class, finding.head.as_ref()?) {
        (Class::Time, Value::Number(ns)) => ("ns", *ns),
        (Class::Heap, Value::Count(bytes)) => ("bytes", *bytes as f64),
        (Class::Work, Value::Count(work)) => (work_unit(finding.metric), *work as f64),
        (Class::Accuracy, Value::Number(share)) => ("% errors", (1.0 - share) * 100.0),
        _ => return None,
    };
    let half = finding.low.zip(finding.high).map(|(low, high)| (high - low) / 2.0 * 100.0);
    let range = half
        .map(|half| if finding.class == Class::Accuracy { format!("± {half:.2}") } else { format!("± {half:.1} %") });
    let name = format!("{} {}", finding.cell, finding.metric);
    let extra = format!("{:?}, n = {}", finding.verdict, finding.n).to_lowercase();
    Some(Benchmark { name, unit, value, range, extra })
}
