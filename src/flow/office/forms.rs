//! Forms out of the house's own data: what each is about, what it asks for, and how it is gathered. Floor 2.

mod archive;
mod carriers;
mod learning;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::Refusal;

pub use self::archive::orders;
pub use self::carriers::missing_signers;
pub use super::catalogue::{About, Asked, FORMS, Known, WHO, find, left_out};
use crate::domain::form::{Block, Form};
use crate::domain::forms::classes::Issue;
use crate::domain::forms::files::{self, FileCase, Filed, Volume};
use crate::domain::forms::inventories::InventoryLine;
use crate::domain::forms::plan::Holds;
use crate::domain::forms::registers::{Named, RegisterEntry};
use crate::domain::forms::{Letterhead, People, control, day, inventories, learners, minutes_words, plan, registers};
use crate::domain::journal::{Class, Journal, YEAR};
use crate::domain::log_proof::object_name;
use crate::domain::paper::{Kept, Place};
use crate::domain::people::holders;
use crate::domain::policy::Policy;
use crate::domain::register::RegisterLine;
use crate::domain::rights::Role;
use crate::domain::setup::plan::hours_within;
use crate::domain::setup::{Setup, timetable};
use crate::domain::snapshot::{CopyKind, kind_words, supplement_no};
use crate::domain::struck::{self, Void};
use crate::domain::timeliness::Status;
use crate::domain::words;
use crate::flow::timeliness::{self, Question};
use crate::flow::{Act, Error, House};
use crate::store::{Entries, Part, Which};

/// Everything that the forms are gathered from.
struct Desk<'a> {
    house: &'a House,
    asked: &'a Asked,
    year: String,
    act: &'a Act,
    today: NaiveDate,
    journal: Journal,
    letterhead: Letterhead,
    people: People,
    policy: Policy,
    /// Numbers of personal files, by learner.
    files: BTreeMap<String, String>,
    /// What a stolen account wrote and nobody decided on: left out of `journal`, told in small print.
    void: Void,
}

/// Makes a form out of the house's data.
pub async fn make(house: &House, id: &str, asked: &Asked, act: &Act) -> Result<Form, Error> {
    let known = find(id)?;
    let year = house.year(asked.get("year").map(String::as_str).filter(|year| !year.is_empty())).await?;
    let journal = match known.about {
        About::Office | About::Carriers => house.db.load_roster(&year).await?,
        About::Teaching => teaching_journal(house, &year, id, asked).await?,
        About::Class => class_journal(house, &year, asked).await?,
    };
    let mut journal = journal;
    let void = crate::flow::compromise::void_rows(house, &year).await?.take_out(&mut journal);
    let mut desk = desk(house, asked, journal, year, act).await?;
    desk.void = void;
    if let Some(refusal) = left_out(&desk.policy, id) {
        return Err(refusal.into());
    }
    match known.about {
        About::Office => desk.office(id).await,
        About::Teaching => {
            let form = desk.named(desk.teaching(id).await?).await?;
            Ok(desk.told(form, id))
        }
        About::Carriers => desk.carriers(id).await,
        About::Class => {
            if id == "remarks" {
                return desk.remarks().await;
            }
            if id == "extract-register"
                && let Some(form) = desk.given().await?
            {
                return Ok(form);
            }
            let reached = desk.reached().await?;
            let journals = desk.index_of(Holds::Journals, &desk.year).await?;
            let form = desk.class(id, &reached, &desk.family().await?, &journals)?;
            Ok(desk.told(form, id))
        }
    }
}

async fn desk<'a>(
    house: &'a House,
    asked: &'a Asked,
    journal: Journal,
    year: String,
    act: &'a Act,
) -> Result<Desk<'a>, Error> {
    let requisites = house.db.list_requisites().await?;
    let own = |name: &str| requisites.get(name).cloned().unwrap_or_default();
    let letterhead = Letterhead {
        fund: own("fund"),
        archive: own("archive"),
        minutes: minutes_words(&own("minutes")),
        division: own("division"),
        ..Letterhead::of(&journal)
    };
    let policy = crate::flow::policy::of_act(house, act).await?;
    let people = People::of(&journal);
    let (files, today) = (house.db.list_personal_files().await?, act.at.date_naive());
    let void = Void::default();
    Ok(Desk { house, asked, year, act, today, journal, letterhead, people, policy, files, void })
}

/// Roster and entries of one class.
async fn class_journal(house: &House, year: &str, asked: &Asked) -> Result<Journal, Error> {
    let class = asked.get("class").cloned().unwrap_or_default();
    let roster = house.db.load_roster(year).await?;
    let entries = house.db.load_class_entries(year, &class).await?;
    Ok(roster.with_entries(entries))
}

/// Roster and entries for the forms about teaching: those of one period read its days alone.
async fn teaching_journal(house: &House, year: &str, id: &str, asked: &Asked) -> Result<Journal, Error> {
    if id != "journal-analysis" {
        return Ok(house.db.load_journal(year).await?);
    }
    let roster = house.db.load_roster(year).await?;
    let period = asked.get("period").map_or("", |text| text.trim());
    // Grades may begin and end their years on other days.
    let days = if period == YEAR { None } else { school_span(&roster, period) };
    let entries = Entries { days, marks: true, period: "" };
    // Deadlines look at days of lessons outside the period.
    let entries = house.db.load_part(year, &Part { lessons: None, entries: Some(entries) }).await?;
    Ok(roster.with_entries(entries))
}

/// Days of a period, of whichever grades it is.
fn school_span(journal: &Journal, period: &str) -> Option<(NaiveDate, NaiveDate)> {
    let held = journal.periods.iter().find(|held| held.id == period);
    let grade = held.map_or(0, |held| held.grade_from);
    span_of(journal, period, if period == YEAR { 1 } else { grade }).or_else(|| span_of(journal, period, 11))
}

/// Day of a school year by which the last one of its documents is dated: «крайние даты».
fn span_of(journal: &Journal, period: &str, grade: u8) -> Option<(NaiveDate, NaiveDate)> {
    crate::domain::report::span(journal, grade, period)
}

impl Desk<'_> {
    /// The form with what was left out of it, where it is about entries at all; extracts say it to each family of its own child.
    fn told(&self, form: Form, id: &str) -> Form {
        let teacher = self.text("teacher");
        let taught =
            |course: &str| self.journal.courses.iter().any(|one| one.id == course && one.teacher_id == teacher);
        let void = match id {
            "class-report" | "class-report-preliminary" | "journal-analysis" => self.void.clone(),
            "subject-report" | "subject-report-preliminary" => self.void.of(|_, course| taught(course)),
            _ => Void::default(),
        };
        form.maybe(void.told(struck::clause(&self.policy)).map(|text| Block::Note { text }))
    }

    /// Writes beside an office the name of who holds it today, where that is one person; where several do, or nobody, the line is for ink.
    async fn named(&self, mut form: Form) -> Result<Form, Error> {
        const OFFICES: [(&str, Role); 2] = [
            ("Заместитель директора", Role::Deputy),
            ("Ответственный за ведение электронного журнала", Role::JournalKeeper),
        ];
        let appointments = self.house.db.list_appointments().await?;
        for block in &mut form.blocks {
            let Block::Signatures { lines, .. } = block else { continue };
            for line in lines.iter_mut().filter(|line| line.name.is_empty()) {
                let Some((_, role)) = OFFICES.into_iter().find(|(post, _)| *post == line.post) else { continue };
                let all = holders(&self.journal.staff, &appointments, role, self.today).map(|(id, _)| id);
                let all: BTreeSet<&str> = all.filter(|id| self.journal.staff_member(id).is_some()).collect();
                if let (1, Some(id)) = (all.len(), all.first()) {
                    line.name = self.people.get(id).signed;
                }
            }
        }
        Ok(form)
    }

    fn text(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", |text| text.trim())
    }

    fn needed(&self, name: &'static str, what: &str) -> Result<&str, Refusal> {
        match self.text(name) {
            "" => Err(Refusal::Needs(what.to_owned())),
            text => Ok(text),
        }
    }

    fn day(&self, name: &str) -> Result<Option<NaiveDate>, Refusal> {
        match self.text(name) {
            "" => Ok(None),
            text => {
                let office = || NaiveDate::parse_from_str(text, "%d.%m.%Y");
                text.parse().or_else(|_| office()).map(Some).map_err(|_| Refusal::Day(text.to_owned()))
            }
        }
    }

    /// Any day of a month, also named as «2025-10» or «10.2025».
    fn month(&self, name: &str) -> Result<Option<NaiveDate>, Refusal> {
        let text = self.text(name);
        let first = |text: String, form: &str| NaiveDate::parse_from_str(&text, form).ok();
        match first(format!("{text}-01"), "%Y-%m-%d").or_else(|| first(format!("01.{text}"), "%d.%m.%Y")) {
            Some(day) => Ok(Some(day)),
            None => self.day(name),
        }
    }

    /// The calendar year asked for, or the one in which the school year ends.
    fn calendar(&self) -> i32 {
        let ends = || self.year.split('/').nth(1).and_then(|year| year.parse().ok());
        self.text("calendar").parse().ok().or_else(ends).unwrap_or_else(|| self.today.year())
    }

    /// «I четверть» of a class.
    fn period_name(&self, class: &str, id: &str, year: &str) -> String {
        if id == YEAR {
            return format!("{year} учебный год");
        }
        let grade = self.journal.class(class).map_or(0, |class| class.grade);
        let own = self.journal.periods_of_grade(grade);
        let place = own.iter().position(|held| held.id == id);
        place.map_or_else(|| id.to_owned(), |at| words::period_name(own[at].kind, at + 1))
    }

    async fn office(&self, id: &str) -> Result<Form, Error> {
        let db = &self.house.db;
        match id {
            "paper-register" => {
                let entries = self.entries().await?;
                let mut closings = db.list_paper_closings().await?;
                closings.retain(|one| one.year == self.year);
                let index = self.index_of(Holds::PaperRegister, &self.year).await?;
                let register = registers::paper_register;
                Ok(register(&self.letterhead, &self.people, &self.year, &index, &entries, &closings))
            }
            "handover-journal" => {
                let mut handovers: Vec<Named> = Vec::new();
                for kept in db.list_paper(Which::Year(&self.year)).await? {
                    let period = self.period_name(&kept.copy.class, &kept.copy.period, &kept.copy.year);
                    let named = |handover| Named { handover, period: period.clone(), register_no: kept.copy.no };
                    handovers.extend(kept.handovers.iter().cloned().map(named));
                }
                handovers.sort_by_key(|named| named.handover.no);
                Ok(registers::handover_journal(&self.letterhead, &self.people, &self.year, &handovers))
            }
            "certifying-inscription" => {
                let paper = self.needed("paper", "бумажная копия")?;
                let kept = db.list_paper(Which::One(paper)).await?.pop();
                let kept = kept.ok_or_else(|| Refusal::NoPaper(paper.to_owned()))?;
                let what = match kept.copy.kind {
                    CopyKind::PeriodCopy if supplement_no(&kept.copy.copy).is_none() => "журнале",
                    CopyKind::PeriodCopy | CopyKind::SummarySheet => "документе",
                };
                Ok(files::certifying_inscription(&self.letterhead, what, kept.sheets()))
            }
            "acquaintance" => {
                let (document, people) = self.acquainted().await?;
                Ok(learners::acquaintance(&self.letterhead, &document, &people))
            }
            "condition-act" => self.condition().await,
            "conformity" => {
                let lines = super::conformity::lines(self.house, self.act).await?;
                Ok(crate::domain::forms::conformity::declaration(&self.letterhead, self.today, &lines, &self.policy))
            }
            _ => self.files(id).await,
        }
    }

    /// Lines of the file plan under which a school year's files stand: that of the calendar year in which it ends.
    async fn plan_for(&self, year: &str) -> Result<Vec<plan::PlanLine>, Error> {
        let ends = year.split('/').nth(1).and_then(|year| year.parse().ok());
        let calendar = ends.unwrap_or_else(|| self.today.year());
        Ok(super::plan::read(self.house, calendar, self.act).await?.lines)
    }

    /// The index of a class of records in it.
    async fn index_of(&self, holds: Holds, year: &str) -> Result<String, Error> {
        Ok(plan::index_of(&self.plan_for(year).await?, holds))
    }

    /// Lines of the year's register.
    async fn entries(&self) -> Result<Vec<RegisterEntry>, Error> {
        let sealed: HashMap<(String, u32), String> = self.sealed().await?;
        let volumes = self.volumes(&self.year).await?;
        let listed = |no: u64| {
            let no = no.to_string();
            let holds = |volume: &&Volume| volume.file.documents.iter().any(|document| document.index == no);
            volumes.iter().find(holds).map(|volume| registers::in_volume(&volume.file.index, volume.no))
        };
        let kept = self.house.db.list_paper(Which::Year(&self.year)).await?;
        let late = self.house.db.list_late_entries().await?;
        let entry = |kept: Kept| RegisterEntry {
            late: late.get(&kept.copy.no).cloned().unwrap_or_default(),
            period: self.period_name(&kept.copy.class, &kept.copy.period, &kept.copy.year),
            object: sealed.get(&(kept.copy.copy.clone(), kept.copy.version)).cloned().unwrap_or_default(),
            volume: listed(kept.copy.no).unwrap_or_default(),
            kept,
        };
        Ok(kept.into_iter().filter(|kept| kept.copy.no > 0).map(entry).collect())
    }

    /// Names of the containers of sealed copies, by copy and version.
    async fn sealed(&self) -> Result<HashMap<(String, u32), String>, Error> {
        let rows = self.house.db.list_register().await?;
        let named = |line: RegisterLine| {
            let name = object_name(&line.id, line.version);
            ((line.id, line.version), name)
        };
        Ok(rows.into_iter().map(|row| named(row.line)).collect())
    }

    /// Volumes of a school year, numbered within each file: period copies by period, summary sheets by year.
    async fn volumes(&self, year: &str) -> Result<Vec<Volume>, Error> {
        let plan = self.plan_for(year).await?;
        let mut cases: BTreeMap<(&'static str, String), FileCase> = BTreeMap::new();
        for kept in self.house.db.list_paper(Which::Year(year)).await? {
            let copy = &kept.copy;
            if copy.no == 0 || kept.void().is_some() {
                continue;
            }
            let period = self.period_name(&copy.class, &copy.period, &copy.year);
            let (holds, title, keep_years) = match copy.kind {
                CopyKind::PeriodCopy => (
                    Holds::Journals,
                    format!("Классные журналы (копии на бумажном носителе), {period}"),
                    self.policy.keep_journal_years,
                ),
                CopyKind::SummarySheet => (
                    Holds::Summaries,
                    "Сводные ведомости успеваемости (и посещаемости) обучающихся".to_owned(),
                    self.policy.keep_summary_years,
                ),
            };
            let grade = self.journal.class(&copy.class).map_or(0, |class| class.grade);
            let days = span_of(&self.journal, &copy.period, grade);
            let case = cases.entry((holds.index(), copy.period.clone())).or_insert_with(|| FileCase {
                holds,
                index: plan::index_of(&plan, holds),
                title,
                year: year.to_owned(),
                part: copy.period.clone(),
                first: days.map(|(first, _)| first.to_string()).unwrap_or_default(),
                last: days.map(|(_, last)| last.to_string()).unwrap_or_default(),
                keep_years,
                keep_through: copy.keep_through.clone(),
                inventory: if keep_years > 10 { "1".to_owned() } else { String::new() },
                documents: Vec::new(),
            });
            // A place that names another file says nothing of this one's volumes.
            let of_file = |place: &Place| ["", case.index.as_str(), holds.index()].contains(&place.file.as_str());
            let volume = kept.place().filter(of_file).map_or(0, |place| place.volume);
            let what = words::capitalised(&kind_words(copy.kind, &copy.copy));
            case.documents.push(Filed {
                index: copy.no.to_string(),
                date: copy.printed_at.get(..10).unwrap_or_default().to_owned(),
                title: format!("{what} {} класса, {period}", copy.class),
                sheets: kept.sheets(),
                note: String::new(),
                volume,
            });
        }
        let mut by_file: BTreeMap<&'static str, Vec<FileCase>> = BTreeMap::new();
        for ((file, _), case) in cases {
            by_file.entry(file).or_default().push(case);
        }
        Ok(by_file.values().flat_map(|parts| files::bound(parts)).collect())
    }

    async fn files(&self, id: &str) -> Result<Form, Error> {
        let year = self.calendar();
        let school_year = match self.text("calendar") {
            "" => self.year.clone(),
            _ => format!("{}/{year}", year - 1),
        };
        let volumes = self.volumes(&school_year).await?;
        let long = self.text("term") != "short";
        match id {
            "spine-labels" => Ok(files::spine_labels(&self.letterhead, &volumes)),
            "file-plan" => {
                let mut held = super::plan::read(self.house, year, self.act).await?;
                if held.closing.is_none() {
                    let papers = self.house.db.list_paper(Which::Year(&school_year)).await?;
                    count_units(&mut held.lines, &volumes, &papers);
                }
                let closed_on = held.closing.as_ref().map(|closing| day(&closing.at));
                Ok(plan::file_plan(&self.letterhead, year, &held.lines, closed_on.as_deref()))
            }
            "inventory-paper" => {
                let lines: Vec<InventoryLine> =
                    volumes.iter().filter(|one| (one.file.keep_years > 10) == long).map(on_paper).collect();
                Ok(inventories::paper_inventory(&self.letterhead, if long { "1" } else { "" }, year, long, &lines))
            }
            "inventory-electronic" => {
                let (lines, containers) = self.electronic(&school_year, long).await?;
                Ok(inventories::electronic_inventory(&self.letterhead, "2", year, &lines, &containers))
            }
            "transfer-act" => self.transfer(&school_year, &volumes).await,
            _ => {
                let volume = self.chosen(&volumes)?;
                let numbered = self.house.db.list_numberings(&school_year).await?;
                let numbering = numbered.into_iter().find(|(key, _)| *key == volume.key()).map(|(_, found)| found);
                Ok(match id {
                    "file-cover" => files::cover(&self.letterhead, volume),
                    "inner-inventory" => files::inner_inventory(&self.letterhead, volume, numbering.as_ref()),
                    _ => files::certifying_sheet(&self.letterhead, volume, numbering.as_ref()),
                })
            }
        }
    }

    /// The volume asked for: by file and the number that people see; the first where nothing is said.
    fn chosen<'v>(&self, volumes: &'v [Volume]) -> Result<&'v Volume, Refusal> {
        let (file, no, title) = (self.text("file"), self.text("volume"), self.text("title"));
        let of_file: Vec<&'v Volume> = volumes
            .iter()
            .filter(|volume| file.is_empty() || volume.file.index == file)
            .filter(|volume| title.is_empty() || volume.file.title == title)
            .collect();
        if of_file.is_empty() {
            return Err(Refusal::Needs("дело, в котором есть зарегистрированные копии".to_owned()));
        }
        // A file's only volume has no number of its own, and is its first.
        let is_wanted = |volume: &&&Volume| matches!(no, "" | "0") || volume.no.max(1).to_string() == no;
        of_file.iter().find(is_wanted).copied().ok_or_else(|| {
            let known: Vec<String> = of_file.iter().map(|volume| volume.no.max(1).to_string()).collect();
            Refusal::Needs(format!("том дела, один из этих: {}", known.join(", ")))
        })
    }

    async fn teaching(&self, id: &str) -> Result<Form, Error> {
        let (letterhead, people, journal) = (&self.letterhead, &self.people, &self.journal);
        match id {
            "timesheet" => {
                let month = self.month("month")?.unwrap_or(self.today);
                Ok(control::timesheet(letterhead, people, journal, month))
            }
            "substitution-log" => {
                let (starts, ends) = self.days()?;
                let span = control::Span { id: "", name: "Учёт замещений", starts, ends };
                let setup = self.house.db.load_setup(&self.year).await?;
                // Nobody can know yet what today loses.
                let over = ends.min(self.today - chrono::Days::new(1));
                let lost =
                    timetable::lost(journal, &setup, &timeliness::calendar_of_setup(&setup, journal), starts, over);
                Ok(control::substitution_log(letterhead, people, journal, span, &lost))
            }
            _ => {
                let period = self.needed("period", "учётный период")?;
                let held = journal.periods.iter().find(|held| held.id == period);
                let (starts, ends) = school_span(journal, period)
                    .ok_or_else(|| Refusal::Needs("учётный период этой школы".to_owned()))?;
                let name = match held {
                    Some(held) => {
                        let own = journal.periods_of_grade(held.grade_from);
                        let at = own.iter().position(|one| one.id == held.id).unwrap_or_default();
                        words::period_name(held.kind, at + 1)
                    }
                    None => format!("{} учебный год", self.year),
                };
                let span = control::Span { id: period, name: &name, starts, ends };
                if id == "journal-analysis" {
                    let late = self.late(period).await?;
                    let analysis = control::journal_analysis;
                    return Ok(analysis(letterhead, people, journal, span, &late, &self.policy, self.today));
                }
                let teacher = self.needed("teacher", "учитель")?;
                let setup = self.house.db.load_setup(&self.year).await?;
                let planned =
                    |course: &str, starts: NaiveDate, ends: NaiveDate| self.plan_of(&setup, course, starts, ends);
                let taught = control::Taught {
                    journal,
                    policy: &self.policy,
                    teacher,
                    span,
                    planned: &planned,
                    today: self.today,
                };
                let issue = if id == "subject-report" { Issue::Final } else { Issue::Preliminary };
                Ok(control::subject_report(letterhead, people, taught, issue))
            }
        }
    }

    /// Hours and control works that a course's plan has within days. Control works stand in the calendar of control works; for a course
    /// that it does not name, in the topics of the plan.
    fn plan_of(&self, setup: &Setup, course: &str, starts: NaiveDate, ends: NaiveDate) -> control::CoursePlan {
        let topics = setup.plan_of(course);
        let within = |day: NaiveDate| starts <= day && day <= ends;
        let dated: Vec<_> = topics.iter().filter(|topic| topic.planned.is_some_and(within)).collect();
        let hours = hours_within(topics.iter().copied(), starts, ends);
        let works: Vec<_> = setup.works.iter().filter(|work| work.course == course).collect();
        let is_control = |kind: &str| control::is_control(&self.policy, kind);
        let controls = match works.is_empty() {
            false => Some(works.iter().filter(|work| within(work.date) && is_control(&work.kind_of_work)).count()),
            true => (!dated.is_empty()).then(|| dated.iter().filter(|topic| is_control(&topic.kind_of_work)).count()),
        };
        control::CoursePlan { hours_centi: hours, controls }
    }

    /// Late entries by course; a course of which no time of entry is known is not among them.
    async fn late(&self, period: &str) -> Result<HashMap<String, usize>, Error> {
        let question = Question { year: self.year.clone(), period: Some(period.to_owned()), ..Question::default() };
        let mut late = HashMap::new();
        for judged in timeliness::judge_in(self.house, self.journal.clone(), &question, self.act).await? {
            let is_late = judged.status == Status::Late;
            if is_late || judged.status == Status::Done {
                *late.entry(judged.course_id).or_insert(0) += usize::from(is_late);
            }
        }
        Ok(late)
    }

    fn days(&self) -> Result<(NaiveDate, NaiveDate), Refusal> {
        let ends = self.day("to")?.unwrap_or(self.today);
        // Two weeks: the term of extracts (000 У1).
        let starts = self.day("from")?.unwrap_or_else(|| ends - chrono::Days::new(13));
        Ok((starts, ends))
    }
}

/// Units of the lines whose files the house keeps itself: volumes of paper copies, and a register once it has an entry. `papers`: the paper
/// copies of the year.
fn count_units(lines: &mut [plan::PlanLine], volumes: &[Volume], papers: &[Kept]) {
    for line in lines {
        let has_entry = match line.holds {
            Holds::PaperRegister => papers.iter().any(|kept| kept.copy.no > 0),
            Holds::Handovers => papers.iter().any(|kept| !kept.handovers.is_empty()),
            _ => false,
        };
        let volumes = volumes.iter().filter(|volume| volume.file.index == line.index).count() as u32;
        line.units = volumes.max(u32::from(has_entry));
    }
}

/// The file plan of a calendar year with the units that the house can count itself: the school year that ends in it.
pub async fn plan_of(house: &House, year: i32, act: &Act) -> Result<super::plan::Plan, Error> {
    let mut held = super::plan::read(house, year, act).await?;
    let school_year = format!("{}/{year}", year - 1);
    if held.closing.is_none() && house.db.list_years().await?.contains(&school_year) {
        let papers = house.db.list_paper(Which::Year(&school_year)).await?;
        count_units(&mut held.lines, &volumes_of(house, &school_year, act).await?, &papers);
    }
    Ok(held)
}

/// Volumes of a school year, for the page that lists them.
pub async fn volumes_of(house: &House, year: &str, act: &Act) -> Result<Vec<Volume>, Error> {
    let asked = Asked::new();
    desk(house, &asked, house.db.load_roster(year).await?, year.to_owned(), act).await?.volumes(year).await
}

fn last_day(journal: &Journal, class: &Class) -> NaiveDate {
    span_of(journal, YEAR, class.grade).map_or(NaiveDate::MAX, |(_, last)| last)
}

fn on_paper(volume: &Volume) -> InventoryLine {
    let file = &volume.file;
    let title = if volume.no == 0 { file.title.clone() } else { format!("{}, том {}", file.title, volume.no) };
    InventoryLine {
        index: file.index.clone(),
        title: format!("{title}, за {} учебный год", file.year),
        first: file.first.clone(),
        last: file.last.clone(),
        keep_years: file.keep_years,
        sheets: volume.sheets,
        containers: 0,
        bytes: 0,
        note: String::new(),
    }
}
