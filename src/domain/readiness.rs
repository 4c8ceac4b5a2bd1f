//! Readiness for the year: what is set up, what is missing, who owes it and by when. Floor 0.
//!
//! 003 Рук 10 and Зам 5 name the sections and the day (5 September); 000 Инс 5.2 директор а has plan, load and timetable by
//! 1 September; 002 4.2 has the plans of courses before the year begins. JRN-01, F05.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::finding::{Finding, Severity};
use super::journal::{Class, Course, Journal};
use super::policy::{Policy, Value};
use super::rights::Role;
use super::setup::{Setup, checks, timetable};

/// How a section stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All there.
    Done,
    /// There, with gaps.
    Partly,
    /// Nothing there.
    Missing,
}

impl State {
    /// «готово».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Done => "готово",
            Self::Partly => "не всё",
            Self::Missing => "не сделано",
        }
    }
}

/// One section of the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Stable word: `timetable`.
    pub id: &'static str,
    /// «Расписание».
    pub title: &'static str,
    /// How it stands.
    pub state: State,
    /// How much there is: «11 классов».
    pub stands: String,
    /// What is missing; all of it.
    pub missing: Vec<Finding>,
    /// Who owes it.
    #[serde(serialize_with = "role_word")]
    pub owes: Role,
    /// People of that office who have not done theirs yet: «Агатова М.П.». Only where the section is owed person by person.
    pub debtors: Vec<String>,
    /// Do lessons not begin without it? The rest is owed by its day, and lessons go on meanwhile.
    pub bars_lessons: bool,
    /// Last day.
    pub due: NaiveDate,
    /// Clause that names that day; empty when it is the clause that asks for the section.
    pub due_clause: String,
    /// Where that day comes from: «по правилам школы»; empty for what has its day from the clause that asks for it.
    pub due_from: &'static str,
    /// Clause that asks for it.
    pub clause: &'static str,
    /// Page that mends it.
    pub page: &'static str,
}

fn role_word<S: serde::Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.as_str())
}

/// Sections without which no lesson can be held: when, by whom, for whom and what is taught.
const LESSONS_NEED: [&str; 7] = ["periods", "holidays", "staff", "classes", "learners", "load", "timetable"];

/// The days by which sections are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Plan, load, timetable: the year's first day (000 Инс 5.2 директор а), or earlier where everything is due earlier.
    pub curriculum: NaiveDate,
    /// Everything else, plans of courses too: `setup.due` of the policy (003 Рук 10: 5 September), the year's first day where it names none.
    pub sections: NaiveDate,
    /// Clause of the policy that says so.
    pub clause: String,
    /// Whence that day is: «по правилам школы».
    pub from: &'static str,
    /// The first grade that has marks, and so control works: `marks.first_grade` of the policy.
    pub marked_from: u8,
}

/// Offices without which journal, backups and archive have nobody to answer for them. No lesson waits for them.
pub const OFFICES: [Role; 3] = [Role::Secretary, Role::TechnicalSpecialist, Role::JournalKeeper];

impl Due {
    /// The days of a year under the policy of its beginning; `None` for a year that has no such name.
    pub fn of(year: &str, policy: &Policy) -> Option<Self> {
        let first = super::setup::promotion::first_day(year)?;
        let sections = match policy.first("setup.due").map(|said| &said.value) {
            // A day of the summer before the year, or of the year itself.
            Some(Value::Day(month, day)) => {
                NaiveDate::from_ymd_opt(first.year() + i32::from(*month < 6), *month, *day)?
            }
            // A regulation that leaves the day to another document still wants the year begun with everything.
            _ => first,
        };
        let from = match policy.first("setup.due").map(|said| &said.value) {
            Some(Value::Day(..)) if policy.is_said("setup.due") => "по правилам школы",
            Some(Value::Day(..)) => "правила школы молчат, взят обычный",
            _ => "правила школы дня не называют: до начала года",
        };
        let clause = policy.clause("setup.due").to_owned();
        let marked_from = policy.number("marks.first_grade").and_then(|grade| u8::try_from(grade).ok()).unwrap_or(2);
        Some(Self { curriculum: first.min(sections), sections, clause, from, marked_from })
    }
}

const RUK: &str = "003 Рук 10";
const ZAM: &str = "003 Зам 5";
const DIR: &str = "000 Инс 5.2 директор а";
const KTP: &str = "002 4.2";

struct Drawing<'y> {
    journal: &'y Journal,
    setup: &'y Setup,
    due: Due,
    unheld: &'y [Role],
    day: NaiveDate,
    lines: Vec<Line>,
}

/// Every section of the year, in the order in which they can be filled. `unheld`: those of [`OFFICES`] that nobody holds; `day`: whose teachers
/// owe what courses lack.
pub fn lines(journal: &Journal, setup: &Setup, due: Due, unheld: &[Role], day: NaiveDate) -> Vec<Line> {
    let mut drawing = Drawing { journal, setup, due, unheld, day, lines: Vec::new() };
    drawing.year();
    drawing.people();
    drawing.teaching();
    drawing.lines
}

/// Is everything there? Warnings bar nothing.
pub fn is_ready(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.state == State::Done)
}

fn count(n: usize, one: &'static str, few: &'static str, many: &'static str) -> String {
    format!("{n} {}", super::words::plural(n as u64, one, few, many))
}

impl Drawing<'_> {
    #[allow(clippy::too_many_arguments)] // a line of a table: each part has its column
    fn add(
        &mut self,
        id: &'static str,
        title: &'static str,
        standing: usize,
        stands: String,
        missing: Vec<Finding>,
        owes: Role,
        clause: &'static str,
        page: &'static str,
    ) {
        let bars = missing.iter().any(|finding| finding.severity >= Severity::Error);
        let state = match (standing, bars) {
            (0, true) => State::Missing,
            (_, true) => State::Partly,
            (_, false) => State::Done,
        };
        let by_first = matches!(id, "curriculum" | "load" | "timetable");
        let due = if by_first { self.due.curriculum } else { self.due.sections };
        // The year's first day is named by the clauses of plan, load and timetable themselves; one clause is not told twice.
        let same = by_first && due < self.due.sections || self.due.clause == clause.replace('.', "");
        let due_clause = if same { String::new() } else { self.due.clause.clone() };
        let due_from = if by_first { "" } else { self.due.from };
        let bars_lessons = LESSONS_NEED.contains(&id);
        let debtors = Vec::new();
        self.lines.push(Line {
            id,
            title,
            state,
            stands,
            missing,
            owes,
            debtors,
            bars_lessons,
            due,
            due_clause,
            due_from,
            clause,
            page,
        });
    }

    fn year(&mut self) {
        let (journal, setup) = (self.journal, self.setup);
        let periods = journal.classes.iter().flat_map(|class| checks::periods(journal, class)).collect();
        let n = journal.periods.len();
        self.add(
            "periods",
            "Учебные периоды",
            n,
            count(n, "период", "периода", "периодов"),
            periods,
            Role::Deputy,
            ZAM,
            "/year/periods",
        );

        let breaks = setup.days.iter().filter(|days| days.kind == "break").count();
        let mut missing: Vec<Finding> = checks::break_gaps(journal, setup)
            .into_iter()
            .map(|((from, to), classes)| {
                let place = format!("{}–{}", super::words::date_short(from), super::words::date_short(to));
                let who = classes.into_iter().map(|class| class.name.as_str()).collect::<Vec<_>>().join(", ");
                Finding::new("calendar.break-unnamed", place, format!("каникулы не внесены в календарь: {who}"))
            })
            .collect();
        if breaks == 0 && missing.is_empty() {
            missing.push(Finding::new("calendar.no-breaks", "календарь", "график каникул не внесён"));
        }
        self.add(
            "holidays",
            "Каникулы и календарь",
            breaks,
            match setup.days.len() - breaks {
                0 => count(breaks, "строка каникул", "строки каникул", "строк каникул"),
                rest => format!("строк каникул {breaks}, прочих строк календаря {rest}"),
            },
            missing,
            Role::Deputy,
            ZAM,
            "/year/calendar",
        );
        // Where holidays are planned, a gap among them is awaited by the section's day and keeps no lesson from being held.
        if let Some(line) = self.lines.last_mut() {
            line.bars_lessons = breaks == 0;
        }

        let mut missing = checks::bells(setup);
        let without = journal.classes.iter().filter(|class| setup.regime(&class.name, class.grade).is_none());
        missing
            .extend(without.map(|class| Finding::new("regime.missing", class.name.clone(), "не задан режим занятий")));
        if journal.classes.is_empty() && setup.regimes.is_empty() {
            missing.push(Finding::new("regime.missing", "режим занятий", "не задан ни один режим"));
        }
        let n = setup.regimes.len();
        self.add(
            "regime",
            "Режим занятий и звонки",
            n,
            count(n, "режим", "режима", "режимов"),
            missing,
            Role::Deputy,
            RUK,
            "/year/bells",
        );
    }

    fn people(&mut self) {
        let (journal, setup) = (self.journal, self.setup);
        let mut missing = Vec::new();
        for (role, said) in [("director", "директор"), ("deputy", "заместитель директора")]
        {
            if !journal.staff.iter().any(|person| person.has_role(role)) {
                missing.push(Finding::new("staff.role-missing", said, "в списке сотрудников нет такой должности"));
            }
        }
        let n = journal.staff.len();
        self.add(
            "staff",
            "Сотрудники",
            n,
            count(n, "сотрудник", "сотрудника", "сотрудников"),
            missing,
            Role::HumanResources,
            ZAM,
            "/people",
        );

        // Warned of and no more: lessons go on, and a small school may give an office later.
        let unheld = self.unheld.iter().map(|role| {
            let mut who = super::words::capitalised(role.as_russian());
            if *role == Role::Secretary {
                who.push_str(" (ответственный за архив)");
            }
            Finding::new("staff.office-unheld", who, "никто не назначен").weighing(Severity::Warning)
        });
        let missing: Vec<Finding> = unheld.collect();
        let n = OFFICES.len() - missing.len();
        self.add(
            "offices",
            "Ответственные за журнал и архив",
            n,
            match missing.is_empty() {
                true => format!("назначено {n} из {}", OFFICES.len()),
                false => format!("назначено {n} из {}, остальных можно назначить и позже", OFFICES.len()),
            },
            missing,
            Role::Director,
            RUK,
            "/people",
        );

        let n = setup.rooms.len();
        let missing = if n == 0 {
            vec![Finding::new("rooms.missing", "кабинеты", "список кабинетов пуст")]
        } else {
            Vec::new()
        };
        self.add(
            "rooms",
            "Кабинеты",
            n,
            count(n, "кабинет", "кабинета", "кабинетов"),
            missing,
            Role::Deputy,
            ZAM,
            "/year/rooms",
        );

        let mut missing: Vec<Finding> = journal
            .classes
            .iter()
            .filter(|class| journal.staff_member(&class.class_teacher_id).is_none())
            .map(|class| {
                Finding::new("classes.no-class-teacher", class.name.clone(), "не назначен классный руководитель")
            })
            .collect();
        if journal.classes.is_empty() {
            missing.push(Finding::new("classes.missing", "классы", "нет ни одного класса"));
        }
        let n = journal.classes.len();
        self.add(
            "classes",
            "Классы и классные руководители",
            n,
            count(n, "класс", "класса", "классов"),
            missing,
            Role::Deputy,
            ZAM,
            "/year/classes",
        );

        let empty = journal.classes.iter().filter(|class| !journal.learners.iter().any(|l| l.class == class.name));
        let mut missing: Vec<Finding> = empty
            .map(|class| Finding::new("learners.class-empty", class.name.clone(), "в классе нет обучающихся"))
            .collect();
        if journal.learners.is_empty() && journal.classes.is_empty() {
            missing.push(Finding::new("learners.missing", "контингент", "нет ни одного обучающегося"));
        }
        let n = journal.learners.iter().filter(|learner| learner.left_on.is_none()).count();
        self.add(
            "learners",
            "Контингент",
            n,
            count(n, "обучающийся", "обучающихся", "обучающихся"),
            missing,
            Role::Secretary,
            RUK,
            "/year/movement",
        );

        let n = journal.courses.iter().filter(|course| !course.group.is_empty()).count();
        self.add(
            "groups",
            "Группы и потоки",
            n,
            count(n, "группа", "группы", "групп"),
            checks::groups(journal),
            Role::Deputy,
            ZAM,
            "/year/groups",
        );

        let learners: BTreeSet<&str> = setup.individual.iter().map(|line| line.learner.as_str()).collect();
        let missing = setup
            .individual
            .iter()
            .filter(|line| line.hours_centi == 0)
            .map(|line| Finding::new("individual.no-hours", line.subject.clone(), "в ИУП не указаны часы"))
            .collect();
        let n = learners.len();
        let stands = if n == 0 {
            "нет обучающихся с ИУП".to_owned()
        } else {
            count(n, "обучающийся", "обучающихся", "обучающихся")
        };
        self.add(
            "individual",
            "Индивидуальные учебные планы",
            n,
            stands,
            missing,
            Role::Deputy,
            ZAM,
            "/year/individual",
        );
    }

    fn teaching(&mut self) {
        let (journal, setup) = (self.journal, self.setup);
        let subjects: BTreeMap<&str, BTreeSet<&str>> =
            setup.curriculum.iter().fold(BTreeMap::new(), |mut parts, line| {
                parts.entry(line.part.as_str()).or_insert_with(BTreeSet::new).insert(line.subject.as_str());
                parts
            });
        let of = |part: &str| subjects.get(part).map_or(0, BTreeSet::len);
        let missing = match of("federal") {
            0 => vec![Finding::new(
                "subjects.federal-missing",
                "предметы",
                "нет предметов обязательной части учебного плана",
            )],
            _ => Vec::new(),
        };
        let stands = format!("обязательных {}, школьных {}", of("federal"), of("school"));
        self.add("subjects", "Предметы", of("federal"), stands, missing, Role::Deputy, ZAM, "/year/curriculum");

        let mut missing = checks::curriculum(journal, setup);
        if journal.classes.is_empty() && setup.curriculum.is_empty() {
            missing.push(Finding::new("curriculum.missing", "учебный план", "нет ни одной строки"));
        }
        let n = setup.curriculum.len();
        self.add(
            "curriculum",
            "Учебный план",
            n,
            count(n, "строка", "строки", "строк"),
            missing,
            Role::Director,
            DIR,
            "/year/curriculum",
        );

        let mut missing = checks::load(journal, setup);
        if journal.courses.is_empty() {
            missing.push(Finding::new("load.no-courses", "нагрузка", "нет ни одного курса"));
        }
        let n = setup.load.len();
        self.add(
            "load",
            "Нагрузка (тарификация)",
            n,
            count(n, "строка", "строки", "строк"),
            missing,
            Role::Director,
            DIR,
            "/year/load",
        );

        let mut missing = timetable::check(journal, setup);
        if setup.timetable.is_empty() {
            missing.push(Finding::new("timetable.missing", "расписание", "нет ни одного урока"));
        }
        let n = setup.timetable.len();
        self.add(
            "timetable",
            "Расписание",
            n,
            count(n, "урок", "урока", "уроков"),
            missing,
            Role::Director,
            DIR,
            "/year/timetable",
        );

        let mut missing = checks::plans(journal, setup);
        if journal.courses.is_empty() {
            missing.push(Finding::new("plan.no-courses", "КТП", "нет ни одного курса"));
        }
        let planned: BTreeSet<&str> = setup.topics.iter().map(|topic| topic.course.as_str()).collect();
        let n = planned.len();
        // What covers a part of its hours is begun and not there.
        let owed = checks::owed_plans(journal, setup, self.day);
        let all = count(journal.courses.len(), "курса", "курсов", "курсов");
        let mut stands = format!("{} из {all}", journal.courses.len() - owed.len());
        if !owed.is_empty() {
            stands.push_str(&format!("; {}", checks::owed_words(&owed)));
        }
        let debtors = self.debtors(&owed);
        self.add(
            "plans",
            "Календарно-тематические планы",
            n,
            stands,
            missing,
            Role::SubjectTeacher,
            KTP,
            "/year/plans",
        );
        if let Some(line) = self.lines.last_mut() {
            line.debtors = debtors;
        }

        let mut missing = checks::works(journal, setup);
        if setup.works.is_empty() {
            missing.push(Finding::new("works.missing", "график контрольных работ", "пока пуст"));
        }
        let n = setup.works.len();
        let courses: BTreeSet<&str> = setup.works.iter().map(|work| work.course.as_str()).collect();
        let with = journal.courses.iter().filter(|course| courses.contains(course.id.as_str()));
        let with: Vec<&str> = with.map(|course| course.class.as_str()).collect();
        // One work does not make the schedule of the school: each class that has marks owes its own.
        let owing: Vec<&Class> = journal.classes.iter().filter(|class| class.grade >= self.due.marked_from).collect();
        let have = owing.iter().filter(|class| with.contains(&class.name.as_str())).count();
        if n > 0 {
            let without = owing.iter().filter(|class| !with.contains(&class.name.as_str()));
            let told = "в графике нет ни одной контрольной работы";
            missing.extend(without.map(|class| Finding::new("works.class-missing", class.name.clone(), told)));
        }
        let of_courses = format!("{} из {}", with.len(), count(journal.courses.len(), "курса", "курсов", "курсов"));
        let of_classes = format!("{have} из {}", count(owing.len(), "класса", "классов", "классов"));
        let works = count(n, "работа", "работы", "работ");
        self.add(
            "works",
            "График контрольных работ (ВШК)",
            n,
            format!("{works}: {of_classes}, {of_courses}"),
            missing,
            Role::Deputy,
            ZAM,
            "/year/works",
        );
    }

    /// Teachers whose plans are owed, by name; a course that changes its teacher is owed by who has it on the day.
    fn debtors(&self, owed: &[(&Course, &str)]) -> Vec<String> {
        let teachers: BTreeSet<&str> =
            owed.iter().map(|(_, teacher)| *teacher).filter(|teacher| !teacher.is_empty()).collect();
        let mut named: Vec<String> =
            teachers.into_iter().map(|teacher| checks::teacher_name(self.journal, teacher)).collect();
        named.sort_by(|a, b| super::names::natural(a, b));
        named
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::domain::journal::{Period, PeriodKind};
    use crate::domain::setup::{Scope, SpecialDays};

    #[test]
    fn a_gap_among_planned_holidays_is_awaited_and_a_year_without_holidays_bars_lessons() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = |id: &str, grades: (u8, u8), starts: &str, ends: &str| Period {
            id: id.to_owned(),
            name: id.to_owned(),
            kind: PeriodKind::Quarter,
            grade_from: grades.0,
            grade_to: grades.1,
            starts: day(starts),
            ends: day(ends),
        };
        let class = |name: &str, grade| Class { name: name.to_owned(), grade, class_teacher_id: String::new() };
        let journal = Journal {
            classes: vec![class("9А", 9), class("10А", 10)],
            periods: vec![
                period("Q1", (1, 9), "2025-09-01", "2025-10-24"),
                period("Q2", (1, 9), "2025-11-05", "2025-12-26"),
                period("H1", (10, 11), "2025-09-01", "2025-12-26"),
                period("H2", (10, 11), "2026-01-12", "2026-05-26"),
            ],
            ..Journal::default()
        };
        let holidays = |days: Vec<SpecialDays>| {
            let due = Due {
                curriculum: day("2025-09-01"),
                sections: day("2025-09-05"),
                clause: String::new(),
                from: "",
                marked_from: 2,
            };
            let setup = Setup { days, ..Setup::default() };
            let lines = lines(&journal, &setup, due, &[], day("2025-09-01"));
            lines.into_iter().find(|line| line.id == "holidays").unwrap()
        };
        let none = holidays(Vec::new());
        assert!(none.state == State::Missing && none.bars_lessons, "{none:?}");
        let autumn = SpecialDays {
            starts: day("2025-10-25"),
            ends: day("2025-11-04"),
            scope: Scope::Grades(1, 9),
            kind: "break".to_owned(),
            name: String::new(),
            follows: 0,
        };
        let partly = holidays(vec![autumn]);
        assert!(partly.state == State::Partly && !partly.bars_lessons, "{partly:?}");
        assert_eq!(partly.missing[0].message, "каникулы не внесены в календарь: 10А");
    }
}
