//! A journal's tables as files: CSV, the CSV of Russian offices, XLSX, JSON. Floor 1.
//!
//! What is written is read back: every export is an import too. No cell of a text file begins what a table editor would take for a formula.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as CellFormat, FormatAlign, Workbook, Worksheet, XlsxError,
};
use serde_json::{Map, Value};

use crate::domain::journal::Journal;

use super::encoding;
use super::headings;
use super::layout::{File, Holds};
use super::rows;
use super::sheet::guarded;
use super::tables;

/// How files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// CSV of the bundle: UTF-8, commas, English headings.
    Csv,
    /// CSV of Russian offices: Windows-1251, semicolons, decimal commas, dates with points, Russian headings, CR LF.
    OfficeCsv,
    /// A workbook with Russian headings, a sheet for each table.
    Xlsx,
    /// JSON: an object of tables.
    Json,
    /// OneRoster 1.2 CSV, zipped; the roster only.
    OneRoster,
}

/// What is written: tables by word.
pub fn tables_of(what: &str) -> Option<Vec<File>> {
    let word = what.replace('-', "_");
    match word.as_str() {
        // Times of entries come from elsewhere and are kept beside the journal.
        "journal" => Some(File::ALL.into_iter().filter(|file| *file != File::Entries).collect()),
        "roster" => Some(vec![
            File::School,
            File::Periods,
            File::Staff,
            File::Classes,
            File::Learners,
            File::Courses,
            File::Groups,
        ]),
        stem => File::ALL.into_iter().find(|file| file.stem() == stem && *file != File::Entries).map(|file| vec![file]),
    }
}

/// Every word that [`tables_of`] knows.
pub fn words() -> Vec<String> {
    let tables = File::ALL.into_iter().filter(|file| *file != File::Entries).map(|file| file.stem().replace('_', "-"));
    ["journal", "roster"].map(str::to_owned).into_iter().chain(tables).collect()
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Ending of its name: `csv`, `zip`, `xlsx`, `json`.
    pub ending: &'static str,
    /// Rows in it, headings aside.
    pub rows: usize,
    /// Characters that the encoding does not have, written as `?`.
    pub replaced: usize,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// The workbook.
    #[error("не удалось составить книгу XLSX: {0}")]
    Workbook(#[from] XlsxError),
    /// The zip.
    #[error("не удалось составить архив: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// Writing into memory.
    #[error("не удалось составить архив: {0}")]
    Memory(#[from] std::io::Error),
}

/// Writes tables of a journal.
pub fn write(journal: &Journal, tables: &[File], shape: Shape) -> Result<Written, Unwritable> {
    let given: Vec<(File, Vec<Vec<String>>)> =
        tables.iter().map(|file| (*file, tables::rows(*file, journal))).collect();
    let rows = given.iter().map(|(_, rows)| rows.len()).sum();
    match shape {
        Shape::Csv | Shape::OfficeCsv => {
            let mut replaced = 0;
            let mut files = Vec::new();
            for (file, rows) in &given {
                let is_office = shape == Shape::OfficeCsv;
                let name = if is_office { format!("{}.csv", file.layout().russian) } else { file.name().to_owned() };
                let text = table(*file, rows, is_office);
                let bytes = if is_office {
                    let bytes = encoding::to_windows_1251(&text);
                    replaced += bytes.iter().filter(|byte| **byte == b'?').count() - text.matches('?').count();
                    bytes
                } else {
                    text.into_bytes()
                };
                files.push((name, bytes));
            }
            if files.len() == 1 {
                let bytes = files.pop().map(|(_, bytes)| bytes).unwrap_or_default();
                return Ok(Written { bytes, ending: "csv", rows, replaced });
            }
            Ok(Written { bytes: zipped(&files)?, ending: "zip", rows, replaced })
        }
        Shape::OneRoster => {
            let files = super::oneroster::write(journal);
            Ok(Written { bytes: zipped(&files)?, ending: "zip", rows, replaced: 0 })
        }
        Shape::Json => {
            let object: Map<String, Value> =
                given.iter().map(|(file, rows)| (file.stem().to_owned(), json(*file, rows))).collect();
            let mut bytes = serde_json::to_vec_pretty(&object).unwrap_or_default();
            bytes.push(b'\n');
            Ok(Written { bytes, ending: "json", rows, replaced: 0 })
        }
        Shape::Xlsx => {
            let mut book = book(journal);
            for (file, rows) in &given {
                sheet(book.add_worksheet(), *file, rows)?;
            }
            Ok(Written { bytes: book.save_to_buffer()?, ending: "xlsx", rows, replaced: 0 })
        }
    }
}

fn json(file: File, rows: &[Vec<String>]) -> Value {
    let columns = file.layout().columns;
    let object = |row: &Vec<String>| {
        let pairs = columns.iter().zip(row).map(|(column, cell)| (column.name.to_owned(), Value::String(cell.clone())));
        Value::Object(pairs.collect())
    };
    Value::Array(rows.iter().map(object).collect())
}

/// A table as CSV text with its headings.
fn table(file: File, rows: &[Vec<String>], is_office: bool) -> String {
    let columns = file.layout().columns;
    let head = columns.iter().map(|column| if is_office { column.russian } else { column.name }.to_owned()).collect();
    let written = rows.iter().map(|row| {
        let cells = columns.iter().zip(row);
        cells
            .map(|(column, cell)| if is_office { office(column.name, column.holds, cell) } else { cell.clone() })
            .collect()
    });
    let all: Vec<Vec<String>> = std::iter::once(head).chain(written).collect();
    csv(&all, if is_office { b';' } else { b',' })
}

/// A cell as an office writes it: dates with points, decimal commas, Russian words.
fn office(column: &str, holds: Holds, cell: &str) -> String {
    if holds == Holds::Token {
        if cell.contains('-')
            && let Some(day) = rows::date(cell)
        {
            return day.format("%d.%m.%Y").to_string();
        }
        if column == "hours_per_week" {
            return cell.replace('.', ",");
        }
    }
    headings::to_office(column, cell).unwrap_or_else(|| cell.to_owned())
}

/// Rows as CSV by RFC 4180: CR LF, quotes where they are needed, formulas neutralised.
pub fn csv(rows: &[Vec<String>], separator: u8) -> String {
    let mut text = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(char::from(separator));
            }
            let cell = guarded(cell);
            if cell.contains([char::from(separator), '"', '\n', '\r']) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&cell);
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Files as a zip without dates: the same files give the same bytes.
pub fn zipped(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Unwritable> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A new workbook; its date is the year's, not the clock's.
pub(super) fn book(journal: &Journal) -> Workbook {
    let mut book = Workbook::new();
    let year = rows::first_year(&journal.school.year).and_then(|year| u16::try_from(year).ok()).unwrap_or(2000);
    let mut facts = DocProperties::new().set_author("Летопись");
    if let Ok(day) = ExcelDateTime::from_ymd(year, 9, 1) {
        facts = facts.set_creation_datetime(&day);
    }
    book.set_properties(&facts);
    book
}

/// Columns whose cells are numbers to a table editor.
fn is_number(column: &str) -> bool {
    matches!(column, "grade" | "grade_from" | "grade_to" | "number" | "hours_per_week" | "value")
}

/// Writes a table into a sheet: headings, rows, widths.
pub(super) fn sheet(sheet: &mut Worksheet, file: File, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let head = CellFormat::new().set_bold().set_text_wrap().set_align(FormatAlign::Top).set_background_color("#E7ECEF");
    let date = CellFormat::new().set_num_format("dd.mm.yyyy");
    let text = CellFormat::new().set_num_format("@");
    sheet.set_name(file.layout().russian)?;
    for (place, column) in (0_u16..).zip(file.layout().columns) {
        sheet.write_string_with_format(0, place, column.russian, &head)?;
        let width = match column.holds {
            Holds::Text => 40.0,
            Holds::Name | Holds::Line => 22.0,
            Holds::Token => 16.0,
        };
        sheet.set_column_width(place, width)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for ((place, column), cell) in (0_u16..).zip(file.layout().columns).zip(row) {
            if cell.is_empty() {
                continue;
            }
            let day = Some(cell).filter(|_| column.holds == Holds::Token).and_then(|cell| rows::date(cell));
            if day.is_some()
                && let Ok(day) = ExcelDateTime::parse_from_str(cell)
            {
                sheet.write_datetime_with_format(line, place, &day, &date)?;
            } else if let Some(number) = cell.parse::<f64>().ok().filter(|_| is_number(column.name)) {
                sheet.write_number(line, place, number)?;
            } else {
                let cell = headings::to_office(column.name, cell).unwrap_or_else(|| cell.clone());
                sheet.write_string_with_format(line, place, cell, &text)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
