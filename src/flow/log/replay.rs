//! The school's data against its history: each year's first bundle and every change after it, replayed, must give what stands. Floor 2.
//!
//! Starts from the rows: digests of the lines are recomputed, and what the events vouch for is compared with them. What is found is told as a
//! person would tell it: which mark of whom on which day, what it was, what it is, and whose act was the last lawful one.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::super::change::{Names, differing, names, shown};
use super::super::{Error, House};
use crate::bundle;
use crate::domain::canon::{Digest, unhex};
use crate::domain::change::Voucher;
use crate::domain::finding::{Finding, Severity};
use crate::domain::words;
use crate::store::{ChangeFilter, ChangeRow, LogEntry, RowTexts, journal_rows};

/// More differing rows than a screen holds help nobody: somebody put in another journal.
const TOLD_ROWS: usize = 50;

/// Compares the history with the log, and the tables with the history.
pub(super) async fn data(house: &House, entries: &[LogEntry]) -> Result<Vec<Finding>, Error> {
    let mut changes = house.db.list_changes(&ChangeFilter::default()).await?;
    changes.reverse();
    let names = names(house).await?;
    let mut findings = lines(entries, &changes, &names);
    let origins = origins(entries);
    let mut tables: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (table, years) in house.db.list_table_years().await? {
        for year in years {
            tables.entry(year).or_default().push(table);
        }
    }
    for year in origins.keys().cloned().chain(changes.iter().map(|change| change.year.clone())) {
        tables.entry(year).or_default();
    }
    for year in tables.into_keys() {
        let mut state = match origins.get(&year) {
            None => HashMap::new(),
            Some(digest) => match origin(house, digest) {
                Ok(state) => state,
                Err(finding) => {
                    // Without the beginning nothing can be replayed, and that is said.
                    findings.push(*finding);
                    continue;
                }
            },
        };
        let told = replay(&year, &changes, &mut state, &names);
        findings.extend(told);
        findings.extend(compare(house, &year, state, &names).await?);
    }
    Ok(findings)
}

/// Digest of the bundle that each year begins with. A house older than the history has no word on it in its events: there every bundle
/// brought the whole year, and the last of them is the beginning.
fn origins(entries: &[LogEntry]) -> BTreeMap<String, String> {
    let mut origins = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.event == "bundle_imported") {
        let Ok(payload) = serde_json::from_str::<Value>(&entry.payload) else { continue };
        let (Some(year), Some(digest)) = (payload["year"].as_str(), payload["bundle"].as_str()) else { continue };
        let begins = match payload["record"].as_str() {
            Some(record) => record == "bundle",
            None => payload["rows"].as_u64() != Some(0),
        };
        if begins {
            origins.insert(year.to_owned(), digest.to_owned());
        }
    }
    origins
}

/// What a row should be, and the change that made it so.
struct Row<'c> {
    others: Vec<String>,
    last: Option<&'c ChangeRow>,
}

type State<'c> = HashMap<&'static str, HashMap<Vec<String>, Row<'c>>>;

fn origin<'c>(house: &House, digest: &str) -> Result<State<'c>, Box<Finding>> {
    let place = format!("набор {}", digest.chars().take(16).collect::<String>());
    let gone = |message: &str| {
        let finding = Finding::new("log.origin-lost", &place, message).weighing(Severity::Unchecked);
        Box::new(finding)
    };
    let (journal, found) = bundle::read_kept(&house.root.join("bundles").join(digest)).map_err(|_| {
        gone("сохранённый набор, с которого начинается год, не читается: сверить строки журнала не с чем")
    })?;
    if found.to_hex() != digest {
        return Err(gone("сохранённый набор, с которого начинается год, изменён: сверить строки журнала не с чем"));
    }
    let rows = journal_rows(&journal).into_iter();
    Ok(rows
        .map(|(table, rows)| (table, rows.into_iter().map(|(key, others)| (key, Row { others, last: None })).collect()))
        .collect())
}

/// Lines without gaps, each with its own digest, and all that events vouch for.
fn lines(entries: &[LogEntry], changes: &[ChangeRow], names: &Names) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (expected, change) in (1..).zip(changes) {
        if change.seq != expected {
            let message = "в истории изменений нет записи с этим номером: она удалена";
            findings.push(
                Finding::new("log.change-missing", format!("история изменений, № {expected}"), message)
                    .expected_found(expected.to_string(), change.seq.to_string()),
            );
            break;
        }
    }
    let digests: Vec<Digest> =
        changes.iter().map(|change| change.line().digest(&unhex(&change.salt).unwrap_or_default())).collect();
    for (change, digest) in changes.iter().zip(&digests) {
        if digest.to_hex() != change.digest {
            let message = format!("запись истории изменена после внесения: {}", told(change, names));
            findings.push(Finding::new("log.change-altered", line_place(change), message));
        }
    }
    let mut of_events: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        of_events.entry(change.event).or_default().push(at);
    }
    for entry in entries {
        let payload = serde_json::from_str::<Value>(&entry.payload).unwrap_or_default();
        let own = of_events.remove(&entry.index).unwrap_or_default();
        let Some(voucher) = Voucher::read(&payload) else {
            findings.extend(own.iter().map(|at| foreign(&changes[*at], names)));
            continue;
        };
        let lines: Vec<&ChangeRow> = own.iter().map(|at| &changes[*at]).collect();
        let own_digests: Vec<Digest> = own.iter().map(|at| digests[*at]).collect();
        let first = lines.first().map_or(voucher.first, |line| line.seq);
        let found = Voucher::of(first, lines.iter().map(|line| line.table.clone()), &own_digests);
        let place = format!("событие {} от {}", entry.index, words::moment(payload["at"].as_str().unwrap_or_default()));
        if found.count != voucher.count {
            let message = "событие ручается за другое число изменений: записи истории удалены или добавлены";
            findings.push(
                Finding::new("log.change-missing", place, message)
                    .expected_found(voucher.count.to_string(), found.count.to_string()),
            );
        } else if found != voucher {
            let listed: Vec<String> = lines.iter().take(3).map(|line| told(line, names)).collect();
            let message = format!("записи истории этого события подменены: {}", listed.join("; "));
            findings.push(
                Finding::new("log.change-altered", place, message)
                    .expected_found(voucher.root.to_hex(), found.root.to_hex()),
            );
        }
    }
    // Lines of events that are not in the log at all.
    findings.extend(of_events.into_values().flatten().map(|at| foreign(&changes[at], names)));
    findings
}

fn foreign(change: &ChangeRow, names: &Names) -> Finding {
    let message =
        format!("запись истории вписана мимо программы, журнал событий о ней не знает: {}", told(change, names));
    Finding::new("log.change-foreign", line_place(change), message)
}

fn line_place(change: &ChangeRow) -> String {
    format!("история изменений, № {}", change.seq)
}

fn told(change: &ChangeRow, names: &Names) -> String {
    format!(
        "{}, {}, {}: было {}, стало {}",
        names.place(&change.table, &change.year, &change.key),
        words::moment(&change.at),
        names.person(&change.by),
        shown(&change.table, change.old.as_deref()),
        shown(&change.table, change.new.as_deref())
    )
}

/// Applies the year's changes; each must begin where the one before it ended.
fn replay<'c>(year: &str, changes: &'c [ChangeRow], state: &mut State<'c>, names: &Names) -> Vec<Finding> {
    let mut findings = Vec::new();
    for change in changes.iter().filter(|change| change.year == year) {
        let Some(table) = crate::store::table_name(&change.table) else { continue };
        let rows = state.entry(table).or_default();
        let before = rows.get(&change.key).map(|row| row.others.clone());
        if before != change.old {
            let message =
                format!("история не сходится: перед этим изменением должно быть {}", shown(table, before.as_deref()));
            let finding =
                Finding::new("log.history-broken", line_place(change), format!("{message}; {}", told(change, names)));
            findings.push(finding);
        }
        match &change.new {
            Some(new) => {
                rows.insert(change.key.clone(), Row { others: new.clone(), last: Some(change) });
            }
            None => {
                rows.remove(&change.key);
            }
        }
    }
    findings
}

/// What stands against what should stand.
async fn compare(house: &House, year: &str, mut state: State<'_>, names: &Names) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for (table, _) in house.db.list_table_years().await? {
        let mut expected = state.remove(table).unwrap_or_default();
        for (key, others) in house.db.list_rows(table, year).await? {
            match expected.remove(&key) {
                Some(row) if row.others == others => {}
                Some(row) => findings.push(altered(names, (table, year, &key), &row, &others)),
                None => {
                    let message =
                        format!("строка вписана в базу данных мимо программы: {}", shown(table, Some(&others)));
                    findings.push(
                        Finding::new("log.row-inserted", names.place(table, year, &key), message)
                            .expected_found("нет записи", shown(table, Some(&others))),
                    );
                }
            }
        }
        let mut gone: Vec<(Vec<String>, Row<'_>)> = expected.into_iter().collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, row) in gone {
            let was = shown(table, Some(&row.others));
            let message =
                format!("строка удалена из базы данных мимо программы: было {was}{}", lawful(row.last, names));
            findings.push(
                Finding::new("log.row-deleted", place_of_gone(names, table, year, &(key, row.others)), message)
                    .expected_found(was, "нет записи"),
            );
        }
    }
    if findings.len() > TOLD_ROWS {
        let more = findings.len() - TOLD_ROWS;
        findings.truncate(TOLD_ROWS);
        let rows = words::plural(more as u64, "строка", "строки", "строк");
        findings.push(Finding::new("log.row-altered", format!("учебный год {year}"), format!("и ещё {more} {rows}")));
    }
    Ok(findings)
}

fn altered(names: &Names, (table, year, key): (&str, &str, &[String]), row: &Row<'_>, found: &[String]) -> Finding {
    let columns = differing(table, Some(&row.others), Some(found));
    let quoted = |text: &str| if text.is_empty() { "пусто".to_owned() } else { format!("«{text}»") };
    let told: Vec<String> = columns
        .iter()
        .map(|(column, was, is)| format!("{column}: было {}, стало {}", quoted(was), quoted(is)))
        .collect();
    let message =
        format!("строка изменена в базе данных мимо программы: {}{}", told.join("; "), lawful(row.last, names));
    Finding::new("log.row-altered", names.place(table, year, key), message)
        .expected_found(shown(table, Some(&row.others)), shown(table, Some(found)))
}

/// Who made the row what it should be.
fn lawful(last: Option<&ChangeRow>, names: &Names) -> String {
    match last {
        Some(change) => {
            format!(
                " (последнее законное изменение — № {}, {}, {})",
                change.seq,
                words::moment(&change.at),
                names.person(&change.by)
            )
        }
        None => " (так загружено набором)".to_owned(),
    }
}

/// A person who is gone from the tables is still named by the row that should stand.
fn place_of_gone(names: &Names, table: &str, year: &str, (key, others): &RowTexts) -> String {
    let place = names.place(table, year, key);
    match table {
        "learners" | "staff" => format!("{place}, {}", others.iter().take(3).cloned().collect::<Vec<_>>().join(" ")),
        _ => place,
    }
}
