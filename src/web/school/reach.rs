//! Whose rows a visitor may change: a deputy of some grades those of their classes, a teacher those of the own courses. Floor 3.
//!
//! The guard knows the page's subject, which is the whole school for most tables of the year; the rows of a form say the rest.

use std::collections::{BTreeSet, HashMap};

use super::super::WebState;
use super::super::answer::Refusal;
use super::Opened;
use super::form::Field;
use crate::domain::journal::Journal;
use crate::domain::people::{ReachSet, Visitor};
use crate::domain::rights::Action;
use crate::domain::setup::layout::{Column, INDIVIDUAL_PLANS, Is, Layout};
use crate::domain::setup::scope::Scope;
use crate::flow::people::{Listing, note_list};
use crate::store::{ChangeFilter, ChangeRow};

const fn cell(name: &'static str, title: &'static str, is: Is) -> Column {
    Column { name, title, is, required: false }
}

/// The learners of the journal, as far as it matters whose they are: the card changes names and birth, orders all the rest.
pub(super) static LEARNERS: Layout = Layout {
    table: "learners",
    title: "Ученики",
    one: "ученика",
    key: 1,
    columns: &[
        cell("id", "Код", Is::Text),
        cell("surname", "Фамилия", Is::Text),
        cell("given_name", "Имя", Is::Text),
        cell("patronymic", "Отчество", Is::Text),
        cell("born", "Дата рождения", Is::Text),
        cell("class", "Класс", Is::Class),
    ],
};

/// Rows of a table that a visitor may read: a row that names a learner is open to whom the list of the learner's class is, all others with
/// the page.
pub(super) fn readable(
    visitor: &Visitor,
    journal: &Journal,
    layout: &Layout,
    mut rows: Vec<Vec<String>>,
) -> Vec<Vec<String>> {
    let reach = visitor.reach(Action::ReadRoster);
    let (Some(at), false) = (learner_column(layout), reach.school) else { return rows };
    let classes = classes(journal);
    let grade_of = |class: &str| journal.class(class).map_or(0, |known| known.grade);
    rows.retain(|row| {
        classes.get(row[at].as_str()).is_some_and(|class| reach.learner(&row[at], class, grade_of(class)))
    });
    rows
}

/// Classes of the learners that these rows name.
fn classes_named<'j>(journal: &'j Journal, layout: &Layout, rows: &[Vec<String>]) -> BTreeSet<&'j str> {
    let Some(at) = learner_column(layout) else { return BTreeSet::new() };
    let classes = classes(journal);
    rows.iter().filter_map(|row| classes.get(row[at].as_str()).copied()).collect()
}

/// A choice of learners is a list of them: it keeps those alone whose rows the visitor may put with this act, and the empty choice.
pub(super) fn offer(choices: &mut Vec<(String, String, bool)>, visitor: &Visitor, action: Action, journal: &Journal) {
    let (reach, classes) = (visitor.reach(action), classes(journal));
    let grade_of = |class: &str| journal.class(class).map_or(0, |known| known.grade);
    choices.retain(|(id, ..)| {
        id.is_empty() || classes.get(id.as_str()).is_some_and(|class| reach.learner(id, class, grade_of(class)))
    });
}

/// Choices of classes and courses in the form of a row: those alone whose rows the visitor may put with this act, and the empty choice. Where the
/// chosen one is not among them, the empty one is: no other is taken by mistake.
pub(super) fn offer_own(fields: &mut [Field], visitor: &Visitor, action: Action, journal: &Journal, layout: &Layout) {
    if visitor.reach(action).school {
        return;
    }
    for (at, (field, column)) in fields.iter_mut().zip(layout.columns).enumerate() {
        if field.kind != "select" || !matches!(column.is, Is::Class | Is::Course) {
            continue;
        }
        field.choices.retain(|(id, ..)| {
            let mut row = vec![String::new(); layout.columns.len()];
            row[at].clone_from(id);
            bars(visitor, action, journal, layout, &[row]).is_none()
        });
        let stands = field.choices.iter().any(|(id, _, chosen)| *chosen || id.is_empty());
        if !stands {
            field.choices.insert(0, (String::new(), "—".to_owned(), true));
        }
    }
}

/// Writes down whose learners the rows name: the page is of the whole school, so the guard does not know (SEC-07).
pub(super) async fn note(
    state: &WebState,
    visitor: &Visitor,
    opened: &Opened,
    layout: &Layout,
    rows: &[Vec<String>],
) -> Result<(), Refusal> {
    let of = if layout.table == INDIVIDUAL_PLANS.table { Listing::Plans } else { Listing::Groups };
    let classes = classes_named(&opened.year.journal, layout, rows);
    Ok(note_list(&state.house, visitor, of, &classes, &opened.year.year, state.now()).await?)
}

fn learner_column(layout: &Layout) -> Option<usize> {
    layout.columns.iter().position(|column| column.is == Is::Learner)
}

/// The class of each learner by identifier.
fn classes(journal: &Journal) -> HashMap<&str, &str> {
    journal.learners.iter().map(|learner| (learner.id.as_str(), learner.class.as_str())).collect()
}

/// Why a visitor may not change these rows of a table; nothing when all are within reach. Rows of the whole school (rooms, bells) are within
/// the reach of whoever may change the table at all.
pub(super) fn bars(
    visitor: &Visitor,
    action: Action,
    journal: &Journal,
    layout: &Layout,
    rows: &[Vec<String>],
) -> Option<String> {
    let reach = visitor.reach(action);
    if reach.school {
        return None;
    }
    let outside = rows.iter().find_map(|row| outside(&reach, journal, layout, row))?;
    Some(format!("Эта строка относится не к вашим классам: {outside}."))
}

/// What of the row is out of reach, in words.
fn outside(reach: &ReachSet, journal: &Journal, layout: &Layout, row: &[String]) -> Option<String> {
    let grade_of = |class: &str| journal.class(class).map_or(0, |known| known.grade);
    for (column, cell) in layout.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        let within = match (column.is, layout.table, column.name) {
            (Is::Class, ..) => reach.whole_class(cell, grade_of(cell)),
            (_, "classes", "name") => {
                let grade = layout.place("grade").and_then(|at| row.get(at)).and_then(|text| text.parse().ok());
                reach.whole_class(cell, grade.unwrap_or_default())
            }
            (_, "curriculum", "grade") => cell.parse().is_ok_and(|grade| reach.whole_class("", grade)),
            (Is::Course, ..) => match journal.courses.iter().find(|course| course.id == *cell) {
                Some(course) => reach.course(cell, &course.class, grade_of(&course.class)),
                None => false,
            },
            (Is::Learner, ..) => match journal.learners.iter().find(|learner| learner.id == *cell) {
                Some(learner) => reach.learner(cell, &learner.class, grade_of(&learner.class)),
                None => false,
            },
            (Is::Scope, ..) => match Scope::parse(cell) {
                Some(Scope::Class(class)) => reach.whole_class(&class, grade_of(&class)),
                Some(Scope::Grades(from, to)) => (from..=to).all(|grade| reach.whole_class("", grade)),
                Some(Scope::School) | None => true,
            },
            _ => true,
        };
        if !within {
            return Some(match column.is {
                Is::Course => journal
                    .courses
                    .iter()
                    .find(|course| course.id == *cell)
                    .map_or_else(|| cell.clone(), crate::domain::setup::cells::course_words),
                _ => cell.clone(),
            });
        }
    }
    None
}

/// The row of a change as it was and as it became.
pub(super) fn rows_of(change: &ChangeRow) -> Vec<Vec<String>> {
    let whole = |others: &Vec<String>| [change.key.clone(), others.clone()].concat();
    [&change.old, &change.new].into_iter().flatten().map(whole).collect()
}

/// Refuses to undo what is not of these tables and this year, or out of the visitor's reach: the numbers come from a form.
pub(super) async fn undoable(
    state: &WebState,
    visitor: &Visitor,
    action: Action,
    opened: &Opened,
    tables: &[(&str, Option<&Layout>)],
    seqs: &[u64],
) -> Result<(), Refusal> {
    let mut left: Vec<u64> = seqs.to_vec();
    for (table, layout) in tables {
        let filter = ChangeFilter {
            table: Some((*table).to_owned()),
            year: Some(opened.year.year.clone()),
            ..ChangeFilter::default()
        };
        for change in state.house.db.list_changes(&filter).await? {
            if !left.contains(&change.seq) {
                continue;
            }
            left.retain(|seq| *seq != change.seq);
            let Some(layout) = layout else { continue };
            if let Some(reason) = bars(visitor, action, &opened.year.journal, layout, &rows_of(&change)) {
                return Err(Refusal::Forbidden { reason });
            }
        }
    }
    match left.first() {
        None => Ok(()),
        Some(seq) => Err(Refusal::Forbidden {
            reason: format!("Изменение № {seq} сделано не на этой странице: здесь его не отменяют."),
        }),
    }
}
