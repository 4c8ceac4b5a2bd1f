//! A whole archive: what only all its records together show.

use std::fs;

use letopis::domain::finding::Verdict;
use letopis::flow::verify::{Kind, VerifyOptions, verify_path};

use super::bench::{House, SCHOOL, STRANGER, assert_scripts_agree, codes, put, verify};
use crate::record::school::Record;

fn version(version: u32, register_no: u64) -> Record {
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.version = version;
    SCHOOL.record_of(snapshot, register_no)
}

fn of_class(class: &str, id: &str, register_no: u64) -> Record {
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.id = id.into();
    snapshot.class.name = class.into();
    SCHOOL.record_of(snapshot, register_no)
}

#[test]
fn an_archive_with_an_earlier_version_is_valid_and_tells_which_record_is_superseded() {
    let house = House::empty();
    for record in [version(1, 1), version(2, 2), of_class("5Б", "2025-05B-Q1", 3)] {
        SCHOOL.archive(&record, house.path());
    }
    let report = verify(&house.archive());
    assert_eq!((report.kind, report.verdict), (Kind::Archive, Verdict::Valid), "{report:#?}");
    let verdicts: Vec<Verdict> = report.parts.iter().map(|part| part.verdict).collect();
    assert_eq!(verdicts, [Verdict::Superseded, Verdict::Valid, Verdict::Valid]);
    assert_eq!(report.checked, ["Записей в архиве проверено: 3."]);
    let notes: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(notes, ["authority.not-compared"], "said once for all records");
    assert!(report.parts[1].findings.is_empty());
    assert_scripts_agree(&house.archive());
}

#[test]
fn one_altered_record_makes_the_archive_altered() {
    let house = House::empty();
    let object = SCHOOL.archive(&version(1, 1), house.path());
    SCHOOL.archive(&of_class("5Б", "2025-05B-Q1", 2), house.path());
    put(&object.join("v1/content/issued.pdf"), b"another");
    let report = verify(&house.archive());
    assert_eq!(report.verdict, Verdict::Altered);
    assert_eq!(report.parts[1].verdict, Verdict::Valid);
    assert_scripts_agree(&house.archive());
}

/// A record of a stranger's in the archive, under a number of the register.
fn of_a_stranger(house: &House, register_no: u64) {
    let mut snapshot = STRANGER.snapshot();
    snapshot.copy.id = "2025-07A-Q1".into();
    STRANGER.archive(&STRANGER.record_of(snapshot, register_no), house.path());
}

#[test]
fn a_record_of_another_school_among_ours_is_found() {
    let house = House::empty();
    SCHOOL.archive(&version(1, 1), house.path());
    SCHOOL.archive(&version(2, 3), house.path());
    of_a_stranger(&house, 2);
    let report = verify(&house.archive());
    assert_eq!(report.verdict, Verdict::Altered);
    assert_eq!(codes(&report.parts[2]), ["archive.foreign-authority"]);
    // Alone it is sound, for both: only the others tell that it is a stranger.
    assert_scripts_agree(&house.archive());
}

#[test]
fn a_school_that_replaced_its_authority_is_believed_when_both_are_named_and_nobody_is_before() {
    let house = House::empty();
    SCHOOL.archive(&version(1, 1), house.path());
    SCHOOL.archive(&version(2, 2), house.path());
    of_a_stranger(&house, 3);
    let report = verify(&house.archive());
    assert_eq!(report.verdict, Verdict::Unchecked, "a replacement or a forgery: only the paper tells");
    assert_eq!(codes(&report.parts[2]), ["archive.other-authority"]);
    let told = report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(told, ["authority.not-compared", "authority.not-compared"], "of each once");
    let named = |authority: &[u8], earlier: &[&Vec<u8>]| {
        let earlier = earlier.iter().map(|der| (*der).clone()).collect();
        verify_path(&house.archive(), &VerifyOptions { authority: Some(authority.to_vec()), earlier, full: false })
    };
    for report in [named(&STRANGER.authority, &[&SCHOOL.authority]), named(&SCHOOL.authority, &[&STRANGER.authority])] {
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
    let report = named(&SCHOOL.authority, &[]);
    assert_eq!((report.verdict, codes(&report.parts[2])), (Verdict::Altered, vec!["authority.foreign"]));
}

#[test]
fn register_numbers_that_are_missing_or_stand_twice_are_told() {
    let house = House::empty();
    SCHOOL.archive(&version(1, 1), house.path());
    SCHOOL.archive(&version(2, 4), house.path());
    let report = verify(&house.archive());
    assert_eq!(report.verdict, Verdict::Altered, "a record was taken away");
    let gap = report.findings.iter().find(|finding| finding.code == "archive.register-gap").expect("a gap");
    assert!(gap.message.ends_with("2, 3."), "{}", gap.message);
    SCHOOL.archive(&of_class("5Б", "2025-05B-Q1", 4), house.path());
    assert_eq!(codes(&verify(&house.archive())), ["archive.register-number-twice", "archive.register-gap"]);
}

#[test]
fn what_does_not_belong_into_an_archive_is_found() {
    let house = House::empty();
    let object = SCHOOL.archive(&version(1, 1), house.path());
    fs::create_dir(house.archive().join("folder")).expect("made");
    assert_eq!(codes(&verify(&house.archive())), ["archive.extra-file"]);
    fs::remove_dir(house.archive().join("folder")).expect("removed");
    fs::rename(&object, house.archive().join("2025-05A-Q1-v9")).expect("renamed");
    assert_eq!(codes(&verify(&house.archive()).parts[0]), ["archive.other-name"]);
    assert_scripts_agree(&house.archive());
    put(&house.archive().join("0=ocfl_1.1"), b"ocfl_1.0\n");
    assert_eq!(codes(&verify(&house.archive())), ["archive.declaration"]);
}

#[test]
fn an_empty_archive_gives_nothing_to_check() {
    let house = House::empty();
    letopis::vault::create_root(&house.archive()).expect("a root");
    let report = verify(&house.archive());
    assert_eq!((report.verdict, codes(&report)), (Verdict::Unchecked, vec!["archive.empty"]));
}
