//! One learner's extract: proven, and silent about everybody else.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use letopis::domain::finding::Verdict;
use letopis::flow::extract::extract;
use letopis::flow::package::{Packed, Refusal};
use letopis::flow::verify::{Kind, Report, VerifyOptions, verify_bytes, verify_path};
use letopis::vault::{bag, package as container};

use super::bench::{House, SCHOOL, assert_script_agrees, codes};
use crate::record::snapshot::LEARNERS;

/// The learner of these tests.
const LEARNER: usize = 1;

static EXTRACT: LazyLock<Packed> =
    LazyLock::new(|| extract(&House::with_record().1, LEARNERS[LEARNER].0).expect("an extract"));

#[test]
fn an_extract_is_valid_and_says_whose_copy_it_is_from() {
    assert_eq!(EXTRACT.file_name, "2025-05A-Q1-v1-L00002.zip");
    let report = verify_bytes("extract.zip", &EXTRACT.bytes, &VerifyOptions::default());
    assert_eq!((report.kind, report.verdict), (Kind::Extract, Verdict::Valid), "{:#?}", report.findings);
    let copy = report.copy.expect("a copy");
    assert_eq!((copy.id.as_str(), copy.version, copy.register_no.as_str()), ("2025-05A-Q1", 1, "1"));
    assert_eq!(copy.statements, 3, "class teacher, deputy, director");
}

#[test]
fn an_extract_holds_no_trace_of_any_other_learner() {
    let (_house, object) = House::with_record();
    for (own, ..) in LEARNERS {
        let packed = extract(&object, own).expect("an extract");
        for (id, surname, given) in LEARNERS.iter().filter(|other| other.0 != own) {
            for word in [*id, *surname, *given] {
                let found = packed.bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!found, "{word} in the extract of {own}");
            }
        }
    }
}

#[test]
fn an_extract_of_a_stranger_is_refused() {
    let (_house, object) = House::with_record();
    assert!(matches!(extract(&object, "L99999"), Err(Refusal::NoLearner(_))));
}

fn lay_out(files: &BTreeMap<String, Vec<u8>>, folder: &std::path::Path) {
    for (path, bytes) in files {
        let target = folder.join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::write(target, bytes).expect("written");
    }
}

/// The extract with other files, all its manifests made anew; `verify` and `verify.sh` must agree.
fn with(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Report {
    let bag = bag::check(container::unpack(&EXTRACT.bytes).files);
    let mut payload: BTreeMap<String, Vec<u8>> =
        bag.content.files.into_iter().map(|(path, file)| (path, file.bytes)).collect();
    change(&mut payload);
    let label = bag::Label {
        organisation: bag.label["Source-Organization"].clone(),
        id: bag.label["External-Identifier"].clone(),
        description: bag.label["External-Description"].clone(),
        date: bag.label["Bagging-Date"].clone(),
    };
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(&bag::build(&payload, &label), folder.path());
    let report = verify_path(folder.path(), &VerifyOptions::default());
    assert_script_agrees(&folder.path().join("data"), &report);
    report
}

fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("text")
}

#[test]
fn an_untouched_extract_is_valid_for_stock_tools_too() {
    assert_eq!(with(|_| {}).verdict, Verdict::Valid);
}

#[test]
fn a_better_mark_in_an_extract_is_found() {
    let report = with(|files| {
        let better = text(files, "row.json").replacen("\"3\"", "\"5\"", 1);
        assert_ne!(better.as_bytes(), files["row.json"]);
        files.insert("row.json".into(), better.into_bytes());
    });
    assert!(codes(&report).contains(&"extract.row-changed"));
}

#[test]
fn another_topic_in_an_extract_is_found() {
    let report = with(|files| files.get_mut("lessons/C00001.json").expect("lessons")[20] ^= 1);
    assert_eq!(codes(&report), ["extract.lessons-changed"]);
    let report = with(|files| drop(files.remove("lessons/C00001.json")));
    assert_eq!(codes(&report), ["record.missing-part"]);
    let report = with(|files| drop(files.insert("lessons/C00009.json".into(), b"[]".to_vec())));
    assert_eq!(codes(&report), ["extract.stray-lessons"]);
}

#[test]
fn a_bent_proof_of_a_row_is_found() {
    for (was, is) in [("index 1", "index 2"), ("size 5", "size 9"), ("salt 0", "salt 1")] {
        let report = with(|files| {
            let bent = text(files, "row-proof.txt").replacen(was, is, 1);
            assert_ne!(bent.as_bytes(), files["row-proof.txt"], "{was}");
            files.insert("row-proof.txt".into(), bent.into_bytes());
        });
        assert!(codes(&report).contains(&"extract.row-changed"), "{was}: {:#?}", report.findings);
    }
    let report = with(|files| drop(files.remove("row-proof.txt")));
    assert_eq!(codes(&report), ["extract.proof-unreadable"]);
}

#[test]
fn statements_of_another_copy_in_an_extract_are_found() {
    let mut snapshot = SCHOOL.snapshot();
    snapshot.copy.version = 2;
    let later = SCHOOL.record_of(snapshot, 2);
    let report = with(|files| {
        files.insert("statements/05-D00002.txt".into(), later.statements[4].signed_bytes.clone());
        files.insert("statements/05-D00002.sig".into(), later.statements[4].signature.to_vec());
    });
    assert!(codes(&report).contains(&"statement.other-copy"));
    assert!(codes(&report).contains(&"log.other-statements"));
}

#[test]
fn a_subject_teacher_alone_does_not_speak_for_the_list() {
    let record = SCHOOL.record();
    let report = with(|files| {
        files.insert("statements/01-T00001.txt".into(), record.statements[0].signed_bytes.clone());
        files.insert("statements/01-T00001.sig".into(), record.statements[0].signature.to_vec());
    });
    assert_eq!(codes(&report), ["extract.partial"]);
}

#[test]
fn a_forged_signature_certificate_or_log_in_an_extract_is_found() {
    let flip = |path: &'static str| with(move |files| files.get_mut(path).expect("a file")[40] ^= 1);
    assert!(codes(&flip("statements/05-D00002.sig")).contains(&"statement.signature"));
    assert!(codes(&flip("statements/05-D00002.txt")).contains(&"statement.signature"));
    assert!(codes(&flip("certificates/D00002.pem")).contains(&"statement.certificate-unreadable"));
    assert!(codes(&flip("certificates/authority.pem")).contains(&"authority.unreadable"));
    assert!(codes(&flip("log-proof.txt")).contains(&"log.not-included"));
    let report = with(|files| files.retain(|path, _| !path.starts_with("statements/")));
    assert!(codes(&report).contains(&"extract.unsigned"));
}

#[test]
fn a_byte_changed_in_an_extracts_proofs_is_found() {
    for (path, at, bit) in [
        ("row-proof.txt", 30, 0x20),
        ("row-proof.txt", 60, 1),
        ("log-proof.txt", 3, 1),
        ("log-proof.txt", 500, 0x20),
        ("certificates/log.vkey", 3, 1),
    ] {
        let report = with(|files| {
            let bytes = files.get_mut(path).expect("a file");
            let at = bytes.iter().enumerate().skip(at).find(|(_, byte)| byte.is_ascii_lowercase()).expect("a letter").0;
            bytes[at] ^= bit;
        });
        assert_eq!(report.verdict, Verdict::Altered, "{path}, byte {at}, bit {bit}: {:#?}", report.findings);
    }
    let report = with(|files| {
        let text = text(files, "log-proof.txt") + "junk\n";
        files.insert("log-proof.txt".into(), text.into_bytes());
    });
    assert!(codes(&report).contains(&"log.note"));
}

#[test]
fn a_teacher_who_signs_an_extract_as_the_director_is_found() {
    let report = with(|files| {
        let signature = SCHOOL.key_of("T00001").sign(&files["statements/05-D00002.txt"]).to_vec();
        files.insert("statements/05-D00002.sig".into(), signature);
        files.insert("certificates/D00002.pem".into(), SCHOOL.certificate_of("T00001").into_bytes());
    });
    assert!(codes(&report).contains(&"statement.other-certificate"));
    let report = with(|files| drop(files.insert("certificates/X.pem".into(), b"x".to_vec())));
    assert_eq!(codes(&report), ["record.stray-certificate"]);
}

#[test]
fn a_label_with_another_learner_or_copy_on_an_extract_is_found() {
    let mut files = container::unpack(&EXTRACT.bytes).files;
    let bag = bag::check(files.clone());
    let payload: BTreeMap<String, Vec<u8>> =
        bag.content.files.into_iter().map(|(path, file)| (path, file.bytes)).collect();
    let label = bag::Label {
        organisation: bag.label["Source-Organization"].clone(),
        id: bag.label["External-Identifier"].replace("L00002", "L00003"),
        description: bag.label["External-Description"].clone(),
        date: bag.label["Bagging-Date"].clone(),
    };
    files.clear();
    files.extend(bag::build(&payload, &label));
    let bytes = container::pack("2025-05A-Q1-v1-L00002", &files).expect("packed");
    let report = verify_bytes("extract.zip", &bytes, &VerifyOptions::default());
    assert_eq!(codes(&report), ["package.label-changed"]);
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(&files, folder.path());
    assert_script_agrees(&folder.path().join("data"), &report);
}
