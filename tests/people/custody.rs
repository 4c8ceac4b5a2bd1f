//! The custody log on every engine: nobody signs for two, nothing returns without a signature, nothing is vouched for without a comparison.

use std::sync::Arc;

use letopis::domain::audit::EventKind;
use letopis::domain::carrier::{self, Cause, Kind, Purpose, Refusal, Step, TripState};
use letopis::domain::finding::Verdict;
use letopis::domain::people::Visitor;
use letopis::domain::rights::Role;
use letopis::flow::backup::{self, Order, Silent, check};
use letopis::flow::keys::Keyring;
use letopis::flow::{Error, House, carriers, people};
use letopis::store::{Error as StoreError, PruningRow};

use super::house::{YEAR, act, after, day, on_every_engine, person_of};

async fn visitor(house: &House, role: Role) -> Visitor {
    people::visitor(house, person_of(role), true, after(0).date_naive()).await.expect("a visitor")
}

async fn sign(house: &House, no: u64, step: Step, role: Role, minutes: i64) -> Result<carrier::Trip, Error> {
    carriers::sign_step(house, no, step, "", &visitor(house, role).await, &act(person_of(role), minutes)).await
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Carrier(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

/// Two disks in two rooms, a code, undertakings of those who take carriers.
async fn furnish(house: &House) -> String {
    let roster = house.db.load_roster(YEAR).await.expect("a roster");
    let mut keyring = Keyring::open(house).await.expect("keys");
    keyring.provide(house, &roster.school, &roster.staff, &act("operator", 0)).await.expect("keys");
    let disks = [1, 2].map(|no| house.root.with_file_name(format!("disk{no}")));
    crate::disks::put_on_the_books(house, &disks, &act("T05", 1)).await;
    for role in [Role::Director, Role::TechnicalSpecialist, Role::Secretary] {
        let visitor = visitor(house, role).await;
        carriers::undertake(house, &visitor, &act(&visitor.account, 3)).await.expect("an undertaking");
    }
    carriers::make_code(house, &act(person_of(Role::Director), 4)).await.expect("a code").1
}

#[test]
fn a_disk_s_trip_has_two_sides_at_each_door_and_is_certified_only_after_a_comparison() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let (taker, disk) = (person_of(Role::TechnicalSpecialist), house.root.with_file_name("disk1"));
        let unsworn = carriers::ask(&house, "Н-1", "запись копии", None, &act(person_of(Role::Administrator), 5)).await;
        assert_eq!(refusal(unsworn), Refusal::NoUndertaking);
        let no = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 5)).await.expect("a line");
        let again = carriers::ask(&house, "Н-1", "ещё раз", None, &act(taker, 6)).await;
        assert_eq!(refusal(again), Refusal::Out { carrier: "Н-1".into(), trip: no });

        // Out of order, by another office, by the taker himself: nobody passes.
        for (step, role) in [
            (Step::Taken, Role::TechnicalSpecialist),
            (Step::Handed, Role::Secretary),
            (Step::KeyGiven, Role::Secretary),
            (Step::KeyGiven, Role::TechnicalSpecialist),
            (Step::Accepted, Role::Secretary),
        ] {
            refusal(sign(&house, no, step, role, 7).await);
        }
        sign(&house, no, Step::KeyGiven, Role::Director, 8).await.expect("the key");
        refusal(sign(&house, no, Step::Handed, Role::Director, 9).await);
        sign(&house, no, Step::Handed, Role::Secretary, 9).await.expect("handed");
        refusal(sign(&house, no, Step::Taken, Role::Secretary, 10).await);
        let trip = sign(&house, no, Step::Taken, Role::TechnicalSpecialist, 10).await.expect("taken");
        assert_eq!(trip.state(), TripState::Out);

        assert_eq!(
            refusal(sign(&house, no, Step::Certified, Role::TechnicalSpecialist, 11).await),
            Refusal::NotCompared("Н-1".into())
        );
        let order = Order::new(Vec::new(), Cause::Period);
        let written = backup::write(&house, &order, &act(taker, 12), Arc::new(Silent)).await.expect("a backup");
        assert_eq!(written.row.carriers, ["Н-1", "Н-2"]);
        assert_eq!(
            refusal(sign(&house, no, Step::Certified, Role::TechnicalSpecialist, 12).await),
            Refusal::NotCompared("Н-1".into())
        );

        // A carrier that somebody changed cannot be certified; the genuine one can.
        let part = disk.join(&written.row.id).join("copy.tar.gz.age.001");
        let genuine = std::fs::read(&part).expect("a part");
        let mut spoiled = genuine.clone();
        spoiled[genuine.len() / 2] ^= 1;
        for (bytes, verdict) in [(&spoiled, Verdict::Altered), (&genuine, Verdict::Valid)] {
            std::fs::write(&part, bytes).expect("a part");
            let report = check::compare(Some(&house), &disk, None, Arc::new(Silent)).await.expect("a comparison");
            assert_eq!(report.verdict, verdict, "{:?}", report.findings);
            check::keep(&house, carriers::COMPARISON, "Н-1", &report, &act(taker, 13)).await.expect("on record");
            let certified = sign(&house, no, Step::Certified, Role::TechnicalSpecialist, 14).await;
            match verdict {
                Verdict::Valid => drop(certified.expect("certified")),
                _ => assert_eq!(refusal(certified), Refusal::Differs("Н-1".into())),
            }
        }

        refusal(sign(&house, no, Step::Accepted, Role::Secretary, 15).await);
        let trip = sign(&house, no, Step::Returned, Role::TechnicalSpecialist, 16).await.expect("returned");
        assert!(trip.is_out(), "without the secretary's signature it is not back");
        sign(&house, no, Step::Accepted, Role::Secretary, 17).await.expect("accepted");
        sign(&house, no, Step::KeyBack, Role::Director, 18).await.expect("the key is back");
        let all = carriers::overview(&house, after(20).date_naive()).await.expect("an overview");
        assert_eq!((all.trips[0].state(), all.trips[0].steps.len()), (TripState::Over, 7));
        assert_eq!(all.checks.len(), 2);
    });
}

#[test]
fn neither_a_contractor_nor_an_inspector_nor_a_parent_gets_a_carrier_or_its_key() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let place = house.db.list_places().await.expect("places").remove(0).id;
        let key = carriers::Wanted {
            kind: Kind::Key,
            label: "Ключ от сейфа".into(),
            serial: String::new(),
            capacity: String::new(),
            purpose: Purpose::Working,
            place,
            path: String::new(),
        };
        let key = carriers::add_carrier(&house, &key, &act("T05", 5)).await.expect("a key on the books");
        for outsider in ["подрядчик-1", person_of(Role::Inspector), person_of(Role::Parent)] {
            for what in ["Н-1", key.as_str()] {
                let asked = carriers::ask(&house, what, "ремонт", None, &act(outsider, 6)).await;
                assert_eq!(refusal(asked), Refusal::NotStaff, "{outsider} {what}");
            }
        }
        // A key of one's own people goes the same way as a disk, and nothing is written on it.
        let no =
            carriers::ask(&house, &key, "вскрытие сейфа", None, &act(person_of(Role::TechnicalSpecialist), 7)).await;
        sign(&house, no.expect("a line"), Step::KeyGiven, Role::Director, 8).await.expect("the key");
        assert!(
            house.db.list_carriers().await.expect("carriers").iter().any(|one| one.id == key && !one.takes_copies())
        );
    });
}

#[test]
fn a_copy_taken_off_is_a_row_that_stays_and_stands_once() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let row = |carrier: &str| PruningRow {
            carrier: carrier.into(),
            backup: "letopis-school-20251001-120000".into(),
            rule: "хранятся копии за недель: 2".into(),
            at: act("T01", 9).moment(),
            by: "T01".into(),
        };
        let event = || letopis::domain::audit::Event::new(EventKind::BackupPruned, "T01", &act("T01", 9).moment());
        let mut tx = house.db.begin().await.expect("a turn");
        for carrier in ["Н-1", "Н-2"] {
            tx.record_pruning(&row(carrier)).await.expect("a row");
        }
        tx.record(&event(), [1; 16]).await.expect("an event").commit().await.expect("a commit");
        assert_eq!(house.db.list_prunings().await.expect("rows"), [row("Н-1"), row("Н-2")]);
        let mut tx = house.db.begin().await.expect("a turn");
        let twice = tx.record_pruning(&row("Н-1")).await;
        assert!(matches!(twice, Err(StoreError::Duplicate)), "{twice:?}");
    });
}

#[test]
fn a_disk_out_for_two_days_is_late_and_a_comparison_before_the_trip_vouches_for_nothing() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        backup::write(&house, &Order::new(Vec::new(), Cause::Week), &act(taker, 5), Arc::new(Silent))
            .await
            .expect("a backup");
        let disk = house.root.with_file_name("disk1");
        let report = check::compare(Some(&house), &disk, None, Arc::new(Silent)).await.expect("a comparison");
        check::keep(&house, carriers::COMPARISON, "Н-1", &report, &act(taker, 6)).await.expect("on record");
        let no = carriers::ask(&house, "Н-1", "перенос", None, &act(taker, 7)).await.expect("a line");
        sign(&house, no, Step::KeyGiven, Role::Director, 8).await.expect("the key");
        sign(&house, no, Step::Handed, Role::Secretary, 9).await.expect("handed");
        sign(&house, no, Step::Taken, Role::TechnicalSpecialist, 10).await.expect("taken");
        assert_eq!(
            refusal(sign(&house, no, Step::Certified, Role::TechnicalSpecialist, 11).await),
            Refusal::NotCompared("Н-1".into())
        );
        let trips = house.db.list_trips().await.expect("trips");
        assert!(carrier::overdue(&trips, day("2025-10-03")).is_empty(), "the day after is in time");
        assert_eq!(carrier::overdue(&trips, day("2025-10-04")).len(), 1, "two days out are late");
    });
}

#[test]
fn the_database_itself_lets_nobody_stand_on_both_sides_or_rub_out_a_line() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        let no = carriers::ask(&house, "Н-1", "перенос", None, &act(taker, 7)).await.expect("a line");
        let trip = house.db.list_trips().await.expect("trips").remove(0);
        let signed = |step, person: &str| carrier::Signed {
            step,
            person: person.to_owned(),
            office: String::new(),
            note: String::new(),
            at: act(person, 8).moment(),
        };
        let mut tx = house.db.begin().await.expect("a turn");
        tx.record_custody_step(no, &signed(Step::Handed, taker)).await.expect("past the rules of flow");
        let both = tx.record_custody_step(no, &signed(Step::Taken, taker)).await;
        assert!(matches!(both, Err(StoreError::AppendOnly(_))), "{both:?}");
        drop(tx);
        let mut tx = house.db.begin().await.expect("a turn");
        let twice = tx.record_trip(&trip, taker).await;
        assert!(matches!(twice, Err(StoreError::Duplicate)), "{twice:?}");
        drop(tx);
        assert!(house.db.list_guard_faults().await.expect("guards").is_empty());
    });
}
