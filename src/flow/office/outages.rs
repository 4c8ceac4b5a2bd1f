//! Times when the journal could not be reached: recorded with their act and paper, and what is said of them until all is entered and filed
//! (003 Рук 6; DOC-16). Floor 2.

use super::commit;
use crate::domain::audit::{Event, EventKind};
use crate::domain::outage::{Fact, Outage, Refusal, allow, moment};
use crate::flow::{Act, Error, House, salt};

/// A new record: its beginning, its reason, and what is known of it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutage {
    /// When it began: local time to the minute.
    pub began: String,
    /// Why.
    pub reason: String,
    /// Its end, act and paper, as far as they are known.
    pub facts: Vec<Fact>,
}

/// Classes of the newest year.
async fn classes(house: &House) -> Result<Vec<String>, Error> {
    let Some(year) = house.db.list_years().await?.pop() else { return Ok(Vec::new()) };
    Ok(house.db.load_roster(&year).await?.classes.into_iter().map(|class| class.name).collect())
}

fn noted(no: u64, fact: &Fact, act: &Act) -> Event {
    let [class, ..] = fact.columns();
    let event =
        Event::new(EventKind::OutageNoted, &act.by, &act.moment()).with_number("outage", no).with("fact", fact.word());
    if class.is_empty() { event } else { event.with("class", class) }
}

/// Records an outage; hands back its number.
pub async fn record(house: &House, new: &NewOutage, act: &Act) -> Result<u64, Error> {
    let now = act.at.naive_local();
    moment(&new.began).filter(|began| *began <= now).ok_or_else(|| Refusal::Moment(new.began.clone()))?;
    if new.reason.trim().is_empty() {
        return Err(Refusal::Empty("причина").into());
    }
    let classes = classes(house).await?;
    let mut tx = house.db.begin().await?;
    let no = tx.list_outages().await?.last().map_or(0, |last| last.no) + 1;
    let mut outage = Outage {
        no,
        began: new.began.clone(),
        reason: new.reason.trim().to_owned(),
        at: act.moment(),
        by: act.by.clone(),
        facts: Vec::new(),
    };
    tx.record_outage(&outage).await?;
    let mut events = Vec::new();
    for fact in &new.facts {
        allow(&outage, fact, now, &|class| classes.iter().any(|one| one == class))?;
        outage.facts.push((act.moment(), act.by.clone(), fact.clone()));
        tx.record_outage_fact(no, outage.facts.len(), fact, &act.moment(), &act.by).await?;
        events.push(noted(no, fact, act));
    }
    let event = Event::new(EventKind::OutageRecorded, &act.by, &act.moment()).with_number("outage", no);
    let mut recorded = tx.record(&event, salt()?).await?;
    for event in &events {
        recorded = recorded.also(event, salt()?).await?;
    }
    recorded.commit().await?;
    Ok(no)
}

/// Says something of an outage.
pub async fn note(house: &House, no: u64, fact: &Fact, act: &Act) -> Result<(), Error> {
    let classes = classes(house).await?;
    let mut tx = house.db.begin().await?;
    let outage = tx.list_outages().await?.into_iter().find(|one| one.no == no).ok_or(Refusal::Unknown(no))?;
    // What was kept on paper is entered into the journal, whatever the class is called by now.
    let known = |class: &str| classes.iter().any(|one| one == class);
    allow(&outage, fact, act.at.naive_local(), &known)?;
    tx.record_outage_fact(no, outage.facts.len() + 1, fact, &act.moment(), &act.by).await?;
    commit(tx, &noted(no, fact, act)).await
}
