//! Movement: learners are enrolled, moved between classes, leave and return by orders; lists of any past day. Floor 2.
//!
//! The journal's `learners` row is the last stay; every order changes it together with the `stays` in one act, so that the class list
//! of any day, and the pages of both classes, can be made again (JRN-02).

use chrono::NaiveDate;

mod ledger;

use super::change::{self, Edit};
use super::setup::{Counts, Outcome};
use super::{Act, Error, House};
use crate::domain::finding::Finding;
use crate::domain::journal::{Journal, Learner};
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::stays::{self, Movement, OrderMark, Stay};
use crate::domain::setup::{cells, checks, layout};
use crate::domain::{names, words};
pub(super) use ledger::{Ledger, contradictions};

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
    let (journal, setup) = house.db.load_year(year).await?;
    let mut ledger = Ledger::open(house, year, journal, setup.stays).await?;
    let mut findings = Vec::new();
    let mut edits = Vec::new();
    let mut ids = Vec::new();
    for newcomer in newcomers {
        match ledger.enrol(newcomer) {
            Ok((id, own)) => {
                ids.push(id);
                edits.extend(own);
            }
            Err(wrong) => findings.extend(wrong),
        }
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
    let mut ledger = Ledger::open(house, year, journal, setup.stays).await?;
    let edits = match ledger.carry_out(learner, movement, day, order) {
        Ok(edits) => edits,
        Err(finding) => return Ok(Outcome::Refused(vec![finding])),
    };
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

/// An order whose day lies in another school year: the books of this one would never show it, and mostly the figure of the year is wrong.
pub(super) fn outside_year(year: &str, day: NaiveDate, place: &str) -> Option<Finding> {
    let (first, last) = checks::days_of_year(year).filter(|(first, last)| !(*first..=*last).contains(&day))?;
    let message = format!("день вне учебного года {year}: проверьте год в дате");
    let span = format!("{}–{}", words::date_short(first), words::date_short(last));
    Some(Finding::new("movement.outside-year", place, message).expected_found(span, words::date_short(day)))
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
