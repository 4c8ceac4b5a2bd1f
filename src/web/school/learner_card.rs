//! The card of a learner, put right by whom the rules name, with its history; what a card shows of itself. Floor 3.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Route, SubjectOf, post};
use super::{Fields, Opened, Past, back, shelf};
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout::FOREIGN_MARKS;
use crate::domain::words;
use crate::flow::learners::{self, LearnerCard};
use crate::flow::setup::Outcome;

pub(super) fn routes() -> Vec<Route> {
    vec![post("/year/learners/{learner}/card", Access::Does(Action::EditLearners), SubjectOf::Learner, change)]
}

/// The card's part of a learner's page.
pub(super) struct CardView {
    pub(super) card: LearnerCard,
    /// As a date input takes it.
    pub(super) born: String,
    pub(super) born_words: String,
    /// Names of before, in words.
    pub(super) former: String,
    pub(super) may: bool,
    /// Who may, by a clause of the rules; empty where the table of rights alone decides.
    pub(super) given: String,
    pub(super) past: Vec<Past>,
    pub(super) path: String,
}

/// Reads it.
pub(super) async fn view(
    state: &WebState,
    visitor: &Visitor,
    opened: &Opened,
    learner: &str,
) -> Result<Option<CardView>, Refusal> {
    /// Changes shown: a card changes once in years.
    const SHOWN: usize = 5;
    let (house, year) = (&state.house, opened.year.year.as_str());
    let Some(card) = learners::card(house, year, learner).await? else { return Ok(None) };
    let known = opened.year.journal.learners.iter().find(|known| known.id == learner);
    let class = known.map(|known| known.class.clone()).unwrap_or_default();
    let grade = opened.year.journal.class(&class).map_or(0, |class| class.grade);
    let subject =
        Subject::Learner { id: learner, class: &class, grade, closed: false, archived: opened.closed.is_some() };
    let may = visitor.may(Action::EditLearners, &subject).is_allowed();
    let changes = learners::past(house, year, learner).await?;
    let undone: Vec<u64> = changes.iter().map(|change| change.undoes).filter(|seq| *seq > 0).collect();
    let names = crate::flow::change::names(house).await?;
    let newest = changes.first().map(|change| change.seq);
    let past = changes.iter().take(SHOWN).map(|change| {
        let differing = crate::flow::change::differing(&change.table, change.old.as_deref(), change.new.as_deref());
        let said = differing.into_iter().map(|(head, was, is)| match was.as_str() {
            "" => format!("{head} — {is}"),
            _ => format!("{head} {was} → {is}"),
        });
        let again = change.undoes > 0;
        let stands = if again { newest == Some(change.seq) } else { !undone.contains(&change.seq) };
        Past {
            when: words::moment_short(&change.at),
            who: names.person(&change.by),
            what: said.collect::<Vec<_>>().join("; "),
            id: change.seq,
            again,
            seqs: if stands { change.seq.to_string() } else { String::new() },
            void: change.voided,
        }
    });
    let mut former: Vec<String> = Vec::new();
    for (of, [surname, given_name]) in house.db.list_former_names().await? {
        let name = format!("{surname} {given_name}");
        if of == learner && (surname != card.surname || given_name != card.given_name) && !former.contains(&name) {
            former.push(name);
        }
    }
    Ok(Some(CardView {
        born: card.born.map(|born| born.to_string()).unwrap_or_default(),
        born_words: card.born.map(words::date_short).unwrap_or_default(),
        former: former.join(", "),
        may,
        given: visitor.rules.given(Action::EditLearners),
        past: if may { past.collect() } else { Vec::new() },
        path: format!("/year/learners/{}/card", query::segment(learner)),
        card,
    }))
}

/// The last acts on marks that a learner brought from another school; none for who may not change them.
pub(super) async fn brought(state: &WebState, opened: &Opened, learner: &str, may: bool) -> Result<Vec<Past>, Refusal> {
    if !may {
        return Ok(Vec::new());
    }
    super::past(state, opened, &[FOREIGN_MARKS.table], vec![learner.to_owned()]).await
}

/// The question before a change of a learner's card, or of a mark brought from another school, is taken back.
pub(super) async fn ask_back(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    opened: &Opened,
    learner: &str,
) -> Result<Response, Refusal> {
    let card = view(state, visitor, opened, learner).await?.ok_or(Refusal::NotFound)?;
    let home = format!("/year/learners/{}", query::segment(learner));
    let (past, path) = match (asked.value("of"), card.may) {
        ("card", _) => (card.past, card.path),
        (_, may) => (brought(state, opened, learner, may).await?, home.clone()),
    };
    let frame = frame.under("Учебный год", "/year/ready").under("Движение", "/year/movement");
    back::question(state, frame, asked, past, (path.as_str(), home.as_str()), &opened.year.year).await
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(learner): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, fields.value("year")).await?;
    if let Some(row) = &opened.closed {
        return Err(Refusal::Rule(shelf::closed_words(row)));
    }
    let (house, act, year) = (&state.house, state.act(&visitor.account), opened.year.year.as_str());
    let back = format!("/year/learners/{}", query::segment(&learner));
    match fields.value("act") {
        "card" => {
            let text = |name: &str| fields.value(name).to_owned();
            let card = LearnerCard {
                surname: text("surname"),
                given_name: text("given_name"),
                patronymic: text("patronymic"),
                born: parse_day(fields.value("born")),
                file_no: text("file_no"),
            };
            match learners::correct(house, &act, year, &learner, &card).await? {
                Outcome::Refused(findings) => Err(Refusal::BadInput(findings)),
                outcome @ (Outcome::Would(_) | Outcome::Done(_)) => Ok(answer::done(&back, &super::said(&outcome))),
            }
        }
        "undo" => match learners::undo(house, &act, year, &learner, &super::seqs(fields.value("seqs"))).await {
            Ok(Some(undone)) => Ok(answer::done(&back, &format!("Отменено изменений: {undone}."))),
            Ok(None) => Err(Refusal::Forbidden {
                reason: "Здесь отменяют только изменения этой карточки: приказы отменяют на странице «Движение»."
                    .to_owned(),
            }),
            Err(crate::flow::Error::Change(refusal)) => Err(Refusal::Rule(refusal.to_string())),
            Err(error) => Err(error.into()),
        },
        _ => Err(Refusal::NotFound),
    }
}
