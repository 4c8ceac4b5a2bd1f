//! Stays of learners in classes, and the movement by orders that makes them: enrolled, moved, left, returned. Floor 0.
//!
//! A stay lasts from its first day up to and without the day on which it ends. 003 Рук 22, 004 13.4; JRN-02.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::layout::STAYS;
use crate::domain::journal::{Journal, Learner};
use crate::domain::words;

/// An order: number and day; either may be unknown for what came from an old journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderMark {
    /// «125-у».
    pub number: String,
    /// Day of signing.
    pub date: Option<NaiveDate>,
}

impl OrderMark {
    /// «125-у от 14.11.2025», as the journal's list has it.
    pub fn as_text(&self) -> String {
        match self.date {
            Some(date) => format!("{} от {}", self.number, words::date_short(date)),
            None => self.number.clone(),
        }
    }
}

/// One stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Learner.
    pub learner: String,
    /// First day in the class.
    pub starts: NaiveDate,
    /// Class.
    pub class: String,
    /// [`super::layout::ENTRIES`].
    pub entry: String,
    /// Order of coming.
    pub entry_order: OrderMark,
    /// Where from, may be empty.
    pub whence: String,
    /// First day no longer in the class; `None` while it lasts.
    pub ends: Option<NaiveDate>,
    /// [`super::layout::EXITS`]; empty while it lasts.
    pub exit: String,
    /// Order of going.
    pub exit_order: OrderMark,
    /// Where to, may be empty.
    pub whither: String,
}

impl Stay {
    /// Reads the store's cells.
    pub fn from_cells(row: &[String]) -> Option<Self> {
        if row.len() != STAYS.columns.len() {
            return None;
        }
        let [learner, class, entry, entry_number, whence, exit, exit_number, whither] =
            [0, 2, 3, 4, 6, 8, 9, 11].map(|at: usize| row[at].clone());
        Some(Self {
            learner,
            starts: row[1].parse().ok()?,
            class,
            entry,
            entry_order: OrderMark { number: entry_number, date: row[5].parse().ok() },
            whence,
            ends: row[7].parse().ok(),
            exit,
            exit_order: OrderMark { number: exit_number, date: row[10].parse().ok() },
            whither,
        })
    }

    /// The store's cells.
    pub fn to_cells(&self) -> Vec<String> {
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        vec![
            self.learner.clone(),
            self.starts.to_string(),
            self.class.clone(),
            self.entry.clone(),
            self.entry_order.number.clone(),
            day(self.entry_order.date),
            self.whence.clone(),
            day(self.ends),
            self.exit.clone(),
            self.exit_order.number.clone(),
            day(self.exit_order.date),
            self.whither.clone(),
        ]
    }

    /// The stay that a learner's row of the journal tells of.
    pub fn of_learner(learner: &Learner) -> Self {
        Self {
            learner: learner.id.clone(),
            starts: learner.enrolled_on,
            class: learner.class.clone(),
            entry: "enrolled".to_owned(),
            entry_order: OrderMark { number: learner.enrolment_order.clone(), date: None },
            whence: String::new(),
            ends: learner.left_on,
            exit: if learner.left_on.is_some() { "left".to_owned() } else { String::new() },
            exit_order: OrderMark { number: learner.leaving_order.clone(), date: None },
            whither: String::new(),
        }
    }

    /// Was the learner in the class on that day?
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.starts <= day && self.ends.is_none_or(|ends| day < ends)
    }

    /// The journal's row of a learner whose last stay this is; the rest of the row is kept.
    pub fn project(&self, learner: &Learner) -> Learner {
        Learner {
            class: self.class.clone(),
            enrolled_on: self.starts,
            enrolment_order: self.entry_order.as_text(),
            left_on: self.ends,
            leaving_order: if self.ends.is_some() { self.exit_order.as_text() } else { String::new() },
            ..learner.clone()
        }
    }
}

/// Every stay of a year: what is on record, and for the rest what the journal's rows tell. The journal's row always stands for the
/// last stay; a recorded stay that no longer agrees with it (a bundle came in since) gives way.
pub fn all(journal: &Journal, recorded: &[Stay]) -> Vec<Stay> {
    let mut by_learner: BTreeMap<&str, Vec<&Stay>> = BTreeMap::new();
    for stay in recorded {
        by_learner.entry(&stay.learner).or_default().push(stay);
    }
    let mut stays = Vec::new();
    for learner in &journal.learners {
        let own = by_learner.get(learner.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let mut earlier: Vec<Stay> = own
            .iter()
            .filter(|stay| {
                stay.ends.is_some_and(|ends| ends <= learner.enrolled_on) && stay.starts < learner.enrolled_on
            })
            .map(|stay| (*stay).clone())
            .collect();
        earlier.sort_by_key(|stay| stay.starts);
        let told = Stay::of_learner(learner);
        let same = |stay: &&&Stay| (stay.starts, &stay.class, stay.ends) == (told.starts, &told.class, told.ends);
        let last = own.iter().find(same).map_or(told.clone(), |stay| (*stay).clone());
        stays.extend(earlier);
        stays.push(last);
    }
    stays
}

/// Where a learner came from on a day: the class of a move within the school, or what the order says; empty when nothing does.
pub fn whence(stays: &[Stay], learner: &str, starts: NaiveDate) -> String {
    let stay = stays.iter().find(|stay| stay.learner == learner && stay.starts == starts);
    stay.map(|stay| place(&stay.entry, &stay.whence)).unwrap_or_default()
}

/// Where a learner went to on a day.
pub fn whither(stays: &[Stay], learner: &str, ends: NaiveDate) -> String {
    let stay = stays.iter().find(|stay| stay.learner == learner && stay.ends == Some(ends));
    stay.map(|stay| place(&stay.exit, &stay.whither)).unwrap_or_default()
}

fn place(how: &str, place: &str) -> String {
    match (how, place) {
        ("moved", place) if !place.is_empty() => format!("{place} класс"),
        ("family", "") => "семейное обучение".to_owned(),
        ("leave", "") => "академический отпуск".to_owned(),
        (_, place) => place.to_owned(),
    }
}

/// The list of a class on a day: the stays that hold, in the order given.
pub fn roster<'s>(stays: &'s [Stay], class: &str, day: NaiveDate) -> Vec<&'s Stay> {
    stays.iter().filter(|stay| stay.class == class && stay.holds_on(day)).collect()
}

/// What an order does to a learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// The learner leaves for another class of the school.
    Move {
        /// Class moved to.
        class: String,
    },
    /// The learner leaves the school or its lessons.
    Leave {
        /// [`super::layout::EXITS`] but `moved`.
        exit: String,
        /// Where to, may be empty.
        whither: String,
    },
    /// A learner who had left comes back.
    Return {
        /// Class.
        class: String,
        /// Where from, may be empty.
        whence: String,
    },
}

/// Why an order cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not in the school on that day.
    #[error("на {0} ученик нигде не числится")]
    Absent(String),
    /// Still in a class.
    #[error("ученик числится в классе {class} с {since}: сначала нужен приказ о выбытии")]
    Present {
        /// Class.
        class: String,
        /// Since when.
        since: String,
    },
    /// The same class.
    #[error("ученик уже числится в классе {0}")]
    SameClass(String),
    /// A later movement stands.
    #[error("после {0} есть более позднее движение этого ученика; порядок приказов нарушать нельзя")]
    Later(String),
    /// An order has no number.
    #[error("не указан номер приказа")]
    NoOrder,
    /// The word for the way of leaving is not known.
    #[error("неизвестное основание выбытия: «{0}»")]
    Exit(String),
}

/// The learner's stays after an order; `stays` are all of the learner's, in time.
pub fn carry_out(stays: &[Stay], movement: &Movement, day: NaiveDate, order: &OrderMark) -> Result<Vec<Stay>, Refusal> {
    let said = words::date_short(day);
    if order.number.is_empty() {
        return Err(Refusal::NoOrder);
    }
    let mut stays = stays.to_vec();
    let Some(last) = stays.last_mut() else { return Err(Refusal::Absent(said)) };
    if last.starts >= day || last.ends.is_some_and(|ends| ends > day) {
        return Err(Refusal::Later(said));
    }
    let next = |class: &str, entry: &str, whence: String, learner: &str| Stay {
        learner: learner.to_owned(),
        starts: day,
        class: class.to_owned(),
        entry: entry.to_owned(),
        entry_order: order.clone(),
        whence,
        ends: None,
        exit: String::new(),
        exit_order: OrderMark::default(),
        whither: String::new(),
    };
    match movement {
        Movement::Move { .. } | Movement::Leave { .. } if last.ends.is_some() => return Err(Refusal::Absent(said)),
        Movement::Move { class } if *class == last.class => return Err(Refusal::SameClass(class.clone())),
        Movement::Move { class } => {
            last.ends = Some(day);
            last.exit = "moved".to_owned();
            last.exit_order = order.clone();
            last.whither = class.clone();
            let stay = next(class, "moved", last.class.clone(), &last.learner);
            stays.push(stay);
        }
        Movement::Leave { exit, whither } => {
            let known =
                super::layout::EXITS.iter().any(|(word, _)| word == exit) && !exit.is_empty() && exit != "moved";
            if !known {
                return Err(Refusal::Exit(exit.clone()));
            }
            last.ends = Some(day);
            last.exit.clone_from(exit);
            last.exit_order = order.clone();
            last.whither.clone_from(whither);
        }
        Movement::Return { .. } if last.ends.is_none() => {
            return Err(Refusal::Present { class: last.class.clone(), since: words::date_short(last.starts) });
        }
        Movement::Return { class, whence } => {
            let stay = next(class, "returned", whence.clone(), &last.learner);
            stays.push(stay);
        }
    }
    Ok(stays)
}

/// One line of the movement book (domain.md 2.17: тип, откуда и куда, приказ, дата).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Day.
    pub day: NaiveDate,
    /// Learner.
    pub learner: String,
    /// What happened, in Russian.
    pub what: &'static str,
    /// Class left, or the school come from.
    pub whence: String,
    /// Class come to, or the school gone to.
    pub whither: String,
    /// Order.
    pub order: OrderMark,
}

/// The movement book of the stays, newest first; the enrolment on the year's first day is no movement within the year.
pub fn book(stays: &[Stay], first_day: Option<NaiveDate>) -> Vec<Line> {
    let mut lines = Vec::new();
    let word = |words: &'static [(&'static str, &'static str)], word: &str| {
        words.iter().find(|(stored, _)| *stored == word).map_or("", |(_, said)| *said)
    };
    for stay in stays {
        if stay.entry != "moved" && first_day.is_none_or(|first| stay.starts > first) {
            lines.push(Line {
                day: stay.starts,
                learner: stay.learner.clone(),
                what: word(super::layout::ENTRIES_SAID, &stay.entry),
                whence: stay.whence.clone(),
                whither: stay.class.clone(),
                order: stay.entry_order.clone(),
            });
        }
        if let Some(ends) = stay.ends {
            lines.push(Line {
                day: ends,
                learner: stay.learner.clone(),
                what: word(super::layout::EXITS_SAID, &stay.exit),
                whence: stay.class.clone(),
                whither: stay.whither.clone(),
                order: stay.exit_order.clone(),
            });
        }
    }
    lines.sort_by(|a, b| (b.day, &a.learner).cmp(&(a.day, &b.learner)));
    lines
}
