//! Groups of a class: who is in which, set as a whole at the start of a period by class teacher and teachers (JRN-11; 002 4.1). Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Act, Error, House};
use super::{Counts, Outcome, Year, edit, write};
use crate::domain::finding::Finding;
use crate::domain::journal::Course;
use crate::domain::names;
use crate::domain::setup::layout::GROUP_MEMBERS;

/// Groups of one subject of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divided<'y> {
    /// Subject.
    pub subject: &'y str,
    /// Its groups, each a course.
    pub groups: Vec<&'y Course>,
}

/// The subjects in which a class is divided, by name.
pub fn divided<'y>(year: &'y Year, class: &str) -> Vec<Divided<'y>> {
    let mut subjects: BTreeMap<&str, Vec<&Course>> = BTreeMap::new();
    for course in year.journal.courses.iter().filter(|course| course.class == class && !course.group.is_empty()) {
        subjects.entry(&course.subject).or_default().push(course);
    }
    subjects.into_iter().map(|(subject, groups)| Divided { subject, groups }).collect()
}

/// Sets the groups of a class: `chosen` says for each learner and group (course) that they belong together; whoever is not named is in
/// no group. Within a period in which a learner has marks or absences in a group, the learner stays in it.
pub async fn set(
    house: &House,
    act: &Act,
    year: &str,
    class: &str,
    chosen: &BTreeSet<(String, String)>,
) -> Result<Outcome, Error> {
    const LAYOUT: &crate::domain::setup::layout::Layout = &GROUP_MEMBERS;
    let open = Year::open(house, year).await?;
    if let Some(row) = house.db.list_closed_years().await?.into_iter().find(|row| row.year == year) {
        let message = format!("учебный год закрыт приказом № {}", row.order_number);
        return Ok(Outcome::Refused(vec![Finding::new("setup.year-closed", class, message)]));
    }
    let subjects = divided(&open, class);
    let groups: BTreeMap<&str, &Course> =
        subjects.iter().flat_map(|one| &one.groups).map(|course| (course.id.as_str(), *course)).collect();
    let mut findings = Vec::new();
    let mut taken: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (learner, course) in chosen {
        match groups.get(course.as_str()) {
            None => findings.push(Finding::new("groups.foreign", class, format!("группы «{course}» в классе нет"))),
            Some(group) => *taken.entry((learner, &group.subject)).or_default() += 1,
        }
        if !open.journal.stays().any(|stay| stay.id == *learner && stay.class == class) {
            findings.push(Finding::new("groups.stranger", class, format!("ученик «{learner}» не из этого класса")));
        }
    }
    for ((learner, subject), _) in taken.iter().filter(|(_, count)| **count > 1) {
        let place = format!("{}, {subject}", name(&open, learner));
        findings.push(Finding::new("groups.twice", place, "ученик записан сразу в две группы"));
    }
    let rows = open.rows(house, LAYOUT).await?;
    let standing: BTreeMap<(String, String), String> = rows
        .iter()
        .filter(|row| groups.contains_key(row[0].as_str()))
        .map(|row| ((row[1].clone(), row[0].clone()), row[2].clone()))
        .collect();
    let leaves: Vec<&(String, String)> = standing.keys().filter(|pair| !chosen.contains(*pair)).collect();
    if !leaves.is_empty() {
        findings.extend(bound(house, &open, act, &leaves, &groups).await?);
    }
    if !findings.is_empty() {
        return Ok(Outcome::Refused(findings));
    }
    let last = rows.iter().filter_map(|row| row[2].parse::<usize>().ok()).max().map_or(0, |last| last + 1);
    let mut counts = Counts { same: standing.len() - leaves.len(), gone: leaves.len(), ..Counts::default() };
    let mut edits = Vec::new();
    for (learner, course) in leaves {
        edits.push(edit(LAYOUT, year, &[course.clone(), learner.clone()], None));
    }
    for (at, (learner, course)) in chosen.iter().filter(|pair| !standing.contains_key(*pair)).enumerate() {
        counts.new += 1;
        let row = [course.clone(), learner.clone(), (last + at).to_string()];
        edits.push(edit(LAYOUT, year, &row, Some(&row)));
    }
    write(house, act, LAYOUT, edits, counts).await
}

fn name(open: &Year, id: &str) -> String {
    let learner = open.journal.learners.iter().find(|learner| learner.id == id);
    learner.map_or_else(|| id.to_owned(), |one| names::list_name(&one.surname, &one.given_name))
}

/// Who may not leave a group now: marks or absences of this very period stand in it.
async fn bound(
    house: &House,
    open: &Year,
    act: &Act,
    leaves: &[&(String, String)],
    groups: &BTreeMap<&str, &Course>,
) -> Result<Vec<Finding>, Error> {
    let journal = house.db.load_journal(&open.year).await?;
    let today = act.at.date_naive();
    let mut findings = Vec::new();
    for (learner, course) in leaves {
        let Some(group) = groups.get(course.as_str()) else { continue };
        let grade = journal.class(&group.class).map_or(0, |class| class.grade);
        let periods = journal.periods_of_grade(grade);
        let Some(period) = periods.into_iter().find(|period| period.starts <= today && today <= period.ends) else {
            continue;
        };
        let within = |day: chrono::NaiveDate| period.starts <= day && day <= period.ends;
        let mark = journal
            .marks
            .iter()
            .any(|mark| mark.learner_id == *learner && mark.lesson.course_id == *course && within(mark.lesson.date));
        let absence = journal.absences.iter().any(|absence| {
            absence.learner_id == *learner && absence.lesson.course_id == *course && within(absence.lesson.date)
        });
        if mark || absence {
            let place = format!("{}, {}, группа {}", name(open, learner), group.subject, group.group);
            let message = format!(
                "в периоде «{}» у ученика уже есть записи в этой группе: состав меняется с начала следующего периода",
                crate::domain::words::period_title(&period.name)
            );
            findings.push(Finding::new("groups.bound", place, message));
        }
    }
    Ok(findings)
}
