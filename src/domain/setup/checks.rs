//! Curriculum, courses and load against each other; control works; calendar and bells. Floor 0.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::cells::course_words;
use super::layout::{CALENDAR, DAY_KINDS, Layout};
use super::{Scope, Setup, SpecialDays, Topic, hours_text, plan, promotion};
use crate::domain::calendar::{holiday_name, is_off};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Class, Course, Journal, StaffMember};
use crate::domain::{names, words};

/// Curriculum against courses: a subject of the plan without a course, hours that differ, a course that no plan knows.
pub fn curriculum(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    for class in &journal.classes {
        let lines = setup.curriculum_of(&class.name, class.grade);
        if lines.is_empty() {
            let finding = Finding::new("curriculum.missing", class.name.clone(), "нет учебного плана");
            findings.push(finding.expected_found(format!("план {}-й параллели или класса", class.grade), ""));
            continue;
        }
        let own: Vec<&Course> = journal.courses.iter().filter(|course| course.class == class.name).collect();
        for line in &lines {
            let of_subject: Vec<&&Course> = own.iter().filter(|course| course.subject == line.subject).collect();
            let place = format!("{}, {}", class.name, line.subject);
            // Groups of one subject are taught side by side: the hours of the greatest count.
            match of_subject.iter().map(|course| course.hours_per_week_centi).max() {
                None => findings.push(
                    Finding::new("curriculum.course-missing", place, "предмет учебного плана никто не ведёт")
                        .expected_found(hours_text(line.hours_centi), ""),
                ),
                Some(hours) if hours != line.hours_centi => findings.push(
                    Finding::new("curriculum.hours-differ", place, "часов у курса не столько, сколько в учебном плане")
                        .expected_found(hours_text(line.hours_centi), hours_text(hours)),
                ),
                Some(_) => {}
            }
        }
        let planned: BTreeSet<&str> = lines.iter().map(|line| line.subject.as_str()).collect();
        for course in own.iter().filter(|course| !planned.contains(course.subject.as_str())) {
            if setup.kind_of(&course.id) == "lesson" {
                let finding =
                    Finding::new("curriculum.unplanned", course_words(course), "предмета нет в учебном плане");
                findings.push(finding.weighing(Severity::Warning));
            }
        }
        let sum: u32 = lines.iter().filter(|line| line.part != "extracurricular").map(|line| line.hours_centi).sum();
        let week_days = setup.regime(&class.name, class.grade).map_or(5, |regime| regime.week_days);
        if let Some(most) = super::timetable::most_lessons(class.grade, week_days)
            && sum > most * 100
        {
            findings.push(
                Finding::new(
                    "curriculum.too-many-hours",
                    class.name.clone(),
                    "часов в плане больше, чем допускает СанПиН 1.2.3685-21",
                )
                .expected_found(format!("не больше {most}"), hours_text(sum)),
            );
        }
    }
    findings
}

/// «Агатова М.П.»; the code of somebody who is not on the staff.
pub fn teacher_name(journal: &Journal, id: &str) -> String {
    let name = |one: &StaffMember| names::short_name(&one.surname, &one.given_name, &one.patronymic);
    journal.staff_member(id).map_or_else(|| id.to_owned(), name)
}

/// Load against courses: a course without load, other hours, another teacher.
pub fn load(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_course: BTreeMap<&str, Vec<(&str, u32)>> = BTreeMap::new();
    for line in &setup.load {
        by_course.entry(&line.course).or_default().push((&line.teacher, line.hours_centi));
    }
    for course in &journal.courses {
        let place = course_words(course);
        let lines = by_course.remove(course.id.as_str()).unwrap_or_default();
        let sum: u32 = lines.iter().map(|(_, hours)| hours).sum();
        if lines.is_empty() {
            findings.push(Finding::new("load.missing", place, "курса нет в тарификации"));
            continue;
        }
        if sum != course.hours_per_week_centi {
            findings.push(
                Finding::new("load.hours-differ", place.clone(), "часов в тарификации не столько, сколько у курса")
                    .expected_found(hours_text(course.hours_per_week_centi), hours_text(sum)),
            );
        }
        if lines.iter().any(|(teacher, _)| *teacher == course.teacher_id) {
            continue;
        }
        let own = teacher_name(journal, &course.teacher_id);
        let theirs: Vec<String> = lines.iter().map(|(teacher, _)| teacher_name(journal, teacher)).collect();
        let theirs = theirs.join(", ");
        // Whoever has the course until a day of the year, or had it, is rightly in the load that the year began with: told, and bars nothing.
        let went: Vec<_> = setup.earlier_teachers.iter().filter(|one| one.course == course.id).collect();
        let had = went.iter().any(|one| lines.iter().any(|(teacher, _)| *teacher == one.teacher));
        let since = went.iter().map(|one| one.until).max().and_then(|last| last.succ_opt());
        findings.push(match since.filter(|_| had) {
            Some(since) => {
                let since = words::date_short(since);
                let told = format!("в тарификации — {theirs}, а с {since} курс ведёт {own}");
                Finding::new("load.teacher-changed", place, told).weighing(Severity::Warning)
            }
            None => {
                let told =
                    "по тарификации курс ведёт другой учитель: измените строку нагрузки или верните учителя курсу";
                Finding::new("load.other-teacher", place, told).expected_found(own, theirs)
            }
        });
    }
    for course in by_course.keys() {
        findings.push(Finding::new("load.unknown-course", (*course).to_owned(), "в тарификации курс, которого нет"));
    }
    findings
}

/// Changes of teachers: the present teacher cannot be the one who went, and the last day lies in the school year.
pub fn earlier_teachers(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = journal.periods.iter().map(|period| period.starts).min();
    let last = journal.periods.iter().map(|period| period.ends).max();
    for one in &setup.earlier_teachers {
        let Some(course) = journal.courses.iter().find(|course| course.id == one.course) else {
            findings.push(Finding::new("tenure.unknown-course", one.course.clone(), "курса нет"));
            continue;
        };
        let latest = setup.earlier_teachers.iter().filter(|other| other.course == one.course).map(|o| o.until).max();
        if course.teacher_id == one.teacher && latest == Some(one.until) {
            let message = "прежний учитель всё ещё указан у курса: назначьте нового в таблице «Курсы»";
            findings.push(Finding::new("tenure.same-teacher", course_words(course), message));
        }
        if first.is_some_and(|first| one.until < first) || last.is_some_and(|last| one.until > last) {
            let message = "последний день прежнего учителя вне учебного года: на листы это не повлияет";
            findings.push(Finding::new("tenure.outside-year", course_words(course), message));
        }
    }
    findings
}

/// Plans of all courses.
pub fn plans(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    for course in &journal.courses {
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        findings.extend(plan::check(course, grade, &setup.plan_of(&course.id)));
    }
    findings
}

/// Courses whose plans are owed: missing, not whole, or of other hours than the curriculum's; each with who teaches it on a day, empty where
/// nobody does. The checklist of the year and the list of plans both count by it.
pub fn owed_plans<'j>(journal: &'j Journal, setup: &Setup, day: NaiveDate) -> Vec<(&'j Course, &'j str)> {
    let mut by_course: BTreeMap<&str, Vec<&Topic>> = BTreeMap::new();
    for topic in &setup.topics {
        by_course.entry(&topic.course).or_default().push(topic);
    }
    let is_owed = |course: &&Course| {
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let topics = by_course.get(course.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let findings = plan::check(course, grade, topics);
        findings.iter().any(|finding| finding.severity >= Severity::Error)
    };
    journal.courses.iter().filter(is_owed).map(|course| (course, journal.teacher_on(course, day))).collect()
}

/// «ждём 22 курса от 21 учителя»; empty when none is owed.
pub fn owed_words(owed: &[(&Course, &str)]) -> String {
    let teachers: BTreeSet<&str> = owed.iter().map(|(_, teacher)| *teacher).filter(|one| !one.is_empty()).collect();
    let courses = words::count(owed.len() as u64, "курс", "курса", "курсов");
    match (owed.len(), teachers.len() as u64) {
        (0, _) => String::new(),
        (_, 0) => format!("ждём {courses}"),
        (_, n) => format!("ждём {courses} от {}", words::count(n, "учителя", "учителей", "учителей")),
    }
}

/// Control works: no more than one a day for a class, no more than a tenth of a course's hours, none outside the study periods.
/// The first two follow the ministry's recommendations on assessment (письмо 2021 г. № СК-228/03), so they warn.
pub fn works(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_day: BTreeMap<(&str, NaiveDate), Vec<&Course>> = BTreeMap::new();
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for work in &setup.works {
        let Some(course) = journal.courses.iter().find(|course| course.id == work.course) else { continue };
        by_day.entry((&course.class, work.date)).or_default().push(course);
        *count.entry(&course.id).or_default() += 1;
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let place = || format!("{}, {}", course_words(course), words::date_short(work.date));
        if !journal.periods_of_grade(grade).iter().any(|p| p.starts <= work.date && work.date <= p.ends) {
            findings.push(Finding::new("works.outside-periods", place(), "работа назначена вне учебных периодов"));
        } else if is_day_off(setup, &course.class, grade, work.date) {
            let finding = Finding::new("works.day-off", place(), "работа назначена на неучебный день");
            findings.push(finding.weighing(Severity::Warning));
        }
    }
    for ((class, day), courses) in by_day {
        // Groups of one subject write the same work.
        let subjects: BTreeSet<&str> = courses.iter().map(|course| course.subject.as_str()).collect();
        if subjects.len() > 1 {
            let place = format!("{class}, {}", words::date_short(day));
            let finding = Finding::new("works.two-a-day", place, "больше одной контрольной работы в день");
            let found = subjects.into_iter().collect::<Vec<_>>().join(", ");
            findings.push(finding.expected_found("одна", found).weighing(Severity::Warning));
        }
    }
    for course in &journal.courses {
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let works = count.get(course.id.as_str()).copied().unwrap_or_default();
        let most = course.hours_per_week_centi * plan::study_weeks(grade) / 1000;
        if works > most {
            findings.push(
                Finding::new("works.too-many", course_words(course), "контрольные занимают больше десятой части часов")
                    .expected_found(format!("не больше {most}"), works.to_string())
                    .weighing(Severity::Warning),
            );
        }
    }
    findings
}

/// The row of the calendar that decides on a day of a class: the narrowest, of two as narrow the later, as [`SchoolCalendar`] has it.
///
/// [`SchoolCalendar`]: crate::domain::calendar::SchoolCalendar
fn deciding<'s>(setup: &'s Setup, class: &str, grade: u8, day: NaiveDate) -> Option<&'s SpecialDays> {
    let own = setup.days.iter().filter(|days| days.contains(day) && days.scope.holds(class, grade));
    own.max_by_key(|days| match days.scope {
        Scope::School => 0,
        Scope::Grades(..) => 1,
        Scope::Class(_) => 2,
    })
}

/// Sunday, a day off by the state's calendar, or one that the school's takes from study; a moved study day is none of them.
fn is_day_off(setup: &Setup, class: &str, grade: u8, day: NaiveDate) -> bool {
    match deciding(setup, class, grade, day) {
        None => day.weekday() == Weekday::Sun || is_off(day),
        Some(days) => !days.is_study(),
    }
}

/// What a day is called on which the whole country is off: «День Победы», «перенесённый выходной: День Победы».
fn public_day_off(day: NaiveDate) -> Option<String> {
    if !is_off(day) {
        return None;
    }
    // A holiday of a weekend moves to the Monday after it.
    let before = (1..=2).filter_map(|back| day.checked_sub_days(Days::new(back)));
    let mut weekend = before.filter(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    let moved = || weekend.find_map(holiday_name).map(|name| format!("перенесённый выходной: {name}"));
    let named = holiday_name(day).map(str::to_owned).or_else(moved);
    Some(named.unwrap_or_else(|| "перенесённый выходной".to_owned()))
}

/// Study periods of a class: there are some, they do not overlap, and breaks between them are in the calendar.
pub fn periods(journal: &Journal, class: &Class) -> Vec<Finding> {
    let own = journal.periods_of_grade(class.grade);
    if own.is_empty() {
        return vec![Finding::new("periods.missing", class.name.clone(), "нет учебных периодов")];
    }
    let overlap = own.windows(2).filter(|pair| pair[0].ends >= pair[1].starts);
    overlap
        .map(|pair| {
            Finding::new(
                "periods.overlap",
                class.name.clone(),
                format!("«{}» и «{}» пересекаются", pair[0].name, pair[1].name),
            )
        })
        .collect()
}

/// Days between the study periods of a class that the calendar does not name, run by run. A weekend belongs to the run that it adjoins, and is
/// none by itself.
pub fn unnamed_breaks(journal: &Journal, setup: &Setup, class: &Class) -> Vec<(NaiveDate, NaiveDate)> {
    let own = journal.periods_of_grade(class.grade);
    let named = |day: NaiveDate| {
        let holds = |days: &&SpecialDays| !days.is_study() && days.scope.holds(&class.name, class.grade);
        setup.days.iter().filter(holds).any(|days| days.contains(day))
    };
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for pair in own.windows(2) {
        let (Some(from), Some(to)) = (pair[0].ends.succ_opt(), pair[1].starts.pred_opt()) else { continue };
        for day in from.iter_days().take_while(|day| *day <= to).filter(|day| !named(*day)) {
            match runs.last_mut() {
                Some(run) if run.1.succ_opt() == Some(day) => run.1 = day,
                _ => runs.push((day, day)),
            }
        }
    }
    let is_weekday = |day: NaiveDate| day.weekday().num_days_from_monday() < 5;
    runs.retain(|(from, to)| from.iter_days().take_while(|day| day <= to).any(is_weekday));
    runs
}

/// Days between study periods that the calendar does not name, with the classes that have them so.
pub fn break_gaps<'j>(journal: &'j Journal, setup: &Setup) -> BTreeMap<(NaiveDate, NaiveDate), Vec<&'j Class>> {
    let mut gaps: BTreeMap<(NaiveDate, NaiveDate), Vec<&Class>> = BTreeMap::new();
    for class in &journal.classes {
        for gap in unnamed_breaks(journal, setup, class) {
            gaps.entry(gap).or_default().push(class);
        }
    }
    gaps
}

/// For whom one row of the calendar would speak of these classes and no other: the school, a run of grades, a class. None where no row could.
pub fn scope_of(journal: &Journal, classes: &[&Class]) -> Option<Scope> {
    let grades: BTreeSet<u8> = classes.iter().map(|class| class.grade).collect();
    let (from, to) = (*grades.first()?, *grades.last()?);
    let within = journal.classes.iter().filter(|class| (from..=to).contains(&class.grade)).count();
    match classes {
        all if all.len() == journal.classes.len() => Some(Scope::School),
        all if all.len() == within => Some(Scope::Grades(from, to)),
        [one] => Some(Scope::Class(one.name.clone())),
        _ => None,
    }
}

/// First and last day of a school year, «2026/2027»: from 1 September to 31 August.
pub fn days_of_year(year: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = promotion::first_day(year)?;
    Some((first, first.with_year(first.year() + 1)?.pred_opt()?))
}

/// A row with days of another school year, where mostly the figure of the year is wrong: it would stand where nobody looks, and is refused.
/// Of the calendar the summer before the year does nothing, as many calendars list it, and is only warned of.
pub fn outside_year(layout: &Layout, row: &[String], year: &str, place: &str) -> Option<Finding> {
    let (first, last) = days_of_year(year)?;
    let day = |name: &str| row.get(layout.place(name)?)?.parse::<NaiveDate>().ok();
    let span = |from: NaiveDate, to: NaiveDate| format!("{}–{}", words::date_short(from), words::date_short(to));
    let (column, code, what) = match layout.table {
        "plan_topics" => ("planned", "plan.outside-year", "дата темы"),
        "control_works" => ("date", "works.outside-year", "дата работы"),
        table if table == CALENDAR.table => {
            let starts = day("starts")?;
            let ends = day("ends").unwrap_or(starts);
            if ends < starts || first <= starts && ends <= last {
                return None;
            }
            let is_summer = first.with_month(6).is_some_and(|june| june <= starts) && ends <= last;
            let message = format!("дни календаря вне учебного года {year}: проверьте год в датах");
            let finding = Finding::new("calendar.outside-year", place, message);
            let finding = finding.weighing(if is_summer { Severity::Warning } else { Severity::Error });
            return Some(finding.expected_found(span(first, last), span(starts, ends)));
        }
        _ => return None,
    };
    let day = day(column).filter(|day| !(first..=last).contains(day))?;
    let title = layout.columns[layout.place(column)?].title;
    let message = format!("{what} вне учебного года {year}: проверьте год в дате");
    let finding = Finding::new(code, format!("{place}, «{title}»"), message);
    Some(finding.expected_found(span(first, last), words::date_short(day)))
}

/// A control work on a day of the year that has no lessons for its class: warned of before it is written, as [`works`] tells it afterwards.
pub fn work_without_lessons(journal: &Journal, setup: &Setup, row: &[String], place: &str) -> Option<Finding> {
    let [course, day, ..] = row else { return None };
    let course = journal.courses.iter().find(|known| known.id == *course)?;
    let day = day.parse::<NaiveDate>().ok()?;
    let (first, last) = days_of_year(&journal.school.year)?;
    if !(first..=last).contains(&day) {
        return None;
    }
    let why = why_no_lessons(journal, setup, &course.class, day)?;
    let message = format!("{} у {} нет уроков ({why}): проверьте дату работы", words::date_short(day), course.class);
    Some(Finding::new("works.day-off", format!("{place}, «Дата»"), message).weighing(Severity::Warning))
}

/// Why a class has no lessons on a day: «Осенние каникулы», «воскресенье», «перенесённый выходной: День Победы», «вне учебных периодов»; `None`
/// when it may have some, and while the class has no study periods.
pub fn why_no_lessons(journal: &Journal, setup: &Setup, class: &str, day: NaiveDate) -> Option<String> {
    let grade = journal.class(class).map_or(0, |class| class.grade);
    let periods = journal.periods_of_grade(grade);
    if periods.is_empty() {
        return None;
    }
    if let Some(row) = deciding(setup, class, grade, day) {
        let kind = || DAY_KINDS.iter().find(|(kind, _)| *kind == row.kind).map_or("неучебный день", |(_, said)| *said);
        return (!row.is_study()).then(|| if row.name.is_empty() { kind().to_owned() } else { row.name.clone() });
    }
    if day.weekday() == Weekday::Sun {
        return Some("воскресенье".to_owned());
    }
    let is_within = periods.iter().any(|period| period.starts <= day && day <= period.ends);
    public_day_off(day).or_else(|| (!is_within).then(|| "вне учебных периодов".to_owned()))
}

/// Bells of every schedule: each lesson ends after it begins, and before the next begins.
pub fn bells(setup: &Setup) -> Vec<Finding> {
    let mut by_schedule: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for bell in &setup.bells {
        by_schedule.entry(&bell.schedule).or_default().push(bell);
    }
    let mut findings = Vec::new();
    for (schedule, mut bells) in by_schedule {
        bells.sort_by_key(|bell| bell.number);
        for bell in bells.iter().filter(|bell| bell.ends <= bell.starts) {
            let place = format!("{schedule}, {} урок", bell.number);
            findings.push(Finding::new("bells.backwards", place, "урок кончается раньше, чем начинается"));
        }
        for pair in bells.windows(2).filter(|pair| pair[1].starts < pair[0].ends) {
            let place = format!("{schedule}, {} и {} уроки", pair[0].number, pair[1].number);
            findings.push(Finding::new("bells.overlap", place, "уроки пересекаются по времени"));
        }
    }
    for regime in setup.regimes.iter().filter(|regime| !setup.bells.iter().any(|bell| bell.schedule == regime.bells)) {
        let finding = Finding::new("bells.missing", regime.scope.to_string(), "нет такого расписания звонков");
        findings.push(finding.expected_found(regime.bells.clone(), ""));
    }
    findings
}

/// Where a finding about the groups of a class's subject stands: «5А, Информатика».
pub fn place_of_groups(class: &str, subject: &str) -> String {
    format!("{class}, {subject}")
}

/// Groups: a subject split into groups has every learner of the class in exactly one of them.
pub fn groups(journal: &Journal) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_subject: BTreeMap<(&str, &str), Vec<&Course>> = BTreeMap::new();
    for course in journal.courses.iter().filter(|course| !course.group.is_empty()) {
        by_subject.entry((&course.class, &course.subject)).or_default().push(course);
    }
    for ((class, subject), courses) in by_subject {
        let place = place_of_groups(class, subject);
        if let Some(empty) = courses.iter().find(|course| course.members.is_empty()) {
            findings.push(Finding::new(
                "groups.empty",
                place.clone(),
                format!("не задан состав группы {}", empty.group),
            ));
            continue;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for learner in courses.iter().flat_map(|course| &course.members) {
            *counts.entry(learner).or_default() += 1;
        }
        let twice = counts.values().filter(|count| **count > 1).count();
        if twice > 0 {
            findings.push(
                Finding::new("groups.twice", place.clone(), "есть ученики, записанные сразу в две группы")
                    .expected_found("каждый — в одной из групп", format!("в двух — {twice}")),
            );
        }
        let here = journal.learners.iter().filter(|l| l.class == class && l.left_on.is_none());
        let without = here.filter(|learner| !counts.contains_key(learner.id.as_str())).count();
        if without > 0 {
            findings.push(
                Finding::new("groups.without", place, "не каждый ученик записан в группу")
                    .expected_found(
                        "каждый — в одной из групп",
                        format!("не {} {without}", if without == 1 { "записан" } else { "записаны" }),
                    )
                    .weighing(Severity::Warning),
            );
        }
    }
    findings
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::LoadLine;
    use super::super::layout::PLAN_TOPICS;
    use super::*;
    use crate::domain::journal::{Period, PeriodKind};
    use crate::domain::tenure::EarlierTeacher;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn of_a_gap_between_periods_only_the_days_that_the_calendar_lacks_are_named() {
        let period = |id: &str, starts: &str, ends: &str| Period {
            id: id.to_owned(),
            name: id.to_owned(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: day(starts),
            ends: day(ends),
        };
        let periods = vec![period("Q2", "2025-11-05", "2025-12-26"), period("Q3", "2026-01-12", "2026-03-20")];
        let journal = Journal { periods, ..Journal::default() };
        let class = Class { name: "5А".to_owned(), grade: 5, class_teacher_id: String::new() };
        let holiday = |starts: &str, ends: &str| SpecialDays {
            starts: day(starts),
            ends: day(ends),
            scope: Scope::School,
            kind: "break".to_owned(),
            name: String::new(),
            follows: 0,
        };
        let missing = |days: Vec<SpecialDays>| {
            let setup = Setup { days, ..Setup::default() };
            let runs = unnamed_breaks(&journal, &setup, &class).into_iter();
            runs.map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>()
        };
        assert_eq!(missing(Vec::new()), ["2025-12-27 2026-01-11"]);
        assert_eq!(missing(vec![holiday("2025-12-27", "2026-01-07")]), ["2026-01-08 2026-01-11"]);
        let apart = missing(vec![holiday("2025-12-29", "2025-12-31"), holiday("2026-01-06", "2026-01-11")]);
        assert_eq!(apart, ["2026-01-01 2026-01-05"], "a weekend alone is not missed");
        assert!(missing(vec![holiday("2025-12-29", "2026-01-09")]).is_empty());
    }

    #[test]
    fn a_gap_is_told_to_whom_one_row_of_the_calendar_can_say() {
        let class = |name: &str, grade| Class { name: name.to_owned(), grade, class_teacher_id: String::new() };
        let classes = vec![class("9А", 9), class("10А", 10), class("10Б", 10), class("11А", 11)];
        let journal = Journal { classes, ..Journal::default() };
        let scope = |places: &[usize]| {
            let classes: Vec<&Class> = places.iter().map(|at| &journal.classes[*at]).collect();
            scope_of(&journal, &classes).map(|scope| scope.as_text())
        };
        assert_eq!(scope(&[0, 1, 2, 3]).as_deref(), Some(""));
        assert_eq!(scope(&[1, 2, 3]).as_deref(), Some("10-11"));
        assert_eq!(scope(&[2]).as_deref(), Some("10Б"));
        assert_eq!((scope(&[0, 2]), scope(&[])), (None, None));
    }

    #[test]
    fn a_load_that_names_the_teacher_who_went_is_told_and_bars_nothing() {
        let person = |id: &str, surname: &str| StaffMember {
            id: id.to_owned(),
            surname: surname.to_owned(),
            given_name: "Анна".to_owned(),
            patronymic: String::new(),
            position: String::new(),
            roles: Vec::new(),
        };
        let course = Course {
            id: "C1".to_owned(),
            class: "5А".to_owned(),
            subject: "Алгебра".to_owned(),
            group: String::new(),
            teacher_id: "T2".to_owned(),
            hours_per_week_centi: 300,
            members: Vec::new(),
        };
        let staff = vec![person("T1", "Рогозина"), person("T2", "Ясенева"), person("T3", "Дубова")];
        let journal = Journal { staff, courses: vec![course], ..Journal::default() };
        let told = |teacher: &str| {
            let went = EarlierTeacher {
                course: "C1".to_owned(),
                until: day("2025-09-14"),
                teacher: "T1".to_owned(),
                ground: String::new(),
                signer: String::new(),
            };
            let line = LoadLine { teacher: teacher.to_owned(), course: "C1".to_owned(), hours_centi: 300 };
            load(&journal, &Setup { load: vec![line], earlier_teachers: vec![went], ..Setup::default() })
        };
        let before = told("T1");
        assert_eq!((before[0].code, before[0].severity), ("load.teacher-changed", Severity::Warning), "{before:?}");
        let said = &before[0].message;
        assert!(said.contains("Рогозина") && said.contains("а с 15.09.2025 курс ведёт Ясенева"), "{said}");
        assert!(told("T2").is_empty());
        assert_eq!(told("T3")[0].code, "load.other-teacher");
    }

    #[test]
    fn a_holiday_of_another_year_is_told() {
        let row = |starts: &str, ends: &str| [starts, "", ends, "break", "", "0"].map(str::to_owned);
        let told = |starts: &str, ends: &str| outside_year(&CALENDAR, &row(starts, ends), "2025/2026", "строка 2");
        assert!(told("2025-10-27", "2025-11-04").is_none() && told("2026-06-01", "2026-08-31").is_none());
        let wrong = told("2024-10-27", "2024-11-04").unwrap();
        assert!(wrong.message.contains("вне учебного года 2025/2026"), "{wrong}");
        assert_eq!((wrong.found.as_str(), wrong.severity), ("27.10.2024–04.11.2024", Severity::Error));
        let severity = |starts: &str, ends: &str| told(starts, ends).map(|one| one.severity);
        assert_eq!(severity("2028-03-30", "2028-03-30"), Some(Severity::Error));
        assert_eq!(severity("2025-10-27", "2026-11-04"), Some(Severity::Error), "a break longer than the year");
        assert_eq!(severity("2025-06-01", "2025-08-31"), Some(Severity::Warning), "the summer before does no harm");
        // A topic and a work of another year are refused: nobody would find them.
        let topic = ["C1", "1", "", "Звук", "100", "2025-08-31", "", ""].map(str::to_owned);
        let wrong = outside_year(&PLAN_TOPICS, &topic, "2025/2026", "строка 2").unwrap();
        assert_eq!((wrong.severity, wrong.place.as_str()), (Severity::Error, "строка 2, «Дата по плану»"));
        assert_eq!((wrong.expected.as_str(), wrong.found.as_str()), ("01.09.2025–31.08.2026", "31.08.2025"));
        // What runs backwards is told as that.
        assert!(told("2025-12-29", "2025-01-08").is_none());
    }
}
