//! Signing in by an outside identity service, against npm `oidc-provider`: discovery, PKCE, state, nonce, linking by a one-time code.
//!
//! Skipped aloud where node or the packages are not there: `npm ci --prefix tests/oidc` brings them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use letopis::flow::House;
use letopis::flow::signin::credentials::Chain;
use letopis::flow::signin::identity::Provider;
use letopis::web::{WebState, serve};
use openidconnect::reqwest::{Client, Response, redirect};
use tokio::net::TcpListener;

use super::house::{act, after, on_every_engine};

/// The provider of the test; it goes with the test. Its output stays open: a provider whose words nobody takes dies of it.
struct Service(Child, #[allow(dead_code)] BufReader<ChildStdout>);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(back: &str) -> Option<(Service, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oidc");
    if !std::path::Path::new(folder).join("node_modules/oidc-provider").exists() {
        eprintln!("ПРОПУЩЕНО: oidc-provider — выполните «npm ci --prefix tests/oidc»");
        return None;
    }
    let node = Command::new("node")
        .args(["provider.mjs", back])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = node else {
        eprintln!("ПРОПУЩЕНО: oidc-provider — нет node");
        return None;
    };
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take()?);
    output.read_line(&mut line).unwrap();
    Some((Service(child, output), line.trim().to_owned()))
}

/// A browser: keeps cookies (which know no ports) and goes where it is sent, one step at a time.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, cookies: BTreeMap::new() }
    }

    async fn ask(&mut self, address: &str, form: Option<&str>) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = match form {
            None => self.client.get(address),
            Some(form) => self
                .client
                .post(address)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_owned()),
        };
        let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in at the service under a name; hands back the last address, which is ours, and does not open it.
    async fn through(&mut self, web: &str, name: &str) -> String {
        let mut address = format!("{web}/signin/identity");
        for _ in 0..20 {
            let answer = self.ask(&address, None).await;
            let place = match answer.status().as_u16() {
                200 => {
                    // The service's own form: who are you, then: do you agree.
                    let page = answer.text().await.unwrap();
                    let prompt = if page.contains("name=\"login\"") { "login" } else { "consent" };
                    let form = format!("prompt={prompt}&login={name}&password=x");
                    let answer = self.ask(&address, Some(&form)).await;
                    location(&answer, &address)
                }
                _ => location(&answer, &address),
            };
            if place.starts_with(&format!("{web}/signin/identity/back")) {
                return place;
            }
            address = place;
        }
        panic!("the service leads in a circle");
    }
}

fn location(answer: &Response, from: &str) -> String {
    let place = answer.headers().get("location").unwrap_or_else(|| panic!("{from}: {answer:?}")).to_str().unwrap();
    if place.starts_with("http") {
        return place.to_owned();
    }
    let host = from.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{host}{place}")
}

#[test]
fn an_outside_identity_opens_only_the_account_that_a_code_or_an_administrator_linked() {
    on_every_engine(|house| async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = format!("http://{}", listener.local_addr().unwrap());
        let redirect = format!("{web}/signin/identity/back");
        let Some((_service, issuer)) = start(&redirect) else { return };
        let mut house: House = Arc::try_unwrap(house).unwrap();
        house.sign_in.provider = Some(Provider {
            issuer: issuer.clone(),
            client_id: "letopis".into(),
            client_secret: "test-secret-of-the-house".into(),
            redirect,
        });
        let house = Arc::new(house);
        let people = ["T04", "T05"].map(str::to_owned);
        house.sign_in.issue(&house, &Chain::Staff, &people, &act("T06", 0)).await.unwrap();
        let state = WebState::new(house.clone(), Arc::new(|| after(0)));
        tokio::spawn(serve(state, listener, std::future::pending()));

        // Somebody whom nobody linked gets no further than the question for a code, whatever the name there is.
        let mut browser = Browser::new();
        let back = browser.through(&web, "esia-4711").await;
        let stranger = Browser::new().ask(&back, None).await;
        assert_eq!(stranger.status(), 409, "another browser cannot use the way back");
        let page = browser.ask(&back, None).await.text().await.unwrap();
        assert!(page.contains("Одноразовый код связи") && page.contains("esia-4711"), "{page}");
        assert!(!browser.cookies.contains_key("letopis"));
        assert_eq!(browser.ask(&back, None).await.status(), 409, "the way back is used once");

        // A wrong code costs the ticket; the right one links and lets in.
        let code = house.sign_in.issue_link_code(&house, "T04", &act("T06", 0)).await.unwrap();
        let wrong = browser.ask(&format!("{web}/signin/identity/link"), Some("code=000000000000")).await;
        assert_eq!(wrong.status(), 409);
        let typed = format!("code={}", code.replace(' ', ""));
        let late = browser.ask(&format!("{web}/signin/identity/link"), Some(&typed)).await;
        assert_eq!(late.status(), 409, "the ticket is gone");
        let back = browser.through(&web, "esia-4711").await;
        browser.ask(&back, None).await;
        let linked = browser.ask(&format!("{web}/signin/identity/link"), Some(&typed)).await;
        assert_eq!(linked.status(), 303, "{}", linked.text().await.unwrap());
        let me = browser.ask(&format!("{web}/me"), None).await;
        assert_eq!(me.status(), 200);
        assert!(me.text().await.unwrap().contains("учитель-предметник"));
        assert_eq!(house.db.find_link(&issuer, "esia-4711").await.unwrap().as_deref(), Some("T04"));

        // From now on the service is enough, in any browser; the printed password need not have been used.
        let mut home = Browser::new();
        let back = home.through(&web, "esia-4711").await;
        let onward = home.ask(&back, None).await;
        assert_eq!(onward.status(), 200, "a page of ours goes on, for the cookie is strict");
        assert_eq!(home.ask(&format!("{web}/me"), None).await.status(), 200);

        // A link is made once, and an administrator's is as good.
        let taken = house.sign_in.link(&house, &issuer, "esia-4711", "T05", &act("T06", 1)).await;
        assert!(taken.is_err(), "{taken:?}");
        house.sign_in.link(&house, &issuer, "esia-5", "T05", &act("T06", 1)).await.unwrap();
        let mut secretary = Browser::new();
        let back = secretary.through(&web, "esia-5").await;
        secretary.ask(&back, None).await;
        assert_eq!(secretary.ask(&format!("{web}/me"), None).await.status(), 200);
        house.sign_in.unlink(&house, "T05", &act("T06", 2)).await.unwrap();
        assert_ne!(secretary.ask(&format!("{web}/me"), None).await.status(), 200, "unlinked, the session is over");
    });
}

#[test]
fn without_a_service_in_the_settings_its_addresses_lead_to_the_form() {
    on_every_engine(|house| async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(WebState::new(house, Arc::new(|| after(0))), listener, std::future::pending()));
        let mut browser = Browser::new();
        let answer = browser.ask(&format!("{web}/signin/identity"), None).await;
        assert_eq!(location(&answer, &web), format!("{web}/signin"));
        let form = browser.ask(&format!("{web}/signin"), None).await.text().await.unwrap();
        assert!(!form.contains("внешнюю службу"));
    });
}
