//! What is wrong with carriers in use and stays told until it is mended: changed copies, data that lie open, and copies of the plan that
//! stand on too few of them, in the same words on the page and on the command line; which envelopes of earlier codes are kept. Floor 2.

use chrono::NaiveDate;

use super::{Overview, Presence, day_of, presence};
use crate::domain::carrier::manifest::Coverage;
use crate::domain::carrier::plan::{Duty, LEAST, Plan};
use crate::domain::carrier::{Carrier, Cause};
use crate::domain::finding::Finding;
use crate::domain::forms::carriers::Opens;
use crate::domain::forms::{People, day};
use crate::domain::words::{capitalised, date_short, moment_short};
use crate::flow::{House, backup};
use crate::store::{BackupRow, CodeRow};

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

    /// The plan, in words that tell a copy that stands spoiled on a carrier from one that is not there.
    pub fn told_plan(&self) -> Plan {
        let found = self.spoiled();
        let of_plan = found.iter().filter_map(|one| {
            let row = one.row?;
            Some((row.cause, day_of(&row.at)?, one.carrier))
        });
        let spoiled: Vec<(Cause, NaiveDate, &str)> = of_plan.collect();
        self.plan.clone().with_spoiled(&spoiled)
    }

    /// Is a carrier on the books connected, and is it the one?
    fn is_there(&self, house: &House, id: &str) -> bool {
        self.carrier(id).is_ok_and(|carrier| presence(house, carrier) == Presence::There)
    }

    /// Why a duty is not done, each a sentence without its full stop: what the plan says of a copy that does not count, and each carrier that
    /// is waited for.
    pub fn notes(&self, duty: &Duty, house: &House, today: NaiveDate, people: &People) -> Vec<String> {
        let mut notes: Vec<String> = Some(duty.note.clone()).filter(|note| !note.is_empty()).into_iter().collect();
        // The same copy counts here and not as the period's set: told at both lines.
        let is_other = duty.cause.is_some_and(|cause| cause != Cause::Period);
        let last = self.plan.uncounted.filter(|day| is_other && duty.last == Some(*day));
        notes.extend(last.map(|on| {
            let day = date_short(on);
            format!("копия от {day} здесь в счёт, а набором учётного периода не считается: в последний день периода уроки ещё идут")
        }));
        notes.extend(Some(duty.remedy(|id| self.is_there(house, id))).filter(|said| !said.is_empty()));
        if duty.due.is_some_and(|due| due <= today) {
            let owes = |id: &str| self.owed.iter().any(|(cause, one)| duty.cause == Some(*cause) && one == id);
            let owing = self.carriers.iter().filter(|carrier| carrier.is_written_on() && owes(&carrier.id));
            notes.extend(owing.filter_map(|carrier| self.away(house, carrier, people)));
        }
        notes
    }

    /// Why a carrier cannot be written on now, and who has it when the custody log has it out; `None` where it can.
    pub fn away(&self, house: &House, carrier: &Carrier, people: &People) -> Option<String> {
        let why = backup::presence(house, carrier).err()?;
        let trip = self.trips.iter().rev().find(|trip| trip.carrier == carrier.id && trip.is_out());
        Some(match trip {
            Some(trip) => format!(
                "носитель {} не подключён: он на руках (взял {}, вернуть до {})",
                carrier.id,
                people.get(trip.giver()).short,
                date_short(trip.due_on)
            ),
            None => why,
        })
    }

    /// What is said of the newest copy where it stands on too few of the carriers in use; empty where it stands on enough.
    pub fn alone(&self, house: &House) -> String {
        let used: Vec<&Carrier> = self.carriers.iter().filter(|carrier| carrier.is_written_on()).collect();
        let has = |row: &BackupRow, carrier: &Carrier| self.stands(row, &carrier.id);
        let newest = self.backups.iter().rev().find(|row| used.iter().any(|carrier| has(row, carrier)));
        let Some(newest) = newest else { return String::new() };
        let (on, lacking): (Vec<&Carrier>, Vec<&Carrier>) = used.into_iter().partition(|carrier| has(newest, carrier));
        let on: Vec<&str> = on.iter().map(|carrier| carrier.id.as_str()).collect();
        let lacking: Vec<&str> = lacking.iter().map(|carrier| carrier.id.as_str()).collect();
        let asked = self.plan.rules.first().map_or(LEAST, |rule| rule.asked).max(LEAST) as usize;
        capitalised(&on_few(&newest.at, (&on, &lacking), asked, |id| self.is_there(house, id)))
    }

    /// Carriers in use that hold copies under an earlier code than this one: «Н-1: копии с 01.10.2025 по 24.10.2025 (3) открывает конверт с
    /// кодом № 1 от 01.10.2025»; whether the carrier was ever given out changes nothing of that.
    pub fn former(&self, newest: u64) -> Vec<String> {
        let mut said = Vec::new();
        for carrier in self.carriers.iter().filter(|carrier| carrier.takes_copies()) {
            for code in self.codes.iter().filter(|code| code.no != newest) {
                let is_its = |row: &&BackupRow| row.code_no == code.no && self.stands(row, &carrier.id);
                let copies: Vec<&BackupRow> = self.backups.iter().filter(is_its).collect();
                let [first, .., last] = copies.as_slice() else {
                    let one = copies.first().map(|row| format!("копию от {} открывает", day(&row.at)));
                    said.extend(one.map(|what| format!("{}: {what} {}", carrier.id, sheet_of(code))));
                    continue;
                };
                let (from, to, count) = (day(&first.at), day(&last.at), copies.len());
                said.push(format!("{}: копии с {from} по {to} ({count}) открывает {}", carrier.id, sheet_of(code)));
            }
        }
        said
    }

    /// What the sheet of a code says that it opens, and what it does not.
    pub fn opens(&self, code: &CodeRow) -> Opens {
        let used = self.carriers.iter().filter(|carrier| carrier.takes_copies());
        Opens {
            no: code.no,
            at: code.at.clone(),
            carriers: used.map(|carrier| carrier.id.clone()).collect(),
            former: self.former(code.no),
        }
    }

    /// Earlier codes under which no copy stands on any carrier in use: their envelopes open nothing.
    pub fn useless(&self) -> Vec<&CodeRow> {
        let newest = self.codes.iter().map(|code| code.no).max().unwrap_or_default();
        let opens = |code: &CodeRow| {
            let mut used = self.carriers.iter().filter(|carrier| carrier.takes_copies());
            used.any(|carrier| self.backups.iter().any(|row| row.code_no == code.no && self.stands(row, &carrier.id)))
        };
        self.codes.iter().filter(|code| code.no != newest && !opens(code)).collect()
    }

    /// Does a copy still stand on a carrier?
    pub fn stands(&self, row: &BackupRow, carrier: &str) -> bool {
        row.carriers.iter().any(|one| one == carrier)
            && !self.prunings.iter().any(|one| one.backup == row.id && one.carrier == carrier)
    }

    /// One finding for each changed copy of which something is still to be done, then one for each carrier with open data.
    pub fn alarms(&self, house: &House) -> Vec<Finding> {
        let spoiled = self.spoiled();
        let open = spoiled.iter().filter(|one| one.next.is_open());
        let mut found: Vec<Finding> = open
            .map(|one| {
                let place = format!("носитель {}", one.named());
                Finding::new("carriers.spoiled", place, one.told(self, self.is_there(house, one.carrier)))
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

/// «конверт с кодом № 1 от 01.10.2025».
fn sheet_of(code: &CodeRow) -> String {
    format!("конверт с кодом № {} от {}", code.no, day(&code.at))
}

/// «последняя копия (27.10.2025, 11:06) только на Н-2; на Н-1 её нет: подключите Н-1 и запишите копию ещё раз»; empty where the newest copy
/// stands on as many carriers as asked for. `on` and `lacking`: carriers in use with it and without; `is_there`: is one connected?
fn on_few(at: &str, (on, lacking): (&[&str], &[&str]), asked: usize, is_there: impl Fn(&str) -> bool) -> String {
    if on.is_empty() || lacking.is_empty() || on.len() >= asked {
        return String::new();
    }
    let absent: Vec<&str> = lacking.iter().copied().filter(|id| !is_there(id)).collect();
    let first = match (absent.is_empty(), lacking.len()) {
        (true, 1) => ", носитель подключён: ".to_owned(),
        (true, _) => ", носители подключены: ".to_owned(),
        (false, _) => format!(": подключите {} и ", absent.join(", ")),
    };
    format!(
        "последняя копия ({}) только на {}; на {} её нет{first}запишите копию ещё раз",
        moment_short(at),
        on.join(", "),
        lacking.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newest_copy_on_one_carrier_is_told_with_what_to_do_and_one_on_two_is_not() {
        let said = |on: &[&str], lacking: &[&str], there: bool| {
            on_few("2025-10-27T11:06:16+05:00", (on, lacking), 2, |_| there)
        };
        let head = "последняя копия (27.10.2025, 11:06) только на Н-2; на Н-1 её нет";
        assert_eq!(said(&["Н-2"], &["Н-1"], false), format!("{head}: подключите Н-1 и запишите копию ещё раз"));
        assert_eq!(said(&["Н-2"], &["Н-1"], true), format!("{head}, носитель подключён: запишите копию ещё раз"));
        assert_eq!(said(&["Н-1", "Н-2"], &["Н-3"], false), "", "as many as the rules ask for");
        assert_eq!(said(&["Н-2"], &[], false), "");
    }
}
