//! Carriers of backups: what stands and is due, the books, the custody log, the code, papers. Floor 3.
//!
//! A signature of the custody log is the act of who is signed in: no page here signs for anybody else.

mod code;
mod compared;
mod custody;
mod overview;
pub(super) mod print;
mod prune;
mod sent;
mod spoiled;
mod warned;

use std::collections::{BTreeMap, BTreeSet};

use super::WebState;
use super::answer::Refusal;
use super::fields::Fields;
use super::route::Route;
use crate::domain::forms::{Letterhead, People};
use crate::domain::journal::Journal;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow;
use crate::flow::carriers::{Outside, Overview};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    [overview::routes(), custody::routes(), code::routes(), print::routes(), prune::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// What waits for one visitor, for the first screen: overdue carriers, signatures owed, backups late.
pub(super) struct Owed {
    /// Carriers outside of the safe.
    pub(super) out: u64,
    /// Those of them that are late.
    pub(super) overdue: u64,
    pub(super) signatures: u64,
    pub(super) late: u64,
    /// Those whose last day is today.
    pub(super) today: u64,
    /// Carriers with a copy that was found changed: an alarm until that copy is right or another, right itself, is in its place.
    pub(super) broken: Vec<String>,
    /// Those copies, one sentence each.
    pub(super) spoiled: Vec<String>,
    /// Carriers on which data of the school lie open, one sentence each: an alarm until a check finds them gone.
    pub(super) open_data: Vec<String>,
    /// Carriers are there and the code is not, told to the one who makes it.
    pub(super) codeless: bool,
    /// Rules of carriers and rooms that do not hold, so that no backup is written; told to who writes them.
    pub(super) missing: u64,
    /// Why, each cause in its own words.
    pub(super) causes: String,
    /// Copies written on carriers that are late and still out, one sentence a carrier; told to the secretary and the director.
    pub(super) outside: Vec<String>,
    /// Why the set of a study period is to be written once more; told to who writes copies, empty for none.
    pub(super) again: String,
}

/// Counts for the first screen; `None` for who has nothing to do with carriers.
pub(super) async fn owed(state: &WebState, visitor: &Visitor) -> Result<Option<Owed>, Refusal> {
    if !visitor.may_anywhere(Action::ReadCarriers) {
        return Ok(None);
    }
    let today = state.now().date_naive();
    let all = flow::carriers::overview(&state.house, today).await?;
    let missing = match visitor.may_anywhere(Action::RunBackups) {
        true => all.plan.rules.iter().filter(|rule| !rule.holds()).count() as u64,
        false => 0,
    };
    // A school that has put no carrier on the books has not begun; only who is to begin hears of it.
    if all.carriers.is_empty() && missing == 0 {
        return Ok(None);
    }
    let roles: Vec<_> = visitor.offices.iter().map(|office| office.role).collect();
    let signs = |trip: &&crate::domain::carrier::Trip| {
        trip.next().iter().any(|step| {
            *step != crate::domain::carrier::Step::Certified && trip.may_sign(*step, &visitor.account, &roles).is_ok()
        })
    };
    let outside = match roles.iter().any(|role| matches!(role, Role::Secretary | Role::Director)) {
        true => late_and_written(state, &all).await?,
        false => Vec::new(),
    };
    Ok(Some(Owed {
        out: all.trips.iter().filter(|trip| trip.is_out()).count() as u64,
        overdue: all.trips.iter().filter(|trip| trip.overdue(today) > 0).count() as u64,
        signatures: all.trips.iter().filter(signs).count() as u64,
        late: all.plan.duties.iter().filter(|duty| duty.late > 0).count() as u64,
        today: all.plan.duties.iter().filter(|duty| duty.due == Some(today)).count() as u64,
        broken: broken(&all),
        spoiled: spoiled::short(&all),
        open_data: spoiled::open(&all),
        codeless: all.codes.is_empty() && all.plan.holds() && visitor.may_anywhere(Action::HoldCode),
        missing,
        causes: all.plan.causes().join("; "),
        outside,
        again: match visitor.may_anywhere(Action::RunBackups) {
            true => all.plan.again,
            false => String::new(),
        },
    }))
}

/// Of each carrier that is late and still out, the newest copy that was written on it after its last day.
async fn late_and_written(state: &WebState, all: &Overview) -> Result<Vec<String>, Refusal> {
    let mut newest: BTreeMap<u64, Outside> = BTreeMap::new();
    let found = flow::carriers::outside(&all.trips, &all.backups).into_iter();
    newest.extend(found.filter(|one| one.late && one.still_out).map(|one| (one.trip, one)));
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let people = People::of(&state.directory().await?.roster);
    Ok(newest.values().map(|one| format!("{}: {}", one.carrier, told_outside(one, &people))).collect())
}

/// «10.11.2025, 03:00 — записано автоматически, хотя носитель не возвращён в срок (взял Осокина М.И., вернуть до 06.11.2025)».
fn told_outside(one: &Outside, people: &People) -> String {
    format!("{} — {}", words::moment_short(&one.at), one.said(&people.get(&one.taker).short))
}

/// Carriers with a copy that was found changed and of which something is still to be done, each once.
fn broken(all: &Overview) -> Vec<String> {
    let spoiled = all.spoiled();
    let open: BTreeSet<&str> = spoiled.iter().filter(|one| one.next.is_open()).map(|one| one.carrier).collect();
    open.into_iter().map(str::to_owned).collect()
}

async fn all(state: &WebState) -> Result<Overview, Refusal> {
    let mut all = flow::carriers::overview(&state.house, state.now().date_naive()).await?;
    all.plan = all.told_plan();
    Ok(all)
}

/// School and staff of the newest year, for papers and names.
async fn roster(state: &WebState) -> Result<(Letterhead, People, Journal), Refusal> {
    let year = state.house.db.list_years().await?.pop().unwrap_or_default();
    let roster = state.house.db.load_roster(&year).await?;
    Ok((Letterhead::of(&roster), People::of(&roster), roster))
}

/// A rule of carriers that says no is told in its own words.
fn told(error: flow::Error) -> Refusal {
    match error {
        flow::Error::Carrier(refusal) => Refusal::Rule(words::capitalised(&refusal.to_string())),
        other => other.into(),
    }
}
