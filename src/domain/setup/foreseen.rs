//! What a dry run foresees of a whole table of the year: clashes and crowded days that no row has by itself. Floor 0.

use std::collections::BTreeMap;

use super::layout::Layout;
use super::{Setup, Slot, checks, timetable};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::Journal;

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
    after.map(told_beforehand).collect()
}

/// A finding as a warning; what bars the timetable from being ready says so: lessons do not begin with it.
fn told_beforehand(mut finding: Finding) -> Finding {
    if finding.severity >= Severity::Error && finding.code.starts_with("timetable.") {
        finding.message.push_str(": пока это не исправлено, расписание не считается готовым к урокам");
    }
    finding.weighing(Severity::Warning)
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
