//! `copy diff`, `copy recall`, `copy supplement`: what two versions of a copy differ in, a signed copy called back for correction, and what came
//! after it was frozen. Floor 3.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::listings::CopyLine;
use super::table::{Table, print_json};
use super::{Desk, Failure, REFUSED, print_findings};
use crate::domain::difference::grounded;
use crate::domain::words;
use crate::flow::supplement::{self, Standing};
use crate::flow::{self, desk as differences, issue, recall};

/// `copy`.
#[derive(Debug, Args)]
pub(super) struct Copy {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(about = "Чем отличаются две версии копии: лист, ученик, графа, было и стало, основание")]
    Diff {
        #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
        copy: String,
        #[arg(value_name = "ВЕРСИЯ", help = "С какой сравнить: v1 или 1", value_parser = version)]
        from: u32,
        #[arg(value_name = "ВЕРСИЯ", help = "Какую сравнить: v2 или 2", value_parser = version)]
        to: u32,
    },
    #[command(about = "Вернуть подписанную всеми копию на исправление: период класса открывается до следующей версии")]
    Recall {
        #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
        copy: String,
        #[arg(
            long = "sheet",
            value_name = "ЛИСТ",
            required_unless_present = "withdraw",
            help = "Лист с ошибкой; можно назвать несколько"
        )]
        sheets: Vec<String>,
        #[arg(
            long,
            value_name = "ОСНОВАНИЕ",
            required_unless_present = "withdraw",
            help = "В чём ошибка и по чьему обращению"
        )]
        ground: Option<String>,
        #[arg(long, conflicts_with_all = ["sheets", "ground"], help = "Отменить возврат, пока в журнал ничего не вписано")]
        withdraw: bool,
    },
    #[command(
        about = "Дополнительный лист: записи, внесённые после составления копии; без ключей — составить и выпустить"
    )]
    Supplement {
        #[arg(
            value_name = "КОПИЯ",
            help = "Идентификатор копии; без него — все, к которым принимаются поздние записи"
        )]
        copy: Option<String>,
        #[arg(
            long,
            value_name = "ОСНОВАНИЕ",
            requires = "copy",
            help = "Открыть приём поздних записей: например, «работы на проверке»"
        )]
        open: Option<String>,
        #[arg(long, requires = "copy", conflicts_with = "open", help = "Закрыть приём: поздних записей не было")]
        withdraw: bool,
        #[arg(long, conflicts_with_all = ["open", "withdraw"], help = "Только показать")]
        list: bool,
        #[arg(
            long = "override",
            value_name = "ОСНОВАНИЕ",
            requires = "copy",
            conflicts_with_all = ["open", "withdraw", "list"],
            help = "Составить вопреки замечаниям; основание печатается на титуле"
        )]
        ground: Option<String>,
    },
}

fn version(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
    digits.parse().ok().filter(|version| *version > 0).ok_or_else(|| "нужен номер версии: v1 или 1".to_owned())
}

/// A supplement as `--json` says it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    id: &'a str,
    copy: &'a str,
    copy_version: u32,
    no: u32,
    class: &'a str,
    period: &'a str,
    opened_at: &'a str,
    ground: &'a str,
    outcome: &'a str,
    entries: usize,
    state: &'static str,
}

impl<'a> Line<'a> {
    fn of(one: &'a Standing) -> Self {
        let row = &one.row;
        Self {
            id: &row.id,
            copy: &row.copy,
            copy_version: row.version,
            no: row.no,
            class: &row.class,
            period: &row.period,
            opened_at: &row.opened_at,
            ground: &row.ground,
            outcome: if one.is_open() { "open" } else { &row.outcome },
            entries: one.entries,
            state: one.copy.as_ref().map_or("", |copy| copy.state.as_str()),
        }
    }
}

impl Copy {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.what {
            What::Diff { copy, from, to } => diff(desk, &copy, from, to).await,
            What::Recall { copy, withdraw: true, .. } => keep(desk, &copy).await,
            What::Recall { copy, sheets, ground, .. } => {
                call_back(desk, &copy, &sheets, ground.as_deref().unwrap_or_default()).await
            }
            What::Supplement { copy: Some(copy), open: Some(ground), .. } => open(desk, &copy, &ground).await,
            What::Supplement { copy: Some(copy), withdraw: true, .. } => withdraw(desk, &copy).await,
            What::Supplement { copy: Some(copy), list: false, ground, .. } => {
                make(desk, &copy, ground.as_deref()).await
            }
            What::Supplement { copy, .. } => list(desk, copy.as_deref()).await,
        }
    }
}

async fn diff(desk: &Desk, copy: &str, from: u32, to: u32) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let found = differences::differences(&house, copy, from, to).await?;
    if desk.json {
        print_json(&serde_json::json!({
            "copy": copy, "from": from, "to": to, "ground": found.ground, "changes": found.rows
        }));
        return Ok(0);
    }
    if !found.ground.is_empty() {
        println!("{}", found.ground);
    }
    let mut table = Table::new(&["Лист", "Обучающийся", "Графа", "Было", "Стало", "Основание"]);
    for row in &grounded(&found.rows, &found.ground) {
        let said = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
        table.row(vec![
            row.sheet.clone(),
            said(&row.learner),
            row.cell.clone(),
            said(&row.was),
            said(&row.is),
            said(&row.ground),
        ]);
    }
    table.print("Записи журнала в этих версиях одни и те же. Другой титульный лист: номер версии, дата и основание, а если заменён \
         удостоверяющий центр школы — и его контрольная сумма.");
    Ok(0)
}

async fn call_back(desk: &Desk, copy: &str, sheets: &[String], ground: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let row = recall::recall(&house, copy, sheets, ground, &desk.act(&house)).await?;
    if desk.json {
        print_json(
            &serde_json::json!({ "copy": copy, "version": row.version, "sheets": row.sheets, "recalled_at": row.at }),
        );
    } else {
        println!(
            "Копия {copy} (версия {}) возвращена на исправление: период класса открыт. Исправьте журнал и выпустите следующую версию: \
             letopis issue {copy} --reissue \"{}\"",
            row.version, row.ground
        );
    }
    Ok(0)
}

async fn keep(desk: &Desk, copy: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    recall::withdraw(&house, copy, &desk.act(&house)).await?;
    if desk.json {
        print_json(&serde_json::json!({ "copy": copy, "outcome": "withdrawn" }));
    } else {
        println!("Возврат копии {copy} на исправление отменён: период снова закрыт.");
    }
    Ok(0)
}

async fn open(desk: &Desk, copy: &str, ground: &str) -> Result<u8, Failure> {
    if ground.trim().is_empty() {
        return Err(Failure::Said("основание не может быть пустым".to_owned()));
    }
    let house = desk.house().await?;
    let row = supplement::open(&house, copy, ground.trim(), &desk.act(&house)).await?;
    if desk.json {
        print_json(&serde_json::json!({ "id": row.id, "copy": row.copy, "no": row.no, "outcome": "open" }));
    } else {
        println!("Приём поздних записей открыт: они войдут в дополнительный лист № {} к копии {copy}.", row.no);
    }
    Ok(0)
}

async fn withdraw(desk: &Desk, copy: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    supplement::withdraw(&house, copy, &desk.act(&house)).await?;
    if desk.json {
        print_json(&serde_json::json!({ "copy": copy, "outcome": "withdrawn" }));
    } else {
        println!("Приём поздних записей к копии {copy} закрыт: их не было.");
    }
    Ok(0)
}

async fn make(desk: &Desk, copy: &str, ground: Option<&str>) -> Result<u8, Failure> {
    if ground.is_some_and(|ground| ground.trim().is_empty()) {
        return Err(Failure::Said("основание не может быть пустым".to_owned()));
    }
    let house = desk.house().await?;
    let act = desk.act(&house);
    let made = supplement::make(&house, copy, ground, &act).await?;
    if !desk.json {
        print_findings(&made.findings);
    }
    let Some(row) = made.copy else {
        if desk.json {
            print_json(&serde_json::json!({ "copy": copy, "result": "refused", "findings": made.findings }));
        } else {
            println!(
                "{copy}: дополнительный лист не составлен, есть ошибки; устраните их или укажите --override \"основание\""
            );
        }
        return Ok(REFUSED);
    };
    let issued = issue::issue(&house, &[row], &act, |_| {}).await?;
    for one in &issued {
        if desk.json {
            print_json(&CopyLine::of(&one.copy));
        } else {
            println!("{}: составлен и выпущен, {} стр.; подписи — по маршруту копии", one.copy.id, one.copy.pages);
        }
    }
    Ok(0)
}

async fn list(desk: &Desk, copy: Option<&str>) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let all = match copy {
        Some(copy) if house.db.list_versions(copy).await?.is_empty() => {
            return Err(flow::Error::NoCopy(copy.to_owned()).into());
        }
        Some(copy) => supplement::standing(&house, copy).await?,
        None => supplement::open_ones(&house).await?,
    };
    if desk.json {
        print_json(&all.iter().map(Line::of).collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["Копия", "Лист №", "Класс", "Период", "Записей", "Состояние"]);
    for one in &all {
        table.row(vec![
            one.row.copy.clone(),
            one.row.no.to_string(),
            one.row.class.clone(),
            one.row.period.clone(),
            one.entries.to_string(),
            one.in_russian(),
        ]);
    }
    table.print(&match copy {
        Some(copy) => format!("К копии {copy} дополнительных листов нет."),
        None => "Поздние записи сейчас не принимаются ни к одной копии.".to_owned(),
    });
    let waiting: usize = all.iter().filter(|one| one.is_open()).map(|one| one.entries).sum();
    if waiting > 0 {
        println!("Ждут дополнительного листа: {}.", words::count(waiting as u64, "запись", "записи", "записей"));
    }
    Ok(0)
}
