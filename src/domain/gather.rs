//! Findings that say the same of many rows: told once, with all their places. Floor 0.
//!
//! One mistake in a list of classes is met again in every row that names the class: a person mends it once, so it is told once.

use std::collections::HashMap;

use super::finding::Finding;

/// Findings of one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// Place of the first among those given; the others say the same elsewhere.
    pub first: usize,
    /// Where, rows of one sheet put together: «Списки.xlsx, лист «9А», строки 3–12, 14».
    pub places: Vec<String>,
    /// How many findings these are.
    pub count: usize,
}

/// Puts together what weighs and says the same, expected and found alike, in the order of the first of each.
pub fn gathered(findings: &[&Finding]) -> Vec<Gathered> {
    let mut all: Vec<(usize, Vec<Split>)> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let said = (finding.severity, finding.code, &finding.message, &finding.expected, &finding.found);
        let place = *known.entry(said).or_insert_with(|| {
            all.push((at, Vec::new()));
            all.len() - 1
        });
        all[place].1.push(split(&finding.place));
    }
    all.into_iter().map(|(first, splits)| Gathered { first, count: splits.len(), places: together(splits) }).collect()
}

/// A place before, at and after the number of its row; no number when it has none.
type Split = (String, Option<u32>, String);

/// Words after which a place says its row.
const ROW: &str = "строка ";

fn split(place: &str) -> Split {
    let whole = || (place.to_owned(), None, String::new());
    let Some(at) = place.rfind(ROW) else { return whole() };
    let rest = &place[at + ROW.len()..];
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    match rest[..digits].parse() {
        Ok(number) => (place[..at].to_owned(), Some(number), rest[digits..].to_owned()),
        Err(_) => whole(),
    }
}

/// Places that differ in the row alone, as one place with all rows.
fn together(splits: Vec<Split>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<u32>, String)> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for (before, number, after) in splits {
        let place = *known.entry((before, after)).or_insert_with_key(|(before, after)| {
            groups.push((before.clone(), Vec::new(), after.clone()));
            groups.len() - 1
        });
        groups[place].1.extend(number);
    }
    let said = |(before, numbers, after): (String, Vec<u32>, String)| match after.strip_prefix(", ") {
        // «строки 3, 5; столбец 5А»: what follows several rows is none of them.
        Some(rest) if numbers.iter().any(|number| *number != numbers[0]) => {
            format!("{before}{}; {rest}", rows(numbers))
        }
        _ => format!("{before}{}{after}", rows(numbers)),
    };
    groups.into_iter().map(said).collect()
}

/// «строка 3», «строки 3–5, 9».
pub fn rows(mut numbers: Vec<u32>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in &numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let said = |(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    let list = runs.iter().map(said).collect::<Vec<_>>().join(", ");
    match numbers.len() {
        0 => String::new(),
        1 => format!("{ROW}{list}"),
        _ => format!("строки {list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Severity;

    #[test]
    fn what_says_the_same_of_many_rows_is_told_once() {
        let of = |place: &str, message: &str| Finding::new("x", place, message);
        let list = [
            of("Списки.xlsx, лист «9А», строка 3", "класса нет"),
            of("Списки.xlsx, лист «9А», строка 5", "класса нет"),
            of("Списки.xlsx, лист «9А», строка 4", "класса нет"),
            of("Нагрузка.xlsx: строка 22, столбец E", "класса нет"),
            of("Нагрузка.xlsx: строка 22, столбец E", "учителя нет"),
            of("Кадры.xlsx", "класса нет").weighing(Severity::Warning),
            of("Списки.xlsx, лист «9А», строка 9", "класса нет"),
            of("Тарификация.xlsx, строка 3, столбец 5А", "не число"),
            of("Тарификация.xlsx, строка 5, столбец 5А", "не число"),
        ];
        let told = gathered(&list.iter().collect::<Vec<_>>());
        let places: Vec<String> = told.iter().map(|one| one.places.join("; ")).collect();
        assert_eq!(
            places,
            [
                "Списки.xlsx, лист «9А», строки 3–5, 9; Нагрузка.xlsx: строка 22, столбец E",
                "Нагрузка.xlsx: строка 22, столбец E",
                "Кадры.xlsx",
                "Тарификация.xlsx, строки 3, 5; столбец 5А"
            ]
        );
        assert_eq!(told.iter().map(|one| (one.first, one.count)).collect::<Vec<_>>(), [(0, 5), (4, 1), (5, 1), (7, 2)]);
    }
}
