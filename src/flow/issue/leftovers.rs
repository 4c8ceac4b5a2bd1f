//! What an issuing that was killed left in `issued/`: the doctor names it, the next run takes it away. Floor 2.
//!
//! A file lies there under its own name before its row says so ([`super::issue`]). Whoever writes shares the folder's lock, whoever sweeps
//! has it alone, so that a file whose row is still on its way is never taken for a leftover.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::super::lock::Lock;
use super::super::{Error, House};
use crate::domain::canon::Digest;
use crate::store::CopyRow;

/// Lock of the folder, in the house's own.
const LOCK: &str = "issued.lock";

/// Digits of the digest in a name ([`House::issued_pdf`]).
const DIGITS: usize = 16;

/// What lies in `issued/` and no row owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Unowned {
    /// Files of a known copy under a digest that its row does not name, and parts of such files.
    pub leftovers: Vec<PathBuf>,
    /// What the program never wrote: it stays.
    pub foreign: Vec<PathBuf>,
}

/// Looks through the folder.
pub(in super::super) fn unowned(house: &House, copies: &[CopyRow]) -> Result<Unowned, Error> {
    let folder = house.root.join("issued");
    let failed = |source| Error::File { path: folder.clone(), source };
    let mut owned = BTreeSet::new();
    // Name up to the digest; of a row whose digest does not read nothing is taken for a leftover.
    let mut known = BTreeSet::new();
    for row in copies {
        let stem = format!("{}-v{}-", row.id, row.version);
        match row.issued_pdf.parse::<Digest>() {
            Ok(digest) => {
                owned.insert(house.issued_pdf(&row.id, row.version, digest));
                known.insert(stem);
            }
            Err(_) if row.issued_pdf.is_empty() => {
                known.insert(stem);
            }
            Err(_) => {}
        }
    }
    let is_ours = |name: &str| {
        let bare = name.strip_suffix(".part").unwrap_or(name);
        let Some(bare) = bare.strip_suffix(".pdf") else { return false };
        let Some(at) = bare.len().checked_sub(DIGITS).filter(|at| bare.is_char_boundary(*at)) else { return false };
        let (stem, digest) = bare.split_at(at);
        known.contains(stem) && digest.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
    };
    let mut found = Unowned::default();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if owned.contains(&path) {
            continue;
        }
        let ours = path.file_name().and_then(|name| name.to_str()).is_some_and(is_ours) && path.is_file();
        if ours { found.leftovers.push(path) } else { found.foreign.push(path) }
    }
    found.leftovers.sort();
    found.foreign.sort();
    Ok(found)
}

/// The right to write issued files, held as long as the answer lives. Whoever comes when nobody writes sweeps first.
pub(super) async fn writing(house: &House) -> Result<Lock, Error> {
    if let Some(alone) = Lock::take(house, LOCK)? {
        for path in unowned(house, &house.db.list_copies().await?)?.leftovers {
            // A leftover that stays harms nothing: the doctor names it, the next run tries again.
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(error = %error, "a file that an issuing left cannot be removed");
            }
        }
        drop(alone);
    }
    Lock::share(house, LOCK)
}
