//! Technical breaks: announced to everybody, taken back, each with its event (SEC-08). Floor 2.

use chrono::{DateTime, FixedOffset};

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::technical_break::{Break, Refusal, check};

/// Announces a break; its number.
pub async fn announce(
    house: &House,
    (starts, ends): (DateTime<FixedOffset>, DateTime<FixedOffset>),
    reason: &str,
    act: &Act,
) -> Result<u64, Error> {
    check(starts, ends, reason, act.at)?;
    let planned = Break { no: 0, starts, ends, reason: reason.trim().to_owned() };
    let mut tx = house.db.begin().await?;
    let no = tx.record_break(&planned, 0, &act.by, &act.moment()).await?;
    // The reason is for people and stays in the database; the log says when and by whom.
    let event = Event::new(EventKind::BreakAnnounced, &act.by, &act.moment())
        .with_number("no", no)
        .with("from", starts.to_rfc3339())
        .with("to", ends.to_rfc3339());
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(no)
}

/// Takes an announced break back: it will not be, or it ended early.
pub async fn withdraw(house: &House, no: u64, act: &Act) -> Result<(), Error> {
    // The turn is taken first: two who take back the same break do so one after the other.
    let mut tx = house.db.begin().await?;
    let standing = house.db.list_breaks().await?.into_iter().find(|row| row.planned.no == no);
    let standing = standing.filter(|row| row.withdrawn_by.is_empty()).ok_or(Refusal::Unknown(no))?;
    tx.record_break(&standing.planned, no, &act.by, &act.moment()).await?;
    let event = Event::new(EventKind::BreakWithdrawn, &act.by, &act.moment()).with_number("no", no);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// The breaks that stand.
pub async fn standing(house: &House) -> Result<Vec<Break>, Error> {
    let rows = house.db.list_breaks().await?.into_iter();
    Ok(rows.filter(|row| row.withdrawn_by.is_empty()).map(|row| row.planned).collect())
}
