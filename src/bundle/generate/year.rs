//! The demo school's year of one class: lessons, absences, marks, final marks, decisions. Floor 1.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::calendar::{Calendar, Span};
use super::curriculum::{self, SPORT};
use super::dice::Dice;
use super::roster::{Booked, Child, ClassPlan, CoursePlan, Roster};

/// Marks for a thousand ordinary lessons attended; with the tests it comes to 0.44 a learner's lesson, as one class of a real
/// school had (28 learners, 20 subjects, one quarter).
const MARK_PERMILLE: usize = 445;
/// Learners of a thousand present at a test who get a mark for it.
const TEST_PERMILLE: usize = 930;
/// Days of a thousand on which a healthy learner falls ill, for 2 to 8 school days.
const ILLNESS_PERMILLE: usize = 19;
/// Days of a thousand on which a learner is away for a good reason, for 1 to 3 school days.
const EXCUSE_PERMILLE: usize = 12;
/// Lessons of a thousand missed without a reason.
const TRUANCY_PERMILLE: usize = 22;
/// First lessons of a day, of a thousand, that a learner is late for.
const LATE_PERMILLE: usize = 70;
/// Weeks of a thousand in which a teacher is replaced.
const SUBSTITUTION_PERMILLE: usize = 20;

/// A lesson of a course.
#[derive(Debug)]
pub struct Held {
    pub date: NaiveDate,
    pub number: u8,
    /// Place among the periods of the class's grade.
    pub period: usize,
    pub topic: String,
    pub homework: String,
    pub kind_of_work: &'static str,
    /// Place in the staff.
    pub substitute: Option<usize>,
}

/// A mark: course, lesson of the course, learner (places), kind of work, value.
pub type MarkRow = (usize, usize, usize, &'static str, u8);
/// An absence: course, lesson of the course, learner (places), code.
pub type AbsenceRow = (usize, usize, usize, &'static str);
/// A final mark: course, learner (places), period, value.
pub type FinalRow = (usize, usize, &'static str, String);

/// What happened in one class.
#[derive(Debug, Default)]
pub struct ClassYear {
    /// By course.
    pub lessons: Vec<Vec<Held>>,
    pub marks: Vec<MarkRow>,
    pub absences: Vec<AbsenceRow>,
    pub finals: Vec<FinalRow>,
    /// Learner's place and the decision.
    pub decisions: Vec<(usize, String)>,
}

/// The learner who misses every lesson of one course in one period, and is not attested: `(course, learner, period)`.
pub type NotAttested = (usize, usize, usize);

/// Plays the year of a class.
pub fn play(
    class: &ClassPlan,
    roster: &Roster,
    calendar: &Calendar,
    not_attested: Option<NotAttested>,
    booked: &mut Booked,
    dice: &mut Dice,
) -> ClassYear {
    let periods = calendar.of_grade(class.grade);
    let mut year = ClassYear::default();
    for course in &class.courses {
        let days = days(class, course, calendar, &periods);
        year.lessons.push(lessons(class, course, roster, days, booked, dice));
    }
    year.absences = absences(class, &year.lessons, not_attested, dice);
    let away: BTreeMap<(usize, usize, usize), &str> =
        year.absences.iter().map(|(course, lesson, child, code)| ((*course, *lesson, *child), *code)).collect();
    for (place, course) in class.courses.iter().enumerate() {
        for child in &course.members {
            let attended: Vec<usize> = (0..year.lessons[place].len())
                .filter(|lesson| class.children[*child].is_present(year.lessons[place][*lesson].date))
                .filter(|lesson| away.get(&(place, *lesson, *child)).is_none_or(|code| *code == "О"))
                .collect();
            of_learner(class, (place, *child), &attended, &periods, &mut year, dice);
        }
    }
    year.decisions = decisions(class, &year.finals, calendar.span().1);
    year
}

/// A lesson's place among the periods, its day, its place in the day.
type Day = (usize, NaiveDate, u8);

fn days(class: &ClassPlan, course: &CoursePlan, calendar: &Calendar, periods: &[Span]) -> Vec<Day> {
    let mut days = Vec::new();
    for (period, span) in periods.iter().enumerate() {
        for day in calendar.school_days(class.grade, span) {
            let weekday = day.weekday().num_days_from_monday();
            let today = course.slots.iter().filter(|(slot, _)| *slot == weekday);
            days.extend(today.map(|(_, number)| (period, day, *number)));
        }
    }
    days
}

fn lessons(
    class: &ClassPlan,
    course: &CoursePlan,
    roster: &Roster,
    days: Vec<Day>,
    booked: &mut Booked,
    dice: &mut Dice,
) -> Vec<Held> {
    let tests = tests(class.grade, &days);
    let subject = course.taught.subject;
    let topics = curriculum::topics(subject, class.grade, days.len());
    let mut ill_week = None;
    let mut substitute = None;
    let held = days.iter().zip(topics).enumerate();
    held.map(|(nth, (&(period, date, number), topic))| {
        if ill_week != Some(date.iso_week()) {
            ill_week = Some(date.iso_week());
            let is_ill = dice.permille(SUBSTITUTION_PERMILLE);
            let of_week = days.iter().filter(|(_, day, _)| day.iso_week() == date.iso_week());
            let of_week: Vec<(NaiveDate, u8)> = of_week.map(|(_, day, number)| (*day, *number)).collect();
            substitute = is_ill.then(|| roster.substitute(course.teacher, &of_week, booked, dice)).flatten();
        }
        let kind_of_work = if tests.contains(&nth) { curriculum::test_kind(subject) } else { "" };
        let topic = if kind_of_work.is_empty() { topic } else { format!("{kind_of_work}. {topic}") };
        let homework = curriculum::homework(subject, class.grade, nth, dice);
        Held { date, number, period, topic, homework, kind_of_work, substitute }
    })
    .collect()
}

/// The last lesson but one of each period is a test, and one in its middle when the course has many; grade 1 has none.
fn tests(grade: u8, days: &[(usize, NaiveDate, u8)]) -> BTreeSet<usize> {
    let mut tests = BTreeSet::new();
    if grade == 1 {
        return tests;
    }
    for period in 0..=days.last().map_or(0, |day| day.0) {
        let within: Vec<usize> = (0..days.len()).filter(|nth| days[*nth].0 == period).collect();
        if within.len() >= 4 {
            tests.insert(within[within.len() - 2]);
        }
        if within.len() >= 20 {
            tests.insert(within[within.len() / 2]);
        }
    }
    tests
}

fn absences(
    class: &ClassPlan,
    lessons: &[Vec<Held>],
    not_attested: Option<NotAttested>,
    dice: &mut Dice,
) -> Vec<AbsenceRow> {
    let days: BTreeSet<NaiveDate> = lessons.iter().flatten().map(|held| held.date).collect();
    let mut rows = Vec::new();
    for (place, child) in class.children.iter().enumerate() {
        let away = days_away(child, &days, dice);
        for (course, plan) in class.courses.iter().enumerate().filter(|(_, plan)| plan.members.contains(&place)) {
            for (nth, held) in lessons[course].iter().enumerate().filter(|(_, held)| child.is_present(held.date)) {
                let is_missing = not_attested == Some((course, place, held.period));
                let code = match away.get(&held.date) {
                    Some(code) => Some(*code),
                    None if is_missing => Some("Б"),
                    None if dice.permille(TRUANCY_PERMILLE * (120 - child.ability) / 70) => Some("Н"),
                    None if held.number == 1 && dice.permille(LATE_PERMILLE) => Some("О"),
                    None => None,
                };
                // An exempt learner sits in the hall and is neither late nor truant there.
                let is_excused = plan.taught.subject == SPORT && child.is_exempt && !away.contains_key(&held.date);
                rows.extend(code.filter(|_| !is_excused).map(|code| (course, nth, place, code)));
            }
        }
    }
    rows
}

/// Whole days away, with their reason.
fn days_away(child: &Child, days: &BTreeSet<NaiveDate>, dice: &mut Dice) -> BTreeMap<NaiveDate, &'static str> {
    let mut away = BTreeMap::new();
    let (mut left, mut code) = (0, "Б");
    for day in days {
        if left == 0 && dice.permille(ILLNESS_PERMILLE) {
            (left, code) = (dice.between(2, 8), "Б");
        } else if left == 0 && dice.permille(EXCUSE_PERMILLE) {
            (left, code) = (dice.between(1, 3), "У");
        }
        if left > 0 {
            left -= 1;
            if child.is_present(*day) {
                away.insert(*day, code);
            }
        }
    }
    away
}

/// Marks and final marks of one learner in one course.
fn of_learner(
    class: &ClassPlan,
    (course, child): (usize, usize),
    attended: &[usize],
    periods: &[Span],
    year: &mut ClassYear,
    dice: &mut Dice,
) {
    let (plan, learner) = (&class.courses[course], &class.children[child]);
    let word = match () {
        () if class.grade == 1 => Some("безотм"),
        () if learner.is_exempt && plan.taught.subject == SPORT => Some("осв"),
        () => None,
    };
    let mut of_periods = Vec::new();
    for (nth, span) in periods.iter().enumerate() {
        if word.is_none() {
            let attended: Vec<usize> =
                attended.iter().copied().filter(|lesson| year.lessons[course][*lesson].period == nth).collect();
            let given = marks(plan, learner, &attended, &year.lessons[course], dice);
            let mean = mean(&given.iter().map(|mark| mark.2).collect::<Vec<_>>());
            year.marks.extend(given.into_iter().map(|(lesson, kind, value)| (course, lesson, child, kind, value)));
            if learner.is_present(span.ends) {
                of_periods.extend(mean);
                year.finals.push((course, child, span.id, mean.map_or("н/а".to_owned(), |mark| mark.to_string())));
            }
        } else if let Some(word) = word.filter(|_| learner.is_present(span.ends)) {
            year.finals.push((course, child, span.id, word.to_owned()));
        }
    }
    if periods.last().is_some_and(|span| learner.is_present(span.ends)) {
        year_finals(class, (course, child), word, &of_periods, year, dice);
    }
}

/// The year's mark, the exam's and the final one (grade 9: mean of year and exam; grade 11: mean of half-years and year).
fn year_finals(
    class: &ClassPlan,
    (course, child): (usize, usize),
    word: Option<&str>,
    of_periods: &[u8],
    year: &mut ClassYear,
    dice: &mut Dice,
) {
    let mut add = |period, value: String| year.finals.push((course, child, period, value));
    let Some(of_year) = mean(of_periods).filter(|_| word.is_none()) else {
        add("Y", word.unwrap_or("н/а").to_owned());
        return;
    };
    add("Y", of_year.to_string());
    match class.grade {
        9 if curriculum::has_exam(class.courses[course].taught.subject) => {
            let exam = (of_year + u8::from(dice.permille(150)) - u8::from(dice.permille(150))).clamp(3, 5);
            add("E", exam.to_string());
            add("F", mean(&[of_year, exam]).unwrap_or(of_year).to_string());
        }
        9 => add("F", of_year.to_string()),
        11 => {
            let all: Vec<u8> = of_periods.iter().copied().chain([of_year]).collect();
            add("F", mean(&all).unwrap_or(of_year).to_string());
        }
        _ => {}
    }
}

/// Whole mean, half up; `None` of nothing.
fn mean(marks: &[u8]) -> Option<u8> {
    let (sum, n) = (marks.iter().map(|mark| u32::from(*mark)).sum::<u32>(), marks.len() as u32);
    (n > 0).then(|| ((2 * sum + n) / (2 * n)) as u8)
}

/// Marks of one learner in one course and period: lesson, kind of work, value. At least three for one hour a week, five for
/// more (000 Инс: накопляемость), when so many lessons were attended.
fn marks(
    plan: &CoursePlan,
    learner: &Child,
    attended: &[usize],
    lessons: &[Held],
    dice: &mut Dice,
) -> Vec<(usize, &'static str, u8)> {
    let subject = plan.taught.subject;
    let mut given: BTreeMap<usize, Vec<(&'static str, u8)>> = BTreeMap::new();
    for lesson in attended {
        let test = lessons[*lesson].kind_of_work;
        if test.is_empty() && dice.permille(MARK_PERMILLE) {
            given.entry(*lesson).or_default().push((curriculum::mark_kind(subject, dice), value(learner, dice)));
        } else if !test.is_empty() && dice.permille(TEST_PERMILLE) {
            let marks = given.entry(*lesson).or_default();
            marks.push((test, value(learner, dice)));
            if test == "Контрольный диктант" {
                marks.push(("Грамматическое задание", value(learner, dice)));
            }
        }
    }
    let least = if plan.taught.hours == 1 { 3 } else { 5 };
    let mut free: Vec<usize> = attended.iter().copied().filter(|lesson| !given.contains_key(lesson)).collect();
    dice.shuffle(&mut free);
    let short = usize::saturating_sub(least, given.len());
    for lesson in free.into_iter().take(short) {
        given.entry(lesson).or_default().push((curriculum::mark_kind(subject, dice), value(learner, dice)));
    }
    given
        .into_iter()
        .flat_map(|(lesson, marks)| marks.into_iter().map(move |(kind, value)| (lesson, kind, value)))
        .collect()
}

/// One mark: of the weakest 2 % are fives and 14 % twos, of the ablest 71 % fives and no twos.
fn value(learner: &Child, dice: &mut Dice) -> u8 {
    let five = 2 + learner.ability * 70 / 100;
    let two = (99 - learner.ability) / 7;
    match dice.below(100) {
        roll if roll < five => 5,
        roll if roll < five + 35 => 4,
        roll if roll + two < 100 => 3,
        _ => 2,
    }
}

/// The council's decision on each learner present at the year's end.
fn decisions(class: &ClassPlan, finals: &[FinalRow], last_day: NaiveDate) -> Vec<(usize, String)> {
    let mut decisions = Vec::new();
    for (place, child) in class.children.iter().enumerate().filter(|(_, child)| child.is_present(last_day)) {
        let own: Vec<&FinalRow> = finals.iter().filter(|mark| mark.1 == place && mark.2 == "Y").collect();
        let debts: Vec<&str> = own
            .iter()
            .filter(|mark| ["2", "н/а"].contains(&mark.3.as_str()))
            .map(|mark| class.courses[mark.0].taught.subject)
            .collect();
        let is_excellent = own.iter().all(|mark| ["5", "осв"].contains(&mark.3.as_str()));
        let honours = if is_excellent { " с отличием" } else { "" };
        let ending = if child.name.is_female { "Переведена" } else { "Переведён" };
        decisions.push((
            place,
            match class.grade {
                9 | 11 if !debts.is_empty() => "Выдана справка об обучении".to_owned(),
                9 => format!("Выдан аттестат об основном общем образовании{honours}"),
                11 => format!("Выдан аттестат о среднем общем образовании{honours}"),
                grade if debts.is_empty() => format!("{ending} в {} класс", grade + 1),
                grade => format!(
                    "{ending} в {} класс условно (академическая задолженность: {})",
                    grade + 1,
                    debts.join(", ")
                ),
            },
        ));
    }
    decisions
}
