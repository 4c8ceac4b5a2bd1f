//! Movement: learners are enrolled, moved between classes, leave and return by orders; lists of any past day. Floor 2.
//!
//! The journal's `learners` row is the last stay; every order changes it together with the `stays` in one act, so that the class list
//! of any day, and the pages of both classes, can be made again (JRN-02).

use chrono::NaiveDate;

use super::change::{self, Edit};
use super::setup::{Counts, Outcome};
use super::{Act, Error, House};
use crate::domain::finding::Finding;
use crate::domain::journal::{Journal, Learner};
use crate::domain::names;
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::stays::{self, Movement, OrderMark, Stay};
use crate::domain::setup::{cells, layout};
use crate::store::ClosureRow;

/// A learner who comes to the school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Date of birth.
    pub born: Option<NaiveDate>,
    /// Class.
    pub class: String,
    /// First day.
    pub day: NaiveDate,
    /// Order.
    pub order: OrderMark,
    /// Where from, may be empty.
    pub whence: String,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    /// The learner.
    pub learner: Learner,
    /// The stay that holds on that day.
    pub stay: Stay,
}

/// The list of a class on a day, in the order of names.
pub async fn roster(house: &House, year: &str, class: &str, day: NaiveDate) -> Result<Vec<RosterLine>, Error> {
    let (journal, setup) = house.db.load_year(year).await?;
    let all = stays::all(&journal, &setup.stays);
    Ok(roster_of(&journal, &all, class, day))
}

/// [`roster`] out of a year already read.
pub fn roster_of(journal: &Journal, all: &[Stay], class: &str, day: NaiveDate) -> Vec<RosterLine> {
    let line = |stay: &Stay| {
        let learner = journal.learners.iter().find(|learner| learner.id == stay.learner)?;
        Some(RosterLine { learner: learner.clone(), stay: stay.clone() })
    };
    let mut lines: Vec<RosterLine> = stays::roster(all, class, day).into_iter().filter_map(line).collect();
    lines.sort_by_cached_key(|line| {
        (
            names::sort_key(&line.learner.surname, &line.learner.given_name, &line.learner.patronymic),
            line.learner.id.clone(),
        )
    });
    lines
}

/// Enrols learners by an order; all or none. Gives the identifiers in the order of the newcomers.
pub async fn enrol(
    house: &House,
    act: &Act,
    year: &str,
    newcomers: &[Newcomer],
    dry_run: bool,
) -> Result<(Outcome, Vec<String>), Error> {
    let (journal, _) = house.db.load_year(year).await?;
    let closures = house.db.list_closures().await?;
    let used = house.db.list_learner_ids().await?;
    let number = |id: &String| id.strip_prefix('L').and_then(|digits| digits.parse::<usize>().ok());
    let mut next = used.iter().filter_map(number).max().unwrap_or_default();
    let mut ordinal = next_ordinal(house, year).await?;
    let mut findings = Vec::new();
    let mut edits = Vec::new();
    let mut ids = Vec::new();
    for newcomer in newcomers {
        next += 1;
        let id = format!("L{next:05}");
        let name = names::list_name(&newcomer.surname, &newcomer.given_name);
        findings.extend(refusals(&journal, newcomer, &name));
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
        if let Some(closure) = contradicts(&closures, year, &[], std::slice::from_ref(&stay)) {
            findings.push(closed(&name, closure));
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
        edits.push(learner_edit(year, &learner, ordinal));
        edits.push(stay_edit(year, &stay, true));
        ordinal += 1;
        ids.push(id);
    }
    if !findings.is_empty() {
        return Ok((Outcome::Refused(findings), Vec::new()));
    }
    let counts = Counts { new: newcomers.len(), ..Counts::default() };
    if dry_run {
        return Ok((Outcome::Would(counts), Vec::new()));
    }
    let applied = change::apply(house, act, "movement", &edits).await?;
    Ok((Outcome::Done(Counts { seqs: applied.seqs, ..counts }), ids))
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
        None => refuse("movement.no-class", format!("нет такого класса: «{}»", newcomer.class)),
        Some(class) => {
            let own = journal.periods_of_grade(class.grade);
            if own.last().is_some_and(|last| newcomer.day > last.ends) {
                refuse("movement.outside-year", "день зачисления позже конца учебного года".to_owned());
            }
        }
    }
    let twin = |l: &&Learner| {
        names::fold(&l.surname) == names::fold(&newcomer.surname)
            && names::fold(&l.given_name) == names::fold(&newcomer.given_name)
            && names::fold(&l.patronymic) == names::fold(&newcomer.patronymic)
            && l.born == newcomer.born
    };
    if let Some(known) = journal.learners.iter().find(twin) {
        let how = if known.left_on.is_some() {
            "ученик уже есть и выбыл: оформите возвращение"
        } else {
            "ученик уже числится"
        };
        refuse("movement.known", format!("{how} ({}, {})", known.class, known.id));
    }
    findings
}

/// Carries out an order on one learner.
pub async fn carry_out(
    house: &House,
    act: &Act,
    year: &str,
    learner: &str,
    movement: &Movement,
    day: NaiveDate,
    order: &OrderMark,
) -> Result<Outcome, Error> {
    let (journal, setup) = house.db.load_year(year).await?;
    let refused = |code, place: String, message: String| Ok(Outcome::Refused(vec![Finding::new(code, place, message)]));
    let Some(known) = journal.learners.iter().find(|known| known.id == learner) else {
        return refused("movement.no-learner", learner.to_owned(), "нет такого ученика".to_owned());
    };
    let name = names::list_name(&known.surname, &known.given_name);
    if let Movement::Move { class } | Movement::Return { class, .. } = movement
        && journal.class(class).is_none()
    {
        return refused("movement.no-class", name, format!("нет такого класса: «{class}»"));
    }
    let before: Vec<Stay> =
        stays::all(&journal, &setup.stays).into_iter().filter(|stay| stay.learner == learner).collect();
    let after = match stays::carry_out(&before, movement, day, order) {
        Ok(after) => after,
        Err(refusal) => return refused("movement.refused", name, refusal.to_string()),
    };
    let closures = house.db.list_closures().await?;
    if let Some(closure) = contradicts(&closures, year, &before, &after) {
        return Ok(Outcome::Refused(vec![closed(&name, closure)]));
    }
    let Some(last) = after.last() else {
        return refused("movement.refused", name, "нет ни одной записи".to_owned());
    };
    let mut edits: Vec<Edit> =
        after.iter().filter(|stay| !setup.stays.contains(stay)).map(|stay| stay_edit(year, stay, false)).collect();
    let row = house.db.list_year_rows("learners", year).await?.into_iter().find(|row| row[0] == learner);
    let ordinal = row.and_then(|row| row.last().and_then(|cell| cell.parse().ok())).unwrap_or_default();
    edits.push(learner_edit(year, &last.project(known), ordinal));
    let applied = change::apply(house, act, "movement", &edits).await?;
    Ok(Outcome::Done(Counts { changed: 1, seqs: applied.seqs, ..Counts::default() }))
}

/// Reads a sheet of newcomers: Фамилия, Имя, Отчество, Дата рождения, Класс, Зачислен, Приказ №, Дата приказа, Откуда.
pub fn read_newcomers(sheet: &Sheet) -> Result<Vec<Newcomer>, Vec<Finding>> {
    const HEADS: [&str; 9] =
        ["Фамилия", "Имя", "Отчество", "Дата рождения", "Класс", "Зачислен", "Приказ №", "Дата приказа", "Откуда"];
    /// Columns without which nobody is enrolled.
    const NEEDED: [usize; 5] = [0, 1, 4, 5, 6];
    let find = |head: &str| sheet.heads.iter().position(|known| names::fold(known) == names::fold(head));
    let places: Vec<Option<usize>> = HEADS.iter().map(|head| find(head)).collect();
    let mut findings: Vec<Finding> = NEEDED
        .iter()
        .filter(|at| places[**at].is_none())
        .map(|at| {
            Finding::new("setup.column-missing", "строка 1", format!("нет столбца «{}»", HEADS[*at]))
                .expected_found(HEADS.join(", "), sheet.heads.join(", "))
        })
        .collect();
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut newcomers = Vec::new();
    for (line, row) in &sheet.rows {
        let text = |at: usize| places[at].and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let mut day = |at: usize| {
            let said = text(at);
            let day = cells::parse_day(&said);
            if day.is_none() && (!said.is_empty() || NEEDED.contains(&at)) {
                let place = format!("строка {line}, «{}»", HEADS[at]);
                findings.push(
                    Finding::new("setup.cell-wrong", place, "не понято")
                        .expected_found("дата, например 01.09.2025", said),
                );
            }
            day
        };
        let (born, enrolled, dated) = (day(3), day(5), day(7));
        let Some(enrolled) = enrolled else { continue };
        newcomers.push(Newcomer {
            surname: text(0),
            given_name: text(1),
            patronymic: text(2),
            born,
            class: text(4),
            day: enrolled,
            order: OrderMark { number: text(6), date: dated },
            whence: text(8),
        });
    }
    if findings.is_empty() { Ok(newcomers) } else { Err(findings) }
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

async fn next_ordinal(house: &House, year: &str) -> Result<usize, Error> {
    let rows = house.db.list_year_rows("learners", year).await?;
    let last = rows.iter().filter_map(|row| row.last().and_then(|cell| cell.parse::<usize>().ok())).max();
    Ok(last.map_or(0, |last| last + 1))
}

/// The journal's row of a learner.
pub(super) fn learner_edit(year: &str, learner: &Learner, ordinal: usize) -> Edit {
    let day = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let (born, enrolled, left) = (day(learner.born), learner.enrolled_on.to_string(), day(learner.left_on));
    Edit::put(
        "learners",
        year,
        &[&learner.id],
        &[
            &learner.surname,
            &learner.given_name,
            &learner.patronymic,
            &born,
            &learner.class,
            &enrolled,
            &learner.enrolment_order,
            &left,
            &learner.leaving_order,
            &ordinal.to_string(),
        ],
    )
}

/// A stay's row.
pub(super) fn stay_edit(year: &str, stay: &Stay, is_new: bool) -> Edit {
    let row = stay.to_cells();
    let cells: Vec<&str> = row.iter().map(String::as_str).collect();
    let key = layout::STAYS.key;
    let edit = Edit::put("stays", year, &cells[..key], &cells[key..]);
    if is_new { edit.expecting(None) } else { edit }
}
