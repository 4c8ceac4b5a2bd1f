//! Two papers of the signing desk: the sheet of signatures of a copy, and the differences of a version. Floor 0.

use super::form::{Block, Form, Table};
use super::snapshot::ChangedValue;

/// Whose copy it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Full name of the school.
    pub school: String,
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
    /// Words of the stage.
    pub stage: String,
    /// How many sheets.
    pub sheets: usize,
    /// Serial number of the certificate.
    pub certificate: String,
    /// SHA-256 of the statement.
    pub statement: String,
    /// Remarks of a refusal, who saw the ink; may be empty.
    pub note: String,
}

/// «27.10.2025 14:31:07 +03:00»: the moment with its offset; a text that is no moment stays as it is.
fn moment_with_offset(rfc3339: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(rfc3339)
        .map_or_else(|_| rfc3339.to_owned(), |at| at.format("%d.%m.%Y %H:%M:%S %:z").to_string())
}

/// «Документ заменён версией 2», empty for the last version.
fn replaced(about: &About) -> String {
    match about.replaced_by {
        0 => String::new(),
        version => format!("Документ заменён версией {version}"),
    }
}

/// The sheet of signatures (лист подписей): every event with time and offset, certificate and digests (features F56).
pub fn signature_sheet(about: &About, events: &[SignedEvent]) -> Form {
    let heads = [
        ("№", 4),
        ("Когда (время и смещение от UTC)", 15),
        ("Событие", 12),
        ("Кто, должность", 22),
        ("Ступень", 16),
        ("Листов", 6),
        ("Сертификат №", 17),
        ("Заявление, SHA-256", 25),
        ("Примечание", 18),
    ];
    let mut table = Table::new(&heads).titled("Подписи").sized(75).middle(&[0, 5]);
    for (no, event) in (1..).zip(events) {
        table = table.line(vec![
            no.to_string(),
            moment_with_offset(&event.at),
            event.what.clone(),
            event.who.clone(),
            event.stage.clone(),
            event.sheets.to_string(),
            event.certificate.clone(),
            event.statement.clone(),
            event.note.clone(),
        ]);
    }
    let empty = events.is_empty().then(|| Block::Note { text: "Подписей ещё нет.".to_owned() });
    Form::new("signature-sheet", "ЛИСТ ПОДПИСЕЙ")
        .landscape()
        .organisation(&about.school)
        .subtitle(&about.document)
        .subtitle(&format!("{}, версия {}", about.what, about.version))
        .subtitle(&replaced(about))
        .with(Block::Table(table))
        .maybe(empty)
        .with(Block::Note { text: format!("Снимок данных, SHA-256: {}", about.snapshot) })
        .with(Block::Note { text: format!("Выпущенный PDF, SHA-256: {}", about.issued_pdf) })
        .with(Block::Note {
            text:
                "Заявление с подписью проверяет openssl pkeyutl -verify -rawin; порядок – в файле README записи архива."
                    .to_owned(),
        })
}

/// The differences of a version against the one before it: sheet, learner, cell, was, is, and the ground.
pub fn differences(about: &About, ground: &str, remarks: &[(String, String)], found: &[ChangedValue]) -> Form {
    let heads =
        [("№", 4), ("Лист", 20), ("Обучающийся", 18), ("Графа", 22), ("Было", 12), ("Стало", 12), ("Основание", 12)];
    let mut table = Table::new(&heads).titled("Отличия").sized(85).middle(&[0]);
    table.dashed = true;
    for (no, one) in (1..).zip(found) {
        let cells = [&one.sheet, &one.learner, &one.cell, &one.was, &one.is, &one.ground].map(Clone::clone);
        table = table.line([no.to_string()].into_iter().chain(cells).collect());
    }
    let mut form = Form::new("version-differences", "ОТЛИЧИЯ ВЕРСИИ")
        .organisation(&about.school)
        .subtitle(&about.document)
        .subtitle(&format!("{}, версия {}", about.what, about.version))
        .subtitle(&replaced(about))
        .subtitle(ground);
    for (what, words) in remarks {
        form = form.with(Block::Note { text: format!("Замечание: {what} — {words}") });
    }
    match found.is_empty() {
        true => {
            form.with(Block::Note { text: "Содержание листов не изменилось.".to_owned() })
        }
        false => form.with(Block::Table(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_offset() {
        assert_eq!(moment_with_offset("2025-10-27T14:31:07+05:00"), "27.10.2025 14:31:07 +05:00");
        assert_eq!(moment_with_offset("вчера"), "вчера");
    }

    #[test]
    fn every_line_of_the_sheet_says_its_offset() {
        let event = |at: &str| SignedEvent { at: at.to_owned(), ..SignedEvent::default() };
        let events = [event("2025-10-27T14:31:07+05:00"), event("2025-10-28T09:00:00+05:00")];
        let form = signature_sheet(&About::default(), &events);
        let rows: Vec<_> = form.tables().flat_map(|table| &table.rows).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.cells[1].ends_with("+05:00")), "{rows:?}");
    }
}
