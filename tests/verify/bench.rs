//! The bench on which attacks are tried: a house with a record, `verify` and `verify.sh` side by side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use letopis::domain::finding::{Severity, Verdict};
use letopis::flow::verify::{Report, VerifyOptions, verify_path};

use crate::record::school::{Record, School};

/// The school of these tests.
pub static SCHOOL: LazyLock<School> = LazyLock::new(|| School::founded(1));
/// Another one, with the same name and other keys.
pub static STRANGER: LazyLock<School> = LazyLock::new(|| School::founded(60));

/// The check with stock tools, as it stands in every record: an attacker's own copy of it proves nothing.
const RECORD_SH: &str = include_str!("../../src/vault/verify.sh");
/// The one of extracts.
const EXTRACT_SH: &str = include_str!("../../src/flow/verify-extract.sh");

/// A house in a folder of its own.
pub struct House {
    folder: tempfile::TempDir,
}

impl House {
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A house with the sample record; where the record stands.
    pub fn with_record() -> (Self, PathBuf) {
        Self::with(&SCHOOL.record())
    }

    pub fn with(record: &Record) -> (Self, PathBuf) {
        let house = Self::empty();
        let object = SCHOOL.archive(record, house.path());
        (house, object)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn archive(&self) -> PathBuf {
        self.path().join("archive")
    }
}

pub fn verify(path: &Path) -> Report {
    verify_path(path, &VerifyOptions::default())
}

/// Codes of the findings that weigh something.
pub fn codes(report: &Report) -> Vec<&'static str> {
    let weighty = report.findings.iter().filter(|finding| finding.severity >= Severity::Error);
    weighty.map(|finding| finding.code).collect()
}

/// What the stock tools say of a record's (or an extract's) folder of files; `None` where this machine has none of them.
pub fn scripted(files: &Path) -> Option<i32> {
    let is_extract = files.join("row.json").exists() || files.join("row-proof.txt").exists();
    let script = tempfile::NamedTempFile::new().expect("a file");
    fs::write(script.path(), if is_extract { EXTRACT_SH } else { RECORD_SH }).expect("written");
    match Command::new("dash").arg(script.path()).arg(files).output() {
        Ok(output) => {
            let code = output.status.code();
            if code == Some(2) {
                eprintln!("verify.sh: {}", String::from_utf8_lossy(&output.stdout));
            }
            code
        }
        Err(_) => {
            eprintln!("ПРОПУЩЕНО: нет программы dash");
            None
        }
    }
}

/// The record is valid for both.
pub fn assert_valid(object: &Path) {
    let report = verify(object);
    assert_eq!(codes(&report), [] as [&str; 0], "{:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Valid);
    if let Some(code) = scripted(&object.join("v1/content")) {
        assert_eq!(code, 0, "verify.sh");
    }
}

/// The record is altered for both, and `verify` names it by this code.
pub fn assert_altered(object: &Path, code: &str) {
    let report = assert_altered_for_verify(object, code);
    if let Some(exit) = scripted(&object.join("v1/content")) {
        assert_eq!(exit, i32::from(report.verdict.exit_code()), "verify.sh, {code}");
    }
}

/// The record is altered for `verify`, which reads more than stock tools can.
pub fn assert_altered_for_verify(object: &Path, code: &str) -> Report {
    let report = verify(object);
    assert!(codes(&report).contains(&code), "{code} is not among {:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Altered, "{code}");
    report
}

/// Overwrites a read-only file.
pub fn put(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("written");
}
