//! The bench on which attacks are tried: a house with a record, `verify` and `verify.sh` side by side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use letopis::domain::finding::{Severity, Verdict};
use letopis::flow::extract;
use letopis::flow::verify::{Report, VerifyOptions, verify_path};
use letopis::vault::record;

use crate::record::school::{Record, School};

/// The school of these tests.
pub static SCHOOL: LazyLock<School> = LazyLock::new(|| School::founded(1));
/// Another one, with the same name and other keys.
pub static STRANGER: LazyLock<School> = LazyLock::new(|| School::founded(60));

/// The checks with stock tools, in an inspector's own folder: a copy out of an attacked record proves nothing.
static SCRIPTS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let scripts = [
        ("verify.sh", record::VERIFY_SH),
        ("verify.awk", record::VERIFY_AWK),
        ("verify-extract.sh", extract::VERIFY_SH),
    ];
    for (name, text) in scripts {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
});

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

/// What the stock tools say of a record's (or an extract's) folder of files, with their exit code; `None` where this machine
/// has no openssl.
pub fn scripted(files: &Path) -> Option<(i32, String)> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("ПРОПУЩЕНО: нет программы openssl");
        return None;
    }
    let is_extract = files.join("row.json").exists() || files.join("row-proof.txt").exists();
    let script = SCRIPTS.path().join(if is_extract { "verify-extract.sh" } else { "verify.sh" });
    let output = Command::new("sh").arg(script).arg(files).output().expect("sh runs");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.code().expect("an exit code"), String::from_utf8_lossy(&said).into_owned()))
}

/// The stock tools give the verdict that `verify` gave, and say why.
pub fn assert_script_agrees(files: &Path, report: &Report) {
    let Some((code, said)) = scripted(files) else { return };
    assert_eq!(code, i32::from(report.verdict.exit_code()), "verify.sh says «{said}», verify {:#?}", report.findings);
    assert!(code != 1 || said.contains("НЕ СХОДИТСЯ"), "verify.sh gives no reason: {said}");
}

/// The record is valid for both.
pub fn assert_valid(object: &Path) {
    let report = verify(object);
    assert_eq!(codes(&report), [] as [&str; 0], "{:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Valid);
    assert_script_agrees(&object.join("v1/content"), &report);
}

/// The record is altered for both, and `verify` names it by this code.
pub fn assert_altered(object: &Path, code: &str) {
    let report = verify(object);
    assert!(codes(&report).contains(&code), "{code} is not among {:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Altered, "{code}");
    assert_script_agrees(&object.join("v1/content"), &report);
}

/// Every record of the archive, asked alone, gets one verdict from both.
pub fn assert_scripts_agree(archive: &Path) {
    for object in letopis::vault::list_objects(archive).expect("objects") {
        assert_script_agrees(&object.join("v1/content"), &verify(&object));
    }
}

/// Overwrites a read-only file.
pub fn put(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("written");
}
