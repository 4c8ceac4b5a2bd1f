//! `template`: the school's own templates of forms: a new one, and the check of all of them. Floor 3.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::super::table::{Table, print_json};
use super::super::{Desk, Failure};
use crate::domain::words::moment;
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
    /// Lays a file beside the templates in force and checks it.
    #[command(about = "Проверить файл шаблона и положить его рядом с действующими: до ввода по нему не печатают")]
    Lay {
        #[arg(value_name = "ФОРМА", help = "Имя формы; all — шаблон для всех форм")]
        form: String,
        #[arg(value_name = "ФАЙЛ", help = "Файл шаблона, .typ")]
        file: PathBuf,
    },
    /// Puts the template that waits in force.
    #[command(about = "Ввести в действие шаблон, положенный на проверку: событие в журнале, прежний хранится")]
    Enact {
        #[arg(value_name = "ФОРМА", help = "Имя формы; all — шаблон для всех форм")]
        form: String,
    },
    /// Takes the school's template out of force.
    #[command(about = "Снять шаблон школы: форма снова печатается по встроенному, снятый хранится")]
    Withdraw {
        #[arg(value_name = "ФОРМА", help = "Имя формы; all — шаблон для всех форм")]
        form: String,
    },
    /// Which templates are in force, since when, by whom.
    #[command(about = "Какие шаблоны действуют, с какого дня и кем введены")]
    List,
    /// The process that sets a foreign template, with little memory and time.
    #[command(hide = true)]
    Apart { seconds: u64 },
}

impl Template {
    pub(in crate::cli) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if let What::Apart { seconds } = self.what {
            let failed = |source| Failure::File { path: PathBuf::from("-"), source };
            let done = templates::work(seconds, std::io::stdin().lock(), std::io::stdout().lock());
            return done.map(|()| 0).map_err(failed);
        }
        let house = desk.house().await?;
        match self.what {
            What::Apart { .. } => Ok(0),
            What::Lay { form, file } => {
                let bytes = std::fs::read(&file).map_err(|source| Failure::File { path: file.clone(), source })?;
                let faults = templates::lay(&house, &form, bytes, &desk.act(&house)).await?;
                for fault in &faults {
                    println!("{}: {fault}", file.display());
                }
                if faults.is_empty() {
                    println!("Шаблон годится и лежит на проверке. Ввести в действие: letopis template enact {form}");
                }
                Ok(if faults.is_empty() { 0 } else { 2 })
            }
            What::Enact { form } => {
                let standings = templates::standings(&house).await?;
                let waits = standings.iter().find(|one| one.form == form).map(|one| one.draft.clone());
                templates::enact(&house, &form, &waits.unwrap_or_default(), &desk.act(&house)).await?;
                println!("Шаблон введён в действие.");
                Ok(0)
            }
            What::Withdraw { form } => {
                templates::withdraw(&house, &form, &desk.act(&house)).await?;
                println!("Шаблон снят: форма печатается по встроенному.");
                Ok(0)
            }
            What::List => {
                listed(&templates::standings(&house).await?, desk.json);
                Ok(0)
            }
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

/// The forms that the school has a template of its own for, in force or waiting.
fn listed(standings: &[templates::Standing], json: bool) {
    let own: Vec<_> = standings.iter().filter(|one| !one.digest.is_empty() || !one.draft.is_empty()).collect();
    let since = |one: &templates::Standing| match &one.since {
        Some(deed) => (deed.at.clone(), deed.by.clone()),
        None => (String::new(), String::new()),
    };
    if json {
        let row = |one: &&templates::Standing| {
            let (at, by) = since(one);
            json!({ "form": one.form, "sha256": one.digest, "since": at, "by": by, "draft": one.draft })
        };
        print_json(&own.iter().map(row).collect::<Vec<_>>());
        return;
    }
    if own.is_empty() {
        println!("Шаблонов школы нет: формы печатаются по встроенному.");
        return;
    }
    let mut table = Table::new(&["Форма", "Действует", "С какого времени", "Кто ввёл", "На проверке"]);
    let short = |digest: &str| digest.chars().take(16).collect::<String>();
    for one in own {
        let (at, by) = since(one);
        let by = if one.since.is_none() && !one.digest.is_empty() {
            "положен в папку вручную".to_owned()
        } else {
            by
        };
        table.row(vec![one.form.clone(), short(&one.digest), moment(&at), by, short(&one.draft)]);
    }
    table.print("");
}
