//! Whole answers of pages, packed as they go out, kept while nothing is written. Floor 3.
//!
//! An answer is told by seven things: the turn at which the school's data was touched last (`store::Moved`), the day, the visitor (whose offices
//! follow from turn and day), whether a second factor was given, how many copies wait for the visitor (the frame says so), what the frame says of technical breaks, and the address.
//! They are its key; an answer is never found under another. The guard has recognised the visitor, decided the right and noted the look before
//! it asks here.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use chrono::NaiveDate;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::{self, Refusal};
use crate::domain::people::Visitor;

/// Bytes of answers kept: some 3,000 pages of 8 KB, of the 256 MiB that a house of a thousand sessions may take.
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// What an answer is told by, but for the turn.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    account: String,
    second_factor: bool,
    waits: usize,
    day: NaiveDate,
    address: String,
    /// What the frame says of technical breaks: it changes with the hour.
    pause: String,
}

impl Key {
    /// The key of a request whose answer may be kept: a whole page, for a client that unpacks it, with no message to show once.
    pub(super) fn of(
        method: &Method,
        address: &str,
        headers: &HeaderMap,
        (visitor, waits): (&Visitor, usize),
        (day, pause): (NaiveDate, String),
    ) -> Option<Self> {
        let asks_page = *method == Method::GET && !answer::is_partial(headers) && !answer::wants_json(headers);
        if !asks_page || !unpacks(headers) || super::guard::cookie(headers, answer::FLASH_COOKIE).is_some() {
            return None;
        }
        Some(Self {
            account: visitor.account.clone(),
            second_factor: visitor.second_factor,
            waits,
            day,
            address: address.to_owned(),
            pause,
        })
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.account.len() + self.address.len() + self.pause.len()
    }
}

/// Does the client take gzip? A list that weighs gzip is left to the layer that can weigh.
fn unpacks(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("gzip"))
}

/// The answers kept, in two halves: what nobody asked for while the younger half filled up goes.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    young: Half,
    old: Half,
}

#[derive(Debug, Default)]
struct Half {
    answers: HashMap<Arc<Key>, Held>,
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Held {
    turn: u64,
    packed: Bytes,
}

impl Half {
    fn take(&mut self, key: &Key) -> Option<(Arc<Key>, Held)> {
        let (key, held) = self.answers.remove_entry(key)?;
        self.bytes -= held.packed.len() + key.size();
        Some((key, held))
    }

    fn put(&mut self, key: Arc<Key>, held: Held) {
        self.take(&key);
        self.bytes += held.packed.len() + key.size();
        self.answers.insert(key, held);
    }
}

impl Halves {
    fn put(&mut self, key: Arc<Key>, held: Held) {
        let size = held.packed.len() + key.size();
        if size > HELD_BYTES / 2 {
            return;
        }
        if self.young.bytes + size > HELD_BYTES / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.put(key, held);
    }
}

impl Answers {
    /// The answer under a key and a turn.
    pub(super) fn find(&self, key: &Key, turn: u64) -> Option<Response> {
        let packed = {
            let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match halves.young.answers.get(key) {
                Some(held) => (held.turn == turn).then(|| held.packed.clone())?,
                None => {
                    let (key, held) = halves.old.take(key)?;
                    if held.turn != turn {
                        return None;
                    }
                    halves.put(key, held.clone());
                    held.packed
                }
            }
        };
        Some(response(packed))
    }

    /// Packs the answer of a page and keeps it; what is no plain page goes through untouched.
    pub(super) async fn keep(&self, key: Key, turn: u64, answered: Response) -> Result<Response, Refusal> {
        if !is_plain_page(&answered) {
            return Ok(answered);
        }
        // The body is a whole page in memory: a handler made it as one text.
        let plain = to_bytes(answered.into_body(), usize::MAX).await.map_err(|error| answer::fault(&error))?;
        let packed = pack(&plain).map_err(|error| answer::fault(&error))?;
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.put(Arc::new(key), Held { turn, packed: packed.clone() });
        Ok(response(packed))
    }
}

/// A page without anything of its own in the head that would be lost.
fn is_plain_page(answered: &Response) -> bool {
    let headers = answered.headers();
    let is_html = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == HTML);
    answered.status() == StatusCode::OK && is_html && headers.keys().all(is_told_again)
}

fn is_told_again(name: &header::HeaderName) -> bool {
    *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH
}

const HTML: &str = "text/html; charset=utf-8";

fn pack(plain: &[u8]) -> std::io::Result<Bytes> {
    // The level of the layer that packs the other pages.
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

fn response(packed: Bytes) -> Response {
    let mut response = Response::new(Body::from(packed));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::response::{Html, IntoResponse as _};

    use super::*;

    fn key(account: &str, address: &str) -> Key {
        Key {
            account: account.into(),
            second_factor: false,
            waits: 0,
            day: NaiveDate::default(),
            address: address.into(),
            pause: String::new(),
        }
    }

    async fn text(response: Response) -> String {
        let packed = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_ref()).read_to_string(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn an_answer_is_found_only_by_whom_where_and_when_it_was_given() {
        let answers = Answers::default();
        let given = answers.keep(key("T1", "/journal"), 7, Html("страница").into_response()).await.unwrap();
        assert_eq!(text(given).await, "страница");
        let found = |key: Key, turn| answers.find(&key, turn);
        assert_eq!(text(found(key("T1", "/journal"), 7).unwrap()).await, "страница");
        assert!(found(key("T2", "/journal"), 7).is_none(), "another visitor");
        assert!(found(key("T1", "/journal?period=Q1"), 7).is_none(), "another address");
        assert!(found(key("T1", "/journal"), 8).is_none(), "something was written");
        assert!(found(Key { second_factor: true, ..key("T1", "/journal") }, 7).is_none(), "a second factor");
        assert!(found(Key { waits: 1, ..key("T1", "/journal") }, 7).is_none(), "a copy that waits");
        let tomorrow = NaiveDate::default().succ_opt().unwrap();
        assert!(found(Key { day: tomorrow, ..key("T1", "/journal") }, 7).is_none(), "another day");
        let paused = Key { pause: "Технический перерыв".into(), ..key("T1", "/journal") };
        assert!(found(paused, 7).is_none(), "a break was announced, or is over");
    }

    #[tokio::test]
    async fn what_says_something_in_its_head_is_never_kept() {
        let answers = Answers::default();
        let mut with_cookie = Html("x").into_response();
        with_cookie.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static("a=b"));
        for answer in [with_cookie, StatusCode::NOT_FOUND.into_response(), "plain".into_response()] {
            answers.keep(key("T1", "/"), 1, answer).await.unwrap();
            assert!(answers.find(&key("T1", "/"), 1).is_none());
        }
    }

    #[tokio::test]
    async fn the_answers_kept_are_bounded_and_those_asked_for_stay() {
        let answers = Answers::default();
        // A page that does not pack: four of them fill a half.
        let mut noise = String::new();
        for n in 0..HELD_BYTES / 8 / 64 {
            noise += &crate::domain::canon::Digest::of(n.to_string().as_bytes()).to_hex();
        }
        let keep = async |n: usize| {
            answers.keep(key("T1", &format!("/{n}")), 1, Html(noise.clone()).into_response()).await.unwrap();
        };
        for n in 0..40 {
            keep(n).await;
            assert!(answers.find(&key("T1", "/0"), 1).is_some(), "asked for all the time");
        }
        let halves = answers.0.lock().unwrap();
        assert!(halves.young.bytes + halves.old.bytes <= HELD_BYTES, "bounded");
        assert!(!halves.young.answers.contains_key(&key("T1", "/1")), "nobody asked for it");
    }

    #[test]
    fn only_a_whole_page_for_who_unpacks_it_is_kept() {
        let visitor = Visitor {
            account: "T1".into(),
            name: String::new(),
            offices: Vec::new(),
            second_factor: false,
            rules: Default::default(),
        };
        let asked = |method: Method, pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)));
            Key::of(&method, "/journal", &pairs.collect(), (&visitor, 0), (NaiveDate::default(), String::new()))
                .is_some()
        };
        let browser = ("accept-encoding", "gzip, deflate, br");
        assert!(asked(Method::GET, &[browser]));
        assert!(!asked(Method::GET, &[]), "it would have to be unpacked");
        assert!(!asked(Method::GET, &[("accept-encoding", "gzip;q=0, br")]));
        assert!(!asked(Method::HEAD, &[browser]) && !asked(Method::POST, &[browser]));
        assert!(!asked(Method::GET, &[browser, ("hx-request", "true")]), "a part of a page");
        assert!(!asked(Method::GET, &[browser, ("cookie", "letopis-said=x")]), "a message is shown once");
        assert!(!asked(Method::GET, &[browser, ("accept", "application/json")]));
    }
}
