//! What a regulation says under the further keys: values with units, grades and clauses, each read in one way. Floor 0.
//!
//! A value may also be said elsewhere («по положению об отметке»): then it is no value, and every rule that asks for it says so.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveTime};

use super::keys::{KEYS, Key, Shape};
use super::reader::{Node, NodeKind, Reader, join};
use crate::domain::words;

/// The largest number under a further key: a year of days.
const LARGEST: u32 = 366;
/// The longest term in hours: a week.
const LONGEST_HOURS: u32 = 168;

/// Units of the further keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Words and texts have none.
    None,
    /// Hours; halves are allowed.
    Hours,
    /// A time of the same day.
    ClockTime,
    /// Lessons of the course.
    Lessons,
    /// Days of the calendar.
    CalendarDays,
    /// Study days of the class.
    SchoolDays,
    /// Working days of the production calendar.
    WorkingDays,
    /// Days, of a cadence.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Study periods.
    Periods,
    /// Years.
    Years,
    /// Carriers of a backup.
    Media,
    /// Rooms.
    Rooms,
    /// Marks of a learner in a period.
    Marks,
    /// A grade.
    Grade,
    /// Times a week.
    TimesAWeek,
    /// A day of the year.
    Date,
}

impl Unit {
    /// Word of a policy file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Hours => "hours",
            Self::ClockTime => "clock_time",
            Self::Lessons => "lessons",
            Self::CalendarDays => "calendar_days",
            Self::SchoolDays => "school_days",
            Self::WorkingDays => "working_days",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Periods => "periods",
            Self::Years => "years",
            Self::Media => "media",
            Self::Rooms => "rooms",
            Self::Marks => "marks",
            Self::Grade => "grade",
            Self::TimesAWeek => "times_a_week",
            Self::Date => "date",
        }
    }

    /// «3 календарных дня».
    fn counted(self, n: u32) -> String {
        let n = u64::from(n);
        let [one, few, many] = match self {
            Self::None | Self::ClockTime | Self::Date => return n.to_string(),
            Self::Hours => ["час", "часа", "часов"],
            Self::Lessons => ["урок", "урока", "уроков"],
            Self::CalendarDays => ["календарный день", "календарных дня", "календарных дней"],
            Self::SchoolDays => ["учебный день", "учебных дня", "учебных дней"],
            Self::WorkingDays => ["рабочий день", "рабочих дня", "рабочих дней"],
            Self::Days => ["день", "дня", "дней"],
            Self::Weeks => ["неделя", "недели", "недель"],
            Self::Months => ["месяц", "месяца", "месяцев"],
            Self::Periods => ["учебный период", "учебных периода", "учебных периодов"],
            Self::Years => ["год", "года", "лет"],
            Self::Media => ["носитель", "носителя", "носителей"],
            Self::Rooms => ["помещение", "помещения", "помещений"],
            Self::Marks => ["отметка", "отметки", "отметок"],
            Self::Grade => return format!("с {n} класса"),
            Self::TimesAWeek => ["раз в неделю", "раза в неделю", "раз в неделю"],
        };
        format!("{n} {}", words::plural(n, one, few, many))
    }
}

/// A value under a further key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number of the unit.
    Number(u32),
    /// Hours as minutes, so that 1.5 h is no binary fraction.
    Minutes(u32),
    /// A time of the same day.
    Time(NaiveTime),
    /// Words of a closed list, or names of the school's own.
    Words(Vec<String>),
    /// Words of the regulation.
    Text(String),
    /// A day of the year: month and day.
    Day(u32, u32),
    /// The end of the school year.
    YearEnd,
    /// The regulation leaves it to another document.
    Elsewhere(String),
}

/// One statement of a regulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `deadline.oral`.
    pub key: String,
    /// Grades from … to, inclusive.
    pub grades: (u8, u8),
    /// Lessons a week from … to, inclusive, where the statement depends on them.
    pub hours: Option<(u32, u32)>,
    /// For profile groups only?
    pub profile: bool,
    /// First day on which the statement holds; `None` = as long as the policy.
    pub from: Option<NaiveDate>,
    /// What it says.
    pub value: Value,
    /// In which unit.
    pub unit: Unit,
    /// «000 Рег 2.3».
    pub clause: String,
    /// How the school reads the clause where it can be read in two ways; may be empty.
    pub note: String,
}

/// Every grade of a school (273-ФЗ ст. 66).
pub const ALL_GRADES: (u8, u8) = (1, 11);

impl Said {
    /// Does the statement hold for a grade?
    pub fn holds_for(&self, grade: u8) -> bool {
        (self.grades.0..=self.grades.1).contains(&grade)
    }

    /// Is a word among those said?
    pub fn has(&self, word: &str) -> bool {
        matches!(&self.value, Value::Words(words) if words.iter().any(|said| said == word))
    }

    /// The value as people read it: «3 календарных дня», «до 17:00», «секретарь».
    pub fn in_russian(&self) -> String {
        in_russian(&self.key, &self.value, self.unit)
    }

    /// `deadline.written.2-8`: the key with what narrows it.
    pub fn full_key(&self) -> String {
        let mut key = self.key.clone();
        if self.grades != ALL_GRADES {
            let _ = write!(key, ".{}-{}", self.grades.0, self.grades.1);
        }
        if let Some((from, to)) = self.hours {
            let _ = if to >= LARGEST { write!(key, ".{from}+h") } else { write!(key, ".{from}-{to}h") };
        }
        if self.profile {
            key.push_str(".profile");
        }
        if let Some(from) = self.from {
            let _ = write!(key, ".{from}");
        }
        key
    }
}

/// The value as the file writes it: `3`, `1,5`, `17:00`, `06-30`, `director deputy`.
pub fn as_written(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Minutes(minutes) if minutes % 60 == 0 => (minutes / 60).to_string(),
        Value::Minutes(minutes) => format!("{},{}", minutes / 60, minutes % 60 * 10 / 60),
        Value::Time(time) => time.format("%H:%M").to_string(),
        Value::Words(words) => words.join(" "),
        Value::Text(text) => text.clone(),
        Value::Day(month, day) => format!("{month:02}-{day:02}"),
        Value::YearEnd => "year_end".to_owned(),
        Value::Elsewhere(document) => document.clone(),
    }
}

fn in_russian(key: &str, value: &Value, unit: Unit) -> String {
    match value {
        Value::Number(0) if matches!(unit, Unit::CalendarDays | Unit::SchoolDays | Unit::WorkingDays) => {
            "в тот же день".to_owned()
        }
        Value::Number(number) => unit.counted(*number),
        Value::Minutes(minutes) if minutes % 60 == 0 => Unit::Hours.counted(minutes / 60),
        // A fraction governs the genitive singular: «1,5 часа».
        Value::Minutes(_) => format!("{} часа", as_written(value)),
        Value::Time(time) => format!("до {}", time.format("%H:%M")),
        Value::Day(month, day) => NaiveDate::from_ymd_opt(2024, *month, *day)
            .map_or_else(|| as_written(value), |date| format!("не позднее {}", words::day_and_month(date))),
        Value::YearEnd => "по окончании учебного года".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Elsewhere(document) => format!("по другому документу: {document}"),
        Value::Words(said) => {
            let known = super::keys::find(key).map(|key| key.shape);
            let (Some(Shape::Word(known)) | Some(Shape::Words(known))) = known else { return said.join(", ") };
            let word = |said: &String| {
                known
                    .iter()
                    .find(|(word, _)| word == said)
                    .map_or_else(|| said.clone(), |(_, russian)| (*russian).to_owned())
            };
            said.iter().map(word).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Another clause of the same regulation on the same thing, or another reading of the same clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What the other clause says; the key is that of the value in force.
    pub said: Said,
}

/// Reads every further key.
pub(super) fn read(reader: &mut Reader, root: &Node) -> Vec<Said> {
    let mut said = Vec::new();
    for key in KEYS {
        let Some((section, name)) = key.key.split_once('.') else { continue };
        let Some(node) = root.get(section).and_then(|section| section.get(name)) else { continue };
        let rows: Vec<&Node> = match &node.kind {
            NodeKind::List(rows) => rows.iter().collect(),
            _ => vec![node],
        };
        for row in rows {
            if let Some(row) = statement(reader, key, key.key, row, &[]) {
                reader.note_said(&row);
                said.push(row);
            }
        }
    }
    said
}

/// Reads `[[other]]`: the clauses of the regulation that say something else.
pub(super) fn others(reader: &mut Reader, root: &Node, known: impl Fn(&str) -> bool) -> Vec<Other> {
    const PATH: &str = "other";
    let Some(node) = root.get(PATH) else { return Vec::new() };
    let mut others = Vec::new();
    for row in reader.rows(Some(node), PATH) {
        let name = reader.text(row, PATH, "key");
        if !known(&name) {
            if row.get("key").is_none() {
                reader.report("policy.missing-key", row.line, "нет обязательного ключа «other.key»");
            } else {
                let line = row.get("key").map_or(row.line, |key| key.line);
                reader.report("policy.unknown-key", line, format!("в «other» неизвестный ключ «{name}»"));
            }
            continue;
        }
        // A clause on one of the first keys is kept in its own words.
        let plain = Key { key: "other", about: "", shape: Shape::Text };
        let key = super::keys::find(&name).copied().unwrap_or(plain);
        if let Some(said) = statement(reader, &key, PATH, row, &["key"]) {
            others.push(Other { said: Said { key: name, ..said } });
        }
    }
    others
}

fn statement(reader: &mut Reader, key: &Key, path: &str, node: &Node, more: &[&str]) -> Option<Said> {
    let mut optional = vec!["value", "elsewhere", "unit", "note", "grade_from", "grade_to"];
    optional.extend(more);
    match key.key {
        "marks.norm" => optional.extend(["hours_from", "hours_to", "profile"]),
        "paper.enabled" => optional.push("from"),
        _ => {}
    }
    reader.table(node, path, &["clause"], &optional);
    let clause = reader.text(node, path, "clause");
    let note = reader.text(node, path, "note");
    let grade = |reader: &mut Reader, key, usual: u8| {
        reader.number(node, path, key, (ALL_GRADES.0.into(), ALL_GRADES.1.into())).map_or(usual, |grade| grade as u8)
    };
    let grades = (grade(reader, "grade_from", ALL_GRADES.0), grade(reader, "grade_to", ALL_GRADES.1));
    if grades.0 > grades.1 {
        let finding =
            reader.report("policy.impossible-value", node.line, format!("«{path}»: первый класс больше последнего"));
        finding.found = format!("{}–{}", grades.0, grades.1);
    }
    let hours_from = reader.number(node, path, "hours_from", (0, LARGEST));
    let hours_to = reader.number(node, path, "hours_to", (0, LARGEST));
    let hours = (hours_from.is_some() || hours_to.is_some())
        .then(|| (hours_from.unwrap_or_default(), hours_to.unwrap_or(LARGEST)));
    let profile = reader.word(node, path, "profile", &[("yes", true), ("no", false)]).unwrap_or_default();
    let from = reader.date(node, path, "from");
    let said = |value, unit| Said { key: key.key.to_owned(), grades, hours, profile, from, value, unit, clause, note };
    match (node.get("value"), node.get("elsewhere")) {
        (None, Some(_)) => {
            let document = reader.text(node, path, "elsewhere");
            Some(said(Value::Elsewhere(document), Unit::None))
        }
        (Some(_), None) => {
            let (value, unit) = value(reader, key.shape, path, node)?;
            Some(said(value, unit))
        }
        _ => {
            let message =
                format!("нет обязательного ключа «{}»: нужно одно из двух, value или elsewhere", join(path, "value"));
            reader.report("policy.missing-key", node.line, message);
            None
        }
    }
}

fn value(reader: &mut Reader, shape: Shape, path: &str, node: &Node) -> Option<(Value, Unit)> {
    match shape {
        Shape::Word(known) => {
            let words: Vec<(&str, &str)> = known.iter().map(|(word, _)| (*word, *word)).collect();
            let word = reader.word(node, path, "value", &words)?;
            Some((Value::Words(vec![word.to_owned()]), Unit::None))
        }
        Shape::Words(known) => {
            let words: Vec<(&str, &str)> = known.iter().map(|(word, _)| (*word, *word)).collect();
            let said = match node.get("value").map(|value| &value.kind) {
                Some(NodeKind::List(_)) => reader.known_texts(node, path, "value", &words),
                _ => vec![reader.word(node, path, "value", &words)?.to_owned()],
            };
            Some((Value::Words(said), Unit::None))
        }
        Shape::Names => {
            let names = reader.texts(node, path, "value").into_iter().map(|(name, _)| name).collect();
            Some((Value::Words(names), Unit::None))
        }
        Shape::Text => {
            let unit = Unit::None;
            match node.get("value").map(|value| &value.kind) {
                Some(NodeKind::Number(_)) => {
                    reader.number(node, path, "value", (0, LARGEST)).map(|number| (Value::Number(number), unit))
                }
                _ => Some((Value::Text(reader.text(node, path, "value")), unit)),
            }
        }
        Shape::DayOfYear => day_of_year(reader, path, node).map(|value| (value, Unit::Date)),
        Shape::Number(units) => {
            let unit = unit(reader, units, path, node)?;
            Some((Value::Number(reader.number(node, path, "value", (0, LARGEST))?), unit))
        }
        Shape::Term(units) => {
            let unit = unit(reader, units, path, node)?;
            let value = match unit {
                Unit::Hours => hours(reader, path, node)?,
                Unit::ClockTime => time(reader, path, node)?,
                _ => Value::Number(reader.number(node, path, "value", (0, LARGEST))?),
            };
            Some((value, unit))
        }
    }
}

fn unit(reader: &mut Reader, units: &[Unit], path: &str, node: &Node) -> Option<Unit> {
    if node.get("unit").is_none() {
        let message = format!("нет обязательного ключа «{}»: у каждого числа есть единица", join(path, "unit"));
        reader.report("policy.missing-key", node.line, message);
        return None;
    }
    let known: Vec<(&str, Unit)> = units.iter().map(|unit| (unit.as_str(), *unit)).collect();
    reader.word(node, path, "unit", &known)
}

/// Whole hours as a number, or tenths in quotes: `"1,5"`.
fn hours(reader: &mut Reader, path: &str, node: &Node) -> Option<Value> {
    let value = node.get("value")?;
    let NodeKind::Text(text) = &value.kind else {
        return reader.number(node, path, "value", (0, LONGEST_HOURS)).map(|hours| Value::Minutes(hours * 60));
    };
    let minutes = text.split_once([',', '.']).and_then(|(whole, tenths)| {
        let whole: u32 = whole.parse().ok().filter(|whole| *whole < LONGEST_HOURS)?;
        let tenths: u32 = tenths.parse().ok().filter(|tenths| *tenths < 10)?;
        // A tenth of an hour is six minutes.
        Some(whole * 60 + tenths * 6)
    });
    if minutes.is_none() {
        let finding = reader.report("policy.invalid-time", value.line, format!("«{}» не часы", join(path, "value")));
        finding.expected = "2 или \"1,5\"".to_owned();
        finding.found.clone_from(text);
    }
    minutes.map(Value::Minutes)
}

/// A time of the day in quotes: `"17:00"`.
fn time(reader: &mut Reader, path: &str, node: &Node) -> Option<Value> {
    let line = node.get("value")?.line;
    let text = reader.text(node, path, "value");
    let time = NaiveTime::parse_from_str(&text, "%H:%M").ok();
    if time.is_none() {
        let finding = reader.report("policy.invalid-time", line, format!("«{}» не время дня", join(path, "value")));
        finding.expected = "ЧЧ:ММ".to_owned();
        finding.found = text;
    }
    time.map(Value::Time)
}

/// A day of the year: `06-30`, or the end of the school year.
fn day_of_year(reader: &mut Reader, path: &str, node: &Node) -> Option<Value> {
    let line = node.get("value")?.line;
    let text = reader.text(node, path, "value");
    if text == "year_end" {
        return Some(Value::YearEnd);
    }
    // A leap year, so that 29 February is a day.
    let day = text.split_once('-').and_then(|(month, day)| {
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        NaiveDate::from_ymd_opt(2024, month, day).map(|_| Value::Day(month, day))
    });
    if day.is_none() {
        let finding = reader.report("policy.invalid-date", line, format!("«{}» не день года", join(path, "value")));
        finding.expected = "ММ-ДД или year_end".to_owned();
        finding.found = text;
    }
    day
}

/// Reads the print date's day of the year for `rules`.
pub(super) fn print_day(reader: &mut Reader, path: &str, node: &Node) -> Option<Value> {
    day_of_year(reader, path, node)
}
