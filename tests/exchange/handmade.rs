//! Workbooks written part by part, so that a cell with an empty text, a formula, an error or a merge is exactly what other programs write.

use std::io::{Cursor, Write as _};

/// A cell as it stands in the XML.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A text; an empty one is a cell with an empty text.
    Text(String),
    /// A number.
    Number(f64),
    /// A formula with the value computed last.
    Formula(&'static str, String),
    /// An error.
    Error(&'static str),
}

/// A sheet by cell names.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub name: String,
    pub cells: Vec<(String, Cell)>,
    pub merges: Vec<String>,
}

impl Sheet {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Puts a text.
    pub fn text(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.cells.push((at.into(), Cell::Text(text.into())));
    }

    /// Puts any cell.
    pub fn put(&mut self, at: impl Into<String>, cell: Cell) {
        self.cells.push((at.into(), cell));
    }
}

/// «C7» of (2, 7).
pub fn name(column: u32, row: u32) -> String {
    format!("{}{row}", letopis::bundle::workbook::letters(column))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The row of a cell's name.
fn row(name: &str) -> u32 {
    name.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).parse().expect("a row")
}

/// A workbook's bytes.
pub fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut types = String::new();
    let mut list = String::new();
    let mut relations = String::new();
    for (number, sheet) in (1..).zip(sheets) {
        types.push_str(&format!(
            r#"<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        ));
        list.push_str(&format!(r#"<sheet name="{}" sheetId="{number}" r:id="rId{number}"/>"#, escaped(&sheet.name)));
        relations.push_str(&format!(
            r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
        parts.push((format!("xl/worksheets/sheet{number}.xml"), worksheet(sheet)));
    }
    parts.push(("[Content_Types].xml".into(), format!(r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>"#)));
    parts.push(("_rels/.rels".into(), r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.into()));
    parts.push(("xl/workbook.xml".into(), format!(r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets></workbook>"#)));
    parts.push(("xl/_rels/workbook.xml.rels".into(), format!(r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#)));
    zipped(&parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

fn worksheet(sheet: &Sheet) -> String {
    let mut cells: Vec<&(String, Cell)> = sheet.cells.iter().collect();
    cells.sort_by_key(|(name, _)| row(name));
    let mut data = String::new();
    let mut open = 0;
    for (name, cell) in cells {
        if row(name) != open {
            if open > 0 {
                data.push_str("</row>");
            }
            open = row(name);
            data.push_str(&format!(r#"<row r="{open}">"#));
        }
        data.push_str(&match cell {
            Cell::Text(text) => {
                format!(r#"<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#, escaped(text))
            }
            Cell::Number(number) => format!(r#"<c r="{name}"><v>{number}</v></c>"#),
            Cell::Formula(formula, value) => {
                format!(r#"<c r="{name}" t="str"><f>{}</f><v>{}</v></c>"#, escaped(formula), escaped(value))
            }
            Cell::Error(error) => format!(r#"<c r="{name}" t="e"><v>{error}</v></c>"#),
        });
    }
    if open > 0 {
        data.push_str("</row>");
    }
    let merges: String = sheet.merges.iter().map(|range| format!(r#"<mergeCell ref="{range}"/>"#)).collect();
    let merges = if merges.is_empty() { merges } else { format!("<mergeCells>{merges}</mergeCells>") };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData>{merges}</worksheet>"#
    )
}

/// A zip of parts.
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}
