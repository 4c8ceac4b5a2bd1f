//! An import taken back: the last one that still stands, row by row; a year's first one when nothing happened to the year since. Floor 2.

use super::super::change::{self, Refusal};
use super::super::{Act, Error, House, salt};
use crate::bundle;
use crate::domain::audit::{Event, EventKind};
use crate::domain::change::in_force;
use crate::domain::journal::Journal;
use crate::domain::setup::layout::SETUP;
use crate::store::{Author, ChangeFilter, ImportRow};

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
    let imports = house.db.list_imports().await?;
    for (place, row) in imports.iter().enumerate() {
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
        let of_row = ChangeFilter {
            table: Some(first.table.clone()),
            year: Some(first.year.clone()),
            key: first.key.clone(),
            ..ChangeFilter::default()
        };
        let mut history = house.db.list_changes(&of_row).await?;
        history.retain(|line| line.key == first.key);
        history.reverse();
        let taken_back = history.iter().any(|line| line.undoes > 0 && line.undoes <= first.seq && line.seq > first.seq);
        if in_force(history.iter().map(|line| (line.seq, line.undoes))).contains(&first.seq) || !taken_back {
            let lines = changes.into_iter().map(|change| change.seq).collect();
            return Ok(Some(Standing { row: row.clone(), lines }));
        }
    }
    Ok(None)
}

/// Takes the import of that number back; gives how many rows it touched. Only the last one that stands can be.
pub async fn undo(house: &House, act: &Act, no: u64) -> Result<usize, Error> {
    let refused = |why: String| Error::from(Refusal::ImportStands { no, why });
    let Some(Standing { row, lines }) = last(house).await?.filter(|standing| standing.row.no == no) else {
        return Err(refused("отменяется только последняя из тех, что не отменены".to_owned()));
    };
    if !lines.is_empty() {
        return Ok(change::undo(house, act, &lines).await?.seqs.len());
    }
    for layout in SETUP {
        if !house.db.list_year_rows(layout.table, &row.year).await?.is_empty() {
            let why = format!("в таблице года «{}» уже есть строки; сначала уберите их", layout.title);
            return Err(refused(why));
        }
    }
    let folder = house.root.join("bundles").join(&row.digest);
    let Ok((journal, _)) = bundle::read_kept(&folder) else {
        return Err(refused("сохранённые файлы этой загрузки не читаются; запустите «letopis doctor»".to_owned()));
    };
    let mut tx = house.db.begin().await?;
    if let Some(closure) = house.db.list_closures().await?.into_iter().find(|closure| closure.year == row.year) {
        return Err(refused(format!("период {} класса {} уже закрыт", closure.period, closure.class)));
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
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(rows)
}
