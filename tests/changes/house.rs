//! A house with a small school's journal on each engine that is there: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names one.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::policy;
use letopis::flow::house::Founding;
use letopis::flow::import::{self, Outcome};
use letopis::flow::{Act, House};

/// The school year.
pub const YEAR: &str = "2025/2026";

/// A moment of the story: minutes after the noon that follows the first quarter.
pub fn at(by: &str, minutes: i64) -> Act {
    let noon: DateTime<FixedOffset> = "2025-10-27T12:00:00+03:00".parse().expect("a moment");
    Act { by: by.into(), at: noon + chrono::Duration::minutes(minutes) }
}

/// A number that differs between calls: PostgreSQL's schools outlive a test.
pub fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// Runs a story on every engine, each time in a house of its own with a journal of two classes.
pub fn on_every_engine<F, Fut>(story: F)
where
    F: Fn(House) -> Fut,
    Fut: Future<Output = ()>,
{
    for database in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        block_on(async {
            let house = found(&folder.path().join("house"), &database).await;
            bring_journal(&house, folder.path()).await;
            story(house).await;
        });
    }
}

/// The databases to tell a story on.
pub fn engines() -> Vec<String> {
    let mut engines = vec!["sqlite".to_owned()];
    engines.extend(crate::postgres::postgres());
    engines
}

/// Runs a story on four workers.
pub fn block_on<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(story)
}

/// A house without a journal.
pub async fn found(root: &Path, database: &str) -> House {
    let (name, text) = policy::BUILTIN[0];
    let founding = Founding {
        policy_name: name.to_owned(),
        policy_text: text.to_owned(),
        school: Some(format!("changes-{}-{:x}", std::process::id(), random())),
        database: database.to_owned(),
        utc_offset_minutes: 180,
    };
    House::found(root, &founding, &at("operator", 0)).await.expect("a house")
}

/// Two classes of four learners.
pub fn bundle() -> Vec<(String, Vec<u8>)> {
    generate::generate(&GeneratorSpec {
        classes: vec![(5, 'А'), (6, 'А')],
        learners_per_class: 4,
        spread: 0,
        seed: 5,
        year_start: 2025,
    })
}

/// Imports a bundle from below a folder.
pub async fn bring(house: &House, folder: &Path, files: &[(String, Vec<u8>)]) -> Outcome {
    let place = folder.join("bundle");
    if place.exists() {
        std::fs::remove_dir_all(&place).expect("the old bundle goes");
    }
    generate::write(&place, files).expect("a bundle");
    import::import(house, &place, false, &at("operator", 1)).await.expect("an import")
}

/// Imports the small school.
pub async fn bring_journal(house: &House, folder: &Path) {
    let outcome = bring(house, folder, &bundle()).await;
    assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
}
