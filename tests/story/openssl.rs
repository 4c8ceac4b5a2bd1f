//! Stock tools say the same: statements, keys and certificates under plain `openssl`. Skipped aloud where it is absent.

use std::path::Path;
use std::process::{Command, Output};

use super::house::{COPIES, House, passphrase, tell};

fn openssl(arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).output().expect("openssl runs")
}

/// Is there an openssl that knows Ed25519 over raw input (3.0 and later)?
fn absent() -> bool {
    let there = Command::new("openssl").args(["pkeyutl", "-help"]).output();
    let absent = !there.is_ok_and(|help| String::from_utf8_lossy(&help.stderr).contains("-rawin"));
    if absent {
        eprintln!("ПРОПУЩЕНО: openssl 3 не найден");
    }
    absent
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn every_statement_verifies_with_openssl_alone_and_a_changed_one_does_not() {
    if absent() {
        return;
    }
    tell(async {
        let house = House::with_sealed_copies().await;
        let content = house.archive().join(format!("{}-v1/v1/content", COPIES[0]));
        let mut seen = 0;
        for entry in std::fs::read_dir(content.join("statements")).expect("statements") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "txt") {
                continue;
            }
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let staff = stem.split_once('-').expect("number and person").1.to_owned();
            let certificate = content.join(format!("certificates/{staff}.pem"));
            let key = house.outside("public.pem");
            let made = openssl(&["x509", "-in", text(&certificate), "-pubkey", "-noout", "-out", text(&key)]);
            assert!(made.status.success(), "{made:?}");
            let signature = path.with_extension("sig");
            let verify = |file: &Path| {
                let files = ["-inkey", text(&key), "-in", text(file), "-sigfile", text(&signature)];
                openssl(&[&["pkeyutl", "-verify", "-rawin", "-pubin"][..], &files[..]].concat()).status.success()
            };
            assert!(verify(&path), "{}", path.display());
            let changed = house.outside("changed.txt");
            let statement = std::fs::read_to_string(&path).expect("a statement");
            std::fs::write(&changed, statement.replacen("\"version\":1", "\"version\":2", 1)).expect("a changed one");
            assert_ne!(std::fs::read_to_string(&changed).expect("it"), statement);
            assert!(!verify(&changed), "a changed statement verifies: {}", path.display());
            seen += 1;
        }
        assert_eq!(seen, house.db.list_statements(COPIES[0], 1).await.expect("statements").len());
    });
}

#[test]
fn every_private_key_opens_with_the_passphrase_and_with_no_other() {
    if absent() {
        return;
    }
    tell(async {
        let house = House::with_journal().await;
        let passphrase = format!("pass:{}", passphrase(&house));
        for certificate in house.db.list_certificates().await.expect("certificates") {
            let key = house.root.join("keys").join(&certificate.key_file);
            let certified = house.outside("certificate.pem");
            std::fs::write(&certified, &certificate.pem).expect("a certificate");
            let opened = openssl(&["pkey", "-in", text(&key), "-passin", &passphrase, "-pubout"]);
            assert!(opened.status.success(), "{opened:?}");
            let public = openssl(&["x509", "-in", text(&certified), "-pubkey", "-noout"]);
            assert_eq!(opened.stdout, public.stdout, "the key is the certificate's: {}", certificate.owner);
            let wrong = openssl(&["pkey", "-in", text(&key), "-passin", "pass:another", "-pubout"]);
            assert!(!wrong.status.success(), "{} opens with any passphrase", certificate.key_file);
        }
    });
}

#[test]
fn every_certificate_hangs_on_the_authority() {
    if absent() {
        return;
    }
    tell(async {
        let house = House::with_sealed_copies().await;
        let folder = house.archive().join(format!("{}-v1/v1/content/certificates", COPIES[0]));
        let authority = folder.join("authority.pem");
        for entry in std::fs::read_dir(&folder).expect("certificates") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "pem") {
                continue;
            }
            let at = "1761556800"; // 2025-10-27T12:20:00+03:00, a moment of the story
            let said = openssl(&["verify", "-attime", at, "-CAfile", text(&authority), text(&path)]);
            assert!(said.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&said.stderr));
        }
    });
}
