//! What is wrong with carriers in use and stays told until it is mended: changed copies, and data that lie open. Floor 2.

use super::{Overview, Presence, presence};
use crate::domain::carrier::manifest::Coverage;
use crate::domain::finding::Finding;
use crate::domain::words::moment_short;
use crate::flow::House;

/// Data of the school that lie open on a carrier in use, as its last check saw them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenData<'a> {
    /// The carrier by its identifier.
    pub carrier: &'a str,
    /// When it was checked, RFC 3339.
    pub at: &'a str,
    /// Files and folders on the carrier, in words.
    pub places: String,
}

impl OpenData<'_> {
    /// «открытые данные школы лежат незашифрованными (letopis.db), так показала проверка 27.10.2025, 18:30; удалите их …».
    pub fn said(&self) -> String {
        format!(
            "открытые данные школы лежат на носителе незашифрованными ({}), так показала проверка {}; удалите их с носителя и сверьте его ещё \
             раз: предупреждение снимет сверка, которая их не найдёт",
            self.places,
            moment_short(self.at)
        )
    }
}

impl Overview {
    /// Open data on carriers in use: of each the last check says whether they are still there.
    pub fn open_data(&self) -> Vec<OpenData<'_>> {
        let mut found = Vec::new();
        for carrier in self.carriers.iter().filter(|carrier| !carrier.written_off) {
            let Some(last) = self.checks.iter().rev().find(|check| check.carrier == carrier.id) else { continue };
            let places = serde_json::from_str::<Coverage>(&last.coverage).map(|coverage| coverage.open);
            if let Some(places) = places.ok().filter(|places| !places.is_empty()) {
                found.push(OpenData { carrier: &carrier.id, at: &last.at, places });
            }
        }
        found
    }

    /// One finding for each changed copy of which something is still to be done, then one for each carrier with open data.
    pub fn alarms(&self, house: &House) -> Vec<Finding> {
        let is_there = |id: &str| self.carrier(id).is_ok_and(|carrier| presence(house, carrier) == Presence::There);
        let spoiled = self.spoiled();
        let open = spoiled.iter().filter(|one| one.next.is_open());
        let mut found: Vec<Finding> = open
            .map(|one| {
                let place = format!("носитель {}", one.named());
                Finding::new("carriers.spoiled", place, one.told(self, is_there(one.carrier)))
            })
            .collect();
        found.extend(
            self.open_data()
                .iter()
                .map(|one| Finding::new("carriers.open-data", format!("носитель {}", one.carrier), one.said())),
        );
        found
    }
}
