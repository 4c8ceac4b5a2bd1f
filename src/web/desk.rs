//! The signing desk: what waits for the one who signed in, signed with one gesture; what came back; what waits for the seal. Floor 3.

mod acting;
mod back;
mod changed;
mod early;
mod keys;
mod next;
mod pages;
mod paper;
mod recall;
mod reminders;
mod supplement;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;

pub(super) use self::paper::open_scans;
use self::reminders::{ESCALATED, Reminder, gathered, reminder};
use super::WebState;
use super::answer::{self, Refusal};
use super::directory::Directory;
use super::fields::Fields;
use super::frame::Frame;
use super::query::segment;
use super::records::{Offered, period_name};
use super::route::{Access, Group, Route, SubjectOf, get, post};
use super::waiting::{Awaited, Part};
use crate::domain::copy::State as CopyState;
use crate::domain::finding::Finding;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::{kind_words, supplement_no};
use crate::domain::statement::Category;
use crate::domain::words;
use crate::flow::compromise;
use crate::flow::desk::{self, Item, Look};
use crate::flow::jobs;
use crate::flow::keys::{KeyState, Keyring, state_of};
use crate::flow::sign::{Answer, Choice, Desk, Reproof};
use crate::store::{CopyRow, NoticeRow};

pub(super) use back::ground as ground_of_remarks;
pub(super) use changed::{Changed, changed};
pub(super) use early::early_return;
pub(super) use pages::{Pictures, Replaced};
pub(super) use recall::{Recalls, Sent, decides};
pub(super) use supplement::Supplements;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const SIGNS: Access = Access::Does(Action::SignCopies);
    let mut routes = vec![
        get("/desk", SIGNS, SubjectOf::House, board).in_menu(Group::Records, "Подписание").helped("records#подписание"),
        post("/desk/sign", SIGNS, SubjectOf::House, sign),
        post("/desk/notices", Access::Does(Action::UseOwnAccount), SubjectOf::House, put_away),
        post("/desk/seal", Access::Does(Action::SealCopies), SubjectOf::House, super::records::seal),
    ];
    routes.extend(pages::routes());
    routes.extend(keys::routes());
    routes.extend(paper::routes());
    routes.extend(recall::routes());
    routes.extend(early::routes());
    routes.extend(supplement::routes());
    routes
}

/// A notice in words.
pub(super) struct Told {
    pub(super) text: String,
    /// Of a copy that came back its identifier; empty for any other news.
    pub(super) back: String,
    when: String,
    href: String,
}

/// One line of the board: a copy with the own sheets in it, or a whole copy.
struct Line {
    /// `copy/version/stage`: what the form sends back.
    key: String,
    class: String,
    period: String,
    kind: String,
    /// «дополнительный лист № 1»; empty for a copy, which has the same class and period.
    supplement: String,
    /// Was the stage said to be signed on paper? Such a line is ticked by hand alone.
    on_paper: bool,
    office: String,
    sheets: Vec<SheetLine>,
    /// Sheets that a remark on a whole copy may be about: identifier and name.
    options: Vec<(String, String)>,
    /// «Все листы подписаны (14 из 14), с тех пор ничего не менялось».
    standing: String,
    exceptions: Vec<String>,
    /// «2 страницы», empty when no scan differs.
    differing: String,
    scans: String,
    faults: Vec<String>,
    href: String,
    pdf: String,
    cover: String,
    changes: String,
}

struct SheetLine {
    id: String,
    name: String,
    look: String,
    /// Class of the badge.
    badge: &'static str,
    /// Was it never opened by who signs it?
    unseen: bool,
    changes: Vec<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/board.html", config = "src/web/askama.toml")]
struct BoardPage {
    frame: Frame,
    notices: Vec<Told>,
    last_notice: u64,
    teaching: Vec<Line>,
    whole: Vec<Line>,
    /// Sheets of the teaching part, and copies of the other: those that come ticked, as every page counts them.
    count: usize,
    categories: Vec<(&'static str, &'static str)>,
    back: Vec<back::BackLine>,
    /// Copies in which the own signature was kept from the version before: words and page.
    kept: Vec<(String, String)>,
    supplements: Vec<supplement::Waiting>,
    to_seal: Vec<(String, String, String)>,
    /// What the button seals of them, and what is in the queue already.
    sealing: Offered,
    /// Those of them that a void signature keeps from the seal: «5А, I четверть».
    unsound: String,
    /// Those of them on whose scans something differs that nobody has looked at: words and the page of their scans.
    open_scans: Vec<(String, String)>,
    may_seal: bool,
    /// Copies in whose route the visitor comes later: words, page, where they are returned before the turn.
    to_come: Vec<(String, String, String)>,
    /// Copies that wait for others alone.
    waiting_elsewhere: usize,
    /// Copies that nobody signs any more, by what is said of them, and how many they are.
    next_versions: Vec<next::Waiting>,
    outdated: usize,
    /// May the visitor make their next versions?
    may_issue: bool,
    /// Who makes them, in words.
    issuers: String,
    /// Who acts for the visitor today, a sentence each.
    acting: Vec<String>,
    /// Is there anything that may be ticked?
    ticks: bool,
    key: KeyLine,
}

/// The own key in one line.
struct KeyLine {
    state: String,
    serves: bool,
    soon: bool,
    in_browser: bool,
    /// Public key, hexadecimal: by it the browser finds the private half.
    public: String,
}

async fn own_key(state: &WebState, person: &str) -> Result<KeyLine, Refusal> {
    let keyring = Keyring::open(&state.house).await?;
    let Ok(row) = keyring.certificate(person) else {
        let state = "ключа подписи у вас ещё нет".to_owned();
        return Ok(KeyLine { state, serves: false, soon: false, in_browser: false, public: String::new() });
    };
    let standing = state_of(row, keyring.revocation_of(&row.fingerprint), state.now());
    Ok(KeyLine {
        soon: matches!(standing, KeyState::EndsSoon(_)),
        serves: standing.serves(),
        state: standing.as_russian(),
        in_browser: row.key_file.is_empty(),
        public: keyring.public_key(person)?,
    })
}

/// `GET /desk`.
async fn board(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let awaited = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    // What is never sealed stands apart, with its reason: nothing of it is ticked.
    let mine = awaited.iter().filter(|copy| copy.waits_for(&visitor.account) && copy.outdated.is_none());
    let mine: Vec<CopyRow> = mine.map(|copy| copy.row.clone()).collect();
    let items = desk::items(&state.house, &visitor.account, &mine).await?;
    let (whole, teaching): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.whole);
    let me = visitor.account.as_str();
    let count: usize = awaited.iter().map(|copy| copy.counted_for(me)).sum();
    let has_part = |copy: &&Awaited, part: Part| copy.part_of(me) == Some(part);
    let kept = awaited.iter().filter(|copy| has_part(copy, Part::Kept) && copy.outdated.is_none()).map(|copy| {
        let what = format!("{}, {}, версия {}", copy.row.class, period_of(&directory, &copy.row), copy.row.version);
        (what, format!("/copies/{}", segment(&copy.row.id)))
    });
    let kept: Vec<(String, String)> = kept.collect();
    let to_come = awaited.iter().filter(|copy| has_part(copy, Part::ToSign) && !copy.waits_for(me));
    let to_come = to_come.filter(|copy| copy.outdated.is_none()).map(|copy| {
        let what = format!("{}, {}", copy.row.class, period_of(&directory, &copy.row));
        (what, format!("/copies/{}", segment(&copy.row.id)), early::address(&copy.row))
    });
    let to_come: Vec<(String, String, String)> = to_come.collect();
    let (notices, last_notice) = notices(&state, &directory, &visitor.account).await?;
    let all: Vec<CopyRow> = awaited.iter().map(|copy| copy.row.clone()).collect();
    let seen = visitor.reach(Action::ReadCopies);
    let grade = |class: &str| directory.class(class).map_or(0, |class| class.grade);
    let visible: Vec<CopyRow> = all.iter().filter(|row| seen.class(&row.class, grade(&row.class))).cloned().collect();
    let back = back::lines(&state, &directory, &visitor, &visible).await?;
    let may_seal = visitor.may_anywhere(Action::SealCopies);
    let mut signed: Vec<&CopyRow> = visible.iter().filter(|row| may_seal && row.state == CopyState::Signed).collect();
    signed.retain(|row| !back.iter().any(|one| one.key == segment(&row.id)));
    // What is never sealed is not offered to the seal: its next version will be.
    signed.retain(|row| !awaited.iter().any(|one| one.outdated.is_some() && one.row.id == row.id));
    signed.sort_by(|a, b| names::natural(&a.class, &b.class));
    let unsound = unsound(&state, &directory, &signed).await?;
    let open_scans = paper::open_scans(&state, &directory, &signed).await?;
    let sealing = match signed.as_slice() {
        [] => Offered::default(),
        signed => Offered::of(&state, signed, &jobs::pending(&state.house).await?.seal).await?,
    };
    let to_seal = signed.into_iter().map(|row| {
        let period = period_of(&directory, row);
        (row.class.clone(), period, format!("/copies/{}", segment(&row.id)))
    });
    let elsewhere = awaited.iter().filter(|copy| copy.row.state == CopyState::Issued && !has_part(copy, Part::ToSign));
    let elsewhere = elsewhere.filter(|copy| copy.outdated.is_none());
    let waiting_elsewhere = elsewhere.filter(|copy| seen.class(&copy.row.class, grade(&copy.row.class))).count();
    let outdated = awaited.iter().filter(|copy| copy.outdated.is_some() && !copy.recalled);
    let outdated =
        outdated.filter(|copy| copy.part_of(me).is_some() || seen.class(&copy.row.class, grade(&copy.row.class)));
    let mut outdated: Vec<&Awaited> = outdated.collect();
    outdated.sort_by(|a, b| names::natural(&a.row.class, &b.row.class));
    let issues = visitor.reach(Action::IssueCopies);
    let may_issue_it = |row: &CopyRow| issues.class(&row.class, grade(&row.class));
    let may_issue = outdated.iter().any(|copy| may_issue_it(&copy.row));
    let next_versions = next::waiting(&directory, &outdated, may_issue_it);
    let outdated = outdated.len();
    let ticks = items.iter().any(|item| item.faults.is_empty());
    let owes = !whole.is_empty();
    let frame = frame.titled("Подписание").leading(lead(owes, !teaching.is_empty()));
    answer::page(&BoardPage {
        supplements: supplement::waiting(&state, &directory, &visitor).await?,
        acting: acting::acting(&state, &directory, &visitor, owes).await?,
        issuers: visitor.rules.who(Action::IssueCopies),
        to_seal: to_seal.collect(),
        sealing,
        unsound,
        open_scans,
        teaching: teaching.into_iter().map(|item| line(&directory, item)).collect(),
        whole: whole.into_iter().map(|item| line(&directory, item)).collect(),
        categories: Category::ALL.into_iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        key: own_key(&state, &visitor.account).await?,
        frame,
        kept,
        notices,
        last_notice,
        count,
        back,
        to_come,
        may_seal,
        waiting_elsewhere,
        next_versions,
        outdated,
        may_issue,
        ticks,
    })
}

/// What the board is for now; whether copies as a whole and own sheets wait for the visitor.
fn lead(whole: bool, sheets: bool) -> &'static str {
    match (whole, sheets) {
        (true, _) => "Что сейчас ждёт вашей подписи. Копия с замечанием возвращается, остальное подписывается.",
        (false, true) => "Что сейчас ждёт вашей подписи. Лист с замечанием отклоняется, остальные подписываются.",
        (false, false) => "Здесь появляется то, что ждёт вашей подписи.",
    }
}

/// Copies among these under which a stolen account signed and nobody has decided yet, by class and period.
async fn unsound(state: &WebState, directory: &Directory, signed: &[&CopyRow]) -> Result<String, Refusal> {
    let mut found = Vec::new();
    let voids = compromise::void_statements(&state.house).await?;
    for row in signed.iter().filter(|_| !voids.is_empty()) {
        let said = state.house.db.list_statements(&row.id, row.version).await?;
        if said.iter().any(|one| voids.why(one).is_some()) {
            found.push(format!("{}, {}", row.class, period_of(directory, row)));
        }
    }
    Ok(found.join("; "))
}

/// «дополнительный лист № 1»; empty for a copy.
fn supplement_words(id: &str) -> String {
    supplement_no(id).map_or_else(String::new, |no| format!("дополнительный лист № {no}"))
}

/// «I четверть», of a supplement «I четверть, дополнительный лист № 1»: its class and period are those of its copy.
fn period_of(directory: &Directory, row: &CopyRow) -> String {
    let period = period_name(directory, &row.year, &row.class, &row.period);
    match supplement_words(&row.id) {
        words if words.is_empty() => period,
        words => format!("{period}, {words}"),
    }
}

fn line(directory: &Directory, item: &Item) -> Line {
    let (row, paper) = (&item.row, &item.paper);
    let copy = segment(&row.id);
    let sheets = item.sheets.iter().filter(|_| !item.whole).map(|sheet| {
        let told = |found: &[Finding]| -> Vec<String> {
            found.iter().map(|one| format!("{}: {}", one.place, one.message)).collect()
        };
        let (look, badge, changes) = match &sheet.look {
            Look::Never => ("вы ещё не открывали".to_owned(), "plain", Vec::new()),
            Look::Same(_) => ("не менялся с вашего просмотра".to_owned(), "ok", Vec::new()),
            Look::Changed(found) => ("изменён после вашего просмотра".to_owned(), "wait", told(found)),
            Look::Signed(at) => (format!("подписан вами {}, с тех пор не менялся", words::day(at)), "ok", Vec::new()),
            Look::SignedOther(found) => ("изменён после вашей подписи".to_owned(), "wait", told(found)),
        };
        SheetLine {
            unseen: matches!(sheet.look, Look::Never),
            href: format!("/copies/{copy}/{}/sheets/{}", row.version, sheet.no),
            id: sheet.id.clone(),
            name: sheet.name.clone(),
            look,
            badge,
            changes,
        }
    });
    let (done, all) = item.before;
    let standing = match (item.faults.is_empty(), all) {
        (false, _) => String::new(),
        (true, 0) => "С выпуска ничего не менялось".to_owned(),
        (true, all) if done < all => format!("Подписей до вас: {done} из {all}"),
        (true, all) => format!("Все подписи до вас стоят ({done} из {all}), с тех пор ничего не менялось"),
    };
    Line {
        key: format!("{}/{}/{}", row.id, row.version, item.stage),
        class: row.class.clone(),
        period: period_name(directory, &row.year, &row.class, &row.period),
        kind: kind_words(row.kind, &row.id),
        supplement: supplement_words(&row.id),
        on_paper: item.on_paper,
        office: words::lowered(&item.office),
        sheets: sheets.collect(),
        options: item.sheets.iter().filter(|_| item.whole).map(|one| (one.id.clone(), one.name.clone())).collect(),
        standing,
        exceptions: item.exceptions.clone(),
        differing: match item.differing as u64 {
            0 => String::new(),
            n => words::count(n, "страница", "страницы", "страниц"),
        },
        scans: format!("/office/scans/{copy}"),
        faults: item.faults.clone(),
        href: format!("/copies/{copy}"),
        pdf: format!("/copies/{copy}/{}/issued.pdf", row.version),
        cover: format!("/copies/{copy}/{}/pages/1?width=260", row.version),
        changes: if row.version > 1 && !paper.replaces.is_empty() {
            format!("/copies/{copy}/{}/changes", row.version)
        } else {
            String::new()
        },
    }
}

/// The visitor's notices in words, newest first.
pub(super) async fn notices(
    state: &WebState,
    directory: &Directory,
    person: &str,
) -> Result<(Vec<Told>, u64), Refusal> {
    let rows = state.house.db.list_notices(person).await?;
    let last = rows.first().map_or(0, |row| row.no);
    let awaited = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let mut told: Vec<Told> = Vec::new();
    let mut reminders: BTreeMap<String, Reminder> = BTreeMap::new();
    // Of one copy the newest reminder stands for those of earlier days and versions.
    let mut reminded: BTreeSet<(bool, String)> = BTreeSet::new();
    let today = state.now().date_naive();
    for row in rows {
        let Some(copy) = state.house.db.list_versions(&row.copy).await?.pop() else { continue };
        let what = format!("{} класс, {}", copy.class, period_of(directory, &copy));
        let when = words::moment_words(&row.at);
        if let Some((said, href)) = reminder(&row, today) {
            // A reminder of a route that has ended reminds of nothing, nor does one of an own signature that stands by now.
            let waits = awaited.iter().find(|one| one.row.id == row.copy && one.outdated.is_none());
            let owes = waits.is_some_and(|one| one.waits_for(person));
            if copy.state != CopyState::Issued || waits.is_none() || (row.kind != ESCALATED && !owes) {
                continue;
            }
            if !reminded.insert((row.kind == ESCALATED, row.copy.clone())) {
                continue;
            }
            let known =
                reminders.entry(said.clone()).or_insert_with(|| Reminder { at: told.len(), href, classes: Vec::new() });
            if known.classes.is_empty() {
                let (text, back) = (format!("{what}: {said}"), String::new());
                told.push(Told { text, back, when, href: one_of(&row) });
            }
            known.classes.push(copy.class);
            continue;
        }
        // A refusal or a recall has been answered once the next version is out; the signers were told of that. A next version that everybody has
        // signed, or somebody refused, is no news either.
        let answered = matches!(row.kind.as_str(), "refused" | "recalled") && copy.version > row.version;
        let is_over = copy.version > row.version || copy.state.is_decided() || copy.state == CopyState::Refused;
        let settled = row.kind == "reissued" && is_over;
        if answered || settled {
            continue;
        }
        let text = match row.kind.as_str() {
            "refused" => {
                let (version, next) = (row.version, row.version + 1);
                match next::not_signed(state, &copy, version, person).await? {
                    true => format!(
                        "{what}: версия {version} возвращена с замечанием; вам её подписывать не нужно, подпишете версию {next}, когда её выпустят"
                    ),
                    false => format!(
                        "{what}: версия {version} возвращена с замечанием; подписи под версией {version} хранятся вместе с ней"
                    ),
                }
            }
            "reissued" => {
                let outdated = awaited.iter().find(|one| one.row.id == row.copy).and_then(|one| one.outdated);
                match outdated {
                    Some(why) => format!("{what}: {}", why.said(copy.version)),
                    None => {
                        let own = next::own_part(state, &copy, person).await?;
                        format!("{what}: составлена версия {} взамен прежней; {own}", row.version)
                    }
                }
            }
            "recalled" => {
                let own = beside(state, &copy, person).await?;
                format!(
                    "{what}: версия {0} возвращена на исправление; она действует до следующей, подписи под версией {0} хранятся вместе с ней{own}",
                    row.version
                )
            }
            _ => what,
        };
        let back = if matches!(row.kind.as_str(), "refused" | "recalled") { row.copy.clone() } else { String::new() };
        told.push(Told { text, back, when, href: one_of(&row) });
    }
    Ok((gathered(told, reminders), last))
}

/// To whoever signs only sheets that a recall does not name; a tail of its notice, empty for everybody else.
async fn beside(state: &WebState, copy: &CopyRow, person: &str) -> Result<&'static str, Refusal> {
    let house = &state.house;
    let recall = house.db.find_recall(&copy.id).await?.filter(|one| one.version == copy.version);
    let Some(recall) = recall else { return Ok("") };
    let paper = house.papers.get(house, copy.snapshot).await?;
    Ok(match crate::flow::recall::is_beside(&paper, &recall.sheets, person) {
        true => "; ваши листы не отмечены: пока они не изменены, делать ничего не нужно",
        false => "",
    })
}

/// Where the copy of one notice is looked at.
fn one_of(row: &NoticeRow) -> String {
    match row.kind.as_str() {
        "refused" | "recalled" | "reissued" | ESCALATED => format!("/copies/{}", segment(&row.copy)),
        _ => "/desk".to_owned(),
    }
}

/// What the form says: ticked copies, and remarks on sheets.
fn choices(fields: &Fields) -> Result<Vec<Choice>, Refusal> {
    let mut remarks: BTreeMap<String, Vec<Reproof>> = BTreeMap::new();
    for name in fields.all("remarked") {
        let remark = fields.value(&format!("remark:{name}"));
        if remark.is_empty() {
            continue;
        }
        let Some((key, sheet)) = name.rsplit_once('/') else { continue };
        // A whole copy asks which sheet the remark is about; what was not chosen is not guessed.
        let asked = format!("sheet:{key}");
        let chosen = fields.value(&asked);
        if chosen.is_empty() && fields.pairs().iter().any(|(name, _)| *name == asked) {
            return Err(Refusal::Rule(format!(
                "Ничего не записано: к замечанию «{remark}» выберите лист, к которому оно относится"
            )));
        }
        let sheet = if chosen.is_empty() { sheet } else { chosen };
        let category = Category::parse(fields.value(&format!("category:{name}"))).unwrap_or(Category::Other);
        let one = Reproof { sheet: sheet.to_owned(), category, remark: remark.to_owned() };
        remarks.entry(key.to_owned()).or_default().push(one);
    }
    let mut keys = fields.all("tick");
    // A remark speaks for itself: the copy need not be ticked.
    keys.extend(remarks.keys().filter(|key| !keys.contains(key)).cloned().collect::<Vec<_>>());
    let choice = |key: &String| {
        let mut parts = key.split('/');
        let (Some(copy), Some(version), Some(stage)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Refusal::Rule("Страница устарела: обновите её и повторите".to_owned()));
        };
        let version = version.parse().map_err(|_| Refusal::NotFound)?;
        let refused = remarks.get(key).cloned().unwrap_or_default();
        Ok(Choice { copy: copy.to_owned(), version, stage: stage.to_owned(), refused })
    };
    keys.iter().map(choice).collect()
}

/// `POST /desk/sign`: one gesture. What was done before counts as done; what cannot be done is said, and holds up nothing else.
async fn sign(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let choices = choices(&fields)?;
    if choices.is_empty() {
        return Ok(answer::done("/desk", "Ничего не отмечено: подписывать нечего"));
    }
    let pen = keys::pen(&fields)?;
    let act = state.act(&visitor.account);
    let answers = Desk::with_pen(&state.house, pen).await?.press(&visitor.account, &choices, &act).await?;
    // A press of which nothing came, out of turn or against what stands, is refused; one that comes again is not.
    if answers.iter().all(|answer| !answer.why.is_empty()) {
        return Err(Refusal::Rule(words::capitalised(&said(&answers, 0))));
    }
    let mut before = 0;
    for answer in answers.iter().filter(|answer| answer.already) {
        let stage = choices.iter().find(|choice| choice.copy == answer.copy).map(|choice| choice.stage.as_str());
        let Some(row) = state.house.db.list_versions(&answer.copy).await?.pop() else { continue };
        let paper = state.house.papers.get(&state.house, row.snapshot).await?;
        let places = paper.route.iter().filter(|one| Some(one.id.as_str()) == stage).flat_map(|one| &one.signers);
        before += places.filter(|one| one.person.id == visitor.account).map(|one| one.sheets.len()).sum::<usize>();
    }
    Ok(answer::done("/desk", &words::capitalised(&said(&answers, before as u64))))
}

/// What a gesture came to, in one message; `before`: sheets of what was signed earlier.
fn said(answers: &[Answer], before: u64) -> String {
    let sum = |of: fn(&Answer) -> usize| answers.iter().map(of).sum::<usize>() as u64;
    let mut said = Vec::new();
    let (signed, refused) = (sum(|one| one.signed), sum(|one| one.refused));
    if signed > 0 {
        said.push(format!("Подписано: {}", words::count(signed, "лист", "листа", "листов")));
    }
    if refused > 0 {
        said.push(format!("отклонено с замечанием: {}", words::count(refused, "лист", "листа", "листов")));
    }
    let already = sum(|one| usize::from(one.already));
    if before > 0 {
        said.push(format!("подписано раньше: {}", words::count(before, "лист", "листа", "листов")));
    } else if already > 0 {
        said.push(format!("подписано раньше: {}", words::count(already, "копия", "копии", "копий")));
    }
    let completed = sum(|one| usize::from(one.completed));
    if completed > 0 {
        said.push(format!("маршрут завершён: {}", words::count(completed, "копия", "копии", "копий")));
    }
    said.extend(answers.iter().filter(|one| !one.why.is_empty()).map(|one| format!("не сделано — {}", one.why)));
    said.join("; ")
}

/// `POST /desk/notices`: the notices shown are put away.
async fn put_away(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let up_to = fields.value("up_to").parse().unwrap_or(0);
    let act = state.act(&visitor.account);
    state.house.db.put_notices_away(&visitor.account, up_to, &act.moment()).await?;
    Ok(answer::redirect(if fields.value("back") == "/" { "/" } else { "/desk" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supplement_is_called_one_and_a_copy_is_not() {
        assert_eq!(supplement_words("2025-03A-Q1-SUP1"), "дополнительный лист № 1");
        assert_eq!(supplement_words("2025-03A-Q1"), "");
    }
}
