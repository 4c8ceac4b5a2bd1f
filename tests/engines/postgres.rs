//! Where the stories find PostgreSQL.

/// Address of the database in `TEST_DATABASE_URL`; without one the skip is told: a story that was not told must not look told.
pub fn postgres() -> Option<String> {
    let url = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        eprintln!("ПРОПУЩЕНО: PostgreSQL — переменная TEST_DATABASE_URL не задана");
    }
    url
}
