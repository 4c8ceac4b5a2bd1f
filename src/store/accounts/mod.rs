//! Accounts: logins, hashed passwords, second factors: floor 1.
//!
//! Issuing, locking and changing credentials are changes of state and stand in the caller's transaction with its event. Sessions, counted
//! failures and the step of a used code are no state of the school's records: they are written by `Db`, one statement each, without an event.

mod appointments;
mod employments;
mod families;
mod identity;
mod sessions;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Db, Error, Tx};

pub(super) use appointments::APPOINTMENTS;
pub use appointments::{AcquaintanceRow, appointment_cells};
pub(super) use employments::EMPLOYMENTS;
pub use employments::employment_cells;
pub use families::{GuardianRow, PersonName};
pub use identity::FlowRow;
pub use sessions::{Attempt, SessionRow};

/// State of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// A one-time password was issued: it must be changed at the first sign-in.
    Issued,
    /// In use.
    Open,
    /// Shut by a person; only a person opens it again.
    Locked,
}

impl AccountState {
    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Open => "open",
            Self::Locked => "locked",
        }
    }

    /// «пароль выдан» …
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Issued => "пароль выдан, ещё не сменён",
            Self::Open => "открыт",
            Self::Locked => "закрыт",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Issued, Self::Open, Self::Locked].into_iter().find(|state| state.as_str() == text)
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Person.
    pub person: String,
    /// Login.
    pub login: String,
    /// argon2id in PHC form; empty when the person signs in by the identity service only.
    pub secret: String,
    /// State.
    pub state: AccountState,
    /// When it was issued last.
    pub issued_at: String,
    /// Who issued it.
    pub issued_by: String,
    /// Unix seconds after which an unused one-time password is void; 0 once it was changed.
    pub one_time_until: i64,
    /// When the person set the password; empty before.
    pub password_at: String,
    /// When it was locked; empty when it is not.
    pub locked_at: String,
    /// Who locked it.
    pub locked_by: String,
    /// Salt of the second factor's secret, hexadecimal; empty when there is none.
    pub factor_salt: String,
    /// When the second factor was confirmed; empty: not yet.
    pub factor_on: String,
    /// Last used step of the second factor.
    pub factor_step: i64,
}

impl AccountRow {
    /// Does the account have a confirmed second factor?
    pub fn has_factor(&self) -> bool {
        !self.factor_on.is_empty()
    }
}

const COLUMNS: &str =
    "person, login, secret, state, issued_at, issued_by, one_time_until, password_at, locked_at, locked_by,
    factor_salt, factor_on, factor_step";

fn account(row: &AnyRow) -> Result<AccountRow, Error> {
    let state: String = row.try_get(3)?;
    Ok(AccountRow {
        person: row.try_get(0)?,
        login: row.try_get(1)?,
        secret: row.try_get(2)?,
        state: AccountState::parse(&state).ok_or(Error::Foreign {
            table: "accounts",
            column: "state",
            value: state,
        })?,
        issued_at: row.try_get(4)?,
        issued_by: row.try_get(5)?,
        one_time_until: row.try_get(6)?,
        password_at: row.try_get(7)?,
        locked_at: row.try_get(8)?,
        locked_by: row.try_get(9)?,
        factor_salt: row.try_get(10)?,
        factor_on: row.try_get(11)?,
        factor_step: row.try_get(12)?,
    })
}

impl Db {
    /// An account by its person.
    pub async fn find_account(&self, person: &str) -> Result<Option<AccountRow>, Error> {
        self.one_account("person", person).await
    }

    /// An account by its login.
    pub async fn find_login(&self, login: &str) -> Result<Option<AccountRow>, Error> {
        self.one_account("login", login).await
    }

    async fn one_account(&self, column: &'static str, value: &str) -> Result<Option<AccountRow>, Error> {
        let sql = format!("select {COLUMNS} from accounts where school = $1 and {column} = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(value.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(account).transpose()
    }

    /// Every account, by person.
    pub async fn list_accounts(&self) -> Result<Vec<AccountRow>, Error> {
        let sql = format!("select {COLUMNS} from accounts where school = $1 order by person");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(account).collect()
    }

    /// Takes a step of the second factor: true for the first who uses it, so that a code never opens two sessions.
    pub async fn use_factor_step(&self, person: &str, step: i64) -> Result<bool, Error> {
        let done =
            sqlx::query("update accounts set factor_step = $3 where school = $1 and person = $2 and factor_step < $3")
                .bind(self.school.clone())
                .bind(person.to_owned())
                .bind(step)
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a recovery code: true when it was there and unused.
    pub async fn use_recovery_code(&self, person: &str, hash: &str, at: &str) -> Result<bool, Error> {
        let done = sqlx::query(
            "update recovery_codes set used_at = $4 where school = $1 and person = $2 and hash = $3 and used_at = ''",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .bind(hash.to_owned())
        .bind(at.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// How many recovery codes are left unused.
    pub async fn count_recovery_codes(&self, person: &str) -> Result<u64, Error> {
        let row = sqlx::query(
            "select cast(count(*) as bigint) from recovery_codes where school = $1 and person = $2 and used_at = ''",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// A mark of the house; empty when it has none of the name.
    pub async fn house_mark(&self, name: &str) -> Result<String, Error> {
        let row = sqlx::query("select value from house_marks where school = $1 and name = $2")
            .bind(self.school.clone())
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }
}

impl Tx {
    /// Writes an account, new or changed; the login of another person is a `Duplicate`.
    pub async fn write_account(&mut self, row: &AccountRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into accounts (school, person, login, secret, state, issued_at, issued_by, one_time_until, password_at,
             locked_at, locked_by, factor_salt, factor_on, factor_step)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             on conflict (school, person) do update set login = $3, secret = $4, state = $5, issued_at = $6, issued_by = $7,
             one_time_until = $8, password_at = $9, locked_at = $10, locked_by = $11, factor_salt = $12, factor_on = $13,
             factor_step = $14",
        )
        .bind(school)
        .bind(row.person.clone())
        .bind(row.login.clone())
        .bind(row.secret.clone())
        .bind(row.state.as_str())
        .bind(row.issued_at.clone())
        .bind(row.issued_by.clone())
        .bind(row.one_time_until)
        .bind(row.password_at.clone())
        .bind(row.locked_at.clone())
        .bind(row.locked_by.clone())
        .bind(row.factor_salt.clone())
        .bind(row.factor_on.clone())
        .bind(row.factor_step)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts new recovery codes in the place of all earlier ones.
    pub async fn write_recovery_codes(&mut self, person: &str, hashes: &[String]) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("delete from recovery_codes where school = $1 and person = $2")
            .bind(school.clone())
            .bind(person.to_owned())
            .execute(self.connection())
            .await?;
        for hash in hashes {
            sqlx::query("insert into recovery_codes (school, person, hash, used_at) values ($1, $2, $3, '')")
                .bind(school.clone())
                .bind(person.to_owned())
                .bind(hash.clone())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Sets a mark of the house.
    pub async fn write_house_mark(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into house_marks (school, name, value) values ($1, $2, $3)
             on conflict (school, name) do update set value = $3",
        )
        .bind(school)
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
