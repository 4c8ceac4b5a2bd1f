//! An import taken back: the last one that still stands, row by row; a year's first one when nothing happened to the year since. Floor 2.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::super::change::{self, Refusal, TakenBack};
use super::super::{Act, Error, House, salt};
use crate::bundle;
use crate::domain::audit::{Event, EventKind};
use crate::domain::change::{Edit, in_force, ranges};
use crate::domain::journal::Journal;
use crate::domain::setup::layout::SETUP;
use crate::domain::words;
use crate::store::{AccountState, Author, ChangeFilter, ChangeRow, ImportRow, Tx};

/// An import that may be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The import.
    pub row: ImportRow,
    /// Its lines of the history; none of a year's first journal, from which the history begins.
    lines: Vec<u64>,
}

/// The newest import of which something still stands; those taken back already are passed over.
pub async fn last(house: &House) -> Result<Option<Standing>, Error> {
    newest(house, 0).await
}

/// The same, as if the import of the number `without` had been taken back; 0 for none.
async fn newest(house: &House, without: u64) -> Result<Option<Standing>, Error> {
    let imports = house.db.list_imports().await?;
    for (place, row) in imports.iter().enumerate().filter(|(_, row)| row.no != without) {
        let filter = ChangeFilter { event: Some(row.event), ..ChangeFilter::default() };
        let changes = house.db.list_changes(&filter).await?;
        let is_first = !imports[place + 1..].iter().any(|earlier| earlier.year == row.year);
        if changes.is_empty() {
            if is_first && house.db.list_years().await?.contains(&row.year) {
                return Ok(Some(Standing { row: row.clone(), lines: Vec::new() }));
            }
            continue;
        }
        // One row tells for all: an import is taken back whole.
        let Some(first) = changes.first() else { continue };
        if taken_back(house, first).await?.is_none() {
            let lines = changes.into_iter().map(|change| change.seq).collect();
            return Ok(Some(Standing { row: row.clone(), lines }));
        }
    }
    Ok(None)
}

/// The line by which a change of the history was taken back; none where it stands.
async fn taken_back(house: &House, change: &ChangeRow) -> Result<Option<ChangeRow>, Error> {
    let of_row = ChangeFilter {
        table: Some(change.table.clone()),
        year: Some(change.year.clone()),
        key: change.key.clone(),
        ..ChangeFilter::default()
    };
    let mut history = house.db.list_changes(&of_row).await?;
    history.retain(|line| line.key == change.key);
    history.reverse();
    if in_force(history.iter().map(|line| (line.seq, line.undoes))).contains(&change.seq) {
        return Ok(None);
    }
    let takes = |line: &ChangeRow| line.undoes > 0 && line.undoes <= change.seq && line.seq > change.seq;
    Ok(history.into_iter().find(takes))
}

/// Moments at which imports were taken back, by number; those that stand are not among them.
pub async fn moments(house: &House, imports: &[ImportRow]) -> Result<BTreeMap<u64, String>, Error> {
    // A year's first journal has no lines of its own: that it went is told by an event.
    let events = house.db.list_events(EventKind::DataChanged.as_str()).await?;
    let mut of_years: Vec<Value> = events
        .iter()
        .filter(|payload| payload.contains("import_undone"))
        .filter_map(|payload| serde_json::from_str(payload).ok())
        .collect();
    of_years.retain(|facts| facts["what"].as_str() == Some("import_undone"));
    let mut moments = BTreeMap::new();
    for row in imports {
        // One row tells for all: an import is taken back whole.
        let filter = ChangeFilter { event: Some(row.event), limit: 1, ..ChangeFilter::default() };
        let at = match house.db.list_changes(&filter).await?.first() {
            Some(change) => taken_back(house, change).await?.map(|line| line.at),
            None => {
                let own = |facts: &&Value| {
                    facts["bundle"].as_str() == Some(row.digest.as_str())
                        && facts["year"].as_str() == Some(row.year.as_str())
                        && facts["at"].as_str() >= Some(row.imported_at.as_str())
                };
                of_years.iter().find(own).and_then(|facts| facts["at"].as_str()).map(str::to_owned)
            }
        };
        moments.extend(at.map(|at| (row.no, at)));
    }
    Ok(moments)
}

/// Could `along` be taken back right after `no`? Both came by one upload, and half of an upload is not left standing. Nothing is written.
///
/// # Errors
/// [`Refusal::ImportStands`] of `along` when something that `no` did not bring keeps it: rows of the year's tables, a closed period.
pub async fn check_along(house: &House, no: u64, along: u64) -> Result<(), Error> {
    let imports = house.db.list_imports().await?;
    let find = |no: u64| imports.iter().find(|row| row.no == no);
    let (Some(first), Some(row)) = (find(no), find(along)) else { return Ok(()) };
    let of = |row: &ImportRow| ChangeFilter { event: Some(row.event), ..ChangeFilter::default() };
    // What has lines of its own is taken back row by row, or refused whole.
    if !house.db.list_changes(&of(row)).await?.is_empty() {
        return Ok(());
    }
    let changes = house.db.list_changes(&of(first)).await?;
    let brought: HashSet<(&str, &[String])> =
        changes.iter().filter(|one| one.old.is_none()).map(|one| (one.table.as_str(), one.key.as_slice())).collect();
    for layout in SETUP {
        let rows = house.db.list_year_rows(layout.table, &row.year).await?;
        let is_other = |cells: &&Vec<String>| !brought.contains(&(layout.table, &cells[..layout.key]));
        let others: Vec<&Vec<String>> = rows.iter().filter(is_other).collect();
        if let Some(first) = others.first() {
            let rows = words::count(others.len() as u64, "строка", "строки", "строк");
            let place = change::names(house).await?.place(layout.table, &row.year, &first[..layout.key]);
            let why = format!(
                "в таблице учебного года «{}» есть внесённое не этой загрузкой: {rows}, первая — {place}; сначала уберите это на странице \
                 таблицы или отмените в «Истории изменений»",
                layout.title
            );
            return Err(Refusal::ImportStands { no: along, why }.into());
        }
    }
    match house.db.list_closures().await?.into_iter().find(|closure| closure.year == row.year) {
        Some(closure) => {
            let why = format!("период {} класса {} уже закрыт", closure.period, closure.class);
            Err(Refusal::ImportStands { no: along, why }.into())
        }
        None => Ok(()),
    }
}

/// What keeps the import of that number from being taken back now, in words; `None` where nothing is known to. Nothing is written.
pub async fn held(house: &House, act: &Act, no: u64) -> Result<Option<String>, Error> {
    let Some(Standing { row, lines }) = last(house).await?.filter(|standing| standing.row.no == no) else {
        return Ok(None);
    };
    // Each line asks for its row's history: of more than so many the page would be waited for, and the press itself says the same.
    const MOST: usize = 1500;
    if lines.len() > MOST {
        return Ok(None);
    }
    let checked = match lines.as_slice() {
        [] => first_journal(house, act, &row).await.map(|_| ()),
        lines => {
            let mut tx = house.db.begin().await?;
            let planned = change::plan_undo(house, &mut tx, lines).await;
            drop(tx);
            match planned {
                Ok(plan) => free(house, act, no, &People::of_plan(&plan)).await,
                Err(error) => Err(error),
            }
        }
    };
    match checked {
        Ok(()) => Ok(None),
        Err(Error::Change(refusal)) => Ok(Some(refusal.to_string())),
        Err(error) => Err(error),
    }
}

/// People whom taking an import back would take off the lists.
#[derive(Debug, Default)]
struct People {
    staff: BTreeSet<String>,
    learners: BTreeSet<String>,
}

impl People {
    fn of_plan(plan: &[TakenBack]) -> Self {
        let gone = |table: &str| -> BTreeSet<String> {
            let rows = plan.iter().filter(|taken| taken.edit.table == table && taken.edit.new.is_none());
            rows.filter_map(|taken| taken.edit.key.first().cloned()).collect()
        };
        Self { staff: gone("staff"), learners: gone("learners") }
    }
}

/// Refuses while somebody whom it would take off the lists has a login that opens, an office by an order that holds, or a parent: these would be
/// left behind with nobody to answer for them.
async fn free(house: &House, act: &Act, no: u64, people: &People) -> Result<(), Error> {
    let is_gone = |person: &str| people.staff.contains(person) || people.learners.contains(person);
    let mut kept: Vec<(String, &str)> = Vec::new();
    for account in house.db.list_accounts().await? {
        if is_gone(&account.person) && account.state != AccountState::Locked {
            kept.push((account.person, "выдан вход: закройте его на карточке"));
        }
    }
    let today = act.at.date_naive();
    for order in house.db.list_appointments().await? {
        if is_gone(&order.person) && order.ends.is_none_or(|last| last > today) {
            kept.push((order.person, "есть назначение приказом: завершите его на карточке («Завершить», а назначенное по ошибке — «Отменить отмеченные» там же)"));
        }
    }
    for parent in house.db.list_guardians().await? {
        for learner in parent.learners.into_iter().filter(|learner| people.learners.contains(learner)) {
            kept.push((learner, "записан родитель: снимите связь на карточке родителя"));
        }
    }
    let Some((person, what)) = kept.first() else { return Ok(()) };
    let name = change::names(house).await?.person(person);
    let others = match kept.len() {
        1 => String::new(),
        more => format!(" (и ещё {})", words::count(more as u64 - 1, "такая связь", "такие связи", "таких связей")),
    };
    Err(Refusal::ImportStands { no, why: format!("{name}: {what}{others}") }.into())
}

/// Takes both parts of an upload back, `no` and the one right below it, `along`, in one transaction: both go or none does. Gives how many rows
/// it touched.
///
/// # Errors
/// [`Refusal`] of what keeps either of them.
pub async fn undo_both(house: &House, act: &Act, no: u64, along: u64) -> Result<usize, Error> {
    let Some(first) = last(house).await?.filter(|standing| standing.row.no == no) else {
        return Err(not_last(no));
    };
    let Some(second) = newest(house, no).await?.filter(|standing| standing.row.no == along) else {
        return Err(not_last(along));
    };
    if first.lines.is_empty() {
        let why = "вместе их отменить нельзя: отмените их по одной, сначала новую".to_owned();
        return Err(Refusal::ImportStands { no, why }.into());
    }
    if !second.lines.is_empty() {
        let mut lines = [first.lines, second.lines].concat();
        lines.sort_unstable();
        return undo_lines(house, act, no, &lines).await;
    }
    check_along(house, no, along).await?;
    let journal = first_journal(house, act, &second.row).await?;
    let mut tx = house.db.begin().await?;
    let plan = change::plan_undo(house, &mut tx, &first.lines).await?;
    free(house, act, no, &People::of_plan(&plan)).await?;
    let seqs = match change::undo_in(&mut tx, act, &plan).await {
        Ok(seqs) => seqs,
        Err(error) => {
            drop(tx);
            let edits: Vec<Edit> = plan.into_iter().map(|taken| taken.edit).collect();
            return Err(change::told(house, &edits, error).await);
        }
    };
    let mut undone: Vec<u64> = plan.into_iter().flat_map(|taken| taken.seqs).collect();
    undone.sort_unstable();
    let event = Event::new(EventKind::ChangesUndone, &act.by, &act.moment()).with("undone", ranges(&undone));
    let mut recorded = tx.record(&event, salt()?).await?;
    let (rows, event) = clear(recorded.tx(), act, &second.row, journal).await?;
    recorded.also(&event, salt()?).await?.commit().await?;
    Ok(seqs.len() + rows)
}

fn not_last(no: u64) -> Error {
    let why = "отменяется только последняя из тех, что не отменены".to_owned();
    Refusal::ImportStands { no, why }.into()
}

/// Takes the import of that number back; gives how many rows it touched. Only the last one that stands can be.
pub async fn undo(house: &House, act: &Act, no: u64) -> Result<usize, Error> {
    let Some(Standing { row, lines }) = last(house).await?.filter(|standing| standing.row.no == no) else {
        return Err(not_last(no));
    };
    if !lines.is_empty() {
        return undo_lines(house, act, no, &lines).await;
    }
    let journal = first_journal(house, act, &row).await?;
    let mut tx = house.db.begin().await?;
    let (rows, event) = clear(&mut tx, act, &row, journal).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(rows)
}

/// Takes lines of the history back while nobody is left behind by it; gives how many rows it touched.
async fn undo_lines(house: &House, act: &Act, no: u64, lines: &[u64]) -> Result<usize, Error> {
    let mut tx = house.db.begin().await?;
    let plan = change::plan_undo(house, &mut tx, lines).await?;
    drop(tx);
    free(house, act, no, &People::of_plan(&plan)).await?;
    Ok(change::undo(house, act, lines).await?.seqs.len())
}

/// The journal that a year's first import brought, of its kept files, while no period of the year is closed and none of its people has more than
/// a row.
async fn first_journal(house: &House, act: &Act, row: &ImportRow) -> Result<Journal, Error> {
    let refused = |why: String| Error::from(Refusal::ImportStands { no: row.no, why });
    if let Some(closure) = house.db.list_closures().await?.into_iter().find(|closure| closure.year == row.year) {
        return Err(refused(format!("период {} класса {} уже закрыт", closure.period, closure.class)));
    }
    let folder = house.root.join("bundles").join(&row.digest);
    match bundle::read_kept(&folder) {
        Ok((journal, _)) => {
            let people = People {
                staff: journal.staff.iter().map(|one| one.id.clone()).collect(),
                learners: journal.learners.iter().map(|one| one.id.clone()).collect(),
            };
            free(house, act, row.no, &people).await?;
            Ok(journal)
        }
        Err(_) => Err(refused("сохранённые файлы этой загрузки не читаются; запустите «letopis doctor»".to_owned())),
    }
}

/// Empties a year of its first journal inside a transaction; gives how many rows went, and the event that is to tell of it.
async fn clear(tx: &mut Tx, act: &Act, row: &ImportRow, journal: Journal) -> Result<(usize, Event), Error> {
    let refused = |why: String| Error::from(Refusal::ImportStands { no: row.no, why });
    for layout in SETUP {
        if !tx.list_year_rows(layout.table, &row.year).await?.is_empty() {
            let why = format!("в таблице года «{}» уже есть строки; сначала уберите их", layout.title);
            return Err(refused(why));
        }
    }
    if !tx.list_changes(&journal).await?.is_empty() {
        let why = "после неё журнал этого года меняли; сначала отмените те изменения в «Истории изменений»";
        return Err(refused(why.to_owned()));
    }
    let secret = crate::sign::random()?;
    let author = Author { by: &act.by, at: &act.moment(), secret: &secret };
    let empty = Journal { school: journal.school, ..Journal::default() };
    let rows = tx.replace_journal(&empty, &author).await?.rows;
    tx.replace_entries(&row.year, &[]).await?;
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "import_undone")
        .with("bundle", &row.digest)
        .with("year", &row.year);
    Ok((rows, event))
}
