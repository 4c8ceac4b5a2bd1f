//! What a compromised account did besides changing rows: signatures, closings, imports, and the copies concerned. Floor 2.

use serde_json::Value;

use super::super::change::Names;
use super::super::{Error, House};
use super::contrary::Contrary;
use crate::domain::void::{Deed, Docket, Standing, Target};
use crate::store::AccountRow;

/// A void act that is no change of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidDeed {
    /// Index of its event in the log.
    pub event: u64,
    /// Kind of event, English.
    pub kind: String,
    /// What it was, in Russian.
    pub what: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who: a person's identifier.
    pub by: String,
    /// Who, by name.
    pub who: String,
    /// The copy concerned; empty for none.
    pub copy: String,
    /// Its version; 0 for none.
    pub version: u32,
    /// How it stands.
    pub standing: Standing,
    /// What would take it back.
    pub contrary: Contrary,
}

/// Void acts by the log, oldest first. Events that only vouch for changes of rows are left out: there each row is decided.
pub(super) async fn list(house: &House, docket: &Docket, names: &Names) -> Result<Vec<VoidDeed>, Error> {
    let mut deeds = Vec::new();
    let accounts = house.db.list_accounts().await?;
    for entry in house.db.list_log().await? {
        if matches!(entry.event.as_str(), "data_changed" | "changes_undone" | "void_decided") {
            continue;
        }
        let Ok(payload) = serde_json::from_str::<Value>(&entry.payload) else { continue };
        let text = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
        let Ok(at) = chrono::DateTime::parse_from_rfc3339(&text("at")) else { continue };
        let deed = Deed { actor: text("actor"), at, event: entry.index };
        let standing = docket.standing(Target::Event(entry.index), &deed);
        if standing == Standing::Sound {
            continue;
        }
        let of_act = |row: &&AccountRow| row.issued_by == deed.actor && row.issued_at == text("at");
        let issued = accounts.iter().filter(of_act).map(|row| row.person.clone()).collect();
        deeds.push(VoidDeed {
            contrary: Contrary::of(&entry.event, &payload, issued),
            event: entry.index,
            what: what(&entry.event).to_owned(),
            kind: entry.event,
            at: text("at"),
            who: names.person(&deed.actor),
            by: deed.actor,
            copy: text("copy"),
            version: payload["version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or_default(),
            standing,
        });
    }
    Ok(deeds)
}

/// What an event is called; a kind that has no word keeps its own.
pub(crate) fn what(kind: &str) -> &str {
    match kind {
        "house_made" => "создан дом школы",
        "certificate_issued" => "выдан ключ и сертификат",
        "bundle_imported" => "загружен набор данных",
        "period_closed" => "закрыт учётный период",
        "copy_issued" => "выпущена копия",
        "statement_signed" => "поставлена подпись под копией",
        "statement_refused" => "отказано в подписи под копией",
        "copy_superseded" => "копия заменена новой версией",
        "sealed" => "копия скреплена печатью",
        "copy_exported" => "копия вывезена",
        "extract_made" => "сделана выписка",
        "check_failed" => "проверка нашла нарушения",
        "data_changed" => "изменены данные",
        "changes_undone" => "отменены изменения",
        "account_issued" => "выданы учётные данные",
        "account_changed" => "изменена учётная запись",
        "compromise_noted" => "подано уведомление о компрометации",
        "void_decided" => "решено о недействительных действиях",
        "policy_changed" => "введены новые правила",
        "data_exported" => "выгружены данные",
        "year_closed" => "закрыт учебный год",
        "token_issued" => "выдан ключ интерфейса",
        "token_revoked" => "отозван ключ интерфейса",
        "certificate_revoked" => "отозван сертификат подписи",
        "paper_stage_opened" => "ступень копии назначена к подписи на бумаге",
        "paper_stage_completed" => "ступень, подписанная на бумаге, завершена по сканам",
        "reminders_given" => "разосланы напоминания",
        "foreign_signature_kept" => "приложена внешняя подпись",
        "carrier_changed" => "изменён учёт носителей",
        "undertaking_signed" => "подписана подписка о неразглашении",
        "carrier_code_made" => "заведён код носителей",
        "custody_signed" => "подпись в журнале пользования носителями",
        "backup_written" => "записана резервная копия",
        "backup_pruned" => "стёрта прежняя резервная копия",
        "backup_checked" => "проверена резервная копия",
        "house_restored" => "дом восстановлен из копии",
        "scans_taken" => "приняты сканы листов",
        "scan_decided" => "скан листа разобран вручную",
        "sheet_received" => "получен лист на бумаге",
        "supplement_opened" => "открыт приём поздних записей",
        "supplement_frozen" => "составлен дополнительный лист",
        "supplement_withdrawn" => "закрыт приём поздних записей",
        "lesson_tried" => "урок обучения",
        other => other,
    }
}
