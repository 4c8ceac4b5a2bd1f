//! Re-issue: the next version of a copy takes the place of the last one. Floor 2.
//!
//! The earlier version stays on record with its statements (000 Инс 4.4-4.6: a check may end in a refusal); nobody can sign it any more.

use super::close::salts;
use super::{Act, Error, House, compromise, policy, salt, timeliness};
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::{self, Action, State};
use crate::domain::freeze::{self, Circumstances};
use crate::domain::period;
use crate::domain::snapshot::Sheet;
use crate::store::CopyRow;
use crate::typeset;

/// Freezes the next version of a copy from the same closed period, on a ground that its title page prints.
pub async fn reissue(house: &House, id: &str, ground: &str, act: &Act) -> Result<CopyRow, Error> {
    let last = house.db.list_versions(id).await?.pop().ok_or_else(|| Error::NoCopy(id.to_owned()))?;
    let was = house.db.load_snapshot(last.snapshot).await?;
    let mut tx = house.db.begin().await?;
    let journal = tx.load_journal(&last.year).await?;
    let class = journal.class(&last.class).cloned().ok_or_else(|| period::Refusal::NoClass(last.class.clone()))?;
    let span = period::span(&journal, &class, &last.period)?;
    let policy = policy::of_act(house, act).await?;
    let calendar = timeliness::calendar_of(house, &journal).await?;
    let journal = journal.of_class_within(&last.class, span.starts, span.ends);
    let voids = compromise::survey(house).await?;
    let exported_at = match was.sheets.first() {
        Some(Sheet::Title(title)) => title.exported_at.clone(),
        _ => String::new(),
    };
    let told = Circumstances {
        school_id: was.school.id.clone(),
        authority: was.school.authority,
        version: last.version + 1,
        replaces: format!("Взамен версии {}: {ground}", last.version),
        frozen_at: act.moment(),
        exported_at,
        voids: compromise::notes(&voids, &class.name, &span),
        paper: policy::on_title(&policy, &calendar, &journal, &class, &span),
        ground: was.ground.clone(),
        omissions: was.omissions.clone(),
        template: typeset::template_facts(last.kind),
        salts: salts(journal.learners.len())?,
        appointments: house.db.list_appointments().await?,
    };
    let snapshot = freeze::freeze(&journal, &class, &span, &policy, &told)?;
    let superseded =
        copy::next(last.state, Action::Supersede).map_err(|refusal| Error::State { copy: last.id.clone(), refusal })?;
    tx.move_copy(&last.id, last.version, last.state, superseded).await?;
    tx.record_frozen(&snapshot, State::Frozen).await?;
    let event = Event::new(EventKind::CopySuperseded, &act.by, &act.moment())
        .with("copy", id)
        .with_number("version", last.version.into())
        .with_number("next", snapshot.copy.version.into())
        .with_digest("snapshot", snapshot.digest());
    tx.record(&event, salt()?).await?.commit().await?;
    house.db.list_versions(id).await?.pop().ok_or_else(|| Error::NoCopy(id.to_owned()))
}
