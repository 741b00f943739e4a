//! The `matchdesk` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    matchdesk::cli::main()
}
