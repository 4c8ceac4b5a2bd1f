//! One mark changed on paper with a pen, then scanned: the sheet's scan is compared with the page that was issued, and the change is framed.
//!
//! A few pages here; 400, made by tools, are `benches/scans/alter.py`.

use std::sync::Arc;

use letopis::domain::finding::Severity;
use letopis::domain::log_proof::object_name;
use letopis::flow::jobs::{self, Work, Worker};
use letopis::flow::scans::{self, At, Compared};
use letopis::flow::{self, Act, Error, paper};
use letopis::scan::{self, Grey};
use letopis::store::{JobState, Leaf};
use letopis::typeset;
use letopis::vault::name;
use tokio::sync::watch;

use super::house::{COPIES, House, after, tell};
use super::scans::{jpeg, take};

/// Pixels a millimetre of a page drawn at 300 dpi.
const MM: f32 = 300.0 / 25.4;

/// A page of an issued copy as a printer lays it on paper, 300 dpi.
async fn printed(house: &House, no: usize) -> Grey {
    let row = house.copy(COPIES[0]).await;
    let digest = row.issued_pdf.parse().expect("a digest");
    let bytes = std::fs::read(house.issued_pdf(COPIES[0], row.version, digest)).expect("the PDF");
    scan::page(&bytes, no).expect("the page")
}

/// The same page as it was sealed, with the marks of signatures and seal.
async fn printed_sealed(house: &House, no: usize) -> Grey {
    let row = house.copy(COPIES[0]).await;
    let object = house.archive().join(object_name(&row.id, row.version));
    let bytes = std::fs::read(object.join("v1/content").join(name::SEALED_PDF)).expect("the sealed PDF");
    scan::page(&bytes, no).expect("the page")
}

/// A stroke of a pen of 0.4 mm; points in pixels.
fn stroke(page: &mut Grey, points: &[(f32, f32)]) {
    for pair in points.windows(2) {
        let ((x, y), (u, v)) = (pair[0], pair[1]);
        let steps = (u - x).hypot(v - y).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f32 / steps;
            let (cx, cy) = (x + (u - x) * part, y + (v - y) * part);
            for down in -2..=2_i32 {
                for across in -2..=2_i32 {
                    let at = (cy as i32 + down) as usize * page.width + (cx as i32 + across) as usize;
                    page.pixels[at] = 50;
                }
            }
        }
    }
}

/// Marks of a page of marks: spots of ink as large as a digit, with nothing beside them; left, top, width, height in pixels.
fn marks(page: &Grey) -> Vec<(usize, usize, usize, usize)> {
    let mut seen = vec![false; page.pixels.len()];
    let mut found = Vec::new();
    for start in 0..page.pixels.len() {
        if seen[start] || page.pixels[start] > 128 {
            continue;
        }
        let (mut left, mut top, mut right, mut bottom) = (page.width, page.height, 0, 0);
        let mut open = vec![start];
        seen[start] = true;
        while let Some(at) = open.pop() {
            let (x, y) = (at % page.width, at / page.width);
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
            for next in [at - 1, at + 1, at - page.width, at + page.width] {
                if !seen[next] && page.pixels[next] <= 128 {
                    seen[next] = true;
                    open.push(next);
                }
            }
        }
        let (width, height) = (right - left + 1, bottom - top + 1);
        // Right of the names, above the signatures.
        let is_in_cell = left > page.width / 2 && top > page.height / 6 && bottom < page.height / 2;
        let is_alone = || {
            let around = (top - 6..bottom + 6).flat_map(|y| (left - 14..right + 14).map(move |x| (x, y)));
            let mut dark = around.filter(|(x, y)| page.pixels[y * page.width + x] <= 128);
            dark.all(|(x, y)| (left..=right).contains(&x) && (top..=bottom).contains(&y))
        };
        if is_in_cell && (8..20).contains(&width) && (20..34).contains(&height) && is_alone() {
            found.push((left, top, width, height));
        }
    }
    found
}

/// A signature and a day in the places of a page, as hands write them.
fn sign(page: &mut Grey, place: [f64; 4]) {
    let [x, y, width, height] = place.map(|length| length as f32 * MM);
    let line: Vec<(f32, f32)> =
        (0..24).map(|no| (x + width * 0.4 + no as f32 * 14.0, y + height * (0.3 + 0.3 * (no % 2) as f32))).collect();
    stroke(page, &line);
}

/// What a scanner of 150 dpi makes of it: a little turned, grey, with grain.
fn scanned(page: &Grey) -> Vec<u8> {
    let mut picture = page.turned_by(1.7).resized(page.width / 2, page.height / 2);
    let mut dice = 7_u32;
    for value in &mut picture.pixels {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (dice >> 28) as i32 - 8;
        *value = (40 + i32::from(*value) * 200 / 255 + grain).clamp(0, 255) as u8;
    }
    jpeg(&picture, 60)
}

/// Gives a scan to the house and has it compared.
async fn compared(house: &House, name: &str, bytes: Vec<u8>) -> Compared {
    let taken = take(house, name, bytes).await;
    assert_eq!(taken.filed(), 1, "{:?}", taken.findings);
    let row = house.copy(COPIES[0]).await;
    let at = At::read(&taken.pages[0]);
    assert_eq!(scans::known(house, &at.place, &row, taken.pages[0].leaf.leaf), None);
    let found = scans::compare(house, &at, &row, taken.pages[0].leaf.leaf).await.expect("an answer");
    assert_eq!(
        scans::known(house, &at.place, &row, taken.pages[0].leaf.leaf),
        Some(found.clone()),
        "kept for the next look"
    );
    assert_eq!(found.not, "");
    found
}

/// Both scans of the page are compared in the background; the one that differs is counted until a person has looked at it.
async fn counted_until_somebody_looks(house: &House) {
    let files = scans::uncompared(house).await.expect("files");
    assert_eq!(files.len(), 2, "both wait: that a page was opened is no record");
    jobs::queue_uncompared(house, &after(95)).await.expect("a job");
    assert!(jobs::queue(house, &Work::CompareScans { files: files.clone() }, &after(95)).await.expect("it").already);
    // The program is stopped in the middle and started again: another process does what is left.
    for is_stopped in [true, false] {
        let own = Arc::new(flow::House::open(&house.root).await.expect("the house"));
        let worker = Worker::new(own, Arc::new(|| after(96).at), Arc::default()).expect("a worker");
        let (stop, mut stopping) = watch::channel(false);
        if is_stopped {
            stop.send_replace(true);
        }
        assert!(worker.next(&mut stopping).await.expect("the job"));
        let job = house.db.list_jobs(1).await.expect("jobs").remove(0);
        assert_eq!(job.state, if is_stopped { JobState::Waiting } else { JobState::Done });
    }
    let job = house.db.list_jobs(1).await.expect("jobs").remove(0);
    let outcome = jobs::outcome(&job).expect("an outcome");
    assert_eq!((job.state, job.done, job.total), (JobState::Done, 2, 2), "{outcome:?}");
    assert_eq!(outcome.said, "Сравнено с выпущенными: 2\u{a0}страницы, с отличиями: 1, не сравнено: 0.");
    assert_eq!(outcome.refused.len(), 1, "{outcome:?}");
    assert_eq!(scans::uncompared(house).await.expect("files"), Vec::<String>::new());
    let again = scans::compare_files(house, &files, &after(97), |_, _| {}).await.expect("an answer");
    assert_eq!(again, scans::Comparing::default(), "what was compared is not compared again");

    let unseen = scans::unseen(house).await.expect("pages");
    assert_eq!(unseen.iter().map(|one| (one.leaf, one.differences)).collect::<Vec<_>>(), [(4, 4)]);
    let at = unseen[0].at.clone();
    let clean = scans::standing(house, COPIES[0], None).await.expect("a standing").pages[3].scans[0].place.clone();
    scans::look(house, &clean, &after(98)).await.expect_err("nothing differs there");
    // That it matters is a word of its own, with its place; the page stays to be answered by the next version.
    scans::grave(house, &at, "  ", &after(98)).await.expect_err("no place is named");
    scans::grave(house, &clean, "третья строка", &after(98)).await.expect_err("nothing differs there");
    let said = scans::grave(house, &at, " третья  строка ", &after(98)).await.expect("a word");
    assert_eq!((said.leaf.leaf, said.noted_by.as_str()), (4, after(98).by.as_str()));
    assert!(said.ground.starts_with("на листе ") && said.ground.ends_with(": третья строка"), "{}", said.ground);
    scans::grave(house, &at, "третья строка", &after(98)).await.expect_err("a second press");
    let kept = house.db.list_graves(&said.leaf.copy, said.leaf.version).await.expect("words");
    assert_eq!(kept, [said]);
    assert_eq!(scans::unseen(house).await.expect("pages").len(), 1);
    scans::look(house, &at, &after(98)).await.expect("a look");
    assert_eq!(scans::unseen(house).await.expect("pages"), []);
    let looked = scans::differing(house).await.expect("pages").remove(0).look.expect("a look");
    assert_eq!((looked.looked_by, looked.differences), (after(98).by, 4));
    scans::look(house, &at, &after(99)).await.expect_err("a second press");
    let log = house.db.list_log().await.expect("the log");
    let of = |event: &str| log.iter().filter(|entry| entry.event == event).count();
    assert_eq!((of("scans_compared"), of("scan_looked"), of("scan_grave")), (2, 1, 1));

    // What is put aside counts no more, and what is laid back by hand was looked at.
    scans::decide(house, &at, &Leaf::default(), None, &after(99)).await.expect("put aside");
    assert_eq!(scans::differing(house).await.expect("pages"), []);
    assert_eq!(house.doctor().await, Vec::<String>::new());
}

#[test]
fn a_print_of_a_sealed_page_does_not_differ_and_a_pen_on_it_is_seen() {
    tell(async {
        let house = House::with_sealed_copies().await;
        // The title page with the seal, the log's checkpoint and the marks of all; a page of marks with those of its teacher.
        for (no, name) in [(1, "титул.jpg"), (4, "отметки.jpg")] {
            let found = compared(&house, name, scanned(&printed_sealed(&house, no).await)).await;
            assert_eq!(found.unexpected().collect::<Vec<_>>(), Vec::<&scans::Differs>::new(), "page {no}");
        }
        // As it was issued, before anybody signed, it is a genuine sheet as well.
        let found = compared(&house, "выпущенный.jpg", scanned(&printed(&house, 4).await)).await;
        assert_eq!(found.unexpected().collect::<Vec<_>>(), Vec::<&scans::Differs>::new());

        let mut altered = printed_sealed(&house, 4).await;
        let empty = (altered.width as f32 / 2.0, 205.0 * MM);
        stroke(&mut altered, &[(empty.0 - 8.0, empty.1 - 14.0), (empty.0 - 8.0, empty.1 + 14.0)]);
        stroke(&mut altered, &[(empty.0 + 8.0, empty.1 - 14.0), (empty.0 + 8.0, empty.1 + 14.0)]);
        let found = compared(&house, "дописано.jpg", scanned(&altered)).await;
        let unexpected: Vec<&scans::Differs> = found.unexpected().collect();
        let (x, y) = (empty.0 / MM, empty.1 / MM);
        let hit = |one: &scans::Differs| {
            (one.x - 0.5..one.x + one.width + 0.5).contains(&x) && (one.y - 0.5..one.y + one.height + 0.5).contains(&y)
        };
        assert!(matches!(unexpected[..], [one] if one.class == "added" && hit(one)), "{unexpected:#?}");
    });
}

#[test]
fn a_sheet_of_a_stage_on_paper_that_came_back_without_ink_is_told_and_a_signed_one_is_not() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        let snapshot = house.db.load_snapshot(house.copy(copy).await.snapshot).await.expect("a snapshot");
        let places = typeset::hand_places(&snapshot).expect("places");
        let signs = |page: &typeset::HandPlaces| {
            page.signatures.iter().find(|one| one.of.0 == "subject_teacher").map(|one| one.area)
        };
        let (no, place) = (1_usize..).zip(&places).find_map(|(no, page)| Some((no, signs(page)?))).expect("a page");
        let deputy = Act { by: house.signers(copy, "deputy").await.remove(0), ..after(11) };
        paper::stage::open(&house, copy, 1, "subject_teacher", &deputy).await.expect("a stage on paper");

        let clean = printed(&house, no).await;
        let bare = compared(&house, "не подписан.jpg", scanned(&clean)).await;
        assert_eq!((bare.unsigned(), bare.unexpected().count()), (1, 1), "{:#?}", bare.differences);
        assert!(bare.differences[0].said().starts_with("Подписи не видно: место для неё пусто"));
        // The place of the line, not of the words that name the office before it.
        assert!(f64::from(bare.differences[0].x) > place[0] + 10.0, "{place:?}: {:?}", bare.differences);
        assert_eq!(bare.findings("скан")[0].code, "scan.unsigned");
        // It is counted where differences are, until somebody has looked.
        let file = house.db.list_scan_files().await.expect("files").remove(0).digest;
        let told = scans::compare_files(&house, &[file], &after(95), |_, _| {}).await.expect("an answer");
        assert_eq!(told.findings[0].message, "подписи не видно: проверьте лист");
        let unseen = scans::unseen(&house).await.expect("pages");
        let told: Vec<_> = unseen.iter().map(|one| (one.leaf as usize, one.differences, one.unsigned)).collect();
        assert_eq!(told, [(no, 1, 1)]);
        // Nobody waves a missing signature through as harmless.
        let harmless = scans::look(&house, &unseen[0].at, &after(96)).await;
        assert!(matches!(harmless, Err(Error::Scan(scans::Refusal::Unsigned))), "{harmless:?}");

        let mut inked = clean.clone();
        sign(&mut inked, place);
        let signed = compared(&house, "подписан.jpg", scanned(&inked)).await;
        assert_eq!((signed.unsigned(), signed.unexpected().count()), (0, 0), "{:#?}", signed.differences);
        // The one that was signed speaks for the page: nobody is sent to the bare one any more.
        assert_eq!(scans::unseen(&house).await.expect("pages"), []);
        // The bare scan names the one that took its place, and not the other way round.
        let row = house.copy(copy).await;
        let inked = scans::Inked::load(&house, &row).await.expect("an answer").expect("a stage on paper");
        let page = scans::standing(&house, copy, None).await.expect("a standing").pages.remove(no - 1);
        let both = &page.scans;
        assert_eq!(inked.counting(&house, &page).map(|at| &at.place), Some(&both[1].place), "its time is the paper's");
        let by = |at: &At| inked.replaced_by(&house, &at.place, no as u32).cloned();
        assert_eq!([by(&both[0]), by(&both[1])], [Some(both[1].place.clone()), None]);
        assert!(bare.said(1).starts_with("Отличий не найдено"), "{}", bare.said(1));
    });
}

#[test]
fn corners_of_a_code_kept_in_thousandths_do_not_lay_a_page_a_row_off() {
    tell(async {
        let house = House::with_issued_copies().await;
        let row = house.copy(COPIES[0]).await;
        let snapshot = house.db.load_snapshot(row.snapshot).await.expect("a snapshot");
        let places = typeset::hand_places(&snapshot).expect("places");
        let bytes = std::fs::read(house.issued_pdf(&row.id, 1, row.issued_pdf.parse().expect("a digest"))).expect("it");
        let area = |[x, y, width, height]: [f64; 4]| scan::Area {
            x: x as f32,
            y: y as f32,
            width: width as f32,
            height: height as f32,
        };
        // The contents and the learners: rows that are alike, which a page a row off fits nearly as well.
        for no in [2, 3] {
            let page = &places[no - 1];
            let issued = scan::Issued {
                picture: scan::page_at(&bytes, no, scan::DPI).expect("the page"),
                code: area(page.code),
                reserved: page.reserved.iter().copied().map(area).collect(),
                body: area(page.body),
            };
            let seen = scan::page(&scanned(&printed(&house, no).await), 1).expect("the scan");
            let [found] = &scan::codes(&seen)[..] else { panic!("one code") };
            let sides = (seen.width as f32, seen.height as f32);
            // All that rounding can do: each corner half a thousandth of the page to either side, up or down.
            for [turn, stretch] in [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
                let off = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
                    .map(|(x, y): (f32, f32)| (x * stretch - y * turn, y * stretch + x * turn));
                let mut said = found.corners;
                for (corner, (x, y)) in said.iter_mut().zip(off) {
                    corner.0 += x.clamp(-1.0, 1.0) * 0.0005 * sides.0;
                    corner.1 += y.clamp(-1.0, 1.0) * 0.0005 * sides.1;
                }
                let differs = scan::compare(&issued, &seen, &said).map(|compared| compared.differences);
                assert_eq!(differs, Ok(Vec::new()), "page {no}, turned {turn}, stretched {stretch}");
            }
        }
    });
}

#[test]
fn what_a_pen_changed_on_paper_is_framed_where_it_is_and_a_signature_in_its_place_is_not_taken_for_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        // The first page of marks; the pages before it are the title, the contents and the learners.
        let no = 4;
        let clean = printed(&house, no).await;
        let snapshot = house.db.load_snapshot(house.copy(COPIES[0]).await.snapshot).await.expect("a snapshot");
        let places = typeset::hand_places(&snapshot).expect("places").remove(no - 1);
        let place = *places.reserved.first().expect("a place to sign");

        let mut signed = clean.clone();
        sign(&mut signed, place);
        let found = compared(&house, "подписан.jpg", scanned(&signed)).await;
        assert!(!found.differences.is_empty(), "the signature is told, mildly");
        assert_eq!(found.unexpected().collect::<Vec<_>>(), Vec::<&scans::Differs>::new());
        assert!(found.said(0).starts_with("Отличий не найдено: сравнена вся печать страницы"), "{}", found.said(0));
        assert!(
            found.findings("скан").iter().all(|one| (one.code, one.severity) == ("scan.handwritten", Severity::Note))
        );

        // Written over in its own shape, struck out, covered with white, and a mark that nobody printed.
        let marks = marks(&clean);
        assert!(marks.len() > 20, "the page has marks: {}", marks.len());
        let mut altered = signed.clone();
        let at = |part: usize| marks[marks.len() * part / 8];
        let middle = |(left, top, width, height): (usize, usize, usize, usize)| {
            ((left as f32) + width as f32 / 2.0, top as f32 + height as f32 / 2.0)
        };
        let (x, y) = middle(at(1));
        stroke(&mut altered, &[(x - 7.0, y - 11.0), (x + 7.0, y - 9.0), (x - 6.0, y + 12.0), (x + 8.0, y + 11.0)]);
        let (x, y) = middle(at(3));
        stroke(&mut altered, &[(x - 18.0, y + 4.0), (x + 18.0, y - 5.0)]);
        let (left, top, width, height) = at(5);
        for row in top - 3..top + height + 3 {
            altered.pixels[row * altered.width + left - 3..row * altered.width + left + width + 3].fill(255);
        }
        // Below the table nothing is printed.
        let empty = (altered.width as f32 / 2.0, 205.0 * MM);
        stroke(&mut altered, &[(empty.0 - 8.0, empty.1 - 14.0), (empty.0 - 8.0, empty.1 + 14.0)]);
        stroke(&mut altered, &[(empty.0 + 8.0, empty.1 - 14.0), (empty.0 + 8.0, empty.1 + 14.0)]);

        let found = compared(&house, "исправлен.jpg", scanned(&altered)).await;
        let unexpected: Vec<&scans::Differs> = found.unexpected().collect();
        for (what, (x, y)) in
            [("over", middle(at(1))), ("struck", middle(at(3))), ("covered", middle(at(5))), ("new", empty)]
        {
            let (x, y) = (x / MM, y / MM);
            let hit = |one: &&&scans::Differs| {
                (one.x - 0.5..one.x + one.width + 0.5).contains(&x)
                    && (one.y - 0.5..one.y + one.height + 0.5).contains(&y)
            };
            assert!(unexpected.iter().any(|one| hit(&one)), "{what} at {x} × {y} mm: {unexpected:#?}");
        }
        assert_eq!(unexpected.len(), 4, "{unexpected:#?}");
        let findings = found.findings("скан");
        assert!(findings.iter().any(|one| (one.code, one.severity) == ("scan.print-missing", Severity::Error)));
        assert!(findings.iter().any(|one| one.code == "scan.ink-added" && one.message.starts_with("Добавлено пером:")));

        counted_until_somebody_looks(&house).await;

        // An issued file that was exchanged is nothing to compare with.
        let row = house.copy(COPIES[0]).await;
        let path = house.issued_pdf(&row.id, row.version, row.issued_pdf.parse().expect("a digest"));
        let mut bytes = std::fs::read(&path).expect("the PDF");
        bytes.push(b'\n');
        std::fs::write(&path, bytes).expect("an exchanged file");
        let taken = take(&house, "ещё.jpg", jpeg(&clean.resized(clean.width / 2, clean.height / 2), 70)).await;
        let refused = scans::compare(&house, &At::read(&taken.pages[0]), &row, no as u32).await;
        assert!(matches!(refused, Err(Error::FileAltered { .. })), "{refused:?}");
        let files = [taken.file.expect("a file").digest];
        let told = scans::compare_files(&house, &files, &after(100), |_, _| {}).await.expect("an answer");
        assert_eq!(told.findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["scan.not-compared"]);
        assert_eq!(scans::uncompared(&house).await.expect("files"), files, "it waits until the file is as it was");
    });
}
