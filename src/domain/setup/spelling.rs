//! Classes and subjects as people shorten them in lists and timetables: «5a», «7А, 9А», «Физ-ра», «Англ. яз.». Floor 0.
//!
//! What stands for exactly one of the class's own subjects is taken, and that is told; anything else stays as it is written and is refused with
//! what is nearest.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Known;
use super::layout::{Layout, TIMETABLE};
use super::paste::Sheet;
use crate::domain::finding::{Finding, Severity};
use crate::domain::gather;
use crate::domain::names;

/// Short names that no rule of beginnings explains, folded, with the beginnings of the words that they stand for.
const SHORT: &[(&str, &[&[&str]])] = &[
    ("физра", &[&["физич", "культур"]]),
    ("физкультура", &[&["физич", "культур"]]),
    ("фк", &[&["физич", "культур"]]),
    ("изо", &[&["изобразит", "искусств"]]),
    ("обж", &[&["основы", "безопасности"], &["обзр"]]),
    ("обзр", &[&["основы", "безопасности"], &["обж"]]),
    ("общество", &[&["обществозн"]]),
    ("общво", &[&["обществозн"]]),
    ("вис", &[&["вероятность", "статистик"]]),
    ("окрмир", &[&["окружающий", "мир"]]),
];

/// Classes are listed where there are no more than so many.
const FEW_CLASSES: usize = 12;
/// People who are equally near to a name are named where there are no more than so many.
const FEW_PEOPLE: usize = 3;
/// Letters of a shortened word that are its ending, after a hyphen: «ра» of «лит-ра».
const ENDING: usize = 3;

fn words(text: &str) -> Vec<String> {
    let folded = names::fold(text);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    parts.map(|word| word.trim_matches('-').to_owned()).filter(|word| !word.is_empty()).collect()
}

/// Does a written word begin this one, or give its beginning and ending: «лит-ра»?
fn begins(written: &str, word: &str) -> bool {
    match written.split_once('-') {
        Some((start, end)) if end.chars().count() <= ENDING => word.starts_with(start) && word.ends_with(end),
        _ => word.starts_with(written),
    }
}

/// May the written text stand for the subject: each word begins one of the subject's, in their order and from the first, or from the first
/// within brackets?
fn stands_for(written: &str, subject: &str) -> bool {
    let said = words(written);
    let Some(first) = said.first() else { return false };
    let bare: String = said.concat().chars().filter(|letter| letter.is_alphanumeric()).collect();
    let own = words(subject);
    let known = SHORT.iter().filter(|(short, _)| *short == bare).flat_map(|(_, stems)| stems.iter());
    if known.into_iter().any(|stems| {
        let mut rest = own.iter();
        own.first().is_some_and(|word| word.starts_with(stems[0]))
            && stems.iter().all(|stem| rest.any(|word| word.starts_with(stem)))
    }) {
        return true;
    }
    // «Англ. яз.» of «Иностранный язык (английский)»: the word in brackets says which, and may stand first.
    let bracketed = subject.split_once('(').map(|(before, inside)| [words(inside), words(before)].concat());
    [Some(own), bracketed].into_iter().flatten().any(|own| {
        let mut rest = own.iter();
        own.first().is_some_and(|word| begins(first, word))
            && said.iter().all(|written| rest.any(|word| begins(written, word)))
    })
}

/// The one subject of a class that the written text stands for; `None` for none or several.
fn subject_of<'k>(known: &'k Known, class: &str, written: &str) -> Option<&'k str> {
    let of_class = known.parts.iter().filter(|[own, ..]| own == class).map(|[_, subject, _]| subject.as_str());
    let mut fitting: Vec<&str> = of_class.filter(|subject| stands_for(written, subject)).collect();
    fitting.sort_unstable();
    fitting.dedup();
    let [one] = fitting.as_slice() else { return None };
    Some(one)
}

/// Why no course is known by these words, with the nearest: «5А, Физ-ра», «5А, Английский язык» of a class with groups.
pub(super) fn why(text: &str, known: &Known) -> String {
    let Some((class, rest)) = text.split_once(',').map(|(class, rest)| (class.trim(), rest.trim())) else {
        return "не понято".to_owned();
    };
    if !known.has_class(class) {
        let joined = [";", "-", "–", " и "].iter().any(|mark| class.contains(mark));
        return if joined && class.chars().filter(char::is_ascii_digit).count() > 1 && class.chars().count() > 3 {
            format!("«{class}» — не один класс: пишите один класс в строке")
        } else {
            no_class(class)
        };
    }
    let (subject, group) = rest.split_once(',').map_or((rest, ""), |(subject, group)| (subject.trim(), group.trim()));
    let of_class: Vec<&[String; 3]> = known.parts.iter().filter(|[own, ..]| own == class).collect();
    let same: Vec<&&[String; 3]> =
        of_class.iter().filter(|[_, own, _]| names::fold(own) == names::fold(subject)).collect();
    if !same.is_empty() {
        let mut groups: Vec<&str> =
            same.iter().map(|[.., group]| group.as_str()).filter(|group| !group.is_empty()).collect();
        groups.sort_by(|a, b| names::natural(a, b));
        groups.dedup();
        return match (groups.is_empty(), group.is_empty()) {
            (true, _) => format!("«{subject}» в {class} на группы не делится"),
            (false, true) => format!(
                "«{subject}» в {class} идёт по группам ({}): допишите, например «{subject}, {} группа»",
                groups.join(", "),
                groups[0]
            ),
            (false, false) => format!("такой группы у «{subject}» в {class} нет; есть {}", groups.join(", ")),
        };
    }
    let subjects: Vec<&str> = of_class.iter().map(|one| one[1].as_str()).collect();
    let likely: Vec<String> = likely(subject, &subjects).iter().map(|one| format!("«{one}»")).collect();
    match likely.is_empty() {
        true => format!("предмета «{subject}» у {class} нет"),
        false => format!("предмета «{subject}» у {class} нет; возможно, {}", likely.join(" или ")),
    }
}

/// «класса «9Б» в школе нет»: the one way of saying it, wherever the class is named.
pub fn no_class(class: &str) -> String {
    format!("класса «{class}» в школе нет")
}

/// Classes that may be meant by one that is not there, «9А, 9В»: those of its grade, else all of a small school; empty where neither helps.
pub fn near_classes<'k>(class: &str, known: impl Iterator<Item = &'k str>) -> String {
    let grade = |name: &str| name.chars().take_while(char::is_ascii_digit).collect::<String>();
    let mut known: Vec<&str> = known.collect();
    known.sort_by(|a, b| names::natural(a, b));
    let own = grade(class);
    let of_grade: Vec<&str> = known.iter().copied().filter(|name| !own.is_empty() && grade(name) == own).collect();
    match (of_grade.is_empty(), known.len()) {
        (false, _) => of_grade.join(", "),
        (true, ..=FEW_CLASSES) => known.join(", "),
        (true, _) => String::new(),
    }
}

/// People who may be meant by a name that is nobody's: the equally near ones; empty for none or too many. `known`: folded spellings of people,
/// and the words for each.
pub fn near_people<'k>(written: &str, known: impl Iterator<Item = (&'k str, &'k str)>) -> BTreeSet<&'k str> {
    let folded = names::fold(written);
    // A quarter of the letters may be wrong: of two names more are alike than of two subjects.
    let allowed = folded.chars().count() / 4;
    let far = known.map(|(spelling, said)| (strsim::damerau_levenshtein(&folded, spelling), said));
    let near: Vec<(usize, &str)> = far.filter(|(distance, _)| *distance <= allowed).collect();
    let least = near.iter().map(|(distance, _)| *distance).min();
    let likely: BTreeSet<&str> =
        near.iter().filter(|(distance, _)| Some(*distance) == least).map(|(_, said)| *said).collect();
    if likely.len() > FEW_PEOPLE { BTreeSet::new() } else { likely }
}

/// «сотрудника «Агатова Н.П.» в школе нет; возможно, «Агатова М.П.»». `near`: who may be meant.
pub fn nobody(whose: &str, written: &str, near: &BTreeSet<&str>) -> String {
    let near: Vec<String> = near.iter().map(|said| format!("«{said}»")).collect();
    let likely = if near.is_empty() { String::new() } else { format!("; возможно, {}", near.join(" или ")) };
    format!("{whose} «{written}» в школе нет{likely}")
}

/// Subjects that the written text may be meant for: those that it shortens, else the nearest by its letters, if it is near at all.
pub(super) fn likely<'s>(written: &str, subjects: &[&'s str]) -> Vec<&'s str> {
    let mut likely: Vec<&'s str> = subjects.iter().copied().filter(|one| stands_for(written, one)).collect();
    if likely.is_empty() {
        let folded = names::fold(written);
        // A third of the letters may be wrong; beyond that a name is another one.
        let allowed = folded.chars().count() / 3;
        let far = |one: &str| strsim::damerau_levenshtein(&folded, &names::fold(one));
        let near = subjects.iter().copied().filter(|one| far(one) <= allowed);
        likely.extend(near.min_by_key(|one| far(one)));
    }
    likely.sort_unstable();
    likely.dedup();
    likely
}

/// A sheet with the shortened subjects of its courses written out, and a warning of each.
pub fn written_out(layout: &Layout, sheet: &Sheet, known: &Known) -> (Sheet, Vec<Finding>) {
    let mut sheet = sheet.clone();
    let Some([Some(class_at), Some(subject_at), _]) = layout.course_parts(&sheet.heads) else {
        return (sheet, Vec::new());
    };
    let mut taken: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for (line, cells) in &mut sheet.rows {
        let (Some(class), Some(written)) = (cells.get(class_at), cells.get(subject_at)) else { continue };
        let folded = names::fold(written);
        let is_own = known.parts.iter().any(|[own, subject, _]| own == class && names::fold(subject) == folded);
        if is_own || folded.is_empty() {
            continue;
        }
        if let Some(subject) = subject_of(known, class, written) {
            let line = u32::try_from(*line).unwrap_or_default();
            taken.entry((written.clone(), subject.to_owned())).or_default().push(line);
            cells[subject_at] = subject.to_owned();
        }
    }
    let parts = layout.course_parts(&sheet.heads).filter(|_| layout.table == TIMETABLE.table);
    let mut of_groups = of_all_groups(&mut sheet, parts, known);
    let told = |((written, subject), lines): ((String, String), Vec<u32>)| {
        let message = format!("«{written}» — это «{subject}»: другого такого предмета у класса нет");
        Finding::new("setup.subject-short", gather::rows(lines), message).weighing(Severity::Warning)
    };
    of_groups.extend(taken.into_iter().map(told));
    (sheet, of_groups)
}

/// A lesson of a subject that the class has in groups, named without a group, is a lesson of every group, and that is told. The room of such a
/// cell is left out: two groups are not in one.
fn of_all_groups(sheet: &mut Sheet, parts: Option<[Option<usize>; 3]>, known: &Known) -> Vec<Finding> {
    let Some([Some(class_at), Some(subject_at), group_at]) = parts else { return Vec::new() };
    let cell = |cells: &[String], at: Option<usize>| at.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
    let groups_of = |cells: &[String]| -> Vec<String> {
        let (class, subject) = (cell(cells, Some(class_at)), names::fold(&cell(cells, Some(subject_at))));
        let same = known.parts.iter().filter(|[own, of, _]| *own == class && names::fold(of) == subject);
        let mut groups: Vec<String> = same.map(|[.., group]| group.clone()).collect();
        groups.sort_by(|a, b| names::natural(a, b));
        groups.dedup();
        if groups.iter().any(String::is_empty) { Vec::new() } else { groups }
    };
    let room_at = sheet.heads.iter().position(|head| names::fold(head) == "кабинет");
    let at = group_at.unwrap_or(sheet.heads.len());
    let mut taken: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for (line, cells) in std::mem::take(&mut sheet.rows) {
        let groups = if cell(&cells, group_at).is_empty() { groups_of(&cells) } else { Vec::new() };
        if groups.is_empty() {
            rows.push((line, cells));
            continue;
        }
        let subject = cell(&cells, Some(subject_at));
        taken.entry((subject, groups.join(", "))).or_default().push(u32::try_from(line).unwrap_or_default());
        for group in groups {
            let mut of_group = cells.clone();
            of_group.resize(of_group.len().max(at + 1), String::new());
            of_group[at] = group;
            if let Some(room) = room_at.and_then(|at| of_group.get_mut(at)) {
                room.clear();
            }
            rows.push((line, of_group));
        }
    }
    sheet.rows = rows;
    if group_at.is_none() && !taken.is_empty() {
        sheet.heads.push("Группа".to_owned());
        if !sheet.letters.is_empty() {
            sheet.letters.push(String::new());
        }
    }
    let told = |((subject, groups), lines): ((String, String), Vec<u32>)| {
        let message = format!("«{subject}» идёт по группам: урок записан каждой из них ({groups}), кабинет не взят");
        Finding::new("setup.lesson-of-groups", gather::rows(lines), message).weighing(Severity::Warning)
    };
    taken.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_and_a_person_that_are_not_there_are_told_with_what_is_near() {
        let school = || ["9В", "10А", "9А"].into_iter();
        assert_eq!(near_classes("9Б", school()), "9А, 9В");
        assert_eq!(near_classes("7В", school()), "9А, 9В, 10А");
        let many: Vec<String> =
            (1..=11).flat_map(|grade| ["А", "Б"].map(|letter| format!("{grade}{letter}"))).collect();
        assert_eq!(near_classes("12А", many.iter().map(String::as_str)), "");
        let staff = || [("агатова м.п.", "Агатова М.П."), ("агатова", "Агатова М.П."), ("рябинин к.", "Рябинин К.")];
        let told = |written: &str| nobody("сотрудника", written, &near_people(written, staff().into_iter()));
        assert_eq!(told("Агатова Н.П."), "сотрудника «Агатова Н.П.» в школе нет; возможно, «Агатова М.П.»");
        assert_eq!(told("Ониксов Б.Б."), "сотрудника «Ониксов Б.Б.» в школе нет");
    }

    #[test]
    fn a_short_name_stands_for_a_subject_by_the_beginnings_of_its_words() {
        for (short, subject) in [
            ("Физ-ра", "Физическая культура"),
            ("Англ. яз.", "Английский язык"),
            ("Англ. яз.", "Иностранный язык (английский)"),
            ("Лит-ра", "Литература"),
            ("ИЗО", "Изобразительное искусство"),
            ("ОБЖ", "Основы безопасности и защиты Родины"),
            ("Инф.", "Информатика"),
            ("Рус. яз.", "Русский язык"),
            ("Алгебра", "Алгебра и начала математического анализа"),
        ] {
            assert!(stands_for(short, subject), "{short}: {subject}");
        }
        for (short, subject) in
            [("Физ-ра", "Физика"), ("Литература", "Родная литература"), ("Язык", "Русский язык"), ("", "Музыка")]
        {
            assert!(!stands_for(short, subject), "{short}: {subject}");
        }
    }
}
