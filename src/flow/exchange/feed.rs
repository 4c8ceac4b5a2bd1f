//! The pseudonymised feed as files: one folder a day, never written over. Floor 2.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::{Act, Error, House, compromise, salt};
use crate::bundle::export::csv;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{Digest, hex, unhex};
use crate::domain::feed::{self, Feed};
use crate::vault;

/// The secret under which pseudonyms are made, among the house's keys: without it nobody can tell whose they are.
const SECRET_FILE: &str = "feed.secret";
/// The settings of the feed, in its folder.
const SETTINGS_FILE: &str = "settings.json";
/// What the files are, for whoever finds them.
const NOTE: &str = "Обезличенные данные журнала: псевдонимы вместо имён, без дат рождения, без причин пропусков отдельных учеников.\r\n\
Псевдоним один и тот же в пределах учебного года; по разным годам связать его нельзя.\r\n\
Чего меньше пяти учеников, то не показано. Описание столбцов: docs/exchange.ru.md, раздел «Обезличенная выгрузка».\r\n";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed {
    /// The folder.
    pub folder: PathBuf,
    /// Learners in it.
    pub learners: usize,
    /// Lines of all tables.
    pub lines: usize,
    /// Lines and figures left out because too few share them.
    pub suppressed: u64,
    /// Did the very same files stand there already?
    pub already: bool,
}

/// How the school wants its feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Is it written every day by itself?
    pub daily: bool,
}

/// The house's own folder of feeds; the site's program reads it from there.
pub fn folder(house: &House) -> PathBuf {
    house.root.join("feed")
}

/// The settings; off until somebody turns it on.
pub fn settings(house: &House) -> Result<Settings, Error> {
    match std::fs::read(folder(house).join(SETTINGS_FILE)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| Error::Damaged(format!("feed/{SETTINGS_FILE}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(source) => Err(Error::File { path: folder(house).join(SETTINGS_FILE), source }),
    }
}

/// Changes the settings and puts that on record.
pub async fn set(house: &House, settings: Settings, act: &Act) -> Result<(), Error> {
    let path = folder(house).join(SETTINGS_FILE);
    let failed = |source| Error::File { path: path.clone(), source };
    std::fs::create_dir_all(folder(house)).map_err(failed)?;
    let text = serde_json::to_vec(&settings).map_err(|error| Error::Damaged(error.to_string()))?;
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "feed")
        .with("daily", if settings.daily { "yes" } else { "no" });
    let recorded = house.db.begin().await?.record(&event, salt()?).await?;
    std::fs::write(&path, text).map_err(failed)?;
    recorded.commit().await?;
    Ok(())
}

/// The days that have a feed in the house's own folder, newest first.
pub fn days(house: &House) -> Result<Vec<String>, Error> {
    let folder = folder(house);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut days = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|source| Error::File { path: folder.clone(), source })? {
        let entry = entry.map_err(|source| Error::File { path: folder.clone(), source })?;
        if entry.path().is_dir() {
            days.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    days.sort_unstable_by(|a, b| b.cmp(a));
    Ok(days)
}

/// The daily work: writes the day's feed when it is wanted and not there yet; called as often as one likes.
pub async fn daily(house: &House, act: &Act) -> Result<Option<Fed>, Error> {
    let is_done = folder(house).join(act.at.date_naive().to_string()).exists();
    if !settings(house)?.daily || is_done {
        return Ok(None);
    }
    write(house, &folder(house), act).await.map(Some)
}

/// Writes the feed of the act's day into a new folder below `out`.
pub async fn write(house: &House, out: &Path, act: &Act) -> Result<Fed, Error> {
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let secret = secret(house)?;
    let day = act.at.date_naive();
    // What a stolen account wrote is no figure of the school.
    let journal = compromise::void_rows(house, &year).await?.sound(&journal).into_owned();
    let feed = feed::feed(&journal, &house.config.school, day, &house.policy, &secret);
    let files = files(&feed)?;
    let (folder, already) = place(out, &day.to_string(), &files)?;
    let lines = feed.classes.len() + feed.learners.len() + feed.marks.len() + feed.final_marks.len();
    let fed = Fed { folder, learners: feed.learners.len(), lines, suppressed: feed.suppressed, already };
    if already {
        return Ok(fed);
    }
    for (name, bytes) in &files {
        vault::durable::write_once(&fed.folder.join(name), bytes)?;
    }
    let list: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    let event = Event::new(EventKind::DataExported, &act.by, &act.moment())
        .with("what", "feed")
        .with("year", &year)
        .with_number("rows", lines as u64)
        .with_digest("file", Digest::of(list.as_bytes()));
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(fed)
}

/// The day's folder, or the next free one when the journal changed since the day's first feed.
fn place(out: &Path, day: &str, files: &[(&'static str, Vec<u8>)]) -> Result<(PathBuf, bool), Error> {
    let is_same = |folder: &Path| {
        files.iter().all(|(name, bytes)| std::fs::read(folder.join(name)).is_ok_and(|own| own == *bytes))
    };
    for nth in 1_u32.. {
        let folder = out.join(if nth == 1 { day.to_owned() } else { format!("{day}-{nth}") });
        if folder.exists() {
            if is_same(&folder) {
                return Ok((folder, true));
            }
            continue;
        }
        std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
        return Ok((folder, false));
    }
    Err(Error::Interrupted("нет свободного имени для папки".to_owned()))
}

/// The house's secret; made with the first feed.
fn secret(house: &House) -> Result<[u8; 32], Error> {
    let path = house.root.join("keys").join(SECRET_FILE);
    if !path.exists() {
        let made = format!("{}\n", hex(&crate::sign::random()?));
        vault::durable::write_once(&path, made.as_bytes())?;
        guard(&path)?;
    }
    let text = std::fs::read_to_string(&path).map_err(|source| Error::File { path: path.clone(), source })?;
    let bytes = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Error::Damaged(format!("keys/{SECRET_FILE}")))
}

fn guard(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(|source| Error::File { path: path.to_owned(), source })
}

fn files(feed: &Feed) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let figure = |figure: Option<u64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
    let mut classes =
        vec![row(&["class", "grade", "learners", "lessons", "marks", "missed", "ill", "excused", "unexcused", "late"])];
    classes.extend(feed.classes.iter().map(|c| {
        let figures = [c.marks, c.missed, c.ill, c.excused, c.unexcused, c.late].map(figure);
        [c.class.clone(), c.grade.to_string(), c.learners.to_string(), c.lessons.to_string()]
            .into_iter()
            .chain(figures)
            .collect()
    }));
    let mut learners = vec![row(&["learner", "class", "marks", "mean", "missed"])];
    learners.extend(feed.learners.iter().map(|l| {
        let mean = format!("{}.{:02}", l.mean_centi / 100, l.mean_centi % 100);
        vec![l.learner.clone(), l.class.clone(), l.marks.to_string(), mean, l.missed.to_string()]
    }));
    let mut marks = vec![row(&["learner", "class", "subject", "month", "value"])];
    marks.extend(
        feed.marks.iter().map(|m| [&m.learner, &m.class, &m.subject, &m.month, &m.value].map(String::clone).to_vec()),
    );
    let mut finals = vec![row(&["learner", "class", "subject", "period", "value"])];
    finals.extend(
        feed.final_marks
            .iter()
            .map(|f| [&f.learner, &f.class, &f.subject, &f.period, &f.value].map(String::clone).to_vec()),
    );
    let json = serde_json::to_vec_pretty(feed).map_err(|error| Error::Damaged(error.to_string()))?;
    Ok(vec![
        ("README.txt", NOTE.as_bytes().to_vec()),
        ("classes.csv", csv(&classes, b',').into_bytes()),
        ("feed.json", json),
        ("final_marks.csv", csv(&finals, b',').into_bytes()),
        ("learners.csv", csv(&learners, b',').into_bytes()),
        ("marks.csv", csv(&marks, b',').into_bytes()),
    ])
}
