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
    /// Answers a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Bytes of one answer's body.
    pub bytes: usize,
}

impl Figures {
    fn of(mut times: Vec<Duration>, took: Duration, bytes: usize) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        Self { rate: times.len() as f64 / took.as_secs_f64(), p50: at(50), p99: at(99), bytes }
    }
}

impl Connection {
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, address: address.to_owned(), buffer: Vec::with_capacity(256 * 1024) }
    }

    /// Sends a request; gives status, head and body.
    async fn ask(&mut self, request: &str) -> (u16, String, Vec<u8>) {
        self.stream.write_all(request.as_bytes()).await.expect("sent");
        self.buffer.clear();
        let head = loop {
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("an answer") > 0, "the house hung up");
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let length = text
            .to_lowercase()
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
        let length = length.unwrap_or(0);
        while self.buffer.len() < head + length {
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("the rest") > 0, "the house hung up");
        }
        (status, text, self.buffer[head..head + length].to_vec())
    }

    /// Asks for a page.
    pub async fn get(&mut self, page: &str, cookie: &str) -> (u16, Vec<u8>) {
        let (status, _, body) =
            self.ask(&format!("GET {page} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", self.address)).await;
        (status, body)
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
        let (status, head, _) = self.ask(&request).await;
        let cookie = head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")));
        let (_, cookie) = cookie.unwrap_or_else(|| panic!("no session: {status}\n{head}"));
        cookie.split(';').next().expect("a cookie").to_owned()
    }

    /// The page of the class that this session may read.
    pub async fn own_class(&mut self, cookie: &str) -> String {
        let (_, body) = self.get("/", cookie).await;
        let text = String::from_utf8_lossy(&body).into_owned();
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

/// As many reads as the house can do, on kept connections.
pub async fn storm(address: &str, page: &str, cookie: &str, connections: usize, lasting: Duration) -> Figures {
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (address, page, cookie) = (address.to_owned(), page.to_owned(), cookie.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await;
                let (mut times, mut bytes) = (Vec::new(), 0);
                while began.elapsed() < lasting {
                    let sent = Instant::now();
                    let (status, body) = connection.get(&page, &cookie).await;
                    assert_eq!(status, 200);
                    times.push(sent.elapsed());
                    bytes = body.len();
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
pub async fn steady(address: &str, page: &str, cookie: &str, rate: u32, lasting: Duration) -> Figures {
    const CONNECTIONS: u32 = 8;
    let began = tokio::time::Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|place| {
            let (address, page, cookie) = (address.to_owned(), page.to_owned(), cookie.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await;
                let mut times = Vec::new();
                for turn in 0.. {
                    let due = began + Duration::from_secs(1) / rate * (turn * CONNECTIONS + place);
                    if due > began + lasting {
                        break;
                    }
                    tokio::time::sleep_until(due).await;
                    assert_eq!(connection.get(&page, &cookie).await.0, 200);
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
