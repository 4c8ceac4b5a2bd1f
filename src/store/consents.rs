//! The register of consents: floor 1. Lines come and go with their history only, through the door of all rows.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::rows::{Kind::Text, Table};
use super::{Db, Error};
use crate::domain::consent::{Line, Purpose, Word};

/// The table as the history of changes knows it.
pub(super) static CONSENTS: Table = Table {
    name: "consents",
    key: 1,
    columns: &[
        ("id", Text),
        ("learner", Text),
        ("guardian", Text),
        ("purpose", Text),
        ("said", Text),
        ("dated", Text),
        ("ground", Text),
        ("recorded_by", Text),
        ("recorded_at", Text),
    ],
};

fn line(row: &AnyRow) -> Result<Line, Error> {
    let text = |at: usize| row.try_get::<String, _>(at);
    let foreign = |column, value: String| Error::Foreign { table: "consents", column, value };
    let (purpose, said, dated) = (text(4)?, text(5)?, text(6)?);
    Ok(Line {
        id: text(0)?,
        year: text(1)?,
        learner: text(2)?,
        guardian: text(3)?,
        purpose: Purpose::parse(&purpose).ok_or_else(|| foreign("purpose", purpose))?,
        said: Word::parse(&said).ok_or_else(|| foreign("said", said))?,
        dated: dated.parse().map_err(|_| foreign("dated", dated))?,
        ground: text(7)?,
        recorded_by: text(8)?,
        recorded_at: text(9)?,
    })
}

/// A line's columns after its key, as texts in the table's order.
pub fn consent_cells(line: &Line) -> Vec<String> {
    vec![
        line.learner.clone(),
        line.guardian.clone(),
        line.purpose.as_str().to_owned(),
        line.said.as_str().to_owned(),
        line.dated.to_string(),
        line.ground.clone(),
        line.recorded_by.clone(),
        line.recorded_at.clone(),
    ]
}

impl Db {
    /// Every line of the register, in the order of entering.
    pub async fn list_consents(&self) -> Result<Vec<Line>, Error> {
        let rows = sqlx::query(
            "select id, year, learner, guardian, purpose, said, dated, ground, recorded_by, recorded_at from consents
             where school = $1 order by id",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(line).collect()
    }
}
