//! Staff on the first screen: what a dismissed person left, who was hired and does not get in yet, and the desk of the specialist of staff.
//! Floor 3.

use std::collections::BTreeSet;

use super::super::answer::Refusal;
use super::waits::shortened;
use super::{Coming, Desk, Shelf, Wait};
use crate::domain::employment::{self, Employment};
use crate::domain::rights::{Action, Role};
use crate::domain::setup::cells::course_words;
use crate::domain::words;

impl Desk<'_> {
    /// Classes and courses without an owner, for who names another; people hired by order without an account, for who issues it.
    pub(super) async fn staffing(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits: Vec<Wait> = self.data_checks().await?.into_iter().collect();
        let names_another = self.visitor.may_anywhere(Action::ChangeCurriculum);
        let lets_in = self.holds(&[Role::Administrator]);
        if !(names_another || lets_in) {
            return Ok(waits);
        }
        let work = self.state.house.db.list_employments().await?;
        if names_another {
            let reach = self.visitor.reach(Action::ChangeCurriculum);
            let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
            let left = employment::orphans(&self.directory.roster, &work);
            let left: Vec<_> =
                left.iter().filter(|one| reach.whole_class(&one.owned.class, grade(&one.owned.class))).collect();
            if let Some(first) = left.iter().map(|one| one.since).min() {
                let n = left.len() as u64;
                waits.push(Wait {
                    count: n,
                    what: words::plural(
                        n,
                        "класс или курс уволенного без хозяина",
                        "класса или курса уволенных без хозяина",
                        "классов и курсов уволенных без хозяина",
                    )
                    .to_owned(),
                    detail: format!("назначьте другого: {}", shortened(left.iter().map(|one| one.owned.what.as_str()))),
                    href: "/people/staff#left".to_owned(),
                    urgent: first < self.today,
                    why: String::new(),
                });
            }
        }
        if lets_in {
            let accounts: BTreeSet<String> =
                self.state.house.db.list_accounts().await?.into_iter().map(|row| row.person).collect();
            let without =
                |one: &&Employment| one.hired_on.is_some() && one.left_on.is_none() && !accounts.contains(&one.person);
            let hired: Vec<&str> = work
                .iter()
                .filter(without)
                .filter_map(|one| self.directory.roster.staff_member(&one.person))
                .map(|member| member.surname.as_str())
                .collect();
            let n = hired.len() as u64;
            if n > 0 {
                waits.push(Wait {
                    count: n,
                    what: words::plural(
                        n,
                        "принятый сотрудник без входа",
                        "принятых сотрудника без входа",
                        "принятых сотрудников без входа",
                    )
                    .to_owned(),
                    detail: format!("выдайте вход на карточке: {}", shortened(hired.into_iter())),
                    href: "/people/staff".to_owned(),
                    urgent: false,
                    why: String::new(),
                });
            }
        }
        Ok(waits)
    }

    /// What somebody reads who was hired by an order from a coming day: until then no office is held.
    pub(super) async fn coming(&self) -> Result<Option<Coming>, Refusal> {
        let roster = &self.directory.roster;
        let Some(member) = roster.staff_member(&self.visitor.account).filter(|_| !self.visitor.is_staff()) else {
            return Ok(None);
        };
        let spans = self.state.house.db.list_spans_of(&member.id).await?;
        let Some(day) = employment::begins(&spans, self.today) else { return Ok(None) };
        let own: Vec<String> =
            roster.courses.iter().filter(|course| course.teacher_id == member.id).map(course_words).collect();
        let courses = match own.is_empty() {
            false => format!("Вам назначены курсы: {}.", shortened(own.iter().map(String::as_str))),
            true if member.has_role(Role::SubjectTeacher.as_str()) => self.visitor.rules.without_courses(),
            true => String::new(),
        };
        Ok(Some(Coming { day: words::date_words(day), courses }))
    }

    /// What the specialist of staff does: hires, puts cards right, dismisses (SEC-09).
    pub(super) fn staff(&self) -> Option<Shelf> {
        if !self.holds(&[Role::HumanResources]) {
            return None;
        }
        let item = |what: &str, href: &str, note: &str| (what.to_owned(), href.to_owned(), note.to_owned());
        let n = self.directory.roster.staff.len() as u64;
        let items = vec![
            item("Принять на работу", "/people/staff?form=hire#form", "по приказу, с какого дня"),
            item("Список из таблицы", "/people/staff?form=list#form", "CSV или XLSX: сначала проверка"),
            item(
                "Сотрудники",
                "/people",
                &format!("{}: исправить карточку, уволить", words::count(n, "карточка", "карточки", "карточек")),
            ),
            item("Приём и увольнение", "/people/staff", "приказы, последние изменения и их отмена"),
        ];
        Some(Shelf { heading: "Кадры", items, empty: "" })
    }
}
