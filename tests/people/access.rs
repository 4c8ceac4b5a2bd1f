//! Who looked at whose data.

use letopis::flow::House;
use letopis::flow::people::{self, Look, note_access};
use letopis::store::Looked;

use super::house::{YEAR, after, day, on_every_engine, past_the_program};

async fn look(house: &House, person: &str, what: Look<'_>, minutes: i64) {
    let visitor = people::visitor(house, person, true, day("2025-10-02")).await.unwrap();
    note_access(house, &visitor, what, YEAR, after(minutes)).await.unwrap();
}

#[test]
fn a_parent_learns_who_saw_the_childs_marks_and_under_which_office() {
    on_every_engine(|house| async move {
        look(&house, "T03", Look::Class("5А"), 0).await;
        look(&house, "T04", Look::Course { id: "C5", class: "5А" }, 1).await;
        look(&house, "T02", Look::Learner { id: "L1", class: "5А" }, 2).await;
        look(&house, "T12", Look::Class("9А"), 3).await;
        look(&house, "T02", Look::Learner { id: "L2", class: "5А" }, 4).await;
        // Another class bore that name a year before: who looked at it looked at others.
        let visitor = people::visitor(&house, "T12", true, day("2025-10-02")).await.unwrap();
        note_access(&house, &visitor, Look::Class("5А"), "2024/2025", after(5)).await.unwrap();
        let classes = house.db.list_classes_of_learner("L1").await.unwrap();
        assert_eq!(classes, [(YEAR.to_owned(), "5А".to_owned())]);
        let asked = Looked::AtLearner { learner: "L1", classes: &classes };
        let seen = house.db.list_access(&asked, "", "", 10).await.unwrap();
        let who: Vec<(&str, &str)> = seen.iter().map(|row| (row.by.as_str(), row.office.as_str())).collect();
        assert_eq!(
            who,
            [
                ("T02", "заместитель директора (5–6 классы), учитель-предметник"),
                ("T04", "учитель-предметник"),
                ("T03", "классный руководитель (5А), учитель-предметник"),
            ]
        );
        // A page at a time, each look once.
        let first = house.db.list_access(&asked, "", "", 2).await.unwrap();
        let rest = house.db.list_access(&asked, "", &first[1].id, 2).await.unwrap();
        assert_eq!(rest, seen[2..]);
    });
}

#[test]
fn leafing_writes_one_line_and_a_later_look_another() {
    on_every_engine(|house| async move {
        for minutes in [0, 1, 4, 6, 30] {
            look(&house, "T03", Look::Class("5А"), minutes).await;
        }
        let rows = house.db.list_access(&Looked::By("T03"), "", "", 10).await.unwrap();
        assert_eq!(rows.len(), 3, "at 0, at 6 and at 30 minutes");
    });
}

#[test]
fn a_crowd_that_looks_at_once_is_written_down_to_the_last() {
    on_every_engine(|house| async move {
        let visitor = people::visitor(&house, "T01", true, day("2025-10-02")).await.unwrap();
        let mut tasks = Vec::new();
        for number in 0..300 {
            let (house, mut visitor) = (house.clone(), visitor.clone());
            visitor.account = format!("T{number:05}");
            tasks.push(tokio::spawn(
                async move { note_access(&house, &visitor, Look::Class("5А"), YEAR, after(0)).await },
            ));
        }
        // Clients that go away take nobody's note with them.
        for task in tasks.iter().step_by(7) {
            task.abort();
        }
        for (number, task) in tasks.into_iter().enumerate() {
            match task.await {
                Ok(noted) => noted.unwrap(),
                Err(gone) => assert!(gone.is_cancelled() && number % 7 == 0),
            }
        }
        let rows = house.db.list_access(&Looked::Everything, "", "", 1000).await.unwrap();
        let noted = |number: usize| rows.iter().any(|row| row.by == format!("T{number:05}"));
        assert!((0..300).filter(|number| number % 7 != 0).all(noted));
    });
}

#[test]
fn what_was_noted_cannot_be_changed_or_taken_away() {
    on_every_engine(|house| async move {
        look(&house, "T03", Look::Class("5А"), 0).await;
        let mut connection = past_the_program(&house).await;
        for sql in [
            "update access_notes set by_person = 'T01'",
            "delete from access_notes",
            "delete from sessions",
            "delete from accounts",
        ] {
            let school = house.db.school().to_owned();
            let refused = sqlx::query(sqlx::AssertSqlSafe(format!("{sql} where school = '{school}'")))
                .execute(&mut connection)
                .await;
            let nothing_there = refused.as_ref().is_ok_and(|done| done.rows_affected() == 0);
            let guarded = refused.as_ref().is_err_and(|error| error.to_string().contains("append-only"));
            assert!(guarded || (nothing_there && !sql.contains("access")), "{sql}: {refused:?}");
        }
    });
}
