//! Where a bundle's bytes come from: a folder, or a zip of one. Floor 1.
//!
//! Reads and never writes. Only `*.csv` files belong to a bundle; whatever else lies beside them is left alone.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::domain::canon::Digest;

/// Largest file taken, in bytes: 256 MiB is some 4 million marks, twenty times the largest school's year. A zip could
/// otherwise unpack to more than the memory holds.
const MAX_FILE_BYTES: u64 = 256 << 20;

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

/// The CSV files of a folder or a zip, by name.
pub fn files(path: &Path) -> Result<Vec<BundleFile>, Unreadable> {
    let mut files = if path.is_dir() { of_folder(path)? } else { of_zip(path)? };
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// SHA-256 of the lines `<hex>  <name>` in the order of names: `sha256sum *.csv | sha256sum` gives the same.
pub fn digest(files: &[BundleFile]) -> Digest {
    let mut lines: Vec<String> = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    Digest::of(lines.concat().as_bytes())
}

fn of_folder(folder: &Path) -> Result<Vec<BundleFile>, Unreadable> {
    let here = |error| (folder.to_owned(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(here)? {
        let path = entry.map_err(here)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_csv(&name) || path.is_dir() {
            continue;
        }
        let bytes = fs::File::open(&path).and_then(take).map_err(|error| (path.clone(), error))?;
        files.push(BundleFile::new(name, bytes));
    }
    Ok(files)
}

/// The bundle is the folder of the zip that holds `school.csv` least deep; archivers add folders of their own beside it.
fn of_zip(path: &Path) -> Result<Vec<BundleFile>, Unreadable> {
    let here = |error: io::Error| (path.to_owned(), error);
    let file = fs::File::open(path).map_err(here)?;
    let mut zip = zip::ZipArchive::new(file).map_err(|error| here(error.into()))?;
    let mut entries = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| here(error.into()))?;
        let Some(inside) = entry.enclosed_name() else { continue };
        let name = inside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() || !is_csv(&name) {
            continue;
        }
        let folder = inside.parent().unwrap_or(Path::new("")).to_owned();
        entries.push((folder, BundleFile::new(name, take(&mut entry).map_err(here)?)));
    }
    let folders = entries.iter().filter(|(_, file)| file.name == "school.csv").map(|(folder, _)| folder);
    let top = folders.min_by_key(|folder| folder.components().count()).cloned().unwrap_or_default();
    Ok(entries.into_iter().filter(|(folder, _)| *folder == top).map(|(_, file)| file).collect())
}

/// Names that begin with a dot are the droppings of desktops («._marks.csv»).
fn is_csv(name: &str) -> bool {
    name.to_lowercase().ends_with(".csv") && !name.starts_with('.')
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
