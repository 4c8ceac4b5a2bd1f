//! Carriers put on the books, moved and written off; undertakings, the code, the custody log. Floor 2.
//!
//! Each side of a handing over acts in the own session: this file takes one person's step at a time and never two.

mod alarms;
mod order;
mod outside;
mod request;
mod sets;
mod spoiled;
mod undertaking;
mod vouch;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDate;

pub use self::alarms::OpenData;
pub use self::order::{Wanted as WantedReturn, order_return};
pub use self::outside::{Outside, outside};
pub use self::request::{ask, drop_request, sole_keeper};
pub use self::spoiled::Spoiled;
pub use self::undertaking::{undertake, undertaking_text};
use super::{Act, Error, House, policy, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::hex;
use crate::domain::carrier::plan::{self, Done, Facts, Plan, Sets};
use crate::domain::carrier::{self, Carrier, Cause, Entry, Holder, Kind, Purpose, Refusal, Signed, Step, Trip, code};
use crate::domain::people::{Office, Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::store::{BackupRow, CheckRow, CodeRow, LedgerLine, NewCarrier, PlaceRow, PruningRow};
use crate::vault::backup::{self as stream, MARK};

/// Everything that is known of carriers.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Places.
    pub places: Vec<PlaceRow>,
    /// Carriers, written off ones too.
    pub carriers: Vec<Carrier>,
    /// Codes, the newest last.
    pub codes: Vec<CodeRow>,
    /// Who signed the undertaking, and when.
    pub undertakings: Vec<(String, String)>,
    /// Backups, the newest last.
    pub backups: Vec<BackupRow>,
    /// Copies taken off carriers by the rule of keeping.
    pub prunings: Vec<PruningRow>,
    /// The custody log.
    pub trips: Vec<Trip>,
    /// Comparisons and rehearsals.
    pub checks: Vec<CheckRow>,
    /// What is asked for, due and late.
    pub plan: Plan,
    /// What each carrier owes by itself: for the writing by schedule.
    pub owed: Vec<(Cause, String)>,
}

impl Overview {
    /// Has the person signed the undertaking?
    pub fn has_undertaken(&self, person: &str) -> bool {
        self.undertakings.iter().any(|(who, _)| who == person)
    }

    /// A carrier by its identifier.
    pub fn carrier(&self, id: &str) -> Result<&Carrier, Refusal> {
        self.carriers.iter().find(|carrier| carrier.id == id).ok_or_else(|| Refusal::Unknown(id.to_owned()))
    }
}

/// Everything that is known of carriers on a day.
pub async fn overview(house: &House, today: NaiveDate) -> Result<Overview, Error> {
    let carriers = house.db.list_carriers().await?;
    let backups = house.db.list_backups().await?;
    let checks = house.db.list_backup_checks().await?;
    let prunings = house.db.list_prunings().await?;
    let sound = spoiled::sound(&carriers, &backups, &prunings, &checks);
    let (plan, owed) = plan_of(house, &carriers, &sound, &checks, today).await?;
    Ok(Overview {
        places: house.db.list_places().await?,
        codes: house.db.list_codes().await?,
        undertakings: house.db.list_undertakings().await?,
        prunings,
        trips: house.db.list_trips().await?,
        carriers,
        backups,
        checks,
        plan,
        owed,
    })
}

pub(super) fn day_of(moment: &str) -> Option<NaiveDate> {
    words::moment_of(moment).map(|moment| moment.date_naive())
}

async fn plan_of(
    house: &House,
    carriers: &[Carrier],
    backups: &[BackupRow],
    checks: &[CheckRow],
    today: NaiveDate,
) -> Result<(Plan, Vec<(Cause, String)>), Error> {
    let policy = policy::history(house).await?.on(today).policy.clone();
    // What stands on a carrier that was written off stands no longer.
    let held: Vec<&str> =
        carriers.iter().filter(|carrier| carrier.takes_copies()).map(|carrier| carrier.id.as_str()).collect();
    let mut done: Vec<Done> = Vec::new();
    for backup in backups {
        let Some(on) = day_of(&backup.at) else { continue };
        let stands = backup.carriers.iter().filter(|carrier| held.contains(&carrier.as_str()));
        done.extend(stands.map(|carrier| Done { cause: backup.cause, on, carrier: carrier.clone() }));
    }
    let rehearsed = checks
        .iter()
        .rev()
        .find(|check| check.what == REHEARSAL && check.verdict == VALID)
        .and_then(|check| day_of(&check.at));
    let (written, mut period_ends, mut spans) = (sets::written(backups, &held), Vec::new(), Vec::new());
    let year = house.db.list_years().await?.pop();
    let keeps_data = year.is_some();
    if let Some(year) = year {
        let roster = house.db.load_roster(&year).await?;
        period_ends.extend(roster.periods.iter().map(|period| period.ends));
        spans = sets::spans(house, &roster, &written).await?;
    }
    // The first line of the log is the house's own beginning; without a log there is nothing to be late with.
    let since = house.db.first_moment().await?.and_then(|moment| day_of(&moment)).unwrap_or(today);
    let sets = Sets { written: &written, spans: &spans };
    let facts = Facts { carriers, done: &done, period_ends: &period_ends, sets, rehearsed, since, keeps_data, today };
    let mut owed: Vec<(Cause, String)> = Vec::new();
    for carrier in held {
        owed.extend(plan::owed(&policy, &facts, carrier).into_iter().map(|cause| (cause, carrier.to_owned())));
    }
    Ok((plan::plan(&policy, &facts), owed))
}

/// Word of a comparison.
pub const COMPARISON: &str = "comparison";
/// Word of a rehearsal.
pub const REHEARSAL: &str = "rehearsal";
/// Word of a good verdict.
pub const VALID: &str = "valid";
/// Word of a check that could not be made.
pub const UNCHECKED: &str = "unchecked";

/// Registers a place; hands back its identifier.
pub async fn add_place(house: &House, room: &str, holder: Holder, label: &str, act: &Act) -> Result<String, Error> {
    let room = room.split_whitespace().collect::<Vec<_>>().join(" ");
    if room.is_empty() {
        return Err(Refusal::Field("укажите помещение: «кабинет 12»").into());
    }
    let mut tx = house.db.begin().await?;
    let id = format!("М-{}", tx.next_number("carrier_places").await?);
    let row = PlaceRow {
        id: id.clone(),
        room,
        holder: holder.as_str().to_owned(),
        label: label.trim().to_owned(),
        registered_at: act.moment(),
        registered_by: act.by.clone(),
    };
    tx.record_place(&row).await?;
    let event = changed(act, "place", &id, "registered");
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(id)
}

fn changed(act: &Act, what: &str, id: &str, how: &str) -> Event {
    Event::new(EventKind::CarrierChanged, &act.by, &act.moment()).with(what, id).with("how", how)
}

/// A carrier as it is put on the books.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub label: String,
    /// Maker's number.
    pub serial: String,
    /// «1 ТБ».
    pub capacity: String,
    /// What for.
    pub purpose: Purpose,
    /// Place by identifier.
    pub place: String,
    /// Folder in which it appears; may be empty.
    pub path: String,
}

/// Refuses a place that is not on the books, and names those that are.
async fn check_stands(house: &House, place: &str) -> Result<(), Error> {
    let places = house.db.list_places().await?;
    if places.iter().any(|known| known.id == place) {
        return Ok(());
    }
    let words = |known: &PlaceRow| match known.label.as_str() {
        "" => format!("{} ({})", known.id, known.room),
        label => format!("{} ({}, {label})", known.id, known.room),
    };
    let known: Vec<String> = places.iter().map(words).collect();
    let known = if known.is_empty() { "ни одного".to_owned() } else { known.join(", ") };
    Err(Refusal::NoPlace { found: place.to_owned(), known }.into())
}

/// One thing is put on the books once: two carriers of one maker's number are one carrier, whatever the rules count.
fn check_serial(carriers: &[Carrier], serial: &str) -> Result<(), Refusal> {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let asked = plain(serial);
    let has_it = |other: &&Carrier| !asked.is_empty() && !other.written_off && plain(&other.serial) == asked;
    match carriers.iter().find(has_it) {
        None => Ok(()),
        Some(other) => Err(Refusal::SameSerial(format!(
            "заводской номер «{}» уже у носителя {} «{}»: один и тот же носитель на учёт дважды не ставят; проверьте номер на корпусе",
            serial.trim(),
            other.id,
            other.label
        ))),
    }
}

/// Puts a carrier on the books, and its mark on the carrier when it is connected; hands back its identifier.
pub async fn add_carrier(house: &House, wanted: &Wanted, act: &Act) -> Result<String, Error> {
    let label = wanted.label.trim();
    if label.is_empty() {
        return Err(Refusal::Field("назовите носитель: «Диск Seagate, чёрный»").into());
    }
    let path = checked_path(house, &wanted.path)?;
    check_stands(house, &wanted.place).await?;
    let standing = house.db.list_carriers().await?;
    if !path.is_empty() && standing.iter().any(|other| other.path == path && !other.written_off) {
        return Err(Refusal::Field("в этой папке уже появляется другой носитель; у каждого своя папка").into());
    }
    check_serial(&standing, &wanted.serial)?;
    let mark = hex(&salt()?);
    let mut tx = house.db.begin().await?;
    let id = format!("Н-{}", tx.next_number("carriers").await?);
    let row = NewCarrier {
        id: id.clone(),
        kind: wanted.kind,
        label: label.to_owned(),
        serial: wanted.serial.trim().to_owned(),
        capacity: wanted.capacity.trim().to_owned(),
        purpose: wanted.purpose,
        mark: mark.clone(),
    };
    let line = LedgerLine {
        carrier: id.clone(),
        what: Entry::Registered,
        place: wanted.place.clone(),
        path: path.clone(),
        note: String::new(),
        at: act.moment(),
        by: act.by.clone(),
    };
    if !path.is_empty() {
        write_mark(house, Path::new(&path), &id, &mark)?;
    }
    tx.record_carrier(&row, &line).await?;
    tx.record(&changed(act, "carrier", &id, "registered"), salt()?).await?.commit().await?;
    Ok(id)
}

/// A folder that may hold copies: absolute, there, and outside of the house, for a copy in the house burns with it.
fn checked_path(house: &House, path: &str) -> Result<String, Error> {
    let path = path.trim();
    if path.is_empty() {
        return Ok(String::new());
    }
    let folder = Path::new(path);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(Refusal::Field(
            "папка носителя не найдена: подключите носитель и укажите полный путь, например /media/disk1",
        )
        .into());
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(folder).starts_with(real(&house.root)) {
        return Err(
            Refusal::Field("папка носителя лежит внутри папки «Летописи»: копия пропала бы вместе с ней").into()
        );
    }
    Ok(path.trim_end_matches('/').to_owned())
}

/// The carrier's own words, by which it is known again. They say nothing of anybody.
fn mark_text(house: &House, id: &str, mark: &str) -> String {
    format!(
        "Носитель резервных копий «Летописи»: не удаляйте этот файл.\nшкола: {}\nноситель: {id}\nметка: {mark}\n",
        house.config.school
    )
}

fn write_mark(house: &House, folder: &Path, id: &str, mark: &str) -> Result<(), Error> {
    let path = folder.join(MARK);
    if path.exists() {
        return Err(Refusal::Field("на этом носителе уже есть метка другого носителя (letopis-carrier.txt): он стоит на учёте под другим номером").into());
    }
    Ok(crate::vault::write_once(&path, mark_text(house, id, mark).as_bytes())?)
}

/// How a carrier answers in its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is the one.
    There,
    /// Nothing is connected there.
    Absent,
    /// Another carrier is.
    Swapped,
}

/// Is the carrier connected, and is it the one?
pub fn presence(house: &House, carrier: &Carrier) -> Presence {
    if carrier.path.is_empty() {
        return Presence::Absent;
    }
    match std::fs::read_to_string(Path::new(&carrier.path).join(MARK)) {
        Ok(text) if text == mark_text(house, &carrier.id, &carrier.mark) => Presence::There,
        Ok(_) => Presence::Swapped,
        Err(_) => Presence::Absent,
    }
}

/// Writes down a carrier's place and folder; an empty value stays as it is. Hands back what really changed, as the ledger has it.
pub async fn move_carrier(
    house: &House,
    id: &str,
    place: &str,
    path: &str,
    note: &str,
    act: &Act,
) -> Result<Entry, Error> {
    let carriers = house.db.list_carriers().await?;
    let carrier = standing(&carriers, id)?;
    let mut is_marked = false;
    if !place.is_empty() {
        check_stands(house, place).await?;
    }
    let path = match path.is_empty() {
        true => carrier.path.clone(),
        false => {
            let path = checked_path(house, path)?;
            let moved = Carrier { path: path.clone(), ..carrier.clone() };
            match presence(house, &moved) {
                Presence::There => {}
                Presence::Absent => {
                    write_mark(house, Path::new(&path), id, &carrier.mark)?;
                    is_marked = true;
                }
                Presence::Swapped => return Err(Refusal::Field("в этой папке другой носитель").into()),
            }
            path
        }
    };
    let place = if place.is_empty() { carrier.place.clone() } else { place.to_owned() };
    let is_new_folder = path != carrier.path;
    let what = match () {
        () if place != carrier.place => Entry::Moved,
        () if is_new_folder && carrier.path.is_empty() => Entry::FolderSet,
        () if is_new_folder => Entry::FolderChanged,
        () if note.trim().is_empty() && !is_marked => {
            return Err(Refusal::Field("ничего не изменено: укажите новое место, папку или примечание").into());
        }
        () => Entry::Clarified,
    };
    // A folder is not a place: the ledger names it beside the place.
    let folder = if is_new_folder { format!("папка на сервере: {path}") } else { String::new() };
    let parts = [note.trim(), folder.as_str()].into_iter().filter(|part| !part.is_empty());
    let note = parts.collect::<Vec<_>>().join("; ");
    line(house, id, what, place, path, &note, act).await?;
    Ok(what)
}

/// Takes a carrier off the books; the note names the act of its destruction.
pub async fn write_off(house: &House, id: &str, note: &str, act: &Act) -> Result<(), Error> {
    if note.trim().is_empty() {
        return Err(Refusal::Field("укажите акт: «акт от 12.11.2026 № 3, физически уничтожен»").into());
    }
    let carriers = house.db.list_carriers().await?;
    let carrier = standing(&carriers, id)?;
    let trips = house.db.list_trips().await?;
    if let Some(trip) = trips.iter().find(|trip| trip.carrier == id && trip.is_out()) {
        return Err(Refusal::Out { carrier: id.to_owned(), trip: trip.no }.into());
    }
    line(house, id, Entry::WrittenOff, carrier.place.clone(), String::new(), note, act).await
}

fn standing<'c>(carriers: &'c [Carrier], id: &str) -> Result<&'c Carrier, Refusal> {
    match carriers.iter().find(|carrier| carrier.id == id) {
        None => Err(Refusal::Unknown(id.to_owned())),
        Some(carrier) if carrier.written_off => Err(Refusal::WrittenOff(id.to_owned())),
        Some(carrier) => Ok(carrier),
    }
}

async fn line(
    house: &House,
    id: &str,
    what: Entry,
    place: String,
    path: String,
    note: &str,
    act: &Act,
) -> Result<(), Error> {
    let line = LedgerLine {
        carrier: id.to_owned(),
        what,
        place,
        path,
        note: note.trim().to_owned(),
        at: act.moment(),
        by: act.by.clone(),
    };
    let mut tx = house.db.begin().await?;
    tx.record_ledger_line(&line).await?;
    tx.record(&changed(act, "carrier", id, what.as_str()), salt()?).await?.commit().await?;
    Ok(())
}

/// The office under which a person has to do with carriers: a technical specialist who also teaches signs as technical specialist.
pub fn office_of(visitor: &Visitor) -> Option<&Office> {
    visitor.office_for(Action::SignCustody, &Subject::House).or(visitor.offices.first())
}

/// Makes a code and hands it back, the only time that anybody sees it. Copies made from now on open with it; earlier ones with theirs.
pub async fn make_code(house: &House, act: &Act) -> Result<(CodeRow, String), Error> {
    make_code_of_work(house, stream::WORK, act).await
}

/// As [`make_code`], sealed by scrypt of 2^`work`: for houses whose code guards nothing, as those of tests, that open many copies.
pub async fn make_code_of_work(house: &House, work: u8, act: &Act) -> Result<(CodeRow, String), Error> {
    if !house.db.list_undertakings().await?.iter().any(|(person, _)| *person == act.by) {
        return Err(Refusal::NoUndertaking.into());
    }
    let text = code::compose(&crate::sign::random()?);
    let own = text.clone();
    let (recipient, sealed) = blocking(move || stream::new_key(&own, work)).await??;
    let mut tx = house.db.begin().await?;
    let no = house.db.list_codes().await?.last().map_or(1, |last| last.no + 1);
    let row = CodeRow { no, recipient, sealed_key: STANDARD.encode(sealed), at: act.moment(), by: act.by.clone() };
    tx.record_code(&row).await?;
    let event = Event::new(EventKind::CarrierCodeMade, &act.by, &act.moment())
        .with_number("code", no)
        .with("recipient", &row.recipient);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok((row, text))
}

/// Does work that blocks a thread, on a thread that may be blocked.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Interrupted(error.to_string()))
}

fn custody(act: &Act, trip: &Trip, step: &str) -> Event {
    Event::new(EventKind::CustodySigned, &act.by, &act.moment())
        .with_number("trip", trip.no)
        .with("carrier", &trip.carrier)
        .with("step", step)
}

/// Signs a step of the custody log, in the session of who signs.
pub async fn sign_step(
    house: &House,
    no: u64,
    step: Step,
    note: &str,
    visitor: &Visitor,
    act: &Act,
) -> Result<Trip, Error> {
    let mut tx = house.db.begin().await?;
    let trips = house.db.list_trips().await?;
    // A request that was dropped keeps the key out until the director has it again.
    let holds_key = |one: &&Trip| {
        one.dropped.is_some() && one.signed(Step::KeyGiven).is_some() && one.signed(Step::KeyBack).is_none()
    };
    if let Some(one) = trips.iter().find(holds_key).filter(|one| step == Step::KeyGiven && one.no != no) {
        return Err(Refusal::KeyOut(one.no).into());
    }
    let mut trip =
        trips.into_iter().find(|trip| trip.no == no).ok_or_else(|| Refusal::Unknown(format!("запись № {no}")))?;
    let roles: Vec<_> = visitor.offices.iter().map(|office| office.role).collect();
    trip.may_sign(step, &act.by, &roles)?;
    // Who brings it back in another's place has the data in the own hands too.
    if step == Step::Returned
        && act.by != trip.taker
        && !house.db.list_undertakings().await?.iter().any(|(person, _)| *person == act.by)
    {
        return Err(Refusal::NoUndertaking.into());
    }
    if step == Step::Certified {
        overview(house, act.at.date_naive()).await?.vouch(&trip)?;
    }
    let office = match carrier::signer_of(step) {
        Some(role) => visitor.offices.iter().find(|office| office.role == role),
        None => office_of(visitor),
    };
    let signed = Signed {
        step,
        person: act.by.clone(),
        office: office.map(|office| office.as_russian()).unwrap_or_default(),
        note: note.trim().to_owned(),
        at: act.moment(),
    };
    tx.record_custody_step(trip.no, &signed).await?;
    let event = custody(act, &trip, step.as_str());
    tx.record(&event, salt()?).await?.commit().await?;
    trip.steps.push(signed);
    Ok(trip)
}

/// Codes that were typed for a piece of long work, in memory alone and taken once: a process that ends forgets them.
#[derive(Default)]
pub struct Codes(Mutex<HashMap<String, String>>);

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes")
    }
}

impl Codes {
    /// Keeps a code; hands back the ticket for it.
    pub fn keep(&self, code: String) -> Result<String, Error> {
        let ticket = hex(&salt()?);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket.clone(), code);
        Ok(ticket)
    }

    /// Takes a code out.
    pub fn take(&self, ticket: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket)
    }
}
