//! Whose sheet a code belongs to: this house's, of which copy and version, or nobody's here. Floor 2.
//!
//! A code counts only if everything that it says is so: the copy and version are on record, the sheet's digest is that of the frozen
//! snapshot, page and sheet belong together, and the log had that root at that size. Another school may have a copy of the same name: its
//! log has another root.

use std::collections::HashMap;

use super::super::force::Versions;
use super::super::{Error, House};
use super::Refusal;
use crate::domain::finding::Severity;
use crate::domain::sheet_code::{NotOurs, SheetCode};
use crate::domain::snapshot::Snapshot;
use crate::store::{CopyRow, Leaf};
use crate::typeset;

/// What a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A page of a copy in force: filed.
    Filed,
    /// A page of a version that another replaced; a sealed one is in force until the next is sealed too.
    OldVersion,
    /// No code could be read.
    Unread,
    /// The page could not be drawn.
    Damaged,
    /// A code of something else.
    Foreign,
    /// A code that begins as ours and is not.
    Malformed,
    /// A copy or version that is not on record here.
    OtherCopy,
    /// A sheet or page that the copy does not have.
    Beyond,
    /// Its digest or root is another: of another school, or made by hand.
    Forged,
}

impl Verdict {
    const ALL: [Self; 9] = [
        Self::Filed,
        Self::OldVersion,
        Self::Unread,
        Self::Damaged,
        Self::Foreign,
        Self::Malformed,
        Self::OtherCopy,
        Self::Beyond,
        Self::Forged,
    ];

    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::OldVersion => "old_version",
            Self::Unread => "unread",
            Self::Damaged => "damaged",
            Self::Foreign => "foreign",
            Self::Malformed => "malformed",
            Self::OtherCopy => "other_copy",
            Self::Beyond => "beyond",
            Self::Forged => "forged",
        }
    }

    /// Reads [`Verdict::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }

    /// Code of the finding.
    pub fn code(self) -> &'static str {
        match self {
            Self::Filed => "scan.filed",
            Self::OldVersion => "scan.old-version",
            Self::Unread => "scan.no-code",
            Self::Damaged => "scan.damaged-page",
            Self::Foreign => "scan.foreign-code",
            Self::Malformed => "scan.malformed-code",
            Self::OtherCopy => "scan.other-copy",
            Self::Beyond => "scan.beyond-copy",
            Self::Forged => "scan.forged-code",
        }
    }

    /// How much it weighs.
    pub fn severity(self) -> Severity {
        match self {
            Self::Filed => Severity::Note,
            Self::OldVersion | Self::Foreign | Self::OtherCopy => Severity::Warning,
            Self::Unread | Self::Damaged => Severity::Unchecked,
            Self::Malformed | Self::Beyond | Self::Forged => Severity::Error,
        }
    }

    /// One Russian sentence; none for a page that went to its place.
    pub fn said(self) -> Option<&'static str> {
        match self {
            Self::Filed => None,
            Self::OldVersion => {
                Some("это лист прежней версии копии: она заменена, скан к новой версии не прикладывается")
            }
            Self::Unread => Some("код листа не читается: выберите копию и лист вручную"),
            Self::Damaged => Some("страница не читается: отсканируйте её ещё раз"),
            Self::Foreign => Some("чужой код: это не лист «Летописи»"),
            Self::Malformed => Some("код похож на код листа, но записан не по правилам"),
            Self::OtherCopy => Some("такой копии или версии в этой школе нет: лист чужой"),
            Self::Beyond => Some("у копии нет такого листа"),
            Self::Forged => Some("контрольные суммы кода не те, что у копии: лист другой школы или поддельный"),
        }
    }

    /// Is it a page of a copy of this house?
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Filed | Self::OldVersion)
    }
}

/// What is known of one version of a copy.
struct Known {
    row: CopyRow,
    /// Digest prefixes of the sheets, in their order.
    digests: Vec<String>,
    /// Sheet of each page.
    sheets: Vec<u32>,
    /// Did a later version take its place?
    replaced: bool,
}

/// Judges codes; what it has read of a copy it keeps for the next page.
pub struct Judge<'h> {
    house: &'h House,
    known: HashMap<(String, u32), Option<Known>>,
    /// Roots of the log by size, upper case; read once.
    roots: Option<HashMap<u64, String>>,
}

impl<'h> Judge<'h> {
    /// A judge of a house.
    pub fn new(house: &'h House) -> Self {
        Self { house, known: HashMap::new(), roots: None }
    }

    /// What a code's text is, and which page it names.
    pub async fn judge(&mut self, text: &str) -> Result<(Verdict, Leaf), Error> {
        let code = match SheetCode::parse(text) {
            Ok(code) => code,
            Err(NotOurs::Foreign) => return Ok((Verdict::Foreign, Leaf::default())),
            Err(NotOurs::Malformed) => return Ok((Verdict::Malformed, Leaf::default())),
        };
        let root = self.roots().await?.get(&code.log_size).cloned();
        let Some(known) = self.known(&code.copy, code.version).await? else {
            return Ok((Verdict::OtherCopy, Leaf::default()));
        };
        let Leaf { copy, version, .. } = leaf_of(&known.row, 0, 0);
        let leaf = Leaf { copy, version, sheet: code.sheet, leaf: code.page };
        let verdict = known.verdict(&code, root.as_deref());
        Ok((verdict, leaf))
    }

    /// The page of a copy that a person names by copy, version and page.
    pub async fn leaf(&mut self, wish: &Leaf) -> Result<Leaf, Error> {
        let known = self.known(&wish.copy, wish.version).await?.ok_or_else(|| Error::NoCopy(wish.copy.clone()))?;
        let sheet = known.sheets.get((wish.leaf as usize).wrapping_sub(1)).copied();
        let refusal = || Refusal::NoLeaf {
            copy: wish.copy.clone(),
            version: wish.version,
            leaf: wish.leaf,
            pages: known.sheets.len() as u32,
        };
        Ok(leaf_of(&known.row, sheet.ok_or_else(refusal)?, wish.leaf))
    }

    async fn roots(&mut self) -> Result<&HashMap<u64, String>, Error> {
        if self.roots.is_none() {
            let rows = self.house.db.list_checkpoints().await?;
            let prefix = |root: &str| root.chars().take(16).collect::<String>().to_uppercase();
            self.roots = Some(rows.iter().map(|row| (row.size, prefix(&row.root))).collect());
        }
        Ok(self.roots.get_or_insert_default())
    }

    async fn known(&mut self, copy: &str, version: u32) -> Result<Option<&Known>, Error> {
        let key = (copy.to_owned(), version);
        if !self.known.contains_key(&key) {
            let found = read(self.house, copy, version).await?;
            self.known.insert(key.clone(), found);
        }
        Ok(self.known.get(&key).and_then(Option::as_ref))
    }
}

fn leaf_of(row: &CopyRow, sheet: u32, leaf: u32) -> Leaf {
    Leaf { copy: row.id.clone(), version: row.version, sheet, leaf }
}

/// A version that was issued; one that was never printed has no pages that could come back.
async fn read(house: &House, copy: &str, version: u32) -> Result<Option<Known>, Error> {
    let rows = house.db.list_versions(copy).await?;
    let replaced = Versions::of_copy(house, copy).await?.standing(copy, version).is_replaced();
    let Some(row) = rows.into_iter().find(|row| row.version == version && row.pages > 0) else { return Ok(None) };
    let snapshot = house.db.load_snapshot(row.snapshot).await?;
    let digests = snapshot.sheets.iter().map(|sheet| sheet.digest().prefix()).collect();
    Ok(Some(Known { digests, sheets: sheets_of_pages(&row, &snapshot)?, replaced, row }))
}

/// Sheet of each page of an issued copy.
pub(super) fn sheets_of_pages(row: &CopyRow, snapshot: &Snapshot) -> Result<Vec<u32>, Error> {
    let sheets = typeset::sheets_of_pages(snapshot)?;
    // An older program may have set the same snapshot on more or fewer pages: then only the count is known.
    let sheet = |page: usize| sheets.get(page).copied().unwrap_or_default();
    Ok((0..row.pages as usize).map(sheet).collect())
}

impl Known {
    fn verdict(&self, code: &SheetCode, root: Option<&str>) -> Verdict {
        let pages = (code.sheets, code.pages) == (self.digests.len() as u32, self.sheets.len() as u32);
        let sheet = self.sheets.get((code.page as usize).wrapping_sub(1)).copied();
        if !pages || sheet != Some(code.sheet) {
            return Verdict::Beyond;
        }
        let digest = self.digests.get((code.sheet as usize).wrapping_sub(1));
        if digest != Some(&code.digest) || root != Some(code.root.as_str()) {
            return Verdict::Forged;
        }
        if self.replaced { Verdict::OldVersion } else { Verdict::Filed }
    }
}
