//! Blank forms on which lessons are kept while the journal is down (DOC-16; 003 Рук 6). Floor 0.

use super::super::form::{Block, Form, Signature, Table};
use super::Letterhead;

/// A class's list to be marked by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallbackClass {
    /// «5А».
    pub class: String,
    /// «Фамилия Имя», in the journal's order.
    pub learners: Vec<String>,
    /// Subject and teacher; both empty for a form of any subject.
    pub subject: String,
    /// «Фамилия Имя Отчество».
    pub teacher: String,
}

/// Lessons that fit beside the names on a landscape page.
const COLUMNS: u32 = 12;

/// Lessons whose topics fit on a landscape page beside the head, at 8 mm a row, with the lines below them.
const TOPICS: usize = 12;

/// The sheet of marks and absences, and the sheet of topics, for one class and subject.
pub fn fallback(letterhead: &Letterhead, class: &FallbackClass) -> Form {
    let dates: Vec<(String, u32)> = (0..COLUMNS).map(|_| (String::new(), 6)).collect();
    let mut heads: Vec<(&str, u32)> = vec![("№\nп/п", 5), ("Фамилия, имя обучающегося", 36)];
    heads.extend(dates.iter().map(|(head, width)| (head.as_str(), *width)));
    let rows = (1..).zip(&class.learners).map(|(no, name): (usize, &String)| vec![no.to_string(), name.clone()]);
    let marks = Table::new(&heads)
        .named("Отметки")
        .span(2, COLUMNS as usize, "Дата (число, месяц) и номер урока")
        .sized(95)
        .middle(&[0])
        .for_ink()
        .lines(rows)
        .blank(2);
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
    .blank(TOPICS);
    letterhead
        .form("fallback", "ЛИСТ ВРЕМЕННОГО УЧЁТА")
        .landscape()
        .subtitle("на время, когда электронный журнал недоступен")
        .text("Класс {}, наименование предмета {}", &[&class.class, &class.subject])
        .text("Фамилия, имя, отчество учителя {}", &[&class.teacher])
        .with(Block::Table(marks))
        .with(Block::Note {
            text: "н — отсутствовал(а), о — опоздал(а); отметки 5, 4, 3, 2. Исправления: зачеркнуть одной чертой, написать рядом, «Исправленному верить», подпись, дата."
                .to_owned(),
        })
        .with(Block::PageBreak)
        .with(Block::Table(topics))
        .text("Журнал был недоступен с {} по {}. Причина: {}", &[])
        .signatures(vec![Signature::of("Учитель", "")], false)
        .with(Block::Cut { text: "заполняется при внесении в электронный журнал".to_owned() })
        .text("Записи внесены в электронный журнал {(дата, время)}; этот лист хранится с копией журнала за учётный период.", &[])
        .signatures(vec![Signature::of("Записи внёс(ла)", ""), Signature::of("Проверил: заместитель директора", "")], false)
}
