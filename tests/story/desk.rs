//! The desk: one gesture over many sheets, one of them refused; the correction; the version that follows and what it keeps.

use letopis::bundle::generate;
use letopis::domain::audit::{Event, EventKind};
use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::domain::snapshot::Sheet;
use letopis::domain::statement::Category;
use letopis::flow::desk::{self, Look};
use letopis::flow::import::{self, Outcome};
use letopis::flow::sign::{Choice, Desk, Gesture, Reproof};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Error, issue, keys, recall, reissue};
use letopis::store::{CopyRow, GraveRow, Leaf, ScanPlace};

use super::house::{Bundle, COPIES, House, after, gesture, tell};

/// A choice over the own sheets of a copy, some refused.
fn choice(copy: &str, version: u32, refused: &[&str]) -> Choice {
    let reproof = |sheet: &&str| Reproof {
        sheet: (*sheet).to_owned(),
        category: Category::Mark,
        remark: "Не та отметка".to_owned(),
    };
    Choice {
        copy: copy.to_owned(),
        version,
        stage: "subject_teacher".to_owned(),
        refused: refused.iter().map(reproof).collect(),
    }
}

/// A teacher with at least two sheets in one copy: the person and the sheets.
pub(super) async fn of_two_sheets(house: &House, copy: &str) -> (String, Vec<String>) {
    let route = house.snapshot(copy).await.route;
    let signer = route[0].signers.iter().find(|signer| signer.sheets.len() > 1).expect("a teacher of two sheets");
    (signer.person.id.clone(), signer.sheets.clone())
}

/// Another mark of a lesson of a course, as a corrected bundle brings it: course, what was, what is.
pub(super) fn corrected(bundle: Bundle, course: &str) -> Bundle {
    let text = bundle.text("marks.csv");
    let starts = format!("{course},2025-09-");
    let line = text
        .lines()
        .find(|line| line.starts_with(&starts) && line.contains(",5"))
        .expect("a five in September")
        .to_owned();
    let at = line.rfind(",5").expect("the mark");
    let other = format!("{},4{}", &line[..at], &line[at + 2..]);
    bundle.with("marks.csv", |text| text.replacen(&line, &other, 1))
}

async fn next_version(house: &House, id: &str) -> CopyRow {
    reissue::reissue(house, id, "исправлена отметка", &after(30)).await.expect("a next version");
    let frozen = house.copy(id).await;
    issue::issue(house, &[frozen], &after(31), |_| {}).await.expect("an issue");
    house.copy(id).await
}

#[test]
fn a_signature_under_a_sheet_whose_paper_was_altered_is_not_carried_over() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        house.gesture(gesture(&teacher, &[COPIES[0]])).await.expect("a signature");
        let was = house.db.load_snapshot(house.copy(COPIES[0]).await.snapshot).await.expect("a snapshot");
        let place = was.sheets.iter().position(|sheet| sheet.id() == sheets[0]).expect("the sheet");
        let leaf = Leaf { copy: COPIES[0].to_owned(), version: 1, sheet: place as u32 + 1, leaf: 4 };
        let at = ScanPlace { file: "a".repeat(64), page: 1, place: 1 };
        let (spot, ground) = ("третья строка".to_owned(), "запись изменена".to_owned());
        let (noted_at, noted_by) = (after(20).moment(), after(20).by);
        let mut tx = house.db.begin().await.expect("a place");
        tx.record_grave(&GraveRow { at, leaf, spot, ground, noted_at, noted_by }).await.expect("a word");
        let event = Event::new(EventKind::ScanGrave, &after(20).by, &after(20).moment());
        tx.record(&event, [7; 16]).await.expect("an event").commit().await.expect("a commit");

        let next = next_version(&house, COPIES[0]).await;
        let kept = house.db.list_kept(COPIES[0], next.version).await.expect("signatures");
        let kept: Vec<String> = kept.into_iter().flat_map(|row| row.sheets).collect();
        assert!(!kept.contains(&sheets[0]) && kept.contains(&sheets[1]), "{kept:?}");
        let snapshot = house.db.load_snapshot(next.snapshot).await.expect("a snapshot");
        let changes = snapshot.sheets.iter().find_map(|sheet| match sheet {
            Sheet::Changes(changes) => Some(changes),
            _ => None,
        });
        assert_eq!(changes.expect("a sheet of changes").signed_anew, [sheets[0].clone()]);
        // The page of differences names it, with who signs it; the other keeps its signature.
        let asked = letopis::flow::reissue::asked(&house, &next, 1).await.expect("what is asked");
        let name = sheets[0].as_str();
        let no = snapshot.sheets.iter().position(|sheet| sheet.id() == name).expect("the sheet") + 1;
        assert_eq!((asked.kept, asked.anew.len(), asked.anew_sheets()), (sheets.len() - 1, 1, 1), "{asked:?}");
        assert!(asked.anew[0].lacks && asked.anew[0].sheets[0].starts_with(&format!("лист {no} «")), "{asked:?}");
        // The other one is signed: who refuses it now is told so, and nothing is signed beside it.
        let mut table = Desk::open(&house).await.expect("a desk");
        let taken_back = [choice(COPIES[0], 2, &[&sheets[1]])];
        let answer = table.press(&teacher, &taken_back, &after(32)).await.expect("an answer").remove(0);
        assert_eq!((answer.signed, answer.refused, answer.already), (0, 0, false));
        assert!(answer.why.contains("уже стоит"), "{}", answer.why);
        // The teacher is asked for that sheet alone.
        let done = house.gesture(gesture(&teacher, &[COPIES[0]])).await.expect("a signature");
        assert_eq!(done.sheets, 1);
    });
}

#[test]
fn a_sheet_named_with_a_refusal_comes_back_alone_and_the_own_others_are_signed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        let refusal = Some("Не та тема".to_owned());
        let refusing = |sheet: &str| Gesture {
            sheets: vec![sheet.to_owned()],
            refusal: refusal.clone(),
            category: Category::Lesson,
            ..gesture(&teacher, &[COPIES[0]])
        };
        house.gesture(refusing("title")).await.expect_err("the title is no sheet of hers");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Issued);
        let done = house.gesture(refusing(&sheets[1])).await.expect("a gesture");
        assert_eq!((done.sheets, done.refused), (sheets.len(), 1));
        let remarks = house.db.list_remarks(COPIES[0]).await.expect("remarks");
        assert_eq!((remarks.len(), &remarks[0].sheet), (1, &sheets[1]));
        assert_eq!(remarks[0].category, "lesson", "the category that was named");
        let said = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        assert_eq!(said.iter().filter(|one| one.verdict == "refused").count(), 1);
        assert_eq!(said.len(), 2, "the others are signed by a statement of their own");
        let again = house.gesture(refusing(&sheets[0])).await;
        again.expect_err("who has signed a sheet cannot refuse it any more");

        // Who has signed and takes it back is told why not: the statement stays, the next version mends.
        let signer = house.signers(COPIES[1], "subject_teacher").await.remove(0);
        house.sign(COPIES[1], &signer).await.expect("a signature");
        let back = Gesture { refusal, ..gesture(&signer, &[COPIES[1]]) };
        let told = house.gesture(back).await.expect_err("signed").to_string();
        assert!(told.contains("отказаться нельзя") && told.contains("следующая версия"), "{told}");
    });
}

#[test]
fn one_sheet_is_refused_and_the_others_of_the_same_gesture_are_signed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        let choices = [choice(COPIES[0], 1, &[&sheets[0]])];
        let mut table = Desk::open(&house).await.expect("a desk");
        let answers = table.press(&teacher, &choices, &after(10)).await.expect("a gesture");
        assert_eq!((answers[0].signed, answers[0].refused), (sheets.len() - 1, 1), "{answers:?}");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Refused);
        let said = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        let mut verdicts: Vec<&str> = said.iter().map(|one| one.verdict.as_str()).collect();
        verdicts.sort_unstable();
        assert_eq!(verdicts, ["checked_and_correct", "refused"]);
        let remarks = house.db.list_remarks(COPIES[0]).await.expect("remarks");
        assert_eq!(
            (remarks.len(), remarks[0].category.as_str(), remarks[0].sheet.as_str()),
            (1, "mark", sheets[0].as_str())
        );
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_second_press_signs_once_and_says_so() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let choices = [choice(COPIES[0], 1, &[])];
        let mut one = Desk::open(&house).await.expect("a desk");
        let mut other = Desk::open(&house).await.expect("another window");
        let at = after(10);
        let (first, second) = tokio::join!(one.press(&teacher, &choices, &at), other.press(&teacher, &choices, &at));
        let answers = [first.expect("a gesture").remove(0), second.expect("a gesture").remove(0)];
        assert_eq!(answers.iter().filter(|one| one.signed > 0).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|one| one.already).count(), 1, "{answers:?}");
        assert_eq!(house.db.list_statements(COPIES[0], 1).await.expect("statements").len(), 1);
    });
}

#[test]
fn who_has_signed_cannot_refuse_any_more() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        let mut table = Desk::open(&house).await.expect("a desk");
        let choices = [choice(COPIES[0], 1, &[&sheets[0]])];
        let answers = table.press(&teacher, &choices, &after(11)).await.expect("an answer");
        assert_eq!((answers[0].refused, answers[0].already), (0, false));
        assert!(answers[0].why.contains("уже стоит"), "{}", answers[0].why);
        assert_eq!(house.copy(COPIES[0]).await.state, State::Issued);
    });
}

#[test]
fn a_sheet_that_was_signed_and_never_opened_is_said_to_be_signed_and_not_to_be_seen() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        house.gesture(gesture(&teacher, &[COPIES[0]])).await.expect("a signature");
        // The signature is not carried over, though no sheet changed.
        keys::replace_authority(&house, &after(20)).await.expect("another authority");
        let row = next_version(&house, COPIES[0]).await;
        let items = desk::items(&house, &teacher, std::slice::from_ref(&row)).await.expect("a desk");
        let looks: Vec<&Look> = items[0].sheets.iter().map(|sheet| &sheet.look).collect();
        assert_eq!(looks.len(), sheets.len());
        assert!(looks.iter().all(|look| matches!(look, Look::Signed(_))), "{looks:?}");
    });
}

#[test]
fn a_refused_copy_opens_its_period_for_the_correction_and_keeps_what_did_not_change() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (teacher, sheets) = of_two_sheets(&house, COPIES[0]).await;
        let course = sheets[0].trim_start_matches("course-").to_owned();
        let others: Vec<String> =
            house.signers(COPIES[0], "subject_teacher").await.into_iter().filter(|id| *id != teacher).collect();
        house.sign(COPIES[0], &others[0]).await.expect("a colleague signs first");
        let bundle = corrected(Bundle::small(), &course);
        let locked = house.import(&bundle, false).await.expect("an answer");
        assert!(matches!(locked, letopis::flow::import::Outcome::Refused(_)), "the period is closed: {locked:?}");

        let mut table = Desk::open(&house).await.expect("a desk");
        table.press(&teacher, &[choice(COPIES[0], 1, &[&sheets[0]])], &after(11)).await.expect("a refusal");
        let told = house.db.list_notices(&others[0]).await.expect("notices");
        assert_eq!(told.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["refused"], "who signed is told");

        let row = house.copy(COPIES[0]).await;
        desk::note_seen(&house, &teacher, &row, &[sheets[0].as_str(), sheets[1].as_str()], after(12).at)
            .await
            .expect("a look");
        let fixed = house.import(&bundle, false).await.expect("an import");
        assert!(matches!(fixed, letopis::flow::import::Outcome::Imported(_)), "{fixed:?}");
        let row = next_version(&house, COPIES[0]).await;
        assert!(
            matches!(
                house.import(&Bundle::small(), false).await.expect("an answer"),
                letopis::flow::import::Outcome::Refused(_)
            ),
            "closed again"
        );

        let kept = house.db.list_statements(COPIES[0], 2).await.expect("statements");
        let signers: std::collections::BTreeSet<&str> = kept.iter().map(|one| one.signer.as_str()).collect();
        assert_eq!(signers, [teacher.as_str(), others[0].as_str()].into(), "both keep what did not change");
        let items = desk::items(&house, &teacher, std::slice::from_ref(&row)).await.expect("a desk");
        assert_eq!(items[0].sheets.iter().map(|sheet| sheet.id.as_str()).collect::<Vec<_>>(), [sheets[0].as_str()]);
        let Look::Changed(found) = &items[0].sheets[0].look else {
            panic!("she has seen another: {:?}", items[0].sheets[0].look)
        };
        assert!(found.iter().any(|one| one.expected == "5" && one.found == "4"), "{found:?}");
        let found = desk::differences(&house, &row.id, 1, 2).await.expect("differences");
        assert!(found.rows.iter().any(|one| one.was == "5" && one.is == "4"), "{found:?}");
        assert!(found.ground.starts_with("Взамен версии 1: "), "{found:?}");

        // The second version says on a page of its own what changed: sheet, learner, cell, was, is, and the remark that led to it.
        let snapshot = house.snapshot(COPIES[0]).await;
        let Some(Sheet::Changes(page)) = snapshot.sheets.last() else { panic!("the last sheet says what changed") };
        assert_eq!((page.replaces, page.ground.as_str()), (1, "исправлена отметка"));
        let corrected = snapshot.sheet(&sheets[0]).expect("the corrected sheet").1;
        let row = page.rows.iter().find(|row| row.was == "5" && row.is == "4").expect("the corrected mark");
        assert_eq!(row.sheet, letopis::domain::difference::sheet_name(corrected));
        assert!(row.cell.contains(".09.2025") && row.cell.ends_with("запись об ученике"), "{row:?}");
        assert!(snapshot.sheets.iter().any(|sheet| matches!(sheet, Sheet::Learners(list) if list.rows.iter().any(|one| format!("{} {}", one.surname, one.given_name) == row.learner))), "{row:?}");
        assert_eq!(row.ground, "отметка: Не та отметка");
        assert_eq!(page.rows.len(), 1, "nothing else changed: {:?}", page.rows);
        let class_stage = snapshot.route.iter().find(|stage| stage.id == "class_teacher").expect("a stage");
        assert!(class_stage.signers[0].sheets.contains(&page.id), "the class teacher certifies it");
        let first = house.db.list_versions(COPIES[0]).await.expect("versions").remove(0);
        let about = desk::about(&house, &first).await.expect("the first version");
        assert_eq!((first.state, about.replaced_by), (State::Superseded, 2), "the first version is marked as replaced");

        house.sign_everything(40).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        let report = verify_path(&house.archive(), &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let stage: Vec<u32> = house
            .db
            .list_statements(COPIES[0], 2)
            .await
            .expect("statements")
            .iter()
            .filter(|one| one.stage != "subject_teacher")
            .map(|one| one.version)
            .collect();
        assert!(stage.iter().all(|version| *version == 2), "who certifies the whole signs anew");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        super::verify::stock_tools_agree(&house, COPIES[0], 2);
    });
}

#[test]
fn a_page_of_changes_that_says_something_else_is_found_out() {
    tell(async {
        let house = House::with_issued_copies().await;
        let row = next_version(&house, COPIES[0]).await;
        let snapshot = house.snapshot(COPIES[0]).await;
        let Some(Sheet::Changes(page)) = snapshot.sheets.last() else { panic!("a page of changes") };
        assert_eq!(page.rows, [], "nothing changed, and the page says that");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        // A first version that never was: the page no longer says how the two differ.
        let mut other = house
            .db
            .load_snapshot(house.db.list_versions(COPIES[0]).await.expect("versions")[0].snapshot)
            .await
            .expect("it");
        if let Some(Sheet::Course(course)) = other.sheets.iter_mut().find(|sheet| matches!(sheet, Sheet::Course(_))) {
            course.subject.push_str(", другой");
        }
        let intruder = super::intruder::Intruder::without_guards(&house.root).await;
        let body = String::from_utf8(other.to_bytes()).expect("JSON").replace('\'', "''");
        let digest = other.digest().to_hex();
        let school = "(select school from schools limit 1)";
        intruder
            .run(&format!("insert into snapshots (school, digest, body) values ({school}, '{digest}', '{body}')"))
            .await;
        intruder
            .run(&format!("update copies set snapshot = '{digest}' where id = '{}' and version = 1", COPIES[0]))
            .await;
        let found = house.reopened().await.doctor().await.join("\n");
        assert!(found.contains("doctor.changes-differ"), "{} {found}", row.version);
    });
}

#[test]
fn a_kept_statement_of_somebody_else_is_found_out() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        next_version(&house, COPIES[0]).await;
        let intruder = super::intruder::Intruder::without_guards(&house.root).await;
        intruder.run("delete from kept_statements").await;
        let found = house.doctor().await.join("\n");
        assert!(found.contains("doctor.statement-kept-differs"), "{found}");
    });
}

#[test]
fn a_mark_is_corrected_after_the_seal_by_one_recall_and_one_next_version() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let copy = COPIES[0];
        let (teacher, sheets) = of_two_sheets(&house, copy).await;
        let course = sheets[0].trim_start_matches("course-").to_owned();
        let mended = corrected(Bundle::small(), &course);
        let refused = house.import(&mended, false).await.expect("an answer");
        assert!(matches!(refused, Outcome::Refused(_)), "the period is closed: {refused:?}");

        // Who recalls says what is wrong and where; what is not everybody's signature yet is mended by a refusal.
        let wrong = [sheets[0].clone()];
        for (sheets, ground) in [(&wrong[..0], "не та отметка"), (&wrong[..], " ")] {
            let unsaid = recall::recall(&house, copy, sheets, ground, &after(60)).await.expect_err("unsaid");
            assert!(matches!(unsaid, Error::Recall(recall::Refusal::Unsaid)), "{unsaid:?}");
        }
        let stranger = recall::recall(&house, copy, &["course-X".to_owned()], "не та отметка", &after(60)).await;
        assert!(matches!(stranger, Err(Error::Recall(recall::Refusal::NoSheet { .. }))), "{stranger:?}");

        // Recalled by mistake, and taken back: the period is closed again, the line of the mistake stays.
        recall::recall(&house, copy, &wrong, "не та копия", &after(61)).await.expect("a recall");
        recall::withdraw(&house, copy, &after(62)).await.expect("taken back");
        assert!(matches!(house.import(&mended, false).await.expect("an answer"), Outcome::Refused(_)));

        recall::recall(&house, copy, &wrong, "отметка, записка учителя", &after(63)).await.expect("a recall");
        let asked = desk::mending(&house, &house.copy(copy).await).await.expect("an answer");
        assert!(asked.came_back && asked.untouched.len() == 1 && asked.others.is_empty(), "{asked:?}");
        let again = recall::recall(&house, copy, &wrong, "ещё раз", &after(63)).await.expect_err("one at a time");
        assert!(matches!(again, Error::Recall(recall::Refusal::Already { .. })), "{again:?}");
        assert_eq!(house.copy(copy).await.state, State::Sealed, "it holds until its successor is out");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let folder = house.outside("mended");
        generate::write(&folder, &mended.0).expect("a bundle");
        let outcome = import::import(&house, &folder, false, &after(64)).await.expect("an answer");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        assert!(desk::mending(&house, &house.copy(copy).await).await.expect("an answer").is_done());
        let late = recall::withdraw(&house, copy, &after(64)).await.expect_err("the journal says otherwise by now");
        assert!(matches!(late, Error::Recall(recall::Refusal::Written { .. })), "{late:?}");

        // One version: its changes are the one mark, with the recall's ground; all other sheets keep their teachers' statements.
        let next = next_version(&house, copy).await;
        assert_eq!((next.version, next.state), (2, State::Issued));
        let found = desk::differences(&house, copy, 1, 2).await.expect("differences");
        assert!(found.rows.iter().any(|row| row.ground.contains("отметка, записка учителя")), "{:?}", found.rows);
        let kept = house.db.list_kept(copy, 2).await.expect("kept");
        let stay: usize = kept.iter().map(|row| row.sheets.len()).sum();
        let all: usize = house.snapshot(copy).await.route[0].signers.iter().map(|one| one.sheets.len()).sum();
        assert_eq!(stay, all - 1, "only the corrected sheet is signed anew");
        let asked = letopis::flow::reissue::asked(&house, &next, 1).await.expect("what is asked");
        assert_eq!((asked.kept, asked.anew_sheets(), asked.first.len()), (all - 1, 1, 0), "{asked:?}");
        assert!(kept.iter().any(|row| row.signer == teacher), "the teacher's other sheet as well");
        house.sign_everything(80).await.expect("signatures");
        house.seal_everything(90).await.expect("seals");
        let states: Vec<State> =
            house.db.list_versions(copy).await.expect("versions").iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Superseded, State::Sealed]);
        super::verify::holds_outside(&house, copy).await;
        // Replaced, the recall holds nothing open.
        assert!(matches!(house.import(&Bundle::small(), false).await.expect("an answer"), Outcome::Refused(_)));
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_recalled_copy_takes_no_seal_and_one_on_its_way_needs_no_recall() {
    tell(async {
        let house = House::with_issued_copies().await;
        let sheet = house.snapshot(COPIES[0]).await.route[0].signers[0].sheets[0].clone();
        let early = recall::recall(&house, COPIES[0], std::slice::from_ref(&sheet), "не та отметка", &after(5)).await;
        assert!(matches!(early, Err(Error::Recall(recall::Refusal::NotSigned { .. }))), "{early:?}");
        house.sign_everything(10).await.expect("signatures");
        recall::recall(&house, COPIES[0], &[sheet], "не та отметка", &after(20)).await.expect("a recall");
        let barred = house.seal_everything(30).await.expect_err("the correction goes before the seal");
        assert!(matches!(barred, Error::Recall(recall::Refusal::NotToSeal { .. })), "{barred:?}");
        recall::withdraw(&house, COPIES[0], &after(40)).await.expect("taken back");
        house.seal_everything(50).await.expect("seals");
    });
}
