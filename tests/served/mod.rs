//! A house that is open to the web, with requests written out byte for byte.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::flow;
use letopis::web::{WebState, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::house::{House, after};

/// A house that is open to the web, and the way to stop it.
pub struct Open {
    pub address: SocketAddr,
    pub stop: Option<oneshot::Sender<()>>,
    pub served: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Opens the house as it is.
pub async fn open(house: &House) -> Open {
    open_with(house, "").await
}

/// Opens the house with more settings than it was made with.
pub async fn open_with(house: &House, settings: &str) -> Open {
    let path = house.root.join("letopis.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, text + settings).unwrap();
    let opened = flow::House::open(&house.root).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let state = WebState::new(Arc::new(opened), Arc::new(|| after(30).at));
    let served = tokio::spawn(serve(state, listener, async move { _ = stopped.await }));
    Open { address, stop: Some(stop), served }
}

/// Sends a request and hands back the whole answer.
pub async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Asks for a page.
pub async fn get(address: SocketAddr, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\n\r\n")).await
}
