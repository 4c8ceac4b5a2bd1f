//! Rows to the journal's words: dates, numbers, kinds; each row by itself. Floor 1.
//!
//! A cell that does not read is found here and its row left out; what needs a second row or file is `check`'s.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate, NaiveDateTime};

use crate::domain::journal::{
    Absence, Class, Course, Decision, EXAM, FINAL, FinalMark, Learner, Lesson, LessonKey, Mark, Period, PeriodKind,
    School, StaffMember, YEAR,
};

use crate::domain::timeliness::{EntryKind, EntryTime};

use super::codes;
use super::found::{Found, Place};
use super::layout::File;
use super::sheet::{Row, Sheet, nearest};

/// Grades of a Russian school.
const GRADES: RangeInclusive<u8> = 1..=11;
/// A lesson's place in the day: 0 is before the first, and no school day has more than 20 (two shifts).
const LESSON_NUMBERS: RangeInclusive<u8> = 0..=20;
/// Hours a week, in hundredths: no course has more than a whole week of 40 lessons.
const MAX_HOURS_CENTI: u32 = 40_00;

/// The readable rows of a file with their lines.
#[derive(Debug)]
pub struct Listed<T> {
    /// Which file.
    pub file: File,
    /// What the rows say.
    pub items: Vec<T>,
    /// Line of each item.
    pub lines: Vec<u32>,
    /// First cells of all rows, of the left-out ones too: a row with a bad date still names its learner.
    pub names: HashSet<String>,
    /// Did every row of the file give its name?
    pub names_are_whole: bool,
    /// Was every row of the file read?
    pub is_whole: bool,
}

impl<T> Listed<T> {
    /// Reads every row of a sheet.
    pub fn of(sheet: &Sheet<'_>, found: &mut Found, read: impl Fn(&mut Reading<'_, '_>) -> Option<T>) -> Self {
        let mut listed = Self {
            file: sheet.file,
            items: Vec::with_capacity(sheet.rows.len()),
            lines: Vec::with_capacity(sheet.rows.len()),
            names: HashSet::new(),
            names_are_whole: sheet.is_whole,
            is_whole: sheet.is_whole,
        };
        let has_names = sheet.file < File::Groups;
        for row in &sheet.rows {
            if has_names {
                listed.names.insert(row.cell(0).to_owned());
            }
            match read(&mut Reading { file: sheet.file, row, found }) {
                Some(item) => {
                    listed.items.push(item);
                    listed.lines.push(row.line);
                }
                None => listed.is_whole = false,
            }
        }
        listed
    }

    /// Items with their lines.
    pub fn with_lines(&self) -> impl Iterator<Item = (&T, u32)> {
        self.items.iter().zip(self.lines.iter().copied())
    }

    /// Place of a cell of this file.
    pub fn at(&self, line: u32, column: &'static str) -> Place {
        Place::cell(self.file, line, column)
    }
}

/// One row being read.
pub struct Reading<'r, 'f> {
    file: File,
    row: &'r Row<'r>,
    found: &'f mut Found,
}

impl Reading<'_, '_> {
    fn raw(&self, column: &'static str) -> &str {
        let place = self.file.layout().columns.iter().position(|candidate| candidate.name == column);
        place.map_or("", |place| self.row.cell(place))
    }

    fn at(&self, column: &'static str) -> Place {
        Place::cell(self.file, self.row.line, column)
    }

    fn text(&self, column: &'static str) -> String {
        self.raw(column).to_owned()
    }

    /// `None` for an empty cell, which the sheet has found already, and for one that does not read.
    fn date(&mut self, column: &'static str) -> Option<NaiveDate> {
        let raw = self.raw(column);
        if raw.is_empty() {
            return None;
        }
        let date = date(raw);
        if date.is_none() {
            let message = format!("это не дата{}", date_hint(raw));
            let (at, raw) = (self.at(column), raw.to_owned());
            self.found.mismatch(at, codes::BAD_DATE, message, "ГГГГ-ММ-ДД или ДД.ММ.ГГГГ", raw);
        }
        date
    }

    /// `Some(None)` for an empty cell.
    fn optional_date(&mut self, column: &'static str) -> Option<Option<NaiveDate>> {
        if self.raw(column).is_empty() { Some(None) } else { self.date(column).map(Some) }
    }

    /// A moment in the school's own time, to the minute or the second.
    fn moment(&mut self, column: &'static str) -> Option<NaiveDateTime> {
        let raw = self.raw(column);
        if raw.is_empty() {
            return None;
        }
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"];
        let moment = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(raw, form).ok());
        if moment.is_none() {
            let (at, raw) = (self.at(column), raw.to_owned());
            let expected = "ГГГГ-ММ-ДДTЧЧ:ММ или ДД.ММ.ГГГГ ЧЧ:ММ по местному времени школы";
            self.found.mismatch(at, codes::BAD_MOMENT, "это не дата со временем", expected, raw);
        }
        moment
    }

    /// What an entry is, and whether it names a learner where it must and nowhere else.
    fn entry_kind(&mut self, column: &'static str) -> Option<EntryKind> {
        let raw = self.raw(column).to_owned();
        let Some(kind) = EntryKind::parse(&raw).filter(|kind| EntryKind::OF_BUNDLES.contains(kind)) else {
            if !raw.is_empty() {
                let expected = EntryKind::OF_BUNDLES.map(EntryKind::as_str).join(", ");
                self.found.mismatch(self.at(column), codes::UNKNOWN_ENTRY, "такой записи в журнале нет", expected, raw);
            }
            return None;
        };
        let learner = self.raw("learner_id").to_owned();
        let at = self.at("learner_id");
        match (kind.is_of_learner(), learner.is_empty()) {
            (true, true) => {
                self.found.error(at, codes::REQUIRED_CELL, "у отметки и отсутствия должен быть назван обучающийся");
                None
            }
            (false, false) => {
                let message = "у урока и домашнего задания обучающегося не бывает";
                self.found.mismatch(at, codes::UNKNOWN_ENTRY, message, "", learner);
                None
            }
            _ => Some(kind),
        }
    }

    fn number(&mut self, column: &'static str, allowed: &RangeInclusive<u8>) -> Option<u8> {
        let raw = self.raw(column);
        let is_plain = !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit());
        let number = raw.parse().ok().filter(|number| is_plain && allowed.contains(number));
        if number.is_none() && !raw.is_empty() {
            let (at, raw) = (self.at(column), raw.to_owned());
            let expected = format!("целое число от {} до {}", allowed.start(), allowed.end());
            self.found.mismatch(
                at,
                codes::BAD_NUMBER,
                format!("такого числа здесь быть не может{}", excel_hint(&raw)),
                expected,
                raw,
            );
        }
        number
    }

    fn hours_centi(&mut self, column: &'static str) -> Option<u32> {
        let raw = self.raw(column);
        let hours = centi(raw).filter(|hours| *hours <= MAX_HOURS_CENTI);
        if hours.is_none() && !raw.is_empty() {
            let (at, raw) = (self.at(column), raw.to_owned());
            let message = format!("это не число часов в неделю{}", excel_hint(&raw));
            self.found.mismatch(at, codes::BAD_NUMBER, message, "от 0 до 40, не больше двух знаков после запятой", raw);
        }
        hours
    }

    fn lesson_key(&mut self) -> Option<LessonKey> {
        let (date, number) = (self.date("date"), self.number("number", &LESSON_NUMBERS));
        let course_id = self.text("course_id");
        Some(LessonKey { course_id, date: date?, number: number? })
    }
}

/// `YYYY-MM-DD` or `DD.MM.YYYY`, every figure written.
pub fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let figures = |places: &[usize]| bytes.len() == 10 && places.iter().all(|place| bytes[*place].is_ascii_digit());
    if figures(&[0, 1, 2, 3, 5, 6, 8, 9]) && bytes[4] == b'-' && bytes[7] == b'-' {
        return NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    }
    if figures(&[0, 1, 3, 4, 6, 7, 8, 9]) && bytes[2] == b'.' && bytes[5] == b'.' {
        return NaiveDate::from_ymd_opt(text[6..].parse().ok()?, text[3..5].parse().ok()?, text[..2].parse().ok()?);
    }
    None
}

/// A number with at most two decimals, point or comma, in hundredths.
pub fn centi(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !is_plain(decimals) || decimals.len() > 2 {
        return None;
    }
    let decimals = format!("{decimals:0<2}").parse::<u32>().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(decimals)
}

/// What may have happened to a date: a table editor's serial number, two figures of the year, a month in words.
fn date_hint(text: &str) -> String {
    // Day 1 of table editors is 1900-01-01, but they believe in 29 February 1900, hence 30 December 1899.
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30);
    let serial = text.parse::<u64>().ok().filter(|days| (30_000..60_000).contains(days));
    if let Some(day) = epoch.zip(serial).and_then(|(epoch, days)| epoch.checked_add_days(Days::new(days))) {
        return format!(": похоже на порядковый номер дня из таблицы, {text} = {day}");
    }
    let is_full = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    if is_full {
        return ": такого дня в календаре нет".to_owned();
    }
    let is_short = text.len() == 8 && text.bytes().filter(|byte| *byte == b'.').count() == 2;
    if is_short { ": год пишется четырьмя цифрами".to_owned() } else { excel_hint(text) }
}

/// Table editors make dates of «1/2» and «1.2»; the trace is named so that the user looks in the right place.
pub fn excel_hint(text: &str) -> String {
    const MONTHS: [&str; 12] = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower.split(['.', '-', ' ', '/']).collect();
    let has_month = parts.iter().any(|part| MONTHS.iter().any(|month| part.starts_with(month)));
    let has_day = parts.first().is_some_and(|day| !day.is_empty() && day.bytes().all(|byte| byte.is_ascii_digit()));
    if date(text).is_some() || has_day && has_month {
        ": похоже, табличный редактор превратил запись вроде «1/2» в дату".to_owned()
    } else {
        String::new()
    }
}

/// Is a text nothing but «02.янв», which table editors make of «1/2» and the like?
pub fn is_turned_into_date(text: &str) -> bool {
    let is_short = text.chars().count() <= 8;
    is_short && date(text).is_none() && text.split(['.', '-', ' ']).count() == 2 && !excel_hint(text).is_empty()
}

/// A row of `school.csv`.
pub fn school(row: &mut Reading<'_, '_>) -> Option<School> {
    let year = row.text("year");
    if first_year(&year).is_none() && !year.is_empty() {
        row.found.mismatch(row.at("year"), codes::BAD_YEAR, "это не учебный год", "2025/2026", year.as_str());
    }
    first_year(&year)?;
    Some(School { name: row.text("name"), short_name: row.text("short_name"), town: row.text("town"), year })
}

/// The calendar year in which a school year begins: 2025 of `2025/2026`.
pub fn first_year(year: &str) -> Option<i32> {
    let (first, second) = year.split_once('/')?;
    let figures = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !figures(first) || !figures(second) {
        return None;
    }
    let (first, second): (i32, i32) = (first.parse().ok()?, second.parse().ok()?);
    (second == first + 1).then_some(first)
}

/// A row of `periods.csv`.
pub fn period(row: &mut Reading<'_, '_>) -> Option<Period> {
    const KINDS: [&str; 3] = ["quarter", "half_year", "trimester"];
    let (id, written) = (row.text("id"), row.text("kind"));
    if [YEAR, EXAM, FINAL].contains(&id.as_str()) {
        let message =
            format!("«{id}» — слово самого формата (Y год, E экзамен, F итоговая), период так назвать нельзя");
        row.found.error(row.at("id"), codes::RESERVED_ID, message);
    }
    let kind = PeriodKind::parse(&written);
    if kind.is_none() && !written.is_empty() {
        let expected = nearest(&written, KINDS.into_iter()).map_or_else(|| KINDS.join(", "), str::to_owned);
        row.found.mismatch(row.at("kind"), codes::UNKNOWN_KIND, "неизвестный вид периода", expected, written.as_str());
    }
    let (grade_from, grade_to) = (row.number("grade_from", &GRADES), row.number("grade_to", &GRADES));
    let (starts, ends) = (row.date("starts"), row.date("ends"));
    Some(Period {
        id,
        name: row.text("name"),
        kind: kind?,
        grade_from: grade_from?,
        grade_to: grade_to?,
        starts: starts?,
        ends: ends?,
    })
}

/// A row of `staff.csv`.
pub fn staff_member(row: &mut Reading<'_, '_>) -> Option<StaffMember> {
    Some(StaffMember {
        id: row.text("id"),
        surname: row.text("surname"),
        given_name: row.text("given_name"),
        patronymic: row.text("patronymic"),
        position: row.text("position"),
        roles: row.raw("roles").split_whitespace().map(str::to_owned).collect(),
    })
}

/// A row of `classes.csv`.
pub fn class(row: &mut Reading<'_, '_>) -> Option<Class> {
    let grade = row.number("grade", &GRADES)?;
    Some(Class { name: row.text("name"), grade, class_teacher_id: row.text("class_teacher_id") })
}

/// A row of `learners.csv`.
pub fn learner(row: &mut Reading<'_, '_>) -> Option<Learner> {
    let (born, enrolled_on, left_on) =
        (row.optional_date("born"), row.date("enrolled_on"), row.optional_date("left_on"));
    Some(Learner {
        id: row.text("id"),
        surname: row.text("surname"),
        given_name: row.text("given_name"),
        patronymic: row.text("patronymic"),
        born: born?,
        class: row.text("class"),
        enrolled_on: enrolled_on?,
        enrolment_order: row.text("enrolment_order"),
        left_on: left_on?,
        leaving_order: row.text("leaving_order"),
    })
}

/// A row of `courses.csv`; its group's members come from `groups.csv`.
pub fn course(row: &mut Reading<'_, '_>) -> Option<Course> {
    let hours_per_week_centi = row.hours_centi("hours_per_week")?;
    Some(Course {
        id: row.text("id"),
        class: row.text("class"),
        subject: row.text("subject"),
        group: row.text("group"),
        teacher_id: row.text("teacher_id"),
        hours_per_week_centi,
        members: Vec::new(),
    })
}

/// A row of `groups.csv`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    /// Course.
    pub course_id: String,
    /// Member.
    pub learner_id: String,
}

/// A row of `groups.csv`.
pub fn membership(row: &mut Reading<'_, '_>) -> Option<Membership> {
    Some(Membership { course_id: row.text("course_id"), learner_id: row.text("learner_id") })
}

/// A row of `lessons.csv`.
pub fn lesson(row: &mut Reading<'_, '_>) -> Option<Lesson> {
    Some(Lesson {
        key: row.lesson_key()?,
        topic: row.text("topic"),
        homework: row.text("homework"),
        kind_of_work: row.text("kind_of_work"),
        substitute_teacher_id: row.text("substitute_teacher_id"),
    })
}

/// A row of `marks.csv`; its ordinal is counted when all are there.
pub fn mark(row: &mut Reading<'_, '_>) -> Option<Mark> {
    Some(Mark {
        lesson: row.lesson_key()?,
        learner_id: row.text("learner_id"),
        kind_of_work: row.text("kind_of_work"),
        value: row.text("value"),
        ordinal: 0,
    })
}

/// A row of `absences.csv`.
pub fn absence(row: &mut Reading<'_, '_>) -> Option<Absence> {
    Some(Absence { lesson: row.lesson_key()?, learner_id: row.text("learner_id"), code: row.text("code") })
}

/// A row of `final_marks.csv`.
pub fn final_mark(row: &mut Reading<'_, '_>) -> Option<FinalMark> {
    Some(FinalMark {
        course_id: row.text("course_id"),
        learner_id: row.text("learner_id"),
        period: row.text("period"),
        value: row.text("value"),
    })
}

/// A row of `decisions.csv`.
pub fn decision(row: &mut Reading<'_, '_>) -> Option<Decision> {
    let date = row.optional_date("date")?;
    Some(Decision {
        learner_id: row.text("learner_id"),
        decision: row.text("decision"),
        protocol: row.text("protocol"),
        date,
    })
}

/// A row of `entries.csv`.
pub fn entry_time(row: &mut Reading<'_, '_>) -> Option<EntryTime> {
    let (lesson, kind, entered_at) = (row.lesson_key(), row.entry_kind("what"), row.moment("entered_at"));
    Some(EntryTime { lesson: lesson?, kind: kind?, learner_id: row.text("learner_id"), entered_at: entered_at? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_two_spellings_and_no_third() {
        let day = NaiveDate::from_ymd_opt(2025, 9, 1);
        assert_eq!(date("2025-09-01"), day);
        assert_eq!(date("01.09.2025"), day);
        for text in ["2025-9-1", "1.9.2025", "01/09/2025", "2025-02-29", "31.04.2025", "2025-09-0а", "０1.09.2025"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn hours_have_a_point_or_a_comma() {
        assert_eq!(centi("5"), Some(500));
        assert_eq!(centi("0,5"), Some(50));
        assert_eq!(centi("1.25"), Some(125));
        for text in ["", "-1", "1.255", ".5", "5.", "x", "99999999999"] {
            assert_eq!(centi(text), None, "{text}");
        }
    }

    #[test]
    fn traces_of_table_editors_are_recognised() {
        assert!(date_hint("45901").contains("2025-09-01"));
        assert!(date_hint("01.09.25").contains("четырьмя"));
        assert!(date_hint("31.02.2014").contains("такого дня"));
        for text in ["02.янв", "1.фев", "01.02.2026", "2-Янв"] {
            assert!(!excel_hint(text).is_empty(), "{text}");
        }
        assert_eq!(excel_hint("май"), "");
        assert_eq!(excel_hint("5/4"), "");
    }

    #[test]
    fn a_school_year_is_two_years_in_a_row() {
        assert_eq!(first_year("2025/2026"), Some(2025));
        for text in ["2025", "2025/2027", "2025-2026", "25/26", "2025/26", "+025/1026", ""] {
            assert_eq!(first_year(text), None, "{text}");
        }
    }
}
