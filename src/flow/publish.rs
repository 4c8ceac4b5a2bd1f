//! Publishing the log: its tiles and its newest signed checkpoint as files below one folder, for any web server (F68). Floor 2.
//!
//! Called again it adds what is new and touches nothing else. It refuses to put another log over one that stands there: what was published once can
//! only go on.

use std::path::Path;

use super::log::{contained, leaves, public_key};
use super::{Error, House, read_file};
use crate::domain::audit;
use crate::domain::canon::{Digest, unhex};
use crate::domain::checkpoint::Checkpoint;
use crate::domain::log_tiles;
use crate::domain::merkle;
use crate::sign::note;
use crate::vault::durable;

/// Name of the checkpoint in the tree (C2SP tlog-tiles).
const CHECKPOINT: &str = "checkpoint";
/// Name of the file with the key that the checkpoint is signed with, as Go's `sumdb/note` reads it; the specification has no name for it.
const VERIFIER_KEY: &str = "vkey";

/// What a publishing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Entries under the checkpoint.
    pub size: u64,
    /// Files that were added; those that stood there already are not counted.
    pub added: usize,
}

/// Why nothing was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No checkpoint was ever signed.
    #[error("ещё нет ни одной подписанной контрольной точки: letopis log checkpoint")]
    NoCheckpoint,
    /// The rows do not give what the checkpoint says.
    #[error(
        "журнал событий не сходится со своей контрольной точкой ({0} записей): публиковать нельзя, выполните letopis log verify"
    )]
    Broken(u64),
    /// Another log, or another past of this one, stands in the folder.
    #[error("в папке опубликован другой журнал событий, или нынешний его не продолжает: {0}")]
    Other(String),
}

/// Publishes the log up to its newest signed checkpoint.
pub async fn publish(house: &House, folder: &Path) -> Result<Published, Error> {
    let entries = house.db.list_log().await?;
    let newest = house.db.list_checkpoints().await?.pop().ok_or(Refusal::NoCheckpoint)?;
    let key = public_key(house).await?.ok_or(Refusal::NoCheckpoint)?;
    let body = note::verify_note(&newest.note, &house.config.school, &key);
    let body = body.ok().and_then(|body| Checkpoint::parse(&body).ok()).ok_or(Refusal::Broken(newest.size))?;
    let hashes = leaves(&entries);
    let covered =
        usize::try_from(body.size).ok().and_then(|size| hashes.get(..size)).ok_or(Refusal::Broken(body.size))?;
    if merkle::root(covered) != body.root {
        return Err(Refusal::Broken(body.size).into());
    }
    let standing = goes_on(folder, &body, &hashes)?;
    let digest = |entry: &crate::store::LogEntry| audit::entry(&unhex(&entry.salt).unwrap_or_default(), &entry.payload);
    let digests: Vec<Digest> = entries[..covered.len()].iter().map(digest).collect();
    let mut added = 0;
    for tile in log_tiles::files(&digests) {
        let path = folder.join(&tile.path);
        let is_new = !path.exists();
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| Error::File { path: parent.to_owned(), source })?;
        }
        // A tile is whole under its own name or not there at all, and never another one than it was.
        durable::write_once(&path, &tile.bytes)?;
        added += usize::from(is_new);
        if tile.full && is_new {
            durable::remove_tree(&folder.join(format!("{}.p", tile.path)))?;
        }
    }
    let name = format!("{}\n", note::verifier_key(&house.config.school, &key));
    if std::fs::read(folder.join(VERIFIER_KEY)).ok().as_deref() != Some(name.as_bytes()) {
        durable::replace(&folder.join(VERIFIER_KEY), name.as_bytes())?;
    }
    // Last: whoever reads it finds every tile that it promises. A crash before leaves the old checkpoint over more tiles than it needs.
    if standing.as_deref() != Some(newest.note.as_str()) {
        durable::replace(&folder.join(CHECKPOINT), newest.note.as_bytes())?;
        added += 1;
    }
    Ok(Published { size: body.size, added })
}

/// The checkpoint that stands in the folder, when this log goes on from it.
fn goes_on(folder: &Path, next: &Checkpoint, hashes: &[Digest]) -> Result<Option<String>, Error> {
    let path = folder.join(CHECKPOINT);
    if !path.exists() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&read_file(&path)?).into_owned();
    // The body is its first three lines; whose signature it carries does not matter here, only what it promised.
    let body: String = text.split_inclusive('\n').take(3).collect();
    let standing = Checkpoint::parse(&body).map_err(|error| Refusal::Other(error.to_string()))?;
    if standing.origin != next.origin {
        return Err(Refusal::Other(format!("там «{}», здесь «{}»", standing.origin, next.origin)).into());
    }
    match contained(&standing, hashes, format!("точка на {} записей", standing.size)) {
        None => Ok(Some(text)),
        Some(finding) => Err(Refusal::Other(format!("{}: {}", finding.place, finding.message)).into()),
    }
}
