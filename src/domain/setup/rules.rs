//! Rules of single rows of the year, and what keeps a row from going: it is used elsewhere, or a closed period stands on it. Floor 0.

use chrono::NaiveDate;

use super::layout::Layout;
use super::{Setup, cells};
use crate::domain::finding::Finding;
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
