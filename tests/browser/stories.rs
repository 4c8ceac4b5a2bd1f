//! What people come to do, told from their side of the screen.

use letopis::bundle::generate::{self, GeneratorSpec, setup_rows};
use letopis::bundle::{BundleFile, Given, export, settle, year, year_book};
use letopis::domain::journal::Course;
use letopis::domain::policy;
use letopis::domain::setup::layout::{self, Layout};
use letopis::flow::change::{self, Edit};
use letopis::flow::{Act, House, log};

use crate::driver::Browser;
use crate::house::Open;
use crate::looks::axe;
use crate::pages::look;
use crate::records::YEAR;
use crate::tell;

#[test]
fn a_director_signs_in_with_a_second_factor_and_a_wrong_code_opens_nothing() {
    tell(async {
        let (open, browser) = (Open::start().await, Browser::start().await);
        browser.open(&open.at("/signin")).await;
        let login = open.login("директор").await;
        browser.fill("login", &login.login).await;
        browser.fill("password", login.password).await;
        browser.press("main form[action=\"/signin\"] button").await;
        let wrong = if login.code == "000000" { "111111" } else { "000000" };
        browser.fill("code", wrong).await;
        browser.press("main form[action=\"/signin/code\"] button").await;
        browser.open(&open.at("/people")).await;
        let address = browser.client.current_url().await.expect("an address");
        assert!(address.path().starts_with("/signin"), "half signed in is not in: {address}");
        open.sign_in(&browser, "директор").await;
        assert_eq!(browser.open(&open.at("/people")).await.0, 200);
        assert!(browser.text().await.contains(&open.login("директор").await.name));
    });
}

#[test]
fn a_class_teacher_reads_only_the_own_class() {
    tell(async {
        let (open, browser) = (Open::start().await, Browser::start().await);
        open.sign_in(&browser, "классный руководитель").await;
        let roster = open.house.db.load_roster(YEAR).await.expect("a roster");
        let own = match browser.open(&open.at("/families/5%D0%90")).await.0 {
            200 => "5А",
            _ => "6А",
        };
        let other = if own == "5А" { "6А" } else { "5А" };
        let teacher = roster.class(own).expect("a class").class_teacher_id.clone();
        let page = |class: &str, page: &str| {
            let first = |list: Vec<&str>| list.first().map(|id| (*id).to_owned()).expect("somebody of each class");
            let not_own = |c: &&Course| c.class == class && (class == own || c.teacher_id != teacher);
            let course = || first(roster.courses.iter().filter(not_own).map(|c| c.id.as_str()).collect());
            let learner =
                || first(roster.learners.iter().filter(|l| l.class == class).map(|l| l.id.as_str()).collect());
            let class = class.replace('А', "%D0%90");
            match page {
                "course" => format!("/course/{}", course()),
                "learner" => format!("/learner/{}", learner()),
                "finals" => format!("/journal/{class}/finals"),
                "report" => format!("/office/classes/{class}/class-report"),
                page => format!("/{page}/{class}"),
            }
        };
        let status = async |class: &str, of: &str| browser.open(&open.at(&page(class, of))).await.0;
        // Whoever teaches a subject in the other class opens that subject there, and what is the whole class's stays shut all the same.
        let teaches = roster.courses.iter().any(|course| course.class == other && course.teacher_id == teacher);
        for of in ["families", "journal", "finals", "course", "learner", "report"] {
            assert_eq!(status(own, of).await, 200, "{of} of the own class");
            if teaches && ["journal", "finals", "learner"].contains(&of) {
                continue;
            }
            assert_eq!(status(other, of).await, 403, "{of} of the other class");
            let text = browser.text().await;
            let names = roster.learners.iter().filter(|learner| learner.class == other).map(|learner| &learner.surname);
            assert!(names.into_iter().all(|surname| !text.contains(surname.as_str())), "{of}: {text}");
        }
    });
}

/// A made-up school and its year in one workbook, as an administrator has them in spreadsheets.
fn workbook(house: &House) -> Vec<u8> {
    let spec = GeneratorSpec {
        classes: vec![(5, 'А'), (6, 'А')],
        learners_per_class: 5,
        spread: 0,
        seed: 5,
        year_start: 2025,
    };
    let files: Vec<BundleFile> =
        generate::generate(&spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    let journal = settle(&Given::read(&files), None, &house.policy).journal.expect("a school");
    let rows = setup_rows(&journal, YEAR);
    let of = |layout: &'static Layout| {
        let own = rows.iter().filter(|(known, _)| known.table == layout.table);
        (layout, own.map(|(_, row)| row.clone()).collect::<Vec<_>>())
    };
    let tables: Vec<_> = year::tables().map(of).filter(|(_, rows)| !rows.is_empty()).collect();
    let rooms: Vec<String> = of(&layout::ROOMS).1.iter().map(|row| row[0].clone()).collect();
    let roster = export::tables_of("roster").expect("a word");
    year_book::school(&journal, &roster, &rooms, &tables).expect("a workbook")
}

/// What a phone shows for the key that the page gives.
fn phone(secret: &str, at: chrono::DateTime<chrono::FixedOffset>) -> String {
    let letters: Vec<u32> = secret
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).expect("base 32") as u32)
        .collect();
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for five in letters {
        held = (held << 5 | five) & 0xFFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    let builder = totp_rs::Builder::new().with_algorithm(totp_rs::Algorithm::SHA1).with_digits(6).with_skew(1);
    let clock = builder.with_secret(totp_rs::Secret::from(bytes)).with_step_duration(30).build().expect("a clock");
    clock.generate(at.timestamp() as u64).to_string()
}

/// Looks at a page that only somebody half signed in sees.
async fn looked(browser: &Browser, name: &str) {
    let faults = look(browser, axe().as_deref(), &format!("stranger/{name}")).await;
    assert!(faults.is_empty(), "{faults:?}");
    browser.client.set_window_size(1366, 900).await.expect("a size");
}

#[test]
fn an_administrator_sets_a_school_up_from_files_in_an_empty_house() {
    tell(async {
        let (open, login, password) = Open::empty().await;
        let browser = Browser::start().await;
        // The one-time password of the slip, which is asked once; an own password, the phone.
        browser.open(&open.at("/signin")).await;
        browser.fill("login", &login).await;
        browser.fill("password", &password).await;
        browser.press("main form[action=\"/signin\"] button").await;
        looked(&browser, "signin-password").await;
        browser.fill("new", "три рыжих кота под дождём").await;
        browser.fill("repeated", "три рыжих кота под дождём").await;
        browser.press("main form[action=\"/signin/password\"] button").await;
        looked(&browser, "signin-enrol").await;
        let secret = browser.run("return document.querySelector('main section code').innerText;").await;
        browser.fill("code", &phone(secret.as_str().expect("a key"), open.now())).await;
        browser.press("main form[action=\"/signin/enrol\"] button").await;
        browser.press("main .ways a.button").await;
        // The empty house says what to do first.
        let first = browser.text().await;
        assert!(first.contains("загрузите таблицы школы"), "{first}");

        let folder = tempfile::tempdir().expect("a folder");
        let book = folder.path().join("школа.xlsx");
        std::fs::write(&book, workbook(&open.house)).expect("a workbook");
        browser.open(&open.at("/exchange/import")).await;
        browser.attach("file", &book).await;
        browser.press("main form[action=\"/exchange/import\"] button").await;
        let dry = browser.text().await;
        assert!(
            dry.contains("Файлы проверены") && dry.contains("Таблицы учебного года") && dry.contains("Расписание"),
            "{dry}"
        );
        assert!(open.house.db.list_years().await.expect("years").is_empty(), "a dry run writes nothing");
        browser.press("main form[action=\"/exchange/confirm\"] button").await;
        assert!(browser.text().await.contains("Загружено:"));
        assert_eq!(browser.open(&open.at("/year/ready")).await.0, 200);
        let ready = browser.text().await;
        assert!(!ready.contains("не сделано") && !ready.contains("не всё"), "{ready}");

        // A sheet with mistakes: each in its place, nothing written.
        let rooms = folder.path().join("Кабинеты.csv");
        std::fs::write(&rooms, "Кабинет;Мест\n301;тридцать\n302;20\n").expect("a file");
        let before = open.house.db.list_year_rows("rooms", YEAR).await.expect("rooms");
        browser.open(&open.at("/exchange/import?table=rooms")).await;
        browser.attach("file", &rooms).await;
        browser.press("main form[action=\"/exchange/import\"] button").await;
        let told = browser.text().await;
        assert!(told.contains("Кабинеты.csv: строка 2, «Мест»") && told.contains("тридцать"), "{told}");
        assert!(told.contains("Ничего не записано"), "{told}");
        assert_eq!(open.house.db.list_year_rows("rooms", YEAR).await.expect("rooms"), before);

        // The tables of the year are taken back with one button, which stands folded so that no slip presses it.
        browser.open(&open.at("/exchange/import")).await;
        browser.run("document.querySelector('main td details summary').click()").await;
        browser.press("main form[action=\"/exchange/undo\"] button.quiet").await;
        assert!(browser.text().await.contains("отменена"));
        browser.open(&open.at("/year/ready")).await;
        assert!(browser.text().await.contains("не сделано"));
        assert_eq!(log::verify(&open.house).await.expect("a log"), []);
    });
}

#[test]
fn a_deputy_brings_a_table_by_an_office_file_and_sees_its_rows_before_they_are_written() {
    tell(async {
        let (open, browser) = (Open::start().await, Browser::start().await);
        open.sign_in(&browser, "заместитель директора").await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("Кабинеты.csv");
        let text = "Кабинет;Мест;Назначение\r\n401;30;физика\r\n402;28;\"химия; биология\"\r\n";
        std::fs::write(&file, letopis::bundle::encoding::to_windows_1251(text)).expect("a file");
        let rooms = async || open.house.db.list_year_rows("rooms", YEAR).await.expect("rooms");
        let before = rooms().await;
        browser.open(&open.at("/year/rooms?paste=1")).await;
        browser.attach("file", &file).await;
        browser.press("#form button[value=\"try\"]").await;
        let shown = browser.run("return document.getElementById('f-text').value;").await;
        let shown = shown.as_str().unwrap_or_default();
        assert!(shown.contains("401\t30\tфизика") && shown.contains("химия; биология"), "{shown}");
        assert_eq!(rooms().await, before, "a look writes nothing");
        browser.press("#form button[value=\"paste\"]").await;
        assert_eq!(rooms().await.len(), before.len() + 2);
        // A file of something else: what is wrong with it, in its place.
        std::fs::write(&file, "Предмет;Часов\nалгебра;3\n").expect("a file");
        browser.open(&open.at("/year/rooms?paste=1")).await;
        browser.attach("file", &file).await;
        browser.press("#form button[value=\"paste\"]").await;
        let told = browser.text().await;
        assert!(told.contains("Ничего не записано") && told.contains("Кабинет"), "{told}");
        assert_eq!(rooms().await.len(), before.len() + 2);
    });
}

#[test]
fn a_stolen_administrators_password_is_noted_struck_through_and_undone_at_once_and_nothing_else_is_touched() {
    tell(async {
        let (open, browser) = (Open::start().await, Browser::start().await);
        let thief = open.account(&open.login("администратор").await.login).await;
        let honest = open.account(&open.login("заместитель директора").await.login).await;
        // The thief is in, with password and telephone, and works on the marks of the second quarter and on a room.
        open.sign_in(&browser, "администратор").await;
        let stolen = browser.client.get_all_cookies().await.expect("cookies");
        let since = open.now();
        open.wait(120);
        browser.open(&open.at("/year/rooms?add=1")).await;
        browser.fill("name", "666").await;
        browser.press("#form form button[type=submit]").await;
        let marks = open.house.db.list_rows("marks", YEAR).await.expect("marks");
        let later: Vec<_> = marks.iter().filter(|(key, _)| key[1].as_str() > "2025-11-10").take(4).cloned().collect();
        let edit = |key: &[String], value: &str| {
            let key: Vec<&str> = key.iter().map(String::as_str).collect();
            Edit::put("marks", YEAR, &key, &["", value])
        };
        let by = |account: &str| Act { by: account.to_owned(), at: open.now() };
        let bad: Vec<Edit> = later[..3].iter().map(|(key, _)| edit(key, "П5")).collect();
        change::apply(&open.house, &by(&thief), "journal", &bad).await.expect("a change");
        change::apply(&open.house, &by(&honest), "journal", &[edit(&later[3].0, "4+")]).await.expect("a change");
        let spoilt = open.house.db.list_rows("marks", YEAR).await.expect("marks");

        // The director hears of it.
        open.wait(600);
        open.sign_in(&browser, "директор").await;
        browser.open(&open.at("/compromise")).await;
        browser.set("person", &thief).await;
        browser.set("since", &(since + chrono::Duration::minutes(1)).format("%Y-%m-%dT%H:%M").to_string()).await;
        browser.set("learnt", &open.now().format("%Y-%m-%dT%H:%M").to_string()).await;
        browser.fill("reason", "пароль подсмотрен").await;
        browser.press("main form[action=\"/compromise/note\"] button").await;
        let listed = browser.text().await;
        assert!(listed.contains("Ждут решения: 4\u{a0}изменения, "), "{listed}");
        let struck = browser.run("return document.querySelectorAll('main del').length;").await;
        assert_eq!(struck.as_u64(), Some(4), "what the thief did is struck through, the honest mark is not");
        assert_eq!(open.house.db.list_rows("marks", YEAR).await.expect("marks"), spoilt, "a notice changes no row");
        // Struck through in the journal too.
        let (course, learner) = (&later[0].0[0], &later[0].0[3]);
        let cell = format!("/course/{course}/cell?cell={learner}.{}.{}", later[0].0[1], later[0].0[2]);
        browser.open(&open.at(&cell)).await;
        let shown = browser.run("return document.querySelectorAll('main del, main s, main .struck').length;").await;
        assert!(shown.as_u64() > Some(0), "{}", browser.text().await);

        // The stolen session is shut, and so is the account.
        let own = browser.client.get_all_cookies().await.expect("cookies");
        browser.client.delete_all_cookies().await.expect("no cookies");
        for cookie in stolen {
            browser.client.add_cookie(cookie).await.expect("a cookie");
        }
        browser.open(&open.at("/people")).await;
        assert!(browser.client.current_url().await.expect("an address").path().starts_with("/signin"));
        browser.client.delete_all_cookies().await.expect("no cookies");
        for cookie in own {
            browser.client.add_cookie(cookie).await.expect("a cookie");
        }

        // Undone at once; the honest mark stands.
        browser.open(&open.at("/compromise")).await;
        browser.press("button[value=\"undo-all\"]").await;
        assert!(browser.text().await.contains("Отменено: 4."), "{}", browser.text().await);
        let mut expected = spoilt;
        for (key, row) in &mut expected {
            if let Some((_, was)) = later[..3].iter().find(|(of, _)| of == key) {
                row.clone_from(was);
            }
        }
        assert_eq!(open.house.db.list_rows("marks", YEAR).await.expect("marks"), expected);
        browser.open(&open.at("/year/rooms")).await;
        assert!(!browser.text().await.contains("666"));
    });
}

#[test]
fn a_new_order_changes_the_rules_from_its_day_and_old_records_keep_theirs() {
    tell(async {
        let (open, browser) = (Open::start().await, Browser::start().await);
        open.sign_in(&browser, "директор").await;
        let copy = format!("/copies/{}", crate::records::COPIES[0]);
        browser.open(&open.at(&copy)).await;
        let old_digest = open.house.policy.digest.to_hex();
        let grounds = "return [...document.querySelectorAll('dl.facts dt')].filter(one => one.innerText === 'Основание')\
                       .map(one => one.nextElementSibling.innerText)[0];";
        assert!(browser.text().await.contains(&old_digest), "the copy names its rules");
        let ground = browser.run(grounds).await;
        let old_title = &open.house.policy.title;
        assert!(ground.as_str().is_some_and(|said| said.contains(old_title.as_str())), "{ground}");
        let rule = |day: &str| {
            format!(
                "/policy/deadline?class=5%D0%90&what=mark&work=%D0%A3%D1%81%D1%82%D0%BD%D1%8B%D0%B9+%D0%BE%D1%82%D0%B2%D0%B5%D1%82&date={day}"
            )
        };
        let own = "return document.querySelector('main table tbody tr').innerText;";
        browser.open(&open.at(&rule("2025-11-12"))).await;
        let before = browser.run(own).await;

        // The school's own file, adopted by an order for a day.
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("reglament-2025.toml");
        std::fs::write(&file, policy::builtin("chernushka-2018").expect("a preset")).expect("a file");
        browser.open(&open.at("/policy/adopt")).await;
        browser.attach("file", &file).await;
        browser.fill("order", "приказ от 27.10.2025 № 131").await;
        browser.set("from", "2025-11-10").await;
        browser.press("main form[action=\"/policy/adopt\"] button").await;
        assert!(browser.text().await.contains("Ввести эти правила?"), "the page asks first");
        browser.press("main form[action=\"/policy/adopt\"] button").await;
        let said = browser.text().await;
        // People read the title of a regulation, not the name of its file.
        let title = "Регламент и инструкция по ведению электронного учёта успеваемости";
        assert!(said.contains(title) && said.contains("131"), "{said}");

        browser.open(&open.at(&rule("2025-11-12"))).await;
        let after = browser.run(own).await;
        assert_ne!(after, before, "the new clause holds");
        let shown = after.as_str().unwrap_or_default();
        assert!(shown.contains(title) && shown.contains("школы"), "{shown}");
        browser.open(&open.at(&rule("2025-11-07"))).await;
        let eve = browser.run(own).await;
        assert!(!eve.as_str().unwrap_or_default().contains(title), "{eve}: the day before keeps the old rules");
        browser.open(&open.at(&copy)).await;
        assert!(browser.text().await.contains(&old_digest), "the sealed copy keeps its own");
        assert_eq!(browser.run(grounds).await, ground, "and cites the old rules, not № 131");
        let used = open.house.db.list_policies().await.expect("policies");
        assert_eq!(used.iter().map(|row| row.in_force_from.as_str()).collect::<Vec<_>>(), ["2025-11-10"]);
    });
}
