//! What a load leads to: the next version of a copy that waited for its correction. Floor 3.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::super::WebState;
use super::super::answer::Refusal;
use super::super::query::segment;
use super::super::records::period_name;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::{Act, desk, supplement};
use crate::store::{ChangeFilter, CopyRow, SupplementRow};

/// What is told of the copies that a load has corrected.
pub(super) struct Corrected {
    /// Page of the first of them.
    pub(super) href: String,
    /// What is to be done with it, in words.
    pub(super) said: String,
}

/// Among the copies that wait for their next version, those of classes that this load wrote into: the corrected ones first, else those in which
/// something is left to correct. `None` where there are none, or the visitor reads none. `rows` says how much was loaded.
pub(super) async fn corrected(
    state: &WebState,
    visitor: &Visitor,
    open: &[CopyRow],
    rows: &str,
    act: &Act,
) -> Result<Option<Corrected>, Refusal> {
    if open.is_empty() {
        return Ok(None);
    }
    let directory = state.directory().await?;
    let grade = |row: &CopyRow| directory.class(&row.class).map_or(0, |class| class.grade);
    let reads = visitor.reach(Action::ReadCopies);
    // What the load wrote carries the moment of its act.
    let before = Act { at: act.at - TimeDelta::seconds(1), ..act.clone() }.moment();
    let (mut mended, mut touched) = (Vec::new(), Vec::new());
    for row in open {
        if !reads.class(&row.class, grade(row)) || desk::unchanged_since(&state.house, row, &before).await? {
            continue;
        }
        let mending = desk::mending(&state.house, row).await?;
        // What was written beside the sheet with the remark corrects nothing; what was written for another period is no matter of this copy.
        if mending.is_done() {
            mended.push(row);
        } else if (!mending.others.is_empty() || !mending.changes.is_empty()) && wrote_into(state, row, &before).await?
        {
            touched.push((row, mending.sentence(&visitor.account)));
        }
    }
    let of = |row: &CopyRow| format!("{}, {}", row.class, period_name(&directory, &row.year, &row.class, &row.period));
    let Some((first, others)) = mended.split_first() else {
        let Some(((first, left), others)) = touched.split_first() else { return Ok(None) };
        let others: Vec<String> = others.iter().map(|(row, _)| row.number.clone()).collect();
        let said = told_partly(rows, &of(first), left, &others);
        return Ok(Some(Corrected { href: format!("/copies/{}", segment(&first.id)), said }));
    };
    let of = of(first);
    let issuers = match visitor.reach(Action::IssueCopies).class(&first.class, grade(first)) {
        true => String::new(),
        false => visitor.rules.who(Action::IssueCopies),
    };
    let others: Vec<&str> = others.iter().map(|row| row.number.as_str()).collect();
    let said = told(rows, &of, first.version + 1, &issuers, &others);
    Ok(Some(Corrected { href: format!("/copies/{}", segment(&first.id)), said }))
}

/// Did a load since a moment (RFC 3339) write into the journals of a copy's class: lessons, marks, absences, the subjects themselves?
async fn wrote_into(state: &WebState, row: &CopyRow, since: &str) -> Result<bool, Refusal> {
    let roster = state.house.db.load_roster(&row.year).await?;
    for course in roster.courses.iter().filter(|course| course.class == row.class) {
        let filter = ChangeFilter {
            year: Some(row.year.clone()),
            names: Some(course.id.clone()),
            since: Some(since.to_owned()),
            limit: 1,
            ..ChangeFilter::default()
        };
        if state.house.db.list_changes(&filter).await?.iter().any(|change| change.at.as_str() > since) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of copies that wait for their next version and that the load did not touch, by number: what is said of them beside the load; empty where none waits.
pub(super) fn still_waiting(numbers: &[String]) -> String {
    let n = numbers.len() as u64;
    let copies = words::count(n, "копия", "копии", "копий");
    match numbers {
        [] => String::new(),
        [one] => format!(" Ждёт следующей версии копия № {one}: её выпускают на странице копии."),
        many => format!(
            " {} следующей версии {copies}: № {}. Каждую выпускают на её странице.",
            words::plural(n, "Ждёт", "Ждут", "Ждут"),
            many.join(", № ")
        ),
    }
}

/// Late entries of every open supplement, before a load.
pub(super) async fn late(state: &WebState) -> Result<BTreeMap<String, usize>, Refusal> {
    let open = supplement::open_ones(&state.house).await?;
    Ok(open.into_iter().map(|one| (one.row.id, one.entries)).collect())
}

/// The copy into whose open supplement this load brought entries; `before` counts them from before it. `None` where it brought none, or the
/// visitor reads no such copy.
pub(super) async fn supplemented(
    state: &WebState,
    visitor: &Visitor,
    before: &BTreeMap<String, usize>,
    rows: &str,
) -> Result<Option<Corrected>, Refusal> {
    if before.is_empty() {
        return Ok(None);
    }
    let directory = state.directory().await?;
    let reads = visitor.reach(Action::ReadCopies);
    let grade = |class: &str| directory.class(class).map_or(0, |class| class.grade);
    let mut grown = supplement::open_ones(&state.house).await?;
    grown.retain(|one| {
        let row = &one.row;
        reads.class(&row.class, grade(&row.class)) && one.entries > before.get(&row.id).copied().unwrap_or_default()
    });
    let Some(first) = grown.first() else { return Ok(None) };
    let of = |row: &SupplementRow| {
        let period = period_name(&directory, &row.year, &row.class, &row.period);
        format!("дополнительный лист № {} копии {}, {period}", row.no, row.class)
    };
    let brought = first.entries - before.get(&first.row.id).copied().unwrap_or_default();
    let others: Vec<String> = grown.iter().skip(1).map(|one| of(&one.row)).collect();
    let said = told_late(rows, brought as u64, &of(&first.row), &others);
    Ok(Some(Corrected { href: format!("/copies/{}", segment(&first.row.copy)), said }))
}

/// «Загружено: 1 строка. 1 запись попадёт в дополнительный лист № 1 копии 3А, I четверть.»
fn told_late(rows: &str, brought: u64, of: &str, others: &[String]) -> String {
    let entries = words::count(brought, "запись", "записи", "записей");
    let goes = words::plural(brought, "попадёт", "попадут", "попадут");
    let others = match others {
        [] => String::new(),
        others => format!(" Записи пришли и в: {}.", others.join("; ")),
    };
    format!(
        "Загружено: {rows}. {entries} {goes} в {of}: период закрыт, записи в копии не меняются.{others} Ошиблись — загрузку отменяют на \
         странице «Загрузка данных»."
    )
}

/// «Загружено: 3 строки. Копия 2А, II четверть возвращена, исправлено ещё не всё. В листе «Биология» ничего не изменено.»; `left` is that last sentence.
fn told_partly(rows: &str, of: &str, left: &str, others: &[String]) -> String {
    let others = match others {
        [] => String::new(),
        [one] => format!(" Записи изменены и в возвращённой копии № {one}."),
        many => format!(" Записи изменены и в возвращённых копиях: № {}.", many.join(", № ")),
    };
    format!(
        "Загружено: {rows}. Копия {of} возвращена, исправлено ещё не всё. {left}{others} Ошиблись — загрузку отменяют на странице «Загрузка данных»."
    )
}

/// «Исправление загружено (3 строки): выпустите версию 2 копии 2А, II четверть.»; `issuers` is empty where the visitor issues it.
fn told(rows: &str, of: &str, version: u32, issuers: &str, others: &[&str]) -> String {
    let next = match issuers {
        "" => format!("выпустите версию {version} копии {of}"),
        issuers => format!("версию {version} копии {of} выпускает {issuers}"),
    };
    let others = match others {
        [] => String::new(),
        others => format!(" Исправлены и ждут следующей версии ещё: № {}.", others.join(", № ")),
    };
    format!(
        "Исправление загружено ({rows}): {next}.{others} Ошиблись — загрузку отменяют на странице «Загрузка данных»."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_that_corrects_a_recalled_copy_says_first_what_to_do_with_it() {
        let said = told("3 строки", "2А, II четверть", 2, "", &[]);
        assert!(said.starts_with("Исправление загружено (3 строки): выпустите версию 2 копии 2А,"), "{said}");
        let late = told_late("1 строка", 1, "дополнительный лист № 1 копии 3А, I четверть", &[]).replace('\u{a0}', " ");
        assert!(
            late.starts_with("Загружено: 1 строка. 1 запись попадёт в дополнительный лист № 1 копии 3А, I четверть:"),
            "{late}"
        );
        let left = "В листе «Биология» ничего не изменено; изменены другие листы: Математика.";
        let partly = told_partly("3 строки", "2А, II четверть", left, &["2025-3А-2Ч".to_owned()]);
        assert!(
            partly.starts_with("Загружено: 3 строки. Копия 2А, II четверть возвращена, исправлено ещё не всё. В листе"),
            "{partly}"
        );
        assert!(partly.contains("Записи изменены и в возвращённой копии № 2025-3А-2Ч."), "{partly}");
        let said = told("3 строки", "2А, II четверть", 2, "секретарь", &["2025-3А-2Ч", "2025-4Б-2Ч"]);
        assert!(said.contains("версию 2 копии 2А, II четверть выпускает секретарь."), "{said}");
        assert!(said.contains("ждут следующей версии ещё: № 2025-3А-2Ч, № 2025-4Б-2Ч."), "{said}");
    }

    #[test]
    fn one_copy_waits_and_two_wait() {
        let numbers = ["2025-3А-2Ч".to_owned(), "2025-4Б-2Ч".to_owned()];
        let said = |numbers: &[String]| still_waiting(numbers).replace('\u{a0}', " ");
        assert_eq!(said(&[]), "");
        assert_eq!(said(&numbers[..1]), " Ждёт следующей версии копия № 2025-3А-2Ч: её выпускают на странице копии.");
        let many = " Ждут следующей версии 2 копии: № 2025-3А-2Ч, № 2025-4Б-2Ч. Каждую выпускают на её странице.";
        assert_eq!(said(&numbers), many);
    }
}
