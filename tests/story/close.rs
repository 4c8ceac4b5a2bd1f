//! Closing: the gate, the ground, the lock.

use letopis::domain::snapshot::{AttendanceSheet, CourseSheet, Sheet, Snapshot};
use letopis::flow::change::{self, Edit};
use letopis::flow::import::Outcome;
use letopis::flow::setup;

use super::house::{Bundle, CLASSES, COPIES, House, YEAR, after, tell};
use super::intruder::Intruder;

/// The small bundle without one final mark of the first quarter and without one topic, both in the first class.
fn incomplete() -> Bundle {
    let bundle = Bundle::small();
    let mark = bundle.line("final_marks.csv", &["C00001", "Q1"]);
    let courses = bundle.text("courses.csv");
    let own = courses.lines().filter(|line| line.contains(",5А,")).filter_map(|line| line.split(',').next());
    let lessons = bundle.text("lessons.csv");
    let of = |id: &str| {
        let plain = |line: &&str| line.starts_with(&format!("{id},2025-09")) && !line.contains('"');
        lessons.lines().find(plain).map(str::to_owned)
    };
    let lesson = own.filter_map(of).next().expect("a lesson without quoted cells");
    let topic = lesson.split(',').nth(3).expect("a topic").to_owned();
    bundle
        .with("final_marks.csv", |text| text.replacen(&format!("{mark}\n"), "", 1))
        .with("lessons.csv", |text| text.replacen(&lesson, &lesson.replacen(&topic, "", 1), 1))
}

#[test]
fn the_gate_names_what_is_missing_and_keeps_that_class_open() {
    tell(async {
        let house = House::empty().await;
        let outcome = house.import(&incomplete(), false).await.expect("an import");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        let before = house.counts().await;
        let checked = house.check("Q1", &[]).await.expect("a check");
        assert_eq!(house.counts().await, before, "looking closes nothing");
        let closed = house.close("Q1", &[], None).await.expect("a closing");
        assert_eq!(checked, closed, "the check says what closing says");
        let after = house.check("Q1", &[]).await.expect("a check");
        assert!(after.iter().all(|one| one.already == (one.class == CLASSES[1])), "{after:#?}");
        let refused = closed.iter().find(|one| one.class == CLASSES[0]).expect("the class");
        assert_eq!(refused.copy, None);
        let said: Vec<String> = refused.findings.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|s| s.contains("тем")), "no topic: {said:#?}");
        assert!(said.iter().any(|s| s.contains("итогов") || s.contains("отметк")), "no final mark: {said:#?}");
        let other = closed.iter().find(|one| one.class == CLASSES[1]).expect("the other class");
        assert_eq!(other.copy.as_deref(), Some(COPIES[1]), "one class does not hold back another");
        assert_eq!(house.db.list_closures().await.expect("closures").len(), 1);
    });
}

#[test]
fn a_ground_lets_through_and_lands_on_the_snapshot_with_what_it_excuses() {
    tell(async {
        let house = House::empty().await;
        let outcome = house.import(&incomplete(), false).await.expect("an import");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        let ground = "Приказ директора от 25.10.2025 № 7";
        let closed = house.close("Q1", &CLASSES, Some(ground)).await.expect("a closing");
        assert!(closed.iter().all(|one| one.copy.is_some()), "{closed:#?}");
        let excused = house.snapshot(COPIES[0]).await;
        assert_eq!((excused.ground.as_str(), excused.omissions.len()), (ground, 2), "{:#?}", excused.omissions);
        let complete = house.snapshot(COPIES[1]).await;
        assert_eq!((complete.ground.as_str(), complete.omissions.len()), ("", 0), "nothing to excuse, nothing printed");
    });
}

#[test]
fn a_period_closes_once() {
    tell(async {
        let house = House::with_journal().await;
        house.close("Q1", &CLASSES, None).await.expect("a closing");
        let before = house.counts().await;
        let again = house.close("Q1", &CLASSES, None).await.expect("an answer");
        assert!(again.iter().all(|one| one.already && one.copy.is_some()), "{again:#?}");
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn a_period_that_is_not_there_and_a_class_that_is_not_there_are_refused_in_words() {
    tell(async {
        let house = House::with_journal().await;
        let before = house.counts().await;
        for (period, class) in [("Q9", CLASSES[0]), ("H1", CLASSES[0]), ("Q1", "12Я")] {
            let refused = house.close(period, &[class], None).await.expect_err("a refusal").to_string();
            assert!(refused.contains(if class == "12Я" { class } else { period }), "{refused}");
        }
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn the_database_itself_keeps_the_closed_period_shut() {
    tell(async {
        let house = House::with_journal().await;
        house.close("Q1", &[CLASSES[0]], None).await.expect("a closing");
        let sql = Intruder::at(&house.root).await;
        let inside = "course = 'C00001' and date between '2025-09-01' and '2025-10-24'";
        for statement in [
            format!("update marks set value = '5' where {inside}"),
            format!("delete from absences where {inside}"),
            format!("update lessons set date = '2025-11-11' where {inside}"),
            "update final_marks set value = '5' where course = 'C00001' and period = 'Q1'".to_owned(),
            "delete from closures".to_owned(),
            "update snapshots set body = ''".to_owned(),
            "delete from courses where id = 'C00001'".to_owned(),
        ] {
            let refused = sql.tries(&statement).await.expect_err(&statement);
            assert!(refused.contains("period-closed") || refused.contains("append-only"), "{statement}: {refused}");
        }
        let later = "course = 'C00001' and date > '2025-11-01'";
        assert!(sql.tries(&format!("update marks set value = '4' where {later}")).await.expect("the next is open") > 0);
    });
}

#[test]
fn the_snapshot_says_where_the_data_came_from_and_what_the_rules_were() {
    tell(async {
        let house = House::with_journal().await;
        house.close("Q1", &CLASSES, None).await.expect("a closing");
        let snapshot = house.snapshot(COPIES[0]).await;
        assert_eq!(snapshot.policy.digest, house.policy.digest);
        let Some(Sheet::Title(title)) = snapshot.sheets.first() else { panic!("no title page") };
        let (_, imported_at) = house.db.list_bundles().await.expect("bundles").pop().expect("a bundle");
        assert_eq!(title.exported_at, imported_at);
    });
}

fn courses(snapshot: &Snapshot) -> Vec<&CourseSheet> {
    let mut own = Vec::new();
    for sheet in &snapshot.sheets {
        if let Sheet::Course(course) = sheet {
            own.push(course);
        }
    }
    own
}

fn attendance(snapshot: &Snapshot) -> &AttendanceSheet {
    let Some((_, Sheet::Attendance(sheet))) = snapshot.sheet("attendance") else { panic!("an attendance sheet") };
    sheet
}

#[test]
fn a_copy_tells_the_hours_of_the_plan_and_the_days_on_which_lessons_were_missed() {
    tell(async {
        let house = House::with_journal().await;
        setup::seed_demo_setup(&house, &after(0), YEAR).await.expect("a year that is set up");
        let late = Edit::put(
            "plan_topics",
            YEAR,
            &["C00001", "900"],
            &["", "Обобщение", "200", "2025-10-20", "Ответ на уроке", ""],
        );
        change::apply(&house, &after(0), "setup", &[late]).await.expect("a topic that was never taught");
        house.close("Q1", &CLASSES, None).await.expect("a closing");
        let snapshot = house.snapshot(COPIES[0]).await;
        for course in courses(&snapshot) {
            let held = 100 * course.lessons.len() as u32;
            let behind = if course.course == "C00001" { 200 } else { 0 };
            assert_eq!(course.planned_centi, Some(held + behind), "{}", course.course);
        }
        // The days add up to the months, the months to the period.
        let sheet = attendance(&snapshot);
        let names: Vec<&str> = sheet.months.iter().map(|month| month.month.as_str()).collect();
        assert_eq!(names, ["2025-09", "2025-10"]);
        for (at, row) in sheet.rows.iter().enumerate() {
            let own: Vec<_> = sheet.months.iter().map(|month| &month.rows[at]).collect();
            assert!(own.iter().all(|one| one.learner == row.learner));
            assert_eq!(own.iter().map(|one| one.counts.lessons).sum::<u32>(), row.counts.lessons, "{}", row.name);
            assert_eq!(own.iter().map(|one| one.counts.days).sum::<u32>(), row.counts.days, "{}", row.name);
            for one in own {
                let told: String = one.days.iter().map(|day| format!("{} ", day.missed)).collect();
                let lessons = told.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok());
                assert_eq!(lessons.sum::<u32>(), one.counts.lessons, "{}: {told}", row.name);
            }
        }
        assert!(sheet.total.lessons > 0 && sheet.months[0].total.lessons <= sheet.total.lessons);
        assert_eq!(house.doctor().await, Vec::<String>::new());
        // A plan that changes later changes nothing of a copy.
        let more = Edit::put("plan_topics", YEAR, &["C00001", "901"], &["", "Ещё", "100", "2025-10-21", "", ""]);
        change::apply(&house, &after(2), "setup", &[more]).await.expect("another topic");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_school_without_plans_has_no_line_of_the_plan_and_its_re_issued_sheets_keep_their_digests() {
    tell(async {
        let house = House::with_issued_copies().await;
        let before = house.snapshot(COPIES[0]).await;
        assert!(courses(&before).iter().all(|course| course.planned_centi.is_none()));
        setup::seed_demo_setup(&house, &after(3), YEAR).await.expect("a plan, after the copy");
        letopis::flow::reissue::reissue(&house, COPIES[0], "Замечание учителя", &after(4)).await.expect("a version");
        let now = house.snapshot(COPIES[0]).await;
        for (was, is) in courses(&before).into_iter().zip(courses(&now)) {
            assert_eq!(Sheet::Course(was.clone()).digest(), Sheet::Course(is.clone()).digest(), "{}", was.course);
        }
    });
}
