//! Re-issue: the next version of a copy takes the place of the last one. Floor 2.
//!
//! The earlier version stays on record with its statements (000 Инс 4.4-4.6: a check may end in a refusal); nobody can sign it any more.
//! A sheet that the correction left alone keeps the statement of its teacher: the statement names the sheet's digest, and the digest is the
//! same. Whoever certifies the copy as a whole signs each version anew.

use std::collections::BTreeSet;

use super::close::{brought, omission, salts, topics, topics_of};
use super::keys::AUTHORITY;
use super::sources::Sources;
use super::{Act, Error, House, compromise, policy, recall, remind, salt, supplement, timeliness};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::copy::{self, Action, State};
use crate::domain::difference::{change_rows, sheet_name};
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze::{self, Circumstances, Laying};
use crate::domain::journal::YEAR;
use crate::domain::period;
use crate::domain::route::{self, BY_SHEETS, Signed};
use crate::domain::snapshot::{ChangesSheet, Sheet, Snapshot};
use crate::domain::statement::{Category, Statement};
use crate::domain::words;
use crate::flow::papers::Paper;
use crate::flow::sign::signed;
use crate::store::{CopyRow, KeptRow, RemarkRow, StatementRow, Tx};
use crate::typeset;

/// Freezes the next version of a copy from the same closed period, on a ground that its title page prints.
pub async fn reissue(house: &House, id: &str, ground: &str, act: &Act) -> Result<CopyRow, Error> {
    let last = house.db.list_versions(id).await?.pop().ok_or_else(|| Error::NoCopy(id.to_owned()))?;
    reissue_of(house, &last, ground, act).await
}

/// [`reissue`] of the version that was looked at: refused when another took its place or its state changed meanwhile, so that of two people who
/// press at once one makes the next version.
pub async fn reissue_of(house: &House, last: &CopyRow, ground: &str, act: &Act) -> Result<CopyRow, Error> {
    let id = last.id.as_str();
    let was = house.db.load_snapshot(last.snapshot).await?;
    let mut tx = house.db.begin().await?;
    let journal = tx.load_journal(&last.year).await?;
    let class = journal.class(&last.class).cloned().ok_or_else(|| period::Refusal::NoClass(last.class.clone()))?;
    let span = period::span(&journal, &class, &last.period)?;
    let in_force = policy::at_act(house, act).await?;
    let (adopted, policy) = (in_force.adopted().to_owned(), in_force.policy);
    let calendar = timeliness::calendar_of(house, &journal).await?;
    let journal = journal.of_class_within(&last.class, span.starts, span.ends);
    let voids = compromise::survey(house).await?;
    // Such a version would not be issued; nothing is opened for it, so that the one before stays what it is.
    compromise::refuse_pending(&voids, id, &class.name, &span)?;
    // A supplement tells when late data came, and its own rows stay what they were.
    let exported_at = match was.sheets.first() {
        Some(Sheet::Title(title)) if was.copy.supplement.is_some() => title.exported_at.clone(),
        _ => house.db.list_bundles().await?.pop().map(|(_, at)| at).unwrap_or_default(),
    };
    let mut copies = Vec::new();
    if last.period == YEAR {
        let (signed, found) = Sources::load(house, &last.year).await?.of_class(house, &journal, &class).await?;
        // What the version before was made without, under its ground, need not be had for this one.
        let is_new = |one: &&Finding| one.severity == Severity::Error && !was.omissions.contains(&omission(one));
        if let Some(first) = found.iter().find(is_new) {
            let what = format!("{}: {}", first.place, first.message);
            return Err(Error::Unsigned { copy: id.to_owned(), what });
        }
        copies = signed;
    }
    // A sheet that says nothing of the plan goes on saying nothing, so that its teacher's statement stands.
    let asks_plan = was.sheets.iter().any(|sheet| matches!(sheet, Sheet::Course(one) if one.planned_centi.is_some()));
    let topics = if asks_plan { topics_of(&topics(&mut tx, &last.year).await?, &journal) } else { Vec::new() };
    let mut told = Circumstances {
        kind: last.kind,
        copies,
        school_id: was.school.id.clone(),
        authority: authority(house).await?,
        version: last.version + 1,
        changes: None,
        replaces: format!("Взамен версии {}: {ground}", last.version),
        frozen_at: act.moment(),
        exported_at,
        voids: compromise::notes(&voids, &class.name, &span),
        paper: match (&was.copy.supplement, was.sheets.first()) {
            (Some(_), Some(Sheet::Title(title))) => title.paper.clone(),
            _ => policy::on_title(&policy, &calendar, &journal, &class, (&span, last.kind)),
        },
        adopted,
        ground: was.ground.clone(),
        omissions: was.omissions.clone(),
        template: typeset::template_facts(last.kind),
        salts: salts(journal.learners.len())?,
        founder: house.config.founder(),
        topics,
        brought: match was.copy.supplement {
            Some(_) => Vec::new(),
            None => brought(&mut tx, &last.year).await?,
        },
        route: Laying::By(house.db.list_appointments().await?),
    };
    let own = supplement::of_copy(house, id).await?;
    let freeze = |told: &Circumstances| match (&own, was.copy.supplement.as_deref()) {
        (Some((rows, _)), Some(facts)) => {
            freeze::supplement(&journal, &class, &span, &policy, told, (rows, facts.clone(), id))
        }
        _ => freeze::freeze(&journal, &class, &span, &policy, told),
    };
    let drafted = freeze(&told)?;
    let said = tx.list_statements(&last.id, last.version).await?;
    // Certificates of another authority would not be believed in the new record; a signature on a sheet whose paper was altered speaks for
    // nothing that was issued.
    let stands = was.school.authority == told.authority;
    let graves = house.db.list_graves(id, last.version).await?;
    let altered = graves.iter().filter_map(|one| was.sheets.get((one.leaf.sheet as usize).checked_sub(1)?));
    let altered: BTreeSet<String> = altered.map(|sheet| sheet.id().to_owned()).collect();
    // The sheet of changes that the final snapshot has besides is nobody's own, so what stands in the draft stands there.
    let (mut spoken, mut stay, mut carried) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for statement in &said {
        let Some(mut row) = keeps(&drafted, statement) else { continue };
        spoken.extend(row.sheets.iter().cloned());
        if !stands || compromise::is_void(&voids, statement) {
            continue;
        }
        row.sheets.retain(|sheet| !altered.contains(sheet));
        stay.extend(row.sheets.iter().cloned());
        if !row.sheets.is_empty() {
            carried.push((Digest::of(statement.body.as_bytes()), row));
        }
    }
    // Signed before and signed once more: what lapsed though its sheet is the same, and what changed under its signature.
    let earlier = signed(&said);
    let by_sheets = earlier.iter().filter(|one| one.stage == BY_SHEETS).flat_map(|one| one.sheets.iter().cloned());
    let stands_there = |sheet: &String| drafted.sheets.iter().any(|one| one.id() == sheet.as_str());
    let lapsed: BTreeSet<String> = by_sheets.filter(stands_there).chain(spoken.iter().cloned()).collect();
    let remarks = recall::with_recalls(house, id).await?;
    let rows = change_rows(&was, &drafted, |sheet| remark_on(&remarks, last.version, sheet));
    told.changes = Some(ChangesSheet {
        id: "changes".to_owned(),
        replaces: last.version,
        ground: ground.to_owned(),
        unsigned: rows.is_empty() && lapsed.is_empty(),
        rows,
        signed_anew: lapsed.difference(&stay).cloned().collect(),
    });
    let snapshot = freeze(&told)?;
    let superseded =
        copy::next(last.state, Action::Supersede).map_err(|refusal| Error::State { copy: last.id.clone(), refusal })?;
    tx.move_copy(&last.id, last.version, last.state, superseded).await?;
    tx.record_frozen(&snapshot, State::Frozen).await?;
    let (mut kept, mut kept_by) = (Vec::new(), BTreeSet::new());
    for (statement, row) in carried {
        kept.push(statement);
        tx.keep_statement(id, snapshot.copy.version, &row).await?;
        kept_by.insert(row.signer);
    }
    tell(house, &mut tx, (&was, &snapshot), (&said, &kept_by), act).await?;
    // What came late to the copy is in its next version now.
    let ended = supplement::end_with(&mut tx, id, act).await?;
    let mut event = Event::new(EventKind::CopySuperseded, &act.by, &act.moment())
        .with("copy", id)
        .with_number("version", last.version.into())
        .with_number("next", snapshot.copy.version.into())
        .with_digest("snapshot", snapshot.digest())
        .with_digests("kept", &kept);
    if let Some(ended) = ended {
        event = event.with("supplement", ended);
    }
    let opened = supplement::open_with(&mut tx, &policy, &snapshot, &span, act).await?;
    let mut recorded = tx.record(&event, salt()?).await?;
    if let Some(opened) = opened {
        recorded = recorded.also(&opened, salt()?).await?;
    }
    recorded.commit().await?;
    house.db.list_versions(id).await?.pop().ok_or_else(|| Error::NoCopy(id.to_owned()))
}

/// Whoever spoke on the version learns that another takes its place: inside, and by letter where the house has a mail server and the person gave
/// an address, as of a refusal. The ground may name a learner and stays inside.
async fn tell(
    house: &House,
    tx: &mut Tx,
    (was, next): (&Snapshot, &Snapshot),
    (said, kept_by): (&[StatementRow], &BTreeSet<String>),
    act: &Act,
) -> Result<(), Error> {
    let version = next.copy.version;
    let what = format!("{} класс, {}", next.class.name, next.period.name);
    let subject = match &next.copy.supplement {
        Some(facts) => format!("Составлена новая версия дополнительного листа № {}: {what}", facts.no),
        None => format!("Составлена новая версия копии журнала: {what}"),
    };
    let place = remind::place(house, "отличия версии", &format!("/copies/{}/{version}/changes", next.copy.id));
    let people: BTreeSet<&str> = said.iter().map(|one| one.signer.as_str()).collect();
    for person in people {
        tx.notify(person, "reissued", &next.copy.id, version, &act.moment()).await?;
        let own = own_part(was, next, person, kept_by.contains(person));
        let text = format!("Взамен версии {} составлена версия {version} ({what}).\n\n{own}\n\n{place}", version - 1);
        remind::write_to(house, tx, person, &subject, &text, act).await?;
    }
    Ok(())
}

/// What the next version asks of a person who spoke on the one before; `is_kept`: a signature of theirs still speaks for a sheet.
fn own_part(was: &Snapshot, next: &Snapshot, person: &str, is_kept: bool) -> String {
    let places = next.route.iter().filter(|stage| stage.id == BY_SHEETS).flat_map(|stage| &stage.signers);
    let own: BTreeSet<&String> = places.filter(|one| one.person.id == person).flat_map(|one| &one.sheets).collect();
    let stood = |sheet: &Sheet| was.sheets.iter().any(|old| old.id() == sheet.id() && old.digest() == sheet.digest());
    let changed = next.sheets.iter().filter(|sheet| own.iter().any(|id| id.as_str() == sheet.id()) && !stood(sheet));
    let changed: Vec<String> = changed.map(|sheet| format!("«{}»", sheet_name(sheet))).collect();
    let others = if is_kept {
        " Под листами, которые не изменились, ваша подпись сохранена."
    } else {
        ""
    };
    match changed.as_slice() {
        [] if is_kept => "Ваши листы не изменились: ваша подпись сохранена.".to_owned(),
        [] => "Что ждёт вашей подписи, показывает страница «Подписание».".to_owned(),
        [one] => format!("Изменён ваш лист {one}: он ждёт вашей подписи на странице «Подписание».{others}"),
        many => {
            let named = words::listed(many);
            format!("Изменены ваши листы {named}: они ждут вашей подписи на странице «Подписание».{others}")
        }
    }
}

/// What a version asks of those who sign by sheets: how many sheets keep an earlier signature, and which of the others wait for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Sheets for which a statement of an earlier version speaks.
    pub kept: usize,
    /// The other sheets that were signed in the version compared with, by who signs them, in the order of the route.
    pub anew: Vec<Place>,
    /// Those that nobody had signed there, in the same way.
    pub first: Vec<Place>,
    /// «Кварцева О.А.»: who certifies the copy as a whole, and so signs every version.
    pub whole: Vec<String>,
}

/// Sheets of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// «Иванова И.И.».
    pub who: String,
    /// «лист 7 «Алгебра»», in the order of the copy.
    pub sheets: Vec<String>,
    /// Is any of them not signed yet?
    pub lacks: bool,
}

impl Asked {
    /// How many sheets are signed anew.
    pub fn anew_sheets(&self) -> usize {
        self.anew.iter().map(|place| place.sheets.len()).sum()
    }
}

impl std::fmt::Display for Place {
    /// «лист 7 «Алгебра» — Иванова И.И.».
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} — {}", words::listed(&self.sheets), self.who)
    }
}

/// What a version asks, beside an earlier one.
pub async fn asked(house: &House, row: &CopyRow, from: u32) -> Result<Asked, Error> {
    let paper = house.papers.get(house, row.snapshot).await?;
    let now = house.db.list_statements(&row.id, row.version).await?;
    let before = house.db.list_statements(&row.id, from).await?;
    Ok(asked_of(&paper, (&now, row.version), &before))
}

/// [`asked`] out of what was said of both versions.
fn asked_of(paper: &Paper, (now, version): (&[StatementRow], u32), before: &[StatementRow]) -> Asked {
    let carried = now.iter().filter(|one| one.version < version);
    let carried: Vec<Signed> = carried.flat_map(|one| signed(std::slice::from_ref(one))).collect();
    let (stands, stood) = (signed(now), signed(before));
    let mut found = Asked::default();
    for stage in &paper.route {
        for place in &stage.signers {
            let who = route::called(&place.person);
            if stage.id != BY_SHEETS {
                if !found.whole.contains(&who) {
                    found.whole.push(who);
                }
                continue;
            }
            let asked = route::left(&stage.id, place, &carried);
            found.kept += place.sheets.len() - asked.len();
            let owed = route::left(&stage.id, place, &stands);
            let was_signed =
                |sheet: &String| stood.iter().any(|one| one.stage == BY_SHEETS && one.sheets.contains(sheet));
            let (anew, first): (Vec<String>, Vec<String>) = asked.into_iter().partition(was_signed);
            for (list, sheets) in [(&mut found.anew, anew), (&mut found.first, first)] {
                if !sheets.is_empty() {
                    let lacks = sheets.iter().any(|sheet| owed.contains(sheet));
                    let named = sheets.iter().map(|sheet| sheet_words(paper, sheet)).collect();
                    list.push(Place { who: who.clone(), sheets: named, lacks });
                }
            }
        }
    }
    found
}

/// «лист 7 «Алгебра»».
fn sheet_words(paper: &Paper, id: &str) -> String {
    let name = paper.sheet(id).map_or(id, |sheet| sheet.name.as_str());
    format!("лист {} «{name}»", paper.number(id))
}

/// What was said of a sheet when the version was refused: «отметка: не та отметка».
pub(super) fn remark_on(remarks: &[RemarkRow], version: u32, sheet: &str) -> String {
    let own = remarks.iter().filter(|one| one.version == version && one.sheet == sheet);
    let told = own.map(|one| {
        if one.stage == recall::STAGE {
            return format!("возвращено на исправление: {}", one.remark);
        }
        let category = Category::parse(&one.category).unwrap_or(Category::Other);
        format!("{}: {}", category.as_russian().to_lowercase(), one.remark)
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The authority that serves now: a copy is issued anew after the school's authority was replaced.
pub(super) async fn authority(house: &House) -> Result<Digest, Error> {
    let row = house.db.find_certificate(AUTHORITY).await?.ok_or(Error::NoJournal)?;
    row.fingerprint.parse().map_err(|_| Error::Damaged("certificates.fingerprint".to_owned()))
}

/// What a statement still speaks for in the next version: the sheets of the same person's place whose digests are the same.
fn keeps(next: &Snapshot, row: &StatementRow) -> Option<KeptRow> {
    if row.stage != BY_SHEETS || row.verdict == super::sign::REFUSED {
        return None;
    }
    let said = Statement::from_signed_bytes(row.body.as_bytes()).ok()?;
    let stage = next.route.iter().find(|stage| stage.id == BY_SHEETS)?;
    let place = stage.signers.iter().find(|place| place.person.id == row.signer)?;
    let person = &place.person;
    let name = crate::domain::names::full_name(&person.surname, &person.given_name, &person.patronymic);
    if said.office_of() != (name.as_str(), place.office.as_str(), place.order.as_str()) {
        return None;
    }
    let same = |id: &String| {
        let now = next.sheets.iter().find(|sheet| sheet.id() == id.as_str());
        let then = said.sheets.iter().find(|sheet| sheet.id == *id);
        matches!((now, then), (Some(now), Some(then)) if now.digest() == then.digest)
    };
    let spoken = |id: &&String| row.kept.is_empty() || row.kept.contains(id);
    let sheets: Vec<String> = place.sheets.iter().filter(spoken).filter(|id| same(id)).cloned().collect();
    let kept = KeptRow { stage: row.stage.clone(), signer: row.signer.clone(), from_version: row.version, sheets };
    (!kept.sheets.is_empty()).then_some(kept)
}
