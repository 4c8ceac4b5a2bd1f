//! Staff by orders: hiring, cards, dismissal, whole lists; what a dismissed person leaves without an owner (SEC-09). Floor 2.
//!
//! One act touches the staff list of the newest year, the employment and, at a dismissal, every office of the person: all of it is one
//! transaction with one event, and is taken back as one.

mod sheet;

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate};

pub use sheet::take_sheet;

use super::change::{self, Edit};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::employment::{self, Card, Employment, check_order};
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::names;
use crate::domain::people::{self, Appointment};
use crate::domain::rights::Role;
use crate::domain::setup::stays::OrderMark;
use crate::domain::words;
use crate::store::{ChangeFilter, Tx, employment_cells};

/// Tables that an act of staff changes together.
pub const TABLES: [&str; 3] = ["employments", "staff", "appointments"];

/// Places of a row of the staff list.
const ID: usize = 0;
const POSITION: usize = 4;
const ROLES: usize = 5;
const ORDINAL: usize = 6;

/// What came of an act on one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Nothing was written.
    Refused(Vec<Finding>),
    /// Written: of whom, and what is left without an owner.
    Written {
        /// Person.
        person: String,
        /// Classes and courses, in words.
        left: Vec<String>,
    },
}

/// Staff of the newest year with employments, read once for one act.
struct Book {
    year: String,
    journal: Journal,
    staff: Vec<Vec<String>>,
    work: Vec<Employment>,
    appointments: Vec<Appointment>,
    next_person: usize,
    next_work: usize,
}

fn digits(id: &str, letter: char) -> usize {
    id.strip_prefix(letter).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

impl Book {
    async fn open(house: &House) -> Result<Self, Error> {
        let years = house.db.list_years().await?;
        let year = years.last().cloned().unwrap_or_default();
        let work = house.db.list_employments().await?;
        // Identifiers are given once for all years: a person keeps the own one, and nobody gets another's.
        let spent = house.db.list_spent_codes().await?;
        let most = spent.iter().map(|code| digits(code, 'T')).fold(0, usize::max);
        Ok(Self {
            journal: house.db.load_roster(&year).await?,
            staff: house.db.list_year_rows("staff", &year).await?,
            appointments: house.db.list_appointments().await?,
            next_person: most + 1,
            next_work: work.iter().map(|one| digits(&one.id, 'E')).max().unwrap_or_default() + 1,
            work,
            year,
        })
    }

    fn row(&self, person: &str) -> Option<&Vec<String>> {
        self.staff.iter().find(|row| row[ID] == person)
    }

    fn spans(&self, person: &str) -> Vec<employment::Span> {
        self.work.iter().filter(|one| one.person == person).map(Employment::span).collect()
    }

    /// The employment that lasts; none for who is on the list alone.
    fn lasting(&self, person: &str) -> Option<&Employment> {
        self.work.iter().find(|one| one.person == person && one.left_on.is_none())
    }

    /// Is the person's work over or ending?
    fn leaves(&self, person: &str) -> bool {
        let spans = self.spans(person);
        !spans.is_empty() && spans.iter().all(|(_, to)| to.is_some())
    }

    fn is_empty(&self) -> Option<Finding> {
        self.year
            .is_empty()
            .then(|| Finding::new("staff.no-year", "Сотрудники", "учебный год ещё не заведён: сначала загружают школу"))
    }

    fn staff_edit(&self, row: &[String]) -> Edit {
        let texts: Vec<&str> = row.iter().map(String::as_str).collect();
        Edit::put("staff", &self.year, &texts[..1], &texts[1..])
    }

    /// Hires a newcomer (`person` empty) or a person of the list whose work is over.
    fn hire(
        &mut self,
        person: &str,
        card: &Card,
        order: &OrderMark,
        from: Option<NaiveDate>,
        place: &str,
    ) -> Result<(String, Vec<Edit>), Vec<Finding>> {
        let card = card.tidy();
        let mut findings: Vec<Finding> = self.is_empty().into_iter().collect();
        findings.extend(card.check(place));
        findings.extend(check_order(order, from, "приёме", place));
        let folded = names::fold(&card.name());
        let same = |row: &&Vec<String>| names::fold(&names::full_name(&row[1], &row[2], &row[3])) == folded;
        if person.is_empty() {
            // Two people of one name are possible: whoever is hired beside a namesake has the other post.
            let twin = self
                .staff
                .iter()
                .filter(same)
                .find(|row| !self.leaves(&row[ID]) && names::fold(&row[POSITION]) == names::fold(&card.position));
            if let Some(twin) = twin {
                let message =
                    format!("{} уже в списке сотрудников на этой должности: карточка {}", card.name(), twin[ID]);
                findings.push(Finding::new("staff.stands", place, message));
            }
        } else {
            let left = self.work.iter().filter(|one| one.person == person).filter_map(|one| one.left_on).max();
            match (self.row(person), left) {
                (None, _) => findings.push(Finding::new("staff.unknown", place, format!("нет сотрудника «{person}»"))),
                (Some(_), _) if !self.leaves(person) => {
                    findings.push(Finding::new("staff.at-work", place, "сотрудник не уволен: принимать его не нужно"));
                }
                (Some(_), Some(left)) if from.is_some_and(|from| from <= left) => {
                    let message =
                        format!("первый день не позже последнего дня прежней работы ({})", words::date_short(left));
                    findings.push(Finding::new("staff.backwards", place, message));
                }
                _ => {}
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let id = if person.is_empty() {
            let id = format!("T{:05}", self.next_person);
            self.next_person += 1;
            id
        } else {
            person.to_owned()
        };
        let standing = self.row(&id).cloned();
        let ordinal = standing.as_ref().map_or_else(
            || {
                (self
                    .staff
                    .iter()
                    .filter_map(|row| row[ORDINAL].parse::<usize>().ok())
                    .max()
                    .map_or(0, |most| most + 1))
                .to_string()
            },
            |row| row[ORDINAL].clone(),
        );
        let roles = standing.map_or_else(|| card.roles().to_owned(), |row| row[ROLES].clone());
        let row = vec![id.clone(), card.surname, card.given_name, card.patronymic, card.position, roles, ordinal];
        let one = Employment {
            id: self.number(),
            year: self.year.clone(),
            person: id.clone(),
            subject: card.subject,
            room: card.room,
            hired_on: from,
            hire_order: order.clone(),
            left_on: None,
            leave_order: OrderMark::default(),
        };
        let edits = vec![self.staff_edit(&row), edit(&one)];
        self.staff.retain(|row| row[ID] != id);
        self.staff.push(row);
        self.work.push(one);
        Ok((id, edits))
    }

    fn number(&mut self) -> String {
        self.next_work += 1;
        format!("E{:05}", self.next_work - 1)
    }

    /// Puts a card right.
    fn correct(&mut self, person: &str, card: &Card, place: &str) -> Result<Vec<Edit>, Vec<Finding>> {
        let card = card.tidy();
        let findings = card.check(place);
        let Some(mut row) = self.row(person).cloned() else {
            return Err(vec![Finding::new("staff.unknown", place, format!("нет сотрудника «{person}»"))]);
        };
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut edits = Vec::new();
        // Who became a teacher may be given courses; an office that stands stays, an order ends it.
        let mut roles: Vec<&str> = row[ROLES].split_whitespace().collect();
        if !card.roles().is_empty() && !roles.contains(&card.roles()) {
            roles.push(card.roles());
        }
        let roles = roles.join(" ");
        let new = vec![
            row[ID].clone(),
            card.surname,
            card.given_name,
            card.patronymic,
            card.position,
            roles,
            row[ORDINAL].clone(),
        ];
        if new != row {
            edits.push(self.staff_edit(&new));
            row = new;
        }
        let last = self.work.iter().rev().find(|one| one.person == person).cloned();
        match last {
            Some(mut one) if one.subject != card.subject || one.room != card.room => {
                (one.subject, one.room) = (card.subject, card.room);
                edits.push(edit(&one));
                self.replace(one);
            }
            None if !card.subject.is_empty() || !card.room.is_empty() => {
                let one = self.listed(person, card.subject, card.room);
                edits.push(edit(&one));
                self.work.push(one);
            }
            _ => {}
        }
        self.staff.retain(|known| known[ID] != person);
        self.staff.push(row);
        Ok(edits)
    }

    /// The employment of who is on the list alone: since before the orders on record.
    fn listed(&mut self, person: &str, subject: String, room: String) -> Employment {
        Employment {
            id: self.number(),
            year: self.year.clone(),
            person: person.to_owned(),
            subject,
            room,
            hired_on: None,
            hire_order: OrderMark::default(),
            left_on: None,
            leave_order: OrderMark::default(),
        }
    }

    fn replace(&mut self, one: Employment) {
        self.work.retain(|known| known.id != one.id);
        self.work.push(one);
    }

    /// Ends the work of a person with every office that an order or the list gave.
    fn dismiss(
        &mut self,
        person: &str,
        order: &OrderMark,
        last: Option<NaiveDate>,
        place: &str,
    ) -> Result<Vec<Edit>, Vec<Finding>> {
        let mut findings = check_order(order, last, "увольнении", place);
        let Some(row) = self.row(person).cloned() else {
            return Err(vec![Finding::new("staff.unknown", place, format!("нет сотрудника «{person}»"))]);
        };
        if self.leaves(person) {
            findings.push(Finding::new("staff.left", place, "увольнение этого сотрудника уже внесено"));
        }
        let mut one = match self.lasting(person) {
            Some(one) => one.clone(),
            None => self.listed(person, String::new(), String::new()),
        };
        if let (Some(from), Some(last)) = (one.hired_on, last)
            && last < from
        {
            let message = format!("последний день раньше первого ({})", words::date_short(from));
            findings.push(Finding::new("staff.backwards", place, message));
        }
        let Some(last) = last.filter(|_| findings.is_empty()) else { return Err(findings) };
        (one.left_on, one.leave_order) = (Some(last), order.clone());
        let mut edits = vec![edit(&one)];
        self.replace(one);
        let number = order.number.trim().to_owned();
        let mut by_order = BTreeSet::new();
        for one in self.appointments.iter_mut().filter(|one| one.person == person) {
            by_order.insert(one.role);
            if one.end_order.is_empty() && one.ends.is_none_or(|ends| ends > last) {
                (one.ends, one.end_order) = (Some(last), number.clone());
                edits.push(appointment_edit(one));
            }
        }
        // An office that the list alone gave is ended by an order too: from then on orders alone count for it.
        let listed = row[ROLES].split_whitespace().filter_map(Role::parse);
        for role in
            listed.filter(|role| !matches!(role, Role::SubjectTeacher | Role::ClassTeacher) && !by_order.contains(role))
        {
            edits.push(appointment_edit(&Appointment {
                // The number is the transaction's to give.
                id: String::new(),
                year: self.year.clone(),
                person: person.to_owned(),
                role,
                grades: None,
                stands_for: String::new(),
                acting: false,
                order_no: String::new(),
                order_date: None,
                starts: None,
                ends: Some(last),
                end_order: number.clone(),
            }));
        }
        Ok(edits)
    }

    /// What a person owns on the lists of the year, in words.
    fn owned(&self, person: &str) -> Vec<String> {
        employment::owned(&self.journal, person).into_iter().map(|one| one.what).collect()
    }
}

fn edit(one: &Employment) -> Edit {
    let cells = employment_cells(one);
    Edit::put("employments", &one.year, &[&one.id], &cells.iter().map(String::as_str).collect::<Vec<_>>())
}

fn appointment_edit(one: &Appointment) -> Edit {
    let cells = crate::store::appointment_cells(one);
    Edit::put("appointments", &one.year, &[&one.id], &cells.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Writes an act; new appointments get their numbers here, in the writer's own transaction.
async fn write(
    house: &House,
    mut tx: Tx,
    act: &Act,
    what: &str,
    person: &str,
    mut edits: Vec<Edit>,
) -> Result<Vec<u64>, Error> {
    for edit in edits.iter_mut().filter(|edit| edit.table == "appointments" && edit.key[0].is_empty()) {
        edit.key[0] = format!("A{:05}", tx.next_number("appointment").await?);
    }
    let set = change::apply_in(&mut tx, act, &edits).await?;
    if set.seqs.is_empty() {
        return Ok(set.seqs);
    }
    let mut event = Event::new(EventKind::DataChanged, &act.by, &act.moment()).with("what", what);
    if !person.is_empty() {
        event = event.with("person", person);
    }
    tx.record(&event, salt()?).await?.commit().await?;
    let people: BTreeSet<&str> = edits
        .iter()
        .map(|edit| {
            edit.new.as_ref().filter(|_| edit.table != "staff").map_or(edit.key[0].as_str(), |new| new[0].as_str())
        })
        .collect();
    people.into_iter().for_each(|person| house.sign_in.forget(person));
    Ok(set.seqs)
}

/// Hires somebody by an order from a day on; `person` is empty for a newcomer, or names who was dismissed and comes again.
pub async fn hire(
    house: &House,
    act: &Act,
    person: &str,
    card: &Card,
    order: &OrderMark,
    from: Option<NaiveDate>,
) -> Result<Done, Error> {
    let tx = house.db.begin().await?;
    let mut book = Book::open(house).await?;
    match book.hire(person, card, order, from, "Приём на работу") {
        Err(findings) => Ok(Done::Refused(findings)),
        Ok((person, edits)) => {
            write(house, tx, act, "staff_hired", &person, edits).await?;
            Ok(Done::Written { person, left: Vec::new() })
        }
    }
}

/// Puts a card right.
pub async fn correct(house: &House, act: &Act, person: &str, card: &Card) -> Result<Done, Error> {
    let tx = house.db.begin().await?;
    let mut book = Book::open(house).await?;
    match book.correct(person, card, "Карточка") {
        Err(findings) => Ok(Done::Refused(findings)),
        Ok(edits) => {
            write(house, tx, act, "staff_card", person, edits).await?;
            Ok(Done::Written { person: person.to_owned(), left: Vec::new() })
        }
    }
}

/// Dismisses somebody by an order: from the day after the last one the person holds nothing and does not get in.
pub async fn dismiss(
    house: &House,
    act: &Act,
    person: &str,
    order: &OrderMark,
    last: Option<NaiveDate>,
) -> Result<Done, Error> {
    if act.by == person {
        let finding = Finding::new(
            "staff.himself",
            "Увольнение",
            "уволить самого себя нельзя: это оформляет другой человек с этим правом",
        );
        return Ok(Done::Refused(vec![finding]));
    }
    let tx = house.db.begin().await?;
    let mut book = Book::open(house).await?;
    let edits = match book.dismiss(person, order, last, "Увольнение") {
        Err(findings) => return Ok(Done::Refused(findings)),
        Ok(edits) => edits,
    };
    if let Some(last) = last
        && is_last_administrator(house, &book, person, last).await?
    {
        let message =
            "больше в школе никто не администратор: сначала назначьте другого приказом, иначе никто никого не впустит";
        return Ok(Done::Refused(vec![Finding::new("staff.last-administrator", "Увольнение", message)]));
    }
    write(house, tx, act, "staff_dismissed", person, edits).await?;
    let left = book.owned(person);
    Ok(Done::Written { person: person.to_owned(), left })
}

/// Would nobody be administrator on the day after?
async fn is_last_administrator(house: &House, book: &Book, person: &str, last: NaiveDate) -> Result<bool, Error> {
    let is = async |person: &str, day: NaiveDate| -> Result<bool, Error> {
        let facts = house.db.office_facts(person, &book.year, day).await?;
        Ok(people::offices(&facts, day).iter().any(|office| office.role == Role::Administrator))
    };
    if !is(person, last).await? {
        return Ok(false);
    }
    let day = last.succ_opt().unwrap_or(last);
    for other in book.staff.iter().filter(|row| row[ID] != person) {
        if is(&other[ID], day).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Was the person dismissed, and is the last day over? Then no account of the person opens (SEC-09).
pub async fn has_left(house: &House, person: &str, now: DateTime<FixedOffset>) -> Result<bool, Error> {
    Ok(employment::has_left(&house.db.list_spans_of(person).await?, now.date_naive()))
}

/// The card of a person of the newest year with every employment, oldest first.
pub async fn card(house: &House, person: &str) -> Result<Option<(Card, Vec<Employment>)>, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let rows = house.db.list_year_rows("staff", &year).await?;
    let Some(row) = rows.into_iter().find(|row| row[ID] == person) else { return Ok(None) };
    let mut work = house.db.list_employments().await?;
    work.retain(|one| one.person == person);
    let (subject, room) = work.last().map(|one| (one.subject.clone(), one.room.clone())).unwrap_or_default();
    let [_, surname, given_name, patronymic, position, ..] = row.as_slice() else { return Ok(None) };
    let card = Card {
        surname: surname.clone(),
        given_name: given_name.clone(),
        patronymic: patronymic.clone(),
        position: position.clone(),
        subject,
        room,
    };
    Ok(Some((card, work)))
}

/// Takes acts of staff back, each whole: a dismissal with the offices that it ended, a hiring with the card. `changes` are numbers of lines
/// of these acts.
pub async fn undo(house: &House, act: &Act, changes: &[u64]) -> Result<Result<usize, Finding>, Error> {
    let mut lines = Vec::new();
    for table in [TABLES[0], TABLES[1]] {
        let filter = ChangeFilter { table: Some(table.to_owned()), ..ChangeFilter::default() };
        lines.extend(house.db.list_changes(&filter).await?);
    }
    let refused = |message: String| Ok(Err(Finding::new("staff.undo", "Отмена", message)));
    let events: BTreeSet<u64> =
        lines.iter().filter(|line| changes.contains(&line.seq)).map(|line| line.event).collect();
    if events.is_empty() {
        return refused("здесь отменяют только приём, карточки и увольнения".to_owned());
    }
    let mut whole = Vec::new();
    for event in events {
        let of_event = house.db.list_changes(&ChangeFilter { event: Some(event), ..ChangeFilter::default() }).await?;
        if of_event.iter().any(|line| !TABLES.contains(&line.table.as_str())) {
            return refused(
                "это сделано загрузкой вместе с другими таблицами: её отменяют на странице «Загрузка данных»"
                    .to_owned(),
            );
        }
        for hired in of_event.iter().filter(|line| line.table == "staff" && line.old.is_none()) {
            let person = &hired.key[0];
            let book = Book::open(house).await?;
            let owned = book.owned(person);
            if let Some(what) = owned.first() {
                return refused(format!(
                    "у сотрудника {person} уже есть классы или курсы ({what}): сначала передайте их"
                ));
            }
            if house.db.find_account(person).await?.is_some() {
                return refused(format!(
                    "сотруднику {person} уже выдан вход: приём не отменяют, увольнение оформляют приказом"
                ));
            }
        }
        whole.extend(of_event.into_iter().map(|line| line.seq));
    }
    let undone = change::undo(house, act, &whole).await?;
    Ok(Ok(undone.undone.len()))
}
