//! A class of «Шкала» as JSON: sections by subject and teacher, lessons down, marks aligned with the section's list. Floor 1.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::Value;

use super::super::codes;
use super::growing::{Growing, Spot};
use super::heads;

/// «зач» in the program's numbers.
const PASSED: &str = "999";
/// «н/а» in the program's numbers.
const NOT_ASSESSED: &str = "0";

/// The class as the program writes it.
#[derive(Debug, Deserialize)]
pub struct ScaleClass {
    #[serde(rename = "className")]
    class: String,
    #[serde(default)]
    tutor: String,
    content: Vec<Section>,
}

/// One subject with one teacher.
#[derive(Debug, Deserialize)]
struct Section {
    /// «Иванов В.» …
    list: Vec<String>,
    /// Code or name of the subject.
    #[serde(rename = "s")]
    subject: String,
    /// Ф. И. О. of the teacher.
    #[serde(rename = "p", default)]
    teacher: String,
    #[serde(rename = "l", default)]
    lessons: Vec<ScaleLesson>,
}

#[derive(Debug, Deserialize)]
struct ScaleLesson {
    #[serde(rename = "d")]
    date: String,
    /// Hours.
    #[serde(rename = "v", default)]
    hours: Value,
    #[serde(rename = "t", default)]
    topic: String,
    #[serde(rename = "h", default)]
    homework: String,
    /// Marks, aligned with the section's list.
    #[serde(rename = "g", default)]
    marks: Vec<Value>,
}

impl ScaleClass {
    /// Gives everything to the journal that grows.
    pub(super) fn give(&self, growing: &mut Growing<'_>) {
        let whole = Spot::said(format!("класс {}", self.class));
        let Some(class) = growing.class(&whole, &self.class) else { return };
        if !self.tutor.trim().is_empty() {
            growing.staff(&whole, &self.tutor);
        }
        for section in &self.content {
            let spot = Spot::said(format!("{}, {}", self.class, section.subject));
            let teacher = if section.teacher.trim().is_empty() { None } else { growing.staff(&spot, &section.teacher) };
            let people: Vec<Option<String>> =
                section.list.iter().map(|name| growing.learner(&spot, &class, name)).collect();
            let known: Vec<&str> = people.iter().flatten().map(String::as_str).collect();
            let Some(course) = growing.section(&spot, &class, &section.subject, teacher.as_deref(), &known) else {
                continue;
            };
            let mut counts = std::collections::HashMap::new();
            for lesson in &section.lessons {
                let spot = Spot::said(format!("{}, {}, {}", self.class, section.subject, lesson.date));
                let Some(day) = day(&lesson.date, growing.first_year()) else {
                    growing.error(
                        &spot,
                        codes::BAD_DATE,
                        "это не дата урока".to_owned(),
                        "ГГГГ-ММ-ДД, ДД.ММ.ГГГГ или ДД.ММ",
                        &lesson.date,
                    );
                    continue;
                };
                if lesson.marks.len() > section.list.len() {
                    let message = "отметок больше, чем обучающихся в списке раздела".to_owned();
                    let (expected, found) = (section.list.len().to_string(), lesson.marks.len().to_string());
                    growing.error(&spot, codes::BROKEN_REPORT, message, &expected, &found);
                    continue;
                }
                // Two hours in one record are two lessons of the day; marks belong to the first.
                let hours = lesson.hours.as_u64().or_else(|| lesson.hours.as_str().and_then(|text| text.parse().ok()));
                for hour in 0..hours.unwrap_or(1).clamp(1, 4) {
                    let nth = counts.entry(day).or_insert(0_usize);
                    let (key, _) = growing.lesson(&spot, &course, day, *nth);
                    *nth += 1;
                    growing.contents(&spot, &key, &lesson.topic, &lesson.homework);
                    for (person, mark) in people.iter().zip(&lesson.marks) {
                        if let Some(person) = person {
                            let entry = Entry { key: &key, person, is_first: hour == 0, hour: hour as usize };
                            give_mark(&spot, mark, &entry, growing);
                        }
                    }
                }
            }
        }
    }
}

struct Entry<'e> {
    key: &'e [String; 3],
    person: &'e str,
    is_first: bool,
    hour: usize,
}

/// `"5"`, `5`, `"4 3"`, `"н"`, `"нн"` (two hours missed).
fn give_mark(spot: &Spot, mark: &Value, entry: &Entry<'_>, growing: &mut Growing<'_>) {
    let text = match mark {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for token in text.split([' ', '/']).filter(|token| !token.is_empty()) {
        let missed = token.chars().filter(|letter| *letter == 'н').count();
        if missed > 0 && missed == token.chars().count() {
            if entry.hour < missed {
                growing.absence(spot, entry.key, entry.person, "н");
            }
        } else if token == PASSED || token == NOT_ASSESSED {
            let word = if token == PASSED { "зач" } else { "н/а" };
            let values = &growing.policy().mark_values;
            if values.iter().any(|value| value == word) {
                growing.mark(spot, entry.key, entry.person, word);
            } else if entry.is_first {
                growing.left_out(spot, &format!("«{word}» за урок: в правилах школы такой отметки нет"));
            }
        } else if entry.is_first {
            growing.mark(spot, entry.key, entry.person, token);
        }
    }
}

/// A day with its year or, without one, in the school year that begins in `first_year`.
fn day(text: &str, first_year: Option<i32>) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some(date) = heads::date(text) {
        return Some(date);
    }
    let (day, month) = text.split_once('.')?;
    let (day, month): (u32, u32) = (day.parse().ok()?, month.trim_end_matches('.').parse().ok()?);
    let first = NaiveDate::from_ymd_opt(first_year?, month, day)?;
    // A school year begins in September; what is before it belongs to the second half.
    if first.month() >= 9 { Some(first) } else { NaiveDate::from_ymd_opt(first_year? + 1, month, day) }
}
