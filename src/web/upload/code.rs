//! The text of a sheet's QR code in words, and whether this house knows the sheet. No names, no marks. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use super::Later;
use super::fate::Fate;
use crate::domain::people::Visitor;
use crate::domain::sheet_code::SheetCode;
use crate::domain::words;
use crate::flow::outdated::{Outdated, Why};
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
    /// The version that took the place of the code's one.
    pub(super) later: Option<Later>,
}

impl CodeView {
    /// Reads a text as it was typed; `None` for an empty one. Waits for its turn among those who check files. `visitor` is nobody for a stranger.
    pub(super) async fn of(state: &WebState, text: &str, visitor: Option<&Visitor>) -> Result<Option<Self>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let _check = state.checks.acquire().await.map_err(|_| Refusal::Fault)?;
        let (code, verdict) = scans::look_up(&state.house, text).await?;
        let is_sealed = match &code {
            Some(code) => state.house.db.find_register_line(&code.copy, code.version).await?.is_some(),
            None => false,
        };
        let known = match &code {
            Some(code) if matches!(verdict, Verdict::Filed | Verdict::OldVersion) => Known::of(state, code).await?,
            _ => None,
        };
        let outdated = known.as_ref().and_then(|known| known.outdated);
        let fate = match &code {
            Some(code) if verdict == Verdict::OldVersion => Fate::of(&state.house, code).await?,
            _ => None,
        };
        let (class, title) = match (outdated, &fate) {
            (Some(_), _) => ("superseded", "код листа этой школы, эту версию печатью не скрепят"),
            (None, Some(fate)) => fate.head(),
            (None, None) => head(verdict, is_sealed),
        };
        let said = match (&code, outdated) {
            (Some(code), Some(why)) => never_sealed(why, code.version),
            (Some(code), None) => match &fate {
                Some(fate) => format!("{MATCHES} {}", fate.said(code.version)),
                None => told(verdict, code, is_sealed),
            },
            (None, _) => untold(verdict).to_owned(),
        };
        let later = match &fate {
            Some(fate) => Some(fate.later(state, visitor).await?),
            None => None,
        };
        let named = known.map(|known| known.facts).unwrap_or_default();
        let read = code.as_ref().map(facts).unwrap_or_default();
        Ok(Some(Self { class, title, said, facts: named.into_iter().chain(read).collect(), later }))
    }
}

/// Of a code of a replaced version: it is this school's.
const MATCHES: &str = "Контрольная сумма листа, размер и корень журнала событий — те, что записаны в этой школе.";

/// What this house knows of the version that a code names.
struct Known {
    /// Number as the paper prints it, class and period.
    facts: Vec<(&'static str, String)>,
    /// Why the version is never sealed; `None` of every other.
    outdated: Option<Why>,
}

impl Known {
    async fn of(state: &WebState, code: &SheetCode) -> Result<Option<Self>, Refusal> {
        let house = &state.house;
        let rows = house.db.list_versions(&code.copy).await?;
        let Some(row) = rows.into_iter().find(|row| row.version == code.version) else { return Ok(None) };
        let snapshot = house.db.load_snapshot(row.snapshot).await?;
        let outdated = Outdated::load(house).await?.why(house, &row).await?;
        let facts = vec![
            ("Номер, как на бумаге", format!("№ {}", row.number)),
            ("Класс", snapshot.class.name),
            ("Период", snapshot.period.name),
        ];
        Ok(Some(Self { facts, outdated }))
    }
}

/// Of a version that is on its way and is never sealed: why, and what comes after it.
fn never_sealed(why: Why, version: u32) -> String {
    format!(
        "Код записан в этой школе, но версия {version} {}: её больше не подписывают и печатью не скрепят. Её место займёт версия {}: спросите \
         в школе лист той версии, когда её скрепят печатью.",
        why.as_russian(),
        version + 1
    )
}

/// `is_sealed`: is the version that the code names sealed in this school?
fn head(verdict: Verdict, is_sealed: bool) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Filed if !is_sealed => ("unchecked", "код листа этой школы, копия ещё не скреплена печатью"),
        Verdict::Filed => ("valid", "код листа этой школы"),
        Verdict::OldVersion => ("superseded", "код листа прежней версии"),
        Verdict::OtherCopy => ("unchecked", "такой копии здесь нет"),
        Verdict::Foreign | Verdict::Unread | Verdict::Damaged => ("unchecked", "это не код листа «Летописи»"),
        Verdict::Malformed => ("altered", "код записан не по правилам"),
        Verdict::Beyond | Verdict::Forged => ("altered", "код не сходится с копией"),
    }
}

/// What to do about a text that holds no code of a sheet; the title says already that it is none.
fn untold(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Malformed => {
            "Начало – как у кода листа, а дальше часть потеряна или изменена. Считайте QR-код с листа ещё раз и вставьте текст целиком, от \
             «LTP2:» до последнего знака. Если и так не читается, покажите лист в школе: там его найдут по копии и номеру листа."
        }
        _ => {
            "Нужен текст QR-кода с листа бумажной копии: он начинается с «LTP2:». Адрес сайта, номер документа и код с другой бумаги здесь не \
             читаются."
        }
    }
}

fn told(verdict: Verdict, code: &SheetCode, is_sealed: bool) -> String {
    let package = format!(
        "Проверьте лист по пакету этой копии, скачанному в её школе: в заявлении подписавшего (папка statements) у листа {} контрольная сумма \
         должна начинаться с {}.",
        code.sheet,
        code.digest.to_lowercase()
    );
    let paper = match (verdict, is_sealed) {
        (_, true) => {
            "Код говорит о листе, а не о том, что на бумаге ничего не исправили: сравните лист со скреплённым PDF той же версии."
        }
        (Verdict::OldVersion, false) => {
            "Печатью её не скрепляли, сравнивать лист не с чем: спросите в школе лист действующей версии."
        }
        (_, false) => {
            "Копия ещё не скреплена печатью: её подписывают, и до печати её могут вернуть и выпустить следующей версией. Лист на руках – \
             выпущенный, но ещё не запись архива; не исправили ли его на бумаге, покажет сравнение со скреплённым PDF, когда копию скрепят."
        }
    };
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
        ("Обозначение в программе", code.copy.clone()),
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
        let other = told(Verdict::OtherCopy, &code, false);
        assert!(other.contains("должна начинаться с 06f888f37d52f2a3"), "{other}");
        assert!(!told(Verdict::Filed, &code, true).contains("statements"));
    }

    #[test]
    fn a_sheet_of_a_copy_without_its_seal_is_not_sent_to_a_sealed_pdf_that_is_not_there() {
        let code = SheetCode::parse("LTP2:2025-06A-Q2:1:7/19:16/42:06F888F37D52F2A3:100:7DD0DB4788515E92").unwrap();
        let compare = "сравните лист со скреплённым PDF";
        assert!(told(Verdict::Filed, &code, true).contains(compare));
        for verdict in [Verdict::Filed, Verdict::OldVersion] {
            assert!(!told(verdict, &code, false).contains(compare), "{verdict:?}");
        }
        assert!(told(Verdict::Filed, &code, false).contains("ещё не скреплена печатью"));
        assert!(head(Verdict::Filed, false).1.contains("ещё не скреплена печатью"));
    }

    #[test]
    fn a_version_that_is_never_sealed_says_why_and_what_takes_its_place() {
        for why in [Why::Former, Why::Undone] {
            let said = never_sealed(why, 1);
            assert!(said.contains(why.as_russian()) && said.contains("печатью не скрепят"), "{said}");
            assert!(said.contains("займёт версия 2") && !said.contains("её подписывают"), "{said}");
        }
    }

    #[test]
    fn a_text_that_is_no_code_is_told_what_to_bring_and_not_its_title_again() {
        for verdict in [Verdict::Foreign, Verdict::Malformed] {
            let (_, title) = head(verdict, false);
            let said = untold(verdict).to_lowercase();
            assert!(said.contains("ltp2:") && !said.contains(&title.to_lowercase()), "{said}");
        }
    }
}
