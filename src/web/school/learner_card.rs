//! One learner: the card, put right by whom the rules name, with its history; the stays; marks brought from another school. Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Route, SubjectOf, get, post};
use super::form::{self, Field};
use super::shelf::{self, Sent, Step};
use super::{Fields, Opened, Past, back, readiness};
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::setup::brought;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout::{self, FOREIGN_MARKS, Is};
use crate::domain::setup::stays;
use crate::domain::words;
use crate::flow::learners::{self, LearnerCard};
use crate::flow::setup::Outcome;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/learners/{learner}", Access::Does(Action::ReadRoster), SubjectOf::Learner, learner)
            .helped("year#движение-обучающихся")
            .of_card(),
        post("/year/learners/{learner}", Access::Does(Action::EditLearners), SubjectOf::Learner, change_learner),
        post("/year/learners/{learner}/card", Access::Does(Action::EditLearners), SubjectOf::Learner, change),
    ]
}

/// The card's part of a learner's page.
struct CardView {
    card: LearnerCard,
    /// As a date input takes it.
    born: String,
    born_words: String,
    /// Names of before, in words.
    former: String,
    may: bool,
    /// Who may, by a clause of the rules; empty where the table of rights alone decides.
    given: String,
    past: Vec<Past>,
    path: String,
    /// Address of the learner's journal; empty for whom it is shut, and for an earlier year.
    journal: String,
}

/// Reads it.
async fn view(
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
    let has_journal = visitor.may(Action::ReadJournal, &subject).is_allowed() && house.year(None).await? == year;
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
        journal: if has_journal { format!("/learner/{}", query::segment(learner)) } else { String::new() },
        card,
    }))
}

/// The last acts on marks that a learner brought from another school; none for who may not change them.
async fn past_of_marks(state: &WebState, opened: &Opened, learner: &str, may: bool) -> Result<Vec<Past>, Refusal> {
    if !may {
        return Ok(Vec::new());
    }
    super::past(state, opened, &[FOREIGN_MARKS.table], vec![learner.to_owned()]).await
}

/// The question before a change of a learner's card, or of a mark brought from another school, is taken back.
async fn ask_back(
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
        (_, may) => (past_of_marks(state, opened, learner, may).await?, home.clone()),
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

#[derive(Template)]
#[template(path = "school/learner.html", config = "src/web/askama.toml")]
struct LearnerPage {
    frame: Frame,
    year: String,
    path: String,
    id: String,
    /// The card may be put right, and marks brought along entered.
    may: bool,
    /// An order may be carried out.
    orders: bool,
    card: CardView,
    stays: Vec<[String; 6]>,
    marks: Vec<MarkLine>,
    subjects: Vec<String>,
    fields: Vec<Field>,
    /// Key of the mark that the form changes; empty for a new one.
    key: Vec<String>,
    adding: bool,
    /// Rows that were pasted, or the headings under which they go.
    paste: String,
    /// The pasted rows were looked at: they stand open.
    pasting: bool,
    sent: Sent,
    past: Vec<Past>,
    history: String,
}

/// A mark that the learner brought along.
struct MarkLine {
    dated: String,
    theirs: String,
    ours: String,
    value: String,
    origin: String,
    key: Vec<String>,
    /// Its number, by which the address of its form names it.
    no: String,
    /// Void by a notice of compromise.
    void: bool,
}

/// The form that a learner's page shows open.
enum Shown {
    None,
    /// A new mark, with what the address gives of it.
    New(Fields),
    /// The mark with that number.
    Old(String),
    /// What was sent and not taken.
    Again,
}

/// Cells that the next mark of the same school begins with.
const KEPT: [&str; 4] = ["origin", "their_subject", "subject", "dated"];

async fn learner(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(learner): Path<String>,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    if back::is_asked(&asked) {
        return ask_back(&state, &visitor, frame, &asked, &opened, &learner).await;
    }
    let shown = match (asked.value("edit"), asked.value("add")) {
        ("", "") => Shown::None,
        ("", _) => Shown::New(KEPT.iter().map(|name| ((*name).to_owned(), asked.value(name).to_owned())).collect()),
        (no, _) => Shown::Old(no.to_owned()),
    };
    learner_page(&state, &visitor, frame, opened, &learner, shown, Sent::default()).await
}

async fn learner_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    opened: Opened,
    learner: &str,
    shown: Shown,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = !sent.findings.is_empty();
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let known = journal.learners.iter().find(|known| known.id == learner).ok_or(Refusal::NotFound)?;
    let card = view(state, visitor, &opened, learner).await?.ok_or(Refusal::NotFound)?;
    let may = card.may;
    let void = super::void(state, &opened.year.year, &FOREIGN_MARKS).await?;
    let marks = setup.foreign.iter().filter(|mark| mark.learner == learner).map(|mark| {
        let key = vec![mark.learner.clone(), mark.id.clone()];
        MarkLine {
            dated: brought::dated_words(&mark.dated),
            theirs: mark.their_subject.clone(),
            ours: mark.subject.clone(),
            value: mark.value.clone(),
            origin: mark.origin.clone(),
            no: mark.id.clone(),
            void: void.contains(&key),
            key,
        }
    });
    let marks = marks.collect();
    let subjects = brought::subjects_of(journal, setup, &known.class);
    // What was sent comes back as it was typed; a mark that is changed begins with what stands.
    let (mut key, mut stored, mut typed) = (Vec::new(), None, sent.fields.clone());
    match &shown {
        Shown::None => {}
        Shown::New(given) => typed = Some(given.clone()),
        Shown::Old(no) => {
            key = vec![learner.to_owned(), no.clone()];
            let rows = opened.year.rows(&state.house, &FOREIGN_MARKS).await?;
            let standing = rows.into_iter().find(|row| row[..FOREIGN_MARKS.key] == key[..]);
            stored = Some(standing.ok_or(Refusal::NotFound)?);
        }
        Shown::Again => key = typed.as_ref().map(|typed| typed.all("key")).unwrap_or_default(),
    }
    let act = sent.fields.as_ref().map_or("", |fields| fields.value("act"));
    let pasting = matches!(act, "paste" | "try");
    let adding = match &shown {
        Shown::None => false,
        Shown::Again => act == "put",
        Shown::New(_) | Shown::Old(_) => true,
    };
    let fixed = [("learner", learner)];
    let mut fields = form::fields(&FOREIGN_MARKS, &opened.year.known, stored.as_deref(), typed.as_ref(), &fixed, false);
    let grade = journal.class(&known.class).map_or(0, |class| class.grade);
    let periods = journal.periods_of_grade(grade).into_iter().map(|period| period.name.clone()).collect();
    form::offer_brought(&mut fields, &subjects, periods, brought::values(&opened.year.policy));
    let headings = || FOREIGN_MARKS.headings().into_iter().filter(|head| *head != "Ученик").collect::<Vec<_>>();
    let pasted = sent.fields.as_ref().map_or("", |fields| fields.value("text")).to_owned();
    let path = format!("/year/learners/{}", query::segment(learner));
    let page = LearnerPage {
        year: opened.year.year.clone(),
        id: learner.to_owned(),
        stays: stays_of(&opened, learner),
        marks,
        subjects,
        fields,
        key,
        adding: may && adding,
        paste: if pasted.is_empty() { format!("{}\n", headings().join("\t")) } else { pasted },
        pasting,
        past: past_of_marks(state, &opened, learner, may).await?,
        history: format!("/history?year={}&names={learner}", query::segment(&opened.year.year)),
        path,
        may,
        orders: visitor.may_anywhere(Action::ChangeMovement) && opened.closed.is_none(),
        card,
        sent,
        frame: frame
            .titled(names::full_name(&known.surname, &known.given_name, &known.patronymic))
            .leading(format!("{} класс", known.class))
            .under("Учебный год", "/year/ready")
            .under("Движение", "/year/movement"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// Classes in which a learner stood: class, since, ground, order, until, exit.
fn stays_of(opened: &Opened, learner: &str) -> Vec<[String; 6]> {
    let show = |is: Is, text: &str| opened.year.known.show(is, text);
    let all = stays::all(&opened.year.journal, &opened.year.setup.stays);
    let line = |stay: stays::Stay| {
        [
            stay.class.clone(),
            words::date_short(stay.starts),
            format!("{} {}", show(Is::Choice(layout::ENTRIES_SAID), &stay.entry), stay.whence).trim().to_owned(),
            words::order_words(&stay.entry_order.as_text()),
            stay.ends.map(words::date_short).unwrap_or_default(),
            match stay.ends {
                Some(_) => format!(
                    "{} {} {}",
                    show(Is::Choice(layout::EXITS_SAID), &stay.exit),
                    stay.whither,
                    words::order_words(&stay.exit_order.as_text())
                ),
                None => String::new(),
            },
        ]
    };
    all.into_iter().filter(|stay| stay.learner == learner).map(line).collect()
}

async fn change_learner(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    Path(learner): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let key = fields.all("key");
    if key.first().is_some_and(|key| *key != learner) {
        return Err(Refusal::NotFound);
    }
    let back = format!("/year/learners/{}", query::segment(&learner));
    let fixed = BTreeMap::from([("learner", learner.clone())]);
    let opened = super::open(&state, fields.value("year")).await?;
    match shelf::act(&state, &visitor, &opened, Action::EditLearners, &FOREIGN_MARKS, &fields, &fixed).await? {
        Step::Said(said) => Ok(answer::done(&back, &said)),
        Step::Outcome(Outcome::Refused(findings)) => {
            let findings = super::sorted(findings).iter().map(readiness::plain).collect();
            let sent = Sent { fields: Some(fields), findings, ..Sent::default() };
            learner_page(&state, &visitor, frame, opened, &learner, Shown::Again, sent).await
        }
        Step::Outcome(outcome @ Outcome::Would(_)) => {
            let sent = Sent { fields: Some(fields), note: super::said(&outcome), ..Sent::default() };
            learner_page(&state, &visitor, frame, opened, &learner, Shown::Again, sent).await
        }
        Step::Outcome(outcome) if fields.value("act") == "put" && key.is_empty() => {
            // Whoever enters one mark has a whole list of them: the next begins with the same school, subject and day.
            let kept = KEPT.iter().map(|name| format!("&{name}={}", query::segment(fields.value(name))));
            let kept: String = kept.collect();
            let next = format!("{back}?year={}&add=1{kept}#form", query::segment(&opened.year.year));
            let said = super::said(&outcome);
            let said = format!("{said} Школа, предмет и дата остались в форме для следующей отметки.");
            Ok(answer::done(&next, &said))
        }
        Step::Outcome(outcome) => Ok(answer::done(&back, &super::said(&outcome))),
    }
}
