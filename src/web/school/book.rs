//! The book of movement by file: orders as rows of a table, tried first, written as one act that is taken back as one. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use super::{Fields, Opened};
use crate::bundle::year::YearSheet;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::layout::MOVEMENT;
use crate::domain::setup::paste::Sheet;
use crate::flow::setup::{Meeting, Outcome, Year, files};

/// Carries out the orders of a sheet, or only tries to: rows about learners of others bar the whole sheet.
pub(super) async fn take(
    state: &WebState,
    visitor: &Visitor,
    opened: &Opened,
    fields: &Fields,
    only_try: bool,
) -> Result<Outcome, Refusal> {
    let sheet = Sheet::from_clipboard(fields.value("text"));
    let coming = YearSheet {
        layout: &MOVEMENT,
        place: "движение".to_owned(),
        course: String::new(),
        sheet,
        covers: Vec::new(),
        findings: Vec::new(),
    };
    let year = Year::open(&state.house, &opened.year.year).await?;
    let plan = files::plan(&state.house, year, &[coming], Meeting::Add).await?;
    if let Some(class) = out_of_reach(visitor, opened, &plan) {
        return Err(Refusal::Forbidden {
            reason: format!("Движение обучающихся {class} класса ведут другие.")
        });
    }
    if !plan.is_clean() {
        return Ok(Outcome::Refused(plan.findings));
    }
    if only_try {
        return Ok(Outcome::Would(plan.counts()));
    }
    Ok(Outcome::Done(files::carry_out(&state.house, &state.act(&visitor.account), &plan).await?))
}

/// The class of the first learner whom the visitor does not reach: of a newcomer the class that is entered, of others the one that they are in.
fn out_of_reach(visitor: &Visitor, opened: &Opened, plan: &files::Plan) -> Option<String> {
    let reach = visitor.reach(Action::ChangeMovement);
    let journal = &opened.year.journal;
    plan.learners().into_iter().find_map(|(learner, entered)| {
        let standing = journal.learners.iter().find(|known| known.id == learner).map(|known| known.class.clone());
        let class = standing.or_else(|| entered.map(str::to_owned))?;
        let grade = journal.class(&class).map_or(0, |known| known.grade);
        (!reach.whole_class(&class, grade)).then_some(class)
    })
}
