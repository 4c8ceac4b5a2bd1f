//! Long work on the screen: how far it is, live, and what came of it; a closed page loses nothing. Floor 3.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::jobs::{self, Outcome, Work};
use crate::store::{JobRow, JobState};

/// How often the stream looks: a bar that moves twice a second looks alive.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How many jobs the list shows: what a school does in a term.
const SHOWN: u32 = 100;

/// A job as people see it.
struct View {
    id: String,
    what: String,
    state: JobState,
    stage: String,
    done: u64,
    total: u64,
    asked: String,
    ended: String,
    outcome: Option<Outcome>,
    /// Where its fruit is, and what is done there next: address and words.
    next: Vec<(String, &'static str)>,
}

impl View {
    fn of(row: &JobRow) -> Self {
        Self {
            id: row.id.clone(),
            what: what(row),
            state: row.state,
            stage: row.stage.clone(),
            done: row.done,
            total: row.total,
            asked: words::moment_short(&row.created_at),
            ended: if row.finished_at.is_empty() { String::new() } else { words::moment_short(&row.finished_at) },
            outcome: jobs::outcome(row),
            next: next(row),
        }
    }

    /// How it stands, in words.
    fn state_words(&self) -> &'static str {
        words_of(self.state, self.outcome.as_ref())
    }

    /// Kind of the badge.
    fn badge(&self) -> &'static str {
        match self.state {
            JobState::Waiting | JobState::Running => "wait",
            JobState::Done if self.outcome.as_ref().is_some_and(|outcome| !outcome.refused.is_empty()) => "wait",
            JobState::Done => "ok",
            JobState::Failed => "bad",
        }
    }

    /// How far it is.
    fn figures(&self) -> String {
        figures(self.state, self.done, self.total)
    }

    fn said(&self) -> &str {
        self.outcome.as_ref().map_or("", |outcome| outcome.said.as_str())
    }

    fn events(&self) -> String {
        format!("/jobs/{}/events", self.id)
    }
}

/// «3 из 10»; where nothing is counted yet, or never was, in words.
pub(in crate::web) fn figures(state: JobState, done: u64, total: u64) -> String {
    match state {
        _ if total > 0 => format!("{done} из {total}"),
        JobState::Waiting => "ещё не начато".to_owned(),
        JobState::Running => "ещё выполняется".to_owned(),
        JobState::Done | JobState::Failed => "—".to_owned(),
    }
}

/// A job that is over and left something undone says so; one that did all and found something says that.
fn words_of(state: JobState, outcome: Option<&Outcome>) -> &'static str {
    match outcome {
        Some(outcome) if state == JobState::Done && !outcome.refused.is_empty() => match outcome.found {
            true => "сделано, есть отличия",
            false => "сделано не всё",
        },
        _ => state.as_russian(),
    }
}

#[derive(Template)]
#[template(path = "ops/jobs.html", config = "src/web/askama.toml")]
struct JobsPage {
    frame: Frame,
    /// Letters that the mail server does not take; empty where all left, or for who does not see everything.
    mail: String,
    jobs: Vec<View>,
}

#[derive(Template)]
#[template(path = "ops/job.html", config = "src/web/askama.toml")]
struct JobPage {
    frame: Frame,
    /// Who asked for it where that is not the visitor: «Гранитов Р. И.».
    by: String,
    job: View,
}

#[derive(Template)]
#[template(path = "ops/job-part.html", config = "src/web/askama.toml")]
struct JobPart {
    job: View,
}

/// «Закрытие периода: 2А»; whoever pressed for a few classes finds the own press among others by their names.
fn what(row: &JobRow) -> String {
    let kind = Work::kind_as_russian(&row.kind);
    // A longer list is the school or a deputy's part of it: the page of the job says which went through.
    const NAMED: usize = 3;
    match serde_json::from_str(&row.arguments) {
        Ok(Work::CloseAll { classes, .. }) if (1..=NAMED).contains(&classes.len()) => {
            format!("{kind}: {}", classes.join(", "))
        }
        _ => kind.to_owned(),
    }
}

/// Where people go from a job: the pages on which its work is seen and gone on with.
fn next(row: &JobRow) -> Vec<(String, &'static str)> {
    let refused = jobs::outcome(row).is_some_and(|outcome| !outcome.refused.is_empty());
    let to = |href: &str, words| (href.to_owned(), words);
    match serde_json::from_str(&row.arguments) {
        Ok(Work::CloseAll { period, .. }) => {
            // Where nothing was closed there is nothing to issue.
            let nothing = jobs::outcome(row).is_some_and(|outcome| outcome.nothing);
            let mut next = match nothing {
                true => Vec::new(),
                false => vec![to("/copies?state=frozen", "К копиям: выпустить")],
            };
            if refused {
                next.push((format!("/copies/gaps?period={}", segment(&period)), "Чего не хватает"));
            }
            next
        }
        Ok(Work::IssueAll | Work::Issue { .. }) => vec![to("/copies?state=issued", "Копии на подписании")],
        Ok(Work::SealAll | Work::Seal { .. }) => {
            let mut next = vec![to("/copies?state=sealed", "К копиям с печатью"), to("/register", "Реестр")];
            if refused {
                next.push(to("/copies?state=signed", "Ждут печати"));
            }
            next
        }
        Ok(Work::Backup { .. } | Work::CompareCarrier { .. } | Work::Rehearse { .. }) => {
            vec![to("/carriers", "Носители и копии")]
        }
        Ok(Work::PruneBackups { .. }) => vec![to("/carriers/prune", "Прежние копии")],
        Ok(Work::Import { .. }) => vec![to("/journal", "Классы")],
        Ok(Work::ReadScans { .. }) => vec![to("/office/scans", "Сканы листов")],
        Ok(Work::CompareScans { .. }) => vec![to("/office/differences", "Отличия на сканах")],
        Err(_) => Vec::new(),
    }
}

/// What the stream tells.
#[derive(Serialize, PartialEq, Eq, Clone)]
struct Told {
    state: JobState,
    state_ru: &'static str,
    stage: String,
    done: u64,
    total: u64,
    figures: String,
    said: String,
}

impl Told {
    fn of(row: &JobRow) -> Self {
        Self {
            state: row.state,
            state_ru: words_of(row.state, jobs::outcome(row).as_ref()),
            stage: row.stage.clone(),
            done: row.done,
            total: row.total,
            figures: figures(row.state, row.done, row.total),
            said: jobs::outcome(row).map(|outcome| outcome.said).unwrap_or_default(),
        }
    }
}

fn sees_all(visitor: &Visitor) -> bool {
    visitor.may(Action::ReadOperations, &Subject::House).is_allowed()
}

/// May the visitor ask for the same work over the whole school? A second press is led to the job of the first.
fn asks_the_same(visitor: &Visitor, row: &JobRow) -> bool {
    match serde_json::from_str(&row.arguments) {
        Ok(Work::IssueAll | Work::Issue { .. }) => visitor.reach(Action::IssueCopies).school,
        Ok(Work::SealAll | Work::Seal { .. }) => visitor.reach(Action::SealCopies).school,
        _ => false,
    }
}

/// The job, if it is the visitor's own, work that the visitor may ask for too, or the visitor sees all of them; another's is as good as none.
async fn find(state: &WebState, visitor: &Visitor, id: &str) -> Result<JobRow, Refusal> {
    let row = state.house.db.find_job(id).await?.ok_or(Refusal::NotFound)?;
    if row.created_by != visitor.account && !sees_all(visitor) && !asks_the_same(visitor, &row) {
        return Err(Refusal::NotFound);
    }
    Ok(in_queue(state, row).await)
}

/// A job that waits says behind what; its own stages begin when it is taken.
async fn in_queue(state: &WebState, row: JobRow) -> JobRow {
    if row.state != JobState::Waiting {
        return row;
    }
    let rows = state.house.db.list_jobs(SHOWN).await.unwrap_or_default();
    JobRow { stage: behind(&row.id, &rows), ..row }
}

/// «сначала закончится: разбор сканов»: what is taken before a job that waits; `rows`: the newest first. Kinds of work are no secret. A seal
/// waits for seals alone, and nothing else waits for them.
fn behind(id: &str, rows: &[JobRow]) -> String {
    let at = rows.iter().position(|one| one.id == id).unwrap_or(rows.len());
    let is_seal = |row: &JobRow| row.kind == Work::SEAL;
    let own = rows.get(at).is_some_and(is_seal);
    let before = rows.iter().enumerate().rev().filter(|(_, one)| is_seal(one) == own);
    let before = before.filter(|(place, one)| match one.state {
        JobState::Running => true,
        JobState::Waiting => *place > at,
        JobState::Done | JobState::Failed => false,
    });
    let mut kinds: Vec<String> = before.map(|(_, one)| words::lowered(Work::kind_as_russian(&one.kind))).collect();
    kinds.dedup();
    if kinds.is_empty() { String::new() } else { format!("сначала закончится: {}", kinds.join(", ")) }
}

/// Open jobs of these kinds that the visitor may see, each rendered as a part of another page.
pub(in crate::web) async fn running(
    state: &WebState,
    visitor: &Visitor,
    kinds: &[&str],
) -> Result<Vec<String>, Refusal> {
    let all = sees_all(visitor);
    let mut rows = state.house.db.list_jobs(SHOWN).await?;
    rows.retain(|row| kinds.contains(&row.kind.as_str()) && !row.state.is_over());
    rows.retain(|row| all || row.created_by == visitor.account);
    let part = |row: &JobRow| JobPart { job: View::of(row) }.render().map_err(|error| answer::fault(&error));
    rows.iter().map(part).collect()
}

/// `GET /jobs`.
pub(super) async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let all = sees_all(&visitor);
    let rows = state.house.db.list_jobs(SHOWN).await?;
    let jobs = rows.iter().filter(|row| all || row.created_by == visitor.account).map(View::of).collect();
    let frame = frame
        .titled("Долгие работы")
        .leading("Закрытие, выпуск, печать и загрузка идут и тогда, когда страница закрыта.");
    let mail = if all { unsent(&state).await? } else { String::new() };
    answer::page(&JobsPage { frame, mail, jobs })
}

/// «Не отправлено писем: 3. …»; empty where none was tried in vain. The server's answer may hold an address, so it is taken out.
async fn unsent(state: &WebState) -> Result<String, Refusal> {
    let letters = state.house.db.list_unsent_letters(u32::MAX).await?;
    let failed: Vec<_> = letters.iter().filter(|letter| !letter.failure.is_empty()).collect();
    let Some(last) = failed.last() else { return Ok(String::new()) };
    let why = last.failure.replace(&last.address, "адресат");
    Ok(format!(
        "Не отправлено писем с напоминаниями: {}. Почтовый сервер: {why}. Проверьте настройки почты.",
        failed.len()
    ))
}

/// `GET /jobs/{job}`.
pub(super) async fn page(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let row = find(&state, &visitor, &id).await?;
    let by = match row.created_by == visitor.account {
        true => String::new(),
        false => asked_by(&state, &row.created_by).await,
    };
    let job = View::of(&row);
    let frame = frame.titled(job.what.clone()).under("Долгие работы", "/jobs");
    answer::page(&JobPage { frame, by, job })
}

/// The name of who asked for a job; empty where nobody of the staff did.
async fn asked_by(state: &WebState, account: &str) -> String {
    let Ok(directory) = state.directory().await else { return String::new() };
    let member = directory.roster.staff_member(account);
    member.map(|one| names::short_name(&one.surname, &one.given_name, &one.patronymic)).unwrap_or_default()
}

/// `GET /jobs/{job}/part`: the same as a part of another page.
pub(super) async fn part(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    answer::page(&JobPart { job: View::of(&find(&state, &visitor, &id).await?) })
}

/// `GET /jobs/{job}/events`: every change as server-sent events, until the job or the house ends. Whoever comes later hears the state first.
pub(super) async fn events(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let first = find(&state, &visitor, &id).await?;
    let stop = state.ops.stopping.subscribe();
    let told =
        stream::unfold(Listener { state, id, stop, last: None, first: Some(first), over: false }, Listener::next);
    Ok(Sse::new(told).keep_alive(KeepAlive::default()).into_response())
}

/// One open stream.
struct Listener {
    state: WebState,
    id: String,
    stop: tokio::sync::watch::Receiver<bool>,
    last: Option<Told>,
    first: Option<JobRow>,
    over: bool,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while !self.over && !*self.stop.borrow() {
            let row = match self.first.take() {
                Some(row) => row,
                None => {
                    tokio::select! {
                        () = tokio::time::sleep(LOOK_EVERY) => {}
                        _ = self.stop.changed() => return None,
                    }
                    let row = self.state.house.db.find_job(&self.id).await.ok().flatten()?;
                    in_queue(&self.state, row).await
                }
            };
            let told = Told::of(&row);
            self.over = row.state.is_over();
            if self.last.as_ref() != Some(&told) {
                let event = Event::default().json_data(&told).ok()?;
                self.last = Some(told);
                return Some((Ok(event), self));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, kind: &str, state: JobState) -> JobRow {
        JobRow {
            id: id.to_owned(),
            kind: kind.to_owned(),
            once: String::new(),
            arguments: String::new(),
            state,
            done: 1,
            total: 2,
            stage: "выпуск".to_owned(),
            result: String::new(),
            attempts: 1,
            created_at: "2025-10-27T12:00:00+03:00".to_owned(),
            created_by: "T01".to_owned(),
            started_at: String::new(),
            finished_at: String::new(),
        }
    }

    #[test]
    fn a_job_that_waits_says_what_ends_before_it() {
        let rows = [
            job("J5", "seal_all", JobState::Waiting),
            job("J4", "backup", JobState::Waiting),
            job("J3", Work::READ_SCANS, JobState::Waiting),
            job("J2", Work::READ_SCANS, JobState::Running),
            job("J1", "import", JobState::Done),
        ];
        assert_eq!(behind("J4", &rows), "сначала закончится: разбор сканов");
        assert_eq!(behind("J5", &rows), "", "a seal does not wait for scans");
        let seals = [job("J7", "seal_all", JobState::Waiting), job("J6", "seal_all", JobState::Running)];
        assert_eq!(behind("J7", &seals), "сначала закончится: печать школы и реестр");
        assert_eq!(behind("J4", &rows[1..2]), "");
    }

    #[test]
    fn a_job_says_how_far_it_is_before_anything_is_counted() {
        let mut row = job("J1", "issue_all", JobState::Running);
        assert_eq!(View::of(&row).figures(), "1 из 2");
        row.total = 0;
        let page = JobPart { job: View::of(&row) }.render().unwrap();
        assert!(page.contains("<span data-job=\"figures\">ещё выполняется</span>"), "{page}");
        assert_eq!(Told::of(&row).figures, "ещё выполняется", "the stream says the same");
        row.state = JobState::Waiting;
        assert_eq!(View::of(&row).figures(), "ещё не начато");
    }

    #[test]
    fn a_comparison_that_found_something_did_all_of_its_work() {
        let mut row = job("J1", "compare_scans", JobState::Done);
        let result = |found: bool| {
            format!(
                "{{\"said\":\"Сравнено\",\"refused\":[{{\"what\":\"страница 1\",\"why\":\"на скане 1 отличие\"}}],\"found\":{found}}}"
            )
        };
        row.result = result(true);
        let page = JobPart { job: View::of(&row) }.render().unwrap();
        assert!(page.contains("сделано, есть отличия") && page.contains("На что посмотреть"), "{page}");
        assert!(!page.contains("сделано не всё") && !page.contains("Не прошло"), "{page}");
        row.result = result(false);
        let page = JobPart { job: View::of(&row) }.render().unwrap();
        assert!(page.contains("сделано не всё") && page.contains("Не прошло"), "{page}");
    }

    #[test]
    fn only_where_the_figures_stand_still_is_the_reader_told_to_open_the_page_again() {
        let row = job("J1", "issue_all", JobState::Running);
        let page = JobPart { job: View::of(&row) }.render().unwrap();
        let (before, still) = page.split_once("<noscript>").unwrap();
        assert!(before.contains("Страницу можно закрыть") && !before.contains("ещё раз"), "{before}");
        assert!(still.contains("откройте её ещё раз") && !page.contains("сценари"), "{page}");
    }
}
