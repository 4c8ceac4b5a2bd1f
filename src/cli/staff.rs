//! `people hire`, `people card`, `people dismiss`, `people staff`: staff by orders. Floor 3.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::table::{Table, print_json};
use super::{Desk, Failure, REFUSED, print_findings};
use crate::bundle::one_table;
use crate::domain::employment::{self, Card};
use crate::domain::people::Subject;
use crate::domain::rights::Action;
use crate::domain::setup::layout::STAFF;
use crate::domain::setup::stays::OrderMark;
use crate::domain::words;
use crate::flow::House;
use crate::flow::staff::{self, Done};

#[derive(Debug, Args)]
pub(super) struct Order {
    #[arg(long, value_name = "НОМЕР", help = "Номер приказа")]
    order: String,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Дата приказа, ГГГГ-ММ-ДД; без неё — сегодня")]
    date: Option<NaiveDate>,
}

impl Order {
    fn mark(&self, today: NaiveDate) -> OrderMark {
        OrderMark { number: self.order.clone(), date: Some(self.date.unwrap_or(today)) }
    }
}

#[derive(Debug, Args)]
pub(super) struct Hire {
    #[arg(value_name = "ФИО", help = "Фамилия, имя и отчество в кавычках; для уволенного раньше — его код")]
    name: String,
    #[arg(
        value_name = "ДОЛЖНОСТЬ",
        help = "Должность, как в приказе; для уволенного раньше — прежняя, если не названа"
    )]
    position: Option<String>,
    #[command(flatten)]
    order: Order,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Первый рабочий день; без него — дата приказа")]
    from: Option<NaiveDate>,
    #[arg(long, value_name = "ПРЕДМЕТ", help = "Предмет")]
    subject: Option<String>,
    #[arg(long, value_name = "КАБИНЕТ", help = "Кабинет")]
    room: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Correct {
    #[arg(value_name = "ЧЕЛОВЕК", help = "Код сотрудника")]
    person: String,
    #[arg(long, value_name = "ФАМИЛИЯ", help = "Фамилия")]
    surname: Option<String>,
    #[arg(long = "given-name", value_name = "ИМЯ", help = "Имя")]
    given_name: Option<String>,
    #[arg(long, value_name = "ОТЧЕСТВО", help = "Отчество")]
    patronymic: Option<String>,
    #[arg(long, value_name = "ДОЛЖНОСТЬ", help = "Должность")]
    position: Option<String>,
    #[arg(long, value_name = "ПРЕДМЕТ", help = "Предмет")]
    subject: Option<String>,
    #[arg(long, value_name = "КАБИНЕТ", help = "Кабинет")]
    room: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Dismiss {
    #[arg(value_name = "ЧЕЛОВЕК", help = "Код сотрудника")]
    person: String,
    #[command(flatten)]
    order: Order,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Последний рабочий день; без него — сегодня")]
    on: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub(super) struct Staff {
    #[arg(
        value_name = "ФАЙЛ",
        help = "Список сотрудников: XLSX или CSV с заголовками; без него печатаются приказы и что осталось без хозяина"
    )]
    file: Option<PathBuf>,
    #[arg(long, help = "Только проверить")]
    dry_run: bool,
}

/// Says what came of an act; the exit code says whether it was refused.
fn told(desk: &Desk, done: &Done, said: &str) -> u8 {
    match done {
        Done::Refused(findings) => {
            if desk.json {
                print_json(&serde_json::json!({ "refused": findings }));
            } else {
                print_findings(findings);
                eprintln!("Ничего не записано.");
            }
            REFUSED
        }
        Done::Written { person, left } => {
            if desk.json {
                print_json(&serde_json::json!({ "person": person, "left": left }));
                return 0;
            }
            println!("{person}: {said}");
            for one in left {
                println!("  осталось без хозяина: {one}");
            }
            0
        }
    }
}

async fn opened(desk: &Desk) -> Result<House, Failure> {
    let house = desk.house().await?;
    desk.permits(&house, Action::ChangeStaff, &Subject::House).await?;
    Ok(house)
}

async fn standing(house: &House, person: &str) -> Result<Option<Card>, Failure> {
    Ok(staff::card(house, person).await?.map(|(card, _)| card))
}

impl Hire {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = opened(desk).await?;
        let act = desk.act(&house);
        let order = self.order.mark(act.at.date_naive());
        let known = standing(&house, &self.name).await?;
        let person = if known.is_some() { self.name.clone() } else { String::new() };
        let mut card = known.unwrap_or_else(|| {
            let mut words = self.name.split_whitespace().map(str::to_owned);
            Card {
                surname: words.next().unwrap_or_default(),
                given_name: words.next().unwrap_or_default(),
                patronymic: words.collect::<Vec<_>>().join(" "),
                ..Card::default()
            }
        });
        for (cell, new) in
            [(&mut card.position, self.position), (&mut card.subject, self.subject), (&mut card.room, self.room)]
        {
            *cell = new.unwrap_or(std::mem::take(cell));
        }
        let done = staff::hire(&house, &act, &person, &card, &order, self.from.or(order.date)).await?;
        Ok(told(desk, &done, "принят(а) на работу. Вход выдаёт администратор: letopis account issue"))
    }
}

impl Correct {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = opened(desk).await?;
        let known = standing(&house, &self.person).await?;
        let mut card = known.ok_or_else(|| Failure::Said(format!("нет сотрудника «{}»", self.person)))?;
        for (cell, new) in [
            (&mut card.surname, self.surname),
            (&mut card.given_name, self.given_name),
            (&mut card.patronymic, self.patronymic),
            (&mut card.position, self.position),
            (&mut card.subject, self.subject),
            (&mut card.room, self.room),
        ] {
            *cell = new.unwrap_or(std::mem::take(cell));
        }
        let done = staff::correct(&house, &desk.act(&house), &self.person, &card).await?;
        Ok(told(desk, &done, "карточка исправлена"))
    }
}

impl Dismiss {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = opened(desk).await?;
        let act = desk.act(&house);
        let today = act.at.date_naive();
        let last = self.on.unwrap_or(today);
        let done = staff::dismiss(&house, &act, &self.person, &self.order.mark(today), Some(last)).await?;
        Ok(told(desk, &done, &format!("уволен(а), последний день {}", words::date_short(last))))
    }
}

impl Staff {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let Some(file) = self.file else { return list(desk).await };
        let house = opened(desk).await?;
        let bytes = std::fs::read(&file).map_err(|source| Failure::File { path: file.clone(), source })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let sheet = match one_table::read(&name, &bytes, &STAFF, false) {
            Ok(sheet) => sheet,
            Err(findings) => return Ok(told(desk, &Done::Refused(findings), "")),
        };
        let (outcome, notes) = staff::take_sheet(&house, &desk.act(&house), &sheet, self.dry_run).await?;
        if !desk.json {
            print_findings(&notes);
        }
        Ok(super::setup::told(desk, &outcome))
    }
}

async fn list(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let (roster, work) = (house.db.load_roster(&year).await?, house.db.list_employments().await?);
    let left = employment::orphans(&roster, &work);
    if desk.json {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let line = |one: &employment::Employment| {
            serde_json::json!({"id": one.id, "person": one.person, "hired_on": day(one.hired_on),
                "hire_order": one.hire_order.as_text(), "left_on": day(one.left_on), "leave_order": one.leave_order.as_text()})
        };
        let without = |one: &employment::Orphan| {
            serde_json::json!({"what": one.owned.what, "class": one.owned.class, "course": one.owned.course,
                "person": one.person.0, "since": one.since.to_string()})
        };
        print_json(&serde_json::json!({"orders": work.iter().map(line).collect::<Vec<_>>(),
            "without_owner": left.iter().map(without).collect::<Vec<_>>()}));
        return Ok(0);
    }
    let day = |day: Option<NaiveDate>| day.map(words::date_short).unwrap_or_default();
    let mut table = Table::new(&["Человек", "Принят с", "Приказ", "Последний день", "Приказ"]);
    for one in &work {
        let cells = [day(one.hired_on), one.hire_order.as_text(), day(one.left_on), one.leave_order.as_text()];
        table.row([vec![one.person.clone()], cells.to_vec()].concat());
    }
    table.print("Приказов о приёме и увольнении нет: действует список сотрудников учебного года.");
    for one in left {
        println!(
            "Без хозяина: {} (прежде — {}, последний день {})",
            one.owned.what,
            one.person.1,
            words::date_short(one.since)
        );
    }
    Ok(0)
}
