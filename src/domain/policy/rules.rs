//! Which values a policy has, and which of them are possible. Floor 0.
//!
//! Reads every section even when an earlier one is wrong: a secretary who mends a file wants all of it at once.

use chrono::NaiveDate;

use super::inherit::{self, Silence};
use super::keys;
use super::reader::{Node, NodeKind, Reader, join};
use super::said::{self, Value};
use super::{
    AbsenceKind, AbsenceRule, Cadence, CadenceRule, CodeRule, Completeness, Demand, Policy, PrintDue, Stage, StageRule,
};
use crate::domain::canon::Digest;
use crate::domain::words::is_cyrillic;

/// Grades of a school (273-ФЗ ст. 66: начальное, основное и среднее общее образование).
const GRADES: (u32, u32) = (1, 11);
/// The longest term a policy may set: 75 years is the longest term of the archive lists (125-ФЗ ст. 22.1: документы по личному составу).
const LONGEST_TERM_YEARS: u32 = 75;
/// A copy cannot be due earlier than this before the period's end: a quarter has some 40 school days.
const LONGEST_LEAD_SCHOOL_DAYS: u32 = 20;

/// A copy made after the period's end is due within a quarter at most, or it would meet the next one.
const LONGEST_DELAY_CALENDAR_DAYS: u32 = 60;

/// The first sections: every policy has them, since the house's first day.
pub(super) const SECTIONS: [&str; 8] =
    ["regulation", "print", "route", "retention", "codes", "completeness", "signature", "seal"];

/// Reads the policy; what is wrong is in `reader.findings`, and then the value handed back is not to be used.
pub(super) fn policy(reader: &mut Reader, name: &str, text: &str, root: &Node, silent: Vec<Silence>) -> Policy {
    let further = keys::sections();
    let optional: Vec<&str> =
        further.iter().copied().filter(|section| !SECTIONS.contains(section)).chain(["silent", "other"]).collect();
    reader.table(root, "", &SECTIONS, &optional);
    for section in further.iter().filter(|section| !SECTIONS.contains(section)) {
        if let Some(node) = root.get(section) {
            reader.table(node, section, &[], &keys::names_of(section));
        }
    }
    let head = root.get("regulation").map(|node| regulation(reader, node)).unwrap_or_default();
    let (print_cadence, print_due) = root.get("print").map(|node| print(reader, node)).unwrap_or_default();
    let (period_route, summary_route) = root.get("route").map(|node| routes(reader, node)).unwrap_or_default();
    let (keep_journal_years, keep_summary_years) =
        root.get("retention").map(|node| retention(reader, node)).unwrap_or_default();
    let codes = root.get("codes").map(|node| codes(reader, node)).unwrap_or_default();
    let completeness = completeness(reader, root.get("completeness"));
    let (signature_act, signature_wording) =
        root.get("signature").map(|node| signature(reader, node)).unwrap_or_default();
    let seal_wording = root.get("seal").map(|node| seal(reader, node)).unwrap_or_default();
    let said = said::read(reader, root);
    let known = |key: &str| keys::find(key).is_some() || inherit::find(root, key).is_some();
    let others = said::others(reader, root, known);
    Policy {
        name: name.to_owned(),
        title: head.title,
        order_number: head.order_number,
        order_date: head.order_date,
        in_force_from: head.in_force_from.unwrap_or_default(),
        in_force_to: head.in_force_to,
        digest: Digest::of(text.as_bytes()),
        print_cadence,
        period_route,
        summary_route,
        mark_values: codes.marks,
        final_values: codes.finals,
        absence_codes: codes.absences,
        completeness,
        keep_journal_years,
        keep_summary_years,
        print_due,
        said,
        others,
        silent,
        signature_act,
        signature_wording,
        seal_wording,
        values: std::mem::take(&mut reader.values),
    }
}

#[derive(Default)]
struct Regulation {
    title: String,
    order_number: String,
    order_date: Option<NaiveDate>,
    in_force_from: Option<NaiveDate>,
    in_force_to: Option<NaiveDate>,
}

fn regulation(reader: &mut Reader, node: &Node) -> Regulation {
    const PATH: &str = "regulation";
    reader.table(node, PATH, &["title", "in_force_from", "clause"], &["order_number", "order_date", "in_force_to"]);
    let clause = reader.text(node, PATH, "clause");
    let read = Regulation {
        title: reader.text(node, PATH, "title"),
        order_number: reader.text(node, PATH, "order_number"),
        order_date: reader.date(node, PATH, "order_date"),
        in_force_from: reader.date(node, PATH, "in_force_from"),
        in_force_to: reader.date(node, PATH, "in_force_to"),
    };
    if let (Some(from), Some(to)) = (read.in_force_from, read.in_force_to)
        && to < from
    {
        let line = node.get("in_force_to").map_or(node.line, |value| value.line);
        let finding = reader.report("policy.dates-out-of-order", line, "действие кончается раньше, чем начинается");
        finding.expected = format!("не раньше {from}");
        finding.found = to.to_string();
    }
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    for (key, value) in [
        ("title", read.title.clone()),
        ("order_number", read.order_number.clone()),
        ("order_date", date(read.order_date)),
        ("in_force_from", date(read.in_force_from)),
        ("in_force_to", date(read.in_force_to)),
    ] {
        reader.note(&join(PATH, key), value, "", &clause);
    }
    read
}

fn print(reader: &mut Reader, node: &Node) -> (Vec<CadenceRule>, PrintDue) {
    const DUE: [&str; 3] = ["due_before_end", "due_after_end", "due_by"];
    let mut optional = keys::names_of("print");
    optional.extend(DUE);
    reader.table(node, "print", &["cadence"], &optional);
    let cadence = cadence(reader, node);
    let stated: Vec<&str> = DUE.into_iter().filter(|key| node.get(key).is_some()).collect();
    let due = match stated.as_slice() {
        [] => {
            reader.report("policy.missing-key", node.line, "нет обязательного ключа «print.due_before_end»");
            None
        }
        ["due_before_end"] => {
            let bounds = ("school_days", (0, LONGEST_LEAD_SCHOOL_DAYS));
            measured(reader, node, "print", "due_before_end", bounds).map(PrintDue::BeforeEnd)
        }
        ["due_after_end"] => {
            let bounds = ("calendar_days", (0, LONGEST_DELAY_CALENDAR_DAYS));
            measured(reader, node, "print", "due_after_end", bounds).map(PrintDue::AfterEnd)
        }
        ["due_by"] => due_by(reader, node),
        _ => {
            let line = node.get(stated[1]).map_or(node.line, |value| value.line);
            let message = "срок копии сказан дважды: нужен один из due_before_end, due_after_end, due_by";
            reader.report("policy.due-stated-twice", line, message).found = stated.join(", ");
            None
        }
    };
    (cadence, due.unwrap_or_default())
}

/// `value = "06-30", unit = "date"`: one day of the year for every copy.
fn due_by(reader: &mut Reader, print: &Node) -> Option<PrintDue> {
    const PATH: &str = "print.due_by";
    let node = print.get("due_by")?;
    reader.table(node, PATH, &["value", "unit", "clause"], &[]);
    reader.word(node, PATH, "unit", &[("date", ())]);
    let clause = reader.text(node, PATH, "clause");
    let day = said::print_day(reader, PATH, node)?;
    reader.note(PATH, said::as_written(&day), "date", &clause);
    match day {
        Value::Day(month, day) => Some(PrintDue::By(month, day)),
        // A copy that is due at the year's end is due on its last day.
        _ => Some(PrintDue::AfterEnd(0)),
    }
}

fn cadence(reader: &mut Reader, print: &Node) -> Vec<CadenceRule> {
    const PATH: &str = "print.cadence";
    let kinds = Cadence::ALL.map(|kind| (kind.as_str(), kind));
    let rows = reader.rows(print.get("cadence"), PATH);
    let mut rules = Vec::new();
    for row in rows {
        reader.table(row, PATH, &["grade_from", "grade_to", "period", "clause"], &[]);
        let from = reader.number(row, PATH, "grade_from", GRADES);
        let to = reader.number(row, PATH, "grade_to", GRADES);
        let period = reader.word(row, PATH, "period", &kinds);
        let clause = reader.text(row, PATH, "clause");
        if let (Some(from), Some(to), Some(period)) = (from, to, period) {
            reader.note(&format!("{PATH}.{from}-{to}"), period.as_str(), "", &clause);
            rules.push(CadenceRule { grade_from: from as u8, grade_to: to as u8, period });
        }
    }
    if !rules.is_empty() && rules.len() == rows.len() {
        check_grades(reader, &rules, rows[0].line);
    }
    rules
}

/// Every grade needs one rule and one only: without it nobody knows whether a copy of the class is due.
fn check_grades(reader: &mut Reader, rules: &[CadenceRule], line: usize) {
    let wrong: Vec<String> = (GRADES.0 as u8..=GRADES.1 as u8)
        .filter(|grade| rules.iter().filter(|rule| (rule.grade_from..=rule.grade_to).contains(grade)).count() != 1)
        .map(|grade| grade.to_string())
        .collect();
    if !wrong.is_empty() {
        let message = format!(
            "в «print.cadence» у каждого класса должно быть ровно одно правило; не так у классов: {}",
            wrong.join(", ")
        );
        reader.report("policy.grades-not-covered-once", line, message);
    }
}

fn routes(reader: &mut Reader, node: &Node) -> (Vec<StageRule>, Vec<StageRule>) {
    reader.table(node, "route", &["period_copy", "summary_sheet"], &[]);
    let period = route(reader, node, "period_copy");
    let summary = route(reader, node, "summary_sheet");
    if summary.iter().any(|rule| rule.stage == Stage::SubjectTeacher) {
        let line = node.get("summary_sheet").map_or(node.line, |value| value.line);
        let message = "в сводной ведомости нет листов отдельных предметов: учителям-предметникам нечего подписывать";
        reader.report("policy.stage-without-sheets", line, message).found = Stage::SubjectTeacher.as_str().to_owned();
    }
    (period, summary)
}

fn route(reader: &mut Reader, routes: &Node, key: &str) -> Vec<StageRule> {
    let path = join("route", key);
    let stages = Stage::ALL.map(|stage| (stage.as_str(), stage));
    let mut rules: Vec<StageRule> = Vec::new();
    let mut complete = true;
    for row in reader.rows(routes.get(key), &path) {
        reader.table(row, &path, &["stage", "title", "clause"], &[]);
        let stage = reader.word(row, &path, "stage", &stages);
        let title = reader.text(row, &path, "title");
        let clause = reader.text(row, &path, "clause");
        let Some(stage) = stage else {
            complete = false;
            continue;
        };
        reader.note(&join(&path, stage.as_str()), title.clone(), "", &clause);
        check_order(reader, &rules, stage, row.line);
        rules.push(StageRule { stage, title });
    }
    let director = rules.iter().any(|rule| rule.stage == Stage::Director);
    if let (Some(node), true, false) = (routes.get(key), complete, director) {
        reader.report(
            "policy.route-without-director",
            node.line,
            format!("в маршруте «{path}» нет ступени «director»"),
        );
    }
    rules
}

/// Stages go from the teacher up to the director; a stage named twice is out of order with itself.
fn check_order(reader: &mut Reader, before: &[StageRule], stage: Stage, line: usize) {
    if let Some(last) = before.last()
        && last.stage >= stage
    {
        let message = format!("ступень «{}» стоит после «{}»", stage.as_str(), last.stage.as_str());
        reader.report("policy.route-order", line, message).expected = Stage::ALL.map(Stage::as_str).join(" → ");
    }
}

fn retention(reader: &mut Reader, node: &Node) -> (u32, u32) {
    reader.table(node, "retention", &["period_copy", "summary_sheet"], &[]);
    let terms = ("years", (1, LONGEST_TERM_YEARS));
    let journal = measured(reader, node, "retention", "period_copy", terms);
    let summary = measured(reader, node, "retention", "summary_sheet", terms);
    if let (Some(journal), Some(summary), Some(value)) = (journal, summary, node.get("summary_sheet"))
        && summary < journal
    {
        // ARCHITECTURE.md, decision 14: a journal is not destroyed before its summary sheet is archived, so the sheet cannot go first.
        let line = value.get("value").map_or(value.line, |value| value.line);
        let message = "сводная ведомость не может храниться меньше журнала, из которого она составлена";
        let finding = reader.report("policy.impossible-value", line, message);
        finding.expected = format!("не меньше {journal}");
        finding.found = summary.to_string();
    }
    (journal.unwrap_or_default(), summary.unwrap_or_default())
}

/// A number with its unit and clause: `value = 25, unit = "years", clause = "003 Рук 5"`.
fn measured(
    reader: &mut Reader,
    parent: &Node,
    section: &str,
    key: &str,
    (unit, bounds): (&str, (u32, u32)),
) -> Option<u32> {
    let path = join(section, key);
    let node = parent.get(key)?;
    reader.table(node, &path, &["value", "unit", "clause"], &[]);
    let value = reader.number(node, &path, "value", bounds);
    reader.word(node, &path, "unit", &[(unit, ())]);
    let clause = reader.text(node, &path, "clause");
    if let Some(value) = value {
        reader.note(&path, value.to_string(), unit, &clause);
    }
    value
}

#[derive(Default)]
struct Codes {
    marks: Vec<String>,
    absences: Vec<AbsenceRule>,
    finals: Vec<CodeRule>,
    /// Every code and mark read so far.
    taken: Vec<String>,
}

fn codes(reader: &mut Reader, node: &Node) -> Codes {
    reader.table(node, "codes", &["marks", "absence", "final"], &[]);
    let mut codes = Codes::default();
    if let Some(marks) = node.get("marks") {
        reader.table(marks, "codes.marks", &["value", "clause"], &[]);
        let clause = reader.text(marks, "codes.marks", "clause");
        for (mark, line) in reader.texts(marks, "codes.marks", "value") {
            codes.take(reader, &mark, "codes.marks", line);
            codes.marks.push(mark);
        }
        if codes.marks.is_empty() && matches!(marks.get("value").map(|value| &value.kind), Some(NodeKind::List(_))) {
            reader.report("policy.empty", marks.line, "список «codes.marks» пуст");
        }
        reader.note("codes.marks", codes.marks.join(" "), "", &clause);
    }
    absences(reader, node, &mut codes);
    finals(reader, node, &mut codes);
    codes
}

fn absences(reader: &mut Reader, node: &Node, codes: &mut Codes) {
    const PATH: &str = "codes.absence";
    let kinds = AbsenceKind::ALL.map(|kind| (kind.as_str(), kind));
    for row in reader.rows(node.get("absence"), PATH) {
        reader.table(row, PATH, &["code", "kind", "meaning", "clause"], &[]);
        let (code, meaning) = codes.read(reader, row, PATH);
        if let Some(kind) = reader.word(row, PATH, "kind", &kinds) {
            codes.absences.push(AbsenceRule { code, meaning, kind });
        }
    }
}

fn finals(reader: &mut Reader, node: &Node, codes: &mut Codes) {
    const PATH: &str = "codes.final";
    for row in reader.rows(node.get("final"), PATH) {
        reader.table(row, PATH, &["code", "meaning", "clause"], &[]);
        let (code, meaning) = codes.read(reader, row, PATH);
        codes.finals.push(CodeRule { code, meaning });
    }
}

impl Codes {
    fn read(&mut self, reader: &mut Reader, row: &Node, path: &str) -> (String, String) {
        let code = match row.get("code") {
            Some(Node { kind: NodeKind::Text(code), line }) if !code.is_empty() => {
                check_letters(reader, code, path, *line);
                self.take(reader, code, path, *line);
                code.clone()
            }
            _ => reader.text(row, path, "code"),
        };
        let meaning = reader.text(row, path, "meaning");
        let clause = reader.text(row, path, "clause");
        reader.note(&join(path, &code), meaning.clone(), "", &clause);
        (code, meaning)
    }

    /// A code means one thing in the whole policy; «н» and «Н» are two codes (domain.md 3.2).
    fn take(&mut self, reader: &mut Reader, code: &str, path: &str, line: usize) {
        if self.taken.iter().any(|taken| taken == code) {
            reader.report("policy.duplicate-code", line, format!("обозначение «{code}» в «{path}» уже занято"));
        }
        self.taken.push(code.to_owned());
    }
}

/// Codes are Russian letters, with a stroke inside at most: a cell «О 4» or «5/4» must be read in one way only.
fn check_letters(reader: &mut Reader, code: &str, path: &str, line: usize) {
    let latin: Vec<String> = code
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| match twin(letter) {
            Some(russian) => format!("латинская «{letter}» вместо русской «{russian}»"),
            None => format!("латинская «{letter}»"),
        })
        .collect();
    if !latin.is_empty() {
        let message = format!("обозначение «{code}» в «{path}»: {}", latin.join(", "));
        reader.report("policy.look-alike-letter", line, message);
    } else if !code.chars().all(|letter| is_cyrillic(letter) || letter == '/')
        || code.starts_with('/')
        || code.ends_with('/')
        || (path == "codes.absence" && code.contains('/'))
    {
        let finding = reader.report("policy.impossible-value", line, format!("невозможное обозначение в «{path}»"));
        finding.expected = "русские буквы без пробелов".to_owned();
        finding.found = code.to_owned();
    }
}

/// The Russian letter that a Latin one looks like in print.
fn twin(latin: char) -> Option<char> {
    const LATIN: &str = "ABCEHKMOPTXYaceopxyu";
    const RUSSIAN: &str = "АВСЕНКМОРТХУасеорхуи";
    LATIN.chars().zip(RUSSIAN.chars()).find(|(letter, _)| *letter == latin).map(|(_, russian)| russian)
}

fn completeness(reader: &mut Reader, node: Option<&Node>) -> Completeness {
    let keys = ["final_mark", "topic", "absence_reason", "homework", "lessons", "decision"];
    if let Some(node) = node {
        reader.table(node, "completeness", &keys, &[]);
    }
    let [final_mark, topic, absence_reason, homework, lessons, decision] =
        keys.map(|key| node.map_or(Demand::Required, |node| demand(reader, node, key)));
    Completeness { final_mark, topic, absence_reason, homework, lessons, decision }
}

fn demand(reader: &mut Reader, parent: &Node, key: &str) -> Demand {
    let path = join("completeness", key);
    let Some(node) = parent.get(key) else { return Demand::Required };
    reader.table(node, &path, &["value", "clause"], &[]);
    let clause = reader.text(node, &path, "clause");
    let value = reader.word(node, &path, "value", &Demand::ALL.map(|demand| (demand.as_str(), demand)));
    let demand = value.unwrap_or(Demand::Required);
    reader.note(&path, demand.as_str(), "", &clause);
    demand
}

fn signature(reader: &mut Reader, node: &Node) -> (String, String) {
    reader.table(node, "signature", &["act", "wording"], &keys::names_of("signature"));
    let act = worded(reader, node, "signature", "act");
    let wording = worded(reader, node, "signature", "wording");
    if let Some(value) = node.get("wording")
        && !wording.is_empty()
        && !wording.to_lowercase().contains("неквалифицированн")
    {
        // Ed25519 is a non-qualified signature (63-ФЗ ст. 5 ч. 3): a mark that keeps silent about it passes for a qualified one.
        let line = value.get("value").map_or(value.line, |value| value.line);
        let message = "отметка должна прямо называть подпись неквалифицированной (63-ФЗ ст. 5)";
        reader.report("policy.signature-kind-hidden", line, message).found.clone_from(&wording);
    }
    (act, wording)
}

fn seal(reader: &mut Reader, node: &Node) -> String {
    reader.table(node, "seal", &["wording"], &keys::names_of("seal"));
    worded(reader, node, "seal", "wording")
}

/// A text with its clause: `value = "…", clause = "63-ФЗ ст. 6 ч. 2"`.
fn worded(reader: &mut Reader, parent: &Node, section: &str, key: &str) -> String {
    let path = join(section, key);
    let Some(node) = parent.get(key) else { return String::new() };
    reader.table(node, &path, &["value", "clause"], &[]);
    let value = reader.text(node, &path, "value");
    let clause = reader.text(node, &path, "clause");
    reader.note(&path, value.clone(), "", &clause);
    value
}
