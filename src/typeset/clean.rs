//! Texts that the faces can print: what none of them has is substituted visibly and named. Floor 1.
//!
//! One unmapped character would fail the whole PDF/A export. The snapshot itself is never changed: only the copy of it
//! that is about to be set.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::edition::Edition;
use crate::domain::finding::{Finding, Severity};
use crate::domain::snapshot::Snapshot;

use super::fonts::{SUBSTITUTE, covers};

const NO_BREAK: char = '\u{a0}';

/// Snapshot and edition as they can be printed, with a finding for each character and sheet.
pub fn clean(snapshot: &Snapshot, edition: &Edition) -> Result<(Snapshot, Edition, Vec<Finding>), serde_json::Error> {
    let mut findings = Vec::new();
    let mut value = serde_json::to_value(snapshot)?;
    let sheets = value.get_mut("sheets").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let head = clean_part(value, "титульный лист и подписи", &mut findings);
    let total = sheets.len();
    let sheets: Vec<Value> = sheets
        .into_iter()
        .zip(&snapshot.sheets)
        .enumerate()
        .map(|(index, (sheet, known))| {
            let place = format!("лист {} / {total} ({})", index + 1, known.id());
            clean_part(sheet, &place, &mut findings)
        })
        .collect();
    let mut head = head;
    head["sheets"] = Value::Array(sheets);
    let edition = clean_part(serde_json::to_value(edition)?, "отметки об электронной подписи", &mut findings);
    Ok((read(head)?, read(edition)?, findings))
}

/// Data of a template as they can be printed, line by line: ends of lines stay.
pub fn clean_data(value: &mut Value, place: &str) -> Vec<Finding> {
    let mut missing = BTreeSet::new();
    clean_lines(value, &mut missing);
    missing.into_iter().map(|c| finding(c, place)).collect()
}

fn clean_lines(value: &mut Value, missing: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => {
            // A space at an edge parts these words from the next ones.
            let edge = |at: bool| if at { " " } else { "" };
            let mut piece = |piece: &str| match clean_text(piece, missing) {
                Some(clean) => format!("{}{clean}{}", edge(piece.starts_with(' ')), edge(piece.ends_with(' '))),
                None => piece.to_owned(),
            };
            let line = |line: &str| {
                let mut pieces = line.split(NO_BREAK);
                let first = piece(pieces.next().unwrap_or_default());
                pieces.fold(first, |mut out, next| {
                    // «№ 5», «1 204», «3 файла» stay in one line; elsewhere such a space came with a text of Word's.
                    let next = piece(next);
                    let kept = out.ends_with(|c: char| c == '№' || c.is_ascii_digit());
                    if kept {
                        out.push(NO_BREAK);
                    } else if !out.ends_with(' ') {
                        out.push(' ');
                    }
                    out + next.trim_start()
                })
            };
            *text = text.split('\n').map(line).collect::<Vec<_>>().join("\n");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean_lines(item, missing)),
        Value::Object(fields) => fields.values_mut().for_each(|item| clean_lines(item, missing)),
        _ => {}
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(value)
}

fn clean_part(mut value: Value, place: &str, findings: &mut Vec<Finding>) -> Value {
    let mut missing = BTreeSet::new();
    clean_value(&mut value, &mut missing);
    findings.extend(missing.into_iter().map(|c| finding(c, place)));
    value
}

fn finding(c: char, place: &str) -> Finding {
    let shown = if c.is_control() { String::new() } else { format!(" «{c}»") };
    Finding::new(
        "typeset.substituted-character",
        place,
        format!("Знака нет ни в одном шрифте документа: вместо него напечатано «{SUBSTITUTE}»."),
    )
    .expected_found("знак, который есть в шрифтах документа", format!("U+{:04X}{shown}", c as u32))
    .weighing(Severity::Warning)
}

fn clean_value(value: &mut Value, missing: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => {
            if let Some(clean) = clean_text(text, missing) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean_value(item, missing)),
        Value::Object(fields) => fields.values_mut().for_each(|item| clean_value(item, missing)),
        _ => {}
    }
}

/// The text as it can be printed; `None` when it can be printed as it is. White space of any kind becomes one
/// space, as a reader sees it.
fn clean_text(text: &str, missing: &mut BTreeSet<char>) -> Option<String> {
    let plain = |c: char| c == ' ' || matches!(c, '!'..='~' | 'А'..='я' | 'Ё' | 'ё' | '№' | '«' | '»' | '–' | '—');
    if text.chars().all(plain) && !text.contains("  ") {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if is_invisible(c) {
            // Word leaves these behind; nothing that a reader sees is lost with them.
        } else if covers(c) {
            clean.push(c);
        } else {
            missing.insert(c);
            clean.push(SUBSTITUTE);
        }
    }
    Some(clean.trim().to_owned())
}

/// Soft hyphen, zero-width spaces and joiners, word joiner, byte order mark: they print nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_becomes_a_space_and_an_unknown_character_a_box() {
        let mut missing = BTreeSet::new();
        assert_eq!(clean_text("а\r\n\tб🦄\u{0}", &mut missing).as_deref(), Some("а б▯▯"));
        assert_eq!(missing.into_iter().collect::<String>(), "\u{0}🦄");
    }

    #[test]
    fn a_form_keeps_the_spaces_that_hold_a_number_together() {
        let mut form =
            serde_json::json!(["носитель учётный №\u{a0}", "из 1\u{a0}204 файлов", "из\u{a0}Word \u{a0} тоже"]);
        assert_eq!(clean_data(&mut form, "форма"), []);
        assert_eq!(form, serde_json::json!(["носитель учётный №\u{a0}", "из 1\u{a0}204 файлов", "из Word тоже"]));
    }

    #[test]
    fn a_plain_text_stays_as_it_is() {
        assert_eq!(clean_text("Тема № 5: «Дроби» #let *x* _y_ @z $1$ \\ `код` ]", &mut BTreeSet::new()), None);
    }
}
