//! Paper twins of an electronic copy, as its own page shows them. Floor 3.

use super::super::WebState;
use super::super::answer::Refusal;
use super::super::query::segment;
use super::papers::{badge, clerks};
use super::pile::is_outdated;
use crate::domain::paper::{Kept, Stage};
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::scans;
use crate::store::Which;

/// «17 (семнадцать) листов бумаги»: leaves as printed or as counted by hand, not the sheets of the journal on them.
pub(super) fn leaves(kept: &Kept) -> String {
    format!("{} бумаги", words::SHEET.counted(kept.sheets().into()))
}

/// What of other versions belongs to a paper copy.
#[derive(Default)]
pub(super) struct Bound {
    /// Sheets of earlier versions that are bound with it: «листы 2–8 версии 1, подписанные ручкой», and the address of their scans.
    pub(super) beside: Vec<(String, String)>,
    /// Which of its own sheets stay originals of the last version; empty for none and of the last one's paper.
    pub(super) lasting: String,
}

/// Which signed sheets a paper copy is bound with; nothing for a void one.
pub(super) async fn bound(state: &WebState, kept: &Kept) -> Result<Bound, Refusal> {
    let (id, version) = (kept.copy.copy.as_str(), kept.copy.version);
    let last = state.house.db.list_versions(id).await?.last().map_or(0, |row| row.version);
    if kept.void().is_some() || last < 2 {
        return Ok(Bound::default());
    }
    let mut beside = Vec::new();
    if version > 1 {
        let own = scans::standing(&state.house, id, Some(version)).await?;
        for one in &own.staying {
            beside.push((one.bound(), format!("/office/scans/{}?version={}", segment(id), one.version)));
        }
    }
    let mut lasting = String::new();
    if version < last {
        let next = scans::standing(&state.house, id, None).await?;
        if let Some(one) = next.staying.iter().find(|one| one.version == version) {
            lasting = match one.sheets.as_slice() {
                [one] => format!(
                    "Лист {one}, подписанный ручкой, остаётся подлинником и для версии {last}: подшейте его вместе с ней, не выбрасывайте."
                ),
                many => format!(
                    "Листы {}, подписанные ручкой, остаются подлинниками и для версии {last}: подшейте их вместе с ней, не выбрасывайте.",
                    scans::listed(many)
                ),
            };
        }
    }
    Ok(Bound { beside, lasting })
}

/// Paper twins of a copy, for the copy's own page.
pub(in crate::web) struct Twin {
    pub(in crate::web) href: String,
    pub(in crate::web) id: String,
    pub(in crate::web) title: String,
    pub(in crate::web) badge: &'static str,
    pub(in crate::web) stage: &'static str,
    pub(in crate::web) place: String,
    pub(in crate::web) can_hand_in: bool,
}

/// What the page of an electronic copy shows of its paper twins: themselves, and to whom they may be handed in.
/// A handover has two sides, so the visitor is not among the latter.
pub(in crate::web) async fn twins(
    state: &WebState,
    copy: &str,
    visitor: &str,
) -> Result<(Vec<Twin>, Vec<(String, String)>), Refusal> {
    let papers = state.house.db.list_paper(Which::Of(copy)).await?;
    let versions = Versions::of_copy(&state.house, copy).await?;
    let twin = |kept: &Kept| Twin {
        href: format!("/office/papers/{}", segment(&kept.copy.id)),
        id: kept.copy.id.clone(),
        title: match kept.copy.no {
            0 => format!("версия {}, {}", kept.copy.version, leaves(kept)),
            no => format!("№ {no} в реестре, версия {}, {}", kept.copy.version, leaves(kept)),
        },
        badge: badge(kept.stage()),
        stage: kept.stage().as_russian(),
        place: kept.place().map(|place| place.as_russian()).unwrap_or_default(),
        can_hand_in: kept.stage() == Stage::Printed && kept.open().is_none() && !is_outdated(kept, &versions),
    };
    let directory = state.directory().await?;
    Ok((papers.iter().map(twin).collect(), clerks(&directory, visitor)))
}
