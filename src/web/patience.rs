//! The connections of the house: how many, how long each may take, and how they end. Floor 3.
//!
//! `axum::serve` knows no header timeout: a client that sends one byte a minute would hold its connection for ever (slowloris). Here a
//! header has a deadline, a client that takes no bytes of its answer is let go, and a body that brings nothing for a while ends its request.
//! The deadline of a whole request is [`super::ops::within`].

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower::Service as _;
use tower_http::timeout::TimeoutBody;

use crate::config::{Config, Limits};

/// After a failed accept (no file descriptors left) the house breathes before it tries again.
const BREATH: Duration = Duration::from_millis(100);

/// Largest header, bytes: 16 KiB hold a browser's cookies and a long address.
const LARGEST_HEADER: usize = 16 * 1024;

/// Serves until `shutdown` ends; then takes no new connections, ends the idle ones, and waits a while for the requests under way.
///
/// # Errors
/// Only when the listener itself fails for good.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    config: &Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (limits, stop) = (config.limits(), config.stop_patience());
    let proxies: Arc<[IpAddr]> = config.proxies().into();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stopping, seen) = watch::channel(false);
    // Every connection holds a sender; when the last one goes, the receiver ends.
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let mut shutdown = pin!(shutdown);
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = %error.kind(), "a connection could not be taken");
                    sleep(BREATH).await;
                    continue;
                }
            },
            () = &mut shutdown => break,
        };
        // Answers are small and wanted at once.
        let _ = stream.set_nodelay(true);
        let guest = Guest { stream, peer, router: router.clone(), limits, proxies: Arc::clone(&proxies) };
        let (seen, alive) = (seen.clone(), alive.clone());
        tokio::spawn(async move {
            connection(guest, seen).await;
            drop((slot, alive));
        });
    }
    drop((listener, alive));
    let _ = stopping.send(true);
    if timeout(stop, all_gone.recv()).await.is_err() {
        tracing::warn!(seconds = stop.as_secs(), "requests were still under way at the stop");
    }
    Ok(())
}

/// Address of the visitor of a connection, a trusted proxy's word taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) SocketAddr);

/// Where a visitor comes from: the peer, or what a trusted proxy says.
fn visitor(peer: SocketAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> SocketAddr {
    if !proxies.contains(&peer.ip()) {
        return peer;
    }
    let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut addresses: Vec<IpAddr> =
        told.flat_map(|all| all.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    // The last address that is no proxy of ours: what stands before it was written by the visitor.
    while addresses.len() > 1 && addresses.last().is_some_and(|last| proxies.contains(last)) {
        addresses.pop();
    }
    addresses.pop().map_or(peer, |address| SocketAddr::new(address, peer.port()))
}

/// Takes away what only a trusted proxy may say of a request: that it came over TLS.
fn unbelieved(peer: SocketAddr, headers: &mut HeaderMap, proxies: &[IpAddr]) {
    if !proxies.contains(&peer.ip()) {
        headers.remove("x-forwarded-proto");
    }
}

/// One connection and what it may do.
struct Guest {
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    proxies: Arc<[IpAddr]>,
}

async fn connection(guest: Guest, mut stop: watch::Receiver<bool>) {
    let Guest { stream, peer, router, limits, proxies } = guest;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(limits.silence, body)));
        let client = visitor(peer, request.headers(), &proxies);
        unbelieved(peer, request.headers_mut(), &proxies);
        request.extensions_mut().insert(ConnectInfo(Client(client)));
        // A router is always ready.
        router.clone().call(request)
    });
    let silence = Box::pin(sleep(limits.silence));
    let io = TokioIo::new(Connection { stream, silence, waiting: false, allowed: limits.silence });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(LARGEST_HEADER.max(8192));
    let mut served = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        _ = stop.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        // A visitor who went away is no fault of ours.
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// A connection whose other side must take its answer.
struct Connection {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    /// Did the last write find no room?
    waiting: bool,
    allowed: Duration,
}

impl Connection {
    /// Gives up when nothing was taken for the time allowed; the wait begins with the write that found no room.
    fn waited<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        if !self.waiting {
            self.waiting = true;
            self.silence.as_mut().reset(Instant::now() + self.allowed);
        }
        self.silence.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.waited(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.waited(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_where_a_visitor_comes_from() {
        let peer = SocketAddr::from(([10, 0, 0, 1], 9));
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.7, 203.0.113.9".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.1".parse().unwrap());
        let told = |headers: &HeaderMap, proxies: &[IpAddr]| visitor(peer, headers, proxies).ip().to_string();
        assert_eq!(told(&headers, &[]), "10.0.0.1", "nobody's word is taken");
        assert_eq!(told(&headers, &[peer.ip()]), "203.0.113.9", "the nearest one that is no proxy");
        assert_eq!(told(&HeaderMap::new(), &[peer.ip()]), "10.0.0.1");
    }

    #[test]
    fn only_a_trusted_proxy_says_that_a_request_came_over_tls() {
        let peer = SocketAddr::from(([10, 0, 0, 1], 9));
        let secure = |proxies: &[IpAddr]| {
            let mut headers = HeaderMap::new();
            headers.append("x-forwarded-proto", "https".parse().unwrap());
            unbelieved(peer, &mut headers, proxies);
            crate::web::guard::is_secure(&headers)
        };
        assert!(!secure(&[]) && !secure(&[IpAddr::from([127, 0, 0, 1])]), "a stranger's word");
        assert!(secure(&[peer.ip()]));
    }
}
