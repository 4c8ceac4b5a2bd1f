//! A journal's tables as files: CSV, the CSV of Russian offices, XLSX, JSON, XML. Floor 1.
//!
//! What is written is read back: every export but XML, which is for other programs, is an import too. No cell of a text file begins what a table editor would take for a formula.

use std::io::{self, Cursor, Write};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as CellFormat, FormatAlign, Workbook, Worksheet, XlsxError,
};
use serde_json::{Map, Value};

use crate::domain::journal::Journal;
use crate::domain::setup::layout as setup;
use crate::domain::struck::{self, Struck};
use crate::domain::timeliness::EntryTime;

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
    /// XML: an element for each table, row and filled cell; for other programs, not read back.
    Xml,
    /// OneRoster 1.2 CSV, zipped; the roster only.
    OneRoster,
}

/// What is written: tables by word.
pub fn tables_of(what: &str) -> Option<Vec<File>> {
    let word = what.replace('-', "_");
    match word.as_str() {
        "journal" => Some(File::ALL.to_vec()),
        "roster" => Some(vec![
            File::School,
            File::Periods,
            File::Staff,
            File::Classes,
            File::Learners,
            File::Courses,
            File::Groups,
        ]),
        stem => File::ALL.into_iter().find(|file| file.stem() == stem).map(|file| vec![file]),
    }
}

/// Every word that [`tables_of`] knows.
pub fn words() -> Vec<String> {
    let tables = File::ALL.into_iter().map(|file| file.stem().replace('_', "-"));
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

/// What belongs to a journal and is kept beside it; a whole journal leaves with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// When entries were made, as far as it is known.
    pub entries: Vec<EntryTime>,
    /// Stays on record: cells in the order of the layout of the year's table.
    pub stays: Vec<Vec<String>>,
    /// Rows that are void until somebody decides: their tables get a column that says so.
    pub struck: Struck,
}

/// Writes tables of a journal with nothing beside it.
pub fn write(journal: &Journal, tables: &[File], shape: Shape) -> Result<Written, Unwritable> {
    write_with(journal, &Beside::default(), tables, shape)
}

/// A table to be written: its word, its name for offices, its columns and rows.
struct Leaving {
    stem: &'static str,
    russian: &'static str,
    columns: Vec<Leaf>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Copy)]
struct Leaf {
    name: &'static str,
    russian: &'static str,
    holds: Holds,
}

fn leaving(file: File, rows: Vec<Vec<String>>) -> Leaving {
    let layout = file.layout();
    let leaf =
        |column: &super::layout::Column| Leaf { name: column.name, russian: column.russian, holds: column.holds };
    Leaving { stem: file.stem(), russian: layout.russian, columns: layout.columns.iter().map(leaf).collect(), rows }
}

/// Which rows of a table are void, in the order of the table; empty where none is.
fn void_rows(file: File, journal: &Journal, struck: &Struck) -> Vec<bool> {
    let void: Vec<bool> = match file {
        File::Lessons => journal.lessons.iter().map(|lesson| struck.lesson(&lesson.key)).collect(),
        File::Marks => journal.marks.iter().map(|mark| struck.mark(mark)).collect(),
        File::Absences => journal.absences.iter().map(|absence| struck.absence(absence)).collect(),
        File::FinalMarks => journal.final_marks.iter().map(|mark| struck.final_mark(mark)).collect(),
        _ => Vec::new(),
    };
    if void.contains(&true) { void } else { Vec::new() }
}

/// The sign of a void row; the column is only there where the table has one.
const VOID: &str = "да";

impl Leaving {
    fn marked(mut self, void: &[bool]) -> Self {
        if !void.is_empty() {
            self.columns.push(Leaf { name: struck::COLUMN, russian: struck::COLUMN_RUSSIAN, holds: Holds::Line });
            for (row, is_void) in self.rows.iter_mut().zip(void) {
                row.push(if *is_void { VOID.to_owned() } else { String::new() });
            }
        }
        self
    }
}

/// The column of void rows in a workbook, with what it means as a note in its heading.
fn mark_void(sheet: &mut Worksheet, file: File, void: &[bool]) -> Result<(), XlsxError> {
    if void.is_empty() {
        return Ok(());
    }
    let place = u16::try_from(file.layout().columns.len()).unwrap_or(u16::MAX);
    sheet.write_string(0, place, struck::COLUMN_RUSSIAN)?;
    sheet.insert_note(0, place, &rust_xlsxwriter::Note::new(struck::LEGEND))?;
    sheet.set_column_width(place, 18)?;
    for (line, _) in (1_u32..).zip(void).filter(|(_, is_void)| **is_void) {
        sheet.write_string(line, place, VOID)?;
    }
    Ok(())
}

/// The stays beside a journal; their file has a name of its own, so that they are told from orders of movement.
fn leaving_stays(rows: &[Vec<String>]) -> Leaving {
    let leaf = |column: &setup::Column| Leaf { name: column.name, russian: column.title, holds: Holds::Line };
    let columns = setup::STAYS.columns.iter().map(leaf).collect();
    Leaving { stem: setup::STAYS.table, russian: super::year::sheet_name(&setup::STAYS), columns, rows: rows.to_vec() }
}

/// Writes tables of a journal; what stands beside it leaves with times of entries, which only a whole journal has.
pub fn write_with(journal: &Journal, beside: &Beside, tables: &[File], shape: Shape) -> Result<Written, Unwritable> {
    let is_whole = tables.len() > 1 && tables.contains(&File::Entries);
    let rows_of = |file: File| match file {
        File::Entries => tables::entry_rows(&beside.entries),
        file => tables::rows(file, journal),
    };
    let void = |file: File| void_rows(file, journal, &beside.struck);
    let mut given: Vec<(File, Vec<Vec<String>>)> = tables.iter().map(|file| (*file, rows_of(*file))).collect();
    // A school that knows no times of entries has no such file.
    given.retain(|(file, rows)| !(is_whole && *file == File::Entries && rows.is_empty()));
    let mut all: Vec<Leaving> =
        given.iter().map(|(file, rows)| leaving(*file, rows.clone()).marked(&void(*file))).collect();
    if is_whole && !beside.stays.is_empty() {
        all.push(leaving_stays(&beside.stays));
    }
    let rows = all.iter().map(|table| table.rows.len()).sum();
    match shape {
        Shape::Csv | Shape::OfficeCsv => {
            let mut replaced = 0;
            let mut files = Vec::new();
            for one in &all {
                let is_office = shape == Shape::OfficeCsv;
                let name = format!("{}.csv", if is_office { one.russian } else { one.stem });
                let text = table(one, is_office);
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
            let object: Map<String, Value> = all.iter().map(|one| (one.stem.to_owned(), json(one))).collect();
            let mut bytes = serde_json::to_vec_pretty(&object).unwrap_or_default();
            bytes.push(b'\n');
            Ok(Written { bytes, ending: "json", rows, replaced: 0 })
        }
        Shape::Xml => Ok(Written { bytes: xml(journal, &all).into_bytes(), ending: "xml", rows, replaced: 0 }),
        Shape::Xlsx => {
            let mut book = book(journal);
            for (file, rows) in &given {
                let page = book.add_worksheet();
                sheet(page, *file, rows)?;
                mark_void(page, *file, &void(*file))?;
            }
            if let Some(stays) = all.iter().find(|one| one.stem == setup::STAYS.table) {
                plain_sheet(book.add_worksheet(), stays)?;
            }
            Ok(Written { bytes: book.save_to_buffer()?, ending: "xlsx", rows, replaced: 0 })
        }
    }
}

fn json(table: &Leaving) -> Value {
    let object = |row: &Vec<String>| {
        let pairs = table.columns.iter().zip(row);
        Value::Object(pairs.map(|(column, cell)| (column.name.to_owned(), Value::String(cell.clone()))).collect())
    };
    Value::Array(table.rows.iter().map(object).collect())
}

/// Tables as XML 1.0: `<letopis year="…"><table name="staff"><row><id>…</id></row></table></letopis>`; empty cells have no element.
fn xml(journal: &Journal, all: &[Leaving]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (school, year) = (escaped(&journal.school.name), escaped(&journal.school.year));
    text.push_str(&format!("<letopis school=\"{school}\" year=\"{year}\">\n"));
    for table in all {
        text.push_str(&format!("  <table name=\"{}\" title=\"{}\">\n", table.stem, escaped(table.russian)));
        for row in &table.rows {
            text.push_str("    <row>");
            for (column, cell) in table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                text.push_str(&format!("<{0}>{1}</{0}>", column.name, escaped(cell)));
            }
            text.push_str("</row>\n");
        }
        text.push_str("  </table>\n");
    }
    text.push_str("</letopis>\n");
    text
}

/// A text inside XML; what XML 1.0 has no place for (control characters) becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser makes line feeds of bare returns.
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A sheet of texts as they are.
fn plain_sheet(sheet: &mut Worksheet, table: &Leaving) -> Result<(), XlsxError> {
    sheet.set_name(table.russian)?;
    for (place, column) in (0_u16..).zip(&table.columns) {
        sheet.write_string(0, place, column.russian)?;
    }
    for (line, row) in (1_u32..).zip(&table.rows) {
        for (place, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line, place, cell)?;
        }
    }
    Ok(())
}

/// A table as CSV text with its headings.
fn table(table: &Leaving, is_office: bool) -> String {
    heading(&table.columns, is_office) + &lines(&table.columns, &table.rows, is_office)
}

fn separator(is_office: bool) -> u8 {
    if is_office { b';' } else { b',' }
}

fn heading(columns: &[Leaf], is_office: bool) -> String {
    let names = columns.iter().map(|column| if is_office { column.russian } else { column.name }.to_owned()).collect();
    csv(&[names], separator(is_office))
}

fn lines(columns: &[Leaf], rows: &[Vec<String>], is_office: bool) -> String {
    if !is_office {
        return csv(rows, separator(false));
    }
    let written = rows
        .iter()
        .map(|row| columns.iter().zip(row).map(|(column, cell)| office(column.name, column.holds, cell)).collect());
    csv(&written.collect::<Vec<Vec<String>>>(), separator(true))
}

/// A table of CSV that is written page by page, in the memory of one page: all pages together are the bytes of [`write`].
pub struct Growing<W> {
    out: W,
    file: File,
    columns: Vec<Leaf>,
    is_office: bool,
}

impl<W: Write> Growing<W> {
    /// Writes the headings; `is_office` is [`Shape::OfficeCsv`], else [`Shape::Csv`].
    ///
    /// # Errors
    /// What `out` said.
    pub fn begin(out: W, file: File, is_office: bool) -> io::Result<Self> {
        let columns = leaving(file, Vec::new()).columns;
        let mut growing = Self { out, file, columns, is_office };
        let heading = heading(&growing.columns, is_office);
        growing.put(heading)?;
        Ok(growing)
    }

    /// Writes the rows that the page has of this table.
    ///
    /// # Errors
    /// What `out` said.
    pub fn page(&mut self, page: &Journal) -> io::Result<()> {
        let lines = lines(&self.columns, &tables::rows(self.file, page), self.is_office);
        self.put(lines)
    }

    /// All is written.
    ///
    /// # Errors
    /// What `out` said.
    pub fn end(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, text: String) -> io::Result<()> {
        match self.is_office {
            true => self.out.write_all(&encoding::to_windows_1251(&text)),
            false => self.out.write_all(text.as_bytes()),
        }
    }
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
