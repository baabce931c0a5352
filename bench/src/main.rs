//! The one binary of the workspace. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    skipbench::cli::main()
}
