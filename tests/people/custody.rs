//! The custody log on every engine: nobody signs for two, nothing returns without a signature, nothing is vouched for without a comparison.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::audit::EventKind;
use letopis::domain::carrier::{self, Cause, Entry, Kind, Purpose, Refusal, ReturnOrder, Step, TripState};
use letopis::domain::finding::Verdict;
use letopis::domain::people::{OPERATOR, Visitor};
use letopis::domain::rights::Role;
use letopis::flow::backup::{self, Order, Silent, check};
use letopis::flow::carriers::WantedReturn;
use letopis::flow::keys::Keyring;
use letopis::flow::office::forms::Asked;
use letopis::flow::{Error, House, carriers, people};
use letopis::store::{Error as StoreError, PruningRow};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::house::{YEAR, act, after, day, on_every_engine, person_of};
use super::matrix::session_at;
use super::reach::form;
use super::rules::open_on;
use super::shown::read;

pub(super) async fn visitor(house: &House, role: Role) -> Visitor {
    people::visitor(house, person_of(role), true, after(0).date_naive()).await.expect("a visitor")
}

pub(super) async fn sign(house: &House, no: u64, step: Step, role: Role, minutes: i64) -> Result<carrier::Trip, Error> {
    carriers::sign_step(house, no, step, "", &visitor(house, role).await, &act(person_of(role), minutes)).await
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Carrier(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

/// Status and page that a form is answered with.
pub(super) async fn post(address: SocketAddr, path: &str, token: &str, form: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    (status, answer)
}

/// Two disks in two rooms, a code, undertakings of those who take carriers.
pub(super) async fn furnish(house: &House) -> String {
    let roster = house.db.load_roster(YEAR).await.expect("a roster");
    let mut keyring = Keyring::open(house).await.expect("keys");
    keyring
        .provide(house, &roster.school, &roster.staff.iter().collect::<Vec<_>>(), &act("operator", 0))
        .await
        .expect("keys");
    let disks = [1, 2].map(|no| house.root.with_file_name(format!("disk{no}")));
    crate::disks::put_on_the_books(house, &disks, &act("T05", 1)).await;
    for role in [Role::Director, Role::TechnicalSpecialist, Role::Secretary] {
        let visitor = visitor(house, role).await;
        carriers::undertake(house, &visitor, &act(&visitor.account, 3)).await.expect("an undertaking");
    }
    carriers::make_code_of_work(house, crate::disks::WORK, &act(person_of(Role::Director), 4)).await.expect("a code").1
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

        // Back in the safe by the log and still connected: a rehearsal is not refused, and the page says so first.
        let address = open_on(&house, 21).await;
        let token = session_at(&house, person_of(Role::Director), 911_010, 21).await;
        let (status, text) = read(address, "/carriers/code", &token).await;
        let warned = "Носитель Н-1: по журналу носитель в сейфе, а подключён к серверу";
        assert!(status == 200 && text.contains(warned) && !text.contains("Носитель Н-2: по журналу"), "{text}");
        // The log tells of the comparison that found something, with its day and its certificate.
        let (_, text) = read(address, "/carriers/custody", &token).await;
        assert!(text.contains(": не сошлась") && text.contains("/carriers/papers/certificate?no=1"), "{text}");
        // A copy written by name before its period is over is no set: no line calls it the last one, and the form says it before.
        let token = session_at(&house, taker, 911_011, 21).await;
        let (_, text) = read(address, "/carriers", &token).await;
        for words in [
            "Следующий набор — за период, который кончается 24.10.2025",
            "не в счёт: учётный период идёт до 24.10.2025",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    });
}

#[test]
fn earlier_codes_are_listed_with_their_carriers_and_open_data_is_told_until_it_is_gone() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let (taker, disk) = (person_of(Role::TechnicalSpecialist), house.root.with_file_name("disk1"));
        let order = Order::new(Vec::new(), Cause::Week);
        backup::write(&house, &order, &act(taker, 5), Arc::new(Silent)).await.expect("a backup");
        let address = open_on(&house, 6).await;
        let token = session_at(&house, person_of(Role::Director), 911_110, 6).await;
        let (_, text) = read(address, "/carriers/code", &token).await;
        assert!(!text.contains("Копии под прежними кодами"), "{text}");
        let head = person_of(Role::Director);
        carriers::make_code_of_work(&house, crate::disks::WORK, &act(head, 7)).await.expect("another code");
        // Neither disk was ever given out: each is named, with the envelope that opens what stands on it.
        let (_, text) = read(address, "/carriers/code", &token).await;
        for carrier in ["Н-1", "Н-2"] {
            assert!(text.contains(&format!("{carrier}: копию от ")), "{carrier}: {text}");
        }
        assert!(
            text.contains("Копии под прежними кодами") && text.contains("открывает конверт с кодом № 1 от "),
            "{text}"
        );
        assert!(
            text.contains("Запишите копии заново, под новым кодом") && !text.contains("можно уничтожить"),
            "{text}"
        );

        // Somebody unpacked the copy into a folder of the disk: told at each comparison, and on the page until one finds it gone.
        let open = disk.join("разное").join("распаковано");
        std::fs::create_dir_all(&open).expect("a folder");
        std::fs::write(open.join("letopis.db"), b"open").expect("unpacked");
        for (minutes, is_open) in [(8, true), (10, true), (12, false)] {
            if !is_open {
                std::fs::remove_dir_all(&open).expect("taken away");
            }
            let report = check::compare(Some(&house), &disk, None, Arc::new(Silent)).await.expect("a comparison");
            assert_eq!((report.lies_open(), report.verdict), (is_open, Verdict::Valid), "{:?}", report.findings);
            check::keep(&house, carriers::COMPARISON, "Н-1", &report, &act(taker, minutes)).await.expect("on record");
            let (_, text) = read(address, "/carriers", &token).await;
            assert_eq!(text.contains("Открытые данные на носителях"), is_open, "{minutes}: {text}");
            assert_eq!(text.contains("разное/распаковано"), is_open, "{minutes}: {text}");
            // The first screen and the office say it unasked, as they do of a changed copy.
            for (path, words) in
                [("/", "с открытыми данными школы"), ("/office", "Данные школы лежат на носителях открыто")]
            {
                let (_, text) = read(address, path, &token).await;
                assert_eq!(text.contains(words), is_open, "{minutes} {path}: {text}");
            }
            let all = carriers::overview(&house, after(minutes).date_naive()).await.expect("an overview");
            let alarms = all.alarms(&house);
            assert_eq!(alarms.iter().any(|one| one.code == "carriers.open-data"), is_open, "{alarms:?}");
        }
    });
}

#[test]
fn a_page_of_the_code_that_is_sent_again_makes_no_other_code() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let address = open_on(&house, 6).await;
        let token = session_at(&house, person_of(Role::Director), 911_210, 6).await;
        let (_, text) = read(address, "/carriers/code", &token).await;
        assert!(text.contains("name=\"last\" value=\"1\""), "{text}");
        let sent = form(&[("act", "make"), ("last", "1")]);
        let (status, text) = post(address, "/carriers/code", &token, &sent).await;
        assert!(status == 200 && text.contains("Код доступа № 2 к носителям"), "{status} {text}");
        // Reloaded, pressed twice, sent from a window that was left open: the sheet in the envelope stays the newest.
        for act in ["make", "sheet"] {
            let sent = form(&[("act", act), ("last", "1")]);
            let (status, text) = post(address, "/carriers/code", &token, &sent).await;
            assert!(status == 409 && text.contains("Код № 2 уже заведён"), "{status} {text}");
        }
        assert_eq!(house.db.list_codes().await.expect("codes").len(), 2);
        let (_, text) = read(address, "/carriers/code", &token).await;
        assert!(text.contains("копий под ним нет, конверт можно уничтожить"), "nothing was written under № 1: {text}");
    });
}

#[test]
fn one_maker_s_number_stands_on_the_books_once_until_its_carrier_is_written_off() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let place = house.db.list_places().await.expect("places").remove(0).id;
        let disk = house.root.with_file_name("disk3");
        std::fs::create_dir_all(&disk).expect("a disk");
        let again = carriers::Wanted { serial: " DISK1 ".into(), ..crate::disks::wanted(&place, &disk) };
        match refusal(carriers::add_carrier(&house, &again, &act("T05", 5)).await) {
            Refusal::SameSerial(said) => assert!(said.contains("«DISK1» уже у носителя Н-1 «Диск»"), "{said}"),
            other => panic!("{other:?}"),
        }
        // On the page the form comes back unfolded and filled, with the reason above.
        let address = open_on(&house, 6).await;
        let token = session_at(&house, person_of(Role::Secretary), 911_000, 6).await;
        let sent = form(&[
            ("act", "carrier"),
            ("kind", "disk"),
            ("label", "Диск с новой наклейкой"),
            ("serial", "disk1"),
            ("purpose", "second"),
            ("place", place.as_str()),
        ]);
        let (status, text) = post(address, "/carriers", &token, &sent).await;
        assert!(status == 422 && text.contains("уже у носителя Н-1") && text.contains("value=\"disk1\""), "{text}");
        assert!(text.contains("id=\"new-carrier\" open") && text.contains("Диск с новой наклейкой"), "{text}");
        carriers::write_off(&house, "Н-1", "акт № 1", &act("T05", 6)).await.expect("written off");
        assert_eq!(carriers::add_carrier(&house, &again, &act("T05", 7)).await.expect("a carrier"), "Н-3");
    });
}

#[test]
fn the_ledger_says_what_really_changed_and_a_folder_that_is_entered_is_no_move() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let places = house.db.list_places().await.expect("places");
        let (disk, other) = (house.root.with_file_name("disk3"), house.root.with_file_name("disk4"));
        for folder in [&disk, &other] {
            std::fs::create_dir_all(folder).expect("a disk");
        }
        let idle = carriers::Wanted { path: String::new(), ..crate::disks::wanted(&places[0].id, &disk) };
        let id = carriers::add_carrier(&house, &idle, &act("T05", 5)).await.expect("a carrier");
        let (disk, other) = (disk.to_string_lossy().into_owned(), other.to_string_lossy().into_owned());
        let save = async |place: &str, path: &str, note: &str, minutes: i64| {
            carriers::move_carrier(&house, &id, place, path, note, &act("T05", minutes)).await
        };
        assert_eq!(save("", &disk, "", 6).await.expect("a folder"), Entry::FolderSet);
        assert_eq!(save(&places[0].id, &other, "", 7).await.expect("another folder"), Entry::FolderChanged);
        assert_eq!(save("", "", "новая наклейка", 8).await.expect("a remark"), Entry::Clarified);
        assert_eq!(save(&places[1].id, "", "", 9).await.expect("a move"), Entry::Moved);
        match refusal(save("", "", " ", 10).await) {
            Refusal::Field(said) => assert!(said.contains("ничего не изменено"), "{said}"),
            unexpected => panic!("{unexpected:?}"),
        }
        let ledger = letopis::flow::office::forms::make(&house, "carrier-ledger", &Asked::new(), &act("T05", 11)).await;
        let ledger = ledger.expect("the ledger").to_string();
        let told = ["указана папка", "изменена папка", "уточнено", "перемещён", "новая наклейка"];
        assert!(told.iter().all(|words| ledger.contains(words)), "{ledger}");
        assert!(ledger.contains(&format!("папка на сервере: {disk}")), "{ledger}");
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
        // Each page says so: the one of carriers, and the log beside its own button.
        let address = open_on(&house, 12).await;
        let token = session_at(&house, taker, 911_020, 12).await;
        let (_, text) = read(address, "/carriers", &token).await;
        assert!(text.contains("сверка, сделанная до выдачи, для заверения не считается"), "{text}");
        let (_, text) = read(address, "/carriers/custody", &token).await;
        for words in ["После выдачи копия ещё не сверена, прежняя сверка не в счёт", "Кнопка «Сверить» — здесь, выше"]
        {
            assert!(text.contains(words) && text.contains("value=\"compare\""), "{words}: {text}");
        }
        let trips = house.db.list_trips().await.expect("trips");
        assert!(carrier::overdue(&trips, day("2025-10-03")).is_empty(), "the day after is in time");
        assert_eq!(carrier::overdue(&trips, day("2025-10-04")).len(), 1, "two days out are late");

        // Nobody has compared it: whoever takes it into the safe is told so before and after, and is not refused.
        sign(&house, no, Step::Returned, Role::TechnicalSpecialist, 13).await.expect("returned");
        let address = open_on(&house, 14).await;
        let token = session_at(&house, person_of(Role::Secretary), 911_021, 14).await;
        let (_, text) = read(address, "/carriers/custody", &token).await;
        for words in [
            "После выдачи самую новую копию на носителе Н-1 не сверяли с записями «Летописи». Принять его в сейф можно.",
            "Сверяет администратор, технический специалист или ",
            "href=\"/carriers#carriers\"",
            "value=\"accepted\"",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let trip = no.to_string();
        let sent = form(&[("act", "sign"), ("trip", trip.as_str()), ("step", "accepted"), ("note", "")]);
        let (status, answer) = post(address, "/carriers/custody", &token, &sent).await;
        assert_eq!(status, 303, "{answer}");
        let (_, text) = read(address, "/carriers/custody", &token).await;
        assert!(text.contains("Носитель Н-1 принят без сверки") && !text.contains("value=\"accepted\""), "{text}");
        // The page of earlier copies names the rule in the words of the page of rules, by no key.
        let (_, text) = read(address, "/carriers/prune", &token).await;
        assert!(text.contains("За сколько последних недель носитель хранит по копии"), "{text}");
        assert!(!text.contains("backup.keep_"), "{text}");
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

/// A taker who left cannot sign and neither can anybody in the own name: the director's order says who brings the carrier back, from whom
/// and on what ground; the return still has its two sides.
#[test]
fn a_carrier_of_somebody_who_left_comes_back_by_the_director_s_order_and_the_log_says_so() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        let keeper = person_of(Role::JournalKeeper);
        let no = carriers::ask(&house, "Н-1", "запись копии", None, &act(taker, 7)).await.expect("a line");
        sign(&house, no, Step::KeyGiven, Role::Director, 8).await.expect("the key");
        sign(&house, no, Step::Handed, Role::Secretary, 9).await.expect("handed");
        sign(&house, no, Step::Taken, Role::TechnicalSpecialist, 10).await.expect("taken");
        // A second line that was asked for and went no further.
        let waiting = carriers::ask(&house, "Н-2", "сверка", None, &act(taker, 11)).await.expect("a line");

        let wanted = |person: &str| WantedReturn {
            person: person.to_owned(),
            from: "из стола уволенного, вскрытого комиссией".into(),
            ground: "приказ от 02.10.2025 № 41-к".into(),
        };
        let order = async |no: u64, wanted: &WantedReturn, role: Role, minutes: i64| {
            let by = visitor(&house, role).await;
            carriers::order_return(&house, no, wanted, &by, &act(person_of(role), minutes)).await
        };
        // While the taker works here, the taker brings it back.
        let early = refusal(order(no, &wanted(keeper), Role::Director, 12).await);
        assert!(matches!(early, Refusal::StillHere(_)), "{early:?}");
        let last_day = day("2025-10-01");
        let by = act("operator", 13);
        people::end_listed(&house, taker, Role::TechnicalSpecialist, last_day, "41-к", &by).await.expect("dismissed");
        assert!(visitor(&house, Role::TechnicalSpecialist).await.offices.is_empty(), "no office is left");

        let others = refusal(order(no, &wanted(keeper), Role::Secretary, 14).await);
        assert!(matches!(others, Refusal::NotTheOffice { .. }), "{others:?}");
        // Not who handed it over, not the director, nobody without a ground, nobody who does not sign the log.
        for hand in [person_of(Role::Secretary), person_of(Role::Director)] {
            assert_eq!(refusal(order(no, &wanted(hand), Role::Director, 15).await), Refusal::OneHand, "{hand}");
        }
        let groundless = WantedReturn { ground: String::new(), ..wanted(keeper) };
        assert!(matches!(refusal(order(no, &groundless, Role::Director, 15).await), Refusal::Field(_)));
        assert!(matches!(refusal(order(no, &wanted("T03"), Role::Director, 15).await), Refusal::Field(_)));
        assert_eq!(
            refusal(sign(&house, no, Step::Returned, Role::JournalKeeper, 16).await),
            Refusal::NotTheTaker(taker.into()),
            "nobody brings it back without the order"
        );

        let trip = order(no, &wanted(keeper), Role::Director, 17).await.expect("the order");
        assert_eq!((trip.giver(), trip.is_out()), (keeper, true));
        assert_eq!(
            refusal(sign(&house, no, Step::Returned, Role::JournalKeeper, 18).await),
            Refusal::NoUndertaking,
            "who has the data in the own hands has undertaken"
        );
        let by = visitor(&house, Role::JournalKeeper).await;
        carriers::undertake(&house, &by, &act(keeper, 19)).await.expect("an undertaking");
        let trip = sign(&house, no, Step::Returned, Role::JournalKeeper, 20).await.expect("returned");
        assert!(trip.is_out(), "one side is not enough");
        sign(&house, no, Step::Accepted, Role::Secretary, 21).await.expect("accepted");
        sign(&house, no, Step::KeyBack, Role::Director, 22).await.expect("the key");

        // The line that never left the safe is closed by an order, and the carrier is free again.
        let closed = order(waiting, &wanted(""), Role::Director, 23).await.expect("closed");
        assert_eq!(closed.state(), TripState::Over);
        carriers::ask(&house, "Н-2", "сверка", None, &act(keeper, 24)).await.expect("free again");

        let all = carriers::overview(&house, after(25).date_naive()).await.expect("all");
        assert_eq!(all.trips[0].state(), TripState::Over);
        let log = letopis::flow::office::forms::make(&house, "custody-log", &Asked::new(), &act("operator", 26)).await;
        let log = log.expect("the log").to_string();
        // Each side of the handing over with the office in which it signed.
        for words in [
            "приказ от 02.10.2025 № 41-к: взявший уволен; сдаёт",
            "из стола уволенного",
            "носитель не выдан",
            ", технический специалист, ",
            ", секретарь, ",
        ] {
            assert!(log.contains(words), "{words}: {log}");
        }
        // The database keeps the order as it keeps the signatures.
        let again = ReturnOrder { person: person_of(Role::Secretary).into(), ..all.trips[0].orders[0].clone() };
        let mut tx = house.db.begin().await.expect("a turn");
        let two_sides = tx.record_custody_order(no, 2, &again).await;
        assert!(matches!(two_sides, Err(StoreError::AppendOnly(_))), "{two_sides:?}");
        drop(tx);
        assert!(house.db.list_guard_faults().await.expect("guards").is_empty());
    });
}

/// A copy of the schedule is written on a disk that should have been back: data come first, and whoever answers for the safe is told.
#[test]
fn a_copy_of_the_schedule_on_a_carrier_that_is_late_is_written_and_told() {
    const LATER: i64 = 9 * 24 * 60;
    on_every_engine(|house| async move {
        furnish(&house).await;
        let taker = person_of(Role::TechnicalSpecialist);
        let no = carriers::ask(&house, "Н-1", "перенос", None, &act(taker, 7)).await.expect("a line");
        sign(&house, no, Step::KeyGiven, Role::Director, 8).await.expect("the key");
        sign(&house, no, Step::Handed, Role::Secretary, 9).await.expect("handed");
        sign(&house, no, Step::Taken, Role::TechnicalSpecialist, 10).await.expect("taken");

        let written = backup::daily(&house, &act(OPERATOR, LATER)).await.expect("a backup");
        assert!(written.iter().any(|one| one.row.carriers.iter().any(|id| id == "Н-1")), "written all the same");
        let words = "записано автоматически, хотя носитель не возвращён в срок";
        let told: Vec<&String> = written.iter().flat_map(|one| &one.outside).collect();
        assert!(!told.is_empty() && told.iter().all(|one| one.contains("Н-1") && one.contains(words)), "{told:?}");

        let log = letopis::flow::office::forms::make(&house, "custody-log", &Asked::new(), &act(OPERATOR, LATER)).await;
        let log = log.expect("the log").to_string();
        assert!(log.contains(words) && log.contains("вернуть до 03.10.2025"), "{log}");

        let address = open_on(&house, LATER + 1).await;
        for (number, role) in (910_000..).zip([Role::Secretary, Role::Director]) {
            let token = session_at(&house, person_of(role), number, LATER + 1).await;
            for page in ["/", "/office", "/carriers", "/carriers/custody"] {
                let (status, text) = read(address, page, &token).await;
                assert!(status == 200 && text.contains(words), "{role:?} {page}: {text}");
            }
            assert!(!read(address, "/office/files", &token).await.1.contains("ваша часть"), "{role:?}");
        }
        // The specialist, whose part of the transfer is the copy, finds on the page of files what leads there.
        let token = session_at(&house, taker, 910_010, LATER + 1).await;
        // Comparing stands above giving back, and the page says what is still awaited.
        let (_, text) = read(address, "/carriers/custody", &token).await;
        let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
        assert!(at("value=\"compare\"") < at("value=\"returned\"") && text.contains("Копия ещё не сверена"), "{text}");
        let (_, text) = read(address, "/office/files", &token).await;
        assert!(text.contains("Передача данных в архив: ваша часть") && text.contains("/carriers#plan"), "{text}");
        assert!(text.contains("записывает директор или секретарь"), "{text}");

        // The day on which the next one is due: the first screen says what the plan says.
        let today = act(OPERATOR, LATER).at.date_naive();
        let plan = carriers::overview(&house, today).await.expect("a plan").plan;
        let coming = plan.duties.iter().filter_map(|duty| duty.due).filter(|due| *due > today);
        let minutes = LATER + (coming.min().expect("a next one") - today).num_days() * 24 * 60;
        let address = open_on(&house, minutes).await;
        let token = session_at(&house, taker, 910_020, minutes).await;
        let (_, first) = read(address, "/", &token).await;
        assert!(first.contains(": срок сегодня") && first.contains("href=\"/carriers#plan\""), "{first}");
    });
}
