//! Floor 1: snapshot and template to PDF/A pages.
//!
//! The way of a page: texts are cleaned of what no face has ([`clean`]), fitted and placed ([`period_copy`],
//! [`summary_sheet`]), handed to the template as a plan ([`plan`]), laid out and exported by typst. The same snapshot, edition and
//! attachments give the same bytes: no clock, no system fonts, no disk. Must never decide what a document says: that is frozen.

mod attendance;
mod changes;
mod clean;
mod course;
mod fit;
mod fonts;
mod form;
mod glue;
mod hand;
mod own;
mod pages;
mod period_copy;
mod places;
mod plan;
pub mod preview;
mod qr;
mod summary_sheet;
mod table;
mod title;
mod wording;
mod world;

use chrono::{DateTime, Datelike, Timelike};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::domain::canon::Digest;
use crate::domain::edition::{Attachment, CheckpointFacts, Edition, EditionKind};
use crate::domain::finding::Finding;
use crate::domain::journal::YEAR;
use crate::domain::sheet_code::SheetCode;
use crate::domain::snapshot::{CopyKind, Sheet, Snapshot, TemplateFacts};

pub use form::{NO_ROWS, built_in, form, form_by, lay_out_form};
pub use hand::{HandPlaces, SignaturePlace, hand_places};
pub use own::{Fault, examine};

use pages::{Binder, JOURNAL, Paper, SUMMARY};
use plan::{Attached, Page, Plan};
use world::Desk;

/// A typeset document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typeset {
    /// PDF/A-3b (ISO 19005-3).
    pub pdf: Vec<u8>,
    /// Number of its pages.
    pub pages: usize,
    /// `typeset.substituted-character`, one for each sheet and character that no bundled font has.
    pub findings: Vec<Finding>,
}

/// A document that could not be typeset: faults, but for [`Error::TooLong`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The snapshot could not be written as data for the template.
    #[error("данные для шаблона не записались: {0}")]
    Data(String),
    /// The template did not compile.
    #[error("шаблон документа не собрался: {0}")]
    Compile(String),
    /// The pages could not be written as PDF/A.
    #[error("страницы не записались как PDF/A-3b: {0}")]
    Export(String),
    /// The edition's time is not RFC 3339.
    #[error("время выпуска «{0}» не читается: нужно RFC 3339 со смещением")]
    Time(String),
    /// A QR code could not be made.
    #[error("QR-код листа не построился: {0}")]
    Qr(String),
    /// A topic of tens of thousands of characters: it fits no page at any size, and is never cut.
    #[error("лист «{sheet}»: тема или домашнее задание не помещается на страницу даже самым мелким шрифтом")]
    TooLong {
        /// Identifier of the sheet.
        sheet: String,
    },
}

/// Reads what all documents share, so that the first one need not wait for it; for a thread of its own while other things are fetched.
pub fn prepare() {
    world::prepare();
}

/// Typesets one edition of a snapshot. May be called from several threads at once.
pub fn typeset(snapshot: &Snapshot, edition: &Edition, attachments: &[Attachment]) -> Result<Typeset, Error> {
    typeset_read(snapshot, &sheet_digests(snapshot), edition, attachments)
}

/// [`typeset`] for who has the sheets' digests from [`Snapshot::with_sheet_digests`].
pub fn typeset_read(
    snapshot: &Snapshot,
    digests: &[Digest],
    edition: &Edition,
    attachments: &[Attachment],
) -> Result<Typeset, Error> {
    let (document, findings) = lay_out_read(snapshot, digests, edition, attachments)?;
    let kind = match edition.kind {
        EditionKind::Issued => "issued",
        EditionKind::Sealed => "sealed",
    };
    let ident = format!("letopis:{}:{}:{kind}", snapshot.copy.id, snapshot.copy.version);
    let pdf = export(&document, ident, &edition.typeset_at);
    // What typst remembers of one class helps no other and would grow by some 140 MB a class.
    comemo::evict(0);
    Ok(Typeset { pdf: pdf?, pages: document.pages().len(), findings })
}

/// The pages before export, for whoever draws them or looks at their frames.
pub fn lay_out(
    snapshot: &Snapshot,
    edition: &Edition,
    attachments: &[Attachment],
) -> Result<(PagedDocument, Vec<Finding>), Error> {
    lay_out_read(snapshot, &sheet_digests(snapshot), edition, attachments)
}

fn sheet_digests(snapshot: &Snapshot) -> Vec<Digest> {
    snapshot.sheets.iter().map(Sheet::digest).collect()
}

fn lay_out_read(
    snapshot: &Snapshot,
    digests: &[Digest],
    edition: &Edition,
    attachments: &[Attachment],
) -> Result<(PagedDocument, Vec<Finding>), Error> {
    let (printable, printable_edition, findings) =
        clean::clean(snapshot, edition).map_err(|error| Error::Data(error.to_string()))?;
    let (plan, codes) = plan(&printable, &printable_edition, digests, attachments)?;
    let json = serde_json::to_vec(&plan).map_err(|error| Error::Data(error.to_string()))?;
    let mut files = vec![("data/plan.json".to_owned(), json), ("data/qr".to_owned(), codes)];
    files.extend(attachments.iter().map(|file| (file.name.clone(), file.bytes.clone())));
    let desk = Desk::new(&format!("{}/{VERSION}/main.typ", template_name(snapshot.copy.kind)), files)?;
    let document = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| Error::Compile(told(&errors)))?;
    Ok((document, findings))
}

fn plan(
    snapshot: &Snapshot,
    edition: &Edition,
    digests: &[Digest],
    attachments: &[Attachment],
) -> Result<(Plan, Vec<u8>), Error> {
    let copy = &snapshot.copy;
    let (paper, pages) = bind(snapshot, edition, digests)?;
    let mut texts = Vec::with_capacity(pages.len());
    for page in &pages {
        let Some(digest) = digests.get(page.sheet - 1) else { continue };
        let (sheet, leaf) = ((page.sheet, digests.len()), (page.no, pages.len()));
        texts.push(SheetCode::of((&copy.id, copy.version), sheet, leaf, digest, &edition.checkpoint).to_text());
    }
    let codes = qr::codes(&texts)?;
    let class = wording::class_name(&snapshot.class.name);
    // A supplement that was frozen before its entries' times were noted keeps the pages that it had.
    let (what, foot) = match copy.supplement.as_deref() {
        Some(facts) if !facts.entered_until.is_empty() => (copy.kind_words(), "Дополнительный лист"),
        _ => (copy.kind.as_russian().to_owned(), "Копия"),
    };
    let plan = Plan {
        title: format!("{}, {class} класс, {}", crate::domain::words::capitalised(&what), snapshot.period.name),
        author: snapshot.school.name.clone(),
        paper: [plan::round(paper.w), plan::round(paper.h)],
        qr_modules: codes.modules,
        running: running(snapshot, &class),
        copy: format!("{} № {} · версия {}", foot, copy.number, copy.version),
        sheets: snapshot.sheets.len(),
        pages,
        attachments: attachments.iter().map(attached).collect(),
    };
    Ok((plan, codes.bytes))
}

fn bind(snapshot: &Snapshot, edition: &Edition, digests: &[Digest]) -> Result<(Paper, Vec<Page>), Error> {
    let paper = match snapshot.copy.kind {
        CopyKind::PeriodCopy => JOURNAL,
        CopyKind::SummarySheet => SUMMARY,
    };
    let mut binder = Binder { snapshot, edition, paper, digests, pages: Vec::new() };
    match snapshot.copy.kind {
        CopyKind::PeriodCopy => period_copy::bind(&mut binder)?,
        CopyKind::SummarySheet => summary_sheet::bind(&mut binder),
    }
    Ok((paper, binder.pages))
}

/// An edition that nobody prints: how a copy is laid out does not hang on who signed it or when.
fn unprinted(snapshot: &Snapshot) -> Edition {
    Edition {
        kind: EditionKind::Issued,
        typeset_at: snapshot.frozen_at.clone(),
        snapshot: Digest::of(b""),
        checkpoint: CheckpointFacts { origin: snapshot.school.id.clone(), size: 0, root: Digest::of(b"") },
        marks: Vec::new(),
        seal: None,
    }
}

/// Numbers of the sheets (from 1) that the pages of an issued copy belong to, page by page: nothing is typeset for it.
pub fn sheets_of_pages(snapshot: &Snapshot) -> Result<Vec<u32>, Error> {
    let (printable, edition, _) =
        clean::clean(snapshot, &unprinted(snapshot)).map_err(|error| Error::Data(error.to_string()))?;
    let (_, pages) = bind(&printable, &edition, &sheet_digests(snapshot))?;
    Ok(pages.iter().map(|page| page.sheet as u32).collect())
}

fn running(snapshot: &Snapshot, class: &str) -> String {
    match snapshot.copy.kind {
        CopyKind::PeriodCopy if snapshot.period.id != YEAR => {
            format!("{class} класс · {} · {} учебный год", snapshot.period.name, snapshot.year)
        }
        CopyKind::PeriodCopy | CopyKind::SummarySheet => format!("{class} класс · {} учебный год", snapshot.year),
    }
}

fn attached(file: &Attachment) -> Attached {
    // The snapshot is what the pages are made from; all else is proof that goes with them (ISO 32000-2, 7.11.3).
    let relationship = if file.name == "snapshot.json" { "source" } else { "supplement" };
    Attached {
        path: format!("/{}", file.name),
        mime: file.mime.to_owned(),
        description: file.description.clone(),
        relationship,
    }
}

fn export(document: &PagedDocument, ident: String, at: &str) -> Result<Vec<u8>, Error> {
    let standards =
        PdfStandards::new(&[PdfStandard::A_3b]).map_err(|error| Error::Export(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Летопись".to_owned())),
        timestamp: Some(timestamp(at)?),
        standards,
        // Tags of grids cost 22 to 30 times the bytes and most of the time.
        tagged: false,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| Error::Export(told(&errors)))
}

fn timestamp(rfc3339: &str) -> Result<Timestamp, Error> {
    let refused = || Error::Time(rfc3339.to_owned());
    let at = DateTime::parse_from_rfc3339(rfc3339).map_err(|_| refused())?;
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|n| n as u8);
    let datetime = Datetime::from_ymd_hms(at.year(), month, day, hour, minute, second).ok_or_else(refused)?;
    Timestamp::new_local(datetime, at.offset().local_minus_utc() / 60).ok_or_else(refused)
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
}

/// Version of the templates: the folder below their names.
const VERSION: &str = "1";

/// Folder of the template that sets a kind of copy.
fn template_name(kind: CopyKind) -> &'static str {
    match kind {
        CopyKind::PeriodCopy => "period-copy",
        CopyKind::SummarySheet => "summary-sheet",
    }
}

/// Name, version and digest of the template that sets a kind of copy. The digest covers every template file and face, each as
/// name, length and bytes, so that a change of any of them shows.
pub fn template_facts(kind: CopyKind) -> TemplateFacts {
    let name = template_name(kind);
    let folder = format!("{name}/{VERSION}/");
    let templates = world::TEMPLATES
        .iter()
        .filter(|(path, _)| path.starts_with("shared/") || path.starts_with(&folder))
        .map(|(path, text)| (*path, text.as_bytes()));
    let mut bytes = Vec::new();
    for (path, content) in templates.chain(fonts::FILES) {
        bytes.extend(format!("{path}\n{}\n", content.len()).into_bytes());
        bytes.extend(content);
    }
    TemplateFacts { name: name.to_owned(), version: VERSION.to_owned(), digest: Digest::of(&bytes) }
}
