//! Independent verdicts: what OpenSSL, Poppler, pyHanko, MuPDF, qpdf and veraPDF say of our keys, certificates and seals.
//!
//! A tool that is not installed is skipped aloud. veraPDF is taken from `LETOPIS_VERAPDF` (called as `CMD 3b FILE`).

use std::path::{Path, PathBuf};
use std::process::Command;

use letopis::sign::authority::to_pem;
use letopis::sign::seal::check_seal;
use letopis::sign::{keys, note};

use super::press::{SCHOOL, SEALED, TAGGED, UNSEALED, WITH_A_LINK};

/// A folder with the files that a tool is shown.
struct Table(tempfile::TempDir);

impl Table {
    fn laid() -> Self {
        let table = Self(tempfile::tempdir().unwrap());
        table.put("authority.pem", to_pem(&SCHOOL.authority));
        table.put("person.pem", to_pem(&SCHOOL.person_certificate));
        table.put("seal.pem", to_pem(&SCHOOL.seal_certificate));
        table.put("sealed.pdf", &*SEALED);
        table.put("sealed-with-a-link.pdf", SCHOOL.seal(&WITH_A_LINK));
        table.put("sealed-tagged.pdf", SCHOOL.seal(&TAGGED));
        table
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a tool here; `None`, said aloud, if it is not installed. Gives success and all that it printed.
    fn run(&self, tool: &str, arguments: &[&str]) -> Option<(bool, String)> {
        let output = Command::new(tool).args(arguments).current_dir(self.path()).output();
        let Ok(output) = output else {
            eprintln!("ПРОПУЩЕНО: нет программы {tool}");
            return None;
        };
        let text = [output.stdout, output.stderr].concat();
        Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    /// Runs a tool that must agree.
    fn agrees(&self, tool: &str, arguments: &[&str], word: &str) {
        if let Some((success, text)) = self.run(tool, arguments) {
            assert!(success && text.contains(word), "{tool} {arguments:?}: {text}");
        }
    }
}

const SEALED_FILES: [&str; 3] = ["sealed.pdf", "sealed-with-a-link.pdf", "sealed-tagged.pdf"];

#[test]
fn openssl_builds_the_chain_of_every_certificate() {
    let table = Table::laid();
    // 1762160400: the day of sealing, so that the verdict does not age.
    let at = ["verify", "-x509_strict", "-attime", "1762160400", "-CAfile", "authority.pem"];
    for certificate in ["person.pem", "seal.pem", "authority.pem"] {
        table.agrees("openssl", &[&at[..], &[certificate]].concat(), &format!("{certificate}: OK"));
    }
}

#[test]
fn openssl_reads_a_certificate_as_we_do() {
    let table = Table::laid();
    let arguments =
        ["x509", "-in", "person.pem", "-noout", "-serial", "-dates", "-subject", "-nameopt", "utf8,sep_comma_plus"];
    table.agrees("openssl", &arguments, "CN=Проверочная Анна Образцовна");
    table.agrees("openssl", &arguments, &format!("serial=70{}", "F0".repeat(15)));
    table.agrees("openssl", &arguments, "notAfter=Aug 31 23:59:59 2055 GMT");
}

#[test]
fn openssl_opens_our_key_files_and_we_open_its() {
    let table = Table::laid();
    let person = SCHOOL.person_key.to_encrypted_pem("пароль-1", [5; 32]).unwrap();
    let seal = SCHOOL.seal_key.to_encrypted_pem("пароль-1", [6; 32]).unwrap();
    table.put("person.key", person);
    table.put("seal.key", seal);
    let open = |file, word: &str| {
        table.agrees("openssl", &["pkey", "-in", file, "-passin", "pass:пароль-1", "-noout", "-text"], word)
    };
    open("person.key", "ED25519 Private-Key");
    open("seal.key", "ASN1 OID: prime256v1");
    let wrong = table.run("openssl", &["pkey", "-in", "person.key", "-passin", "pass:другой", "-noout"]);
    assert!(wrong.is_none_or(|(success, _)| !success));

    let write = ["genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", "pass:пароль-2", "-out", "theirs.key"];
    if table.run("openssl", &write).is_some_and(|(success, _)| success) {
        let pem = std::fs::read_to_string(table.path().join("theirs.key")).unwrap();
        assert!(keys::Ed25519Key::from_encrypted_pem(&pem, "пароль-2").is_ok());
    }
}

#[test]
fn openssl_verifies_a_statement_and_a_checkpoint() {
    let table = Table::laid();
    let statement = b"letopis.statement/v1\n{\"copy\":\"5A-Q1\"}\n";
    table.put("statement", statement);
    table.put("statement.sig", SCHOOL.person_key.sign(statement));
    let body = "letopis.example/17\n3\nroot=\n";
    let signed = note::sign_note(body, "letopis.example/17", &SCHOOL.person_key);
    let line = signed.trim_end().rsplit(' ').next().unwrap();
    let blob = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, line).unwrap();
    table.put("checkpoint", body);
    table.put("checkpoint.sig", &blob[4..]);
    if table.run("openssl", &["x509", "-in", "person.pem", "-pubkey", "-noout", "-out", "person.pub"]).is_some() {
        for (message, signature) in [("statement", "statement.sig"), ("checkpoint", "checkpoint.sig")] {
            let files = ["-in", message, "-sigfile", signature];
            let verify = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "person.pub"];
            table.agrees("openssl", &[&verify[..], &files].concat(), "Signature Verified Successfully");
        }
    }
}

#[test]
fn openssl_verifies_the_container_over_the_byte_range() {
    let table = Table::laid();
    let original = check_seal(&SEALED).original_len;
    let word = b"/Contents<";
    let start =
        original + SEALED[original..].windows(word.len()).position(|window| window == word).unwrap() + word.len();
    let end = start + SEALED[start..].iter().position(|byte| *byte == b'>').unwrap();
    table.put("covered", [&SEALED[..start - 1], &SEALED[end + 1..]].concat());
    let container = letopis::domain::canon::unhex(std::str::from_utf8(&SEALED[start..end]).unwrap()).unwrap();
    table.put("container.der", container);
    // `-cades` also demands signing-certificate-v2 and follows it along the chain.
    let verify =
        ["cms", "-verify", "-cades", "-inform", "DER", "-in", "container.der", "-content", "covered", "-binary"];
    let trust = ["-CAfile", "authority.pem", "-purpose", "any", "-attime", "1762160400", "-out", "checked"];
    table.agrees("openssl", &[&verify[..], &trust].concat(), "Verification successful");
}

#[test]
fn poppler_says_the_signature_is_valid_and_covers_the_whole_document() {
    let table = Table::laid();
    for file in SEALED_FILES {
        table.agrees("pdfsig", &["-nocert", file], "Signature Validation: Signature is Valid.");
        table.agrees("pdfsig", &["-nocert", file], "Total document signed");
        table.agrees("pdfsig", &["-nocert", file], "ETSI.CAdES.detached");
    }
}

#[test]
fn pyhanko_says_intact_and_trusted() {
    let table = Table::laid();
    for file in SEALED_FILES {
        let arguments = ["sign", "validate", "--trust", "authority.pem", "--trust-replace", "--pretty-print", file];
        if let Some((_, text)) = table.run("pyhanko", &arguments) {
            for word in [
                "The signature is cryptographically sound.",
                "The signer's certificate is trusted.",
                "The signature covers the entire file.",
                "The signature is judged VALID.",
            ] {
                assert!(text.contains(word), "pyhanko {file}: {text}");
            }
        }
    }
}

#[test]
fn mupdf_says_nothing_changed_since_the_seal() {
    let table = Table::laid();
    for file in SEALED_FILES {
        let Some((_, text)) = table.run("mutool", &["sign", "-v", file]) else { return };
        if text.contains("no signature support") || text.contains("unrecognized") {
            eprintln!("ПРОПУЩЕНО: mutool без подписей");
            return;
        }
        assert!(text.contains("document is unchanged since signing") || text.contains("not changed since"), "{text}");
    }
}

#[test]
fn qpdf_finds_no_fault_in_the_files() {
    let table = Table::laid();
    table.put("unsealed.pdf", &*UNSEALED);
    for file in SEALED_FILES.iter().chain(&["unsealed.pdf"]) {
        table.agrees("qpdf", &["--check", file], "No syntax or stream encoding errors found");
    }
}

#[test]
fn verapdf_says_a_sealed_file_is_still_pdf_a_3b() {
    let Ok(tool) = std::env::var("LETOPIS_VERAPDF") else {
        eprintln!("ПРОПУЩЕНО: LETOPIS_VERAPDF не задана");
        return;
    };
    let table = Table::laid();
    let (success, text) = table.run(&tool, &[&["3b"][..], &SEALED_FILES].concat()).unwrap();
    assert!(success, "{text}");
}
