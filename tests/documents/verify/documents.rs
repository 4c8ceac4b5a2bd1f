//! A sealed PDF alone.

use std::fs;

use letopis::domain::finding::Verdict;
use letopis::flow::verify::{Kind, Report, VerifyOptions, verify_bytes};

use super::bench::{SCHOOL, STRANGER, codes, scripted};
use crate::record::school::pdf;

fn judge(pdf: &[u8]) -> Report {
    verify_bytes("copy.pdf", pdf, &VerifyOptions::default())
}

#[test]
fn the_script_says_of_a_pdf_alone_that_it_cannot_be_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("copy.pdf");
    fs::write(&path, SCHOOL.record().sealed_pdf).expect("written");
    // The same for a folder that is neither record nor package.
    for path in [path.as_path(), folder.path()] {
        if let Some((code, said)) = scripted(path) {
            assert_eq!(code, 2, "{said}");
            assert!(said.starts_with("ПРОВЕРИТЬ НЕЛЬЗЯ: "), "{said}");
        }
    }
}

#[test]
fn a_sealed_pdf_alone_is_valid_and_says_what_it_cannot_show() {
    let report = judge(&SCHOOL.record().sealed_pdf);
    assert_eq!((report.kind, report.verdict), (Kind::Document, Verdict::Valid), "{:#?}", report.findings);
    let copy = report.copy.expect("a copy");
    assert_eq!((copy.number.as_str(), copy.statements), ("2025-5А-I четверть", 5));
    let notes: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(notes, ["authority.not-compared", "document.alone"]);
}

#[test]
fn the_trusted_authority_decides_whose_copy_it_is() {
    let options =
        |authority: &[u8]| VerifyOptions { authority: Some(authority.to_vec()), full: false, ..Default::default() };
    let sealed = SCHOOL.record().sealed_pdf;
    let report = verify_bytes("copy.pdf", &sealed, &options(&SCHOOL.authority));
    assert_eq!(report.verdict, Verdict::Valid);
    let report = verify_bytes("copy.pdf", &sealed, &options(&STRANGER.authority));
    assert_eq!(codes(&report), ["authority.foreign"]);
}

#[test]
fn a_pdf_without_a_seal_is_told_in_plain_words() {
    let report = judge(&SCHOOL.record().issued_pdf);
    assert_eq!((codes(&report), report.verdict), (vec!["document.not-sealed"], Verdict::Unchecked));
    assert_eq!((report.kind, report.what().as_str()), (Kind::Unsealed, "PDF без печати школы"));
    assert!(report.findings[0].message.starts_with("В файле нет печати школы"));
}

#[test]
fn a_copy_whose_seal_was_taken_off_is_found() {
    let record = SCHOOL.record();
    let without = pdf("sealed", &[("snapshot.json", record.snapshot.to_bytes())]);
    let report = judge(&without);
    assert!(codes(&report).contains(&"seal.missing"));
    assert_eq!(report.verdict, Verdict::Altered);
}

#[test]
fn every_byte_changed_in_a_sealed_pdf_is_found() {
    let mut sealed = SCHOOL.record().sealed_pdf;
    // A prime step; all bytes of a sealed file are flipped in the seal's own tests.
    for at in (0..sealed.len()).step_by(397) {
        sealed[at] ^= 1;
        assert_ne!(judge(&sealed).verdict.exit_code(), 0, "byte {at}");
        sealed[at] ^= 1;
    }
}

#[test]
fn a_pdf_cut_off_is_found() {
    let sealed = SCHOOL.record().sealed_pdf;
    for length in [10, sealed.len() / 2, sealed.len() - 1] {
        assert_ne!(judge(&sealed[..length]).verdict.exit_code(), 0, "{length}");
    }
}

#[test]
fn a_copy_sealed_with_a_foreign_statement_is_found() {
    let record = SCHOOL.record();
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.version = 2;
    let mut statements = record.statements.clone();
    statements[4] = SCHOOL.record_of(snapshot, 2).statements[4].clone();
    let report = judge(&SCHOOL.sealed_pdf(&record.snapshot, &statements));
    assert!(codes(&report).contains(&"statement.other-copy"), "{:#?}", report.findings);
}

#[test]
fn a_seal_by_another_school_over_our_copy_is_found() {
    let record = SCHOOL.record();
    let report = judge(&STRANGER.sealed_pdf(&record.snapshot, &record.statements));
    assert!(codes(&report).contains(&"authority.other"), "{:#?}", report.findings);
    assert!(codes(&report).contains(&"statement.foreign-certificate"));
}
