//! Downloads, against a server of the test's own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use skipbench::internals::data::{Archive, FetchError, fetch, fetch_within};

/// What the server does with one request.
#[derive(Clone, Copy)]
enum Answer {
    /// Everything, or the range asked for.
    Whole,
    /// Promises everything and closes the connection after so many bytes.
    Cut(usize),
    /// Everything, whatever range was asked for.
    IgnoreRange,
    /// Promises everything, sends so many bytes and then nothing, but stays.
    Stall(usize),
    /// Not even a status.
    Silence,
}

/// Serves `body` once for each answer; gives its address and the ranges that were asked for.
fn serve(body: Vec<u8>, answers: Vec<Answer>) -> (String, Receiver<Option<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/set.tar.gz", listener.local_addr().expect("bound"));
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a client");
            let lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let range = lines.filter_map(|line| {
                line.to_lowercase().strip_prefix("range: bytes=")?.trim_end_matches('-').parse().ok()
            });
            let range: Option<usize> = range.last();
            let _ = sender.send(range);
            if matches!(answer, Answer::Silence) {
                held.push(stream);
                continue;
            }
            let start = if matches!(answer, Answer::IgnoreRange) { 0 } else { range.unwrap_or(0) };
            let status = if start > 0 { "206 Partial Content" } else { "200 OK" };
            let part = &body[start..];
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", part.len());
            let end = if let Answer::Cut(end) | Answer::Stall(end) = answer { end } else { part.len() };
            let _ = stream.write_all(&part[..end]);
            if matches!(answer, Answer::Stall(_)) {
                held.push(stream);
            }
        }
        // Until the test ends, so that what stalls does not break off.
        std::thread::park();
    });
    (url, asked)
}

/// A small archive of the published shape.
fn archive() -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for name in ["data_batch_1.bin", "test_batch.bin"] {
        let body = [7u8; 5000];
        let mut header = tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, format!("cifar-10-batches-bin/{name}"), &body[..]).expect("in memory");
    }
    tar.into_inner().and_then(GzEncoder::finish).expect("in memory")
}

fn described(url: &str, body: &[u8]) -> Archive {
    use md5::{Digest, Md5};
    let md5: String = Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    Archive { url: url.to_owned(), md5, ..Archive::published("cifar10").expect("published") }
}

fn leftovers(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .expect("there")
        .map(|entry| entry.expect("read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_download_is_verified_and_installed() {
    let (dir, body) = (tempfile::tempdir().expect("temp"), archive());
    let (url, _) = serve(body.clone(), vec![Answer::Whole]);
    let mut told = Vec::new();
    let folder =
        fetch(&described(&url, &body), dir.path(), |bytes, total| told.push((bytes, total))).expect("installed");
    assert_eq!(fs::read(folder.join("test_batch.bin")).expect("there").len(), 5000);
    assert_eq!(leftovers(dir.path()), ["cifar-10-batches-bin"]);
    assert_eq!(told.last(), Some(&(body.len() as u64, Some(body.len() as u64))));
    // Installed already: no server is asked.
    fetch(&described("http://127.0.0.1:1/", &body), dir.path(), |_, _| {}).expect("nothing to do");
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let (dir, body) = (tempfile::tempdir().expect("temp"), archive());
    let (url, asked) = serve(body.clone(), vec![Answer::Cut(40), Answer::Whole]);
    let archive = described(&url, &body);
    let broken = fetch(&archive, dir.path(), |_, _| {}).expect_err("cut");
    assert!(broken.to_string().contains("run the command again"), "{broken}");
    assert_eq!(leftovers(dir.path()), ["cifar10.tar.gz.part"]);
    fetch(&archive, dir.path(), |_, _| {}).expect("resumed");
    assert_eq!(asked.iter().take(2).collect::<Vec<_>>(), [None, Some(40)]);
}

#[test]
fn a_server_that_falls_silent_is_an_error_that_says_how_to_go_on() {
    let (dir, body) = (tempfile::tempdir().expect("temp"), archive());
    let (url, asked) = serve(body.clone(), vec![Answer::Stall(40), Answer::Silence, Answer::Whole]);
    let archive = described(&url, &body);
    let patience = Duration::from_millis(300);
    let stalled = fetch_within(&archive, dir.path(), patience, |_, _| {}).expect_err("silent").to_string();
    for part in ["after 40 bytes", "cifar10.tar.gz.part is kept", "run the command again"] {
        assert!(stalled.contains(part), "{stalled}");
    }
    let silent = fetch_within(&archive, dir.path(), patience, |_, _| {}).expect_err("silent").to_string();
    assert!(silent.contains("timeout") && silent.contains("run the command again"), "{silent}");
    fetch(&archive, dir.path(), |_, _| {}).expect("resumed");
    assert_eq!(asked.iter().take(3).collect::<Vec<_>>(), [None, Some(40), Some(40)]);
}

#[test]
fn a_server_that_cannot_resume_sends_everything_again() {
    let (dir, body) = (tempfile::tempdir().expect("temp"), archive());
    fs::write(dir.path().join("cifar10.tar.gz.part"), &body[..40]).expect("written");
    let (url, _) = serve(body.clone(), vec![Answer::IgnoreRange]);
    fetch(&described(&url, &body), dir.path(), |_, _| {}).expect("installed");
}

#[test]
fn another_archive_is_refused_and_not_installed() {
    let (dir, body) = (tempfile::tempdir().expect("temp"), archive());
    let (url, _) = serve(body.clone(), vec![Answer::Whole]);
    let published = Archive { url, ..Archive::published("cifar10").expect("published") };
    let error = fetch(&published, dir.path(), |_, _| {}).expect_err("not the published one");
    assert!(
        matches!(error, FetchError::Checksum { .. }) && error.to_string().contains("c32a1d4ab5d03f1284b67883e8d87530")
    );
    assert!(leftovers(dir.path()).is_empty());
}

#[test]
fn no_server_is_an_error_with_a_way_out() {
    let dir = tempfile::tempdir().expect("temp");
    let archive = Archive { url: "http://127.0.0.1:1/x".into(), ..Archive::published("cifar100").expect("published") };
    let error = fetch(&archive, dir.path(), |_, _| {}).expect_err("nobody listens").to_string();
    assert!(error.contains("127.0.0.1:1") && error.contains("--from"), "{error}");
}
