//! Issuing: a frozen snapshot is typeset, its PDF kept, its route opened. Floor 2.

pub(super) mod leftovers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedReceiver;

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::checkpoint::Checkpoint;
use crate::domain::copy::{self, Action, State};
use crate::domain::edition::{Edition, EditionKind};
use crate::domain::finding::Finding;
use crate::domain::snapshot::Snapshot;
use crate::store::CopyRow;
use crate::typeset::{self, Typeset};
use crate::vault;

use super::keys::Keyring;
use super::log;

/// One issued copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The copy as it stands now.
    pub copy: CopyRow,
    /// Bytes of the issued PDF.
    pub bytes: usize,
    /// Characters that had to be substituted and the like.
    pub findings: Vec<Finding>,
}

/// Issues every given copy that is frozen; `progress` is told of each as it is done. Two threads typeset, one writes.
pub async fn issue(
    house: &House,
    copies: &[CopyRow],
    act: &Act,
    mut progress: impl FnMut(&Issued),
) -> Result<Vec<Issued>, Error> {
    // Unlocking a key is slow by design; the faces are read meanwhile.
    let _ = std::thread::spawn(typeset::prepare);
    let mut jobs = Vec::new();
    for row in copies {
        let state =
            copy::next(row.state, Action::Issue).map_err(|refusal| Error::State { copy: row.id.clone(), refusal })?;
        jobs.push((CopyRow { state, ..row.clone() }, house.db.load_snapshot_text(row.snapshot).await?));
    }
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    super::compromise::refuse_void_rows(house, copies).await?;
    let _writing = leftovers::writing(house).await?;
    let keyring = Keyring::open(house).await?;
    let checkpoint = log::checkpoint(house, &keyring, act).await?;
    let (typeset_at, facts) = (act.moment(), checkpoint.facts());
    let mut made = on_two_threads(jobs, move |(row, text): (CopyRow, String)| {
        let (snapshot, digests) = read_frozen(&row, &text)?;
        let edition = Edition {
            kind: EditionKind::Issued,
            typeset_at: typeset_at.clone(),
            snapshot: row.snapshot,
            checkpoint: facts.clone(),
            marks: Vec::new(),
            seal: None,
        };
        Ok((row, typeset::typeset_read(&snapshot, &digests, &edition, &[])?))
    });
    let mut issued = Vec::new();
    while let Some(result) = made.next().await {
        let (row, pages) = result?;
        let one = keep(house, row, pages, &checkpoint, act).await?;
        progress(&one);
        issued.push(one);
    }
    Ok(issued)
}

/// A snapshot out of the store with the digests of its sheets.
pub(super) fn read_frozen(row: &CopyRow, text: &str) -> Result<(Snapshot, Vec<Digest>), Error> {
    Snapshot::with_sheet_digests(text.as_bytes()).map_err(|_| Error::Damaged(row.id.clone()))
}

/// The file first, under a name that holds its digest; then the transaction. A crash between leaves a file that no row owns ([`leftovers`]).
async fn keep(house: &House, row: CopyRow, pages: Typeset, at: &Checkpoint, act: &Act) -> Result<Issued, Error> {
    let digest = Digest::of(&pages.pdf);
    vault::durable::write_once(&house.issued_pdf(&row.id, row.version, digest), &pages.pdf)?;
    let copy = CopyRow {
        state: State::Issued,
        pages: pages.pages as u32,
        issued_at: act.moment(),
        issued_pdf: digest.to_hex(),
        ..row
    };
    let event = Event::new(EventKind::CopyIssued, &act.by, &act.moment())
        .with("copy", &copy.id)
        .with_number("version", copy.version.into())
        .with_number("pages", copy.pages.into())
        .with_number("checkpoint", at.size)
        .with_digest("snapshot", copy.snapshot)
        .with_digest("issued_pdf", digest);
    let mut tx = house.db.begin().await?;
    tx.record_issue(&copy).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Issued { copy, bytes: pages.pdf.len(), findings: pages.findings })
}

/// Results of work on two threads, in the order of the jobs; dropping it stops the workers.
pub(super) struct Results<R> {
    receiver: UnboundedReceiver<(usize, Result<R, Error>)>,
    early: BTreeMap<usize, Result<R, Error>>,
    next: usize,
}

impl<R> Results<R> {
    /// The result of the next job; `None` after the last one.
    pub(super) async fn next(&mut self) -> Option<Result<R, Error>> {
        loop {
            if let Some(result) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(result);
            }
            let (index, result) = self.receiver.recv().await?;
            self.early.insert(index, result);
        }
    }
}

/// Runs work on two threads; results come as they are ready, but in the order of the jobs, so that a register's numbers follow it.
///
/// Two, because typesetting holds some 100 MB a thread and a school's machine has two cores.
pub(super) fn on_two_threads<J, R>(
    jobs: Vec<J>,
    work: impl Fn(J) -> Result<R, Error> + Send + Sync + 'static,
) -> Results<R>
where
    J: Send + 'static,
    R: Send + 'static,
{
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let queue = Arc::new(Mutex::new(jobs.into_iter().enumerate()));
    let work = Arc::new(work);
    for _ in 0..2 {
        let (sender, queue, work) = (sender.clone(), Arc::clone(&queue), Arc::clone(&work));
        std::thread::spawn(move || {
            // The lock is let go before the work: the guard ends with the closure.
            let next = || queue.lock().ok().and_then(|mut jobs| jobs.next());
            while let Some((index, job)) = next() {
                if sender.send((index, work(job))).is_err() {
                    return;
                }
            }
        });
    }
    Results { receiver, early: BTreeMap::new(), next: 0 }
}
