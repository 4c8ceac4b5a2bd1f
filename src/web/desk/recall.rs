//! Recall of a signed copy for correction: by the director or a deputy, on a ground, with the sheets that are wrong. Floor 3.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::copy::State as CopyState;
use crate::domain::journal::YEAR;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::snapshot::supplement_no;
use crate::domain::words;
use crate::flow::{desk, recall};
use crate::store::{CopyRow, RecallRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::fields::Fields;
use crate::web::query::segment;
use crate::web::route::{Access, Route, SubjectOf, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![post("/copies/{copy}/recall", Access::Does(Action::IssueCopies), SubjectOf::Copy, press)]
}

/// Does the visitor decide over what everybody has signed?
fn leads(visitor: &Visitor) -> bool {
    visitor.holds(Role::Director) || visitor.holds(Role::Deputy)
}

/// May the visitor, who issues copies, put another version in the place of one in this state? After all signatures the director or a deputy
/// decides it: by a recall, after which whoever issues copies may go on, or by the next version itself.
pub(in crate::web) fn decides(visitor: &Visitor, state: CopyState, recalled: bool) -> bool {
    !state.is_decided() || recalled || leads(visitor)
}

/// What the page of a copy says of its recall.
pub(in crate::web) struct Recalls {
    /// The recall that stands.
    pub(in crate::web) standing: Option<Standing>,
    /// Sheets to choose from, identifier and name, for who may recall the copy now; empty for everybody else.
    pub(in crate::web) sheets: Vec<(String, String)>,
}

/// A recall that stands.
pub(in crate::web) struct Standing {
    /// «24 октября 2025 г., 14:05».
    pub(in crate::web) when: String,
    pub(in crate::web) ground: String,
    pub(in crate::web) sheets: Vec<String>,
    /// Was anything written since?
    pub(in crate::web) is_written: bool,
    /// Was nothing written, and may the visitor take the recall back?
    pub(in crate::web) may_withdraw: bool,
    /// May the visitor bring the corrected journal in?
    pub(in crate::web) may_load: bool,
    /// Who may, in words.
    pub(in crate::web) loaders: String,
}

impl Recalls {
    /// For the version shown; `issues`: the visitor issues copies of this class, and the version is the last.
    pub(in crate::web) async fn of(
        state: &WebState,
        visitor: &Visitor,
        row: &CopyRow,
        issues: bool,
    ) -> Result<Self, Refusal> {
        let found = state.house.db.find_recall(&row.id).await?.filter(|one| one.version == row.version);
        let standing = match found {
            Some(one) => Some(Standing::of(state, visitor, row, one, issues).await?),
            None => None,
        };
        let may = issues
            && standing.is_none()
            && row.state.is_decided()
            && row.period != YEAR
            && supplement_no(&row.id).is_none()
            && leads(visitor);
        let sheets = match may {
            true => {
                let paper = state.house.papers.get(&state.house, row.snapshot).await?;
                paper.sheets.iter().map(|sheet| (sheet.id.clone(), words::capitalised(&sheet.name))).collect()
            }
            false => Vec::new(),
        };
        Ok(Self { standing, sheets })
    }

    /// Does a recall stand?
    pub(in crate::web) fn stands(&self) -> bool {
        self.standing.is_some()
    }
}

impl Standing {
    async fn of(
        state: &WebState,
        visitor: &Visitor,
        row: &CopyRow,
        one: RecallRow,
        issues: bool,
    ) -> Result<Self, Refusal> {
        let still = desk::unchanged_since(&state.house, row, &one.at).await?;
        Ok(Self {
            when: words::moment_words(&one.at),
            sheets: recall::sheets(&state.house, row, &one).await?,
            is_written: !still,
            may_withdraw: issues && leads(visitor) && still,
            may_load: visitor.may_anywhere(Action::ImportData),
            loaders: visitor.rules.who(Action::ImportData),
            ground: one.ground,
        })
    }
}

/// `POST /copies/{copy}/recall`: `act` = `recall` with `sheet` (several) and `ground`, or `withdraw`.
async fn press(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    if !leads(&visitor) {
        let said = "Подписанную всеми копию возвращает на исправление директор или заместитель директора";
        return Err(Refusal::Rule(said.to_owned()));
    }
    let act = state.act(&visitor.account);
    let page = format!("/copies/{}", segment(&copy));
    match fields.value("act") {
        "withdraw" => {
            recall::withdraw(&state.house, &copy, &act).await?;
            Ok(answer::done(&page, "Возврат на исправление отменён: период снова закрыт"))
        }
        _ => {
            recall::recall(&state.house, &copy, &fields.all("sheet"), fields.value("ground"), &act).await?;
            Ok(answer::done(
                &page,
                "Копия возвращена на исправление, подписавшим сообщено: исправьте журнал и выпустите следующую версию",
            ))
        }
    }
}
