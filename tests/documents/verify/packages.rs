//! Exported copies: the zip, its container, its bag.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use letopis::domain::finding::Verdict;
use letopis::flow::package::{Packed, Refusal, package};
use letopis::flow::verify::{Kind, Report, Verifier, VerifyOptions, verify_bytes};
use letopis::vault::{bag, package as container};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::bench::{House, assert_script_agrees, codes, put, verify};

static PACKED: LazyLock<Packed> = LazyLock::new(|| package(&House::with_record().1).expect("packed"));

fn judge(bytes: &[u8]) -> Report {
    verify_bytes("copy.zip", bytes, &VerifyOptions::default())
}

/// The package's files below its top folder.
fn files() -> BTreeMap<String, Vec<u8>> {
    container::unpack(&PACKED.bytes).files
}

/// Lays a package out in a folder.
fn unpacked(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in container::unpack(bytes).files {
        let target = folder.path().join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::write(target, bytes).expect("written");
    }
    folder
}

/// A zip by another program: deflated, with other times and without our comment.
fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(*name, options).expect("started");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

#[test]
fn an_exported_copy_is_valid_zipped_and_unpacked() {
    assert_eq!(PACKED.file_name, "2025-05A-Q1-v1.zip");
    let report = judge(&PACKED.bytes);
    assert_eq!((report.kind, report.verdict), (Kind::Package, Verdict::Valid), "{:#?}", report.findings);
    assert_eq!(report.copy.expect("a copy").id, "2025-05A-Q1");
    let folder = unpacked(&PACKED.bytes);
    let report = verify(folder.path());
    assert_eq!((report.kind, report.verdict), (Kind::Package, Verdict::Valid), "{:#?}", report.findings);
    assert_script_agrees(&folder.path().join("data"), &report);
}

#[test]
fn the_same_record_gives_the_same_package() {
    assert_eq!(package(&House::with_record().1).expect("packed").bytes, PACKED.bytes);
}

#[test]
fn a_damaged_record_does_not_leave_the_house() {
    let (_house, object) = House::with_record();
    put(&object.join("v1/content/issued.pdf"), b"another");
    assert!(matches!(package(&object), Err(Refusal::Damaged(findings)) if findings.len() == 1));
}

#[test]
fn stock_tools_find_the_bag_valid() {
    let folder = unpacked(&PACKED.bytes);
    let run = |program: &str, arguments: &[&str]| match Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .output()
    {
        Ok(output) => assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => eprintln!("ПРОПУЩЕНО: нет программы {program}"),
    };
    run("bagit.py", &["--validate", "."]);
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        run("sha256sum", &["-c", "--strict", "--quiet", manifest]);
    }
    for manifest in ["manifest-sha512.txt", "tagmanifest-sha512.txt"] {
        run("sha512sum", &["-c", "--strict", "--quiet", manifest]);
    }
}

/// The step between the bytes that are changed: a prime, so that over the files of many lengths every kind of byte is met. All bytes, two
/// bits each, with our own code optimised, in some minutes on two cores:
/// `LETOPIS_FLIP_STEP=1 cargo test --release --config 'profile.release.package.letopis.opt-level=3' --test documents flipped -- --nocapture`.
fn flip_step() -> usize {
    std::env::var("LETOPIS_FLIP_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(251)
}

#[test]
fn every_byte_flipped_in_the_zip_is_found() {
    let (step, length) = (flip_step(), PACKED.bytes.len());
    let began = std::time::Instant::now();
    // The school's certificates are checked once for all: they are two thirds of a verification, and an altered one is another one.
    let (options, package) = (VerifyOptions::default(), &PACKED.bytes);
    let verifier = Verifier::new(&options);
    // As many threads as a small machine has cores; each takes every second position.
    const THREADS: usize = 2;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let verifier = &verifier;
            scope.spawn(move || {
                let mut bytes = package.clone();
                for at in (thread * step..length).step_by(THREADS * step) {
                    for bit in [1_u8, 0x80] {
                        bytes[at] ^= bit;
                        let report = verifier.bytes("copy.zip", &bytes);
                        assert_ne!(report.verdict.exit_code(), 0, "byte {at}, bit {bit}: {:#?}", report.findings);
                        bytes[at] ^= bit;
                    }
                }
            });
        }
    });
    println!("{} of {length} bytes, two bits each, in {:.1} s", length.div_ceil(step), began.elapsed().as_secs_f64());
}

#[test]
fn every_byte_of_the_containers_own_fields_is_found() {
    let mut bytes = PACKED.bytes.clone();
    let end = bytes.len();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    for at in (0..60).chain(directory..directory + 120).chain(end - 60..end) {
        bytes[at] ^= 1;
        let report = judge(&bytes);
        assert_ne!(report.verdict.exit_code(), 0, "byte {at} of {end}: {:#?}", report.findings);
        bytes[at] ^= 1;
    }
}

#[test]
fn a_package_cut_off_anywhere_cannot_be_checked() {
    for length in [4, 100, PACKED.bytes.len() / 2, PACKED.bytes.len() - 1] {
        let report = judge(&PACKED.bytes[..length]);
        assert_eq!(report.verdict, Verdict::Unchecked, "{length}: {:#?}", report.findings);
    }
}

#[test]
fn junk_around_a_package_is_found() {
    let behind = [&PACKED.bytes[..], b"junk"].concat();
    assert_ne!(judge(&behind).verdict.exit_code(), 0);
    let inside = {
        let at = PACKED.bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
        [&PACKED.bytes[..at], b"junk", &PACKED.bytes[at..]].concat()
    };
    assert_ne!(judge(&inside).verdict.exit_code(), 0);
}

#[test]
fn a_package_packed_again_by_another_program_is_valid_and_said_to_be_so() {
    let files = files();
    let names: Vec<String> = files.keys().map(|path| format!("copy/{path}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(files.values().map(Vec::as_slice)).collect();
    let report = judge(&zipped(&entries));
    assert_eq!(report.verdict, Verdict::Valid, "{:#?}", report.findings);
    assert!(report.findings.iter().any(|finding| finding.code == "package.repacked"));
}

/// Judges the package with other files in it, packed as ours.
fn with(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<&'static str> {
    let mut files = files();
    change(&mut files);
    let bytes = container::pack("2025-05A-Q1-v1", &files).expect("packed");
    let report = judge(&bytes);
    assert_eq!(report.verdict, Verdict::Altered, "{:#?}", report.findings);
    assert_script_agrees(&unpacked(&bytes).path().join("data"), &report);
    codes(&report)
}

#[test]
fn files_missing_changed_and_extra_are_told_apart() {
    assert!(with(|files| drop(files.remove("data/dc.xml"))).contains(&"package.missing-file"));
    assert!(with(|files| files.get_mut("data/dc.xml").expect("a file").push(b' ')).contains(&"package.changed-file"));
    assert!(with(|files| drop(files.insert("data/x".into(), vec![]))).contains(&"package.extra-file"));
    for tag in ["a.txt", "z.txt"] {
        assert_eq!(with(|files| drop(files.insert(tag.into(), vec![]))), ["package.extra-file"]);
    }
    assert!(with(|files| drop(files.remove("manifest-sha512.txt"))).contains(&"package.manifest"));
    assert!(with(|files| drop(files.remove("tagmanifest-sha256.txt"))).contains(&"package.manifest"));
    assert!(with(|files| drop(files.remove("bagit.txt"))).contains(&"package.declaration"));
    assert!(with(|files| files.get_mut("bag-info.txt").expect("a file").push(b' ')).contains(&"package.changed-file"));
}

/// A bag made anew around other files: all its manifests agree.
fn bagged_anew(organisation: &str, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Report {
    let bag = bag::check(files());
    let mut payload: BTreeMap<String, Vec<u8>> =
        bag.content.files.into_iter().map(|(path, file)| (path, file.bytes)).collect();
    change(&mut payload);
    let of = |element: &str| bag.label[element].clone();
    let label = bag::Label {
        organisation: if organisation.is_empty() { of("Source-Organization") } else { organisation.into() },
        id: of("External-Identifier"),
        description: of("External-Description"),
        date: of("Bagging-Date"),
    };
    let bytes = container::pack("2025-05A-Q1-v1", &bag::build(&payload, &label)).expect("packed");
    let report = judge(&bytes);
    assert_script_agrees(&unpacked(&bytes).path().join("data"), &report);
    report
}

#[test]
fn a_bag_made_anew_around_another_file_is_found() {
    assert_eq!(bagged_anew("", |_| {}).verdict, Verdict::Valid);
    let report = bagged_anew("", |files| files.get_mut("README.txt").expect("a file").push(b' '));
    assert_eq!(codes(&report), ["log.other-content"]);
    let report = bagged_anew("", |files| files.get_mut("sealed.pdf").expect("a file")[99] ^= 1);
    assert!(codes(&report).contains(&"seal.digest") || codes(&report).contains(&"seal.structure"), "{report:#?}");
    assert_eq!(codes(&bagged_anew("Другая школа", |_| {})), ["package.label-changed"]);
}

// Hostile zips

#[test]
fn names_that_climb_out_are_found_and_nothing_is_written() {
    for name in ["copy/../../x", "/x", "copy\\..\\x", "C:/x", "copy//x"] {
        let report = judge(&zipped(&[("copy/bagit.txt", b"BagIt"), (name, b"x")]));
        assert!(codes(&report).contains(&"package.unsafe-name"), "{name}: {:#?}", report.findings);
    }
}

#[test]
fn a_name_that_stands_twice_is_found() {
    // The writer refuses doubled names, so one is renamed in the finished bytes.
    let mut bytes = zipped(&[("copy/bagit.txt", b"one"), ("copy/bagit.txu", b"two")]);
    for at in 0..bytes.len() - 8 {
        if &bytes[at..at + 8] == b"agit.txu" {
            bytes[at + 7] = b't';
        }
    }
    let report = judge(&bytes);
    assert!(codes(&report).contains(&"package.doubled-name"), "{:#?}", report.findings);
}

#[test]
fn two_top_folders_are_found() {
    let report = judge(&zipped(&[("one/bagit.txt", b"x"), ("two/manifest-sha256.txt", b"x")]));
    assert!(codes(&report).contains(&"package.several-folders"), "{:#?}", report.findings);
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 600 MiB of zeros: more than a record may have, some 600 KB zipped.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("copy/bagit.txt", options).expect("started");
    let zeros = vec![0_u8; 1 << 20];
    (0..600).for_each(|_| zip.write_all(&zeros).expect("written"));
    let report = judge(&zip.finish().expect("finished").into_inner());
    assert_eq!(codes(&report), ["package.too-large"]);
    assert_eq!(report.verdict, Verdict::Unchecked);
}

#[test]
fn a_zip_with_a_password_cannot_be_checked() {
    // The bit that says "encrypted", in the local header and in the directory (APPNOTE 4.4.4).
    let mut bytes = zipped(&[("copy/bagit.txt", b"x")]);
    bytes[6] |= 1;
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    bytes[directory + 8] |= 1;
    let report = judge(&bytes);
    assert_eq!(codes(&report), ["package.encrypted"], "{:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Unchecked);
}

#[test]
fn what_is_no_package_cannot_be_checked() {
    for bytes in [&b""[..], b"text", &zipped(&[]), &zipped(&[("a/b.txt", b"x")])] {
        let report = judge(bytes);
        assert_eq!((report.kind, report.verdict), (Kind::Unknown, Verdict::Unchecked), "{:#?}", report.findings);
    }
    let nothing = verify(Path::new("/nonexistent/folder"));
    assert_eq!(nothing.verdict, Verdict::Unchecked);
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(verify(folder.path()).verdict, Verdict::Unchecked);
}
