//! Exchange: files of any known kind come in over what stands, tables go out, the pseudonymised feed is written. Floor 2.
//!
//! [`preview`] is the dry run: what the files are, what is wrong with them and where, what would differ. [`import`] is the same with
//! writing, all or nothing; the files themselves, their SHA-256, who and when are kept. [`staged`] keeps an upload between the two.

pub mod export;
pub mod feed;
pub mod staged;

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::import::{self, Mode, Outcome};
use super::{Act, Error, House};
use crate::bundle::{self, Bundle, BundleFile, FileFacts, Given, Settled, Told, intake, source};
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::timeliness::EntryTime;
use crate::store::{self, Change};

/// Rows shown of each table's differences: a screen full; the counts tell of the rest.
pub const SHOWN_ROWS: usize = 20;

/// What the person wants, where the files leave it open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// `Some(true)`: the year becomes what the files say and nothing else; `Some(false)`: they are added; `None`: a CSV bundle is a whole
    /// year, everything else is added.
    pub whole: Option<bool>,
    /// School year to add to; the files' own, else the newest on record, when absent.
    pub year: Option<String>,
}

/// What files are, before anything is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// SHA-256 of the list of files.
    pub digest: Digest,
    /// What was learned of each.
    pub files: Vec<FileFacts>,
    /// Would they be a whole year?
    pub whole: bool,
    /// The school year that they name, or that they would be added to; empty when neither.
    pub year: String,
}

/// What differs in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDifference {
    /// The store's table.
    pub table: &'static str,
    /// Rows that come.
    pub new: usize,
    /// Rows that change, in more than their place in the list.
    pub changed: usize,
    /// Rows that go.
    pub gone: usize,
    /// The first [`SHOWN_ROWS`] of them.
    pub shown: Vec<RowDifference>,
}

/// What differs in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowDifference {
    /// `new`, `changed` or `gone`.
    pub kind: &'static str,
    /// The row's key.
    pub key: Vec<String>,
    /// Cells that differ: column, old, new.
    pub cells: Vec<(&'static str, String, String)>,
}

/// A dry run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// What the files are.
    #[serde(flatten)]
    pub inspection: Inspection,
    /// Everything found, with the rows in question.
    pub told: Vec<Told>,
    /// May it be imported?
    pub clean: bool,
    /// When the very same files came in and nothing differs: the moment.
    pub unchanged_since: Option<String>,
    /// Rows of the year as it would be.
    pub counts: Vec<(&'static str, usize)>,
    /// What differs from what stands.
    pub differences: Vec<TableDifference>,
}

/// Reads a folder, a zip or a file from the disk.
pub fn gather(path: &Path) -> Result<Vec<BundleFile>, Error> {
    source::files(path).map_err(|(path, source)| Error::File { path, source })
}

/// Files that came by a form; a zip among them is opened.
pub fn opened(given: Vec<(String, Vec<u8>)>) -> Result<Vec<BundleFile>, Error> {
    let path = given.first().map(|(name, _)| name.clone()).unwrap_or_default();
    source::opened(given).map_err(|source| Error::File { path: path.into(), source })
}

/// Says what files are.
pub async fn inspect(house: &House, files: &[BundleFile], wish: &Wish) -> Result<Inspection, Error> {
    Ok(Meeting::of(house, files, wish).await?.inspection)
}

/// The dry run: nothing is written.
pub async fn preview(house: &House, files: &[BundleFile], wish: &Wish, act: &Act) -> Result<Preview, Error> {
    let meeting = Meeting::of(house, files, wish).await?;
    let settled = meeting.settled(house, act).await?;
    let mut preview = Preview {
        inspection: meeting.inspection.clone(),
        clean: settled.journal.is_some(),
        told: settled.told.clone(),
        unchanged_since: None,
        counts: Vec::new(),
        differences: Vec::new(),
    };
    match meeting.write(house, settled, true, act).await? {
        Outcome::Refused(findings) if preview.clean => {
            preview.clean = false;
            preview.told.extend(findings.into_iter().map(|finding| Told { finding, row: Vec::new() }));
        }
        Outcome::Refused(_) => {}
        Outcome::Unchanged { imported_at, .. } => preview.unchanged_since = Some(imported_at),
        Outcome::WouldImport(figures) | Outcome::Imported(figures) => {
            preview.counts = figures.counts.to_vec();
            preview.differences = figures.differences;
        }
    }
    Ok(preview)
}

/// Imports files, all or nothing.
pub async fn import(
    house: &House,
    files: &[BundleFile],
    wish: &Wish,
    dry_run: bool,
    act: &Act,
) -> Result<Outcome, Error> {
    let meeting = Meeting::of(house, files, wish).await?;
    let settled = meeting.settled(house, act).await?;
    meeting.write(house, settled, dry_run, act).await
}

/// What was given and what it meets.
struct Meeting<'f> {
    files: &'f [BundleFile],
    given: Given<'f>,
    inspection: Inspection,
    base: Option<Journal>,
}

impl<'f> Meeting<'f> {
    async fn of(house: &House, files: &'f [BundleFile], wish: &Wish) -> Result<Self, Error> {
        let given = Given::read(files);
        let whole = wish.whole.unwrap_or_else(|| given.is_whole());
        let named = given.year().map(|year| year.replace(['-', '–'], "/"));
        let known = house.db.list_years().await?;
        let has_school = given.facts().iter().any(|file| file.tables.contains(&"school"));
        // Files that name a year without the school's own table are laid into the newest year, which then says what is wrong.
        let fitting = named.clone().filter(|year| has_school || known.contains(year));
        let year = match &wish.year {
            Some(year) => Some(year.clone()),
            None => fitting.or_else(|| known.last().cloned()),
        };
        let base = match &year {
            _ if whole => None,
            Some(year) if known.contains(year) => Some(house.db.load_journal(year).await?),
            _ => Some(Journal::default()),
        };
        let inspection = Inspection {
            digest: source::digest(files),
            files: given.facts().to_vec(),
            whole,
            year: if whole { named.unwrap_or_default() } else { year.unwrap_or_default() },
        };
        Ok(Self { files, given, inspection, base })
    }

    async fn settled(&self, house: &House, act: &Act) -> Result<Settled, Error> {
        let policy = super::policy::of_act(house, act).await?;
        Ok(bundle::settle(&self.given, self.base.as_ref(), &policy))
    }

    /// Times of entries as the year will have them: those that stand, and over them those that come.
    async fn entries(&self, house: &House, year: &str, coming: Vec<EntryTime>) -> Result<Vec<EntryTime>, Error> {
        if self.base.is_none() {
            return Ok(coming);
        }
        let key = |entry: &EntryTime| (entry.lesson.clone(), entry.kind, entry.learner_id.clone());
        let named: HashSet<_> = coming.iter().map(key).collect();
        let mut entries = house.db.list_entries(year).await?;
        entries.retain(|entry| !named.contains(&key(entry)));
        entries.extend(coming);
        Ok(entries)
    }

    async fn write(&self, house: &House, settled: Settled, dry_run: bool, act: &Act) -> Result<Outcome, Error> {
        let findings: Vec<Finding> = settled.findings();
        debug_assert_eq!(settled.journal.is_some(), intake::is_clean(&settled.told));
        let Some(journal) = settled.journal else { return Ok(Outcome::Refused(findings)) };
        let entries = self.entries(house, &journal.school.year, settled.entries).await?;
        let bundle =
            Bundle { journal, entries, files: self.files.to_vec(), digest: self.inspection.digest, warnings: findings };
        let mode = self.base.as_ref().map_or(Mode::Whole, Mode::Add);
        import::settle(house, &bundle, mode, dry_run, act).await
    }
}

/// Differences by table, rows that only change their place in the list left out.
pub(super) fn differences(changes: &[Change]) -> Vec<TableDifference> {
    let mut all: Vec<TableDifference> = Vec::new();
    for change in changes {
        let Some((key, others)) = store::columns_of(change.table) else { continue };
        let key = key.len();
        let kind = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => "new",
            (_, true) => "gone",
            _ => "changed",
        };
        let cell = |row: &[String], place: usize| row.get(place).cloned().unwrap_or_default();
        let cells: Vec<(&'static str, String, String)> = (key..)
            .zip(&others)
            .filter(|(_, column)| **column != "ordinal")
            .map(|(place, column)| (*column, cell(&change.old, place), cell(&change.new, place)))
            .filter(|(_, old, new)| old != new)
            .collect();
        if kind == "changed" && cells.is_empty() {
            continue;
        }
        if all.last().is_none_or(|last| last.table != change.table) {
            all.push(TableDifference { table: change.table, new: 0, changed: 0, gone: 0, shown: Vec::new() });
        }
        let Some(difference) = all.last_mut() else { continue };
        match kind {
            "new" => difference.new += 1,
            "gone" => difference.gone += 1,
            _ => difference.changed += 1,
        }
        if difference.shown.len() < SHOWN_ROWS {
            let row = if change.new.is_empty() { &change.old } else { &change.new };
            difference.shown.push(RowDifference { kind, key: row[..key].to_vec(), cells });
        }
    }
    all
}
