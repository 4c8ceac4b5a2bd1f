//! Signatures on paper: a place of the route is filled by the statement of the person who saw the ink. Floor 2.

use chrono::NaiveDate;

use super::sign::{Desk, Target, Witness};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{Digest, hex};
use crate::domain::names;
use crate::store::ScanRow;
use crate::vault;

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Version of the copy, as it was shown.
    pub version: u32,
    /// Stage.
    pub stage: String,
    /// Who signed on paper.
    pub signer: String,
    /// Day beside the signature, `2025-10-27`.
    pub signed_on: String,
    /// The scan, empty without one.
    pub scan: Vec<u8>,
}

/// Why a signature on paper cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules have no paper.
    #[error("по правилам школы бумажных копий нет ({0}): подпись ставится электронно")]
    NoPaper(String),
    /// No day.
    #[error("дата рядом с подписью не указана или не читается: нужна вида 27.10.2025")]
    NoDay,
    /// A day that cannot be.
    #[error("дата рядом с подписью не может быть {0}: копия выпущена {1}, сегодня {2}")]
    OtherDay(String, String, String),
    /// Who signed cannot be who saw it.
    #[error("свою подпись на бумаге отмечает не подписавший, а тот, кто её видел")]
    OwnInk,
    /// Not a scan.
    #[error("скан не читается: нужен PDF, JPEG или PNG")]
    NotAScan,
    /// Not on the staff.
    #[error("отметить подпись на бумаге может только сотрудник школы с ключом подписи")]
    NotOnStaff,
}

/// Puts a signature on paper on record, with its scan.
pub async fn record(house: &House, copy: &str, seen: &Seen, act: &Act) -> Result<(), Error> {
    let policy = super::policy::of_act(house, act).await?;
    if let Some(said) = policy.paper(act.at.date_naive()).filter(|said| said.has("no")) {
        return Err(Refusal::NoPaper(said.clause.clone()).into());
    }
    if seen.signer == act.by {
        return Err(Refusal::OwnInk.into());
    }
    let row = house.db.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    let day: NaiveDate = seen.signed_on.parse().map_err(|_| Refusal::NoDay)?;
    let issued = row.issued_at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()).unwrap_or(day);
    if day < issued || day > act.at.date_naive() {
        let short = crate::domain::words::date_short;
        return Err(Refusal::OtherDay(short(day), short(issued), short(act.at.date_naive())).into());
    }
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let member = journal.staff_member(&act.by).ok_or(Refusal::NotOnStaff)?;
    let digest = match seen.scan.is_empty() {
        true => String::new(),
        false => keep_scan(house, &seen.scan)?,
    };
    let witness = Witness {
        person: act.by.clone(),
        name: names::full_name(&member.surname, &member.given_name, &member.patronymic),
        office: member.position.clone(),
        signed_on: seen.signed_on.clone(),
        scan: digest.clone(),
    };
    let target = Target { copy: copy.to_owned(), version: Some(seen.version).filter(|version| *version > 0) };
    let mut desk = Desk::open(house).await?;
    desk.witness(&target, &seen.signer, &seen.stage, &witness, act).await?;
    if digest.is_empty() {
        return Ok(());
    }
    let scan = ScanRow {
        copy: row.id.clone(),
        version: row.version,
        stage: seen.stage.clone(),
        signer: seen.signer.clone(),
        digest: digest.clone(),
        bytes: seen.scan.len() as u64,
        at: act.moment(),
        by: act.by.clone(),
    };
    let mut tx = house.db.begin().await?;
    tx.record_scan(&scan).await?;
    let event = Event::new(EventKind::ScanKept, &act.by, &act.moment())
        .with("copy", &row.id)
        .with_number("version", row.version.into())
        .with("scan", &digest);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Keeps a scan in the house's folder, under its digest; the same scan twice is one file.
fn keep_scan(house: &House, scan: &[u8]) -> Result<String, Error> {
    let ending = match scan {
        [b'%', b'P', b'D', b'F', ..] => "pdf",
        [0xFF, 0xD8, 0xFF, ..] => "jpg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        _ => return Err(Refusal::NotAScan.into()),
    };
    let folder = house.root.join("scans");
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    let digest = Digest::of(scan);
    let path = folder.join(format!("{}.{ending}", hex(&digest.0)));
    if !path.exists() {
        vault::durable::write_once(&path, scan)?;
    }
    Ok(digest.to_hex())
}
