//! Scans of a version that a later one replaced: they are opened, what of their paper stays in force is told, and nothing is changed there.

use letopis::flow::jobs::{self, Work};
use letopis::flow::paper::{self, Seen};
use letopis::flow::scans::{self, Given};
use letopis::flow::{Act, issue, office, reissue};
use letopis::scan::{self, Grey};

use crate::desk::{open, read, session};
use crate::house::{COPIES, House, after, tell};

/// A page (from 1) of the issued last version.
async fn printed(house: &House, no: u32) -> Grey {
    let row = house.copy(COPIES[0]).await;
    let digest = row.issued_pdf.parse().expect("a digest");
    let bytes = std::fs::read(house.issued_pdf(&row.id, row.version, digest)).expect("the PDF");
    scan::page(&bytes, no as usize).expect("the page")
}

/// The same as a scanner of 150 dpi sees it.
fn scanned(page: &Grey) -> Vec<u8> {
    page.resized(page.width / 2, page.height / 2).to_jpeg(usize::MAX, 60)
}

/// A teacher's sheet is signed with a pen in version 1 and scanned, then version 2 is issued; the page that was scanned, and the codes of the
/// title page and of that one.
async fn signed_in_ink_and_issued_anew(house: &House) -> (u32, [String; 2]) {
    let copy = COPIES[0];
    let class_teacher = house.signers(copy, "class_teacher").await.remove(0);
    let mut teachers = house.signers(copy, "subject_teacher").await;
    teachers.retain(|id| *id != class_teacher);
    let snapshot = house.snapshot(copy).await;
    let stage = snapshot.route.iter().find(|stage| stage.id == "subject_teacher").expect("a stage");
    let signer = stage.signers.iter().find(|one| one.person.id == teachers[0]).expect("a signer");
    let mut sheets = (1_u32..).zip(&snapshot.sheets);
    let (sheet, _) = sheets.find(|(_, sheet)| sheet.id() == signer.sheets[0]).expect("a sheet");
    let pages = scans::standing(house, copy, None).await.expect("a standing").pages;
    let leaf = pages.iter().find(|page| page.sheet == sheet).expect("a page").leaf;
    let (title, page) = (printed(house, 1).await, printed(house, leaf).await);
    let seen = Seen {
        version: 1,
        stage: "subject_teacher".into(),
        signer: teachers[0].clone(),
        signed_on: "2025-10-27".into(),
        scan: scanned(&page),
    };
    paper::record(house, copy, &seen, &Act { by: class_teacher, ..after(10) }).await.expect("ink");
    reissue::reissue(house, copy, "Уточнены сведения", &after(20)).await.expect("a next version");
    issue::issue(house, &[house.copy(copy).await], &after(21), |_| {}).await.expect("issued");
    let code = |page: &Grey| scan::codes(page).remove(0).text;
    (leaf, [code(&title), code(&page)])
}

#[test]
fn scans_of_the_version_before_are_opened_and_only_looked_at() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let (leaf, [title, inked]) = signed_in_ink_and_issued_anew(&house).await;
        let address = open(&house).await;
        let token = session(&house, &house.signers(copy, "director").await.remove(0)).await;
        let page = async |path: &str| read(address, path, &token).await;

        // What stays of version 1 is not called missing, and leads to its scans.
        let first = format!("/office/scans/{copy}?version=1");
        let last = page(&format!("/office/scans/{copy}")).await;
        assert!(last.contains(&first) && last.contains("в силе лист версии 1"), "{last}");
        assert!(last.contains("новых листов на бумаге не ждём") && !last.contains("нет страниц"), "{last}");
        let listed = page("/office/scans").await;
        assert!(listed.contains(&first) && !listed.contains("нет страниц"), "{listed}");

        let before = page(&first).await;
        assert!(before.contains("здесь только смотрят") && before.contains("остаются подлинниками"), "{before}");
        let own = format!("/office/scans/{copy}/{leaf}");
        assert!(before.contains(&format!("{own}?version=1")), "{before}");
        assert!(!before.contains("Подтверждаю: подписи видел"), "{before}");
        let sheet = page(&format!("{own}?version=1")).await;
        for words in ["/must?version=1", "/scan/0?version=1"] {
            assert!(sheet.contains(&format!("{own}{words}")), "{words}: {sheet}");
        }
        assert!(!sheet.contains(&format!("action=\"{own}")), "nothing is changed there: {sheet}");
        for part in ["/must?version=1", "/scan/0?version=1"] {
            assert!(page(&format!("{own}{part}")).await.starts_with("HTTP/1.1 200"), "{part}");
        }
        // The same page of the last version has no scan, and says where the original is.
        let now = page(&own).await;
        assert!(now.contains("среди сканов версии 1") && !now.contains("Отсканируйте"), "{now}");
        for none in ["9", "first"] {
            let none = page(&format!("/office/scans/{copy}?version={none}")).await;
            assert!(none.starts_with("HTTP/1.1 404"), "{none}");
        }

        // A stranger with the sheet is told that it stays in force, with the title page that it does not.
        let kept = read(address, &format!("/verify?qr={inked}"), "").await;
        assert!(kept.contains("остаётся подлинником и для версии 2"), "{kept}");
        assert!(kept.contains("Версию 2 ещё не скрепили печатью") && !kept.contains("не с чем"), "{kept}");
        assert!(!kept.contains(&format!("/copies/{copy}?version=2")), "a stranger gets no link: {kept}");
        let gone = page(&format!("/verify?qr={title}")).await;
        assert!(gone.contains("лист версии 1 больше не действует"), "{gone}");
        assert!(gone.contains(&format!("/copies/{copy}?version=2")), "who reads copies gets the link: {gone}");
        house.sign_everything(25).await.expect("signatures");
        house.seal_everything(26).await.expect("seals");
        let sealed = read(address, &format!("/verify?qr={inked}"), "").await;
        assert!(sealed.contains("Версия 2: №") && sealed.contains("в реестре, скреплена печатью"), "{sealed}");
    });
}

#[test]
fn sheets_of_the_version_before_are_told_beside_a_stage_that_signs_the_new_print() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let (leaf, _) = signed_in_ink_and_issued_anew(&house).await;
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let by = |minutes| Act { by: deputy.clone(), ..after(minutes) };
        paper::stage::open(&house, copy, 2, "director", &by(22)).await.expect("a stage on paper");
        let bytes = scanned(&printed(&house, leaf).await);
        let given = Given { name: "лист.jpg".into(), bytes, signed_on: None };
        scans::take(&house, given, &by(23), |_, _| {}).await.expect("taken");
        let sheets = scans::standing(&house, copy, None).await.expect("a standing").staying.remove(0);
        let paper = office::print(&house, copy, false, &by(24)).await.expect("a print");
        let address = open(&house).await;
        let token = session(&house, &house.signers(copy, "director").await.remove(0)).await;
        let page = async |path: &str| read(address, path, &token).await;

        let own = page(&format!("/office/scans/{copy}")).await;
        assert!(own.contains("подписи ступени «") && own.contains("рядом с листами версии 2"), "{own}");
        assert!(own.contains("нет страниц") && own.contains("остаётся в силе и лист версии 1"), "{own}");
        let listed = page("/office/scans").await;
        assert!(listed.contains("подписи ступени «") && listed.contains("нет страниц"), "{listed}");
        let before = page(&format!("/office/scans/{copy}?version=1")).await;
        assert!(before.contains("остаются подлинниками"), "{before}");
        let sheet = page(&format!("/office/scans/{copy}/{leaf}")).await;
        assert!(sheet.contains("среди сканов версии 1"), "{sheet}");
        let twin = page(&format!("/copies/{copy}")).await;
        assert!(twin.contains("подписи ступени «"), "{twin}");
        // Whoever stitches reads which sheets belong together.
        let bound = page(&format!("/office/papers/{}", paper.id)).await;
        let said = format!("Подшейте вместе: эту распечатку и {}", sheets.bound());
        assert!(bound.contains(&said), "{said}: {bound}");
    });
}

#[test]
fn a_stage_that_was_completed_on_paper_is_told_in_the_list() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let class_teacher = house.signers(copy, "class_teacher").await.remove(0);
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let mut teachers = house.signers(copy, "subject_teacher").await;
        let at = teachers.iter().position(|id| *id != class_teacher).expect("a teacher");
        let inked = teachers.remove(at);
        for teacher in &teachers {
            house.sign(copy, teacher).await.expect("an electronic signature");
        }
        paper::stage::open(&house, copy, 1, "subject_teacher", &Act { by: deputy, ..after(11) }).await.expect("open");
        let done = async || {
            let row = house.copy(copy).await;
            paper::stage::done(&house, &row).await.expect("stages")
        };
        assert_eq!(done().await, Vec::<String>::new());
        let seen = Seen {
            version: 1,
            stage: "subject_teacher".into(),
            signer: inked,
            signed_on: "2025-10-27".into(),
            scan: scanned(&printed(&house, 2).await),
        };
        paper::record(&house, copy, &seen, &Act { by: class_teacher, ..after(12) }).await.expect("ink");
        let title = done().await.remove(0);
        let address = open(&house).await;
        let token = session(&house, &house.signers(copy, "director").await.remove(0)).await;
        let page = read(address, "/office/scans", &token).await;
        assert!(page.contains(&format!("ступень «{title}» на бумаге завершена")), "{page}");
    });
}

#[test]
fn a_scan_that_waits_for_its_comparison_is_not_called_uncompared() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let by = |person: &str, minutes| Act { by: person.to_owned(), ..after(minutes) };
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let mut teachers = house.signers(copy, "subject_teacher").await;
        // One keeps to ink: a pile of few pages.
        for teacher in teachers.split_off(1) {
            house.sign(copy, &teacher).await.expect("an electronic signature");
        }
        paper::stage::open(&house, copy, 1, "subject_teacher", &by(&deputy, 11)).await.expect("a stage on paper");
        let standing = scans::standing(&house, copy, None).await.expect("a standing");
        let pages = paper::stage::standing(&house, &standing).await.expect("stages").remove(0).pages;
        let mut files = Vec::new();
        for leaf in pages {
            let bytes = scanned(&printed(&house, leaf).await);
            let given = Given { name: format!("{leaf}.jpg"), bytes, signed_on: None };
            let taken = scans::take(&house, given, &by(&deputy, 12), |_, _| {}).await.expect("taken");
            files.push(taken.file.expect("a file").digest);
        }
        // As it is before the comparison has come to them.
        std::fs::remove_dir_all(house.scans().join("compared")).expect("what was found");
        let standing = scans::standing(&house, copy, None).await.expect("a standing");
        let stage = paper::stage::standing(&house, &standing).await.expect("stages").remove(0);
        assert!(stage.blank_words().contains("скан не сравнивался"), "{}", stage.blank_words());

        // The house works on it from its start: until it is done the page says so, and then what was seen.
        jobs::queue(&house, &Work::CompareScans { files }, &after(13)).await.expect("a job");
        let address = open(&house).await;
        let token = session(&house, &house.signers(copy, "director").await.remove(0)).await;
        let page = read(address, "/office/scans", &token).await;
        let is_told = page.contains("скан сравнивается: лист") || page.contains("подписи не видно: лист");
        assert!(is_told && !page.contains("скан не сравнивался"), "{page}");
    });
}
