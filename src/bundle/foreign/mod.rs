//! Reports of other programs as a journal: what a secretary really has in hand. Floor 1.
//!
//! Each adapter first reads its file for what it is, then gives what it says to [`Growing`], which knows the school's own people and
//! courses and finds whoever it cannot match.

mod growing;
mod heads;
pub mod pupil_report;
pub mod report_card;
pub mod scale;

pub use growing::{Growing, MadeTable};

use super::facts::Format;
use super::headings::fold;
use super::workbook::BookSheet;

/// A report that was read.
pub enum Foreign {
    /// «Отчет об успеваемости и посещаемости ученика», the whole class.
    PupilReport(pupil_report::PupilReport),
    /// «Табель успеваемости учащегося», the whole class.
    ReportCard(report_card::ReportCard),
    /// A class of «Шкала».
    Scale(scale::ScaleClass),
}

impl Foreign {
    /// What kind of file it is.
    pub fn format(&self) -> Format {
        match self {
            Self::PupilReport(_) => Format::PupilReport,
            Self::ReportCard(_) => Format::ReportCard,
            Self::Scale(_) => Format::Scale,
        }
    }

    /// The school year that it names.
    pub fn year(&self) -> Option<String> {
        match self {
            Self::PupilReport(report) => report.year(),
            Self::ReportCard(card) => card.year(),
            Self::Scale(_) => None,
        }
    }
}

/// Rows among which the title of a report is looked for.
const TITLE_ROWS: usize = 12;

/// The report that a sheet holds, known by its title.
pub fn report(sheet: &BookSheet) -> Option<Foreign> {
    for row in sheet.rows.iter().take(TITLE_ROWS) {
        for (_, text) in row.filled() {
            let title = fold(text);
            if title.starts_with("отчет об успеваемости и посещаемости ученика")
            {
                return Some(Foreign::PupilReport(pupil_report::read(sheet)));
            }
            if title.starts_with("табель успеваемости") {
                return Some(Foreign::ReportCard(report_card::read(sheet)));
            }
        }
    }
    None
}
