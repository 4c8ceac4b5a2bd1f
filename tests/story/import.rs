//! Import: all or nothing, and never into a closed period.

use letopis::domain::finding::Finding;
use letopis::flow::import::Outcome;

use super::house::{Bundle, CLASSES, COPIES, House, tell};

fn refused(outcome: Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Refused(findings) => findings,
        other => panic!("not refused: {other:?}"),
    }
}

fn key_files(house: &House) -> usize {
    std::fs::read_dir(house.root.join("keys")).expect("keys").count()
}

#[test]
fn a_refused_bundle_says_everything_at_once_and_writes_nothing() {
    tell(async {
        let house = House::empty().await;
        let before = house.counts().await;
        let bundle = Bundle::small()
            .with("marks.csv", |text| text.replacen("L00001", "L99999", 1))
            .with("learners.csv", |text| text.replacen("5А", "5A", 1))
            .with("lessons.csv", |text| text.replacen("2025-09-0", "2025-13-0", 1));
        let findings = refused(house.import(&bundle, false).await.expect("an answer"));
        for file in ["marks.csv", "learners.csv", "lessons.csv"] {
            assert!(findings.iter().any(|f| f.place.starts_with(file)), "{file}: {findings:#?}");
        }
        assert_eq!(house.counts().await, before);
        assert_eq!(std::fs::read_dir(house.root.join("bundles")).expect("bundles").count(), 0);
        assert_eq!(key_files(&house), 0, "nobody got a key");
    });
}

#[test]
fn a_trial_writes_nothing() {
    tell(async {
        let house = House::empty().await;
        let before = house.counts().await;
        let outcome = house.import(&Bundle::small(), true).await.expect("an answer");
        assert!(matches!(outcome, Outcome::WouldImport(_)), "{outcome:?}");
        assert_eq!(house.counts().await, before);
        assert_eq!(key_files(&house), 0);
    });
}

#[test]
fn the_same_bundle_twice_changes_nothing() {
    tell(async {
        let house = House::with_journal().await;
        let before = house.counts().await;
        let outcome = house.import(&Bundle::small(), false).await.expect("an answer");
        assert!(matches!(outcome, Outcome::Unchanged { .. }), "{outcome:?}");
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn the_bundle_itself_is_kept_under_its_digest() {
    tell(async {
        let house = House::with_journal().await;
        let (digest, _) = house.db.list_bundles().await.expect("bundles").pop().expect("a bundle");
        let folder = house.root.join("bundles").join(digest);
        for (name, bytes) in Bundle::small().0 {
            assert_eq!(std::fs::read(folder.join(&name)).expect("a kept file"), bytes, "{name}");
        }
    });
}

#[test]
fn a_bundle_that_reaches_into_a_closed_period_is_refused_with_place_was_and_is() {
    tell(async {
        let house = House::with_journal().await;
        house.close("Q1", &[CLASSES[0]], None).await.expect("a closing");
        let before = house.counts().await;
        let bundle = Bundle::small();
        let mark = bundle.line("marks.csv", &["C00001,2025-09"]);
        let (head, value) = mark.rsplit_once(',').expect("cells");
        let other = if value == "5" { "4" } else { "5" };
        let changed = bundle.clone().with("marks.csv", |text| text.replacen(&mark, &format!("{head},{other}"), 1));
        let findings = refused(house.import(&changed, false).await.expect("an answer"));
        assert_eq!(findings.len(), 1, "{findings:#?}");
        let said = findings[0].to_string();
        let cells: Vec<&str> = mark.split(',').collect();
        // The row in words: nobody reads the codes of a course and a learner.
        let day = cells[1].split('-').rev().collect::<Vec<_>>().join(".");
        let lesson = format!("урок {}", cells[2]);
        let (day, lesson) = (day.as_str(), lesson.as_str());
        for word in ["отметка", CLASSES[0], day, lesson, "I четверть", "закрыта", "верните копию на исправление"]
        {
            assert!(said.contains(word), "«{word}» is not in: {said}");
        }
        for code in [cells[0], cells[3]] {
            assert!(!findings[0].place.contains(code), "«{code}» is in: {said}");
        }
        assert!(findings[0].expected.ends_with(value) && findings[0].found.ends_with(other), "{said}");
        assert_eq!(house.counts().await, before);

        let gone = bundle.with("final_marks.csv", |text| {
            let line =
                text.lines().find(|line| line.contains("C00001") && line.contains("Q1")).expect("a line").to_owned();
            text.replacen(&format!("{line}\n"), "", 1)
        });
        let findings = refused(house.import(&gone, false).await.expect("an answer"));
        assert_eq!((findings.len(), findings[0].found.as_str()), (1, ""), "{findings:#?}");
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn what_comes_after_the_closed_period_is_free_and_leaves_its_copy_alone() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let bundle = Bundle::small();
        let lesson = bundle.line("lessons.csv", &["2025-11-"]);
        let topic = lesson.split(',').nth(3).expect("a topic").to_owned();
        let newcomer = "L77777,Яшмина,Опала,Агатовна,2014-05-05,5А,2025-11-10,99-у,,\n";
        let bundle = bundle
            .with("lessons.csv", |text| text.replacen(&lesson, &lesson.replacen(&topic, "Новая тема", 1), 1))
            .with("learners.csv", |text| text + newcomer);
        let outcome = house.import(&bundle, false).await.expect("an answer");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn nobody_is_written_into_or_out_of_a_closed_period() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let newcomer = "L77777,Яшмина,Опала,Агатовна,2014-05-05,5А,2025-09-10,99-у,,\n";
        let bundle = Bundle::small().with("learners.csv", |text| text + newcomer);
        let findings = refused(house.import(&bundle, false).await.expect("an answer"));
        assert!(findings.iter().all(|finding| finding.code == "import.period-closed"), "{findings:#?}");
        assert!(
            findings[0].message.contains("I четверть класса") && findings[0].message.contains("5А"),
            "{findings:#?}"
        );
    });
}

#[test]
fn a_new_surname_and_a_new_teacher_after_the_closing_are_worth_knowing_and_nothing_more() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let bundle = Bundle::small();
        let teachers = house.signers(COPIES[0], "subject_teacher").await;
        let married = |bundle: &Bundle, file: &str, words: &[&str]| {
            let person = bundle.line(file, words);
            let surname = person.split(',').nth(1).expect("a surname").to_owned();
            (person.clone(), person.replacen(&surname, "Лазуритова", 1))
        };
        let (person, renamed) = married(&bundle, "staff.csv", &[&teachers[0]]);
        let (learner, grown) = married(&bundle, "learners.csv", &["L00001"]);
        let course = bundle.line("courses.csv", &["C00001"]);
        let (teacher, other) = (course.split(',').nth(4).expect("a teacher").to_owned(), &teachers[1]);
        let bundle = bundle
            .with("staff.csv", |text| text.replacen(&person, &renamed, 1))
            .with("learners.csv", |text| text.replacen(&learner, &grown, 1))
            .with("courses.csv", |text| text.replacen(&course, &course.replacen(&teacher, other, 1), 1));
        let outcome = house.import(&bundle, false).await.expect("an answer");
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        assert!(house.notes().await.iter().any(|said| said.contains("Лазуритова")), "but it is said");
    });
}
