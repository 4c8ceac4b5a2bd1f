//! The audit log under attack: a row changed, taken out, put elsewhere; a whole house put back to yesterday.

use letopis::domain::checkpoint::Checkpoint;
use letopis::domain::finding::Finding;
use letopis::flow::keys::Keyring;
use letopis::flow::{House as Kept, log};

use super::house::{COPIES, House, after, tell};
use super::intruder::Intruder;

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

async fn after_sql(statements: &[&str]) -> (House, Vec<Finding>) {
    let house = House::with_sealed_copies().await;
    assert_eq!(log::verify(&house).await.expect("a check"), []);
    let sql = Intruder::without_guards(&house.root).await;
    for statement in statements {
        assert!(sql.run(statement).await > 0, "{statement}");
    }
    let findings = log::verify(&house).await.expect("a check");
    (house, findings)
}

async fn checkpoint(house: &House) -> Checkpoint {
    let keyring = Keyring::open(house).await.expect("keys");
    log::checkpoint(house, &keyring, &after(50)).await.expect("a checkpoint")
}

/// What a checkpoint in hand says of a house's log of today.
async fn against(house: &Kept, old: &Checkpoint) -> Option<Finding> {
    let leaves = log::leaves(&house.db.list_log().await.expect("the log"));
    log::contained(old, &leaves, format!("контрольная точка {}", old.size))
}

#[test]
fn an_entry_that_was_changed_is_named_by_number() {
    tell(async {
        let (_, found) =
            after_sql(&["update log_entries set payload = replace(payload, 'operator', 'T00001') where idx = 0"]).await;
        assert!(codes(&found).contains(&"log.entry-altered"), "{found:#?}");
        assert!(found[0].place.contains("запись 0"), "{found:#?}");
    });
}

#[test]
fn an_entry_changed_together_with_its_hash_is_seen_by_root_and_checkpoints() {
    tell(async {
        let leaf = "update log_entries set payload = (select payload from log_entries where idx = 1), \
                    salt = (select salt from log_entries where idx = 1), leaf = (select leaf from log_entries where idx = 1) \
                    where idx = 2";
        let (_, found) = after_sql(&[leaf]).await;
        assert!(codes(&found).contains(&"log.root") && codes(&found).contains(&"log.rewritten"), "{found:#?}");
    });
}

#[test]
fn an_entry_taken_out_of_the_middle_or_off_the_end_is_seen() {
    tell(async {
        let (_, found) = after_sql(&["delete from log_entries where idx = 3"]).await;
        for code in ["log.gap", "log.length", "log.root"] {
            assert!(codes(&found).contains(&code), "{code}: {found:#?}");
        }
        let (_, found) = after_sql(&["delete from log_entries where idx = (select max(idx) from log_entries)"]).await;
        for code in ["log.length", "log.root", "log.rolled-back"] {
            assert!(codes(&found).contains(&code), "{code}: {found:#?}");
        }
    });
}

#[test]
fn two_entries_that_changed_places_are_seen() {
    tell(async {
        let swap = [
            "update log_entries set idx = -1 where idx = 4",
            "update log_entries set idx = 4 where idx = 5",
            "update log_entries set idx = 5 where idx = -1",
        ];
        let (_, found) = after_sql(&swap).await;
        assert!(codes(&found).contains(&"log.root"), "{found:#?}");
    });
}

#[test]
fn a_checkpoint_that_was_changed_is_a_false_signature() {
    tell(async {
        let (_, found) = after_sql(&["update checkpoints set note = replace(note, 'story', 'stori')"]).await;
        assert!(codes(&found).contains(&"log.checkpoint-signature"), "{found:#?}");
    });
}

#[test]
fn a_log_cut_short_with_its_head_and_checkpoints_is_given_away_by_the_sealed_records() {
    tell(async {
        let house = House::with_issued_copies().await;
        let (size, _) = house.db.log_state().await.expect("a state");
        let head = Intruder::at(&house.root).await.ask("select frontier from log_head").await.remove(0);
        house.sign_everything(10).await.expect("signatures");
        house.seal_everything(20).await.expect("seals");
        let sql = Intruder::without_guards(&house.root).await;
        sql.run(&format!("delete from log_entries where idx >= {size}")).await;
        sql.run(&format!("delete from checkpoints where size > {size}")).await;
        sql.run(&format!("update log_head set size = {size}, frontier = '{head}'")).await;
        let found = house.doctor().await.join("\n");
        assert!(found.contains("журнал") && found.contains(COPIES[0]) && found.contains(COPIES[1]), "{found}");
    });
}

#[test]
fn a_house_put_back_to_yesterday_does_not_contain_the_checkpoint_on_the_sheet_in_the_safe() {
    tell(async {
        let house = House::with_issued_copies().await.reopened().await;
        let yesterday = house.outside("yesterday");
        super::house::copy_folder(&house.root, &yesterday);
        house.sign_everything(10).await.expect("signatures");
        house.seal_everything(20).await.expect("seals");
        let sheet = checkpoint(&house).await;
        assert_eq!(against(&house, &sheet).await, None);

        let back = Kept::open(&yesterday).await.expect("yesterday's house opens");
        assert_eq!(log::verify(&back).await.expect("a check"), [], "in itself it is right");
        assert_eq!(against(&back, &sheet).await.expect("a finding").code, "log.rolled-back");

        // Somebody lives on in yesterday's house until its log is as long as the real one.
        let rows = back.db.list_copies().await.expect("copies");
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let mut desk = letopis::flow::sign::Desk::open(&back).await.expect("a table");
        desk.sign_all(&ids, &|| after(70), |_, _| {}).await.expect("signatures");
        let signed = back.db.list_copies().await.expect("copies");
        letopis::flow::seal::seal(&back, &signed, &after(80), |_| {}).await.expect("seals");
        assert!(back.db.log_state().await.expect("a state").0 >= sheet.size);
        assert_eq!(against(&back, &sheet).await.expect("a finding").code, "log.rewritten");
    });
}

#[test]
fn a_database_of_yesterday_beside_the_archive_of_today_is_noticed_by_the_doctor() {
    tell(async {
        let house = House::with_issued_copies().await.reopened().await;
        let yesterday = house.outside("yesterday");
        super::house::copy_folder(&house.root, &yesterday);
        house.sign_everything(10).await.expect("signatures");
        house.seal_everything(20).await.expect("seals");
        for id in COPIES {
            let name = format!("{id}-v1");
            super::house::copy_folder(&house.archive().join(&name), &yesterday.join("archive").join(&name));
        }
        let back = Kept::open(&yesterday).await.expect("yesterday's house opens");
        let found = letopis::flow::doctor::examine(&back, &after(90)).await.expect("an examination").findings;
        let unknown: Vec<&Finding> = found.iter().filter(|f| f.code == "doctor.object-unknown").collect();
        assert_eq!(unknown.len(), 2, "{found:#?}");
        // What people read first: the database is older than the archive, and what to do.
        let first = found.first().expect("a finding");
        assert_eq!(first.code, "log.rolled-back", "{found:#?}");
        for words in ["база данных старше архива", "последняя контрольная точка базы", "резервную копию"]
        {
            assert!(first.message.contains(words), "{words}: {first:#?}");
        }
        let alone = log::verify(&back).await.expect("a check");
        assert!(codes(&alone).contains(&"log.rolled-back") || codes(&alone).contains(&"log.rewritten"), "{alone:#?}");

        // A file of a copy that only a newer database knows.
        let pdf = b"%PDF-1.7 of a copy that was issued later";
        let name = format!("2025-05A-Q3-v1-{}.pdf", &letopis::domain::canon::Digest::of(pdf).to_hex()[..16]);
        std::fs::write(back.root.join("issued").join(&name), pdf).expect("a file");
        std::fs::write(back.root.join("issued/2025-05A-Q3-v1-0000000000000000.pdf"), pdf).expect("a file");
        let found = letopis::flow::doctor::examine(&back, &after(91)).await.expect("an examination").findings;
        let lost: Vec<&Finding> = found.iter().filter(|f| f.code == "doctor.issued-unknown").collect();
        assert!(lost.len() == 1 && lost[0].place.contains(&name), "a name alone proves nothing: {found:#?}");
        assert!(lost[0].message.contains("2025-05A-Q3 версии 1"), "{lost:#?}");
    });
}

#[test]
fn any_entry_can_be_proven_and_the_proof_leads_to_a_signed_checkpoint() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let size = house.db.log_state().await.expect("a state").0;
        for index in 0..size {
            let proof = log::prove(&house, index, &after(50)).await.expect("an answer").expect("a proof");
            let body = proof.note.split("\n\n").next().expect("a body");
            let checkpoint = Checkpoint::parse(&format!("{body}\n")).expect("a checkpoint");
            assert!(proof.leads_to(&checkpoint), "{index}");
        }
        assert_eq!(log::prove(&house, size, &after(50)).await.expect("an answer"), None);
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn a_checkpoint_is_signed_once_a_day_and_only_when_the_log_grew() {
    tell(async {
        let empty = House::empty().await;
        assert_eq!(log::daily_checkpoint(&empty, &after(0)).await.expect("no keys yet"), None);
        let house = House::with_journal().await;
        let first = log::daily_checkpoint(&house, &after(0)).await.expect("an answer").expect("the day's first");
        assert_eq!(first.size, house.db.log_state().await.expect("a state").0);
        assert_eq!(log::daily_checkpoint(&house, &after(60)).await.expect("an answer"), None, "one a day");
        const DAY: i64 = 24 * 60;
        assert_eq!(log::daily_checkpoint(&house, &after(DAY)).await.expect("an answer"), None, "nothing happened");
        house.close("Q1", &["5А"], None).await.expect("a closing");
        assert!(log::daily_checkpoint(&house, &after(DAY)).await.expect("an answer").is_some(), "the next day's");
        assert_eq!(house.db.list_checkpoints().await.expect("checkpoints").len(), 2);
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}
