//! Load on a served house, client on the same machine: page reads, memory at a thousand sessions, two thousand slow connections.
//!
//! `cargo bench --bench load -- --dir HOUSE` prints a table; HOUSE is a demonstration house (`letopis demo --no-serve --dir HOUSE`).
//! `--seconds N` and `--connections N` bound it; `--sessions N` and `--slow N` scale the two others. Only the loopback interface is used.
//! With `wrk` installed its figures stand beside our own client's.

#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)] // a bench may fall over

mod client;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use client::{Connection, Figures, steady, storm};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Goals of the issue: pages a second, p99 in milliseconds, resident bytes at a thousand sessions, and how much slower others may get.
const GOALS: (f64, f64, f64, f64) = (3000.0, 50.0, 256.0, 2.0);

/// What the command line asks for.
struct Asked {
    dir: PathBuf,
    seconds: u64,
    connections: usize,
    sessions: usize,
    slow: usize,
}

impl Asked {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let value =
            |name: &str| arguments.iter().position(|one| one == name).and_then(|at| arguments.get(at + 1)).cloned();
        let number = |name: &str, usual: usize| value(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        Self {
            dir: value("--dir").map(PathBuf::from).expect("--dir HOUSE: a demonstration house"),
            seconds: number("--seconds", 10) as u64,
            connections: number("--connections", 32),
            sessions: number("--sessions", 1000),
            slow: number("--slow", 2000),
        }
    }
}

/// The program under load; it ends with the bench.
struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(asked: &Asked) -> Self {
        let program = std::env::var("LETOPIS").unwrap_or_else(|_| env!("CARGO_BIN_EXE_letopis").to_owned());
        let mut child = Command::new(program)
            .args(["serve", "--port", "0", "--dir"])
            .arg(&asked.dir)
            // One line for each of 3,000 requests a second would measure the terminal.
            .env("LETOPIS_LOG_LEVEL", "warn")
            .env("LETOPIS_LIMITS_HEADER_SECONDS", "120")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the house is served");
        let told = BufReader::new(child.stdout.take().unwrap());
        let line = told.lines().map_while(Result::ok).find(|line| line.contains("http://")).expect("its address");
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split('/').next().unwrap().to_owned();
        Self { child, address }
    }

    /// Resident memory, MiB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

fn line(what: &str, figure: String, goal: &str, met: bool) {
    println!("{what:<62} {figure:>24}  {goal:<18} {}", if met { "met" } else { "NOT MET" });
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let asked = Asked::read();
    let served = Served::start(&asked);
    let mut first = Connection::open(&served.address).await;
    let cookie = first.sign_in("class-teacher", "открытый показ").await;
    let page = first.own_class(&cookie).await;
    println!(
        "page {page}, {} connections, {} s, RSS at the start {:.0} MiB",
        asked.connections,
        asked.seconds,
        served.resident()
    );

    let figures = storm(&served.address, &page, &cookie, asked.connections, Duration::from_secs(asked.seconds)).await;
    let told = format!("{:.0}/s", figures.rate);
    line("page reads, own client", told, "3,000/s", figures.rate >= GOALS.0);
    line("  p50 / p99", latencies(&figures), "p99 < 50 ms", figures.p99 < GOALS.1);
    println!("  bytes a page {}, RSS {:.0} MiB", figures.bytes, served.resident());
    wrk(&asked, &served, &page, &cookie);

    let cookies = sessions(&served, asked.sessions).await;
    let mut connection = Connection::open(&served.address).await;
    for cookie in &cookies {
        assert_eq!(connection.get(&page, cookie).await.0, 200, "every session opens the page");
    }
    let resident = served.resident();
    line(
        &format!("RSS with {} sessions open", cookies.len()),
        format!("{resident:.0} MiB"),
        "< 256 MiB",
        resident < GOALS.2,
    );

    // At a tenth of the goal the house is not busy: what slow connections cost is seen.
    let rate = 300;
    let alone = steady(&served.address, &page, &cookie, rate, Duration::from_secs(asked.seconds)).await;
    let slow = slow_connections(&served.address, asked.slow).await;
    let among = steady(&served.address, &page, &cookie, rate, Duration::from_secs(asked.seconds)).await;
    println!(
        "steady {rate}/s alone: {}; with {} slow connections: {}",
        latencies(&alone),
        slow.len(),
        latencies(&among)
    );
    line(
        "p99 of others among slow connections",
        format!("{:.2} times", among.p99 / alone.p99),
        "under twice",
        among.p99 < GOALS.3 * alone.p99,
    );
    drop(slow);
}

fn latencies(figures: &Figures) -> String {
    format!("{:.1} / {:.1} ms", figures.p50, figures.p99)
}

/// The same page by `wrk`, when it is there.
fn wrk(asked: &Asked, served: &Served, page: &str, cookie: &str) {
    let told = Command::new("wrk")
        .args(["-t1", &format!("-c{}", asked.connections), &format!("-d{}s", asked.seconds), "--latency"])
        .args(["-H", &format!("Cookie: {cookie}")])
        .arg(format!("http://{}{page}", served.address))
        .output();
    let Ok(told) = told else {
        println!("  wrk is not installed");
        return;
    };
    for line in String::from_utf8_lossy(&told.stdout).lines() {
        if ["Requests/sec", "50%", "99%", "Non-2xx"].iter().any(|word| line.contains(word)) {
            println!("  wrk: {}", line.trim());
        }
    }
}

/// Signs in so often; two at a time, for hashing a password takes a core.
async fn sessions(served: &Served, count: usize) -> Vec<String> {
    let address = Arc::new(served.address.clone());
    let halves: Vec<_> = (0..2)
        .map(|half| {
            let address = Arc::clone(&address);
            tokio::spawn(async move {
                let mut cookies = Vec::new();
                let mut connection = Connection::open(&address).await;
                for _ in 0..(count + half) / 2 {
                    cookies.push(connection.sign_in("class-teacher", "открытый показ").await);
                }
                cookies
            })
        })
        .collect();
    let mut all = Vec::new();
    for half in halves {
        all.extend(half.await.unwrap());
    }
    all
}

/// Connections that send a byte now and then and never a whole header.
async fn slow_connections(address: &str, count: usize) -> Vec<tokio::task::JoinHandle<()>> {
    let mut slow = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        slow.push(tokio::spawn(async move {
            for byte in b"GET / HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'x')) {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }));
    }
    slow
}
