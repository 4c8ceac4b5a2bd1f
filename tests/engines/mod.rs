//! Runs a story of the store on each engine that is there: SQLite always, PostgreSQL when `TEST_DATABASE_URL` names one.

mod postgres;

use letopis::domain::journal::School;
use letopis::store::{Db, SchoolRow};

/// The moment of the stories.
pub const AT: &str = "2025-10-24T12:00:00+05:00";

/// Runs a story on each engine, each time in a fresh school.
pub fn on_every_engine<F, Fut>(story: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = format!("sqlite://{}?mode=rwc", folder.path().join("story.db").display());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    let mut engines = vec![sqlite];
    engines.extend(postgres::postgres());
    for url in engines {
        let school = format!("story-{}", std::process::id()) + &format!("-{:x}", unlike_any());
        runtime.block_on(async {
            let db = Db::open(&url, &school).await.expect("the database opens");
            let row = SchoolRow {
                school: School::default(),
                policy: "default".into(),
                policy_text: "x".into(),
                utc_offset_minutes: 300,
            };
            db.create_school(&row, AT).await.expect("a school");
            assert_eq!(db.find_school().await.expect("a read"), Some(row));
            story(db).await;
        });
    }
}

/// A number that differs between calls: PostgreSQL's schools outlive a test.
fn unlike_any() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
