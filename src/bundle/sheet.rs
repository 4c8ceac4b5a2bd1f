//! A file of the bundle as rows of checked cells. Floor 1.
//!
//! Knows the layout, not the meaning: header, number of fields, spaces, invisible characters, empty and look-alike cells.

use std::borrow::Cow;

use super::found::{Found, Origin, Place};
use super::layout::{Column, File, Holds};
use super::look_alike;
use super::table::{QuoteFault, Record};
use super::{codes, headings, rows};
use crate::domain::struck;

/// A table as it was given: its header and the records below it, none of them looked at yet.
#[derive(Debug)]
pub struct Grid<'a> {
    /// Where it stands.
    pub source: Source<'a>,
    /// Headings.
    pub header: Record<'a>,
    /// Records.
    pub records: Vec<Record<'a>>,
}

/// Where a grid stands.
#[derive(Debug)]
pub enum Source<'a> {
    /// A text file.
    Text(&'a str),
    /// A sheet of a workbook, with the letters of each heading's column.
    Sheet {
        /// The workbook's file.
        workbook: &'a str,
        /// The sheet.
        sheet: &'a str,
        /// «A», «B» … of each heading.
        letters: Vec<String>,
    },
    /// Rows that an adapter made from a file, with the place of each in words; headings are the layout's own.
    Made {
        /// The file.
        name: &'a str,
        /// Places, the first of line 1.
        places: Vec<String>,
    },
}

/// The rows of a file.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Which file.
    pub file: File,
    /// Rows that have as many fields as the header.
    pub rows: Vec<Row<'a>>,
    /// Was every row of the file read? When not, absence from these rows proves nothing.
    pub is_whole: bool,
    /// Columns that the file does not have, where they may be absent; their cells are empty.
    pub absent: Vec<usize>,
}

/// A row, its cells in the layout's order.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// Line from 1; 0 for a row that stands in the journal already.
    pub line: u32,
    cells: Vec<Cow<'a, str>>,
}

impl<'a> Row<'a> {
    /// A row that stands in the journal.
    pub fn standing(cells: Vec<String>) -> Self {
        Self { line: 0, cells: cells.into_iter().map(Cow::Owned).collect() }
    }

    /// The cell of a column by its place in the layout.
    pub fn cell(&self, place: usize) -> &str {
        &self.cells[place]
    }

    /// Puts another text into a cell.
    pub fn set(&mut self, place: usize, text: impl Into<Cow<'a, str>>) {
        self.cells[place] = text.into();
    }
}

impl<'a> Sheet<'a> {
    /// A file that is not there or cannot be read.
    pub fn unread(file: File) -> Self {
        Self { file, rows: Vec::new(), is_whole: false, absent: Vec::new() }
    }

    /// A file that may be absent, and is.
    pub fn absent(file: File) -> Self {
        Self { file, rows: Vec::new(), is_whole: true, absent: Vec::new() }
    }

    /// Reads a grid. `may_lack`: columns that need not be filled may be missing altogether, and so may the codes of people and courses,
    /// which are then found or given by their names.
    pub fn of(file: File, grid: Grid<'a>, may_lack: bool, found: &mut Found) -> Self {
        let is_text = matches!(grid.source, Source::Text(_));
        let may_lack = may_lack || !is_text || is_russian(file, &grid.header);
        found.came_from(file, origin(&grid, &[]));
        let Some(places) = columns(file, &grid.header, may_lack, found) else { return Self::unread(file) };
        found.came_from(file, origin(&grid, &places));
        let is_absent = |(place, at): (usize, &Option<usize>)| at.is_none().then_some(place);
        let absent = places.iter().enumerate().filter_map(is_absent).collect();
        let mut sheet = Self { file, rows: Vec::with_capacity(grid.records.len()), is_whole: true, absent };
        for record in grid.records {
            sheet.take(record, grid.header.fields.len(), &places, is_text, found);
        }
        sheet
    }

    fn take(&mut self, record: Record<'a>, width: usize, places: &[Option<usize>], is_text: bool, found: &mut Found) {
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
            let Some(place) = place else {
                cells.push(Cow::Borrowed(""));
                continue;
            };
            let raw = fields[*place].take().unwrap_or_default();
            let cell = checked(Place::cell(self.file, record.line, column.name), column, raw, found);
            let cell = if is_text { plain(cell) } else { cell };
            let worded = if is_worded(column) { headings::to_format(column.name, &cell) } else { None };
            cells.push(worded.map_or(cell, Cow::Owned));
        }
        self.rows.push(Row { line: record.line, cells });
    }
}

/// Columns whose cells may hold an office's words.
fn is_worded(column: &Column) -> bool {
    matches!(column.name, "kind" | "roles" | "period")
}

/// Is any heading not one of the format's own?
fn is_russian(file: File, header: &Record<'_>) -> bool {
    let own = |name: &str| file.layout().columns.iter().any(|column| column.name == name);
    let fields = header.fields.iter().map(|field| field.trim());
    fields.filter(|name| !own(name)).filter_map(|name| headings::column(file, name)).count() > header.fields.len() / 2
}

/// Columns that may be missing where any may: empty ones, and the codes that names stand for.
fn may_be_missing(file: File, column: &Column) -> bool {
    !column.required || (column.name == "id" && matches!(file, File::Staff | File::Learners | File::Courses))
}

fn origin(grid: &Grid<'_>, places: &[Option<usize>]) -> Origin {
    let of_columns = |list: &dyn Fn(usize) -> String| {
        let own = places.iter().map(|place| place.map_or_else(String::new, list));
        own.collect::<Vec<_>>()
    };
    match &grid.source {
        Source::Text(name) => {
            let name = (*name).to_owned();
            Origin::Text { name, headings: of_columns(&|place| grid.header.fields[place].trim().to_owned()) }
        }
        Source::Sheet { workbook, sheet, letters } => Origin::Sheet {
            workbook: (*workbook).to_owned(),
            sheet: (*sheet).to_owned(),
            letters: of_columns(&|place| letters.get(place).cloned().unwrap_or_default()),
        },
        Source::Made { name, places } => Origin::Made { name: (*name).to_owned(), places: places.clone() },
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

/// Where each column of the layout stands in the file; `None` when one is missing that must be there.
fn columns(file: File, header: &Record<'_>, may_lack: bool, found: &mut Found) -> Option<Vec<Option<usize>>> {
    let at = Place::line(file, header.line);
    if let Some(fault) = header.fault {
        found.error(at, codes::BROKEN_QUOTES, quote_message(fault));
        return None;
    }
    let layout = file.layout().columns;
    let names: Vec<&str> = header.fields.iter().map(|field| field.trim()).collect();
    let meant: Vec<Option<usize>> = names.iter().map(|name| headings::column(file, name)).collect();
    for (place, name) in names.iter().enumerate() {
        let again = meant[place].is_some() && meant[..place].contains(&meant[place]);
        if again || names[..place].contains(name) {
            found.error(at, codes::DUPLICATE_COLUMN, format!("столбец «{name}» назван дважды"));
        } else if meant[place].is_none() && [struck::COLUMN, struck::COLUMN_RUSSIAN].contains(name) {
            let what =
                "выгрузка отметила в нём строки, внесённые под похищенной учётной записью: проверьте их до загрузки";
            found.warning(at, codes::LEFT_OUT, format!("столбец «{name}» не загружается: {what}"));
        } else if meant[place].is_none() {
            let is_absent = |(place, _): &(usize, &Column)| !meant.contains(&Some(*place));
            let absent: Vec<&Column> = layout.iter().enumerate().filter(is_absent).map(|(_, column)| column).collect();
            let near = nearest(name, absent.iter().flat_map(|column| [column.name, column.russian]));
            // An office's own column («Телефон») is no misspelt one of ours: it is named and left.
            if may_lack && near.is_none() && !name.is_empty() {
                found.warning(at, codes::LEFT_OUT, format!("столбец «{name}» не загружается: такого в таблице нет"));
                continue;
            }
            let message = format!("неизвестный столбец «{name}»");
            let list = absent.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
            let expected = match near {
                Some(near) => near.to_owned(),
                None if absent.is_empty() => "все столбцы файла уже названы".to_owned(),
                None => format!("из недостающих: {list}"),
            };
            found.mismatch(at, codes::UNKNOWN_COLUMN, message, expected, *name);
        }
    }
    let mut is_complete = true;
    let mut places = Vec::with_capacity(layout.len());
    for (index, column) in layout.iter().enumerate() {
        let place = meant.iter().position(|meant| *meant == Some(index));
        if place.is_none() && !(may_lack && may_be_missing(file, column)) {
            found.error(at, codes::MISSING_COLUMN, format!("нет столбца «{}»", column.name));
            is_complete = false;
        }
        places.push(place);
    }
    is_complete.then_some(places)
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
    if matches!(column.holds, Holds::Name | Holds::Line) && rows::is_turned_into_date(&cell) {
        let message = "похоже, табличный редактор превратил запись вроде «1/2» в дату: проверьте ячейку";
        found.warning(at, codes::EXCEL_DATE, format!("{message} («{cell}»)"));
    }
    cell
}

/// Without the apostrophe that exports put before what a table editor would take for a formula.
pub fn plain(cell: Cow<'_, str>) -> Cow<'_, str> {
    let is_guarded = cell.starts_with('\'') && cell.trim_start_matches('\'').starts_with(GUARDED);
    match cell {
        Cow::Borrowed(text) if is_guarded => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) if is_guarded => Cow::Owned(text[1..].to_owned()),
        cell => cell,
    }
}

/// A text with which a table editor would begin a formula gets an apostrophe before it; [`plain`] takes it off again.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(GUARDED) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What begins a formula, or a command, in table editors.
const GUARDED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

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
