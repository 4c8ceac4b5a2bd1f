//! `forms print`: blank sheets for when the journal cannot be reached (F22). Floor 3.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::super::{Desk, Failure};
use crate::domain::words;
use crate::flow::office::fallback::{self, Wanted};
use crate::flow::office::templates;

/// `forms`.
#[derive(Debug, Args)]
pub(crate) struct Forms {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Blank sheets with their lists (F22).
    #[command(about = "Напечатать листы временного учёта с готовыми списками: класс, учитель, день, всё в одном PDF/A")]
    Print {
        #[arg(value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Класс: 7Б; без него — все классы")]
        class: Option<String>,
        #[arg(value_name = "ДЕНЬ", help = "Только уроки этого дня по расписанию: 2026-11-23")]
        day: Option<String>,
        #[arg(long, value_name = "УЧИТЕЛЬ", help = "Только предметы этого учителя: T00002")]
        teacher: Option<String>,
        #[arg(long, value_name = "ФАЙЛ", default_value = "fallback.pdf", help = "Куда записать")]
        to: PathBuf,
    },
}

impl Forms {
    pub(crate) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let What::Print { class, day, teacher, to } = self.what;
        // «forms print 2026-11-23»: a day of the whole school.
        let (class, day) = match (class, day) {
            (Some(only), None) if only.parse::<NaiveDate>().is_ok() => (None, Some(only)),
            given => given,
        };
        let day = day.map(|text| text.parse::<NaiveDate>().map_err(|_| no_day(&text))).transpose()?;
        let house = desk.house().await?;
        let act = desk.act(&house);
        let wanted = Wanted {
            class: class.clone().unwrap_or_default(),
            teacher: teacher.unwrap_or_default(),
            day,
            ..Wanted::default()
        };
        let sheets = fallback::sheets(&house, &wanted, &|_, _| true, &act).await?;
        if sheets.is_empty() {
            let of_day = day.map(|day| format!(" на {}", words::date_short(day))).unwrap_or_default();
            let of_class = class.map(|class| format!(" у класса {class}")).unwrap_or_default();
            return Err(Failure::Said(format!("печатать нечего{of_day}{of_class}: таких уроков в доме нет")));
        }
        let form = fallback::form(&house, &sheets).await?;
        super::write(&to, &templates::typeset(&house, &form, &act.moment())?.pdf)?;
        println!("{}: {}", to.display(), words::count(sheets.len() as u64, "лист", "листа", "листов"));
        Ok(0)
    }
}

fn no_day(text: &str) -> Failure {
    Failure::Said(format!("день «{text}»: нужен год-месяц-день, например 2026-11-23"))
}
