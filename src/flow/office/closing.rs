//! The closing line of the register of paper copies: what a school year still lacks, said before it, and the line itself; drawn anew after
//! copies that came later. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Act, Error, House, policy};
use super::Refusal;
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::State;
use crate::domain::journal::{Class, YEAR};
use crate::domain::paper::{Closing, Kept};
use crate::domain::words;
use crate::store::Which;

/// A year of the register: its closing lines, and the lines that came after the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearEnd {
    /// School year.
    pub year: String,
    /// Closing lines, the first one first.
    pub closings: Vec<Closing>,
    /// Lines after the last closing line; all of them where there is none.
    pub after: u64,
}

impl YearEnd {
    /// Does it wait for a closing line drawn anew?
    pub fn is_again(&self) -> bool {
        !self.closings.is_empty() && self.after > 0
    }
}

/// The years of the register, in their order.
pub fn ends_of(papers: &[Kept], closings: &[Closing]) -> Vec<YearEnd> {
    let mut years: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for kept in papers.iter().filter(|kept| kept.copy.no > 0) {
        years.entry(&kept.copy.year).or_default().push(kept.copy.no);
    }
    let end = |(year, numbers): (&str, Vec<u64>)| {
        let closings: Vec<Closing> = closings.iter().filter(|one| one.year == year).cloned().collect();
        let last = closings.last().map_or(0, |one| one.last);
        YearEnd { year: year.to_owned(), closings, after: numbers.iter().filter(|no| **no > last).count() as u64 }
    };
    years.into_iter().map(end).collect()
}

/// What of a year is still to come into the register or to be finished in it, a line each; empty when nothing is.
pub async fn still_open(house: &House, year: &str, act: &Act) -> Result<Vec<String>, Error> {
    let roster = house.db.load_roster(year).await?;
    let closures = house.db.list_closures().await?;
    let closed = |class: &str, period: &str| {
        closures.iter().any(|one| one.year == year && one.class == class && one.period == period)
    };
    // Counted and called as the first screen does: each class owes its periods, and behind the last of them the record of the year.
    let unclosed = |class: &Class| {
        let own = roster.periods_of_grade(class.grade);
        match own.iter().filter(|period| !closed(&class.name, &period.id)).count() {
            0 => usize::from(!own.is_empty() && !closed(&class.name, YEAR)),
            open => open,
        }
    };
    let unclosed: usize = roster.classes.iter().map(unclosed).sum();
    let copies = house.db.list_copies().await?;
    let is_on_way = |state: State| !matches!(state, State::Sealed | State::Superseded);
    let unsealed = copies.iter().filter(|copy| copy.year == year && is_on_way(copy.state)).count();
    let papers = house.db.list_paper(Which::Year(year)).await?;
    let standing = || papers.iter().filter(|kept| kept.void().is_none());
    let unentered = standing().filter(|kept| kept.copy.no == 0).count();
    let paired: BTreeSet<&str> = standing().map(|kept| kept.copy.copy.as_str()).collect();
    let rules = policy::of_act(house, act).await?;
    let on_paper = !rules.paper(act.at.date_naive()).is_some_and(|said| said.has("no"));
    let register = house.db.list_register().await?;
    let sealed: BTreeSet<&str> =
        register.iter().filter(|row| row.line.year == year).map(|row| row.line.id.as_str()).collect();
    let unpaired = sealed.iter().filter(|copy| on_paper && !paired.contains(*copy)).count();
    let lines = [
        (
            unclosed,
            [
                "журнал класса за период не закрыт",
                "журнала классов за период не закрыты",
                "журналов классов за период не закрыто",
            ],
        ),
        (unsealed, ["копия не скреплена печатью", "копии не скреплены печатью", "копий не скреплено печатью"]),
        (
            unpaired,
            ["электронная копия без бумажной", "электронные копии без бумажных", "электронных копий без бумажных"],
        ),
        (unentered, ["бумажная копия без номера", "бумажные копии без номера", "бумажных копий без номера"]),
    ];
    let entered = || standing().filter(|kept| kept.copy.no > 0);
    let lacking = |lacks: fn(&Kept) -> bool| entered().filter(|kept| lacks(kept)).count();
    let unfinished = [
        (lacking(|kept| kept.signed_by_head().is_empty()), "без подписи директора"),
        (lacking(|kept| kept.stamped().is_empty()), "без печати"),
        (lacking(|kept| kept.numbered().is_none()), "без нумерации листов"),
        (lacking(|kept| kept.stitched().is_empty()), "не прошито"),
        (lacking(|kept| kept.place().is_none()), "без места хранения"),
    ];
    let told = lines.into_iter().filter(|(count, _)| *count > 0);
    let told = told.map(|(count, [one, few, many])| words::count(count as u64, one, few, many));
    let copies = |count: usize| words::count(count as u64, "внесённая копия", "внесённые копии", "внесённых копий");
    let unfinished = unfinished.into_iter().filter(|(count, _)| *count > 0);
    Ok(told.chain(unfinished.map(|(count, lack)| format!("{lack}: {}", copies(count)))).collect())
}

/// Writes the closing line of the register for a school year, or draws it anew for the whole year after lines that came later. What
/// [`still_open`] tells stops it, unless it is said to be closed all the same.
pub async fn close_year(house: &House, year: &str, all_the_same: bool, act: &Act) -> Result<Closing, Error> {
    let open = if all_the_same { Vec::new() } else { still_open(house, year, act).await? };
    let mut tx = house.db.begin().await?;
    let entered: Vec<Kept> =
        tx.list_paper(Which::Year(year)).await?.into_iter().filter(|kept| kept.copy.no > 0).collect();
    let (Some(first), Some(last)) = (entered.first(), entered.last()) else {
        return Err(Refusal::NothingToClose(year.to_owned()).into());
    };
    let former = tx.find_paper_closing(year).await?;
    if former.is_some_and(|former| last.copy.no <= former.last) {
        return Err(Refusal::YearClosed(year.to_owned()).into());
    }
    if !open.is_empty() {
        return Err(Refusal::YearOpen(open).into());
    }
    let closing = Closing {
        year: year.to_owned(),
        first: first.copy.no,
        last: last.copy.no,
        count: entered.len() as u64,
        voided: entered.iter().filter(|kept| kept.void().is_some()).count() as u64,
        at: act.moment(),
        by: act.by.clone(),
    };
    tx.close_paper_register(&closing).await?;
    let event = Event::new(EventKind::PaperYearClosed, &act.by, &act.moment())
        .with("year", year)
        .with_number("first", closing.first)
        .with_number("last", closing.last)
        .with_number("entries", closing.count);
    super::commit(tx, &event).await?;
    Ok(closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(year: &str, last: u64) -> Closing {
        let (year, at, by) = (year.to_owned(), String::new(), String::new());
        Closing { year, first: 1, last, count: last, voided: 0, at, by }
    }

    #[test]
    fn a_year_is_closed_anew_only_after_lines_that_came_later() {
        assert_eq!(ends_of(&[], &[closing("2025/2026", 3)]), []);
        let end = |closings: Vec<Closing>, after| YearEnd { year: "2025/2026".to_owned(), closings, after };
        assert!(!end(Vec::new(), 3).is_again(), "its first closing line");
        assert!(!end(vec![closing("2025/2026", 3)], 0).is_again());
        assert!(end(vec![closing("2025/2026", 3)], 1).is_again());
    }
}
