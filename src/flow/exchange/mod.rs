//! Exchange: files of any known kind come in over what stands, tables go out, the pseudonymised feed is written. Floor 2.
//!
//! [`preview`] is the dry run: what the files are, what is wrong with them and where, what would differ. [`take`] is the same with
//! writing, all or nothing; the files themselves, their SHA-256, who and when are kept. [`staged`] keeps an upload between the two. Tables of
//! the year beside the journal may come in the same files: they are judged over the journal as it would be, and written right after it.

pub mod export;
pub mod feed;
pub mod staged;
pub mod undo;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::import::{self, Mode, Outcome};
use super::setup::files::{self as year_files, Plan};
use super::setup::{self, Counts, Year};
use super::{Act, Error, House};
use crate::bundle::{self, Bundle, BundleFile, FileFacts, Given, Settled, Told, intake, source};
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::journal::{Journal, LessonKey};
use crate::domain::people::Subject;
use crate::domain::rights::Action;
use crate::domain::timeliness::{EntryKind, EntryTime};
use crate::store::{self, Change};

/// Code of the note that tables of the year are not judged yet.
pub const WAITS: &str = "setup.waits";

/// The table of the times of entries, which has no history.
pub const ENTRIES: &str = "entries";

/// Rows shown of each table's differences: a screen full; the counts tell of the rest.
const SHOWN_ROWS: usize = 20;

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
    /// The row in words, with names in place of identifiers; only a dry run says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
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
    /// What the tables of the year beside the journal would do; `None` when there is none, or the journal is refused first.
    pub year_tables: Option<Plan>,
}

/// What came of files.
#[derive(Debug)]
#[expect(clippy::large_enum_variant)] // reason: one an import, moved twice
pub enum Taken {
    /// Something is wrong; nothing was written.
    Refused(Vec<Finding>),
    /// What came of the journal's tables and of the year's, each if there were any.
    Done {
        /// The journal.
        journal: Option<Outcome>,
        /// Tables of the year: the plan, and what was written.
        year: Option<(Plan, Counts)>,
    },
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
    let mut preview = Preview {
        inspection: meeting.inspection.clone(),
        clean: true,
        told: Vec::new(),
        unchanged_since: None,
        counts: Vec::new(),
        differences: Vec::new(),
        year_tables: None,
    };
    let bare = |finding: Finding| Told { finding, row: Vec::new() };
    let would_be = if meeting.year_only {
        preview.told = meeting.given.findings().iter().cloned().map(bare).collect();
        preview.clean = intake::is_clean(&preview.told);
        None
    } else {
        let settled = meeting.settled(house, act).await?;
        preview.clean = settled.journal.is_some();
        preview.told.clone_from(&settled.told);
        let would_be = settled.journal.clone().filter(|_| meeting.given.has_year());
        match meeting.write(house, settled, true, act).await? {
            Outcome::Refused(findings) if preview.clean => {
                preview.clean = false;
                preview.told.extend(findings.into_iter().map(bare));
            }
            Outcome::Refused(_) => {}
            Outcome::Unchanged { imported_at, .. } => preview.unchanged_since = Some(imported_at),
            Outcome::WouldImport(figures) | Outcome::Imported(figures) => {
                preview.counts = figures.counts.to_vec();
                preview.differences = figures.differences;
            }
        }
        would_be
    };
    if meeting.given.has_year() && (preview.clean || meeting.year_only) {
        match meeting.year_plan(house, would_be, act).await? {
            Ok(plan) => {
                preview.clean &= plan.is_clean();
                preview.told.extend(plan.findings.iter().cloned().map(bare));
                preview.unchanged_since = preview.unchanged_since.filter(|_| !plan.changes_anything());
                preview.year_tables = Some(plan);
            }
            Err(finding) => {
                preview.clean = false;
                preview.told.push(bare(finding));
            }
        }
    } else if meeting.given.has_year() {
        // What rests on no list is judged at once, so that the files are mended once.
        let alone = year_files::alone(&meeting.inspection.year, meeting.given.year_sheets());
        preview.told.extend(alone.into_iter().map(bare));
        let message = "таблицы учебного года будут проверены до конца, когда будет исправлено отмеченное здесь: они опираются на эти строки";
        let finding = Finding::new(WAITS, "таблицы учебного года", message);
        // It tells why half of the files is not judged yet: the first of what is told, before the names that were recognised.
        preview.told.insert(0, bare(finding.weighing(crate::domain::finding::Severity::Note)));
    }
    Ok(preview)
}

/// Takes files in: the journal's tables first, then the year's, each all or nothing. What is wrong with either keeps out both.
pub async fn take(house: &House, files: &[BundleFile], wish: &Wish, dry_run: bool, act: &Act) -> Result<Taken, Error> {
    let meeting = Meeting::of(house, files, wish).await?;
    if !meeting.given.has_year() {
        let settled = meeting.settled(house, act).await?;
        return Ok(match meeting.write(house, settled, dry_run, act).await? {
            Outcome::Refused(findings) => Taken::Refused(findings),
            outcome => Taken::Done { journal: Some(outcome), year: None },
        });
    }
    let checked = preview(house, files, wish, act).await?;
    let findings = || checked.told.iter().map(|told| told.finding.clone()).collect();
    if !checked.clean {
        return Ok(Taken::Refused(findings()));
    }
    let journal = if meeting.year_only {
        None
    } else {
        let settled = meeting.settled(house, act).await?;
        match meeting.write(house, settled, dry_run, act).await? {
            Outcome::Refused(findings) => return Ok(Taken::Refused(findings)),
            outcome => Some(outcome),
        }
    };
    if dry_run {
        return Ok(Taken::Done { journal, year: checked.year_tables.map(|plan| (plan, Counts::default())) });
    }
    // Planned anew over what has just been written: the plan of the preview was one of the would-be journal.
    let plan = match meeting.year_plan(house, None, act).await? {
        Ok(plan) if plan.is_clean() => plan,
        Ok(plan) => return Ok(Taken::Refused(plan.findings)),
        Err(finding) => return Ok(Taken::Refused(vec![finding])),
    };
    let (facts, digest) = (&meeting.inspection.files, meeting.inspection.digest);
    let counts = year_files::write(house, act, files, facts, digest, &plan).await?;
    Ok(Taken::Done { journal, year: Some((plan, counts)) })
}

/// Imports the journal's tables of files, all or nothing; [`take`] takes those of the year as well.
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

/// The year in whose September the house's school year begins: its newest one's, or in a house without a school the one of a day; from June on
/// the next is prepared.
pub async fn first_year(house: &House, day: NaiveDate) -> Result<i32, Error> {
    let newest = house.db.list_years().await?.pop();
    Ok(newest.and_then(|year| year.get(..4)?.parse().ok()).unwrap_or(first_year_of(day)))
}

/// The year in whose September the school year of a day begins; from June on the next is prepared.
pub fn first_year_of(day: NaiveDate) -> i32 {
    day.year() - i32::from(day.month() < 6)
}

/// What was given and what it meets.
struct Meeting<'f> {
    files: &'f [BundleFile],
    given: Given<'f>,
    inspection: Inspection,
    base: Option<Journal>,
    /// Rows of the year's tables that are not in the files go.
    replaces: bool,
    /// The journal's own tables are not touched.
    year_only: bool,
}

impl<'f> Meeting<'f> {
    async fn of(house: &House, files: &'f [BundleFile], wish: &Wish) -> Result<Self, Error> {
        let given = Given::read(files);
        let whole = wish.whole.unwrap_or_else(|| given.is_whole()) && !given.is_year_only();
        let named = given.year().map(|year| year.replace(['-', '–'], "/"));
        let known = house.db.list_years().await?;
        let has_school = given.facts().iter().any(|file| file.tables.contains(&"school"));
        // Files that name a year without the school's own table are laid into the newest year, which then says what is wrong.
        let fitting = named.clone().filter(|year| has_school || known.contains(year));
        let year = match &wish.year {
            Some(year) => Some(year.clone()),
            None => fitting.or_else(|| known.last().cloned()),
        };
        let mut year_only = given.is_year_only();
        if let (true, Some(year)) =
            (year_only && given.names_courses(), year.as_ref().filter(|year| known.contains(year)))
        {
            // A list of hours is all that a school keeps of its courses: a journal without any takes them from it.
            year_only = !house.db.load_roster(year).await?.courses.is_empty();
        }
        let base = match &year {
            _ if whole => None,
            // The journal is not touched: it need not be read.
            Some(_) if year_only => Some(Journal::default()),
            Some(year) if known.contains(year) => Some(house.db.load_journal(year).await?),
            // A staff list that came before everything else stands in no year yet: the year that begins now has its people.
            _ if known.is_empty() && house.db.find_school().await?.is_some() => Some(house.db.load_journal("").await?),
            _ => Some(Journal::default()),
        };
        // A whole year brings its own codes, or the same ones each time; whoever is added gets a code that was nobody's.
        let spent = if base.is_some() { house.db.list_spent_codes().await? } else { Vec::new() };
        let given = given.sparing(spent);
        let inspection = Inspection {
            digest: source::digest(files),
            files: given.facts().to_vec(),
            whole,
            year: if whole { named.unwrap_or_default() } else { year.unwrap_or_default() },
        };
        Ok(Self { files, given, inspection, base, replaces: wish.whole == Some(true), year_only })
    }

    async fn settled(&self, house: &House, act: &Act) -> Result<Settled, Error> {
        let policy = super::policy::of_act(house, act).await?;
        Ok(bundle::settle(&self.given, self.base.as_ref(), &policy))
    }

    /// What the tables of the year would do, over the journal that comes with them or the one that stands.
    async fn year_plan(
        &self,
        house: &House,
        would_be: Option<Journal>,
        act: &Act,
    ) -> Result<Result<Plan, Finding>, Error> {
        let named = Some(self.inspection.year.as_str()).filter(|year| !year.is_empty());
        let year = match (would_be, named) {
            (Some(journal), _) => Year::with_journal(house, journal).await?,
            (None, Some(year)) => Year::open(house, year).await?,
            (None, None) => {
                let message = "школа ещё не заведена: сначала загрузите листы «Школа», «Сотрудники», «Классы», «Обучающиеся» и «Курсы», можно в этой же книге";
                return Ok(Err(Finding::new("setup.no-school", "таблицы учебного года", message)));
            }
        };
        let meeting = if self.replaces { setup::Meeting::Replace } else { setup::Meeting::Add };
        let mut plan = year_files::plan(house, year, self.given.year_sheets(), meeting).await?;
        plan.findings.extend(not_yours(house, &plan, act).await?);
        Ok(Ok(plan))
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

/// Movement by orders is the act of the office: who may bring data in may bring it in only with that right beside it.
async fn not_yours(house: &House, plan: &Plan, act: &Act) -> Result<Vec<Finding>, Error> {
    const BY_ORDERS: [&str; 2] = ["movement", "stays"];
    let coming = plan.tables.iter().filter(|came| BY_ORDERS.contains(&came.table) && came.new + came.changed > 0);
    let coming: Vec<_> = coming.collect();
    if coming.is_empty() {
        return Ok(Vec::new());
    }
    let visitor = super::people::visitor(house, &act.by, true, act.at.date_naive()).await?;
    let refused = match visitor.permit(Action::ChangeMovement, &Subject::House) {
        Ok(()) if visitor.reach(Action::ChangeMovement).school => return Ok(Vec::new()),
        Ok(()) => "вы ведёте движение не всей школы: загрузите таблицу на странице «Движение»".to_owned(),
        Err(reason) => reason,
    };
    let finding = |came: &year_files::Came| Finding::new("exchange.not-yours", came.places.join("; "), refused.clone());
    Ok(coming.into_iter().map(finding).collect())
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
            difference.shown.push(RowDifference { kind, key: row[..key].to_vec(), place: String::new(), cells });
        }
    }
    all
}

/// What differs in the times of entries; `None` where nothing does.
pub(super) fn time_differences(standing: &[EntryTime], coming: &[EntryTime]) -> Option<TableDifference> {
    let (standing, coming) = (times(standing), times(coming));
    let mut difference = TableDifference { table: ENTRIES, new: 0, changed: 0, gone: 0, shown: Vec::new() };
    let named: BTreeSet<_> = standing.keys().chain(coming.keys()).copied().collect();
    for entry in named {
        let (old, new) = (standing.get(&entry), coming.get(&entry));
        let kind = match (old, new) {
            (old, new) if old == new => continue,
            (None, _) => "new",
            (_, None) => "gone",
            _ => "changed",
        };
        match kind {
            "new" => difference.new += 1,
            "gone" => difference.gone += 1,
            _ => difference.changed += 1,
        }
        if difference.shown.len() < SHOWN_ROWS {
            let (lesson, what, learner) = entry;
            let [date, number] = [lesson.date.to_string(), lesson.number.to_string()];
            let key = vec![lesson.course_id.clone(), date, number, what.as_str().to_owned(), learner.to_owned()];
            let text = |time: Option<&String>| time.cloned().unwrap_or_default();
            let cells = vec![("entered_at", text(old), text(new))];
            difference.shown.push(RowDifference { kind, key, place: String::new(), cells });
        }
    }
    (difference.new + difference.changed + difference.gone > 0).then_some(difference)
}

/// Times by what was entered, to the second as the store has them.
fn times(entries: &[EntryTime]) -> BTreeMap<(&LessonKey, EntryKind, &str), String> {
    let time = |entry: &EntryTime| entry.entered_at.format("%Y-%m-%dT%H:%M:%S").to_string();
    entries.iter().map(|entry| ((&entry.lesson, entry.kind, entry.learner_id.as_str()), time(entry))).collect()
}
