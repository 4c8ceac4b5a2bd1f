//! The pages of the policy as a director and a class teacher see them. Floor 3.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::{adoption, deadlines, duties, timeliness, values};
use crate::bundle::generate::{self, GeneratorSpec};
use crate::domain::people::{Office, Reach, Visitor};
use crate::domain::policy;
use crate::domain::rights::Role;
use crate::flow::house::Founding;
use crate::flow::import::import;
use crate::flow::policy::{Adoption, adopt};
use crate::flow::{Act, House};
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::frame::Frame;
use crate::web::query::Asked;

/// Largest page that a test reads, bytes.
const PAGE: usize = 4 << 20;

fn act() -> Act {
    Act { by: "operator".into(), at: "2025-10-27T12:00:00+03:00".parse().unwrap() }
}

async fn state(folder: &std::path::Path) -> WebState {
    let founding = Founding {
        policy_name: "default".into(),
        policy_text: policy::builtin("default").unwrap().into(),
        school: Some("pages".into()),
        database: "sqlite".into(),
        utc_offset_minutes: 180,
    };
    let house = House::found(&folder.join("house"), &founding, &act()).await.unwrap();
    let classes = vec![(9, 'А'), (10, 'А')];
    let spec = GeneratorSpec { classes, learners_per_class: 3, spread: 0, seed: 3, year_start: 2025 };
    generate::write(&folder.join("bundle"), &generate::generate(&spec)).unwrap();
    import(&house, &folder.join("bundle"), false, &act()).await.unwrap();
    WebState::new(Arc::new(house), Arc::new(|| act().at))
}

fn visitor(role: Role, reach: Reach) -> Visitor {
    let office = Office { role, reach, acting: false, order: String::new() };
    Visitor {
        account: "T00001".into(),
        name: "Агатова М. П.".into(),
        offices: vec![office],
        second_factor: true,
        rules: Default::default(),
    }
}

fn asked(address: &str) -> Asked {
    Asked::of(&address.parse().unwrap())
}

async fn text(answer: Result<Response, Refusal>) -> String {
    let bytes = to_bytes(answer.unwrap().into_body(), PAGE).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A page in words: without tags, single spaces.
fn words(page: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    // A place where a long key may break is no space.
    for letter in page.replace("<wbr>", "").chars() {
        match letter {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                words.push(' ');
            }
            letter if !in_tag => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_policy_page_shows_each_question_with_its_clause_and_each_preset_as_its_clauses_say() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let director = || visitor(Role::Director, Reach::School);
    let page = async |address: &str| {
        let page = values::page(State(state.clone()), director(), Frame::default(), asked(address)).await;
        words(&text(page).await)
    };
    let own = page("/policy").await;
    // The house lives by the program's sample: the order that the sample names is not the school's, and nobody entered it.
    let said = "Правила программы по умолчанию: приказа школы ещё нет — введите его";
    assert!(own.contains(said), "{own}");
    // Nor does it name an act of the school, for itself or for a regulation that is silent about it.
    for address in ["/policy", "/policy?name=strict", "/policy?name=chernushka-2018"] {
        let shown = page(address).await;
        assert!(shown.contains("По какому акту: локальный акт школы об электронной подписи"), "{address}: {shown}");
        assert!(!shown.contains("29.08.2025"), "{address}: {shown}");
    }
    let doubtful = page("/policy?name=chernushka-2018").await;
    assert!(
        doubtful.contains("Работе это не мешает") && !doubtful.contains("приказа школы ещё нет"),
        "{doubtful:.4000}"
    );
    assert!(own.contains("Действующие правила") && own.contains("Ввести правила приказом"), "{own}");
    for (name, said) in [
        ("chernushka-2018", "в предпоследний учебный день периода print.due_before_end Инструкция 000, п. 4.1"),
        ("kurskoe-2019", "нет paper.enabled.2022-10-26 Положение 001, п. 1"),
        ("bauman", "секретарь (делопроизводитель) print.by Положение 002, п. 4.5"),
        ("duties-moscow", "не позднее 30 июня print.due_by Обязанности руководителя 003, п. 5"),
        (
            "talitsa-2019",
            "по другому документу: регламент по ведению электронных журналов deadline.oral Положение 004, п. 20",
        ),
    ] {
        let shown = page(&format!("/policy?name={name}")).await;
        assert!(shown.contains(said), "{name}: {shown}");
    }
    let teacher = visitor(Role::SubjectTeacher, Reach::Courses(vec!["C00001".into()], vec!["9А".into()]));
    let page = values::page(State(state.clone()), teacher, Frame::default(), asked("/policy")).await;
    let page = text(page).await;
    assert!(!page.contains("/policy/adopt"), "a teacher is not offered what the matrix refuses");
    // Whoever makes no rules reads names and no keys; each question stands once, under a heading that the top of the page leads to.
    assert!(!page.contains("route.period_copy") && !page.contains("print.due_before_end"), "{page}");
    for no in 1..=55 {
        let cell = format!("<td class=\"num\" data-label=\"Вопрос №\">{no}</td>");
        assert_eq!(page.matches(&cell).count(), 1, "question {no}");
    }
    assert!(
        page.contains("<a href=\"#part-3\">Подписи и печать</a>")
            && page.contains("<h2 id=\"part-3\">Подписи и печать</h2>")
    );
    let page = words(&page);
    for said in [
        "Подпись заместителя Копия за период: Заместитель директора Инструкция 000, п. 4.6",
        "Подпись учителя Копия за период: Достоверность копии проверил: учитель Инструкция 000, п. 4.4 9 Подпись классного",
        "9–11 классы: 4 календарных дня",
        "«Б»: отсутствовал по болезни",
        "Итоговая отметка: обязательно",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let nothing = values::page(State(state), director(), Frame::default(), asked("/policy?name=nothing")).await;
    assert!(matches!(nothing, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn comparison_lint_and_deadlines_are_pages_too() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let address = "/policy/compare?first=chernushka-2018&second=duties-moscow";
    let page = words(&text(values::compare(State(state.clone()), Frame::default(), asked(address)).await).await);
    assert!(
        page.contains("deadline.homework 2 часа Регламент учёта 000, п. 2.2 1,5 часа Обязанности учителя 003, п. 4"),
        "{page}"
    );
    let csv =
        text(values::compare(State(state.clone()), Frame::default(), asked(&format!("{address}&format=csv"))).await)
            .await;
    assert!(csv.contains("deadline.homework"), "{csv}");
    let read = |name: &str| policy::parse(name, policy::builtin(name).unwrap()).unwrap();
    let all = policy::difference(&read("chernushka-2018"), &read("duties-moscow")).len();
    assert!(page.contains(&format!("различий: {all} ")), "as many as the command tells: {all}: {page}");
    assert!(page.contains("Название положения"), "{page}");
    assert!(page.contains("Подписи копии за период, директор route.period_copy.director"), "{page}");
    let page = async |address: &str| {
        words(&text(values::lint(State(state.clone()), Frame::default(), asked(address)).await).await)
    };
    let doubts = page("/policy/lint?name=chernushka-2018").await;
    assert!(doubts.contains("Регламент учёта 000, п. 2.3 · Инструкция 000, п. 5.2 «г»"), "{doubts}");
    assert!(page("/policy/lint?name=strict").await.contains("Противоречий и пробелов нет"));
    let address =
        "/policy/deadline?class=9%D0%90&date=2025-10-15&what=mark&work=%D0%94%D0%B8%D0%BA%D1%82%D0%B0%D0%BD%D1%82";
    let page = words(&text(deadlines::page(State(state.clone()), Frame::default(), asked(address)).await).await);
    assert!(page.contains("9А, 15.10.2025 (среда), отметка за работу"), "{page}");
    assert!(page.to_lowercase().contains("строг"), "every preset answers, as in the command: {page}");
    assert!(
        page.contains("электронного журнала до конца дня 22.10.2025 (среда) 1 неделя Обязанности учителя 003, п. 10"),
        "{page}"
    );
    assert!(
        page.contains("или до конца дня 18.10.2025 (суббота) 3 календарных дня Инструкция 000, п. 5.2 «г»"),
        "{page}"
    );
    let unknown =
        deadlines::page(State(state.clone()), Frame::default(), asked("/policy/deadline?class=7%D0%AF")).await;
    assert!(matches!(unknown, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn the_page_of_duties_says_to_whom_a_clause_gives_the_right_and_where_only_the_table_decides() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let page = async |name: &str| {
        let page = duties::page(
            State(state.clone()),
            visitor(Role::Director, Reach::School),
            Frame::default(),
            asked(&format!("/policy/duties?name={name}")),
        );
        words(&text(page.await).await)
    };
    let bauman = page("bauman").await;
    assert!(bauman.contains("Право на это по этим правилам имеют: секретарь."), "{bauman}");
    assert!(
        bauman.contains("по этим правилам имеют: директор, заместитель директора. Положение 002, п. 4.3"),
        "{bauman}"
    );
    let talitsa = page("talitsa-2019").await;
    assert!(talitsa.contains("положение молчит, решает таблица"), "{talitsa}");
    let own = "по этим правилам имеют: администратор, помощник администратора, секретарь, специалист по кадрам";
    assert!(talitsa.contains(own), "{talitsa}");
}

#[tokio::test]
async fn a_class_teacher_sees_the_timeliness_of_the_own_class_only_and_nobody_is_late_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let teacher = || visitor(Role::ClassTeacher, Reach::Classes(vec!["9А".into()]));
    let page =
        async |address: &str| timeliness::page(State(state.clone()), teacher(), Frame::default(), asked(address)).await;
    let own = text(page("/policy/timeliness?period=Q1").await).await;
    assert!(own.contains("Неизвестно — не опоздание") && !own.contains("badge bad"), "{own}");
    let named = |part: &str| part.split_once("</th>").map(|(name, _)| name.to_owned());
    let names: Vec<String> = own.split("scope=\"rowgroup\" colspan=\"5\">").skip(1).filter_map(named).collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| crate::domain::names::fold(name));
    sorted.dedup();
    assert!(!names.is_empty() && names == sorted, "each teacher once, by name: {names:?}");
    assert!(!own.contains("10А"), "the other class is not offered");
    let other = page("/policy/timeliness?class=10%D0%90").await;
    assert!(matches!(other, Err(Refusal::NotFound)), "and not given by its address");
    let csv = text(page("/policy/timeliness?period=Q1&format=csv").await).await;
    assert!(csv.lines().count() > 50 && !csv.contains("late"), "{csv}");
}

#[tokio::test]
async fn what_was_adopted_is_shown_as_in_force_and_is_not_offered_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let adoption = Adoption {
        name: "strict".into(),
        text: policy::builtin("strict").unwrap().into(),
        from: "2025-10-20".parse().ok(),
        order: "приказ от 20.10.2025 № 9".into(),
    };
    adopt(&state.house, &adoption, &act()).await.unwrap();
    let director = visitor(Role::Director, Reach::School);
    let page = values::page(State(state.clone()), director, Frame::default(), asked("/policy")).await;
    let page = words(&text(page).await);
    assert!(page.contains("(строгий образец) с 20.10.2025 приказ от 20.10.2025 № 9"), "{page}");
    assert!(page.contains("(образец) с начала работы по 19.10.2025"), "{page}");
    let form = text(adoption::form(State(state), Frame::default()).await).await;
    assert!(form.contains("Приказ вашей школы, которым положение введено в действие"), "whose order it is: {form}");
    assert!(form.contains("value=\"default\""), "what was in force before may come again: {form}");
    assert!(form.contains("value=\"bauman\"") && !form.contains("value=\"strict\""), "{form}");
    assert!(!words(&form).contains("chernushka-2018"), "people read titles, not names of files: {form}");
    // What changes for families is said before the order is entered.
    let form = words(&form);
    let by_state = "«СОШ № 5», г. Чернушка : родители и ученики входят через ЕСИА (Госуслуги), классный руководитель логинов не выдаёт";
    let by_class =
        "связанных с ведением электронного журнала : логины родителям и ученикам выдаёт классный руководитель";
    assert!(form.contains(by_state) && form.contains(by_class), "{form}");
}

#[test]
fn the_day_offered_for_new_rules_begins_a_school_year_that_comes_or_has_just_begun() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for (year, begins, last, today, offered) in [
        (2025, false, None, "2025-08-28", "2025-09-01"),
        (2025, false, None, "2025-09-03", "2025-09-01"),
        (2024, false, None, "2025-08-28", "2025-09-01"),
        (2025, false, None, "2025-10-27", "2025-10-27"),
        (2025, true, None, "2025-10-27", "2025-09-01"),
        (2025, false, Some("2025-09-01"), "2025-09-03", "2025-09-04"),
        (2025, false, Some("2025-11-10"), "2025-10-27", "2025-11-11"),
    ] {
        let last: Option<&str> = last;
        let given = adoption::offered(year, begins, last.map(day), day(today));
        assert_eq!(given, day(offered), "{year} {begins} {today}");
    }
}

#[tokio::test]
async fn an_order_that_is_not_named_whole_comes_back_on_the_form_with_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let send = async |fields: &[(&str, &str)]| {
        let mut body: String = fields
            .iter()
            .map(|(name, value)| {
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        body.push_str("--edge--\r\n");
        let request = Request::post("/policy/adopt").header("content-type", "multipart/form-data; boundary=edge");
        let form = Multipart::from_request(request.body(Body::from(body)).unwrap(), &()).await.unwrap();
        let director = visitor(Role::Director, Reach::School);
        adoption::adopt(State(state.clone()), director, Frame::default(), form).await
    };
    let typed = [("preset", "bauman"), ("order", "приказ № 24 2018 года"), ("from", "2025-11-10")];
    let answer = send(&typed).await.unwrap();
    assert_eq!(answer.status(), 422);
    let page = text(Ok(answer)).await;
    let kept = ["value=\"bauman\" selected", "value=\"приказ № 24 2018 года\"", "value=\"2025-11-10\""];
    assert!(kept.iter().all(|kept| page.contains(kept)), "{page}");
    assert!(page.contains("Приказ назван не полностью") && page.contains("aria-invalid"), "{page}");
    let without = send(&[("order", "приказ от 27.10.2025 № 9"), ("from", "2025-11-10")]).await.unwrap();
    assert_eq!(without.status(), 422, "no rules chosen");
    assert!(state.house.db.list_policies().await.unwrap().is_empty());
    let whole = [("preset", "bauman"), ("order", "приказ от 27.10.2025 № 9"), ("from", "2025-11-10"), ("sure", "1")];
    // Before anything is written the page says what is in force and what will be.
    let asks = send(&whole[..3]).await.unwrap();
    assert_eq!(asks.status(), 200);
    let asks = text(Ok(asks)).await;
    assert!(asks.contains("Сейчас действуют") && asks.contains("Вступят в силу с 10 ноября 2025 г."), "{asks}");
    assert!(asks.contains("/policy/compare?first=default&") && asks.contains("Кого ознакомить"), "{asks}");
    assert!(state.house.db.list_policies().await.unwrap().is_empty(), "nothing is written before the answer");
    assert_eq!(send(&whole).await.unwrap().status(), 303);

    // The sample by which the house lives is brought by an order with the school's own act, and only with it.
    let order = ("order", "приказ от 27.10.2025 № 10");
    let sample = [("preset", "default"), order, ("from", "2025-11-17")];
    let page = text(send(&sample).await).await;
    assert!(page.contains("Эти правила уже действуют") && page.contains("value=\"default\" selected"), "{page}");
    let act = "Положение об электронной подписи, утв. приказом от 30.08.2025 № 60";
    let mixed = [sample[0], order, sample[2], ("act", "Пoложение")];
    assert!(text(send(&mixed).await).await.contains("смешивает русские и латинские буквы"));
    let named = [sample[0], order, sample[2], ("act", act), ("sure", "1")];
    assert_eq!(send(&named).await.unwrap().status(), 303);
    let rows = state.house.db.list_policies().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["bauman", "default-school"]);
    let taken = policy::parse(&rows[1].name, &rows[1].text).unwrap();
    assert_eq!((taken.signature_act.as_str(), taken.order().as_str()), (act, ""));
}

#[tokio::test]
async fn rules_of_a_coming_day_are_named_on_the_pages_that_show_those_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let adoption = Adoption {
        name: "chernushka-2018".into(),
        text: policy::builtin("chernushka-2018").unwrap().into(),
        from: "2025-11-10".parse().ok(),
        order: "приказ от 27.10.2025 № 9".into(),
    };
    adopt(&state.house, &adoption, &act()).await.unwrap();
    let director = || visitor(Role::Director, Reach::School);
    let rules = async |address: &str| {
        text(values::page(State(state.clone()), director(), Frame::default(), asked(address)).await).await
    };
    let lint =
        async |address: &str| text(values::lint(State(state.clone()), Frame::default(), asked(address)).await).await;
    let said = "С 10 ноября 2025 г. вступают в силу правила";
    let page = rules("/policy").await;
    assert!(page.contains(said) && page.contains("href=\"/policy?name=chernushka-2018\""), "{page:.4000}");
    let page = lint("/policy/lint").await;
    assert!(page.contains(said) && page.contains("href=\"/policy/lint?name=chernushka-2018\""), "{page:.4000}");
    let page = lint("/policy/lint?name=chernushka-2018").await;
    assert!(
        page.contains("они вступают в силу с 10 ноября 2025 г.") && page.contains("Регламент учёта 000, п. 2.3"),
        "{page:.4000}"
    );
    // The form names the rules that wait for their day and does not offer them again.
    let form = async || text(adoption::form(State(state.clone()), Frame::default()).await).await;
    let page = form().await;
    assert!(page.contains("действуют с 10 ноября 2025 г.") && page.contains("/policy?name=chernushka-2018"), "{page}");
    assert!(!page.contains("value=\"chernushka-2018\"") && page.contains("value=\"bauman\""), "{page}");
    // Replaced by an order of the same day they are a preset again, and no order of the school is named beside them.
    let other = Adoption {
        name: "bauman".into(),
        text: policy::builtin("bauman").unwrap().into(),
        order: "приказ от 28.10.2025 № 10".into(),
        ..adoption
    };
    adopt(&state.house, &other, &act()).await.unwrap();
    let page = form().await;
    assert!(page.contains("приказ от 28.10.2025 № 10") && !page.contains("приказ от 27.10.2025 № 9"), "{page}");
    assert!(page.contains("value=\"chernushka-2018\"") && !page.contains("value=\"bauman\""), "{page}");
}

#[tokio::test]
async fn the_page_of_duties_shows_each_regulation_in_its_own_words_and_marks_what_it_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path()).await;
    let page = async |name: &str| {
        let address = format!("/policy/duties?name={name}");
        words(
            &text(
                duties::page(
                    State(state.clone()),
                    visitor(Role::Director, Reach::School),
                    Frame::default(),
                    asked(&address),
                )
                .await,
            )
            .await,
        )
    };
    // Monday, 27 October: the week's last working day is Saturday, worked by the government's decree; the month's is Friday.
    let own = page("chernushka-2018").await;
    for said in [
        "Отчёт об активности в журнале раз в неделю ответственный за ведение журнала 01.11.2025 Инструкция 000, п. 6.1",
        "Отчёт о заполнении и накопляемости раз в месяц ответственный за ведение журнала 31.10.2025 Инструкция 000, п. 6.2",
        "Выписка отметок родителям без доступа к журналу раз в 2 недели классный руководитель",
        "Кто печатает копию периода ответственный за ведение журнала Инструкция 000, п. 4.3",
        "Год настроен не позже 01.09.2025 Инструкция 000, п. 5.2 «а», директор",
        "Журнал замещения уроков правила не требуют",
    ] {
        assert!(own.contains(said), "{said}: {own}");
    }
    for (name, said) in [
        ("kurskoe-2019", "Бумажные копии сегодня не печатаются Положение 001, п. 1"),
        ("bauman", "Проверка журналов раз в неделю заместитель директора 01.11.2025 Положение 002, п. 4.3"),
        ("bauman", "Журнал замещения уроков ведётся Положение 002, п. 4.5; Положение 002, п. 4.2"),
        ("duties-moscow", "Кто называет причину пропуска учитель-предметник Обязанности учителя 003, п. 2"),
        ("duties-moscow", "Год настроен не позже 05.09.2025 Обязанности руководителя 003, п. 10"),
        ("talitsa-2019", "из правил по умолчанию"),
    ] {
        let shown = page(name).await;
        assert!(shown.contains(said), "{name}: {said}: {shown}");
    }
}
