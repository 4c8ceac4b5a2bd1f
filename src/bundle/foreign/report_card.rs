//! «Табель успеваемости учащегося»: final marks by period, one block a learner; the natural source of the summary sheet. Floor 1.

use std::collections::HashMap;

use super::super::codes;
use super::super::headings::fold;
use super::super::workbook::{BookRow, BookSheet};
use super::growing::{Growing, Spot};
use super::heads::{self, Head};
use crate::domain::journal::{EXAM, FINAL, PeriodKind, YEAR};

/// The report as it was read.
pub struct ReportCard {
    sheet: String,
    blocks: Vec<Block>,
    faults: Vec<(u32, String)>,
}

struct Block {
    head: Head,
    subjects: Vec<Subject>,
}

struct Subject {
    name: String,
    row: u32,
    marks: Vec<(u32, Time, String)>,
}

/// Whose final mark a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// The n-th period of a kind, from 1.
    Period(PeriodKind, usize),
    Year,
    Exam,
    /// The state exam: the journal has no place for it.
    StateExam,
    Final,
}

/// Reads a sheet.
pub fn read(sheet: &BookSheet) -> ReportCard {
    let mut card = ReportCard { sheet: sheet.name.clone(), blocks: Vec::new(), faults: Vec::new() };
    for block in heads::blocks(sheet) {
        let subjects = subjects(&block, &mut card);
        card.blocks.push(Block { head: block.head, subjects });
    }
    if card.blocks.is_empty() {
        card.faults.push((1, "в табеле нет ни одного ученика (строки «Ученик: …»)".to_owned()));
    }
    card
}

fn subjects(block: &heads::Block<'_>, card: &mut ReportCard) -> Vec<Subject> {
    let head_of = |row: &BookRow| row.filled().find(|(_, text)| fold(text) == "предмет").map(|(column, _)| column);
    let Some((top, subject)) =
        block.rows.iter().enumerate().find_map(|(place, row)| head_of(row).map(|column| (place, column)))
    else {
        card.faults.push((block.head.row, "нет строки с заголовком «Предмет»".to_owned()));
        return Vec::new();
    };
    // The heading is merged down over its rows: the first row below with a subject begins the data.
    let is_data = |row: &BookRow| row.filled().any(|(column, _)| column == subject);
    let Some(data) = block.rows[top + 1..].iter().position(is_data).map(|place| place + top + 1) else {
        return Vec::new();
    };
    let columns = columns(&block.rows[top..data]);
    if columns.is_empty() {
        card.faults.push((block.rows[top].no, "нет ни одного столбца «Итог» или «Год. оценка»".to_owned()));
    }
    let rows = block.rows[data..].iter().take_while(|row| is_data(row));
    rows.map(|row| Subject {
        name: row.cell(subject).unwrap_or_default().trim().to_owned(),
        row: row.no,
        marks: columns
            .iter()
            .filter_map(|(column, time)| {
                let text = row.cell(*column)?.trim();
                (!text.is_empty() && text != "-").then(|| (*column, *time, text.to_owned()))
            })
            .collect(),
    })
    .collect()
}

/// What each column of the headings holds; «1 Четверть» stands once over its three columns, merged.
fn columns(rows: &[BookRow]) -> Vec<(u32, Time)> {
    let mut periods: Vec<(u32, Time)> = Vec::new();
    let mut columns = Vec::new();
    for row in rows {
        for (column, text) in row.filled() {
            if let Some(time) = period(text) {
                periods.push((column, time));
            }
        }
    }
    periods.sort_by_key(|(column, _)| *column);
    for row in rows {
        for (column, text) in row.filled() {
            let time = match fold(text).replace('.', "").as_str() {
                "итог" => periods.iter().rev().find(|(start, _)| *start <= column).map(|(_, time)| *time),
                "год оценка" | "годовая оценка" | "год" | "годовая" => Some(Time::Year),
                "экз оценка" | "экзаменационная оценка" | "экзаменационная" => {
                    Some(Time::Exam)
                }
                "гос экз оценка" | "гос экзаменационная оценка" => {
                    Some(Time::StateExam)
                }
                "итог оценка" | "итоговая оценка" | "итоговая" => Some(Time::Final),
                _ => None,
            };
            columns.extend(time.map(|time| (column, time)));
        }
    }
    columns.sort_by_key(|(column, _)| *column);
    columns
}

/// «1 Четверть», «II полугодие».
fn period(text: &str) -> Option<Time> {
    let folded = fold(text);
    let (number, word) = folded.split_once(' ')?;
    let number = match number {
        "1" | "i" | "1-я" | "1-е" => 1,
        "2" | "ii" | "2-я" | "2-е" => 2,
        "3" | "iii" | "3-я" => 3,
        "4" | "iv" | "4-я" => 4,
        _ => return None,
    };
    let kind = match word {
        "четверть" => PeriodKind::Quarter,
        "полугодие" => PeriodKind::HalfYear,
        "триместр" => PeriodKind::Trimester,
        _ => return None,
    };
    Some(Time::Period(kind, number))
}

impl ReportCard {
    /// The school year of the first block.
    pub fn year(&self) -> Option<String> {
        self.blocks.first().map(|block| block.head.year.clone()).filter(|year| !year.is_empty())
    }

    /// Gives everything to the journal that grows.
    pub(super) fn give(&self, growing: &mut Growing<'_>) {
        for (row, message) in &self.faults {
            growing.error(&Spot::of(&self.sheet, *row, None), codes::BROKEN_REPORT, message.clone(), "", "");
        }
        let mut attended: HashMap<(String, String), Vec<String>> = HashMap::new();
        for block in &self.blocks {
            let spot = Spot::of(&self.sheet, block.head.row, None);
            growing.expect_year(&spot, &block.head.year);
            let Some(class) = growing.class(&spot, &block.head.class) else { continue };
            let Some(learner) = growing.learner(&spot, &class, &block.head.learner) else { continue };
            // A subject without any mark is one that the learner does not attend.
            for subject in block.subjects.iter().filter(|subject| !subject.marks.is_empty()) {
                let key = (block.head.class.clone(), subject.name.clone());
                attended.entry(key).or_default().push(block.head.learner.clone());
                let spot = Spot::of(&self.sheet, subject.row, None);
                let Some(course) = growing.course(&spot, &class, &subject.name, &learner) else { continue };
                for (column, time, value) in &subject.marks {
                    let spot = Spot::of(&self.sheet, subject.row, Some(*column));
                    let value = value.strip_suffix(".0").unwrap_or(value);
                    let period = match time {
                        Time::Year => Some(YEAR.to_owned()),
                        Time::Exam => Some(EXAM.to_owned()),
                        Time::Final => Some(FINAL.to_owned()),
                        Time::StateExam => {
                            growing.left_out(&spot, "отметка государственного экзамена: в журнале ей нет места");
                            continue;
                        }
                        Time::Period(kind, number) => growing.period(&spot, &class, *kind, *number),
                    };
                    if let Some(period) = period {
                        growing.final_mark(&spot, &course, &learner, &period, value);
                    }
                }
            }
            growing.no_lessons(&class);
        }
        growing.settle_groups(&attended);
    }
}
