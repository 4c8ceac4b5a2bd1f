//! What a school year still lacks in the register of paper copies: said before the closing line, after which the year takes no more. Floor 2.

use std::collections::BTreeSet;

use super::super::{Act, Error, House, policy};
use crate::domain::copy::State;
use crate::domain::words;
use crate::store::Which;

/// What of a year is still to come into the register, a line each; empty when nothing is.
pub async fn still_open(house: &House, year: &str, act: &Act) -> Result<Vec<String>, Error> {
    let roster = house.db.load_roster(year).await?;
    let closures = house.db.list_closures().await?;
    let closed = |class: &str, period: &str| {
        closures.iter().any(|one| one.year == year && one.class == class && one.period == period)
    };
    let periods = roster.classes.iter().flat_map(|class| {
        roster.periods_of_grade(class.grade).into_iter().map(move |period| (class.name.as_str(), period.id.as_str()))
    });
    let unclosed = periods.filter(|(class, period)| !closed(class, period)).count();
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
        (unclosed, ["период класса не закрыт", "периода классов не закрыты", "периодов классов не закрыто"]),
        (unsealed, ["копия не скреплена печатью", "копии не скреплены печатью", "копий не скреплено печатью"]),
        (
            unpaired,
            ["электронная копия без бумажной", "электронные копии без бумажных", "электронных копий без бумажных"],
        ),
        (unentered, ["бумажная копия без номера", "бумажные копии без номера", "бумажных копий без номера"]),
    ];
    let told = lines.into_iter().filter(|(count, _)| *count > 0);
    Ok(told.map(|(count, [one, few, many])| words::count(count as u64, one, few, many)).collect())
}
