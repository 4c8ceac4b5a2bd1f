//! The audit log's word on a record: what was sealed, when, under which number. Floor 2.

use std::sync::Arc;

use super::certificates::Known;
use super::{Trust, Walk};
use crate::domain::canon::Digest;
use crate::domain::checkpoint::Checkpoint;
use crate::domain::log_proof::{LogProof, SealEvent};
use crate::domain::words;
use crate::sign::certificate::PublicKey;
use crate::sign::note;
use crate::vault::{Content, name};

/// Identifier and office in the certificate of the log's key: no person of the school has them.
pub(super) const LOG_HOLDER: (&str, &str) = ("log", "журнал событий");

/// Reads `log-proof.txt` and believes its event when the log's key, certified by the school, has signed a tree with it inside.
pub(super) fn believe(
    content: &Content,
    school: &str,
    authority: Option<&Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) -> Option<SealEvent> {
    let place = name::LOG_PROOF;
    let Some(text) = content.text(place) else {
        walk.found("log.proof-missing", place, "Нет доказательства, что опечатывание внесено в журнал событий.");
        return None;
    };
    let proof = match LogProof::parse(text) {
        Ok(proof) => proof,
        Err(reason) => {
            walk.found("log.proof-unreadable", place, format!("{reason}."));
            return None;
        }
    };
    let (log, key) = log_key(content, school, authority, trust, walk)?;
    let body = match note::verify_note(&proof.note, school, &key) {
        Ok(body) => body,
        Err(reason) => {
            walk.found("log.note", place, format!("Отметка журнала событий не подписана ключом школы: {reason}."));
            return None;
        }
    };
    let Some(checkpoint) = Checkpoint::parse(&body).ok().filter(|checkpoint| checkpoint.origin == school) else {
        walk.found("log.other-origin", place, "Отметка сделана в журнале событий другой школы или не читается.");
        return None;
    };
    if !proof.leads_to(&checkpoint) {
        let message = "Этой записи об опечатывании в журнале событий нет: доказательство не сходится с корнем.";
        walk.found("log.not-included", place, message);
        return None;
    }
    let Some(event) = SealEvent::parse(&proof.payload) else {
        walk.found("log.event-unreadable", place, "Запись журнала событий не об опечатывании или не читается.");
        return None;
    };
    let at = words::moment_of(&event.at);
    if !at.is_some_and(|at| log.facts.is_in_force_at(at.to_utc())) {
        let message = format!("Сертификат журнала событий не действовал при опечатывании ({}).", event.at);
        walk.found("log.certificate", name::LOG, message);
    }
    match event.register_no() {
        Some(no) => {
            let told = format!("Журнал событий: запись {} из {}, № {no} по реестру.", proof.index + 1, proof.size);
            walk.checked.push(told);
        }
        None => walk.found("log.no-register-number", place, "В записи журнала событий нет номера по реестру."),
    }
    Some(event)
}

/// The log's certificate and public key, when the certificate is the school's and the verifier line says the same key.
fn log_key(
    content: &Content,
    school: &str,
    authority: Option<&Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) -> Option<(Arc<Known>, [u8; 32])> {
    let certificate = content.text(name::LOG).and_then(|pem| trust.certificates.read(pem));
    let Some(certificate) = certificate else {
        walk.found("log.certificate", name::LOG, "Сертификат журнала событий отсутствует или не читается.");
        return None;
    };
    let facts = &certificate.facts;
    let PublicKey::Ed25519(key) = facts.public_key else {
        walk.found("log.certificate", name::LOG, "Сертификат журнала событий не для подписи Ed25519.");
        return None;
    };
    // A teacher's certificate comes from the same authority; a teacher's key must not speak for the log.
    if (facts.identifier.as_str(), facts.office.as_str()) != LOG_HOLDER {
        walk.found("log.certificate", name::LOG, "Сертификат выдан не журналу событий, а человеку.");
        return None;
    }
    if let Some(reason) = authority.and_then(|authority| trust.certificates.not_issued(&certificate, authority)) {
        let message = format!("Сертификат журнала событий не выдан этой школой: {reason}.");
        walk.found("log.foreign-certificate", name::LOG, message);
        return None;
    }
    let line = format!("{}\n", note::verifier_key(school, &key));
    if content.text(name::LOG_VKEY) != Some(&line) {
        walk.found("log.vkey", name::LOG_VKEY, "Ключ журнала событий не тот, что в его сертификате.");
    }
    Some((certificate, key))
}

/// A digest that the event gives, and what is at hand.
pub(super) struct Pair {
    /// Code of the finding.
    pub code: &'static str,
    /// Which file.
    pub place: &'static str,
    /// What the log says.
    pub logged: Digest,
    /// What is at hand; `None` when there is nothing to compare.
    pub found: Option<Digest>,
}

/// Compares files with what was logged of them.
pub(super) fn compare(pairs: &[Pair], walk: &mut Walk) {
    for pair in pairs {
        if let Some(found) = pair.found.filter(|found| *found != pair.logged) {
            let message = "Файл не тот, который внесён в журнал событий при опечатывании.";
            let finding = crate::domain::finding::Finding::new(pair.code, pair.place, message);
            walk.findings.push(finding.expected_found(pair.logged.to_hex(), found.to_hex()));
        }
    }
}
