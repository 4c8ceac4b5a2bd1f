//! A sealed PDF alone, as somebody got it by mail. Floor 2.
//!
//! It carries its snapshot and its statements; what it cannot carry is its own place in the audit log and the register.

use super::record::{Attached, check_authority, check_rows, check_sealed_last, tell_people, tell_seal};
use super::statements::{self, Subject};
use super::{CopySeen, Trust, Walk};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity};
use crate::domain::snapshot::Snapshot;
use crate::sign::certificate::to_pem;
use crate::sign::seal::SealCheck;

const PLACE: &str = "PDF";
/// Code of the finding that a PDF bears no seal of a school.
pub(super) const NOT_SEALED: &str = "document.not-sealed";

/// Walks a PDF.
pub(super) fn check(pdf: &[u8], trust: &Trust<'_>, walk: &mut Walk) {
    let seal = trust.certificates.check_seal(pdf);
    let attached = Attached::read(pdf);
    if attached.snapshot.is_none() && seal.findings.iter().any(|finding| finding.code == "seal.missing") {
        let message = "В файле нет печати школы: это не скреплённая печатью копия (может быть, выпуск для проверки или чужой \
                       документ). Проверить его подлинность нельзя.";
        walk.findings.push(Finding::new(NOT_SEALED, PLACE, message).weighing(Severity::Unchecked));
        return;
    }
    tell_seal(&seal, walk);
    walk.findings.extend(seal.findings.iter().cloned());
    let (snapshot, sheets) = match attached.snapshot.as_deref().map(Snapshot::with_sheet_digests) {
        Some(Ok(read)) => read,
        Some(Err(reason)) => return walk.found("record.snapshot-unreadable", PLACE, format!("{reason}.")),
        None => return no_snapshot(&seal, walk),
    };
    walk.copy = Some(CopySeen { sealed_at: seal.claimed_at.clone().unwrap_or_default(), ..CopySeen::of(&snapshot) });
    let pem = seal.authority.as_deref().map(to_pem);
    let authority = match pem {
        Some(pem) => check_authority(Some(&pem), &snapshot, trust, walk),
        // The seal's findings have said already that its certificates are unreadable.
        None => None,
    };
    let Some(lying) = attached.statements.as_deref().and_then(statements::from_attachment) else {
        return walk.found("record.attachment-missing", PLACE, "В PDF нет заявлений подписавших или они не читаются.");
    };
    let signed = statements::believe(&lying, authority.as_deref(), trust, walk);
    // The issued PDF is not at hand; all signers of this version must at least have read one and the same. What a re-issue kept was read before.
    let own = signed.iter().find(|one| one.statement.version == snapshot.copy.version);
    let issued_pdf = own.map(|one| one.statement.issued_pdf);
    let digest = Digest::of(attached.snapshot.as_deref().unwrap_or_default());
    let subject = Subject { snapshot: &snapshot, digest, sheets: &sheets, issued_pdf };
    statements::check(&signed, lying.len() == signed.len(), &subject, walk);
    check_rows(&snapshot, walk);
    tell_people(signed.len(), &snapshot, walk);
    check_sealed_last(&seal, statements::last_moment(&signed), walk);
    let message = "Место в журнале событий и номер по реестру в сам PDF не входят: их проверяют по записи архива.";
    walk.findings.push(Finding::new("document.alone", PLACE, message).weighing(Severity::Note));
}

/// Sealed by a school, but not a copy of a journal.
fn no_snapshot(seal: &SealCheck, walk: &mut Walk) {
    if seal.findings.is_empty() {
        walk.found("record.attachment-missing", PLACE, "В скреплённом PDF нет снимка журнала.");
    }
}
