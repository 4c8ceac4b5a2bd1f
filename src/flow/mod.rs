//! The way of a record, one file per station: floor 2. The only floor that begins a transaction and that joins the tools.
//!
//! journal → [`import`] → [`close`] → [`issue`] → [`sign`] → [`seal`] → register; [`verify`] walks the way backwards with only the package
//! in hand; [`doctor`] compares database, archive and log.

pub mod backup;
pub mod breaks;
pub mod carriers;
pub mod change;
pub mod close;
pub mod compromise;
pub mod consents;
pub mod desk;
pub mod doctor;
pub mod exchange;
pub mod export;
pub mod extract;
pub mod force;
pub mod foreign;
pub mod health;
pub mod house;
pub mod import;
pub mod issue;
pub mod jobs;
pub mod keys;
pub mod learners;
mod lock;
pub mod log;
pub mod movement;
pub mod office;
pub mod outdated;
pub mod package;
pub mod paper;
pub mod papers;
pub mod people;
pub mod policy;
pub mod publish;
pub mod recall;
pub mod reissue;
pub mod remind;
pub mod scans;
pub mod seal;
pub mod setup;
pub mod sign;
pub mod signin;
pub mod sources;
pub mod staff;
pub mod substitution;
pub mod supplement;
pub mod timeliness;
pub mod tokens;
pub mod training;
pub mod verify;
pub mod year;

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};

use crate::domain::audit::Event;
use crate::store::Tx;
pub use house::House;

/// Who does it and when; both come in from the doors.
#[derive(Debug, Clone)]
pub struct Act {
    /// Staff identifier, or `operator` for the person at the keyboard.
    pub by: String,
    /// The moment, in the school's zone.
    pub at: DateTime<FixedOffset>,
}

impl Act {
    /// The moment as it is recorded: RFC 3339, whole seconds, with offset.
    pub fn moment(&self) -> String {
        self.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }
}

/// What keeps a station from doing its work: a rule that says no, or a world that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Settings.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// Database.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// Keys, certificates, seal.
    #[error(transparent)]
    Sign(#[from] crate::sign::Error),
    /// Typesetting.
    #[error(transparent)]
    Typeset(#[from] crate::typeset::Error),
    /// An export could not be written.
    #[error(transparent)]
    Export(#[from] crate::bundle::export::Unwritable),
    /// Archive, or a file that is written once.
    #[error(transparent)]
    Vault(#[from] crate::vault::Error),
    /// The period does not exist for the class.
    #[error(transparent)]
    Period(#[from] crate::domain::period::Refusal),
    /// The snapshot cannot be made.
    #[error(transparent)]
    Freeze(#[from] crate::domain::freeze::Unfreezable),
    /// The route says no.
    #[error("{copy}: {refusal}")]
    NotNow {
        /// Copy.
        copy: String,
        /// Why.
        refusal: Box<crate::domain::route::Refusal>,
    },
    /// The lifecycle says no.
    #[error("{copy}: {refusal}")]
    State {
        /// Copy.
        copy: String,
        /// Why.
        refusal: crate::domain::copy::Refusal,
    },
    /// The version asked for is not the last one.
    #[error("{copy}: версия {asked} устарела, действует версия {current}")]
    OldVersion {
        /// Copy.
        copy: String,
        /// Version asked for.
        asked: u32,
        /// Version in force.
        current: u32,
    },
    /// No such version.
    #[error("версии {asked} у копии {copy} нет: последняя — {last}")]
    NoVersion {
        /// Copy.
        copy: String,
        /// Version asked for.
        asked: u32,
        /// The last there is.
        last: u32,
    },
    /// A record of the year cannot be made anew: the copies that it is built from are not all signed.
    #[error("{copy}: новая версия составляется по подписанным копиям периодов. {what}")]
    Unsigned {
        /// Copy.
        copy: String,
        /// What is missing and what to do.
        what: String,
    },
    /// No such copy.
    #[error("нет такой копии: «{0}»; список — команда «letopis copies»")]
    NoCopy(String),
    /// The copy is not sealed.
    #[error("копия {0} ещё не скреплена печатью: вывезти можно только запись архива")]
    NotSealed(String),
    /// A record that cannot leave.
    #[error(transparent)]
    Package(#[from] package::Refusal),
    /// The house has no journal yet.
    #[error("учебный год ещё не заведён: загрузите его на странице «Загрузка данных» или командой «letopis import»")]
    NoJournal,
    /// Somebody changed the journal between the check of an import and its writing.
    #[error("журнал изменился, пока проверялись файлы; ничего не записано, повторите загрузку")]
    ChangedMeanwhile,
    /// The year is not on record.
    #[error("учебного года «{asked}» нет; есть: {known}")]
    NoYear {
        /// Year asked for.
        asked: String,
        /// Years on record.
        known: String,
    },
    /// A house stands there already.
    #[error("в папке {0} уже есть дом «Летописи»")]
    HouseStands(PathBuf),
    /// The folder is not empty and is no house.
    #[error("папка {0} не пуста: дом создаётся в новой или пустой папке")]
    NotEmpty(PathBuf),
    /// The policy kept in the house no longer parses.
    #[error("правила, по которым заведён дом, не читаются: {0}")]
    Policy(String),
    /// A policy does not come in force.
    #[error(transparent)]
    Adoption(#[from] policy::Refusal),
    /// A file of the house.
    #[error("{path}: {source}")]
    File {
        /// File.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// A file of the house is not what the database says.
    #[error("файл {path} изменён: контрольная сумма не та, что при выпуске")]
    FileAltered {
        /// File.
        path: PathBuf,
    },
    /// No key and certificate for a member of staff.
    #[error("у сотрудника {0} нет ключа и сертификата; они выдаются при загрузке журнала")]
    NoKey(String),
    /// The key of a member of staff does not serve.
    #[error("ключ подписи сотрудника {person} не действует: {why}")]
    KeyOut {
        /// Staff identifier.
        person: String,
        /// Revoked, expired, not yet valid, in the browser only.
        why: String,
    },
    /// What came from a browser is not what the person would sign now.
    #[error(
        "подпись из браузера не та: страница устарела, ключ другой или заявление изменено; обновите страницу и повторите"
    )]
    NotInHand,
    /// A key cannot be registered, revoked or replaced.
    #[error(transparent)]
    Key(#[from] keys::Refusal),
    /// A signature on paper cannot be recorded.
    #[error(transparent)]
    Paper(#[from] paper::Refusal),
    /// An address that is none.
    #[error(transparent)]
    Address(#[from] remind::Refusal),
    /// The copy hangs on an authority that was replaced.
    #[error(
        "копия выпущена под прежним удостоверяющим центром школы, её больше не подписывают: дождитесь следующей версии, её выпускает заместитель директора"
    )]
    OtherAuthority,
    /// A version that is never sealed is not signed.
    #[error(transparent)]
    Outdated(#[from] outdated::Refusal),
    /// A canonical text that cannot be what the program wrote.
    #[error("запись повреждена: {0}")]
    Damaged(String),
    /// Another process holds the press.
    #[error("печать сейчас ставит другой процесс «Летописи»; повторите, когда он закончит")]
    SealingElsewhere,
    /// A token that cannot be issued.
    #[error(transparent)]
    Token(#[from] crate::domain::token::Refusal),
    /// Sign-in or credentials say no.
    #[error(transparent)]
    SignIn(#[from] signin::Refusal),
    /// An appointment cannot be made or ended.
    #[error(transparent)]
    Appointment(#[from] crate::domain::people::Unfit),
    /// A change or its undoing says no.
    #[error(transparent)]
    Change(Box<change::Refusal>),
    /// A notice of compromise or a decision says no.
    #[error(transparent)]
    Compromise(Box<compromise::Refusal>),
    /// A supplement cannot be opened or made.
    #[error(transparent)]
    Supplement(#[from] supplement::Refusal),
    /// The office says no.
    #[error(transparent)]
    Office(Box<office::Refusal>),
    /// The books of carriers or the custody log say no.
    #[error(transparent)]
    Carrier(#[from] crate::domain::carrier::Refusal),
    /// A copy cannot be written or opened.
    #[error(transparent)]
    Backup(#[from] crate::vault::backup::Fault),
    /// The copy has no document that could be signed.
    #[error("у копии {0} ещё нет выпущенного документа: внешнюю подпись прилагают к нему")]
    NothingToSign(String),
    /// A word on a scan or a tick of a sheet is not taken.
    #[error(transparent)]
    Scan(#[from] scans::Refusal),
    /// Something cannot be said of an outage.
    #[error(transparent)]
    Outage(#[from] crate::domain::outage::Refusal),
    /// Extracts for families say no.
    #[error(transparent)]
    FamilyExtract(#[from] crate::domain::family_extract::Refusal),
    /// The log cannot be published.
    #[error(transparent)]
    Publish(#[from] publish::Refusal),
    /// A technical break is not announced or taken back.
    #[error(transparent)]
    Break(#[from] crate::domain::technical_break::Refusal),
    /// Recall of a signed copy.
    #[error(transparent)]
    Recall(#[from] recall::Refusal),
    /// A worker stopped without an answer.
    #[error("работа прервана: {0}")]
    Interrupted(String),
}

impl From<compromise::Refusal> for Error {
    fn from(refusal: compromise::Refusal) -> Self {
        Self::Compromise(Box::new(refusal))
    }
}

impl From<change::Refusal> for Error {
    fn from(refusal: change::Refusal) -> Self {
        Self::Change(Box::new(refusal))
    }
}

/// Reads a file of the house.
pub(crate) fn read_file(path: &std::path::Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// Commits what was written with every event of it; without an event nothing is committed.
pub(crate) async fn commit(tx: Tx, events: &[Event]) -> Result<(), Error> {
    let Some((first, rest)) = events.split_first() else { return Ok(()) };
    let mut recorded = tx.record(first, salt()?).await?;
    for event in rest {
        recorded = recorded.also(event, salt()?).await?;
    }
    recorded.commit().await?;
    Ok(())
}

/// Sixteen random bytes for the salt of a log entry.
pub(crate) fn salt() -> Result<[u8; 16], Error> {
    let random = crate::sign::random()?;
    let mut salt = [0; 16];
    salt.copy_from_slice(&random[..16]);
    Ok(salt)
}
