//! Orders and statutes, each with its sheet of acquaintance (лист ознакомления). Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::form::{self, Field};
use super::shelf::{self, Sent, Step};
use super::{Fields, readiness};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::layout::{Is, ORDER_KINDS, ORDERS, WAYS};
use crate::domain::setup::{Acquaintance, Setup};
use crate::domain::words;
use crate::flow::people::Sheet;
use crate::flow::setup::{self, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/orders", Access::Does(Action::ReadSetup), SubjectOf::House, list)
            .in_menu(Group::Year, "Приказы")
            .helped("year#приказы-и-ознакомление"),
        post("/year/orders", Access::Does(Action::ChangeSetup), SubjectOf::House, change),
        get("/year/orders/sheet", Access::Does(Action::ReadSetup), SubjectOf::House, sheet)
            .helped("year#приказы-и-ознакомление"),
        post("/year/orders/sheet", Access::Does(Action::ChangeSetup), SubjectOf::House, change_sheet),
        post("/year/orders/seen", Access::SignedIn, SubjectOf::House, seen),
    ]
}

struct Order {
    href: String,
    kind: String,
    number: String,
    date: String,
    title: String,
    seen: usize,
    asked: usize,
}

#[derive(Template)]
#[template(path = "school/orders.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    year: String,
    orders: Vec<Order>,
    may: bool,
    adding: bool,
    fields: Vec<Field>,
    sent: Sent,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    list_page(&state, &visitor, frame, &asked, Sent::default()).await
}

async fn list_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    sent: Sent,
) -> Result<Response, Refusal> {
    let opened = super::open(state, asked.value("year")).await?;
    let setup = &opened.year.setup;
    let may = visitor.may_anywhere(Action::ChangeSetup);
    let mut orders: Vec<&crate::domain::setup::Order> = setup.orders.iter().collect();
    orders.sort_by(|a, b| (b.date, &b.number).cmp(&(a.date, &a.number)));
    let sheets = crate::flow::people::sheets(&state.house).await?;
    let order = |order: &crate::domain::setup::Order| {
        let lines = lines_of(&sheets, &opened.year.year, setup, order);
        Order {
            href: format!(
                "/year/orders/sheet?year={}&order={}",
                query::segment(&opened.year.year),
                query::segment(&order.id)
            ),
            kind: opened.year.known.show(Is::Choice(ORDER_KINDS), &order.kind),
            number: order.number.clone(),
            date: words::date_short(order.date),
            title: title_of(&sheets, &opened.year.year, order),
            seen: lines.iter().filter(|line| line.seen_on.is_some()).count(),
            asked: lines.len(),
        }
    };
    answer::page(&ListPage {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(asked, y), *y == opened.year.year)).collect(),
        year: opened.year.year.clone(),
        orders: orders.into_iter().map(order).collect(),
        may,
        adding: may && (!asked.value("add").is_empty() || sent.fields.is_some()),
        fields: form::fields(&ORDERS, &opened.year.known, None, sent.fields.as_ref(), &[], false),
        sent,
        frame: frame
            .titled("Приказы и локальные акты")
            .leading("Документы, которыми назначены ответственные, и листы ознакомления с ними.")
            .under("Учебный год", "/year/ready"),
    })
}

/// The title of an order; that of appointments names every office.
fn title_of(sheets: &[Sheet], year: &str, order: &crate::domain::setup::Order) -> String {
    let sheet = sheets.iter().find(|sheet| sheet.year == year && sheet.order.id == order.id);
    sheet.map_or_else(|| order.title.clone(), |sheet| sheet.order.title.clone())
}

/// Who is on an order's sheet; the sheet of an appointment knows also what earlier versions put on record apart.
fn lines_of(sheets: &[Sheet], year: &str, setup: &Setup, order: &crate::domain::setup::Order) -> Vec<Acquaintance> {
    match sheets.iter().find(|sheet| sheet.year == year && sheet.order.id == order.id) {
        Some(sheet) => sheet.lines.clone(),
        None => setup.acquaintances.iter().filter(|line| line.order == order.id).cloned().collect(),
    }
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    fields: Fields,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, fields.value("year")).await?;
    match shelf::act(&state, &visitor, &opened, Action::ChangeSetup, &ORDERS, &fields, &BTreeMap::new()).await? {
        Step::Said(said) => Ok(answer::done("/year/orders", &said)),
        Step::Outcome(Outcome::Refused(findings)) => {
            let findings = super::sorted(findings).iter().map(readiness::plain).collect();
            list_page(&state, &visitor, frame, &asked, Sent { fields: Some(fields), findings, ..Sent::default() }).await
        }
        Step::Outcome(Outcome::Done(_)) if fields.value("act") == "put" => {
            let said = "Документ сохранён. Откройте его в списке, чтобы собрать лист ознакомления.";
            Ok(answer::done("/year/orders", said))
        }
        Step::Outcome(outcome) => Ok(answer::done("/year/orders", &super::said(&outcome))),
    }
}

struct Signer {
    id: String,
    name: String,
    position: String,
    day: String,
    way: String,
}

#[derive(Template)]
#[template(path = "school/sheet.html", config = "src/web/askama.toml")]
struct SheetPage {
    frame: Frame,
    year: String,
    order: String,
    document: String,
    body: String,
    signers: Vec<Signer>,
    others: Vec<(String, String)>,
    may: bool,
    /// The visitor is on the sheet and has not signed.
    mine: bool,
    /// Address of the sheet as PDF; empty for whoever may not print forms of the office.
    pdf: String,
    seen: usize,
}

async fn sheet(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let order = setup.orders.iter().find(|order| order.id == asked.value("order")).ok_or(Refusal::NotFound)?;
    let sheets = crate::flow::people::sheets(&state.house).await?;
    let lines = lines_of(&sheets, &opened.year.year, setup, order);
    let title = title_of(&sheets, &opened.year.year, order);
    let signer = |line: &Acquaintance| {
        let person = journal.staff_member(&line.person);
        Signer {
            id: line.person.clone(),
            name: person
                .map_or_else(|| line.person.clone(), |p| names::short_name(&p.surname, &p.given_name, &p.patronymic)),
            position: person.map(|p| p.position.clone()).unwrap_or_default(),
            day: line.seen_on.map(words::date_short).unwrap_or_default(),
            way: if line.seen_on.is_some() {
                opened.year.known.show(Is::Choice(WAYS), &line.way)
            } else {
                String::new()
            },
        }
    };
    let mut signers: Vec<Signer> = lines.iter().map(signer).collect();
    signers.sort_by_cached_key(|signer| names::sort_key(&signer.name, "", ""));
    let on_sheet = |id: &String| lines.iter().any(|line| line.person == *id);
    let kind = opened.year.known.show(Is::Choice(ORDER_KINDS), &order.kind);
    answer::page(&SheetPage {
        year: opened.year.year.clone(),
        document: format!("{} № {} от {} «{}»", kind, order.number, words::date_words(order.date), title),
        body: order.body.clone(),
        seen: lines.iter().filter(|line| line.seen_on.is_some()).count(),
        others: opened.year.known.choices(Is::Staff).into_iter().filter(|(id, _)| !on_sheet(id)).collect(),
        mine: lines.iter().any(|line| line.person == visitor.account && line.seen_on.is_none()),
        may: visitor.may_anywhere(Action::ChangeSetup),
        pdf: if visitor.may_anywhere(Action::ReadRegister) {
            let key = format!("{} {}", order.date, order.number);
            format!("/office/forms/acquaintance?order={}&format=pdf", query::segment(&key))
        } else {
            String::new()
        },
        signers,
        order: order.id.clone(),
        frame: frame
            .titled(format!("Лист ознакомления: № {}", order.number))
            .under("Учебный год", "/year/ready")
            .under("Приказы", "/year/orders"),
    })
}

async fn change_sheet(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let (year, order) = (fields.value("year").to_owned(), fields.value("order").to_owned());
    let opened = super::open(&state, &year).await?;
    let act = state.act(&visitor.account);
    let outcome = match fields.value("act") {
        "ask" => {
            let people: Vec<String> = match fields.value("whom") {
                "all" => opened.year.journal.staff.iter().map(|person| person.id.clone()).collect(),
                _ => fields.all("person"),
            };
            setup::ask_to_see(&state.house, &act, &year, &order, &people).await?
        }
        "paper" => setup::acquaint(&state.house, &act, &year, &order, fields.value("person"), "paper").await?,
        _ => return Err(Refusal::NotFound),
    };
    answered(&year, &order, outcome)
}

/// Whoever is on a sheet signs for oneself, whatever the office.
async fn seen(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let (year, order) = (fields.value("year").to_owned(), fields.value("order").to_owned());
    let asked = state.house.db.list_year_rows("acquaintances", &year).await?;
    if !asked.iter().any(|row| row[0] == order && row[1] == visitor.account) {
        return Err(Refusal::Rule("В листе ознакомления этого приказа вас нет".to_owned()));
    }
    let act = state.act(&visitor.account);
    let outcome = setup::acquaint(&state.house, &act, &year, &order, &visitor.account, "here").await?;
    answered(&year, &order, outcome)
}

fn answered(year: &str, order: &str, outcome: Outcome) -> Result<Response, Refusal> {
    let back = format!("/year/orders/sheet?year={}&order={}", query::segment(year), query::segment(order));
    match outcome {
        Outcome::Refused(findings) => Err(Refusal::BadInput(findings)),
        outcome => Ok(answer::done(&back, &super::said(&outcome))),
    }
}
