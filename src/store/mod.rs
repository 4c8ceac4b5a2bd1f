//! SQL, the authority on state: floor 1. One set of portable statements for SQLite and PostgreSQL (`sqlx::Any`).
//!
//! Reads take `&Db`; writes take `&mut Tx`, which only `flow` begins. There is no plain commit: a transaction is committed through
//! [`Recorded`], that is, after it wrote its event into the audit log.

mod access;
mod accounts;
mod archive;
mod breaks;
mod carriers;
mod certificates;
mod changes;
mod comparisons;
mod consents;
mod copies;
mod dump;
mod entries;
mod exchange;
mod extracts;
mod file_plan;
mod guards;
mod health;
mod interface;
mod jobs;
mod journals;
mod learners;
mod log;
mod outages;
pub mod pages;
mod paper;
mod policies;
mod register;
mod rows;
mod scans;
mod schools;
mod setup;
mod signing;
mod supplements;
mod training;
mod voids;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor, SqlSafeStr};

pub use access::{AccessRow, Looked};
pub use accounts::{
    AccountRow, AccountState, AcquaintanceRow, Attempt, FlowRow, GuardianRow, PersonName, SessionRow,
    appointment_cells, employment_cells,
};
pub use archive::{ArchiveCheck, ArchiveTransfer, ELECTRONIC, PAPER};
pub use breaks::BreakRow;
pub use carriers::{BackupRow, CheckRow, CodeRow, LedgerLine, NewCarrier, PlaceRow, PruningRow};
pub use certificates::CertificateRow;
pub use changes::{Author, ChangeFilter, ChangeRow, Overtaken, RowTexts, columns_of, journal_rows, table_name};
pub use comparisons::{ComparisonRow, GraveRow, LookRow};
pub use consents::consent_cells;
pub use copies::{CopyRow, StatementRow};
pub use dump::LogReplay;
pub use exchange::ImportRow;
pub use extracts::PaperFamilyRow;
pub use file_plan::{PlanClosing, PlanVersion};
pub use guards::GuardFault;
pub use health::PoolFigures;
pub use interface::{AnswerKey, KeptAnswer, TokenRow};
pub use jobs::{Hold, JobKinds, JobRow, JobState, NewJob};
pub use journals::{BundleRow, Change, ClosureRow, Days, Entries, EntryList, Part, Replaced};
pub use learners::DataCheck;
pub use log::{Appended, CheckpointRow, LogEntry, Moved, Recorded, Tx};
pub use paper::Which;
pub use policies::PolicyRow;
pub use register::SealedRow;
pub use scans::{Leaf, ReceiptRow, ScanDecisionRow, ScanFileRow, ScanPageRow, ScanPlace};
pub use schools::SchoolRow;
pub use setup::ClosedYearRow;
pub use signing::{
    ForeignRow, KeptRow, LetterRow, NewLetter, NoticeRow, PaperStageRow, RecallRow, RemarkRow, RevocationRow, SeenRow,
};
pub use supplements::{LateRow, SupplementRow};
pub use training::TrainingStep;
pub use voids::{CompromiseRow, DecisionRow};

/// The database failed, or holds what this program did not write.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The period is closed: the database's own guard refused the write.
    #[error("период закрыт: запись в таблицу {0} запрещена")]
    PeriodClosed(String),
    /// A table that only grows was to be changed.
    #[error("таблица {0} только пополняется: изменять и удалять строки нельзя")]
    AppendOnly(String),
    /// The school year is closed by order: the database's own guard refused the write.
    #[error("учебный год закрыт приказом: запись в таблицу {0} запрещена")]
    YearClosed(String),
    /// A closed year cannot be opened any more.
    #[error("учебный год уже нельзя открыть: в следующем году есть записи")]
    YearInUse,
    /// The same fact stands already.
    #[error("такая запись уже есть")]
    Duplicate,
    /// The row is not what the editor saw: somebody changed it meanwhile.
    #[error("запись успели изменить: {}, {}", .0.by, crate::domain::words::moment_words(&.0.at))]
    Overtaken(Box<Overtaken>),
    /// Rows changed and no event vouches for them: a defect of the program, never committed.
    #[error("изменения не внесены в журнал событий и не сохранены")]
    Unvouched,
    /// A value that this program never writes.
    #[error("в базе данных недопустимое значение: {table}.{column} = «{value}»")]
    Foreign {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Nothing is there.
    #[error("в базе данных нет: {0}")]
    Missing(String),
    /// The schema could not be brought up to date.
    #[error("не удалось обновить схему базы данных: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The world around the database failed in a way that has a name.
    #[error("{0}")]
    World(&'static str),
    /// Any other failure of the database.
    #[error("ошибка базы данных: {0}")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Error {
    /// The guards speak through the message, because SQLite gives no name to a raised refusal.
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else { return Self::Database(error) };
        let message = database.message();
        let after = |mark: &str| message.split_once(mark).map(|(_, table)| table.trim().to_owned());
        if let Some(table) = after("year-closed: ") {
            return Self::YearClosed(table);
        }
        if after("year-in-use: ").is_some() {
            return Self::YearInUse;
        }
        match (after("period-closed: "), after("append-only: ")) {
            (Some(table), _) => Self::PeriodClosed(table),
            (None, Some(table)) => Self::AppendOnly(table),
            (None, None) if database.is_unique_violation() => Self::Duplicate,
            (None, None) => match world(message) {
                Some(sentence) => Self::World(sentence),
                None => Self::Database(error),
            },
        }
    }
}

/// SQLite's own words for what may befall a school's disk (<https://www.sqlite.org/rescode.html>), in ours.
fn world(message: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 6] = [
        ("readonly database", "база данных открыта только для чтения: диск или папка дома не допускают записи"),
        ("disk is full", "на диске не осталось места"),
        ("unable to open database file", "файл базы данных не открывается: проверьте папку дома и права на неё"),
        ("database is locked", "база данных занята другой программой; повторите позже"),
        ("disk I/O error", "диск не читается или не записывается: возможно, на нём не осталось места"),
        ("file is not a database", "файл letopis.db повреждён: это не база данных"),
    ];
    WORDS.iter().find(|(words, _)| message.contains(words)).map(|(_, sentence)| *sentence)
}

/// A house's database and the school whose rows are read.
#[derive(Debug, Clone)]
pub struct Db {
    pool: AnyPool,
    school: String,
    turns: Arc<log::Turns>,
    sqlite: bool,
}

/// How long a writer waits for its turn; longer than any transaction of ours takes, an import included.
const BUSY: Duration = Duration::from_secs(30);

impl Db {
    /// Opens a database (`sqlite://…?mode=rwc`, `postgres://…`), brings its schema up to date and sets its guards.
    pub async fn open(url: &str, school: &str) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let read_only = url.contains("immutable=1");
        let sqlite = url.starts_with("sqlite") && !read_only;
        let options = AnyPoolOptions::new().max_connections(8).acquire_timeout(BUSY);
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move { if sqlite { prepare_sqlite(connection).await } else { Ok(()) } })
        });
        // A pool hides why it cannot connect behind a timeout; one connection of its own says it at once. It stays until the pool stands,
        // for SQLite folds its write-ahead log whenever the last connection goes.
        let mut first = AnyConnection::connect(url).await?;
        if sqlite {
            prepare_sqlite(&mut first).await?;
        }
        let pool = options.connect(url).await?;
        first.close().await?;
        if !read_only {
            migrator(if sqlite { SQLITE_GUARDS } else { POSTGRES_GUARDS }).run(&pool).await?;
        }
        Ok(Self { pool, school: school.to_owned(), sqlite: url.starts_with("sqlite"), turns: Arc::default() })
    }

    /// Identifier of the school.
    pub fn school(&self) -> &str {
        &self.school
    }

    /// Waits until every connection is closed, so that SQLite folds its write-ahead log back into the file.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

const SQLITE_GUARDS: [&str; 27] = [
    include_str!("../../migrations/guards/sqlite.sql"),
    include_str!("../../migrations/guards/0031_changes.sqlite.sql"),
    include_str!("../../migrations/guards/0041_people.sqlite.sql"),
    include_str!("../../migrations/guards/0051_setup.sqlite.sql"),
    include_str!("../../migrations/guards/0061_entries.sqlite.sql"),
    include_str!("../../migrations/guards/0071_exchange.sqlite.sql"),
    include_str!("../../migrations/guards/0081_interface.sqlite.sql"),
    include_str!("../../migrations/guards/0091_signing.sqlite.sql"),
    include_str!("../../migrations/guards/0101_office.sqlite.sql"),
    include_str!("../../migrations/guards/0111_carriers.sqlite.sql"),
    include_str!("../../migrations/guards/0121_scans.sqlite.sql"),
    include_str!("../../migrations/guards/0131_desk.sqlite.sql"),
    include_str!("../../migrations/guards/0151_files.sqlite.sql"),
    include_str!("../../migrations/guards/0191_supplements.sqlite.sql"),
    include_str!("../../migrations/guards/0201_office.sqlite.sql"),
    include_str!("../../migrations/guards/0211_training.sqlite.sql"),
    include_str!("../../migrations/guards/0221_truncation.sqlite.sql"),
    include_str!("../../migrations/guards/0261_scan_comparisons.sqlite.sql"),
    include_str!("../../migrations/guards/0292_learners.sqlite.sql"),
    include_str!("../../migrations/guards/0281_archive.sqlite.sql"),
    include_str!("../../migrations/guards/0286_fallback.sqlite.sql"),
    include_str!("../../migrations/guards/0288_extracts.sqlite.sql"),
    include_str!("../../migrations/guards/0301_breaks.sqlite.sql"),
    include_str!("../../migrations/guards/0311_recalls.sqlite.sql"),
    include_str!("../../migrations/guards/0321_scan_graves.sqlite.sql"),
    include_str!("../../migrations/guards/0331_late_entries.sqlite.sql"),
    include_str!("../../migrations/guards/0341_custody_drops.sqlite.sql"),
];
const POSTGRES_GUARDS: [&str; 27] = [
    include_str!("../../migrations/guards/postgres.sql"),
    include_str!("../../migrations/guards/0031_changes.postgres.sql"),
    include_str!("../../migrations/guards/0041_people.postgres.sql"),
    include_str!("../../migrations/guards/0051_setup.postgres.sql"),
    include_str!("../../migrations/guards/0061_entries.postgres.sql"),
    include_str!("../../migrations/guards/0071_exchange.postgres.sql"),
    include_str!("../../migrations/guards/0081_interface.postgres.sql"),
    include_str!("../../migrations/guards/0091_signing.postgres.sql"),
    include_str!("../../migrations/guards/0101_office.postgres.sql"),
    include_str!("../../migrations/guards/0111_carriers.postgres.sql"),
    include_str!("../../migrations/guards/0121_scans.postgres.sql"),
    include_str!("../../migrations/guards/0131_desk.postgres.sql"),
    include_str!("../../migrations/guards/0151_files.postgres.sql"),
    include_str!("../../migrations/guards/0191_supplements.postgres.sql"),
    include_str!("../../migrations/guards/0201_office.postgres.sql"),
    include_str!("../../migrations/guards/0211_training.postgres.sql"),
    include_str!("../../migrations/guards/0221_truncation.postgres.sql"),
    include_str!("../../migrations/guards/0261_scan_comparisons.postgres.sql"),
    include_str!("../../migrations/guards/0292_learners.postgres.sql"),
    include_str!("../../migrations/guards/0281_archive.postgres.sql"),
    include_str!("../../migrations/guards/0286_fallback.postgres.sql"),
    include_str!("../../migrations/guards/0288_extracts.postgres.sql"),
    include_str!("../../migrations/guards/0301_breaks.postgres.sql"),
    include_str!("../../migrations/guards/0311_recalls.postgres.sql"),
    include_str!("../../migrations/guards/0321_scan_graves.postgres.sql"),
    include_str!("../../migrations/guards/0331_late_entries.postgres.sql"),
    include_str!("../../migrations/guards/0341_custody_drops.postgres.sql"),
];

/// The schema and the guards, each run once: setting triggers anew at every start would take locks that deadlock with the writers
/// of other schools.
fn migrator(guards: [&'static str; 27]) -> Migrator {
    let step = |version, description: &'static str, sql: &'static str| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(vec![
        step(1, "house", include_str!("../../migrations/0001_house.sql")),
        step(2, "guards", guards[0]),
        step(30, "changes", include_str!("../../migrations/0030_changes.sql")),
        step(31, "guards of changes", guards[1]),
        step(40, "people", include_str!("../../migrations/0040_people.sql")),
        step(41, "guards of people", guards[2]),
        step(50, "setup", include_str!("../../migrations/0050_setup.sql")),
        step(51, "guards of setup", guards[3]),
        step(60, "entries", include_str!("../../migrations/0060_entries.sql")),
        step(61, "guards of entries", guards[4]),
        step(70, "exchange", include_str!("../../migrations/0070_exchange.sql")),
        step(71, "guards of exchange", guards[5]),
        step(80, "interface", include_str!("../../migrations/0080_interface.sql")),
        step(81, "guards of interface", guards[6]),
        step(90, "signing", include_str!("../../migrations/0090_signing.sql")),
        step(91, "guards of signing", guards[7]),
        step(100, "office", include_str!("../../migrations/0100_office.sql")),
        step(101, "guards of office", guards[8]),
        step(110, "carriers", include_str!("../../migrations/0110_carriers.sql")),
        step(111, "guards of carriers", guards[9]),
        step(120, "scans", include_str!("../../migrations/0120_scans.sql")),
        step(121, "guards of scans", guards[10]),
        step(130, "desk", include_str!("../../migrations/0130_desk.sql")),
        step(131, "guards of the desk", guards[11]),
        step(150, "file plan and volumes", include_str!("../../migrations/0150_files.sql")),
        step(151, "guards of file plan and volumes", guards[12]),
        step(190, "supplements", include_str!("../../migrations/0190_supplements.sql")),
        step(191, "guards of supplements", guards[13]),
        step(200, "orders about carriers", include_str!("../../migrations/0200_office.sql")),
        step(201, "guards of orders about carriers", guards[14]),
        step(210, "training", include_str!("../../migrations/0210_training.sql")),
        step(211, "guards of training", guards[15]),
        step(221, "guards of truncation", guards[16]),
        step(260, "comparisons of scans", include_str!("../../migrations/0260_scan_comparisons.sql")),
        step(261, "guards of comparisons of scans", guards[17]),
        step(280, "acts of the archive", include_str!("../../migrations/0280_archive.sql")),
        step(281, "guards of acts of the archive", guards[19]),
        step(285, "outages", include_str!("../../migrations/0285_fallback.sql")),
        step(286, "guards of outages", guards[20]),
        step(287, "paper extracts", include_str!("../../migrations/0287_extracts.sql")),
        step(288, "guards of paper extracts", guards[21]),
        step(290, "staff by orders", include_str!("../../migrations/0290_staff.sql")),
        step(291, "data of learners", include_str!("../../migrations/0291_learners.sql")),
        step(292, "guards of data of learners", guards[18]),
        step(293, "register of consents", include_str!("../../migrations/0293_consents.sql")),
        step(300, "technical breaks", include_str!("../../migrations/0300_breaks.sql")),
        step(301, "guards of technical breaks", guards[22]),
        step(310, "recalls of signed copies", include_str!("../../migrations/0310_recalls.sql")),
        step(311, "guards of recalls", guards[23]),
        step(320, "grave differences of scans", include_str!("../../migrations/0320_scan_graves.sql")),
        step(321, "guards of grave differences of scans", guards[24]),
        step(330, "late lines of the register", include_str!("../../migrations/0330_late_entries.sql")),
        step(331, "guards of late lines of the register", guards[25]),
        step(340, "dropped requests for carriers", include_str!("../../migrations/0340_custody_drops.sql")),
        step(341, "guards of dropped requests for carriers", guards[26]),
    ])
}

/// WAL with `synchronous=FULL`: NORMAL loses committed rows at a power cut.
async fn prepare_sqlite(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    connection
        .execute(sqlx::raw_sql(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 30000;
             pragma recursive_triggers = on;",
        ))
        .await?;
    Ok(())
}
