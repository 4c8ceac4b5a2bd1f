//! The question before an act of «Последние изменения» is taken back: whose it is, which rows, what will stand there. Floor 3.

use std::collections::BTreeMap;

use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::history::{UndoPage, UndoRow};
use super::super::query::{self, Asked};
use super::Past;
use crate::domain::words;
use crate::flow::change;
use crate::store::{ChangeFilter, ChangeRow};

/// Rows shown; the others are counted.
const SHOWN: usize = 20;

/// Does the address ask to take an act back?
pub(super) fn is_asked(asked: &Asked) -> bool {
    !asked.value("undo").is_empty()
}

/// The question about the act of `past` that the address names by `undo`. `path` takes the form, `home` is the page that it came from.
///
/// # Errors
/// [`Refusal::Rule`] when the act is not among those that can be taken back there.
pub(super) async fn question(
    state: &WebState,
    frame: Frame,
    asked: &Asked,
    past: Vec<Past>,
    (path, home): (&str, &str),
    year: &str,
) -> Result<Response, Refusal> {
    let id = asked.value("undo").parse::<u64>().ok();
    let Some(past) = past.into_iter().find(|one| Some(one.id) == id && !one.seqs.is_empty()) else {
        return Err(Refusal::Rule(
            "Этого изменения среди последних уже нет: его отменили или после него были другие. Все изменения — на странице «История изменений»"
                .to_owned(),
        ));
    };
    let lines = lines(state, &super::seqs(&past.seqs)).await?;
    let names = change::names(&state.house).await?;
    // A row that one act changed twice goes back to what it was before the first of both.
    type Place = (String, String, Vec<String>);
    type Cells = Option<Vec<String>>;
    let mut rows: BTreeMap<Place, (Cells, Cells)> = BTreeMap::new();
    for line in lines {
        let place = (line.table, line.year, line.key);
        rows.entry(place).and_modify(|(_, is)| is.clone_from(&line.new)).or_insert((line.old, line.new));
    }
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for ((table, ..), (was, is)) in &rows {
        let kind = match (was, is) {
            (None, _) => 0,
            (Some(_), None) => 1,
            (Some(_), Some(_)) => 2,
        };
        counts.entry(table).or_default()[kind] += 1;
    }
    let told = counts.into_iter().map(|(table, counts)| sentence(change::table_words(table), counts)).collect();
    let more = rows.len().saturating_sub(SHOWN);
    let row = |((table, year, key), (was, is)): (Place, (Cells, Cells))| UndoRow {
        line: None,
        place: words::capitalised(&names.place(&table, &year, &key)),
        stands: names.shown(&table, &year, is.as_deref()),
        becomes: names.shown(&table, &year, was.as_deref()),
    };
    let rows = rows.into_iter().take(SHOWN).map(row).collect();
    let (title, lead, button) = match past.again {
        true => (
            "Вернуть отменённое?",
            "Снова встанет то, что было до этой отмены. В истории останутся и она, и возврат.",
            "Вернуть",
        ),
        false => (
            "Отменить изменение?",
            "Станет так, как было до него. Сама отмена тоже останется в истории.",
            "Отменить это изменение",
        ),
    };
    answer::page(&UndoPage {
        frame: frame.titled(title).leading(lead),
        act: Some((past.when, past.who, past.what)),
        told,
        rows,
        more,
        path: path.to_owned(),
        fields: vec![("act", "undo".to_owned()), ("year", year.to_owned()), ("seqs", past.seqs)],
        button,
        home: format!("{home}?year={}", query::segment(year)),
    })
}

/// «Расписание: будет удалено строк — 107, возвращено — 2.»
fn sentence(title: &str, counts: [usize; 3]) -> String {
    let parts = ["будет удалено строк", "будет возвращено строк", "станет прежними строк"];
    let said = parts.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} — {n}"));
    format!("{}: {}.", words::capitalised(title), said.collect::<Vec<_>>().join(", "))
}

/// The lines with these numbers, oldest first. Those of one act stand close together: one reading brings them all.
async fn lines(state: &WebState, seqs: &[u64]) -> Result<Vec<ChangeRow>, Refusal> {
    let (Some(first), Some(last)) = (seqs.iter().min(), seqs.iter().max()) else { return Ok(Vec::new()) };
    let limit = u32::try_from(last - first + 1).unwrap_or(u32::MAX);
    let filter = ChangeFilter { before: Some(last + 1), limit, ..ChangeFilter::default() };
    let mut found = state.house.db.list_changes(&filter).await?;
    found.retain(|line| seqs.contains(&line.seq));
    found.reverse();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_be_is_told_in_rows_of_the_table() {
        assert_eq!(sentence("Расписание", [107, 0, 0]), "Расписание: будет удалено строк — 107.");
        assert_eq!(sentence("ученик", [0, 1, 2]), "Ученик: будет возвращено строк — 1, станет прежними строк — 2.");
    }
}
