//! Blank forms on which lessons are kept while the journal is down (DOC-16; 003 Рук 6). Floor 0.

use chrono::NaiveDate;

use super::super::form::{Block, Form, Signature, Table, centered};
use super::Letterhead;

/// A list of learners to be marked by hand, for one course or for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// «5А».
    pub class: String,
    /// «Фамилия Имя», in the journal's order.
    pub learners: Vec<String>,
    /// Subject and teacher; both empty for a form of any subject.
    pub subject: String,
    /// «Фамилия Имя Отчество».
    pub teacher: String,
    /// Lessons of the day for which it is printed: day and number; empty for a form of any day.
    pub lessons: Vec<(NaiveDate, u8)>,
}

/// Lessons that fit beside the names on a landscape page.
const COLUMNS: u32 = 12;

/// Lessons whose topics fit on a landscape page beside the head, at 8 mm a row, with the lines below them.
const TOPICS: usize = 10;

/// The sheet of marks and absences, and the sheet of topics, for each class and subject: one print job.
pub fn fallback(letterhead: &Letterhead, sheets: &[Blank]) -> Form {
    let mut form = Form::new("fallback", "").landscape();
    for (no, one) in (0..).zip(sheets) {
        if no > 0 {
            form = form.with(Block::PageBreak);
        }
        form = sheet(form, letterhead, one);
    }
    form
}

fn sheet(form: Form, letterhead: &Letterhead, blank: &Blank) -> Form {
    let mut dates: Vec<(String, u32)> =
        blank.lessons.iter().map(|(day, no)| (format!("{}\nурок {no}", day.format("%d.%m")), 6)).collect();
    dates.resize(COLUMNS as usize, (String::new(), 6));
    let mut heads: Vec<(&str, u32)> = vec![("№\nп/п", 5), ("Фамилия, имя обучающегося", 36)];
    heads.extend(dates.iter().map(|(head, width)| (head.as_str(), *width)));
    let rows = (1..).zip(&blank.learners).map(|(no, name): (usize, &String)| vec![no.to_string(), name.clone()]);
    let marks = Table::new(&heads)
        .named("Отметки")
        .span(2, COLUMNS as usize, "Дата (число, месяц) и номер урока")
        .sized(95)
        .middle(&[0])
        .for_ink()
        .lines(rows)
        .blank(2);
    let held = blank.lessons.iter().map(|(day, no)| vec![no.to_string(), day.format("%d.%m").to_string()]);
    let topics = Table::new(&[
        ("№ урока", 6),
        ("Число и месяц", 11),
        ("Кол-во часов", 8),
        ("Что пройдено на уроке", 45),
        ("Домашнее задание", 35),
        ("Подпись / замена", 16),
    ])
    .named("Темы")
    .sized(100)
    .for_ink()
    .lines(held)
    .blank(TOPICS.saturating_sub(blank.lessons.len()));
    form.with(centered(&letterhead.name))
        .with(centered("ЛИСТ ВРЕМЕННОГО УЧЁТА"))
        .with(centered("на время, когда электронный журнал недоступен"))
        .text("Класс {}, наименование предмета {}", &[&blank.class, &blank.subject])
        .text("Фамилия, имя, отчество учителя {}", &[&blank.teacher])
        .with(Block::Table(marks))
        .with(Block::Note {
            text: "н — отсутствовал(а), о — опоздал(а); отметки 5, 4, 3, 2. Исправления: зачеркнуть одной чертой, написать рядом, «Исправленному верить», подпись, дата."
                .to_owned(),
        })
        .with(Block::PageBreak)
        .with(Block::Table(topics))
        .text("Журнал был недоступен с {} по {}. Причина: {}", &[])
        .text("Акт о перерыве в работе журнала № {} от {}", &[])
        .signatures(vec![Signature::of("Учитель", "")], false)
        .with(Block::Cut { text: "заполняется при внесении в электронный журнал".to_owned() })
        .text("Записи внесены в электронный журнал {(дата, время)}; этот лист хранится с копией журнала за учётный период.", &[])
        .signatures(vec![Signature::of("Записи внёс(ла)", ""), Signature::of("Проверил: заместитель директора", "")], false)
}
