//! The world that typst sees: bundled faces, embedded templates, and the virtual files of one document. Floor 1.
//!
//! No packages, no system fonts, no clock, no disk. Virtual paths are the same for every document, because typst keeps a
//! `FileId` of 16 bits for each path for ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};

use super::Error;
use super::fonts::SHELF;
use super::own::{Fault, russian};

/// Template files by path below `typst-templates`, embedded.
pub const TEMPLATES: [(&str, &str); 5] = [
    ("shared/page.typ", include_str!("../../typst-templates/shared/page.typ")),
    ("shared/table.typ", include_str!("../../typst-templates/shared/table.typ")),
    ("period-copy/1/main.typ", include_str!("../../typst-templates/period-copy/1/main.typ")),
    ("form/1/main.typ", include_str!("../../typst-templates/form/1/main.typ")),
    ("summary-sheet/1/main.typ", include_str!("../../typst-templates/summary-sheet/1/main.typ")),
];

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

static SOURCES: LazyLock<BTreeMap<&'static str, Source>> = LazyLock::new(|| {
    let source =
        |(path, text): &(&'static str, &str)| id(path).ok().map(|id| (*path, Source::new(id, (*text).to_owned())));
    TEMPLATES.iter().filter_map(source).collect()
});

/// The identifier of a virtual path.
fn id(path: &str) -> Result<FileId, Error> {
    let path = VirtualPath::new(path).map_err(|error| Error::Compile(format!("{path}: {error}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Reads the faces, the templates and typst's own library now instead of with the first document.
pub fn prepare() {
    LazyLock::force(&LIBRARY);
    LazyLock::force(&SHELF);
    LazyLock::force(&SOURCES);
}

/// What one document is made of.
pub struct Desk {
    main: Source,
    files: Vec<(FileId, Bytes)>,
}

impl Desk {
    /// A desk with a template and virtual files by path.
    pub fn new(template: &str, files: Vec<(String, Vec<u8>)>) -> Result<Self, Error> {
        let main = SOURCES.get(template).ok_or_else(|| Error::Compile(format!("нет шаблона {template}")))?.clone();
        Self::on(main, files)
    }

    /// A desk with a template that is not of ours. It may import ours and reads nothing but the virtual files.
    pub fn by(template: &str, files: Vec<(String, Vec<u8>)>) -> Result<Self, Error> {
        Self::on(Source::new(id("form/own/main.typ")?, template.to_owned()), files)
    }

    /// What is wrong, each with the line and the place of the main template: a school mends its own template by this.
    pub fn faults(&self, errors: &[SourceDiagnostic]) -> Vec<Fault> {
        let told = |error: &SourceDiagnostic| {
            let place = self.range(error.span).filter(|_| error.span.id() == Some(self.main.id()));
            let place = place.and_then(|range| self.main.lines().byte_to_line_column(range.start));
            let (line, column) = place.map_or((0, 0), |(line, column)| (line + 1, column + 1));
            Fault { line, column, text: russian(&error.message) }
        };
        let mut faults: Vec<Fault> = errors.iter().map(told).collect();
        faults.dedup();
        faults
    }

    fn on(main: Source, files: Vec<(String, Vec<u8>)>) -> Result<Self, Error> {
        let files = files.into_iter().map(|(path, bytes)| Ok((id(&path)?, Bytes::new(bytes))));
        Ok(Self { main, files: files.collect::<Result<_, Error>>()? })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHELF.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let mut known = std::iter::once(&self.main).chain(SOURCES.values());
        known
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| FileError::NotFound(id.get().vpath().get_with_slash().into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found
            .map(|(_, bytes)| bytes.clone())
            .ok_or_else(|| FileError::NotFound(id.get().vpath().get_with_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
