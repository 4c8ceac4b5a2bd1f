//! Slow connections: those that never finish their header, and those that hardly take their answer.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// Connections that are held until this goes.
pub struct Slow(Vec<JoinHandle<()>>);

impl Slow {
    /// How many of them still stand.
    pub fn standing(&self) -> usize {
        self.0.iter().filter(|task| !task.is_finished()).count()
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// A byte of the header each second.
pub async fn senders(address: &str, count: usize) -> Slow {
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
    Slow(slow)
}

/// Many pages asked for at once over a narrow window, and some bytes taken each second: the house stands with the rest in its hands.
pub async fn readers(address: &str, request: &[u8], count: usize) -> Slow {
    /// Pages asked for: more than the kernel's buffers of both sides take.
    const PAGES: usize = 48;
    let mut slow = Vec::new();
    for _ in 0..count {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(2048).expect("a narrow window");
        let mut stream = socket.connect(address.parse().expect("an address")).await.expect("a connection");
        let all = request.repeat(PAGES);
        slow.push(tokio::spawn(async move {
            if stream.write_all(&all).await.is_err() {
                return;
            }
            let mut bytes = [0; 256];
            while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }));
    }
    Slow(slow)
}
