//! The forms of `gate`, and which flags each uses. One that the form at hand does not use is refused: what is silently
//! ignored would be believed to have been measured so.

use anyhow::{Result, bail};

use super::GateArgs;

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Two finished runs.
    Finished,
    /// A head that becomes the base.
    Bless,
    /// A revision and the working tree.
    Against,
    /// Two programs of skipbench.
    Binaries,
    /// Any two programs.
    Commands,
}

use Form::{Against, Binaries, Bless, Commands, Finished};

/// The forms that measure.
const MEASURE: &[Form] = &[Against, Binaries, Commands];
/// The forms that run a suite.
const SUITE: &[Form] = &[Against, Binaries];
/// The forms that judge.
const JUDGE: &[Form] = &[Finished, Against, Binaries, Commands];

impl Form {
    fn of(arguments: &GateArgs) -> Self {
        match arguments {
            GateArgs { bless: true, .. } => Bless,
            GateArgs { base: Some(_), .. } => Finished,
            GateArgs { job, .. } if job.against.is_some() => Against,
            GateArgs { job, .. } if job.binaries.is_some() => Binaries,
            _ => Commands,
        }
    }

    /// The words that ask for it.
    fn words(self) -> &'static str {
        match self {
            Finished => "--base and --head",
            Bless => "--bless",
            Against => "--against",
            Binaries => "--binaries",
            Commands => "--base-command and --head-command, or [[command]] in gate.toml",
        }
    }
}

/// A flag, whether it was given, and the forms that use it.
type Flag = (&'static str, bool, &'static [Form]);

fn flags(arguments: &GateArgs) -> [Flag; 15] {
    let GateArgs { job, turns, relinked, config, all, markdown, junit, benchmark_json, .. } = arguments;
    [
        ("--relinked", relinked.is_some(), &[Finished, Binaries]),
        ("--suite", job.suite.is_some(), SUITE),
        ("--out", job.out.is_some(), MEASURE),
        ("--features", job.features.is_some(), &[Against]),
        ("--bin", job.bin.is_some(), &[Against]),
        ("--sets", turns.sets.is_some(), MEASURE),
        ("--seconds", turns.seconds.is_some(), MEASURE),
        ("--steps", turns.steps.is_some(), MEASURE),
        ("--cpus", turns.cpus.is_some(), MEASURE),
        ("--seed", turns.seed.is_some(), MEASURE),
        ("--timeout", turns.timeout.is_some(), MEASURE),
        ("--quiet", turns.quiet, MEASURE),
        ("--config", config.is_some(), JUDGE),
        ("--all or --markdown", *all || *markdown, JUDGE),
        ("--junit or --benchmark-json", junit.is_some() || benchmark_json.is_some(), JUDGE),
    ]
}

/// # Errors
/// A flag that the form which was asked for does not use, with the forms that do.
pub(super) fn ensure_used(arguments: &GateArgs) -> Result<()> {
    let form = Form::of(arguments);
    let unused = flags(arguments).into_iter().find(|(_, given, forms)| *given && !forms.contains(&form));
    let Some((flag, _, forms)) = unused else { return Ok(()) };
    let users: Vec<&str> = forms.iter().map(|form| form.words()).collect();
    bail!("{flag} does nothing with {}; leave it out. It goes with {}", form.words(), users.join("; with "))
}
