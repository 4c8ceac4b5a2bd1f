//! The signing desk on the screen: a key that stays in the browser.

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
