//! What a policy asks of the paper copy of a period: whether, by when, by whom, under which clauses. Floor 0.

use chrono::{Datelike as _, NaiveDate};

use crate::domain::calendar::{DayUnit, SchoolCalendar};
use crate::domain::journal::PeriodKind;
use crate::domain::policy::{Cadence, Policy, PrintDue, Said, Value};
use crate::domain::snapshot::CopyKind;
use crate::domain::words;

/// The copy asked about.
#[derive(Debug, Clone, Copy)]
pub struct Copy<'a> {
    /// Class name.
    pub class: &'a str,
    /// Its grade.
    pub grade: u8,
    /// Period's id, or [`crate::domain::journal::YEAR`].
    pub period: &'a str,
    /// Kind of the period; `None` for the year.
    pub kind: Option<PeriodKind>,
    /// First and last day of the span.
    pub days: (NaiveDate, NaiveDate),
    /// Which record of the span: a year's summary sheet and its journal have rules of their own.
    pub record: CopyKind,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintDuty {
    /// Is the copy printed on paper at all?
    pub on_paper: bool,
    /// By which day; `None` when it is not printed or the calendar does not know.
    pub due: Option<NaiveDate>,
    /// Who prints: «секретарь (делопроизводитель)»; empty when it is not printed.
    pub by: String,
    /// Clauses, without repetition.
    pub clauses: Vec<String>,
    /// The whole as one sentence.
    pub text: String,
}

impl PrintDuty {
    /// As the title page says it, behind «На бумагу»: «24.10.2025, в предпоследний учебный день периода (000 Инс 4.1); печатает …».
    pub fn on_title(&self) -> String {
        match self.text.strip_prefix("на бумагу — ") {
            Some(rest) => rest.to_owned(),
            None => self.text.replacen("на бумагу ", "", 1),
        }
    }
}

/// The day on which the printed copy of a span is due (DOC-01, DOC-10); `None` when the calendar does not reach there.
pub fn print_due(
    policy: &Policy,
    calendar: &SchoolCalendar,
    class: &str,
    (starts, ends): (NaiveDate, NaiveDate),
) -> Option<NaiveDate> {
    match policy.print_due {
        PrintDue::BeforeEnd(days) => calendar.study_day_before_end(class, starts, ends, days),
        PrintDue::AfterEnd(days) => calendar.after(DayUnit::Calendar, class, ends, days),
        PrintDue::By(month, day) => day_after(ends, month, day),
    }
}

/// The day on which the summary sheets of a year that ends on a day are due (DOC-09).
pub fn summary_due(policy: &Policy, ends: NaiveDate) -> Option<NaiveDate> {
    match policy.first("print.summary_due").map(|said| &said.value) {
        Some(Value::Day(month, day)) => day_after(ends, *month, *day),
        _ => Some(ends),
    }
}

/// A day of the year in which a school year ends: 30 June after any of its days.
fn day_after(ends: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    // A school year runs over New Year: what ends from September on is followed by the next year's June.
    NaiveDate::from_ymd_opt(ends.year() + i32::from(ends.month() >= 9), month, day)
}

/// What the policy asks of the paper copy.
pub fn print_duty(policy: &Policy, calendar: &SchoolCalendar, copy: &Copy<'_>) -> PrintDuty {
    let none = |text: String, clause: &str| PrintDuty {
        on_paper: false,
        due: None,
        by: String::new(),
        clauses: vec![clause.to_owned()],
        text,
    };
    if let Some(paper) = policy.paper(copy.days.1).filter(|said| said.has("no")) {
        let since = paper.from.map(|from| format!(" с {}", words::date_short(from))).unwrap_or_default();
        return none(
            format!("на бумагу не выводится: бумажный журнал отменён{since} ({})", paper.clause),
            &paper.clause,
        );
    }
    if !policy.prints(copy.grade, copy.period, copy.kind) {
        let clause = policy.clause("print.cadence");
        let cadence = policy.cadence(copy.grade).map_or("", Cadence::as_russian);
        let text = format!(
            "за этот период на бумагу не выводится: журнал печатается {cadence}, {} ({clause})",
            policy.print_due.as_russian()
        );
        return none(text, clause);
    }
    let (by_key, due_key, due, words_of_due) = if copy.record == CopyKind::SummarySheet {
        let due = summary_due(policy, copy.days.1);
        let said = policy.first("print.summary_due").map(Said::in_russian).unwrap_or_default();
        ("print.summary_by", "print.summary_due", due, said)
    } else {
        let key = match policy.print_due {
            PrintDue::BeforeEnd(_) => "print.due_before_end",
            PrintDue::AfterEnd(_) => "print.due_after_end",
            PrintDue::By(..) => "print.due_by",
        };
        ("print.by", key, print_due(policy, calendar, copy.class, copy.days), policy.print_due.as_russian())
    };
    let by = policy.first(by_key).map(Said::in_russian).unwrap_or_default();
    let (by_clause, due_clause) = (policy.clause(by_key).to_owned(), policy.clause(due_key).to_owned());
    let day = due.map_or_else(|| "день неизвестен".to_owned(), words::date_short);
    let stamp = policy.first("seal.kind").filter(|said| !said.has("school"));
    let stamp = stamp.map(|said| format!("; оттиск — {} ({})", said.in_russian(), said.clause)).unwrap_or_default();
    let text = format!("на бумагу — {day}, {words_of_due} ({due_clause}); печатает {by} ({by_clause}){stamp}");
    let mut clauses = vec![due_clause, by_clause];
    clauses.dedup();
    PrintDuty { on_paper: true, due, by, clauses, text }
}
