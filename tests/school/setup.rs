//! Setting the year up: an empty year owes everything, sheets come in whole or not at all, what cannot be is told.

use std::collections::BTreeMap;

use letopis::domain::finding::{Finding, Severity};
use letopis::domain::readiness::{Line, State, is_ready};
use letopis::domain::rights::Role;
use letopis::domain::setup::layout::{
    BELLS, CLASSES, CONTROL_WORKS, COURSES, LOAD, PERIODS, PLAN_TOPICS, ROOMS, TIMETABLE,
};
use letopis::domain::setup::paste::Sheet;
use letopis::domain::setup::timetable::hours_a_week;
use letopis::flow::people::{self, Order};
use letopis::flow::setup::{self, Coming, Meeting, Outcome, Year};
use letopis::flow::{House, change};

use super::house::{YEAR, act, in_every_house};

async fn take(house: &House, layout: &'static letopis::domain::setup::layout::Layout, text: &str) -> Outcome {
    let sheet = Sheet::from_clipboard(text);
    setup::take_sheet(
        house,
        &act(6),
        YEAR,
        layout,
        &Coming { sheet, fixed: &BTreeMap::new(), meeting: Meeting::Add, dry_run: false },
    )
    .await
    .unwrap()
}

/// What a trial of a sheet that may come in warns of.
async fn warned(
    house: &House,
    layout: &'static letopis::domain::setup::layout::Layout,
    text: &str,
    fixed: &BTreeMap<&str, String>,
) -> Vec<Finding> {
    let coming = Coming { sheet: Sheet::from_clipboard(text), fixed, meeting: Meeting::Add, dry_run: true };
    match setup::take_sheet(house, &act(6), YEAR, layout, &coming).await.unwrap() {
        Outcome::Would(counts) => {
            assert!(counts.warnings.iter().all(|one| one.severity == Severity::Warning), "{:?}", counts.warnings);
            counts.warnings
        }
        other => panic!("not tried: {other:?}"),
    }
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    match outcome {
        Outcome::Refused(findings) => findings.iter().map(|finding| finding.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_class_by_a_latin_letter_is_refused_with_the_russian_one() {
    in_every_house(|house| async move {
        let put = async |name: &str| {
            let texts = [name, "9", "", ""].map(str::to_owned);
            setup::put_row(&house, &act(6), YEAR, &CLASSES, None, &texts).await.unwrap()
        };
        let Outcome::Refused(findings) = put("9H").await else { panic!("a Latin H") };
        let told: Vec<_> = findings.iter().map(|one| (one.code, one.expected.as_str(), one.found.as_str())).collect();
        assert_eq!(told, [("setup.class-letter", "9Н", "9H")]);
        assert!(findings[0].message.contains("латинские"), "{findings:?}");
        let sheet = take(&house, &CLASSES, "Класс\tПараллель\n9H\t9").await;
        assert_eq!(codes(&sheet), ["setup.class-letter"]);
        assert!(matches!(put("9Н").await, Outcome::Done(_)), "the Russian one");
        assert!(matches!(put("9IT").await, Outcome::Done(_)), "a Latin name that looks like nothing Russian");
    });
}

#[test]
fn an_empty_year_owes_every_section_and_a_seeded_one_is_ready() {
    in_every_house(|house| async move {
        let lines = Year::open(&house, YEAR).await.unwrap().readiness().unwrap();
        assert!(lines.len() >= 12);
        assert!(!is_ready(&lines));
        let state = |id: &str| lines.iter().find(|line| line.id == id).map(|line| line.state);
        assert_eq!(state("timetable"), Some(State::Missing));
        assert_eq!(state("classes"), Some(State::Done));
        assert!(
            lines.iter().all(|line| !line.clause.is_empty() && (line.state == State::Done || !line.missing.is_empty()))
        );
        let written = setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        assert!(written > 0);
        let lines = Year::open(&house, YEAR).await.unwrap().readiness().unwrap();
        let open: Vec<_> =
            lines.iter().filter(|line| line.state != State::Done).map(|line| (line.id, &line.missing)).collect();
        assert!(open.is_empty(), "{open:#?}");
        assert_eq!(setup::seed_demo_setup(&house, &act(6), YEAR).await.unwrap(), 0, "what stands is not seeded over");
        // Nobody keeps the journal yet: warned of, owed by the director, and no lesson waits for it; an order gives the office.
        let offices = |lines: &[Line]| lines.iter().find(|line| line.id == "offices").cloned().unwrap();
        let lacking = offices(&lines);
        let places: Vec<&str> = lacking.missing.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["Ответственный за ведение электронного журнала"]);
        assert!(!lacking.bars_lessons && lacking.owes == Role::Director && lacking.page == "/people", "{lacking:?}");
        let day = "2025-09-01".parse().unwrap();
        let order = Order {
            person: Year::open(&house, YEAR).await.unwrap().journal.staff[1].id.clone(),
            role: Role::JournalKeeper,
            grades: None,
            stands_for: String::new(),
            acting: false,
            no: "7".into(),
            date: day,
            starts: day,
            ends: None,
        };
        people::appoint(&house, &order, &act(7)).await.unwrap();
        let lines = Year::open(&house, YEAR).await.unwrap().readiness().unwrap();
        assert!(offices(&lines).missing.is_empty());
    });
}

#[test]
fn a_sheet_comes_in_whole_or_not_at_all_and_is_taken_back_whole() {
    in_every_house(|house| async move {
        let rooms = "Кабинет\tМест\tНазначение\n101\t30\tматематика\n102\t\tхимия\n";
        let Outcome::Done(counts) = take(&house, &ROOMS, rooms).await else { panic!("refused") };
        assert_eq!((counts.new, counts.same), (2, 0));
        let Outcome::Done(again) = take(&house, &ROOMS, rooms).await else { panic!("refused") };
        assert_eq!((again.new, again.changed, again.same), (0, 0, 2), "the same sheet changes nothing");
        let bad = take(&house, &ROOMS, "Кабинет\tМест\tЗаведующий\n103\tтридцать\tНикто Н.Н.\n104\t20\t\n").await;
        assert_eq!(codes(&bad), ["setup.cell-wrong", "setup.cell-wrong"]);
        assert_eq!(house.db.list_year_rows("rooms", YEAR).await.unwrap().len(), 2, "room 104 did not come either");
        change::undo(&house, &act(7), &counts.seqs).await.unwrap();
        assert!(house.db.list_year_rows("rooms", YEAR).await.unwrap().is_empty());
    });
}

#[test]
fn a_teacher_or_a_room_in_two_places_at_once_is_found() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let serious = |year: &Year| -> Vec<&'static str> {
            let twice = |code: &&str| code.ends_with("-twice") || code.ends_with("too-many-lessons");
            year.findings("timetable").iter().map(|finding| finding.code).filter(twice).collect()
        };
        assert_eq!(serious(&open), [""; 0]);
        // A lesson of 7А is put once more at the hour at which 7Б has one of the same teacher, in the same room.
        let of = |class: &str, subject: &str| {
            open.journal
                .courses
                .iter()
                .find(|c| c.class == class && c.subject == subject && c.group.is_empty())
                .cloned()
        };
        let twin = |slot: &&letopis::domain::setup::Slot| {
            let course = open.journal.courses.iter().find(|c| c.id == slot.course).unwrap();
            course.class == "7Б"
                && course.group.is_empty()
                && of("7А", &course.subject).is_some_and(|other| other.teacher_id == course.teacher_id)
        };
        let slot = open.setup.timetable.iter().find(twin).expect("a teacher of both classes").clone();
        let subject = open.journal.courses.iter().find(|c| c.id == slot.course).unwrap().subject.clone();
        let sheet = format!(
            "Класс\tПредмет\tДень недели\tУрок\tКабинет\n7А\t{subject}\t{}\t{}\t{}\n",
            slot.weekday, slot.number, slot.room
        );
        assert!(matches!(take(&house, &TIMETABLE, &sheet).await, Outcome::Done(_)));
        let found = serious(&Year::open(&house, YEAR).await.unwrap());
        for code in ["timetable.teacher-twice", "timetable.room-twice", "timetable.learners-twice"] {
            assert!(found.contains(&code), "{code}: {found:?}");
        }
    });
}

#[test]
fn a_trial_tells_clashes_of_the_timetable_and_crowded_days_before_they_are_written() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let own: Vec<_> = open.journal.courses.iter().filter(|c| c.class == "7А" && c.group.is_empty()).collect();
        let (a, b) = (&own[0].id, &own[1].id);
        let bare = BTreeMap::new();
        let rows = format!("Курс\tДень недели\tУрок\n{a}\tсуббота\t1\n{b}\tсуббота\t1\n{a}\tпонедельник\t12\n");
        let told = warned(&house, &TIMETABLE, &rows, &bare).await;
        let of = |code: &str| told.iter().filter(|one| one.code == code).collect::<Vec<_>>();
        assert_eq!(of("timetable.day-off").len(), 2, "{told:#?}");
        assert_eq!(of("timetable.learners-twice")[0].place, "суббота, 1 урок, 7А");
        let clash = &of("timetable.learners-twice")[0].message;
        assert!(clash.ends_with("пока это не исправлено, расписание не считается готовым к урокам"), "{clash}");
        let no_bell = of("timetable.no-bell");
        assert_eq!(no_bell.len(), 1, "{told:#?}");
        assert_eq!(no_bell[0].message, "урока № 12 в звонках нет (последний — 8)");
        assert!(no_bell[0].place.ends_with("понедельник, 12 урок"), "{told:#?}");
        let Outcome::Done(_) = take(&house, &TIMETABLE, &rows).await else { panic!("warnings bar nothing") };
        let found = Year::open(&house, YEAR).await.unwrap().findings("timetable");
        assert!(found.iter().any(|one| one.code == "timetable.no-bell"), "the year's page tells it as well");
        assert!(warned(&house, &TIMETABLE, &rows, &bare).await.is_empty(), "what stands already is not told anew");

        let row = |course: &str, day: &str| format!("{course}\t{day}\tКонтрольная работа\tпо плану учителя\n");
        let heads = "Курс\tДата\tВид работы\tКто назначает\n";
        let works = format!("{heads}{}{}{}", row(a, "15.10.2025"), row(b, "15.10.2025"), row(a, "12.10.2025"));
        let told = warned(&house, &CONTROL_WORKS, &works, &bare).await;
        let place = |code: &str| told.iter().find(|one| one.code == code).map(|one| one.place.as_str());
        assert_eq!(place("works.two-a-day"), Some("7А, 15.10.2025"), "{told:#?}");
        assert_eq!(place("works.day-off"), Some("строка 4, «Дата»"), "{told:#?}");
    });
}

#[test]
fn a_trial_of_a_plan_tells_topics_on_days_without_a_lesson() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|c| c.hours_per_week_centi == 100).unwrap();
        let fixed = BTreeMap::from([("course", course.id.clone())]);
        let days = setup::lesson_days(&open, &course.id);
        let autumn = open.setup.days.iter().find(|days| days.name == "Осенние каникулы").unwrap().starts;
        // A weekday of September beside the lesson's own.
        let is_weekday = |day: &chrono::NaiveDate| chrono::Datelike::weekday(day).num_days_from_monday() < 5;
        let beside = days[0].iter_days().find(|day| !days.contains(day) && is_weekday(day));
        let told = async |days: &[chrono::NaiveDate]| {
            let rows = days.iter().map(|day| format!("Звук\t1\t{}\n", day.format("%d.%m.%Y"))).collect::<String>();
            warned(&house, &PLAN_TOPICS, &format!("Тема\tЧасов\tДата по плану\n{rows}"), &fixed).await
        };
        assert_eq!(told(&days[..3]).await, []);
        let sunday = "2025-10-12".parse().unwrap();
        let told = told(&[days[0], autumn, sunday, beside.unwrap()]).await;
        let places: Vec<&str> = told.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, [3, 4, 5].map(|line| format!("строка {line}, «Дата по плану»")), "{told:#?}");
        for (one, why) in told.iter().zip(["(Осенние каникулы)", "(воскресенье)", "по расписанию нет"])
        {
            assert!(one.code == "plan.no-lesson" && one.message.contains(why), "{one}");
        }
        assert!(told[0].message.contains(&format!("у {} нет уроков", course.class)), "{}", told[0]);
    });
}

#[test]
fn a_lesson_without_its_group_is_one_of_each_group_on_the_timetable_s_own_page_too() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let own: Vec<_> = open.journal.courses.iter().filter(|course| course.class == "7А").collect();
        let whole = own.iter().find(|course| course.group.is_empty()).unwrap();
        let subject = &own.iter().find(|course| !course.group.is_empty()).unwrap().subject;
        let groups: Vec<_> = own.iter().filter(|course| course.subject == *subject).collect();
        assert!(groups.windows(2).all(|two| two[0].group < two[1].group), "groups stand in their order");
        let sheet =
            format!("Класс\tПредмет\tДень недели\tУрок\n7А\t{subject}\tсреда\t1\n7А\t{}\tсреда\t2\n", whole.subject);
        let Outcome::Done(counts) = take(&house, &TIMETABLE, &sheet).await else { panic!("refused") };
        assert_eq!(counts.new, groups.len() + 1);
        let setup = Year::open(&house, YEAR).await.unwrap().setup;
        assert!(setup.timetable.iter().any(|slot| slot.course == whole.id && slot.number == 2), "the last lesson");
        let slots = setup.timetable.iter().map(|slot| (slot, 1));
        assert_eq!(hours_a_week(slots), 200, "groups at one time are one hour of the class");
    });
}

#[test]
fn more_lessons_than_the_sanitary_rules_allow_are_found() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|c| c.class == "7А" && c.group.is_empty()).unwrap();
        let rows: String = (1..=5).map(|day| format!("{}\t{day}\t8\n{}\t{day}\t9\n", course.id, course.id)).collect();
        assert!(matches!(
            take(&house, &TIMETABLE, &format!("Курс\tДень недели\tУрок\n{rows}")).await,
            Outcome::Done(_)
        ));
        let findings = Year::open(&house, YEAR).await.unwrap().findings("timetable");
        let most = findings.iter().find(|finding| finding.code == "timetable.too-many-lessons").expect("found");
        assert_eq!((most.place.as_str(), most.expected.as_str()), ("7А", "не больше 32"));
        assert!(findings.iter().any(|finding| finding.code == "timetable.hours-differ"));
    });
}

#[test]
fn hours_of_a_plan_are_compared_with_the_curriculum_and_its_days_follow_the_timetable() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|c| c.hours_per_week_centi == 100).unwrap().id.clone();
        let topics: String = (1..=30).map(|n| format!("Тема {n}\t1\n")).collect();
        let sheet = Sheet::from_clipboard(&format!("Тема\tЧасов\n{topics}"));
        let fixed = BTreeMap::from([("course", course.clone())]);
        // A day of another year is refused with its place, pasted or not.
        let strange = Sheet::from_clipboard("Тема\tЧасов\tДата по плану\nЗвук\t1\t02.09.2023\n");
        let coming = Coming { sheet: strange, fixed: &fixed, meeting: Meeting::Add, dry_run: true };
        let refused = setup::take_sheet(&house, &act(6), YEAR, &PLAN_TOPICS, &coming).await.unwrap();
        let Outcome::Refused(findings) = refused else { panic!("{refused:?}") };
        assert_eq!(findings[0].place, "строка 2, «Дата по плану»", "{findings:?}");
        assert_eq!((findings[0].code, findings[0].found.as_str()), ("plan.outside-year", "02.09.2023"));
        let done = setup::take_sheet(
            &house,
            &act(6),
            YEAR,
            &PLAN_TOPICS,
            &Coming { sheet, fixed: &fixed, meeting: Meeting::Replace, dry_run: false },
        )
        .await
        .unwrap();
        let Outcome::Done(counts) = done else { panic!("{done:?}") };
        assert!(counts.gone > 0 && counts.changed == 30, "{counts:?}");
        let open = Year::open(&house, YEAR).await.unwrap();
        let plans = open.readiness().unwrap().into_iter().find(|line| line.id == "plans").unwrap();
        assert_eq!(plans.missing.iter().map(|f| f.code).collect::<Vec<_>>(), ["plan.hours-differ"]);
        assert!(plans.debtors.len() == 1 && !plans.bars_lessons, "{plans:?}");
        let told = &plans.missing[0].message;
        assert!(told.contains("внесён не весь: 30 из 34 ч, не хватает 4 ч"), "{told}");
        let owed = "ждём 1\u{a0}курс от 1\u{a0}учителя";
        assert!(plans.stands.ends_with(owed), "a plan of a part is owed: {}", plans.stands);
        setup::lay_out_plan(&house, &act(7), YEAR, &course).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let planned: Vec<_> = open.setup.plan_of(&course).iter().filter_map(|topic| topic.planned).collect();
        let days = setup::lesson_days(&open, &course);
        assert_eq!(planned, days[..30]);
        assert!(planned.is_sorted() && planned.windows(2).all(|pair| pair[0] < pair[1]));
    });
}

#[test]
fn what_is_used_does_not_go_and_what_is_closed_does_not_change() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let room = open.setup.timetable.iter().find(|slot| !slot.room.is_empty()).unwrap().room.clone();
        let gone = setup::remove_row(&house, &act(6), YEAR, &ROOMS, &[room]).await.unwrap();
        assert_eq!(codes(&gone), ["setup.in-use"]);
        let course = open.journal.courses[0].id.clone();
        let gone = setup::remove_row(&house, &act(6), YEAR, &COURSES, &[course]).await.unwrap();
        assert_eq!(codes(&gone), ["setup.in-use", "setup.in-use"]);
        let closing =
            letopis::flow::close::Closing { year: YEAR.into(), period: "Q1".into(), classes: vec![], ground: None };
        letopis::flow::close::close(&house, &closing, &act(7)).await.unwrap();
        let mut row =
            house.db.list_year_rows("periods", YEAR).await.unwrap().into_iter().find(|row| row[0] == "Q1").unwrap();
        row[6] = "2025-10-25".into();
        let key = [row[0].clone()];
        let put = setup::put_row(&house, &act(8), YEAR, &PERIODS, Some(&key), &row).await.unwrap();
        assert_eq!(codes(&put), ["setup.period-closed"]);
    });
}

#[test]
fn bells_that_run_backwards_and_rows_that_stand_already_are_refused() {
    in_every_house(|house| async move {
        let texts = |cells: [&str; 4]| cells.map(str::to_owned);
        let put = |cells| {
            let house = &house;
            async move { setup::put_row(house, &act(6), YEAR, &BELLS, None, &texts(cells)).await.unwrap() }
        };
        assert_eq!(codes(&put(["1 смена", "1", "9:10", "8:30"]).await), ["setup.backwards"]);
        assert!(matches!(put(["1 смена", "1", "8:30", "9:10"]).await, Outcome::Done(_)));
        assert_eq!(codes(&put(["1 смена", "1", "8:40", "9:20"]).await), ["setup.row-stands"]);
        let key = ["1 смена".to_owned(), "1".to_owned()];
        let moved =
            setup::put_row(&house, &act(7), YEAR, &BELLS, Some(&key), &texts(["1 смена", "2", "8:30", "9:10"])).await;
        assert!(matches!(moved.unwrap(), Outcome::Done(_)));
        assert_eq!(house.db.list_year_rows("bells", YEAR).await.unwrap(), [texts(["1 смена", "2", "08:30", "09:10"])]);
        let gone =
            setup::put_row(&house, &act(8), YEAR, &BELLS, Some(&key), &texts(["1 смена", "1", "8:30", "9:10"])).await;
        assert_eq!(codes(&gone.unwrap()), ["setup.row-gone"]);
    });
}

#[test]
fn load_that_differs_from_the_courses_is_told() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let row = house.db.list_year_rows("teaching_load", YEAR).await.unwrap()[0].clone();
        let key = row[..2].to_vec();
        let shown = vec![row[0].clone(), row[1].clone(), "9,5".into(), "замена".into()];
        setup::put_row(&house, &act(6), YEAR, &LOAD, Some(&key), &shown).await.unwrap();
        let findings = Year::open(&house, YEAR).await.unwrap().findings("teaching_load");
        assert_eq!(
            findings.iter().map(|f| (f.code, f.found.as_str())).collect::<Vec<_>>(),
            [("load.hours-differ", "9,5")]
        );
    });
}

#[test]
fn some_works_are_not_the_schedule_of_every_class_and_teachers_are_told_by_name() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let of_7a = |course: &str| open.journal.courses.iter().any(|c| c.id == course && c.class == "7А");
        let works = house.db.list_year_rows("control_works", YEAR).await.unwrap();
        for row in works.iter().filter(|row| of_7a(&row[0])) {
            let gone = setup::remove_row(&house, &act(6), YEAR, &CONTROL_WORKS, &row[..CONTROL_WORKS.key]).await;
            assert!(matches!(gone.unwrap(), Outcome::Done(_)));
        }
        let row = house.db.list_year_rows("teaching_load", YEAR).await.unwrap()[0].clone();
        let other = open.journal.staff.iter().find(|one| one.id != row[0]).unwrap();
        let shown = vec![other.id.clone(), row[1].clone(), "1".into(), String::new()];
        setup::put_row(&house, &act(7), YEAR, &LOAD, Some(&row[..2]), &shown).await.unwrap();

        let open = Year::open(&house, YEAR).await.unwrap();
        let works = open.readiness().unwrap().into_iter().find(|line| line.id == "works").unwrap();
        assert_eq!(works.state, State::Partly);
        assert!(works.stands.contains("2 из 3 классов"), "{}", works.stands);
        let bars: Vec<_> = works.missing.iter().filter(|one| one.code == "works.class-missing").collect();
        assert_eq!(bars.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), ["7А"]);
        let findings = open.findings("teaching_load");
        let told = findings.iter().find(|one| one.code == "load.other-teacher").expect("another teacher");
        assert!(told.found.contains(&other.surname) && !told.expected.contains(&row[0]), "{told:?}");
        assert!(told.message.ends_with("измените строку нагрузки или верните учителя курсу"), "{told:?}");
    });
}
