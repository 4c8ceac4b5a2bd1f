//! What a stolen account wrote and nobody decided on yet: rows that are shown struck through and counted nowhere. Floor 0.
//!
//! SEC-03, 003 Зам 21: such an entry is void until somebody approves it or takes it back. Wherever it is shown it is marked; means, counts and
//! forms are made without it and say so.

use std::borrow::Cow;
use std::collections::HashSet;

use super::journal::{Absence, FinalMark, Journal, LessonKey, Mark};
use super::policy::Policy;
use super::words;

/// Heading of the column that marks such a row in a table with English headings.
pub const COLUMN: &str = "void";
/// The same for offices.
pub const COLUMN_RUSSIAN: &str = "Недействительно";

/// What the sign means, where there is room to say it.
pub const LEGEND: &str =
    "Строка внесена под похищенной учётной записью, решения о ней ещё нет: она недействительна и в отчётах не учтена.";

/// Key of the policy: how soon stolen credentials are reported, and what becomes of what was done under them.
pub const NOTICE: &str = "access.breach_notice";

/// Rows that count as void until somebody decides, each by table and key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Struck(HashSet<(String, Vec<String>)>);

impl FromIterator<(String, Vec<String>)> for Struck {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl Struck {
    /// Almost every house has no notice at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is a row struck? `key` may be the beginning of its key: a learner's cell of a lesson holds several marks.
    pub fn has(&self, table: &str, key: &[&str]) -> bool {
        // Nothing is built to be looked up where there is nothing.
        !self.is_empty()
            && self.0.iter().any(|(of, row)| {
                of == table
                    && row.len() >= key.len()
                    && row.iter().map(String::as_str).zip(key).all(|(own, asked)| own == *asked)
            })
    }

    fn is(&self, table: &str, key: impl FnOnce() -> Vec<String>) -> bool {
        !self.is_empty() && self.0.contains(&(table.to_owned(), key()))
    }

    /// Is a lesson's own row struck: its topic, homework, kind of work?
    pub fn lesson(&self, lesson: &LessonKey) -> bool {
        self.is("lessons", || lesson_key(lesson))
    }

    /// Is a mark struck?
    pub fn mark(&self, mark: &Mark) -> bool {
        self.is("marks", || {
            let mut key = lesson_key(&mark.lesson);
            key.extend([mark.learner_id.clone(), mark.ordinal.to_string()]);
            key
        })
    }

    /// Is an absence struck?
    pub fn absence(&self, absence: &Absence) -> bool {
        self.is("absences", || {
            let mut key = lesson_key(&absence.lesson);
            key.push(absence.learner_id.clone());
            key
        })
    }

    /// Is a final mark struck?
    pub fn final_mark(&self, mark: &FinalMark) -> bool {
        self.is("final_marks", || vec![mark.course_id.clone(), mark.learner_id.clone(), mark.period.clone()])
    }

    /// A journal as it counts: without struck marks, absences and final marks. A lesson was held whoever wrote its topic.
    pub fn sound<'j>(&self, journal: &'j Journal) -> Cow<'j, Journal> {
        if self.is_empty() {
            return Cow::Borrowed(journal);
        }
        let mut sound = journal.clone();
        self.take_out(&mut sound);
        Cow::Owned(sound)
    }

    /// Takes struck marks, absences and final marks out of a journal; what was taken.
    pub fn take_out(&self, journal: &mut Journal) -> Void {
        if self.is_empty() {
            return Void::default();
        }
        Void {
            marks: journal.marks.extract_if(.., |mark| self.mark(mark)).collect(),
            absences: journal.absences.extract_if(.., |absence| self.absence(absence)).collect(),
            final_marks: journal.final_marks.extract_if(.., |mark| self.final_mark(mark)).collect(),
        }
    }
}

/// The regulation's own clause on such entries; empty where it has none.
pub fn clause(policy: &Policy) -> &str {
    if policy.is_said(NOTICE) { policy.clause(NOTICE) } else { "" }
}

/// Struck entries that were left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Void {
    /// Marks of lessons.
    pub marks: Vec<Mark>,
    /// Absences.
    pub absences: Vec<Absence>,
    /// Final marks.
    pub final_marks: Vec<FinalMark>,
}

impl Void {
    /// The part of it that is about some learners and courses.
    pub fn of(&self, wanted: impl Fn(&str, &str) -> bool) -> Self {
        let marks = self.marks.iter().filter(|one| wanted(&one.learner_id, &one.lesson.course_id));
        let absences = self.absences.iter().filter(|one| wanted(&one.learner_id, &one.lesson.course_id));
        let finals = self.final_marks.iter().filter(|one| wanted(&one.learner_id, &one.course_id));
        Self {
            marks: marks.cloned().collect(),
            absences: absences.cloned().collect(),
            final_marks: finals.cloned().collect(),
        }
    }

    /// How many entries.
    pub fn count(&self) -> u64 {
        (self.marks.len() + self.absences.len() + self.final_marks.len()) as u64
    }

    /// What a form that was made without them says; nothing where there are none. `clause` is the regulation's own, may be empty.
    pub fn told(&self, clause: &str) -> Option<String> {
        let n = self.count();
        let what = words::plural(n, "недействительная запись", "недействительные записи", "недействительных записей");
        let clause = if clause.is_empty() { String::new() } else { format!(" ({})", words::unnumbered(clause)) };
        (n > 0).then(|| {
            format!(
                "Не учтено: {n} {what}. Они внесены под похищенной учётной записью, и решения о них ещё нет{clause}."
            )
        })
    }
}

/// A lesson as the history names its row.
fn lesson_key(key: &LessonKey) -> Vec<String> {
    vec![key.course_id.clone(), key.date.to_string(), key.number.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struck_mark_is_taken_out_and_told_and_its_neighbours_stay() {
        let lesson = LessonKey {
            course_id: "C1".into(),
            date: chrono::NaiveDate::from_ymd_opt(2025, 9, 2).unwrap_or_default(),
            number: 3,
        };
        let mark = |ordinal, value: &str| Mark {
            lesson: lesson.clone(),
            learner_id: "L1".into(),
            kind_of_work: String::new(),
            value: value.into(),
            ordinal,
        };
        let mut journal = Journal { marks: vec![mark(0, "5"), mark(1, "2")], ..Journal::default() };
        let key = ["C1", "2025-09-02", "3", "L1", "1"].map(str::to_owned).to_vec();
        let struck: Struck = [("marks".to_owned(), key)].into_iter().collect();
        assert!(
            struck.has("marks", &["C1", "2025-09-02", "3", "L1"]) && !struck.has("marks", &["C1", "2025-09-02", "4"])
        );
        assert_eq!(struck.sound(&journal).marks, [mark(0, "5")]);
        let void = struck.take_out(&mut journal);
        assert_eq!((journal.marks.len(), void.marks.as_slice()), (1, &[mark(1, "2")][..]));
        assert!(void.told("003 Зам. 21").is_some_and(
            |told| told.contains("1 недействительная запись") && told.contains("(Обязанности заместителя, п. 21)")
        ));
        assert_eq!(void.of(|learner, _| learner == "L2").told(""), None);
        assert!(matches!(Struck::default().sound(&journal), Cow::Borrowed(_)));
    }
}
