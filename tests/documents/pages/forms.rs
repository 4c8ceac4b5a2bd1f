//! Every form of the office: its text is golden, its pages hold every word of it, leave no margin, and come out the same twice.

use letopis::domain::form::{Block, Form, Signature, Table};
use letopis::domain::forms::examples::examples;
use letopis::typeset::{form, form_by, lay_out_form};

use super::frames::{Seen, see};
use super::{MM, golden, target};

const MADE_AT: &str = "2026-11-26T10:00:00+05:00";

/// Letters and digits alone: hyphenation, line breaks and rules do not matter.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Every text of a form, found in its data.
fn texts(form: &Form) -> Vec<String> {
    fn walk(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            serde_json::Value::Object(fields) => {
                // Words of the data's own shape are no words of the form.
                let own = ["id", "sheet", "paper", "binding", "kind", "align", "part", "is", "caption"];
                fields.iter().filter(|(key, _)| !own.contains(&key.as_str())).for_each(|(_, item)| walk(item, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let mut value = serde_json::to_value(form).unwrap();
    // A table's title names the sheet of a workbook; a page shows it above the table.
    walk(&value.take(), &mut found);
    found.retain(|text| !letters(text).is_empty());
    found
}

#[test]
fn every_form_says_what_it_is_expected_to_say() {
    let forms = examples();
    assert!(forms.len() > 20, "{}", forms.len());
    for form in forms {
        golden(&format!("forms/{}.txt", form.id), form.to_string().as_bytes());
    }
}

#[test]
fn every_form_is_typeset_whole_within_its_margins_and_the_same_twice() {
    for example in examples() {
        let made = form(&example, MADE_AT).unwrap_or_else(|error| panic!("{}: {error}", example.id));
        std::fs::write(target().join(format!("form-{}.pdf", example.id)), &made.pdf).unwrap();
        assert_eq!(made.findings, [], "{}", example.id);
        assert_eq!(made.pdf, form(&example, MADE_AT).unwrap().pdf, "{}", example.id);
        let pages = within_its_margins(&example);
        let printed: String = pages.iter().flat_map(|page| &page.texts).map(|(_, text)| letters(text)).collect();
        for text in texts(&example) {
            assert!(printed.contains(&letters(&text)), "{}: «{text}» is not on the pages", example.id);
        }
    }
}

/// The pages of a form, none of whose words leaves the margins.
fn within_its_margins(form: &Form) -> Vec<Seen> {
    let (document, _) = lay_out_form(form, None).unwrap();
    let pages = see(&document);
    let left = if matches!(form.binding, letopis::domain::form::Binding::Long) { 30.0 } else { 20.0 };
    for (index, page) in pages.iter().enumerate() {
        let size = document.pages()[index].frame.size();
        let (width, height) = (size.x.to_pt(), size.y.to_pt());
        for (ink, text) in page.texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let inside = ink[0] >= (left - 0.5) * MM
                && ink[1] >= 9.9 * MM
                && ink[2] <= width - 9.5 * MM
                && ink[3] <= height - 19.5 * MM;
            assert!(inside, "{}, page {}: «{text}» leaves the margins: {ink:?}", form.id, index + 1);
        }
    }
    pages
}

/// A heading between the rows of a table stands in the table's whole width, whatever the first column is: in one line.
#[test]
fn a_heading_between_rows_is_not_squeezed_into_the_first_column() {
    let heading = "Аутентичность, п. 7.2.2 (в редакции 2019 года 5.2.2.1)";
    let table = Table::new(&[("№\nп/п", 5), ("Требование", 95)]).section(heading).line(vec!["1".into(), "да".into()]);
    let form = Form::new("conformity", "ЗАЯВЛЕНИЕ").with(Block::Table(table));
    let (document, _) = lay_out_form(&form, None).unwrap();
    let page = see(&document).remove(0);
    let tops = |word: &str| {
        let found = page.texts.iter().filter(|(_, text)| letters(text).contains(&letters(word)));
        found.map(|(ink, _)| ink[1]).collect::<Vec<f64>>()
    };
    let (first, last) = (tops("Аутентичность"), tops("5.2.2.1"));
    assert!(!first.is_empty() && !last.is_empty(), "{:?}", page.texts);
    assert!((first[0] - last[0]).abs() < 2.0, "one line: {first:?} {last:?}");
}

fn words_of(page: &Seen) -> String {
    page.texts.iter().map(|(_, text)| letters(text)).collect()
}

/// Every form with forty-four lines of the longest names and subjects that a school could have, and with none.
#[test]
fn a_form_holds_forty_four_long_lines_and_says_that_there_are_none() {
    let long = "Изумрудова-Самоцветская Александрита Всеволодовна, основы духовно-нравственной культуры народов России";
    for example in examples() {
        let mut full = example.clone();
        let mut empty = example.clone();
        let heads: Vec<String> =
            example.tables().flat_map(|table| table.columns.iter().map(|one| letters(&one.head))).collect();
        for (full, empty) in full.blocks.iter_mut().zip(&mut empty.blocks) {
            let (Block::Table(full), Block::Table(empty)) = (full, empty) else { continue };
            empty.rows.clear();
            let cells: Vec<String> =
                full.columns.iter().map(|column| if column.width < 10 { "12" } else { long }.to_owned()).collect();
            *full = Table { rows: Vec::new(), ..full.clone() }.lines(vec![cells; 44]);
        }
        let pages = within_its_margins(&full);
        assert!(heads.is_empty() || pages.len() > 1, "{}", example.id);
        let none: String = within_its_margins(&empty).iter().map(words_of).collect();
        assert_eq!(none.matches("Записейнет").count(), example.tables().count(), "{}", example.id);
    }
}

#[test]
fn signatures_never_stand_on_a_page_without_words_of_what_is_signed() {
    let table =
        |rows: usize| Table::new(&[("№\nп/п", 5), ("Заголовок", 50)]).lines((0..rows).map(|no| vec![no.to_string()]));
    let mut parted = 0;
    for rows in 25..75 {
        let form = Form::new("paper-register", "РЕЕСТР")
            .with(Block::Table(table(rows)))
            .text("Всего внесено {} позиций.", &["12"])
            .signatures(
                vec![Signature::of("Секретарь", "Л.К. Ромашкина"), Signature::of("Директор", "Я.К. Малахитова")],
                false,
            );
        let pages = within_its_margins(&form);
        let signed = pages.iter().map(words_of).find(|words| words.contains("Секретарь")).unwrap();
        assert!(signed.contains("Всеговнесено") && signed.contains("Директор"), "{rows} rows: {signed}");
        // The last lines of what is signed go with the signatures, under their heads.
        let last = format!("{}{}", rows - 2, rows - 1);
        assert!(signed.contains("Заголовок") && signed.contains(&last), "{rows} rows: {signed}");
        parted += usize::from(!words_of(&pages[0]).contains("Секретарь"));
    }
    assert!(parted > 5 && parted < 45, "the edge of the page was never met: {parted}");
}

/// Distances between the level rules of a page, millimetres.
fn rows(rules: &[[f64; 4]]) -> Vec<f64> {
    let mut levels: Vec<f64> =
        rules.iter().filter(|rule| (rule[1] - rule[3]).abs() < 0.01).map(|rule| rule[1] / MM).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup_by(|a, b| (*a - *b).abs() < 0.2);
    levels.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// A hand needs 8 mm: every empty row of every form, and every row of a form that is filled in by hand.
#[test]
fn rows_for_handwriting_are_eight_millimetres_high_or_higher() {
    let mut seen = 0;
    for example in examples() {
        let by_hand = |table: &letopis::domain::form::Table| {
            let is_blank = |row: &letopis::domain::form::Row| row.cells.iter().all(String::is_empty);
            table.rows.iter().filter(|row| !table.dashed && (table.ink || is_blank(row))).count()
        };
        let wanted: usize = example.tables().map(by_hand).sum();
        if wanted == 0 {
            continue;
        }
        let (document, _) = lay_out_form(&example, None).unwrap();
        let tall: usize =
            see(&document).iter().map(|page| rows(&page.rules).iter().filter(|row| **row >= 7.99).count()).sum();
        assert!(tall >= wanted, "{}: {tall} of {wanted} rows", example.id);
        seen += wanted;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn a_template_of_the_school_is_used_and_a_broken_one_is_named() {
    let example = examples().swap_remove(0);
    let own = "#let data = json(\"/data/form.json\")\n#set text(font: \"PT Serif\", lang: \"ru\")\n#data.form.title";
    let made = form_by(&example, MADE_AT, Some(own)).unwrap();
    assert_ne!(made.pdf, form(&example, MADE_AT).unwrap().pdf);
    let broken = form_by(&example, MADE_AT, Some("#let x = ")).unwrap_err().to_string();
    assert!(broken.starts_with("шаблон документа не собрался"), "{broken}");
    let reads_disk = form_by(&example, MADE_AT, Some("#read(\"/etc/passwd\")")).unwrap_err().to_string();
    assert!(reads_disk.starts_with("шаблон документа не собрался"), "{reads_disk}");
}

#[test]
fn every_table_of_every_form_is_read_back_from_its_csv_and_its_workbook_by_other_readers() {
    use calamine::{Reader as _, Xlsx};
    let mut tables = 0;
    for example in examples() {
        let mut book: Xlsx<_> =
            Xlsx::new(std::io::Cursor::new(letopis::bundle::ruled::form_xlsx(&example).unwrap())).unwrap();
        let sheets = book.worksheets();
        let own: Vec<_> = example.tables().collect();
        // A form without tables leaves an empty sheet: a workbook cannot have none.
        assert_eq!(sheets.len(), own.len().max(1), "{}", example.id);
        for ((name, range), table) in sheets.iter().zip(own) {
            tables += 1;
            let wanted: Vec<Vec<String>> = std::iter::once(table.heads())
                .chain(table.rows.iter().map(|row| row.cells.clone()))
                .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect())
                .collect();
            let cell = |row: usize, column: usize| {
                range.get_value((row as u32, column as u32)).map(|value| value.to_string()).unwrap_or_default()
            };
            let held: Vec<Vec<String>> = (0..wanted.len())
                .map(|row| (0..table.columns.len()).map(|column| cell(row, column).trim().to_owned()).collect())
                .collect();
            assert_eq!(held, wanted, "{}: sheet «{name}»", example.id);

            let bytes = letopis::bundle::ruled::table_csv(table);
            let text = bytes.strip_prefix("\u{feff}".as_bytes()).expect("the mark of UTF-8");
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text);
            let lines: Vec<Vec<String>> = reader
                .records()
                .map(|line| line.unwrap().iter().map(|cell| cell.trim().to_owned()).collect())
                .collect();
            // A line break inside a cell is a blank in CSV, and a text that a table editor would compute is quoted.
            let plain = |cell: &String| {
                let cell = cell.replace('\n', " ");
                if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
            };
            let wanted: Vec<Vec<String>> = wanted.iter().map(|row| row.iter().map(plain).collect()).collect();
            assert_eq!(lines, wanted, "{}: CSV of «{name}»", example.id);
        }
    }
    assert!(tables > 25, "{tables}");
}
