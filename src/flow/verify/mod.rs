//! Verification: the way walked backwards with nothing but the files in hand. Floor 2.
//!
//! No database, no network, no clock. What it is given decides how far it gets:
//!
//! | given | walked |
//! |---|---|
//! | archive root | every object, and what only all of them together show |
//! | object, exported zip | files, seal, attachments, snapshot, statements, audit log |
//! | extract | one learner's row, the signatures over it, audit log |
//! | sealed PDF alone | seal, attached snapshot, attached statements |
//!
//! All of it hangs on the school's certificate authority. Without [`VerifyOptions::authority`] the report says so and names the
//! fingerprint to compare with a paper title page.

mod archive;
mod certificates;
mod document;
mod extract;
mod foreign;
mod record;
mod sealing;
mod statements;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::Serialize;

use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::snapshot::{Snapshot, supplement_no};
use crate::vault::{self, Content, Depth, bag, package};

use certificates::Certificates;

/// What is said of an authority that is the trusted one ([`VerifyOptions::authority`]).
pub const TRUSTED: &str = "Удостоверяющий центр тот, которому вы доверяете.";

/// A sealed record is some 1 MB, an exported one twice that; what is larger is not ours.
const LARGEST_FILE: u64 = 512 * 1024 * 1024;

/// What the one who asks already trusts, and how deep to look.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// DER certificate of the school's authority, known from elsewhere.
    pub authority: Option<Vec<u8>>,
    /// Compare the SHA-512 manifest of archive objects too ([`Depth::Full`]).
    pub full: bool,
    /// Authorities that the school had before, DER: what was sealed under them stays trusted.
    pub earlier: Vec<Vec<u8>>,
}

impl VerifyOptions {
    /// What a house knows of its own authorities.
    pub async fn of(house: &super::House, full: bool) -> Result<Self, super::Error> {
        let mut own = Vec::new();
        for row in house.db.list_certificates().await?.into_iter().filter(|row| row.owner == super::keys::AUTHORITY) {
            own.push(crate::sign::certificate::from_pem(&row.pem)?);
        }
        let authority = own.pop();
        Ok(Self { authority, full, earlier: own })
    }

    fn depth(&self) -> Depth {
        if self.full { Depth::Full } else { Depth::Routine }
    }
}

/// What was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A storage root with all its objects.
    Archive,
    /// One object of it.
    Object,
    /// An exported copy, zipped or unpacked.
    Package,
    /// One learner's extract.
    Extract,
    /// A PDF alone.
    Document,
    /// A PDF that no school sealed.
    Unsealed,
    /// Nothing that this program knows.
    Unknown,
}

impl Kind {
    /// The word for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Archive => "архив",
            Self::Object => "запись архива",
            Self::Package => "вывезенная копия",
            Self::Extract => "выписка",
            Self::Document => "скреплённая печатью копия (PDF)",
            Self::Unsealed => "PDF без печати школы",
            Self::Unknown => "неизвестный файл",
        }
    }
}

/// Which copy a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CopySeen {
    /// Copy identifier.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Document number as printed; empty in an extract.
    pub number: String,
    /// Class; empty in an extract.
    pub class: String,
    /// Period; empty in an extract.
    pub period: String,
    /// School; its identifier only in an extract.
    pub school: String,
    /// When it was sealed: RFC 3339 with offset; empty when unknown.
    pub sealed_at: String,
    /// Number in the register; empty in a PDF alone.
    pub register_no: String,
    /// Number of signed statements.
    pub statements: usize,
}

impl CopySeen {
    fn of(snapshot: &Snapshot) -> Self {
        Self {
            id: snapshot.copy.id.clone(),
            version: snapshot.copy.version,
            number: snapshot.copy.number.clone(),
            class: snapshot.class.name.clone(),
            period: snapshot.period.name.clone(),
            school: snapshot.school.name.clone(),
            ..Self::default()
        }
    }
}

/// What was found out about one file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was given.
    pub path: String,
    /// What it turned out to be.
    pub kind: Kind,
    /// Which copy; absent for an archive and for what could not be read.
    pub copy: Option<CopySeen>,
    /// The answer.
    pub verdict: Verdict,
    /// What is wrong or worth knowing.
    pub findings: Vec<Finding>,
    /// What was checked, one Russian sentence each.
    pub checked: Vec<String>,
    /// Reports on the objects of an archive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Report>,
}

impl Report {
    /// Its own findings and those of its parts.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.parts.iter().flat_map(|part| &part.findings))
    }

    /// Number of the supplement (дополнительный лист) that the file is; `None` for every other one.
    pub fn supplement(&self) -> Option<u32> {
        self.copy.as_ref().and_then(|copy| supplement_no(&copy.id))
    }

    /// What the file is, in one line: «копия 2025-5А-1Ч, 5А, I четверть, версия 1»; a supplement is never called a copy.
    pub fn what(&self) -> String {
        let kind = match (self.kind, self.supplement()) {
            (Kind::Package, Some(no)) => format!("вывезенный дополнительный лист № {no}"),
            (Kind::Document, Some(no)) => format!("скреплённый печатью дополнительный лист № {no} (PDF)"),
            (Kind::Extract, Some(no)) => format!("выписка из дополнительного листа № {no}"),
            (Kind::Object, Some(no)) => format!("запись архива: дополнительный лист № {no}"),
            (kind, _) => kind.as_russian().to_owned(),
        };
        match &self.copy {
            None => kind,
            Some(copy) => [kind.as_str(), &copy.number, &copy.class, &copy.period]
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .chain([format!("версия {}", copy.version)])
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// What a walk gathers on its way; becomes a [`Report`].
#[derive(Debug, Default)]
struct Walk {
    copy: Option<CopySeen>,
    findings: Vec<Finding>,
    checked: Vec<String>,
    /// Fingerprint of the authority that the record rests on.
    authority: Option<crate::domain::canon::Digest>,
}

impl Walk {
    fn report(self, path: String, kind: Kind) -> Report {
        let Self { copy, findings, checked, .. } = self;
        let verdict = Verdict::of(&findings, false);
        Report { path, kind, copy, verdict, findings, checked, parts: Vec::new() }
    }

    fn found(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding::new(code, place, message));
    }

    fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// What all walks of one verification share.
struct Trust<'a> {
    options: &'a VerifyOptions,
    certificates: Certificates,
}

impl<'a> Trust<'a> {
    fn new(options: &'a VerifyOptions) -> Self {
        Self { options, certificates: Certificates::default() }
    }
}

/// Verifies one thing after another and remembers which certificates it has read and found issued: those of a school stand in every
/// record of it, and each costs two thirds of what all else in a record costs.
pub struct Verifier<'a>(Trust<'a>);

impl<'a> Verifier<'a> {
    /// Knows no certificate yet.
    pub fn new(options: &'a VerifyOptions) -> Self {
        Self(Trust::new(options))
    }

    /// Verifies whatever stands at a path: an archive root, an object, a package (zipped or unpacked), a PDF.
    pub fn path(&self, path: &Path) -> Report {
        let name = path.display().to_string();
        match fs::metadata(path) {
            Err(error) => unknown(name, format!("Файл или папка не читается: {error}.")),
            Ok(metadata) if metadata.is_dir() => folder(path, name, &self.0),
            Ok(_) => match read(path) {
                Ok(bytes) => self.bytes(&name, &bytes),
                Err(error) => unknown(name, format!("Файл не читается: {error}.")),
            },
        }
    }

    /// Verifies a file that was handed over: a package or a PDF.
    pub fn bytes(&self, name: &str, bytes: &[u8]) -> Report {
        file(name.to_owned(), bytes, &self.0)
    }
}

/// [`Verifier::path`] for one thing alone.
pub fn verify_path(path: &Path, options: &VerifyOptions) -> Report {
    Verifier::new(options).path(path)
}

/// [`Verifier::bytes`] for one file alone.
pub fn verify_bytes(name: &str, bytes: &[u8], options: &VerifyOptions) -> Report {
    Verifier::new(options).bytes(name, bytes)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        length if length > LARGEST_FILE => Err(io::Error::other("слишком велик для записи классного журнала")),
        _ => Ok(bytes),
    }
}

fn unknown(path: String, message: String) -> Report {
    let finding = Finding::new("verify.unknown", "файл", message).weighing(Severity::Unchecked);
    Walk { findings: vec![finding], ..Walk::default() }.report(path, Kind::Unknown)
}

fn folder(path: &Path, name: String, trust: &Trust<'_>) -> Report {
    if vault::is_root(path) {
        archive::verify(path, name, trust)
    } else if vault::is_object(path) {
        object(path, name, trust).0
    } else {
        let mut files = BTreeMap::new();
        match read_folder(path, "", &mut files) {
            Err(error) => unknown(name, format!("Папка не читается: {error}.")),
            Ok(()) if bag::is_bag(&files) => match foreign::lying_beside(path) {
                Ok(beside) => packed(name, files, &beside, Walk::default(), trust),
                Err(error) => unknown(name, format!("Папка с внешними подписями не читается: {error}.")),
            },
            Ok(()) => unknown(name, "В папке нет ни архива, ни записи, ни вывезенной копии «Летописи».".to_owned()),
        }
    }
}

/// Verifies one archive object; the fingerprint of its authority comes along.
fn object(path: &Path, name: String, trust: &Trust<'_>) -> (Report, Option<crate::domain::canon::Digest>) {
    let object = vault::read_object(path, trust.options.depth());
    let mut walk = Walk { findings: object.findings, ..Walk::default() };
    walk.checked.push(format!("Файлы записи сверены с описью: {}.", object.compared));
    record::check(&object.content, trust, &mut walk);
    if let Some(copy) = &walk.copy {
        let folder = crate::domain::log_proof::object_name(&copy.id, copy.version);
        let urn_end = format!(":{}:v{}", copy.id, copy.version);
        let named = path.file_name().is_none_or(|name| name.to_string_lossy() == folder);
        if !named || !(object.id.is_empty() || object.id.ends_with(&urn_end)) {
            let message = "Имя записи в архиве не то, что у копии в ней.";
            let found = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            walk.findings.push(Finding::new("archive.other-name", &found, message).expected_found(folder, found));
        }
    }
    let authority = walk.authority;
    (walk.report(name, Kind::Object), authority)
}

fn file(name: String, bytes: &[u8], trust: &Trust<'_>) -> Report {
    if package::is_zip(bytes) {
        let package = package::unpack(bytes);
        let walk = Walk { findings: package.findings, ..Walk::default() };
        return match bag::is_bag(&package.files) {
            true => packed(name, package.files, &package.beside, walk, trust),
            false if walk.findings.iter().any(|finding| finding.severity >= Severity::Error) => {
                walk.report(name, Kind::Unknown)
            }
            false => unknown(name, "В zip нет вывезенной копии «Летописи» (пакета BagIt).".to_owned()),
        };
    }
    if bytes.starts_with(b"%PDF-") {
        let mut walk = Walk::default();
        document::check(bytes, trust, &mut walk);
        let is_unsealed = walk.findings.iter().any(|finding| finding.code == document::NOT_SEALED);
        return walk.report(name, if is_unsealed { Kind::Unsealed } else { Kind::Document });
    }
    let message = if bytes.is_empty() {
        "Файл пуст."
    } else {
        "Файл не похож ни на PDF, ни на zip «Летописи»."
    };
    unknown(name, message.to_owned())
}

/// A bag's files: a copy or an extract.
fn packed(
    name: String,
    files: BTreeMap<String, Vec<u8>>,
    beside: &BTreeMap<String, Vec<u8>>,
    mut walk: Walk,
    trust: &Trust<'_>,
) -> Report {
    let bag = bag::check(files);
    walk.findings.extend(bag.findings);
    walk.checked.push(format!("Файлы пакета сверены с описями: {}.", bag.compared));
    let is_extract = extract::is_extract(&bag.content);
    match is_extract {
        true => {
            extract::check(&bag.content, &bag.label, trust, &mut walk);
            for file in beside.keys() {
                walk.found("package.extra-file", file, "Рядом с выпиской лежит то, чего в ней не бывает.");
            }
        }
        false => {
            record::check(&bag.content, trust, &mut walk);
            check_label(&bag.label, &bag.content, &mut walk);
            foreign::check(&bag.content, beside, &mut walk);
        }
    }
    walk.report(name, if is_extract { Kind::Extract } else { Kind::Package })
}

/// The label is bound by no signature, so it must say what the signed files say.
fn check_label(label: &BTreeMap<String, String>, content: &Content, walk: &mut Walk) {
    let Some(told) = crate::flow::package::label(content) else { return };
    let pairs = [
        ("Source-Organization", told.organisation.split_whitespace().collect::<Vec<_>>().join(" ")),
        ("External-Identifier", told.id),
        ("External-Description", told.description.split_whitespace().collect::<Vec<_>>().join(" ")),
        ("Bagging-Date", told.date),
    ];
    for (element, expected) in pairs {
        compare_label(label, element, expected, walk);
    }
}

fn compare_label(label: &BTreeMap<String, String>, element: &str, expected: String, walk: &mut Walk) {
    let found = label.get(element).cloned().unwrap_or_default();
    if found != expected {
        let message = format!("Ярлык пакета говорит не то, что подписано: {element}.");
        let finding = Finding::new("package.label-changed", "bag-info.txt", message);
        walk.findings.push(finding.expected_found(expected, found));
    }
}

/// Reads an unpacked package; a link is read as the file that it names, and its digest decides.
fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // Somebody may point at any folder of the machine: stop long before all of it is in memory.
        if files.len() > 10_000 || name.matches('/').count() > 8 {
            return Err(io::Error::other("слишком много файлов для вывезенной копии"));
        }
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, read(&entry.path())?);
        }
    }
    Ok(())
}
