//! Who and what there is in the school: read once and kept while nothing is written. Floor 3.
//!
//! Every request asks whose class, course or learner its path names. The answer is kept together with the log's turn, which every
//! writing transaction moves, whichever process it is in: what is kept under the same turn is what a fresh read would give.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::domain::journal::{Class, Course, Journal, Learner};
use crate::domain::policy::Policy;
use crate::flow::policy::{History, history};
use crate::flow::{self, House};
use crate::store::ClosureRow;

/// One school year's people and curriculum.
#[derive(Debug)]
pub(super) struct Directory {
    /// The log's turn under which it was read.
    pub(super) turn: u64,
    /// School year, `2025/2026`; empty before the first import.
    pub(super) year: String,
    /// The journal without entries.
    pub(super) roster: Journal,
    /// Closed periods of the year.
    pub(super) closures: Vec<ClosureRow>,
    /// Rows of the year that stand under a notice of compromise and wait for a decision: table and key.
    pub(super) struck: HashSet<(String, Vec<String>)>,
    closed_years: Vec<String>,
    policies: History,
    name: String,
    classes: HashMap<String, usize>,
    courses: HashMap<String, usize>,
    learners: HashMap<String, usize>,
}

impl Directory {
    async fn read(house: &House, turn: u64) -> Result<Self, flow::Error> {
        let year = house.db.list_years().await?.pop().unwrap_or_default();
        let roster = if year.is_empty() { Journal::default() } else { house.db.load_roster(&year).await? };
        let school = house.db.find_school().await?.map(|row| row.school).unwrap_or_default();
        let closures = house.db.list_closures().await?.into_iter().filter(|row| row.year == year).collect();
        let struck = flow::compromise::struck(house, &year).await?.into_iter().collect();
        let closed_years = house.db.list_closed_years().await?.into_iter().map(|row| row.year).collect();
        let policies = history(house).await?;
        let name = if school.short_name.is_empty() { school.name } else { school.short_name };
        let places = |names: Vec<&String>| names.into_iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Ok(Self {
            turn,
            year,
            classes: places(roster.classes.iter().map(|class| &class.name).collect()),
            courses: places(roster.courses.iter().map(|course| &course.id).collect()),
            learners: places(roster.learners.iter().map(|learner| &learner.id).collect()),
            roster,
            closures,
            struck,
            closed_years,
            policies,
            name,
        })
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

    /// Is the school year closed by order, and so only read?
    pub(super) fn is_archived(&self, year: &str) -> bool {
        self.closed_years.iter().any(|closed| closed == year)
    }

    /// Is the period of the class closed?
    pub(super) fn is_closed(&self, class: &str, period: &str) -> bool {
        self.closures.iter().any(|row| row.class == class && row.period == period)
    }
}

/// The directory as last read.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: RwLock<Option<Arc<Directory>>>,
}

impl Cache {
    /// The directory of this moment.
    pub(super) async fn now(&self, house: &House) -> Result<Arc<Directory>, flow::Error> {
        // The turn is read before the rows: a write in between makes the next request read again.
        let turn = house.db.turn().await?;
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(directory) = kept.filter(|directory| directory.turn == turn) {
            return Ok(directory);
        }
        let read = Arc::new(Directory::read(house, turn).await?);
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }
}
