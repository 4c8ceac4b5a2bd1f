//! The regime that a school's bells and timetable show, where no sheet says it: days of the week, shift, bells. Floor 0.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::parse_weekday;
use super::layout::REGIMES;
use super::paste::Sheet;
use crate::domain::names;

/// The last weekday of a five-day week.
const FRIDAY: u8 = 5;

/// The regime as rows of its table, out of sheets of bells and of lessons: one row for the whole school, and one for each class that studies
/// another number of days. Nothing where there are several bells: which class rings by which, no sheet of these says.
pub fn of_sheets(bells: &[&Sheet], timetable: &[&Sheet]) -> Option<Sheet> {
    let column =
        |sheet: &Sheet, words: &[&str]| sheet.heads.iter().position(|head| words.contains(&names::fold(head).as_str()));
    let cell = |row: &[String], at: usize| row.get(at).map(|text| text.trim().to_owned()).unwrap_or_default();
    let mut schedules = BTreeSet::new();
    for sheet in bells {
        let at = column(sheet, &["расписание звонков", "schedule", "расписание", "смена"])?;
        schedules.extend(sheet.rows.iter().map(|(_, row)| cell(row, at)).filter(|name| !name.is_empty()));
    }
    let schedule = schedules.pop_first().filter(|_| schedules.is_empty())?;
    let mut last: BTreeMap<String, u8> = BTreeMap::new();
    for sheet in timetable {
        let (class, day) = (column(sheet, &["класс", "class"])?, column(sheet, &["день недели", "день", "день нед."])?);
        for (_, row) in &sheet.rows {
            let day = parse_weekday(&cell(row, day))?;
            let of_class = last.entry(cell(row, class)).or_default();
            *of_class = day.max(*of_class);
        }
    }
    let days = |last: u8| if last > FRIDAY { 6 } else { 5 };
    let six = last.values().filter(|last| days(**last) == 6).count();
    let usual = if six * 2 > last.len() { 6 } else { 5 };
    let shift = schedule.chars().next().filter(|first| ('1'..='3').contains(first)).unwrap_or('1').to_string();
    let row = |scope: &str, days: u8| vec![scope.to_owned(), days.to_string(), shift.clone(), schedule.clone()];
    let others = last.iter().filter(|(_, last)| days(**last) != usual);
    let rows: Vec<Vec<String>> =
        std::iter::once(row("", usual)).chain(others.map(|(class, last)| row(class, days(*last)))).collect();
    let heads = REGIMES.columns.iter().map(|column| column.title.to_owned()).collect();
    (!last.is_empty()).then(|| Sheet { heads, rows: (1..).zip(rows).collect(), letters: Vec::new() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn cells(sheet: &Sheet) -> Vec<String> {
        sheet.rows.iter().map(|(_, row)| row.join("|")).collect()
    }

    #[test]
    fn a_school_of_five_days_has_one_row_and_a_class_of_six_its_own() {
        let bells = Sheet::from_clipboard("Расписание звонков\tУрок\tНачало\tКонец\n1 смена\t1\t8:30\t9:10");
        let lessons = Sheet::from_clipboard(
            "Класс\tПредмет\tДень недели\tУрок\n5А\tАлгебра\tпн\t1\n5Б\tТруд\tпт\t1\n10А\tФизика\tсб\t1",
        );
        let told = of_sheets(&[&bells], &[&lessons]).unwrap();
        assert_eq!(told.heads, ["Для кого", "Дней в неделе", "Смена", "Расписание звонков"]);
        assert_eq!(cells(&told), ["|5|1|1 смена", "10А|6|1|1 смена"]);
        let two = Sheet::from_clipboard("Расписание звонков\tУрок\n1 смена\t1\n2 смена\t1");
        assert_eq!(of_sheets(&[&two], &[&lessons]), None, "which class rings by which is for a person to say");
        assert_eq!(of_sheets(&[&bells], &[]), None);
    }
}
