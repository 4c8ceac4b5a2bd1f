//! The certificate of one who passed the training programme (003 Рук 23). Floor 0.

use super::super::form::{Block, Form, Signature, Table};
use super::super::training::{ACADEMIC_HOUR, EDITION, Lesson, hours};
use super::super::words;
use super::{Letterhead, day};

/// A lesson that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed<'l> {
    /// Which.
    pub lesson: &'l Lesson,
    /// When, RFC 3339.
    pub at: String,
}

/// «Справка»: whose, by which programme, how long, which lessons on which days. It is no document of education (273-ФЗ ст. 60, 76), and
/// says so: the programme belongs to the journal's software, and the school attests only that it was gone through.
pub fn certificate(letterhead: &Letterhead, person: &str, posts: &str, lessons: &[Passed<'_>]) -> Form {
    let minutes = lessons.iter().map(|one| one.lesson.minutes).sum();
    let mut table =
        Table::new(&[("Урок", 60), ("Минут", 10), ("Пройден", 15)]).named("Уроки").sized(100).middle(&[1, 2]);
    for one in lessons {
        table = table.line(vec![one.lesson.title.to_owned(), one.lesson.minutes.to_string(), day(&one.at)]);
    }
    // A broken number takes the genitive: «17,9 академического часа».
    let unit = match minutes % ACADEMIC_HOUR {
        0 => words::plural(
            u64::from(minutes / ACADEMIC_HOUR),
            "академический час",
            "академических часа",
            "академических часов",
        ),
        _ => "академического часа",
    };
    let last = lessons.iter().map(|one| one.at.as_str()).max().unwrap_or_default();
    letterhead
        .form("training-certificate", "СПРАВКА")
        .subtitle("о прохождении обучения работе с электронным журналом")
        .text("{}", &[person])
        .text("{}", &[posts])
        .text(
            "прошёл(а) программу обучения пользователей «Летописи», редакция {}, в объёме {} и закончил(а) её {}.",
            &[EDITION, &format!("{} {unit}", hours(minutes)), &day(last)],
        )
        .with(Block::Table(table))
        .with(Block::Note {
            text: "Каждый урок закончен верными ответами на все его вопросы и отметкой о выполненном задании. Справка не является документом об образовании или о квалификации."
                .to_owned(),
        })
        .signatures(vec![Signature::of(&letterhead.head_post, &letterhead.head_name)], true)
}
