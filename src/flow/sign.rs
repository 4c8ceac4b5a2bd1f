//! Signing: statements of people on their sheets, in the order of the route. Floor 2.
//!
//! One gesture is one transaction: all of a person's sheets in all the copies asked for. The order of the route is decided
//! inside it, against what the transaction sees.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys::Keyring;
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::copy::{self, Action, State};
use crate::domain::names;
use crate::domain::people::Appointment;
use crate::domain::route::{self, Refusal, Signed, Wish};
use crate::domain::snapshot::{SignerFacts, Snapshot, StageFacts};
use crate::domain::statement::{SignedSheet, Statement, Verdict};
use crate::store::{CopyRow, StatementRow, Tx};

/// One copy of a gesture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Copy identifier.
    pub copy: String,
    /// Version asked for; the last one when absent.
    pub version: Option<u32>,
}

/// What a person does in one gesture.
#[derive(Debug, Clone)]
pub struct Gesture {
    /// Staff identifier.
    pub signer: String,
    /// Copies.
    pub targets: Vec<Target>,
    /// Stage, where the person stands in several.
    pub stage: Option<String>,
    /// Sheets, to be refused if they are not the person's own; empty = all own sheets.
    pub sheets: Vec<String>,
    /// Remarks of a refusal; `None` = checked and correct.
    pub refusal: Option<String>,
}

/// What a gesture did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// Copies signed (or refused).
    pub copies: usize,
    /// Sheets that the statements stand for.
    pub sheets: usize,
    /// Copies whose route is now complete.
    pub completed: Vec<String>,
}

/// A copy's snapshot with the digests of its sheets, computed once for all its signers.
#[derive(Debug)]
struct Prepared {
    snapshot: Snapshot,
    sheets: HashMap<String, Digest>,
}

/// The table at which people sign: keys unlocked once, snapshots read once, issued files checked once.
#[derive(Debug)]
pub struct Desk<'h> {
    house: &'h House,
    keyring: Keyring,
    prepared: HashMap<Digest, Prepared>,
}

impl<'h> Desk<'h> {
    /// Opens the table.
    pub async fn open(house: &'h House) -> Result<Self, Error> {
        Ok(Self { house, keyring: Keyring::open(house).await?, prepared: HashMap::new() })
    }

    async fn prepare(&mut self, row: &CopyRow) -> Result<(), Error> {
        if self.prepared.contains_key(&row.snapshot) {
            return Ok(());
        }
        let snapshot = self.house.db.load_snapshot(row.snapshot).await?;
        if let Ok(digest) = row.issued_pdf.parse::<Digest>() {
            let path = self.house.issued_pdf(&row.id, row.version, digest);
            if Digest::of(&super::read_file(&path)?) != digest {
                return Err(Error::FileAltered { path });
            }
        }
        let sheets = snapshot.sheets.iter().map(|sheet| (sheet.id().to_owned(), sheet.digest())).collect();
        self.prepared.insert(row.snapshot, Prepared { snapshot, sheets });
        Ok(())
    }

    /// One person signs; every copy of the gesture or none.
    pub async fn sign(&mut self, gesture: &Gesture, act: &Act) -> Result<Done, Error> {
        for target in &gesture.targets {
            if let Some(row) = self.house.db.list_versions(&target.copy).await?.last() {
                self.prepare(row).await?;
            }
        }
        let mut tx = self.house.db.begin().await?;
        // After the writer's place was taken: an order that ended a minute ago counts.
        let appointments = self.house.db.list_appointments().await?;
        let mut events = Vec::new();
        let mut done = Done::default();
        for target in &gesture.targets {
            let row = current(&mut tx, target).await?;
            let (event, state) = self.sign_one(&mut tx, &row, gesture, &appointments, act, &mut done).await?;
            if state == State::Signed {
                done.completed.push(row.id.clone());
            }
            events.push(event);
        }
        let Some((first, rest)) = events.split_first() else { return Ok(done) };
        let mut recorded = tx.record(first, salt()?).await?;
        for event in rest {
            recorded = recorded.also(event, salt()?).await?;
        }
        recorded.commit().await?;
        Ok(done)
    }

    async fn sign_one(
        &mut self,
        tx: &mut Tx,
        row: &CopyRow,
        gesture: &Gesture,
        appointments: &[Appointment],
        act: &Act,
        done: &mut Done,
    ) -> Result<(Event, State), Error> {
        let refusing = gesture.refusal.is_some();
        let told = |refusal| Error::State { copy: row.id.clone(), refusal };
        let Some(prepared) = self.prepared.get(&row.snapshot) else { return Err(Error::NoCopy(row.id.clone())) };
        let signed = signed(&tx.list_statements(&row.id, row.version).await?);
        let wish =
            Wish { signer: gesture.signer.clone(), stage: gesture.stage.clone(), sheets: gesture.sheets.clone() };
        // The route speaks first where it can: «already signed» says more than «the copy is signed».
        let decided = route::decide(&prepared.snapshot.route, &signed, &wish);
        if let (Err(refusal), State::Issued | State::Signed | State::Sealed) = (&decided, row.state) {
            return Err(Error::NotNow { copy: row.id.clone(), refusal: refusal.clone() });
        }
        copy::next(row.state, if refusing { Action::Refuse } else { Action::Sign }).map_err(told)?;
        let not_now = |refusal| Error::NotNow { copy: row.id.clone(), refusal };
        let (stage, signer) = decided.map_err(not_now)?;
        route::check_office(appointments, &stage.id, signer, act.at.date_naive()).map_err(not_now)?;
        let statement = statement(row, prepared, stage, signer, &self.keyring, gesture, act)?;
        let bytes = statement.to_signed_bytes();
        let signature = self.keyring.staff_key(&gesture.signer)?.sign(&bytes);
        let body = String::from_utf8(bytes).map_err(|_| Error::Damaged(row.id.clone()))?;
        tx.record_statement(
            &row.id,
            row.version,
            &StatementRow {
                stage: stage.id.clone(),
                signer: gesture.signer.clone(),
                signature: STANDARD.encode(signature),
                certificate: statement.certificate.to_hex(),
                signed_at: statement.signed_at.clone(),
                verdict: if refusing { "refused" } else { "checked_and_correct" }.to_owned(),
                body: body.clone(),
            },
        )
        .await?;
        let mut now = signed;
        now.push(Signed { stage: stage.id.clone(), signer: gesture.signer.clone() });
        let action = match (refusing, route::open_stage(&prepared.snapshot.route, &now)) {
            (true, _) => Action::Refuse,
            (false, None) => Action::SignLast,
            (false, Some(_)) => Action::Sign,
        };
        let state = copy::next(row.state, action).map_err(told)?;
        if state != row.state {
            tx.move_copy(&row.id, row.version, row.state, state).await?;
        }
        done.copies += 1;
        done.sheets += statement.sheets.len();
        let kind = if refusing { EventKind::StatementRefused } else { EventKind::StatementSigned };
        let event = Event::new(kind, &gesture.signer, &act.moment())
            .with("copy", &row.id)
            .with_number("version", row.version.into())
            .with("stage", &stage.id)
            .with_digest("statement", Digest::of(body.as_bytes()));
        Ok((event, state))
    }

    /// Everybody in the route signs, stage by stage, each person in one gesture for all copies; for a demonstration house
    /// and for `sign --all`. `progress` is told of each gesture.
    pub async fn sign_all(
        &mut self,
        copies: &[String],
        clock: &dyn Fn() -> Act,
        mut progress: impl FnMut(&str, &Done),
    ) -> Result<Done, Error> {
        let mut total = Done::default();
        loop {
            let mut open: std::collections::BTreeMap<(usize, String), Vec<Target>> = std::collections::BTreeMap::new();
            for id in copies {
                let Some(row) = self.house.db.list_versions(id).await?.pop() else { continue };
                if row.state != State::Issued {
                    continue;
                }
                self.prepare(&row).await?;
                let Some(prepared) = self.prepared.get(&row.snapshot) else { continue };
                let signed = signed(&self.house.db.list_statements(id, row.version).await?);
                let route = &prepared.snapshot.route;
                let Some(stage) = route::open_stage(route, &signed) else { continue };
                let place = route.iter().position(|s| s.id == stage.id).unwrap_or_default();
                for signer in route::missing(stage, &signed) {
                    let target = Target { copy: id.clone(), version: Some(row.version) };
                    open.entry((place, signer)).or_default().push(target);
                }
            }
            // The earliest stage first, so that a later signer meets as many ready copies as possible in one gesture.
            let Some(earliest) = open.keys().map(|(place, _)| *place).min() else { return Ok(total) };
            for ((_, signer), targets) in open.into_iter().filter(|((place, _), _)| *place == earliest) {
                let gesture =
                    Gesture { signer: signer.clone(), targets, stage: None, sheets: Vec::new(), refusal: None };
                let done = self.sign(&gesture, &clock()).await?;
                progress(&signer, &done);
                total.copies += done.copies;
                total.sheets += done.sheets;
                total.completed.extend(done.completed);
            }
        }
    }

    /// Copies among these in which the person can sign now.
    pub async fn ready_for(&mut self, signer: &str, copies: &[CopyRow]) -> Result<Vec<Target>, Error> {
        let mut targets = Vec::new();
        for row in copies.iter().filter(|row| row.state == State::Issued) {
            self.prepare(row).await?;
            let Some(prepared) = self.prepared.get(&row.snapshot) else { continue };
            let signed = signed(&self.house.db.list_statements(&row.id, row.version).await?);
            let wish = Wish { signer: signer.to_owned(), ..Wish::default() };
            match route::decide(&prepared.snapshot.route, &signed, &wish) {
                Ok(_) => targets.push(Target { copy: row.id.clone(), version: Some(row.version) }),
                Err(Refusal::NotInRoute { .. } | Refusal::AlreadySigned { .. } | Refusal::NotYourTurn { .. }) => {}
                Err(refusal) => return Err(Error::NotNow { copy: row.id.clone(), refusal }),
            }
        }
        Ok(targets)
    }
}

/// The last version of a copy as the transaction sees it; an older one is refused.
async fn current(tx: &mut Tx, target: &Target) -> Result<CopyRow, Error> {
    let row = tx.list_versions(&target.copy).await?.pop().ok_or_else(|| Error::NoCopy(target.copy.clone()))?;
    match target.version {
        Some(asked) if asked < row.version => Err(Error::OldVersion { copy: row.id, asked, current: row.version }),
        Some(asked) if asked > row.version => Err(Error::NoCopy(format!("{}, версия {asked}", target.copy))),
        _ => Ok(row),
    }
}

/// Stages and signers of stored statements.
pub fn signed(rows: &[StatementRow]) -> Vec<Signed> {
    rows.iter().map(|row| Signed { stage: row.stage.clone(), signer: row.signer.clone() }).collect()
}

fn statement(
    row: &CopyRow,
    prepared: &Prepared,
    stage: &StageFacts,
    signer: &SignerFacts,
    keyring: &Keyring,
    gesture: &Gesture,
    act: &Act,
) -> Result<Statement, Error> {
    let digest = |text: &str| text.parse::<Digest>().map_err(|error| Error::Damaged(error.to_string()));
    let sheets = signer.sheets.iter().map(|id| {
        let digest = prepared.sheets.get(id).copied().ok_or_else(|| Error::Damaged(format!("лист {id}")))?;
        Ok::<_, Error>(SignedSheet { id: id.clone(), digest })
    });
    let person = &signer.person;
    Ok(Statement {
        copy: row.id.clone(),
        version: row.version,
        snapshot: row.snapshot,
        rows_root: prepared.snapshot.rows_root,
        issued_pdf: digest(&row.issued_pdf)?,
        sheets: sheets.collect::<Result<_, _>>()?,
        stage: stage.id.clone(),
        signer: person.id.clone(),
        name: names::full_name(&person.surname, &person.given_name, &person.patronymic),
        office: signer.office.clone(),
        order: signer.order.clone(),
        certificate: digest(&keyring.certificate(&person.id)?.fingerprint)?,
        signed_at: act.moment(),
        policy: prepared.snapshot.policy.digest,
        verdict: if gesture.refusal.is_some() { Verdict::Refused } else { Verdict::CheckedAndCorrect },
        remarks: gesture.refusal.clone().unwrap_or_default(),
    })
}
