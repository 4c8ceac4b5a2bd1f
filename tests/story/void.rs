//! Compromise and the copies: a period with undecided void changes does not close, its copy tells of decided ones, and no seal goes over
//! a void signature.

use letopis::domain::snapshot::Sheet;
use letopis::flow::change::{Edit, apply};
use letopis::flow::compromise::{self, Report, Target, Which};
use letopis::flow::{Act, verify};

use super::house::{COPIES, House, YEAR, after, tell};

fn by(account: &str, minutes: i64) -> Act {
    Act { by: account.into(), ..after(minutes) }
}

fn report(account: &str, since: i64, learnt: i64) -> Report {
    Report { account: account.into(), since: after(since).at, learnt_at: after(learnt).at, reason: String::new() }
}

#[test]
fn a_period_with_undecided_void_changes_does_not_close_and_its_copy_tells_of_decided_ones() {
    tell(async {
        let house = House::with_journal().await;
        let rows = house.db.list_rows("marks", YEAR).await.expect("marks");
        let (key, _) =
            rows.into_iter().find(|(key, _)| key[0] == "C00001" && key[1].as_str() < "2025-10-20").expect("one");
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let edit = Edit::put("marks", YEAR, &key, &["", "5"]);
        apply(&house, &by("T00001", 1), "journal", &[edit]).await.expect("a change");
        compromise::note(&house, &report("T00001", 0, 2), &after(3)).await.expect("a notice");

        let closed = house.close("Q1", &["5А", "6А"], None).await.expect("an answer");
        let codes: Vec<&str> = closed[0].findings.iter().map(|finding| finding.code).collect();
        assert!(closed[0].copy.is_none() && codes.contains(&"close.void-undecided"), "{closed:?}");
        assert!(closed[1].copy.is_some(), "the other class is not concerned");
        let Sheet::Title(title) = &house.snapshot(COPIES[1]).await.sheets[0] else { panic!("no title") };
        assert_eq!(title.voids, Vec::<String>::new());
        assert!(!serde_json::to_string(&house.snapshot(COPIES[1]).await).expect("JSON").contains("voids"), "left out");

        compromise::undo(&house, &Which::All, &after(4)).await.expect("a decision");
        let closed = house.close("Q1", &["5А"], None).await.expect("an answer");
        assert!(closed[0].copy.is_some(), "{closed:?}");
        let Sheet::Title(title) = &house.snapshot(COPIES[0]).await.sheets[0] else { panic!("no title") };
        assert_eq!(title.voids.len(), 1, "{:?}", title.voids);
        assert!(
            title.voids[0].contains("1 недействительное изменение") && title.voids[0].contains("T00001"),
            "{:?}",
            title.voids
        );
        assert!(title.voids[0].ends_with("отменено 1"), "{:?}", title.voids);
        let frozen = house.db.list_copies().await.expect("copies");
        letopis::flow::issue::issue(&house, &frozen, &after(5), |_| {}).await.expect("an issue");
        house.sign_everything(10).await.expect("signatures");
        house.seal_everything(20).await.expect("seals");
        let options = verify::VerifyOptions {
            authority: house.authority().await.expect("a read"),
            full: false,
            ..Default::default()
        };
        let report = verify::verify_path(&house.archive(), &options);
        assert_eq!(report.verdict, letopis::domain::finding::Verdict::Valid, "{report:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn no_seal_goes_over_a_void_signature_until_somebody_approves_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        let director = house.signers(COPIES[0], "director").await.remove(0);
        compromise::note(&house, &report(&director, 9, 11), &after(12)).await.expect("a notice");
        let survey = compromise::survey(&house).await.expect("a survey");
        let told: Vec<(&str, &str)> = survey.deeds.iter().map(|d| (d.kind.as_str(), d.copy.as_str())).collect();
        assert!(
            told.contains(&("statement_signed", COPIES[0])) && told.contains(&("statement_signed", COPIES[1])),
            "{told:?}"
        );
        let refused = house.seal_everything(20).await.expect_err("a void signature").to_string();
        assert!(refused.contains("недействительна") && refused.contains(&director), "{refused}");
        let events = survey.deeds.iter().map(|deed| Target::Event(deed.event)).collect();
        compromise::approve(&house, &Which::These(events), &after(21)).await.expect("decisions");
        assert_eq!(house.seal_everything(22).await.expect("seals").len(), 2);
    });
}

#[test]
fn a_void_signature_is_taken_back_by_a_new_version_and_a_closing_says_why_it_is_not() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        compromise::note(&house, &report(&teacher, 0, 15), &after(16)).await.expect("a notice");
        let survey = compromise::survey(&house).await.expect("a survey");
        let signed = survey.deeds.iter().find(|deed| deed.kind == "statement_signed").expect("the signature");
        assert!(signed.contrary.in_russian().contains("новой версией"), "{signed:?}");
        let which = Which::These(vec![Target::Event(signed.event)]);
        let decided = compromise::undo(&house, &which, &after(17)).await.expect("an undoing");
        assert_eq!(decided.events, [signed.event]);
        let copy = house.copy(COPIES[0]).await;
        assert_eq!(copy.version, 2, "the copy is made anew; nobody's signature moves over");
        assert_eq!(house.db.list_statements(COPIES[0], 2).await.expect("statements"), []);
        let Sheet::Title(title) = &house.snapshot(COPIES[0]).await.sheets[0] else { panic!("no title") };
        assert!(title.replaces.contains("уведомлению № 1"), "{}", title.replaces);
        // Once more finds nothing, and makes no third version.
        assert!(compromise::undo(&house, &which, &after(18)).await.is_err());
        assert_eq!(house.copy(COPIES[0]).await.version, 2);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_copy_frozen_before_the_notice_is_neither_issued_nor_sealed_until_its_void_rows_are_decided() {
    tell(async {
        let house = House::with_journal().await;
        let rows = house.db.list_rows("marks", YEAR).await.expect("marks");
        let (key, _) =
            rows.into_iter().find(|(key, _)| key[0] == "C00001" && key[1].as_str() < "2025-10-20").expect("one");
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let edit = Edit::put("marks", YEAR, &key, &["", "2"]);
        apply(&house, &by("T00001", 1), "journal", &[edit]).await.expect("a change");
        assert!(house.close("Q1", &["5А", "6А"], None).await.expect("an answer").iter().all(|one| one.copy.is_some()));
        compromise::note(&house, &report("T00001", 0, 2), &after(3)).await.expect("a notice");
        let frozen = house.db.list_copies().await.expect("copies");
        let issue = async |minutes| letopis::flow::issue::issue(&house, &frozen, &after(minutes), |_| {}).await;
        let refused = issue(4).await.expect_err("a thief's mark is in the copy").to_string();
        assert!(refused.contains(COPIES[0]) && refused.contains("недействительное изменение"), "{refused}");
        // The copy of the other class does not wait for it.
        let other: Vec<_> = frozen.iter().filter(|row| row.id == COPIES[1]).cloned().collect();
        letopis::flow::issue::issue(&house, &other, &after(5), |_| {}).await.expect("an issue");
        compromise::approve(&house, &Which::All, &after(6)).await.expect("a decision");
        let own: Vec<_> = frozen.iter().filter(|row| row.id == COPIES[0]).cloned().collect();
        letopis::flow::issue::issue(&house, &own, &after(7), |_| {}).await.expect("an issue");
        house.sign_everything(10).await.expect("signatures");
        // A later notice of the same account, from before the change: the seal waits as well.
        compromise::note(&house, &report("T00001", 0, 11), &after(12)).await.expect("a notice");
        let pending =
            compromise::survey(&house).await.expect("a survey").changes.iter().any(|c| c.standing.is_pending());
        assert!(!pending, "what was approved stays approved");
    });
}
