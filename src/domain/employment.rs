//! Staff by orders: who was hired and dismissed, from which day and until which (SEC-09). Floor 0.
//!
//! The list of a school year names the staff; an employment adds the orders and the days. Of whom no employment stands, the list alone says
//! that the person is at work: schools that came with their lists owe no old orders.

use chrono::NaiveDate;

use super::finding::Finding;
use super::journal::Journal;
use super::names;
use super::period::course_title;
use super::setup::stays::OrderMark;
use super::words;

/// First and last day of one employment; `None`: before the orders on record, until further notice.
pub type Span = (Option<NaiveDate>, Option<NaiveDate>);

/// Is somebody with these employments at work on a day?
pub fn is_at_work(spans: &[Span], day: NaiveDate) -> bool {
    spans.is_empty()
        || spans.iter().any(|(from, to)| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
}

/// Is somebody's work over for good on a day: every employment ended before it?
pub fn has_left(spans: &[Span], day: NaiveDate) -> bool {
    !spans.is_empty() && spans.iter().all(|(_, to)| to.is_some_and(|to| to < day))
}

/// The first day of work to come, for who is not at work on a day.
pub fn begins(spans: &[Span], day: NaiveDate) -> Option<NaiveDate> {
    let later = spans.iter().filter_map(|(from, _)| *from).filter(|from| *from > day);
    later.min().filter(|_| !is_at_work(spans, day))
}

/// One employment of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employment {
    /// Identifier: `E00001`.
    pub id: String,
    /// School year on whose lists it was entered.
    pub year: String,
    /// Person.
    pub person: String,
    /// Subject that the person was hired for; may be empty.
    pub subject: String,
    /// Room; may be empty.
    pub room: String,
    /// First day; `None` for who was at work before the orders on record.
    pub hired_on: Option<NaiveDate>,
    /// Order of hiring.
    pub hire_order: OrderMark,
    /// Last day, inclusive; `None` while it lasts.
    pub left_on: Option<NaiveDate>,
    /// Order of dismissal.
    pub leave_order: OrderMark,
}

impl Employment {
    /// Its days.
    pub fn span(&self) -> Span {
        (self.hired_on, self.left_on)
    }

    /// How it stands on a day, as lists say it: «уволен(а), последний день 30.11.2025»; empty for who is at work.
    pub fn state(&self, day: NaiveDate) -> String {
        match (self.hired_on, self.left_on) {
            (_, Some(last)) if last < day => format!("уволен(а), последний день {}", words::date_short(last)),
            (_, Some(last)) => format!("увольняется, последний день {}", words::date_short(last)),
            (Some(first), None) if first > day => format!("принят(а) с {}", words::date_short(first)),
            _ => String::new(),
        }
    }
}

/// The card of a member of staff: what the specialist of staff keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Job title as it is printed.
    pub position: String,
    /// Subject; may be empty.
    pub subject: String,
    /// Room; may be empty.
    pub room: String,
}

impl Card {
    /// The same with single spaces, as it is kept.
    pub fn tidy(&self) -> Self {
        let tidy = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            surname: tidy(&self.surname),
            given_name: tidy(&self.given_name),
            patronymic: tidy(&self.patronymic),
            position: tidy(&self.position),
            subject: tidy(&self.subject),
            room: tidy(&self.room),
        }
    }

    /// Full name.
    pub fn name(&self) -> String {
        names::full_name(&self.surname, &self.given_name, &self.patronymic)
    }

    /// What is missing of a card.
    pub fn check(&self, place: &str) -> Vec<Finding> {
        let needed = [("Фамилия", &self.surname), ("Имя", &self.given_name), ("Должность", &self.position)];
        let empty = needed.into_iter().filter(|(_, text)| text.is_empty());
        empty.map(|(what, _)| Finding::new("staff.card-empty", place, format!("не указано: {what}"))).collect()
    }

    /// Role of the staff list that follows from the card itself. Only teaching does: every other office is given by an order of
    /// appointment, so that whoever keeps the cards cannot give rights (SEC-01).
    pub fn roles(&self) -> &'static str {
        let position = names::fold(&self.position);
        let teaches = ["учитель", "преподаватель", "педагог"].iter().any(|word| position.starts_with(word));
        if teaches || !self.subject.is_empty() { "teacher" } else { "" }
    }
}

/// What is wrong with an order and its day; `what` says which: «приёме», «увольнении».
pub fn check_order(order: &OrderMark, day: Option<NaiveDate>, what: &str, place: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.number.trim().is_empty() || order.date.is_none() {
        findings.push(Finding::new("staff.no-order", place, format!("нужны номер и дата приказа о {what}")));
    }
    if day.is_none() {
        let which = if what == "приёме" { "первый" } else { "последний" };
        findings.push(Finding::new("staff.no-day", place, format!("не указан {which} рабочий день")));
    }
    findings
}

/// A class or course that somebody owns on the lists of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Class.
    pub class: String,
    /// Course; empty for the class itself.
    pub course: String,
    /// «5А класс: классное руководство», «5А: Алгебра».
    pub what: String,
}

/// What a person owns on the lists of a year, classes first.
pub fn owned(journal: &Journal, person: &str) -> Vec<Owned> {
    let classes = journal.classes.iter().filter(|class| class.class_teacher_id == person).map(|class| Owned {
        class: class.name.clone(),
        course: String::new(),
        what: format!("{} класс: классное руководство", class.name),
    });
    let courses = journal.courses.iter().filter(|course| course.teacher_id == person).map(|course| Owned {
        class: course.class.clone(),
        course: course.id.clone(),
        what: format!("{}: {}", course.class, course_title(course)),
    });
    let mut owned: Vec<Owned> = classes.chain(courses).collect();
    owned.sort_by(|a, b| names::natural(&a.class, &b.class));
    owned
}

/// Something of a dismissed person that nobody has taken over yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// What.
    pub owned: Owned,
    /// Whose it was: identifier and short name.
    pub person: (String, String),
    /// Last day of work.
    pub since: NaiveDate,
}

/// Last day of somebody whose every employment has one; `None` for who stays, and for whom no employment stands.
pub fn last_day(work: &[Employment], person: &str) -> Option<NaiveDate> {
    let of_person = || work.iter().filter(|one| one.person == person);
    let stays = of_person().any(|one| one.left_on.is_none());
    of_person().filter_map(|one| one.left_on).max().filter(|_| !stays)
}

/// Classes and courses of a year whose owner is dismissed, those included whose last day is still to come: somebody has to be named by then.
pub fn orphans(journal: &Journal, work: &[Employment]) -> Vec<Orphan> {
    let mut found = Vec::new();
    for member in &journal.staff {
        let Some(since) = last_day(work, &member.id) else { continue };
        let name = names::short_name(&member.surname, &member.given_name, &member.patronymic);
        found.extend(owned(journal, &member.id).into_iter().map(|owned| Orphan {
            owned,
            person: (member.id.clone(), name.clone()),
            since,
        }));
    }
    found.sort_by(|a, b| names::natural(&a.owned.class, &b.owned.class));
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn whoever_was_never_hired_by_an_order_is_at_work_and_a_dismissed_one_until_the_last_day() {
        let today = day("2025-11-15").unwrap();
        assert!(is_at_work(&[], today) && !has_left(&[], today));
        let dismissed = [(None, day("2025-11-14"))];
        assert!(!is_at_work(&dismissed, today) && has_left(&dismissed, today));
        let last_day = [(None, day("2025-11-15"))];
        assert!(is_at_work(&last_day, today) && !has_left(&last_day, today));
        let again = [(None, day("2025-09-30")), (day("2025-11-20"), None)];
        assert!(!is_at_work(&again, today) && !has_left(&again, today), "hired again, not yet begun");
        assert_eq!(begins(&again, today), day("2025-11-20"));
        assert_eq!((begins(&[], today), begins(&last_day, today)), (None, None));
    }

    #[test]
    fn a_card_gives_a_teacher_courses_to_come_and_nobody_an_office() {
        let card = |position: &str, subject: &str| Card {
            position: position.into(),
            subject: subject.into(),
            ..Card::default()
        };
        assert_eq!(card("Учитель физики", "").roles(), "teacher");
        assert_eq!(card("Педагог-психолог", "").roles(), "teacher");
        assert_eq!(card("Инженер", "Информатика").roles(), "teacher");
        for office in ["Директор", "Заместитель директора", "Администратор", "Секретарь"]
        {
            assert_eq!(card(office, "").roles(), "", "{office}");
        }
        let missing: Vec<String> = card("", "").check("строка 2").into_iter().map(|finding| finding.message).collect();
        assert_eq!(missing, ["не указано: Фамилия", "не указано: Имя", "не указано: Должность"]);
    }
}
