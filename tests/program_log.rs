//! The program's log over a whole day of requests: it names nobody. A test binary of its own, for a log is of a whole process.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

#[path = "story/house.rs"]
#[allow(dead_code)] // the houses of the records' stories; these stories need two of them
mod house;
#[path = "story/intruder.rs"]
#[allow(dead_code)] // what the houses' stories change behind the program's back
mod intruder;
#[allow(dead_code)] // what every story over a connection may need
mod served;

use std::sync::{Arc, Mutex};

use house::House;
use served::{ask, open};

/// Everything that the program's log said.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_log_of_a_whole_day_names_nobody() {
    let said = Said::default();
    let writer = said.clone();
    let log =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let log = log.with_env_filter("warn,letopis=trace").finish();
    // The log is of the thread that asks and answers: other stories of this run must not speak into it.
    let _only_here = tracing::subscriber::set_default(log);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let journal = runtime.block_on(async {
        let house = House::with_journal().await;
        let journal = house.db.load_journal(house::YEAR).await.unwrap();
        let open = open(&house).await;
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let learner = &journal.learners[0];
        for facts in letopis::web::route::table() {
            let path = facts
                .path
                .replace("{class}", &encoded("5А"))
                .replace("{course}", &journal.courses[0].id)
                .replace("{learner}", &learner.id)
                .replace("{person}", &journal.staff[0].id)
                .replace("{copy}", "2025-05A-Q1")
                .replace("{year}", "2025")
                .replace(['{', '}'], "");
            let path = format!("{path}?q={}", encoded(&learner.surname));
            let head =
                format!("{} {path} HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: 0\r\n", facts.method);
            ask(
                open.address,
                &format!("{head}Cookie: letopis=aaaa\r\nReferer: http://l/journal/{}\r\n\r\n", encoded("5А")),
            )
            .await;
        }
        journal
    });
    let text = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    assert!(text.lines().filter(|line| line.contains("\"answered\"")).count() > 5, "the log is silent: {text}");
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    for person in journal.learners.iter().map(|l| &l.surname).chain(journal.staff.iter().map(|s| &s.surname)) {
        assert!(!text.contains(person.as_str()) && !text.contains(&encoded(person)), "the log names {person}");
    }
    for secret in ["5А", "5%D0%90", "aaaa", journal.learners[0].id.as_str(), "Referer", "127.0.0.1"] {
        assert!(!text.contains(secret), "the log holds {secret}");
    }
}
