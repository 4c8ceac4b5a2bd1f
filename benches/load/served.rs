//! The programs under load: the house, and for comparison a server that does nothing.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::Asked;

/// A server; it ends with the bench.
pub struct Served {
    child: Child,
    pub address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// The house.
    pub fn house(asked: &Asked) -> Self {
        let program = std::env::var("LETOPIS").unwrap_or_else(|_| env!("CARGO_BIN_EXE_letopis").to_owned());
        let mut command = Command::new(program);
        command.args(["serve", "--port", "0", "--dir"]).arg(&asked.dir);
        // One line for each of 3,000 requests a second would measure the terminal.
        command.env("LETOPIS_LOG_LEVEL", "warn");
        // Slow senders are to stay for the whole measurement.
        command.env("LETOPIS_LIMITS_HEADER_SECONDS", "120");
        Self::start(command)
    }

    /// An empty axum handler, or one that hands out so many bytes: this program again, so that it stands beside the client as the house does.
    pub fn nothing(bytes: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--nothing", &bytes.to_string()]);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a server");
        let told = BufReader::new(child.stdout.take().expect("its words"));
        let line = told.lines().map_while(Result::ok).find(|line| line.contains("http://")).expect("its address");
        let (_, rest) = line.split_once("http://").expect("its address");
        let address = rest.split('/').next().expect("its address").to_owned();
        Self { child, address }
    }

    /// Resident memory, MiB.
    pub fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.split_whitespace().next().expect("a figure").parse::<f64>().expect("a figure") / 1024.0
    }

    /// Processor time taken so far, seconds.
    pub fn cpu(&self) -> f64 {
        cpu_of(&self.child.id().to_string())
    }
}

/// Processor time of a process, seconds: user and system, of every thread.
pub fn cpu_of(process: &str) -> f64 {
    /// Linux counts it in hundredths (`getconf CLK_TCK`).
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("a process");
    let (_, rest) = stat.rsplit_once(')').expect("a name");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // proc(5): utime and stime are fields 14 and 15; the rest begins with field 3.
    (fields[11].parse::<f64>().expect("utime") + fields[12].parse::<f64>().expect("stime")) / TICKS
}

/// Serves nothing, or so many bytes, until it is killed.
pub async fn serve_nothing(bytes: usize) {
    let body = axum::body::Bytes::from(vec![b'x'; bytes]);
    let routes = axum::Router::new().route("/", axum::routing::get(move || async move { body }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}/", listener.local_addr().expect("an address"));
    axum::serve(listener, routes).await.expect("served");
}
