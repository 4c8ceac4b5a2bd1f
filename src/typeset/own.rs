//! A school's own template: what is wrong with it, at which line and place, in Russian. Floor 1.

use std::fmt;

use serde::{Deserialize, Serialize};
use typst::diag::Warned;

use super::form::{described, desk_for, missing_from};
use super::{PagedDocument, export};
use crate::domain::form::Form;

/// Pages that the check data of one form may fill: the longest of ours fills two.
const MOST_PAGES: usize = 100;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Line of the template, from 1; 0 where no place of it is meant.
    pub line: usize,
    /// Character of the line, from 1; 0 where no place is meant.
    pub column: usize,
    /// What, in Russian.
    pub text: String,
}

impl Fault {
    /// A fault of the whole template.
    pub fn whole(text: impl Into<String>) -> Self {
        Self { line: 0, column: 0, text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.text),
            line => write!(f, "строка {line}, место {}: {}", self.column, self.text),
        }
    }
}

/// Sets a form by a template as printing would, PDF/A included: every fault that can be told at once, and how many pages there were.
/// `made_at` is RFC 3339.
pub fn examine(form: &Form, template: &str, made_at: &str) -> (Vec<Fault>, usize) {
    let desk = match desk_for(form, Some(template)) {
        Ok((desk, _)) => desk,
        Err(error) => return (vec![Fault::whole(error.to_string())], 0),
    };
    let Warned { output, warnings } = typst::compile::<PagedDocument>(&desk);
    // A face that is not there prints nothing at all.
    let fonts: Vec<_> = warnings.into_iter().filter(|one| one.message.starts_with("unknown font family")).collect();
    let mut faults = desk.faults(&fonts);
    let document = match output {
        Ok(document) => described(document, Some(template)),
        Err(errors) => {
            faults.extend(desk.faults(&errors));
            return (faults, 0);
        }
    };
    let pages = document.pages().len();
    if pages > MOST_PAGES {
        faults
            .push(Fault::whole(format!("на проверочных данных вышло страниц: {pages}; больше {MOST_PAGES} не бывает")));
        return (faults, pages);
    }
    let missing = missing_from(form, &document);
    if let Some(first) = missing.first() {
        let all = missing.len();
        faults.push(Fault::whole(format!(
            "на проверочных данных на страницах нет слов формы: «{first}»{}",
            if all > 1 { format!(" (всего таких {all})") } else { String::new() }
        )));
    }
    if let Err(error) = export(&document, format!("letopis:form:{}:{made_at}", form.id), made_at) {
        faults.push(Fault::whole(error.to_string()));
    }
    comemo::evict(0);
    (faults, pages)
}

/// What typst says, by its beginning, and how a school reads it; `{}` is the rest of the message.
const SAID: [(&str, &str); 26] = [
    ("unknown variable: ", "нет переменной или функции «{}»"),
    ("unknown font family: ", "нет шрифта «{}»: есть PT Serif, PT Sans и DejaVu Sans"),
    ("unclosed delimiter", "скобка открыта и не закрыта"),
    ("unclosed string", "строка в кавычках не закрыта"),
    ("unclosed raw text", "знак «`» открыт и не закрыт"),
    ("unexpected closing", "закрывающая скобка лишняя"),
    ("unexpected end of", "текст кончился раньше, чем закрыто начатое"),
    ("unexpected argument: ", "лишний аргумент «{}»"),
    ("unexpected argument", "лишний аргумент"),
    ("unexpected ", "лишнее: {}"),
    ("missing argument: ", "не хватает аргумента «{}»"),
    ("expected expression", "здесь нужно выражение"),
    ("expected ", "здесь нужно другое: {}"),
    ("loop seems to be infinite", "цикл не кончается"),
    ("condition is always true", "цикл не кончается: его условие верно всегда"),
    ("maximum function call depth exceeded", "функция вызывает сама себя без конца"),
    ("maximum ", "вложенность без конца: правило применяет само себя"),
    ("dictionary does not contain key ", "в данных нет поля {}"),
    ("array index out of bounds", "в списке нет элемента с таким номером"),
    ("cannot divide by zero", "деление на ноль"),
    ("panicked with: ", "шаблон остановил себя сам: {}"),
    ("file not found (searched at ", "шаблон просит файл «{}», а ему даны только /data/form.json и шаблоны программы"),
    (
        "failed to load file",
        "шаблон просит файл, которого ему не дают: даны только /data/form.json и шаблоны программы",
    ),
    ("package not found", "пакетов из сети шаблону не дают"),
    ("assertion failed", "условие assert шаблона не выполнено"),
    ("not a Typst source file", "это не файл шаблона"),
];

/// Its quotation marks, as Russian has them.
fn quoted(text: &str) -> String {
    let mut open = false;
    let mark = |c: char| match c {
        '"' | '`' => {
            open = !open;
            if open { '«' } else { '»' }
        }
        c => c,
    };
    text.chars().map(mark).collect()
}

/// A message of typst in Russian; what is not known comes with its own words.
pub(super) fn russian(message: &str) -> String {
    // A path out of the given files is told before what could not be read there.
    if message.contains("would escape the project root") || message.contains("escapes project root") {
        return "шаблон просит файл вне того, что ему дано: даны только /data/form.json и шаблоны программы".to_owned();
    }
    let known = SAID.iter().find_map(|(begins, said)| Some((message.strip_prefix(begins)?, said)));
    match known {
        Some((rest, said)) => said.replace("{}", &quoted(rest.trim_end_matches(')'))),
        None => format!("ответ языка шаблонов: «{message}»"),
    }
}
