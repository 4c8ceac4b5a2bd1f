//! Compromise: notice, void deeds struck through, decisions one by one or at once. Floor 3.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::finding::Finding;
use crate::domain::names::compare;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::change::names;
use crate::flow::compromise::{self, Decided, Report, Target, VoidDeed, Which};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::fields::{Fields, MOMENT};
use crate::web::frame::Frame;
use crate::web::query::segment;
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let may = Access::Does(Action::HandleCompromise);
    vec![
        get("/compromise", may, SubjectOf::House, page)
            .in_menu(Group::People, "Компрометация")
            .helped("director#если-пароль-узнал-чужой"),
        post("/compromise/note", may, SubjectOf::House, note),
        post("/compromise/decide", may, SubjectOf::House, decide),
    ]
}

struct NoticeLine {
    no: u64,
    who: String,
    since: String,
    learnt: String,
    noted: String,
    by: String,
    reason: String,
}

struct ChangeLine {
    seq: u64,
    when: String,
    who: String,
    place: String,
    was: String,
    is: String,
    /// How it stands, in words.
    standing: &'static str,
    pending: bool,
    struck: bool,
    /// Who changed it later.
    note: String,
    /// The copy of its closed period: address and what is said of it; empty for none.
    copy: (String, String),
}

struct DeedLine {
    event: u64,
    when: String,
    who: String,
    what: String,
    copy: String,
    /// What undoing would do, or why it cannot be done.
    ways: String,
    standing: &'static str,
    pending: bool,
}

#[derive(Template)]
#[template(path = "history/compromise.html", config = "src/web/askama.toml")]
struct CompromisePage {
    frame: Frame,
    notices: Vec<NoticeLine>,
    changes: Vec<ChangeLine>,
    deeds: Vec<DeedLine>,
    waiting: usize,
    /// Can any of what waits be undone, and can any of it together with everything else?
    undoable: bool,
    at_once: bool,
    staff: Vec<(String, String)>,
    now: String,
    /// How soon a notice is due, with the clause.
    term: String,
}

/// Copies by their numbers, «№ 2025-5А-1Ч», and has everybody signed the last version; one that was never frozen by its identifier.
struct Numbers(HashMap<String, (String, bool)>);

impl Numbers {
    fn said(&self, copy: &str) -> String {
        self.0.get(copy).map_or_else(|| copy.to_owned(), |(number, _)| format!("№\u{a0}{number}"))
    }

    fn is_signed(&self, copy: &str) -> bool {
        self.0.get(copy).is_some_and(|(_, signed)| *signed)
    }
}

/// `recalls`: may the reader recall what everybody has signed?
fn change_line(change: compromise::VoidChange, numbers: &Numbers, recalls: bool) -> ChangeLine {
    let later = change.overtaken.map(|(seq, who, _)| format!("позже изменено: {who}, № {seq}"));
    let copy = change.copy.map(|copy| {
        let said = match change.standing.is_pending() {
            true if !recalls && numbers.is_signed(&copy) => format!(
                "период закрыт, копию {} подписали все: изменение отменяет директор или его заместитель",
                numbers.said(&copy)
            ),
            true => format!("период закрыт: отмена откроет его для новой версии копии {}", numbers.said(&copy)),
            false => format!("копия {}", numbers.said(&copy)),
        };
        (format!("/copies/{}", segment(&copy)), said)
    });
    ChangeLine {
        seq: change.row.seq,
        when: words::moment_short(&change.row.at),
        who: change.who,
        place: change.place,
        was: change.was,
        is: change.is,
        standing: change.standing.as_russian(),
        pending: change.standing.is_pending(),
        struck: change.row.voided,
        note: later.unwrap_or_default(),
        copy: copy.unwrap_or_default(),
    }
}

fn deed_line(deed: VoidDeed, numbers: &Numbers) -> DeedLine {
    DeedLine {
        event: deed.event,
        when: words::moment_short(&deed.at),
        ways: deed.ways(),
        who: deed.who,
        what: deed.what,
        copy: numbers.said(&deed.copy),
        standing: deed.standing.as_russian(),
        pending: deed.standing.is_pending(),
    }
}

/// Undoing recalls what everybody has signed, and that is decided where a recall is.
fn may_recall(visitor: &Visitor) -> bool {
    visitor.holds(Role::Director) || visitor.holds(Role::Deputy)
}

/// `GET /compromise`.
async fn page(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let survey = compromise::survey(&state.house).await?;
    let names = names(&state.house).await?;
    let notices = survey
        .notices
        .iter()
        .map(|row| NoticeLine {
            no: row.no,
            who: names.person(&row.account),
            since: words::moment_short(&row.since),
            learnt: words::moment_short(&row.learnt_at),
            noted: words::moment_short(&row.noted_at),
            by: names.person(&row.noted_by),
            reason: row.reason.clone(),
        })
        .collect();
    let copies = state.house.db.list_copies().await?;
    let numbers = copies.into_iter().map(|row| (row.id, (row.number, row.state.is_decided())));
    let (numbers, recalls) = (Numbers(numbers.collect()), may_recall(&visitor));
    let pending = |deed: &&VoidDeed| deed.standing.is_pending();
    let rows = survey.changes.iter().any(|change| change.standing.is_pending());
    let undoable = rows || survey.deeds.iter().filter(pending).any(VoidDeed::is_undoable);
    let at_once = rows || survey.deeds.iter().filter(pending).any(|deed| deed.contrary.is_at_once());
    let changes: Vec<ChangeLine> =
        survey.changes.into_iter().map(|change| change_line(change, &numbers, recalls)).collect();
    let deeds: Vec<DeedLine> = survey.deeds.into_iter().map(|deed| deed_line(deed, &numbers)).collect();
    let waiting = changes.iter().filter(|line| line.pending).count() + deeds.iter().filter(|line| line.pending).count();
    let directory = state.directory().await?;
    let mut staff: Vec<(String, String)> =
        directory.roster.staff.iter().map(|member| (member.id.clone(), names.person(&member.id))).collect();
    staff.sort_by(|a, b| compare([&a.1, "", ""], [&b.1, "", ""]));
    let lead = "Пароль в чужих руках: учётная запись закрывается, а сделанное с того момента недействительно, пока о нём не решено.";
    answer::page(&CompromisePage {
        frame: frame.titled("Компрометация учётных записей").leading(lead),
        notices,
        changes,
        deeds,
        waiting,
        undoable,
        at_once,
        staff,
        now: state.now().format(MOMENT).to_string(),
        term: words::with_clauses(&format!(
            "Срок уведомления: {}.",
            compromise::term(directory.policy(state.now().date_naive()))
        )),
    })
}

/// `POST /compromise/note`.
async fn note(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let mut findings = Vec::new();
    let mut read = |name: &str, label: &str| {
        let at = fields.moment(name, act.at.timezone());
        if at.is_none() {
            let finding = Finding::new("compromise.moment", label, "нужны день и время");
            findings.push(finding.expected_found("2025-10-27T14:00", fields.value(name)));
        }
        at
    };
    let (since, learnt_at) = (read("since", "С какого момента"), read("learnt", "Когда узнали"));
    let (Some(since), Some(learnt_at)) = (since, learnt_at) else { return Err(Refusal::BadInput(findings)) };
    let report = Report {
        account: fields.value("person").to_owned(),
        since,
        learnt_at,
        reason: fields.value("reason").to_owned(),
    };
    let noted = compromise::note(&state.house, &report, &act).await?;
    let late = match noted.late {
        true => {
            let directory = state.directory().await?;
            format!(" Оно подано позже срока: {}.", compromise::term(directory.policy(act.at.date_naive())))
        }
        false => String::new(),
    };
    let (pending, acts) = (noted.pending as u64, noted.acts as u64);
    let said = format!(
        "Уведомление № {} принято, учётная запись закрыта. Ждут решения: {}, {}.{late}",
        noted.no,
        words::count(pending, "изменение", "изменения", "изменений"),
        words::count(acts, "другое действие", "других действия", "других действий"),
    );
    Ok(answer::done("/compromise", &said))
}

/// `POST /compromise/decide`: `do` says what (`approve`, `undo`, and `-all` for everything that waits).
async fn decide(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let target = |(name, value): &(String, String)| match (name.as_str(), value.parse()) {
        ("seq", Ok(seq)) => Some(Target::Change(seq)),
        ("event", Ok(index)) => Some(Target::Event(index)),
        _ => None,
    };
    let these = Which::These(fields.pairs().iter().filter_map(target).collect());
    let recalls = may_recall(&visitor);
    let (word, decided) = match fields.value("do") {
        "approve" => ("Подтверждено", compromise::approve(&state.house, &these, &act).await?),
        "approve-all" => ("Подтверждено", compromise::approve(&state.house, &Which::All, &act).await?),
        "undo" => ("Отменено", compromise::undo_as(&state.house, &these, recalls, &act).await?),
        "undo-all" => ("Отменено", compromise::undo_as(&state.house, &Which::All, recalls, &act).await?),
        _ => return Err(Refusal::Rule("Не сказано, подтвердить или отменить".to_owned())),
    };
    Ok(answer::done("/compromise", &told(word, &decided)))
}

fn told(word: &str, decided: &Decided) -> String {
    let left = decided.left.len() as u64;
    let mut said = format!("{word}: {}.", decided.changes.len() + decided.events.len());
    // As much as a message holds; the page of each copy says the rest.
    for one in decided.opened.iter().take(2) {
        said.push_str(&format!(" {}.", words::capitalised(&one.said(&format!("№\u{a0}{}", one.number)))));
    }
    if decided.opened.len() > 2 {
        said.push_str(&format!(" И ещё копий: {}.", decided.opened.len() - 2));
    }
    if let Some(first) = decided.left.first() {
        let noun = words::plural(left, "изменение оставлено", "изменения оставлены", "изменений оставлено");
        said.push_str(&format!(" {left} {noun}. № {}: {}.", first.seq, first.why));
    }
    if let Some(first) = decided.remaining.first() {
        said.push_str(&format!(" Ждут решения ещё: {}. {}.", decided.remaining.len(), words::capitalised(first)));
    }
    said
}
