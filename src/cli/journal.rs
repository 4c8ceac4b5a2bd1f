//! `init`, `report`: a house and its journal. Floor 3.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::table::{Table, hundredths, print_json};
use super::{Desk, Failure, REFUSED, clock, print_findings};
use crate::config;
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::people::OPERATOR;
use crate::domain::period::titled;
use crate::domain::policy::{self, Policy};
use crate::domain::report;
use crate::flow::house::Founding;
use crate::flow::{self, House};

/// Zone of most schools' sources; every house says its own with `--utc-offset`.
pub(super) const DEFAULT_OFFSET: &str = "+03:00";

/// `init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[arg(value_name = "ПАПКА", help = "Новая или пустая папка; можно указать и через --dir")]
    folder: Option<PathBuf>,
    #[arg(long, value_name = "ПРАВИЛА", default_value = "default", help = "Имя встроенных правил или файл .toml")]
    policy: String,
    #[arg(long, value_name = "ИМЯ", help = "Идентификатор школы: латинские строчные буквы, цифры, дефис")]
    school: Option<String>,
    #[arg(long, value_name = "±ЧЧ:ММ", default_value = DEFAULT_OFFSET, allow_hyphen_values = true, help = "Часовой пояс школы")]
    utc_offset: String,
    #[arg(long, value_name = "АДРЕС", default_value = "sqlite", help = "sqlite или postgres://…")]
    database: String,
}

impl Init {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let folder = self
            .folder
            .clone()
            .or_else(|| desk.dir.clone())
            .ok_or_else(|| Failure::Said("не указана папка: letopis init ПАПКА".to_owned()))?;
        let minutes = config::parse_offset(&self.utc_offset)
            .ok_or_else(|| Failure::Said(format!("часовой пояс «{}» не понят: нужно вида +03:00", self.utc_offset)))?;
        if let Some(school) = self.school.as_deref().filter(|school| !config::is_identifier(school)) {
            return Err(Failure::Said(format!(
                "идентификатор школы «{school}» не годится: нужны латинские строчные буквы, цифры и дефис"
            )));
        }
        let (policy_name, policy_text) = policy_text(&self.policy)?;
        if let Err(findings) = parse_policy(&self.policy, &policy_name, &policy_text) {
            print_findings(&findings);
            return Ok(REFUSED);
        }
        let founding = Founding {
            policy_name,
            policy_text,
            school: self.school,
            database: self.database,
            utc_offset_minutes: minutes,
        };
        let act = clock::act(&desk.by, zone(minutes));
        let house = House::found(&folder, &founding, &act).await?;
        if desk.json {
            print_json(&serde_json::json!({"school": house.config.school, "policy": house.policy.name}));
        } else {
            println!("Дом «Летописи» создан: {}", folder.display());
            println!("Школа: {}   Правила: {} ({})", house.config.school, house.policy.name, house.policy.title);
            let dir = folder.display();
            println!("Дальше, чтобы завести школу в браузере:");
            println!("  letopis account issue operator --dir {dir}    напечатает первый логин и одноразовый пароль");
            println!("Первый вход получает служебная запись «{OPERATOR}»: под ней администратор вносит сотрудников.");
            let person = if act.by == OPERATOR { "КОД_СОТРУДНИКА" } else { act.by.as_str() };
            if act.by != OPERATOR {
                println!("Создание дома записано за «{person}»; входа в дом это ещё не даёт.");
            }
            println!("Свой вход администратор получает, когда внесён в сотрудники и назначен администратором:");
            println!("  letopis account issue {person} --dir {dir}");
            println!(
                "  letopis serve --dir {dir}                     откроет дом; порядок действий — в справке, «Школа за час»"
            );
            println!("Журнал прежней программы можно загрузить и командой: letopis import ПАПКА --dir {dir}");
        }
        Ok(0)
    }
}

pub(super) fn zone(minutes: i32) -> chrono::FixedOffset {
    config::Config::of("", "", minutes).zone()
}

/// Name and text of a built-in policy or of a policy file.
pub(super) fn policy_text(asked: &str) -> Result<(String, String), Failure> {
    if let Some(text) = policy::builtin(asked) {
        return Ok((asked.to_owned(), text.to_owned()));
    }
    let path = PathBuf::from(asked);
    if !path.exists() {
        return Err(Failure::Said(format!("нет правил «{asked}»: это ни встроенные ({}), ни файл", known_policies())));
    }
    let text = std::fs::read_to_string(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, text))
}

/// Parses a policy; its findings name the file as it was given.
pub(super) fn parse_policy(asked: &str, name: &str, text: &str) -> Result<Policy, Vec<Finding>> {
    let place = format!("archive-policies/{name}.toml");
    let named = |finding: Finding| match policy::builtin(asked) {
        Some(_) => finding,
        None => Finding { place: finding.place.replacen(&place, asked, 1), ..finding },
    };
    policy::parse(name, text).map_err(|findings| findings.into_iter().map(named).collect())
}

fn known_policies() -> String {
    policy::BUILTIN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// `report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(subcommand)]
    what: Reported,
}

#[derive(Debug, Subcommand)]
enum Reported {
    #[command(about = "Показатели классов за период")]
    Period {
        #[arg(long, value_name = "ПЕРИОД", help = "Q1…Q4, H1, H2 или Y")]
        period: String,
        #[arg(long, value_name = "ГОД", help = "Учебный год, 2025/2026")]
        year: Option<String>,
    },
    #[command(about = "Уроки и отметки по курсам и периодам")]
    Courses {
        #[arg(long, value_name = "ГОД", help = "Учебный год, 2025/2026")]
        year: Option<String>,
    },
}

/// One line of `report courses`.
#[derive(Debug, Serialize)]
struct CourseLine {
    course: String,
    class: String,
    subject: String,
    group: String,
    period: String,
    lessons: u32,
    marks: u32,
}

impl Report {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        match self.what {
            Reported::Period { period, year } => {
                let journal = sound(&house, year.as_deref()).await?;
                let figures = report::period_report(&journal, &period, &house.policy);
                if figures.is_empty() {
                    let known = journal.periods.iter().map(titled).collect::<Vec<_>>().join(", ");
                    return Err(Failure::Said(format!("нет такого учётного периода: «{period}»; есть: {known}, Y")));
                }
                if desk.json {
                    print_json(&figures);
                } else {
                    print_period(&figures);
                }
            }
            Reported::Courses { year } => {
                let journal = sound(&house, year.as_deref()).await?;
                let lines = course_lines(&journal);
                if desk.json {
                    print_json(&lines);
                } else {
                    print_courses(&lines);
                }
            }
        }
        Ok(0)
    }
}

/// The year's journal as it counts; what is left out is told beside the figures.
async fn sound(house: &House, year: Option<&str>) -> Result<Journal, Failure> {
    let year = house.year(year).await?;
    let mut journal = house.db.load_journal(&year).await?;
    let void = flow::compromise::void_rows(house, &year).await?.take_out(&mut journal);
    if let Some(told) = void.told("") {
        eprintln!("{told}");
    }
    Ok(journal)
}

fn course_lines(journal: &Journal) -> Vec<CourseLine> {
    let figures = report::course_report(journal);
    let mut lines = Vec::new();
    for course in &journal.courses {
        for (period, counts) in figures.get(&course.id).into_iter().flatten() {
            lines.push(CourseLine {
                course: course.id.clone(),
                class: course.class.clone(),
                subject: course.subject.clone(),
                group: course.group.clone(),
                period: period.clone(),
                lessons: counts.lessons,
                marks: counts.marks,
            });
        }
    }
    lines
}

fn print_courses(lines: &[CourseLine]) {
    let mut table = Table::new(&["Курс", "Класс", "Предмет", "Группа", "Период", "Уроков", "Отметок"]);
    for line in lines {
        table.row(vec![
            line.course.clone(),
            line.class.clone(),
            line.subject.clone(),
            line.group.clone(),
            line.period.clone(),
            line.lessons.to_string(),
            line.marks.to_string(),
        ]);
    }
    table.print("Курсов нет.");
}

fn print_period(figures: &[report::ClassFigures]) {
    let mut table = Table::new(&[
        "Класс",
        "На конец",
        "Уроков",
        "Пропущено",
        "Отметок",
        "Успевают",
        "На 4 и 5",
        "Успеваемость, %",
        "Качество, %",
        "СОУ, %",
        "Средний балл",
    ]);
    for class in figures {
        table.row(vec![
            class.class.clone(),
            class.present_at_end.to_string(),
            class.lessons.to_string(),
            class.missed.to_string(),
            class.marks.to_string(),
            class.success.to_string(),
            class.quality.to_string(),
            hundredths(class.rates.success_percent_centi),
            hundredths(class.rates.quality_percent_centi),
            hundredths(class.rates.sou_percent_centi),
            hundredths(class.rates.mean_centi),
        ]);
    }
    table.print("Классов нет.");
    println!("{}.", report::COUNTING_RULE);
}
