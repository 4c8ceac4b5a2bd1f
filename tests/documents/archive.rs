//! The archive: rows of learners, differences, objects written once, whatever happens in between.

mod crash;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::record;
use letopis::domain::canon::{self, Digest};
use letopis::domain::difference::snapshot_diff;
use letopis::domain::rows::{self, LearnerFacts, ListedLesson, RowProof};
use letopis::domain::snapshot::{Sheet, Snapshot};
use letopis::vault::{self, Depth, Parts, StatementPart};
use record::snapshot::{LEARNERS, snapshot};

fn sample() -> Snapshot {
    snapshot(Digest::of(b"authority"))
}

// Rows

#[test]
fn each_learner_has_one_row_in_the_order_of_the_list_and_in_canonical_form() {
    let snapshot = sample();
    let rows = rows::rows(&snapshot.sheets);
    assert_eq!(rows.iter().map(|row| row.learner.as_str()).collect::<Vec<_>>(), LEARNERS.map(|(id, ..)| id));
    for row in rows {
        let facts: LearnerFacts = serde_json::from_slice(&row.bytes).expect("a row");
        assert_eq!(canon::to_bytes(&facts), row.bytes, "alphabetical order of fields is canonical order");
        assert_eq!(facts.courses.len(), 2);
        assert!(facts.listed.is_some() && facts.attendance.is_some() && facts.summary.is_none());
    }
    let Sheet::Course(course) = &snapshot.sheets[2] else { panic!("a course") };
    let lessons = rows::lesson_list(course);
    let listed: Vec<ListedLesson> = serde_json::from_slice(&lessons).expect("lessons");
    assert_eq!(canon::to_bytes(&listed), lessons);
}

#[test]
fn a_row_names_nobody_else() {
    for (own, row) in LEARNERS.iter().zip(rows::rows(&sample().sheets)) {
        let text = String::from_utf8(row.bytes).expect("text");
        assert!(text.contains(own.1));
        for (id, surname, _) in LEARNERS.iter().filter(|other| other.0 != own.0) {
            assert!(!text.contains(id) && !text.contains(surname), "{surname} in the row of {}", own.1);
        }
    }
}

#[test]
fn a_row_is_proven_against_the_root_and_another_text_is_not() {
    let snapshot = sample();
    for (id, ..) in LEARNERS {
        let (row, proof) = rows::proof(&snapshot, id).expect("a proof");
        assert_eq!(RowProof::parse(&proof.to_text()), Ok(proof.clone()));
        assert!(proof.verify(&row.bytes, &snapshot.rows_root));
        let better = String::from_utf8(row.bytes.clone()).expect("text").replace("\"3\"", "\"5\"");
        assert!(better.as_bytes() == row.bytes || !proof.verify(better.as_bytes(), &snapshot.rows_root));
        assert!(!proof.verify(&row.bytes, &Digest::default()));
    }
    assert!(rows::proof(&snapshot, "L99999").is_none());
}

#[test]
fn any_change_of_any_cell_changes_the_root() {
    let snapshot = sample();
    let mut changed = snapshot.sheets.clone();
    let Sheet::Course(course) = &mut changed[3] else { panic!("a course") };
    course.lessons[4].topic.push('!');
    assert_ne!(rows::root(&changed, &snapshot.salts), Ok(snapshot.rows_root));
    let mut changed = snapshot.sheets.clone();
    let Sheet::FinalMarks(marks) = &mut changed[6] else { panic!("final marks") };
    marks.rows[1].marks[1] = "5".into();
    assert_ne!(rows::root(&changed, &snapshot.salts), Ok(snapshot.rows_root));
}

// Differences

#[test]
fn a_changed_mark_is_named_with_class_date_learner_was_and_is() {
    let (was, mut is) = (sample(), sample());
    let Sheet::Course(course) = &mut is.sheets[2] else { panic!("a course") };
    course.rows[1].cells[3] = "5".into();
    let findings = snapshot_diff(&was, &is);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].code, "snapshot.mark-changed");
    assert_eq!(findings[0].place, "5А, Математика, 08.09.2025, 5-й урок, Берёзкина Бэла");
    assert_eq!(findings[0].message, "Запись об ученике: было «н», стало «5».");
}

#[test]
fn equal_snapshots_differ_in_nothing_and_every_kind_of_change_is_told() {
    let was = sample();
    assert_eq!(snapshot_diff(&was, &was), []);
    let told = |change: &dyn Fn(&mut Snapshot)| {
        let mut is = was.clone();
        change(&mut is);
        snapshot_diff(&was, &is).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(told(&|is| is.class.name = "5Б".into()), ["snapshot.head-changed"]);
    assert_eq!(told(&|is| drop(is.sheets.remove(2))), ["snapshot.part-absent"]);
    assert_eq!(told(&|is| is.sheets.swap(2, 3)), ["snapshot.other-difference"]);
    assert_eq!(
        told(&|is| {
            let Sheet::Course(course) = &mut is.sheets[2] else { panic!("a course") };
            course.rows.remove(0);
            course.lessons[0].topic.clear();
            course.rows[0].final_mark = "5".into();
        }),
        ["snapshot.lesson-changed", "snapshot.part-absent", "snapshot.final-mark-changed"]
    );
    assert_eq!(
        told(&|is| {
            let Sheet::Attendance(list) = &mut is.sheets[5] else { panic!("attendance") };
            list.rows[0].counts.late = 9;
        }),
        ["snapshot.attendance-changed"]
    );
}

// Objects

const PROOF: &str = "letopis.log-proof/v1\n";
const CREATED: &str = "2025-10-25T10:00:00+03:00";

/// Parts whose certificates and signatures are only text: the archive does not look into them.
fn staged(house: &Path) -> vault::Staged {
    let snapshot = sample();
    let statements = ["T00001", "T00002", "T00001", "Директор"].map(|staff| StatementPart {
        staff: staff.into(),
        signed_bytes: format!("statement of {staff}").into_bytes(),
        signature: [7; 64],
        certificate: format!("certificate of {staff}"),
    });
    let parts = Parts {
        snapshot: &snapshot,
        issued_pdf: b"%PDF issued",
        sealed_pdf: b"%PDF sealed",
        signatures_pdf: b"%PDF signatures",
        sealed_at: CREATED,
        statements: &statements,
        authority: "authority",
        seal: "seal",
        log: "log",
        log_vkey: "school-17+00000000+AA",
    };
    vault::create_root(&house.join("archive")).expect("a root");
    vault::stage(&house.join("staging"), &parts).expect("staged")
}

fn finish(house: &Path, staged: &Path) -> Result<PathBuf, vault::Error> {
    vault::finish(staged, &house.join("archive"), PROOF, CREATED, "Запись скреплена печатью")
}

fn house() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    (folder, path)
}

fn codes(object: &Path) -> Vec<&'static str> {
    vault::check_fixity(object, Depth::Full).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_finished_object_is_complete_and_reads_back_what_was_staged() {
    let (_folder, house) = house();
    let staged = staged(&house);
    assert_eq!(staged.id, "urn:letopis:school-17:2025-05A-Q1:v1");
    let object = finish(&house, &staged.path).expect("finished");
    assert_eq!(vault::list_objects(&house.join("archive")).expect("a list"), std::slice::from_ref(&object));
    assert!(vault::list_staged(&house.join("staging")).expect("a list").is_empty());
    let read = vault::read_object(&object, Depth::Full);
    assert_eq!(read.findings, []);
    assert_eq!(read.id, staged.id);
    assert_eq!(read.content.bytes("sealed.pdf"), Some(&b"%PDF sealed"[..]));
    assert_eq!(read.content.text("log-proof.txt"), Some(PROOF));
    assert_eq!(read.content.text("statements/03-T00001.txt"), Some("statement of T00001"));
    assert_eq!(read.compared, read.content.files.len());
    let bound = read.content.files.iter().filter(|(path, _)| *path != "log-proof.txt");
    let bound = bound.map(|(path, file)| (path.as_str(), file.sha256));
    assert_eq!(letopis::domain::log_proof::content_digest(bound), staged.content);
}

#[test]
fn sealing_finished_again_at_any_moment_gives_the_same_object() {
    let (_folder, house) = house();
    let staged = staged(&house);
    // A crash after the proof, and one in the middle of writing the inventory.
    fs::write(staged.path.join("v1/content/log-proof.txt"), PROOF).expect("written");
    fs::write(staged.path.join("v1/inventory.json.part"), "{ \"id\":").expect("written");
    let object = finish(&house, &staged.path).expect("finished");
    assert_eq!(vault::check_fixity(&object, Depth::Full), []);
    assert_eq!(finish(&house, &staged.path).expect("in place"), object);
    let other =
        vault::finish(&staged.path, &house.join("archive"), "another proof", CREATED, "Запись скреплена печатью");
    assert!(matches!(other, Err(vault::Error::AlreadyArchived(_))));
}

#[test]
fn nothing_is_staged_over_a_staged_record_until_it_is_discarded() {
    let (_folder, house) = house();
    let first = staged(&house);
    let again = std::panic::catch_unwind(|| staged(&house));
    assert!(again.is_err());
    vault::discard(&first.path).expect("discarded");
    assert!(matches!(finish(&house, &first.path), Err(vault::Error::NotStaged(_))));
    finish(&house, &staged(&house).path).expect("finished");
}

#[test]
fn missing_changed_extra_and_unlisted_files_are_told_apart() {
    let attack = |change: &dyn Fn(&Path)| {
        let (_folder, house) = house();
        let object = finish(&house, &staged(&house).path).expect("finished");
        change(&object);
        codes(&object)
    };
    let rewrite = |path: PathBuf, bytes: &[u8]| {
        fs::remove_file(&path).expect("removed");
        fs::write(path, bytes).expect("written");
    };
    assert_eq!(
        attack(&|object| fs::remove_file(object.join("v1/content/issued.pdf")).expect("removed")),
        ["archive.missing-file"]
    );
    assert_eq!(attack(&|object| rewrite(object.join("v1/content/issued.pdf"), b"other")), ["archive.changed-file"]);
    assert_eq!(
        attack(&|object| fs::write(object.join("v1/content/x"), b"x").expect("written")),
        ["archive.extra-file"]
    );
    assert_eq!(attack(&|object| fs::write(object.join("x"), b"x").expect("written")), ["archive.extra-file"]);
    assert_eq!(
        attack(&|object| fs::remove_file(object.join("inventory.json")).expect("removed")),
        ["archive.missing-file"]
    );
    assert_eq!(
        attack(&|object| fs::remove_file(object.join("inventory.json.sha512")).expect("removed")),
        ["archive.missing-file"]
    );
    assert_eq!(attack(&|object| rewrite(object.join("v1/inventory.json"), b"{}")), ["archive.inventory-changed"]);
    assert_eq!(attack(&|object| rewrite(object.join("inventory.json"), b"{}")), ["archive.inventory-unreadable"]);
    assert_eq!(attack(&|object| rewrite(object.join("0=ocfl_object_1.1"), b"?")), ["archive.inventory-changed"]);
    assert_eq!(
        attack(&|object| std::os::unix::fs::symlink("/dev/zero", object.join("v1/content/link")).expect("linked")),
        ["archive.extra-file"]
    );
}

/// Runs a stock tool; `None`, said aloud, when this machine has no such tool.
fn stock(program: &str, arguments: &[&str], folder: &Path) -> Option<(bool, String)> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            Some((output.status.success(), text))
        }
        Err(_) => {
            eprintln!("ПРОПУЩЕНО: нет программы {program}");
            None
        }
    }
}

#[test]
fn stock_tools_find_the_archive_valid() {
    let (_folder, house) = house();
    let object = finish(&house, &staged(&house).path).expect("finished");
    if let Some((passed, text)) = stock("sha512sum", &["-c", "inventory.json.sha512"], &object) {
        assert!(passed, "{text}");
    }
    let arguments = ["validate", "--root", "archive", "--validate-objects", "--check-digests"];
    if let Some((_, text)) = stock("ocfl-root.py", &arguments, &house) {
        // This tool exits with 0 even when it finds an archive invalid.
        assert!(text.contains("is VALID") && !text.contains("W0"), "{text}");
    }
}
