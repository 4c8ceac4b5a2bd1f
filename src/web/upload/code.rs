//! The text of a sheet's QR code in words, and whether this house knows the sheet. No names, no marks. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use crate::domain::sheet_code::SheetCode;
use crate::domain::words;
use crate::flow::scans::{self, Verdict};

/// What the page says of a code.
pub(super) struct CodeView {
    /// Class of the verdict's frame.
    pub(super) class: &'static str,
    /// The answer in a few words.
    pub(super) title: &'static str,
    /// The answer, and what to do.
    pub(super) said: String,
    /// What the code says, field by field; empty for a code of something else.
    pub(super) facts: Vec<(&'static str, String)>,
}

impl CodeView {
    /// Reads a text as it was typed; `None` for an empty one. Waits for its turn among those who check files.
    pub(super) async fn of(state: &WebState, text: &str) -> Result<Option<Self>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let _check = state.checks.acquire().await.map_err(|_| Refusal::Fault)?;
        let (code, verdict) = scans::look_up(&state.house, text).await?;
        let (class, title) = head(verdict);
        let said = match &code {
            Some(code) => told(verdict, code),
            None => format!("{}.", words::capitalised(verdict.said().unwrap_or_default())),
        };
        Ok(Some(Self { class, title, said, facts: code.as_ref().map(facts).unwrap_or_default() }))
    }
}

fn head(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Filed => ("valid", "код листа этой школы"),
        Verdict::OldVersion => ("superseded", "код листа прежней версии"),
        Verdict::OtherCopy => ("unchecked", "такой копии здесь нет"),
        Verdict::Foreign | Verdict::Unread | Verdict::Damaged => ("unchecked", "это не код листа «Летописи»"),
        Verdict::Malformed => ("altered", "код записан не по правилам"),
        Verdict::Beyond | Verdict::Forged => ("altered", "код не сходится с копией"),
    }
}

fn told(verdict: Verdict, code: &SheetCode) -> String {
    let package = format!(
        "Проверьте лист по пакету этой копии, скачанному в её школе: в заявлении подписавшего (папка statements) у листа {} контрольная сумма \
         должна начинаться с {}.",
        code.sheet,
        code.digest.to_lowercase()
    );
    let paper = "Код говорит о листе, а не о том, что на бумаге ничего не исправили: сравните лист со скреплённым PDF той же версии.";
    match verdict {
        Verdict::Filed => format!(
            "Контрольная сумма листа, числа листов и страниц, размер и корень журнала событий — те, что записаны в этой школе. {paper}"
        ),
        Verdict::OldVersion => format!(
            "Контрольная сумма листа, размер и корень журнала событий — те, что записаны в этой школе, но эту версию заменила более поздняя. \
             {paper}"
        ),
        Verdict::OtherCopy => format!("Эта «Летопись» не знает такой копии или версии: лист другой школы. {package}"),
        Verdict::Beyond => format!(
            "Такая копия здесь есть, но такого листа или страницы у неё нет: лист другой школы или поддельный. {package}"
        ),
        _ => format!(
            "Такая копия здесь есть, но контрольная сумма листа, размер или корень журнала событий у неё другие: лист другой школы или поддельный. \
             {package}"
        ),
    }
}

fn facts(code: &SheetCode) -> Vec<(&'static str, String)> {
    vec![
        ("Копия", code.copy.clone()),
        ("Версия", code.version.to_string()),
        ("Лист", format!("{} из {}", code.sheet, code.sheets)),
        ("Страница", format!("{} из {}", code.page, code.pages)),
        ("Контрольная сумма листа начинается с", code.digest.clone()),
        ("Журнал событий тогда", words::count(code.log_size, "запись", "записи", "записей")),
        ("Корень журнала событий начинается с", code.root.clone()),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_code_is_told_in_words_and_what_is_not_known_here_is_checked_with_a_package() {
        let code = SheetCode::parse("LTP2:2025-06A-Q2:1:7/19:16/42:06F888F37D52F2A3:100:7DD0DB4788515E92").unwrap();
        let said: Vec<String> = facts(&code).into_iter().map(|(_, value)| value).collect();
        assert_eq!(said[..4], ["2025-06A-Q2", "1", "7 из 19", "16 из 42"]);
        assert_eq!((said[4].as_str(), said[6].as_str()), ("06F888F37D52F2A3", "7DD0DB4788515E92"));
        let other = told(Verdict::OtherCopy, &code);
        assert!(other.contains("должна начинаться с 06f888f37d52f2a3"), "{other}");
        assert!(!told(Verdict::Filed, &code).contains("statements"));
    }
}
