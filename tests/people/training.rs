//! The training programme: a lesson tried, passed, the certificate; the steps stay as they were made.

use letopis::domain::rights::Role;
use letopis::domain::training::{self, LESSONS, Lesson};
use letopis::flow::training as lessons;

use super::house::{act, all_are_refused, day, on_every_engine, past_the_program};

fn right(lesson: &Lesson) -> Vec<Option<usize>> {
    lesson.questions.iter().map(|question| Some(question.right)).collect()
}

#[test]
fn a_lesson_is_passed_by_right_answers_and_the_task_and_the_whole_programme_gives_a_certificate() {
    on_every_engine(|house| async move {
        let first = &LESSONS[0];
        let stands = || async { lessons::progress(&house, "T05").await.unwrap() };
        assert!(stands().await.is_empty());

        // Nothing answered, one wrong, everything right without the task: tried, not passed, and the last answers are kept.
        lessons::attempt(&house, first, &[], true, &act("T05", 1)).await.unwrap();
        let mut wrong = right(first);
        wrong[0] = Some((first.questions[0].right + 1) % first.questions[0].answers.len());
        assert!(!lessons::attempt(&house, first, &wrong, true, &act("T05", 2)).await.unwrap().passed);
        assert!(!lessons::attempt(&house, first, &right(first), false, &act("T05", 3)).await.unwrap().passed);
        let standing = stands().await.remove(first.id).unwrap();
        assert!(standing.passed_at.is_empty());
        let expected: Vec<u32> = first.questions.iter().map(|question| question.right as u32 + 1).collect();
        assert_eq!(standing.last.unwrap().answers, expected);

        // Passed; a later slip takes nothing away, and another person has nothing of it.
        assert!(lessons::attempt(&house, first, &right(first), true, &act("T05", 4)).await.unwrap().passed);
        lessons::attempt(&house, first, &wrong, true, &act("T05", 5)).await.unwrap();
        assert_eq!(stands().await[first.id].passed_at, act("T05", 4).moment());
        assert!(lessons::progress(&house, "T12").await.unwrap().is_empty());

        // The certificate comes with the last lesson of the own programme, and names each with its day.
        let own = [Role::SubjectTeacher];
        let asked = || lessons::certificate(&house, ("T05", "—"), &own);
        assert!(asked().await.unwrap().is_none());
        for lesson in training::programme(&own) {
            lessons::attempt(&house, lesson, &right(lesson), true, &act("T05", 6)).await.unwrap();
        }
        let form = asked().await.unwrap().unwrap();
        assert_eq!(form.tables().next().unwrap().rows.len(), training::programme(&own).len());
        let seen = lessons::overview(&house, day("2025-11-20")).await.unwrap();
        assert_eq!(seen.iter().filter(|one| one.passed.0 > 0).count(), 1, "{seen:?}");
        assert!(seen.iter().all(|one| one.passed.0 <= one.lessons.0 && one.passed.1 <= one.lessons.1));
    });
}

#[test]
fn what_was_done_in_a_lesson_cannot_be_rewritten_past_the_program() {
    on_every_engine(|house| async move {
        lessons::attempt(&house, &LESSONS[0], &[], false, &act("T05", 1)).await.unwrap();
        let mut connection = past_the_program(&house).await;
        let school = house.db.school().to_owned();
        let attacks = [
            format!("update training_steps set passed = 1 where school = '{school}'"),
            format!("delete from training_steps where school = '{school}'"),
        ];
        all_are_refused(&mut connection, &attacks).await;
    });
}
