//! Insiders at work: they hold keys of the school and seal what the rules forbid. Everything they make is logged and agrees with itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use letopis::domain::canon::Digest;
use letopis::domain::log_proof::{LogProof, SealEvent, content_digest};
use letopis::domain::statement::{Ink, Statement, Verdict};
use letopis::sign::authority::to_pem;
use letopis::sign::note;

use super::bench::{House, SCHOOL, assert_altered, assert_valid, verify};
use crate::record::school::{Record, School, attachment, rewrite};

/// Seals the sample record with other statements.
fn sealed_with(change: impl FnOnce(&mut Vec<Statement>)) -> Record {
    let record = SCHOOL.record();
    let read =
        |part: &letopis::vault::StatementPart| Statement::from_signed_bytes(&part.signed_bytes).expect("a statement");
    let mut statements: Vec<Statement> = record.statements.iter().map(read).collect();
    change(&mut statements);
    let statements: Vec<_> = statements.iter().map(|statement| SCHOOL.sign(statement)).collect();
    Record { sealed_pdf: SCHOOL.sealed_pdf(&record.snapshot, &statements), statements, ..record }
}

#[test]
fn a_copy_sealed_without_the_directors_signature_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| drop(statements.pop())));
    assert_altered(&object, "statement.missing");
}

#[test]
fn a_copy_sealed_with_a_statement_twice_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| {
        let mut again = statements[4].clone();
        again.signed_at = "2025-10-24T17:00:00+03:00".into();
        statements.push(again);
    }));
    assert_altered(&object, "statement.twice");
}

#[test]
fn a_copy_sealed_over_a_refusal_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| {
        statements[3].verdict = Verdict::Refused;
        statements[3].remarks = "Нет тем уроков".into();
    }));
    assert_altered(&object, "statement.refused");
}

#[test]
fn a_person_outside_the_route_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| statements[3].stage = "director".into()));
    assert_altered(&object, "statement.not-in-route");
}

#[test]
fn a_signature_over_other_sheets_than_the_routes_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| drop(statements[0].sheets.pop())));
    assert_altered(&object, "statement.other-sheets");
}

#[test]
fn a_signature_over_a_sheet_that_reads_otherwise_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| statements[0].sheets[0].digest = Default::default()));
    assert_altered(&object, "statement.sheet-changed");
}

#[test]
fn a_director_who_signed_before_the_teachers_is_found() {
    let (_house, object) =
        House::with(&sealed_with(|statements| statements[4].signed_at = "2025-10-24T16:05:00+03:00".into()));
    assert_altered(&object, "statement.order");
}

#[test]
fn a_signature_before_the_period_was_closed_is_found() {
    let (_house, object) =
        House::with(&sealed_with(|statements| statements[0].signed_at = "2025-10-24T15:59:00+03:00".into()));
    assert_altered(&object, "statement.order");
}

#[test]
fn a_signature_after_the_seal_is_found() {
    let (_house, object) =
        House::with(&sealed_with(|statements| statements[4].signed_at = "2025-10-25T10:00:01+03:00".into()));
    assert_altered(&object, "seal.before-statements");
}

#[test]
fn a_signature_outside_the_certificates_term_is_found() {
    let (_house, object) =
        House::with(&sealed_with(|statements| statements[4].signed_at = "2028-01-01T00:00:00+03:00".into()));
    assert_altered(&object, "statement.certificate-not-in-force");
}

#[test]
fn a_statement_about_another_issue_policy_office_or_rows_is_found() {
    let zero = letopis::domain::canon::Digest::default();
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].snapshot = zero));
    assert_altered(&object, "statement.other-snapshot");
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].issued_pdf = zero));
    assert_altered(&object, "statement.other-issue");
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].policy = zero));
    assert_altered(&object, "statement.other-policy");
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].rows_root = zero));
    assert_altered(&object, "statement.other-rows");
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].office = "директор".into()));
    assert_altered(&object, "statement.other-office");
    let (_house, object) = House::with(&sealed_with(|statements| statements[2].certificate = zero));
    assert_altered(&object, "statement.other-certificate");
}

#[test]
fn a_snapshot_whose_rows_were_miscounted_is_found() {
    let mut snapshot = SCHOOL.snapshot();
    snapshot.rows_root = Default::default();
    let (_house, object) = House::with(&SCHOOL.record_of(snapshot, 1));
    assert_altered(&object, "record.rows-root");
}

#[test]
fn a_teacher_whose_key_speaks_for_the_log_is_found() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut proof = LogProof::parse(&text).expect("a proof");
        let body = proof.note.split_once("\n\n").expect("a note").0.to_owned() + "\n";
        let key = SCHOOL.key_of("T00001");
        proof.note = note::sign_note(&body, &SCHOOL.id, key);
        files.insert("log-proof.txt".into(), proof.to_text().into_bytes());
        files.insert("certificates/log.pem".into(), SCHOOL.certificate_of("T00001").into_bytes());
        let vkey = note::verifier_key(&SCHOOL.id, &key.public_key());
        files.insert("certificates/log.vkey".into(), format!("{vkey}\n").into_bytes());
    });
    assert_altered(&object, "log.certificate");
    assert_ne!(SCHOOL.certificate_of("T00001"), to_pem(&SCHOOL.log));
}

/// The sample record with other files, sealed into the log as it then stands: whoever did it holds the log's key.
fn logged_anew(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>, &mut SealEvent)) -> (House, PathBuf) {
    let (house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files.remove("log-proof.txt").expect("a proof")).expect("text");
        let mut event = SealEvent::parse(&LogProof::parse(&text).expect("a proof").payload).expect("an event");
        change(files, &mut event);
        let digest = |path: &str| files.get(path).map(|bytes| Digest::of(bytes)).unwrap_or_default();
        event.content = Some(content_digest(files.iter().map(|(path, bytes)| (path.as_str(), Digest::of(bytes)))));
        (event.sealed_pdf, event.snapshot) = (digest("sealed.pdf"), digest("snapshot.json"));
        let signed = files.iter().filter(|(path, _)| path.starts_with("statements/") && path.ends_with(".txt"));
        event.statements = signed.map(|(_, bytes)| Digest::of(bytes)).collect();
        files.insert("log-proof.txt".into(), SCHOOL.log_proof(&event).to_text().into_bytes());
    });
    (house, object)
}

#[test]
fn a_sealed_pdf_with_another_journal_or_other_statements_inside_is_found() {
    let record = SCHOOL.record();
    let mut better = SCHOOL.snapshot();
    better.class.name = "5Б".into();
    let sealed = SCHOOL.sealed_pdf(&better, &record.statements);
    let (_house, object) = logged_anew(|files, _| drop(files.insert("sealed.pdf".into(), sealed)));
    assert_altered(&object, "record.snapshot-differs");
    let sealed = SCHOOL.sealed_pdf(&record.snapshot, &record.statements[..4]);
    let (_house, object) = logged_anew(|files, _| drop(files.insert("sealed.pdf".into(), sealed)));
    assert_altered(&object, "record.statement-differs");
    let backwards: Vec<_> = record.statements.iter().rev().cloned().collect();
    let sealed = SCHOOL.sealed_pdf(&record.snapshot, &backwards);
    let (_house, object) = logged_anew(|files, _| drop(files.insert("sealed.pdf".into(), sealed)));
    assert_altered(&object, "record.statements-rearranged");
}

#[test]
fn a_teacher_who_signs_in_the_directors_place_is_found() {
    let mut record = sealed_with(|statements| {
        statements[4].certificate =
            Digest::of(&letopis::sign::certificate::from_pem(&SCHOOL.certificate_of("T00001")).expect("DER"));
    });
    record.statements[4].signature = SCHOOL.key_of("T00001").sign(&record.statements[4].signed_bytes);
    record.statements[4].certificate = SCHOOL.certificate_of("T00001");
    let sealed_pdf = SCHOOL.sealed_pdf(&record.snapshot, &record.statements);
    let (_house, object) = House::with(&Record { sealed_pdf, ..record });
    assert_altered(&object, "statement.other-certificate");
}

#[test]
fn a_record_sealed_with_a_part_missing_or_too_many_is_found() {
    let (_house, object) = logged_anew(|files, _| drop(files.remove("dc.xml")));
    assert_altered(&object, "record.missing-part");
    let (_house, object) = logged_anew(|files, _| drop(files.insert("certificates/X.pem".into(), b"x".to_vec())));
    assert_altered(&object, "record.stray-certificate");
    let (_house, object) = logged_anew(|files, _| drop(files.insert("statements/09-X.sig".into(), b"x".to_vec())));
    assert_altered(&object, "statement.incomplete");
    let (_house, object) = logged_anew(|files, _| {
        let vkey = note::verifier_key(&SCHOOL.id, &SCHOOL.key_of("T00001").public_key());
        files.insert("certificates/log.vkey".into(), format!("{vkey}\n").into_bytes());
    });
    assert_altered(&object, "log.vkey");
    let (_house, object) =
        logged_anew(|files, _| drop(files.insert("certificates/seal.pem".into(), to_pem(&SCHOOL.log).into_bytes())));
    assert_altered(&object, "seal.other-certificate");
}

#[test]
fn an_event_about_another_copy_moment_or_number_is_found() {
    let (_house, object) = logged_anew(|_, event| event.at = "2025-10-26T10:00:00+03:00".into());
    assert_altered(&object, "log.other-moment");
    let (_house, object) = logged_anew(|_, event| event.copy = "2025-05B-Q1".into());
    assert_altered(&object, "log.other-copy");
    let (_house, object) = logged_anew(|_, event| event.version = 2);
    assert_altered(&object, "log.other-copy");
    let (_house, object) = logged_anew(|_, event| event.register_no = 0.into());
    assert_altered(&object, "log.no-register-number");
    let (_house, object) = logged_anew(|_, event| event.issued_pdf = Digest::default());
    assert_altered(&object, "log.other-issued-pdf");
}

#[test]
fn a_signature_on_paper_that_its_signer_witnessed_is_found() {
    let (_house, object) = House::with(&sealed_with(|statements| {
        let said = &mut statements[4];
        said.ink = Some(Ink {
            signer: said.signer.clone(),
            name: said.name.clone(),
            office: said.office.clone(),
            order: said.order.clone(),
            signed_on: "2025-10-24".into(),
            scan: String::new(),
        });
    }));
    assert_altered(&object, "statement.own-witness");
}

#[test]
fn a_sealed_pdf_without_its_snapshot_or_statements_is_found() {
    let record = SCHOOL.record();
    let snapshot = ("snapshot.json", record.snapshot.to_bytes());
    let statements = ("statements.json", attachment(&record.statements));
    for inside in [&[] as &[_], &[snapshot], &[statements]] {
        let sealed = SCHOOL.seal_files(inside);
        let (_house, object) = logged_anew(|files, _| drop(files.insert("sealed.pdf".into(), sealed)));
        assert_altered(&object, "record.attachment-missing");
    }
}

/// The record of a snapshot in another spelling of the same journal, with everybody's signature under it.
fn spelled(was: &str, is: &[u8]) -> (House, PathBuf) {
    let text = String::from_utf8(SCHOOL.snapshot().to_bytes()).expect("text");
    let (before, after) = text.split_once(was).expect("the place");
    assert!(!after.contains(was), "{was} stands twice");
    let bytes = [before.as_bytes(), is, after.as_bytes()].concat();
    let record = sealed_with(|statements| statements.iter_mut().for_each(|said| said.snapshot = Digest::of(&bytes)));
    let inside = [("snapshot.json", bytes.clone()), ("statements.json", attachment(&record.statements))];
    let sealed = SCHOOL.seal_files(&inside);
    logged_anew(|files, _| {
        let pem = SCHOOL.pem();
        files.extend(SCHOOL.parts(&record, &pem).files());
        files.extend([("snapshot.json".into(), bytes), ("sealed.pdf".into(), sealed)]);
    })
}

#[test]
fn a_snapshot_in_another_spelling_is_found() {
    // A letter as its number, a number with a nought before it, a tab in a name, a byte that is no letter, a slash in two bytes, half of a
    // pair: the same journal for a careless reader, other bytes.
    let year = "\"year\":\"2025/2026\"}";
    for (was, is) in [
        (year, b"\"year\":\"2025/\\u00326\"}".as_slice()),
        ("\"version\":1}", b"\"version\":01}"),
        (year, b"\"year\":\"2025/2026\t\"}"),
        (year, b"\"year\":\"2025/2026\xFF\"}"),
        (year, b"\"year\":\"2025\xC0\xAF2026\"}"),
        (year, b"\"year\":\"2025/2026\xED\xA0\x80\"}"),
    ] {
        let (_house, object) = spelled(was, is);
        assert_altered(&object, "record.snapshot-unreadable");
    }
}

#[test]
fn a_statement_in_another_spelling_is_found() {
    let mut record = SCHOOL.record();
    let part = &mut record.statements[4];
    let text = String::from_utf8(part.signed_bytes.clone()).expect("text");
    part.signed_bytes = text.replace("\"stage\":\"d", "\"stage\":\"\\u0064").into_bytes();
    assert_ne!(part.signed_bytes, text.into_bytes());
    part.signature = SCHOOL.key_of(&part.staff).sign(&part.signed_bytes);
    let sealed_pdf = SCHOOL.sealed_pdf(&record.snapshot, &record.statements);
    let (_house, object) = House::with(&Record { sealed_pdf, ..record });
    assert_altered(&object, "statement.unreadable");
}

#[test]
fn something_hidden_behind_the_seal_in_its_place_is_found() {
    // No key of the seal is needed for it: the place of the container is what the seal cannot cover.
    let (_house, object) = logged_anew(|files, _| {
        let sealed = files.get_mut("sealed.pdf").expect("a PDF");
        let end = sealed.windows(5).rposition(|window| window == b"0000>").expect("the padding");
        sealed[end + 3] = b'7';
    });
    assert_altered(&object, "seal.contents");
}

#[test]
fn a_seal_laid_out_otherwise_than_the_program_lays_it_is_found() {
    // The holder of the seal's key changes the revision that carries the seal, and seals that: every signature in it holds.
    let record = SCHOOL.record();
    for (was, is) in [("/F 132/P", "/F 1##/P"), ("/SigFlags 3", "/SigFlags #"), ("/Rect[0 0 0 0]", "/Rect[# 0 # 0]")] {
        // A signature is some bytes longer or shorter by chance: another figure, another length.
        let tries = (1..=9).map(|figure| is.replace('#', &figure.to_string())).filter(|is| is != was);
        let sealed = tries.into_iter().find_map(|is| SCHOOL.sealed_otherwise(&record.sealed_pdf, was, &is));
        let sealed = sealed.expect("a signature of the same length");
        let (_house, object) = logged_anew(|files, _| drop(files.insert("sealed.pdf".into(), sealed)));
        assert_altered(&object, "seal.structure");
    }
    // The same way with nothing changed leads to the same file: it is not the way itself that is found.
    assert_eq!(SCHOOL.sealed_otherwise(&record.sealed_pdf, "/F 132", "/F 132"), Some(record.sealed_pdf));
}

#[test]
fn an_authority_with_a_broken_signature_of_its_own_is_found() {
    let mut school = School::founded(90);
    *school.authority.last_mut().expect("DER") ^= 1;
    let house = House::empty();
    let object = school.archive(&school.record(), house.path());
    assert_altered(&object, "authority.invalid");
}

#[test]
fn a_log_whose_certificate_had_run_out_is_found() {
    let (_house, object) = logged_anew(|files, _| {
        drop(files.insert("certificates/log.pem".into(), SCHOOL.log_of_an_earlier_year().into_bytes()));
    });
    assert_altered(&object, "log.certificate");
}

#[test]
fn a_record_of_the_first_logs_that_bind_no_content_is_valid_with_a_warning() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut event = SealEvent::parse(&LogProof::parse(&text).expect("a proof").payload).expect("an event");
        event.content = None;
        files.insert("log-proof.txt".into(), SCHOOL.log_proof(&event).to_text().into_bytes());
    });
    assert_valid(&object);
    assert!(verify(&object).findings.iter().any(|finding| finding.code == "log.content-unbound"));
}
