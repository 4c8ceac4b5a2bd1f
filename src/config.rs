//! The settings of a house: `letopis.toml` in its folder, overridden by the environment. Unknown keys are refused with a guess.

pub mod keys;
mod text;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::FixedOffset;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, Value};

use keys::{KEYS, Key, Kind, REQUIRED};
pub use text::{Setting, example, guide};

/// File name of the settings.
pub const FILE: &str = "letopis.toml";

/// Settings of one house.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// ASCII identifier of the school; origin of its log and part of every object's URN.
    pub school: String,
    /// Database: `sqlite` (a file in the house) or a `postgres://` address. `LETOPIS_DATABASE_URL` overrides it.
    pub database: String,
    /// The school's zone as minutes east of UTC; every printed moment carries it. The machine's zone is never used.
    pub utc_offset_minutes: i32,
    /// Everything else, by key: what the file or the environment says; defaults are not here.
    given: BTreeMap<&'static str, (String, Origin)>,
}

impl std::fmt::Debug for Config {
    /// Without values: some of them are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("school", &self.school)
            .field("given", &self.given.keys())
            .finish_non_exhaustive()
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The program's own default.
    Default,
    /// `letopis.toml`.
    File,
    /// An environment variable.
    Environment,
}

impl Origin {
    /// «файл».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Default => "по умолчанию",
            Self::File => "файл",
            Self::Environment => "переменная",
        }
    }
}

/// Bounds on what one visitor may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections held at one time.
    pub connections: usize,
    /// How long a request's header may take to arrive.
    pub header: Duration,
    /// How long a connection may be silent.
    pub silence: Duration,
    /// How long a request may be worked on.
    pub request: Duration,
    /// Largest form, bytes.
    pub form_bytes: usize,
    /// Largest file, bytes.
    pub upload_bytes: usize,
    /// Least free space for the archive, bytes.
    pub free_bytes: u64,
}

/// How long somebody stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions {
    /// Without a request.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

/// Sign-in through an outside system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// Is it offered?
    pub enabled: bool,
    /// Issuer's address.
    pub issuer: String,
    /// The house's name there.
    pub client_id: String,
    /// The house's secret there.
    pub client_secret: String,
}

/// A mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Name there, empty for none.
    pub user: String,
    /// Password there.
    pub password: String,
    /// Sender.
    pub from: String,
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
    /// Keys are missing, unknown or impossible: all of them at once.
    #[error("{path}: настройки неверны: {}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Keys {
        /// File.
        path: PathBuf,
        /// What is wrong, key by key.
        faults: Vec<Fault>,
    },
}

/// What is wrong with one key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ключ «{key}»: {message}")]
pub struct Fault {
    /// Key, or the environment variable.
    pub key: String,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: message.into() }
    }
}

/// The settings' file of a house as a backup may hold it: without secrets, and on the database in its own folder, for an address may hold a
/// password and leads elsewhere when the copy is opened.
pub fn without_secrets(house: &Path) -> Result<String, Error> {
    let given = Config::read(house)?.given;
    let is_secret = |path: &str| keys::find(path).is_some_and(|key| key.kind == Kind::Secret);
    let secrets: Vec<String> = given
        .into_iter()
        .filter(|(path, (value, _))| is_secret(path) && !value.is_empty())
        .map(|(_, given)| given.0)
        .collect();
    let text = with_database(house, "sqlite")?;
    let open = text.lines().filter(|line| !secrets.iter().any(|secret| line.contains(secret.as_str())));
    Ok(open.fold(String::new(), |text, line| text + line + "\n"))
}

/// The settings' file of a house with another database.
pub fn with_database(house: &Path, url: &str) -> Result<String, Error> {
    let path = house.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Unreadable { path, source })?;
    let is_database = |line: &str| line.split_once('=').is_some_and(|(name, _)| name.trim() == "database");
    let quoted = url.replace('\\', "\\\\").replace('"', "\\\"");
    let line = |line: &str| if is_database(line) { format!("database = \"{quoted}\"\n") } else { format!("{line}\n") };
    Ok(text.lines().map(line).collect())
}

/// Reads a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's own environment; an empty variable counts as none.
fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Config {
    /// Settings of a new house; the rest has defaults.
    pub fn of(school: &str, database: &str, utc_offset_minutes: i32) -> Self {
        Self { school: school.to_owned(), database: database.to_owned(), utc_offset_minutes, given: BTreeMap::new() }
    }

    /// Reads the settings of the house in a folder.
    pub fn read(house: &Path) -> Result<Self, Error> {
        let path = house.join(FILE);
        if !path.exists() {
            return Err(Error::NoHouse(house.to_owned()));
        }
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        Self::parse(&path, &text, &process_environment)
    }

    /// Reads a file's text; tells everything that is wrong at once.
    pub fn parse(path: &Path, text: &str, environment: Environment<'_>) -> Result<Self, Error> {
        let syntax = |error: toml_edit::TomlError| Error::Syntax { path: path.to_owned(), message: error.to_string() };
        let document: DocumentMut = text.parse().map_err(syntax)?;
        let mut faults = Vec::new();
        let mut given = in_file(&document, &mut faults);
        for key in KEYS.iter().filter(|key| !key.env.is_empty()) {
            let Some(value) = environment(key.env) else { continue };
            match key.kind.fault(&value) {
                Some(fault) => faults.push(Fault::new(key.env, fault)),
                None => _ = given.insert(key.path, (value, Origin::Environment)),
            }
        }
        for name in REQUIRED {
            if !given.contains_key(name) && !faults.iter().any(|fault| fault.key == name) {
                faults.push(Fault::new(name, "нужен, но его нет"));
            }
        }
        let text = |name: &str| given.get(name).map(|(value, _)| value.clone()).unwrap_or_default();
        let mut config =
            Self::of(&text("school"), &text("database"), parse_offset(&text("utc_offset")).unwrap_or_default());
        config.given = given;
        if config.oidc().enabled && (config.oidc().issuer.is_empty() || config.oidc().client_id.is_empty()) {
            faults.push(Fault::new("oidc.enabled", "включён, но не указаны oidc.issuer и oidc.client_id"));
        }
        if faults.is_empty() { Ok(config) } else { Err(Error::Keys { path: path.to_owned(), faults }) }
    }

    /// A key's value in force and where it comes from.
    fn value(&self, key: &Key) -> (String, Origin) {
        match (self.given.get(key.path), key.path) {
            (Some((value, origin)), _) => (value.clone(), *origin),
            (None, "school") => (self.school.clone(), Origin::File),
            (None, "database") => (self.database.clone(), Origin::File),
            (None, "utc_offset") => (format_offset(self.utc_offset_minutes), Origin::File),
            (None, _) => (key.default.to_owned(), Origin::Default),
        }
    }

    /// Text of a key; every key has a default, and the table is checked by a test.
    fn text(&self, path: &str) -> String {
        keys::find(path).map(|key| self.value(key).0).unwrap_or_default()
    }

    fn number(&self, path: &str) -> u64 {
        self.text(path).parse().unwrap_or_default()
    }

    /// Address and port to listen on.
    pub fn listen(&self) -> SocketAddr {
        // Every value was checked when it was read, and the default is checked by a test.
        self.text("serve.listen").parse().unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 8017)))
    }

    /// The address under which people open the house; empty when it is the one listened on.
    pub fn public_url(&self) -> String {
        self.text("serve.public_url")
    }

    /// Proxies whose word about the visitor's address is taken.
    pub fn proxies(&self) -> Vec<IpAddr> {
        keys::addresses(&self.text("serve.proxies")).unwrap_or_default()
    }

    /// How long a stop waits for requests under way.
    pub fn stop_patience(&self) -> Duration {
        Duration::from_secs(self.number("serve.stop_seconds"))
    }

    /// How long somebody stays signed in.
    pub fn sessions(&self) -> Sessions {
        Sessions {
            idle: Duration::from_secs(60 * self.number("sessions.idle_minutes")),
            absolute: Duration::from_secs(3600 * self.number("sessions.absolute_hours")),
        }
    }

    /// Bounds on what one visitor may cost.
    pub fn limits(&self) -> Limits {
        let seconds = |path| Duration::from_secs(self.number(path));
        let bytes = |path, unit: u64| (self.number(path) * unit) as usize;
        Limits {
            connections: bytes("limits.connections", 1),
            header: seconds("limits.header_seconds"),
            silence: seconds("limits.silence_seconds"),
            request: seconds("limits.request_seconds"),
            form_bytes: bytes("limits.form_kib", 1024),
            upload_bytes: bytes("limits.upload_mib", 1024 * 1024),
            free_bytes: self.number("limits.free_mib") * 1024 * 1024,
        }
    }

    /// Level of the program's log.
    pub fn log_level(&self) -> String {
        self.text("log.level")
    }

    /// Is the program's log JSON?
    pub fn log_is_json(&self) -> bool {
        self.text("log.format") == "json"
    }

    /// Are figures shown at `/metrics`?
    pub fn has_metrics(&self) -> bool {
        self.text("metrics.enabled") == "true"
    }

    /// Key to `/metrics` from elsewhere; empty for this machine only.
    pub fn metrics_token(&self) -> String {
        self.text("metrics.token")
    }

    /// How long a job is a process's own without a sign of life.
    pub fn job_lease(&self) -> Duration {
        Duration::from_secs(self.number("jobs.lease_seconds"))
    }

    /// Sign-in through an outside system.
    pub fn oidc(&self) -> Oidc {
        Oidc {
            enabled: self.text("oidc.enabled") == "true",
            issuer: self.text("oidc.issuer"),
            client_id: self.text("oidc.client_id"),
            client_secret: self.text("oidc.client_secret"),
        }
    }

    /// The mail server for reminders; `None` when the house has none.
    pub fn mail(&self) -> Option<Mail> {
        let mail = Mail {
            host: self.text("mail.host"),
            port: self.text("mail.port").parse().unwrap_or_default(),
            security: self.text("mail.security"),
            user: self.text("mail.user"),
            password: self.text("mail.password"),
            from: self.text("mail.from"),
        };
        Some(mail).filter(|mail| !mail.host.is_empty() && !mail.from.is_empty())
    }

    /// Who founded the school, as title pages print it; may be empty.
    pub fn founder(&self) -> String {
        self.text("print.founder")
    }

    /// The zone.
    pub fn zone(&self) -> FixedOffset {
        // Parsing keeps the offset below a day, so UTC is never the answer of a file that was accepted.
        FixedOffset::east_opt(self.utc_offset_minutes * 60).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc))
    }

    /// Address of the database for the house in a folder.
    pub fn database_url(&self, house: &Path) -> String {
        match process_environment("LETOPIS_DATABASE_URL") {
            Some(url) => url,
            None if self.database == "sqlite" => sqlite_url(&house.join("letopis.db")),
            None => self.database.clone(),
        }
    }
}

/// What the file says, key by key; what is wrong goes to the faults.
fn in_file(document: &DocumentMut, faults: &mut Vec<Fault>) -> BTreeMap<&'static str, (String, Origin)> {
    let mut given = BTreeMap::new();
    let mut take = |path: &str, item: &Item| match keys::find(path) {
        None => faults.push(Fault::new(path, unknown(path))),
        Some(key) => match raw(key, item) {
            Err(fault) => faults.push(Fault::new(path, fault)),
            Ok(value) => match key.kind.fault(&value) {
                Some(fault) => faults.push(Fault::new(path, fault)),
                None => _ = given.insert(key.path, (value, Origin::File)),
            },
        },
    };
    for (name, item) in document.iter() {
        match item.as_table_like() {
            Some(table) => table.iter().for_each(|(inner, item)| take(&format!("{name}.{inner}"), item)),
            None => take(name, item),
        }
    }
    given
}

/// A value as text, when it is of the key's own type.
fn raw(key: &Key, item: &Item) -> Result<String, String> {
    let expected = |what: &str| format!("нужно {what}: {}", key.kind.as_russian());
    match (key.kind, item.as_value()) {
        (Kind::Number(..), Some(Value::Integer(number))) => Ok(number.value().to_string()),
        (Kind::Number(..), _) => Err(expected("число без кавычек")),
        (Kind::Switch, Some(Value::Boolean(switch))) => Ok(switch.value().to_string()),
        (Kind::Switch, _) => Err(expected("слово без кавычек")),
        (_, Some(Value::String(text))) => Ok(text.value().clone()),
        (_, _) => Err("нужна строка".to_owned()),
    }
}

/// Least likeness (Jaro-Winkler, 0 to 1) at which another name is offered as a guess: `serve.lisen` against `serve.listen` is 0.98.
const LIKENESS: f64 = 0.85;

/// What to say of a key that is none, with a guess at what was meant.
fn unknown(path: &str) -> String {
    let likeness = |key: &&Key| (strsim::jaro_winkler(path, key.path) * 1000.0) as u32;
    let best = KEYS.iter().max_by_key(likeness).filter(|key| strsim::jaro_winkler(path, key.path) >= LIKENESS);
    match best {
        Some(key) => format!("неизвестен; может быть, «{}»?", key.path),
        None => "неизвестен; все ключи покажет «letopis config example»".to_owned(),
    }
}

/// Variables of the environment that look like ours and are none, each with a guess.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<Fault> {
    let known = || KEYS.iter().map(|key| key.env).chain(keys::OTHER_VARIABLES.iter().map(|(name, _)| *name));
    let strange = names.filter(|name| name.starts_with("LETOPIS_") && !known().any(|known| known == name));
    strange
        .map(|name| {
            let likeness = |known: &&str| (strsim::jaro_winkler(&name, known) * 1000.0) as u32;
            let guess = known().filter(|known| !known.is_empty()).max_by_key(likeness).unwrap_or_default();
            Fault::new(&name, format!("такой переменной нет; может быть, «{guess}»?"))
        })
        .collect()
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

    fn read(text: &str, environment: Environment<'_>) -> Result<Config, String> {
        Config::parse(Path::new(FILE), text, environment).map_err(|error| error.to_string())
    }

    const GOOD: &str = "school = \"s\"\ndatabase = \"sqlite\"\nutc_offset = \"+05:00\"\n";
    const SILENT: Environment<'static> = &|_| None;

    #[test]
    fn settings_read_back_what_they_wrote() {
        let config = Config::of("sosh-17", "sqlite", 300);
        let back = read(&config.to_text(), SILENT).unwrap();
        assert_eq!((back.school.as_str(), back.database.as_str(), back.utc_offset_minutes), ("sosh-17", "sqlite", 300));
        assert_eq!(back.listen(), config.listen());
    }

    #[test]
    fn the_example_is_a_file_that_reads_and_every_default_is_possible() {
        let whole = example()
            .replace("\n# ", "\n")
            .lines()
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(read(&whole, SILENT).is_ok(), "{:?}", read(&whole, SILENT));
        for key in KEYS.iter().filter(|key| !REQUIRED.contains(&key.path)) {
            assert_eq!(key.kind.fault(key.default), None, "{}", key.path);
        }
        assert!(read(&example(), SILENT).is_ok());
    }

    #[test]
    fn the_environment_wins_and_says_so() {
        let environment = |name: &str| (name == "LETOPIS_SERVE_LISTEN").then(|| "0.0.0.0:80".to_owned());
        let config = read(&format!("{GOOD}[serve]\nlisten = \"127.0.0.1:1\"\n"), &environment).unwrap();
        assert_eq!(config.listen().to_string(), "0.0.0.0:80");
        let shown = config.listing().into_iter().find(|line| line.key == "serve.listen").unwrap();
        assert_eq!(shown.origin, Origin::Environment);
        assert!(
            read(GOOD, &|name| (name == "LETOPIS_LOG_FORMAT").then(|| "xml".into()))
                .unwrap_err()
                .contains("LETOPIS_LOG_FORMAT")
        );
    }

    #[test]
    fn a_secret_is_never_listed() {
        let config = read(&format!("{GOOD}[metrics]\ntoken = \"geheim\"\n"), SILENT).unwrap();
        assert!(!format!("{:?}", config.listing()).contains("geheim"));
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_a_guess() {
        let text = "school = \"Ш\"\ndatabase = \"sqlite\"\nutc_offset = \"5\"\nshcool = \"x\"\n[serve]\nlisen = \"a\"\nstop_seconds = \"2\"\n";
        let said = read(text, SILENT).unwrap_err();
        for words in
            ["«school»", "«utc_offset»", "может быть, «school»?", "может быть, «serve.listen»?", "число без кавычек"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    #[test]
    fn a_misspelt_variable_is_told_with_a_guess() {
        let faults = unknown_variables(["LETOPIS_SERVE_LISEN", "LETOPIS_DIR", "PATH"].map(str::to_owned).into_iter());
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains("LETOPIS_SERVE_LISTEN"));
    }

    #[test]
    fn a_folder_may_have_any_name() {
        assert_eq!(sqlite_url(Path::new("/д 1%/#?")), "sqlite:///%D0%B4%201%25/%23%3F?mode=rwc");
        assert!(sqlite_url(Path::new("house/letopis.db")).starts_with("sqlite:///"));
    }
}
