//! The settings of a house: `letopis.toml` in its folder. Every key is documented where it stands; unknown keys are refused.

use std::path::{Path, PathBuf};

use chrono::FixedOffset;
use toml_edit::{DocumentMut, Item};

/// File name of the settings.
pub const FILE: &str = "letopis.toml";

/// Settings of one house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// ASCII identifier of the school; origin of its log and part of every object's URN.
    pub school: String,
    /// Database: `sqlite` (a file in the house) or a `postgres://` address. `LETOPIS_DATABASE_URL` overrides it.
    pub database: String,
    /// The school's zone as minutes east of UTC; every printed moment carries it. The machine's zone is never used.
    pub utc_offset_minutes: i32,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds no settings.
    #[error("в папке {0} нет файла letopis.toml: это не дом «Летописи». Создайте его командой «letopis init ПАПКА»")]
    NoHouse(PathBuf),
    /// The file cannot be read.
    #[error("не читается {path}: {source}")]
    Unreadable {
        /// File.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path}: {message}")]
    Syntax {
        /// File.
        path: PathBuf,
        /// What the parser says, with line and column.
        message: String,
    },
    /// A key is missing, unknown or impossible.
    #[error("{path}: ключ «{key}»: {message}")]
    Key {
        /// File.
        path: PathBuf,
        /// Key.
        key: String,
        /// What is wrong.
        message: &'static str,
    },
}

impl Config {
    /// Reads the settings of the house in a folder.
    pub fn read(house: &Path) -> Result<Self, Error> {
        let path = house.join(FILE);
        if !path.exists() {
            return Err(Error::NoHouse(house.to_owned()));
        }
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        Self::parse(&path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let syntax = |error: toml_edit::TomlError| Error::Syntax { path: path.to_owned(), message: error.to_string() };
        let document: DocumentMut = text.parse().map_err(syntax)?;
        let key = |key: &str, message| Error::Key { path: path.to_owned(), key: key.to_owned(), message };
        if let Some((unknown, _)) = document.iter().find(|(k, _)| !["school", "database", "utc_offset"].contains(k)) {
            return Err(key(unknown, "неизвестен; есть school, database, utc_offset"));
        }
        let text = |name: &str| document.get(name).and_then(Item::as_str).ok_or_else(|| key(name, "нужна строка"));
        let school = text("school")?;
        if !is_identifier(school) {
            return Err(key("school", "нужны латинские строчные буквы, цифры и дефис"));
        }
        let offset = text("utc_offset")?;
        let utc_offset_minutes = parse_offset(offset).ok_or_else(|| key("utc_offset", "нужно вида «+03:00»"))?;
        Ok(Self { school: school.to_owned(), database: text("database")?.to_owned(), utc_offset_minutes })
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        format!(
            "# Дом «Летописи».\n\
             # Идентификатор школы: часть имени каждой записи архива. Не меняется никогда.\n\
             school = \"{}\"\n\
             # База данных: \"sqlite\" (файл letopis.db в этой папке) или адрес postgres://…\n\
             database = \"{}\"\n\
             # Часовой пояс школы: печатается в каждой отметке времени.\n\
             utc_offset = \"{}\"\n",
            self.school,
            self.database,
            format_offset(self.utc_offset_minutes)
        )
    }

    /// The zone.
    pub fn zone(&self) -> FixedOffset {
        // Parsing keeps the offset below a day, so UTC is never the answer of a file that was accepted.
        FixedOffset::east_opt(self.utc_offset_minutes * 60).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc))
    }

    /// Address of the database for the house in a folder.
    pub fn database_url(&self, house: &Path) -> String {
        match std::env::var("LETOPIS_DATABASE_URL") {
            Ok(url) if !url.is_empty() => url,
            _ if self.database == "sqlite" => sqlite_url(&house.join("letopis.db")),
            _ => self.database.clone(),
        }
    }
}

/// How a database file on a read-only disk is opened: nobody writes it, so no lock and no shared memory is asked for.
const READ_ONLY: &str = "?mode=ro&immutable=1";

/// Address of a database file. Absolute, for the first part of a relative path would be read as a host; every byte that is no plain
/// letter or digit is percent-encoded, so that a folder may be called «дом № 1 (100 %)?».
fn sqlite_url(file: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut url = String::from("sqlite://");
    for byte in absolute.as_os_str().as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(*byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    // On a disk that cannot be written (a carrier, a read-only mount) the house can still be listed and checked.
    let read_only = |error: std::io::Error| error.kind() == std::io::ErrorKind::ReadOnlyFilesystem;
    let opened = std::fs::OpenOptions::new().append(true).open(&absolute);
    url + if opened.is_err_and(read_only) { READ_ONLY } else { "?mode=rwc" }
}

/// Is the text usable as a school's identifier: `[a-z0-9-]`, 1 to 40 characters (a URN part and a log's origin)?
pub fn is_identifier(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Reads `+03:00` as minutes; zones lie between -12:00 and +14:00.
pub fn parse_offset(text: &str) -> Option<i32> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = sign * (hours * 60 + minutes);
    (minutes < 60 && (-12 * 60..=14 * 60).contains(&total)).then_some(total)
}

fn format_offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_what_they_wrote() {
        let config = Config { school: "sosh-17".into(), database: "sqlite".into(), utc_offset_minutes: 300 };
        assert_eq!(Config::parse(Path::new(FILE), &config.to_text()).ok(), Some(config));
    }

    #[test]
    fn a_folder_may_have_any_name() {
        assert_eq!(sqlite_url(Path::new("/д 1%/#?")), "sqlite:///%D0%B4%201%25/%23%3F?mode=rwc");
        assert!(sqlite_url(Path::new("house/letopis.db")).starts_with("sqlite:///"));
    }

    #[test]
    fn an_unknown_key_and_an_impossible_zone_are_refused_by_name() {
        let refused = |text: &str| Config::parse(Path::new(FILE), text).map_err(|error| error.to_string());
        let good = "school = \"s\"\ndatabase = \"sqlite\"\nutc_offset = \"+05:00\"\n";
        assert!(refused(good).is_ok());
        assert!(refused(&format!("{good}shcool = \"x\"\n")).is_err_and(|text| text.contains("shcool")));
        assert!(refused(&good.replace("+05:00", "5")).is_err_and(|text| text.contains("utc_offset")));
    }
}
