//! Load on a served house, client on the same machine: page reads, memory at a thousand sessions, two thousand slow connections.
//!
//! `cargo bench --bench load -- --dir HOUSE` prints a table; HOUSE is a demonstration house (`letopis demo --no-serve --dir HOUSE`).
//! `--seconds N` and `--connections N` bound it; `--sessions N` and `--slow N` scale the two others, `--rounds N` says how often quiet
//! and slow are measured in turn. Only the loopback interface is used. With `wrk` installed its figures stand beside our own client's.
//!
//! Rates and latencies are those of the machine as it is: client, house and whatever else runs share it. The processor time of one page
//! does not depend on the others, so it stands beside them.

#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)] // a bench may fall over

mod client;
mod served;
mod slow;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use client::{Connection, Figures, as_browser, steady, storm};
use letopis::domain::audit::{Event, EventKind};
use letopis::flow::House;
use served::{Served, cpu_of};

/// Goals of the issue: pages a second, p99 in milliseconds, resident MiB at a thousand sessions, and how much slower others may get.
const GOALS: (f64, f64, f64, f64) = (3000.0, 50.0, 256.0, 2.0);

/// What the command line asks for.
pub struct Asked {
    dir: PathBuf,
    seconds: Duration,
    connections: usize,
    sessions: usize,
    slow: usize,
    rounds: usize,
}

/// The value after a word of the command line.
fn value(name: &str) -> Option<String> {
    std::env::args().skip_while(|one| one != name).nth(1)
}

impl Asked {
    fn read() -> Self {
        let number = |name: &str, usual: usize| value(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        Self {
            dir: value("--dir").map(PathBuf::from).expect("--dir HOUSE: a demonstration house"),
            seconds: Duration::from_secs(number("--seconds", 10) as u64),
            connections: number("--connections", 32),
            sessions: number("--sessions", 1000),
            slow: number("--slow", 2000),
            rounds: number("--rounds", 3),
        }
    }
}

fn line(what: &str, figure: String, goal: &str, met: bool) {
    println!("{what:<58} {figure:>28}  {goal:<14} {}", if met { "met" } else { "NOT MET" });
}

fn told(what: &str, figure: String) {
    println!("{what:<58} {figure:>28}");
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    if let Some(bytes) = value("--nothing") {
        return served::serve_nothing(bytes.parse().expect("bytes")).await;
    }
    let asked = Asked::read();
    let house = Served::house(&asked);
    let mut first = Connection::open(&house.address).await;
    let cookie = first.sign_in("class-teacher", "открытый показ").await;
    let page = first.own_class(&cookie).await;
    let busy = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "page {page}, {} connections, {} s, RSS at the start {:.0} MiB, load of the machine before: {}",
        asked.connections,
        asked.seconds.as_secs(),
        house.resident(),
        busy.split(' ').next().unwrap_or_default()
    );
    let request = as_browser(&house.address, &page, &cookie);
    let figures = reads(&asked, &house, &request).await;
    wrk(&asked, &house, &page, &cookie);
    nothing(&asked, &figures).await;
    let requests = sessions(&asked, &house, &page).await;
    many_sessions(&asked, &house, &requests).await;
    writes(&asked, &house, &requests).await;
    slow_connections(&asked, &house, &request).await;
}

/// A storm, and what a page took of the processors.
async fn measured(asked: &Asked, served: &Served, requests: &[Vec<u8>]) -> (Figures, String) {
    let (house, own) = (served.cpu(), cpu_of("self"));
    let figures = storm(&served.address, requests, asked.connections, asked.seconds).await;
    let each = |seconds: f64| seconds * 1e6 / figures.answers as f64;
    let took = format!("{:.0} + {:.0} us", each(served.cpu() - house), each(cpu_of("self") - own));
    (figures, took)
}

async fn reads(asked: &Asked, house: &Served, request: &[u8]) -> Figures {
    let (figures, took) = measured(asked, house, &[request.to_vec()]).await;
    line("page reads, one session", format!("{:.0}/s", figures.rate), "3,000/s", figures.rate >= GOALS.0);
    line("  p50 / p99", figures.latencies(), "p99 < 50 ms", figures.p99 < GOALS.1);
    told("  processor time of a page: house + client", took);
    told("  bytes of a page as sent; RSS", format!("{}; {:.0} MiB", figures.bytes, house.resident()));
    figures
}

/// The same client against a server that does nothing: what the client and the machine allow.
async fn nothing(asked: &Asked, house: &Figures) {
    for bytes in [0, house.bytes] {
        let served = Served::nothing(bytes);
        let request = as_browser(&served.address, "/", "letopis=x");
        let (figures, took) = measured(asked, &served, &[request]).await;
        told(
            &format!("an axum handler of {bytes} bytes, same client"),
            format!("{:.0}/s, {:.1} times", figures.rate, figures.rate / house.rate),
        );
        told("  processor time of an answer: server + client", took);
    }
}

/// Signs in so often; two at a time, for hashing a password takes a core.
async fn sessions(asked: &Asked, house: &Served, page: &str) -> Vec<Vec<u8>> {
    let address = Arc::new(house.address.clone());
    let halves: Vec<_> = (0..2)
        .map(|half| {
            let (address, page, count) = (Arc::clone(&address), page.to_owned(), asked.sessions);
            tokio::spawn(async move {
                let mut requests = Vec::new();
                let mut connection = Connection::open(&address).await;
                for _ in 0..(count + half) / 2 {
                    let cookie = connection.sign_in("class-teacher", "открытый показ").await;
                    requests.push(as_browser(&address, &page, &cookie));
                }
                requests
            })
        })
        .collect();
    let mut all = Vec::new();
    for half in halves {
        all.extend(half.await.unwrap());
    }
    all
}

async fn many_sessions(asked: &Asked, house: &Served, requests: &[Vec<u8>]) {
    let (figures, took) = measured(asked, house, requests).await;
    let what = format!("page reads, {} sessions in turn", requests.len());
    line(&what, format!("{:.0}/s", figures.rate), "3,000/s", figures.rate >= GOALS.0);
    line("  p50 / p99", figures.latencies(), "p99 < 50 ms", figures.p99 < GOALS.1);
    told("  processor time of a page: house + client", took);
    let resident = house.resident();
    line("  RSS with these sessions open", format!("{resident:.0} MiB"), "< 256 MiB", resident < GOALS.2);
}

/// The same while another process changes something each second: everything kept is made anew each time.
async fn writes(asked: &Asked, house: &Served, requests: &[Vec<u8>]) {
    let dir = asked.dir.clone();
    let writer = tokio::spawn(async move {
        let house = House::open(&dir).await.expect("the house");
        for number in 0_u64.. {
            let event =
                Event::new(EventKind::DataChanged, "operator", "2026-05-25T12:00:00+03:00").with("what", "bench");
            let mut salt = [0; 16];
            salt[..8].copy_from_slice(&number.to_be_bytes());
            let tx = house.db.begin().await.expect("a turn");
            tx.record(&event, salt).await.expect("recorded").commit().await.expect("committed");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let (figures, took) = measured(asked, house, requests).await;
    writer.abort();
    line("page reads beside a write a second", format!("{:.0}/s", figures.rate), "3,000/s", figures.rate >= GOALS.0);
    line("  p50 / p99", figures.latencies(), "p99 < 50 ms", figures.p99 < GOALS.1);
    told("  processor time of a page: house + client", took);
}

/// Quiet, slow senders and slow readers in turn, so that what else the machine does falls on all of them.
async fn slow_connections(asked: &Asked, house: &Served, request: &[u8]) {
    // At a tenth of the goal the house is not busy: what slow connections cost is seen.
    const RATE: u32 = 300;
    let mut p99 = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..asked.rounds {
        idle(house).await;
        p99[0].push(steady(&house.address, request, RATE, asked.seconds).await.p99);
        let slow = slow::senders(&house.address, asked.slow).await;
        idle(house).await;
        p99[1].push(steady(&house.address, request, RATE, asked.seconds).await.p99);
        assert_eq!(slow.standing(), asked.slow, "every slow sender stood to the end");
        drop(slow);
        let slow = slow::readers(&house.address, request, asked.slow).await;
        idle(house).await;
        p99[2].push(steady(&house.address, request, RATE, asked.seconds).await.p99);
        assert_eq!(slow.standing(), asked.slow, "every slow reader stood to the end");
        told("  RSS beside slow readers", format!("{:.0} MiB", house.resident()));
    }
    let middle = p99.map(|mut round| {
        round.sort_by(f64::total_cmp);
        round[round.len() / 2]
    });
    told(&format!("p99 at {RATE} reads/s, middle of {} rounds: quiet", asked.rounds), format!("{:.2} ms", middle[0]));
    for (what, p99) in [("senders", middle[1]), ("readers", middle[2])] {
        let ratio = p99 / middle[0];
        let what = format!("  beside {} slow {what}", asked.slow);
        line(&what, format!("{p99:.2} ms, {ratio:.2} times"), "under twice", ratio < GOALS.3);
    }
}

/// Waits until house and client have done what opening and closing of connections gave them to do: what a slow connection costs while it
/// stands is asked for, not what it costs to come.
async fn idle(house: &Served) {
    /// Share of a core over a second below which nobody is busy; the slow ones themselves need less.
    const BUSY: f64 = 0.3;
    for _ in 0..60 {
        let before = house.cpu() + cpu_of("self");
        tokio::time::sleep(Duration::from_secs(1)).await;
        if house.cpu() + cpu_of("self") - before < BUSY {
            return;
        }
    }
    println!("  a minute did not make house and client idle");
}

/// The same page by `wrk`, when it is there.
fn wrk(asked: &Asked, house: &Served, page: &str, cookie: &str) {
    let said = Command::new("wrk")
        .args(["-t1", &format!("-c{}", asked.connections), &format!("-d{}s", asked.seconds.as_secs()), "--latency"])
        .args(["-H", &format!("Cookie: {cookie}"), "-H", "Accept-Encoding: gzip"])
        .arg(format!("http://{}{page}", house.address))
        .output();
    let Ok(said) = said else {
        println!("  wrk is not installed");
        return;
    };
    for line in String::from_utf8_lossy(&said.stdout).lines() {
        if ["Requests/sec", "50%", "99%", "Non-2xx"].iter().any(|word| line.contains(word)) {
            println!("  wrk: {}", line.trim());
        }
    }
}
