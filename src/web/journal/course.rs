//! The page of one course; its grid is kept ready while nothing is written. Floor 3.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::grid::{self, Grid, Laying};
use super::{Chosen, Tab, by_subject, choose, class_of, staff_name, tabs};
use crate::domain::copy::State as CopyState;
use crate::domain::freeze::copy_id;
use crate::domain::journal::{Course, YEAR};
use crate::domain::norm::{Standing, norm, stand};
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "journal/grid.html", config = "src/web/askama.toml")]
struct GridPart<'a> {
    course: &'a str,
    /// School year, when it is an earlier one; else empty.
    earlier: &'a str,
    caption: String,
    norm: Option<Standing>,
    /// Who brings lessons in, while the span is not over and may still get some; else empty.
    loads: String,
    grid: Grid,
}

#[derive(Template)]
#[template(path = "journal/course.html", config = "src/web/askama.toml")]
struct CoursePage {
    frame: Frame,
    tabs: Vec<Tab>,
    courses: Vec<Other>,
    closed: String,
    /// Who loads the journal, while the period is open, be it for a correction; else empty.
    loads: String,
    /// Is it the visitor?
    may_load: bool,
    /// Who can still mend what is closed, and how; empty while the period is open.
    mends: Vec<Mend>,
    part: Arc<str>,
}

/// One way to mend a closed period: words, and the page where it is done.
struct Mend {
    words: &'static str,
    page: &'static str,
    href: String,
}

/// Another course of the class.
struct Other {
    label: String,
    href: String,
    current: bool,
}

/// `GET /course/{course}?period=Q1`.
pub(super) async fn course(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let course = directory.course(&id).ok_or(Refusal::NotFound)?;
    let class = class_of(&directory, &course.class)?;
    let today = state.now().date_naive();
    let chosen = choose(&directory, &class, asked.value("period"), today).ok_or(Refusal::NotFound)?;
    // What a running period asks for grows with its days, so a page is good for one of them.
    let key = (directory.year.clone(), course.id.clone(), format!("{} {today}", chosen.span.id));
    let make = part(&state, &directory, course, &chosen, today, visitor.rules.who(Action::ImportData));
    let part = state.pages.grids.find_or_make(key, directory.turn, make).await?;
    let reach = visitor.reach(Action::ReadJournal);
    let seen = directory.roster.courses.iter().filter(|other| other.class == class.name);
    let mut seen: Vec<&Course> = seen.filter(|other| reach.course(&other.id, &class.name, class.grade)).collect();
    seen.sort_by(|a, b| by_subject(a, b));
    let period = format!("?period={}", segment(&chosen.span.id));
    let others = seen.into_iter().map(|other| Other {
        label: course_title(other),
        href: directory.address(format!("/course/{}{period}", segment(&other.id))),
        current: other.id == course.id,
    });
    let teacher = staff_name(&directory, directory.roster.teacher_on(course, today));
    let frame = frame
        .titled(format!("{}: {}", class.name, course_title(course)))
        .leading(format!("Учитель: {teacher}; {}", hours(course)))
        .under("Журнал", directory.address("/journal".to_owned()))
        .under(class.name.clone(), directory.address(format!("/journal/{}", segment(&class.name))));
    let mut closed = closed(&directory, &class.name, &chosen.span.id);
    let reopened = state.house.db.list_locks().await?;
    let is_held = |row: &crate::store::ClosureRow| {
        row.class == class.name && row.period == chosen.span.id && row.year == directory.year
    };
    let is_reopened = !closed.is_empty() && !reopened.iter().any(is_held);
    if is_reopened {
        closed = "Период открыт для исправления, пока не выпущена следующая версия копии.".to_owned();
    }
    let is_open = (closed.is_empty() || is_reopened) && !directory.is_earlier();
    let mut tabs = tabs(&directory, &class, &format!("/course/{}", segment(&course.id)), &chosen.span.id);
    for tab in tabs.iter_mut().filter(|tab| tab.current && is_reopened) {
        tab.closed = false;
    }
    answer::page(&CoursePage {
        loads: if is_open { visitor.rules.who(Action::ImportData) } else { String::new() },
        may_load: visitor.may_anywhere(Action::ImportData),
        tabs,
        courses: others.collect(),
        closed,
        mends: mends(&state, &directory, &visitor, (&class.name, &chosen.span.id), is_reopened).await?,
        frame,
        part,
    })
}

/// The grid of a course, laid out and rendered; `loads`: who brings the journal in, the same for every reader.
async fn part(
    state: &WebState,
    directory: &Arc<Directory>,
    course: &Course,
    chosen: &Chosen,
    today: NaiveDate,
    loads: String,
) -> Result<Arc<str>, Refusal> {
    let entries = state.house.db.load_course_entries(&directory.year, &course.id).await?;
    let grade = directory.class(&course.class).map_or(0, |class| class.grade);
    let periods = directory.roster.periods_of_grade(grade);
    let laying = Laying {
        roster: &directory.roster,
        entries: &entries,
        course,
        span: &chosen.span,
        periods: &periods,
        policy: directory.policy(today.min(chosen.span.ends)),
        struck: &directory.struck,
    };
    let norm = norm(laying.policy, course, grade).filter(|_| chosen.span.id != YEAR);
    let sound = directory.struck.sound(&entries);
    let norm = norm.map(|norm| stand(norm, course, &directory.roster, &sound, &chosen.span, today));
    let part = GridPart {
        norm,
        loads: if chosen.span.ends >= today && !directory.is_earlier() { loads } else { String::new() },
        course: &course.id,
        earlier: if directory.is_earlier() { &directory.year } else { "" },
        caption: format!("{}, {}, {}", course.class, course_title(course), chosen.name),
        grid: grid::lay_out(&laying),
    };
    Ok(part.render().map_err(|error| answer::fault(&error))?.into())
}

/// «3 ч в неделю», «0,5 ч в неделю».
fn hours(course: &Course) -> String {
    let (whole, centi) = (course.hours_per_week_centi / 100, course.hours_per_week_centi % 100);
    let part = if centi == 0 { String::new() } else { format!(",{centi:02}").trim_end_matches('0').to_owned() };
    format!("{whole}{part}\u{a0}ч в\u{a0}неделю")
}

/// How a closed period is mended from where its copy stands; `is_reopened`: it is open for a correction already.
async fn mends(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    (class, period): (&str, &str),
    is_reopened: bool,
) -> Result<Vec<Mend>, Refusal> {
    let Some(row) = directory.closures.iter().find(|row| row.class == class && row.period == period) else {
        return Ok(Vec::new());
    };
    let id = copy_id(&row.year, class, period);
    let Some(copy) = state.house.db.list_versions(&id).await?.pop() else { return Ok(Vec::new()) };
    let awaited = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let signs = awaited.iter().any(|one| one.row.id == id && one.signers.contains(&visitor.account));
    let own = format!("/copies/{}", segment(&id));
    let mend = |words, page, href: &str| Mend { words, page, href: href.to_owned() };
    let on_copy = |words| mend(words, "страница копии", &own);
    // Signed by everybody and open all the same: by a recall. A refusal says so by the state.
    let recalled = is_reopened && copy.state.is_decided();
    let mut ways = vec![match copy.state {
        _ if recalled => on_copy("Копия возвращена на исправление: ошибку исправляют до выпуска следующей версии"),
        CopyState::Issued if signs => {
            mend("Нашли ошибку: отклоните свой лист с замечанием на странице", "«Подписание»", "/desk")
        }
        CopyState::Issued => {
            on_copy("Нашли ошибку: скажите тому, чьей подписи копия ещё ждёт, — он отклонит её с замечанием")
        }
        CopyState::Signed => {
            on_copy("Все подписи собраны: директор или заместитель вернёт копию на исправление, и выйдет новая версия")
        }
        CopyState::Sealed => {
            on_copy("Копия скреплена печатью: директор или заместитель вернёт её на исправление, и выйдет новая версия")
        }
        CopyState::Refused => on_copy("Копия отклонена: ошибку исправляют до выпуска следующей версии"),
        CopyState::Frozen | CopyState::Superseded => {
            on_copy("Нашли ошибку: скажите заместителю директора, на подпись копия ещё не выпущена")
        }
    }];
    let late = directory.policy(state.now().date_naive()).first("print.late_entries");
    if period != YEAR && late.is_some_and(|said| said.has("supplement")) {
        ways.push(on_copy("Записи последнего дня принимаются дополнительным листом"));
    }
    Ok(ways)
}

/// Why nothing can be changed, with who and when; empty while the period is open.
fn closed(directory: &Directory, class: &str, period: &str) -> String {
    let row = directory.closures.iter().find(|row| row.class == class && row.period == period);
    row.map_or_else(String::new, |row| {
        let by = staff_name(directory, &row.closed_by);
        format!(
            "Период закрыт {} ({by}). Изменить отметки нельзя, копия уже составлена.",
            words::moment_words(&row.closed_at)
        )
    })
}
