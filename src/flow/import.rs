//! Import: a bundle becomes the journal of its year, all or nothing. Floor 2.
//!
//! Of a year's first bundle the kept files with their SHA-256 are the record; each later one puts every row that it changes into the history.

use std::path::{Path, PathBuf};

use super::change::closed::Closed;
use super::change::{self, Names};
use super::exchange::{TableDifference, differences, time_differences};
use super::keys::Keyring;
use super::supplement::Openings;
use super::{Act, Error, House, salt};
use crate::bundle::{self, Bundle, Given, ReadError};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon;
use crate::domain::finding::Finding;
use crate::domain::journal::{Journal, YEAR};
use crate::domain::words;
use crate::store::{Author, Change, ClosureRow, ImportRow};
use crate::vault;

/// What came of an import.
#[derive(Debug)]
pub enum Outcome {
    /// The bundle is refused; nothing was written.
    Refused(Vec<Finding>),
    /// The bundle is right; nothing was written, because only a trial was asked for.
    WouldImport(Imported),
    /// The very same bundle stands already; nothing was written.
    Unchanged {
        /// SHA-256 of the bundle.
        digest: String,
        /// When it came in first.
        imported_at: String,
    },
    /// The year is now what the bundle says.
    Imported(Imported),
}

/// How what was given meets what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode<'j> {
    /// The year becomes what was given, nothing else.
    Whole,
    /// Rows were added to this journal, or changed in it; nothing may have happened to it since.
    Add(&'j Journal),
}

impl Mode<'_> {
    fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Add(_) => "add",
        }
    }
}

/// Figures of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// SHA-256 of the bundle (of the `sha256sum` list of its files).
    pub digest: String,
    /// School year.
    pub year: String,
    /// Classes, learners, courses, lessons, marks, absences, final marks.
    pub counts: [(&'static str, usize); 8],
    /// Rows written, times of entries among them.
    pub written: usize,
    /// Times of entries that are new, changed or gone: they have no history.
    pub entries: usize,
    /// Members of staff who got a key and certificate.
    pub certificates: usize,
    /// What should be looked at, though it bars nothing.
    pub warnings: Vec<Finding>,
    /// What differs from what stood, by table.
    pub differences: Vec<TableDifference>,
}

/// Reads and checks a bundle, and makes the year what it says in one transaction.
pub async fn import(house: &House, path: &Path, dry_run: bool, act: &Act) -> Result<Outcome, Error> {
    match bundle::read(path, &super::policy::of_act(house, act).await?) {
        Ok(bundle) => settle(house, &bundle, Mode::Whole, dry_run, act).await,
        Err(ReadError::Refused(findings)) => Ok(Outcome::Refused(findings)),
        Err(ReadError::Unreadable { path, source }) => Err(Error::File { path, source }),
    }
}

/// Makes the year what a checked bundle says, or only tries it.
pub(super) async fn settle(
    house: &House,
    bundle: &Bundle,
    mode: Mode<'_>,
    dry_run: bool,
    act: &Act,
) -> Result<Outcome, Error> {
    let journal = &bundle.journal;
    let digest = bundle.digest.to_hex();
    let mut tx = house.db.begin().await?;
    let changes = tx.list_changes(journal).await?;
    let locked = touches_closed(&changes, journal, &house.db.list_locks().await?, &Openings::load(house).await?);
    if !locked.is_empty() {
        let names = names(house, journal).await?;
        let told = locked.iter().map(|(change, closure)| barred(journal, &names, change, closure));
        return Ok(Outcome::Refused(told.collect()));
    }
    let known = house.db.find_bundle(&digest).await?;
    let times = time_differences(&house.db.list_entries(&journal.school.year).await?, &bundle.entries);
    let entries = times.as_ref().map_or(0, |times| times.new + times.changed + times.gone);
    if let Some(imported_at) = known.clone().filter(|_| changes.is_empty() && entries == 0) {
        return Ok(Outcome::Unchanged { digest, imported_at });
    }
    let mut imported = Imported {
        digest: digest.clone(),
        year: journal.school.year.clone(),
        counts: counts(journal),
        written: changes.len() + entries,
        entries,
        certificates: 0,
        warnings: bundle.warnings.clone(),
        differences: differences(&changes).into_iter().chain(times).collect(),
    };
    if dry_run {
        let names = names(house, journal).await?;
        for difference in &mut imported.differences {
            for row in &mut difference.shown {
                row.place = names.place(difference.table, &imported.year, &row.key);
                for (column, old, new) in &mut row.cells {
                    (*old, *new) = (names.named(column, old), names.named(column, new));
                }
            }
        }
        return Ok(Outcome::WouldImport(imported));
    }
    // Certificates have a transaction of their own, so this one lets the writer's place go and takes it again.
    drop(tx);
    let mut keyring = Keyring::open(house).await?;
    let staff = super::keys::served(house, journal, act).await?;
    imported.certificates = keyring.provide(house, &journal.school, &staff, act).await?;
    let kept = keep(house, bundle)?;
    // A year begins with its kept files where these say the whole of it; people who stood before it, or codes that others had, are not in them.
    let is_new = !house.db.list_years().await?.contains(&journal.school.year);
    let by_files = !is_new || bundle::read_kept(&kept).is_ok_and(|(read, _)| read == *journal);

    let mut tx = house.db.begin().await?;
    if let Mode::Add(base) = mode
        && !base.classes.is_empty()
        && tx.load_journal(&journal.school.year).await? != *base
    {
        return Err(Error::ChangedMeanwhile);
    }
    tx.rename_school(&journal.school).await?;
    let secret = crate::sign::random()?;
    let author = Author { by: &act.by, at: &act.moment(), secret: &secret };
    let replaced = match by_files {
        true => tx.replace_journal(journal, &author).await?,
        false => tx.record_journal(journal, &author).await?,
    };
    imported.written = replaced.rows + entries;
    tx.replace_entries(&journal.school.year, &bundle.entries).await?;
    if known.is_none() {
        tx.record_bundle(&digest, &journal.school.year, &act.moment(), &act.by).await?;
    }
    let mut event = Event::new(EventKind::BundleImported, &act.by, &act.moment())
        .with("bundle", &digest)
        .with("year", &journal.school.year)
        .with_number("rows", imported.written as u64)
        .with("record", if replaced.origin { "bundle" } else { "history" });
    for (name, count) in imported.counts {
        event = event.with_number(name, count as u64);
    }
    let mut recorded = tx.record(&event, salt()?).await?;
    let sum = |of: &dyn Fn(&TableDifference) -> usize| imported.differences.iter().map(of).sum::<usize>() as u64;
    let row = ImportRow {
        no: 0,
        digest,
        year: journal.school.year.clone(),
        mode: mode.as_str().to_owned(),
        files: canon::to_text(&Given::read(&bundle.files).facts()),
        imported_at: act.moment(),
        imported_by: act.by.clone(),
        rows_new: sum(&|d| d.new),
        rows_changed: sum(&|d| d.changed),
        rows_gone: sum(&|d| d.gone),
        event: recorded.last().index,
    };
    recorded.tx().record_import(&row).await?;
    recorded.commit().await?;
    Ok(Outcome::Imported(imported))
}

fn counts(journal: &Journal) -> [(&'static str, usize); 8] {
    [
        ("staff", journal.staff.len()),
        ("classes", journal.classes.len()),
        ("learners", journal.learners.len()),
        ("courses", journal.courses.len()),
        ("lessons", journal.lessons.len()),
        ("marks", journal.marks.len()),
        ("absences", journal.absences.len()),
        ("final_marks", journal.final_marks.len()),
    ]
}

/// Keeps the bundle's own files under its digest, before the transaction: a folder that no row names is harmless. Gives the folder.
fn keep(house: &House, bundle: &Bundle) -> Result<PathBuf, Error> {
    let folder = house.root.join("bundles").join(bundle.digest.to_hex());
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    let mut list = String::new();
    for file in &bundle.files {
        vault::durable::write_once(&folder.join(&file.name), &file.bytes)?;
        list.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    vault::durable::write_once(&folder.join("manifest-sha256.txt"), list.as_bytes())?;
    Ok(folder)
}

/// Names of the house, and those of the journal as it would be.
async fn names(house: &House, journal: &Journal) -> Result<Names, Error> {
    let mut names = change::names(house).await?;
    names.learn(&journal.school.year, journal);
    Ok(names)
}

/// Code of the finding that a row reaches into a closed period.
pub const CLOSED: &str = "import.period-closed";

/// Changes that reach into a closed period, each with the period: it changes for nobody.
fn touches_closed<'c>(
    changes: &'c [Change],
    journal: &Journal,
    closures: &[ClosureRow],
    openings: &Openings,
) -> Vec<(&'c Change, ClosureRow)> {
    let class_of = |course: &str| journal.courses.iter().find(|c| c.id == course).map(|c| c.class.clone());
    let mut found = Vec::new();
    for change in changes {
        // A period that takes late entries bars none of them; what stood in its copy it bars as ever.
        let taking = |closure: &&ClosureRow| !openings.take(closure, change.table, change.key(), change.old.is_empty());
        let left: Vec<ClosureRow> = match openings.is_empty() {
            true => Vec::new(),
            false => closures.iter().filter(taking).cloned().collect(),
        };
        let closures = if openings.is_empty() { closures } else { &left };
        let closed = Closed { year: &journal.school.year, closures, class_of: &class_of };
        let closure = match change.table {
            "learners" => closed.bars_stay(&change.old, &change.new),
            table => closed.bars(table, &change.old, &change.new),
        };
        found.extend(closure.map(|closure| (change, closure.clone())));
    }
    found
}

/// A row that reaches into a closed period: the row in words, what stands in it and what came.
fn barred(journal: &Journal, names: &Names, change: &Change, closure: &ClosureRow) -> Finding {
    let key = change.key();
    let differing = change::differing(change.table, change.old.get(key.len()..), change.new.get(key.len()..));
    let cells = |side: fn(&(String, String, String)) -> &String| {
        let told = differing.iter().filter(|cells| !side(cells).is_empty());
        told.map(|cells| format!("{}: {}", cells.0, side(cells))).collect::<Vec<_>>().join(", ")
    };
    let place = names.place(change.table, &journal.school.year, key);
    Finding::new(CLOSED, place, closed_words(journal, closure)).expected_found(cells(|one| &one.1), cells(|one| &one.2))
}

/// «I четверть класса 5А закрыта 24 октября 2025 г.» and what is done then: what is said of every row of the period.
pub(crate) fn closed_words(journal: &Journal, closure: &ClosureRow) -> String {
    let period = period_words(journal, closure);
    format!(
        "{period} класса {} {} {}; верните копию на исправление, потом загрузите файлы снова",
        closure.class,
        words::closed(&period),
        words::moment_words(&closure.closed_at)
    )
}

/// «I четверть»; the year, and a period that the journal does not have any more, by their own words.
fn period_words(journal: &Journal, closure: &ClosureRow) -> String {
    let grade = journal.class(&closure.class).map_or(0, |class| class.grade);
    let own = journal.periods_of_grade(grade);
    let place = own.iter().position(|held| held.id == closure.period);
    match place {
        Some(at) => words::period_name(own[at].kind, at + 1),
        None if closure.period == YEAR => "учебный год".to_owned(),
        None => format!("период {}", closure.period),
    }
}
