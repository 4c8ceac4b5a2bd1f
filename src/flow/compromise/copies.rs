//! Compromise and the copies: what a period's title page says of void changes, and what is not closed, issued or sealed over them. Floor 2.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::openings::ground;
use super::{Decision, Refusal, Standing, Survey, Target, VoidChange, VoidDeed, deeds, survey};
use crate::domain::audit::EventKind;
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::names;
use crate::domain::period::{self, Span};
use crate::domain::snapshot::{StageFacts, supplement_no};
use crate::domain::void::{Docket, Ruling};
use crate::domain::words;
use crate::flow::sign::REFUSED;
use crate::flow::{Error, House, change};
use crate::store::{CompromiseRow, CopyRow, StatementRow};

/// Does a void change lie in a class's span: its lessons' days, its final marks, or the whole year?
fn lies_in(change: &VoidChange, class: &str, span: &Span) -> bool {
    let key = |at: usize| change.row.key.get(at).map_or("", String::as_str);
    let day = || key(1).parse::<chrono::NaiveDate>().is_ok_and(|day| span.contains(day));
    let within = match change.row.table.as_str() {
        "lessons" | "marks" | "absences" => day(),
        "final_marks" => key(2) == span.id || span.id == "Y",
        _ => false,
    };
    within && change.class.as_deref() == Some(class)
}

/// What a copy's title page says of void changes decided before its period was frozen: a sentence for each notice.
pub(crate) fn notes(survey: &Survey, class: &str, span: &Span) -> Vec<String> {
    let note = |notice: &CompromiseRow| {
        let of = |standing: Standing| {
            let own =
                survey.changes.iter().filter(|change| change.standing == standing && change.row.by == notice.account);
            own.filter(|change| {
                notice.since <= change.row.at && change.row.event < notice.event && lies_in(change, class, span)
            })
            .count() as u64
        };
        let (undone, approved) = (of(Standing::Undone), of(Standing::Approved));
        let parts = [("отменено", undone), ("подтверждено", approved)];
        let told: Vec<String> =
            parts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word} {count}")).collect();
        let all = undone + approved;
        (all > 0).then(|| {
            format!(
                "{all} {} учётной записи {} с {} по уведомлению № {} от {}: {}",
                words::plural(
                    all,
                    "недействительное изменение",
                    "недействительных изменения",
                    "недействительных изменений"
                ),
                notice.account,
                words::moment(&notice.since),
                notice.no,
                words::moment(&notice.noted_at),
                told.join(", ")
            )
        })
    };
    survey.notices.iter().filter_map(note).collect()
}

/// Void changes of a class's span that nobody decided on.
fn pending_in(survey: &Survey, class: &str, span: &Span) -> u64 {
    survey.changes.iter().filter(|change| change.standing.is_pending() && lies_in(change, class, span)).count() as u64
}

fn counted(count: u64) -> String {
    words::count(count, "недействительное изменение", "недействительных изменения", "недействительных изменений")
}

/// No version is made while the rows of its period wait for a decision.
pub(crate) fn refuse_pending(survey: &Survey, copy: &str, class: &str, span: &Span) -> Result<(), Refusal> {
    match pending_in(survey, class, span) {
        0 => Ok(()),
        count => Err(Refusal::VoidRows { copy: copy.to_owned(), count: counted(count) }),
    }
}

/// Nothing leaves as a copy while its rows hold what a stolen account wrote: a notice may come after the period was closed, and what was undone since
/// stands in the version all the same.
pub(crate) async fn refuse_void_rows(house: &House, copies: &[CopyRow]) -> Result<(), Error> {
    let survey = survey(house).await?;
    if survey.changes.is_empty() {
        return Ok(());
    }
    let (docket, freezings) = (house.db.load_docket().await?, Freezings::load(house).await?);
    for row in copies {
        let roster = house.db.load_roster(&row.year).await?;
        let Some(class) = roster.class(&row.class) else { continue };
        let span = period::span(&roster, class, &row.period)?;
        refuse_pending(&survey, &row.id, &class.name, &span)?;
        let held = held_in(&freezings, (&docket, &survey), row, (&class.name, &span))?;
        if held.undone > 0 {
            let (copy, count) = (row.id.clone(), counted(held.undone));
            return Err(Refusal::Stale { copy, count, ground: held.ground() }.into());
        }
    }
    Ok(())
}

/// What a stolen account wrote into the sheets of one version of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Changes that wait for a decision.
    pub pending: u64,
    /// Changes that were undone after the version was frozen: its sheets still have them.
    pub undone: u64,
    /// Since when the account was in foreign hands, RFC 3339; empty for none.
    pub since: String,
    notices: BTreeSet<u64>,
}

impl Held {
    /// Is there anything?
    pub fn is_empty(&self) -> bool {
        self.pending + self.undone == 0
    }

    /// The ground of the next version; empty where nothing is held.
    pub fn ground(&self) -> String {
        match self.is_empty() {
            true => String::new(),
            false => ground(&self.notices),
        }
    }

    /// In Russian, a sentence for what waits and one for what was undone since.
    pub fn told(&self) -> Vec<String> {
        let numbers: Vec<String> = self.notices.iter().map(u64::to_string).collect();
        let whose = format!(
            "под похищенной учётной записью с {} (уведомление № {})",
            words::moment_words(&self.since),
            words::listed(&numbers)
        );
        let waits = || format!("В листах этой версии {}: сделано {whose}, решения ещё нет", counted(self.pending));
        let stays =
            || format!("В листах этой версии {}: сделано {whose}, в журнале уже отменено", counted(self.undone));
        [(self.pending > 0).then(waits), (self.undone > 0).then(stays)].into_iter().flatten().collect()
    }
}

/// Of one version; without a notice nothing more is read. What came late to a copy is its own sheet's matter.
pub async fn held(house: &House, row: &CopyRow) -> Result<Held, Error> {
    let docket = house.db.load_docket().await?;
    if docket.notices.is_empty() {
        return Ok(Held::default());
    }
    let roster = house.db.load_roster(&row.year).await?;
    let Some(class) = roster.class(&row.class) else { return Ok(Held::default()) };
    let span = period::span(&roster, class, &row.period)?;
    let freezings = Freezings::load(house).await?;
    held_in(&freezings, (&docket, &survey(house).await?), row, (&class.name, &span))
}

/// Versions that hold entries undone since they were frozen: they are never sealed, so nobody is asked to sign them.
#[derive(Debug, Default)]
pub struct Stale {
    docket: Docket,
    survey: Survey,
    freezings: Freezings,
}

impl Stale {
    /// Of a house; without a notice, and where nothing was undone, nothing more is read.
    pub async fn load(house: &House) -> Result<Self, Error> {
        let docket = house.db.load_docket().await?;
        let undoes =
            |ruling: &Ruling| ruling.decision == Decision::Undone && matches!(ruling.target, Target::Change(_));
        if docket.notices.is_empty() || !docket.rulings.iter().any(undoes) {
            return Ok(Self::default());
        }
        let mut survey = survey(house).await?;
        survey.changes.retain(|change| change.standing == Standing::Undone);
        Ok(Self { docket, survey, freezings: Freezings::load(house).await? })
    }

    /// Is this version one of them? Of a class in which nothing was undone nothing is read.
    pub async fn holds(&self, house: &House, row: &CopyRow) -> Result<bool, Error> {
        let own =
            |change: &VoidChange| change.class.as_deref() == Some(row.class.as_str()) && change.row.year == row.year;
        if !self.survey.changes.iter().any(own) {
            return Ok(false);
        }
        let roster = house.db.load_roster(&row.year).await?;
        let Some(class) = roster.class(&row.class) else { return Ok(false) };
        let span = period::span(&roster, class, &row.period)?;
        Ok(held_in(&self.freezings, (&self.docket, &self.survey), row, (&class.name, &span))?.undone > 0)
    }
}

/// Which event of the log froze each snapshot: its index. Supplements are not among them.
#[derive(Debug, Default)]
struct Freezings(HashMap<Digest, u64>);

impl Freezings {
    async fn load(house: &House) -> Result<Self, Error> {
        let mut indexes = HashMap::new();
        // A first version is frozen by the closing of its period, a later one by the reissue.
        for (index, payload) in house.db.list_events_of([EventKind::PeriodClosed, EventKind::CopySuperseded]).await? {
            let Ok(facts) = serde_json::from_str::<Value>(&payload) else { continue };
            let snapshot = facts["snapshot"].as_str().and_then(|text| text.parse::<Digest>().ok());
            if let Some(snapshot) = snapshot {
                indexes.entry(snapshot).or_insert(index);
            }
        }
        Ok(Self(indexes))
    }
}

fn held_in(
    freezings: &Freezings,
    (docket, survey): (&Docket, &Survey),
    row: &CopyRow,
    (class, span): (&str, &Span),
) -> Result<Held, Error> {
    let mut held = Held::default();
    if supplement_no(&row.id).is_some() {
        return Ok(held);
    }
    // The order of the log tells what stood in the snapshot: nothing that came after the event which froze it.
    let Some(frozen) = freezings.0.get(&row.snapshot).copied() else { return Ok(held) };
    let undone_since = |seq: u64| {
        let mut own = docket.rulings.iter().filter(|ruling| ruling.target == Target::Change(seq));
        own.any(|ruling| ruling.decision == Decision::Undone && ruling.deed.event > frozen)
    };
    for change in survey.changes.iter().filter(|change| lies_in(change, class, span)) {
        let deed = change.row.deed()?;
        match change.standing {
            _ if deed.event > frozen => continue,
            Standing::Pending(_) => held.pending += 1,
            Standing::Undone if undone_since(change.row.seq) => held.undone += 1,
            _ => continue,
        }
        let Some(notice) = docket.notice_on(&deed) else { continue };
        held.notices.insert(notice.no);
        let since = survey.notices.iter().find(|row| row.no == notice.no).map_or("", |row| row.since.as_str());
        if held.since.is_empty() || since < held.since.as_str() {
            held.since = since.to_owned();
        }
    }
    Ok(held)
}

/// A period with void changes that nobody decided on is not complete.
pub(crate) fn undecided(survey: &Survey, class: &str, span: &Span) -> Option<Finding> {
    let count = pending_in(survey, class, span);
    (count > 0).then(|| {
        let changes = words::plural(
            count,
            "недействительное изменение, по которому",
            "недействительных изменения, по которым",
            "недействительных изменений, по которым",
        );
        let message = format!("есть {count} {changes} нет решения: подтвердите или отмените (letopis compromise show)");
        Finding::new("close.void-undecided", format!("{class}, {}", span.id), message)
    })
}

/// Is this statement on a copy the work of a compromised account, and not re-approved? Such a one speaks for no later version.
pub(crate) fn is_void(survey: &Survey, statement: &StatementRow) -> bool {
    VoidStatements::of(&survey.deeds).why(statement).is_some()
}

/// Signatures and refusals of compromised accounts that nobody has approved: the digest of what was signed, and why it does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VoidStatements(BTreeMap<String, String>);

impl VoidStatements {
    fn of(deeds: &[VoidDeed]) -> Self {
        let void = deeds.iter().filter(|deed| !deed.statement.is_empty());
        let void = void.filter_map(|deed| {
            let why = match deed.standing {
                Standing::Sound | Standing::Approved => return None,
                Standing::Pending(no) => {
                    format!("сделано под похищенной учётной записью (уведомление № {no}), решения ещё нет")
                }
                Standing::Undone => "сделано под похищенной учётной записью и отменено".to_owned(),
            };
            Some((deed.statement.clone(), why))
        });
        Self(void.collect())
    }

    /// Almost every house has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Why a statement does not count; `None` of one that does.
    pub fn why(&self, statement: &StatementRow) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        self.0.get(&Digest::of(statement.body.as_bytes()).to_hex()).map(String::as_str)
    }

    /// The statements that count.
    pub fn sound(&self, statements: &[StatementRow]) -> Vec<StatementRow> {
        statements.iter().filter(|one| self.why(one).is_none()).cloned().collect()
    }

    /// What a person said of a stage and does not count, and why; nothing for whom everything counts.
    pub fn of_place<'s>(
        &'s self,
        statements: &'s [StatementRow],
        stage: &str,
        signer: &str,
    ) -> Option<(&'s StatementRow, &'s str)> {
        let mut own = statements.iter().filter(|one| one.stage == stage && one.signer == signer);
        own.find_map(|one| Some((one, self.why(one)?)))
    }

    /// What does not count, of whom and why: «Подпись недействительна. Гранитов О.К.: сделано под …», each once, in the order of the route.
    pub fn told(&self, statements: &[StatementRow], route: &[StageFacts]) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for stage in route {
            for signer in &stage.signers {
                let person = &signer.person;
                let Some((one, why)) = self.of_place(statements, &stage.id, &person.id) else { continue };
                let name = names::short_name(&person.surname, &person.given_name, &person.patronymic);
                let what = if one.verdict == REFUSED {
                    "Отказ недействителен"
                } else {
                    "Подпись недействительна"
                };
                let line = format!("{what}. {name}: {why}");
                if !told.contains(&line) {
                    told.push(line);
                }
            }
        }
        told
    }
}

/// Statements on copies that are void under the notices of a house; without a notice nothing more is read.
pub async fn void_statements(house: &House) -> Result<VoidStatements, Error> {
    let docket = house.db.load_docket().await?;
    if docket.notices.is_empty() {
        return Ok(VoidStatements::default());
    }
    Ok(VoidStatements::of(&deeds::list(house, &docket, &change::names(house).await?).await?))
}

/// No seal over a signature that counts as void.
pub(crate) async fn refuse_void_signatures(house: &House, copies: &[CopyRow]) -> Result<(), Error> {
    let survey = survey(house).await?;
    // A statement kept from an earlier version speaks for this one too.
    let mut kept = Vec::new();
    for row in copies.iter().filter(|row| row.version > 1) {
        for one in house.db.list_kept(&row.id, row.version).await? {
            kept.push((row.id.clone(), one.from_version, one.signer));
        }
    }
    for deed in &survey.deeds {
        let Standing::Pending(notice) = deed.standing else { continue };
        let speaks =
            |row: &CopyRow| kept.iter().any(|(id, from, by)| (id, *from, by) == (&row.id, deed.version, &deed.by));
        let of = |row: &&CopyRow| row.id == deed.copy && (row.version == deed.version || speaks(row));
        if let (true, Some(row)) = (deed.kind == "statement_signed", copies.iter().find(of)) {
            let (copy, version) = (row.id.clone(), row.version);
            return Err(
                Refusal::VoidSignature { copy, version, who: deed.who.clone(), notice, event: deed.event }.into()
            );
        }
    }
    Ok(())
}
