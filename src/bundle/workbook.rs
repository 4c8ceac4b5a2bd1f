//! XLSX workbooks as sparse sheets of texts. Floor 1.
//!
//! Reads cell by cell and keeps only what is filled, so that a sheet whose one cell stands in the last corner costs nothing. A cell with an
//! empty text is not the same as no cell: other programs tell by it whether there was a lesson.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx};

use super::headings;
use super::layout::File;
use super::sheet::{Grid, Source};
use super::table::Record;

/// Columns taken, from A: the widest report of a year has some 400 days; a cell further right is a mistake or an attack.
const MAX_COLUMNS: u32 = 1_024;
/// Filled cells taken in a workbook: a school's year of marks with six columns is some 3 million.
const MAX_CELLS: usize = 6_000_000;
/// Bytes of a workbook unpacked: 3 million cells are some 300 MiB of XML. A zip could otherwise unpack to more than the memory holds.
const MAX_UNPACKED_BYTES: u64 = 512 << 20;
/// Rows among which a header is looked for: offices put a title and a date above it.
const HEADER_ROWS: usize = 20;
/// Sheets of guidance that our own example has; nothing in them is data.
pub const GUIDE_SHEET: &str = "Как заполнять";

/// A workbook that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Larger than what is taken: what is, and how much is taken.
    TooLarge(String),
    /// Not a workbook, or a damaged one.
    Broken(String),
}

impl Unreadable {
    /// What is wrong, in words.
    pub fn as_russian(&self) -> String {
        match self {
            Self::TooLarge(what) => what.clone(),
            Self::Broken(what) => format!("книга не читается: {what}"),
        }
    }
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookSheet {
    /// Its name.
    pub name: String,
    /// Rows that have a cell, by number.
    pub rows: Vec<BookRow>,
    /// Cells that hold formulas.
    pub formulas: usize,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRow {
    /// Number from 1.
    pub no: u32,
    /// Cells by column from 0.
    pub cells: Vec<(u32, BookCell)>,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookCell {
    /// A text, a number or a date as text; may be empty.
    Text(String),
    /// An error of the table editor, `#REF!`.
    Error(String),
}

impl BookRow {
    /// Text of a cell; `None` where there is no cell.
    pub fn cell(&self, column: u32) -> Option<&str> {
        let place = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        match &self.cells[place].1 {
            BookCell::Text(text) | BookCell::Error(text) => Some(text),
        }
    }

    /// The cells that have a text, with their columns.
    pub fn filled(&self) -> impl Iterator<Item = (u32, &str)> {
        self.cells.iter().filter_map(|(column, cell)| match cell {
            BookCell::Text(text) if !text.trim().is_empty() => Some((*column, text.trim())),
            _ => None,
        })
    }
}

/// The sheets of a workbook.
pub fn sheets(bytes: &[u8]) -> Result<Vec<BookSheet>, Unreadable> {
    measure(bytes)?;
    let broken = |error: calamine::XlsxError| Unreadable::Broken(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut sheets = Vec::new();
    let mut count = 0;
    for name in book.sheet_names() {
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A chart on a sheet of its own is no table.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(broken(error)),
        };
        let mut list: Vec<(u32, u32, BookCell)> = Vec::new();
        let mut formulas = 0;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(broken)? {
            formulas += usize::from(cell.formula.is_some());
            let Some(held) = held(&cell.value) else { continue };
            let (row, column) = cell.pos;
            if column >= MAX_COLUMNS {
                let place = format!("лист «{name}», ячейка {}{}", letters(column), row + 1);
                return Err(Unreadable::TooLarge(format!(
                    "{place}: дальше столбца {} нечего ждать",
                    letters(MAX_COLUMNS - 1)
                )));
            }
            count += 1;
            if count > MAX_CELLS {
                return Err(Unreadable::TooLarge(format!("в книге больше {MAX_CELLS} заполненных ячеек")));
            }
            list.push((row, column, held));
        }
        list.sort_by_key(|(row, column, _)| (*row, *column));
        list.dedup_by_key(|(row, column, _)| (*row, *column));
        let mut rows: Vec<BookRow> = Vec::new();
        for (row, column, cell) in list {
            match rows.last_mut() {
                Some(last) if last.no == row + 1 => last.cells.push((column, cell)),
                _ => rows.push(BookRow { no: row + 1, cells: vec![(column, cell)] }),
            }
        }
        sheets.push(BookSheet { name, rows, formulas });
    }
    Ok(sheets)
}

/// Unpacks every part to nowhere, counting: what a zip declares of itself is not to be believed.
fn measure(bytes: &[u8]) -> Result<(), Unreadable> {
    let broken = |error: &dyn std::fmt::Display| Unreadable::Broken(error.to_string());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut left = MAX_UNPACKED_BYTES;
    for index in 0..zip.len() {
        let part = zip.by_index(index).map_err(|error| broken(&error))?;
        let taken = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|error| broken(&error))?;
        match left.checked_sub(taken) {
            Some(rest) => left = rest,
            None => {
                let message = format!("книга распаковывается больше чем в {} МиБ", MAX_UNPACKED_BYTES >> 20);
                return Err(Unreadable::TooLarge(message));
            }
        }
    }
    Ok(())
}

/// What stands in a cell; nothing for a cell that only has a format.
fn held(value: &DataRef<'_>) -> Option<BookCell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => BookCell::Text(text.clone()),
        DataRef::SharedString(text) => BookCell::Text((*text).to_owned()),
        DataRef::Int(number) => BookCell::Text(number.to_string()),
        DataRef::Float(number) => BookCell::Text(number_text(*number)),
        DataRef::Bool(yes) => BookCell::Text(if *yes { "1" } else { "0" }.to_owned()),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            let has_time = (hour, minute, second) != (0, 0, 0);
            BookCell::Text(if has_time { format!("{date} {hour:02}:{minute:02}:{second:02}") } else { date })
        }
        DataRef::DateTimeIso(text) => BookCell::Text(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()),
        DataRef::DurationIso(text) => BookCell::Text(text.clone()),
        DataRef::Error(error) => BookCell::Error(error.to_string()),
    })
}

/// `5` of 5.0, `2.5` of 2.5; a mean of `4.142857142857143` keeps its figures.
fn number_text(number: f64) -> String {
    // Rust writes the shortest text that reads back as the same number, without an exponent.
    format!("{number}")
}

/// «A» of 0, «AB» of 27.
pub fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = ((rest - 1) % 26) as u8;
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The table that a sheet holds and the place of its header among the rows.
pub fn table(sheet: &BookSheet) -> Option<(File, usize)> {
    let named = headings::table(&sheet.name);
    for (place, row) in sheet.rows.iter().take(HEADER_ROWS).enumerate() {
        let cells: Vec<&str> = row.filled().map(|(_, text)| text).collect();
        match named {
            Some(file) => {
                let known = cells.iter().filter(|heading| headings::column(file, heading).is_some()).count();
                if known > 0 && known * 2 >= cells.len() && (cells.len() > 1 || file.layout().columns.len() == 1) {
                    return Some((file, place));
                }
            }
            None if cells.len() > 1 => {
                if let Some(file) = headings::table_of_headings(&cells) {
                    return Some((file, place));
                }
            }
            None => {}
        }
    }
    None
}

/// The table below a header. Cells to the right of the last heading make the record longer than the header, so that they are found.
pub fn grid<'a>(workbook: &'a str, sheet: &'a BookSheet, header: usize) -> Grid<'a> {
    let heads: Vec<(u32, &str)> = sheet.rows[header].filled().collect();
    let first = heads.first().map_or(0, |(column, _)| *column);
    let last = heads.last().map_or(0, |(column, _)| *column);
    let columns = first..=last;
    let fields = |row: &'a BookRow| -> Vec<Cow<'a, str>> {
        let own = columns.clone().map(|column| Cow::Borrowed(row.cell(column).unwrap_or_default()));
        let beyond =
            row.filled().filter(|(column, _)| *column < first || *column > last).map(|(_, text)| Cow::Borrowed(text));
        own.chain(beyond).collect()
    };
    let record = |row: &'a BookRow| Record { line: row.no, fields: fields(row), fault: None };
    let mut headings = record(&sheet.rows[header]);
    headings.fields.truncate(columns.clone().count());
    Grid {
        source: Source::Sheet { workbook, sheet: &sheet.name, letters: columns.clone().map(letters).collect() },
        header: headings,
        records: sheet.rows[header + 1..].iter().filter(|row| row.filled().next().is_some()).map(record).collect(),
    }
}

/// The cells of a sheet that hold errors, by name: «B7» and «#REF!».
pub fn errors(sheet: &BookSheet) -> Vec<(String, String)> {
    let cells = sheet.rows.iter().flat_map(|row| row.cells.iter().map(move |(column, cell)| (row.no, *column, cell)));
    cells
        .filter_map(|(row, column, cell)| match cell {
            BookCell::Error(error) => Some((format!("{}{row}", letters(column)), error.clone())),
            BookCell::Text(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_table_editors() {
        let named = [0, 25, 26, 27, 51, 52, 701, 702, 16_383].map(letters);
        assert_eq!(named, ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn whole_numbers_have_no_point() {
        assert_eq!(
            [5.0, 2.5, 4.142_857_142_857_143, 1e15].map(number_text),
            ["5", "2.5", "4.142857142857143", "1000000000000000"]
        );
    }
}
