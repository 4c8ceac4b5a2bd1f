//! JSON as input: the tables of an export, or a class of «Шкала». Floor 1.

use serde_json::{Map, Value};

use super::foreign::scale::ScaleClass;
use super::layout::File;

/// Rows with their numbers from 1.
pub type NumberedRows = Vec<(usize, Vec<String>)>;

/// What a JSON file holds.
pub enum Read {
    /// Tables: cells in the layout's order with the number of the record from 1.
    Tables(Vec<(File, NumberedRows)>),
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
    tables(object).map(Read::Tables)
}

fn tables(object: Map<String, Value>) -> Result<Vec<(File, NumberedRows)>, String> {
    let mut tables = Vec::new();
    for (name, rows) in object {
        let Some(file) = File::ALL.into_iter().find(|file| file.stem() == name) else {
            return Err(format!("неизвестная таблица «{name}»"));
        };
        let Value::Array(rows) = rows else { return Err(format!("таблица «{name}» — не список")) };
        let rows: Result<Vec<_>, String> = (1..).zip(rows).map(|(at, row)| Ok((at, cells(file, at, row)?))).collect();
        tables.push((file, rows?));
    }
    if tables.is_empty() { Err("в нём нет ни одной таблицы".to_owned()) } else { Ok(tables) }
}

fn cells(file: File, at: usize, row: Value) -> Result<Vec<String>, String> {
    let Value::Object(mut row) = row else {
        return Err(format!("{}, запись {at} — не объект", file.stem()));
    };
    let mut cells = Vec::new();
    for column in file.layout().columns {
        cells.push(match row.remove(column.name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => {
                return Err(format!("{}, запись {at}, {}: неожиданное значение {other}", file.stem(), column.name));
            }
        });
    }
    match row.keys().next() {
        Some(name) => Err(format!("{}, запись {at}: неизвестное поле «{name}»", file.stem())),
        None => Ok(cells),
    }
}
