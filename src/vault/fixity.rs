//! Reading an archive object back and saying which of its files are missing, changed, extra or unreadable. Floor 1.
//!
//! Every file is opened once and streamed once; both digests come from the same pass.
//!
//! Routine reading compares each file with the inventory's SHA-256 (the fixity block) and the inventory with its SHA-512 sidecar:
//! the sidecar binds the fixity block, so a file that passes is the file that was stored. Full reading compares SHA-512 with the
//! manifest as well, which any OCFL tool does. The difference is speed: processors have instructions for SHA-256 and none for
//! SHA-512, so a routine check costs a half to a third. Neither says who wrote the inventory: signatures and the log do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256, Sha512};

use super::content::{Content, ContentFile};
use super::inventory::{self, Inventory};
use super::object::OBJECT_DECLARATION;
use crate::domain::canon::{Digest, hex};
use crate::domain::finding::{Finding, Severity};

/// How much of an object's inventory is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// SHA-256 of each file.
    #[default]
    Routine,
    /// SHA-512 of each file as well.
    Full,
}

/// An object as it was read.
#[derive(Debug, Default)]
pub struct Object {
    /// `urn:letopis:…`; empty when the inventory is unreadable.
    pub id: String,
    /// Files of the last version by logical path; those that could be read, changed or not.
    pub content: Content,
    /// What is wrong with the files.
    pub findings: Vec<Finding>,
    /// How many files were compared.
    pub compared: usize,
}

/// Reads an object, keeping the content of its last version.
pub fn read_object(path: &Path, depth: Depth) -> Object {
    walk(path, depth, true)
}

/// Compares an object's files with its inventory, holding no more than one buffer of them.
pub fn check_fixity(path: &Path, depth: Depth) -> Vec<Finding> {
    walk(path, depth, false).findings
}

/// 64 KiB: a few times a disk's read-ahead, and still inside a core's cache between reading and hashing.
const BUFFER: usize = 64 * 1024;

/// A snapshot or a PDF of one class stays far below this; more is not ours and would only fill the memory.
const LARGEST_KEPT: u64 = 256 * 1024 * 1024;

fn walk(path: &Path, depth: Depth, keep: bool) -> Object {
    let mut object = Object::default();
    let Some(inventory) = read_inventory(path, &mut object) else { return object };
    object.id.clone_from(&inventory.id);
    let expected = inventory.expected();
    let logical: BTreeMap<&str, &str> =
        inventory.logical().into_iter().map(|(logical, stored)| (stored, logical)).collect();
    let mut present = BTreeSet::new();
    list_files(path, "", &mut present, &mut object.findings);
    for (stored, (sha512, sha256)) in &expected {
        if !present.remove(*stored) {
            object.findings.push(Finding::new(
                "archive.missing-file",
                *stored,
                "Файл есть в описи, но отсутствует в записи.",
            ));
            continue;
        }
        let wants_sha512 = depth == Depth::Full || sha256.is_none();
        match read_file(&path.join(stored), wants_sha512, keep) {
            Err(error) => object.findings.push(unreadable(stored, &error)),
            Ok(read) => {
                object.compared += 1;
                let found = read.sha256.to_hex();
                if let Some(expected) = sha256.filter(|expected| *expected != found) {
                    object.findings.push(changed(stored).expected_found(expected, found));
                } else if let Some(found) = read.sha512.filter(|found| found != sha512) {
                    object.findings.push(changed(stored).expected_found(*sha512, found));
                }
                if let (Some(logical), true) = (logical.get(stored), keep) {
                    let file = ContentFile { bytes: read.bytes, sha256: read.sha256 };
                    object.content.files.insert((*logical).to_owned(), file);
                }
            }
        }
    }
    for file in structure(&inventory) {
        if !present.remove(&file) {
            object.findings.push(Finding::new("archive.missing-file", file, "Служебный файл записи отсутствует."));
        }
    }
    for file in present {
        object.findings.push(Finding::new("archive.extra-file", file, "Файл лежит в записи, но в описи его нет."));
    }
    object
}

fn changed(stored: &str) -> Finding {
    Finding::new("archive.changed-file", stored, "Содержимое файла не совпадает с описью.")
}

fn unreadable(place: &str, error: &io::Error) -> Finding {
    Finding::new("archive.unreadable-file", place, format!("Файл не читается: {error}.")).weighing(Severity::Unchecked)
}

/// The files that OCFL 1.1 demands beside the content.
fn structure(inventory: &Inventory) -> Vec<String> {
    let mut files = vec![OBJECT_DECLARATION.0.to_owned(), inventory::FILE.to_owned(), inventory::SIDECAR.to_owned()];
    for version in inventory.versions.keys() {
        files.push(format!("{version}/{}", inventory::FILE));
        files.push(format!("{version}/{}", inventory::SIDECAR));
    }
    files
}

/// Reads the inventory and compares it with its sidecar and with the copy in the last version's folder.
fn read_inventory(path: &Path, object: &mut Object) -> Option<Inventory> {
    let mut read = |file: &str| match fs::read(path.join(file)) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A missing one is told with the other service files, when the inventory itself says which there must be.
            if file == inventory::FILE {
                let message = "Опись записи отсутствует: сравнивать файлы не с чем.";
                object.findings.push(Finding::new("archive.missing-file", file, message));
            }
            None
        }
        Err(error) => {
            object.findings.push(unreadable(file, &error));
            None
        }
    };
    let bytes = read(inventory::FILE)?;
    let sidecar = read(inventory::SIDECAR);
    let declaration = read(OBJECT_DECLARATION.0);
    let inventory = match Inventory::parse(&bytes) {
        Ok(inventory) => inventory,
        Err(reason) => {
            let message = format!("Опись записи не читается: {reason}.");
            object.findings.push(Finding::new("archive.inventory-unreadable", inventory::FILE, message));
            return None;
        }
    };
    let version_file = format!("{}/{}", inventory.head, inventory::FILE);
    let version_sidecar = format!("{}/{}", inventory.head, inventory::SIDECAR);
    let (version, version_sum) = (read(&version_file), read(&version_sidecar));
    let expected = inventory::sidecar(&bytes).into_bytes();
    let pairs = [
        (inventory::SIDECAR.to_owned(), sidecar, &expected, "Контрольная сумма описи не совпадает с описью."),
        (version_sidecar, version_sum, &expected, "Контрольная сумма описи версии не совпадает с описью."),
        (version_file, version, &bytes, "Опись версии не совпадает с описью записи."),
        (
            OBJECT_DECLARATION.0.to_owned(),
            declaration,
            &OBJECT_DECLARATION.1.as_bytes().to_vec(),
            "Обозначение вида записи изменено.",
        ),
    ];
    for (file, found, expected, message) in pairs {
        if found.is_some_and(|found| found != *expected) {
            object.findings.push(Finding::new("archive.inventory-changed", file, message));
        }
    }
    Some(inventory)
}

/// Paths of all files below a folder, with `/` between. What is neither a file nor a folder is a finding: a link could lead out
/// of the record.
fn list_files(folder: &Path, prefix: &str, files: &mut BTreeSet<String>, findings: &mut Vec<Finding>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return findings.push(unreadable(prefix, &error)),
    };
    let mut empty = true;
    for entry in entries.flatten() {
        empty = false;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_file() => drop(files.insert(path)),
            Ok(kind) if kind.is_dir() => list_files(&entry.path(), &format!("{path}/"), files, findings),
            _ => findings.push(Finding::new("archive.extra-file", path, "В записи не файл и не папка (ссылка).")),
        }
    }
    // OCFL 1.1, 3.5.1: no empty folders; one named like a version would make another tool look for that version.
    if empty {
        findings.push(Finding::new("archive.extra-file", prefix, "В записи пустая папка."));
    }
}

/// All bytes of a file that has so many: `read_to_end` would ask for the size and the place again and read once more to find the end, and an
/// archive has a hundred small files for each large one.
fn read_whole(file: &mut File, size: usize) -> io::Result<Vec<u8>> {
    // One byte more than the file has: a read that leaves it empty has met the end.
    let mut bytes = vec![0; size + 1];
    let mut filled = 0;
    loop {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if filled == size {
            break;
        }
        // It grew since it was asked for its size.
        if filled == bytes.len() {
            bytes.resize(2 * filled, 0);
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

struct ReadFile {
    bytes: Vec<u8>,
    sha256: Digest,
    sha512: Option<String>,
}

fn read_file(path: &Path, wants_sha512: bool, keep: bool) -> io::Result<ReadFile> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if keep && size > LARGEST_KEPT {
        return Err(io::Error::other("файл слишком велик для записи классного журнала"));
    }
    let (mut sha256, mut sha512) = (Sha256::new(), wants_sha512.then(Sha512::new));
    let mut hash = |part: &[u8]| {
        sha256.update(part);
        if let Some(sha512) = &mut sha512 {
            sha512.update(part);
        }
    };
    let mut bytes = Vec::new();
    if keep {
        bytes = read_whole(&mut file, usize::try_from(size).unwrap_or_default())?;
        hash(&bytes);
    } else {
        let mut buffer = vec![0; BUFFER];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => hash(&buffer[..count]),
            }
        }
    }
    Ok(ReadFile { bytes, sha256: Digest(sha256.finalize().into()), sha512: sha512.map(|hash| hex(&hash.finalize())) })
}
