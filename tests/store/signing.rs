//! The signing desk's rows on every engine: refusals, remarks, kept statements, looks, notices, revocations, scans, reminders, letters.

use letopis::domain::audit::{Event, EventKind};
use letopis::domain::copy::State;
use letopis::store::{
    Db, Error, KeptRow, NewLetter, PaperStageRow, RemarkRow, RevocationRow, SeenRow, StatementRow, Tx,
};

use crate::engines::{AT, on_every_engine};
use crate::{close, import, journal};

async fn commit(tx: Tx, salt: u8) {
    let event = Event::new(EventKind::StatementSigned, "operator", AT);
    tx.record(&event, [salt; 16]).await.expect("an event").commit().await.expect("a commit");
}

fn statement(stage: &str, signer: &str, verdict: &str) -> StatementRow {
    StatementRow {
        stage: stage.into(),
        signer: signer.into(),
        body: format!("слова {signer}"),
        signature: "c2ln".into(),
        certificate: "cc".into(),
        signed_at: AT.into(),
        verdict: verdict.into(),
        version: 1,
        kept: Vec::new(),
    }
}

async fn issued(db: &Db) -> String {
    import(db, &journal()).await.expect("an import");
    close(db).await;
    db.list_copies().await.expect("copies").pop().expect("a copy").id
}

#[test]
fn a_refusal_stands_beside_the_signature_of_the_same_person_and_both_stay() {
    on_every_engine(|db| async move {
        let copy = issued(&db).await;
        let (signed, refused) =
            (statement("subject_teacher", "T1", "checked_and_correct"), statement("subject_teacher", "T1", "refused"));
        let mut tx = db.begin().await.expect("a turn");
        tx.record_statement(&copy, 1, &signed).await.expect("a statement");
        tx.record_refusal(&copy, 1, &refused).await.expect("a refusal");
        let remark = RemarkRow {
            copy: copy.clone(),
            version: 1,
            stage: "subject_teacher".into(),
            signer: "T1".into(),
            sheet: "course-C1".into(),
            category: "mark".into(),
            remark: "не та отметка".into(),
        };
        tx.record_remark(&remark).await.expect("a remark");
        commit(tx, 3).await;
        assert_eq!(db.list_remarks(&copy).await.expect("remarks"), [remark]);
        let said = db.list_statements(&copy, 1).await.expect("statements");
        assert_eq!(said.len(), 2);
        assert!(said.contains(&signed) && said.contains(&refused), "{said:?}");
        let mut tx = db.begin().await.expect("a turn");
        let kept = KeptRow {
            stage: "subject_teacher".into(),
            signer: "T1".into(),
            from_version: 1,
            sheets: vec!["course-C1".into(), "course-C2".into()],
        };
        tx.keep_statement(&copy, 2, &kept).await.expect("a kept statement");
        let seen = tx.list_statements(&copy, 2).await.expect("statements");
        assert_eq!((seen.len(), seen[0].version, seen[0].kept.len()), (1, 1, 2), "{seen:?}");
        commit(tx, 4).await;
        assert_eq!(db.list_kept(&copy, 2).await.expect("kept"), std::slice::from_ref(&kept));
        let mut tx = db.begin().await.expect("a turn");
        assert!(matches!(tx.keep_statement(&copy, 2, &kept).await, Err(Error::Duplicate)));
    });
}

#[test]
fn a_refused_copy_opens_its_period_and_no_other() {
    on_every_engine(|db| async move {
        let copy = issued(&db).await;
        assert_eq!(db.list_locks().await.expect("locks").len(), 1);
        let row = db.list_versions(&copy).await.expect("versions").pop().expect("a version");
        let mut tx = db.begin().await.expect("a turn");
        tx.move_copy(&copy, 1, row.state, State::Refused).await.expect("a move");
        commit(tx, 5).await;
        assert_eq!(db.list_locks().await.expect("locks"), []);
        assert_eq!(db.list_closures().await.expect("closures").len(), 1, "the closing itself stays a fact");
        let mut changed = journal();
        changed.marks[0].value = "2".into();
        import(&db, &changed).await.expect("the correction goes in");
        let mut tx = db.begin().await.expect("a turn");
        tx.move_copy(&copy, 1, State::Refused, State::Superseded).await.expect("a move");
        commit(tx, 6).await;
        let locked = import(&db, &journal()).await;
        assert!(matches!(locked, Err(Error::PeriodClosed(_))), "{locked:?}");
    });
}

#[test]
fn looks_are_a_state_notices_are_put_away_up_to_a_number() {
    on_every_engine(|db| async move {
        let seen = |digest: &str| SeenRow {
            copy: "K".into(),
            sheet: "course-C1".into(),
            version: 1,
            digest: digest.into(),
            seen_at: AT.into(),
        };
        db.remember_seen("T1", &[seen("aa")]).await.expect("a look");
        db.remember_seen("T1", &[seen("bb")]).await.expect("another");
        assert_eq!(db.list_seen("T1").await.expect("looks"), [seen("bb")]);
        assert_eq!(db.list_seen("T2").await.expect("looks"), []);
        let mut tx = db.begin().await.expect("a turn");
        for kind in ["refused", "reissued", "overdue"] {
            tx.notify("T1", kind, "K", 1, AT).await.expect("a notice");
        }
        commit(tx, 7).await;
        let told = db.list_notices("T1").await.expect("notices");
        assert_eq!(
            told.iter().map(|one| (one.no, one.kind.as_str())).collect::<Vec<_>>(),
            [(3, "overdue"), (2, "reissued"), (1, "refused")]
        );
        assert_eq!(db.put_notices_away("T1", 2, AT).await.expect("done"), 2);
        assert_eq!(db.list_notices("T1").await.expect("notices").len(), 1);
    });
}

#[test]
fn revocations_and_stages_on_paper_stay_and_come_once() {
    on_every_engine(|db| async move {
        let revoked = RevocationRow {
            fingerprint: "ff".into(),
            reason: "lost".into(),
            note: String::new(),
            at: AT.into(),
            by: "T1".into(),
        };
        let stage = PaperStageRow {
            copy: "K".into(),
            version: 1,
            stage: "subject_teacher".into(),
            opened_at: AT.into(),
            opened_by: "T2".into(),
        };
        let mut tx = db.begin().await.expect("a turn");
        tx.revoke_certificate(&revoked).await.expect("a revocation");
        tx.open_paper_stage(&stage).await.expect("a stage on paper");
        commit(tx, 8).await;
        assert_eq!(db.list_revocations().await.expect("revocations"), std::slice::from_ref(&revoked));
        assert_eq!(db.list_paper_stages("K", 1).await.expect("stages"), std::slice::from_ref(&stage));
        assert_eq!(db.list_open_paper_stages().await.expect("stages"), [], "no copy of that name is being signed");
        let mut tx = db.begin().await.expect("a turn");
        assert!(matches!(tx.open_paper_stage(&stage).await, Err(Error::Duplicate)));
        drop(tx);
        let mut tx = db.begin().await.expect("a turn");
        assert!(matches!(tx.revoke_certificate(&revoked).await, Err(Error::Duplicate)));
    });
}

#[test]
fn a_reminder_is_given_once_and_a_letter_waits_until_it_left() {
    on_every_engine(|db| async move {
        let mut tx = db.begin().await.expect("a turn");
        assert!(tx.remind_once("T1", "K", 1, "due_today", "2025-10-24").await.expect("a reminder"));
        assert!(!tx.remind_once("T1", "K", 1, "due_today", "2025-10-25").await.expect("no other"));
        tx.set_mail_address("T1", "one@school.example", AT).await.expect("an address");
        tx.set_mail_address("T1", "two@school.example", AT).await.expect("another");
        let letter = NewLetter {
            person: "T1".into(),
            address: "two@school.example".into(),
            subject: "Срок".into(),
            body: "текст".into(),
        };
        tx.write_letter(&letter, AT).await.expect("a letter");
        commit(tx, 9).await;
        assert_eq!(db.mail_address("T1").await.expect("an address"), "two@school.example");
        assert_eq!(db.mail_address("T2").await.expect("none"), "");
        let waiting = db.list_unsent_letters(3).await.expect("letters");
        assert_eq!((waiting.len(), waiting[0].no), (1, 1));
        db.note_attempt(1, AT, "занято").await.expect("an attempt");
        assert_eq!(db.list_unsent_letters(1).await.expect("letters"), [], "tried often enough");
        assert_eq!(db.list_unsent_letters(3).await.expect("letters")[0].failure, "занято");
        db.note_attempt(1, AT, "").await.expect("it left");
        assert_eq!(db.list_unsent_letters(3).await.expect("letters"), []);
    });
}
