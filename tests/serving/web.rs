//! The pages over a real connection: what a visitor gets, and what a hostile one does not.
//!
//! Requests are written out byte for byte; the server listens on a port that the system chooses; the house is a real one.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::house;
use letopis::flow;
use letopis::web::{LARGEST_UPLOAD_BYTES, WebState, route, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An empty house, open to the web.
async fn empty_house() -> (SocketAddr, house::House) {
    let house = house::House::empty().await;
    (open(&house).await, house)
}

async fn open(house: &house::House) -> SocketAddr {
    let opened = flow::House::open(&house.root).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(Arc::new(opened), Arc::new(|| house::after(30).at));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// Sends a request and hands back the whole answer.
async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_ref()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(address: SocketAddr, path: &str) -> String {
    ask(address, format!("GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\n\r\n")).await
}

fn form(accept: &str, name: &str, content: &str) -> String {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--edge--\r\n"
    );
    format!(
        "POST /verify HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nAccept: {accept}\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn form_of_bytes(accept: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let whole = form(accept, name, "");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let (before, after) = body.split_at(body.len() - "\r\n--edge--\r\n".len());
    let long = format!("Content-Length: {}", body.len() + content.len());
    let head = head.replace(&format!("Content-Length: {}", body.len()), &long);
    [head.as_bytes(), b"\r\n\r\n", before.as_bytes(), content, after.as_bytes()].concat()
}

#[tokio::test]
async fn a_stranger_sees_the_way_in_and_the_place_to_check_a_file() {
    let house = house::House::with_journal().await;
    let page = get(open(&house).await, "/").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for words in ["href=\"/signin\"", "action=\"/verify\"", "2025/2026 учебный год"] {
        assert!(page.contains(words), "the page does not say {words:?}");
    }
    for secret in ["5А", "Копии"] {
        assert!(!page.contains(secret), "the page tells a stranger {secret:?}");
    }
}

#[tokio::test]
async fn a_stranger_is_told_what_the_code_of_a_sheet_says() {
    let house = house::House::with_journal().await;
    let code = "LTP2:2025-06A-Q2:1:7/19:16/42:06F888F37D52F2A3:100:7DD0DB4788515E92";
    let address = open(&house).await;
    let page = get(address, &format!("/verify?qr={code}")).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for words in ["такой копии здесь нет", "7 из 19", "16 из 42", "06f888f37d52f2a3", "name=\"qr\""]
    {
        assert!(page.contains(words), "the page does not say {words:?}");
    }
    let page = get(address, "/verify?qr=https://example.org").await;
    assert!(page.contains("это не код листа «Летописи»") && !page.contains("7 из 19"), "{page}");
    assert!(page.contains("он начинается с «LTP2:»") && !page.contains("Чужой код"), "{page}");
}

#[tokio::test]
async fn every_route_that_is_not_public_sends_a_stranger_to_the_sign_in_page() {
    let (house, _folder) = empty_house().await;
    let mut asked = 0;
    for facts in
        route::table().iter().filter(|facts| !matches!(facts.access, route::Access::Public | route::Access::Token(_)))
    {
        let path = facts.path.replace(['{', '}'], "").replace("version", "1");
        let request =
            format!("{} {path} HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", facts.method);
        let answer = ask(house, request).await.to_lowercase();
        assert!(
            answer.starts_with("http/1.1 303") && answer.contains("location: /signin?next="),
            "{} {}: {answer}",
            facts.method,
            facts.path
        );
        asked += 1;
    }
    assert!(asked > 0);
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let (house, _folder) = empty_house().await;
    let request =
        form("text/html", "a.pdf", "x").replace("Host: letopis", "Host: letopis\r\nSec-Fetch-Site: cross-site");
    let answer = ask(house, request).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("не со страницы"), "{answer}");
}

#[tokio::test]
async fn a_refusal_has_a_way_out_and_the_number_under_which_the_log_tells_the_cause() {
    let (house, _folder) = empty_house().await;
    let answer = get(house, "/no-such").await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("Такой страницы нет"), "{answer}");
    assert!(answer.contains("после входа есть поиск") && !answer.contains("role=\"search\""), "{answer}");
    let number = answer.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
    assert!(answer.contains(&format!("<code>{number}</code>")) && answer.contains("На главную"), "{answer}");
    let other = get(house, "/no-such").await;
    assert!(!other.contains(number), "each request has its own number");
}

#[tokio::test]
async fn a_program_is_refused_in_problem_json_and_htmx_in_a_part_of_a_page() {
    let (house, _folder) = empty_house().await;
    let asking = |header: &str| format!("GET /no-such HTTP/1.1\r\nHost: l\r\nConnection: close\r\n{header}\r\n\r\n");
    let answer = ask(house, asking("Accept: application/json")).await;
    assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    let json: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(json["type"], "urn:letopis:problem:not-found");
    assert_eq!(json["status"], 404);
    assert!(json["code"] == "not-found" && json["title"] == "Такой страницы нет", "{json}");
    assert!(json["detail"].as_str().unwrap().starts_with("Проверьте адрес"), "{json}");
    let answer = ask(house, form("application/json", "", "")).await;
    let json: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert!(json["code"] == "no-file" && json["title"] == "Файл не выбран", "{json}");
    assert_eq!(json["detail"], "Файл не выбран: выберите файл и повторите");
    let answer = ask(house, asking("HX-Request: true")).await;
    assert!(answer.contains("hx-retarget: #said") && !answer.contains("<html"), "{answer}");
}

#[tokio::test]
async fn names_are_shown_and_never_interpreted() {
    let (house, _folder) = empty_house().await;
    let page = ask(house, form("text/html", "<script>.pdf", "no record")).await;
    assert!(page.contains("&#60;script&#62;.pdf") && !page.contains("<script>"), "{page}");
}

#[tokio::test]
async fn every_answer_forbids_inline_script_and_other_hosts() {
    let (house, _folder) = empty_house().await;
    for path in ["/", "/verify", "/no-such", "/assets/letopis.js", "/assets/fonts/pt-sans-latin-400.woff2"] {
        let answer = get(house, path).await.to_lowercase();
        assert!(answer.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{path}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{path}");
    }
    let page = get(house, "/").await;
    for inline in ["<style", "<script>", " style=", "onclick", "http://", "https://"] {
        assert!(!page.contains(inline), "the page holds {inline:?}");
    }
}

#[tokio::test]
async fn only_what_the_table_names_is_served_and_paths_lead_nowhere() {
    let (house, _folder) = empty_house().await;
    for path in
        ["/copies/..%2F..%2Fetc/1/sealed.pdf", "/assets/..%2Fmod.rs", "/assets/fonts/..%2Fletopis.css", "/etc/passwd"]
    {
        let answer = get(house, path).await;
        let turned_away = answer.starts_with("HTTP/1.1 404") || answer.contains("location: /signin");
        assert!(turned_away, "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_dropped_file_gets_a_plain_verdict_with_its_findings() {
    let house = house::House::with_sealed_copies().await;
    let record = house.archive().join("2025-05A-Q1-v1/v1/content").join(letopis::vault::name::SEALED_PDF);
    let bytes = std::fs::read(record).unwrap();
    let address = open(&house).await;
    let page = ask(address, form_of_bytes("text/html", "копия.pdf", &bytes)).await;
    for words in ["class=\"verdict valid\"", "копия.pdf", "5А"] {
        assert!(page.contains(words), "the page does not say {words:?}: {page}");
    }
    let mut altered = bytes;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let page = ask(address, form_of_bytes("text/html", "копия.pdf", &altered)).await;
    assert!(page.contains("class=\"verdict altered\"") && page.contains("изменено или недействительно"), "{page}");
}

#[tokio::test]
async fn a_program_gets_the_verdict_as_json() {
    let (house, _folder) = empty_house().await;
    let answer = ask(house, form("application/json", "a.pdf", "no record")).await;
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(json[0]["verdict"], "unchecked");
    assert_eq!(json[0]["exit_code"], 2);
    assert!(json[0]["findings"][0]["code"].is_string(), "{json}");
}

#[tokio::test]
async fn a_form_without_a_file_is_answered_with_a_sentence() {
    let (house, _folder) = empty_house().await;
    for request in [
        form("text/html", "", ""),
        "POST /verify HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ] {
        let answer = ask(house, request).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("Файл не выбран"), "{answer}");
    }
}

#[tokio::test]
async fn a_file_above_the_limit_is_read_to_its_end_and_refused_with_a_sentence() {
    let (house, _folder) = empty_house().await;
    let answer = ask(house, form("text/html", "a.pdf", &"x".repeat(LARGEST_UPLOAD_BYTES + 1))).await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("больше 100 МБ"),
        "{}",
        &answer[..300.min(answer.len())]
    );
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_said_to_be_broken() {
    let (house, _folder) = empty_house().await;
    let whole = form("text/html", "a.pdf", "as sealed");
    let broken = whole
        .replace("--edge--\r\n", "")
        .replace("Content-Length: ", "X-Was: ")
        .replace("Connection: close", "Connection: close\r\nContent-Length: 60");
    let answer = ask(house, broken).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("не дошёл целиком"), "{answer}");
}

#[tokio::test]
async fn the_health_address_answers_in_one_word() {
    let (house, _folder) = empty_house().await;
    assert!(get(house, "/healthz").await.ends_with("ok\n"));
}
