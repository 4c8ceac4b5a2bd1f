//! «Отчет об успеваемости и посещаемости ученика»: days across, subjects down, one block a learner. Floor 1.
//!
//! The file has no topics, no homework and no teachers: a journal made of it says so. A cell with an empty text is a lesson without a mark;
//! no cell is no lesson. The number of day columns differs from block to block, and the same day twice is two lessons.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::super::codes;
use super::super::headings::fold;
use super::super::workbook::{BookRow, BookSheet, letters};
use super::growing::{Growing, Spot};
use super::heads::{self, Head};
use crate::domain::policy::{AbsenceKind, Policy};

/// The report as it was read.
pub struct PupilReport {
    sheet: String,
    blocks: Vec<Block>,
    legend: Vec<(String, AbsenceKind)>,
    /// Row and message of what could not be read.
    faults: Vec<(u32, String)>,
}

struct Block {
    head: Head,
    days: Option<(NaiveDate, NaiveDate)>,
    subjects: Vec<Subject>,
}

struct Subject {
    name: String,
    row: u32,
    /// Lessons: the day, the column, what stands in the cell.
    lessons: Vec<(NaiveDate, u32, String)>,
    /// The final mark of the days, with its column.
    final_mark: Option<(u32, String)>,
}

impl Subject {
    /// Programs list every subject of the class; one without lessons and without a mark is not attended.
    fn is_attended(&self) -> bool {
        !self.lessons.is_empty() || self.final_mark.is_some()
    }
}

/// Reads a sheet.
pub fn read(sheet: &BookSheet) -> PupilReport {
    let mut report =
        PupilReport { sheet: sheet.name.clone(), blocks: Vec::new(), legend: Vec::new(), faults: Vec::new() };
    for block in heads::blocks(sheet) {
        let days = heads::days(&block.head.days);
        if days.is_none() {
            let message = format!("не прочитан период «{}»: нужно «с ДД.ММ.ГГ по ДД.ММ.ГГ»", block.head.days);
            report.faults.push((block.head.row, message));
        }
        let subjects = subjects(&block, days, &mut report);
        report.blocks.push(Block { head: block.head, days, subjects });
    }
    if report.blocks.is_empty() {
        report.faults.push((1, "в отчёте нет ни одного ученика (строки «Ученик: …»)".to_owned()));
    }
    report
}

fn subjects(block: &heads::Block<'_>, days: Option<(NaiveDate, NaiveDate)>, report: &mut PupilReport) -> Vec<Subject> {
    let is_head = |row: &BookRow| row.filled().any(|(_, text)| fold(text) == "предмет");
    let Some(top) = block.rows.iter().position(is_head) else {
        report.faults.push((block.head.row, "нет строки с заголовком «Предмет»".to_owned()));
        return Vec::new();
    };
    let columns = columns(&block.rows[top], block.rows.get(top + 1), days, report);
    let subject_column =
        block.rows[top].filled().find(|(_, text)| fold(text) == "предмет").map_or(0, |(column, _)| column);
    let mut subjects = Vec::new();
    let mut last = block.rows.get(top + 1).map_or(0, |row| row.no);
    let below = block.rows.get(top + 2..).unwrap_or_default();
    for (place, row) in below.iter().enumerate() {
        let name = row.cell(subject_column).map(str::trim).unwrap_or_default();
        // The subjects end with the first row that is not there or names none; the legend follows.
        if name.is_empty() || row.no != last + 1 {
            legend(&below[place..], report);
            break;
        }
        last = row.no;
        let lessons = columns.days.iter().filter_map(|(column, day)| {
            let text = row.cell(*column)?;
            Some((*day, *column, text.trim().to_owned()))
        });
        let final_mark = columns.final_mark.and_then(|column| {
            let text = row.cell(column)?.trim();
            (!text.is_empty() && text != "0").then(|| (column, text.to_owned()))
        });
        subjects.push(Subject { name: name.to_owned(), row: row.no, lessons: lessons.collect(), final_mark });
    }
    subjects
}

struct Columns {
    days: Vec<(u32, NaiveDate)>,
    final_mark: Option<u32>,
}

/// Which day each column is: the month's name stands once over its days, merged.
fn columns(
    months: &BookRow,
    numbers: Option<&BookRow>,
    days: Option<(NaiveDate, NaiveDate)>,
    report: &mut PupilReport,
) -> Columns {
    let mut columns = Columns { days: Vec::new(), final_mark: None };
    let mut starts: Vec<(u32, u32)> = Vec::new();
    let mut first_figure = u32::MAX;
    for (column, text) in months.filled() {
        if let Some(month) = heads::month(text) {
            starts.push((column, month));
        } else if fold(text).starts_with("итоговая") {
            columns.final_mark = Some(column);
            first_figure = first_figure.min(column);
        } else if fold(text).starts_with("средн") {
            first_figure = first_figure.min(column);
        }
    }
    for (column, text) in numbers.into_iter().flat_map(BookRow::filled).filter(|(column, _)| *column < first_figure) {
        let month = starts.iter().rev().find(|(start, _)| *start <= column).map(|(_, month)| *month);
        let (Some(month), Some(number)) = (month, heads::whole(text)) else {
            let place = format!("{}{}", letters(column), months.no + 1);
            report.faults.push((months.no + 1, format!("ячейка {place}: «{text}» — не число месяца")));
            continue;
        };
        let Some((from, to)) = days else { continue };
        let years = [chrono::Datelike::year(&from), chrono::Datelike::year(&to)];
        let dates: Vec<NaiveDate> =
            years.iter().filter_map(|year| NaiveDate::from_ymd_opt(*year, month, number)).collect();
        match dates.iter().find(|date| from <= **date && **date <= to).or(dates.first()) {
            Some(date) => columns.days.push((column, *date)),
            None => report.faults.push((months.no + 1, format!("дня {number}.{month:02} не бывает"))),
        }
    }
    columns
}

/// «Н Неуважительная», in one cell or two.
fn legend(rows: &[BookRow], report: &mut PupilReport) {
    for row in rows {
        let text = row.filled().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
        let Some((code, meaning)) = text.split_once(char::is_whitespace) else { continue };
        let meaning = fold(meaning.trim_start_matches(['-', '–', '—', ' ']));
        let kind = match meaning.as_str() {
            word if word.starts_with("неуваж") => AbsenceKind::Unexcused,
            word if word.starts_with("уваж") => AbsenceKind::Excused,
            word if word.starts_with("болезн") => AbsenceKind::Ill,
            word if word.starts_with("опозд") => AbsenceKind::Late,
            _ => continue,
        };
        if !report.legend.iter().any(|(known, _)| known == code) {
            report.legend.push((code.to_owned(), kind));
        }
    }
}

impl PupilReport {
    /// The school year of the first block.
    pub fn year(&self) -> Option<String> {
        self.blocks.first().map(|block| block.head.year.clone()).filter(|year| !year.is_empty())
    }

    /// Gives everything to the journal that grows.
    pub(super) fn give(&self, growing: &mut Growing<'_>) {
        let codes = self.codes(growing.policy());
        for (row, message) in &self.faults {
            growing.error(&self.spot(*row, None), codes::BROKEN_REPORT, message.clone(), "", "");
        }
        for block in &self.blocks {
            self.give_block(block, &codes, growing);
        }
        let attended = self.attended();
        growing.settle_groups(&attended);
    }

    /// Who attends what: (class, subject) to learners, as written.
    fn attended(&self) -> HashMap<(String, String), Vec<String>> {
        let mut attended: HashMap<(String, String), Vec<String>> = HashMap::new();
        for block in &self.blocks {
            for subject in block.subjects.iter().filter(|subject| subject.is_attended()) {
                let key = (block.head.class.clone(), subject.name.clone());
                attended.entry(key).or_default().push(block.head.learner.clone());
            }
        }
        attended
    }

    fn give_block(&self, block: &Block, codes: &HashMap<String, String>, growing: &mut Growing<'_>) {
        let head = self.spot(block.head.row, None);
        growing.expect_year(&head, &block.head.year);
        let (Some(class), Some((from, to))) = (growing.class(&head, &block.head.class), block.days) else { return };
        let Some(learner) = growing.learner(&head, &class, &block.head.learner) else { return };
        let period = growing.period_of_days(&class, from, to);
        let mut has_new_lessons = false;
        for subject in block.subjects.iter().filter(|subject| subject.is_attended()) {
            let spot = self.spot(subject.row, Some(0));
            let Some(course) = growing.course(&spot, &class, &subject.name, &learner) else { continue };
            let mut counts: HashMap<NaiveDate, usize> = HashMap::new();
            for (day, column, text) in &subject.lessons {
                let nth = counts.entry(*day).or_insert(0);
                let spot = self.spot(subject.row, Some(*column));
                let (lesson, is_new) = growing.lesson(&spot, &course, *day, *nth);
                *nth += 1;
                has_new_lessons |= is_new;
                self.give_cell(&spot, text, codes, &lesson, &learner, growing);
            }
            if let Some((column, value)) = &subject.final_mark {
                let spot = self.spot(subject.row, Some(*column));
                match &period {
                    Some(period) => growing.final_mark(&spot, &course, &learner, period, value),
                    None => growing
                        .left_out(&spot, "итоговая отметка за дни, которые не совпадают ни с одним учебным периодом"),
                }
            }
        }
        if has_new_lessons {
            growing.lessons_without_contents(&head, &class, from, to);
        }
    }

    /// «5», «Б», «О 2», «3/3», «4 3»: codes and marks of one lesson.
    fn give_cell(
        &self,
        spot: &Spot,
        text: &str,
        codes: &HashMap<String, String>,
        lesson: &[String; 3],
        learner: &str,
        growing: &mut Growing<'_>,
    ) {
        let mut absence: Option<String> = None;
        for token in
            text.split(|letter: char| letter.is_whitespace() || letter == '/').filter(|token| !token.is_empty())
        {
            let token = token.strip_suffix(".0").unwrap_or(token);
            if growing.policy().mark_values.iter().any(|value| value == token) {
                growing.mark(spot, lesson, learner, token);
            } else if let Some(code) = codes.get(token).filter(|_| absence.is_none()) {
                absence = Some(code.clone());
                growing.absence(spot, lesson, learner, code);
            } else {
                let marks = growing.policy().mark_values.join(", ");
                let mut known: Vec<&str> = codes.keys().map(String::as_str).collect();
                known.sort_unstable();
                let expected = format!("отметка ({marks}) или код пропуска ({})", known.join(", "));
                growing.error(
                    spot,
                    codes::UNKNOWN_CELL,
                    "в ячейке не отметка и не код пропуска".to_owned(),
                    &expected,
                    text,
                );
                return;
            }
        }
    }

    /// The report's codes with the policy's: by the legend, else the same letter.
    fn codes(&self, policy: &Policy) -> HashMap<String, String> {
        let mut codes: HashMap<String, String> =
            policy.absence_codes.iter().map(|rule| (rule.code.clone(), rule.code.clone())).collect();
        for (written, kind) in &self.legend {
            if let Some(rule) = policy.absence_codes.iter().find(|rule| rule.kind == *kind) {
                codes.insert(written.clone(), rule.code.clone());
            }
        }
        codes
    }

    fn spot(&self, row: u32, column: Option<u32>) -> Spot {
        Spot::of(&self.sheet, row, column)
    }
}
