//! Which closed period a change reaches into. Floor 2.
//!
//! The database's own guards have the last word; what is here says it in words: class, period, since when.

use crate::store::ClosureRow;

/// The closed periods of one year, and whose course is whose.
pub(crate) struct Closed<'c> {
    /// School year.
    pub(crate) year: &'c str,
    /// Closed periods of every year.
    pub(crate) closures: &'c [ClosureRow],
    /// Class of a course.
    pub(crate) class_of: &'c (dyn Fn(&str) -> Option<String> + Sync),
}

impl<'c> Closed<'c> {
    fn of_class(&self, class: Option<&str>, inside: impl Fn(&ClosureRow) -> bool) -> Option<&'c ClosureRow> {
        let class = class?;
        self.closures.iter().find(|k| k.year == self.year && k.class == class && inside(k))
    }

    /// The closed period that keeps a row of the journal from changing; whole rows in the table's order, empty where there is none.
    pub(crate) fn bars(&self, table: &str, old: &[String], new: &[String]) -> Option<&'c ClosureRow> {
        let row = if new.is_empty() { old } else { new };
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        match table {
            "lessons" | "marks" | "absences" => {
                let within = |k: &ClosureRow| k.starts.as_str() <= cell(1) && cell(1) <= k.ends.as_str();
                self.of_class((self.class_of)(cell(0)).as_deref(), within)
            }
            "final_marks" => {
                let within = |k: &ClosureRow| k.period == cell(2) || k.period == "Y";
                self.of_class((self.class_of)(cell(0)).as_deref(), within)
            }
            "courses" if new.is_empty() || (!old.is_empty() && old[1..3] != new[1..3]) => {
                self.of_class(Some(old.get(1).map_or("", String::as_str)), |_| true)
            }
            _ => None,
        }
    }

    /// The closed period whose list of learners a changed row of `learners` would not be true to.
    pub(crate) fn bars_stay(&self, old: &[String], new: &[String]) -> Option<&'c ClosureRow> {
        self.closures.iter().find(|k| k.year == self.year && stay(old, k) != stay(new, k))
    }
}

/// A learner's stay as a closed period's list has it: first day, and the day of leaving if it lies within; `None` when the learner
/// is not on that list, or the row is not there. Columns as in `learners`: 5 class, 6 enrolled, 8 left.
fn stay<'r>(row: &'r [String], closure: &ClosureRow) -> Option<(&'r str, &'r str)> {
    let [class, enrolled_on, left_on] = [5, 6, 8].map(|column| row.get(column).map_or("", String::as_str));
    let listed = class == closure.class
        && enrolled_on <= closure.ends.as_str()
        && (left_on.is_empty() || left_on > closure.starts.as_str());
    listed.then_some((enrolled_on, if left_on <= closure.ends.as_str() { left_on } else { "" }))
}
