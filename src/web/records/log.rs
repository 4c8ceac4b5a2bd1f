//! The log of events with its checkpoints, newest first. Floor 3.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::domain::audit::words::{self as audit_words, event, fact};
use crate::domain::rights::Role;
use crate::domain::{names, people, words};
use crate::flow::change::table_words;
use crate::store::LogEntry;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{self, Asked, Column, Listed};

#[derive(Template)]
#[template(path = "records/log.html", config = "src/web/askama.toml")]
struct LogPage {
    frame: Frame,
    size: u64,
    root: String,
    checkpoints: Vec<CheckpointView>,
    listed: Listed<EventView>,
}

struct CheckpointView {
    size: u64,
    root: String,
    signed_at: String,
}

struct EventView {
    index: u64,
    at: String,
    moment: String,
    said: String,
    by: String,
    facts: String,
    leaf: String,
}

/// Checkpoints shown: those of the last days; all of them are in the house's database and on the title pages.
const CHECKPOINTS_SHOWN: usize = 8;

/// `GET /log`.
pub(super) async fn log(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let (size, root) = state.house.db.log_state().await?;
    let checkpoints = state.house.db.list_checkpoints().await?;
    let checkpoints = checkpoints.into_iter().rev().take(CHECKPOINTS_SHOWN).map(|row| CheckpointView {
        size: row.size,
        root: row.root,
        signed_at: words::moment_short(&row.signed_at),
    });
    let entries = state.house.db.list_log().await?;
    let copies = state.house.db.list_copies().await?.into_iter().map(|row| (row.id, row.number)).collect();
    let parents = state.house.db.list_guardians().await?.into_iter().map(|row| row.id).collect();
    let appointments = state.house.db.list_appointments().await?;
    let appointments = appointments.into_iter().map(|one| (one.id, (one.role, one.person))).collect();
    let backups = state.house.db.list_backups().await?.into_iter().map(|row| (row.id, row.at)).collect();
    let known = Known { directory: &directory, copies, parents, appointments, backups };
    let events: Vec<EventView> = entries.iter().rev().map(|entry| view(&known, entry)).collect();
    const COLUMNS: [Column<EventView>; 5] = [
        Column { key: "index", label: "№", class: "num", order: |a, b| a.index.cmp(&b.index) },
        Column { key: "at", label: "Когда", class: "", order: |a, b| a.moment.cmp(&b.moment) },
        Column { key: "said", label: "Событие", class: "", order: |a, b| a.said.cmp(&b.said) },
        Column { key: "by", label: "Кто", class: "", order: |a, b| a.by.cmp(&b.by) },
        Column { key: "", label: "Что именно", class: "", order: |_, _| std::cmp::Ordering::Equal },
    ];
    let words = |event: &EventView| format!("{} {} {} {} {}", event.index, event.at, event.said, event.by, event.facts);
    let listed = query::list(events, &COLUMNS, &asked, |event| event.index.to_string(), words);
    if asked.value("format") == "csv" {
        let cells = |e: &EventView| {
            vec![e.index.to_string(), e.moment.clone(), e.said.clone(), e.by.clone(), e.facts.clone(), e.leaf.clone()]
        };
        let rows: Vec<Vec<String>> = listed.rows.iter().map(cells).collect();
        return answer::csv("log", &["№", "Когда", "Событие", "Кто", "Что именно", "Лист дерева"], &rows);
    }
    let frame = frame.titled("Журнал событий").leading(
        "Всё, что изменяло записи, сначала новое. Журнал событий хранит не имена, а коды людей, и ни одной отметки: он переживёт сами записи. Имена сотрудников подставлены из сегодняшних списков. Счёт событий начинается с нуля.",
    );
    answer::page(&LogPage { frame, size, root: root.to_hex(), checkpoints: checkpoints.collect(), listed })
}

/// What the identifiers of the log stand for today: people of the house, copies by their numbers.
struct Known<'a> {
    directory: &'a Directory,
    copies: HashMap<String, String>,
    parents: HashSet<String>,
    appointments: HashMap<String, (Role, String)>,
    backups: HashMap<String, String>,
}

impl Known<'_> {
    /// Staff by name; of a family only who it is, for the log outlives its records and names no learner.
    fn person(&self, id: &str) -> String {
        let roster = &self.directory.roster;
        if let Some(p) = roster.staff_member(id) {
            return names::short_name(&p.surname, &p.given_name, &p.patronymic);
        }
        if self.parents.contains(id) {
            return format!("родитель ({id})");
        }
        let is_learner = roster.learners.iter().any(|one| one.id == id);
        if is_learner { format!("обучающийся ({id})") } else { id.to_owned() }
    }

    /// «директор, Яшмов Б.Б.»: an appointment in words.
    fn appointment(&self, id: &str) -> String {
        let said = |(role, person): &(Role, String)| format!("{}, {}", role.as_russian(), self.person(person));
        self.appointments.get(id).map_or_else(|| id.to_owned(), said)
    }

    /// «№ 2025-5А-1Ч, версия 1»: the archive's record of a copy, `urn:letopis:<school>:<copy>:v<version>`.
    fn object(&self, urn: &str) -> String {
        let parts = urn.rsplit_once(":v").and_then(|(rest, version)| Some((rest.rsplit_once(':')?.1, version)));
        parts.map_or_else(|| urn.to_owned(), |(copy, version)| format!("{}, версия {version}", self.copy(copy)))
    }

    fn copy(&self, id: &str) -> String {
        self.copies.get(id).map_or_else(|| id.to_owned(), |number| format!("№ {number}"))
    }

    /// «№ 2025-5А-1Ч, версия 1, экземпляр 1»: the identifier of a paper copy is the copy's with version and print.
    fn paper(&self, id: &str) -> String {
        let parts = id.rsplit_once("-p").and_then(|(rest, print)| Some((rest.rsplit_once("-v")?, print)));
        parts.map_or_else(
            || id.to_owned(),
            |((copy, version), print)| format!("{}, версия {version}, экземпляр {print}", self.copy(copy)),
        )
    }

    /// A fact as people read it.
    fn told(&self, key: &str, value: &Value) -> String {
        let Value::String(text) = value else { return short(value) };
        match key {
            "person" | "account" | "signer" => self.person(text),
            "owner" => audit_words::value(key, text).map_or_else(|| self.person(text), str::to_owned),
            "appointment" => self.appointment(text),
            "object" => self.object(text),
            "backup" => {
                self.backups.get(text).map_or_else(|| text.clone(), |at| format!("от {}", words::moment_short(at)))
            }
            "copy" => self.copy(text),
            "copies" => text.split(' ').map(|id| self.copy(id)).collect::<Vec<_>>().join(", "),
            "paper" => self.paper(text),
            "from" | "to" if self.directory.roster.staff_member(text).is_some() => self.person(text),
            "from" | "to" | "day" | "order_date" | "expires_on" | "since" | "learnt" | "made_at" => moment(text),
            // What was changed or carried out is named by a table as often as by a word.
            "what" => audit_words::value(key, text).map_or_else(|| table_words(text).to_lowercase(), str::to_owned),
            "changes_tables" => text.split(' ').map(table_words).collect::<Vec<_>>().join(", "),
            _ => match audit_words::list(key, text) {
                Some(told) => told,
                None => audit_words::value(key, text).map_or_else(|| short(value), str::to_owned),
            },
        }
    }
}

fn view(known: &Known<'_>, entry: &LogEntry) -> EventView {
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
    let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
    let by = match text("actor") {
        people::OPERATOR => people::OPERATOR_NAME.to_owned(),
        "program" => "программа".to_owned(),
        id => known.person(id),
    };
    // Who did it and which version it is are told once: by the actor, and by the record of the archive.
    let is_told = |key: &str, value: &Value| match key {
        "event" | "actor" | "at" => true,
        "account" | "person" | "signer" => value.as_str() == Some(text("actor")),
        "version" => text("object").ends_with(&format!(":v{value}")),
        _ => false,
    };
    let facts = payload.as_object().into_iter().flatten().filter(|(key, value)| !is_told(key, value));
    let said = |(key, value): (&String, &Value)| match known.told(key, value) {
        text if text.is_empty() => None,
        text => Some(format!("{}: {text}", head(&entry.event, key))),
    };
    let facts: Vec<String> = facts.filter_map(said).collect();
    EventView {
        index: entry.index,
        at: words::moment_short(text("at")),
        moment: text("at").to_owned(),
        said: words::capitalised(event(&entry.event)),
        by,
        facts: facts.join(", "),
        leaf: entry.leaf.clone(),
    }
}

/// What a fact is called beside the event that has it: of scans, the number and the pages are those of a file.
fn head<'a>(event: &str, key: &'a str) -> &'a str {
    match (event, key) {
        ("scans_taken", "no") => "файл №",
        ("scans_taken", "pages") => "страниц в файле",
        _ => fact(key),
    }
}

/// A day or a moment in figures; anything else as it stands.
fn moment(text: &str) -> String {
    if text.len() > 10 { words::moment(text) } else { words::day(text) }
}

/// A fact as it is shown: digests by their first twelve letters, the whole of them in the file.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            format!("{}…", &text[..12])
        }
        Value::String(text) => text.clone(),
        Value::Array(list) if list.len() > 3 => format!("{} шт.", list.len()),
        Value::Array(list) => list.iter().map(short).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_scans_are_those_of_their_file_and_moments_of_facts_keep_their_seconds() {
        assert_eq!((head("scans_taken", "no"), head("scans_taken", "pages")), ("файл №", "страниц в файле"));
        assert_eq!(head("carrier_checked", "no"), fact("no"));
        assert_eq!(moment("2025-10-27T13:05:33+03:00"), "27.10.2025 13:05:33 +03:00");
        assert_eq!(moment("2025-10-27"), "27.10.2025");
    }
}
