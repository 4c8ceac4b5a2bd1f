//! A backup and a restore are killed, or told of a failing disk, at their file system calls: never is there half a copy or half a house.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use letopis::domain::carrier::{Cause, Entry};
use letopis::domain::finding::Verdict;
use letopis::domain::policy;
use letopis::flow::backup::{self, Order, Silent, check};
use letopis::flow::policy::{Adoption, adopt};
use letopis::flow::{House, carriers, people};

use super::{
    Act, BINARY, MKDIR, RENAME, at, block_on, busiest, cannot_inject, count, letopis, sample, signed_house, traced,
    under_strace,
};
use crate::program::copy_folder;
use crate::tracer::was_killed;

/// A house with two disks beside it and a code; the code lies in a file for the commands.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let office = Self { folder };
        copy_folder(signed_house(), &office.root());
        block_on(office.furnish());
        office
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("house")
    }

    fn disk(&self, no: usize) -> PathBuf {
        self.folder.path().join(format!("disk{no}"))
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    async fn furnish(&self) {
        let house = House::open(&self.root()).await.expect("the house opens");
        crate::disks::put_on_the_books(&house, &[self.disk(1), self.disk(2)], &at(30)).await;
        let year = house.db.list_years().await.expect("years").pop().expect("a year");
        let roster = house.db.load_roster(&year).await.expect("a roster");
        let director = roster.staff.iter().find(|person| person.has_role("director")).expect("a director").id.clone();
        let act = Act { by: director.clone(), ..at(32) };
        let visitor = people::visitor(&house, &director, true, act.at.date_naive()).await.expect("a visitor");
        carriers::undertake(&house, &visitor, &act).await.expect("an undertaking");
        let (_, code) = carriers::make_code_of_work(&house, crate::disks::WORK, &act).await.expect("a code");
        std::fs::write(self.path("code"), code).expect("the code's file");
        house.db.close().await;
    }

    /// Names in a disk's root, the carrier's own mark aside.
    fn names(&self, no: usize) -> Vec<String> {
        let entries = std::fs::read_dir(self.disk(no)).expect("a disk");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "letopis-carrier.txt").collect()
    }

    /// Every folder under a copy's name is a whole copy.
    fn has_no_half_copy(&self, what: &str) {
        for no in 1..=2 {
            for name in self.names(no).iter().filter(|name| name.starts_with("letopis-")) {
                let path = self.disk(no).join(name);
                let report = block_on(check::compare(None, &path, None, Arc::new(Silent))).expect("a comparison");
                assert_eq!(report.verdict, Verdict::Valid, "{what}: {name} on disk {no}: {:?}", report.findings);
            }
        }
    }

    fn clear(&self) {
        for no in 1..=2 {
            for name in self.names(no) {
                std::fs::remove_dir_all(self.disk(no).join(name)).expect("a copy goes");
            }
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const BACKUP: [&str; 1] = ["backup"];

#[test]
fn a_backup_killed_at_any_call_leaves_whole_copies_or_none_and_the_next_one_is_made() {
    if cannot_inject() {
        return;
    }
    let office = Office::new();
    let mut killed = 0;
    let mut runs = 0;
    for call in [MKDIR, "openat", "write", "fsync", RENAME, "unlinkat"] {
        // The house is copied to be counted, its carriers are not: they are the ones that it knows.
        let last = count(&office.root(), &BACKUP, call);
        office.clear();
        for number in sample(last) {
            let output = traced(&office.root(), &BACKUP, &format!("{call}:signal=SIGKILL:when={number}"));
            killed += usize::from(was_killed(&output));
            runs += 1;
            office.has_no_half_copy(&format!("killed at {call} {number} of {last}"));
        }
        let output = letopis(&office.root(), &BACKUP);
        assert!(output.status.success(), "after {call}: {}{}", printed(&output), said(&output));
        assert!(!office.root().join("backup-scratch").exists(), "{call}: the scratch folder goes");
        office.has_no_half_copy(call);
        assert!(office.names(1).iter().any(|name| name.starts_with("letopis-")), "{call}: a copy stands");
        for no in 1..=2 {
            let names = office.names(no);
            assert!(
                names.iter().all(|name| name.starts_with("letopis-")),
                "{call}: what was unfinished goes: {names:?}"
            );
        }
        office.clear();
    }
    // Which thread makes how many calls is not the same in every run, so the last numbers may be missed.
    assert!(killed * 2 > runs, "{killed} of {runs} runs were killed");
}

#[test]
fn a_restore_killed_at_any_call_leaves_a_whole_house_or_none() {
    if cannot_inject() {
        return;
    }
    let office = Office::new();
    assert!(letopis(&office.root(), &BACKUP).status.success());
    let (from, to, code) = (office.path("disk1"), office.path("back"), office.path("code"));
    let restore = ["restore", &from, "--to", &to, "--code", &code];
    let run = |mut command: Command| {
        // No house is named: there is none yet.
        command.args(restore).env_remove("LETOPIS_DIR").stdin(Stdio::null());
        command.output().expect("a program runs")
    };
    let mut killed = 0;
    let mut runs = 0;
    for call in [MKDIR, "openat", "write", "fsync", RENAME, "pwrite64"] {
        let log = office.path("log");
        let trace = format!("trace={call}");
        let counted = run(under_strace(&log, &["-e", &trace]));
        assert!(counted.status.success(), "{call}: {}", said(&counted));
        std::fs::remove_dir_all(&to).expect("the house goes");
        for number in sample(busiest(&log)) {
            let inject = format!("inject={call}:signal=SIGKILL:when={number}");
            let output = run(under_strace("/dev/null", &["-e", &trace, "-e", &inject]));
            let what = format!("killed at {call} {number}");
            killed += usize::from(was_killed(&output));
            runs += 1;
            if Path::new(&to).exists() {
                let doctor = letopis(Path::new(&to), &["doctor"]);
                assert!(doctor.status.success(), "{what}: {}{}", printed(&doctor), said(&doctor));
                std::fs::remove_dir_all(&to).expect("the house goes");
            }
        }
        let output = run(Command::new(BINARY));
        assert!(output.status.success(), "after {call}: {}", said(&output));
        assert!(!Path::new(&office.path(".back.restoring")).exists(), "{call}: nothing stays beside");
        std::fs::remove_dir_all(&to).expect("the house goes");
    }
    assert!(killed * 2 > runs, "{killed} of {runs} runs were killed");
}

#[test]
fn a_carrier_pulled_out_full_or_locked_half_way_is_said_in_russian_and_holds_no_copy() {
    if cannot_inject() {
        return;
    }
    let office = Office::new();
    let cases = [(MKDIR, "EROFS", "1+"), ("fsync", "EIO", "3+"), (RENAME, "ENOSPC", "1+"), (RENAME, "EIO", "1+")];
    for (call, error, when) in cases {
        let what = format!("{call} fails with {error} at {when}");
        let output = traced(&office.root(), &BACKUP, &format!("{call}:error={error}:when={when}"));
        let told = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {told}");
        assert!(told.contains("Ошибка: ") && !told.contains("panicked"), "{what}: {told}");
        office.has_no_half_copy(&what);
    }
    let output = letopis(&office.root(), &BACKUP);
    assert!(output.status.success(), "{}", said(&output));
}

/// Three weeks of copies on both disks, and a rule that keeps one: two of each disk are to go.
async fn outlive(office: &Office) -> Vec<String> {
    let house = House::open(&office.root()).await.expect("the house opens");
    let said = "keep_weeks = { value = 1, unit = \"weeks\", clause = \"приказ № 14\" }\n";
    let text = policy::builtin("default").expect("inside").replace("[backup]\n", &format!("[backup]\n{said}"));
    let order = "приказ от 27.10.2025 № 14".to_owned();
    let adoption = Adoption { name: "keeps".into(), text, from: Some(at(24 * 60).at.date_naive()), order };
    adopt(&house, &adoption, &at(33)).await.expect("a rule");
    let mut written = Vec::new();
    for week in 1..=3 {
        let order = Order::new(Vec::new(), Cause::Week);
        let act = at(week * 7 * 24 * 60);
        written.push(backup::write(&house, &order, &act, Arc::new(Silent)).await.expect("a copy").row.id);
    }
    house.db.close().await;
    written
}

/// BCK-01, BCK-06: a killed pruning leaves whole copies and nothing that passes for one; the books tell of each copy once, and the next run
/// ends what was begun. The newest copy stands throughout.
#[test]
fn a_pruning_killed_at_any_call_leaves_whole_copies_and_the_next_run_ends_it() {
    if cannot_inject() {
        return;
    }
    const PRUNE: [&str; 2] = ["backup", "prune"];
    let office = Office::new();
    let written = block_on(outlive(&office));
    let newest = written.last().expect("a copy");
    let kept = office.folder.path().join("kept");
    let parts = ["house", "disk1", "disk2"];
    for part in parts {
        copy_folder(&office.folder.path().join(part), &kept.join(part));
    }
    let renew = || {
        for part in parts {
            let place = office.folder.path().join(part);
            std::fs::remove_dir_all(&place).expect("the spoilt one goes");
            copy_folder(&kept.join(part), &place);
        }
    };
    let mut killed = 0;
    let mut runs = 0;
    for call in ["pwrite64", "fsync", RENAME, "unlinkat"] {
        // The house is copied to be counted; the disks are those that it knows, and lose their copies by it.
        let last = count(&office.root(), &PRUNE, call);
        // Every run unpacks house and disks anew: the first, the middle and the last of a long sample are enough for a day's check.
        let numbers = sample(last);
        let stride = if numbers.len() == super::SAMPLES && last > super::SAMPLES { 2 } else { 1 };
        for number in numbers.into_iter().step_by(stride) {
            renew();
            let output = traced(&office.root(), &PRUNE, &format!("{call}:signal=SIGKILL:when={number}"));
            killed += usize::from(was_killed(&output));
            runs += 1;
            let what = format!("killed at {call} {number} of {last}");
            office.has_no_half_copy(&what);
            assert!((1..=2).all(|no| office.names(no).contains(newest)), "{what}: the newest copy stands");
            let after = letopis(&office.root(), &PRUNE);
            assert!(after.status.success(), "{what}: {}{}", printed(&after), said(&after));
            for no in 1..=2 {
                assert_eq!(office.names(no), std::slice::from_ref(newest), "{what}: disk {no}");
            }
            block_on(async {
                let house = House::open(&office.root()).await.expect("the house opens");
                let mut gone: Vec<(String, String)> = house
                    .db
                    .list_prunings()
                    .await
                    .expect("rows")
                    .into_iter()
                    .map(|row| (row.carrier, row.backup))
                    .collect();
                gone.sort();
                let mut due: Vec<(String, String)> = ["Н-1", "Н-2"]
                    .iter()
                    .flat_map(|carrier| written.iter().take(2).map(|copy| ((*carrier).to_owned(), copy.clone())))
                    .collect();
                due.sort();
                assert_eq!(gone, due, "{what}: each copy is told of once");
                let lines = house.db.list_ledger().await.expect("a ledger");
                assert_eq!(
                    lines.iter().filter(|line| line.what == Entry::Pruned).count(),
                    due.len(),
                    "{what}: the ledger"
                );
                house.db.close().await;
            });
        }
        renew();
    }
    // Which thread makes how many calls is not the same in every run, so the last numbers may be missed.
    assert!(killed * 2 > runs, "{killed} of {runs} runs were killed");
}

#[test]
fn a_dry_run_lists_what_would_go_and_why_and_takes_nothing() {
    let office = Office::new();
    let written = block_on(outlive(&office));
    let output = letopis(&office.root(), &["backup", "prune", "--dry-run"]);
    let told = printed(&output);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        told.contains("Правило: на носителе хранится по одной копии за последнюю неделю")
            && told.contains("приказ № 14"),
        "{told}"
    );
    assert_eq!(told.matches("будет удалена: ").count(), 4, "two copies of each disk: {told}");
    assert_eq!(told.matches("остаётся: самая новая на носителе").count(), 2, "{told}");
    for no in 1..=2 {
        assert_eq!(office.names(no).len(), written.len(), "nothing is taken");
    }
}
