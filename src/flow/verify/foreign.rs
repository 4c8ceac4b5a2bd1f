//! Signatures made elsewhere that lie beside a package. Floor 2.
//!
//! They belong to nothing that was sealed: each proves itself over the document, or does not; that one was taken away nobody can tell.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::Walk;
use crate::flow::foreign::{ISSUED, SEALED, told};
use crate::sign::foreign::{Document, check_signature};
use crate::vault::package::BESIDE;
use crate::vault::{Content, name};

/// Checks every file beside a record.
pub(super) fn check(content: &Content, beside: &BTreeMap<String, Vec<u8>>, walk: &mut Walk) {
    let named = [(ISSUED, name::ISSUED_PDF), (SEALED, name::SEALED_PDF)];
    let documents = named.into_iter().filter_map(|(name, file)| Some(Document { name, bytes: content.bytes(file)? }));
    let documents: Vec<Document<'_>> = documents.collect();
    for (file, bytes) in beside {
        let mut check = check_signature(file, bytes, &documents);
        walk.checked.push(format!("Внешняя подпись {file}: {}.", told(&check)));
        walk.findings.append(&mut check.findings);
    }
}

/// The folder beside an unpacked package: `2025-05A-Q1-v1.signatures` beside `2025-05A-Q1-v1`; none is no fault.
pub(super) fn lying_beside(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let folder = folder.canonicalize()?;
    let Some(name) = folder.file_name() else { return Ok(files) };
    let beside = folder.with_file_name(format!("{}{BESIDE}", name.to_string_lossy()));
    if beside.is_dir() {
        super::read_folder(&beside, "", &mut files)?;
    }
    Ok(files)
}
