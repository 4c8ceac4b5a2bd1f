//! Signing: the order of the route, and everybody who may not sign now.

use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::domain::rights::Role;
use letopis::domain::route::Refusal;
use letopis::domain::statement::Category;
use letopis::flow::people::{self, Order};
use letopis::flow::sign::{Gesture, Target};
use letopis::flow::{Error, issue, sign};

use super::house::{COPIES, House, YEAR, after, gesture, tell};

/// Everybody below the director signs the first copy.
async fn all_but_the_director(house: &House) {
    for stage in ["subject_teacher", "class_teacher", "deputy"] {
        for signer in house.signers(COPIES[0], stage).await {
            house.sign(COPIES[0], &signer).await.unwrap_or_else(|error| panic!("{stage} {signer}: {error}"));
        }
    }
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

/// A house whose deputy is acting director by an order for eight days; its first copy waits for the director alone. With the deputy and the
/// appointment.
async fn with_an_acting_head() -> (House, String, String) {
    let house = House::with_journal().await;
    let journal = house.db.load_journal(YEAR).await.expect("a journal");
    let person = journal.staff.iter().find(|person| person.has_role("deputy")).expect("a deputy").id.clone();
    let order = Order {
        person: person.clone(),
        role: Role::Director,
        grades: None,
        stands_for: String::new(),
        acting: true,
        no: "12-к".into(),
        date: day("2025-10-20"),
        starts: day("2025-10-20"),
        ends: Some(day("2025-10-27")),
    };
    let made = people::appoint(&house, &order, &after(0)).await.expect("an appointment");
    house.close("Q1", &["5А"], None).await.expect("a closing");
    let frozen = house.db.list_copies().await.expect("copies");
    issue::issue(&house, &frozen, &after(2), |_| {}).await.expect("an issue");
    assert_eq!(house.signers(COPIES[0], "director").await, std::slice::from_ref(&person));
    all_but_the_director(&house).await;
    (house, person, made.id)
}

#[test]
fn an_acting_head_signs_on_no_day_after_the_order() {
    tell(async {
        let (house, person, appointment) = with_an_acting_head().await;
        // The day after the order's last: refused, with the order and its term, and nothing is written.
        const DAY: i64 = 24 * 60;
        let before = house.counts().await;
        let mut desk = sign::Desk::open(&house).await.expect("a desk");
        let late = desk.sign(&gesture(&person, &[COPIES[0]]), &after(DAY)).await.expect_err("the term is over");
        let told = late.to_string();
        assert!(
            matches!(&late, Error::NotNow { refusal, .. } if matches!(**refusal, Refusal::NotInOffice { .. })),
            "{late:?}"
        );
        for word in ["28.10.2025", "и.о. директора", "№ 12-к", "27.10.2025"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert_eq!(house.counts().await, before);
        // Ended early, the last day counts too.
        people::end(&house, &appointment, day("2025-10-26"), "14-к", &after(5)).await.expect("an end");
        let ended = desk.sign(&gesture(&person, &[COPIES[0]]), &after(10)).await.expect_err("ended yesterday");
        assert!(matches!(ended, Error::NotNow { refusal, .. } if matches!(*refusal, Refusal::NotInOffice { .. })));
    });
}

#[test]
fn a_deputy_whom_an_order_gave_other_grades_signs_no_copy_that_was_issued_before_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        let deputy = house.signers(COPIES[0], "deputy").await.remove(0);
        for stage in ["subject_teacher", "class_teacher"] {
            for signer in house.signers(COPIES[0], stage).await {
                house.sign(COPIES[0], &signer).await.expect("a signature");
            }
        }
        let order = |grades, no: &str| Order {
            person: deputy.clone(),
            role: Role::Deputy,
            grades: Some(grades),
            stands_for: String::new(),
            acting: false,
            no: no.into(),
            date: day("2025-10-01"),
            starts: day("2025-10-01"),
            ends: None,
        };
        people::appoint(&house, &order((9, 9), "15-к"), &after(30)).await.expect("an appointment");
        // The order changes who signs, not what was frozen.
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let refused = house.sign(COPIES[0], &deputy).await.expect_err("another deputy's class").to_string();
        for word in ["№ 15-к", "для 9 классов", "Выпустите новую версию"] {
            assert!(refused.contains(word), "{word}: {refused}");
        }
        people::appoint(&house, &order((1, 11), "16-к"), &after(31)).await.expect("an appointment");
        house.sign(COPIES[0], &deputy).await.expect("the own class again");
    });
}

#[test]
fn an_acting_head_signs_within_the_term() {
    tell(async {
        let (house, person, _) = with_an_acting_head().await;
        let done = house.sign(COPIES[0], &person).await.expect("the last day of the order");
        assert_eq!(done.completed, [COPIES[0].to_owned()]);
    });
}

/// Refused, and nothing written.
async fn refuses(house: &House, wish: Gesture, why: fn(&Refusal) -> bool) -> String {
    let before = house.counts().await;
    let refused = house.gesture(wish).await.expect_err("a refusal");
    assert!(matches!(&refused, Error::NotNow { refusal, .. } if why(refusal)), "{refused:?}");
    assert_eq!(house.counts().await, before);
    refused.to_string()
}

#[test]
fn nobody_signs_before_those_who_stand_before() {
    tell(async {
        let house = House::with_issued_copies().await;
        let director = house.signers(COPIES[0], "director").await.remove(0);
        let not_yet = |refusal: &Refusal| matches!(refusal, Refusal::NotYourTurn { .. });
        let said = refuses(&house, gesture(&director, &[COPIES[0]]), not_yet).await;
        for teacher in house.signers(COPIES[0], "subject_teacher").await {
            assert!(said.contains(&teacher), "{teacher} is awaited: {said}");
        }
        for teacher in house.signers(COPIES[0], "subject_teacher").await {
            refuses(&house, gesture(&director, &[COPIES[0]]), not_yet).await;
            house.sign(COPIES[0], &teacher).await.expect("a teacher's signature");
        }
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        refuses(&house, gesture(&director, &[COPIES[0]]), not_yet).await;
        house.sign(COPIES[0], &class_teacher).await.expect("the class teacher's signature");
        let deputy = house.signers(COPIES[0], "deputy").await.remove(0);
        house.sign(COPIES[0], &deputy).await.expect("the deputy's signature");
        let done = house.sign(COPIES[0], &director).await.expect("the director's signature");
        assert_eq!(done.completed, [COPIES[0]]);
        assert_eq!(house.copy(COPIES[0]).await.state, State::Signed);
        assert_eq!(house.copy(COPIES[1]).await.state, State::Issued, "the other copy waits for its own people");
    });
}

#[test]
fn a_deputy_who_finds_an_error_returns_the_copy_before_the_turn_and_nobody_signs_it_in_vain() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teachers = house.signers(COPIES[0], "subject_teacher").await;
        house.sign(COPIES[0], &teachers[0]).await.expect("one of the teachers");
        let deputy = house.signers(COPIES[0], "deputy").await.remove(0);
        let sheet = house.snapshot(COPIES[0]).await.route[0].signers[1].sheets[0].clone();
        let returning = Gesture {
            sheets: vec![sheet.clone()],
            refusal: Some("на подписанном листе исправлена отметка".to_owned()),
            category: Category::Other,
            ..gesture(&deputy, &[COPIES[0]])
        };
        house.gesture(returning).await.expect("a refusal before the turn");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Refused);
        let remark = house.db.list_remarks(COPIES[0]).await.expect("remarks").remove(0);
        assert_eq!((remark.stage.as_str(), remark.sheet), ("deputy", sheet));
        let told = house.db.list_notices(&teachers[0]).await.expect("notices");
        assert!(told.iter().any(|one| one.kind == "refused"), "who signed learns of it: {told:?}");
        house.sign(COPIES[0], &teachers[1]).await.expect_err("nobody signs a returned version");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_second_signature_of_the_same_person_is_refused() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let teachers = house.signers(COPIES[0], "subject_teacher").await;
        let teacher = teachers.into_iter().find(|t| *t != class_teacher).expect("a teacher of one stage");
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        refuses(&house, gesture(&teacher, &[COPIES[0]]), |r| matches!(r, Refusal::AlreadySigned { .. })).await;
        house.sign_everything(11).await.expect("signatures");
        refuses(&house, gesture(&teacher, &[COPIES[0]]), |r| matches!(r, Refusal::AlreadySigned { .. })).await;
    });
}

#[test]
fn a_sheet_of_somebody_else_a_stage_of_somebody_else_and_a_stranger_are_refused() {
    tell(async {
        let house = House::with_issued_copies().await;
        let snapshot = house.snapshot(COPIES[0]).await;
        let signers = &snapshot.route[0].signers;
        let (one, other) = (&signers[0], &signers[1]);
        let foreign = Gesture { sheets: vec![other.sheets[0].clone()], ..gesture(&one.person.id, &[COPIES[0]]) };
        let said = refuses(&house, foreign, |r| matches!(r, Refusal::ForeignSheet { .. })).await;
        assert!(said.contains(&other.sheets[0]), "{said}");
        let stage = Gesture { stage: Some("director".to_owned()), ..gesture(&one.person.id, &[COPIES[0]]) };
        let said = refuses(&house, stage, |r| matches!(r, Refusal::WrongStage { .. })).await;
        let named = said.contains(&one.person.surname) && said.contains("не подписывает эту копию как директор");
        assert!(named && !said.contains(&one.person.id) && !said.contains(COPIES[0]), "no machine ids: {said}");
        for stranger in ["T99999", "", "operator"] {
            refuses(&house, gesture(stranger, &[COPIES[0]]), |r| matches!(r, Refusal::NotInRoute { .. })).await;
        }
    });
}

#[test]
fn a_copy_or_a_version_that_is_not_there_is_refused() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let before = house.counts().await;
        for (copy, version) in [("2025-05A-Q4", None), (COPIES[0], Some(2))] {
            let targets = vec![Target { copy: copy.to_owned(), version }];
            let refused = house.gesture(Gesture { targets, ..gesture(&teacher, &[]) }).await;
            assert!(matches!(refused, Err(Error::NoCopy(_))), "{refused:?}");
        }
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn one_gesture_signs_all_sheets_of_a_teacher_in_all_classes_or_none() {
    tell(async {
        let house = House::with_issued_copies().await;
        let first = house.signers(COPIES[0], "subject_teacher").await;
        let second = house.signers(COPIES[1], "subject_teacher").await;
        let both = first.iter().find(|id| second.contains(id)).expect("a teacher of both classes");
        let only_first = first.iter().find(|id| !second.contains(id));

        if let Some(teacher) = only_first {
            refuses(&house, gesture(teacher, &COPIES), |r| matches!(r, Refusal::NotInRoute { .. })).await;
        }
        let done = house.gesture(gesture(both, &COPIES)).await.expect("one gesture");
        assert_eq!(done.copies, 2);
        let mut sheets = 0;
        for id in COPIES {
            let signer = house.snapshot(id).await.route[0].signers.iter().find(|s| s.person.id == *both).cloned();
            sheets += signer.expect("the teacher").sheets.len();
            let statements = house.db.list_statements(id, 1).await.expect("statements");
            assert_eq!(statements.len(), 1, "one statement for each copy");
        }
        assert_eq!(done.sheets, sheets);
    });
}

#[test]
fn what_was_issued_and_then_changed_on_disk_is_not_signed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = house.copy(COPIES[0]).await;
        let path = house.issued_pdf(COPIES[0], 1, copy.issued_pdf.parse::<Digest>().expect("a digest"));
        let mut bytes = std::fs::read(&path).expect("the PDF");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        super::verify::overwrite(&path, &bytes);
        let before = house.counts().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let refused = house.sign(COPIES[0], &teacher).await.expect_err("a refusal");
        assert!(matches!(refused, Error::FileAltered { .. }), "{refused:?}");
        assert!(refused.to_string().contains("изменён"), "{refused}");
        assert_eq!(house.counts().await, before);
        let found = house.doctor().await.join("\n");
        assert!(found.contains("doctor.issued-altered") && found.contains(COPIES[0]), "{found}");
    });
}

/// F49: signatures are detached; what was issued stays the bytes that it was, and the sealed edition is another file.
#[test]
fn the_issued_document_has_the_same_bytes_before_and_after_everybody_has_signed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = house.copy(COPIES[0]).await;
        let path = house.issued_pdf(COPIES[0], 1, copy.issued_pdf.parse::<Digest>().expect("a digest"));
        let sum = || Digest::of(&std::fs::read(&path).expect("the PDF")).to_hex();
        assert_eq!(sum(), copy.issued_pdf);
        house.sign_everything(10).await.expect("signatures");
        assert_eq!(sum(), copy.issued_pdf, "signed by all, untouched");
        house.seal_everything(20).await.expect("a seal");
        assert_eq!(sum(), copy.issued_pdf, "sealed, untouched");
        let statements = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        let of_it = |row: &letopis::store::StatementRow| row.body.contains(&copy.issued_pdf);
        assert!(statements.len() > 3 && statements.iter().all(of_it), "each statement names what was issued");
    });
}

#[test]
fn two_people_who_press_the_button_at_once_both_sign() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let mut teachers = house.signers(COPIES[0], "subject_teacher").await;
        teachers.retain(|id| *id != class_teacher);
        let (one, other) = tokio::join!(house.sign(COPIES[0], &teachers[0]), house.sign(COPIES[0], &teachers[1]));
        one.expect("the one");
        other.expect("the other");
        let again = tokio::join!(house.sign(COPIES[0], &teachers[2]), house.sign(COPIES[0], &teachers[2]));
        assert_eq!(
            [again.0.is_ok(), again.1.is_ok()].iter().filter(|ok| **ok).count(),
            1,
            "pressed twice, signed once"
        );
        assert_eq!(house.db.list_statements(COPIES[0], 1).await.expect("statements").len(), 3);
    });
}
