//! How a line of the custody log ended otherwise than by its signatures: an order about a taker who left, a request that was dropped. Floor 0.

use super::super::People;
use crate::domain::carrier::{Dropped, ReturnOrder};
use crate::domain::words::moment_words;

/// «приказ от 10.11.2025 № 41-к: взявший уволен; носитель сдаёт Осокина М.И., получив: из стола; распорядился Малахитова Я.К., …».
pub fn ordered(order: &ReturnOrder, people: &People) -> String {
    let head = format!("{}, {}", people.get(&order.by).short, moment_words(&order.at));
    match order.person.as_str() {
        "" => format!("{}: взявший уволен, носитель не выдан; подписано: {head}", order.ground),
        person => {
            let person = people.get(person).short;
            format!("{}: взявший уволен; сдаёт {person}, получено: {}; подписано: {head}", order.ground, order.from)
        }
    }
}

/// «просьба отклонена: носитель нужен для сверки; Малахитова Я.К., директор, 28 ноября 2026 г., 15:20; носитель не выдан». `taker`: who asked,
/// by identifier.
pub fn dropped(one: &Dropped, taker: &str, people: &People) -> String {
    let how = if one.by == taker { "просьба отозвана" } else { "просьба отклонена" };
    let why = if one.reason.is_empty() { how.to_owned() } else { format!("{how}: {}", one.reason) };
    let who = [people.get(&one.by).short, one.office.clone(), moment_words(&one.at)];
    let who: Vec<String> = who.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{why}; {}; носитель не выдан", who.join(", "))
}
