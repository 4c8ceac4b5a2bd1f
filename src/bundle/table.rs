//! Strict CSV (RFC 4180): text to records with their line numbers. Floor 1.
//!
//! Not the `csv` crate's reader: that one mends broken quotes silently, and a record must not be guessed. Nothing here knows
//! what a column means.

use std::borrow::Cow;

/// A record of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Line on which the record begins, from 1.
    pub line: u32,
    /// The fields, unquoted.
    pub fields: Vec<Cow<'a, str>>,
    /// What is wrong with its quotes.
    pub fault: Option<QuoteFault>,
}

/// Quotes that RFC 4180 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteFault {
    /// A quote inside a field that does not begin with one.
    Stray,
    /// Text after the closing quote.
    AfterClosing,
    /// The closing quote never comes.
    Unclosed,
}

/// Lines below the first that say whether that one is a title without a separator of its own.
const LINES_BELOW: usize = 20;

/// The separator of a file by its first line that is not empty: `;` when the line has more of them, else `,`. A title without any `;` above
/// lines that have them, and fewer commas than it, is no header.
pub fn separator(text: &str) -> u8 {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(1 + LINES_BELOW);
    let header = lines.next().unwrap_or_default();
    let count = |line: &str, wanted: u8| line.bytes().filter(|byte| *byte == wanted).count();
    let (semicolons, commas) = (count(header, b';'), count(header, b','));
    if semicolons > commas {
        return b';';
    }
    let below: Vec<&str> = lines.collect();
    let parted = below.iter().filter(|line| count(line, b';') > 0).count();
    let by_commas = below.iter().filter(|line| commas > 0 && count(line, b',') >= commas).count();
    let is_title = semicolons == 0 && parted * 2 > below.len() && by_commas * 2 < below.len();
    if is_title { b';' } else { b',' }
}

/// The records of a text; lines without a single character are skipped.
pub fn records(text: &str, separator: u8) -> Vec<Record<'_>> {
    let mut scanner = Scanner { text, at: 0, line: 1, separator, fault: None };
    std::iter::from_fn(|| scanner.record())
        .filter(|record| record.fault.is_some() || record.fields.len() > 1 || !record.fields[0].is_empty())
        .collect()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    separator: u8,
    fault: Option<QuoteFault>,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn record(&mut self) -> Option<Record<'a>> {
        self.byte()?;
        let line = self.line;
        self.fault = None;
        let mut fields = Vec::with_capacity(8);
        loop {
            fields.push(self.field());
            match self.byte() {
                Some(byte) if byte == self.separator => self.at += 1,
                Some(_) => break self.end_line(),
                None => break,
            }
        }
        Some(Record { line, fields, fault: self.fault })
    }

    /// Stands on a line end: CR LF, LF or CR.
    fn end_line(&mut self) {
        if self.text.as_bytes()[self.at..].starts_with(b"\r\n") {
            self.at += 1;
        }
        self.at += 1;
        self.line += 1;
    }

    fn field(&mut self) -> Cow<'a, str> {
        if self.byte() == Some(b'"') { self.quoted() } else { Cow::Borrowed(self.plain()) }
    }

    /// Up to the separator or the line end; both are ASCII, so the cut never falls inside a letter.
    fn plain(&mut self) -> &'a str {
        let from = self.at;
        while let Some(byte) = self.byte() {
            if byte == self.separator || matches!(byte, b'\r' | b'\n') {
                break;
            }
            if byte == b'"' {
                self.fault.get_or_insert(QuoteFault::Stray);
            }
            self.at += 1;
        }
        &self.text[from..self.at]
    }

    fn quoted(&mut self) -> Cow<'a, str> {
        self.at += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find('"') else {
                self.fault = Some(QuoteFault::Unclosed);
                self.pass(rest);
                return value + rest;
            };
            let piece = &rest[..length];
            self.pass(piece);
            self.at += 1;
            value += piece;
            match self.byte() {
                Some(b'"') => {
                    value += "\"";
                    self.at += 1;
                }
                None | Some(b'\r' | b'\n') => return value,
                Some(byte) if byte == self.separator => return value,
                Some(_) => {
                    self.fault.get_or_insert(QuoteFault::AfterClosing);
                    return value + self.plain();
                }
            }
        }
    }

    /// Goes past a piece of a quoted field, counting its lines.
    fn pass(&mut self, piece: &str) {
        let ends = piece.bytes().filter(|byte| *byte == b'\n').count();
        let lone = piece.bytes().filter(|byte| *byte == b'\r').count() - piece.matches("\r\n").count();
        self.line += (ends + lone) as u32;
        self.at += piece.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<(u32, Vec<String>)> {
        let records = records(text, separator(text));
        records.into_iter().map(|r| (r.line, r.fields.into_iter().map(Cow::into_owned).collect())).collect()
    }

    #[test]
    fn quoted_fields_hold_separators_quotes_and_line_breaks() {
        let text = "a,b\r\n\"x, \"\"y\"\"\",\"one\ntwo\r\nthree\"\r\nlast,\n";
        let expected: [(u32, Vec<String>); 3] = [
            (1, vec!["a".into(), "b".into()]),
            (2, vec!["x, \"y\"".into(), "one\ntwo\r\nthree".into()]),
            (5, vec!["last".into(), "".into()]),
        ];
        assert_eq!(fields(text), expected);
    }

    #[test]
    fn semicolons_and_lone_carriage_returns_are_read() {
        let expected: [(u32, Vec<String>); 2] =
            [(1, vec!["a".into(), "b".into()]), (2, vec!["1,5".into(), "2".into()])];
        assert_eq!(fields("a;b\r1,5;2\r"), expected);
        assert_eq!(separator("a;b;c,d"), b';');
        assert_eq!(separator("a,b"), b',');
        assert_eq!(separator("a,b\n1;1,2\n3;3,4\n"), b',', "semicolons inside cells part nothing");
        assert_eq!(separator("Rooms, 2026\na;b\n1;2\n"), b';', "a title is no header");
        assert_eq!(separator("\n\na;b\n1;2\n"), b';');
    }

    #[test]
    fn broken_quotes_are_faults_not_guesses() {
        let fault = |text| records(text, b',').pop().and_then(|record| record.fault);
        assert_eq!(fault("a,the \"b\""), Some(QuoteFault::Stray));
        assert_eq!(fault("\"a\" b,c"), Some(QuoteFault::AfterClosing));
        assert_eq!(fault("a,\"b\nc"), Some(QuoteFault::Unclosed));
        assert_eq!(fault("a,\"b\"\"c\""), None);
        assert_eq!(fault("\"\""), None);
    }

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        assert_eq!(fields("a\n\n\nb"), [(1, vec!["a".to_owned()]), (4, vec!["b".to_owned()])]);
    }
}
