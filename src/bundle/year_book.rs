//! Tables of the year as sheets of a workbook: headings with their explanations, lists to choose from, rows in words. Floor 1.
//!
//! What is written is read back: an example to begin with, and what leaves a house, are made here.

use rust_xlsxwriter::{
    DataValidation, ExcelDateTime, Format as CellFormat, FormatAlign, Note, Workbook, Worksheet, XlsxError,
};

use super::year::sheet_name;
use crate::domain::journal::Journal;
use crate::domain::setup::cells::Known;
use crate::domain::setup::layout::{Column, Is, Layout};

/// Rows for which a list of choices is offered: more than the largest school has lessons in a week.
const CHOICE_ROWS: u32 = 3_000;
/// Letters that a list of choices may have altogether in a cell's rule (a limit of XLSX).
const LIST_LETTERS: usize = 255;

/// A heading of a year's sheet: its column, or a part of the course that stands in three.
struct Head {
    title: &'static str,
    column: &'static Column,
    /// Place in the row as the store has it.
    at: usize,
    part: Option<Part>,
}

#[derive(Clone, Copy)]
enum Part {
    Class,
    Subject,
    Group,
}

fn heads(layout: &'static Layout) -> Vec<Head> {
    let own_subject = layout.columns.iter().any(|column| column.title == "Предмет");
    let mut heads = Vec::new();
    for (at, column) in layout.columns.iter().enumerate().filter(|(_, column)| column.is != Is::Given) {
        if column.is == Is::Course && !own_subject {
            let parts = [("Класс", Part::Class), ("Предмет", Part::Subject), ("Группа", Part::Group)];
            heads.extend(parts.map(|(title, part)| Head { title, column, at, part: Some(part) }));
        } else {
            heads.push(Head { title: column.title, column, at, part: None });
        }
    }
    heads
}

/// Adds a sheet for each table with its rows, which stand as the store has them; tables without rows get their headings alone.
pub fn add(
    book: &mut Workbook,
    journal: &Journal,
    rooms: &[String],
    tables: &[(&'static Layout, Vec<Vec<String>>)],
) -> Result<(), XlsxError> {
    let known = Known::of(journal, rooms.iter().cloned());
    for (layout, rows) in tables {
        sheet(book.add_worksheet(), layout, rows, journal, &known)?;
    }
    Ok(())
}

fn sheet(
    sheet: &mut Worksheet,
    layout: &'static Layout,
    rows: &[Vec<String>],
    journal: &Journal,
    known: &Known,
) -> Result<(), XlsxError> {
    let head_format =
        CellFormat::new().set_bold().set_text_wrap().set_align(FormatAlign::Top).set_background_color("#E7ECEF");
    let date = CellFormat::new().set_num_format("dd.mm.yyyy");
    let text = CellFormat::new().set_num_format("@");
    sheet.set_name(sheet_name(layout))?;
    let heads = heads(layout);
    let begins = journal.school.year.get(..4).unwrap_or("2025");
    for (place, head) in (0_u16..).zip(&heads) {
        sheet.write_string_with_format(0, place, head.title, &head_format)?;
        let width = match head.column.is {
            Is::Long => 40.0,
            Is::Text if !head.column.title.contains('№') => 30.0,
            Is::Course if matches!(head.part, Some(Part::Class | Part::Group)) => 10.0,
            Is::Course | Is::Staff | Is::Learner | Is::Choice(_) => 24.0,
            _ => 14.0,
        };
        sheet.set_column_width(place, width)?;
        sheet.insert_note(0, place, &Note::new(explained(head, begins)).set_author("Летопись").set_width(260))?;
        let choices = choices(head.column);
        if !choices.is_empty() {
            let list = DataValidation::new().allow_list_strings(&choices)?;
            sheet.add_data_validation(1, place, CHOICE_ROWS, place, &list)?;
        }
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (place, head) in (0_u16..).zip(&heads) {
            let cell = row.get(head.at).map_or("", String::as_str);
            if let Some(day) = Some(cell).filter(|cell| head.column.is == Is::Day && !cell.is_empty())
                && let Ok(day) = ExcelDateTime::parse_from_str(day)
            {
                sheet.write_datetime_with_format(line, place, &day, &date)?;
                continue;
            }
            let words = said(head, cell, journal, known);
            if words.is_empty() {
                continue;
            }
            let number = words.replace(',', ".").parse::<f64>().ok();
            match number.filter(|_| matches!(head.column.is, Is::Whole(..) | Is::Hours)) {
                Some(number) => sheet.write_number(line, place, number)?,
                None => sheet.write_string_with_format(line, place, words, &text)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A cell in words that are read back: people and learners by their whole names, or by code where two have one name.
fn said(head: &Head, cell: &str, journal: &Journal, known: &Known) -> String {
    use crate::domain::names::full_name;
    let unique = |words: String, is: Is| match known.find(is, &words, "") {
        Ok(_) => words,
        Err(_) => cell.to_owned(),
    };
    match (head.column.is, head.part) {
        (_, Some(part)) => {
            let course = journal.courses.iter().find(|course| course.id == cell);
            course.map_or_else(String::new, |course| match part {
                Part::Class => course.class.clone(),
                Part::Subject => course.subject.clone(),
                Part::Group => course.group.clone(),
            })
        }
        (Is::Staff, _) if !cell.is_empty() => {
            let person = journal.staff_member(cell);
            person.map_or_else(String::new, |p| unique(full_name(&p.surname, &p.given_name, &p.patronymic), Is::Staff))
        }
        (Is::Learner, _) if !cell.is_empty() => {
            let learner = journal.learners.iter().find(|learner| learner.id == cell);
            learner.map_or_else(
                || cell.to_owned(),
                |l| unique(full_name(&l.surname, &l.given_name, &l.patronymic), Is::Learner),
            )
        }
        (Is::Weekday, _) if cell == "0" => String::new(),
        (Is::Scope, _) => cell.to_owned(),
        (Is::Whole(..), _) if head.column.required => cell.to_owned(),
        (Is::Choice(words), _) if words.iter().any(|(word, _)| word.is_empty()) && cell.is_empty() => String::new(),
        (Is::Whole(from, _), _) if cell == "0" && from > 0 => String::new(),
        (is, _) => known.show(is, cell),
    }
}

fn choices(column: &Column) -> Vec<String> {
    let list: Vec<String> = match column.is {
        Is::Choice(words) => words.iter().map(|(_, said)| (*said).to_owned()).collect(),
        Is::Weekday => crate::domain::words::WEEKDAYS.iter().take(6).map(|day| (*day).to_owned()).collect(),
        _ => Vec::new(),
    };
    let letters: usize = list.iter().map(|word| word.chars().count() + 1).sum();
    if letters <= LIST_LETTERS { list } else { Vec::new() }
}

/// What a column is for, as the note at its heading says it; `begins`: the year in whose September the school year begins.
fn explained(head: &Head, begins: &str) -> String {
    let what = match (head.column.is, head.part) {
        (_, Some(Part::Class)) => "Название класса с листа «Классы»: 5А.".to_owned(),
        (_, Some(Part::Subject)) => "Предмет, как на листе «Курсы».".to_owned(),
        (_, Some(Part::Group)) => {
            "Номер или название группы, как на листе «Курсы»; пусто, если урок у всего класса.".to_owned()
        }
        (Is::Course, None) => "Класс, предмет и группа через запятую: «5А, Алгебра».".to_owned(),
        (Is::Hours, _) => "Число часов: 2 или 0,5.".to_owned(),
        (Is::Day, _) => format!("Дата: 01.09.{begins}."),
        (Is::Clock, _) => "Время: 08:30.".to_owned(),
        (Is::Whole(from, to), _) => format!("Целое число от {from} до {to}."),
        (Is::Weekday, _) => "День недели словом или «пн», «вт» … «сб».".to_owned(),
        (Is::Scope, _) => "Пусто — вся школа; «5» или «1-4» — параллели; «7Б» — один класс.".to_owned(),
        (Is::Staff, _) => "Фамилия, имя и отчество, фамилия с инициалами или код с листа «Сотрудники».".to_owned(),
        (Is::Learner, _) => "Фамилия, имя и отчество или код с листа «Обучающиеся».".to_owned(),
        (Is::Class, _) => "Название класса: 5А.".to_owned(),
        (Is::Room, _) => "Кабинет с листа «Кабинеты».".to_owned(),
        (Is::Choice(words), _) => {
            let words: Vec<&str> = words.iter().map(|(_, said)| *said).collect();
            format!("Одно из: {}.", words.join("; "))
        }
        (Is::Text | Is::Long | Is::Given, _) => String::new(),
    };
    let required = head.column.required && !matches!(head.part, Some(Part::Group));
    let must =
        if required { "Обязательный столбец." } else { "Можно оставить пустым." };
    if what.is_empty() { must.to_owned() } else { format!("{what} {must}") }
}

/// A workbook of a whole school: its roster and its year. Plans stand on one sheet.
pub fn school(
    journal: &Journal,
    roster: &[super::layout::File],
    rooms: &[String],
    tables: &[(&'static Layout, Vec<Vec<String>>)],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = super::export::book(journal);
    for file in roster {
        super::export::sheet(book.add_worksheet(), *file, &super::tables::rows(*file, journal))?;
    }
    add(&mut book, journal, rooms, tables)?;
    book.save_to_buffer()
}
