//! A disk's way from the shop to the safe and a restore rehearsal, by the people who do it, each under the own login. The story is told at
//! the end of `cycle`: one house for both.

use std::path::Path;
use std::time::Duration;

use letopis::domain::policy;
use letopis::flow::Act;
use letopis::flow::policy::{Adoption, adopt};

use crate::driver::{Browser, WIDTHS, pictures};
use crate::house::Open;
use crate::looks::{axe, axe_faults};

pub const SECRETARY: &str = "секретарь";
pub const DIRECTOR: &str = "директор";
pub const SPECIALIST: &str = "технический специалист";

/// The story's desk: a house, a browser, what is wrong with the pages seen.
pub struct Desk {
    pub open: Open,
    pub browser: Browser,
    axe: Option<String>,
    pub faults: Vec<String>,
}

impl Desk {
    pub async fn of(open: Open) -> Self {
        Self { open, browser: Browser::start().await, axe: axe(), faults: Vec::new() }
    }

    pub async fn as_one(&self, role: &str, path: &str) {
        self.open.sign_in(&self.browser, role).await;
        self.go(path).await;
    }

    pub async fn go(&self, path: &str) {
        assert_eq!(self.browser.open(&self.open.at(path)).await.0, 200, "{path}");
        self.browser
            .run("document.querySelectorAll('details').forEach((one) => { one.open = true; }); return true;")
            .await;
    }

    /// Pictures at both widths, and what axe says.
    pub async fn look(&mut self, name: &str) {
        for width in WIDTHS {
            let path = pictures().join(format!("cycle/{name}-{width}.png"));
            self.faults.extend(self.browser.picture(width, &path).await.err().map(|fault| format!("{name}: {fault}")));
        }
        if let Some(axe) = &self.axe {
            self.faults
                .extend(axe_faults(&self.browser, axe).await.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        self.browser.client.set_window_size(1366, 900).await.expect("a size");
    }

    pub async fn sees(&self, words: &str) {
        let text = self.browser.text().await;
        assert!(text.contains(words), "no «{words}» in: {text}");
    }

    /// Presses the button of a step of the custody log.
    async fn sign(&self, role: &str, step: &str) {
        self.as_one(role, "/carriers/custody").await;
        self.browser.press(&format!("form:has(input[value=\"{step}\"]) button")).await;
    }

    /// Waits for the job on the page to end.
    pub async fn job(&self, words: &str) {
        for _ in 0..240 {
            let text = self.browser.text().await;
            if text.contains(words) {
                return;
            }
            assert!(!text.contains("не выполнено") && !text.contains("Не прошло"), "{text}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the job does not end: {}", self.browser.text().await);
    }
}

/// Two disks of two rooms on the books, and the code in its envelope; gives the code.
pub async fn books(desk: &mut Desk, disks: &Path) -> String {
    desk.as_one(SECRETARY, "/carriers").await;
    desk.look("carriers-empty").await;
    // No button of hers writes a copy: she is told whose it is.
    desk.sees("Копии и архив записывают на носители: администратор").await;
    desk.sees("Секретарь ставит носители на учёт").await;
    for no in 1..=2 {
        desk.go("/carriers").await;
        desk.browser.fill("room", &format!("кабинет {no}")).await;
        desk.browser.press("form:has(input[value=\"place\"]) button").await;
        let disk = disks.join(format!("disk{no}"));
        std::fs::create_dir(&disk).expect("a disk");
        desk.go("/carriers").await;
        let form = "form:has(input[value=\"carrier\"])";
        desk.browser
            .run(&format!(
                "const form = document.querySelector('{form}'); form.elements.label.value = 'Диск {no}';
                 form.elements.path.value = '{}'; form.elements.place.value = 'М-{no}'; return true;",
                disk.display()
            ))
            .await;
        desk.browser.press(&format!("{form} button")).await;
        desk.sees(&format!("Носитель Н-{no} поставлен на учёт")).await;
    }
    desk.as_one(DIRECTOR, "/carriers/custody").await;
    desk.look("undertaking").await;
    desk.browser.press("form:has(input[value=\"undertake\"]) button").await;
    desk.go("/carriers/code").await;
    desk.browser.press("button[value=\"make\"]").await;
    let code = desk.browser.run("return document.querySelector('.code').innerText;").await;
    let code = code.as_str().expect("a code").to_owned();
    desk.look("envelope").await;
    desk.sees("Печать").await;
    // The sheet goes on paper whole and alone: who closes the page after it has no other code.
    if let Some(paper) = desk.browser.printed().await {
        for words in [code.as_str(), "Код доступа № 1 к носителям", "Лист вложить в конверт"]
        {
            assert!(paper.contains(words), "no «{words}» on paper: {paper}");
        }
        for words in ["Код записан", "Распечатайте его сейчас", "Носители и копии"]
        {
            assert!(!paper.contains(words), "«{words}» on paper: {paper}");
        }
    }
    desk.go("/carriers/code").await;
    assert!(!desk.browser.text().await.contains(&code), "shown once");
    code
}

/// The first disk is taken, written, compared, vouched for and brought back; then the restore is rehearsed with the code.
pub async fn trip(desk: &mut Desk, code: &str) {
    desk.as_one(SPECIALIST, "/carriers/custody").await;
    desk.browser.press("form:has(input[value=\"undertake\"]) button").await;
    desk.go("/carriers/custody").await;
    desk.browser.fill("purpose", "запись копии за I четверть").await;
    desk.browser.press("form:has(input[value=\"ask\"]) button").await;
    desk.sees("оформляется выдача").await;

    desk.sign(DIRECTOR, "key_given").await;
    desk.sign(SECRETARY, "handed").await;
    desk.sign(SPECIALIST, "taken").await;
    desk.sees("на руках").await;
    desk.sees("не сверяли").await;
    desk.look("out").await;

    desk.go("/carriers").await;
    desk.browser.press("form:has(input[value=\"backup\"]) button").await;
    desk.job("записана и прочитана назад на 2").await;
    desk.go("/carriers").await;
    desk.browser.press("form:has(input[value=\"compare\"]):has(input[value=\"Н-1\"]) button").await;
    desk.job("на носителе Н-1 верна").await;
    desk.sign(SPECIALIST, "certified").await;

    // Two days later it is still out: red for everybody who looks.
    desk.open.wait(2 * 24 * 3600);
    desk.as_one(SECRETARY, "/office").await;
    desk.sees("Носитель не возвращён в срок").await;
    desk.go("/carriers").await;
    desk.sees("Не возвращено в сейф").await;
    desk.look("overdue").await;
    desk.go("/carriers/custody").await;
    desk.sees("просрочен на 1").await;
    let buttons = desk.browser.run("return document.querySelectorAll('input[value=\"accepted\"]').length;").await;
    assert_eq!(buttons, 0, "what nobody has given back is not accepted");

    desk.sign(SPECIALIST, "returned").await;
    desk.sees("ждёт подписи секретаря").await;
    desk.sign(SECRETARY, "accepted").await;
    desk.sign(DIRECTOR, "key_back").await;
    desk.sees("возвращён").await;
    desk.look("custody").await;

    desk.as_one(DIRECTOR, "/carriers/code").await;
    desk.look("code").await;
    desk.sees("код № 1 от").await;
    desk.sees("по журналу носитель в сейфе, а подключён к серверу").await;
    desk.browser.fill("code", &code.to_lowercase().replace('-', " ")).await;
    desk.browser.press("form:has(input[value=\"rehearse\"]) button").await;
    desk.job("на носителе Н-1 верна").await;
    desk.look("job").await;
    desk.go("/carriers").await;
    desk.sees("пробное восстановление").await;
    desk.look("carriers").await;
    for paper in ["ledger", "custody", "undertaking", "certificate?no=2"] {
        let (status, kind) = desk.browser.open(&desk.open.at(&format!("/carriers/papers/{paper}"))).await;
        assert!(status == 200 || kind == "application/pdf", "{paper}: {status} {kind}");
    }
    // The same books as tables.
    desk.go("/carriers").await;
    for (paper, words) in [("ledger", "Диск 2"), ("custody", "запись копии за I четверть")] {
        let got = |format: &str| {
            format!(
                "const asked = new XMLHttpRequest(); asked.open('GET', '/carriers/papers/{paper}?format={format}', false);
                 asked.send(); return [asked.status, asked.getResponseHeader('content-type'), asked.responseText];"
            )
        };
        let csv = desk.browser.run(&got("csv")).await;
        assert!(csv[0] == 200 && csv[2].as_str().unwrap_or_default().contains(words), "{paper}: {csv}");
        let xlsx = desk.browser.run(&got("xlsx")).await;
        assert!(
            xlsx[0] == 200 && xlsx[1].as_str().unwrap_or_default().contains("spreadsheetml"),
            "{paper}: {}",
            xlsx[1]
        );
    }
}

/// A new order keeps one copy for a week: the director reads what will go and why, and lets it go; the newest copy stays.
pub async fn pruning(desk: &mut Desk) {
    desk.as_one(DIRECTOR, "/carriers/prune").await;
    desk.sees("хранятся все").await;
    let said = "keep_weeks = { value = 1, unit = \"weeks\", clause = \"приказ № 14\" }\n";
    let text = policy::builtin("default").expect("inside").replace("[backup]\n", &format!("[backup]\n{said}"));
    let act = Act { by: "operator".to_owned(), at: desk.open.now() };
    let adoption = Adoption {
        name: "keeps".to_owned(),
        text,
        from: Some(act.at.date_naive()),
        order: "приказ от 27.10.2025 № 14".to_owned(),
    };
    adopt(&desk.open.house, &adoption, &act).await.expect("a rule");
    desk.open.wait(8 * 24 * 3600);
    desk.as_one(SPECIALIST, "/carriers").await;
    desk.browser.press("form:has(input[value=\"backup\"]) button").await;
    desk.job("записана и прочитана назад на 2").await;
    // Who writes copies does not take them off.
    desk.go("/carriers/prune").await;
    desk.sees("Удаляет директор или администратор").await;
    desk.as_one(DIRECTOR, "/carriers/prune").await;
    desk.sees("Что будет удалено и почему").await;
    desk.sees("остаётся: самая новая на носителе").await;
    desk.sees("За сколько последних недель носитель хранит по копии").await;
    desk.look("prune").await;
    desk.browser.press("button.danger").await;
    desk.job("Удалено: 2").await;
    desk.go("/carriers/prune").await;
    desk.sees("Удалять нечего").await;
    desk.go("/carriers").await;
    desk.sees("Н-1 (стёрта), Н-2 (стёрта)").await;
}
