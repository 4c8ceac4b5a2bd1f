//! The files of one sealed record, wherever they were read from: an archive object, a package, a PDF. Floor 1.

use std::collections::BTreeMap;

use crate::domain::canon::Digest;

/// One file with its digest, hashed while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFile {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of them.
    pub sha256: Digest,
}

impl ContentFile {
    /// Hashes bytes that were not hashed on the way.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { sha256: Digest::of(&bytes), bytes }
    }
}

/// Files by logical path: `sealed.pdf`, `statements/01-T00001.txt` …
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The files.
    pub files: BTreeMap<String, ContentFile>,
}

impl Content {
    /// The bytes of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|file| &file.bytes[..])
    }

    /// SHA-256 of a file.
    pub fn digest(&self, path: &str) -> Option<Digest> {
        self.files.get(path).map(|file| file.sha256)
    }

    /// A file as text; `None` when it is absent or not UTF-8.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.bytes(path).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(path.into(), ContentFile::of(bytes));
    }
}

/// Names of the files of a sealed record.
pub mod name {
    /// The sealed PDF/A.
    pub const SEALED_PDF: &str = "sealed.pdf";
    /// The issued PDF/A that the signers read.
    pub const ISSUED_PDF: &str = "issued.pdf";
    /// The sheet of signatures, PDF/A; absent from records that were sealed before it was part of them.
    pub const SIGNATURES: &str = "signatures.pdf";
    /// The frozen facts.
    pub const SNAPSHOT: &str = "snapshot.json";
    /// The proof that the sealing is in the audit log.
    pub const LOG_PROOF: &str = "log-proof.txt";
    /// The check with stock tools.
    pub const VERIFY_SH: &str = "verify.sh";
    /// Its second half: what needs the JSON read.
    pub const VERIFY_AWK: &str = "verify.awk";
    /// What is here, for people.
    pub const README: &str = "README.txt";
    /// PREMIS 3 description.
    pub const PREMIS: &str = "premis.xml";
    /// Dublin Core description.
    pub const DUBLIN_CORE: &str = "dc.xml";
    /// The school's certificate authority.
    pub const AUTHORITY: &str = "certificates/authority.pem";
    /// The seal's certificate.
    pub const SEAL: &str = "certificates/seal.pem";
    /// The log key's certificate: ties the log to the authority.
    pub const LOG: &str = "certificates/log.pem";
    /// The log's key as C2SP tools read it.
    pub const LOG_VKEY: &str = "certificates/log.vkey";

    /// A staff identifier as a part of a file name: ASCII letters and digits as they are, every other byte as `~hh`, so that
    /// two identifiers never share a name and no name climbs out of its folder.
    pub fn of_staff(id: &str) -> String {
        // The certificates' folder has these names already.
        let taken = ["authority", "seal", "log"].contains(&id);
        id.bytes().enumerate().fold(String::new(), |mut name, (place, byte)| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' if !(taken && place == 0) => name.push(byte as char),
                _ => name.push_str(&format!("~{byte:02x}")),
            }
            name
        })
    }

    /// `statements/01-T00001`, without the ending; `no` from 1, `of` statements in all.
    pub fn of_statement(no: usize, of: usize, staff: &str) -> String {
        // Two digits at least, and as many as the last number has, so that names sort in the order of signing.
        let width = of.to_string().len().max(2);
        format!("statements/{no:0width$}-{}", of_staff(staff))
    }

    /// `certificates/T00001.pem`.
    pub fn of_certificate(staff: &str) -> String {
        format!("certificates/{}.pem", of_staff(staff))
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_staff_identifier_never_leaves_its_folder_and_never_meets_another() {
        assert_eq!(name::of_staff("T00001"), "T00001");
        assert_eq!(name::of_staff("../x"), "~2e~2e~2fx");
        assert_eq!(name::of_staff("Т1"), "~d0~a21");
        assert_eq!(name::of_certificate("seal"), "certificates/~73eal.pem");
        assert_ne!(name::of_staff("~2e"), name::of_staff("."));
        assert_eq!(name::of_statement(3, 12, "T1"), "statements/03-T1");
        assert_eq!(name::of_statement(3, 120, "T1"), "statements/003-T1");
    }
}
