//! What the house knows of itself for the declaration of conformity: counts of rows and the newest checks on record. Floor 2.
//!
//! Nothing is read from the archive here: that is what the checks are for, and they stand in the log with their day.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate};
use serde::Deserialize;

use crate::domain::audit::EventKind;
use crate::domain::carrier::plan::LEAST;
use crate::domain::conformity::{Facts, Line, Reading, Twins, judge};
use crate::domain::copy::State;
use crate::domain::freeze::copy_id;
use crate::domain::journal::Journal;
use crate::domain::policy::Policy;
use crate::domain::void::Standing;
use crate::domain::{retention, words};
use crate::flow::carriers::{Overview, REHEARSAL, VALID, overview};
use crate::flow::{Act, Error, House, compromise, policy, supplement};
use crate::store::{CopyRow, SealedRow, Which};

/// Every requirement with what shows it on the day of the act.
pub async fn lines(house: &House, act: &Act) -> Result<Vec<Line>, Error> {
    Ok(judge(&gather(house, act).await?))
}

fn day_of(text: &str) -> Option<NaiveDate> {
    words::moment_of(text).map(|moment| moment.date_naive())
}

async fn gather(house: &House, act: &Act) -> Result<Facts, Error> {
    let db = &house.db;
    let today = act.at.date_naive();
    let in_force = policy::at_act(house, act).await?;
    let rules = &in_force.policy;
    let register = db.list_register().await?;
    let (reading, alarm) = readings(house).await?;
    let since = register.iter().filter_map(|row| day_of(&row.line.sealed_at)).min();
    let known: HashSet<String> = db.list_certificates().await?.into_iter().map(|row| row.fingerprint).collect();
    let signed = db.count_statements().await?;
    let (log_size, root) = db.log_state().await?;
    let checkpoints = db.list_checkpoints().await?;
    let checkpoint = checkpoints.last().and_then(|row| Some((row.size, day_of(&row.signed_at)?)));
    let late = supplement::open_ones(house).await?.iter().filter(|one| one.entries > 0).count() as u64;
    let void = compromise::survey(house).await?;
    let undecided = void.changes.iter().filter(|one| matches!(one.standing, Standing::Pending(_)));
    let (over, uncopied) = periods(house, rules, today).await?;
    let carriers = overview(house, today).await?;
    let tried = carriers.checks.iter().rev().find(|check| check.what == REHEARSAL);
    let rehearsed = carriers.plan.duties.iter().find(|duty| duty.cause.is_none());
    let rooms = carriers.plan.rules.iter().find(|rule| rule.key == "backup.rooms").map_or(LEAST, |rule| rule.asked);
    let rooms = rooms.max(LEAST);
    let plan = super::plan::read(house, today.year(), act).await?;
    Ok(Facts {
        today,
        sealed: register.len() as u64,
        last_number: db.last_register_number().await?,
        reading,
        reading_due: since.and_then(|since| {
            retention::check_due(reading.map_or(since, |one| one.on), retention::ELECTRONIC_CHECK_YEARS)
        }),
        alarm,
        statements: signed.values().sum(),
        certificates: signed.len() as u64,
        strange: signed.iter().filter(|(certificate, _)| !known.contains(*certificate)).map(|(_, n)| n).sum(),
        order: in_force.adopted().to_owned(),
        log_size,
        log_root: root.to_hex(),
        checkpoint,
        late,
        over,
        uncopied,
        undecided: undecided.count() as u64,
        guards: db.list_guard_faults().await?.into_iter().map(|(name, _)| name).collect(),
        rooms,
        covered: covered(&carriers, &register, rooms as usize),
        backup: standing(&carriers).into_iter().filter_map(|(_, at)| day_of(at)).max(),
        rehearsal: tried.and_then(|check| Some((day_of(&check.at)?, check.verdict == VALID))),
        rehearsal_due: rehearsed.and_then(|duty| duty.due),
        twins: twins(house, rules, &register, today).await?,
        termless: register.iter().filter(|row| row.line.keep_through.is_empty()).count() as u64,
        keep_years: (rules.keep_journal_years, rules.keep_summary_years),
        // A sample's own terms are nobody's decision here.
        keep_said: !in_force.adopted().is_empty()
            && ["retention.period_copy", "retention.summary_sheet"].iter().all(|key| rules.is_said(key)),
        plan: plan.is_entered.then_some((plan.year, plan.lines.len() as u64)),
    })
}

/// What an event of a check says; of paper no faults are told.
#[derive(Deserialize)]
struct Checked {
    at: String,
    listed: Option<u64>,
    faulty: Option<u64>,
}

/// The newest reading of the whole archive, and the newest alarm of the doctor after it.
async fn readings(house: &House) -> Result<(Option<Reading>, Option<NaiveDate>), Error> {
    let checked = |texts: Vec<String>| texts.into_iter().rev().filter_map(|text| serde_json::from_str(&text).ok());
    let read = |one: Checked| {
        Some((one.at.clone(), Reading { on: day_of(&one.at)?, listed: one.listed?, faulty: one.faulty? }))
    };
    let reading = checked(house.db.list_events(EventKind::ConditionChecked.as_str()).await?).find_map(read);
    let alarm: Option<Checked> = checked(house.db.list_events(EventKind::CheckFailed.as_str()).await?).next();
    let is_newer = |one: &Checked| {
        reading.as_ref().is_none_or(|(at, read)| read.faulty > 0 || words::moment_of(&one.at) > words::moment_of(at))
    };
    let alarm = alarm.filter(is_newer).and_then(|one| day_of(&one.at));
    Ok((reading.map(|(_, one)| one), alarm))
}

/// Periods of classes of the newest year that are over and of which the rules want a copy; those that have none that was issued.
async fn periods(house: &House, rules: &Policy, today: NaiveDate) -> Result<(u64, Vec<String>), Error> {
    let Some(year) = house.db.list_years().await?.pop() else { return Ok((0, Vec::new())) };
    let roster: Journal = house.db.load_roster(&year).await?;
    let copies = house.db.list_copies().await?;
    let issued: HashSet<&str> =
        copies.iter().filter(|row: &&CopyRow| row.state != State::Frozen).map(|row| row.id.as_str()).collect();
    let mut over = 0;
    let mut uncopied = Vec::new();
    for class in &roster.classes {
        let own = roster.periods_of_grade(class.grade);
        for (at, period) in own.iter().enumerate() {
            if period.ends >= today || !rules.prints(class.grade, &period.id, Some(period.kind)) {
                continue;
            }
            over += 1;
            if !issued.contains(copy_id(&year, &class.name, &period.id).as_str()) {
                uncopied.push(format!("{}, {}", class.name, words::period_name(period.kind, at + 1)));
            }
        }
    }
    Ok((over, uncopied))
}

/// Backups that stand on carriers in use: room and moment. A copy that was found changed is not relied upon.
fn standing(carriers: &Overview) -> Vec<(String, &str)> {
    let pruned = |backup: &str, carrier: &str| {
        carriers.prunings.iter().any(|one| one.backup == backup && one.carrier == carrier)
    };
    let changed: HashSet<(&str, &str)> = carriers.spoiled().into_iter().map(|one| (one.carrier, one.id)).collect();
    let mut found = Vec::new();
    for carrier in carriers.carriers.iter().filter(|one| one.takes_copies()) {
        let own = carriers.backups.iter().filter(|backup| {
            backup.carriers.contains(&carrier.id)
                && !pruned(&backup.id, &carrier.id)
                && !changed.contains(&(carrier.id.as_str(), backup.id.as_str()))
        });
        found.extend(own.map(|backup| (carrier.room.to_lowercase(), backup.at.as_str())));
    }
    found
}

/// Sealed copies that were sealed before the backups of so many rooms.
fn covered(carriers: &Overview, register: &[SealedRow], rooms: usize) -> u64 {
    let mut newest: BTreeMap<String, DateTime<FixedOffset>> = BTreeMap::new();
    for (room, at) in standing(carriers) {
        let Some(at) = words::moment_of(at) else { continue };
        newest.entry(room).and_modify(|last| *last = at.max(*last)).or_insert(at);
    }
    let mut moments: Vec<_> = newest.into_values().collect();
    moments.sort_unstable_by(|a, b| b.cmp(a));
    let Some(since) = rooms.checked_sub(1).and_then(|last| moments.get(last)) else { return 0 };
    let before = |row: &&SealedRow| words::moment_of(&row.line.sealed_at).is_some_and(|sealed| sealed <= *since);
    register.iter().filter(before).count() as u64
}

/// How the newest sealed versions and their paper stand; `None` where the rules have no paper.
async fn twins(
    house: &House,
    rules: &Policy,
    register: &[SealedRow],
    today: NaiveDate,
) -> Result<Option<Twins>, Error> {
    if rules.paper(today).is_some_and(|said| said.has("no")) {
        return Ok(None);
    }
    let papers = house.db.list_paper(Which::All).await?;
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for row in register {
        let version = last.entry(&row.line.id).or_default();
        *version = row.line.version.max(*version);
    }
    let mut twins = Twins { placed: 0, lonely: 0, unplaced: 0 };
    for (copy, version) in last {
        let own: Vec<_> = papers
            .iter()
            .filter(|kept| kept.void().is_none() && kept.copy.copy == copy && kept.copy.version == version)
            .collect();
        match (own.is_empty(), own.iter().any(|kept| kept.place().is_some())) {
            (true, _) => twins.lonely += 1,
            (false, true) => twins.placed += 1,
            (false, false) => twins.unplaced += 1,
        }
    }
    Ok(Some(twins))
}
