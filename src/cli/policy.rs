//! `policy`, `deadline`: the regulation and what it asks. Floor 3.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::journal::{parse_policy, policy_text};
use super::table::{Table, print_json, wrapped};
use super::{Desk, Failure, REFUSED, UNUSABLE, print_findings};
use crate::domain::deadline::{self, Answer, Question, What};
use crate::domain::finding::Severity;
use crate::domain::lint;
use crate::domain::policy::{self, PolicyValue, Source};
use crate::domain::words;
use crate::flow;

/// `policy`.
#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(subcommand)]
    what: Policies,
}

#[derive(Debug, Subcommand)]
enum Policies {
    #[command(about = "Проверить файл правил")]
    Check {
        #[arg(value_name = "ПРАВИЛА", default_value = "default", help = "Имя встроенных правил или файл .toml")]
        policy: String,
    },
    #[command(about = "Показать правила: значение, единица, пункт положения")]
    Show {
        #[arg(
            value_name = "ПРАВИЛА",
            help = "Имя встроенных правил или файл .toml; без этого правила дома или default"
        )]
        policy: Option<String>,
    },
    #[command(about = "Найти противоречия и пробелы положения; код завершения 2, если они есть")]
    Lint {
        #[arg(
            value_name = "ПРАВИЛА",
            help = "Имя правил, встроенных или дома, или файл .toml; без этого правила дома или default"
        )]
        policy: Option<String>,
    },
    #[command(about = "Сравнить два положения: чем они различаются и по каким пунктам")]
    Diff {
        #[arg(value_name = "ПЕРВОЕ", help = "Имя правил, встроенных или дома, или файл .toml")]
        first: String,
        #[arg(value_name = "ВТОРОЕ", help = "Имя правил, встроенных или дома, или файл .toml")]
        second: String,
    },
    #[command(about = "Список встроенных правил")]
    List,
    #[command(about = "Какие правила и с какого дня действуют в доме")]
    History,
    #[command(about = "Ввести новые правила приказом")]
    Adopt {
        #[arg(value_name = "ПРАВИЛА", help = "Имя встроенных правил или файл .toml")]
        policy: String,
        #[arg(long, value_name = "ПРИКАЗ", help = "Каким приказом: «приказ от 01.09.2026 № 12»")]
        order: String,
        #[arg(
            value_parser = crate::cli::setup::day,
            long,
            value_name = "ДАТА",
            help = "С какого дня: 2025-11-15 или 15.11.2025; без этого — с первого дня действия положения"
        )]
        from: Option<NaiveDate>,
    },
}

impl Policy {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.what {
            Policies::Check { policy: asked } => {
                let (name, text) = policy_text(&asked)?;
                let findings = parse_policy(&asked, &name, &text).err().unwrap_or_default();
                let wrong = findings.iter().any(|finding| finding.severity >= Severity::Error);
                if desk.json {
                    print_json(&findings);
                } else {
                    print_findings(&findings);
                    println!("Правила «{name}»: {}", if wrong { "есть ошибки" } else { "ошибок нет" });
                }
                Ok(if wrong { REFUSED } else { 0 })
            }
            Policies::Show { policy: asked } => {
                let Some(policy) = named(desk, asked.as_deref()).await? else { return Ok(REFUSED) };
                let adopted = if desk.json { String::new() } else { adoption(desk, asked.as_deref(), &policy).await? };
                print_policy(desk, &policy, &adopted);
                Ok(0)
            }
            Policies::Lint { policy: asked } => match named(desk, asked.as_deref()).await? {
                Some(policy) => Ok(print_lint(desk, &policy)),
                None => Ok(REFUSED),
            },
            Policies::Diff { first, second } => {
                match (named(desk, Some(&first)).await?, named(desk, Some(&second)).await?) {
                    (Some(first), Some(second)) => {
                        print_difference(desk, &first, &second);
                        Ok(0)
                    }
                    _ => Ok(REFUSED),
                }
            }
            Policies::List => {
                print_list(desk)?;
                Ok(0)
            }
            Policies::History => history(desk).await,
            Policies::Adopt { policy, order, from } => adopt(desk, &policy, order, from).await,
        }
    }
}

/// The policy asked for: inside the program, of the house, or a file; without a name the one in force in the house, or the default where no
/// house is named. `None` after its findings were printed.
async fn named(desk: &Desk, asked: Option<&str>) -> Result<Option<policy::Policy>, Failure> {
    let Ok(_) = desk.folder() else { return read(asked.unwrap_or("default")) };
    match asked {
        None => {
            let house = desk.house().await?;
            let today = desk.act(&house).at.date_naive();
            Ok(Some(flow::policy::history(&house).await?.on(today).policy.clone()))
        }
        Some(name) if policy::builtin(name).is_some() || std::path::Path::new(name).exists() => read(name),
        Some(name) => {
            let history = flow::policy::history(&desk.house().await?).await?;
            match history.all().iter().rev().find(|one| one.policy.name == name) {
                Some(one) => Ok(Some(one.policy.clone())),
                None => {
                    let own: Vec<&str> = history.all().iter().map(|one| one.policy.name.as_str()).collect();
                    Err(Failure::Said(format!(
                        "нет правил «{name}»: это ни встроенные (letopis policy list), ни правила дома ({}), ни файл",
                        own.join(", ")
                    )))
                }
            }
        }
    }
}

/// How the school itself took a policy, as its history says it: «в школе введены с 01.09.2026: приказ от 28.08.2026 № 101». Empty for what was
/// read from a file or from the program, and where no house is named.
async fn adoption(desk: &Desk, asked: Option<&str>, policy: &policy::Policy) -> Result<String, Failure> {
    let is_elsewhere = |name: &str| policy::builtin(name).is_some() || std::path::Path::new(name).exists();
    if desk.folder().is_err() || asked.is_some_and(is_elsewhere) {
        return Ok(String::new());
    }
    let history = flow::policy::history(&desk.house().await?).await?;
    Ok(history.by_digest(policy.digest).map_or_else(String::new, |one| match one.from {
        Some(from) => format!("в школе введены с {}: {}", words::date_short(from), one.adopted()),
        None => "в школе действуют с создания дома, приказом не вводились".to_owned(),
    }))
}

/// A policy by name or file; `None` after its findings were printed.
fn read(asked: &str) -> Result<Option<policy::Policy>, Failure> {
    let (name, text) = policy_text(asked)?;
    match parse_policy(asked, &name, &text) {
        Ok(policy) => Ok(Some(policy)),
        Err(findings) => {
            print_findings(&findings);
            Ok(None)
        }
    }
}

#[derive(Debug, Serialize)]
struct ValueLine<'a> {
    id: &'a str,
    value: &'a str,
    unit: &'a str,
    clause: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    source: &'static str,
}

impl<'a> ValueLine<'a> {
    fn of(value: &'a PolicyValue) -> Self {
        Self {
            id: &value.key,
            value: &value.value,
            unit: &value.unit,
            clause: &value.clause,
            text: &value.russian,
            note: &value.note,
            source: value.source.as_str(),
        }
    }
}

/// `adopted`: how the school took it; empty outside of a house.
fn print_policy(desk: &Desk, policy: &policy::Policy, adopted: &str) {
    if desk.json {
        print_json(&policy.values.iter().map(ValueLine::of).collect::<Vec<_>>());
        return;
    }
    print!("{}", wrapped(&format!("{} — {}", policy.name, policy.title), 4));
    // The order of whoever wrote the regulation is one thing, that by which this school took it another.
    let order = match policy.order() {
        order if order.is_empty() => "в самом положении приказ не назван".to_owned(),
        order => order,
    };
    print!("{}", wrapped(&order, 4));
    if !adopted.is_empty() {
        print!("{}", wrapped(adopted, 4));
    }
    println!("SHA-256 {}", policy.digest);
    for value in &policy.values {
        let grounds: Vec<&str> =
            [value.clause.as_str(), value.note.as_str()].into_iter().filter(|one| !one.is_empty()).collect();
        let grounds = if grounds.is_empty() { String::new() } else { format!(" ({})", grounds.join("; ")) };
        print_block(&value.key, &[format!("{}{grounds}", stated(&value.russian))]);
    }
    for other in &policy.others {
        let other = &other.said;
        let line = format!("Другой пункт: {} — {} ({})", other.full_key(), other.in_russian(), other.clause);
        print!("{}", wrapped(&line, 4));
    }
}

/// The key with what it is about, and under it the lines of its block, set in.
fn print_block(key: &str, lines: &[String]) {
    let head = match policy::about(key) {
        about if about.is_empty() => key.to_owned(),
        about => format!("{key} — {about}"),
    };
    print!("{}", wrapped(&head, 8));
    for line in lines {
        print!("{}", wrapped(&format!("    {line}"), 8));
    }
}

/// A value, or that there is none.
fn stated(value: &str) -> &str {
    if value.is_empty() { "не сказано" } else { value }
}

#[derive(Debug, Serialize)]
struct IssueLine<'a> {
    code: &'a str,
    severity: Severity,
    key: &'a str,
    message: &'a str,
    clauses: &'a [String],
}

/// Exit code 2 when lint found something that asks for a decision.
fn print_lint(desk: &Desk, policy: &policy::Policy) -> u8 {
    let issues = lint::lint(policy);
    let found = lint::finds(&issues);
    if desk.json {
        let lines = issues.iter().map(|issue| IssueLine {
            code: issue.finding.code,
            severity: issue.finding.severity,
            key: &issue.finding.place,
            message: &issue.finding.message,
            clauses: &issue.clauses,
        });
        print_json(&lines.collect::<Vec<_>>());
    } else {
        let findings: Vec<_> = issues.iter().map(|issue| issue.finding.clone()).collect();
        print_findings(&findings);
        let count = issues.iter().filter(|issue| issue.finding.severity > Severity::Note).count() as u64;
        match count {
            0 => println!("Правила «{}»: противоречий и пробелов нет.", policy.name),
            _ => println!(
                "Правила «{}»: {count} {}.",
                policy.name,
                words::plural(count, "замечание", "замечания", "замечаний")
            ),
        }
    }
    if found { UNUSABLE } else { 0 }
}

#[derive(Debug, Serialize)]
struct DifferenceLine {
    key: String,
    first: String,
    first_clause: String,
    second: String,
    second_clause: String,
}

fn print_difference(desk: &Desk, first: &policy::Policy, second: &policy::Policy) {
    let lines: Vec<DifferenceLine> = policy::difference(first, second)
        .into_iter()
        .map(|one| DifferenceLine {
            key: one.key,
            first: one.first.as_ref().map(|value| value.russian.clone()).unwrap_or_default(),
            first_clause: one.first.map(|value| value.clause.clone()).unwrap_or_default(),
            second: one.second.as_ref().map(|value| value.russian.clone()).unwrap_or_default(),
            second_clause: one.second.map(|value| value.clause.clone()).unwrap_or_default(),
        })
        .collect();
    if desk.json {
        print_json(&lines);
        return;
    }
    if lines.is_empty() {
        println!("Правила не различаются.");
    }
    for line in lines {
        let said = |name: &str, value: &str, clause: &str| match clause {
            "" => format!("{name}: {}", stated(value)),
            _ => format!("{name}: {} ({clause})", stated(value)),
        };
        let first = said(&first.name, &line.first, &line.first_clause);
        print_block(&line.key, &[first, said(&second.name, &line.second, &line.second_clause)]);
    }
}

#[derive(Debug, Serialize)]
struct PresetLine {
    name: String,
    title: String,
    order: String,
    in_force_from: NaiveDate,
    digest: String,
}

fn print_list(desk: &Desk) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for (name, _) in policy::BUILTIN {
        if let Some(policy) = read(name)? {
            lines.push(PresetLine {
                name: (*name).to_owned(),
                order: policy.order(),
                title: policy.title,
                in_force_from: policy.in_force_from,
                digest: policy.digest.to_hex(),
            });
        }
    }
    if desk.json {
        print_json(&lines);
        return Ok(());
    }
    let mut table = Table::new(&["Имя", "Приказ", "С", "Положение"]);
    for line in lines {
        table.row(vec![line.name, line.order, words::date_short(line.in_force_from), line.title]);
    }
    print!("{}", table.to_text());
    Ok(())
}

#[derive(Debug, Serialize)]
struct InForceLine {
    name: String,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    order: String,
    adopted_at: String,
    adopted_by: String,
    digest: String,
}

async fn history(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let history = flow::policy::history(&house).await?;
    let lines: Vec<InForceLine> = history
        .all()
        .iter()
        .map(|one| InForceLine {
            name: one.policy.name.clone(),
            from: one.from,
            to: one.to,
            order: one.order.clone(),
            adopted_at: one.adopted_at.clone(),
            adopted_by: one.adopted_by.clone(),
            digest: one.policy.digest.to_hex(),
        })
        .collect();
    if desk.json {
        print_json(&lines);
        return Ok(0);
    }
    let today = desk.act(&house).at.date_naive();
    let now = history.on(today).policy.digest.to_hex();
    let mut table = Table::new(&["С", "По", "Правила", "Приказ", "SHA-256", ""]);
    for line in lines {
        let day = |day: Option<NaiveDate>, none: &str| day.map_or_else(|| none.to_owned(), words::date_short);
        table.row(vec![
            day(line.from, "создания дома"),
            // A later order of the same day took its place.
            if line.from.zip(line.to).is_some_and(|(from, to)| to < from) {
                "заменены".to_owned()
            } else {
                day(line.to, "—")
            },
            line.name,
            line.order,
            line.digest.chars().take(16).collect(),
            if line.digest == now { "действуют" } else { "" }.to_owned(),
        ]);
    }
    print!("{}", table.to_text());
    Ok(0)
}

async fn adopt(desk: &Desk, asked: &str, order: String, from: Option<NaiveDate>) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let (name, text) = policy_text(asked)?;
    if let Err(findings) = parse_policy(asked, &name, &text) {
        print_findings(&findings);
        return Ok(REFUSED);
    }
    let adoption = flow::policy::Adoption { name, text, from, order };
    let adopted = flow::policy::adopt(&house, &adoption, &desk.act(&house)).await?;
    let from = adopted.from.map(words::date_short).unwrap_or_default();
    if desk.json {
        print_json(&serde_json::json!({
            "name": adopted.policy.name,
            "from": adopted.from,
            "order": adopted.order,
            "digest": adopted.policy.digest.to_hex(),
        }));
    } else {
        println!("С {from} действуют правила «{}» — {}", adopted.policy.name, adopted.policy.title);
        println!("Приказ: {}   SHA-256 {}", adopted.order, adopted.policy.digest);
        println!("Прежние копии и записи остаются при правилах, по которым они сделаны.");
    }
    Ok(0)
}

/// What is to be entered.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Entry {
    /// The lesson itself.
    #[value(help = "запись урока")]
    Lesson,
    /// Who was absent.
    #[value(help = "отметка об отсутствии")]
    Absence,
    /// The reason of an absence.
    #[value(help = "причина отсутствия")]
    Reason,
    /// Homework.
    #[value(help = "домашнее задание")]
    Homework,
    /// A mark.
    #[value(help = "отметка за работу")]
    Mark,
    /// The period's mark.
    #[value(help = "отметка за период")]
    PeriodMark,
    /// A remark on keeping the journal.
    #[value(help = "замечание по ведению журнала")]
    Remark,
}

/// `deadline`.
#[derive(Debug, Args)]
pub(super) struct Deadline {
    #[arg(long, value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс: 9А")]
    class: String,
    #[arg(long, value_name = "ДАТА", value_parser = crate::cli::setup::day, help = "День урока, работы или замечания: 2025-11-15 или 15.11.2025")]
    date: NaiveDate,
    #[arg(long, value_name = "РАБОТА", help = "Вид работы, за которую ставится отметка: «Контрольная работа»")]
    work: Option<String>,
    #[arg(long, value_enum, value_name = "ЗАПИСЬ", help = "Что вносится; без этого при --work — отметка, иначе всё")]
    what: Option<Entry>,
    #[arg(long, value_name = "N", help = "Номер урока в этот день")]
    number: Option<u8>,
    #[arg(long, value_name = "ПРАВИЛА", help = "Только эти правила: имя встроенных или файл .toml")]
    policy: Option<String>,
}

#[derive(Debug, Serialize)]
struct DeadlineLine {
    policy: String,
    entry: &'static str,
    key: &'static str,
    due: String,
    text: String,
    term: String,
    clause: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    in_force: bool,
    source: &'static str,
}

impl Deadline {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let calendar = flow::timeliness::calendar_on(&house, self.date).await?;
        if calendar.week(&self.class).is_none() {
            let known: Vec<&str> = calendar.weeks.iter().map(|week| week.class.as_str()).collect();
            return Err(Failure::Said(format!("нет такого класса: «{}»; есть: {}", self.class, known.join(", "))));
        }
        let policies = match &self.policy {
            Some(asked) => match read(asked)? {
                Some(policy) => vec![policy],
                None => return Ok(REFUSED),
            },
            None => {
                // The school's own policy first, then every preset inside the program.
                let mut policies = vec![flow::policy::history(&house).await?.on(self.date).policy.clone()];
                for (name, _) in policy::BUILTIN {
                    policies.extend(read(name)?.filter(|preset| preset.digest != policies[0].digest));
                }
                policies
            }
        };
        if let Some(unknown) = self.work.as_deref().and_then(|work| deadline::unknown_work(&policies, work)) {
            return Err(Failure::Said(unknown));
        }
        let mut lines = Vec::new();
        for policy in &policies {
            for (entry, what) in self.asked() {
                let question =
                    Question { class: &self.class, date: self.date, number: self.number, what, course_days: &[] };
                let answers = deadline::due(policy, &calendar, &question);
                lines.extend(answers.into_iter().map(|answer| line(&policy.name, entry, answer)));
            }
        }
        if desk.json {
            print_json(&lines);
            return Ok(0);
        }
        let work = self.work.as_deref().map(|work| format!(", {work}")).unwrap_or_default();
        println!("{}, {} ({}){work}", self.class, words::date_short(self.date), words::weekday(self.date));
        if let Some(unknown) = deadline::unknown_year(&calendar, self.date) {
            println!("Внимание: {unknown}.");
        } else if !calendar.is_study_day(&self.class, self.date) {
            println!("Внимание: у класса {} это не учебный день.", self.class);
        }
        let mut table = Table::new(&["Правила", "Запись", "Срок", "Сказано", "Пункт"]);
        for line in lines {
            let clause = if line.in_force { line.clause } else { format!("или: {}", line.clause) };
            let note = if line.note.is_empty() { String::new() } else { format!(" — {}", line.note) };
            table.row(vec![line.policy, line.entry.to_owned(), line.text, line.term, format!("{clause}{note}")]);
        }
        print!("{}", table.to_text());
        if calendar.bells.is_empty() {
            println!("Звонки школы не заданы: сроки в часах от конца уроков названы без времени.");
        }
        Ok(0)
    }

    fn asked(&self) -> Vec<(&'static str, What<'_>)> {
        let work = self.work.as_deref().unwrap_or_default();
        let mark = ("отметка", What::Mark(work));
        match (self.what, &self.work) {
            (Some(Entry::Lesson), _) => vec![("урок", What::Lesson)],
            (Some(Entry::Absence), _) => vec![("отсутствующие", What::Absence)],
            (Some(Entry::Reason), _) => vec![("причина пропуска", What::Reason)],
            (Some(Entry::Homework), _) => vec![("домашнее задание", What::Homework)],
            (Some(Entry::PeriodMark), _) => vec![("отметка за период", What::PeriodMark)],
            (Some(Entry::Remark), _) => vec![("замечание", What::Remark)],
            (Some(Entry::Mark), _) | (None, Some(_)) => vec![mark],
            (None, None) => vec![
                ("урок", What::Lesson),
                ("отсутствующие", What::Absence),
                ("домашнее задание", What::Homework),
                ("устный ответ", What::Mark("устный ответ")),
                ("письменная работа", What::Mark("письменная работа")),
                ("контрольная работа", What::Mark("контрольная работа")),
                ("отметка за период", What::PeriodMark),
            ],
        }
    }
}

fn line(policy: &str, entry: &'static str, answer: Answer) -> DeadlineLine {
    DeadlineLine {
        policy: policy.to_owned(),
        entry,
        key: answer.key,
        due: answer.moment.as_iso(),
        text: answer.moment.in_russian(),
        term: answer.term,
        clause: answer.clause,
        note: answer.note,
        in_force: answer.in_force,
        source: Source::as_str(answer.source),
    }
}
