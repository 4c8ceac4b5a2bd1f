//! The paper of one copy: every page, found or missing, and the scan beside what it must say. Floor 3.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::desk::{decides, early_return};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::ops::jobs;
use super::super::query::{Asked, segment};
use super::shown::{Shown, comparing, lasting, staying, version_of};
use super::{came_words, copy_name, differing, draw, drawn, jpeg, said, stage_line};
use crate::domain::forms::People;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::document_words;
use crate::domain::words;
use crate::flow::jobs::Work;
use crate::flow::paper;
use crate::flow::paper::stage::Settled;
use crate::flow::scans::{self, At, Compared, Differing, Inked, Standing};
use crate::store::{CopyRow, GraveRow, Leaf, ScanPlace};

/// Pixels of the longer side of a picture that is read beside another.
const SIDE: usize = 1400;

/// One page of the copy.
struct LeafLine {
    leaf: u32,
    sheet: u32,
    title: String,
    href: String,
    badge: &'static str,
    said: String,
    received: String,
}

#[derive(Template)]
#[template(path = "scans/copy.html", config = "src/web/askama.toml")]
struct CopyPage {
    frame: Frame,
    complete: bool,
    said: String,
    missing: Vec<u32>,
    /// Of how many pages of earlier versions there is a scan, and how many of their sheets lie nowhere.
    old: usize,
    strays: usize,
    /// Are pages of this version awaited or there, beside those of earlier ones that stay?
    is_on_paper: bool,
    /// Titles of the stages that were completed on paper.
    done: Vec<String>,
    version: u32,
    /// The last version, which this one is or is not.
    last: u32,
    /// Versions that were issued, [`Shown::tabs`].
    tabs: Vec<(String, String, bool)>,
    /// Earlier versions whose sheets stay in force, [`staying`].
    staying: Vec<(String, String, String)>,
    /// Sheets of this earlier version that stay in force beside the last one: «2–8, 11»; empty for none and of the last.
    lasting: String,
    /// The copy's own page.
    home: String,
    /// What was said to matter on scans of earlier versions, a line and the address of that version each.
    graves: Vec<(String, String)>,
    /// Stages that were on paper in the version before and are not in this one; empty once the version is decided.
    lapsed: Vec<String>,
    leaves: Vec<LeafLine>,
    /// Was any page ticked off when the pile was received?
    ticked: bool,
    stages: Vec<super::StageLine>,
    address: String,
    today: String,
    receives: bool,
    /// «2 из 34» while scans of this copy are still compared: nothing is judged by eye before that; empty afterwards.
    comparing: String,
    /// That work where the visitor may follow it, each as a part; the page reloads at its end.
    following: Vec<String>,
}

/// What was said to matter on scans of earlier versions of a copy, with the address of the version.
async fn former_graves(state: &WebState, people: &People, copy: &CopyRow) -> Result<Vec<(String, String)>, Refusal> {
    let mut told = Vec::new();
    for version in 1..copy.version {
        for row in state.house.db.list_graves(&copy.id, version).await? {
            let said = grave_words(people, &row);
            let said = format!("Версия {version}, лист {}, страница {}: {said}", row.leaf.sheet, row.leaf.leaf);
            told.push((said, format!("/copies/{}?version={version}", segment(&copy.id))));
        }
    }
    Ok(told)
}

/// May the visitor place and judge the scans of this copy?
fn receives(directory: &Directory, visitor: &Visitor, copy: &CopyRow) -> bool {
    let grade = directory.class(&copy.class).map_or(0, |class| class.grade);
    visitor.reach(Action::ReceivePaper).class(&copy.class, grade)
}

/// The way back: whoever does not receive paper has no page of all scans.
fn under(frame: Frame, visitor: &Visitor) -> Frame {
    match visitor.may_anywhere(Action::ReceivePaper) {
        true => frame.under("Сканы листов", "/office/scans"),
        false => frame.under("Отличия на сканах", differing::ADDRESS),
    }
}

/// « Ступень … завершена.», and why one is not; nothing when there was nothing to complete.
pub(super) fn settled_words(settled: &Settled) -> String {
    let done = settled.completed.iter().map(|one| format!(" {one}"));
    let not = settled.findings.iter().map(|one| format!(" Не завершено: {}.", one.message));
    done.chain(not).collect()
}

/// What the form says of the signatures.
#[derive(Debug, Deserialize)]
pub(super) struct Completing {
    signed_on: String,
}

/// `POST /office/scans/{copy}`: the stage on paper whose sheets are all in is completed by whoever has looked at them and presses.
pub(super) async fn complete(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(asked): Form<Completing>,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let no_day = |_| crate::flow::Error::Paper(paper::Refusal::NoDay);
    let day = asked.signed_on.trim().parse().map_err(no_day)?;
    let settled = paper::stage::confirm(&state.house, &id, day, &act).await?;
    let said = match settled_words(&settled) {
        said if said.is_empty() => "Завершать нечего: листов ступени ещё не хватает".to_owned(),
        said => said.trim().to_owned(),
    };
    Ok(answer::done(&format!("/office/scans/{}", segment(&id)), &said))
}

/// `GET /office/scans/{copy}?version=1`; the last version where none is named.
pub(super) async fn report(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let shown = Shown::of(&state, &id, &asked).await?;
    let (standing, is_last) = (&shown.standing, shown.is_last());
    let directory = state.directory().await?;
    let name = copy_name(&directory, &standing.copy);
    let stages = paper::stage::standing(&state.house, standing).await?;
    let frame = frame.titled(name.clone()).leading(words::capitalised(&document_words(
        standing.copy.kind,
        &standing.copy.id,
        &standing.copy.number,
    )));
    let differing = scans::differing(&state.house).await?;
    let inked = Inked::load(&state.house, &standing.copy).await?;
    let comparing = comparing(&state.house.db.list_jobs(super::NEWEST_JOBS).await?, standing);
    let following = match comparing.is_empty() {
        true => Vec::new(),
        false => jobs::running(&state, &visitor, &[Work::COMPARE_SCANS, Work::READ_SCANS]).await?,
    };
    let is_comparing = !comparing.is_empty();
    let mut stage_lines = Vec::new();
    if is_last {
        let open = stages.iter().filter(|one| !one.owes.is_empty());
        stage_lines.extend(open.map(|one| stage_line(&name, standing, one, is_comparing)));
    }
    answer::page(&CopyPage {
        comparing,
        following,
        frame: under(frame, &visitor),
        receives: is_last && receives(&directory, &visitor, &standing.copy),
        complete: !standing.pages.is_empty() && standing.missing().is_empty(),
        said: if is_last { said(standing) } else { came_words(standing) },
        missing: if is_last { standing.missing() } else { Vec::new() },
        old: standing.before,
        strays: standing.strays,
        is_on_paper: standing.awaited() > 0 || standing.came() > 0,
        done: if is_last { paper::stage::done(&state.house, &standing.copy).await? } else { Vec::new() },
        version: standing.copy.version,
        last: shown.last,
        staying: staying(standing),
        lasting: if is_last { String::new() } else { lasting(&state, standing).await? },
        home: format!("/copies/{}", segment(&id)),
        graves: former_graves(&state, &People::of(&directory.roster), &standing.copy).await?,
        lapsed: paper::stage::lapsed(&state.house, &standing.copy).await?.into_iter().map(|(_, title)| title).collect(),
        leaves: leaves(&state, &shown, &differing, inked.as_ref()),
        ticked: standing.pages.iter().any(|page| !page.received_at.is_empty()),
        stages: stage_lines,
        address: format!("/office/scans/{}", segment(&id)),
        today: state.now().date_naive().to_string(),
        tabs: shown.tabs,
    })
}

fn leaves(state: &WebState, shown: &Shown, differing: &[Differing], inked: Option<&Inked>) -> Vec<LeafLine> {
    let standing = &shown.standing;
    let line = |page: &scans::PageStanding| {
        // A bare scan before the signed one counts no more.
        let is_replaced =
            |at: &At| inked.is_some_and(|inked| inked.replaced_by(&state.house, &at.place, page.leaf).is_some());
        let (before, counts): (Vec<&At>, Vec<&At>) = page.scans.iter().partition(|at| is_replaced(at));
        let (mut badge, mut said) = match counts.as_slice() {
            [] if page.original > 0 && !page.is_awaited => ("ok", format!("в силе лист версии {}", page.original)),
            [] if !page.is_awaited => ("plain", "скана не ждём".to_owned()),
            [] if !shown.is_last() => ("plain", "нет".to_owned()),
            [] => ("bad", "нет".to_owned()),
            [one] if one.by_hand => ("ok", "есть, положена вручную".to_owned()),
            [_] => ("ok", "есть".to_owned()),
            many => ("wait", words::count(many.len() as u64, "раз", "раза", "раз")),
        };
        // Others sign the new sheet; the earlier signatures stand on the earlier one.
        if page.original > 0 && (page.is_awaited || !page.scans.is_empty()) {
            said.push_str(&format!(", остаётся в силе и лист версии {}", page.original));
        }
        if !before.is_empty() {
            let came = counts.last().and_then(|at| inked.and_then(|inked| inked.came(&at.place)));
            let came = came.map_or_else(String::new, |at| format!(" от {}", words::moment_short(&at.to_rfc3339())));
            let gone = words::plural(before.len() as u64, "прежний заменён", "прежние заменены", "прежние заменены");
            said.push_str(&format!(", считается скан{came}; {gone}"));
        }
        // What was compared already; the rest is compared in the background or when its page is opened.
        let is_seen = |at: &At| {
            let is_told = differing.iter().any(|one| one.at == at.place && one.look.is_some());
            is_told || shown.look(at, page.leaf).is_some()
        };
        let known = |at: &At| scans::known(&state.house, &at.place, &standing.copy, page.leaf);
        // What a later scan or a person has settled of a bare one is open no more.
        let settled = |at: &At| u64::from(inked.map_or(0, |inked| inked.settled(&state.house, &at.place, page.leaf)));
        let less = |count: usize, at: &At| (count as u64).saturating_sub(settled(at));
        let count =
            |at: &At| known(at).map_or((0, 0), |one| (less(one.unexpected().count(), at), less(one.unsigned(), at)));
        let (seen, open): (Vec<&At>, Vec<&At>) = page.scans.iter().partition(|at| is_seen(at));
        let found = open.into_iter().map(count);
        let (differences, unsigned) = found.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if differences > 0 {
            badge = "bad";
            if unsigned > 0 {
                said.push_str(", подписи не видно: проверьте лист");
            }
            if differences > unsigned {
                let n = words::count(differences - unsigned, "отличие", "отличия", "отличий");
                said.push_str(&format!(", {n}"));
            }
        } else if !seen.is_empty() {
            said.push_str(", отличия просмотрены");
        }
        LeafLine {
            leaf: page.leaf,
            sheet: page.sheet,
            title: page.title.clone(),
            href: format!("/office/scans/{}/{}{}", segment(&standing.copy.id), page.leaf, shown.keep),
            badge,
            said,
            received: if page.received_at.is_empty() { String::new() } else { words::moment_short(&page.received_at) },
        }
    };
    standing.pages.iter().map(line).collect()
}

/// One scan of the page.
struct ScanView {
    at: At,
    picture: String,
    from: String,
    /// What the comparison says; empty of a replaced scan, which is judged no more.
    said: String,
    /// Address on this page and moment of the later scan that shows the ink which this one lacks.
    replaced: Option<(String, String)>,
    /// Were the signatures that it lacks attested since?
    is_attested: bool,
    /// Does something differ that nobody has looked at?
    is_open: bool,
    /// Is a signature missing?
    is_bare: bool,
    /// Who looked at it and when; empty for nobody.
    looked: String,
    /// What on it was said to matter: where, who said it and when.
    graves: Vec<String>,
    badge: &'static str,
    /// Width and height of the picture as it is shown, in pixels of the scan.
    size: [usize; 2],
    marks: Vec<Mark>,
}

/// One difference on the picture and in the list.
struct Mark {
    no: usize,
    said: String,
    is_expected: bool,
    /// Corners of the frame on the picture as it is shown; empty for what has none, a place without its signature.
    points: String,
    /// Where its number stands, and how large.
    label: [i32; 2],
    letter: usize,
}

/// The frames of what differs, on the picture turned back by so many quarters; places of signatures are left out where they were settled since.
fn marks(compared: &Compared, quarters: u32, is_settled: bool) -> ([usize; 2], Vec<Mark>) {
    let [width, height] = compared.size.map(|side| side as f32);
    let turned = |x: f32, y: f32| match quarters % 4 {
        0 => (x, y),
        1 => (height - y, x),
        2 => (width - x, height - y),
        _ => (y, width - x),
    };
    let size = if quarters.is_multiple_of(2) { compared.size } else { [compared.size[1], compared.size[0]] };
    let letter = (size[1] / 55).max(12);
    let each = |(no, one): (usize, &scans::Differs)| {
        let points: Vec<(f32, f32)> = one.corners.chunks_exact(2).map(|pair| turned(pair[0], pair[1])).collect();
        let right = points.iter().map(|point| point.0).fold(0.0, f32::max);
        let top = points.iter().map(|point| point.1).fold(f32::MAX, f32::min);
        // At the right edge there is no room for a number beside the frame.
        let x = (right as i32 + letter as i32 / 4).min(size[0] as i32 - 2 * letter as i32);
        Mark {
            no,
            said: one.said(),
            is_expected: one.is_expected(),
            points: match one.is_unsigned() {
                true => String::new(),
                false => points.iter().map(|(x, y)| format!("{x:.0},{y:.0}")).collect::<Vec<_>>().join(" "),
            },
            label: [x, (top as i32).max(letter as i32)],
            letter,
        }
    };
    let shown = compared.differences.iter().filter(|one| !(is_settled && one.is_unsigned()));
    (size, (1..).zip(shown).map(each).collect())
}

/// A comparison of a scan with its page; one at a time with the pictures, for it takes as much of the machine as they.
async fn look(state: &WebState, at: &At, standing: &Standing, leaf: u32) -> Result<Compared, Refusal> {
    let _permit = state.uploads.acquire().await.map_err(|_| Refusal::Fault)?;
    Ok(scans::compare(&state.house, at, &standing.copy, leaf).await?)
}

/// Whole quarters by which a scan is turned back: what is left is the tilt of the glass.
fn quarters(at: &At) -> u32 {
    (360 - at.turn % 360 + 45) / 90 % 4
}

#[derive(Template)]
#[template(path = "scans/leaf.html", config = "src/web/askama.toml")]
struct LeafPage {
    frame: Frame,
    leaf: u32,
    sheet: u32,
    title: String,
    address: String,
    copy: String,
    must: String,
    before: String,
    after: String,
    scans: Vec<ScanView>,
    version: u32,
    /// The last version, which alone anything is changed on.
    last: u32,
    /// The earlier version whose sheet stays the original of this page, 0 for none, and the address of its scans.
    original: u32,
    originals: String,
    /// Is the paper of this page awaited?
    is_awaited: bool,
    receives: bool,
    /// May the visitor put on record that a difference matters? Whoever issues copies does.
    notes: bool,
    /// May the visitor issue the next version of this copy as it stands?
    issues: bool,
    /// Who issues it, told to everybody else.
    issuers: String,
    /// The form of the next version with its ground filled in.
    onward: String,
    /// What its title page would say of a grave difference on this page.
    ground: String,
    /// Where the visitor, who signs the copy later, returns it before the turn; empty for everybody else.
    early: String,
}

/// May the visitor close periods and issue copies of this one's class?
fn notes(directory: &Directory, visitor: &Visitor, copy: &CopyRow) -> bool {
    let grade = directory.class(&copy.class).map_or(0, |class| class.grade);
    visitor.reach(Action::IssueCopies).class(&copy.class, grade)
}

/// «12 сентября, третья строка. Записано: Агатова М.П., 26 ноября 2026 г., 18:10».
fn grave_words(people: &People, row: &GraveRow) -> String {
    let (spot, who) = (row.spot.trim_end_matches('.'), people.get(&row.noted_by));
    format!("{spot}. Записано: {}, {}", who.short, words::moment_words(&row.noted_at))
}

/// Who may put the next version in the place of this one: whether the visitor does, and the words for who does.
async fn issuers(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    copy: &CopyRow,
) -> Result<(bool, String), Refusal> {
    let recalled = state.house.db.find_recall(&copy.id).await?.is_some_and(|one| one.version == copy.version);
    let may = notes(directory, visitor, copy) && decides(visitor, copy.state, recalled);
    let who = match copy.state.is_decided() && !recalled {
        true => "директор или заместитель: копию уже подписали все".to_owned(),
        false => visitor.rules.who(Action::IssueCopies),
    };
    Ok((may, who))
}

/// `GET /office/scans/{copy}/{leaf}?version=1`; the last version where none is named.
pub(super) async fn leaf(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, leaf)): Path<(String, u32)>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let shown = Shown::of(&state, &id, &asked).await?;
    let (standing, keep, is_last) = (&shown.standing, shown.keep.as_str(), shown.is_last());
    let page = standing.pages.iter().find(|page| page.leaf == leaf).ok_or(Refusal::NotFound)?;
    let directory = state.directory().await?;
    let back = format!("/office/scans/{}", segment(&id));
    let address = format!("{back}/{leaf}");
    let people = People::of(&directory.roster);
    let differing = scans::differing(&state.house).await?;
    let inked = Inked::load(&state.house, &standing.copy).await?;
    let mut graves = state.house.db.list_graves(&standing.copy.id, standing.copy.version).await?;
    graves.retain(|row| row.leaf.leaf == leaf);
    let mut views = Vec::new();
    for (no, at) in page.scans.iter().enumerate() {
        let file = state.house.db.find_scan_file(&at.place.file).await?;
        let (name, when) =
            file.map_or((String::new(), String::new()), |file| (file.name, words::moment_words(&file.received_at)));
        let compared = look(&state, at, standing, leaf).await?;
        let look = differing.iter().find(|one| one.at == at.place).and_then(|one| one.look.as_ref());
        let look = look.or_else(|| shown.look(at, leaf));
        let settled = inked.as_ref().map_or(0, |inked| inked.settled(&state.house, &at.place, leaf)) as usize;
        let replaced = match inked.as_ref().and_then(|inked| inked.replaced_by(&state.house, &at.place, leaf)) {
            Some(by) => {
                let beside = page.scans.iter().position(|one| one.place == *by).map_or(0, |no| no + 1);
                let file = state.house.db.find_scan_file(&by.file).await?;
                let came = file.map_or_else(String::new, |file| words::moment_words(&file.received_at));
                Some((format!("#scan-{beside}"), came))
            }
            None => None,
        };
        let is_open = look.is_none() && compared.unexpected().count() > settled;
        let badge = match is_open {
            true => "bad",
            false if compared.not.is_empty() => "ok",
            false => "wait",
        };
        // Of a replaced scan it is said by which; a difference beside the missing ink that nobody has looked at stays to be looked at.
        let is_told = replaced.is_none() || is_open;
        let (size, mut marks) = marks(&compared, quarters(at), settled > 0);
        if !is_told {
            marks.clear();
        }
        views.push(ScanView {
            said: if is_told { compared.said(settled) } else { String::new() },
            is_attested: settled > 0 && replaced.is_none(),
            replaced,
            is_bare: settled == 0 && compared.unsigned() > 0,
            is_open,
            looked: look.map_or_else(String::new, |look| differing::looked_words(&people, look)),
            graves: graves.iter().filter(|row| row.at == at.place).map(|row| grave_words(&people, row)).collect(),
            badge,
            size,
            marks,
            at: at.clone(),
            picture: format!("{address}/scan/{no}{keep}"),
            from: format!("{name}, страница {}, принято {when}", at.place.page),
        });
    }
    let beside = |leaf: u32| match standing.pages.iter().any(|page| page.leaf == leaf) {
        true => format!("{back}/{leaf}{keep}"),
        false => String::new(),
    };
    let frame = frame.titled(format!("Страница {leaf}")).leading(format!("Лист {}: {}", page.sheet, page.title));
    let frame = under(frame, &visitor).under(copy_name(&directory, &standing.copy), format!("{back}{keep}"));
    let (issues, issuers) = issuers(&state, &directory, &visitor, &standing.copy).await?;
    let ground = match graves.pop() {
        Some(last) => last.ground,
        None => scans::grave_ground(page.sheet, leaf, ""),
    };
    let early = match is_last {
        true => early_return(&state, &standing.copy, &visitor.account).await?,
        false => String::new(),
    };
    answer::page(&LeafPage {
        early,
        issues,
        issuers,
        onward: format!("/copies/{}?ground={}#f-ground", segment(&id), segment(&ground)),
        ground,
        frame,
        leaf,
        sheet: page.sheet,
        title: page.title.clone(),
        must: format!("{address}/must{keep}"),
        copy: format!("{back}{keep}"),
        version: standing.copy.version,
        last: shown.last,
        original: page.original,
        originals: format!("{back}?version={}", page.original),
        is_awaited: page.is_awaited,
        address,
        before: beside(leaf.saturating_sub(1)),
        after: beside(leaf + 1),
        scans: views,
        receives: is_last && receives(&directory, &visitor, &standing.copy),
        notes: is_last && notes(&directory, &visitor, &standing.copy),
    })
}

/// Which scan.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    pub(super) file: String,
    pub(super) page: u32,
    pub(super) place: u32,
}

impl Which {
    /// The scan, if it is one of this page's.
    pub(super) async fn of_page(self, state: &WebState, copy: &str, leaf: u32) -> Result<ScanPlace, Refusal> {
        let at = ScanPlace { file: self.file, page: self.page, place: self.place };
        let standing = scans::standing(&state.house, copy, None).await?;
        let page = standing.pages.iter().find(|page| page.leaf == leaf).ok_or(Refusal::NotFound)?;
        if page.scans.iter().any(|scan| scan.place == at) { Ok(at) } else { Err(Refusal::NotFound) }
    }
}

/// `POST /office/scans/{copy}/{leaf}`: this scan does not count.
pub(super) async fn withdraw(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, leaf)): Path<(String, u32)>,
    Form(asked): Form<Which>,
) -> Result<Response, Refusal> {
    let at = asked.of_page(&state, &id, leaf).await?;
    scans::decide(&state.house, &at, &Leaf::default(), None, &state.act(&visitor.account)).await?;
    let address = format!("/office/scans/{}/{leaf}", segment(&id));
    Ok(answer::done(&address, "Скан отложен: страница по нему больше не считается полученной."))
}

/// `GET /office/scans/{copy}/{leaf}/must?version=1`: the page as it was issued.
pub(super) async fn must(
    State(state): State<WebState>,
    Path((id, leaf)): Path<(String, u32)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let (wanted, mut rows) = (version_of(&asked)?, state.house.db.list_versions(&id).await?);
    rows.retain(|row| wanted.is_none_or(|version| row.version == version));
    let row = rows.pop().ok_or(Refusal::NotFound)?;
    let digest = row.issued_pdf.parse().map_err(|_| Refusal::NotFound)?;
    let path = state.house.issued_pdf(&row.id, row.version, digest);
    Ok(jpeg(&draw(&state, path, leaf).await?, SIDE))
}

/// `GET /office/scans/{copy}/{leaf}/scan/{scan}?version=1`: the scan of the page, upright.
pub(super) async fn picture(
    State(state): State<WebState>,
    Path((id, leaf, scan)): Path<(String, u32, usize)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let standing = scans::standing(&state.house, &id, version_of(&asked)?).await?;
    let page = standing.pages.iter().find(|page| page.leaf == leaf).ok_or(Refusal::NotFound)?;
    let at = page.scans.get(scan).ok_or(Refusal::NotFound)?;
    let side = if asked.value("small").is_empty() { SIDE } else { SIDE / 4 };
    let picture = drawn(&state, &at.place.file, at.place.page).await?;
    Ok(jpeg(&picture.turned(quarters(at)), side))
}
