//! Files made to hurt: each is refused in words, or read for no more than it is.

use letopis::bundle::export::{self, Shape};
use letopis::bundle::layout::File;
use letopis::bundle::{codes, source};
use letopis::domain::finding::Finding;
use letopis::domain::journal::Journal;

use super::handmade::{Cell, Sheet, name, workbook, zipped};
use super::house::{journal, of, one, taken};

fn findings(file: &str, bytes: Vec<u8>) -> Vec<Finding> {
    taken(&one(file, bytes), Some(&journal(2))).findings()
}

fn staff_sheet() -> Sheet {
    let mut sheet = Sheet::new("Сотрудники");
    for (place, heading) in (0..).zip(["Фамилия", "Имя", "Отчество", "Должность"]) {
        sheet.text(name(place, 1), heading);
    }
    for (place, text) in (0..).zip(["Кремнева", "Яшма", "", "Учитель"]) {
        sheet.text(name(place, 2), text);
    }
    sheet
}

#[test]
fn a_zip_that_unpacks_to_gigabytes_is_refused_before_it_does() {
    let zeros = vec![b'0'; 64 << 20];
    let parts: Vec<(String, &[u8])> = (0..12).map(|n| (format!("file{n}.csv"), zeros.as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let bomb = zipped(&parts);
    assert!(bomb.len() < 2 << 20, "the bomb itself is small: {}", bomb.len());
    let error = source::opened(vec![("a.zip".into(), bomb.clone())]).unwrap_err();
    assert!(error.to_string().contains("512 МиБ"), "{error}");
    let told = findings("a.xlsx", bomb);
    assert_eq!(told[0].code, codes::TOO_LARGE, "{told:#?}");
}

#[test]
fn a_zip_of_ten_thousand_names_is_refused() {
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.csv")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    let error = source::opened(vec![("a.zip".into(), zipped(&parts))]).unwrap_err();
    assert!(error.to_string().contains("слишком много"), "{error}");
}

#[test]
fn names_that_lead_out_of_a_zip_are_not_taken() {
    let zip = zipped(&[
        ("../../etc/staff.csv", b"id,surname\n"),
        ("/abs/marks.csv", b"x"),
        ("inner/../../classes.csv", b"x"),
        ("ok/staff.csv", b"id\n"),
    ]);
    let files = source::opened(vec![("a.zip".into(), zip)]).unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.iter().all(|name| !name.contains(['/', '\\'])), "{names:?}");
    assert!(!names.contains(&"classes.csv"), "{names:?}");
    let upload = source::opened(vec![("..\\..\\windows\\staff.csv".into(), b"id\n".to_vec())]).unwrap();
    assert_eq!(upload[0].name, "staff.csv");
}

#[test]
fn workbooks_beside_csv_files_are_left_alone_only_in_a_bundle() {
    let book = workbook(&[staff_sheet()]);
    for (name, taken) in [("school.csv", 1), ("manifest.csv", 1), ("Звонки.csv", 2)] {
        let zip = zipped(&[(name, b"x"), ("Список.xlsx", &book)]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), b"x").unwrap();
        std::fs::write(folder.path().join("Список.xlsx"), &book).unwrap();
        let unpacked = source::opened(vec![("a.zip".into(), zip)]).unwrap();
        assert_eq!((unpacked.len(), source::files(folder.path()).unwrap().len()), (taken, taken), "{name}");
    }
}

#[test]
fn a_cell_in_the_last_corner_costs_no_memory_and_is_told() {
    for corner in ["XFD1048576", "BDWGN2", "ZZZZZZ9"] {
        let mut sheet = staff_sheet();
        sheet.text(corner, "x");
        let told = findings("a.xlsx", workbook(&[sheet]));
        let is_refused = told.iter().any(|f| f.code == codes::TOO_LARGE || f.code == codes::BROKEN_WORKBOOK);
        assert!(is_refused, "{corner}: {told:#?}");
    }
    // A million rows below are no harm as long as nothing stands between.
    let mut sheet = staff_sheet();
    sheet.text("A1048576", "Последняя");
    assert_eq!(of(&findings("a.xlsx", workbook(&[sheet])), codes::REQUIRED_CELL).len(), 2);
}

#[test]
fn errors_of_a_table_editor_are_found_and_formulas_are_told() {
    let mut sheet = staff_sheet();
    sheet.cells.retain(|(name, _)| name != "D2" && name != "B2");
    sheet.put("D2", Cell::Error("#REF!"));
    sheet.put("B2", Cell::Formula("CONCATENATE(\"Я\",\"шма\")", "Яшма".into()));
    let told = findings("люди.xlsx", workbook(&[sheet]));
    let error = of(&told, codes::CELL_ERROR);
    assert_eq!(error[0].place, "люди.xlsx, лист «Сотрудники», ячейка D2");
    assert!(error[0].message.contains("#REF!"));
    assert_eq!(of(&told, codes::FORMULAS).len(), 1, "{told:#?}");
}

#[test]
fn what_looks_like_a_workbook_and_is_none_is_refused_in_words() {
    assert_eq!(findings("a.xlsx", zipped(&[("x", b"y")]))[0].code, codes::BROKEN_WORKBOOK);
    assert_eq!(findings("a.xlsx", b"PK\x03\x04 and nothing".to_vec())[0].code, codes::BROKEN_WORKBOOK);
    let old = findings("a.xls.xlsx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec());
    assert_eq!(old[0].code, codes::UNKNOWN_FORMAT);
    assert!(old[0].message.contains(".xls"), "{old:#?}");
    assert_eq!(findings("a.json", b"[1]".to_vec())[0].code, codes::BROKEN_JSON);
    assert_eq!(findings("a.json", b"{\"staff\":[{\"id\":[]}]}".to_vec())[0].code, codes::BROKEN_JSON);
    assert_eq!(findings("a.json", "[".repeat(100_000).into_bytes())[0].code, codes::BROKEN_JSON);
}

#[test]
fn two_sheets_for_one_table_are_not_chosen_between() {
    let mut other = staff_sheet();
    other.name = "Учителя".into();
    assert_eq!(of(&findings("a.xlsx", workbook(&[staff_sheet(), other])), codes::SAME_TABLE).len(), 1);
    let mut strange = Sheet::new("Меню столовой");
    strange.text("A1", "Суп");
    strange.text("B1", "Каша");
    assert_eq!(of(&findings("a.xlsx", workbook(&[staff_sheet(), strange])), codes::UNKNOWN_SHEET).len(), 1);
}

#[test]
fn no_cell_of_an_exported_text_begins_a_formula_and_it_comes_back_as_it_was() {
    let mut own = journal(2);
    let evil = ["=HYPERLINK(\"http://x\")", "+7 900", "-1+1", "@SUM(A1)", "'=cmd|' /C calc'!A0", "''-"];
    for (lesson, topic) in own.lessons.iter_mut().zip(evil) {
        lesson.topic = topic.to_owned();
    }
    for shape in [Shape::Csv, Shape::OfficeCsv] {
        let written = export::write(&own, &[File::Lessons], shape).unwrap();
        let text = letopis::bundle::encoding::text(&written.bytes).unwrap().0.into_owned();
        for cell in text.split(['\n', ',', ';']) {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{shape:?}: {cell}");
        }
        let back = taken(&one("lessons.csv", written.bytes), Some(&own)).journal.unwrap();
        assert!(back.lessons == own.lessons, "{shape:?}: {:?}", &back.lessons[..6]);
    }
    let written = export::write(&own, &[File::Lessons], Shape::Xlsx).unwrap();
    let files = one("lessons.xlsx", written.bytes);
    let settled = taken(&files, Some(&own));
    assert!(of(&settled.findings(), codes::FORMULAS).is_empty(), "texts are texts");
    let back = settled.journal.unwrap();
    assert!(back.lessons == own.lessons, "{:?}", &back.lessons[..6]);
}

#[test]
fn an_empty_journal_writes_headings_and_no_rows() {
    for shape in [Shape::Csv, Shape::OfficeCsv, Shape::Xlsx, Shape::Json, Shape::OneRoster] {
        assert_eq!(export::write(&Journal::default(), &File::ALL, shape).unwrap().rows, 0, "{shape:?}");
    }
}
