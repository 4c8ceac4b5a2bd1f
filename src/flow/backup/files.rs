//! What goes into a backup beside the database, as of the moment of its dump. Floor 2.
//!
//! Memory holds one page of a table, however long the year is: tables go through the house's scratch folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::super::{Error, House};
use crate::bundle::export::{self, Growing};
use crate::bundle::layout::File as Table;
use crate::config;
use crate::domain::carrier::Cause;
use crate::domain::carrier::manifest::Count;
use crate::domain::journal::Journal;
use crate::domain::log_proof::object_name;
use crate::store::{Db, EntryList, SealedRow};
use crate::vault;

/// Files that stay in the house: with them a stolen copy and its code would sign, seal and sign in.
const STAY: [&str; 2] = ["passphrase", "second-factor.key"];

/// How often the archive is looked at again when a record was moving while it was read.
const LOOKS: usize = 5;

/// What a backup holds beside the database.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Path in the copy and file of the house.
    pub(super) files: Vec<(String, PathBuf)>,
    /// Path in the copy and what is made for it.
    pub(super) texts: Vec<(String, Vec<u8>)>,
    /// Bytes of all of them.
    pub(super) bytes: u64,
    /// Rows of each table of the dump.
    pub(super) tables: Vec<Count>,
    /// Records of the archive.
    pub(super) records: u64,
    /// Closed periods.
    pub(super) periods: Vec<String>,
}

/// Gathers all that belongs to a dump.
pub(super) async fn gather(house: &House, dump: &Db, cause: Cause) -> Result<Gathered, Error> {
    let tables = dump.count_tables().await?.into_iter().map(|(table, rows)| Count { table, rows }).collect();
    let mut all = Gathered { tables, ..Gathered::default() };
    let register = dump.list_register().await?;
    all.records = register.len() as u64;
    let closures = dump.list_closures().await?;
    all.periods = closures.iter().map(|row| format!("{} {} {}", row.year, row.class, row.period)).collect();
    all.files.extend(records(house, &register)?);
    let mut rest = Vec::new();
    for folder in folders(house)? {
        below(&house.root.join(&folder), &folder, &mut rest)?;
    }
    all.files.extend(rest.into_iter().filter(|(path, _)| !STAY.iter().any(|name| path == &format!("keys/{name}"))));
    all.texts.push((config::FILE.to_owned(), config::without_secrets(&house.root)?.into_bytes()));
    let founding = dump.find_school().await?.map(|row| (row.policy, row.policy_text));
    let later = dump.list_policies().await?.into_iter().map(|row| (row.name, row.text));
    for (no, (name, text)) in (1..).zip(founding.into_iter().chain(later)) {
        all.texts.push((format!("policies/{no:02}-{name}.toml"), text.into_bytes()));
    }
    open_tables(house, dump, cause, &register, &mut all).await?;
    for (_, from) in &all.files {
        all.bytes += std::fs::metadata(from).map_err(|source| Error::File { path: from.clone(), source })?.len();
    }
    all.bytes += all.texts.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
    Ok(all)
}

/// Folders that are taken as they stand: issued copies, bundles, keys, templates, scans and whatever a later version keeps beside them. Not the
/// archive and its staging, which the register chooses from, nor what is only on its way.
fn folders(house: &House) -> Result<Vec<String>, Error> {
    const OTHER: [&str; 5] = ["archive", "staging", "incoming", super::SCRATCH, super::REHEARSAL];
    let failed = |source| Error::File { path: house.root.clone(), source };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&house.root).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().map_err(failed)?.is_dir() && !name.starts_with('.') && !OTHER.contains(&name.as_str()) {
            folders.push(name);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The archive's records that the dump's register names: in the archive, or still on their way there. What was sealed after the dump is
/// no part of it.
fn records(house: &House, register: &[SealedRow]) -> Result<Vec<(String, PathBuf)>, Error> {
    let wanted: BTreeSet<String> = register.iter().map(|row| object_name(&row.line.id, row.line.version)).collect();
    let mut missing = String::new();
    for _ in 0..LOOKS {
        let mut files = Vec::new();
        let root = vault::object::ROOT_DECLARATION.0;
        files.push((format!("archive/{root}"), house.archive().join(root)));
        missing.clear();
        for name in &wanted {
            // A record moves from staging into the archive in one step: not in the archive yet, it is in staging, or has just moved.
            let places = [("archive", house.archive()), ("staging", house.staging())];
            match places.iter().find(|(_, base)| base.join(name).is_dir()) {
                Some((folder, base)) => below(&base.join(name), &format!("{folder}/{name}"), &mut files)?,
                None => missing.clone_from(name),
            }
        }
        if missing.is_empty() {
            return Ok(files);
        }
    }
    Err(Error::Damaged(format!(
        "в архиве нет записи {missing}, которая стоит в реестре; сначала выполните letopis doctor"
    )))
}

/// Every regular file below a folder, by path; a folder that is not there has none.
fn below(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    let failed = |source| Error::File { path: folder.to_owned(), source };
    if !folder.exists() {
        return Ok(());
    }
    let mut entries: Vec<_> = std::fs::read_dir(folder).and_then(Iterator::collect).map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            below(&entry.path(), &format!("{prefix}/{name}"), files)?;
        } else if kind.is_file() && !name.ends_with(".part") {
            files.push((format!("{prefix}/{name}"), entry.path()));
        }
    }
    Ok(())
}

/// Class lists, marks, absences and final marks as tables that any program opens (000 Инс 5.2 отв. в): of the newest year; at a period's end
/// its sealed copies beside them.
async fn open_tables(
    house: &House,
    dump: &Db,
    cause: Cause,
    register: &[SealedRow],
    all: &mut Gathered,
) -> Result<(), Error> {
    let Some(year) = dump.list_years().await?.pop() else { return Ok(()) };
    let folder = format!("open/{}", year.replace('/', "-"));
    let scratch = house.root.join(super::SCRATCH).join("open");
    std::fs::create_dir_all(&scratch).map_err(|source| Error::File { path: scratch.clone(), source })?;
    let roster = dump.load_roster(&year).await?;
    for table in export::tables_of("journal").unwrap_or_default() {
        let mut written =
            [begin(&scratch, &folder, "utf-8", table, all)?, begin(&scratch, &folder, "excel", table, all)?];
        let mut put = |page: &Journal| written.iter_mut().try_for_each(|one| one.page(page));
        match entries_of(table) {
            None => put(&roster)?,
            Some(list) => dump.read_entries(&year, list, put).await?,
        }
        written.into_iter().try_for_each(Open::end)?;
    }
    if cause == Cause::Period {
        for row in register.iter().filter(|row| row.line.year == year) {
            let object = object_name(&row.line.id, row.line.version);
            let pdf = house.archive().join(&object).join("v1/content").join(vault::name::SEALED_PDF);
            if pdf.exists() {
                all.files.push((format!("{folder}/copies/{object}.pdf"), pdf));
            }
        }
    }
    Ok(())
}

/// Tables that are as long as the year; of the others a school has a few thousand rows.
fn entries_of(table: Table) -> Option<EntryList> {
    match table {
        Table::Lessons => Some(EntryList::Lessons),
        Table::Marks => Some(EntryList::Marks),
        Table::Absences => Some(EntryList::Absences),
        Table::FinalMarks => Some(EntryList::FinalMarks),
        Table::Decisions => Some(EntryList::Decisions),
        _ => None,
    }
}

/// A table on its way into the scratch folder: the copy's stream must know how long a file is before it begins, and memory holds one page.
struct Open {
    table: Growing<BufWriter<File>>,
    path: PathBuf,
}

fn begin(scratch: &Path, folder: &str, kind: &str, table: Table, all: &mut Gathered) -> Result<Open, Error> {
    let path = scratch.join(format!("{kind}-{}", table.name()));
    let begun = File::create_new(&path).and_then(|file| Growing::begin(BufWriter::new(file), table, kind == "excel"));
    let begun = begun.map_err(|source| Error::File { path: path.clone(), source })?;
    all.files.push((format!("{folder}/{kind}/{}", table.name()), path.clone()));
    Ok(Open { table: begun, path })
}

impl Open {
    fn page(&mut self, page: &Journal) -> Result<(), Error> {
        self.table.page(page).map_err(|source| Error::File { path: self.path.clone(), source })
    }

    fn end(self) -> Result<(), Error> {
        self.table.end().map(drop).map_err(|source| Error::File { path: self.path, source })
    }
}
