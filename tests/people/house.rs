//! A school of two classes with one person for each role, on each engine that is there, with passwords that cost nothing to hash.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use letopis::domain::audit::{Event, EventKind};
use letopis::domain::journal::{
    Class, Course, Journal, Learner, Lesson, LessonKey, Mark, Period, PeriodKind, School, StaffMember,
};
use letopis::domain::policy;
use letopis::domain::rights::Role;
use letopis::flow::house::Founding;
use letopis::flow::people::{self, Order};
use letopis::flow::signin::{Cost, SignIn, Terms};
use letopis::flow::{Act, House};
use letopis::store::{Author, GuardianRow};

/// The school year.
pub const YEAR: &str = "2025/2026";
/// Hashing that costs nothing: the least that argon2 takes.
pub const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, at_once: 4 };

/// A moment of the story: minutes after the noon of a school day.
pub fn after(minutes: i64) -> DateTime<FixedOffset> {
    let noon: DateTime<FixedOffset> = "2025-10-02T12:00:00+03:00".parse().expect("a moment");
    noon + chrono::Duration::minutes(minutes)
}

/// An act at such a moment.
pub fn act(by: &str, minutes: i64) -> Act {
    Act { by: by.to_owned(), at: after(minutes) }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Tells a story on SQLite always, and on PostgreSQL when `TEST_DATABASE_URL` names one; each time in a fresh house.
pub fn on_every_engine<F, Fut>(story: F)
where
    F: Fn(Arc<House>) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    let mut engines = vec!["sqlite".to_owned()];
    engines.extend(crate::postgres::postgres());
    for database in engines {
        let folder = tempfile::tempdir().expect("a folder");
        runtime.block_on(async {
            let house = found(&folder.path().join("house"), &database).await;
            story(Arc::new(house)).await;
        });
    }
}

/// A connection past the program, as an intruder with the database has it.
pub async fn past_the_program(house: &House) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    let url = house.config.database_url(&house.root);
    <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.expect("the intruder's connection")
}

/// The guards of the tables that are only added to refuse each of these.
pub async fn all_are_refused(connection: &mut sqlx::AnyConnection, attacks: &[String]) {
    for sql in attacks {
        let refused = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut *connection).await;
        let guarded = refused.as_ref().is_err_and(|error| error.to_string().contains("append-only"));
        assert!(guarded, "{sql}: {refused:?}");
    }
}

async fn found(root: &Path, database: &str) -> House {
    let (name, text) = policy::BUILTIN[0];
    let founding = Founding {
        policy_name: name.to_owned(),
        policy_text: text.to_owned(),
        school: None,
        database: database.to_owned(),
        utc_offset_minutes: 180,
    };
    let mut house = House::found(root, &founding, &act("operator", -60)).await.expect("a house");
    house.sign_in = SignIn::new(CHEAP, Terms::default());
    fill(&house).await;
    house
}

/// Staff of the school: identifier, roles; the deputy's grades come by order.
pub const STAFF: [(&str, &str); 12] = [
    ("T01", "director"),
    ("T02", "teacher"),
    ("T03", "teacher"),
    ("T04", "teacher"),
    ("T05", "secretary"),
    ("T06", "administrator"),
    ("T07", "assistant"),
    ("T08", "technical_specialist"),
    ("T09", "journal_keeper"),
    ("T10", "human_resources"),
    ("T11", "inspector"),
    ("T12", "teacher"),
];

/// One person for each role; own class is 5А.
pub fn person_of(role: Role) -> &'static str {
    match role {
        Role::Director => "T01",
        Role::Deputy => "T02",
        Role::ClassTeacher => "T03",
        Role::SubjectTeacher => "T04",
        Role::Secretary => "T05",
        Role::Administrator => "T06",
        Role::Assistant => "T07",
        Role::TechnicalSpecialist => "T08",
        Role::JournalKeeper => "T09",
        Role::HumanResources => "T10",
        Role::Inspector => "T11",
        Role::Learner => "L1",
        Role::Parent => "P00001",
    }
}

fn journal() -> Journal {
    let names = ["Агатов", "Берёзкин", "Васильков", "Гранитов", "Дубов", "Елкин"];
    let staff = STAFF.iter().enumerate().map(|(at, (id, roles))| StaffMember {
        id: (*id).to_owned(),
        surname: names[at % names.len()].to_owned(),
        given_name: "Опал".to_owned(),
        patronymic: "Кварцевич".to_owned(),
        position: "Сотрудник".to_owned(),
        roles: roles.split(' ').map(str::to_owned).collect(),
    });
    let learner = |id: &str, surname: &str, class: &str| Learner {
        id: id.into(),
        surname: surname.into(),
        given_name: "Яшма".into(),
        patronymic: String::new(),
        born: None,
        class: class.into(),
        enrolled_on: day("2025-09-01"),
        enrolment_order: "1".into(),
        left_on: None,
        leaving_order: String::new(),
    };
    let course = |id: &str, class: &str, teacher: &str| Course {
        id: id.into(),
        class: class.into(),
        subject: "Алгебра".into(),
        group: String::new(),
        teacher_id: teacher.into(),
        hours_per_week_centi: 300,
        members: Vec::new(),
    };
    let key = |course: &str| LessonKey { course_id: course.into(), date: day("2025-10-02"), number: 1 };
    let lesson = |course: &str, substitute: &str| Lesson {
        key: key(course),
        topic: "Дроби".into(),
        homework: String::new(),
        kind_of_work: String::new(),
        substitute_teacher_id: substitute.into(),
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
        staff: staff.collect(),
        classes: vec![
            Class { name: "5А".into(), grade: 5, class_teacher_id: "T03".into() },
            Class { name: "9А".into(), grade: 9, class_teacher_id: "T12".into() },
        ],
        learners: vec![
            learner("L1", "Ольхина", "5А"),
            learner("L2", "Рябинина", "5А"),
            learner("L9", "Сиренева", "9А"),
        ],
        courses: vec![course("C5", "5А", "T04"), course("C9", "9А", "T12")],
        lessons: vec![lesson("C5", ""), lesson("C9", "")],
        marks: vec![Mark {
            lesson: key("C5"),
            learner_id: "L1".into(),
            kind_of_work: String::new(),
            value: "5".into(),
            ordinal: 0,
        }],
        ..Journal::default()
    }
}

async fn fill(house: &House) {
    let mut tx = house.db.begin().await.expect("a transaction");
    let journal = journal();
    tx.rename_school(&journal.school).await.expect("a name");
    let author = Author { by: "operator", at: &act("operator", -50).moment(), secret: &[9; 32] };
    tx.replace_journal(&journal, &author).await.expect("a journal");
    let event = Event::new(EventKind::BundleImported, "operator", &act("operator", -50).moment());
    tx.record(&event, [7; 16]).await.expect("an event").commit().await.expect("a commit");
    let deputy = Order {
        person: "T02".into(),
        role: Role::Deputy,
        grades: Some((5, 6)),
        stands_for: String::new(),
        acting: false,
        no: "12-к".into(),
        date: day("2025-09-01"),
        starts: day("2025-09-01"),
        ends: None,
    };
    people::appoint(house, &deputy, &act("T01", -40)).await.expect("an appointment");
    let parent = GuardianRow {
        id: String::new(),
        surname: "Ольхина".into(),
        given_name: "Роза".into(),
        patronymic: "Кедровна".into(),
        learners: vec!["L1".into()],
    };
    let id = people::write_guardian(house, &parent, &act("T03", -30)).await.expect("a parent");
    assert_eq!(id, "P00001");
}
