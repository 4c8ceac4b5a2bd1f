//! `template`: the school's own templates of forms: a new one, and the check of all of them. Floor 3.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::super::table::{Table, print_json};
use super::super::{Desk, Failure};
use crate::flow::office::templates;

/// `template`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Template {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Checks the house's templates on made-up data.
    #[command(about = "Проверить шаблоны школы на проверочных данных; код завершения 2, если хоть один не годится")]
    Check {
        #[arg(
            long,
            value_name = "ПАПКА",
            help = "Положить сюда страницы форм на проверочных данных, PDF: посмотреть до печати"
        )]
        preview: Option<PathBuf>,
    },
    /// Writes the built-in template into the house's folder.
    #[command(about = "Завести шаблон школы: копия встроенного в папке templates дома")]
    New {
        #[arg(value_name = "ФОРМА", help = "Имя формы; без него — шаблон для всех форм")]
        form: Option<String>,
    },
}

impl Template {
    pub(in crate::cli) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        match self.what {
            What::New { form } => {
                println!("{}", templates::begin(&house, form.as_deref())?);
                Ok(0)
            }
            What::Check { preview } => {
                let act = desk.act(&house);
                let checked = templates::check(&house, &act).await?;
                let pages = match &preview {
                    Some(to) => templates::preview(&house, &checked, to, &act.moment())?,
                    None => Vec::new(),
                };
                let fits = checked.iter().all(|one| one.faults.is_empty());
                if desk.json {
                    let rows: Vec<_> = checked
                        .iter()
                        .map(|one| {
                            json!({ "file": one.file, "sha256": one.digest, "forms": one.forms, "faults": one.faults })
                        })
                        .collect();
                    print_json(&rows);
                } else if checked.is_empty() {
                    println!("Шаблонов школы нет: формы печатаются по встроенному.");
                } else {
                    let mut table = Table::new(&["Файл", "Форм", "SHA-256", "Проверка"]);
                    for one in &checked {
                        let said = if one.faults.is_empty() { "годится" } else { "НЕ ГОДИТСЯ" };
                        let digest = one.digest.chars().take(16).collect();
                        table.row(vec![one.file.clone(), one.forms.len().to_string(), digest, said.to_owned()]);
                    }
                    table.print("");
                    for one in &checked {
                        for fault in &one.faults {
                            println!("{}: {fault}", one.file);
                        }
                    }
                    for path in &pages {
                        println!("Страницы на проверочных данных: {}", path.display());
                    }
                }
                Ok(if fits { 0 } else { 2 })
            }
        }
    }
}
