//! Import: a bundle becomes the journal of its year, all or nothing. Floor 2.

use std::path::Path;

use super::exchange::{TableDifference, differences};
use super::keys::Keyring;
use super::{Act, Error, House, salt};
use crate::bundle::{self, Bundle, Given, ReadError};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon;
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::store::{Change, ClosureRow, ImportRow};
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
    /// Rows written.
    pub written: usize,
    /// Members of staff who got a key and certificate.
    pub certificates: usize,
    /// What should be looked at, though it bars nothing.
    pub warnings: Vec<Finding>,
    /// What differs from what stood, by table.
    pub differences: Vec<TableDifference>,
}

/// Reads and checks a bundle, and makes the year what it says in one transaction.
pub async fn import(house: &House, path: &Path, dry_run: bool, act: &Act) -> Result<Outcome, Error> {
    match bundle::read(path, &house.policy) {
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
    let locked = touches_closed(&changes, journal, &house.db.list_closures().await?);
    if !locked.is_empty() {
        return Ok(Outcome::Refused(locked));
    }
    let known = house.db.find_bundle(&digest).await?;
    if let Some(imported_at) = known.clone().filter(|_| changes.is_empty()) {
        return Ok(Outcome::Unchanged { digest, imported_at });
    }
    let mut imported = Imported {
        digest: digest.clone(),
        year: journal.school.year.clone(),
        counts: counts(journal),
        written: changes.len(),
        certificates: 0,
        warnings: bundle.warnings.clone(),
        differences: differences(&changes),
    };
    if dry_run {
        return Ok(Outcome::WouldImport(imported));
    }
    // Certificates have a transaction of their own, so this one lets the writer's place go and takes it again.
    drop(tx);
    let mut keyring = Keyring::open(house).await?;
    imported.certificates = keyring.provide(house, &journal.school, &journal.staff, act).await?;
    keep(house, bundle)?;

    let mut tx = house.db.begin().await?;
    if let Mode::Add(base) = mode
        && !base.classes.is_empty()
        && tx.load_journal(&journal.school.year).await? != *base
    {
        return Err(Error::ChangedMeanwhile);
    }
    tx.rename_school(&journal.school).await?;
    imported.written = tx.replace_journal(journal).await?;
    if known.is_none() {
        tx.record_bundle(&digest, &journal.school.year, &act.moment(), &act.by).await?;
    }
    let mut event = Event::new(EventKind::BundleImported, &act.by, &act.moment())
        .with("bundle", &digest)
        .with("year", &journal.school.year)
        .with_number("rows", imported.written as u64);
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

/// Keeps the bundle's own files under its digest, before the transaction: a folder that no row names is harmless.
fn keep(house: &House, bundle: &Bundle) -> Result<(), Error> {
    let folder = house.root.join("bundles").join(bundle.digest.to_hex());
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    let mut list = String::new();
    for file in &bundle.files {
        vault::durable::write_once(&folder.join(&file.name), &file.bytes)?;
        list.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    vault::durable::write_once(&folder.join("manifest-sha256.txt"), list.as_bytes())?;
    Ok(())
}

/// Changes that reach into a closed period: each is a finding, because a closed period changes for nobody.
fn touches_closed(changes: &[Change], journal: &Journal, closures: &[ClosureRow]) -> Vec<Finding> {
    let class_of = |course: &str| journal.courses.iter().find(|c| c.id == course).map(|c| c.class.as_str());
    let closed = |class: &str, inside: &dyn Fn(&ClosureRow) -> bool| {
        closures.iter().find(|k| k.year == journal.school.year && k.class == class && inside(k))
    };
    let mut findings = Vec::new();
    for change in changes {
        let row = if change.new.is_empty() { &change.old } else { &change.new };
        let closure = match change.table {
            "lessons" | "marks" | "absences" => class_of(&row[0])
                .and_then(|class| closed(class, &|k| k.starts.as_str() <= row[1].as_str() && row[1] <= k.ends)),
            "final_marks" => {
                class_of(&row[0]).and_then(|class| closed(class, &|k| k.period == row[2] || k.period == "Y"))
            }
            "courses" if change.new.is_empty() || (!change.old.is_empty() && change.old[1..3] != change.new[1..3]) => {
                closed(change.old.get(1).map_or("", String::as_str), &|_| true)
            }
            "learners" => {
                closures.iter().find(|k| k.year == journal.school.year && stay(&change.old, k) != stay(&change.new, k))
            }
            _ => None,
        };
        let Some(closure) = closure else { continue };
        let subject = journal.courses.iter().find(|c| c.id == row[0]).map_or("", |c| c.subject.as_str());
        findings.push(
            Finding::new(
                "import.period-closed",
                format!("{}.csv: {}, {subject}, {}", change.table, closure.class, row.join(", ")),
                format!("период {} класса {} закрыт {}", closure.period, closure.class, closure.closed_at),
            )
            .expected_found(change.old.join(", "), change.new.join(", ")),
        );
    }
    findings
}

/// A learner's stay as a closed period's list has it: first day, and the day of leaving if it lies within; `None` when the learner
/// is not on that list, or the row is not there. Columns as in `learners`: 5 class, 6 enrolled, 8 left.
fn stay<'r>(row: &'r [String], closure: &ClosureRow) -> Option<(&'r str, &'r str)> {
    let [class, enrolled_on, left_on] = [5, 6, 8].map(|column| row.get(column).map_or("", String::as_str));
    let listed = class == closure.class
        && enrolled_on <= closure.ends.as_str()
        && (left_on.is_empty() || left_on > closure.starts.as_str());
    listed.then_some((enrolled_on, if left_on <= closure.ends.as_str() { left_on } else { "" }))
}
