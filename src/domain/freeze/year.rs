//! The year's records: the summary sheet (DOC-09), and the whole journal where the school prints it once a year (DOC-10). Floor 0.
//!
//! What a period brought comes out of its signed copy and the copy's supplements, not out of rows that may have changed since. Only where
//! there is no copy, because the period was kept in another system or on paper, the journal's own rows speak.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::Freezing;
use super::attendance::{Day, add, sum};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Class, EXAM, FINAL, GapKind, Journal, Learner, Period, YEAR};
use crate::domain::names;
use crate::domain::snapshot::{
    AttendanceCounts, AttendanceMonth, FinalMarksRow, FinalMarksSheet, MonthRow, Sheet, Snapshot, SourceFacts,
    SummaryRow, SummarySheet, SummaryTotals,
};
use crate::domain::words;

/// What the signed copies of one period say: the copy and its supplements.
#[derive(Debug, Clone, Default)]
pub struct PeriodCopies {
    /// Period's id.
    period: String,
    sources: Vec<SourceFacts>,
    listed: HashSet<String>,
    /// By learner and subject.
    marks: HashMap<(String, String), String>,
    attendance: HashMap<String, AttendanceCounts>,
    /// Missed days by month and learner; without any for a copy that was frozen before it had months.
    months: HashMap<(String, String), Vec<MonthRow>>,
}

impl PeriodCopies {
    /// Out of the snapshots of one period with their digests: the copy first, its supplements behind it in their order.
    pub fn of(snapshots: impl IntoIterator<Item = (Digest, Snapshot)>) -> Self {
        let mut copies = Self::default();
        for (digest, snapshot) in snapshots {
            copies.period.clone_from(&snapshot.period.id);
            for sheet in snapshot.sheets {
                match sheet {
                    Sheet::Learners(sheet) => copies.listed.extend(sheet.rows.into_iter().map(|row| row.learner)),
                    Sheet::FinalMarks(sheet) => {
                        for row in sheet.rows {
                            let marks = sheet.subjects.iter().zip(row.marks).filter(|(_, mark)| !mark.is_empty());
                            copies
                                .marks
                                .extend(marks.map(|(subject, mark)| ((row.learner.clone(), subject.clone()), mark)));
                        }
                    }
                    Sheet::Attendance(sheet) => {
                        for row in sheet.rows {
                            add(copies.attendance.entry(row.learner).or_default(), &row.counts);
                        }
                        for AttendanceMonth { month, rows, .. } in sheet.months {
                            for row in rows {
                                copies.months.entry((month.clone(), row.learner.clone())).or_default().push(row);
                            }
                        }
                    }
                    Sheet::Title(_) | Sheet::Course(_) | Sheet::Summary(_) | Sheet::Changes(_) => {}
                }
            }
            copies.sources.push(SourceFacts {
                period: snapshot.period.id,
                copy: snapshot.copy.id,
                number: snapshot.copy.number,
                version: snapshot.copy.version,
                snapshot: digest,
            });
        }
        copies
    }

    /// The mark of a learner of the period's list; `None` for whoever is not on it.
    fn mark(&self, learner: &str, subject: &str) -> Option<String> {
        let found = || self.marks.get(&(learner.to_owned(), subject.to_owned())).cloned().unwrap_or_default();
        self.listed.contains(learner).then(found)
    }
}

/// A period whose signed copy the year's records need, and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed<'j> {
    /// The period.
    pub period: &'j Period,
    /// Its place among the class's own periods, from 1.
    pub order: usize,
}

impl Owed<'_> {
    /// «I четверть».
    pub fn name(&self) -> String {
        words::period_name(self.period.kind, self.order)
    }
}

/// The periods in which a class had learners of the own, whose journal was kept here: each of them ends with a copy that the year is built from.
/// What came from another system without lessons has none; `journal` may be the class's part.
pub fn owed<'j>(journal: &'j Journal, class: &Class) -> Vec<Owed<'j>> {
    let was_here = |period: &Period| {
        let within = |one: &&Learner| {
            one.class == class.name
                && one.enrolled_on <= period.ends
                && one.left_on.is_none_or(|left| left > period.starts)
        };
        journal.stays().any(|one| within(&one))
    };
    let own = (1..).zip(journal.periods_of_grade(class.grade)).map(|(order, period)| Owed { period, order });
    own.filter(|one| was_here(one.period) && !is_elsewhere(journal, class, one.period)).collect()
}

/// Did the period come from another system as final marks alone?
fn is_elsewhere(journal: &Journal, class: &Class, period: &Period) -> bool {
    let gap = journal.content_gaps.iter().any(|gap| {
        let overlaps = gap.starts <= period.ends && period.starts <= gap.ends;
        gap.class == class.name && gap.kind == GapKind::Lessons && overlaps
    });
    let courses: HashSet<&str> =
        journal.courses.iter().filter(|course| course.class == class.name).map(|course| course.id.as_str()).collect();
    let here = |day: NaiveDate| period.starts <= day && day <= period.ends;
    gap && !journal.lessons.iter().any(|one| here(one.key.date) && courses.contains(one.key.course_id.as_str()))
}

/// Where the journal's rows of today say another final mark than the signed copy: a warning each. The year's records keep what was signed.
pub fn changed_since(journal: &Journal, class: &Class, copies: &[PeriodCopies]) -> Vec<Finding> {
    let courses: Vec<_> = journal.courses.iter().filter(|course| course.class == class.name).collect();
    let now: HashMap<(&str, &str, &str), &str> = journal
        .final_marks
        .iter()
        .map(|mark| ((mark.course_id.as_str(), mark.learner_id.as_str(), mark.period.as_str()), mark.value.as_str()))
        .collect();
    // Groups of one subject share its column; the first that gives a mark gives it.
    let live = |subject: &str, learner: &str, period: &str| {
        let of_subject = courses.iter().filter(|course| course.subject == subject);
        let mut marks = of_subject.filter_map(|course| now.get(&(course.id.as_str(), learner, period)));
        marks.next().copied().unwrap_or_default()
    };
    let own = journal.periods_of_grade(class.grade);
    let mut seen = HashSet::new();
    let mut taught: Vec<&str> = courses.iter().map(|course| course.subject.as_str()).collect();
    taught.retain(|subject| seen.insert(*subject));
    // Who left the class and came back has a row for each stay.
    let mut known = HashSet::new();
    let learners = journal.learners.iter().filter(|one| one.class == class.name && known.insert(one.id.as_str()));
    let learners: Vec<&Learner> = learners.collect();
    let mut findings = Vec::new();
    for of_period in copies {
        let Some(place) = own.iter().position(|period| period.id == of_period.period) else { continue };
        let name = words::period_name(own[place].kind, place + 1);
        let number = of_period.sources.first().map_or("", |source| source.number.as_str());
        for learner in &learners {
            for subject in &taught {
                let Some(signed) = of_period.mark(&learner.id, subject) else { continue };
                let live = live(subject, &learner.id, &of_period.period);
                if signed != live {
                    let who = names::list_name(&learner.surname, &learner.given_name);
                    let message = format!(
                        "в журнале с тех пор изменено: {name}. Действует отметка подписанной копии № {number}; чтобы \
                         изменить её, выпустите новую версию копии, а за ней — ведомости года"
                    );
                    let place = format!("{}, {subject}, {who}", class.name);
                    let finding = Finding::new("year.changed-since", place, message);
                    findings.push(finding.expected_found(signed, live).weighing(Severity::Warning));
                }
            }
        }
    }
    findings
}

impl<'j> Freezing<'j> {
    /// The copies that the year is built from, period by period, as the title page names them.
    pub(super) fn sources(copies: &[PeriodCopies]) -> Vec<SourceFacts> {
        copies.iter().flat_map(|of_period| of_period.sources.iter().cloned()).collect()
    }

    /// What the title page says of periods that came from another system: no copy of theirs could be signed here.
    pub(super) fn elsewhere(&self) -> String {
        let own = (1..).zip(self.journal.periods_of_grade(self.class.grade));
        let names: Vec<String> = own
            .filter(|(_, period)| is_elsewhere(self.journal, self.class, period))
            .map(|(order, period)| words::period_name(period.kind, order))
            .collect();
        match names.is_empty() {
            true => String::new(),
            false => {
                format!("Журнал вёлся в другой системе, перенесены только итоговые отметки: {}.", names.join(", "))
            }
        }
    }

    /// A mark as the year tells it: of a study period from its signed copy, of the year itself from the journal.
    fn told_mark(&self, copies: &[PeriodCopies], subject: &str, learner: &str, period: &str) -> String {
        let of_period = copies.iter().find(|of_period| of_period.period == period);
        // Whoever came later is on no list of that period; marks brought along stand in the journal alone.
        let signed = of_period.and_then(|of_period| of_period.mark(learner, subject));
        signed.unwrap_or_else(|| self.final_mark(subject, learner, period))
    }

    /// Does a day lie in the period of one of the copies?
    fn is_told<'c>(&self, copies: impl Iterator<Item = &'c PeriodCopies> + Clone, day: NaiveDate) -> bool {
        let of_copies = |period: &&Period| copies.clone().any(|of_period| of_period.period == period.id);
        self.journal.periods.iter().filter(of_copies).any(|period| period.starts <= day && day <= period.ends)
    }

    /// Missed lessons of the year: the periods' copies added up, and the journal's rows where there is no copy.
    pub(super) fn told_attendance(&self, copies: &[PeriodCopies], learner: &Learner) -> AttendanceCounts {
        self.counted(copies, learner, &self.days(learner))
    }

    /// The same out of the learner's days.
    pub(super) fn counted(
        &self,
        copies: &[PeriodCopies],
        learner: &Learner,
        days: &BTreeMap<NaiveDate, Day<'_>>,
    ) -> AttendanceCounts {
        let untold = days.iter().filter(|(date, _)| !self.is_told(copies.iter(), **date));
        let mut counts = sum(untold.map(|(_, day)| day));
        for signed in copies.iter().filter_map(|of_period| of_period.attendance.get(&learner.id)) {
            add(&mut counts, signed);
        }
        counts
    }

    /// A learner's month: what the copies say of its days, and the journal's rows for all other days.
    pub(super) fn told_month(
        &self,
        copies: &[PeriodCopies],
        month: &str,
        learner: &Learner,
        days: &BTreeMap<NaiveDate, Day<'_>>,
    ) -> MonthRow {
        let with_months = copies.iter().filter(|one| !one.months.is_empty());
        let mut row = self.month_row(month, learner, days, &|day| !self.is_told(with_months.clone(), day));
        let key = (month.to_owned(), learner.id.clone());
        for signed in with_months.filter_map(|of_period| of_period.months.get(&key)).flatten() {
            row.days.extend(signed.days.iter().cloned());
            add(&mut row.counts, &signed.counts);
        }
        row.days.sort_by_key(|day| day.day);
        row
    }

    /// Identifier and name of every column of the year's marks: study periods, then year, examination, final.
    fn columns(&self) -> Vec<(String, String)> {
        let own = self.journal.periods_of_grade(self.class.grade);
        let mut columns: Vec<(String, String)> =
            (1..).zip(&own).map(|(order, p)| (p.id.clone(), words::period_name(p.kind, order))).collect();
        for (id, name) in [(YEAR, "Годовая"), (EXAM, "Экзаменационная"), (FINAL, "Итоговая")]
        {
            columns.push((id.to_owned(), name.to_owned()));
        }
        columns
    }

    pub(super) fn summary_sheet(&self, copies: &[PeriodCopies]) -> SummarySheet {
        let columns = self.columns();
        let subjects = self.subjects();
        let rows = self.numbered().map(|(no, learner)| SummaryRow {
            learner: learner.id.clone(),
            no,
            name: names::full_name(&learner.surname, &learner.given_name, &learner.patronymic),
            marks: columns
                .iter()
                .map(|(id, _)| subjects.iter().map(|s| self.told_mark(copies, s, &learner.id, id)).collect())
                .collect(),
            movement: [self.arrival(learner), self.departure(learner)]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
            decision: self.decision(&learner.id),
            attendance: self.told_attendance(copies, learner),
        });
        SummarySheet {
            id: "summary".to_owned(),
            rows: rows.collect(),
            totals: self.totals(),
            periods: columns.into_iter().map(|(_, name)| name).collect(),
            subjects,
        }
    }

    /// The year's journal has a sheet of final marks for each period, and for the year; of examinations only where there were any.
    pub(super) fn year_marks(&self, copies: &[PeriodCopies]) -> Vec<FinalMarksSheet> {
        let subjects = self.subjects();
        let sheet = |(id, name): (String, String)| {
            let rows: Vec<FinalMarksRow> = self
                .numbered()
                .map(|(no, learner)| FinalMarksRow {
                    learner: learner.id.clone(),
                    no,
                    name: names::list_name(&learner.surname, &learner.given_name),
                    marks: subjects.iter().map(|s| self.told_mark(copies, s, &learner.id, &id)).collect(),
                })
                .collect();
            let of_year = id == YEAR;
            let said = rows.iter().any(|row| row.marks.iter().any(|mark| !mark.is_empty()));
            let sheet = FinalMarksSheet {
                id: format!("final-marks-{}", names::slug(&id)),
                period: if of_year { "за год".to_owned() } else { name },
                subjects: subjects.clone(),
                rows,
            };
            (said || ![EXAM, FINAL].contains(&id.as_str())).then_some(sheet)
        };
        self.columns().into_iter().filter_map(sheet).collect()
    }

    fn decision(&self, learner: &str) -> String {
        let Some(decision) = self.journal.decisions.iter().find(|d| d.learner_id == learner) else {
            return String::new();
        };
        let protocol = match (decision.date, decision.protocol.as_str()) {
            (Some(date), number) if !number.is_empty() => {
                format!("Протокол от {} № {number}", words::date_short(date))
            }
            (Some(date), _) => format!("Протокол от {}", words::date_short(date)),
            (None, number) if !number.is_empty() => format!("Протокол № {number}"),
            (None, _) => return decision.decision.clone(),
        };
        format!("{}. {protocol}", decision.decision.trim_end_matches('.'))
    }

    fn totals(&self) -> SummaryTotals {
        let count = |test: &dyn Fn(&Learner) -> bool| self.learners.iter().filter(|l| test(l)).count() as u32;
        SummaryTotals {
            at_start: count(&|l| l.is_present_on(self.span.starts)),
            arrived: count(&|l| l.enrolled_on > self.span.starts),
            left: count(&|l| l.left_on.is_some_and(|left| left <= self.span.ends)),
            at_end: count(&|l| l.is_present_on(self.span.ends)),
        }
    }
}
