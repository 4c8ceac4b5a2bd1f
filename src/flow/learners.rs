//! Learners' data: cards put right by whom the rules name, and the check of a class's data (SEC-09, 000 Инс 5.2, 002 4.5). Floor 2.
//!
//! A card is no order: class, enrolment and leaving stay what the orders of movement made them. Snapshots and copies that are frozen keep the
//! name they were frozen with; the journal and what is frozen later have the new one.

use chrono::NaiveDate;

use super::change::{self, Edit};
use super::setup::{Counts, Outcome};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::finding::Finding;
use crate::store::{ChangeFilter, ChangeRow, DataCheck};

/// Tables of a card.
pub const TABLES: [&str; 2] = ["learners", "personal_files"];
/// The first so many other columns of a learner are the card's: surname, given name, patronymic, birth; the rest is the orders'.
const OF_CARD: usize = 4;
/// Nobody at school is older or younger; outside it is a slip of a finger.
const AGES: std::ops::RangeInclusive<i32> = 4..=25;

/// What a card holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LearnerCard {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Date of birth.
    pub born: Option<NaiveDate>,
    /// Number of the personal file (личное дело), may be empty.
    pub file_no: String,
}

/// The card of a learner as it stands in a year; none for nobody.
pub async fn card(house: &House, year: &str, learner: &str) -> Result<Option<LearnerCard>, Error> {
    let key = [learner.to_owned()];
    let Some(row) = house.db.find_row("learners", year, &key).await? else { return Ok(None) };
    let [surname, given_name, patronymic, born, ..] = row.as_slice() else { return Ok(None) };
    Ok(Some(LearnerCard {
        surname: surname.clone(),
        given_name: given_name.clone(),
        patronymic: patronymic.clone(),
        born: born.parse().ok(),
        file_no: house.db.list_personal_files().await?.remove(learner).unwrap_or_default(),
    }))
}

fn check(card: &LearnerCard, today: NaiveDate) -> Vec<Finding> {
    use chrono::Datelike as _;
    let place = "Карточка ученика";
    let needed = [("Фамилия", &card.surname), ("Имя", &card.given_name)];
    let empty = needed.into_iter().filter(|(_, text)| text.is_empty());
    let mut findings: Vec<Finding> =
        empty.map(|(what, _)| Finding::new("learner.card-empty", place, format!("не указано: {what}"))).collect();
    if let Some(born) = card.born
        && !AGES.contains(&(today.year() - born.year()))
    {
        let message = "возраст не школьный: проверьте год рождения";
        findings.push(Finding::new("learner.born", place, message).expected_found(
            format!("от {} до {} лет", AGES.start(), AGES.end()),
            crate::domain::words::date_short(born),
        ));
    }
    findings
}

/// Puts a card right.
pub async fn correct(
    house: &House,
    act: &Act,
    year: &str,
    learner: &str,
    card: &LearnerCard,
) -> Result<Outcome, Error> {
    let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let card = LearnerCard {
        surname: tidy(&card.surname),
        given_name: tidy(&card.given_name),
        patronymic: tidy(&card.patronymic),
        born: card.born,
        file_no: tidy(&card.file_no),
    };
    let mut findings = check(&card, act.at.date_naive());
    let key = [learner.to_owned()];
    let Some(standing) = house.db.find_row("learners", year, &key).await? else {
        findings.push(Finding::new("learner.unknown", "Карточка ученика", format!("нет ученика «{learner}»")));
        return Ok(Outcome::Refused(findings));
    };
    let files = house.db.list_personal_files().await?;
    let twin =
        files.iter().find(|(other, number)| *other != learner && !card.file_no.is_empty() && **number == card.file_no);
    if let Some((other, _)) = twin {
        let message = format!("этот номер личного дела уже у другого ученика ({other})");
        findings.push(Finding::new("learner.file-twice", "Карточка ученика", message));
    }
    if !findings.is_empty() {
        return Ok(Outcome::Refused(findings));
    }
    let mut row = standing.clone();
    let born = card.born.map(|born| born.to_string()).unwrap_or_default();
    for (cell, new) in row.iter_mut().zip([card.surname, card.given_name, card.patronymic, born]) {
        *cell = new;
    }
    let mut edits = Vec::new();
    if row != standing {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        edits.push(Edit::put("learners", year, &[learner], &cells).expecting(Some(standing)));
    }
    if files.get(learner).map(String::as_str).unwrap_or_default() != card.file_no {
        edits.push(Edit::put("personal_files", year, &[learner], &[&card.file_no]));
    }
    if edits.is_empty() {
        return Ok(Outcome::Done(Counts { same: 1, ..Counts::default() }));
    }
    let applied = change::apply(house, act, "learner_card", &edits).await?;
    Ok(Outcome::Done(Counts { changed: 1, seqs: applied.seqs, ..Counts::default() }))
}

/// Changes of one learner's card in a year, newest first: what orders changed in the same rows is none of them.
pub async fn past(house: &House, year: &str, learner: &str) -> Result<Vec<ChangeRow>, Error> {
    let mut found = Vec::new();
    for table in TABLES {
        let filter = ChangeFilter {
            table: Some(table.to_owned()),
            year: Some(year.to_owned()),
            key: vec![learner.to_owned()],
            ..ChangeFilter::default()
        };
        found.extend(house.db.list_changes(&filter).await?.into_iter().filter(is_of_card));
    }
    found.sort_by_key(|change| std::cmp::Reverse(change.seq));
    Ok(found)
}

fn is_of_card(change: &ChangeRow) -> bool {
    match (change.table.as_str(), &change.old, &change.new) {
        ("learners", Some(old), Some(new)) => old.get(OF_CARD..) == new.get(OF_CARD..) && old != new,
        ("learners", ..) => false,
        _ => true,
    }
}

/// Takes changes of a learner's card back; `None` when one of them is nothing of the card.
pub async fn undo(
    house: &House,
    act: &Act,
    year: &str,
    learner: &str,
    changes: &[u64],
) -> Result<Option<usize>, Error> {
    let own = past(house, year, learner).await?;
    if changes.is_empty() || changes.iter().any(|seq| !own.iter().any(|change| change.seq == *seq)) {
        return Ok(None);
    }
    Ok(Some(change::undo(house, act, changes).await?.undone.len()))
}

/// Records that a class's data were checked on a day: who answers for it is who records it.
pub async fn record_check(house: &House, act: &Act, year: &str, class: &str, note: &str) -> Result<u64, Error> {
    let roster = house.db.load_roster(year).await?;
    let today = act.at.date_naive();
    let there = |learner: &&crate::domain::journal::Learner| {
        learner.class == class && learner.left_on.is_none_or(|left| left > today)
    };
    let learners = roster.learners.iter().filter(there).count() as u64;
    let done = DataCheck {
        year: year.to_owned(),
        class: class.to_owned(),
        checked_on: today.to_string(),
        checked_by: act.by.clone(),
        at: act.moment(),
        learners,
        note: note.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let mut tx = house.db.begin().await?;
    tx.record_data_check(&done).await?;
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "data_checked")
        .with("class", class)
        .with_number("learners", learners);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(learners)
}

/// What is missing of a learner's data, for the list that is checked: the gaps that somebody has to fill.
pub fn gaps(card: &LearnerCard, parents: usize) -> Vec<&'static str> {
    let mut gaps = Vec::new();
    if card.born.is_none() {
        gaps.push("нет даты рождения");
    }
    if card.file_no.is_empty() {
        gaps.push("нет № личного дела");
    }
    if parents == 0 {
        gaps.push("не указан родитель");
    }
    gaps
}
