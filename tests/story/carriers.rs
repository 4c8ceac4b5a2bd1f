//! Carriers: two disks in two rooms, a copy on both, what befalls them, and the house that comes back.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use letopis::bundle::export::{self, Shape};
use letopis::domain::canon::Digest;
use letopis::domain::carrier::{Cause, Holder, Refusal};
use letopis::domain::finding::Verdict;
use letopis::flow::backup::check::{self, Report};
use letopis::flow::backup::restore::{self, Wanted};
use letopis::flow::backup::{self, Meter, Order, Silent, Written};
use letopis::flow::{self, Act, Error, carriers};
use letopis::store::Db;
use letopis::vault::backup::Fault;

use super::house::{House, after, tell};
use crate::disks::wanted;

/// The director of the story's school.
async fn director(house: &flow::House) -> String {
    let year = house.db.list_years().await.unwrap().pop().unwrap();
    let roster = house.db.load_roster(&year).await.unwrap();
    roster.staff.iter().find(|person| person.has_role("director")).unwrap().id.clone()
}

fn by(person: &str, minutes: i64) -> Act {
    Act { by: person.to_owned(), ..after(minutes) }
}

/// A house with two disks in two rooms and a code.
pub struct Office {
    pub house: House,
    pub disks: [PathBuf; 2],
    pub code: String,
}

impl Office {
    pub async fn of(house: House) -> Self {
        let disks = ["disk1", "disk2"].map(|name| house.outside(name));
        crate::disks::put_on_the_books(&house, &disks, &after(30)).await;
        let person = director(&house).await;
        let refused = carriers::make_code(&house, &by(&person, 32)).await;
        assert!(matches!(refused, Err(Error::Carrier(Refusal::NoUndertaking))), "the undertaking comes first");
        let visitor = flow::people::visitor(&house, &person, true, after(32).at.date_naive()).await.unwrap();
        carriers::undertake(&house, &visitor, &by(&person, 32)).await.unwrap();
        let (_, code) = carriers::make_code_of_work(&house, crate::disks::WORK, &by(&person, 33)).await.unwrap();
        Self { house, disks, code }
    }

    pub async fn write(&self, minutes: i64) -> Result<Written, Error> {
        self.write_in_parts(minutes, 100_000).await
    }

    pub async fn write_in_parts(&self, minutes: i64, part_bytes: u64) -> Result<Written, Error> {
        let order = Order { part_bytes, ..Order::new(Vec::new(), Cause::Period) };
        backup::write(&self.house, &order, &after(minutes), Arc::new(Silent)).await
    }

    pub async fn compare(&self, disk: usize, code: Option<&str>) -> Report {
        let code = code.map(str::to_owned);
        check::compare(Some(&self.house), &self.disks[disk], code, Arc::new(Silent)).await.unwrap()
    }

    async fn rehearse(&self, disk: usize, code: &str) -> Result<Report, Error> {
        let scratch = self.house.outside("scratch");
        check::rehearse(Some(&self.house), &self.disks[disk], &scratch, code.to_owned(), Arc::new(Silent)).await
    }
}

pub async fn restore(from: &Path, to: &Path, code: &str) -> Result<Report, Error> {
    let wanted = Wanted { from: from.into(), to: to.into(), database: None, printed: None, older: false };
    restore::restore(&wanted, code.to_owned(), &after(90), Arc::new(Silent)).await
}

/// Looks at a folder each time it is told that work goes on: who else could open what lies there?
struct Watch {
    folder: PathBuf,
    /// Files and folders met below it whose rights let in others than the owner.
    open: Mutex<BTreeSet<String>>,
    /// How many times the folder was there.
    looks: AtomicUsize,
}

impl Watch {
    fn over(folder: PathBuf) -> Arc<Self> {
        Arc::new(Self { folder, open: Mutex::default(), looks: AtomicUsize::new(0) })
    }

    fn look(&self, path: &Path) {
        let Ok(found) = std::fs::metadata(path) else { return };
        if found.permissions().mode() & 0o077 != 0 {
            self.open.lock().unwrap().insert(path.strip_prefix(&self.folder).unwrap().display().to_string());
        }
        if found.is_dir() {
            std::fs::read_dir(path).into_iter().flatten().flatten().for_each(|entry| self.look(&entry.path()));
        }
    }

    fn again(&self) {
        if self.folder.exists() {
            self.looks.fetch_add(1, Ordering::SeqCst);
            self.look(&self.folder);
        }
    }

    /// What others could have opened, of the names that count.
    fn others_could_open(&self, counts: impl Fn(&str) -> bool) -> Vec<String> {
        assert!(self.looks.load(Ordering::SeqCst) > 1, "{} was never there", self.folder.display());
        self.open.lock().unwrap().iter().filter(|name| counts(name)).cloned().collect()
    }
}

impl Meter for Watch {
    fn stage(&self, _: &str, _: u64) {
        self.again();
    }

    fn read(&self, _: u64) {
        self.again();
    }
}

#[test]
fn private_keys_are_the_owners_alone_from_their_first_byte_while_a_copy_is_written_and_restored() {
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let scratch = Watch::over(office.house.root.join("backup-scratch"));
        let order = Order { part_bytes: 100_000, ..Order::new(Vec::new(), Cause::Period) };
        backup::write(&office.house, &order, &after(40), scratch.clone()).await.unwrap();
        assert_eq!(scratch.others_could_open(str::is_empty), [""; 0], "the scratch folder of a backup");

        let to = office.house.outside("back");
        let beside = Watch::over(office.house.outside(".back.restoring"));
        let wanted =
            Wanted { from: office.disks[0].clone(), to: to.clone(), database: None, printed: None, older: false };
        restore::restore(&wanted, office.code.clone(), &after(90), beside.clone()).await.unwrap();
        assert_eq!(beside.others_could_open(|name| name.starts_with("keys")), [""; 0], "keys on their way back");
        let keys = Watch::over(to.join("keys"));
        keys.again();
        keys.again();
        assert_eq!(keys.others_could_open(|_| true), [""; 0]);
        assert!(names(&to.join("keys")).len() > 3, "keys came back");

        let tried = office.house.outside("tried");
        let watch = Watch::over(tried.clone());
        check::rehearse(Some(&office.house), &office.disks[0], &tried, office.code.clone(), watch.clone())
            .await
            .unwrap();
        let shut = |name: &str| name.is_empty() || name.starts_with("keys");
        assert_eq!(watch.others_could_open(shut), [""; 0], "a rehearsal");
    });
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

/// Everything below a folder, by name: «nothing half» means that no name of a part or of a copy is there.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "letopis-carrier.txt")
        .collect();
    names.sort();
    names
}

pub fn spoil(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = at.min(bytes.len() - 1);
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_house_with_one_room_writes_nothing_and_with_two_writes_on_both() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let disk = house.outside("disk1");
        std::fs::create_dir_all(&disk).unwrap();
        let place = carriers::add_place(&house, "кабинет 1", Holder::Safe, "", &after(30)).await.unwrap();
        carriers::add_carrier(&house, &wanted(&place, &disk), &after(31)).await.unwrap();
        let refused = backup::write(&house, &Order::new(Vec::new(), Cause::Week), &after(40), Arc::new(Silent)).await;
        assert!(matches!(refused, Err(Error::Carrier(Refusal::Plan(_)))), "{refused:?}");
        assert!(names(&disk).is_empty());
        std::fs::remove_file(disk.join("letopis-carrier.txt")).unwrap();
        let inside = wanted(&place, &house.root.join("archive"));
        assert!(
            carriers::add_carrier(&house, &inside, &after(32)).await.is_err(),
            "a copy inside the house burns with it"
        );

        // A second disk in a second room: the copy is on both, the same to the byte.
        let second = house.outside("disk2");
        std::fs::create_dir_all(&second).unwrap();
        let room = carriers::add_place(&house, "кабинет 2", Holder::Safe, "", &after(33)).await.unwrap();
        carriers::add_carrier(&house, &wanted(&room, &second), &after(34)).await.unwrap();
        // Its mark was taken off the first disk above: a move puts it on again.
        carriers::move_carrier(&house, "Н-1", "", &disk.to_string_lossy(), "", &after(35)).await.unwrap();
        let person = director(&house).await;
        let visitor = flow::people::visitor(&house, &person, true, after(36).at.date_naive()).await.unwrap();
        carriers::undertake(&house, &visitor, &by(&person, 36)).await.unwrap();
        carriers::make_code_of_work(&house, crate::disks::WORK, &by(&person, 37)).await.unwrap();
        let order = Order::new(Vec::new(), Cause::Week);
        let written = backup::write(&house, &order, &after(41), Arc::new(Silent)).await.unwrap();
        assert_eq!((written.kept.len(), written.failed.len()), (2, 0), "{:?}", written.failed);
        assert_eq!(names(&disk), [written.row.id.as_str()]);
        assert_eq!(names(&disk), names(&second));
    });
}

#[test]
fn a_copy_on_two_disks_is_compared_rehearsed_and_restored_whole() {
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let written = office.write(40).await.unwrap();
        assert_eq!((written.kept.len(), written.failed.len()), (2, 0));
        assert!(written.row.parts > 1, "a copy larger than a part is cut");
        assert_eq!(names(&office.disks[0]), names(&office.disks[1]));
        assert_eq!(names(&office.disks[0]), [written.row.id.as_str()]);

        let outside = office.compare(0, None).await;
        assert_eq!(
            (outside.verdict, outside.coverage.house_compared, outside.coverage.opened),
            (Verdict::Valid, true, false)
        );
        let inside = office.compare(1, Some(&office.code)).await;
        assert_eq!(
            (inside.verdict, inside.coverage.files.0),
            (Verdict::Valid, inside.coverage.files.1),
            "{:?}",
            inside.findings
        );

        let rehearsed = office.rehearse(0, &office.code).await.unwrap();
        assert_eq!(rehearsed.verdict, Verdict::Valid, "{:?}", rehearsed.findings);
        let coverage = &rehearsed.coverage;
        assert_eq!(coverage.hundredths(), 10_000);
        assert_eq!((coverage.records, coverage.log_root), ((2, 2), true));
        assert!(coverage.tables.0 > 40 && coverage.rows.0 > 1000, "{coverage:?}");
        assert!(!office.house.outside("scratch").exists(), "the scratch folder goes");

        let to = office.house.outside("restored");
        let report = restore(&office.disks[1], &to, &office.code).await.unwrap();
        assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.findings);
        let back = flow::House::open(&to).await.unwrap();
        let (size, _) = back.db.log_state().await.unwrap();
        assert_eq!(size, written.row.log_size + 1, "the restoring is itself an event");
        assert_eq!(back.db.list_register().await.unwrap(), office.house.db.list_register().await.unwrap());
        open_tables_are_those_of_the_journal(&back).await;
        let diagnosis = flow::doctor::examine(&back, &after(95)).await.unwrap();
        let errors: Vec<_> =
            diagnosis.findings.iter().filter(|f| f.severity >= letopis::domain::finding::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert!(
            !to.join("keys/passphrase").exists() && !to.join("keys/second-factor.key").exists(),
            "secrets stay in the house"
        );
        assert!(restore(&office.disks[1], &to, &office.code).await.is_err(), "a house stands there");
    });
}

/// The tables that anybody opens, written page by page, are the bytes of the whole year's export.
async fn open_tables_are_those_of_the_journal(house: &flow::House) {
    let year = house.db.list_years().await.unwrap().pop().unwrap();
    let journal = house.db.load_journal(&year).await.unwrap();
    let folder = house.root.join("open").join(year.replace('/', "-"));
    let tables = export::tables_of("journal").unwrap();
    for (kind, shape) in [("utf-8", Shape::Csv), ("excel", Shape::OfficeCsv)] {
        assert_eq!(names(&folder.join(kind)).len(), tables.len());
        for table in &tables {
            let whole = export::write(&journal, &[*table], shape).unwrap().bytes;
            assert!(std::fs::read(folder.join(kind).join(table.name())).unwrap() == whole, "{kind} {}", table.name());
        }
    }
}

#[test]
fn the_code_is_nowhere_and_another_code_opens_nothing() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let written = office.write(40).await.unwrap();
        let to = office.house.outside("restored");
        let wrong = restore(&office.disks[0], &to, "00000-00000-00000-00000").await;
        assert!(matches!(wrong, Err(Error::Backup(Fault::CodeOf(_)))), "{wrong:?}");
        assert!(!to.exists() && !office.house.outside(".restored.restoring").exists(), "nothing half");
        let plain = office.code.replace('-', "");
        let mut looked = 0;
        for folder in [office.house.root.clone(), office.disks[0].join(&written.row.id)] {
            for path in files(&folder) {
                let bytes = std::fs::read(&path).unwrap();
                looked += 1;
                for text in [office.code.as_bytes(), plain.as_bytes()] {
                    assert!(
                        !bytes.windows(text.len()).any(|window| window == text),
                        "the code stands in {}",
                        path.display()
                    );
                }
            }
        }
        assert!(looked > 20);
    });
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

#[test]
fn a_damaged_a_cut_and_a_swapped_carrier_are_told_apart_and_restore_nothing() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let first = office.write(40).await.unwrap();
        let folder = office.disks[0].join(&first.row.id);
        let part = folder.join("copy.tar.gz.age.001");
        let genuine = std::fs::read(&part).unwrap();

        spoil(&part, 50_000);
        let damaged = office.compare(0, Some(&office.code)).await;
        assert_eq!(damaged.verdict, Verdict::Altered);
        assert!(
            codes(&damaged).contains(&"backup.part-changed") && codes(&damaged).contains(&"backup.damaged"),
            "{:?}",
            codes(&damaged)
        );
        let to = office.house.outside("restored");
        let refused = restore(&office.disks[0], &to, &office.code).await.unwrap();
        assert!(refused.findings.iter().any(|one| one.place == "copy.tar.gz.age.001"), "the part is named");
        assert!(!to.exists() && !office.house.outside(".restored.restoring").exists());

        std::fs::write(&part, &genuine[..genuine.len() - 1]).unwrap();
        assert_eq!(codes(&office.compare(0, None).await), ["backup.part-changed"]);
        std::fs::remove_file(&part).unwrap();
        assert_eq!(codes(&office.compare(0, None).await), ["backup.part-missing"]);
        std::fs::write(&part, &genuine).unwrap();
        assert_eq!(office.compare(0, None).await.verdict, Verdict::Valid);

        // Another copy under the name of the first: its own label is right, but not what the house wrote down.
        let second = office.write(50).await.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::rename(office.disks[0].join(&second.row.id), &folder).unwrap();
        let mut label = std::fs::read_to_string(folder.join("label.txt")).unwrap();
        label = label.replace(&second.row.id, &first.row.id);
        std::fs::write(folder.join("label.txt"), label).unwrap();
        let swapped = office.compare(0, None).await;
        assert!(
            codes(&swapped).contains(&"backup.swapped") && codes(&swapped).contains(&"backup.label-signature"),
            "{:?}",
            codes(&swapped)
        );
    });
}

#[test]
fn sums_that_were_rewritten_for_an_exchanged_file_hide_nothing() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let folder = office.disks[0].join(office.write(40).await.unwrap().row.id);
        let (page, sums) = (folder.join("README.txt"), folder.join("SHA256SUMS"));
        let rewrite = || {
            let text = std::fs::read_to_string(&sums).unwrap();
            let own = |name: &str| Digest::of(&std::fs::read(folder.join(name)).unwrap());
            let names = text.lines().map(|line| line.split_once("  ").unwrap().1);
            std::fs::write(&sums, names.map(|name| format!("{}  {name}\n", own(name))).collect::<String>()).unwrap();
        };
        rewrite();
        assert_eq!(codes(&office.compare(0, None).await), [""; 0], "the sums are those of the files");
        spoil(&page, 10);
        rewrite();
        assert_eq!(codes(&office.compare(0, None).await), ["backup.readme-changed", "backup.sums-changed"]);
        spoil(&page, 10);
        spoil(&folder.join("copy.tar.gz.age.001"), 50_000);
        rewrite();
        let report = office.compare(0, None).await;
        assert_eq!(codes(&report), ["backup.part-changed", "backup.sums-changed"]);
        assert_eq!(report.verdict, Verdict::Altered);
    });
}

#[test]
fn a_carrier_that_is_absent_or_another_one_is_named_and_the_other_still_gets_its_copy() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let mark = office.disks[0].join("letopis-carrier.txt");
        let own = std::fs::read(&mark).unwrap();
        std::fs::write(&mark, std::fs::read(office.disks[1].join("letopis-carrier.txt")).unwrap()).unwrap();
        let written = office.write(40).await.unwrap();
        assert_eq!(written.row.carriers, ["Н-2"]);
        assert!(written.failed[0].1.contains("подключён другой носитель"), "{:?}", written.failed);
        std::fs::remove_file(&mark).unwrap();
        let written = office.write(41).await.unwrap();
        assert!(written.failed[0].1.contains("не подключён"), "{:?}", written.failed);
        std::fs::write(&mark, own).unwrap();
        assert_eq!(office.write(42).await.unwrap().row.carriers, ["Н-1", "Н-2"]);
    });
}

#[test]
fn a_full_disk_and_a_read_only_disk_get_nothing_half_and_a_clear_sentence() {
    let mounted = |place: &Path, options: &str| {
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(place)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|ran| ran.success())
    };
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let mark = std::fs::read(office.disks[0].join("letopis-carrier.txt")).unwrap();
        // The story's copy is some 200 KB: 100 KB hold a third of it.
        if !mounted(&office.disks[0], "size=100k") {
            return eprintln!("ПРОПУЩЕНО: нет права на mount");
        }
        std::fs::write(office.disks[0].join("letopis-carrier.txt"), mark).unwrap();
        let full = office.write_in_parts(40, 10_000_000).await;
        let seen = names(&office.disks[0]);
        let read_only = Command::new("mount").args(["-o", "remount,ro"]).arg(&office.disks[0]).status();
        let locked = office.write(41).await;
        Command::new("umount").arg(&office.disks[0]).status().unwrap();
        assert!(read_only.unwrap().success());
        let full = full.unwrap();
        assert_eq!(full.row.carriers, ["Н-2"]);
        assert!(full.failed[0].1.contains("не осталось места"), "{:?}", full.failed);
        assert!(seen.is_empty(), "{seen:?}");
        let locked = locked.unwrap();
        assert!(locked.failed[0].1.contains("только для чтения"), "{:?}", locked.failed);
    });
}

#[test]
fn a_house_put_back_to_an_older_state_is_recognised_by_a_newer_carrier_and_an_old_copy_by_the_paper() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        office.write(40).await.unwrap();
        let old = office.house.outside("old");
        assert_eq!(restore(&office.disks[0], &old, &office.code).await.unwrap().verdict, Verdict::Valid);
        // The house went on and wrote another copy; then somebody puts the old state in its place.
        carriers::add_place(&office.house, "кабинет 3", Holder::Shelf, "", &after(45)).await.unwrap();
        carriers::add_place(&office.house, "кабинет 4", Holder::Shelf, "", &after(46)).await.unwrap();
        office.write(50).await.unwrap();
        let back = flow::House::open(&old).await.unwrap();
        let report = check::compare(Some(&back), &office.disks[0], None, Arc::new(Silent)).await.unwrap();
        assert!(codes(&report).contains(&"backup.house-rolled-back"), "{:?}", codes(&report));

        let (size, root) = office.house.db.log_state().await.unwrap();
        let printed = flow::log::Printed { origin: "story".into(), size, root: root.to_hex() };
        let wanted = Wanted {
            from: office.disks[0].clone(),
            to: office.house.outside("late"),
            database: None,
            printed: Some(printed),
            older: false,
        };
        let refused = restore::restore(&wanted, office.code.clone(), &after(90), Arc::new(Silent)).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("старее отметки на бумаге")));
        let older = Wanted { older: true, ..wanted };
        assert_eq!(
            restore::restore(&older, office.code.clone(), &after(91), Arc::new(Silent)).await.unwrap().verdict,
            Verdict::Valid
        );
    });
}

/// Types a code at the prompt of stock `age`, which reads it from a terminal alone; runs the commands that the carrier's README gives.
const TYPED: &str = "
import os, pty, sys
folder, commands, code = sys.argv[1], sys.argv[2], os.environ['CODE']
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(folder)
    os.execvp('sh', ['sh', '-ec', commands])
said = b''
while True:
    try:
        part = os.read(terminal, 1000)
    except OSError:
        break
    if not part:
        break
    said += part
    if b'passphrase' in said.lower():
        os.write(terminal, code.encode() + b'\\n')
        said = b''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

#[test]
fn stock_programs_open_a_copy_without_us() {
    let there = |program: &str| {
        Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output()
            .is_ok_and(|told| told.status.success())
    };
    for program in ["age", "tar", "sqlite3", "sha256sum", "python3"] {
        if !there(program) {
            return eprintln!("ПРОПУЩЕНО: нет программы {program}");
        }
    }
    tell(async {
        let office = Office::of(House::with_sealed_copies().await).await;
        let written = office.write(40).await.unwrap();
        let folder = office.disks[0].join(&written.row.id);
        let sums =
            Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&folder).status().unwrap();
        assert!(sums.success(), "the carrier's own sums");
        let readme = std::fs::read_to_string(folder.join("README.txt")).unwrap();
        let commands: Vec<&str> = readme
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("mkdir ") || line.starts_with("cat "))
            .collect();
        assert_eq!(commands.len(), 2, "{readme}");
        let (home, before) = (office.house.outside("home"), names(&folder));
        std::fs::create_dir_all(&home).unwrap();
        let typed = Command::new("python3")
            .args(["-c", TYPED])
            .arg(&folder)
            .arg(commands.join("\n"))
            .env("CODE", &office.code)
            .env("HOME", &home)
            .status()
            .unwrap();
        assert!(typed.success(), "age opens the copy with the code");
        assert_eq!(names(&folder), before, "nothing is unpacked onto the carrier");
        let plain = home.join("letopis-copy");
        for unpacked in [&folder, &plain] {
            let sums =
                Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(unpacked).status().unwrap();
            assert!(sums.success(), "every file of {}", unpacked.display());
        }
        let asked = Command::new("sqlite3")
            .args(["letopis.db", "select count(*) from register"])
            .current_dir(&plain)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), "2");
        assert!(
            plain.join("open/2025-2026/utf-8/marks.csv").exists()
                && plain.join("open/2025-2026/copies/2025-05A-Q1-v1.pdf").exists()
        );
    });
}

#[test]
fn a_copy_of_a_postgres_house_is_the_same_file_and_comes_back_into_either_engine() {
    let Some(url) = crate::postgres::postgres() else { return };
    tell(async {
        // A school of its own in the shared database, filled from a house in a file: the copy into PostgreSQL.
        let office = Office::of(House::with_sealed_copies().await).await;
        let school = format!("restored-{}", std::process::id());
        let dump = office.house.outside("dump.db");
        office.house.db.dump(&dump).await.unwrap();
        let renamed = sqlx::sqlite::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&dump))
            .await
            .unwrap();
        let tables: Vec<(String,)> = sqlx::query_as("select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '\\_sqlx%' escape '\\'")
            .fetch_all(&renamed).await.unwrap();
        let triggers: Vec<(String,)> =
            sqlx::query_as("select name from sqlite_master where type = 'trigger'").fetch_all(&renamed).await.unwrap();
        for (trigger,) in triggers {
            sqlx::query(sqlx::AssertSqlSafe(format!("drop trigger {trigger}"))).execute(&renamed).await.unwrap();
        }
        for (table,) in &tables {
            sqlx::query(sqlx::AssertSqlSafe(format!("update {table} set school = '{school}'")))
                .execute(&renamed)
                .await
                .unwrap();
        }
        renamed.close().await;

        let postgres = Db::open(&url, &school).await.unwrap();
        postgres.load_dump(&dump).await.unwrap();
        assert!(postgres.list_guard_faults().await.unwrap().is_empty(), "the guards stand again");
        let back = office.house.outside("back.db");
        postgres.dump(&back).await.unwrap();
        let file = Db::open_file(&back, &school).await.unwrap();
        assert_eq!(file.count_tables().await.unwrap(), postgres.count_tables().await.unwrap());
        assert_eq!(file.log_state().await.unwrap(), office.house.db.log_state().await.unwrap());
        let replay = file.replay_log(0).await.unwrap();
        assert_eq!((replay.altered, replay.root), (0, file.log_state().await.unwrap().1));
        assert!(
            file.list_guard_faults().await.unwrap().is_empty() && file.list_file_faults().await.unwrap().is_empty()
        );
    });
}
