//! `token`: keys to the documented interface: issue, list, revoke. Floor 3.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::domain::token::{SCOPES, Scope};
use crate::flow::tokens::{self, Wanted};
use crate::store::TokenRow;

/// `token`.
#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(about = "Выдать ключ доступа; он показывается один раз")]
    Issue {
        #[arg(long, value_name = "ТЕКСТ", help = "Для чего ключ: «сайт школы»")]
        label: String,
        #[arg(
            long = "scope",
            value_name = "ПРАВО",
            value_delimiter = ',',
            required = true,
            help = "Права через запятую; список — letopis token scopes"
        )]
        scopes: Vec<String>,
        #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Последний день действия, 2026-12-31")]
        until: NaiveDate,
    },
    #[command(about = "Выданные ключи: права, сроки, когда использованы; сами ключи не хранятся")]
    List,
    #[command(about = "Отозвать ключ навсегда")]
    Revoke {
        #[arg(value_name = "КЛЮЧ", help = "Идентификатор из списка")]
        id: String,
    },
    #[command(about = "Права, которые можно дать ключу")]
    Scopes,
}

/// One line of the list for programs.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    label: &'a str,
    scopes: Vec<&'a str>,
    created_at: &'a str,
    created_by: &'a str,
    expires_on: &'a str,
    revoked_at: &'a str,
    last_used_at: &'a str,
}

/// A token just issued, for programs: its line of the list and its text.
#[derive(Serialize)]
struct Issued<'a> {
    token: &'a str,
    #[serde(flatten)]
    line: Line<'a>,
}

impl Token {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.action {
            Action::Issue { label, scopes, until } => issue(desk, Wanted { label, scopes, expires_on: until }).await,
            Action::List => list(desk).await,
            Action::Revoke { id } => {
                let house = desk.house().await?;
                tokens::revoke(&house, &id, &desk.act(&house)).await?;
                println!("Ключ {id} отозван.");
                Ok(0)
            }
            Action::Scopes if desk.json => {
                let line = |scope: &Scope| serde_json::json!({"id": scope.word, "about": scope.about});
                print_json(&SCOPES.iter().map(line).collect::<Vec<_>>());
                Ok(0)
            }
            Action::Scopes => {
                let mut table = Table::new(&["Право", "Что открывает"]);
                SCOPES.iter().for_each(|scope| table.row(vec![scope.word.to_owned(), scope.about.to_owned()]));
                table.print("");
                Ok(0)
            }
        }
    }
}

async fn issue(desk: &Desk, wanted: Wanted) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let (row, text) = tokens::issue(&house, &wanted, &desk.act(&house)).await?;
    eprintln!("Ключ {} выдан до {} включительно. Он показан один раз — сохраните его:", row.id, row.expires_on);
    match desk.json {
        true => print_json(&Issued { token: &text, line: line(&row) }),
        false => println!("{text}"),
    }
    Ok(0)
}

async fn list(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let rows = house.db.list_tokens().await?;
    if desk.json {
        print_json(&rows.iter().map(line).collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["Ключ", "Для чего", "Права", "Действует до", "Использован", "Отозван"]);
    for row in &rows {
        let cells = [&row.id, &row.label, &row.scopes, &row.expires_on, &row.last_used_at, &row.revoked_at];
        table.row(cells.map(String::clone).to_vec());
    }
    table.print("Ключей доступа нет.");
    Ok(0)
}

fn line(row: &TokenRow) -> Line<'_> {
    Line {
        id: &row.id,
        label: &row.label,
        scopes: row.scopes.split(' ').collect(),
        created_at: &row.created_at,
        created_by: &row.created_by,
        expires_on: &row.expires_on,
        revoked_at: &row.revoked_at,
        last_used_at: &row.last_used_at,
    }
}
