//! Who and what there is in the school: read once and kept while nothing is written. Floor 3.
//!
//! Every request asks whose class, course or learner its path names. The answer is kept together with the turn at which the school's data was
//! touched last, whichever process did it (`store::Moved::school`): what is kept under the same turn is what a fresh read would give.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::domain::journal::{Class, Course, Journal, Learner};
use crate::domain::names;
use crate::domain::policy::Policy;
use crate::domain::struck::Struck;
use crate::flow::policy::{History, history};
use crate::flow::{self, House};
use crate::store::ClosureRow;

/// One school year's people and curriculum.
#[derive(Debug)]
pub(super) struct Directory {
    /// The turn at which the school's data had been touched last when it was read.
    pub(super) turn: u64,
    /// School year, `2025/2026`; empty before the first import.
    pub(super) year: String,
    /// Every school year of the house, the newest last.
    pub(super) years: Vec<String>,
    /// The journal without entries.
    pub(super) roster: Journal,
    /// Closed periods of the year.
    pub(super) closures: Vec<ClosureRow>,
    /// Rows of the year that stand under a notice of compromise and wait for a decision: table and key.
    pub(super) struck: Struck,
    /// What learners were called before, by learner: they are still looked for so.
    former: HashMap<String, String>,
    closed_years: Vec<String>,
    policies: History,
    name: String,
    classes: HashMap<String, usize>,
    courses: HashMap<String, usize>,
    learners: HashMap<String, usize>,
}

impl Directory {
    /// Reads the newest year, or the one asked for; `None` when there is no such year.
    async fn read(house: &House, turn: u64, asked: Option<&str>) -> Result<Option<Self>, flow::Error> {
        let years = house.db.list_years().await?;
        let year = match asked {
            None => years.last().cloned().unwrap_or_default(),
            Some(asked) if years.iter().any(|year| year == asked) => asked.to_owned(),
            Some(_) => return Ok(None),
        };
        let mut roster = if year.is_empty() { Journal::default() } else { house.db.load_roster(&year).await? };
        roster.classes.sort_by(|a, b| names::natural(&a.name, &b.name));
        roster.courses.sort_by(|a, b| names::natural(&a.class, &b.class));
        let school = house.db.find_school().await?.map(|row| row.school).unwrap_or_default();
        let closures = house.db.list_closures().await?.into_iter().filter(|row| row.year == year).collect();
        let struck = flow::compromise::void_rows(house, &year).await?;
        let closed_years = house.db.list_closed_years().await?.into_iter().map(|row| row.year).collect();
        let mut former: HashMap<String, String> = HashMap::new();
        for (learner, [surname, given_name]) in house.db.list_former_names().await? {
            let told = former.entry(learner).or_default();
            told.push_str(&format!("{}{surname} {given_name}", if told.is_empty() { "" } else { ", " }));
        }
        let policies = history(house).await?;
        let name = if school.short_name.is_empty() { school.name } else { school.short_name };
        let places = |names: Vec<&String>| names.into_iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Ok(Some(Self {
            turn,
            year,
            years,
            classes: places(roster.classes.iter().map(|class| &class.name).collect()),
            courses: places(roster.courses.iter().map(|course| &course.id).collect()),
            learners: places(roster.learners.iter().map(|learner| &learner.id).collect()),
            roster,
            closures,
            struck,
            former,
            closed_years,
            policies,
            name,
        }))
    }

    /// Is it an earlier year than the newest one? It is only read, and by fewer people.
    pub(super) fn is_earlier(&self) -> bool {
        self.years.last().is_some_and(|newest| *newest != self.year)
    }

    /// The address of a page about this year: that of an earlier year says which.
    pub(super) fn address(&self, address: String) -> String {
        if !self.is_earlier() {
            return address;
        }
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}year={}", super::query::segment(&self.year))
    }

    /// The school's short name, or its full one.
    pub(super) fn school_name(&self) -> &str {
        &self.name
    }

    /// The policy in force on a day, as the orders have it so far.
    pub(super) fn policy(&self, day: NaiveDate) -> &Policy {
        &self.policies.on(day).policy
    }

    /// A class by name.
    pub(super) fn class(&self, name: &str) -> Option<&Class> {
        self.classes.get(name).map(|at| &self.roster.classes[*at])
    }

    /// A course by identifier.
    pub(super) fn course(&self, id: &str) -> Option<&Course> {
        self.courses.get(id).map(|at| &self.roster.courses[*at])
    }

    /// A learner by identifier.
    pub(super) fn learner(&self, id: &str) -> Option<&Learner> {
        self.learners.get(id).map(|at| &self.roster.learners[*at])
    }

    /// What a learner was called before: «Ольхина Яшма»; empty for who never changed the name.
    pub(super) fn former_names(&self, learner: &str) -> &str {
        self.former.get(learner).map_or("", String::as_str)
    }

    /// Is the school year closed by order, and so only read?
    pub(super) fn is_archived(&self, year: &str) -> bool {
        self.closed_years.iter().any(|closed| closed == year)
    }

    /// Is the period of the class closed?
    pub(super) fn is_closed(&self, class: &str, period: &str) -> bool {
        self.closures.iter().any(|row| row.class == class && row.period == period)
    }
}

/// Earlier years held at one time: the two before this one, and one that somebody looks up.
const EARLIER: usize = 3;

/// The directories as last read.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: RwLock<Option<Arc<Directory>>>,
    earlier: Mutex<Vec<Arc<Directory>>>,
    /// Whoever reads anew holds this: after a change one request reads the year, the others wait for what it read.
    reading: tokio::sync::Mutex<()>,
}

impl Cache {
    /// The newest year as of a turn of the log, or of a later one.
    ///
    /// The turn was read before the rows: a write in between makes the next request read again.
    pub(super) async fn at(&self, house: &House, turn: u64) -> Result<Arc<Directory>, flow::Error> {
        if let Some(directory) = self.newest(turn) {
            return Ok(directory);
        }
        let _one = self.reading.lock().await;
        if let Some(directory) = self.newest(turn) {
            return Ok(directory);
        }
        let read = Directory::read(house, turn, None).await?.ok_or(flow::Error::NoJournal)?;
        let read = Arc::new(read);
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }

    /// A school year as of a turn of the log; `None` when the house has no such year.
    pub(super) async fn of_year(
        &self,
        house: &House,
        turn: u64,
        year: &str,
    ) -> Result<Option<Arc<Directory>>, flow::Error> {
        let newest = self.at(house, turn).await?;
        if newest.year == year {
            return Ok(Some(newest));
        }
        if !newest.years.iter().any(|known| known == year) {
            return Ok(None);
        }
        let _one = self.reading.lock().await;
        if let Some(directory) = self.of_earlier(turn, year) {
            return Ok(Some(directory));
        }
        let Some(read) = Directory::read(house, turn, Some(year)).await? else { return Ok(None) };
        let read = Arc::new(read);
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.retain(|held| held.year != year);
        if earlier.len() >= EARLIER {
            earlier.remove(0);
        }
        earlier.push(read.clone());
        Ok(Some(read))
    }

    fn newest(&self, turn: u64) -> Option<Arc<Directory>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|directory| directory.turn >= turn).cloned()
    }

    fn of_earlier(&self, turn: u64, year: &str) -> Option<Arc<Directory>> {
        let earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.iter().find(|held| held.year == year && held.turn >= turn).cloned()
    }
}
