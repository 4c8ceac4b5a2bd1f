//! Whom each copy waits for: kept while nothing is written, so that every page can count it. Floor 3.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::route;
use crate::domain::snapshot::StageFacts;
use crate::flow::sign::signed;
use crate::flow::{Error, House};
use crate::store::CopyRow;

/// The last version of a copy, and the people whose signature its open stage lacks.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    pub(super) row: CopyRow,
    /// Staff identifiers; empty when no signature is awaited now.
    pub(super) signers: Vec<String>,
}

/// What is kept: copies under a turn, and routes by snapshot, which never change.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: Mutex<Option<(u64, Arc<Vec<Awaited>>)>>,
    /// After a change one request reads, the others wait for what it read.
    reading: tokio::sync::Mutex<()>,
    routes: Mutex<HashMap<Digest, Arc<Vec<StageFacts>>>>,
}

impl Cache {
    /// Every copy's last version with whom it waits for, as of the turn at which copies were touched last (`store::Moved::copies`).
    pub(super) async fn at(&self, house: &House, turn: u64) -> Result<Arc<Vec<Awaited>>, Error> {
        if let Some(copies) = self.held(turn) {
            return Ok(copies);
        }
        let _one = self.reading.lock().await;
        if let Some(copies) = self.held(turn) {
            return Ok(copies);
        }
        let mut last: Vec<CopyRow> = Vec::new();
        for row in house.db.list_copies().await? {
            match last.last_mut() {
                Some(held) if held.id == row.id => *held = row,
                _ => last.push(row),
            }
        }
        let mut copies = Vec::with_capacity(last.len());
        for row in last {
            let signers = if row.state == State::Issued { self.missing(house, &row).await? } else { Vec::new() };
            copies.push(Awaited { row, signers });
        }
        let copies = Arc::new(copies);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, copies.clone()));
        Ok(copies)
    }

    fn held(&self, turn: u64) -> Option<Arc<Vec<Awaited>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(held, _)| *held == turn).map(|(_, copies)| copies.clone())
    }

    async fn missing(&self, house: &House, row: &CopyRow) -> Result<Vec<String>, Error> {
        let known = self.routes.lock().unwrap_or_else(PoisonError::into_inner).get(&row.snapshot).cloned();
        let route = match known {
            Some(route) => route,
            None => {
                let route = Arc::new(house.db.load_snapshot(row.snapshot).await?.route);
                let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
                routes.insert(row.snapshot, route.clone());
                route
            }
        };
        let stands = signed(&house.db.list_statements(&row.id, row.version).await?);
        Ok(route::open_stage(&route, &stands).map(|stage| route::missing(stage, &stands)).unwrap_or_default())
    }
}
