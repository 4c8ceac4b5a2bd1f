//! Reading a copy back: label and sums without the code, the whole stream with it, into a new folder or into nothing. Floor 1.
//!
//! A copy is hostile until read: names that climb out, links, doubled names, files beyond what the disk holds.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use super::write::{digest_of, part_name, sums};
use super::{Fault, KEY, LABEL, MANIFEST, MARK, README, README_TEXT, SUMS, at, of_age, open_key};
use crate::domain::canon::Digest;
use crate::domain::carrier::manifest::{FORMAT, Label, Member};
use crate::domain::finding::{Finding, Severity};
use crate::domain::words;
use crate::vault::package::is_tame;

/// A label of a few parts is a few kilobytes.
const LARGEST_TEXT: u64 = 1024 * 1024;
/// A manifest has a line for each file: 25 years are half a million of them at 150 bytes.
const LARGEST_MANIFEST: u64 = 512 * 1024 * 1024;
/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// A copy on a carrier, as its label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its folder.
    pub folder: PathBuf,
    /// The label.
    pub label: Label,
    /// The label with its signature lines.
    pub note: String,
}

/// Copies in a folder, or the copy that the folder is; of each school the oldest first. The log's size says which is older, and not the
/// clock, which may have gone back.
pub fn list(folder: &Path) -> Vec<Found> {
    let own = open(folder).into_iter();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let below = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("letopis-"));
    let mut all: Vec<Found> = own.chain(below.filter_map(|entry| open(&entry.path()).ok())).collect();
    // Of one second the one with the higher number: «…-10» is longer than «…-2».
    let age = |found: &Found| {
        let label = &found.label;
        (label.school.clone(), label.log_size, label.at.clone(), label.id.len(), label.id.clone())
    };
    all.sort_by_key(age);
    all
}

/// Reads the label of a copy.
///
/// # Errors
/// When the folder holds none.
pub fn open(folder: &Path) -> Result<Found, Fault> {
    let shown = || folder.display().to_string();
    let not = |why: &str| Fault::NotACopy(shown(), why.to_owned());
    let note = match small(&folder.join(LABEL)) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not("в папке нет ярлыка label.txt")),
        Err(error) => return Err(at(shown())(error)),
    };
    let body = note.split("\n\n").next().unwrap_or_default();
    let label: Label = serde_json::from_str(body).map_err(|_| not("ярлык label.txt не читается"))?;
    if label.format != FORMAT {
        return Err(not("копию записала другая версия программы"));
    }
    Ok(Found { folder: folder.to_owned(), label, note })
}

fn small(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST_TEXT).read_to_string(&mut text)?;
    Ok(text)
}

/// The carrier's bytes compared with its label, without the code: how many parts were read to the end, and what is wrong.
pub fn compare(found: &Found, progress: &(dyn Fn(u64) + Sync)) -> (u64, Vec<Finding>) {
    let (mut read, mut findings) = (0, Vec::new());
    for part in &found.label.parts {
        match digest_of(&found.folder.join(&part.name)) {
            Ok((bytes, sha256)) => {
                read += 1;
                if (bytes, sha256) != (part.bytes, part.sha256) {
                    let message = "часть копии изменена или обрезана";
                    findings.push(Finding::new(PART_CHANGED, &part.name, message).expected_found(
                        format!("{}, {}", words::count(part.bytes, "байт", "байта", "байт"), part.sha256),
                        format!("{}, {sha256}", words::count(bytes, "байт", "байта", "байт")),
                    ));
                }
            }
            Err(error) => findings.push(unreadable(&part.name, error)),
        }
        progress(part.bytes);
    }
    match digest_of(&found.folder.join(KEY)) {
        Ok((_, sha256)) if sha256 == found.label.key_sha256 => {}
        Ok((_, sha256)) => findings.push(
            Finding::new("backup.key-changed", KEY, "закрытый ключ копии подменён или повреждён")
                .expected_found(found.label.key_sha256.to_hex(), sha256.to_hex()),
        ),
        Err(error) => findings.push(unreadable(KEY, error)),
    }
    findings.extend(beside(found));
    findings.extend(strangers(found));
    (read, findings)
}

/// The page for people and the sums beside the parts, against the signed label: whoever exchanges a file can write its new sum into
/// `SHA256SUMS`, and `sha256sum -c` would then find all as it should be.
fn beside(found: &Found) -> Vec<Finding> {
    let mut findings = Vec::new();
    let page = match digest_of(&found.folder.join(README)) {
        Ok((_, sha256)) => Some(sha256),
        Err(error) => {
            findings.push(missing(README, error));
            None
        }
    };
    // A label of an earlier program does not tell the page's sum; it is compared with the page of this program.
    let own = Digest::of(README_TEXT.as_bytes());
    match (found.label.readme_sha256, page) {
        (Some(told), Some(sha256)) if told != sha256 => {
            let message = "страница подменена или повреждена: не выполняйте команд, которые на ней написаны";
            let finding = Finding::new("backup.readme-changed", README, message);
            findings.push(finding.expected_found(told.to_hex(), sha256.to_hex()));
        }
        (None, Some(sha256)) if own != sha256 => {
            let message = "страницу не с чем сверить: ярлык этой копии не называет её контрольной суммы, а эта версия программы пишет другую";
            findings.push(Finding::new("backup.readme-changed", README, message).weighing(Severity::Note));
        }
        _ => {}
    }
    let label = Digest::of(found.note.as_bytes());
    let readme = found.label.readme_sha256.or(page).unwrap_or(own);
    let right = sums(&found.label.parts, &[(KEY, found.label.key_sha256), (LABEL, label), (README, readme)]);
    match small(&found.folder.join(SUMS)) {
        Ok(text) if text == right => {}
        Ok(text) => {
            let stands = |line: &&str| text.lines().any(|one| one == *line);
            let other = right.lines().filter(|line| !stands(line)).filter_map(|line| line.split_once("  "));
            let names: Vec<&str> = other.map(|(_, name)| name).collect();
            let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
            findings.push(Finding::new(
                "backup.sums-changed",
                SUMS,
                format!(
                    "контрольные суммы в этом файле не те, что записаны на подписанном ярлыке{of}: список переписан; sha256sum -c на этом \
                     носителе ничего не доказывает, запишите новую копию"
                ),
            ));
        }
        Err(error) => findings.push(missing(SUMS, error)),
    }
    findings
}

/// A page or a list that only people use: without it the copy is whole.
fn missing(name: &str, error: io::Error) -> Finding {
    match error.kind() {
        io::ErrorKind::NotFound => {
            let message = "этого файла на носителе нет; сама копия от этого цела";
            Finding::new("backup.part-missing", name, message).weighing(Severity::Warning)
        }
        _ => unreadable(name, error),
    }
}

/// Files and folders of an unpacked copy that hold people's data or keys.
const OPEN: [&str; 5] = ["letopis.db", "keys", "open", "archive", "staging"];

/// Code of the finding that a part is not the one of the label.
pub const PART_CHANGED: &str = "backup.part-changed";

/// Code of the finding that a copy was unpacked beside itself, so that its data lie open on the carrier.
pub const OPEN_DATA: &str = "backup.open-data";

/// Code of the finding that a carrier holds more than was looked through for open data.
pub const OPEN_UNSEEN: &str = "backup.open-unseen";

/// How deep below the carrier's own folder open data are looked for: hands unpack no deeper.
const OPEN_DEPTH: usize = 6;

/// Files and folders looked at there at most: a disk full of other things must not hold a comparison up.
const OPEN_LOOKS: usize = 20_000;

/// What was met while open data were looked for.
#[derive(Default)]
struct Look {
    /// Files and folders with open data.
    open: Vec<PathBuf>,
    /// How many names were looked at.
    seen: usize,
    /// Was something left that nobody looked at?
    is_left: bool,
}

impl Look {
    /// Looks through a folder and those in it; links are not followed. A copy's folder holds no name of an unpacked one; any other folder is
    /// taken for an unpacked copy by its database or by two of the other names.
    fn through(&mut self, folder: &Path, depth: usize) {
        let (mut named, mut folders) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if self.seen >= OPEN_LOOKS {
                self.is_left = true;
                break;
            }
            self.seen += 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            if OPEN.contains(&name.as_str()) {
                named.push(entry.path());
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
        let is_copy = folder.join(LABEL).is_file();
        let has_database = named.iter().any(|path| path.ends_with(OPEN[0]));
        if has_database || named.len() > 1 || (is_copy && !named.is_empty()) {
            if depth > 0 && !is_copy {
                self.open.push(folder.to_owned());
                return;
            }
            self.open.append(&mut named);
        }
        // One such name alone, in a folder that is no copy's, may be anybody's folder: what is in it says more.
        folders.extend(named.into_iter().filter(|path| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())));
        if depth >= OPEN_DEPTH {
            self.is_left |= !folders.is_empty();
            return;
        }
        for below in folders {
            self.through(&below, depth + 1);
        }
    }
}

/// Where open data lie, in words, and whether all was looked through: on the whole carrier where its mark stands above the copy; elsewhere in
/// the copy's folder and beside it alone, for the rest of that place is nobody's carrier.
fn open_places(found: &Found) -> (String, bool) {
    let mut look = Look::default();
    let above = found.folder.parent();
    let carrier = above.filter(|above| above.join(MARK).is_file());
    look.through(carrier.unwrap_or(&found.folder), 0);
    if carrier.is_none() {
        look.open.extend(above.map(|above| above.join(OPEN[0])).filter(|database| database.is_file()));
    }
    look.open.sort();
    let root = carrier.unwrap_or(&found.folder);
    let named = look.open.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string());
    let named: Vec<String> = named.collect();
    let more = named.len().saturating_sub(OPEN_NAMED);
    let told = named.iter().take(OPEN_NAMED).cloned().collect::<Vec<_>>().join(", ");
    (if more > 0 { format!("{told} и ещё {more}") } else { told }, look.is_left)
}

/// Places of open data that a finding names; the others are counted.
const OPEN_NAMED: usize = 10;

/// What lies in the folder and belongs to no copy: a part too many, or somebody's own files. What was unpacked there, or anywhere else on the
/// carrier, is one finding: it takes nothing from the copy, and lies open to whoever holds the carrier.
fn strangers(found: &Found) -> Vec<Finding> {
    let known = |name: &str| {
        [KEY, LABEL, SUMS, README].contains(&name) || found.label.parts.iter().any(|part| part.name == name)
    };
    let entries = fs::read_dir(&found.folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| !known(name));
    let other: Vec<String> = names.filter(|name| !OPEN.contains(&name.as_str())).collect();
    let (open, is_left) = open_places(found);
    let left = is_left.then(|| {
        let message = format!(
            "посторонних файлов на носителе много: открытые данные школы искали среди {OPEN_LOOKS} файлов и папок, не глубже {OPEN_DEPTH} \
             вложенных папок; остальное посмотрите сами"
        );
        Finding::new(OPEN_UNSEEN, "носитель", message).weighing(Severity::Note)
    });
    let open = Some(open).filter(|names| !names.is_empty()).map(|names| {
        let message = "открытые данные школы лежат на носителе незашифрованными: кто-то распаковал копию прямо на него; удалите их с \
                       носителя, а копию при необходимости распакуйте в отдельную папку на компьютере";
        Finding::new(OPEN_DATA, names, message).weighing(Severity::Warning)
    });
    let other = other.into_iter().map(|name| {
        Finding::new("backup.extra-file", name, "лежит в папке копии, но к ней не относится")
            .weighing(Severity::Warning)
    });
    open.into_iter().chain(left).chain(other).collect()
}

fn unreadable(name: &str, source: io::Error) -> Finding {
    if source.kind() == io::ErrorKind::NotFound {
        return Finding::new("backup.part-missing", name, "этой части копии на носителе нет");
    }
    Finding::new("backup.unreadable", name, Fault::Io { what: name.to_owned(), source }.to_string())
}

/// All parts one after another.
struct Parts {
    folder: PathBuf,
    next: usize,
    count: usize,
    file: Option<File>,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(file) = &mut self.file {
                match file.read(buffer)? {
                    0 => self.file = None,
                    count => return Ok(count),
                }
            }
            if self.next >= self.count {
                return Ok(0);
            }
            self.next += 1;
            self.file = Some(File::open(self.folder.join(part_name(self.next)))?);
        }
    }
}

/// What the stream held.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Files but the manifest and the sums, as they were read.
    pub members: Vec<Member>,
    /// The manifest, with its signature lines.
    pub manifest: String,
    /// What is wrong with the names.
    pub findings: Vec<Finding>,
}

/// Decrypts a copy with its code, file by file, to the very end; into a folder that exists and is empty, or only read when there is none.
///
/// # Errors
/// Another code, a damaged or truncated stream, a disk that is full.
pub fn unpack(
    found: &Found,
    code: &str,
    into: Option<&Path>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Unpacked, Fault> {
    let key = found.folder.join(KEY);
    let sealed = match fs::read(&key) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Fault::Key("на носителе его нет".to_owned()));
        }
        other => other.map_err(at(key.display().to_string()))?,
    };
    let identity = open_key(&sealed, code).map_err(|fault| match fault {
        // A spoiled key opens by no code: who has the right envelope must not look for another.
        Fault::Code if Digest::of(&sealed) != found.label.key_sha256 => {
            Fault::Key("контрольная сумма не та, что в ярлыке копии".to_owned())
        }
        Fault::Code => Fault::CodeOf(found.label.code_no),
        other => other,
    })?;
    let parts = Parts { folder: found.folder.clone(), next: 0, count: found.label.parts.len(), file: None };
    let input = BufReader::with_capacity(BUFFER, parts);
    let damaged = |error: &age::DecryptError| Fault::Damaged(of_age(error));
    let decryptor = age::Decryptor::new_buffered(input).map_err(|error| damaged(&error))?;
    let stream = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        // The key opened, so the code is right: these parts were made for another key.
        age::DecryptError::NoMatchingKeys => {
            Fault::Damaged("части копии зашифрованы другим ключом: носитель подменён".to_owned())
        }
        other => damaged(&other),
    })?;
    let gzip = GzDecoder::new(BufReader::with_capacity(BUFFER, stream));
    let mut tar = tar::Archive::new(gzip);
    let mut unpacked = Unpacked::default();
    let mut seen = BTreeSet::new();
    for entry in tar.entries().map_err(|error| broken(&error))? {
        let mut entry = entry.map_err(|error| broken(&error))?;
        let name = entry.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        let regular = entry.header().entry_type() == tar::EntryType::Regular;
        if !regular || !is_tame(&name) || !seen.insert(name.clone()) {
            let message =
                "в копии то, чего программа не пишет: ссылка, повторное имя или имя, которое выводит из папки";
            unpacked.findings.push(Finding::new("backup.unsafe-name", name, message));
            continue;
        }
        match name.as_str() {
            MANIFEST => {
                let mut text = String::new();
                entry.by_ref().take(LARGEST_MANIFEST).read_to_string(&mut text).map_err(|error| broken(&error))?;
                write(into, &name, text.as_bytes(), progress)?;
                unpacked.manifest = text;
            }
            SUMS => {
                write(into, &name, entry, progress)?;
            }
            _ => unpacked.members.push(write(into, &name, entry, progress)?),
        }
    }
    // The last chunk of the stream is authentic only when it was read: a cut behind the tar's end must not pass.
    let mut gzip = tar.into_inner();
    io::copy(&mut gzip, &mut io::sink()).map_err(|error| broken(&error))?;
    let mut stream = gzip.into_inner();
    io::copy(&mut stream, &mut io::sink()).map_err(|error| broken(&error))?;
    Ok(unpacked)
}

/// What a stream says that does not decrypt, unpack or end.
fn broken(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::Damaged("нет одной из частей".to_owned()),
        io::ErrorKind::UnexpectedEof => Fault::Damaged("она обрезана".to_owned()),
        _ if error.raw_os_error().is_some() => Fault::Io {
            what: "чтение копии".to_owned(),
            source: io::Error::new(error.kind(), error.to_string()),
        },
        _ => Fault::Damaged("содержимое не расшифровывается".to_owned()),
    }
}

/// Files that are the owner's alone from their first byte on, not only once the house stands: private keys. What else there is gets the
/// rights that the process gives.
const SECRETS: &str = "keys/";

fn write(
    into: Option<&Path>,
    name: &str,
    mut from: impl Read,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Member, Fault> {
    let mut out = match into {
        None => None,
        Some(folder) => {
            let path = folder.join(name);
            let parent = path.parent().unwrap_or(folder);
            let (for_folder, for_file) = if name.starts_with(SECRETS) { (0o700, 0o600) } else { (0o777, 0o666) };
            let made = fs::DirBuilder::new().recursive(true).mode(for_folder).create(parent);
            made.map_err(at(parent.display().to_string()))?;
            let file = OpenOptions::new().write(true).create_new(true).mode(for_file).open(&path);
            Some((file.map_err(at(path.display().to_string()))?, path))
        }
    };
    let (mut sha256, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
    loop {
        let count = from.read(&mut buffer).map_err(|error| broken(&error))?;
        if count == 0 {
            return Ok(Member { path: name.to_owned(), bytes, sha256: Digest(sha256.finalize().into()) });
        }
        sha256.update(&buffer[..count]);
        bytes += count as u64;
        if let Some((file, path)) = &mut out {
            file.write_all(&buffer[..count]).map_err(at(path.display().to_string()))?;
        }
        progress(count as u64);
    }
}
