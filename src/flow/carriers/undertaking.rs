//! The undertaking not to disclose the code of carriers: its text for a person, and the person's signature. Floor 2.

use super::{office_of, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::carrier::{self, Carrier, Entry, Kind, Tells};
use crate::domain::people::{Office, Visitor};
use crate::domain::rights::Role;
use crate::flow::{Act, Error, House};

/// The text that a person signs, or signed at that moment (RFC 3339): it names the carriers that were on the books then, so that what is
/// printed later is what was signed.
pub async fn undertaking_text(house: &House, visitor: &Visitor, at: &str) -> Result<String, Error> {
    let office = office_of(visitor).map(Office::as_russian).unwrap_or_default();
    let name = house.db.find_person(&visitor.account).await?.map_or_else(|| visitor.name.clone(), |name| name.full());
    let carriers = house.db.list_carriers().await?;
    let ledger = house.db.list_ledger().await?;
    // Moments of one house have one offset, so that their texts stand in the order of time.
    let is_off = |id: &str| {
        ledger.iter().any(|line| line.carrier == id && line.what == Entry::WrittenOff && line.at.as_str() <= at)
    };
    let stood = |one: &&Carrier| one.kind != Kind::Key && one.registered_at.as_str() <= at;
    let ever: Vec<&str> = carriers.iter().filter(stood).map(|one| one.id.as_str()).collect();
    let numbers: Vec<&str> = ever.iter().copied().filter(|id| !is_off(id)).collect();
    let tells = match office_of(visitor).map(|office| office.role) {
        Some(Role::Director) => Tells::Nobody,
        _ => Tells::OnlyHead,
    };
    let text = |numbers: &[&str], tells| carrier::undertaking(&name, &office, numbers, tells);
    let old = |numbers: &[&str], tells| carrier::undertaking_as_before(&name, &office, numbers, tells);
    let signed = house.db.find_undertaking(&visitor.account).await?;
    // Undertakings that were signed in earlier words, or with carriers that were written off by then, are printed as they were signed.
    let earlier = [
        text(&ever, tells),
        old(&numbers, tells),
        old(&numbers, Tells::AsBefore),
        old(&ever, tells),
        old(&ever, Tells::AsBefore),
    ];
    let is_signed = |text: &String| signed.as_deref() == Some(Digest::of(text.as_bytes()).to_hex().as_str());
    let now = text(&numbers, tells);
    Ok(match is_signed(&now) {
        true => now,
        false => earlier.into_iter().find(is_signed).unwrap_or(now),
    })
}

/// Signs the undertaking: the person's own act. A second signature changes nothing.
pub async fn undertake(house: &House, visitor: &Visitor, act: &Act) -> Result<(), Error> {
    let text = undertaking_text(house, visitor, &act.moment()).await?;
    let mut tx = house.db.begin().await?;
    if house.db.list_undertakings().await?.iter().any(|(person, _)| *person == act.by) {
        return Ok(());
    }
    tx.record_undertaking(&act.by, &Digest::of(text.as_bytes()).to_hex(), &act.moment()).await?;
    let event = Event::new(EventKind::UndertakingSigned, &act.by, &act.moment())
        .with("person", &act.by)
        .with_digest("text", Digest::of(text.as_bytes()));
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}
