//! The `letopis` program: hands its command line over to the doors.

use std::process::ExitCode;

/// Typesetting and reading JSON ask for memory millions of times: a tenth of their time with the system's allocator.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    letopis::cli::run(std::env::args_os())
}
