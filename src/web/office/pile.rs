//! Paper in piles: a period's copies are printed, handed in, finished and put away together, as the office does it. Floor 3.
//!
//! Every copy keeps its own deeds and its own lines: a pile is one gesture over many copies, each recorded as if it were alone.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::Fields;
use super::closing::is_closed;
use crate::domain::forms::plan::{Holds, index_of};
use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::paper::{Kept, PaperFact, Place, Purpose, Stage};
use crate::domain::people::Visitor;
use crate::domain::policy::Policy;
use crate::domain::rights::Action;
use crate::domain::snapshot::{CopyKind, supplement_no};
use crate::domain::words;
use crate::flow::Act;
use crate::flow::force::Versions;
use crate::flow::office::{self, NewHandover};
use crate::flow::people::{Look, note_access};
use crate::flow::scans;
use crate::store::Which;

/// Sealed copies whose paper is still to be made or handed in, of those that a visitor answers for.
pub(in crate::web) struct Piles {
    /// Copies that nobody has printed: identifier and class with its period's kind left to the list below.
    pub(in crate::web) unprinted: Vec<String>,
    /// Copies whose paper exists, for scans of all its sheets came back, and that nobody has entered.
    pub(in crate::web) on_paper: Vec<String>,
    /// Paper copies that are printed and not handed in.
    pub(in crate::web) printed: Vec<String>,
    /// Whom they are handed in to.
    pub(in crate::web) clerks: Vec<(String, String)>,
}

/// Does a copy go on paper by itself? Where the journal is printed once a year, a period's copy is part of the year's. What an earlier year's class
/// printed is not asked anew.
pub(in crate::web) fn has_paper(
    directory: &Directory,
    today: NaiveDate,
    (year, class, period): (&str, &str, &str),
) -> bool {
    let kind = directory.roster.periods.iter().find(|held| held.id == period).map(|held| held.kind);
    match directory.class(class).filter(|_| year == directory.year) {
        Some(class) if period == YEAR || kind.is_some() => directory.policy(today).prints(class.grade, period, kind),
        _ => true,
    }
}

/// The piles of a visitor; empty ones where the rules have no paper.
pub(in crate::web) async fn piles(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
) -> Result<Piles, Refusal> {
    let mut piles = Piles { unprinted: Vec::new(), on_paper: Vec::new(), printed: Vec::new(), clerks: Vec::new() };
    let now = state.now().date_naive();
    if !visitor.may_anywhere(Action::HandOverPaper) || state.house.policy.paper(now).is_some_and(|said| said.has("no"))
    {
        return Ok(piles);
    }
    let reach = visitor.reach(Action::HandOverPaper);
    let within = |class: &str| reach.class(class, directory.class(class).map_or(0, |class| class.grade));
    let papers = state.house.db.list_paper(Which::All).await?;
    let live: BTreeSet<(&str, u32)> = papers
        .iter()
        .filter(|kept| kept.void().is_none())
        .map(|kept| (kept.copy.copy.as_str(), kept.copy.version))
        .collect();
    let mut rows = super::super::records::visible_copies(state, directory, visitor).await?;
    rows.retain(|row| row.state == crate::domain::copy::State::Sealed && within(&row.class));
    rows.retain(|row| !live.contains(&(row.id.as_str(), row.version)));
    rows.retain(|row| has_paper(directory, now, (&row.year, &row.class, &row.period)));
    if rows.iter().any(|row| supplement_no(&row.id).is_some()) {
        let versions = Versions::load(&state.house).await?;
        let absorbed = versions.absorbed(&state.house.db.list_supplements().await?);
        rows.retain(|row| !absorbed.contains(&row.id));
    }
    let facts: Vec<(&str, u32, u32)> = rows.iter().map(|row| (row.id.as_str(), row.version, row.pages)).collect();
    let scanned = scans::all_in(&state.house, &facts).await?;
    let ids = rows.into_iter().map(|row| row.id);
    (piles.on_paper, piles.unprinted) = ids.partition(|id| scanned.contains(id));
    // Who keeps the register receives: what the office printed itself is entered without a handover.
    if !visitor.may_anywhere(Action::KeepPaper) {
        let printed = unhanded(state, directory, visitor, &papers).await?;
        piles.printed = printed.into_iter().map(|kept| kept.copy.id.clone()).collect();
        piles.clerks = super::papers::clerks(directory, &visitor.account);
    }
    Ok(piles)
}

/// Paper that is the visitor's to hand in, by class; nothing is read more where there is none.
pub(in crate::web) async fn unhanded<'k>(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    papers: &'k [Kept],
) -> Result<Vec<&'k Kept>, Refusal> {
    let mut own: Vec<&Kept> = papers.iter().filter(|kept| hands_in(kept, directory, visitor)).collect();
    if !own.is_empty() {
        let versions = Versions::load(&state.house).await?;
        own.retain(|kept| !is_outdated(kept, &versions));
        own.sort_by(|a, b| names::natural(&a.copy.class, &b.copy.class).then(a.copy.id.cmp(&b.copy.id)));
    }
    Ok(own)
}

/// Word of the register's filter for [`is_outdated`].
pub(super) const OUTDATED: &str = "outdated";

/// Did another version take the place of the one that was printed? Such paper is voided, and the new version printed.
pub(super) fn is_outdated(kept: &Kept, versions: &Versions) -> bool {
    kept.void().is_none() && versions.standing(&kept.copy.copy, kept.copy.version).is_replaced()
}

/// Is it printed, not on its way, and the visitor's to hand in? Who keeps the register receives.
pub(super) fn hands_in(kept: &Kept, directory: &Directory, visitor: &Visitor) -> bool {
    let grade = directory.class(&kept.copy.class).map_or(0, |class| class.grade);
    kept.stage() == Stage::Printed
        && kept.open().is_none()
        && !visitor.may_anywhere(Action::KeepPaper)
        && visitor.reach(Action::HandOverPaper).class(&kept.copy.class, grade)
}

/// `POST /copies/paper`: a pile was printed, or is handed in; exactly what the page showed.
pub(super) async fn of_copies(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let directory = state.directory().await?;
    // What somebody else did meanwhile is no longer in the pile, and is not done twice.
    let piles = piles(&state, &directory, &visitor).await?;
    let shown = fields.all("one");
    match fields.value("act") {
        "print" => {
            let (mut copies, mut sheets) = (0, 0_u64);
            for id in piles.unprinted.iter().chain(&piles.on_paper).filter(|id| shown.contains(id)) {
                // A journal is printed on both sides where the page says so; a summary sheet on one.
                let row = state.house.db.list_versions(id).await?.pop().ok_or(Refusal::NotFound)?;
                let both = row.kind == CopyKind::PeriodCopy && !fields.value("both").is_empty();
                let paper = office::print(&state.house, id, both, &act).await?;
                let look = Look::Copy { id, class: &paper.class };
                note_access(&state.house, &visitor, look, &paper.year, state.now()).await?;
                copies += 1;
                sheets += u64::from(paper.sheets);
            }
            let copies = words::count(copies, "бумажная копия", "бумажные копии", "бумажных копий");
            let said = format!("Напечатано и отмечено: {copies}, всего {} бумаги.", words::SHEET.counted(sheets));
            Ok(answer::done("/copies?state=sealed", &said))
        }
        "hand-in" => {
            let mut n = 0;
            for paper in piles.printed.iter().filter(|id| shown.contains(id)) {
                let new = NewHandover {
                    paper: paper.clone(),
                    purpose: Purpose::HandIn,
                    from: act.by.clone(),
                    to: fields.value("person").to_owned(),
                    note: String::new(),
                    due: None,
                };
                let no = office::hand_over(&state.house, &new, &act).await?;
                // Who enters it hands it over: the own signature is the same press.
                super::handovers::sign_once(&state, no, &act).await?;
                n += 1;
            }
            let n = words::count(n, "копия", "копии", "копий");
            let said = format!("Сдано в канцелярию: {n}. Ваша подпись поставлена, ждём подписи канцелярии.");
            Ok(answer::done("/copies?state=sealed", &said))
        }
        _ => Err(Refusal::Rule("Не сказано, что сделать с копиями.".to_owned())),
    }
}

/// Was it handed in, or printed by the office itself where the rules have it so, and nobody hands over (002 4.5)?
pub(super) fn may_be_entered(kept: &Kept, clerk: &Visitor, policy: &Policy) -> bool {
    let own = kept.stage() == Stage::Printed
        && kept.copy.printed_by == clerk.account
        && office::enters_own_print(policy, kept.copy.kind, clerk);
    (own || kept.stage() == Stage::HandedIn) && kept.open().is_none()
}

/// `POST /office/papers`: gives a number to every copy that was handed in, in the order of classes and periods; or finishes a pile; or puts the
/// head's word on record.
pub(super) async fn act_on_all(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    match fields.value("act") {
        "finish" => return finish(&state, &visitor, &fields).await,
        "ink" => return super::ink::state_all(&state, &visitor, &fields).await,
        _ => {}
    }
    let act = state.act(&visitor.account);
    let policy = crate::flow::policy::of_act(&state.house, &act).await?;
    let mut waiting: Vec<Kept> = state.house.db.list_paper(Which::All).await?;
    waiting.retain(|kept| may_be_entered(kept, &visitor, &policy));
    // A year with its closing line takes one at a time, each with its ground.
    let closings = state.house.db.list_paper_closings().await?;
    let all = waiting.len();
    waiting.retain(|kept| !is_closed(&closings, &kept.copy.year));
    let late = all - waiting.len();
    waiting.sort_by(|a, b| a.copy.copy.cmp(&b.copy.copy));
    let mut numbers = Vec::new();
    for kept in &waiting {
        numbers.push(office::register(&state.house, &kept.copy.id, &act).await?);
    }
    let said = match (numbers.first(), numbers.last()) {
        (Some(first), Some(last)) => {
            format!("Внесено в реестр: {}, с № {first} по № {last}.", words::POSITION.counted(numbers.len() as u64))
        }
        _ if late > 0 => String::new(),
        _ => "Принятых копий без номера нет.".to_owned(),
    };
    let left = match late {
        0 => String::new(),
        n => format!(" Ещё {n} вносят по одной, с основанием: реестр их года закрыт итоговой записью."),
    };
    Ok(answer::done("/office/papers", format!("{said}{left}").trim_start()))
}

/// What the office finishes together: those that have a number and are not in their place yet.
pub(super) struct Unfinished {
    /// Paper copies by identifier.
    pub(super) ids: Vec<String>,
    /// «№ 1–9».
    pub(super) said: String,
    /// Where the pile goes, as far as it can be known ([`next_place`]).
    pub(super) place: Place,
}

/// What of the register is still to be finished, as far as nothing else is under way with it.
pub(super) fn unfinished(papers: &[Kept]) -> Unfinished {
    let mut open: Vec<&Kept> =
        papers.iter().filter(|kept| kept.stage() == Stage::Registered && kept.open().is_none()).collect();
    open.sort_by_key(|kept| kept.copy.no);
    Unfinished {
        ids: open.iter().map(|kept| kept.copy.id.clone()).collect(),
        said: names_of(&open),
        place: next_place(papers, &open),
    }
}

/// Year, class and kind of record.
fn class_of(kept: &Kept) -> (&str, &str, CopyKind) {
    (kept.copy.year.as_str(), kept.copy.class.as_str(), kept.copy.kind)
}

/// Where the next copies go: the room, safe and shelf of the last one that was put away. The folder and volume are those of their own class
/// alone: said where the pile is of one class and record, and all its copies that were put away before lie in one.
pub(super) fn next_place(papers: &[Kept], pile: &[&Kept]) -> Place {
    let placed = papers.iter().flat_map(|kept| &kept.facts).filter_map(|(at, _, fact)| match fact {
        PaperFact::Placed(place) => Some((at, place)),
        _ => None,
    });
    let last = placed.max_by(|a, b| a.0.cmp(b.0)).map(|(_, place)| place.clone()).unwrap_or_default();
    let own = pile.first().map(|kept| class_of(kept)).filter(|own| pile.iter().all(|kept| class_of(kept) == *own));
    let of_own = papers.iter().filter(|kept| kept.void().is_none() && own.is_some_and(|own| class_of(kept) == own));
    let mut lie: Vec<Place> = of_own.filter_map(Kept::place).collect();
    lie.dedup();
    match lie.as_slice() {
        [one] => one.clone(),
        _ => Place { folder: String::new(), volume: 0, ..last },
    }
}

/// Finishes the copies that were shown: each gets what it lacks of what is ticked, sheets as printed, and the place if one is named.
pub(super) async fn finish(state: &WebState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let papers = state.house.db.list_paper(Which::All).await?;
    let shown = fields.all("one");
    let open: Vec<String> = unfinished(&papers).ids.into_iter().filter(|id| shown.contains(id)).collect();
    let day = fields.value("day").to_owned();
    let place = Some(place_in(fields)).filter(|place| !place.room.is_empty());
    if finishing(fields, &day, 1).is_empty() && place.is_none() {
        return Err(Refusal::Rule("Отметьте, что сделано с копиями, или назовите место.".to_owned()));
    }
    let mut kept_now = 0_u64;
    let mut done = 0_u64;
    for kept in papers.iter().filter(|kept| open.contains(&kept.copy.id)) {
        let lacks = |fact: &PaperFact| match fact {
            PaperFact::Presented { .. } => kept.presented().is_empty(),
            PaperFact::SignedByHead { .. } => kept.signed_by_head().is_empty(),
            PaperFact::Stamped { .. } => kept.stamped().is_empty(),
            PaperFact::Numbered { .. } => kept.numbered().is_none(),
            PaperFact::Stitched { .. } => kept.stitched().is_empty(),
            PaperFact::Placed(_) => kept.place().is_none(),
            PaperFact::Voided { .. } => false,
        };
        let facts = finishing(fields, &day, kept.sheets()).into_iter().chain(place.clone().map(PaperFact::Placed));
        let facts: Vec<PaperFact> = facts.filter(lacks).collect();
        for fact in &facts {
            office::note(&state.house, &kept.copy.id, fact, &act).await?;
        }
        done += u64::from(!facts.is_empty());
        // Nothing waits for a presentation.
        let waited = facts.iter().filter(|fact| !matches!(fact, PaperFact::Presented { .. })).count();
        kept_now += u64::from(waited == kept.missing().len());
    }
    let count = |n| words::count(n, "копия", "копии", "копий");
    let said = format!("Оформлено: {}; на месте: {}.", count(done), count(kept_now));
    Ok(answer::done("/office/papers", &said))
}

/// The file of the plan in which a copy of this kind lies: «Дело №» of its place, and the one that the volumes are bound by.
pub(super) async fn case_of(state: &WebState, kept: &Kept, act: &Act) -> Result<String, Refusal> {
    let holds = match kept.copy.kind {
        CopyKind::PeriodCopy => Holds::Journals,
        CopyKind::SummarySheet => Holds::Summaries,
    };
    let ends = kept.copy.year.split('/').nth(1).and_then(|year| year.parse().ok());
    let calendar = ends.unwrap_or_else(|| act.at.date_naive().year());
    Ok(index_of(&office::plan::read(&state.house, calendar, act).await?.lines, holds))
}

/// A place in another file than the plan's would say what the volumes and inventories do not.
pub(super) fn in_case(place: Place, case: &str) -> Result<Place, Refusal> {
    match place.file.trim() {
        other if !other.is_empty() && other != case => Err(Refusal::Rule(format!(
            "По номенклатуре эта копия лежит в деле {case}, а не {other}: впишите {case} или сначала исправьте номенклатуру"
        ))),
        _ => Ok(place),
    }
}

/// The place that a form names.
pub(super) fn place_in(fields: &Fields) -> Place {
    Place {
        room: fields.value("room").to_owned(),
        safe: fields.value("safe").to_owned(),
        shelf: fields.value("shelf").to_owned(),
        folder: fields.value("folder").to_owned(),
        file: fields.value("file").to_owned(),
        volume: fields.value("volume").parse().unwrap_or_default(),
    }
}

/// «№ 1–4, 7».
fn names_of(papers: &[&Kept]) -> String {
    let numbers: Vec<u32> = papers.iter().filter_map(|kept| u32::try_from(kept.copy.no).ok()).collect();
    format!("№ {}", crate::flow::scans::listed(&numbers))
}

/// What the office marked as done on one day; `sheets` by count. Ink and stamp are the head's word ([`super::ink`]).
pub(super) fn finishing(fields: &Fields, day: &str, sheets: u32) -> Vec<PaperFact> {
    let mut facts = Vec::new();
    let marked = |name: &str| !fields.value(name).is_empty();
    if marked("presented") {
        facts.push(PaperFact::Presented { day: day.to_owned() });
    }
    if marked("numbered") {
        facts.push(PaperFact::Numbered {
            day: day.to_owned(),
            sheets,
            lettered: fields.value("lettered").to_owned(),
            missing: fields.value("missing").to_owned(),
        });
    }
    if marked("stitched") {
        facts.push(PaperFact::Stitched { day: day.to_owned() });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::paper::PaperCopy;

    fn kept(id: &str, class: &str, folder: &str) -> Kept {
        let place = Place { room: "канцелярия".to_owned(), folder: folder.to_owned(), ..Place::default() };
        let placed = (id.to_owned(), "T00003".to_owned(), PaperFact::Placed(place));
        let copy = PaperCopy {
            id: id.to_owned(),
            copy: id.to_owned(),
            version: 1,
            kind: CopyKind::PeriodCopy,
            year: "2025/2026".to_owned(),
            class: class.to_owned(),
            period: "Q1".to_owned(),
            number: String::new(),
            pages: 2,
            sheets: 2,
            pdf: String::new(),
            printed_at: String::new(),
            printed_by: String::new(),
            no: 1,
            registered_at: String::new(),
            registered_by: String::new(),
            keep_through: String::new(),
        };
        let facts = if folder.is_empty() { Vec::new() } else { vec![placed] };
        Kept { copy, facts, handovers: Vec::new(), ink: None }
    }

    #[test]
    fn a_folder_is_proposed_only_where_every_copy_of_the_class_lies_in_it() {
        let papers = [
            kept("1", "5А", "5А"),
            kept("2", "5А", "5А"),
            kept("3", "6А", "6А"),
            kept("4", "5А", ""),
            kept("5", "6А", ""),
        ];
        let [first, _, other, own, foreign] = &papers;
        assert_eq!(next_place(&papers, &[own]).folder, "5А", "not the last one's");
        let mixed = next_place(&papers, &[own, foreign]);
        assert_eq!((mixed.room.as_str(), mixed.folder.as_str()), ("канцелярия", ""), "the pile's copies differ");
        let apart = [first.clone(), kept("6", "5А", "другая"), other.clone(), own.clone()];
        assert_eq!(next_place(&apart, &[own]).folder, "", "two folders");
    }

    #[test]
    fn a_place_names_the_file_of_the_plan_or_none() {
        let place =
            |file: &str| Place { room: "канцелярия".to_owned(), file: file.to_owned(), ..Place::default() };
        assert!(in_case(place("01-01"), "01-01").is_ok());
        assert!(in_case(place(""), "01-01").is_ok());
        let refused = in_case(place("01-15"), "01-01");
        assert!(matches!(refused, Err(Refusal::Rule(ref said)) if said.contains("в деле 01-01, а не 01-15")));
    }
}
