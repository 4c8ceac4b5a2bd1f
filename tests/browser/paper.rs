//! A mixed route on the screen: teachers sign with their keys, the class teacher on paper; the scans come back, the stage completes by itself,
//! the director signs electronically.

use std::path::{Path, PathBuf};
use std::time::Duration;

use letopis::domain::copy::State;
use letopis::flow::sign::{Desk, Gesture, Target};
use letopis::flow::{Act, paper, scans};
use letopis::scan::{self, Grey};
use letopis::typeset;

use crate::driver::{Browser, WIDTHS, pictures};
use crate::house::Open;
use crate::records::COPIES;
use crate::tell;

/// Pages of an issued copy at 150 dpi, each as a scanner's picture in a folder.
async fn printed(open: &Open, copy: &str, folder: &Path) -> Vec<PathBuf> {
    let row = open.house.db.list_versions(copy).await.expect("versions").pop().expect("a version");
    let path = open.house.issued_pdf(copy, row.version, row.issued_pdf.parse().expect("a digest"));
    let bytes = std::fs::read(path).expect("the PDF");
    let mut files = Vec::new();
    scan::pages(&bytes, |no, _, page| {
        let page: Grey = page.expect("a page");
        let file = folder.join(format!("лист-{no:02}.jpg"));
        let coarse = page.resized(page.width / 2, page.height / 2);
        std::fs::write(&file, coarse.to_jpeg(usize::MAX, 70)).expect("a picture");
        files.push(file);
        true
    })
    .expect("pages");
    files
}

/// A pen's cross of 5 mm above the middle of a sheet at 150 dpi.
fn drawn_on(file: &Path) {
    let mut page = scan::page(&std::fs::read(file).expect("a picture"), 1).expect("a page");
    let (x, y) = (page.width / 2, page.height * 2 / 5);
    for step in 0..30 {
        for thick in 0..3 {
            page.pixels[(y + step) * page.width + x + 15 + thick] = 40;
            page.pixels[(y + 15 + thick) * page.width + x + step] = 40;
        }
    }
    std::fs::write(file, page.to_jpeg(usize::MAX, 70)).expect("the picture again");
}

/// A signature in its place (mm) on a sheet at 150 dpi.
fn signed_on(file: &Path, [x, y, width, height]: [f64; 4]) {
    const DOTS: f64 = 150.0 / 25.4;
    let mut page = scan::page(&std::fs::read(file).expect("a picture"), 1).expect("a page");
    for step in 0..120 {
        let across = ((x + width * 0.4) * DOTS) as usize + step;
        let down = ((y + height * 0.5) * DOTS) as usize + [0, 6, 12, 18, 12, 6][step / 3 % 6];
        for thick in 0..3 {
            page.pixels[(down + thick) * page.width + across] = 40;
            page.pixels[(down + thick) * page.width + across + 1] = 40;
        }
    }
    std::fs::write(file, page.to_jpeg(usize::MAX, 70)).expect("the picture again");
}

/// Looks at the page at both widths.
async fn look(browser: &Browser, name: &str) {
    for width in WIDTHS {
        let fits = browser.picture(width, &pictures().join(format!("paper/{name}-{width}.png"))).await;
        assert_eq!(fits, Ok(()), "{name}");
    }
    browser.client.set_window_size(1366, 900).await.expect("a size");
}

/// Waits until the page says so, looking at it anew every second.
async fn said(browser: &Browser, words: &str) -> String {
    let mut text = String::new();
    // Reading a page takes seconds on a busy machine.
    for _ in 0..300 {
        text = browser.text().await;
        if text.contains(words) {
            return text;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        browser.client.refresh().await.expect("the page again");
    }
    panic!("«{words}» never came:\n{text}");
}

/// Drops a file onto the page, as a mouse does.
async fn drop_file(browser: &Browser, file: &Path) {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.encode(std::fs::read(file).expect("a file"));
    let script = format!(
        "window.letopisOld = true;
         const bytes = Uint8Array.from(atob('{bytes}'), (letter) => letter.charCodeAt(0));
         const files = new DataTransfer();
         files.items.add(new File([bytes], 'последний лист.jpg', {{ type: 'image/jpeg' }}));
         window.dispatchEvent(new DragEvent('drop', {{ dataTransfer: files, bubbles: true, cancelable: true }}));
         return true;"
    );
    browser.run(&script).await;
    for _ in 0..400 {
        let fresh = browser
            .client
            .execute("return !window.letopisOld && document.readyState === 'complete';", Vec::new())
            .await;
        if fresh.is_ok_and(|fresh| fresh == true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no page came after the drop");
}

/// Everybody of a stage signs with the own key, away from this browser.
async fn sign_stage(open: &Open, copy: &str, stage: &str) {
    let row = open.house.db.list_versions(copy).await.expect("versions").pop().expect("a version");
    let route = open.house.db.load_snapshot(row.snapshot).await.expect("a snapshot").route;
    let stage = route.into_iter().find(|one| one.id == stage).expect("a stage");
    let mut desk = Desk::open(&open.house).await.expect("a desk");
    for signer in stage.signers {
        let targets = vec![Target { copy: copy.to_owned(), version: None }];
        let gesture = Gesture { stage: Some(stage.id.clone()), ..Gesture::checked(&signer.person.id, targets) };
        let act = Act { by: gesture.signer.clone(), at: open.now() };
        desk.sign(&gesture, &act).await.expect("a signature");
    }
}

#[test]
fn a_mixed_route_goes_over_paper_and_its_scans_to_the_director() {
    tell(async {
        let (open, browser) = (Open::with_issued_copies().await, Browser::start().await);
        let folder = tempfile::tempdir().expect("a folder");
        let copy = COPIES[0];
        let files = printed(&open, copy, folder.path()).await;
        let page = open.at(&format!("/copies/{copy}"));

        // The deputy says which stage is signed with a pen; the teachers sign at their desks.
        open.sign_in(&browser, "заместитель директора").await;
        browser.open(&page).await;
        browser.set("stage", "class_teacher").await;
        browser.press("form[action$=\"/paper-stage\"] button").await;
        assert!(browser.text().await.contains("подписывается на бумаге"), "{}", browser.text().await);
        sign_stage(&open, copy, "subject_teacher").await;
        look(&browser, "copy").await;

        // The secretary puts all scans but one on the page.
        open.sign_in(&browser, "секретарь").await;
        browser.open(&open.at("/office")).await;
        assert!(browser.text().await.contains("Копия подписывается на бумаге"), "{}", browser.text().await);
        browser.open(&open.at("/office/scans")).await;
        look(&browser, "scans-before").await;
        let standing = scans::standing(&open.house, copy, None).await.expect("a standing");
        let stages = paper::stage::standing(&open.house, &standing).await.expect("stages");
        let mut leaves: Vec<u32> = stages.iter().flat_map(|stage| stage.pages.clone()).collect();
        leaves.sort_unstable();
        leaves.dedup();
        let places = typeset::hand_places(&open.house.db.load_snapshot(standing.copy.snapshot).await.expect("it"));
        let places = places.expect("places");
        for leaf in leaves.iter().map(|leaf| *leaf as usize - 1) {
            let own = places[leaf].signatures.iter().filter(|one| one.of.0 == "class_teacher");
            own.for_each(|one| signed_on(&files[leaf], one.area));
        }
        let last = leaves.pop().expect("pages");
        let names: Vec<String> = leaves.iter().map(|leaf| files[*leaf as usize - 1].display().to_string()).collect();
        browser.run("window.letopisOld = true; return true;").await;
        let field = browser.client.find(fantoccini::Locator::Css("#scans-files")).await.expect("the field");
        field.send_keys(&names.join("\n")).await.expect("files");
        let text = said(&browser, &format!("{} из {}", leaves.len(), standing.pages.len())).await;
        assert!(!text.contains("завершена"), "{text}");
        let before = open.house.db.list_statements(copy, 1).await.expect("statements").len();
        look(&browser, "scans-all-but-one").await;

        // The last one is dropped: the stage completes, and the copy goes on. Somebody drew on it where nobody is to write.
        drawn_on(&files[last as usize - 1]);
        browser.open(&open.at("/office/scans")).await;
        drop_file(&browser, &files[last as usize - 1]).await;
        let text = said(&browser, "на бумаге завершена").await;
        assert!(text.contains("подписей: 1") && text.contains("Копия №"), "{text}");
        assert_eq!(open.house.db.list_statements(copy, 1).await.expect("statements").len(), before + 1);
        look(&browser, "scans-complete").await;
        browser.open(&open.at(&format!("/office/scans/{copy}"))).await;
        look(&browser, "scans-copy").await;
        browser.open(&page).await;
        let text = browser.text().await;
        assert!(text.contains("подписано на бумаге, отмечено") && text.contains("видел(а)"), "{text}");

        // The deputy signs in another room; the director's pile has the copy, and one press signs it.
        sign_stage(&open, copy, "deputy").await;
        open.sign_in(&browser, "директор").await;
        browser.open(&open.at("/office")).await;
        said(&browser, "На скане есть отличия").await;
        look(&browser, "today-differs").await;
        browser.open(&open.at("/desk")).await;
        assert!(browser.text().await.contains("На скане есть отличия: 1"), "{}", browser.text().await);
        look(&browser, "desk-differs").await;
        browser.open(&open.at("/office/differences")).await;
        look(&browser, "differences").await;
        browser.press("main table a").await;
        assert!(browser.text().await.contains("Добавлено пером"), "{}", browser.text().await);
        look(&browser, "leaf-differs").await;
        browser.press("form[action$=\"/looked\"] button").await;
        assert!(browser.text().await.contains("Просмотрено:"), "{}", browser.text().await);
        look(&browser, "leaf-looked").await;
        browser.open(&open.at("/office/differences")).await;
        assert!(browser.text().await.contains("Непросмотренных отличий нет"), "{}", browser.text().await);
        browser.open(&open.at("/desk")).await;
        assert!(!browser.text().await.contains("На скане есть отличия"), "{}", browser.text().await);
        browser.press("#desk button[type=submit]").await;
        let row = open.house.db.list_versions(copy).await.expect("versions").pop().expect("a version");
        assert_eq!(row.state, State::Signed, "{}", browser.text().await);
        browser.client.clone().close().await.expect("closed");
    });
}
