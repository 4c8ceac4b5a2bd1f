//! Signing: statements of people on their sheets, in the order of the route. Floor 2.
//!
//! One gesture is one transaction: all of a person's sheets in all the copies asked for. The order of the route is decided
//! inside it, against what the transaction sees. Whoever refuses one sheet says so in a statement of its own and signs the others.

mod choice;
mod pen;
mod told;

use std::collections::HashMap;
use std::sync::Arc;

use super::keys::Keyring;
use super::outdated::{self, Outdated, Why};
use super::papers::Paper;
use super::{Act, Error, House};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::copy::{self, Action, State};
use crate::domain::names;
use crate::domain::people::Appointment;
use crate::domain::route::{self, Refusal, Signed, Wish};
use crate::domain::snapshot::{SignerFacts, StageFacts};
use crate::domain::statement::{Category, Ink, SignedSheet, Statement, Verdict};
use crate::store::{CopyRow, RemarkRow, StatementRow, Tx};

pub use choice::{Answer, Choice, Reproof, Witness};
pub use pen::{InHand, Pen};

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
    /// Sheets, to be turned away if they are not the person's own; empty = all own sheets. With a refusal: the sheets that are refused,
    /// the other own sheets are signed.
    pub sheets: Vec<String>,
    /// Remarks of a refusal; `None` = checked and correct.
    pub refusal: Option<String>,
    /// What the remarks of a refusal are about; without a refusal it says nothing.
    pub category: Category,
}

impl Gesture {
    /// Everything of these copies that is the person's own is checked and correct.
    pub fn checked(signer: &str, targets: Vec<Target>) -> Self {
        let (stage, refusal, category) = (None, None, Category::Other);
        Self { signer: signer.to_owned(), targets, stage, sheets: Vec::new(), refusal, category }
    }

    /// The sheets that are refused one by one, each with the same remark.
    fn reproofs(&self) -> Vec<Reproof> {
        let reproof = |sheet: &String, remark: &String| Reproof {
            sheet: sheet.clone(),
            category: self.category,
            remark: remark.clone(),
        };
        let remark = self.refusal.as_ref();
        remark.map(|remark| self.sheets.iter().map(|sheet| reproof(sheet, remark)).collect()).unwrap_or_default()
    }
}

/// What a gesture did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// Copies signed (or refused).
    pub copies: usize,
    /// Sheets that the statements stand for.
    pub sheets: usize,
    /// How many of these sheets were refused.
    pub refused: usize,
    /// Copies whose route is now complete.
    pub completed: Vec<String>,
}

/// What one person wants of one copy.
struct Wanted<'a> {
    signer: &'a str,
    stage: Option<String>,
    sheets: Vec<String>,
    refused: Vec<Reproof>,
    /// Refuses the whole place in the route: what it is about and with which words.
    refusal: Option<(Category, &'a str)>,
    /// Who saw the ink, when the place is filled on paper.
    witness: Option<&'a Witness>,
}

impl<'a> Wanted<'a> {
    /// Signs all that the place still owes.
    fn all_of(signer: &'a str, stage: Option<String>) -> Self {
        Self { signer, stage, sheets: Vec::new(), refused: Vec::new(), refusal: None, witness: None }
    }

    /// What a line of the desk asks for: its refused sheets go back, the rest is signed.
    fn chosen(signer: &'a str, choice: &Choice) -> Self {
        Self { refused: choice.refused.clone(), ..Self::all_of(signer, Some(choice.stage.clone())) }
    }
}

/// What was done to one copy.
#[derive(Default)]
struct Deed {
    events: Vec<Event>,
    signed: usize,
    refused: usize,
    completed: bool,
}

/// The table at which people sign: keys unlocked once, issued files checked once.
#[derive(Debug)]
pub struct Desk<'h> {
    house: &'h House,
    keyring: Keyring,
    prepared: HashMap<Digest, Arc<Paper>>,
    pen: Pen,
    /// Policies by day: they say where a role's key lies.
    rules: super::policy::History,
    /// Every appointment by order, as the transaction under way sees them: an acting signer signs between its dates only (DOC-20).
    appointments: Vec<Appointment>,
    /// Versions that will never be sealed: nobody signs them.
    outdated: Outdated,
}

impl<'h> Desk<'h> {
    /// Opens the table; keys are those on the server.
    pub async fn open(house: &'h House) -> Result<Self, Error> {
        Self::with_pen(house, Pen::Server).await
    }

    /// Opens the table with another pen.
    pub async fn with_pen(house: &'h House, pen: Pen) -> Result<Self, Error> {
        let (keyring, rules) = (Keyring::open(house).await?, super::policy::history(house).await?);
        let (prepared, outdated) = (HashMap::new(), Outdated::default());
        Ok(Self { house, keyring, prepared, pen, rules, appointments: Vec::new(), outdated })
    }

    async fn prepare(&mut self, row: &CopyRow) -> Result<(), Error> {
        if self.prepared.contains_key(&row.snapshot) {
            return Ok(());
        }
        let paper = self.house.papers.get(self.house, row.snapshot).await?;
        if let Ok(digest) = row.issued_pdf.parse::<Digest>() {
            let path = self.house.issued_pdf(&row.id, row.version, digest);
            if Digest::of(&super::read_file(&path)?) != digest {
                return Err(Error::FileAltered { path });
            }
        }
        self.prepared.insert(row.snapshot, paper);
        Ok(())
    }

    async fn prepare_last(&mut self, copy: &str) -> Result<(), Error> {
        match self.house.db.list_versions(copy).await?.last() {
            Some(row) => self.prepare(row).await,
            None => Ok(()),
        }
    }

    /// Why a version is not to be signed any more; `None` of one that is. Who found a fault may still refuse it, while there is a certificate that
    /// its record would believe: under a former authority there is none.
    async fn outdated_for(&self, row: &CopyRow, refuses: bool) -> Result<Option<Why>, Error> {
        let why = self.outdated.why(self.house, row).await?;
        Ok(why.filter(|why| !refuses || *why == Why::Former))
    }

    /// Takes the writer's place, and only then reads who holds an office and what is outdated: an order that ended a minute ago counts.
    async fn begin(&mut self) -> Result<Tx, Error> {
        let tx = self.house.db.begin().await?;
        self.appointments = self.house.db.list_appointments().await?;
        self.outdated = Outdated::load(self.house).await?;
        Ok(tx)
    }

    /// One person signs; every copy of the gesture or none.
    pub async fn sign(&mut self, gesture: &Gesture, act: &Act) -> Result<Done, Error> {
        for target in &gesture.targets {
            self.prepare_last(&target.copy).await?;
        }
        let mut tx = self.begin().await?;
        let (mut events, mut done) = (Vec::new(), Done::default());
        let refused = gesture.reproofs();
        let by_sheets = !refused.is_empty();
        for target in &gesture.targets {
            let row = current(&mut tx, &target.copy, target.version).await?;
            let wanted = Wanted {
                sheets: if by_sheets { Vec::new() } else { gesture.sheets.clone() },
                refused: refused.clone(),
                refusal: gesture.refusal.as_deref().filter(|_| !by_sheets).map(|remark| (gesture.category, remark)),
                ..Wanted::all_of(&gesture.signer, gesture.stage.clone())
            };
            let deed = self.one(&mut tx, &row, &wanted, act).await?;
            done.copies += 1;
            done.sheets += deed.signed + deed.refused;
            done.refused += deed.refused;
            done.completed.extend(deed.completed.then(|| row.id.clone()));
            events.extend(deed.events);
        }
        super::commit(tx, &events).await?;
        Ok(done)
    }

    /// One person's desk in one gesture: each copy by itself, so that one that cannot be signed any more holds up no other. What was
    /// done before is answered as done.
    pub async fn press(&mut self, signer: &str, choices: &[Choice], act: &Act) -> Result<Vec<Answer>, Error> {
        for choice in choices {
            self.prepare_last(&choice.copy).await?;
        }
        let mut tx = self.begin().await?;
        let (mut events, mut answers) = (Vec::new(), Vec::new());
        for choice in choices {
            let wanted = Wanted::chosen(signer, choice);
            let tried = match current(&mut tx, &choice.copy, Some(choice.version)).await {
                Ok(row) => self.one(&mut tx, &row, &wanted, act).await,
                Err(error) => Err(error),
            };
            let mut answer = Answer {
                copy: choice.copy.clone(),
                signed: 0,
                refused: 0,
                completed: false,
                already: false,
                why: String::new(),
            };
            match tried {
                Ok(deed) => {
                    (answer.signed, answer.refused, answer.completed) = (deed.signed, deed.refused, deed.completed);
                    events.extend(deed.events);
                }
                Err(Error::NotNow { refusal, .. })
                    if matches!(*refusal, Refusal::AlreadySigned { .. }) && choice.refused.is_empty() =>
                {
                    answer.already = true;
                }
                // These are said before anything of the copy is written.
                Err(
                    error @ (Error::NotNow { .. }
                    | Error::State { .. }
                    | Error::OldVersion { .. }
                    | Error::NoCopy(_)
                    | Error::Outdated(_)),
                ) => {
                    answer.why = error.to_string();
                }
                Err(other) => return Err(other),
            }
            answers.push(answer);
        }
        super::commit(tx, &events).await?;
        Ok(answers)
    }

    /// The statements that a gesture would sign, for who signs elsewhere: in the same order and by the same rules as [`Desk::press`].
    /// What cannot be signed now is left out.
    pub async fn statements(&mut self, signer: &str, choices: &[Choice], act: &Act) -> Result<Vec<Statement>, Error> {
        let mut made = Vec::new();
        self.outdated = Outdated::load(self.house).await?;
        for choice in choices {
            let Some(row) = self.house.db.list_versions(&choice.copy).await?.pop() else { continue };
            if row.version != choice.version || row.state != State::Issued {
                continue;
            }
            if self.outdated_for(&row, !choice.refused.is_empty()).await?.is_some() {
                continue;
            }
            self.prepare(&row).await?;
            let Some(paper) = self.prepared.get(&row.snapshot) else { continue };
            let signed = signed(&self.house.db.list_statements(&row.id, row.version).await?);
            let wanted = Wanted::chosen(signer, choice);
            let refuses = !wanted.refused.is_empty();
            let wish = Wish { signer: signer.to_owned(), stage: wanted.stage.clone(), sheets: Vec::new(), refuses };
            let Ok((stage, place)) = route::decide(&paper.route, &signed, &wish) else { continue };
            let left = route::left(&stage.id, place, &signed);
            for (sheets, verdict) in parts(&left, &wanted, stage) {
                let remarks = if verdict == Verdict::Refused { told::remarks(paper, &wanted) } else { String::new() };
                made.push(self.statement(&row, paper, (stage, place), (&sheets, verdict, remarks), &wanted, act)?);
            }
        }
        Ok(made)
    }

    /// Puts on record that places of one stage were filled on paper; the statements are of the person who saw the ink. All of them or
    /// none, with one more event where there is one.
    pub async fn witness(
        &mut self,
        target: &Target,
        stage: &str,
        seen: &[(String, Witness)],
        also: Option<Event>,
        act: &Act,
    ) -> Result<Done, Error> {
        self.prepare_last(&target.copy).await?;
        let mut tx = self.begin().await?;
        let (mut events, mut done) = (Vec::new(), Done { copies: 1, ..Done::default() });
        for (signer, witness) in seen {
            let row = current(&mut tx, &target.copy, target.version).await?;
            let wanted = Wanted { witness: Some(witness), ..Wanted::all_of(signer, Some(stage.to_owned())) };
            let deed = self.one(&mut tx, &row, &wanted, act).await?;
            done.sheets += deed.signed;
            done.completed.extend(deed.completed.then(|| row.id.clone()));
            events.extend(deed.events);
        }
        events.extend(also);
        super::commit(tx, &events).await?;
        Ok(done)
    }

    async fn one(&mut self, tx: &mut Tx, row: &CopyRow, wanted: &Wanted<'_>, act: &Act) -> Result<Deed, Error> {
        let refuses = wanted.refusal.is_some() || !wanted.refused.is_empty();
        let told = |refusal| Error::State { copy: row.id.clone(), refusal };
        let Some(paper) = self.prepared.get(&row.snapshot).cloned() else { return Err(Error::NoCopy(row.id.clone())) };
        let said = tx.list_statements(&row.id, row.version).await?;
        let mut signed = signed(&said);
        let wish = Wish {
            signer: wanted.signer.to_owned(),
            stage: wanted.stage.clone(),
            sheets: wanted.sheets.clone(),
            refuses,
        };
        // The route speaks first where it can: «already signed» says more than «the copy is signed».
        let decided = match route::decide(&paper.route, &signed, &wish) {
            Err(refusal) => Err(told::in_words(self.house, &self.appointments, &paper, &wish, refusal).await?),
            decided => decided,
        };
        let not_now = |refusal| Error::NotNow { copy: told::copy_words(&paper), refusal: Box::new(refusal) };
        if let (Err(refusal), State::Issued | State::Signed | State::Sealed) = (&decided, row.state) {
            return Err(not_now(refusal.clone()));
        }
        copy::next(row.state, if refuses { Action::Refuse } else { Action::Sign }).map_err(told)?;
        let (stage, place) = decided.map_err(not_now)?;
        // On paper the day is the one that stands beside the signature.
        let written = wanted.witness.and_then(|witness| witness.signed_on.parse().ok());
        let day = written.unwrap_or_else(|| act.at.date_naive());
        route::check_office(&self.appointments, stage, place, (paper.grade, day)).map_err(not_now)?;
        if let Some(why) = self.outdated_for(row, refuses).await? {
            return Err(not_to_sign(row, &paper, why));
        }
        let left = route::left(&stage.id, place, &signed);
        let stranger = |one: &&Reproof| !place.sheets.contains(&one.sheet);
        if let Some(one) = wanted.refused.iter().find(stranger) {
            let refusal = Refusal::ForeignSheet { sheet: one.sheet.clone(), signer: route::called(&place.person) };
            return Err(not_now(refusal));
        }
        // Beside what is signed now nothing that was signed before is taken back.
        if wanted.refused.iter().any(|one| !left.contains(&one.sheet)) {
            let (signer, stage) = (route::called(&place.person), stage.title.clone());
            return Err(not_now(Refusal::AlreadySigned { signer, stage }));
        }
        let mut deed = Deed::default();
        let mut state = row.state;
        for (sheets, verdict) in parts(&left, wanted, stage) {
            let refused = verdict == Verdict::Refused;
            let remarks = if refused { told::remarks(&paper, wanted) } else { String::new() };
            let made = self.statement(row, &paper, (stage, place), (&sheets, verdict, remarks), wanted, act)?;
            self.check_place(&made, act).await?;
            let statement = self.put(made, act)?;
            let action = if refused {
                tx.record_refusal(&row.id, row.version, &statement).await?;
                self.record_remarks(tx, row, stage, wanted).await?;
                told::refusal(self.house, tx, (row, &paper), &said, wanted, act).await?;
                deed.refused += sheets.len();
                Action::Refuse
            } else {
                tx.record_statement(&row.id, row.version, &statement).await?;
                deed.signed += sheets.len();
                let by = Signed { stage: stage.id.clone(), signer: wanted.signer.to_owned(), sheets };
                signed.push(by);
                match route::open_stage(&paper.route, &signed) {
                    None => Action::SignLast,
                    Some(_) => Action::Sign,
                }
            };
            state = copy::next(state, action).map_err(told)?;
            let kind = if refused { EventKind::StatementRefused } else { EventKind::StatementSigned };
            let event = Event::new(kind, wanted.witness.map_or(wanted.signer, |w| &w.person), &act.moment())
                .with("copy", &row.id)
                .with_number("version", row.version.into())
                .with("stage", &stage.id)
                .with_digest("statement", Digest::of(statement.body.as_bytes()));
            deed.events.push(event);
        }
        if state != row.state {
            tx.move_copy(&row.id, row.version, row.state, state).await?;
        }
        deed.completed = state == State::Signed;
        Ok(deed)
    }

    async fn record_remarks(
        &self,
        tx: &mut Tx,
        row: &CopyRow,
        stage: &StageFacts,
        wanted: &Wanted<'_>,
    ) -> Result<(), Error> {
        let whole = wanted.refusal.map(|(category, remark)| Reproof {
            sheet: String::new(),
            category,
            remark: remark.to_owned(),
        });
        for one in wanted.refused.iter().chain(&whole) {
            let remark = RemarkRow {
                copy: row.id.clone(),
                version: row.version,
                stage: stage.id.clone(),
                signer: wanted.signer.to_owned(),
                sheet: one.sheet.clone(),
                category: one.category.as_str().to_owned(),
                remark: one.remark.clone(),
            };
            tx.record_remark(&remark).await?;
        }
        Ok(())
    }

    fn statement(
        &self,
        row: &CopyRow,
        paper: &Paper,
        (stage, place): (&StageFacts, &SignerFacts),
        (sheets, verdict, remarks): (&[String], Verdict, String),
        wanted: &Wanted<'_>,
        act: &Act,
    ) -> Result<Statement, Error> {
        let digest = |text: &str| text.parse::<Digest>().map_err(|error| Error::Damaged(error.to_string()));
        let sheets = sheets.iter().map(|id| {
            let sheet = paper.sheet(id).ok_or_else(|| Error::Damaged(format!("лист {id}")))?;
            Ok::<_, Error>(SignedSheet { id: id.clone(), digest: sheet.digest })
        });
        let person = &place.person;
        let name = names::full_name(&person.surname, &person.given_name, &person.patronymic);
        let (signer, own_name, office, order, ink) = match wanted.witness {
            None => (person.id.clone(), name, place.office.clone(), place.order.clone(), None),
            Some(witness) => {
                let ink = Ink {
                    signer: person.id.clone(),
                    name,
                    office: place.office.clone(),
                    order: place.order.clone(),
                    signed_on: witness.signed_on.clone(),
                    scan: witness.scan.clone(),
                };
                (witness.person.clone(), witness.name.clone(), witness.office.clone(), String::new(), Some(ink))
            }
        };
        Ok(Statement {
            copy: row.id.clone(),
            version: row.version,
            snapshot: row.snapshot,
            rows_root: paper.rows_root,
            issued_pdf: digest(&row.issued_pdf)?,
            sheets: sheets.collect::<Result<_, _>>()?,
            stage: stage.id.clone(),
            certificate: digest(&self.keyring.serving(&signer, act, paper.authority)?.fingerprint)?,
            signer,
            name: own_name,
            office,
            order,
            signed_at: act.moment(),
            policy: paper.policy,
            verdict,
            remarks,
            ink,
        })
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
        self.outdated = Outdated::load(self.house).await?;
        loop {
            let mut barred = None;
            let mut open: std::collections::BTreeMap<(usize, String), Vec<Target>> = std::collections::BTreeMap::new();
            for id in copies {
                let Some(row) = self.house.db.list_versions(id).await?.pop() else { continue };
                if row.state != State::Issued {
                    continue;
                }
                self.prepare(&row).await?;
                let Some(paper) = self.prepared.get(&row.snapshot) else { continue };
                let signed = signed(&self.house.db.list_statements(id, row.version).await?);
                let route = &paper.route;
                let Some(stage) = route::open_stage(route, &signed) else { continue };
                if let Some(why) = self.outdated_for(&row, false).await? {
                    barred = Some(not_to_sign(&row, paper, why));
                    continue;
                }
                let place = route.iter().position(|s| s.id == stage.id).unwrap_or_default();
                for signer in route::missing(stage, &signed) {
                    let target = Target { copy: id.clone(), version: Some(row.version) };
                    open.entry((place, signer)).or_default().push(target);
                }
            }
            // The earliest stage first, so that a later signer meets as many ready copies as possible in one gesture.
            let Some(earliest) = open.keys().map(|(place, _)| *place).min() else {
                return barred.filter(|_| total.copies == 0).map_or(Ok(total), Err);
            };
            for ((_, signer), targets) in open.into_iter().filter(|((place, _), _)| *place == earliest) {
                let gesture = Gesture::checked(&signer, targets);
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
        let (mut targets, mut barred) = (Vec::new(), None);
        self.outdated = Outdated::load(self.house).await?;
        for row in copies.iter().filter(|row| row.state == State::Issued) {
            self.prepare(row).await?;
            let Some(paper) = self.prepared.get(&row.snapshot) else { continue };
            let signed = signed(&self.house.db.list_statements(&row.id, row.version).await?);
            let wish = Wish { signer: signer.to_owned(), ..Wish::default() };
            match route::decide(&paper.route, &signed, &wish) {
                Ok(_) => match self.outdated_for(row, false).await? {
                    Some(why) => barred = Some(not_to_sign(row, paper, why)),
                    None => targets.push(Target { copy: row.id.clone(), version: Some(row.version) }),
                },
                Err(Refusal::NotInRoute { .. } | Refusal::AlreadySigned { .. } | Refusal::NotYourTurn { .. }) => {}
                Err(refusal) => return Err(Error::NotNow { copy: row.id.clone(), refusal: Box::new(refusal) }),
            }
        }
        barred.filter(|_| targets.is_empty()).map_or(Ok(targets), Err)
    }
}

/// What is signed and what is refused of the sheets that are left: the refused ones last, for a refusal ends the version. On a stage that
/// certifies the copy as a whole nothing can be signed beside a refusal.
fn parts(left: &[String], wanted: &Wanted<'_>, stage: &StageFacts) -> Vec<(Vec<String>, Verdict)> {
    if wanted.refusal.is_some() {
        return vec![(left.to_vec(), Verdict::Refused)];
    }
    let refused: Vec<String> =
        left.iter().filter(|sheet| wanted.refused.iter().any(|one| one.sheet == **sheet)).cloned().collect();
    let others: Vec<String> = left.iter().filter(|sheet| !refused.contains(sheet)).cloned().collect();
    let others = if !refused.is_empty() && stage.id != route::BY_SHEETS { Vec::new() } else { others };
    let parts = [(others, Verdict::CheckedAndCorrect), (refused, Verdict::Refused)];
    parts.into_iter().filter(|(sheets, _)| !sheets.is_empty()).collect()
}

/// What is answered to who would sign or seal a version that is never sealed.
pub(super) fn not_to_sign(row: &CopyRow, paper: &Paper, why: Why) -> Error {
    outdated::Refusal::of(told::copy_words(paper), row.version, why).into()
}

/// The last version of a copy as the transaction sees it; an older one is refused.
async fn current(tx: &mut Tx, copy: &str, version: Option<u32>) -> Result<CopyRow, Error> {
    let row = tx.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    match version {
        Some(asked) if asked < row.version => Err(Error::OldVersion { copy: row.id, asked, current: row.version }),
        Some(asked) if asked > row.version => Err(Error::NoCopy(format!("{copy}, версия {asked}"))),
        _ => Ok(row),
    }
}

/// Word of the store for a statement of refusal.
pub const REFUSED: &str = "refused";

/// Stages, signers and sheets of stored statements; refusals sign nothing.
pub fn signed(rows: &[StatementRow]) -> Vec<Signed> {
    let said = |row: &StatementRow| {
        let sheets = match row.kept.is_empty() {
            false => row.kept.clone(),
            true => {
                // A text that does not read speaks for nothing; the doctor names it.
                let statement = Statement::from_signed_bytes(row.body.as_bytes()).ok();
                let sheets = statement.map(|statement| statement.sheets).unwrap_or_default();
                sheets.into_iter().map(|sheet| sheet.id).collect()
            }
        };
        Signed { stage: row.stage.clone(), signer: row.signer.clone(), sheets }
    };
    rows.iter().filter(|row| row.verdict != REFUSED).map(said).collect()
}
