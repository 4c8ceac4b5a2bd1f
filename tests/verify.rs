//! Verification: what is right passes, and every attack is named. Each attack is tried on `verify` and, where a record is laid on disk, on
//! `verify.sh` with stock tools: both must give the same answer.
#![allow(clippy::expect_used)] // reason: a test may say what it expects

mod record;

use letopis::domain::finding::Verdict;
use letopis::flow::verify::{VerifyOptions, verify_path};
use record::school::School;

#[test]
fn a_sealed_record_is_valid() {
    let house = tempfile::tempdir().expect("a folder");
    let school = School::founded(1);
    let object = school.archive(&school.record(), house.path());
    let report = verify_path(&object, &VerifyOptions::default());
    println!("{report:#?}");
    assert_eq!(report.verdict, Verdict::Valid);
}
