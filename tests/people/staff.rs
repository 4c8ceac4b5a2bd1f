//! Staff by orders (SEC-09): the specialist of staff hires, puts cards right and dismisses; what is left goes to who names another; lists come
//! whole; acts are taken back whole.

use letopis::bundle::encoding;
use letopis::bundle::one_table;
use letopis::domain::employment::Card;
use letopis::domain::rights::Role;
use letopis::domain::setup::layout::STAFF;
use letopis::domain::setup::stays::OrderMark;
use letopis::flow::setup::Outcome;
use letopis::flow::signin::credentials::Chain;
use letopis::flow::staff::{self, Done};
use letopis::flow::{House, people, signin};
use letopis::store::{ChangeFilter, ChangeRow};

use super::house::{YEAR, act, after, day, on_every_engine};
use super::matrix::{open_to_the_web, send, session, session_at};
use super::reach::{form, rows};
use super::rules::open_on;
use super::shown::read;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

fn order(number: &str, date: &str) -> OrderMark {
    OrderMark { number: number.to_owned(), date: Some(day(date)) }
}

fn card(surname: &str, position: &str) -> Card {
    Card {
        surname: surname.to_owned(),
        given_name: "Яшма".to_owned(),
        patronymic: "Опаловна".to_owned(),
        position: position.to_owned(),
        ..Card::default()
    }
}

async fn offices(house: &House, person: &str, on: &str) -> Vec<Role> {
    let visitor = people::visitor(house, person, true, day(on)).await.unwrap();
    visitor.offices.iter().map(|office| office.role).collect()
}

/// Lines of the history of a table, newest first.
async fn changes_of(house: &House, table: &str) -> Vec<ChangeRow> {
    let filter = ChangeFilter { table: Some(table.to_owned()), ..ChangeFilter::default() };
    house.db.list_changes(&filter).await.unwrap()
}

async fn dismissed(house: &House, by: &str, person: &str, last: &str) -> Vec<String> {
    match staff::dismiss(house, &act(by, 0), person, &order("3-л", "2025-10-02"), Some(day(last))).await.unwrap() {
        Done::Written { left, .. } => left,
        Done::Refused(findings) => panic!("{findings:?}"),
    }
}

#[test]
fn a_teacher_hired_in_october_teaches_without_anybodys_import() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (hr, deputy) = (session(&house, "T10", 1).await, session(&house, "T02", 2).await);
        let hire = form(&[
            ("act", "hire"),
            ("surname", "Лунина"),
            ("given_name", "Яшма"),
            ("patronymic", "Опаловна"),
            ("position", "Учитель физики"),
            ("subject", "Физика"),
            ("from", "2025-10-06"),
            ("order", "14-л"),
            ("order_date", "2025-10-02"),
        ]);
        assert_eq!(send(address, "POST", "/people/staff", &deputy, &hire).await.0, 403, "a deputy hires nobody");
        let (status, location) = send(address, "POST", "/people/staff", &hr, &hire).await;
        assert_eq!((status, location.as_str()), (303, "/people/t00013"));
        assert_eq!(offices(&house, "T00013", "2025-10-05").await, [], "before the first day nothing is held");
        assert_eq!(offices(&house, "T00013", "2025-10-06").await, [Role::SubjectTeacher]);
        // The same order sent twice by a slip of the finger hires nobody twice.
        assert_eq!(send(address, "POST", "/people/staff", &hr, &hire).await.0, 422);

        let course = form(&[
            ("act", "put"),
            ("year", YEAR),
            ("class", "5А"),
            ("subject", "Физика"),
            ("teacher", "T00013"),
            ("hours_centi", "2"),
        ]);
        assert_eq!(send(address, "POST", "/year/courses", &deputy, &course).await.0, 303);
        // A course that just began has no lessons yet: the page says who brings them, and sends nobody to another period.
        let courses = rows(&house, "courses").await;
        let id = courses.iter().find(|row| row[2] == "Физика").map(|row| row[0].clone()).unwrap();
        let (_, page) = read(address, &format!("/course/{id}"), &deputy).await;
        assert!(
            page.contains("Уроков ещё нет") && page.contains("загружает администратор или ответственный"),
            "{page}"
        );
        assert!(!page.contains("Посмотрите другой период"), "{page}");
        let administrator = session(&house, "T06", 3).await;
        let (_, first) = read(address, "/", &administrator).await;
        assert!(first.contains("принятый сотрудник без входа"), "{first}");
        let slips = house.sign_in.issue(&house, &Chain::Staff, &["T00013".into()], &act("T06", 5)).await.unwrap();
        assert_eq!(slips[0].name, "Лунина Яшма Опаловна");
        let (_, book) = read(address, "/people/staff", &hr).await;
        assert!(book.contains("Лунина Яшма Опаловна") && book.contains("приказ № 14-л от 02.10.2025"), "{book}");
        // A hiring with courses and an account behind it is not undone by a button.
        let hired = changes_of(&house, "employments").await[0].seq.to_string();
        let undo = form(&[("act", "undo"), ("seqs", &hired)]);
        assert_eq!(send(address, "POST", "/people/staff", &hr, &undo).await.0, 409);
        assert!(rows(&house, "staff").await.iter().any(|row| row[0] == "T00013"));
    });
}

#[test]
fn whoever_was_hired_from_a_coming_day_reads_from_which_and_who_assigns_courses() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let hr = session(&house, "T10", 1).await;
        let hire = form(&[
            ("act", "hire"),
            ("surname", "Лунина"),
            ("given_name", "Яшма"),
            ("position", "Учитель физики"),
            ("from", "2025-10-06"),
            ("order", "14-л"),
            ("order_date", "2025-10-02"),
        ]);
        assert_eq!(send(address, "POST", "/people/staff", &hr, &hire).await.0, 303);
        // An appointment is offered from the first day at work, the order from today.
        let director = session(&house, "T01", 5).await;
        let (_, card) = read(address, "/people/T00013", &director).await;
        assert!(card.contains("name=\"starts\" type=\"date\" value=\"2025-10-06\""), "{card}");
        assert!(card.contains("name=\"date\" type=\"date\" value=\"2025-10-02\""), "{card}");
        let early = session(&house, "T00013", 2).await;
        let (_, first) = read(address, "/", &early).await;
        assert!(first.contains("Вы работаете с 6 октября 2025 г.") && !first.contains("Ничего не ждёт"), "{first}");
        assert!(first.contains("<a href=\"/me\">«Мой вход»</a>") && !first.contains("class=\"waits\""), "{first}");
        assert!(first.contains(">Мой вход<"), "the menu has it too: {first}");
        let said = "Курсы вам ещё не назначены: их назначает администратор, директор или заместитель директора.";
        assert!(first.contains(said), "{first}");
        // At work, and still without a course: the journal says the same.
        let later = open_on(&house, 5 * DAY).await;
        let teacher = session_at(&house, "T00013", 3, 5 * DAY).await;
        let (status, journal) = read(later, "/journal", &teacher).await;
        assert!(status == 200 && journal.contains(said), "{status} {journal}");
        let (_, first) = read(later, "/", &teacher).await;
        assert!(!first.contains("Вы работаете с"), "{first}");
        // With a course the plan of lessons is owed from the first day at work: the term of 1 September was nobody's fault here.
        let deputy = session(&house, "T02", 4).await;
        let course = form(&[
            ("act", "put"),
            ("year", YEAR),
            ("class", "5А"),
            ("subject", "Физика"),
            ("teacher", "T00013"),
            ("hours_centi", "2"),
        ]);
        assert_eq!(send(address, "POST", "/year/courses", &deputy, &course).await.0, 303);
        let (_, first) = read(later, "/", &teacher).await;
        let told = first.split("<li").find(|line| line.contains("ждут вас с 6 октября, вашего первого дня в курсе"));
        let told = told.expect("the plan is asked for");
        assert!(told.contains("сдайте КТП") && !told.contains("urgent"), "{told}");
    });
}

#[test]
fn a_course_says_who_loads_the_journal_and_leads_there_whoever_may() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (teacher, administrator) = (session(&house, "T04", 1).await, session(&house, "T06", 2).await);
        let (_, page) = read(address, "/course/C5", &teacher).await;
        let who = "загружает его администратор или ответственный за ведение электронного журнала";
        assert!(page.contains(who) && !page.contains("/exchange/import"), "{page}");
        let (_, page) = read(address, "/course/C5", &administrator).await;
        assert!(page.contains("<a href=\"/exchange/import\">загрузить журнал</a>") && !page.contains(who), "{page}");
    });
}

#[test]
fn a_dismissal_ends_offices_and_account_and_what_is_left_waits_for_who_names_another() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let hr = session(&house, "T10", 1).await;
        let (_, own) = read(address, "/", &hr).await;
        assert!(own.contains("Принять на работу"), "the first screen of the specialist of staff: {own}");
        let dismiss =
            |last| form(&[("act", "dismiss"), ("last", last), ("order", "3-л"), ("order_date", "2025-10-02")]);
        let no_order = form(&[("act", "dismiss"), ("last", "2025-10-03")]);
        let (_, card) = read(address, "/people/T04", &hr).await;
        assert!(
            card.contains("Без хозяина останутся:</strong> 5А, Алгебра") && card.contains("name=\"sure\""),
            "{card}"
        );
        assert_eq!(send(address, "POST", "/people/T04/staff", &hr, &no_order).await.0, 422);
        assert_eq!(send(address, "POST", "/people/T10/staff", &hr, &dismiss("2025-10-03")).await.0, 422, "not oneself");
        assert_eq!(send(address, "POST", "/people/T04/staff", &hr, &dismiss("2025-10-03")).await.0, 303);
        assert_eq!(offices(&house, "T04", "2025-10-03").await, [Role::SubjectTeacher], "the last day is a day of work");
        assert_eq!(offices(&house, "T04", "2025-10-04").await, []);

        // The session that the teacher had open the day before opens nothing, and no new password is issued.
        let later = open_on(&house, 2 * DAY).await;
        let token = session_at(&house, "T04", 4, 2 * DAY).await;
        let (status, way) = send(later, "GET", "/course/C5", &token, "").await;
        assert!(status == 303 && way.starts_with("/signin") || status == 401, "{status} {way}");
        let issued = house.sign_in.issue(&house, &Chain::Staff, &["T04".into()], &act("T06", 2 * DAY)).await;
        assert!(matches!(issued, Err(letopis::flow::Error::SignIn(signin::Refusal::NotInTheChain(_)))), "{issued:?}");

        // The deputy of 5-6 gets the course of 5А as work; the deputy's own first screen says so until somebody is named.
        let deputy = session_at(&house, "T02", 5, 2 * DAY).await;
        let (_, first) = read(later, "/", &deputy).await;
        assert!(first.contains("уволенного без хозяина") && first.contains("5А: Алгебра"), "{first}");
        let (_, page) = read(later, "/people/staff", &deputy).await;
        assert!(page.contains("/year/courses?edit=C5#form"), "{page}");
        // The way to a change of teacher has all that is known filled in, and leads on to the course, where the next is named.
        let known = page.replace("&#38;", "&");
        assert!(known.contains("/year/teachers?add=1&course=C5&until=2025-10-03&teacher=T04&ground="), "{page}");
        let change = form(&[
            ("act", "put"),
            ("year", YEAR),
            ("course", "C5"),
            ("until", "2025-10-03"),
            ("teacher", "T04"),
            ("ground", "приказ № 3-л"),
        ]);
        let (status, way) = send(later, "POST", "/year/teachers", &deputy, &change).await;
        assert_eq!((status, way.as_str()), (303, "/year/courses?year=2025%2f2026&edit=c5#form"));
        let (_, form_of_course) = read(later, "/year/courses?edit=C5", &deputy).await;
        assert!(form_of_course.contains("работает по 03.10.2025"), "a choice says who leaves: {form_of_course}");
        let put = form(&[
            ("act", "put"),
            ("year", YEAR),
            ("key", "C5"),
            ("class", "5А"),
            ("subject", "Алгебра"),
            ("teacher", "T12"),
            ("hours_centi", "3"),
        ]);
        // Who saves a row of a table that was searched comes back to the rows that were found.
        let (status, way) = send(later, "POST", "/year/courses?q=5%D0%90", &deputy, &put).await;
        assert_eq!((status, way.as_str()), (303, "/year/courses?year=2025%2f2026&q=5%d0%90"));
        let (_, first) = read(later, "/", &deputy).await;
        assert!(!first.contains("без хозяина"), "{first}");
        let (_, works) = read(later, "/year/works?add=1", &deputy).await;
        let offered = "id=\"f-kind_of_work-offered\"><option value=\"Контрольная работа\">";
        assert!(works.contains(offered), "the rules' control works are offered: {works}");

        // Hired again: the same person, from another day.
        let again = form(&[
            ("act", "hire"),
            ("surname", "Гранитов"),
            ("given_name", "Опал"),
            ("patronymic", "Кварцевич"),
            ("position", "Учитель"),
            ("from", "2025-11-01"),
            ("order", "20-л"),
            ("order_date", "2025-10-30"),
        ]);
        assert_eq!(send(address, "POST", "/people/T04/staff", &hr, &again).await.0, 303);
        assert_eq!(offices(&house, "T04", "2025-10-31").await, []);
        assert_eq!(offices(&house, "T04", "2025-11-01").await, [Role::SubjectTeacher]);
    });
}

#[test]
fn a_dismissal_ends_appointments_and_listed_offices_and_is_taken_back_with_them() {
    on_every_engine(|house| async move {
        let left = dismissed(&house, "T10", "T02", "2025-10-10").await;
        assert!(left.is_empty(), "{left:?}");
        let left = dismissed(&house, "T10", "T12", "2025-10-10").await;
        assert_eq!(left, ["9А класс: классное руководство", "9А: Алгебра"]);
        dismissed(&house, "T10", "T05", "2025-10-10").await;
        let ended = house.db.list_appointments_of("T02").await.unwrap();
        assert_eq!((ended[0].ends, ended[0].end_order.as_str()), (Some(day("2025-10-10")), "3-л"));
        assert_eq!(offices(&house, "T05", "2025-10-10").await, [Role::Secretary]);
        assert_eq!(offices(&house, "T05", "2025-10-11").await, []);
        // Nobody signs for the school who does not work there: the order counts for copies as well, not the list.
        let listed = house.db.list_appointments_of("T05").await.unwrap();
        assert_eq!((listed[0].role, listed[0].ends), (Role::Secretary, Some(day("2025-10-10"))));

        let (by, number) = (act("T10", 1), order("4-л", "2025-10-02"));
        let only = staff::dismiss(&house, &by, "T06", &number, Some(day("2025-10-10"))).await.unwrap();
        let Done::Refused(findings) = only else { panic!("the only administrator is gone") };
        assert_eq!(findings[0].code, "staff.last-administrator");

        // Undone on the page as one act: the dismissal and the appointment that it ended.
        let address = open_to_the_web(&house).await;
        let (hr, secretary) = (session(&house, "T10", 1).await, session(&house, "T09", 2).await);
        let of_deputy = changes_of(&house, "employments")
            .await
            .into_iter()
            .find(|row| row.new.as_ref().unwrap()[0] == "T02")
            .unwrap();
        let undo = form(&[("act", "undo"), ("seqs", &of_deputy.seq.to_string())]);
        assert_eq!(send(address, "POST", "/people/staff", &secretary, &undo).await.0, 403);
        assert_eq!(send(address, "POST", "/people/staff", &hr, &undo).await.0, 303);
        assert_eq!(house.db.list_appointments_of("T02").await.unwrap()[0].ends, None);
        assert_eq!(offices(&house, "T02", "2025-12-01").await, [Role::Deputy, Role::SubjectTeacher]);
        // An appointment alone is nothing of this page.
        let appointed =
            changes_of(&house, "appointments").await.into_iter().find(|row| row.event < of_deputy.event).unwrap();
        let undo = form(&[("act", "undo"), ("seqs", &appointed.seq.to_string())]);
        assert_eq!(send(address, "POST", "/people/staff", &hr, &undo).await.0, 409);
    });
}

#[test]
fn a_card_put_right_shows_the_new_name_and_its_history() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let hr = session(&house, "T10", 1).await;
        let put = form(&[
            ("act", "card"),
            ("surname", "Малахитова"),
            ("given_name", "Опал"),
            ("patronymic", "Кварцевна"),
            ("position", "Секретарь учебной части"),
            ("room", "3"),
        ]);
        assert_eq!(send(address, "POST", "/people/T05/staff", &hr, &put).await.0, 303);
        let (_, page) = read(address, "/people/T05", &hr).await;
        assert!(page.contains("Малахитова Опал Кварцевна") && page.contains("Секретарь учебной части"), "{page}");
        let change = changes_of(&house, "staff").await.remove(0);
        assert_eq!((change.by.as_str(), change.key[0].as_str()), ("T10", "T05"));
        assert_eq!(offices(&house, "T05", "2025-10-02").await, [Role::Secretary], "a card gives and takes no office");
        let deputy = form(&[("act", "card"), ("surname", "А"), ("given_name", "Б"), ("position", "Директор")]);
        assert_eq!(send(address, "POST", "/people/T04/staff", &hr, &deputy).await.0, 303);
        assert_eq!(offices(&house, "T04", "2025-10-02").await, [Role::SubjectTeacher]);
    });
}

#[test]
fn a_list_of_staff_comes_whole_after_a_trial_and_dismisses_only_by_an_order() {
    on_every_engine(|house| async move {
        let text = "Ф.И.О.;Должность;Предмет;Принят с;Приказ о приёме №;Дата приказа о приёме;Последний рабочий день;Приказ об увольнении №;Дата приказа об увольнении\r\n\
                    Лунина Яшма Опаловна;Учитель химии;Химия;06.10.2025;14-л;02.10.2025;;;\r\n\
                    Сердоликов Агат Яшмович;Сторож;;01.10.2025;13-л;30.09.2025;;;\r\n";
        let bytes = encoding::to_windows_1251(text);
        let sheet = one_table::read("сотрудники.csv", &bytes, &STAFF, false).unwrap();
        let before = rows(&house, "staff").await.len();
        let (tried, notes) = staff::take_sheet(&house, &act("T10", 0), &sheet, true).await.unwrap();
        assert!(matches!(&tried, Outcome::Would(counts) if counts.new == 2), "{tried:?}");
        assert!(notes[0].message.contains("12 из тех, кто работает"), "{notes:?}");
        assert_eq!(rows(&house, "staff").await.len(), before, "a trial writes nothing");
        let (done, _) = staff::take_sheet(&house, &act("T10", 0), &sheet, false).await.unwrap();
        assert!(matches!(&done, Outcome::Done(counts) if counts.new == 2), "{done:?}");
        let (again, _) = staff::take_sheet(&house, &act("T10", 1), &sheet, false).await.unwrap();
        assert!(matches!(&again, Outcome::Done(counts) if counts.same == 2 && counts.seqs.is_empty()), "{again:?}");
        assert_eq!(offices(&house, "T00013", "2025-10-06").await, [Role::SubjectTeacher]);
        assert_eq!(offices(&house, "T00014", "2025-10-06").await, [], "a watchman holds no office");

        // One wrong row, and nothing of the list is written.
        let half = text
            .replace("Лунина", "Берилова")
            .replace("Сердоликов Агат Яшмович;Сторож;;01.10.2025;13-л", "Ониксов Агат Яшмович;Сторож;;01.10.2025;");
        let sheet = one_table::read("сотрудники.csv", half.as_bytes(), &STAFF, false).unwrap();
        let (refused, _) = staff::take_sheet(&house, &act("T10", 2), &sheet, false).await.unwrap();
        assert!(matches!(&refused, Outcome::Refused(findings) if findings[0].code == "staff.no-order"), "{refused:?}");
        assert!(rows(&house, "staff").await.iter().all(|row| row[1] != "Берилова"));

        let leaves = text.replace(";02.10.2025;;;", ";02.10.2025;30.11.2025;50-л;28.11.2025");
        let sheet = one_table::read("сотрудники.csv", leaves.as_bytes(), &STAFF, false).unwrap();
        let (left, _) = staff::take_sheet(&house, &act("T10", 3), &sheet, false).await.unwrap();
        assert!(matches!(&left, Outcome::Done(counts) if counts.changed == 1 && counts.same == 1), "{left:?}");
        assert_eq!(offices(&house, "T00013", "2025-12-01").await, []);
        let newcomer = card("Агатова", "Учитель");
        let hired =
            staff::hire(&house, &act("T10", 4), "", &newcomer, &order("15-л", "2025-10-02"), None).await.unwrap();
        assert!(matches!(hired, Done::Refused(_)), "a hiring without a day");
        assert!(after(0) < after(1));
    });
}
