//! The class teacher's report, preliminary and final (domain.md 2.17; 000 И/КР г, е; DOC-13). Floor 0.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::super::form::{Block, Form, Signature, Table};
use super::super::journal::{Class, Journal, Learner};
use super::super::names;
use super::super::period::{Span, course_title, members};
use super::super::policy::{AbsenceKind, Policy};
use super::super::report::{self, NOT_ATTESTED, centi, numeric};
use super::super::words::{date_short, plural};
use super::{Letterhead, People, hundredths, or_empty};

/// Which report of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// Two weeks before the end, from current marks.
    Preliminary,
    /// After the end, from final marks.
    Final,
}

/// One learner's values of the period, subject by subject.
struct Achieved<'j> {
    learner: &'j Learner,
    /// Course title, teacher, value.
    values: Vec<(String, String, String)>,
}

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The journal, of the class or of the whole school.
    pub journal: &'a Journal,
    /// The class.
    pub class: &'a Class,
    /// The period.
    pub span: &'a Span,
    /// «I четверть».
    pub period: &'a str,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Day of the report.
    pub today: NaiveDate,
}

/// The class teacher's report.
pub fn class_report(letterhead: &Letterhead, people: &People, scope: Scope<'_>, issue: Issue) -> Form {
    let Scope { journal, class, span, period, .. } = scope;
    let teacher = people.get(&class.class_teacher_id);
    let (title, id) = match issue {
        Issue::Preliminary => ("ПРЕДВАРИТЕЛЬНЫЙ ОТЧЁТ КЛАССНОГО РУКОВОДИТЕЛЯ", "class-report-preliminary"),
        Issue::Final => ("ОТЧЁТ КЛАССНОГО РУКОВОДИТЕЛЯ", "class-report"),
    };
    let until = if issue == Issue::Preliminary { scope.today.min(span.ends) } else { span.ends };
    let mut form = letterhead
        .form(id, title)
        .subtitle(&format!("{} класс, {period}, {} учебный год", class.name, journal.school.year))
        .subtitle(&format!("с {} по {}", date_short(span.starts), date_short(until)));
    form = contingent(form, scope, until);
    form = achievement(form, people, scope, issue, until);
    form = attendance(form, scope, until);
    form.signatures(
        vec![
            Signature::of("Классный руководитель", &teacher.signed).on(&date_short(scope.today)),
            Signature::of("Принял: заместитель директора", ""),
        ],
        false,
    )
}

/// Stays of the class that touch the period.
fn stays<'j>(journal: &'j Journal, class: &str, span: &Span) -> Vec<&'j Learner> {
    let mut stays: Vec<&Learner> = journal
        .stays()
        .filter(|l| l.class == class && l.enrolled_on <= span.ends && l.left_on.is_none_or(|left| left > span.starts))
        .collect();
    stays.sort_by(|a, b| {
        names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
    });
    stays
}

fn name(learner: &Learner) -> String {
    names::list_name(&learner.surname, &learner.given_name)
}

fn contingent(form: Form, scope: Scope<'_>, until: NaiveDate) -> Form {
    let Scope { journal, class, span, .. } = scope;
    let stays = stays(journal, &class.name, span);
    let on = |day: NaiveDate| stays.iter().filter(|l| l.is_present_on(day)).count();
    let arrived: Vec<&&Learner> =
        stays.iter().filter(|l| l.enrolled_on > span.starts && l.enrolled_on <= until).collect();
    let left: Vec<&&Learner> =
        stays.iter().filter(|l| l.left_on.is_some_and(|day| day > span.starts && day <= until)).collect();
    let table = Table::new(&[
        ("На начало периода", 1),
        ("Прибыло", 1),
        ("Выбыло", 1),
        ("На конец периода", 1),
        ("из них на семейном обучении", 1),
        ("на дому", 1),
        ("с ОВЗ", 1),
    ])
    .titled("1. Контингент")
    .middle(&[0, 1, 2, 3, 4, 5, 6])
    .line(vec![
        on(span.starts).to_string(),
        arrived.len().to_string(),
        left.len().to_string(),
        on(until).to_string(),
    ]);
    let mut form = form.with(Block::Table(table));
    if !arrived.is_empty() || !left.is_empty() {
        let row = |kind: &str, learner: &Learner, order: &str, day: NaiveDate| {
            vec![kind.to_owned(), name(learner), String::new(), order.to_owned(), date_short(day)]
        };
        let table = Table::new(&[("Тип", 12), ("Ф.И.О.", 30), ("Откуда / куда", 28), ("Приказ №", 18), ("Дата", 12)])
            .titled("1.1. Движение")
            .lines(arrived.iter().map(|l| row("прибыл(а)", l, &l.enrolment_order, l.enrolled_on)))
            .lines(left.iter().map(|l| row("выбыл(а)", l, &l.leaving_order, l.left_on.unwrap_or(until))));
        form = form.with(Block::Table(table));
    }
    form
}

/// Values by learner: final marks, or the mean of current marks rounded half up, which is advice and says so.
fn achieved<'j>(scope: Scope<'j>, people: &People, issue: Issue, until: NaiveDate) -> Vec<Achieved<'j>> {
    let Scope { journal, class, span, .. } = scope;
    let present: Vec<&Learner> =
        stays(journal, &class.name, span).into_iter().filter(|l| l.is_present_on(until)).collect();
    let courses: Vec<_> = journal.courses.iter().filter(|course| course.class == class.name).collect();
    let of_course: HashMap<&str, HashSet<&str>> = courses
        .iter()
        .map(|course| {
            (course.id.as_str(), members(course, &journal.learners).into_iter().map(|l| l.id.as_str()).collect())
        })
        .collect();
    let mut finals: HashMap<(&str, &str), &str> = HashMap::new();
    for mark in journal.final_marks.iter().filter(|mark| mark.period == span.id) {
        finals.insert((&mark.course_id, &mark.learner_id), &mark.value);
    }
    let mut current: HashMap<(&str, &str), Vec<u32>> = HashMap::new();
    for mark in journal.marks.iter().filter(|mark| span.contains(mark.lesson.date) && mark.lesson.date <= until) {
        current.entry((&mark.lesson.course_id, &mark.learner_id)).or_default().extend(numeric(&mark.value));
    }
    let value = |course: &str, learner: &str| match issue {
        Issue::Final => finals.get(&(course, learner)).map(|value| (*value).to_owned()),
        Issue::Preliminary => {
            let marks = current.get(&(course, learner)).filter(|marks| !marks.is_empty())?;
            report::rounded_mean(marks).map(|mean| mean.to_string())
        }
    };
    let of = |learner: &'j Learner| {
        let own = courses.iter().filter(|course| of_course[course.id.as_str()].contains(learner.id.as_str()));
        let values = own.filter_map(|course| {
            let value = value(&course.id, &learner.id)?;
            Some((course_title(course), people.get(&course.teacher_id).short, value))
        });
        Achieved { learner, values: values.collect() }
    };
    present.into_iter().map(of).collect()
}

/// In which group a learner stands.
fn category(values: &[(String, String, String)]) -> Option<&'static str> {
    let marks: Vec<u32> = values.iter().filter_map(|(_, _, value)| numeric(value)).collect();
    let fails = marks.iter().any(|mark| *mark < 3) || values.iter().any(|(_, _, value)| value == NOT_ATTESTED);
    let of = |wanted: u32| marks.iter().filter(|mark| **mark == wanted).count();
    if marks.is_empty() && !fails {
        return None;
    }
    Some(match (fails, of(3), of(4)) {
        (true, ..) => FAILING,
        (false, 0, 0) => "Отличники",
        (false, 0, 1) => "С одной «4»",
        (false, 0, _) => "Хорошисты",
        (false, 1, _) => "С одной «3»",
        (false, _, _) => "Успевающие",
    })
}

const FAILING: &str = "Неуспевающие";
const CATEGORIES: [&str; 6] = ["Отличники", "С одной «4»", "Хорошисты", "С одной «3»", "Успевающие", FAILING];

fn achievement(form: Form, people: &People, scope: Scope<'_>, issue: Issue, until: NaiveDate) -> Form {
    let achieved = achieved(scope, people, issue, until);
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &achieved {
        if let Some(group) = category(&one.values) {
            let marks: Vec<String> = match group {
                "С одной «4»" => single(&one.values, 4),
                "С одной «3»" => single(&one.values, 3),
                _ => Vec::new(),
            };
            let why = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
            groups.entry(group).or_default().push(format!("{}{why}", name(one.learner)));
        }
    }
    let rows = CATEGORIES.iter().map(|group| {
        let people = groups.get(group).map(Vec::as_slice).unwrap_or_default();
        vec![(*group).to_owned(), people.len().to_string(), people.join(", ")]
    });
    let values: Vec<&str> = achieved.iter().flat_map(|one| &one.values).map(|(_, _, value)| value.as_str()).collect();
    let rates = report::rates(&values);
    let counted = achieved.iter().filter(|one| category(&one.values).is_some()).count() as u32;
    let of = |names: &[&str]| names.iter().map(|name| groups.get(name).map_or(0, Vec::len)).sum::<usize>() as u32;
    let quality = of(&["Отличники", "С одной «4»", "Хорошисты"]);
    let success = counted - of(&[FAILING]);
    let mut form = form
        .with(Block::Table(
            Table::new(&[("Группа", 20), ("Число", 8), ("Обучающиеся", 72)])
                .titled("2. Успеваемость")
                .middle(&[1])
                .lines(rows),
        ))
        .with(Block::Table(
            Table::new(&[
                ("Качество знаний, %", 1),
                ("Успеваемость, %", 1),
                ("СОУ, %", 1),
                ("Средний балл", 1),
                ("Успевают на «4» и «5», % обучающихся", 1),
                ("Успевают, % обучающихся", 1),
            ])
            .middle(&[0, 1, 2, 3, 4, 5])
            .line(vec![
                hundredths(rates.quality_percent_centi),
                hundredths(rates.success_percent_centi),
                hundredths(rates.sou_percent_centi),
                hundredths(rates.mean_centi),
                hundredths(centi(quality * 100, counted)),
                hundredths(centi(success * 100, counted)),
            ]),
        ));
    let failing: Vec<Vec<String>> = achieved.iter().flat_map(failures).collect();
    if !failing.is_empty() {
        let table = Table::new(&[("Ф.И.О.", 28), ("Предмет", 28), ("Отметка", 10), ("Учитель", 22), ("Повторно", 12)])
            .titled("Неуспевающие и не аттестованные")
            .middle(&[2])
            .lines(failing);
        form = form.with(Block::Table(table));
    }
    let note = match issue {
        Issue::Preliminary => "Предварительно: по среднему арифметическому текущих отметок с округлением; итоговые отметки выставляет учитель.".to_owned(),
        Issue::Final => format!("{}. СОУ — степень обученности учащихся.", super::control::COUNTED),
    };
    form.with(Block::Note { text: note })
}

fn single(values: &[(String, String, String)], mark: u32) -> Vec<String> {
    values.iter().filter(|(_, _, value)| numeric(value) == Some(mark)).map(|(subject, _, _)| subject.clone()).collect()
}

fn failures(one: &Achieved<'_>) -> Vec<Vec<String>> {
    let failed =
        one.values.iter().filter(|(_, _, value)| value == NOT_ATTESTED || numeric(value).is_some_and(|mark| mark < 3));
    failed
        .map(|(subject, teacher, value)| vec![name(one.learner), subject.clone(), value.clone(), teacher.clone()])
        .collect()
}

/// Missed lessons: all, ill, excused, unexcused, not explained.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Missed {
    pub(super) all: usize,
    pub(super) ill: usize,
    pub(super) excused: usize,
    pub(super) unexcused: usize,
    pub(super) late: usize,
}

impl Missed {
    pub(super) fn add(&mut self, kind: AbsenceKind) {
        match kind {
            AbsenceKind::Late => self.late += 1,
            AbsenceKind::Ill => (self.all, self.ill) = (self.all + 1, self.ill + 1),
            AbsenceKind::Excused => (self.all, self.excused) = (self.all + 1, self.excused + 1),
            AbsenceKind::Unexcused => (self.all, self.unexcused) = (self.all + 1, self.unexcused + 1),
            AbsenceKind::Unexplained => self.all += 1,
        }
    }
}

/// Missed lessons by learner within days.
pub(super) fn missed(
    journal: &Journal,
    policy: &Policy,
    class: &str,
    starts: NaiveDate,
    until: NaiveDate,
) -> HashMap<String, Missed> {
    let courses: HashSet<&str> =
        journal.courses.iter().filter(|course| course.class == class).map(|course| course.id.as_str()).collect();
    let mut missed: HashMap<String, Missed> = HashMap::new();
    for absence in &journal.absences {
        let lesson = &absence.lesson;
        if courses.contains(lesson.course_id.as_str()) && (starts..=until).contains(&lesson.date) {
            let kind = policy.absence(&absence.code).map_or(AbsenceKind::Unexplained, |rule| rule.kind);
            missed.entry(absence.learner_id.clone()).or_default().add(kind);
        }
    }
    missed
}

fn attendance(form: Form, scope: Scope<'_>, until: NaiveDate) -> Form {
    let Scope { journal, class, span, policy, .. } = scope;
    let missed = missed(journal, policy, &class.name, span.starts, until);
    let learners: Vec<&Learner> = {
        let mut seen = HashSet::new();
        stays(journal, &class.name, span).into_iter().filter(|l| seen.insert(l.id.as_str())).collect()
    };
    let mut total = Missed::default();
    let mut rows = Vec::new();
    for learner in &learners {
        let Some(one) = missed.get(&learner.id) else { continue };
        total.all += one.all;
        total.ill += one.ill;
        total.excused += one.excused;
        total.unexcused += one.unexcused;
        total.late += one.late;
        let counts = [one.all, one.ill, one.excused, one.unexcused, one.late];
        rows.push([name(learner)].into_iter().chain(counts.map(or_empty)).collect::<Vec<_>>());
    }
    let table = Table::new(&[
        ("Фамилия, имя обучающегося", 36),
        ("Пропущено уроков всего", 13),
        ("по болезни", 13),
        ("по уважительной причине", 13),
        ("без уважительной причины", 13),
        ("опозданий", 12),
    ])
    .titled("3. Посещаемость")
    .middle(&[1, 2, 3, 4, 5])
    .lines(rows)
    .total(
        ["Итого по классу".to_owned()]
            .into_iter()
            .chain([total.all, total.ill, total.excused, total.unexcused, total.late].map(|n| n.to_string()))
            .collect(),
    );
    let mean = hundredths(centi(total.all as u32, learners.len() as u32));
    let who = plural(learners.len() as u64, "обучающегося", "обучающихся", "обучающихся");
    form.with(Block::Table(table)).text(
        "В среднем на одного обучающегося пропущено уроков: {} (из расчёта на {}).",
        &[&mean, &format!("{} {who}", learners.len())],
    )
}
