//! Which version is in force, on every page that says so: a sealed one until a later one is sealed, its paper with it.

use std::net::SocketAddr;

use letopis::domain::paper::PaperFact;
use letopis::flow::scans::{self, Given};
use letopis::flow::{export, issue, office, reissue};
use letopis::scan;
use letopis::store::Which;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{open, post, read, session};
use crate::house::{COPIES, House, after, tell};

/// The page that answers a file dropped on `/verify`.
async fn verify(address: SocketAddr, token: &str, bytes: &[u8]) -> String {
    let mut body = b"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"copy.zip\"\r\n\r\n".to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--B--\r\n");
    let head = format!(
        "POST /verify HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nAccept: text/html\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_sealed_version_and_its_paper_are_in_force_until_the_next_is_sealed() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let copy = COPIES[0];
        let director = house.signers(copy, "director").await.remove(0);
        let paper = office::print(&house, copy, true, &after(21)).await.expect("printed").id;
        let package = export::export_copy(&house, copy, Some(1), &after(22)).await.expect("a package").bytes;
        reissue::reissue(&house, copy, "Уточнены сведения", &after(23)).await.expect("a next version");
        issue::issue(&house, &[house.copy(copy).await], &after(24), |_| {}).await.expect("issued");

        let address = open(&house).await;
        let token = session(&house, &director).await;
        let page = async |path: &str| read(address, path, &token).await;
        let (first, own) = (format!("/copies/{copy}?version=1"), format!("/office/papers/{paper}"));
        let until = "ействует до печати версии 2";
        let held = page(&first).await;
        assert!(held.contains(until) && !held.contains("ЗАМЕНЕНА"), "{held}");
        assert!(held.contains(&format!("/copies/{copy}/1/sealed.pdf")), "the document in force is the sealed one");
        let of_journal = ["лист", "листа", "листов"].iter().any(|word| held.contains(&format!("{word} журнала, ")));
        assert!(of_journal && held.contains(" бумаги"), "each kind of sheet by its name: {held}");
        let coming = page(&format!("/copies/{copy}")).await;
        assert!(coming.contains("Пока эта версия не скреплена печатью, действует"), "{coming}");
        let register = page("/register").await;
        assert!(register.contains(until) && !register.contains(">заменена<"), "{register}");
        assert!(page("/copies").await.contains("до её печати действует версия 1"));
        // The first screen keeps it in the archive as well, and leads to the version in force.
        let shelf = page("/").await;
        let shown = shelf.contains("версия 1: действует до печати версии 2");
        assert!(shown && shelf.contains(&format!("/copies/{copy}?version=1")), "{shelf}");
        let kept = page(&own).await;
        assert!(kept.contains("Эта бумага действует") && !kept.contains("больше не действует"), "{kept}");
        let today = page("/office").await;
        assert!(!today.contains("<span class=\"what\">Заменённ"), "{today}");
        assert!(!page("/office/papers").await.contains("заменена, аннулировать"));
        let said = verify(address, &token, &package).await;
        assert!(said.contains("подлинно") && !said.contains("более поздняя версия"), "{said}");
        // Times as an office writes them, and no code where nothing is wrong.
        assert!(!said.contains("поставлена 2025-") && !said.contains("код для разработчиков"), "{said}");

        house.sign_everything(25).await.expect("signatures");
        house.seal_everything(26).await.expect("seals");
        let gone = page(&first).await;
        assert!(gone.contains("ЗАМЕНЕНА") && !gone.contains(until), "{gone}");
        assert!(page("/register").await.contains(">заменена<"));
        assert!(!page("/").await.contains("действует до печати версии"));
        let kept = page(&own).await;
        assert!(kept.contains("больше не действует"), "{kept}");
        assert!(page("/office").await.contains("Заменённая бумажная копия"));
        let listed = page("/office/papers?stage=outdated").await;
        assert!(listed.contains("заменена, аннулировать") && listed.contains(&own), "{listed}");
        // Whoever may read the copy gets the link, a stranger the words.
        for (token, linked) in [(token.as_str(), true), ("", false)] {
            let said = verify(address, token, &package).await;
            assert!(said.contains("В этой школе есть более поздняя версия 2, скреплена печатью"), "{said}");
            assert!(said.contains("подлинно, но есть более поздняя версия"), "{said}");
            assert_eq!(said.contains(&format!("/copies/{copy}?version=2")), linked, "{said}");
        }

        // Voided, it asks for nothing more.
        let void = PaperFact::Voided { ground: "заменена версией 2".to_owned() };
        office::note(&house, &paper, &void, &after(27)).await.expect("voided");
        assert!(house.db.list_paper(Which::One(&paper)).await.unwrap()[0].void().is_some());
        let kept = page(&own).await;
        assert!(!kept.contains("больше не действует") && !kept.contains("Аннулировать копию"), "{kept}");
        assert!(!page("/office/papers").await.contains("заменена, аннулировать"));
    });
}

#[test]
fn a_deputy_who_issues_versions_says_at_a_differing_scan_that_it_matters() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let row = house.copy(COPIES[0]).await;
        let digest = row.issued_pdf.parse().expect("a digest");
        let issued = std::fs::read(house.issued_pdf(&row.id, row.version, digest)).expect("the PDF");
        let mut page = scan::page(&issued, 4).expect("the page");
        // A blot of 3 mm where nobody is to write.
        let (left, top) = (page.width / 2, page.height * 205 / 297);
        for y in top..top + 36 {
            for x in left..left + 36 {
                let at = y * page.width + x;
                page.pixels[at] = 50;
            }
        }
        let bytes = page.resized(page.width / 2, page.height / 2).to_jpeg(usize::MAX, 60);
        let given = Given { name: "лист.jpg".to_owned(), bytes, signed_on: None };
        assert_eq!(scans::take(&house, given, &after(29), |_, _| {}).await.expect("taken").filed(), 1);
        let at = scans::standing(&house, COPIES[0], None).await.expect("pages").pages[3].scans[0].place.clone();

        let address = open(&house).await;
        let deputy = house.signers(COPIES[0], "deputy").await.remove(0);
        let token = session(&house, &deputy).await;
        let path = format!("/office/scans/{}/4", COPIES[0]);
        let asked = read(address, &path, &token).await;
        for words in ["Отличие существенное", "Выпустить следующую версию", "/4/grave\""]
        {
            assert!(asked.contains(words), "{words}: {asked}");
        }
        let (page, place) = (at.page.to_string(), at.place.to_string());
        let which = [("file", at.file.as_str()), ("page", page.as_str()), ("place", place.as_str())];
        let fields = [which[0], which[1], which[2], ("spot", "третья строка")];
        assert_eq!(post(address, &format!("{path}/grave"), &token, &fields).await.0, 303);
        let said = read(address, &path, &token).await;
        assert!(said.contains("третья строка. Записано: "), "{said}");
        let ground = house.db.list_graves(COPIES[0], row.version).await.expect("words").remove(0).ground;
        let onward = format!("ground={}", form_urlencoded::byte_serialize(ground.as_bytes()).collect::<String>());
        assert!(said.replace("%20", "+").contains(&onward), "{onward}: {said}");
    });
}
