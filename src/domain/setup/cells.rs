//! Cells as people write them and as the store keeps them, both ways, each mistake with its place. Floor 0.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::hours_text;
use super::layout::{Column, Is, Layout};
use super::scope::Scope;
use super::spelling;
use crate::domain::employment::{self, Employment};
use crate::domain::finding::Finding;
use crate::domain::journal::{Course, Journal};
use crate::domain::names;
use crate::domain::period;
use crate::domain::words::{self, WEEKDAYS};

/// As [`WEEKDAYS`], short.
const WEEKDAYS_SHORT: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];

/// What cells may refer to: staff, classes, courses, learners and rooms by identifier, and by the words people use for them.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Folded words → identifiers; two people of one name make a list of two.
    staff: BTreeMap<String, Vec<String>>,
    learners: BTreeMap<String, Vec<String>>,
    courses: BTreeMap<String, Vec<String>>,
    classes: BTreeMap<String, u8>,
    rooms: BTreeMap<String, String>,
    names: BTreeMap<(&'static str, String), String>,
    /// Class, subject and group of each course.
    pub(super) parts: Vec<[String; 3]>,
    /// Last days of those who leave or have left.
    last_days: BTreeMap<String, NaiveDate>,
    /// The calendar year in which the school year begins.
    begins: Option<i32>,
}

impl Known {
    /// What a year's journal and rooms know.
    pub fn of(journal: &Journal, rooms: impl Iterator<Item = String>) -> Self {
        let mut known = Self::default();
        let say = |map: &mut BTreeMap<String, Vec<String>>, words: String, id: &str| {
            let ids = map.entry(names::fold(&words)).or_default();
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        };
        for person in &journal.staff {
            let (s, g, p) = (&person.surname, &person.given_name, &person.patronymic);
            let full = names::full_name(s, g, p);
            let short = names::short_name(s, g, p);
            let spaced = short.replace('.', ". ");
            for words in [person.id.clone(), full, short.clone(), spaced, s.clone()] {
                say(&mut known.staff, words, &person.id);
            }
            known.names.insert(("staff", person.id.clone()), short);
        }
        for learner in &journal.learners {
            let full = names::full_name(&learner.surname, &learner.given_name, &learner.patronymic);
            let list = names::list_name(&learner.surname, &learner.given_name);
            for words in [learner.id.clone(), full, list.clone(), format!("{list}, {}", learner.class)] {
                say(&mut known.learners, words, &learner.id);
            }
            known.names.insert(("learner", learner.id.clone()), format!("{list}, {}", learner.class));
        }
        for course in &journal.courses {
            let title = course_words(course);
            for words in [course.id.clone(), title.clone(), title.replace(',', "")] {
                say(&mut known.courses, words, &course.id);
            }
            known.names.insert(("course", course.id.clone()), title);
            known.parts.push([course.class.clone(), course.subject.clone(), course.group.clone()]);
        }
        known.classes = journal.classes.iter().map(|class| (class.name.clone(), class.grade)).collect();
        known.rooms = rooms.map(|room| (names::fold(&room), room)).collect();
        known.begins = journal.school.year.split_once('/').and_then(|(first, _)| first.parse().ok());
        known
    }

    /// A day of a plan without its year, «01.09»: that of the school year.
    fn day_of_year(&self, text: &str) -> Option<NaiveDate> {
        let (day, month) = text.trim_end_matches('.').split_once('.')?;
        let month: u32 = month.parse().ok()?;
        let begins = self.begins?;
        NaiveDate::from_ymd_opt(if month > 8 { begins } else { begins + 1 }, month, day.parse().ok()?)
    }

    /// Learns who of the staff leaves, and when: a choice says so, what stands is shown as before.
    pub fn learn_last_days(&mut self, journal: &Journal, work: &[Employment]) {
        let last = |id: &String| employment::last_day(work, id).map(|day| (id.clone(), day));
        self.last_days = journal.staff.iter().filter_map(|person| last(&person.id)).collect();
    }

    /// Is there a class of that name?
    pub fn has_class(&self, name: &str) -> bool {
        self.classes.contains_key(name)
    }

    /// Choices for a form: stored form and words, in the order of the words.
    pub fn choices(&self, is: Is) -> Vec<(String, String)> {
        let of = |what: &str| {
            let list: Vec<(String, String)> = self
                .names
                .iter()
                .filter(|((kind, _), _)| *kind == what)
                .map(|((_, id), words)| (id.clone(), words.clone()))
                .collect();
            list
        };
        let by_name = |mut list: Vec<(String, String)>| {
            list.sort_by_cached_key(|(id, words)| (names::sort_key(words, "", ""), id.clone()));
            list
        };
        let by_number = |mut list: Vec<(String, String)>| {
            list.sort_by(|a, b| names::natural(&a.1, &b.1).then_with(|| a.0.cmp(&b.0)));
            list
        };
        match is {
            Is::Staff => by_name(of("staff"))
                .into_iter()
                .map(|(id, name)| match self.last_days.get(&id) {
                    Some(day) => (id, format!("{name}, работает по {}", words::date_short(*day))),
                    None => (id, name),
                })
                .collect(),
            Is::Learner => by_name(of("learner")),
            Is::Course => by_number(of("course")),
            Is::Class => by_number(self.classes.keys().map(|name| (name.clone(), name.clone())).collect()),
            Is::Room => by_number(self.rooms.values().map(|room| (room.clone(), room.clone())).collect()),
            Is::Weekday => {
                (1..).zip(WEEKDAYS).take(6).map(|(day, word): (u8, _)| (day.to_string(), word.to_owned())).collect()
            }
            Is::Choice(words) => {
                words.iter().map(|(stored, said)| ((*stored).to_owned(), (*said).to_owned())).collect()
            }
            Is::Text | Is::Long | Is::Whole(..) | Is::Hours | Is::Day | Is::Clock | Is::Scope | Is::Given => Vec::new(),
        }
    }

    /// A stored cell in words.
    pub fn show(&self, is: Is, stored: &str) -> String {
        let named = |what| self.names.get(&(what, stored.to_owned())).cloned().unwrap_or_else(|| stored.to_owned());
        match is {
            Is::Hours => stored.parse().map(hours_text).unwrap_or_else(|_| stored.to_owned()),
            Is::Day => stored.parse().map(words::date_short).unwrap_or_else(|_| stored.to_owned()),
            Is::Weekday => match stored.parse::<usize>() {
                Ok(day @ 1..=7) => WEEKDAYS[day - 1].to_owned(),
                _ => String::new(),
            },
            Is::Choice(words) => words
                .iter()
                .find(|(word, _)| *word == stored)
                .map_or_else(|| stored.to_owned(), |(_, said)| (*said).to_owned()),
            Is::Scope => Scope::parse(stored).map_or_else(|| stored.to_owned(), |scope| scope.to_string()),
            Is::Staff => named("staff"),
            Is::Learner => named("learner"),
            Is::Course => named("course"),
            Is::Whole(0, _) if stored == "0" => String::new(),
            Is::Text | Is::Long | Is::Whole(..) | Is::Clock | Is::Class | Is::Room | Is::Given => stored.to_owned(),
        }
    }

    /// Learns of a room that comes together with the rows that name it.
    pub fn add_room(&mut self, room: &str) {
        self.rooms.insert(names::fold(room), room.to_owned());
    }

    /// The stored form of what a text names; the finding says what was expected, and of several the codes.
    pub fn find(&self, is: Is, text: &str, place: &str) -> Result<String, Finding> {
        let told = |fault: Fault| {
            if fault.several.is_empty() {
                return Finding::new("setup.cell-wrong", place, self.why(is, text))
                    .expected_found(fault.expected, text);
            }
            Finding::new("setup.cell-ambiguous", place, self.which(is, &fault.several))
                .expected_found(fault.expected, text)
        };
        self.read(is, text).map_err(told)
    }

    /// Courses whose words begin so («5А алг»), for names of sheets, which have no room for the whole; told apart by commas or not.
    pub fn courses_beginning(&self, words: &str) -> Vec<String> {
        let sought = names::fold(&words.replace(',', " "));
        let of = |(said, ids): (&String, &Vec<String>)| {
            names::fold(&said.replace(',', " ")).starts_with(&sought).then(|| ids.clone())
        };
        let mut found: Vec<String> = self.courses.iter().filter_map(of).flatten().collect();
        found.sort();
        found.dedup();
        found
    }

    /// What to do when a text names several: courses of one subject are told apart by their groups, all else by its codes.
    fn which(&self, is: Is, several: &[String]) -> String {
        let said: Vec<String> = several.iter().map(|id| format!("{} ({id})", self.show(is, id))).collect();
        let by = match is {
            Is::Course => "назовите группу в столбце «Группа» или код курса",
            _ => "укажите код",
        };
        format!("подходит несколько: {}; {by}", said.join("; "))
    }

    /// Why a cell is not taken, in the same words wherever such a cell stands.
    fn why(&self, is: Is, text: &str) -> String {
        let near = |map: &BTreeMap<String, Vec<String>>, what: &'static str, whose: &str| {
            let said = |id: &String| self.names.get(&(what, id.clone())).map(String::as_str);
            let known = map.iter().flat_map(|(words, ids)| ids.iter().map(move |id| (words.as_str(), id)));
            let known = known.filter_map(|(words, id)| Some((words, said(id)?)));
            spelling::nobody(whose, text, &spelling::near_people(text, known))
        };
        match is {
            Is::Course => spelling::why(text, self),
            Is::Hours => "часы — не число".to_owned(),
            Is::Class => spelling::no_class(text),
            Is::Scope => match Scope::parse(text) {
                Some(Scope::Class(name)) => spelling::no_class(&name),
                _ => "не понято".to_owned(),
            },
            Is::Staff => near(&self.staff, "staff", "сотрудника"),
            Is::Learner => near(&self.learners, "learner", "ученика"),
            Is::Room => format!("кабинета «{text}» в школе нет"),
            _ => "не понято".to_owned(),
        }
    }

    /// Reads one cell into its stored form.
    fn read(&self, is: Is, text: &str) -> Result<String, Fault> {
        let wrong = |expected: &str| Err(Fault { expected: expected.to_owned(), ..Fault::default() });
        match is {
            Is::Text | Is::Long | Is::Given => Ok(text.to_owned()),
            Is::Whole(from, to) => match text.parse::<i64>() {
                Ok(number) if (from..=to).contains(&number) => Ok(number.to_string()),
                _ => wrong(&format!("целое число от {from} до {to}")),
            },
            Is::Hours => {
                parse_hours(text).map_or_else(|| wrong("число часов, например 2 или 0,5"), |h| Ok(h.to_string()))
            }
            Is::Day => match parse_day(text) {
                Some(day) => Ok(day.to_string()),
                None => wrong(&format!("дата, например 01.09.{}", self.begins.unwrap_or(2025))),
            },
            Is::Clock => match minutes(text) {
                Some(at) => Ok(format!("{:02}:{:02}", at / 60, at % 60)),
                None => wrong("время, например 08:30"),
            },
            Is::Choice(words) => choice(words, text).map_or_else(
                || wrong(&words.iter().map(|(_, said)| *said).collect::<Vec<_>>().join(", ")),
                |word| Ok(word.to_owned()),
            ),
            Is::Weekday => parse_weekday(text).map_or_else(|| wrong("день недели"), |day| Ok(day.to_string())),
            Is::Scope => match Scope::parse(text) {
                Some(Scope::Class(name)) if !self.has_class(&name) => {
                    wrong("пусто (вся школа), «1-4» или имеющийся класс")
                }
                Some(scope) => Ok(scope.as_text()),
                None => wrong("пусто (вся школа), «1-4» или имеющийся класс"),
            },
            Is::Class if self.has_class(text) => Ok(text.to_owned()),
            Is::Class => match spelling::near_classes(text, self.classes.keys().map(String::as_str)) {
                near if near.is_empty() => wrong("имеющийся класс"),
                near => wrong(&near),
            },
            Is::Room => match self.rooms.get(&names::fold(text)) {
                Some(room) => Ok(room.clone()),
                None => wrong("кабинет из списка кабинетов"),
            },
            Is::Staff => one_of(&self.staff, text, "сотрудник: фамилия с инициалами или код"),
            Is::Learner => one_of(&self.learners, text, "ученик: фамилия, имя и класс или код"),
            Is::Course => one_of(&self.courses, text, "курс: класс, предмет и группа («5А, Алгебра») или код"),
        }
    }
}

/// What is wrong with a cell.
#[derive(Debug, Default)]
struct Fault {
    expected: String,
    several: Vec<String>,
}

fn one_of(map: &BTreeMap<String, Vec<String>>, text: &str, expected: &str) -> Result<String, Fault> {
    match map.get(&names::fold(text)).map(Vec::as_slice) {
        Some([id]) => Ok(id.clone()),
        Some(several) => Err(Fault { expected: expected.to_owned(), several: several.to_vec() }),
        None => Err(Fault { expected: expected.to_owned(), ..Fault::default() }),
    }
}

/// «5А, Алгебра, 1 группа».
pub fn course_words(course: &Course) -> String {
    format!("{}, {}", course.class, period::course_title(course))
}

/// Words of orders, folded, with the choice that they stand for where there is one: kinds of movement as secretaries write them.
const ALSO_SAID: &[(&str, &str)] = &[
    ("зачислена", "зачислен"),
    ("принят", "зачислен"),
    ("принята", "зачислен"),
    ("переведен", "переведён в другой класс"),
    ("переведена", "переведён в другой класс"),
    ("переведена в другой класс", "переведён в другой класс"),
    ("возвращена", "возвращён"),
    ("выбыла", "выбыл"),
    ("отчислен", "выбыл"),
    ("отчислена", "выбыл"),
];

fn choice(words: &'static [(&'static str, &'static str)], text: &str) -> Option<&'static str> {
    let said = names::fold(text);
    let folded = ALSO_SAID.iter().find(|(own, _)| *own == said).map_or(said, |(_, choice)| names::fold(choice));
    let same = |(word, said): &&(&str, &str)| *word == text || names::fold(said) == folded;
    words.iter().find(same).map(|(word, _)| *word)
}

/// `2`, `0,5`, `1.25`, `2 ч` as hundredths; at most 60 hours, more than any week or topic has.
pub(super) fn parse_hours(text: &str) -> Option<u32> {
    const MOST: u32 = 60 * 100;
    const UNITS: [&str; 5] = ["часов", "часа", "час", "ч.", "ч"];
    let text = UNITS.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text).trim_end();
    let (whole, rest) = text.split_once([',', '.']).unwrap_or((text, ""));
    if rest.len() > 2 || !rest.bytes().all(|b| b.is_ascii_digit()) || whole.len() > 4 {
        return None;
    }
    let part = format!("{rest:0<2}").parse::<u32>().ok()?;
    let centi = whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)?;
    (centi <= MOST).then_some(centi)
}

/// `2025-09-01`, `01.09.2025`, `01.09.25`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split('.').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let year = match year.len() {
        2 => 2000 + year.parse::<i32>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// `08:30`, `8.30`, `8-30` as minutes after midnight.
pub fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once([':', '.', '-'])?;
    if minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// A weekday by number, word or its two letters.
pub fn parse_weekday(text: &str) -> Option<u8> {
    let folded = names::fold(text);
    if let Ok(day @ 0..=7) = folded.parse() {
        return Some(day);
    }
    let place = WEEKDAYS.iter().position(|day| *day == folded);
    let place = place.or_else(|| WEEKDAYS_SHORT.iter().position(|day| *day == folded.trim_end_matches('.')));
    place.map(|place| place as u8 + 1)
}

impl Layout {
    /// Reads a row that people filled in, column by column; every mistake is a finding with its place. `given` fills the columns
    /// that the program gives.
    pub fn read(
        &self,
        texts: &[String],
        known: &Known,
        place: &str,
        given: &dyn Fn(&Column) -> String,
    ) -> Result<Vec<String>, Vec<Finding>> {
        self.read_at(texts, known, &|at| format!("{place}, «{}»", self.columns[at].title), given)
    }

    /// [`Layout::read`] with the place of each cell told by the caller, by the column's place in the layout.
    pub(super) fn read_at(
        &self,
        texts: &[String],
        known: &Known,
        place: &dyn Fn(usize) -> String,
        given: &dyn Fn(&Column) -> String,
    ) -> Result<Vec<String>, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut cells = Vec::with_capacity(self.columns.len());
        for (number, (column, text)) in self.columns.iter().zip(texts).enumerate() {
            let text = match column.is {
                Is::Long => text.trim().replace("\r\n", "\n"),
                _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
            };
            let at = place(number);
            if text.is_empty() {
                if column.required && !choice_has_empty(column.is) {
                    findings.push(Finding::new("setup.cell-empty", at, "нужно заполнить"));
                }
                cells.push(match column.is {
                    Is::Given => given(column),
                    _ if Self::is_number(column) => "0".to_owned(),
                    _ => String::new(),
                });
                continue;
            }
            // Plans are written day by day of one school year, and their days often without it.
            let of_plan = Some(&text).filter(|_| self.table == "plan_topics" && column.is == Is::Day);
            let day = of_plan.and_then(|text| known.day_of_year(text));
            match day.map_or_else(|| known.read(column.is, &text), |day| Ok(day.to_string())) {
                Ok(cell) => cells.push(cell),
                Err(fault) if fault.several.is_empty() => {
                    let message = known.why(column.is, &text);
                    findings.push(Finding::new("setup.cell-wrong", at, message).expected_found(fault.expected, text));
                    cells.push(String::new());
                }
                Err(fault) => {
                    let message = known.which(column.is, &fault.several);
                    findings
                        .push(Finding::new("setup.cell-ambiguous", at, message).expected_found(fault.expected, text));
                    cells.push(String::new());
                }
            }
        }
        if findings.is_empty() { Ok(cells) } else { Err(findings) }
    }
}

fn choice_has_empty(is: Is) -> bool {
    matches!(is, Is::Choice(words) if words.iter().any(|(word, _)| word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_an_office_writes_them() {
        assert_eq!(parse_hours("2"), Some(200));
        assert_eq!(parse_hours("0,5"), Some(50));
        assert_eq!(parse_hours("1.25"), Some(125));
        assert_eq!(["2 ч", "2ч.", "1 час", "0,5 часа"].map(parse_hours), [Some(200), Some(200), Some(100), Some(50)]);
        assert_eq!(["ч", "два ч", "1,234"].map(parse_hours), [None; 3]);
        assert_eq!(parse_hours("-1"), None);
        assert_eq!(parse_hours("61"), None);
        assert_eq!(hours_text(250), "2,5");
        assert_eq!(hours_text(125), "1,25");
        assert_eq!(parse_day("01.09.25").map(|d| d.to_string()).as_deref(), Some("2025-09-01"));
        assert_eq!(parse_day("31.02.2025"), None);
        let known = Known { begins: Some(2025), ..Known::default() };
        let day = |text| known.day_of_year(text).map(|day| day.to_string()).unwrap_or_default();
        assert_eq!(["01.09", "9.02.", "30.02", "сентябрь"].map(day), ["2025-09-01", "2026-02-09", "", ""]);
        assert_eq!(minutes("8:30"), Some(510));
        assert_eq!(minutes("24:00"), None);
        assert_eq!(parse_weekday("Пт."), Some(5));
        assert_eq!(parse_weekday("суббота"), Some(6));
        assert_eq!(parse_weekday("8"), None);
    }

    #[test]
    fn kinds_of_movement_are_read_as_orders_say_them() {
        let kind = |text| choice(crate::domain::setup::layout::MOVEMENTS, text);
        assert_eq!(["переведен", "Переведён", "переведена в другой класс"].map(kind), [Some("moved"); 3]);
        assert_eq!(["отчислен", "Отчислена", "выбыла"].map(kind), [Some("left"); 3]);
        assert_eq!(["возвращен", "уехал"].map(kind), [Some("returned"), None]);
    }
}
