//! Paper: a place of the route filled by ink, as the statement of the person who saw it.

use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::flow::paper::{self, Refusal, Seen};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Act, Error};

use super::house::{COPIES, House, after, tell};

fn seen(signer: &str, day: &str, scan: &[u8]) -> Seen {
    Seen {
        version: 1,
        stage: "subject_teacher".into(),
        signer: signer.into(),
        signed_on: day.into(),
        scan: scan.to_vec(),
    }
}

fn by(person: &str, minutes: i64) -> Act {
    Act { by: person.into(), ..after(minutes) }
}

#[test]
fn a_route_goes_partly_on_paper_and_the_record_says_who_saw_the_ink() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let mut teachers = house.signers(COPIES[0], "subject_teacher").await;
        teachers.retain(|id| *id != class_teacher);
        let scan = b"%PDF-1.4 scan";
        paper::record(&house, COPIES[0], &seen(&teachers[0], "2025-10-27", scan), &by(&class_teacher, 10))
            .await
            .expect("ink");
        paper::record(&house, COPIES[0], &seen(&teachers[1], "2025-10-27", b""), &by(&class_teacher, 11))
            .await
            .expect("ink");
        let said = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        assert_eq!(said.iter().map(|one| &one.signer).collect::<Vec<_>>().len(), 2);
        assert!(said[0].body.contains("\"signed_on\":\"2025-10-27\""), "{}", said[0].body);
        assert_eq!(house.db.list_scans(COPIES[0], 1).await.expect("scans").len(), 1);
        let again =
            paper::record(&house, COPIES[0], &seen(&teachers[0], "2025-10-27", b""), &by(&class_teacher, 12)).await;
        assert!(matches!(again, Err(Error::NotNow { .. })), "{again:?}");
        house.sign_everything(20).await.expect("the others sign electronically");
        assert_eq!(house.copy(COPIES[0]).await.state, State::Signed);
        house.seal_everything(50).await.expect("seals");
        assert_eq!(verify_path(&house.archive(), &VerifyOptions::default()).verdict, Verdict::Valid);
        assert_eq!(house.doctor().await, Vec::<String>::new());
        super::verify::stock_tools_agree(&house, COPIES[0], 1);
    });
}

#[test]
fn ink_of_the_own_hand_of_another_day_or_of_no_file_is_not_recorded() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let teacher =
            house.signers(COPIES[0], "subject_teacher").await.into_iter().find(|id| *id != class_teacher).expect("one");
        let before = house.counts().await;
        let refused = |seen: Seen, act: Act| {
            let house = &house;
            async move { paper::record(house, COPIES[0], &seen, &act).await.expect_err("a refusal") }
        };
        let own = refused(seen(&teacher, "2025-10-27", b""), by(&teacher, 10)).await;
        assert!(matches!(own, Error::Paper(Refusal::OwnInk)), "{own:?}");
        for day in ["2025-10-26", "2025-10-28"] {
            let other = refused(seen(&teacher, day, b""), by(&class_teacher, 10)).await;
            assert!(matches!(other, Error::Paper(Refusal::OtherDay(..))), "{other:?}");
        }
        let none = refused(seen(&teacher, "вчера", b""), by(&class_teacher, 10)).await;
        assert!(matches!(none, Error::Paper(Refusal::NoDay)), "{none:?}");
        let scan = refused(seen(&teacher, "2025-10-27", b"MZ"), by(&class_teacher, 10)).await;
        assert!(matches!(scan, Error::Paper(Refusal::NotAScan)), "{scan:?}");
        let stranger = refused(seen(&teacher, "2025-10-27", b""), by("operator", 10)).await;
        assert!(matches!(stranger, Error::Paper(Refusal::NotOnStaff)), "{stranger:?}");
        assert_eq!(house.counts().await, before);
    });
}
