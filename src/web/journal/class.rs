//! The classes of a year, and one class. Floor 3.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::{Chosen, Tab, YearView, by_subject, choose, class_of, staff_name, tabs, years};
use crate::domain::journal::{Class, Course, Mark, YEAR};
use crate::domain::names;
use crate::domain::norm::{Standing, norm, stand};
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "journal/classes.html", config = "src/web/askama.toml")]
struct ClassesPage {
    frame: Frame,
    years: Vec<YearView>,
    grades: Vec<GradeView>,
    /// Why no class stands here, and who changes it.
    empty: String,
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

/// Why the visitor sees no class: there is none yet, no course was assigned, or no class.
fn why_empty(directory: &Directory, visitor: &Visitor) -> String {
    let who = |action| visitor.rules.who(action);
    if directory.roster.classes.is_empty() {
        return format!("Классы появляются из загруженных списков школы: их загружает {}.", who(Action::ImportData));
    }
    if visitor.holds(Role::SubjectTeacher) {
        return visitor.rules.without_courses();
    }
    format!("Вам не назначен ни один класс: назначения делает {}.", who(Action::Appoint))
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
    for class in seen {
        // After the year's end the list of its last day is shown.
        let last = directory.roster.periods_of_grade(class.grade).last().map_or(today, |period| period.ends);
        // Before the year's first day, the list of that day: who comes to the class by it.
        let first = directory.roster.periods_of_grade(class.grade).first().map_or(today, |period| period.starts);
        let day = today.min(last).max(first);
        let of_class = directory.roster.learners.iter().filter(|l| l.class == class.name && l.is_present_on(day));
        let view = ClassView {
            name: class.name.clone(),
            href: directory.address(format!("/journal/{}", segment(&class.name))),
            teacher: staff_name(&directory, &class.class_teacher_id),
            learners: words::count(of_class.count() as u64, "обучающийся", "обучающихся", "обучающихся"),
        };
        match grades.last_mut() {
            Some((grade, held)) if *grade == class.grade => held.classes.push(view),
            _ => grades
                .push((class.grade, GradeView { heading: format!("{}-е классы", class.grade), classes: vec![view] })),
        }
    }
    let lead = if directory.is_earlier() {
        format!("Журналы {} учебного года: их можно только читать.", directory.year)
    } else {
        "Журналы, которые вам открыты. Выберите класс.".to_owned()
    };
    let frame = frame.titled("Классы").leading(lead);
    let years = years(&directory, &visitor, "/journal");
    let empty = why_empty(&directory, &visitor);
    answer::page(&ClassesPage { frame, years, grades: grades.into_iter().map(|(_, view)| view).collect(), empty })
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
    /// Fewer marks than asked for, for nobody has a single one in the period.
    unmarked: bool,
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
    let reach = visitor.reach(Action::ReadJournal);
    let whole = reach.whole_class(&class.name, class.grade);
    let today = state.now().date_naive();
    // What a running period asks for grows with its days, so an overview is good for one of them.
    let key = (directory.year.clone(), class.name.clone(), format!("{} {today}", chosen.span.id));
    let make = overview(&state, &directory, &class, &chosen, today);
    let overview = state.pages.classes.find_or_make(key, directory.turn, make).await?;
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
        finals: directory.address(format!("{path}/finals")),
        courses: courses.into_iter().map(|course| course.view.clone()).collect(),
        frame: frame
            .titled(format!("{} класс", class.name))
            .leading(format!("Классный руководитель: {}", staff_name(&directory, &class.class_teacher_id)))
            .under("Журнал", directory.address("/journal".to_owned())),
        period: chosen.name,
    })
}

/// Lessons and learners of a class in a period: kept, because a year's entries of a class are some 15,000 rows.
async fn overview(
    state: &WebState,
    directory: &Directory,
    class: &Class,
    chosen: &Chosen,
    today: NaiveDate,
) -> Result<Arc<Overview>, Refusal> {
    let entries = state.house.db.load_class_entries(&directory.year, &class.name).await?;
    let sound = directory.struck.sound(&entries);
    let mut own: Vec<&Course> = directory.roster.courses.iter().filter(|course| course.class == class.name).collect();
    own.sort_by(|a, b| by_subject(a, b));
    let courses = own.into_iter().map(|course| {
        let held = entries.lessons.iter().filter(|l| l.key.course_id == course.id && chosen.span.contains(l.key.date));
        let held: Vec<_> = held.collect();
        let policy = directory.policy(today.min(chosen.span.ends));
        let norm = norm(policy, course, class.grade).filter(|_| chosen.span.id != YEAR);
        let norm = norm.map(|norm| stand(norm, course, &directory.roster, &sound, &chosen.span, today));
        let marked = |mark: &Mark| mark.lesson.course_id == course.id && chosen.span.contains(mark.lesson.date);
        CourseOverview {
            id: course.id.clone(),
            members: super::grid::members(course, &directory.roster, &chosen.span).into_iter().map(|l| l.id).collect(),
            view: CourseView {
                title: course_title(course),
                href: directory.address(format!("/course/{}?period={}", segment(&course.id), segment(&chosen.span.id))),
                teacher: staff_name(directory, directory.roster.teacher_on(course, today)),
                lessons: held.len(),
                norm: norm.as_ref().map(Standing::in_russian).unwrap_or_default(),
                unmarked: !sound.marks.iter().any(marked),
                short: norm.as_ref().map(|one| format!("{} из {}", one.short.len(), one.of)).unwrap_or_default(),
                clause: norm.map(|standing| standing.norm.clause).unwrap_or_default(),
                without_topic: held.iter().filter(|lesson| lesson.topic.is_empty()).count(),
                last: held.iter().map(|lesson| lesson.key.date).max().map(words::date_short).unwrap_or_default(),
            },
        }
    });
    let mut learners = directory.roster.of_class_within(&class.name, chosen.span.starts, chosen.span.ends).learners;
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    let named = names::list_names(&learners.iter().map(super::parts).collect::<Vec<_>>());
    let learners = learners.into_iter().zip(named).map(|(l, name)| LearnerOverview {
        name,
        href: directory.address(format!("/learner/{}?period={}", segment(&l.id), segment(&chosen.span.id))),
        note: l.left_on.filter(|day| *day <= chosen.span.ends).map_or_else(String::new, |day| {
            crate::domain::freeze::movement("Выбыл", &l.patronymic, &words::date_short(day), "")
        }),
        id: l.id,
    });
    Ok(Arc::new(Overview { courses: courses.collect(), learners: learners.collect() }))
}
