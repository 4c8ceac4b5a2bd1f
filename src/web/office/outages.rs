//! Times when the journal could not be reached: recorded with act and paper, kept in sight until all is entered and filed. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::Fields;
use crate::domain::forms::{People, day};
use crate::domain::outage::{Fact, Outage, moment_words};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::office::outages::{self, NewOutage};

struct Said {
    at: String,
    who: String,
    what: String,
}

struct Card {
    no: u64,
    when: String,
    reason: String,
    act: String,
    classes: String,
    state: String,
    is_open: bool,
    /// What may be said of it next.
    unended: bool,
    unacted: bool,
    unfiled: bool,
    left: Vec<String>,
    /// Classes that were not named yet.
    others: Vec<String>,
    history: Vec<Said>,
}

#[derive(Template)]
#[template(path = "office/outages.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    cards: Vec<Card>,
    classes: Vec<String>,
    keeps: bool,
    now: String,
    today: String,
}

/// `GET /office/outages`: the open ones first, then newest first.
pub(super) async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let people = People::of(&directory.roster);
    let classes: Vec<String> = directory.roster.classes.iter().map(|class| class.name.clone()).collect();
    let mut all = state.house.db.list_outages().await?;
    all.sort_by_key(|one| (one.owed().is_empty(), std::cmp::Reverse(one.no)));
    let keeps = visitor.may_anywhere(Action::ReceivePaper);
    let now = state.now();
    let frame = frame
        .titled("Перерывы в работе журнала")
        .leading("Когда журнал был недоступен и уроки вели на бумаге. Запись остаётся в «Сегодня», пока бумага не внесена и акт не подшит.")
        .under("Канцелярия", "/office");
    answer::page(&Page {
        frame,
        cards: all.iter().map(|one| card(one, &people, &classes)).collect(),
        classes,
        keeps,
        now: now.format("%Y-%m-%dT%H:%M").to_string(),
        today: now.date_naive().to_string(),
    })
}

fn card(outage: &Outage, people: &People, classes: &[String]) -> Card {
    let ended = outage.ended();
    let named = outage.classes();
    let is_open = !outage.owed().is_empty();
    let first = Said {
        at: words::moment_short(&outage.at),
        who: people.get(&outage.by).short,
        what: "перерыв записан".to_owned(),
    };
    let later = outage.facts.iter().map(|(at, by, fact)| Said {
        at: words::moment_short(at),
        who: people.get(by).short,
        what: fact.as_russian(),
    });
    Card {
        no: outage.no,
        when: match ended.as_str() {
            "" => format!("с {}", moment_words(&outage.began)),
            ended => format!("с {} по {}", moment_words(&outage.began), moment_words(ended)),
        },
        reason: outage.reason.clone(),
        act: outage.act().map(|(number, on)| format!("№ {number} от {}", day(&on))).unwrap_or_default(),
        classes: named.join(", "),
        state: outage.in_russian(),
        is_open,
        unended: ended.is_empty(),
        unacted: outage.act().is_none(),
        unfiled: outage.act().is_some() && outage.filed().is_none(),
        left: outage.left().into_iter().map(str::to_owned).collect(),
        others: classes.iter().filter(|class| !named.contains(&class.as_str())).cloned().collect(),
        history: std::iter::once(first).chain(later).collect(),
    }
}

/// Classes ticked in a form, with the words that were written about their sheets.
fn paper(fields: &Fields) -> Vec<Fact> {
    let sheets = fields.value("sheets").to_owned();
    fields.all("class").into_iter().map(|class| Fact::Paper { class, sheets: sheets.clone() }).collect()
}

/// `POST /office/outages`.
pub(super) async fn record(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let mut facts = paper(&fields);
    if !fields.value("ended").is_empty() {
        facts.push(Fact::Ended { at: fields.value("ended").to_owned() });
    }
    if !fields.value("number").is_empty() {
        facts.push(Fact::Act { number: fields.value("number").to_owned(), day: fields.value("act_day").to_owned() });
    }
    let new = NewOutage { began: fields.value("began").to_owned(), reason: fields.value("reason").to_owned(), facts };
    let no = outages::record(&state.house, &new, &state.act(&visitor.account)).await?;
    Ok(answer::done("/office/outages", &format!("Перерыв № {no} записан.")))
}

/// `POST /office/outages/{no}`.
pub(super) async fn note(
    State(state): State<WebState>,
    Path(no): Path<u64>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let given = |name: &str| fields.value(name).to_owned();
    let facts = match fields.value("act") {
        "ended" => vec![Fact::Ended { at: given("ended") }],
        "act" => vec![Fact::Act { number: given("number"), day: given("day") }],
        "paper" => paper(&fields),
        "entered" => fields.all("class").into_iter().map(|class| Fact::Entered { class }).collect(),
        "filed" => vec![Fact::Filed { day: given("day"), place: given("place") }],
        "mistaken" => vec![Fact::Mistaken { why: given("why") }],
        _ => return Err(Refusal::NotFound),
    };
    if facts.is_empty() {
        return Err(Refusal::Rule("Не выбран ни один класс".to_owned()));
    }
    let act = state.act(&visitor.account);
    for fact in &facts {
        outages::note(&state.house, no, fact, &act).await?;
    }
    let said: Vec<String> = facts.iter().map(Fact::as_russian).collect();
    Ok(answer::done("/office/outages", &format!("Перерыв № {no}: {}.", said.join("; "))))
}
