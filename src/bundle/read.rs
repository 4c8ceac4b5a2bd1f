//! Reads a bundle: bytes to a checked journal, or everything that is wrong at once. Floor 1.
//!
//! Touches no store and mends nothing but spaces around values. Either the whole bundle is right, or no part of it is given.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::policy::Policy;
use crate::domain::timeliness::EntryTime;

use super::given::Given;
use super::intake;
use super::source::{self, BundleFile};

/// A bundle that may be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// What it says.
    pub journal: Journal,
    /// When its entries were made, where the journal's earlier home knew.
    pub entries: Vec<EntryTime>,
    /// Its files as they were given, by name: what is kept beside the journal.
    pub files: Vec<BundleFile>,
    /// SHA-256 of the lines `<hex>  <name>` by name: `sha256sum *.csv | sha256sum` gives the same.
    pub digest: Digest,
    /// What somebody should look at though nothing is wrong.
    pub warnings: Vec<Finding>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bundle is wrong: every finding, warnings included, by file and line.
    #[error("набор не принят, замечаний: {}", .0.len())]
    Refused(Vec<Finding>),
    /// The folder, the zip or a file of it cannot be read.
    #[error("не удаётся прочитать {}: {source}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads a folder of CSV files or a zip of one, and checks it against the policy's codes and scale.
pub fn read(path: &Path, policy: &Policy) -> Result<Bundle, ReadError> {
    let files = source::files(path).map_err(|(path, source)| ReadError::Unreadable { path, source })?;
    read_files(files, policy).map_err(ReadError::Refused)
}

/// Reads files that are in memory already; the refusal is every finding.
pub fn read_files(mut files: Vec<BundleFile>, policy: &Policy) -> Result<Bundle, Vec<Finding>> {
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let settled = intake::settle(&Given::read(&files), None, policy);
    let findings = settled.findings();
    match settled.journal {
        Some(journal) => {
            let digest = source::digest(&files);
            Ok(Bundle { journal, entries: settled.entries, files, digest, warnings: findings })
        }
        None => Err(findings),
    }
}

/// Reads files that were accepted once, as they were kept: their rows as they are, without asking whether today's policy would accept them.
/// The first files of a year may be of any format; what they were added to was empty.
pub fn read_kept(path: &Path) -> Result<(Journal, Digest), ReadError> {
    let mut files = source::files(path).map_err(|(path, source)| ReadError::Unreadable { path, source })?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let journal = intake::unchecked(&Given::read(&files)).map_err(ReadError::Refused)?;
    Ok((journal, source::digest(&files)))
}
