//! Crashes: issuing and sealing are killed, or told that the disk is full, at their file system calls; the next start finishes or clears away.
//!
//! `strace` injects the signal or the error. Calls are sampled evenly; `LETOPIS_CRASH=every` takes each of them. Skipped aloud where strace is
//! absent or may not trace.

mod carriers;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset};
use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::domain::finding::{Severity, Verdict};
use letopis::domain::log_proof::object_name;
use letopis::domain::policy;
use letopis::flow::close::{self, Closing};
use letopis::flow::house::Founding;
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Act, House, doctor, import, issue, seal, sign};

use crate::program::copy_folder;
use crate::tracer::{strace, was_killed};

/// Runs of one test: with all tests together the whole file stays under a minute and a half on two cores.
const SAMPLES: usize = 5;

fn at(minutes: i64) -> Act {
    let noon: DateTime<FixedOffset> = "2025-10-27T12:00:00+03:00".parse().expect("a moment");
    Act { by: "operator".into(), at: noon + chrono::Duration::minutes(minutes) }
}

fn block_on<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story)
}

/// A house with one closed period and nothing issued: three learners of the first class.
fn frozen_house() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
        if place.exists() {
            std::fs::remove_dir_all(&place).expect("the last run's house goes");
        }
        let root = place.join("frozen");
        block_on(freeze(&root, &place.join("bundle")));
        root
    })
}

/// The same house when everybody has signed its copy.
fn signed_house() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let root = frozen_house().with_file_name("signed");
        copy_folder(frozen_house(), &root);
        block_on(sign_all(&root));
        root
    })
}

async fn freeze(root: &Path, bundle: &Path) {
    let spec = GeneratorSpec { classes: vec![(1, 'А')], learners_per_class: 3, spread: 0, seed: 3, year_start: 2025 };
    generate::write(bundle, &generate::generate(&spec)).expect("a bundle");
    let founding = Founding {
        policy_name: policy::BUILTIN[0].0.to_owned(),
        policy_text: policy::BUILTIN[0].1.to_owned(),
        school: Some("crash".to_owned()),
        database: "sqlite".to_owned(),
        utc_offset_minutes: 180,
    };
    let house = House::found(root, &founding, &at(0)).await.expect("a house");
    import::import(&house, bundle, false, &at(1)).await.expect("an import");
    let closing = Closing { year: "2025/2026".to_owned(), period: "Q1".to_owned(), classes: Vec::new(), ground: None };
    close::close(&house, &closing, &at(2)).await.expect("a closing");
    house.db.close().await;
}

async fn sign_all(root: &Path) {
    let house = House::open(root).await.expect("the house opens");
    let copies = house.db.list_copies().await.expect("copies");
    issue::issue(&house, &copies, &at(3), |_| {}).await.expect("an issue");
    let ids: Vec<String> = copies.into_iter().map(|row| row.id).collect();
    let mut desk = sign::Desk::open(&house).await.expect("a table");
    desk.sign_all(&ids, &|| at(4), |_, _| {}).await.expect("signatures");
    house.db.close().await;
}

/// The same house as a crash right after the commit of the sealing leaves it: registered, staged, not in the archive.
fn registered_house() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let root = signed_house().with_file_name("registered");
        copy_folder(signed_house(), &root);
        // The first rename of a sealing is that of the log's proof, the first step after the commit.
        let killed = traced(&root, &["seal", "--all"], &format!("{RENAME}:signal=SIGKILL:when=1"));
        assert!(was_killed(&killed), "{killed:?}");
        root
    })
}

fn letopis(root: &Path, arguments: &[&str]) -> Output {
    run(Command::new(BINARY), root, arguments)
}

/// The program under `strace` with its options, which says what it saw into a file.
fn under_strace(log: &str, options: &[&str]) -> Command {
    let mut command = strace().expect("a machine that may trace");
    command.args(["-qqq", "-o", log]).args(options).arg(BINARY);
    command
}

fn run(mut command: Command, root: &Path, arguments: &[&str]) -> Output {
    command.arg("--dir").arg(root).args(arguments).env_remove("LETOPIS_DIR").stdin(Stdio::null());
    command.output().expect("a program runs")
}

fn traced(root: &Path, arguments: &[&str], injected: &str) -> Output {
    traced_on(root, None, arguments, injected)
}

/// As [`traced`], but only calls on one file: a thread also writes to the pipes that wake others, and no disk makes those fail.
fn traced_on(root: &Path, file: Option<&str>, arguments: &[&str], injected: &str) -> Output {
    let call = injected.split(':').next().expect("a call");
    let (trace, inject) = (format!("trace={call}"), format!("inject={injected}"));
    let mut options = vec!["-e", &trace, "-e", &inject];
    let file = file.map(|file| root.join(file).to_str().expect("a path in UTF-8").to_owned());
    options.extend(file.iter().flat_map(|file| ["-P", file]));
    run(under_strace("/dev/null", &options), root, arguments)
}

const BINARY: &str = env!("CARGO_BIN_EXE_letopis");

/// May this machine inject? Says so aloud when not.
fn cannot_inject() -> bool {
    strace().is_none()
}

/// The most calls of one kind that any single thread makes: the injection counts by thread.
fn count(base: &Path, arguments: &[&str], call: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("house");
    copy_folder(base, &root);
    let (log, trace) = (folder.path().join("log"), format!("trace={call}"));
    let log = log.to_str().expect("a path in UTF-8");
    let output = run(under_strace(log, &["-e", &trace]), &root, arguments);
    assert!(output.status.success(), "{output:?}");
    busiest(log)
}

/// The most calls that a log of `strace` shows of any one thread.
fn busiest(log: &str) -> usize {
    let mut threads = std::collections::BTreeMap::new();
    for line in std::fs::read_to_string(log).expect("a log").lines().filter(|line| !line.contains("resumed>")) {
        *threads.entry(line.split_whitespace().next().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    threads.values().copied().max().unwrap_or_default()
}

/// Every number up to the last, or an even sample of them with the first and the last in it.
fn sample(last: usize) -> Vec<usize> {
    let every = std::env::var("LETOPIS_CRASH").is_ok_and(|which| which == "every");
    if every || last <= SAMPLES {
        return (1..=last).collect();
    }
    (0..SAMPLES).map(|step| 1 + step * (last - 1) / (SAMPLES - 1)).collect()
}

/// What must be true after any crash and one start of the program, and that a later run completes.
fn is_whole(root: &Path, what: &str) {
    let started = letopis(root, &["copies"]);
    assert!(started.status.success(), "{what}: {}", String::from_utf8_lossy(&started.stderr));
    block_on(async {
        let house = House::open(root).await.expect("the house opens");
        assert_eq!(std::fs::read_dir(house.staging()).expect("staging").count(), 0, "{what}: staging is empty");
        soundness(&house, what).await;
        let copy = house.db.list_copies().await.expect("copies").pop().expect("a copy");
        let line = house.db.find_register_line(&copy.id, copy.version).await.expect("an answer");
        let object = house.archive().join(object_name(&copy.id, copy.version));
        match copy.state {
            State::Signed => assert!(line.is_none() && !object.exists(), "{what}: signed, and nothing else"),
            State::Sealed => {
                let verdict =
                    verify_path(&object, &VerifyOptions { authority: None, full: true, ..Default::default() }).verdict;
                assert_eq!((line.is_some(), verdict), (true, Verdict::Valid), "{what}: sealed, and all of it");
            }
            other => panic!("{what}: {other:?}"),
        }
        let waiting = seal::waiting(&[copy]);
        seal::seal(&house, &waiting, &at(90), |_| {}).await.expect("a later run completes");
        let register = house.db.list_register().await.expect("the register");
        assert_eq!(register.iter().map(|row| row.line.no).collect::<Vec<_>>(), [1], "{what}: one line, number one");
        let report = verify_path(&house.archive(), &VerifyOptions::default());
        assert_eq!((report.verdict, report.parts.len()), (Verdict::Valid, 1), "{what}: {report:#?}");
        soundness(&house, what).await;
        house.db.close().await;
    });
}

/// What must be true after a crash of issuing, and that a later run completes: the file comes first, then the transaction. What the crash
/// left is named by the doctor and taken away by that run; what a row owns, and what the program never wrote, stay.
fn is_issued_or_frozen(root: &Path, what: &str) {
    block_on(async {
        let house = House::open(root).await.expect("the house opens");
        soundness(&house, what).await;
        let files =
            || std::fs::read_dir(house.root.join("issued")).expect("a folder").map(|entry| entry.expect("one").path());
        for file in files().filter(|file| file.extension().is_some_and(|end| end == "pdf")) {
            let digest = Digest::of(&std::fs::read(&file).expect("bytes")).to_hex();
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(name.ends_with(&digest[..16]), "{what}: {name} is whole under its name");
        }
        let copy = house.db.list_copies().await.expect("copies").pop().expect("a copy");
        let stranger = house.root.join("issued/от директора.txt");
        std::fs::write(&stranger, "не удалять").expect("somebody's own file");
        let named = async || {
            let diagnosis = doctor::examine(&house, &at(50)).await.expect("an examination");
            diagnosis.findings.iter().filter(|finding| finding.code == "doctor.issued-unowned").count()
        };
        let owned = usize::from(copy.state == State::Issued);
        assert_eq!(named().await, files().count() - owned, "{what}: everything that no row owns is named");
        match copy.state {
            State::Frozen => {
                issue::issue(&house, std::slice::from_ref(&copy), &at(60), |_| {}).await.expect("a later run issues");
            }
            State::Issued => {}
            other => panic!("{what}: {other:?}"),
        }
        let copy = house.db.list_versions(&copy.id).await.expect("versions").pop().expect("a copy");
        let digest: Digest = copy.issued_pdf.parse().expect("a digest");
        let pdf = std::fs::read(house.issued_pdf(&copy.id, copy.version, digest)).expect("the issued file");
        assert_eq!((copy.state, Digest::of(&pdf)), (State::Issued, digest), "{what}");
        let mut stays = vec![house.issued_pdf(&copy.id, copy.version, digest), stranger];
        stays.sort();
        let mut lies: Vec<PathBuf> = files().collect();
        lies.sort();
        assert_eq!((lies, named().await), (stays, 1), "{what}: swept, and nothing but what was left");
        soundness(&house, what).await;
        house.db.close().await;
    });
}

async fn soundness(house: &House, what: &str) {
    let diagnosis = doctor::examine(house, &at(80)).await.expect("an examination");
    let grave: Vec<String> =
        diagnosis.findings.iter().filter(|f| f.severity > Severity::Note).map(ToString::to_string).collect();
    assert_eq!(grave, Vec::<String>::new(), "{what}");
}

fn in_a_copy_of(base: &Path, story: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("house");
    copy_folder(base, &root);
    story(&root);
}

/// Kills a command at sampled calls of one kind.
fn killed_at(base: &Path, arguments: &[&str], call: &str, is_whole: fn(&Path, &str)) {
    let last = count(base, arguments, call);
    assert!(last > 0, "{arguments:?} makes no {call}");
    let (numbers, mut killed) = (sample(last), 0);
    for number in &numbers {
        in_a_copy_of(base, |root| {
            let output = traced(root, arguments, &format!("{call}:signal=SIGKILL:when={number}"));
            killed += usize::from(was_killed(&output));
            is_whole(root, &format!("killed at {call} {number} of {last}"));
        });
    }
    // Which thread makes how many calls is not the same in every run, so the last numbers may be missed.
    assert!(killed * 2 > numbers.len(), "{call}: {killed} of {} runs were killed", numbers.len());
}

/// Names of a call on different machines; strace passes over those that this one does not have.
const MKDIR: &str = "?mkdir,?mkdirat";
const RENAME: &str = "?rename,?renameat,?renameat2";

const ISSUE: [&str; 2] = ["issue", "--all"];
const SEAL: [&str; 2] = ["seal", "--all"];
/// Any command finishes what a crash left before it does its own work.
const START: [&str; 1] = ["copies"];

#[test]
fn killed_while_a_copy_is_issued_it_is_frozen_or_issued_and_a_later_run_issues_it() {
    if cannot_inject() {
        return;
    }
    for call in ["write", "fsync", RENAME, "pwrite64"] {
        killed_at(frozen_house(), &ISSUE, call, is_issued_or_frozen);
    }
}

#[test]
fn killed_while_the_record_is_built_it_leaves_a_signed_copy_and_no_trace() {
    if cannot_inject() {
        return;
    }
    for call in [MKDIR, "write", "fsync"] {
        killed_at(signed_house(), &SEAL, call, is_whole);
    }
}

#[test]
fn killed_while_the_database_writes_it_leaves_all_or_nothing() {
    if cannot_inject() {
        return;
    }
    for call in ["pwrite64", "openat"] {
        killed_at(signed_house(), &SEAL, call, is_whole);
    }
}

#[test]
fn killed_while_the_record_moves_into_the_archive_it_is_finished_by_the_next_start() {
    if cannot_inject() {
        return;
    }
    killed_at(signed_house(), &SEAL, RENAME, is_whole);
    for call in [RENAME, "write", "fsync", "openat"] {
        killed_at(registered_house(), &START, call, is_whole);
    }
}

#[test]
fn killed_while_a_worthless_record_is_cleared_away_it_is_cleared_by_the_next_start() {
    if cannot_inject() {
        return;
    }
    let base = signed_house().with_file_name("staged");
    copy_folder(signed_house(), &base);
    // The last fsync of a press is that of the staging folder: the record is whole there, and nobody knows it.
    let last = count(signed_house(), &SEAL, "fsync");
    assert!(was_killed(&traced(&base, &SEAL, &format!("fsync:signal=SIGKILL:when={last}"))));
    for call in ["unlinkat", "openat"] {
        killed_at(&base, &START, call, is_whole);
    }
}

#[test]
fn a_disk_that_is_full_failing_or_read_only_is_said_in_russian_and_leaves_nothing_half() {
    if cannot_inject() {
        return;
    }
    let cases = [
        (MKDIR, "ENOSPC", "1+"),
        (MKDIR, "EROFS", "2+"),
        ("fsync", "EIO", "5"),
        ("fsync", "EIO", "20"),
        ("pwrite64", "ENOSPC", "1+"),
        ("pwrite64", "EIO", "7+"),
        ("fsync", "EIO", "1+"),
        (RENAME, "ENOSPC", "1+"),
        (RENAME, "EROFS", "6+"),
        ("ftruncate", "ENOSPC", "1+"),
    ];
    for (call, error, when) in cases {
        in_a_copy_of(signed_house(), |root| {
            let what = format!("{call} fails with {error} at {when}");
            let output = traced(root, &SEAL, &format!("{call}:error={error}:when={when}"));
            let said = String::from_utf8_lossy(&output.stderr);
            if !output.status.success() {
                assert_eq!(output.status.code(), Some(1), "{what}: {said}");
                assert!(said.contains("Ошибка: "), "{what}: {said}");
                assert!(!said.contains("panicked") && !said.contains("timed out"), "{what}: {said}");
            }
            is_whole(root, &what);
        });
    }
    let content = "staging/2025-01A-Q1-v1/v1/content";
    for file in ["snapshot.json", "sealed.pdf", "statements/05-T00002.sig", "log-proof.txt.part"] {
        in_a_copy_of(signed_house(), |root| {
            let file = format!("{content}/{file}");
            let output = traced_on(root, Some(&file), &SEAL, "write:error=ENOSPC");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{file}: {said}");
            assert!(said.contains("Ошибка: ") && said.contains("на диске нет места"), "{file}: {said}");
            assert!(!said.contains("panicked"), "{file}: {said}");
            is_whole(root, &file);
        });
    }
}
