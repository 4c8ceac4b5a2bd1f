//! What the records of a class's year are built from: the signed copies of its periods (DOC-09). Floor 2.
//!
//! A summary sheet says for 25 years what the periods' copies said, so each of them must be signed before the year is closed. What the rows of the
//! journal say later changes nothing in it: it is told here, for whoever closes, signs, reads or checks.

use std::collections::BTreeMap;

use super::supplement::{self, Standing};
use super::{Error, House};
use crate::domain::copy::State;
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze::{self, PeriodCopies};
use crate::domain::journal::{Class, Journal};
use crate::domain::snapshot::{CopyKind, Sheet, Snapshot, SourceFacts};
use crate::domain::words;
use crate::store::{CopyRow, RecallRow, SupplementRow};

/// What is to be done about a finding stands behind these words; a title page, which says what was missing, stops before them.
pub(super) const TO_DO: &str = ". Что сделать: ";

/// The copies of a school year and their supplements, as they stand now.
pub(super) struct Sources {
    year: String,
    /// Last version of every copy.
    last: BTreeMap<String, CopyRow>,
    supplements: Vec<SupplementRow>,
    /// Late entries without a supplement, and supplements that are not sealed.
    unfinished: Vec<Standing>,
    /// Copies that were recalled for correction and have no next version yet.
    recalled: Vec<RecallRow>,
}

impl Sources {
    /// As they stand.
    pub(super) async fn load(house: &House, year: &str) -> Result<Self, Error> {
        Ok(Self {
            year: year.to_owned(),
            // Versions of one copy stand together, oldest first.
            last: house.db.list_copies().await?.into_iter().map(|row| (row.id.clone(), row)).collect(),
            supplements: house.db.list_supplements().await?,
            unfinished: supplement::unfinished(house, year).await?,
            recalled: house.db.list_recalls().await?,
        })
    }

    /// The copies of a class's periods, each with its supplements behind it, and an error for each that is not signed. `part` is the class's part
    /// of the journal.
    pub(super) fn standing<'s>(&'s self, part: &Journal, class: &Class) -> (Vec<Vec<&'s CopyRow>>, Vec<Finding>) {
        let (mut periods, mut findings) = (Vec::new(), Vec::new());
        for owed in freeze::owed(part, class) {
            let id = freeze::copy_id(&self.year, &class.name, &owed.period.id);
            let place = format!("{}, {}", class.name, owed.name());
            let base = self.last.get(&id);
            findings.extend(missing(&place, base));
            // A refused copy's period is open for its correction: nothing of it holds.
            let Some(base) = base.filter(|row| row.state != State::Refused) else { continue };
            if self.recalled.iter().any(|one| one.copy == id && one.version == base.version) {
                let stands = format!("копия № {} возвращена на исправление", base.number);
                let message = format!("{stands}{TO_DO}исправьте журнал, выпустите следующую версию и соберите подписи");
                findings.push(Finding::new("close.period-recalled", &place, message));
            }
            let mut rows = vec![base];
            // What an earlier version's supplement brought stands in the next version itself.
            for row in self.supplements.iter().filter(|row| row.copy == id && row.version == base.version) {
                let made = self.last.get(&row.id);
                rows.extend(made.filter(|made| made.state != State::Refused));
                let entries = self.unfinished.iter().find(|one| one.row.id == row.id).map_or(0, |one| one.entries);
                findings.extend(late(&place, row.no, made, entries));
            }
            periods.push(rows);
        }
        (periods, findings)
    }

    /// The copies that a class's year is built from, read, and what bars it: beside the errors of [`Sources::standing`] a warning for each mark that
    /// the journal tells otherwise by now.
    pub(super) async fn of_class(
        &self,
        house: &House,
        part: &Journal,
        class: &Class,
    ) -> Result<(Vec<PeriodCopies>, Vec<Finding>), Error> {
        let (periods, mut findings) = self.standing(part, class);
        let mut copies = Vec::new();
        for rows in periods {
            copies.push(load(house, rows.iter().map(|row| row.snapshot)).await?);
        }
        findings.extend(freeze::changed_since(part, class, &copies));
        Ok((copies, findings))
    }
}

/// Is a copy signed by everybody whom its route names, with keys or on paper?
fn is_signed(row: &CopyRow) -> bool {
    matches!(row.state, State::Signed | State::Sealed)
}

/// A period without a signed copy.
fn missing(place: &str, copy: Option<&CopyRow>) -> Option<Finding> {
    let number = copy.map(|row| format!("копия № {}", row.number)).unwrap_or_default();
    let (stands, to_do) = match copy.map(|row| row.state) {
        Some(State::Signed | State::Sealed) => return None,
        None => ("период не закрыт".to_owned(), "закройте период, выпустите копию и соберите подписи"),
        Some(State::Frozen) => (format!("{number} не выпущена"), "выпустите копию и соберите подписи"),
        Some(State::Issued) => (format!("{number} ещё на подписании"), "соберите подписи"),
        Some(State::Refused | State::Superseded) => {
            (format!("{number} отклонена"), "исправьте, выпустите следующую версию и соберите подписи")
        }
    };
    let message = format!("нет подписанной копии журнала: {stands}{TO_DO}{to_do}");
    Some(Finding::new("close.period-unsigned", place, message))
}

/// Late entries that no signed supplement holds.
fn late(place: &str, no: u32, made: Option<&CopyRow>, entries: usize) -> Option<Finding> {
    let (stands, to_do) = match made {
        Some(row) if is_signed(row) => return None,
        Some(row) => (format!("дополнительный лист № {no} {}", row.state.said_of(&row.id)), "соберите его подписи"),
        None if entries == 0 => return None,
        None => {
            let entries = words::count(entries as u64, "запись", "записи", "записей");
            (format!("после составления копии внесено: {entries}"), "составьте дополнительный лист и соберите подписи")
        }
    };
    Some(Finding::new("close.supplement-unsigned", place, format!("не всё подписано: {stands}{TO_DO}{to_do}")))
}

/// The copies of one period out of their snapshots.
async fn load(
    house: &House,
    digests: impl Iterator<Item = crate::domain::canon::Digest>,
) -> Result<PeriodCopies, Error> {
    let mut snapshots = Vec::new();
    for digest in digests {
        snapshots.push((digest, house.db.load_snapshot(digest).await?));
    }
    Ok(PeriodCopies::of(snapshots))
}

/// The copies that a frozen record of the year names as its sources.
pub fn named(frozen: &Snapshot) -> &[SourceFacts] {
    match frozen.sheets.first() {
        Some(Sheet::Title(title)) => &title.sources,
        _ => &[],
    }
}

/// The named sources as they were frozen, period by period; one that is lost is left out: its own check tells.
pub(super) async fn frozen(house: &House, sources: &[SourceFacts]) -> Result<Vec<PeriodCopies>, Error> {
    let mut copies = Vec::new();
    for of_period in sources.chunk_by(|a, b| a.period == b.period) {
        match load(house, of_period.iter().map(|source| source.snapshot)).await {
            Ok(loaded) => copies.push(loaded),
            Err(Error::Store(crate::store::Error::Foreign { .. } | crate::store::Error::Missing(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copies)
}

/// Sources of a year's record that another version has taken the place of: a warning each.
pub async fn replaced(house: &House, place: &str, sources: &[SourceFacts]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for source in sources {
        let last = house.db.list_versions(&source.copy).await?.pop();
        let Some(last) = last.filter(|last| last.version > source.version) else { continue };
        let message = format!(
            "в журнале с тех пор изменено: копия № {} заменена версией {}, а составлено по версии {}. Здесь всё \
             осталось, как подписано; чтобы учесть изменение, выпустите следующую версию",
            source.number, last.version, source.version
        );
        findings.push(Finding::new("year.source-replaced", place, message).weighing(Severity::Warning));
    }
    Ok(findings)
}

/// What of the journal says otherwise by now than a year's record and the copies that it is built from; empty for every other record.
pub async fn changed_since(house: &House, row: &CopyRow, frozen: &Snapshot) -> Result<Vec<Finding>, Error> {
    let sources = named(frozen);
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let mut findings = replaced(house, &frozen.copy.document_words(), sources).await?;
    let roster = house.db.load_roster(&row.year).await?;
    let entries = house.db.load_class_entries(&row.year, &row.class).await?;
    let part = roster.of_class(&row.class).with_entries(entries);
    findings.extend(told(&part, frozen, &self::frozen(house, sources).await?));
    Ok(findings)
}

/// Marks that the class's part of the journal tells otherwise by now than the copies that a summary sheet is built from.
pub(super) fn told(part: &Journal, frozen: &Snapshot, copies: &[PeriodCopies]) -> Vec<Finding> {
    // The year's journal is built from the same copies: once is enough.
    let class = part.class(&frozen.class.name).filter(|_| frozen.copy.kind == CopyKind::SummarySheet);
    class.map(|class| freeze::changed_since(part, class, copies)).unwrap_or_default()
}
