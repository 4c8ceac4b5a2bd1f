//! The web page over a real connection: what a visitor gets, and what a hostile one does not.
//!
//! Requests are written out byte for byte; the server listens on a port that the system chooses.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use letopis::domain::finding::{Finding, Verdict};
use letopis::web::{CopyView, LARGEST_UPLOAD_BYTES, VerifyView, WebState, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn copy(class: &str, sealed: Option<PathBuf>) -> CopyView {
    CopyView {
        id: format!("2025-{}-Q1", if class == "5А" { "05A" } else { "10A" }),
        version: 1,
        class: class.to_owned(),
        period: "I четверть".to_owned(),
        kind_ru: "копия классного журнала".to_owned(),
        state_ru: if sealed.is_some() { "скреплена печатью" } else { "на подписи" }.to_owned(),
        pages: 46,
        sheets: 18,
        register_no: if sealed.is_some() { "2025/00001" } else { "" }.to_owned(),
        sealed_at: if sealed.is_some() { "2025-10-24T14:05:00+05:00" } else { "" }.to_owned(),
        sealed_pdf_path: sealed,
    }
}

/// Says «altered» of a file that holds the word, and repeats the file's name.
fn judge(name: &str, bytes: &[u8]) -> VerifyView {
    let altered = bytes.windows(7).any(|window| window == b"altered");
    let finding = Finding::new("verify.digest-mismatch", "лист 3 <b>", "контрольная сумма листа не сходится");
    VerifyView {
        file: name.to_owned(),
        what: "копия классного журнала 5А, I четверть, версия 1".to_owned(),
        verdict: if altered { Verdict::Altered } else { Verdict::Valid },
        checked: vec!["Печать школы цела.".to_owned()],
        findings: if altered { vec![finding.expected_found("9f2c", "11a0")] } else { Vec::new() },
    }
}

/// A house with one sealed copy and one under way.
async fn house() -> (SocketAddr, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("sealed.pdf");
    std::fs::write(&pdf, b"%PDF-1.7 sealed").unwrap();
    let copies = Arc::new(move || Ok(vec![copy("5А", Some(pdf.clone())), copy("10А", None)]));
    (open(WebState::new("Школа № 17 <Восход>", copies, Arc::new(judge))).await, folder)
}

async fn open(state: WebState) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
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

#[tokio::test]
async fn the_first_page_lists_copies_with_state_and_register_number() {
    let (house, _folder) = house().await;
    let page = get(house, "/").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for words in [
        "Копия классного журнала: I четверть",
        "скреплена печатью",
        "2025/00001",
        "24.10.2025, 14:05",
        "/copies/2025-05A-Q1/1/sealed.pdf",
    ] {
        assert!(page.contains(words), "the page does not say {words:?}");
    }
    assert!(!page.contains("/copies/2025-10A-Q1/1/sealed.pdf"), "a copy that is not sealed has no document");
}

#[tokio::test]
async fn names_are_shown_and_never_interpreted() {
    let (house, _folder) = house().await;
    assert!(get(house, "/").await.contains("Школа № 17 &#60;Восход&#62;"));
    let page = ask(house, form("text/html", "<script>.pdf", "altered")).await;
    assert!(page.contains("&#60;script&#62;.pdf") && page.contains("лист 3 &#60;b&#62;"), "{page}");
}

#[tokio::test]
async fn every_answer_forbids_inline_script_and_other_hosts() {
    let (house, _folder) = house().await;
    for path in ["/", "/verify", "/no-such", "/assets/letopis.js", "/copies/2025-05A-Q1/1/sealed.pdf"] {
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
async fn a_sealed_pdf_comes_as_it_lies_in_the_archive() {
    let (house, _folder) = house().await;
    let answer = get(house, "/copies/2025-05A-Q1/1/sealed.pdf").await;
    assert!(answer.contains("content-type: application/pdf") && answer.ends_with("%PDF-1.7 sealed"), "{answer}");
}

#[tokio::test]
async fn only_listed_copies_are_served_and_paths_lead_nowhere() {
    let (house, _folder) = house().await;
    for path in [
        "/copies/2025-10A-Q1/1/sealed.pdf",
        "/copies/2025-05A-Q1/2/sealed.pdf",
        "/copies/2025-05A-Q1/01/sealed.pdf",
        "/copies/..%2F..%2Fetc/1/sealed.pdf",
        "/assets/..%2Fmod.rs",
        "/etc/passwd",
    ] {
        let answer = get(house, path).await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("Такой страницы нет"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_dropped_file_gets_a_plain_verdict_with_its_findings() {
    let (house, _folder) = house().await;
    let page = ask(house, form("text/html", "копия.pdf", "as sealed")).await;
    assert!(
        page.contains("class=\"verdict valid\"")
            && page.contains("подлинно")
            && page.contains("Печать школы цела.")
            && page.contains("копия.pdf"),
        "{page}"
    );
    let page = ask(house, form("text/html", "копия.pdf", "altered")).await;
    for words in ["class=\"verdict altered\"", "изменено или недействительно", "verify.digest-mismatch", "9f2c", "11a0"]
    {
        assert!(page.contains(words), "the page does not say {words:?}");
    }
}

#[tokio::test]
async fn a_program_gets_the_same_as_json() {
    let (house, _folder) = house().await;
    let answer = ask(house, form("application/json", "a.pdf", "altered")).await;
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(json[0]["verdict"], "altered");
    assert_eq!(json[0]["exit_code"], 1);
    assert_eq!(json[0]["findings"][0]["code"], "verify.digest-mismatch");
}

#[tokio::test]
async fn a_form_without_a_file_is_answered_with_a_sentence() {
    let (house, _folder) = house().await;
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
    let (house, _folder) = house().await;
    let answer = ask(house, form("text/html", "a.pdf", &"x".repeat(LARGEST_UPLOAD_BYTES + 1))).await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("больше 100 МБ"),
        "{}",
        &answer[..300.min(answer.len())]
    );
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_said_to_be_broken() {
    let (house, _folder) = house().await;
    let whole = form("text/html", "a.pdf", "as sealed");
    let broken = whole
        .replace("--edge--\r\n", "")
        .replace("Content-Length: ", "X-Was: ")
        .replace("Connection: close", "Connection: close\r\nContent-Length: 60");
    let answer = ask(house, broken).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("не дошёл целиком"), "{answer}");
}

#[tokio::test]
async fn a_fault_of_the_store_is_not_told_to_visitors() {
    let copies = Arc::new(|| Err("disk /dev/sda1 failed".into()));
    let house = open(WebState::new("Школа", copies, Arc::new(judge))).await;
    let answer = get(house, "/").await;
    assert!(answer.starts_with("HTTP/1.1 500") && !answer.contains("sda1"), "{answer}");
}

#[tokio::test]
async fn an_empty_house_says_what_to_do_next() {
    let house = open(WebState::new("Школа", Arc::new(|| Ok(Vec::new())), Arc::new(judge))).await;
    assert!(get(house, "/").await.contains("letopis import"));
}

#[tokio::test]
async fn the_health_address_answers_in_one_word() {
    let (house, _folder) = house().await;
    assert!(get(house, "/healthz").await.ends_with("ok\n"));
}
