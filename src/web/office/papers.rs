//! Paper copies: the register, one copy's page, and everything that is done to it. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked, Column, Listed, segment};
use super::super::records::period_name;
use super::Fields;
use super::closing::{self, End, is_closed};
use super::ink::{self, Happened, history_of};
use super::pile::{
    OUTDATED, Unfinished, finishing, hands_in, is_outdated, may_be_entered, piles, place_in, unfinished,
};
use super::twins::{Bound, bound, leaves};
use crate::domain::copy::Standing;
use crate::domain::forms::{People, day};
use crate::domain::journal::Journal;
use crate::domain::names;
use crate::domain::paper::{Kept, PaperFact, Place, Purpose, Stage};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::kind_words;
use crate::domain::words;
use crate::flow::Act;
use crate::flow::force::Versions;
use crate::flow::office::{self, NewHandover};
use crate::flow::people::{Look, note_access};
use crate::store::Which;
use crate::web::directory::Directory;

/// «5А, I четверть» would need the year's periods; the document's number says both.
pub(super) fn title(kept: &Kept) -> String {
    let no = if kept.copy.no == 0 { String::new() } else { format!("№ {}: ", kept.copy.no) };
    format!("{no}{}", office::document_name(&kept.copy))
}

pub(super) fn badge(stage: Stage) -> &'static str {
    match stage {
        Stage::Kept => "ok",
        Stage::Printed | Stage::HandedIn | Stage::Registered | Stage::Out => "wait",
        Stage::Void => "plain",
    }
}

struct Line {
    no: u64,
    href: String,
    id: String,
    number: String,
    /// «версия 2»; empty where the copy has one version only.
    version: String,
    kind: String,
    class: String,
    period: String,
    sheets: u32,
    place: String,
    keep: String,
    stage: Stage,
    badge: &'static str,
    missing: String,
    /// Why it was entered after the closing line of its year; empty for any other.
    late: String,
    /// Its version was replaced: to be voided.
    outdated: bool,
    /// The electronic copy on whose page it is handed in; empty where it is not to be, or not by the visitor.
    hand_in: String,
}

struct Tab {
    label: &'static str,
    href: String,
    count: usize,
    current: bool,
}

#[derive(Template)]
#[template(path = "office/papers.html", config = "src/web/askama.toml")]
struct PapersPage {
    frame: Frame,
    tabs: Vec<Tab>,
    listed: Listed<Line>,
    /// Closing lines, and years that wait for one.
    ends: Vec<End>,
    /// Copies that wait for a number after the closing line of their year, each to be entered on its page: address and document.
    late: Vec<(String, String)>,
    /// Copies that the visitor hands in, and to whom.
    printed: Vec<String>,
    clerks: Vec<(String, String)>,
    /// Copies that wait for their number, for who may give it.
    to_register: usize,
    /// Copies with a number that are finished and put away together; empty for who may not.
    pile: Unfinished,
    /// Copies that wait for the visitor's own signature and stamp, the head's.
    for_head: Vec<String>,
    today: String,
}

/// Columns of the register, as they are shown and ordered.
const COLUMNS: [Column<Line>; 8] = [
    Column { key: "no", label: "Рег. №", class: "num", order: |a, b| a.no.cmp(&b.no) },
    Column { key: "number", label: "Документ", class: "", order: |a, b| a.number.cmp(&b.number) },
    Column { key: "class", label: "Класс", class: "", order: |a, b| names::natural(&a.class, &b.class) },
    Column { key: "", label: "Период", class: "", order: |_, _| std::cmp::Ordering::Equal },
    Column { key: "sheets", label: "Листов бумаги", class: "num", order: |a, b| a.sheets.cmp(&b.sheets) },
    Column { key: "stage", label: "Состояние", class: "", order: |a, b| a.stage.cmp(&b.stage) },
    Column { key: "place", label: "Место хранения", class: "", order: |a, b| a.place.cmp(&b.place) },
    Column { key: "", label: "Хранить по", class: "", order: |_, _| std::cmp::Ordering::Equal },
];

/// One tab for each stage, with how many stand in it.
fn tabs_of(papers: &[Kept], asked: &Asked, versions: &Versions) -> Vec<Tab> {
    let chosen = asked.value("stage");
    let mut tabs =
        vec![Tab { label: "Все", href: asked.with("stage", ""), count: papers.len(), current: chosen.is_empty() }];
    tabs.extend(Stage::ALL.into_iter().map(|stage| Tab {
        label: match stage {
            Stage::Printed => "Напечатаны",
            Stage::HandedIn => "Ждут номера",
            Stage::Registered => "Оформляются",
            Stage::Kept => "На месте",
            Stage::Out => "Выданы",
            Stage::Void => "Аннулированы",
        },
        href: asked.with("stage", stage.as_str()),
        count: papers.iter().filter(|kept| kept.stage() == stage).count(),
        current: chosen == stage.as_str(),
    }));
    let count = papers.iter().filter(|kept| is_outdated(kept, versions)).count();
    let (href, current) = (asked.with("stage", OUTDATED), chosen == OUTDATED);
    let outdated = Tab { label: "Заменены", href, count, current };
    tabs.extend((count > 0 || outdated.current).then_some(outdated));
    tabs
}

fn line_of(kept: &Kept, directory: &Directory, visitor: &Visitor, versions: &Versions, late: Option<&String>) -> Line {
    let copy = &kept.copy;
    let is_one_of_many = copy.version > 1 || versions.last(&copy.copy).is_some_and(|row| row.version > 1);
    let outdated = is_outdated(kept, versions);
    let hands_in = !outdated && hands_in(kept, directory, visitor);
    Line {
        no: copy.no,
        href: format!("/office/papers/{}", segment(&copy.id)),
        id: copy.id.clone(),
        number: copy.number.clone(),
        version: if is_one_of_many { format!("версия {}", copy.version) } else { String::new() },
        kind: kind_words(copy.kind, &copy.copy),
        class: copy.class.clone(),
        period: period_name(directory, &copy.year, &copy.class, &copy.period),
        sheets: kept.sheets(),
        place: kept.place().map(|place| place.as_russian()).unwrap_or_default(),
        keep: day(&copy.keep_through),
        stage: kept.stage(),
        badge: badge(kept.stage()),
        missing: kept.missing().join(", "),
        late: late.cloned().unwrap_or_default(),
        outdated,
        hand_in: if hands_in { format!("/copies/{}#paper-title", segment(&copy.copy)) } else { String::new() },
    }
}

fn as_csv(lines: &[Line]) -> Result<Response, Refusal> {
    let cells = |line: &Line| {
        vec![
            if line.no == 0 { String::new() } else { line.no.to_string() },
            line.number.clone(),
            line.version.clone(),
            line.kind.clone(),
            line.class.clone(),
            line.period.clone(),
            line.sheets.to_string(),
            line.stage.as_russian().to_owned(),
            line.place.clone(),
            line.keep.clone(),
            if line.late.is_empty() {
                String::new()
            } else {
                format!("внесена после итоговой записи: {}", line.late)
            },
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    let heads = [
        "Рег. №",
        "Документ",
        "Версия",
        "Вид",
        "Класс",
        "Период",
        "Листов бумаги",
        "Состояние",
        "Место хранения",
        "Хранить по",
        "Примечание",
    ];
    answer::csv("paper-register", &heads, &rows)
}

/// `GET /office/papers`: the register of paper copies, and those that are on their way into it.
pub(super) async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let papers = state.house.db.list_paper(Which::All).await?;
    let versions = Versions::load(&state.house).await?;
    let chosen = asked.value("stage");
    let is_chosen = |kept: &&Kept| match chosen {
        "" => true,
        OUTDATED => is_outdated(kept, &versions),
        stage => kept.stage().as_str() == stage,
    };
    let grounds = state.house.db.list_late_entries().await?;
    let line = |kept: &Kept| line_of(kept, &directory, &visitor, &versions, grounds.get(&kept.copy.no));
    let lines = papers.iter().rev().filter(is_chosen).map(line);
    let said = |line: &Line| {
        let what = format!("{} {} {} {}", line.no, line.number, line.version, line.kind);
        format!("{what} {} {} {} {}", line.class, line.period, line.place, line.id)
    };
    let listed = query::list(lines.collect(), &COLUMNS, &asked, |line| line.id.clone(), said);
    if asked.value("format") == "csv" {
        return as_csv(&listed.rows);
    }
    let closings = state.house.db.list_paper_closings().await?;
    let piles = piles(&state, &directory, &visitor).await?;
    let today = state.now().date_naive();
    let policy = directory.policy(today);
    let enters = |kept: &&Kept| visitor.may_anywhere(Action::KeepPaper) && may_be_entered(kept, &visitor, policy);
    // A year with its closing line takes one at a time, each with its ground.
    let (late, waiting): (Vec<&Kept>, Vec<&Kept>) =
        papers.iter().filter(enters).partition(|kept| is_closed(&closings, &kept.copy.year));
    let frame = frame.titled("Реестр бумажных копий").leading(
        "Номер даётся один раз и не повторяется; строка остаётся навсегда, ошибочная аннулируется с основанием.",
    );
    answer::page(&PapersPage {
        frame,
        today: today.to_string(),
        printed: if chosen.is_empty() || chosen == Stage::Printed.as_str() { piles.printed } else { Vec::new() },
        clerks: piles.clerks,
        pile: unfinished(if visitor.may_anywhere(Action::KeepPaper) { &papers } else { &[] }),
        for_head: ink::waiting(&papers, &visitor).into_iter().map(|kept| kept.copy.id.clone()).collect(),
        tabs: tabs_of(&papers, &asked, &versions),
        listed,
        to_register: waiting.len(),
        late: late
            .into_iter()
            .map(|kept| (format!("/office/papers/{}", segment(&kept.copy.id)), title(kept)))
            .collect(),
        ends: closing::ends(&state, &directory, &visitor, &papers, &closings).await?,
    })
}

#[derive(Template)]
#[template(path = "office/paper.html", config = "src/web/askama.toml")]
struct PaperPage {
    frame: Frame,
    id: String,
    no: u64,
    stage: Stage,
    badge: &'static str,
    missing: Vec<&'static str>,
    facts: Vec<(&'static str, String)>,
    /// What is known of the head's signature and the stamp, or waited for.
    ink: Vec<(&'static str, String)>,
    /// «ждёт подписи и печати директора»; empty when it does not.
    awaits: &'static str,
    /// Does it wait for the visitor's own signature?
    to_sign: bool,
    /// Does it wait for the stamp, which the visitor puts?
    to_stamp: bool,
    /// Who hands copies in, for who waits for one.
    givers: String,
    twin: String,
    twin_no: u64,
    twin_digest: String,
    /// Its version was replaced: to be voided.
    outdated: bool,
    /// The version that takes its place once that is sealed; 0 where none is being made.
    until: u32,
    /// Signed sheets of other versions that belong to it.
    bound: Bound,
    history: Vec<Happened>,
    open: u64,
    keeps: bool,
    enters: bool,
    /// The register of its year has its closing line.
    year_closed: bool,
    /// The electronic copy's identifier, for who hands it in; else empty.
    hands_in: String,
    clerks: Vec<(String, String)>,
    today: String,
    sheets: u32,
    /// Numbers with a letter and those left out, as they were recorded: a correction begins from them.
    lettered: String,
    absent: String,
    place: Place,
    staff: Vec<(String, String)>,
    out: bool,
}

async fn find(state: &WebState, paper: &str) -> Result<Kept, Refusal> {
    state.house.db.list_paper(Which::One(paper)).await?.pop().ok_or(Refusal::NotFound)
}

/// Staff for a choice: identifier and «Фамилия И.О., должность».
fn staff(roster: &Journal) -> Vec<(String, String)> {
    let mut staff: Vec<_> = roster.staff.iter().collect();
    staff.sort_by(|a, b| {
        names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
    });
    staff
        .into_iter()
        .map(|one| {
            (
                one.id.clone(),
                format!("{}, {}", names::short_name(&one.surname, &one.given_name, &one.patronymic), one.position),
            )
        })
        .collect()
}

/// What the head of a copy's page says of it: label and words.
fn facts_of(
    kept: &Kept,
    period: &str,
    people: &People,
    scanned: bool,
    late: Option<&String>,
) -> Vec<(&'static str, String)> {
    let copy = &kept.copy;
    let (made, by) =
        if scanned { ("Отсканирована", "отметил(а) ") } else { ("Напечатана", "") };
    let mut facts = vec![
        ("Документ", office::document_name(copy)),
        ("Класс и период", format!("{}, {period}", copy.class)),
        (made, format!("{}, {by}{}", words::moment_short(&copy.printed_at), people.get(&copy.printed_by).short)),
        ("Объём", format!("{}, {}", words::count(copy.pages.into(), "страница", "страницы", "страниц"), leaves(kept))),
    ];
    if copy.no > 0 {
        facts.push((
            "Внесена в реестр",
            format!("№ {}, {}, {}", copy.no, day(&copy.registered_at), people.get(&copy.registered_by).short),
        ));
        facts.extend(late.map(|ground| ("После итоговой записи", ground.clone())));
        facts.push(("Хранить по", day(&copy.keep_through)));
    }
    if let Some(place) = kept.place() {
        facts.push(("Лежит", place.as_russian()));
    }
    if let Some(out) = kept.out() {
        let due = if out.due.is_empty() { String::new() } else { format!(", вернуть до {}", day(&out.due)) };
        facts.push(("Выдана", format!("{}{due}", people.get(&out.to).short)));
    }
    facts
}

/// `GET /office/papers/{paper}`.
pub(super) async fn one(
    State(state): State<WebState>,
    Path(paper): Path<String>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let kept = find(&state, &paper).await?;
    let copy = &kept.copy;
    let people = People::of(&directory.roster);
    let period = period_name(&directory, &copy.year, &copy.class, &copy.period);
    let sealed = state.house.db.find_register_line(&copy.copy, copy.version).await?;
    // Paper that came back as scans bears the time of the scan, for nobody noted when it was printed.
    let files = state.house.db.list_scan_files().await?;
    let scanned = files.iter().any(|file| file.received_at == copy.printed_at);
    let versions = Versions::of_copy(&state.house, &copy.copy).await?;
    let (outdated, is_void) = (is_outdated(&kept, &versions), kept.void().is_some());
    let late = state.house.db.list_late_entries().await?;
    let (_, lettered, absent) = kept.numbered().unwrap_or_default();
    let is_for_head = !ink::waiting(std::slice::from_ref(&kept), &visitor).is_empty();
    let frame = frame
        .titled(if copy.no > 0 {
            format!("Бумажная копия № {}", copy.no)
        } else {
            "Бумажная копия".to_owned()
        })
        .leading(format!("{} класс, {period}", copy.class))
        .under("Бумажные копии", "/office/papers");
    answer::page(&PaperPage {
        id: copy.id.clone(),
        no: copy.no,
        stage: kept.stage(),
        badge: badge(kept.stage()),
        missing: kept.missing(),
        twin: format!("/copies/{}?version={}", segment(&copy.copy), copy.version),
        twin_no: sealed.as_ref().map_or(0, |row| row.line.no),
        twin_digest: copy.pdf.clone(),
        outdated,
        until: match versions.standing(&copy.copy, copy.version) {
            Standing::InForce { next } if !is_void => next.unwrap_or_default(),
            _ => 0,
        },
        bound: bound(&state, &kept).await?,
        history: history_of(&kept, &people, scanned),
        open: kept.open().map_or(0, |one| one.no),
        // Of a void one the history alone is left.
        keeps: visitor.may_anywhere(Action::KeepPaper) && !is_void,
        enters: may_be_entered(&kept, &visitor, directory.policy(state.now().date_naive())),
        year_closed: state.house.db.find_paper_closing(&copy.year).await?.is_some(),
        awaits: kept.awaits_head().unwrap_or_default(),
        ink: ink::said_of(&kept, &people),
        to_sign: is_for_head && kept.signed_by_head().is_empty(),
        to_stamp: is_for_head && kept.stamped().is_empty(),
        givers: super::today::givers(&visitor.rules),
        hands_in: if !outdated && hands_in(&kept, &directory, &visitor) { segment(&copy.copy) } else { String::new() },
        clerks: clerks(&directory, &visitor.account),
        today: state.now().date_naive().to_string(),
        sheets: kept.sheets(),
        lettered,
        absent,
        place: Place {
            file: super::pile::case_of(&state, &kept, &state.act(&visitor.account)).await?,
            ..match kept.place() {
                Some(place) => place,
                // Where the last one went, the next one goes: room, safe and shelf are typed once.
                None => super::pile::next_place(&state.house.db.list_paper(Which::All).await?, &[&kept]),
            }
        },
        staff: staff(&directory.roster),
        out: kept.out().is_some(),
        facts: facts_of(&kept, &period, &people, scanned, late.get(&copy.no)),
        frame,
    })
}

/// `POST /office/papers/{paper}`: one act of the office on a paper copy.
pub(super) async fn act(
    State(state): State<WebState>,
    Path(paper): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let back = format!("/office/papers/{}", segment(&paper));
    let day = fields.value("day").to_owned();
    let facts = match fields.value("act") {
        "register" => {
            let no = office::register(&state.house, &paper, &act).await?;
            return Ok(answer::done(&back, &format!("Внесена в реестр под № {no}.")));
        }
        "register-late" => {
            let no = office::register_late(&state.house, &paper, fields.value("ground"), &act).await?;
            let said = format!(
                "Внесена в реестр под № {no} после итоговой записи. Подведите итог года заново: «Бумажные копии», внизу."
            );
            return Ok(answer::done(&back, &said));
        }
        "issue" | "return" => {
            let no = move_paper(&state, &paper, &fields, &act).await?;
            return Ok(answer::done(&back, &format!("Запись № {no}: ждёт подписей обеих сторон.")));
        }
        "ink" => {
            let kept = find(&state, &paper).await?;
            let said = match ink::state_ink(&state, &visitor, &fields, &[&kept]).await? {
                0 => "Записывать нечего: это о копии уже сказано.",
                _ => "Записано вашим именем.",
            };
            return Ok(answer::done(&back, said));
        }
        "finish" => finishing(&fields, &day, fields.value("sheets").parse().unwrap_or_default()),
        "place" => {
            let case = super::pile::case_of(&state, &find(&state, &paper).await?, &act).await?;
            vec![PaperFact::Placed(super::pile::in_case(place_in(&fields), &case)?)]
        }
        "void" => vec![PaperFact::Voided { ground: fields.value("ground").to_owned() }],
        _ => return Err(Refusal::Rule("Не сказано, что сделать с копией.".to_owned())),
    };
    if facts.is_empty() {
        return Err(Refusal::Rule("Отметьте, что сделано с копией.".to_owned()));
    }
    for fact in &facts {
        office::note(&state.house, &paper, fact, &act).await?;
    }
    let said: Vec<String> = facts.iter().map(PaperFact::as_russian).collect();
    Ok(answer::done(&back, &format!("Записано: {}.", said.join("; "))))
}

async fn move_paper(state: &WebState, paper: &str, fields: &Fields, act: &Act) -> Result<u64, Refusal> {
    let kept = find(state, paper).await?;
    let is_return = fields.value("act") == "return";
    let other = match kept.out() {
        Some(out) if is_return => out.to.clone(),
        _ => fields.value("person").to_owned(),
    };
    let (from, to) = if is_return { (other, act.by.clone()) } else { (act.by.clone(), other) };
    let new = NewHandover {
        paper: paper.to_owned(),
        purpose: if is_return { Purpose::Return } else { Purpose::Issue },
        from,
        to,
        note: fields.value("note").to_owned(),
        due: fields.value("due").parse().ok(),
    };
    Ok(office::hand_over(&state.house, &new, act).await?)
}

/// `POST /copies/{copy}/paper`: a copy was printed, or is handed in to the office.
pub(super) async fn of_copy(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let back = format!("/copies/{}", segment(&copy));
    match fields.value("act") {
        "print" => {
            let paper = office::print(&state.house, &copy, !fields.value("both").is_empty(), &act).await?;
            note_access(
                &state.house,
                &visitor,
                Look::Copy { id: &copy, class: &paper.class },
                &paper.year,
                state.now(),
            )
            .await?;
            let sheets = words::SHEET.counted(paper.sheets.into());
            let files = state.house.db.list_scan_files().await?;
            let said = match files.iter().any(|file| file.received_at == paper.printed_at) {
                true => format!("копия есть на бумаге, отсканирована {}", words::moment_words(&paper.printed_at)),
                false => "напечатана".to_owned(),
            };
            Ok(answer::done(&back, &format!("Отмечено: {said}, {sheets} бумаги.")))
        }
        "hand-in" => {
            let paper = fields.value("paper").to_owned();
            if find(&state, &paper).await?.copy.copy != copy {
                return Err(Refusal::NotFound);
            }
            let new = NewHandover {
                paper,
                purpose: Purpose::HandIn,
                from: act.by.clone(),
                to: fields.value("person").to_owned(),
                note: fields.value("note").to_owned(),
                due: None,
            };
            let no = office::hand_over(&state.house, &new, &act).await?;
            // Who enters it hands it over: the own signature is the same press.
            office::sign_handover(&state.house, no, &act).await?;
            Ok(answer::done(
                &back,
                &format!("Запись № {no} в журнале сдачи: ваша подпись поставлена, ждём подписи канцелярии."),
            ))
        }
        _ => Err(Refusal::Rule("Не сказано, что сделать с копией.".to_owned())),
    }
}

/// To whom a visitor may hand in: the secretaries, in a school without one everybody else.
pub(super) fn clerks(directory: &Directory, visitor: &str) -> Vec<(String, String)> {
    let clerks: Vec<&str> =
        directory.roster.staff.iter().filter(|one| one.has_role("secretary")).map(|one| one.id.as_str()).collect();
    let mut people = staff(&directory.roster);
    if !clerks.is_empty() {
        people.retain(|(id, _)| clerks.contains(&id.as_str()));
    }
    people.retain(|(id, _)| id != visitor);
    people
}
