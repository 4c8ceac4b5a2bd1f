//! «Готовность к году»: what is set up, what is missing, who owes it and by when. Floor 3.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::people::identity;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get};
use super::Opened;
use crate::domain::employment;
use crate::domain::journal::Class;
use crate::domain::people::{OPERATOR, Visitor};
use crate::domain::readiness::{Line, State as Ready};
use crate::domain::rights::Action;
use crate::domain::setup::checks;
use crate::domain::words::{self, unnumbered};
use crate::flow::signin::credentials::{Chain, people_of};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/ready", Access::Does(Action::ReadSetup), SubjectOf::House, show)
            .in_menu(Group::Year, "Готовность к году")
            .helped("year#готовность-к-году"),
        get("/year", Access::Does(Action::ReadSetup), SubjectOf::House, first),
    ]
}

/// `GET /year`: the section's address without a page leads to its first one.
async fn first() -> Response {
    answer::redirect("/year/ready")
}

struct Section {
    line: Line,
    kind: &'static str,
    /// «готово», «не всё», «ждём к 5 сентября», «назначены не все».
    said: String,
    due: String,
    /// Whence the day is, while it matters: «по правилам школы».
    due_from: &'static str,
    /// Who owes it by name: «Агатова М.П., Берёзкин О.К.»; empty where an office does.
    debtors: String,
    /// The names that open by a click.
    more_debtors: Vec<String>,
    /// Where each person is appointed on the own card.
    appoints: bool,
    late: bool,
    /// Clauses by which the section is owed, and by which it has its day: «Обязанности заместителя, п. 5».
    clause: String,
    due_clause: String,
    first: Vec<String>,
    rest: Vec<String>,
    /// Holidays that the calendar lacks: the form with their days, and the days; none for who may not write them.
    gaps: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "school/readiness.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    sections: Vec<Section>,
    done: usize,
    /// Is everything there that was not only warned of?
    begins: bool,
    /// How families get in, where class teachers give them nothing.
    families: String,
    /// How they do it on this server, where it is by ЕСИА; empty elsewhere.
    by_state: &'static str,
    /// Staff without a way in: «12 работников»; empty where everybody has one. And who gives it.
    without: String,
    lets_in: String,
    /// «Школа к урокам готова; к 5 сентября ждём: Кабинеты.»
    verdict: String,
    /// Where something bars lessons, what: «Мешает начать уроки», then what is owed by each day, and the sections.
    waiting: Vec<(String, String)>,
    years: Vec<(String, String, bool)>,
    /// Days by which sections are needed: «к 1 сентября», its address, is it chosen; all of them first.
    days: Vec<(String, String, bool)>,
}

/// Findings of a section shown at once; the others open by a click.
const SHOWN: usize = 5;

/// Names in sight; the others open by a click.
const NAMED: usize = 4;

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    if asked.value("year").is_empty() && state.house.db.list_years().await?.is_empty() {
        // Nothing was brought yet: the page says what to do first.
        return answer::page(&Page {
            frame: frame.titled("Готовность к году"),
            sections: Vec::new(),
            done: 0,
            begins: false,
            families: String::new(),
            by_state: "",
            without: String::new(),
            lets_in: String::new(),
            verdict: String::new(),
            waiting: Vec::new(),
            years: Vec::new(),
            days: Vec::new(),
        });
    }
    let opened = super::open(&state, asked.value("year")).await?;
    let today = state.now().date_naive();
    let mut lines = opened.year.readiness_on(today)?;
    let on = asked.value("on").parse::<NaiveDate>().ok();
    let days = by_days(&asked, &lines, on);
    lines.retain(|line| on.is_none_or(|on| line.due <= on));
    let done = lines.iter().filter(|line| line.state == Ready::Done && !lacks_people(line)).count();
    let begins = lines.iter().all(|line| line.state == Ready::Done);
    let (verdict, waiting) = told(&lines, today);
    let writes = visitor.may_anywhere(Action::ChangeSetup) && opened.closed.is_none();
    let gaps = if writes { gaps(&opened) } else { Vec::new() };
    let without = match without_way_in(&state, &opened, today).await? {
        0 => String::new(),
        n => words::count(n, "работник", "работника", "работников"),
    };
    let section = |line: Line| {
        let mut missing: Vec<String> = super::sorted(line.missing.clone()).iter().map(plain).collect();
        let rest = missing.split_off(missing.len().min(SHOWN));
        let waits = line.state != Ready::Done && !line.bars_lessons && today <= line.due;
        let (debtors, more_debtors) = parted(&line.debtors);
        Section {
            kind: match line.state {
                Ready::Done if lacks_people(&line) => "wait",
                Ready::Done => "ok",
                Ready::Missing if !waits => "bad",
                Ready::Partly | Ready::Missing => "wait",
            },
            said: match waits {
                true => format!("ждём к {}", words::day_and_month(line.due)),
                false if lacks_people(&line) => "назначены не все".to_owned(),
                false => line.state.as_russian().to_owned(),
            },
            debtors,
            more_debtors,
            appoints: lacks_people(&line),
            due: words::date_short(line.due),
            due_from: if line.state == Ready::Done { "" } else { line.due_from },
            late: line.state != Ready::Done && today > line.due,
            clause: unnumbered(line.clause),
            due_clause: if line.due_clause == line.clause { String::new() } else { unnumbered(&line.due_clause) },
            first: missing,
            rest,
            gaps: if line.id == "holidays" { gaps.clone() } else { Vec::new() },
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
        begins,
        families: visitor.rules.families(),
        by_state: if visitor.rules.families_by_state() { identity::by_state(&state) } else { "" },
        without,
        lets_in: visitor.rules.who(Action::IssueStaffCredentials),
        verdict,
        waiting,
        years: years.collect(),
        days,
        sections: lines.into_iter().map(section).collect(),
    })
}

/// The choice of a day by which sections are needed; none where all are needed by the same.
fn by_days(asked: &Asked, lines: &[Line], on: Option<NaiveDate>) -> Vec<(String, String, bool)> {
    let days: BTreeSet<NaiveDate> = lines.iter().map(|line| line.due).collect();
    if days.len() < 2 {
        return Vec::new();
    }
    let one = |day: NaiveDate| {
        (format!("к {}", words::day_and_month(day)), asked.with("on", &day.to_string()), on == Some(day))
    };
    let all = ("все разделы".to_owned(), asked.with("on", ""), on.is_none());
    std::iter::once(all).chain(days.into_iter().map(one)).collect()
}

/// Staff of the newest year whom nobody has let in yet, as the page that does it counts them; who is dismissed needs no way in. No rule of a
/// school makes lessons wait for them (SEC-05 says only who lets in whom).
async fn without_way_in(state: &WebState, opened: &Opened, today: NaiveDate) -> Result<u64, Refusal> {
    if opened.years.last() != Some(&opened.year.year) {
        return Ok(0);
    }
    let db = &state.house.db;
    let accounts: BTreeSet<String> = db.list_accounts().await?.into_iter().map(|row| row.person).collect();
    let work = db.list_employments().await?;
    let leaves = |person: &str| employment::last_day(&work, person).is_some_and(|last| last < today);
    let staff = people_of(&state.house, &Chain::Staff, today).await?;
    let without = staff.iter().filter(|one| one.id != OPERATOR && !accounts.contains(&one.id) && !leaves(&one.id));
    Ok(without.count() as u64)
}

/// Holidays that the calendar lacks: the address of its form with the days filled in, and «27.12.2025–11.01.2026, 10-11».
fn gaps(opened: &Opened) -> Vec<(String, String)> {
    let (journal, year) = (&opened.year.journal, query::segment(&opened.year.year));
    let link = |((from, to), classes): ((NaiveDate, NaiveDate), Vec<&Class>)| {
        let scope = checks::scope_of(journal, &classes).map(|scope| scope.as_text()).unwrap_or_default();
        let whom = if scope.is_empty() { String::new() } else { format!(", {scope}") };
        let scope = query::segment(&scope);
        let href =
            format!("/year/calendar/rows?year={year}&add=1&starts={from}&ends={to}&scope={scope}&kind=break#form");
        (href, format!("{}–{}{whom}", words::date_short(from), words::date_short(to)))
    };
    checks::break_gaps(journal, &opened.year.setup).into_iter().take(SHOWN).map(link).collect()
}

/// The first few names, and the others.
fn parted(names: &[String]) -> (String, Vec<String>) {
    let (first, others) = names.split_at(names.len().min(NAMED));
    (first.join(", "), others.to_vec())
}

/// Is it the section of offices, and somebody is lacking? Lessons go on, and the page still says it.
fn lacks_people(line: &Line) -> bool {
    line.id == "offices" && !line.missing.is_empty()
}

/// A section in a list: «Календарно-тематические планы (14 учителей)».
fn short(line: &Line) -> String {
    match line.debtors.len() as u64 {
        0 => line.title.to_owned(),
        n => format!("{} ({})", line.title, words::count(n, "учитель", "учителя", "учителей")),
    }
}

/// Can lessons begin, and what is owed: the verdict, and the lists under it where something bars lessons. What is owed by a day and what
/// bars lessons are told apart.
fn told(lines: &[Line], today: NaiveDate) -> (String, Vec<(String, String)>) {
    let open: Vec<&Line> = lines.iter().filter(|line| line.state != Ready::Done).collect();
    let bars: Vec<String> = open.iter().filter(|line| line.bars_lessons).map(|line| short(line)).collect();
    let mut by_day: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for line in open.iter().filter(|line| !line.bars_lessons) {
        by_day.entry(line.due).or_default().push(short(line));
    }
    let day = |due: NaiveDate| words::day_and_month(due);
    if bars.is_empty() {
        let waits = by_day.into_iter().map(|(due, sections)| match due < today {
            true => format!("; срок {} прошёл, не готово: {}", day(due), sections.join(", ")),
            false => format!("; к {} ждём: {}", day(due), sections.join(", ")),
        });
        return (format!("Школа к урокам готова{}.", waits.collect::<String>()), Vec::new());
    }
    let mut waiting = vec![("Мешает начать уроки".to_owned(), bars.join("; "))];
    let by = |due: NaiveDate| match due < today {
        true => format!("Срок {} прошёл, не готово", day(due)),
        false => format!("Нужно к {}", day(due)),
    };
    waiting.extend(by_day.into_iter().map(|(due, sections)| (by(due), sections.join("; "))));
    ("Школа к урокам не готова.".to_owned(), waiting)
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

    fn line(title: &'static str, state: Ready, due: NaiveDate, bars_lessons: bool) -> Line {
        Line {
            id: "",
            title,
            state,
            stands: String::new(),
            missing: Vec::new(),
            owes: Role::Deputy,
            debtors: Vec::new(),
            bars_lessons,
            due,
            due_clause: String::new(),
            due_from: "",
            clause: "",
            page: "",
        }
    }

    #[test]
    fn what_bars_lessons_is_told_apart_from_what_is_owed_by_a_day() {
        let day = |n: u32| NaiveDate::from_ymd_opt(2025, 9, n).unwrap_or_default();
        let mut lines = vec![
            line("Кабинеты", Ready::Partly, day(5), false),
            line("Расписание", Ready::Missing, day(1), true),
            line("Нагрузка", Ready::Done, day(1), true),
            Line {
                debtors: ["Агатов О.К.", "Дубов О.К."].map(str::to_owned).to_vec(),
                ..line("КТП", Ready::Partly, day(5), false)
            },
        ];
        let (verdict, waiting) = told(&lines, day(1));
        let waiting: Vec<String> =
            waiting.into_iter().map(|(when, titles)| format!("{when}: {titles}").replace('\u{a0}', " ")).collect();
        assert_eq!(verdict, "Школа к урокам не готова.");
        assert_eq!(waiting, ["Мешает начать уроки: Расписание", "Нужно к 5 сентября: Кабинеты; КТП (2 учителя)"]);
        let late = told(&lines, day(6)).1.last().map(|(when, _)| when.replace('\u{a0}', " "));
        assert_eq!(late.as_deref(), Some("Срок 5 сентября прошёл, не готово"));
        lines.remove(1);
        let lines = lines;
        let plain = |today: NaiveDate| told(&lines, today).0.replace('\u{a0}', " ");
        assert_eq!(plain(day(5)), "Школа к урокам готова; к 5 сентября ждём: Кабинеты, КТП (2 учителя).");
        assert_eq!(
            plain(day(6)),
            "Школа к урокам готова; срок 5 сентября прошёл, не готово: Кабинеты, КТП (2 учителя)."
        );
        assert_eq!(told(&[], day(1)).0, "Школа к урокам готова.");
        let many: Vec<String> = (1..=6).map(|n| format!("Учитель {n}")).collect();
        let (first, others) = parted(&many);
        assert_eq!(first, "Учитель 1, Учитель 2, Учитель 3, Учитель 4");
        assert_eq!(others, ["Учитель 5", "Учитель 6"], "every name opens");
        assert_eq!(parted(&many[..1]), ("Учитель 1".to_owned(), Vec::new()));
        assert_eq!(unnumbered("003 Зам 5"), "Обязанности заместителя, п. 5");
        assert_eq!(unnumbered("п. 3.2"), "п. 3.2");
    }
}
