//! `import`, `export`, `feed`: files come in, tables and the feed go out. Floor 3.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::table::{Table, grouped, print_json};
use super::{Desk, Failure, REFUSED, clock, journal, print_findings};
use crate::bundle::export::Shape;
use crate::bundle::{FileFacts, example, export as tables};
use crate::config;
use crate::domain::words;
use crate::flow::change;
use crate::flow::exchange::{self, Inspection, RowDifference, TableDifference, Taken, Wish, export, feed};
use crate::flow::import::{Imported, Outcome};
use crate::flow::setup::files::Plan;
use crate::vault;

/// `import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[arg(
        value_name = "НАБОР",
        required_unless_present = "example",
        help = "Папка, архив .zip или файл: CSV, XLSX, JSON, OneRoster, отчёт другой программы"
    )]
    bundle: Option<PathBuf>,
    #[arg(long, help = "Только проверить, ничего не записывать")]
    dry_run: bool,
    #[arg(
        long,
        conflicts_with = "add",
        help = "Заменить весь учебный год тем, что в файлах (так и без ключа для набора CSV)"
    )]
    whole: bool,
    #[arg(long, help = "Добавить и обновить строки, остальное не трогать (так и без ключа для всего прочего)")]
    add: bool,
    #[arg(long, value_name = "ГОД", help = "Учебный год, в который добавлять: 2025/2026")]
    year: Option<String>,
    #[arg(
        long,
        value_name = "ФАЙЛ",
        conflicts_with = "bundle",
        help = "Записать пример книги XLSX и ничего не загружать; дом не нужен"
    )]
    example: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if let Some(path) = &self.example {
            return write_example(path, desk).await;
        }
        let house = desk.house().await?;
        let Some(path) = &self.bundle else { return Ok(REFUSED) };
        let whole = if self.whole { Some(true) } else { self.add.then_some(false) };
        let wish = Wish { whole, year: self.year.clone() };
        let files = exchange::gather(path)?;
        let inspection = exchange::inspect(&house, &files, &wish).await?;
        let taken = exchange::take(&house, &files, &wish, self.dry_run, &desk.act(&house)).await?;
        if desk.json {
            print_json(&taken_json(&inspection, &taken));
        } else if self.dry_run {
            print_files(&inspection, gone(&taken));
        }
        let (journal, year) = match taken {
            Taken::Refused(findings) => {
                if !desk.json {
                    print_findings(&findings);
                }
                eprintln!("Набор не загружен: замечаний {}. Ничего не записано.", findings.len());
                return Ok(REFUSED);
            }
            Taken::Done { journal, year } => (journal, year),
        };
        if desk.json {
            return Ok(0);
        }
        match journal {
            Some(Outcome::Unchanged { digest, imported_at }) => {
                println!("Этот набор уже загружен {imported_at}: ничего не изменилось (SHA-256 {digest}).");
            }
            Some(Outcome::WouldImport(imported)) => {
                print_imported("Набор можно загрузить; ничего не записано (--dry-run).", &imported, true);
                print_differences(&imported.differences);
            }
            Some(Outcome::Imported(imported)) => print_imported("Набор загружен.", &imported, false),
            Some(Outcome::Refused(_)) | None => {}
        }
        if let Some((plan, _)) = year {
            print_year(&plan, self.dry_run);
        }
        Ok(0)
    }
}

/// Writes the example and loads nothing: by the rules and the year of the house that is named, without one by the default rules and today's year.
async fn write_example(path: &Path, desk: &Desk) -> Result<u8, Failure> {
    let book = if desk.folder().is_ok() {
        let house = desk.house().await?;
        let first = exchange::first_year(&house, desk.act(&house).at.date_naive()).await?;
        example::workbook(&house.policy, first)
    } else {
        let (name, text) = journal::policy_text("default")?;
        let rules = journal::parse_policy(&name, &name, &text)
            .map_err(|_| Failure::Said(format!("встроенные правила «{name}» не читаются")))?;
        let zone = journal::zone(config::parse_offset(journal::DEFAULT_OFFSET).unwrap_or_default());
        example::workbook(&rules, exchange::first_year_of(clock::act(&desk.by, zone).at.date_naive()))
    };
    write_new(path, &book.map_err(|error| Failure::Said(error.to_string()))?)?;
    println!("Пример записан: {}", path.display());
    Ok(0)
}

/// What the tables of the year came to.
fn print_year(plan: &Plan, dry_run: bool) {
    print_findings(&plan.findings);
    let done = if dry_run {
        "можно загрузить, ничего не записано (--dry-run)"
    } else {
        "загружены"
    };
    println!("Таблицы {} учебного года: {done}.", plan.year);
    let mut table = Table::new(&["Таблица", "Новых", "Изменённых", "Исчезло", "Без изменений"]);
    for came in &plan.tables {
        let counts = [came.new, came.changed, came.gone, came.same].map(|count| grouped(count as u64));
        table.row([came.title.to_owned()].into_iter().chain(counts).collect());
    }
    table.print("Ни одной строки.");
}

fn taken_json(inspection: &Inspection, taken: &Taken) -> serde_json::Value {
    match taken {
        Taken::Refused(findings) => {
            let mut json = serde_json::json!({"result": "refused", "findings": findings});
            json["files"] = serde_json::json!(inspection.files);
            json["mode"] = if inspection.whole { "whole" } else { "add" }.into();
            json
        }
        Taken::Done { journal, year } => {
            let mut json = match journal {
                Some(outcome) => outcome_json(inspection, outcome),
                None => {
                    serde_json::json!({"result": "year", "findings": [], "files": inspection.files, "mode": "setup"})
                }
            };
            if let Some((plan, _)) = year {
                json["year_tables"] = serde_json::json!(plan);
            }
            json
        }
    }
}

fn outcome_json(inspection: &Inspection, outcome: &Outcome) -> serde_json::Value {
    let figures = |result: &str, imported: &Imported| {
        let counts: serde_json::Map<String, serde_json::Value> =
            imported.counts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into())).collect();
        serde_json::json!({
            "result": result, "digest": imported.digest, "year": imported.year, "counts": counts,
            "rows_written": imported.written, "entry_times": imported.entries, "certificates": imported.certificates,
            "findings": imported.warnings, "differences": imported.differences,
        })
    };
    let mut json = match outcome {
        Outcome::Refused(findings) => serde_json::json!({"result": "refused", "findings": findings}),
        Outcome::Unchanged { digest, imported_at } => {
            serde_json::json!({"result": "unchanged", "digest": digest, "imported_at": imported_at, "findings": []})
        }
        Outcome::WouldImport(imported) => figures("would_import", imported),
        Outcome::Imported(imported) => figures("imported", imported),
    };
    json["files"] = serde_json::json!(inspection.files);
    json["mode"] = if inspection.whole { "whole" } else { "add" }.into();
    json
}

/// How many rows go when this is taken.
fn gone(taken: &Taken) -> usize {
    let Taken::Done { journal, year } = taken else { return 0 };
    let of_journal: usize = match journal {
        Some(Outcome::WouldImport(imported)) => imported.differences.iter().map(|one| one.gone).sum(),
        _ => 0,
    };
    let of_year: usize = year.iter().flat_map(|(plan, _)| &plan.tables).map(|came| came.gone).sum();
    of_journal + of_year
}

/// What was told of each file: the report of a dry run.
fn print_files(inspection: &Inspection, gone: usize) {
    let mut table = Table::new(&["Файл", "Что это", "Кодировка", "Разделитель", "Таблицы"]);
    for file in &inspection.files {
        let FileFacts { name, format, encoding, separator, tables, .. } = file;
        table.row(vec![
            name.clone(),
            format.as_russian().to_owned(),
            encoding.map(|encoding| encoding.as_russian().to_owned()).unwrap_or_default(),
            separator.map(|separator| format!("«{separator}»")).unwrap_or_default(),
            tables.join(", "),
        ]);
    }
    table.print("Ни одного файла, который можно загрузить.");
    let how = match (inspection.whole, gone) {
        (true, _) => "учебный год станет таким, как в файлах".to_owned(),
        (false, 0) => "строки добавятся и обновятся, остальное останется".to_owned(),
        (false, gone) => {
            let rows = words::count(gone as u64, "строка", "строки", "строк");
            format!("строки добавятся и обновятся, исчезнет {rows}, остальное останется")
        }
    };
    match inspection.year.as_str() {
        "" => println!("{}.", words::capitalised(&how)),
        year => println!("Учебный год {year}: {how}."),
    }
}

fn print_differences(differences: &[TableDifference]) {
    let mut table = Table::new(&["Таблица", "Новых", "Изменённых", "Исчезнет"]);
    for difference in differences {
        table.row(vec![
            words::capitalised(change::table_words(difference.table)),
            grouped(difference.new as u64),
            grouped(difference.changed as u64),
            grouped(difference.gone as u64),
        ]);
    }
    table.print("Отличий от того, что в журнале, нет.");
    for line in differences.iter().flat_map(rows_told) {
        println!("  {line}");
    }
}

/// The rows of a table that change or go, as the history names them, and how many more there are.
fn rows_told(difference: &TableDifference) -> Vec<String> {
    let said = |column: &str, text: &str| match text {
        "" => String::new(),
        text => change::value(difference.table, column, text),
    };
    let told = |row: &RowDifference| {
        let cell = |(column, old, new): &(&'static str, String, String)| {
            let head = change::heading(difference.table, column);
            format!("{head}: «{}» → «{}»", said(column, old), said(column, new))
        };
        let cells: Vec<String> = row.cells.iter().map(cell).collect();
        let what = if row.kind == "gone" { "исчезнет".to_owned() } else { cells.join(", ") };
        format!("{}: {what}", row.place)
    };
    let mut lines: Vec<String> = difference.shown.iter().filter(|row| row.kind != "new").map(told).collect();
    let more = (difference.changed + difference.gone).saturating_sub(lines.len());
    if more > 0 {
        let of = change::table_words(difference.table);
        lines.push(format!("и ещё {} ({of})", words::count(more as u64, "строка", "строки", "строк")));
    }
    lines
}

fn print_imported(headline: &str, imported: &Imported, dry_run: bool) {
    print_findings(&imported.warnings);
    println!("{headline}");
    match imported.year.as_str() {
        "" => println!("SHA-256 набора {}", imported.digest),
        year => println!("Учебный год {year}, SHA-256 набора {}", imported.digest),
    }
    let names = [
        ("staff", "сотрудников"),
        ("classes", "классов"),
        ("learners", "учеников"),
        ("courses", "курсов"),
        ("lessons", "уроков"),
        ("marks", "отметок"),
        ("absences", "пропусков и опозданий"),
        ("final_marks", "итоговых отметок"),
    ];
    for (key, russian) in names {
        let count = imported.counts.iter().find(|(name, _)| *name == key).map_or(0, |(_, count)| *count);
        println!("  {:>9}  {russian}", grouped(count as u64));
    }
    let times = match imported.entries {
        0 => String::new(),
        entries => format!(" Из них времён записи: {}.", grouped(entries as u64)),
    };
    let rows = grouped(imported.written as u64);
    // Keys are given when the set is taken: nobody knows how many before.
    match dry_run {
        true => println!("Будет изменено строк: {rows}.{times}"),
        false => println!("Строк изменено: {rows}.{times} Сертификатов выдано: {}.", imported.certificates),
    }
}

/// Writes a file that must not be there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::Said(format!("файл {} уже есть: выгрузка ничего не перезаписывает", path.display())));
    }
    vault::durable::write_once(path, bytes).map_err(|error| Failure::Flow(error.into()))
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportForm {
    /// CSV.
    #[value(help = "CSV")]
    Csv,
    /// A workbook.
    #[value(help = "книга XLSX")]
    Xlsx,
    /// JSON.
    #[value(help = "JSON")]
    Json,
    /// XML.
    #[value(help = "XML: для других программ, обратно не загружается")]
    Xml,
    /// OneRoster 1.2.
    #[value(help = "OneRoster 1.2")]
    Oneroster,
}

/// `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[arg(
        long,
        value_name = "ЧТО",
        help = "journal — всё, roster — школа без уроков, или одна таблица: staff, classes, learners, courses, groups, lessons, marks, absences, final-marks, decisions, entries, periods, school; year — школа с таблицами учебного года одной книгой XLSX"
    )]
    what: String,
    #[arg(long, value_name = "ВИД", value_enum, default_value = "csv", help = "csv, xlsx, json, xml или oneroster")]
    format: ExportForm,
    #[arg(
        long,
        help = "CSV для офисных программ: Windows-1251, точка с запятой, десятичная запятая, русские заголовки"
    )]
    office: bool,
    #[arg(long, value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Только этот класс")]
    class: Option<String>,
    #[arg(long, value_name = "ПЕРИОД", help = "Только этот учебный период")]
    period: Option<String>,
    #[arg(long, value_name = "ГОД", help = "Учебный год, 2025/2026")]
    year: Option<String>,
    #[arg(long, value_name = "ФАЙЛ", help = "Куда записать; имеющийся файл не перезаписывается")]
    out: PathBuf,
}

impl Export {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if self.what == export::SCHOOL {
            return self.school(desk).await;
        }
        let Some(tables) = tables::tables_of(&self.what) else {
            let known = tables::words().join(", ");
            return Err(Failure::Said(format!("--what «{}»: такого нет; есть: {known}", self.what)));
        };
        let shape = match self.format {
            ExportForm::Csv if self.office => Shape::OfficeCsv,
            ExportForm::Csv => Shape::Csv,
            ExportForm::Xlsx => Shape::Xlsx,
            ExportForm::Json => Shape::Json,
            ExportForm::Xml => Shape::Xml,
            ExportForm::Oneroster => Shape::OneRoster,
        };
        if self.office && shape != Shape::OfficeCsv {
            return Err(Failure::Said("ключ --office относится только к --format csv".to_owned()));
        }
        if self.out.exists() {
            return Err(Failure::Said(format!(
                "файл {} уже есть: выгрузка ничего не перезаписывает",
                self.out.display()
            )));
        }
        let house = desk.house().await?;
        let asked = export::Export {
            what: self.what.clone(),
            tables,
            year: self.year.clone(),
            class: self.class.clone(),
            period: self.period.clone(),
            shape,
        };
        let written = export::export(&house, &asked, &desk.act(&house)).await?;
        write_new(&self.out, &written.bytes)?;
        if desk.json {
            print_json(&serde_json::json!({
                "file": self.out, "rows": written.rows, "kind": written.ending, "replaced": written.replaced,
            }));
            return Ok(0);
        }
        println!("Выгружено строк: {}. Файл: {}", grouped(written.rows as u64), self.out.display());
        if self.out.extension().and_then(|ending| ending.to_str()) != Some(written.ending) {
            println!("Внимание: это файл вида .{} — таблиц больше одной или вид другой.", written.ending);
        }
        if written.replaced > 0 {
            println!("Внимание: знаков, которых нет в Windows-1251, заменено на «?»: {}.", written.replaced);
        }
        Ok(0)
    }
}

impl Export {
    /// The school with its year.
    async fn school(self, desk: &Desk) -> Result<u8, Failure> {
        if !matches!(self.format, ExportForm::Xlsx) || self.class.is_some() || self.period.is_some() {
            return Err(Failure::Said(
                "школа с учебным годом выгружается целиком и только книгой: --what year --format xlsx".to_owned(),
            ));
        }
        if self.out.exists() {
            return Err(Failure::Said(format!(
                "файл {} уже есть: выгрузка ничего не перезаписывает",
                self.out.display()
            )));
        }
        let house = desk.house().await?;
        let written = export::school(&house, self.year.as_deref(), &desk.act(&house)).await?;
        write_new(&self.out, &written.bytes)?;
        if desk.json {
            print_json(
                &serde_json::json!({ "file": self.out, "rows": written.rows, "kind": written.ending, "replaced": 0 }),
            );
        } else {
            println!("Выгружено строк: {}. Файл: {}", grouped(written.rows as u64), self.out.display());
        }
        Ok(0)
    }
}

/// `feed`.
#[derive(Debug, Args)]
pub(super) struct Feed {
    #[arg(long, value_name = "ПАПКА", help = "Куда: для каждого дня в ней заводится своя папка")]
    out: PathBuf,
}

impl Feed {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let fed = feed::write(&house, &self.out, &desk.act(&house)).await?;
        if desk.json {
            print_json(&serde_json::json!({
                "folder": fed.folder, "learners": fed.learners, "lines": fed.lines, "suppressed": fed.suppressed,
                "already": fed.already,
            }));
            return Ok(0);
        }
        let what = if fed.already {
            "Такая выгрузка уже есть"
        } else {
            "Обезличенная выгрузка записана"
        };
        println!("{what}: {}", fed.folder.display());
        println!(
            "Учеников под псевдонимами: {}. Строк: {}. Скрыто из-за малых групп: {}.",
            grouped(fed.learners as u64),
            grouped(fed.lines as u64),
            grouped(fed.suppressed)
        );
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_in_words_and_the_rest_is_counted() {
        let row = RowDifference {
            kind: "changed",
            key: vec!["C00039".to_owned()],
            place: "отметка, 5А, Алгебра, 05.11.2025, урок 1, Ольхина Яшма".to_owned(),
            cells: vec![("value", "3".to_owned(), "5".to_owned())],
        };
        let difference = TableDifference { table: "marks", new: 0, changed: 80, gone: 0, shown: vec![row; 20] };
        let told = rows_told(&difference);
        assert_eq!(told[0], "отметка, 5А, Алгебра, 05.11.2025, урок 1, Ольхина Яшма: отметка: «3» → «5»");
        assert_eq!(told[20], "и ещё 60\u{a0}строк (отметка)");
    }
}
