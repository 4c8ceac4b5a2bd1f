//! What became of a sheet whose version was replaced: its entries stand in the later version or do not, and its ink with them. No names. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use super::super::query::segment;
use super::Later;
use crate::domain::copy::Standing;
use crate::domain::people::Visitor;
use crate::domain::register::RegisterLine;
use crate::domain::rights::Action;
use crate::domain::sheet_code::SheetCode;
use crate::domain::snapshot::Sheet;
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::sign::REFUSED;
use crate::flow::{Error, House, desk};

/// How a sheet of a replaced version stands in the version that took its place.
pub(super) struct Fate {
    /// That version; the last one in a row of them.
    by: u32,
    /// Its copy, and the class for whom it is read.
    copy: String,
    class: String,
    is: Is,
    /// Its line in the register, once it is sealed.
    line: Option<RegisterLine>,
}

/// What is left of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// The same entries, and a signature in ink on this paper that was carried over.
    Original,
    /// The same entries, and nothing was signed on this paper that still stands.
    Same,
    /// Other entries.
    Changed,
    /// No such sheet any more.
    Gone,
}

impl Fate {
    /// Of the sheet that a code of this house names; nothing where its version was not replaced.
    pub(super) async fn of(house: &House, code: &SheetCode) -> Result<Option<Self>, Error> {
        let versions = Versions::of_copy(house, &code.copy).await?;
        let mut by = code.version;
        while let Standing::Replaced { by: next, .. } = versions.standing(&code.copy, by) {
            // Each one is replaced by a later one; whatever else a damaged store says ends here.
            if next <= by {
                break;
            }
            by = next;
        }
        let rows = house.db.list_versions(&code.copy).await?;
        let row = |version: u32| rows.iter().find(|row| row.version == version);
        let (Some(was), Some(now), true) = (row(code.version), row(by), by > code.version) else { return Ok(None) };
        let before = house.db.load_snapshot(was.snapshot).await?;
        let after = house.db.load_snapshot(now.snapshot).await?;
        let Some(sheet) = before.sheets.get((code.sheet as usize).wrapping_sub(1)) else { return Ok(None) };
        let said = house.db.list_statements(&now.id, now.version).await?;
        let is_original = said.iter().any(|one| {
            let is_carried = one.version == was.version && one.kept.iter().any(|id| id == sheet.id());
            is_carried && one.verdict != REFUSED && !desk::on_paper(one).is_empty()
        });
        let is = match after.sheets.iter().find(|one| one.id() == sheet.id()).map(Sheet::digest) {
            None => Is::Gone,
            Some(digest) if digest != sheet.digest() => Is::Changed,
            Some(_) if is_original => Is::Original,
            Some(_) => Is::Same,
        };
        let line = house.db.find_register_line(&now.id, now.version).await?.map(|row| row.line);
        Ok(Some(Self { by, copy: now.id.clone(), class: now.class.clone(), is, line }))
    }

    /// Class of the verdict's frame, and the answer in a few words.
    pub(super) fn head(&self) -> (&'static str, &'static str) {
        match self.is {
            Is::Original => ("valid", "код листа прежней версии, подписанный лист остаётся в силе"),
            Is::Same => ("superseded", "код листа прежней версии"),
            Is::Changed | Is::Gone => ("superseded", "код листа прежней версии, лист больше не действует"),
        }
    }

    /// What stands in its place and what to do; `version` is the code's.
    pub(super) fn said(&self, version: u32) -> String {
        let by = self.by;
        let compare = match self.line {
            Some(_) => format!("не исправили ли его на бумаге, покажет сравнение со скреплённым PDF версии {by}"),
            None => format!(
                "сравнить его будет с чем, когда версию {by} скрепят печатью: до этого её могут вернуть и исправить"
            ),
        };
        match self.is {
            Is::Original => format!(
                "Версию {version} заменила версия {by}, но записи этого листа не изменились: лист версии {version} с подписью ручкой \
                 остаётся подлинником и для версии {by}. Код говорит о листе, а {compare}."
            ),
            Is::Same => format!(
                "Версию {version} заменила версия {by}. Записи этого листа в ней те же, но подписан он в ней не на этой бумаге: действует \
                 лист версии {by}. Код говорит о листе, а {compare}."
            ),
            Is::Changed => format!(
                "Версию {version} заменила версия {by}, и этот лист в ней другой: лист версии {version} больше не действует. Спросите в \
                 школе лист версии {by}."
            ),
            Is::Gone => format!(
                "Версию {version} заменила версия {by}, и такого листа в ней нет: лист версии {version} больше не действует. Спросите в \
                 школе версию {by}."
            ),
        }
    }

    /// The later version: how it stands in the register, and where it is read and checked by who may read it.
    pub(super) async fn later(&self, state: &WebState, visitor: Option<&Visitor>) -> Result<Later, Refusal> {
        let grade = state.directory().await?.class(&self.class).map_or(0, |class| class.grade);
        let reads = visitor.is_some_and(|one| one.reach(Action::ReadCopies).class(&self.class, grade));
        let said = match &self.line {
            Some(line) => format!(
                "Версия {}: № {} в реестре, скреплена печатью {}. Её файл проверяют на этой же странице.",
                self.by,
                line.no,
                words::moment_words(&line.sealed_at)
            ),
            None => format!("Версию {} ещё не скрепили печатью.", self.by),
        };
        let href = if reads { format!("/copies/{}?version={}", segment(&self.copy), self.by) } else { String::new() };
        Ok(Later { said, href })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(is: Is) -> Fate {
        Fate { by: 2, copy: "2025-05A-Q1".to_owned(), class: "5А".to_owned(), is, line: None }
    }

    #[test]
    fn a_signed_sheet_that_did_not_change_stays_in_force_and_one_that_changed_does_not() {
        let kept = fate(Is::Original);
        assert!(kept.head().1.contains("остаётся в силе"));
        assert!(kept.said(1).contains("остаётся подлинником и для версии 2"), "{}", kept.said(1));
        assert!(kept.said(1).contains("когда версию 2 скрепят печатью"), "{}", kept.said(1));
        for is in [Is::Changed, Is::Gone] {
            let gone = fate(is);
            assert!(gone.head().1.contains("больше не действует"));
            assert!(gone.said(1).contains("лист версии 1 больше не действует"), "{}", gone.said(1));
        }
        assert!(fate(Is::Same).said(1).contains("действует лист версии 2"), "{}", fate(Is::Same).said(1));
    }
}
