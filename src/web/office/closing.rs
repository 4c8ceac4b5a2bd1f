//! The closing line of the register of paper copies on its page: drawn once a year, and anew after copies that came later. Floor 3.

use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::Fields;
use crate::domain::forms::day;
use crate::domain::paper::{Closing, Kept};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::office;

/// The end of a year's register, as its page shows it.
pub(super) struct End {
    pub(super) year: String,
    /// Its closing lines in words, the first one first.
    pub(super) closed: Vec<String>,
    /// May the visitor draw a closing line?
    pub(super) may_close: bool,
    /// Lines that came after the last closing line; 0 where there is none.
    pub(super) late: u64,
    /// What the year still lacks, a line each.
    pub(super) still_open: Vec<String>,
    /// The day after which the year's first closing line is written; empty once it has come.
    pub(super) not_before: String,
}

/// Has the register of this year its closing line?
pub(super) fn is_closed(closings: &[Closing], year: &str) -> bool {
    closings.iter().any(|one| one.year == year)
}

/// The closing line of the register for a year, in words.
fn closed_words(one: &Closing) -> String {
    format!(
        "Итог за {} учебный год подведён {}: {}, с № {} по № {}, аннулировано {}.",
        one.year,
        day(&one.at),
        words::POSITION.counted(one.count),
        one.first,
        one.last,
        one.voided
    )
}

/// What the page says of the ends of years: of the year that is open in the journal, and of every other that the visitor still has to close.
pub(super) async fn ends(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    papers: &[Kept],
    closings: &[Closing],
) -> Result<Vec<End>, Refusal> {
    let act = state.act(&visitor.account);
    let today = act.at.date_naive();
    let last_day = directory.roster.periods.iter().map(|period| period.ends).max();
    let mut ends = Vec::new();
    for end in office::closing::ends_of(papers, closings) {
        let is_now = end.year == directory.year;
        let may_close = visitor.may_anywhere(Action::KeepPaper) && end.after > 0;
        if !is_now && !may_close {
            continue;
        }
        let late = if end.is_again() { end.after } else { 0 };
        let ahead = last_day.filter(|last| is_now && late == 0 && today < *last);
        let still_open = match may_close && ahead.is_none() {
            true => office::closing::still_open(&state.house, &end.year, &act).await?,
            false => Vec::new(),
        };
        ends.push(End {
            closed: end.closings.iter().map(closed_words).collect(),
            year: end.year,
            may_close,
            late,
            still_open,
            not_before: ahead.map(words::date_short).unwrap_or_default(),
        });
    }
    Ok(ends)
}

/// `POST /office/closing`: the closing line of the register for the year.
pub(super) async fn close_year(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let all_the_same = !fields.value("anyway").is_empty();
    let act = state.act(&visitor.account);
    let closing = office::close_year(&state.house, fields.value("year"), all_the_same, &act).await?;
    let said = format!("Итог подведён: {}.", words::POSITION.counted(closing.count));
    Ok(answer::done("/office/papers", &said))
}
