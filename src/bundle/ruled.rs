//! Ruled tables of the office's forms as files: CSV for table editors, XLSX. Floor 1.

use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Workbook};

use super::export::{Unwritable, csv};
use crate::domain::form::{Form, RowKind, Table};

/// The mark by which table editors know UTF-8.
const BOM: &str = "\u{feff}";

/// One table as offices read it: UTF-8 with its mark, semicolons, CR LF; formulas neutralised. A section's heading stands in its first cell.
pub fn table_csv(table: &Table) -> Vec<u8> {
    let rows = table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.replace('\n', " ")).collect());
    let all: Vec<Vec<String>> = std::iter::once(table.heads()).chain(rows).collect();
    format!("{BOM}{}", csv(&all, b';')).into_bytes()
}

/// Every table of a form as a workbook, a sheet for each; cells are texts, so that a number of a document stays what it is. The same
/// form gives the same bytes.
pub fn form_xlsx(form: &Form) -> Result<Vec<u8>, Unwritable> {
    let mut book = Workbook::new();
    // The day of a workbook is fixed: the form itself says what day it is of.
    let mut facts = DocProperties::new().set_author("Летопись").set_title(&form.title);
    if let Ok(day) = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1) {
        facts = facts.set_creation_datetime(&day);
    }
    book.set_properties(&facts);
    let text =
        Format::new().set_num_format("@").set_text_wrap().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
    let head = text.clone().set_bold().set_background_color("#E7ECEF").set_align(FormatAlign::Center);
    let bold = text.clone().set_bold();
    for (no, table) in (1..).zip(form.tables()) {
        let sheet = book.add_worksheet();
        let name = if table.sheet.is_empty() { &table.title } else { &table.sheet };
        sheet.set_name(sheet_name(name, no))?;
        let whole: u32 = table.columns.iter().map(|column| column.width).sum();
        for (place, (name, column)) in (0_u16..).zip(table.heads().iter().zip(&table.columns)) {
            sheet.write_string_with_format(0, place, name, &head)?;
            // 130 characters are about the width of a landscape page.
            let share = 130.0 * f64::from(column.width) / f64::from(whole.max(1));
            sheet.set_column_width(place, share.max(6.0))?;
        }
        for (line, row) in (1_u32..).zip(&table.rows) {
            let format = if row.is == RowKind::Line { &text } else { &bold };
            for (place, cell) in (0_u16..).zip(&row.cells) {
                sheet.write_string_with_format(line, place, cell, format)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
    }
    if form.tables().next().is_none() {
        book.add_worksheet();
    }
    Ok(book.save_to_buffer()?)
}

/// A sheet's name: at most 31 characters, none of those that a workbook does not take.
fn sheet_name(title: &str, no: usize) -> String {
    let clean: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(25).collect();
    match clean.trim() {
        "" => format!("Лист {no}"),
        name if no == 1 => name.to_owned(),
        name => format!("{name} {no}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_table_leaves_as_office_csv_and_as_the_same_workbook_twice() {
        let table = Table::new(&[("№\nп/п", 1), ("Заголовок", 5)])
            .titled("Опись: «дела»/2026")
            .section("Раздел 1")
            .line(vec!["1".to_owned(), "=СУММ(A1); «Журнал»\nвторая строка".to_owned()]);
        let text = String::from_utf8(table_csv(&table)).unwrap();
        assert_eq!(text, "\u{feff}№ п/п;Заголовок\r\nРаздел 1;\r\n1;\"'=СУММ(A1); «Журнал» вторая строка\"\r\n");
        let form = Form::new("opis", "ОПИСЬ").with(crate::domain::form::Block::Table(table));
        let book = form_xlsx(&form).unwrap();
        assert_eq!(book, form_xlsx(&form).unwrap());
        assert!(book.starts_with(b"PK"));
        assert_eq!(sheet_name("Опись: «дела»/2026", 2), "Опись «дела»2026 2");
    }
}
