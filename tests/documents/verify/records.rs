//! Outsiders at work on a record of the archive: they hold files, but no key.

use std::fs;

use letopis::domain::canon::{self, Digest};
use letopis::domain::checkpoint::Checkpoint;
use letopis::domain::log_proof::{LogProof, SealEvent};
use letopis::domain::merkle;
use letopis::domain::snapshot::{Sheet, Snapshot};
use letopis::sign::authority::to_pem;
use letopis::sign::note;

use super::bench::{House, SCHOOL, STRANGER, assert_altered, assert_script_agrees, assert_valid, put, verify};
use crate::record::school::rewrite;

#[test]
fn the_script_is_short_enough_to_be_read_before_it_is_believed() {
    assert!(letopis::vault::record::VERIFY_SH.lines().count() <= 60);
}

#[test]
fn a_sealed_record_is_valid_and_says_what_was_checked() {
    let (_house, object) = House::with_record();
    assert_valid(&object);
    let report = verify(&object);
    let copy = report.copy.expect("a copy");
    assert_eq!((copy.id.as_str(), copy.version, copy.register_no.as_str()), ("2025-05A-Q1", 1, "1"));
    assert_eq!((copy.class.as_str(), copy.period.as_str(), copy.statements), ("5А", "I четверть", 5));
    assert_eq!(report.checked.len(), 4, "{:#?}", report.checked);
    assert!(report.findings[0].message.contains(&Digest::of(&SCHOOL.authority).to_hex()), "the fingerprint to compare");
}

#[test]
fn a_record_that_was_sealed_before_there_was_a_sheet_of_signatures_stays_genuine() {
    let folder = tempfile::tempdir().expect("a folder");
    let object = SCHOOL.archive_without_signatures(&SCHOOL.record(), folder.path());
    assert!(!object.join("v1/content/signatures.pdf").exists());
    let report = verify(&object);
    assert_eq!(report.verdict.exit_code(), 0, "{:#?}", report.findings);
    assert_script_agrees(&object.join("v1/content"), &report);
}

#[test]
fn a_sheet_of_signatures_of_another_record_is_found_even_when_all_digests_are_made_anew() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| drop(files.insert("signatures.pdf".into(), b"%PDF-1.7 of another record".to_vec())));
    assert_altered(&object, "log.other-content");
    let (_house, object) = House::with_record();
    rewrite(&object, |files| drop(files.remove("signatures.pdf")));
    assert_altered(&object, "log.other-content");
}

#[test]
fn a_byte_changed_in_any_file_is_found() {
    let (_house, object) = House::with_record();
    for path in files(&object) {
        let place = object.join("v1/content").join(&path);
        let before = fs::read(&place).expect("readable");
        let mut changed = before.clone();
        changed[before.len() / 2] ^= 1;
        put(&place, &changed);
        assert_altered(&object, "archive.changed-file");
        put(&place, &before);
    }
    assert_valid(&object);
}

#[test]
fn a_byte_changed_in_any_file_is_found_even_when_all_digests_are_made_anew() {
    let (_house, object) = House::with_record();
    for path in files(&object) {
        let mut before = Vec::new();
        rewrite(&object, |files| {
            let bytes = files.get_mut(&path).expect("a file");
            before.clone_from(bytes);
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        });
        let report = verify(&object);
        assert_eq!(report.verdict.exit_code(), 1, "{path}: {:#?}", report.findings);
        let named = report.findings.iter().any(|finding| !finding.code.starts_with("archive."));
        assert!(named, "{path}: {:#?}", report.findings);
        assert_script_agrees(&object.join("v1/content"), &report);
        rewrite(&object, |files| drop(files.insert(path, before)));
    }
    assert_valid(&object);
}

#[test]
fn a_file_taken_away_or_added_is_found_even_when_all_digests_are_made_anew() {
    for path in ["issued.pdf", "statements/03-T00001.sig", "certificates/D00001.pem", "dc.xml", "log-proof.txt"] {
        let (_house, object) = House::with_record();
        rewrite(&object, |files| drop(files.remove(path)));
        let code = if path.contains('/') { "statement.incomplete" } else { "record.missing-part" };
        assert_altered(&object, code);
    }
    let (_house, object) = House::with_record();
    rewrite(&object, |files| drop(files.insert("addition.txt".into(), b"x".to_vec())));
    assert_altered(&object, "log.other-content");
    let (_house, object) = House::with_record();
    rewrite(&object, |files| drop(files.insert("certificates/X.pem".into(), b"x".to_vec())));
    assert_altered(&object, "record.stray-certificate");
}

#[test]
fn a_better_mark_is_named_with_class_date_and_learner() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let mut snapshot = Snapshot::from_bytes(&files["snapshot.json"]).expect("a snapshot");
        let Sheet::Course(course) = &mut snapshot.sheets[2] else { panic!("a course") };
        course.rows[1].cells[3] = "5".into();
        files.insert("snapshot.json".into(), snapshot.to_bytes());
    });
    assert_altered(&object, "record.snapshot-differs");
    let report = verify(&object);
    let mark = report.findings.iter().find(|finding| finding.code == "snapshot.mark-changed").expect("the mark");
    assert_eq!(mark.place, "5А, Математика, 08.09.2025, 5-й урок, Берёзкина Бэла");
    assert_eq!((mark.expected.as_str(), mark.found.as_str()), ("н", "5"));
}

#[test]
fn a_statement_moved_from_another_version_is_found() {
    let (_house, object) = House::with_record();
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.version = 2;
    let later = SCHOOL.record_of(snapshot, 2);
    rewrite(&object, |files| {
        files.insert("statements/04-D00001.txt".into(), later.statements[3].signed_bytes.clone());
        files.insert("statements/04-D00001.sig".into(), later.statements[3].signature.to_vec());
    });
    assert_altered(&object, "statement.other-copy");
}

#[test]
fn a_changed_byte_of_the_journal_names_the_sheet_even_when_the_file_no_longer_reads() {
    for (from, to) in [("\"5\"", "\"4\""), ("\"5\"", "\"5?")] {
        let (_house, object) = House::with_record();
        rewrite(&object, |files| {
            let text = String::from_utf8(files["snapshot.json"].clone()).expect("text");
            let at = text.find("\"sheets\"").expect("sheets");
            let (head, sheets) = text.split_at(at);
            files.insert("snapshot.json".into(), format!("{head}{}", sheets.replacen(from, to, 1)).into_bytes());
        });
        let report = verify(&object);
        let told = report.findings.iter().find(|finding| finding.code == "record.snapshot-differs").expect("a finding");
        let all = SCHOOL.snapshot().sheets.len();
        assert!(told.message.contains("5А, ") && told.message.contains(&format!(" из {all} (")), "{}", told.message);
    }
}

#[test]
fn sheets_and_statements_swapped_between_copies_are_found() {
    let (_house, object) = House::with_record();
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.id = "2025-05B-Q1".into();
    snapshot.class.name = "5Б".into();
    let other = SCHOOL.record_of(snapshot, 2);
    rewrite(&object, |files| {
        files.insert("snapshot.json".into(), other.snapshot.to_bytes());
        for (index, part) in other.statements.iter().enumerate() {
            let stem = format!("statements/{:02}-{}", index + 1, part.staff);
            files.insert(format!("{stem}.txt"), part.signed_bytes.clone());
            files.insert(format!("{stem}.sig"), part.signature.to_vec());
        }
    });
    assert_altered(&object, "record.snapshot-differs");
    assert_altered(&object, "statement.other-copy");
    // The other way: all of the other copy under the name of this one.
    let pem = SCHOOL.pem();
    rewrite(&object, |files| *files = SCHOOL.parts(&other, &pem).files());
    assert_altered(&object, "archive.other-name");
}

#[test]
fn two_statements_of_one_record_that_changed_places_are_found() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        for end in ["txt", "sig"] {
            let (one, other) = (format!("statements/01-T00001.{end}"), format!("statements/03-T00001.{end}"));
            let (first, third) = (files[&one].clone(), files[&other].clone());
            files.insert(one, third);
            files.insert(other, first);
        }
    });
    assert_altered(&object, "log.other-statements");
}

#[test]
fn a_sealed_pdf_of_another_school_in_a_record_of_ours_is_found() {
    let (_house, object) = House::with_record();
    let record = SCHOOL.record();
    let foreign = STRANGER.sealed_pdf(&record.snapshot, &record.statements);
    rewrite(&object, |files| drop(files.insert("sealed.pdf".into(), foreign)));
    assert_altered(&object, "seal.authority");
}

#[test]
fn a_certificate_of_another_school_is_found() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let bytes = files["statements/05-D00002.txt"].clone();
        let signature = STRANGER.key_of("D00002").sign(&bytes).to_vec();
        files.insert("statements/05-D00002.sig".into(), signature);
        files.insert("certificates/D00002.pem".into(), STRANGER.certificate_of("D00002").into_bytes());
    });
    assert_altered(&object, "statement.foreign-certificate");
}

#[test]
fn a_whole_record_of_a_stranger_is_valid_in_itself_and_not_ours() {
    let house = House::empty();
    let object = STRANGER.archive(&STRANGER.record(), house.path());
    assert_valid(&object);
    let options =
        letopis::flow::verify::VerifyOptions { authority: Some(SCHOOL.authority.clone()), ..Default::default() };
    let report = letopis::flow::verify::verify_path(&object, &options);
    assert_eq!(super::bench::codes(&report), ["authority.foreign"]);
    // Only the authority is replaced: then nothing in the record is its.
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        files.insert("certificates/authority.pem".into(), to_pem(&STRANGER.authority).into_bytes());
    });
    assert_altered(&object, "authority.other");
}

#[test]
fn an_empty_folder_in_a_record_is_found() {
    for folder in ["v2", "v1/content/statements/more"] {
        let (_house, object) = House::with_record();
        fs::create_dir(object.join(folder)).expect("made");
        assert_altered(&object, "archive.extra-file");
    }
}

// The audit log

#[test]
fn a_byte_changed_anywhere_in_the_logs_proof_is_found() {
    let (_house, object) = House::with_record();
    let place = "log-proof.txt";
    let length = fs::metadata(object.join("v1/content").join(place)).expect("a proof").len() as usize;
    // A prime step; the second bit makes capitals of small letters: another text of the same hexadecimal number.
    for (at, bit) in (5..length).step_by(127).flat_map(|at| [(at, 1), (at, 0x20)]) {
        let mut before = Vec::new();
        rewrite(&object, |files| {
            let bytes = files.get_mut(place).expect("a file");
            before.clone_from(bytes);
            bytes[at] ^= bit;
        });
        let report = verify(&object);
        assert_eq!(report.verdict.exit_code(), 1, "byte {at}, bit {bit}: {:#?}", report.findings);
        assert_script_agrees(&object.join("v1/content"), &report);
        rewrite(&object, |files| drop(files.insert(place.into(), before)));
    }
}

#[test]
fn a_line_behind_the_logs_note_is_found_unless_a_witness_wrote_it() {
    let witness = letopis::sign::keys::new_ed25519([7; 32]);
    let signed = |proof: &LogProof| {
        let body = proof.note.split_once("\n\n").expect("a note").0.to_owned() + "\n";
        note::sign_note(&body, "witness", &witness).rsplit_once("\n\n").expect("a note").1.to_owned()
    };
    let (_house, object) = with_proof(|proof| proof.note = proof.note.clone() + &signed(proof));
    assert_valid(&object);
    let (_house, object) = with_proof(|proof| proof.note.push_str("junk\n"));
    assert_altered(&object, "log.note");
    let (_house, object) = with_proof(|proof| proof.salt = proof.salt.to_uppercase());
    assert_altered(&object, "log.not-included");
}

fn with_proof(change: impl FnOnce(&mut LogProof)) -> (House, std::path::PathBuf) {
    let (house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut proof = LogProof::parse(&text).expect("a proof");
        change(&mut proof);
        files.insert("log-proof.txt".into(), proof.to_text().into_bytes());
    });
    (house, object)
}

/// A log of the attacker's own around another event, signed by whoever the attacker can sign for.
fn forge(proof: &mut LogProof, event: &SealEvent, origin: &str, key: &letopis::sign::keys::Ed25519Key) {
    let forged = SCHOOL.log_proof(event);
    let leaf = letopis::domain::log_proof::entry(&forged.salt, forged.payload.as_bytes()).expect("an entry");
    let root = merkle::leaf_hash(&leaf.0);
    let checkpoint = Checkpoint { origin: origin.into(), size: 1, root };
    let note = note::sign_note(&checkpoint.to_text(), origin, key);
    *proof = LogProof { index: 0, size: 1, path: Vec::new(), note, ..forged };
}

#[test]
fn another_register_number_in_the_logs_event_is_found() {
    let (_house, object) =
        with_proof(|proof| proof.payload = proof.payload.replace("\"register_no\":1", "\"register_no\":2"));
    assert_altered(&object, "log.not-included");
}

#[test]
fn a_proof_bent_anywhere_is_found() {
    let (_house, object) = with_proof(|proof| proof.index = 8);
    assert_altered(&object, "log.not-included");
    let (_house, object) = with_proof(|proof| proof.size = 14);
    assert_altered(&object, "log.not-included");
    let (_house, object) = with_proof(|proof| proof.path.truncate(2));
    assert_altered(&object, "log.not-included");
    let (_house, object) = with_proof(|proof| proof.path.swap(0, 1));
    assert_altered(&object, "log.not-included");
    let (_house, object) = with_proof(|proof| proof.salt = "ff".repeat(16));
    assert_altered(&object, "log.not-included");
    let (_house, object) = with_proof(|proof| proof.note = proof.note.replace("\n13\n", "\n14\n"));
    assert_altered(&object, "log.note");
}

#[test]
fn a_proof_written_in_another_way_is_found() {
    for (was, is) in
        [("index 9", "index 09"), ("size 13", "size 13 "), ("letopis.log-proof/v1", "letopis.log-proof/v2")]
    {
        let (_house, object) = House::with_record();
        rewrite(&object, |files| {
            let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
            files.insert("log-proof.txt".into(), text.replace(was, is).into_bytes());
        });
        assert_altered(&object, "log.proof-unreadable");
    }
}

#[test]
fn a_log_signed_by_a_strangers_key_is_found() {
    let (_house, object) = House::with_record();
    let key = letopis::sign::keys::new_ed25519([99; 32]);
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut proof = LogProof::parse(&text).expect("a proof");
        let mut event = SealEvent::parse(&proof.payload).expect("an event");
        event.register_no = 77.into();
        forge(&mut proof, &event, &SCHOOL.id, &key);
        let vkey = note::verifier_key(&SCHOOL.id, &key.public_key());
        files.insert("log-proof.txt".into(), proof.to_text().into_bytes());
        files.insert("certificates/log.vkey".into(), format!("{vkey}\n").into_bytes());
    });
    assert_altered(&object, "log.note");
    // With the stranger's own certificate for it.
    rewrite(&object, |files| {
        files.insert("certificates/log.pem".into(), to_pem(&STRANGER.log).into_bytes());
    });
    assert_altered(&object, "log.foreign-certificate");
}

#[test]
fn the_log_of_another_school_is_found() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut proof = LogProof::parse(&text).expect("a proof");
        let event = SealEvent::parse(&proof.payload).expect("an event");
        forge(&mut proof, &event, "school-99", &SCHOOL.log_key);
        files.insert("log-proof.txt".into(), proof.to_text().into_bytes());
    });
    assert_altered(&object, "log.note");
}

#[test]
fn an_event_of_another_kind_proves_no_sealing() {
    let (_house, object) = House::with_record();
    rewrite(&object, |files| {
        let text = String::from_utf8(files["log-proof.txt"].clone()).expect("text");
        let mut proof = LogProof::parse(&text).expect("a proof");
        let mut event = SealEvent::parse(&proof.payload).expect("an event");
        event.event = "opened".into();
        proof = SCHOOL.log_proof(&event);
        assert_eq!(canon::to_text(&event), proof.payload);
        files.insert("log-proof.txt".into(), proof.to_text().into_bytes());
    });
    assert_altered(&object, "log.event-unreadable");
}

fn files(object: &std::path::Path) -> Vec<String> {
    letopis::vault::read_object(object, letopis::vault::Depth::Routine).content.files.into_keys().collect()
}
