//! The package of a sealed copy, taken on its page: the command's own bytes, checked by its own script, for whoever may read the copy.

use std::io::Cursor;
use std::net::SocketAddr;
use std::process::Command;

use letopis::flow::export;
use letopis::store::Looked;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{open, read, session};
use crate::house::{COPIES, House, after, tell};

/// Status, head and body of an answer, byte for byte.
async fn take(address: SocketAddr, path: &str, token: &str) -> (u16, String, Vec<u8>) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nAccept: text/html\r\n\
         Accept-Encoding: gzip\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    (status, head, answer.split_off(end + 4))
}

#[test]
fn whoever_reads_a_sealed_copy_takes_the_package_that_proves_it() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let director = house.signers(copy, "director").await.remove(0);
        let token = session(&house, &director).await;
        let path = format!("/copies/{copy}/1/package.zip");
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        let link = format!("href=\"{path}\">Скачать пакет для проверки (ZIP, ");
        assert!(page.contains(&link) && page.contains("sh verify.sh"), "{page}");

        // The command's bytes: same files, same order, same times. Its leaving stands in the log, the look among the looks.
        let (status, head, bytes) = take(address, &path, &token).await;
        assert_eq!(status, 200, "{head}");
        assert!(head.contains("content-type: application/zip") && !head.contains("content-encoding"), "{head}");
        assert!(head.contains(&format!("attachment; filename=\"{}-v1.zip\"", copy.to_lowercase())), "{head}");
        let last = house.db.list_log().await.unwrap().pop().expect("an entry");
        assert_eq!(last.event, "copy_exported");
        assert!(last.payload.contains(&director), "who took it: {}", last.payload);
        let packed = export::export_copy(&house, copy, Some(1), &after(40)).await.expect("a package");
        assert!(bytes == packed.bytes, "{} bytes, the command gives {}", bytes.len(), packed.bytes.len());
        let looks = house.db.list_access(&Looked::By(&director), "", "", 10).await.unwrap();
        assert!(looks.iter().any(|row| row.what == "copy" && row.subject == copy), "{looks:?}");

        // Whoever is refused the sealed PDF is refused the package, in the same way.
        for person in ["L00001".to_owned(), String::new()] {
            let token = if person.is_empty() { String::new() } else { session(&house, &person).await };
            let (pdf, _, _) = take(address, &format!("/copies/{copy}/1/sealed.pdf"), &token).await;
            let (zip, head, body) = take(address, &path, &token).await;
            assert!(zip == pdf && zip != 200 && !body.starts_with(b"PK"), "«{person}»: {pdf}, {head}");
        }
        assert_eq!(take(address, &format!("/copies/{copy}/7/package.zip"), &token).await.0, 404);

        // What an inspector does with it, with nothing of ours.
        let (zip, folder) = (house.outside("package.zip"), house.outside("unpacked"));
        std::fs::write(&zip, &bytes).unwrap();
        match Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&folder).output() {
            Ok(done) => assert!(done.status.success(), "{done:?}"),
            Err(_) => {
                eprintln!("ПРОПУЩЕНО: unzip не найден, пакет распакован без него");
                zip::ZipArchive::new(Cursor::new(&bytes)).unwrap().extract(&folder).unwrap();
            }
        }
        let script = folder.join(format!("{copy}-v1/data/verify.sh"));
        let done = Command::new("sh").arg(script).output().expect("sh runs");
        assert!(done.status.success(), "{done:?}");
    });
}

#[test]
fn a_copy_without_a_seal_has_no_package_and_says_so() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let director = house.signers(copy, "director").await.remove(0);
        let token = session(&house, &director).await;
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(page.contains("Маршрут подписания") && !page.contains("Скачать пакет для проверки"), "{page}");
        let (status, _, body) = take(address, &format!("/copies/{copy}/1/package.zip"), &token).await;
        assert_eq!(status, 409);
        assert!(!body.starts_with(b"PK"));
        let logged = house.db.list_log().await.unwrap();
        assert!(logged.iter().all(|entry| entry.event != "copy_exported"), "nothing left");
    });
}
