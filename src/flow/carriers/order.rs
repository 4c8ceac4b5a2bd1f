//! A carrier whose taker has left the school: another person brings it back, by the director's order. Floor 2.
//!
//! The return keeps its two sides: the one whom the order names gives the carrier back, the secretary accepts it, each in the own session.
//! The order says out of whose hands it came and on what ground, and stands in the custody log beside the signatures.

use super::{custody, salt};
use crate::domain::carrier::{self, Refusal, ReturnOrder, Trip, TripState};
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::flow::{Act, Error, House, people};

/// What an order says; the rest is known to the house.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Who brings the carrier back; empty for one that never left the safe.
    pub person: String,
    /// Out of whose hands: «из стола уволенного, вскрытого комиссией».
    pub from: String,
    /// «приказ от 10.11.2025 № 41-к».
    pub ground: String,
}

/// Orders who brings a carrier back in place of a taker who no longer works here. A carrier that was asked for and never taken stays in
/// the safe: the order closes its line.
pub async fn order_return(
    house: &House,
    no: u64,
    wanted: &Wanted,
    visitor: &Visitor,
    act: &Act,
) -> Result<Trip, Error> {
    let mut tx = house.db.begin().await?;
    let trips = house.db.list_trips().await?;
    let mut trip =
        trips.into_iter().find(|trip| trip.no == no).ok_or_else(|| Refusal::Unknown(format!("запись № {no}")))?;
    if !visitor.offices.iter().any(|office| office.role == Role::Director) {
        return Err(Refusal::NotTheOffice { step: ORDER, office: Role::Director.as_russian() }.into());
    }
    let is_taken = match trip.state() {
        TripState::Asked => false,
        TripState::Out => true,
        state => return Err(Refusal::NotYet { step: ORDER, state: state.as_russian() }.into()),
    };
    let today = act.at.date_naive();
    let works_here = |visitor: &Visitor| visitor.offices.iter().any(|office| carrier::is_staff(office.role));
    // Whoever an earlier order named may have left as well.
    let hand = trip.giver().to_owned();
    let bound = people::visitor(house, &hand, true, today).await?;
    if works_here(&bound) {
        return Err(Refusal::StillHere(bound.name).into());
    }
    let text = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (from, ground) = (text(&wanted.from), text(&wanted.ground));
    if ground.is_empty() {
        return Err(Refusal::Field("укажите основание: «приказ от 10.11.2025 № 41-к»").into());
    }
    let person = if is_taken { wanted.person.trim() } else { "" };
    if is_taken {
        if from.is_empty() {
            return Err(Refusal::Field("укажите, от кого или откуда взят носитель: «из стола уволенного»").into());
        }
        let new = people::visitor(house, person, true, today).await?;
        if person.is_empty() || !works_here(&new) || !new.may_anywhere(Action::SignCustody) {
            return Err(Refusal::Field("назовите сотрудника, который расписывается в журнале пользования").into());
        }
        if trip.stands_for_the_safe(person) || person == act.by {
            return Err(Refusal::OneHand.into());
        }
    }
    let order = ReturnOrder { person: person.to_owned(), from, ground, at: act.moment(), by: act.by.clone() };
    tx.record_custody_order(no, trip.orders.len() as u64 + 1, &order).await?;
    let event = custody(act, &trip, "ordered").with("person", &order.person);
    tx.record(&event, salt()?).await?.commit().await?;
    trip.orders.push(order);
    Ok(trip)
}

/// What people read where another office tries.
const ORDER: &str = "возврат по приказу";
