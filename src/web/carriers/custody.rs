//! The custody log: who asks, who gives the key, who hands over, who takes, who brings back; each signs alone. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::route::{Access, Route, SubjectOf, get, post};
use super::{Fields, compared};
use crate::domain::carrier::{self, Step, Trip};
use crate::domain::forms::{People, carriers as papers};
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::words::{self, date_short};
use crate::flow::carriers::{self, Overview, Presence};
use crate::flow::people;
use crate::store::CheckRow;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/carriers/custody", Access::Does(Action::ReadCarriers), SubjectOf::House, show)
            .helped("administrator#носители-и-резервные-копии"),
        post("/carriers/custody", Access::Does(Action::SignCustody), SubjectOf::House, sign),
    ]
}

struct TripLine {
    no: u64,
    carrier: String,
    purpose: String,
    taker: String,
    asked: String,
    due: String,
    state: String,
    late: String,
    over: bool,
    /// Step, who, when, remark. Who is empty for a signature that is not there; then `when` says whose turn it is, if its turn has come.
    steps: Vec<(&'static str, String, String, String)>,
    /// Word of the step and the button's text: what the visitor may sign now.
    mine: Vec<(&'static str, &'static str)>,
    /// What bars the certificate, for the technical specialist.
    barred: String,
    /// What is still awaited of the copy before the visitor gives the carrier back; empty for nothing.
    awaited: String,
    /// It comes back, or has come back, without a comparison since it was taken: that, and who compares; empty for nothing.
    uncompared: String,
    /// Comparisons that found something: words and the number of the certificate.
    differs: Vec<(String, u64)>,
    /// Data that lie open on the carrier; empty for none.
    open: String,
    /// The request was taken back or declined: nobody takes the carrier by it.
    dropped: bool,
    /// The visitor asked and may take the request back.
    withdraws: bool,
    /// The visitor answers for the safe and may decline the request.
    declines: bool,
    /// The key was given for a request that may still be dropped.
    keyed: bool,
    /// The visitor may start the comparison here: it comes first.
    compares: bool,
    /// Orders about a taker who left.
    orders: Vec<String>,
    /// The visitor may order the return now: the one who has the carrier no longer works here.
    orderable: bool,
    /// Against whom the carrier stands.
    holder: String,
    /// It is out, so that the order names who brings it back.
    out: bool,
    /// Copies written on it when it should have been back, or by the schedule while it was out.
    written: Vec<String>,
}

#[derive(Template)]
#[template(path = "carriers/custody.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    trips: Vec<TripLine>,
    /// Carriers in the safe.
    free: Vec<(String, String)>,
    /// Why the visitor takes none: nobody else stands for the safe; empty for nothing.
    sole: String,
    /// What was found on carriers that were never given out.
    unissued: Vec<String>,
    undertaken: bool,
    /// A signature of the visitor's is awaited, or a carrier is late: its trip stands above everything else.
    owes: bool,
    undertaking: String,
    signs: bool,
    /// No carrier is asked for until a day that is over.
    today: String,
    tomorrow: String,
    /// Who may bring a carrier back by order.
    staff: Vec<(String, String)>,
}

/// Trips shown, newest first; the whole log is a paper.
const SHOWN: usize = 100;

async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let all = super::all(&state).await?;
    let (_, people, _) = super::roster(&state).await?;
    let today = state.now().date_naive();
    let roles: Vec<_> = visitor.offices.iter().map(|office| office.role).collect();
    let (mut left, mut staff) = (Vec::new(), Vec::new());
    if roles.contains(&Role::Director) {
        left = leavers(&state, &all.trips, today).await?;
    }
    if !left.is_empty() {
        staff = bringers(&state, &visitor, today).await?;
    }
    let comparers = visitor.rules.who(Action::RunBackups);
    let connected = |one: &carrier::Carrier| carriers::presence(&state.house, one) == Presence::There;
    let sole = carriers::sole_keeper(&state.house, &visitor, today).await?;
    let line = |trip: &Trip| {
        let late = trip.overdue(today);
        let mut mine = Vec::new();
        let mut barred = String::new();
        for step in trip.next() {
            if trip.may_sign(step, &visitor.account, &roles).is_ok() && visitor.may_anywhere(Action::SignCustody) {
                mine.push((step.as_str(), button(step)));
            }
        }
        if mine.iter().any(|(step, _)| *step == Step::Certified.as_str())
            && let Err(why) = all.vouch(trip)
        {
            barred = words::capitalised(&why.to_string());
            mine.retain(|(step, _)| *step != Step::Certified.as_str());
        }
        let returns = mine.iter().any(|(step, _)| *step == Step::Returned.as_str());
        let awaited = if returns { before_return(&all, trip) } else { "" };
        // Comparing and vouching come before giving back, while the carrier is in hand.
        mine.sort_by_key(|(step, _)| *step == Step::Returned.as_str());
        let signs = visitor.may_anywhere(Action::SignCustody);
        let drops = signs && trip.may_drop(&visitor.account, &roles).is_ok();
        TripLine {
            open: all.lies_open(trip),
            dropped: trip.dropped.is_some(),
            withdraws: drops && trip.taker == visitor.account,
            declines: drops && trip.taker != visitor.account,
            keyed: trip.signed(Step::KeyGiven).is_some(),
            awaited: awaited.to_owned(),
            uncompared: uncompared(&all, trip, &comparers),
            differs: all.differing(trip).into_iter().map(|check| (differs(&all, check), check.no)).collect(),
            compares: !awaited.is_empty()
                && visitor.may_anywhere(Action::RunBackups)
                && all.vouch(trip).is_err()
                && all.carrier(&trip.carrier).is_ok_and(connected),
            no: trip.no,
            carrier: trip.carrier.clone(),
            purpose: trip.purpose.clone(),
            taker: people.get(&trip.taker).short,
            asked: words::moment_words(&trip.at),
            due: date_short(trip.due_on),
            state: trip.stands(),
            late: if late == 0 { String::new() } else { words::count(late, "день", "дня", "дней") },
            over: trip.state() == carrier::TripState::Over,
            steps: steps(trip, &people),
            mine,
            barred,
            orders: ended(trip, &people),
            orderable: left.contains(&trip.no),
            holder: people.get(trip.giver()).short,
            out: trip.is_out(),
            written: carriers::outside(std::slice::from_ref(trip), &all.backups)
                .iter()
                .map(|one| super::told_outside(one, &people))
                .collect(),
        }
    };
    let out = |id: &str| {
        all.trips.iter().any(|trip| {
            trip.carrier == id && !matches!(trip.state(), carrier::TripState::In | carrier::TripState::Over)
        })
    };
    let free = all.carriers.iter().filter(|one| !one.written_off && !out(&one.id));
    let mut shown: Vec<&Trip> = all.trips.iter().rev().take(SHOWN).collect();
    // What is late stands on top, then what is open.
    shown.sort_by_key(|trip| (std::cmp::Reverse(trip.overdue(today)), trip.state() == carrier::TripState::Over));
    let mut trips: Vec<TripLine> = shown.into_iter().map(line).collect();
    trips.sort_by_key(|trip| trip.mine.is_empty());
    let page = Page {
        owes: trips.iter().any(|trip| !trip.mine.is_empty() || !trip.late.is_empty()),
        trips,
        free: free.map(|one| (one.id.clone(), format!("{}: {}", one.id, one.label))).collect(),
        sole: sole.map(|why| words::capitalised(&why.to_string())).unwrap_or_default(),
        unissued: all.found_unissued(|id| all.carrier(id).is_ok_and(connected)),
        undertaken: all.has_undertaken(&visitor.account),
        undertaking: carriers::undertaking_text(&state.house, &visitor, &state.act(&visitor.account).moment()).await?,
        signs: visitor.may_anywhere(Action::SignCustody),
        today: today.to_string(),
        tomorrow: today.succ_opt().unwrap_or(today).to_string(),
        staff,
        frame: frame
            .titled("Журнал пользования")
            .leading("Каждый расписывается под своим входом; без второй подписи носитель не выдан и не возвращён.")
            .under("Носители и копии", "/carriers"),
    };
    answer::page(&page)
}

/// How a line ended otherwise than by its signatures: orders, a request that was dropped.
fn ended(trip: &Trip, people: &People) -> Vec<String> {
    let orders = trip.orders.iter().map(|order| papers::ordered(order, people));
    let dropped = trip.dropped.as_ref().map(|one| words::capitalised(&papers::dropped(one, &trip.taker, people)));
    orders.chain(dropped).collect()
}

/// Open trips whose carrier stands against somebody who no longer works here.
async fn leavers(state: &WebState, trips: &[Trip], today: NaiveDate) -> Result<Vec<u64>, Refusal> {
    let mut left = Vec::new();
    let open = |trip: &&Trip| matches!(trip.state(), carrier::TripState::Asked | carrier::TripState::Out);
    for trip in trips.iter().filter(open) {
        let giver = people::visitor(&state.house, trip.giver(), true, today).await?;
        if !giver.offices.iter().any(|office| carrier::is_staff(office.role)) {
            left.push(trip.no);
        }
    }
    Ok(left)
}

/// Who may bring a carrier back by the director's order: the others who sign the custody log.
async fn bringers(state: &WebState, visitor: &Visitor, today: NaiveDate) -> Result<Vec<(String, String)>, Refusal> {
    let (_, _, roster) = super::roster(state).await?;
    let mut staff = Vec::new();
    for one in roster.staff.iter().filter(|one| one.id != visitor.account) {
        let other = people::visitor(&state.house, &one.id, true, today).await?;
        if other.may_anywhere(Action::SignCustody) {
            staff.push((one.id.clone(), other.name));
        }
    }
    Ok(staff)
}

/// What the order of the regulation wants of the copy before the carrier goes back: a comparison, then the certificate. The return itself is
/// not barred, for a carrier may have been taken for other work or may not be readable; empty where nothing is awaited or nothing stands on it.
fn before_return(all: &Overview, trip: &Trip) -> &'static str {
    if !has_copy(all, trip) || trip.signed(Step::Certified).is_some() {
        return "";
    }
    match all.vouch(trip) {
        Err(carrier::Refusal::NotCompared(_)) if compared::only_before(all, trip) => {
            "После выдачи копия ещё не сверена, прежняя сверка не в счёт: сверяют, пока носитель на руках и подключён к серверу, потом перенос заверяет технический специалист"
        }
        Err(carrier::Refusal::NotCompared(_)) => {
            "Копия ещё не сверена: сверка — пока носитель на руках и подключён к серверу, потом перенос заверяет технический специалист"
        }
        Err(carrier::Refusal::NewestNotCompared { .. }) => {
            "Новую копию ещё не сверяли: сверка — пока носитель на руках и подключён к серверу, потом перенос заверяет технический специалист"
        }
        Err(carrier::Refusal::LiesOpen { .. }) => {
            "На носителе лежат открытые данные школы: удалите их с носителя и сверьте его ещё раз, пока он на руках и подключён к серверу, потом перенос заверяет технический специалист"
        }
        Err(carrier::Refusal::StaysSpoiled(_)) => {
            "На носителе остаётся повреждённая копия: запишите её ещё раз и сверьте, пока носитель на руках и подключён к серверу, потом перенос заверяет технический специалист"
        }
        Err(_) => {
            "Последняя сверка нашла расхождения: запишите и сверьте копию заново, пока носитель на руках и подключён к серверу"
        }
        Ok(()) => "Копия сверена, перенос ещё не заверен: заверяет технический специалист",
    }
}

/// «Копия от 27.10.2025, 18:30 сверена 28.10.2025, 15:20: не сошлась».
fn differs(all: &Overview, check: &CheckRow) -> String {
    let row = all.backups.iter().find(|row| row.id == check.backup);
    let copy = row.map_or_else(|| check.backup.clone(), |row| format!("от {}", words::moment_short(&row.at)));
    let on = words::moment_short(&check.at);
    match (check.verdict.as_str(), check.what.as_str()) {
        (carriers::UNCHECKED, _) => format!("Копия {copy}: проверить {on} не удалось"),
        (_, carriers::REHEARSAL) => format!("Копия {copy}: пробное восстановление {on} не сошлось"),
        _ => format!("Копия {copy} сверена {on}: не сошлась"),
    }
}

/// Does a copy stand on the carrier, so that there is something to compare?
fn has_copy(all: &Overview, trip: &Trip) -> bool {
    all.carrier(&trip.carrier).is_ok_and(|one| one.takes_copies() && !one.written_at.is_empty())
}

/// What whoever accepts a carrier is told of a comparison that was not made since it was taken, or did not pass: the rules take the carrier
/// all the same. Told of its last trip until a comparison is right; it ends before the name of the page where `comparers` compare.
fn uncompared(all: &Overview, trip: &Trip, comparers: &str) -> String {
    let taken = |one: &&Trip| one.carrier == trip.carrier && one.signed(Step::Taken).is_some();
    let is_last = all.trips.iter().rev().find(taken).is_some_and(|one| one.no == trip.no);
    let is_vouched = trip.signed(Step::Certified).is_some();
    if !is_last || is_vouched || trip.signed(Step::Returned).is_none() || !has_copy(all, trip) {
        return String::new();
    }
    let is_in = trip.signed(Step::Accepted).is_some();
    let carrier = &trip.carrier;
    let (found, next) = match all.vouch(trip) {
        Ok(()) => return String::new(),
        Err(carrier::Refusal::LiesOpen { .. }) => (
            format!(
                "Перенос на носитель {carrier} не заверен: на нём лежат открытые данные школы. Принять его в сейф и хранить там можно."
            ),
            "Данные с него удаляет и сверяет его",
        ),
        Err(carrier::Refusal::StaysSpoiled(_)) => (
            format!(
                "Перенос на носитель {carrier} не заверен: на нём остаётся повреждённая копия, полагаться на неё нельзя. Принять его в сейф и хранить там можно."
            ),
            "Копию пишет заново и сверяет",
        ),
        Err(carrier::Refusal::NotCompared(_) | carrier::Refusal::NewestNotCompared { .. }) if is_in => (
            format!(
                "Носитель {carrier} принят без сверки: после выдачи самую новую копию на нём не сверяли с записями «Летописи»."
            ),
            "Сверяет",
        ),
        Err(carrier::Refusal::NotCompared(_) | carrier::Refusal::NewestNotCompared { .. }) => (
            format!(
                "После выдачи самую новую копию на носителе {carrier} не сверяли с записями «Летописи». Принять его в сейф можно."
            ),
            "Сверяет",
        ),
        Err(_) => (
            format!(
                "Последняя сверка носителя {carrier} после выдачи не прошла: на его копию полагаться нельзя. Хранить его в сейфе можно."
            ),
            "Копию пишет заново и сверяет",
        ),
    };
    let first = if is_in {
        "берёт носитель из сейфа, подключает"
    } else {
        "подключает носитель"
    };
    format!("{found} {next} {comparers}: {first} к серверу и нажимает «Сверить» на странице")
}

fn button(step: Step) -> &'static str {
    match step {
        Step::KeyGiven => "Выдать ключ от сейфа",
        Step::Handed => "Выдать носитель",
        Step::Taken => "Расписаться в получении",
        Step::Certified => "Заверить правильность переноса",
        Step::Returned => "Сдать носитель",
        Step::Accepted => "Принять в сейф",
        Step::KeyBack => "Принять ключ обратно",
    }
}

fn steps(trip: &Trip, people: &People) -> Vec<(&'static str, String, String, String)> {
    // Of a dropped request nothing but the key's return is still to come.
    let is_shown = |step: &&Step| match trip.signed(**step) {
        Some(_) => true,
        None if trip.dropped.is_some() => trip.next().contains(*step),
        None => **step != Step::Certified,
    };
    let way = Step::ALL.iter().filter(is_shown);
    way.map(|step| match trip.signed(*step) {
        Some(signed) => {
            let who = format!("{}, {}", people.get(&signed.person).short, signed.office);
            (step.as_russian(), who, words::moment_words(&signed.at), signed.note.clone())
        }
        None if trip.next().contains(step) => {
            (step.as_russian(), String::new(), awaited(trip, *step, people), String::new())
        }
        None => (step.as_russian(), String::new(), String::new(), String::new()),
    })
    .collect()
}

/// Whose turn it is: an office, or the one who has the carrier.
fn awaited(trip: &Trip, step: Step, people: &People) -> String {
    match carrier::signer_of(step) {
        Some(role) => role.as_russian().to_owned(),
        None if step == Step::Returned => people.get(trip.giver()).short,
        None => people.get(&trip.taker).short,
    }
}

async fn sign(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let house = &state.house;
    let said = match fields.value("act") {
        "undertake" => {
            carriers::undertake(house, &visitor, &act).await.map_err(super::told)?;
            "Подписка о неразглашении подписана.".to_owned()
        }
        "ask" => {
            let due = match fields.value("due") {
                "" => None,
                text => Some(text.parse().map_err(|_| Refusal::Rule(format!("Срок возврата «{text}»: нужен день.")))?),
            };
            let no = carriers::ask(house, fields.value("carrier"), fields.value("purpose"), due, &act).await;
            format!("Запись № {}: теперь директор выдаёт ключ, секретарь — носитель.", no.map_err(super::told)?)
        }
        "sign" => {
            let no = fields.value("trip").parse().map_err(|_| Refusal::NotFound)?;
            let step = Step::parse(fields.value("step")).ok_or(Refusal::NotFound)?;
            let trip = carriers::sign_step(house, no, step, fields.value("note"), &visitor, &act).await;
            let trip = trip.map_err(super::told)?;
            let mut said = format!("Запись № {no}: {} — подписано. Сейчас: {}.", step.as_russian(), trip.stands());
            // The signature stands: what else is to be said of the carrier does not undo it.
            if step == Step::Accepted
                && let Ok(all) = super::all(&state).await
            {
                let why = uncompared(&all, &trip, &visitor.rules.who(Action::RunBackups));
                if !why.is_empty() {
                    said = format!("{said} {why} «Носители и копии».");
                }
            }
            said
        }
        "order" => {
            let no = fields.value("trip").parse().map_err(|_| Refusal::NotFound)?;
            let wanted = carriers::WantedReturn {
                person: fields.value("person").to_owned(),
                from: fields.value("from").to_owned(),
                ground: fields.value("ground").to_owned(),
            };
            let trip = carriers::order_return(house, no, &wanted, &visitor, &act).await.map_err(super::told)?;
            let next = match trip.is_out() {
                true => "Теперь названный сотрудник сдаёт носитель, секретарь принимает — каждый под своим входом",
                false => "Носитель из сейфа не выходил, запись закрыта",
            };
            format!("Запись № {no}: приказ внесён. {next}.")
        }
        "drop" => {
            let no = fields.value("trip").parse().map_err(|_| Refusal::NotFound)?;
            let trip = carriers::drop_request(house, no, fields.value("reason"), &visitor, &act).await;
            let trip = trip.map_err(super::told)?;
            let how = if trip.taker == visitor.account { "отозвана" } else { "отклонена" };
            let key = match trip.state() {
                carrier::TripState::In => {
                    " Ключ от сейфа возвращается директору: директор расписывается «Принять ключ обратно»."
                }
                _ => "",
            };
            let carrier = &trip.carrier;
            format!("Запись № {no}: просьба {how}, носитель {carrier} снова свободен.{key}")
        }
        _ => return Err(Refusal::NotFound),
    };
    Ok(answer::done("/carriers/custody", &said))
}
