//! The store story: one story run on SQLite always, and on PostgreSQL when `TEST_DATABASE_URL` names one.
//!
//! Every statement of the store is met here on both engines: order of writers, guards, the log, the differences of an import.

#![allow(clippy::expect_used)] // a test that cannot go on should stop

mod engines;
#[path = "store/paged.rs"]
mod paged;
#[path = "store/parts.rs"]
mod parts;
#[path = "store/scans.rs"]
mod scans;
#[path = "store/signing.rs"]
mod signing;

use chrono::NaiveDate;
use engines::{AT, on_every_engine};
use letopis::domain::audit::{Event, EventKind};
use letopis::domain::copy::State;
use letopis::domain::journal::{
    Absence, Class, ContentGap, Course, Decision, FinalMark, GapKind, Journal, Learner, Lesson, LessonKey, Mark,
    Period, PeriodKind, School, StaffMember,
};
use letopis::domain::merkle;
use letopis::domain::period;
use letopis::domain::policy;
use letopis::domain::register::RegisterLine;
use letopis::domain::snapshot::{CopyKind, Snapshot, TemplateFacts};
use letopis::domain::timeliness::{EntryKind, EntryTime};
use letopis::domain::{audit, canon::Digest, freeze};
use letopis::store::{
    Author, CertificateRow, CheckpointRow, ClosureRow, Db, Error, ImportRow, PolicyRow, SealedRow, StatementRow,
};

const YEAR: &str = "2025/2026";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn journal() -> Journal {
    let key = |number| LessonKey { course_id: "C1".into(), date: day("2025-09-03"), number };
    let learner = |id: &str, surname: &str| Learner {
        id: id.into(),
        surname: surname.into(),
        given_name: "Яшма".into(),
        patronymic: String::new(),
        born: None,
        class: "5А".into(),
        enrolled_on: day("2025-09-01"),
        enrolment_order: "1".into(),
        left_on: None,
        leaving_order: String::new(),
    };
    Journal {
        school: School {
            name: "Школа примеров".into(),
            short_name: "ШП".into(),
            town: String::new(),
            year: YEAR.into(),
        },
        periods: vec![Period {
            id: "Q1".into(),
            name: "1 четверть".into(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: day("2025-09-01"),
            ends: day("2025-10-24"),
        }],
        staff: ["director", "deputy", "teacher"]
            .iter()
            .enumerate()
            .map(|(n, role)| StaffMember {
                id: format!("T{n}"),
                surname: "Кварцев".into(),
                given_name: "Опал".into(),
                patronymic: "Агатович".into(),
                position: "Должность".into(),
                roles: vec![(*role).to_owned()],
            })
            .collect(),
        classes: vec![Class { name: "5А".into(), grade: 5, class_teacher_id: "T2".into() }],
        learners: vec![learner("L1", "Ольхина"), learner("L2", "Берёзова")],
        earlier_stays: Vec::new(),
        earlier_teachers: Vec::new(),
        content_gaps: vec![ContentGap {
            class: "5А".into(),
            kind: GapKind::Contents,
            starts: day("2025-09-01"),
            ends: day("2025-10-24"),
        }],
        courses: vec![Course {
            id: "C1".into(),
            class: "5А".into(),
            subject: "Алгебра".into(),
            group: String::new(),
            teacher_id: "T2".into(),
            hours_per_week_centi: 300,
            members: vec!["L1".into(), "L2".into()],
        }],
        lessons: [1, 2]
            .map(|number| Lesson {
                key: key(number),
                topic: "Дроби $#*".into(),
                homework: String::new(),
                kind_of_work: String::new(),
                substitute_teacher_id: String::new(),
            })
            .to_vec(),
        marks: vec![Mark {
            lesson: key(1),
            learner_id: "L1".into(),
            kind_of_work: String::new(),
            value: "5".into(),
            ordinal: 0,
        }],
        absences: vec![Absence { lesson: key(2), learner_id: "L2".into(), code: "Б".into() }],
        final_marks: ["L1", "L2"]
            .map(|learner| FinalMark {
                course_id: "C1".into(),
                learner_id: learner.into(),
                period: "Q1".into(),
                value: "5".into(),
            })
            .to_vec(),
        decisions: vec![Decision {
            learner_id: "L1".into(),
            decision: "Переведена".into(),
            protocol: "8".into(),
            date: Some(day("2026-05-26")),
        }],
    }
}

fn event(kind: EventKind) -> Event {
    Event::new(kind, "operator", AT)
}

fn snapshot() -> Snapshot {
    let journal = journal();
    let policy = policy::parse("default", policy::builtin("default").expect("a policy")).expect("the default policy");
    let span = period::span(&journal, &journal.classes[0], "Q1").expect("a span");
    let told = freeze::Circumstances {
        kind: CopyKind::PeriodCopy,
        copies: Vec::new(),
        paper: String::new(),
        adopted: String::new(),
        school_id: "story".into(),
        authority: Digest::of(b"authority"),
        version: 1,
        replaces: String::new(),
        changes: None,
        voids: Vec::new(),
        frozen_at: AT.into(),
        exported_at: String::new(),
        ground: String::new(),
        omissions: Vec::new(),
        template: TemplateFacts { name: "period-copy".into(), version: "1".into(), digest: Digest::of(b"t") },
        salts: vec!["00".repeat(16), "11".repeat(16)],
        founder: String::new(),
        topics: Vec::new(),
        brought: Vec::new(),
        route: freeze::Laying::By(Vec::new()),
    };
    freeze::freeze(&journal, &journal.classes[0], &span, &policy, &told).expect("a snapshot")
}

async fn import(db: &Db, journal: &Journal) -> Result<usize, Error> {
    let mut tx = db.begin().await?;
    let author = Author { by: "operator", at: AT, secret: &[9; 32] };
    let written = tx.replace_journal(journal, &author).await?.rows;
    tx.rename_school(&journal.school).await?;
    tx.record(&event(EventKind::BundleImported), [1; 16]).await?.commit().await?;
    Ok(written)
}

#[test]
fn imports_stand_in_the_order_of_time_and_only_grow() {
    on_every_engine(|db| async move {
        let row = |digest: &str| ImportRow {
            no: 0,
            digest: digest.into(),
            year: YEAR.into(),
            mode: "add".into(),
            files: "[]".into(),
            imported_at: AT.into(),
            imported_by: "operator".into(),
            rows_new: 3,
            rows_changed: 2,
            rows_gone: 1,
            event: 7,
        };
        for digest in ["aa", "bb"] {
            let mut tx = db.begin().await.expect("an answer");
            tx.record_import(&row(digest)).await.expect("an answer");
            tx.record(&event(EventKind::BundleImported), [1; 16])
                .await
                .expect("an answer")
                .commit()
                .await
                .expect("an answer");
        }
        let list = db.list_imports().await.expect("an answer");
        let expected = [ImportRow { no: 2, ..row("bb") }, ImportRow { no: 1, ..row("aa") }];
        assert_eq!(list, expected);
    });
}

fn closure() -> ClosureRow {
    ClosureRow {
        year: YEAR.into(),
        class: "5А".into(),
        period: "Q1".into(),
        starts: "2025-09-01".into(),
        ends: "2025-10-24".into(),
        closed_at: AT.into(),
        closed_by: "operator".into(),
        ground: String::new(),
    }
}

async fn close(db: &Db) {
    let mut tx = db.begin().await.expect("a turn");
    tx.record_closure(&closure()).await.expect("a closure");
    tx.record_frozen(&snapshot(), State::Frozen).await.expect("a snapshot");
    tx.record(&event(EventKind::PeriodClosed), [2; 16]).await.expect("an event").commit().await.expect("a commit");
}

#[test]
fn a_journal_comes_back_as_it_went_in_and_a_second_import_writes_only_the_difference() {
    on_every_engine(|db| async move {
        let mut journal = journal();
        assert!(import(&db, &journal).await.expect("an import") > 0);
        let mut back = db.load_journal(YEAR).await.expect("a journal");
        back.school.year = YEAR.into();
        assert_eq!(back, journal);
        assert_eq!(db.list_years().await.expect("years"), [YEAR]);
        assert_eq!(import(&db, &journal).await.expect("the same again"), 0);
        journal.marks[0].value = "4".into();
        journal.absences.clear();
        let changes = db.begin().await.expect("a turn").list_changes(&journal).await.expect("changes");
        let tables: Vec<&str> = changes.iter().map(|change| change.table).collect();
        assert_eq!(tables, ["marks", "absences"]);
        assert_eq!(import(&db, &journal).await.expect("the difference"), 2);
        assert_eq!(db.load_journal(YEAR).await.expect("a journal").marks[0].value, "4");
    });
}

#[test]
fn a_page_is_read_without_the_rest_of_the_year_and_knows_when_something_was_written() {
    on_every_engine(|db| async move {
        let journal = journal();
        let before = db.turn().await.expect("a turn");
        import(&db, &journal).await.expect("an import");
        let after = db.turn().await.expect("a turn");
        assert!(after > before, "a write moves the turn");
        assert_eq!(db.turn().await.expect("a turn"), after, "a read does not");
        let roster = db.load_roster(YEAR).await.expect("a roster");
        assert_eq!(
            (&roster.learners, &roster.courses, &roster.staff),
            (&journal.learners, &journal.courses, &journal.staff)
        );
        assert!(roster.lessons.is_empty() && roster.marks.is_empty());
        for class in &journal.classes {
            let (whole, part) =
                (journal.of_class(&class.name), db.load_class_entries(YEAR, &class.name).await.expect("entries"));
            assert_eq!((&part.lessons, &part.marks), (&whole.lessons, &whole.marks));
            assert_eq!((&part.absences, &part.final_marks), (&whole.absences, &whole.final_marks));
            assert_eq!(part.decisions, whole.decisions);
        }
        for learner in &journal.learners {
            let whole = journal.of_class(&learner.class);
            let part = db.load_learner_entries(YEAR, &learner.class, &learner.id).await.expect("entries");
            let marks: Vec<_> = whole.marks.iter().filter(|mark| mark.learner_id == learner.id).cloned().collect();
            let absences: Vec<_> = whole.absences.iter().filter(|one| one.learner_id == learner.id).cloned().collect();
            let finals: Vec<_> = whole.final_marks.iter().filter(|one| one.learner_id == learner.id).cloned().collect();
            assert_eq!((&part.marks, &part.absences, &part.final_marks), (&marks, &absences, &finals));
            let has = |key: &LessonKey| {
                marks.iter().any(|one| one.lesson == *key) || absences.iter().any(|one| one.lesson == *key)
            };
            let lessons: Vec<_> = whole.lessons.iter().filter(|lesson| has(&lesson.key)).cloned().collect();
            assert_eq!(part.lessons, lessons, "the lessons that the entries hang on");
            assert_eq!(db.list_years_of_learner(&learner.id).await.expect("years"), [YEAR]);
        }
        assert!(db.list_years_of_learner("nobody").await.expect("years").is_empty());
        for course in &journal.courses {
            let part = db.load_course_entries(YEAR, &course.id).await.expect("entries");
            let marks: Vec<_> =
                journal.marks.iter().filter(|mark| mark.lesson.course_id == course.id).cloned().collect();
            assert_eq!(part.marks, marks);
            assert!(part.decisions.is_empty() && part.lessons.iter().all(|lesson| lesson.key.course_id == course.id));
        }
        assert!(db.load_class_entries(YEAR, "нет такого").await.expect("nothing").lessons.is_empty());
    });
}

#[test]
fn a_closed_period_refuses_every_write_path() {
    on_every_engine(|db| async move {
        let journal = journal();
        import(&db, &journal).await.expect("an import");
        close(&db).await;
        type Edit = fn(&mut Journal);
        let edits: [(&str, Edit); 9] = [
            ("mark changed", |j| j.marks[0].value = "2".into()),
            ("mark removed", |j| j.marks.clear()),
            ("mark added", |j| j.marks.push(Mark { ordinal: 1, ..j.marks[0].clone() })),
            ("absence changed", |j| j.absences[0].code = "Н".into()),
            ("topic changed", |j| j.lessons[0].topic = "Другая".into()),
            ("lesson removed", |j| j.lessons.truncate(1)),
            ("final mark changed", |j| j.final_marks[0].value = "2".into()),
            ("final mark removed", |j| j.final_marks.clear()),
            ("course moved", |j| j.courses[0].subject = "Физика".into()),
        ];
        for (what, edit) in edits {
            let mut changed = journal.clone();
            edit(&mut changed);
            let refused = import(&db, &changed).await;
            assert!(matches!(refused, Err(Error::PeriodClosed(_))), "{what}: {refused:?}");
        }
        let mut later = journal.clone();
        later.lessons[0].key.date = day("2025-11-10");
        later.lessons.push(journal.lessons[0].clone());
        import(&db, &later).await.expect("a lesson of the next period is free");
        let mut tx = db.begin().await.expect("a turn");
        assert!(matches!(tx.record_closure(&closure()).await, Err(Error::Duplicate)), "a period closes once");
        assert_eq!(db.list_closures().await.expect("closures"), [closure()]);
    });
}

#[test]
fn a_copy_walks_from_frozen_to_the_register_and_its_facts_stay() {
    on_every_engine(|db| async move {
        import(&db, &journal()).await.expect("an import");
        close(&db).await;
        let frozen = snapshot();
        let mut copy = db.list_copies().await.expect("copies").pop().expect("a copy");
        assert_eq!((copy.state, copy.kind, copy.snapshot), (State::Frozen, CopyKind::PeriodCopy, frozen.digest()));
        assert_eq!(db.load_snapshot(copy.snapshot).await.expect("a snapshot"), frozen);

        copy.state = State::Issued;
        copy.pages = 9;
        copy.issued_at = AT.into();
        copy.issued_pdf = Digest::of(b"pdf").to_hex();
        let mut tx = db.begin().await.expect("a turn");
        tx.record_issue(&copy).await.expect("an issue");
        assert!(matches!(tx.record_issue(&copy).await, Err(Error::Duplicate)), "issued once");
        tx.record(&event(EventKind::CopyIssued), [3; 16]).await.expect("an event").commit().await.expect("a commit");

        let statement = StatementRow {
            stage: "director".into(),
            signer: "T0".into(),
            body: "слова".into(),
            signature: "c2ln".into(),
            certificate: "cc".into(),
            signed_at: AT.into(),
            verdict: "checked_and_correct".into(),
            version: 1,
            kept: Vec::new(),
        };
        let mut tx = db.begin().await.expect("a turn");
        tx.record_statement(&copy.id, 1, &statement).await.expect("a statement");
        assert_eq!(tx.list_statements(&copy.id, 1).await.expect("statements").len(), 1);
        tx.move_copy(&copy.id, 1, State::Issued, State::Signed).await.expect("a move");
        let stale = tx.move_copy(&copy.id, 1, State::Issued, State::Signed).await;
        assert!(matches!(stale, Err(Error::Duplicate)), "a move from where it no longer stands");
        tx.record(&event(EventKind::StatementSigned), [4; 16]).await.expect("event").commit().await.expect("a commit");
        let mut tx = db.begin().await.expect("a turn");
        let second = tx.record_statement(&copy.id, 1, &statement).await;
        assert!(matches!(second, Err(Error::Duplicate)), "a second signature");
        drop(tx);
        assert_eq!(db.list_statements(&copy.id, 1).await.expect("statements"), [statement]);

        let mut tx = db.begin().await.expect("a turn");
        let no = tx.next_register_number().await.expect("a number");
        drop(tx);
        let mut tx = db.begin().await.expect("a turn");
        assert_eq!((no, tx.next_register_number().await.expect("a number")), (1, 1), "a dropped turn gave nothing");
        let line = RegisterLine {
            no,
            id: copy.id.clone(),
            version: 1,
            number: copy.number.clone(),
            kind: copy.kind,
            year: YEAR.into(),
            class: "5А".into(),
            period: "Q1".into(),
            sealed_at: AT.into(),
            sheets: copy.sheets,
            pages: 9,
            object: "urn:x".into(),
            sealed_pdf: Digest::of(b"sealed"),
            snapshot: copy.snapshot,
            keep_through: "2031-12-31".into(),
        };
        let sealed = SealedRow { line, log_proof: "proof".into() };
        tx.record_register_line(&sealed).await.expect("a line");
        tx.record(&event(EventKind::Sealed), [5; 16]).await.expect("an event").commit().await.expect("a commit");
        assert_eq!(db.list_register().await.expect("the register"), std::slice::from_ref(&sealed));
        assert_eq!(db.find_register_line(&copy.id, 1).await.expect("a line"), Some(sealed));
        assert_eq!(db.find_register_line(&copy.id, 2).await.expect("no line"), None);
        assert_eq!(db.list_versions(&copy.id).await.expect("versions").len(), 1);
    });
}

#[test]
fn the_log_never_forks_under_many_writers_and_a_dropped_turn_leaves_nothing() {
    on_every_engine(|db| async move {
        let mut tasks = Vec::new();
        for task in 0..8_u8 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                for turn in 0..10_u8 {
                    let tx = db.begin().await.expect("a turn");
                    let recorded =
                        tx.record(&event(EventKind::CheckFailed).with_number("n", turn.into()), [task; 16]).await;
                    if turn % 5 == 4 {
                        drop(recorded); // an author who went away before the commit
                    } else {
                        recorded.expect("an event").commit().await.expect("a commit");
                    }
                }
            }));
        }
        for task in tasks {
            task.await.expect("no panic");
        }
        let entries = db.list_log().await.expect("the log");
        assert_eq!(entries.len(), 64);
        let of_kinds = db.list_events_of([EventKind::CheckFailed, EventKind::Sealed]).await.expect("entries");
        assert_eq!(of_kinds, entries.iter().map(|one| (one.index, one.payload.clone())).collect::<Vec<_>>());
        assert_eq!(db.list_events_of([EventKind::PeriodClosed, EventKind::Sealed]).await.expect("none"), []);
        let leaves: Vec<Digest> = entries
            .iter()
            .map(|e| {
                let salt = letopis::domain::canon::unhex(&e.salt).expect("hex");
                merkle::leaf_hash(&audit::entry(&salt, &e.payload).0)
            })
            .collect();
        assert!(entries.iter().zip(0..).all(|(entry, index)| entry.index == index), "no gap, no fork");
        assert_eq!(db.log_state().await.expect("the head"), (64, merkle::root(&leaves)));
    });
}

#[test]
fn an_event_comes_with_the_path_that_proves_it() {
    on_every_engine(|db| async move {
        for turn in 0..13_u8 {
            let tx = db.begin().await.expect("a turn");
            let at = tx.record(&event(EventKind::CheckFailed), [turn; 16]).await.expect("an event").commit().await;
            let at = at.expect("a commit");
            let leaf = merkle::leaf_hash(&audit::entry(&at.salt, &at.payload).0);
            assert!(merkle::verify_inclusion(&leaf, at.index, at.size, &at.path, &at.root), "entry {turn}");
        }
    });
}

#[test]
fn certificates_bundles_and_checkpoints_are_kept_and_only_grow() {
    on_every_engine(|db| async move {
        let certificate = CertificateRow {
            fingerprint: "f".into(),
            owner: "T1".into(),
            serial: "01".into(),
            subject: "Кварцев".into(),
            not_before: AT.into(),
            not_after: AT.into(),
            pem: "pem".into(),
            key_file: "k".into(),
        };
        let mut tx = db.begin().await.expect("a turn");
        tx.register_certificate(&certificate, AT).await.expect("a certificate");
        tx.record_bundle("digest", YEAR, AT, "operator").await.expect("a bundle");
        let checkpoint = CheckpointRow { size: 1, root: "r".into(), signed_at: AT.into(), note: "n".into() };
        let mut recorded = tx.record(&event(EventKind::CertificateIssued), [7; 16]).await.expect("an event");
        recorded.keep_checkpoint(&checkpoint).await.expect("a checkpoint");
        recorded.commit().await.expect("a commit");
        db.keep_checkpoint(&checkpoint).await.expect("the same checkpoint again");
        assert_eq!(db.list_checkpoints().await.expect("checkpoints"), [checkpoint]);
        assert_eq!(db.find_certificate("T1").await.expect("a certificate"), Some(certificate.clone()));
        assert_eq!(db.list_certificates().await.expect("certificates"), [certificate]);
        assert_eq!(db.find_bundle("digest").await.expect("a bundle"), Some(AT.to_owned()));
        assert_eq!(db.find_bundle("other").await.expect("no bundle"), None);
        assert_eq!(db.list_bundles().await.expect("bundles").len(), 1);
    });
}

#[test]
fn adopted_policies_only_grow_and_stand_in_their_order() {
    on_every_engine(|db| async move {
        let row = |ordinal: u64, name: &str| PolicyRow {
            ordinal,
            name: name.into(),
            digest: format!("digest of {name}"),
            text: "text".into(),
            in_force_from: "2026-09-01".into(),
            order: "приказ от 01.09.2026 № 12".into(),
            adopted_at: AT.into(),
            adopted_by: "operator".into(),
        };
        assert_eq!(db.list_policies().await.expect("no policies"), []);
        let mut tx = db.begin().await.expect("a turn");
        tx.record_policy(&row(1, "first")).await.expect("a policy");
        tx.record_policy(&row(2, "second")).await.expect("a policy");
        tx.record(&event(EventKind::PolicyChanged), [1; 16]).await.expect("an event").commit().await.expect("a commit");
        assert_eq!(db.list_policies().await.expect("policies"), [row(1, "first"), row(2, "second")]);
        for again in [row(2, "third"), row(3, "first")] {
            let mut tx = db.begin().await.expect("a turn");
            assert!(matches!(tx.record_policy(&again).await, Err(Error::Duplicate)), "{again:?}");
        }
    });
}

#[test]
fn times_of_entry_are_what_the_last_bundle_of_their_year_says() {
    on_every_engine(|db| async move {
        let entry = |number: u8, kind, learner: &str| EntryTime {
            lesson: LessonKey { course_id: "C1".into(), date: day("2025-10-15"), number },
            kind,
            learner_id: learner.into(),
            entered_at: day("2025-10-15").and_hms_opt(14, 5, 0).expect("a time"),
        };
        let first =
            [entry(1, EntryKind::Lesson, ""), entry(1, EntryKind::Mark, "L1"), entry(2, EntryKind::Homework, "")];
        for entries in [&first[..], &first[1..2]] {
            let mut tx = db.begin().await.expect("a turn");
            tx.replace_entries(YEAR, entries).await.expect("times");
            tx.record(&event(EventKind::BundleImported), [2; 16])
                .await
                .expect("an event")
                .commit()
                .await
                .expect("a commit");
            let kept = db.list_entries(YEAR).await.expect("times");
            assert_eq!(kept.len(), entries.len());
            assert!(entries.iter().all(|entry| kept.contains(entry)), "{kept:?}");
        }
        assert_eq!(db.list_entries("2024/2025").await.expect("another year"), []);
    });
}

#[test]
fn an_entry_made_in_the_house_has_the_time_of_its_first_row_and_an_imported_one_has_none() {
    on_every_engine(|db| async move {
        let mut journal = journal();
        import(&db, &journal).await.expect("an import");
        assert_eq!(db.list_entered(YEAR).await.expect("times"), [], "a bundle's rows were entered elsewhere");
        // A teacher enters a lesson with homework and a mark the day after; then the homework is edited.
        let key = LessonKey { course_id: "C1".into(), date: day("2025-09-04"), number: 1 };
        let lesson = |homework: &str| Lesson {
            key: key.clone(),
            topic: "Тема".into(),
            homework: homework.into(),
            kind_of_work: String::new(),
            substitute_teacher_id: String::new(),
        };
        let learner_id = journal.learners[0].id.clone();
        let mark = Mark { lesson: key.clone(), learner_id, kind_of_work: String::new(), value: "5".into(), ordinal: 0 };
        journal.lessons.push(lesson("§ 1"));
        journal.marks.push(mark.clone());
        enter(&db, &journal, "2025-09-05T10:15:00+05:00").await;
        let last = journal.lessons.len() - 1;
        journal.lessons[last] = lesson("§ 2");
        enter(&db, &journal, "2025-09-06T11:00:00+05:00").await;
        let first = day("2025-09-05").and_hms_opt(10, 15, 0).expect("a time");
        let entry = |kind, learner: &str| EntryTime {
            lesson: key.clone(),
            kind,
            learner_id: learner.into(),
            entered_at: first,
        };
        assert_eq!(
            db.list_entered(YEAR).await.expect("times"),
            [entry(EntryKind::Lesson, ""), entry(EntryKind::Homework, ""), entry(EntryKind::Mark, &mark.learner_id)]
        );
    });
}

/// Brings the journal to this state as people's changes, not as a bundle.
async fn enter(db: &Db, journal: &Journal, at: &str) {
    let mut tx = db.begin().await.expect("a turn");
    let author = Author { by: "T00001", at, secret: &[9; 32] };
    tx.replace_journal(journal, &author).await.expect("rows");
    let event = Event::new(EventKind::DataChanged, "T00001", at);
    tx.record(&event, [3; 16]).await.expect("an event").commit().await.expect("a commit");
}
