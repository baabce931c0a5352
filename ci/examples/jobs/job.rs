//! Runs one job of the gate.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;
use skipbench_reports::stats;

use crate::Arguments;
use crate::jobs::JobRow;

/// Number of sets of a job, as `ci/power.md` says.
pub(crate) const SETS: usize = 6;
pub(crate) const SECONDS: f64 = 0.5;
pub(crate) const NETWORK: &str = "resnet8-w8";

/// Runs a job with `planted` percent planted.
pub(crate) fn run(arguments: &Arguments, planted: f64) -> Result<JobRow, Box<dyn Error>> {
    let Arguments { sets, seconds, network, .. } = arguments;
    let skipbench = arguments.skipbench.canonicalize()?;
    let (out, step) = (tempfile::tempdir()?, format!("{} steps {network}", skipbench.display()));
    let head = if planted > 0.0 { format!("{step} --plant {planted}%") } else { step.clone() };
    // Another order of starts and turns in every job.
    let seed = jiff::Timestamp::now().as_millisecond().unsigned_abs();
    let words = ["gate", "--base-command", &step, "--head-command", &head, "--sets", &sets.to_string(), "--seconds"]
        .map(str::to_owned);
    let words = words.into_iter().chain([seconds.to_string(), "--seed".to_owned(), seed.to_string()]);
    let words: Vec<String> = words.chain(["--json".to_owned(), "--quiet".to_owned()]).collect();
    let (started, clock, load_before) = (jiff::Timestamp::now().to_string(), Instant::now(), load());
    let output = Command::new(&skipbench).args(&words).arg("--out").arg(out.path()).output()?;
    let job_s = clock.elapsed().as_secs_f64();
    let told: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let finding = &told["findings"][0];
    let number = |key: &str| finding[key].as_f64();
    let counted = |key: &str| finding["sets"][key].as_u64().unwrap_or_default();
    Ok(JobRow {
        started,
        condition: arguments.condition.clone(),
        planted_percent: planted,
        limit: number("limit").ok_or("a finding has a limit")?,
        sets: *sets,
        seconds: *seconds,
        exit_code: output.status.code().ok_or("the gate was killed")?,
        verdict: finding["verdict"].as_str().unwrap_or_default().to_owned(),
        effect: number("effect"),
        low: number("low"),
        high: number("high"),
        noise_floor: number("noise_floor"),
        head_ratios: ratios(&finding["sets"]["head_ratios"]),
        again_ratios: ratios(&finding["sets"]["again_ratios"]),
        within: within(out.path())?,
        turns: counted("turns"),
        dropped_turns: counted("dropped_turns"),
        job_s,
        load_before,
        cpu: cpu(),
        version: version(&skipbench)?,
        command: shlex::try_join(words.iter().map(String::as_str))?
            .replace(&skipbench.display().to_string(), "skipbench"),
    })
}

fn ratios(list: &Value) -> String {
    let ratios = list.as_array().into_iter().flatten().filter_map(Value::as_f64);
    ratios.map(|ratio| format!("{ratio:.5}")).collect::<Vec<String>>().join(" ")
}

/// A line of `turns.csv`, with the columns that are needed here.
#[derive(Deserialize)]
struct Turn {
    set: u64,
    program: String,
    again: bool,
    counted_steps: usize,
    step_ns: String,
}

/// Name of the file where the gate keeps the turns of its first pair of programs.
const TURNS: &str = "turns-1.csv";

/// Returns how much the base's turns differ within a set: the median over the sets of the standard deviation of their
/// logarithms.
fn within(out: &Path) -> Result<Option<f64>, Box<dyn Error>> {
    let mut turns: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    let all: Vec<Turn> = csv::Reader::from_path(out.join(TURNS))?.deserialize().collect::<Result<_, _>>()?;
    for turn in all.into_iter().filter(|turn| !turn.again && turn.counted_steps > 0 && turn.program == "base") {
        let times: Vec<f64> = turn.step_ns.split(' ').filter_map(|time| time.parse().ok()).collect();
        if let Some(median) = stats::median(&times[times.len() - turn.counted_steps..]) {
            turns.entry(turn.set).or_default().push(median.ln());
        }
    }
    let spreads: Vec<f64> = turns.values().filter_map(|logs| stats::deviation(logs)).collect();
    Ok(stats::median(&spreads))
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let wide = if text.contains("avx512f") { "AVX-512" } else { "no AVX-512" };
    format!("{} family {} ({wide})", field("model name").unwrap_or_default(), field("cpu family").unwrap_or_default())
}

fn version(skipbench: &Path) -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8(Command::new(skipbench).arg("--version").output()?.stdout)?.trim().to_owned())
}
