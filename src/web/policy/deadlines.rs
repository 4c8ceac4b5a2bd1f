//! The calculator of deadlines: class, day, kind of entry; the answer of every regulation with its clause. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::{find, open};
use crate::domain::deadline::{Question, What, due, unknown_work, unknown_year};
use crate::domain::policy::{BUILTIN, Source};
use crate::domain::words;
use crate::flow::timeliness::calendar_on;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::Asked;

/// What may be asked about: word of the address and what people read.
const ENTRIES: [(&str, &str); 7] = [
    ("mark", "отметка за работу"),
    ("lesson", "запись об уроке"),
    ("absence", "отсутствующие"),
    ("homework", "домашнее задание"),
    ("reason", "причина пропуска"),
    ("period-mark", "отметка за период"),
    ("remark", "устранение замечания"),
];

/// Kinds of work that the form offers; any other may be typed.
const WORKS: [&str; 7] = [
    "Контрольная работа",
    "Устный ответ",
    "Письменная работа",
    "Диктант",
    "Сочинение",
    "Самостоятельная работа",
    "Зачёт",
];

/// An option of a list.
struct OptionView {
    value: String,
    label: String,
    chosen: bool,
}

/// One answer.
struct AnswerView {
    policy: String,
    title: String,
    own: bool,
    due: String,
    term: String,
    clause: String,
    note: String,
    other: bool,
    inherited: bool,
    known: bool,
}

#[derive(Template)]
#[template(path = "policy/deadline.html", config = "src/web/askama.toml")]
struct DeadlinePage {
    frame: Frame,
    classes: Vec<OptionView>,
    entries: Vec<OptionView>,
    works: &'static [&'static str],
    work: String,
    date: String,
    head: String,
    warning: String,
    bells: bool,
    answers: Vec<AnswerView>,
}

/// `GET /policy/deadline`.
pub(super) async fn page(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let frame = frame
        .titled("Сроки записей")
        .leading("Когда запись должна быть сделана: по правилам школы и по каждому положению, с пунктом.")
        .under("Правила", "/policy");
    let directory = state.directory().await?;
    let today = state.now().date_naive();
    let date: NaiveDate = asked.value("date").parse().unwrap_or(today);
    let what = super::or(asked.value("what"), "mark").to_owned();
    let work = super::or(asked.value("work"), WORKS[0]).to_owned();
    let classes: Vec<String> = directory.roster.classes.iter().map(|class| class.name.clone()).collect();
    let class = match asked.value("class") {
        "" => classes.first().cloned().unwrap_or_default(),
        named if classes.iter().any(|class| class == named) => named.to_owned(),
        _ => return Err(Refusal::NotFound),
    };
    let option = |value: &str, label: &str, chosen: &str| OptionView {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    };
    let mut page = DeadlinePage {
        frame,
        classes: classes.iter().map(|name| option(name, name, &class)).collect(),
        entries: ENTRIES.iter().map(|(word, label)| option(word, label, &what)).collect(),
        works: &WORKS,
        date: date.to_string(),
        head: String::new(),
        warning: String::new(),
        bells: true,
        answers: Vec::new(),
        work,
    };
    if class.is_empty() {
        return answer::page(&page);
    }
    let calendar = calendar_on(&state.house, date).await?;
    let entry = ENTRIES.iter().find(|(word, _)| *word == what).map_or("", |(_, label)| label);
    page.head = format!("{class}, {} ({}), {entry}", words::date_short(date), words::weekday(date));
    if let Some(unknown) = unknown_year(&calendar, date) {
        page.warning = format!("{}.", words::capitalised(&unknown));
    } else if !calendar.is_study_day(&class, date) {
        page.warning = format!("У класса {class} {} — не учебный день.", words::date_short(date));
    }
    page.bells = !calendar.bells.is_empty();
    let (history, _) = open(&state).await?;
    let own = history.on(date).policy.clone();
    let mut policies = vec![own];
    for (name, _) in BUILTIN {
        let preset = find(&history, name)?;
        if preset.digest != policies[0].digest {
            policies.push(preset);
        }
    }
    if let Some(unknown) = unknown_work(&policies, &page.work).filter(|_| what == "mark") {
        let said = format!("{}. Срок назван как для работы без вида.", words::capitalised(&unknown));
        page.warning = [std::mem::take(&mut page.warning), said].join(" ").trim().to_owned();
    }
    for (at, policy) in policies.iter().enumerate() {
        let question =
            Question { class: &class, date, number: None, what: entry_of(&what, &page.work), course_days: &[] };
        for answer in due(policy, &calendar, &question) {
            page.answers.push(AnswerView {
                policy: policy.name.clone(),
                title: super::title(policy),
                own: at == 0,
                due: answer.moment.in_russian(),
                known: answer.moment.day().is_some(),
                term: answer.term,
                clause: answer.clause,
                note: answer.note,
                other: !answer.in_force,
                inherited: answer.source != Source::Said,
            });
        }
    }
    answer::page(&page)
}

fn entry_of<'a>(word: &str, work: &'a str) -> What<'a> {
    match word {
        "lesson" => What::Lesson,
        "absence" => What::Absence,
        "homework" => What::Homework,
        "reason" => What::Reason,
        "period-mark" => What::PeriodMark,
        "remark" => What::Remark,
        _ => What::Mark(work),
    }
}
