//! Locks of a house: work that one process at a time may do. Floor 2.

use std::fs::{File, TryLockError};

use super::{Error, House};

/// A lock that is held as long as this lives; the system lets it go when the process ends, however it ends.
pub(super) struct Lock(#[allow(dead_code)] File); // held, never read: the lock lives as long as the file is open

impl Lock {
    /// Takes the lock of a name in the house's folder; none when another process holds it.
    pub(super) fn take(house: &House, name: &str) -> Result<Option<Self>, Error> {
        let path = house.root.join(name);
        let failed = |source| Error::File { path: path.clone(), source };
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
