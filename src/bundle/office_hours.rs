//! Hours as offices keep them: by teacher, subject and class, with a column for each class, or row by row. Floor 1.

use std::collections::BTreeMap;

use super::codes;
use super::layout::File;
use super::office_groups;
use super::office_lists::{Heads, Kept, Lines, Read, class_name, fold, is_total, names_it};
use super::year::YearSheet;
use crate::domain::finding::Finding;

const COURSES: &[&str] = &["class", "subject", "group", "teacher_id", "hours_per_week"];

/// Place of a column of classes among folded headings.
fn classes_at(folded: &[String]) -> Option<usize> {
    folded.iter().position(|head| matches!(head.as_str(), "классы" | "класс(ы)" | "класс (классы)"))
}

/// Do the headings in one of these rows name a teacher and a subject, and they or those of the next row classes, a column for each?
pub(super) fn is_by_classes(rows: &[Vec<String>]) -> bool {
    let classes = |row: &[String]| row.iter().filter(|head| class_name(head).is_some()).count();
    rows.iter().enumerate().any(|(at, row)| {
        let has = |column: &str| row.iter().any(|head| names_it(column, &fold(head)));
        let below = rows.get(at + 1).map_or(0, |next| classes(next));
        has("teacher_id") && has("subject") && classes(row).max(below) >= 2
    })
}

/// What a list of hours is read as, for whoever brought another.
pub(super) const LAYOUTS: &str = "тарификация читается в двух видах: строка на каждый класс («Учитель», «Класс», «Предмет», «Группа», «Часов в неделю») или столбец на каждый класс («Учитель», «Предмет», «5А», «5Б» …)";

/// The courses that a list of hours names row by row: teacher, class, subject, perhaps a group, hours. `heads` are those of the sheet.
pub(super) fn courses_of(place: &str, heads: &[String], rows: &[(usize, Vec<String>)]) -> Option<Kept> {
    let folded: Vec<String> = heads.iter().map(|head| fold(head)).collect();
    let find = |column: &str| folded.iter().position(|head| names_it(column, head));
    let places = [
        find("class").or_else(|| classes_at(&folded))?,
        find("subject")?,
        find("teacher_id")?,
        find("hours_per_week")?,
    ];
    let group = find("group");
    let row = |(no, cells): &(usize, Vec<String>)| {
        let cell = |place: usize| cells.get(place).map(|text| text.trim().to_owned()).unwrap_or_default();
        let [class, subject, teacher, hours] = places.map(cell);
        let class = class_name(&class)?;
        let hours = hours.replace(',', ".");
        let row = vec![class, subject, group.map(cell).unwrap_or_default(), teacher, hours];
        Some((format!("{place}, строка {no}"), row))
    };
    let rows: Vec<_> = rows.iter().filter_map(row).collect();
    (!rows.is_empty()).then_some(Kept { table: File::Courses, columns: COURSES, rows })
}

/// Numbers the groups that a list of load does not name ([`office_groups::numbered`]); a column «Группа» comes where there is none.
pub(super) fn number_groups(load: &mut YearSheet, lists: &[[String; 4]]) -> Vec<Finding> {
    let sheet = &mut load.sheet;
    let folded: Vec<String> = sheet.heads.iter().map(|head| fold(head)).collect();
    let find = |column: &str| folded.iter().position(|head| names_it(column, head));
    let class = find("class").or_else(|| classes_at(&folded));
    let (Some(class), Some(subject), Some(teacher)) = (class, find("subject"), find("teacher_id")) else {
        return Vec::new();
    };
    let group = find("group");
    let row = |(_, cells): &(usize, Vec<String>)| {
        let cell = |place: usize| cells.get(place).map(|text| text.trim().to_owned()).unwrap_or_default();
        [cell(class), cell(subject), group.map(cell).unwrap_or_default(), cell(teacher)]
    };
    let rows: Vec<[String; 4]> = sheet.rows.iter().map(row).collect();
    let (groups, findings) = office_groups::numbered(&load.place, &rows, lists);
    if findings.is_empty() {
        return findings;
    }
    let at = group.unwrap_or(sheet.heads.len());
    if group.is_none() {
        sheet.heads.push("Группа".to_owned());
        if !sheet.letters.is_empty() {
            sheet.letters.push(String::new());
        }
    }
    for ((_, cells), group) in sheet.rows.iter_mut().zip(groups) {
        cells.resize(cells.len().max(at + 1), String::new());
        cells[at] = group;
    }
    findings
}

/// Hours by teacher, subject and class: a column for each class. The teacher and the subject hold until the next are named.
pub(super) fn hours(lines: &Lines<'_>, heads: &Heads) -> Option<Read> {
    let teacher = heads.place("teacher_id").or_else(|| heads.full_name())?;
    let subject = heads.place("subject")?;
    let group = heads.place("group");
    let of_classes: BTreeMap<usize, String> =
        (0..heads.written.len()).filter_map(|place| Some((place, class_name(&heads.written[place])?))).collect();
    if of_classes.len() < 2 {
        return None;
    }
    let mut findings = Vec::new();
    let mut taken: Vec<Option<usize>> = of_classes.keys().map(|place| Some(*place)).collect();
    taken.extend([Some(teacher), Some(subject), group]);
    heads.left_out(lines, &taken, &mut findings);
    let (mut who, mut what) = (String::new(), String::new());
    let (mut rows, mut strange) = (Vec::new(), Vec::new());
    for (no, cells) in &lines.rows[heads.below..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        if is_total(cell(teacher)) || is_total(cell(subject)) || cells.first().is_some_and(|first| is_total(first)) {
            continue;
        }
        if !cell(teacher).is_empty() {
            (who, what) = (cell(teacher).to_owned(), String::new());
        }
        if !cell(subject).is_empty() {
            what = cell(subject).to_owned();
        }
        // «Английский язык (1 группа)»: the brackets of a group are none of the subject's.
        let said = if fold(&what).contains("гр") { what.replace('(', ", ").replace(')', "") } else { what.clone() };
        let (named, of_subject, _) = super::year::lesson_of(&said);
        let of_row = group.map(cell).filter(|group| !group.is_empty()).map_or(of_subject, str::to_owned);
        for (place, class) in &of_classes {
            let written = cell(*place).replace(',', ".");
            if written.is_empty() || matches!(written.as_str(), "0" | "-" | "–" | "—") {
                continue;
            }
            if written.parse::<f64>().is_err() {
                strange.push(format!("строка {no}, {class}: «{written}»"));
                continue;
            }
            let row = vec![class.clone(), named.clone(), of_row.clone(), who.clone(), written];
            rows.push((format!("{}, строка {no}, столбец {class}", lines.place), row));
        }
    }
    let has_strange = !strange.is_empty();
    if has_strange {
        let message = format!("часы не названы числом и не загружаются: {}", strange.join("; "));
        findings.push(Finding::new(codes::BAD_NUMBER, &lines.place, message));
    }
    // Hours of which not one can be read are a list of hours all the same: what is wrong with them is told.
    (!rows.is_empty() || has_strange).then(|| Read {
        kept: vec![Kept { table: File::Courses, columns: COURSES, rows }],
        findings,
        of_groups: Vec::new(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::bundle::office_lists::read;

    #[test]
    fn hours_by_classes_become_courses_and_strange_hours_are_found() {
        let sheet = Lines::of(
            "Тарификация",
            &[
                &["ФИО учителя", "Предмет", "5А", "5 Б", "Всего"],
                &["Гранатова Ольга Петровна", "Алгебра", "3", "3,5", "6,5"],
                &["", "Английский язык (1 группа)", "2", "", "2"],
                &["Опалова Р.Л.", "Музыка", "час", "1", "1"],
                &["Итого", "", "5", "4,5", "9,5"],
            ],
        );
        let read = read(&sheet).unwrap();
        let rows: Vec<String> = read.kept[0].rows.iter().map(|(_, row)| row.join("|")).collect();
        assert_eq!(
            rows,
            [
                "5А|Алгебра||Гранатова Ольга Петровна|3",
                "5Б|Алгебра||Гранатова Ольга Петровна|3.5",
                "5А|Английский язык|1|Гранатова Ольга Петровна|2",
                "5Б|Музыка||Опалова Р.Л.|1",
            ]
        );
        assert!(read.findings.iter().any(|finding| finding.code == codes::BAD_NUMBER));
    }

    #[test]
    fn a_csv_of_hours_by_classes_is_left_to_the_lists_of_offices() {
        let rows = |rows: &[&[&str]]| -> Vec<Vec<String>> {
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
        };
        assert!(is_by_classes(&rows(&[&["ФИО учителя", "Предмет", "5А", "5Б"]])));
        assert!(is_by_classes(&rows(&[&["Тарификация"], &["Учитель", "Предмет", "Часы"], &["", "", "5А", "5Б"]])));
        assert!(!is_by_classes(&rows(&[&["Учитель", "Класс", "Предмет", "Часов в неделю"], &["А", "5А", "Б", "3"]])));
        let sheet =
            Lines::of("Тарификация", &[&["Учитель", "Предмет", "5А", "5Б"], &["Опалова Р.Л.", "Музыка", "час", ""]]);
        assert_eq!(read(&sheet).unwrap().findings[0].code, codes::BAD_NUMBER, "hours that are none are told");
    }
}
