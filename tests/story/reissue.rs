//! Re-issue: a refusal ends a version, the next one takes its place, the earlier stays on record.

use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::domain::statement::Category;
use letopis::flow::sign::{Gesture, Target};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Error, desk, issue, office, reissue, seal};

use super::house::{COPIES, House, after, gesture, tell};

async fn next_version(house: &House, id: &str) {
    reissue::reissue(house, id, "Уточнены сведения", &after(30)).await.expect("a next version");
    let frozen = house.copy(id).await;
    issue::issue(house, &[frozen], &after(31), |_| {}).await.expect("an issue");
}

#[test]
fn a_refused_copy_is_issued_anew_signed_and_sealed_as_the_second_version() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let refusing = Gesture {
            refusal: Some("На листе не та тема".to_owned()),
            category: Category::Lesson,
            ..gesture(&teacher, &[COPIES[0]])
        };
        house.gesture(refusing).await.expect("a statement of refusal");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Refused);
        let statement = house.db.list_statements(COPIES[0], 1).await.expect("statements").remove(0);
        assert_eq!(statement.verdict, "refused");
        assert!(statement.body.contains("тема, задание, вид работы: На листе не та тема"), "{}", statement.body);
        let remark = house.db.list_remarks(COPIES[0]).await.expect("remarks").remove(0);
        assert_eq!((remark.category.as_str(), remark.sheet.as_str()), ("lesson", ""));

        for other in house.signers(COPIES[0], "subject_teacher").await {
            house.sign(COPIES[0], &other).await.expect_err("nobody signs a refused copy");
        }
        let printed = office::print(&house, COPIES[0], true, &after(19)).await.expect_err("nor is it printed");
        assert!(printed.to_string().contains("печатать её не нужно"), "{printed}");
        let refused = house.copy(COPIES[0]).await;
        seal::seal(&house, &[refused], &after(20), |_| {}).await.expect_err("nobody seals it either");

        next_version(&house, COPIES[0]).await;
        house.sign_everything(40).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        let versions = house.db.list_versions(COPIES[0]).await.expect("versions");
        let states: Vec<State> = versions.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Superseded, State::Sealed]);
        assert_eq!(house.db.list_statements(COPIES[0], 1).await.expect("the first version's").len(), 1);
        let line = house.db.find_register_line(COPIES[0], 2).await.expect("an answer").expect("a line");
        assert_eq!(line.line.version, 2);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_statement_for_the_old_version_is_refused_and_the_old_signatures_stay_for_sheets_that_did_not_change() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        next_version(&house, COPIES[0]).await;
        let targets = vec![Target { copy: COPIES[0].to_owned(), version: Some(1) }];
        let refused = house.gesture(Gesture { targets, ..gesture(&teacher, &[]) }).await.expect_err("a refusal");
        assert!(matches!(refused, Error::OldVersion { asked: 1, current: 2, .. }), "{refused:?}");
        let kept = house.db.list_statements(COPIES[0], 2).await.expect("statements");
        assert_eq!((kept.len(), kept[0].version, &kept[0].signer), (1, 1, &teacher), "nothing changed on her sheets");
        // The page of differences counts sheets, and names those that nobody had signed with who signs them.
        let asked = reissue::asked(&house, &house.copy(COPIES[0]).await, 1).await.expect("what is asked");
        let all = house.snapshot(COPIES[0]).await.route[0].signers.clone();
        let own = all.iter().find(|one| one.person.id == teacher).expect("her place").sheets.len();
        assert_eq!((asked.kept, asked.anew.len(), asked.anew_sheets()), (own, 0, 0), "{asked:?}");
        assert_eq!(asked.first.len(), all.len() - 1, "{asked:?}");
        assert!(asked.first.iter().all(|place| place.lacks && place.to_string().starts_with("лист ")), "{asked:?}");
        assert!(!asked.whole.is_empty(), "{asked:?}");
        // As the lists of a copy show her place: whole here; where another sheet of hers changed, only what is signed counts.
        let route = house.snapshot(COPIES[0]).await.route;
        let mut signer = route[0].signers.iter().find(|one| one.person.id == teacher).expect("her place").clone();
        let own = signer.sheets.len();
        let whole = desk::place(&kept, &route[0].id, &signer);
        assert_eq!((whole.signed, whole.left, whole.owed().as_str()), (own, 0, ""));
        signer.sheets.push("course-changed".to_owned());
        let part = desk::place(&kept, &route[0].id, &signer);
        assert_eq!((part.signed, part.left, part.is_partial()), (own, 1, true));
        assert_eq!(part.owed(), "1\u{a0}лист");
        assert!(part.sheets().starts_with(&format!("{own} из {}\u{a0}лист", own + 1)), "{}", part.sheets());
        let again = house.sign(COPIES[0], &teacher).await.expect_err("she has signed");
        assert!(matches!(again, Error::NotNow { .. }), "{again:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_sealed_copy_that_is_replaced_stays_in_archive_and_register_as_superseded() {
    tell(async {
        let house = House::with_sealed_copies().await;
        next_version(&house, COPIES[0]).await;
        house.sign_everything(40).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        let register = house.db.list_register().await.expect("the register");
        assert_eq!(register.iter().map(|row| row.line.no).collect::<Vec<_>>(), [1, 2, 3]);
        let report = verify_path(&house.archive(), &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let verdict = |version: u32| {
            let of = |part: &&letopis::flow::verify::Report| {
                part.copy.as_ref().is_some_and(|copy| copy.id == COPIES[0] && copy.version == version)
            };
            report.parts.iter().find(of).expect("an object").verdict
        };
        assert_eq!((verdict(1), verdict(2)), (Verdict::Superseded, Verdict::Valid));
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_superseded_version_can_be_neither_signed_nor_sealed_nor_replaced_again() {
    tell(async {
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        let stale = house.copy(COPIES[0]).await;
        reissue::reissue(&house, COPIES[0], "Уточнены сведения", &after(30)).await.expect("a next version");
        seal::seal(&house, &[stale], &after(31), |_| {}).await.expect_err("its time is over");
        assert_eq!(house.db.list_register().await.expect("the register"), []);
        assert_eq!(std::fs::read_dir(house.archive()).expect("the archive").count(), 1, "only its declaration");
        letopis::flow::seal::finish_pending(&house).await.expect("a start-up");
        assert_eq!(std::fs::read_dir(house.staging()).expect("staging").count(), 0);
    });
}
