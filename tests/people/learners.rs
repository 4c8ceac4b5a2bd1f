//! Learners' data (000 Инс 5.2 кл. рук. б, 002 4.5): cards put right by whom the rules name, copies that stay, the monthly check.

use letopis::domain::rights::Role;
use letopis::flow::change::{self, Edit};
use letopis::store::ChangeFilter;

use super::custody::post;
use super::house::{YEAR, act, on_every_engine, past_the_program, person_of};
use super::matrix::{furnish, open_to_the_web, send, session, session_at};
use super::reach::{form, rows};
use super::rules::open_on;
use super::shown::read;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

fn card(surname: &str, file_no: &str) -> String {
    form(&[
        ("act", "card"),
        ("year", YEAR),
        ("surname", surname),
        ("given_name", "Яшма"),
        ("patronymic", "Кедровна"),
        ("born", "2014-03-08"),
        ("file_no", file_no),
    ])
}

#[test]
fn a_class_teacher_puts_the_card_of_an_own_learner_right_and_frozen_copies_keep_the_former_name() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, person_of(Role::ClassTeacher), 1).await;
        let frozen = house.db.list_versions("2025-05A-Q1").await.unwrap().pop().unwrap().snapshot;
        let before = house.db.load_snapshot_text(frozen).await.unwrap();
        assert_eq!(send(address, "POST", "/year/learners/L9/card", &teacher, &card("Иная", "")).await.0, 403, "9А");
        let subject = session(&house, person_of(Role::SubjectTeacher), 2).await;
        assert_eq!(send(address, "POST", "/year/learners/L1/card", &subject, &card("Иная", "")).await.0, 403);
        assert_eq!(send(address, "POST", "/year/learners/L1/card", &teacher, &card("", "")).await.0, 422);
        assert_eq!(send(address, "POST", "/year/learners/L1/card", &teacher, &card("Липова", "К-12")).await.0, 303);
        assert_eq!(
            send(address, "POST", "/year/learners/L2/card", &teacher, &card("Рябинина", "К-12")).await.0,
            422,
            "twice"
        );

        // The card and the journal show the new name; what was frozen does not change by a letter.
        let row = rows(&house, "learners").await.into_iter().find(|row| row[0] == "L1").unwrap();
        assert_eq!(row[1..6], ["Липова", "Яшма", "Кедровна", "2014-03-08", "5А"]);
        let (_, page) = read(address, "/year/learners/L1", &teacher).await;
        assert!(
            page.contains("Липова Яшма Кедровна") && page.contains("К-12") && page.contains("Ольхина Яшма"),
            "{page}"
        );
        let (_, journal) = read(address, "/journal/5%D0%90", &teacher).await;
        assert!(journal.contains("Липова") && !journal.contains("Ольхина"), "{journal}");
        let after = house.db.load_snapshot_text(frozen).await.unwrap();
        assert_eq!(before, after);
        assert!(before.contains("Ольхина"));

        // Whoever looks for either name finds the learner.
        for name in ["%D0%9B%D0%B8%D0%BF%D0%BE%D0%B2%D0%B0", "%D0%9E%D0%BB%D1%8C%D1%85%D0%B8%D0%BD%D0%B0"] {
            let (_, found) = read(address, &format!("/search?q={name}"), &teacher).await;
            assert!(found.contains("/learner/L1"), "{name}: {found}");
        }
        // The page that the search leads to leads on to the card; a family's page does not.
        let card_of = "href=\"/year/learners/L1\">Карточка</a>";
        let (_, own) = read(address, "/learner/L1", &teacher).await;
        assert!(own.contains(card_of));
        // A lost slip: from there to the list of the class, where this one is ticked.
        assert!(own.contains("href=\"/families/5%D0%90?person=L1#p-L1\">Выдать вход заново</a>"), "{own}");
        let (_, list) = read(address, "/families/5%D0%90?person=L1", &teacher).await;
        assert!(list.contains("value=\"L1\" checked") && !list.contains("value=\"P00001\" checked"), "{list}");
        let parent = session(&house, "P00001", 1).await;
        let (status, diary) = read(address, "/diary/L1", &parent).await;
        assert!(status == 200 && !diary.contains(card_of), "{status}");

        // Taken back on the page; an order's change of the same row is not taken back here.
        let filter = ChangeFilter { table: Some("learners".into()), key: vec!["L1".into()], ..ChangeFilter::default() };
        let renamed = house.db.list_changes(&filter).await.unwrap()[0].clone();
        assert_eq!(renamed.by, "T03");
        let undo = |seq: u64| form(&[("act", "undo"), ("year", YEAR), ("seqs", &seq.to_string())]);
        assert_eq!(send(address, "POST", "/year/learners/L1/card", &teacher, &undo(renamed.seq)).await.0, 303);
        let mut row = rows(&house, "learners").await.into_iter().find(|row| row[0] == "L1").unwrap();
        assert_eq!(row[1], "Ольхина");
        row[6] = "2025-09-02".into();
        let cells: Vec<&str> = row[1..].iter().map(String::as_str).collect();
        let edits = [Edit::put("learners", YEAR, &["L1"], &cells)];
        let order = change::apply(&house, &act("T05", 1), "movement", &edits).await.unwrap().seqs[0];
        assert_eq!(send(address, "POST", "/year/learners/L1/card", &teacher, &undo(order)).await.0, 403);
    });
}

#[test]
fn a_check_of_a_classs_data_is_recorded_with_day_and_person_and_a_month_without_is_told() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, person_of(Role::ClassTeacher), 1).await;
        let of_5a = "/year/check/5%D0%90";
        let (_, first) = read(address, "/", &teacher).await;
        assert!(
            first.contains("ждёт сверки данных") && first.contains("срок прошёл: 5А"),
            "September went by: {first}"
        );
        let (_, list) = read(address, of_5a, &teacher).await;
        assert!(list.contains("просрочено: срок был 30.09.2025") && list.contains("нет № личного дела"), "{list}");
        assert!(list.contains("Ольхина Роза Кедровна") && list.contains("не указан родитель"), "{list}");
        assert_eq!(send(address, "GET", "/year/check/9%D0%90", &teacher, "").await.0, 403, "another class");
        let subject = session(&house, person_of(Role::SubjectTeacher), 2).await;
        assert_eq!(send(address, "GET", of_5a, &subject, "").await.0, 403, "least access");
        let done = form(&[("act", "checked"), ("note", "ждём номера личных дел")]);
        assert_eq!(send(address, "POST", of_5a, &teacher, &done).await.0, 303);
        let checks = house.db.list_data_checks(YEAR).await.unwrap();
        assert_eq!(
            (checks.len(), checks[0].checked_by.as_str(), checks[0].checked_on.as_str()),
            (1, "T03", "2025-10-02")
        );
        let (_, list) = read(address, of_5a, &teacher).await;
        assert!(list.contains("сверено 02.10.2025") && list.contains("ждём номера личных дел"), "{list}");
        let (_, first) = read(address, "/", &teacher).await;
        assert!(!first.contains("сверки данных"), "{first}");

        // A month later the next one is due, and then late.
        let later = open_on(&house, 40 * DAY).await;
        let token = session_at(&house, person_of(Role::ClassTeacher), 3, 40 * DAY).await;
        let (status, _) = read(later, of_5a, &token).await;
        assert_eq!(status, 200);

        let mut past = past_the_program(&house).await;
        let attacks =
            ["update data_checks set checked_on = '2025-09-01'", "delete from data_checks"].map(str::to_owned);
        super::house::all_are_refused(&mut past, &attacks).await;
    });
}

#[test]
fn a_mark_from_another_school_is_mapped_to_a_subject_that_there_is() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, person_of(Role::ClassTeacher), 1).await;
        let (_, page) = read(address, "/year/learners/L1?add=1", &teacher).await;
        assert!(page.contains("list=\"f-subject-offered\"") && page.contains("<option value=\"Алгебра\">"), "{page}");
        let mark = |subject: &str| {
            form(&[
                ("act", "put"),
                ("year", YEAR),
                ("origin", "Школа № 2"),
                ("their_subject", "Математика"),
                ("subject", subject),
                ("dated", "1 четверть"),
                ("value", "4"),
            ])
        };
        assert_eq!(send(address, "POST", "/year/learners/L1", &teacher, &mark("Алгебрра")).await.0, 422);
        assert!(house.db.list_year_rows("foreign_marks", YEAR).await.unwrap().is_empty());
        assert_eq!(send(address, "POST", "/year/learners/L1", &teacher, &mark("алгебра")).await.0, 303);
        let row = house.db.list_year_rows("foreign_marks", YEAR).await.unwrap().remove(0);
        assert_eq!(row[4], "Алгебра", "as the school spells it");
    });
}

#[test]
fn marks_from_another_school_are_checked_changed_and_pasted() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, person_of(Role::ClassTeacher), 1).await;
        let page = "/year/learners/L1";
        let cells = |dated: &str, value: &str, key: &[&str]| {
            let mut cells =
                vec![("act", "put"), ("year", YEAR), ("origin", "Школа № 2"), ("their_subject", "Математика")];
            cells.extend([("subject", ""), ("dated", dated), ("value", value)]);
            cells.extend(key.iter().map(|part| ("key", *part)));
            form(&cells)
        };
        let rows = async || house.db.list_year_rows("foreign_marks", YEAR).await.unwrap();
        for (dated, value) in [("1 четверть", "45"), ("31.02.2025", "4")] {
            assert_eq!(
                send(address, "POST", page, &teacher, &cells(dated, value, &[])).await.0,
                422,
                "{dated} {value}"
            );
        }
        assert!(rows().await.is_empty());
        // The next mark begins with the school, the subject and the day of this one.
        let (status, next) = send(address, "POST", page, &teacher, &cells("1 четверть", "4", &[])).await;
        assert!(status == 303 && next.contains("add=1&origin=") && next.ends_with("#form"), "{next}");
        // Answers are read in small letters; those of the address stand in the page's.
        let (_, asked) = next.trim_end_matches("#form").split_once('?').unwrap();
        let (_, shown) = read(address, &format!("{page}?{asked}"), &teacher).await;
        assert!(shown.contains("value=\"1 четверть\"") && shown.contains("value=\"Школа № 2\""), "{shown}");
        assert!(shown.contains("такого у нас нет"), "{shown}");
        // The same mark again is refused in people's words; the one that stands is changed.
        let again = cells("1 четверть", "5", &[]);
        let (status, refused) = post(address, page, &teacher, &again).await;
        assert!(
            status == 422 && refused.contains("такая строка уже есть") && !refused.contains("L1, 0001"),
            "{refused}"
        );
        let key = rows().await.remove(0)[..2].to_vec();
        let (_, edit) = read(address, &format!("{page}?edit={}", key[1]), &teacher).await;
        assert!(
            edit.contains("Изменить отметку") && edit.contains(&format!("name=\"key\" value=\"{}\"", key[1])),
            "{edit}"
        );
        let changed = cells("1 четверть", "5", &[key[0].as_str(), key[1].as_str()]);
        assert_eq!(send(address, "POST", page, &teacher, &changed).await.0, 303);
        assert_eq!(rows().await.iter().map(|row| row[6].clone()).collect::<Vec<_>>(), ["5"]);
        // A list is pasted under the headings of the page.
        let list = "Школа\tПредмет там\tПредмет здесь\tДата или период\tОтметка\nШкола № 2\tФизика\t\t1 четверть\t4\n";
        let paste = |act: &str| form(&[("act", act), ("year", YEAR), ("text", list)]);
        let (status, tried) = post(address, page, &teacher, &paste("try")).await;
        assert!(status == 200 && tried.contains("Проверено") && tried.contains("Физика"), "{tried}");
        assert_eq!(rows().await.len(), 1, "a trial writes nothing");
        assert_eq!(send(address, "POST", page, &teacher, &paste("paste")).await.0, 303);
        assert_eq!(rows().await.len(), 2);
    });
}
