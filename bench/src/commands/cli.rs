//! Defines the command line: which commands there are. Each one's arguments are beside what it does.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use skipbench_models::CustomModel;

use crate::commands::version::{VERSION, VersionArgs};
use crate::system::interrupt::{INTERRUPTED, Interrupted};
use crate::system::tell::{CLOSED, OutputClosed, print, say};
use crate::{cell, commands, lockstep, tasks};

/// Measures what a skip connection buys and what it costs: accuracy, throughput and peak memory of matched plain,
/// residual, dense and Transformer networks.
#[derive(Debug, Parser)]
#[command(name = "skipbench", version = VERSION, after_help = EXIT_CODES)]
#[command(disable_version_flag = true, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    version: VersionArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 done, but some cell could not be measured (its row says why), a gate found a \
                          regression, a checked document is stale, a merge lacks cells, or nothing measured fits; 2 the \
                          command, suite, data or device is wrong; 3 a gate is inconclusive; 75 a share was stopped: \
                          try again; 130 interrupted; 141 standard output was closed.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a suite and compare its networks.
    Run(commands::run::RunArgs),
    /// Cut a suite into shares for several machines: its cells, what each is expected to take, and scripts for engines.
    Plan(commands::plan::PlanArgs),
    /// Put the shares of a plan together that `run --shard` measured.
    Merge(commands::merge::MergeArgs),
    /// Test common claims about skip connections, and judge each: supported, not supported or inconclusive.
    Claims(commands::claims::ClaimsArgs),
    /// List the built-in suites, or print one to start your own from.
    Suites {
        /// A built-in suite: its text is printed.
        name: Option<String>,
        /// Print JSON.
        #[arg(long, conflicts_with = "name")]
        json: bool,
    },
    /// List every published network, or describe one layer by layer.
    Models(commands::models::ModelsArgs),
    /// Find members of a family that cost the same as a reference.
    Match(commands::matching::MatchArgs),
    /// Download and check data sets.
    #[command(subcommand)]
    Data(commands::data::DataCommand),
    /// Convert weights from PyTorch and back, check them, and test them on images.
    #[command(subcommand)]
    Weights(commands::weights::WeightsCommand),
    /// List the devices that this build can use on this machine, or check one.
    Devices(commands::devices::DevicesArgs),
    /// Compare the rows of finished runs again.
    Compare(commands::compare::CompareArgs),
    /// Make one HTML file, Markdown, CSV and plots from the rows of finished runs.
    Report(commands::report::ReportArgs),
    /// Keep a finished run for good. Documents can quote it.
    Record(commands::record::RecordArgs),
    /// Rank skip styles, families or networks over all groups.
    Rank(commands::rank::RankArgs),
    /// Show the Pareto frontier of accuracy and a cost, and the best networks within a budget.
    Frontier(commands::frontier::FrontierArgs),
    /// Set two runs side by side: before and after, or two machines.
    Diff(commands::diff::DiffArgs),
    /// Recommend a network under limits of memory, speed or size, from what was measured.
    Recommend(commands::recommend::RecommendArgs),
    /// Compare the times of finished runs with the best that the machine can do (a roofline).
    Roofline(commands::roofline::RooflineArgs),
    /// Judge a change: exact results must be equal; memory, time and accuracy must stay within limits.
    Gate(commands::gate::GateArgs),
    /// Compare the speed of any programs that take turns, step by step.
    Versus(commands::versus::VersusArgs),
    /// Do a network's steps on request, as one of the programs that `versus` compares.
    Steps(commands::steps::StepsArgs),
    /// Run one cell of a run again, in this process: for profilers and debuggers.
    Replay {
        /// The run's directory.
        dir: PathBuf,
        /// The cell's identity, as in runs.csv; a unique beginning is enough.
        cell: String,
    },
    /// Print a completion script: skipbench completions bash > /etc/bash_completion.d/skipbench
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual's page: skipbench man | man -l -
    Man {
        /// Write a page for every command into this directory instead.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Start another program, and end it and all that it started with the parent (what `versus` starts).
    #[command(hide = true)]
    Guard {
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        words: Vec<String>,
    },
    /// Do the cell on standard input (what `run` starts for each cell).
    #[command(hide = true)]
    Worker {
        /// Where training keeps its checkpoints.
        #[arg(long)]
        checkpoints: Option<PathBuf>,
        /// Seconds between two checkpoints at least.
        #[arg(long)]
        checkpoint_every: Option<u64>,
        /// Let a SIGTERM, and a line behind the cell, end training after its step, with a checkpoint.
        #[arg(long)]
        leaves: bool,
    },
}

/// Does the same as [`main`] for a program that brings custom models. Suites can name them beside the built-in ones.
pub fn main_with<C: CustomModel>() -> ExitCode {
    cell::custom::register::<C>();
    tasks::custom::register::<C>();
    lockstep::cells::register::<C>();
    main()
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    // Where the program does not find itself, the commands that need it say so.
    let _ = crate::system::executable::own();
    tasks::worker::follow_if_asked();
    crate::system::interrupt::survive_size_limit();
    let command = match Cli::try_parse() {
        Ok(Cli { command: Some(command), .. }) => command,
        Ok(Cli { version, .. }) => return ended(commands::version::run(&version)),
        Err(error) => return ended(explain(&error)),
    };
    let result = match command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Plan(arguments) => commands::plan::run(&arguments),
        Command::Merge(arguments) => commands::merge::run(&arguments),
        Command::Claims(arguments) => commands::claims::run(&arguments),
        Command::Suites { name, json } => commands::suites::run(name.as_deref(), json),
        Command::Models(arguments) => commands::models::run(&arguments),
        Command::Match(arguments) => commands::matching::run(&arguments),
        Command::Data(command) => commands::data::run(&command),
        Command::Weights(command) => commands::weights::run(&command),
        Command::Devices(arguments) => commands::devices::run(&arguments),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Record(arguments) => commands::record::run(&arguments),
        Command::Rank(arguments) => commands::rank::run(&arguments),
        Command::Frontier(arguments) => commands::frontier::run(&arguments),
        Command::Diff(arguments) => commands::diff::run(&arguments),
        Command::Recommend(arguments) => commands::recommend::run(&arguments),
        Command::Roofline(arguments) => commands::roofline::run(&arguments),
        Command::Gate(arguments) => commands::gate::run(&arguments),
        Command::Versus(arguments) => commands::versus::run(&arguments),
        Command::Steps(arguments) => commands::steps::run(&arguments),
        Command::Guard { words } => crate::lockstep::process::guard::keep(&words),
        Command::Replay { dir, cell } => commands::replay::run(&dir, &cell),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "skipbench", &mut script);
            print(&String::from_utf8_lossy(&script)).map(|()| ExitCode::SUCCESS)
        }
        Command::Man { out } => commands::man::run(Cli::command(), out.as_deref()),
        Command::Worker { checkpoints, checkpoint_every, leaves } => {
            crate::tasks::worker::run(checkpoints, checkpoint_every, leaves).map(|()| ExitCode::SUCCESS)
        }
    };
    ended(result)
}

/// Shows help and versions, which were asked for, on standard output, and what is wrong with a command line on standard
/// error.
fn explain(error: &clap::Error) -> Result<ExitCode> {
    if !error.use_stderr() && !std::io::stdout().is_terminal() {
        return print(&error.render().to_string()).map(|()| ExitCode::SUCCESS);
    }
    // In color. Nothing can be done where a terminal takes nothing.
    let _ = error.print();
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
}

/// Returns the exit code, after a message about what went wrong.
fn ended(result: Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) if error.is::<OutputClosed>() => ExitCode::from(CLOSED),
        Err(error) if error.is::<Interrupted>() => {
            say("interrupted");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            say(&format!("error: {}", crate::system::text::describe_error(&error)));
            ExitCode::from(2)
        }
    }
}
