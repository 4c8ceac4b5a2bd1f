//! Buttons that queue long work on copies: a period closed, copies issued, seals put; each as a job with live progress. Floor 3.

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::fields::Fields;
use crate::domain::finding::Finding;
use crate::domain::freeze::records_of;
use crate::domain::journal::{PeriodKind, YEAR};
use crate::domain::people::Visitor;
use crate::domain::period;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::jobs::{self, Work};
use crate::web::directory::Directory;

/// What of these buttons a visitor gets to see.
pub(super) struct Buttons {
    /// Frozen copies that would be issued; 0 hides the button.
    pub(super) issue: usize,
    /// Signed copies that would be sealed; 0 hides the button.
    pub(super) seal: usize,
    /// Periods that could be closed: identifier and name; empty hides the form.
    pub(super) periods: Vec<(String, String)>,
    /// Classes within the visitor's reach.
    pub(super) classes: Vec<String>,
}

impl Buttons {
    /// The buttons of a visitor; `frozen` and `signed` are counted over the whole school.
    pub(super) fn of(
        (directory, today): (&Directory, NaiveDate),
        visitor: &Visitor,
        frozen: usize,
        signed: usize,
    ) -> Self {
        let issues = visitor.reach(Action::IssueCopies);
        let seals = visitor.reach(Action::SealCopies);
        let archived = directory.is_archived(&directory.year);
        let classes = classes_of(directory, visitor);
        Self {
            issue: if issues.school { frozen } else { 0 },
            seal: if seals.school { signed } else { 0 },
            periods: if classes.is_empty() || archived { Vec::new() } else { begun(directory, today, &classes) },
            classes,
        }
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

/// `POST /copies/issue`: every frozen copy of the school.
pub(super) async fn issue(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    whole_school(&visitor, Action::IssueCopies)?;
    queue(&state, &visitor, &Work::IssueAll).await
}

/// `POST /copies/seal`: every copy that everybody has signed.
pub(super) async fn seal(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    whole_school(&visitor, Action::SealCopies)?;
    queue(&state, &visitor, &Work::SealAll).await
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
