//! Files of rows: what is written can be read, what was cut is mended or refused, never guessed.

use std::fs;

use skipbench_reports::rows::journal::Journal;
use skipbench_reports::rows::record::{RunRow, SCHEMA_VERSION, SampleRow};
use skipbench_reports::rows::store::{RUNS, SAMPLES, StoreError, oldest_version, read, write_atomically};

use super::row;

fn sample(cell: &str, index: u64) -> SampleRow {
    SampleRow { cell: cell.into(), series: "loss".into(), index, value: 0.5 }
}

fn journal_of_two(dir: &std::path::Path) -> [RunRow; 2] {
    let rows = [row("a", "train", 1), row("b", "train", 1)];
    let (mut journal, before) = Journal::open(dir).expect("fresh");
    assert!(before.is_empty());
    for row in &rows {
        journal.append(row, &[sample(&row.cell, 1), sample(&row.cell, 2)]).expect("written");
    }
    rows
}

/// A journal of two whose file of rows was changed by hand.
fn edited(edit: impl Fn(&str) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    let path = dir.path().join(RUNS);
    let text = fs::read_to_string(&path).expect("written");
    fs::write(&path, edit(&text)).expect("edited");
    dir
}

#[test]
fn what_is_appended_is_read_with_its_samples() {
    let dir = tempfile::tempdir().expect("temp");
    let rows = journal_of_two(dir.path());
    let runs = read(dir.path()).expect("whole");
    assert_eq!(runs.iter().map(|run| &run.row).collect::<Vec<_>>(), rows.iter().collect::<Vec<_>>());
    assert!(runs.iter().all(|run| run.samples.len() == 2));
}

#[test]
fn absent_is_empty_and_never_zero() {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    let text = fs::read_to_string(dir.path().join(RUNS)).expect("written");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let column = reader.headers().expect("header").iter().position(|name| name == "heap_peak_bytes").expect("column");
    assert!(reader.records().all(|record| record.expect("whole")[column].is_empty()));
}

#[test]
fn a_row_cut_short_is_dropped_with_its_samples_when_the_run_goes_on() {
    let dir = tempfile::tempdir().expect("temp");
    let [first, second] = journal_of_two(dir.path());
    let path = dir.path().join(RUNS);
    let bytes = fs::read(&path).expect("written");
    fs::write(&path, &bytes[..bytes.len() - 20]).expect("cut");
    assert!(matches!(read(dir.path()), Err(StoreError::Torn { .. })), "a plain reader refuses the torn file");
    let (mut journal, rows) = Journal::open(dir.path()).expect("mended");
    assert_eq!(rows, [first]);
    journal.append(&second, &[sample(&second.cell, 1)]).expect("written");
    let runs = read(dir.path()).expect("whole");
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[1].samples.len(), 1, "the lost row's samples are gone");
}

#[test]
fn a_cut_at_any_byte_loses_at_most_the_last_row() {
    let dir = tempfile::tempdir().expect("temp");
    let [first, _] = journal_of_two(dir.path());
    let path = dir.path().join(RUNS);
    let bytes = fs::read(&path).expect("written");
    let second = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).expect("two lines").0 + 1;
    for length in second..bytes.len() {
        fs::write(&path, &bytes[..length]).expect("cut");
        let (_, rows) = Journal::open(dir.path()).expect("mended");
        assert_eq!(rows, std::slice::from_ref(&first), "cut at {length}");
    }
}

#[test]
fn a_file_cut_at_the_end_of_a_line_is_known_by_the_samples_that_are_left() {
    let dir = edited(|text| text.split_inclusive('\n').take(2).collect());
    let lost = read(dir.path()).expect_err("a row is lost");
    assert!(matches!(&lost, StoreError::Lost { .. }) && lost.to_string().contains("--resume"), "{lost}");
    Journal::open(dir.path()).expect("gone on with");
    assert_eq!(read(dir.path()).expect("mended").len(), 1);
}

#[test]
fn a_row_that_calls_itself_older_does_not_escape_its_digest() {
    let dir = edited(|text| text.replace(&format!("\n{SCHEMA_VERSION},"), "\n3,"));
    let message = read(dir.path()).expect_err("a digest of version 3").to_string();
    assert!(message.contains("schema_version") && message.contains("line 2"), "{message}");
}

#[test]
fn no_row_of_a_sealed_file_escapes_its_seal_by_an_older_version() {
    let dir = edited(|text| {
        let strip = |line: &str| match line.strip_prefix(&format!("{SCHEMA_VERSION},")) {
            Some(row) => format!("3,{},\n", row.rsplit_once(',').expect("a digest").0),
            None => format!("{line}\n"),
        };
        text.lines().map(strip).collect()
    });
    let message = read(dir.path()).expect_err("no digest").to_string();
    assert!(message.contains("schema_version") && message.contains("holds no row of schema version 3"), "{message}");
}

#[test]
fn the_schema_of_a_file_as_it_lies_there_is_known() {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    assert_eq!(oldest_version(dir.path()).expect("whole"), SCHEMA_VERSION);
    for (version, text) in OLDER {
        fs::write(dir.path().join(RUNS), text).expect("written");
        assert_eq!(oldest_version(dir.path()).expect("whole"), version);
    }
}

#[test]
fn edited_files_are_refused_by_name_and_line() {
    let dir = edited(|text| text.replace("ok", "fine"));
    let message = read(dir.path()).expect_err("no such status").to_string();
    assert!(message.contains("runs.csv: line 2, column status: unknown variant `fine`"), "{message}");
    let dir = edited(|text| text.replacen(",seed,", ",seeds,", 1));
    let message = read(dir.path()).expect_err("no such column").to_string();
    assert!(message.contains("line 2, column seeds: no column of a row has that name"), "{message}");
}

#[test]
fn a_sample_that_is_no_number_is_refused_by_line_and_column_with_the_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    let path = dir.path().join(SAMPLES);
    let samples = fs::read_to_string(&path).expect("written");
    fs::write(&path, samples.replacen("0.5", "half", 1)).expect("edited");
    let message = read(dir.path()).expect_err("no number").to_string();
    assert!(message.contains("samples.csv: line 2, column value"), "{message}");
    let advice = format!("`skipbench run --resume {} --retry-failed`", dir.path().display());
    assert!(message.contains(&advice), "{message}");
}

#[test]
fn other_schema_versions_are_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let newer = RunRow { schema_version: 99, ..row("a", "train", 1) };
    write_atomically(&dir.path().join(RUNS), &[newer]).expect("written");
    write_atomically::<SampleRow>(&dir.path().join(SAMPLES), &[]).expect("written");
    let message = read(dir.path()).expect_err("too new").to_string();
    assert!(message.contains("99"), "{message}");
}

#[test]
fn a_missing_file_is_named() {
    let dir = tempfile::tempdir().expect("temp");
    let message = read(dir.path()).expect_err("nothing there").to_string();
    assert!(message.contains("runs.csv"), "{message}");
}

#[test]
fn rows_whose_samples_are_gone_are_refused_and_kept() {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    fs::remove_file(dir.path().join(SAMPLES)).expect("there");
    let before = fs::read(dir.path().join(RUNS)).expect("there");
    let message = Journal::open(dir.path()).expect_err("not to be gone on with").to_string();
    assert!(message.contains("samples.csv: not found, though there are rows"), "{message}");
    assert_eq!(fs::read(dir.path().join(RUNS)).expect("there"), before);
}

/// What reads as a row and is not the one that was written.
#[test]
fn a_number_that_was_changed_by_hand_is_known() {
    let dir = tempfile::tempdir().expect("temp");
    journal_of_two(dir.path());
    let samples = fs::read_to_string(dir.path().join(SAMPLES)).expect("written");
    fs::write(dir.path().join(SAMPLES), samples.replacen("0.5", "0.4", 1)).expect("edited");
    assert!(matches!(read(dir.path()), Err(StoreError::Edited { line: 2, .. })), "a sample");
    fs::write(dir.path().join(SAMPLES), &samples).expect("mended");
    let rows = fs::read_to_string(dir.path().join(RUNS)).expect("written");
    let lines: Vec<&str> = rows.lines().collect();
    fs::write(dir.path().join(RUNS), rows.replacen("train,1", "train,2", 1)).expect("edited");
    assert!(matches!(read(dir.path()), Err(StoreError::Edited { line: 2, .. })), "a seed");
    fs::write(dir.path().join(RUNS), format!("{rows}{}\n", lines[1])).expect("edited");
    assert!(matches!(read(dir.path()), Err(StoreError::Repeated { line: 4, .. })), "a line");
}

/// Rows that earlier versions of this program wrote.
const OLDER: [(u32, &str); 3] = [
    (1, include_str!("schemas/runs-v1.csv")),
    (2, include_str!("schemas/runs-v2.csv")),
    (3, include_str!("schemas/runs-v3.csv")),
];

#[test]
fn rows_of_every_older_schema_are_read_and_gone_on_with() {
    for (version, text) in OLDER {
        let dir = tempfile::tempdir().expect("temp");
        fs::write(dir.path().join(RUNS), text).expect("written");
        write_atomically::<SampleRow>(&dir.path().join(SAMPLES), &[]).expect("written");
        let runs = read(dir.path()).unwrap_or_else(|error| panic!("version {version}: {error}"));
        assert_eq!(runs.len(), 2);
        let old = &runs[0].row;
        assert_eq!((old.schema_version, old.round, old.twin), (SCHEMA_VERSION, 0, false));
        // Before there was a choice the kernels were Burn's.
        assert!(old.recipe.ends_with(r#","kernels":"burn","memory":"naive"}"#), "{}", old.recipe);
        assert!(old.heap_peak_bytes > Some(0) && old.params > Some(0), "what was there is kept: {old:?}");
        assert!(
            (version >= 3 || old.output_shape.is_empty()) && old.sweep_value.is_none(),
            "what was not is empty: {old:?}"
        );
        let (mut journal, rows) = Journal::open(dir.path()).expect("opened");
        assert_eq!(rows.len(), 2);
        journal.append(&row("new", "train", 9), &[]).expect("appended");
        assert_eq!(read(dir.path()).expect("all of this schema").len(), 3, "version {version}");
    }
}

#[test]
fn an_older_file_with_a_newer_column_or_without_an_old_one_was_edited() {
    for (from, to) in [("schema_version,cell,status", "schema_version,cell,output_shape"), ("seed,", "sead,")] {
        let dir = tempfile::tempdir().expect("temp");
        fs::write(dir.path().join(RUNS), OLDER[1].1.replacen(from, to, 1)).expect("written");
        write_atomically::<SampleRow>(&dir.path().join(SAMPLES), &[]).expect("written");
        let refused = read(dir.path()).expect_err(to);
        assert!(matches!(refused, StoreError::Row { .. } | StoreError::Field { .. }), "{to}: {refused}");
    }
}

/// What spreadsheets and version control make of both files.
#[test]
fn a_file_that_another_program_saved_is_named_as_such() {
    let quoted = |text: &str| {
        let line = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(";");
        text.lines().map(line).collect::<Vec<_>>().join("\r\n") + "\r\n"
    };
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    let marked = |text: &str, at: usize, marker: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.insert(at, marker);
        lines.join("\n") + "\n"
    };
    for file in [RUNS, SAMPLES] {
        let dir = tempfile::tempdir().expect("temp");
        journal_of_two(dir.path());
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).expect("written");
        let said = |bytes: Vec<u8>| {
            fs::write(&path, bytes).expect("saved");
            read(dir.path()).expect_err("refused").to_string()
        };
        for (saved, how) in [
            (text.replace(',', ";").into_bytes(), "semicolons"),
            (quoted(&text).into_bytes(), "semicolons"),
            (format!("\u{feff}{}", text.replace(',', ";")).into_bytes(), "semicolons"),
            (text.replace(',', "\t").into_bytes(), "tabs"),
            (text.replace(',', "|").into_bytes(), "vertical bars"),
            (utf16(&text), "UTF-16"),
        ] {
            let said = said(saved);
            assert!(said.contains(file) && said.contains(how) && said.contains("spreadsheet"), "{said}");
        }
        for marker in ["<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| base"] {
            for at in [0, 1, 2] {
                let said = said(marked(&text, at, marker).into_bytes());
                let line = format!("line {} is the marker of a merge conflict", at + 1);
                assert!(said.contains(file) && said.contains(&line), "{marker}: {said}");
            }
        }
        fs::write(&path, marked(&text, 2, "=======")).expect("saved");
        let version = oldest_version(dir.path());
        assert!(file == SAMPLES || version.expect_err("refused").to_string().contains("conflict"));
        assert!(said(marked(&text, 2, "<<<<<<< HEAD").trim_end().as_bytes().to_vec()).contains("conflict"));
        fs::write(&path, &text).expect("as it was");
        assert!(read(dir.path()).is_ok());
    }
}
