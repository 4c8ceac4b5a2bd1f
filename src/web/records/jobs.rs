//! Buttons that queue long work on copies: a period closed, copies issued, seals put; each as a job with live progress. Floor 3.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::fields::Fields;
use crate::domain::copy::State as CopyState;
use crate::domain::finding::Finding;
use crate::domain::freeze::records_of;
use crate::domain::journal::{PeriodKind, YEAR};
use crate::domain::people::Visitor;
use crate::domain::period;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::jobs::{self, Listed, Work};
use crate::store::CopyRow;
use crate::web::directory::Directory;

/// The copies of a button: what it takes when it is pressed, and what was asked for before.
#[derive(Default)]
pub(in crate::web) struct Offered {
    /// Copies as the form sends them back, exactly those that the page lists; none hides the button.
    pub(in crate::web) ones: Vec<String>,
    /// «ждёт очереди: 1 копия»: those of a job that waits or runs; empty for none.
    pub(in crate::web) queued: String,
}

impl Offered {
    /// Of these copies; `queued`: those that open jobs were asked for.
    pub(in crate::web) async fn of(
        state: &WebState,
        rows: &[&CopyRow],
        queued: &BTreeSet<(String, u32)>,
    ) -> Result<Self, Refusal> {
        let is_queued = |row: &&CopyRow| queued.contains(&(row.id.clone(), row.version));
        let (waits, free): (Vec<&CopyRow>, Vec<&CopyRow>) = rows.iter().copied().partition(is_queued);
        let n = waits.len() as u64;
        Ok(Self {
            ones: jobs::list(&state.house, &free).await?.iter().map(Listed::field).collect(),
            queued: match n {
                0 => String::new(),
                n => format!(
                    "{} очереди: {}",
                    words::plural(n, "ждёт", "ждут", "ждут"),
                    words::count(n, "копия", "копии", "копий")
                ),
            },
        })
    }
}

/// What of these buttons a visitor gets to see.
pub(super) struct Buttons {
    /// Frozen copies that would be issued.
    pub(super) issue: Offered,
    /// Signed copies that would be sealed.
    pub(super) seal: Offered,
    /// Periods that could be closed: identifier and name; empty hides the form.
    pub(super) periods: Vec<(String, String)>,
    /// Classes within the visitor's reach.
    pub(super) classes: Vec<String>,
}

impl Buttons {
    /// The buttons of a visitor; `rows`: last versions of the whole school's copies.
    pub(super) async fn of(
        state: &WebState,
        directory: &Directory,
        visitor: &Visitor,
        rows: &[CopyRow],
    ) -> Result<Self, Refusal> {
        let today = state.now().date_naive();
        let archived = directory.is_archived(&directory.year);
        let classes = classes_of(directory, visitor);
        let queued = jobs::pending(&state.house).await?;
        // What was sent back for correction is not sealed.
        let recalled = state.house.db.list_recalls().await?;
        let is_recalled = |row: &CopyRow| recalled.iter().any(|one| (&one.copy, one.version) == (&row.id, row.version));
        // Nor is what its next version takes the place of; it is not issued either.
        let awaited = state.waiting.at(&state.house, state.moved().await?.copies).await?;
        let is_outdated = |row: &CopyRow| awaited.iter().any(|one| one.outdated.is_some() && one.row.id == row.id);
        let is_out = |row: &CopyRow| is_recalled(row) || is_outdated(row);
        let within = |action: Action, wanted: CopyState| -> Vec<&CopyRow> {
            let is_within = visitor.reach(action).school;
            rows.iter().filter(|row| is_within && row.state == wanted && !is_out(row)).collect()
        };
        let (frozen, signed) =
            (within(Action::IssueCopies, CopyState::Frozen), within(Action::SealCopies, CopyState::Signed));
        Ok(Self {
            issue: Offered::of(state, &frozen, &queued.issue).await?,
            seal: Offered::of(state, &signed, &queued.seal).await?,
            periods: if classes.is_empty() || archived { Vec::new() } else { begun(directory, today, &classes) },
            classes,
        })
    }
}

/// Classes whose periods a visitor may close.
pub(super) fn classes_of(directory: &Directory, visitor: &Visitor) -> Vec<String> {
    let reach = visitor.reach(Action::IssueCopies);
    let within = directory.roster.classes.iter().filter(|class| reach.whole_class(&class.name, class.grade));
    within.map(|class| class.name.clone()).collect()
}

/// Of the open [`periods`], those that have begun: only they may be closed.
fn begun(directory: &Directory, today: NaiveDate, classes: &[String]) -> Vec<(String, String)> {
    let mut listed = periods(directory, today, classes);
    listed.retain(|(id, _)| period::begun(&directory.roster, id, today).is_ok());
    listed
}

/// Periods that are open in at least one of these classes, by last day, and the year at the end.
pub(super) fn periods(directory: &Directory, today: NaiveDate, classes: &[String]) -> Vec<(String, String)> {
    let open = |period: &str, grades: (u8, u8)| {
        classes.iter().any(|name| {
            let grade = directory.class(name).map_or(0, |class| class.grade);
            (grades.0..=grades.1).contains(&grade) && !directory.is_closed(name, period)
        })
    };
    let mut all: Vec<_> = directory.roster.periods.iter().collect();
    all.sort_by_key(|period| (period.ends, period.starts));
    let mut listed: Vec<(String, String)> = Vec::new();
    for period in all.iter().filter(|period| open(&period.id, (period.grade_from, period.grade_to))) {
        // The place among the periods of its own kind and grades makes «I четверть» of it.
        let own = directory.roster.periods_of_grade(period.grade_from);
        let place = own.iter().position(|one| one.id == period.id).map_or(1, |at| at + 1);
        let kind: PeriodKind = period.kind;
        if !listed.iter().any(|(id, _)| *id == period.id) {
            listed.push((period.id.clone(), words::period_name(kind, place)));
        }
    }
    if open(YEAR, (0, u8::MAX)) {
        let grades = classes.iter().filter_map(|name| directory.class(name)).map(|class| class.grade);
        let mut records = grades.map(|grade| records_of(directory.policy(today), grade, YEAR).len());
        let name = match records.any(|records| records > 1) {
            true => "год: сводная ведомость и журнал",
            false => "год: сводная ведомость",
        };
        listed.push((YEAR.to_owned(), name.to_owned()));
    }
    listed
}

/// `POST /copies/issue`: the frozen copies that the page listed, fields `one`.
pub(super) async fn issue(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    whole_school(&visitor, Action::IssueCopies)?;
    let copies = listed(&fields, "Не выпущено: на странице не было копий, которые ждут выпуска; откройте её заново")?;
    queue(&state, &visitor, &Work::Issue { copies }).await
}

/// `POST /copies/seal`, and `POST /desk/seal` from the board: the signed copies that the page listed, fields `one`. What was signed after it was
/// shown waits for another press.
pub(in crate::web) async fn seal(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    whole_school(&visitor, Action::SealCopies)?;
    let copies = listed(&fields, "Не скреплено: на странице не было копий, которые ждут печати; откройте её заново")?;
    queue(&state, &visitor, &Work::Seal { copies }).await
}

/// Copies out of a form; `none`: what is said where it lists none.
fn listed(fields: &Fields, none: &str) -> Result<Vec<Listed>, Refusal> {
    let mut copies = Vec::new();
    for field in fields.all("one") {
        let one = Listed::read(&field);
        copies.push(one.ok_or_else(|| Refusal::Rule("Страница устарела: обновите её и повторите".to_owned()))?);
    }
    // In one order and each once: a second press of the same button is the same work.
    copies.sort();
    copies.dedup();
    if copies.is_empty() { Err(Refusal::Rule(none.to_owned())) } else { Ok(copies) }
}

/// Work over all copies is for those whose office reaches all of them.
fn whole_school(visitor: &Visitor, action: Action) -> Result<(), Refusal> {
    if visitor.reach(action).school {
        return Ok(());
    }
    let message = "эта кнопка — для тех, кто отвечает за всю школу; свою копию выпускают на её странице";
    Err(Refusal::BadInput(vec![Finding::new("jobs.whole-school", "копии", message)]))
}

/// `POST /copies/close`: a period of one class or of all within reach.
pub(super) async fn close(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = classes_of(&directory, &visitor);
    let wrong = |place: &str, message: &str, found: &str| {
        Refusal::BadInput(vec![Finding::new("jobs.close", place, message).expected_found("", found)])
    };
    let period = fields.value("period");
    if period != YEAR && !directory.roster.periods.iter().any(|known| known.id == period) {
        return Err(wrong("период", "такого учебного периода нет: выберите из списка", period));
    }
    if let Err(refusal) = period::begun(&directory.roster, period, state.now().date_naive()) {
        return Err(wrong("период", &refusal.to_string(), ""));
    }
    let classes = match fields.value("class") {
        "" => reach,
        one if reach.iter().any(|class| class == one) => vec![one.to_owned()],
        other => return Err(wrong("класс", "такого класса нет, или закрывать его периоды не ваше дело", other)),
    };
    if classes.is_empty() {
        return Err(wrong("класс", "нет ни одного класса, период которого вы можете закрыть", ""));
    }
    let (year, period) = (directory.year.clone(), period.to_owned());
    queue(&state, &visitor, &Work::CloseAll { year, period, classes, ground: fields.value("ground").to_owned() }).await
}

/// Queues the work and leads to its page, where it is seen going on; the same work under way already is led to instead.
async fn queue(state: &WebState, visitor: &Visitor, work: &Work) -> Result<Response, Refusal> {
    let queued = jobs::queue(&state.house, work, &state.act(&visitor.account)).await?;
    state.ops.wake.notify_one();
    Ok(answer::redirect(&format!("/jobs/{}", queued.id)))
}
