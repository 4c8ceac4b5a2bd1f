//! A carrier is asked for, and a request that has not left the safe is taken back or declined. Floor 2.

use chrono::NaiveDate;

use super::{custody, salt, standing};
use crate::domain::carrier::{self, Dropped, Refusal, Trip, TripState};
use crate::domain::people::{Visitor, holders};
use crate::domain::rights::{Action, Role};
use crate::flow::{Act, Error, House, people};

/// Asks for a carrier: the one who will take it, in the own session; hands back the number of the line.
pub async fn ask(
    house: &House,
    carrier: &str,
    purpose: &str,
    due_on: Option<NaiveDate>,
    act: &Act,
) -> Result<u64, Error> {
    if purpose.trim().is_empty() {
        return Err(Refusal::Field("укажите, для чего берёте носитель").into());
    }
    let today = act.at.date_naive();
    let usual = today.checked_add_days(chrono::Days::new(carrier::USUAL_DAYS)).unwrap_or(today);
    let due_on = due_on.unwrap_or(usual);
    if due_on < today {
        return Err(Refusal::Field("срок возврата уже прошёл").into());
    }
    standing(&house.db.list_carriers().await?, carrier)?;
    let taker = people::visitor(house, &act.by, true, today).await?;
    if !taker.offices.iter().any(|office| carrier::is_staff(office.role)) {
        return Err(Refusal::NotStaff.into());
    }
    if !house.db.list_undertakings().await?.iter().any(|(person, _)| *person == act.by) {
        return Err(Refusal::NoUndertaking.into());
    }
    if let Some(refusal) = sole_keeper(house, &taker, today).await? {
        return Err(refusal.into());
    }
    let mut tx = house.db.begin().await?;
    let trips = house.db.list_trips().await?;
    // The key of the safe may still be out while the carrier is back: only a carrier that is not in the safe bars the next trip.
    let open = |trip: &&Trip| {
        trip.carrier == carrier && matches!(trip.state(), TripState::Asked | TripState::Out | TripState::Returning)
    };
    if let Some(trip) = trips.iter().find(open) {
        return Err(Refusal::Out { carrier: carrier.to_owned(), trip: trip.no }.into());
    }
    let trip = Trip {
        no: trips.last().map_or(1, |last| last.no + 1),
        carrier: carrier.to_owned(),
        purpose: purpose.trim().to_owned(),
        due_on,
        taker: act.by.clone(),
        at: act.moment(),
        steps: Vec::new(),
        orders: Vec::new(),
        dropped: None,
    };
    tx.record_trip(&trip, &act.by).await?;
    let event = custody(act, &trip, "asked");
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(trip.no)
}

/// Why this person takes no carrier on that day: nobody else could give the key of the safe, or hand the carrier over, and one person does
/// not stand on both sides. `None` for everybody else.
pub async fn sole_keeper(house: &House, visitor: &Visitor, today: NaiveDate) -> Result<Option<Refusal>, Error> {
    let holds = |role: Role| visitor.offices.iter().any(|office| office.role == role);
    let is_of_key = holds(Role::Director) && is_sole(house, visitor, Role::Director, today).await?;
    let is_of_safe = is_of_key || (holds(Role::Secretary) && is_sole(house, visitor, Role::Secretary, today).await?);
    if !is_of_safe {
        return Ok(None);
    }
    // Whoever takes a carrier is neither of the two who stand for the safe.
    let may = visitor.rules.may(Action::SignCustody);
    let others = may.filter(|role| carrier::is_staff(*role) && !matches!(role, Role::Director | Role::Secretary));
    let others: Vec<&str> = others.map(Role::as_russian).collect();
    let others = match others.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} или {last}", rest.join(", ")),
        None => "другой сотрудник".to_owned(),
    };
    Ok(Some(if is_of_key { Refusal::KeyIsYours(others) } else { Refusal::HandingIsYours(others) }))
}

/// Does nobody else hold that office on that day? Whoever no longer works here holds none.
async fn is_sole(house: &House, visitor: &Visitor, role: Role, today: NaiveDate) -> Result<bool, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let staff = house.db.load_roster(&year).await?.staff;
    let appointments = house.db.list_appointments().await?;
    let listed = holders(&staff, &appointments, role, today).map(|(person, _)| person);
    let others: Vec<&str> = listed.filter(|person| *person != visitor.account).collect();
    for person in others {
        let other = people::visitor(house, person, true, today).await?;
        if other.offices.iter().any(|office| office.role == role) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Ends a request whose carrier was not handed over: whoever asked takes it back, the director or the secretary declines it with a reason.
/// The line stays in the log and the carrier is free again at once; a key that was given goes back to the director.
///
/// # Errors
/// That the carrier was handed over, that somebody else is to do it, or that no reason was given.
pub async fn drop_request(house: &House, no: u64, reason: &str, visitor: &Visitor, act: &Act) -> Result<Trip, Error> {
    let mut tx = house.db.begin().await?;
    let trips = house.db.list_trips().await?;
    let mut trip =
        trips.into_iter().find(|trip| trip.no == no).ok_or_else(|| Refusal::Unknown(format!("запись № {no}")))?;
    let roles: Vec<Role> = visitor.offices.iter().map(|office| office.role).collect();
    trip.may_drop(&act.by, &roles)?;
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_own = act.by == trip.taker;
    if !is_own && reason.is_empty() {
        return Err(Refusal::Field("укажите причину: «носитель нужен для сверки по графику»").into());
    }
    let answers = visitor.offices.iter().find(|office| matches!(office.role, Role::Director | Role::Secretary));
    let office = answers.filter(|_| !is_own).map(|office| office.as_russian()).unwrap_or_default();
    let dropped = Dropped { reason, office, at: act.moment(), by: act.by.clone() };
    tx.record_custody_drop(no, &dropped).await?;
    let event = custody(act, &trip, if is_own { "withdrawn" } else { "declined" });
    tx.record(&event, salt()?).await?.commit().await?;
    trip.dropped = Some(dropped);
    Ok(trip)
}
