//! Leaving the house: packages and extracts that stand for themselves, each put on record.

use std::io::Read as _;

use letopis::domain::finding::Verdict;
use letopis::domain::snapshot::Sheet;
use letopis::flow::verify::{Kind, VerifyOptions, verify_bytes};
use letopis::flow::{Error, export};

use super::house::{COPIES, House, after, tell};

#[test]
fn a_package_is_genuine_by_itself_and_its_leaving_stands_in_the_log() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let packed = export::export_copy(&house, COPIES[0], None, &after(40)).await.expect("a package");
        let report = verify_bytes("copy.zip", &packed.bytes, &VerifyOptions::default());
        assert_eq!((report.kind, report.verdict), (Kind::Package, Verdict::Valid), "{report:#?}");
        let last = house.db.list_log().await.expect("the log").pop().expect("an entry");
        assert_eq!(last.event, "copy_exported");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let again = export::export_copy(&house, COPIES[0], None, &after(41)).await.expect("a package");
        assert_eq!(again, packed, "same record, same bytes");
    });
}

#[test]
fn any_flipped_byte_of_a_package_is_noticed() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let packed = export::export_copy(&house, COPIES[0], None, &after(40)).await.expect("a package");
        // A prime step meets every region of the file; `.ci` flips all of them.
        for at in (0..packed.bytes.len()).step_by(packed.bytes.len() / 97) {
            let mut bytes = packed.bytes.clone();
            bytes[at] ^= 0x20;
            let report = verify_bytes("copy.zip", &bytes, &VerifyOptions::default());
            assert!(report.verdict > Verdict::Superseded, "byte {at} of {} changed unseen", bytes.len());
        }
    });
}

#[test]
fn an_extract_holds_one_learner_and_nobody_else() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let snapshot = house.snapshot(COPIES[0]).await;
        let learners = snapshot.sheets.iter().find_map(|sheet| match sheet {
            Sheet::Learners(learners) => Some(learners.rows.clone()),
            _ => None,
        });
        let learners = learners.expect("the list of learners");
        let own = &learners[1];
        let packed =
            export::extract_learner(&house, COPIES[0], None, &own.learner, &after(40)).await.expect("an extract");
        let report = verify_bytes("extract.zip", &packed.bytes, &VerifyOptions::default());
        assert_eq!((report.kind, report.verdict), (Kind::Extract, Verdict::Valid), "{report:#?}");
        let text = everything(&packed.bytes);
        assert!(text.contains(&own.surname));
        for other in learners.iter().filter(|row| row.surname != own.surname) {
            assert!(!text.contains(&other.surname), "{} is in somebody else's extract", other.surname);
            assert!(!text.contains(&other.learner), "{} is in somebody else's extract", other.learner);
        }
        assert_eq!(house.db.list_log().await.expect("the log").pop().expect("an entry").event, "extract_made");
    });
}

#[test]
fn what_is_not_sealed_does_not_leave_and_a_learner_of_another_class_has_no_row() {
    tell(async {
        let house = House::with_issued_copies().await;
        let refused = export::export_copy(&house, COPIES[0], None, &after(40)).await;
        assert!(matches!(refused, Err(Error::NotSealed(_))), "{refused:?}");
        let house = House::with_sealed_copies().await;
        let before = house.counts().await;
        let refused = export::extract_learner(&house, COPIES[0], None, "L99999", &after(40)).await;
        assert!(matches!(refused, Err(Error::Package(_))), "{refused:?}");
        assert_eq!(house.counts().await, before);
    });
}

/// Every file of a zip as one text.
fn everything(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    for at in 0..zip.len() {
        let mut bytes = Vec::new();
        zip.by_index(at).expect("an entry").read_to_end(&mut bytes).expect("its bytes");
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}
