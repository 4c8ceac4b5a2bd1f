//! What people come to do, told from their side of the screen.

use crate::driver::Browser;
use crate::house::Open;
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
        let statuses = {
            let mut statuses = Vec::new();
            for class in ["5%D0%90", "6%D0%90"] {
                statuses.push(browser.open(&open.at(&format!("/families/{class}"))).await.0);
            }
            statuses.sort_unstable();
            statuses
        };
        assert_eq!(statuses, [200, 403], "one class is the own one, the other is not");
    });
}
