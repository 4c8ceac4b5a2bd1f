//! The desk as a school has it: many sheets at once, a copy that comes back, an acting director, a lost key, two people at one time.

use std::time::Instant;

use fantoccini::Locator;
use letopis::domain::copy::State;
use letopis::domain::finding::Verdict;
use letopis::domain::rights::Role;
use letopis::domain::statement::Statement;
use letopis::flow::people::{self, Order};
use letopis::flow::sign::Desk;
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Act, issue};

use crate::driver::{Browser, pictures};
use crate::house::Open;
use crate::records::{Bundle, CLASSES, COPIES, gesture};
use crate::tell;

const TEACHER: &str = "учитель-предметник";
const DEPUTY: &str = "заместитель директора";

/// A hand at the mouse that knows how often it pressed.
struct Hand<'b> {
    browser: &'b Browser,
    clicks: usize,
}

impl Hand<'_> {
    async fn press(&mut self, selector: &str) {
        self.clicks += 1;
        self.browser.press(selector).await;
    }

    /// A click that leads nowhere: something on the page opens.
    async fn click(&mut self, selector: &str) {
        self.clicks += 1;
        let found = self.browser.client.find(Locator::Css(selector)).await.expect("something to click");
        found.click().await.expect("clicked");
    }
}

/// The first courses of a bundle, all with one teacher.
fn taught_by(teacher: &str, sheets: usize) -> Bundle {
    Bundle::small().with("courses.csv", |text| {
        let mut lines = text.lines();
        let head = lines.next().expect("headings").to_owned();
        let column = head.split(',').position(|name| name == "teacher_id").expect("a column of teachers");
        let mut left = sheets;
        let changed = lines.map(|line| {
            if left == 0 || line.contains('"') {
                return line.to_owned();
            }
            left -= 1;
            let mut cells: Vec<&str> = line.split(',').collect();
            cells[column] = teacher;
            cells.join(",")
        });
        let rows: Vec<String> = changed.collect();
        format!("{head}\n{}\n", rows.join("\n"))
    })
}

/// Issues the first quarter of both classes.
async fn issue_quarter(open: &Open) {
    open.folder.close("Q1", &CLASSES, None).await.expect("a closing");
    let frozen = open.house.db.list_copies().await.expect("copies");
    issue::issue(&open.house, &frozen, &act(open, "operator"), |_| {}).await.expect("an issue");
}

fn act(open: &Open, by: &str) -> Act {
    Act { by: by.to_owned(), at: open.now() }
}

async fn person(open: &Open, role: &str) -> String {
    open.account(&open.login(role).await.login).await
}

/// The sheets that a person's statements stand for, over both copies.
async fn signed_sheets(open: &Open, person: &str) -> usize {
    let mut sheets = 0;
    for copy in COPIES {
        for row in open.house.db.list_statements(copy, 1).await.expect("statements") {
            let said = Statement::from_signed_bytes(row.body.as_bytes()).expect("a statement");
            sheets += if row.signer == person && row.stage == "subject_teacher" { said.sheets.len() } else { 0 };
        }
    }
    sheets
}

#[test]
fn twenty_three_sheets_of_all_classes_are_signed_in_two_clicks_while_a_colleague_signs_too() {
    tell(async {
        let (open, browser) = (Open::with_journal().await, Browser::start().await);
        let teacher = person(&open, TEACHER).await;
        open.folder.import(&taught_by(&teacher, 23), false).await.expect("an import");
        issue_quarter(&open).await;
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/")).await;
        let first = browser.text().await;
        assert!(first.contains("листа ждут вашей подписи"), "23 here as on the desk: {first}");
        let mut hand = Hand { browser: &browser, clicks: 0 };
        hand.press("main a[href=\"/desk\"]").await;
        assert!(browser.text().await.contains("Подписать все мои листы (23)"), "{}", browser.text().await);
        // The button says what a press would sign: with nothing ticked, nothing.
        let said = browser
            .run(
                "const boxes = [...document.querySelectorAll('#desk input[name=tick]')];
                 const button = document.querySelector('#desk button[type=submit]');
                 boxes.forEach((box) => box.click());
                 const none = [button.textContent, button.disabled];
                 boxes.forEach((box) => box.click());
                 return [...none, button.textContent, button.disabled];",
            )
            .await;
        let all = ["Подписать отмеченное", "Подписать все мои листы (23)"];
        assert!(said[0] == all[0] && said[1] == true && said[2] == all[1] && said[3] == false, "{said}");
        browser.picture(1366, &pictures().join("desk/many-1366.png")).await.expect("a page that fits");
        browser.client.set_window_size(1366, 900).await.expect("a size");
        // A colleague presses at the same moment, in another window.
        let mut others = Vec::new();
        for copy in COPIES {
            let route = open.folder.snapshot(copy).await.route;
            others.extend(route[0].signers.iter().map(|one| (copy, one.person.id.clone())));
        }
        let (copy, colleague) = others.iter().find(|(_, one)| *one != teacher).expect("a colleague");
        let mut table = Desk::open(&open.house).await.expect("a desk");
        let (at, targets) = (act(&open, colleague), gesture(colleague, &[copy]));
        let began = Instant::now();
        let ((), other) = tokio::join!(hand.press("#desk button[type=submit]"), table.sign(&targets, &at));
        eprintln!("23 sheets signed in {:?} (opt-level 0)", began.elapsed());
        other.expect("the colleague's signature stands as well");
        assert!(hand.clicks <= 3, "{} clicks", hand.clicks);
        assert!(browser.text().await.contains("Подписано: 23"), "{}", browser.text().await);
        assert_eq!(signed_sheets(&open, &teacher).await, 23);
        assert!(signed_sheets(&open, colleague).await > 0);
        // The button of a page that lay open in another window: nothing is signed twice.
        browser.client.back().await.expect("the page before");
        let again = browser.client.find(Locator::Css("#desk button[type=submit]")).await;
        if again.is_ok() {
            browser.press("#desk button[type=submit]").await;
            assert!(browser.text().await.contains("одписано раньше"), "{}", browser.text().await);
        }
        assert_eq!(signed_sheets(&open, &teacher).await, 23, "a second press signs once");
        browser.client.clone().close().await.expect("closed");
    });
}

#[test]
fn of_twenty_three_sheets_one_is_refused_with_a_remark_and_twenty_two_are_signed_in_three_clicks() {
    tell(async {
        let (open, browser) = (Open::with_journal().await, Browser::start().await);
        let teacher = person(&open, TEACHER).await;
        open.folder.import(&taught_by(&teacher, 23), false).await.expect("an import");
        issue_quarter(&open).await;
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/")).await;
        // To the desk, the remark of one sheet, the one gesture; a remark is typed, not clicked.
        let mut hand = Hand { browser: &browser, clicks: 0 };
        hand.press("main a[href=\"/desk\"]").await;
        for (width, name) in [(1366, "desk/teacher-1366.png"), (390, "desk/teacher-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        hand.click(".desk-list tbody tr:first-child summary").await;
        let remark = browser.client.find(Locator::Css("input[name^=\"remark:\"]")).await.expect("a remark");
        remark.send_keys("Не та отметка").await.expect("typed");
        hand.press("#desk button[type=submit]").await;
        assert_eq!(hand.clicks, 3);
        let text = browser.text().await.replace('\u{a0}', " ");
        assert!(text.contains("отклонено с замечанием: 1 лист"), "{text}");
        let (mut refused, mut signed) = (0, 0);
        let mut states = Vec::new();
        for copy in COPIES {
            states.push((copy, open.folder.copy(copy).await.state));
            for row in open.house.db.list_statements(copy, 1).await.expect("statements") {
                let said = Statement::from_signed_bytes(row.body.as_bytes()).expect("a statement");
                assert_eq!((row.signer.as_str(), row.stage.as_str()), (teacher.as_str(), "subject_teacher"));
                let sheets = if row.verdict == "refused" { &mut refused } else { &mut signed };
                *sheets += said.sheets.len();
            }
        }
        assert_eq!((refused, signed), (1, 22), "one sheet refused, the rest signed by the same gesture");
        // The other sheets of the same copy are signed; its page still says who refused.
        let (copy, _) = states.iter().find(|(_, state)| *state == State::Refused).expect("a copy that goes back");
        browser.open(&open.at(&format!("/copies/{copy}"))).await;
        assert!(browser.text().await.contains("отказано"), "{}", browser.text().await);
        browser.client.clone().close().await.expect("closed");
    });
}

#[test]
fn a_copy_that_came_back_is_issued_anew_and_only_the_corrected_sheet_is_signed_again() {
    tell(async {
        let (open, browser) = (Open::with_issued_copies().await, Browser::start().await);
        let teacher = person(&open, TEACHER).await;
        let mut copy = COPIES[0];
        for one in COPIES {
            let route = open.folder.snapshot(one).await.route;
            if route[0].signers.iter().any(|signer| signer.person.id == teacher) {
                copy = one;
            }
        }
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/desk")).await;
        // By keyboard alone: the remark opens, is typed, and Enter sends it.
        let summary =
            browser.client.find(Locator::Css(".desk-list tbody tr:last-child summary")).await.expect("a remark");
        summary.send_keys("\u{E007}").await.expect("Enter opens it");
        let field = Locator::Css(".desk-list tbody tr:last-child input[name^=\"remark:\"]");
        browser.client.find(field).await.expect("a place").send_keys("Не та тема\u{E007}").await.expect("typed");
        for _ in 0..200 {
            if open.folder.copy(copy).await.state == State::Refused {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(open.folder.copy(copy).await.state, State::Refused);

        open.sign_in(&browser, DEPUTY).await;
        browser.open(&open.at("/desk")).await;
        assert!(browser.text().await.contains("Не та тема"), "{}", browser.text().await);
        for (width, name) in [(1366, "desk/back-1366.png"), (390, "desk/back-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        // Nothing was corrected, so that the ground is theirs who issue all the same.
        browser.fill("ground", "замечание не подтвердилось").await;
        browser.press(".back form button").await;
        let changes = browser.text().await;
        assert!(
            changes.contains("Отличия версии 2 от версии 1") && changes.contains("Содержание листов не изменилось"),
            "{changes}"
        );
        // The first version says wherever it is shown that it was replaced.
        for path in [format!("/copies/{copy}?version=1"), format!("/copies/{copy}/1/sheets/1")] {
            browser.open(&open.at(&path)).await;
            assert!(browser.text().await.contains("ЗАМЕНЕНА"), "{path}");
        }
        for (width, name) in [(1366, "desk/replaced-1366.png"), (390, "desk/replaced-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        // What the teacher had signed stands; the sheet that was refused waits alone.
        let kept = open.house.db.list_statements(copy, 2).await.expect("statements");
        assert!(kept.iter().all(|one| one.version == 1), "kept from the first version");
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/desk")).await;
        let rows = browser.client.find_all(Locator::Css(".desk-list tbody tr")).await.expect("sheets").len();
        assert_eq!(rows, 1, "{}", browser.text().await);
        browser.press("#desk button[type=submit]").await;
        assert!(browser.text().await.contains("Подписано: 1"), "{}", browser.text().await);
        browser.client.clone().close().await.expect("closed");
    });
}

#[test]
fn an_acting_director_signs_by_order_and_a_lost_key_is_replaced_without_loss() {
    tell(async {
        let (open, browser) = (Open::with_journal().await, Browser::start().await);
        let acting = person(&open, DEPUTY).await;
        let day = open.now().date_naive();
        let order = Order {
            person: acting.clone(),
            role: Role::Director,
            grades: None,
            stands_for: String::new(),
            acting: true,
            no: "12-к".into(),
            date: day,
            starts: day,
            ends: Some(day),
        };
        people::appoint(&open.house, &order, &act(&open, "operator")).await.expect("an appointment");
        issue_quarter(&open).await;
        // A teacher signs one copy, loses the key, says so, gets a new one and signs the other copy with it.
        let teacher = person(&open, TEACHER).await;
        let mut own = Vec::new();
        for copy in COPIES {
            if open.folder.snapshot(copy).await.route[0].signers.iter().any(|signer| signer.person.id == teacher) {
                own.push(copy);
            }
        }
        let mut table = Desk::open(&open.house).await.expect("a desk");
        table.sign(&gesture(&teacher, &own[..1]), &act(&open, &teacher)).await.expect("a signature");
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/signing-key")).await;
        let lost =
            browser.client.find(Locator::Css("form[action=\"/signing-key/lost\"] button")).await.expect("a button");
        lost.click().await.expect("pressed");
        browser.client.accept_alert().await.expect("the page asks once more");
        for _ in 0..100 {
            if browser.text().await.contains("отозван") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        for (width, name) in [(1366, "desk/lost-1366.png"), (390, "desk/lost-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        browser.open(&open.at("/desk")).await;
        assert!(own.len() < 2 || browser.text().await.contains("Подписать сейчас нельзя"), "{}", browser.text().await);
        browser.open(&open.at("/signing-key")).await;
        browser.press("form[action=\"/signing-key/server\"] button").await;
        browser.open(&open.at("/signing-key")).await;
        assert!(browser.text().await.contains("Прежние сертификаты"), "{}", browser.text().await);
        if own.len() > 1 {
            browser.open(&open.at("/desk")).await;
            browser.press("#desk button[type=submit]").await;
            assert!(browser.text().await.contains("Подписано"), "{}", browser.text().await);
        }

        // Everybody else signs; the last signature is the acting director's own press.
        let mut table = Desk::open(&open.house).await.expect("a desk");
        for copy in COPIES {
            for stage in open.folder.snapshot(copy).await.route.into_iter().filter(|stage| stage.id != "director") {
                for signer in stage.signers {
                    // Who has signed already is told so; nobody else is refused.
                    let one = gesture(&signer.person.id, &[copy]);
                    let one = letopis::flow::sign::Gesture { stage: Some(stage.id.clone()), ..one };
                    let done = table.sign(&one, &act(&open, &signer.person.id)).await;
                    assert!(done.is_ok() || signer.person.id == teacher, "{done:?}");
                }
            }
        }
        open.sign_in(&browser, DEPUTY).await;
        browser.open(&open.at("/desk")).await;
        let desk = browser.text().await;
        assert!(desk.contains("и.о. директора (№ 12-к") || desk.contains("и.о. директора"), "{desk}");
        for (width, name) in [(1366, "desk/acting-1366.png"), (390, "desk/acting-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        browser.press("#desk button[type=submit]").await;
        browser.open(&open.at(&format!("/copies/{}", COPIES[0]))).await;
        assert!(browser.text().await.contains("и.о. директора"), "{}", browser.text().await);
        open.folder.seal_everything(90).await.expect("seals");
        let report = verify_path(&open.house.archive(), &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "what was signed with the lost key before stands: {report:#?}");
        let said = open.house.db.list_statements(COPIES[0], 1).await.expect("statements");
        let last = said.iter().find(|one| one.stage == "director").expect("the director's place");
        assert!(last.signer == acting && last.body.contains("и.о. директора"), "{}", last.body);
        browser.client.clone().close().await.expect("closed");
    });
}
