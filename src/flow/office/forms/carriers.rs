//! Papers of carriers: ledger, custody log, act of writing, undertaking, certificate, the sheet for the code's envelope. Floor 2.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::Refusal;
use super::Desk;
use crate::domain::carrier::{Carrier, Step, Trip};
use crate::domain::form::Form;
use crate::domain::forms::carriers::{self as papers, Carried, Checked, LedgerRow, Written};
use crate::domain::forms::{Letterhead, People, day};
use crate::domain::journal::YEAR;
use crate::domain::people::{Appointment, OPERATOR, Office, orders_in_force};
use crate::domain::policy::{Policy, Value};
use crate::domain::rights::{Role, role_of};
use crate::domain::words;
use crate::flow::carriers::{Overview, REHEARSAL, VALID, office_of, outside, overview, undertaking_text};
use crate::flow::{Error, House, people, policy};
use crate::store::{BackupRow, CheckRow, LedgerLine};

/// «кабинет 12, сейф секретаря»: a place of the books by its identifier.
fn place_words(all: &Overview, id: &str) -> String {
    let Some(place) = all.places.iter().find(|place| place.id == id) else { return String::new() };
    let parts = [place.room.as_str(), place.label.as_str()].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

/// A carrier with the place in which the books had it at a moment (RFC 3339).
fn kept_then(all: &Overview, ledger: &[LedgerLine], id: &str, at: &str) -> Option<Carrier> {
    let carrier = all.carrier(id).ok()?;
    // Moments of one house have one offset, so that their texts stand in the order of time.
    let line = ledger.iter().rev().find(|line| line.carrier == id && line.at.as_str() <= at);
    let place_words = line.map_or_else(|| carrier.place_words.clone(), |line| place_words(all, &line.place));
    Some(Carrier { place_words, ..carrier.clone() })
}

/// The offices that the school's rules make answer for the electronic archive, in their order.
fn archive_owners(policy: &Policy) -> Vec<Role> {
    match policy.first("archive.owner").map(|said| &said.value) {
        Some(Value::Words(words)) => words.iter().filter_map(|word| role_of(word)).collect(),
        _ => Vec::new(),
    }
}

/// Offices whose line in an act of writing would stand empty on a day, for nobody in the school holds them.
pub async fn missing_signers(house: &House, today: NaiveDate) -> Result<Vec<Role>, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let roster = house.db.load_roster(&year).await?;
    let policy = policy::history(house).await?.on(today).policy.clone();
    let appointments = house.db.list_appointments().await?;
    let is_held = |role: Role| {
        orders_in_force(&appointments, role, today).next().is_some() || People::holder(&roster, role.as_str()).is_some()
    };
    // Where nobody answers for the journal, whoever answers for the archive stands in that line; the specialist has an own one.
    let mut owners = archive_owners(&policy).into_iter().filter(|role| *role != Role::TechnicalSpecialist);
    let is_kept = is_held(Role::JournalKeeper) || owners.any(is_held);
    let keeper = Some(Role::JournalKeeper).filter(|_| !is_kept);
    let others = [Role::TechnicalSpecialist, Role::Secretary].into_iter().filter(|role| !is_held(*role));
    Ok(keeper.into_iter().chain(others).collect())
}

impl Desk<'_> {
    /// A paper of carriers. What the house does not know stands empty: the code above all, which is shown once, to the director alone.
    pub(super) async fn carriers(&self, id: &str) -> Result<Form, Error> {
        let all = overview(self.house, self.today).await?;
        let (letterhead, staff) = (&self.letterhead, &self.people);
        match id {
            "carrier-ledger" => Ok(self.ledger(&all, &self.house.db.list_ledger().await?)),
            "custody-log" => {
                let trips: Vec<_> = all.trips.iter().map(|trip| (trip.clone(), self.carried(&all, trip))).collect();
                Ok(papers::custody(letterhead, &trips, staff))
            }
            "carrier-undertaking" => {
                let person = self.needed("person", "сотрудник: person=T00002")?;
                let who = people::visitor(self.house, person, true, self.today).await?;
                if !self.house.db.is_staff(person).await? {
                    return Err(Refusal::NoPerson(person.to_owned()).into());
                }
                let at = all.undertakings.iter().find(|(one, _)| one == person).map(|(_, at)| at.as_str());
                let office = office_of(&who).map(Office::as_russian).unwrap_or_default();
                let (signed, now) = (staff.get(person).signed, self.act.moment());
                let text = undertaking_text(self.house, &who, at.unwrap_or(&now)).await?;
                Ok(papers::undertaking_form(letterhead, &text, &office, &signed, at.unwrap_or_default()))
            }
            "backup-act" => {
                let copy = match self.text("copy") {
                    "" => all.backups.last().map(|row| row.id.clone()).unwrap_or_default(),
                    named => named.to_owned(),
                };
                let form = self.act_of_writing(&all, &copy).await?;
                Ok(form.ok_or_else(|| Refusal::Needs("записанная резервная копия: copy=ИМЯ_КОПИИ".to_owned()))?)
            }
            "backup-certificate" => {
                let no = match self.text("no") {
                    "" => all.checks.last().map_or(0, |check| check.no),
                    no => no.parse().unwrap_or_default(),
                };
                let form = self.certificate(&all, no, &self.house.db.list_appointments().await?);
                Ok(form.ok_or_else(|| Refusal::Needs("сверка или пробное восстановление: no=НОМЕР".to_owned()))?)
            }
            _ => {
                let code = all.codes.last();
                let code = code.ok_or_else(|| {
                    Refusal::Needs("код доступа: его заводит директор на странице «Код доступа»".to_owned())
                })?;
                Ok(papers::envelope(letterhead, "", &all.opens(code)))
            }
        }
    }

    fn ledger(&self, all: &Overview, lines: &[LedgerLine]) -> Form {
        let row = |line: &LedgerLine| LedgerRow {
            at: line.at.clone(),
            what: line.what.as_russian().to_owned(),
            place: place_words(all, &line.place),
            note: line.note.clone(),
        };
        let of = |id: &str| lines.iter().filter(|line| line.carrier == id).map(row).collect();
        let carriers: Vec<_> = all.carriers.iter().map(|carrier| (carrier.clone(), of(&carrier.id))).collect();
        let checked = all.checks.iter().map(|check| (check.carrier.clone(), check.at.clone())).collect();
        papers::ledger(&self.letterhead, &carriers, &all.trips, &checked, &self.people)
    }

    async fn act_of_writing(&self, all: &Overview, copy: &str) -> Result<Option<Form>, Error> {
        let Some(row) = all.backups.iter().find(|row| row.id == copy) else { return Ok(None) };
        let ledger = self.house.db.list_ledger().await?;
        let then: Vec<Carrier> = row.carriers.iter().filter_map(|id| kept_then(all, &ledger, id, &row.at)).collect();
        let carrier = |carrier: &Carrier| {
            let serial =
                if carrier.serial.is_empty() { String::new() } else { format!(", зав. № {}", carrier.serial) };
            let place = &carrier.place_words;
            let place = if place.is_empty() { String::new() } else { format!("; {place}") };
            format!("{} ({}{serial}{place})", carrier.id, carrier.kind.as_russian())
        };
        // Copies are only ever added and each is one entry of the log: its place among those of the year is a number that nothing changes.
        let before = |one: &&BackupRow| one.at.get(..4) == row.at.get(..4) && one.log_size <= row.log_size;
        let no = all.backups.iter().filter(before).count() as u64;
        let written = Written {
            id: row.id.clone(),
            at: row.at.clone(),
            cause: Some(row.cause),
            periods: self.spans(&row.periods, true),
            bytes: row.bytes,
            files: row.members,
            sha256: row.sha256.clone(),
            carriers: then.iter().map(carrier).collect(),
            kept: then.iter().map(|one| papers::kept(one, &row.at, &all.trips, &self.people)).collect(),
            no,
        };
        let appointments = self.house.db.list_appointments().await?;
        let day = row.at.get(..10).and_then(|day| day.parse().ok()).unwrap_or(self.today);
        // Who wrote it signs for it; else the one who held the office by order on that day, or by the lists of the year. Nobody who was
        // appointed later: the act names the same people whenever it is printed.
        let signed = |role: Role, listed: &str| {
            let wrote = orders_in_force(&appointments, role, day).find(|one| one.person == row.by);
            let then = || orders_in_force(&appointments, role, day).next();
            let id = wrote.or_else(then).map(|one| one.person.as_str());
            let id = id.or_else(|| People::holder(&self.journal, listed));
            id.map(|id| self.people.get(id).signed).unwrap_or_default()
        };
        let keeper = signed(Role::JournalKeeper, "journal_keeper");
        let specialist = signed(Role::TechnicalSpecialist, "technical_specialist");
        // Nobody answers for the journal: then whoever the rules of that day make answer for the archive; the specialist signs already.
        let rules = policy::history(self.house).await?.on(day).policy.clone();
        let of_archive = || {
            let mut owners = archive_owners(&rules).into_iter().filter(|role| *role != Role::TechnicalSpecialist);
            owners.find_map(|role| {
                let name = signed(role, role.as_str());
                let office = format!("ответственный за электронный архив, {},", role.as_russian());
                (!name.is_empty()).then_some((office, name))
            })
        };
        let blank = || (papers::KEEPER.to_owned(), String::new());
        let (office, keeper) = match keeper.is_empty() {
            true => of_archive().unwrap_or_else(blank),
            false => (papers::KEEPER.to_owned(), keeper),
        };
        let clerk = signed(Role::Secretary, "secretary");
        let clerk_name = if clerk.is_empty() { self.letterhead.clerk_name.clone() } else { clerk };
        let letterhead = Letterhead { clerk_name, ..self.letterhead.clone() };
        Ok(Some(papers::writing(&letterhead, &written, (office.as_str(), keeper.as_str()), &specialist)))
    }

    /// Closed periods as a copy recorded them («2025/2026 5А Q1; …») in words: «I четверть (5А, 9А) и год (5А) 2025/2026 учебного года»;
    /// without classes where there is little place.
    fn spans(&self, recorded: &str, with_classes: bool) -> String {
        /// Classes with their grade, by place and name of the period.
        type Spans<'a> = BTreeMap<(usize, String), Vec<(u8, &'a str)>>;
        let mut years: BTreeMap<&str, Spans<'_>> = BTreeMap::new();
        for part in recorded.split("; ").filter(|part| !part.is_empty()) {
            let [year, class, id] = part.split(' ').collect::<Vec<_>>()[..] else { return recorded.to_owned() };
            let place = self.journal.periods.iter().position(|one| one.id == id).unwrap_or(usize::MAX);
            let name = if id == YEAR { "год".to_owned() } else { self.period_name(class, id, year) };
            let grade = self.journal.class(class).map_or(0, |class| class.grade);
            years.entry(year).or_default().entry((place, name)).or_default().push((grade, class));
        }
        let span = |((_, name), mut classes): ((usize, String), Vec<(u8, &str)>)| {
            classes.sort_unstable();
            let classes: Vec<&str> = classes.into_iter().map(|(_, class)| class).collect();
            if with_classes { format!("{name} ({})", classes.join(", ")) } else { name }
        };
        let year = |(year, spans): (&str, BTreeMap<_, _>)| {
            let spans: Vec<String> = spans.into_iter().map(span).collect();
            format!("{} {year} учебного года", words::listed(&spans))
        };
        years.into_iter().map(year).collect::<Vec<_>>().join("; ")
    }

    /// The office in which a check was made: whoever looks after the carriers made it as such, whatever else the person is.
    fn post_of(&self, row: &CheckRow, appointments: &[Appointment]) -> String {
        let Some(member) = self.journal.staff_member(&row.by) else {
            let is_operator = row.by == OPERATOR;
            return if is_operator { "Оператор программы" } else { "Проверил(а)" }.to_owned();
        };
        let day = row.at.get(..10).and_then(|day| day.parse().ok()).unwrap_or(self.today);
        let by_order = |role: Role| orders_in_force(appointments, role, day).find(|one| one.person == row.by);
        if member.has_role("technical_specialist") || by_order(Role::TechnicalSpecialist).is_some() {
            return String::new();
        }
        match by_order(Role::Director).filter(|one| one.acting) {
            Some(one) => format!("{} (приказ {})", words::capitalised(&one.role.words(true)), one.order()),
            None => member.position.clone(),
        }
    }

    /// Who took part in a rehearsal beside the one who made it: the technical specialist restores (000 Инс 5.2 тех. спец. в), the director
    /// has the code; each as the office and the name of that day.
    fn others(&self, row: &CheckRow, appointments: &[Appointment]) -> Vec<(String, String)> {
        let day = row.at.get(..10).and_then(|day| day.parse().ok()).unwrap_or(self.today);
        let mut others = Vec::new();
        for role in [Role::TechnicalSpecialist, Role::Director] {
            let ordered = |person: Option<&str>| {
                let mut orders = orders_in_force(appointments, role, day);
                orders.find(|one| person.is_none_or(|person| one.person == person)).map(|one| one.person.as_str())
            };
            let is_listed = self.journal.staff_member(&row.by).is_some_and(|one| one.has_role(role.as_str()));
            if is_listed || ordered(Some(&row.by)).is_some() {
                continue;
            }
            let holder = ordered(None).or_else(|| People::holder(&self.journal, role.as_str()));
            let name = holder.map(|id| self.people.get(id).signed).unwrap_or_default();
            others.push((words::capitalised(role.as_russian()), name));
        }
        others
    }

    fn certificate(&self, all: &Overview, no: u64, appointments: &[Appointment]) -> Option<Form> {
        let row = all.checks.iter().find(|check| check.no == no)?;
        let coverage = serde_json::from_str(&row.coverage).ok()?;
        let checked = Checked {
            no,
            what: match row.what == REHEARSAL {
                true => "о пробном восстановлении из резервной копии".to_owned(),
                false => "о сверке носителя с записями «Летописи»".to_owned(),
            },
            carrier: if row.carrier.is_empty() { "вне учёта".to_owned() } else { row.carrier.clone() },
            at: row.at.clone(),
            valid: row.verdict == VALID,
            // The operator of the command line is no name: whoever sat there signs by hand.
            by: self.journal.staff_member(&row.by).map(|_| self.people.get(&row.by).signed).unwrap_or_default(),
            post: self.post_of(row, appointments),
            others: match row.what == REHEARSAL {
                true => self.others(row, appointments),
                false => Vec::new(),
            },
        };
        Some(papers::certificate(&self.letterhead, &checked, &coverage))
    }

    /// What was done with a carrier while it was out: a copy written on it then, comparisons and rehearsals of the trip.
    fn carried(&self, all: &Overview, trip: &Trip) -> Carried {
        // Moments of one house have one offset, so that their texts stand in the order of time.
        let at = |step| trip.signed(step).map(|signed| signed.at.as_str());
        let (from, to) = (at(Step::Taken), at(Step::Returned));
        let is_within =
            |moment: &str| from.is_some_and(|from| from <= moment) && to.is_none_or(|returned| moment <= returned);
        let written = all.backups.iter().rev().find(|row| row.carriers.contains(&trip.carrier) && is_within(&row.at));
        let checks: Vec<_> = all.checks.iter().filter(|check| check.trip == trip.no).collect();
        // A signature vouches for what was compared before it: what came later does not stand above it.
        let vouched = at(Step::Certified);
        let last = checks.iter().rfind(|check| vouched.is_none_or(|signed| check.at.as_str() <= signed));
        let copy = last.and_then(|check| all.backups.iter().find(|row| row.id == check.backup)).or(written);
        let mut done = Vec::new();
        if written.is_some() {
            done.push("запись");
        }
        if checks.iter().any(|check| check.what != REHEARSAL) {
            done.push("проверка");
        }
        if checks.iter().any(|check| check.what == REHEARSAL) {
            done.push("восстановление (пробное)");
        }
        let late = outside(std::slice::from_ref(trip), &all.backups);
        let late = late.iter().map(|one| format!("{} {}", day(&one.at), one.said(&self.people.get(&one.taker).short)));
        let remark = late.chain(all.kept_wrong(trip)).chain(all.kept_open(trip)).collect::<Vec<_>>().join("; ");
        let Some(copy) = copy else { return Carried { action: done.join(", "), remark, ..Carried::default() } };
        let after = match last.map(|check| check.verdict == VALID) {
            Some(true) => "; после: та же",
            Some(false) => "; после: НЕ СОВПАЛА",
            None => "",
        };
        Carried {
            what: match self.spans(&copy.periods, false) {
                spans if spans.is_empty() => format!("{} от {}", copy.cause.as_russian(), day(&copy.at)),
                spans => format!("{} от {}: {spans}", copy.cause.as_russian(), day(&copy.at)),
            },
            action: done.join(", "),
            sha256: format!("{}{after}", copy.sha256),
            remark,
        }
    }
}
