//! The ledger of a year's stays: orders are carried out on it one after another, each seeing what those before it did. Floor 2.
//!
//! It gives the edits; whoever asked writes them, several orders in one act when they came in one sheet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::change::Edit;
use super::super::{Error, House};
use super::{Newcomer, learner_edit, outside_year, stay_edit};
use crate::domain::finding::Finding;
use crate::domain::journal::{Journal, Learner};
use crate::domain::names;
use crate::domain::setup::spelling;
use crate::domain::setup::stays::{self, Movement, OrderMark, Stay};
use crate::store::ClosureRow;

/// A year's learners and stays as the orders carried out so far leave them.
pub(in crate::flow) struct Ledger {
    year: String,
    pub(in crate::flow) journal: Journal,
    recorded: Vec<Stay>,
    closures: Vec<ClosureRow>,
    ordinals: BTreeMap<String, usize>,
    /// The greatest number of an identifier in use, of any year.
    last: usize,
}

impl Ledger {
    /// Opens it on a year; `recorded` are the stays on record.
    pub(in crate::flow) async fn open(
        house: &House,
        year: &str,
        journal: Journal,
        recorded: Vec<Stay>,
    ) -> Result<Self, Error> {
        let used = house.db.list_spent_codes().await?;
        let own = journal.learners.iter().map(|learner| &learner.id);
        let number = |id: &String| id.strip_prefix('L').and_then(|digits| digits.parse::<usize>().ok());
        let last = used.iter().chain(own).filter_map(number).max().unwrap_or_default();
        let rows = house.db.list_year_rows("learners", year).await?;
        let ordinal = |row: &Vec<String>| Some((row[0].clone(), row.last()?.parse().ok()?));
        let mut ordinals: BTreeMap<String, usize> = rows.iter().filter_map(ordinal).collect();
        // Learners that come in the same import stand behind those that are there.
        for learner in &journal.learners {
            let next = ordinals.values().max().map_or(0, |last| last + 1);
            ordinals.entry(learner.id.clone()).or_insert(next);
        }
        let closures = house.db.list_closures().await?;
        Ok(Self { year: year.to_owned(), journal, recorded, closures, ordinals, last })
    }

    /// Does the order stand already? A sheet that comes a second time changes nothing.
    pub(in crate::flow) fn stands(
        &self,
        learner: &str,
        movement: &Movement,
        day: NaiveDate,
        order: &OrderMark,
    ) -> bool {
        let own = self.recorded.iter().filter(|stay| stay.learner == learner);
        own.into_iter().any(|stay| match movement {
            Movement::Move { class } | Movement::Return { class, .. } => {
                stay.starts == day && stay.class == *class && stay.entry_order.number == order.number
            }
            Movement::Leave { exit, .. } => {
                stay.ends == Some(day) && stay.exit == *exit && stay.exit_order.number == order.number
            }
        })
    }

    /// The learner who was enrolled by this very order, if any.
    pub(in crate::flow) fn enrolled(&self, newcomer: &Newcomer) -> Option<&Learner> {
        let is_stay = |id: &str| {
            self.recorded.iter().any(|stay| {
                stay.learner == id && stay.starts == newcomer.day && stay.entry_order.number == newcomer.order.number
            })
        };
        self.journal.learners.iter().find(|learner| is_twin(learner, newcomer) && is_stay(&learner.id))
    }

    /// Enrols a newcomer; gives the identifier and what is to be written.
    pub(in crate::flow) fn enrol(&mut self, newcomer: &Newcomer) -> Result<(String, Vec<Edit>), Vec<Finding>> {
        let id = format!("L{:05}", self.last + 1);
        let name = names::list_name(&newcomer.surname, &newcomer.given_name);
        let mut findings = refusals(&self.journal, newcomer, &name);
        let of_day = outside_year(&self.year, newcomer.day, &name);
        let is_told = findings.iter().any(|told| told.code == "movement.outside-year");
        findings.extend(of_day.filter(|_| !is_told));
        let stay = Stay {
            learner: id.clone(),
            starts: newcomer.day,
            class: newcomer.class.clone(),
            entry: "enrolled".to_owned(),
            entry_order: newcomer.order.clone(),
            whence: newcomer.whence.clone(),
            ends: None,
            exit: String::new(),
            exit_order: OrderMark::default(),
            whither: String::new(),
        };
        if let Some(closure) = contradicts(&self.closures, &self.year, &[], std::slice::from_ref(&stay)) {
            findings.push(closed(&name, closure));
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let learner = stay.project(&Learner {
            id: id.clone(),
            surname: newcomer.surname.clone(),
            given_name: newcomer.given_name.clone(),
            patronymic: newcomer.patronymic.clone(),
            born: newcomer.born,
            class: String::new(),
            enrolled_on: newcomer.day,
            enrolment_order: String::new(),
            left_on: None,
            leaving_order: String::new(),
        });
        self.last += 1;
        let ordinal = self.ordinals.values().max().map_or(0, |last| last + 1);
        self.ordinals.insert(id.clone(), ordinal);
        let edits = vec![learner_edit(&self.year, &learner, ordinal), stay_edit(&self.year, &stay, true)];
        self.journal.learners.push(learner);
        self.recorded.push(stay);
        Ok((id, edits))
    }

    /// Carries out an order on one learner; gives what is to be written.
    pub(in crate::flow) fn carry_out(
        &mut self,
        learner: &str,
        movement: &Movement,
        day: NaiveDate,
        order: &OrderMark,
    ) -> Result<Vec<Edit>, Finding> {
        let Some(known) = self.journal.learners.iter().find(|known| known.id == learner) else {
            return Err(Finding::new("movement.no-learner", learner, "нет такого ученика"));
        };
        let name = names::list_name(&known.surname, &known.given_name);
        if let Some(finding) = outside_year(&self.year, day, &name) {
            return Err(finding);
        }
        if let Movement::Move { class } | Movement::Return { class, .. } = movement
            && self.journal.class(class).is_none()
        {
            return Err(Finding::new("movement.no-class", name, no_class(&self.journal, class)));
        }
        let all = stays::all(&self.journal, &self.recorded);
        let before: Vec<Stay> = all.into_iter().filter(|stay| stay.learner == learner).collect();
        let after = stays::carry_out(&before, movement, day, order)
            .map_err(|refusal| Finding::new("movement.refused", name.clone(), refusal.to_string()))?;
        if let Some(closure) = contradicts(&self.closures, &self.year, &before, &after) {
            return Err(closed(&name, closure));
        }
        let Some(last) = after.last() else {
            return Err(Finding::new("movement.refused", name, "нет ни одной записи"));
        };
        let fresh = after.iter().filter(|stay| !self.recorded.contains(stay));
        let mut edits: Vec<Edit> = fresh.map(|stay| stay_edit(&self.year, stay, false)).collect();
        let now = last.project(known);
        edits.push(learner_edit(&self.year, &now, self.ordinals.get(learner).copied().unwrap_or_default()));
        self.recorded.retain(|stay| !(stay.learner == learner && after.iter().any(|new| new.starts == stay.starts)));
        self.recorded.extend(after);
        if let Some(row) = self.journal.learners.iter_mut().find(|row| row.id == learner) {
            *row = now;
        }
        Ok(edits)
    }
}

/// What stays that come as rows contradict: the learner's own row, which is the last stay, and the lists of closed periods.
pub(in crate::flow) async fn contradictions(
    house: &House,
    year: &str,
    journal: &Journal,
    before: &[Stay],
    after: &[Stay],
) -> Result<Vec<Finding>, Error> {
    let closures = house.db.list_closures().await?;
    let mut findings = Vec::new();
    let changed: BTreeSet<&str> =
        after.iter().filter(|stay| !before.contains(stay)).map(|stay| stay.learner.as_str()).collect();
    for learner in journal.learners.iter().filter(|learner| changed.contains(learner.id.as_str())) {
        let name = names::list_name(&learner.surname, &learner.given_name);
        let of = |recorded: &[Stay]| -> Vec<Stay> {
            let own: Vec<Stay> = recorded.iter().filter(|stay| stay.learner == learner.id).cloned().collect();
            let all = stays::all(journal, &own);
            all.into_iter().filter(|stay| stay.learner == learner.id).collect()
        };
        let kept = of(after);
        if let Some(stay) = after.iter().find(|stay| stay.learner == learner.id && !kept.contains(stay)) {
            let message =
                "пребывание не сходится со строкой ученика: последнее пребывание — то, что в списке обучающихся";
            let (is, was) = (&learner.class, &stay.class);
            findings.push(
                Finding::new("stays.contradict", name.clone(), message)
                    .expected_found(format!("{is} с {}", learner.enrolled_on), format!("{was} с {}", stay.starts)),
            );
        }
        if let Some(closure) = contradicts(&closures, year, &of(before), &kept) {
            findings.push(closed(&name, closure));
        }
    }
    Ok(findings)
}

fn is_twin(learner: &Learner, newcomer: &Newcomer) -> bool {
    names::fold(&learner.surname) == names::fold(&newcomer.surname)
        && names::fold(&learner.given_name) == names::fold(&newcomer.given_name)
        && names::fold(&learner.patronymic) == names::fold(&newcomer.patronymic)
        && learner.born == newcomer.born
}

fn refusals(journal: &Journal, newcomer: &Newcomer, name: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |code, message: String| findings.push(Finding::new(code, name.to_owned(), message));
    if newcomer.surname.is_empty() || newcomer.given_name.is_empty() {
        refuse("movement.no-name", "нужны фамилия и имя".to_owned());
    }
    if newcomer.order.number.is_empty() {
        refuse("movement.no-order", "не указан номер приказа".to_owned());
    }
    match journal.class(&newcomer.class) {
        None => refuse("movement.no-class", no_class(journal, &newcomer.class)),
        Some(class) => {
            let own = journal.periods_of_grade(class.grade);
            if own.last().is_some_and(|last| newcomer.day > last.ends) {
                refuse("movement.outside-year", "день зачисления позже конца учебного года".to_owned());
            }
        }
    }
    if let Some(known) = journal.learners.iter().find(|learner| is_twin(learner, newcomer)) {
        let how = if known.left_on.is_some() {
            "ученик уже есть и выбыл: оформите возвращение"
        } else {
            "ученик уже числится"
        };
        refuse("movement.known", format!("{how} ({}, {})", known.class, known.id));
    }
    findings
}

/// «класса «9Б» в школе нет; есть 9А, 9В».
fn no_class(journal: &Journal, class: &str) -> String {
    let near = spelling::near_classes(class, journal.classes.iter().map(|known| known.name.as_str()));
    let near = if near.is_empty() { near } else { format!("; есть {near}") };
    format!("{}{near}", spelling::no_class(class))
}

/// The closed period whose list of learners the new stays would not be true to.
fn contradicts<'c>(closures: &'c [ClosureRow], year: &str, before: &[Stay], after: &[Stay]) -> Option<&'c ClosureRow> {
    closures.iter().find(|closure| closure.year == year && listed(before, closure) != listed(after, closure))
}

/// Stays as a closed period's list has them: first day, and the day of leaving where it lies within.
fn listed(stays: &[Stay], closure: &ClosureRow) -> Vec<(String, String)> {
    let day = |day: NaiveDate| day.to_string();
    stays
        .iter()
        .filter(|stay| stay.class == closure.class && day(stay.starts) <= closure.ends)
        .filter(|stay| stay.ends.is_none_or(|ends| day(ends) > closure.starts))
        .map(|stay| {
            let left = stay.ends.map(day).filter(|ends| *ends <= closure.ends).unwrap_or_default();
            (day(stay.starts), left)
        })
        .collect()
}

fn closed(name: &str, closure: &ClosureRow) -> Finding {
    let message = format!(
        "период {} класса {} закрыт {}: задним числом его список не меняется",
        closure.period, closure.class, closure.closed_at
    );
    Finding::new("movement.period-closed", name.to_owned(), message)
}
