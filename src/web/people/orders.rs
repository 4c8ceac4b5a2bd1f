//! Orders by which people were appointed; each has its sheet of acquaintance among the year's (лист ознакомления, EXC-05). Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::people::Appointment;
use crate::domain::rights::Action;
use crate::flow::people::{Sheet, sheets};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query;
use crate::web::route::{Access, Group, Route, SubjectOf, get};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadStaff);
    vec![
        get("/appointments", READS, SubjectOf::House, list)
            .in_menu(Group::People, "Приказы о назначениях")
            .helped("people.ru#приказы"),
    ]
}

struct OrderLine {
    shown: String,
    /// Its sheet; empty while the year's list does not have the order.
    href: String,
    about: String,
    people: usize,
    read: usize,
}

#[derive(Template)]
#[template(path = "people/orders.html", config = "src/web/askama.toml")]
struct OrdersPage {
    frame: Frame,
    orders: Vec<OrderLine>,
}

/// Address of a sheet of acquaintance; empty for an order that no list has yet.
pub(super) fn sheet_address(sheet: &Sheet) -> String {
    if sheet.order.id.is_empty() {
        return String::new();
    }
    format!("/year/orders/sheet?year={}&order={}", query::segment(&sheet.year), query::segment(&sheet.order.id))
}

async fn list(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let mut orders: BTreeMap<(String, String), Vec<Appointment>> = BTreeMap::new();
    for one in state.house.db.list_appointments().await?.into_iter().filter(|one| !one.order_no.is_empty()) {
        let date = one.order_date.map(|day| day.to_string()).unwrap_or_default();
        orders.entry((date, one.order_no.clone())).or_default().push(one);
    }
    let sheets = sheets(&state.house).await?;
    let orders = orders.into_iter().rev().map(|((date, no), people)| {
        let of = |sheet: &&Sheet| sheet.order.number == no && sheet.order.date.to_string() == date;
        let sheet = sheets.iter().find(of);
        // Everybody on the sheet is counted, as the year's list does: more may be asked to read an order than it appoints.
        let lines = sheet.map(|sheet| sheet.lines.as_slice()).unwrap_or_default();
        let mut roles: Vec<String> = people.iter().map(|one| one.role.words(one.acting)).collect();
        roles.dedup();
        OrderLine {
            shown: people.first().map(Appointment::order).unwrap_or_default(),
            href: sheet.map(sheet_address).unwrap_or_default(),
            about: roles.join(", "),
            read: lines.iter().filter(|line| line.seen_on.is_some()).count(),
            people: sheet.map_or(people.len(), |sheet| sheet.lines.len()),
        }
    });
    answer::page(&OrdersPage {
        frame: frame.titled("Приказы о назначениях"), orders: orders.collect()
    })
}
