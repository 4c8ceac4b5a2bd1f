//! The differences as the rows of a re-issued copy's page: sheet, learner, cell, was, is. Floor 0.

use std::collections::BTreeMap;

use super::{sheet_diff, sheet_name};
use crate::domain::finding::Finding;
use crate::domain::snapshot::{ChangedValue, Sheet, Snapshot};

/// What a version changed against the one before, in the order of the copy; `ground` says what led to a change of a sheet, by its
/// identifier, and may say nothing.
pub fn change_rows(was: &Snapshot, is: &Snapshot, ground: impl Fn(&str) -> String) -> Vec<ChangedValue> {
    let content = |sheet: &&Sheet| !matches!(sheet, Sheet::Title(_) | Sheet::Changes(_));
    let before: BTreeMap<&str, &Sheet> = was.sheets.iter().filter(content).map(|sheet| (sheet.id(), sheet)).collect();
    let now: BTreeMap<&str, &Sheet> = is.sheets.iter().filter(content).map(|sheet| (sheet.id(), sheet)).collect();
    let whole = |sheet: &Sheet, was: &str, is: &str| ChangedValue {
        sheet: sheet_name(sheet),
        learner: String::new(),
        cell: "лист".to_owned(),
        was: was.to_owned(),
        is: is.to_owned(),
        ground: ground(sheet.id()),
    };
    let mut rows = Vec::new();
    for sheet in is.sheets.iter().filter(content) {
        match before.get(sheet.id()) {
            None => rows.push(whole(sheet, "не было", "есть")),
            Some(old) => {
                let class = &is.class.name;
                let ground = ground(sheet.id());
                let told = |finding: Finding| row(class, old, sheet, &finding, &ground);
                rows.extend(sheet_diff(class, old, sheet).into_iter().map(told));
            }
        }
    }
    let gone = was.sheets.iter().filter(content).filter(|sheet| !now.contains_key(sheet.id()));
    rows.extend(gone.map(|sheet| whole(sheet, "был", "нет")));
    rows
}

/// The rows as people read them beside the version's own ground: a sheet without a remark changed on that ground, and says so.
pub fn grounded(rows: &[ChangedValue], ground: &str) -> Vec<ChangedValue> {
    let mut rows = rows.to_vec();
    for row in rows.iter_mut().filter(|row| row.ground.is_empty() && !ground.is_empty()) {
        row.ground = AS_VERSION.to_owned();
    }
    rows
}

/// The same for a screen, where no sheet's change is to be read as the answer to a remark on another: «основание версии: исправлена отметка».
pub fn grounded_on_screen(rows: &[ChangedValue], ground: &str) -> Vec<ChangedValue> {
    // «Взамен версии 1: …» stands above the table; of several versions each is named.
    let own = ground.strip_prefix("Взамен версии ").and_then(|rest| rest.split_once(": "));
    let said = match own {
        Some((_, said)) if !said.contains("Взамен версии ") => said,
        _ => ground,
    };
    let mut rows = rows.to_vec();
    for row in rows.iter_mut().filter(|row| row.ground.is_empty() && !said.is_empty()) {
        row.ground = format!("основание версии: {said}");
    }
    rows
}

/// What stands in place of a row's ground where the version's is all.
const AS_VERSION: &str = "как у версии";

/// A difference taken apart: its place names class, sheet, and then the lesson or the period and the learner, in either order.
fn row(class: &str, was: &Sheet, is: &Sheet, finding: &Finding, ground: &str) -> ChangedValue {
    let named = sheet_name(was);
    let place = finding.place.strip_prefix(class).unwrap_or(&finding.place).trim_start_matches(", ");
    let place = place.strip_prefix(named.as_str()).unwrap_or(place).trim_start_matches(", ");
    let known: Vec<String> = learners(was).into_iter().chain(learners(is)).collect();
    let found = known.iter().find_map(|name| Some((name.clone(), parted(place, name)?)));
    let (learner, rest) = found.unwrap_or_else(|| (String::new(), place.to_owned()));
    let told = finding.message.trim_end_matches('.');
    let (what, was_words, is_words) = if let Some(what) = told.strip_suffix(": было, теперь нет") {
        (what, "было", "нет")
    } else if let Some(what) = told.strip_suffix(": не было, теперь есть") {
        (what, "не было", "есть")
    } else {
        let what = told.split_once(": было ").map_or(told, |(what, _)| what);
        (what, finding.expected.as_str(), finding.found.as_str())
    };
    let cell = if rest.is_empty() { what.to_owned() } else { format!("{rest}: {}", lowered(what)) };
    ChangedValue {
        sheet: sheet_name(is),
        learner,
        cell,
        was: was_words.to_owned(),
        is: is_words.to_owned(),
        ground: ground.to_owned(),
    }
}

/// What is left of a place without a name that stands in it between commas; `None` when it does not stand there.
fn parted(place: &str, name: &str) -> Option<String> {
    let parts: Vec<&str> = place.split(", ").collect();
    let at = parts.iter().position(|part| *part == name)?;
    let others = parts.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, part)| *part);
    Some(others.collect::<Vec<_>>().join(", "))
}

fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// Names of a sheet's learners as its rows have them.
fn learners(sheet: &Sheet) -> Vec<String> {
    match sheet {
        Sheet::Title(_) | Sheet::Changes(_) => Vec::new(),
        Sheet::Learners(sheet) => sheet.rows.iter().map(|row| format!("{} {}", row.surname, row.given_name)).collect(),
        Sheet::Course(sheet) => sheet.rows.iter().map(|row| row.name.clone()).collect(),
        Sheet::Attendance(sheet) => sheet.rows.iter().map(|row| row.name.clone()).collect(),
        Sheet::FinalMarks(sheet) => sheet.rows.iter().map(|row| row.name.clone()).collect(),
        Sheet::Summary(sheet) => sheet.rows.iter().map(|row| row.name.clone()).collect(),
    }
}
