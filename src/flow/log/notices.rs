//! Notices of compromise and decisions on void deeds against the log: a notice taken away would make a stranger's work lawful. Floor 2.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Error, House};
use crate::domain::change::ranges;
use crate::domain::finding::Finding;
use crate::domain::void::{Decision, Target};
use crate::store::{CompromiseRow, DecisionRow, LogEntry};

/// Compares rows and events, in both directions.
pub(super) async fn check(house: &House, entries: &[LogEntry]) -> Result<Vec<Finding>, Error> {
    let mut notices: BTreeMap<u64, CompromiseRow> =
        house.db.list_compromises().await?.into_iter().map(|row| (row.event, row)).collect();
    let mut decisions: BTreeMap<u64, Vec<DecisionRow>> = BTreeMap::new();
    for row in house.db.list_decisions().await? {
        decisions.entry(row.event).or_default().push(row);
    }
    let mut findings = Vec::new();
    for entry in entries {
        let payload = || serde_json::from_str::<Value>(&entry.payload).unwrap_or_default();
        match entry.event.as_str() {
            "compromise_noted" => findings.extend(notice(entry.index, &payload(), notices.remove(&entry.index))),
            "void_decided" => {
                let own = decisions.remove(&entry.index).unwrap_or_default();
                findings.extend(ruling(entry.index, &payload(), &own));
            }
            _ => {}
        }
    }
    let foreign = |place: String| {
        Finding::new(
            "log.notice-foreign",
            place,
            "запись вписана в базу данных мимо программы: журнал событий о ней не знает",
        )
    };
    findings.extend(notices.into_values().map(|row| foreign(format!("уведомление о компрометации № {}", row.no))));
    findings.extend(
        decisions.into_keys().map(|event| foreign(format!("решение о недействительных действиях, событие {event}"))),
    );
    Ok(findings)
}

fn notice(event: u64, payload: &Value, row: Option<CompromiseRow>) -> Option<Finding> {
    let text = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
    let place =
        format!("уведомление о компрометации № {}, событие {event}", payload["notice"].as_u64().unwrap_or_default());
    let Some(row) = row else {
        let message = "уведомление удалено из базы данных: недействительные действия снова выглядели бы законными";
        return Some(Finding::new("log.notice-missing", place, message));
    };
    let expected = [text("account"), text("since"), text("learnt"), text("actor"), text("at")];
    let found = [row.account, row.since, row.learnt_at, row.noted_by, row.noted_at];
    (expected != found).then(|| {
        Finding::new("log.notice-altered", place, "уведомление изменено в базе данных мимо программы")
            .expected_found(expected.join(", "), found.join(", "))
    })
}

fn ruling(event: u64, payload: &Value, rows: &[DecisionRow]) -> Option<Finding> {
    let text = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
    let numbers = |wanted: fn(&Target) -> Option<u64>| {
        let mut numbers: Vec<u64> = rows.iter().filter_map(|row| wanted(&row.target)).collect();
        numbers.sort_unstable();
        ranges(&numbers)
    };
    let changes = numbers(|target| if let Target::Change(seq) = target { Some(*seq) } else { None });
    let events = numbers(|target| if let Target::Event(index) = target { Some(*index) } else { None });
    let of_event = |row: &DecisionRow| {
        row.decision.as_str() == text("decision") && row.by == text("actor") && row.at == text("at")
    };
    let sound = rows.iter().all(of_event) && Decision::parse(&text("decision")).is_some();
    let (expected, found) = ([text("void_changes"), text("void_events")], [changes, events]);
    (!sound || expected != found).then(|| {
        let message = "решения о недействительных действиях в базе данных не те, что внесены в журнал событий";
        let place = format!("решение о недействительных действиях, событие {event}");
        Finding::new("log.notice-altered", place, message).expected_found(expected.join("; "), found.join("; "))
    })
}
