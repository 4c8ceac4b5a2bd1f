//! Headings of a CSV below a title, and what is said of a file whose table is not known. Floor 1.

use crate::domain::finding::Finding;

use super::layout::File;
use super::office_lists::COUNTERS;
use super::year::{self, HEADER_ROWS};
use super::{codes, headings, table};

/// Headings of an unknown file that are named at most, and letters of each: what is no table may have thousands.
const HEADS_NAMED: usize = 12;
const HEAD_LETTERS: usize = 40;

/// The text with the lines above its headings left empty, so that every line keeps its number; `None` where the first line is the headings,
/// or where none are known. `stem`: the file's name without its ending.
pub(super) fn below_title(stem: &str, text: &str) -> Option<String> {
    let separator = char::from(table::separator(text));
    let mut at = 0;
    for (above, line) in text.split_inclusive('\n').take(HEADER_ROWS).enumerate() {
        let cells = line.split(separator).map(|cell| cell.trim().trim_matches('"').trim().to_owned());
        let heads: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
        if are_heads(stem, &heads) {
            return (above > 0).then(|| "\n".repeat(above) + &text[at..]);
        }
        at += line.len();
    }
    None
}

/// Are these headings of some table, or of the one that the file is named after? One cell alone is a title.
fn are_heads(stem: &str, heads: &[String]) -> bool {
    if heads.len() < 2 {
        return false;
    }
    let of_journal = headings::table(stem).map_or(0, |file| known_of(file, heads));
    let of_year = year::named(stem).map_or(0, |(layout, _)| layout.known_heads(heads));
    let named = of_journal.max(of_year);
    let best = nearest(heads).map_or(0, |near| near.known);
    let is_half = |known: usize| known * 2 >= heads.len();
    year::is_grid(heads) || (named >= 1 && is_half(named)) || (best >= 2 && is_half(best))
}

/// How many of the headings are columns of a table of the journal.
fn known_of(file: File, heads: &[String]) -> usize {
    heads.iter().filter(|head| headings::column(file, head).is_some()).count()
}

/// The table that has most of the headings.
struct Near {
    known: usize,
    title: &'static str,
    /// The headings that it has, in words.
    own: String,
}

fn nearest(heads: &[String]) -> Option<Near> {
    // A running number is in every table's list.
    let telling = |head: &&String| !COUNTERS.contains(&headings::fold(head).as_str());
    let heads: Vec<String> = heads.iter().filter(telling).cloned().collect();
    let heads = heads.as_slice();
    let of_journal = File::ALL.into_iter().map(|file| {
        let own: Vec<&str> = file.layout().columns.iter().map(|column| column.russian).collect();
        Near { known: known_of(file, heads), title: file.layout().russian, own: own.join(", ") }
    });
    let of_year = year::tables().map(|layout| {
        let own = layout.headings().join(", ");
        Near { known: layout.known_heads(heads), title: year::sheet_name(layout), own }
    });
    // Of several as near the first is taken: `max_by_key` would give the last.
    let mut best: Option<Near> = None;
    for near in of_year.chain(of_journal).filter(|near| near.known > 0) {
        if best.as_ref().is_none_or(|best| near.known > best.known) {
            best = Some(near);
        }
    }
    best
}

/// A CSV that is known neither by its name nor by its headings: which were read, and what table is nearest.
pub(super) fn unknown_csv(name: &str, heads: &[String]) -> Finding {
    let heads: Vec<String> = heads.iter().filter(|head| !head.is_empty()).cloned().collect();
    if heads.is_empty() {
        let message = "таблица не узнана: в файле не прочитать строки заголовков; сохраните его как CSV в UTF-8";
        return Finding::new(codes::UNKNOWN_FILE, name, message);
    }
    let short = |head: &String| head.chars().take(HEAD_LETTERS).collect::<String>();
    let mut read: Vec<String> = heads.iter().take(HEADS_NAMED).map(|head| format!("«{}»", short(head))).collect();
    if heads.len() > HEADS_NAMED {
        read.push("…".to_owned());
    }
    let read = read.join(", ");
    let (rest, expected) = match nearest(&heads) {
        Some(Near { title, own, .. }) => {
            (format!("ближе всего «{title}»: дайте столбцам её заголовки или назовите файл «{title}.csv»"), own)
        }
        None => {
            let rest = "таких столбцов нет ни у одной таблицы: первой строкой должны стоять заголовки";
            (rest.to_owned(), "заголовки таблицы, все — в примере книги".to_owned())
        }
    };
    let message = format!("таблица не узнана ни по имени файла, ни по заголовкам; {rest}");
    Finding::new(codes::UNKNOWN_FILE, name, message).expected_found(expected, read)
}

/// A workbook of which no sheet is known. `has_topics`: a sheet has the headings of a plan, so that only its course is not told.
pub(super) fn unknown_book(name: &str, is_plan: bool, has_topics: bool) -> Finding {
    if has_topics {
        let message = "это КТП, но не понять, чей: назовите лист или файл классом и предметом";
        return Finding::new(codes::UNKNOWN_FORMAT, name, message).expected_found("«КТП 5А История»", "");
    }
    if is_plan {
        let message = "похоже на КТП, но в нём нет строки заголовков: поставьте первой строкой «Тема», «Часов», «Дата», «Домашнее задание» — или скопируйте темы, часы и даты на страницу курса («Учебный год» → «КТП» → курс): там заголовки не нужны";
        let expected = "первая строка: Тема; Часов; Дата; Домашнее задание";
        return Finding::new(codes::UNKNOWN_FORMAT, name, message).expected_found(expected, "");
    }
    let names = ["КТП", "Расписание", "Тарификация", "Учебный план", "Сотрудники", "Классы", "Обучающиеся"];
    let message = "в книге нет ни одной известной таблицы: таблицу узнают по имени листа, по имени файла или по заголовкам столбцов";
    let names = names.map(|name| format!("«{name}»")).join(", ");
    let expected = format!("лист или файл с именем таблицы: {names} и другие, все — в примере книги");
    Finding::new(codes::UNKNOWN_FORMAT, name, message).expected_found(expected, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::office_plans::is_plan;

    #[test]
    fn a_title_above_the_headings_is_passed_and_the_lines_keep_their_numbers() {
        let text = "Кабинеты школы, 2026/2027\r\nКаб.;Мест\r\n101;30\r\n";
        assert_eq!(below_title("Каб2", text).as_deref(), Some("\nКаб.;Мест\r\n101;30\r\n"));
        assert_eq!(below_title("Кабинеты", "Кабинет;Мест\n101;30\n"), None, "no title");
        assert_eq!(below_title("Кабинеты", "Кабинет\n101\n"), None, "one column has no title to be told from");
        let wall = "Расписание уроков;;\nДень;Урок;5А;5Б;6А;6Б\nпн;1;Алгебра;;;\n";
        assert!(below_title("Лист", wall).is_some_and(|text| text.starts_with("\nДень")));
    }

    #[test]
    fn an_unknown_file_says_which_headings_were_read_and_what_is_nearest() {
        let heads = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let told = unknown_csv("Каб2.csv", &heads(&["Каб.", "Этаж", "Площадь"]));
        assert!(told.message.contains("ближе всего «Кабинеты»") && told.found.contains("«Этаж»"), "{told}");
        assert!(unknown_csv("x.csv", &heads(&["Рост", "Вес"])).message.contains("ни у одной таблицы"));
        assert!(unknown_csv("x.csv", &[]).message.contains("не прочитать"));
        let plan = unknown_book("КТП История 5А.xlsx", is_plan("КТП История 5А.xlsx"), false);
        assert!(plan.message.contains("«Тема», «Часов»") && plan.message.contains("«КТП» → курс"), "{plan}");
    }
}
