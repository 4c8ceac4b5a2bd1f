//! A whole list of staff out of a table: all rows or none. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::super::change::Edit;
use super::super::setup::{Counts, Outcome};
use super::super::{Act, Error, House};
use super::{Book, ID, edit, write};
use crate::domain::employment::{self, Card};
use crate::domain::finding::{Finding, Severity};
use crate::domain::names;
use crate::domain::setup::cells::{Known, parse_day};
use crate::domain::setup::layout::STAFF;
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::stays::OrderMark;

/// Takes a whole list of staff: newcomers are hired by the orders of their rows, cards of the others put right, and whoever has a last day
/// is dismissed. All rows or none; nobody goes because a list does not name them.
pub async fn take_sheet(
    house: &House,
    act: &Act,
    sheet: &Sheet,
    dry_run: bool,
) -> Result<(Outcome, Vec<Finding>), Error> {
    let tx = house.db.begin().await?;
    let mut book = Book::open(house).await?;
    let rows = match STAFF.read_sheet(sheet, &Known::default(), &BTreeMap::new(), 1) {
        Ok(rows) => rows,
        Err(findings) => return Ok((Outcome::Refused(findings), Vec::new())),
    };
    let mut counts = Counts::default();
    let (mut findings, mut edits, mut named) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (row, (line, _)) in rows.iter().zip(&sheet.rows) {
        let place = format!("строка {line}");
        match book.take(&SheetRow::of(row), &place, &act.by) {
            Err(wrong) => findings.extend(wrong),
            Ok((person, is_new, new)) => {
                let count = match (is_new, new.is_empty()) {
                    (true, _) => &mut counts.new,
                    (false, true) => &mut counts.same,
                    (false, false) => &mut counts.changed,
                };
                *count += 1;
                edits.extend(new);
                if !named.insert(person) {
                    findings.push(Finding::new("setup.row-twice", place, "этот сотрудник уже назван выше"));
                }
            }
        }
    }
    if !findings.is_empty() {
        return Ok((Outcome::Refused(findings), Vec::new()));
    }
    let others = book.staff.iter().filter(|row| !named.contains(&row[ID]) && !book.leaves(&row[ID])).count();
    let mut notes = STAFF.passed_over(sheet, &BTreeMap::new());
    if others > 0 {
        let message = format!(
            "в таблице нет {others} из тех, кто работает: они остаются, увольняет только приказ с последним днём"
        );
        notes.push(Finding::new("staff.others", "Сотрудники", message).weighing(Severity::Note));
    }
    if dry_run {
        return Ok((Outcome::Would(counts), notes));
    }
    let seqs = write(house, tx, act, "staff_list", "", edits).await?;
    Ok((Outcome::Done(Counts { seqs, ..counts }), notes))
}

/// One row of a list of staff.
struct SheetRow {
    card: Card,
    hire: OrderMark,
    from: Option<NaiveDate>,
    leave: OrderMark,
    last: Option<NaiveDate>,
}

impl SheetRow {
    fn of(row: &[String]) -> Self {
        let cell = |name: &str| STAFF.place(name).and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let mut card = Card {
            surname: cell("surname"),
            given_name: cell("given_name"),
            patronymic: cell("patronymic"),
            position: cell("position"),
            subject: cell("subject"),
            room: cell("room"),
        };
        if card.surname.is_empty() {
            let full = cell("full_name");
            let mut words = full.split_whitespace().map(str::to_owned);
            card.surname = words.next().unwrap_or_default();
            card.given_name = words.next().unwrap_or_default();
            card.patronymic = words.collect::<Vec<_>>().join(" ");
        }
        let order = |number: &str, date: &str| OrderMark { number: cell(number), date: parse_day(&cell(date)) };
        Self {
            card,
            hire: order("hire_order", "hire_order_date"),
            from: parse_day(&cell("hired_on")),
            leave: order("leave_order", "leave_order_date"),
            last: parse_day(&cell("left_on")),
        }
    }
}

impl Book {
    /// Whom a row is about, is it a newcomer, and what it changes.
    fn take(&mut self, row: &SheetRow, place: &str, by: &str) -> Result<(String, bool, Vec<Edit>), Vec<Finding>> {
        let folded = names::fold(&row.card.tidy().name());
        let same: Vec<String> = self
            .staff
            .iter()
            .filter(|known| names::fold(&names::full_name(&known[1], &known[2], &known[3])) == folded)
            .map(|known| known[ID].clone())
            .collect();
        let (person, is_new, mut edits) = match same.as_slice() {
            [] => {
                let (person, edits) = self.hire("", &row.card, &row.hire, row.from, place)?;
                (person, true, edits)
            }
            // A row of a dismissed person with a later first day is a second hiring; the same row again changes nothing.
            [one] if self.leaves(one) && row.from.is_some_and(|from| self.is_after_all_work(one, from)) => {
                let (person, edits) = self.hire(one, &row.card, &row.hire, row.from, place)?;
                (person, true, edits)
            }
            [one] => {
                let mut edits = self.correct(one, &row.card, place)?;
                edits.extend(self.date_hiring(one, row));
                (one.clone(), false, edits)
            }
            several => {
                let message =
                    format!("однофамильцы с одним именем: {}; их карточки правят по одной", several.join(", "));
                return Err(vec![Finding::new("staff.namesakes", place, message)]);
            }
        };
        if row.last.is_some() && !self.leaves(&person) {
            if person == by {
                return Err(vec![Finding::new("staff.himself", place, "уволить самого себя нельзя")]);
            }
            edits.extend(self.dismiss(&person, &row.leave, row.last, place)?);
        }
        Ok((person, is_new, edits))
    }

    fn is_after_all_work(&self, person: &str, day: NaiveDate) -> bool {
        employment::has_left(&self.spans(person), day)
    }

    /// The order and day of hiring of who is on the list without them.
    fn date_hiring(&mut self, person: &str, row: &SheetRow) -> Option<Edit> {
        if row.from.is_none() || row.hire.number.is_empty() {
            return None;
        }
        let known = self.work.iter().rev().find(|one| one.person == person).cloned();
        let mut one = known.unwrap_or_else(|| self.listed(person, row.card.subject.clone(), row.card.room.clone()));
        if one.hired_on.is_some() {
            return None;
        }
        (one.hired_on, one.hire_order) = (row.from, row.hire.clone());
        let edit = edit(&one);
        self.replace(one);
        Some(edit)
    }
}
