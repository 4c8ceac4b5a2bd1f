//! `print`, `archive`: the office's forms and the inventories of files, as PDF and tables. Floor 3.

mod fallback;
mod plan;
mod template;

use std::path::PathBuf;

pub(super) use self::fallback::Forms;
pub(super) use self::template::Template;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::bundle::ruled;
use crate::domain::form::Form;
use crate::flow::House;
use crate::flow::office::forms::{Asked, FORMS, WHO, find, make};
use crate::flow::office::templates;

/// How a form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// PDF/A.
    #[value(help = "страницы PDF/A")]
    Pdf,
    /// The first table, or all of them one after another.
    #[value(help = "таблица: точка с запятой, UTF-8 со знаком BOM")]
    Csv,
    /// Every table, a sheet each.
    #[value(help = "книга: лист на таблицу")]
    Xlsx,
    /// Plain text.
    #[value(help = "текст на экран")]
    Text,
}

/// `print`.
#[derive(Debug, Args)]
pub(super) struct Print {
    #[arg(value_name = "ФОРМА", help = "Имя формы; без него — список форм")]
    form: Option<String>,
    #[arg(
        long = "with",
        value_name = "ПОЛЕ=ЗНАЧЕНИЕ",
        help = "Что нужно форме: class=5А, period=Q1, from=2025-09-01, teacher=T00002; поля каждой формы — «letopis print» без имени"
    )]
    with: Vec<String>,
    #[arg(long, value_enum, value_name = "ВИД", default_value = "pdf", help = "Вид: PDF, CSV, XLSX или текст")]
    format: Format,
    #[arg(long, value_name = "ФАЙЛ", help = "Куда записать; по умолчанию имя формы в текущей папке")]
    to: Option<PathBuf>,
}

#[derive(Serialize)]
struct FormRow {
    form: &'static str,
    title: &'static str,
    needs: Vec<&'static str>,
}

impl Print {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let Some(id) = &self.form else {
            list(desk);
            return Ok(0);
        };
        let known = find(id).map_err(crate::flow::Error::from)?;
        let mut asked = Asked::new();
        for pair in &self.with {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::Said(format!("--with «{pair}»: нужно ПОЛЕ=ЗНАЧЕНИЕ, например class=5А")))?;
            let (name, fields) = (name.trim(), known.fields());
            if !["year", "calendar"].contains(&name) && !fields.contains(&name) {
                let fields = if fields.is_empty() { "только year".to_owned() } else { fields.join(", ") };
                return Err(Failure::Said(format!("у формы «{id}» нет поля «{name}»; её поля: {fields}")));
            }
            asked.insert(name.to_owned(), value.trim().to_owned());
        }
        let house = desk.house().await?;
        let act = desk.act(&house);
        let form = make(&house, id, &asked, &act).await?;
        if self.format == Format::Text {
            print!("{form}");
            return Ok(0);
        }
        let (bytes, ending) = match self.format {
            Format::Pdf => (templates::typeset(&house, &form, &act.moment())?.pdf, "pdf"),
            Format::Csv => (csv(&form), "csv"),
            Format::Xlsx => (ruled::form_xlsx(&form).map_err(crate::flow::Error::from)?, "xlsx"),
            Format::Text => (Vec::new(), "txt"),
        };
        let to = self.to.unwrap_or_else(|| PathBuf::from(format!("{id}.{ending}")));
        write(&to, &bytes)?;
        println!("{}", to.display());
        Ok(0)
    }
}

fn list(desk: &Desk) {
    if desk.json {
        let rows: Vec<FormRow> =
            FORMS.iter().map(|one| FormRow { form: one.id, title: one.title, needs: one.fields() }).collect();
        print_json(&rows);
        return;
    }
    let mut table = Table::new(&["Форма", "Название", "Поля"]);
    for one in FORMS {
        table.row(vec![one.id.to_owned(), one.title.to_owned(), one.fields().join(", ")]);
    }
    table.print("");
    let who = WHO.map(|(word, said)| format!("{word} — {said}")).join("; ");
    println!();
    println!("Год другой, чем последний: year=2025/2026 у любой формы.");
    println!("who (кому выписки): {who}. Без поля — {}. Одному обучающемуся: learner=L00001.", WHO[0].0);
    println!("title: заголовок дела, как на странице «Дела и описи»; нужен, если под одним индексом несколько дел.");
}

/// Every table of a form, an empty line between them.
fn csv(form: &Form) -> Vec<u8> {
    form.tables().map(ruled::table_csv).collect::<Vec<_>>().join(&b"\r\n"[..])
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// `archive`.
#[derive(Debug, Args)]
pub(super) struct Archive {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Inventories of a calendar year (F61).
    #[command(about = "Описи дел за календарный год: на бумаге и электронных, PDF и CSV")]
    Opis {
        #[arg(value_name = "ГОД", help = "Календарный год, в котором закончился учебный: 2026")]
        year: u32,
        #[arg(long, value_name = "ПАПКА", default_value = ".", help = "Куда записать файлы")]
        to: PathBuf,
    },
    /// The file plan of a calendar year (F61).
    #[command(about = "Номенклатура дел: показать, изменить, перенести на следующий год, сделать итоговую запись")]
    Plan(plan::Plan),
}

impl Archive {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let (year, to) = match self.what {
            What::Opis { year, to } => (year, to),
            What::Plan(plan) => return plan.run(desk).await,
        };
        let house = desk.house().await?;
        std::fs::create_dir_all(&to).map_err(|source| Failure::File { path: to.clone(), source })?;
        for (form, name) in [("inventory-paper", "opis-bumaga"), ("inventory-electronic", "opis-elektronnaya")] {
            inventory(&house, desk, form, year, &to.join(format!("{name}-{year}"))).await?;
        }
        Ok(0)
    }
}

async fn inventory(house: &House, desk: &Desk, id: &str, year: u32, base: &std::path::Path) -> Result<(), Failure> {
    let asked = Asked::from([("calendar".to_owned(), year.to_string())]);
    let act = desk.act(house);
    let form = make(house, id, &asked, &act).await?;
    let lines: usize = form.tables().next().map_or(0, |table| table.rows.len());
    let pdf = base.with_extension("pdf");
    write(&pdf, &templates::typeset(house, &form, &act.moment())?.pdf)?;
    write(&base.with_extension("csv"), &csv(&form))?;
    println!("{}: дел {lines}; {} и {}", form.title, pdf.display(), base.with_extension("csv").display());
    Ok(())
}
