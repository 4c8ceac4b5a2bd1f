//! Pages of the policy: values with clauses, comparison, lint, deadlines, timeliness, and the order that brings a new one. Floor 3.

mod adoption;
mod deadlines;
pub(super) mod duties;
#[cfg(test)]
mod tests;
mod timeliness;
mod values;

use chrono::NaiveDate;

use super::WebState;
use super::answer::Refusal;
use super::query;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::canon::Digest;
use crate::domain::policy::{self, Policy};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::policy::{History, InForce, history};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let reads = Access::Does(Action::ReadPolicy);
    let changes = Access::Does(Action::ChangePolicy);
    let house = SubjectOf::House;
    vec![
        get("/policy", reads, house, values::page).in_menu(Group::Policy, "Действующие правила").helped(HELP),
        get("/policy/compare", reads, house, values::compare).in_menu(Group::Policy, "Сравнение").helped(HELP),
        get("/policy/lint", reads, house, values::lint).in_menu(Group::Policy, "Противоречия").helped(HELP),
        get("/policy/deadline", reads, house, deadlines::page).in_menu(Group::Policy, "Сроки записей").helped(HELP),
        get("/policy/duties", reads, house, duties::page).in_menu(Group::Policy, "Обязанности и сроки").helped(HELP),
        get("/policy/timeliness", Access::Does(Action::ReadTimeliness), house, timeliness::page)
            .in_menu(Group::Journal, "Своевременность")
            .helped("policies#своевременность"),
        get("/policy/adopt", changes, house, adoption::form).helped(HELP),
        post("/policy/adopt", changes, house, adoption::adopt),
    ]
}

/// Section of the guides that explains the policies.
const HELP: &str = "policies#команды";

/// A policy to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    name: String,
    label: String,
    chosen: bool,
}

/// The policies of the house and those inside the program, the house's first.
fn choices(history: &History, chosen: &str) -> Vec<Choice> {
    let mut known: Vec<(String, String)> = Vec::new();
    for one in history.all() {
        // What a later order of the same day replaced was never in force: a preset stands below as every other one.
        if one.is_replaced() && policy::builtin(&one.policy.name).is_some() {
            continue;
        }
        let label = if one.is_replaced() {
            format!("{} (заменены до начала действия, {})", title(&one.policy), one.order)
        } else if is_sample(one) {
            format!("{} (программы, без приказа школы)", title(&one.policy))
        } else if one.order.is_empty() {
            format!("{} (школы)", title(&one.policy))
        } else {
            format!("{} (школы, {})", title(&one.policy), one.order)
        };
        known.push((one.policy.name.clone(), label));
    }
    for (name, text) in policy::BUILTIN {
        if !known.iter().any(|(known, _)| known == name) {
            let label = policy::parse(name, text).map_or_else(|_| (*name).to_owned(), |policy| title(&policy));
            known.push(((*name).to_owned(), label));
        }
    }
    known.into_iter().map(|(name, label)| Choice { chosen: name == chosen, name, label }).collect()
}

/// What people call a policy: whose regulation it is, is said by its title; the name is that of a file.
fn title(policy: &Policy) -> String {
    if policy.title.is_empty() { policy.name.clone() } else { policy.title.clone() }
}

/// Are these a sample inside the program that no order of the school has brought? The order that a sample names is nobody's; a house that was
/// founded under a real school's regulation may be that school.
fn is_sample(one: &InForce) -> bool {
    let name = one.policy.name.as_str();
    let inside = policy::builtin(name).map(|text| Digest::of(text.as_bytes()));
    one.from.is_none() && inside == Some(one.policy.digest) && !policy::REGULATIONS.contains(&name)
}

/// A policy by name: one of the house, or one inside the program.
fn find(history: &History, name: &str) -> Result<Policy, Refusal> {
    if let Some(one) = history.all().iter().rev().find(|one| one.policy.name == name) {
        return Ok(one.policy.clone());
    }
    let text = policy::builtin(name).ok_or(Refusal::NotFound)?;
    policy::parse(name, text).map_err(Refusal::BadInput)
}

/// The house's policies, and the name of the one in force today.
async fn open(state: &WebState) -> Result<(History, String), Refusal> {
    let history = history(&state.house).await?;
    let today: NaiveDate = state.now().date_naive();
    let name = history.on(today).policy.name.clone();
    Ok((history, name))
}

/// A policy that an order has brought and whose first day is still to come.
struct Coming {
    /// «1 сентября 2025 г.».
    day: String,
    title: String,
    order: String,
    /// The same page of that policy.
    href: String,
    /// Is it the one shown?
    shown: bool,
}

/// The policies of coming days, for the page at `path` that shows the policy `shown`.
fn coming(history: &History, today: NaiveDate, path: &str, shown: &str) -> Vec<Coming> {
    let stands = history.all().iter().filter(|one| !one.is_replaced());
    let later = stands.filter_map(|one| Some((one.from.filter(|from| *from > today)?, one)));
    later
        .map(|(from, one)| Coming {
            day: words::date_words(from),
            title: title(&one.policy),
            order: one.order.clone(),
            href: format!("{path}?name={}", query::segment(&one.policy.name)),
            shown: one.policy.name == shown,
        })
        .collect()
}

/// The asked name, or another one.
fn or<'a>(asked: &'a str, other: &'a str) -> &'a str {
    if asked.is_empty() { other } else { asked }
}
