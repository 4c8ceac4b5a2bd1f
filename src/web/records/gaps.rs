//! What a class's journal lacks before its period is closed, class by class and line by line. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::query::{Asked, segment};
use super::jobs::{classes_of, periods};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Course, YEAR};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::period;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::close::{self, Closed, Closing};

/// An option of a list.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// How one class stands.
struct ClassLine {
    class: String,
    /// The class's own list; empty where it has nothing to list.
    href: String,
    badge: &'static str,
    /// «закрыта с основанием: …».
    said: String,
    /// Closed: nothing is counted any more.
    closed: bool,
    errors: usize,
    warnings: usize,
}

/// One gap.
struct GapLine {
    place: String,
    message: String,
    bars: bool,
    /// Who leads the course, in one line; empty for what is the class's own.
    teacher: String,
    /// The course's page, where the visitor may open it.
    href: String,
}

/// How the one class asked for was closed, out of its copy's title page.
struct Shut {
    ground: String,
    omissions: Vec<String>,
    href: String,
    /// Does the copy wait to be issued?
    to_issue: bool,
}

#[derive(Template)]
#[template(path = "records/gaps.html", config = "src/web/askama.toml")]
struct GapsPage {
    frame: Frame,
    periods: Vec<Choice>,
    choices: Vec<Choice>,
    classes: Vec<ClassLine>,
    /// Lines of the one class asked for.
    gaps: Vec<GapLine>,
    /// Is it about one class?
    single: bool,
    shut: Option<Shut>,
    export: String,
    period: String,
    period_name: String,
    /// «Закрыта» of a quarter, «Закрыто» of a half-year, «Закрыт» of the rest.
    is_closed: String,
    class: String,
    /// Why nothing can be closed yet: «Период ещё не начался: …»; empty once it has begun.
    ahead: String,
    /// «Не закрыты журналы классов за прошедшие периоды: 31»; empty when none is.
    overdue: String,
    /// What it adds up from: address and «I четверть — 5 классов».
    overdue_parts: Vec<(String, String)>,
    /// Classes that would be closed now, and those that lack something.
    ready: usize,
    lacking: usize,
}

/// `GET /copies/gaps`: `period` and `class` narrow; `format=csv` gives every gap as a row. Nothing is closed by looking.
pub(super) async fn gaps(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = classes_of(&directory, &visitor);
    let today = state.now().date_naive();
    let listed = periods(&directory, today, &reach);
    let period = match asked.value("period") {
        "" => begun(&directory, &listed, today),
        named if listed.iter().any(|(id, _)| id == named) => named.to_owned(),
        _ => return Err(Refusal::NotFound),
    };
    let class = asked.value("class").to_owned();
    if !class.is_empty() && !reach.contains(&class) {
        return Err(Refusal::NotFound);
    }
    let within: Vec<String> = reach
        .iter()
        .filter(|name| class.is_empty() || **name == class)
        .filter(|name| has(&directory, name, &period))
        .cloned()
        .collect();
    // An empty list would mean every class of the school.
    let checked = match within.is_empty() {
        true => Vec::new(),
        false => {
            let closing =
                Closing { year: directory.year.clone(), period: period.clone(), classes: within, ground: None };
            close::check(&state.house, &closing, &state.act(&visitor.account)).await?
        }
    };
    if asked.value("format") == "csv" {
        let row = |class: &str, gap: &Finding| {
            let course = course_of(&directory, gap);
            let teacher = course.map_or_else(String::new, |course| teacher(&directory, course, today));
            vec![class.to_owned(), gap.place.clone(), gap.message.clone(), weight(gap).to_owned(), teacher]
        };
        let rows = checked.iter().flat_map(|one| one.findings.iter().map(move |gap| row(&one.class, gap)));
        return answer::csv(
            &format!("полнота {class} {period}.csv"),
            &["Класс", "Где", "Чего не хватает", "Вес", "Учитель"],
            &rows.collect::<Vec<_>>(),
        );
    }
    let choice = |value: &str, label: &str, chosen: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    };
    let opens = visitor.reach(Action::ReadJournal);
    let gap = |gap: &Finding| {
        let course = course_of(&directory, gap);
        let grade = |class: &str| directory.class(class).map_or(0, |class| class.grade);
        let opened = course.filter(|course| opens.course(&course.id, &course.class, grade(&course.class)));
        GapLine {
            place: gap.place.clone(),
            message: gap.message.clone(),
            bars: gap.severity == Severity::Error,
            teacher: course.map_or_else(String::new, |course| teacher(&directory, course, today)),
            href: opened.map_or_else(String::new, |course| format!("/course/{}", segment(&course.id))),
        }
    };
    let shut = match (checked.as_slice(), class.is_empty()) {
        ([one], false) if one.already => shut(&state, one).await?,
        _ => None,
    };
    let open = |one: &&Closed| !one.already;
    let lacks = |one: &&Closed| one.findings.iter().any(|gap| gap.severity == Severity::Error);
    let period_name = listed.iter().find(|(id, _)| *id == period).map(|(_, name)| name.clone()).unwrap_or_default();
    let overdue = overdue(&directory, (listed.as_slice(), reach.as_slice()), today);
    let overdue_parts = overdue.iter().map(|(id, name, count)| {
        let classes = words::count(*count as u64, "класс", "класса", "классов");
        (format!("/copies/gaps?period={}", segment(id)), format!("{name} — {classes}"))
    });
    let overdue_parts: Vec<(String, String)> = overdue_parts.collect();
    let overdue = match overdue.iter().map(|(_, _, count)| count).sum::<usize>() {
        0 => String::new(),
        all => format!("Не закрыты журналы классов за прошедшие периоды: {all}"),
    };
    let is_closed = words::closed(&period_name);
    let ahead = period::begun(&directory.roster, &period, today).err();
    let ahead = ahead.map(|refusal| words::capitalised(&refusal.to_string())).unwrap_or_default();
    let frame = frame
        .titled("Полнота журнала")
        .leading("Чего не хватает, чтобы закрыть учётный период, и кого об этом спросить.")
        .under("Копии", "/copies");
    answer::page(&GapsPage {
        overdue,
        overdue_parts,
        frame,
        periods: listed.iter().map(|(id, name)| choice(id, name, &period)).collect(),
        choices: reach.iter().map(|name| choice(name, name, &class)).collect(),
        classes: checked
            .iter()
            .map(|one| line(one, &asked, (is_closed, ground(&directory, &one.class, &period)), ahead.is_empty()))
            .collect(),
        gaps: if class.is_empty() {
            Vec::new()
        } else {
            checked.iter().flat_map(|one| &one.findings).map(gap).collect()
        },
        single: !class.is_empty(),
        shut,
        export: asked.with("format", "csv"),
        ready: checked.iter().filter(open).filter(|one| !lacks(one)).count(),
        lacking: checked.iter().filter(open).filter(lacks).count(),
        is_closed: words::capitalised(is_closed),
        ahead,
        period_name,
        period,
        class,
    })
}

/// The open period that has begun and ends first: it is closed before the others; the first one before the year begins.
fn begun(directory: &Directory, listed: &[(String, String)], today: chrono::NaiveDate) -> String {
    let starts = |id: &str| directory.roster.periods.iter().find(|period| period.id == id).map(|period| period.starts);
    let begun = listed.iter().find(|(id, _)| starts(id).is_some_and(|day| day <= today));
    begun.or(listed.first()).map_or(YEAR, |(id, _)| id.as_str()).to_owned()
}

/// Journals of classes that are open though their period is over: identifier of the period, its name, classes. The year waits behind the last
/// of its periods. The first page counts the same.
fn overdue<'l>(
    directory: &Directory,
    (listed, classes): (&'l [(String, String)], &[String]),
    today: chrono::NaiveDate,
) -> Vec<(&'l str, &'l str, usize)> {
    let is_over = |class: &str, id: &str| {
        let grade = directory.class(class).map_or(0, |class| class.grade);
        let own = directory.roster.periods_of_grade(grade);
        let ends = match id {
            YEAR if own.iter().all(|one| directory.is_closed(class, &one.id)) => own.last().map(|one| one.ends),
            _ => own.iter().find(|one| one.id == id).map(|one| one.ends),
        };
        ends.is_some_and(|ends| ends < today) && !directory.is_closed(class, id)
    };
    let counted = listed.iter().map(|(id, name)| {
        (id.as_str(), name.as_str(), classes.iter().filter(|class| is_over(class.as_str(), id)).count())
    });
    counted.filter(|(_, _, count)| *count > 0).collect()
}

/// Does a class have this period?
fn has(directory: &Directory, class: &str, period: &str) -> bool {
    let grade = directory.class(class).map_or(0, |class| class.grade);
    period == YEAR || directory.roster.periods_of_grade(grade).iter().any(|own| own.id == period)
}

/// The course that a gap stands in.
fn course_of<'d>(directory: &'d Directory, gap: &Finding) -> Option<&'d Course> {
    period::course_at(&gap.place, &directory.roster.courses)
}

/// «Фамилия И.О.» of who leads a course: the one to be asked.
fn teacher(directory: &Directory, course: &Course, day: chrono::NaiveDate) -> String {
    let member = directory.roster.staff_member(directory.roster.teacher_on(course, day));
    member.map_or_else(String::new, |one| names::short_name(&one.surname, &one.given_name, &one.patronymic))
}

fn weight(gap: &Finding) -> &'static str {
    if gap.severity == Severity::Error { "не даёт закрыть" } else { "к сведению" }
}

/// What the title page of a closed class's copy says of its closing.
async fn shut(state: &WebState, one: &Closed) -> Result<Option<Shut>, Refusal> {
    let Some(id) = &one.copy else { return Ok(None) };
    let Some(row) = state.house.db.list_versions(id).await?.pop() else { return Ok(None) };
    let snapshot = state.house.db.load_snapshot(row.snapshot).await?;
    Ok(Some(Shut {
        href: format!("/copies/{}", segment(&row.id)),
        to_issue: row.issued_pdf.is_empty(),
        ground: snapshot.ground,
        omissions: snapshot.omissions,
    }))
}

/// The ground on which a class's period was closed in spite of gaps; empty where there were none, or where it is open.
fn ground<'d>(directory: &'d Directory, class: &str, period: &str) -> &'d str {
    let own = directory.closures.iter().find(|row| row.class == class && row.period == period);
    own.map_or("", |row| row.ground.as_str())
}

fn line(one: &Closed, asked: &Asked, (is_closed, ground): (&str, &str), begun: bool) -> ClassLine {
    let errors = one.findings.iter().filter(|gap| gap.severity == Severity::Error).count();
    let (badge, said) = match (one.already, errors) {
        (true, _) if !ground.is_empty() => ("wait", format!("{is_closed} с основанием: {ground}")),
        (true, _) => ("plain", is_closed.to_owned()),
        (false, _) if !begun => ("plain", "период не начался".to_owned()),
        (false, 0) => ("ok", "можно закрыть".to_owned()),
        (false, _) => ("bad", "не хватает записей".to_owned()),
    };
    ClassLine {
        class: one.class.clone(),
        href: match one.findings.is_empty() && !one.already {
            true => String::new(),
            false => asked.with("class", &one.class),
        },
        badge,
        said,
        closed: one.already,
        errors,
        warnings: one.findings.len() - errors,
    }
}
