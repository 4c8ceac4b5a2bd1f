//! The program as a child process, and what it answers.

use std::path::Path;
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

/// A copy of a folder in which nothing works meanwhile.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a kind").is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), &target).expect("a copy")),
        }
    }
}
