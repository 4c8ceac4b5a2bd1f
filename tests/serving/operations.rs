//! The running of a house, from outside: health, figures, the log without personal data, slow connections, panics, the stop.

use std::time::{Duration, Instant};

use crate::{house, intruder, served};
use house::{House, after};
use letopis::flow;
use serde_json::Value;
use served::{ask, get, open, open_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn json(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
}

fn check<'a>(told: &'a Value, name: &str) -> &'a Value {
    told["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).expect("the check")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_house_is_ready_and_says_what_it_looked_at() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    assert!(get(open.address, "/healthz").await.ends_with("ok\n"));
    let answer = get(open.address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let told = json(&answer);
    for name in ["database", "migrations", "guards", "archive", "free_space", "clock"] {
        assert_eq!(check(&told, name)["ok"], true, "{told}");
    }
    assert!(!answer.contains(&*house.root.to_string_lossy()), "a stranger learns no path");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_was_taken_down_makes_the_house_unready_by_name() {
    let house = House::with_journal().await;
    intruder::Intruder::at(&house.root).await.run("drop trigger register_no_update").await;
    let answer = get(open(&house).await.address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(check(&json(&answer), "guards")["said"].as_str().unwrap().contains("register_no_update"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_gone_and_a_full_disk_make_the_house_unready() {
    let house = House::with_journal().await;
    std::fs::remove_file(house.root.join("archive/0=ocfl_1.1")).unwrap();
    // No disk of a test has a tebibyte to spare.
    let open = open_with(&house, "[limits]\nfree_mib = 1048576\n").await;
    let told = json(&get(open.address, "/readyz").await);
    assert_eq!((&check(&told, "archive")["ok"], &check(&told, "free_space")["ok"]), (&false.into(), &false.into()));
    assert_eq!(told["ready"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_behind_the_last_event_makes_the_house_unready() {
    let house = House::with_journal().await;
    let closing =
        flow::close::Closing { year: house::YEAR.into(), period: "Q1".into(), classes: Vec::new(), ground: None };
    flow::close::close(&house, &closing, &after(600)).await.unwrap();
    let told = json(&get(open(&house).await.address, "/readyz").await);
    assert_eq!(check(&told, "clock")["ok"], false, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_requests_by_pattern_and_never_by_path() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    get(open.address, "/journal/5%D0%90?q=%D0%BA%D0%B2%D0%B0%D1%80%D1%86").await;
    get(open.address, "/no-such-page-5A").await;
    get(open.address, "/readyz").await;
    let text = get(open.address, "/metrics").await;
    for line in [
        "letopis_http_requests_total{route=\"/readyz\",method=\"GET\",status=\"200\"} 1",
        "letopis_http_seconds_bucket{route=\"/readyz\",le=\"0.05\"}",
        "letopis_database_connections{state=\"open\"}",
        "letopis_jobs{state=\"waiting\"} 0",
        "letopis_sessions 0",
        "letopis_log_entries",
        "letopis_archive_bytes",
        "letopis_ready 1",
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
    assert!(!text.contains("5%D0%90") && !text.contains("no-such-page"), "a path is a label: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_or_for_who_has_the_key() {
    let house = House::empty().await;
    let open = open_with(&house, "[metrics]\ntoken = \"sesame\"\n").await;
    let asked = |headers: &'static str| async move {
        ask(open.address, &format!("GET /metrics HTTP/1.1\r\nHost: l\r\nConnection: close\r\n{headers}\r\n")).await
    };
    assert!(asked("").await.starts_with("HTTP/1.1 200"));
    assert!(asked("X-Forwarded-For: 203.0.113.9\r\n").await.starts_with("HTTP/1.1 404"), "handed on by a proxy");
    let key = "X-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer sesame\r\n";
    assert!(asked(key).await.starts_with("HTTP/1.1 200"));
    let wrong = "X-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer sesam\r\n";
    assert!(asked(wrong).await.starts_with("HTTP/1.1 404"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_never_ends_is_cut_off_and_others_are_served_meanwhile() {
    let house = House::empty().await;
    let open = open_with(&house, "[limits]\nheader_seconds = 1\n").await;
    let mut slow = TcpStream::connect(open.address).await.unwrap();
    let began = Instant::now();
    let dripping = tokio::spawn(async move {
        // One byte every fifth of a second: never silent, never done.
        while slow.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mut byte = [0; 64];
            if matches!(tokio::time::timeout(Duration::from_millis(1), slow.read(&mut byte)).await, Ok(Ok(_) | Err(_)))
            {
                break;
            }
        }
        began.elapsed()
    });
    assert!(get(open.address, "/healthz").await.ends_with("ok\n"));
    let lasted = dripping.await.unwrap();
    assert!(lasted < Duration::from_secs(5), "held for {lasted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_coming_ends_its_request() {
    let house = House::empty().await;
    let open = open_with(&house, "[limits]\nsilence_seconds = 1\n").await;
    let request = "POST /verify HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: 500\r\n\
                   Content-Type: multipart/form-data; boundary=e\r\n\r\n--e\r\n";
    let began = Instant::now();
    let answer = ask(open.address, request).await;
    assert!(began.elapsed() < Duration::from_secs(5) && answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_answers_what_is_under_way_and_takes_nothing_new() {
    let house = House::empty().await;
    let mut open = open(&house).await;
    let mut under_way = TcpStream::connect(open.address).await.unwrap();
    let body = "--e\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--e--\r\n";
    let head = format!(
        "POST /verify HTTP/1.1\r\nHost: l\r\nContent-Type: multipart/form-data; boundary=e\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    under_way.write_all(head.as_bytes()).await.unwrap();
    under_way.write_all(&body.as_bytes()[..10]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    open.stop.take().unwrap().send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(open.address).await.is_err(), "a new connection is taken after the stop");
    under_way.write_all(&body.as_bytes()[10..]).await.unwrap();
    let mut answer = Vec::new();
    under_way.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    tokio::time::timeout(Duration::from_secs(5), open.served).await.expect("it ends").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_when_the_browser_can_read_them() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let request = "GET /assets/letopis.css HTTP/1.1\r\nHost: l\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n";
    let answer = ask(open.address, request).await.to_lowercase();
    assert!(answer.contains("content-encoding: gzip"), "{}", &answer[..300]);
    assert!(!get(open.address, "/assets/letopis.css").await.to_lowercase().contains("content-encoding"));
}
