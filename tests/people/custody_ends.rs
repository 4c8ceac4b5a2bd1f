//! How lines of the custody log end: requests that are taken back or declined, and carriers for which nobody vouches.

use std::path::Path;
use std::sync::Arc;

use letopis::domain::carrier::{Cause, Refusal, Step, TripState};
use letopis::domain::rights::Role;
use letopis::domain::words;
use letopis::flow::backup::{self, Order, Silent, check};
use letopis::flow::carriers;
use letopis::flow::office::forms::{Asked, make};
use letopis::flow::people;
use letopis::store::Error as StoreError;

use super::custody::{furnish, post, refusal, sign, visitor};
use super::house::{act, day, on_every_engine, person_of};
use super::matrix::session_at;
use super::reach::form;
use super::rules::open_on;
use super::shown::read;

#[test]
fn a_request_that_has_not_left_the_safe_is_taken_back_or_declined_and_its_carrier_is_free_at_once() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        let ends = async |no: u64, reason: &str, role: Role, minutes: i64| {
            let by = visitor(&house, role).await;
            carriers::drop_request(&house, no, reason, &by, &act(person_of(role), minutes)).await
        };
        let first = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 5)).await.expect("a line");
        assert_eq!(refusal(ends(first, "мне нужен", Role::JournalKeeper, 6).await), Refusal::NotToDrop);
        let silent = refusal(ends(first, " ", Role::Secretary, 6).await);
        assert!(matches!(silent, Refusal::Field(_)), "{silent:?}");
        let trip = ends(first, "", Role::TechnicalSpecialist, 7).await.expect("taken back");
        assert_eq!(trip.state(), TripState::Over);
        assert!(trip.stands().starts_with("просьба отозвана "), "{}", trip.stands());
        assert_eq!(refusal(ends(first, "", Role::TechnicalSpecialist, 7).await), Refusal::AlreadyDropped);

        // Free at once; the key that was given for the next one goes back to the director and nothing else is signed.
        let second = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 8)).await.expect("a line");
        sign(&house, second, Step::KeyGiven, Role::Director, 9).await.expect("the key");
        let trip = ends(second, "носитель нужен для сверки", Role::Secretary, 10).await.expect("declined");
        assert_eq!((trip.state(), trip.next()), (TripState::In, vec![Step::KeyBack]));
        assert_eq!(refusal(sign(&house, second, Step::Handed, Role::Secretary, 11).await), Refusal::AlreadyDropped);
        let third = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 12)).await.expect("a line");
        let trip = sign(&house, second, Step::KeyBack, Role::Director, 13).await.expect("the key is back");
        assert!(trip.stands().starts_with("просьба отклонена "), "{}", trip.stands());
        sign(&house, third, Step::KeyGiven, Role::Director, 14).await.expect("the key");
        sign(&house, third, Step::Handed, Role::Secretary, 15).await.expect("handed");
        assert_eq!(refusal(ends(third, "", Role::TechnicalSpecialist, 16).await), Refusal::HandedOver);

        // The database keeps what ended a request, and ends none whose carrier was handed over.
        let trips = house.db.list_trips().await.expect("trips");
        let dropped = trips[0].dropped.clone().expect("taken back");
        for no in [first, third] {
            let mut tx = house.db.begin().await.expect("a turn");
            let again = tx.record_custody_drop(no, &dropped).await;
            assert!(matches!(again, Err(StoreError::AppendOnly(_) | StoreError::Duplicate)), "{no}: {again:?}");
        }
        assert!(house.db.list_guard_faults().await.expect("guards").is_empty());
        let log = make(&house, "custody-log", &Asked::new(), &act("operator", 17)).await.expect("the log").to_string();
        for words in ["просьба отозвана; ", "просьба отклонена: носитель нужен для сверки; ", "носитель не выдан"]
        {
            assert!(log.contains(words), "{words}: {log}");
        }

        // On the page: who asked takes it back, the two of the safe decline it.
        let fourth = carriers::ask(&house, "Н-2", "сверка", None, &act(taker, 18)).await.expect("a line").to_string();
        let address = open_on(&house, 20).await;
        let own = session_at(&house, taker, 912_000, 20).await;
        let (_, text) = read(address, "/carriers/custody", &own).await;
        assert!(text.contains("Отозвать просьбу") && !text.contains("Отклонить просьбу"), "{text}");
        let head = session_at(&house, person_of(Role::Director), 912_001, 20).await;
        let (_, text) = read(address, "/carriers/custody", &head).await;
        assert!(text.contains("Отклонить просьбу") && !text.contains("Отозвать просьбу"), "{text}");
        let sent = form(&[("act", "drop"), ("trip", fourth.as_str()), ("reason", "сверка уже сделана")]);
        let (status, answer) = post(address, "/carriers/custody", &head, &sent).await;
        assert_eq!(status, 303, "{answer}");
        let (_, text) = read(address, "/carriers/custody", &own).await;
        assert!(text.contains("Просьба отклонена: сверка уже сделана") && text.contains("value=\"Н-2\""), "{text}");
    });
}

/// The key is the director's to give, and one person does not stand on both sides: a request of the director would wait for ever.
#[test]
fn whoever_alone_gives_the_key_or_the_carrier_takes_none_until_another_gives_it_that_day() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let (head, clerk) = (person_of(Role::Director), person_of(Role::Secretary));
        let alone = refusal(carriers::ask(&house, "Н-1", "сверка", None, &act(head, 5)).await);
        assert!(matches!(alone, Refusal::KeyIsYours(_)), "{alone:?}");
        let said = alone.to_string();
        assert!(said.contains("технический специалист") && !said.contains("директор,"), "{said}");
        let alone = refusal(carriers::ask(&house, "Н-1", "сверка", None, &act(clerk, 5)).await);
        assert!(matches!(alone, Refusal::HandingIsYours(_)), "{alone:?}");
        let address = open_on(&house, 6).await;
        let token = session_at(&house, head, 912_100, 6).await;
        let (_, text) = read(address, "/carriers/custody", &token).await;
        assert!(text.contains("Ключ от сейфа выдаёте вы") && !text.contains("value=\"ask\""), "{text}");

        let acting = people::Order {
            person: "T02".into(),
            role: Role::Director,
            grades: None,
            stands_for: String::new(),
            acting: true,
            no: "31-к".into(),
            date: day("2025-10-01"),
            starts: day("2025-10-01"),
            ends: Some(day("2025-10-20")),
        };
        people::appoint(&house, &acting, &act(person_of(Role::Administrator), 7)).await.expect("an acting director");
        carriers::ask(&house, "Н-1", "сверка", None, &act(head, 8)).await.expect("another gives the key that day");
    });
}

#[test]
fn nobody_vouches_for_a_carrier_with_open_data_or_a_changed_copy_and_the_log_keeps_what_was_found() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        let disks = [1, 2].map(|no| house.root.with_file_name(format!("disk{no}")));
        let disk = &disks[0];
        let write = async |cause: Cause, minutes: i64| {
            let order = Order::new(Vec::new(), cause);
            backup::write(&house, &order, &act(taker, minutes), Arc::new(Silent)).await.expect("a backup").row.id
        };
        let keep = async |carrier: &str, folder: &Path, minutes: i64| {
            let report = check::compare(Some(&house), folder, None, Arc::new(Silent)).await.expect("a comparison");
            check::keep(&house, carriers::COMPARISON, carrier, &report, &act(taker, minutes)).await.expect("on record");
        };
        let spoil = |folder: &Path| {
            let part = folder.join("copy.tar.gz.age.001");
            let mut bytes = std::fs::read(&part).expect("a part");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&part, bytes).expect("spoiled");
        };
        let vouched = async |no: u64, minutes: i64| {
            refusal(sign(&house, no, Step::Certified, Role::TechnicalSpecialist, minutes).await)
        };
        let set = write(Cause::Period, 5).await;
        let no = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 6)).await.expect("a line");
        sign(&house, no, Step::KeyGiven, Role::Director, 7).await.expect("the key");
        sign(&house, no, Step::Handed, Role::Secretary, 8).await.expect("handed");
        sign(&house, no, Step::Taken, Role::TechnicalSpecialist, 9).await.expect("taken");
        for (carrier, disk) in ["Н-1", "Н-2"].into_iter().zip(&disks) {
            spoil(&disk.join(&set));
            keep(carrier, &disk.join(&set), 10).await;
        }
        assert_eq!(vouched(no, 11).await, Refusal::Differs("Н-1".into()));

        // A newer copy was written and nobody has compared it yet: that is what is said, not that nothing was compared.
        let week = write(Cause::Week, 12).await;
        let newest = vouched(no, 13).await;
        assert!(matches!(newest, Refusal::NewestNotCompared { .. }), "{newest:?}");
        let at = |minutes: i64| words::moment_short(&act(taker, minutes).moment());
        let address = open_on(&house, 13).await;
        let token = session_at(&house, taker, 912_200, 13).await;
        let (_, text) = read(address, "/carriers/custody", &token).await;
        let wrong = format!("сверена {}: не сошлась", at(10));
        for words in ["Новую копию ещё не сверяли", wrong.as_str(), "Носитель Н-2: набор периода от "]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        // It is right and of another kind: the changed one stays on the carrier.
        keep("Н-1", &disk.join(&week), 14).await;
        let spoiled = vouched(no, 15).await;
        assert!(matches!(spoiled, Refusal::StaysSpoiled(_)), "{spoiled:?}");
        let anew = write(Cause::Period, 16).await;
        let open = disk.join(&anew).join("letopis.db");
        std::fs::write(&open, b"open").expect("unpacked");
        keep("Н-1", &disk.join(&anew), 17).await;
        let lies = vouched(no, 18).await;
        assert!(matches!(lies, Refusal::LiesOpen { .. }), "{lies:?}");
        let address = open_on(&house, 18).await;
        for (number, role) in (912_201..).zip([Role::TechnicalSpecialist, Role::Secretary]) {
            let token = session_at(&house, person_of(role), number, 18).await;
            let (_, text) = read(address, "/carriers/custody", &token).await;
            assert!(text.contains("Открытые данные школы лежат на носителе"), "{role:?}: {text}");
            assert!(!text.contains("Заверить правильность переноса"), "{role:?}: {text}");
        }
        std::fs::remove_file(&open).expect("taken away");
        keep("Н-1", &disk.join(&anew), 19).await;
        sign(&house, no, Step::Certified, Role::TechnicalSpecialist, 20).await.expect("certified");

        let log = make(&house, "custody-log", &Asked::new(), &act("operator", 21)).await.expect("the log").to_string();
        let kept = format!("сверка {} не сошлась; копия записана заново, сверена {}: та же", at(10), at(17));
        assert!(log.contains("; после: та же") && log.contains(&kept), "{kept}: {log}");
    });
}
