//! Old copies that the school's rule no longer keeps: what will be deleted and why, and the button. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::super::route::{Access, Route, SubjectOf, get, post};
use super::Fields;
use crate::domain::carrier::prune::Fate;
use crate::domain::people::Visitor;
use crate::domain::policy::{Policy, title};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::backup::prune::{self, Judged};
use crate::flow::jobs::{self, Work};
use crate::flow::policy;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/carriers/prune", Access::Does(Action::ReadCarriers), SubjectOf::House, show)
            .helped("administrator#носители-и-резервные-копии"),
        post("/carriers/prune", Access::Does(Action::PruneBackups), SubjectOf::House, run),
    ]
}

struct Line {
    carrier: String,
    copy: String,
    at: String,
    cause: &'static str,
    size: String,
    fate: &'static str,
    goes: bool,
}

/// A line of the school's rules: what it is about, what it says and its clause.
struct Said {
    about: String,
    value: String,
    clause: String,
}

#[derive(Template)]
#[template(path = "carriers/prune.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    /// The rule with its clause; empty when the school has none.
    rule: String,
    /// Its lines in the school's rules, each in the words by which their page names it.
    said: [Said; 2],
    /// Who brings rules by an order.
    adopters: String,
    /// May the visitor read the rules?
    reads: bool,
    going: Vec<Line>,
    staying: Vec<Line>,
    /// «12,3 МБ» of what goes.
    freed: String,
    prunes: bool,
}

async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let today = state.now().date_naive();
    let plan = prune::plan(&state.house, today).await?;
    let history = policy::history(&state.house).await?;
    let (rule, judged) = plan.map_or_else(Default::default, |(rule, judged)| (rule.words, judged));
    let freed: u64 = judged.iter().filter(|one| one.fate == Fate::Outdated).map(|one| one.row.bytes).sum();
    let (going, staying): (Vec<Line>, Vec<Line>) = judged.iter().map(line).partition(|line| line.goes);
    answer::page(&Page {
        rule,
        said: ["backup.keep_weeks", "backup.keep_months"].map(|key| said(&history.on(today).policy, key)),
        adopters: visitor.rules.who(Action::ChangePolicy),
        reads: visitor.may_anywhere(Action::ReadPolicy),
        freed: words::size(freed),
        going,
        staying,
        prunes: visitor.may_anywhere(Action::PruneBackups),
        frame: frame
            .titled("Прежние копии на носителях")
            .leading("Удаляется только то, что не хранят правила школы, и только после сверки самой новой копии того же носителя.")
            .under("Носители и копии", "/carriers"),
    })
}

/// What the school's rules say under a key.
fn said(policy: &Policy, key: &str) -> Said {
    let (value, clause) = match policy.first(key) {
        Some(said) => (said.in_russian(), said.clause.clone()),
        None => ("в правилах не сказано".to_owned(), String::new()),
    };
    Said { about: words::capitalised(title(key)), value, clause }
}

fn line(judged: &Judged) -> Line {
    Line {
        carrier: judged.carrier.clone(),
        copy: judged.row.id.clone(),
        at: words::moment_short(&judged.row.at),
        cause: judged.row.cause.as_russian(),
        size: words::size(judged.row.bytes),
        fate: judged.fate.as_russian(),
        goes: judged.fate == Fate::Outdated,
    }
}

async fn run(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    // Only what the list showed: a copy that has become old since then was seen by nobody.
    let shown = fields.all("copy").into_iter();
    let copies: Vec<(String, String)> = shown
        .filter_map(|value| value.split_once(' ').map(|(carrier, copy)| (carrier.to_owned(), copy.to_owned())))
        .collect();
    if copies.is_empty() {
        return Err(Refusal::Rule("Удалять нечего: список пуст.".to_owned()));
    }
    let queued = jobs::queue(&state.house, &Work::PruneBackups { copies }, &state.act(&visitor.account)).await?;
    state.ops.wake.notify_one();
    Ok(answer::redirect(&format!("/jobs/{}", segment(&queued.id))))
}
