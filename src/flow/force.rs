//! Which version of each copy is in force, read from the database: the rule itself is [`copy::standing`]. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, House};
use crate::domain::copy::{self, Standing, State, Version};
use crate::store::{CopyRow, SealedRow, SupplementRow};

/// Versions of copies with what stands on the register.
#[derive(Debug, Default)]
pub struct Versions {
    rows: BTreeMap<String, Vec<CopyRow>>,
    sealed: BTreeSet<(String, u32)>,
}

impl Versions {
    /// Out of rows that were read already.
    pub fn new(copies: Vec<CopyRow>, register: &[SealedRow]) -> Self {
        let mut rows: BTreeMap<String, Vec<CopyRow>> = BTreeMap::new();
        for row in copies {
            rows.entry(row.id.clone()).or_default().push(row);
        }
        let sealed = register.iter().map(|row| (row.line.id.clone(), row.line.version)).collect();
        Self { rows, sealed }
    }

    /// Of every copy of the house.
    pub async fn load(house: &House) -> Result<Self, Error> {
        let register = house.db.list_register().await?;
        Ok(Self::new(house.db.list_copies().await?, &register))
    }

    /// Of one copy.
    pub async fn of_copy(house: &House, id: &str) -> Result<Self, Error> {
        let copies = house.db.list_versions(id).await?;
        let mut register = Vec::new();
        // Of all others the state says it.
        for row in copies.iter().filter(|row| row.state == State::Superseded) {
            register.extend(house.db.find_register_line(id, row.version).await?);
        }
        Ok(Self::new(copies, &register))
    }

    fn of(&self, copy: &str) -> Vec<Version> {
        let version = |row: &CopyRow| Version {
            no: row.version,
            state: row.state,
            is_registered: self.sealed.contains(&(row.id.clone(), row.version)),
        };
        self.rows.get(copy).into_iter().flatten().map(version).collect()
    }

    /// How a version of a copy stands among the others.
    pub fn standing(&self, copy: &str, version: u32) -> Standing {
        copy::standing(&self.of(copy), version)
    }

    /// The version of a copy that is in force.
    pub fn in_force(&self, copy: &str) -> Option<u32> {
        copy::in_force(&self.of(copy))
    }

    /// The last version of a copy.
    pub fn last(&self, copy: &str) -> Option<&CopyRow> {
        self.rows.get(copy).and_then(|rows| rows.last())
    }

    /// Supplements whose entries stand in a version of their copy that was made later and is in force: nobody needs them on paper.
    pub fn absorbed(&self, supplements: &[SupplementRow]) -> BTreeSet<String> {
        let holds = |row: &&SupplementRow| {
            let held = self.in_force(&row.copy);
            let base = self.rows.get(&row.copy).into_iter().flatten().find(|one| Some(one.version) == held);
            // Both times were written by this house, with one offset.
            base.zip(self.last(&row.id))
                .is_some_and(|(base, own)| base.version > row.version && base.issued_at >= own.issued_at)
        };
        supplements.iter().filter(holds).map(|row| row.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::canon::Digest;
    use crate::domain::snapshot::CopyKind;

    fn copy(id: &str, version: u32, state: State, issued_at: &str) -> CopyRow {
        CopyRow {
            id: id.to_owned(),
            version,
            year: "2025/2026".to_owned(),
            class: "5А".to_owned(),
            period: "Q1".to_owned(),
            number: String::new(),
            kind: CopyKind::PeriodCopy,
            state,
            snapshot: Digest::of(b""),
            sheets: 1,
            pages: 1,
            issued_at: issued_at.to_owned(),
            issued_pdf: String::new(),
        }
    }

    #[test]
    fn a_supplement_is_not_needed_on_paper_once_a_version_with_its_entries_is_in_force() {
        const BASE: &str = "2025-05A-Q1";
        let supplement = SupplementRow {
            id: format!("{BASE}-SUP1"),
            copy: BASE.to_owned(),
            version: 1,
            no: 1,
            year: "2025/2026".to_owned(),
            class: "5А".to_owned(),
            period: "Q1".to_owned(),
            since: 0,
            opened_at: String::new(),
            opened_by: String::new(),
            ground: String::new(),
            outcome: "frozen".to_owned(),
            ended_at: String::new(),
        };
        let absorbed = |next: State| {
            let copies = vec![
                copy(BASE, 1, State::Sealed, "2025-10-24T12:00:00+03:00"),
                copy(BASE, 2, next, "2025-10-29T12:00:00+03:00"),
                copy(&supplement.id, 1, State::Sealed, "2025-10-27T12:00:00+03:00"),
            ];
            Versions::new(copies, &[]).absorbed(std::slice::from_ref(&supplement)).len()
        };
        assert_eq!(absorbed(State::Issued), 0, "the first version is in force still");
        assert_eq!(absorbed(State::Sealed), 1);
    }
}
