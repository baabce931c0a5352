//! One program that is driven: started, spoken to, ended. None of its processes outlives the driver.

pub(crate) mod guard;
mod output;
mod processors;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::evidence::Watch;
use super::protocol::{Answer, Greeting, Introduction, Request};
use super::{Fault, Launcher, Live, Turned};
use crate::run::death::{ANSWER, Death, describe_errors};
use crate::run::runner::Stop;
use crate::system::process as system;

use guard::guard;
pub(crate) use processors::shortfall;

/// Of a program that could not be started.
pub(crate) const NOT_STARTED: &str = "could not be started";

/// Begins the error of a program that took too long.
pub(crate) const TOO_LONG: &str = "took more than";

/// What a program may take to end by itself once it was told to.
const GRACE: Duration = Duration::from_secs(2);

/// Threads of OpenMP (GNU's, and LLVM's and Intel's) sleep about a millisecond after their work is done, unless the user
/// said otherwise. Not at once: they wait between the parallel loops of one step, too, and would have to be woken for
/// each, which made PyTorch a third slower.
const SLEEPING_THREADS: [(&str, &str); 2] = [("GOMP_SPINCOUNT", "30000"), ("KMP_BLOCKTIME", "1")];

/// Starts programs by their command lines.
#[derive(Debug)]
pub(crate) struct Commands<'a> {
    /// Each program's words: the path, then its arguments.
    pub words: &'a [Vec<String>],
    /// `skipbench` itself, which guards each program: without it a program that hangs outlives a driver that is killed.
    pub guard: Option<PathBuf>,
    /// Processors that each may use, the same for all; none: as many as this process. Only with a `guard`.
    pub cpus: Option<usize>,
    /// Longest time until a program is ready, and of one turn.
    pub timeout: Duration,
    /// The memory that each is allowed, where that is known.
    pub memory_limit_bytes: Option<u64>,
    /// Whether to end now.
    pub stop: &'a Stop,
}

impl<'a> Launcher for Commands<'a> {
    type Live = Process<'a>;

    fn start(&mut self, member: usize, padding: usize) -> Result<(Process<'a>, Introduction), Fault> {
        let words = &self.words[member];
        let mut command = self.command(words);
        command.env("SKIPBENCH_PADDING", "x".repeat(padding));
        let unsaid = |name: &str| std::env::var_os(name).is_none() && std::env::var_os("OMP_WAIT_POLICY").is_none();
        command.envs(SLEEPING_THREADS.into_iter().filter(|(name, _)| unsaid(name)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A Ctrl-C in the terminal goes to the driver alone; and the whole group can be killed.
        system::in_own_group(&mut command);
        let child = command.spawn().map_err(|error| Fault::broken(format!("{NOT_STARTED}: {error}")))?;
        let mut process = Process::new(child, self);
        let introduction = process.greet()?;
        Ok((process, introduction))
    }
}

impl Commands<'_> {
    /// How many processors a program may use.
    fn processors(&self) -> usize {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        self.cpus.map_or(all, |cpus| cpus.min(all))
    }

    fn command(&self, words: &[String]) -> Command {
        let (program, arguments) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        let mut command = match &self.guard {
            // Without signals a guard could not end the program, and would only stand between it and its end.
            Some(own) if cfg!(unix) => guard(Command::new(own), program.as_ref()),
            _ => Command::new(program),
        };
        command.args(arguments);
        if let Some(cpus) = self.cpus {
            command.env(guard::CPUS, cpus.to_string());
        }
        command
    }
}

/// A program that runs.
#[derive(Debug)]
pub(crate) struct Process<'a> {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Lines that came so far.
    count: u64,
    errors: Receiver<String>,
    watch: Watch,
    timeout: Duration,
    memory_limit_bytes: Option<u64>,
    stop: &'a Stop,
    /// Whether it answered right so far. Nothing is asked of one that did not, not even to quit.
    well: bool,
}

impl<'a> Process<'a> {
    fn new(mut child: Child, commands: &Commands<'a>) -> Self {
        let lines = child.stdout.take().map(output::lines);
        let errors = child.stderr.take().map(output::tail);
        Self {
            stdin: child.stdin.take(),
            lines: lines.unwrap_or_else(|| channel().1),
            count: 0,
            errors: errors.unwrap_or_else(|| channel().1),
            watch: Watch::new(child.id(), commands.processors()),
            child,
            timeout: commands.timeout,
            memory_limit_bytes: commands.memory_limit_bytes,
            stop: commands.stop,
            well: false,
        }
    }

    fn greet(&mut self) -> Result<Introduction, Fault> {
        self.say(Request::Hello);
        let (deadline, mut greeting) = (Instant::now() + self.timeout, Greeting::default());
        loop {
            let answer = self.hear(deadline, "until it was ready")?;
            if let Some(introduction) = greeting.take(answer).map_err(Fault::broken)? {
                self.well = true;
                return Ok(introduction);
            }
        }
    }

    fn say(&mut self, request: Request) {
        // A program that died before reading is found dead when its answer does not come.
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(format!("{request}\n").as_bytes());
        }
    }

    /// The next line. `within` says what had to happen before `deadline`.
    fn hear(&mut self, deadline: Instant, within: &str) -> Result<Answer, Fault> {
        loop {
            // Also of a program that never falls silent.
            if self.stop.soon() {
                return Err(Fault::Stopped);
            }
            if Instant::now() >= deadline {
                return Err(Fault::broken(format!("{TOO_LONG} {} s {within}", self.timeout.as_secs_f64())));
            }
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    self.count += 1;
                    return Answer::parse(&line).ok_or_else(|| Fault::broken(output::stray(&line, self.count)));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.died()),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn died(&mut self) -> Fault {
        let status = self.ended_within(GRACE);
        self.kill();
        // A process that left the group may hold standard error open for ever.
        let errors = self.errors.recv_timeout(GRACE).unwrap_or_default();
        if status.is_none() {
            let said = describe_errors(&errors);
            return Fault::broken(format!("closed its standard output without {ANSWER}. {said}"));
        }
        let memory_limit_bytes = self.memory_limit_bytes;
        Fault::broken(Death { status, errors: &errors, owed: ANSWER, memory_limit_bytes }.sentence())
    }

    /// How it ended, if it does within `time`.
    fn ended_within(&mut self, time: Duration) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
        None
    }

    /// Ends it and every process that it started.
    fn kill(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // A guard ends the program, so that it still sees how much processor time that took.
            system::ask_to_end(self.child.id());
            self.ended_within(GRACE);
        }
        system::kill_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Live for Process<'_> {
    fn turn(&mut self, steps: u32) -> Result<Turned, Fault> {
        if self.stop.soon() {
            return Err(Fault::Stopped);
        }
        self.well = false;
        self.watch.begin();
        let start = Instant::now();
        self.say(Request::Step(steps));
        let answer = self.hear(start + self.timeout, "for one turn")?;
        let wall = start.elapsed();
        let evidence = self.watch.end();
        let times = output::checked(answer, steps, wall).map_err(Fault::broken)?;
        self.well = true;
        Ok(Turned { times, evidence })
    }
}

impl Drop for Process<'_> {
    fn drop(&mut self) {
        if self.well && !self.stop.soon() {
            self.say(Request::Quit);
            drop(self.stdin.take());
            self.ended_within(GRACE);
        }
        self.kill();
    }
}
