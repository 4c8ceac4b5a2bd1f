//! When entries of the journal were made, as its earlier home knew: floor 1.

use chrono::NaiveDateTime;

use super::rows::{Cell, Cells, Kind, Table};
use super::{Db, Error, Tx};
use crate::domain::journal::LessonKey;
use crate::domain::timeliness::{EntryKind, EntryTime};

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
