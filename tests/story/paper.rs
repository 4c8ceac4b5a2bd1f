//! Paper: a place of the route filled by ink, as the statement of the person who saw it.

use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::flow::paper::{self, Refusal, Seen};
use letopis::flow::policy::{self, Adoption};
use letopis::flow::scans::{self, Given, Taken};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Act, Error};
use letopis::scan::Grey;
use letopis::store::Leaf;
use letopis::typeset;

use super::house::{COPIES, House, after, tell};
use super::scans::{codes, jpeg, pdf, scanned_page};

fn seen(signer: &str, day: &str, scan: &[u8]) -> Seen {
    Seen {
        version: 1,
        stage: "subject_teacher".into(),
        signer: signer.into(),
        signed_on: day.into(),
        scan: scan.to_vec(),
    }
}

fn by(person: &str, minutes: i64) -> Act {
    Act { by: person.into(), ..after(minutes) }
}

#[test]
fn a_route_goes_partly_on_paper_and_the_record_says_who_saw_the_ink() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let mut teachers = house.signers(COPIES[0], "subject_teacher").await;
        teachers.retain(|id| *id != class_teacher);
        let scan = jpeg(&scanned_page(&house, COPIES[0], 2).await, 60);
        paper::record(&house, COPIES[0], &seen(&teachers[0], "2025-10-27", &scan), &by(&class_teacher, 10))
            .await
            .expect("ink");
        paper::record(&house, COPIES[0], &seen(&teachers[1], "2025-10-27", b""), &by(&class_teacher, 11))
            .await
            .expect("ink");
        let said = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        assert_eq!(said.iter().map(|one| &one.signer).collect::<Vec<_>>().len(), 2);
        assert!(said[0].body.contains("\"signed_on\":\"2025-10-27\""), "{}", said[0].body);
        let files = house.db.list_scan_files().await.expect("files");
        assert_eq!(files.len(), 1, "the scan of a signature is a scan as every other");
        assert!(said.iter().any(|one| one.body.contains(&format!("\"scan\":\"{}\"", files[0].digest))));
        let again =
            paper::record(&house, COPIES[0], &seen(&teachers[0], "2025-10-27", b""), &by(&class_teacher, 12)).await;
        assert!(matches!(again, Err(Error::NotNow { .. })), "{again:?}");
        house.sign_everything(20).await.expect("the others sign electronically");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Signed);
        house.seal_everything(50).await.expect("seals");
        assert_eq!(verify_path(&house.archive(), &VerifyOptions::default()).verdict, Verdict::Valid);
        assert_eq!(house.doctor().await, Vec::<String>::new());
        super::verify::stock_tools_agree(&house, COPIES[0], 1);
        // The paper that bears the ink is a print of the issued file, also where it is entered after the seal.
        let act = by(&class_teacher, 60);
        let printed = letopis::flow::office::print(&house, COPIES[0], true, &act).await.expect("a paper copy");
        assert_eq!(printed.pdf, house.copy(COPIES[0]).await.issued_pdf);
    });
}

#[test]
fn ink_of_the_own_hand_of_another_day_or_of_no_file_is_not_recorded() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let teacher =
            house.signers(COPIES[0], "subject_teacher").await.into_iter().find(|id| *id != class_teacher).expect("one");
        let before = house.counts().await;
        let refused = |seen: Seen, act: Act| {
            let house = &house;
            async move { paper::record(house, COPIES[0], &seen, &act).await.expect_err("a refusal") }
        };
        let own = refused(seen(&teacher, "2025-10-27", b""), by(&teacher, 10)).await;
        assert!(matches!(own, Error::Paper(Refusal::OwnInk)), "{own:?}");
        for day in ["2025-10-26", "2025-10-28"] {
            let other = refused(seen(&teacher, day, b""), by(&class_teacher, 10)).await;
            assert!(matches!(other, Error::Paper(Refusal::OtherDay(..))), "{other:?}");
        }
        let none = refused(seen(&teacher, "вчера", b""), by(&class_teacher, 10)).await;
        assert!(matches!(none, Error::Paper(Refusal::NoDay)), "{none:?}");
        for none in [&b"MZ"[..], b"%PDF-1.4 scan"] {
            let scan = refused(seen(&teacher, "2025-10-27", none), by(&class_teacher, 10)).await;
            assert!(matches!(scan, Error::Paper(Refusal::NotAScan)), "{scan:?}");
        }
        let stranger = refused(seen(&teacher, "2025-10-27", b""), by("operator", 10)).await;
        assert!(matches!(stranger, Error::Paper(Refusal::NotOnStaff)), "{stranger:?}");
        assert_eq!(house.counts().await, before);
    });
}

/// A file of scans, given by somebody.
async fn give(house: &House, name: &str, bytes: Vec<u8>, act: &Act) -> Taken {
    let given = Given { name: name.to_owned(), bytes, signed_on: None };
    scans::take(house, given, act, |_, _| {}).await.expect("an answer")
}

/// A member of staff who signs nothing in this copy.
async fn onlooker(house: &House, copy: &str) -> String {
    let route = house.snapshot(copy).await.route;
    let signs = |id: &String| route.iter().flat_map(|stage| &stage.signers).any(|signer| signer.person.id == *id);
    let staff = house.db.load_roster(super::house::YEAR).await.expect("a roster").staff;
    staff.into_iter().map(|one| one.id).find(|id| !signs(id)).expect("somebody who does not sign")
}

/// How the one stage on paper of a copy stands.
async fn on_paper(house: &House, copy: &str) -> paper::stage::PaperStage {
    let standing = scans::standing(house, copy, None).await.expect("a standing");
    paper::stage::standing(house, &standing).await.expect("stages").remove(0)
}

/// All teachers of a copy but two sign at the screen; the two, and how many the others are. A pile of few pages is read in a moment.
async fn two_keep_to_ink(house: &House, copy: &str) -> ([String; 2], usize) {
    let mut teachers = house.signers(copy, "subject_teacher").await;
    let others = teachers.split_off(2);
    for teacher in &others {
        house.sign(copy, teacher).await.expect("an electronic signature");
    }
    (teachers.try_into().expect("two teachers"), others.len())
}

/// Scans of some pages, as they left the printer.
async fn bare(house: &House, copy: &str, leaves: &[u32]) -> Vec<Grey> {
    let mut pictures = Vec::new();
    for leaf in leaves {
        pictures.push(scanned_page(house, copy, *leaf as usize).await);
    }
    pictures
}

/// Scans of some pages with a pen's line in each place of a teacher's signature.
async fn pictures(house: &House, copy: &str, leaves: &[u32]) -> Vec<Grey> {
    const DOTS: f64 = 150.0 / 25.4;
    let places = typeset::hand_places(&house.snapshot(copy).await).expect("places");
    let mut pictures = bare(house, copy, leaves).await;
    for (leaf, page) in leaves.iter().zip(&mut pictures) {
        let own = places[*leaf as usize - 1].signatures.iter().filter(|one| one.of.0 == "subject_teacher");
        for [x, y, width, height] in own.map(|one| one.area) {
            for step in 0..120 {
                let across = ((x + width * 0.4) * DOTS) as usize + step;
                let down = ((y + height * 0.5) * DOTS) as usize + [0, 6, 12, 18, 12, 6][step / 3 % 6];
                for thick in 0..3 {
                    let at = (down + thick) * page.width + across;
                    page.pixels[at..at + 2].fill(40);
                }
            }
        }
    }
    pictures
}

/// Number of the first page that a teacher signs.
async fn first_page_of(house: &House, copy: &str, teacher: &str) -> u32 {
    let snapshot = house.snapshot(copy).await;
    let stage = snapshot.route.iter().find(|stage| stage.id == "subject_teacher").expect("a stage");
    let signer = stage.signers.iter().find(|signer| signer.person.id == teacher).expect("a signer");
    let mut sheets = (1_u32..).zip(&snapshot.sheets);
    let (no, _) = sheets.find(|(_, sheet)| sheet.id() == signer.sheets[0]).expect("a sheet");
    let standing = scans::standing(house, copy, None).await.expect("a standing");
    standing.pages.iter().find(|page| page.sheet == no).expect("a page").leaf
}

async fn a_stage_on_paper(house: House) {
    let (copy, other) = (COPIES[0], COPIES[1]);
    let deputy = house.signers(copy, "deputy").await.remove(0);
    let teachers = house.signers(copy, "subject_teacher").await;
    let secretary = onlooker(&house, copy).await;
    // What was scanned before the stage went on paper shows no signature: it is filed and does not count.
    let early = first_page_of(&house, copy, &teachers[0]).await;
    give(&house, "до подписи.jpg", jpeg(&scanned_page(&house, copy, early as usize).await, 60), &by(&secretary, 10))
        .await;
    paper::stage::open(&house, copy, 1, "subject_teacher", &by(&deputy, 11)).await.expect("a stage on paper");
    let again = paper::stage::open(&house, copy, 1, "subject_teacher", &by(&deputy, 12)).await;
    assert!(matches!(again, Err(Error::Paper(Refusal::OpenAlready(_)))), "{again:?}");
    let none = paper::stage::open(&house, copy, 1, "headmaster", &by(&deputy, 12)).await;
    assert!(matches!(none, Err(Error::Paper(Refusal::NoStage(_)))), "{none:?}");
    // Many teachers sign at the screen all the same.
    let (owing, others) = two_keep_to_ink(&house, copy).await;
    let stage = on_paper(&house, copy).await;
    assert!(others > 0 && stage.is_turn && stage.owes.len() == owing.len(), "{stage:?}");
    assert!(stage.pages.contains(&early) && stage.missing == stage.pages, "{stage:?}");

    // A pile in which one page is missing, one lies twice, and one is of another class.
    let mut pile = pictures(&house, copy, &stage.pages).await;
    let (lost, last) = (pile.pop().expect("a picture"), stage.pages.last().expect("a page"));
    pile.push(pile[0].clone());
    pile.push(scanned_page(&house, other, 2).await);
    let taken = give(&house, "стопка.pdf", pdf(&pile), &by(&secretary, 20)).await;
    assert_eq!((taken.filed(), taken.completed.len()), (pile.len(), 0), "{:?}", taken.findings);
    assert_eq!(on_paper(&house, copy).await.missing, [*last]);
    let standing = scans::standing(&house, copy, None).await.expect("a standing");
    assert!(standing.doubled().contains(&stage.pages[0]), "{:?}", standing.doubled());

    // The last sheet is brought by one of those who signed: nobody attests the own ink, and nothing is recorded.
    let bytes = jpeg(&lost.turned(2), 50);
    let own = give(&house, "последний.jpg", bytes.clone(), &by(&owing[1], 21)).await;
    assert_eq!((own.completed.len(), codes(&own)), (0, vec!["scan.stage-not-completed"]), "{:?}", own.findings);
    assert_eq!(house.db.list_statements(copy, 1).await.expect("statements").len(), others);
    // The secretary gives the same file again: the stage completes by itself.
    let done = give(&house, "последний.jpg", bytes, &by(&secretary, 22)).await;
    assert!(done.again && done.completed.len() == 1, "{done:?}");
    assert_eq!(done.completed[0].signatures, owing.len());
    let said = house.db.list_statements(copy, 1).await.expect("statements");
    assert_eq!(said.len(), teachers.len());
    assert!(said.iter().filter(|one| one.body.contains(&format!("\"signer\":\"{secretary}\""))).count() == owing.len());
    let log = house.db.list_log().await.expect("the log");
    let event = log.iter().find(|entry| entry.event == "paper_stage_completed").expect("the event");
    let payload: serde_json::Value = serde_json::from_str(&event.payload).expect("JSON");
    let mut named: Vec<&str> =
        payload["scans"].as_array().expect("scans").iter().filter_map(|one| one.as_str()).collect();
    let mut files = [taken.file.expect("a file").digest, done.file.expect("a file").digest];
    named.sort_unstable();
    files.sort_unstable();
    assert_eq!(named, files);
    assert_eq!(payload["actor"], secretary.as_str());

    // The others sign at the screen; the record is whole.
    house.sign_everything(30).await.expect("the others");
    assert_eq!(house.copy(copy).await.state, State::Signed);
    house.seal_everything(50).await.expect("seals");
    assert_eq!(verify_path(&house.archive(), &VerifyOptions::default()).verdict, Verdict::Valid);
    assert_eq!(house.doctor().await, Vec::<String>::new());
    let late = paper::stage::open(&house, copy, 1, "director", &by(&deputy, 52)).await;
    assert!(matches!(late, Err(Error::Paper(Refusal::NotSigned(_)))), "{late:?}");
}

#[test]
fn a_stage_on_paper_completes_when_its_last_sheet_is_filed() {
    tell(async { a_stage_on_paper(House::with_issued_copies().await).await });
}

#[test]
fn a_stage_on_paper_completes_on_postgresql_too() {
    if let Some(url) = crate::postgres::postgres() {
        tell(async move { a_stage_on_paper(House::with_issued_copies_on(&url).await).await });
    }
}

#[test]
fn sheets_without_ink_complete_no_stage_until_somebody_has_looked_and_what_signatures_rest_on_is_not_dropped() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (copy, deputy) = (COPIES[0], house.signers(COPIES[0], "deputy").await.remove(0));
        let secretary = onlooker(&house, copy).await;
        paper::stage::open(&house, copy, 1, "subject_teacher", &by(&deputy, 10)).await.expect("a stage on paper");
        let (owing, others) = two_keep_to_ink(&house, copy).await;
        let pages = on_paper(&house, copy).await.pages;
        let taken = give(&house, "без подписей.pdf", pdf(&bare(&house, copy, &pages).await), &by(&secretary, 20)).await;
        assert_eq!((taken.completed.len(), codes(&taken)), (0, vec!["scan.stage-not-completed"]));
        assert!(taken.findings[0].message.contains("подписи не видно: лист"), "{:?}", taken.findings);
        let stage = on_paper(&house, copy).await;
        assert!(stage.missing.is_empty() && stage.blank_words().starts_with("подписи не видно: лист"), "{stage:?}");
        assert!(stage.blank.iter().all(|one| one.is_compared), "{stage:?}");
        assert_eq!(house.db.list_statements(copy, 1).await.expect("statements").len(), others);

        // Who has looked at the sheets says so by hand: not one of those who owe the signature.
        let day = after(21).at.date_naive();
        let own = paper::stage::confirm(&house, copy, day, &by(&owing[0], 21)).await.expect("an answer");
        assert_eq!((own.completed.len(), own.findings.len()), (0, 1));
        let seen = paper::stage::confirm(&house, copy, day, &by(&secretary, 21)).await.expect("an answer");
        assert_eq!(seen.completed.iter().map(|one| one.signatures).collect::<Vec<_>>(), [owing.len()]);
        let log = house.db.list_log().await.expect("the log");
        let event = log.iter().find(|entry| entry.event == "paper_stage_completed").expect("the event");
        // What was seen by eye is no open difference of the scan.
        let file = taken.pages[0].at.file.clone();
        scans::compare_files(&house, &[file], &by(&secretary, 22), |_, _| {}).await.expect("an answer");
        assert_eq!(scans::unseen(&house).await.expect("pages"), []);
        assert!(event.payload.contains("\"by_eye\":\"") && event.payload.contains(&secretary), "{}", event.payload);

        // The statements stay, and so does the scan that they rest on.
        let at = taken.pages[0].at.clone();
        let dropped = scans::decide(&house, &at, &Leaf::default(), None, &by(&secretary, 22)).await;
        assert!(matches!(&dropped, Err(Error::Scan(scans::Refusal::Attested(_)))), "{dropped:?}");
        assert!(house.db.list_scan_decisions().await.expect("decisions").is_empty());
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn under_rules_without_paper_no_stage_goes_on_paper_and_none_completes() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (copy, deputy) = (COPIES[0], house.signers(COPIES[0], "deputy").await.remove(0));
        let secretary = onlooker(&house, copy).await;
        paper::stage::open(&house, copy, 1, "subject_teacher", &by(&deputy, 10)).await.expect("paper is allowed today");
        let (_, others) = two_keep_to_ink(&house, copy).await;
        let pages = pictures(&house, copy, &on_paper(&house, copy).await.pages).await;
        // From the next day on the school works without paper (001).
        let text = letopis::domain::policy::builtin("default").expect("inside");
        let at = text.find("[paper.enabled]").expect("the key");
        let (before, section) = text.split_at(at);
        let text = format!("{before}{}", section.replacen("\"yes\"", "\"no\"", 1));
        let adoption = Adoption {
            name: "school-2025".into(),
            text,
            from: Some("2025-10-28".parse().expect("a day")),
            order: "приказ от 27.10.2025 № 12".into(),
        };
        policy::adopt(&house, &adoption, &after(11)).await.expect("a policy");
        let tomorrow = by(&secretary, 24 * 60);
        let taken = give(&house, "стопка.pdf", pdf(&pages), &tomorrow).await;
        assert_eq!((taken.filed(), taken.completed.len()), (pages.len(), 0));
        assert_eq!(codes(&taken), ["scan.stage-not-completed"]);
        assert!(taken.findings[0].message.contains("бумажных копий нет"), "{:?}", taken.findings);
        let refused = paper::stage::open(&house, COPIES[1], 1, "subject_teacher", &by(&deputy, 24 * 60)).await;
        assert!(matches!(&refused, Err(Error::Paper(Refusal::NoPaper(clause))) if !clause.is_empty()), "{refused:?}");
        assert_eq!(house.db.list_statements(copy, 1).await.expect("statements").len(), others);
    });
}
