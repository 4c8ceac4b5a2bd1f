//! Which template of a form is in force, since when, by whom; a new one laid, put in force, taken out again. Floor 2.
//!
//! In the folder `templates` of the house lies what is in force; below it `drafts` holds what was laid and is in force nowhere, `kept` every
//! text that ever was, by its digest. When and by whom is said by the log of events alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::Refusal;
use super::super::forms::find;
use super::{EVERY_FORM, FOLDER, checked_text, faults_of, forms_of, text_of};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::flow::{Act, Error, House, read_file, salt};
use crate::typeset::Fault;

/// Longest template, bytes: ours has 12 000.
const LONGEST: usize = 256 * 1024;
const DRAFTS: &str = "drafts";
const KEPT: &str = "kept";

/// A time that a template came in force, or went out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// SHA-256 of the template, hexadecimal.
    pub digest: String,
    /// Identifier of who did it.
    pub by: String,
    /// RFC 3339.
    pub at: String,
    /// Put in force; else taken out.
    pub enacted: bool,
}

/// How it stands with the template of one form, or of all of them ([`EVERY_FORM`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Identifier of the form.
    pub form: String,
    /// SHA-256 of the school's template in force; empty where there is none.
    pub digest: String,
    /// Who put it in force and when; `None` for a file that somebody laid into the folder by hand.
    pub since: Option<Deed>,
    /// SHA-256 of a template that waits; empty where there is none.
    pub draft: String,
    /// What was in force, the newest deed first.
    pub history: Vec<Deed>,
}

/// Name of a form's template file.
fn name_of(form: &str) -> String {
    if form == EVERY_FORM { "form.typ".to_owned() } else { format!("form-{form}.typ") }
}

struct Places {
    current: PathBuf,
    draft: PathBuf,
    kept: PathBuf,
}

/// Where the files of a form lie. Only forms that there are have any.
fn places(house: &House, form: &str) -> Result<Places, Error> {
    if forms_of(form).is_empty() {
        return Err(Refusal::NoForm(form.to_owned()).into());
    }
    let folder = house.root.join(FOLDER);
    let name = name_of(form);
    Ok(Places { draft: folder.join(DRAFTS).join(&name), kept: folder.join(KEPT), current: folder.join(name) })
}

fn digest_of(path: &Path) -> Result<String, Error> {
    if !path.is_file() {
        return Ok(String::new());
    }
    Ok(Digest::of(&read_file(path)?).to_hex())
}

/// How it stands with every form, all forms together first.
pub async fn standings(house: &House) -> Result<Vec<Standing>, Error> {
    let mut deeds: BTreeMap<String, Vec<Deed>> = BTreeMap::new();
    for (kind, enacted) in [(EventKind::TemplateEnacted, true), (EventKind::TemplateWithdrawn, false)] {
        for payload in house.db.list_events(kind.as_str()).await? {
            let facts: Value = serde_json::from_str(&payload).unwrap_or_default();
            let fact = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
            let deed = Deed { digest: fact("file"), by: fact("actor"), at: fact("at"), enacted };
            deeds.entry(fact("form")).or_default().push(deed);
        }
    }
    let mut forms = vec![EVERY_FORM.to_owned()];
    forms.extend(forms_of(EVERY_FORM));
    let mut standings = Vec::new();
    for form in forms {
        let at = places(house, &form)?;
        let mut history = deeds.remove(&form).unwrap_or_default();
        // Moments of one house have one offset, so that their texts stand in the order of time.
        history.sort_by(|a, b| b.at.cmp(&a.at));
        let digest = digest_of(&at.current)?;
        let since = history.first().filter(|deed| deed.enacted && deed.digest == digest).cloned();
        standings.push(Standing { draft: digest_of(&at.draft)?, digest, since, history, form });
    }
    Ok(standings)
}

/// Which text of a form's template is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'d> {
    /// The one that prints today: the school's own, or the program's.
    Current,
    /// The one that waits.
    Draft,
    /// One that was in force, by its digest.
    Kept(&'d str),
}

/// A template's text; `None` where there is none.
pub fn text(house: &House, form: &str, which: Which<'_>) -> Result<Option<String>, Error> {
    let at = places(house, form)?;
    let path = match which {
        Which::Current => at.current,
        Which::Draft => at.draft,
        // A digest is no path: nothing but one is looked for.
        Which::Kept(digest) => match digest.parse::<Digest>() {
            Ok(digest) => at.kept.join(format!("{}.typ", digest.to_hex())),
            Err(_) => return Ok(None),
        },
    };
    if !path.is_file() {
        return Ok(None);
    }
    Ok(String::from_utf8(read_file(&path)?).ok())
}

/// Lays a template beside those in force, in the place of one that waits already, and says what is wrong with it.
pub async fn lay(house: &House, form: &str, bytes: Vec<u8>, act: &Act) -> Result<Vec<String>, Error> {
    let at = places(house, form)?;
    let unfit = |why: String| Error::from(Refusal::Template { file: name_of(form), why });
    if bytes.is_empty() || bytes.len() > LONGEST {
        return Err(unfit(format!("файл пуст или длиннее {} КБ: это не шаблон", LONGEST / 1024)));
    }
    let text = text_of(bytes).map_err(unfit)?;
    let digest = Digest::of(text.as_bytes());
    write(&at.draft, &text)?;
    let faults = told(faults(form, text).await?, form != EVERY_FORM);
    let event = Event::new(EventKind::TemplateChecked, &act.by, &act.moment())
        .with("form", form)
        .with_digest("file", digest)
        .with_number("forms", forms_of(form).len() as u64)
        .with_number("faults", faults.len() as u64);
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(faults)
}

async fn faults(form: &str, text: String) -> Result<Vec<(String, Fault)>, Error> {
    let forms = forms_of(form);
    let checked = tokio::task::spawn_blocking(move || faults_of(&text, &forms)).await;
    checked.map_err(|error| Error::Interrupted(error.to_string()))
}

/// The same fault is told once, with the forms that it is found on; a template of one form needs no name of it (`alone`).
pub(super) fn told(faults: Vec<(String, Fault)>, alone: bool) -> Vec<String> {
    let mut by_fault: Vec<(Fault, Vec<String>)> = Vec::new();
    for (form, fault) in faults {
        match by_fault.iter_mut().find(|(known, _)| *known == fault) {
            Some((_, forms)) => forms.push(form),
            None => by_fault.push((fault, vec![form])),
        }
    }
    let title = |form: &String| find(form).map_or_else(|_| form.clone(), |known| format!("«{}»", known.title));
    let said = |(fault, forms): (Fault, Vec<String>)| match forms.as_slice() {
        [one] if !alone => format!("форма {}: {fault}", title(one)),
        [first, rest @ ..] if !rest.is_empty() => format!("форма {} и ещё {}: {fault}", title(first), rest.len()),
        _ => fault.to_string(),
    };
    by_fault.into_iter().map(said).collect()
}

/// What is wrong with the template that waits; `None` where none does.
pub async fn draft_faults(house: &House, form: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(text) = text(house, form, Which::Draft)? else { return Ok(None) };
    Ok(Some(told(faults(form, text).await?, form != EVERY_FORM)))
}

/// Puts the template that waits in force. `digest` is what the person looked at: another one may have been laid since.
pub async fn enact(house: &House, form: &str, digest: &str, act: &Act) -> Result<(), Error> {
    let at = places(house, form)?;
    let unfit = |why: &str| Error::from(Refusal::Template { file: name_of(form), why: why.to_owned() });
    let waiting = |text: Option<String>| {
        text.filter(|text| Digest::of(text.as_bytes()).to_hex() == digest)
            .ok_or_else(|| unfit("на проверке лежит уже другой шаблон: посмотрите его страницы ещё раз"))
    };
    let seen = waiting(text(house, form, Which::Draft)?)?;
    if let Some(first) = told(faults(form, seen).await?, form != EVERY_FORM).first() {
        return Err(unfit(first));
    }
    // From here on this act alone writes.
    let tx = house.db.begin().await?;
    let text = waiting(text(house, form, Which::Draft)?)?;
    keep(&at, &text)?;
    keep_current(&at)?;
    let fresh = at.current.with_extension("new");
    write(&fresh, &text)?;
    let event = Event::new(EventKind::TemplateEnacted, &act.by, &act.moment())
        .with("form", form)
        .with("file", digest)
        .with_number("forms", forms_of(form).len() as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    renamed(&fresh, &at.current)?;
    removed(&at.draft)
}

/// Takes the school's template out of force: the form is printed by the program's own again.
pub async fn withdraw(house: &House, form: &str, act: &Act) -> Result<(), Error> {
    let at = places(house, form)?;
    let tx = house.db.begin().await?;
    let digest = digest_of(&at.current)?;
    if digest.is_empty() {
        let why = "своего шаблона у формы нет: снимать нечего".to_owned();
        return Err(Refusal::Template { file: name_of(form), why }.into());
    }
    keep_current(&at)?;
    let event =
        Event::new(EventKind::TemplateWithdrawn, &act.by, &act.moment()).with("form", form).with("file", digest);
    tx.record(&event, salt()?).await?.commit().await?;
    removed(&at.current)
}

/// Lays a template that was in force once more beside those in force: it is looked at and put in force like a new one.
pub async fn lay_kept(house: &House, form: &str, digest: &str, act: &Act) -> Result<Vec<String>, Error> {
    let Some(text) = text(house, form, Which::Kept(digest))? else {
        let why = "такого прежнего шаблона у школы нет".to_owned();
        return Err(Refusal::Template { file: name_of(form), why }.into());
    };
    lay(house, form, text.into_bytes(), act).await
}

/// Takes away a template that waits: it was never in force.
pub fn drop_draft(house: &House, form: &str) -> Result<(), Error> {
    removed(&places(house, form)?.draft)
}

/// The text that the school's own file prints by, checked; what its folder holds may have been laid by hand.
pub(super) fn in_force(house: &House, form: &str) -> Result<Option<(String, String)>, Error> {
    for name in [name_of(form), name_of(EVERY_FORM)] {
        let path = house.root.join(FOLDER).join(&name);
        if path.is_file() {
            let file = format!("{FOLDER}/{name}");
            let text =
                checked_text(read_file(&path)?, form).map_err(|why| Refusal::Template { file: file.clone(), why })?;
            return Ok(Some((file, text)));
        }
    }
    Ok(None)
}

fn keep_current(at: &Places) -> Result<(), Error> {
    if !at.current.is_file() {
        return Ok(());
    }
    let bytes = read_file(&at.current)?;
    let path = at.kept.join(format!("{}.typ", Digest::of(&bytes).to_hex()));
    write_bytes(&path, &bytes)
}

fn keep(at: &Places, text: &str) -> Result<(), Error> {
    write(&at.kept.join(format!("{}.typ", Digest::of(text.as_bytes()).to_hex())), text)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file and waits until the disk has it.
fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::File::create(path)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    };
    written().map_err(|source| Error::File { path: path.to_owned(), source })
}

fn renamed(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(|source| Error::File { path: to.to_owned(), source })
}

fn removed(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}
