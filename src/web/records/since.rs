//! What the journal says otherwise by now than a record of the year that was signed. Floor 3.

use crate::domain::finding::Finding;
use crate::domain::snapshot::Snapshot;
use crate::flow::sources;
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::Refusal;

/// What the journal says otherwise by now, for the version of a year's record that holds.
pub(super) async fn since(
    state: &WebState,
    row: &CopyRow,
    snapshot: &Snapshot,
    holds: bool,
) -> Result<Vec<String>, Refusal> {
    if !holds {
        return Ok(Vec::new());
    }
    let found = sources::changed_since(&state.house, row, snapshot).await?;
    // As many as one screen holds; the doctor lists all.
    const SHOWN: usize = 12;
    let mut told: Vec<String> = found.iter().take(SHOWN).map(|one| format!("{}: {}", one.place, said(one))).collect();
    if found.len() > SHOWN {
        told.push(format!("и ещё {}: весь перечень даёт команда «letopis doctor»", found.len() - SHOWN));
    }
    Ok(told)
}

/// A finding's sentence with the two values where it is about values.
fn said(finding: &Finding) -> String {
    match finding.expected == finding.found {
        true => finding.message.clone(),
        false => format!("{} (подписано «{}», теперь «{}»)", finding.message, finding.expected, finding.found),
    }
}
