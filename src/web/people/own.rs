//! The own account: offices, password, second factor, sessions, orders to be read. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::{Caller, Fields, token, with_session};
use crate::domain::finding::Finding;
use crate::domain::people::{Appointment, Visitor};
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::compromise::{self, Report};
use crate::flow::people;
use crate::flow::signin::token_digest;
use crate::store::SessionRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::fields::MOMENT;
use crate::web::frame::Frame;
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const OWN: Access = Access::Does(Action::UseOwnAccount);
    vec![
        get("/me", OWN, SubjectOf::House, me).in_menu(Group::Own, "Мой вход").helped("people.ru#мой-вход"),
        post("/me/password", OWN, SubjectOf::House, change_password),
        post("/me/sessions/end", OWN, SubjectOf::House, end_others),
        post("/me/sessions/{session}/end", OWN, SubjectOf::House, end_session),
        post("/me/orders", OWN, SubjectOf::House, acquaint),
        post("/me/stolen", OWN, SubjectOf::House, stolen),
    ]
}

struct SessionLine {
    name: String,
    began: String,
    seen: String,
    place: String,
    state: &'static str,
    open: bool,
    this: bool,
}

struct OrderLine {
    no: String,
    date: String,
    shown: String,
    /// Its sheet; empty while the year's list does not have the order.
    href: String,
    about: String,
    read: String,
}

struct OfficeLine {
    office: String,
    order: String,
}

#[derive(Template)]
#[template(path = "people/me.html", config = "src/web/askama.toml")]
struct MePage {
    frame: Frame,
    login: String,
    password: String,
    factor: String,
    factor_on: bool,
    recovery: u64,
    offices: Vec<OfficeLine>,
    orders: Vec<OrderLine>,
    sessions: Vec<SessionLine>,
    links: usize,
    learners: Vec<(String, String)>,
    now: String,
    /// How soon stolen credentials are reported, with the clause.
    term: String,
}

/// «02.10.2025, 14:05» of Unix seconds, in the school's zone.
pub(super) fn moment(state: &WebState, seconds: i64) -> String {
    let zone = state.house.config.zone();
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map(|moment| words::moment_short(&moment.with_timezone(&zone).to_rfc3339()))
        .unwrap_or_default()
}

/// A browser in two words, out of what it calls itself.
fn browser(agent: &str) -> &'static str {
    const NAMES: [(&str, &str); 6] = [
        ("YaBrowser", "Яндекс Браузер"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari", "Safari"),
    ];
    NAMES.iter().find(|(mark, _)| agent.contains(mark)).map_or("другая программа", |(_, name)| *name)
}

/// Is it a session that only went on? A step of signing in (the second factor, the own password) opens it anew in the same browser, at the very
/// moment when it ends the old one.
fn is_step(row: &SessionRow, all: &[SessionRow]) -> bool {
    let goes_on = |next: &SessionRow| {
        next.token != row.token && next.began == row.ended && next.agent == row.agent && next.address == row.address
    };
    match row.end_reason.as_str() {
        "rotated" => true,
        "password_changed" => all.iter().any(goes_on),
        _ => false,
    }
}

/// What an order is about; of several offices the person's own ones are named beside: «О назначении: администратор, секретарь. Вы — секретарь».
fn about(sheet: &people::Sheet, appointed: &[Appointment]) -> String {
    let title = &sheet.order.title;
    let of =
        appointed.iter().filter(|one| one.order_no == sheet.order.number && one.order_date == Some(sheet.order.date));
    let mut own: Vec<String> = of.map(|one| one.role.words(one.acting)).collect();
    own.dedup();
    match own.is_empty() || title.ends_with(&format!(": {}", own.join(", "))) {
        true => title.clone(),
        false => format!("{}. Вы — {}", title.trim_end_matches('.'), own.join(", ")),
    }
}

async fn me(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Refusal> {
    let db = &state.house.db;
    let account = db.find_account(&visitor.account).await?.ok_or(Refusal::NotFound)?;
    let now = state.now().timestamp();
    let this = token_digest(&token(&headers));
    let idle = state.house.sign_in.terms.idle.as_secs() as i64;
    let mut rows = db.list_sessions(&visitor.account).await?;
    let steps: BTreeSet<String> = rows.iter().filter(|row| is_step(row, &rows)).map(|row| row.token.clone()).collect();
    rows.retain(|row| !steps.contains(&row.token));
    let sessions = rows.into_iter().take(30).map(|row| {
        let over = row.ended != 0 || now >= row.expires || now >= row.seen + idle;
        SessionLine {
            this: row.token == this,
            began: moment(&state, row.began),
            seen: moment(&state, row.seen),
            place: format!(
                "{}, {}",
                browser(&row.agent),
                if row.address.is_empty() { "адрес неизвестен" } else { &row.address }
            ),
            state: if over { "завершён" } else { "открыт" },
            open: !over,
            name: row.token,
        }
    });
    let mut orders = Vec::new();
    let appointed = db.list_appointments_of(&visitor.account).await?;
    for sheet in people::sheets(&state.house).await? {
        let Some(line) = sheet.lines.iter().find(|line| line.person == visitor.account) else { continue };
        orders.push(OrderLine {
            href: super::orders::sheet_address(&sheet),
            shown: format!("№ {} от {}", sheet.order.number, words::date_short(sheet.order.date)),
            about: about(&sheet, &appointed),
            read: line.seen_on.map(words::date_short).unwrap_or_default(),
            date: sheet.order.date.to_string(),
            no: sheet.order.number,
        });
    }
    let learners = visitor.reach(Action::ReadAccessLog).learners;
    let mut named = Vec::new();
    for learner in learners {
        let name = db.find_person(&learner).await?.map(|one| one.short()).unwrap_or_default();
        named.push((learner, name));
    }
    answer::page(&MePage {
        frame: frame.titled("Мой вход").leading(visitor.name.clone()),
        login: account.login.clone(),
        password: words::moment_words(&account.password_at),
        factor: words::moment_words(&account.factor_on),
        factor_on: account.has_factor(),
        recovery: db.count_recovery_codes(&visitor.account).await?,
        offices: visitor
            .offices
            .iter()
            .map(|office| OfficeLine { office: office.as_russian(), order: office.order.clone() })
            .collect(),
        orders,
        sessions: sessions.collect(),
        links: db.list_links(&visitor.account).await?.len(),
        learners: named,
        now: state.now().format(MOMENT).to_string(),
        term: words::with_clauses(&compromise::term(state.directory().await?.policy(state.now().date_naive()))),
    })
}

async fn change_password(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (new, repeated) = (fields.secret("new"), fields.secret("repeated"));
    if new != repeated {
        return Err(Refusal::Rule("Новый пароль набран по-разному: повторите его точно".to_owned()));
    }
    let house = &state.house;
    let entered = house
        .sign_in
        .change_password(house, &token(&headers), fields.secret("old"), new, &caller.origin, state.now())
        .await?;
    let response = answer::done("/me", "Пароль сменён. Остальные сеансы завершены.");
    Ok(with_session(response, &entered.token, caller.secure))
}

async fn end_others(State(state): State<WebState>, visitor: Visitor, headers: HeaderMap) -> Result<Response, Refusal> {
    let spared = token_digest(&token(&headers));
    let house = &state.house;
    let ended = house.sign_in.end_all(house, &visitor.account, &spared, &state.act(&visitor.account)).await?;
    let noun = words::plural(ended, "сеанс", "сеанса", "сеансов");
    Ok(answer::done("/me", &format!("Завершено: {ended} {noun}. Этот сеанс остался открыт.")))
}

async fn end_session(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(session): Path<String>,
) -> Result<Response, Refusal> {
    let house = &state.house;
    let ended = house.sign_in.end_session(house, &visitor.account, &session, &state.act(&visitor.account)).await?;
    Ok(answer::done("/me", if ended { "Сеанс завершён." } else { "Этот сеанс уже завершён." }))
}

async fn acquaint(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    people::acquaint(&state.house, fields.value("no"), fields.value("date"), &act).await?;
    Ok(answer::done("/me", "Отмечено: с приказом ознакомлены."))
}

/// `POST /me/stolen`: the owner says that somebody else knows the password. The account is shut at once; what was done under it from the moment
/// named is void until the school decides (SEC-03; 003 Зам 21, Кл 11, Уч 16).
async fn stolen(
    State(state): State<WebState>,
    visitor: Visitor,
    caller: Caller,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let Some(since) = fields.moment("since", act.at.timezone()) else {
        let finding = Finding::new("compromise.moment", "С какого момента", "нужны день и время");
        return Err(Refusal::BadInput(vec![finding.expected_found("2025-10-27T14:00", fields.value("since"))]));
    };
    let report = Report {
        account: visitor.account.clone(),
        since,
        // Without a word on it: just now.
        learnt_at: fields.moment("learnt", act.at.timezone()).unwrap_or(act.at),
        reason: fields.value("reason").to_owned(),
    };
    let noted = compromise::note(&state.house, &report, &act).await?;
    let of_family = visitor.offices.iter().all(|office| matches!(office.role, Role::Learner | Role::Parent));
    let whom =
        if of_family { "у классного руководителя" } else { "у администратора" };
    let said = format!(
        "Вход закрыт, уведомление № {} у директора и администратора. Сделанное под вашим именем с {} недействительно, пока о нём не решат. \
         Новый пароль получите {whom}.",
        noted.no,
        words::moment_words(&report.since.to_rfc3339()),
    );
    Ok(with_session(answer::done("/signin", &said), "", caller.secure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_signing_in_is_no_session_of_its_own_and_another_browsers_is() {
        let row = |token: &str, began: i64, ended: i64, reason: &str, agent: &str| SessionRow {
            token: token.to_owned(),
            person: "T05".to_owned(),
            began,
            seen: began,
            expires: began + 100,
            ended,
            end_reason: reason.to_owned(),
            factor: false,
            how: "password".to_owned(),
            address: "192.0.2.1".to_owned(),
            agent: agent.to_owned(),
        };
        let rows = [
            row("a", 10, 20, "password_changed", "Firefox"),
            row("b", 20, 30, "rotated", "Firefox"),
            row("c", 30, 0, "", "Firefox"),
            row("d", 5, 20, "password_changed", "Chrome"),
            row("e", 1, 4, "signed_out", "Firefox"),
        ];
        let shown: Vec<&str> = rows.iter().filter(|row| !is_step(row, &rows)).map(|row| row.token.as_str()).collect();
        assert_eq!(shown, ["c", "d", "e"]);
    }
}
