//! What stands on the books, what is due, what was written and checked; and the forms that change the books. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::sent::Sent;
use super::spoiled::{self, SpoiledLine};
use super::{Fields, compared, warned};
use crate::domain::carrier::plan::{Duty, Plan};
use crate::domain::carrier::{Carrier, Cause, Holder, Kind, Purpose, Trip, overdue};
use crate::domain::forms::People;
use crate::domain::forms::carriers::KEEPER;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::words::{self, date_short};
use crate::flow;
use crate::flow::carriers::{self, Outside, Overview, Presence, Spoiled, Wanted};
use crate::flow::jobs::{self, Work};
use crate::store::{BackupRow, CheckRow};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/carriers", Access::Does(Action::ReadCarriers), SubjectOf::House, show)
            .in_menu(Group::Records, "Носители и копии")
            .helped("administrator#носители-и-резервные-копии"),
        post("/carriers", Access::Does(Action::KeepCarriers), SubjectOf::House, change),
        post("/carriers/run", Access::Does(Action::RunBackups), SubjectOf::House, run),
    ]
}

struct CarrierLine {
    id: String,
    what: String,
    place: String,
    purpose: &'static str,
    /// Kind of the badge and its words.
    now: (&'static str, &'static str),
    written: String,
    out: String,
    /// Can it be compared now?
    there: bool,
    /// Copies on it, the newest first: name and words.
    copies: Vec<(String, String)>,
    /// Kind of the badge and words of its last comparison, or that the newest copy has none; empty before the first.
    checked: (&'static str, String),
}

struct DutyLine {
    what: &'static str,
    every: String,
    clause: String,
    last: String,
    due: String,
    late: String,
    /// Why it is not done though a copy stands or the day has come.
    notes: Vec<String>,
}

struct RuleLine {
    what: &'static str,
    asked: u32,
    stands: u32,
    clause: String,
    holds: bool,
}

struct BackupLine {
    id: String,
    at: String,
    cause: &'static str,
    /// For which lines of the plan it does not count, and why; empty where nothing is to be said.
    uncounted: String,
    size: String,
    carriers: String,
    /// Kind of a badge and words for each carrier on which it was found changed.
    spoiled: Vec<(&'static str, String)>,
    /// It was written on a carrier that was out of the safe: one sentence a carrier.
    outside: Vec<String>,
    code: u64,
    act: String,
}

struct CheckLine {
    no: u64,
    at: String,
    what: &'static str,
    carrier: String,
    backup: String,
    valid: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "carriers/overview.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    faults: Vec<String>,
    late: Vec<String>,
    /// Carriers that a copy of the schedule waits for.
    awaited: Vec<String>,
    /// The newest copy stands on too few carriers: on which, and what to do; empty for no such thing.
    alone: String,
    /// Copies that were found changed, and the next step of each.
    spoiled: Vec<SpoiledLine>,
    /// Carriers with data of the school that lie open, each with what to do.
    open_data: Vec<String>,
    rules: Vec<RuleLine>,
    duties: Vec<DutyLine>,
    carriers: Vec<CarrierLine>,
    backups: Vec<BackupLine>,
    checks: Vec<CheckLine>,
    places: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    holders: Vec<(&'static str, &'static str)>,
    purposes: Vec<(&'static str, &'static str)>,
    causes: Vec<(&'static str, &'static str)>,
    /// For which lines of the plan a copy written now does not count; empty when it counts for all.
    not_yet: String,
    /// Why the form below was not taken; empty for none.
    refused: String,
    new_place: Sent,
    new_carrier: Sent,
    changed: Sent,
    has_code: bool,
    keeps: bool,
    runs: bool,
    /// Offices that write copies, and those that know the code of access.
    writers: String,
    code_holders: String,
    holds_code: bool,
    /// Offices whose line in an act of writing stays for ink, for nobody holds them.
    unsigned: Vec<String>,
    /// Who appoints.
    appoints: String,
}

/// Backups and checks shown, newest first: a year of weeks.
const SHOWN: usize = 52;

fn moment(rfc3339: &str) -> String {
    if rfc3339.is_empty() { "—".to_owned() } else { words::moment_short(rfc3339) }
}

async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    answer::page(&page(&state, &visitor, frame, String::new(), &Fields::default()).await?)
}

/// The page; `refused`: why the form with these fields was not taken.
async fn page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    refused: String,
    fields: &Fields,
) -> Result<Page, Refusal> {
    let all = super::all(state).await?;
    let today = state.now().date_naive();
    let outside = carriers::outside(&all.trips, &all.backups);
    let people = match outside.is_empty() && !all.trips.iter().any(Trip::is_out) {
        true => People::default(),
        false => People::of(&state.directory().await?.roster),
    };
    let unsigned: Vec<String> = match all.backups.is_empty() {
        true => Vec::new(),
        false => flow::office::forms::missing_signers(&state.house, today).await?.into_iter().map(signer).collect(),
    };
    let spoiled = all.spoiled();
    let line = |carrier: &Carrier| {
        let presence = carriers::presence(&state.house, carrier);
        let trip = all.trips.iter().rev().find(|trip| trip.carrier == carrier.id && trip.is_out());
        let days = trip.map(|trip| trip.overdue(today)).unwrap_or_default();
        let now = match (&trip, presence) {
            _ if carrier.written_off => ("wait", "списан"),
            (Some(_), _) if days > 0 => ("bad", "не возвращён в срок"),
            (Some(_), _) => ("wait", "на руках"),
            (None, Presence::Swapped) => ("bad", "в папке другой носитель"),
            (None, Presence::There) => ("ok", "подключён"),
            (None, Presence::Absent) if carrier.takes_copies() && !carrier.is_written_on() => ("wait", "без папки"),
            (None, Presence::Absent) => ("ok", "в сейфе"),
        };
        let copies = copies_on(&all, &carrier.id);
        CarrierLine {
            id: carrier.id.clone(),
            what: [carrier.kind.as_russian(), &carrier.label, &carrier.serial, &carrier.capacity]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            place: carrier.place_words.clone(),
            purpose: carrier.purpose.as_russian(),
            now,
            written: moment(&carrier.written_at),
            out: trip
                .map(|trip| {
                    let written = outside.iter().rev().find(|one| one.trip == trip.no);
                    let written = written.map(|one| format!("; {}", super::told_outside(one, &people)));
                    let due = date_short(trip.due_on);
                    let before = if compared::only_before(&all, trip) { compared::BEFORE } else { "" };
                    format!("запись № {}, вернуть до {due}{}{before}", trip.no, written.unwrap_or_default())
                })
                .unwrap_or_else(|| idle(carrier).to_owned()),
            there: presence == Presence::There && carrier.takes_copies() && !carrier.written_at.is_empty(),
            checked: spoiled::or(&spoiled, &carrier.id, compared::told(&all.checks, &carrier.id, &copies)),
            copies: compared::named(&carrier.id, &copies),
        }
    };
    let due = all.plan.holds() && !all.codes.is_empty() && all.plan.due(today).next().is_some();
    let mounted = all.carriers.iter().filter(|carrier| due && carrier.is_written_on());
    let absent = mounted.filter_map(|carrier| all.away(&state.house, carrier, &people));
    let awaited = absent.map(|why| words::capitalised(&why)).collect();
    let words = |finding: &crate::domain::finding::Finding| format!("{}: {}", finding.place, finding.message);
    let told = all.plan.duties.iter().map(|one| (one, all.notes(one, &state.house, today, &people)));
    Ok(Page {
        faults: all.plan.causes().iter().map(|cause| words::capitalised(cause)).collect(),
        awaited,
        alone: all.alone(&state.house),
        spoiled: spoiled::lines(&all, &spoiled, &state.house),
        open_data: all.open_data().iter().map(|one| format!("{}: {}", one.carrier, one.said())).collect(),
        late: overdue(&all.trips, today).iter().map(words).collect(),
        rules: all
            .plan
            .rules
            .iter()
            .map(|rule| RuleLine {
                what: rule.what,
                asked: rule.asked,
                stands: rule.stands,
                clause: if rule.clause.is_empty() { "правила молчат; 000 Рег 3.4".to_owned() } else { rule.clause.clone() },
                holds: rule.holds(),
            })
            .collect(),
        duties: told.map(|(one, notes)| duty(one, &all.plan, &notes)).collect(),
        carriers: all.carriers.iter().map(line).collect(),
        backups: {
            let newest = all.backups.iter().rev().take(SHOWN);
            newest.map(|row| backup(row, &all, &spoiled, (&outside, &people))).collect()
        },
        checks: all.checks.iter().rev().take(SHOWN).map(|row| check(row, &all.backups)).collect(),
        places: all
            .places
            .iter()
            .map(|place| {
                let label = if place.label.is_empty() { String::new() } else { format!(", {}", place.label) };
                (place.id.clone(), format!("{}{label}", place.room))
            })
            .collect(),
        kinds: Kind::ALL.iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        holders: Holder::ALL.iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        purposes: Purpose::ALL.iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        causes: Cause::ALL.iter().rev().map(|one| (one.as_str(), one.as_russian())).collect(),
        not_yet: warned::not_yet(&all.plan, today),
        refused,
        new_place: Sent::of(fields, &["place"]),
        new_carrier: Sent::of(fields, &["carrier"]),
        changed: Sent::of(fields, &["move", "write_off"]),
        has_code: !all.codes.is_empty(),
        keeps: visitor.may_anywhere(Action::KeepCarriers),
        runs: visitor.may_anywhere(Action::RunBackups),
        writers: visitor.rules.who(Action::RunBackups),
        holds_code: visitor.may_anywhere(Action::HoldCode),
        code_holders: visitor.rules.who(Action::HoldCode),
        unsigned,
        appoints: visitor.rules.who(Action::Appoint),
        frame: frame.titled("Носители и резервные копии").leading(
            "Копия пишется на два носителя в разных помещениях; носитель выходит из сейфа и возвращается только с двумя подписями.",
        ),
    })
}

/// An office as the act of writing names it, and as the page of staff does where the two differ.
fn signer(role: Role) -> String {
    match role {
        Role::JournalKeeper => format!("{KEEPER} (на странице «Сотрудники» — {})", role.as_russian()),
        role => role.as_russian().to_owned(),
    }
}

/// What is said of a carrier on which nothing is ever written; empty for any other.
fn idle(carrier: &Carrier) -> &'static str {
    match carrier.takes_copies() && !carrier.is_written_on() {
        true => "копии на него не пишутся, и в счёт по правилам он не идёт",
        false => "",
    }
}

fn duty(duty: &Duty, plan: &Plan, notes: &[String]) -> DutyLine {
    DutyLine {
        what: duty.what,
        every: duty.every.clone(),
        clause: if duty.clause.is_empty() { "правила молчат".to_owned() } else { duty.clause.clone() },
        last: match duty.last_words() {
            words if words.is_empty() => "—".to_owned(),
            words => words,
        },
        due: plan.due_words(duty),
        late: if duty.late == 0 { String::new() } else { words::count(duty.late, "день", "дня", "дней") },
        notes: notes.iter().map(|note| words::capitalised(note)).collect(),
    }
}

/// Copies that stand on a carrier, the newest first.
fn copies_on<'a>(all: &'a Overview, carrier: &str) -> Vec<&'a BackupRow> {
    all.backups.iter().rev().filter(|row| all.stands(row, carrier)).collect()
}

fn backup(
    row: &BackupRow,
    all: &Overview,
    spoiled: &[Spoiled<'_>],
    (outside, people): (&[Outside], &People),
) -> BackupLine {
    let stands = |carrier: &String| match all.stands(row, carrier) {
        true => carrier.clone(),
        false => format!("{carrier} (стёрта)"),
    };
    BackupLine {
        id: row.id.clone(),
        at: moment(&row.at),
        cause: row.cause.as_russian(),
        uncounted: warned::uncounted(&all.plan, &row.at),
        size: words::size(row.bytes),
        carriers: row.carriers.iter().map(stands).collect::<Vec<_>>().join(", "),
        spoiled: spoiled::marks(spoiled, &row.id),
        outside: outside
            .iter()
            .filter(|one| one.copy == row.id)
            .map(|one| format!("{}: {}", one.carrier, one.said(&people.get(&one.taker).short)))
            .collect(),
        code: row.code_no,
        act: format!("/carriers/papers/act?copy={}", segment(&row.id)),
    }
}

/// A check as the page shows it: the copy by the moment of its writing, for its folder has a name of the program.
fn check(row: &CheckRow, backups: &[BackupRow]) -> CheckLine {
    let copy = backups.iter().find(|copy| copy.id == row.backup);
    CheckLine {
        no: row.no,
        at: moment(&row.at),
        what: if row.what == carriers::REHEARSAL {
            "пробное восстановление"
        } else {
            "сверка"
        },
        carrier: row.carrier.clone(),
        backup: copy.map_or_else(|| row.backup.clone(), |copy| format!("от {}", words::moment_short(&copy.at))),
        valid: row.verdict == carriers::VALID,
        href: format!("/carriers/papers/certificate?no={}", row.no),
    }
}

/// The folder of a form as it was written. The server has no letters of disks: whoever writes one has the own computer in mind.
fn folder(fields: &Fields) -> Result<&str, Refusal> {
    let path = fields.value("path");
    let mut letters = path.chars();
    let has_letter = letters.next().is_some_and(|first| first.is_ascii_alphabetic()) && letters.next() == Some(':');
    if has_letter || path.contains('\\') {
        return Err(Refusal::Rule(format!(
            "Указана папка Windows: «{path}». Ожидается папка на сервере, в которую смонтирован диск: она начинается с «/», \
             например /mnt/arhiv-1. Её называет технический специалист"
        )));
    }
    Ok(path)
}

/// A form that a rule refuses comes back on its own page, unfolded and filled; a program is told in its own way.
async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Refusal> {
    match changed(&state, &visitor, &fields).await {
        Err(Refusal::Rule(why)) if !answer::wants_json(&headers) => {
            answer::page_again(&page(&state, &visitor, frame, why, &fields).await?)
        }
        done => done,
    }
}

async fn changed(state: &WebState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let house = &state.house;
    let said = match fields.value("act") {
        "place" => {
            let holder = Holder::parse(fields.value("holder")).ok_or(Refusal::NotFound)?;
            let id = carriers::add_place(house, fields.value("room"), holder, fields.value("label"), &act).await;
            format!("Место хранения {} поставлено на учёт.", id.map_err(super::told)?)
        }
        "carrier" => {
            let wanted = Wanted {
                kind: Kind::parse(fields.value("kind")).ok_or(Refusal::NotFound)?,
                label: fields.value("label").to_owned(),
                serial: fields.value("serial").to_owned(),
                capacity: fields.value("capacity").to_owned(),
                purpose: Purpose::parse(fields.value("purpose")).ok_or(Refusal::NotFound)?,
                place: fields.value("place").to_owned(),
                path: folder(fields)?.to_owned(),
            };
            let id = carriers::add_carrier(house, &wanted, &act).await.map_err(super::told)?;
            match wanted.kind != Kind::Key && wanted.path.trim().is_empty() {
                true => format!(
                    "Носитель {id} поставлен на учёт без папки: копии на него не пишутся, и в счёт носителей по правилам он не идёт. \
                     Папку указывают в «Место, папка или списание»."
                ),
                false => format!("Носитель {id} поставлен на учёт."),
            }
        }
        "move" => {
            let id = fields.value("carrier");
            let moved =
                carriers::move_carrier(house, id, fields.value("place"), folder(fields)?, fields.value("note"), &act);
            let what = moved.await.map_err(super::told)?;
            format!("Записано: носитель {id} — {}.", what.as_russian())
        }
        "write_off" => {
            let id = fields.value("carrier");
            carriers::write_off(house, id, fields.value("note"), &act).await.map_err(super::told)?;
            format!("Носитель {id} списан.")
        }
        _ => return Err(Refusal::NotFound),
    };
    Ok(answer::done("/carriers", &said))
}

async fn run(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let work = match fields.value("act") {
        "backup" => {
            let cause = Cause::parse(fields.value("cause")).unwrap_or(Cause::Demand);
            let all = super::all(&state).await?;
            if all.codes.is_empty() {
                return Err(Refusal::Rule(words::capitalised(&crate::domain::carrier::Refusal::NoCode.to_string())));
            }
            Work::Backup { carriers: Vec::new(), cause: cause.as_str().to_owned() }
        }
        "compare" => Work::CompareCarrier {
            carrier: fields.value("carrier").to_owned(),
            backup: fields.value("backup").to_owned(),
        },
        _ => return Err(Refusal::NotFound),
    };
    let queued = jobs::queue(&state.house, &work, &state.act(&visitor.account)).await?;
    state.ops.wake.notify_one();
    Ok(answer::redirect(&format!("/jobs/{}", segment(&queued.id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_windows_is_refused_in_words_and_one_of_the_server_is_taken() {
        let of = |path: &str| {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
            match folder(&Fields::of(&body)) {
                Ok(path) => Ok(path.to_owned()),
                Err(Refusal::Rule(said)) => Err(said),
                Err(_) => Err(String::new()),
            }
        };
        for path in ["E:\\", "e:", "D:/backup", "\\\\server\\disk"] {
            let said = of(path).expect_err("no folder of the server");
            assert!(said.contains(&format!("«{path}»")) && said.contains("/mnt/arhiv-1"), "{said}");
        }
        for path in ["", "/mnt/arhiv-1", "/media/disk:1"] {
            assert_eq!(of(path), Ok(path.to_owned()));
        }
    }
}
