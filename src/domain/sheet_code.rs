//! What the QR code of a page says: which page of which sheet of which version of which copy, and under which root of the log. Floor 0.
//!
//! Upper-case ASCII of the QR alphanumeric set, so that the code stays small:
//! `LTP2:<copy>:<version>:<sheet>/<sheets>:<page>/<pages>:<16 hex of the sheet's digest>:<log size>:<16 hex of its root>`.
//! A sheet (лист) may take several pages of paper; each has its own code, so that a pile tells which one is missing.

use super::canon::Digest;
use super::edition::CheckpointFacts;

/// Mark and version of the text.
const MARK: &str = "LTP2";

/// A page's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetCode {
    /// Copy identifier in upper case.
    pub copy: String,
    /// Version of the copy, from 1.
    pub version: u32,
    /// Number of the sheet, from 1.
    pub sheet: u32,
    /// Sheets of the copy.
    pub sheets: u32,
    /// Number of the page in the copy, from 1.
    pub page: u32,
    /// Pages of the copy.
    pub pages: u32,
    /// First 16 hexadecimal digits of the sheet's SHA-256, upper case.
    pub digest: String,
    /// Entries of the audit log when the page was typeset.
    pub log_size: u64,
    /// First 16 hexadecimal digits of the log's root, upper case.
    pub root: String,
}

/// Why a text is no code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// It does not begin with our mark.
    #[error("это не код листа «Летописи»")]
    Foreign,
    /// It begins with the mark and then says something that no page says.
    #[error("код похож на код листа «Летописи», но записан не по правилам")]
    Malformed,
}

impl SheetCode {
    /// The code of a page.
    pub fn of(
        (copy, version): (&str, u32),
        (sheet, sheets): (usize, usize),
        (page, pages): (usize, usize),
        digest: &Digest,
        checkpoint: &CheckpointFacts,
    ) -> Self {
        Self {
            copy: copy.to_uppercase(),
            version,
            sheet: sheet as u32,
            sheets: sheets as u32,
            page: page as u32,
            pages: pages as u32,
            digest: digest.prefix(),
            log_size: checkpoint.size,
            root: checkpoint.root.prefix(),
        }
    }

    /// What the QR says.
    pub fn to_text(&self) -> String {
        let Self { copy, version, sheet, sheets, page, pages, digest, log_size, root } = self;
        format!("{MARK}:{copy}:{version}:{sheet}/{sheets}:{page}/{pages}:{digest}:{log_size}:{root}")
    }

    /// Reads [`SheetCode::to_text`] and nothing else: no leading zero, no sign, no small letter, no number beyond its total.
    pub fn parse(text: &str) -> Result<Self, NotOurs> {
        let rest = text.strip_prefix(MARK).and_then(|rest| rest.strip_prefix(':')).ok_or(NotOurs::Foreign)?;
        let code = Self::fields(rest).ok_or(NotOurs::Malformed)?;
        if code.is_sound() && code.to_text() == text { Ok(code) } else { Err(NotOurs::Malformed) }
    }

    fn fields(rest: &str) -> Option<Self> {
        let fields: Vec<&str> = rest.split(':').collect();
        let [copy, version, sheet, page, digest, log_size, root] = fields.as_slice() else { return None };
        let pair = |text: &str| {
            let (no, of) = text.split_once('/')?;
            Some((no.parse().ok()?, of.parse().ok()?))
        };
        let ((sheet, sheets), (page, pages)) = (pair(sheet)?, pair(page)?);
        Some(Self {
            copy: (*copy).to_owned(),
            version: version.parse().ok()?,
            sheet,
            sheets,
            page,
            pages,
            digest: (*digest).to_owned(),
            log_size: log_size.parse().ok()?,
            root: (*root).to_owned(),
        })
    }

    fn is_sound(&self) -> bool {
        let is_hex = |text: &str| {
            text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
        };
        let is_copy = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-';
        let within = |no: u32, of: u32| (1..=of).contains(&no);
        !self.copy.is_empty()
            && self.copy.bytes().all(is_copy)
            && self.version > 0
            && within(self.sheet, self.sheets)
            && within(self.page, self.pages)
            && self.sheets <= self.pages
            && is_hex(&self.digest)
            && is_hex(&self.root)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    const TEXT: &str = "LTP2:2025-05A-Q1:1:3/18:5/46:0123456789ABCDEF:207:FEDCBA9876543210";

    #[test]
    fn a_code_reads_back_what_was_printed() {
        let root = Digest::of(b"root");
        let checkpoint = CheckpointFacts { origin: "school".to_owned(), size: 207, root };
        let code = SheetCode::of(("2025-05a-q1", 2), (3, 18), (5, 46), &Digest::of(b"sheet"), &checkpoint);
        assert_eq!(SheetCode::parse(&code.to_text()), Ok(code.clone()));
        assert_eq!(code.copy, "2025-05A-Q1");
        assert_eq!(SheetCode::parse(TEXT).unwrap().to_text(), TEXT);
    }

    #[test]
    fn anything_else_is_foreign_or_malformed() {
        for foreign in [
            "",
            "https://example.org/1",
            "ltp2:2025",
            "LTP2",
            "LTP1:2025-05A-Q1:1:3/18:0123456789ABCDEF:1:0123456789ABCDEF",
        ] {
            assert_eq!(SheetCode::parse(foreign), Err(NotOurs::Foreign), "{foreign}");
        }
        let swap = |from: &str, to: &str| TEXT.replacen(from, to, 1);
        let malformed = [
            swap(":1:", ":01:"),
            swap(":1:", ":+1:"),
            swap(":1:", ":0:"),
            swap("3/18", "19/18"),
            swap("3/18", "0/18"),
            swap("5/46", "47/46"),
            swap("3/18", "3/47"),
            swap("ABCDEF", "abcdef"),
            swap("ABCDEF", "ABCDE"),
            swap(":207:", ":-1:"),
            swap(":207:", ":99999999999999999999:"),
            swap("2025-05A", "2025 05A"),
            swap("2025-05A-Q1", ""),
            format!("{TEXT} "),
            format!("{TEXT}:1"),
            swap(":207", ""),
        ];
        for text in malformed {
            assert_eq!(SheetCode::parse(&text), Err(NotOurs::Malformed), "{text}");
        }
    }
}
