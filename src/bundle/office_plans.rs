//! Plans of courses as teachers keep them: a book for a subject with a sheet for each class, or the contrary. Floor 1.
//!
//! Whose plan a sheet is may be said by its own name, by the file's, or by the title above the headings; the class and the subject may stand in
//! different places.

use super::office_lists::class_name;
use super::workbook::BookSheet;
use crate::domain::names;

/// Words with which offices begin the name of a plan, folded; the longer first.
const PLAN: &[&str] = &[
    "календарно-тематическое планирование",
    "календарно-тематический план",
    "календарно тематическое планирование",
    "тематическое планирование",
    "ктп",
];
/// Rows above the headings in which a title is looked for.
const TITLE_ROWS: usize = 4;

/// «5А алгебра» of «КТП 5А алгебра», «КТП_5А_алгебра»: what follows the words of a plan; `None` when the name is no plan's or says no more.
pub(super) fn course_of(name: &str) -> Option<String> {
    let name = name.replace('_', " ");
    let rest = after_plan(&name)?;
    (!rest.is_empty()).then_some(rest)
}

/// What follows the words of a plan, without «по», «для» and stops.
fn after_plan(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded = names::fold(&text);
    let words = PLAN
        .iter()
        .find(|words| folded.strip_prefix(**words).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))?;
    let rest: String = text.chars().skip(words.chars().count()).collect();
    Some(rest.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '«').trim().to_owned())
}

/// Is a file or a sheet named as a plan is: «КТП История 5А.xlsx»?
pub(super) fn is_plan(name: &str) -> bool {
    after_plan(&name.replace('_', " ")).is_some()
}

/// The words of the course whose plan a sheet of a book is; `None` when it is no plan, or cannot be told whose.
pub(super) fn course(file: &str, sheet: &BookSheet) -> Option<String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).replace('_', " ");
    let titles: Vec<String> = sheet
        .rows
        .iter()
        .take(TITLE_ROWS)
        .map(|row| row.filled().map(|(_, text)| text))
        .filter_map(|mut cells| {
            let first = cells.next()?.to_owned();
            cells.next().is_none().then_some(first)
        })
        .collect();
    let (of_file, of_title) = (after_plan(&stem), titles.iter().find_map(|title| after_plan(title)));
    if of_file.is_none() && of_title.is_none() || !has_topics(sheet) {
        return None;
    }
    let own = after_plan(&sheet.name).unwrap_or_else(|| sheet.name.clone());
    let said = [Some(own), of_file, of_title].map(|text| text.map(|text| parts(&text)).unwrap_or_default());
    let class = said.iter().find_map(|(class, _)| class.clone())?;
    // The name that table editors give to a new sheet is nobody's subject.
    let is_subject =
        |text: &&String| !text.is_empty() && !["лист", "sheet"].iter().any(|new| names::fold(text).starts_with(new));
    let subject = said.iter().map(|(_, subject)| subject).find(is_subject)?;
    Some(format!("{class} {subject}"))
}

/// Has the sheet a heading «Тема», and no column that says whose plan it is?
pub(super) fn has_topics(sheet: &BookSheet) -> bool {
    sheet.rows.iter().take(super::year::HEADER_ROWS).any(|row| {
        let heads: Vec<String> = row.filled().map(|(_, text)| names::fold(text)).collect();
        let has = |words: &[&str]| heads.iter().any(|head| words.iter().any(|word| head.starts_with(word)));
        // The year's own table names the course in its columns.
        heads.len() > 1 && has(&["тема", "содержание урока"]) && !has(&["предмет", "курс"])
    })
}

/// The class and the subject of «5 А класс, Алгебра», «по предмету «Алгебра», 5А класс», «Алгебра 5а».
pub(super) fn parts(text: &str) -> (Option<String>, String) {
    if let Some((_, rest)) = text.split_once('«')
        && let Some((quoted, after)) = rest.split_once('»')
        && class_name(quoted).is_none()
        && quoted.chars().count() > 2
    {
        let (class, _) = parts(after);
        return (class, quoted.trim().to_owned());
    }
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    for at in 0..words.len() {
        for count in [2, 1] {
            let Some(taken) = words.get(at..at + count) else { continue };
            let Some(class) = class_name(&taken.concat()) else { continue };
            let left = words[..at].iter().chain(&words[at + count..]).copied();
            let is_word = |word: &&str| {
                !["класс", "класса", "кл", "кл.", "по", "предмету", "для"].contains(&names::fold(word).as_str())
            };
            return (Some(class), left.filter(is_word).collect::<Vec<_>>().join(" "));
        }
    }
    (None, words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::workbook::{BookCell, BookRow};

    fn sheet(name: &str, title: &str) -> BookSheet {
        let row = |no: u32, cells: &[&str]| BookRow {
            no,
            cells: (0..).zip(cells).map(|(at, text)| (at, BookCell::Text((*text).to_owned()))).collect(),
        };
        let rows =
            vec![row(1, &[title]), row(2, &["№ урока", "Тема урока", "Кол-во часов"]), row(3, &["1", "Дроби", "1"])];
        BookSheet { name: name.to_owned(), rows, formulas: 0 }
    }

    #[test]
    fn whose_plan_it_is_may_be_said_by_the_sheet_the_file_or_the_title() {
        let told = [
            ("КТП Английский язык.xlsx", "2А", "", Some("2А Английский язык")),
            ("КТП Английский язык.xlsx", "2А Английский язык", "", Some("2А Английский язык")),
            ("КТП_5А.xlsx", "Алгебра", "", Some("5А Алгебра")),
            ("КТП 5А алгебра.xlsx", "Лист1", "", Some("5А алгебра")),
            ("Петрова.xlsx", "5 а", "КТП по предмету «Алгебра», 5 А класс", Some("5А Алгебра")),
            (
                "Петрова.xlsx",
                "Лист1",
                "Календарно-тематическое планирование по предмету «Алгебра», 5 «А» класс",
                Some("5А Алгебра"),
            ),
            ("Петрова.xlsx", "5А", "Алгебра", None),
            ("КТП Алгебра.xlsx", "Лист1", "", None),
        ];
        for (file, name, title, course_words) in told {
            assert_eq!(course(file, &sheet(name, title)).as_deref(), course_words, "{file} {name} {title}");
        }
        assert_eq!(course_of("КТП 5А алгебра").as_deref(), Some("5А алгебра"));
        assert_eq!(course_of("КТП"), None);
        assert_eq!(course_of("Ктписты"), None);
    }
}
