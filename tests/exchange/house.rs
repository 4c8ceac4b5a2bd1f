//! A house to tell stories in, and a small school.

use chrono::{DateTime, FixedOffset};
use letopis::bundle::{self, BundleFile, GeneratorSpec, Given, Settled, settle};
use letopis::domain::finding::Finding;
use letopis::domain::journal::Journal;
use letopis::domain::policy::{self, Policy};
use letopis::flow::exchange::{self, Wish};
use letopis::flow::house::Founding;
use letopis::flow::import::Outcome;
use letopis::flow::{self, Act};

/// Runs a story.
pub fn tell(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

/// The policy of the stories.
pub fn rules() -> Policy {
    policy::parse("default", policy::builtin("default").expect("a policy")).expect("it parses")
}

/// A moment: minutes after a noon of October.
pub fn after(minutes: i64) -> Act {
    let noon: DateTime<FixedOffset> = "2025-10-27T12:00:00+03:00".parse().expect("a moment");
    Act { by: "operator".into(), at: noon + chrono::Duration::minutes(minutes) }
}

/// The files of a small school's bundle: two classes.
pub fn small(learners: u32) -> Vec<BundleFile> {
    let spec = GeneratorSpec {
        classes: vec![(5, 'А'), (8, 'А')],
        learners_per_class: learners,
        spread: 0,
        seed: 5,
        year_start: 2025,
    };
    bundle::generate(&spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect()
}

/// Its journal.
pub fn journal(learners: u32) -> Journal {
    taken(&small(learners), None).journal.expect("the small school is right")
}

/// What files come to, over a journal or alone.
pub fn taken(files: &[BundleFile], standing: Option<&Journal>) -> Settled {
    settle(&Given::read(files), standing, &rules())
}

/// One file as a set.
pub fn one(name: &str, bytes: Vec<u8>) -> Vec<BundleFile> {
    vec![BundleFile::new(name, bytes)]
}

/// Findings of a code.
pub fn of<'f>(findings: &'f [Finding], code: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

/// A house; its folder goes with it.
pub struct House {
    pub inner: flow::House,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for House {
    type Target = flow::House;

    fn deref(&self) -> &flow::House {
        &self.inner
    }
}

impl House {
    /// A house without a journal.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let founding = Founding {
            policy_name: "default".into(),
            policy_text: policy::builtin("default").expect("a policy").into(),
            school: Some("school-5".into()),
            database: "sqlite".into(),
            utc_offset_minutes: 180,
        };
        let inner = flow::House::found(&folder.path().join("house"), &founding, &after(0)).await.expect("a house");
        Self { inner, _folder: folder }
    }

    /// A house with the small school.
    pub async fn with_school(learners: u32) -> Self {
        let house = Self::empty().await;
        let outcome = house.import(&small(learners)).await;
        assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
        house
    }

    /// Imports files.
    pub async fn import(&self, files: &[BundleFile]) -> Outcome {
        exchange::import(self, files, &Wish::default(), false, &after(1)).await.expect("an answer")
    }

    /// The journal that stands.
    pub async fn journal(&self) -> Journal {
        self.db.load_journal("2025/2026").await.expect("a journal")
    }
}
