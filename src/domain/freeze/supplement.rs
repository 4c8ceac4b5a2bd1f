//! Freezing a supplement (дополнительный лист, DOC-18): only what its period brought after the copy was frozen. Floor 0.
//!
//! Its sheets are the copy's own kinds of sheets: the columns that are new or have something new in them, the same learners under the same
//! numbers, and in the cells the late entries alone. What stood in the copy is not said again, so that the two add up.

use std::collections::HashSet;

use super::{Circumstances, Freezing, Unfreezable, assemble};
use crate::domain::journal::{Class, Journal, LessonKey};
use crate::domain::period::Span;
use crate::domain::policy::Policy;
use crate::domain::snapshot::{CopyFacts, CopyKind, Sheet, Snapshot, SupplementFacts};

/// Rows of the journal by table and key that came after a copy was frozen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LateRows(HashSet<(String, Vec<String>)>);

impl LateRows {
    /// Out of tables and keys as the history has them.
    pub fn new(rows: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        Self(rows.into_iter().collect())
    }

    /// Is the row among them?
    pub fn contains(&self, table: &str, key: &[String]) -> bool {
        self.0.contains(&(table.to_owned(), key.to_vec()))
    }

    /// The part of a class's journal that is late within a span: lessons, marks, absences, final marks; all else stands as it was.
    pub fn of(&self, journal: &Journal, class: &str, span: &Span) -> Journal {
        let own: HashSet<&str> = journal.courses.iter().filter(|c| c.class == class).map(|c| c.id.as_str()).collect();
        let mut part = journal.clone();
        let within = |lesson: &LessonKey| own.contains(lesson.course_id.as_str()) && span.contains(lesson.date);
        let named = |lesson: &LessonKey, more: &[String]| {
            let mut key = vec![lesson.course_id.clone(), lesson.date.to_string(), lesson.number.to_string()];
            key.extend_from_slice(more);
            key
        };
        part.lessons.retain(|row| within(&row.key) && self.contains("lessons", &named(&row.key, &[])));
        part.marks.retain(|row| {
            let key = named(&row.lesson, &[row.learner_id.clone(), row.ordinal.to_string()]);
            within(&row.lesson) && self.contains("marks", &key)
        });
        part.absences.retain(|row| {
            within(&row.lesson) && self.contains("absences", &named(&row.lesson, std::slice::from_ref(&row.learner_id)))
        });
        part.final_marks.retain(|row| {
            let key = [row.course_id.clone(), row.learner_id.clone(), row.period.clone()];
            own.contains(row.course_id.as_str()) && row.period == span.id && self.contains("final_marks", &key)
        });
        part
    }
}

/// How many entries a late part holds: lessons, marks, absences, final marks.
pub fn entries(late: &Journal) -> usize {
    late.lessons.len() + late.marks.len() + late.absences.len() + late.final_marks.len()
}

/// Identifier of a supplement as a copy of its own: `2025-05A-Q1-SUP1`.
pub fn supplement_id(copy: &str, no: u32) -> String {
    format!("{copy}-SUP{no}")
}

/// Number of the supplement that an identifier of a copy names; `None` for all other copies.
pub fn supplement_no(id: &str) -> Option<u32> {
    id.rsplit_once("-SUP").and_then(|(_, no)| no.parse().ok())
}

/// Freezes a supplement. `journal` is the class's part; `rows` say what of it is late.
pub fn supplement(
    journal: &Journal,
    class: &Class,
    span: &Span,
    policy: &Policy,
    told: &Circumstances,
    (rows, facts): (&LateRows, SupplementFacts),
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
    let mut sheets = vec![of_columns.title(&title, told), of_columns.learners_sheet()];
    for course in &of_columns.courses {
        let own = of_columns.course_sheets(course)?.into_iter();
        let said =
            own.filter(|sheet| !sheet.lessons.is_empty() || sheet.rows.iter().any(|row| !row.final_mark.is_empty()));
        sheets.extend(said.map(Sheet::Course));
    }
    if !late.absences.is_empty() {
        sheets.push(Sheet::Attendance(of_days.attendance_sheet()));
    }
    if !late.final_marks.is_empty() {
        sheets.push(Sheet::FinalMarks(of_columns.final_marks_sheet()));
    }
    sheets.extend(told.changes.clone().map(Sheet::Changes));
    let copy = CopyFacts {
        id: supplement_id(&facts.copy, facts.no),
        version: told.version,
        kind: CopyKind::PeriodCopy,
        number: format!("{}-Д{}", facts.copy_number, facts.no),
        supplement: Some(Box::new(SupplementFacts { entries: entries(&late) as u32, ..facts })),
    };
    assemble(&of_columns, copy, &policy.period_route, sheets, told)
}
