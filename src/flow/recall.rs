//! Recall for correction: what everybody has signed, or the seal stands on, is found wrong (DOC-11). Floor 2.
//!
//! The version stays what it is, signed and sealed, until its successor is issued: a recall changes no record. It opens the period of the class, so
//! that the journal can be corrected, and tells everybody who signed; then the next version is issued on the recall's ground. A recall made by
//! mistake is taken back while nothing was written. The records of the class's year are built from the copies of its periods, so they are recalled
//! with the copy that they name: they would lock its period otherwise, and would say what it no longer says.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Error, House, desk, remind};
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::State;
use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::route::BY_SHEETS;
use crate::domain::snapshot::supplement_no;
use crate::domain::statement::Category;
use crate::flow::papers::Paper;
use crate::store::{CopyRow, RecallRow, RemarkRow, Tx};

/// Stage of a remark that a recall makes; no route has one of that name.
pub const STAGE: &str = "recall";

/// Why there is no recall.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The copy is on its way still.
    #[error(
        "копию {copy} возвращать на исправление не нужно: она {}; до последней подписи ошибку исправляют отказом с замечанием",
        state.as_russian()
    )]
    NotSigned {
        /// Copy.
        copy: String,
        /// Where it stands.
        state: State,
    },
    /// Only the copy of a period is corrected in the journal.
    #[error("{copy} составлена по копиям учебных периодов: верните на исправление копию периода, в котором ошибка")]
    OfYear {
        /// Copy.
        copy: String,
    },
    /// The records of the year lock the period, and are not signed yet.
    #[error(
        "год класса закрыт, а {copy} {}: сначала откажите её с замечанием — год откроется, тогда верните на исправление копию периода",
        state.as_russian()
    )]
    YearUnderWay {
        /// The record of the year.
        copy: String,
        /// Where it stands.
        state: State,
    },
    /// A record of the year was recalled with the copy of a period.
    #[error("{copy} возвращена вместе с копией {period}: отмените возврат той копии, и эта вернётся с нею")]
    Together {
        /// The record of the year.
        copy: String,
        /// Copy of the period.
        period: String,
    },
    /// A supplement is corrected with its copy.
    #[error("дополнительный лист {copy} исправляют вместе с копией: верните на исправление её")]
    Supplement {
        /// Supplement.
        copy: String,
    },
    /// One at a time.
    #[error("копия {copy} уже возвращена на исправление: исправьте журнал и выпустите следующую версию")]
    Already {
        /// Copy.
        copy: String,
    },
    /// A recall names what is wrong.
    #[error("скажите, на каком листе ошибка и в чём она: без этого копия не возвращается")]
    Unsaid,
    /// The copy has no such sheet.
    #[error("в копии {copy} нет листа «{sheet}»")]
    NoSheet {
        /// Copy.
        copy: String,
        /// What was named.
        sheet: String,
    },
    /// Nothing to take back.
    #[error("копия {copy} на исправление не возвращена")]
    None {
        /// Copy.
        copy: String,
    },
    /// Something was written on the recall's ground.
    #[error("в журнал с возврата уже вписано: отменить возврат копии {copy} нельзя, выпустите следующую версию")]
    Written {
        /// Copy.
        copy: String,
    },
    /// A recalled copy is not sealed.
    #[error("копия {copy} возвращена на исправление: печать ставят на следующую версию")]
    NotToSeal {
        /// Copy.
        copy: String,
    },
}

/// Recalls the last version of a signed or sealed copy of a period; `sheets` are those with the error, by identifier.
pub async fn recall(house: &House, id: &str, sheets: &[String], ground: &str, act: &Act) -> Result<RecallRow, Error> {
    let copy = id.to_owned();
    let ground = ground.trim();
    // The turn is taken first: two who recall the same copy do so one after the other.
    let mut tx = house.db.begin().await?;
    let last = house.db.list_versions(id).await?.pop().ok_or_else(|| Error::NoCopy(copy.clone()))?;
    if supplement_no(id).is_some() {
        return Err(Refusal::Supplement { copy }.into());
    }
    if last.period == YEAR {
        return Err(Refusal::OfYear { copy }.into());
    }
    if !last.state.is_decided() {
        return Err(Refusal::NotSigned { copy, state: last.state }.into());
    }
    if house.db.find_recall(id).await?.is_some() {
        return Err(Refusal::Already { copy }.into());
    }
    // Said last: whoever forgot it can mend the form, and no form helps against the others.
    if sheets.is_empty() || ground.is_empty() {
        return Err(Refusal::Unsaid.into());
    }
    let paper = house.papers.get(house, last.snapshot).await?;
    if let Some(sheet) = sheets.iter().find(|sheet| paper.sheet(sheet).is_none()) {
        return Err(Refusal::NoSheet { copy, sheet: sheet.clone() }.into());
    }
    let built = of_year(house, &last).await?;
    if let Some(row) = built.iter().find(|row| matches!(row.state, State::Frozen | State::Issued)) {
        return Err(Refusal::YearUnderWay { copy: row.id.clone(), state: row.state }.into());
    }
    let (row, event) = put(house, &mut tx, &last, (sheets, ground), act).await?;
    let mut events = vec![event];
    for record in built.iter().filter(|row| row.state.is_decided()) {
        if house.db.find_recall(&record.id).await?.is_some() {
            continue;
        }
        let paper = house.papers.get(house, record.snapshot).await?;
        // The title only names what the others hold.
        let all: Vec<String> = paper.sheets.iter().skip(1).map(|sheet| sheet.id.clone()).collect();
        let own: Vec<String> = all.iter().filter(|id| sheets.contains(id)).cloned().collect();
        let ground = format!("исправляется копия № {}: {ground}", last.number);
        let named = if own.is_empty() { &all } else { &own };
        events.push(put(house, &mut tx, record, (named, &ground), act).await?.1);
    }
    super::commit(tx, &events).await?;
    Ok(row)
}

/// Last versions of the records of the class's year, which are built from the copies of its periods.
async fn of_year(house: &House, of: &CopyRow) -> Result<Vec<CopyRow>, Error> {
    let mut last: BTreeMap<String, CopyRow> = BTreeMap::new();
    // Versions of one copy stand together, oldest first.
    for row in house.db.list_copies().await? {
        if row.period == YEAR && row.year == of.year && row.class == of.class && supplement_no(&row.id).is_none() {
            last.insert(row.id.clone(), row);
        }
    }
    Ok(last.into_values().collect())
}

/// Writes one recall down and tells everybody who signed that version; hands back the event that goes with it.
pub(super) async fn put(
    house: &House,
    tx: &mut Tx,
    last: &CopyRow,
    (sheets, ground): (&[String], &str),
    act: &Act,
) -> Result<(RecallRow, Event), Error> {
    let id = &last.id;
    let paper = house.papers.get(house, last.snapshot).await?;
    let mut row = RecallRow {
        no: 0,
        copy: id.clone(),
        version: last.version,
        sheets: sheets.to_vec(),
        ground: ground.to_owned(),
        by: act.by.clone(),
        at: act.moment(),
    };
    row.no = tx.record_recall(&row, 0).await?;
    let said = tx.list_statements(id, last.version).await?;
    let people: BTreeSet<&str> = said.iter().map(|one| one.signer.as_str()).filter(|one| *one != act.by).collect();
    let what = format!("{} класс, {}", last.class, paper.period.name);
    let subject = format!("Копия журнала возвращена на исправление: {what}");
    let place = remind::place(house, "страницу копии", &format!("/copies/{id}"));
    // The ground may name a learner and stays inside.
    let text = |own: &str| {
        format!(
            "Версия {0} ({what}) возвращена на исправление. Она действует, пока следующая не скреплена печатью; ваша подпись под версией {0} хранится вместе с ней.\n\n\
             {own}Листы, которые не изменятся, подписывать заново не нужно.\n\n{place}",
            last.version
        )
    };
    for person in people {
        let own = match is_beside(&paper, sheets, person) {
            true => "Ваши листы не отмечены: пока они не изменены, делать ничего не нужно. ",
            false => "",
        };
        let text = text(own);
        tx.notify(person, "recalled", id, last.version, &row.at).await?;
        remind::write_to(house, tx, person, &subject, &text, act).await?;
    }
    let event = Event::new(EventKind::CopyRecalled, &act.by, &row.at)
        .with("copy", id)
        .with_number("version", last.version.into())
        .with_number("sheets", row.sheets.len() as u64);
    Ok((row, event))
}

/// Does the person sign for single sheets alone, and is none of them among those that a recall names?
pub fn is_beside(paper: &Paper, sheets: &[String], person: &str) -> bool {
    let all = paper.route.iter().flat_map(|stage| stage.signers.iter().map(move |place| (stage, place)));
    let mut own = all.filter(|(_, place)| place.person.id == person).peekable();
    own.peek().is_some()
        && own.all(|(stage, place)| stage.id == BY_SHEETS && !place.sheets.iter().any(|id| sheets.contains(id)))
}

/// Takes a recall back: it was a mistake, and nothing was written on its ground.
pub async fn withdraw(house: &House, id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = house.db.begin().await?;
    let none = || Error::from(Refusal::None { copy: id.to_owned() });
    let standing = house.db.find_recall(id).await?.ok_or_else(none)?;
    let last = house.db.list_versions(id).await?.pop().ok_or_else(none)?;
    if !desk::unchanged_since(house, &last, &standing.at).await? {
        return Err(Refusal::Written { copy: id.to_owned() }.into());
    }
    // A recall keeps no word of the one that it was made with; what one act recalls has its moment and its hand.
    let at_once = |one: &RecallRow| one.at == standing.at && one.by == standing.by && one.copy != id;
    let mut events = Vec::new();
    if last.period == YEAR {
        if let Some(other) = house.db.list_recalls().await?.into_iter().find(at_once) {
            return Err(Refusal::Together { copy: id.to_owned(), period: other.copy }.into());
        }
    } else {
        let built: BTreeSet<String> = of_year(house, &last).await?.into_iter().map(|row| row.id).collect();
        let all = house.db.list_recalls().await?;
        for other in all.iter().filter(|one| at_once(one) && built.contains(&one.copy)) {
            events.push(take_back(&mut tx, other, act).await?);
        }
    }
    events.insert(0, take_back(&mut tx, &standing, act).await?);
    super::commit(tx, &events).await
}

async fn take_back(tx: &mut Tx, standing: &RecallRow, act: &Act) -> Result<Event, Error> {
    let line = RecallRow { by: act.by.clone(), at: act.moment(), ..standing.clone() };
    tx.record_recall(&line, standing.no).await?;
    let event = Event::new(EventKind::RecallWithdrawn, &act.by, &act.moment())
        .with("copy", &standing.copy)
        .with_number("version", standing.version.into());
    Ok(event)
}

/// Bars the seal while a recall stands: the correction goes into the next version.
pub(super) async fn refuse_recalled(house: &House, copies: &[CopyRow]) -> Result<(), Error> {
    let recalled = house.db.list_recalls().await?;
    match copies.iter().find(|row| recalled.iter().any(|one| one.copy == row.id && one.version == row.version)) {
        Some(row) => Err(Refusal::NotToSeal { copy: row.id.clone() }.into()),
        None => Ok(()),
    }
}

/// The remarks of a copy, of the signers and of its recalls, in the order of versions.
pub(super) async fn with_recalls(house: &House, copy: &str) -> Result<Vec<RemarkRow>, Error> {
    let mut remarks = house.db.list_remarks(copy).await?;
    for row in house.db.list_recalls_of(copy).await? {
        remarks.extend(row.sheets.iter().map(|sheet| RemarkRow {
            copy: row.copy.clone(),
            version: row.version,
            stage: STAGE.to_owned(),
            signer: row.by.clone(),
            sheet: sheet.clone(),
            category: Category::Other.as_str().to_owned(),
            remark: row.ground.clone(),
        }));
    }
    remarks.sort_by_key(|one| one.version);
    Ok(remarks)
}

/// Names of the recall's sheets, in the order of the copy.
pub async fn sheets(house: &House, copy: &CopyRow, row: &RecallRow) -> Result<Vec<String>, Error> {
    let paper = house.papers.get(house, copy.snapshot).await?;
    let mut named: Vec<String> =
        row.sheets.iter().map(|id| paper.sheet(id).map_or_else(|| id.clone(), |sheet| sheet.name.clone())).collect();
    named.sort_by(|a, b| names::natural(a, b));
    Ok(named)
}
