//! People of the house: visitors, appointments by order, acquaintance with orders, families, and who looked at whose data. Floor 2.

mod acquaintance;
mod heads;

pub use acquaintance::{Sheet, acquaint, sheets};

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, NaiveDate};
use tokio::sync::oneshot;

use super::change::{self, Edit, Expected};
use super::tokens::Bearer;
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::hex;
use crate::domain::families;
use crate::domain::names;
use crate::domain::people::{self, Appointment, OPERATOR, Unfit, Visitor};
use crate::domain::rights::{Role, Rules};
use crate::store::{AccessRow, Db, GuardianRow, Tx};

/// Who a person is on a day: name and offices. Somebody without an office is a visitor who may do nothing but see the own account.
pub async fn visitor(house: &House, person: &str, second_factor: bool, day: NaiveDate) -> Result<Visitor, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let mut facts = house.db.office_facts(person, &year, day).await?;
    if person == OPERATOR {
        facts.roles.push(Role::Administrator.as_str().to_owned());
    }
    let name = match house.db.find_person(person).await? {
        Some(name) => name.short(),
        None if person == OPERATOR => "Оператор".to_owned(),
        None => person.to_owned(),
    };
    let (offices, rules) = (people::offices(&facts, day), Arc::new(rules_on(house, day).await?));
    Ok(Visitor { account: person.to_owned(), name, offices, second_factor, rules })
}

/// What the rules in force on a day give to which office. The house begins until its first period is closed: so long its administrator may
/// still bring in by hand what the rules give to others.
pub async fn rules_on(house: &House, day: NaiveDate) -> Result<Rules, Error> {
    let begins = !house.db.has_closures().await?;
    let day = day.to_string();
    let adopted = house.db.list_policies().await?.into_iter().rev().find(|row| row.in_force_from <= day);
    Ok(match adopted {
        Some(row) => Rules::of(&super::house::parse_policy(&row.name, &row.text)?, begins),
        None => Rules::of(&house.founding, begins),
    })
}

/// What an order says of one appointment; the rest is known to the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Person.
    pub person: String,
    /// Role.
    pub role: Role,
    /// Grades of a deputy.
    pub grades: Option<(u8, u8)>,
    /// Whom a substitute stands for; empty otherwise.
    pub stands_for: String,
    /// Acting (и.о.).
    pub acting: bool,
    /// Number of the order.
    pub no: String,
    /// Date of the order.
    pub date: NaiveDate,
    /// First day in office.
    pub starts: NaiveDate,
    /// Last day in office, inclusive.
    pub ends: Option<NaiveDate>,
}

/// Enters an appointment by order.
pub async fn appoint(house: &House, order: &Order, act: &Act) -> Result<Appointment, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    for person in [&order.person, &order.stands_for].into_iter().filter(|person| !person.is_empty()) {
        // An inspector comes from outside, but has a card like everybody who gets into the house.
        if !house.db.is_staff(person).await? {
            return Err(Unfit::NotOnStaff(person.clone()).into());
        }
    }
    let mut new = Appointment {
        id: String::new(),
        year,
        person: order.person.clone(),
        role: order.role,
        grades: order.grades,
        stands_for: order.stands_for.clone(),
        acting: order.acting,
        order_no: order.no.trim().to_owned(),
        order_date: Some(order.date),
        starts: Some(order.starts),
        ends: order.ends,
        end_order: String::new(),
    };
    let mut tx = house.db.begin().await?;
    // Read after the writer's place was taken: two at once cannot make the same appointment.
    let standing = house.db.list_appointments_of(&order.person).await?;
    if let Err(unfit) = people::check_appointment(&new, &standing, &act.by) {
        return Err(named(house, unfit).await?.into());
    }
    if let Some(unfit) = heads::other_head(house, &new).await? {
        return Err(unfit.into());
    }
    new.id = format!("A{:05}", tx.next_number("appointment").await?);
    write(house, tx, &new, "appointed", act).await?;
    Ok(new)
}

/// A refusal with the name of the person as every page writes it, not the identifier.
async fn named(house: &House, unfit: Unfit) -> Result<Unfit, Error> {
    let Unfit::Twice { person, order } = unfit else { return Ok(unfit) };
    let name = house.db.find_person(&person).await?.map(|one| one.short());
    Ok(Unfit::Twice { person: name.unwrap_or(person), order: ground(&order) })
}

/// By what an office is held: «приказ № 12-к от 01.09.2025».
fn ground(order: &str) -> String {
    match order {
        "" => "по списку сотрудников".to_owned(),
        order => format!("приказ {order}"),
    }
}

/// Ends an appointment on its last day, by an order.
pub async fn end(
    house: &House,
    id: &str,
    last_day: NaiveDate,
    order_no: &str,
    act: &Act,
) -> Result<Appointment, Error> {
    if order_no.trim().is_empty() {
        return Err(Unfit::NoOrder.into());
    }
    let tx = house.db.begin().await?;
    let standing = house.db.list_appointments().await?;
    let mut one = standing.into_iter().find(|one| one.id == id).ok_or_else(|| Unfit::Unknown(id.to_owned()))?;
    ends(&one, last_day)?;
    one.ends = Some(last_day);
    one.end_order = order_no.trim().to_owned();
    write(house, tx, &one, "ended", act).await?;
    Ok(one)
}

/// Ends by order an office that only the staff list of the year gives: from then on orders alone count for it.
pub async fn end_listed(
    house: &House,
    person: &str,
    role: Role,
    last_day: NaiveDate,
    order_no: &str,
    act: &Act,
) -> Result<Appointment, Error> {
    if order_no.trim().is_empty() {
        return Err(Unfit::NoOrder.into());
    }
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let mut tx = house.db.begin().await?;
    let facts = house.db.office_facts(person, &year, last_day).await?;
    let listed = facts.roles.iter().any(|word| word == role.as_str());
    if !listed || facts.appointments.iter().any(|one| one.role == role) {
        return Err(Unfit::Unknown(format!("{person}, {}", role.as_russian())).into());
    }
    let one = Appointment {
        id: format!("A{:05}", tx.next_number("appointment").await?),
        year,
        person: person.to_owned(),
        role,
        grades: None,
        stands_for: String::new(),
        acting: false,
        order_no: String::new(),
        order_date: None,
        starts: None,
        ends: Some(last_day),
        end_order: order_no.trim().to_owned(),
    };
    write(house, tx, &one, "ended", act).await?;
    Ok(one)
}

fn ends(one: &Appointment, last_day: NaiveDate) -> Result<(), Unfit> {
    let short = crate::domain::words::date_short;
    if !one.end_order.is_empty() || one.ends.is_some_and(|ends| ends <= last_day) {
        return Err(Unfit::Ended(one.role.words(one.acting)));
    }
    match one.starts {
        Some(starts) if last_day < starts => {
            Err(Unfit::EndsBeforeStart { starts: short(starts), ends: short(last_day) })
        }
        _ => Ok(()),
    }
}

async fn write(house: &House, mut tx: Tx, one: &Appointment, what: &str, act: &Act) -> Result<(), Error> {
    let edit = Edit {
        table: "appointments",
        year: one.year.clone(),
        key: vec![one.id.clone()],
        new: Some(crate::store::appointment_cells(one)),
        expected: Expected::Anything,
    };
    let mut edits = vec![edit];
    if what == "appointed" {
        edits.extend(acquaintance::edits(house, one).await?);
    }
    change::apply_in(&mut tx, act, &edits).await?;
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", what)
        .with("appointment", &one.id)
        .with("person", &one.person)
        .with("role", one.role.as_str());
    tx.record(&event, salt()?).await?.commit().await?;
    house.sign_in.forget(&one.person);
    Ok(())
}

/// Writes a parent and the children; a new one when `id` is empty. Hands back the identifier.
pub async fn write_guardian(house: &House, guardian: &GuardianRow, act: &Act) -> Result<String, Error> {
    for learner in &guardian.learners {
        if house.db.find_person(learner).await?.is_none_or(|one| one.kind != "learner") {
            return Err(super::signin::Refusal::Nobody(learner.clone()).into());
        }
    }
    let mut row = guardian.clone();
    let mut tx = house.db.begin().await?;
    if row.id.is_empty() {
        row.id = format!("P{:05}", tx.next_number("guardian").await?);
    }
    tx.write_guardian(&row, &act.at.date_naive().to_string()).await?;
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "guardian")
        .with("person", &row.id)
        .with_number("learners", row.learners.len() as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(row.id)
}

/// What a list of parents brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Families {
    /// Parents who were not known.
    pub new: u64,
    /// Known parents who got another child.
    pub joined: u64,
    /// Parents who stood so already.
    pub known: u64,
}

/// Writes the parents of a list, all or none. Who has that full name and a child among `class` already is the same person; a parent of
/// children of other classes is not looked for by name, for a namesake would see a stranger's child.
pub async fn write_families(
    house: &House,
    parents: &[families::Parent],
    class: &BTreeSet<String>,
    act: &Act,
) -> Result<Families, Error> {
    let mut told = Families::default();
    let mut tx = house.db.begin().await?;
    let mut known = house.db.list_guardians().await?;
    known.retain(|one| one.learners.iter().any(|learner| class.contains(learner)));
    let (day, mut events) = (act.at.date_naive().to_string(), Vec::new());
    for parent in parents {
        let same = |one: &&GuardianRow| {
            families::key(&[one.surname.clone(), one.given_name.clone(), one.patronymic.clone()])
                == families::key(&parent.name)
        };
        let row = match known.iter().find(same) {
            Some(one) if parent.children.iter().all(|child| one.learners.contains(child)) => {
                told.known += 1;
                continue;
            }
            Some(one) => {
                told.joined += 1;
                let mut row = one.clone();
                row.learners.extend(parent.children.iter().filter(|child| !one.learners.contains(child)).cloned());
                row
            }
            None => {
                told.new += 1;
                let [surname, given_name, patronymic] = parent.name.clone();
                let id = format!("P{:05}", tx.next_number("guardian").await?);
                GuardianRow { id, surname, given_name, patronymic, learners: parent.children.clone() }
            }
        };
        tx.write_guardian(&row, &day).await?;
        events.push(
            Event::new(EventKind::DataChanged, &act.by, &act.moment())
                .with("what", "guardian")
                .with("person", &row.id)
                .with_number("learners", row.learners.len() as u64),
        );
    }
    super::commit(tx, &events).await?;
    Ok(told)
}

/// A list that names a class's learners beside the class's own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The check of the class's data.
    Check,
    /// Who is in which group.
    Groups,
    /// Individual plans.
    Plans,
    /// The book of movement.
    Movement,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look<'a> {
    /// The page of a class: list, journal, attendance.
    Class(&'a str),
    /// The class's learners in another list.
    List {
        /// Which list.
        of: Listing,
        /// Its class.
        class: &'a str,
    },
    /// The page of a course.
    Course {
        /// Identifier.
        id: &'a str,
        /// Its class.
        class: &'a str,
    },
    /// The card of one learner: birth, stays, personal file.
    Card {
        /// Identifier.
        id: &'a str,
        /// The learner's class.
        class: &'a str,
    },
    /// Marks or diary of one learner.
    Learner {
        /// Identifier.
        id: &'a str,
        /// The learner's class.
        class: &'a str,
    },
    /// A copy or summary sheet of a class.
    Copy {
        /// Identifier.
        id: &'a str,
        /// Its class.
        class: &'a str,
    },
    /// The card of a person.
    Person(&'a str),
    /// This very log: about a person, or (empty) all of it.
    AccessLog(&'a str),
}

impl<'a> Look<'a> {
    /// Kind, subject, class.
    fn parts(self) -> (&'static str, &'a str, &'a str) {
        match self {
            Self::Class(class) => ("class", class, class),
            Self::List { of, class } => {
                let list = match of {
                    Listing::Check => "check",
                    Listing::Groups => "groups",
                    Listing::Plans => "plans",
                    Listing::Movement => "movement",
                };
                (list, class, class)
            }
            Self::Course { id, class } => ("course", id, class),
            Self::Card { id, class } => ("card", id, class),
            Self::Learner { id, class } => ("learner", id, class),
            Self::Copy { id, class } => ("copy", id, class),
            Self::Person(id) => ("person", id, ""),
            Self::AccessLog(id) => ("access", id, ""),
        }
    }
}

/// Looks of one person at one subject within this many seconds are one look: whoever leafs through a page writes one line, not fifty.
const ONE_LOOK_SECONDS: i64 = 300;
/// Looks remembered at one time: a thousand people at fifty subjects each.
const LOOKS_REMEMBERED: usize = 50_000;

/// Writes looks down in batches: those that come while a batch is being written go into the next one, and each waits for its own.
#[derive(Debug, Default)]
pub struct AccessLog {
    recent: Arc<Mutex<HashMap<Seen, i64>>>,
    waiting: Arc<Mutex<Vec<Noted>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Who, what kind of subject, which.
type Seen = (String, &'static str, String);
type Noted = (AccessRow, oneshot::Sender<Result<(), String>>);

/// Who looked, and at what, in words. `course`: the subject of a course that was looked at, where it is known.
pub async fn look_in_words(house: &House, row: &AccessRow, course: Option<&str>) -> Result<(String, String), Error> {
    let named = async |id: &str| -> Result<String, Error> {
        Ok(house.db.find_person(id).await?.map_or_else(|| id.to_owned(), |name| name.short()))
    };
    let who = if row.by == OPERATOR { people::OPERATOR_NAME.to_owned() } else { named(&row.by).await? };
    let what = match row.what.as_str() {
        "class" => format!("журнал и список {} класса", row.subject),
        "course" => format!("предмет «{}», {} класс", course.unwrap_or(&row.subject), row.class),
        "check" => format!("сверка данных {} класса", row.subject),
        "groups" => format!("состав групп {} класса", row.subject),
        "plans" => format!("индивидуальные планы, {} класс", row.subject),
        "movement" => format!("движение обучающихся, {} класс", row.subject),
        "learner" => format!("отметки ученика: {}", named(&row.subject).await?),
        "card" => format!("карточка ученика: {}", named(&row.subject).await?),
        "copy" => match house.db.list_versions(&row.subject).await?.pop() {
            Some(copy) => format!("копия № {}", copy.number),
            None => format!("копия {}", row.subject),
        },
        "person" => format!("карточка: {}", named(&row.subject).await?),
        _ if row.subject.is_empty() => "этот журнал целиком".to_owned(),
        _ => format!("этот журнал: {}", named(&row.subject).await?),
    };
    Ok((who, what))
}

/// Notes that a visitor looks at somebody's data. Returns when the note is durable: a page is shown only after that.
pub async fn note_access(
    house: &House,
    visitor: &Visitor,
    look: Look<'_>,
    year: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), Error> {
    let office = || visitor.offices.iter().map(people::Office::as_russian).collect::<Vec<_>>().join(", ");
    note(house, &visitor.account, office, look, year, now).await
}

/// Notes a list of learners of several classes: a line for each class, as if its own page was read.
pub async fn note_list(
    house: &House,
    visitor: &Visitor,
    of: Listing,
    classes: &BTreeSet<&str>,
    year: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), Error> {
    let notes = classes.iter().map(|class| note_access(house, visitor, Look::List { of, class }, year, now));
    futures_util::future::try_join_all(notes).await?;
    Ok(())
}

/// The same for a program: its token's identifier stands for who looked, and the office names who answers for the token.
pub async fn note_program(
    house: &House,
    bearer: &Bearer,
    look: Look<'_>,
    year: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), Error> {
    let issued_by = match house.db.find_person(&bearer.issued_by).await? {
        Some(name) => name.short(),
        None => bearer.issued_by.clone(),
    };
    note(house, &bearer.id, || format!("программа; ключ выдан: {issued_by}"), look, year, now).await
}

async fn note(
    house: &House,
    account: &str,
    office: impl FnOnce() -> String,
    look: Look<'_>,
    year: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), Error> {
    let (what, subject, class) = look.parts();
    let key = (account.to_owned(), what, subject.to_owned());
    let moment = now.timestamp();
    let log = &house.access;
    {
        let recent = log.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.get(&key).is_some_and(|last| moment - last < ONE_LOOK_SECONDS) {
            return Ok(());
        }
    }
    let row = AccessRow {
        id: format!("{moment:010}-{}", hex(&salt()?[..8])),
        at: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        by: account.to_owned(),
        office: office(),
        what: what.to_owned(),
        subject: subject.to_owned(),
        class: class.to_owned(),
        year: year.to_owned(),
    };
    log.write(&house.db, row).await?;
    let mut recent = log.recent.lock().unwrap_or_else(PoisonError::into_inner);
    if recent.len() >= LOOKS_REMEMBERED {
        recent.retain(|_, last| moment - *last < ONE_LOOK_SECONDS);
    }
    recent.insert(key, moment);
    Ok(())
}

impl AccessLog {
    async fn write(&self, db: &Db, row: AccessRow) -> Result<(), Error> {
        let (done, written) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((row, done));
            waiting.len() == 1
        };
        if first {
            // The batch has a task of its own: a client that goes away must not take the notes of others with it.
            let (db, waiting, turn) = (db.clone(), self.waiting.clone(), self.turn.clone());
            tokio::spawn(async move {
                let _turn = turn.lock().await;
                let batch = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
                let (rows, waiters): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
                let written = db.note_access(&rows).await.map_err(|error| error.to_string());
                for waiter in waiters {
                    // Whoever went away no longer asks.
                    let _ = waiter.send(written.clone());
                }
            });
        }
        match written.await {
            Ok(written) => written.map_err(Error::Interrupted),
            Err(_) => Err(Error::Interrupted("запись о просмотре не дошла".to_owned())),
        }
    }
}

/// A person of a list: name, offices of the day, account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Identifier.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Position as it is printed.
    pub position: String,
    /// Offices of the day in words.
    pub offices: Vec<String>,
    /// State of the account in words; empty when none was issued.
    pub account: String,
}

/// Staff of the newest year with their offices on a day, by name; `search` keeps whose name, position or office has it.
pub async fn list_staff(house: &House, search: &str, day: NaiveDate) -> Result<Vec<Listed>, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let accounts: HashMap<String, String> = house
        .db
        .list_accounts()
        .await?
        .into_iter()
        .map(|row| (row.person, row.state.as_russian().to_owned()))
        .collect();
    let mut people = house.db.list_people(&year).await?;
    people.retain(|one| one.kind == "staff");
    people.sort_by(|a, b| {
        names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
    });
    let wanted = names::fold(search);
    let mut listed = Vec::new();
    let work = house.db.list_employments().await?;
    for mut one in people {
        // The last employment says whether the person is still, or not yet, at work.
        let state =
            work.iter().rev().find(|work| work.person == one.id).map(|work| work.state(day)).unwrap_or_default();
        if !state.is_empty() {
            one.place = format!("{} — {state}", one.place);
        }
        let facts = house.db.office_facts(&one.id, &year, day).await?;
        let offices: Vec<String> = people::offices(&facts, day).iter().map(people::Office::as_russian).collect();
        let text = names::fold(&format!("{} {} {} {}", one.id, one.full(), one.place, offices.join(" ")));
        if text.contains(&wanted) {
            let account = accounts.get(&one.id).cloned().unwrap_or_default();
            listed.push(Listed { name: one.full(), id: one.id, position: one.place, offices, account });
        }
    }
    Ok(listed)
}
