//! What was given to be imported: files told apart, their texts decoded, their sheets read. Floor 1.
//!
//! Nothing is judged here but whether a file can be read at all; which table is which is told by names first, by headings second.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::domain::finding::{Finding, Severity};
use crate::domain::setup::layout::LOAD;
use crate::domain::setup::paste::Sheet;

use super::encoding::{self, Written};
use super::facts::{FileFacts, Format};
use super::foreign::{self, Foreign};
use super::layout::File;
use super::sheet::{Grid, Source, nearest};
use super::source::BundleFile;
use super::workbook::{self, BookSheet};
use super::year::{self, YearSheet};
use super::{
    codes, headings, json, office_card, office_groups, office_hours, office_lists, office_plans, office_year,
    oneroster, recognise, table,
};

/// Rows that an adapter made: the place of each in words, and its cells in the layout's order.
pub type PlacedRows = Vec<(String, Vec<String>)>;

/// A part of what was given.
pub(super) enum Part<'g> {
    /// A CSV table; `file` is the place of its bytes among the files.
    Text { table: File, name: &'g str, text: Cow<'g, str> },
    /// A CSV table that cannot be decoded.
    Undecoded { table: File, error: encoding::Unreadable },
    /// A sheet of a workbook with the place of its header.
    Sheet { table: File, workbook: &'g str, sheet: BookSheet, header: usize },
    /// Rows made by OneRoster's or JSON's reader: cells in the layout's order, with the place of each.
    Made { table: File, name: &'g str, rows: PlacedRows },
    /// Rows of a list as offices keep it, for some columns of the table. `into_empty`: courses that only a list of hours names; they count
    /// where the journal has none.
    Kept { table: File, name: &'g str, columns: &'static [&'static str], rows: PlacedRows, into_empty: bool },
    /// A report of another program.
    Foreign(&'g str, Foreign),
}

/// Everything given, read as far as it goes without the school's own journal.
pub struct Given<'g> {
    pub(super) parts: Vec<Part<'g>>,
    year_sheets: Vec<YearSheet>,
    /// Whose group is which, by lists of groups.
    of_groups: Vec<[String; 4]>,
    pub(super) findings: Vec<Finding>,
    facts: Vec<FileFacts>,
    /// Codes of people and courses that were given once and are nobody else's any more.
    pub(super) spent: Vec<String>,
}

impl<'g> Given<'g> {
    /// The same, where these codes were given once: whoever comes without a code gets none of them, though their people are gone.
    pub fn sparing(self, spent: Vec<String>) -> Self {
        Self { spent, ..self }
    }

    /// Tells the files apart and reads each.
    pub fn read(files: &'g [BundleFile]) -> Self {
        let mut given = Self {
            parts: Vec::new(),
            year_sheets: Vec::new(),
            of_groups: Vec::new(),
            findings: Vec::new(),
            facts: Vec::new(),
            spent: Vec::new(),
        };
        if oneroster::is_set(files) {
            for file in files {
                let text = encoding::text(&file.bytes).ok();
                let separator = text.as_ref().map(|(text, _)| char::from(table::separator(text)));
                given.note(file, Format::OneRoster, text.map(|(_, written)| written), separator, &[]);
            }
            let (tables, mut findings) = oneroster::read(files);
            given.findings.append(&mut findings);
            for (table, name, rows) in tables {
                given.parts.push(Part::Made { table, name, rows });
            }
            return given;
        }
        for file in files {
            let lower = file.name.to_lowercase();
            if lower.ends_with(".csv") {
                given.csv(file, files);
            } else if file.bytes.starts_with(b"PK\x03\x04") {
                given.workbook(file);
            } else if lower.ends_with(".json") {
                given.json(file);
            } else {
                given.unknown(file);
            }
        }
        given.number_groups();
        given.courses_of_hours(files);
        office_year::same_days(&mut given.year_sheets);
        given.same_tables();
        given
    }

    /// What was learned of each file, in their order.
    pub fn facts(&self) -> &[FileFacts] {
        &self.facts
    }

    /// The tables of the year beside the journal: calendar, rooms, timetable, plans …
    pub fn year_sheets(&self) -> &[YearSheet] {
        &self.year_sheets
    }

    /// Is there nothing but tables of the year? Then the journal is not touched at all.
    pub fn is_year_only(&self) -> bool {
        let is_borrowed = |part: &Part<'_>| matches!(part, Part::Kept { into_empty: true, .. });
        self.parts.iter().all(is_borrowed) && !self.year_sheets.is_empty()
    }

    /// Does a list of hours name courses, for a journal that has none?
    pub fn names_courses(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Kept { into_empty: true, .. }))
    }

    /// Is there a table of the year among them?
    pub fn has_year(&self) -> bool {
        !self.year_sheets.is_empty()
    }

    /// What is wrong with the files themselves.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Is it a whole year: a CSV bundle with the school's own file? Workbooks and all else add to what stands, because a sheet that
    /// somebody left empty must not empty the journal.
    pub fn is_whole(&self) -> bool {
        let is_bundle = self.tables().any(|(table, is_text)| table == File::School && is_text);
        let is_foreign = self.parts.iter().any(|part| matches!(part, Part::Foreign(..)));
        (self.parts.is_empty() && self.facts.is_empty()) || !is_foreign && is_bundle
    }

    /// The school year that the files name themselves, if they do.
    pub fn year(&self) -> Option<String> {
        for part in &self.parts {
            let year = match part {
                Part::Foreign(_, foreign) => foreign.year(),
                Part::Made { table: File::School, rows, .. } => rows.first().map(|(_, cells)| cells[3].clone()),
                part if part.table() == Some(File::School) => part.grid().and_then(|grid| {
                    let place = grid
                        .header
                        .fields
                        .iter()
                        .position(|name| headings::column(File::School, name.trim()) == Some(3))?;
                    grid.records.first().and_then(|record| record.fields.get(place)).map(|year| year.trim().to_owned())
                }),
                _ => None,
            };
            if year.is_some() {
                return year.filter(|year| !year.is_empty());
            }
        }
        None
    }

    fn tables(&self) -> impl Iterator<Item = (File, bool)> {
        self.parts.iter().filter_map(|part| {
            part.table().map(|table| (table, matches!(part, Part::Text { .. } | Part::Undecoded { .. })))
        })
    }

    fn note(
        &mut self,
        file: &BundleFile,
        format: Format,
        encoding: Option<Written>,
        separator: Option<char>,
        tables: &[File],
    ) {
        let tables: Vec<&'static str> = tables.iter().map(|table| table.stem()).collect();
        self.note_words(file, format, encoding, separator, tables);
    }

    fn note_words(
        &mut self,
        file: &BundleFile,
        format: Format,
        encoding: Option<Written>,
        separator: Option<char>,
        tables: Vec<&'static str>,
    ) {
        self.facts.push(FileFacts {
            name: file.name.clone(),
            sha256: file.sha256,
            bytes: file.bytes.len(),
            format,
            encoding,
            separator,
            tables,
        });
    }

    fn csv(&mut self, file: &'g BundleFile, files: &[BundleFile]) {
        let stem = &file.name[..file.name.len() - ".csv".len()];
        let decoded = encoding::text(&file.bytes);
        // In a bundle a strange name or heading is a misspelt one; a table that comes alone may be called anything, and have a title.
        let is_bundle = files.iter().any(|file| file.name == File::School.name());
        let below = match &decoded {
            Ok((text, _)) if !is_bundle => recognise::below_title(stem, text),
            _ => None,
        };
        let mut header: Vec<String> = Vec::new();
        if let Ok((text, written)) = &decoded {
            let separator = table::separator(text);
            let records: Vec<_> = table::records(text, separator);
            let texts =
                |record: &table::Record<'_>| record.fields.iter().map(|field| field.trim().to_owned()).collect();
            let rows: Vec<(u32, Vec<String>)> = records.iter().map(|record| (record.line, texts(record))).collect();
            let lines = office_lists::Lines { place: file.name.clone(), name: stem, rows };
            let mut records = match &below {
                Some(below) => table::records(below, separator).into_iter(),
                None => records.into_iter(),
            };
            let grid = records.next().map(|header| Grid {
                source: Source::Text(&file.name),
                header,
                records: records.collect(),
            });
            let fields = grid.iter().flat_map(|grid| &grid.header.fields);
            header = fields.map(|field| field.trim().to_owned()).collect();
            let of_year = office_year::read(&lines);
            if let Some(sheet) = of_year.or_else(|| grid.and_then(|grid| year::of_csv(stem, &file.name, &grid))) {
                let tables = vec![sheet.layout.table];
                self.note_words(file, Format::Csv, Some(*written), Some(char::from(separator)), tables);
                self.year_sheets.push(office_year::tidied(sheet));
                return;
            }
            let heads: Vec<&str> = header.iter().map(String::as_str).collect();
            let strict = headings::table(stem).or_else(|| headings::table_of_headings(&heads));
            if !is_bundle
                && !is_clean(strict, &heads)
                && let Some(read) = office_lists::read(&lines)
            {
                let breaks = office_card::breaks(&lines);
                let of_year = breaks.iter().map(|sheet| sheet.layout.table);
                let tables = read.kept.iter().map(|kept| kept.table.stem()).chain(of_year).collect();
                self.note_words(file, Format::Csv, Some(*written), Some(char::from(separator)), tables);
                self.keep(&file.name, read);
                self.year_sheets.extend(breaks);
                return;
            }
        }
        let named = headings::table(stem);
        let by_headings = || {
            let names: Vec<&str> = header.iter().map(String::as_str).collect();
            headings::table_of_headings(&names)
        };
        let Some(table) = named.or_else(|| if is_bundle { None } else { by_headings() }) else {
            if !is_bundle {
                self.findings.push(recognise::unknown_csv(&file.name, &header));
                return self.note(file, Format::Csv, decoded.ok().map(|(_, written)| written), None, &[]);
            }
            let absent = File::ALL.iter().map(|known| known.name());
            let absent = absent.filter(|name| !files.iter().any(|file| file.name == *name));
            let message = "такого файла в наборе не бывает: переименуйте или уберите его";
            let meant = nearest(&file.name, absent).unwrap_or("только файлы, названные в описании формата");
            let finding = Finding::new(codes::UNKNOWN_FILE, &file.name, message).expected_found(meant, &file.name);
            self.findings.push(finding);
            self.note(file, Format::Csv, decoded.ok().map(|(_, written)| written), None, &[]);
            return;
        };
        match decoded {
            Ok((text, written)) => {
                let text = below.map_or(text, Cow::Owned);
                let separator = char::from(table::separator(&text));
                self.note(file, Format::Csv, Some(written), Some(separator), &[table]);
                self.parts.push(Part::Text { table, name: &file.name, text });
            }
            Err(error) => {
                self.note(file, Format::Csv, None, None, &[table]);
                self.parts.push(Part::Undecoded { table, error });
            }
        }
    }

    fn workbook(&mut self, file: &'g BundleFile) {
        let sheets = match workbook::sheets(&file.bytes) {
            Ok(sheets) => sheets,
            Err(error) => {
                let (code, message) = match error {
                    workbook::Unreadable::TooLarge(what) => (codes::TOO_LARGE, what),
                    workbook::Unreadable::Broken(what) => {
                        (codes::BROKEN_WORKBOOK, format!("книга не читается: {what}"))
                    }
                };
                self.findings.push(Finding::new(code, &file.name, message));
                return self.note(file, Format::Unknown, None, None, &[]);
            }
        };
        self.cells(file, &sheets);
        let reports: Vec<Foreign> = sheets.iter().filter_map(foreign::report).collect();
        if !reports.is_empty() {
            let format = reports[0].format();
            self.note(file, format, None, None, &[]);
            self.parts.extend(reports.into_iter().map(|report| Part::Foreign(&file.name, report)));
            return;
        }
        let mut tables = Vec::new();
        let named_plan = |sheet: &BookSheet| office_plans::is_plan(&sheet.name);
        let is_plan = office_plans::is_plan(&file.name) || sheets.iter().any(named_plan);
        let has_topics = is_plan && sheets.iter().any(office_plans::has_topics);
        for sheet in sheets {
            let strict = workbook::table(&sheet);
            let heads: Vec<&str> = strict
                .map(|(_, header)| sheet.rows[header].filled().map(|(_, text)| text).collect())
                .unwrap_or_default();
            if !is_clean(strict.map(|(table, _)| table), &heads)
                && sheet.name != workbook::GUIDE_SHEET
                && let Some(read) = office_lists::read(&lines_of(&file.name, &sheet))
            {
                let breaks = office_card::breaks(&lines_of(&file.name, &sheet));
                tables.extend(read.kept.iter().map(|kept| kept.table.stem()));
                tables.extend(breaks.iter().map(|sheet| sheet.layout.table));
                self.keep(&file.name, read);
                self.year_sheets.extend(breaks);
                continue;
            }
            let of_year = office_year::read(&lines_of(&file.name, &sheet));
            if let Some(of_year) = of_year.or_else(|| year::of_book(&file.name, &sheet)) {
                tables.push(of_year.layout.table);
                self.year_sheets.push(office_year::tidied(of_year));
                continue;
            }
            match workbook::table(&sheet) {
                Some((table, header)) => {
                    tables.push(table.stem());
                    self.parts.push(Part::Sheet { table, workbook: &file.name, sheet, header });
                }
                None if sheet.rows.is_empty() || sheet.name == workbook::GUIDE_SHEET => {}
                None => {
                    let place = format!("{}, лист «{}»", file.name, sheet.name);
                    let message = "на листе не узнать ни одной таблицы: он не прочитан";
                    let finding = Finding::new(codes::UNKNOWN_SHEET, place, message);
                    self.findings.push(finding.weighing(Severity::Warning));
                }
            }
        }
        if tables.is_empty() {
            self.findings.push(recognise::unknown_book(&file.name, is_plan, has_topics));
        }
        // A sheet for each class says the same tables over and over.
        let mut seen = BTreeSet::new();
        tables.retain(|table| seen.insert(*table));
        self.note_words(file, Format::Workbook, None, None, tables);
    }

    /// Errors and formulas of a workbook's cells.
    fn cells(&mut self, file: &BundleFile, sheets: &[BookSheet]) {
        for sheet in sheets {
            let place = |cell: &str| format!("{}, лист «{}», ячейка {cell}", file.name, sheet.name);
            for (cell, error) in workbook::errors(sheet) {
                let message = format!("в ячейке ошибка табличного редактора {error}");
                self.findings.push(Finding::new(codes::CELL_ERROR, place(&cell), message));
            }
            if sheet.formulas > 0 {
                let place = format!("{}, лист «{}»", file.name, sheet.name);
                let message = format!(
                    "ячеек с формулами: {}; взяты значения, вычисленные при последнем сохранении",
                    sheet.formulas
                );
                self.findings.push(Finding::new(codes::FORMULAS, place, message).weighing(Severity::Warning));
            }
        }
    }

    fn json(&mut self, file: &'g BundleFile) {
        match json::read(&file.bytes) {
            Ok(json::Read::Tables(read, of_year)) => {
                let tables =
                    read.iter().map(|(table, _)| table.stem()).chain(of_year.iter().map(|(layout, _)| layout.table));
                let tables = tables.collect();
                self.note_words(file, Format::Json, Some(Written::Utf8), None, tables);
                self.year_sheets
                    .extend(of_year.into_iter().map(|(layout, rows)| year::of_json(layout, &file.name, rows)));
                for (table, rows) in read {
                    let placed = |(at, cells): (usize, Vec<String>)| {
                        (format!("{}, таблица {}, запись {at}", file.name, table.stem()), cells)
                    };
                    let rows = rows.into_iter().map(placed).collect();
                    self.parts.push(Part::Made { table, name: &file.name, rows });
                }
            }
            Ok(json::Read::Scale(class)) => {
                self.note(file, Format::Scale, Some(Written::Utf8), None, &[]);
                self.parts.push(Part::Foreign(&file.name, Foreign::Scale(class)));
            }
            Err(error) => {
                let finding = Finding::new(codes::BROKEN_JSON, &file.name, format!("файл JSON не понят: {error}"));
                self.findings.push(finding);
                self.note(file, Format::Unknown, None, None, &[]);
            }
        }
    }

    fn unknown(&mut self, file: &BundleFile) {
        let is_old = file.bytes.starts_with(b"\xD0\xCF\x11\xE0");
        let (message, expected) = if is_old {
            ("старый формат Excel (.xls): откройте файл и сохраните его как «Книга Excel (.xlsx)»", ".xlsx")
        } else {
            ("такие файлы не принимаются", ".csv, .xlsx, .json или .zip")
        };
        self.findings.push(Finding::new(codes::UNKNOWN_FORMAT, &file.name, message).expected_found(expected, ""));
        self.note(file, Format::Unknown, None, None, &[]);
    }

    /// Rows of a list as offices keep it: those of several sheets and files are one table.
    fn keep(&mut self, name: &'g str, read: office_lists::Read) {
        // The same columns of every sheet of a workbook are told once, with all the sheets.
        for finding in read.findings {
            let of_columns = finding.message.starts_with(office_lists::COLUMNS_LEFT);
            match self.findings.iter().position(|told| of_columns && told.message == finding.message) {
                Some(at) => self.findings[at].place = with_sheet(&self.findings[at].place, &finding.place),
                None => self.findings.push(finding),
            }
        }
        self.of_groups.extend(read.of_groups);
        for kept in read.kept {
            // Hours by classes say the load as well as the courses.
            if kept.table == File::Courses {
                let heads = ["Класс", "Предмет", "Группа", "Учитель", "Часов в неделю"].map(str::to_owned).to_vec();
                let rows = kept.rows.iter().enumerate().map(|(at, (_, row))| (at + 1, row.clone())).collect();
                self.year_sheets.push(YearSheet {
                    layout: &LOAD,
                    place: format!("{name}, часы по классам"),
                    course: String::new(),
                    sheet: Sheet { heads, rows, letters: Vec::new() },
                    covers: Vec::new(),
                    findings: Vec::new(),
                });
            }
            let standing = self.parts.iter_mut().find_map(|part| match part {
                Part::Kept { table, rows, .. } if *table == kept.table => Some(rows),
                _ => None,
            });
            match standing {
                Some(rows) if matches!(kept.table, File::School | File::Periods) => {
                    // A card or a list of quarters that lies in two files says the same twice; what differs is told where rows are checked.
                    let is_same = |new: &(String, Vec<String>)| rows.iter().any(|(_, row)| *row == new.1);
                    let (same, other): (PlacedRows, PlacedRows) = kept.rows.into_iter().partition(is_same);
                    if let Some((place, _)) = same.first() {
                        let message = format!("то же есть в другом файле, строк: {}; взято один раз", same.len());
                        let finding = Finding::new(codes::SAME_TABLE, place, message);
                        self.findings.push(finding.weighing(Severity::Note));
                    }
                    rows.extend(other);
                }
                Some(rows) => rows.extend(kept.rows),
                None => self.parts.push(Part::Kept {
                    table: kept.table,
                    name,
                    columns: kept.columns,
                    rows: kept.rows,
                    into_empty: false,
                }),
            }
        }
    }

    /// Numbers groups that the load does not name, alike in the rows of the load and in the courses made of them.
    fn number_groups(&mut self) {
        for sheet in self.year_sheets.iter_mut().filter(|sheet| sheet.layout.table == LOAD.table) {
            self.findings.append(&mut office_hours::number_groups(sheet, &self.of_groups));
        }
        for part in &mut self.parts {
            if let Part::Kept { table: File::Courses, rows, .. } = part {
                let load: Vec<[String; 4]> =
                    rows.iter().map(|(_, row)| [0, 1, 2, 3].map(|at| row[at].clone())).collect();
                let (groups, _) = office_groups::numbered("", &load, &self.of_groups);
                rows.iter_mut().zip(groups).for_each(|((_, row), group)| row[2] = group);
            }
        }
    }

    /// A list of hours names courses; without a table of courses they are taken from it.
    fn courses_of_hours(&mut self, files: &'g [BundleFile]) {
        if self.tables().any(|(table, _)| table == File::Courses) {
            return;
        }
        let load = self.year_sheets.iter().find(|sheet| sheet.layout.table == LOAD.table);
        let made = load.and_then(|sheet| office_hours::courses_of(&sheet.place, &sheet.sheet.heads, &sheet.sheet.rows));
        if let (Some(kept), Some(file)) = (made, files.first()) {
            let (name, columns) = (file.name.as_str(), kept.columns);
            self.parts.push(Part::Kept { table: kept.table, name, columns, rows: kept.rows, into_empty: true });
        }
    }

    /// Two files or sheets for one table: which of them counts would be a guess.
    fn same_tables(&mut self) {
        let tables: Vec<File> = self.tables().map(|(table, _)| table).collect();
        for (place, table) in tables.iter().enumerate() {
            if tables[..place].contains(table) {
                let message = "эта таблица дана дважды: оставьте один файл или лист";
                self.findings.push(Finding::new(codes::SAME_TABLE, table.layout().russian, message));
            }
        }
    }
}

impl Part<'_> {
    pub(super) fn table(&self) -> Option<File> {
        match self {
            Self::Text { table, .. }
            | Self::Undecoded { table, .. }
            | Self::Sheet { table, .. }
            | Self::Made { table, .. }
            | Self::Kept { table, .. } => Some(*table),
            Self::Foreign(..) => None,
        }
    }

    /// The table as a grid; nothing when it cannot be decoded or has no header.
    pub(super) fn grid(&self) -> Option<Grid<'_>> {
        match self {
            Self::Text { name, text, .. } => {
                let mut records = table::records(text, table::separator(text)).into_iter();
                let header = records.next()?;
                Some(Grid { source: Source::Text(name), header, records: records.collect() })
            }
            Self::Sheet { workbook, sheet, header, .. } => Some(workbook::grid(workbook, sheet, *header)),
            Self::Made { table, name, rows } => Some(made(*table, name, rows)),
            Self::Kept { name, columns, rows, .. } => Some(kept(columns, name, rows)),
            Self::Undecoded { .. } | Self::Foreign(..) => None,
        }
    }
}

/// Is a table named with all the columns that it must have, codes aside?
fn is_clean(table: Option<File>, heads: &[&str]) -> bool {
    table.is_some_and(|table| {
        let places: Vec<usize> = heads.iter().filter_map(|head| headings::column(table, head)).collect();
        let mut needed = table.layout().columns.iter().enumerate().filter(|(_, one)| one.required && one.name != "id");
        needed.all(|(place, _)| places.contains(&place))
    })
}

/// A sheet as rows of texts.
fn lines_of<'s>(file: &str, sheet: &'s BookSheet) -> office_lists::Lines<'s> {
    let texts = |row: &workbook::BookRow| {
        let width = row.cells.last().map_or(0, |(column, _)| column + 1);
        (0..width).map(|column| row.cell(column).unwrap_or_default().trim().to_owned()).collect::<Vec<_>>()
    };
    let rows = sheet.rows.iter().map(|row| (row.no, texts(row))).collect();
    office_lists::Lines { place: format!("{file}, лист «{}»", sheet.name), name: &sheet.name, rows }
}

/// «Списки.xlsx, листы «5А», «5Б»» of the place told so far and one more; places of several files stand behind one another.
fn with_sheet(told: &str, more: &str) -> String {
    // What is told last is what one more sheet of the same workbook joins.
    let (before, last) = told.rsplit_once("; ").unwrap_or(("", told));
    let of_book = last.split_once(", листы ").or_else(|| last.split_once(", лист "));
    match (of_book, more.split_once(", лист ")) {
        (Some((book, sheets)), Some((same, sheet))) if book == same => {
            let before = if before.is_empty() { String::new() } else { format!("{before}; ") };
            format!("{before}{book}, листы {sheets}, {sheet}")
        }
        _ => format!("{told}; {more}"),
    }
}

/// Rows of a list as offices keep it, as a grid under the columns that they have.
pub(super) fn kept<'a>(columns: &[&'static str], name: &'a str, rows: &'a [(String, Vec<String>)]) -> Grid<'a> {
    let record = |(line, (_, cells)): (u32, &'a (String, Vec<String>))| table::Record {
        line,
        fields: cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect(),
        fault: None,
    };
    Grid {
        source: Source::Made { name, places: rows.iter().map(|(place, _)| place.clone()).collect() },
        header: table::Record {
            line: 1,
            fields: columns.iter().map(|column| Cow::Borrowed(*column)).collect(),
            fault: None,
        },
        records: (1..).zip(rows).map(record).collect(),
    }
}

/// Rows that an adapter made, as a grid under the layout's own headings.
pub(super) fn made<'a>(table: File, name: &'a str, rows: &'a [(String, Vec<String>)]) -> Grid<'a> {
    let columns: Vec<&'static str> = table.layout().columns.iter().map(|column| column.name).collect();
    kept(&columns, name, rows)
}
