//! Leaving the house: a sealed copy as a package, one learner as an extract, each put on record. Floor 2.

use std::path::PathBuf;

use super::carriers::blocking;
use super::package::{self, Packed};
use super::{Act, Error, House, extract, foreign, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::log_proof::object_name;
use crate::domain::register::RegisterLine;

/// Packs a sealed copy: the version asked for, or the last sealed one.
pub async fn export_copy(house: &House, copy: &str, version: Option<u32>, act: &Act) -> Result<Packed, Error> {
    let (line, object) = sealed(house, copy, version).await?;
    let beside = foreign::beside(house, &line.id, line.version).await?;
    // All files are read, hashed and packed: not on a thread that serves pages.
    let packed = blocking(move || package::package_beside(&object, &beside)).await??;
    record(house, Event::new(EventKind::CopyExported, &act.by, &act.moment()), &line, &packed).await?;
    Ok(packed)
}

/// Packs what a sealed copy says of one learner, with the proof and nobody else in it.
pub async fn extract_learner(
    house: &House,
    copy: &str,
    version: Option<u32>,
    learner: &str,
    act: &Act,
) -> Result<Packed, Error> {
    let (line, object) = sealed(house, copy, version).await?;
    let packed = extract::extract(&object, learner)?;
    let event = Event::new(EventKind::ExtractMade, &act.by, &act.moment()).with("learner", learner);
    record(house, event, &line, &packed).await?;
    Ok(packed)
}

/// The register's line and the archive's object of a sealed version.
async fn sealed(house: &House, copy: &str, version: Option<u32>) -> Result<(RegisterLine, PathBuf), Error> {
    let versions = house.db.list_versions(copy).await?;
    if versions.is_empty() {
        return Err(Error::NoCopy(copy.to_owned()));
    }
    let wanted = |row: u32| version.is_none_or(|asked| asked == row);
    for row in versions.iter().rev().filter(|row| wanted(row.version)) {
        if let Some(sealed) = house.db.find_register_line(copy, row.version).await? {
            let object = house.archive().join(object_name(copy, row.version));
            return Ok((sealed.line, object));
        }
    }
    Err(Error::NotSealed(copy.to_owned()))
}

async fn record(house: &House, event: Event, line: &RegisterLine, packed: &Packed) -> Result<(), Error> {
    let event = event
        .with("copy", &line.id)
        .with_number("version", line.version.into())
        .with_number("register_no", line.no)
        .with_digest("package", Digest::of(&packed.bytes));
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(())
}
