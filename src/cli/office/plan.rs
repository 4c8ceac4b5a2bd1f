//! `archive plan`: the file plan of a year at the keyboard. Floor 3.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde_json::json;

use super::super::table::{Table, print_json};
use super::super::{Desk, Failure};
use crate::domain::forms::plan::{Holds, PlanLine, SECTION, Term};
use crate::domain::words;
use crate::flow::office::{forms, plan};

/// `archive plan`.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[arg(value_name = "ГОД", help = "Календарный год: 2026")]
    year: i32,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes a line.
    #[command(about = "Записать дело: новое или с изменённым заголовком, сроком, основанием")]
    Set(Box<Set>),
    /// Takes a line out.
    #[command(about = "Исключить дело; история остаётся")]
    Remove {
        #[arg(value_name = "ИНДЕКС", help = "Индекс дела: 01-15")]
        index: String,
        #[arg(long, value_name = "ТЕКСТ", help = "Почему")]
        reason: String,
    },
    /// Copies the plan into the next year.
    #[command(about = "Перенести номенклатуру на следующий год")]
    Next,
    /// Writes the closing record.
    #[command(about = "Итоговая запись: сколько дел заведено; без чисел — сколько томов насчитал дом")]
    Close {
        #[arg(
            long = "units",
            value_name = "ИНДЕКС=ЧИСЛО",
            help = "Сколько дел заведено по индексу: 01-05=2; можно несколько раз"
        )]
        units: Vec<String>,
    },
    /// What was changed, by whom and why.
    #[command(about = "История изменений")]
    History,
}

#[derive(Debug, Args)]
struct Set {
    #[arg(value_name = "ИНДЕКС", help = "Индекс дела: 01-15")]
    index: String,
    #[arg(long, value_name = "ТЕКСТ", help = "Заголовок дела")]
    title: Option<String>,
    #[arg(long, value_name = "СРОК", help = "Срок хранения: число лет или «постоянно»")]
    term: Option<String>,
    #[arg(long, value_name = "ТЕКСТ", help = "№ статей по перечню, основание срока")]
    ground: Option<String>,
    #[arg(long, value_name = "ТЕКСТ", help = "Примечание")]
    note: Option<String>,
    #[arg(long, value_name = "ТЕКСТ", help = "Раздел номенклатуры")]
    section: Option<String>,
    #[arg(long, value_name = "ДА|НЕТ", help = "Переходящее на следующий год")]
    carried: Option<String>,
    #[arg(long, value_name = "ДА|НЕТ", help = "С отметкой «ЭПК»")]
    expert: Option<String>,
    #[arg(
        long,
        value_name = "СЛОВО",
        help = "Что в деле, чтобы формы нашли его индекс: journals, summaries, paper_register …"
    )]
    holds: Option<String>,
    #[arg(long, default_value = "", value_name = "ТЕКСТ", help = "Почему")]
    reason: String,
}

fn yes(text: Option<String>, before: bool) -> Result<bool, Failure> {
    match text.as_deref().map(str::to_lowercase).as_deref() {
        None => Ok(before),
        Some("да" | "yes") => Ok(true),
        Some("нет" | "no") => Ok(false),
        Some(other) => Err(Failure::Said(format!("«{other}»: нужно «да» или «нет»"))),
    }
}

impl Plan {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let year = self.year;
        let held = forms::plan_of(&house, year, &act).await?;
        match self.what {
            None => show(desk, &held),
            Some(What::Set(set)) => {
                let line = set.over(held.lines)?;
                plan::set(&house, year, &line, &set.reason, &act).await?;
                println!("{}: {}, {}", line.index, line.title, line.term.as_russian());
            }
            Some(What::Remove { index, reason }) => {
                plan::remove(&house, year, &index, &reason, &act).await?;
                println!("{index}: исключено из номенклатуры {year} года");
            }
            Some(What::Next) => {
                let count = plan::copy_to_next(&house, year, &act).await? as u64;
                println!("Номенклатура на {} год заведена: {}", year + 1, words::FILE.counted(count));
            }
            Some(What::Close { units }) => {
                let mut counts: BTreeMap<String, u32> =
                    held.lines.iter().filter(|line| line.units > 0).map(|l| (l.index.clone(), l.units)).collect();
                for pair in units {
                    let read = pair.split_once('=').and_then(|(index, n)| Some((index.to_owned(), n.parse().ok()?)));
                    let (index, n) =
                        read.ok_or_else(|| Failure::Said(format!("--units «{pair}»: нужно ИНДЕКС=ЧИСЛО: 01-05=2")))?;
                    counts.insert(index, n);
                }
                let closing = plan::close(&house, year, &counts, &act).await?;
                let all: u32 = closing.lines.iter().map(|line| line.units).sum();
                println!("Итоговая запись за {year} год: заведено {}", words::FILE.counted(all.into()));
            }
            Some(What::History) => history(desk, &held),
        }
        Ok(0)
    }
}

impl Set {
    /// The line as it shall stand: what is not given stays as it was.
    fn over(&self, lines: Vec<PlanLine>) -> Result<PlanLine, Failure> {
        let before = lines.into_iter().find(|line| line.index == self.index);
        let before = before.unwrap_or_else(|| PlanLine {
            index: self.index.clone(),
            section: SECTION.to_owned(),
            title: String::new(),
            term: Term::Years(0),
            ground: String::new(),
            note: String::new(),
            carried: false,
            expert: false,
            holds: Holds::Other,
            units: 0,
        });
        let term = match &self.term {
            None => before.term,
            Some(text) => Term::parse(text)
                .ok_or_else(|| Failure::Said(format!("--term «{text}»: нужно число лет или «постоянно»")))?,
        };
        let holds = match self.holds.as_deref() {
            None => before.holds,
            Some(word) => Holds::parse(word).ok_or_else(|| {
                let known = Holds::ALL.map(|one| format!("{} ({})", one.as_str(), one.as_russian())).join(", ");
                Failure::Said(format!("--holds «{word}»: нужно одно из: {known}"))
            })?,
        };
        Ok(PlanLine {
            section: self.section.clone().unwrap_or(before.section),
            title: self.title.clone().unwrap_or(before.title),
            ground: self.ground.clone().unwrap_or(before.ground),
            note: self.note.clone().unwrap_or(before.note),
            carried: yes(self.carried.clone(), before.carried)?,
            expert: yes(self.expert.clone(), before.expert)?,
            holds,
            term,
            index: before.index,
            units: 0,
        })
    }
}

fn show(desk: &Desk, held: &plan::Plan) {
    if desk.json {
        print_json(&json!({
            "year": held.year,
            "entered": held.is_entered,
            "closed_at": held.closing.as_ref().map(|closing| closing.at.clone()),
            "lines": held.lines,
        }));
        return;
    }
    let mut table = Table::new(&["Индекс", "Заголовок дела", "Ед. хр.", "Срок", "Основание", "Примечание"]);
    for line in &held.lines {
        let term = if line.expert { format!("{} ЭПК", line.term.as_russian()) } else { line.term.as_russian() };
        let units = if line.units == 0 { String::new() } else { line.units.to_string() };
        let ground = crate::domain::words::clause_words(&line.ground);
        table.row(vec![line.index.clone(), line.title.clone(), units, term, ground, line.note.clone()]);
    }
    table.print("");
    match &held.closing {
        Some(closing) => println!("Итоговая запись: {}", words::moment(&closing.at)),
        None if !held.is_entered => println!("Предложение по правилам школы: ещё не записано"),
        None => {}
    }
}

fn history(desk: &Desk, held: &plan::Plan) {
    if desk.json {
        let rows: Vec<_> = held
            .versions
            .iter()
            .map(|one| {
                json!({ "index": one.index, "version": one.version, "line": one.line, "reason": one.reason, "at": one.at, "by": one.by })
            })
            .collect();
        print_json(&rows);
        return;
    }
    let mut table = Table::new(&["Индекс", "Версия", "Что", "Почему", "Когда", "Кто"]);
    for one in &held.versions {
        let what = one
            .line
            .as_ref()
            .map_or_else(|| "исключено".to_owned(), |line| format!("{}, {}", line.title, line.term.as_russian()));
        let at = words::moment(&one.at);
        table.row(vec![one.index.clone(), one.version.to_string(), what, one.reason.clone(), at, one.by.clone()]);
    }
    table.print("");
}
