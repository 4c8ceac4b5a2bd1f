//! What waits for each office, counted. Floor 3.
//!
//! Counts that only a transaction changes are kept under the log's turn; those of the machine and of long work are asked anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration};

use super::super::answer::Refusal;
use super::super::query::segment;
use super::super::scans::differing;
use super::super::waiting::Awaited;
use super::{Desk, Wait};
use crate::domain::copy::State as CopyState;
use crate::domain::period::course_title;
use crate::domain::policy::AbsenceKind;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::jobs;
use crate::flow::people;
use crate::store::{AccountState, JobState};

/// Days for which a failed import is spoken of: a week, by then somebody has seen it or does not need it.
const FAILED_DAYS: i64 = 7;

/// Word of the store for the job that loads a set of data.
const IMPORT: &str = "import";

/// Jobs looked through for those that failed; the list of long work shows as many.
const JOBS: u32 = 100;

/// What waits in the entries of a class or course.
#[derive(Debug)]
pub(in super::super) struct Counts {
    /// Absences whose reason nobody has given.
    unexplained: u64,
    /// Lessons held without a topic.
    without_topic: u64,
}

impl Desk<'_> {
    /// Everything that waits: exceptions on top, then what is done by the own hand, then the rest, the urgent first.
    pub(super) async fn waits(&self, copies: &[Awaited]) -> Result<Vec<Wait>, Refusal> {
        let mut first = self.house().await?;
        first.extend(self.stolen().await?);
        first.extend(self.sprays());
        let (back, told) = self.refused(copies).await?;
        first.extend(back);
        first.extend(self.scans().await?);
        first.extend(self.own_signatures(copies).into_iter().chain(self.seals(copies).await?));
        first.extend(self.handovers().await?);
        let mut waits: Vec<Wait> = self.frozen(copies).into_iter().chain(self.signing(copies)).collect();
        waits.extend(self.undone(copies));
        waits.extend(self.notices(&told).await?);
        waits.extend(self.periods().await?);
        waits.extend(self.supplements().await?);
        waits.extend(self.unhanded().await?);
        waits.extend(self.orders().await?);
        waits.extend(self.office().await?);
        waits.extend(self.readiness().await?);
        waits.extend(self.unloaded().await?);
        waits.extend(self.staffing().await?);
        waits.extend(self.duties().await?);
        waits.extend(self.own_class().await?);
        waits.extend(self.extracts().await?.into_iter().chain(self.reports()));
        waits.extend(self.own_courses().await?);
        waits.extend(self.late());
        waits.extend(self.carriers().await?);
        waits.extend(self.accounts().await?);
        waits.extend(self.imports().await?);
        waits.sort_by_key(|wait| !wait.urgent);
        first.extend(waits);
        Ok(first)
    }

    /// Paper copies that change hands and wait for this person's signature.
    async fn handovers(&self) -> Result<Option<Wait>, Refusal> {
        let n = self.state.house.db.count_owed_handovers(&self.visitor.account).await?;
        let what = words::plural(
            n,
            "передача ждёт вашей подписи",
            "передачи ждут вашей подписи",
            "передач ждут вашей подписи",
        );
        Ok((n > 0).then(|| Wait {
            count: n,
            what: what.to_owned(),
            detail: "бумажные копии: принять или сдать".to_owned(),
            href: "/office/handovers".to_owned(),
            urgent: true,
            why: String::new(),
        }))
    }

    /// Orders on whose sheet the person stands and that the person has not yet said to have read.
    async fn orders(&self) -> Result<Option<Wait>, Refusal> {
        if self.directory.year.is_empty() || self.holds(&[Role::Learner, Role::Parent]) {
            return Ok(None);
        }
        let key = (self.directory.year.clone(), "orders".to_owned(), String::new());
        let make = async {
            let mut unread: BTreeMap<String, u64> = BTreeMap::new();
            for sheet in people::sheets(&self.state.house).await? {
                for line in sheet.lines.into_iter().filter(|line| line.seen_on.is_none()) {
                    *unread.entry(line.person).or_default() += 1;
                }
            }
            Ok::<_, Refusal>(Arc::new(unread))
        };
        let unread = self.state.pages.unread.find_or_make(key, self.state.turn().await?, make).await?;
        let n = unread.get(&self.visitor.account).copied().unwrap_or_default();
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(
                n,
                "приказ ждёт ознакомления",
                "приказа ждут ознакомления",
                "приказов ждут ознакомления",
            )
            .to_owned(),
            detail: "прочтите и отметьте, что ознакомлены".to_owned(),
            href: "/me#orders-title".to_owned(),
            urgent: false,
            why: String::new(),
        }))
    }

    /// Deeds of the office, for whoever keeps paper.
    async fn office(&self) -> Result<Option<Wait>, Refusal> {
        let summed = super::super::office::today::summed(self.state, self.visitor).await?;
        Ok(summed.map(|(count, detail, urgent)| Wait {
            count,
            what: words::plural(count, "дело канцелярии", "дела канцелярии", "дел канцелярии").to_owned(),
            detail,
            href: "/office".to_owned(),
            urgent,
            why: String::new(),
        }))
    }

    /// Scans that differ from what was issued, for those who answer for copies and their paper.
    async fn scans(&self) -> Result<Option<Wait>, Refusal> {
        if !self.holds(&[Role::Director, Role::Deputy, Role::Secretary, Role::JournalKeeper]) {
            return Ok(None);
        }
        let unseen = differing::unseen(self.state, self.directory, self.visitor).await?;
        let n = unseen.len() as u64;
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(
                n,
                "страница: на скане есть отличия",
                "страницы: на сканах есть отличия",
                "страниц: на сканах есть отличия",
            )
            .to_owned(),
            detail: format!("{}: {}", differing::what(&unseen), shortened(differing::classes(&unseen).into_iter())),
            href: differing::ADDRESS.to_owned(),
            urgent: true,
            why: String::new(),
        }))
    }

    /// Carriers that are late, signatures of the custody log, backups that are due.
    async fn carriers(&self) -> Result<Vec<Wait>, Refusal> {
        let Some(owed) = super::super::carriers::owed(self.state, self.visitor).await? else { return Ok(Vec::new()) };
        let wait = |count: u64, [one, few, many]: [&str; 3], detail: &str, href: &str, urgent| Wait {
            count,
            what: words::plural(count, one, few, many).to_owned(),
            detail: detail.to_owned(),
            href: href.to_owned(),
            urgent,
            why: String::new(),
        };
        let late = ["носитель не возвращён в сейф", "носителя не возвращены в сейф", "носителей не возвращены в сейф"];
        let sign = [
            "подпись в журнале пользования за вами",
            "подписи в журнале пользования за вами",
            "подписей в журнале пользования за вами",
        ];
        let due = [
            "резервная копия или проверка просрочена",
            "резервные копии или проверки просрочены",
            "резервных копий и проверок просрочено",
        ];
        let last_day = [
            "резервная копия или проверка: срок сегодня",
            "резервные копии или проверки: срок сегодня",
            "резервных копий и проверок: срок сегодня",
        ];
        // On the day itself it is told to those who write copies or keep the carriers; to all others once it is late.
        let may = |action| self.visitor.may_anywhere(action);
        let today = if may(Action::RunBackups) || may(Action::KeepCarriers) { owed.today } else { 0 };
        let rules = [
            "правило о резервных копиях не выполнено",
            "правила о резервных копиях не выполнены",
            "правил о резервных копиях не выполнено",
        ];
        let begin = format!("копии не пишутся: {}", owed.causes);
        let broken =
            ["носитель с повреждённой копией", "носителя с повреждёнными копиями", "носителей с повреждёнными копиями"];
        let named = owed.spoiled.join("; ");
        let open = [
            "носитель с открытыми данными школы",
            "носителя с открытыми данными школы",
            "носителей с открытыми данными школы",
        ];
        let lies = owed.open_data.join("; ");
        let outside = [
            "носитель записан, хотя не возвращён в срок",
            "носителя записаны, хотя не возвращены в срок",
            "носителей записаны, хотя не возвращены в срок",
        ];
        let told = owed.outside.join("; ");
        let code = ["код доступа к резервным копиям не заведён"; 3];
        let set = ["набор учётного периода неполон: запишите его ещё раз"; 3];
        let until = "без него копии не пишутся: код показывают один раз, вам, для конверта";
        let all = [
            wait(owed.broken.len() as u64, broken, &named, "/carriers#spoiled", true),
            wait(owed.open_data.len() as u64, open, &lies, "/carriers#open-data", true),
            wait(owed.codeless.into(), code, until, "/carriers/code", true),
            wait(owed.missing, rules, &begin, "/carriers", true),
            wait(owed.overdue, late, "срок возврата прошёл", "/carriers/custody", true),
            wait(owed.outside.len() as u64, outside, &told, "/carriers/custody", true),
            wait(owed.signatures, sign, "выдача, получение или возврат носителя ждут вас", "/carriers/custody", false),
            wait(owed.late, due, "план, сроки и пункты правил", "/carriers", true),
            wait(u64::from(!owed.again.is_empty()), set, &owed.again, "/carriers#plan", false),
            wait(today, last_day, "что именно и на какие носители, говорит план", "/carriers#plan", false),
        ];
        Ok(all.into_iter().filter(|wait| wait.count > 0).collect())
    }

    /// Copies that wait to be issued.
    fn frozen(&self, copies: &[Awaited]) -> Option<Wait> {
        let (seen, issues) = (self.visitor.reach(Action::ReadCopies), self.visitor.reach(Action::IssueCopies));
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let frozen = copies.iter().filter(|copy| copy.row.state == CopyState::Frozen && copy.outdated.is_none());
        let frozen = frozen.map(|copy| copy.row.class.as_str());
        let frozen: Vec<&str> =
            frozen.filter(|class| [&seen, &issues].iter().all(|reach| reach.class(class, grade(class)))).collect();
        let n = frozen.len() as u64;
        (n > 0).then(|| Wait {
            count: n,
            what: words::plural(n, "копия ждёт выпуска", "копии ждут выпуска", "копий ждут выпуска").to_owned(),
            detail: format!("период закрыт, выпустите на подпись: {}", shortened(frozen.into_iter())),
            href: "/copies?state=frozen".to_owned(),
            urgent: false,
            why: String::new(),
        })
    }

    /// What became of copies that the visitor signed: refusals, next versions, reminders. What came back is said once: not of copies that a line
    /// of their own speaks of, which are those named.
    async fn notices(&self, spoken: &BTreeSet<String>) -> Result<Vec<Wait>, Refusal> {
        let (mut told, _) = super::super::desk::notices(self.state, self.directory, &self.visitor.account).await?;
        told.retain(|one| !spoken.contains(&one.back));
        let Some(first) = told.first() else { return Ok(Vec::new()) };
        let n = told.len() as u64;
        let may = self.visitor.may_anywhere(Action::SignCopies);
        Ok(vec![Wait {
            count: n,
            what: words::plural(n, "извещение о подписании", "извещения о подписании", "извещений о подписании")
                .to_owned(),
            detail: first.text.clone(),
            href: if may { "/desk" } else { "/copies" }.to_owned(),
            urgent: true,
            why: String::new(),
        }])
    }

    /// The class teacher's own class: absences whose reason nobody has given.
    async fn own_class(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits = Vec::new();
        let policy = self.directory.policy(self.today);
        let by = policy.first("absence.reason_by");
        if by.is_some_and(|said| !said.has("class_teacher")) {
            return Ok(waits);
        }
        let (by, why) = by.map(|said| (said.in_russian(), said.clause.clone())).unwrap_or_default();
        for class in self.classes_of(Role::ClassTeacher) {
            let n = self.counts("class", &class.name).await?.unexplained;
            if n > 0 {
                waits.push(Wait {
                    count: n,
                    what: words::plural(n, "пропуск без причины", "пропуска без причины", "пропусков без причины")
                        .to_owned(),
                    detail: format!("{} класс: причину называет {by}", class.name),
                    href: format!("/journal/{}", segment(&class.name)),
                    urgent: false,
                    why: why.clone(),
                });
            }
        }
        Ok(waits)
    }

    /// The teacher's own courses: lessons that were held and have no topic.
    async fn own_courses(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits = Vec::new();
        let policy = self.directory.policy(self.today);
        // 003 Уч 2: there the teacher of the subject names the reason, in every other regulation the class teacher.
        let by = policy.first("absence.reason_by").filter(|said| said.has("subject_teacher"));
        for course in self.courses_of() {
            let counts = self.counts("course", &course.id).await?;
            let unexplained = counts.unexplained;
            if let Some(by) = by.filter(|_| unexplained > 0) {
                waits.push(Wait {
                    count: unexplained,
                    what: words::plural(
                        unexplained,
                        "пропуск без причины",
                        "пропуска без причины",
                        "пропусков без причины",
                    )
                    .to_owned(),
                    detail: format!("{}: {}; причину называет {}", course.class, course_title(course), by.in_russian()),
                    href: format!("/course/{}", segment(&course.id)),
                    urgent: false,
                    why: by.clause.clone(),
                });
            }
            let n = counts.without_topic;
            if n > 0 {
                waits.push(Wait {
                    count: n,
                    what: words::plural(n, "урок без темы", "урока без темы", "уроков без темы").to_owned(),
                    detail: format!("{}: {}", course.class, course_title(course)),
                    href: format!("/course/{}", segment(&course.id)),
                    urgent: false,
                    why: String::new(),
                });
            }
        }
        Ok(waits)
    }

    /// What waits in the entries of a class or course up to today; kept, for a class has some 15,000 entries a year.
    async fn counts(&self, what: &str, one: &str) -> Result<Arc<Counts>, Refusal> {
        let key = (self.directory.year.clone(), format!("{what} {one}"), self.today.to_string());
        let make = async {
            let (db, year) = (&self.state.house.db, &self.directory.year);
            let entries = match what {
                "class" => db.load_class_entries(year, one).await?,
                _ => db.load_course_entries(year, one).await?,
            };
            let policy = self.directory.policy(self.today);
            let open = |code: &str| policy.absence(code).is_some_and(|rule| rule.kind == AbsenceKind::Unexplained);
            let bare = entries.lessons.iter().filter(|lesson| lesson.key.date <= self.today && lesson.topic.is_empty());
            let counts = Counts {
                unexplained: entries.absences.iter().filter(|absence| open(&absence.code)).count() as u64,
                without_topic: bare.count() as u64,
            };
            Ok::<_, Refusal>(Arc::new(counts))
        };
        self.state.pages.counts.find_or_make(key, self.directory.turn, make).await
    }

    /// Entries made after their deadline: to the teacher the own ones, to the others those of their classes.
    fn late(&self) -> Vec<Wait> {
        let reach = self.visitor.reach(Action::ReadTimeliness);
        let Some(counted) = self.state.late.at(self.state, self.directory.turn) else { return Vec::new() };
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let seen = counted.lines.iter().filter(|line| reach.course(&line.course, &line.class, grade(&line.class)));
        let mut classes: Vec<&str> = Vec::new();
        let mut n = 0;
        for line in seen {
            n += line.late;
            if !classes.contains(&line.class.as_str()) {
                classes.push(&line.class);
            }
        }
        if n == 0 {
            return Vec::new();
        }
        let first = segment(classes[0]);
        vec![Wait {
            count: n,
            what: words::plural(
                n,
                "запись внесена позже срока",
                "записи внесены позже срока",
                "записей внесено позже срока",
            )
            .to_owned(),
            detail: format!("уроки последних двух недель: {}", shortened(classes.into_iter())),
            href: format!("/policy/timeliness?class={first}"),
            urgent: false,
            why: String::new(),
        }]
    }

    /// Accounts that are shut: somebody cannot work until somebody decides.
    async fn accounts(&self) -> Result<Vec<Wait>, Refusal> {
        if !self.holds(&[Role::Administrator]) {
            return Ok(Vec::new());
        }
        let accounts = self.state.house.db.list_accounts().await?;
        // Of families the class teachers know; the page of staff shows who it is.
        let of_staff = |person: &str| self.directory.roster.staff_member(person).is_some();
        let locked = accounts.iter().filter(|one| one.state == AccountState::Locked && of_staff(&one.person));
        let n = locked.count() as u64;
        if n == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![Wait {
            count: n,
            what: words::plural(n, "вход закрыт", "входа закрыты", "входов закрыто").to_owned(),
            detail: "человек не войдёт, пока вы не откроете вход или не выдадите новый пароль".to_owned(),
            href: "/people?q=закрыт".to_owned(),
            urgent: false,
            why: String::new(),
        }])
    }

    /// One password guessed over many logins, within the last days.
    fn sprays(&self) -> Option<Wait> {
        if !self.holds(&[Role::Administrator]) {
            return None;
        }
        let since = self.state.now() - Duration::days(FAILED_DAYS);
        let alarms = self.state.house.sign_in.alarms(since.timestamp());
        let last = alarms.first()?;
        let n = alarms.len() as u64;
        let at = DateTime::from_timestamp(last.at, 0)?.with_timezone(&since.timezone()).to_rfc3339();
        let at = words::moment_short(&at);
        let place = if last.address.is_empty() {
            "с многих адресов".to_owned()
        } else {
            format!("с адреса {}", last.address)
        };
        Some(Wait {
            count: n,
            what: words::plural(n, "подбор паролей", "подбора паролей", "подборов паролей").to_owned(),
            detail: format!(
                "{at}, {place}, неверных логинов: {}; попытки замедлены, тех, кто там уже входил, это не держит",
                last.logins
            ),
            href: "/log?q=подбор".to_owned(),
            urgent: true,
            why: String::new(),
        })
    }

    /// Imports of the last days that failed and were not repeated with success.
    async fn imports(&self) -> Result<Vec<Wait>, Refusal> {
        if !self.visitor.may_anywhere(Action::ImportData) {
            return Ok(Vec::new());
        }
        let since = self.state.now() - Duration::days(FAILED_DAYS);
        let is_recent = |moment: &str| DateTime::parse_from_rfc3339(moment).is_ok_and(|ended| ended > since);
        let rows = self.state.house.db.list_jobs(JOBS).await?;
        let of_import = rows.iter().filter(|row| row.kind == IMPORT);
        // The newest stand first: those before the last success are settled.
        let unsettled = of_import.take_while(|row| row.state != JobState::Done);
        let failed: Vec<_> =
            unsettled.filter(|row| row.state == JobState::Failed && is_recent(&row.finished_at)).collect();
        let Some(last) = failed.first() else { return Ok(Vec::new()) };
        let n = failed.len() as u64;
        Ok(vec![Wait {
            count: n,
            what: words::plural(n, "загрузка не удалась", "загрузки не удались", "загрузок не удалось").to_owned(),
            detail: jobs::outcome(last).map(|outcome| outcome.said).unwrap_or_default(),
            href: if n == 1 { format!("/jobs/{}", segment(&last.id)) } else { "/jobs".to_owned() },
            urgent: true,
            why: String::new(),
        }])
    }

    /// What is wrong with the house itself, and what the administrator of an empty one does first.
    async fn house(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits = Vec::new();
        if self.holds(&[Role::Administrator, Role::TechnicalSpecialist]) {
            let checks = self.state.ops.checks(self.state).await;
            let bad: Vec<_> = checks.iter().filter(|check| !check.ok).collect();
            if !bad.is_empty() {
                let n = bad.len() as u64;
                waits.push(Wait {
                    count: n,
                    what: words::plural(n, "неполадка программы", "неполадки программы", "неполадок программы")
                        .to_owned(),
                    detail: bad.iter().map(|check| check.said.as_str()).collect::<Vec<_>>().join("; "),
                    href: "/help/administrator#если-что-то-не-так".to_owned(),
                    urgent: true,
                    why: String::new(),
                });
            }
        }
        let may_import = self.visitor.may_anywhere(Action::ImportData);
        if may_import && self.directory.year.is_empty() {
            let step = |what: &str, detail: &str, href: &str| Wait {
                count: 0,
                what: what.to_owned(),
                detail: detail.to_owned(),
                href: href.to_owned(),
                urgent: true,
                why: String::new(),
            };
            if self.visitor.may_anywhere(Action::ChangePolicy) && self.state.house.db.list_policies().await?.is_empty()
            {
                let detail = format!(
                    "сейчас действуют {}: если это положение школы — пропустите, если нет — выберите своё и впишите приказ",
                    words::quoted(&self.state.house.policy.title)
                );
                waits.push(step("введите правила школы приказом", &detail, "/policy/adopt"));
            }
            let detail = "все таблицы разом, какими их ведут: сначала они только проверяются, исправить можно у себя и повторить";
            waits.push(step("загрузите таблицы школы", detail, "/exchange/import"));
            let detail = "что делать от установки до первого входа учителей, по шагам";
            waits.push(step("прочтите «Школа за час»", detail, "/help/administrator#школа-за-час"));
        }
        Ok(waits)
    }
}

/// «5А, 6А, 7А и ещё 4».
pub(in crate::web) fn shortened<'n>(names: impl Iterator<Item = &'n str>) -> String {
    /// What fits one line of a phone.
    const NAMED: usize = 6;
    let names: Vec<&str> = names.collect();
    let said = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED { format!("{said} и ещё {}", names.len() - NAMED) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_classes_is_cut_with_its_rest_counted() {
        assert_eq!(shortened(["5А", "6А"].into_iter()), "5А, 6А");
        assert_eq!(shortened(["1", "2", "3", "4", "5", "6", "7", "8"].into_iter()), "1, 2, 3, 4, 5, 6 и ещё 2");
    }
}
