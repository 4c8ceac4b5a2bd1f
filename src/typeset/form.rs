//! Any form of the office as PDF/A pages: one template, laid out by typst's own flow. Floor 1.
//!
//! Widths are shares of the text's width; what no hyphenation could break (digests, names of files) is broken here, by the faces'
//! widths. A school may give a template of its own; it gets the same data.

use serde::Serialize;
use serde_json::Value;
use typst::layout::{Frame, FrameItem};

use super::clean::clean_data;
use super::fit::wrap;
use super::fonts::{Face, width};
use super::glue::{self, rooms};
use super::own::Fault;
use super::plan::mm;
use super::world::{Desk, TEMPLATES};
use super::{Error, PagedDocument, Typeset, VERSION, export};
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::form::{Binding, Block, Form, Paper, RowKind, Table};

/// What a table without rows says.
pub const NO_ROWS: &str = "Записей нет";

#[derive(Serialize)]
struct Data<'f> {
    form: &'f Form,
    author: &'f str,
}

/// Typesets a form. `made_at` is RFC 3339 and stands in the file's description only. The same form and moment give the same bytes.
pub fn form(form: &Form, made_at: &str) -> Result<Typeset, Error> {
    form_by(form, made_at, None)
}

/// [`form`] by a template of the school's own: the text of a typst file that reads `/data/form.json`.
pub fn form_by(form: &Form, made_at: &str, template: Option<&str>) -> Result<Typeset, Error> {
    let (document, findings) = lay_out_form(form, template)?;
    let pdf = export(&document, format!("letopis:form:{}:{made_at}", form.id), made_at);
    comemo::evict(0);
    Ok(Typeset { pdf: pdf?, pages: document.pages().len(), findings })
}

/// The pages of a form before export, for whoever looks at their frames.
pub fn lay_out_form(form: &Form, template: Option<&str>) -> Result<(PagedDocument, Vec<Finding>), Error> {
    let (desk, findings) = desk_for(form, template)?;
    let told = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let document = typst::compile::<PagedDocument>(&desk).output;
    let document = document.map_err(|errors| Error::Compile(told(desk.faults(&errors))))?;
    Ok((described(document, template), findings))
}

/// What typst needs to set a form by a template.
pub(super) fn desk_for(form: &Form, template: Option<&str>) -> Result<(Desk, Vec<Finding>), Error> {
    let mut form = form.clone();
    let room = text_width(&form);
    for block in &mut form.blocks {
        if let Block::Table(table) = block {
            breakable(table, room);
            if table.rows.is_empty() {
                // A table that ends with its heads looks like a failed print.
                *table = std::mem::take(table).section(NO_ROWS);
            }
        }
    }
    let author = form.organisation.first().cloned().unwrap_or_default();
    let data = |error: serde_json::Error| Error::Data(error.to_string());
    let mut value = serde_json::to_value(Data { form: &form, author: &author }).map_err(data)?;
    let findings = clean_data(&mut value, &form.title);
    glue::set(&mut value["form"], room);
    let files = vec![("data/form.json".to_owned(), serde_json::to_vec(&value).map_err(data)?)];
    let desk = match template {
        None => Desk::new(&format!("form/{VERSION}/main.typ"), files)?,
        Some(text) => Desk::by(text, files)?,
    };
    Ok((desk, findings))
}

/// Whoever holds the pages can tell by which template they were set.
pub(super) fn described(mut document: PagedDocument, template: Option<&str>) -> PagedDocument {
    document.info_mut().keywords = vec![template_words(template).into()];
    document
}

/// «шаблон form/1, SHA-256 …»: which template sets a form, as its pages' description keeps it.
fn template_words(own: Option<&str>) -> String {
    match own {
        Some(text) => format!("шаблон школы, SHA-256 {}", Digest::of(text.as_bytes()).to_hex()),
        None => format!("шаблон form/{VERSION}, SHA-256 {}", Digest::of(built_in().as_bytes()).to_hex()),
    }
}

/// The built-in template's text: what a school's own one begins with.
pub fn built_in() -> &'static str {
    let name = format!("form/{VERSION}/main.typ");
    TEMPLATES.iter().find(|(path, _)| *path == name).map_or("", |(_, text)| text)
}

/// Texts of a form that its pages lack: letters and digits are compared, for lines may break anywhere.
pub(super) fn missing_from(form: &Form, document: &PagedDocument) -> Vec<String> {
    let mut printed = String::new();
    for page in document.pages() {
        read_frame(&page.frame, &mut printed);
    }
    let mut texts = Vec::new();
    gather(&serde_json::to_value(form).unwrap_or_default(), &mut texts);
    texts.retain(|text| !printed.contains(&letters(text)));
    texts
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn read_frame(frame: &Frame, printed: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => read_frame(&group.frame, printed),
            FrameItem::Text(text) => printed.push_str(&letters(&text.text)),
            _ => {}
        }
    }
}

/// Every printed text of a form's data; its own shape's words (kinds, sides) and captions of places are none.
fn gather(value: &Value, texts: &mut Vec<String>) {
    const SHAPE: [&str; 9] = ["id", "sheet", "paper", "binding", "kind", "align", "part", "is", "caption"];
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(fields) => {
            fields.iter().filter(|(key, _)| !SHAPE.contains(&key.as_str())).for_each(|(_, item)| gather(item, texts));
        }
        _ => {}
    }
}

/// Width between the margins, points.
fn text_width(form: &Form) -> f64 {
    let paper = match form.paper {
        Paper::Portrait => 210.0,
        Paper::Landscape => 297.0,
    };
    let left = match form.binding {
        Binding::Usual => 20.0,
        Binding::Long => 30.0,
    };
    mm(paper - left - 10.0)
}

/// Breaks the words that are wider than their column and that no hyphenation knows: whatever is not Russian through and through.
fn breakable(table: &mut Table, room: f64) {
    let size = f64::from(table.size) / 10.0;
    let rooms = rooms(table.columns.iter().map(|column| column.width), room);
    // A heading between the rows has the whole width.
    for row in table.rows.iter_mut().filter(|row| row.is != RowKind::Section) {
        for (cell, room) in row.cells.iter_mut().zip(&rooms) {
            let foreign = |word: &str| {
                width(word, Face::Narrow, size) > *room && word.chars().any(|c| !c.is_alphabetic() || c.is_ascii())
            };
            if cell.split_whitespace().any(foreign) {
                *cell = wrap(cell, Face::Narrow, size, *room).join("\n");
            }
        }
    }
}
