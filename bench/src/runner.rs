//! Running one cell: the [`Runner`] trait, and [`Processes`], which gives every cell a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use skipbench_reports::record::Status;

use crate::cell::{Cell, Message, Outcome, Progress};

/// Runs cells. Tests put a fake one in place of processes.
pub trait Runner: Sync {
    /// Runs `cell`, keeping checkpoints in `checkpoints`, until it ends or `stop` says now. `None`: it was stopped.
    fn run(&self, cell: &Cell, checkpoints: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<Ended>;
}

/// How a cell ended.
pub type Ended = Result<Outcome, Broken>;

/// Why a cell was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// How it ended.
    pub status: Status,
    /// Why, on one line.
    pub error: String,
}

impl Broken {
    fn new(status: Status, error: impl Into<String>) -> Self {
        let error: String = error.into();
        Self { status, error: error.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

/// Whether to go on: raised once by the first Ctrl-C, again by the second.
#[derive(Debug, Default)]
pub struct Stop(AtomicU8);

impl Stop {
    /// Nothing was asked yet.
    pub const fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    /// Asks once more; gives how often it was asked before.
    pub fn raise(&self) -> u8 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// Start no further cell.
    pub fn soon(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 1
    }

    /// Stop the cells in hand.
    pub fn now(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 2
    }
}

/// What a child's C library (glibc; others know no such variables) is told, unless the user told it something: to keep freed
/// memory however large. Without it every large tensor is mapped anew, and each of its pages cleared and faulted in again,
/// step after step.
pub(crate) const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "1000000000000"),
    ("MALLOC_TRIM_THRESHOLD_", "1000000000000"),
    ("MALLOC_TOP_PAD_", "67108864"),
];

/// One child process a cell.
#[derive(Debug)]
pub struct Processes {
    program: PathBuf,
}

impl Processes {
    /// Children run `program worker`.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    fn spawn(&self, cell: &Cell, checkpoints: &Path) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.arg("worker").arg("--checkpoints").arg(checkpoints);
        command.env("RAYON_NUM_THREADS", cell.threads.to_string());
        command.envs(ALLOCATOR.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A Ctrl-C in the terminal goes to the parent alone, which lets the child finish its row.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }
}

impl Runner for Processes {
    fn run(&self, cell: &Cell, checkpoints: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<Ended> {
        let mut child = match self.spawn(cell, checkpoints) {
            Ok(child) => child,
            Err(error) => {
                let error = format!("{} could not be started: {error}", self.program.display());
                return Some(Err(Broken::new(Status::Crashed, error)));
            }
        };
        // Held until the child has ended: its end would tell the child that its parent is gone.
        let mut stdin = child.stdin.take();
        let mut line = serde_json::to_vec(cell).expect("a cell is plain data, which always serialises");
        line.push(b'\n');
        if let Some(stdin) = &mut stdin {
            // A child that died before reading is found dead below.
            let _ = stdin.write_all(&line);
        }
        let errors = child.stderr.take().map(|pipe| std::thread::spawn(move || tail(pipe)));
        let messages = child.stdout.take().map(listen);
        let deadline = Instant::now() + Duration::from_secs(cell.timeout_s);
        let heard = messages.map_or(Heard::Silence, |messages| attend(&messages, deadline, stop, tell));
        if !matches!(heard, Heard::Last(_) | Heard::Silence) {
            // It may have ended by itself meanwhile, which is as good.
            let _ = child.kill();
        }
        let (status, hung) = end(&mut child);
        drop(stdin);
        let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
        match heard {
            Heard::Last(Message::Done(outcome)) => Some(Ok(*outcome)),
            Heard::Last(Message::Failed { error }) => Some(Err(Broken::new(Status::Failed, error))),
            Heard::Last(Message::Progress(_)) | Heard::Silence if hung => {
                let error = format!("gave no result, closed its output and did not end within {} s", GRACE.as_secs());
                Some(Err(Broken::new(Status::Crashed, format!("{error}. {errors}"))))
            }
            Heard::Last(Message::Progress(_)) | Heard::Silence => Some(Err(died(cell, status, &errors))),
            Heard::Timeout => {
                Some(Err(Broken::new(Status::Timeout, format!("stopped after the time limit of {} s", cell.timeout_s))))
            }
            Heard::Stopped => None,
        }
    }
}

/// What a child may take to end once nothing more is to come from it.
const GRACE: Duration = Duration::from_secs(5);

/// Waits for the end of a child, and kills it where it does not come: how it ended, and whether it had to be killed.
fn end(child: &mut Child) -> (Option<ExitStatus>, bool) {
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(status) => return (status, false),
            Err(_) => return (None, false),
        }
    }
    let _ = child.kill();
    (child.wait().ok(), true)
}

enum Heard {
    Last(Message),
    Silence,
    Timeout,
    Stopped,
}

fn listen(pipe: impl Read + Send + 'static) -> Receiver<Message> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // What libraries print beside the messages is not for us.
            if let Ok(message) = serde_json::from_str(&line) {
                let _ = sender.send(message);
            }
        }
    });
    receiver
}

fn attend(messages: &Receiver<Message>, deadline: Instant, stop: &Stop, tell: &dyn Fn(Progress)) -> Heard {
    loop {
        match messages.recv_timeout(Duration::from_millis(50)) {
            Ok(Message::Progress(progress)) => tell(progress),
            Ok(last) => return Heard::Last(last),
            Err(RecvTimeoutError::Disconnected) => return Heard::Silence,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Instant::now() >= deadline {
            return Heard::Timeout;
        }
        if stop.now() {
            return Heard::Stopped;
        }
    }
}

/// The last two kilobytes of what a child wrote to standard error.
fn tail(mut pipe: impl Read) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        text.extend_from_slice(&buffer[..count]);
        let excess = text.len().saturating_sub(2048);
        text.drain(..excess);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// What a death without a last word means.
fn died(cell: &Cell, status: Option<ExitStatus>, errors: &str) -> Broken {
    let limit = cell.memory_limit_bytes >> 20;
    if errors.contains("memory allocation of") {
        // Without what the runtime says around it.
        let said = errors.lines().find(|line| line.contains("memory allocation of")).unwrap_or_default();
        let said = said.find("memory allocation of").map_or(said, |start| &said[start..]);
        return Broken::new(
            Status::OutOfMemory,
            format!("above the memory limit of {limit} MiB, or of the machine: {said}"),
        );
    }
    match status.and_then(signal) {
        Some(9) => {
            let guess = "killed by signal 9; if nobody did that, the system ran out of memory";
            Broken::new(Status::Crashed, format!("{guess}. {errors}"))
        }
        Some(signal) => Broken::new(Status::Crashed, format!("died by signal {signal}. {errors}")),
        None => {
            let code = status.and_then(|status| status.code());
            let code = code.map_or_else(|| "unknown".to_owned(), |code| code.to_string());
            Broken::new(Status::Crashed, format!("ended with exit status {code} and no result. {errors}"))
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}
