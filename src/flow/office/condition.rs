//! The archive read back whole, for the check of presence and condition (domain.md 2.16). Floor 2.

use std::path::Path;

use crate::domain::forms::acts::Condition;
use crate::domain::log_proof::object_name;
use crate::flow::{Error, House};
use crate::vault::fixity::{Depth, check_fixity};

/// Every object of the register read back from the disk.
pub async fn examined(house: &House) -> Result<Condition, Error> {
    let rows = house.db.list_register().await?;
    let archive = house.archive();
    let names: Vec<String> = rows.iter().map(|row| object_name(&row.line.id, row.line.version)).collect();
    let check = tokio::task::spawn_blocking(move || examine(&archive, &names));
    check.await.map_err(|error| Error::Interrupted(error.to_string()))
}

/// Bytes of a folder with everything below it; what cannot be read counts for nothing, the check of condition names it.
pub(super) fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => size_of(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

fn examine(archive: &Path, names: &[String]) -> Condition {
    let mut check = Condition { listed: names.len() as u64, ..Condition::default() };
    for name in names {
        let path = archive.join(name);
        if !path.is_dir() {
            check.absent += 1;
            check.faulty.push((name.clone(), "отсутствует в архиве".to_owned()));
            continue;
        }
        check.present += 1;
        check.bytes += size_of(&path);
        let findings = check_fixity(&path, Depth::Full);
        let Some(first) = findings.first() else { continue };
        if findings.iter().any(|finding| finding.code.contains("unreadable")) {
            check.unreadable += 1;
        } else {
            check.mismatched += 1;
        }
        check.rewrite += 1;
        check.faulty.push((name.clone(), first.message.clone()));
    }
    check
}
