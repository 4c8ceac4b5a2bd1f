//! `control`: control inside the school (ВШК); `control late` says which entries were made in time. Floor 3.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::bundle;
use crate::domain::timeliness::{CSV_HEADS, EntryKind, Judged, Status, csv_row, tally};
use crate::flow;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Counts by class and teacher.
    #[value(help = "сводка по классам и учителям")]
    Text,
    /// A row an entry.
    #[value(help = "строка на запись")]
    Csv,
    /// An object an entry.
    #[value(help = "объект на запись")]
    Json,
}

/// `control`.
#[derive(Debug, Args)]
pub(super) struct Control {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(
        about = "Своевременность записей: вовремя, с опозданием, ещё ждёт, неизвестно; каждая — с пунктом правил"
    )]
    Late(Late),
}

/// `control late`.
#[derive(Debug, Args)]
struct Late {
    #[arg(long, value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Только этот класс")]
    class: Option<String>,
    #[arg(long, value_name = "ПЕРИОД", help = "Только этот период (Q1, H1, Y)")]
    period: Option<String>,
    #[arg(long, value_name = "ГОД", help = "Учебный год, по умолчанию последний")]
    year: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=53), help = "Только уроки этой недели календарного года (1–53)")]
    week: Option<u32>,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", conflicts_with = "week", help = "Только уроки с этого дня, ГГГГ-ММ-ДД")]
    from: Option<NaiveDate>,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", conflicts_with = "week", help = "Только уроки по этот день, ГГГГ-ММ-ДД")]
    to: Option<NaiveDate>,
    #[arg(long, value_name = "СОСТОЯНИЕ", value_parser = ["done", "late", "due", "unknown"], help = "Только такие записи: вовремя, с опозданием, ещё ждёт, неизвестно")]
    status: Option<String>,
    #[arg(long, value_enum, value_name = "ВИД", default_value = "text", help = "Сводка, CSV или JSON")]
    format: Format,
}

impl Control {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.what {
            What::Late(late) => late.run(desk).await,
        }
    }
}

#[derive(Debug, Serialize)]
struct EntryLine<'a> {
    class: &'a str,
    course: &'a str,
    subject: &'a str,
    teacher: &'a str,
    date: String,
    number: u8,
    what: &'a str,
    learner: &'a str,
    work: &'a str,
    due: String,
    entered_at: String,
    status: &'a str,
    clause: &'a str,
    reason: &'a str,
}

impl Late {
    async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let year = house.year(self.year.as_deref()).await?;
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            let (from, to) = (from.format("%d.%m.%Y"), to.format("%d.%m.%Y"));
            return Err(Failure::Said(format!("--from {from}, --to {to}: конец раньше начала")));
        }
        let question = flow::timeliness::Question {
            year,
            class: self.class,
            period: self.period,
            week: self.week,
            days: (self.from, self.to),
        };
        let mut judged = flow::timeliness::judge(&house, &question, &desk.act(&house)).await?;
        if let Some(status) = self.status.as_deref().and_then(Status::parse) {
            judged.retain(|one| one.status == status);
        }
        match self.format {
            Format::Json => print_entries(&judged),
            Format::Text if desk.json => print_entries(&judged),
            Format::Csv => print!("{}", to_csv(&judged)),
            Format::Text => print_tally(&judged),
        }
        Ok(0)
    }
}

fn print_entries(judged: &[Judged]) {
    let lines: Vec<EntryLine<'_>> = judged
        .iter()
        .map(|one| EntryLine {
            class: &one.class,
            course: &one.course_id,
            subject: &one.subject,
            teacher: &one.teacher_id,
            date: one.lesson.date.to_string(),
            number: one.lesson.number,
            what: one.kind.as_str(),
            learner: &one.learner_id,
            work: &one.work,
            due: one.due.as_iso(),
            entered_at: one.entered_at.map(|at| at.format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default(),
            status: one.status.as_str(),
            clause: &one.clause,
            reason: &one.reason,
        })
        .collect();
    print_json(&lines);
}

/// As offices read it, and as the page gives it; identifiers, never names.
fn to_csv(judged: &[Judged]) -> String {
    let rows = judged.iter().map(|one| csv_row(one).to_vec());
    let all: Vec<Vec<String>> = std::iter::once(CSV_HEADS.map(str::to_owned).to_vec()).chain(rows).collect();
    // The mark by which table editors know UTF-8.
    format!("\u{feff}{}", bundle::export::csv(&all, b';'))
}

fn print_tally(judged: &[Judged]) {
    let mut table = Table::new(&["Класс", "Учитель", "Запись", "Вовремя", "С опозданием", "Ещё ждёт", "Неизвестно"]);
    for line in tally(judged) {
        for kind in EntryKind::ALL {
            let counts = Status::ALL.map(|status| line.of(kind, status));
            if counts.iter().any(|count| *count > 0) {
                let mut cells = vec![line.class.clone(), line.teacher_id.clone(), kind.as_russian().to_owned()];
                cells.extend(counts.map(|count| count.to_string()));
                table.row(cells);
            }
        }
    }
    table.print("Записей нет.");
    let unknown = judged.iter().filter(|one| one.status == Status::Unknown).count();
    if unknown > 0 {
        println!("Неизвестно — не опоздание: время записи журнал не сообщил или срок в правилах не назван.");
    }
}
