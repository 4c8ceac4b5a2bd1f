//! Orders by which people were appointed, and the sheet of acquaintance of each (лист ознакомления, EXC-05). Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::people::Appointment;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::{self, Asked};
use crate::web::route::{Access, Group, Route, SubjectOf, get};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadStaff);
    vec![
        get("/appointments", READS, SubjectOf::House, list)
            .in_menu(Group::People, "Приказы")
            .helped("people.ru#приказы"),
        get("/appointments/sheet", READS, SubjectOf::House, sheet).helped("people.ru#приказы"),
    ]
}

struct OrderLine {
    shown: String,
    href: String,
    about: String,
    people: usize,
    read: usize,
}

struct SheetLine {
    no: usize,
    name: String,
    office: String,
    read: String,
}

#[derive(Template)]
#[template(path = "people/orders.html", config = "src/web/askama.toml")]
struct OrdersPage {
    frame: Frame,
    orders: Vec<OrderLine>,
}

#[derive(Template)]
#[template(path = "people/sheet.html", config = "src/web/askama.toml")]
struct SheetPage {
    frame: Frame,
    order: String,
    school: String,
    lines: Vec<SheetLine>,
}

/// Appointments by order, newest order first.
async fn by_order(state: &WebState) -> Result<Vec<((String, String), Vec<Appointment>)>, Refusal> {
    let mut orders: BTreeMap<(String, String), Vec<Appointment>> = BTreeMap::new();
    for one in state.house.db.list_appointments().await?.into_iter().filter(|one| !one.order_no.is_empty()) {
        let date = one.order_date.map(|day| day.to_string()).unwrap_or_default();
        orders.entry((date, one.order_no.clone())).or_default().push(one);
    }
    Ok(orders.into_iter().rev().collect())
}

async fn list(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let read = state.house.db.list_acquaintances().await?;
    let orders = by_order(&state).await?.into_iter().map(|((date, no), people)| {
        let said = |one: &&Appointment| {
            read.iter().any(|row| row.order_no == no && row.order_date == date && row.person == one.person)
        };
        let mut roles: Vec<&str> = people.iter().map(|one| one.role.as_russian()).collect();
        roles.dedup();
        OrderLine {
            shown: people.first().map(Appointment::order).unwrap_or_default(),
            href: format!("/appointments/sheet?no={}&date={date}", query::segment(&no)),
            about: roles.join(", "),
            read: people.iter().filter(said).count(),
            people: people.len(),
        }
    });
    answer::page(&OrdersPage {
        frame: frame.titled("Приказы о назначениях"), orders: orders.collect()
    })
}

async fn sheet(State(state): State<WebState>, asked: Asked, frame: Frame) -> Result<Response, Refusal> {
    let (no, date) = (asked.value("no"), asked.value("date"));
    let orders = by_order(&state).await?;
    let found = orders.into_iter().find(|((its_date, its_no), _)| its_no == no && its_date == date);
    let (_, people) = found.ok_or(Refusal::NotFound)?;
    let read = state.house.db.list_acquaintances().await?;
    let mut lines = Vec::new();
    for (at, one) in (1..).zip(&people) {
        let name = state.house.db.find_person(&one.person).await?;
        let said = read.iter().find(|row| row.order_no == no && row.order_date == date && row.person == one.person);
        lines.push(SheetLine {
            no: at,
            name: name.map_or_else(|| one.person.clone(), |name| name.full()),
            office: one.role.as_russian().to_owned(),
            read: said.map(|row| words::moment(&row.read_at)).unwrap_or_default(),
        });
    }
    let order = people.first().map(Appointment::order).unwrap_or_default();
    let school = frame.school.clone();
    let frame =
        frame.titled(format!("Лист ознакомления с приказом {order}")).under("Приказы о назначениях", "/appointments");
    answer::page(&SheetPage { frame, order, school, lines })
}
