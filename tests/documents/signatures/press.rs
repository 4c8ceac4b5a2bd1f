//! A school for the tests: a tiny typst press that prints PDF/A-3b with attachments, an authority, a seal, a person.

use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, Utc};
use letopis::sign::authority::{self, AuthoritySubject, SealSubject, StaffSubject, Validity};
use letopis::sign::keys::{self, Ed25519Key, P256Key};
use letopis::sign::seal::{self, SealRequest};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// What the press prints: a link among the first page's annotations, two attachments, two pages.
const COPY: &str = r#"
#set document(title: "Копия журнала", date: datetime(year: 2025, month: 10, day: 31, hour: 12, minute: 0, second: 0))
#set text(font: "PT Serif", lang: "ru")
#pdf.attach("snapshot.json", bytes("{\"класс\":\"5А\"}"), relationship: "data", mime-type: "application/json", description: "Снимок")
#pdf.attach("statements.json", bytes("[" + "\"заявление\"," * 200 + "1]"), relationship: "data", mime-type: "application/json", description: "Заявления")
#if LINK [#link("https://example.org/")[Оглавление] ]
Журнал 5А класса, I четверть.
#pagebreak()
Русский язык: 5, 4, 5.
"#;

/// Another copy, to take parts from.
const OTHER_COPY: &str = r#"
#set document(title: "Другая копия", date: datetime(year: 2025, month: 10, day: 31, hour: 12, minute: 0, second: 0))
#set text(font: "PT Serif", lang: "ru")
Журнал 6Б класса, I четверть.
"#;

/// The copy without a seal; PDF/A-3b.
pub static UNSEALED: LazyLock<Vec<u8>> = LazyLock::new(|| print(&COPY.replace("LINK", "false"), false));
/// The same with an annotation on its first page.
pub static WITH_A_LINK: LazyLock<Vec<u8>> = LazyLock::new(|| print(&COPY.replace("LINK", "true"), false));
/// The same, tagged.
pub static TAGGED: LazyLock<Vec<u8>> = LazyLock::new(|| print(&COPY.replace("LINK", "true"), true));
/// Another copy.
pub static OTHER: LazyLock<Vec<u8>> = LazyLock::new(|| print(OTHER_COPY, false));
/// The school.
pub static SCHOOL: LazyLock<School> = LazyLock::new(|| School::founded(1));
/// The copy with the school's seal.
pub static SEALED: LazyLock<Vec<u8>> = LazyLock::new(|| SCHOOL.seal(&UNSEALED));

/// A school's keys and certificates.
pub struct School {
    pub authority_key: P256Key,
    pub authority: Vec<u8>,
    pub seal_key: P256Key,
    pub seal_certificate: Vec<u8>,
    pub person_key: Ed25519Key,
    pub person_certificate: Vec<u8>,
}

impl School {
    /// A school whose keys come from a number.
    pub fn founded(number: u8) -> Self {
        let name = "МБОУ «СОШ № 17»".to_owned();
        let subject = AuthoritySubject { name: name.clone(), id: "17".to_owned() };
        let term = term();
        let authority_key = keys::new_p256([number; 32]);
        let authority =
            authority::create_authority(&authority_key, &subject, [number; 16], term.not_before, term.not_after)
                .unwrap();
        let seal_key = keys::new_p256([number + 1; 32]);
        let seal = SealSubject { organisation: name.clone(), id: "17".to_owned() };
        let seal_certificate = authority::issue_seal_certificate(
            &authority_key,
            &authority,
            &seal_key.public_key(),
            &seal,
            [number + 1; 16],
            term,
        );
        let person_key = keys::new_ed25519([number + 2; 32]);
        let person = StaffSubject {
            full_name: "Проверочная Анна Образцовна".to_owned(),
            office: "Учитель русского языка".to_owned(),
            organisation: name,
            staff_id: "T00005".to_owned(),
        };
        let person_certificate = authority::issue_staff_certificate(
            &authority_key,
            &authority,
            &person_key.public_key(),
            &person,
            [0xF0; 16],
            term,
        );
        Self {
            seal_certificate: seal_certificate.unwrap(),
            person_certificate: person_certificate.unwrap(),
            authority_key,
            authority,
            seal_key,
            person_key,
        }
    }

    /// Seals a PDF on an autumn day.
    pub fn seal(&self, pdf: &[u8]) -> Vec<u8> {
        seal::seal_pdf(pdf, &self.seal_key, &self.seal_certificate, &self.authority, &request(sealing_time())).unwrap()
    }
}

/// The usual request.
pub fn request(sealed_at: DateTime<FixedOffset>) -> SealRequest<'static> {
    SealRequest { sealed_at, reason: "Периодная копия журнала", location: "Чернушка" }
}

/// When copies are sealed in these tests.
pub fn sealing_time() -> DateTime<FixedOffset> {
    moment("2025-11-03T12:00:00+05:00")
}

/// A moment.
pub fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// Certificates' term in these tests; over 2050, where dates change their form.
pub fn term() -> Validity {
    let utc = |text| moment(text).with_timezone(&Utc);
    Validity { not_before: utc("2025-09-01T00:00:00Z"), not_after: utc("2055-08-31T23:59:59Z") }
}

/// Prints PDF/A-3b.
pub fn print(source: &str, tagged: bool) -> Vec<u8> {
    let press = Press::new(source);
    let document = typst::compile::<PagedDocument>(&press).output.unwrap();
    let timestamp = Datetime::from_ymd_hms(2025, 10, 31, 12, 0, 0).unwrap();
    let options = PdfOptions {
        ident: Smart::Custom("letopis-test".to_owned()),
        timestamp: Some(Timestamp::new_utc(timestamp)),
        standards: PdfStandards::new(&[PdfStandard::A_3b]).unwrap(),
        tagged,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).unwrap()
}

struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    font: Font,
    source: Source,
}

impl Press {
    fn new(source: &str) -> Self {
        let face = include_bytes!("../../../typst-templates/fonts/PTF55F.ttf").as_slice();
        let font = Font::new(Bytes::new(face), 0).unwrap();
        let path = RootedPath::new(VirtualRoot::Project, VirtualPath::new("copy.typ").unwrap());
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts([&font])),
            font,
            source: Source::new(FileId::new(path), source.to_owned()),
        }
    }
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }
    fn main(&self) -> FileId {
        self.source.id()
    }
    fn source(&self, _: FileId) -> FileResult<Source> {
        Ok(self.source.clone())
    }
    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::NotFound("no files here".into()))
    }
    fn font(&self, index: usize) -> Option<Font> {
        (index == 0).then(|| self.font.clone())
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
