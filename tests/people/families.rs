//! Parents of a class: pasted from the office's table by the class teacher, each once.

use super::custody::post;
use super::house::{YEAR, on_every_engine};
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;
use super::shown::read;

const LIST: &str = "/families/5%D0%90/list";

#[test]
fn a_class_teacher_pastes_the_parents_of_the_class_and_a_second_paste_writes_nobody_twice() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, "T03", 1).await;
        let paste = |text: &str| form(&[("list", text)]);
        let families = async || {
            let mut told: Vec<(String, String)> = Vec::new();
            for row in house.db.list_guardians().await.unwrap() {
                told.push((format!("{} {}", row.surname, row.given_name), row.learners.join(" ")));
            }
            told.sort();
            told
        };
        let before = families().await;
        assert_eq!(before, [("Ольхина Роза".to_owned(), "L1".to_owned())]);

        // A line that names a child of another class: nothing is written, and the page says where.
        let faulty = "Ольхина Анна\tОльхин Пётр Кедрович\nСиренева Анна\tСиренев Илья";
        let (status, _) = send(address, "POST", LIST, &teacher, &paste(faulty)).await;
        assert_eq!((status, families().await), (422, before.clone()));

        // The mother is known already and has a second child in the class: she is not written twice.
        let list = "Ученик\tМать\tОтец\tТелефон\n\
                    L1\tОльхина Роза Кедровна\tОльхин Пётр Кедрович\t8 900 000-00-00\n\
                    L2\tОльхина Роза Кедровна\t\t";
        let after = [("Ольхин Пётр".to_owned(), "L1".to_owned()), ("Ольхина Роза".to_owned(), "L1 L2".to_owned())];
        for _ in 0..2 {
            let (status, _) = send(address, "POST", LIST, &teacher, &paste(list)).await;
            assert_eq!(status, 303);
            assert_eq!(families().await, after);
        }
        let (_, page) = read(address, "/families/5%D0%90", &teacher).await;
        assert!(page.contains("Ольхин Пётр Кедрович"), "the new parent stands in the list");

        // A namesake in another class is another person until somebody says so.
        let other = session(&house, "T12", 2).await;
        let (status, _) =
            send(address, "POST", "/families/9%D0%90/list", &other, &paste("L9\tОльхина Роза Кедровна")).await;
        assert_eq!(status, 303);
        assert_eq!(families().await.iter().filter(|(name, _)| name == "Ольхина Роза").count(), 2);
        let (status, _) = send(address, "POST", LIST, &other, &paste("L1\tБерёзова Анна")).await;
        assert_eq!(status, 403, "not the own class");
    });
}

#[test]
fn who_has_left_the_class_gets_no_way_in_and_neither_do_parents_of_nobody_else() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (teacher, secretary) = (session(&house, "T03", 1).await, session(&house, "T05", 2).await);
        let moves = |learner: &str, first_day_away: &str| {
            form(&[
                ("act", "order"),
                ("year", YEAR),
                ("learner", learner),
                ("what", "left"),
                ("day", first_day_away),
                ("order", "9-у"),
                ("order_date", "2025-10-01"),
            ])
        };
        // L1 and the only parent of L1 are gone today, L2 will be in a week.
        for (learner, day) in [("L1", "2025-10-02"), ("L2", "2025-10-09")] {
            let (status, page) = post(address, "/year/movement", &secretary, &moves(learner, day)).await;
            assert_eq!(status, 303, "{page}");
        }
        let (status, page) = read(address, "/families/5%D0%90", &teacher).await;
        assert!(status == 200 && page.contains("id=\"p-L2\""), "{page}");
        assert!(!page.contains("id=\"p-L1\"") && !page.contains("id=\"p-P00001\""), "{page}");
        let (status, _) = post(address, "/families/5%D0%90", &teacher, &form(&[("person", "L1")])).await;
        assert!((400..500).contains(&status), "{status}");
        assert!(house.db.find_account("L1").await.unwrap().is_none());
        // A list with a fault takes the reader to what is wrong, below all rows.
        let (_, page) = post(address, LIST, &teacher, &form(&[("list", "Нет\tТакого")])).await;
        assert!(page.contains("<div class=\"wrong-list\" role=\"alert\" tabindex=\"-1\" autofocus>"), "{page}");
    });
}

#[test]
fn the_login_of_the_first_set_up_is_shut_by_an_administrator_who_has_an_own_one() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let administrator = session(&house, "T06", 1).await;
        let lock = form(&[("act", "lock-first")]);
        assert!(!read(address, "/credentials", &administrator).await.1.contains("lock-first"), "there is none");
        assert_eq!(send(address, "POST", "/credentials", &administrator, &lock).await.0, 409);
        session(&house, "operator", 2).await;
        assert!(read(address, "/credentials", &administrator).await.1.contains("lock-first"));
        assert_eq!(send(address, "POST", "/credentials", &administrator, &lock).await.0, 303);
        let first = house.db.find_account("operator").await.unwrap().unwrap();
        assert_eq!(first.state, letopis::store::AccountState::Locked);
        assert!(!read(address, "/credentials", &administrator).await.1.contains("lock-first"));
    });
}
