//! The doctor: somebody with the database file changed a row past every guard, and is named.

use letopis::domain::snapshot::Sheet;
use letopis::flow::change::{self, Edit};

use super::house::{COPIES, House, YEAR, after, tell};
use super::intruder::Intruder;

/// Every word stands in one and the same sentence.
#[track_caller]
fn says(found: &[String], words: &[&str]) {
    assert!(
        found.iter().any(|sentence| words.iter().all(|word| sentence.contains(word))),
        "no sentence with {words:?} in {found:#?}"
    );
}

async fn after_sql(sql: &str) -> Vec<String> {
    let house = House::with_sealed_copies().await;
    let touched = Intruder::without_guards(&house.root).await.run(sql).await;
    assert!(touched > 0, "{sql}");
    house.doctor().await
}

#[test]
fn a_sound_house_gets_no_finding_and_no_entry_in_the_log() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let before = house.counts().await;
        assert_eq!(house.doctor().await, Vec::<String>::new());
        assert_eq!(house.counts().await, before);
    });
}

#[test]
fn a_mark_changed_in_the_database_is_named_with_class_date_learner_was_and_is() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let sql = Intruder::without_guards(&house.root).await;
        let row = sql
            .ask(
                "select m.course, m.date, m.learner, m.value, l.surname, c.subject from marks m \
                 join learners l on l.id = m.learner join courses c on c.id = m.course \
                 where m.date between '2025-09-01' and '2025-10-24' and c.class = '5А' and m.value in ('2', '3') limit 1",
            )
            .await;
        let [course, date, learner, was, surname, subject] = &row[..] else { panic!("{row:?}") };
        let place = format!("course = '{course}' and date = '{date}' and learner = '{learner}' and value = '{was}'");
        sql.run(&format!("update marks set value = '5' where {place}")).await;
        let day = date.split('-').rev().collect::<Vec<_>>().join(".");
        let (was, is) = (format!("было «{was}»"), "стало «5»");
        says(&house.doctor().await, &["5А", subject, &day, surname, &was, is]);
        let log = house.db.list_log().await.expect("the log");
        let remembered = &log.last().expect("an entry").payload;
        assert!(remembered.contains("check_failed") && !remembered.contains(surname.as_str()), "{remembered}");
    });
}

#[test]
fn an_absence_a_topic_and_a_final_mark_changed_in_the_database_are_named() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let sql = Intruder::without_guards(&house.root).await;
        let row = sql
            .ask(
                "select a.course, a.date, a.learner, l.surname from absences a join learners l on l.id = a.learner \
                 join courses c on c.id = a.course where a.date < '2025-10-24' and c.class = '6А' and a.code = 'Н' limit 1",
            )
            .await;
        let [course, date, learner, surname] = &row[..] else { panic!("{row:?}") };
        let place = format!("course = '{course}' and date = '{date}' and learner = '{learner}'");
        sql.run(&format!("update absences set code = 'Б' where {place}")).await;
        let day = date.split('-').rev().collect::<Vec<_>>().join(".");
        says(&house.doctor().await, &["6А", &day, surname, "«Н»", "«Б»"]);

        let house = House::with_sealed_copies().await;
        let sql = Intruder::without_guards(&house.root).await;
        sql.run("update lessons set topic = 'Приписка' where course = 'C00001' and date < '2025-09-05'").await;
        says(&house.doctor().await, &["5А", "09.2025", "Приписка"]);

        let house = House::with_sealed_copies().await;
        let sql = Intruder::without_guards(&house.root).await;
        sql.run("delete from final_marks where course = 'C00001' and period = 'Q1'").await;
        says(&house.doctor().await, &["5А", "итог"]);
    });
}

#[test]
fn a_mark_of_an_open_period_that_no_bundle_brought_is_named_too() {
    tell(async {
        let sql = "update marks set value = '5' where course = 'C00001' and date > '2025-11-01' and value = '3'";
        says(&after_sql(sql).await, &["log.row-altered", "отметка", "5А", "было «3»", "стало «5»"]);
        let sql = "update learners set surname = 'Лазуритова' where id = 'L00001'";
        says(&after_sql(sql).await, &["log.row-altered", "ученик", "стало «Лазуритова»"]);
    });
}

#[test]
fn a_learner_written_out_of_the_class_and_one_written_in_are_named() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let Some(Sheet::Learners(list)) = house.snapshot(COPIES[0]).await.sheets.into_iter().nth(1) else {
            panic!("no list of learners")
        };
        let gone = &list.rows[0];
        let sql = Intruder::without_guards(&house.root).await;
        sql.run(&format!("delete from learners where id = '{}'", gone.learner)).await;
        says(&house.doctor().await, &["5А", &gone.surname]);
    });
}

#[test]
fn a_changed_line_of_the_register_is_named_whichever_column() {
    tell(async {
        for (column, value) in [
            ("sealed_pdf", "'0000000000000000000000000000000000000000000000000000000000000000'"),
            ("snapshot", "'0000000000000000000000000000000000000000000000000000000000000000'"),
            ("keep_through", "'2026-01-01'"),
            ("pages", "1"),
            ("sheets", "1"),
            ("sealed_at", "'2025-01-01T00:00:00+03:00'"),
            ("number", "'2025-9Я-1Ч'"),
            ("class", "'9Я'"),
            ("period", "'Q4'"),
            ("object", "'urn:letopis:story:other:v1'"),
            ("log_proof", "'другое'"),
            ("no", "7"),
        ] {
            let found = after_sql(&format!("update register set {column} = {value} where no = 1")).await;
            assert!(!found.is_empty(), "register.{column} changed unseen");
            assert!(found.iter().any(|f| f.contains("реестр")), "{column}: {found:#?}");
        }
    });
}

#[test]
fn a_counter_of_register_numbers_that_was_put_back_or_forward_is_named() {
    tell(async {
        for value in ["1", "9"] {
            let found = after_sql(&format!("update counters set value = {value} where name = 'register'")).await;
            says(&found, &["doctor.counter", "ожидалось: «2»", &format!("найдено: «{value}»")]);
        }
        says(&after_sql("delete from counters").await, &["doctor.counter"]);
    });
}

#[test]
fn guards_that_were_dropped_are_named() {
    tell(async {
        let house = House::with_journal().await;
        let sql = Intruder::at(&house.root).await;
        sql.run("drop trigger marks_update_locked").await;
        says(&house.doctor().await, &["doctor.guard-gone", "marks_update_locked"]);
    });
}

#[test]
fn a_deleted_line_of_the_register_leaves_a_gap_and_an_unknown_record() {
    tell(async {
        let found = after_sql("delete from register where no = 1").await;
        says(&found, &["doctor.register-gap"]);
        says(&found, &["doctor.object-unknown"]);
        says(&found, &["doctor.register-line-missing"]);
    });
}

#[test]
fn a_changed_statement_signature_or_signer_is_named() {
    tell(async {
        for change in [
            "body = replace(body, 'checked_and_correct', 'refused')",
            "signature = 'AAAA'",
            "signer = 'T99999'",
            "verdict = 'refused'",
            "signed_at = '2024-01-01T00:00:00+03:00'",
            "certificate = '00'",
        ] {
            let one = "where copy = '2025-05A-Q1' and stage = 'director'";
            let found = after_sql(&format!("update statements set {change} {one}")).await;
            says(&found, &["заявлени", COPIES[0]]);
        }
        let found = after_sql("delete from statements where copy = '2025-05A-Q1' and stage = 'deputy'").await;
        says(&found, &["заявлени", COPIES[0]]);
    });
}

#[test]
fn a_statement_put_in_or_taken_out_before_the_seal_is_named() {
    tell(async {
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        let sql = Intruder::without_guards(&house.root).await;
        sql.run("delete from statements where copy = '2025-05A-Q1' and stage = 'director'").await;
        says(&house.doctor().await, &["заявлени", COPIES[0]]);

        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        house.sign(COPIES[0], &teacher).await.expect("a signature");
        let sql = Intruder::without_guards(&house.root).await;
        sql.run("update statements set stage = 'director'").await;
        says(&house.doctor().await, &["заявлени", COPIES[0]]);
    });
}

#[test]
fn a_changed_or_deleted_snapshot_is_named() {
    tell(async {
        let found = after_sql("update snapshots set body = replace(body, 'Алгебра', 'Физика') || ' '").await;
        says(&found, &["doctor.snapshot-altered", COPIES[0]]);
        says(&found, &["doctor.snapshot-altered", COPIES[1]]);
        says(&after_sql("delete from snapshots").await, &["doctor.snapshot-altered", COPIES[0]]);
    });
}

#[test]
fn a_copy_whose_state_was_changed_is_named() {
    tell(async {
        for state in ["frozen", "issued", "signed", "refused"] {
            let found = after_sql(&format!("update copies set state = '{state}' where id = '2025-05A-Q1'")).await;
            says(&found, &["doctor.register-line-foreign", COPIES[0]]);
        }
        let found = after_sql("delete from copies where id = '2025-05A-Q1'").await;
        says(&found, &[COPIES[0]]);
        let found = after_sql("update copies set number = '2025-9Я-1Ч' where id = '2025-05A-Q1'").await;
        says(&found, &[COPIES[0]]);
    });
}

#[test]
fn a_closure_that_was_taken_away_or_moved_is_named() {
    tell(async {
        says(&after_sql("delete from closures where class = '5А'").await, &["5А", "Q1"]);
        says(&after_sql("update closures set closed_at = '2026-01-01T00:00:00+03:00'").await, &["6А", "Q1"]);
        says(&after_sql("update closures set ends = '2025-10-01' where class = '5А'").await, &["5А", "Q1"]);
    });
}

#[test]
fn a_changed_certificate_and_a_lost_key_are_named() {
    tell(async {
        let found = after_sql(
            "update certificates set pem = (select pem from certificates where owner = 'log') where owner = 'seal'",
        );
        assert!(!found.await.is_empty(), "the seal's certificate changed unseen");
        let house = House::with_sealed_copies().await;
        let row = house.db.find_certificate("seal").await.expect("a read").expect("the seal's certificate");
        let seal = house.root.join("keys").join(row.key_file);
        std::fs::remove_file(seal).expect("the key goes");
        says(&house.doctor().await, &["doctor.key-missing"]);
    });
}

#[test]
fn a_kept_bundle_that_was_changed_is_named() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let (digest, _) = house.db.list_bundles().await.expect("bundles").remove(0);
        let file = house.root.join("bundles").join(digest).join("marks.csv");
        let text = std::fs::read_to_string(&file).expect("marks").replacen(",3\n", ",5\n", 1);
        super::verify::overwrite(&file, text.as_bytes());
        says(&house.doctor().await, &["doctor.bundle-altered", "marks.csv"]);
    });
}

/// Gives a row of the year new words where the old ones stand, as the pages do.
async fn lawfully(house: &House, table: &'static str, key: &str, was: &str, is: &str) {
    let key = [key.to_owned()];
    let row = house.db.find_row(table, YEAR, &key).await.expect("an answer").expect("a row");
    let new: Vec<&str> = row.iter().map(|cell| if cell == was { is } else { cell }).collect();
    assert_ne!(row, new, "{table} {key:?} has no «{was}»");
    let edit = Edit::put(table, YEAR, &[&key[0]], &new);
    change::apply(house, &after(30), "people", &[edit]).await.expect("a change");
}

#[test]
fn a_learner_a_teacher_and_a_class_that_are_called_otherwise_since_the_year_was_closed_leave_its_sheets_alone() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let closed = house.close("Y", &["5А"], Some("проверка сводной ведомости")).await.expect("a closing");
        assert!(closed[0].copy.is_some(), "{closed:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let learner = house.db.find_row("learners", YEAR, &["L00001".to_owned()]).await.expect("an answer");
        let surname = learner.expect("a learner").remove(0);
        let course = house.db.find_row("courses", YEAR, &["C00001".to_owned()]).await.expect("an answer");
        let teacher = course.expect("a course").remove(3);
        let staff = house
            .db
            .find_row("staff", YEAR, std::slice::from_ref(&teacher))
            .await
            .expect("an answer")
            .expect("a teacher");
        lawfully(&house, "learners", "L00001", &surname, "Лазуритова").await;
        lawfully(&house, "staff", &teacher, &staff[0], "Кварцева").await;
        // Nothing but the class's row goes; the guards hold its courses.
        let class = house.db.find_row("classes", YEAR, &["5А".to_owned()]).await.expect("an answer").expect("a class");
        let class: Vec<&str> = class.iter().map(String::as_str).collect();
        let renamed = [Edit::remove("classes", YEAR, &["5А"]), Edit::put("classes", YEAR, &["5-А"], &class)];
        change::apply(&house, &after(31), "classes", &renamed).await.expect("a change");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        // The frozen sheets keep the frozen name.
        let summary = house.snapshot("2025-05A-Y").await;
        let Some(Sheet::Summary(sheet)) = summary.sheets.get(1) else { panic!("no summary sheet") };
        assert!(sheet.rows.iter().any(|row| row.name.starts_with(&surname)), "{surname}");
    });
}

#[test]
fn the_same_name_written_past_the_history_is_named_beside_lawful_changes() {
    tell(async {
        let house = House::with_sealed_copies().await;
        house.close("Y", &["5А"], Some("проверка сводной ведомости")).await.expect("a closing");
        let row = house.db.find_row("learners", YEAR, &["L00001".to_owned()]).await.expect("an answer");
        let surname = row.expect("a learner").remove(0);
        lawfully(&house, "learners", "L00001", &surname, "Лазуритова").await;
        let sql = Intruder::without_guards(&house.root).await;
        sql.run("update learners set surname = 'Приписка' where id = 'L00002'").await;
        let found = house.doctor().await;
        says(&found, &["snapshot.learner-changed", "5А", "стало «Приписка»"]);
        says(&found, &["snapshot.summary-changed", "5А", "Приписка"]);
        assert!(!found.iter().any(|said| said.contains("Лазуритова")), "{found:#?}");
        // A final mark behind the name's back is found too, though the surname was lawfully changed since.
        sql.run("update final_marks set value = '5' where learner = 'L00001' and period = 'Q1' and value <> '5'").await;
        says(&house.doctor().await, &["snapshot.final-mark-changed", &surname, "стало «5»"]);
    });
}
