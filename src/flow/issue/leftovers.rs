//! What an issuing that was killed left in `issued/`: the doctor names it, the next run takes it away. Floor 2.
//!
//! A file lies there under its own name before its row says so ([`super::issue`]). Whoever writes shares the folder's lock, whoever sweeps
//! has it alone, so that a file whose row is still on its way is never taken for a leftover.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::lock::Lock;
use super::super::{Error, House, read_file};
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
    /// Issued files of copies that no row names, whole under their own digests: only an older database does not know them.
    pub of_lost_copies: Vec<PathBuf>,
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
        parts(bare).is_some_and(|(stem, _)| known.contains(stem))
    };
    let mut found = Unowned::default();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if owned.contains(&path) {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file());
        let of = match name {
            Some(name) if is_ours(name) => &mut found.leftovers,
            Some(name) if is_issued_copy(name, &path) => &mut found.of_lost_copies,
            _ => &mut found.foreign,
        };
        of.push(path);
    }
    found.leftovers.sort();
    found.of_lost_copies.sort();
    found.foreign.sort();
    Ok(found)
}

/// The name of an issued file before its digest, and the digest's first digits.
fn parts(name: &str) -> Option<(&str, &str)> {
    let bare = name.strip_suffix(".pdf")?;
    let at = bare.len().checked_sub(DIGITS).filter(|at| bare.is_char_boundary(*at))?;
    let (stem, digest) = bare.split_at(at);
    digest.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')).then_some((stem, digest))
}

/// Identifier and version of the copy whose issued file has that name: `2025-05A-Q1` and `1` of `2025-05A-Q1-v1-….pdf`.
pub(in super::super) fn copy_of(name: &str) -> Option<(&str, &str)> {
    let (copy, version) = parts(name)?.0.strip_suffix('-')?.rsplit_once("-v")?;
    let named = !copy.is_empty() && !version.is_empty() && version.chars().all(|c| c.is_ascii_digit());
    named.then_some((copy, version))
}

/// Does the file carry the name of an issued copy with its own digest in it? Nobody else gives a file such a name.
fn is_issued_copy(name: &str, path: &Path) -> bool {
    let Some((_, digits)) = parts(name).filter(|_| copy_of(name).is_some()) else { return false };
    read_file(path).is_ok_and(|bytes| Digest::of(&bytes).to_hex().starts_with(digits))
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
