//! The program as a child process, and what it answers.

use std::process::{Command, Output, Stdio};

/// The program, away from any house of whoever runs the tests.
pub fn letopis() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_letopis"));
    command.env_remove("LETOPIS_DIR").stdin(Stdio::null()).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs it with arguments.
pub fn run(arguments: &[&str]) -> Output {
    letopis().args(arguments).output().expect("the program runs")
}

/// Its exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// What it printed.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What it said beside that.
pub fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Findings and the closing sentence: all that a person reads.
pub fn read(output: &Output) -> String {
    out(output) + &said(output)
}
