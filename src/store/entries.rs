//! When entries of the journal were made, as its earlier home knew: floor 1.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime};
use sqlx::Row as _;

use super::rows::{Cell, Cells, Kind, Table};
use super::{Db, Error, Tx};
use crate::domain::journal::LessonKey;
use crate::domain::timeliness::{EntryKind, EntryTime, FinalTime};

const ENTRIES: Table = Table {
    name: "entries",
    key: 5,
    columns: &[
        ("course", Kind::Text),
        ("date", Kind::Text),
        ("number", Kind::Int),
        ("what", Kind::Text),
        ("learner", Kind::Text),
        ("entered_at", Kind::Text),
    ],
};

/// Form of a moment in the store: the school's own time.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%S";

impl Db {
    /// Times of entry of a year that are known.
    pub async fn list_entries(&self, year: &str) -> Result<Vec<EntryTime>, Error> {
        let rows = sqlx::query(
            "select course, date, number, what, learner, entered_at from entries where school = $1 and year = $2
             order by course, date, number, what, learner",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| read(&ENTRIES.read(row)?)).collect()
    }
}

impl Db {
    /// Classes of a year whose courses have anything of the journal: a lesson or a final mark. Each course is looked up once by its key.
    pub async fn list_classes_with_entries(&self, year: &str) -> Result<BTreeSet<String>, Error> {
        let rows = sqlx::query(
            "select distinct c.class from courses c where c.school = $1 and c.year = $2 and (
                 exists (select 1 from lessons l where l.school = c.school and l.year = c.year and l.course = c.id)
                 or exists (select 1 from final_marks f where f.school = c.school and f.year = c.year and f.course = c.id))",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// First columns of the history's keys of lessons, marks and absences.
fn lesson_of(key: &[String]) -> Option<LessonKey> {
    let [course, date, number, ..] = key else { return None };
    Some(LessonKey { course_id: course.clone(), date: date.parse().ok()?, number: number.parse().ok()? })
}

impl Db {
    /// When entries of a year were made in this house, by the history of its rows: the first time that each came to stand. What a bundle
    /// brought was entered elsewhere, and its moment here says nothing.
    pub async fn list_entered(&self, year: &str) -> Result<Vec<EntryTime>, Error> {
        let rows = sqlx::query(
            "select c.tbl, c.row_key, c.old_row, c.new_row, c.at from changes c
             join log_entries l on l.school = c.school and l.idx = c.event_idx
             where c.school = $1 and c.year = $2 and c.tbl in ('lessons', 'marks', 'absences')
               and l.event = 'data_changed' and c.new_row <> ''
             order by c.seq",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let mut first: BTreeMap<(LessonKey, EntryKind, String), NaiveDateTime> = BTreeMap::new();
        let mut reasons: BTreeMap<(LessonKey, EntryKind, String), NaiveDateTime> = BTreeMap::new();
        for row in &rows {
            let texts = |index: usize| -> Result<Vec<String>, Error> {
                let text: String = row.try_get(index)?;
                let foreign = || Error::Foreign { table: "changes", column: "row_key", value: text.clone() };
                if text.is_empty() { Ok(Vec::new()) } else { serde_json::from_str(&text).map_err(|_| foreign()) }
            };
            let (table, at): (String, String) = (row.try_get(0)?, row.try_get(4)?);
            let (key, old, new) = (texts(1)?, texts(2)?, texts(3)?);
            let moment = DateTime::parse_from_rfc3339(&at)
                .map_err(|_| Error::Foreign { table: "changes", column: "at", value: at.clone() })?
                .naive_local();
            let Some(lesson) = lesson_of(&key) else { continue };
            let learner = key.get(3).cloned().unwrap_or_default();
            // Homework is the second of the lesson's columns behind its key.
            let homework = |row: &[String]| row.get(1).is_some_and(|homework| !homework.is_empty());
            // A reason is the code that stands now, so its time is that of the last change.
            if table == "absences" {
                reasons.insert((lesson.clone(), EntryKind::Reason, learner.clone()), moment);
            }
            let mut note = |kind, learner: String| {
                first.entry((lesson.clone(), kind, learner)).or_insert(moment);
            };
            match table.as_str() {
                "lessons" => {
                    if old.is_empty() {
                        note(EntryKind::Lesson, String::new());
                    }
                    if homework(&new) && !homework(&old) {
                        note(EntryKind::Homework, String::new());
                    }
                }
                "marks" if old.is_empty() => note(EntryKind::Mark, learner),
                "absences" if old.is_empty() => note(EntryKind::Absence, learner),
                _ => {}
            }
        }
        Ok(first
            .into_iter()
            .chain(reasons)
            .map(|((lesson, kind, learner_id), entered_at)| EntryTime { lesson, kind, learner_id, entered_at })
            .collect())
    }
}

impl Db {
    /// When the marks of a year's periods were entered in this house, by the history of their rows, as [`Db::list_entered`].
    pub async fn list_finals_entered(&self, year: &str) -> Result<Vec<FinalTime>, Error> {
        let rows = sqlx::query(
            "select c.row_key, c.at from changes c
             join log_entries l on l.school = c.school and l.idx = c.event_idx
             where c.school = $1 and c.year = $2 and c.tbl = 'final_marks'
               and l.event = 'data_changed' and c.old_row = '' and c.new_row <> ''
             order by c.seq",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let mut times: BTreeMap<[String; 3], NaiveDateTime> = BTreeMap::new();
        for row in &rows {
            let (key, at): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let foreign = |column, value: &String| Error::Foreign { table: "changes", column, value: value.clone() };
            let names: [String; 3] = serde_json::from_str(&key).map_err(|_| foreign("row_key", &key))?;
            let moment = DateTime::parse_from_rfc3339(&at).map_err(|_| foreign("at", &at))?.naive_local();
            times.entry(names).or_insert(moment);
        }
        let time = |([course_id, learner_id, period], entered_at): ([String; 3], NaiveDateTime)| FinalTime {
            course_id,
            learner_id,
            period,
            entered_at,
        };
        Ok(times.into_iter().map(time).collect())
    }
}

fn read(cells: &Cells) -> Result<EntryTime, Error> {
    let foreign =
        |column: &'static str, value: &str| Error::Foreign { table: "entries", column, value: value.to_owned() };
    let [course, date, number, what, learner, entered_at] = cells.as_slice() else {
        return Err(foreign("course", ""));
    };
    Ok(EntryTime {
        lesson: LessonKey {
            course_id: course.text().to_owned(),
            date: date.text().parse().map_err(|_| foreign("date", date.text()))?,
            number: u8::try_from(number.int()).map_err(|_| foreign("number", ""))?,
        },
        kind: EntryKind::parse(what.text()).ok_or_else(|| foreign("what", what.text()))?,
        learner_id: learner.text().to_owned(),
        entered_at: NaiveDateTime::parse_from_str(entered_at.text(), MOMENT)
            .map_err(|_| foreign("entered_at", entered_at.text()))?,
    })
}

impl Tx {
    /// Makes the known times of a year what a bundle says.
    pub async fn replace_entries(&mut self, year: &str, entries: &[EntryTime]) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("delete from entries where school = $1 and year = $2")
            .bind(school.clone())
            .bind(year.to_owned())
            .execute(self.connection())
            .await?;
        let rows: Vec<Cells> = entries
            .iter()
            .map(|entry| {
                vec![
                    Cell::from(&entry.lesson.course_id),
                    Cell::Text(entry.lesson.date.to_string()),
                    Cell::Int(entry.lesson.number.into()),
                    Cell::from(entry.kind.as_str()),
                    Cell::from(&entry.learner_id),
                    Cell::Text(entry.entered_at.format(MOMENT).to_string()),
                ]
            })
            .collect();
        ENTRIES.insert(self.connection(), &school, year, &rows.iter().collect::<Vec<_>>()).await
    }
}
