//! Is the house ready to work: can it write to store and archive, is there room, is the clock sane, are schema and guards whole. Floor 2.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::House;
use crate::domain::words;
use crate::store;
use crate::vault::space;

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Word for programs.
    pub name: &'static str,
    /// Does it hold?
    pub ok: bool,
    /// What was seen, in Russian; no paths, addresses or names.
    pub said: String,
}

impl Check {
    fn good(name: &'static str, said: impl Into<String>) -> Self {
        Self { name, ok: true, said: said.into() }
    }

    fn bad(name: &'static str, said: impl Into<String>) -> Self {
        Self { name, ok: false, said: said.into() }
    }
}

/// How long a check may wait for the database: a probe every few seconds must not pile up.
const PATIENCE: Duration = Duration::from_secs(3);

/// How far the clock may stand behind the last event: two machines of one school differ by seconds.
const CLOCK_SLACK_SECONDS: i64 = 120;

/// Looks at everything that a request needs.
pub async fn examine(house: &House, now: DateTime<FixedOffset>) -> Vec<Check> {
    let mut checks = vec![database(house).await, schema(house).await, guards(house).await];
    checks.push(archive(house).await);
    checks.push(free_space(house));
    checks.push(clock(house, now).await);
    checks
}

async fn within<T>(read: impl Future<Output = Result<T, store::Error>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(store::Error::World(sentence))) => Err(sentence.to_owned()),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the database does not answer a check");
            Err("база данных не отвечает: подробности — в журнале программы".to_owned())
        }
        Err(_) => Err("база данных не ответила вовремя".to_owned()),
    }
}

async fn database(house: &House) -> Check {
    const NAME: &str = "database";
    if let Err(said) = within(house.db.log_state()).await {
        return Check::bad(NAME, said);
    }
    match tokio::time::timeout(PATIENCE, house.db.probe_write()).await {
        Ok(Ok(())) => Check::good(NAME, "читается и пишется"),
        // It answers reading; a long import has the writer's place, and gives it back.
        Err(_) => Check::good(NAME, "читается; идёт долгая запись"),
        Ok(Err(store::Error::World(sentence))) => Check::bad(NAME, sentence),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the database refuses a write");
            Check::bad(NAME, "не пишется: подробности — в журнале программы")
        }
    }
}

async fn schema(house: &House) -> Check {
    const NAME: &str = "migrations";
    match within(house.db.list_schema_differences()).await {
        Ok(different) if different.is_empty() => Check::good(NAME, "схема базы данных этой версии программы"),
        Ok(different) => {
            let steps: Vec<String> = different.iter().map(ToString::to_string).collect();
            Check::bad(NAME, format!("схема базы данных другой версии: шаги {}", steps.join(", ")))
        }
        Err(said) => Check::bad(NAME, said),
    }
}

async fn guards(house: &House) -> Check {
    const NAME: &str = "guards";
    match within(house.db.list_guard_faults()).await {
        Ok(faults) if faults.is_empty() => Check::good(NAME, "все запреты базы данных на месте"),
        Ok(faults) => {
            let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
            Check::bad(NAME, format!("запреты базы данных сняты или изменены: {}", names.join(", ")))
        }
        Err(said) => Check::bad(NAME, said),
    }
}

async fn archive(house: &House) -> Check {
    const NAME: &str = "archive";
    let (root, staging) = (house.archive(), house.staging());
    let tried = tokio::task::spawn_blocking(move || {
        // A record is built in `staging` and moved into the archive: both lie on one disk, and the archive itself holds nothing but records.
        space::probe(&staging, ".probe").map_err(|error| error.kind())?;
        std::fs::metadata(root.join("0=ocfl_1.1")).map(|_| ()).map_err(|error| error.kind())
    });
    match tried.await {
        Ok(Ok(())) => Check::good(NAME, "пишется"),
        Ok(Err(kind)) => Check::bad(NAME, format!("не пишется или не открывается ({kind})")),
        Err(_) => Check::bad(NAME, "проверка оборвалась"),
    }
}

fn free_space(house: &House) -> Check {
    const NAME: &str = "free_space";
    // 1 MiB: what people read; below that the answer is the same.
    const MIB: u64 = 1024 * 1024;
    let least = house.config.limits().free_bytes;
    match space::free_bytes(&house.archive()) {
        Ok(free) if free >= least => Check::good(NAME, format!("свободно {} МиБ", free / MIB)),
        Ok(free) => Check::bad(NAME, format!("свободно {} МиБ, нужно не меньше {} МиБ", free / MIB, least / MIB)),
        Err(error) => Check::bad(NAME, format!("диск архива не отвечает ({})", error.kind())),
    }
}

async fn clock(house: &House, now: DateTime<FixedOffset>) -> Check {
    const NAME: &str = "clock";
    let last = match within(house.db.last_event()).await {
        Ok(last) => last.and_then(|payload| moment_of(&payload)),
        Err(said) => return Check::bad(NAME, said),
    };
    match last {
        Some(last) if (last - now).num_seconds() > CLOCK_SLACK_SECONDS => {
            Check::bad(NAME, "часы отстают: последнее событие журнала — в будущем")
        }
        _ => Check::good(NAME, "часы не отстают от журнала событий"),
    }
}

fn moment_of(payload: &str) -> Option<DateTime<FixedOffset>> {
    let facts: serde_json::Value = serde_json::from_str(payload).ok()?;
    words::moment_of(facts.get("at")?.as_str()?)
}
