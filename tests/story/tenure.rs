//! A teacher changed inside the period: each signs the sheet of the own lessons, and the copy, its check and its sheet of signatures say so.

use letopis::domain::finding::Verdict;
use letopis::domain::route::Refusal;
use letopis::domain::setup::layout::{COURSES, EARLIER_TEACHERS};
use letopis::domain::snapshot::{CourseSheet, Sheet, Snapshot};
use letopis::domain::statement::Statement;
use letopis::flow::sign::Gesture;
use letopis::flow::verify::{VerifyOptions, verify_bytes, verify_path};
use letopis::flow::{Error, desk, export, issue, setup};

use super::house::{COPIES, House, YEAR, after, gesture, tell};

/// The sheets of one course, in the order of the copy.
fn parts<'s>(snapshot: &'s Snapshot, course: &str) -> Vec<&'s CourseSheet> {
    let of = |sheet: &'s Sheet| match sheet {
        Sheet::Course(sheet) if sheet.course.split('.').next() == Some(course) => Some(sheet),
        _ => None,
    };
    snapshot.sheets.iter().filter_map(of).collect()
}

/// A course of 5А with its present teacher, and a teacher of the school who teaches nothing in that class.
async fn course_and_stranger(house: &House) -> (String, String, String) {
    let journal = house.db.load_journal(YEAR).await.expect("a journal");
    let own = |id: &str| journal.courses.iter().any(|course| course.class == "5А" && course.teacher_id == id);
    let course =
        journal.courses.iter().find(|course| course.class == "5А" && course.group.is_empty()).expect("a course");
    let stranger = journal.staff.iter().find(|person| person.has_role("teacher") && !own(&person.id));
    (course.id.clone(), course.teacher_id.clone(), stranger.expect("another teacher").id.clone())
}

/// The teacher of a course went after a day; `signer` signs in the teacher's place.
async fn went(house: &House, course: &str, until: &str, teacher: &str, signer: &str) {
    let row = [course, until, teacher, "142-к", signer].map(str::to_owned);
    let put = setup::put_row(house, &after(0), YEAR, &EARLIER_TEACHERS, None, &row).await.expect("an answer");
    assert!(matches!(put, setup::Outcome::Done { .. }), "{put:?}");
}

async fn issued(house: &House) -> Snapshot {
    house.close("Q1", &["5А"], None).await.expect("a closing");
    let frozen = house.copy(COPIES[0]).await;
    issue::issue(house, &[frozen], &after(2), |_| {}).await.expect("an issue");
    house.snapshot(COPIES[0]).await
}

#[test]
fn each_of_two_teachers_of_a_quarter_signs_the_own_lessons_and_nothing_else() {
    tell(async {
        let house = House::with_journal().await;
        let (course, present, gone) = course_and_stranger(&house).await;
        went(&house, &course, "26.09.2025", &gone, "").await;
        let snapshot = issued(&house).await;
        let sheets = parts(&snapshot, &course);
        assert_eq!(sheets.len(), 2);
        assert_eq!([sheets[0].teacher.id.as_str(), sheets[1].teacher.id.as_str()], [gone.as_str(), present.as_str()]);
        assert!(
            sheets[0].lessons.iter().all(|lesson| lesson.date.as_str() <= "2025-09-26")
                && !sheets[0].lessons.is_empty()
        );
        assert!(
            sheets[1].lessons.iter().all(|lesson| lesson.date.as_str() > "2025-09-26") && !sheets[1].lessons.is_empty()
        );
        assert!(sheets[0].rows.iter().all(|row| row.final_mark.is_empty()), "the last teacher sets the marks");
        assert!(sheets[1].rows.iter().any(|row| !row.final_mark.is_empty()));
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let held = journal.lessons.iter().filter(|one| one.key.course_id == course).map(|one| one.key.date.to_string());
        let in_quarter = held.filter(|day| *day <= snapshot.period.ends).count();
        assert_eq!(sheets[0].lessons.len() + sheets[1].lessons.len(), in_quarter, "no lesson twice, none lost");

        // Nobody signs for the other, and the class teacher waits for both.
        let sheet = |at: usize| sheets[at].id.clone();
        let foreign = Gesture { sheets: vec![sheet(1)], ..gesture(&gone, &[COPIES[0]]) };
        let refused = house.gesture(foreign).await.expect_err("another teacher's sheet");
        assert!(
            matches!(&refused, Error::NotNow { refusal, .. } if matches!(**refusal, Refusal::ForeignSheet { .. })),
            "{refused:?}"
        );
        for signer in house.signers(COPIES[0], "subject_teacher").await.iter().filter(|one| **one != gone) {
            house.sign(COPIES[0], signer).await.expect("a signature");
        }
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let early =
            house.gesture(Gesture { stage: Some("class_teacher".into()), ..gesture(&class_teacher, &[COPIES[0]]) });
        let early = early.await.expect_err("one teacher has not signed");
        assert!(early.to_string().contains(&format!("({gone})")), "{early}");
        let row = house.copy(COPIES[0]).await;
        let waits = desk::items(&house, &gone, std::slice::from_ref(&row)).await.expect("a desk").remove(0);
        assert_eq!(
            waits.sheets.iter().map(|one| one.id.clone()).collect::<Vec<_>>(),
            [sheet(0)],
            "the own sheet alone"
        );
        assert!(waits.sheets[0].name.contains("уроки с 01.09.2025 по 26.09.2025"), "{}", waits.sheets[0].name);
        house.sign(COPIES[0], &gone).await.expect("the earlier teacher signs");

        let said = house.db.list_statements(COPIES[0], 1).await.expect("statements");
        let signed_by = |person: &str| -> Vec<String> {
            let own = said.iter().filter(|one| one.signer == person && one.stage == "subject_teacher");
            let read = |one: &letopis::store::StatementRow| {
                Statement::from_signed_bytes(one.body.as_bytes()).expect("a statement")
            };
            own.flat_map(|one| read(one).sheets).map(|one| one.id).collect()
        };
        assert_eq!(signed_by(&gone), [sheet(0)]);
        assert!(signed_by(&present).contains(&sheet(1)) && !signed_by(&present).contains(&sheet(0)));
        let events = desk::events(&house, &row).await.expect("events");
        let surname = |at: usize| sheets[at].teacher.surname.clone();
        for at in [0, 1] {
            assert!(
                events.iter().any(|one| one.who.starts_with(&surname(at))),
                "{} is on the sheet of signatures",
                surname(at)
            );
        }

        house.sign_everything(40).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        let report = verify_path(&house.archive(), &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let told = format!("{report:?}");
        for at in [0, 1] {
            assert!(told.contains(&surname(at)), "the check names {}", surname(at));
        }
        super::verify::stock_tools_agree(&house, COPIES[0], 1);
        let learner = sheets[0].rows[0].learner.clone();
        let packed = export::extract_learner(&house, COPIES[0], None, &learner, &after(55)).await.expect("an extract");
        let report = verify_bytes("extract.zip", &packed.bytes, &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "both lists of lessons stand in it: {report:#?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn a_change_recorded_after_closing_leaves_the_closed_period_as_it_was_signed() {
    tell(async {
        let house = House::with_journal().await;
        let (course, present, next) = course_and_stranger(&house).await;
        let snapshot = issued(&house).await;
        assert_eq!(parts(&snapshot, &course).len(), 1);
        // In November another teacher takes the course over: the first quarter is still the present one's.
        let row =
            house.db.list_year_rows("courses", YEAR).await.expect("rows").into_iter().find(|row| row[0] == course);
        let row = row.expect("the course");
        let mut changed = row.clone();
        let at = COURSES.place("teacher").expect("a column");
        changed[at].clone_from(&next);
        let hours = COURSES.place("hours_centi").expect("a column");
        changed[hours] = (changed[hours].parse::<f64>().expect("hours") / 100.0).to_string().replace('.', ",");
        let put =
            setup::put_row(&house, &after(5), YEAR, &COURSES, Some(&row[..1]), &changed).await.expect("an answer");
        assert!(matches!(put, setup::Outcome::Done { .. }), "{put:?}");
        went(&house, &course, "14.11.2025", &present, "").await;
        assert_eq!(house.doctor().await, Vec::<String>::new(), "the closed quarter is what it was");
        let again = letopis::flow::reissue::reissue(&house, COPIES[0], "уточнены сведения", &after(8))
            .await
            .expect("a version");
        let snapshot = house.db.load_snapshot(again.snapshot).await.expect("a snapshot");
        let sheets = parts(&snapshot, &course);
        assert_eq!((sheets.len(), sheets[0].teacher.id.as_str()), (1, present.as_str()), "whoever had it then");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn for_a_teacher_who_left_the_school_another_signs_under_the_order() {
    tell(async {
        let house = House::with_journal().await;
        let (course, present, gone) = course_and_stranger(&house).await;
        went(&house, &course, "26.09.2025", &gone, &present).await;
        let snapshot = issued(&house).await;
        let sheets = parts(&snapshot, &course);
        assert_eq!(sheets[0].teacher.id, gone, "whose lessons they were stays said");
        assert_eq!(sheets[0].signer().id, present);
        assert!(!house.signers(COPIES[0], "subject_teacher").await.contains(&gone));
        house.sign(COPIES[0], &present).await.expect("a signature");
        let row = house.copy(COPIES[0]).await;
        assert!(
            desk::items(&house, &present, std::slice::from_ref(&row)).await.expect("a desk").is_empty(),
            "both are signed"
        );
        house.sign_everything(40).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        assert_eq!(verify_path(&house.archive(), &VerifyOptions::default()).verdict, Verdict::Valid);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}
