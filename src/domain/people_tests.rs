//! What offices people hold and what they may do with them, told as small stories. Floor 0.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use super::*;
use crate::domain::route::signer_of;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn appointment(role: Role) -> Appointment {
    Appointment {
        id: "A00001".into(),
        year: "2025/2026".into(),
        person: "T2".into(),
        role,
        grades: None,
        stands_for: String::new(),
        acting: false,
        order_no: "12-к".into(),
        order_date: Some(day("2025-09-01")),
        starts: Some(day("2025-09-01")),
        ends: None,
        end_order: String::new(),
    }
}

fn deputy(from: u8, to: u8) -> Appointment {
    Appointment { grades: Some((from, to)), ..appointment(Role::Deputy) }
}

fn visitor(offices: Vec<Office>) -> Visitor {
    Visitor {
        account: "T2".into(),
        name: "Опалова Я.К.".into(),
        offices,
        second_factor: true,
        rules: Default::default(),
    }
}

fn class(name: &str, grade: u8) -> Subject<'_> {
    Subject::Class { name, grade, closed: false, archived: false }
}

fn copy(class: &str, grade: u8) -> Subject<'_> {
    Subject::Copy { class, grade, archived: false }
}

#[test]
fn a_deputy_of_grades_5_and_6_signs_no_copy_of_a_9th_class() {
    let facts = Facts { appointments: vec![deputy(5, 6)], ..Facts::default() };
    let person = visitor(offices(&facts, day("2025-10-24")));
    assert!(person.may(Action::SignCopies, &copy("5А", 5)).is_allowed());
    assert_eq!(person.may(Action::SignCopies, &copy("9А", 9)), Decision::Refused(Why::NotTheOwn));
    assert_eq!(person.offices[0].as_russian(), "заместитель директора (5–6 классы)");
    assert_eq!(person.offices[0].order, "№ 12-к от 01.09.2025");
}

#[test]
fn an_acting_director_holds_office_between_the_dates_of_the_order_and_not_a_day_longer() {
    let acting = Appointment { acting: true, ends: Some(day("2025-09-14")), ..appointment(Role::Director) };
    let facts = Facts { roles: vec!["deputy".into()], appointments: vec![acting], ..Facts::default() };
    let held = |on: &str| offices(&facts, day(on)).iter().any(|office| office.role == Role::Director);
    assert!(!held("2025-08-31") && held("2025-09-01") && held("2025-09-14") && !held("2025-09-15"));
    let director = offices(&facts, day("2025-09-10")).remove(0);
    assert_eq!(director.as_russian(), "и.о. директора");
}

#[test]
fn a_village_director_is_also_the_deputy_and_a_teacher() {
    let facts = Facts {
        roles: ["director", "deputy", "teacher"].map(str::to_owned).to_vec(),
        load: Load { classes: vec!["9А".into()], courses: vec![("C1".into(), "9А".into())] },
        ..Facts::default()
    };
    let roles: Vec<Role> = offices(&facts, day("2025-10-01")).iter().map(|office| office.role).collect();
    assert_eq!(roles, [Role::Director, Role::Deputy, Role::ClassTeacher, Role::SubjectTeacher]);
}

#[test]
fn an_office_ended_by_order_does_not_come_back_out_of_the_staff_list() {
    let ended = Appointment { ends: Some(day("2025-10-01")), ..deputy(5, 6) };
    let facts = Facts { roles: vec!["deputy".into()], appointments: vec![ended], ..Facts::default() };
    assert_eq!(offices(&facts, day("2025-10-01")).len(), 1);
    assert_eq!(offices(&facts, day("2025-10-02")), []);
}

#[test]
fn an_office_of_the_staff_list_holds_until_the_day_before_the_first_order() {
    let facts = Facts { roles: vec!["deputy".into()], appointments: vec![deputy(5, 6)], ..Facts::default() };
    let held = |on: &str| offices(&facts, day(on)).iter().map(Office::as_russian).collect::<Vec<_>>();
    assert_eq!(held("2025-08-28"), ["заместитель директора"]);
    assert_eq!(held("2025-08-31"), ["заместитель директора"]);
    assert_eq!(held("2025-09-01"), ["заместитель директора (5–6 классы)"]);
    // Whoever was dismissed before the first day of the order: neither the list nor the order gives it back.
    let ended = Appointment { ends: Some(day("2025-08-29")), end_order: "3-л".into(), ..deputy(5, 6) };
    let facts = Facts { appointments: vec![ended], ..facts };
    assert_eq!(offices(&facts, day("2025-08-29")).len(), 1);
    assert_eq!(offices(&facts, day("2025-08-30")), []);
}

#[test]
fn a_substitute_of_a_lesson_reaches_the_course_and_a_substitute_by_order_all_of_the_absent_one() {
    let lesson = Facts {
        roles: vec!["teacher".into()],
        substitutes_today: vec![("C7".into(), "7Б".into())],
        ..Facts::default()
    };
    let person = visitor(offices(&lesson, day("2025-10-02")));
    let course = |id| Subject::Course { id, class: "7Б", grade: 7, closed: false, archived: false };
    assert!(person.may(Action::EnterJournal, &course("C7")).is_allowed());
    assert!(!person.may(Action::EnterJournal, &course("C8")).is_allowed());

    let order =
        Appointment { stands_for: "T9".into(), ends: Some(day("2025-10-10")), ..appointment(Role::SubjectTeacher) };
    let load = Load { classes: vec!["7Б".into()], courses: vec![("C8".into(), "7Б".into())] };
    let facts = Facts { appointments: vec![order], stood_for: vec![("T9".into(), load)], ..Facts::default() };
    let person = visitor(offices(&facts, day("2025-10-02")));
    assert!(person.may(Action::EnterJournal, &course("C8")).is_allowed());
    assert!(!person.may(Action::EnterReasons, &class("7Б", 7)).is_allowed(), "the class stays with the class teacher");
}

#[test]
fn a_teacher_lists_only_the_classes_and_courses_taught() {
    let facts = Facts {
        load: Load { classes: vec!["5А".into()], courses: vec![("C1".into(), "6Б".into())] },
        ..Facts::default()
    };
    let person = visitor(offices(&facts, day("2025-10-02")));
    let reads = person.reach(Action::ReadJournal);
    assert!(reads.whole_class("5А", 5) && reads.class("6Б", 6) && !reads.whole_class("6Б", 6) && !reads.class("6А", 6));
    assert!(reads.course("C1", "6Б", 6) && !reads.course("C2", "6Б", 6));
    let enters = person.reach(Action::EnterJournal);
    assert!(enters.course("C1", "6Б", 6) && !enters.course("C9", "5А", 5));
}

#[test]
fn an_office_that_asks_for_a_second_factor_sleeps_without_one() {
    let facts = Facts { roles: vec!["director".into()], ..Facts::default() };
    let person = Visitor { second_factor: false, ..visitor(offices(&facts, day("2025-10-02"))) };
    assert_eq!(person.may(Action::ReadStaff, &Subject::House), Decision::Refused(Why::NoSecondFactor));
    assert!(person.may(Action::UseOwnAccount, &Subject::House).is_allowed());
    assert!(person.reach(Action::ReadJournal).is_empty());
}

#[test]
fn a_parent_sees_the_own_children_and_nobody_elses() {
    let facts = Facts { learners: vec![("L1".into(), "5А".into()), ("L7".into(), "9Б".into())], ..Facts::default() };
    let person = Visitor { account: "P1".into(), ..visitor(offices(&facts, day("2025-10-02"))) };
    let learner = |id, class| Subject::Learner { id, class, grade: 5, closed: false, archived: false };
    assert!(person.may(Action::ReadOwnDiary, &learner("L7", "9Б")).is_allowed());
    assert!(person.may(Action::ReadAccessLog, &learner("L1", "5А")).is_allowed());
    assert!(!person.may(Action::ReadOwnDiary, &learner("L2", "5А")).is_allowed());
    assert_eq!(person.may(Action::ReadRoster, &class("5А", 5)), Decision::Refused(Why::NotTheOffice));
}

#[test]
fn what_is_closed_is_read_and_not_written() {
    let facts =
        Facts { load: Load { courses: vec![("C1".into(), "6Б".into())], ..Load::default() }, ..Facts::default() };
    let person = visitor(offices(&facts, day("2025-10-02")));
    let closed = Subject::Course { id: "C1", class: "6Б", grade: 6, closed: true, archived: false };
    let archived = Subject::Course { id: "C1", class: "6Б", grade: 6, closed: true, archived: true };
    assert!(person.may(Action::ReadJournal, &archived).is_allowed());
    assert_eq!(person.may(Action::EnterJournal, &closed), Decision::Refused(Why::Closed));
    assert_eq!(person.may(Action::EnterJournal, &archived), Decision::Refused(Why::Archived));
}

#[test]
fn a_copy_is_signed_by_the_deputy_of_its_grade_and_by_the_acting_head() {
    let member = |id: &str, role: &str| StaffMember {
        id: id.into(),
        surname: "Агатов".into(),
        given_name: "Опал".into(),
        patronymic: String::new(),
        position: "Сотрудник".into(),
        roles: vec![role.into()],
    };
    let staff = [member("T1", "director"), member("T2", "teacher"), member("T3", "deputy"), member("T4", "teacher")];
    let of = |person: &str, one: Appointment| Appointment { person: person.into(), ..one };
    let acting = Appointment { acting: true, ends: Some(day("2025-10-31")), ..appointment(Role::Director) };
    let orders = [of("T2", deputy(5, 6)), of("T4", acting)];
    let signs = |role, grade, on: &str| {
        signer_of(&staff, &orders, role, grade, day(on)).map(|(person, by)| (person.id.as_str(), by.is_some()))
    };
    assert_eq!(signs(Role::Deputy, 5, "2025-10-24"), Some(("T2", true)));
    assert_eq!(signs(Role::Deputy, 9, "2025-10-24"), Some(("T3", false)), "the 9th grade is not the deputy's of 5-6");
    assert_eq!(signs(Role::Director, 9, "2025-10-24"), Some(("T4", true)));
    assert_eq!(signs(Role::Director, 9, "2025-11-01"), Some(("T1", false)));
    let holds = |role, on: &str| holders(&staff, &orders, role, day(on)).map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(holds(Role::Director, "2025-10-24"), ["T4", "T1"], "the order before the list");
    assert_eq!(holds(Role::Director, "2025-11-01"), ["T1"]);
    let coming = [of("T3", deputy(5, 6))];
    let signer = |on: &str| signer_of(&staff, &coming, Role::Deputy, 9, day(on)).map(|(person, _)| person.id.as_str());
    assert_eq!(signer("2025-08-31"), Some("T3"), "the list until the order begins");
    assert_eq!(signer("2025-09-01"), None);
}

#[test]
fn an_appointment_is_refused_for_a_reason_with_a_name() {
    let check = |new: Appointment| check_appointment(&new, &[deputy(5, 6)], "T1");
    assert_eq!(check(deputy(7, 9)), Ok(()));
    assert!(matches!(check(deputy(5, 6)), Err(Unfit::Twice { .. })));
    assert_eq!(check(deputy(9, 7)), Err(Unfit::Grades));
    assert_eq!(check(Appointment { order_no: " ".into(), ..deputy(7, 9) }), Err(Unfit::NoOrder));
    assert_eq!(check(Appointment { person: "T1".into(), ..deputy(7, 9) }), Err(Unfit::Himself));
    assert!(matches!(check(appointment(Role::Inspector)), Err(Unfit::NoEnd(_))));
    assert!(matches!(check(Appointment { acting: true, ..appointment(Role::Director) }), Err(Unfit::NoEnd(_))));
    assert_eq!(check(appointment(Role::SubjectTeacher)), Err(Unfit::ForNobody(Role::SubjectTeacher)));
    assert!(matches!(check(appointment(Role::Parent)), Err(Unfit::NoOffice(_))));
    let backwards = Appointment { ends: Some(day("2025-08-01")), ..deputy(7, 9) };
    assert!(matches!(check(backwards), Err(Unfit::EndsBeforeStart { .. })));
}
