//! A file of the bundle as rows of checked cells. Floor 1.
//!
//! Knows the layout, not the meaning: header, number of fields, spaces, invisible characters, empty and look-alike cells.

use std::borrow::Cow;

use super::codes;
use super::encoding;
use super::found::{Found, Place};
use super::layout::{Column, File, Holds};
use super::look_alike;
use super::table::{self, QuoteFault, Record};

/// The rows of a file.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Which file.
    pub file: File,
    /// Rows that have as many fields as the header.
    pub rows: Vec<Row<'a>>,
    /// Was every row of the file read? When not, absence from these rows proves nothing.
    pub is_whole: bool,
}

/// A row, its cells in the layout's order.
#[derive(Debug)]
pub struct Row<'a> {
    /// Line from 1.
    pub line: u32,
    cells: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// The cell of a column by its place in the layout.
    pub fn cell(&self, place: usize) -> &str {
        &self.cells[place]
    }
}

impl<'a> Sheet<'a> {
    /// A file that is not there or cannot be read.
    pub fn unread(file: File) -> Self {
        Self { file, rows: Vec::new(), is_whole: false }
    }

    /// A file that may be absent, and is.
    pub fn absent(file: File) -> Self {
        Self { file, rows: Vec::new(), is_whole: true }
    }

    /// Reads a file's bytes.
    pub fn read(file: File, bytes: &'a [u8], found: &mut Found) -> Self {
        let text = match encoding::text(bytes) {
            Ok(text) => text,
            Err(error) => {
                let mut message = "файл не в кодировке UTF-8".to_owned();
                if !error.reads.is_empty() {
                    message.push_str(&format!("; в Windows-1251 здесь читается «{}»", error.reads));
                }
                let looks_like = error.looks_like.unwrap_or("повреждённый или иной текст");
                found.mismatch(Place::line(file, error.line), codes::WRONG_ENCODING, message, "UTF-8", looks_like);
                return Self::unread(file);
            }
        };
        let mut records = table::records(text, table::separator(text)).into_iter();
        let Some(header) = records.next() else {
            found.error(Place::file(file), codes::EMPTY_FILE, "файл пуст: нет даже строки заголовков");
            return Self::unread(file);
        };
        let Some(places) = columns(file, &header, found) else { return Self::unread(file) };
        let mut sheet = Self { file, rows: Vec::new(), is_whole: true };
        for record in records {
            sheet.take(record, header.fields.len(), &places, found);
        }
        sheet
    }

    fn take(&mut self, record: Record<'a>, width: usize, places: &[usize], found: &mut Found) {
        let at = Place::line(self.file, record.line);
        if let Some(fault) = record.fault {
            found.error(at, codes::BROKEN_QUOTES, quote_message(fault));
            self.is_whole = false;
            return;
        }
        if record.fields.iter().all(|field| field.trim().is_empty()) {
            found.warning(at, codes::EMPTY_ROW, "пустая строка пропущена");
            return;
        }
        if record.fields.len() != width {
            let message = if record.fields.len() > width {
                "полей в строке больше, чем столбцов: поле с разделителем внутри берут в кавычки"
            } else {
                "полей в строке меньше, чем столбцов"
            };
            found.mismatch(at, codes::FIELD_COUNT, message, width.to_string(), record.fields.len().to_string());
            self.is_whole = false;
            return;
        }
        let mut fields: Vec<Option<Cow<'a, str>>> = record.fields.into_iter().map(Some).collect();
        let columns = self.file.layout().columns;
        let mut cells = Vec::with_capacity(columns.len());
        for (column, place) in columns.iter().zip(places) {
            let raw = fields[*place].take().unwrap_or_default();
            cells.push(checked(Place::cell(self.file, record.line, column.name), column, raw, found));
        }
        self.rows.push(Row { line: record.line, cells });
    }
}

fn quote_message(fault: QuoteFault) -> &'static str {
    match fault {
        QuoteFault::Stray => {
            "кавычка внутри поля без кавычек: такое поле целиком берут в кавычки \"…\", а кавычки внутри него удваивают"
        }
        QuoteFault::AfterClosing => "текст после закрывающей кавычки: кавычки внутри поля удваивают (\"\")",
        QuoteFault::Unclosed => "кавычка открыта здесь и нигде не закрыта",
    }
}

/// Where each column of the layout stands in the file; `None` when one is missing.
fn columns(file: File, header: &Record<'_>, found: &mut Found) -> Option<Vec<usize>> {
    let at = Place::line(file, header.line);
    if let Some(fault) = header.fault {
        found.error(at, codes::BROKEN_QUOTES, quote_message(fault));
        return None;
    }
    let layout = file.layout().columns;
    let names: Vec<&str> = header.fields.iter().map(|field| field.trim()).collect();
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            found.error(at, codes::DUPLICATE_COLUMN, format!("столбец «{name}» назван дважды"));
        } else if !layout.iter().any(|column| column.name == *name) {
            let absent: Vec<&str> =
                layout.iter().map(|column| column.name).filter(|column| !names.contains(column)).collect();
            let message = format!("неизвестный столбец «{name}»");
            let expected = match nearest(name, absent.iter().copied()) {
                Some(meant) => meant.to_owned(),
                None if absent.is_empty() => "все столбцы файла уже названы".to_owned(),
                None => format!("из недостающих: {}", absent.join(", ")),
            };
            found.mismatch(at, codes::UNKNOWN_COLUMN, message, expected, *name);
        }
    }
    let mut places = Vec::with_capacity(layout.len());
    for column in layout {
        match names.iter().position(|name| *name == column.name) {
            Some(place) => places.push(place),
            None => found.error(at, codes::MISSING_COLUMN, format!("нет столбца «{}»", column.name)),
        }
    }
    (places.len() == layout.len()).then_some(places)
}

/// The word nearest to what was written, if it is near at all.
pub fn nearest<'n>(written: &str, words: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = look_alike::skeleton(&written.to_lowercase());
    words
        .map(|word| (strsim::jaro_winkler(&written, word), word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// The cell without the spaces around it; whatever is wrong with its characters is found.
fn checked<'a>(at: Place, column: &Column, raw: Cow<'a, str>, found: &mut Found) -> Cow<'a, str> {
    if let Some(letter) = raw.chars().find(|letter| is_forbidden(*letter, column.holds)) {
        let message = match letter {
            '\n' | '\r' => "разрыв строки в ячейке".to_owned(),
            '\t' => "знак табуляции в ячейке".to_owned(),
            other => format!("невидимый знак U+{:04X} в ячейке", u32::from(other)),
        };
        found.error(at, codes::CONTROL_CHARACTER, message);
    }
    let cell = tidied(at, column, raw, found);
    if column.required && cell.is_empty() {
        found.error(at, codes::REQUIRED_CELL, "обязательная ячейка пуста");
    }
    if column.holds == Holds::Name
        && let Some(stray) = look_alike::in_mixed_word(&cell)
    {
        found.mismatch(at, codes::LOOK_ALIKE, stray.describe(), stray.mend(&cell), cell.as_ref());
    }
    cell
}

/// Line breaks belong to texts only; invisible marks (zero width, direction, soft hyphen) would make two names of one that
/// looks the same, but emoji in texts are built with them.
fn is_forbidden(letter: char, holds: Holds) -> bool {
    match (letter, holds) {
        ('\n' | '\r' | '\t', Holds::Text) => false,
        ('\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}', _) => {
            holds != Holds::Text
        }
        (letter, _) => letter.is_control(),
    }
}

fn tidied<'a>(at: Place, column: &Column, raw: Cow<'a, str>, found: &mut Found) -> Cow<'a, str> {
    let trimmed = raw.trim();
    if column.holds == Holds::Text {
        // One kind of line break, so that the same topic has the same digest whatever system exported it.
        return if trimmed.contains('\r') {
            Cow::Owned(trimmed.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            within(&raw, trimmed)
        };
    }
    let is_doubled = column.holds == Holds::Name && trimmed.contains("  ");
    if trimmed.len() != raw.len() || is_doubled {
        found.warning(at, codes::STRAY_SPACE, format!("лишние пробелы убраны: «{}»", raw.escape_debug()));
    }
    if is_doubled {
        Cow::Owned(trimmed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    } else {
        within(&raw, trimmed)
    }
}

/// `part` of `whole`, borrowed as long as `whole` was.
fn within<'a>(whole: &Cow<'a, str>, part: &str) -> Cow<'a, str> {
    match whole {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(_) => Cow::Owned(part.to_owned()),
    }
}
