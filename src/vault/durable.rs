//! Files that are written once and stay: floor 1.
//!
//! Every call here says what a crash right after it leaves. Nothing here ever overwrites a finished file, and nothing retries
//! an fsync that failed: after an I/O error the kernel may have dropped the dirty pages and a second fsync would lie.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::error::{Error, failed};

/// Readable by everybody, writable by nobody: a finished file of the archive.
const READ_ONLY: u32 = 0o444;
/// Readable by its owner alone: a private key, a passphrase.
const SECRET: u32 = 0o400;
/// Folder that only its owner enters.
const OWN_FOLDER: u32 = 0o700;

/// Creates a file that must not exist yet and writes all bytes, without making them durable: for a folder that nobody reads
/// before [`sync_tree`]. A crash leaves a part of the file, and the whole folder is thrown away.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    create_as(path, bytes, READ_ONLY)
}

fn create_as(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(failed("Создание файла", path))?;
    file.write_all(bytes).map_err(failed("Запись файла", path))
}

/// Puts a whole file in place, durably. Called again with the same bytes it does nothing; other bytes are an error.
pub fn write_once(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_as(path, bytes, READ_ONLY)
}

/// [`write_once`] for a secret: nobody but the owner of the process can open the file, from its first byte on.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_as(path, bytes, SECRET)
}

fn write_as(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    match fs::read(path) {
        Ok(present) if present == bytes => {
            // The crash may have come between the rename and the fsync of the folder.
            return sync_parent(path);
        }
        Ok(_) => return Err(Error::OtherBytes(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed("Чтение файла", path)(error)),
    }
    let part = part_path(path);
    // A part that a crash left is worthless: nobody renamed it.
    remove_if_present(&part)?;
    // A crash here leaves an empty or short part, never a short file under its own name.
    create_as(&part, bytes, mode)?;
    // After this the bytes survive a power cut, though the name may not.
    sync(&part)?;
    // After this the file is whole under its own name, or (power cut) still a part.
    fs::rename(&part, path).map_err(failed("Переименование файла", path))?;
    // After this the name survives too.
    sync_parent(path)
}

/// Puts a whole file in the place of another, durably: for the one name of a published log that moves on. A crash leaves the old file or the new
/// one under its name, never a part of either.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = part_path(path);
    remove_if_present(&part)?;
    create_as(&part, bytes, READ_ONLY)?;
    sync(&part)?;
    fs::rename(&part, path).map_err(failed("Переименование файла", path))?;
    sync_parent(path)
}

/// Where the bytes wait until they are durable: beside the file, under a name that no reader takes for a finished one.
fn part_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn remove_if_present(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("Удаление файла", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a file's bytes, or a folder's names, durable.
pub fn sync(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|file| file.sync_all()).map_err(failed("Сохранение на диск", path))
}

fn sync_parent(path: &Path) -> Result<(), Error> {
    match path.parent() {
        None => Ok(()),
        // A bare file name lies in the working folder.
        Some(parent) if parent.as_os_str().is_empty() => sync(Path::new(".")),
        Some(parent) => sync(parent),
    }
}

/// Makes a folder durable with all that is in it: files first, then the folders from the deepest up, so that no durable name
/// ever leads to bytes that are not.
pub fn sync_tree(folder: &Path) -> Result<(), Error> {
    let mut folders = Vec::new();
    for entry in sorted_entries(folder)? {
        let kind = entry.file_type().map_err(failed("Чтение папки", folder))?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else {
            sync(&entry.path())?;
        }
    }
    folders.iter().try_for_each(|folder| sync_tree(folder))?;
    sync(folder)
}

/// Entries of a folder by name, so that everything that walks a folder does so in one order.
pub(super) fn sorted_entries(folder: &Path) -> Result<Vec<fs::DirEntry>, Error> {
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(folder).and_then(|entries| entries.collect()).map_err(failed("Чтение папки", folder))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

/// Creates a folder and those above it where they are missing.
pub(super) fn create_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(failed("Создание папки", path))
}

/// Creates a folder, and those above it where they are missing, that nobody but the owner of the process enters: for what holds keys or a
/// whole school's data while it is worked on.
pub fn create_own_folder(path: &Path) -> Result<(), Error> {
    let made = fs::DirBuilder::new().recursive(true).mode(OWN_FOLDER).create(path);
    made.map_err(failed("Создание папки", path))
}

/// Moves a folder that is durable inside into place, durably; nothing may stand there yet.
///
/// The rename is one step of the file system: a crash leaves the folder whole in the old place or whole in the new one. The new
/// parent is synced first: should the power fail between the two fsyncs, the folder is found in both places or in the new one, never in
/// neither.
pub fn move_into_place(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(failed("Перенос папки", to))?;
    sync_parent(to)?;
    sync_parent(from)
}

/// Removes a folder with all that is in it; a folder that is not there is removed already.
pub fn remove_tree(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed("Удаление папки", folder)(error)),
        Ok(()) => sync_parent(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_may_be_written_twice_and_other_bytes_never() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("proof.txt");
        write_once(&path, b"first").expect("written");
        write_once(&path, b"first").expect("already there");
        assert!(matches!(write_once(&path, b"other"), Err(Error::OtherBytes(_))));
        assert_eq!(fs::read(&path).expect("readable"), b"first");
    }

    #[test]
    fn a_part_that_a_crash_left_does_not_stand_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("proof.txt");
        fs::write(part_path(&path), b"fir").expect("a part");
        write_once(&path, b"first").expect("written");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }
}
