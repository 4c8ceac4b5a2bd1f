//! What the next version of a copy asks of one person: which own sheets changed, which signatures were kept; which copies wait for one. Floor 3.

use std::collections::BTreeSet;

use super::period_of;
use crate::domain::copy::State as CopyState;
use crate::domain::route::{self, BY_SHEETS, Signed};
use crate::domain::words;
use crate::flow::papers::Paper;
use crate::flow::reissue::{self, Asked, Place};
use crate::flow::sign::{REFUSED, signed};
use crate::store::{CopyRow, StatementRow};
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::directory::Directory;
use crate::web::query::segment;
use crate::web::waiting::Awaited;

/// Copies whose next versions are waited for: what is said of them is said once, however many they are.
pub(super) struct Waiting {
    /// «Версия 1 составлена под прежним удостоверяющим центром школы: ждите версию 2, эту подписывать не нужно».
    pub(super) said: String,
    /// Of each copy its words and its page.
    pub(super) copies: Vec<(String, String)>,
}

/// Copies that are never sealed, in their order, by what is said of them. `issues`: does the reader make the next version of this one?
pub(super) fn waiting(directory: &Directory, outdated: &[&Awaited], issues: impl Fn(&CopyRow) -> bool) -> Vec<Waiting> {
    let mut found: Vec<Waiting> = Vec::new();
    for copy in outdated {
        let Some(why) = copy.outdated else { continue };
        let said = match issues(&copy.row) {
            true => why.said_to_issuer(copy.row.version),
            false => why.said(copy.row.version),
        };
        let said = words::capitalised(&said);
        let what = format!("{}, {}", copy.row.class, period_of(directory, &copy.row));
        let line = (what, format!("/copies/{}", segment(&copy.row.id)));
        match found.iter().position(|one| one.said == said) {
            Some(at) => found[at].copies.push(line),
            None => found.push(Waiting { said, copies: vec![line] }),
        }
    }
    found
}

/// Signatures under a version beside an earlier one, counted in sheets: the same words on the page of differences and on its paper.
pub(super) struct Signatures {
    /// «Подпись осталась в силе под 12 листами.»
    pub(super) kept: String,
    /// «Подписать заново» and «лист 7 «Алгебра» — Иванова И.И.»: what is said of sheets without a signature, and which these are.
    pub(super) lists: Vec<(String, String)>,
    /// «Новую версию целиком подписывают: …»; empty once nobody is asked to sign it.
    pub(super) whole: String,
}

impl Signatures {
    /// The same as sentences.
    pub(super) fn lines(&self) -> Vec<String> {
        let lists = self.lists.iter().map(|(title, sheets)| words::stopped(&format!("{title}: {sheets}")));
        let lines = [self.kept.clone()].into_iter().chain(lists).chain([self.whole.clone()]);
        lines.filter(|line| !line.is_empty()).collect()
    }
}

/// Which signatures of an earlier version stand under this one, which sheets are signed anew and by whom.
pub(super) async fn signatures(state: &WebState, row: &CopyRow, from: u32) -> Result<Signatures, Refusal> {
    Ok(signatures_of(&reissue::asked(&state.house, row, from).await?, row.state, from))
}

fn signatures_of(asked: &Asked, state: CopyState, from: u32) -> Signatures {
    let on_way = matches!(state, CopyState::Frozen | CopyState::Issued);
    let kept = match (asked.kept as u64, asked.anew_sheets()) {
        (0, 0) => "Подписей учителей под прежней версией не было.".to_owned(),
        (0, _) => format!("Подписи под версией {from} хранятся вместе с ней; под новой подписывают заново."),
        (n, _) => format!("Подпись осталась в силе под {}.", words::count(n, "листом", "листами", "листами")),
    };
    let lacks = |places: &[Place]| on_way && places.iter().any(|one| one.lacks);
    let said = |places: &[Place]| {
        let one = |place: &Place| match on_way && !place.lacks {
            true => format!("{place} (подписано)"),
            false => place.to_string(),
        };
        places.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let mut lists = Vec::new();
    if !asked.anew.is_empty() {
        let title = match state {
            _ if lacks(&asked.anew) => "Подписать заново",
            CopyState::Refused | CopyState::Superseded => "Нужна была новая подпись",
            _ => "Подписаны заново",
        };
        lists.push((title.to_owned(), said(&asked.anew)));
    }
    // Where nothing had been signed at all, every sheet is such a one.
    if !asked.first.is_empty() && asked.kept + asked.anew_sheets() > 0 {
        let title = match lacks(&asked.first) {
            true => format!("Подписать (в версии {from} не были подписаны)"),
            false => format!("В версии {from} не были подписаны"),
        };
        lists.push((title, said(&asked.first)));
    }
    let whole = match asked.whole.as_slice() {
        people if on_way && !people.is_empty() => {
            words::stopped(&format!("Новую версию целиком подписывают: {}", people.join(", ")))
        }
        _ => String::new(),
    };
    Signatures { kept, lists, whole }
}

/// Had the person not signed a version that came back? Of a refusal the class teacher and who certifies the copy learn before their turn.
pub(super) async fn not_signed(state: &WebState, row: &CopyRow, version: u32, person: &str) -> Result<bool, Refusal> {
    let said = state.house.db.list_statements(&row.id, version).await?;
    Ok(!said.iter().any(|one| one.signer == person && one.verdict != REFUSED))
}

/// The person's own part in a version that took the place of another: «изменён ваш лист «Биология», его нужно подписать снова».
pub(super) async fn own_part(state: &WebState, row: &CopyRow, person: &str) -> Result<String, Refusal> {
    let house = &state.house;
    let versions = house.db.list_versions(&row.id).await?;
    let now = house.papers.get(house, row.snapshot).await?;
    let mut altered = BTreeSet::new();
    let before = match versions.iter().find(|one| one.version + 1 == row.version) {
        Some(one) => {
            let said = house.db.list_statements(&row.id, one.version).await?;
            let paper = house.papers.get(house, one.snapshot).await?;
            for grave in house.db.list_graves(&row.id, one.version).await? {
                let sheet = (grave.leaf.sheet as usize).checked_sub(1).and_then(|at| paper.sheets.get(at));
                altered.extend(sheet.map(|sheet| sheet.id.clone()));
            }
            Some((paper, said))
        }
        None => None,
    };
    let said = house.db.list_statements(&row.id, row.version).await?;
    let before = before.as_ref().map(|(paper, said)| (paper.as_ref(), said.as_slice()));
    Ok(part((before, &altered), &now, (&said, row.version), person))
}

/// The version before, with what was said of it.
type Before<'p> = (&'p Paper, &'p [StatementRow]);

/// `altered`: sheets of the version before whose paper was said to differ in what matters.
fn part(
    (before, altered): (Option<Before<'_>>, &BTreeSet<String>),
    now: &Paper,
    (said, version): (&[StatementRow], u32),
    person: &str,
) -> String {
    let stands = signed(said);
    let stood: Vec<(u32, Signed)> = before.map(|(_, said)| versions_of(said)).unwrap_or_default();
    // For which version the signature under a sheet of the version before was made: it may have been carried over into that one.
    let signed_for = |sheet: &String| {
        let own = stood.iter().filter(|(_, one)| one.stage == BY_SHEETS && one.signer == person);
        own.filter(|(_, one)| one.sheets.contains(sheet)).map(|(made, _)| *made).max()
    };
    let places = || now.route.iter().flat_map(|stage| stage.signers.iter().map(move |one| (stage, one)));
    let own = || places().filter(|(_, one)| one.person.id == person);
    let (mut all, mut changed, mut unsigned, mut lost) = (0, Vec::new(), Vec::new(), Vec::new());
    let (mut made, mut without) = (BTreeSet::new(), Vec::new());
    for (stage, place) in own().filter(|(stage, _)| stage.id == BY_SHEETS) {
        all += place.sheets.len();
        for id in route::left(&stage.id, place, &stands) {
            let Some(sheet) = now.sheet(&id) else { continue };
            let old = before.and_then(|(paper, _)| paper.sheet(&id));
            let named = format!("«{}»", sheet.name);
            match (old.is_some_and(|old| old.digest == sheet.digest), signed_for(&id)) {
                (true, Some(version)) => {
                    lost.push(named);
                    without.push(id.clone());
                    made.insert(version);
                }
                (true, None) => unsigned.push(named),
                (false, _) => changed.push(named),
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
            false if without.iter().any(|sheet| altered.contains(sheet)) => "запись на бумажном листе изменена",
            false => "она признана недействительной или место в маршруте изменилось",
        };
        let what = match lost.as_slice() {
            [one] => format!("ваш лист {one} не изменился"),
            many => format!("ваши листы {} не изменились", words::listed(many)),
        };
        told.push(format!("{what}: вы {}, но подпись не перенесена ({why}), подпишите снова", signed_words(&made)));
    }
    let is_asked = !told.is_empty();
    // Signed anew in this version or kept from the one before.
    let spoken = || said.iter().filter(|one| one.signer == person && one.stage == BY_SHEETS && one.verdict != REFUSED);
    let anew = spoken().any(|one| one.version == version);
    let earlier: BTreeSet<u32> = spoken().map(|one| one.version).filter(|one| *one < version).collect();
    let carried = carried_words(&earlier, version);
    match (all, is_asked, anew) {
        (0, ..) => {}
        (_, false, true) if earlier.is_empty() => told.push("свои листы вы подписали".to_owned()),
        (_, false, true) => told.push(format!("{carried}: эти листы не менялись; остальные свои листы вы подписали")),
        (1, false, false) => told.push(format!("{carried}: лист не менялся")),
        (_, false, false) => told.push(format!("{carried}: листы не менялись")),
        (all, true, false) if all > changed.len() + unsigned.len() + lost.len() => {
            told.push(format!("{carried}: остальные листы не менялись"));
        }
        (all, true, true) if all > changed.len() + unsigned.len() + lost.len() => {
            told.push("под остальными листами ваша подпись стоит".to_owned());
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

/// Signatures with the version that each was made for: of a signature that was carried over an earlier one.
fn versions_of(said: &[StatementRow]) -> Vec<(u32, Signed)> {
    let mut found = Vec::new();
    for row in said {
        found.extend(signed(std::slice::from_ref(row)).into_iter().map(|one| (row.version, one)));
    }
    found
}

/// «подписали версию 1».
fn signed_words(made: &BTreeSet<u32>) -> String {
    format!("подписали {} {}", if made.len() == 1 { "версию" } else { "версии" }, numbers(made))
}

/// «ваша подпись версии 1 перенесена в версию 2»; `earlier`: versions that the signatures were made for.
fn carried_words(earlier: &BTreeSet<u32>, version: u32) -> String {
    match earlier.len() {
        0 => "ваша подпись сохранена".to_owned(),
        1 => format!("ваша подпись версии {} перенесена в версию {version}", numbers(earlier)),
        _ => format!("ваши подписи версий {} перенесены в версию {version}", numbers(earlier)),
    }
}

fn numbers(versions: &BTreeSet<u32>) -> String {
    words::listed(&versions.iter().map(u32::to_string).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_differences_names_the_sheets_to_be_signed_anew_and_by_whom() {
        let place = |who: &str, sheets: &[&str], lacks: bool| Place {
            who: who.to_owned(),
            sheets: sheets.iter().map(|sheet| (*sheet).to_owned()).collect(),
            lacks,
        };
        let asked = Asked {
            kept: 12,
            anew: vec![
                place("Иванова И.И.", &["лист 7 «Алгебра»"], true),
                place("Петров П.П.", &["лист 8 «Химия»", "лист 9 «Биология»"], false),
            ],
            first: vec![place("Осина О.О.", &["лист 3 «Музыка»"], true)],
            whole: vec!["Кварцева О.А.".to_owned()],
        };
        let plain = |state| signatures_of(&asked, state, 1).lines().join(" | ").replace('\u{a0}', " ");
        assert_eq!(
            plain(CopyState::Issued),
            "Подпись осталась в силе под 12 листами. | Подписать заново: лист 7 «Алгебра» — Иванова И.И.; лист 8 «Химия» и лист 9 «Биология» — \
             Петров П.П. (подписано). | Подписать (в версии 1 не были подписаны): лист 3 «Музыка» — Осина О.О. | Новую версию целиком подписывают: \
             Кварцева О.А."
        );
        let sealed = plain(CopyState::Sealed);
        assert!(sealed.contains("Подписаны заново: ") && !sealed.contains("целиком"), "{sealed}");
        let none = Asked { first: asked.first.clone(), ..Asked::default() };
        let told = signatures_of(&none, CopyState::Sealed, 1).lines();
        assert_eq!(told, ["Подписей учителей под прежней версией не было."]);
    }

    #[test]
    fn a_signature_that_was_carried_over_is_called_by_the_version_it_was_made_for() {
        let (one, two) = (BTreeSet::from([1]), BTreeSet::from([1, 2]));
        assert_eq!(signed_words(&one), "подписали версию 1");
        assert_eq!(signed_words(&two), "подписали версии 1 и 2");
        assert_eq!(carried_words(&one, 2), "ваша подпись версии 1 перенесена в версию 2");
        assert_eq!(carried_words(&two, 3), "ваши подписи версий 1 и 2 перенесены в версию 3");
    }
}
