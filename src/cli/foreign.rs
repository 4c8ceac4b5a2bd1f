//! `attach-signature`: a signature made elsewhere over a copy's document. Floor 3.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::table::print_json;
use super::{Desk, Failure, REFUSED, print_findings};
use crate::domain::finding::{Finding, Verdict};
use crate::flow::foreign::{self, Kept, told};
use crate::sign::foreign::{LARGEST, NOT_CHECKED, Signature, SignatureCheck};

/// `attach-signature`.
#[derive(Debug, Args)]
pub(super) struct AttachSignature {
    #[arg(value_name = "КОПИЯ", help = "Идентификатор копии, например 2025-05A-Q1")]
    copy: String,
    #[arg(long = "sig", value_name = "ФАЙЛ", help = "Отсоединённая подпись CAdES над issued.pdf или sealed.pdf копии")]
    file: PathBuf,
    #[arg(long = "copy-version", value_name = "N", help = "Версия копии; без этого последняя")]
    copy_version: Option<u32>,
}

/// One signature file in a listing.
#[derive(Debug, Serialize)]
pub(super) struct SignatureLine<'a> {
    sha256: &'a str,
    over: &'a str,
    attached_at: &'a str,
    attached_by: &'a str,
    verdict: Verdict,
    signatures: &'a [Signature],
    not_checked: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Finding],
}

impl<'a> SignatureLine<'a> {
    /// Of a kept file.
    pub(super) fn of(kept: &'a Kept) -> Self {
        let Kept { row, check } = kept;
        Self { attached_at: &row.at, attached_by: &row.by, sha256: &row.digest, over: &row.over, ..Self::bare(check) }
    }

    fn bare(check: &'a SignatureCheck) -> Self {
        Self {
            sha256: "",
            over: check.over,
            attached_at: "",
            attached_by: "",
            verdict: check.verdict(),
            signatures: &check.signatures,
            not_checked: NOT_CHECKED,
            findings: &check.findings,
        }
    }
}

impl AttachSignature {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let failed = |source| Failure::File { path: self.file.clone(), source };
        // What is too long for a signature is not read to its end.
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&self.file).map_err(failed)?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST as u64 + 1), &mut bytes).map_err(failed)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let attached = foreign::attach(&house, &self.copy, self.copy_version, &name, &bytes, &desk.act(&house)).await?;
        if desk.json {
            let line = SignatureLine {
                sha256: attached.row.as_ref().map(|row| row.digest.as_str()).unwrap_or_default(),
                attached_at: attached.row.as_ref().map(|row| row.at.as_str()).unwrap_or_default(),
                attached_by: attached.row.as_ref().map(|row| row.by.as_str()).unwrap_or_default(),
                ..SignatureLine::bare(&attached.check)
            };
            print_json(&line);
        } else {
            print_findings(&attached.check.findings);
            println!("{name}: {}", told(&attached.check));
            println!(
                "{}",
                match (&attached.row, attached.again) {
                    (None, _) => "Подпись не приложена, ничего не записано.",
                    (Some(_), true) => "Эта же подпись уже приложена к копии, ничего не изменилось.",
                    (Some(_), false) => "Подпись приложена к копии.",
                }
            );
        }
        Ok(if attached.row.is_none() { REFUSED } else { 0 })
    }
}
