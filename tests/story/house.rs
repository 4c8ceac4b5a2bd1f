//! Houses to tell stories in: empty, with a journal, with sealed copies. Each story has its own folder and may spoil it.
//!
//! A house of each kind is made once in a run and its folder copied, because keys and pages cost time.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset};
use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::copy::State;
use letopis::domain::finding::Severity;
use letopis::domain::policy;
use letopis::domain::snapshot::Snapshot;
use letopis::flow::close::{self, Closed, Closing};
use letopis::flow::house::Founding;
use letopis::flow::import::{self, Outcome};
use letopis::flow::sign::{Desk, Done, Gesture, Target};
use letopis::flow::{self, Act, Error, doctor, issue, seal};
use letopis::store::CopyRow;

/// The two classes of the story school, and the copies of their first quarter.
pub const CLASSES: [&str; 2] = ["5А", "6А"];
/// Copies of Q1, in the order of [`CLASSES`].
pub const COPIES: [&str; 2] = ["2025-05A-Q1", "2025-06A-Q1"];
/// The school year.
pub const YEAR: &str = "2025/2026";

/// Runs a story.
pub fn tell(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

/// A moment of the story: minutes after the noon that follows the first quarter.
pub fn after(minutes: i64) -> Act {
    let noon: DateTime<FixedOffset> = "2025-10-27T12:00:00+03:00".parse().expect("a moment");
    Act { by: "operator".into(), at: noon + chrono::Duration::minutes(minutes) }
}

/// The files of a small school's bundle.
#[derive(Clone)]
pub struct Bundle(pub Vec<(String, Vec<u8>)>);

impl Bundle {
    /// Two classes of five learners, a whole year.
    pub fn small() -> Self {
        Self(generate::generate(&GeneratorSpec {
            classes: vec![(5, 'А'), (6, 'А')],
            learners_per_class: 5,
            spread: 0,
            seed: 5,
            year_start: 2025,
        }))
    }

    /// Text of a file.
    pub fn text(&self, name: &str) -> String {
        let (_, bytes) = self.0.iter().find(|(file, _)| file == name).expect("a file of the bundle");
        String::from_utf8(bytes.clone()).expect("UTF-8")
    }

    /// The bundle with one file's text changed.
    pub fn with(mut self, name: &str, edit: impl FnOnce(String) -> String) -> Self {
        let text = edit(self.text(name));
        let (_, bytes) = self.0.iter_mut().find(|(file, _)| file == name).expect("a file of the bundle");
        *bytes = text.into_bytes();
        self
    }

    /// The first line of a file without quoted cells that has all these words.
    pub fn line(&self, name: &str, words: &[&str]) -> String {
        let text = self.text(name);
        let plain = |line: &&str| !line.contains('"') && words.iter().all(|word| line.contains(word));
        let line = text.lines().find(plain);
        line.unwrap_or_else(|| panic!("no line of {name} with {words:?}")).to_owned()
    }
}

/// A house of a story; its folder goes with it.
pub struct House {
    inner: flow::House,
    folder: tempfile::TempDir,
}

impl Deref for House {
    type Target = flow::House;

    fn deref(&self) -> &flow::House {
        &self.inner
    }
}

impl House {
    /// A house without a journal.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = found(&folder.path().join("house")).await;
        Self { inner, folder }
    }

    /// A house without a journal in a database of its own choice, in a fresh school of it.
    pub async fn empty_on(database: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = found_in(&folder.path().join("house"), database, &fresh_school()).await;
        Self { inner, folder }
    }

    /// A house without a journal, founded as told.
    pub async fn founded(founding: &Founding) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = flow::House::found(&folder.path().join("house"), founding, &after(0)).await.expect("a house");
        Self { inner, folder }
    }

    /// A house with the journal of [`Bundle::small`].
    pub async fn with_journal() -> Self {
        Self::like(template("journal", |house| Box::pin(bring_journal(house)))).await
    }

    /// A house with issued copies of the first quarter of both classes; nobody has signed.
    pub async fn with_issued_copies() -> Self {
        let make = |house| {
            Box::pin(async move {
                let house = bring_journal(house).await;
                bring_copies(&house).await;
                house
            }) as Making
        };
        Self::like(template("issued", make)).await
    }

    /// A house with both copies signed by everybody, sealed and registered.
    pub async fn with_sealed_copies() -> Self {
        let make = |house| {
            Box::pin(async move {
                let house = bring_journal(house).await;
                bring_copies(&house).await;
                sign_everything(&house, 10).await.expect("signatures");
                seal_everything(&house, 20).await.expect("seals");
                house
            }) as Making
        };
        Self::like(template("sealed", make)).await
    }

    /// A house with issued copies in a database of its own choice, in a fresh school of it.
    pub async fn with_issued_copies_on(database: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("house");
        let inner = bring_journal(found_in(&root, database, &fresh_school()).await).await;
        bring_copies(&inner).await;
        Self { inner, folder }
    }

    async fn like(template: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("house");
        copy_folder(template, &root);
        Self { inner: flow::House::open(&root).await.expect("the house opens"), folder }
    }

    /// A place of the story's own, outside the house.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a bundle beside the house and imports it.
    pub async fn import(&self, bundle: &Bundle, dry_run: bool) -> Result<Outcome, Error> {
        let folder = self.outside("bundle");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("the old bundle goes");
        }
        generate::write(&folder, &bundle.0).expect("a bundle");
        import::import(self, &folder, dry_run, &after(0)).await
    }

    /// Closes a period of the given classes.
    pub async fn close(&self, period: &str, classes: &[&str], ground: Option<&str>) -> Result<Vec<Closed>, Error> {
        let classes = classes.iter().map(|class| (*class).to_owned()).collect();
        let ground = ground.map(str::to_owned);
        let closing = Closing { year: YEAR.to_owned(), period: period.to_owned(), classes, ground };
        close::close(self, &closing, &after(1)).await
    }

    /// What closing would say, with nothing closed.
    pub async fn check(&self, period: &str, classes: &[&str]) -> Result<Vec<Closed>, Error> {
        let classes = classes.iter().map(|class| (*class).to_owned()).collect();
        let closing = Closing { year: YEAR.to_owned(), period: period.to_owned(), classes, ground: None };
        close::check(self, &closing, &after(1)).await
    }

    /// The last version of a copy.
    pub async fn copy(&self, id: &str) -> CopyRow {
        self.db.list_versions(id).await.expect("versions").pop().expect("a copy")
    }

    /// The snapshot of the last version of a copy.
    pub async fn snapshot(&self, id: &str) -> Snapshot {
        self.db.load_snapshot(self.copy(id).await.snapshot).await.expect("a snapshot")
    }

    /// One person signs one copy.
    pub async fn sign(&self, copy: &str, signer: &str) -> Result<Done, Error> {
        self.gesture(gesture(signer, &[copy])).await
    }

    /// One gesture.
    pub async fn gesture(&self, gesture: Gesture) -> Result<Done, Error> {
        Desk::open(self).await?.sign(&gesture, &after(10)).await
    }

    /// Signers of a stage of a copy.
    pub async fn signers(&self, copy: &str, stage: &str) -> Vec<String> {
        let route = self.snapshot(copy).await.route;
        let stage = route.into_iter().find(|s| s.id == stage).expect("a stage");
        stage.signers.into_iter().map(|signer| signer.person.id).collect()
    }

    /// Everybody signs everything that waits.
    pub async fn sign_everything(&self, minutes: i64) -> Result<Done, Error> {
        sign_everything(self, minutes).await
    }

    /// Seals everything that waits.
    pub async fn seal_everything(&self, minutes: i64) -> Result<Vec<seal::Sealed>, Error> {
        seal_everything(self, minutes).await
    }

    /// Codes and sentences of what the doctor finds; what is merely worth knowing is left out.
    pub async fn doctor(&self) -> Vec<String> {
        let diagnosis = doctor::examine(self, &after(60)).await.expect("an examination");
        diagnosis.findings.iter().filter(|f| f.severity > Severity::Note).map(ToString::to_string).collect()
    }

    /// What the doctor calls merely worth knowing.
    pub async fn notes(&self) -> Vec<String> {
        let diagnosis = doctor::examine(self, &after(60)).await.expect("an examination");
        diagnosis.findings.iter().filter(|f| f.severity == Severity::Note).map(ToString::to_string).collect()
    }

    /// Closes the database and opens the house anew, as the next command does.
    pub async fn reopened(self) -> Self {
        let Self { inner, folder } = self;
        let root = inner.root.clone();
        inner.db.close().await;
        Self { inner: flow::House::open(&root).await.expect("the house opens"), folder }
    }

    /// How many rows each table has, and how long the log is: what «nothing was written» means.
    pub async fn counts(&self) -> Vec<(String, i64)> {
        super::intruder::Intruder::at(&self.root).await.counts().await
    }
}

/// A gesture of one person over copies, nothing chosen.
pub fn gesture(signer: &str, copies: &[&str]) -> Gesture {
    Gesture::checked(signer, copies.iter().map(|copy| Target { copy: (*copy).to_owned(), version: None }).collect())
}

/// The passphrase of a house's keys, from wherever the house has it.
pub fn passphrase(house: &flow::House) -> String {
    match std::env::var("LETOPIS_PASSPHRASE") {
        Ok(passphrase) if !passphrase.is_empty() => passphrase,
        _ => std::fs::read_to_string(house.root.join("keys/passphrase")).expect("a passphrase").trim().to_owned(),
    }
}

/// Name of a school that nobody has in the database of all runs.
fn fresh_school() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    format!("story-{:x}", std::hash::RandomState::new().build_hasher().finish())
}

async fn found(root: &Path) -> flow::House {
    found_in(root, "sqlite", "story").await
}

async fn found_in(root: &Path, database: &str, school: &str) -> flow::House {
    let (name, text) = policy::BUILTIN[0];
    let founding = Founding {
        policy_name: name.to_owned(),
        policy_text: text.to_owned(),
        school: Some(school.to_owned()),
        database: database.to_owned(),
        utc_offset_minutes: 180,
    };
    flow::House::found(root, &founding, &after(0)).await.expect("a house")
}

async fn bring_journal(house: flow::House) -> flow::House {
    let folder = tempfile::tempdir().expect("a folder");
    generate::write(folder.path(), &Bundle::small().0).expect("a bundle");
    let outcome = import::import(&house, folder.path(), false, &after(0)).await.expect("an import");
    assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
    house
}

async fn bring_copies(house: &flow::House) {
    let closing = Closing { year: YEAR.to_owned(), period: "Q1".to_owned(), classes: Vec::new(), ground: None };
    let closed = close::close(house, &closing, &after(1)).await.expect("a closing");
    assert!(closed.iter().all(|one| one.copy.is_some()), "{closed:?}");
    let frozen = in_state(house, State::Frozen).await;
    issue::issue(house, &frozen, &after(2), |_| {}).await.expect("an issue");
}

async fn in_state(house: &flow::House, state: State) -> Vec<CopyRow> {
    let mut rows = house.db.list_copies().await.expect("copies");
    rows.retain(|row| row.state == state);
    rows
}

async fn sign_everything(house: &flow::House, minutes: i64) -> Result<Done, Error> {
    let ids: Vec<String> = in_state(house, State::Issued).await.into_iter().map(|row| row.id).collect();
    Desk::open(house).await?.sign_all(&ids, &|| after(minutes), |_, _| {}).await
}

async fn seal_everything(house: &flow::House, minutes: i64) -> Result<Vec<seal::Sealed>, Error> {
    let rows = in_state(house, State::Signed).await;
    seal::seal(house, &rows, &after(minutes), |_| {}).await
}

type Making = std::pin::Pin<Box<dyn Future<Output = flow::House>>>;

/// The folder of a house of one kind, made by the first story that asks; it lies in cargo's folder for tests, apart for each test program, and is
/// made anew in each run.
fn template(kind: &'static str, make: impl FnOnce(flow::House) -> Making + Send + 'static) -> &'static Path {
    static JOURNAL: OnceLock<PathBuf> = OnceLock::new();
    static ISSUED: OnceLock<PathBuf> = OnceLock::new();
    static SEALED: OnceLock<PathBuf> = OnceLock::new();
    let made = match kind {
        "journal" => &JOURNAL,
        "issued" => &ISSUED,
        _ => &SEALED,
    };
    made.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("houses").join(env!("CARGO_CRATE_NAME")).join(kind);
        if root.exists() {
            std::fs::remove_dir_all(&root).expect("the last run's house goes");
        }
        // A runtime of its own, on a thread of its own: the story that asks is inside another one.
        let at = root.clone();
        let maker = std::thread::spawn(move || {
            tell(async move { make(found(&at).await).await.db.close().await });
        });
        maker.join().expect("a house to copy");
        settled(&root.join("letopis.db-wal"));
        root
    })
}

/// Waits until SQLite has written its log into the database: a copy made meanwhile would have the one without the other.
fn settled(log: &Path) {
    // A slow disk needs a second; a connection that is never closed would make every copy a guess.
    for _ in 0..200 {
        if std::fs::metadata(log).map_or(0, |log| log.len()) == 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{} is still written to", log.display());
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a kind").is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), &target).expect("a copy")),
        }
    }
}
