//! The guards of the database as they stand, against those that the migrations set: floor 1.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::{Db, Error, POSTGRES_GUARDS, SQLITE_GUARDS};

/// What is wrong with a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardFault {
    /// It is gone.
    Missing,
    /// It is there and does nothing.
    Disabled,
    /// It is another than the one that was set.
    Altered,
}

/// A guard as it stands: its text, and does it act?
type Standing = BTreeMap<String, (String, bool)>;

impl Db {
    /// Guards that are not as the migrations set them, by name.
    pub async fn list_guard_faults(&self) -> Result<Vec<(String, GuardFault)>, Error> {
        let (wanted, standing) = match self.sqlite {
            true => (wanted(&SQLITE_GUARDS, "create trigger if not exists ", "\nend;"), self.sqlite_guards().await?),
            false => {
                let mut wanted_all = wanted(&POSTGRES_GUARDS, "create or replace trigger ", ";");
                wanted_all.extend(wanted(&POSTGRES_GUARDS, "create or replace function ", "$$;"));
                (wanted_all, self.postgres_guards().await?)
            }
        };
        let fault = |(name, text): (&String, &String)| match standing.get(name) {
            None => Some(GuardFault::Missing),
            Some((_, false)) => Some(GuardFault::Disabled),
            Some((found, true)) if found != text => Some(GuardFault::Altered),
            Some(_) => None,
        };
        Ok(wanted.iter().filter_map(|guard| fault(guard).map(|fault| (guard.0.clone(), fault))).collect())
    }

    async fn sqlite_guards(&self) -> Result<Standing, Error> {
        let rows =
            sqlx::query("select name, sql from sqlite_master where type = 'trigger'").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                let (name, sql): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let text = sql.split_once(name.as_str()).map_or("", |(_, text)| text);
                Ok((name.clone(), (tidy(text.trim_end().strip_suffix("end").unwrap_or(text)), true)))
            })
            .collect()
    }

    async fn postgres_guards(&self) -> Result<Standing, Error> {
        let mut standing = Standing::new();
        let triggers = sqlx::query(
            "select cast(t.tgname as text), pg_get_triggerdef(t.oid), cast(t.tgenabled as text) from pg_trigger t
             join pg_class c on c.oid = t.tgrelid
             where not t.tgisinternal and c.relnamespace = cast(current_schema() as regnamespace)",
        );
        for row in triggers.fetch_all(&self.pool).await? {
            let (name, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let acts = row.try_get::<String, _>(2)? != "D";
            standing.insert(name, (as_written(&text), acts));
        }
        let functions = sqlx::query(
            "select cast(proname as text), prosrc from pg_proc where pronamespace = cast(current_schema() as regnamespace)
             and proname like 'letopis%'",
        );
        for row in functions.fetch_all(&self.pool).await? {
            let (name, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            standing.insert(name, (tidy(&text), true));
        }
        Ok(standing)
    }
}

/// Guards of the migrations' texts by name, between their beginning and their end; a later one of the same name takes the place of the earlier.
fn wanted(guards: &[&str], beginning: &str, end: &str) -> BTreeMap<String, String> {
    let texts = guards.iter().flat_map(|guards| guards.split(beginning).skip(1));
    let guard = |text: &str| {
        let text = text.split_once(end).map_or(text, |(text, _)| text);
        let length = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        let (name, rest) = text.split_at(length);
        let body = rest.split_once("as $$").map_or(rest, |(_, body)| body);
        Some((name.to_owned(), if end == ";" { as_written(rest) } else { tidy(body) }))
    };
    texts.filter_map(guard).collect()
}

/// A PostgreSQL trigger in the one spelling of both sides: when, of what operations in the order of their names, on what, by what.
fn as_written(text: &str) -> String {
    let lower = tidy(text).to_lowercase();
    let from = [" before ", " after "].iter().filter_map(|when| lower.find(when)).min().unwrap_or_default();
    let (head, tail) = lower[from..].split_once(" on ").unwrap_or((&lower[from..], ""));
    let mut words = head.split_whitespace();
    let when = words.next().unwrap_or_default();
    let mut operations: Vec<&str> = words.filter(|word| *word != "or").collect();
    operations.sort_unstable();
    let schemaless = tail.split_once(' ').map_or_else(
        || tail.to_owned(),
        |(table, rest)| format!("{} {rest}", table.rsplit('.').next().unwrap_or_default()),
    );
    tidy(&format!("{when} {} on {schemaless}", operations.join(" ")))
}

/// White space once.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
