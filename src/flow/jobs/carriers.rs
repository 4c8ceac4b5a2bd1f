//! Long work with carriers: a backup, a comparison, a rehearsal, with progress in megabytes. Floor 2.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::backup::{self, Meter, Order, check};
use super::super::{Act, Error, House, carriers};
use super::Progress;
use super::work::{Outcome, Refused};
use crate::domain::carrier::{Cause, Refusal};
use crate::domain::finding::Severity;
use crate::domain::words;
use crate::store::BackupRow;

impl Meter for Progress {
    fn stage(&self, words: &str, bytes: u64) {
        Progress::stage(self, words, bytes >> 20);
        self.begin_bytes();
    }

    fn read(&self, bytes: u64) {
        self.add_bytes(bytes);
    }
}

/// Writes a backup.
pub(super) async fn write(
    house: &House,
    asked: &[String],
    cause: &str,
    act: &Act,
    progress: &Arc<Progress>,
) -> Result<Outcome, Error> {
    let cause = Cause::parse(cause).unwrap_or(Cause::Demand);
    let meter: Arc<dyn Meter> = progress.clone();
    let written = backup::write(house, &Order::new(asked.to_vec(), cause), act, meter).await?;
    let copies = words::count(written.kept.len() as u64, "носителе", "носителях", "носителях");
    let mut said = format!("Копия от {} записана и прочитана назад на {copies}.", words::moment_words(&written.row.at));
    for outside in &written.outside {
        said.push_str(&format!(" {}", words::stopped(&words::capitalised(outside))));
    }
    let refused =
        written.failed.into_iter().map(|(what, why)| Refused { what: format!("носитель {what}"), why });
    Ok(Outcome::said(said).refusing(refused))
}

/// Takes the listed copies off their carriers, as far as the rule still says so.
pub(super) async fn prune(
    house: &House,
    copies: &[(String, String)],
    act: &Act,
    progress: &Arc<Progress>,
) -> Result<Outcome, Error> {
    let pruned = backup::prune::prune_only(house, Some(copies), act, progress.clone()).await?;
    let said = match pruned.gone.len() {
        0 => "Не удалено ничего.".to_owned(),
        gone => format!("Удалено: {}.", words::count(gone as u64, "прежняя копия", "прежние копии", "прежних копий")),
    };
    let refused =
        pruned.refused.into_iter().map(|(what, why)| Refused { what: format!("носитель {what}"), why });
    Ok(Outcome::said(said).refusing(refused))
}

async fn path_of(house: &House, carrier: &str) -> Result<String, Error> {
    let carriers = house.db.list_carriers().await?;
    let found =
        carriers.iter().find(|known| known.id == carrier).ok_or_else(|| Refusal::Unknown(carrier.to_owned()))?;
    backup::presence(house, found).map_err(Error::Interrupted)?;
    Ok(found.path.clone())
}

/// Compares a copy of a carrier with the house: the one that is named, or the newest.
pub(super) async fn compare(
    house: &House,
    carrier: &str,
    backup: &str,
    act: &Act,
    progress: &Arc<Progress>,
) -> Result<Outcome, Error> {
    let mut path = PathBuf::from(path_of(house, carrier).await?);
    if !backup.is_empty() {
        let rows = house.db.list_backups().await?;
        let stands = |row: &&BackupRow| row.id == backup && row.carriers.iter().any(|one| one == carrier);
        // Only a name that the house gave becomes a folder.
        path.push(
            &rows.iter().find(stands).ok_or_else(|| Refusal::Unknown(format!("копия {backup} на {carrier}")))?.id,
        );
    }
    let report = check::compare(Some(house), &path, None, progress.clone()).await?;
    check::keep(house, carriers::COMPARISON, carrier, &report, act).await?;
    Ok(told(carrier, &report, "Сверка"))
}

/// Rehearses a restore from a carrier.
pub(super) async fn rehearse(
    house: &House,
    carrier: &str,
    ticket: &str,
    act: &Act,
    progress: &Arc<Progress>,
) -> Result<Outcome, Error> {
    let code = house.codes.take(ticket).ok_or_else(|| {
        Error::Interrupted("код доступа не хранится и после перезапуска забыт: введите его ещё раз".to_owned())
    })?;
    let path = path_of(house, carrier).await?;
    let scratch = house.root.join(backup::REHEARSAL);
    let report = check::rehearse(Some(house), Path::new(&path), &scratch, code, progress.clone()).await?;
    check::keep(house, carriers::REHEARSAL, carrier, &report, act).await?;
    Ok(told(carrier, &report, "Пробное восстановление"))
}

fn told(carrier: &str, report: &check::Report, what: &str) -> Outcome {
    let grave: Vec<_> = report.findings.iter().filter(|finding| finding.severity >= Severity::Error).collect();
    let at = words::moment_words(&report.label.at);
    let mut said = match grave.len() {
        0 => format!("{what}: копия от {at} на носителе {carrier} верна."),
        _ => format!("{what}: копия от {at} на носителе {carrier} неверна, заверять её нельзя."),
    };
    if report.lies_open() {
        said.push_str(
            " Но на носителе лежат открытые данные школы: кто-то распаковал на него копию. Удалите их с носителя.",
        );
    }
    let refused =
        grave.into_iter().map(|finding| Refused { what: finding.place.clone(), why: finding.message.clone() });
    Outcome::said(said).refusing(refused)
}
