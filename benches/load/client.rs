//! A small HTTP client that keeps its connection and counts milliseconds.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
}

/// What was measured.
pub struct Figures {
    /// Answers.
    pub answers: usize,
    /// Answers a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Bytes of one answer's body as it was sent.
    pub bytes: usize,
}

impl Figures {
    fn of(mut times: Vec<Duration>, took: Duration, bytes: usize) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        Self { answers: times.len(), rate: times.len() as f64 / took.as_secs_f64(), p50: at(50), p99: at(99), bytes }
    }

    /// «0.4 / 1.2 ms».
    pub fn latencies(&self) -> String {
        format!("{:.1} / {:.1} ms", self.p50, self.p99)
    }
}

impl Connection {
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, address: address.to_owned(), buffer: Vec::with_capacity(256 * 1024) }
    }

    /// Sends a request; gives status, length of the head and of the body, which lie in the buffer.
    async fn ask(&mut self, request: &[u8]) -> (u16, usize, usize) {
        self.stream.write_all(request).await.expect("sent");
        self.buffer.clear();
        let head = loop {
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("an answer") > 0, "the house hung up");
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head]).expect("a head in ASCII");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let length = length.unwrap_or(0);
        while self.buffer.len() < head + length {
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("the rest") > 0, "the house hung up");
        }
        (status, head, length)
    }

    /// Asks for a page as plain text.
    pub async fn get(&mut self, page: &str, cookie: &str) -> (u16, String) {
        let request = format!("GET {page} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", self.address);
        let (status, head, length) = self.ask(request.as_bytes()).await;
        (status, String::from_utf8_lossy(&self.buffer[head..head + length]).into_owned())
    }

    /// Sends a request made by [`as_browser`]; gives the status and the bytes of the body.
    pub async fn read(&mut self, request: &[u8]) -> (u16, usize) {
        let (status, _, length) = self.ask(request).await;
        (status, length)
    }

    /// Signs in; gives the session's cookie.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> String {
        let form = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let body = format!("login={}&password={}&next=%2F", form(login), form(password));
        let request = format!(
            "POST /signin HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        /// Seconds that the house may ask to wait between attempts.
        const PATIENCE: usize = 30;
        for _ in 0..PATIENCE {
            let (_, head, _) = self.ask(request.as_bytes()).await;
            let head = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            if let Some((_, cookie)) = lines.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
                return cookie.split(';').next().expect("a cookie").to_owned();
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("no session for {login}")
    }

    /// The page of the class that this session may read.
    pub async fn own_class(&mut self, cookie: &str) -> String {
        let (_, text) = self.get("/", cookie).await;
        let mut pages: Vec<String> = Vec::new();
        for (at, _) in text.match_indices("href=\"/journal/") {
            let page = text[at + 6..].split('"').next().expect("an address").to_owned();
            if page.matches('/').count() == 2 && !pages.contains(&page) {
                pages.push(page);
            }
        }
        for page in pages {
            if self.get(&page, cookie).await.0 == 200 {
                return page;
            }
        }
        panic!("the first screen names no class page:\n{text}");
    }
}

/// A read as a browser asks for it: a session, and an answer that may come packed.
pub fn as_browser(address: &str, page: &str, cookie: &str) -> Vec<u8> {
    format!(
        "GET {page} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: {cookie}\r\n\r\n"
    )
    .into_bytes()
}

/// As many reads as the house can do, on kept connections; each takes the requests in turn.
pub async fn storm(address: &str, requests: &[Vec<u8>], connections: usize, lasting: Duration) -> Figures {
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|first| {
            let (address, requests) = (address.to_owned(), requests.to_vec());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await;
                let (mut times, mut bytes) = (Vec::new(), 0);
                // The connections begin at different sessions, so that they are not all on the same one.
                let mut turn = first * requests.len() / connections;
                while began.elapsed() < lasting {
                    let sent = Instant::now();
                    let (status, length) = connection.read(&requests[turn % requests.len()]).await;
                    assert_eq!(status, 200);
                    times.push(sent.elapsed());
                    (turn, bytes) = (turn + 1, length);
                }
                (times, bytes)
            })
        })
        .collect();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for task in tasks {
        let (own, length) = task.await.expect("a client");
        times.extend(own);
        bytes = length;
    }
    Figures::of(times, began.elapsed(), bytes)
}

/// Reads at a fixed rate, whether the house keeps up or not: a wait for the connection counts.
pub async fn steady(address: &str, request: &[u8], rate: u32, lasting: Duration) -> Figures {
    const CONNECTIONS: u32 = 8;
    let began = tokio::time::Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|place| {
            let (address, request) = (address.to_owned(), request.to_vec());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await;
                let mut times = Vec::new();
                for turn in 0.. {
                    let due = began + Duration::from_secs(1) / rate * (turn * CONNECTIONS + place);
                    if due > began + lasting {
                        break;
                    }
                    tokio::time::sleep_until(due).await;
                    assert_eq!(connection.read(&request).await.0, 200);
                    times.push(due.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    Figures::of(times, began.elapsed(), 0)
}
