//! Long work: who has it in hand, what a killed process leaves, and what a house makes of it. The queue's story runs on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::{engines, house};
use chrono::Duration;
use engines::{AT, on_every_engine};
use house::{House, YEAR, after, tell};
use letopis::domain::audit::{Event, EventKind};
use letopis::flow::jobs::{self, Clock, Work, Worker};
use letopis::store::{AnswerKey, Hold, JobState, KeptAnswer, NewJob, TokenRow};
use tokio::sync::watch;

fn job(id: &str, once: &str, queued: i64) -> NewJob {
    NewJob {
        id: id.into(),
        kind: "issue_all",
        once: once.into(),
        arguments: "{\"kind\":\"issue_all\"}".into(),
        queued,
        created_at: AT.into(),
        created_by: "operator".into(),
    }
}

fn hold(holder: &str, now: i64) -> Hold<'_> {
    Hold { holder, now, until: now + 60 }
}

#[test]
fn a_job_is_taken_once_and_again_only_after_its_lease() {
    on_every_engine(|db| async move {
        assert_eq!(db.queue_job(&job("a", "issue", 1)).await.unwrap(), "a");
        assert_eq!(db.queue_job(&job("b", "issue", 2)).await.unwrap(), "a", "the same work is not queued twice");
        assert_eq!(db.queue_job(&job("c", "seal", 3)).await.unwrap(), "c");
        assert_eq!(db.count_open_jobs().await.unwrap(), (2, 0));

        let taken = db.claim_job(hold("first", 100), AT).await.unwrap().expect("a job");
        assert_eq!((taken.id.as_str(), taken.state, taken.attempts), ("a", JobState::Running, 1));
        assert_eq!(db.claim_job(hold("second", 100), AT).await.unwrap().expect("the next job").id, "c");
        assert_eq!(db.claim_job(hold("third", 159), AT).await.unwrap(), None, "both are held");
        assert!(db.keep_job("a", hold("first", 150), 3, 9, "Вёрстка").await.unwrap());
        assert_eq!(db.claim_job(hold("third", 205), AT).await.unwrap().expect("the silent one").id, "c");
        assert_eq!(db.find_job("a").await.unwrap().expect("a job").done, 3);

        let again = db.claim_job(hold("third", 211), AT).await.unwrap().expect("its lease is over");
        assert_eq!((again.id.as_str(), again.attempts), ("a", 2));
        assert!(!db.keep_job("a", hold("first", 212), 4, 9, "").await.unwrap(), "who lost it is told so");
        let mut done = again.clone();
        done.state = JobState::Done;
        done.result = "{}".into();
        assert!(!db.finish_job("a", "first", &done).await.unwrap(), "and cannot end it");
        assert!(db.finish_job("a", "third", &done).await.unwrap());
        assert_eq!(db.queue_job(&job("d", "issue", 4)).await.unwrap(), "d", "now there is room for the same work");
        assert_eq!(db.list_jobs(10).await.unwrap().len(), 3);
    });
}

#[test]
fn a_job_that_was_given_back_is_taken_at_once_and_costs_no_attempt() {
    on_every_engine(|db| async move {
        db.queue_job(&job("a", "issue", 1)).await.unwrap();
        db.claim_job(hold("first", 100), AT).await.unwrap().expect("a job");
        assert!(!db.give_back_job("a", "second").await.unwrap(), "only who has it gives it back");
        assert!(db.give_back_job("a", "first").await.unwrap());
        let again = db.claim_job(hold("second", 101), AT).await.unwrap().expect("a job");
        assert_eq!(again.attempts, 1);
    });
}

#[test]
fn many_processes_never_take_one_job_twice() {
    on_every_engine(|db| async move {
        for n in 0..30 {
            db.queue_job(&job(&format!("j{n}"), &format!("work {n}"), n)).await.unwrap();
        }
        let mut tasks = Vec::new();
        for process in 0..8 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                let (name, mut mine) = (format!("p{process}"), Vec::new());
                // PostgreSQL may hand a loser nothing though others wait: it looks again.
                let mut empty = 0;
                while empty < 10 {
                    match db.claim_job(hold(&name, 100), AT).await.unwrap() {
                        Some(job) => mine.push(job.id),
                        None => empty += 1,
                    }
                }
                mine
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!((all.len(), count), (30, 30));
    });
}

#[test]
fn a_token_is_found_by_its_hash_and_what_it_may_do_never_changes() {
    on_every_engine(|db| async move {
        let row = TokenRow {
            id: "01020304".into(),
            label: "сайт школы".into(),
            scopes: "read_setup".into(),
            hash: "aa".into(),
            created_at: AT.into(),
            created_by: "T00001".into(),
            expires_on: "2026-10-24".into(),
            revoked_at: String::new(),
            revoked_by: String::new(),
            last_used_at: String::new(),
        };
        let event = || Event::new(EventKind::TokenIssued, "T00001", AT).with("token", "01020304");
        let mut tx = db.begin().await.unwrap();
        tx.record_token(&row).await.unwrap();
        tx.record(&event(), [1; 16]).await.unwrap().commit().await.unwrap();
        assert_eq!(db.find_token("aa").await.unwrap(), Some(row.clone()));
        assert_eq!(db.find_token("ab").await.unwrap(), None);
        db.touch_token("01020304", "2025-10-24T12:01").await.unwrap();
        db.touch_token("01020304", "2025-10-24T12:00").await.unwrap();
        assert_eq!(db.list_tokens().await.unwrap()[0].last_used_at, "2025-10-24T12:01", "time does not run backwards");
        let mut tx = db.begin().await.unwrap();
        tx.revoke_token("01020304", AT, "T00002").await.unwrap();
        assert!(tx.revoke_token("01020304", AT, "T00002").await.is_err(), "revoked once");
        tx.record(&event(), [2; 16]).await.unwrap().commit().await.unwrap();
        assert_eq!(db.find_token("aa").await.unwrap().unwrap().revoked_by, "T00002");
    });
}

#[test]
fn an_idempotency_key_belongs_to_the_first_request_and_is_forgotten_after_its_time() {
    on_every_engine(|db| async move {
        let key = AnswerKey { token: "t", key: "k" };
        assert_eq!(db.take_answer_key(key, "f", 100, 0).await.unwrap(), None);
        assert_eq!(db.take_answer_key(key, "g", 100, 0).await.unwrap().unwrap().status, 0, "under way");
        let answer = KeptAnswer {
            fingerprint: "f".into(),
            status: 202,
            content_type: "application/json".into(),
            body: "{}".into(),
        };
        db.keep_answer(key, &answer).await.unwrap();
        db.drop_answer_key(key).await.unwrap();
        assert_eq!(db.take_answer_key(key, "g", 100, 0).await.unwrap(), Some(answer), "an answer that was given stays");
        assert_eq!(db.take_answer_key(key, "g", 200, 150).await.unwrap(), None, "cleared away");
        db.drop_answer_key(key).await.unwrap();
        assert_eq!(db.take_answer_key(key, "h", 200, 150).await.unwrap(), None, "a failed request lets its key go");
    });
}

/// A clock that a story sets, seconds after the story's noon.
fn clock(seconds: &Arc<AtomicI64>) -> Clock {
    let seconds = Arc::clone(seconds);
    Arc::new(move || after(1).at + Duration::seconds(seconds.load(Ordering::Relaxed)))
}

fn quarter() -> Work {
    Work::CloseAll { year: YEAR.into(), period: "Q1".into(), classes: Vec::new(), ground: String::new() }
}

#[test]
fn a_killed_process_leaves_its_job_to_the_next_one_which_finishes_it() {
    tell(async {
        let house = House::with_journal().await;
        let house = Arc::new(letopis::flow::House::open(&house.root).await.unwrap());
        let seconds = Arc::new(AtomicI64::new(0));
        let queued = jobs::queue(&house, &quarter(), &after(1)).await.unwrap();
        assert!(jobs::queue(&house, &quarter(), &after(1)).await.unwrap().already);
        // A process takes it and dies without a word.
        let now = after(1).at.timestamp();
        house.db.claim_job(Hold { holder: "dead", now, until: now + 60 }, AT).await.unwrap().expect("a job");
        let worker = Worker::new(Arc::clone(&house), clock(&seconds), Arc::default()).unwrap();
        let (_keep, mut stop) = watch::channel(false);
        assert!(!worker.next(&mut stop).await.unwrap(), "its lease still runs");
        seconds.store(61, Ordering::Relaxed);
        assert!(worker.next(&mut stop).await.unwrap());
        let row = house.db.find_job(&queued.id).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts, row.done, row.total), (JobState::Done, 2, 2, 2));
        assert_eq!(jobs::outcome(&row).unwrap().said, "Закрыт период у 2\u{a0}классов.");
        assert_eq!(house.db.list_closures().await.unwrap().len(), 2);
        // Issuing follows in the same way, and a second time there is nothing to do.
        jobs::queue(&house, &Work::IssueAll, &after(2)).await.unwrap();
        assert!(worker.next(&mut stop).await.unwrap());
        assert!(house.db.list_copies().await.unwrap().iter().all(|copy| copy.pages > 0));
    });
}

#[test]
fn a_press_for_another_class_is_not_taken_for_the_one_under_way() {
    tell(async {
        let house = House::with_journal().await;
        let house = Arc::new(letopis::flow::House::open(&house.root).await.unwrap());
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let names: Vec<String> = roster.classes.iter().map(|class| class.name.clone()).collect();
        let of = |class: &String, ground: &str| Work::CloseAll {
            year: YEAR.into(),
            period: "Q1".into(),
            classes: vec![class.clone()],
            ground: ground.into(),
        };
        let mut ids = Vec::new();
        for (class, ground) in [(&names[0], ""), (&names[1], ""), (&names[1], "болезнь учителя")] {
            let queued = jobs::queue(&house, &of(class, ground), &after(1)).await.unwrap();
            assert!(!queued.already, "{class}, ground «{ground}», is other work");
            ids.push(queued.id);
        }
        assert!(jobs::queue(&house, &of(&names[0], ""), &after(1)).await.unwrap().already, "a second press is none");
        let worker = Worker::new(Arc::clone(&house), clock(&Arc::default()), Arc::default()).unwrap();
        let (_keep, mut stop) = watch::channel(false);
        while worker.next(&mut stop).await.unwrap() {}
        let mut closed: Vec<String> =
            house.db.list_closures().await.unwrap().into_iter().map(|row| row.class).collect();
        closed.sort();
        assert_eq!(closed, names, "both classes are closed");
        // The second quarter begins on 5 November, after the house's own day: even a ground does not close it.
        let ahead = Work::CloseAll {
            year: YEAR.into(),
            period: "Q2".into(),
            classes: vec![names[0].clone()],
            ground: "приказ № 7".into(),
        };
        let early = jobs::queue(&house, &ahead, &after(2)).await.unwrap().id;
        while worker.next(&mut stop).await.unwrap() {}
        let early = house.db.find_job(&early).await.unwrap().unwrap();
        let told = early.result.contains("\"Период ещё не начался: его первый день — 05.11.2025");
        assert!(early.state == JobState::Failed && told, "{}", early.result);
        assert_eq!(house.db.list_closures().await.unwrap().len(), names.len(), "nothing else is closed");
        for id in ids {
            assert_eq!(house.db.find_job(&id).await.unwrap().unwrap().state, JobState::Done);
        }
    });
}

#[test]
fn a_stop_gives_the_job_back_and_the_queue_goes_on_after_it() {
    tell(async {
        let house = House::with_journal().await;
        let house = Arc::new(letopis::flow::House::open(&house.root).await.unwrap());
        let seconds = Arc::new(AtomicI64::new(0));
        let queued = jobs::queue(&house, &quarter(), &after(1)).await.unwrap();
        let (stop, seen) = watch::channel(false);
        let worker = Worker::new(Arc::clone(&house), clock(&seconds), Arc::default()).unwrap();
        let running = tokio::spawn(worker.clone().run(seen));
        let state = || async { house.db.find_job(&queued.id).await.unwrap().unwrap().state };
        while state().await == JobState::Waiting {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        // Given back, or ended in the same moment; never left hanging.
        assert_ne!(state().await, JobState::Running);
        let (_keep, mut stop) = watch::channel(false);
        worker.next(&mut stop).await.unwrap();
        assert_eq!(state().await, JobState::Done);
        assert_eq!(house.db.list_closures().await.unwrap().len(), 2);
        assert!(letopis::flow::log::verify(&house).await.unwrap().is_empty(), "the log is whole");
    });
}

#[test]
fn a_job_that_fails_says_why_in_words() {
    tell(async {
        let house = House::with_journal().await;
        let house = Arc::new(letopis::flow::House::open(&house.root).await.unwrap());
        let seconds = Arc::new(AtomicI64::new(0));
        let queued = jobs::queue(&house, &Work::Import { file: "none.zip".into() }, &after(1)).await.unwrap();
        let worker = Worker::new(Arc::clone(&house), clock(&seconds), Arc::default()).unwrap();
        let (_keep, mut stop) = watch::channel(false);
        worker.next(&mut stop).await.unwrap();
        let row = house.db.find_job(&queued.id).await.unwrap().unwrap();
        assert_eq!(row.state, JobState::Failed);
        assert!(jobs::outcome(&row).unwrap().said.contains("none.zip"));
    });
}

#[test]
fn a_database_tells_its_own_health() {
    on_every_engine(|db| async move {
        db.probe_write().await.unwrap();
        db.probe_write().await.unwrap();
        assert_eq!(db.list_schema_differences().await.unwrap(), Vec::<i64>::new());
        assert_eq!(db.last_event().await.unwrap(), None);
        let event = Event::new(EventKind::CheckFailed, "operator", AT);
        db.begin().await.unwrap().record(&event, [0; 16]).await.unwrap().commit().await.unwrap();
        assert_eq!(db.last_event().await.unwrap(), Some(event.payload()));
        assert_eq!(db.count_register_lines().await.unwrap(), 0);
        assert!(db.pool_figures().open >= 1);
    });
}
