//! Templates of the school's own: files in the folder `templates` of the house, checked on made-up data before each is used. Floor 2.
//!
//! `form-<name>.typ` takes the place of the built-in template for one form, `form.typ` for every form. A template that does not compile,
//! or whose pages lack a word of the form, is refused with the place and the reason: a register printed without a column is worse than
//! none. The pages themselves name the digest of the template that set them. Every one is set by a process of its own ([`apart`]).

mod apart;
mod enacted;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

pub use apart::{by_program, work};
pub use enacted::{Deed, Standing, Which, draft_faults, drop_draft, enact, lay, lay_kept, standings, text, withdraw};

use super::Refusal;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::form::Form;
use crate::domain::forms::examples::examples;
use crate::flow::{Act, Error, House, read_file, salt};
use crate::typeset::{self, Fault, Typeset, preview as drawing};
use apart::{Request, ask};

/// Digests of template and form that passed: a template is checked once in the life of the program.
static PASSED: LazyLock<Mutex<HashSet<Digest>>> = LazyLock::new(Mutex::default);

/// Folder of the house that holds them.
pub const FOLDER: &str = "templates";

/// In the place of a form's identifier: the template that sets all of them.
pub const EVERY_FORM: &str = "all";

/// Any moment: what a check sets is thrown away.
const NO_MOMENT: &str = "2026-01-01T00:00:00+00:00";

/// A template that sets a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// File below the house's folder.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The school's own template for a form, checked; `None` where the built-in one is used.
pub fn own(house: &House, form: &str) -> Result<Option<Own>, Error> {
    Ok(enacted::in_force(house, form)?.map(|(file, text)| Own { file, text }))
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        format!("строка {}: это не текст UTF-8", good.iter().filter(|byte| **byte == b'\n').count() + 1)
    })
}

/// The text of a template that is fit to set a form, or what is wrong with it.
fn checked_text(bytes: Vec<u8>, form: &str) -> Result<String, String> {
    let text = text_of(bytes)?;
    match enacted::told(faults_of(&text, &[form.to_owned()]), true).into_iter().next() {
        Some(why) => Err(why),
        None => Ok(text),
    }
}

/// Forms that a template sets: one, or every one; none where there is no such form.
fn forms_of(form: &str) -> Vec<String> {
    examples().into_iter().map(|example| example.id).filter(|id| form == EVERY_FORM || id == form).collect()
}

/// What is wrong with a template on the made-up data of forms. What passed once is not set again.
fn faults_of(template: &str, forms: &[String]) -> Vec<(String, Fault)> {
    let key = |form: &String| Digest::of(format!("{form}\n{template}").as_bytes());
    let passed = || PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    let open: Vec<String> = {
        let passed = passed();
        forms.iter().filter(|form| !passed.contains(&key(form))).cloned().collect()
    };
    if open.is_empty() {
        return Vec::new();
    }
    let asked = Request::Check { template: template.to_owned(), forms: open.clone(), made_at: NO_MOMENT.to_owned() };
    match ask(&asked) {
        Ok(answer) => {
            let is_good = |form: &&String| answer.faults.iter().all(|(bad, _)| bad != *form);
            passed().extend(open.iter().filter(is_good).map(key));
            answer.faults
        }
        Err(why) => open.first().map(|form| (form.clone(), Fault::whole(why))).into_iter().collect(),
    }
}

/// Typesets a form by the school's own template, or by the built-in one. `made_at` is RFC 3339. Holds the thread.
pub fn typeset(house: &House, form: &Form, made_at: &str) -> Result<Typeset, Error> {
    let Some(own) = own(house, &form.id)? else { return Ok(typeset::form(form, made_at)?) };
    let unfit = |why: String| Error::from(Refusal::Template { file: own.file.clone(), why });
    let asked = Request::Set { template: own.text.clone(), form: Box::new(form.clone()), made_at: made_at.to_owned() };
    let answer = ask(&asked).map_err(unfit)?;
    match answer.faults.first() {
        Some((_, fault)) => Err(unfit(fault.to_string())),
        None => Ok(Typeset { pdf: answer.bytes, pages: answer.pages, findings: Vec::new() }),
    }
}

/// A page (from 1) of a form on its made-up data as a picture so many pixels wide, by a template of the school's or (`None`) by the
/// program's own; PNG, and how many pages there are. Holds the thread.
pub fn drawn(template: Option<String>, form: &str, page: usize, width: u32) -> Result<(Vec<u8>, usize), Error> {
    let example = examples().into_iter().find(|example| example.id == form);
    let example = example.ok_or_else(|| Refusal::NoForm(form.to_owned()))?;
    let Some(template) = template else {
        let made = typeset::form(&example, NO_MOMENT)?;
        return Ok((drawing::page_png(made.pdf, page, width).unwrap_or_default(), made.pages));
    };
    let unfit = |why: String| Error::from(Refusal::Template { file: "на проверке".to_owned(), why });
    let asked = Request::Draw { template, form: form.to_owned(), made_at: NO_MOMENT.to_owned(), page, width };
    let answer = ask(&asked).map_err(unfit)?;
    match answer.faults.first() {
        Some((_, fault)) => Err(unfit(fault.to_string())),
        None => Ok((answer.bytes, answer.pages)),
    }
}

/// What the check of one template found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// File below the house's folder.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub digest: String,
    /// Forms that it sets.
    pub forms: Vec<String>,
    /// What is wrong, by form; empty when it fits.
    pub faults: Vec<String>,
}

/// Checks every template of the school on made-up data of the forms that it sets, and records what was checked.
pub async fn check(house: &House, act: &Act) -> Result<Vec<Checked>, Error> {
    let root = house.root.clone();
    let checked = tokio::task::spawn_blocking(move || check_folder(&root.join(FOLDER)));
    let checked = checked.await.map_err(|error| Error::Interrupted(error.to_string()))??;
    for one in &checked {
        let event = Event::new(EventKind::TemplateChecked, &act.by, &act.moment())
            .with("file", &one.digest)
            .with_number("forms", one.forms.len() as u64)
            .with_number("faults", one.faults.len() as u64);
        house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    }
    Ok(checked)
}

/// Sets every form that the school's templates fit, on made-up data, and writes its pages into a folder as `ИМЯ_ФОРМЫ.pdf`: a template is
/// looked at before real data meets it. A template that does not fit has no pages. `made_at` is RFC 3339; gives the files, by form.
pub fn preview(house: &House, checked: &[Checked], to: &Path, made_at: &str) -> Result<Vec<PathBuf>, Error> {
    let forms: BTreeSet<&str> = checked.iter().flat_map(|one| one.forms.iter().map(String::as_str)).collect();
    std::fs::create_dir_all(to).map_err(|source| Error::File { path: to.to_owned(), source })?;
    let mut written = Vec::new();
    for example in examples().into_iter().filter(|example| forms.contains(example.id.as_str())) {
        let Ok(pages) = typeset(house, &example, made_at) else { continue };
        let path = to.join(format!("{}.pdf", example.id));
        std::fs::write(&path, pages.pdf).map_err(|source| Error::File { path: path.clone(), source })?;
        written.push(path);
    }
    Ok(written)
}

fn check_folder(folder: &Path) -> Result<Vec<Checked>, Error> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "typ"));
    paths.sort();
    let known: Vec<String> = examples().into_iter().map(|example| example.id).collect();
    let mut checked = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = read_file(&path)?;
        let digest = Digest::of(&bytes).to_hex();
        let stem = name.trim_end_matches(".typ");
        let forms = match stem.strip_prefix("form-") {
            None if stem == "form" => known.clone(),
            Some(form) if known.iter().any(|known| known == form) => vec![form.to_owned()],
            _ => Vec::new(),
        };
        let faults = match text_of(bytes) {
            Err(why) => vec![why],
            Ok(_) if forms.is_empty() => {
                vec!["имя файла: нужно form.typ или form-ИМЯ_ФОРМЫ.typ; имена форм — letopis print".to_owned()]
            }
            Ok(text) => enacted::told(faults_of(&text, &forms), forms.len() == 1),
        };
        checked.push(Checked { file: format!("{FOLDER}/{name}"), digest, forms, faults });
    }
    Ok(checked)
}

/// Writes the built-in template into the school's folder, for one form or, without a name, for all; refuses to write over one.
pub fn begin(house: &House, form: Option<&str>) -> Result<String, Error> {
    let known = |form: &str| examples().iter().any(|example| example.id == form);
    let name = match form {
        None => "form.typ".to_owned(),
        Some(form) if known(form) => format!("form-{form}.typ"),
        Some(form) => return Err(Refusal::NoForm(form.to_owned()).into()),
    };
    let file = format!("{FOLDER}/{name}");
    let unfit = |why: String| Error::from(Refusal::Template { file: file.clone(), why });
    let path = house.root.join(&file);
    let made = std::fs::create_dir_all(house.root.join(FOLDER)).and_then(|()| {
        let mut created = std::fs::File::create_new(&path)?;
        std::io::Write::write_all(&mut created, typeset::built_in().as_bytes())
    });
    match made {
        Ok(()) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(unfit("такой шаблон уже есть: поверх него не пишем".to_owned()))
        }
        Err(error) => Err(unfit(error.to_string())),
    }
}
