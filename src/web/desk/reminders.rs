//! Reminders among the notices: what each says on a day, several copies in one line. Floor 3.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Told;
use crate::domain::{names, words};
use crate::store::NoticeRow;
use crate::web::start::shortened;

/// Says reminders of several copies in one line each, in the place of the first.
pub(super) fn gathered(mut told: Vec<Told>, reminders: BTreeMap<String, Reminder>) -> Vec<Told> {
    for (said, mut many) in reminders {
        let Some(line) = told.get_mut(many.at).filter(|_| many.classes.len() > 1) else { continue };
        let copies = words::count(many.classes.len() as u64, "копия", "копии", "копий");
        many.classes.sort_by(|a, b| names::natural(a, b));
        let classes = shortened(many.classes.iter().map(String::as_str));
        line.text = format!("{}: {copies} — {classes}", words::capitalised(&said));
        many.href.clone_into(&mut line.href);
    }
    told
}

/// Reminders of one kind are one line, however many copies they are about: a director's pile is 44.
pub(super) struct Reminder {
    /// Place among the notices: that of the newest.
    pub(super) at: usize,
    pub(super) href: &'static str,
    pub(super) classes: Vec<String>,
}

/// Told to who leads: signatures of others are late.
pub(super) const ESCALATED: &str = "escalated";

/// What a reminder says on this day, and where all of its copies stand; `None` for a notice that is none.
pub(super) fn reminder(row: &NoticeRow, today: NaiveDate) -> Option<(String, &'static str)> {
    let given = row.at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()).unwrap_or(today);
    let (said, href) = match row.kind.as_str() {
        "due_soon" => ("скоро срок, ваша подпись ещё нужна".to_owned(), "/desk"),
        // Its day was the due day.
        "due_today" if given < today => {
            (format!("{} был срок, ваша подпись ещё нужна", words::day_and_month(given)), "/desk")
        }
        "due_today" => ("сегодня срок, ваша подпись ещё нужна".to_owned(), "/desk"),
        "overdue" => ("срок прошёл, ваша подпись ещё нужна".to_owned(), "/desk"),
        ESCALATED => ("срок прошёл, подписи ещё не все; сотрудникам напомнено".to_owned(), "/copies?state=issued"),
        _ => return None,
    };
    Some((said, href))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_day_that_is_over_is_called_by_its_date() {
        let row = NoticeRow {
            person: "T01".to_owned(),
            no: 1,
            kind: "due_today".to_owned(),
            copy: "2025-05A-Q1".to_owned(),
            version: 1,
            at: "2025-11-28T00:05:00+03:00".to_owned(),
            seen_at: String::new(),
        };
        let said = |day: &str| reminder(&row, day.parse().unwrap()).unwrap().0;
        assert_eq!(said("2025-11-28"), "сегодня срок, ваша подпись ещё нужна");
        assert!(said("2025-11-29").replace('\u{a0}', " ").starts_with("28 ноября был срок"), "{}", said("2025-11-29"));
    }

    #[test]
    fn reminders_of_many_copies_are_one_line_and_one_of_one_copy_names_it() {
        let line = |text: &str| Told {
            text: text.to_owned(),
            back: String::new(),
            when: String::new(),
            href: "/desk".to_owned(),
        };
        let of = |at, href, classes: &[&str]| Reminder {
            at,
            href,
            classes: classes.iter().map(|one| (*one).to_owned()).collect(),
        };
        let told = vec![line("7А класс, I четверть: сегодня срок"), line("возвращена"), line("10А класс: срок прошёл")];
        let reminders = BTreeMap::from([
            ("сегодня срок, ваша подпись ещё нужна".to_owned(), of(0, "/desk", &["7А"])),
            ("срок прошёл, подписи ещё не все".to_owned(), of(2, "/copies?state=issued", &["10А", "2Б", "9А"])),
        ]);
        let said: Vec<(String, String)> =
            gathered(told, reminders).into_iter().map(|one| (one.text.replace('\u{a0}', " "), one.href)).collect();
        assert_eq!(
            said,
            [
                ("7А класс, I четверть: сегодня срок".to_owned(), "/desk".to_owned()),
                ("возвращена".to_owned(), "/desk".to_owned()),
                (
                    "Срок прошёл, подписи ещё не все: 3 копии — 2Б, 9А, 10А".to_owned(),
                    "/copies?state=issued".to_owned()
                ),
            ]
        );
    }
}
