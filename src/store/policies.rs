//! Policies that came in force after the house was made: floor 1.

use sqlx::Row as _;

use super::{Db, Error, Tx};

/// A policy put in force by an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Place in the order of adoption, from 1.
    pub ordinal: u64,
    /// Name of the file without `.toml`.
    pub name: String,
    /// SHA-256 of the file, hexadecimal.
    pub digest: String,
    /// The file itself.
    pub text: String,
    /// First day in force in this house, ISO.
    pub in_force_from: String,
    /// «приказ от 01.09.2026 № 12».
    pub order: String,
    /// When it was adopted, RFC 3339.
    pub adopted_at: String,
    /// By whom.
    pub adopted_by: String,
}

impl Db {
    /// Every policy adopted since the house was made, in the order of adoption.
    pub async fn list_policies(&self) -> Result<Vec<PolicyRow>, Error> {
        let rows = sqlx::query(
            "select ordinal, name, digest, body, in_force_from, order_words, adopted_at, adopted_by from policies
             where school = $1 order by ordinal",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PolicyRow {
                    ordinal: row.try_get::<i64, _>(0)? as u64,
                    name: row.try_get(1)?,
                    digest: row.try_get(2)?,
                    text: row.try_get(3)?,
                    in_force_from: row.try_get(4)?,
                    order: row.try_get(5)?,
                    adopted_at: row.try_get(6)?,
                    adopted_by: row.try_get(7)?,
                })
            })
            .collect()
    }
}

impl Db {
    /// Was any period of the house ever closed? Until then its first year is being set up.
    pub async fn has_closures(&self) -> Result<bool, Error> {
        let row = sqlx::query("select year from closures where school = $1 limit 1").bind(self.school.clone());
        Ok(row.fetch_optional(&self.pool).await?.is_some())
    }
}

impl Tx {
    /// Puts an adopted policy on record; `Duplicate` when its place or its digest is taken.
    pub async fn record_policy(&mut self, row: &PolicyRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into policies (school, ordinal, name, digest, body, in_force_from, order_words, adopted_at, adopted_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(row.ordinal as i64)
        .bind(row.name.clone())
        .bind(row.digest.clone())
        .bind(row.text.clone())
        .bind(row.in_force_from.clone())
        .bind(row.order.clone())
        .bind(row.adopted_at.clone())
        .bind(row.adopted_by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
