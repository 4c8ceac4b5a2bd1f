//! Checkpoints that lie outside the database: every sealed record of the archive carries one, signed right after its seal. Floor 2.
//!
//! A database put back to an older file is whole in itself, with all its own checkpoints; the archive beside it remembers a longer log.

use super::super::{Error, House};
use crate::domain::canon::Digest;
use crate::domain::checkpoint::{Checkpoint, Containment, checkpoint_in_log};
use crate::domain::finding::Finding;
use crate::domain::log_proof::{LogProof, SealEvent};
use crate::domain::words;
use crate::sign::note;
use crate::store::CheckpointRow;
use crate::vault;

/// The checkpoint of a sealed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outside {
    /// Folder of the record: `2025-05A-Q1-v1`.
    record: String,
    /// When the record was sealed, RFC 3339; empty when its proof does not say.
    sealed_at: String,
    checkpoint: Checkpoint,
}

/// The checkpoint of the longest log that the archive knows of. To be read before the log itself: a record stands in the archive only after
/// its seal stands in the log. Only proofs are read; what is signed by nobody of this house is for the archive's own check.
pub(super) fn newest(house: &House, verifier: Option<&[u8; 32]>) -> Result<Option<Outside>, Error> {
    let root = house.archive();
    if !root.is_dir() {
        return Ok(None);
    }
    let school = &house.config.school;
    let read = |path: &std::path::PathBuf| {
        let proof = LogProof::parse(&vault::log_proof_of(path)?).ok()?;
        let body = match verifier {
            Some(key) => note::verify_note(&proof.note, school, key).ok()?,
            // A database from before the keys: whose signature it is cannot be told, what it says can.
            None => format!("{}\n", proof.note.split_once("\n\n")?.0),
        };
        let checkpoint = Checkpoint::parse(&body).ok().filter(|checkpoint| checkpoint.origin == *school)?;
        let record = path.file_name()?.to_string_lossy().into_owned();
        let sealed_at = SealEvent::parse(&proof.payload).map(|event| event.at).unwrap_or_default();
        Some(Outside { record, sealed_at, checkpoint })
    };
    let records = vault::list_objects(&root)?;
    Ok(records.iter().filter_map(read).max_by_key(|outside| outside.checkpoint.size))
}

/// Does the log contain that checkpoint? `None` when it does.
pub(super) fn compared(outside: &Outside, leaves: &[Digest], kept: &[CheckpointRow]) -> Option<Finding> {
    let Outside { record, sealed_at, checkpoint } = outside;
    let when = match sealed_at.as_str() {
        "" => String::new(),
        at => format!(" {}", words::moment_short(at)),
    };
    let place = format!("контрольная точка в записи архива {record}");
    match checkpoint_in_log(checkpoint, leaves) {
        Containment::Contained { .. } => None,
        Containment::Shorter { size } => {
            let last = kept.last().map_or_else(
                || "своей контрольной точки в базе нет ни одной".to_owned(),
                |row| format!("последняя контрольная точка базы — {}", words::moment_short(&row.signed_at)),
            );
            let message = format!(
                "журнал событий короче, чем был{when}, когда скрепили эту запись: база данных старше архива, она восстановлена из более \
                 ранней копии ({last}). Не продолжайте работу: восстановите самую новую резервную копию (letopis restore)"
            );
            let was = words::count(checkpoint.size, "записи", "записей", "записей");
            let finding = Finding::new("log.rolled-back", place, message);
            Some(finding.expected_found(format!("не меньше {was}"), size.to_string()))
        }
        Containment::Rewritten { root } => {
            let message = format!(
                "до этой точки{when} в журнале событий были другие записи: он переписан, или базу восстановили из более ранней копии и \
                 продолжали в ней работать"
            );
            let finding = Finding::new("log.rewritten", place, message);
            Some(finding.expected_found(checkpoint.root.to_hex(), root.to_hex()))
        }
    }
}
