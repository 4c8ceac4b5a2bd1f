//! A whole archive: every object, and what only all of them together show. Floor 2.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::record::{NOT_COMPARED, not_compared};
use super::{Kind, Report, Trust, VerifyOptions, Walk, object};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::vault;

/// Two: the smallest machine that a school buys has two cores, and more readers only make an old disk seek.
const THREADS: usize = 2;

/// An object's report with the fingerprint of its authority.
type Part = (Report, Option<Digest>);

/// Walks a storage root.
pub(super) fn verify(root: &Path, name: String, trust: &Trust<'_>) -> Report {
    let mut walk = Walk::default();
    check_declaration(root, &mut walk);
    let objects = match vault::list_objects(root) {
        Ok(objects) => objects,
        Err(error) => {
            let finding = Finding::new("archive.unreadable-file", &name, format!("{error}."));
            walk.findings.push(finding.weighing(Severity::Unchecked));
            return walk.report(name, Kind::Archive);
        }
    };
    if objects.is_empty() {
        let finding = Finding::new("archive.empty", &name, "В архиве нет ни одной записи: проверять нечего.");
        walk.findings.push(finding.weighing(Severity::Unchecked));
    }
    check_strays(root, &objects, &mut walk);
    let mut parts = on_two_threads(&objects, trust);
    check_one_authority(&mut parts, trust.options);
    say_once(&mut parts, &mut walk);
    let mut parts: Vec<Report> = parts.into_iter().map(|(report, _)| report).collect();
    check_register(&parts, &mut walk);
    mark_superseded(&mut parts);
    walk.checked.push(format!("Записей в архиве проверено: {}.", parts.len()));
    let mut report = walk.report(name, Kind::Archive);
    // Earlier versions belong into an archive: they do not make it any less valid.
    let worst = parts.iter().map(|part| part.verdict).filter(|verdict| *verdict != Verdict::Superseded).max();
    report.verdict = report.verdict.max(worst.unwrap_or(Verdict::Valid));
    report.parts = parts;
    report
}

fn check_declaration(root: &Path, walk: &mut Walk) {
    let (file, text) = vault::object::ROOT_DECLARATION;
    if fs::read(root.join(file)).ok().as_deref() != Some(text.as_bytes()) {
        walk.found("archive.declaration", file, "Обозначение архива OCFL изменено.");
    }
}

/// What lies in the root and is no object.
fn check_strays(root: &Path, objects: &[PathBuf], walk: &mut Walk) {
    let Ok(entries) = fs::read_dir(root) else { return };
    let mut strays: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            !objects.contains(path) && path.file_name().is_none_or(|n| n != vault::object::ROOT_DECLARATION.0)
        })
        .collect();
    strays.sort();
    for stray in strays {
        let place = stray.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        walk.found("archive.extra-file", place, "Лежит в архиве, но не запись архива.");
    }
}

/// Objects are taken in turn by whichever thread is free; reports come back in the order of names.
fn on_two_threads(objects: &[PathBuf], trust: &Trust<'_>) -> Vec<Part> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Part>> = Mutex::default();
    let work = || {
        while let Some((index, path)) = take(&next, objects) {
            let part = object(path, path.display().to_string(), trust);
            if let Ok(mut done) = done.lock() {
                done.insert(index, part);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS.min(objects.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    done.into_inner().map(|done| done.into_values().collect()).unwrap_or_default()
}

fn take<'o>(next: &AtomicUsize, objects: &'o [PathBuf]) -> Option<(usize, &'o PathBuf)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    objects.get(index).map(|path| (index, path))
}

/// A school has one authority at a time: a former one seals nothing any more. Records under another authority than most are told; among numbers
/// of the register where the usual one sealed they are strangers, before or after them the school may have replaced its authority, and only the
/// paper tells. Who named the school's authorities knows better: of the others each record tells itself.
fn check_one_authority(parts: &mut [Part], options: &VerifyOptions) {
    let mut counts: BTreeMap<Digest, usize> = BTreeMap::new();
    for authority in parts.iter().filter_map(|(_, authority)| *authority) {
        *counts.entry(authority).or_default() += 1;
    }
    let Some((usual, _)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
    if options.authority.is_some() {
        return;
    }
    let numbers = |wanted: Digest| {
        let own = parts.iter().filter(|(_, authority)| *authority == Some(wanted));
        let numbers = own.filter_map(|(report, _)| report.copy.as_ref()?.register_no.parse::<u64>().ok());
        numbers.fold((u64::MAX, 0), |(first, last), no| (first.min(no), last.max(no)))
    };
    let (from, to) = numbers(usual);
    let strangers: BTreeMap<Digest, bool> = parts
        .iter()
        .filter_map(|(_, authority)| authority.filter(|found| *found != usual))
        .map(|found| {
            let (first, last) = numbers(found);
            (found, first <= to && from <= last)
        })
        .collect();
    for (report, authority) in parts {
        let Some((found, is_among)) = authority.and_then(|found| strangers.get_key_value(&found)) else { continue };
        let finding = if *is_among {
            let message = "Запись удостоверена другим удостоверяющим центром, чем остальные записи архива, а номер по реестру у неё среди них.";
            Finding::new("archive.foreign-authority", &report.path, message)
        } else {
            let message = "Запись удостоверена другим удостоверяющим центром, чем большинство записей архива. Так бывает, когда школа заменила центр. \
                           Сверьте отпечатки обоих центров с титульными листами бумажных копий и назовите оба: letopis verify АРХИВ --authority \
                           ОДИН.pem --authority ДРУГОЙ.pem (certificates/authority.pem двух записей). Если второй отпечаток на бумаге не напечатан, \
                           запись чужая.";
            Finding::new("archive.other-authority", &report.path, message).weighing(Severity::Unchecked)
        };
        report.findings.push(finding.expected_found(usual.to_hex(), found.to_hex()));
        report.verdict = Verdict::of(&report.findings, false);
    }
}

/// One comparison with the paper is enough for all records of one authority.
fn say_once(parts: &mut [Part], walk: &mut Walk) {
    let mut said = BTreeSet::new();
    for (report, authority) in parts.iter_mut() {
        let before = report.findings.len();
        report.findings.retain(|finding| finding.code != NOT_COMPARED);
        if report.findings.len() < before {
            said.extend(*authority);
        }
    }
    walk.findings.extend(said.into_iter().map(not_compared));
}

/// Register numbers are never reused, and none is ever left out.
fn check_register(parts: &[Report], walk: &mut Walk) {
    let mut by_number: BTreeMap<u64, &str> = BTreeMap::new();
    for part in parts {
        let Some(no) = part.copy.as_ref().and_then(|copy| copy.register_no.parse().ok()) else { continue };
        if let Some(other) = by_number.insert(no, &part.path) {
            let message = format!("Один номер по реестру у двух записей: № {no}, {other}.");
            walk.found("archive.register-number-twice", &part.path, message);
        }
    }
    let last = by_number.keys().next_back().copied().unwrap_or_default();
    let absent: Vec<String> = (1..=last).filter(|no| !by_number.contains_key(no)).map(|no| no.to_string()).collect();
    if !absent.is_empty() {
        // More than a screenful of numbers helps nobody.
        let shown = absent.iter().take(200).map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("В архиве нет записей с номерами по реестру (всего {}): {shown}.", absent.len());
        // A number is given once and for ever: the record that had this one was taken away.
        walk.findings.push(Finding::new("archive.register-gap", "архив", message));
    }
}

/// A record whose copy has a later version here is right, but no longer the last word.
fn mark_superseded(parts: &mut [Report]) {
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for copy in parts.iter().filter_map(|part| part.copy.as_ref()) {
        let version = last.entry(copy.id.clone()).or_default();
        *version = copy.version.max(*version);
    }
    for part in parts {
        let Some(copy) = &part.copy else { continue };
        if let Some(version) = last.get(&copy.id).filter(|version| **version > copy.version) {
            let this = match part.supplement() {
                Some(_) => "этого дополнительного листа",
                None => "этой копии",
            };
            let message = format!("Есть более поздняя версия {this}: {version}.");
            let finding = Finding::new("archive.superseded", &part.path, message).weighing(Severity::Note);
            part.findings.push(finding);
            part.verdict = Verdict::of(&part.findings, true);
        }
    }
}
