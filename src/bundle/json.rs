//! JSON as input: the tables of an export, or a class of «Шкала». Floor 1.

use serde_json::{Map, Value};

use super::foreign::scale::ScaleClass;
use super::layout::File;
use super::year;
use crate::domain::setup::layout::{Layout, STAYS};
use crate::domain::struck;

/// Rows with their numbers from 1.
pub type NumberedRows = Vec<(usize, Vec<String>)>;

/// What a JSON file holds.
pub enum Read {
    /// Tables: cells in the layout's order with the number of the record from 1; those of the journal, and those of the year beside it.
    Tables(Vec<(File, NumberedRows)>, Vec<(&'static Layout, NumberedRows)>),
    /// A class of «Шкала».
    Scale(ScaleClass),
}

/// Reads a file; the error is a Russian sentence's end.
pub fn read(bytes: &[u8]) -> Result<Read, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "он не в кодировке UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{FEFF}');
    let value: Value = serde_json::from_str(text).map_err(|error| format!("строка {}: {error}", error.line()))?;
    let Value::Object(object) = value else {
        return Err("ожидается объект с таблицами или класс системы «Шкала»".to_owned());
    };
    if object.contains_key("className") && object.contains_key("content") {
        return serde_json::from_value(Value::Object(object)).map(Read::Scale).map_err(|error| error.to_string());
    }
    tables(object).map(|(journal, year)| Read::Tables(journal, year))
}

/// Tables of the journal, and of the year beside it.
type BothTables = (Vec<(File, NumberedRows)>, Vec<(&'static Layout, NumberedRows)>);

fn tables(object: Map<String, Value>) -> Result<BothTables, String> {
    let mut tables = Vec::new();
    let mut of_year = Vec::new();
    for (name, rows) in object {
        let file = File::ALL.into_iter().find(|file| file.stem() == name);
        let layout = year::tables().chain([&STAYS]).find(|layout| layout.table == name);
        let columns: Vec<&str> = match (file, layout) {
            (Some(file), _) => file.layout().columns.iter().map(|column| column.name).collect(),
            (None, Some(layout)) => layout.columns.iter().map(|column| column.name).collect(),
            (None, None) => return Err(format!("неизвестная таблица «{name}»")),
        };
        let Value::Array(rows) = rows else { return Err(format!("таблица «{name}» — не список")) };
        let read = |(at, row)| Ok((at, cells(&name, &columns, at, row)?));
        let rows = (1..).zip(rows).map(read).collect::<Result<NumberedRows, String>>()?;
        match (file, layout) {
            (Some(file), _) => tables.push((file, rows)),
            (None, Some(layout)) => of_year.push((layout, rows)),
            (None, None) => {}
        }
    }
    if tables.is_empty() && of_year.is_empty() {
        return Err("в нём нет ни одной таблицы".to_owned());
    }
    Ok((tables, of_year))
}

fn cells(table: &str, columns: &[&str], at: usize, row: Value) -> Result<Vec<String>, String> {
    let Value::Object(mut row) = row else {
        return Err(format!("{table}, запись {at} — не объект"));
    };
    let mut cells = Vec::new();
    for column in columns {
        cells.push(match row.remove(*column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => {
                return Err(format!("{table}, запись {at}, {column}: неожиданное значение {other}"));
            }
        });
    }
    // An export marks rows that are void at home; what is read is the row.
    row.remove(struck::COLUMN);
    match row.keys().next() {
        Some(name) => Err(format!("{table}, запись {at}: неизвестное поле «{name}»")),
        None => Ok(cells),
    }
}
