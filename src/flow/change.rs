//! Changing: rows of the school's data change together with their history and their event; undone the same way. Floor 2.
//!
//! The database is changed by nothing else: an edit names its row and what shall stand there, the store keeps old and new values of each row,
//! and the event of the same transaction vouches for them by count, tables and root.

pub(crate) mod closed;
mod history;

use std::collections::BTreeMap;

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
pub use crate::domain::change::{Edit, Expected};
use crate::domain::change::{in_force, ranges};
use crate::domain::words;
use crate::store::{self, Author, ChangeFilter, ChangeRow, Tx};
use closed::Closed;
pub use history::{CellHistory, Moment, Names, differing, heading, history_of, names, shown, table_words, value};

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Numbers of the new lines of the history; empty when everything stood already as wanted, and then there is no event.
    pub seqs: Vec<u64>,
    /// Index of the event.
    pub event: Option<u64>,
}

/// Lines written inside a transaction of the caller. The caller's next event vouches for them by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// Their numbers.
    pub seqs: Vec<u64>,
}

/// What an undoing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Numbers of the changes taken back.
    pub undone: Vec<u64>,
    /// Numbers of the new lines that took them back, one for each row.
    pub seqs: Vec<u64>,
    /// Index of the event.
    pub event: u64,
}

/// Why rows do not change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody changed the row since the editor saw it.
    #[error("{place}: запись успели изменить — {who}, {when}; сейчас там {stands}. Посмотрите и повторите, если нужно")]
    Overtaken {
        /// Which row.
        place: String,
        /// Who changed it.
        who: String,
        /// When, in words.
        when: String,
        /// What stands there.
        stands: String,
    },
    /// The period is closed.
    #[error("{place}: период {period} класса {class} закрыт {when}; исправления в нём — только новой версией копии")]
    Closed {
        /// Which row.
        place: String,
        /// Class.
        class: String,
        /// Period.
        period: String,
        /// Since when, in words.
        when: String,
    },
    /// No such change.
    #[error("изменения № {0} в истории нет")]
    NoChange(u64),
    /// An import that cannot be taken back.
    #[error("загрузку № {no} отменить нельзя: {why}")]
    ImportStands {
        /// Its number.
        no: u64,
        /// Why, and what to do first.
        why: String,
    },
    /// Taken back already.
    #[error("изменение № {seq} уже отменено")]
    AlreadyUndone {
        /// Number.
        seq: u64,
    },
    /// Others have entered marks or absences on the lesson since.
    #[error("изменение № {seq} ({place}) отменить нельзя: {why}")]
    StandsUnder {
        /// Number asked for.
        seq: u64,
        /// Which row.
        place: String,
        /// What stands on it, and both ways on.
        why: String,
    },
    /// The row changed again after it.
    #[error("изменение № {seq} ({place}) отменить нельзя: после него запись изменена снова — № {later}, {who}, {when}")]
    ChangedSince {
        /// Number asked for.
        seq: u64,
        /// Which row.
        place: String,
        /// The later change.
        later: u64,
        /// Who made it.
        who: String,
        /// When, in words.
        when: String,
    },
}

/// Changes rows in one transaction with one event `data_changed`; `what` is an ASCII word for it («calendar»). Nothing is written when any edit
/// is refused.
pub async fn apply(house: &House, act: &Act, what: &str, edits: &[Edit]) -> Result<Applied, Error> {
    let mut tx = house.db.begin().await?;
    let set = match apply_in(&mut tx, act, edits).await {
        Ok(set) => set,
        Err(error) => {
            drop(tx);
            return Err(told(house, edits, error).await);
        }
    };
    if set.seqs.is_empty() {
        return Ok(Applied { seqs: Vec::new(), event: None });
    }
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment()).with("what", what);
    let at = tx.record(&event, salt()?).await?.commit().await?;
    Ok(Applied { seqs: set.seqs, event: Some(at.index) })
}

/// Changes rows inside a transaction of the caller; the event that the caller records next vouches for them by itself.
pub(crate) async fn apply_in(tx: &mut Tx, act: &Act, edits: &[Edit]) -> Result<ChangeSet, Error> {
    let secret = crate::sign::random()?;
    let author = Author { by: &act.by, at: &act.moment(), secret: &secret };
    Ok(ChangeSet { seqs: tx.change_rows(edits, &author).await? })
}

/// Puts a refusal of the store into words: who, when, which closed period. Other errors pass.
pub(crate) async fn told(house: &House, edits: &[Edit], error: Error) -> Error {
    match explain(house, edits, &error).await {
        Ok(Some(refusal)) => refusal.into(),
        _ => error,
    }
}

async fn explain(house: &House, edits: &[Edit], error: &Error) -> Result<Option<Refusal>, Error> {
    match error {
        Error::Store(store::Error::Overtaken(overtaken)) => {
            let store::Overtaken { table, key, stands, by, at } = overtaken.as_ref();
            let edit = edits.iter().find(|edit| edit.table == *table && edit.key == *key);
            let names = names(house).await?;
            let year = edit.map_or("", |edit| edit.year.as_str());
            Ok(Some(Refusal::Overtaken {
                place: names.place(table, year, key),
                who: names.person(by),
                when: if at.is_empty() {
                    "при загрузке журнала".to_owned()
                } else {
                    words::moment_words(at)
                },
                stands: shown(table, stands.as_deref()),
            }))
        }
        Error::Store(store::Error::PeriodClosed(_)) => {
            let names = names(house).await?;
            let closures = house.db.list_closures().await?;
            for edit in edits {
                let closed = Closed {
                    year: &edit.year,
                    closures: &closures,
                    class_of: &|course| names.class_of(&edit.year, course),
                };
                let new = edit.new.as_ref().map(|new| [edit.key.clone(), new.clone()].concat()).unwrap_or_default();
                let standing = house.db.find_row(edit.table, &edit.year, &edit.key).await?;
                let old = standing.map(|old| [edit.key.clone(), old].concat()).unwrap_or_default();
                if let Some(closure) = closed.bars(edit.table, &old, &new) {
                    return Ok(Some(Refusal::Closed {
                        place: names.place(edit.table, &edit.year, &edit.key),
                        class: closure.class.clone(),
                        period: closure.period.clone(),
                        when: words::moment_words(&closure.closed_at),
                    }));
                }
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Takes changes back: each row becomes what it was before the earliest of its changes named. A line that is itself a taking back is taken
/// back too while nothing came after it on its row: what it undid stands again. Refuses what was changed again since, and says by whom and
/// when; nothing is written then.
pub async fn undo(house: &House, act: &Act, changes: &[u64]) -> Result<Undone, Error> {
    let mut tx = house.db.begin().await?;
    let plan = match plan_undo(house, &mut tx, changes).await {
        Ok(plan) => plan,
        Err(error) => return Err(error),
    };
    let seqs = match undo_in(&mut tx, act, &plan).await {
        Ok(seqs) => seqs,
        Err(error) => {
            drop(tx);
            let edits: Vec<Edit> = plan.into_iter().map(|taken| taken.edit).collect();
            return Err(told(house, &edits, error).await);
        }
    };
    let mut undone: Vec<u64> = plan.into_iter().flat_map(|taken| taken.seqs).collect();
    undone.sort_unstable();
    let event = Event::new(EventKind::ChangesUndone, &act.by, &act.moment()).with("undone", ranges(&undone));
    let at = tx.record(&event, salt()?).await?.commit().await?;
    Ok(Undone { undone, seqs, event: at.index })
}

/// One row to be taken back.
pub(crate) struct TakenBack {
    /// What restores it.
    pub(crate) edit: Edit,
    /// The earliest change taken back.
    pub(crate) first: u64,
    /// What the new line says that it undoes; 0 where a taking back is taken back, for the row then stands by a change of its own.
    pub(crate) undoes: u64,
    /// All changes taken back.
    pub(crate) seqs: Vec<u64>,
}

/// Writes the rows back.
pub(crate) async fn undo_in(tx: &mut Tx, act: &Act, plan: &[TakenBack]) -> Result<Vec<u64>, Error> {
    let secret = crate::sign::random()?;
    let author = Author { by: &act.by, at: &act.moment(), secret: &secret };
    let edits: Vec<(&Edit, u64)> = plan.iter().map(|taken| (&taken.edit, taken.undoes)).collect();
    Ok(tx.change_and_undo_rows(&edits, &author).await?)
}

/// What taking changes back would write; refuses what [`undo`] refuses.
pub(crate) async fn plan_undo(house: &House, tx: &mut Tx, changes: &[u64]) -> Result<Vec<TakenBack>, Error> {
    let found = tx.find_changes(changes).await?;
    if let Some(missing) = changes.iter().find(|seq| !found.iter().any(|row| row.seq == **seq)) {
        return Err(Refusal::NoChange(*missing).into());
    }
    let mut rows: BTreeMap<(String, String, Vec<String>), Vec<ChangeRow>> = BTreeMap::new();
    for change in found {
        rows.entry((change.table.clone(), change.year.clone(), change.key.clone())).or_default().push(change);
    }
    let mut plan = Vec::new();
    for asked in rows.into_values() {
        let Some(first) = asked.first() else { continue };
        let mut history = tx.list_history(&row_filter(first)).await?;
        history.reverse();
        if let (Some(last), [one]) = (history.last(), asked.as_slice())
            && one.undoes > 0
            && last.seq == one.seq
        {
            plan.extend(take_back(one, Some(last), vec![one.seq]).map(|taken| TakenBack { undoes: 0, ..taken }));
            continue;
        }
        let standing = in_force(history.iter().map(|row| (row.seq, row.undoes)));
        if let Some(row) = asked.iter().find(|row| !standing.contains(&row.seq)) {
            return Err(Refusal::AlreadyUndone { seq: row.seq }.into());
        }
        let later = standing.iter().find(|seq| **seq > first.seq && !asked.iter().any(|row| row.seq == **seq));
        if let Some(later) = later.and_then(|later| history.iter().find(|row| row.seq == *later)) {
            let names = names(house).await?;
            return Err(Refusal::ChangedSince {
                seq: first.seq,
                place: names.place(&first.table, &first.year, &first.key),
                later: later.seq,
                who: names.person(&later.by),
                when: words::moment_words(&later.at),
            }
            .into());
        }
        plan.extend(take_back(first, history.last(), asked.iter().map(|row| row.seq).collect()));
    }
    plan.sort_by_key(|taken| taken.first);
    if let Some((at, entries)) = entries_upon(house, &plan).await?.into_iter().next() {
        let (names, lesson) = (names(house).await?, &plan[at]);
        let all: Vec<String> = changes.iter().chain(entries.iter().map(|row| &row.seq)).map(u64::to_string).collect();
        return Err(Refusal::StandsUnder {
            seq: lesson.first,
            place: names.place(lesson.edit.table, &lesson.edit.year, &lesson.edit.key),
            why: upon_words(&names, &entries, &format!("letopis undo {}", all.join(" "))),
        }
        .into());
    }
    Ok(plan)
}

/// Marks and absences that stand on lessons which a plan takes away and that the plan leaves standing: place in the plan, and the last change of each
/// entry.
pub(crate) async fn entries_upon(house: &House, plan: &[TakenBack]) -> Result<Vec<(usize, Vec<ChangeRow>)>, Error> {
    let mut found = Vec::new();
    for (at, taken) in plan.iter().enumerate() {
        if taken.edit.table != "lessons" || taken.edit.new.is_some() {
            continue;
        }
        let mut standing: Vec<ChangeRow> = Vec::new();
        for table in ["marks", "absences"] {
            let filter = ChangeFilter {
                table: Some(table.to_owned()),
                year: Some(taken.edit.year.clone()),
                key: taken.edit.key.clone(),
                ..ChangeFilter::default()
            };
            let mut seen: Vec<Vec<String>> = Vec::new();
            // Newest first: the first line of a row says whether it stands.
            for row in house.db.list_changes(&filter).await? {
                if seen.contains(&row.key) {
                    continue;
                }
                seen.push(row.key.clone());
                let goes = plan.iter().any(|other| {
                    other.edit.table == row.table && other.edit.key == row.key && other.edit.new.is_none()
                });
                if row.new.is_some() && !goes {
                    standing.push(row);
                }
            }
        }
        if !standing.is_empty() {
            standing.sort_by_key(|row| row.seq);
            found.push((at, standing));
        }
    }
    Ok(found)
}

/// What stands on a lesson, whose it is, and both ways on: `undo` is the command that takes the lesson away afterwards.
pub(crate) fn upon_words(names: &Names, entries: &[ChangeRow], undo: &str) -> String {
    // A class of thirty has thirty marks: the first tell whose they are.
    const SHOWN: usize = 5;
    let mut who: Vec<String> = entries.iter().map(|row| names.person(&row.by)).collect();
    who.sort();
    who.dedup();
    let numbers: Vec<String> = entries.iter().take(SHOWN).map(|row| row.seq.to_string()).collect();
    let more = if entries.len() > SHOWN { format!(" и ещё {}", entries.len() - SHOWN) } else { String::new() };
    let count = entries.len() as u64;
    let word = words::plural(count, "запись", "записи", "записей");
    format!(
        "на этом уроке с тех пор стоят {count} {word} (№ {}{more}; {}). Оставьте урок и подтвердите его, или отмените и записи: {undo}",
        numbers.join(", "),
        who.join(", ")
    )
}

/// All lines of the row that a line is about.
pub(crate) fn row_filter(row: &ChangeRow) -> ChangeFilter {
    ChangeFilter {
        table: Some(row.table.clone()),
        year: Some(row.year.clone()),
        key: row.key.clone(),
        ..ChangeFilter::default()
    }
}

/// What puts a row back to where it was before `first`; `last` is its last change, whose outcome must still stand.
pub(crate) fn take_back(first: &ChangeRow, last: Option<&ChangeRow>, seqs: Vec<u64>) -> Option<TakenBack> {
    let table = store::table_name(&first.table)?;
    let expected = match last.and_then(|last| last.new.clone()) {
        Some(new) => Expected::Row(new),
        None => Expected::Nothing,
    };
    let edit = Edit { table, year: first.year.clone(), key: first.key.clone(), new: first.old.clone(), expected };
    Some(TakenBack { edit, first: first.seq, undoes: first.seq, seqs })
}
