//! A scan without the ink that it waited for, settled since: by a later scan of the page, or by the person who has looked. Floor 2.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::super::desk::on_paper;
use super::super::papers::Paper;
use super::super::sign::signed;
use super::super::{Error, House};
use super::compare::{arrivals, ink, known};
use super::standing::{At, LastWords, PageStanding};
use crate::domain::route;
use crate::domain::words::moment_of;
use crate::store::{CopyRow, Leaf, PaperStageRow, ScanPlace, StatementRow};

/// What is known of the ink of a version with stages on paper.
#[derive(Debug)]
pub struct Inked {
    copy: CopyRow,
    paper: Arc<Paper>,
    opened: Vec<PaperStageRow>,
    said: Vec<StatementRow>,
    /// Scans of the version in force, each with its page.
    scans: Vec<(At, Leaf)>,
    /// When each file came.
    came: BTreeMap<String, DateTime<FixedOffset>>,
}

impl Inked {
    /// Of a version; nothing where no stage of it is on paper.
    pub async fn load(house: &House, copy: &CopyRow) -> Result<Option<Self>, Error> {
        let opened = house.db.list_paper_stages(&copy.id, copy.version).await?;
        if opened.is_empty() {
            return Ok(None);
        }
        let decisions = house.db.list_scan_decisions().await?;
        let decided = LastWords::of(&decisions);
        let rows = house.db.list_scan_pages_of(&copy.id).await?;
        let held = rows.iter().filter_map(|row| decided.holding(row));
        let own = held.filter(|(_, leaf)| (&leaf.copy, leaf.version) == (&copy.id, copy.version));
        let scans: Vec<(At, Leaf)> = own.map(|(at, leaf)| (at, leaf.clone())).collect();
        Ok(Some(Self {
            copy: copy.clone(),
            paper: house.papers.get(house, copy.snapshot).await?,
            said: house.db.list_statements(&copy.id, copy.version).await?,
            opened,
            scans,
            came: arrivals(house).await?,
        }))
    }

    /// How many places without ink on this scan are settled: all of them or none. Where a later scan of the page shows the ink, or each signature
    /// that the page waited for was attested after the scan came, nobody is to be sent to the old one.
    pub fn settled(&self, house: &House, place: &ScanPlace, leaf: u32) -> u32 {
        let Some((_, page)) = self.scans.iter().find(|(at, of)| at.place == *place && of.leaf == leaf) else {
            return 0;
        };
        let bare = known(house, place, &self.copy, leaf).map_or(0, |found| found.unsigned() as u32);
        let Some(came) = self.came.get(&place.file).filter(|_| bare > 0) else { return 0 };
        let is_settled = self.successor(house, place, leaf).is_some() || self.is_attested(page.sheet, came);
        if is_settled { bare } else { 0 }
    }

    /// The later scan of the page that shows the ink which this one lacks: that one counts.
    pub fn replaced_by(&self, house: &House, place: &ScanPlace, leaf: u32) -> Option<&ScanPlace> {
        (self.settled(house, place, leaf) > 0).then(|| self.successor(house, place, leaf)).flatten()
    }

    /// The scan of a page that counts: the first one that no later scan with the ink has replaced.
    pub fn counting<'p>(&self, house: &House, page: &'p PageStanding) -> Option<&'p At> {
        let is_replaced = |at: &&At| self.replaced_by(house, &at.place, page.leaf).is_some();
        page.scans.iter().find(|at| !is_replaced(at)).or_else(|| page.scans.first())
    }

    /// When a scan came.
    pub fn came(&self, place: &ScanPlace) -> Option<DateTime<FixedOffset>> {
        self.came.get(&place.file).copied()
    }

    fn successor(&self, house: &House, place: &ScanPlace, leaf: u32) -> Option<&ScanPlace> {
        let came = self.came.get(&place.file)?;
        let is_later =
            |one: &At| one.place != *place && self.came.get(&one.place.file).is_some_and(|later| later >= came);
        let is_inked = |one: &At| ink(house, &one.place, &self.copy, leaf) == Some(true);
        let mut others = self.scans.iter().filter(|(one, of)| of.leaf == leaf && is_later(one));
        others.find(|(one, _)| is_inked(one)).map(|(one, _)| &one.place)
    }

    /// Does every signature in ink that a scan of the sheet waited for stand by a statement made since?
    fn is_attested(&self, sheet: u32, came: &DateTime<FixedOffset>) -> bool {
        let mut since = self.said.clone();
        since.retain(|one| {
            let is_by_key = one.version < self.copy.version || on_paper(one).is_empty();
            is_by_key || moment_of(&one.signed_at).is_some_and(|at| at >= *came)
        });
        let since = signed(&since);
        let counts = |id: &str| {
            self.opened.iter().any(|one| one.stage == id && moment_of(&one.opened_at).is_some_and(|from| from <= *came))
        };
        let is_of_sheet = |id: &String| sheet > 0 && self.paper.number(id) == sheet as usize;
        let mut stages = self.paper.route.iter().filter(|stage| counts(&stage.id));
        let is_whole = stages.all(|stage| {
            !stage.signers.iter().any(|signer| route::left(&stage.id, signer, &since).iter().any(is_of_sheet))
        });
        sheet > 0 && is_whole
    }
}
