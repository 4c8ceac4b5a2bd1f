//! The set-up of a made-up school is written into its house. Floor 2.

use super::super::change::{self, Edit};
use super::super::{Act, Error, House};
use crate::bundle::generate;

/// Sets up a year whose set-up is empty. Gives the number of rows written, 0 when something stands already.
pub async fn seed_demo_setup(house: &House, act: &Act, year: &str) -> Result<usize, Error> {
    let setup = house.db.load_setup(year).await?;
    if !setup.days.is_empty() || !setup.curriculum.is_empty() || !setup.timetable.is_empty() {
        return Ok(0);
    }
    let journal = house.db.load_journal(year).await?;
    let edit = |(layout, row): &generate::SetupRow| {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        let (key, others) = cells.split_at(layout.key);
        Edit::put(layout.table, year, key, others)
    };
    let edits: Vec<Edit> = generate::setup_rows(&journal, year).iter().map(edit).collect();
    Ok(change::apply(house, act, "setup", &edits).await?.seqs.len())
}
