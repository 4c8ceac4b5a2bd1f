//! Offices out of lists and orders.

use letopis::domain::people::Subject;
use letopis::domain::rights::{Action, Role};
use letopis::flow::change;
use letopis::flow::office::forms as office;
use letopis::flow::people::{self, Order};
use letopis::flow::{Error, House};
use letopis::store::ChangeFilter;

use super::custody::post;
use super::house::{YEAR, act, day, on_every_engine, person_of};
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;
use super::shown::read;

fn order(person: &str, role: Role) -> Order {
    Order {
        person: person.into(),
        role,
        grades: None,
        stands_for: String::new(),
        acting: false,
        no: "31-к".into(),
        date: day("2025-10-01"),
        starts: day("2025-10-01"),
        ends: None,
    }
}

async fn roles(house: &House, person: &str, on: &str) -> Vec<Role> {
    let visitor = people::visitor(house, person, true, day(on)).await.unwrap();
    visitor.offices.iter().map(|office| office.role).collect()
}

#[test]
fn everybody_of_the_school_holds_the_office_that_lists_and_orders_give() {
    on_every_engine(|house| async move {
        for role in Role::ALL {
            let held = roles(&house, person_of(role), "2025-10-02").await;
            assert!(held.contains(&role), "{role:?}: {held:?}");
            assert!(held.len() <= 2, "{role:?}: {held:?}");
        }
        assert_eq!(roles(&house, "nobody", "2025-10-02").await, []);
    });
}

#[test]
fn an_acting_director_signs_and_appoints_between_two_dates() {
    on_every_engine(|house| async move {
        let acting = Order { acting: true, ends: Some(day("2025-10-10")), ..order("T02", Role::Director) };
        let made = people::appoint(&house, &acting, &act("T06", 0)).await.unwrap();
        assert_eq!(made.order(), "№ 31-к от 01.10.2025");
        assert_eq!(roles(&house, "T02", "2025-10-10").await, [Role::Director, Role::Deputy, Role::SubjectTeacher]);
        assert_eq!(roles(&house, "T02", "2025-10-11").await, [Role::Deputy, Role::SubjectTeacher]);
        let visitor = people::visitor(&house, "T02", true, day("2025-10-05")).await.unwrap();
        assert_eq!(visitor.offices[0].as_russian(), "и.о. директора");
        let sheets = people::sheets(&house).await.unwrap();
        let sheet = sheets.iter().find(|sheet| sheet.order.number == "31-к").expect("the order");
        assert_eq!(sheet.order.title, "О назначении: и.о. директора", "one word on every page");
        let copy = Subject::Copy { class: "9А", grade: 9, archived: false };
        assert!(visitor.may(Action::SignCopies, &copy).is_allowed(), "as director the whole school");
        // The director comes back early.
        people::end(&house, &made.id, day("2025-10-06"), "34-к", &act("T06", 5)).await.unwrap();
        assert_eq!(roles(&house, "T02", "2025-10-07").await, [Role::Deputy, Role::SubjectTeacher]);
        let again = people::end(&house, &made.id, day("2025-10-05"), "35-к", &act("T06", 6)).await;
        assert!(matches!(again, Err(Error::Appointment(_))), "{again:?}");
    });
}

#[test]
fn a_substitute_by_order_has_the_classes_and_courses_of_the_absent_one() {
    on_every_engine(|house| async move {
        let order =
            Order { stands_for: "T12".into(), ends: Some(day("2025-10-10")), ..order("T04", Role::SubjectTeacher) };
        people::appoint(&house, &order, &act("T01", 0)).await.unwrap();
        let visitor = people::visitor(&house, "T04", false, day("2025-10-02")).await.unwrap();
        let enters = visitor.reach(Action::EnterJournal);
        assert!(enters.course("C9", "9А", 9) && enters.course("C5", "5А", 5));
        let later = people::visitor(&house, "T04", false, day("2025-10-11")).await.unwrap();
        assert!(!later.reach(Action::EnterJournal).course("C9", "9А", 9));
    });
}

#[test]
fn nobody_appoints_himself_and_an_order_names_somebody_known() {
    on_every_engine(|house| async move {
        for (by, person) in [("T06", "T06"), ("T01", "T99")] {
            let made = people::appoint(&house, &order(person, Role::Secretary), &act(by, 0)).await;
            assert!(matches!(made, Err(Error::Appointment(_))), "{by} {person}: {made:?}");
        }
        assert_eq!(house.db.list_appointments().await.unwrap().len(), 1, "only the deputy's");
    });
}

#[test]
fn grades_that_cannot_be_bring_the_form_of_an_appointment_back_and_make_none() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let director = session(&house, "T01", 1).await;
        for (grades, said) in [
            ("9-5", "по возрастанию"),
            ("девять–11", "«10–11» или «все»"),
            ("", "Укажите параллели заместителя: например «1–4»"),
        ] {
            let typed = form(&[
                ("role", Role::Deputy.as_str()),
                ("no", "31-к"),
                ("date", "2025-10-01"),
                ("starts", "2025-10-01"),
                ("grades", grades),
            ]);
            let (status, page) = post(address, "/people/T04/appoint", &director, &typed).await;
            assert_eq!(status, 422, "{grades}: the form once more");
            assert!(page.contains(said), "{grades}: {page}");
        }
        // Who leads a class for good is no appointment: the refusal says where it is written.
        let typed = form(&[
            ("role", Role::ClassTeacher.as_str()),
            ("no", "31-к"),
            ("date", "2025-10-01"),
            ("starts", "2025-10-01"),
        ]);
        let (status, page) = post(address, "/people/T04/appoint", &director, &typed).await;
        assert!(status == 422 && page.contains("в списке классов: «Учебный год» → «Классы»"), "{page}");
        assert_eq!(house.db.list_appointments().await.unwrap().len(), 1, "only the deputy's");
        // Every grade is said in so many words, and kept as the whole school.
        let typed = form(&[
            ("role", Role::Deputy.as_str()),
            ("no", "31-к"),
            ("date", "2025-10-01"),
            ("starts", "2025-10-01"),
            ("grades", "все"),
        ]);
        assert_eq!(send(address, "POST", "/people/T04/appoint", &director, &typed).await.0, 303);
        let made = house.db.list_appointments_of("T04").await.unwrap();
        assert_eq!((made.len(), made[0].grades), (1, None));
        let (_, card) = read(address, "/people/T04", &director).await;
        assert!(card.contains("Назначено по ошибке") && card.contains("href=\"/history\""), "{card}");
    });
}

#[test]
fn an_office_of_the_staff_list_ends_by_order_and_stays_on_record() {
    on_every_engine(|house| async move {
        let ended = people::end_listed(&house, "T05", Role::Secretary, day("2025-10-03"), "40-к", &act("T01", 0))
            .await
            .unwrap();
        assert_eq!(ended.starts, None);
        assert_eq!(roles(&house, "T05", "2025-10-03").await, [Role::Secretary]);
        assert_eq!(roles(&house, "T05", "2025-10-04").await, []);
        let twice = people::end_listed(&house, "T05", Role::Secretary, day("2025-10-03"), "41-к", &act("T01", 1)).await;
        assert!(twice.is_err());
    });
}

#[test]
fn an_appointment_from_a_coming_day_leaves_the_office_of_the_staff_list_until_then() {
    on_every_engine(|house| async move {
        let coming = Order { starts: day("2025-10-10"), ..order("T05", Role::Secretary) };
        people::appoint(&house, &coming, &act("T01", 0)).await.unwrap();
        assert_eq!(roles(&house, "T05", "2025-10-02").await, [Role::Secretary]);
        assert_eq!(roles(&house, "T05", "2025-10-10").await, [Role::Secretary]);
        let address = open_to_the_web(&house).await;
        let (_, card) = read(address, "/people/T05", &session(&house, "T06", 1).await).await;
        let said = "по спискам учебного года по 09.10.2025; с 10.10.2025 — по приказу № 31-к от 01.10.2025";
        assert!(card.contains(said), "{card}");
        // What has not begun is not offered to end before it begins, and a day before is refused in words.
        assert!(card.contains("value=\"2025-10-10\" min=\"2025-10-10\""), "{card}");
        let made = house.db.list_appointments_of("T05").await.unwrap().pop().unwrap();
        let ended = people::end(&house, &made.id, day("2025-10-09"), "32-к", &act("T01", 1)).await;
        let said = "последний день (09.10.2025) раньше первого (10.10.2025)";
        assert!(ended.unwrap_err().to_string().contains(said));
        // The same office once more: the person is named, not numbered.
        let twice = people::appoint(&house, &coming, &act("T01", 2)).await.unwrap_err().to_string();
        let said = "Дубов О.К. уже занимает эту должность: приказ № 31-к от 01.10.2025;";
        assert!(twice.replace('\u{a0}', " ").contains(said), "{twice}");
    });
}

#[test]
fn a_school_has_one_head_for_good_and_who_acts_for_the_head_is_no_second_one() {
    on_every_engine(|house| async move {
        let second = order("T03", Role::Director);
        let refused = people::appoint(&house, &second, &act("T06", 0)).await.unwrap_err().to_string();
        for word in ["директор в школе один", "по списку сотрудников", "не позже 30.09.2025"]
        {
            assert!(refused.contains(word), "{word}: {refused}");
        }
        assert!(!refused.contains("T01"), "the person is named, not numbered: {refused}");
        assert!(house.db.list_appointments_of("T03").await.unwrap().is_empty());
        let acting = Order { acting: true, ends: Some(day("2025-10-05")), ..order("T02", Role::Director) };
        people::appoint(&house, &acting, &act("T06", 1)).await.unwrap();
        // On the card the refusal stands above the form, with what was typed.
        let address = open_to_the_web(&house).await;
        let fields = form(&[
            ("role", "director"),
            ("no", "31-к"),
            ("date", "2025-10-01"),
            ("starts", "2025-10-01"),
            ("ends", ""),
            ("grades", ""),
        ]);
        let token = session(&house, "T01", 1).await;
        let (status, page) = post(address, "/people/T03/appoint", &token, &fields).await;
        assert!(status == 422 && page.contains("Директор в школе один"), "{status}: {page}");

        people::end_listed(&house, "T01", Role::Director, day("2025-09-30"), "30-к", &act("T06", 2)).await.unwrap();
        people::appoint(&house, &second, &act("T06", 3)).await.unwrap();
        assert!(roles(&house, "T03", "2025-10-02").await.contains(&Role::Director));
        let third = people::appoint(&house, &order("T05", Role::Director), &act("T06", 4)).await;
        assert!(third.unwrap_err().to_string().contains("приказ № 31-к от 01.10.2025"));
    });
}

#[test]
fn an_order_of_appointment_has_one_sheet_among_the_years_and_takes_each_person_once() {
    on_every_engine(|house| async move {
        let sheets = people::sheets(&house).await.unwrap();
        let sheet = sheets.iter().find(|sheet| sheet.order.number == "12-к").expect("the deputy's order");
        assert_eq!(sheet.order.title, "О назначении: заместитель директора");
        assert_eq!(
            sheet.lines.iter().map(|line| (line.person.as_str(), line.seen_on)).collect::<Vec<_>>(),
            [("T02", None)]
        );
        // The very same rows are the year's list of orders and its sheet.
        let setup = house.db.load_setup(YEAR).await.unwrap();
        assert_eq!((setup.orders.len(), setup.acquaintances.len()), (1, 1));
        for _ in 0..2 {
            people::acquaint(&house, "12-к", "2025-09-01", &act("T02", 0)).await.unwrap();
        }
        let setup = house.db.load_setup(YEAR).await.unwrap();
        assert_eq!(setup.acquaintances.len(), 1);
        assert_eq!(setup.acquaintances[0].seen_on, Some(day("2025-10-02")));
        assert_eq!(setup.acquaintances[0].way, "here");
        // The printed sheet is filled from the same reading.
        let orders = office::orders(&house).await.unwrap();
        assert_eq!(orders.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["2025-09-01 12-к"]);
        let asked = office::Asked::from([("order".to_owned(), orders[0].0.clone())]);
        let form = office::make(&house, "acquaintance", &asked, &act("T05", 1)).await.unwrap();
        let table = form.tables().next().unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(&table.rows[0].cells[3..], ["02.10.2025", "ознакомлен(а) в системе", ""]);
        assert!(form.to_string().contains("приказом от 01.09.2025 № 12-к «О назначении: заместитель директора»"));
        // A title that somebody types is set in quotes and not declined.
        for typed in ["Положение об архиве", "«Положение об архиве»"] {
            let asked = office::Asked::from([("document".to_owned(), typed.to_owned())]);
            let form = office::make(&house, "acquaintance", &asked, &act("T05", 1)).await.unwrap().to_string();
            assert!(form.contains("С документом «Положение об архиве» ознакомлены:"), "{form}");
        }
        // Whoever types the order has its number; one that is not there is answered with those that are.
        let by = async |order: &str| {
            let asked = office::Asked::from([("order".to_owned(), order.to_owned())]);
            office::make(&house, "acquaintance", &asked, &act("T05", 1)).await.map(|form| form.to_string())
        };
        assert_eq!(by("12-к").await.unwrap(), form.to_string());
        assert!(by("13").await.unwrap_err().to_string().contains("№ 12-к от 01.09.2025"));
        assert!(people::acquaint(&house, "99", "2025-09-01", &act("T02", 0)).await.is_err(), "no such order");
        assert!(people::acquaint(&house, "12-к", "2025-09-01", &act("T03", 0)).await.is_err(), "not on the sheet");
        // Somebody whom it does not appoint is asked to read it too: both lists count the same people.
        let (order, more) = (&setup.orders[0].id, ["T03".to_owned()]);
        letopis::flow::setup::ask_to_see(&house, &act("T01", 3), YEAR, order, &more).await.unwrap();
        let address = open_to_the_web(&house).await;
        let token = session(&house, "T01", 77).await;
        for page in ["/appointments", "/year/orders"] {
            let (_, text) = read(address, page, &token).await;
            assert!(text.contains(">1 из 2<"), "{page}: {text}");
        }
    });
}

#[test]
fn what_earlier_versions_put_on_record_counts_on_the_common_sheet() {
    on_every_engine(|house| async move {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&house.config.database_url(&house.root)).await.unwrap();
        sqlx::query("insert into appointment_readings (school, order_no, order_date, person, read_at) values ($1, '12-к', '2025-09-01', 'T02', '2025-09-03T09:00:00+03:00')")
            .bind(house.db.school().to_owned())
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        let sheet = people::sheets(&house).await.unwrap().remove(0);
        assert_eq!(sheet.lines[0].seen_on, Some(day("2025-09-03")));
    });
}

#[test]
fn the_list_of_staff_finds_by_name_position_and_office() {
    on_every_engine(|house| async move {
        let found = |search: &'static str| {
            let house = house.clone();
            async move {
                let listed = people::list_staff(&house, search, day("2025-10-02")).await.unwrap();
                listed.into_iter().map(|one| one.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(found("секретарь").await, ["T05"]);
        assert_eq!(found("Ёлкин").await, ["T06", "T12"], "ё is е");
        assert_eq!(found("").await.len(), 12);
    });
}

#[test]
fn the_title_of_an_order_of_several_appointments_names_every_office_and_to_each_person_the_own_one() {
    on_every_engine(|house| async move {
        let begun = day("2025-09-01");
        let another = Order { no: "12-к".into(), date: begun, starts: begun, ..order("T12", Role::JournalKeeper) };
        people::appoint(&house, &another, &act("T01", 0)).await.unwrap();
        let title = "О назначении: заместитель директора, ответственный за ведение электронного журнала";
        let sheets = people::sheets(&house).await.unwrap();
        let sheet = sheets.iter().find(|sheet| sheet.order.number == "12-к").unwrap();
        assert_eq!((sheet.order.title.as_str(), sheet.lines.len()), (title, 2));
        let address = open_to_the_web(&house).await;
        let (_, me) = read(address, "/me", &session(&house, "T12", 1).await).await;
        assert!(me.contains(&format!("{title}. Вы — ответственный за ведение электронного журнала")), "{me}");
        let (_, list) = read(address, "/year/orders", &session(&house, "T01", 1).await).await;
        assert!(list.contains(title), "{list}");
    });
}

#[test]
fn an_appointment_taken_back_is_named_in_the_history_by_person_and_office() {
    on_every_engine(|house| async move {
        let made = people::appoint(&house, &order("T12", Role::JournalKeeper), &act("T01", 0)).await.unwrap();
        let of_appointments = ChangeFilter { table: Some("appointments".to_owned()), ..ChangeFilter::default() };
        let newest = house.db.list_changes(&of_appointments).await.unwrap().remove(0);
        assert_eq!(newest.key, std::slice::from_ref(&made.id));
        change::undo(&house, &act("T01", 1), &[newest.seq]).await.unwrap();
        assert!(house.db.list_appointments_of("T12").await.unwrap().is_empty());
        let address = open_to_the_web(&house).await;
        let (_, page) = read(address, "/history", &session(&house, "T01", 1).await).await;
        assert!(page.contains("Назначение: ответственный за ведение электронного журнала, "), "{page}");
        assert!(!page.contains(&format!("Назначение: {}", made.id)), "{page}");
    });
}
