//! «Готовность к году»: what is set up, what is missing, who owes it and by when. Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::readiness::{Line, State as Ready};
use crate::domain::rights::Action;
use crate::domain::setup::promotion;
use crate::domain::words;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/ready", Access::Does(Action::ReadSetup), SubjectOf::House, show)
            .in_menu(Group::Year, "Готовность к году")
            .helped("year#готовность-к-году"),
    ]
}

struct Section {
    line: Line,
    kind: &'static str,
    due: String,
    late: bool,
    first: Vec<String>,
    rest: Vec<String>,
}

#[derive(Template)]
#[template(path = "school/readiness.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    sections: Vec<Section>,
    done: usize,
    /// What is not ready, by its last day: «Мешает начать год, нужно к 1 сентября», and the sections.
    waiting: Vec<(String, String)>,
    years: Vec<(String, String, bool)>,
}

/// Findings of a section shown at once; the others open by a click.
const SHOWN: usize = 5;

async fn show(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    if asked.value("year").is_empty() && state.house.db.list_years().await?.is_empty() {
        // Nothing was brought yet: the page says what to do first.
        return answer::page(&Page {
            frame: frame.titled("Готовность к году"),
            sections: Vec::new(),
            done: 0,
            waiting: Vec::new(),
            years: Vec::new(),
        });
    }
    let opened = super::open(&state, asked.value("year")).await?;
    let today = state.now().date_naive();
    let lines = opened.year.readiness()?;
    let done = lines.iter().filter(|line| line.state == Ready::Done).count();
    let waiting = waiting(&lines, promotion::first_day(&opened.year.year));
    let section = |line: Line| {
        let mut missing: Vec<String> = super::sorted(line.missing.clone()).iter().map(plain).collect();
        let rest = missing.split_off(missing.len().min(SHOWN));
        Section {
            kind: match line.state {
                Ready::Done => "ok",
                Ready::Partly => "wait",
                Ready::Missing => "bad",
            },
            due: words::date_short(line.due),
            late: line.state != Ready::Done && today > line.due,
            first: missing,
            rest,
            line,
        }
    };
    let years = opened.years.iter().map(|year| (year.clone(), super::in_year(&asked, year), *year == opened.year.year));
    answer::page(&Page {
        frame: frame.titled("Готовность к году").leading(format!(
            "{} учебный год: что уже внесено, чего нет, кто и к какому сроку за это отвечает.",
            opened.year.year
        )),
        done,
        waiting,
        years: years.collect(),
        sections: lines.into_iter().map(section).collect(),
    })
}

/// Sections that are not ready, by their last day: what the year cannot begin without, and what may be finished later.
fn waiting(lines: &[Line], begins: Option<NaiveDate>) -> Vec<(String, String)> {
    let mut by_day: BTreeMap<NaiveDate, Vec<&str>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.state != Ready::Done) {
        by_day.entry(line.due).or_default().push(line.title);
    }
    let told = |(due, titles): (NaiveDate, Vec<&str>)| {
        let day = words::day_and_month(due);
        let when = match begins.is_some_and(|first| due > first) {
            true => format!("Можно закончить позже, к {day}"),
            false => format!("Мешает начать год, нужно к {day}"),
        };
        (when, titles.join("; "))
    };
    by_day.into_iter().map(told).collect()
}

/// A finding in one line.
pub(super) fn plain(finding: &crate::domain::finding::Finding) -> String {
    match (finding.expected.as_str(), finding.found.as_str()) {
        ("", "") => format!("{}: {}", finding.place, finding.message),
        (expected, "") => format!("{}: {} (нужно: {expected})", finding.place, finding.message),
        ("", found) => format!("{}: {} ({found})", finding.place, finding.message),
        (expected, found) => format!("{}: {} (нужно: {expected}; есть: {found})", finding.place, finding.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::Role;

    fn line(title: &'static str, state: Ready, due: Option<NaiveDate>) -> Line {
        Line {
            id: "",
            title,
            state,
            stands: String::new(),
            missing: Vec::new(),
            owes: Role::Deputy,
            due: due.unwrap_or_default(),
            due_clause: String::new(),
            clause: "",
            page: "",
        }
    }

    #[test]
    fn what_bars_the_year_is_told_apart_from_what_may_wait() {
        let (first, later) = (NaiveDate::from_ymd_opt(2025, 9, 1), NaiveDate::from_ymd_opt(2025, 9, 5));
        let lines = [
            line("Кабинеты", Ready::Partly, later),
            line("Расписание", Ready::Missing, first),
            line("Нагрузка", Ready::Done, first),
            line("КТП", Ready::Partly, first),
        ];
        let told = waiting(&lines, first);
        let told: Vec<String> = told.into_iter().map(|(when, titles)| format!("{when}: {titles}")).collect();
        assert_eq!(
            told,
            ["Мешает начать год, нужно к 1 сентября: Расписание; КТП", "Можно закончить позже, к 5 сентября: Кабинеты"]
        );
    }
}
