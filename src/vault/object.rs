//! A sealed record as an object of an OCFL 1.1 storage root: written once, in two steps around the caller's transaction. Floor 1.
//!
//! ```text
//! stage     everything but log-proof.txt and the inventory, in the staging folder; durable when it returns
//! (commit)  the caller's transaction: register line, audit event, «sealed»
//! finish    log-proof.txt and the inventory; then the whole object moves into the root
//! ```
//!
//! | a crash in | leaves | start-up does |
//! |---|---|---|
//! | `stage`, or before the commit | a staging folder that nothing refers to | `discard` |
//! | after the commit, or in `finish` | a durable staging folder | `finish`: completes the same bytes |
//! | the end of `finish` | the object in the root | `finish`: finds it in place |

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha512};

use super::content::name;
use super::durable;
use super::error::{Error, failed};
use super::inventory::{self, FileDigests, FirstVersion, User};
use super::record::Parts;
use crate::domain::canon::{Digest, hex};
use crate::domain::log_proof::{content_digest, object_id, object_name};
use crate::domain::snapshot::{CopyFacts, SchoolFacts};

/// Declaration of a storage root (OCFL 1.1, 4.1): file name and content.
pub const ROOT_DECLARATION: (&str, &str) = ("0=ocfl_1.1", "ocfl_1.1\n");
/// Declaration of an object (OCFL 1.1, 3.3): file name and content.
pub(super) const OBJECT_DECLARATION: (&str, &str) = ("0=ocfl_object_1.1", "ocfl_object_1.1\n");
/// Where the files of the first version stand inside an object.
pub(super) const CONTENT: &str = "v1/content";

/// A staged record, durable on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The staging folder of this record.
    pub path: PathBuf,
    /// `2025-05A-Q1-v1`.
    pub name: String,
    /// `urn:letopis:…`: `object` of the seal event.
    pub id: String,
    /// Digest over all files but `log-proof.txt`: `content` of the seal event.
    pub content: Digest,
}

/// Makes a storage root, or finds it made.
pub fn create_root(root: &Path) -> Result<(), Error> {
    durable::create_folder(root)?;
    let (file, text) = ROOT_DECLARATION;
    durable::write_once(&root.join(file), text.as_bytes())
}

/// Writes everything of a record that is known before the log has the seal event, durably, into `staging/<name>`.
///
/// `staging` must be on the file system of the root: the last step is a rename.
pub fn stage(staging: &Path, parts: &Parts<'_>) -> Result<Staged, Error> {
    let copy = &parts.snapshot.copy;
    let name = object_name(&copy.id, copy.version);
    let path = staging.join(&name);
    if path.exists() {
        return Err(Error::AlreadyStaged(name));
    }
    let files = parts.files();
    durable::create_folder(&path)?;
    durable::create(&path.join(OBJECT_DECLARATION.0), OBJECT_DECLARATION.1.as_bytes())?;
    let content = path.join(CONTENT);
    for (file, bytes) in &files {
        let target = content.join(file);
        if let Some(folder) = target.parent() {
            durable::create_folder(folder)?;
        }
        durable::create(&target, bytes)?;
    }
    // Up to here a crash leaves rubbish in the staging folder; from here on the files are safe, and still nobody knows them.
    durable::sync_tree(&path)?;
    durable::sync(staging)?;
    let content = content_digest(files.iter().map(|(file, bytes)| (file.as_str(), Digest::of(bytes))));
    Ok(Staged { path, id: object_id(&parts.snapshot.school.id, &copy.id, copy.version), name, content })
}

/// Adds the log's proof and the inventory to a staged record and moves it into the root; returns where it stands.
///
/// May be called again after a crash at any line, with the same arguments: it completes the same bytes, or finds them in place.
/// `created` is the time of sealing, RFC 3339 with offset; `message` says why, in Russian.
pub fn finish(staged: &Path, root: &Path, log_proof: &str, created: &str, message: &str) -> Result<PathBuf, Error> {
    let name = staged.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let target = root.join(&name);
    if target.exists() {
        return already_in_place(staged, target, name, log_proof);
    }
    if !staged.exists() {
        return Err(Error::NotStaged(name));
    }
    let content = staged.join(CONTENT);
    durable::write_once(&content.join(name::LOG_PROOF), log_proof.as_bytes())?;
    let inventory = first_inventory(&content, created, message)?;
    let sidecar = inventory::sidecar(inventory.as_bytes());
    // Inventories last: an object without one is known to be unfinished.
    for folder in [staged.join("v1"), staged.to_owned()] {
        durable::write_once(&folder.join(inventory::FILE), inventory.as_bytes())?;
        durable::write_once(&folder.join(inventory::SIDECAR), sidecar.as_bytes())?;
    }
    durable::move_into_place(staged, &target)?;
    Ok(target)
}

/// The crash came after the rename: makes the rename durable, unless the object in place is another one.
fn already_in_place(staged: &Path, target: PathBuf, name: String, log_proof: &str) -> Result<PathBuf, Error> {
    let proof = target.join(CONTENT).join(name::LOG_PROOF);
    let present = fs::read(&proof).map_err(failed("Чтение файла", &proof))?;
    if present != log_proof.as_bytes() {
        return Err(Error::AlreadyArchived(name));
    }
    // A power cut between the two fsyncs of the move can leave the folder in both places; the one in the root is whole.
    durable::remove_tree(staged)?;
    if let Some(root) = target.parent() {
        durable::sync(root)?;
    }
    Ok(target)
}

/// Throws a staged record away: nothing was committed that refers to it.
pub fn discard(staged: &Path) -> Result<(), Error> {
    durable::remove_tree(staged)
}

/// What waits in the staging folder, by name; a staging folder that is not there holds nothing.
pub fn list_staged(staging: &Path) -> Result<Vec<PathBuf>, Error> {
    if !staging.exists() {
        return Ok(Vec::new());
    }
    Ok(durable::sorted_entries(staging)?.iter().map(fs::DirEntry::path).collect())
}

/// The objects of a storage root, by name.
pub fn list_objects(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = durable::sorted_entries(root)?;
    Ok(entries.iter().map(fs::DirEntry::path).filter(|path| is_object(path)).collect())
}

/// The text of an object's log proof, read alone; `None` when it does not read.
pub fn log_proof_of(path: &Path) -> Option<String> {
    fs::read_to_string(path.join(CONTENT).join(name::LOG_PROOF)).ok()
}

/// Does the folder declare itself an object?
pub fn is_object(path: &Path) -> bool {
    path.join(OBJECT_DECLARATION.0).is_file()
}

/// Does the folder declare itself a storage root?
pub fn is_root(path: &Path) -> bool {
    path.join(ROOT_DECLARATION.0).is_file()
}

/// The head of a snapshot: enough to know whose record a staged folder is.
#[derive(Deserialize)]
struct Head {
    copy: CopyFacts,
    school: SchoolFacts,
}

/// Reads all content back from the disk, so that the inventory says what is really there.
fn first_inventory(content: &Path, created: &str, message: &str) -> Result<String, Error> {
    let snapshot = content.join(name::SNAPSHOT);
    let bytes = fs::read(&snapshot).map_err(failed("Чтение файла", &snapshot))?;
    let head: Head = serde_json::from_slice(&bytes).map_err(|error| Error::Unreadable(error.to_string()))?;
    let mut files = BTreeMap::new();
    digest_files(content, "", &mut files)?;
    let school = &head.school;
    let name = if school.short_name.is_empty() { &school.name } else { &school.short_name };
    Ok(inventory::write_first(
        &FirstVersion {
            id: &object_id(&school.id, &head.copy.id, head.copy.version),
            created,
            message,
            user: &User { name: name.clone(), address: format!("urn:letopis:{}", school.id) },
        },
        &files,
    ))
}

fn digest_files(folder: &Path, prefix: &str, files: &mut BTreeMap<String, FileDigests>) -> Result<(), Error> {
    for entry in durable::sorted_entries(folder)? {
        let path = entry.path();
        let logical = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            digest_files(&path, &format!("{logical}/"), files)?;
        } else {
            let bytes = fs::read(&path).map_err(failed("Чтение файла", &path))?;
            let digests =
                FileDigests { sha512: hex(&Sha512::digest(&bytes)), sha256: Digest(Sha256::digest(&bytes).into()) };
            files.insert(logical, digests);
        }
    }
    Ok(())
}
