//! Parents of a class: pasted from the office's table by the class teacher, each once.

use super::house::on_every_engine;
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
