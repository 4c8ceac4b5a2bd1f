//! What somebody does to the archive's files, and what a check with nothing but the files says of it.

use std::path::Path;

use letopis::domain::finding::Verdict;
use letopis::flow::export;
use letopis::flow::verify::{Report, VerifyOptions, verify_path};

use super::house::{COPIES, House, after, tell};

/// Writes over a file that is closed for writing.
pub fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).expect("the file goes");
    std::fs::write(path, bytes).expect("another file comes");
}

fn checked(house: &House) -> Report {
    verify_path(&house.archive(), &VerifyOptions::default())
}

/// Altered, and the file named by both the check and the doctor.
async fn is_named(house: &House, file: &str) {
    let report = checked(house);
    let said: Vec<String> = report.all_findings().map(ToString::to_string).collect();
    assert_eq!(report.verdict, Verdict::Altered, "{said:#?}");
    assert!(said.iter().any(|s| s.contains(file)), "{file} is not named: {said:#?}");
    let found = house.doctor().await;
    assert!(found.iter().any(|s| s.contains(file)), "{file} is not named by the doctor: {found:#?}");
}

#[test]
fn a_changed_file_of_the_archive_is_named() {
    tell(async {
        for file in
            ["sealed.pdf", "issued.pdf", "signatures.pdf", "snapshot.json", "premis.xml", "log-proof.txt", "verify.sh"]
        {
            let house = House::with_sealed_copies().await;
            let path = house.archive().join(format!("{}-v1/v1/content/{file}", COPIES[0]));
            let mut bytes = std::fs::read(&path).expect("the file");
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            overwrite(&path, &bytes);
            is_named(&house, file).await;
        }
    });
}

#[test]
fn a_removed_file_and_an_added_file_are_named() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let content = house.archive().join(format!("{}-v1/v1/content", COPIES[1]));
        std::fs::remove_file(content.join("dc.xml")).expect("a file goes");
        is_named(&house, "dc.xml").await;
        let house = House::with_sealed_copies().await;
        let content = house.archive().join(format!("{}-v1/v1/content", COPIES[1]));
        std::fs::write(content.join("appendix.txt"), "приписка").expect("a file comes");
        is_named(&house, "appendix.txt").await;
        let house = House::with_sealed_copies().await;
        std::fs::write(house.archive().join("notes.txt"), "заметка").expect("a file comes");
        is_named(&house, "notes.txt").await;
    });
}

#[test]
fn a_removed_record_is_missed_by_the_register() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let name = format!("{}-v1", COPIES[0]);
        std::fs::remove_dir_all(house.archive().join(&name)).expect("a record goes");
        let found = house.doctor().await.join("\n");
        assert!(found.contains("doctor.object-missing") && found.contains(&name), "{found}");
        let report = checked(&house);
        assert!(report.all_findings().any(|f| f.code == "archive.register-gap"), "{report:#?}");
    });
}

#[test]
fn two_records_that_changed_places_are_named() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let place = |id: &str| house.archive().join(format!("{id}-v1"));
        let aside = house.outside("aside");
        std::fs::rename(place(COPIES[0]), &aside).expect("a move");
        std::fs::rename(place(COPIES[1]), place(COPIES[0])).expect("a move");
        std::fs::rename(&aside, place(COPIES[1])).expect("a move");
        let report = checked(&house);
        assert_eq!(report.verdict, Verdict::Altered, "{report:#?}");
        assert!(house.doctor().await.iter().any(|s| s.contains("doctor.sealed-pdf-differs")));
    });
}

#[test]
fn a_record_of_another_school_among_ours_is_a_stranger() {
    tell(async {
        let (house, other) = (House::with_sealed_copies().await, House::empty().await);
        other.import(&super::house::Bundle::small(), false).await.expect("an import");
        other.close("Q1", &["5А"], None).await.expect("a closing");
        let frozen = other.db.list_copies().await.expect("copies");
        letopis::flow::issue::issue(&other, &frozen, &super::house::after(2), |_| {}).await.expect("an issue");
        other.sign_everything(10).await.expect("signatures");
        other.seal_everything(20).await.expect("a seal");
        let name = format!("{}-v1", COPIES[0]);
        std::fs::remove_dir_all(house.archive().join(&name)).expect("ours goes");
        super::house::copy_folder(&other.archive().join(&name), &house.archive().join(&name));
        let found = house.doctor().await;
        assert!(found.iter().any(|s| s.contains("doctor.sealed-pdf-differs")), "{found:#?}");
        assert!(found.iter().any(|s| s.contains("authority")), "another authority is named: {found:#?}");
    });
}

/// The checks with stock tools say of a sealed record that it is genuine; skipped aloud without openssl.
pub fn stock_tools_agree(house: &House, copy: &str, version: u32) {
    use letopis::vault::record::{VERIFY_AWK, VERIFY_SH};
    use std::process::Command;
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("ПРОПУЩЕНО: нет программы openssl");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("verify.sh"), VERIFY_SH).expect("written");
    std::fs::write(folder.path().join("verify.awk"), VERIFY_AWK).expect("written");
    let content = house.archive().join(format!("{copy}-v{version}/v1/content"));
    let done = Command::new("sh").arg(folder.path().join("verify.sh")).arg(content).output().expect("sh runs");
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}");
}

/// What leaves the house holds too: the package by its own script (skipped aloud without openssl), and the sealed PDF alone, as somebody sends it
/// on.
pub async fn holds_outside(house: &House, copy: &str) {
    use std::process::Command;
    let packed = export::export_copy(house, copy, None, &after(1_000)).await.expect("a package");
    let folder = tempfile::tempdir().expect("a folder");
    zip::ZipArchive::new(std::io::Cursor::new(&packed.bytes)).expect("a zip").extract(&folder).expect("files");
    let bag = std::fs::read_dir(folder.path()).expect("entries").map(|one| one.expect("an entry").path());
    let data = bag.map(|bag| bag.join("data")).find(|data| data.is_dir()).expect("a bag");
    let alone = verify_path(&data.join("sealed.pdf"), &VerifyOptions::default());
    assert_eq!(alone.verdict, Verdict::Valid, "{copy}: {alone:#?}");
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("ПРОПУЩЕНО: нет программы openssl");
        return;
    }
    let done = Command::new("sh").arg(data.join("verify.sh")).output().expect("sh runs");
    assert!(done.status.success(), "{copy}: {}", String::from_utf8_lossy(&done.stdout));
}
