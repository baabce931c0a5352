//! Defines [`Processes`], a [`Runner`] that gives every cell its own process.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use skipbench_reports::rows::record::Status;

use super::death::{Death, RESULT, describe_errors, last_words, status};
use super::runner::{CellFailure, CellResult, Runner, Stop};
use crate::cell::{Cell, Message, Outcome, Progress};
use crate::system::executable::{self, Executable};
use crate::system::process;
use crate::system::tell::say;

/// Variables for a child's C library (glibc; others know no such variables), unless the user set them: keep freed
/// memory of any size. Without them every large tensor is mapped anew, and each of its pages is cleared and faulted in
/// again, step after step.
pub(crate) const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "1000000000000"),
    ("MALLOC_TRIM_THRESHOLD_", "1000000000000"),
    ("MALLOC_TOP_PAD_", "67108864"),
];

/// One child process per cell.
#[derive(Debug)]
pub struct Processes {
    /// Program of the children; `None` means this program.
    program: Option<Executable>,
    /// Says once per run why no checkpoint could be kept.
    warned: Once,
}

impl Processes {
    /// Creates a runner whose children run this same program, as it was when it started, with the command `worker`.
    pub(crate) fn of_this_program() -> Self {
        Self { program: None, warned: Once::new() }
    }

    /// Creates a runner whose children run `program worker`.
    ///
    /// # Errors
    /// Returns an error if it is no program.
    pub fn new(program: &Path) -> std::io::Result<Self> {
        Ok(Self { program: Some(Executable::at(program)?), warned: Once::new() })
    }

    fn spawn(&self, cell: &Cell, checkpoints: &Path, leaves: bool) -> std::io::Result<Child> {
        let program = match &self.program {
            Some(program) => program,
            None => executable::own()?,
        };
        let mut command = program.command()?;
        command.arg("worker").arg("--checkpoints").arg(checkpoints).args(leaves.then_some("--leaves"));
        command.env("RAYON_NUM_THREADS", cell.threads.to_string());
        command.envs(ALLOCATOR.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A Ctrl-C in the terminal goes to the parent alone, which lets the child finish its row.
        process::in_own_group(&mut command);
        command.spawn()
    }

    fn wait_for_event(
        &self,
        messages: &Receiver<Message>,
        stdin: &mut Option<ChildStdin>,
        mut deadline: Deadline,
        stop: &Stop,
        tell: &dyn Fn(Progress),
    ) -> ChildEvent {
        loop {
            match messages.recv_timeout(Duration::from_millis(50)) {
                Ok(Message::Progress(progress)) => tell(progress),
                Ok(Message::Note { text }) => self.warned.call_once(|| say(&format!("note: {text}"))),
                Ok(Message::Done(outcome)) => return ChildEvent::Done(outcome),
                Ok(Message::Left) => return ChildEvent::Stopped,
                Ok(Message::Failed { error }) => return ChildEvent::Failed(error),
                Err(RecvTimeoutError::Disconnected) => return ChildEvent::Silence,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stop.lets_go() && deadline.leave.is_none() {
                deadline.leave = Some(Instant::now() + LEAVING);
                // One that died before reading is found dead later.
                let _ = stdin.as_mut().map(|stdin| stdin.write_all(b"leave\n"));
            }
            if Instant::now() >= deadline.end {
                return ChildEvent::Timeout;
            }
            if stop.now() || deadline.leave.is_some_and(|leave| Instant::now() >= leave) {
                return ChildEvent::Stopped;
            }
        }
    }
}

impl Runner for Processes {
    fn run(&self, cell: &Cell, checkpoints: &Path, stop: &Stop, tell: &dyn Fn(Progress)) -> Option<CellResult> {
        let mut child = match self.spawn(cell, checkpoints, stop.may_let_go()) {
            Ok(child) => child,
            Err(error) => {
                // This says nothing of the cell, and every other would meet the same.
                stop.give_up(format!("no more cells can be started: {error}"));
                return None;
            }
        };
        // Held until the child has ended: its end would tell the child that its parent is gone.
        let mut stdin = child.stdin.take().map(|stdin| hand_over(cell, stdin));
        let errors = child.stderr.take().map(|pipe| std::thread::spawn(move || last_words(pipe)));
        let messages = child.stdout.take().map(listen);
        let deadline = Deadline { end: Instant::now() + Duration::from_secs(cell.timeout_s), leave: None };
        let event = messages
            .map_or(ChildEvent::Silence, |messages| self.wait_for_event(&messages, &mut stdin, deadline, stop, tell));
        if matches!(event, ChildEvent::Timeout | ChildEvent::Stopped) {
            // It may have ended by itself meanwhile, which is as good.
            let _ = child.kill();
        }
        let end = end(&mut child);
        drop(stdin);
        let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
        result(cell, event, end, &errors)
    }
}

/// Writes the cell to its child.
fn hand_over(cell: &Cell, mut stdin: ChildStdin) -> ChildStdin {
    let mut line = serde_json::to_vec(cell).expect("a cell is plain data, which always serializes");
    line.push(b'\n');
    // A child that died before reading is found dead later.
    let _ = stdin.write_all(&line);
    stdin
}

/// Decides what a child's last event and its end mean for its cell.
fn result(cell: &Cell, event: ChildEvent, end: End, errors: &str) -> Option<CellResult> {
    let failure = |status, error: String| Some(Err(CellFailure::new(status, error)));
    match event {
        ChildEvent::Done(outcome) => Some(Ok(*outcome)),
        ChildEvent::Failed(error) => failure(Status::Failed, error),
        ChildEvent::Silence if end.hung => {
            let grace = GRACE.as_secs();
            let said = describe_errors(errors);
            failure(
                Status::Crashed,
                format!("gave no result, closed its output and did not end within {grace} s. {said}"),
            )
        }
        ChildEvent::Silence => {
            let memory_limit_bytes = Some(cell.memory_limit_bytes);
            let died = Death { status: end.status, errors, owed: RESULT, memory_limit_bytes }.sentence();
            failure(status(&died).unwrap_or(Status::Crashed), died)
        }
        ChildEvent::Timeout => {
            failure(Status::Timeout, format!("stopped after the time limit of {} s", cell.timeout_s))
        }
        ChildEvent::Stopped => None,
    }
}

/// Time that a child may take to leave before it is killed: half of the two minutes that engines usually give.
const LEAVING: Duration = Duration::from_secs(60);

/// Says until when a child may continue.
struct Deadline {
    /// Time limit of its suite.
    end: Instant,
    /// Time limit for leaving, once it was asked to.
    leave: Option<Instant>,
}

/// Time that a child may take to end once nothing more will come from it.
const GRACE: Duration = Duration::from_secs(5);

/// Says how a child ended.
struct End {
    /// Exit status; `None` if the system does not report it.
    status: Option<ExitStatus>,
    /// Whether it had to be killed.
    hung: bool,
}

/// Waits for the end of a child, and kills it if it does not end.
fn end(child: &mut Child) -> End {
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(status) => return End { status, hung: false },
            Err(_) => return End { status: None, hung: false },
        }
    }
    let _ = child.kill();
    End { status: child.wait().ok(), hung: true }
}

/// Says what ends listening to a child.
enum ChildEvent {
    /// The child returned its outcome.
    Done(Box<Outcome>),
    /// The child said why it could not be measured.
    Failed(String),
    /// The child closed its output.
    Silence,
    /// The child's time is over.
    Timeout,
    /// The user wants it stopped now.
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
