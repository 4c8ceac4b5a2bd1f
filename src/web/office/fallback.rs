//! Blank sheets for when the journal cannot be reached: the own courses of a teacher, whole classes or a day for whoever has them, in one
//! print job. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::query::Asked;
use super::forms::file;
use crate::domain::forms::fallback::Blank;
use crate::domain::journal::{Class, Course};
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::{names, words};
use crate::flow::office::fallback::{self, Wanted};
use crate::flow::office::templates;
use crate::flow::people::{Look, note_access};

/// Sheets that one print job takes: a day of the largest school (44 classes of 7 lessons), and some.
const MOST: usize = 400;

struct Line {
    class: String,
    subject: String,
    teacher: String,
    lessons: String,
    learners: usize,
}

#[derive(Template)]
#[template(path = "office/fallback.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    classes: Vec<(String, bool)>,
    courses: Vec<(String, String, bool)>,
    day: String,
    lines: Vec<Line>,
    /// Why there is nothing to print.
    said: String,
    sheets: String,
    pdf: String,
    outages: bool,
}

/// Courses that the visitor may have sheets of: the own ones, and whole classes where the office prints their copies.
fn reaches(visitor: &Visitor) -> impl Fn(&Course, &Class) -> bool + Sync + use<> {
    let (reads, issues) = (visitor.reach(Action::ReadJournal), visitor.reach(Action::IssueCopies));
    move |course, class| {
        reads.course(&course.id, &class.name, class.grade) || issues.whole_class(&class.name, class.grade)
    }
}

/// `GET /office/fallback`.
pub(super) async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let act = state.act(&visitor.account);
    let may = reaches(&visitor);
    let (classes, courses) = offered(&directory, &may, asked.value("class"), asked.value("course"));
    let day: Option<NaiveDate> = asked.value("day").parse().ok();
    // A teacher begins with the own courses; the whole school is never what somebody wants at once.
    let (roster, today) = (&directory.roster, act.at.date_naive());
    let own = roster.courses.iter().any(|course| roster.teacher_on(course, today) == visitor.account);
    let mine = asked.value("class").is_empty() && asked.value("course").is_empty() && day.is_none();
    let wanted = Wanted {
        class: asked.value("class").to_owned(),
        course: asked.value("course").to_owned(),
        teacher: if mine && own { visitor.account.clone() } else { String::new() },
        day,
    };
    let ready = !mine || own;
    let sheets = if ready { fallback::sheets(&state.house, &wanted, &may, &act).await? } else { Vec::new() };
    let mut seen: Vec<&str> = sheets.iter().map(|one| one.class.as_str()).collect();
    seen.dedup();
    for class in seen {
        note_access(&state.house, &visitor, Look::Class(class), &directory.year, state.now()).await?;
    }
    let said = match (sheets.len(), ready, day) {
        (0, false, _) => "Выберите класс или день.".to_owned(),
        (0, true, Some(day)) => {
            format!(
                "На {} в расписании нет таких уроков. Без дня листы печатаются по всем предметам.",
                words::date_short(day)
            )
        }
        (0, true, None) => "Таких предметов у вас нет.".to_owned(),
        (n, ..) if n > MOST => format!("Листов {n}: больше {MOST} за раз не печатается. Выберите класс или день."),
        _ => String::new(),
    };
    if asked.value("format") == "pdf" && said.is_empty() {
        let form = fallback::form(&state.house, &sheets).await?;
        let (house, at) = (state.house.clone(), act.moment());
        let made = tokio::task::spawn_blocking(move || templates::typeset(&house, &form, &at)).await;
        let pdf = made.map_err(|error| answer::fault(&error))??.pdf;
        return Ok(file("fallback.pdf", "application/pdf", true, pdf));
    }
    let frame = frame
        .titled("Листы на случай сбоя")
        .leading("Пустые листы с готовыми списками: вести уроки на бумаге, пока журнал недоступен. Всё выбранное печатается разом.")
        .under("Формы для печати", "/office/forms");
    answer::page(&Page {
        frame,
        classes,
        courses,
        day: day.map(|day| day.to_string()).unwrap_or_default(),
        sheets: words::count(sheets.len() as u64, "лист", "листа", "листов"),
        lines: sheets.iter().map(line).collect(),
        said,
        pdf: asked.with("format", "pdf"),
        outages: visitor.may_anywhere(Action::ReadRegister),
    })
}

fn line(blank: &Blank) -> Line {
    let numbers: Vec<String> = blank.lessons.iter().map(|(_, number)| number.to_string()).collect();
    Line {
        class: blank.class.clone(),
        subject: blank.subject.clone(),
        teacher: blank.teacher.clone(),
        lessons: numbers.join(", "),
        learners: blank.learners.len(),
    }
}

type Choices = (Vec<(String, bool)>, Vec<(String, String, bool)>);

/// Classes and courses that may be chosen.
fn offered(directory: &Directory, may: &impl Fn(&Course, &Class) -> bool, class: &str, course: &str) -> Choices {
    let roster = &directory.roster;
    let reached = |one: &&Course| roster.class(&one.class).is_some_and(|class| may(one, class));
    let own: Vec<&Course> = roster.courses.iter().filter(reached).collect();
    let classes = roster.classes.iter().filter(|one| own.iter().any(|course| course.class == one.name));
    let mut courses: Vec<(String, String, bool)> = own
        .iter()
        .filter(|one| class.is_empty() || one.class == class)
        .map(|one| {
            let title =
                if class.is_empty() { format!("{}, {}", one.class, course_title(one)) } else { course_title(one) };
            (one.id.clone(), title, one.id == course)
        })
        .collect();
    courses.sort_by(|a, b| names::compare([&a.1, "", ""], [&b.1, "", ""]));
    (classes.map(|one| (one.name.clone(), one.name == class)).collect(), courses)
}
