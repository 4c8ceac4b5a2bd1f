//! The register of consents (152-ФЗ; 003 Кл 4; FAM-04): what parents said, by purpose and paper, what is missing, and who sees it.

use letopis::domain::consent::{Purpose, Word, standing};
use letopis::domain::rights::Role;
use letopis::flow::House;
use letopis::store::ChangeFilter;

use super::house::{on_every_engine, person_of};
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;
use super::shown::read;

/// «5А» in an address.
const OF_5A: &str = "/consents/5%D0%90";

fn paper(said: &str, purpose: &str, dated: &str) -> String {
    form(&[
        ("act", "record"),
        ("pair", "L1|P00001"),
        ("purpose", purpose),
        ("said", said),
        ("dated", dated),
        ("ground", "заявление № 4"),
    ])
}

async fn stands(house: &House, purpose: Purpose) -> Option<Word> {
    let lines = house.db.list_consents().await.unwrap();
    let standing = standing(&lines);
    standing.get(&("L1".to_owned(), "P00001".to_owned(), purpose)).map(|line| line.said)
}

#[test]
fn a_class_teacher_records_what_parents_said_and_a_withdrawal_stands_after_the_consent() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, person_of(Role::ClassTeacher), 1).await;
        let (_, page) = read(address, OF_5A, &teacher).await;
        assert!(page.contains("Не хватает ответов: 4") && page.contains("Ольхина Роза Кедровна"), "{page}");
        assert!(page.contains("Родители не внесены: Рябинина Яшма"), "{page}");
        assert_eq!(send(address, "POST", OF_5A, &teacher, &paper("consent", "diary", "2025-09-05")).await.0, 303);
        assert_eq!(send(address, "POST", OF_5A, &teacher, &paper("refusal", "sms", "2025-09-05")).await.0, 303);
        assert_eq!(stands(&house, Purpose::Diary).await, Some(Word::Consent));
        let (_, page) = read(address, OF_5A, &teacher).await;
        assert!(page.contains("Не хватает ответов: 2") && page.contains("согласие 05.09.2025"), "{page}");
        assert!(page.contains("отказ 05.09.2025") && page.contains("заявление № 4"), "{page}");

        // Nothing to withdraw, tomorrow's paper, another class: refused, and nothing is written.
        for wrong in [paper("withdrawal", "email", "2025-09-06"), paper("consent", "site", "2025-10-03")] {
            assert_eq!(send(address, "POST", OF_5A, &teacher, &wrong).await.0, 422);
        }
        let other = paper("consent", "diary", "2025-09-05").replace("L1%7CP00001", "L9%7CP00001");
        assert_eq!(send(address, "POST", OF_5A, &teacher, &other).await.0, 403);
        assert_eq!(house.db.list_consents().await.unwrap().len(), 2);

        assert_eq!(send(address, "POST", OF_5A, &teacher, &paper("withdrawal", "diary", "2025-10-01")).await.0, 303);
        assert_eq!(stands(&house, Purpose::Diary).await, Some(Word::Withdrawal));
        let lines = house.db.list_consents().await.unwrap();
        assert_eq!(lines.len(), 3, "the consent of before stays on record");
        assert_eq!((lines[2].recorded_by.as_str(), lines[2].ground.as_str()), ("T03", "заявление № 4"));

        // Entered by a slip of the pen: taken back, and both stay in the history.
        let filter = ChangeFilter { table: Some("consents".into()), ..ChangeFilter::default() };
        let last = house.db.list_changes(&filter).await.unwrap()[0].seq.to_string();
        let undo = form(&[("act", "undo"), ("seqs", &last)]);
        assert_eq!(send(address, "POST", OF_5A, &teacher, &undo).await.0, 303);
        assert_eq!(stands(&house, Purpose::Diary).await, Some(Word::Consent));
        assert_eq!(house.db.list_changes(&filter).await.unwrap().len(), 4);
    });
}

#[test]
fn the_register_is_seen_by_who_keeps_it_and_by_the_parent_alone() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let secretary = session(&house, person_of(Role::Secretary), 1).await;
        assert_eq!(send(address, "POST", OF_5A, &secretary, &paper("consent", "diary", "2025-09-05")).await.0, 303);
        for (no, role) in (2..).zip([Role::SubjectTeacher, Role::HumanResources, Role::Deputy, Role::Parent]) {
            let token = session(&house, person_of(role), no).await;
            assert_eq!(send(address, "GET", OF_5A, &token, "").await.0, 403, "{role:?}");
        }
        let parent = session(&house, person_of(Role::Parent), 9).await;
        let (_, own) = read(address, "/own/consents", &parent).await;
        assert!(own.contains("согласие 05.09.2025") && own.contains("электронный дневник"), "{own}");
        assert!(own.contains("не указано"), "what was never asked is told: {own}");
        let (_, csv) = read(address, &format!("{OF_5A}?format=csv"), &secretary).await;
        assert!(csv.contains("электронный дневник") && csv.contains("согласие"), "{csv}");
        let (_, missing) = read(address, &format!("{OF_5A}?missing=1"), &secretary).await;
        assert!(missing.contains("Не хватает ответов: 3"), "{missing}");

        // The event of the log names nobody: whose and what for stands in the salted lines.
        let log = house.db.list_log().await.unwrap();
        let event = log.iter().rev().find(|one| one.payload.contains("\"consents\"")).unwrap();
        assert!(!event.payload.contains("P00001") && !event.payload.contains("L1"), "{}", event.payload);
    });
}
