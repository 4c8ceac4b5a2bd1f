//! What was changed since a remark, as the board and the copy's page show it beside the remark. Floor 3.

use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow::change::{Names, names};
use crate::flow::desk::Mending;
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::query::segment;

/// What was changed in a sheet with a remark since it was made.
pub(in crate::web) struct Changed {
    /// The sheet; empty for a copy that is judged as a whole.
    pub(in crate::web) sheet: String,
    /// «отметка, 5А, Алгебра, 12.09.2025, урок 3, Ольхина Яшма: «4» → «5»», as many as are read at a glance.
    pub(in crate::web) rows: Vec<String>,
    /// How many more there are.
    pub(in crate::web) more: usize,
    /// Where the rest of them stand; empty for who does not read the history.
    pub(in crate::web) history: String,
}

impl Changed {
    pub(super) fn of(
        names: &Names,
        visitor: &Visitor,
        (row, grade): (&CopyRow, u8),
        (sheet, mending): (&str, &Mending),
    ) -> Self {
        const SHOWN: usize = 5;
        let all = mending.changed(sheet);
        let said = |old: Option<&[String]>, table: &str| names.shown(table, &row.year, old);
        let told = all.iter().take(SHOWN).map(|one| {
            let place = names.place(&one.table, &row.year, &one.key);
            let (was, is) = (said(one.old.as_deref(), &one.table), said(one.new.as_deref(), &one.table));
            format!("{place}: {was} → {is}")
        });
        let first = all.iter().map(|one| one.at.as_str()).min().and_then(|at| at.get(..10)).unwrap_or_default();
        let reads = visitor.reach(Action::ReadHistory).class(&row.class, grade);
        Self {
            sheet: sheet.to_owned(),
            rows: told.collect(),
            more: all.len().saturating_sub(SHOWN),
            history: match reads {
                true => format!("/history?class={}&since={}", segment(&row.class), segment(first)),
                false => String::new(),
            },
        }
    }
}

/// What was changed in each sheet with a remark of one copy.
pub(in crate::web) async fn changed(
    state: &WebState,
    visitor: &Visitor,
    (row, grade): (&CopyRow, u8),
    mending: &Mending,
) -> Result<Vec<Changed>, Refusal> {
    if mending.changes.is_empty() {
        return Ok(Vec::new());
    }
    let names = names(&state.house).await?;
    Ok(mending.changes.keys().map(|sheet| Changed::of(&names, visitor, (row, grade), (sheet, mending))).collect())
}
