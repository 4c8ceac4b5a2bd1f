//! The signing desk on the screen: one gesture with one sheet refused, the next version, a key that stays in the browser.

use std::time::Instant;

use letopis::domain::copy::State;

use crate::driver::{Browser, pictures};
use crate::house::Open;
use crate::records::COPIES;
use crate::tell;

const TEACHER: &str = "учитель-предметник";

/// Statements of both copies by the verdict.
async fn said(open: &Open, verdict: &str) -> usize {
    let mut count = 0;
    for copy in COPIES {
        let row = open.house.db.list_versions(copy).await.expect("versions").pop().expect("a version");
        let said = open.house.db.list_statements(copy, row.version).await.expect("statements");
        count += said.iter().filter(|one| one.verdict == verdict).count();
    }
    count
}

#[test]
fn a_teacher_refuses_one_sheet_and_signs_the_others_in_three_clicks() {
    tell(async {
        let (open, browser) = (Open::with_issued_copies().await, Browser::start().await);
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/desk")).await;
        for (width, name) in [(1366, "desk/teacher-1366.png"), (390, "desk/teacher-390.png")] {
            browser.picture(width, &pictures().join(name)).await.expect("a page that fits");
        }
        browser.client.set_window_size(1366, 900).await.expect("a size");
        let sheets =
            browser.client.find_all(fantoccini::Locator::Css(".desk-list tbody tr")).await.expect("sheets").len();
        // One click opens the remark, words are typed, one more click signs all the rest.
        let summary = fantoccini::Locator::Css(".desk-list tbody tr:first-child summary");
        browser.client.find(summary).await.expect("a place for a remark").click().await.expect("it opens");
        let remark = browser.client.find(fantoccini::Locator::Css("input[name^=\"remark:\"]")).await.expect("a remark");
        remark.send_keys("Не та отметка").await.expect("typed");
        let began = Instant::now();
        browser.press("#desk button[type=submit]").await;
        eprintln!("signing took {:?}", began.elapsed());
        let text = browser.text().await;
        assert!(
            text.contains("отклонено с замечанием: 1\u{a0}лист") || text.contains("отклонено с замечанием: 1 лист"),
            "{text}"
        );
        assert_eq!(said(&open, "refused").await, 1);
        assert!(said(&open, "checked_and_correct").await > 0 || sheets == 1);
        let states: Vec<State> = {
            let mut states = Vec::new();
            for copy in COPIES {
                states.push(open.house.db.list_versions(copy).await.expect("versions").pop().expect("one").state);
            }
            states
        };
        assert!(states.contains(&State::Refused), "{states:?}");
        // The other sheets of the same copy are signed; its page still says who refused.
        let refused = COPIES.iter().zip(&states).find(|(_, state)| **state == State::Refused).expect("one").0;
        browser.open(&open.at(&format!("/copies/{refused}"))).await;
        let text = browser.text().await;
        assert!(text.contains("отказано"), "{text}");
        browser.client.clone().close().await.expect("closed");
    });
}

#[test]
fn a_key_made_in_the_browser_signs_there() {
    tell(async {
        let (open, browser) = (Open::with_issued_copies().await, Browser::start().await);
        open.sign_in(&browser, TEACHER).await;
        browser.open(&open.at("/signing-key")).await;
        browser.press("#enrol button").await;
        for _ in 0..50 {
            if browser.text().await.contains("в браузере владельца") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        browser.picture(1366, &pictures().join("desk/key-1366.png")).await.expect("a page that fits");
        assert!(browser.text().await.contains("в браузере владельца"), "{}", browser.text().await);
        browser.open(&open.at("/desk")).await;
        browser.press("#desk button[type=submit]").await;
        for _ in 0..50 {
            if said(&open, "checked_and_correct").await > 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(said(&open, "checked_and_correct").await > 0, "{}", browser.text().await);
        browser.client.clone().close().await.expect("closed");
    });
}
