//! The zip in which a record leaves the house: one folder, stored entries, nothing that could vary. Floor 1.
//!
//! Same files, same bytes. So the reader packs what it has read once more and compares: in a package of ours every single byte
//! is accounted for, the container's own fields included. PDFs are compressed already, so entries are stored, and packing again costs
//! one pass. A package that somebody unpacked and packed again is still read; its container then proves nothing, its content
//! proves itself.
//!
//! A foreign zip is hostile until read: names that climb out, doubled names, passwords, bombs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::error::Error;
use crate::domain::finding::{Finding, Severity};

/// Comment at the end of a package: whose packing it claims to be.
const COMMENT: &str = "letopis.package/v1";
/// Local header up to the checksum (APPNOTE 4.3.7): signature, version, flags, method, time, date. The same in every package.
const HEADER_START: usize = 14;
/// Start of the end record (APPNOTE 4.3.16).
const END_RECORD: &[u8] = b"PK\x05\x06";
/// Length of the end record without its comment.
const END_RECORD_LENGTH: usize = 22;
/// A record has some 100 files; statements of a hundred teachers some 300.
const MOST_ENTRIES: usize = 10_000;
/// A record is some 1 MB; 512 MiB is what a zip may unpack to before it is taken for a bomb.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Ending of the folder beside the top one: signatures made elsewhere, which belong to nothing that was sealed.
pub const BESIDE: &str = ".signatures";

/// A package as it was read.
#[derive(Debug, Default)]
pub struct Package {
    /// The top folder.
    pub folder: String,
    /// Files below it.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Files of the folder beside it, [`BESIDE`].
    pub beside: BTreeMap<String, Vec<u8>>,
    /// What is wrong with the container.
    pub findings: Vec<Finding>,
}

/// Packs files into one top folder; same arguments, same bytes.
pub fn pack(folder: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Error> {
    pack_beside(folder, files, &BTreeMap::new())
}

/// [`pack`] with a second folder beside the first.
pub fn pack_beside(
    folder: &str,
    files: &BTreeMap<String, Vec<u8>>,
    beside: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, Error> {
    let size: usize = files.values().chain(beside.values()).map(Vec::len).sum();
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(size + files.len() * 256)));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (path, bytes) in files {
        zip.start_file(format!("{folder}/{path}"), options)?;
        zip.write_all(bytes).map_err(ZipError::from)?;
    }
    for (name, bytes) in beside {
        zip.start_file(format!("{folder}{BESIDE}/{name}"), options)?;
        zip.write_all(bytes).map_err(ZipError::from)?;
    }
    zip.set_comment(COMMENT)?;
    Ok(zip.finish()?.into_inner())
}

/// Do the bytes begin as a zip does?
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads a package. What cannot be read at all comes back as findings with no files.
pub fn unpack(bytes: &[u8]) -> Package {
    let mut package = Package::default();
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            let message = format!("Zip не читается: файл обрезан или повреждён ({error}).");
            package.findings.push(unchecked("package.unreadable", message));
            return package;
        }
    };
    if archive.len() > MOST_ENTRIES {
        package.findings.push(unchecked("package.too-large", "В zip слишком много файлов.".to_owned()));
        return package;
    }
    if entries_declared(bytes).is_some_and(|declared| declared != archive.len() % 0x1_0000) {
        package.findings.push(error("package.doubled-name", "В zip есть файлы с одинаковыми именами."));
    }
    let mut folders = BTreeSet::new();
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        if let Some((folder, path, content)) = entry(&mut archive, index, &mut left, &mut package.findings) {
            match folder.ends_with(BESIDE) {
                true => package.beside.insert(path, content),
                false => package.files.insert(path, content),
            };
            folders.insert(folder);
        }
    }
    let first = folders.first().cloned().unwrap_or_default();
    folders.remove(&format!("{first}{BESIDE}"));
    if folders.len() > 1 {
        package.findings.push(error("package.several-folders", "В zip больше одной верхней папки."));
    }
    package.folder = first;
    judge_container(bytes, &mut package);
    package
}

/// One entry: top folder, path below it, content; `None` for a folder and for what must not be read.
fn entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    left: &mut u64,
    findings: &mut Vec<Finding>,
) -> Option<(String, String, Vec<u8>)> {
    let mut file = match archive.by_index(index) {
        Ok(file) => file,
        Err(ZipError::UnsupportedArchive(reason)) if reason == ZipError::PASSWORD_REQUIRED => {
            findings.push(unchecked("package.encrypted", "Zip закрыт паролем.".to_owned()));
            return None;
        }
        Err(reason) => {
            findings.push(unchecked("package.unreadable", format!("Файл в zip не читается: {reason}.")));
            return None;
        }
    };
    let name = file.name().map(|name| name.into_owned()).unwrap_or_default();
    if name.ends_with('/') {
        return None;
    }
    let Some((folder, path)) = name.split_once('/').filter(|_| is_tame(&name)) else {
        let message = "Имя файла в zip выводит за пределы папки пакета.";
        findings.push(Finding::new("package.unsafe-name", name, message));
        return None;
    };
    let mut content = Vec::new();
    let read = file.by_ref().take(*left + 1).read_to_end(&mut content);
    if content.len() as u64 > *left {
        findings.push(unchecked("package.too-large", "Zip распаковывается в слишком большой объём.".to_owned()));
        *left = 0;
        return None;
    }
    *left -= content.len() as u64;
    if let Err(reason) = read {
        let message = format!("Файл в zip повреждён: {reason}.");
        findings.push(Finding::new("package.damaged-file", name.as_str(), message));
    }
    Some((folder.to_owned(), path.to_owned(), content))
}

/// Does a name stay below its folder on every system?
pub(super) fn is_tame(name: &str) -> bool {
    !name.contains(['\\', ':', '\0']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Number of entries that the end record declares, modulo 2^16 as it is stored: the reader keeps one entry for each name, so a lower
/// count of entries means doubled names.
fn entries_declared(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(END_RECORD.len()).rposition(|window| window == END_RECORD)?;
    let record = bytes.get(at..at + END_RECORD_LENGTH)?;
    Some(usize::from(u16::from_le_bytes([record[10], record[11]])))
}

/// A package of ours must be exactly what [`pack`] makes of its files.
fn judge_container(bytes: &[u8], package: &mut Package) {
    let Ok(packed) = pack_beside(&package.folder, &package.files, &package.beside) else { return };
    if packed == bytes {
        return;
    }
    // Two marks far apart: one changed byte cannot make a package of ours look like somebody else's.
    let ours = bytes.ends_with(COMMENT.as_bytes()) || bytes.get(..HEADER_START) == packed.get(..HEADER_START);
    if !ours {
        let message = "Zip упакован другой программой; содержимое проверяется по описи пакета.";
        package.findings.push(error("package.repacked", message).weighing(Severity::Note));
    } else if package.findings.is_empty() {
        let at = packed.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        let message = "Байты упаковки изменены после вывоза из архива.";
        package.findings.push(Finding::new("package.bytes-changed", format!("zip, байт {at}"), message));
    }
}

fn error(code: &'static str, message: &str) -> Finding {
    Finding::new(code, "zip", message)
}

fn unchecked(code: &'static str, message: String) -> Finding {
    Finding::new(code, "zip", message).weighing(Severity::Unchecked)
}
