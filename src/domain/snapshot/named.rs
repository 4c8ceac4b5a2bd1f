//! What a copy is called among documents: in the register, on forms, in a record's own descriptions, the same everywhere. Floor 0.

use super::{AttendanceSheet, ChangesSheet, CopyFacts, CopyKind, Sheet};

/// Number of the supplement that an identifier of a copy names; `None` for all other copies. A number that was opened again carries the opening
/// behind it: `2025-05A-Q1-SUP1-2` is № 1 as well.
pub fn supplement_no(id: &str) -> Option<u32> {
    let (_, said) = id.rsplit_once("-SUP")?;
    let no = said.split_once('-').map_or(said, |(no, _)| no);
    no.parse().ok()
}

/// How the identifier of a year's journal ends; its summary sheet's is the same without the last part.
pub const YEAR_JOURNAL: &str = "-Y-J";

/// What a copy is: «копия классного журнала», «копия классного журнала за год», «дополнительный лист № 1», «сводная ведомость».
pub fn kind_words(kind: CopyKind, id: &str) -> String {
    match supplement_no(id) {
        Some(no) => format!("дополнительный лист № {no}"),
        None if id.ends_with(YEAR_JOURNAL) => format!("{} за год", kind.as_russian()),
        None => kind.as_russian().to_owned(),
    }
}

/// Its name: «копия классного журнала № 2025-5А-1Ч», «дополнительный лист № 1 к копии № 2025-5А-1Ч».
pub fn document_words(kind: CopyKind, id: &str, number: &str) -> String {
    match supplement_no(id) {
        Some(no) => {
            // The supplement's own number is the copy's with its own behind: «2025-5А-1Ч-Д1».
            let of = number.strip_suffix(&format!("-Д{no}")).unwrap_or(number);
            format!("дополнительный лист № {no} к копии № {of}")
        }
        None => format!("{} № {number}", kind_words(kind, id)),
    }
}

/// Final marks of the class by subjects (domain.md 2.3).
const SUCCESS: &str = "Сводная ведомость учёта успеваемости обучающихся";
/// Missed lessons by days (domain.md 2.4 a).
pub const BY_DAYS: &str = "Сводная ведомость учёта посещаемости";
/// Missed lessons in all (domain.md 2.4 b).
pub const MISSED: &str = "Сведения о количестве уроков, пропущенных обучающимися";

impl AttendanceSheet {
    /// What stands on its pages, as the contents name them: the days of the months, where it has them, and the totals.
    pub fn titles(&self) -> Vec<&'static str> {
        if self.months.is_empty() { vec![MISSED] } else { vec![BY_DAYS, MISSED] }
    }
}

impl ChangesSheet {
    /// «Изменения по сравнению с версией 1».
    pub fn title(&self) -> String {
        format!("Изменения по сравнению с версией {}", self.replaces)
    }
}

impl Sheet {
    /// What the sheet is called on its pages, in the contents and wherever the house lists sheets.
    pub fn title(&self) -> String {
        match self {
            Self::Title(_) => "Титульный лист и оглавление".to_owned(),
            Self::Learners(_) => "Список обучающихся".to_owned(),
            Self::Course(sheet) => sheet.listed(),
            Self::Attendance(sheet) => sheet.titles().join("; "),
            Self::FinalMarks(marks) if !marks.period.is_empty() => format!("{SUCCESS}, {}", marks.period),
            Self::FinalMarks(_) | Self::Summary(_) => SUCCESS.to_owned(),
            Self::Changes(sheet) => sheet.title(),
        }
    }
}

impl CopyFacts {
    /// What it is: «копия классного журнала», «дополнительный лист № 1», «сводная ведомость».
    pub fn kind_words(&self) -> String {
        kind_words(self.kind, &self.id)
    }

    /// Its name among documents: «дополнительный лист № 1 к копии № 2025-5А-1Ч».
    pub fn document_words(&self) -> String {
        document_words(self.kind, &self.id, &self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supplement_is_never_called_a_copy_of_the_journal() {
        let (copy, sheet) = (CopyKind::PeriodCopy, CopyKind::SummarySheet);
        assert_eq!(document_words(copy, "2025-05A-Q1", "2025-5А-1Ч"), "копия классного журнала № 2025-5А-1Ч");
        assert_eq!(
            document_words(copy, "2025-05A-Q1-SUP12", "2025-5А-1Ч-Д12"),
            "дополнительный лист № 12 к копии № 2025-5А-1Ч"
        );
        assert_eq!(kind_words(copy, "2025-05A-Q1-SUP2"), "дополнительный лист № 2");
        assert_eq!(kind_words(copy, "2025-05A-Q1-SUP1-2"), "дополнительный лист № 1");
        assert_eq!(
            document_words(copy, "2025-05A-Q1-SUP1-2", "2025-5А-1Ч-Д1"),
            "дополнительный лист № 1 к копии № 2025-5А-1Ч"
        );
        assert_eq!(kind_words(copy, "2025-05A-Q1"), "копия классного журнала");
        assert_eq!(
            document_words(copy, "2025-05A-Y-J", "2025-5А-Год-Ж"),
            "копия классного журнала за год № 2025-5А-Год-Ж"
        );
        assert_eq!(document_words(sheet, "2025-05A-YEAR", "2025-5А-Год"), "сводная ведомость № 2025-5А-Год");
    }
}
