//! Rules of single rows of the year, what keeps a row from going (it is used elsewhere, or a closed period stands on it), and what a dry run
//! foresees of a whole table. Floor 0.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::layout::Layout;
use super::{Setup, Slot, cells, checks, timetable};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::Journal;
use crate::domain::words;

/// Columns by which a row that has an identifier of the program's own is known again: a second paste of the same sheet changes rows
/// and does not double them.
pub fn natural_key(table: &str) -> &'static [&'static str] {
    match table {
        "events" => &["starts", "title", "scope"],
        "courses" => &["class", "subject", "group_name"],
        "orders" => &["number", "date"],
        "foreign_marks" => &["learner", "origin", "their_subject", "dated"],
        _ => &[],
    }
}

/// What is wrong with a row by itself: days and hours that run backwards, weekdays that are none.
pub fn row(layout: &Layout, row: &[String], place: &str) -> Vec<Finding> {
    let cell = |name: &str| layout.place(name).and_then(|at| row.get(at)).map_or("", String::as_str);
    let mut findings = Vec::new();
    let shown = |day: &str| day.parse::<NaiveDate>().map_or_else(|_| day.to_owned(), words::date_short);
    let mut ordered = |from: &str, to: &str, message: &str| {
        let (first, last) = (cell(from), cell(to));
        if !first.is_empty() && !last.is_empty() && first > last {
            let finding = Finding::new("setup.backwards", place, message);
            findings.push(finding.expected_found(format!("не раньше {}", shown(first)), shown(last)));
        }
    };
    match layout.table {
        "calendar_days" | "events" | "stays" => ordered("starts", "ends", "кончается раньше, чем начинается"),
        "periods" => ordered("starts", "ends", "период кончается раньше, чем начинается"),
        "timetable" => ordered("since", "until", "урок перестаёт действовать раньше, чем начинает"),
        "bells" => {
            if let (Some(starts), Some(ends)) = (cells::minutes(cell("starts")), cells::minutes(cell("ends")))
                && ends <= starts
            {
                let finding = Finding::new("setup.backwards", place, "урок кончается раньше, чем начинается");
                findings.push(finding.expected_found(format!("позже {}", cell("starts")), cell("ends")));
            }
        }
        "plan_topics" if cell("hours_centi") == "0" => {
            let finding = Finding::new("setup.no-hours", place, "у темы нет часов");
            findings.push(finding.expected_found("больше нуля", "0"));
        }
        _ => {}
    }
    if layout.table == "periods" && cell("grade_from").parse::<u8>().ok() > cell("grade_to").parse::<u8>().ok() {
        findings.push(Finding::new("setup.backwards", place, "параллели указаны в обратном порядке"));
    }
    if layout.table == "timetable" && !matches!(cell("weekday"), "1" | "2" | "3" | "4" | "5" | "6") {
        findings.push(Finding::new("setup.weekday", place, "урок может стоять с понедельника по субботу"));
    }
    findings
}

/// Where a row is used, in words; a used row does not go.
pub fn uses(layout: &Layout, key: &[String], journal: &Journal, setup: &Setup) -> Vec<String> {
    let Some(name) = key.first() else { return Vec::new() };
    let count = |n: usize, what: &str| (n > 0).then(|| format!("{what}: {n}"));
    let found = match layout.table {
        "classes" => vec![
            count(journal.stays().filter(|l| l.class == *name).count(), "ученики"),
            count(journal.courses.iter().filter(|c| c.class == *name).count(), "курсы"),
        ],
        "courses" => vec![
            count(setup.timetable.iter().filter(|s| s.course == *name).count(), "уроки в расписании"),
            count(setup.topics.iter().filter(|t| t.course == *name).count(), "темы КТП"),
            count(setup.load.iter().filter(|l| l.course == *name).count(), "строки нагрузки"),
            count(setup.earlier_teachers.iter().filter(|one| one.course == *name).count(), "смены учителей"),
            count(setup.works.iter().filter(|w| w.course == *name).count(), "контрольные работы"),
        ],
        "rooms" => vec![
            count(setup.timetable.iter().filter(|s| s.room == *name).count(), "уроки в расписании"),
            count(setup.details.iter().filter(|d| d.room == *name).count(), "курсы"),
        ],
        "orders" => vec![count(
            setup.acquaintances.iter().filter(|a| a.order == *name && a.seen_on.is_some()).count(),
            "подписи в листе ознакомления",
        )],
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// Is a table one whose rows [`foreseen`] looks at, or one by which it judges others?
pub fn is_foreseen(table: &str) -> bool {
    matches!(table, "bells" | "calendar_days" | "control_works" | "course_details" | "regimes" | "timetable")
}

/// What the checks of a whole table would say once it has these rows and do not say yet: clashes of the timetable, crowded days of control
/// works. Warnings, for the year's checks bar nothing from being written. The set-up has the rows afterwards, so that the next table of the
/// same files is judged by them; rows stand in the order of the layout's columns, as the store has them.
pub fn foreseen(layout: &Layout, journal: &Journal, setup: &mut Setup, rows: Vec<Vec<String>>) -> Vec<Finding> {
    // Which of two clashing lessons is told first depends on their order: before and after have the same.
    let in_order = |slots: &mut Vec<Slot>| {
        let key = |slot: &Slot| (slot.course.clone(), slot.weekday, slot.number, slot.week.clone(), slot.since);
        slots.sort_by_cached_key(key);
    };
    in_order(&mut setup.timetable);
    let before = of_whole(layout, journal, setup);
    let would_be = Setup::from_rows(&BTreeMap::from([(layout.table, rows)]));
    match layout.table {
        "bells" => setup.bells = would_be.bells,
        "calendar_days" => setup.days = would_be.days,
        "control_works" => setup.works = would_be.works,
        "course_details" => setup.details = would_be.details,
        "regimes" => setup.regimes = would_be.regimes,
        "timetable" => setup.timetable = would_be.timetable,
        _ => {}
    }
    in_order(&mut setup.timetable);
    let after = of_whole(layout, journal, setup).into_iter().filter(|finding| !before.contains(finding));
    after.map(|finding| finding.weighing(Severity::Warning)).collect()
}

/// Findings of a whole table that no row has by itself.
fn of_whole(layout: &Layout, journal: &Journal, setup: &Setup) -> Vec<Finding> {
    match layout.table {
        "timetable" => timetable::impossible(journal, setup),
        "control_works" => {
            // Days without lessons are told with the line of each work: `checks::work_without_lessons`.
            let mut findings = checks::works(journal, setup);
            findings.retain(|finding| matches!(finding.code, "works.two-a-day" | "works.too-many"));
            findings
        }
        _ => Vec::new(),
    }
}

/// May the columns that name a row be changed in a form? Not where other rows refer to them.
pub fn key_may_change(table: &str) -> bool {
    matches!(
        table,
        "calendar_days"
            | "regimes"
            | "bells"
            | "timetable"
            | "control_works"
            | "plan_topics"
            | "curriculum"
            | "teaching_load"
            | "earlier_teachers"
            | "individual_plans"
    )
}
