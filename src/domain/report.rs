//! Figures of a period: what was held, missed and achieved, by class and by course. Floor 0.
//!
//! Computes from the journal alone and changes nothing in it: final marks are set by people. Integers only;
//! rates are in hundredths, rounded half up.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::journal::{Class, Journal, YEAR};
use super::policy::{AbsenceKind, Policy};

/// How the rates are counted, printed beside them: schools differ in what N is.
pub const COUNTING_RULE: &str = "N — итоговые отметки 5, 4, 3, 2, 1 и «н/а» обучающихся, состоящих в классе на последний день периода; \
     «осв», «безотм» и другие неотметочные значения в N не входят";

/// Not attested: the learner's subject is neither passed nor exempt.
pub const NOT_ATTESTED: &str = "н/а";

/// Figures of one class in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassFigures {
    /// Class name.
    pub class: String,
    /// Period identifier, [`YEAR`] for the year.
    pub period: String,
    /// Learners in the class on the period's last day.
    pub present_at_end: u32,
    /// Lessons held in all courses of the class; each group's lesson counts.
    pub lessons: u32,
    /// Absences other than lateness.
    pub missed: u32,
    /// Lesson marks.
    pub marks: u32,
    /// Learners present at the end with at least one numeric final mark, none below 3 and no «н/а».
    pub success: u32,
    /// The same with none below 4.
    pub quality: u32,
    /// Rates over final marks.
    pub rates: Rates,
}

/// Final marks by value, and the rates that schools report; a rate is absent when nothing can be counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Rates {
    /// [`COUNTING_RULE`].
    pub rule: &'static str,
    /// N of the rule.
    pub counted: u32,
    /// Final marks «5».
    pub fives: u32,
    /// Final marks «4».
    pub fours: u32,
    /// Final marks «3».
    pub threes: u32,
    /// Final marks «2».
    pub twos: u32,
    /// Final marks «1».
    pub ones: u32,
    /// «н/а».
    pub not_attested: u32,
    /// Values outside N: «осв», «безотм» …
    pub outside: u32,
    /// Успеваемость: (n5+n4+n3)/N, hundredths of a per cent.
    pub success_percent_centi: Option<u32>,
    /// Качество знаний: (n5+n4)/N, hundredths of a per cent.
    pub quality_percent_centi: Option<u32>,
    /// СОУ (Симонов): (n5·100+n4·64+n3·36+n2·16+(n1+nНА)·7)/N, hundredths of a per cent.
    pub sou_percent_centi: Option<u32>,
    /// Mean of the numeric final marks, hundredths.
    pub mean_centi: Option<u32>,
    /// Learners with at least one value in N: the N of the two rates below.
    pub learners_counted: u32,
    /// `success` over those learners, hundredths of a per cent.
    pub learners_success_percent_centi: Option<u32>,
    /// `quality` over those learners, hundredths of a per cent.
    pub learners_quality_percent_centi: Option<u32>,
}

/// Lessons and marks of a course in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CourseFigures {
    /// Lessons held.
    pub lessons: u32,
    /// Lesson marks.
    pub marks: u32,
}

/// Span of a period for a grade, both days inclusive. For [`YEAR`]: from the first period's first day to the last one's last.
/// `None` when the period does not hold for the grade.
pub fn span(journal: &Journal, grade: u8, period: &str) -> Option<(NaiveDate, NaiveDate)> {
    let periods = journal.periods_of_grade(grade);
    if period == YEAR {
        return Some((periods.first()?.starts, periods.iter().map(|p| p.ends).max()?));
    }
    periods.iter().find(|p| p.id == period).map(|p| (p.starts, p.ends))
}

/// Figures of every class whose grade has the period, in people's order of classes. `Y` gives the year's figures, with
/// the year's final marks. An unknown period gives an empty list.
pub fn period_report(journal: &Journal, period: &str, policy: &Policy) -> Vec<ClassFigures> {
    let tally = Tally::of(journal, period, policy);
    journal
        .classes_in_order()
        .into_iter()
        .filter_map(|class| Some((class, span(journal, class.grade, period)?)))
        .map(|(class, (_, ends))| tally.figures(journal, class, period, ends))
        .collect()
}

/// Lessons and marks by course and by period of the course's grade; the year itself is not among the periods.
pub fn course_report(journal: &Journal) -> BTreeMap<String, BTreeMap<String, CourseFigures>> {
    let grades: HashMap<&str, u8> = journal.classes.iter().map(|c| (c.name.as_str(), c.grade)).collect();
    let mut report: BTreeMap<String, BTreeMap<String, CourseFigures>> = BTreeMap::new();
    let mut spans: HashMap<&str, Vec<(&str, NaiveDate, NaiveDate)>> = HashMap::new();
    for course in &journal.courses {
        let grade = grades.get(course.class.as_str()).copied().unwrap_or_default();
        let periods = journal.periods_of_grade(grade);
        let empty = periods.iter().map(|p| (p.id.clone(), CourseFigures::default())).collect();
        report.insert(course.id.clone(), empty);
        spans.insert(&course.id, periods.iter().map(|p| (p.id.as_str(), p.starts, p.ends)).collect());
    }
    let mut add = |course: &str, day: NaiveDate, lessons: u32, marks: u32| {
        let spans = spans.get(course).map(Vec::as_slice).unwrap_or_default();
        let Some((period, ..)) = spans.iter().find(|(_, starts, ends)| (starts..=ends).contains(&&day)) else { return };
        if let Some(figures) = report.get_mut(course).and_then(|periods| periods.get_mut(*period)) {
            figures.lessons += lessons;
            figures.marks += marks;
        }
    };
    journal.lessons.iter().for_each(|lesson| add(&lesson.key.course_id, lesson.key.date, 1, 0));
    journal.marks.iter().for_each(|mark| add(&mark.lesson.course_id, mark.lesson.date, 0, 1));
    report
}

/// Mean of current marks rounded half up to a whole mark: advice on a mark of a period; `None` without marks.
pub fn rounded_mean(marks: &[u32]) -> Option<u32> {
    let (sum, count) = (marks.iter().sum::<u32>(), marks.len() as u32);
    (count > 0).then(|| (2 * sum + count) / (2 * count))
}

/// Rates over the final marks of one course, or of any other choice of them.
pub fn rates(values: &[&str]) -> Rates {
    let mut rates = Rates { rule: COUNTING_RULE, ..Rates::default() };
    values.iter().for_each(|value| rates.take(value));
    rates.finish(0, 0);
    rates
}

/// Everything counted in one pass over the journal.
struct Tally<'a> {
    lessons: HashMap<&'a str, u32>,
    missed: HashMap<&'a str, u32>,
    marks: HashMap<&'a str, u32>,
    /// Final marks by class and learner.
    finals: HashMap<(&'a str, &'a str), Vec<&'a str>>,
}

impl<'a> Tally<'a> {
    fn of(journal: &'a Journal, period: &str, policy: &Policy) -> Self {
        let spans: HashMap<&str, (NaiveDate, NaiveDate)> = journal
            .classes
            .iter()
            .filter_map(|class| Some((class.name.as_str(), span(journal, class.grade, period)?)))
            .collect();
        let class_of: HashMap<&str, &str> =
            journal.courses.iter().map(|course| (course.id.as_str(), course.class.as_str())).collect();
        let counts = |course: &str, day: NaiveDate| {
            let class = *class_of.get(course)?;
            let (starts, ends) = spans.get(class)?;
            (*starts <= day && day <= *ends).then_some(class)
        };
        let late: HashSet<&str> = policy
            .absence_codes
            .iter()
            .filter(|rule| rule.kind == AbsenceKind::Late)
            .map(|rule| rule.code.as_str())
            .collect();
        let mut tally =
            Self { lessons: HashMap::new(), missed: HashMap::new(), marks: HashMap::new(), finals: HashMap::new() };
        for lesson in &journal.lessons {
            count(&mut tally.lessons, counts(&lesson.key.course_id, lesson.key.date));
        }
        for mark in &journal.marks {
            count(&mut tally.marks, counts(&mark.lesson.course_id, mark.lesson.date));
        }
        for absence in journal.absences.iter().filter(|absence| !late.contains(absence.code.as_str())) {
            count(&mut tally.missed, counts(&absence.lesson.course_id, absence.lesson.date));
        }
        for mark in journal.final_marks.iter().filter(|mark| mark.period == period) {
            if let Some(class) = class_of.get(mark.course_id.as_str()) {
                tally.finals.entry((class, &mark.learner_id)).or_default().push(&mark.value);
            }
        }
        tally
    }

    fn figures(&self, journal: &Journal, class: &Class, period: &str, ends: NaiveDate) -> ClassFigures {
        let of = |counts: &HashMap<&str, u32>| counts.get(class.name.as_str()).copied().unwrap_or_default();
        let present: Vec<&str> = journal
            .stays()
            .filter(|learner| learner.class == class.name && learner.is_present_on(ends))
            .map(|learner| learner.id.as_str())
            .collect();
        let mut figures = ClassFigures {
            class: class.name.clone(),
            period: period.to_owned(),
            present_at_end: present.len() as u32,
            lessons: of(&self.lessons),
            missed: of(&self.missed),
            marks: of(&self.marks),
            success: 0,
            quality: 0,
            rates: Rates { rule: COUNTING_RULE, ..Rates::default() },
        };
        for learner in present {
            let finals = self.finals.get(&(class.name.as_str(), learner)).map(Vec::as_slice).unwrap_or_default();
            figures.add_learner(finals);
        }
        figures.rates.finish(figures.success, figures.quality);
        figures
    }
}

fn count<'a>(counts: &mut HashMap<&'a str, u32>, class: Option<&'a str>) {
    if let Some(class) = class {
        *counts.entry(class).or_default() += 1;
    }
}

impl ClassFigures {
    fn add_learner(&mut self, finals: &[&str]) {
        let rates = &mut self.rates;
        finals.iter().for_each(|value| rates.take(value));
        let lowest = finals.iter().filter_map(|value| numeric(value)).min();
        let attested = !finals.contains(&NOT_ATTESTED);
        rates.learners_counted += u32::from(lowest.is_some() || !attested);
        self.success += u32::from(attested && lowest.is_some_and(|lowest| lowest >= 3));
        self.quality += u32::from(attested && lowest.is_some_and(|lowest| lowest >= 4));
    }
}

/// `1`…`5` as a number; anything else is not a mark of the scale.
pub fn numeric(value: &str) -> Option<u32> {
    value.parse().ok().filter(|mark| (1..=5).contains(mark) && value.len() == 1)
}

impl Rates {
    fn take(&mut self, value: &str) {
        *match value {
            "5" => &mut self.fives,
            "4" => &mut self.fours,
            "3" => &mut self.threes,
            "2" => &mut self.twos,
            "1" => &mut self.ones,
            NOT_ATTESTED => &mut self.not_attested,
            _ => &mut self.outside,
        } += 1;
    }

    fn finish(&mut self, success: u32, quality: u32) {
        let Self { fives, fours, threes, twos, ones, not_attested, .. } = *self;
        let numeric = fives + fours + threes + twos + ones;
        self.counted = numeric + not_attested;
        self.success_percent_centi = centi((fives + fours + threes) * 100, self.counted);
        self.quality_percent_centi = centi((fives + fours) * 100, self.counted);
        let sou = fives * 100 + fours * 64 + threes * 36 + twos * 16 + (ones + not_attested) * 7;
        self.sou_percent_centi = centi(sou, self.counted);
        self.mean_centi = centi(fives * 5 + fours * 4 + threes * 3 + twos * 2 + ones, numeric);
        self.learners_success_percent_centi = centi(success * 100, self.learners_counted);
        self.learners_quality_percent_centi = centi(quality * 100, self.learners_counted);
    }
}

/// `sum / n` in hundredths, half up; `None` when nothing was counted.
pub fn centi(sum: u32, n: u32) -> Option<u32> {
    let (sum, n) = (u64::from(sum), u64::from(n));
    (n > 0).then(|| ((sum * 200 + n) / (2 * n)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_half_up_in_integers() {
        assert_eq!(centi(1, 3), Some(33));
        assert_eq!(centi(2, 3), Some(67));
        assert_eq!(centi(1, 8), Some(13));
        assert_eq!(centi(11, 3), Some(367));
        assert_eq!(centi(0, 5), Some(0));
        assert_eq!(centi(0, 0), None);
    }

    fn figures(learners: &[&[&str]]) -> ClassFigures {
        let mut figures = ClassFigures {
            class: "5А".to_owned(),
            period: "Q1".to_owned(),
            present_at_end: learners.len() as u32,
            lessons: 0,
            missed: 0,
            marks: 0,
            success: 0,
            quality: 0,
            rates: Rates::default(),
        };
        learners.iter().for_each(|finals| figures.add_learner(finals));
        figures.rates.finish(figures.success, figures.quality);
        figures
    }

    #[test]
    fn not_attested_counts_against_both_and_exempt_against_neither() {
        let all = figures(&[&["5", "4"], &["4", "осв"], &["5", "н/а"], &["3", "5"], &["2", "5"], &["безотм"], &[]]);
        assert_eq!((all.success, all.quality), (3, 2));
        assert_eq!(all.rates.counted, 9);
        assert_eq!(all.rates.outside, 2);
        assert_eq!(all.rates.learners_counted, 5);
        assert_eq!(all.rates.learners_success_percent_centi, Some(6000));
        assert_eq!(all.rates.success_percent_centi, Some(7778));
        assert_eq!(all.rates.sou_percent_centi, Some(65_22));
        assert_eq!(all.rates.mean_centi, Some(413));
    }

    #[test]
    fn a_class_without_marks_has_no_rates() {
        let all = figures(&[&["безотм"], &["безотм"]]);
        assert_eq!((all.success, all.quality, all.rates.counted), (0, 0, 0));
        assert_eq!(all.rates.success_percent_centi, None);
        assert_eq!(all.rates.mean_centi, None);
    }
}
