//! Lists that name learners of several classes: each office sees its own classes, every reading is noted and told in its own words.

use std::sync::Arc;

use letopis::domain::setup::layout::{CLASSES, COURSES, ENTRIES, ENTRIES_SAID, EXITS, EXITS_SAID, INDIVIDUAL_PLANS};
use letopis::flow::House;
use letopis::flow::change::{self, Edit};
use letopis::flow::people::look_in_words;
use letopis::store::Looked;

use super::custody::post;
use super::house::{YEAR, act, on_every_engine};
use super::matrix::{open_to_the_web, send, session};
use super::reach::{form, paste, rows};
use super::shown::read;

/// Groups of both classes with a learner in each, and an individual plan of each class.
async fn compose(house: &House) {
    paste(
        house,
        &COURSES,
        "Класс\tПредмет\tГруппа\tУчитель\tЧасов в неделю\n5А\tИнформатика\t1\tT04\t1\n5А\tАнглийский язык\t1\tT12\t1\n\
         9А\tИнформатика\t1\tT12\t1",
    )
    .await;
    let courses = rows(house, "courses").await;
    let course = |class: &str, subject: &str| {
        courses.iter().find(|row| row[1] == class && row[2] == subject).map(|row| row[0].clone()).unwrap()
    };
    let member = |course: &str, learner: &str| Edit::put("group_members", YEAR, &[course, learner], &["0"]);
    let edits = [
        member(&course("5А", "Информатика"), "L1"),
        member(&course("5А", "Английский язык"), "L2"),
        member(&course("9А", "Информатика"), "L9"),
    ];
    change::apply(house, &act("T01", 0), "setup", &edits).await.unwrap();
    paste(
        house,
        &INDIVIDUAL_PLANS,
        "Ученик\tПредмет\tЧасов в неделю\tПриказ\nL1\tАлгебра\t1\t№ 3\nL9\tАлгебра\t1\t№ 3",
    )
    .await;
}

/// Who looked at a list of a class.
async fn readers(house: &House, what: &str, class: &str) -> Vec<String> {
    let rows = house.db.list_access(&Looked::At { what, subject: class }, "", "", 100).await.unwrap();
    let mut by: Vec<String> = rows.into_iter().map(|row| row.by).collect();
    by.sort();
    by
}

#[test]
fn a_list_of_several_classes_shows_each_office_the_classes_whose_lists_it_reads() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        // The default rules name class teachers and teachers (002 4.1).
        let composer = session(&house, "T03", 1).await;
        let (_, empty) = read(address, "/year/groups?paste=1", &composer).await;
        assert!(empty.contains("id=\"form\""), "a file comes in before there is a row");
        compose(&house).await;
        // Who reads which of a pupil of 5А and one of 9А: T12 has the class 9А and a course in 5А.
        let offices = [
            ("T01", true, true),
            ("T03", true, false),
            ("T04", true, false),
            ("T05", true, true),
            ("T08", false, false),
            ("T10", false, false),
            ("T12", true, true),
        ];
        for (number, (person, fifth, ninth)) in (10..).zip(offices) {
            let token = session(&house, person, number).await;
            for list in ["/year/groups", "/year/individual"] {
                for page in ["", "?format=csv", "?all=1", "?q=%D0%B0"] {
                    let (status, text) = read(address, &format!("{list}{page}"), &token).await;
                    let seen = (text.contains("Ольхина"), text.contains("Сиренева"));
                    // The parent of L1 bears the same surname and stands in none of these lists.
                    assert_eq!((status, seen), (200, (fifth, ninth)), "{person}: {list}{page}");
                }
            }
        }
        let classes = |what| {
            let house = &house;
            async move { [readers(house, what, "5А").await, readers(house, what, "9А").await] }
        };
        for what in ["groups", "plans"] {
            let [fifth, ninth] = classes(what).await;
            assert_eq!(fifth, ["T01", "T03", "T04", "T05", "T12"], "{what}");
            assert_eq!(ninth, ["T01", "T05", "T12"], "{what}");
        }
    });
}

#[test]
fn a_row_is_changed_by_a_button_only_where_the_visitor_may_change_it() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        compose(&house).await;
        // The class teacher both of 5А, the teacher the own course's; director and secretary read all three and change none (002 4.1).
        for (number, (person, buttons)) in (1..).zip([("T01", 0), ("T03", 2), ("T04", 1), ("T05", 0)]) {
            let token = session(&house, person, number).await;
            let (_, page) = read(address, "/year/groups", &token).await;
            assert_eq!(page.matches(">Удалить<").count(), buttons, "{person}");
        }
        let teacher = session(&house, "T03", 20).await;
        let (_, page) = read(address, "/year/groups?add=1", &teacher).await;
        assert!(page.contains("value=\"L1\"") && !page.contains("value=\"L9\""), "the form names the own class alone");
    });
}

#[test]
fn the_log_of_looks_tells_a_card_from_marks_a_check_from_a_journal_and_names_its_own_reader() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let director = session(&house, "T01", 1).await;
        for page in ["/year/learners/L1", "/learner/L1", "/year/check/5%D0%90", "/year/groups/5%D0%90"] {
            assert_eq!(read(address, page, &director).await.0, 200, "{page}");
        }
        let mut told = Vec::new();
        for row in house.db.list_access(&Looked::By("T01"), "", "", 100).await.unwrap() {
            told.push(look_in_words(&house, &row, None).await.unwrap().1);
        }
        told.sort();
        assert_eq!(
            told,
            [
                "карточка ученика: Ольхина Я.",
                "отметки ученика: Ольхина Я.",
                "сверка данных 5А класса",
                "состав групп 5А класса"
            ]
        );
        let (status, page) = read(address, "/access/learners/L1", &director).await;
        assert!(status == 200 && page.contains("этот журнал: Ольхина Я."), "the family sees that it was read");
        assert!(page.contains("сверка данных 5А класса") && page.contains("карточка ученика"), "{page}");
        // One person is meant: the lines stand there at once.
        let found =
            send(address, "GET", "/access?who=%D0%A1%D0%B8%D1%80%D0%B5%D0%BD%D0%B5%D0%B2%D0%B0", &director, "").await;
        assert_eq!(found, (303, "/access/learners/l9".to_owned()), "of Сиренева; the test's client lowers letters");
    });
}

#[test]
fn who_is_enrolled_by_the_first_day_is_one_person_and_no_movement_of_the_year() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let secretary = session(&house, "T05", 1).await;
        let enrol = |surname, day| {
            form(&[
                ("act", "enrol"),
                ("year", YEAR),
                ("surname", surname),
                ("given_name", "Ива"),
                ("class", "5А"),
                ("day", day),
                ("order", "7"),
            ])
        };
        assert_eq!(send(address, "POST", "/year/movement", &secretary, &enrol("Осокина", "2025-09-01")).await.0, 303);
        let (_, page) = read(address, "/year/movement", &secretary).await;
        assert!(page.contains("После 1 сентября движения ещё не было"), "{page}");
        assert!(page.contains("добавлено: 1") && !page.contains("добавлено: 2"), "{page}");
        assert!(readers(&house, "movement", "5А").await.is_empty(), "nobody was named");
        assert_eq!(send(address, "POST", "/year/movement", &secretary, &enrol("Ракитина", "2025-10-01")).await.0, 303);
        let (_, page) = read(address, "/year/movement", &secretary).await;
        assert!(page.contains("Ракитина") && page.contains("зачисление"), "of a girl and a boy alike: {page}");
        let words =
            |list: &'static [(&'static str, &'static str)]| list.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        assert_eq!((words(ENTRIES), words(EXITS)), (words(ENTRIES_SAID), words(EXITS_SAID)), "each has its noun");
        assert_eq!(readers(&house, "movement", "5А").await, ["T05"]);
    });
}

#[test]
fn boxes_of_credentials_are_ticked_for_nobody_for_the_heads_or_for_all_without_a_script() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let administrator = session(&house, "T06", 1).await;
        // Twelve people on the list; nobody gives a password to himself.
        for (way, ticked) in [("", 0), ("?pick=fresh", 11), ("?pick=heads", 2), ("?pick=all", 11)] {
            let (status, page) = read(address, &format!("/credentials{way}"), &administrator).await;
            assert_eq!((status, page.matches(" checked").count()), (200, ticked), "{way}");
            let offered = page.contains("name=\"address\"") && page.contains("value=\"http://letopis\"");
            assert!(offered && !page.contains("public_url"), "the slips bear the address of this page unless changed");
        }
        // The buttons above the list choose anew and keep the address that was typed; nobody gets a password by them.
        let chosen = form(&[("person", "T04"), ("address", "https://typed.example"), ("pick", "heads")]);
        let (status, page) = post(address, "/credentials", &administrator, &chosen).await;
        assert_eq!((status, page.matches(" checked").count()), (200, 2), "{page}");
        assert!(page.contains("value=\"https://typed.example\""), "{page}");
        assert!(house.db.find_account("T04").await.unwrap().is_none(), "nothing was given");
        // An address of this computer alone is neither printed nor kept.
        let own = form(&[("person", "T04"), ("address", "http://127.0.0.1:8017")]);
        let (status, slips) = post(address, "/credentials", &administrator, &own).await;
        assert!(status == 200 && slips.contains("открывается только на этом компьютере"), "{slips}");
        assert!(!slips.contains("<dt>Адрес</dt>"), "{slips}");
        assert!(!read(address, "/credentials", &administrator).await.1.contains("127.0.0.1"));
        // A word that is no address: refused before a password is given.
        let issue = |typed: &str| form(&[("person", "T04"), ("address", typed)]);
        let accounts = async || house.db.list_accounts().await.unwrap().len();
        let before = accounts().await;
        let wrong = send(address, "POST", "/credentials", &administrator, &issue("наша школа")).await;
        assert_eq!((wrong.0, accounts().await), (409, before));
        // What the administrator printed is the school's: a program started anew offers it to everybody who prints slips.
        let typed = issue("https://letopis.example");
        assert_eq!(send(address, "POST", "/credentials", &administrator, &typed).await.0, 200);
        let anew = open_to_the_web(&Arc::new(House::open(&house.root).await.unwrap())).await;
        let teacher = session(&house, "T03", 1).await;
        let offered = "value=\"https://letopis.example\"";
        for (path, token) in [("/credentials", &administrator), ("/families/5%D0%90", &teacher)] {
            let (status, page) = read(anew, path, token).await;
            assert!(status == 200 && page.contains(offered), "{path}: {page}");
        }
        // A class teacher corrects it for the own slips alone.
        let own = form(&[("person", "L1"), ("address", "https://elsewhere.example")]);
        assert_eq!(send(address, "POST", "/families/5%D0%90", &teacher, &own).await.0, 200);
        assert!(read(anew, "/credentials", &administrator).await.1.contains(offered));
    });
}

#[test]
fn the_calendar_counts_days_of_any_class_and_names_grades_without_periods_and_a_plan_says_what_it_differs_from() {
    on_every_engine(|house| async move {
        paste(&house, &CLASSES, "Класс\tПараллель\n10А\t10").await;
        let address = open_to_the_web(&house).await;
        let director = session(&house, "T01", 1).await;
        // The quarter of grades 1 to 9 ends on the 24th; the one lesson held is of the 2nd.
        let (status, page) = read(address, "/year/calendar?month=2025-10", &director).await;
        assert_eq!(status, 200);
        assert!(page.contains("Учебных дней в месяце: 18") && page.contains("для параллелей: 10."), "{page}");
        let (_, page) = read(address, "/year/calendar?month=2025-11", &director).await;
        assert!(page.contains("<li class=\"outside\">день соседнего месяца</li>"), "{page}");
        let named = "<td class=\"holiday\">";
        assert!(page.contains(named) && page.contains("<span class=\"what\">День народного единства</span>"), "{page}");
        // On a phone the days with words stand in a list below the grid; on paper every page says of which moment it is.
        assert!(
            page.contains("<ul class=\"month-list\"") && page.contains("<span>День народного единства</span>"),
            "{page}"
        );
        assert!(page.contains("<p class=\"printed\">по состоянию на "), "{page}");
        let (_, page) = read(address, "/year/plans/C5", &director).await;
        assert!(page.contains("Учебного плана у класса ещё нет: часы за год взяты из курса."), "{page}");
        // While there is no plan, that is said once; no other difference is told beside it.
        assert!(page.contains("Плана ещё нет, за год нужно 102 ч") && !page.contains("План (0 ч)"), "{page}");
        assert!(page.contains("Уроков в расписании ещё нет.") && !page.contains("плана нет"), "{page}");
        // Rows that are tried say their hours and what they lack; a fault names the line of the paste.
        let teacher = session(&house, "T04", 2).await;
        let tried = |text: &str| form(&[("act", "try"), ("year", YEAR), ("replace", "1"), ("text", text)]);
        let (_, page) = post(address, "/year/plans/C5", &teacher, &tried("Числа\t2\nДроби\t1")).await;
        assert!(page.contains("Во вставленном плане 3 из 102 ч, не хватает 99 ч."), "{page}");
        assert!(page.contains("Часов в записанном плане") && !page.contains("Плана ещё нет"), "{page}");
        let (_, page) = post(address, "/year/plans/C5", &teacher, &tried("Числа\t2\nДроби\t0")).await;
        assert!(page.contains("строка 2: у темы нет часов"), "{page}");
    });
}
