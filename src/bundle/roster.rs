//! Checks of who and when: school, periods, staff, classes, learners, courses, groups. Floor 1.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use crate::domain::journal::{Period, RESERVED_STAFF};
use crate::domain::{names, words};

use super::check::{Known, Lists, duplicates};
use super::found::{Found, Place};
use super::layout::File;
use super::rows::Listed;
use super::{codes, headings, look_alike, office_posts, rows};

/// A learner is between these ages, in years, at enrolment: first classes take from six and a half, evening ones to adults.
const LIKELY_AGE: std::ops::RangeInclusive<i32> = 5..=25;

/// Checks them all.
pub fn check(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    school_and_staff(lists, found);
    periods(lists, found);
    classes(lists, known, found);
    learners(lists, known, found);
    courses(lists, known, found);
    groups(lists, known, found);
}

fn school_and_staff(lists: &Lists, found: &mut Found) {
    let schools = lists.school.items.len();
    if schools != 1 && (lists.school.is_whole || schools > 1) {
        let message = "в файле должна быть ровно одна строка — о школе";
        found.mismatch(Place::file(File::School), codes::ROW_COUNT, message, "1", schools.to_string());
    }
    duplicates(&lists.staff, "id", |person| &person.id, |person| format!("сотрудник «{}»", person.id), found);
    for (person, line) in lists.staff.with_lines() {
        if RESERVED_STAFF.contains(&person.id.as_str()) {
            let message = format!("идентификатор «{}» занят самой программой: дайте сотруднику другой", person.id);
            found.error(lists.staff.at(line, "id"), codes::RESERVED_ID, message);
        }
    }
    if lists.staff.is_whole && !lists.staff.items.iter().any(|person| person.has_role("director")) {
        no_director(lists, found);
    }
}

/// Nobody is the director: at the row of whoever has the position, or of the list as a whole.
fn no_director(lists: &Lists, found: &mut Found) {
    let message = "в списке сотрудников нет директора: некому подписывать копии от имени школы";
    let mut people = lists.staff.with_lines();
    match people.find(|(person, _)| office_posts::roles_of(&person.position) == "director") {
        Some((person, line)) => {
            let roles = person.roles.join(" ");
            let roles = headings::to_office("roles", &roles).unwrap_or(roles);
            found.mismatch(lists.staff.at(line, "roles"), codes::NO_DIRECTOR, message, "директор", roles);
        }
        None => {
            let expected = "строка с должностью «Директор», в столбце «Роли», если он есть, — «директор»";
            found.mismatch(Place::file(File::Staff), codes::NO_DIRECTOR, message, expected, "ни одной");
        }
    }
}

/// First and last day of the school year, where the school names one.
fn year_of(lists: &Lists) -> Option<(NaiveDate, NaiveDate)> {
    let year = rows::first_year(&lists.school.items.first()?.year)?;
    Some((NaiveDate::from_ymd_opt(year, 9, 1)?, NaiveDate::from_ymd_opt(year + 1, 8, 31)?))
}

fn periods(lists: &Lists, found: &mut Found) {
    let list = &lists.periods;
    duplicates(list, "id", |period| &period.id, |period| format!("период «{}»", period.id), found);
    similar_ids(list, |period| &period.id, found);
    let year = year_of(lists);
    for (period, line) in list.with_lines() {
        if period.grade_from > period.grade_to {
            let message = format!("период «{}»: первый класс больше последнего", period.id);
            found.error(list.at(line, "grade_to"), codes::GRADE_RANGE, message);
        }
        if period.starts > period.ends {
            let message = format!("период «{}» кончается раньше, чем начинается", period.id);
            found.error(list.at(line, "ends"), codes::PERIOD_ORDER, message);
        }
        if let Some((first, last)) = year
            && !(first <= period.starts && period.ends <= last)
        {
            let message = format!("период «{}» вне учебного года", period.id);
            found.mismatch(list.at(line, "starts"), codes::OUTSIDE_YEAR, message, days(first, last), days_of(period));
        }
    }
    neighbours(lists, found);
}

/// Overlaps and wrong order, each pair of periods told once however many grades share it.
fn neighbours(lists: &Lists, found: &mut Found) {
    let list = &lists.periods;
    for (later, (period, line)) in list.with_lines().enumerate() {
        let share_grade = |other: &&Period| other.grade_from <= period.grade_to && period.grade_from <= other.grade_to;
        for earlier in list.items[..later].iter().filter(share_grade).filter(|other| other.id != period.id) {
            let at = list.at(line, "starts");
            if earlier.starts <= period.ends && period.starts <= earlier.ends {
                let message = format!("периоды «{}» и «{}» одних классов пересекаются", earlier.id, period.id);
                found.mismatch(
                    at,
                    codes::PERIOD_OVERLAP,
                    message,
                    format!("не раньше конца {}", days_of(earlier)),
                    days_of(period),
                );
            } else if period.starts < earlier.starts {
                let message = format!("период «{}» записан после «{}», но начинается раньше", period.id, earlier.id);
                found.error(at, codes::PERIOD_ORDER, message);
            }
        }
    }
}

fn days(first: NaiveDate, last: NaiveDate) -> String {
    format!("{}–{}", words::date_short(first), words::date_short(last))
}

fn days_of(period: &Period) -> String {
    days(period.starts, period.ends)
}

fn classes(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    let list = &lists.classes;
    duplicates(list, "name", |class| &class.name, |class| format!("класс «{}»", class.name), found);
    let mut slugs: HashMap<String, &str> = HashMap::new();
    for (class, line) in list.with_lines() {
        let at = list.at(line, "name");
        known.names.staff.refer(list.at(line, "class_teacher_id"), &class.class_teacher_id, found);
        if let Some(stray) = look_alike::in_class_name(&class.name) {
            found.mismatch(at, codes::LOOK_ALIKE, stray.describe(), stray.mend(&class.name), class.name.as_str());
            continue;
        }
        let written: String = class.name.chars().take_while(char::is_ascii_digit).collect();
        let slug = names::slug(&class.name);
        if slug.is_empty() && !class.name.is_empty() {
            found.error(at, codes::CLASS_NAME, format!("в названии класса «{}» нет ни буквы, ни цифры", class.name));
        } else if !written.is_empty() && written.parse() != Ok(class.grade) {
            let message = format!("класс «{}» записан в параллель {}", class.name, class.grade);
            found.mismatch(list.at(line, "grade"), codes::CLASS_NAME, message, written, class.grade.to_string());
        }
        match slugs.insert(slug, &class.name) {
            Some(other) if other != class.name => {
                let message = format!("классы «{other}» и «{}» неразличимы в номерах копий", class.name);
                found.error(at, codes::SIMILAR_CLASSES, message);
            }
            _ => {}
        }
    }
}

fn learners(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    let list = &lists.learners;
    duplicates(list, "id", |learner| &learner.id, |learner| format!("обучающийся «{}»", learner.id), found);
    let last = year_of(lists).map(|(_, last)| last);
    let mut people = HashMap::new();
    for (learner, line) in list.with_lines() {
        class_reference(known, list.at(line, "class"), &learner.class, found);
        if learner.left_on.is_some_and(|left| left < learner.enrolled_on) {
            let message = "выбыл раньше, чем зачислен";
            let expected = format!("не раньше {}", words::date_short(learner.enrolled_on));
            let left = learner.left_on.map(words::date_short).unwrap_or_default();
            found.mismatch(list.at(line, "left_on"), codes::STAY_ORDER, message, expected, left);
        }
        let enrolled = words::date_short(learner.enrolled_on);
        let is_likely = |year: i32, born: NaiveDate| LIKELY_AGE.contains(&(year - born.year()));
        if last.is_some_and(|last| learner.enrolled_on > last) {
            let message = "дата зачисления позже конца учебного года: проверьте год";
            let expected = last.map(|last| format!("не позже {}", words::date_short(last))).unwrap_or_default();
            found.mismatch(list.at(line, "enrolled_on"), codes::OUTSIDE_YEAR, message, expected, enrolled);
        } else if let Some(born) = learner.born
            && !is_likely(learner.enrolled_on.year(), born)
        {
            // Who is of an age for this year was born when the list says: then it is the day of enrolment that is wrong.
            let (column, message) = match last.is_some_and(|last| is_likely(last.year() - 1, born)) {
                true => ("enrolled_on", format!("дата зачисления {enrolled} вызывает сомнение")),
                false => ("born", format!("дата рождения {} вызывает сомнение", words::date_short(born))),
            };
            found.warning(list.at(line, column), codes::UNLIKELY_BIRTH, message);
        }
        let name = names::fold(&names::full_name(&learner.surname, &learner.given_name, &learner.patronymic));
        if let Some(earlier) = people.insert((name, learner.born, &learner.class), line) {
            let message = format!("обучающийся с тем же именем и датой рождения есть в строке {earlier}");
            found.warning(list.at(line, "surname"), codes::DUPLICATE_PERSON, message);
        }
    }
}

fn courses(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    let list = &lists.courses;
    duplicates(list, "id", |course| &course.id, |course| format!("курс «{}»", course.id), found);
    similar_ids(list, |course| &course.id, found);
    for (course, line) in list.with_lines() {
        class_reference(known, list.at(line, "class"), &course.class, found);
        known.names.staff.refer(list.at(line, "teacher_id"), &course.teacher_id, found);
        if !course.group.is_empty() && lists.groups.is_whole && !known.members.contains_key(course.id.as_str()) {
            let message = format!("у группы «{}» нет ни одного обучающегося: взят весь класс", course.group);
            found.warning(list.at(line, "group"), codes::EMPTY_GROUP, message);
        }
    }
}

/// Identifiers that a copy's own identifiers cannot tell apart: they are written there as ASCII slugs.
fn similar_ids<T>(list: &Listed<T>, id: impl Fn(&T) -> &str, found: &mut Found) {
    let mut slugs: HashMap<String, &str> = HashMap::new();
    for (item, line) in list.with_lines() {
        let id = id(item);
        match slugs.insert(names::slug(id), id) {
            Some(other) if other != id => {
                let message = format!("«{other}» и «{id}» неразличимы в номерах листов и копий");
                found.error(list.at(line, "id"), codes::SIMILAR_IDS, message);
            }
            _ => {}
        }
    }
}

/// A class name all of Latin twins looks mixed with nothing; told as look-alike by the register of classes.
fn class_reference(known: &Known<'_>, at: Place, class: &str, found: &mut Found) {
    if look_alike::in_mixed_word(class).is_none() {
        known.names.classes.refer(at, class, found);
    }
}

fn groups(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    let list = &lists.groups;
    let describe = |row: &rows::Membership| format!("обучающийся «{}» группы «{}»", row.learner_id, row.course_id);
    duplicates(list, "learner_id", |row| (&row.course_id, &row.learner_id), describe, found);
    for (row, line) in list.with_lines() {
        known.names.courses.refer(list.at(line, "course_id"), &row.course_id, found);
        known.names.learners.refer(list.at(line, "learner_id"), &row.learner_id, found);
        let (Some(course), Some(learner)) =
            (known.courses.get(row.course_id.as_str()), known.learners.get(row.learner_id.as_str()))
        else {
            continue;
        };
        if known.is_foreign(course, learner) {
            let message = format!("обучающийся «{}» не из класса «{}»", learner.id, course.class);
            let at = list.at(line, "learner_id");
            found.mismatch(at, codes::FOREIGN_LEARNER, message, course.class.as_str(), learner.class.as_str());
        }
    }
}
