//! Control over the journal: subject teacher's report, journal analysis, substitutions, timesheet (domain.md 2.17; DOC-14, F31). Floor 0.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::super::deadline::work_kind;
use super::super::form::{Block, Form, Signature, Table};
use super::super::journal::{Course, Journal, Lesson};
use super::super::norm::norm;
use super::super::period::{course_title, members};
use super::super::policy::{Policy, Value};
use super::super::report::{self, centi, numeric};
use super::super::setup::timetable::Lost;
use super::super::words::{LESSON, date_short, month_name};
use super::classes::Issue;
use super::{Letterhead, People, hundredths, percent};

/// Days of a report and their name.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    /// Period's identifier: whose final marks are meant.
    pub id: &'a str,
    /// «I четверть».
    pub name: &'a str,
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: NaiveDate,
}

impl Span<'_> {
    fn holds(&self, day: NaiveDate) -> bool {
        (self.starts..=self.ends).contains(&day)
    }
}

/// What a course's plan has within days; `None` where there is no plan with days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoursePlan {
    /// Hours, in hundredths.
    pub hours_centi: Option<u32>,
    /// Control works.
    pub controls: Option<usize>,
}

/// What a subject teacher's report is about.
#[derive(Clone, Copy)]
pub struct Taught<'a> {
    /// The journal of the whole school.
    pub journal: &'a Journal,
    /// The policy in force: which works are control works.
    pub policy: &'a Policy,
    /// Staff identifier of the teacher.
    pub teacher: &'a str,
    /// The period.
    pub span: Span<'a>,
    /// What the plan of a course has from one day to another.
    pub planned: &'a dyn Fn(&str, NaiveDate, NaiveDate) -> CoursePlan,
    /// Day of the report.
    pub today: NaiveDate,
}

fn lessons_of<'j>(journal: &'j Journal, course: &str, span: &Span<'_>) -> Vec<&'j Lesson> {
    journal.lessons.iter().filter(|lesson| lesson.key.course_id == course && span.holds(lesson.key.date)).collect()
}

/// Is a kind of work a control work under the policy?
pub fn is_control(policy: &Policy, kind: &str) -> bool {
    !kind.is_empty() && work_kind(policy, kind) == "control"
}

/// Value of a grade that has no marks (003 Уч 5).
const UNMARKED: &str = "безотм";

/// Marks begin with grade 2 where the policy is silent (000 Рег 2.3; ФОП НОО: grade 1 has none).
const FIRST_MARKED: u32 = 2;

/// Is it a course of a grade without marks (`marks.first_grade`) in which nobody has one? There a missing mark tells nothing.
fn is_unmarked(journal: &Journal, policy: &Policy, course: &Course) -> bool {
    let first = policy.number("marks.first_grade").unwrap_or(FIRST_MARKED);
    journal.class(&course.class).is_some_and(|class| u32::from(class.grade) < first)
        && !journal.marks.iter().any(|mark| mark.lesson.course_id == course.id)
}

/// Values of a course by which a report counts: final marks, or the mean of a learner's current marks, «н/а» where there is none.
fn values(taught: Taught<'_>, course: &Course, issue: Issue, until: NaiveDate) -> Vec<String> {
    let Taught { journal, policy, span, .. } = taught;
    if issue == Issue::Final {
        let own = journal.final_marks.iter().filter(|mark| mark.course_id == course.id && mark.period == span.id);
        return own.map(|mark| mark.value.clone()).collect();
    }
    let mut current: HashMap<&str, Vec<u32>> = HashMap::new();
    for mark in journal.marks.iter().filter(|mark| mark.lesson.course_id == course.id) {
        if (span.starts..=until).contains(&mark.lesson.date) {
            current.entry(&mark.learner_id).or_default().extend(numeric(&mark.value));
        }
    }
    let present = members(course, &journal.learners).into_iter().filter(|learner| learner.is_present_on(until));
    if is_unmarked(journal, policy, course) {
        return present.map(|_| UNMARKED.to_owned()).collect();
    }
    present
        .map(|learner| {
            let marks = current.get(learner.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            report::rounded_mean(marks).map_or_else(|| report::NOT_ATTESTED.to_owned(), |mean| mean.to_string())
        })
        .collect()
}

/// Subject teacher's report on every course of a teacher in a period: preliminary two weeks before its end (DOC-13), or final.
pub fn subject_report(letterhead: &Letterhead, people: &People, taught: Taught<'_>, issue: Issue) -> Form {
    let Taught { journal, policy, teacher, span, planned, today } = taught;
    let until = if issue == Issue::Preliminary { today.min(span.ends) } else { span.ends };
    let heads = [
        ("Предмет", 21),
        ("Класс", 7),
        ("Число обучающихся", 9),
        ("«5»", 5),
        ("«4»", 5),
        ("«3»", 5),
        ("«2»", 5),
        ("н/а", 5),
        ("осв.", 5),
        ("Успеваемость, %", 9),
        ("Качество знаний, %", 9),
        ("СОУ, %", 8),
        ("Средний балл", 8),
        ("Часов по плану", 8),
        ("Проведено", 8),
        ("Причина отставания", 14),
        ("Контр. работ план / факт", 9),
    ];
    let mut table =
        Table::new(&heads).named("Отчёт").sized(80).middle(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16]);
    let held = Span { ends: until, ..span };
    let or_dash = |told: Option<String>| told.unwrap_or_else(|| "—".to_owned());
    let mut unplanned = false;
    for course in journal.courses.iter().filter(|course| journal.teacher_on(course, until) == teacher) {
        let own: HashSet<&str> = members(course, &journal.learners)
            .into_iter()
            .filter(|learner| learner.is_present_on(until))
            .map(|learner| learner.id.as_str())
            .collect();
        let values = values(taught, course, issue, until);
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let rates = report::rates(&values);
        let exempt = values.iter().filter(|value| **value == "осв").count();
        let lessons = lessons_of(journal, &course.id, &held);
        let controls = lessons.iter().filter(|lesson| is_control(policy, &lesson.kind_of_work)).count();
        let plan = planned(&course.id, span.starts, until);
        unplanned |= plan.hours_centi.is_none() || plan.controls.is_none();
        table = table.line(vec![
            course_title(course),
            course.class.clone(),
            own.len().to_string(),
            rates.fives.to_string(),
            rates.fours.to_string(),
            rates.threes.to_string(),
            (rates.twos + rates.ones).to_string(),
            rates.not_attested.to_string(),
            exempt.to_string(),
            hundredths(rates.success_percent_centi),
            hundredths(rates.quality_percent_centi),
            hundredths(rates.sou_percent_centi),
            hundredths(rates.mean_centi),
            or_dash(plan.hours_centi.map(|centi| super::super::setup::hours_text(centi).replace('.', ","))),
            lessons.len().to_string(),
            String::new(),
            format!("{} / {controls}", or_dash(plan.controls.map(|count| count.to_string()))),
        ]);
    }
    let person = people.get(teacher);
    let (id, title, note) = match issue {
        Issue::Preliminary => (
            "subject-report-preliminary",
            "ПРЕДВАРИТЕЛЬНЫЙ ОТЧЁТ УЧИТЕЛЯ-ПРЕДМЕТНИКА",
            "Предварительно: по среднему арифметическому текущих отметок с округлением; итоговые отметки выставляет учитель. \
             н/а — не аттестован(а): текущих отметок нет;"
                .to_owned(),
        ),
        Issue::Final => {
            ("subject-report", "ОТЧЁТ УЧИТЕЛЯ-ПРЕДМЕТНИКА", format!("{COUNTED}. н/а — не аттестован(а);"))
        }
    };
    letterhead
        .form(id, title)
        .landscape()
        .subtitle(&format!("{}, {} учебный год", span.name, journal.school.year))
        .subtitle(&format!("с {} по {}", date_short(span.starts), date_short(until)))
        .text("Учитель {}", &[&person.full])
        .with(Block::Table(table))
        .with(Block::Note { text: format!("{note} {LEGEND}{}", if unplanned { UNPLANNED } else { "" }) })
        .signatures(
            vec![
                Signature::of("Учитель", &person.signed).on(&date_short(today)),
                Signature::of("Принял: заместитель директора", ""),
            ],
            false,
        )
}

/// How the rates of a printed report were counted: [`report::COUNTING_RULE`] for a reader who knows no N.
pub(super) const COUNTED: &str = "Проценты и средний балл посчитаны по итоговым отметкам 5, 4, 3, 2, 1 и «н/а» обучающихся, состоящих в \
                                  классе на последний день периода; «осв», «безотм» и другие неотметочные значения не входят";

/// Why a place for the plan has a dash.
const UNPLANNED: &str = " «—» в графах плана: тематический план с датами уроков на эти дни не внесён.";

/// The short words of a report, said in full.
const LEGEND: &str = "осв. — освобождён (освобождена); СОУ — степень обученности учащихся.";

/// Late entries by course, when they are known.
pub type Late<'a> = &'a HashMap<String, usize>;

/// What the analysis says of the norm it compares with.
fn norm_words(policy: &Policy) -> String {
    let said: Vec<String> = policy
        .said
        .iter()
        .filter(|said| said.key == "marks.norm" && !said.profile)
        .filter_map(|said| match (&said.value, said.hours) {
            (Value::Number(n), Some((0, to))) => Some(format!("{n} при {to} ч в неделю")),
            (Value::Number(n), Some((from, to))) if to > 40 => Some(format!("{n} при {from} ч в неделю и более")),
            (Value::Number(n), Some((from, to))) => Some(format!("{n} при {from}–{to} ч в неделю")),
            (Value::Number(n), None) => Some(n.to_string()),
            _ => None,
        })
        .collect();
    match said.as_slice() {
        [] => "Норма накопляемости правилами школы не названа.".to_owned(),
        said => {
            format!("Норма накопляемости по правилам школы, отметок за период: {}.", said.join("; "))
        }
    }
}

/// Analysis of the work with the journal, course by course.
pub fn journal_analysis(
    letterhead: &Letterhead,
    people: &People,
    journal: &Journal,
    span: Span<'_>,
    late: Late<'_>,
    policy: &Policy,
    today: NaiveDate,
) -> Form {
    let heads = [
        ("Класс", 6),
        ("Предмет", 20),
        ("Учитель", 16),
        ("Процент участия в работе", 9),
        ("% обучающихся, не имеющих оценок", 10),
        ("% обучающихся, имеющих одну оценку", 10),
        ("Запись домашнего задания, % уроков", 10),
        ("Учёт пройденного материала (тем / уроков)", 11),
        ("Просрочено записей", 9),
        ("Накопляемость (есть / норма)", 11),
        ("Учёт замен", 7),
        ("Процент участия родителей и обучающихся", 11),
        ("Замечания, срок", 16),
    ];
    let mut marks: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
    let mut touched: BTreeSet<(&str, NaiveDate, u8)> = BTreeSet::new();
    for mark in journal.marks.iter().filter(|mark| span.holds(mark.lesson.date)) {
        *marks.entry(&mark.lesson.course_id).or_default().entry(&mark.learner_id).or_default() += 1;
        touched.insert((&mark.lesson.course_id, mark.lesson.date, mark.lesson.number));
    }
    for absence in journal.absences.iter().filter(|absence| span.holds(absence.lesson.date)) {
        touched.insert((&absence.lesson.course_id, absence.lesson.date, absence.lesson.number));
    }
    let mut table = Table::new(&heads).named("Анализ").sized(75).middle(&[0, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    for course in &journal.courses {
        let lessons = lessons_of(journal, &course.id, &span);
        let own = members(course, &journal.learners);
        let present: Vec<&str> =
            own.iter().filter(|learner| learner.is_present_on(span.ends)).map(|learner| learner.id.as_str()).collect();
        let none = HashMap::new();
        let counts = marks.get(course.id.as_str()).unwrap_or(&none);
        let with = |wanted: usize| {
            present.iter().filter(|learner| counts.get(**learner).copied().unwrap_or(0) == wanted).count()
        };
        let all: usize = present.iter().map(|learner| counts.get(*learner).copied().unwrap_or(0)).sum();
        let topics = lessons.iter().filter(|lesson| !lesson.topic.is_empty()).count();
        let homework = lessons.iter().filter(|lesson| !lesson.homework.is_empty()).count();
        let kept = lessons
            .iter()
            .filter(|lesson| {
                let key = &lesson.key;
                !lesson.topic.is_empty() || touched.contains(&(key.course_id.as_str(), key.date, key.number))
            })
            .count();
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let substituted = lessons.iter().filter(|lesson| !lesson.substitute_teacher_id.is_empty()).count();
        let mean = centi(all as u32, present.len() as u32);
        let unmarked = is_unmarked(journal, policy, course);
        let of_marks = |text: String| if unmarked { UNMARKED.to_owned() } else { text };
        table = table.line(vec![
            course.class.clone(),
            course_title(course),
            people.get(&course.teacher_id).short,
            percent(kept, lessons.len()),
            of_marks(percent(with(0), present.len())),
            of_marks(percent(with(1), present.len())),
            percent(homework, lessons.len()),
            format!("{topics} / {}", lessons.len()),
            late.get(&course.id).map(usize::to_string).unwrap_or_default(),
            of_marks(match norm(policy, course, grade) {
                Some(norm) => format!("{} / {}", hundredths(mean), norm.marks),
                None => hundredths(mean),
            }),
            substituted.to_string(),
            String::new(),
            String::new(),
        ]);
    }
    letterhead
        .form("journal-analysis", "АНАЛИЗ РАБОТЫ С КЛАССНЫМ ЖУРНАЛОМ")
        .landscape()
        .subtitle(&format!("{}, с {} по {}", span.name, date_short(span.starts), date_short(span.ends)))
        .with(Block::Table(table))
        .with(Block::Note {
            text: format!(
                "Процент участия — доля уроков, о которых есть запись. {} «безотм» — безотметочное обучение. Пустая клетка: сведений нет.",
                norm_words(policy)
            ),
        })
        .signatures(
            vec![Signature::of("Ответственный за ведение электронного журнала", "").on(&date_short(today))],
            false,
        )
}

/// Log of missed and substituted lessons within days (F18): every lesson that another taught, and every one that the timetable has and
/// nobody held. `lost` comes from [`lost`](super::super::setup::timetable::lost).
pub fn substitution_log(
    letterhead: &Letterhead,
    people: &People,
    journal: &Journal,
    span: Span<'_>,
    lost: &[Lost<'_>],
) -> Form {
    let heads = [
        ("№", 4),
        ("Дата", 10),
        ("№ урока", 6),
        ("Класс (группа)", 11),
        ("Предмет", 18),
        ("Ф.И.О. отсутствующего учителя", 18),
        ("Причина", 13),
        ("Ф.И.О. замещавшего", 18),
        ("Тема / кол-во часов", 24),
        ("Подпись замещавшего", 13),
        ("Зам. директора", 12),
    ];
    let courses: HashMap<&str, &Course> = journal.courses.iter().map(|course| (course.id.as_str(), course)).collect();
    // Only a changed teacher counts as a substitution.
    let substituted = journal
        .lessons
        .iter()
        .filter(|lesson| span.holds(lesson.key.date) && !lesson.substitute_teacher_id.is_empty())
        .filter_map(|lesson| Some((lesson, *courses.get(lesson.key.course_id.as_str())?)))
        .filter(|(lesson, course)| lesson.substitute_teacher_id != journal.teacher_on(course, lesson.key.date));
    let mut lines: Vec<(NaiveDate, u8, &Course, Option<&Lesson>)> =
        substituted.map(|(lesson, course)| (lesson.key.date, lesson.key.number, course, Some(lesson))).collect();
    let replaced = lines.len();
    let missed = lost.iter().filter(|one| span.holds(one.date));
    lines.extend(missed.map(|one| (one.date, one.number, one.course, None)));
    lines.sort_by(|a, b| {
        let by_class = || super::super::names::natural(&a.2.class, &b.2.class);
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(by_class).then_with(|| a.2.id.cmp(&b.2.id))
    });
    let not_held = lines.len() - replaced;
    let rows = (1..).zip(lines).map(|(no, (date, number, course, lesson)): (usize, _)| {
        let class =
            if course.group.is_empty() { course.class.clone() } else { format!("{} ({})", course.class, course.group) };
        let (substitute, topic) = match lesson {
            Some(lesson) => (people.get(&lesson.substitute_teacher_id).short, format!("{} / 1", lesson.topic)),
            None => (NOT_HELD.to_owned(), String::new()),
        };
        vec![
            no.to_string(),
            date_short(date),
            number.to_string(),
            class,
            course.subject.clone(),
            people.get(journal.teacher_on(course, date)).short,
            String::new(),
            substitute,
            topic,
            String::new(),
            String::new(),
        ]
    });
    let table = Table::new(&heads).named("Замещения").numbered().sized(80).middle(&[0, 1, 2, 3]).for_ink().lines(rows);
    letterhead
        .form("substitution-log", "ЖУРНАЛ")
        .landscape()
        .subtitle("учёта пропущенных и замещённых уроков")
        .subtitle(&format!("с {} по {}", date_short(span.starts), date_short(span.ends)))
        .with(Block::Table(table))
        .text(
            "Пропущено: {}. Замещено: {}. Не проведено: {}.",
            &[
                &LESSON.counted((replaced + not_held) as u64),
                &LESSON.counted(replaced as u64),
                &LESSON.counted(not_held as u64),
            ],
        )
        .with(Block::Note {
            text: "Не проведён — урок стоит в расписании, день прошёл, записи об уроке в журнале нет и в тот же период он не \
                   перенесён на другое время."
                .to_owned(),
        })
        .signatures(vec![Signature::of("Заместитель директора", "")], false)
}

/// What the log says of a lesson that nobody held.
const NOT_HELD: &str = "урок не проведён";

/// Timesheet of teachers' hours in a month, from lessons held and substituted (JRN-20, F31). `month` is any of its days.
pub fn timesheet(letterhead: &Letterhead, people: &People, journal: &Journal, month: NaiveDate) -> Form {
    let days = month
        .with_day(1)
        .and_then(|first| first.checked_add_months(chrono::Months::new(1)))
        .and_then(|next| next.pred_opt())
        .map_or(31, |last| last.day());
    let courses: HashMap<&str, &Course> = journal.courses.iter().map(|course| (course.id.as_str(), course)).collect();
    // By teacher: hours by day, and how many of them in place of another.
    let mut hours: BTreeMap<&str, (BTreeMap<u32, u32>, u32)> = BTreeMap::new();
    for lesson in &journal.lessons {
        let day = lesson.key.date;
        if (day.year(), day.month()) != (month.year(), month.month()) {
            continue;
        }
        let Some(course) = courses.get(lesson.key.course_id.as_str()) else { continue };
        let own = journal.teacher_on(course, day);
        let is_substituted = !lesson.substitute_teacher_id.is_empty() && lesson.substitute_teacher_id != own;
        let teacher = if is_substituted { lesson.substitute_teacher_id.as_str() } else { own };
        let (by_day, substituted) = hours.entry(teacher).or_default();
        *by_day.entry(day.day()).or_default() += 1;
        *substituted += u32::from(is_substituted);
    }
    let numbers: Vec<String> = (1..=days).map(|day| day.to_string()).collect();
    let mut heads: Vec<(&str, u32)> = vec![("№\nп/п", 6), ("Фамилия, И.О.", 30)];
    heads.extend(numbers.iter().map(|day| (day.as_str(), 6)));
    heads.extend([("Всего часов", 10), ("в т.ч. замещение", 12)]);
    let middle: Vec<usize> = std::iter::once(0).chain(2..heads.len()).collect();
    let mut staff: Vec<_> = hours.iter().collect();
    staff.sort_by_key(|(id, _)| super::super::names::fold(&people.get(id).full));
    let mut table = Table::new(&heads).named("Табель").sized(70).middle(&middle);
    let mut sum = (0, 0);
    for (no, (id, (by_day, substituted))) in (1..).zip(&staff) {
        let all: u32 = by_day.values().sum();
        sum = (sum.0 + all, sum.1 + substituted);
        let mut cells = vec![no.to_string(), people.get(id).short];
        cells.extend((1..=days).map(|day| by_day.get(&day).map(u32::to_string).unwrap_or_default()));
        cells.extend([all.to_string(), if *substituted == 0 { String::new() } else { substituted.to_string() }]);
        table = table.line(cells);
    }
    let mut total = vec![String::new(), "Итого".to_owned()];
    total.resize(heads.len() - 2, String::new());
    total.extend([sum.0.to_string(), sum.1.to_string()]);
    letterhead
        .form("timesheet", "ТАБЕЛЬ")
        .landscape()
        .approval(letterhead.approved())
        .subtitle("учёта проведённых часов")
        .subtitle(&format!("за {} {} года", month_name(month), month.year()))
        .with(Block::Table(table.total(total)))
        .signatures(vec![Signature::of("Заместитель директора", "")], false)
}

/// Marks of a learner in a course within days, for callers that print them.
pub(super) fn mean(marks: &[&str]) -> String {
    let numbers: Vec<u32> = marks.iter().filter_map(|mark| numeric(mark)).collect();
    hundredths(centi(numbers.iter().sum(), numbers.len() as u32))
}
