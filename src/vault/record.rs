//! What a sealed record consists of, before it is laid into a folder. Floor 1.

use std::collections::{BTreeMap, BTreeSet};

use super::content::name;
use super::describe;
use crate::domain::snapshot::Snapshot;

/// The check with stock tools that stands in every object and package.
pub const VERIFY_SH: &str = include_str!("verify.sh");
/// Its second half.
pub const VERIFY_AWK: &str = include_str!("verify.awk");

/// The parts of a sealed record. Certificates come as PEM text: what is in them is not this floor's business.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    /// The frozen facts.
    pub snapshot: &'a Snapshot,
    /// The PDF that the signers read.
    pub issued_pdf: &'a [u8],
    /// The PDF with the school's seal.
    pub sealed_pdf: &'a [u8],
    /// The sheet of signatures: what the statements say, for people.
    pub signatures_pdf: &'a [u8],
    /// When it was sealed: RFC 3339 with offset.
    pub sealed_at: &'a str,
    /// Signed statements in the order of signing.
    pub statements: &'a [StatementPart],
    /// The school's certificate authority, PEM.
    pub authority: &'a str,
    /// The seal's certificate, PEM.
    pub seal: &'a str,
    /// The log key's certificate, issued by the authority, PEM.
    pub log: &'a str,
    /// The log's verifier key (C2SP signed-note), without a line end.
    pub log_vkey: &'a str,
}

/// One signed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementPart {
    /// Staff identifier of the signer.
    pub staff: String,
    /// Exactly the signed bytes.
    pub signed_bytes: Vec<u8>,
    /// Raw Ed25519 signature.
    pub signature: [u8; 64],
    /// The signer's certificate, PEM.
    pub certificate: String,
}

impl Parts<'_> {
    /// All files but `log-proof.txt`, by logical path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::from([
            (name::SEALED_PDF.to_owned(), self.sealed_pdf.to_vec()),
            (name::ISSUED_PDF.to_owned(), self.issued_pdf.to_vec()),
            (name::SIGNATURES.to_owned(), self.signatures_pdf.to_vec()),
            (name::SNAPSHOT.to_owned(), self.snapshot.to_bytes()),
            (name::AUTHORITY.to_owned(), self.authority.into()),
            (name::SEAL.to_owned(), self.seal.into()),
            (name::LOG.to_owned(), self.log.into()),
            (name::LOG_VKEY.to_owned(), format!("{}\n", self.log_vkey).into_bytes()),
            (name::README.to_owned(), describe::readme(self.snapshot).into_bytes()),
            (name::PREMIS.to_owned(), describe::premis(self).into_bytes()),
            (name::DUBLIN_CORE.to_owned(), describe::dublin_core(self).into_bytes()),
            (name::VERIFY_SH.to_owned(), VERIFY_SH.into()),
            (name::VERIFY_AWK.to_owned(), VERIFY_AWK.into()),
        ]);
        let mut certified = BTreeSet::new();
        for (index, part) in self.statements.iter().enumerate() {
            let stem = name::of_statement(index + 1, self.statements.len(), &part.staff);
            // A person whose certificate was renewed between two signatures has a second one, named by the statement.
            let certificate = match certified.insert(&part.staff) {
                true => name::of_certificate(&part.staff),
                false => stem.replacen("statements/", "certificates/", 1) + ".pem",
            };
            let known = files.get(&name::of_certificate(&part.staff)).map(Vec::as_slice);
            if known != Some(part.certificate.as_bytes()) {
                files.insert(certificate, part.certificate.clone().into_bytes());
            }
            files.insert(format!("{stem}.txt"), part.signed_bytes.clone());
            files.insert(format!("{stem}.sig"), part.signature.to_vec());
        }
        files
    }
}
