//! Versions on their way that are never sealed: nobody signs them, the next version takes their place. Floor 2.
//!
//! Signing, the desk, reminders and the pages ask here, so that one reason in the same words stands wherever such a version is met.

use super::{Error, House, compromise, keys};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::snapshot::supplement_no;
use crate::store::CopyRow;

/// Why a version on its way is never sealed. Of two reasons the first speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It hangs on an authority of the school that was replaced.
    Former,
    /// Its sheets hold entries of a stolen account that were undone since it was frozen.
    Undone,
}

/// Of a version that is never sealed, where another's state stands: in lists, on its page and in its route.
pub const SAID: &str = "устарела: ждёт следующей версии";
/// The same of a supplement (дополнительный лист).
const SAID_OF_SUPPLEMENT: &str = "устарел: ждёт следующей версии";

/// [`SAID`] of the document that an identifier names.
pub fn said_of(id: &str) -> &'static str {
    if supplement_no(id).is_some() { SAID_OF_SUPPLEMENT } else { SAID }
}

impl Why {
    /// Of one version: «составлена с отменёнными записями».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Former => "составлена под прежним удостоверяющим центром школы",
            Self::Undone => "составлена с отменёнными записями",
        }
    }

    /// Of several copies: «составлены с отменёнными записями».
    pub fn as_russian_of_many(self) -> &'static str {
        match self {
            Self::Former => "составлены под прежним удостоверяющим центром школы",
            Self::Undone => "составлены с отменёнными записями",
        }
    }

    /// To who would sign it, a sentence that begins small and has no stop at its end.
    pub fn said(self, version: u32) -> String {
        format!("версия {version} {}: ждите версию {}, эту подписывать не нужно", self.as_russian(), version + 1)
    }

    /// The same to who issues the next version: nobody else is waited for.
    pub fn said_to_issuer(self, version: u32) -> String {
        format!("версия {version} {}: выпустите версию {}, эту не подписывают", self.as_russian(), version + 1)
    }
}

/// A version that is never sealed is not signed either.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{copy}: {said}")]
pub struct Refusal {
    /// Copy, as its readers call it.
    pub copy: String,
    /// Why not.
    pub why: Why,
    said: String,
}

impl Refusal {
    /// Of a version of a copy, which is named as its readers call it.
    pub fn of(copy: String, version: u32, why: Why) -> Self {
        Self { copy, why, said: why.said(version) }
    }
}

/// What may outdate versions in a house: while it stays the same, so does the answer for every version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Causes {
    notices: usize,
    rulings: usize,
    /// The authority that serves, where the school had an earlier one.
    present: Option<Digest>,
}

impl Causes {
    /// Of a house.
    pub async fn of(house: &House) -> Result<Self, Error> {
        let docket = house.db.load_docket().await?;
        let (notices, rulings) = (docket.notices.len(), docket.rulings.len());
        Ok(Self { notices, rulings, present: keys::successor(house).await? })
    }

    /// Is there nothing that outdates any version? Almost every house is so.
    pub fn are_none(&self) -> bool {
        self.notices == 0 && self.present.is_none()
    }
}

/// What outdates versions of a house, read once for all its copies.
#[derive(Debug, Default)]
pub struct Outdated {
    undone: compromise::Stale,
    present: Option<Digest>,
}

impl Outdated {
    /// Of a house, as it is now.
    pub async fn load(house: &House) -> Result<Self, Error> {
        Ok(Self { undone: compromise::Stale::load(house).await?, present: keys::successor(house).await? })
    }

    /// Why this version is never sealed; `None` of one that may be, and of one that is not on its way.
    pub async fn why(&self, house: &House, row: &CopyRow) -> Result<Option<Why>, Error> {
        if !is_on_way(row) {
            return Ok(None);
        }
        if let Some(present) = self.present
            && house.papers.get(house, row.snapshot).await?.authority != present
        {
            return Ok(Some(Why::Former));
        }
        Ok(self.undone.holds(house, row).await?.then_some(Why::Undone))
    }
}

/// Is a version neither sealed, nor refused, nor replaced?
pub fn is_on_way(row: &CopyRow) -> bool {
    matches!(row.state, State::Frozen | State::Issued | State::Signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outdated_copy_and_an_outdated_supplement_are_said_in_their_own_gender() {
        assert_eq!(said_of("2025-5A-1"), SAID);
        assert_eq!(SAID.replacen("устарела", "устарел", 1), SAID_OF_SUPPLEMENT);
    }

    #[test]
    fn both_reasons_say_which_version_is_waited_for_and_that_this_one_is_not_signed() {
        for why in [Why::Former, Why::Undone] {
            let said = why.said(2);
            assert!(said.starts_with("версия 2 составлена "), "{said}");
            assert!(said.ends_with(": ждите версию 3, эту подписывать не нужно"), "{said}");
            let asked = why.said_to_issuer(2);
            assert!(asked.ends_with(": выпустите версию 3, эту не подписывают") && !asked.contains("ждите"), "{asked}");
            assert_eq!(Refusal::of("5А, I четверть".into(), 2, why).to_string(), format!("5А, I четверть: {said}"));
            assert!(why.as_russian_of_many().starts_with("составлены "));
        }
    }
}
