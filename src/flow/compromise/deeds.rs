//! What a compromised account did besides changing rows: signatures, closings, imports, and the copies concerned. Floor 2.

use serde_json::Value;

use super::super::change::Names;
use super::super::{Error, House};
use super::contrary::Contrary;
use crate::domain::audit::words;
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
    /// SHA-256 of the statement that was signed; empty for none.
    pub statement: String,
    /// How it stands.
    pub standing: Standing,
    /// What would take it back.
    pub contrary: Contrary,
    /// Changes of rows that it brought and that wait for a decision, as [`super::survey`] counts them.
    pub rows: u64,
}

impl VoidDeed {
    /// Can it be undone at all, by itself or with its rows?
    pub fn is_undoable(&self) -> bool {
        self.rows > 0 || !matches!(self.contrary, Contrary::None(_))
    }

    /// What deciding on it comes to, in Russian: what undoing would do, or why only approving is left.
    pub fn ways(&self) -> String {
        match &self.contrary {
            Contrary::None(_) if self.rows > 0 => {
                let rows = super::words::count(self.rows, "изменение", "изменения", "изменений");
                format!("решится само вместе со своими строками: ждут решения {rows}")
            }
            Contrary::None(why) => format!("подтвердите: отменить нечем, потому что {why}"),
            contrary => format!("отмена: {}", contrary.in_russian()),
        }
    }
}

/// What waits still of all that was to be undone, in Russian; empty when nothing does.
pub(super) fn remain(deeds: &[VoidDeed]) -> Vec<String> {
    let line = |deed: &VoidDeed| format!("«{}», запись журнала № {}: {}", deed.what, deed.event, deed.ways());
    deeds.iter().map(line).collect()
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
            what: words::event_of(&entry.event, payload["what"].as_str().unwrap_or_default()).to_owned(),
            kind: entry.event,
            at: text("at"),
            who: names.person(&deed.actor),
            by: deed.actor,
            copy: text("copy"),
            statement: text("statement"),
            version: payload["version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or_default(),
            standing,
            rows: 0,
        });
    }
    Ok(deeds)
}
