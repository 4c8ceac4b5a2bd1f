//! One table of the year out of one file, for whoever knows already which table it is for. Floor 1.

use super::encoding;
use super::recognise;
use super::sheet::{Grid, Source};
use super::table;
use super::workbook::{self, BookSheet};
use super::year::{self, HEADER_ROWS, YearSheet};
use crate::domain::finding::{Finding, Severity};
use crate::domain::setup::layout::Layout;
use crate::domain::setup::paste::Sheet;

/// What every workbook begins with: it is a zip (APPNOTE 4.3.6).
const ZIP: &[u8] = b"PK";

/// The rows of a table out of XLSX, CSV of any office or tab-separated text, in UTF-8 or windows-1251. `with_course`: the course of a plan
/// is known from elsewhere.
pub fn read(name: &str, bytes: &[u8], layout: &'static Layout, with_course: bool) -> Result<Sheet, Vec<Finding>> {
    let unreadable = |why: String| vec![Finding::new("setup.file-unreadable", name, why)];
    if !bytes.starts_with(ZIP) {
        let (text, _) = encoding::text(bytes).map_err(|error| unreadable(error.as_russian()))?;
        let first = text.lines().next().unwrap_or_default();
        return if first.contains('\t') { Ok(Sheet::from_clipboard(&text)) } else { csv(name, &text, layout) };
    }
    let sheets = workbook::sheets(bytes).map_err(|error| unreadable(error.as_russian()))?;
    let own: Vec<YearSheet> = sheets
        .iter()
        .filter_map(|sheet| year::of_book(name, sheet).filter(|found| found.layout.table == layout.table))
        .collect();
    let mut found = if own.is_empty() { by_headings(name, &sheets, layout, with_course) } else { own };
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => whole(one),
        (Some(last), false) => {
            let places: Vec<String> = found.into_iter().chain([last]).map(|sheet| sheet.place).collect();
            let message = "в книге несколько листов этой таблицы: оставьте один";
            Err(vec![
                Finding::new("setup.sheets-several", name, message).expected_found("один лист", places.join("; ")),
            ])
        }
        (None, _) => {
            let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            let message = format!("в книге нет листа «{}» и нет его заголовков", year::sheet_name(layout));
            let finding = Finding::new("setup.sheet-missing", name, message);
            Err(vec![finding.expected_found(layout.headings().join(" · "), names.join("; "))])
        }
    }
}

fn csv(name: &str, text: &str, layout: &'static Layout) -> Result<Sheet, Vec<Finding>> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let below = recognise::below_title(stem, text);
    let text = below.as_deref().unwrap_or(text);
    let mut records = table::records(text, table::separator(text)).into_iter();
    let Some(header) = records.next() else { return Ok(Sheet::default()) };
    let grid = Grid { source: Source::Text(name), header, records: records.collect() };
    let told = year::of_csv(stem, name, &grid).filter(|found| found.layout.table == layout.table);
    whole(told.unwrap_or_else(|| year::table(layout, name.to_owned(), String::new(), &grid, Vec::new())))
}

/// Sheets that have the headings of the table, whatever they are called; of a workbook with one sheet that one, so that what its headings lack
/// is told.
fn by_headings(name: &str, sheets: &[BookSheet], layout: &'static Layout, with_course: bool) -> Vec<YearSheet> {
    let filled: Vec<&BookSheet> = sheets.iter().filter(|sheet| !sheet.rows.is_empty()).collect();
    let header = |sheet: &BookSheet| {
        (0..sheet.rows.len().min(HEADER_ROWS)).find(|at| {
            let heads: Vec<String> = sheet.rows[*at].filled().map(|(_, text)| text.to_owned()).collect();
            layout.fits(&heads, with_course)
        })
    };
    let taken = |sheet: &BookSheet, at: usize| {
        let place = format!("{name}, лист «{}»", sheet.name);
        year::table(layout, place, String::new(), &workbook::grid(name, sheet, at), Vec::new())
    };
    let fitting: Vec<YearSheet> = filled.iter().filter_map(|sheet| header(sheet).map(|at| taken(sheet, at))).collect();
    match (fitting.is_empty(), filled.as_slice()) {
        (true, [only]) => vec![taken(only, 0)],
        _ => fitting,
    }
}

fn whole(sheet: YearSheet) -> Result<Sheet, Vec<Finding>> {
    let is_clean = sheet.findings.iter().all(|one| one.severity < Severity::Error);
    if is_clean { Ok(sheet.sheet) } else { Err(sheet.findings) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::domain::setup::layout::{LOAD, ROOMS, TIMETABLE};

    fn cells(sheet: &Sheet) -> Vec<Vec<String>> {
        sheet.rows.iter().map(|(_, cells)| cells.clone()).collect()
    }

    #[test]
    fn a_csv_of_an_office_in_windows_1251_reads_as_the_same_rows_as_utf_8_and_as_the_clipboard() {
        let text = "Кабинет;Мест;Назначение\r\n12;30;\"физика; химия\"\r\n14;28;\r\n";
        let utf = read("кабинеты.csv", text.as_bytes(), &ROOMS, false).unwrap();
        let office = read("кабинеты.csv", &encoding::to_windows_1251(text), &ROOMS, false).unwrap();
        assert_eq!(cells(&utf), cells(&office));
        assert_eq!(cells(&utf)[0], ["12", "30", "физика; химия"]);
        let tabs = "Кабинет\tМест\tНазначение\n12\t30\tфизика; химия\n14\t28\t\n";
        assert_eq!(cells(&read("из буфера.txt", tabs.as_bytes(), &ROOMS, false).unwrap()), cells(&utf));
        let commas = read("rooms.csv", "Кабинет,Мест\n12,30\n".as_bytes(), &ROOMS, false).unwrap();
        assert_eq!(cells(&commas), [["12", "30"]]);
        let titled = read("каб.csv", "Список кабинетов\nКаб.;Мест\n12;30\n".as_bytes(), &ROOMS, false).unwrap();
        assert_eq!((titled.heads.join(" "), titled.rows[0].0), ("Каб. Мест".to_owned(), 3), "a title is passed");
    }

    #[test]
    fn rows_read_from_a_file_survive_the_clipboard_that_the_page_shows() {
        let text = "Кабинет;Назначение\n12;\"физика\nи \"\"химия\"\"\"\n";
        let sheet = read("кабинеты.csv", text.as_bytes(), &ROOMS, false).unwrap();
        let again = Sheet::from_clipboard(&sheet.to_clipboard());
        assert_eq!((again.heads.clone(), cells(&again)), (sheet.heads.clone(), cells(&sheet)));
        // One column alone is no list parted by semicolons.
        let narrow =
            Sheet {
                heads: vec!["Кабинет".to_owned()], rows: vec![(2, vec!["12".to_owned()])], letters: Vec::new()
            };
        assert_eq!(cells(&Sheet::from_clipboard(&narrow.to_clipboard())), [["12"]]);
    }

    #[test]
    fn the_example_workbook_gives_each_page_its_own_sheet() {
        let policy =
            crate::domain::policy::parse("default", crate::domain::policy::builtin("default").unwrap()).unwrap();
        let book = crate::bundle::example::workbook(&policy, 2025).unwrap();
        for layout in [&ROOMS, &LOAD, &TIMETABLE] {
            let sheet = read("пример.xlsx", &book, layout, false).unwrap();
            assert!(sheet.rows.len() >= 12 && !sheet.heads.is_empty(), "{}", layout.table);
        }
    }

    #[test]
    fn a_broken_file_and_one_of_another_table_are_refused_in_words() {
        let broken = read("год.xlsx", b"PK\x03\x04 no zip", &ROOMS, false).unwrap_err();
        assert_eq!((broken[0].code, broken[0].place.as_str()), ("setup.file-unreadable", "год.xlsx"));
        let binary = read("снимок.csv", &[0xff, 0xd8, 0x98, 0x00, 0x01], &ROOMS, false);
        assert!(binary.is_err(), "{binary:?}");
    }
}
