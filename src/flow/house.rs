//! A school's house: its folder, settings, database, policy and archive, opened together. Floor 2.
//!
//! Folder: `letopis.toml` settings · `letopis.db` SQLite · `keys/` private keys · `bundles/` what came in · `issued/` issued PDFs ·
//! `incoming/` files that wait for a job · `staging/` records being sealed · `archive/` OCFL storage root.

use std::path::{Path, PathBuf};

use super::papers::Papers;
use super::people::AccessLog;
use super::signin::identity::Provider;
use super::signin::{Cost, SignIn, Terms};
use super::{Act, Error, keys, salt};
use crate::config::{self, Config};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{Digest, hex};
use crate::domain::journal::School;
use crate::domain::policy::{self, Policy};
use crate::store::{Db, SchoolRow};

/// An open house.
#[derive(Debug)]
pub struct House {
    /// Its folder.
    pub root: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its database, bound to its school.
    pub db: Db,
    /// The policy that came in force last, when the house was opened. An act asks [`super::policy`] for that of its own day.
    pub policy: Policy,
    /// The policy that the house was made under.
    pub founding: Policy,
    /// Passwords, sessions, second factors.
    pub sign_in: SignIn,
    /// Who looked at whose data.
    pub access: AccessLog,
    /// Frozen snapshots as the signing desk needs them.
    pub papers: Papers,
    /// Codes of carriers typed for work under way, in memory alone.
    pub codes: super::carriers::Codes,
}

/// How a house is to be made.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Name of the policy.
    pub policy_name: String,
    /// Text of its file.
    pub policy_text: String,
    /// ASCII identifier; drawn at random when absent.
    pub school: Option<String>,
    /// `sqlite` or `postgres://…`.
    pub database: String,
    /// Minutes east of UTC.
    pub utc_offset_minutes: i32,
}

impl House {
    /// Makes a house in a new or empty folder.
    pub async fn found(root: &Path, founding: &Founding, act: &Act) -> Result<Self, Error> {
        if root.join(config::FILE).exists() {
            return Err(Error::HouseStands(root.to_owned()));
        }
        let file = |source| Error::File { path: root.to_owned(), source };
        std::fs::create_dir_all(root).map_err(file)?;
        if std::fs::read_dir(root).map_err(file)?.next().is_some() {
            return Err(Error::NotEmpty(root.to_owned()));
        }
        let policy = parse_policy(&founding.policy_name, &founding.policy_text)?;
        let school = match &founding.school {
            Some(school) => school.clone(),
            None => format!("school-{}", hex(&crate::sign::random()?[..4])),
        };
        let config = Config::of(&school, &founding.database, founding.utc_offset_minutes);
        for folder in ["keys", "bundles", "issued", "staging", "archive"] {
            let path = root.join(folder);
            std::fs::create_dir(&path).map_err(|source| Error::File { path, source })?;
        }
        keys::guard_folder(&root.join("keys"))?;
        let db = Db::open(&config.database_url(root), &config.school).await?;
        let row = SchoolRow {
            school: School::default(),
            policy: founding.policy_name.clone(),
            policy_text: founding.policy_text.clone(),
            utc_offset_minutes: founding.utc_offset_minutes,
        };
        db.create_school(&row, &act.moment()).await?;
        let event = Event::new(EventKind::HouseMade, &act.by, &act.moment())
            .with("school", &config.school)
            .with_digest("policy", policy.digest);
        db.begin().await?.record(&event, salt()?).await?.commit().await?;
        crate::vault::create_root(&root.join("archive"))?;
        // The settings come last: a folder without them is no house, so a crash above leaves nothing that could be opened.
        let settings = root.join(config::FILE);
        crate::vault::durable::write_once(&settings, config.to_text().as_bytes())?;
        Ok(Self::of(root, config, db, policy.clone(), policy))
    }

    /// Opens the house in a folder.
    pub async fn open(root: &Path) -> Result<Self, Error> {
        let config = Config::read(root)?;
        let db = Db::open(&config.database_url(root), &config.school).await?;
        let row = db.find_school().await?.ok_or(Error::Damaged("в базе данных нет сведений о школе".to_owned()))?;
        let founding = parse_policy(&row.policy, &row.policy_text)?;
        let policy = match db.list_policies().await?.last() {
            Some(last) => parse_policy(&last.name, &last.text)?,
            None => founding.clone(),
        };
        Ok(Self::of(root, config, db, founding, policy))
    }

    fn of(root: &Path, config: Config, db: Db, founding: Policy, policy: Policy) -> Self {
        let (sign_in, access) = (sign_in_of(&config), AccessLog::default());
        Self {
            root: root.to_owned(),
            config,
            db,
            policy,
            founding,
            sign_in,
            access,
            papers: Papers::default(),
            codes: super::carriers::Codes::default(),
        }
    }

    /// The school year to work on: the one asked for, or the newest on record.
    pub async fn year(&self, asked: Option<&str>) -> Result<String, Error> {
        let known = self.db.list_years().await?;
        match asked {
            Some(year) if known.iter().any(|k| k == year) => Ok(year.to_owned()),
            Some(year) => Err(Error::NoYear { asked: year.to_owned(), known: known.join(", ") }),
            None => known.last().cloned().ok_or(Error::NoJournal),
        }
    }

    /// DER certificate of the school's authority; `None` before the first import.
    pub async fn authority(&self) -> Result<Option<Vec<u8>>, Error> {
        match self.db.find_certificate(keys::AUTHORITY).await? {
            Some(row) => Ok(Some(crate::sign::certificate::from_pem(&row.pem)?)),
            None => Ok(None),
        }
    }

    /// The archive's storage root.
    pub fn archive(&self) -> PathBuf {
        self.root.join("archive")
    }

    /// Where files lie that came in through a door and wait for a job; each is named by its own SHA-256.
    pub fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// Where records are built before they are sealed.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// File of an issued PDF: its digest is in its name, so a crash between file and transaction leaves no conflict.
    pub fn issued_pdf(&self, copy: &str, version: u32, digest: Digest) -> PathBuf {
        self.root.join("issued").join(format!("{copy}-v{version}-{}.pdf", hex(&digest.0[..8])))
    }
}

pub(super) fn parse_policy(name: &str, text: &str) -> Result<Policy, Error> {
    policy::parse(name, text)
        .map_err(|findings| Error::Policy(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

/// The sign-in as the settings want it.
fn sign_in_of(config: &Config) -> SignIn {
    let (sessions, oidc) = (config.sessions(), config.oidc());
    let terms = Terms { idle: sessions.idle, absolute: sessions.absolute, ..Terms::default() };
    let mut sign_in = SignIn::new(Cost::default(), terms);
    sign_in.provider = oidc.enabled.then(|| Provider {
        issuer: oidc.issuer,
        client_id: oidc.client_id,
        client_secret: oidc.client_secret,
        redirect: format!("{}/signin/identity/back", config.public_url()),
    });
    sign_in
}
