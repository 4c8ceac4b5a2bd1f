//! Many writers at one log: two processes with 32 tasks each on both engines; a client that goes away at any moment.

use std::future::{Future, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::task::Poll;
use std::time::Duration;

use letopis::domain::canon::{Digest, unhex};
use letopis::domain::change::Voucher;
use letopis::domain::{audit, merkle};
use letopis::flow::change::{Edit, apply};
use letopis::flow::{House, log};
use letopis::store::ChangeFilter;

use super::house::{YEAR, at, block_on, on_every_engine};

/// Tasks of one process; two processes make 64.
const TASKS: usize = 32;
/// Real changes of one task.
const TURNS: usize = 4;

const CHILD: &str = "LETOPIS_TEST_WRITER";

/// Every task changes a lesson of its own and one that all quarrel about.
async fn write(root: &Path, process: usize) {
    let mut tasks = Vec::new();
    let house = std::sync::Arc::new(House::open(root).await.expect("the house opens"));
    for task in 0..TASKS {
        let house = house.clone();
        tasks.push(tokio::spawn(async move {
            for turn in 0..TURNS {
                let (date, number) = (format!("2026-03-{:02}", task + 1), (process + 1).to_string());
                let topic = format!("Тема {turn}");
                let own = Edit::put("lessons", YEAR, &["C00001", &date, &number], &[&topic, "", "", ""]);
                let said = format!("{process} {task} {turn}");
                let shared = Edit::put("lessons", YEAR, &["C00001", "2026-04-01", "1"], &[&said, "", "", ""]);
                let act = at(&format!("T{process:02}{task:03}"), turn as i64);
                apply(&house, &act, "writers", &[own, shared]).await.expect("a change");
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
}

#[test]
fn sixty_four_tasks_in_two_processes_never_fork_the_log() {
    // The second process is this very test, which the first one starts with the house's folder.
    if let Ok(root) = std::env::var(CHILD) {
        return block_on(write(&PathBuf::from(root), 1));
    }
    on_every_engine(|house| async move {
        let root = house.root.clone();
        let before = house.db.log_state().await.expect("a state").0;
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "writers::sixty_four_tasks_in_two_processes_never_fork_the_log", "--test-threads=1"])
            .env(CHILD, &root)
            .stdout(Stdio::null())
            .spawn()
            .expect("a second process");
        write(&root, 0).await;
        let ended = tokio::task::spawn_blocking(move || child.wait().expect("an end")).await.expect("no panic");
        assert!(ended.success(), "the second process: {ended}");

        let entries = house.db.list_log().await.expect("the log");
        assert_eq!(entries.len() as u64 - before, (2 * TASKS * TURNS) as u64);
        assert!(entries.iter().zip(0..).all(|(entry, index)| entry.index == index), "no gap, no fork");
        let leaf = |salt: &str, payload: &str| merkle::leaf_hash(&audit::entry(&unhex(salt).expect("hex"), payload).0);
        let leaves: Vec<Digest> = entries.iter().map(|entry| leaf(&entry.salt, &entry.payload)).collect();
        let head = house.db.log_state().await.expect("a state");
        assert_eq!(head, (entries.len() as u64, merkle::root(&leaves)), "the head is the recomputed root");

        let mut changes = house.db.list_changes(&ChangeFilter::default()).await.expect("changes");
        changes.reverse();
        assert_eq!(changes.len(), 2 * 2 * TASKS * TURNS, "two rows a turn");
        assert!(changes.iter().zip(1..).all(|(change, seq)| change.seq == seq), "lines without a gap");
        let mut next = 1;
        for entry in &entries[before as usize..] {
            let payload = serde_json::from_str(&entry.payload).expect("JSON");
            let voucher = Voucher::read(&payload).expect("a voucher");
            assert_eq!((voucher.first, voucher.count), (next, 2), "lines stand in the order of their events");
            next += voucher.count;
        }
        let shared: Vec<_> = changes.iter().filter(|change| change.key[1] == "2026-04-01").collect();
        assert!(shared.windows(2).all(|pair| pair[1].old == pair[0].new), "each saw what the one before it left");
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

/// Polls a future so many times and then lets it go; `None` when it was let go.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[test]
fn a_client_that_goes_away_at_any_moment_leaves_no_open_transaction() {
    on_every_engine(|house| async move {
        let (mut left, mut stayed) = (0, 0);
        // An answer may be there before it is asked for, so which await a number of polls ends at differs: each number is tried four times.
        for times in (1..=25).flat_map(|times| [times; 4]) {
            let lesson = format!("2026-05-{times:02}");
            let topic = format!("Раз {}", left + stayed);
            let edit = Edit::put("lessons", YEAR, &["C00001", &lesson, "7"], &[&topic, "", "", ""]);
            match polled(times, apply(&house, &at("T00007", 1), "leaver", std::slice::from_ref(&edit))).await {
                Some(done) => {
                    done.expect("whoever stays comes through");
                    stayed += 1;
                }
                None => left += 1,
            }
            // Another writer gets the turn at once: two seconds are a thousand times what a change takes.
            let topic = format!("Следующий {}", left + stayed);
            let other = Edit::put("lessons", YEAR, &["C00001", "2026-05-29", "8"], &[&topic, "", "", ""]);
            let act = at("T00008", 2);
            let next = apply(&house, &act, "stayer", std::slice::from_ref(&other));
            let next = tokio::time::timeout(Duration::from_secs(2), next).await;
            next.unwrap_or_else(|_| panic!("after {times} polls somebody still holds the turn")).expect("a change");
        }
        // On a busy machine most answers are there at the first polls: 7 of 100 left on one with a load of 8.
        assert!(left >= 3 && stayed >= 3, "{left} left, {stayed} stayed: not every moment was met");
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}
