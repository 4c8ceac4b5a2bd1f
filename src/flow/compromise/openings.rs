//! Compromise and closed periods: an undoing opens what a copy has locked, in the same act (SEC-03). Floor 2.
//!
//! What everybody has signed is recalled: it stays what it is until its next version is sealed. What is still on its way cannot be recalled: its lock
//! is lifted inside the transaction alone, and that version is neither issued nor sealed any more; the next one is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::audit::Event;
use crate::domain::change::{Edit, Expected};
use crate::domain::copy::State;
use crate::domain::journal::YEAR;
use crate::domain::snapshot::supplement_no;
use crate::domain::words;
use crate::flow::change::closed::Closed;
use crate::flow::change::{Names, TakenBack};
use crate::flow::supplement::Openings;
use crate::flow::{Act, Error, House, recall};
use crate::store::{ClosureRow, CopyRow, Tx};

/// A copy whose period was opened so that void entries could go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Copy.
    pub copy: String,
    /// Its number as printed.
    pub number: String,
    /// Its last version.
    pub version: u32,
    /// Is it a record of the whole year, which is built from the copies of periods?
    pub of_year: bool,
    /// Was it recalled? Otherwise it is still on its way, and is not issued or sealed as it is.
    pub recalled: bool,
    /// Is it issued already? Then it only waits for a seal that it does not get.
    pub issued: bool,
}

impl Opened {
    /// What became of it, and what is next, in Russian; `name` is what the reader calls the copy.
    pub fn said(&self, name: &str) -> String {
        let what = match (self.recalled, self.issued) {
            (true, _) => "возвращена на исправление и действует, пока следующая не скреплена печатью",
            (false, true) => "составлена с этими записями, такой её не скрепить",
            (false, false) => "составлена с этими записями, такой её не выпустить и не скрепить",
        };
        let next = match self.of_year {
            true => "следующую версию выпускают, когда снова скреплены копии периодов",
            false => "выпустите следующую версию",
        };
        format!("копия {name}, версия {}: {what}; {next}", self.version)
    }
}

/// The ground of what is opened and of the next versions: «компрометация учётной записи, уведомление № 1».
pub(super) fn ground(notices: &BTreeSet<u64>) -> String {
    let numbers: Vec<String> = notices.iter().map(u64::to_string).collect();
    let word = if numbers.len() > 1 { "уведомления" } else { "уведомление" };
    format!("компрометация учётной записи, {word} № {}", words::listed(&numbers))
}

/// The closed periods of a house as they stand before an undoing.
pub(super) struct Gate {
    /// Those that nothing has opened.
    closures: Vec<ClosureRow>,
    /// Last versions of all copies but supplements.
    last: Vec<CopyRow>,
    /// Periods that take late entries.
    late: Openings,
    /// May whoever undoes recall what everybody has signed?
    recalls: bool,
}

/// What was opened: told when it is done.
#[derive(Default)]
pub(super) struct Opening {
    /// Copies, those of the year last.
    pub(super) opened: Vec<Opened>,
    /// Events of the recalls.
    pub(super) events: Vec<Event>,
    /// Versions whose lock was lifted.
    lifted: Vec<CopyRow>,
}

impl Gate {
    pub(super) async fn load(house: &House, recalls: bool) -> Result<Self, Error> {
        let mut last: BTreeMap<String, CopyRow> = BTreeMap::new();
        // Versions of one copy stand together, oldest first.
        for row in house.db.list_copies().await? {
            if supplement_no(&row.id).is_none() {
                last.insert(row.id.clone(), row);
            }
        }
        let recalled = house.db.list_recalls().await?;
        let opens = |row: &CopyRow| {
            row.state == State::Refused || recalled.iter().any(|one| one.copy == row.id && one.version == row.version)
        };
        let mut closures = house.db.list_closures().await?;
        closures.retain(|closure| !last.values().any(|row| is_of(row, closure) && opens(row)));
        Ok(Self { closures, last: last.into_values().collect(), late: Openings::load(house).await?, recalls })
    }

    /// The closed periods that keep a row from going back.
    fn bars(&self, names: &Names, edit: &Edit) -> Vec<&ClosureRow> {
        let whole = |others: &[String]| [edit.key.as_slice(), others].concat();
        let old = match &edit.expected {
            Expected::Row(row) => whole(row),
            Expected::Nothing | Expected::Anything => Vec::new(),
        };
        let new = edit.new.as_deref().map(whole).unwrap_or_default();
        let class_of = |course: &str| names.class_of(&edit.year, course);
        let mut found = Vec::new();
        for closure in &self.closures {
            let closed = Closed { year: &edit.year, closures: std::slice::from_ref(closure), class_of: &class_of };
            let takes = self.late.take(closure, edit.table, &edit.key, old.is_empty());
            if !takes && closed.bars(edit.table, &old, &new).is_some() {
                found.push(closure);
            }
        }
        found
    }

    /// The copies that lock a period: what everybody has signed, or else what is on its way.
    fn locks(&self, closure: &ClosureRow) -> Vec<&CopyRow> {
        let own: Vec<&CopyRow> = self.last.iter().filter(|row| is_of(row, closure)).collect();
        let decided: Vec<&CopyRow> = own.iter().copied().filter(|row| row.state.is_decided()).collect();
        if decided.is_empty() { own } else { decided }
    }

    /// Why a row stays as it is; `None` where nothing bars it, or what bars it can be opened.
    pub(super) fn why_left(&self, names: &Names, edit: &Edit) -> Option<String> {
        self.bars(names, edit).into_iter().find_map(|closure| {
            let locks = self.locks(closure);
            let what = match locks.first() {
                _ if edit.table == "courses" => {
                    "состав предметов закрытого периода не меняют; если предмет записан верно, подтвердите изменение".to_owned()
                }
                None => "копии этого периода нет, открыть его нечем".to_owned(),
                Some(row) if row.state.is_decided() && !self.recalls => format!(
                    "копию № {} подписали все, на исправление её возвращает директор или его заместитель: пусть он и отменит эти изменения",
                    row.number
                ),
                Some(_) => return None,
            };
            let when = words::moment_words(&closure.closed_at);
            Some(format!("период {} класса {} закрыт {when}: {what}", closure.period, closure.class))
        })
    }

    /// Opens what bars the rows of a plan. Its events are recorded after the one that vouches for the rows.
    pub(super) async fn open(
        &self,
        house: &House,
        tx: &mut Tx,
        (names, plan): (&Names, &[TakenBack]),
        ground: &str,
        act: &Act,
    ) -> Result<Opening, Error> {
        let mut found: BTreeMap<(bool, &str), (&CopyRow, BTreeSet<&str>)> = BTreeMap::new();
        for taken in plan {
            let course = taken.edit.key.first().map_or("", String::as_str);
            for closure in self.bars(names, &taken.edit) {
                for row in self.locks(closure) {
                    let place = found.entry((row.period == YEAR, row.id.as_str()));
                    place.or_insert_with(|| (row, BTreeSet::new())).1.insert(course);
                }
            }
        }
        // What is written in the second of a recall counts as written before it, and this is written after.
        let before = Act { by: act.by.clone(), at: act.at - chrono::Duration::seconds(1) };
        let mut opening = Opening::default();
        for ((of_year, _), (row, courses)) in found {
            let recalled = row.state.is_decided();
            if recalled {
                let sheets = sheets(house, row, &courses).await?;
                opening.events.push(recall::put(house, tx, row, (&sheets, ground), &before).await?.1);
            } else {
                tx.move_copy(&row.id, row.version, row.state, State::Refused).await?;
                opening.lifted.push(row.clone());
            }
            let (copy, number, version) = (row.id.clone(), row.number.clone(), row.version);
            let issued = !row.issued_pdf.is_empty();
            opening.opened.push(Opened { copy, number, version, of_year, recalled, issued });
        }
        Ok(opening)
    }
}

impl Opening {
    /// Puts the lifted locks back, in the same transaction.
    pub(super) async fn shut(&self, tx: &mut Tx) -> Result<(), Error> {
        for row in &self.lifted {
            tx.move_copy(&row.id, row.version, State::Refused, row.state).await?;
        }
        Ok(())
    }
}

fn is_of(row: &CopyRow, closure: &ClosureRow) -> bool {
    row.year == closure.year && row.class == closure.class && row.period == closure.period
}

/// The sheets of a copy that show the courses; of one that has none of them, all but the title.
async fn sheets(house: &House, row: &CopyRow, courses: &BTreeSet<&str>) -> Result<Vec<String>, Error> {
    let paper = house.papers.get(house, row.snapshot).await?;
    // The sheet of an earlier teacher's part bears the course with a number.
    let shows = |course: &str| {
        courses.contains(course) || course.rsplit_once('.').is_some_and(|(whole, _)| courses.contains(whole))
    };
    let own: Vec<String> =
        paper.sheets.iter().filter(|sheet| shows(&sheet.course)).map(|sheet| sheet.id.clone()).collect();
    Ok(match own.is_empty() {
        true => paper.sheets.iter().skip(1).map(|sheet| sheet.id.clone()).collect(),
        false => own,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_opened_says_what_is_next() {
        assert_eq!(ground(&[1].into()), "компрометация учётной записи, уведомление № 1");
        assert!(ground(&[1, 3].into()).ends_with("уведомления № 1 и 3"), "{}", ground(&[1, 3].into()));
        let one = Opened {
            copy: "2025-05A-Q2".into(),
            number: "2025-5А-2Ч".into(),
            version: 1,
            of_year: false,
            recalled: true,
            issued: true,
        };
        let said = one.said("2025-05A-Q2");
        assert!(said.contains("возвращена на исправление") && said.ends_with("выпустите следующую версию"), "{said}");
        let said = Opened { recalled: false, ..one.clone() }.said("2025-05A-Q2");
        assert!(said.contains("такой её не скрепить") && !said.contains("не выпустить"), "{said}");
        let said = Opened { of_year: true, recalled: false, issued: false, ..one }.said("2025-05A-Y");
        assert!(said.contains("не выпустить и не скрепить") && said.contains("скреплены копии периодов"), "{said}");
    }
}
