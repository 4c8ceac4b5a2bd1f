//! `setup`, `roster`, `movement`, `year`: the school's year by commands. Floor 3.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::table::{Table, print_json};
use super::{Desk, Failure, REFUSED, print_findings};
use crate::bundle::one_table;
use crate::domain::finding::{Finding, Severity};
use crate::domain::names;
use crate::domain::people::Subject;
use crate::domain::readiness::{self, State};
use crate::domain::rights::Action;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout;
use crate::domain::setup::stays::{self, Movement, OrderMark};
use crate::domain::words;
use crate::flow::movement::{self, Newcomer};
use crate::flow::setup::{self, Coming, Meeting, Outcome, Year};
use crate::flow::year;

/// `setup`.
#[derive(Debug, Args)]
pub(super) struct Setup {
    #[command(subcommand)]
    what: SetupCommand,
}

#[derive(Debug, Subcommand)]
enum SetupCommand {
    #[command(
        about = "Готовность к учебному году: что внесено, чего нет, кто и к какому сроку отвечает; код завершения 1 — не готово"
    )]
    Check {
        #[arg(long, value_name = "ГОД", help = "Учебный год, например 2025/2026; по умолчанию последний")]
        year: Option<String>,
        #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "Только разделы, которые нужны к этому дню: 01.09.2025")]
        on: Option<NaiveDate>,
        #[arg(long, help = "Показать все замечания; без этого — первые каждого вида")]
        all: bool,
    },
    #[command(about = "Внести таблицу года из файла: XLSX, CSV или строки, как их копируют из электронной таблицы")]
    Load {
        #[arg(value_name = "ТАБЛИЦА", help = "Имя таблицы: rooms, bells, curriculum, teaching_load, timetable …")]
        table: String,
        #[arg(value_name = "ФАЙЛ", help = "Файл с заголовками: XLSX; CSV в UTF-8 или windows-1251")]
        file: PathBuf,
        #[arg(long, value_name = "ГОД", help = "Учебный год")]
        year: Option<String>,
        #[arg(long, value_name = "КУРС", help = "Код курса: для тем одного плана")]
        course: Option<String>,
        #[arg(long, help = "Заменить всё, что внесено раньше")]
        replace: bool,
        #[arg(long, help = "Только проверить")]
        dry_run: bool,
    },
}

impl Setup {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.what {
            SetupCommand::Check { year, on, all } => check(desk, year, on, all).await,
            SetupCommand::Load { table, file, year, course, replace, dry_run } => {
                let house = desk.house().await?;
                let year = house.year(year.as_deref()).await?;
                let layout = layout::find(&table).ok_or_else(|| {
                    let known: Vec<&str> =
                        layout::SETUP.into_iter().chain(layout::OF_JOURNAL).map(|l| l.table).collect();
                    Failure::Said(format!("нет таблицы «{table}»; есть: {}", known.join(", ")))
                })?;
                let bytes = std::fs::read(&file).map_err(|source| Failure::File { path: file.clone(), source })?;
                let fixed: BTreeMap<&str, String> = course.into_iter().map(|course| ("course", course)).collect();
                let meeting = if replace { Meeting::Replace } else { Meeting::Add };
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let sheet = match one_table::read(&name, &bytes, layout, !fixed.is_empty()) {
                    Ok(sheet) => sheet,
                    Err(findings) => return Ok(told(desk, &Outcome::Refused(findings))),
                };
                let act = desk.act(&house);
                // Told beside whatever comes of the rows: a column that is passed over is lost without a word otherwise.
                let strange = layout.passed_over(&sheet, &fixed);
                let outcome =
                    setup::take_sheet(&house, &act, &year, layout, &Coming { sheet, fixed: &fixed, meeting, dry_run })
                        .await?;
                Ok(told(desk, &outcome.beside(strange)))
            }
        }
    }
}

/// Prints what came of a change; the exit code says whether it was refused.
pub(super) fn told(desk: &Desk, outcome: &Outcome) -> u8 {
    let (done, counts) = match outcome {
        Outcome::Refused(findings) => {
            if desk.json {
                print_json(&serde_json::json!({ "refused": findings }));
            } else {
                print_findings(findings);
                eprintln!("Ничего не записано.");
            }
            return REFUSED;
        }
        Outcome::Would(counts) => ("Проверено, ничего не записано", counts),
        Outcome::Done(counts) => ("Записано", counts),
    };
    if desk.json {
        print_json(&serde_json::json!({
            "written": matches!(outcome, Outcome::Done(_)),
            "new": counts.new, "changed": counts.changed, "gone": counts.gone, "same": counts.same,
            "warnings": counts.warnings,
        }));
    } else {
        println!(
            "{done}. Добавлено: {}, изменено: {}, удалено: {}, без изменений: {}.",
            counts.new, counts.changed, counts.gone, counts.same
        );
        print_findings(&counts.warnings);
    }
    0
}

/// Findings of one kind that a section shows unasked.
const TOLD_OF_KIND: usize = 10;

/// The first findings of each kind, and how many more of each there are: a school begins its year with hundreds of courses without a plan.
fn first_of_each_kind(findings: &[Finding]) -> (Vec<Finding>, Vec<String>) {
    let mut kinds: BTreeMap<(&str, Severity), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        kinds.entry((finding.code, finding.severity)).or_default().push(finding);
    }
    let told = kinds.values().flat_map(|of| of.iter().take(TOLD_OF_KIND)).map(|finding| (*finding).clone()).collect();
    let more = kinds.iter().filter(|(_, of)| of.len() > TOLD_OF_KIND).map(|((code, _), of)| {
        let more = words::count((of.len() - TOLD_OF_KIND) as u64, "замечание", "замечания", "замечаний");
        format!("и ещё {more} [{code}]; все: letopis setup check --all")
    });
    (told, more.collect())
}

async fn check(desk: &Desk, year: Option<String>, on: Option<NaiveDate>, all: bool) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let year = house.year(year.as_deref()).await?;
    let mut lines = Year::open(&house, &year).await?.readiness_on(desk.act(&house).at.date_naive())?;
    if let Some(on) = on {
        lines.retain(|line| line.due <= on);
    }
    let ready = readiness::is_ready(&lines);
    if desk.json {
        print_json(&serde_json::json!({ "year": year, "ready": ready, "sections": lines }));
        return Ok(if ready { 0 } else { REFUSED });
    }
    let mut table = Table::new(&["Раздел", "Состояние", "Внесено", "Отвечает", "Срок", "Основание"]);
    for line in &lines {
        table.row(vec![
            line.title.to_owned(),
            line.state.as_russian().to_owned(),
            line.stands.clone(),
            line.owes.as_russian().to_owned(),
            words::date_short(line.due),
            line.clause.to_owned(),
        ]);
    }
    let by = on.map(|on| format!(": что нужно к {}", words::date_words(on))).unwrap_or_default();
    println!("Готовность к {year} учебному году{by}");
    print!("{}", table.to_text());
    // What is done may still have something to remind of.
    for line in lines.iter().filter(|line| line.state != State::Done || !line.missing.is_empty()) {
        println!("\n{}:", line.title);
        if all {
            print_findings(&line.missing);
            continue;
        }
        let (told, more) = first_of_each_kind(&line.missing);
        print_findings(&told);
        more.iter().for_each(|line| println!("{line}"));
    }
    let done = lines.iter().filter(|line| line.state == State::Done).count();
    println!("\nГотово разделов: {done} из {}.", lines.len());
    Ok(if ready { 0 } else { REFUSED })
}

/// A day of any command: «2025-11-15» or «15.11.2025».
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    parse_day(text).ok_or_else(|| "нужна дата вида 2025-11-15 или 15.11.2025".to_owned())
}

/// `roster`.
#[derive(Debug, Args)]
pub(super) struct Roster {
    #[arg(value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс, например 7Б")]
    class: String,
    #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "На какой день; по умолчанию сегодня")]
    on: Option<NaiveDate>,
    #[arg(long, value_name = "ГОД", help = "Учебный год")]
    year: Option<String>,
}

impl Roster {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let year = house.year(self.year.as_deref()).await?;
        let on = self.on.unwrap_or_else(|| desk.act(&house).at.date_naive());
        let (journal, recorded) = house.db.load_year(&year).await?;
        if journal.class(&self.class).is_none() {
            let known =
                journal.classes_in_order().iter().map(|class| class.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Failure::Said(format!("нет такого класса: «{}»; есть: {known}", self.class)));
        }
        let lines = movement::roster_of(&journal, &stays::all(&journal, &recorded.stays), &self.class, on);
        if desk.json {
            let rows: Vec<_> = lines
                .iter()
                .map(|line| {
                    serde_json::json!({
                        "learner": line.learner.id, "surname": line.learner.surname, "given_name": line.learner.given_name,
                        "patronymic": line.learner.patronymic, "since": line.stay.starts, "order": line.stay.entry_order.as_text(),
                        "until": line.stay.ends,
                    })
                })
                .collect();
            print_json(&serde_json::json!({ "class": self.class, "on": on, "learners": rows }));
            return Ok(0);
        }
        println!("{} класс на {}", self.class, words::date_words(on));
        let mut table = Table::new(&["№", "Ученик", "Код", "В классе с", "Приказ", "По"]);
        for (no, line) in (1..).zip(&lines) {
            table.row(vec![
                no.to_string(),
                names::full_name(&line.learner.surname, &line.learner.given_name, &line.learner.patronymic),
                line.learner.id.clone(),
                words::date_short(line.stay.starts),
                line.stay.entry_order.as_text(),
                line.stay.ends.map(words::date_short).unwrap_or_default(),
            ]);
        }
        table.print("В этот день в классе никто не числился.");
        Ok(0)
    }
}

/// The order of a movement.
#[derive(Debug, Args)]
struct OrderArgs {
    #[arg(long, value_name = "№", help = "Номер приказа")]
    order: String,
    #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "Дата приказа")]
    order_date: Option<NaiveDate>,
    #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "С какого дня действует")]
    on: NaiveDate,
    #[arg(long, value_name = "ГОД", help = "Учебный год")]
    year: Option<String>,
}

/// `movement`.
#[derive(Debug, Args)]
pub(super) struct MovementArgs {
    #[command(subcommand)]
    what: MovementCommand,
}

#[derive(Debug, Subcommand)]
enum MovementCommand {
    #[command(about = "Книга движения за год")]
    List {
        #[arg(long, value_name = "ГОД", help = "Учебный год")]
        year: Option<String>,
    },
    #[command(about = "Зачислить ученика")]
    Enrol {
        #[arg(value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс")]
        class: String,
        #[arg(value_name = "ФАМИЛИЯ", help = "Фамилия")]
        surname: String,
        #[arg(value_name = "ИМЯ", help = "Имя")]
        given_name: String,
        #[arg(value_name = "ОТЧЕСТВО", default_value = "", help = "Отчество, если есть")]
        patronymic: String,
        #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "Дата рождения")]
        born: Option<NaiveDate>,
        #[arg(long, value_name = "ШКОЛА", default_value = "", help = "Откуда прибыл")]
        whence: String,
        #[command(flatten)]
        order: OrderArgs,
    },
    #[command(about = "Перевести ученика в другой класс")]
    Move {
        #[arg(value_name = "УЧЕНИК", help = "Код ученика")]
        learner: String,
        #[arg(value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс, в который переводится")]
        class: String,
        #[command(flatten)]
        order: OrderArgs,
    },
    #[command(about = "Оформить выбытие")]
    Leave {
        #[arg(value_name = "УЧЕНИК", help = "Код ученика")]
        learner: String,
        #[arg(
            long,
            value_name = "ОСНОВАНИЕ",
            default_value = "left",
            help = "left, family, leave или graduated: выбыл, семейное обучение, академический отпуск, завершил обучение"
        )]
        exit: String,
        #[arg(long, value_name = "КУДА", default_value = "", help = "Куда выбыл")]
        whither: String,
        #[command(flatten)]
        order: OrderArgs,
    },
    #[command(about = "Оформить возвращение выбывшего")]
    Return {
        #[arg(value_name = "УЧЕНИК", help = "Код ученика")]
        learner: String,
        #[arg(value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс")]
        class: String,
        #[arg(long, value_name = "ОТКУДА", default_value = "", help = "Откуда вернулся")]
        whence: String,
        #[command(flatten)]
        order: OrderArgs,
    },
}

impl MovementArgs {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let (learner, movement, order) = match self.what {
            MovementCommand::List { year } => return book(desk, year).await,
            MovementCommand::Enrol { class, surname, given_name, patronymic, born, whence, order } => {
                let house = desk.house().await?;
                let year = house.year(order.year.as_deref()).await?;
                let mark = OrderMark { number: order.order, date: order.order_date };
                desk.permits(&house, Action::ChangeMovement, &super::class_subject(&class)).await?;
                let newcomer =
                    Newcomer { surname, given_name, patronymic, born, class, day: order.on, order: mark, whence };
                let (outcome, ids) = movement::enrol(&house, &desk.act(&house), &year, &[newcomer], false).await?;
                let code = told(desk, &outcome);
                if !desk.json {
                    ids.iter().for_each(|id| println!("Код ученика: {id}"));
                }
                return Ok(code);
            }
            MovementCommand::Move { learner, class, order } => (learner, Movement::Move { class }, order),
            MovementCommand::Leave { learner, exit, whither, order } => {
                (learner, Movement::Leave { exit, whither }, order)
            }
            MovementCommand::Return { learner, class, whence, order } => {
                (learner, Movement::Return { class, whence }, order)
            }
        };
        let house = desk.house().await?;
        let year = house.year(order.year.as_deref()).await?;
        let mark = OrderMark { number: order.order, date: order.order_date };
        let roster = house.db.load_roster(&year).await?;
        // A learner who is not there is told of by the order itself.
        let class = roster.learners.into_iter().find(|known| known.id == learner).map(|known| known.class);
        let subject = class.as_deref().map_or(Subject::House, super::class_subject);
        desk.permits(&house, Action::ChangeMovement, &subject).await?;
        let outcome =
            movement::carry_out(&house, &desk.act(&house), &year, &learner, &movement, order.on, &mark).await?;
        Ok(told(desk, &outcome))
    }
}

async fn book(desk: &Desk, year: Option<String>) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let year = house.year(year.as_deref()).await?;
    let (journal, recorded) = house.db.load_year(&year).await?;
    let first = crate::domain::setup::promotion::first_day(&year);
    let lines = stays::book(&stays::all(&journal, &recorded.stays), first);
    if desk.json {
        let line = |line: &stays::Line| {
            serde_json::json!({"day": line.day.to_string(), "learner": line.learner, "what": line.what, "whence": line.whence,
                "whither": line.whither, "order": line.order.as_text()})
        };
        print_json(&lines.iter().map(line).collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["День", "Ученик", "Что", "Откуда", "Куда", "Приказ"]);
    for line in &lines {
        let name = journal.learners.iter().find(|l| l.id == line.learner);
        table.row(vec![
            words::date_short(line.day),
            name.map_or_else(|| line.learner.clone(), |l| names::list_name(&l.surname, &l.given_name)),
            line.what.to_owned(),
            line.whence.clone(),
            line.whither.clone(),
            line.order.as_text(),
        ]);
    }
    table.print("В течение года движения не было.");
    Ok(0)
}

/// `year`.
#[derive(Debug, Args)]
pub(super) struct YearArgs {
    #[command(subcommand)]
    what: YearCommand,
}

#[derive(Debug, Subcommand)]
enum YearCommand {
    #[command(about = "Закрыть учебный год приказом и перевести классы")]
    Close(YearOrder),
    #[command(about = "Открыть закрытый год снова, пока в следующем ничего не записано")]
    Open(YearOrder),
}

#[derive(Debug, Args)]
struct YearOrder {
    #[arg(long, value_name = "№", help = "Номер приказа")]
    order: String,
    #[arg(long, value_name = "ДЕНЬ", value_parser = day, help = "Дата приказа")]
    date: NaiveDate,
    #[arg(long, value_name = "ГОД", help = "Учебный год")]
    year: Option<String>,
    #[arg(long, help = "Только показать, что мешает и что будет")]
    dry_run: bool,
}

impl YearArgs {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let (order, opens) = match self.what {
            YearCommand::Close(order) => (order, false),
            YearCommand::Open(order) => (order, true),
        };
        let mark = OrderMark { number: order.order, date: Some(order.date) };
        if !order.dry_run {
            desk.permits(&house, Action::CloseYear, &Subject::House).await?;
        }
        if opens {
            // The newest year is the one that closing opened: the closed one is meant.
            let closed = house.db.list_closed_years().await?.pop().map(|row| row.year);
            let year = house.year(order.year.as_deref().or(closed.as_deref())).await?;
            return match year::reopen(&house, &desk.act(&house), &year, &mark).await? {
                Ok(gone) => {
                    println!("{year} учебный год снова открыт; убрано строк следующего года: {gone}.");
                    Ok(0)
                }
                Err(findings) => Ok(told(desk, &Outcome::Refused(findings))),
            };
        }
        let year = house.year(order.year.as_deref()).await?;
        if order.dry_run {
            let review = year::review(&house, &year, &mark).await?;
            print_findings(&review.obstacles);
            for (outcome, count) in &review.next.counts {
                println!("{}: {count}", outcome.as_russian());
            }
            println!(
                "Мешает: {}. Классов в {}: {}.",
                review.obstacles.len(),
                review.next.year,
                review.next.classes.len()
            );
            return Ok(if review.obstacles.is_empty() { 0 } else { REFUSED });
        }
        match year::close(&house, &desk.act(&house), &year, &mark).await? {
            year::Outcome::Closed { next, rows } => {
                print_findings(&next.findings);
                println!("{year} учебный год закрыт приказом № {}; открыт {} (строк: {rows}).", mark.number, next.year);
                Ok(0)
            }
            year::Outcome::Refused(findings) => Ok(told(desk, &Outcome::Refused(findings))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_are_told_and_the_rest_is_counted() {
        let plan = |no: usize| Finding::new("plan.missing", format!("КТП {no}"), "плана нет");
        let mut findings: Vec<Finding> = (0..141).map(plan).collect();
        findings.push(Finding::new("load.missing", "5А", "курса нет в тарификации"));
        let (told, more) = first_of_each_kind(&findings);
        assert_eq!(told.len(), TOLD_OF_KIND + 1);
        assert_eq!(more, ["и ещё 131\u{a0}замечание [plan.missing]; все: letopis setup check --all"]);
        assert_eq!(first_of_each_kind(&findings[140..]).1, Vec::<String>::new());
    }
}
