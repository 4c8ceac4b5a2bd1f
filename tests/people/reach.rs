//! Attacks on the pages of the year by who may use them, on rows that are not theirs: another's classes, another page's changes.

use letopis::domain::setup::layout::{CONTROL_WORKS, COURSES, EARLIER_TEACHERS, LOAD, ROOMS, TIMETABLE};
use letopis::domain::setup::paste::Sheet;
use letopis::flow::House;
use letopis::flow::change::{self, Edit};
use letopis::flow::setup::{self, Coming, Meeting, Outcome, groups};

use super::house::{YEAR, act, on_every_engine};
use super::matrix::{open_to_the_web, send, session, session_at};
use super::rules::open_on;
use super::shown::read;

/// A form's body.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    pairs.iter().for_each(|(name, value)| {
        body.append_pair(name, value);
    });
    body.finish()
}

pub(super) async fn rows(house: &House, table: &str) -> Vec<Vec<String>> {
    house.db.list_year_rows(table, YEAR).await.unwrap()
}

pub(super) async fn paste(house: &House, layout: &'static letopis::domain::setup::layout::Layout, text: &str) {
    let coming = Coming {
        sheet: Sheet::from_clipboard(text),
        fixed: &Default::default(),
        meeting: Meeting::Add,
        dry_run: false,
    };
    let done = setup::take_sheet(house, &act("T01", 0), YEAR, layout, &coming).await.unwrap();
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
}

#[test]
fn a_deputy_of_some_grades_changes_rows_of_those_grades_only() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let deputy = session(&house, "T02", 1).await;
        let put = |class: &'static str, subject: &'static str| {
            form(&[("act", "put"), ("year", YEAR), ("class", class), ("subject", subject), ("hours_centi", "1")])
        };
        let (status, _) = send(address, "POST", "/year/courses", &deputy, &put("9А", "Химия")).await;
        assert_eq!(status, 403, "grade 9 is another deputy's");
        let (status, _) = send(address, "POST", "/year/courses", &deputy, &put("5А", "Ботаника")).await;
        assert_eq!(status, 303);
        let paste = |text: &'static str| form(&[("act", "paste"), ("year", YEAR), ("text", text)]);
        let load = "Учитель\tКласс\tПредмет\tЧасов в неделю\nT04\t5А\tАлгебра\t3\nT12\t9А\tАлгебра\t3";
        assert_eq!(send(address, "POST", "/year/load", &deputy, &paste(load)).await.0, 403);
        assert!(rows(&house, LOAD.table).await.is_empty(), "not the own rows either: a sheet comes in whole");
        let removal = form(&[("act", "remove"), ("year", YEAR), ("key", "C9")]);
        assert_eq!(send(address, "POST", "/year/courses", &deputy, &removal).await.0, 403);
        let room = form(&[("act", "put"), ("year", YEAR), ("name", "12")]);
        assert_eq!(send(address, "POST", "/year/rooms", &deputy, &room).await.0, 303, "rooms are the whole school's");
        let subjects: Vec<String> = rows(&house, COURSES.table).await.into_iter().map(|row| row[2].clone()).collect();
        assert!(subjects.contains(&"Ботаника".to_owned()) && !subjects.contains(&"Химия".to_owned()), "{subjects:?}");
    });
}

#[test]
fn a_deputy_of_some_grades_is_offered_only_what_would_be_taken() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let work = |course: &str| {
            format!("Курс\tДата\tВид работы\tКто назначает\n{course}\t09.10.2025\tКонтрольная\tвнутришкольный контроль")
        };
        paste(&house, &CONTROL_WORKS, &work("C9")).await;
        let (deputy, director) = (session(&house, "T02", 1).await, session(&house, "T01", 1).await);
        let undo = "&amp;undo=";
        let (_, page) = read(address, "/year/works?add=1", &deputy).await;
        assert!(page.contains("<option value=\"C5\"") && !page.contains("<option value=\"C9\""), "{page}");
        assert!(!page.contains(undo) && page.contains("добавлено: 1"), "another's row: told, not undone here: {page}");
        let (_, page) = read(address, "/year/works?paste=1", &deputy).await;
        assert!(!page.contains("name=\"replace\""), "rows of others stand: {page}");
        let (_, page) = read(address, "/year/works?add=1", &director).await;
        assert!(page.contains("<option value=\"C9\"") && page.contains(undo), "{page}");
        // Nothing is taken back by one click: the page asks, and says what will be.
        let (_, rest) = page.split_once(undo).expect("a way back");
        let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let question = format!("/year/works?undo={id}");
        let (_, page) = read(address, &question, &director).await;
        assert!(page.contains("будет удалено строк — 1") && page.contains("name=\"seqs\""), "{page}");
        assert!(
            !read(address, &question, &deputy).await.1.contains("name=\"seqs\""),
            "another's row is not asked about"
        );
        paste(&house, &CONTROL_WORKS, &work("C5")).await;
        let (_, page) = read(address, "/year/works", &deputy).await;
        assert_eq!(page.matches(undo).count(), 1, "the own row's: {page}");
    });
}

#[test]
fn nobody_undoes_on_a_page_what_was_done_elsewhere() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let mark = Edit::put("marks", YEAR, &["C5", "2025-10-02", "1", "L1", "0"], &["", "2"]);
        let mark = change::apply(&house, &act("T04", 0), "journal", &[mark]).await.unwrap().seqs;
        paste(&house, &ROOMS, "Кабинет\n12").await;
        let room = house.db.list_changes(&Default::default()).await.unwrap()[0].seq;
        let teacher = session(&house, "T04", 1).await;
        let deputy = session(&house, "T02", 2).await;
        for seq in [mark[0], room] {
            let undo = form(&[("act", "undo"), ("year", YEAR), ("seqs", &seq.to_string())]);
            assert_eq!(
                send(address, "POST", "/year/plans/C5", &teacher, &undo).await.0,
                403,
                "not a topic of the plan"
            );
            assert_eq!(send(address, "POST", "/year/bells", &deputy, &undo).await.0, 403, "not a bell");
        }
        let undo = form(&[("act", "undo"), ("year", YEAR), ("seqs", &room.to_string())]);
        assert_eq!(send(address, "POST", "/year/rooms", &deputy, &undo).await.0, 303, "a room on the rooms' page is");
        assert!(rows(&house, "rooms").await.is_empty());
    });
}

#[test]
fn a_class_teacher_sets_the_groups_of_the_own_class_at_a_periods_start_and_of_no_other() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        paste(
            &house,
            &COURSES,
            "Класс\tПредмет\tГруппа\tУчитель\tЧасов в неделю\n5А\tИнформатика\t1\tT04\t1\n5А\tИнформатика\t2\tT12\t1\n\
             5А\tАнглийский язык\t1\tT12\t1\n5А\tАнглийский язык\t2\tT12\t1",
        )
        .await;
        let of_subject = async |subject: &str| -> Vec<String> {
            let rows = rows(&house, "courses").await.into_iter();
            rows.filter(|row| row[2] == subject).map(|row| row[0].clone()).collect()
        };
        let (courses, english) = (of_subject("Информатика").await, of_subject("Английский язык").await);
        let [first, second] = courses.as_slice() else { panic!("two groups") };
        let class_teacher = session(&house, "T03", 1).await;
        let body = form(&[("year", YEAR), ("g.L1.1", first), ("g.L2.1", second)]);
        assert_eq!(send(address, "POST", "/year/groups/9%D0%90", &class_teacher, &body).await.0, 403);
        assert_eq!(send(address, "POST", "/year/groups/5%D0%90", &class_teacher, &body).await.0, 303);
        let members = rows(&house, "group_members").await;
        assert_eq!(
            members.iter().map(|row| [row[0].clone(), row[1].clone()]).collect::<Vec<_>>(),
            [[first.clone(), "L1".to_owned()], [second.clone(), "L2".to_owned()]]
        );
        let subject_teacher = session(&house, "T04", 2).await;
        // The default rules name subject teachers too (002 4.1): a teacher composes the groups of the own subject, and no others.
        let wished = form(&[("year", YEAR), ("g.L1.1", &english[0]), ("g.L1.2", second), ("g.L2.2", second)]);
        assert_eq!(send(address, "POST", "/year/groups/9%D0%90", &subject_teacher, &wished).await.0, 403);
        assert_eq!(send(address, "POST", "/year/groups/5%D0%90", &subject_teacher, &wished).await.0, 303);
        let members = rows(&house, "group_members").await;
        let pairs: Vec<[&str; 2]> = members.iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
        assert_eq!(pairs, [[second.as_str(), "L1"], [second.as_str(), "L2"]], "the own subject alone");
        assert_eq!(send(address, "POST", "/year/groups/5%D0%90", &class_teacher, &body).await.0, 303);
        // A learner of another class, two groups at once, a group of another class: refused with reasons, nothing written.
        for (learner, groups) in [("L9", vec![first]), ("L1", vec![first, second])] {
            let chosen = groups.into_iter().map(|group| (learner.to_owned(), group.clone())).collect();
            let outcome = groups::set(&house, &act("T03", 1), YEAR, "5А", &chosen).await.unwrap();
            assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }
        // With a mark in the group within this period a learner stays in it until the next one.
        let lesson = Edit::put("lessons", YEAR, &[first, "2025-10-02", "2"], &["Файлы", "", "", ""]);
        let mark = Edit::put("marks", YEAR, &[first, "2025-10-02", "2", "L1", "0"], &["", "5"]);
        change::apply(&house, &act("T04", 2), "journal", &[lesson, mark]).await.unwrap();
        let moved = [("L1".to_owned(), second.clone()), ("L2".to_owned(), second.clone())].into();
        let Outcome::Refused(findings) = groups::set(&house, &act("T03", 3), YEAR, "5А", &moved).await.unwrap() else {
            panic!("not refused")
        };
        assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["groups.bound"]);
        let next = act("T03", 60 * 24 * 40);
        assert!(matches!(groups::set(&house, &next, YEAR, "5А", &moved).await.unwrap(), Outcome::Done(_)));
    });
}

#[test]
fn a_course_is_the_earlier_teachers_until_the_last_day_and_the_next_ones_from_the_day_after() {
    on_every_engine(|house| async move {
        // Thursday, 2 October is the last day of T12 in the course of T04; it has lessons on Thursday and on Friday.
        paste(&house, &EARLIER_TEACHERS, "Курс\tПоследний день прежнего учителя\tПрежний учитель\nC5\t02.10.2025\tT12")
            .await;
        paste(&house, &TIMETABLE, "Курс\tДень недели\tУрок\nC5\t4\t1\nC5\t5\t1").await;
        let of_5a = "/journal/5%D0%90";
        for (minutes, has, has_not) in [(0, "T12", "T04"), (24 * 60, "T04", "T12")] {
            let address = open_on(&house, minutes).await;
            let theirs = session_at(&house, has, 1, minutes).await;
            let others = session_at(&house, has_not, 2, minutes).await;
            for path in ["/course/C5", of_5a] {
                assert_eq!(read(address, path, &theirs).await.0, 200, "{has} reads {path} after {minutes} min");
                assert_eq!(read(address, path, &others).await.0, 403, "{has_not} reads {path} after {minutes} min");
            }
            let (_, page) = read(address, "/course/C5", &theirs).await;
            let surname = if has == "T12" { "Учитель: Елкин" } else { "Учитель: Гранитов" };
            assert!(page.contains(surname), "{page}");
            let (first, other) = (read(address, "/", &theirs).await.1, read(address, "/", &others).await.1);
            assert!(first.contains("/course/C5") && !other.contains("/course/C5"), "{first} {other}");
            assert_eq!(first.contains("вы ведёте до 02.10.2025"), minutes == 0, "{first}");
            assert_eq!(other.contains("с 03.10.2025 вы ведёте"), minutes == 0, "{other}");
            let lessons = async |teacher: &str, week: &str| {
                let path = format!("/year/timetable?teacher={teacher}&week={week}");
                let (_, page) = read(address, &path, &theirs).await;
                let told = page.split_once("уроков в неделю: ").map(|(_, rest)| rest.chars().next());
                told.flatten().unwrap_or_else(|| panic!("{path}: {page}"))
            };
            assert_eq!([lessons("T12", "2025-09-22").await, lessons("T04", "2025-09-22").await], ['2', '0']);
            assert_eq!([lessons("T12", "2025-09-29").await, lessons("T04", "2025-09-29").await], ['1', '1']);
            assert_eq!([lessons("T12", "2025-10-06").await, lessons("T04", "2025-10-06").await], ['0', '2']);
        }
    });
}
