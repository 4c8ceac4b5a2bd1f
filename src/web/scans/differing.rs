//! Sheets on whose scans something differs from what was issued, and the word of the person who looked. Floor 3.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::query::segment;
use super::copy::Which;
use super::copy_name;
use crate::domain::forms::People;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::jobs::Work;
use crate::flow::scans::{self, Differing};
use crate::store::{JobRow, LookRow};

/// Where they are listed.
pub(in crate::web) const ADDRESS: &str = "/office/differences";
/// Differences of one page that are named in the list: what a line holds; the page itself shows all.
const NAMED: usize = 3;

/// A page in the list.
struct Line {
    href: String,
    copy: String,
    leaf: u32,
    count: String,
    /// What and where, the first of them.
    said: Vec<String>,
    more: usize,
    looked: String,
}

#[derive(Template)]
#[template(path = "scans/differing.html", config = "src/web/askama.toml")]
struct DifferingPage {
    frame: Frame,
    open: Vec<Line>,
    looked: Vec<Line>,
    /// That scans are still compared, and how many pages are left; empty when none are.
    comparing: String,
    receives: bool,
}

/// «Просмотрено: Агатова М.П., 26 ноября 2026 г., 18:10».
pub(super) fn looked_words(people: &People, look: &LookRow) -> String {
    format!("Просмотрено: {}, {}", people.get(&look.looked_by).short, words::moment_words(&look.looked_at))
}

fn sees(directory: &Directory, visitor: &Visitor, one: &Differing) -> bool {
    let class = &one.copy.class;
    visitor.reach(Action::ReadCopies).class(class, directory.class(class).map_or(0, |class| class.grade))
}

/// Pages of copies that the visitor may read, on which something differs and at which nobody has looked.
pub(in crate::web) async fn unseen(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
) -> Result<Vec<Differing>, Refusal> {
    let unseen = scans::unseen(&state.house).await?;
    Ok(unseen.into_iter().filter(|one| sees(directory, visitor, one)).collect())
}

/// Classes of these pages, each once.
pub(in crate::web) fn classes(pages: &[Differing]) -> Vec<&str> {
    let mut classes: Vec<&str> = pages.iter().map(|one| one.copy.class.as_str()).collect();
    classes.dedup();
    classes
}

/// What is to be looked at on these pages: a missing signature is no other print.
pub(in crate::web) fn what(pages: &[Differing]) -> &'static str {
    let is_bare = pages.iter().any(|one| one.unsigned > 0);
    let is_other = pages.iter().any(|one| one.differences > one.unsigned);
    match (is_bare, is_other) {
        (true, false) => "на скане нет подписи",
        (true, true) => "на скане нет подписи или скан расходится с выпущенным листом",
        (false, _) => "скан подписанного листа расходится с выпущенным",
    }
}

/// «нет подписи, 2 отличия».
fn count_words(one: &Differing) -> String {
    let others = one.differences - one.unsigned.min(one.differences);
    let bare = (one.unsigned > 0).then(|| "нет подписи".to_owned());
    let others = (others > 0).then(|| words::count(others.into(), "отличие", "отличия", "отличий"));
    bare.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

/// Pages of scans that wait for their comparison, where any is still read or compared; a job that has not begun counts none.
fn pages_left(jobs: &[JobRow]) -> Option<u64> {
    let is_open =
        |row: &&JobRow| !row.state.is_over() && (row.kind == Work::COMPARE_SCANS || row.kind == Work::READ_SCANS);
    let open: Vec<&JobRow> = jobs.iter().filter(is_open).collect();
    let compares = open.iter().filter(|row| row.kind == Work::COMPARE_SCANS);
    (!open.is_empty()).then(|| compares.map(|row| row.total.saturating_sub(row.done)).sum())
}

/// «Сканы ещё сравниваются, осталось страниц: 12»; empty when nothing is compared.
fn comparing_words(left: Option<u64>) -> String {
    match left {
        None => String::new(),
        Some(0) => "Сканы ещё сравниваются".to_owned(),
        Some(left) => format!("Сканы ещё сравниваются, осталось страниц: {left}"),
    }
}

/// `GET /office/differences`.
pub(super) async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let people = People::of(&directory.roster);
    let (mut open, mut looked) = (Vec::new(), Vec::new());
    for one in scans::differing(&state.house).await?.iter().filter(|one| sees(&directory, &visitor, one)) {
        // The differences themselves lie beside the scan; where they were thrown away, the page finds them again.
        let known = scans::known(&state.house, &one.at, &one.copy, one.leaf);
        let is_shown = |differs: &&scans::Differs| one.unsigned > 0 || !differs.is_unsigned();
        let said = known.iter().flat_map(|known| known.unexpected().filter(is_shown).map(scans::Differs::said));
        let said: Vec<String> = said.collect();
        let line = Line {
            href: format!("/office/scans/{}/{}", segment(&one.copy.id), one.leaf),
            copy: copy_name(&directory, &one.copy),
            leaf: one.leaf,
            count: count_words(one),
            more: said.len().saturating_sub(NAMED),
            said: said.into_iter().take(NAMED).collect(),
            looked: one.look.as_ref().map_or_else(String::new, |look| looked_words(&people, look)),
        };
        if one.look.is_none() { open.push(line) } else { looked.push(line) }
    }
    let receives = visitor.may_anywhere(Action::ReceivePaper);
    let comparing = comparing_words(pages_left(&state.house.db.list_jobs(super::NEWEST_JOBS).await?));
    let mut frame = frame
        .titled("Отличия на сканах")
        .leading("Подписанные листы, на которых скан расходится с выпущенной страницей или подписи не видно: решает человек, сравнив их.");
    if receives {
        frame = frame.under("Сканы листов", "/office/scans");
    }
    answer::page(&DifferingPage { frame, open, looked, comparing, receives })
}

/// `POST /office/scans/{copy}/{leaf}/looked`: the differences of this scan are harmless.
pub(super) async fn looked(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, leaf)): Path<(String, u32)>,
    Form(asked): Form<Which>,
) -> Result<Response, Refusal> {
    let at = asked.of_page(&state, &id, leaf).await?;
    let address = format!("/office/scans/{}/{leaf}", segment(&id));
    match scans::look(&state.house, &at, &state.act(&visitor.account)).await {
        Ok(()) => Ok(answer::done(&address, "Отмечено: отличия на этом скане просмотрены.")),
        // A second press, or somebody else was faster.
        Err(crate::flow::Error::Scan(scans::Refusal::AsItIs)) => {
            Ok(answer::done(&address, "Отличия на этом скане уже просмотрены."))
        }
        Err(error) => Err(error.into()),
    }
}

/// A difference that matters, as the form names it.
#[derive(Debug, Deserialize)]
pub(super) struct Grave {
    file: String,
    page: u32,
    place: u32,
    /// Row or cell.
    spot: String,
}

/// `POST /office/scans/{copy}/{leaf}/grave`: what differs on this scan matters.
pub(super) async fn grave(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, leaf)): Path<(String, u32)>,
    Form(asked): Form<Grave>,
) -> Result<Response, Refusal> {
    let which = Which { file: asked.file, page: asked.page, place: asked.place };
    let at = which.of_page(&state, &id, leaf).await?;
    let address = format!("/office/scans/{}/{leaf}", segment(&id));
    match scans::grave(&state.house, &at, &asked.spot, &state.act(&visitor.account)).await {
        Ok(_) => Ok(answer::done(&address, "Записано: отличие существенное. Теперь нужна следующая версия копии.")),
        // A second press.
        Err(crate::flow::Error::Scan(scans::Refusal::AsItIs)) => {
            Ok(answer::done(&address, "Это отличие уже записано существенным."))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::comparing_words;

    #[test]
    fn while_pages_are_compared_the_list_is_not_called_whole() {
        assert_eq!(comparing_words(None), "");
        assert_eq!(comparing_words(Some(0)), "Сканы ещё сравниваются");
        assert_eq!(comparing_words(Some(12)), "Сканы ещё сравниваются, осталось страниц: 12");
    }
}
