//! A new order: a policy file or one inside the program comes in force from a day. Floor 3.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;

use super::{Choice, choices, open};
use crate::domain::lint;
use crate::domain::people::Visitor;
use crate::domain::policy;
use crate::domain::setup::promotion;
use crate::domain::words;
use crate::flow::exchange;
use crate::flow::policy::{Adoption, adopt as bring};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query;

#[derive(Template)]
#[template(path = "policy/adopt.html", config = "src/web/askama.toml")]
struct AdoptPage {
    frame: Frame,
    choices: Vec<Choice>,
    /// Rules in force: they need no second order.
    in_force: String,
    from: String,
}

/// `GET /policy/adopt`.
pub(super) async fn form(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let (history, _) = open(&state).await?;
    // What the house has used already cannot be adopted again.
    let used = |name: &str| history.all().iter().any(|one| one.policy.name == name);
    // Whose regulation it is, is said by its title: the names are those of files.
    let titled = |choice: Choice| {
        let title = policy::builtin(&choice.name).and_then(|text| policy::parse(&choice.name, text).ok());
        let label = title.map_or(choice.label, |policy| format!("{} — {}", choice.name, policy.title));
        Choice { label, ..choice }
    };
    let choices = choices(&history, "").into_iter().filter(|choice| !used(&choice.name)).map(titled).collect();
    // A house that has closed nothing yet lives by its first rules from the beginning of the year.
    let today = state.now().date_naive();
    let begins = state.house.db.list_years().await?.is_empty();
    let year = exchange::first_year(&state.house, today).await?;
    let first = promotion::first_day(&format!("{year}/{}", year + 1)).filter(|first| begins && *first <= today);
    let now = &history.on(today).policy;
    let in_force = format!("{} — {}", now.name, now.title);
    answer::page(&AdoptPage {
        in_force,
        frame: frame
            .titled("Ввести правила приказом")
            .leading("Прежние записи остаются при правилах, по которым сделаны; применённые правила не правят")
            .under("Правила", "/policy"),
        choices,
        from: first.unwrap_or(today).to_string(),
    })
}

/// `POST /policy/adopt`: `preset` or `file`, `order`, `from`.
pub(super) async fn adopt(
    State(state): State<WebState>,
    visitor: Visitor,
    mut fields: Multipart,
) -> Result<Response, Refusal> {
    let (mut preset, mut order, mut from, mut file) = (String::new(), String::new(), String::new(), None);
    while let Some(field) = fields.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let text = field.text().await.map_err(|_| Refusal::BrokenUpload)?;
        match name.as_str() {
            "preset" => preset = text,
            "order" => order = text,
            "from" => from = text,
            "file" if !text.is_empty() => file = file_name.map(|file_name| (file_name, text)),
            _ => {}
        }
    }
    let (name, text) = match file {
        Some((file_name, text)) => (file_name.trim_end_matches(".toml").to_owned(), text),
        None if preset.is_empty() => return Err(Refusal::NoFile),
        None => {
            let text = policy::builtin(&preset).ok_or(Refusal::NotFound)?.to_owned();
            (preset, text)
        }
    };
    let parsed = policy::parse(&name, &text).map_err(Refusal::BadInput)?;
    let from = match from.trim() {
        "" => None,
        day => Some(day.parse().map_err(|_| Refusal::Rule(format!("«{day}» — не дата: нужно ГГГГ-ММ-ДД")))?),
    };
    let adoption = Adoption { name, text, from, order };
    let adopted = bring(&state.house, &adoption, &state.act(&visitor.account)).await?;
    let day = adopted.from.map(words::date_short).unwrap_or_default();
    let doubts = if lint::finds(&lint::lint(&parsed)) {
        ". В положении есть противоречия: их показывает кнопка «Противоречия» на этой странице"
    } else {
        ""
    };
    let later = adopted.from.is_some_and(|from| from > state.now().date_naive());
    let begin = if later { "вступают в силу" } else { "действуют" };
    let name = &adopted.policy.name;
    // The page of what was adopted: until its first day «/policy» shows the rules before it.
    let page = format!("/policy?name={}", query::segment(name));
    Ok(answer::done(&page, &format!("С {day} {begin} правила «{name}»{doubts}")))
}
