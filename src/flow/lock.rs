//! Locks of a house: work that one process at a time may do. Floor 2.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use super::{Error, House};

/// A lock that is held as long as this lives; the system lets it go when the process ends, however it ends.
pub(super) struct Lock(#[allow(dead_code)] File); // held, never read: the lock lives as long as the file is open

impl Lock {
    /// Takes the lock of a name in the house's folder; none when another process holds it.
    pub(super) fn take(house: &House, name: &str) -> Result<Option<Self>, Error> {
        let (file, path) = open(house, name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
        }
    }

    /// Has a lock together with others who share it; waits while somebody has it alone.
    pub(super) fn share(house: &House, name: &str) -> Result<Self, Error> {
        let (file, path) = open(house, name)?;
        file.lock_shared().map_err(|source| Error::File { path, source })?;
        Ok(Self(file))
    }
}

fn open(house: &House, name: &str) -> Result<(File, PathBuf), Error> {
    let path = house.root.join(name);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|source| Error::File { path: path.clone(), source })?;
    Ok((file, path))
}
