//! One course and period as the paper page has it: learners by lessons, topics beside, final marks after a heavy rule. Floor 3.
//!
//! Pure: rows of the store in, what the template shows out. The order of learners and the cells are those of the copy.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Datelike;

use crate::domain::freeze;
use crate::domain::journal::{Course, EXAM, FINAL, Journal, Learner, LessonKey, Mark, Period, YEAR};
use crate::domain::names;
use crate::domain::period::{self, Span};
use crate::domain::policy::{AbsenceKind, Policy};
use crate::domain::struck::Struck;
use crate::domain::words;

/// The page.
pub(super) struct Grid {
    pub(super) months: Vec<Month>,
    pub(super) lessons: Vec<LessonHead>,
    pub(super) rows: Vec<Row>,
    pub(super) finals: Vec<String>,
    pub(super) topics: Vec<Topic>,
    /// Codes that stand in the cells, with their meaning.
    pub(super) legend: Vec<(String, String)>,
    /// Lessons without a topic.
    pub(super) without_topic: usize,
    /// Something on the page is void: the page says what that means.
    pub(super) void: bool,
}

/// A month above its days.
pub(super) struct Month {
    pub(super) name: String,
    pub(super) span: usize,
}

/// The head of a column.
pub(super) struct LessonHead {
    /// «02».
    pub(super) day: String,
    /// `2025-09-02`.
    pub(super) date: String,
    /// «вторник, 2 сентября, 3-й урок; контрольная работа».
    pub(super) said: String,
    /// A kind of work is named: the column is marked.
    pub(super) is_work: bool,
    /// First day of a month: a rule on the left.
    pub(super) begins_month: bool,
}

/// A learner's line.
pub(super) struct Row {
    pub(super) no: usize,
    pub(super) learner: String,
    pub(super) name: String,
    /// «Прибыл 14.01.2026», «Выбыл 20.02.2026»; may be empty.
    pub(super) movement: String,
    pub(super) cells: Vec<Cell>,
    /// Mean of the marks as advice: «4,25»; empty without marks.
    pub(super) mean: String,
    /// Lessons missed.
    pub(super) missed: usize,
    pub(super) finals: Vec<Final>,
}

impl Row {
    fn has_void(&self) -> bool {
        self.cells.iter().any(|cell| cell.void) || self.finals.iter().any(|mark| mark.void)
    }
}

/// One cell.
pub(super) struct Cell {
    /// «5/4», «н», «О 4»; empty.
    pub(super) text: String,
    /// `mark`, `away` (absent with a reason), `open` (absent, no reason yet), `late`, `out` (not in the class), empty.
    pub(super) kind: &'static str,
    /// `L00001.2025-09-02.3`.
    pub(super) key: String,
    /// Written by an account that was reported stolen, and not decided yet.
    pub(super) void: bool,
}

/// A final mark.
#[derive(Default)]
pub(super) struct Final {
    /// «5», «н/а»; empty.
    pub(super) value: String,
    /// As for a cell.
    pub(super) void: bool,
}

/// A line of the right-hand page.
pub(super) struct Topic {
    pub(super) no: usize,
    pub(super) date: String,
    /// «02.09».
    pub(super) day: String,
    pub(super) number: u8,
    pub(super) topic: String,
    pub(super) homework: String,
    pub(super) kind_of_work: String,
    pub(super) substitute: String,
    /// «н: Агатов, Берилл»; empty when all were there.
    pub(super) absent: String,
    /// As for a cell.
    pub(super) void: bool,
}

/// What the grid is laid out from.
pub(super) struct Laying<'j> {
    pub(super) roster: &'j Journal,
    pub(super) entries: &'j Journal,
    pub(super) course: &'j Course,
    pub(super) span: &'j Span,
    /// Periods of the grade, by first day.
    pub(super) periods: &'j [&'j Period],
    pub(super) policy: &'j Policy,
    /// Rows that count as void until somebody decides: table and key.
    pub(super) struck: &'j Struck,
}

type Cells<'j> = HashMap<(&'j LessonKey, &'j str), Vec<&'j Mark>>;

/// Learners of a course in the span, in the order of the copy.
pub(super) fn members(course: &Course, roster: &Journal, span: &Span) -> Vec<Learner> {
    // Who moved to another class within the span stands in both, as in the copies.
    let class = roster.of_class_within(&course.class, span.starts, span.ends);
    let mut learners: Vec<Learner> = period::members(course, &class.learners).into_iter().cloned().collect();
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    learners
}

/// The members of the course, and whoever has entries in it within the span: who left the group since stands on the page of that time, as in the copy.
fn seated(laying: &Laying<'_>) -> Vec<Learner> {
    let mut learners = members(laying.course, laying.roster, laying.span);
    if laying.course.members.is_empty() {
        return learners;
    }
    let marks = laying.entries.marks.iter().map(|mark| (&mark.lesson, &mark.learner_id));
    let absences = laying.entries.absences.iter().map(|absence| (&absence.lesson, &absence.learner_id));
    let own = |lesson: &LessonKey| lesson.course_id == laying.course.id && laying.span.contains(lesson.date);
    let entered: HashSet<&String> =
        marks.chain(absences).filter(|(lesson, _)| own(lesson)).map(|(_, learner)| learner).collect();
    if entered.iter().all(|id| learners.iter().any(|learner| learner.id == **id)) {
        return learners;
    }
    let known: HashSet<String> = learners.iter().map(|learner| learner.id.clone()).collect();
    let class = laying.roster.of_class_within(&laying.course.class, laying.span.starts, laying.span.ends);
    learners.extend(class.learners.into_iter().filter(|one| entered.contains(&one.id) && !known.contains(&one.id)));
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    learners
}

/// Lays the page out.
pub(super) fn lay_out(laying: &Laying<'_>) -> Grid {
    let mut lessons: Vec<_> = laying.entries.lessons.iter().filter(|l| laying.span.contains(l.key.date)).collect();
    lessons.sort_by(|a, b| a.key.cmp(&b.key));
    let keys: Vec<&LessonKey> = lessons.iter().map(|lesson| &lesson.key).collect();
    let mut ordered: Vec<_> = laying.entries.marks.iter().collect();
    ordered.sort_by_key(|mark| mark.ordinal);
    let mut marks: Cells<'_> = HashMap::new();
    for mark in ordered {
        marks.entry((&mark.lesson, mark.learner_id.as_str())).or_default().push(mark);
    }
    let absences: HashMap<(&LessonKey, &str), &str> =
        laying.entries.absences.iter().map(|a| ((&a.lesson, a.learner_id.as_str()), a.code.as_str())).collect();
    let finals = final_columns(laying);
    let learners = seated(laying);
    let mut codes = HashSet::new();
    let written: Vec<[&str; 3]> = learners.iter().map(super::parts).collect();
    let (list_names, surnames) = (names::list_names(&written), names::surnames(&written));
    let rows = (1..).zip(learners.iter().zip(list_names)).map(|(no, (learner, name))| {
        let row = row(laying, no, learner, &keys, &marks, &absences, &finals);
        Row { name, ..row }
    });
    let rows: Vec<Row> = rows.collect();
    codes.extend(absences.iter().filter(|((key, _), _)| laying.span.contains(key.date)).map(|(_, code)| *code));
    let legend = laying.policy.absence_codes.iter().filter(|rule| codes.contains(rule.code.as_str()));
    let topics = (1..).zip(&lessons).map(|(no, lesson)| {
        let mut absent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (learner, surname) in learners.iter().zip(&surnames) {
            if let Some(code) = absences.get(&(&lesson.key, learner.id.as_str())) {
                absent.entry(code).or_default().push(surname);
            }
        }
        let absent: Vec<String> = absent.iter().map(|(code, names)| format!("{code}: {}", names.join(", "))).collect();
        let substitute = laying.roster.staff_member(&lesson.substitute_teacher_id);
        Topic {
            no,
            date: lesson.key.date.to_string(),
            day: lesson.key.date.format("%d.%m").to_string(),
            number: lesson.key.number,
            topic: lesson.topic.clone(),
            homework: lesson.homework.clone(),
            kind_of_work: lesson.kind_of_work.clone(),
            substitute: substitute
                .map(|person| names::short_name(&person.surname, &person.given_name, &person.patronymic))
                .unwrap_or_default(),
            absent: absent.join("; "),
            void: laying.struck.lesson(&lesson.key),
        }
    });
    Grid {
        void: rows.iter().any(Row::has_void) || lessons.iter().any(|lesson| laying.struck.lesson(&lesson.key)),
        months: months(&keys),
        topics: topics.collect(),
        without_topic: lessons.iter().filter(|lesson| lesson.topic.is_empty()).count(),
        lessons: lessons
            .iter()
            .enumerate()
            .map(|(at, lesson)| LessonHead {
                day: format!("{:02}", lesson.key.date.day()),
                date: lesson.key.date.to_string(),
                said: said(&lesson.key, &lesson.kind_of_work),
                is_work: !lesson.kind_of_work.is_empty(),
                begins_month: at > 0 && keys[at - 1].date.month() != lesson.key.date.month(),
            })
            .collect(),
        rows,
        finals: finals.into_iter().map(|(_, heading)| heading).collect(),
        legend: legend.map(|rule| (rule.code.clone(), rule.meaning.clone())).collect(),
    }
}

/// Periods of the final marks with their headings: the span's own; after the last one the year's, as the paper page has them.
fn final_columns(laying: &Laying<'_>) -> Vec<(String, String)> {
    let named = |id: &str| laying.entries.final_marks.iter().any(|mark| mark.period == id);
    let mut columns: Vec<(String, String)> = (1..)
        .zip(laying.periods)
        .filter(|(_, period)| laying.span.id == YEAR || period.id == laying.span.id)
        .map(|(order, period)| (period.id.clone(), words::final_heading(period.kind, order)))
        .collect();
    if laying.span.id == YEAR || laying.periods.last().is_some_and(|last| last.id == laying.span.id) {
        let year = [(YEAR, "Год"), (EXAM, "Экз."), (FINAL, "Итог")].into_iter().filter(|(id, _)| named(id));
        columns.extend(year.map(|(id, heading)| (id.to_owned(), heading.to_owned())));
    }
    columns
}

/// A lesson as the history names its row.
fn lesson_key(key: &LessonKey) -> [String; 3] {
    [key.course_id.clone(), key.date.to_string(), key.number.to_string()]
}

fn row(
    laying: &Laying<'_>,
    no: usize,
    learner: &Learner,
    keys: &[&LessonKey],
    marks: &Cells<'_>,
    absences: &HashMap<(&LessonKey, &str), &str>,
    finals: &[(String, String)],
) -> Row {
    let (mut missed, mut sum, mut count) = (0, 0_u32, 0_u32);
    let cells = keys
        .iter()
        .map(|key| {
            let place = (*key, learner.id.as_str());
            let code = absences.get(&place).copied().unwrap_or_default();
            let held = marks.get(&place).map(Vec::as_slice).unwrap_or_default();
            // What a stolen account wrote is seen, and counts nowhere.
            let counted = held.iter().filter(|mark| !laying.struck.mark(mark));
            for mark in counted.filter_map(|mark| mark.value.parse::<u32>().ok()) {
                sum += mark;
                count += 1;
            }
            let rule = laying.policy.absence(code).map(|rule| rule.kind);
            let [course, date, number] = lesson_key(key);
            let row = [course.as_str(), date.as_str(), number.as_str(), learner.id.as_str()];
            let is_struck = |table: &str| laying.struck.has(table, &row);
            missed += usize::from(rule.is_some_and(|kind| kind != AbsenceKind::Late) && !is_struck("absences"));
            let marks = held.iter().map(|mark| mark.value.as_str()).collect::<Vec<_>>().join("/");
            let text = match (code.is_empty(), marks.is_empty()) {
                (true, _) => marks,
                (false, true) => code.to_owned(),
                (false, false) => format!("{code}\u{a0}{marks}"),
            };
            let kind = match rule {
                _ if !learner.is_present_on(key.date) => "out",
                Some(AbsenceKind::Unexplained) => "open",
                Some(AbsenceKind::Late) => "late",
                Some(AbsenceKind::Ill | AbsenceKind::Excused | AbsenceKind::Unexcused) => "away",
                None if text.is_empty() => "",
                None => "mark",
            };
            let void = is_struck("marks") || is_struck("absences");
            Cell { text, kind, key: format!("{}.{}.{}", learner.id, key.date, key.number), void }
        })
        .collect();
    let value = |period: &str| {
        let mine = |mark: &&crate::domain::journal::FinalMark| mark.learner_id == learner.id && mark.period == period;
        laying.entries.final_marks.iter().find(mine).map_or_else(Final::default, |mark| Final {
            value: mark.value.clone(),
            void: laying.struck.final_mark(mark),
        })
    };
    Row {
        no,
        learner: learner.id.clone(),
        // Given by the list, which knows its namesakes.
        name: String::new(),
        movement: movement(learner, laying.span),
        cells,
        mean: mean(sum, count),
        missed,
        finals: finals.iter().map(|(period, _)| value(period)).collect(),
    }
}

/// «4,25», rounded half up to hundredths; empty without marks.
pub(super) fn mean(sum: u32, count: u32) -> String {
    if count == 0 {
        return String::new();
    }
    let centi = (sum * 200 + count) / (count * 2);
    format!("{},{:02}", centi / 100, centi % 100)
}

fn movement(learner: &Learner, span: &Span) -> String {
    let mut said = Vec::new();
    if learner.enrolled_on > span.starts {
        let day = words::date_short(learner.enrolled_on);
        said.push(freeze::movement("Прибыл", &learner.patronymic, &day, &learner.enrolment_order));
    }
    if let Some(left) = learner.left_on.filter(|day| *day <= span.ends) {
        let day = words::date_short(left);
        said.push(freeze::movement("Выбыл", &learner.patronymic, &day, &learner.leaving_order));
    }
    said.join("; ")
}

fn months(keys: &[&LessonKey]) -> Vec<Month> {
    let mut months: Vec<(u32, i32, Month)> = Vec::new();
    for key in keys {
        match months.last_mut() {
            Some((month, year, held)) if (*month, *year) == (key.date.month(), key.date.year()) => held.span += 1,
            _ => {
                let name = words::month_name(key.date).to_owned();
                months.push((key.date.month(), key.date.year(), Month { name, span: 1 }));
            }
        }
    }
    months.into_iter().map(|(_, _, month)| month).collect()
}

/// «вторник, 2 сентября, 3-й урок; контрольная работа».
pub(super) fn said(key: &LessonKey, kind_of_work: &str) -> String {
    let work = if kind_of_work.is_empty() { String::new() } else { format!("; {kind_of_work}") };
    format!("{}, {}, {}-й урок{work}", words::weekday(key.date), words::day_and_month(key.date), key.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_rounded_half_up_and_said_with_a_comma() {
        assert_eq!(mean(0, 0), "");
        assert_eq!(mean(17, 4), "4,25");
        assert_eq!(mean(9, 2), "4,50");
        assert_eq!(mean(14, 3), "4,67");
        assert_eq!(mean(13, 3), "4,33");
    }

    #[test]
    fn namesakes_on_one_page_stand_with_their_patronymics() {
        let mut journal = journal();
        let twin = |id: &str, patronymic: &str| Learner {
            id: id.into(),
            patronymic: patronymic.into(),
            ..journal.learners[0].clone()
        };
        journal.learners = vec![twin("L1", "Львовна"), twin("L2", "Петровна")];
        let day = journal.lessons[0].key.date;
        let policy = crate::domain::policy::builtin("default")
            .and_then(|text| crate::domain::policy::parse("default", text).ok());
        let policy = policy.expect("the default policy");
        let grid = lay_out(&Laying {
            roster: &journal,
            entries: &journal,
            course: &journal.courses[0],
            span: &Span { id: "Q1".into(), starts: day, ends: day },
            periods: &[],
            policy: &policy,
            struck: &Struck::default(),
        });
        let named: Vec<&str> = grid.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(named, ["Берилл Ия Львовна", "Берилл Ия Петровна"]);
    }

    /// A class of one learner with one lesson and one mark.
    fn journal() -> Journal {
        let day = chrono::NaiveDate::from_ymd_opt(2025, 9, 2).unwrap_or_default();
        let lesson = LessonKey { course_id: "C1".into(), date: day, number: 2 };
        Journal {
            learners: vec![Learner {
                id: "L1".into(),
                surname: "Берилл".into(),
                given_name: "Ия".into(),
                patronymic: String::new(),
                born: None,
                class: "5А".into(),
                enrolled_on: day,
                enrolment_order: String::new(),
                left_on: None,
                leaving_order: String::new(),
            }],
            courses: vec![Course {
                id: "C1".into(),
                class: "5А".into(),
                subject: "Химия".into(),
                group: String::new(),
                teacher_id: "T1".into(),
                hours_per_week_centi: 200,
                members: Vec::new(),
            }],
            lessons: vec![crate::domain::journal::Lesson {
                key: lesson.clone(),
                topic: "Соли".into(),
                homework: String::new(),
                kind_of_work: String::new(),
                substitute_teacher_id: String::new(),
            }],
            marks: vec![crate::domain::journal::Mark {
                lesson,
                learner_id: "L1".into(),
                kind_of_work: String::new(),
                value: "5".into(),
                ordinal: 0,
            }],
            ..Journal::default()
        }
    }

    #[test]
    fn a_mark_under_a_notice_is_struck_and_its_neighbours_are_not() {
        let journal = journal();
        let day = journal.lessons[0].key.date;
        let policy = crate::domain::policy::builtin("default")
            .and_then(|text| crate::domain::policy::parse("default", text).ok());
        let policy = policy.expect("the default policy");
        let span = Span { id: "Q1".into(), starts: day, ends: day };
        let row = |table: &str, key: &[&str]| {
            Struck::from_iter([(table.to_owned(), key.iter().map(|part| (*part).to_owned()).collect())])
        };
        let void = |struck: &Struck| {
            let grid = lay_out(&Laying {
                roster: &journal,
                entries: &journal,
                course: &journal.courses[0],
                span: &span,
                periods: &[],
                policy: &policy,
                struck,
            });
            (grid.rows[0].cells[0].void, grid.topics[0].void, grid.rows[0].mean.clone())
        };
        let said = |void: bool, topic: bool, mean: &str| (void, topic, mean.to_owned());
        assert_eq!(void(&Struck::default()), said(false, false, "5,00"));
        assert_eq!(
            void(&row("marks", &["C1", "2025-09-02", "2", "L1", "0"])),
            said(true, false, ""),
            "and not counted"
        );
        assert_eq!(void(&row("marks", &["C1", "2025-09-02", "3", "L1", "0"])), said(false, false, "5,00"));
        assert_eq!(void(&row("marks", &["C1", "2025-09-02", "2", "L2", "0"])), said(false, false, "5,00"));
        assert_eq!(void(&row("lessons", &["C1", "2025-09-02", "2"])), said(false, true, "5,00"));
    }
}
