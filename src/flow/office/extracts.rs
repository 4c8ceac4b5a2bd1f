//! Paper extracts for families without electronic access: the list of families, the queue of those that are due, one print job for all of
//! them, and the register of what was handed to whom (000 Усл 1; 003 Рук 19; DOC-15). Floor 2.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};

use super::commit;
use crate::domain::audit::{Event, EventKind};
use crate::domain::family_extract::{Ground, Handed, Printed, Refusal, WEEKS, due, has_school_days, next};
use crate::domain::form::Form;
use crate::domain::forms::learners::{ExtractOf, class_list, extracts};
use crate::domain::forms::{Letterhead, People};
use crate::domain::journal::{Journal, Learner};
use crate::domain::names;
use crate::domain::policy::Policy;
use crate::flow::{Act, Error, House, compromise, policy};
use crate::store::PaperFamilyRow;

/// A family on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Learner.
    pub learner: String,
    /// «Фамилия Имя Отчество» of the learner.
    pub name: String,
    /// Why it gets paper.
    pub ground: Ground,
    /// Days of the extract that is due; `None` while none is.
    pub due: Option<(NaiveDate, NaiveDate)>,
    /// Days that would be due, but hold no school day: nothing is to be sent of them.
    pub idle: Option<(NaiveDate, NaiveDate)>,
    /// The day of the next one, when none is due.
    pub next: Option<NaiveDate>,
}

/// How a class stands with its extracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// School year.
    pub year: String,
    /// Weeks between two extracts.
    pub weeks: u32,
    /// Families on the list, by learner.
    pub families: Vec<Family>,
    /// Learners whose family is not on the list: identifier and name.
    pub others: Vec<(String, String)>,
    /// Extracts of the year, by number.
    pub printed: Vec<Printed>,
    /// Names of learners by identifier.
    pub names: HashMap<String, String>,
}

impl Board {
    /// Families to print for.
    pub fn queue(&self) -> impl Iterator<Item = &Family> {
        self.families.iter().filter(|family| family.due.is_some())
    }

    /// Extracts that nobody took yet.
    pub fn unhanded(&self) -> impl Iterator<Item = &Printed> {
        self.printed.iter().filter(|one| one.handed.is_none())
    }
}

fn weeks(policy: &Policy) -> u32 {
    policy.number("parents.extract").filter(|weeks| *weeks > 0).unwrap_or(WEEKS)
}

fn full(one: &Learner) -> String {
    names::full_name(&one.surname, &one.given_name, &one.patronymic)
}

/// The families of a class that are on the list, and what is due.
fn listed(
    roster: &Journal,
    class: &str,
    rows: &[PaperFamilyRow],
    printed: &[Printed],
    weeks: u32,
    today: NaiveDate,
) -> (Vec<Family>, Vec<(String, String)>) {
    let (mut families, mut others) = (Vec::new(), Vec::new());
    let periods = roster.class(class).map(|one| roster.periods_of_grade(one.grade)).unwrap_or_default();
    for learner in class_list(roster, class, today) {
        let row = rows.iter().find(|row| row.learner == learner.id);
        let Some(ground) = row.and_then(|row| row.ground) else {
            others.push((learner.id.clone(), full(learner)));
            continue;
        };
        // Whoever came from another class has the last extract of that class.
        let last = printed.iter().rev().find(|one| one.learner == learner.id);
        let days = due(last, weeks, today);
        let taught = days.filter(|days| has_school_days(&periods, *days));
        families.push(Family {
            learner: learner.id.clone(),
            name: full(learner),
            ground,
            due: taught,
            idle: days.filter(|_| taught.is_none()),
            next: next(last, weeks),
        });
    }
    (families, others)
}

/// How a class stands.
pub async fn board(house: &House, class: &str, act: &Act) -> Result<Board, Error> {
    Ok(boards(house, &|name| name == class, act).await?.pop().map(|(_, board)| board).ok_or(Refusal::NoLearner)?)
}

/// How the classes of the newest year stand, of those that are wanted.
pub async fn boards(
    house: &House,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    act: &Act,
) -> Result<Vec<(String, Board)>, Error> {
    let year = house.year(None).await?;
    let roster = house.db.load_roster(&year).await?;
    let weeks = weeks(&policy::of_act(house, act).await?);
    let rows = house.db.list_paper_families().await?;
    let all = house.db.list_paper_extracts(&year).await?;
    let today = act.at.date_naive();
    let board = |class: &str| {
        let (families, others) = listed(&roster, class, &rows, &all, weeks, today);
        Board {
            year: year.clone(),
            weeks,
            families,
            others,
            printed: all.iter().filter(|one| one.class == class).cloned().collect(),
            names: roster.learners.iter().map(|one| (one.id.clone(), full(one))).collect(),
        }
    };
    let names = roster.classes.iter().map(|class| class.name.as_str()).filter(|name| wanted(name));
    Ok(names.map(|name| (name.to_owned(), board(name))).collect())
}

/// Extracts to print and to hand over in the classes that are wanted, without reading more than the lists: for the first screens.
pub async fn owed(house: &House, wanted: &(dyn Fn(&str) -> bool + Sync), act: &Act) -> Result<(u64, u64), Error> {
    // Most schools have no such family: nothing else is read then.
    if house.db.list_paper_families().await?.is_empty() {
        return Ok((0, 0));
    }
    let boards = boards(house, wanted, act).await?;
    let count = |n: usize| n as u64;
    Ok(boards.iter().fold((0, 0), |(print, hand), (_, board)| {
        (print + count(board.queue().count()), hand + count(board.unhanded().count()))
    }))
}

/// Puts a family on the list, or takes it off (`None`).
pub async fn mark(house: &House, class: &str, learner: &str, ground: Option<Ground>, act: &Act) -> Result<(), Error> {
    let board = board(house, class, act).await?;
    let is_listed = board.families.iter().any(|one| one.learner == learner);
    match ground {
        None if !is_listed => return Err(Refusal::NotListed.into()),
        Some(_) if !is_listed && !board.others.iter().any(|(id, _)| id == learner) => {
            return Err(Refusal::NoLearner.into());
        }
        _ => {}
    }
    let row = PaperFamilyRow { learner: learner.to_owned(), ground, at: act.moment(), by: act.by.clone() };
    let mut tx = house.db.begin().await?;
    tx.record_paper_family(&row).await?;
    let event = Event::new(EventKind::PaperFamilyNoted, &act.by, &act.moment())
        .with("learner", learner)
        .with("wants", if ground.is_some() { "yes" } else { "no" });
    commit(tx, &ground.map_or(event.clone(), |ground| event.with("ground", ground.as_str()))).await
}

/// Records that the extracts of all families of a class that are due are printed; hands back the print job's number. A second press finds
/// nothing due.
pub async fn print(house: &House, class: &str, act: &Act) -> Result<u64, Error> {
    let year = house.year(None).await?;
    let roster = house.db.load_roster(&year).await?;
    let weeks = weeks(&policy::of_act(house, act).await?);
    let mut tx = house.db.begin().await?;
    let rows = tx.list_paper_families().await?;
    let before = tx.list_paper_extracts(&year).await?;
    let (families, _) = listed(&roster, class, &rows, &before, weeks, act.at.date_naive());
    let (last, job) = tx.last_paper_extract().await?;
    let job = job + 1;
    let (mut printed, mut is_idle) = (0, false);
    for family in families {
        is_idle |= family.idle.is_some();
        let Some((starts, ends)) = family.due else { continue };
        printed += 1;
        let one = Printed {
            no: last + printed,
            job,
            year: year.clone(),
            class: class.to_owned(),
            learner: family.learner,
            starts,
            ends,
            at: act.moment(),
            by: act.by.clone(),
            handed: None,
        };
        tx.record_paper_extract(&one).await?;
    }
    if printed == 0 {
        return Err(if is_idle { Refusal::NoSchoolDays } else { Refusal::NothingDue }.into());
    }
    let event = Event::new(EventKind::ExtractsPrinted, &act.by, &act.moment())
        .with("class", class)
        .with_number("extracts", printed)
        .with_number("first", last + 1)
        .with_number("last", last + printed);
    commit(tx, &event).await?;
    Ok(job)
}

/// The pages of a print job of a class, out of the journal as it stands.
pub async fn form(house: &House, class: &str, job: u64, act: &Act) -> Result<Form, Error> {
    let year = house.year(None).await?;
    let own: Vec<Printed> = house
        .db
        .list_paper_extracts(&year)
        .await?
        .into_iter()
        .filter(|one| one.job == job && one.class == class)
        .collect();
    if own.is_empty() {
        return Err(Refusal::Unknown(job).into());
    }
    let entries = house.db.load_class_entries(&year, class).await?;
    let mut journal = house.db.load_roster(&year).await?.with_entries(entries);
    let void = compromise::void_rows(house, &year).await?.take_out(&mut journal);
    let policy = policy::of_act(house, act).await?;
    let wanted: Vec<(ExtractOf<'_>, &Learner)> = own
        .iter()
        .filter_map(|one| {
            let learner = journal.learners.iter().find(|learner| learner.id == one.learner)?;
            let (starts, ends) = (one.starts, one.ends);
            let of = ExtractOf { journal: &journal, void: &void, policy: &policy, starts, ends, no: one.no };
            Some((of, learner))
        })
        .collect();
    Ok(extracts(&Letterhead::of(&journal), &People::of(&journal), &wanted, None))
}

/// Records that an extract was handed over.
pub async fn hand(house: &House, class: &str, no: u64, on: &str, to: &str, act: &Act) -> Result<(), Error> {
    let year = house.year(None).await?;
    let mut tx = house.db.begin().await?;
    let all = tx.list_paper_extracts(&year).await?;
    let one = all.iter().find(|one| one.no == no && one.class == class).ok_or(Refusal::Unknown(no))?;
    if one.handed.is_some() {
        return Err(Refusal::HandedBefore(no).into());
    }
    if to.trim().is_empty() {
        return Err(Refusal::NoTaker(no).into());
    }
    let printed = DateTime::parse_from_rfc3339(&one.at).map(|at| at.date_naive()).unwrap_or_default();
    let day = on.parse::<NaiveDate>().ok().filter(|day| *day >= printed && *day <= act.at.date_naive());
    let handed =
        Handed { on: day.ok_or_else(|| Refusal::Day(on.to_owned()))?, to: to.trim().to_owned(), by: act.by.clone() };
    tx.record_extract_handing(no, &handed, &act.moment()).await?;
    let event = Event::new(EventKind::ExtractHanded, &act.by, &act.moment())
        .with_number("extract", no)
        .with("learner", &one.learner);
    commit(tx, &event).await
}
