//! Pages of records: copies with their route and signatures, register, log. Floor 3.

mod copy;
mod foreign;
mod gaps;
mod jobs;
mod log;
mod package;
mod since;
mod stages;
mod void;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use self::jobs::Buttons;
use super::WebState;
use super::answer::{self, Refusal};
use super::directory::Directory;
use super::frame::Frame;
use super::office::pile::{self, Piles};
use super::query::{self, Asked, Column, Listed, segment};
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::copy::{Standing, State as CopyState};
use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::{CopyKind, kind_words, supplement_no};
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::outdated::{self, Why};
use crate::flow::supplement;
use crate::store::CopyRow;

pub(super) use self::copy::copy_again;
pub(super) use self::jobs::{Offered, seal};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let reads = Access::Does(Action::ReadCopies);
    let register_reads = Access::Does(Action::ReadRegister);
    vec![
        get("/copies", reads, SubjectOf::House, copies).in_menu(Group::Records, "Копии").helped("records#копии"),
        get("/copies/gaps", Access::Does(Action::IssueCopies), SubjectOf::House, gaps::gaps).helped("records#полнота"),
        post("/copies/close", Access::Does(Action::IssueCopies), SubjectOf::House, jobs::close),
        post("/copies/issue", Access::Does(Action::IssueCopies), SubjectOf::House, jobs::issue),
        post("/copies/seal", Access::Does(Action::SealCopies), SubjectOf::House, jobs::seal),
        get("/copies/{copy}", reads, SubjectOf::Copy, copy::copy).helped("records#копия"),
        get("/copies/{copy}/{version}/sealed.pdf", reads, SubjectOf::Copy, copy::sealed_pdf),
        get("/copies/{copy}/{version}/issued.pdf", reads, SubjectOf::Copy, copy::issued_pdf),
        get("/copies/{copy}/{version}/package.zip", reads, SubjectOf::Copy, package::download),
        get("/copies/{copy}/{version}/foreign/{file}", reads, SubjectOf::Copy, foreign::download),
        post("/copies/{copy}/foreign", Access::Does(Action::AttachSignatures), SubjectOf::Copy, foreign::attach)
            .taking(foreign::ROOM),
        get("/register", register_reads, SubjectOf::House, register)
            .in_menu(Group::Records, "Реестр")
            .helped("records#реестр"),
        get("/log", register_reads, SubjectOf::House, log::log)
            .in_menu(Group::Records, "Журнал событий")
            .helped("records#журнал-событий"),
    ]
}

/// How a state is coloured.
fn badge(state: CopyState) -> &'static str {
    match state {
        CopyState::Sealed => "ok",
        CopyState::Frozen | CopyState::Issued | CopyState::Signed => "wait",
        CopyState::Refused => "bad",
        CopyState::Superseded => "plain",
    }
}

/// How a version is coloured: one that is in force is, whatever is made after it.
fn badge_of(state: CopyState, standing: Standing) -> &'static str {
    match standing {
        Standing::InForce { .. } => badge(CopyState::Sealed),
        Standing::Coming { .. } | Standing::Replaced { .. } => badge(state),
    }
}

/// «I четверть» of a class, «2025/2026 учебный год»; the identifier where the year is no longer known.
pub(super) fn period_name(directory: &Directory, year: &str, class: &str, period: &str) -> String {
    if period == YEAR {
        return format!("{year} учебный год");
    }
    let grade = directory.class(class).map_or(0, |class| class.grade);
    let own = directory.roster.periods_of_grade(grade);
    let place = own.iter().position(|held| held.id == period).filter(|_| year == directory.year);
    place.map_or_else(|| period.to_owned(), |at| words::period_name(own[at].kind, at + 1))
}

/// One line of the list of copies.
struct CopyLine {
    /// «3 записи после составления» of a copy that waits for its supplement.
    late: String,
    /// Why the version is never sealed: «составлена с отменёнными записями»; empty of every other.
    outdated: &'static str,
    /// Recalled for correction: it holds until its next version is sealed.
    recalled: bool,
    /// May the visitor make its next version?
    reissues: bool,
    /// The earlier version that is in force until this one is sealed; 0 where there is none.
    in_force: u32,
    said: &'static str,
    row: CopyRow,
    href: String,
    period: String,
    kind: String,
    badge: &'static str,
    pdf: String,
}

#[derive(Template)]
#[template(path = "records/copies.html", config = "src/web/askama.toml")]
struct CopiesPage {
    frame: Frame,
    states: Vec<StateTab>,
    listed: Listed<CopyLine>,
    buttons: Buttons,
    /// Differences on scans that nobody has looked at, of copies that the button would seal: words and address.
    open_scans: Vec<(String, String)>,
    /// Work on copies under way, each a ready part of the page.
    running: Vec<String>,
    /// Paper of sealed copies that is printed or handed in together.
    piles: Piles,
    /// Who issues next versions, in words.
    issuers: String,
}

/// Word of the filter for copies whose period brought something after they were frozen.
const LATE: &str = "late";

/// Word of the filter for copies on their way that are never sealed: their next versions are waited for.
const OUTDATED: &str = "outdated";

/// A filter by state, counted.
struct StateTab {
    label: &'static str,
    href: String,
    count: usize,
    current: bool,
}

/// `GET /copies`: last versions that the visitor may see; `state` narrows, `q`, `sort`, `after`, `format` as every table.
async fn copies(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let rows = visible_copies(&state, &directory, &visitor).await?;
    let buttons = Buttons::of(&state, &directory, &visitor, &rows).await?;
    let waits_for_seal = |row: &&CopyRow| !buttons.seal.ones.is_empty() && row.state == CopyState::Signed;
    let signed: Vec<&CopyRow> = rows.iter().filter(waits_for_seal).collect();
    let open_scans = super::desk::open_scans(&state, &directory, &signed).await?;
    let running = super::ops::jobs::running(&state, &visitor, &["close_all", "issue_all", "seal_all"]).await?;
    let chosen = asked.value("state").to_owned();
    let late = supplement::open_ones(&state.house).await?;
    let late = late.into_iter().filter(|one| one.entries > 0).map(|one| (one.row.copy, one.entries as u64)).collect();
    let awaited = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let recalled = awaited.iter().filter(|one| one.recalled).map(|one| one.row.id.clone()).collect();
    let awaited = awaited.iter().filter(|one| !one.recalled);
    let outdated = awaited.filter_map(|one| Some((one.row.id.clone(), one.outdated?))).collect();
    let marks = Marks { late, outdated, recalled };
    let states = tabs(&rows, &marks, &asked);
    let versions = Versions::load(&state.house).await?;
    let lines = rows.into_iter().filter(|row| of_tab(row, &chosen, &marks));
    let issues = visitor.reach(Action::IssueCopies);
    let lines = lines.map(|row| {
        let grade = directory.class(&row.class).map_or_else(|| grade_in_name(&row.class), |class| class.grade);
        let reissues = issues.class(&row.class, grade) && super::desk::decides(&visitor, row.state, false);
        line(&directory, row, reissues, &marks, &versions)
    });
    const COLUMNS: [Column<CopyLine>; 7] = [
        Column { key: "class", label: "Класс", class: "", order: |a, b| by_place(&a.row, &b.row) },
        Column { key: "period", label: "Период", class: "", order: |a, b| a.row.period.cmp(&b.row.period) },
        Column { key: "kind", label: "Вид", class: "", order: |a, b| a.kind.cmp(&b.kind) },
        Column { key: "state", label: "Состояние", class: "", order: |a, b| a.row.state.cmp(&b.row.state) },
        Column {
            key: "sheets", label: "Листов копии", class: "num", order: |a, b| a.row.sheets.cmp(&b.row.sheets)
        },
        Column { key: "pages", label: "Страниц", class: "num", order: |a, b| a.row.pages.cmp(&b.row.pages) },
        Column { key: "", label: "Документ", class: "", order: |_, _| std::cmp::Ordering::Equal },
    ];
    let said = |line: &CopyLine| {
        format!("{} {} {} {} {}", line.row.id, line.row.class, line.period, line.kind, line.row.number)
    };
    let listed = query::list(lines.collect(), &COLUMNS, &asked, |line| line.row.id.clone(), said);
    if asked.value("format") == "csv" {
        let rows: Vec<Vec<String>> = listed
            .rows
            .iter()
            .map(|line| {
                let row = &line.row;
                [&row.id, &row.class, &line.period]
                    .map(Clone::clone)
                    .into_iter()
                    .chain([line.kind.clone(), line.said.to_owned(), row.version.to_string()])
                    .chain([row.number.clone(), row.sheets.to_string(), row.pages.to_string()])
                    .chain([line.outdated.to_owned()])
                    .collect()
            })
            .collect();
        return answer::csv(
            "copies",
            &[
                "Копия",
                "Класс",
                "Период",
                "Вид",
                "Состояние",
                "Версия",
                "Номер",
                "Листов копии",
                "Страниц",
                "Почему нужна следующая версия",
            ],
            &rows,
        );
    }
    let frame =
        frame.titled("Копии").leading("Копии классных журналов и сводные ведомости: от закрытия периода до архива.");
    let piles = pile::piles(&state, &directory, &visitor).await?;
    let issuers = visitor.rules.who(Action::IssueCopies);
    answer::page(&CopiesPage { frame, states, listed, buttons, open_scans, running, piles, issuers })
}

/// What stands beside the state of a copy, by copy.
struct Marks {
    /// Entries made after it was drawn up.
    late: BTreeMap<String, u64>,
    /// Why its last version is never sealed.
    outdated: BTreeMap<String, Why>,
    /// Recalled for correction after all signatures.
    recalled: BTreeSet<String>,
}

/// Does a row stand under a tab: all, one state, those that wait for a supplement, or those that wait for their next version? These last are on
/// nobody's list to sign or to seal, so they stand under no state.
fn of_tab(row: &CopyRow, word: &str, marks: &Marks) -> bool {
    match word {
        "" => true,
        LATE => marks.late.contains_key(&row.id),
        OUTDATED => marks.outdated.contains_key(&row.id),
        word => row.state.as_str() == word && !marks.outdated.contains_key(&row.id),
    }
}

fn tabs(rows: &[CopyRow], marks: &Marks, asked: &Asked) -> Vec<StateTab> {
    let chosen = asked.value("state");
    let tab = |label, word: &str| StateTab {
        label,
        href: asked.with("state", word),
        count: rows.iter().filter(|row| of_tab(row, word, marks)).count(),
        current: chosen == word,
    };
    let mut tabs = vec![
        tab("Все", ""),
        tab("Ждут выпуска", CopyState::Frozen.as_str()),
        tab("На подписании", CopyState::Issued.as_str()),
        tab("Ждут печати", CopyState::Signed.as_str()),
        tab("В архиве", CopyState::Sealed.as_str()),
        tab("Отклонены", CopyState::Refused.as_str()),
    ];
    if !marks.late.is_empty() || chosen == LATE {
        tabs.push(tab("Ждут дополнительного листа", LATE));
    }
    if !marks.outdated.is_empty() || chosen == OUTDATED {
        tabs.push(tab("Ждут следующей версии", OUTDATED));
    }
    tabs
}

fn line(directory: &Directory, row: CopyRow, reissues: bool, marks: &Marks, versions: &Versions) -> CopyLine {
    CopyLine {
        outdated: marks.outdated.get(&row.id).map_or("", |why| why.as_russian()),
        recalled: marks.recalled.contains(&row.id),
        reissues,
        in_force: match versions.standing(&row.id, row.version) {
            Standing::Coming { in_force } => in_force.unwrap_or_default(),
            Standing::InForce { .. } | Standing::Replaced { .. } => 0,
        },
        said: match marks.outdated.contains_key(&row.id) {
            true => outdated::said_of(&row.id),
            false => row.state.said_of(&row.id),
        },
        href: format!("/copies/{}", segment(&row.id)),
        period: period_name(directory, &row.year, &row.class, &row.period),
        kind: match row.kind {
            CopyKind::PeriodCopy if row.period == YEAR => "журнал за год".to_owned(),
            CopyKind::PeriodCopy if supplement_no(&row.id).is_none() => "копия".to_owned(),
            CopyKind::PeriodCopy => kind_words(row.kind, &row.id),
            CopyKind::SummarySheet => "ведомость".to_owned(),
        },
        badge: if marks.outdated.contains_key(&row.id) { "bad" } else { badge(row.state) },
        late: marks.late.get(&row.id).map_or_else(String::new, |n| {
            format!("{} после составления", words::count(*n, "запись", "записи", "записей"))
        }),
        pdf: pdf(&row),
        row,
    }
}

/// Order of classes: by grade, then by name.
fn by_place(a: &CopyRow, b: &CopyRow) -> std::cmp::Ordering {
    names::natural(&a.class, &b.class).then_with(|| a.period.cmp(&b.period))
}

/// Last versions of the copies that a visitor may read, by class.
pub(super) async fn visible_copies(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
) -> Result<Vec<CopyRow>, Refusal> {
    let reach = visitor.reach(Action::ReadCopies);
    let mut last: Vec<CopyRow> = Vec::new();
    for row in state.house.db.list_copies().await? {
        // Versions of one copy stand together, oldest first.
        match last.last_mut() {
            Some(held) if held.id == row.id => *held = row,
            _ => last.push(row),
        }
    }
    let grade = |class: &str| directory.class(class).map_or_else(|| grade_in_name(class), |class| class.grade);
    last.retain(|row| reach.class(&row.class, grade(&row.class)));
    last.sort_by(by_place);
    Ok(last)
}

fn grade_in_name(class: &str) -> u8 {
    class.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or_default()
}

/// The document of a copy as far as it has come; empty before the issue.
fn pdf(row: &CopyRow) -> String {
    let which = match row.state {
        CopyState::Sealed => "sealed",
        CopyState::Frozen => return String::new(),
        CopyState::Issued | CopyState::Signed | CopyState::Refused | CopyState::Superseded => {
            if row.issued_pdf.is_empty() {
                return String::new();
            }
            "issued"
        }
    };
    format!("/copies/{}/{}/{which}.pdf", segment(&row.id), row.version)
}

/// One line of the register.
struct RegisterView {
    no: u64,
    number: String,
    class: String,
    period: String,
    version: u32,
    /// A later version is sealed.
    replaced: bool,
    /// The later version that is being made, of one in force; 0 where there is none.
    next: u32,
    kind: String,
    href: String,
    sealed_at: String,
    sealed: String,
    sheets: u32,
    pages: u32,
    keep_through: String,
}

#[derive(Template)]
#[template(path = "records/register.html", config = "src/web/askama.toml")]
struct RegisterPage {
    frame: Frame,
    listed: Listed<RegisterView>,
}

/// `GET /register`: every seal that was ever put.
async fn register(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let rows = state.house.db.list_register().await?;
    let versions = Versions::new(state.house.db.list_copies().await?, &rows);
    let rows: Vec<RegisterView> = rows
        .into_iter()
        .rev()
        .map(|sealed| {
            let line = sealed.line;
            let standing = versions.standing(&line.id, line.version);
            RegisterView {
                no: line.no,
                replaced: standing.is_replaced(),
                next: match standing {
                    Standing::InForce { next } => next.unwrap_or_default(),
                    Standing::Coming { .. } | Standing::Replaced { .. } => 0,
                },
                period: period_name(&directory, &line.year, &line.class, &line.period),
                kind: kind_words(line.kind, &line.id),
                href: format!("/copies/{}", segment(&line.id)),
                sealed: words::moment_short(&line.sealed_at),
                keep_through: line.keep_through.parse().map_or(line.keep_through, words::date_short),
                number: line.number,
                class: line.class,
                version: line.version,
                sealed_at: line.sealed_at,
                sheets: line.sheets,
                pages: line.pages,
            }
        })
        .collect();
    const COLUMNS: [Column<RegisterView>; 8] = [
        Column { key: "no", label: "№", class: "num", order: |a, b| a.no.cmp(&b.no) },
        Column { key: "number", label: "Документ", class: "", order: |a, b| a.number.cmp(&b.number) },
        Column { key: "class", label: "Класс", class: "", order: |a, b| names::natural(&a.class, &b.class) },
        Column { key: "", label: "Период", class: "", order: |_, _| std::cmp::Ordering::Equal },
        Column { key: "sealed", label: "Скреплена", class: "", order: |a, b| a.sealed_at.cmp(&b.sealed_at) },
        Column { key: "sheets", label: "Листов копии", class: "num", order: |a, b| a.sheets.cmp(&b.sheets) },
        Column { key: "pages", label: "Страниц", class: "num", order: |a, b| a.pages.cmp(&b.pages) },
        Column { key: "", label: "Хранить по", class: "", order: |_, _| std::cmp::Ordering::Equal },
    ];
    let said =
        |line: &RegisterView| format!("{} {} {} {} {}", line.no, line.number, line.class, line.period, line.kind);
    let listed = query::list(rows, &COLUMNS, &asked, |line| line.no.to_string(), said);
    if asked.value("format") == "csv" {
        let cells = |line: &RegisterView| {
            vec![
                line.no.to_string(),
                line.number.clone(),
                line.kind.to_owned(),
                line.class.clone(),
                line.period.clone(),
                line.version.to_string(),
                line.sealed_at.clone(),
                line.sheets.to_string(),
                line.pages.to_string(),
                line.keep_through.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = listed.rows.iter().map(cells).collect();
        let heads =
            ["№", "Документ", "Вид", "Класс", "Период", "Версия", "Скреплена", "Листов копии", "Страниц", "Хранить по"];
        return answer::csv("register", &heads, &rows);
    }
    let frame = frame
        .titled("Реестр копий")
        .leading("Каждая строка — одна печать школы. Номер даётся один раз, строка остаётся навсегда.");
    answer::page(&RegisterPage { frame, listed })
}
