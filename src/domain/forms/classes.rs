//! The class teacher's report, preliminary and final (domain.md 2.17; 000 И/КР г, е; DOC-13). Floor 0.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::super::form::{Block, Form, Signature, Table};
use super::super::journal::{Class, Journal, Learner};
use super::super::names;
use super::super::period::{Span, course_title, members};
use super::super::policy::{AbsenceKind, Policy};
use super::super::report::{self, NOT_ATTESTED, centi, numeric};
use super::super::setup::stays::{self, Stay};
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
    values: Vec<Achievement<'j>>,
}

/// A value of one course.
struct Achievement<'j> {
    course: &'j str,
    title: String,
    teacher: String,
    value: String,
}

impl Achievement<'_> {
    fn fails(&self) -> bool {
        fails(&self.value)
    }
}

fn fails(value: &str) -> bool {
    value == NOT_ATTESTED || numeric(value).is_some_and(|mark| mark < 3)
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
    /// Stays on record: where a learner came from and went to.
    pub stays: &'a [Stay],
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
fn touching<'j>(journal: &'j Journal, class: &str, span: &Span) -> Vec<&'j Learner> {
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
    let stays = touching(journal, &class.name, span);
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
        let row = |kind: &str, learner: &Learner, place: String, order: &str, day: NaiveDate| {
            vec![kind.to_owned(), name(learner), place, order.to_owned(), date_short(day)]
        };
        let came = |l: &&&Learner| {
            let place = stays::whence(scope.stays, &l.id, l.enrolled_on);
            row("прибыл(а)", l, place, &l.enrolment_order, l.enrolled_on)
        };
        let went = |l: &&&Learner| {
            let day = l.left_on.unwrap_or(until);
            row("выбыл(а)", l, stays::whither(scope.stays, &l.id, day), &l.leaving_order, day)
        };
        let table = Table::new(&[("Тип", 12), ("Ф.И.О.", 30), ("Откуда / куда", 28), ("Приказ №", 18), ("Дата", 12)])
            .titled("1.1. Движение")
            .lines(arrived.iter().map(came))
            .lines(left.iter().map(went));
        form = form.with(Block::Table(table));
    }
    form
}

/// Values by learner: final marks, or the mean of current marks rounded half up, which is advice and says so.
fn achieved<'j>(scope: Scope<'j>, people: &People, issue: Issue, until: NaiveDate) -> Vec<Achieved<'j>> {
    let Scope { journal, class, span, .. } = scope;
    let present: Vec<&Learner> =
        touching(journal, &class.name, span).into_iter().filter(|l| l.is_present_on(until)).collect();
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
            let teacher = people.get(&course.teacher_id).short;
            Some(Achievement { course: &course.id, title: course_title(course), teacher, value })
        });
        Achieved { learner, values: values.collect() }
    };
    present.into_iter().map(of).collect()
}

/// In which group a learner stands.
fn category(values: &[Achievement<'_>]) -> Option<&'static str> {
    let marks: Vec<u32> = values.iter().filter_map(|one| numeric(&one.value)).collect();
    let fails = values.iter().any(Achievement::fails);
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
    let values: Vec<&str> = achieved.iter().flat_map(|one| &one.values).map(|one| one.value.as_str()).collect();
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
            .named("Показатели успеваемости")
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
    let failing = failures(&achieved, scope, until);
    let any = !failing.is_empty();
    if any {
        let heads = [
            ("Ф.И.О.", 24),
            ("Предмет", 22),
            ("Отметка", 9),
            ("Учитель", 18),
            ("Повторно", 11),
            ("Причина, если не аттестован(а)", 26),
        ];
        let table =
            Table::new(&heads).titled("Неуспевающие и не аттестованные").middle(&[2, 4]).for_ink().lines(failing);
        form = form.with(Block::Table(table));
    }
    let counted = match issue {
        Issue::Preliminary => "Предварительно: по среднему арифметическому текущих отметок с округлением; итоговые отметки выставляет учитель".to_owned(),
        Issue::Final => super::control::COUNTED.to_owned(),
    };
    let again = if any {
        " Повторно: в предыдущем учётном периоде этого года — тоже ниже «3» или «н/а»."
    } else {
        ""
    };
    form.with(Block::Note {
        text: format!("{counted}. СОУ — степень обученности учащихся.{again}")
    })
}

fn single(values: &[Achievement<'_>], mark: u32) -> Vec<String> {
    values.iter().filter(|one| numeric(&one.value) == Some(mark)).map(|one| one.title.clone()).collect()
}

/// Who fails in what; whether the period before was failed too, and what is known of why somebody was not attested.
fn failures(achieved: &[Achieved<'_>], scope: Scope<'_>, until: NaiveDate) -> Vec<Vec<String>> {
    let Scope { journal, class, span, .. } = scope;
    let periods = journal.periods_of_grade(class.grade);
    let before = periods.iter().position(|period| period.id == span.id).and_then(|at| at.checked_sub(1));
    let before = before.map(|at| periods[at].id.as_str());
    let earlier: HashSet<(&str, &str)> = journal
        .final_marks
        .iter()
        .filter(|mark| Some(mark.period.as_str()) == before && fails(&mark.value))
        .map(|mark| (mark.course_id.as_str(), mark.learner_id.as_str()))
        .collect();
    let row = |one: &Achieved<'_>, held: &Achievement<'_>| {
        let again = match before {
            // What was before the year's first period, or in all of it together, this journal does not say.
            None => "—",
            Some(_) if earlier.contains(&(held.course, one.learner.id.as_str())) => "да",
            Some(_) => "нет",
        };
        let why = match held.value == NOT_ATTESTED {
            true => absent_from(scope, held.course, &one.learner.id, until),
            false => "—".to_owned(),
        };
        vec![name(one.learner), held.title.clone(), held.value.clone(), held.teacher.clone(), again.to_owned(), why]
    };
    achieved
        .iter()
        .flat_map(|one| one.values.iter().filter(|held| held.fails()).map(move |held| row(one, held)))
        .collect()
}

/// «пропущено 18 из 24 уроков, из них по болезни 15»; empty, a place for ink, where the learner was there.
fn absent_from(scope: Scope<'_>, course: &str, learner: &str, until: NaiveDate) -> String {
    let Scope { journal, span, policy, .. } = scope;
    let within = |date: NaiveDate| (span.starts..=until).contains(&date);
    let mut missed = Missed::default();
    for one in journal.absences.iter().filter(|one| one.learner_id == learner && one.lesson.course_id == course) {
        if within(one.lesson.date) {
            missed.add(policy.absence(&one.code).map_or(AbsenceKind::Unexplained, |rule| rule.kind));
        }
    }
    if missed.all == 0 {
        return String::new();
    }
    let held = journal.lessons.iter().filter(|one| one.key.course_id == course && within(one.key.date)).count();
    let kinds = [
        ("по болезни", missed.ill),
        ("по уважительной причине", missed.excused),
        ("без уважительной причины", missed.unexcused),
    ];
    let kinds: Vec<String> = kinds.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what} {n}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(", из них {}", kinds.join(", ")) };
    format!("пропущено {} из {held} {}{kinds}", missed.all, plural(held as u64, "урока", "уроков", "уроков"))
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
        touching(journal, &class.name, span).into_iter().filter(|l| seen.insert(l.id.as_str())).collect()
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
