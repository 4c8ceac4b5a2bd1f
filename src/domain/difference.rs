//! What differs between two snapshots of one copy, in words a class teacher understands: class, date, learner, was, is.
//! Floor 0.
//!
//! Used wherever one of two tellings must be true: the snapshot in the archive against the one attached to the sealed PDF,
//! the database against the archive. Which of the two is true is for the caller to know: the first one here is "was".

mod months;
mod page;

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{Finding, quote};
use super::snapshot::{
    AttendanceCounts, AttendanceSheet, ChangesSheet, CourseSheet, FinalMarksSheet, LearnersSheet, LessonFacts, Sheet,
    Snapshot, SourceFacts, SummarySheet, TitleSheet,
};
use super::words;
pub use page::{change_rows, grounded, grounded_on_screen};

/// All differences between two snapshots, sheet by sheet; empty when they are equal.
pub fn snapshot_diff(was: &Snapshot, is: &Snapshot) -> Vec<Finding> {
    let mut differences = Differences { class: was.class.name.clone(), found: Vec::new() };
    heads(&mut differences, was, is);
    let now: BTreeMap<&str, &Sheet> = is.sheets.iter().map(|sheet| (sheet.id(), sheet)).collect();
    let before: BTreeMap<&str, &Sheet> = was.sheets.iter().map(|sheet| (sheet.id(), sheet)).collect();
    for sheet in &was.sheets {
        match now.get(sheet.id()) {
            None => differences.absent(&sheet_name(sheet), "Лист"),
            Some(other) => sheets(&mut differences, sheet, other),
        }
    }
    for sheet in is.sheets.iter().filter(|sheet| !before.contains_key(sheet.id())) {
        differences.added(&sheet_name(sheet), "Лист");
    }
    if differences.found.is_empty() && was != is {
        differences.push("snapshot.other-difference", "снимок", "Порядок листов или строк другой", "", "");
    }
    differences.found
}

/// What differs between two tellings of one sheet.
pub fn sheet_diff(class: &str, was: &Sheet, is: &Sheet) -> Vec<Finding> {
    let mut differences = Differences { class: class.to_owned(), found: Vec::new() };
    sheets(&mut differences, was, is);
    differences.found
}

/// The differences found so far, all of one class.
struct Differences {
    class: String,
    found: Vec<Finding>,
}

impl Differences {
    fn push(&mut self, code: &'static str, place: &str, message: &str, was: &str, is: &str) {
        let place = format!("{}, {place}", self.class);
        let message = match (was, is) {
            ("", "") => format!("{message}."),
            _ => format!("{message}: было {}, стало {}.", quote(was), quote(is)),
        };
        self.found.push(Finding::new(code, place, message).expected_found(was, is));
    }

    /// One value that may have changed.
    fn value(&mut self, code: &'static str, place: &str, what: &str, was: &str, is: &str) {
        if was != is {
            self.push(code, place, &words::capitalised(what), was, is);
        }
    }

    fn absent(&mut self, place: &str, what: &str) {
        self.push("snapshot.part-absent", place, &format!("{what}: было, теперь нет"), "", "");
    }

    fn added(&mut self, place: &str, what: &str) {
        self.push("snapshot.part-added", place, &format!("{what}: не было, теперь есть"), "", "");
    }

    fn counts(&mut self, place: &str, was: &AttendanceCounts, is: &AttendanceCounts) {
        let pairs = [
            ("пропущено дней", was.days, is.days),
            ("пропущено уроков", was.lessons, is.lessons),
            ("дней по болезни", was.days_ill, is.days_ill),
            ("уроков по болезни", was.lessons_ill, is.lessons_ill),
            ("уроков по уважительной причине", was.lessons_excused, is.lessons_excused),
            ("уроков без уважительной причины", was.lessons_unexcused, is.lessons_unexcused),
            ("уроков без указания причины", was.lessons_unexplained, is.lessons_unexplained),
            ("опозданий", was.late, is.late),
        ];
        for (what, was, is) in pairs {
            self.value("snapshot.attendance-changed", place, what, &was.to_string(), &is.to_string());
        }
    }
}

/// The words for a sheet.
pub fn sheet_name(sheet: &Sheet) -> String {
    match sheet {
        Sheet::Title(_) => "титульный лист".to_owned(),
        Sheet::Learners(_) => "список учеников".to_owned(),
        Sheet::Course(course) => course_name(course),
        Sheet::Attendance(_) => "сведения о пропусках".to_owned(),
        Sheet::FinalMarks(marks) => marks_name(marks),
        Sheet::Summary(_) => "сводная ведомость".to_owned(),
        Sheet::Changes(_) => "изменения".to_owned(),
    }
}

/// «итоговые отметки», in a year's journal «итоговые отметки, I четверть».
fn marks_name(sheet: &FinalMarksSheet) -> String {
    match sheet.period.as_str() {
        "" => "итоговые отметки".to_owned(),
        period => format!("итоговые отметки, {period}"),
    }
}

fn course_name(course: &CourseSheet) -> String {
    course.name()
}

/// Everything of a snapshot but its sheets, leaf by leaf.
fn heads(differences: &mut Differences, was: &Snapshot, is: &Snapshot) {
    let leaves = |snapshot: &Snapshot| {
        let head = Snapshot { sheets: Vec::new(), ..snapshot.clone() };
        let mut leaves = BTreeMap::new();
        flatten(String::new(), &serde_json::to_value(head).unwrap_or_default(), &mut leaves);
        leaves
    };
    let (was, is) = (leaves(was), leaves(is));
    for key in was.keys().chain(is.keys().filter(|key| !was.contains_key(*key))) {
        let text = |leaves: &BTreeMap<String, String>| leaves.get(key).cloned().unwrap_or_default();
        differences.value("snapshot.head-changed", "титульные сведения", key, &text(&was), &text(&is));
    }
}

fn flatten(path: String, value: &Value, leaves: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(below(name), value, leaves)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(no, value)| flatten(below(&(no + 1).to_string()), value, leaves));
        }
        Value::String(text) => drop(leaves.insert(path, text.clone())),
        other => drop(leaves.insert(path, other.to_string())),
    }
}

fn sheets(differences: &mut Differences, was: &Sheet, is: &Sheet) {
    match (was, is) {
        _ if was == is => {}
        (Sheet::Title(was), Sheet::Title(is)) => {
            let place = "титульный лист";
            differences.value("snapshot.title-changed", place, "заголовок", &was.title, &is.title);
            differences.value("snapshot.title-changed", place, "система", &was.system, &is.system);
            differences.value("snapshot.title-changed", place, "дата выгрузки", &was.exported_at, &is.exported_at);
            let sources = |title: &TitleSheet| {
                let named = |source: &SourceFacts| format!("{} версия {}", source.number, source.version);
                title.sources.iter().map(named).collect::<Vec<_>>().join(", ")
            };
            differences.value("snapshot.title-changed", place, "составлено по копиям", &sources(was), &sources(is));
        }
        (Sheet::Learners(was), Sheet::Learners(is)) => learners(differences, was, is),
        (Sheet::Course(was), Sheet::Course(is)) => course(differences, was, is),
        (Sheet::Attendance(was), Sheet::Attendance(is)) => attendance(differences, was, is),
        (Sheet::FinalMarks(was), Sheet::FinalMarks(is)) => final_marks(differences, was, is),
        (Sheet::Summary(was), Sheet::Summary(is)) => summary(differences, was, is),
        (Sheet::Changes(was), Sheet::Changes(is)) => {
            let told = |sheet: &ChangesSheet| serde_json::to_string(&sheet.rows).unwrap_or_default();
            differences.value("snapshot.changes-changed", "изменения", "основание", &was.ground, &is.ground);
            differences.value("snapshot.changes-changed", "изменения", "перечень", &told(was), &told(is));
        }
        _ => differences.push("snapshot.sheet-kind-changed", &sheet_name(was), "Вид листа другой", "", ""),
    }
}

/// Pairs rows of two lists by learner and tells those that are in one list only.
fn pair<'a, R>(
    differences: &mut Differences,
    place: &str,
    (was, is): (&'a [R], &'a [R]),
    learner: impl Fn(&R) -> &str,
    name: impl Fn(&R) -> String,
) -> Vec<(&'a R, &'a R)> {
    let mut pairs = Vec::new();
    for row in was {
        match is.iter().find(|other| learner(other) == learner(row)) {
            Some(other) => pairs.push((row, other)),
            None => differences.absent(&format!("{place}, {}", name(row)), "Строка ученика"),
        }
    }
    for row in is.iter().filter(|row| !was.iter().any(|other| learner(other) == learner(row))) {
        differences.added(&format!("{place}, {}", name(row)), "Строка ученика");
    }
    pairs
}

fn learners(differences: &mut Differences, was: &LearnersSheet, is: &LearnersSheet) {
    let place = "список учеников";
    let rows = (&was.rows[..], &is.rows[..]);
    let name = |row: &super::snapshot::LearnerRow| format!("{} {}", row.surname, row.given_name);
    for (was, is) in pair(differences, place, rows, |row| &row.learner, name) {
        let place = format!("{place}, {} {}", was.surname, was.given_name);
        let values = [
            ("номер", &was.no.to_string(), &is.no.to_string()),
            ("фамилия", &was.surname, &is.surname),
            ("имя", &was.given_name, &is.given_name),
            ("отчество", &was.patronymic, &is.patronymic),
            ("дата рождения", &was.born, &is.born),
            ("дата зачисления", &was.enrolled_on, &is.enrolled_on),
            ("приказ о зачислении", &was.enrolment_order, &is.enrolment_order),
            ("дата выбытия", &was.left_on, &is.left_on),
            ("приказ о выбытии", &was.leaving_order, &is.leaving_order),
        ];
        for (what, was, is) in values {
            differences.value("snapshot.learner-changed", &place, what, was, is);
        }
    }
}

fn course(differences: &mut Differences, was: &CourseSheet, is: &CourseSheet) {
    let place = course_name(was);
    let teacher = |sheet: &CourseSheet| {
        let person = &sheet.teacher;
        format!("{} {} {}", person.surname, person.given_name, person.patronymic)
    };
    differences.value("snapshot.course-changed", &place, "предмет", &course_name(was), &course_name(is));
    differences.value("snapshot.course-changed", &place, "учитель", &teacher(was), &teacher(is));
    let signer = |sheet: &CourseSheet| {
        let signer = sheet.part.as_ref().and_then(|part| part.signer.as_ref());
        signer.map(|p| format!("{} {} {}", p.surname, p.given_name, p.patronymic)).unwrap_or_default()
    };
    differences.value("snapshot.course-changed", &place, "кто подписывает за учителя", &signer(was), &signer(is));
    let planned = |sheet: &CourseSheet| sheet.planned_centi.map(super::setup::hours_text).unwrap_or_default();
    differences.value("snapshot.course-changed", &place, "часы по программе", &planned(was), &planned(is));
    differences.value("snapshot.course-changed", &place, "графа итога", &was.final_heading, &is.final_heading);
    lessons(differences, &place, was, is);
    let rows = (&was.rows[..], &is.rows[..]);
    for (before, now) in pair(differences, &place, rows, |row| &row.learner, |row| row.name.clone()) {
        let code = "snapshot.row-changed";
        let row_place = format!("{place}, {}", before.name);
        differences.value(code, &row_place, "номер", &before.no.to_string(), &now.no.to_string());
        differences.value(code, &row_place, "имя в строке", &before.name, &now.name);
        differences.value(code, &row_place, "прибытие", &before.arrival, &now.arrival);
        differences.value(code, &row_place, "выбытие", &before.departure, &now.departure);
        let stay = |first: u32, until: u32| format!("{first}–{until}");
        let (was_stay, is_stay) = (stay(before.first, before.until), stay(now.first, now.until));
        differences.value(code, &row_place, "уроки пребывания в классе", &was_stay, &is_stay);
        for (index, lesson) in was.lessons.iter().enumerate() {
            let Some(other) = is.lessons.iter().position(|other| key(other) == key(lesson)) else { continue };
            let cell = |cells: &[String], index: usize| cells.get(index).cloned().unwrap_or_default();
            let (was, is) = (cell(&before.cells, index), cell(&now.cells, other));
            let place = format!("{place}, {}, {}", lesson_name(lesson), before.name);
            differences.value("snapshot.mark-changed", &place, "запись об ученике", &was, &is);
        }
        let heading = format!("итоговая отметка ({})", was.final_heading);
        differences.value("snapshot.final-mark-changed", &row_place, &heading, &before.final_mark, &now.final_mark);
    }
}

fn key(lesson: &LessonFacts) -> (&str, u8) {
    (&lesson.date, lesson.number)
}

fn lesson_name(lesson: &LessonFacts) -> String {
    format!("{}, {}-й урок", words::day(&lesson.date), lesson.number)
}

fn lessons(differences: &mut Differences, place: &str, was: &CourseSheet, is: &CourseSheet) {
    for lesson in &was.lessons {
        let place = format!("{place}, {}", lesson_name(lesson));
        let Some(other) = is.lessons.iter().find(|other| key(other) == key(lesson)) else {
            differences.absent(&place, "Урок");
            continue;
        };
        let values = [
            ("тема", &lesson.topic, &other.topic),
            ("домашнее задание", &lesson.homework, &other.homework),
            ("вид работы", &lesson.kind_of_work, &other.kind_of_work),
            ("часы", &lesson.hours.to_string(), &other.hours.to_string()),
        ];
        for (what, was, is) in values {
            differences.value("snapshot.lesson-changed", &place, what, was, is);
        }
        let (was, is) = (&lesson.substitute, &other.substitute);
        differences.value("snapshot.substitute-changed", &place, "замена", was, is);
    }
    for lesson in is.lessons.iter().filter(|lesson| !was.lessons.iter().any(|other| key(other) == key(lesson))) {
        differences.added(&format!("{place}, {}", lesson_name(lesson)), "Урок");
    }
}

fn attendance(differences: &mut Differences, was: &AttendanceSheet, is: &AttendanceSheet) {
    let place = "сведения о пропусках";
    let rows = (&was.rows[..], &is.rows[..]);
    for (was, is) in pair(differences, place, rows, |row| &row.learner, |row| row.name.clone()) {
        let place = format!("{place}, {}", was.name);
        differences.value("snapshot.row-changed", &place, "имя в строке", &was.name, &is.name);
        differences.value("snapshot.row-changed", &place, "номер", &was.no.to_string(), &is.no.to_string());
        differences.counts(&place, &was.counts, &is.counts);
    }
    differences.counts(&format!("{place}, всего по классу"), &was.total, &is.total);
    months::months(differences, place, was, is);
}

fn final_marks(differences: &mut Differences, was: &FinalMarksSheet, is: &FinalMarksSheet) {
    let place = &marks_name(was);
    differences.value(
        "snapshot.course-changed",
        place,
        "перечень предметов",
        &was.subjects.join(", "),
        &is.subjects.join(", "),
    );
    let rows = (&was.rows[..], &is.rows[..]);
    for (before, now) in pair(differences, place, rows, |row| &row.learner, |row| row.name.clone()) {
        let row_place = format!("{place}, {}", before.name);
        differences.value("snapshot.row-changed", &row_place, "имя в строке", &before.name, &now.name);
        differences.value("snapshot.row-changed", &row_place, "номер", &before.no.to_string(), &now.no.to_string());
        marks(differences, &row_place, (&was.subjects, &before.marks), (&is.subjects, &now.marks));
    }
}

/// Marks by subject; a subject that only one side has is told with the list of subjects.
fn marks(
    differences: &mut Differences,
    place: &str,
    (was_subjects, was): (&[String], &[String]),
    (is_subjects, is): (&[String], &[String]),
) {
    for (index, subject) in was_subjects.iter().enumerate() {
        let Some(other) = is_subjects.iter().position(|other| other == subject) else { continue };
        let mark = |marks: &[String], index: usize| marks.get(index).cloned().unwrap_or_default();
        differences.value("snapshot.final-mark-changed", place, subject, &mark(was, index), &mark(is, other));
    }
}

fn summary(differences: &mut Differences, was: &SummarySheet, is: &SummarySheet) {
    let place = "сводная ведомость";
    let code = "snapshot.summary-changed";
    differences.value(code, place, "перечень предметов", &was.subjects.join(", "), &is.subjects.join(", "));
    differences.value(code, place, "перечень периодов", &was.periods.join(", "), &is.periods.join(", "));
    let rows = (&was.rows[..], &is.rows[..]);
    for (before, now) in pair(differences, place, rows, |row| &row.learner, |row| row.name.clone()) {
        let row_place = format!("{place}, {}", before.name);
        differences.value(code, &row_place, "имя в строке", &before.name, &now.name);
        differences.value(code, &row_place, "номер", &before.no.to_string(), &now.no.to_string());
        differences.value(code, &row_place, "движение", &before.movement, &now.movement);
        differences.value(code, &row_place, "решение совета", &before.decision, &now.decision);
        differences.counts(&row_place, &before.attendance, &now.attendance);
        for (index, period) in was.periods.iter().enumerate() {
            let Some(other) = is.periods.iter().position(|other| other == period) else { continue };
            let (Some(before), Some(now)) = (before.marks.get(index), now.marks.get(other)) else { continue };
            marks(differences, &format!("{row_place}, {period}"), (&was.subjects, before), (&is.subjects, now));
        }
    }
    let totals = [
        ("учеников на начало года", was.totals.at_start, is.totals.at_start),
        ("прибыло", was.totals.arrived, is.totals.arrived),
        ("выбыло", was.totals.left, is.totals.left),
        ("учеников на конец года", was.totals.at_end, is.totals.at_end),
    ];
    for (what, was, is) in totals {
        differences.value(code, &format!("{place}, итоги"), what, &was.to_string(), &is.to_string());
    }
}
