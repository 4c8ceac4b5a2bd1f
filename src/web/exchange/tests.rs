//! The pages of exchange as a visitor meets them: a dry run, a confirmation, the history, an undo, an export, the feed. Floor 3.
#![allow(clippy::expect_used, clippy::unwrap_used)] // reason: a test may say what it expects

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};

use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::{CHECKS_AT_ONCE, Clock, UPLOADS_AT_ONCE, WebState, upload as checking};
use super::{import, leave};
use crate::bundle::export::{self, Shape};
use crate::bundle::generate::{GeneratorSpec, generate};
use crate::bundle::layout::File;
use crate::bundle::{BundleFile, Given, settle};
use crate::domain::change::{Edit, Expected};
use crate::domain::people::{Office, Reach, Visitor};
use crate::domain::policy;
use crate::domain::rights::Role;
use crate::flow::exchange::staged;
use crate::flow::house::Founding;
use crate::flow::{Act, House, exchange};
use crate::store::{ChangeFilter, GuardianRow};

struct Place {
    state: WebState,
    _folder: tempfile::TempDir,
}

fn tell(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

fn act() -> Act {
    Act { by: "operator".into(), at: "2025-10-27T12:00:00+03:00".parse().expect("a moment") }
}

async fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let founding = Founding {
        policy_name: "default".into(),
        policy_text: policy::builtin("default").expect("a policy").into(),
        school: Some("school-7".into()),
        database: "sqlite".into(),
        utc_offset_minutes: 180,
    };
    let house = House::found(&folder.path().join("house"), &founding, &act()).await.expect("a house");
    let clock: Clock = Arc::new(|| act().at);
    Place { state: WebState::new(Arc::new(house), clock), _folder: folder }
}

fn visitor(account: &str) -> Visitor {
    let office = Office { role: Role::Administrator, reach: Reach::School, acting: false, order: "1".into() };
    Visitor {
        account: account.into(),
        name: "Кварцев О.А.".into(),
        offices: vec![office],
        second_factor: true,
        rules: Default::default(),
    }
}

/// The zip of a small school.
fn school() -> Vec<u8> {
    let spec = GeneratorSpec { classes: vec![(5, 'А')], learners_per_class: 6, spread: 0, ..GeneratorSpec::demo() };
    let files: Vec<BundleFile> =
        generate(&spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    let rules = policy::parse("default", policy::builtin("default").unwrap()).unwrap();
    let journal = settle(&Given::read(&files), None, &rules).journal.unwrap();
    export::write(&journal, &File::ALL, Shape::Csv).unwrap().bytes
}

fn upload(name: &str, bytes: &[u8]) -> Request {
    let mut body = Vec::new();
    body.extend_from_slice(
        format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").as_bytes(),
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\n\r\n--edge--\r\n");
    Request::builder()
        .method("POST")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// Sends files; gives the upload's token.
async fn send(place: &Place, who: &str, name: &str, bytes: &[u8]) -> String {
    let response = import::receive(State(place.state.clone()), visitor(who), upload(name, bytes)).await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let address = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
    address.split_once("upload=").unwrap().1.split('&').next().unwrap().to_owned()
}

fn asked(token: &str) -> import::Asked {
    serde_json::from_value(serde_json::json!({"upload": token})).unwrap()
}

async fn preview(place: &Place, who: &str, token: &str) -> Result<String, Refusal> {
    let page = import::preview(State(place.state.clone()), visitor(who), Frame::default(), Query(asked(token))).await?;
    Ok(text(page).await)
}

#[test]
fn strangers_who_send_slowly_do_not_keep_anybody_from_bringing_data_in() {
    tell(async {
        let place = place().await;
        // An upload that begins and never ends.
        let slow = || {
            let begun = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF";
            let begun = stream::once(async move { Ok::<_, std::io::Error>(begun) });
            let request = Request::builder().method("POST");
            let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
            request.body(Body::from_stream(begun.chain(stream::pending()))).unwrap()
        };
        for _ in 0..3 * UPLOADS_AT_ONCE {
            tokio::spawn(checking::verify(State(place.state.clone()), Frame::default(), slow()));
        }
        while place.state.uploads.available_permits() > UPLOADS_AT_ONCE - CHECKS_AT_ONCE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let data = school();
        let brought = tokio::time::timeout(Duration::from_secs(60), send(&place, "T00001", "school.zip", &data));
        assert_eq!(brought.await.expect("a turn for who works here").len(), 32);
    });
}

#[test]
fn a_school_comes_in_by_the_browser_first_tried_then_taken_then_changed_and_undone() {
    tell(async {
        let place = place().await;
        let house = place.state.house.clone();
        let page = text(
            import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default())
                .await
                .unwrap(),
        )
        .await;
        assert!(page.contains("Ещё ничего не загружали"));

        let token = send(&place, "T00001", "школа.zip", &school()).await;
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert!(page.contains("таблица CSV") && page.contains("станет таким, как в файлах"), "{page:.2000}");
        assert!(house.db.list_years().await.unwrap().is_empty(), "a dry run writes nothing");
        assert!(preview(&place, "T00002", &token).await.is_err(), "another visitor's upload is not there");
        let done = import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        assert_eq!(done.headers()[header::LOCATION], "/year/ready");
        assert_eq!(house.db.list_years().await.unwrap(), ["2025/2026"]);
        assert!(preview(&place, "T00001", &token).await.is_err(), "what was taken is kept no longer");

        // Times of entries are rows too, though they have no history.
        let lesson = house.db.load_journal("2025/2026").await.unwrap().lessons[0].key.clone();
        let (course, day, number) = (lesson.course_id, lesson.date, lesson.number);
        let times =
            format!("course_id,date,number,what,learner_id,entered_at\n{course},{day},{number},lesson,,{day}T14:05\n");
        let token = send(&place, "T00001", "entries.csv", times.as_bytes()).await;
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert!(page.contains("Время записи: новых 1</summary>") && page.contains("урок"), "{page}");
        // The row in words: class, subject, day and lesson, no code of a course.
        let told = format!(", {}, урок {number}: урок", day.format("%d.%m.%Y"));
        assert!(page.contains(&told) && !page.contains(&course), "{told}: {page}");
        let done = import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let said = done.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(answer::flash_text(said).contains("Загружено: 1\u{a0}строка"), "{said}");

        let people = "Фамилия;Имя;Отчество;Должность\r\nКремнева;Яшма;;Учитель\r\n";
        let token = send(&place, "T00001", "люди.csv", people.as_bytes()).await;
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert!(page.contains("новых 1</summary>") && page.contains("Кремнева"), "{page}");
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let staff = house.db.load_journal("2025/2026").await.unwrap().staff.len();
        let page = text(
            import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default())
                .await
                .unwrap(),
        )
        .await;
        assert!(page.contains("люди.csv") && page.contains("Отменить"), "{page}");
        assert!(page.contains("изменено 0, удалено 0") && !page.contains("+05:00"), "{page}");
        let last = house.db.list_imports().await.unwrap()[0].no;
        let undoing = |no: u64| Form(serde_json::from_value(serde_json::json!({"no": no})).unwrap());
        let refused = import::undo(State(place.state.clone()), visitor("T00001"), undoing(last - 1)).await;
        assert!(matches!(refused, Err(Refusal::Rule(_))), "only the last one");
        import::undo(State(place.state.clone()), visitor("T00001"), undoing(last)).await.unwrap();
        assert_eq!(house.db.load_journal("2025/2026").await.unwrap().staff.len(), staff - 1);
        let form = import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default());
        let page = text(form.await.unwrap()).await;
        assert_eq!(page.matches("отменена 27.10.2025").count(), 1, "only the one taken back: {page}");
        assert!(!page.contains("одной загрузки"), "each came by an upload of its own");
        assert_eq!(page.matches("Отменять нечего").count(), 1, "times of entries have no history: {page}");

        // One upload of lists and of a table of the year stands as two imports; both go with one press.
        let both = vec![
            ("люди.csv".to_owned(), people.as_bytes().to_vec()),
            ("кабинеты.csv".to_owned(), "Кабинет;Мест\r\n12;30\r\n".as_bytes().to_vec()),
        ];
        let own = Act { by: "T00001".into(), ..act() };
        let token = staged::keep(&house, &exchange::opened(both).unwrap(), &own).unwrap();
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let [of_year, of_lists] = [0, 1].map(|at| last + 2 - at);
        let form = import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default());
        let page = text(form.await.unwrap()).await;
        assert!(page.contains(&format!("Отменить обе части: № {of_year} и № {of_lists}")), "{page}");
        let other = format!("часть 1 из 2 одной загрузки, вместе с <a href=\"#load-{of_year}\">№ {of_year}</a>");
        assert!(page.contains(&other), "each part names the other: {page}");
        let undoing = Form(serde_json::from_value(serde_json::json!({"no": of_year, "along": of_lists})).unwrap());
        import::undo(State(place.state.clone()), visitor("T00001"), undoing).await.unwrap();
        assert_eq!(house.db.load_journal("2025/2026").await.unwrap().staff.len(), staff - 1);
        assert!(house.db.list_year_rows("rooms", "2025/2026").await.unwrap().is_empty());

        // Another file that says what stands already: nothing is promised below, and nothing is said to have been loaded.
        let token = send(&place, "T00001", "люди.csv", people.as_bytes()).await;
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let same = "Имя;Фамилия;Отчество;Должность\r\nЯшма;Кремнева;;Учитель\r\n";
        let token = send(&place, "T00001", "другие.csv", same.as_bytes()).await;
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert!(page.contains("В файлах нет ничего нового") && !page.contains("сказано ниже"), "{page}");
        let done = import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let said = done.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(answer::flash_text(said).contains("В файлах нет ничего нового: журнал не изменился."), "{said}");
    });
}

#[test]
fn both_parts_of_an_upload_are_taken_back_or_none_is() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let rooms = "Кабинет;Мест\r\n12;30\r\n".as_bytes().to_vec();
        let both = vec![("a.zip".to_owned(), school()), ("кабинеты.csv".to_owned(), rooms)];
        let own = Act { by: "T00001".into(), ..act() };
        let token = staged::keep(house, &exchange::opened(both).unwrap(), &own).unwrap();
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let imports = house.db.list_imports().await.unwrap();
        assert_eq!(imports.len(), 2, "lists, and a table of the year");
        let layout = crate::domain::setup::layout::SETUP.into_iter().find(|one| one.table == "rooms").unwrap();
        let mut row = house.db.list_year_rows("rooms", "2025/2026").await.unwrap().remove(0);
        row[0] = "99".to_owned();
        crate::flow::setup::put_row(house, &own, "2025/2026", layout, None, &row).await.unwrap();
        let undoing = || {
            let numbers = serde_json::json!({"no": imports[0].no, "along": imports[1].no});
            Form(serde_json::from_value(numbers).unwrap())
        };
        let refused = import::undo(State(place.state.clone()), visitor("T00001"), undoing()).await;
        let Err(Refusal::Rule(why)) = refused else { panic!("a room put in by hand keeps the year") };
        let which = format!("агрузку № {} отменить нельзя: в таблице учебного года «{}»", imports[1].no, layout.title);
        assert!(why.contains(&which) && why.contains("сначала уберите"), "{why}");
        let form = import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default());
        let page = text(form.await.unwrap()).await;
        assert!(page.contains("Обе части вместе сейчас не отменить") && !page.contains("Отменить обе части"), "{page}");
        assert_eq!(house.db.list_year_rows("rooms", "2025/2026").await.unwrap().len(), 2, "nothing was taken back");
        crate::flow::setup::remove_row(house, &own, "2025/2026", layout, &row[..layout.key]).await.unwrap();
        import::undo(State(place.state.clone()), visitor("T00001"), undoing()).await.unwrap();
        assert!(house.db.list_year_rows("rooms", "2025/2026").await.unwrap().is_empty());
        assert!(house.db.list_years().await.unwrap().is_empty());
        // Both are told as taken back, and nothing is left to take back.
        let form = import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default());
        let page = text(form.await.unwrap()).await;
        assert_eq!(page.matches("отменена 27.10.2025").count(), 2, "{page}");
    });
}

#[test]
fn a_second_part_that_was_changed_since_keeps_the_first_one_too() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let own = Act { by: "T00001".into(), ..act() };
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let list =
            |position: &str| format!("Фамилия;Имя;Отчество;Должность\r\nКремнева;Яшма;;{position}\r\n").into_bytes();
        let rooms = "Кабинет;Мест\r\n12;30\r\n".as_bytes().to_vec();
        let both = vec![("люди.csv".to_owned(), list("Повар")), ("кабинеты.csv".to_owned(), rooms)];
        let token = staged::keep(house, &exchange::opened(both).unwrap(), &own).unwrap();
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let imports = house.db.list_imports().await.unwrap();
        // Somebody corrects the card afterwards.
        let filter = ChangeFilter { event: Some(imports[1].event), ..ChangeFilter::default() };
        let brought =
            house.db.list_changes(&filter).await.unwrap().into_iter().find(|one| one.table == "staff").unwrap();
        let corrected = brought.new.clone().map(|mut row| {
            let at = row.iter().position(|cell| cell == "Повар").unwrap();
            row[at] = "Буфетчик".to_owned();
            row
        });
        let edit = Edit {
            table: "staff",
            year: brought.year.clone(),
            key: brought.key.clone(),
            new: corrected,
            expected: Expected::Anything,
        };
        crate::flow::change::apply(house, &own, "staff", &[edit]).await.unwrap();
        let numbers = serde_json::json!({"no": imports[0].no, "along": imports[1].no});
        let undoing = Form(serde_json::from_value(numbers).unwrap());
        assert!(import::undo(State(place.state.clone()), visitor("T00001"), undoing).await.is_err());
        assert_eq!(house.db.list_year_rows("rooms", "2025/2026").await.unwrap().len(), 1, "the first part stands");
    });
}

#[test]
fn what_keeps_a_load_is_said_before_anybody_presses() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let own = Act { by: "T00001".into(), ..act() };
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let token = send(&place, "T00001", "кабинеты.csv", "Кабинет;Мест\r\n12;30\r\n".as_bytes()).await;
        import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        let page = || async {
            let form =
                import::form(State(place.state.clone()), visitor("T00001"), Frame::default(), Default::default());
            text(form.await.unwrap()).await
        };
        assert!(page().await.contains("Отменить загрузку № 2"));
        let layout = crate::domain::setup::layout::SETUP.into_iter().find(|one| one.table == "rooms").unwrap();
        let mut row = house.db.list_year_rows("rooms", "2025/2026").await.unwrap().remove(0);
        let key = row[..layout.key].to_vec();
        let seats = row.iter().position(|cell| cell == "30").unwrap();
        row[seats] = "40".to_owned();
        crate::flow::setup::put_row(house, &own, "2025/2026", layout, Some(&key), &row).await.unwrap();
        let page = page().await;
        assert!(page.contains("Сейчас не отменить: изменение №") && !page.contains("Отменить загрузку №"), "{page}");
        assert!(page.contains("<a href=\"/history\">История изменений</a>"), "{page}");
    });
}

#[test]
fn a_load_counts_the_rows_of_the_file_and_names_the_lines_of_the_history_apart() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let orders = "Дата;Ученик;Что;Класс;Откуда или куда;Приказ №;Дата приказа;Дата рождения\r\n\
            17.11.2025;Янтарев Опал Кремниевич;зачислен;5А;Школа № 3;11-у;14.11.2025;12.03.2012\r\n\
            20.11.2025;Янтарев Опал Кремниевич;отчислен;;Школа № 4;12-у;20.11.2025;\r\n";
        let token = send(&place, "operator", "Движение.csv", orders.as_bytes()).await;
        let done = import::confirm(State(place.state.clone()), visitor("operator"), Form(asked(&token))).await.unwrap();
        let said = answer::flash_text(done.headers()[header::SET_COOKIE].to_str().unwrap());
        assert!(said.contains("Загружено: 2\u{a0}строки, в «Истории изменений» записей: "), "{said}");
        let last = house.db.list_imports().await.unwrap().remove(0);
        assert_eq!((last.rows_new, last.rows_changed, last.rows_gone), (1, 1, 0), "the list counts the same rows");
        let undoing = Form(serde_json::from_value(serde_json::json!({"no": last.no})).unwrap());
        let done = import::undo(State(place.state.clone()), visitor("operator"), undoing).await.unwrap();
        let said = answer::flash_text(done.headers()[header::SET_COOKIE].to_str().unwrap());
        assert!(said.contains("отменена: 2\u{a0}строки"), "{said}");
    });
}

#[test]
fn what_is_wrong_is_shown_in_place_with_its_row_and_cannot_be_confirmed() {
    tell(async {
        let place = place().await;
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(&place.state.house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let people = "Фамилия;Имя;Отчество;Должность\r\n<b>Кремнева</b>;;;Учитель\r\n";
        let token = send(&place, "T00001", "люди.csv", people.as_bytes()).await;
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert!(
            page.contains("люди.csv, строка 2, столбец Имя") && page.contains("обязательная ячейка пуста"),
            "{page}"
        );
        assert!(!page.contains("<b>Кремнева</b>") && page.contains("Кремнева"), "what came is a text, never markup");
        assert!(!page.contains("action=\"/exchange/confirm\""));
        let forced = import::confirm(State(place.state.clone()), visitor("T00001"), Form(asked(&token))).await.unwrap();
        assert!(forced.headers()[header::LOCATION].to_str().unwrap().starts_with("/exchange/preview"));
        assert_eq!(place.state.house.db.list_imports().await.unwrap().len(), 1);
        // What keeps the year's tables waiting is the first that is told; what rests on no list is judged at once.
        let days = "С;По;Что это;Название\r\n01.11.2024;08.11.2024;каникулы;Осенние\r\n";
        let both = vec![
            ("люди.csv".to_owned(), people.as_bytes().to_vec()),
            ("кабинеты.csv".to_owned(), "Кабинет;Мест\r\n12;30\r\n".as_bytes().to_vec()),
            ("календарь.csv".to_owned(), days.as_bytes().to_vec()),
        ];
        let both = exchange::opened(both).unwrap();
        let told = exchange::preview(&place.state.house, &both, &exchange::Wish::default(), &act()).await.unwrap().told;
        assert_eq!(told[0].finding.code, "setup.waits", "{told:#?}");
        // The head of the page says it, and the notes do not say it again.
        let token = staged::keep(&place.state.house, &both, &Act { by: "T00001".into(), ..act() }).unwrap();
        let page = preview(&place, "T00001", &token).await.unwrap();
        assert_eq!(page.matches("Таблицы учебного года проверятся").count(), 1, "{page}");
        assert!(page.contains("дни календаря вне учебного года 2025/2026"), "{page}");
        assert!(!page.contains("таблицы учебного года будут проверены"), "{page}");
        let empty = import::receive(State(place.state.clone()), visitor("T00001"), upload("", b"")).await;
        assert!(matches!(empty, Err(Refusal::NoFile)));
    });
}

#[test]
fn an_export_and_the_example_are_files_and_the_feed_is_turned_on() {
    tell(async {
        let place = place().await;
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(&place.state.house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let page = text(leave::form(State(place.state.clone()), Frame::default()).await.unwrap()).await;
        assert!(page.contains("<option>5А</option>"), "{page}");
        let ask = |shape: &str, class: &str| {
            Form(
                serde_json::from_value(serde_json::json!({"what": "learners", "shape": shape, "class": class}))
                    .unwrap(),
            )
        };
        let file = leave::export(State(place.state.clone()), visitor("T00001"), ask("office", "5А")).await.unwrap();
        let headers = file.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "text/csv; charset=windows-1251");
        assert_eq!(headers[header::CONTENT_DISPOSITION], "attachment; filename=\"learners-2025-10-27.csv\"");
        assert!(leave::export(State(place.state.clone()), visitor("T00001"), ask("exe", "")).await.is_err());
        let unknown = leave::export(State(place.state.clone()), visitor("T00001"), ask("csv", "9Я")).await;
        assert_eq!(unknown.unwrap_err().into_response().status(), StatusCode::CONFLICT);
        let example = import::example(State(place.state.clone()), Default::default()).await.unwrap();
        assert!(to_bytes(example.into_body(), usize::MAX).await.unwrap().starts_with(b"PK"));
        let press = |act: &str| Form(serde_json::from_value(serde_json::json!({"act": act})).unwrap());
        leave::feed_now(State(place.state.clone()), visitor("T00001"), press("on")).await.unwrap();
        leave::feed_now(State(place.state.clone()), visitor("T00001"), press("now")).await.unwrap();
        let page = text(leave::feed(State(place.state.clone()), Frame::default()).await.unwrap()).await;
        assert!(page.contains("делается каждый день") && page.contains("<li>2025-10-27</li>"), "{page}");
        let daily = exchange::feed::daily(&place.state.house, &act()).await.unwrap();
        assert_eq!(daily, None, "the day has its feed");
    });
}

/// Files of one upload, by name.
fn brought(files: &[(&str, String)]) -> Vec<BundleFile> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes()));
    exchange::opened(files.collect()).unwrap()
}

#[test]
fn a_school_is_loaded_file_by_file_in_the_order_of_the_guide() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let card = "Карточка организации;\r\nПолное наименование;МБОУ «Школа № 5»\r\nУчебный год;2026-2027\r\n";
        let quarters = "Период;Начало;Окончание\r\nI четверть;01.09.2026;24.10.2026\r\n";
        let staff = "Фамилия;Имя;Отчество;Должность\r\nГранатова;Ольга;Петровна;Директор школы\r\nБерёзкин;Лев;Ильич;Учитель\r\n";
        let classes = "Класс;Классный руководитель\r\n5А;Берёзкин Л.И.\r\n";
        let learners = "ФИО;Класс\r\nЯблонев Рем Ильич;5А\r\n";
        let one_by_one = [
            vec![("Карточка.csv", card.to_owned()), ("Четверти.csv", quarters.to_owned())],
            vec![("Работники.csv", staff.to_owned())],
            vec![("Классные руководители.csv", classes.to_owned())],
            vec![("5А.csv", learners.to_owned())],
        ];
        for files in one_by_one {
            let taken =
                exchange::take(house, &brought(&files), &exchange::Wish::default(), false, &act()).await.unwrap();
            assert!(matches!(taken, exchange::Taken::Done { .. }), "{}: {taken:?}", files[0].0);
        }
        let journal = house.db.load_journal("2026/2027").await.unwrap();
        assert_eq!((journal.staff.len(), journal.classes.len(), journal.periods.len()), (2, 1, 1));
        assert_eq!(journal.learners[0].enrolled_on.to_string(), "2026-09-01");
        assert_eq!(journal.classes[0].class_teacher_id, journal.staff[1].id);
        assert_eq!(crate::flow::log::verify(house).await.unwrap(), []);
    });
}

#[test]
fn a_staff_list_that_comes_before_the_card_is_the_years_and_the_log_knows_each_row() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let staff = (
            "Работники.csv",
            "Фамилия;Имя;Отчество;Должность\r\nГранатова;Ольга;Петровна;Директор школы\r\n".to_owned(),
        );
        let card = "Карточка организации;\r\nПолное наименование;МБОУ «Школа № 5»\r\nУчебный год;2026-2027\r\n";
        let quarters = "Период;Начало;Окончание\r\nI четверть;01.09.2026;24.10.2026\r\n";
        let card = vec![("Карточка.csv", card.to_owned()), ("Четверти.csv", quarters.to_owned())];
        for files in [vec![staff], card] {
            let taken =
                exchange::take(house, &brought(&files), &exchange::Wish::default(), false, &act()).await.unwrap();
            assert!(matches!(taken, exchange::Taken::Done { .. }), "{}: {taken:?}", files[0].0);
        }
        assert_eq!(house.db.load_journal("2026/2027").await.unwrap().staff.len(), 1);
        assert_eq!(crate::flow::log::verify(house).await.unwrap(), []);
    });
}

#[test]
fn who_was_taken_off_with_a_load_leaves_neither_code_nor_parent_to_the_next() {
    tell(async {
        let place = place().await;
        let house = &place.state.house;
        let own = Act { by: "T00001".into(), ..act() };
        let files = exchange::opened(vec![("a.zip".into(), school())]).unwrap();
        exchange::import(house, &files, &exchange::Wish::default(), false, &act()).await.unwrap();
        let class = house.db.load_roster("2025/2026").await.unwrap().classes[0].name.clone();
        let load = async |name: &str| {
            let list = format!("Фамилия;Имя;Отчество;Класс\r\n{name};Рем;Ильич;{class}\r\n");
            let files = brought(&[("Новенькие.csv", list)]);
            let taken = exchange::take(house, &files, &exchange::Wish::default(), false, &own).await.unwrap();
            assert!(matches!(taken, exchange::Taken::Done { .. }), "{taken:?}");
            let learners = house.db.load_roster("2025/2026").await.unwrap().learners;
            let id = learners.into_iter().find(|one| one.surname == name).expect("the newcomer").id;
            (id, house.db.list_imports().await.unwrap()[0].no)
        };
        let (first, no) = load("Яблонев").await;
        exchange::undo::undo(house, &own, no).await.unwrap();
        let (second, no) = load("Чижов").await;
        assert_ne!(first, second, "a code is given once");
        // A parent was written beside the second: the load stays until that is settled, and says so before anybody presses.
        let parent = GuardianRow {
            id: String::new(),
            surname: "Чижова".into(),
            given_name: "Ива".into(),
            patronymic: String::new(),
            learners: vec![second.clone()],
        };
        crate::flow::people::write_guardian(house, &parent, &own).await.unwrap();
        let held = exchange::undo::held(house, &own, no).await.unwrap().unwrap_or_default();
        assert!(held.contains("записан родитель") && held.contains("Чижов"), "{held}");
        assert!(exchange::undo::undo(house, &own, no).await.is_err());
        assert!(house.db.load_roster("2025/2026").await.unwrap().learners.iter().any(|one| one.id == second));
    });
}
