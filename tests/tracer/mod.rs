//! `strace` for the tests that kill a program, or fail it, at its system calls.

use std::process::{Command, Output};
use std::sync::OnceLock;

/// Stops at the traced calls alone; without it a tracee stops at every call it makes, and a start of our program makes thousands.
const QUICK: &str = "--seccomp-bpf";

/// `strace` that follows every thread, at its quickest here; `None`, said aloud, where it is absent or may not trace.
pub fn strace() -> Option<Command> {
    static MAY: OnceLock<Option<&[&str]>> = OnceLock::new();
    let options = MAY.get_or_init(|| {
        // An older strace does not know the quick way, and a kernel may refuse it.
        let ways: [&[&str]; 2] = [&["-f", QUICK], &["-f"]];
        let way = ways.into_iter().find(|way| kills(way));
        if way.is_none() {
            eprintln!("ПРОПУЩЕНО: strace не найден или не имеет права следить за процессами");
        }
        way
    });
    options.map(|options| {
        let mut command = Command::new("strace");
        command.args(options);
        command
    })
}

fn kills(way: &[&str]) -> bool {
    let kill = ["-qqq", "-o", "/dev/null", "-e", "trace=openat", "-e", "inject=openat:signal=SIGKILL:when=1", "true"];
    Command::new("strace").args(way).args(kill).output().is_ok_and(|output| was_killed(&output))
}

/// A tracer ends as its program did.
pub fn was_killed(output: &Output) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    output.status.signal() == Some(9)
}
