//! What a policy says, what two policies say differently, and what lint finds. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Choice, Coming, choices, coming, find, is_sample, open, or};
use crate::domain::finding::Severity;
use crate::domain::people::Visitor;
use crate::domain::policy::{
    PARAMETERS, Policy, PolicyValue, Source, about, difference, grades_of, narrowing, title, why_only_told,
};
use crate::domain::rights::Action;
use crate::domain::{lint as linting, words};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::Asked;

/// One value as the page shows it.
struct ValueView {
    /// The key as the file of rules has it: shown to those who make rules.
    key: String,
    /// The key's own words with what narrows it; empty where the question says it all.
    about: String,
    /// Does it hold for some classes, some days, one sign, one way of signatures only? Then the question does not say it all.
    narrowed: bool,
    text: String,
    clause: String,
    note: String,
    /// Taken from the default policy.
    inherited: bool,
    /// Why the program only shows it; empty for what it acts on.
    told: &'static str,
}

/// The parts of a key, each with its dot: a narrow column breaks it between them.
fn parts_of(key: &str) -> Vec<&str> {
    key.split_inclusive('.').collect()
}

impl ValueView {
    fn key_parts(&self) -> Vec<&str> {
        parts_of(&self.key)
    }

    fn of(value: &PolicyValue) -> Self {
        Self {
            key: value.key.clone(),
            about: name_of(&value.key),
            narrowed: value.key.matches('.').count() > 1,
            text: value.russian.clone(),
            clause: value.clause.clone(),
            note: value.note.clone(),
            inherited: value.source != Source::Said,
            told: why_only_told(&value.key),
        }
    }
}

/// The own words of a key with what narrows it: «Письменная работа, 9–11 классы»; empty where its question says it all.
fn name_of(key: &str) -> String {
    let mut parts = key.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (section, name, rest) = (part(), part(), part());
    let own = title(&format!("{section}.{name}"));
    let narrowed = match section {
        "route" => String::new(),
        "codes" if !rest.is_empty() => format!("«{rest}»"),
        _ => narrowing(rest),
    };
    let said: Vec<&str> = [own, narrowed.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    words::capitalised(&said.join(", "))
}

/// Does a value answer that question? Some keys hold the answers of several: a route those of everybody who signs.
fn answers(no: u8, key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or_default();
    match no {
        3 => grades_of(last).is_none_or(|(from, _)| from <= 9),
        4 => grades_of(last).is_none_or(|(_, to)| to >= 10),
        8 => last == "subject_teacher",
        9 => last == "class_teacher",
        10 => last == "deputy",
        11 => last == "director",
        _ => true,
    }
}

/// Parts of the page: what each is about and its questions; every question stands in one.
const PARTS: [(&str, &[u8]); 10] = [
    ("Журнал", &[1, 47, 53, 54, 51]),
    ("Копии и бумага", &[2, 3, 4, 5, 6, 7, 13]),
    ("Подписи и печать", &[8, 9, 10, 11, 12, 24]),
    ("Хранение", &[14, 15, 16, 17, 19, 55]),
    ("Резервные копии", &[18, 20, 21, 22, 23]),
    ("Сроки записей", &[25, 26, 27, 28, 29, 30, 31, 32]),
    ("Отметки и пропуски", &[33, 34, 35, 48, 52]),
    ("Контроль", &[36, 37]),
    ("Родители и доступ", &[38, 39, 42, 49, 50]),
    ("Люди, группы, год", &[40, 41, 43, 44, 45, 46]),
];

/// A part of the page.
struct PartView {
    title: &'static str,
    questions: Vec<QuestionView>,
}

/// One of the 55 questions with its values.
struct QuestionView {
    /// 0 for what no question asks about.
    no: u8,
    about: &'static str,
    values: Vec<ValueView>,
}

/// A policy of the house and its days.
struct InForceView {
    name: String,
    title: String,
    days: String,
    order: String,
    digest: String,
    now: bool,
    /// Its first day is still to come.
    later: bool,
}

#[derive(Template)]
#[template(path = "policy/values.html", config = "src/web/askama.toml")]
struct ValuesPage {
    frame: Frame,
    title: String,
    order: String,
    /// How the school took it: «с 26.11.2026: приказ от 25.11.2026 № 77»; empty for a policy that it was made under, or never took.
    taken: String,
    /// What holds while no order of the school has brought rules: «Правила программы по умолчанию»; empty when one has, or another day's
    /// rules are shown.
    unordered: &'static str,
    digest: String,
    issues: usize,
    name: String,
    choices: Vec<Choice>,
    parts: Vec<PartView>,
    history: Vec<InForceView>,
    coming: Vec<Coming>,
    may_adopt: bool,
}

/// What stands for the order of a sample inside the program.
const NO_ORDER: &str = "школа не издавала";

/// `GET /policy`: the policy in force, or the one asked for by `name`.
pub(super) async fn page(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let (history, now) = open(&state).await?;
    let name = or(asked.value("name"), &now).to_owned();
    let policy = find(&history, &name)?;
    let issues = linting::lint(&policy).iter().filter(|issue| issue.finding.severity > Severity::Note).count();
    let today = state.now().date_naive();
    let in_force = history.on(today).policy.digest;
    let days = history
        .all()
        .iter()
        .map(|one| {
            let from =
                one.from.map_or_else(|| "с начала работы".to_owned(), |day| format!("с {}", words::date_short(day)));
            let to = one.to.map(|day| format!(" по {}", words::date_short(day))).unwrap_or_default();
            InForceView {
                name: one.policy.name.clone(),
                title: super::title(&one.policy),
                days: if one.is_replaced() {
                    format!("{from} не вступили: их заменил приказ того же дня")
                } else {
                    format!("{from}{to}")
                },
                order: if is_sample(one) { NO_ORDER.to_owned() } else { one.order.clone() },
                // In small letters, as the whole digest above it and every command tells it.
                digest: one.policy.digest.to_hex().chars().take(16).collect(),
                now: one.policy.digest == in_force,
                later: one.from.is_some_and(|from| from > today) && !one.is_replaced(),
            }
        })
        .collect();
    let taken = history.by_digest(policy.digest).and_then(|one| Some((one.from?, one.order.clone())));
    let taken = taken.map(|(from, order)| format!("с {}: {order}", words::date_short(from))).unwrap_or_default();
    let title = if name == now { "Действующие правила" } else { "Правила" };
    let held = history.on(today);
    let unordered = match held.policy.digest == policy.digest && is_sample(held) {
        true if policy.name == "default" => "Правила программы по умолчанию",
        true => "Образец программы",
        false => "",
    };
    let sample = history.all().iter().any(|one| is_sample(one) && one.policy.digest == policy.digest);
    answer::page(&ValuesPage {
        unordered,
        frame: frame.titled(title).leading(policy.title.clone()),
        title: policy.title.clone(),
        order: if sample { NO_ORDER.to_owned() } else { policy.order() },
        taken,
        digest: policy.digest.to_hex(),
        issues,
        choices: choices(&history, &name),
        coming: coming(&history, today, "/policy", &name),
        name,
        parts: parts(&policy),
        history: days,
        may_adopt: visitor.may_anywhere(Action::ChangePolicy),
    })
}

/// The questions in their parts, and last what none of them asks about: the completeness gate.
fn parts(policy: &Policy) -> Vec<PartView> {
    let question = |no: &u8| {
        let question = PARAMETERS.iter().find(|question| question.no == *no)?;
        let values = question.keys.iter().flat_map(|key| policy.values_of(key));
        let values = values.filter(|value| answers(*no, &value.key)).map(ValueView::of).collect();
        Some(QuestionView { no: *no, about: question.about, values })
    };
    let mut parts: Vec<PartView> = PARTS
        .iter()
        .map(|&(title, numbers)| PartView { title, questions: numbers.iter().filter_map(question).collect() })
        .collect();
    let gate = policy.values_of("completeness").map(ValueView::of).collect();
    let gate = QuestionView { no: 0, about: "Полнота при закрытии периода", values: gate };
    parts.push(PartView { title: "Закрытие периода", questions: vec![gate] });
    parts
}

/// One line of a comparison.
struct DifferenceView {
    key: String,
    about: String,
    first: Option<ValueView>,
    second: Option<ValueView>,
}

impl DifferenceView {
    fn key_parts(&self) -> Vec<&str> {
        parts_of(&self.key)
    }
}

#[derive(Template)]
#[template(path = "policy/compare.html", config = "src/web/askama.toml")]
struct ComparePage {
    frame: Frame,
    first: String,
    second: String,
    /// What people call the two.
    titles: [String; 2],
    firsts: Vec<Choice>,
    seconds: Vec<Choice>,
    lines: Vec<DifferenceView>,
}

/// `GET /policy/compare`.
pub(super) async fn compare(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let (history, now) = open(&state).await?;
    // The default beside itself says nothing: a house under it is compared with the first regulation.
    let other = if now == "default" { "chernushka-2018" } else { "default" };
    let (first, second) = (or(asked.value("first"), &now), or(asked.value("second"), other));
    let (one, two) = (find(&history, first)?, find(&history, second)?);
    let lines: Vec<DifferenceView> = difference(&one, &two)
        .into_iter()
        .map(|line| DifferenceView {
            about: about(&line.key),
            key: line.key,
            first: line.first.map(ValueView::of),
            second: line.second.map(ValueView::of),
        })
        .collect();
    if !asked.value("format").is_empty() {
        let cell = |value: &Option<ValueView>| match value {
            Some(value) => [value.text.clone(), value.clause.clone()],
            None => [String::new(), String::new()],
        };
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                let ([a, b], [c, d]) = (cell(&line.first), cell(&line.second));
                vec![line.about.clone(), line.key.clone(), a, b, c, d]
            })
            .collect();
        let [first, second] = [&one, &two].map(super::title);
        let heads = ["О чём", "Ключ", first.as_str(), "Пункт", second.as_str(), "Пункт"];
        return answer::csv("сравнение правил.csv", &heads, &rows);
    }
    answer::page(&ComparePage {
        frame: frame.titled("Сравнение правил").under("Правила", "/policy"),
        firsts: choices(&history, first),
        seconds: choices(&history, second),
        first: first.to_owned(),
        second: second.to_owned(),
        titles: [&one, &two].map(super::title),
        lines,
    })
}

/// One issue of lint.
struct IssueView {
    kind: &'static str,
    label: &'static str,
    message: String,
    clauses: String,
}

#[derive(Template)]
#[template(path = "policy/lint.html", config = "src/web/askama.toml")]
struct LintPage {
    frame: Frame,
    name: String,
    title: String,
    choices: Vec<Choice>,
    coming: Vec<Coming>,
    issues: Vec<IssueView>,
    note: String,
}

/// Clauses in a row, their documents by name.
fn in_words(clauses: &[String]) -> String {
    clauses.iter().map(|clause| words::clause_words(clause)).collect::<Vec<_>>().join(" · ")
}

/// `GET /policy/lint`.
pub(super) async fn lint(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let (history, now) = open(&state).await?;
    let name = or(asked.value("name"), &now).to_owned();
    let policy = find(&history, &name)?;
    let (notes, issues): (Vec<_>, Vec<_>) =
        linting::lint(&policy).into_iter().partition(|issue| issue.finding.severity == Severity::Note);
    let view = |issue: linting::Issue| {
        let (kind, label) = label(issue.finding.code);
        IssueView { kind, label, message: issue.finding.message, clauses: in_words(&issue.clauses) }
    };
    answer::page(&LintPage {
        frame: frame.titled("Противоречия и пробелы").leading(policy.title.clone()).under("Правила", "/policy"),
        choices: choices(&history, &name),
        coming: coming(&history, state.now().date_naive(), "/policy/lint", &name),
        name,
        title: super::title(&policy),
        issues: issues.into_iter().map(view).collect(),
        note: notes.into_iter().map(|issue| issue.finding.message).collect::<Vec<_>>().join(" "),
    })
}

fn label(code: &str) -> (&'static str, &'static str) {
    match code {
        linting::CONTRADICTION => ("bad", "противоречие"),
        linting::AMBIGUOUS => ("wait", "двусмысленно"),
        linting::AFTER_PRINT => ("bad", "после печати"),
        linting::AFTER_FINAL => ("bad", "после итогов"),
        linting::ODD_DATE => ("wait", "дата"),
        _ => ("plain", "не определено"),
    }
}
