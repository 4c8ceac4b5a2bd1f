//! The log of events with its checkpoints, newest first. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::domain::words;
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
        signed_at: words::moment_words(&row.signed_at),
    });
    let entries = state.house.db.list_log().await?;
    let events: Vec<EventView> = entries.iter().rev().map(|entry| view(&directory, entry)).collect();
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
        "Всё, что изменяло записи, по порядку. Имён и отметок здесь нет: журнал событий переживёт сами записи.",
    );
    answer::page(&LogPage { frame, size, root: root.to_hex(), checkpoints: checkpoints.collect(), listed })
}

fn view(directory: &Directory, entry: &LogEntry) -> EventView {
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
    let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
    let by = match text("actor") {
        "operator" => "с консоли".to_owned(),
        id => directory.roster.staff_member(id).map_or_else(
            || id.to_owned(),
            |p| crate::domain::names::short_name(&p.surname, &p.given_name, &p.patronymic),
        ),
    };
    let facts =
        payload.as_object().into_iter().flatten().filter(|(key, _)| !["event", "actor", "at"].contains(&key.as_str()));
    let facts: Vec<String> = facts.map(|(key, value)| format!("{}: {}", named(key), short(value))).collect();
    EventView {
        index: entry.index,
        at: words::moment_words(text("at")),
        moment: text("at").to_owned(),
        said: said(&entry.event).to_owned(),
        by,
        facts: facts.join(", "),
        leaf: entry.leaf.clone(),
    }
}

/// The name of a fact in words; one that stands nowhere below keeps its own.
fn named(key: &str) -> &str {
    match key {
        "copy" => "копия",
        "version" => "версия",
        "class" => "класс",
        "period" => "период",
        "year" => "учебный год",
        "pages" => "страниц",
        "sheets" => "листов",
        "register_no" => "№ в реестре",
        "object" => "запись архива",
        "content" => "содержимое",
        "snapshot" => "снимок",
        "sealed_pdf" => "скреплённый PDF",
        "issued_pdf" => "выпущенный PDF",
        "statements" => "заявления",
        "statement" => "заявление",
        "stage" => "ступень",
        "signer" => "подписант",
        "owner" => "владелец",
        "serial" => "номер сертификата",
        "certificate" => "сертификат",
        "bundle" => "набор",
        "rows" | "changes" => "изменённых строк",
        "tables" => "таблицы",
        "school" => "школа",
        "policy" => "правила",
        "ground" => "основание",
        "person" | "account" => "человек",
        "learner" => "обучающийся",
        other => other,
    }
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

/// An event in words; one that a newer program wrote keeps its own word.
fn said(event: &str) -> &str {
    match event {
        "house_made" => "Дом заведён",
        "certificate_issued" => "Выдан сертификат",
        "bundle_imported" => "Загружен журнал",
        "period_closed" => "Период закрыт",
        "copy_issued" => "Копия выпущена",
        "statement_signed" => "Копия подписана",
        "statement_refused" => "В подписи отказано",
        "copy_superseded" => "Версия заменена",
        "sealed" => "Поставлена печать",
        "copy_exported" => "Копия передана",
        "extract_made" => "Составлена выписка",
        "check_failed" => "Проверка нашла ошибку",
        "data_changed" => "Данные изменены",
        "changes_undone" => "Изменения отменены",
        "account_issued" => "Выдан доступ",
        "account_changed" => "Доступ изменён",
        "compromise_noted" => "Доступ скомпрометирован",
        "void_decided" => "Решение о недействительном",
        "policy_changed" => "Введены новые правила",
        "data_exported" => "Данные выгружены",
        "year_closed" => "Учебный год завершён",
        "token_issued" => "Выдан ключ интерфейса",
        "token_revoked" => "Ключ интерфейса отозван",
        "certificate_revoked" => "Сертификат отозван",
        "paper_stage_opened" => "Ступень подписывается на бумаге",
        "paper_stage_completed" => "Ступень на бумаге завершена по сканам",
        "reminders_given" => "Напоминания разосланы",
        "foreign_signature_kept" => "Внешняя подпись приложена",
        "carrier_changed" => "Изменён учёт носителей",
        "undertaking_signed" => "Подписана подписка о неразглашении",
        "carrier_code_made" => "Заведён код носителей",
        "custody_signed" => "Подпись в журнале пользования носителями",
        "backup_written" => "Записана резервная копия",
        "backup_pruned" => "Стёрта прежняя резервная копия",
        "backup_checked" => "Проверена резервная копия",
        "house_restored" => "Дом восстановлен из копии",
        "scans_taken" => "Сканы листов приняты",
        "scan_decided" => "Скан листа разобран вручную",
        "sheet_received" => "Лист на бумаге получен",
        "supplement_opened" => "Открыт приём поздних записей",
        "supplement_frozen" => "Составлен дополнительный лист",
        "supplement_withdrawn" => "Приём поздних записей закрыт",
        "lesson_tried" => "Урок обучения",
        other => other,
    }
}
