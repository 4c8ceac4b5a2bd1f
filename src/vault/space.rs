//! Room on the archive's disk, and whether a file can be made there. Floor 1.

use std::io::Write as _;
use std::path::Path;

/// Bytes that this program may still write on the disk of a folder.
///
/// # Errors
/// When the folder is not there or its disk does not answer.
pub fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let told = rustix::fs::statvfs(folder)?;
    Ok(told.f_bavail.saturating_mul(told.f_frsize))
}

/// Writes a file and makes it durable, as a record is made durable, and takes it away again.
///
/// # Errors
/// What a record would meet there: a read-only or full disk, missing rights.
pub fn probe(folder: &Path, name: &str) -> std::io::Result<()> {
    let path = folder.join(name);
    let mut file = std::fs::File::create(&path)?;
    let written = file.write_all(b"probe\n").and_then(|()| file.sync_all());
    let removed = std::fs::remove_file(&path);
    written.and(removed)
}

/// Bytes of all files below a folder; what cannot be read counts nothing.
pub fn used_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(told) if told.is_dir() => used_bytes(&entry.path()),
            Ok(told) => told.len(),
            Err(_) => 0,
        })
        .sum()
}
