//! The office in a browser: a class's copy on paper, from the deputy's printer to the secretary's safe.

use fantoccini::Locator;

use crate::driver::{Browser, WIDTHS, pictures};
use crate::house::Open;
use crate::looks::{axe, axe_faults};
use crate::records::COPIES;
use crate::tell;

/// Looks at the page shown: pictures at both widths, and axe where it is installed.
async fn look(browser: &Browser, axe: Option<&str>, name: &str) {
    for width in WIDTHS {
        let wide = browser.picture(width, &pictures().join(format!("office/{name}-{width}.png"))).await;
        assert_eq!(wide, Ok(()), "{name}");
    }
    if let Some(axe) = axe {
        let faults = axe_faults(browser, axe).await;
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
    browser.client.set_window_size(1366, 900).await.expect("a size");
}

#[test]
fn a_secretary_takes_a_class_on_paper_from_the_deputy_to_the_safe() {
    tell(async {
        let (open, browser, axe) = (Open::start().await, Browser::start().await, axe());
        let axe = axe.as_deref();
        let copy = open.at(&format!("/copies/{}", COPIES[0]));

        // The deputy marks the print and hands it in: two presses, the own signature among them.
        open.sign_in(&browser, "заместитель директора").await;
        browser.open(&copy).await;
        browser.press("button[value=\"print\"]").await;
        assert!(browser.text().await.contains("Отмечено: напечатана"), "{}", browser.text().await);
        browser.press("button[value=\"hand-in\"]").await;
        let said = browser.text().await;
        assert!(said.contains("ждём подписи канцелярии"), "{said}");
        look(&browser, axe, "copy").await;

        // The secretary sees it first thing, signs, and gives it its number.
        open.sign_in(&browser, "секретарь").await;
        browser.open(&copy).await;
        assert!(!browser.text().await.contains("Сдать в канцелярию"), "nobody hands in to themselves");
        browser.open(&open.at("/office")).await;
        let said = browser.text().await;
        assert!(said.contains("Передача ждёт вашей подписи"), "{said}");
        assert!(said.contains("без бумажной пары"), "the other class is not printed yet\n{said}");
        look(&browser, axe, "today").await;
        browser.press("a[href=\"/office/handovers\"]").await;
        look(&browser, axe, "handovers").await;
        browser.press(".owed button").await;
        assert!(browser.text().await.contains("Подписано обеими сторонами"));
        browser.open(&open.at("/office/papers?stage=handed-in")).await;
        browser.press("tbody th a").await;
        browser.press("button[value=\"register\"]").await;
        assert!(browser.text().await.contains("Внесена в реестр под № 1"));
        look(&browser, axe, "paper").await;

        // The director signs and stamps, and says so once for all copies that wait.
        let paper = open.at(&format!("/office/papers/{}-v1-p1", COPIES[0]));
        assert!(browser.text().await.contains("ждёт подписи и печати директора"), "{}", browser.text().await);
        open.sign_in(&browser, "директор").await;
        browser.open(&open.at("/office/papers")).await;
        assert!(browser.text().await.contains("Ждут вашей подписи и печати: 1"), "{}", browser.text().await);
        look(&browser, axe, "papers-head").await;
        browser.press(".head-ink button").await;
        assert!(browser.text().await.contains("Записано вашим именем"), "{}", browser.text().await);
        open.sign_in(&browser, "секретарь").await;
        browser.open(&paper).await;

        // Presented, numbered, stitched: one form; then the place.
        browser
            .run("for (const box of document.querySelectorAll('.checks input')) box.checked = true; return true;")
            .await;
        browser.press(".deeds button").await;
        browser.fill("room", "канцелярия").await;
        browser.fill("safe", "1").await;
        browser.fill("file", "01-01").await;
        browser.press("form:has([name=room]) button").await;
        let said = browser.text().await;
        assert!(said.contains("на месте") && said.contains("канцелярия, сейф 1, дело 01-01"), "{said}");
        browser.open(&open.at("/office/papers")).await;
        assert!(browser.text().await.contains("сейф 1"));
        look(&browser, axe, "papers").await;

        // Both twins know each other.
        browser.open(&copy).await;
        assert!(browser.text().await.contains("№ 1 в реестре"), "{}", browser.text().await);

        // Files, requisites, the archive's check, and forms with their previews.
        browser.open(&open.at("/office/files")).await;
        assert!(browser.text().await.contains("01-01"));
        look(&browser, axe, "files").await;
        browser.fill("fund", "112").await;
        browser.press("form[action=\"/office/requisites\"] button").await;
        browser.press("form[action=\"/office/check\"] button").await;
        assert!(browser.text().await.contains("всё на месте и читается"), "{}", browser.text().await);
        look(&browser, axe, "condition-act").await;
        volume_and_plan(&open, &browser, axe).await;
        browser.open(&open.at("/office/forms")).await;
        look(&browser, axe, "forms").await;
        for (path, words) in [
            ("/office/forms/paper-register", "внесено"),
            ("/office/forms/handover-journal", "сдачи документов строгой отчётности"),
            ("/office/forms/file-cover?file=01-01", "ДЕЛО № 01-01"),
            ("/office/forms/file-plan?calendar=2026", "НОМЕНКЛАТУРА ДЕЛ"),
            ("/office/forms/inventory-electronic?calendar=2026&term=short", "РЕЕСТР ДОКУМЕНТОВ"),
            ("/office/classes/5%D0%90/class-report?period=Q1", "ОТЧЁТ КЛАССНОГО РУКОВОДИТЕЛЯ"),
            ("/office/classes/5%D0%90/fallback", "ЛИСТ ВРЕМЕННОГО УЧЁТА"),
        ] {
            let (status, _) = browser.open(&open.at(path)).await;
            let said = browser.text().await.to_lowercase();
            assert!(status == 200 && said.contains(&words.to_lowercase()), "{path}: {status}\n{said}");
            assert!(!said.contains("csv: таблица"), "every table of a form has its name: {path}\n{said}");
            let name = path.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default();
            look(&browser, axe, &format!("form-{name}")).await;
        }
        // Each table of the last form is downloaded under its own name.
        let said = browser.text().await;
        assert!(said.contains("CSV: Отметки") && said.contains("CSV: Темы"), "{said}");

        // A teacher from outside the office neither keeps the register nor sees it.
        open.sign_in(&browser, "учитель-предметник").await;
        assert_eq!(browser.open(&open.at("/office/papers")).await.0, 403);
        assert_eq!(browser.open(&open.at("/office/handovers")).await.0, 200);
    });
}

/// The volume is numbered, stitched and sealed, and its certifying sheet says what was found; the file plan gets a file of the school's own,
/// is closed for the year, and goes on into the next one.
async fn volume_and_plan(open: &Open, browser: &Browser, axe: Option<&str>) {
    const OPENED: &str = "document.querySelectorAll('details').forEach((one) => { one.open = true; }); return true;";
    let form = "form[action=\"/office/volumes\"]";
    browser.open(&open.at("/office/files")).await;
    browser.run(OPENED).await;
    let sheets = browser.run("return document.querySelector('[name=sheets]').value;").await;
    browser.fill("lettered", "2а").await;
    browser.fill("missing", "4").await;
    browser.fill("peculiar", "Пятно на нижнем поле").await;
    browser.fill("peculiar_sheets", "3").await;
    browser.run("for (const box of document.querySelectorAll('.checks input')) box.checked = true; return true;").await;
    browser.press(&format!("{form} button")).await;
    let said = browser.text().await;
    assert!(said.contains("Том дела 01-01 оформлен") && said.contains("прошит, скреплён печатью"), "{said}");
    look(browser, axe, "volume").await;
    browser.open(&open.at("/office/forms/certifying-sheet?file=01-01")).await;
    let said = browser.text().await;
    for words in ["2а", "Пятно на нижнем поле", sheets.as_str().expect("a number")] {
        assert!(said.contains(words), "«{words}» is not on the certifying sheet: {said}");
    }

    let plan = open.at("/office/plan?calendar=2026");
    browser.open(&plan).await;
    browser.press("a[href*=\"edit=new\"]").await;
    // An index that is none: the reason is said, nothing typed is lost by going back.
    for (name, value) in
        [("index", "15"), ("title", "Журнал выдачи ключей"), ("section", "02. Канцелярия"), ("term", "5 лет")]
    {
        browser.fill(name, value).await;
    }
    browser.press("button[value=\"set\"]").await;
    assert!(browser.text().await.contains("нужны номер раздела и номер дела"), "{}", browser.text().await);
    browser.open(&format!("{plan}&edit=new")).await;
    for (name, value) in [
        ("index", "02-15"),
        ("title", "Журнал выдачи ключей"),
        ("section", "02. Канцелярия"),
        ("term", "5 лет"),
        ("note", "До ликвидации организации"),
        ("reason", "приказ от 27.10.2025 № 7"),
    ] {
        browser.fill(name, value).await;
    }
    browser.run("document.querySelector('[name=carried]').checked = true; return true;").await;
    browser.press("button[value=\"set\"]").await;
    let said = browser.text().await;
    assert!(said.contains("Журнал выдачи ключей") && said.contains("Переходящее. До ликвидации организации"), "{said}");
    browser.run(OPENED).await;
    look(browser, axe, "plan").await;
    browser.run(OPENED).await;
    browser.fill("units-02-15", "1").await;
    browser.run("document.querySelector('[name=checked]').checked = true; return true;").await;
    let close = browser.client.find(Locator::Css("button[value=\"close\"]")).await.expect("a button");
    close.click().await.expect("pressed");
    browser.client.accept_alert().await.expect("the page asks once more");
    for _ in 0..100 {
        if browser.text().await.contains("Итоговая запись сделана") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let said = browser.text().await;
    assert!(said.contains("Итоговая запись сделана") && !said.contains("Добавить дело"), "{said}");
    browser.press("button[value=\"next\"]").await;
    browser.open(&open.at("/office/plan?calendar=2027")).await;
    let said = browser.text().await;
    assert!(
        said.contains("Журнал выдачи ключей") && said.contains("Добавить дело"),
        "the next year goes on with it: {said}"
    );
    browser.open(&open.at("/office/forms/file-plan?calendar=2026")).await;
    let said = browser.text().await;
    assert!(said.contains("Журнал выдачи ключей") && said.contains("переходящих"), "{said}");
}
