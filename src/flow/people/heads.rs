//! One head of the school: whose order has to end before somebody else is appointed director for good. Floor 2.

use super::super::{Error, House};
use super::ground;
use crate::domain::employment;
use crate::domain::people::{self, Appointment, Unfit};
use crate::domain::rights::Role;
use crate::domain::words;

/// Who else heads the school for good while a new head's appointment holds: by order, or by the staff list where no order has named the person
/// yet. Whoever no longer works there heads nothing.
pub(super) async fn other_head(house: &House, new: &Appointment) -> Result<Option<Unfit>, Error> {
    let Some(starts) = new.starts.filter(|_| people::is_head_for_good(new)) else { return Ok(None) };
    let staff = house.db.load_roster(&new.year).await?.staff;
    let orders = house.db.list_appointments().await?;
    let mut heads: Vec<(&str, Option<&Appointment>)> =
        people::other_heads(new, &orders).into_iter().map(|one| (one.person.as_str(), Some(one))).collect();
    let listed = people::holders(&staff, &orders, Role::Director, starts);
    heads.extend(listed.filter(|(person, by)| by.is_none() && *person != new.person));
    for (person, by) in heads {
        let day = by.and_then(|one| one.starts).map_or(starts, |first| first.max(starts));
        let facts = house.db.office_facts(person, &new.year, day).await?;
        if !employment::is_at_work(&facts.work, day) {
            continue;
        }
        let name = house.db.find_person(person).await?.map_or_else(|| person.to_owned(), |one| one.short());
        let order = ground(&by.map(Appointment::order).unwrap_or_default());
        let before = words::date_short(starts.pred_opt().unwrap_or(starts));
        return Ok(Some(Unfit::OtherHead { person: name, order, before }));
    }
    Ok(None)
}
