//! Deadlines on a calendar with holidays, a moved day, a day off and two kinds of week, and the arithmetic of days under chance.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use letopis::domain::calendar::{
    Basis, Bell, ClassWeek, DayChange, DayKind, DayUnit, SchoolCalendar, Scope, is_working,
};
use letopis::domain::deadline::{self, Answer, Moment, Question, What};
use letopis::domain::journal::{Class, Course, Journal, Lesson, LessonKey, Period, PeriodKind};
use letopis::domain::policy;
use proptest::prelude::*;

use super::presets::preset;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn period(id: &str, kind: PeriodKind, grades: (u8, u8), starts: &str, ends: &str) -> Period {
    Period {
        id: id.into(),
        name: id.into(),
        kind,
        grade_from: grades.0,
        grade_to: grades.1,
        starts: day(starts),
        ends: day(ends),
    }
}

/// 2025/2026: 9А with five days, 10А with six; a frost day for 9А, a Saturday worked by 9А, bells of 45 minutes from 8:30.
pub fn calendar() -> SchoolCalendar {
    let quarter = |id, starts, ends| period(id, PeriodKind::Quarter, (1, 9), starts, ends);
    let half = |id, starts, ends| period(id, PeriodKind::HalfYear, (10, 11), starts, ends);
    let change = |from: &str, to: &str, scope, kind| DayChange {
        from: day(from),
        to: day(to),
        scope,
        kind,
        name: String::new(),
    };
    let bell = |number: u8| {
        let starts =
            NaiveTime::from_hms_opt(8, 30, 0).expect("a time") + chrono::Duration::minutes(55 * i64::from(number - 1));
        Bell { class: String::new(), weekday: 0, number, starts, ends: starts + chrono::Duration::minutes(45) }
    };
    SchoolCalendar {
        basis: Basis::SetUp,
        periods: vec![
            quarter("Q1", "2025-09-01", "2025-10-24"),
            quarter("Q2", "2025-11-05", "2025-12-30"),
            quarter("Q3", "2026-01-12", "2026-03-27"),
            quarter("Q4", "2026-04-06", "2026-05-26"),
            half("H1", "2025-09-01", "2025-12-30"),
            half("H2", "2026-01-12", "2026-05-26"),
        ],
        weeks: vec![
            ClassWeek { class: "9А".into(), grade: 9, days: 5 },
            ClassWeek { class: "10А".into(), grade: 10, days: 6 },
            ClassWeek { class: "1А".into(), grade: 1, days: 5 },
        ],
        changes: vec![
            change("2025-10-25", "2025-11-04", Scope::Grades(10, 11), DayKind::Off),
            change("2025-10-20", "2025-10-20", Scope::Class("9А".into()), DayKind::Off),
            change("2025-11-08", "2025-11-08", Scope::Class("9А".into()), DayKind::Study),
            change("2026-03-28", "2026-04-05", Scope::School, DayKind::Off),
        ],
        bells: (1..=7).map(bell).collect(),
        timetable: (1..=5).map(|weekday| (("9А".to_owned(), weekday), 6)).collect::<BTreeMap<_, _>>(),
        held: BTreeMap::new(),
    }
}

fn ask(name: &str, class: &str, date: &str, what: What<'_>) -> Vec<Answer> {
    let question = Question { class, date: day(date), number: Some(2), what, course_days: &[] };
    deadline::due(&preset(name), &calendar(), &question)
}

fn first(name: &str, class: &str, date: &str, what: What<'_>) -> (String, String) {
    let answer = ask(name, class, date, what).remove(0);
    (answer.moment.as_iso(), answer.clause)
}

#[test]
fn a_control_work_of_9a_on_15_october_is_due_by_each_regulation_with_its_clause() {
    let control = What::Mark("Контрольная работа");
    let due = |name| first(name, "9А", "2025-10-15", control);
    assert_eq!(due("chernushka-2018"), ("2025-10-19T23:59".into(), "000 Рег 2.3".into()));
    assert_eq!(due("duties-moscow"), ("2025-10-18T23:59".into(), "003 Уч 9".into()));
    assert_eq!(due("bauman"), (String::new(), "002 4.2".into()));
    assert_eq!(due("talitsa-2019"), (String::new(), "004 п. 20".into()));
    let silent = ask("kurskoe-2019", "9А", "2025-10-15", control).remove(0);
    assert_eq!(silent.moment.as_iso(), "2025-10-19T23:59");
    assert_eq!(silent.clause, "001 п. 5.2: обязанность без срока; взято из правил по умолчанию: 000 Рег 2.3");
    assert_eq!(silent.source, policy::Source::Silent);
    let elsewhere = ask("bauman", "9А", "2025-10-15", control).remove(0);
    assert_eq!(elsewhere.moment.in_russian(), "по другому документу: положение об отметке ГАОУ РМЭ «Лицей Бауманский»");
}

#[test]
fn the_other_clause_of_the_regulation_stands_beside_the_one_in_force() {
    let answers = ask("chernushka-2018", "9А", "2025-10-15", What::Mark("письменная"));
    let told: Vec<_> = answers.iter().map(|one| (one.moment.as_iso(), one.clause.as_str(), one.in_force)).collect();
    assert_eq!(
        told,
        [("2025-10-19T23:59".to_owned(), "000 Рег 2.3", true), ("2025-10-18T23:59".to_owned(), "000 Инс 5.2 г", false),]
    );
    assert!(answers[0].note.contains("день не учебный"), "the 19th is a Sunday");
    // «В течение суток»: to the end of the next day, or 24 hours from the lesson's end.
    let oral = ask("chernushka-2018", "9А", "2025-10-15", What::Mark(""));
    assert_eq!(
        oral.iter().map(|one| one.moment.as_iso()).collect::<Vec<_>>(),
        ["2025-10-16T23:59", "2025-10-16T10:10"]
    );
}

#[test]
fn a_year_that_nobody_brought_in_is_said_to_be_unknown_and_no_study_day_is_counted_over_it() {
    let calendar = calendar();
    for known in ["2025-09-01", "2026-05-31", "2026-08-31"] {
        assert_eq!(deadline::unknown_year(&calendar, day(known)), None, "{known}");
    }
    for (unknown, year) in [("2026-10-30", "2026/2027"), ("2024-10-30", "2024/2025"), ("2025-08-31", "2024/2025")] {
        let said = deadline::unknown_year(&calendar, day(unknown)).expect("an unknown year");
        assert!(said.starts_with(&format!("календарь учебного года {year} не внесён")), "{said}");
        let marks = ask("chernushka-2018", "9А", unknown, What::PeriodMark).remove(0);
        assert_eq!(marks.moment, Moment::Unknown("календарь на эти дни не составлен".to_owned()));
        let control = ask("chernushka-2018", "9А", unknown, What::Mark("Контрольная работа")).remove(0);
        assert!(!control.note.contains("не учебный"), "{}", control.note);
    }
}

#[test]
fn homework_is_counted_from_the_last_lesson_of_the_class() {
    // Six lessons of 45 minutes with breaks of 10 from 8:30 end at 13:50.
    assert_eq!(
        first("chernushka-2018", "9А", "2025-10-15", What::Homework),
        ("2025-10-15T15:50".into(), "000 Рег 2.2".into())
    );
    assert_eq!(
        first("duties-moscow", "9А", "2025-10-15", What::Homework),
        ("2025-10-15T15:20".into(), "003 Уч 4".into())
    );
    // Nobody knows 10А's timetable: the day is known, the hour is not, and that is said.
    let unknown = ask("chernushka-2018", "10А", "2025-10-15", What::Homework).remove(0);
    assert_eq!(unknown.moment, Moment::AfterLessons(day("2025-10-15"), 120));
    assert!(unknown.moment.in_russian().contains("звонки не заданы"), "{}", unknown.moment.in_russian());
}

#[test]
fn a_time_of_the_day_a_grade_without_marks_and_a_remark() {
    assert_eq!(
        first("bauman", "9А", "2025-10-15", What::Mark("ответ на уроке")),
        ("2025-10-15T17:00".into(), "002 4.2".into())
    );
    assert_eq!(first("bauman", "9А", "2025-10-15", What::Remark), ("2025-10-18T23:59".into(), "002 4.1, 4.2".into()));
    let none = ask("chernushka-2018", "1А", "2025-10-15", What::Mark("диктант")).remove(0);
    assert_eq!(none.moment.in_russian(), "не определён: для 1 класса положение срока не называет");
    let nobody = ask("chernushka-2018", "7Я", "2025-10-15", What::Lesson).remove(0);
    assert!(matches!(nobody.moment, Moment::Unknown(_)));
}

#[test]
fn a_periods_marks_and_its_copy_are_due_on_the_last_but_one_study_day_of_the_class() {
    assert_eq!(
        first("chernushka-2018", "9А", "2025-10-01", What::PeriodMark),
        ("2025-10-23T23:59".into(), "000 Инс 4.1, 4.2".into())
    );
    assert_eq!(
        first("duties-moscow", "9А", "2025-10-01", What::PeriodMark),
        ("2025-10-24T23:59".into(), "003 Уч 11".into())
    );
    assert!(matches!(ask("chernushka-2018", "9А", "2025-10-27", What::PeriodMark)[0].moment, Moment::Unknown(_)));
    let copy =
        |name, class, starts, ends| deadline::print_due(&preset(name), &calendar(), class, (day(starts), day(ends)));
    assert_eq!(copy("chernushka-2018", "9А", "2025-09-01", "2025-10-24"), Some(day("2025-10-23")));
    assert_eq!(copy("chernushka-2018", "10А", "2025-09-01", "2025-12-30"), Some(day("2025-12-29")));
    assert_eq!(copy("bauman", "9А", "2025-09-01", "2025-10-24"), Some(day("2025-10-24")));
    assert_eq!(copy("duties-moscow", "9А", "2025-09-01", "2025-10-24"), Some(day("2026-06-30")));
    assert_eq!(copy("duties-moscow", "9А", "2026-04-06", "2026-05-26"), Some(day("2026-06-30")));
}

#[test]
fn school_and_working_days_step_over_what_they_must() {
    let calendar = calendar();
    let after = |unit, class, from: &str, n| calendar.after(unit, class, day(from), n).map(|day| day.to_string());
    // Friday to Tuesday over the weekend and the frost day of Monday the 20th, for the class that has it.
    assert_eq!(after(DayUnit::School, "9А", "2025-10-17", 1), Some("2025-10-21".into()));
    assert_eq!(after(DayUnit::School, "10А", "2025-10-17", 1), Some("2025-10-18".into()));
    // Over the autumn holidays; the Saturday worked counts.
    assert_eq!(after(DayUnit::School, "9А", "2025-10-24", 1), Some("2025-11-05".into()));
    assert_eq!(after(DayUnit::School, "9А", "2025-11-07", 1), Some("2025-11-08".into()));
    // 3 and 4 November 2025 are off for everybody, Saturday the 1st was worked instead.
    assert_eq!(after(DayUnit::Working, "9А", "2025-10-31", 1), Some("2025-11-01".into()));
    assert_eq!(after(DayUnit::Working, "9А", "2025-10-31", 2), Some("2025-11-05".into()));
    assert_eq!(after(DayUnit::School, "9А", "2026-05-26", 1), None, "nobody knows the next year's days");
    assert_eq!(calendar.count(DayUnit::School, "9А", day("2025-09-01"), day("2025-10-24")), 39);
}

#[test]
fn a_journal_alone_gives_its_own_days_and_goes_on_by_its_week() {
    let lesson = |date: &str, number| Lesson {
        key: LessonKey { course_id: "C1".into(), date: day(date), number },
        topic: String::new(),
        homework: String::new(),
        kind_of_work: String::new(),
        substitute_teacher_id: String::new(),
    };
    let journal = Journal {
        periods: vec![period("Q1", PeriodKind::Quarter, (1, 9), "2025-09-01", "2025-10-24")],
        classes: vec![Class { name: "9А".into(), grade: 9, class_teacher_id: "T1".into() }],
        courses: vec![Course {
            id: "C1".into(),
            class: "9А".into(),
            subject: "Алгебра".into(),
            group: String::new(),
            teacher_id: "T1".into(),
            hours_per_week_centi: 300,
            members: Vec::new(),
        }],
        lessons: vec![lesson("2025-09-01", 1), lesson("2025-09-03", 2), lesson("2025-09-03", 5)],
        ..Journal::default()
    };
    let calendar = SchoolCalendar::from_journal(&journal);
    assert!(!calendar.is_study_day("9А", day("2025-09-02")), "the journal says that there were no lessons");
    assert!(calendar.is_study_day("9А", day("2025-09-04")), "after its last lesson the week goes on");
    assert!(!calendar.is_study_day("9А", day("2025-09-06")), "the journal shows no Saturday");
    assert_eq!(calendar.last_lesson("9А", day("2025-09-03")), Some(5));
    assert_eq!(calendar.last_lesson_ends("9А", day("2025-09-03")), None, "no bells");
}

#[test]
fn kinds_of_work_are_told_apart_by_the_longest_name_of_the_policy() {
    let policy = preset("chernushka-2018");
    for (work, kind) in [
        ("Контрольная работа № 3", "control"),
        ("контрольный диктант", "control"),
        ("Диктант", "written"),
        ("письменная", "written"),
        ("Самостоятельная работа", "written"),
        ("Зачет", "control"),
        ("Ответ на уроке", "oral"),
        ("", "oral"),
        ("Танец", "oral"),
    ] {
        assert_eq!(deadline::work_kind(&policy, work), kind, "{work}");
    }
}

fn any_calendar() -> impl Strategy<Value = SchoolCalendar> {
    let change =
        (0_u64..270, 0_u64..12, any::<bool>(), any::<bool>()).prop_map(|(from, length, study, class)| DayChange {
            from: day("2025-09-01") + Days::new(from),
            to: day("2025-09-01") + Days::new(from + length),
            scope: if class { Scope::Class("9А".into()) } else { Scope::School },
            kind: if study { DayKind::Study } else { DayKind::Off },
            name: String::new(),
        });
    (proptest::collection::vec(change, 0..8), 5_u8..=6).prop_map(|(changes, days)| {
        let mut calendar = calendar();
        calendar.changes = changes;
        calendar.weeks[0].days = days;
        calendar
    })
}

const UNITS: [DayUnit; 3] = [DayUnit::Calendar, DayUnit::School, DayUnit::Working];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counted_days_never_fall_on_a_day_off_and_never_go_back(
        calendar in any_calendar(), from in 0_u64..260, n in 1_u32..15
    ) {
        let from = day("2025-09-01") + Days::new(from);
        for unit in UNITS {
            let Some(due) = calendar.after(unit, "9А", from, n) else { continue };
            prop_assert!(calendar.is_day(unit, "9А", due));
            prop_assert!(due > from);
            // Exactly n days of the unit lie after the first and up to the last.
            prop_assert_eq!(calendar.count(unit, "9А", from + Days::new(1), due), n as usize);
            prop_assert!(calendar.after(unit, "9А", from, n - 1).is_some_and(|before| before < due));
            if let Some(later) = calendar.after(unit, "9А", from + Days::new(1), n) {
                prop_assert!(later >= due, "a later lesson is never due earlier");
            }
            if calendar.is_day(unit, "9А", from) {
                prop_assert_eq!(calendar.before(unit, "9А", due, n), Some(from));
            }
        }
        prop_assert_eq!(calendar.after(DayUnit::School, "9А", from, 0), Some(from));
    }

    #[test]
    fn a_school_day_count_never_ends_before_the_calendar_days_it_needs(calendar in any_calendar(), from in 0_u64..200, n in 0_u32..10) {
        let from = day("2025-09-01") + Days::new(from);
        let calendar_day = calendar.after(DayUnit::Calendar, "9А", from, n);
        if let Some(school) = calendar.after(DayUnit::School, "9А", from, n) {
            prop_assert!(Some(school) >= calendar_day);
        }
    }

    #[test]
    fn a_working_day_is_a_weekday_unless_a_decree_says_otherwise(from in 0_u64..1500) {
        let day = day("2024-01-01") + Days::new(from);
        if is_working(day) && matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            prop_assert_eq!(day.to_string(), "2025-11-01");
        }
    }
}
