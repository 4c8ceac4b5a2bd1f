//! Sealing: after the last signature, once, into the register and the archive.

use std::process::Command;
use std::sync::Arc;

use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::domain::desk_forms::{About, Bound, SignedEvent, signature_sheet};
use letopis::domain::finding::Verdict;
use letopis::domain::snapshot::Snapshot;
use letopis::domain::statement::Statement;
use letopis::flow::jobs::{self, Outcome, Work, Worker};
use letopis::flow::sign::Desk;
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Error, keys, seal};
use letopis::sign::certificate::{certificate_facts, from_pem};
use letopis::store::{JobState, SealedRow};
use letopis::typeset;
use letopis::vault::{self, Content, Depth};
use tokio::sync::watch;

use super::house::{COPIES, House, after, tell};

#[test]
fn a_copy_that_somebody_has_not_signed_is_not_sealed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let before = house.counts().await;
        let rows = house.db.list_copies().await.expect("copies");
        let refused = seal::seal(&house, &rows, &after(20), |_| {}).await;
        assert!(matches!(refused, Err(Error::State { .. })), "{refused:?}");
        assert_eq!(house.counts().await, before);
        assert_eq!(std::fs::read_dir(house.archive()).expect("the archive").count(), 1, "only its declaration");
    });
}

#[test]
fn a_copy_under_a_former_authority_is_not_sealed_and_the_refusal_speaks_as_that_of_signing() {
    tell(async {
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        keys::replace_authority(&house, &after(19)).await.expect("another authority");
        let row = house.copy(COPIES[0]).await;
        let refused = seal::seal(&house, &[row], &after(20), |_| {}).await.expect_err("it is never sealed").to_string();
        let said = "версия 1 составлена под прежним удостоверяющим центром школы: ждите версию 2";
        assert!(refused.contains(said), "{refused}");
        assert!(house.db.list_register().await.expect("the register").is_empty());
    });
}

#[test]
fn a_sealed_copy_stands_in_the_register_and_in_the_archive_and_is_genuine() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let register = house.db.list_register().await.expect("the register");
        let mut ids: Vec<&str> = register.iter().map(|row| row.line.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, COPIES);
        for row in &register {
            assert_eq!(house.copy(&row.line.id).await.state, State::Sealed);
            assert_eq!(row.line.keep_through, "2031-12-31", "five years after the year's end");
        }
        let report =
            verify_path(&house.archive(), &VerifyOptions { authority: None, full: true, ..Default::default() });
        assert_eq!((report.verdict, report.parts.len()), (Verdict::Valid, 2), "{report:#?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        assert_eq!(std::fs::read_dir(house.staging()).expect("staging").count(), 0);
    });
}

#[test]
fn a_sealed_copy_refuses_a_second_seal() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let before = house.counts().await;
        let copy = house.copy(COPIES[0]).await;
        let refused = seal::seal(&house, &[copy], &after(30), |_| {}).await;
        assert!(matches!(refused, Err(Error::State { .. })), "{refused:?}");
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn register_numbers_run_without_gaps_whatever_was_refused_between() {
    tell(async {
        let house = House::with_issued_copies().await;
        let rows = house.db.list_copies().await.expect("copies");
        seal::seal(&house, &rows, &after(20), |_| {}).await.expect_err("not signed yet");
        house.sign_everything(10).await.expect("signatures");
        let first = house.copy(COPIES[1]).await;
        seal::seal(&house, std::slice::from_ref(&first), &after(20), |_| {}).await.expect("one seal");
        seal::seal(&house, &[first], &after(21), |_| {}).await.expect_err("a stale row seals nothing twice");
        house.seal_everything(22).await.expect("the other seal");
        let register = house.db.list_register().await.expect("the register");
        let numbers: Vec<(u64, &str)> = register.iter().map(|row| (row.line.no, row.line.id.as_str())).collect();
        assert_eq!(numbers, [(1, COPIES[1]), (2, COPIES[0])]);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn two_presses_at_once_seal_once() {
    tell(async {
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        let (one, other) = tokio::join!(house.seal_everything(20), house.seal_everything(20));
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        assert_eq!(house.db.list_register().await.expect("the register").len(), 2);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

/// What came of a job.
async fn came(house: &House, id: &str) -> Outcome {
    let row = house.db.find_job(id).await.expect("a job").expect("it");
    assert_eq!(row.state, JobState::Done, "{}", row.result);
    jobs::outcome(&row).expect("an outcome")
}

#[test]
fn a_press_seals_what_its_page_showed_and_nothing_that_was_signed_later() {
    tell(async {
        let house = House::with_issued_copies().await;
        let sign = async |copy: &str, minutes: i64| {
            let mut desk = Desk::open(&house).await.expect("a desk");
            desk.sign_all(&[copy.to_owned()], &|| after(minutes), |_, _| {}).await.expect("signatures");
        };
        sign(COPIES[0], 10).await;
        // Scans are compared for long; the seal does not wait for that.
        let scans = Work::CompareScans { files: vec!["0".repeat(64)] };
        let scans = jobs::queue(&house, &scans, &after(11)).await.expect("a job");
        let listed = jobs::list(&house, &[&house.copy(COPIES[0]).await]).await.expect("a list");
        let work = Work::Seal { copies: listed };
        let pressed = jobs::queue(&house, &work, &after(12)).await.expect("a job");
        assert!(jobs::queue(&house, &work, &after(12)).await.expect("the same").already, "a double press is one");
        let queued = jobs::pending(&house).await.expect("what waits").seal;
        assert_eq!(queued.into_iter().collect::<Vec<_>>(), [(COPIES[0].to_owned(), 1)]);
        // Signed after the press, while the job waits: the director has not seen it.
        sign(COPIES[1], 13).await;
        let own = Arc::new(letopis::flow::House::open(&house.root).await.expect("the house"));
        let worker = Worker::new(own, Arc::new(|| after(14).at), Arc::default()).expect("a worker");
        let [seals, others] = worker.in_two().expect("two workers");
        let (_keep, mut stop) = watch::channel(false);
        assert!(seals.next(&mut stop).await.expect("the seal"));
        assert!(!seals.next(&mut stop).await.expect("no other seal"));
        let told = came(&house, &pressed.id).await;
        assert!(told.said == "Скреплено печатью: 1\u{a0}копия." && told.refused.is_empty(), "{told:?}");
        assert_eq!(house.copy(COPIES[1]).await.state, State::Signed, "it waits for a press of its own");
        assert_eq!(jobs::pending(&house).await.expect("what waits"), jobs::Pending::default());
        let waits = house.db.find_job(&scans.id).await.expect("a job").expect("it");
        assert_eq!(waits.state, JobState::Waiting);
        assert!(others.next(&mut stop).await.expect("the scans") && !others.next(&mut stop).await.expect("no seal"));

        // The page of before, pressed once more: nothing is sealed twice.
        let again = jobs::queue(&house, &work, &after(15)).await.expect("a job");
        assert!(!again.already && seals.next(&mut stop).await.expect("the second"));
        let told = came(&house, &again.id).await;
        assert!(told.said.contains("Скреплено раньше: 1\u{a0}копия.") && told.refused.is_empty(), "{told:?}");
        assert_eq!(house.db.list_register().await.expect("the register").len(), 1);
        // What is no longer as it was shown, or is gone, is named with the reason, and is not sealed.
        let mut other = jobs::list(&house, &[&house.copy(COPIES[1]).await]).await.expect("a list");
        let gone = jobs::Listed { version: 7, ..other[0].clone() };
        other[0].shown = "0".repeat(16);
        let changed = Work::Seal { copies: vec![other.remove(0), gone] };
        let changed = jobs::queue(&house, &changed, &after(16)).await.expect("a job");
        assert!(seals.next(&mut stop).await.expect("the third"));
        let told = came(&house, &changed.id).await;
        let why: Vec<&str> = told.refused.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(why, ["подписи под ней уже не те, что были при нажатии кнопки", "такой копии больше нет"]);
        assert!(told.nothing && told.said.ends_with("Не скреплено: 2\u{a0}копии."), "{}", told.said);
        assert_eq!(house.copy(COPIES[1]).await.state, State::Signed);
    });
}

#[test]
fn a_record_that_nobody_registered_is_cleared_away_and_a_registered_one_is_finished() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let name = format!("{}-v1", COPIES[0]);
        let (staged, archived) = (house.staging().join(&name), house.archive().join(&name));
        // As a crash right after the commit leaves it: everything but the log's proof and the inventories, still in staging.
        std::fs::rename(&archived, &staged).expect("back into staging");
        for file in ["inventory.json", "inventory.json.sha512", "v1/inventory.json", "v1/inventory.json.sha512"] {
            std::fs::remove_file(staged.join(file)).expect("an inventory goes");
        }
        std::fs::remove_file(staged.join("v1/content/log-proof.txt")).expect("the proof goes");
        super::house::copy_folder(&staged, &house.staging().join("2025-09A-Q1-v1"));
        assert_eq!(seal::finish_pending(&house).await.expect("a finish"), 2);
        assert_eq!(std::fs::read_dir(house.staging()).expect("staging").count(), 0);
        assert!(archived.is_dir() && !house.archive().join("2025-09A-Q1-v1").exists());
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

/// The sheet of signatures as the files of a record give it, and how many statements it has.
fn sheet_of(content: &Content, row: &SealedRow) -> (Vec<u8>, usize) {
    let snapshot = Snapshot::from_bytes(content.bytes(vault::name::SNAPSHOT).expect("a snapshot")).expect("readable");
    let is_statement = |path: &&String| path.starts_with("statements/") && path.ends_with(".txt");
    let event = |path: &String| {
        let bytes = content.bytes(path).expect("a statement");
        let said = Statement::from_signed_bytes(bytes).expect("readable");
        let pem = content.text(&vault::name::of_certificate(&said.signer)).expect("a certificate");
        let facts = certificate_facts(&from_pem(pem).expect("PEM")).expect("readable");
        let event = SignedEvent::of(&said, bytes, &snapshot.route, row.line.version, 0);
        SignedEvent { certificate: facts.serial_hex, file: path.clone(), ..event }
    };
    let events: Vec<SignedEvent> = content.files.keys().filter(is_statement).map(event).collect();
    let issued = content.digest(vault::name::ISSUED_PDF).expect("an issued PDF");
    let about = About::of(&snapshot, snapshot.digest(), &issued.to_hex());
    let form = signature_sheet(&about, &events, Bound::Record);
    (typeset::form(&form, &row.line.sealed_at).expect("pages").pdf, events.len())
}

#[test]
fn a_record_has_a_sheet_of_its_signatures_that_comes_out_of_its_statements_alone() {
    tell(async {
        let house = House::with_sealed_copies().await;
        for row in house.db.list_register().await.expect("the register") {
            let object = house.archive().join(format!("{}-v{}", row.line.id, row.line.version));
            let content = vault::read_object(&object, Depth::Full).content;
            let lying = content.bytes(vault::name::SIGNATURES).expect("a sheet of signatures");
            let (made, statements) = sheet_of(&content, &row);
            assert_eq!(Digest::of(lying), Digest::of(&made), "the same bytes, from the record's own files");
            let place = object.join("v1/content").join(vault::name::SIGNATURES);
            let Ok(told) = Command::new("pdftotext").arg("-layout").arg(&place).arg("-").output() else {
                eprintln!("ПРОПУЩЕНО: нет программы pdftotext");
                continue;
            };
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            // Each line has its time with the offset from UTC (F56), whatever zone the reader lives in.
            assert!(statements > 5 && told.matches("+03:00").count() == statements, "{statements}: {told}");
            for words in ["ЛИСТ ПОДПИСЕЙ", "Служебный адрес", "печать", "sealed.pdf", "log-proof.txt", "statements/01-"]
            {
                assert!(told.contains(words), "{words}: {told}");
            }
            let premis = content.text(vault::name::PREMIS).expect("a description");
            assert!(premis.contains("signatures.pdf") && premis.contains(&Digest::of(lying).to_hex()));
        }
    });
}
