//! The heads of blocks that both reports share: school year, class, days, learner. Floor 1.

use chrono::NaiveDate;

use super::super::headings::fold;
use super::super::rows;
use super::super::workbook::{BookRow, BookSheet};

/// The head of one learner's block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// «2024/2025» as written.
    pub year: String,
    /// «8А» as written.
    pub class: String,
    /// «с 24.03.25 по 24.05.25» as written.
    pub days: String,
    /// «Фамилия Имя Отчество» as written.
    pub learner: String,
    /// Row of the learner's name.
    pub row: u32,
}

/// A block: its head and the rows below it, up to the next one's head.
pub struct Block<'s> {
    /// The head.
    pub head: Head,
    /// The rows.
    pub rows: &'s [BookRow],
}

/// The blocks of a sheet, one a learner.
pub fn blocks(sheet: &BookSheet) -> Vec<Block<'_>> {
    let mut head = Head::default();
    let mut heads: Vec<(usize, Head)> = Vec::new();
    for (place, row) in sheet.rows.iter().enumerate() {
        let Some((label, value)) = labelled(row) else { continue };
        match label {
            Label::Year => head.year = value,
            Label::Class => head.class = value,
            Label::Days => head.days = value,
            Label::Learner => {
                // A block without a head of its own is of the same class and days.
                heads.push((place, Head { learner: value, row: row.no, ..head.clone() }));
            }
        }
    }
    let ends = heads.iter().skip(1).map(|(place, _)| *place).chain([sheet.rows.len()]).collect::<Vec<_>>();
    heads.into_iter().zip(ends).map(|((place, head), end)| Block { head, rows: &sheet.rows[place + 1..end] }).collect()
}

enum Label {
    Year,
    Class,
    Days,
    Learner,
}

/// «Класс: 8А» in one cell, or the label in one and the value in the next.
fn labelled(row: &BookRow) -> Option<(Label, String)> {
    let mut cells = row.filled();
    let (_, first) = cells.next()?;
    let (label, value) = match first.split_once(':') {
        Some((label, value)) if !value.trim().is_empty() => (label, value.trim().to_owned()),
        _ => (first, cells.next().map(|(_, value)| value.to_owned()).unwrap_or_default()),
    };
    let label = match fold(label).as_str() {
        "учебный год" => Label::Year,
        "класс" => Label::Class,
        "период" => Label::Days,
        "ученик" | "учащийся" | "обучающийся" => Label::Learner,
        _ => return None,
    };
    Some((label, value))
}

/// The days of «с 24.03.25 по 24.05.25»; years may have two figures.
pub fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let mut dates = text.split_whitespace().filter_map(|word| date(word.trim_matches([',', ';', '.'])));
    let (from, to) = (dates.next()?, dates.next()?);
    (from <= to).then_some((from, to))
}

/// «24.03.25» and «24.03.2025».
pub fn date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        // A report of this century: schools keep no journals of the last one in programs.
        [day, month, year] if year.len() == 2 => rows::date(&format!("{day:0>2}.{month:0>2}.20{year}")),
        [day, month, year] if year.len() == 4 => rows::date(&format!("{day:0>2}.{month:0>2}.{year}")),
        _ => rows::date(text),
    }
}

/// The number of a month by its name, 1 to 12: «Март», «марта», «Март 2025».
pub fn month(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];
    let folded = fold(text);
    let word = folded.split([' ', '.', ',']).next()?;
    let place = NAMES.iter().position(|name| word.starts_with(name))?;
    // «май» and «мая» begin as «март» does.
    if place == 4 && !matches!(word, "май" | "мая") { None } else { Some(place as u32 + 1) }
}

/// A number as programs write it: `24`, `24.0`, «24».
pub fn whole(text: &str) -> Option<u32> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn days_with_years_of_two_figures_are_of_this_century() {
        let (from, to) = days("с 24.03.25 по 24.05.25").unwrap();
        assert_eq!((from.to_string(), to.to_string()), ("2025-03-24".to_owned(), "2025-05-24".to_owned()));
        assert_eq!(days("с 01.09.2024 по 31.05.2025").unwrap().0.to_string(), "2024-09-01");
        assert_eq!(days("с 24.05.25 по 24.03.25"), None);
        assert_eq!(days("1 четверть"), None);
    }

    #[test]
    fn months_are_known_in_every_form() {
        let months = ["Январь", "марта", "Май", "мая", "Сентябрь 2024", "Дек.", "Матем"].map(month);
        assert_eq!(months, [Some(1), Some(3), Some(5), Some(5), Some(9), Some(12), None]);
    }
}
