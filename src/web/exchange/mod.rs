//! Exchange in the browser: import with its dry run, history and undo; exports; the feed. Floor 3.

mod import;
mod leave;
mod next;
#[cfg(test)]
mod tests;

use super::route::{Access, Group, Route, SubjectOf, get, post};
use super::{LARGEST_UPLOAD_BYTES, WebState};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow::Act;

/// Room for the form's own words beside its files.
const FORM_BYTES: usize = 64 * 1024;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let house = SubjectOf::House;
    let (imports, exports) = (Access::Does(Action::ImportData), Access::Does(Action::ExportData));
    vec![
        get("/exchange/import", imports, house, import::form)
            .in_menu(Group::Year, "Загрузка данных")
            .helped("exchange#загрузка"),
        post("/exchange/import", imports, house, import::receive).taking(LARGEST_UPLOAD_BYTES + FORM_BYTES),
        get("/exchange/preview", imports, house, import::preview).helped("exchange#загрузка"),
        post("/exchange/confirm", imports, house, import::confirm),
        post("/exchange/forget", imports, house, import::forget),
        post("/exchange/undo", Access::Does(Action::UndoChanges), house, import::undo),
        get("/exchange/example", imports, house, import::example),
        get("/exchange/export", exports, house, leave::form)
            .in_menu(Group::Year, "Выгрузка данных")
            .helped("exchange#выгрузка"),
        post("/exchange/export", exports, house, leave::export),
        get("/exchange/feed", exports, house, leave::feed)
            .in_menu(Group::Year, "Обезличенная выгрузка")
            .helped("exchange#обезличенная-выгрузка"),
        post("/exchange/feed", exports, house, leave::feed_now),
    ]
}

fn act(state: &WebState, visitor: &Visitor) -> Act {
    state.act(&visitor.account)
}
