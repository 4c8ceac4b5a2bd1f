//! The policy's lint: contradictions inside one regulation, deadlines after the print date, undefined cases. Floor 0.
//!
//! A regulation is judged by what it says itself: what was taken from the default policy contradicts nothing. Every issue names the
//! clauses that it lies between, so that the head can be shown both.

use std::collections::BTreeSet;

use super::finding::{Finding, Severity};
use super::policy::{self, ALL_GRADES, Policy, PrintDue, Said, Source, Unit, Value, grades};
use super::words;

/// Two clauses of one regulation say different things.
pub const CONTRADICTION: &str = "lint.contradiction";
/// One clause can be read in two ways.
pub const AMBIGUOUS: &str = "lint.ambiguous";
/// A deadline ends after the copy is printed.
pub const AFTER_PRINT: &str = "lint.after-print";
/// A deadline ends after the period's marks, when nothing may be changed any more.
pub const AFTER_FINAL: &str = "lint.after-final";
/// The regulation touches a matter and leaves it open.
pub const UNDEFINED: &str = "lint.undefined";
/// A date that hardly can be meant.
pub const ODD_DATE: &str = "lint.odd-date";
/// How much the regulation says nothing about.
pub const SILENT: &str = "lint.silent";

/// Calendar days that surely lie between the last lesson of a school year and 30 June: the year ends by 31 May (domain.md 3.3).
const LESSONS_TO_PRINT_DAYS: u32 = 30;
/// A change that an order puts off for longer than this is worth a question.
const LONGEST_DELAY_DAYS: i64 = 366;

/// What lint found: the finding, and the clauses that it lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Code, key and sentence.
    pub finding: Finding,
    /// Clauses, the one in force first.
    pub clauses: Vec<String>,
}

impl Issue {
    fn new(code: &'static str, key: &str, message: String, clauses: &[&str]) -> Self {
        let finding = Finding::new(code, key, message).weighing(Severity::Warning);
        let mut named: Vec<String> = Vec::new();
        for clause in clauses.iter().filter(|clause| !clause.is_empty()) {
            if !named.iter().any(|known| known == clause) {
                named.push((*clause).to_owned());
            }
        }
        Self { finding, clauses: named }
    }
}

/// Everything that is doubtful in a policy, in the order of its questions; empty when there is nothing.
pub fn lint(policy: &Policy) -> Vec<Issue> {
    let mut issues = others(policy);
    issues.extend(overlaps(policy));
    issues.extend(keys_both_ways(policy));
    issues.extend(after_print(policy));
    issues.extend(after_final(policy));
    issues.extend(undefined(policy));
    issues.extend(odd_dates(policy));
    issues.extend(silence(policy));
    issues
}

/// Does the list hold anything that asks for a decision? Notes do not.
pub fn finds(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.finding.severity > Severity::Note)
}

/// What a key is about, in words.
fn about(key: &str) -> String {
    let further = policy::KEYS.iter().find(|known| known.key == key).map(|known| known.about);
    let first = match key {
        "print.cadence" => Some("когда делается копия"),
        "print.due_before_end" | "print.due_after_end" | "print.due_by" => Some("срок копии"),
        "route.period_copy" => Some("кто подписывает копию периода"),
        "route.summary_sheet" => Some("кто подписывает сводную ведомость"),
        "retention.period_copy" => Some("срок хранения журнала"),
        "retention.summary_sheet" => Some("срок хранения сводной ведомости"),
        "codes.marks" => Some("шкала отметок"),
        "codes.absence" => Some("обозначения пропусков"),
        "codes.final" => Some("обозначения вместо итоговых отметок"),
        "signature.wording" => Some("вид электронной подписи"),
        "seal.wording" => Some("слова печати"),
        _ => None,
    };
    further.or(first).map_or_else(|| named(key), str::to_owned)
}

/// The words that a comparison has for the key; the key itself where there are none.
fn named(key: &str) -> String {
    Some(policy::about(key)).filter(|words| !words.is_empty()).unwrap_or_else(|| key.to_owned())
}

/// The other clauses and readings that the file records.
fn others(policy: &Policy) -> Vec<Issue> {
    let mut keys: Vec<&str> = Vec::new();
    for other in &policy.others {
        if !keys.contains(&other.said.key.as_str()) {
            keys.push(&other.said.key);
        }
    }
    let mut issues = Vec::new();
    for key in keys {
        for (code, same_clause) in [(CONTRADICTION, false), (AMBIGUOUS, true)] {
            let disagreements = disagreements(policy, key, same_clause);
            if disagreements.is_empty() {
                continue;
            }
            let said: Vec<String> = disagreements.iter().map(|(sentence, _)| sentence.clone()).collect();
            let clauses: Vec<&str> = disagreements.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect();
            let told = if same_clause {
                "пункт читается по-разному"
            } else {
                "положение говорит разное"
            };
            let message = format!("{} — {told}: {}. В силе первое", about(key), said.join("; "));
            issues.push(Issue::new(code, key, message, &clauses));
        }
    }
    issues
}

/// Roles whose private keys the regulation sends into the browser and onto the server at once.
fn keys_both_ways(policy: &Policy) -> Option<Issue> {
    let (browser, server) = (policy.first("signature.browser_keys")?, policy.first("signature.server_keys")?);
    let Value::Words(words) = &browser.value else { return None };
    let both: Vec<String> = words.iter().filter(|word| server.has(word)).cloned().collect();
    (!both.is_empty()).then(|| {
        let both = Said { value: Value::Words(both), ..browser.clone() }.in_russian();
        let message = format!(
            "{both} — закрытый ключ и только в браузере ({}), и только на сервере ({}): хранить его можно и так, и так",
            browser.clause, server.clause
        );
        Issue::new(CONTRADICTION, &browser.key, message, &[&browser.clause, &server.clause])
    })
}

/// Sentences on how the other clauses of a key differ from what is in force, with the clauses.
fn disagreements<'p>(policy: &'p Policy, key: &'p str, same_clause: bool) -> Vec<(String, [&'p str; 2])> {
    let others = policy.others.iter().map(|other| &other.said).filter(|said| said.key == key);
    let mut found = Vec::new();
    for other in others {
        if policy.first(key).is_none() {
            // A first key has no grades: its values stand beside the other clause as they are.
            let clause = policy.clause(key);
            if (clause == other.clause) == same_clause {
                let values: Vec<&str> = policy.values_of(key).map(|value| value.russian.as_str()).collect();
                found.push((pair(&values.join(", "), clause, other), [clause, other.clause.as_str()]));
            }
            continue;
        }
        let mut runs: Vec<(u8, u8, &Said)> = Vec::new();
        for grade in other.grades.0..=other.grades.1 {
            let Some(said) = policy.said(key, grade) else { continue };
            let differs = (&said.value, said.unit) != (&other.value, other.unit);
            if !differs || (said.clause == other.clause) != same_clause {
                continue;
            }
            match runs.last_mut() {
                Some((_, last, before)) if *last + 1 == grade && std::ptr::eq(*before, said) => *last = grade,
                _ => runs.push((grade, grade, said)),
            }
        }
        for (from, to, said) in runs {
            let classes = if (from, to) == ALL_GRADES { String::new() } else { format!("{}: ", grades(from, to)) };
            let sentence = format!("{classes}{}", pair(&said.in_russian(), &said.clause, other));
            found.push((sentence, [said.clause.as_str(), other.clause.as_str()]));
        }
    }
    found
}

fn pair(value: &str, clause: &str, other: &Said) -> String {
    let note = if other.note.is_empty() { String::new() } else { format!(", {}", other.note) };
    format!("{value} ({clause}) или {} ({}{note})", other.in_russian(), other.clause)
}

/// Two statements under one key that hold for the same grade and differ.
fn overlaps(policy: &Policy) -> Vec<Issue> {
    let mut issues = Vec::new();
    for (at, first) in policy.said.iter().enumerate() {
        for second in &policy.said[at + 1..] {
            let same_case = first.key == second.key && first.profile == second.profile && first.from == second.from;
            let meet = |a: (u32, u32), b: (u32, u32)| a.0.max(b.0) <= a.1.min(b.1);
            let hours = match (first.hours, second.hours) {
                (Some(a), Some(b)) => meet(a, b),
                _ => true,
            };
            let (from, to) = (first.grades.0.max(second.grades.0), first.grades.1.min(second.grades.1));
            let differs = (&first.value, first.unit) != (&second.value, second.unit);
            if same_case && hours && from <= to && differs {
                let message = format!(
                    "{} — положение говорит разное: {}: {}. В силе первое",
                    about(&first.key),
                    grades(from, to),
                    pair(&first.in_russian(), &first.clause, second)
                );
                issues.push(Issue::new(CONTRADICTION, &first.key, message, &[&first.clause, &second.clause]));
            }
        }
    }
    issues
}

/// The key of the print date that the policy states.
fn due_key(policy: &Policy) -> &'static str {
    match policy.print_due {
        PrintDue::BeforeEnd(_) => "print.due_before_end",
        PrintDue::AfterEnd(_) => "print.due_after_end",
        PrintDue::By(..) => "print.due_by",
    }
}

/// How many calendar days a statement leaves after the day of the lesson; `None` when it does not count days.
fn days_of(said: &Said) -> Option<u32> {
    match (&said.value, said.unit) {
        (Value::Number(days), Unit::CalendarDays | Unit::SchoolDays | Unit::WorkingDays) => Some(*days),
        (Value::Number(weeks), Unit::Weeks) => Some(weeks * 7),
        (Value::Minutes(minutes), Unit::Hours) => Some(minutes / (24 * 60)),
        (Value::Time(_), _) => Some(0),
        _ => None,
    }
}

/// Deadlines of the period's last days that end after its copy is printed: those entries can never be in the copy.
fn after_print(policy: &Policy) -> Vec<Issue> {
    let due_key = due_key(policy);
    if !policy.is_said(due_key) {
        return Vec::new();
    }
    let print_clause = policy.clause(due_key).to_owned();
    let print = policy.print_due.as_russian();
    let mut issues = Vec::new();
    // A supplement takes up what comes after the copy; marks of the period itself must stand in the copy all the same.
    if !policy.is_said("print.late_entries") {
        for key in ["deadline.lesson", "deadline.oral", "deadline.written", "deadline.control"] {
            let is_late = |said: &Said| {
                days_of(said).is_some_and(|days| match policy.print_due {
                    PrintDue::BeforeEnd(before) => before > 0 || days > 0,
                    PrintDue::AfterEnd(after) => days > after,
                    PrintDue::By(..) => days > LESSONS_TO_PRINT_DAYS,
                })
            };
            let late = terms(policy, key, is_late);
            if late.is_empty() {
                continue;
            }
            let message = format!(
                "{} — срок {}, а копия делается {print} ({print_clause}): то, что внесено в последние дни в срок, в копию не попадёт, и \
                 положение не говорит, куда оно идёт",
                about(key),
                in_words(&late)
            );
            let clauses: Vec<&str> =
                late.iter().map(|said| said.clause.as_str()).chain([print_clause.as_str()]).collect();
            issues.push(Issue::new(AFTER_PRINT, key, message, &clauses));
        }
    }
    let key = "deadline.period_mark";
    if let (PrintDue::BeforeEnd(before), Some(said), true) = (policy.print_due, policy.first(key), policy.is_said(key))
    {
        let late = match (&said.value, said.unit) {
            (Value::Number(days), Unit::SchoolDays) => *days < before,
            (_, Unit::Weeks) => before > 0,
            _ => false,
        };
        if late {
            let message = format!(
                "отметки за период ставятся до его последнего учебного дня ({}), а копия с ними делается {print} ({print_clause})",
                said.clause
            );
            issues.push(Issue::new(AFTER_PRINT, key, message, &[&said.clause, &print_clause]));
        }
    }
    issues
}

/// Works of the last days whose marks are due when nothing may be changed any more.
fn after_final(policy: &Policy) -> Vec<Issue> {
    let key = "marks.edit_after_final";
    let Some(edit) = policy.first(key).filter(|said| policy.is_said(key) && said.has("forbidden")) else {
        return Vec::new();
    };
    if policy.is_said("print.late_entries") {
        return Vec::new();
    }
    let mut issues = Vec::new();
    for key in ["deadline.written", "deadline.control"] {
        let late = terms(policy, key, |said| days_of(said).is_some_and(|days| days > 0));
        if late.is_empty() {
            continue;
        }
        let message = format!(
            "{} — срок {}, а после отметок за период исправлять журнал запрещено ({}): отметку за работу последних дней поставить в срок \
             нельзя",
            about(key),
            in_words(&late),
            edit.clause
        );
        let clauses: Vec<&str> = late.iter().map(|said| said.clause.as_str()).chain([edit.clause.as_str()]).collect();
        issues.push(Issue::new(AFTER_FINAL, key, message, &clauses));
    }
    issues
}

/// The statements of the regulation itself under a key that are of that kind.
fn terms<'p>(policy: &'p Policy, key: &str, is: impl Fn(&Said) -> bool) -> Vec<&'p Said> {
    policy.said.iter().filter(|said| said.key == key && policy.is_said(key) && is(said)).collect()
}

/// «2–8 классы — 3 календарных дня (000 Рег 2.3), 9–11 классы — …».
fn in_words(terms: &[&Said]) -> String {
    let one = |said: &&Said| {
        let which = match said.grades {
            ALL_GRADES => String::new(),
            (from, to) => format!("{} — ", grades(from, to)),
        };
        format!("{which}{} ({})", said.in_russian(), said.clause)
    };
    terms.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Cases that the regulation opens and does not settle.
fn undefined(policy: &Policy) -> Vec<Issue> {
    let mut issues = Vec::new();
    for said in &policy.said {
        if let Value::Elsewhere(document) = &said.value {
            let message =
                format!("{}: положение отсылает к другому документу: {document} ({})", about(&said.key), said.clause);
            issues.push(Issue::new(UNDEFINED, &said.key, message, &[&said.clause]));
        }
    }
    let first = policy.number("marks.first_grade").and_then(|grade| u8::try_from(grade).ok()).unwrap_or(ALL_GRADES.0);
    for key in [
        "deadline.lesson",
        "deadline.absence",
        "deadline.homework",
        "deadline.oral",
        "deadline.written",
        "deadline.control",
    ] {
        let graded = ["deadline.oral", "deadline.written", "deadline.control"].contains(&key);
        let from = if graded { first } else { ALL_GRADES.0 };
        let open: Vec<u8> = (from..=ALL_GRADES.1).filter(|grade| policy.said(key, *grade).is_none()).collect();
        if let (Some(low), Some(high)) = (open.first(), open.last()) {
            let clause = policy.clause(key).to_owned();
            let message = format!(
                "{}: срок не назван для части классов ({}), хотя для других он есть ({clause})",
                about(key),
                grades(*low, *high)
            );
            issues.push(Issue::new(UNDEFINED, key, message, &[&clause]));
        }
    }
    for silence in policy.silent.iter().filter(|silence| !silence.touched.is_empty()) {
        let (clause, rest) = silence.touched.split_once(": ").unwrap_or((&silence.touched, ""));
        let message = format!("{}: {rest} ({clause})", about(&silence.key));
        issues.push(Issue::new(UNDEFINED, &silence.key, message, &[clause]));
    }
    issues
}

/// Dates of values that lie far from the order that sets them.
fn odd_dates(policy: &Policy) -> Vec<Issue> {
    let mut issues = Vec::new();
    let clause = policy.clause("regulation").to_owned();
    if let Some(ordered) = policy.order_date {
        for said in &policy.said {
            if let Some(from) = said.from.filter(|from| (*from - ordered).num_days() > LONGEST_DELAY_DAYS) {
                let message = format!(
                    "{}: {} с {} ({}), а приказ издан {} ({clause}): разница больше года, похоже на описку",
                    about(&said.key),
                    said.in_russian(),
                    words::date_short(from),
                    said.clause,
                    words::date_short(ordered)
                );
                issues.push(Issue::new(ODD_DATE, &said.key, message, &[&said.clause, &clause]));
            }
        }
        if policy.in_force_from < ordered {
            let message = format!(
                "положение действует с {}, раньше приказа от {}",
                words::date_short(policy.in_force_from),
                words::date_short(ordered)
            );
            issues.push(Issue::new(ODD_DATE, "regulation", message, &[&clause]));
        }
    }
    issues
}

/// One note on all that the regulation does not touch at all.
fn silence(policy: &Policy) -> Option<Issue> {
    let untouched =
        policy.silent.iter().filter(|silence| silence.touched.is_empty()).map(|silence| silence.key.as_str());
    let absent = policy.values.iter().filter(|value| value.source == Source::Absent).map(|value| value.key.as_str());
    let keys: BTreeSet<&str> = untouched.chain(absent).collect();
    if keys.is_empty() {
        return None;
    }
    let count = keys.len() as u64;
    let message = format!(
        "положение не касается {count} {} ({}): значения взяты из правил по умолчанию",
        words::plural(count, "вопроса", "вопросов", "вопросов"),
        keys.into_iter().collect::<Vec<_>>().join(", ")
    );
    let mut issue = Issue::new(SILENT, &policy.name, message, &[]);
    issue.finding.severity = Severity::Note;
    Some(issue)
}
