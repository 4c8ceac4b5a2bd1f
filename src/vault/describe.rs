//! Descriptions inside a record: a README for people, PREMIS 3 and Dublin Core for archives. Floor 1.
//!
//! All of them say again what the signed files say; none of them is an authority. No learner is named.

use std::fmt::Write as _;

use super::record::Parts;
use crate::domain::canon::Digest;
use crate::domain::log_proof::{object_id, object_name};
use crate::domain::snapshot::Snapshot;
use crate::domain::words;

/// `README.txt`: what is here and how to check it in many years with stock tools.
pub(super) fn readme(snapshot: &Snapshot) -> String {
    let facts = [
        ("Учреждение", snapshot.school.name.clone()),
        ("Документ", snapshot.copy.document_words()),
        ("Класс", snapshot.class.name.clone()),
        (
            "Период",
            format!(
                "{} ({} – {})",
                snapshot.period.name,
                words::day(&snapshot.period.starts),
                words::day(&snapshot.period.ends)
            ),
        ),
        ("Учебный год", snapshot.year.clone()),
        ("Версия", snapshot.copy.version.to_string()),
        ("Обозначение", object_name(&snapshot.copy.id, snapshot.copy.version)),
    ];
    let mut text = String::from("ЗАПЕЧАТАННАЯ ЗАПИСЬ АРХИВА КЛАССНЫХ ЖУРНАЛОВ\n\n");
    for (heading, value) in facts {
        let _ = writeln!(text, "{heading}: {}", one_line(&value));
    }
    let _ = write!(text, include_str!("readme.txt"), authority = snapshot.school.authority);
    text
}

/// `dc.xml`: Dublin Core 1.1.
pub(super) fn dublin_core(parts: &Parts<'_>) -> String {
    let snapshot = parts.snapshot;
    let title =
        format!("{}: {}, {}, {}", snapshot.copy.kind_words(), snapshot.class.name, snapshot.period.name, snapshot.year);
    let elements = [
        ("title", title),
        ("identifier", object_id(&snapshot.school.id, &snapshot.copy.id, snapshot.copy.version)),
        ("identifier", snapshot.copy.number.clone()),
        ("creator", snapshot.school.name.clone()),
        ("publisher", snapshot.school.name.clone()),
        ("date", parts.sealed_at.to_owned()),
        ("coverage", format!("{}/{}", snapshot.period.starts, snapshot.period.ends)),
        ("type", "Text".to_owned()),
        ("format", "application/pdf".to_owned()),
        ("language", "ru".to_owned()),
        ("rights", "Содержит персональные данные обучающихся; доступ ограничен".to_owned()),
    ];
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n",
    );
    for (element, value) in elements {
        let _ = writeln!(xml, "  <dc:{element}>{}</dc:{element}>", escaped(&value));
    }
    xml.push_str("</metadata>\n");
    xml
}

/// `premis.xml`: PREMIS 3.0, the least that names objects, events and agents.
pub(super) fn premis(parts: &Parts<'_>) -> String {
    let snapshot = parts.snapshot;
    let id = object_id(&snapshot.school.id, &snapshot.copy.id, snapshot.copy.version);
    let mut xml = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<premis xmlns=\"http://www.loc.gov/premis/v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" version=\"3.0\">\n",
    ));
    // PRONOM: fmt/480 is PDF/A-3b, fmt/817 is JSON.
    premis_file(&mut xml, "sealed.pdf", parts.sealed_pdf, ("PDF/A-3b", "fmt/480"));
    premis_file(&mut xml, "issued.pdf", parts.issued_pdf, ("PDF/A-3b", "fmt/480"));
    premis_file(&mut xml, "signatures.pdf", parts.signatures_pdf, ("PDF/A-3b", "fmt/480"));
    premis_file(&mut xml, "snapshot.json", &snapshot.to_bytes(), ("JSON Data Interchange Format", "fmt/817"));
    premis_event(&mut xml, &id, "creation", &snapshot.frozen_at, "Учётный период закрыт, сведения зафиксированы");
    let sealed = match snapshot.copy.supplement {
        Some(_) => "Дополнительный лист скреплён печатью школы",
        None => "Копия скреплена печатью школы",
    };
    premis_event(&mut xml, &id, "digital signature generation", parts.sealed_at, sealed);
    let _ = write!(
        xml,
        "  <agent>\n    <agentIdentifier><agentIdentifierType>URN</agentIdentifierType><agentIdentifierValue>{}\
         </agentIdentifierValue></agentIdentifier>\n    <agentName>{}</agentName>\n    <agentType>organization</agentType>\n  \
         </agent>\n</premis>\n",
        escaped(&format!("urn:letopis:{}", snapshot.school.id)),
        escaped(&snapshot.school.name),
    );
    xml
}

fn premis_file(xml: &mut String, file: &str, bytes: &[u8], (format, pronom): (&str, &str)) {
    let _ = write!(
        xml,
        "  <object xsi:type=\"file\">\n    <objectIdentifier><objectIdentifierType>path</objectIdentifierType>\
         <objectIdentifierValue>{file}</objectIdentifierValue></objectIdentifier>\n    <objectCharacteristics>\n      \
         <fixity><messageDigestAlgorithm>SHA-256</messageDigestAlgorithm><messageDigest>{}</messageDigest></fixity>\n      \
         <size>{}</size>\n      <format><formatDesignation><formatName>{format}</formatName></formatDesignation>\
         <formatRegistry><formatRegistryName>PRONOM</formatRegistryName><formatRegistryKey>{pronom}</formatRegistryKey>\
         </formatRegistry></format>\n    </objectCharacteristics>\n  </object>\n",
        Digest::of(bytes),
        bytes.len(),
    );
}

fn premis_event(xml: &mut String, id: &str, kind: &str, at: &str, detail: &str) {
    let _ = write!(
        xml,
        "  <event>\n    <eventIdentifier><eventIdentifierType>URN</eventIdentifierType><eventIdentifierValue>{}:{}\
         </eventIdentifierValue></eventIdentifier>\n    <eventType>{kind}</eventType>\n    <eventDateTime>{}\
         </eventDateTime>\n    <eventDetailInformation><eventDetail>{detail}</eventDetail></eventDetailInformation>\n  \
         </event>\n",
        escaped(id),
        kind.replace(' ', "-"),
        escaped(at),
    );
}

/// Text as XML character data. Control characters, which XML 1.0 (2.2) has no way to write, become U+FFFD.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut xml, character| {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\t' | '\n' | '\r' => xml.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            other => xml.push(other),
        }
        xml
    })
}

/// Text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_school_name_cannot_break_the_xml() {
        assert_eq!(escaped("Школа «А&Б» <1>\u{0}\n"), "Школа «А&amp;Б» &lt;1&gt;\u{fffd} ");
    }
}
