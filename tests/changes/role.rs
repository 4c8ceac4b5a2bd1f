//! The daily role on PostgreSQL: what only grows can be neither deleted nor changed by it, whatever becomes of the triggers.

use letopis::domain::audit::{Event, EventKind};
use letopis::domain::journal::School;
use letopis::store::{Db, SchoolRow};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::house::{block_on, random};

const SCRIPT: &str = include_str!("../../migrations/roles/postgres.sql");

/// A role of this run's own: roles belong to the whole server.
struct Role {
    owner: String,
    name: String,
}

impl Role {
    async fn made(owner: &str) -> Self {
        let name = format!("letopis_daily_{:x}", random());
        // The schema stands before the role gets its rights.
        Db::open(owner, "role").await.expect("the database opens").close().await;
        let role = Self { owner: owner.to_owned(), name };
        role.as_owner(&SCRIPT.replace("letopis_daily", &role.name)).await.expect("the script runs");
        // A second run is what every update of the program does.
        role.as_owner(&SCRIPT.replace("letopis_daily", &role.name)).await.expect("the script runs again");
        role
    }

    /// The same database under the role.
    fn url(&self) -> String {
        let mark = if self.owner.contains('?') { '&' } else { '?' };
        format!("{}{mark}options=-c%20role%3D{}", self.owner, self.name)
    }

    async fn as_owner(&self, sql: &str) -> Result<(), sqlx::Error> {
        run(&self.owner, sql).await
    }

    async fn tries(&self, sql: &str) -> Result<(), sqlx::Error> {
        run(&self.url(), sql).await
    }

    async fn gone(self) {
        let name = &self.name;
        self.as_owner(&format!("drop owned by {name}; drop role {name}")).await.expect("the role goes");
    }
}

async fn run(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(url).await?;
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map(drop);
    connection.close().await?;
    done
}

#[test]
fn the_daily_role_works_and_cannot_delete_or_change_what_only_grows() {
    let Some(owner) = crate::postgres::postgres() else { return };
    block_on(async {
        let role = Role::made(&owner).await;
        // The program itself runs under the role: it opens the house, writes rows and events.
        let school = format!("role-{:x}", random());
        let db = Db::open(&role.url(), &school).await.expect("the role opens the database");
        let row = SchoolRow {
            school: School::default(),
            policy: "default".into(),
            policy_text: "x".into(),
            utc_offset_minutes: 180,
        };
        let at = "2025-10-27T12:00:00+03:00";
        db.create_school(&row, at).await.expect("a school");
        let event = Event::new(EventKind::HouseMade, "operator", at);
        let tx = db.begin().await.expect("a turn");
        tx.record(&event, [1; 16]).await.expect("an event").commit().await.expect("a commit");
        assert_eq!(db.log_state().await.expect("a log").0, 1);
        db.close().await;

        let both = [
            "log_entries",
            "checkpoints",
            "changes",
            "compromises",
            "void_decisions",
            "snapshots",
            "statements",
            "register",
            "certificates",
            "bundles",
            "closures",
            "policies",
            "imports",
            "access_notes",
            "appointment_readings",
        ];
        for table in both {
            for sql in [
                format!("delete from {table}"),
                format!("update {table} set school = school"),
                format!("truncate {table}"),
            ] {
                let said = role.tries(&sql).await.expect_err(&sql).to_string();
                assert!(said.contains("permission denied"), "{sql}: {said}");
            }
            // Neither the guard nor the table itself can be got out of the way.
            for sql in [format!("alter table {table} disable trigger all"), format!("drop table {table}")] {
                let said = role.tries(&sql).await.expect_err(&sql).to_string();
                assert!(said.contains("must be owner") || said.contains("permission denied"), "{sql}: {said}");
            }
        }
        for sql in [
            "delete from copies",
            "delete from tokens",
            "delete from accounts",
            "update closed_years set school = school",
        ] {
            let said = role.tries(sql).await.expect_err(sql).to_string();
            assert!(said.contains("permission denied"), "{sql}: {said}");
        }
        role.tries("delete from _sqlx_migrations").await.expect_err("the list of updates is the owner's");
        role.gone().await;
    });
}
