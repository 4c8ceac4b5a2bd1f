//! Forms of a class: reports, extracts, sheets of the journal, remarks on it, the sheet for when it cannot be reached. Floor 2.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Days, NaiveDate};

use super::super::Refusal;
use super::super::catalogue::WHO;
use super::{Desk, last_day, span_of};
use crate::domain::family_extract::Printed;
use crate::domain::form::Form;
use crate::domain::forms::classes::{Issue, Scope};
use crate::domain::forms::fallback::Blank;
use crate::domain::forms::learners::{ExtractOf, Family, Given, Remark};
use crate::domain::forms::{classes, day, fallback, learners};
use crate::domain::journal::{Class, Learner, YEAR};
use crate::domain::policy::{Unit, Value};
use crate::domain::setup::stays;
use crate::domain::statement::Category;
use crate::domain::{names, period, words};
use crate::flow::Error;
use crate::store::AccountState;

impl Desk<'_> {
    /// Learners whose family reads the diary in the house: the learner or a parent has an open account.
    pub(super) async fn reached(&self) -> Result<HashSet<String>, Error> {
        let accounts = self.house.db.list_accounts().await?;
        let open: HashSet<String> =
            accounts.into_iter().filter(|row| row.state == AccountState::Open).map(|row| row.person).collect();
        let parents = self.house.db.list_guardians().await?.into_iter().filter(|row| open.contains(&row.id));
        let mut reached: HashSet<String> = parents.flat_map(|row| row.learners).collect();
        reached.extend(self.journal.learners.iter().filter(|one| open.contains(&one.id)).map(|one| one.id.clone()));
        Ok(reached)
    }

    /// Who gets a paper extract: families without electronic access (000 У1), or the whole class where it is asked for.
    fn readers(&self, class: &str, on: NaiveDate, reached: &HashSet<String>) -> Result<Vec<&Learner>, Refusal> {
        let (one, who) = (self.text("learner"), self.text("who"));
        if !who.is_empty() && !WHO.iter().any(|(word, _)| *word == who) {
            let known: Vec<String> = WHO.iter().map(|(word, said)| format!("who={word} ({said})")).collect();
            let all = known.join(", ");
            return Err(Refusal::Needs(format!("{all} или один обучающийся: learner=L00001; «{who}» не из них")));
        }
        let mut list = learners::class_list(&self.journal, class, on);
        if !one.is_empty() && !list.iter().any(|learner| learner.id == one) {
            return Err(Refusal::Needs(format!("обучающийся этого класса: «{one}» в списке {class} класса нет")));
        }
        list.retain(|learner| match one {
            "" => who == "all" || !reached.contains(&learner.id),
            one => learner.id == one,
        });
        Ok(list)
    }

    /// What the house knows of the learners beside their rows.
    pub(super) async fn family(&self) -> Result<Family, Error> {
        let mut parents: HashMap<String, Vec<String>> = HashMap::new();
        for row in self.house.db.list_guardians().await? {
            let name = names::full_name(&row.surname, &row.given_name, &row.patronymic);
            for learner in row.learners {
                parents.entry(learner).or_default().push(name.clone());
            }
        }
        let setup = self.house.db.load_setup(&self.year).await?;
        Ok(Family { stays: stays::all(&self.journal, &setup.stays), parents })
    }

    /// `journals`: index of the file of journals.
    pub(super) fn class(
        &self,
        id: &str,
        reached: &HashSet<String>,
        family: &Family,
        journals: &str,
    ) -> Result<Form, Error> {
        let name = self.needed("class", "класс")?;
        let class: &Class = self.journal.class(name).ok_or_else(|| Refusal::Needs("класс этой школы".to_owned()))?;
        let (letterhead, people, journal) = (&self.letterhead, &self.people, &self.journal);
        let list = learners::class_list(journal, name, self.today.min(last_day(journal, class)));
        let teacher = people.get(&class.class_teacher_id).signed;
        match id {
            "class-report" | "class-report-preliminary" => {
                let period = self.needed("period", "учётный период")?;
                let span = period::span(journal, class, period)?;
                let name = self.period_name(name, period, &self.year);
                let scope = Scope {
                    journal,
                    class,
                    span: &span,
                    period: &name,
                    policy: &self.policy,
                    today: self.today,
                    stays: &family.stays,
                };
                let issue = if id == "class-report" { Issue::Final } else { Issue::Preliminary };
                Ok(classes::class_report(letterhead, people, scope, issue))
            }
            "extract-for-parents" => {
                let (starts, ends) = self.days()?;
                let of = ExtractOf { journal, void: &self.void, policy: &self.policy, starts, ends, no: 0 };
                let wanted: Vec<_> = self.readers(name, ends, reached)?.into_iter().map(|one| (of, one)).collect();
                let copy = (self.text("certified") == "yes").then(|| learners::Certified {
                    file: journals.to_owned(),
                    year: self.year.clone(),
                    day: self.today,
                });
                Ok(learners::extracts(letterhead, people, &wanted, copy.as_ref()))
            }
            "extract-register" => {
                let (starts, ends) = self.days()?;
                let period = format!("{} – {}", words::date_short(starts), words::date_short(ends));
                let readers = self.readers(name, ends, reached)?;
                let line = |one: &&Learner| Given {
                    name: names::full_name(&one.surname, &one.given_name, &one.patronymic),
                    period: period.clone(),
                    ..Given::default()
                };
                let lines: Vec<Given> = readers.iter().map(line).collect();
                Ok(learners::extract_register(letterhead, name, &lines, &teacher))
            }
            "general-information" => {
                let days = span_of(journal, YEAR, class.grade);
                let (starts, ends) = days.unwrap_or((self.today, self.today));
                let list = learners::class_list_within(journal, name, starts, ends.min(self.today));
                Ok(learners::general_information(letterhead, &self.year, name, &list, &self.files, family, &teacher))
            }
            "health-sheet" => Ok(learners::health_sheet(letterhead, &self.year, name, &list)),
            _ => {
                let course = journal.courses.iter().find(|course| course.id == self.text("course"));
                let blank = Blank {
                    class: name.to_owned(),
                    learners: list.iter().map(|l| names::list_name(&l.surname, &l.given_name)).collect(),
                    subject: course.map(period::course_title).unwrap_or_default(),
                    teacher: course.map(|course| people.get(&course.teacher_id).full).unwrap_or_default(),
                    lessons: Vec::new(),
                };
                Ok(fallback::fallback(letterhead, &[blank]))
            }
        }
    }

    /// The register of extracts as it was kept: those of the class that were printed within the days asked for. `None` when none was, and a list for
    /// ink serves.
    pub(super) async fn given(&self) -> Result<Option<Form>, Error> {
        let name = self.needed("class", "класс")?;
        let (starts, ends) = self.days()?;
        let printed = self.house.db.list_paper_extracts(&self.year).await?;
        let own = printed.iter().filter(|one| one.class == name);
        let within = own.filter(|one| {
            let on = one.at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
            on.is_some_and(|on| (starts..=ends).contains(&on))
        });
        let line = |one: &Printed| {
            let learner = self.journal.learners.iter().find(|learner| learner.id == one.learner);
            let full = |l: &Learner| names::full_name(&l.surname, &l.given_name, &l.patronymic);
            Given {
                no: one.no,
                name: learner.map_or_else(|| one.learner.clone(), full),
                period: format!("{} – {}", words::date_short(one.starts), words::date_short(one.ends)),
                on: one.handed.as_ref().map(|handed| words::date_short(handed.on)).unwrap_or_default(),
                to: one.handed.as_ref().map(|handed| handed.to.clone()).unwrap_or_default(),
            }
        };
        let lines: Vec<Given> = within.map(line).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let class = self.journal.class(name);
        let teacher = class.map(|class| self.people.get(&class.class_teacher_id).signed).unwrap_or_default();
        Ok(Some(learners::extract_register(&self.letterhead, name, &lines, &teacher)))
    }

    /// Remarks on a class's journal: what signers refused, with the day, the day by which the policy wants it mended, and the version that
    /// mended it.
    pub(super) async fn remarks(&self) -> Result<Form, Error> {
        let name = self.needed("class", "класс")?;
        let grade = self.journal.class(name).map_or(0, |class| class.grade);
        let db = &self.house.db;
        let copies = db.list_copies().await?;
        let own: Vec<_> = copies.iter().filter(|row| row.class == name && row.year == self.year).collect();
        let mut ids: Vec<&str> = own.iter().map(|row| row.id.as_str()).collect();
        ids.dedup();
        let mut found: Vec<(String, Remark)> = Vec::new();
        for id in ids {
            let remarks = db.list_remarks(id).await?;
            let versions: BTreeSet<u32> = remarks.iter().map(|remark| remark.version).collect();
            let mut refused = Vec::new();
            for version in versions {
                let said = db.list_statements(id, version).await?;
                refused.extend(said.into_iter().map(|row| ((version, row.stage, row.signer), row.signed_at)));
            }
            for remark in remarks {
                let key = (remark.version, remark.stage.clone(), remark.signer.clone());
                let at = refused.iter().find(|(of, _)| *of == key).map(|(_, at)| at.clone()).unwrap_or_default();
                let next =
                    own.iter().find(|row| row.id == id && row.version > remark.version && !row.issued_at.is_empty());
                let line = own.iter().find(|row| row.id == id);
                let period = line.map(|row| self.period_name(name, &row.period, &row.year)).unwrap_or_default();
                let course = self.journal.courses.iter().find(|course| course.id == remark.sheet);
                let sheet = course.map_or_else(|| "сводные листы".to_owned(), period::course_title);
                let category = Category::parse(&remark.category).map(Category::as_russian).unwrap_or_default();
                let text = [sheet.as_str(), &period, category].join(", ");
                let by = self.people.get(&remark.signer);
                found.push((
                    at.clone(),
                    Remark {
                        date: at.get(..10).unwrap_or_default().to_owned(),
                        text: format!("{text}: {}", remark.remark),
                        by: if by.post.is_empty() { by.short } else { format!("{}, {}", by.post, by.short) },
                        due: self.mend_by(&at, grade).map(|day| day.to_string()).unwrap_or_default(),
                        done: next
                            .map(|row| format!("версия {} выпущена {}", row.version, day(&row.issued_at)))
                            .unwrap_or_default(),
                    },
                ));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let found: Vec<Remark> = found.into_iter().map(|(_, remark)| remark).collect();
        Ok(learners::remarks(&self.letterhead, &self.year, name, &found))
    }

    /// The day by which a remark is to be mended, where the policy counts in calendar days or weeks.
    fn mend_by(&self, at: &str, grade: u8) -> Option<NaiveDate> {
        let said = self.policy.said("deadline.remark", grade)?;
        let Value::Number(count) = said.value else { return None };
        let days = match said.unit {
            Unit::CalendarDays => count,
            Unit::Weeks => count * 7,
            _ => return None,
        };
        at.get(..10)?.parse::<NaiveDate>().ok()?.checked_add_days(Days::new(days.into()))
    }
}
