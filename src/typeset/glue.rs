//! What of a form's texts stays in one line, and which cells have to be hyphenated. Floor 1.
//!
//! «№ 5», «12 (двенадцать)», «I четверть», «Осокина М.И.» are read as one: a no-break space stands between them wherever both fit in the
//! column. A word is hyphenated only where it is wider than its column: a head such as «Индекс де-ла» is how no office writes.

use serde_json::{Value, json};

use super::fonts::{Face, width};

/// Room inside a cell on each side, points; the template has the same.
const INSET: f64 = 2.5;
/// Running text is set at this size, points.
const RUNNING: f64 = 12.0;
/// Glued words longer than this share of a line would leave it ragged.
const SHARE: f64 = 0.4;
const NO_BREAK: &str = "\u{a0}";

/// Room of each column of a table, points, by the columns' shares of the text's width.
pub fn rooms(shares: impl Iterator<Item = u32>, text_width: f64) -> Vec<f64> {
    let shares: Vec<f64> = shares.map(f64::from).collect();
    let whole = shares.iter().sum::<f64>().max(1.0);
    shares.iter().map(|share| text_width * share / whole - 2.0 * INSET - 0.5).collect()
}

/// Glues the texts of a form's data, and marks heads and cells that hold a word wider than their column (`tight`).
pub fn set(form: &mut Value, text_width: f64) {
    let blocks = form.get_mut("blocks").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    glue_all(form, text_width);
    let blocks = blocks.into_iter().map(|mut block| {
        if block["kind"] == "table" {
            table(&mut block, text_width)
        } else {
            glue_all(&mut block, text_width)
        }
        block
    });
    form["blocks"] = blocks.collect();
}

/// Texts of no table; what says how they are shaped holds no spaces.
fn glue_all(value: &mut Value, room: f64) {
    match value {
        Value::String(text) => *text = glued(text, Face::Serif, RUNNING, room * SHARE),
        Value::Array(items) => items.iter_mut().for_each(|item| glue_all(item, room)),
        Value::Object(fields) => fields.values_mut().for_each(|item| glue_all(item, room)),
        _ => {}
    }
}

fn table(table: &mut Value, text_width: f64) {
    let size = table["size"].as_f64().unwrap_or_default() / 10.0;
    let shares: Vec<u32> = table["columns"]
        .as_array()
        .map(|columns| columns.iter().map(|column| column["width"].as_u64().unwrap_or_default() as u32).collect())
        .unwrap_or_default();
    let rooms = rooms(shares.into_iter(), text_width);
    for (column, room) in items(table, "columns").iter_mut().zip(&rooms) {
        let upright = column["upright"].as_bool().unwrap_or_default();
        let tight = text(&mut column["head"], Face::NarrowBold, size, *room);
        column["tight"] = json!(tight && !upright);
    }
    for row in items(table, "rows") {
        let face = if row["is"] == "line" { Face::Narrow } else { Face::NarrowBold };
        // A heading between the rows has the whole table to itself.
        let whole = row["is"] == "section";
        let room_of = |room: &f64| if whole { text_width } else { *room };
        let tight: Vec<bool> = items(row, "cells")
            .iter_mut()
            .zip(&rooms)
            .map(|(cell, room)| text(cell, face, size, room_of(room)))
            .collect();
        row["tight"] = json!(tight);
    }
}

fn items<'v>(value: &'v mut Value, key: &str) -> &'v mut [Value] {
    value.get_mut(key).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default()
}

/// Glues one text of a table; is a word of it wider than the room?
fn text(value: &mut Value, face: Face, size: f64, room: f64) -> bool {
    let Value::String(text) = value else { return false };
    *text = glued(text, face, size, room);
    text.split([' ', '\n']).any(|word| width(word, face, size) > room)
}

fn glued(text: &str, face: Face, size: f64, room: f64) -> String {
    text.split('\n').map(|line| glued_line(line, face, size, room)).collect::<Vec<_>>().join("\n")
}

fn glued_line(line: &str, face: Face, size: f64, room: f64) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut out = String::with_capacity(line.len());
    // Where the words that stand together begin.
    let mut from = 0;
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            let next = words.get(at + 1).copied().unwrap_or_default();
            let together = format!("{} {word}", &out[from..]);
            if is_tied(words[at - 1], word, next) && width(&together, face, size) <= room {
                out.push_str(NO_BREAK);
            } else {
                out.push(' ');
                from = out.len();
            }
        }
        out.push_str(word);
    }
    out
}

/// Do two neighbours stand in one line? `after` is the word after them.
fn is_tied(before: &str, word: &str, after: &str) -> bool {
    if before.is_empty() || word.is_empty() {
        return false;
    }
    let is_number =
        |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_digit());
    let small = word.starts_with(char::is_lowercase) || word.starts_with(['(', '%']);
    let capital = |text: &str| text.starts_with(char::is_uppercase) && !is_initials(text);
    const LEADING: [&str; 12] = ["№", "№№", "§", "§§", "п.", "стр.", "ст.", "упр.", "пр.", "г.", "т.", "ед."];
    LEADING.contains(&before)
        || is_number(before) && small
        || is_roman(before) && small
        || is_initials(before) && capital(word)
        || capital(before) && is_initials(word)
        || matches!(word, "г." | "г.," | "г.;")
        || before == "/" && is_number(word)
        || word == "/" && is_number(after)
        // A preposition or a conjunction of one letter.
        || before.chars().count() == 1 && before.chars().all(char::is_lowercase)
}

/// «И.О.», with what may follow it.
fn is_initials(text: &str) -> bool {
    let bare = text.trim_end_matches([',', ';', ':', ')']);
    let letters: Vec<char> = bare.chars().collect();
    bare.ends_with('.') && letters.chunks(2).all(|pair| matches!(pair, [letter, '.'] if letter.is_uppercase()))
}

/// «I», «IV», «II»: a roman number, quotes or a bracket before it aside.
fn is_roman(text: &str) -> bool {
    let bare = text.trim_start_matches(['«', '(']);
    !bare.is_empty() && bare.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, room: f64) -> String {
        glued_line(text, Face::Serif, 12.0, room).replace('\u{a0}', "_")
    }

    #[test]
    fn what_is_read_as_one_stays_in_one_line() {
        let told = "школа № 5, 12 (двенадцать) листов за I четверть: Осокина М.И., Б.Б. Гранитов, 24 октября 2025 г., в классе";
        assert_eq!(
            line(told, 200.0),
            "школа №_5, 12_(двенадцать) листов за I_четверть: Осокина_М.И., Б.Б._Гранитов, 24_октября 2025_г., в_классе"
        );
        assert_eq!(line("Закрепление / 1", 200.0), "Закрепление_/_1");
        // A hyphen is a place to break: nothing is gained by the glue behind it.
        assert_eq!(line("копия № 2025-5А-I четверть", 200.0), "копия №_2025-5А-I четверть");
    }

    #[test]
    fn nothing_is_glued_that_the_column_could_not_hold() {
        assert_eq!(line("Осокина М.И.", 30.0), "Осокина М.И.");
        assert_eq!(line("  край и  пробелы ", 200.0), "  край и  пробелы ");
    }

    #[test]
    fn a_cell_is_tight_where_a_word_of_it_is_wider_than_its_column() {
        let mut form = json!({ "title": "АКТ № 1", "blocks": [{
            "kind": "table", "size": 90, "columns": [
                { "head": "Индекс дела", "width": 10, "upright": false },
                { "head": "Достопримечательности", "width": 10, "upright": false },
            ],
            "rows": [{ "is": "line", "cells": ["01-01", "Человеконенавистничество"] }],
        }] });
        set(&mut form, 100.0);
        let told = |at: usize| form["blocks"][0]["columns"][at]["tight"].as_bool();
        assert_eq!((told(0), told(1)), (Some(false), Some(true)));
        assert_eq!(form["blocks"][0]["rows"][0]["tight"], json!([false, true]));
        let mut headed = form.clone();
        headed["blocks"][0]["rows"] = json!([{ "is": "section", "cells": ["Человеконенавистничество"] }]);
        set(&mut headed, 400.0);
        assert_eq!(headed["blocks"][0]["rows"][0]["tight"], json!([false]), "a heading has the whole width");
        assert_eq!(form["title"], "АКТ №\u{a0}1");
    }
}
