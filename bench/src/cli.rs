//! The command line: what may be said, and to which command it goes. Nothing is done here.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand};
use skipbench_models::matching::Budget;
use skipbench_models::{Family, Images};

use crate::commands;
use crate::data::DATA_DIR;

/// Measures what a skip connection buys and what it costs: accuracy, throughput and peak memory of matched plain,
/// residual, dense and Transformer networks.
#[derive(Debug, Parser)]
#[command(name = "skipbench", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 done, but some cell could not be measured (its row says why), or a gate \
                          found a regression; 2 the command, suite, data or device is wrong; 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a suite and compare its networks.
    Run(RunArgs),
    /// List the built-in suites, or print one to start your own from.
    Suites {
        /// A built-in suite: its text is printed.
        name: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every published network, or describe one layer by layer.
    Models(ModelsArgs),
    /// Find members of a family that cost the same as a reference.
    Match(MatchArgs),
    /// Download and check data sets.
    #[command(subcommand)]
    Data(DataCommand),
    /// List the devices that this build can use on this machine.
    Devices {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Compare the rows of finished runs again.
    Compare(CompareArgs),
    /// Judge a run against a baseline: what is exact must be equal, peak memory may not grow.
    Gate(GateArgs),
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
    /// Do the cell on standard input (what `run` starts for each cell).
    #[command(hide = true)]
    Worker {
        /// Where training keeps its checkpoints.
        #[arg(long)]
        checkpoints: Option<PathBuf>,
    },
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench run                                   the quick suite, on the embedded digits\n  \
    skipbench run --filter 'resnet20 train seed=1'  only cells whose names hold all those words\n  \
    skipbench run cifar --data ~/data               matched pairs on CIFAR-10\n  \
    skipbench run quick --data folder:my-images     the same groups on your own images\n  \
    skipbench run mine.toml --device vulkan --out results/mine\n  \
    skipbench run --resume results/mine             go on after a Ctrl-C, a crash or a power cut")]
pub(crate) struct RunArgs {
    /// A built-in suite (`skipbench suites`) or a TOML file.
    #[arg(default_value = "quick", conflicts_with = "resume")]
    pub(crate) suite: String,
    /// Only list the cells.
    #[arg(long)]
    pub(crate) list: bool,
    /// Only cells whose group/model/task/device/seed=N holds every one of these words.
    #[arg(long, value_name = "WORDS")]
    pub(crate) filter: Option<String>,
    /// Seeds in place of the suite's.
    #[arg(long, value_delimiter = ',', value_name = "N,N,…")]
    pub(crate) seeds: Vec<u64>,
    /// Device in place of the suite's: auto, flex, wgpu, vulkan, metal, cuda, rocm, each with :INDEX. May be repeated.
    #[arg(long)]
    pub(crate) device: Vec<String>,
    /// The directory that holds the suite's data set; or a data set in place of the suite's: digits, cifar10, cifar100
    /// or folder:DIR.
    #[arg(long, env = DATA_DIR, value_name = "DIR|SET")]
    pub(crate) data: Option<String>,
    /// Where rows go. Default reports/out/SUITE-TIME.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with the run in this directory: no cell that has a row is repeated.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "seeds", "device", "filter", "jobs", "threads"])]
    pub(crate) resume: Option<PathBuf>,
    /// With --resume: repeat the cells that were not measured.
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,
    /// Untimed cells (training, memory) that run at the same time, in place of the suite's number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Threads to use. Default: all of the machine's.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Show no progress.
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// Tell everything as JSON lines on standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Shape of the images that a cost depends on.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ImageArgs {
    /// Side of the images in pixels.
    #[arg(long)]
    size: Option<usize>,
    /// Channels of the images: 1 or 3.
    #[arg(long, value_parser = channels)]
    channels: Option<usize>,
    /// Number of classes.
    #[arg(long)]
    classes: Option<usize>,
}

fn channels(word: &str) -> Result<usize, String> {
    match word {
        "1" => Ok(1),
        "3" => Ok(3),
        _ => Err("grey images have 1 channel, colour images 3".to_owned()),
    }
}

impl ImageArgs {
    /// `usual`, but for what was given.
    pub(crate) fn or(self, usual: Images) -> Images {
        Images {
            size: self.size.unwrap_or(usual.size),
            channels: self.channels.unwrap_or(usual.channels),
            classes: self.classes.unwrap_or(usual.classes),
        }
    }
}

/// Arguments of `models`.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// A network: a published name, or a description such as densenet-bc-22-26.
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) images: ImageArgs,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `match`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  skipbench match resnet56 --family densenet-bc --budget macs")]
pub(crate) struct MatchArgs {
    /// The network whose cost is to be met.
    pub(crate) reference: String,
    /// Where to look.
    #[arg(long, value_parser = one_of(Family::ALL, Family::word))]
    pub(crate) family: Family,
    /// What is to be equal; repeat it for two at once.
    #[arg(long, required = true, value_parser = one_of(Budget::ALL, Budget::word))]
    pub(crate) budget: Vec<Budget>,
    /// Largest difference.
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0)]
    pub(crate) tolerance_percent: f64,
    /// Only this depth.
    #[arg(long)]
    pub(crate) depth: Option<usize>,
    /// Only this width.
    #[arg(long)]
    pub(crate) width: Option<usize>,
    /// Only this growth rate.
    #[arg(long)]
    pub(crate) growth: Option<usize>,
    /// Only this compression.
    #[arg(long)]
    pub(crate) compression: Option<f64>,
    #[command(flatten)]
    pub(crate) images: ImageArgs,
    /// Candidates to print.
    #[arg(long, default_value_t = 10)]
    pub(crate) most: usize,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads one of `all`, each called by its `word`; help lists the words.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let find = move |given: String| all.into_iter().find(|value| word(*value) == given);
    PossibleValuesParser::new(all.map(word)).map(move |given| find(given).expect("the parser lets only these through"))
}

/// Commands on data sets.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download a data set from its home page: resumed where it broke off, verified, installed whole or not at all.
    Fetch {
        /// cifar10 or cifar100.
        #[arg(value_parser = ["cifar10", "cifar100"])]
        set: String,
        /// Where to put it.
        #[arg(long, env = DATA_DIR, default_value = "data", value_name = "DIR")]
        dir: PathBuf,
        /// Another place to download the same archive from.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
    },
    /// Read all of a data set and print its shape, counts and SHA-256.
    Check {
        /// digits, cifar10, cifar100, generated or folder:DIR.
        set: String,
        /// Directory of downloaded data sets.
        #[arg(long, env = DATA_DIR, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Side of the images, for folders and generated images.
        #[arg(long)]
        image_size: Option<usize>,
        /// Classes, for generated images.
        #[arg(long)]
        classes: Option<usize>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Directories of runs.
    #[arg(required = true)]
    pub(crate) dirs: Vec<PathBuf>,
    /// As Markdown.
    #[arg(long, group = "form")]
    pub(crate) markdown: bool,
    /// As CSV: the columns of comparison.csv.
    #[arg(long, group = "form")]
    pub(crate) csv: bool,
    /// As JSON.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
}

/// Arguments of `gate`.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    /// Directory of the run to compare with.
    #[arg(long)]
    pub(crate) base: PathBuf,
    /// Directory of the run to judge.
    #[arg(long)]
    pub(crate) head: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let command = Cli::parse().command;
    let result = match command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Suites { name, json } => commands::suites::run(name.as_deref(), json),
        Command::Models(arguments) => commands::models::run(&arguments),
        Command::Match(arguments) => commands::matching::run(&arguments),
        Command::Data(command) => commands::data::run(&command),
        Command::Devices { json } => commands::devices::run(json),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Gate(arguments) => commands::gate::run(&arguments),
        Command::Replay { dir, cell } => commands::replay::run(&dir, &cell),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "skipbench", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Worker { checkpoints } => crate::worker::run(checkpoints.as_deref()).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
