//! Paper extracts for families without electronic access: whom they are due to, one print job, what was handed to whom. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::Fields;
use super::forms::file;
use crate::domain::family_extract::{Ground, Printed};
use crate::domain::forms::People;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words::{self, date_short};
use crate::flow::office::extracts::{self, Board};
use crate::flow::office::templates;

struct ClassLine {
    class: String,
    href: String,
    families: usize,
    due: usize,
    unhanded: usize,
}

#[derive(Template)]
#[template(path = "office/extracts.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    lines: Vec<ClassLine>,
}

/// `GET /office/extracts`: the classes of the visitor, counted.
pub(super) async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = visitor.reach(Action::IssueCopies);
    let wanted = |name: &str| directory.class(name).is_some_and(|class| reach.class(name, class.grade));
    let boards = match directory.year.is_empty() {
        true => Vec::new(),
        false => extracts::boards(&state.house, &wanted, &state.act(&visitor.account)).await?,
    };
    let line = |(class, board): (String, Board)| ClassLine {
        href: format!("/office/extracts/{}", segment(&class)),
        families: board.families.len(),
        due: board.queue().count(),
        unhanded: board.unhanded().count(),
        class,
    };
    let frame = frame.titled("Выписки для семей").leading(
        "Семьи, которые отказались от сведений в электронном виде или не имеют доступа, получают отметки на бумаге.",
    );
    answer::page(&ListPage { frame, lines: boards.into_iter().map(line).collect() })
}

struct FamilyLine {
    learner: String,
    name: String,
    ground: &'static str,
    span: String,
    next: String,
}

struct PrintedLine {
    no: u64,
    name: String,
    span: String,
    printed: String,
    pdf: String,
    /// «29.09.2025, мать, Агатова М.П.; выдала …»; empty while nobody took it.
    handed: String,
}

#[derive(Template)]
#[template(path = "office/extracts_class.html", config = "src/web/askama.toml")]
struct ClassPage {
    frame: Frame,
    path: String,
    /// The printed register.
    ledger: String,
    every: String,
    clause: String,
    queue: Vec<FamilyLine>,
    /// Days without lessons since the last extracts: nothing is to be sent of them; empty where there are none.
    idle: String,
    unhanded: Vec<PrintedLine>,
    families: Vec<FamilyLine>,
    others: Vec<(String, String)>,
    register: Vec<PrintedLine>,
    grounds: Vec<(&'static str, &'static str)>,
    today: String,
}

/// `GET /office/extracts/{class}`.
pub(super) async fn class(
    State(state): State<WebState>,
    Path(class): Path<String>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let board = extracts::board(&state.house, &class, &act).await?;
    let policy = crate::flow::policy::of_act(&state.house, &act).await?;
    let people = People::of(&state.directory().await?.roster);
    let path = format!("/office/extracts/{}", segment(&class));
    let family = |one: &extracts::Family| FamilyLine {
        learner: one.learner.clone(),
        name: one.name.clone(),
        ground: one.ground.as_russian(),
        span: one.due.map(|(starts, ends)| span(starts, ends)).unwrap_or_default(),
        // After days without lessons the next one comes with the lessons, not on a day of the calendar.
        next: one.next.filter(|_| one.idle.is_none()).map(date_short).unwrap_or_default(),
    };
    let printed = |one: &Printed| PrintedLine {
        no: one.no,
        name: board.names.get(&one.learner).unwrap_or(&one.learner).clone(),
        span: span(one.starts, one.ends),
        printed: format!("{}, {}", words::moment_short(&one.at), people.get(&one.by).short),
        pdf: format!("{path}/{}", one.job),
        handed: match &one.handed {
            Some(handed) => {
                format!("{}, {}; выдал(а) {}", date_short(handed.on), handed.to, people.get(&handed.by).short)
            }
            None => String::new(),
        },
    };
    let frame = frame
        .titled(format!("Выписки для семей, {class} класс"))
        .leading("Кому пора, печатается одной кнопкой; выданное записывается: когда и кому.")
        .under("Выписки для семей", "/office/extracts");
    answer::page(&ClassPage {
        frame,
        every: match board.weeks {
            1 => "раз в неделю".to_owned(),
            n => format!("раз в {}", words::count(n.into(), "неделю", "недели", "недель")),
        },
        clause: match policy.clause("parents.extract") {
            "" => "000 Усл 1".to_owned(),
            clause => clause.to_owned(),
        },
        queue: board.queue().map(family).collect(),
        idle: board.families.iter().find_map(|one| one.idle).map(|(from, to)| span(from, to)).unwrap_or_default(),
        unhanded: board.unhanded().map(printed).collect(),
        families: board.families.iter().map(family).collect(),
        others: board.others.clone(),
        register: board.printed.iter().rev().filter(|one| one.handed.is_some()).map(printed).collect(),
        grounds: Ground::ALL.iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        today: state.now().date_naive().to_string(),
        ledger: format!("/office/classes/{}/extract-register", segment(&class)),
        path,
    })
}

fn span(starts: chrono::NaiveDate, ends: chrono::NaiveDate) -> String {
    format!("{} – {}", date_short(starts), date_short(ends))
}

/// `POST /office/extracts/{class}`.
pub(super) async fn act(
    State(state): State<WebState>,
    Path(class): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let house = &state.house;
    let back = format!("/office/extracts/{}", segment(&class));
    let said = match fields.value("act") {
        "print" => {
            let job = extracts::print(house, &class, &act).await?;
            return Ok(answer::redirect(&format!("{back}/{job}")));
        }
        "hand" => {
            // Names of fields carry the number: a row that nobody filled in waits for its family.
            let day = fields.value("day").to_owned();
            let mut handed = 0;
            for (name, to) in fields.pairs().iter().filter(|(_, to)| !to.trim().is_empty()) {
                let Some(no) = name.strip_prefix("to-").and_then(|no| no.parse().ok()) else { continue };
                extracts::hand(house, &class, no, &day, to, &act).await?;
                handed += 1;
            }
            if handed == 0 {
                return Err(Refusal::Rule(
                    "Не сказано, кому выданы выписки: впишите получателя хотя бы у одной".to_owned(),
                ));
            }
            format!("Записано: выдано {}.", words::count(handed, "выписка", "выписки", "выписок"))
        }
        "want" => {
            let ground = Ground::parse(fields.value("ground")).ok_or(Refusal::NotFound)?;
            extracts::mark(house, &class, fields.value("learner"), Some(ground), &act).await?;
            "Записано: семья получает выписки на бумаге.".to_owned()
        }
        "stop" => {
            extracts::mark(house, &class, fields.value("learner"), None, &act).await?;
            "Записано: семья больше не получает выписок на бумаге.".to_owned()
        }
        _ => return Err(Refusal::NotFound),
    };
    Ok(answer::done(&back, &said))
}

/// `GET /office/extracts/{class}/{no}`: the pages of a print job.
pub(super) async fn job(
    State(state): State<WebState>,
    Path((class, no)): Path<(String, u64)>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let form = extracts::form(&state.house, &class, no, &act).await?;
    let (house, at) = (state.house.clone(), act.moment());
    let made = tokio::task::spawn_blocking(move || templates::typeset(&house, &form, &at)).await;
    let pdf = made.map_err(|error| answer::fault(&error))??.pdf;
    Ok(file("extracts.pdf", "application/pdf", true, pdf))
}
