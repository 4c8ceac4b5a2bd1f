//! The audit log from outside: signed checkpoints, proofs, and the check that starts from the rows. Floor 2.

mod notices;
mod outside;
mod replay;

use super::keys::{Keyring, LOG};
use super::{Act, Error, House};
use crate::domain::audit;
use crate::domain::canon::{Digest, unhex};
use crate::domain::checkpoint::{Checkpoint, Containment, checkpoint_in_log};
use crate::domain::finding::Finding;
use crate::domain::log_proof::LogProof;
use crate::domain::merkle;
use crate::domain::words;
use crate::sign::certificate::{PublicKey, certificate_facts, from_pem};
use crate::sign::note;
use crate::store::{CheckpointRow, LogEntry};

/// The log's checkpoint of this moment, signed and kept.
pub async fn checkpoint(house: &House, keyring: &Keyring, act: &Act) -> Result<Checkpoint, Error> {
    let (size, root) = house.db.log_state().await?;
    let checkpoint = Checkpoint { origin: house.config.school.clone(), size, root };
    house.db.keep_checkpoint(&signed(&checkpoint, keyring, act)?).await?;
    Ok(checkpoint)
}

/// The day's checkpoint, signed when none was signed that day in the house's zone; `None` when one stands already, or before the school has keys.
/// For `serve` once a day and for `log checkpoint --if-due`.
pub async fn daily_checkpoint(house: &House, act: &Act) -> Result<Option<Checkpoint>, Error> {
    let today = act.at.date_naive();
    let of_today = |row: &CheckpointRow| {
        let signed = chrono::DateTime::parse_from_rfc3339(&row.signed_at);
        signed.is_ok_and(|signed| signed.with_timezone(&act.at.timezone()).date_naive() == today)
    };
    let (size, _) = house.db.log_state().await?;
    let kept = house.db.list_checkpoints().await?;
    // A log that did not grow since its last checkpoint has that one for today as well.
    if kept.iter().any(|row| of_today(row) || row.size == size) || house.db.find_certificate(LOG).await?.is_none() {
        return Ok(None);
    }
    checkpoint(house, &Keyring::open(house).await?, act).await.map(Some)
}

/// A checkpoint as a signed note (C2SP).
pub fn signed(checkpoint: &Checkpoint, keyring: &Keyring, act: &Act) -> Result<CheckpointRow, Error> {
    Ok(CheckpointRow {
        size: checkpoint.size,
        root: checkpoint.root.to_hex(),
        signed_at: act.moment(),
        note: note::sign_note(&checkpoint.to_text(), &checkpoint.origin, &keyring.log_key()?),
    })
}

/// Leaf hashes recomputed from the rows: a check never trusts a stored hash.
pub fn leaves(entries: &[LogEntry]) -> Vec<Digest> {
    entries
        .iter()
        .map(|entry| {
            let salt = unhex(&entry.salt).unwrap_or_default();
            merkle::leaf_hash(&audit::entry(&salt, &entry.payload).0)
        })
        .collect()
}

/// Checks the log from its rows: indices without gaps, leaves, the head's root, every checkpoint ever signed, the newest of
/// those that the archive holds outside the database, and the school's data itself: first bundle and history replayed must give what stands in
/// the tables.
pub async fn verify(house: &House) -> Result<Vec<Finding>, Error> {
    let verifier = public_key(house).await?;
    let outside = outside::newest(house, verifier.as_ref())?;
    let entries = house.db.list_log().await?;
    let (size, root) = house.db.log_state().await?;
    let mut findings = Vec::new();
    for (expected, entry) in (0..).zip(&entries) {
        if entry.index != expected {
            findings.push(
                Finding::new("log.gap", format!("запись {expected}"), "в журнале событий нет записи с этим номером")
                    .expected_found(expected.to_string(), entry.index.to_string()),
            );
            break;
        }
    }
    let leaves = leaves(&entries);
    for (entry, leaf) in entries.iter().zip(&leaves) {
        if entry.leaf != leaf.to_hex() {
            findings.push(
                Finding::new(
                    "log.entry-altered",
                    format!("запись {}", entry.index),
                    format!("содержание записи «{}» изменено после внесения", entry.event),
                )
                .expected_found(entry.leaf.clone(), leaf.to_hex()),
            );
        }
    }
    if size != entries.len() as u64 {
        findings.push(
            Finding::new("log.length", "журнал событий", "число записей не то, что помнит голова журнала")
                .expected_found(size.to_string(), entries.len().to_string()),
        );
    }
    if merkle::root(&leaves) != root {
        findings.push(
            Finding::new(
                "log.root",
                "журнал событий",
                "корень дерева не тот: записи изменены, переставлены или удалены",
            )
            .expected_found(root.to_hex(), merkle::root(&leaves).to_hex()),
        );
    }
    let kept = house.db.list_checkpoints().await?;
    for row in &kept {
        findings.extend(kept_checkpoint(row, &house.config.school, verifier.as_ref(), &leaves));
    }
    findings.extend(outside.and_then(|outside| outside::compared(&outside, &leaves, &kept)));
    findings.extend(notices::check(house, &entries).await?);
    findings.extend(replay::data(house, &entries).await?);
    Ok(findings)
}

fn kept_checkpoint(
    row: &CheckpointRow,
    origin: &str,
    verifier: Option<&[u8; 32]>,
    leaves: &[Digest],
) -> Option<Finding> {
    let place = format!("контрольная точка {} от {}", row.size, row.signed_at);
    let body = verifier.and_then(|key| note::verify_note(&row.note, origin, key).ok());
    let Some(checkpoint) = body.and_then(|body| Checkpoint::parse(&body).ok()) else {
        return Some(Finding::new("log.checkpoint-signature", place, "подпись контрольной точки неверна"));
    };
    contained(&checkpoint, leaves, place)
}

/// Does the log still contain a checkpoint? `None` when it does.
pub fn contained(checkpoint: &Checkpoint, leaves: &[Digest], place: String) -> Option<Finding> {
    match checkpoint_in_log(checkpoint, leaves) {
        Containment::Contained { .. } => None,
        Containment::Shorter { size } => Some(rolled_back(place, checkpoint.size, size)),
        Containment::Rewritten { root } => Some(rewritten(place, checkpoint.root.to_hex(), root)),
    }
}

fn rolled_back(place: String, was: u64, is: u64) -> Finding {
    let message = "журнал событий короче, чем был: записи удалены или база восстановлена из старой копии";
    Finding::new("log.rolled-back", place, message)
        .expected_found(format!("не меньше {}", words::count(was, "записи", "записей", "записей")), is.to_string())
}

fn rewritten(place: String, was: String, is: Digest) -> Finding {
    let message = "журнал событий переписан: до этой точки в нём были другие записи";
    Finding::new("log.rewritten", place, message).expected_found(was, is.to_hex())
}

/// A checkpoint as a sheet of paper shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Origin of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root, lower-case hexadecimal: all 64 characters, or the first of them.
    pub root: String,
}

/// Does the log still contain a printed checkpoint, so far as its root is printed? `None` when it does.
pub fn contains_printed(printed: &Printed, leaves: &[Digest]) -> Option<Finding> {
    let place = format!("контрольная точка {}", printed.size);
    let then = usize::try_from(printed.size).ok().and_then(|size| leaves.get(..size)).map(merkle::root);
    match then {
        None => Some(rolled_back(place, printed.size, leaves.len() as u64)),
        Some(root) if root.to_hex().starts_with(&printed.root) => None,
        Some(root) => Some(rewritten(place, printed.root.clone(), root)),
    }
}

/// The log's public key from its registered certificate.
pub async fn public_key(house: &House) -> Result<Option<[u8; 32]>, Error> {
    let Some(row) = house.db.find_certificate(LOG).await? else { return Ok(None) };
    match certificate_facts(&from_pem(&row.pem)?)?.public_key {
        PublicKey::Ed25519(key) => Ok(Some(key)),
        PublicKey::P256(_) => Ok(None),
    }
}

/// Proof that one entry is in the log: payload, salt, path and a signed checkpoint.
pub async fn prove(house: &House, index: u64, act: &Act) -> Result<Option<LogProof>, Error> {
    let entries = house.db.list_log().await?;
    let Some(entry) = usize::try_from(index).ok().and_then(|at| entries.get(at)) else { return Ok(None) };
    let leaves = leaves(&entries);
    let Some(path) = merkle::inclusion_proof(&leaves, index as usize) else { return Ok(None) };
    let keyring = Keyring::open(house).await?;
    let checkpoint =
        Checkpoint { origin: house.config.school.clone(), size: leaves.len() as u64, root: merkle::root(&leaves) };
    let row = signed(&checkpoint, &keyring, act)?;
    house.db.keep_checkpoint(&row).await?;
    Ok(Some(LogProof {
        payload: entry.payload.clone(),
        salt: entry.salt.clone(),
        index,
        size: checkpoint.size,
        path,
        note: row.note,
    }))
}
