//! One copy: how far it has come, who signed and whom it waits for, its sheets, digests, versions, documents. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::pdf;
use super::since::since;
use super::stages::{on_paper, paper_stages, staying, takes_paper};
use super::void::Voided;
use crate::domain::copy::State as CopyState;
use crate::domain::log_proof::object_name;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::route;
use crate::domain::snapshot::{CopyKind, Snapshot};
use crate::domain::words;
use crate::flow::compromise::{self, VoidStatements};
use crate::flow::desk;
use crate::flow::force::Versions;
use crate::flow::paper::stage;
use crate::flow::people::{Look, note_access};
use crate::flow::scans;
use crate::flow::sign::{REFUSED, signed};
use crate::flow::sources;
use crate::store::{CopyRow, StatementRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::desk::{
    Changed, Recalls, Replaced, Sent, Supplements, changed, decides, early_return, ground_of_remarks,
};
use crate::web::frame::Frame;
use crate::web::office::twins::{Twin, twins};
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "records/copy.html", config = "src/web/askama.toml")]
struct CopyPage {
    frame: Frame,
    row: CopyRow,
    badge: &'static str,
    /// Where it stands, or until when it is in force.
    said: String,
    pdf: String,
    versions: Vec<VersionView>,
    /// Versions that this one may be compared with.
    compare: Vec<u32>,
    facts: Vec<(&'static str, String)>,
    digests: Vec<(&'static str, String)>,
    /// What proves a sealed version without this program.
    package: Option<super::package::PackageView>,
    stages: Vec<StageView>,
    /// What of it a stolen account made.
    voided: Voided,
    waits_for: String,
    /// Refused or replaced: nobody is waited for any more.
    returned: bool,
    /// Refused: its remarks stand first, and the next version is what comes.
    refused: bool,
    /// Of a refused copy: who corrects the journal and who issues the next version.
    onward: String,
    /// May the visitor bring the corrected journal in?
    may_load: bool,
    sheets: Vec<SheetView>,
    omissions: Vec<String>,
    /// What the journal says otherwise by now than this record of the year.
    since: Vec<String>,
    register_no: u64,
    log: bool,
    remarks: Vec<desk::Remark>,
    /// What was changed since in the sheets with a remark.
    changed: Vec<Changed>,
    /// What the version changed against the one before; empty for a first version.
    changes: String,
    /// May the visitor make the next version, or record a signature on paper?
    issues: bool,
    /// Nothing was written since: a next version would say the same; told to who may make it.
    still: bool,
    /// Refused, and what the remarks are on was changed since: the next version has something to say.
    mended: bool,
    /// Refused: in which sheet with a remark nothing was changed since, a sentence.
    unmended: String,
    /// Does the form of the next version stand on the page? After all signatures only for whoever decides it.
    reissues: bool,
    /// The ground that stands in that form: of the remarks where they were answered, or as a page led here with it.
    ground: String,
    /// Did a page lead here with a ground?
    is_led: bool,
    /// Has everybody signed it?
    decided: bool,
    /// Places that may be filled on paper now: `stage/person`, name and office.
    on_paper: Vec<(String, String)>,
    today: String,
    replaced: Option<Replaced>,
    supplements: Supplements,
    recalls: Recalls,
    /// Stages that may be said to be signed on paper: identifier and title; those that are, with a note.
    to_paper: Vec<(String, String)>,
    paper_stages: Vec<(String, String)>,
    lapsed: Vec<(String, String)>,
    /// Sheets of earlier versions that stay in force: a sentence, which are bound with this one, and the page of their scans.
    staying: Vec<(String, String, String)>,
    /// Where the visitor, who signs later, returns it before the turn; empty for everybody else.
    early: String,
    /// May the visitor see the scans?
    receives: bool,
    twins: Vec<Twin>,
    /// Scans of all its sheets came back: the paper exists, entered or not.
    scanned: bool,
    /// Of how many pages a scan came back.
    scans_in: usize,
    clerks: Vec<(String, String)>,
    may_print: bool,
    /// May a print be marked? Not where the school's rules know no paper copies, nor of a refused or replaced version; those made before are still
    /// handed in.
    may_mark: bool,
    /// Does the last page of the copy count leaves printed on both sides?
    two_sided: bool,
    reads_paper: bool,
    foreign: Vec<super::foreign::ForeignView>,
    /// May the visitor attach one?
    may_attach: bool,
}

struct VersionView {
    version: u32,
    href: String,
    state: String,
    badge: &'static str,
    current: bool,
}

struct StageView {
    title: String,
    done: bool,
    open: bool,
    signers: Vec<SignerView>,
}

struct SignerView {
    name: String,
    office: String,
    sheets: String,
    /// «подписано 24.10.2025, 14:05»; empty while awaited.
    signed: String,
    /// Who saw the signature on paper and of which day it is; empty for one made with a key.
    seen: String,
    /// «1 лист»: sheets that whoever signed others is still to sign; empty when none is.
    owes: String,
    refused: bool,
    /// Why it does not count; empty for one that does.
    void: String,
}

struct SheetView {
    no: usize,
    title: String,
    digest: String,
    href: String,
}

/// Letters that the field of a ground takes.
const LONGEST_GROUND: usize = 300;

/// `GET /copies/{copy}?version=1`; `ground` fills in the ground of the next version.
pub(super) async fn copy(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    answer::page(
        &page(&state, &id, &visitor, frame, (asked.value("version"), asked.value("ground"), Sent::default())).await?,
    )
}

/// The page of a copy once more with the form of its recall as it was sent; nothing was recalled.
pub(in crate::web) async fn copy_again(
    state: &WebState,
    id: &str,
    visitor: &Visitor,
    frame: Frame,
    sent: Sent,
) -> Result<Response, Refusal> {
    answer::page_again(&page(state, id, visitor, frame, ("", "", sent)).await?)
}

/// `version` is empty for the last one; `asked` is the ground of a next version that a page led here with, or empty.
async fn page(
    state: &WebState,
    id: &str,
    visitor: &Visitor,
    frame: Frame,
    (version, asked, sent): (&str, &str, Sent),
) -> Result<CopyPage, Refusal> {
    let rows = state.house.db.list_versions(id).await?;
    let last = rows.last().ok_or(Refusal::NotFound)?.version;
    let wanted = if version.is_empty() { last } else { version.parse().unwrap_or(0) };
    let row = rows.iter().find(|row| row.version == wanted).cloned().ok_or(Refusal::NotFound)?;
    looked(state, visitor, &row).await?;
    let snapshot = state.house.db.load_snapshot(row.snapshot).await?;
    let statements = state.house.db.list_statements(&row.id, row.version).await?;
    let register = state.house.db.find_register_line(&row.id, row.version).await?;
    let known = Versions::of_copy(&state.house, &row.id).await?;
    let stands = signed(&statements);
    let voids = compromise::void_statements(&state.house).await?;
    let voided = Voided::of(state, visitor, (&row, &snapshot, row.version == last), (&voids, &statements)).await?;
    let (badge, said) = voided.badge(&row, known.standing(&row.id, row.version));
    let stages = stages(&snapshot, &statements, &stands, &voids);
    let awaited = stages.iter().find(|stage| stage.open).into_iter().flat_map(|stage| &stage.signers);
    let awaited: Vec<&str> =
        awaited.filter(|s| s.signed.is_empty() || !s.owes.is_empty()).map(|s| s.name.as_str()).collect();
    let digests = digests(&row, &snapshot, register.as_ref().map(|sealed| &sealed.line));
    let (twins, clerks) = twins(state, &row.id, &visitor.account).await?;
    let scanned = scans::all_in(&state.house, &[(row.id.as_str(), row.version, row.pages)]).await?;
    let scans_in = scans::pages_in(&state.house, &row.id, row.version).await?;
    let mending = match row.state == CopyState::Refused && row.version == last {
        true => desk::mending(&state.house, &row).await?,
        false => desk::Mending::default(),
    };
    let mended = mending.is_done();
    let mut remarks = desk::remarks(&state.house, &row).await?;
    let ground = match asked.trim() {
        "" if voided.ground.is_empty() && mended => {
            ground_of_remarks(remarks.iter().filter(|one| one.version == row.version))
        }
        "" => voided.ground.clone(),
        asked => asked.chars().take(LONGEST_GROUND).collect(),
    };
    let own = |one: &&mut desk::Remark| one.owner == visitor.account && one.version == row.version;
    let mut is_own = false;
    for one in remarks.iter_mut().filter(own) {
        one.sheet.push_str(" (ваш лист)");
        is_own = true;
    }
    let grade = snapshot.class.grade;
    let may_print = !row.issued_pdf.is_empty() && visitor.reach(Action::HandOverPaper).class(&row.class, grade);
    let issues = visitor.reach(Action::IssueCopies).class(&row.class, grade) && row.version == last;
    let mut recalls = Recalls::of(state, visitor, &row, issues, sent).await?;
    let changed = match recalls.standing.as_mut() {
        Some(one) => std::mem::take(&mut one.changed),
        None => changed(state, visitor, (&row, grade), &mending).await?,
    };
    let is_made = !row.issued_pdf.is_empty() || voided.is_stale || voided.outdated.is_some();
    let reissues = issues && is_made && decides(visitor, row.state, recalls.stands());
    let rules_know_paper = takes_paper(state).await?;
    // What came back with remarks, is never sealed or was replaced goes on no paper; a print is always one of the last version. Paper that is
    // there already is marked all the same.
    let is_waited_for = voided.outdated.is_some() || (recalls.stands() && scanned.is_empty());
    let is_dead = row.state == CopyState::Refused || is_waited_for;
    let may_mark = may_print && rules_know_paper && row.version == last && !is_dead;
    let is_asked = row.state == CopyState::Issued && voided.outdated.is_none();
    let takes_paper = issues && is_asked && rules_know_paper;
    let on_paper = if takes_paper { on_paper(&snapshot, &stands, &visitor.account) } else { Vec::new() };
    let (to_paper, paper_stages) = paper_stages(state, &snapshot, &row, &stands, takes_paper).await?;
    let frame = frame
        .titled(format!("{} класс, {}", row.class, snapshot.period.name))
        .leading(match snapshot.copy.supplement.as_deref() {
            Some(_) => words::capitalised(&snapshot.copy.document_words()),
            None => format!("{}, № {}", words::capitalised(&snapshot.copy.kind_words()), row.number),
        })
        .under("Копии", "/copies");
    Ok(CopyPage {
        replaced: Replaced::of(&row, &known),
        supplements: Supplements::of(state, &row, &snapshot, (row.version == last, issues)).await?,
        badge,
        said,
        two_sided: matches!(row.kind, CopyKind::PeriodCopy),
        // A sealed version stays the sealed document when a later one is made.
        pdf: match register.is_some() {
            true => format!("/copies/{}/{}/sealed.pdf", segment(&row.id), row.version),
            false => pdf(&row),
        },
        compare: rows
            .iter()
            .filter(|one| row.version > 1 && one.version != row.version)
            .map(|one| one.version)
            .collect(),
        versions: versions(&rows, &row, &known, &voided),
        facts: facts(&row, &snapshot, register.as_ref().map(|sealed| &sealed.line)),
        digests,
        package: super::package::view(state, &row, register.is_some()).await,
        returned: matches!(row.state, CopyState::Refused | CopyState::Superseded),
        refused: row.state == CopyState::Refused,
        onward: if row.state == CopyState::Refused && !mended { onward(visitor, is_own) } else { String::new() },
        may_load: visitor.may_anywhere(Action::ImportData),
        waits_for: if is_asked { awaited.join(", ") } else { String::new() },
        stages,
        voided,
        sheets: sheets(&snapshot, &row),
        remarks,
        changed,
        changes: match row.version {
            1 => String::new(),
            version => format!("/copies/{}/{version}/changes", segment(&row.id)),
        },
        today: state.now().date_naive().to_string(),
        lapsed: stage::lapsed(&state.house, &row).await?.into_iter().filter(|one| to_paper.contains(one)).collect(),
        staying: staying(state, &row).await?,
        early: match is_asked && row.version == last {
            true => early_return(state, &row, &visitor.account).await?,
            false => String::new(),
        },
        to_paper,
        paper_stages,
        receives: visitor.reach(Action::ReceivePaper).class(&row.class, grade),
        reissues,
        decided: row.state.is_decided() && !recalls.stands(),
        recalls,
        still: reissues && !mending.came_back && desk::stands_still(&state.house, &row).await?,
        unmended: mending.sentence(&visitor.account),
        issues,
        on_paper,
        omissions: snapshot.omissions.clone(),
        since: since(state, &row, &snapshot, row.version == last).await?,
        register_no: register.map_or(0, |sealed| sealed.line.no),
        twins,
        scanned: !scanned.is_empty(),
        scans_in,
        is_led: !asked.trim().is_empty(),
        ground,
        mended,
        clerks,
        may_print,
        may_mark,
        reads_paper: visitor.may_anywhere(Action::ReadRegister),
        foreign: super::foreign::views(state, &row).await?,
        may_attach: !row.issued_pdf.is_empty() && visitor.reach(Action::AttachSignatures).class(&row.class, grade),
        log: visitor.may_anywhere(Action::ReadRegister),
        frame,
        row,
    })
}

fn versions(rows: &[CopyRow], shown: &CopyRow, known: &Versions, voided: &Voided) -> Vec<VersionView> {
    let view = |one: &CopyRow| {
        let (badge, state) = voided.badge(one, known.standing(&one.id, one.version));
        VersionView {
            version: one.version,
            href: format!("/copies/{}?version={}", segment(&one.id), one.version),
            state,
            badge,
            current: one.version == shown.version,
        }
    };
    rows.iter().rev().map(view).collect()
}

/// What fixes the copy, from the sealed document down to the template.
fn digests(
    row: &CopyRow,
    snapshot: &Snapshot,
    register: Option<&crate::domain::register::RegisterLine>,
) -> Vec<(&'static str, String)> {
    let issued = (!row.issued_pdf.is_empty()).then(|| ("Выпущенный PDF", row.issued_pdf.clone()));
    let sealed = register.map(|line| ("Скреплённый PDF", line.sealed_pdf.to_hex()));
    let data = [
        ("Снимок данных", row.snapshot.to_hex()),
        ("Строки обучающихся", snapshot.rows_root.to_hex()),
        ("Правила", snapshot.policy.digest.to_hex()),
        ("Шаблон", snapshot.template.digest.to_hex()),
    ];
    issued.into_iter().chain(data).chain(sealed).collect()
}

/// The stages of the route. A void signature completes none.
fn stages(
    snapshot: &Snapshot,
    statements: &[StatementRow],
    stands: &[route::Signed],
    voids: &VoidStatements,
) -> Vec<StageView> {
    let open = route::open_stage(&snapshot.route, stands).map(|stage| stage.id.as_str());
    let counts = signed(&voids.sound(statements));
    let view = |stage: &crate::domain::snapshot::StageFacts| StageView {
        title: stage.title.clone(),
        done: route::missing(stage, &counts).is_empty(),
        open: open == Some(stage.id.as_str()),
        signers: stage.signers.iter().map(|signer| signer_view(&stage.id, signer, statements, voids)).collect(),
    };
    snapshot.route.iter().map(view).collect()
}

fn signer_view(
    stage: &str,
    signer: &crate::domain::snapshot::SignerFacts,
    statements: &[StatementRow],
    voids: &VoidStatements,
) -> SignerView {
    let person = &signer.person;
    let void = voids.of_place(statements, stage, &person.id);
    let place = desk::place(statements, stage, signer);
    let said = void.map(|(one, _)| one).or(place.said);
    let refused = said.is_some_and(|one| one.verdict == REFUSED);
    let seen = said.map(desk::on_paper).unwrap_or_default();
    let verb = match (refused, seen.is_empty()) {
        (true, _) => "отказано",
        (false, true) => "подписано",
        (false, false) => "подписано на бумаге, отмечено",
    };
    let acting = match words::order_words(&signer.order) {
        order if order.is_empty() => order,
        order => format!(" ({order})"),
    };
    SignerView {
        name: names::short_name(&person.surname, &person.given_name, &person.patronymic),
        office: format!("{}{acting}", words::lowered(&signer.office)),
        sheets: place.sheets(),
        owes: place.owed(),
        signed: said
            .map(|one| match one.kept.is_empty() {
                true => format!("{verb} {}", words::moment_short(&one.signed_at)),
                false => {
                    let moment = words::moment_short(&one.signed_at);
                    format!("{verb} {moment}, подпись перенесена из версии {}", one.version)
                }
            })
            .unwrap_or_default(),
        seen,
        refused,
        void: void.map(|(_, why)| why.to_owned()).unwrap_or_default(),
    }
}

/// What follows a refusal; `is_own`: the remark is on a sheet of whoever looks at the copy.
fn onward(visitor: &Visitor, is_own: bool) -> String {
    let (loads, issues) = (visitor.rules.who(Action::ImportData), visitor.rules.who(Action::IssueCopies));
    let who = match is_own {
        true => "исправьте запись в журнале школы",
        false => "запись исправляют в журнале школы",
    };
    format!(
        "Что дальше: {who}; исправленный журнал загружает {loads}, следующую версию выпускает {issues}. Лист, который не изменится, подписывать заново не нужно."
    )
}

fn facts(
    row: &CopyRow,
    snapshot: &Snapshot,
    line: Option<&crate::domain::register::RegisterLine>,
) -> Vec<(&'static str, String)> {
    let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), words::date_short);
    let mut facts = vec![
        (
            "Учётный период",
            format!("{} ({}–{})", snapshot.period.name, day(&snapshot.period.starts), day(&snapshot.period.ends)),
        ),
        ("Основание", basis(snapshot)),
        ("Данные на", words::moment_short(&snapshot.frozen_at)),
    ];
    let is_supplement = snapshot.copy.supplement.is_some();
    if !row.issued_at.is_empty() {
        facts.push((if is_supplement { "Выпущен" } else { "Выпущена" }, words::moment_short(&row.issued_at)));
    }
    if let Some(line) = line {
        let label = if is_supplement { "Скреплён печатью" } else { "Скреплена печатью" };
        facts.push((label, words::moment_short(&line.sealed_at)));
        facts.push(("Хранить по", format!("{} (срок {})", day(&line.keep_through), years(snapshot.policy.keep_years))));
    }
    let sources = sources::named(snapshot).iter().map(|one| format!("№ {} (версия {})", one.number, one.version));
    let sources = sources.collect::<Vec<_>>().join(", ");
    if !sources.is_empty() {
        facts.push(("Составлена по копиям", sources));
    }
    if !snapshot.ground.is_empty() {
        facts.push(("Период закрыт при замечаниях", snapshot.ground.clone()));
    }
    // A sheet of the journal takes as many leaves of paper as it needs: those are counted where paper is spoken of.
    let of = match row.kind {
        CopyKind::PeriodCopy => "журнала",
        CopyKind::SummarySheet => "ведомости",
    };
    facts.push((
        "Объём",
        format!(
            "{} {of}, {}",
            words::count(u64::from(row.sheets), "лист", "листа", "листов"),
            words::count(u64::from(row.pages), "страница", "страницы", "страниц")
        ),
    ));
    facts
}

fn years(n: u32) -> String {
    words::count(u64::from(n), "год", "года", "лет")
}

/// The regulation in force when the copy was frozen: it stays the copy's own, whatever order comes later.
fn basis(snapshot: &Snapshot) -> String {
    let policy = &snapshot.policy;
    match policy.order.as_str() {
        "" => policy.title.clone(),
        order => format!("{}, {order}", policy.title),
    }
}

fn sheets(snapshot: &Snapshot, row: &CopyRow) -> Vec<SheetView> {
    (1..)
        .zip(&snapshot.sheets)
        .map(|(no, sheet)| SheetView {
            title: sheet.title(),
            digest: sheet.digest().to_hex(),
            href: match row.issued_pdf.is_empty() {
                true => String::new(),
                false => format!("/copies/{}/{}/sheets/{no}", segment(&row.id), row.version),
            },
            no,
        })
        .collect()
}

/// `GET /copies/{copy}/{version}/sealed.pdf`: only records of the register; the address is never a path.
pub(super) async fn sealed_pdf(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let line = state.house.db.find_register_line(&copy, version).await?.ok_or(Refusal::NotFound)?.line;
    let look = Look::Copy { id: &line.id, class: &line.class };
    note_access(&state.house, &visitor, look, &line.year, state.now()).await?;
    let content = state.house.archive().join(object_name(&line.id, line.version)).join("v1/content");
    document(&content.join(crate::vault::name::SEALED_PDF), &format!("{copy}-v{version}")).await
}

/// `GET /copies/{copy}/{version}/issued.pdf`: what the signers read.
pub(super) async fn issued_pdf(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let rows = state.house.db.list_versions(&copy).await?;
    let row = rows.into_iter().find(|row| row.version == version).ok_or(Refusal::NotFound)?;
    let digest = row.issued_pdf.parse().map_err(|_| Refusal::NotFound)?;
    looked(&state, &visitor, &row).await?;
    document(&state.house.issued_pdf(&row.id, version, digest), &format!("{copy}-v{version}-issued")).await
}

async fn looked(state: &WebState, visitor: &Visitor, row: &CopyRow) -> Result<(), Refusal> {
    let look = Look::Copy { id: &row.id, class: &row.class };
    Ok(note_access(&state.house, visitor, look, &row.year, state.now()).await?)
}

async fn document(path: &std::path::Path, name: &str) -> Result<Response, Refusal> {
    let bytes = tokio::fs::read(path).await.map_err(|error| answer::fault(&error))?;
    let shown = format!("inline; filename=\"{name}.pdf\"");
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, shown)];
    Ok((headers, bytes).into_response())
}
