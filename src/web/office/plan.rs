//! The file plan of a year: its lines, a form to write one, their history, the next year's copy, the closing record. Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::Fields;
use crate::domain::forms::plan::{Holds, PlanLine, SECTION, Term, opened};
use crate::domain::forms::{People, day};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow;
use crate::flow::office::{forms, plan};

/// One version of a line, as its history shows it.
struct Past {
    at: String,
    who: String,
    index: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "office/plan.html", config = "src/web/askama.toml")]
struct PlanPage {
    frame: Frame,
    year: i32,
    lines: Vec<PlanLine>,
    is_entered: bool,
    closed: String,
    history: Vec<Past>,
    /// The line under the pen; a new one has no index.
    pen: Option<PlanLine>,
    keeps: bool,
    next_entered: bool,
    /// What the closing record would say of the files that the house counted, by term; empty where it counted none.
    counted: String,
}

impl PlanPage {
    fn term(line: &PlanLine) -> String {
        let expert = if line.expert { " ЭПК" } else { "" };
        format!("{}{expert}", line.term.as_russian())
    }
}

fn calendar(text: &str, today: i32) -> i32 {
    // A plan lies near the years that a school works in; anything else is a slip of the pen.
    text.parse().ok().filter(|year| (2000..=2100).contains(year)).unwrap_or(today)
}

/// `GET /office/plan`.
pub(super) async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let year = calendar(asked.value("calendar"), act.at.year());
    let held = forms::plan_of(&state.house, year, &act).await?;
    let next = state.house.db.list_plan_versions(year + 1).await?;
    let people = People::of(&state.directory().await?.roster);
    let keeps = visitor.may_anywhere(Action::KeepPaper);
    let pen = match asked.value("edit") {
        "" => None,
        "new" => Some(PlanLine {
            index: String::new(),
            section: SECTION.to_owned(),
            title: String::new(),
            term: Term::Years(5),
            ground: String::new(),
            note: String::new(),
            carried: false,
            expert: false,
            holds: Holds::Other,
            units: 0,
        }),
        index => held.lines.iter().find(|line| line.index == index).cloned(),
    };
    let mut versions = held.versions.clone();
    versions.sort_by(|a, b| (&b.at, &a.index).cmp(&(&a.at, &b.index)));
    let past = versions.into_iter().map(|one| Past {
        at: words::moment_short(&one.at),
        who: people.get(&one.by).short,
        what: match &one.line {
            Some(line) => format!("{}, {}", line.title, PlanPage::term(line)),
            None => "исключено".to_owned(),
        },
        index: one.index,
        reason: one.reason,
    });
    let frame = frame
        .titled(format!("Номенклатура дел на {year} год"))
        .leading("Какие дела заводит школа, сколько их хранят и почему. Каждое изменение остаётся в истории.")
        .under("Дела и описи", "/office/files");
    answer::page(&PlanPage {
        year,
        closed: held.closing.as_ref().map(|closing| day(&closing.at)).unwrap_or_default(),
        pen: pen.filter(|_| keeps && held.closing.is_none()),
        is_entered: held.is_entered,
        counted: if held.lines.iter().any(|line| line.units > 0) { opened(&held.lines) } else { String::new() },
        lines: held.lines,
        history: past.collect(),
        keeps,
        next_entered: !next.is_empty(),
        frame,
    })
}

/// `POST /office/plan`: one act on the plan of a year.
pub(super) async fn act(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let year = calendar(fields.value("calendar"), 0);
    if year == 0 {
        return Err(Refusal::Rule("Не сказано, за какой календарный год номенклатура.".to_owned()));
    }
    let back = format!("/office/plan?calendar={year}");
    let house = &state.house;
    let said = match fields.value("act") {
        "set" => {
            let line = written(&fields)?;
            plan::set(house, year, &line, fields.value("reason"), &act).await?;
            format!("Дело {} записано.", line.index)
        }
        "remove" => {
            plan::remove(house, year, fields.value("index"), fields.value("reason"), &act).await?;
            format!("Дело {} исключено из номенклатуры. История остаётся.", fields.value("index"))
        }
        "next" => {
            let count = plan::copy_to_next(house, year, &act).await? as u64;
            let said = format!("Номенклатура на {} год заведена: {}.", year + 1, words::FILE.counted(count));
            return Ok(answer::done(&format!("/office/plan?calendar={}", year + 1), &said));
        }
        "close" => {
            if fields.value("checked").is_empty() {
                return Err(Refusal::Rule(format!(
                    "Итоговая запись не сделана: отметьте «сверено» рядом с кнопкой. После неё номенклатура {year} года не меняется"
                )));
            }
            let closing = plan::close(house, year, &counts(&fields)?, &act).await?;
            format!("Итоговая запись сделана. {}", opened(&closing.lines))
        }
        _ => return Err(Refusal::Rule("Не сказано, что сделать с номенклатурой.".to_owned())),
    };
    Ok(answer::done(&back, &said))
}

fn written(fields: &Fields) -> Result<PlanLine, Refusal> {
    let term = fields.value("term");
    let term = Term::parse(term)
        .ok_or_else(|| Refusal::Rule(format!("Срок хранения «{term}»: нужно число лет или «постоянно».")))?;
    Ok(PlanLine {
        index: fields.value("index").to_owned(),
        section: fields.value("section").to_owned(),
        title: fields.value("title").to_owned(),
        term,
        ground: fields.value("ground").to_owned(),
        note: fields.value("note").to_owned(),
        carried: !fields.value("carried").is_empty(),
        expert: !fields.value("expert").is_empty(),
        holds: Holds::parse(fields.value("holds")).unwrap_or_default(),
        units: 0,
    })
}

/// `units-01-15=7`: how many files of each index; an empty field is none.
fn counts(fields: &Fields) -> Result<BTreeMap<String, u32>, Refusal> {
    let mut counts = BTreeMap::new();
    for (name, value) in fields.pairs() {
        let Some(index) = name.strip_prefix("units-") else { continue };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let count = value.parse().map_err(|_| {
            flow::Error::from(flow::office::Refusal::Plan(vec![format!(
                "дело {index}: «{value}» — не число заведённых дел"
            )]))
        })?;
        counts.insert(index.to_owned(), count);
    }
    Ok(counts)
}
