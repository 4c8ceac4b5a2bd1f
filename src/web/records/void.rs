//! What of a copy a stolen account made: signatures that do not count, entries in its sheets, and what is to be done about them. Floor 3.

use crate::domain::copy::Standing;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::snapshot::Snapshot;
use crate::domain::words;
use crate::flow::compromise::{self, VoidStatements};
use crate::flow::outdated::{Outdated, Why, said_of};
use crate::store::{CopyRow, StatementRow};
use crate::web::WebState;
use crate::web::answer::Refusal;

/// For the version that is shown.
pub(super) struct Voided {
    /// Its number.
    version: u32,
    /// Whose signatures nobody has decided on: name and why.
    pub(super) signatures: Vec<String>,
    /// How many entries its sheets hold, since when and under which notice, a sentence for each standing.
    pub(super) entries: Vec<String>,
    /// Do entries wait for a decision?
    pub(super) waits: bool,
    /// Is nothing left to decide, and are there undone entries in the sheets of the last version?
    pub(super) is_stale: bool,
    /// Why the last version is never sealed; `None` of one that may be, and of an earlier one.
    pub(super) outdated: Option<Why>,
    /// Ground of the next version; empty where no entries are held and no authority was replaced.
    pub(super) ground: String,
    /// May the visitor decide?
    pub(super) judges: bool,
    /// May the visitor's undoing recall the copy, or is there nothing to recall?
    pub(super) opens: bool,
    /// Who decides and who issues copies, in words.
    pub(super) deciders: String,
    pub(super) issuers: String,
}

/// Ground of the next version of a copy that was frozen under an earlier authority.
const NEW_AUTHORITY: &str = "заменён удостоверяющий центр школы";

impl Voided {
    /// What is said of a copy that hangs on an authority which was replaced; empty of every other. Undone entries are told with their number.
    pub(super) fn former(&self) -> String {
        match self.outdated {
            Some(why @ Why::Former) => words::capitalised(&why.said(self.version)),
            Some(Why::Undone) | None => String::new(),
        }
    }

    /// [`Self::former`] to who issues the next version.
    pub(super) fn former_to_issuer(&self) -> String {
        match self.outdated {
            Some(why @ Why::Former) => words::capitalised(&why.said_to_issuer(self.version)),
            Some(Why::Undone) | None => String::new(),
        }
    }

    /// Colour and words of a version's badge: of one that is never sealed what it waits for, of every other how it stands.
    pub(super) fn badge(&self, row: &CopyRow, standing: Standing) -> (&'static str, String) {
        match self.outdated.is_some() && row.version == self.version {
            true => ("bad", said_of(&row.id).to_owned()),
            false => (super::badge_of(row.state, standing), standing.said(row.state, &row.id)),
        }
    }

    pub(super) async fn of(
        state: &WebState,
        visitor: &Visitor,
        (row, snapshot, is_last): (&CopyRow, &Snapshot, bool),
        (voids, statements): (&VoidStatements, &[StatementRow]),
    ) -> Result<Self, Refusal> {
        let held = compromise::held(&state.house, row).await?;
        let outdated = match is_last {
            true => Outdated::load(&state.house).await?.why(&state.house, row).await?,
            false => None,
        };
        let ground = match held.ground() {
            ground if ground.is_empty() && outdated == Some(Why::Former) => NEW_AUTHORITY.to_owned(),
            ground => ground,
        };
        Ok(Self {
            version: row.version,
            signatures: voids.told(statements, &snapshot.route),
            entries: held.told(),
            waits: is_last && held.pending > 0,
            is_stale: is_last && held.pending == 0 && held.undone > 0,
            outdated,
            ground,
            judges: visitor.may_anywhere(Action::HandleCompromise),
            opens: !row.state.is_decided() || visitor.holds(Role::Director) || visitor.holds(Role::Deputy),
            deciders: visitor.rules.who(Action::HandleCompromise),
            issuers: visitor.rules.who(Action::IssueCopies),
        })
    }
}
