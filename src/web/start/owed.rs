//! What an office owes by the rules and the year's set-up: sections that are not ready, duties that come back, void deeds to decide on. Floor 3.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::super::answer::Refusal;
use super::super::policy::duties::{SOON_DAYS, page_for};
use super::super::route;
use super::waits::shortened;
use super::{Desk, Wait};
use crate::domain::duties;
use crate::domain::employment;
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Class, Course};
use crate::domain::people::Reach;
use crate::domain::readiness::{Line, State as Ready};
use crate::domain::rights::{Action, Role};
use crate::domain::setup::cells::course_words;
use crate::domain::setup::checks;
use crate::domain::tenure;
use crate::domain::words;
use crate::flow::compromise;
use crate::flow::setup::Year;
use crate::store::AccountState;

/// Duties with a line of their own, which counts what is really left of them: [`Desk::reports`], [`Desk::extracts`], [`Desk::data_checks`].
const TOLD_APART: [&str; 3] = ["report.preliminary", "parents.extract", "people.check"];

impl Desk<'_> {
    /// What stolen accounts did and nobody decided on, and who reported the own password: for those who decide (SEC-03).
    pub(super) async fn stolen(&self) -> Result<Vec<Wait>, Refusal> {
        if !self.visitor.may_anywhere(Action::HandleCompromise) {
            return Ok(Vec::new());
        }
        let house = &self.state.house;
        // Almost every house has no notice at all: nothing more is read then.
        let notices = house.db.list_compromises().await?;
        if notices.is_empty() {
            return Ok(Vec::new());
        }
        let mut waits = Vec::new();
        let survey = compromise::survey(house).await?;
        let changes = survey.changes.iter().filter(|change| change.standing.is_pending()).count();
        let can_go = |deed: &compromise::VoidDeed| deed.standing.is_pending() && deed.is_undoable();
        let ways = match changes > 0 || survey.deeds.iter().any(can_go) {
            true => "подтвердите или отмените",
            false => "подтвердите: отменить нечем",
        };
        let n = (changes + survey.deeds.iter().filter(|deed| deed.standing.is_pending()).count()) as u64;
        if n > 0 {
            waits.push(Wait {
                count: n,
                what: words::plural(
                    n,
                    "недействительное действие ждёт решения",
                    "недействительных действия ждут решения",
                    "недействительных действий ждут решения",
                )
                .to_owned(),
                detail: format!("сделаны под похищенной учётной записью: {ways}"),
                href: "/compromise".to_owned(),
                urgent: true,
                why: String::new(),
            });
        }
        let mut shut: Vec<String> = Vec::new();
        for notice in notices.iter().filter(|notice| notice.noted_by == notice.account) {
            let account = house.db.find_account(&notice.account).await?;
            if account.is_some_and(|account| account.state == AccountState::Locked) {
                let name = house.db.find_person(&notice.account).await?.map(|person| person.short());
                shut.push(name.unwrap_or_else(|| notice.account.clone()));
            }
        }
        shut.sort();
        shut.dedup();
        let n = shut.len() as u64;
        if n > 0 {
            waits.push(Wait {
                count: n,
                what: words::plural(
                    n,
                    "человек сообщил, что его пароль узнали",
                    "человека сообщили, что их пароль узнали",
                    "человек сообщили, что их пароль узнали",
                )
                .to_owned(),
                detail: format!("вход закрыт, нужен новый пароль: {}", shortened(shut.iter().map(String::as_str))),
                href: "/compromise".to_owned(),
                urgent: true,
                why: String::new(),
            });
        }
        Ok(waits)
    }

    /// Classes that an office of these reaches.
    fn classes_under(&self, roles: &[Role]) -> u64 {
        let offices = self.visitor.offices.iter().filter(|office| roles.contains(&office.role));
        let reaches: Vec<&Reach> = offices.map(|office| &office.reach).collect();
        let within = |class: &&Class| reaches.iter().any(|reach| covers(reach, class));
        self.directory.roster.classes.iter().filter(within).count() as u64
    }

    /// Classes whose groups lack members and are composed by these offices; a teacher's are those of the own courses.
    fn classes_to_compose(&self, roles: &[Role]) -> Vec<&str> {
        let roster = &self.directory.roster;
        let lacking: BTreeSet<String> = checks::groups(roster).into_iter().map(|finding| finding.place).collect();
        let offices = self.visitor.offices.iter().filter(|office| roles.contains(&office.role));
        let reaches: Vec<&Reach> = offices.map(|office| &office.reach).collect();
        let within = |class: &&Class| {
            let mut courses = roster.courses.iter().filter(|course| {
                course.class == class.name && lacking.contains(&checks::place_of_groups(&class.name, &course.subject))
            });
            courses.any(|course| {
                reaches.iter().any(|reach| match reach {
                    Reach::School => true,
                    Reach::Grades(from, to) => (*from..=*to).contains(&class.grade),
                    Reach::Classes(classes) => classes.contains(&class.name),
                    Reach::Courses(own, _) => own.contains(&course.id),
                    Reach::Learners(..) => false,
                })
            })
        };
        roster.classes.iter().filter(within).map(|class| class.name.as_str()).collect()
    }

    /// What the policy wants of the visitor's offices again and again and what is due within a week: checks, reports, extracts, printing. That it
    /// is done no register says, so it stands here until its day.
    pub(super) async fn duties(&self) -> Result<Vec<Wait>, Refusal> {
        if self.directory.year.is_empty() || self.holds(&[Role::Learner, Role::Parent]) {
            return Ok(Vec::new());
        }
        let key = (self.directory.year.clone(), "duties".to_owned(), self.today.to_string());
        let make = async {
            let calendar = self.calendar().await?;
            Ok::<_, Refusal>(Arc::new(duties::duties(self.directory.policy(self.today), &calendar, self.today)))
        };
        let all = self.state.pages.duties.find_or_make(key, self.directory.turn, make).await?;
        let mut waits = Vec::new();
        for duty in all.iter().filter(|duty| self.holds(&duty.owes) && !TOLD_APART.contains(&duty.key)) {
            let Some(next) = duty.next.filter(|next| (*next - self.today).num_days() < SOON_DAYS) else { continue };
            let lacking = (duty.key == "groups.composed").then(|| self.classes_to_compose(&duty.owes));
            let n = lacking.as_ref().map_or_else(|| self.classes_under(&duty.owes), |classes| classes.len() as u64);
            let named = lacking.filter(|classes| !classes.is_empty());
            let named = named.map(|classes| format!("{}; ", shortened(classes.into_iter()))).unwrap_or_default();
            if n == 0 {
                continue;
            }
            let page = page_for(duty.page, self.visitor, self.directory);
            waits.push(Wait {
                count: n,
                what: format!("{}: {}", words::plural(n, "класс", "класса", "классов"), words::lowered(duty.title)),
                detail: format!("{named}срок — {}, {}", words::day_and_month(next), duty.often),
                href: if page.is_empty() { "/policy/duties".to_owned() } else { page },
                urgent: false,
                why: duty.clause.clone(),
            });
        }
        Ok(waits)
    }

    /// Is a finding within the visitor's area of the office that owes the section? What names no class is everybody's who holds it.
    fn in_area(&self, line: &Line, finding: &Finding) -> bool {
        let Some(class) = class_of(finding, &self.directory.roster.classes) else { return true };
        let mut offices = self.visitor.offices.iter().filter(|office| office.role == line.owes);
        offices.any(|office| covers(&office.reach, class))
    }

    /// Of a section that everybody owes for the own courses or classes, what is missing in these.
    fn own_part(&self, line: &Line) -> usize {
        if line.owes != Role::SubjectTeacher {
            return line.missing.iter().filter(|finding| self.in_area(line, finding)).count();
        }
        let own = self.courses_of();
        line.missing.iter().filter(|finding| own.iter().any(|course| is_of(finding, course))).count()
    }

    /// How many things keep a section from being ready, those of the own courses or classes for who owes no others: «10 классов», «164»;
    /// empty for one, and for what is only remarked.
    fn lacking(&self, line: &Line, answers_for_all: bool) -> String {
        let own = self.courses_of();
        let concerns = |finding: &&Finding| match line.owes {
            _ if answers_for_all => true,
            Role::SubjectTeacher => own.iter().any(|course| is_of(finding, course)),
            _ => self.in_area(line, finding),
        };
        let bars = line.missing.iter().filter(|finding| finding.severity >= Severity::Error);
        let bars: Vec<&Finding> = bars.filter(concerns).collect();
        amount(&bars, &self.directory.roster.classes)
    }

    /// The first day of the person in the own courses that a section lacks, where it came after the section's term: hired later, or given
    /// the course later. One course that was theirs in time keeps the term.
    async fn owed_since(&self, line: &Line) -> Result<Option<NaiveDate>, Refusal> {
        if line.owes != Role::SubjectTeacher || line.due >= self.today {
            return Ok(None);
        }
        let spans = self.state.house.db.list_spans_of(&self.visitor.account).await?;
        let now = spans.iter().filter(|span| employment::is_at_work(std::slice::from_ref(*span), self.today));
        let hired = now.filter_map(|(from, _)| *from).max();
        let lacks = |course: &&Course| line.missing.iter().any(|finding| is_of(finding, course));
        let earlier = &self.directory.roster.earlier_teachers;
        let own = self.courses_of().into_iter().filter(lacks);
        let first = own.map(|course| tenure::since(course, earlier, self.today).max(hired)).min().flatten();
        Ok(first.filter(|day| *day > line.due))
    }

    /// Of plans owed for the own courses: how many courses lack theirs, and the first of them with what it lacks, «5А, Алгебра — плана нет; ещё
    /// курсов: 2». None where nothing of the own bars.
    fn own_plans(&self, line: &Line) -> Option<(u64, String)> {
        let own = self.courses_of();
        let bars = line.missing.iter().filter(|finding| finding.severity >= Severity::Error);
        let lacking: Vec<&Finding> = bars.filter(|finding| own.iter().any(|course| is_of(finding, course))).collect();
        let first = lacking.first()?;
        let courses = own.iter().filter(|course| lacking.iter().any(|finding| is_of(finding, course))).count() as u64;
        let more = if courses > 1 { format!("; ещё курсов: {}", courses - 1) } else { String::new() };
        Some((courses, format!("{} — {}{more}", course_part(&first.place), first.message)))
    }

    /// Sections of the year's set-up that are not ready, for those who owe them and those who answer for all.
    pub(super) async fn readiness(&self) -> Result<Vec<Wait>, Refusal> {
        let answers_for_all = self.holds(&[Role::Director, Role::Administrator]);
        if self.directory.year.is_empty() || self.holds(&[Role::Learner, Role::Parent, Role::Inspector]) {
            return Ok(Vec::new());
        }
        let key = (self.directory.year.clone(), "readiness".to_owned(), self.today.to_string());
        let make = async {
            let year = Year::open(&self.state.house, &self.directory.year).await?;
            let lines = year.readiness_on(self.today)?.into_iter().filter(|line| line.state != Ready::Done);
            Ok::<_, Refusal>(Arc::new(lines.collect()))
        };
        let open = self.state.pages.unready.find_or_make(key, self.state.turn().await?, make).await?;
        let owed = |line: &&Line| self.visitor.holds(line.owes) && self.own_part(line) > 0;
        let open: Vec<&Line> = open.iter().filter(|line| answers_for_all || owed(line)).collect();
        let (mut terms, mut firsts) = (Vec::new(), Vec::new());
        for line in &open {
            match self.owed_since(line).await? {
                Some(first) if !answers_for_all => firsts.push((first, line.title)),
                _ => terms.push((line.due, line.title, self.lacking(line, answers_for_all))),
            }
        }
        // A term that passed before the course was the person's own is not theirs: it is said since when it waits.
        let due = terms.iter().map(|(due, ..)| *due).min();
        let since = firsts.iter().map(|(first, _)| *first).min();
        let since =
            since.map(|first| format!("ждут вас с {}, вашего первого дня в курсе", words::day_and_month(first)));
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let late = due.is_some_and(|due| due < self.today);
        let own = match open.as_slice() {
            [line] if !answers_for_all && line.owes == Role::SubjectTeacher => self.own_plans(line),
            _ => None,
        };
        if let Some((count, told)) = own {
            let what = words::plural(count, "курс: сдайте КТП", "курса: сдайте КТП", "курсов: сдайте КТП").to_owned();
            // What has passed is a sentence of its own; a day to come leads into what is due by it.
            let term = match (due, since) {
                (Some(_), _) if late => format!("{}.", term_words(&terms, self.today)),
                (Some(due), _) => format!("срок — {}:", words::day_and_month(due)),
                (None, since) => format!("{}:", since.unwrap_or_default()),
            };
            let detail = format!("{term} {told}");
            let href = "/year/plans".to_owned();
            return Ok(vec![Wait { count, what, detail, href, urgent: late, why: String::new() }]);
        }
        let (urgent, go_on) = weight(&open, answers_for_all, late);
        let n = open.len() as u64;
        let with_term = (!terms.is_empty()).then(|| term_words(&terms, self.today));
        let with_first = since.map(|since| format!("{since}: {}", shortened(firsts.iter().map(|(_, title)| *title))));
        let told: Vec<String> = with_term.into_iter().chain(with_first).collect();
        let told = told.join("; ");
        let who = if late && answers_for_all {
            ". Кто отвечает — «Готовность к году»"
        } else {
            ""
        };
        Ok(vec![Wait {
            count: n,
            what: words::plural(
                n,
                "раздел года ещё не готов",
                "раздела года ещё не готовы",
                "разделов года ещё не готовы",
            )
            .to_owned(),
            detail: format!("{go_on}{told}{who}"),
            // Who owes one section alone is led to where it is mended.
            href: match open.as_slice() {
                [line] if !answers_for_all && route::opens(self.visitor, line.page) => line.page.to_owned(),
                _ => "/year/ready".to_owned(),
            },
            urgent,
            why: String::new(),
        }])
    }
}

/// Are open sections an alarm, and what is said before them. What keeps no lesson from being held is none for those who answer for all, late or not.
fn weight(open: &[&Line], answers_for_all: bool, late: bool) -> (bool, &'static str) {
    match open.iter().any(|line| line.bars_lessons) {
        false if answers_for_all => (false, "уроки можно вести; "),
        _ => (late, ""),
    }
}

/// How many findings there are, with their noun where each speaks of a class as a whole; empty for one or none.
fn amount(findings: &[&Finding], classes: &[Class]) -> String {
    let n = findings.len() as u64;
    let is_of_class = |finding: &&Finding| classes.iter().any(|class| class.name == finding.place);
    match findings.iter().all(is_of_class) {
        _ if n < 2 => String::new(),
        true => {
            let named: BTreeSet<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
            words::count(named.len() as u64, "класс", "класса", "классов")
        }
        false => n.to_string(),
    }
}

/// The terms of open sections, each with its own sections, the nearest first: «срок — 1 сентября: Нагрузка; к 5 сентября: Кабинеты». Of those that
/// have passed also how much of each section is missing: plans and classes make no sum.
fn term_words(terms: &[(NaiveDate, &str, String)], today: NaiveDate) -> String {
    let mut by_day: BTreeMap<NaiveDate, Vec<(&str, &str)>> = BTreeMap::new();
    for (due, title, missing) in terms {
        by_day.entry(*due).or_default().push((*title, missing.as_str()));
    }
    let day = |due: &NaiveDate| words::day_and_month(*due);
    let mut said: Vec<String> = Vec::new();
    for (due, sections) in by_day.range(..today) {
        let part = |(title, missing): &(&str, &str)| match missing.is_empty() {
            true => (*title).to_owned(),
            false => format!("{title} — {missing}"),
        };
        let parts: Vec<String> = sections.iter().map(part).collect();
        said.push(format!("срок {} прошёл, не готово: {}", day(due), shortened(parts.iter().map(String::as_str))));
    }
    for (at, (due, sections)) in by_day.range(today..).enumerate() {
        let when = match (at, said.is_empty()) {
            (0, true) => "срок —",
            (0, false) => "срок остального —",
            _ => "к",
        };
        said.push(format!("{when} {}: {}", day(due), shortened(sections.iter().map(|(title, _)| *title))));
    }
    said.join("; ")
}

/// The course in the place of a finding: «5А, Алгебра» of «КТП: 5А, Алгебра».
fn course_part(place: &str) -> &str {
    place.split_once(": ").map_or(place, |(_, rest)| rest)
}

/// Is the whole class, or a course of it, within the reach of an office?
fn covers(reach: &Reach, class: &Class) -> bool {
    match reach {
        Reach::School => true,
        Reach::Grades(from, to) => (*from..=*to).contains(&class.grade),
        Reach::Classes(classes) | Reach::Courses(_, classes) => classes.contains(&class.name),
        Reach::Learners(..) => false,
    }
}

/// The class that a finding speaks of: by itself, or with a course.
fn class_of<'c>(finding: &Finding, classes: &'c [Class]) -> Option<&'c Class> {
    let place = course_part(&finding.place);
    let named = place.split_once(',').map_or(place, |(class, _)| class);
    classes.iter().find(|class| class.name == named)
}

/// Does a finding speak of a course?
fn is_of(finding: &Finding, course: &Course) -> bool {
    course_part(&finding.place).starts_with(course_words(course).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_bars_lessons_alarms_those_who_answer_for_all() {
        let line = |bars_lessons| Line {
            id: "",
            title: "",
            state: Ready::Partly,
            stands: String::new(),
            missing: Vec::new(),
            owes: Role::Deputy,
            debtors: Vec::new(),
            bars_lessons,
            due: NaiveDate::MIN,
            due_clause: String::new(),
            due_from: "",
            clause: "",
            page: "",
        };
        let (waits, bars) = (line(false), line(true));
        assert_eq!(weight(&[&waits], true, true), (false, "уроки можно вести; "));
        assert_eq!(weight(&[&waits, &bars], true, true), (true, ""));
        assert_eq!(weight(&[&waits, &bars], true, false), (false, ""));
        assert_eq!(weight(&[&waits], false, true), (true, ""), "the own debt is late");
    }

    #[test]
    fn a_deputy_of_some_grades_owes_what_is_missing_in_these_and_what_names_no_class() {
        let class = |name: &str, grade| Class { name: name.to_owned(), grade, class_teacher_id: String::new() };
        let classes = [class("5А", 5), class("9А", 9)];
        let found = |place: &str| {
            let finding = Finding::new("works.class-missing", place, "");
            class_of(&finding, &classes).map(|class| class.name.clone())
        };
        assert_eq!(found("9А").as_deref(), Some("9А"));
        assert_eq!(found("КТП: 5А, Алгебра").as_deref(), Some("5А"));
        assert_eq!(found("график контрольных работ"), None);
        let covered = |reach: &Reach| classes.iter().filter(|class| covers(reach, class)).count();
        assert_eq!([covered(&Reach::School), covered(&Reach::Grades(9, 11)), covered(&Reach::Grades(1, 4))], [2, 1, 0]);
    }

    #[test]
    fn a_term_that_has_passed_says_so_and_how_much_is_missing() {
        let day = |n: u32| NaiveDate::from_ymd_opt(2025, 9, n).unwrap_or_default();
        let classes =
            ["5А", "9А"].map(|name| Class { name: name.to_owned(), grade: 5, class_teacher_id: String::new() });
        let found = ["5А", "9А", "КТП: 5А, Алгебра"].map(|place| Finding::new("works.class-missing", place, ""));
        let [one, other, course] = &found;
        let amounts = [vec![one, other], vec![one, other, course], vec![one], vec![]];
        assert_eq!(amounts.map(|findings| amount(&findings, &classes)), ["2\u{a0}класса", "3", "", ""]);
        let terms = [
            (day(1), "Нагрузка", "3"),
            (day(5), "КТП", "164"),
            (day(5), "График", "10\u{a0}классов"),
            (day(5), "Кабинеты", ""),
        ];
        let terms = terms.map(|(due, title, missing)| (due, title, missing.to_owned()));
        let said = |today: u32| term_words(&terms, day(today));
        assert_eq!(said(1), "срок — 1 сентября: Нагрузка; к 5 сентября: КТП, График, Кабинеты", "each by its own day");
        assert_eq!(term_words(&terms[1..], day(1)), "срок — 5 сентября: КТП, График, Кабинеты");
        assert_eq!(
            said(2),
            "срок 1 сентября прошёл, не готово: Нагрузка — 3; срок остального — 5 сентября: КТП, График, Кабинеты"
        );
        assert_eq!(
            said(16),
            "срок 1 сентября прошёл, не готово: Нагрузка — 3; срок 5 сентября прошёл, не готово: КТП — 164, График — 10\u{a0}классов, Кабинеты"
        );
        assert_eq!(term_words(&terms[..1], day(16)), "срок 1 сентября прошёл, не готово: Нагрузка — 3");
    }
}
