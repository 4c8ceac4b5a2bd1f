//! Signatures on paper: a place of the route is filled by the statement of the person who saw the ink; a whole stage by its scans. Floor 2.

pub mod stage;

use chrono::NaiveDate;

use super::scans::{self, Given};
use super::sign::{Desk, Target, Witness};
use super::{Act, Error, House};
use crate::domain::names;
use crate::domain::words;
use crate::store::CopyRow;

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
    /// A scan of another copy.
    #[error("на скане листы другой копии: {0}; приложите скан листа этой копии")]
    OtherSheet(String),
    /// The route has no such stage.
    #[error("в маршруте этой копии нет ступени «{0}»")]
    NoStage(String),
    /// Nothing is left to be signed on that stage.
    #[error("ступень «{0}» уже подписана")]
    StageDone(String),
    /// It was said before.
    #[error("ступень «{0}» уже отмечена как подписываемая на бумаге")]
    OpenAlready(String),
    /// The version is not being signed.
    #[error("копия не подписывается: она «{0}»")]
    NotSigned(String),
    /// Not on the staff.
    #[error("отметить подпись на бумаге может только сотрудник школы с ключом подписи")]
    NotOnStaff,
}

/// Do the school's rules have paper on the day of the act?
pub(super) async fn check_policy(house: &House, act: &Act) -> Result<(), Error> {
    let policy = super::policy::of_act(house, act).await?;
    match policy.paper(act.at.date_naive()).filter(|said| said.has("no")) {
        Some(said) => Err(Refusal::NoPaper(words::clause_words(&said.clause)).into()),
        None => Ok(()),
    }
}

/// The day beside a signature: from the issue of the version to today.
fn check_day(row: &CopyRow, day: NaiveDate, act: &Act) -> Result<(), Refusal> {
    let issued = row.issued_at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()).unwrap_or(day);
    let today = act.at.date_naive();
    if day < issued || day > today {
        let short = words::date_short;
        return Err(Refusal::OtherDay(short(day), short(issued), short(today)));
    }
    Ok(())
}

/// Who acts, as a witness.
async fn witness(house: &House, day: NaiveDate, scan: &str, act: &Act) -> Result<Witness, Error> {
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let member = journal.staff_member(&act.by).ok_or(Refusal::NotOnStaff)?;
    Ok(Witness {
        person: act.by.clone(),
        name: names::full_name(&member.surname, &member.given_name, &member.patronymic),
        office: member.position.clone(),
        signed_on: day.to_string(),
        scan: scan.to_owned(),
    })
}

/// Puts a signature on paper on record, with its scan: the file is kept and filed as every scan is.
pub async fn record(house: &House, copy: &str, seen: &Seen, act: &Act) -> Result<(), Error> {
    check_policy(house, act).await?;
    if seen.signer == act.by {
        return Err(Refusal::OwnInk.into());
    }
    let row = house.db.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    let day: NaiveDate = seen.signed_on.parse().map_err(|_| Refusal::NoDay)?;
    check_day(&row, day, act)?;
    let witness = witness(house, day, "", act).await?;
    let scan = if seen.scan.is_empty() { String::new() } else { keep(house, &row, seen, act).await? };
    let target = Target { copy: copy.to_owned(), version: Some(seen.version).filter(|version| *version > 0) };
    let seen_ink = [(seen.signer.clone(), Witness { scan, ..witness })];
    Desk::open(house).await?.witness(&target, &seen.stage, &seen_ink, None, act).await?;
    Ok(())
}

/// Keeps the scan of a signature and files its pages, as every scan; one that shows sheets of other copies alone speaks for no signature here.
async fn keep(house: &House, row: &CopyRow, seen: &Seen, act: &Act) -> Result<String, Error> {
    let given = Given {
        name: format!("Подпись на бумаге, {}", row.id), bytes: seen.scan.clone(), signed_on: None
    };
    let taken = scans::file(house, given, act).await?;
    let file = taken.file.as_ref().ok_or(Refusal::NotAScan)?;
    let read: Vec<&str> = taken.pages.iter().map(|page| page.leaf.copy.as_str()).filter(|id| !id.is_empty()).collect();
    let is_own = taken.pages.iter().any(|page| (&page.leaf.copy, page.leaf.version) == (&row.id, row.version));
    if !read.is_empty() && !is_own {
        return Err(Refusal::OtherSheet(read.join(", ")).into());
    }
    Ok(file.digest.clone())
}
