//! Which version of a copy the pages of its scans show, what of its paper stays in force, and whether its scans are still compared. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use super::super::ops::jobs;
use super::super::query::{Asked, segment};
use crate::flow::jobs::Work;
use crate::flow::scans::{self, At, Standing};
use crate::store::{JobRow, LookRow};

/// The version of a copy that an address asks for.
pub(super) struct Shown {
    /// The version.
    pub(super) standing: Standing,
    /// The last version of the copy.
    pub(super) last: u32,
    /// End of an address that keeps the version; empty for the last one.
    pub(super) keep: String,
    /// What people found harmless on scans of a version that is not the last.
    looks: Vec<LookRow>,
    /// Versions that were issued: words, address, whether it is the one shown.
    pub(super) tabs: Vec<(String, String, bool)>,
}

impl Shown {
    /// Reads the version out of the address; the last one where it names none.
    pub(super) async fn of(state: &WebState, id: &str, asked: &Asked) -> Result<Self, Refusal> {
        let standing = scans::standing(&state.house, id, version_of(asked)?).await?;
        let (rows, own) = (state.house.db.list_versions(id).await?, standing.copy.version);
        let last = rows.last().map_or(own, |row| row.version);
        let end = |version: u32| if version == last { String::new() } else { format!("?version={version}") };
        let tab = |version: u32| {
            let href = format!("/office/scans/{}{}", segment(id), end(version));
            (format!("Версия {version}"), href, version == own)
        };
        let issued = rows.iter().filter(|row| row.pages > 0 || row.version == own);
        let tabs = issued.map(|row| tab(row.version)).collect();
        let mut looks = Vec::new();
        if own != last {
            looks = state.house.db.list_looks().await?;
            looks.retain(|look| (look.leaf.copy.as_str(), look.leaf.version) == (id, own));
        }
        Ok(Self { last, keep: end(own), looks, tabs, standing })
    }

    /// Only on the last version anything is changed.
    pub(super) fn is_last(&self) -> bool {
        self.standing.copy.version == self.last
    }

    /// The look of the person who found a scan of an earlier version harmless; those of the last are told with what differs.
    pub(super) fn look(&self, at: &At, leaf: u32) -> Option<&LookRow> {
        self.looks.iter().rev().find(|look| look.at == at.place && look.leaf.leaf == leaf)
    }
}

/// The version that an address names; nothing where it names none, for the last one.
pub(super) fn version_of(asked: &Asked) -> Result<Option<u32>, Refusal> {
    match asked.value("version") {
        "" => Ok(None),
        said => said.parse().map(Some).map_err(|_| Refusal::NotFound),
    }
}

/// Earlier versions whose sheets stay in force beside this one: words, address of their scans and words for it.
pub(super) fn staying(standing: &Standing) -> Vec<(String, String, String)> {
    let line = |one: &scans::Staying| {
        let href = format!("/office/scans/{}?version={}", segment(&standing.copy.id), one.version);
        (one.said(), href, format!("сканы — у версии {}", one.version))
    };
    standing.staying.iter().map(line).collect()
}

/// Which sheets of an earlier version stay in force beside the last one: «2–8, 11»; empty for none.
pub(super) async fn lasting(state: &WebState, standing: &Standing) -> Result<String, Refusal> {
    let last = scans::standing(&state.house, &standing.copy.id, None).await?;
    let own = last.staying.iter().find(|one| one.version == standing.copy.version);
    Ok(own.map_or_else(String::new, |one| scans::listed(&one.sheets)))
}

/// How far the comparison of this copy's scans is, while it waits or runs; empty when none does.
pub(super) fn comparing(rows: &[JobRow], standing: &Standing) -> String {
    let is_own = |file: &str| standing.pages.iter().flat_map(|page| &page.scans).any(|at| at.place.file == file);
    let concerns = |row: &JobRow| match serde_json::from_str(&row.arguments) {
        Ok(Work::CompareScans { files }) => files.iter().any(|file| is_own(file)),
        Ok(Work::ReadScans { files, .. }) => files.iter().any(|one| is_own(&one.file)),
        _ => false,
    };
    let open = rows.iter().find(|row| !row.state.is_over() && concerns(row));
    open.map_or_else(String::new, |row| jobs::figures(row.state, row.done, row.total))
}
