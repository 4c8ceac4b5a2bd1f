//! Timeliness: a journal of two classes whose earlier home knew some of the times of entry, against a golden table.

use chrono::{NaiveDate, NaiveDateTime};
use letopis::domain::calendar::SchoolCalendar;
use letopis::domain::journal::{Absence, Class, Course, FinalMark, Journal, Learner, Lesson, LessonKey, Mark};
use letopis::domain::timeliness::{
    self, CSV_HEADS, EntryKind, EntryTime, FinalTime, Judged, RemarkTime, Scope, Status, csv_row,
};

use super::deadlines;
use super::presets::preset;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").expect("a moment")
}

fn key(course: &str, date: &str, number: u8) -> LessonKey {
    LessonKey { course_id: course.into(), date: day(date), number }
}

fn learner((id, class): (&str, &str)) -> Learner {
    Learner {
        id: id.into(),
        surname: "Агатов".into(),
        given_name: "Яшма".into(),
        patronymic: String::new(),
        born: None,
        class: class.into(),
        enrolled_on: day("2025-09-01"),
        enrolment_order: String::new(),
        left_on: None,
        leaving_order: String::new(),
    }
}

/// The first period of each class; L2 has no mark yet.
fn of_first_period((course, learner): (&str, &str)) -> FinalMark {
    let period = if course == "C10" { "H1" } else { "Q1" };
    FinalMark {
        course_id: course.into(),
        learner_id: if learner == "L2" { "L9" } else { learner }.into(),
        period: period.into(),
        value: "4".into(),
    }
}

fn finals() -> Vec<FinalTime> {
    let time = |course: &str, learner: &str, period: &str, moment: &str| FinalTime {
        course_id: course.into(),
        learner_id: learner.into(),
        period: period.into(),
        entered_at: at(moment),
    };
    vec![time("C9", "L1", "Q1", "2025-10-23T10:00"), time("C10", "L3", "H1", "2026-01-15T10:00")]
}

fn remarks() -> Vec<RemarkTime> {
    let remark = |copy: &str, made: &str, answered: Option<&str>| RemarkTime {
        class: "9А".into(),
        copy: copy.into(),
        teacher_id: "T1".into(),
        made_at: at(made),
        answered_at: answered.map(at),
    };
    vec![
        remark("2025-09A-Q1", "2025-11-10T09:00", Some("2025-11-12T18:00")),
        remark("2025-09A-Q1", "2025-11-17T09:00", Some("2025-11-28T18:00")),
        remark("2025-09A-H1", "2025-11-20T09:00", None),
    ]
}

fn journal() -> Journal {
    let course = |id: &str, class: &str, teacher: &str| Course {
        id: id.into(),
        class: class.into(),
        subject: "Алгебра".into(),
        group: String::new(),
        teacher_id: teacher.into(),
        hours_per_week_centi: 300,
        members: Vec::new(),
    };
    let lesson = |key: LessonKey, homework: &str, work: &str| Lesson {
        key,
        topic: "Квадратный корень".into(),
        homework: homework.into(),
        kind_of_work: work.into(),
        substitute_teacher_id: String::new(),
    };
    let mark = |key: LessonKey, learner: &str, work: &str| Mark {
        lesson: key,
        learner_id: learner.into(),
        kind_of_work: work.into(),
        value: "4".into(),
        ordinal: 0,
    };
    let mut substituted = lesson(key("C9", "2025-10-17", 3), "", "");
    substituted.substitute_teacher_id = "T3".into();
    Journal {
        periods: deadlines::calendar().periods,
        classes: vec![
            Class { name: "9А".into(), grade: 9, class_teacher_id: "T1".into() },
            Class { name: "10А".into(), grade: 10, class_teacher_id: "T2".into() },
        ],
        courses: vec![course("C9", "9А", "T1"), course("C10", "10А", "T2")],
        lessons: vec![
            lesson(key("C9", "2025-10-15", 2), "§ 1", "Контрольная работа"),
            lesson(key("C9", "2025-10-16", 2), "§ 2", ""),
            substituted,
            lesson(key("C10", "2025-10-15", 1), "§ 1", ""),
        ],
        marks: vec![
            mark(key("C9", "2025-10-15", 2), "L1", "Контрольная работа"),
            mark(key("C9", "2025-10-15", 2), "L2", "Контрольная работа"),
            mark(key("C9", "2025-10-15", 2), "L2", "Контрольная работа"),
            mark(key("C9", "2025-10-16", 2), "L1", ""),
            mark(key("C10", "2025-10-15", 1), "L3", "Сочинение"),
        ],
        absences: vec![
            Absence { lesson: key("C9", "2025-10-16", 2), learner_id: "L2".into(), code: "н".into() },
            Absence { lesson: key("C10", "2025-10-15", 1), learner_id: "L3".into(), code: "н".into() },
            Absence { lesson: key("C9", "2025-10-17", 3), learner_id: "L1".into(), code: "Б".into() },
            Absence { lesson: key("C9", "2025-10-15", 2), learner_id: "L2".into(), code: "О".into() },
        ],
        learners: [("L1", "9А"), ("L2", "9А"), ("L3", "10А")].map(learner).to_vec(),
        final_marks: [("C9", "L1"), ("C9", "L2"), ("C10", "L3")].map(of_first_period).to_vec(),
        ..Journal::default()
    }
}

fn entries() -> Vec<EntryTime> {
    let entry = |lesson: LessonKey, kind, learner: &str, moment: &str| EntryTime {
        lesson,
        kind,
        learner_id: learner.into(),
        entered_at: at(moment),
    };
    vec![
        entry(key("C9", "2025-10-15", 2), EntryKind::Lesson, "", "2025-10-15T10:00"),
        entry(key("C9", "2025-10-15", 2), EntryKind::Homework, "", "2025-10-15T15:50"),
        entry(key("C9", "2025-10-15", 2), EntryKind::Mark, "L1", "2025-10-19T23:59"),
        entry(key("C9", "2025-10-15", 2), EntryKind::Mark, "L2", "2025-10-20T08:00"),
        entry(key("C9", "2025-10-16", 2), EntryKind::Lesson, "", "2025-10-17T00:10"),
        entry(key("C9", "2025-10-16", 2), EntryKind::Homework, "", "2025-10-16T15:51"),
        entry(key("C9", "2025-10-16", 2), EntryKind::Absence, "L2", "2025-10-16T10:05"),
        entry(key("C10", "2025-10-15", 1), EntryKind::Homework, "", "2025-10-15T14:00"),
        entry(key("C9", "2025-10-17", 3), EntryKind::Reason, "L1", "2025-10-30T09:00"),
    ]
}

fn judge(name: &str, entries: &[EntryTime], now: &str) -> Vec<Judged> {
    let (journal, policy) = (journal(), preset(name));
    let (finals, remarks) = (finals(), remarks());
    let calendar: SchoolCalendar = deadlines::calendar();
    let scope = Scope {
        journal: &journal,
        calendar: &calendar,
        entries,
        finals: if entries.is_empty() { &[] } else { &finals },
        remarks: if entries.is_empty() { &[] } else { &remarks },
        now: at(now),
        days: (day("2025-09-01"), day("2026-05-26")),
    };
    timeliness::judge(&scope, |_| &policy)
}

#[test]
fn done_late_and_unknown_are_told_as_the_golden_table_has_them() {
    let mut table = format!("{}\n", CSV_HEADS.join(","));
    for name in ["chernushka-2018", "bauman"] {
        for one in judge(name, &entries(), "2025-12-01T12:00") {
            table.push_str(&format!("{}\n", csv_row(&one).join(",")));
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/timeliness.csv");
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        std::fs::write(&path, &table).expect("the golden table is writable");
    }
    assert_eq!(table, std::fs::read_to_string(&path).unwrap_or_default(), "GOLDEN=update rewrites it");
}

#[test]
fn an_entry_whose_time_nobody_knows_is_never_late() {
    for name in letopis::domain::policy::REGULATIONS {
        let judged = judge(name, &[], "2026-06-30T12:00");
        assert!(!judged.is_empty());
        for one in judged {
            assert_eq!(one.status, Status::Unknown, "{name}: {one:?}");
            assert!(!one.reason.is_empty());
        }
    }
}

#[test]
fn before_its_deadline_what_stands_is_in_time_and_what_is_missing_is_still_due() {
    let judged = judge("chernushka-2018", &[], "2025-10-17T13:00");
    let of = |kind, date: &str| {
        judged
            .iter()
            .find(|one| one.kind == kind && one.lesson.date == day(date) && one.class == "9А")
            .expect("an entry")
    };
    assert_eq!(of(EntryKind::Homework, "2025-10-17").status, Status::Due);
    assert_eq!(of(EntryKind::Mark, "2025-10-15").status, Status::Done);
    assert_eq!(of(EntryKind::Lesson, "2025-10-15").status, Status::Unknown);
}

#[test]
fn the_substitute_answers_and_the_tally_counts_each_entry_once() {
    let judged = judge("chernushka-2018", &entries(), "2025-12-01T12:00");
    let tally = timeliness::tally(&judged);
    assert_eq!(tally.iter().map(|one| one.teacher_id.as_str()).collect::<Vec<_>>(), ["T1", "T3", "T2"]);
    let counted: usize = tally.iter().flat_map(|one| Status::ALL.map(|status| one.all(status))).sum();
    assert_eq!(counted, judged.len());
    let ours = &tally[0];
    assert_eq!((ours.of(EntryKind::Mark, Status::Done), ours.of(EntryKind::Mark, Status::Late)), (1, 1));
}

#[test]
fn reasons_period_marks_and_remarks_are_judged_by_their_own_clauses() {
    let judged = judge("bauman", &entries(), "2026-02-01T12:00");
    let of = |kind| judged.iter().filter(move |one| one.kind == kind).collect::<Vec<_>>();
    // A lateness needs no reason; «н» has none yet and nobody knows whether there is one.
    let reasons = of(EntryKind::Reason);
    let told: Vec<_> = reasons.iter().map(|one| (one.learner_id.as_str(), one.status)).collect();
    assert_eq!(told, [("L2", Status::Unknown), ("L1", Status::Late), ("L3", Status::Unknown)]);
    // The class teacher names reasons there, and the teacher of the subject in Moscow.
    assert!(reasons.iter().all(|one| ["T1", "T2"].contains(&one.teacher_id.as_str())), "{reasons:?}");
    let moscow = judge("duties-moscow", &entries(), "2026-02-01T12:00");
    let substituted = moscow.iter().find(|one| one.kind == EntryKind::Reason && one.learner_id == "L1");
    assert_eq!(substituted.map(|one| one.teacher_id.as_str()), Some("T1"));
    let marks = of(EntryKind::PeriodMark);
    assert!(marks.iter().any(|one| one.status == Status::Unknown && one.learner_id == "L2"), "{marks:?}");
    assert!(marks.iter().all(|one| !one.clause.is_empty() && one.lesson.number == 0), "{marks:?}");
    let remarks: Vec<_> = of(EntryKind::Remark).into_iter().map(|one| one.status).collect();
    assert_eq!(remarks, [Status::Done, Status::Late, Status::Late], "the house itself knows what it did");
}
