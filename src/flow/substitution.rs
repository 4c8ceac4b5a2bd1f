//! Substitutions: a lesson that was held says who held it in the teacher's place (000 Рег 2.1, 002 4.2, 003 Зам 4). Floor 2.
//!
//! Who may record one, the doors ask the matrix under the rules of the day. A closed period refuses by itself, as every change of a lesson.

use super::change::{self, Edit};
use super::setup::{Counts, Outcome};
use super::{Act, Error, House};
use crate::domain::finding::Finding;
use crate::domain::journal::LessonKey;
use crate::domain::words;

/// Place of the substitute among the other cells of a lesson: topic, homework, kind of work come before.
const SUBSTITUTE: usize = 3;

/// Writes into a lesson who held it; an empty `substitute` says that the teacher of the course did.
pub async fn record(
    house: &House,
    act: &Act,
    year: &str,
    lesson: &LessonKey,
    substitute: &str,
) -> Result<Outcome, Error> {
    let (date, number) = (lesson.date.to_string(), lesson.number.to_string());
    let place = format!("{}, {}-й урок", words::date_short(lesson.date), lesson.number);
    let refused =
        |code: &'static str, message: String| Ok(Outcome::Refused(vec![Finding::new(code, place.clone(), message)]));
    let key = [lesson.course_id.as_str(), &date, &number];
    let owned: Vec<String> = key.iter().map(|cell| (*cell).to_owned()).collect();
    let Some(standing) = house.db.find_row("lessons", year, &owned).await? else {
        let message = "такого урока в журнале нет: замену записывают у проведённого урока";
        return refused("substitution.no-lesson", message.to_owned());
    };
    let roster = house.db.load_roster(year).await?;
    let course = roster.courses.iter().find(|course| course.id == lesson.course_id);
    if course.is_some_and(|course| roster.teacher_on(course, lesson.date) == substitute) {
        let message = "это учитель самого предмета: замены нет, выберите «вёл учитель предмета»";
        return refused("substitution.own-teacher", message.to_owned());
    }
    if !substitute.is_empty() && !roster.staff.iter().any(|person| person.id == substitute) {
        return refused("substitution.nobody", format!("сотрудника «{substitute}» в списке года нет"));
    }
    if standing.get(SUBSTITUTE).is_some_and(|cell| cell == substitute) {
        return Ok(Outcome::Done(Counts { same: 1, ..Counts::default() }));
    }
    let mut cells = standing.clone();
    if let Some(cell) = cells.get_mut(SUBSTITUTE) {
        substitute.clone_into(cell);
    }
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let edit = Edit::put("lessons", year, &key, &cells).expecting(Some(standing));
    let applied = change::apply(house, act, "substitution", &[edit]).await?;
    Ok(Outcome::Done(Counts { changed: 1, seqs: applied.seqs, ..Counts::default() }))
}
