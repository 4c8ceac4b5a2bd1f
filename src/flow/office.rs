//! The office: paper twins of electronic copies, handed over, registered, numbered, stitched, sealed, put into their place. Floor 2.
//!
//! Every step is a fact with its event; nothing is taken back. Numbers come inside the transaction, which has the writers' turn, so two who
//! press at once get two numbers or one refusal.

mod catalogue;
pub mod closing;
mod condition;
pub mod conformity;
pub mod extracts;
pub mod fallback;
pub mod forms;
mod hands;
mod keeping;
pub mod outages;
pub mod plan;
pub mod templates;

use chrono::NaiveDate;

pub use self::closing::close_year;
pub use self::hands::enters_own_print;
pub use self::keeping::{CHECKED, CHECKED_PAPER, at_once, check, check_paper, transfer, untransferred};
use super::{Act, Error, House, salt, scans};
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::State;
use crate::domain::forms::files::{Numbering, VolumeKey};
use crate::domain::paper::{Handover, Kept, PaperCopy, PaperFact, Purpose, Side, sheets_of};
use crate::domain::retention;
use crate::domain::snapshot::document_words;
use crate::domain::words;
use crate::store::{CopyRow, Tx, Which};

/// Why the office says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing to print yet.
    #[error("копия {0} ещё не выпущена: печатать нечего")]
    NotIssued(String),
    /// It came back with remarks, or another version took its place: paper of it would be void.
    #[error(
        "{0}: версия {1} возвращена с замечанием или заменена, печатать её не нужно; напечатайте следующую версию, когда её выпустят"
    )]
    NotForPaper(String, u32),
    /// No such paper copy.
    #[error("нет такой бумажной копии: «{0}»")]
    NoPaper(String),
    /// No such handover.
    #[error("в журнале сдачи нет записи № {0}")]
    NoHandover(u64),
    /// It has its number.
    #[error("копия уже внесена в реестр под № {0}")]
    Registered(u64),
    /// It is not in the office.
    #[error(
        "сначала запишите передачу: кто сдаёт копию, нажимает «Сдать и подписать» на её странице, кто принимает, подписывает в журнале сдачи; \
         после второй подписи копию вносят в реестр, и она получает номер"
    )]
    NotHandedIn,
    /// Ink and stamp are the head's word.
    #[error("«{0}» записывает сам директор: копия ждёт его на странице «Бумажные копии»")]
    NotTheHead(String),
    /// It has no number yet.
    #[error("копия ещё не внесена в реестр")]
    NotRegistered,
    /// It is void.
    #[error("копия аннулирована: {0}")]
    Void(String),
    /// A handover waits for a signature.
    #[error("передача № {0} ещё не подписана обеими сторонами")]
    Open(u64),
    /// It is out.
    #[error("копия выдана и ещё не возвращена: {0}")]
    Out(String),
    /// It is not out.
    #[error("копия не выдана: возвращать нечего")]
    NotOut,
    /// Both sides are one person.
    #[error("сдаёт и принимает один человек: у передачи две стороны")]
    OnePerson,
    /// Not a member of staff.
    #[error("сотрудника «{0}» нет в списке")]
    NoPerson(String),
    /// Not this person's handover.
    #[error("передача № {0} ждёт не вашей подписи")]
    NotASide(u64),
    /// This person's signature stands already: a second press signs once.
    #[error("передача № {0} вами уже подписана")]
    SignedBefore(u64),
    /// A day that is none, or lies ahead.
    #[error("дата «{0}»: нужен день не позже сегодняшнего, например 24.10.2025")]
    Day(String),
    /// Fewer than one sheet.
    #[error("число листов: нужно от 1, указано {0}")]
    Sheets(u32),
    /// A text that has to be given.
    #[error("не заполнено: {0}")]
    Empty(&'static str),
    /// The year has its closing line.
    #[error(
        "реестр за {0} учебный год закрыт итоговой записью; копию, которая пришла позже, вносят на её странице кнопкой «Внести после итоговой записи» \
         с основанием, и тогда итог подводят заново"
    )]
    YearClosed(String),
    /// The year still lacks something, and nobody said that it is closed all the same.
    #[error("итог года не подведён: {}. Доделайте это или отметьте рядом с кнопкой «подвести итог всё равно»", .0.join(", "))]
    YearOpen(Vec<String>),
    /// Nothing to close.
    #[error("в реестре нет записей за {0} учебный год")]
    NothingToClose(String),
    /// Lines of the file plan that are not fit.
    #[error("номенклатура: {}", .0.join("; "))]
    Plan(Vec<String>),
    /// No such file in the plan.
    #[error("в номенклатуре нет дела «{0}»")]
    NoFile(String),
    /// The year's plan has its closing record.
    #[error("номенклатура {0} года закрыта итоговой записью")]
    PlanClosed(i32),
    /// The year has a plan already.
    #[error("номенклатура {0} года уже заведена")]
    PlanEntered(i32),
    /// A form that does not exist.
    #[error("нет такой формы: «{0}»")]
    NoForm(String),
    /// Something that a form needs.
    #[error("для формы нужно указать: {0}")]
    Needs(String),
    /// An order that no list has.
    #[error("нет такого приказа: {asked}; есть: {known}")]
    NoOrder {
        /// Number asked for.
        asked: String,
        /// «№ 12 от 01.09.2025, …».
        known: String,
    },
    /// The school's rules leave that sheet out.
    #[error("по правилам школы {what} при журнале нет: {said}; ключ правил — {key}")]
    LeftOut {
        /// «листа «Общие сведения об обучающихся»».
        what: &'static str,
        /// Key of the policy.
        key: &'static str,
        /// What the policy says of it, with the clause.
        said: String,
    },
    /// The school's own template does not hold what it must.
    #[error("шаблон школы {file} не годится: {why}")]
    Template {
        /// File below the house's folder.
        file: String,
        /// What is wrong.
        why: String,
    },
}

impl Refusal {
    /// Is it about something that does not exist?
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::NoPaper(_) | Self::NoHandover(_) | Self::NoForm(_))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Office(Box::new(refusal))
    }
}

/// When the paper of a version was scanned, where every page of it came back: it is that paper which is there, and it was printed before.
async fn scanned_at(house: &House, row: &CopyRow) -> Result<Option<String>, Error> {
    let known = scans::all_in(house, &[(row.id.as_str(), row.version, row.pages)]).await?;
    if known.is_empty() {
        return Ok(None);
    }
    let whole = scans::complete(house, &row.id).await?.filter(|whole| whole.copy.version == row.version);
    let Some(whole) = whole else { return Ok(None) };
    let mut times = Vec::new();
    for file in &whole.files {
        times.extend(house.db.find_scan_file(file).await?.map(|file| file.received_at));
    }
    // Written by this house, with one offset.
    Ok(times.into_iter().max())
}

/// Was a stage of a version signed on its paper? Then that is a print of the issued PDF: the sealed one did not exist yet.
async fn is_signed_in_ink(house: &House, row: &CopyRow) -> Result<bool, Error> {
    let said = house.db.list_statements(&row.id, row.version).await?;
    Ok(said.iter().any(|one| one.version == row.version && !super::desk::on_paper(one).is_empty()))
}

/// Records that the last version of a copy was printed; where its sheets were scanned and it is not on record yet, that the scanned paper is there:
/// with the PDF that was printed then and the time of its scan.
pub async fn print(house: &House, copy: &str, both_sides: bool, act: &Act) -> Result<PaperCopy, Error> {
    let rows = house.db.list_versions(copy).await?;
    let row = rows.last().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    if matches!(row.state, State::Refused | State::Superseded) {
        let words = document_words(row.kind, &row.id, &row.number);
        return Err(Refusal::NotForPaper(words, row.version).into());
    }
    let sealed = house.db.find_register_line(copy, row.version).await?;
    let (pages, pdf) = match &sealed {
        Some(sealed) => (sealed.line.pages, sealed.line.sealed_pdf.to_hex()),
        None if row.issued_pdf.is_empty() => return Err(Refusal::NotIssued(copy.to_owned()).into()),
        None => (row.pages, row.issued_pdf.clone()),
    };
    // What was scanned before the seal, or bears ink of the route, is a print of the issued PDF.
    let before = house.db.list_paper(Which::Of(copy)).await?;
    let is_first = !before.iter().any(|kept| kept.copy.version == row.version);
    let scanned = if is_first { scanned_at(house, row).await? } else { None };
    let is_issued = match (&sealed, &scanned) {
        (Some(sealed), Some(at)) if *at < sealed.line.sealed_at => true,
        (Some(_), _) => is_first && is_signed_in_ink(house, row).await?,
        _ => false,
    };
    let (pages, pdf) = if is_issued { (row.pages, row.issued_pdf.clone()) } else { (pages, pdf) };
    let mut tx = house.db.begin().await?;
    let earlier = tx.list_paper(Which::Of(copy)).await?;
    let printing = earlier.iter().filter(|kept| kept.copy.version == row.version).count() + 1;
    let paper = PaperCopy {
        id: format!("{copy}-v{}-p{printing}", row.version),
        copy: copy.to_owned(),
        version: row.version,
        kind: row.kind,
        year: row.year.clone(),
        class: row.class.clone(),
        period: row.period.clone(),
        number: row.number.clone(),
        pages,
        sheets: sheets_of(pages, both_sides),
        pdf,
        printed_at: scanned.unwrap_or_else(|| act.moment()),
        printed_by: act.by.clone(),
        no: 0,
        registered_at: String::new(),
        registered_by: String::new(),
        keep_through: String::new(),
    };
    tx.record_paper(&paper).await?;
    let event = event(EventKind::PaperPrinted, act, &paper.id)
        .with("copy", copy)
        .with_number("version", row.version.into())
        .with_number("sheets", paper.sheets.into())
        .with("pdf", &paper.pdf);
    commit(tx, &event).await?;
    Ok(paper)
}

fn event(kind: EventKind, act: &Act, paper: &str) -> Event {
    Event::new(kind, &act.by, &act.moment()).with("paper", paper)
}

async fn commit(tx: Tx, event: &Event) -> Result<(), Error> {
    tx.record(event, salt()?).await?.commit().await?;
    Ok(())
}

async fn find(tx: &mut Tx, paper: &str) -> Result<Kept, Error> {
    let found = tx.list_paper(Which::One(paper)).await?.pop();
    found.ok_or_else(|| Refusal::NoPaper(paper.to_owned()).into())
}

/// A handover to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHandover {
    /// The paper copy.
    pub paper: String,
    /// What for.
    pub purpose: Purpose,
    /// Who gives, staff identifier.
    pub from: String,
    /// Who takes, staff identifier.
    pub to: String,
    /// Ground or remark; may be empty.
    pub note: String,
    /// Day by which an issued copy comes back; `None` otherwise.
    pub due: Option<NaiveDate>,
}

/// Enters a handover; it stays open until both sides have signed. Gives its number.
pub async fn hand_over(house: &House, new: &NewHandover, act: &Act) -> Result<u64, Error> {
    if new.from == new.to {
        return Err(Refusal::OnePerson.into());
    }
    for person in [&new.from, &new.to] {
        if !house.db.is_staff(person).await? {
            return Err(Refusal::NoPerson(person.clone()).into());
        }
    }
    let mut tx = house.db.begin().await?;
    let kept = find(&mut tx, &new.paper).await?;
    may_move(&kept, new)?;
    let copy = &kept.copy;
    let handover = Handover {
        no: 0,
        purpose: new.purpose,
        paper: copy.id.clone(),
        document: document_name(copy),
        class: copy.class.clone(),
        period: copy.period.clone(),
        year: copy.year.clone(),
        sheets: kept.sheets(),
        from: new.from.clone(),
        to: new.to.clone(),
        note: new.note.trim().to_owned(),
        due: new.due.map(|day| day.to_string()).unwrap_or_default(),
        opened_at: act.moment(),
        opened_by: act.by.clone(),
        from_signed_at: String::new(),
        to_signed_at: String::new(),
    };
    let no = tx.open_handover(&handover).await?;
    let event = event(EventKind::HandoverOpened, act, &copy.id)
        .with_number("handover", no)
        .with("purpose", new.purpose.as_str())
        .with("from", &new.from)
        .with("to", &new.to);
    commit(tx, &event).await?;
    Ok(no)
}

/// «Копия классного журнала № …», as the journal of handovers names a document.
pub fn document_name(copy: &PaperCopy) -> String {
    let name = words::capitalised(&document_words(copy.kind, &copy.copy, &copy.number));
    format!("{name}, версия {}", copy.version)
}

fn may_move(kept: &Kept, new: &NewHandover) -> Result<(), Refusal> {
    if let Some(ground) = kept.void() {
        return Err(Refusal::Void(ground));
    }
    if let Some(open) = kept.open() {
        return Err(Refusal::Open(open.no));
    }
    match new.purpose {
        Purpose::HandIn if kept.copy.no > 0 => Err(Refusal::Registered(kept.copy.no)),
        Purpose::Issue if kept.copy.no == 0 => Err(Refusal::NotRegistered),
        Purpose::Issue => match kept.out() {
            Some(out) => Err(Refusal::Out(out.to.clone())),
            None => Ok(()),
        },
        Purpose::Return if kept.out().is_none() => Err(Refusal::NotOut),
        Purpose::HandIn | Purpose::Return => Ok(()),
    }
}

/// Signs the own side of a handover. Says whether it is complete now.
pub async fn sign_handover(house: &House, no: u64, act: &Act) -> Result<bool, Error> {
    let mut tx = house.db.begin().await?;
    let handover = tx.find_handover(no).await?.ok_or(Refusal::NoHandover(no))?;
    let is_side = [&handover.from, &handover.to].contains(&&act.by);
    let refusal = if is_side { Refusal::SignedBefore(no) } else { Refusal::NotASide(no) };
    let side = handover.owed_by(&act.by).ok_or(refusal)?;
    tx.sign_handover(no, side, &act.by, &act.moment()).await?;
    let other = if side == Side::From { &handover.to_signed_at } else { &handover.from_signed_at };
    let complete = !other.is_empty();
    let event =
        event(EventKind::HandoverSigned, act, &handover.paper).with_number("handover", no).with("side", side.as_str());
    commit(tx, &event).await?;
    Ok(complete)
}

/// Enters a paper copy into the register and gives its number.
pub async fn register(house: &House, paper: &str, act: &Act) -> Result<u64, Error> {
    enter(house, paper, None, act).await
}

/// Enters a paper copy after the closing line of its year, with the ground why it came later, and gives its number; the closing line is
/// drawn anew then ([`close_year`]). In a year that is open it is entered as any other.
pub async fn register_late(house: &House, paper: &str, ground: &str, act: &Act) -> Result<u64, Error> {
    let ground = ground.trim();
    if ground.is_empty() {
        return Err(Refusal::Empty("основание, почему копия вносится после итоговой записи").into());
    }
    enter(house, paper, Some(ground), act).await
}

async fn enter(house: &House, paper: &str, late: Option<&str>, act: &Act) -> Result<u64, Error> {
    let policy = super::policy::of_act(house, act).await?;
    let clerk = super::people::visitor(house, &act.by, true, act.at.date_naive()).await?;
    let mut tx = house.db.begin().await?;
    let kept = find(&mut tx, paper).await?;
    let copy = &kept.copy;
    if let Some(ground) = kept.void() {
        return Err(Refusal::Void(ground).into());
    }
    if copy.no > 0 {
        return Err(Refusal::Registered(copy.no).into());
    }
    if let Some(open) = kept.open() {
        return Err(Refusal::Open(open.no).into());
    }
    let is_closed = tx.find_paper_closing(&copy.year).await?.is_some();
    if is_closed && late.is_none() {
        return Err(Refusal::YearClosed(copy.year.clone()).into());
    }
    // Where the office prints itself, nobody hands over (002 4.5).
    let is_own = copy.printed_by == act.by && enters_own_print(&policy, copy.kind, &clerk);
    if kept.hand_in().is_none() && !is_own {
        return Err(Refusal::NotHandedIn.into());
    }
    let years = retention::keep_years(copy.kind, &policy);
    let through = retention::keep_through(&copy.year, years).map(|day| day.to_string()).unwrap_or_default();
    if let Some(ground) = late.filter(|_| is_closed) {
        tx.late_entry(ground).await?;
    }
    let no = tx.register_paper(copy, &act.moment(), &act.by, &through).await?;
    let event = event(EventKind::PaperRegistered, act, paper)
        .with_number("number", no)
        .with_number("sheets", kept.sheets().into());
    commit(tx, &event).await?;
    Ok(no)
}

/// Records what happened to a paper copy. Days lie not ahead of the act; ink and stamp are the head's word alone.
pub async fn note(house: &House, paper: &str, fact: &PaperFact, act: &Act) -> Result<(), Error> {
    sound(fact, act.at.date_naive())?;
    let is_theirs = !fact.is_of_head() || hands::is_head(house, act).await?;
    let mut tx = house.db.begin().await?;
    let kept = find(&mut tx, paper).await?;
    if let Some(ground) = kept.void() {
        return Err(Refusal::Void(ground).into());
    }
    if kept.copy.no == 0 && !matches!(fact, PaperFact::Voided { .. }) {
        return Err(Refusal::NotRegistered.into());
    }
    if !is_theirs {
        return Err(Refusal::NotTheHead(fact.as_russian()).into());
    }
    tx.record_paper_fact(&kept, fact, &act.moment(), &act.by).await?;
    let event = event(EventKind::PaperNoted, act, paper).with("fact", fact.word());
    commit(tx, &event).await
}

fn sound(fact: &PaperFact, today: NaiveDate) -> Result<(), Refusal> {
    let past = |day: &str| match day.parse::<NaiveDate>() {
        Ok(date) if date <= today => Ok(()),
        _ => Err(Refusal::Day(day.to_owned())),
    };
    match fact {
        PaperFact::Presented { day }
        | PaperFact::SignedByHead { day }
        | PaperFact::Stamped { day }
        | PaperFact::Stitched { day } => past(day),
        PaperFact::Numbered { sheets: 0, .. } => Err(Refusal::Sheets(0)),
        PaperFact::Numbered { day, .. } => past(day),
        PaperFact::Placed(place) if place.room.trim().is_empty() => Err(Refusal::Empty("помещение")),
        PaperFact::Voided { ground } if ground.trim().is_empty() => Err(Refusal::Empty("основание аннулирования")),
        PaperFact::Placed(_) | PaperFact::Voided { .. } => Ok(()),
    }
}

/// Records how a volume was numbered, stitched and sealed (000 И4.7; F59). What was wrong is made good by recording it anew.
pub async fn number_volume(house: &House, key: &VolumeKey, found: &Numbering, act: &Act) -> Result<(), Error> {
    match found.date.parse::<NaiveDate>() {
        Ok(day) if day <= act.at.date_naive() => {}
        _ => return Err(Refusal::Day(found.date.clone()).into()),
    }
    if found.sheets == 0 {
        return Err(Refusal::Sheets(0).into());
    }
    let volumes = forms::volumes_of(house, &key.year, act).await?;
    let Some(volume) = volumes.iter().find(|volume| volume.key() == *key) else {
        return Err(Refusal::NoFile(key.file.clone()).into());
    };
    let mut tx = house.db.begin().await?;
    tx.record_numbering(key, found, &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::VolumeNumbered, &act.by, &act.moment())
        .with("year", &key.year)
        .with("file", &key.file)
        .with("part", &key.part)
        .with_number("volume", volume.no.into())
        .with_number("sheets", found.sheets.into());
    commit(tx, &event).await
}

/// Names of what a school may set for its forms, with their Russian labels.
pub const REQUISITES: [(&str, &str); 4] = [
    ("fund", "Номер фонда"),
    ("archive", "Государственный (муниципальный) архив"),
    ("minutes", "Протокол экспертной комиссии: дата и номер"),
    ("division", "Структурное подразделение"),
];

/// Sets what the forms say of the school; what is not given stays.
pub async fn set_requisites(house: &House, given: &[(String, String)], act: &Act) -> Result<(), Error> {
    let mut tx = house.db.begin().await?;
    let mut names = Vec::new();
    for (name, value) in given {
        if REQUISITES.iter().any(|(known, _)| known == name) {
            tx.set_requisite(name, value.trim()).await?;
            names.push(name.clone());
        }
    }
    let event = Event::new(EventKind::RequisitesSet, &act.by, &act.moment()).with("names", names.join(" "));
    commit(tx, &event).await
}
