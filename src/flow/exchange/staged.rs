//! An upload between its dry run and its confirmation: kept in the house, bound to the visitor, gone after an hour. Floor 2.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, FixedOffset};
use serde::{Deserialize, Serialize};

use super::super::{Act, Error, House};
use crate::bundle::BundleFile;
use crate::domain::canon::hex;

/// How long an upload waits: long enough to read findings and ask a colleague, short enough that files with names do not lie about.
const LIFETIME: Duration = Duration::minutes(60);
/// Name of the note beside the files.
const NOTE: &str = "upload.json";

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    by: String,
    at: DateTime<FixedOffset>,
    names: Vec<String>,
}

fn folder(house: &House) -> PathBuf {
    house.root.join("uploads")
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path: path.clone(), source }
}

/// Keeps files; gives the token by which the same visitor finds them again.
pub fn keep(house: &House, files: &[BundleFile], act: &Act) -> Result<String, Error> {
    tidy(house, act)?;
    let token = hex(&crate::sign::random()?[..16]);
    let place = folder(house).join(&token);
    fs::create_dir_all(&place).map_err(failed(&place))?;
    for (number, file) in files.iter().enumerate() {
        // By number: a name from outside never becomes a path.
        let path = place.join(number.to_string());
        fs::write(&path, &file.bytes).map_err(failed(&path))?;
    }
    let note = Note { by: act.by.clone(), at: act.at, names: files.iter().map(|file| file.name.clone()).collect() };
    let text = serde_json::to_vec(&note).map_err(|error| Error::Damaged(error.to_string()))?;
    let path = place.join(NOTE);
    fs::write(&path, text).map_err(failed(&path))?;
    Ok(token)
}

/// The files of a token; nothing for another visitor, an expired upload, or a token that was never given.
pub fn find(house: &House, token: &str, act: &Act) -> Result<Option<Vec<BundleFile>>, Error> {
    let is_token =
        token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let place = folder(house).join(token);
    if !is_token || !place.exists() {
        return Ok(None);
    }
    let Some(note) = note(&place) else { return Ok(None) };
    if note.by != act.by || act.at - note.at > LIFETIME {
        return Ok(None);
    }
    let read = |(number, name): (usize, &String)| {
        let path = place.join(number.to_string());
        Ok(BundleFile::new(name.clone(), fs::read(&path).map_err(failed(&path))?))
    };
    note.names.iter().enumerate().map(read).collect::<Result<Vec<_>, Error>>().map(Some)
}

/// Takes an upload away: it was imported, or is not wanted.
pub fn forget(house: &House, token: &str, act: &Act) -> Result<(), Error> {
    if find(house, token, act)?.is_some() {
        let place = folder(house).join(token);
        fs::remove_dir_all(&place).map_err(failed(&place))?;
    }
    Ok(())
}

/// Takes away what has expired; gives how many.
pub fn tidy(house: &House, act: &Act) -> Result<usize, Error> {
    let folder = folder(house);
    if !folder.exists() {
        return Ok(0);
    }
    let mut count = 0;
    for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
        let place = entry.map_err(failed(&folder))?.path();
        let is_live = note(&place).is_some_and(|note| act.at - note.at <= LIFETIME);
        if !is_live {
            fs::remove_dir_all(&place).map_err(failed(&place))?;
            count += 1;
        }
    }
    Ok(count)
}

fn note(place: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(place.join(NOTE)).ok()?).ok()
}
