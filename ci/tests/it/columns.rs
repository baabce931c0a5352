//! Every column of a finished run, emptied, set to zero, doubled and otherwise spoiled in the head: where the gate
//! judges it, the head never passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use csv::StringRecord;
use skipbench_ci::columns::{COLUMNS, Treatment};
use skipbench_ci::config::Config;
use skipbench_ci::finding::{Class, Verdict};
use skipbench_ci::gate::judge;
use skipbench_reports::rows::record::RunRow;
use skipbench_reports::rows::render;
use skipbench_reports::rows::store::{Run, read, write};

use super::job::{Job, Machine, Plant};

/// A finished run with rows of every kind: those of one model of each style of the project's own baseline, and rows of
/// the tasks that the baseline lacks, in which every column holds something.
fn finished() -> Vec<Run> {
    let mut runs = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline")).expect("committed");
    let mut models: BTreeMap<String, String> = BTreeMap::new();
    for RunRow { skip, model, .. } in runs.iter().map(|run| &run.row) {
        models.entry(skip.clone()).or_insert_with(|| model.clone());
    }
    runs.retain(|run| models.get(&run.row.skip) == Some(&run.row.model));
    let trained = runs.iter().find(|run| run.row.task == "train").expect("the baseline trains").row.clone();
    let full = ["train-epoch", "time-to-accuracy"].map(|task| filled(&trained, task));
    runs.extend(full.map(|row| Run { row, samples: Vec::new() }));
    runs
}

/// The row as one of another task, with a 1 in every column that it leaves empty.
fn filled(row: &RunRow, task: &str) -> RunRow {
    let (header, record) = text(&RunRow { cell: format!("{task:0>16}"), task: task.into(), ..row.clone() });
    let fill = |(name, old): (&str, &str)| match name {
        "output_shape" => "64x10".to_owned(),
        "timed_steps" => "100".to_owned(),
        "warmup_steady" => "true".to_owned(),
        "error" | "budget" | "sweep" | "sweep_line" | "sweep_value" => old.to_owned(),
        _ if old.is_empty() => "1".to_owned(),
        _ => old.to_owned(),
    };
    let record: StringRecord = header.iter().zip(&record).map(fill).collect();
    record.deserialize(Some(&header)).expect("a row")
}

/// A row's columns and their text.
fn text(row: &RunRow) -> (StringRecord, StringRecord) {
    let text = render::csv(std::slice::from_ref(row)).expect("a row is a line");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let record = reader.records().next().expect("one row").expect("whole");
    (header, record)
}

/// How a faulty program may spoil a value; nothing where that leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Empty,
    Zero,
    Double,
    Other(&'static str),
}

impl Fault {
    fn of(self, value: &str) -> Option<String> {
        let spoiled = match self {
            Fault::Empty => String::new(),
            Fault::Zero => "0".to_owned(),
            Fault::Double => match value.parse::<f64>() {
                Ok(number) => (number * 2.0).to_string(),
                Err(_) => format!("{value}{value}"),
            },
            Fault::Other(other) => other.to_owned(),
        };
        (spoiled != value && !value.is_empty()).then_some(spoiled)
    }
}

const FAULTS: [Fault; 8] = [
    Fault::Empty,
    Fault::Zero,
    Fault::Double,
    Fault::Other("-1"),
    Fault::Other("NaN"),
    Fault::Other("inf"),
    Fault::Other("18446744073709551615"),
    Fault::Other("many"),
];

/// The row with one column spoiled: none if it held nothing, `Err` where no row can hold such a value.
fn spoiled(row: &RunRow, column: &str, fault: Fault) -> Option<Result<RunRow, csv::Error>> {
    let (header, record) = text(row);
    let index = header.iter().position(|name| name == column).expect("a column");
    let value = fault.of(&record[index])?;
    let put = |(at, old): (usize, &str)| if at == index { value.clone() } else { old.to_owned() };
    Some(record.iter().enumerate().map(put).collect::<StringRecord>().deserialize(Some(&header)))
}

/// What becomes of a head: the gate's exit code, where 2 is that nothing could be judged.
fn code(base: &[Run], head: &[Run]) -> u8 {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), head).expect("sealed as a faulty program would");
    let Ok(head) = read(dir.path()) else { return 2 };
    judge(base, &head, &Config::default()).map_or(2, |judgment| judgment.exit_code())
}

/// The exit codes of a head of which that column is spoiled in every row that has it, and in each such row alone.
fn codes(base: &[Run], column: &str, fault: Fault, wanted: impl Fn(&RunRow) -> bool) -> Vec<u8> {
    let mut heads: Vec<Result<Vec<Run>, csv::Error>> = Vec::new();
    let mut all = Ok(base.to_vec());
    let mut kinds = BTreeSet::new();
    for (index, run) in base.iter().enumerate().filter(|(_, run)| wanted(&run.row)) {
        match spoiled(&run.row, column, fault) {
            None => continue,
            Some(Err(error)) => all = Err(error),
            Some(Ok(row)) => {
                if let Ok(all) = &mut all {
                    all[index].row = row.clone();
                }
                // One row of every kind: the others are alike.
                if kinds.insert(run.row.task.clone()) {
                    let mut one = base.to_vec();
                    one[index].row = row;
                    heads.push(Ok(one));
                }
            }
        }
    }
    let changed = all.as_ref().map_or(true, |all| all != base);
    heads.extend(changed.then_some(all));
    heads.into_iter().map(|head| head.map_or(2, |head| code(base, &head))).collect()
}

#[test]
fn every_column_is_in_the_table_once_and_in_its_order() {
    let (header, _) = text(&finished()[0].row);
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(names, header.iter().collect::<Vec<&str>>());
}

#[test]
fn a_head_with_any_judged_value_spoiled_never_passes() {
    let base = finished();
    for column in COLUMNS {
        println!("{:28} {}", column.name, column.treatment.word());
        // Judged in these rows alone; of all others only whether it can be and is there.
        let wanted = |row: &RunRow| match column.name {
            "loss" => row.task == "peak-memory-train",
            "epochs" | "train_total" | "test_total" | "test_correct" => row.task == "train",
            "epoch_images" => row.task == "train-epoch",
            _ => true,
        };
        for fault in FAULTS {
            let judged = match column.treatment {
                Treatment::NotJudged => false,
                Treatment::Present => fault == Fault::Empty,
                // Between finished runs a time is not judged; whether it can be and is there, always.
                Treatment::Judged(Class::Time) => fault != Fault::Double && fault != FAULTS[6],
                _ => true,
            };
            let codes = if judged { codes(&base, column.name, fault, wanted) } else { continue };
            assert!(codes.iter().all(|code| *code != 0), "{}: {fault:?}: {codes:?}", column.name);
        }
    }
}

#[test]
fn whatever_the_base_has_and_the_head_lacks_is_a_failure_in_every_row() {
    let base = finished();
    for column in COLUMNS.iter().filter(|it| matches!(it.treatment, Treatment::Judged(_) | Treatment::Present)) {
        let codes = codes(&base, column.name, Fault::Empty, |_| true);
        let failed = codes.iter().all(|code| [1, 2].contains(code));
        let text_only = column.name == "status";
        assert!(failed && (text_only || !codes.is_empty()), "{}: {codes:?}", column.name);
    }
}

#[test]
fn times_of_a_job_are_judged_lost_or_impossible_but_never_pass_spoiled() {
    let job = Job::new(Machine::QUIET, Plant::Nothing, 1);
    let code = |head: &[Run]| judge(&job.base, head, &Config::default()).map_or(2, |judgment| judgment.exit_code());
    let with = |set: Option<u64>, spoil: fn(&mut RunRow)| {
        let mut head = job.head.clone();
        let timed = head.iter_mut().filter(|run| run.row.task == "train-step");
        timed.filter(|run| set.is_none() || set == run.row.set).for_each(|run| spoil(&mut run.row));
        code(&head)
    };
    let lost: fn(&mut RunRow) = |row| row.step_ns_median = None;
    assert_eq!([with(None, lost), with(Some(3), lost)], [1, 1], "lost in all sets, and in one");
    let none: fn(&mut RunRow) = |row| row.step_ns_median = Some(0);
    assert_eq!([with(None, none), with(Some(3), none)], [2, 2], "no step takes no time");
    let no_ratio: fn(&mut RunRow) = |row| row.time_ratio = Some(0.0);
    assert_eq!([with(None, no_ratio), with(Some(3), no_ratio)], [2, 2], "no ratio is 0");
    assert_eq!(with(None, |row| row.time_ratio = row.time_ratio.map(|ratio| ratio * 2.0)), 1, "twice as long");
}

#[test]
fn what_was_judged_is_counted_and_told() {
    let base = finished();
    let judgment = judge(&base, &base, &Config::default()).expect("against itself");
    let refused: usize =
        judgment.findings.iter().filter(|it| it.verdict == Verdict::Refused).map(|finding| finding.n).sum();
    assert!(judgment.due > 100 && judgment.judged + refused == judgment.due, "{}", judgment.due);
    let title = skipbench_ci::output::findings(&judgment, false).title;
    assert!(title.ends_with(&format!("Judged {} of the base's {} values", judgment.judged, judgment.due)), "{title}");
}

/// The page names every column as the table in the code does.
#[test]
fn the_readme_has_the_table_of_columns() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("there");
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for column in COLUMNS {
        kinds.entry(column.treatment.word()).or_default().push(format!("`{}`", column.name));
    }
    for (word, names) in kinds {
        let line = format!("| {word} | {} |", names.join(", "));
        assert!(page.lines().any(|found| found == line), "ci/README.md lacks: {line}");
    }
}
