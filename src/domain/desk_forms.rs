//! Two papers of the signing desk: the sheet of signatures of a copy, and the differences of a version. Floor 0.

use super::canon::Digest;
use super::difference::grounded;
use super::form::{Block, Form, Table};
use super::snapshot::{ChangedValue, Snapshot, StageFacts};
use super::statement::{Ink, Statement, Verdict};
use super::words;

/// Whose copy it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Full name of the school.
    pub school: String,
    /// Where all who sign are in office: «МБОУ «СОШ № 5», г. Чернушка».
    pub office: String,
    /// «Копия классного журнала № 2025-5А-1Ч».
    pub document: String,
    /// «5А класс, I четверть, 2025/2026 учебный год».
    pub what: String,
    /// Version.
    pub version: u32,
    /// The version that took its place; 0 while it is the last one.
    pub replaced_by: u32,
    /// SHA-256 of the snapshot.
    pub snapshot: String,
    /// SHA-256 of the issued PDF.
    pub issued_pdf: String,
}

/// One event of the signing, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedEvent {
    /// RFC 3339 with offset.
    pub at: String,
    /// «подписано», «отказано», «подписано на бумаге», «в силе с версии 1».
    pub what: String,
    /// Full name and office, with the order of an acting signer.
    pub who: String,
    /// Staff identifier of whose signature it is; the file of the statement names whose key says so.
    pub signer: String,
    /// Words of the stage.
    pub stage: String,
    /// How many sheets.
    pub sheets: usize,
    /// Serial number of the certificate.
    pub certificate: String,
    /// File of the statement in the record, empty while there is no record.
    pub file: String,
    /// SHA-256 of the statement.
    pub statement: String,
    /// Remarks of a refusal, who saw the ink; may be empty.
    pub note: String,
}

impl About {
    /// What a snapshot says of it; `digest` is the snapshot's own.
    pub fn of(snapshot: &Snapshot, digest: Digest, issued_pdf: &str) -> Self {
        let school = &snapshot.school;
        let name = if school.short_name.is_empty() { &school.name } else { &school.short_name };
        let office = [name.as_str(), school.town.as_str()];
        Self {
            school: school.name.clone(),
            office: office.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
            document: words::capitalised(&snapshot.copy.document_words()),
            what: format!("{} класс, {}, {} учебный год", snapshot.class.name, snapshot.period.name, snapshot.year),
            version: snapshot.copy.version,
            replaced_by: 0,
            snapshot: digest.to_hex(),
            issued_pdf: issued_pdf.to_owned(),
        }
    }
}

impl SignedEvent {
    /// What a statement says, heard for a version of the copy with this route. `kept` counts the sheets for which a statement of an earlier
    /// version still speaks; none of them is all that it names. The certificate is for the caller to know.
    pub fn of(said: &Statement, signed_bytes: &[u8], route: &[StageFacts], version: u32, kept: usize) -> Self {
        let (name, office, order) = said.office_of();
        let order = if order.is_empty() { String::new() } else { format!(" ({order})") };
        let what = match (&said.ink, said.verdict, said.version < version) {
            (_, Verdict::Refused, _) => "отказано".to_owned(),
            (_, _, true) => format!("в силе с версии {}", said.version),
            (Some(_), ..) => "подписано на бумаге".to_owned(),
            (None, ..) => "подписано".to_owned(),
        };
        let title = route.iter().find(|stage| stage.id == said.stage).map(|stage| stage.title.clone());
        Self {
            at: said.signed_at.clone(),
            what,
            who: format!("{name}, {office}{order}"),
            signer: said.place_of().to_owned(),
            stage: title.unwrap_or_else(|| said.stage.clone()),
            sheets: if kept == 0 { said.sheets.len() } else { kept },
            certificate: String::new(),
            file: String::new(),
            statement: Digest::of(signed_bytes).to_hex(),
            note: said.ink.as_ref().map_or_else(|| said.remarks.clone(), |ink| seen(ink, said)),
        }
    }
}

/// Who saw the ink, and of which day it is.
pub fn seen(ink: &Ink, said: &Statement) -> String {
    let day = ink.signed_on.parse().map_or_else(|_| ink.signed_on.clone(), words::date_short);
    format!("подпись от {day} видел(а): {}, {}", said.name, said.office)
}

/// What a sheet of signatures speaks of, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Everything said of a version up to now, refusals too: printed when somebody asks.
    UpToNow,
    /// The statements of a record, inside of it: made before the seal, so that the seal cannot be on it.
    Record,
}

impl Bound {
    /// Where the sheet ends, and where the rest is to be looked for.
    fn told(self) -> &'static str {
        match self {
            Self::UpToNow => {
                "В листе все события подписания этой версии на время его составления, отказы в том числе. Печать школы не подпись \
                 человека: печать см. в sealed.pdf записи архива, внесение в реестр – в log-proof.txt."
            }
            Self::Record => {
                "В листе заявления, которые лежат в этой же записи (папка statements); отказов в ней нет. Лист составлен до печати: печать \
                 см. в sealed.pdf, внесение в реестр и состав записи, этот лист в том числе, – в log-proof.txt."
            }
        }
    }
}

/// «Документ заменён версией 2», empty for the last version.
fn replaced(about: &About) -> String {
    match about.replaced_by {
        0 => String::new(),
        version => format!("Документ заменён версией {version}"),
    }
}

/// The sheet of signatures (лист подписей): every event with time and offset, office, certificate and digests (features F56).
pub fn signature_sheet(about: &About, events: &[SignedEvent], bound: Bound) -> Form {
    let heads = [
        ("№", 4),
        ("Когда (время и смещение от UTC)", 15),
        ("Событие", 12),
        ("Кто, должность; код сотрудника", 23),
        ("Ступень", 16),
        ("Листов", 6),
        ("Сертификат №", 17),
        ("Заявление: файл, SHA-256", 26),
        ("Примечание", 16),
    ];
    let mut table = Table::new(&heads).titled("Подписи").sized(75).middle(&[0, 5]);
    for (no, event) in (1..).zip(events) {
        table = table.line(vec![
            no.to_string(),
            words::moment(&event.at),
            event.what.clone(),
            parted(&event.who, &event.signer),
            event.stage.clone(),
            event.sheets.to_string(),
            event.certificate.clone(),
            parted(&event.file, &event.statement),
            event.note.clone(),
        ]);
    }
    let office = (!about.office.is_empty()).then(|| Block::Note {
        text: format!("Служебный адрес всех подписавших: {}. Сетевой адрес в заявлении не записывается.", about.office),
    });
    let empty = events.is_empty().then(|| Block::Note { text: "Подписей ещё нет.".to_owned() });
    Form::new("signature-sheet", "ЛИСТ ПОДПИСЕЙ")
        .landscape()
        .organisation(&about.school)
        .subtitle(&about.document)
        .subtitle(&format!("{}, версия {}", about.what, about.version))
        .subtitle(&replaced(about))
        .with(Block::Table(table))
        .maybe(empty)
        .maybe(office)
        .with(Block::Note { text: bound.told().to_owned() })
        .with(Block::Note { text: format!("Снимок данных, SHA-256: {}", about.snapshot) })
        .with(Block::Note { text: format!("Выпущенный PDF, SHA-256: {}", about.issued_pdf) })
        .with(Block::Note {
            text:
                "Заявление с подписью проверяет openssl pkeyutl -verify -rawin; порядок – в файле README записи архива."
                    .to_owned(),
        })
}

/// Two texts of one cell, either of which may be empty.
fn parted(first: &str, second: &str) -> String {
    let parts = [first, second];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A remark in one line, with the words that say what is what: «Замечание к листу «Литература», отметка: не та отметка». `category` is «Отметка», or of
/// a recall «Возврат на исправление»; `sheet` is empty for a remark on the whole copy.
pub fn remark_words(sheet: &str, category: &str, said: &str) -> String {
    let about = category.to_lowercase();
    match sheet {
        "" => format!("Замечание ко всей копии, {about}: {said}"),
        sheet => format!("Замечание к листу «{sheet}», {about}: {said}"),
    }
}

/// The differences of a version against the one before it: sheet, learner, cell, was, is, and the ground; `notes` are sentences of their own above
/// them: remarks, and which sheets are signed anew.
pub fn differences(about: &About, ground: &str, notes: &[String], found: &[ChangedValue]) -> Form {
    let heads =
        [("№", 4), ("Лист", 20), ("Обучающийся", 18), ("Графа", 22), ("Было", 12), ("Стало", 12), ("Основание", 12)];
    let mut table = Table::new(&heads).titled("Отличия").sized(85).middle(&[0]);
    table.dashed = true;
    for (no, one) in (1..).zip(&grounded(found, ground)) {
        let cells = [&one.sheet, &one.learner, &one.cell, &one.was, &one.is, &one.ground].map(Clone::clone);
        table = table.line([no.to_string()].into_iter().chain(cells).collect());
    }
    let mut form = Form::new("version-differences", "ОТЛИЧИЯ ВЕРСИИ")
        .organisation(&about.school)
        .subtitle(&about.document)
        .subtitle(&format!("{}, версия {}", about.what, about.version))
        .subtitle(&replaced(about))
        .subtitle(ground);
    for note in notes {
        form = form.with(Block::Note { text: note.clone() });
    }
    match found.is_empty() {
        true => {
            form.with(Block::Note { text: "Содержание листов не изменилось.".to_owned() })
        }
        false => form.with(Block::Table(table)),
    }
}

/// Both papers on made-up data, as every form of the office has them.
pub fn examples() -> Vec<Form> {
    let school = "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 5»";
    let about = About {
        school: school.to_owned(),
        office: "МБОУ «СОШ № 5», г. Чернушка".to_owned(),
        document: "Копия классного журнала № 2025-5А-1Ч".to_owned(),
        what: "5А класс, I четверть, 2025/2026 учебный год".to_owned(),
        version: 2,
        replaced_by: 0,
        snapshot: Digest::of(b"snapshot").to_hex(),
        issued_pdf: Digest::of(b"issued").to_hex(),
    };
    let event = |(no, [at, what, who, signer, stage, note]): (usize, [&str; 6])| SignedEvent {
        at: at.to_owned(),
        what: what.to_owned(),
        who: who.to_owned(),
        signer: signer.to_owned(),
        stage: stage.to_owned(),
        sheets: 4 - no,
        certificate: Digest::of(signer.as_bytes()).to_hex()[..32].to_owned(),
        file: format!("statements/{no:02}-{signer}.txt"),
        statement: Digest::of(at.as_bytes()).to_hex(),
        note: note.to_owned(),
    };
    let checked = "Достоверность копии проверил: учитель";
    let said = [
        ["2025-10-23T16:02:11+05:00", "в силе с версии 1", "Агатова Слюда Опаловна, учитель", "T00004", checked, ""],
        [
            "2025-10-27T09:15:40+05:00",
            "подписано на бумаге",
            "Рябинин Гранит Базальтович, учитель",
            "T00002",
            checked,
            "подпись от 27.10.2025 видел(а): Осокина Мята Ивовна, заместитель директора по УВР",
        ],
        [
            "2025-10-27T14:31:07+05:00",
            "подписано",
            "Малахитова Яшма Кварцевна, директор (приказ от 20.10.2025 № 140-к)",
            "T00001",
            "Утверждаю:",
            "",
        ],
    ];
    let events: Vec<SignedEvent> = (1..).zip(said).map(event).collect();
    let changed = |learner: &str, cell: &str, was: &str, is: &str, ground: &str| ChangedValue {
        sheet: "Математика".to_owned(),
        learner: learner.to_owned(),
        cell: cell.to_owned(),
        was: was.to_owned(),
        is: is.to_owned(),
        ground: ground.to_owned(),
    };
    let changes = [
        changed("Берёзов Агат", "14.10.2025, 2-й урок: запись об ученике", "3", "4", "отметка: не того ученика"),
        changed("", "15.10.2025, 3-й урок: тема", "", "Сложение дробей с разными знаменателями", ""),
    ];
    let notes = [
        remark_words("Математика", "Отметка", "выставлена не тому ученику"),
        "Подпись осталась в силе под 13 листами.".to_owned(),
        "Подписать заново: лист 7 «Математика» — Рябинин Г.Б.".to_owned(),
    ];
    let ground = "исправлено по замечанию учителя";
    vec![signature_sheet(&about, &events, Bound::Record), differences(&about, ground, &notes, &changes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_sheet_says_its_offset() {
        let event = |at: &str| SignedEvent { at: at.to_owned(), ..SignedEvent::default() };
        let events = [event("2025-10-27T14:31:07+05:00"), event("2025-10-28T09:00:00+05:00")];
        let form = signature_sheet(&About::default(), &events, Bound::Record);
        let rows: Vec<_> = form.tables().flat_map(|table| &table.rows).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.cells[1].ends_with("+05:00")), "{rows:?}");
    }
}
