//! Signing: the order of the route, and everybody who may not sign now.

use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::domain::route::Refusal;
use letopis::flow::Error;
use letopis::flow::sign::{Gesture, Target};

use super::house::{COPIES, House, gesture, tell};

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
        refuses(&house, stage, |r| matches!(r, Refusal::WrongStage { .. })).await;
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
