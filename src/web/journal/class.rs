//! The classes, one class, and its final marks. Floor 3.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::{Chosen, Tab, choose, class_of, staff_name, tabs};
use crate::domain::journal::{Class, Course, FINAL, Journal, YEAR};
use crate::domain::names;
use crate::domain::norm::{Standing, norm, stand};
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::people::{Look, note_access};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "journal/classes.html", config = "src/web/askama.toml")]
struct ClassesPage {
    frame: Frame,
    grades: Vec<GradeView>,
}

/// Classes of one grade.
struct GradeView {
    heading: String,
    classes: Vec<ClassView>,
}

struct ClassView {
    name: String,
    href: String,
    teacher: String,
    learners: String,
}

/// `GET /journal`: the classes that the visitor may read.
pub(super) async fn classes(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = visitor.reach(Action::ReadJournal);
    let today = state.now().date_naive();
    let mut grades: Vec<(u8, GradeView)> = Vec::new();
    let seen = directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade));
    let mut seen: Vec<_> = seen.collect();
    seen.sort_by_key(|class| class.grade);
    for class in seen {
        // After the year's end the list of its last day is shown.
        let last = directory.roster.periods_of_grade(class.grade).last().map_or(today, |period| period.ends);
        let day = today.min(last);
        let of_class = directory.roster.learners.iter().filter(|l| l.class == class.name && l.is_present_on(day));
        let view = ClassView {
            name: class.name.clone(),
            href: format!("/journal/{}", segment(&class.name)),
            teacher: staff_name(&directory, &class.class_teacher_id),
            learners: words::count(of_class.count() as u64, "обучающийся", "обучающихся", "обучающихся"),
        };
        match grades.last_mut() {
            Some((grade, held)) if *grade == class.grade => held.classes.push(view),
            _ => grades
                .push((class.grade, GradeView { heading: format!("{}-е классы", class.grade), classes: vec![view] })),
        }
    }
    let frame = frame.titled("Классы").leading("Журналы, которые вам открыты. Выберите класс.");
    answer::page(&ClassesPage { frame, grades: grades.into_iter().map(|(_, view)| view).collect() })
}

#[derive(Template)]
#[template(path = "journal/class.html", config = "src/web/askama.toml")]
struct ClassPage {
    frame: Frame,
    tabs: Vec<Tab>,
    period: String,
    finals: String,
    courses: Vec<CourseView>,
    learners: Vec<LearnerView>,
}

/// A class in a period, the same for whoever may see it.
#[derive(Debug)]
pub(super) struct Overview {
    courses: Vec<CourseOverview>,
    learners: Vec<LearnerOverview>,
}

#[derive(Debug)]
struct CourseOverview {
    id: String,
    view: CourseView,
    members: Vec<String>,
}

#[derive(Debug)]
struct LearnerOverview {
    id: String,
    name: String,
    href: String,
    note: String,
}

#[derive(Debug, Clone)]
struct CourseView {
    title: String,
    href: String,
    teacher: String,
    lessons: usize,
    without_topic: usize,
    /// Learners with fewer marks than the policy asks for, in words with the clause; empty when there are none.
    norm: String,
    /// «2 из 27».
    short: String,
    clause: String,
    last: String,
}

struct LearnerView {
    no: usize,
    name: String,
    href: String,
    note: String,
}

/// `GET /journal/{class}?period=Q1`.
pub(super) async fn class(
    State(state): State<WebState>,
    Path(name): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let class = class_of(&directory, &name)?;
    let chosen =
        choose(&directory, &class, asked.value("period"), state.now().date_naive()).ok_or(Refusal::NotFound)?;
    note_access(&state.house, &visitor, Look::Class(&class.name), &directory.year, state.now()).await?;
    let reach = visitor.reach(Action::ReadJournal);
    let whole = reach.whole_class(&class.name, class.grade);
    let overview = overview(&state, &directory, &class, &chosen, state.now().date_naive()).await?;
    let seen = |course: &&CourseOverview| reach.course(&course.id, &class.name, class.grade);
    let courses: Vec<&CourseOverview> = overview.courses.iter().filter(seen).collect();
    // A subject teacher sees the learners of the own courses only.
    let members: HashSet<&String> = courses.iter().flat_map(|course| &course.members).collect();
    let learners = overview.learners.iter().filter(|learner| whole || members.contains(&learner.id));
    let learners = (1..).zip(learners).map(|(no, l)| LearnerView {
        no,
        name: l.name.clone(),
        href: l.href.clone(),
        note: l.note.clone(),
    });
    let path = format!("/journal/{}", segment(&class.name));
    answer::page(&ClassPage {
        learners: learners.collect(),
        tabs: tabs(&directory, &class, &path, &chosen.span.id),
        finals: format!("{path}/finals"),
        courses: courses.into_iter().map(|course| course.view.clone()).collect(),
        frame: frame
            .titled(format!("{} класс", class.name))
            .leading(format!("Классный руководитель: {}", staff_name(&directory, &class.class_teacher_id)))
            .under("Журнал", "/journal"),
        period: chosen.name,
    })
}

/// Lessons and learners of a class in a period, read once while nothing is written: a year's entries of a class are some 15,000 rows.
async fn overview(
    state: &WebState,
    directory: &Directory,
    class: &Class,
    chosen: &Chosen,
    today: NaiveDate,
) -> Result<Arc<Overview>, Refusal> {
    let key = (class.name.clone(), format!("{} {today}", chosen.span.id));
    if let Some(overview) = state.pages.classes.find(&key, directory.turn) {
        return Ok(overview);
    }
    let entries = state.house.db.load_class_entries(&directory.year, &class.name).await?;
    let courses = directory.roster.courses.iter().filter(|course| course.class == class.name).map(|course| {
        let held = entries.lessons.iter().filter(|l| l.key.course_id == course.id && chosen.span.contains(l.key.date));
        let held: Vec<_> = held.collect();
        let policy = directory.policy(today.min(chosen.span.ends));
        let norm = norm(policy, course, class.grade).filter(|_| chosen.span.id != YEAR);
        let norm = norm.map(|norm| stand(norm, course, &directory.roster, &entries, &chosen.span, today));
        CourseOverview {
            id: course.id.clone(),
            members: super::grid::members(course, &directory.roster, &chosen.span).into_iter().map(|l| l.id).collect(),
            view: CourseView {
                title: course_title(course),
                href: format!("/course/{}?period={}", segment(&course.id), segment(&chosen.span.id)),
                teacher: staff_name(directory, &course.teacher_id),
                lessons: held.len(),
                norm: norm.as_ref().map(Standing::in_russian).unwrap_or_default(),
                short: norm.as_ref().map(|one| format!("{} из {}", one.short.len(), one.of)).unwrap_or_default(),
                clause: norm.map(|standing| standing.norm.clause).unwrap_or_default(),
                without_topic: held.iter().filter(|lesson| lesson.topic.is_empty()).count(),
                last: held.iter().map(|lesson| lesson.key.date).max().map(words::date_short).unwrap_or_default(),
            },
        }
    });
    let mut learners = directory.roster.of_class_within(&class.name, chosen.span.starts, chosen.span.ends).learners;
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    let learners = learners.into_iter().map(|l| LearnerOverview {
        name: names::list_name(&l.surname, &l.given_name),
        href: format!("/learner/{}?period={}", segment(&l.id), segment(&chosen.span.id)),
        note: l.left_on.filter(|day| *day <= chosen.span.ends).map_or_else(String::new, |day| {
            crate::domain::freeze::movement("Выбыл", &l.patronymic, &words::date_short(day), "")
        }),
        id: l.id,
    });
    let overview = Arc::new(Overview { courses: courses.collect(), learners: learners.collect() });
    state.pages.classes.keep(key, directory.turn, overview.clone());
    Ok(overview)
}

#[derive(Template)]
#[template(path = "journal/finals.html", config = "src/web/askama.toml")]
struct FinalsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    period: String,
    subjects: Vec<String>,
    rows: Vec<FinalsRow>,
    with_decisions: bool,
}

struct FinalsRow {
    no: usize,
    name: String,
    href: String,
    marks: Vec<String>,
    decision: String,
}

/// `GET /journal/{class}/finals?period=Q1`: final marks of the class, learners by subjects.
pub(super) async fn finals(
    State(state): State<WebState>,
    Path(name): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let class = class_of(&directory, &name)?;
    let chosen =
        choose(&directory, &class, asked.value("period"), state.now().date_naive()).ok_or(Refusal::NotFound)?;
    let entries = state.house.db.load_class_entries(&directory.year, &class.name).await?;
    note_access(&state.house, &visitor, Look::Class(&class.name), &directory.year, state.now()).await?;
    let reach = visitor.reach(Action::ReadJournal);
    let seen = directory.roster.courses.iter().filter(|course| course.class == class.name);
    let courses: Vec<&Course> = seen.filter(|course| reach.course(&course.id, &class.name, class.grade)).collect();
    let mut subjects: Vec<String> = Vec::new();
    for course in &courses {
        if !subjects.contains(&course.subject) {
            subjects.push(course.subject.clone());
        }
    }
    let marks = marks(&entries, &courses, &chosen.span.id);
    let decisions: HashMap<&str, &str> =
        entries.decisions.iter().map(|one| (one.learner_id.as_str(), one.decision.as_str())).collect();
    let is_year = chosen.span.id == YEAR;
    let mut learners = directory.roster.of_class_within(&class.name, chosen.span.starts, chosen.span.ends).learners;
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    let rows = (1..).zip(learners).map(|(no, l)| FinalsRow {
        no,
        name: names::list_name(&l.surname, &l.given_name),
        href: format!("/learner/{}?period={}", segment(&l.id), segment(&chosen.span.id)),
        marks: subjects
            .iter()
            .map(|subject| marks.get(&(l.id.as_str(), subject.as_str())).map(|m| (*m).to_owned()).unwrap_or_default())
            .collect(),
        decision: if is_year {
            decisions.get(l.id.as_str()).copied().unwrap_or_default().to_owned()
        } else {
            String::new()
        },
    });
    let path = format!("/journal/{}", segment(&class.name));
    let rows: Vec<FinalsRow> = rows.collect();
    answer::page(&FinalsPage {
        with_decisions: rows.iter().any(|row| !row.decision.is_empty()),
        rows,
        tabs: tabs(&directory, &class, &format!("{path}/finals"), &chosen.span.id),
        frame: frame
            .titled(format!("{} класс: итоговые отметки", class.name))
            .under("Журнал", "/journal")
            .under(format!("{} класс", class.name), path),
        period: chosen.name,
        subjects,
    })
}

/// Final marks by learner and subject. Of the year the last word stands: the final one, else the year's; the exam has its own sheet.
fn marks<'j>(entries: &'j Journal, courses: &[&'j Course], period: &str) -> HashMap<(&'j str, &'j str), &'j str> {
    let subjects: HashMap<&str, &str> = courses.iter().map(|c| (c.id.as_str(), c.subject.as_str())).collect();
    let wanted: &[&str] = if period == YEAR { &[YEAR, FINAL] } else { std::slice::from_ref(&period) };
    let mut marks = HashMap::new();
    for id in wanted {
        for mark in entries.final_marks.iter().filter(|mark| mark.period == *id) {
            if let Some(subject) = subjects.get(mark.course_id.as_str()) {
                marks.insert((mark.learner_id.as_str(), *subject), mark.value.as_str());
            }
        }
    }
    marks
}
