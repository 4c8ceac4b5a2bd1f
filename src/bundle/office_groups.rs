//! Groups as offices keep them: a column of the class list with 1 and 2 under the subject's name, or a list by subject and group. Floor 1.
//!
//! A list says neither the course's code nor the learner's. It says «5А, Английский язык, 1», and the courses that come with the same files say
//! which one that is ([`resolve`]). A column that is no divided subject's («Группа здоровья») is left out with a word.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::codes;
use super::found::{Found, Place};
use super::headings::fold;
use super::layout::File;
use super::office_lists::{COUNTERS, Heads, Kept, Lines, Read, class_name, is_total, names_it};
use super::sheet::Sheet;
use crate::domain::finding::{Finding, Severity};
use crate::domain::names;

const MEMBERS: &[&str] = &["course_id", "learner_id"];
/// Parts the words of a course that stand in the place of its code: class, subject, group. No name of an office has this letter.
const PART: char = '¦';
/// Words of a heading that say that it is about groups, and not of which subject.
const ABOUT: &[&str] = &["группа", "группы", "подгруппа", "подгруппы", "гр", "гр.", "по", "деление"];

/// «1» of «1», «1 группа», «гр. 2»: the number of a group; empty for anything else.
fn number(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|letter: char| letter.is_whitespace() || letter == '.').filter(|word| !word.is_empty());
    let rest: Vec<&str> = words.filter(|word| !ABOUT.contains(word)).collect();
    match rest.as_slice() {
        [one] if one.len() == 1 && ("1"..="6").contains(one) => (*one).to_owned(),
        _ => String::new(),
    }
}

/// Columns of a class list that divide it: a group's number for at least half of the learners, and nothing else.
pub(super) fn columns(lines: &Lines<'_>, heads: &Heads, taken: &[Option<usize>], learners: usize) -> Vec<usize> {
    let divides = |place: &usize| {
        let cells = lines.rows[heads.below..].iter().filter_map(|(_, cells)| cells.get(*place)).map(|cell| cell.trim());
        let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        let numbers: BTreeSet<String> = cells.iter().map(|cell| number(cell)).collect();
        cells.len() * 2 >= learners && numbers.len() > 1 && !numbers.contains("")
    };
    let free = |place: &usize| {
        let head = &heads.folded[*place];
        !taken.contains(&Some(*place)) && head.chars().any(char::is_alphabetic) && !COUNTERS.contains(&head.as_str())
    };
    (0..heads.written.len()).filter(free).filter(divides).collect()
}

/// The membership that a cell of such a column says; none for an empty one.
pub(super) fn member(class: &str, head: &str, cell: &str, learner: &str) -> Option<Vec<String>> {
    let group = number(cell);
    (!group.is_empty()).then(|| vec![format!("{class}{PART}{head}{PART}{group}"), learner.to_owned()])
}

/// Rows of memberships as their table.
pub(super) fn kept(rows: Vec<(String, Vec<String>)>) -> Option<Kept> {
    (!rows.is_empty()).then_some(Kept { table: File::Groups, columns: MEMBERS, rows })
}

/// A list of groups: class, subject, group and full name, each in its column; the first three hold until the next are named.
pub(super) fn list(lines: &Lines<'_>, heads: &Heads) -> Option<Read> {
    let full = heads.full_name()?;
    let (subject, group) = (heads.place("subject"), heads.place("group")?);
    // «5А Английский язык»: a sheet for each divided subject of a class.
    let (of_sheet, subject_of_sheet) = match subject {
        Some(_) => (class_name(lines.name), String::new()),
        None => super::office_plans::parts(lines.name),
    };
    if subject.is_none() && (of_sheet.is_none() || subject_of_sheet.is_empty()) {
        return None;
    }
    // «ФИО» names teachers in other lists; here it is the learner's.
    let teacher = (0..heads.folded.len()).find(|at| *at != full && names_it("teacher_id", &heads.folded[*at]));
    let class_at = heads.folded.iter().position(|head| matches!(head.as_str(), "класс" | "классы"));
    if (class_at.is_none() && of_sheet.is_none()) || heads.place("hours_per_week").is_some() {
        return None;
    }
    let mut findings = Vec::new();
    heads.left_out(lines, &[Some(full), subject, Some(group), class_at, teacher], &mut findings);
    let mut held = [of_sheet.unwrap_or_default(), subject_of_sheet, String::new()];
    let mut rows = Vec::new();
    let mut of_groups = BTreeSet::new();
    for (no, cells) in &lines.rows[heads.below..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        for (at, place) in [class_at, subject, Some(group)].into_iter().enumerate() {
            let text = place.map(cell).unwrap_or_default();
            if !text.is_empty() {
                held[at] = if at == 0 { class_name(text).unwrap_or_else(|| text.to_owned()) } else { text.to_owned() };
            }
        }
        if cell(full).is_empty() || is_total(cell(full)) {
            continue;
        }
        let [class, subject, group] = &held;
        let whose = teacher.map(cell).filter(|whose| !whose.is_empty());
        of_groups.extend(whose.map(|whose| [class.clone(), subject.clone(), group.clone(), whose.to_owned()]));
        rows.extend(
            member(class, subject, group, cell(full)).map(|row| (format!("{}, строка {no}", lines.place), row)),
        );
    }
    Some(Read { kept: vec![kept(rows)?], findings, of_groups: of_groups.into_iter().collect() })
}

/// Numbers of the groups that rows of load (class, subject, group, teacher) do not name: one subject of one class under several teachers. A
/// list of groups that names the teachers says whose is which; else they are numbered in the order of the rows, and that is told.
pub(super) fn numbered(place: &str, rows: &[[String; 4]], lists: &[[String; 4]]) -> (Vec<String>, Vec<Finding>) {
    let mut groups: Vec<String> = rows.iter().map(|row| row[2].clone()).collect();
    let mut same: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, [class, subject, ..]) in rows.iter().enumerate() {
        if let Some(class) = class_name(class) {
            same.entry((class, names::fold(subject))).or_default().push(at);
        }
    }
    let mut findings = Vec::new();
    for ((class, _), places) in same {
        let teachers: BTreeSet<String> = places.iter().map(|at| initials(&rows[*at][3])).collect();
        let is_named = places.iter().any(|at| !rows[*at][2].is_empty());
        if is_named || places.len() < 2 || teachers.len() < places.len() {
            continue;
        }
        let of_list = |at: &usize| {
            let [_, subject, _, teacher] = &rows[*at];
            let fits = |list: &&[String; 4]| {
                list[0] == class && is_about(&list[1], subject) && initials(&list[3]) == initials(teacher)
            };
            lists.iter().find(fits).map(|list| number(&list[2])).unwrap_or_default()
        };
        let listed: Vec<String> = places.iter().map(of_list).collect();
        let distinct: BTreeSet<&String> = listed.iter().filter(|group| !group.is_empty()).collect();
        let is_listed = distinct.len() == places.len();
        let mut said = Vec::new();
        for (order, (at, of_list)) in (1..).zip(places.iter().zip(&listed)) {
            groups[*at] = if is_listed { of_list.clone() } else { format!("{order}") };
            said.push((groups[*at].clone(), format!("{} — {} группа", rows[*at][3], groups[*at])));
        }
        said.sort_by(|(a, _), (b, _)| names::natural(a, b));
        let said: Vec<String> = said.into_iter().map(|(_, words)| words).collect();
        let (how, weight) = match is_listed {
            true => ("так сказано в списке групп", Severity::Note),
            false => ("по порядку строк; если иначе, добавьте столбец «Группа»", Severity::Warning),
        };
        let message = format!("«{}» в {class} ведут разные учителя: {} ({how})", rows[places[0]][1], said.join(", "));
        findings.push(Finding::new(codes::GROUPS_NUMBERED, place, message).weighing(weight));
    }
    (groups, findings)
}

/// «барбарисова а с» of «Барбарисова А.С.» and of «Барбарисова Анна Сергеевна».
fn initials(name: &str) -> String {
    let folded = names::fold(name);
    let mut words = folded.split([' ', '.']).filter(|word| !word.is_empty());
    let surname = words.next().unwrap_or_default().to_owned();
    words.filter_map(|word| word.chars().next()).fold(surname, |said, letter| format!("{said} {letter}"))
}

/// Is a heading about this subject? «Англ. яз.» and «Группа по английскому языку» are about «Английский язык»: each word begins as one of the
/// subject's, four letters deep, for endings differ.
fn is_about(head: &str, subject: &str) -> bool {
    const DEEP: usize = 4;
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        let parts = folded.split(|letter: char| !letter.is_alphanumeric());
        parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let of_subject = words(subject);
    let said: Vec<String> = words(head).into_iter().filter(|word| !ABOUT.contains(&word.as_str())).collect();
    let begins = |word: &String| {
        let start: String = word.chars().take(DEEP).collect();
        of_subject.iter().any(|own| own.starts_with(&start))
    };
    !said.is_empty() && said.iter().all(begins)
}

/// Class, subject and group of a course told in words: those of a list, or «5А, Английский язык, 1 группа»; `None` for what may be a code.
pub(super) fn words_of(text: &str) -> Option<[String; 3]> {
    if text.contains(PART) {
        let mut parts = text.split(PART).map(str::to_owned);
        return Some([parts.next()?, parts.next()?, parts.next()?]);
    }
    let (class, rest) = text.split_once(',')?;
    let (subject, group, _) = super::year::lesson_of(rest);
    Some([class_name(class)?, subject, group]).filter(|[_, subject, _]| !subject.is_empty())
}

/// «5А, Английский язык, 1 группа» of the cells of a course.
fn said([_, class, subject, group]: &[String; 4]) -> String {
    if group.is_empty() { format!("{class}, {subject}") } else { format!("{class}, {subject}, {group} группа") }
}

/// Puts codes of courses, and of learners of their class, where lists of groups have words. Columns of no divided subject are dropped with a word.
pub(super) fn resolve(sheets: &mut [Sheet<'_>], found: &mut Found) {
    let of = |file: File| sheets.iter().find(|sheet| sheet.file == file).into_iter().flat_map(|sheet| &sheet.rows);
    let courses: Vec<[String; 4]> =
        of(File::Courses).map(|row| [0, 1, 2, 3].map(|at: usize| row.cell(at).to_owned())).collect();
    let mut learners: HashMap<(String, String), Vec<String>> = HashMap::new();
    for row in of(File::Learners) {
        let [id, surname, given, patronymic] = [0, 1, 2, 3].map(|at: usize| row.cell(at));
        for name in [names::full_name(surname, given, patronymic), names::list_name(surname, given)] {
            let known = learners.entry((row.cell(5).to_owned(), names::fold(&name))).or_default();
            if known.last().is_none_or(|last| last != id) {
                known.push(id.to_owned());
            }
        }
    }
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Groups) else { return };
    let mut left: BTreeMap<(String, u32), BTreeSet<String>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(sheet.rows.len());
    for mut row in std::mem::take(&mut sheet.rows) {
        let written = row.cell(0).to_owned();
        let is_code = courses.iter().any(|course| course[0] == written);
        let Some([class, head, group]) = words_of(&written).filter(|_| !is_code) else {
            kept.push(row);
            continue;
        };
        let (class, head, group) = (class.as_str(), head.as_str(), group.as_str());
        let fits = |course: &&[String; 4]| {
            let digits: String = course[3].chars().filter(char::is_ascii_digit).collect();
            course[1] == class && digits == group && is_about(head, &course[2])
        };
        let mut fitting: Vec<&[String; 4]> = courses.iter().filter(fits).collect();
        if let Some(same) = fitting.iter().position(|course| names::fold(&course[2]) == names::fold(head)) {
            fitting = vec![fitting[same]];
        }
        if fitting.len() != 1 && !written.contains(PART) {
            let of_class = courses.iter().filter(|course| course[1] == class && is_about(head, &course[2]));
            let near: Vec<String> = of_class.map(said).collect();
            let at = Place::cell(File::Groups, row.line, "course_id");
            let message = "нет такого предмета с такой группой у этого класса";
            found.mismatch(at, codes::UNMATCHED_NAME, message, near.join("; "), written.as_str());
            kept.push(row);
            continue;
        }
        let [course] = fitting.as_slice() else {
            left.entry((head.to_owned(), u32::from(!fitting.is_empty()))).or_default().insert(class.to_owned());
            continue;
        };
        row.set(0, course[0].clone());
        if let Some([id]) = learners.get(&(class.to_owned(), names::fold(row.cell(1)))).map(Vec::as_slice) {
            row.set(1, id.clone());
        }
        kept.push(row);
    }
    // What comes says all of a group, as rows with codes do: members that stand in it are not said twice.
    let named: BTreeSet<String> = kept.iter().filter(|row| row.line > 0).map(|row| row.cell(0).to_owned()).collect();
    kept.retain(|row| row.line > 0 || !named.contains(row.cell(0)));
    sheet.rows = kept;
    for ((head, several), classes) in left {
        let why = if several == 0 {
            "группы с таким предметом и номером в нагрузке нет"
        } else {
            "подходит несколько предметов"
        };
        let mut classes: Vec<String> = classes.into_iter().collect();
        classes.sort_by(|a, b| names::natural(a, b));
        let message = format!("столбец «{head}» ({}) не загружается: {why}", classes.join(", "));
        found.told(Place::file(File::Groups), codes::LEFT_OUT, Severity::Warning, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_about_a_subject_by_the_beginnings_of_its_words() {
        for head in ["Английский язык", "англ. яз.", "Группа по английскому языку", "подгруппа (англ.)"]
        {
            assert!(is_about(head, "Английский язык") || is_about(head, "Иностранный язык (английский)"), "{head}");
        }
        assert!(is_about("Английский", "Иностранный язык (английский)"));
        for head in ["Группа здоровья", "Физкультурная группа", "Группа", "№"]
        {
            assert!(!is_about(head, "Английский язык"), "{head}");
        }
    }

    #[test]
    fn two_teachers_of_one_subject_of_a_class_make_two_groups_as_a_list_says_or_in_their_order() {
        let row = |class: &str, subject: &str, group: &str, who: &str| [class, subject, group, who].map(str::to_owned);
        let load = [
            row("5А", "Английский язык", "", "Барбарисова А.С."),
            row("5А", "Английский язык", "", "Турмалинова С.И."),
            row("5А", "Музыка", "", "Барбарисова А.С."),
            row("5Б", "Труд", "2", "Сланцев В.С."),
            row("5Б", "Труд", "1", "Астрина Л.П."),
        ];
        let (groups, told) = numbered("Тарификация", &load, &[]);
        assert_eq!(groups, ["1", "2", "", "2", "1"]);
        assert_eq!((told.len(), told[0].severity), (1, Severity::Warning));
        assert!(told[0].message.contains("по порядку строк"), "{told:?}");
        let list = [
            row("5А", "Английский", "2 группа", "Барбарисова Анна Сергеевна"),
            row("5А", "Английский", "1 группа", "Турмалинова Светлана Ильинична"),
        ];
        let (groups, told) = numbered("Тарификация", &load, &list);
        assert_eq!((&groups[..2], told[0].severity), (&["2".to_owned(), "1".to_owned()][..], Severity::Note));
    }

    #[test]
    fn a_group_s_number_is_read_with_and_without_its_word() {
        assert_eq!(["1", "2 группа", "гр. 1", "2 гр"].map(number), ["1", "2", "1", "2"]);
        assert_eq!(["да", "", "12", "II", "1-2"].map(number), ["", "", "", "", ""].map(String::from));
    }
}
