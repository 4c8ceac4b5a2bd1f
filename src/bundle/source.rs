//! Where the bytes of an import come from: a folder, a zip of one, or a single file. Floor 1.
//!
//! Reads and never writes. A folder with `school.csv` or a manifest of OneRoster is a bundle, and whatever else lies beside its CSV files is
//! left alone; without such a head all tables are taken, workbooks and CSV files together, as an office keeps them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::domain::canon::Digest;

/// Largest file taken, in bytes: 256 MiB is some 4 million marks, twenty times the largest school's year. A zip could
/// otherwise unpack to more than the memory holds.
const MAX_FILE_BYTES: u64 = 256 << 20;
/// Largest sum of the files of a zip, in bytes, for the same reason.
const MAX_ZIP_BYTES: u64 = 512 << 20;
/// Most entries of a zip that are looked at: a bundle has a dozen, a folder of tables by class some hundreds.
const MAX_ZIP_ENTRIES: usize = 10_000;

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    /// Name without folders.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// The bytes as they were given.
    pub bytes: Vec<u8>,
}

impl BundleFile {
    /// A file of these bytes.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), sha256: Digest::of(&bytes), bytes }
    }
}

/// A path that could not be read.
pub type Unreadable = (PathBuf, io::Error);

/// The files of a folder, a zip or a single file, by name.
pub fn files(path: &Path) -> Result<Vec<BundleFile>, Unreadable> {
    let here = |error| (path.to_owned(), error);
    let mut files = if path.is_dir() {
        of_folder(path)?
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::File::open(path).and_then(take).map_err(here)?;
        if is_zip_of_files(&name, &bytes) {
            of_zip(&bytes).map_err(here)?
        } else if is_taken(&name) {
            vec![BundleFile::new(name, bytes)]
        } else {
            let message = "это ни папка, ни архив .zip, ни файл .csv, .xlsx или .json";
            return Err(here(io::Error::new(io::ErrorKind::InvalidInput, message)));
        }
    };
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Files that came one by one (a form in the browser): a zip among them is opened, the others are taken as they are.
pub fn opened(given: Vec<(String, Vec<u8>)>) -> io::Result<Vec<BundleFile>> {
    let mut files = Vec::new();
    for (name, bytes) in given {
        // Browsers on Windows may give a path; only its last part is a name.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if is_zip_of_files(&name, &bytes) {
            files.append(&mut of_zip(&bytes)?);
        } else {
            files.push(BundleFile::new(name, bytes));
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// A workbook is a zip too, and is not opened here.
fn is_zip_of_files(name: &str, bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && !ends(name, ".xlsx") && !ends(name, ".xlsm") || ends(name, ".zip")
}

/// SHA-256 of the lines `<hex>  <name>` in the order of names: `sha256sum *.csv | sha256sum` gives the same.
pub fn digest(files: &[BundleFile]) -> Digest {
    let mut lines: Vec<String> = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    Digest::of(lines.concat().as_bytes())
}

fn of_folder(folder: &Path) -> Result<Vec<BundleFile>, Unreadable> {
    let here = |error| (folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(here)? {
        let path = entry.map_err(here)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_taken(&name) && !path.is_dir() {
            paths.push((name, path));
        }
    }
    let is_bundle = paths.iter().any(|(name, _)| is_head(name));
    let mut files = Vec::new();
    for (name, path) in paths.into_iter().filter(|(name, _)| is_csv(name) || !is_bundle) {
        let bytes = fs::File::open(&path).and_then(take).map_err(|error| (path.clone(), error))?;
        files.push(BundleFile::new(name, bytes));
    }
    Ok(files)
}

/// The bundle is the folder of the zip that holds `school.csv` (or a manifest of OneRoster) least deep; archivers add folders of their own
/// beside it. Names that lead out of the zip are not taken.
fn of_zip(bytes: &[u8]) -> io::Result<Vec<BundleFile>> {
    let too_large = |message: &str| io::Error::new(io::ErrorKind::FileTooLarge, message.to_owned());
    let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes))?;
    if zip.len() > MAX_ZIP_ENTRIES {
        return Err(too_large("в архиве слишком много файлов"));
    }
    let mut entries = Vec::new();
    let mut left = MAX_ZIP_BYTES;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let Some(inside) = entry.enclosed_name() else { continue };
        let name = inside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() || !is_taken(&name) {
            continue;
        }
        let folder = inside.parent().unwrap_or(Path::new("")).to_owned();
        let file = BundleFile::new(name, take(&mut entry)?);
        left = left
            .checked_sub(file.bytes.len() as u64)
            .ok_or_else(|| too_large("файлы архива занимают больше 512 МиБ"))?;
        entries.push((folder, file));
    }
    if entries.iter().any(|(_, file)| is_head(&file.name)) {
        entries.retain(|(_, file)| is_csv(&file.name));
    }
    let mut folders: Vec<&PathBuf> =
        entries.iter().filter(|(_, file)| is_head(&file.name)).map(|(folder, _)| folder).collect();
    if folders.is_empty() {
        folders = entries.iter().map(|(folder, _)| folder).collect();
    }
    let top = folders.into_iter().min_by_key(|folder| folder.components().count()).cloned().unwrap_or_default();
    Ok(entries.into_iter().filter(|(folder, _)| *folder == top).map(|(_, file)| file).collect())
}

fn ends(name: &str, ending: &str) -> bool {
    name.to_lowercase().ends_with(ending)
}

/// Names that begin with a dot are the droppings of desktops («._marks.csv»), those with a tilde locks of open workbooks.
fn is_taken(name: &str) -> bool {
    let is_known = [".csv", ".xlsx", ".xlsm", ".json"].iter().any(|ending| ends(name, ending));
    is_known && !name.starts_with(['.', '~'])
}

/// The file that makes a folder a bundle.
fn is_head(name: &str) -> bool {
    matches!(name, "school.csv" | "manifest.csv")
}

fn is_csv(name: &str) -> bool {
    ends(name, ".csv")
}

fn take(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "файл больше 256 МиБ"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_list_that_sha256sum_prints() {
        let files = [BundleFile::new("b.csv", b"2\n".to_vec()), BundleFile::new("a.csv", b"1\n".to_vec())];
        let list = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  a.csv\n\
                    53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3  b.csv\n";
        assert_eq!(digest(&files), Digest::of(list.as_bytes()));
    }
}
