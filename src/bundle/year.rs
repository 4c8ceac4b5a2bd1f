//! Tables of the school year in files: sheets of a workbook and CSV of offices, told apart by name and headings. Floor 1.
//!
//! The roster (staff, classes, learners, courses) is a bundle's business; here is what stands beside it: calendar, bells, rooms, curriculum,
//! load, timetable, plans, movement, orders. A timetable may also come as the grid that hangs on the wall.

use std::collections::{BTreeMap, BTreeSet};

use super::office_hours;
use super::sheet::Grid;
use super::workbook::{self, BookSheet};
use crate::domain::finding::{Finding, Severity};
use crate::domain::gather;
use crate::domain::names;
use crate::domain::setup::cells::Known;
use crate::domain::setup::layout::{
    BELLS, CALENDAR, CONTROL_WORKS, COURSE_DETAILS, CURRICULUM, EARLIER_TEACHERS, EVENTS, FOREIGN_MARKS,
    INDIVIDUAL_PLANS, Is, LOAD, Layout, MOVEMENT, ORDERS, PLAN_TOPICS, REGIMES, ROOMS, STAYS, TIMETABLE,
};
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::spelling;

/// A table of the year as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearSheet {
    /// Which table.
    pub layout: &'static Layout,
    /// Where it stands: «книга.xlsx, лист «Звонки»».
    pub place: String,
    /// Words of the course that the sheet's own name tells: «5А алгебра» of «КТП 5А алгебра»; empty when none.
    pub course: String,
    /// Headings and rows.
    pub sheet: Sheet,
    /// What the sheet says as a whole, so that what it does not say goes: classes of a timetable that hangs on the wall, grades of a
    /// curriculum. Empty for rows that are added to what stands.
    pub covers: Vec<String>,
    /// What is wrong with the sheet before anything is read.
    pub findings: Vec<Finding>,
}

impl YearSheet {
    /// The rows of a timetable that hangs on the wall without the columns of classes that the school does not have, and an error of each such
    /// column: one wrong heading is one mistake, however many lessons stand below it. Any other table keeps its rows.
    pub fn without_strange_columns(&self, known: &Known) -> (Sheet, Vec<Finding>) {
        let mut sheet = self.sheet.clone();
        // Only a grid says of which classes it is the whole; rows that name their class are mended each by itself.
        let is_grid = self.layout.table == TIMETABLE.table && !self.covers.is_empty();
        let Some([Some(at), ..]) = self.layout.course_parts(&sheet.heads).filter(|_| is_grid) else {
            return (sheet, Vec::new());
        };
        let mut strange: BTreeMap<String, usize> = BTreeMap::new();
        let mut columns: BTreeSet<String> = BTreeSet::new();
        sheet.rows.retain(|(_, cells)| {
            let class = cells.get(at).cloned().unwrap_or_default();
            let is_known = known.has_class(&class);
            if is_known {
                columns.insert(class);
            } else {
                *strange.entry(class).or_default() += 1;
            }
            is_known
        });
        let classes: Vec<String> = known.choices(Is::Class).into_iter().map(|(name, _)| name).collect();
        let told = |(class, lessons): (String, usize)| {
            // A class that has a column of its own is not the one that is meant.
            let near = spelling::near_classes(&class, classes.iter().map(String::as_str));
            let near: Vec<String> = near
                .split(", ")
                .filter(|one| !one.is_empty() && !columns.contains(*one))
                .map(|one| format!("«{one}»"))
                .collect();
            let likely =
                if near.is_empty() { String::new() } else { format!("; возможно, {}", near.join(" или ")) };
            let message = format!(
                "{}{likely}; исправьте заголовок столбца: из-за него не взято уроков — {lessons}",
                spelling::no_class(&class)
            );
            Finding::new("setup.cell-wrong", format!("{}: столбец «{class}»", self.place), message)
        };
        let findings = strange.into_iter().map(told).collect();
        (sheet, findings)
    }
}

/// A table with the names under which offices keep it, folded.
type Named = (&'static Layout, &'static [&'static str]);

/// Every table of the year that comes by file, in the order in which they are filled: what a later one names stands in an earlier one.
const TABLES: &[Named] = &[
    // The stays themselves leave with a whole journal and come back with it; offices write orders.
    (&STAYS, &["пребывания"]),
    (&MOVEMENT, &["движение", "движение обучающихся", "движение учащихся"]),
    (&ROOMS, &["помещения", "аудитории", "список кабинетов"]),
    (&BELLS, &["расписание звонков"]),
    (&REGIMES, &["режим", "режимы", "смены", "режимы занятий"]),
    (
        &CALENDAR,
        &["календарь", "каникулы", "календарный график", "календарный учебный график", "годовой календарный график"],
    ),
    (&EVENTS, &["план мероприятий", "события"]),
    (&CURRICULUM, &["учебные планы"]),
    (&COURSE_DETAILS, &["виды занятий", "потоки", "виды курсов"]),
    (&LOAD, &["тарификация", "нагрузка", "нагрузка учителей"]),
    (&EARLIER_TEACHERS, &["смена учителя", "прежние учителя"]),
    (&INDIVIDUAL_PLANS, &["иуп", "индивидуальные планы"]),
    (&TIMETABLE, &["расписание уроков", "расписание занятий"]),
    (&PLAN_TOPICS, &["ктп", "планы", "календарно-тематические планы", "календарно-тематическое планирование"]),
    (
        &CONTROL_WORKS,
        &[
            "график контрольных",
            "контрольные работы",
            "вшк",
            "оценочные процедуры",
            "график кр",
            "график оценочных процедур",
        ],
    ),
    (&FOREIGN_MARKS, &["отметки другой школы"]),
    (&ORDERS, &["приказы", "локальные акты"]),
];
/// Rows among which the headings are looked for: offices put a title and a date above them.
pub(super) const HEADER_ROWS: usize = 20;

/// The tables that a school brings by file, in the order in which they are filled.
pub fn tables() -> impl Iterator<Item = &'static Layout> {
    TABLES.iter().map(|(layout, _)| *layout).filter(|layout| layout.table != STAYS.table)
}

/// Place of a table in that order.
pub fn rank(layout: &Layout) -> usize {
    TABLES.iter().position(|(known, _)| known.table == layout.table).unwrap_or(TABLES.len())
}

/// Name of a table's sheet in a workbook: short enough for table editors (31 letters).
pub fn sheet_name(layout: &Layout) -> &'static str {
    match layout.table {
        "plan_topics" => "КТП",
        "teaching_load" => "Тарификация",
        "movement" => "Движение",
        "stays" => "Пребывания",
        "calendar_days" => "Календарь",
        "individual_plans" => "ИУП",
        "course_details" => "Виды занятий",
        "orders" => "Приказы",
        _ => layout.title,
    }
}

/// What people call a table of an import, the journal's and the year's alike.
pub fn table_name(word: &str) -> &str {
    let journal =
        super::layout::File::ALL.into_iter().find(|file| file.stem() == word).map(|file| file.layout().russian);
    let of_year = || TABLES.iter().find(|(layout, _)| layout.table == word).map(|(layout, _)| sheet_name(layout));
    journal.or_else(of_year).unwrap_or(word)
}

/// The table that a sheet or file is named after, with the words of the course that the name tells.
pub(super) fn named(name: &str) -> Option<(&'static Layout, String)> {
    let folded = names::fold(&name.replace('_', " "));
    for (layout, words) in TABLES {
        // The stays' own heading is the word that offices have for their orders.
        let title = if layout.table == STAYS.table { sheet_name(layout) } else { layout.title };
        let own = [title, sheet_name(layout), &layout.table.replace('_', " ")].map(names::fold);
        if own.contains(&folded) || words.contains(&folded.as_str()) {
            return Some((layout, String::new()));
        }
    }
    super::office_plans::course_of(name).map(|course| (&PLAN_TOPICS, course))
}

/// The table that a workbook is named after, for a sheet whose own name says nothing («Лист1», «График КР»): «График контрольных работ
/// 2026-2027.xlsx». What a bundle's own table may be is left to that.
fn named_by_file(file: &str) -> Option<&'static Layout> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let is_time = |word: &&str| {
        let folded = names::fold(word);
        folded.starts_with(|letter: char| letter.is_ascii_digit())
            || ["на", "учебный", "уч.", "год", "г."].contains(&folded.as_str())
    };
    let bare = stem.split([' ', '_']).filter(|word| !is_time(word)).collect::<Vec<_>>().join(" ");
    named(&bare).filter(|(layout, course)| course.is_empty() && layout.table != PLAN_TOPICS.table).map(|(own, _)| own)
}

/// Names that a bundle's own tables have as well: such a sheet is the year's only when its headings say so.
fn is_shared(name: &str) -> bool {
    super::headings::table(name).is_some()
}

/// A sheet of a workbook as a table of the year; `None` when it is none.
pub fn of_book(file: &str, sheet: &BookSheet) -> Option<YearSheet> {
    let place = format!("{file}, лист «{}»", sheet.name);
    let texts = |at: usize| -> Vec<String> { sheet.rows[at].filled().map(|(_, text)| text.to_owned()).collect() };
    let rows = sheet.rows.len().min(HEADER_ROWS);
    let likely = |layout: &Layout, at: usize| {
        let heads = texts(at);
        let known = layout.known_heads(&heads);
        // A title above the headings is one cell; only a table that needs one column may have one heading.
        let narrow = layout.columns.iter().filter(|column| column.required).count() == 1;
        known > 0 && known * 2 >= heads.len() && (heads.len() > 1 || narrow)
    };
    let known = named(&sheet.name)
        .filter(|(layout, course)| layout.table != PLAN_TOPICS.table || !course.is_empty())
        .or_else(|| super::office_plans::course(file, sheet).map(|course| (&PLAN_TOPICS, course)))
        .or_else(|| named(&sheet.name))
        .or_else(|| {
            let layout = named_by_file(file).filter(|_| !is_shared(&sheet.name))?;
            (0..rows).any(|at| likely(layout, at)).then_some((layout, String::new()))
        });
    if known.as_ref().is_none_or(|(layout, _)| layout.table == TIMETABLE.table)
        && let Some(at) = (0..rows).find(|at| is_grid(&texts(*at)))
    {
        let grid = workbook::grid(file, sheet, at);
        return Some(unrolled(place, &grid));
    }
    let found = match &known {
        Some((layout, course)) if is_shared(&sheet.name) => {
            (0..rows).find(|at| layout.fits(&texts(*at), !course.is_empty()))
        }
        Some((layout, _)) => {
            // Without headings that one can recognise the first row is told to be wrong, which says what is expected.
            let title_passed = || (0..rows).find(|at| texts(*at).len() > 1);
            let first = if sheet.rows.is_empty() { None } else { Some(0) };
            (0..rows).find(|at| likely(layout, *at)).or_else(title_passed).or(first)
        }
        None => None,
    };
    let (layout, course, at) = match (known, found) {
        (Some((layout, course)), Some(at)) => (layout, course, at),
        (Some((layout, course)), None) if sheet.rows.is_empty() && !is_shared(&sheet.name) => {
            return Some(empty(layout, place, course));
        }
        (Some(_), None) => return None,
        (None, _) => {
            let (layout, at) = (0..rows).find_map(|at| Some((of_headings(&texts(at))?, at)))?;
            (layout, String::new(), at)
        }
    };
    let grid = workbook::grid(file, sheet, at);
    let letters = match &grid.source {
        super::sheet::Source::Sheet { letters, .. } => letters.clone(),
        _ => Vec::new(),
    };
    Some(table(layout, place, course, &grid, letters))
}

/// A CSV as a table of the year; `stem` is its name without the ending. A table that a bundle has as well is the year's only when
/// its headings say so.
pub fn of_csv(stem: &str, file: &str, grid: &Grid<'_>) -> Option<YearSheet> {
    let heads: Vec<String> = grid.header.fields.iter().map(|field| field.trim().to_owned()).collect();
    let known = named(stem);
    if known.as_ref().is_none_or(|(layout, _)| layout.table == TIMETABLE.table) && is_grid(&heads) {
        return Some(unrolled(file.to_owned(), grid));
    }
    let is_load = known.as_ref().is_some_and(|(layout, _)| layout.table == LOAD.table);
    let above = std::iter::once(&grid.header).chain(&grid.records).take(HEADER_ROWS);
    let above: Vec<Vec<String>> =
        above.map(|row| row.fields.iter().map(|field| field.trim().to_owned()).collect()).collect();
    // Hours with a column for each class are a list that offices keep, and become courses as well: they are read there.
    if is_load && !LOAD.fits(&heads, false) && office_hours::is_by_classes(&above) {
        return None;
    }
    let (layout, course) = match known {
        Some((layout, course)) if is_shared(stem) && !layout.fits(&heads, !course.is_empty()) => return None,
        Some(known) => known,
        None if is_shared(stem) => return None,
        None => (of_headings(&heads)?, String::new()),
    };
    Some(table(layout, file.to_owned(), course, grid, Vec::new()))
}

/// Rows of JSON as a table of the year.
pub(super) fn of_json(layout: &'static Layout, file: &str, rows: Vec<(usize, Vec<String>)>) -> YearSheet {
    let heads = layout.columns.iter().map(|column| column.name.to_owned()).collect();
    YearSheet {
        layout,
        place: format!("{file}, таблица {}", layout.table),
        course: String::new(),
        sheet: Sheet { heads, rows, letters: Vec::new() },
        covers: Vec::new(),
        findings: Vec::new(),
    }
}

/// A sheet of a table with nothing on it.
fn empty(layout: &'static Layout, place: String, course: String) -> YearSheet {
    YearSheet { layout, place, course, sheet: Sheet::default(), covers: Vec::new(), findings: Vec::new() }
}

/// The one table whose headings these are; of two that fit neither is taken, and what may be a bundle's table is that.
fn of_headings(heads: &[String]) -> Option<&'static Layout> {
    let texts: Vec<&str> = heads.iter().map(String::as_str).collect();
    if heads.len() < 2 || super::headings::table_of_headings(&texts).is_some() {
        return None;
    }
    let whole = |layout: &&Layout| layout.fits(heads, false) && layout.known_heads(heads) == heads.len();
    let mut found = tables().filter(whole);
    found.next().filter(|_| found.next().is_none())
}

/// A grid as a sheet of a table that is known.
pub(super) fn table(
    layout: &'static Layout,
    place: String,
    course: String,
    grid: &Grid<'_>,
    letters: Vec<String>,
) -> YearSheet {
    let heads: Vec<String> = grid.header.fields.iter().map(|field| field.trim().to_owned()).collect();
    let mut findings = Vec::new();
    let (mut rows, mut headless) = (Vec::new(), Vec::new());
    for record in &grid.records {
        let at = format!("{place}: строка {}", record.line);
        if record.fault.is_some() {
            findings.push(Finding::new("setup.broken-quotes", at, "кавычки в строке не парные: её нельзя прочитать"));
            continue;
        }
        let mut cells: Vec<String> = record.fields.iter().map(|field| tidied(field)).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let beyond: Vec<String> = cells.drain(heads.len().min(cells.len())..).filter(|cell| !cell.is_empty()).collect();
        if !beyond.is_empty() {
            headless.push((record.line, beyond.join(", ")));
        }
        rows.push((record.line as usize, cells));
    }
    if let Some((_, first)) = headless.first() {
        let found = if headless.len() == 1 { first.clone() } else { format!("{first} …") };
        let at = format!("{place}: {}", gather::rows(headless.iter().map(|(line, _)| *line).collect()));
        let finding = Finding::new("setup.cell-beyond", at, "значение в столбце без заголовка");
        findings.push(finding.expected_found("заголовок над каждым столбцом", found));
    }
    let names_course = layout.course_parts(&heads).is_some() || layout.fits(&heads, false);
    if layout.table == LOAD.table && !names_course {
        let finding = Finding::new("setup.load-layouts", place.clone(), office_hours::LAYOUTS);
        findings.push(finding.weighing(Severity::Note));
    }
    YearSheet { layout, place, course, sheet: Sheet { heads, rows, letters }, covers: Vec::new(), findings }
}

/// A cell as people read it in their table editor: a time of day comes as a moment of the editor's first day, or with seconds.
pub(super) fn tidied(text: &str) -> String {
    let text = text.trim();
    let time = match text.split_once(' ') {
        Some((day, time)) if day.starts_with("1899-12-3") || day.starts_with("1900-01-0") => time,
        _ => text,
    };
    let parts: Vec<&str> = time.split(':').collect();
    match parts.as_slice() {
        [hours, minutes, _] if minutes.len() == 2 && hours.len() <= 2 => format!("{hours}:{minutes}"),
        _ => time.to_owned(),
    }
}

/// Headings of a timetable as it hangs on the wall: day, lesson, then a column for each class.
pub(super) fn is_grid(heads: &[String]) -> bool {
    let folded: Vec<String> = heads.iter().map(|head| names::fold(head)).collect();
    let day = folded.iter().any(|head| is_day(head));
    let number = folded.iter().any(|head| is_number(head));
    day && number
        && folded.iter().filter(|head| is_class(head)).count() > 0
        && folded.iter().all(|head| is_day(head) || is_number(head) || is_class(head) || is_time(head))
}

fn is_day(head: &str) -> bool {
    matches!(head, "день" | "день недели" | "дни")
}

fn is_number(head: &str) -> bool {
    matches!(head, "урок" | "№" | "№ урока" | "номер урока")
}

fn is_time(head: &str) -> bool {
    matches!(head, "время" | "звонки")
}

/// «5а», «10 б»: a grade and at most three letters.
fn is_class(head: &str) -> bool {
    let digits = head.chars().take_while(char::is_ascii_digit).count();
    let rest: String = head.chars().skip(digits).filter(|letter| !letter.is_whitespace()).collect();
    (1..=2).contains(&digits) && (1..=3).contains(&rest.chars().count()) && rest.chars().all(char::is_alphabetic)
}

/// A grid as rows: each filled cell is a lesson, or several of groups on lines of their own. The day holds until the next one is named.
fn unrolled(place: String, grid: &Grid<'_>) -> YearSheet {
    let heads: Vec<String> = grid.header.fields.iter().map(|field| field.trim().to_owned()).collect();
    let folded: Vec<String> = heads.iter().map(|head| names::fold(head)).collect();
    let day_at = folded.iter().position(|head| is_day(head)).unwrap_or_default();
    let number_at = folded.iter().position(|head| is_number(head)).unwrap_or_default();
    let mut day = String::new();
    let mut rows = Vec::new();
    let of_class = |head: &str| head.split_whitespace().collect::<String>().to_uppercase();
    for record in &grid.records {
        let cell = |at: usize| record.fields.get(at).map(|field| field.trim()).unwrap_or_default();
        if !cell(day_at).is_empty() {
            day = cell(day_at).to_owned();
        }
        for (at, head) in heads.iter().enumerate().filter(|(at, _)| is_class(&folded[*at])) {
            let lessons = cell(at).split(['\n', ';']).flat_map(|part| part.split(" / ")).map(str::trim);
            for lesson in lessons.filter(|lesson| !lesson.is_empty() && !matches!(*lesson, "-" | "–" | "—")) {
                let (subject, group, room) = lesson_of(lesson);
                let class = of_class(head);
                let number = cell(number_at).trim_end_matches('.').to_owned();
                rows.push((record.line as usize, vec![class, subject, group, day.clone(), number, room]));
            }
        }
    }
    let mut covers: Vec<String> = rows.iter().map(|(_, row): &(usize, Vec<String>)| row[0].clone()).collect();
    covers.sort_unstable();
    covers.dedup();
    let heads = ["Класс", "Предмет", "Группа", "День недели", "Урок", "Кабинет"].map(str::to_owned).to_vec();
    YearSheet {
        layout: &TIMETABLE,
        place,
        course: String::new(),
        sheet: Sheet { heads, rows, letters: Vec::new() },
        covers,
        findings: Vec::new(),
    }
}

/// «Английский язык, 1 группа, каб. 12» as subject, group and room.
pub(super) fn lesson_of(text: &str) -> (String, String, String) {
    let mut subject = Vec::new();
    let (mut group, mut room) = (String::new(), String::new());
    // «Химия (каб. 204)»: other words in brackets belong to the subject, «Иностранный язык (английский)».
    let text = text.replace("(каб", ", каб").replace("(Каб", ", каб");
    let closes = text.matches('(').count() < text.matches(')').count();
    let text = if closes { text.replacen(')', "", 1) } else { text };
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let folded = names::fold(part);
        let after = |marks: &[&str]| {
            marks.iter().find(|mark| folded.starts_with(**mark)).map(|mark| {
                let letters = part.chars().count() - folded.chars().count() + mark.chars().count();
                part.chars().skip(letters).collect::<String>().trim().to_owned()
            })
        };
        let before = |marks: &[&str]| {
            marks.iter().find_map(|mark| folded.strip_suffix(mark)).map(|number| number.trim().to_owned())
        };
        if let Some(name) = after(&["кабинет", "каб.", "каб", "к."]) {
            room = name;
        } else if let Some(number) = before(&["группа", "гр.", "гр"]) {
            group = number;
        } else {
            subject.push(part);
        }
    }
    (subject.join(", "), group, room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_known_by_the_names_that_offices_give_them() {
        let of = |name: &str| named(name).map(|(layout, course)| (layout.table, course));
        assert_eq!(of("Расписание"), Some(("timetable", String::new())));
        assert_eq!(of("КТП 5А алгебра"), Some(("plan_topics", "5А алгебра".to_owned())));
        assert_eq!(of("Тарификация"), Some(("teaching_load", String::new())));
        assert_eq!(of("Календарный график"), Some(("calendar_days", String::new())));
        assert_eq!(of("Сотрудники"), None);
        for layout in tables() {
            assert!(sheet_name(layout).chars().count() <= 31, "{}", layout.title);
            assert_eq!(of(sheet_name(layout)), Some((layout.table, String::new())));
        }
    }

    #[test]
    fn a_wrong_heading_of_a_grid_is_one_mistake_with_the_number_of_its_lessons() {
        let class = |name: &str, grade: u8| crate::domain::journal::Class {
            name: name.to_owned(),
            grade,
            class_teacher_id: String::new(),
        };
        let classes = vec![class("9А", 9), class("10А", 10), class("10В", 10)];
        let journal = crate::domain::journal::Journal { classes, ..Default::default() };
        let known = Known::of(&journal, std::iter::empty());
        let lesson = |line: usize, class: &str, subject: &str, number: &str| {
            (line, [class, subject, "", "Понедельник", number, ""].map(str::to_owned).to_vec())
        };
        let rows = vec![
            lesson(2, "9А", "Химия", "1"),
            lesson(2, "10Б", "Алгебра", "1"),
            lesson(2, "10В", "Физика", "1"),
            lesson(3, "10Б", "Музыка", "2"),
        ];
        let heads = ["Класс", "Предмет", "Группа", "День недели", "Урок", "Кабинет"].map(str::to_owned).to_vec();
        let of = |covers: &[&str]| YearSheet {
            layout: &TIMETABLE,
            place: "Расписание.csv".to_owned(),
            course: String::new(),
            sheet: Sheet { heads: heads.clone(), rows: rows.clone(), letters: Vec::new() },
            covers: covers.iter().map(|class| (*class).to_owned()).collect(),
            findings: Vec::new(),
        };
        let (kept, told) = of(&["9А", "10Б", "10В"]).without_strange_columns(&known);
        let classes: Vec<&str> = kept.rows.iter().map(|(_, row)| row[0].as_str()).collect();
        assert_eq!(classes, ["9А", "10В"]);
        let told: Vec<String> = told.iter().map(|one| format!("{}: {}", one.place, one.message)).collect();
        assert_eq!(
            told,
            [
                "Расписание.csv: столбец «10Б»: класса «10Б» в школе нет; возможно, «10А»; исправьте заголовок столбца: из-за него не взято уроков — 2"
            ]
        );
        // Rows that name their class themselves stay, each to be mended by itself.
        let (kept, told) = of(&[]).without_strange_columns(&known);
        assert_eq!((kept.rows.len(), told.len()), (4, 0));
    }

    #[test]
    fn a_lesson_of_the_wall_is_subject_group_and_room() {
        let of = |text: &str| {
            let (subject, group, room) = lesson_of(text);
            [subject, group, room]
        };
        assert_eq!(of("Алгебра"), ["Алгебра", "", ""]);
        assert_eq!(of("Английский язык, 1 группа, каб. 12"), ["Английский язык", "1", "12"]);
        assert_eq!(of("Химия (каб. 204)"), ["Химия", "", "204"]);
        assert_eq!(of("Иностранный язык (английский), 2 группа"), ["Иностранный язык (английский)", "2", ""]);
        assert_eq!(of("Информатика, 2 гр."), ["Информатика", "2", ""]);
    }

    #[test]
    fn a_time_of_day_is_read_as_it_is_seen() {
        assert_eq!(tidied("1899-12-31 08:30:00"), "08:30");
        assert_eq!(tidied("9:20:00"), "9:20");
        assert_eq!(tidied(" 8.30 "), "8.30");
        assert_eq!(tidied("2025-09-01"), "2025-09-01");
    }
}
