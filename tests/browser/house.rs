//! A house to be looked at: sealed copies, one login of each role, a clock that the story moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::Duration;
use letopis::flow;
use letopis::flow::signin::demo::{self, DemoLogin};
use letopis::web::{WebState, serve};
use tokio::net::TcpListener;

use crate::driver::Browser;
use crate::records::{House, after};

/// An open house.
pub struct Open {
    pub house: Arc<flow::House>,
    pub address: SocketAddr,
    /// Seconds that the story put the clock forward.
    forward: Arc<AtomicI64>,
    began: Instant,
    _folder: House,
}

impl Open {
    /// Opens a house with sealed copies and a login of each role.
    pub async fn start() -> Self {
        Self::of(House::with_sealed_copies().await).await
    }

    /// Opens a house whose copies wait for signatures.
    pub async fn with_issued_copies() -> Self {
        Self::of(House::with_issued_copies().await).await
    }

    async fn of(folder: House) -> Self {
        let house = Arc::new(flow::House::open(&folder.root).await.expect("a house"));
        demo::open(&house.sign_in, &house, &after(60)).await.expect("logins");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (forward, began) = (Arc::new(AtomicI64::new(0)), Instant::now());
        let seconds = Arc::clone(&forward);
        let clock = move || {
            after(61).at + Duration::seconds(began.elapsed().as_secs() as i64 + seconds.load(Ordering::Relaxed))
        };
        let state = WebState::new(Arc::clone(&house), Arc::new(clock));
        tokio::spawn(serve(state, listener, std::future::pending()));
        Self { house, address, forward, began, _folder: folder }
    }

    /// An address of the house.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn now(&self) -> chrono::DateTime<chrono::FixedOffset> {
        after(61).at + Duration::seconds(self.began.elapsed().as_secs() as i64 + self.forward.load(Ordering::Relaxed))
    }

    /// The login of a role, by its Russian name, with the code of this moment.
    pub async fn login(&self, role: &str) -> DemoLogin {
        let logins = demo::logins(&self.house, self.now()).await.expect("logins");
        logins.into_iter().find(|login| login.role == role).unwrap_or_else(|| panic!("no login of a {role}"))
    }

    /// Signs in with password and, where it is asked for, second factor.
    pub async fn sign_in(&self, browser: &Browser, role: &str) {
        // A code is used once; the next one is half a minute away.
        self.forward.fetch_add(60, Ordering::Relaxed);
        browser.client.delete_all_cookies().await.expect("no cookies");
        browser.open(&self.at("/signin")).await;
        let login = self.login(role).await;
        browser.fill("login", &login.login).await;
        browser.fill("password", login.password).await;
        browser.press("main form[action=\"/signin\"] button").await;
        if !login.code.is_empty() {
            browser.fill("code", &self.login(role).await.code).await;
            browser.press("main form[action=\"/signin/code\"] button").await;
        }
        let address = browser.client.current_url().await.expect("an address");
        assert!(!address.path().starts_with("/signin"), "{role} is not let in: {}", browser.text().await);
    }
}
