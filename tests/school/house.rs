//! Houses of the year's stories: a small made-up school on each engine.

use chrono::{DateTime, FixedOffset};
use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::policy;
use letopis::flow::house::Founding;
use letopis::flow::import::{self, Outcome};
use letopis::flow::{Act, House};

/// The school year.
pub const YEAR: &str = "2025/2026";

/// Runs a story in a house on each engine: two parallel classes of grade 7, one of grade 9, a whole year.
pub fn in_every_house<F, Fut>(story: F)
where
    F: Fn(House) -> Fut,
    Fut: Future<Output = ()>,
{
    run(story, true);
}

/// Runs a story in an empty house on each engine.
pub fn in_every_empty_house<F, Fut>(story: F)
where
    F: Fn(House) -> Fut,
    Fut: Future<Output = ()>,
{
    run(story, false);
}

fn run<F, Fut>(story: F, filled: bool)
where
    F: Fn(House) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut engines = vec!["sqlite".to_owned()];
    engines.extend(crate::postgres::postgres());
    for database in engines {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("house");
        runtime.block_on(async {
            let (name, text) = policy::BUILTIN[0];
            let founding = Founding {
                policy_name: name.to_owned(),
                policy_text: text.to_owned(),
                school: None,
                database,
                utc_offset_minutes: 180,
            };
            let house = House::found(&root, &founding, &act(0)).await.expect("a house");
            if filled {
                let bundle = folder.path().join("bundle");
                generate::write(&bundle, &generate::generate(&spec())).expect("a bundle");
                let outcome = import::import(&house, &bundle, false, &act(1)).await.expect("an import");
                assert!(matches!(outcome, Outcome::Imported(_)), "{outcome:?}");
            }
            story(house).await;
        });
    }
}

/// The made-up school of the stories.
pub fn spec() -> GeneratorSpec {
    GeneratorSpec {
        classes: vec![(7, 'А'), (7, 'Б'), (9, 'А')],
        learners_per_class: 4,
        spread: 0,
        seed: 11,
        year_start: 2025,
    }
}

/// A moment of the story: minutes after the noon of a day.
pub fn act(minutes: i64) -> Act {
    let noon: DateTime<FixedOffset> = "2025-11-14T12:00:00+03:00".parse().expect("a moment");
    Act { by: "operator".into(), at: noon + chrono::Duration::minutes(minutes) }
}

/// A day.
pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

/// Runs raw SQL past the program, as an intruder with the database would; gives what the database said.
pub async fn intrude(house: &House, sql: &str) -> Result<u64, String> {
    sqlx::any::install_default_drivers();
    let url = house.config.database_url(&house.root);
    let pool = sqlx::AnyPool::connect(&url).await.expect("a connection");
    let done = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&pool).await;
    pool.close().await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}
