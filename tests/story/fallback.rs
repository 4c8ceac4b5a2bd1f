//! When the journal cannot be reached: blank sheets in one print job, and the record of it until paper and act are done with (DOC-16).

use letopis::domain::outage::{Fact, Refusal};
use letopis::flow::Error;
use letopis::flow::office::fallback::{self, Wanted};
use letopis::flow::office::outages::{self, NewOutage};
use letopis::flow::setup::seed_demo_setup;

use super::house::{House, YEAR, after, tell};

/// A Monday of the story's school in its second quarter.
const MONDAY: &str = "2025-11-10";

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Outage(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whole_classes_a_teachers_courses_and_a_day_are_one_print_job_each() {
    tell(async {
        let house = House::with_journal().await;
        seed_demo_setup(&house, &after(1), YEAR).await.unwrap();
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let all = |_: &_, _: &_| true;
        let of_class = Wanted { class: "5А".into(), ..Wanted::default() };
        let class = fallback::sheets(&house, &of_class, &all, &after(2)).await.unwrap();
        let courses = roster.courses.iter().filter(|course| course.class == "5А").count();
        assert_eq!(class.len(), courses, "every subject of the class");
        assert!(class.iter().all(|sheet| sheet.class == "5А" && sheet.lessons.is_empty()));

        // A group has its own list, not the whole class.
        let group = roster.courses.iter().find(|course| course.class == "5А" && !course.members.is_empty()).unwrap();
        let only = Wanted { course: group.id.clone(), ..Wanted::default() };
        let sheet = fallback::sheets(&house, &only, &all, &after(2)).await.unwrap().pop().unwrap();
        assert_eq!(sheet.learners.len(), group.members.len());

        // A day: what the timetable has, in its order, with day and number already on the sheet.
        let day = Some(MONDAY.parse().unwrap());
        let of_day = Wanted { class: "5А".into(), day, ..Wanted::default() };
        let sheets = fallback::sheets(&house, &of_day, &all, &after(2)).await.unwrap();
        assert!(!sheets.is_empty() && sheets.len() < courses, "{} of {courses}", sheets.len());
        let firsts: Vec<u8> = sheets.iter().map(|sheet| sheet.lessons[0].1).collect();
        assert!(firsts.is_sorted(), "{firsts:?}");
        let form = fallback::form(&house, &sheets).await.unwrap().to_string();
        assert_eq!(form.matches("ЛИСТ ВРЕМЕННОГО УЧЁТА").count(), sheets.len());
        assert!(form.contains("10.11"), "{form}");
        let sunday = Wanted { day: Some("2025-11-09".parse().unwrap()), ..Wanted::default() };
        assert!(fallback::sheets(&house, &sunday, &all, &after(2)).await.unwrap().is_empty());

        // A teacher: the own courses of all classes.
        let teacher = roster.courses[0].teacher_id.clone();
        let own = Wanted { teacher: teacher.clone(), ..Wanted::default() };
        let sheets = fallback::sheets(&house, &own, &all, &after(2)).await.unwrap();
        assert_eq!(sheets.len(), roster.courses.iter().filter(|course| course.teacher_id == teacher).count());
        let nothing = |_: &_, _: &_| false;
        assert!(fallback::sheets(&house, &own, &nothing, &after(2)).await.unwrap().is_empty(), "what is not reached");
    });
}

#[test]
fn an_outage_stays_in_sight_until_its_paper_is_entered_and_its_act_filed() {
    tell(async {
        let house = House::with_journal().await;
        let paper = |class: &str| Fact::Paper { class: class.into(), sheets: "2–5 уроки".into() };
        let new = |began: &str, facts: Vec<Fact>| NewOutage {
            began: began.into(), reason: "нет света".into(), facts
        };
        let ahead = outages::record(&house, &new("2025-10-28T08:30", Vec::new()), &after(5)).await;
        assert!(matches!(refusal(ahead), Refusal::Moment(_)));
        let foreign = outages::record(&house, &new("2025-10-27T08:30", vec![paper("9Я")]), &after(5)).await;
        assert_eq!(refusal(foreign), Refusal::NoClass("9Я".into()));
        assert!(house.db.list_outages().await.unwrap().is_empty(), "all or nothing");

        let size = house.db.log_state().await.unwrap().0;
        let facts = vec![paper("5А"), paper("6А"), Fact::Ended { at: "2025-10-27T11:00".into() }];
        let no = outages::record(&house, &new("2025-10-27T08:30", facts), &after(5)).await.unwrap();
        let one = async || house.db.list_outages().await.unwrap().pop().unwrap();
        assert_eq!((no, one().await.owed().len()), (1, 3));
        assert_eq!(house.db.log_state().await.unwrap().0, size + 4, "an event for the record and one for each fact");

        let filed = Fact::Filed { day: "2025-10-27".into(), place: "01-12".into() };
        assert_eq!(refusal(outages::note(&house, no, &filed, &after(6)).await), Refusal::NoAct);
        let act = Fact::Act { number: "3".into(), day: "2025-10-27".into() };
        for fact in [act, filed, Fact::Entered { class: "5А".into() }] {
            outages::note(&house, no, &fact, &after(7)).await.unwrap();
        }
        assert_eq!(one().await.owed(), ["внести записи с бумаги: 6А"]);
        let again = outages::note(&house, no, &Fact::Entered { class: "5А".into() }, &after(8)).await;
        assert_eq!(refusal(again), Refusal::NothingToEnter("5А".into()));
        outages::note(&house, no, &Fact::Entered { class: "6А".into() }, &after(9)).await.unwrap();
        assert!(one().await.owed().is_empty());
        assert_eq!(
            refusal(outages::note(&house, 2, &Fact::Entered { class: "5А".into() }, &after(9)).await),
            Refusal::Unknown(2)
        );
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}
