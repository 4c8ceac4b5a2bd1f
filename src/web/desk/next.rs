//! What the next version of a copy asks of one person: which own sheets changed, which signatures were kept. Floor 3.

use crate::domain::route::{self, BY_SHEETS};
use crate::domain::words;
use crate::flow::papers::Paper;
use crate::flow::sign::signed;
use crate::store::{CopyRow, StatementRow};
use crate::web::WebState;
use crate::web::answer::Refusal;

/// The person's own part in a version that took the place of another: «изменён ваш лист «Биология», его нужно подписать снова».
pub(super) async fn own_part(state: &WebState, row: &CopyRow, person: &str) -> Result<String, Refusal> {
    let house = &state.house;
    let versions = house.db.list_versions(&row.id).await?;
    let now = house.papers.get(house, row.snapshot).await?;
    let before = match versions.iter().find(|one| one.version + 1 == row.version) {
        Some(one) => {
            let said = house.db.list_statements(&row.id, one.version).await?;
            Some((house.papers.get(house, one.snapshot).await?, said))
        }
        None => None,
    };
    let said = house.db.list_statements(&row.id, row.version).await?;
    let before = before.as_ref().map(|(paper, said)| (paper.as_ref(), said.as_slice()));
    Ok(part(before, &now, (&said, row.version), person))
}

/// The version before, with what was said of it.
type Before<'p> = (&'p Paper, &'p [StatementRow]);

fn part(before: Option<Before<'_>>, now: &Paper, (said, version): (&[StatementRow], u32), person: &str) -> String {
    let stands = signed(said);
    let stood = before.map(|(_, said)| signed(said)).unwrap_or_default();
    let has_signed = |sheet: &String| {
        stood.iter().any(|one| one.stage == BY_SHEETS && one.signer == person && one.sheets.contains(sheet))
    };
    let places = || now.route.iter().flat_map(|stage| stage.signers.iter().map(move |one| (stage, one)));
    let own = || places().filter(|(_, one)| one.person.id == person);
    let (mut all, mut changed, mut unsigned, mut lost) = (0, Vec::new(), Vec::new(), Vec::new());
    for (stage, place) in own().filter(|(stage, _)| stage.id == BY_SHEETS) {
        all += place.sheets.len();
        for id in route::left(&stage.id, place, &stands) {
            let Some(sheet) = now.sheet(&id) else { continue };
            let old = before.and_then(|(paper, _)| paper.sheet(&id));
            let named = format!("«{}»", sheet.name);
            match old.is_some_and(|old| old.digest == sheet.digest) {
                true if has_signed(&id) => lost.push(named),
                true => unsigned.push(named),
                false => changed.push(named),
            }
        }
    }
    let mut told = Vec::new();
    match changed.as_slice() {
        [] => {}
        [one] => told.push(format!("изменён ваш лист {one}, его нужно подписать снова")),
        many => told.push(format!("изменены ваши листы {}, их нужно подписать снова", words::listed(many))),
    }
    match unsigned.as_slice() {
        [] => {}
        [one] => told.push(format!("ваш лист {one} не изменился, но вами не подписан")),
        many => told.push(format!("ваши листы {} не изменились, но вами не подписаны", words::listed(many))),
    }
    if !lost.is_empty() {
        let why = match before.is_some_and(|(paper, _)| paper.authority != now.authority) {
            true => "сменился удостоверяющий центр школы",
            false => "она признана недействительной или место в маршруте изменилось",
        };
        let what = match lost.as_slice() {
            [one] => format!("ваш лист {one} не изменился"),
            many => format!("ваши листы {} не изменились", words::listed(many)),
        };
        told.push(format!(
            "{what}: вы подписали версию {}, но подпись не перенесена ({why}), подпишите снова",
            version - 1
        ));
    }
    let is_asked = !told.is_empty();
    // Signed anew in this version or kept from the one before.
    let anew = said.iter().any(|one| one.signer == person && one.version == version && one.stage == BY_SHEETS);
    match (all, is_asked, anew) {
        (0, ..) => {}
        (_, false, true) => told.push("свои листы вы подписали".to_owned()),
        (1, false, false) => told.push("ваш лист не изменился: ваша подпись сохранена".to_owned()),
        (_, false, false) => told.push("ваши листы не изменились: ваша подпись сохранена".to_owned()),
        (all, true, _) if all > changed.len() + unsigned.len() + lost.len() => {
            told.push("под остальными листами ваша подпись сохранена".to_owned());
        }
        _ => {}
    }
    let is_lacking = |stage: &str, place| !route::left(stage, place, &stands).is_empty();
    let awaited = own().any(|(stage, place)| stage.id != BY_SHEETS && is_lacking(&stage.id, place));
    match (awaited, is_asked) {
        (true, _) => told.push("копию целиком подпишете, когда до вас дойдёт очередь".to_owned()),
        (false, false) => told.push("делать ничего не нужно".to_owned()),
        (false, true) => {}
    }
    told.join(", ")
}
