//! What each office owes stands on its own first screen, with a link to a page that it may open and that speaks of the thing.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::policy;
use letopis::flow::House;
use letopis::flow::policy::{Adoption, adopt};
use letopis::web::{WebState, serve};
use tokio::net::TcpListener;

use super::house::{act, after, on_every_engine};
use super::matrix::session_at;
use super::shown::read;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

async fn open_on(house: &Arc<House>, minutes: i64) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(house.clone(), Arc::new(move || after(minutes)));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

async fn adopt_on(house: &House, preset: &str, minutes: i64) {
    let adoption = Adoption {
        name: preset.to_owned(),
        text: policy::builtin(preset).unwrap().to_owned(),
        from: Some(after(minutes).date_naive()),
        order: format!("приказ от {} № {minutes}", after(minutes).date_naive()),
    };
    adopt(house, &adoption, &act("T01", minutes)).await.unwrap();
}

/// The links of a list with the words in them.
fn links<'p>(page: &'p str, words: &str) -> Vec<&'p str> {
    let lines = page.split("<li").filter(|line| line.contains(words));
    lines
        .filter_map(|line| line.split_once("href=\""))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(href, _)| href)
        .collect()
}

/// Every duty that a table of the page of duties links: title and address.
fn table_links(page: &str) -> Vec<(String, String)> {
    let table = page.split("<h2>Кто и когда</h2>").next().unwrap_or_default();
    let cells = table.split("<th scope=\"row\"><a href=\"").skip(1);
    cells
        .filter_map(|cell| {
            let (href, rest) = cell.split_once("\">")?;
            let (title, _) = rest.split_once("</a>")?;
            Some((title.to_owned(), href.replace("&amp;", "&")))
        })
        .collect()
}

/// A word that the page of a duty must have.
const SPEAKS: [(&str, &str); 9] = [
    ("Отчёт о заполнении и накопляемости", "Анализ работы с классным журналом"),
    ("Проверка журналов", "Своевременность"),
    ("Углублённая проверка журналов", "Своевременность"),
    ("Предварительный отчёт класса", "Предварительный отчёт"),
    ("Выписка отметок родителям без доступа к журналу", "Выписки для семей"),
    ("Состав групп", "рупп"),
    ("Передача данных в архив", "Акт приёма-передачи"),
    ("Печать копий периода на бумагу", "Копии"),
    ("Печать сводных ведомостей", "Копии"),
];

#[test]
fn a_duty_leads_whoever_owes_it_to_a_page_about_it() {
    on_every_engine(|house| async move {
        let mut seen = std::collections::BTreeSet::new();
        let mut number = 0;
        for (at, preset) in (1..).zip(["chernushka-2018", "bauman", "duties-moscow"]) {
            adopt_on(&house, preset, at * DAY).await;
            let address = open_on(&house, at * DAY).await;
            for person in ["T01", "T02", "T03", "T04", "T05", "T06", "T08", "T09"] {
                number += 1;
                let token = session_at(&house, person, 700_000 + number, at * DAY).await;
                let (status, page) = read(address, "/policy/duties", &token).await;
                assert_eq!(status, 200, "{person}");
                for (title, href) in table_links(&page) {
                    let (status, page) = read(address, &href, &token).await;
                    assert_eq!(status, 200, "{preset}: {person}: {title}: {href}");
                    if let Some((_, word)) = SPEAKS.iter().find(|(known, _)| *known == title) {
                        assert!(page.contains(word), "{preset}: {person}: {title}: {href} does not speak of {word}");
                        seen.insert(title);
                    }
                }
            }
        }
        let known: Vec<&str> = SPEAKS.iter().map(|(title, _)| *title).collect();
        let missing: Vec<&&str> = known.iter().filter(|title| !seen.contains(**title)).collect();
        assert!(missing.is_empty(), "nobody was led to {missing:?}");
    });
}

#[test]
fn each_office_finds_on_its_first_screen_what_it_owes() {
    on_every_engine(|house| async move {
        adopt_on(&house, "chernushka-2018", DAY).await;
        // Friday, 10 October: two weeks before the end of a quarter that ends on the 24th.
        let friday = 8 * DAY;
        let address = open_on(&house, friday).await;
        let mut number = 0;
        let mut first = async |person: &str| {
            number += 1;
            let token = session_at(&house, person, 800_000 + number, friday).await;
            (read(address, "/", &token).await.1, token)
        };
        let (teacher, token) = first("T03").await;
        let own = links(&teacher, "предварительный отчёт класса");
        assert!(own.len() == 1, "once: {own:?}");
        // The clause is said in words, and only to who asks why.
        assert!(teacher.contains("<summary>Почему? Пункты правил школы</summary>"), "{teacher}");
        let clause = "Предварительный отчёт класса: Инструкция 000, п. 5.2 «г», классный руководитель";
        assert!(teacher.contains(clause) && !teacher.contains("000 Инс"), "{teacher}");
        let (status, page) = read(address, own[0], &token).await;
        assert!(status == 200 && page.contains("5А"), "{}", own[0]);
        // No family declined electronic access: nobody owes an extract.
        assert!(links(&teacher, "выписка отметок родителям").is_empty());
        let (keeper, _) = first("T09").await;
        assert!(keeper.contains("отчёт об активности в журнале"), "{keeper}");
        assert!(
            !teacher.contains("отчёт об активности в журнале") && teacher.contains("активности родителей"),
            "{teacher}"
        );

        // The plan of the own course is missing: its teacher is told, and nobody whose plan it is not.
        let (subject, token) = first("T04").await;
        let plans = links(&subject, "сдайте КТП");
        assert_eq!(plans, ["/year/plans"], "{subject}");
        let (status, all) = read(address, "/year/plans?class=all", &token).await;
        assert!(status == 200 && all.contains("/year/plans/C9") && all.contains("/year/plans?class=mine"), "{all}");
        // Who teaches and answers for no other's plan finds the own ones first, and all by a link.
        for own in ["/year/plans", "/year/plans?class=mine"] {
            let (_, mine) = read(address, own, &token).await;
            let is_own = mine.contains("/year/plans/C5") && !mine.contains("/year/plans/C9");
            assert!(is_own && mine.contains("href=\"/year/plans?class=all\""), "only the own courses: {mine}");
        }
        let (deputy, token) = first("T02").await;
        assert!(!deputy.contains("Календарно-тематические планы") && !deputy.contains("сдайте КТП"), "{deputy}");
        // The checklist and the list of plans count the same plans and the same teachers.
        let (_, plans) = read(address, "/year/plans", &token).await;
        let (_, ready) = read(address, "/year/ready", &token).await;
        let owed = plans.split("<p class=\"soft over\">").nth(1).and_then(|rest| rest.split('.').next()).unwrap();
        let owed = owed.trim_start_matches("Ждём ").trim();
        assert!(owed.contains(" от ") && ready.contains(owed), "«{owed}»: {ready}");
        // The rules in force let families in by ЕСИА: the checklist says so, and whence its days are.
        assert!(ready.contains("классный руководитель логинов не выдаёт"), "{ready}");
        assert!(ready.contains("изменить: <a href=\"/policy\">Правила</a>"), "{ready}");
        // Four of the twelve have signed in so far; who has no way in is counted, and that bars no lesson.
        let without = "Без входа: 8\u{a0}работников; вход выдаёт администратор. Начать уроки это не мешает.";
        assert!(ready.contains(without), "{ready}");
        let (secretary, secretarys) = first("T05").await;
        assert!(!secretary.contains("Календарно-тематические планы"), "{secretary}");
        assert!(!secretary.contains("сдайте КТП"), "{secretary}");
        // The section's own address leads to its first page, and an address without a page still knows who is signed in.
        assert_eq!(super::matrix::send(address, "GET", "/year", &token, "").await, (303, "/year/ready".to_owned()));
        let (status, lost) = read(address, "/no-such-page", &secretarys).await;
        assert!(status == 404 && lost.contains("Такой страницы нет") && !lost.contains(">Войти<"), "{lost}");
    });
}

#[test]
fn the_end_of_a_period_is_spoken_of_before_it_and_leads_to_what_is_missing() {
    on_every_engine(|house| async move {
        // The quarter ends on Friday, 24 October: 22 days after the house's own day.
        for (days, told) in [(18, false), (19, true), (22, true), (23, false)] {
            let address = open_on(&house, days * DAY).await;
            // Deputy, class teacher, secretary: whoever may close a period is told of its end.
            for (at, person) in ["T02", "T03", "T05"].into_iter().enumerate() {
                let token = session_at(&house, person, 810_000 + 100 * at + days as usize, days * DAY).await;
                let (_, page) = read(address, "/", &token).await;
                let ending = links(&page, "последний день 24.10.2025");
                assert_eq!(ending == ["/copies/gaps?period=Q1"], told, "{person}, {days} days on: {ending:?}");
                // A day before the last one is told with the rule that says so, and its clause stands behind «Почему?».
                let before = page.contains("нужны к 23.10.2025");
                let reason = page.contains("(по правилам школы — в предпоследний учебный день периода)");
                assert_eq!(before, reason, "{person}, {days} days on: {page}");
                let overdue = links(&page, "дни периода прошли");
                assert_eq!(overdue.len(), usize::from(days > 22), "{person}, {days} days on: {overdue:?}");
                let named = page.contains("копии ещё не составлены: I четверть — 5А");
                assert_eq!(named, days > 22, "the period is named with its classes: {person}, {days} days on: {page}");
            }
            let token = session_at(&house, "T04", 820_000 + days as usize, days * DAY).await;
            let (_, page) = read(address, "/", &token).await;
            assert!(links(&page, "последний день 24.10.2025").is_empty(), "a subject teacher closes nothing");
            // What is missing is counted beside the page: it is there a moment later.
            let token = session_at(&house, "T02", 830_000 + days as usize, days * DAY).await;
            let mut lacking = false;
            for _ in 0..100 {
                lacking = read(address, "/", &token).await.1.contains("не хватает записей: 5А");
                if lacking || days < 19 {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            assert_eq!(lacking, days > 18, "{days} days on");
        }
    });
}

#[test]
fn before_the_year_the_class_teacher_is_told_of_groups_that_lack_members_and_of_nothing_else() {
    on_every_engine(|house| async move {
        // Thursday, 28 August.
        let before = -35 * DAY;
        let address = open_on(&house, before).await;
        let mut number = 0;
        let mut first = async |person: &str, page: &str| {
            number += 1;
            let token = session_at(&house, person, 900_000 + number, before).await;
            read(address, page, &token).await.1
        };
        assert!(!first("T03", "/").await.contains("состав групп"), "no subject is divided: nothing to compose");
        assert!(first("T03", "/journal").await.contains("2\u{a0}обучающихся"), "who comes by the first of September");
        let courses = "Класс\tПредмет\tГруппа\tУчитель\tЧасов в неделю\n5А\tИнформатика\t1\tT04\t1";
        super::reach::paste(&house, &letopis::domain::setup::layout::COURSES, courses).await;
        let page = first("T03", "/").await;
        assert!(page.contains("класс: состав групп") && page.contains("5А; срок — 1 сентября"), "{page}");
        assert!(!first("T12", "/").await.contains("состав групп"), "9А has no groups");
    });
}
