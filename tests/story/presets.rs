//! Five regulations in one house, one after another by order: each changes what people see, as its clauses say.

use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::deadline::{self, Question, What};
use letopis::domain::duties::{Duty, duties};
use letopis::domain::norm::norm;
use letopis::domain::policy::registers;
use letopis::domain::policy::{self, REGULATIONS};
use letopis::domain::readiness::Due;
use letopis::domain::snapshot::Sheet;
use letopis::flow::close::{self, Closing};
use letopis::flow::policy::{self as adopting, Adoption};
use letopis::flow::timeliness;

use crate::house::{Bundle, House, YEAR, after, tell};

const DAY_MINUTES: i64 = 24 * 60;

/// What one regulation shows, each value with its clause.
struct Shown {
    /// The title page on paper copies: who prints, by when, or that nobody does.
    paper: &'static str,
    /// A mark for a control work of 15 October in the fifth grade.
    control: &'static str,
    /// How often the journals are checked; where the regulation is silent its clause says that the default was taken.
    check: (&'static str, &'static str),
    /// The extract for parents.
    extract: (&'static str, &'static str),
    /// The year's set-up: last day and clause.
    due: (&'static str, &'static str),
    /// Who names the reason of an absence.
    reason: (&'static str, &'static str),
    /// Wording of the seal.
    seal: &'static str,
    /// Meaning of «Б» in the legend of the copy.
    ill: &'static str,
    /// Registers that are kept.
    registers: usize,
}

const SCHOOL: &str = "СКРЕПЛЕНО ЭЛЕКТРОННОЙ ПЕЧАТЬЮ ШКОЛЫ";

/// The clause of a value that a regulation is silent about.
const SILENT: &str = "из правил по умолчанию";

/// What a house shows where its regulation is silent; each row below says what it has of its own.
const USUAL: Shown = Shown {
    paper: "",
    control: "",
    check: ("раз в неделю", SILENT),
    extract: ("раз в 2 недели", SILENT),
    due: ("2025-09-05", SILENT),
    reason: ("классный руководитель", SILENT),
    seal: SCHOOL,
    ill: "отсутствовал по болезни",
    registers: 4,
};

/// In the order of [`REGULATIONS`].
const SHOWN: [Shown; 5] = [
    Shown {
        paper: "в предпоследний учебный день периода (000 Инс 4.1); печатает ответственный за ведение журнала (000 Инс 4.3)",
        control: "2025-10-18 000 Рег 2.3",
        check: ("раз в неделю", "000 План 2.2"),
        extract: ("раз в 2 недели", "000 Усл 1; Инс 5.2 кл. рук. в"),
        due: ("2025-09-01", "000 Инс 5.2 директор а"),
        reason: ("классный руководитель", "000 Инс 5.2 кл. рук. а"),
        ill: "болеет",
        registers: 3,
        ..USUAL
    },
    Shown {
        paper: "не выводится: бумажный журнал отменён с 26.10.2022 (001 п. 1)",
        control: "2025-10-18 ",
        check: ("раз в неделю", "001 п. 5.4"),
        ..USUAL
    },
    Shown {
        paper: "печатает секретарь (делопроизводитель) (002 4.5)",
        control: " 002 4.2",
        check: ("раз в неделю", "002 4.3"),
        reason: ("классный руководитель", "002 4.1"),
        registers: 2,
        ..USUAL
    },
    Shown {
        paper: "за этот период не выводится: журнал печатается раз в год, не позднее 30 июня (003 Рук 5)",
        control: "2025-10-18 003 Уч 9",
        due: ("2025-09-05", "003 Рук 10"),
        reason: ("учитель-предметник", "003 Уч 2"),
        seal: "СКРЕПЛЕНО ЭЛЕКТРОННОЙ ПЕЧАТЬЮ ОБЩЕОБРАЗОВАТЕЛЬНОГО УЧРЕЖДЕНИЯ",
        ..USUAL
    },
    Shown {
        paper: "в предпоследний учебный день периода", control: " 004 п. 20", ..USUAL
    },
];

#[test]
fn each_preset_changes_what_people_see_as_its_clauses_say() {
    tell(async {
        let house = House::empty().await;
        let classes: Vec<(u8, char)> = (5..10).map(|grade| (grade, 'А')).collect();
        let spec =
            GeneratorSpec { classes: classes.clone(), learners_per_class: 3, spread: 0, seed: 9, year_start: 2025 };
        house.import(&Bundle(generate::generate(&spec)), false).await.expect("an import");
        let calendar = timeliness::calendar(&house, YEAR).await.expect("a calendar");
        let journal = house.db.load_journal(YEAR).await.expect("a journal");
        let mut differ = Vec::new();
        for (at, (name, shown)) in (1..).zip(REGULATIONS.iter().zip(&SHOWN)) {
            // By an order of its own, from a day of its own.
            let act = after(at * DAY_MINUTES);
            let text = policy::builtin(name).expect("a preset").to_owned();
            let from = Some(act.at.date_naive());
            let adoption =
                Adoption { name: (*name).into(), text, from, order: format!("приказ от 01.09.2025 № {at}") };
            adopting::adopt(&house, &adoption, &act).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            let history = adopting::history(&house).await.expect("a history");
            let policy = &history.on(act.at.date_naive()).policy;
            assert_eq!(policy.name, *name);

            // The copy of one class closed that day: title page, legend, seal.
            let class = format!("{}А", 4 + at);
            let ground = Some("проверка правил".to_owned());
            let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: vec![class], ground };
            let closed = close::close(&house, &closing, &act).await.expect("a closing");
            let copy = closed[0].copy.clone().unwrap_or_else(|| panic!("{name}: {closed:?}"));
            let snapshot = house.snapshot(&copy).await;
            let Some(Sheet::Title(title)) = snapshot.sheets.first() else { panic!("no title page") };
            assert!(title.paper.contains(shown.paper), "{name}: {}", title.paper);
            assert_eq!(snapshot.policy.seal_wording, shown.seal, "{name}");
            let ill = snapshot.codes.iter().find(|code| code.code == "Б").map(|code| code.meaning.as_str());
            assert_eq!(ill, Some(shown.ill), "{name}: the legend of the copy");

            // The pages: deadlines, duties, set-up, reasons, registers, norm.
            let date = "2025-10-15".parse().expect("a day");
            let what = What::Mark("Контрольная работа");
            let question = Question { class: "5А", date, number: None, what, course_days: &[] };
            let due = deadline::due(policy, &calendar, &question).remove(0);
            let day = due.moment.day().map(|day| day.to_string()).unwrap_or_default();
            let control = format!("{day} {}", due.clause);
            assert!(control.contains(shown.control), "{name}: {control} ({})", due.moment.in_russian());
            let all = duties(policy, &calendar, act.at.date_naive());
            let duty = |key: &str, clause: &str| {
                let of = |duty: &&Duty| duty.key == key && duty.clause.contains(clause);
                let duty = all.iter().find(of).unwrap_or_else(|| panic!("{name}: no {key} of {clause}"));
                assert!(duty.next.is_some_and(|next| next >= act.at.date_naive()), "{name}: {duty:?}");
                (duty.often.clone(), duty.clause.clone())
            };
            for (key, (often, clause)) in [("control.check", shown.check), ("parents.extract", shown.extract)] {
                let found = duty(key, clause);
                assert!(found.0 == often && found.1.contains(clause), "{name}: {key} {found:?}");
            }
            let ready = Due::of(YEAR, policy).expect("a day");
            let clause = &ready.clause;
            assert!(
                ready.sections.to_string() == shown.due.0 && clause.contains(shown.due.1),
                "{name}: {ready:?} {clause}"
            );
            assert!(ready.curriculum <= ready.sections);
            let by = policy.first("absence.reason_by").expect("somebody");
            let clause = &by.clause;
            assert!(by.in_russian() == shown.reason.0 && clause.contains(shown.reason.1), "{name}: {by:?}");
            let kept = registers(policy).iter().filter(|one| one.kept).count();
            assert_eq!(kept, shown.registers, "{name}: {:?}", registers(policy));
            let course = journal.courses.iter().find(|course| course.hours_per_week_centi >= 200).expect("a course");
            assert!(norm(policy, course, 5).is_some_and(|norm| norm.marks == 6 && !norm.clause.is_empty()), "{name}");
            let norms: Vec<String> =
                policy.values_of("marks.norm").map(|value| format!("{} {}", value.value, value.clause)).collect();
            differ.push((title.paper.clone(), control, all, norms));
        }
        // No two of them show the same.
        for (at, one) in differ.iter().enumerate() {
            assert!(differ[..at].iter().all(|other| other != one), "{}", REGULATIONS[at]);
        }
    });
}
