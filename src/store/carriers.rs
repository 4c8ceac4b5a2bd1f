//! Carriers, their ledger, codes, undertakings, backups, custody and checks: floor 1. Everything here only grows.

mod custody;

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row as _};

use super::{Db, Error, Tx};
use crate::domain::carrier::{Carrier, Cause, Dropped, Entry, Kind, Purpose, ReturnOrder, Signed, Step, Trip};

/// A place where carriers are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// «М-1».
    pub id: String,
    /// «кабинет 12».
    pub room: String,
    /// Word of [`crate::domain::carrier::Holder`].
    pub holder: String,
    /// «сейф секретаря».
    pub label: String,
    /// RFC 3339.
    pub registered_at: String,
    /// By whom.
    pub registered_by: String,
}

/// A carrier to be put on the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCarrier {
    /// «Н-1».
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub label: String,
    /// Maker's number.
    pub serial: String,
    /// «1 ТБ».
    pub capacity: String,
    /// What for.
    pub purpose: Purpose,
    /// Random words of its own file.
    pub mark: String,
}

/// A line of a carrier's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Carrier.
    pub carrier: String,
    /// What happened.
    pub what: Entry,
    /// Place by identifier.
    pub place: String,
    /// Folder in which it appears.
    pub path: String,
    /// A remark, the act's number.
    pub note: String,
    /// RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
}

/// A code: that it exists, since when, who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Number, from 1.
    pub no: u64,
    /// Public key.
    pub recipient: String,
    /// Private key sealed with the code, base64.
    pub sealed_key: String,
    /// RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
}

/// A backup that stands whole on at least one carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRow {
    /// Name of its folder.
    pub id: String,
    /// Why it was made.
    pub cause: Cause,
    /// RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Number of the code.
    pub code_no: u64,
    /// Bytes of the encrypted stream.
    pub bytes: u64,
    /// Its parts.
    pub parts: u64,
    /// SHA-256 of the stream, hexadecimal.
    pub sha256: String,
    /// Digest of the manifest, hexadecimal.
    pub manifest: String,
    /// Files.
    pub members: u64,
    /// Rows of all tables.
    pub rows: u64,
    /// Size of the log then.
    pub log_size: u64,
    /// Its root, hexadecimal.
    pub log_root: String,
    /// Closed periods, a semicolon between.
    pub periods: String,
    /// Carriers that have it whole, by identifier.
    pub carriers: Vec<String>,
}

/// A copy taken off a carrier by the rule of keeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruningRow {
    /// Carrier.
    pub carrier: String,
    /// Copy.
    pub backup: String,
    /// The rule in words, as it was then.
    pub rule: String,
    /// RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
}

/// A comparison or a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// Number, from 1.
    pub no: u64,
    /// `comparison` or `rehearsal`.
    pub what: String,
    /// Carrier; empty when the copy lay elsewhere.
    pub carrier: String,
    /// Backup.
    pub backup: String,
    /// `valid`, `altered`, `unchecked`.
    pub verdict: String,
    /// The certificate: canonical JSON.
    pub coverage: String,
    /// RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Trip of the carrier then; 0 for none.
    pub trip: u64,
}

fn word<T>(table: &'static str, column: &'static str, text: String, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    parse(&text).ok_or(Error::Foreign { table, column, value: text })
}

fn number(row: &AnyRow, at: usize) -> Result<u64, Error> {
    Ok(row.try_get::<i64, _>(at)? as u64)
}

/// A carrier with the last line of its ledger, its place, and its last backup.
const CARRIERS: &str = "select c.id, c.kind, c.label, c.serial, c.capacity, c.purpose, c.mark, c.registered_at,
        l.what, l.place, l.path, coalesce(p.room, ''), coalesce(p.label, ''),
        coalesce((select max(b.at) from backup_carriers b where b.school = c.school and b.carrier = c.id), '')
    from carriers c
    join carrier_lines l on l.school = c.school and l.carrier = c.id and l.ordinal =
        (select max(x.ordinal) from carrier_lines x where x.school = c.school and x.carrier = c.id)
    left join carrier_places p on p.school = c.school and p.id = l.place
    where c.school = $1 order by c.registered_at, c.id";

fn carrier(row: &AnyRow) -> Result<Carrier, Error> {
    let (room, place): (String, String) = (row.try_get(11)?, row.try_get(12)?);
    let place_words = [room.as_str(), place.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    Ok(Carrier {
        id: row.try_get(0)?,
        kind: word("carriers", "kind", row.try_get(1)?, Kind::parse)?,
        label: row.try_get(2)?,
        serial: row.try_get(3)?,
        capacity: row.try_get(4)?,
        purpose: word("carriers", "purpose", row.try_get(5)?, Purpose::parse)?,
        mark: row.try_get(6)?,
        registered_at: row.try_get(7)?,
        written_off: word("carrier_lines", "what", row.try_get(8)?, Entry::parse)? == Entry::WrittenOff,
        place: row.try_get(9)?,
        path: row.try_get(10)?,
        place_words: place_words.join(", "),
        room,
        written_at: row.try_get(13)?,
    })
}

impl Db {
    /// When the house was made, RFC 3339.
    pub async fn first_moment(&self) -> Result<Option<String>, Error> {
        let sql = "select created_at from schools where school = $1";
        let row = sqlx::query(sql).bind(self.school.clone()).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Places of carriers, in the order of their registration.
    pub async fn list_places(&self) -> Result<Vec<PlaceRow>, Error> {
        let sql = "select id, room, holder, label, registered_at, registered_by from carrier_places where school = $1
             order by registered_at, id";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let place = |row: &AnyRow| {
            Ok(PlaceRow {
                id: row.try_get(0)?,
                room: row.try_get(1)?,
                holder: row.try_get(2)?,
                label: row.try_get(3)?,
                registered_at: row.try_get(4)?,
                registered_by: row.try_get(5)?,
            })
        };
        rows.iter().map(place).collect()
    }

    /// Carriers as their ledgers have them, in the order of their registration.
    pub async fn list_carriers(&self) -> Result<Vec<Carrier>, Error> {
        let rows = sqlx::query(CARRIERS).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(carrier).collect()
    }

    /// Every line of the ledger, by carrier and order.
    pub async fn list_ledger(&self) -> Result<Vec<LedgerLine>, Error> {
        let sql = "select carrier, what, place, path, note, at, by_person from carrier_lines where school = $1
             order by at, carrier, ordinal";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let line = |row: &AnyRow| {
            Ok(LedgerLine {
                carrier: row.try_get(0)?,
                what: word("carrier_lines", "what", row.try_get(1)?, Entry::parse)?,
                place: row.try_get(2)?,
                path: row.try_get(3)?,
                note: row.try_get(4)?,
                at: row.try_get(5)?,
                by: row.try_get(6)?,
            })
        };
        rows.iter().map(line).collect()
    }

    /// Who has signed the undertaking, and when.
    pub async fn list_undertakings(&self) -> Result<Vec<(String, String)>, Error> {
        let sql = "select person, at from carrier_undertakings where school = $1 order by at, person";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Digest of the undertaking that a person signed.
    pub async fn find_undertaking(&self, person: &str) -> Result<Option<String>, Error> {
        let sql = "select text_digest from carrier_undertakings where school = $1 and person = $2";
        let row = sqlx::query(sql).bind(self.school.clone()).bind(person.to_owned()).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Codes, the newest last.
    pub async fn list_codes(&self) -> Result<Vec<CodeRow>, Error> {
        let sql = "select no, recipient, sealed_key, at, by_person from carrier_codes where school = $1 order by no";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let code = |row: &AnyRow| {
            Ok(CodeRow {
                no: number(row, 0)?,
                recipient: row.try_get(1)?,
                sealed_key: row.try_get(2)?,
                at: row.try_get(3)?,
                by: row.try_get(4)?,
            })
        };
        rows.iter().map(code).collect()
    }

    /// Backups, the newest last, each with the carriers that have it.
    pub async fn list_backups(&self) -> Result<Vec<BackupRow>, Error> {
        let sql =
            "select id, cause, at, by_person, code_no, bytes, parts, sha256, manifest, members, table_rows, log_size,
                 log_root, periods from backups where school = $1 order by at, id";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let sql = "select backup, carrier from backup_carriers where school = $1 order by backup, at, carrier";
        let held = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let held = held.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let held: Vec<(String, String)> = held.collect::<Result<_, Error>>()?;
        let backup = |row: &AnyRow| {
            let id: String = row.try_get(0)?;
            let carriers =
                held.iter().filter(|(backup, _)| *backup == id).map(|(_, carrier)| carrier.clone()).collect();
            Ok(BackupRow {
                id,
                cause: word("backups", "cause", row.try_get(1)?, Cause::parse)?,
                at: row.try_get(2)?,
                by: row.try_get(3)?,
                code_no: number(row, 4)?,
                bytes: number(row, 5)?,
                parts: number(row, 6)?,
                sha256: row.try_get(7)?,
                manifest: row.try_get(8)?,
                members: number(row, 9)?,
                rows: number(row, 10)?,
                log_size: number(row, 11)?,
                log_root: row.try_get(12)?,
                periods: row.try_get(13)?,
                carriers,
            })
        };
        rows.iter().map(backup).collect()
    }

    /// Copies taken off carriers, the newest last.
    pub async fn list_prunings(&self) -> Result<Vec<PruningRow>, Error> {
        let sql = "select carrier, backup, rule, at, by_person from backup_prunings where school = $1
             order by at, carrier, backup";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let pruning = |row: &AnyRow| {
            Ok(PruningRow {
                carrier: row.try_get(0)?,
                backup: row.try_get(1)?,
                rule: row.try_get(2)?,
                at: row.try_get(3)?,
                by: row.try_get(4)?,
            })
        };
        rows.iter().map(pruning).collect()
    }

    /// The custody log, by number, each trip with its signatures.
    pub async fn list_trips(&self) -> Result<Vec<Trip>, Error> {
        let sql = "select no, carrier, purpose, due_on, taker, at from custody_trips where school = $1 order by no";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let mut trips = Vec::with_capacity(rows.len());
        for row in &rows {
            let due: String = row.try_get(3)?;
            trips.push(Trip {
                no: number(row, 0)?,
                carrier: row.try_get(1)?,
                purpose: row.try_get(2)?,
                due_on: word("custody_trips", "due_on", due, |text| text.parse().ok())?,
                taker: row.try_get(4)?,
                at: row.try_get(5)?,
                steps: Vec::new(),
                orders: Vec::new(),
                dropped: None,
            });
        }
        let sql = "select trip, step, person, office, note, at from custody_steps where school = $1 order by trip, at";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        for row in &rows {
            let no = number(row, 0)?;
            let signed = Signed {
                step: word("custody_steps", "step", row.try_get(1)?, Step::parse)?,
                person: row.try_get(2)?,
                office: row.try_get(3)?,
                note: row.try_get(4)?,
                at: row.try_get(5)?,
            };
            if let Some(trip) = trips.iter_mut().find(|trip| trip.no == no) {
                trip.steps.push(signed);
            }
        }
        let sql = "select trip, person, from_whom, ground, at, by_person from custody_orders where school = $1 order by trip, no";
        for row in &sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await? {
            let no = number(row, 0)?;
            let order = ReturnOrder {
                person: row.try_get(1)?,
                from: row.try_get(2)?,
                ground: row.try_get(3)?,
                at: row.try_get(4)?,
                by: row.try_get(5)?,
            };
            if let Some(trip) = trips.iter_mut().find(|trip| trip.no == no) {
                trip.orders.push(order);
            }
        }
        let sql = "select trip, reason, office, at, by_person from custody_drops where school = $1";
        for row in &sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await? {
            let no = number(row, 0)?;
            if let Some(trip) = trips.iter_mut().find(|trip| trip.no == no) {
                let (reason, office) = (row.try_get(1)?, row.try_get(2)?);
                trip.dropped = Some(Dropped { reason, office, at: row.try_get(3)?, by: row.try_get(4)? });
            }
        }
        Ok(trips)
    }

    /// Comparisons and rehearsals, the newest last.
    pub async fn list_backup_checks(&self) -> Result<Vec<CheckRow>, Error> {
        let sql =
            "select no, what, carrier, backup, verdict, coverage, at, by_person, certified_trip from backup_checks
             where school = $1 order by no";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let check = |row: &AnyRow| {
            Ok(CheckRow {
                no: number(row, 0)?,
                what: row.try_get(1)?,
                carrier: row.try_get(2)?,
                backup: row.try_get(3)?,
                verdict: row.try_get(4)?,
                coverage: row.try_get(5)?,
                at: row.try_get(6)?,
                by: row.try_get(7)?,
                trip: number(row, 8)?,
            })
        };
        rows.iter().map(check).collect()
    }
}

/// A value of an insert.
enum Bound<'v> {
    Text(&'v str),
    Number(u64),
}

impl<'v, T: AsRef<str> + ?Sized> From<&'v T> for Bound<'v> {
    fn from(text: &'v T) -> Self {
        Self::Text(text.as_ref())
    }
}

impl Tx {
    /// One row of a table of this file; the school is bound first.
    async fn grow(&mut self, table: &'static str, cells: &[(&'static str, Bound<'_>)]) -> Result<(), Error> {
        let names = cells.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let places = (2..2 + cells.len()).map(|no| format!("${no}")).collect::<Vec<_>>().join(", ");
        let sql = format!("insert into {table} (school, {names}) values ($1, {places})");
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(self.school().to_owned());
        for (_, cell) in cells {
            query = match cell {
                Bound::Text(text) => query.bind((*text).to_owned()),
                Bound::Number(number) => query.bind(*number as i64),
            };
        }
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Registers a place.
    pub async fn record_place(&mut self, row: &PlaceRow) -> Result<(), Error> {
        let cells = [
            ("id", (&row.id).into()),
            ("room", (&row.room).into()),
            ("holder", (&row.holder).into()),
            ("label", (&row.label).into()),
            ("registered_at", (&row.registered_at).into()),
            ("registered_by", (&row.registered_by).into()),
        ];
        self.grow("carrier_places", &cells).await
    }

    /// Puts a carrier on the books, with the first line of its ledger.
    pub async fn record_carrier(&mut self, row: &NewCarrier, line: &LedgerLine) -> Result<(), Error> {
        let cells = [
            ("id", (&row.id).into()),
            ("kind", row.kind.as_str().into()),
            ("label", (&row.label).into()),
            ("serial", (&row.serial).into()),
            ("capacity", (&row.capacity).into()),
            ("purpose", row.purpose.as_str().into()),
            ("mark", (&row.mark).into()),
            ("registered_at", (&line.at).into()),
            ("registered_by", (&line.by).into()),
        ];
        self.grow("carriers", &cells).await?;
        self.record_ledger_line(line).await
    }

    /// A further line of a carrier's ledger.
    pub async fn record_ledger_line(&mut self, line: &LedgerLine) -> Result<(), Error> {
        let sql = "select coalesce(max(ordinal), 0) + 1 from carrier_lines where school = $1 and carrier = $2";
        let query = sqlx::query::<Any>(sql).bind(self.school().to_owned()).bind(line.carrier.clone());
        let ordinal = query.fetch_one(self.connection()).await?.try_get::<i64, _>(0)? as u64;
        let cells = [
            ("carrier", (&line.carrier).into()),
            ("ordinal", Bound::Number(ordinal)),
            ("what", line.what.as_str().into()),
            ("place", (&line.place).into()),
            ("path", (&line.path).into()),
            ("note", (&line.note).into()),
            ("at", (&line.at).into()),
            ("by_person", (&line.by).into()),
        ];
        self.grow("carrier_lines", &cells).await
    }

    /// That a person signed the undertaking.
    pub async fn record_undertaking(&mut self, person: &str, text_digest: &str, at: &str) -> Result<(), Error> {
        let cells = [("person", person.into()), ("text_digest", text_digest.into()), ("at", at.into())];
        self.grow("carrier_undertakings", &cells).await
    }

    /// That a code was made.
    pub async fn record_code(&mut self, row: &CodeRow) -> Result<(), Error> {
        let cells = [
            ("no", Bound::Number(row.no)),
            ("recipient", (&row.recipient).into()),
            ("sealed_key", (&row.sealed_key).into()),
            ("at", (&row.at).into()),
            ("by_person", (&row.by).into()),
        ];
        self.grow("carrier_codes", &cells).await
    }

    /// A backup and the carriers that have it whole.
    pub async fn record_backup(&mut self, row: &BackupRow) -> Result<(), Error> {
        let cells = [
            ("id", (&row.id).into()),
            ("cause", row.cause.as_str().into()),
            ("at", (&row.at).into()),
            ("by_person", (&row.by).into()),
            ("code_no", Bound::Number(row.code_no)),
            ("bytes", Bound::Number(row.bytes)),
            ("parts", Bound::Number(row.parts)),
            ("sha256", (&row.sha256).into()),
            ("manifest", (&row.manifest).into()),
            ("members", Bound::Number(row.members)),
            ("table_rows", Bound::Number(row.rows)),
            ("log_size", Bound::Number(row.log_size)),
            ("log_root", (&row.log_root).into()),
            ("periods", (&row.periods).into()),
        ];
        self.grow("backups", &cells).await?;
        for carrier in &row.carriers {
            let cells = [("backup", (&row.id).into()), ("carrier", carrier.into()), ("at", (&row.at).into())];
            self.grow("backup_carriers", &cells).await?;
        }
        Ok(())
    }

    /// That a copy is taken off a carrier.
    pub async fn record_pruning(&mut self, row: &PruningRow) -> Result<(), Error> {
        let cells = [
            ("carrier", (&row.carrier).into()),
            ("backup", (&row.backup).into()),
            ("rule", (&row.rule).into()),
            ("at", (&row.at).into()),
            ("by_person", (&row.by).into()),
        ];
        self.grow("backup_prunings", &cells).await
    }

    /// A comparison or a rehearsal.
    pub async fn record_backup_check(&mut self, row: &CheckRow) -> Result<(), Error> {
        let cells = [
            ("no", Bound::Number(row.no)),
            ("what", (&row.what).into()),
            ("carrier", (&row.carrier).into()),
            ("backup", (&row.backup).into()),
            ("verdict", (&row.verdict).into()),
            ("coverage", (&row.coverage).into()),
            ("at", (&row.at).into()),
            ("by_person", (&row.by).into()),
            ("certified_trip", Bound::Number(row.trip)),
        ];
        self.grow("backup_checks", &cells).await
    }
}
