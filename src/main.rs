//! The `letopis` program: hands its command line over to the doors.

use std::process::ExitCode;

fn main() -> ExitCode {
    letopis::cli::run(std::env::args_os())
}
