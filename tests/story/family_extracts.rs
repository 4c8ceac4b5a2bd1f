//! Paper extracts for families without electronic access: a queue of exactly those that are due, one print job, and a register of who took what
//! (DOC-15).

use letopis::domain::family_extract::{Ground, Refusal};
use letopis::flow::office::extracts;
use letopis::flow::office::forms::{Asked, make};
use letopis::flow::{Act, Error};

use super::house::{House, YEAR, after, tell};

const DAY: i64 = 24 * 60;

/// So many days after a day of the second quarter, for which the class has marks.
fn on(days: i64) -> Act {
    after(28 * DAY + days * DAY)
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::FamilyExtract(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_families_get_their_extracts_every_two_weeks_and_the_register_says_who_took_them() {
    tell(async {
        let house = House::with_journal().await;
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let class: Vec<&str> =
            roster.learners.iter().filter(|one| one.class == "5А").map(|one| one.id.as_str()).collect();
        let other = roster.learners.iter().find(|one| one.class == "6А").unwrap().id.clone();
        let queue = async |days: i64| {
            let board = extracts::board(&house, "5А", &on(days)).await.unwrap();
            board.queue().map(|family| family.learner.clone()).collect::<Vec<_>>()
        };
        assert!(queue(0).await.is_empty(), "nobody declined, nobody is printed for");
        assert_eq!(refusal(extracts::print(&house, "5А", &on(0)).await), Refusal::NothingDue);
        let mark = async |learner: &str, ground| extracts::mark(&house, "5А", learner, ground, &on(0)).await;
        mark(class[1], Some(Ground::Declined)).await.unwrap();
        mark(class[3], Some(Ground::NoAccess)).await.unwrap();
        mark(class[4], Some(Ground::Declined)).await.unwrap();
        mark(class[4], None).await.unwrap();
        assert_eq!(refusal(mark(&other, Some(Ground::Declined)).await), Refusal::NoLearner);
        assert_eq!(refusal(mark(class[0], None).await), Refusal::NotListed);
        let mut wanted = vec![class[1].to_owned(), class[3].to_owned()];
        wanted.sort();
        let mut due = queue(0).await;
        due.sort();
        assert_eq!(due, wanted, "exactly the families on the list");

        // One job prints both; a second press prints nothing.
        let job = extracts::print(&house, "5А", &on(0)).await.unwrap();
        assert_eq!(refusal(extracts::print(&house, "5А", &on(0)).await), Refusal::NothingDue);
        let pages = extracts::form(&house, "5А", job, &on(0)).await.unwrap().to_string();
        assert!(pages.contains("ВЫПИСКА № 1") && pages.contains("ВЫПИСКА № 2"), "{pages}");
        for (id, is_there) in [(class[1], true), (class[3], true), (class[0], false)] {
            let learner = roster.learners.iter().find(|one| one.id == id).unwrap();
            let name = format!("{} {} {}", learner.surname, learner.given_name, learner.patronymic);
            assert_eq!(pages.contains(name.trim()), is_there, "{name}");
        }
        assert!(matches!(
            extracts::form(&house, "6А", job, &on(0)).await,
            Err(Error::FamilyExtract(Refusal::Unknown(_)))
        ));

        // Handed over once, to somebody, on a day that has come.
        let hand = async |no: u64, day: &str, to: &str| extracts::hand(&house, "5А", no, day, to, &on(1)).await;
        let day = on(1).at.date_naive().to_string();
        assert_eq!(refusal(hand(1, &day, " ").await), Refusal::NoTaker(1));
        assert_eq!(refusal(hand(1, "2025-09-01", "мать").await), Refusal::Day("2025-09-01".into()));
        hand(1, &day, "мать, Гранатова О.П.").await.unwrap();
        assert_eq!(refusal(hand(1, &day, "отец").await), Refusal::HandedBefore(1));
        let board = extracts::board(&house, "5А", &on(1)).await.unwrap();
        assert_eq!(board.unhanded().map(|one| one.no).collect::<Vec<_>>(), [2]);
        let asked: Asked = [("class", "5А"), ("to", &day)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let register = make(&house, "extract-register", &asked, &on(1)).await.unwrap().to_string();
        assert!(register.contains("мать, Гранатова О.П."), "the register is no longer ink alone\n{register}");

        // Two weeks later both are due again, for the days that followed.
        assert!(queue(13).await.is_empty());
        assert_eq!(queue(14).await.len(), 2);
        let first = board.printed[0].ends;
        let board = extracts::board(&house, "5А", &on(14)).await.unwrap();
        assert_eq!(board.queue().next().unwrap().due.unwrap().0, first.succ_opt().unwrap(), "no day is left out");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn an_extract_tells_missed_lessons_of_each_subject() {
    tell(async {
        let house = House::with_journal().await;
        let entries = house.db.load_class_entries(YEAR, "5А").await.unwrap();
        let journal = house.db.load_roster(YEAR).await.unwrap().with_entries(entries);
        let ill = journal.absences.iter().find(|one| one.code == "Б").expect("an absence by illness");
        let (day, learner) = (ill.lesson.date.to_string(), ill.learner_id.clone());
        let pairs = [("class", "5А"), ("learner", &learner), ("from", &day), ("to", &day)];
        let asked: Asked = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let form = make(&house, "extract-for-parents", &asked, &after(5)).await.unwrap();
        let table = form.tables().next().unwrap();
        let heads: Vec<String> = table.columns.iter().map(|one| one.head.clone()).collect();
        assert_eq!(heads[heads.len() - 4..], ["всего", "по бол.", "ув.", "неув."]);
        let course = journal.courses.iter().find(|one| one.id == ill.lesson.course_id).unwrap();
        let title = letopis::domain::period::course_title(course);
        let row = table.rows.iter().find(|row| row.cells[0] == title).expect("the subject's row");
        let missed = |lesson: &letopis::domain::journal::Absence| {
            lesson.learner_id == learner && lesson.lesson.date == ill.lesson.date && lesson.code == "Б"
        };
        let of_course =
            journal.absences.iter().filter(|one| missed(one) && one.lesson.course_id == course.id).count().to_string();
        let cells = &row.cells[row.cells.len() - 4..];
        assert_eq!((cells[0].as_str(), cells[1].as_str()), (of_course.as_str(), of_course.as_str()), "{row:?}");
    });
}
