//! Templates of the school's own: files in the folder `templates` of the house, checked on made-up data before each is used. Floor 2.
//!
//! `form-<name>.typ` takes the place of the built-in template for one form, `form.typ` for every form. A template that does not compile,
//! or whose pages lack a word of the form, is refused with the place and the reason: a register printed without a column is worse than
//! none. The pages themselves name the digest of the template that set them.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::Refusal;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::form::Form;
use crate::domain::forms::examples::examples;
use crate::flow::{Act, Error, House, read_file, salt};
use crate::typeset::{self, Typeset};

/// Digests of template and form that passed: a template is checked once in the life of the program.
static PASSED: LazyLock<Mutex<HashSet<Digest>>> = LazyLock::new(Mutex::default);

/// Folder of the house that holds them.
pub const FOLDER: &str = "templates";

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
    for name in [format!("form-{form}.typ"), "form.typ".to_owned()] {
        let path: PathBuf = house.root.join(FOLDER).join(&name);
        if !path.is_file() {
            continue;
        }
        let file = format!("{FOLDER}/{name}");
        let unfit = |why: String| Refusal::Template { file: file.clone(), why };
        let text = text_of(read_file(&path)?).map_err(unfit)?;
        fits(&text, form).map_err(unfit)?;
        return Ok(Some(Own { file, text }));
    }
    Ok(None)
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        format!("строка {}: это не текст UTF-8", good.iter().filter(|byte| **byte == b'\n').count() + 1)
    })
}

/// Does the template hold this form on made-up data?
fn fits(template: &str, form: &str) -> Result<(), String> {
    let key = Digest::of(format!("{form}\n{template}").as_bytes());
    if PASSED.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
        return Ok(());
    }
    let example = examples().into_iter().find(|example| example.id == form);
    let example = example.ok_or_else(|| format!("для формы «{form}» нет проверочных данных"))?;
    let missing = typeset::missing_words(&example, template).map_err(|error| error.to_string())?;
    if let Some(first) = missing.first() {
        return Err(format!("на проверочных данных на страницах нет слов формы: «{first}» (всего {})", missing.len()));
    }
    PASSED.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    Ok(())
}

/// Typesets a form by the school's own template, or by the built-in one. `made_at` is RFC 3339.
pub fn typeset(house: &House, form: &Form, made_at: &str) -> Result<Typeset, Error> {
    let own = own(house, &form.id)?;
    Ok(typeset::form_by(form, made_at, own.as_ref().map(|own| own.text.as_str()))?)
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
            Ok(text) => forms
                .iter()
                .filter_map(|form| fits(&text, form).err().map(|why| format!("форма {form}: {why}")))
                .collect(),
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
