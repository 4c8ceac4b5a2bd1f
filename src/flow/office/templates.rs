//! Templates of the school's own: files in the folder `templates` of the house, checked on made-up data before each is used. Floor 2.
//!
//! `form-<name>.typ` takes the place of the built-in template for one form, `form.typ` for every form. A template that does not compile,
//! or whose pages lack a word of the form, is refused with the reason: a register printed without a column is worse than none.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::Refusal;
use crate::domain::canon::Digest;
use crate::domain::form::Form;
use crate::domain::forms::examples::examples;
use crate::flow::{Error, House, read_file};
use crate::typeset::{self, Typeset};

/// Digests of template and form that passed: a template is checked once in the life of the program.
static PASSED: LazyLock<Mutex<HashSet<Digest>>> = LazyLock::new(Mutex::default);

/// The school's own template for a form, checked; `None` where the built-in one is used.
pub fn own(house: &House, form: &str) -> Result<Option<String>, Error> {
    for name in [format!("form-{form}.typ"), "form.typ".to_owned()] {
        let path: PathBuf = house.root.join("templates").join(&name);
        if !path.is_file() {
            continue;
        }
        let unfit = |why: String| Refusal::Template { file: format!("templates/{name}"), why };
        let text = String::from_utf8(read_file(&path)?).map_err(|_| unfit("это не текст UTF-8".to_owned()))?;
        check(&text, form).map_err(unfit)?;
        return Ok(Some(text));
    }
    Ok(None)
}

/// Does the template hold this form on made-up data?
fn check(template: &str, form: &str) -> Result<(), String> {
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
    Ok(typeset::form_by(form, made_at, own.as_deref())?)
}
