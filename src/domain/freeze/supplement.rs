//! Freezing a supplement (дополнительный лист, DOC-18): only what its period brought after the copy was frozen. Floor 0.
//!
//! Its sheets are the copy's own kinds of sheets: the columns that are new or have something new in them, the same learners under the same
//! numbers, and in the cells the late entries alone. What stood in the copy is not said again, so that the two add up.

use std::collections::{HashMap, HashSet};

use super::{Circumstances, Freezing, Unfreezable, assemble};
use crate::domain::journal::{Absence, Class, FinalMark, Journal, LessonKey, Mark};
use crate::domain::period::Span;
use crate::domain::policy::Policy;
use crate::domain::snapshot::{AttendanceCounts, CopyFacts, CopyKind, Sheet, Snapshot, SupplementFacts};

/// Rows of the journal by table and key that came after a copy was frozen, and when each was made as it stands (RFC 3339).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LateRows(HashMap<(String, Vec<String>), String>);

impl LateRows {
    /// Out of tables, keys and times as the history has them.
    pub fn new(rows: impl IntoIterator<Item = ((String, Vec<String>), String)>) -> Self {
        Self(rows.into_iter().collect())
    }

    /// Is the row among them?
    pub fn contains(&self, table: &str, key: &[String]) -> bool {
        self.0.contains_key(&(table.to_owned(), key.to_vec()))
    }

    /// The part of a class's journal that is late within a span: lessons, marks, absences, final marks; all else stands as it was.
    pub fn of(&self, journal: &Journal, class: &str, span: &Span) -> Journal {
        let own: HashSet<&str> = journal.courses.iter().filter(|c| c.class == class).map(|c| c.id.as_str()).collect();
        let mut part = journal.clone();
        let within = |lesson: &LessonKey| own.contains(lesson.course_id.as_str()) && span.contains(lesson.date);
        part.lessons.retain(|row| within(&row.key) && self.contains("lessons", &of_lesson(&row.key, &[])));
        part.marks.retain(|row| within(&row.lesson) && self.contains("marks", &of_mark(row)));
        part.absences.retain(|row| within(&row.lesson) && self.contains("absences", &of_absence(row)));
        part.final_marks.retain(|row| {
            let own = own.contains(row.course_id.as_str()) && row.period == span.id;
            own && self.contains("final_marks", &of_final_mark(row))
        });
        part
    }

    /// The same journal as if its late rows had not come.
    pub fn without(&self, journal: &Journal) -> Journal {
        let mut part = journal.clone();
        part.lessons.retain(|row| !self.contains("lessons", &of_lesson(&row.key, &[])));
        part.marks.retain(|row| !self.contains("marks", &of_mark(row)));
        part.absences.retain(|row| !self.contains("absences", &of_absence(row)));
        part.final_marks.retain(|row| !self.contains("final_marks", &of_final_mark(row)));
        part
    }

    /// When the first and the last entry of a late part was made; empty when that is not known.
    fn entered(&self, late: &Journal) -> (String, String) {
        let lessons = late.lessons.iter().map(|row| ("lessons", of_lesson(&row.key, &[])));
        let marks = late.marks.iter().map(|row| ("marks", of_mark(row)));
        let absences = late.absences.iter().map(|row| ("absences", of_absence(row)));
        let final_marks = late.final_marks.iter().map(|row| ("final_marks", of_final_mark(row)));
        let keys = lessons.chain(marks).chain(absences).chain(final_marks);
        let mut times: Vec<&String> = keys.filter_map(|(table, key)| self.0.get(&(table.to_owned(), key))).collect();
        // The house writes all its times with one offset, so they stand in the order of their texts.
        times.sort();
        let told = |at: Option<&&String>| at.map_or_else(String::new, |at| (*at).clone());
        (told(times.first()), told(times.last()))
    }
}

fn of_lesson(lesson: &LessonKey, more: &[String]) -> Vec<String> {
    let mut key = vec![lesson.course_id.clone(), lesson.date.to_string(), lesson.number.to_string()];
    key.extend_from_slice(more);
    key
}

fn of_mark(row: &Mark) -> Vec<String> {
    of_lesson(&row.lesson, &[row.learner_id.clone(), row.ordinal.to_string()])
}

fn of_absence(row: &Absence) -> Vec<String> {
    of_lesson(&row.lesson, std::slice::from_ref(&row.learner_id))
}

fn of_final_mark(row: &FinalMark) -> Vec<String> {
    vec![row.course_id.clone(), row.learner_id.clone(), row.period.clone()]
}

/// How many entries a late part holds: lessons, marks, absences, final marks.
pub fn entries(late: &Journal) -> usize {
    late.lessons.len() + late.marks.len() + late.absences.len() + late.final_marks.len()
}

/// Identifier of a supplement as a copy of its own: `2025-05A-Q1-SUP1`. An identifier is given once: a number that an earlier opening left unused
/// is opened again (`opening` 2 and on) as `2025-05A-Q1-SUP1-2`.
pub fn supplement_id(copy: &str, no: u32, opening: usize) -> String {
    match opening {
        0 | 1 => format!("{copy}-SUP{no}"),
        opening => format!("{copy}-SUP{no}-{opening}"),
    }
}

/// Freezes a supplement under the identifier of its opening. `journal` is the class's part; `rows` say what of it is late.
pub fn supplement(
    journal: &Journal,
    class: &Class,
    span: &Span,
    policy: &Policy,
    told: &Circumstances,
    (rows, facts, id): (&LateRows, SupplementFacts, &str),
) -> Result<Snapshot, Unfreezable> {
    let late = rows.of(journal, &class.name, span);
    // A column stands for a late lesson, and for an earlier one that has something late in it.
    let touched: HashSet<&LessonKey> =
        late.marks.iter().map(|row| &row.lesson).chain(late.absences.iter().map(|row| &row.lesson)).collect();
    let new: HashSet<&LessonKey> = late.lessons.iter().map(|row| &row.key).collect();
    let mut columns = late.clone();
    columns.lessons = journal.lessons.clone();
    columns.lessons.retain(|row| touched.contains(&row.key) || new.contains(&row.key));
    // A whole day is missed when every lesson of it was: the days are counted over all lessons.
    let whole = Journal { lessons: journal.lessons.clone(), ..late.clone() };
    let of_columns = Freezing::new(&columns, class, span, policy);
    let of_days = Freezing::new(&whole, class, span, policy);
    let title = format!("ДОПОЛНИТЕЛЬНЫЙ ЛИСТ № {}\nк копии № {}", facts.no, facts.copy_number);
    // The list says whose number is whose, and is what an extract for one learner hangs on.
    let mut sheets = vec![of_columns.title(&title, "", told), of_columns.learners_sheet()];
    for course in &of_columns.courses {
        let own = of_columns.course_sheets(course, &[])?.into_iter();
        let said =
            own.filter(|sheet| !sheet.lessons.is_empty() || sheet.rows.iter().any(|row| !row.final_mark.is_empty()));
        sheets.extend(said.map(Sheet::Course));
    }
    if !late.absences.is_empty() {
        let mut sheet = of_days.attendance_sheet(&[]);
        // A month to which nothing came late has its page in the copy.
        sheet.months.retain(|month| month.total != AttendanceCounts::default());
        sheets.push(Sheet::Attendance(sheet));
    }
    if !late.final_marks.is_empty() {
        sheets.push(Sheet::FinalMarks(of_columns.final_marks_sheet()));
    }
    sheets.extend(told.changes.clone().map(Sheet::Changes));
    let (entered_from, entered_until) = rows.entered(&late);
    let entries = entries(&late) as u32;
    let copy = CopyFacts {
        id: id.to_owned(),
        version: told.version,
        kind: CopyKind::PeriodCopy,
        number: format!("{}-Д{}", facts.copy_number, facts.no),
        supplement: Some(Box::new(SupplementFacts { entries, entered_from, entered_until, ..facts })),
    };
    assemble(&of_columns, copy, &policy.period_route, sheets, told)
}
