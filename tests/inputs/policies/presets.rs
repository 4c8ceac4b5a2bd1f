//! The presets against the regulations: each row of the 55 questions for each of the five schools, its value and its clause.
//!
//! A line is `key | value as the file writes it | unit | clause`; `silent` for a value says that the regulation names none, and the
//! clause is the one that touches the matter, empty when none does.

use std::collections::BTreeSet;
use std::path::Path;

use letopis::domain::policy::{self, Cadence, KEYS, PARAMETERS, Policy, PrintDue, Source, Stage};

pub fn preset(name: &str) -> Policy {
    let text = policy::builtin(name).unwrap_or_else(|| panic!("{name} is not inside the program"));
    policy::parse(name, text).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"))
}

const CHERNUSHKA: &str = "
journal.status | государственный нормативно-финансовый документ | | 000 Инс 1.1
paper.enabled | yes | | 000 Рег 3.1
print.cadence.1-9 | quarter | | 000 Рег 3.6
print.cadence.10-11 | half_year | | 000 Рег 3.6
print.due_before_end | 1 | school_days | 000 Инс 4.1
print.summary_due | year_end | date | 000 Рег 3.8
archive.summary_transfer | silent | |
print.by | responsible | | 000 Инс 4.3
print.summary_by | secretary | | 000 План 3.1
route.period_copy.subject_teacher | Достоверность копии проверил: учитель | | 000 Инс 4.4
route.period_copy.class_teacher | Достоверность копии заверяю: классный руководитель | | 000 Инс 4.5
route.period_copy.deputy | Заместитель директора | | 000 Инс 4.6; 5.2 зам. а
route.period_copy.director | Директор | | 000 Инс 4.7; Рег 3.7
route.summary_sheet.director | Директор | | 000 Рег 3.8
seal.kind | school | | 000 Рег 3.7; Инс 4.7
copy.stitching | numbered stitched bound_to_title signed_and_sealed | | 000 Рег 3.7; Инс 5.2 секретарь а
retention.period_copy | silent | years | 000 Рег 3.3
retention.summary_sheet | silent | years | 000 Рег 3.8
registers.kept | paper_copies handover backup_use | | 000 Инс 4.6, 5.2 секретарь б, зам. б
archive.folder | period | | 000 Инс 4.7
backup.every | 1 | periods | 000 Инс 4.8; 5.2 отв. в
archive.every | 1 | periods | 000 Инс 5.2 секретарь а
backup.media | 2 | media | 000 Рег 3.4
backup.rooms | 2 | rooms | 000 Рег 3.4
backup.by | responsible | | 000 Инс 4.8
backup.code_known_to | director | | 000 Инс 5.2 отв. в
backup.key_kept_by | director | | 000 Инс 5.2 секретарь в
signature.electronic | time_and_source | | 000 Рег 3.4
deadline.lesson | 0 | calendar_days | 000 Рег 2.1
deadline.absence | 0 | calendar_days | 000 Рег 2.1
deadline.homework | 2 | hours | 000 Рег 2.2
homework.in_advance | yes | | 000 Рег 2.2
deadline.oral.2-11 | 1 | calendar_days | 000 Рег 2.3
deadline.written.2-8 | 3 | calendar_days | 000 Рег 2.3
deadline.written.9-11 | 4 | calendar_days | 000 Рег 2.3
deadline.control.2-8 | 3 | calendar_days | 000 Рег 2.3
deadline.control.9-11 | 4 | calendar_days | 000 Рег 2.3
deadline.period_mark | 1 | school_days | 000 Инс 4.1, 4.2
deadline.final_visible | 1 | calendar_days | 000 Усл 3
marks.edit_after_final | forbidden | | 000 Инс 5.2 ж
deadline.remark | silent | calendar_days | 000 Инс 5.2 е
codes.absence.н | отсутствовал, причина не указана | | 000 Инс 5.2 к
codes.absence.Б | болеет | | 000 Инс 5.2 кл. рук. а
codes.absence.Н | неявка на урок по неуважительной причине | | 000 Инс 5.2 кл. рук. а
codes.absence.О | опоздал | | 000 Инс 5.2 кл. рук. а
absence.reason_by | class_teacher | | 000 Инс 5.2 кл. рук. а
deadline.reason | silent | weeks | 000 Инс 5.2 кл. рук. а
marks.norm.0-1h | 3 | marks | 000 Инс 5.2 д
marks.norm.2+h | 6 | marks | 000 Инс 5.2 д
marks.norm.10-11.profile | 6 | marks | 000 Инс 5.2 д
control.activity | 1 | weeks | 000 Инс 6.1
control.filling | 1 | months | 000 Инс 6.2
control.check | silent | weeks | 000 План 2.2
report.preliminary | 2 | weeks | 000 Инс 5.2 кл. рук. г
parents.extract | 2 | weeks | 000 Усл 1; Инс 5.2 кл. рук. в
parents.look | 2 | times_a_week | 000 Усл 5
parents.acknowledge | each_period | | 000 Усл 5
people.check | 1 | months | 000 Инс 5.2 кл. рук. б
people.edit_by | class_teacher | | 000 Инс 3.2; 5.2 кл. рук. б
access.issued_by | esia | | 000 Инс 3.1
setup.due | 09-01 | date | 000 Инс 5.2 директор а
groups.composed | silent | |
substitution.recorded | at_entry | | 000 Рег 2.1
substitution.recorded_by | subject_teacher | | 000 Инс 5.2 б
year.promoted_by | silent | |
journal.scope | lessons extracurricular | | 000 Приказ п. 3
marks.first_grade | 2 | grade | 000 Рег 2.3
access.learners | view_only | | 000 Запрещено
access.breach_notice | silent | working_days |
journal.failover | silent | |
report.success | silent | |
journal.language | silent | |
audit.recorded | silent | |
archive.owner | outside technical_specialist | | 000 Рег 3.5
";

const KURSKOE: &str = "
journal.status | учёт результатов освоения образовательных программ вместо журналов на бумажных носителях | | 001 п. 1
paper.enabled | yes | | 001 п. 1
paper.enabled.2022-10-26 | no | | 001 п. 1
print.cadence.1-9 | silent | | 001 п. 1
print.due_before_end | silent | school_days |
print.summary_due | silent | date |
print.by | silent | |
route.period_copy.subject_teacher | silent | |
route.period_copy.director | silent | |
seal.kind | silent | |
copy.stitching | silent | |
retention.period_copy | silent | years |
retention.summary_sheet | silent | years |
registers.kept | silent | | 001 п. 5.4
archive.folder | silent | |
backup.every | 1 | weeks | 001 п. 5.1
archive.every | 1 | months | 001 п. 5.1
backup.media | 2 | media | 001 п. 5.1
backup.by | administrator | | 001 п. 5.1
backup.code_known_to | silent | |
backup.key_kept_by | silent | |
signature.electronic | silent | |
deadline.lesson | silent | calendar_days | 001 п. 5.2
deadline.homework | silent | hours | 001 п. 5.2
homework.in_advance | silent | |
deadline.oral | silent | calendar_days | 001 п. 5.2
deadline.written.1-8 | silent | calendar_days | 001 п. 5.2
deadline.control.9-11 | silent | calendar_days | 001 п. 5.2
deadline.period_mark | silent | school_days | 001 п. 5.2
marks.edit_after_final | silent | |
deadline.remark | silent | calendar_days |
codes.absence.н | silent | | 001 п. 5.2
absence.reason_by | silent | |
marks.norm.2+h | silent | marks |
control.check | silent | weeks | 001 п. 5.4
report.preliminary | silent | weeks |
parents.extract | silent | weeks |
parents.look | silent | times_a_week |
people.check | silent | months | 001 п. 5.3
people.edit_by | class_teacher | | 001 п. 5.3
access.issued_by | administrator | | 001 п. 5.1
setup.due | silent | date |
groups.composed_by | class_teacher | | 001 п. 5.3
groups.composed | silent | | 001 п. 5.3
substitution.recorded_by | deputy | | 001 п. 5.4
year.promoted_by | silent | |
journal.scope | lessons extracurricular additional extended_day | | 001 п. 2
marks.first_grade | silent | grade |
access.learners | silent | |
access.breach_notice | silent | working_days | 001 п. 6
journal.failover | silent | | 001 п. 5.1
report.success | silent | |
journal.language | silent | |
audit.recorded | silent | | 001 п. 5.1
archive.owner | administrator | | 001 п. 5.1
";

const BAUMAN: &str = "
journal.status | государственный нормативно-финансовый документ | | 002 Общие положения
paper.enabled | yes | | 002 4.5
print.cadence.1-11 | quarter | | 002 4.5
print.due_after_end | 0 | calendar_days | 002 4.5
print.summary_due | silent | date |
print.by | secretary | | 002 4.5
route.period_copy.subject_teacher | silent | |
route.period_copy.director | silent | |
seal.kind | silent | |
copy.stitching | numbered stitched | | 002 4.5
retention.period_copy | silent | years | 002 6.3
retention.summary_sheet | silent | years |
registers.kept | paper_copies substitutions | | 002 4.5; 4.2
archive.folder | silent | |
backup.every | 1 | weeks | 002 4.4
archive.every | 1 | years | 002 6.3
backup.media | silent | media |
backup.by | administrator | | 002 4.4
backup.code_known_to | silent | |
backup.key_kept_by | silent | |
signature.electronic | silent | |
deadline.lesson | 0 | calendar_days | 002 4.2
deadline.homework | silent | hours | 002 4.2
homework.in_advance | silent | |
deadline.oral | 17:00 | clock_time | 002 4.2
deadline.written | положение об отметке ГАОУ РМЭ «Лицей Бауманский» | | 002 4.2
deadline.control | положение об отметке ГАОУ РМЭ «Лицей Бауманский» | | 002 4.2
deadline.period_mark | silent | school_days |
marks.edit_after_final | silent | |
deadline.remark | 3 | calendar_days | 002 4.1, 4.2
codes.absence.н | silent | | 002 4.1
absence.reason_by | class_teacher | | 002 4.1
deadline.reason | 1 | weeks | 002 4.1
marks.norm.2+h | silent | marks | 002 4.3
control.check | 1 | weeks | 002 4.3
control.deep_check | 1 | periods | 002 6.2
report.preliminary | silent | weeks |
parents.extract | silent | weeks | 002 4.1
parents.look | silent | times_a_week |
people.check | 1 | months | 002 4.1
people.edit_by | secretary | | 002 4.5
access.issued_by | administrator class_teacher | | 002 2.2
setup.due | silent | date | 002 4.2
groups.composed | each_period | | 002 4.1
groups.composed_by | class_teacher subject_teacher | | 002 4.1, 4.2
substitution.recorded | in_log | | 002 4.2
year.promoted_by | deputy | | 002 4.3
journal.scope | silent | |
marks.first_grade | silent | grade |
access.learners | forbidden | | 002 7.1
access.breach_notice | silent | working_days | 002 7.2
journal.failover | announced_breaks | | 002 5.1
report.success | silent | |
journal.language | russian | | 002 4.2
audit.recorded | silent | |
archive.owner | administrator | | 002 4.4
";

const MOSCOW: &str = "
journal.status | заменяет бумажный журнал, если ведётся в полном объёме, есть резервное копирование и контроль исправлений | | 003 Рук 3
paper.enabled | yes | | 003 Рук 5
print.cadence.1-11 | year | | 003 Рук 5
print.due_by | 06-30 | date | 003 Рук 5
print.summary_due | 06-30 | date | 003 Рук 5
archive.summary_transfer | at_once | | 003 Рук 16
print.by | director | | 003 Рук 5
route.period_copy.subject_teacher | Учитель-предметник | | 003 Уч, право 2
route.period_copy.director | Руководитель образовательной организации | | 003 Рук 5, 15
route.summary_sheet.director | Руководитель образовательной организации | | 003 Рук 5
seal.kind | institution | | 003 Рук 5
copy.stitching | stitched signed_and_sealed | | 003 Рук 5
retention.period_copy | 5 | years | 003 Рук 5
retention.summary_sheet | 25 | years | 003 Рук 5
registers.kept | silent | |
archive.folder | silent | |
backup.every | silent | weeks | 003 Рук 3; Адм
archive.every | 1 | years | 003 Рук 5
backup.media | silent | media | 003 Адм
backup.by | administrator | | 003 Адм
backup.code_known_to | silent | |
backup.key_kept_by | silent | |
signature.electronic | if_provided | | 003 Уч, право 2; Кл 10
deadline.lesson | 0 | calendar_days | 003 Уч 7
deadline.absence | 0 | calendar_days | 003 Уч 7
deadline.homework | 1,5 | hours | 003 Уч 4
homework.in_advance | silent | |
deadline.oral | 0 | calendar_days | 003 Уч 2
deadline.written | 1 | weeks | 003 Уч 10
deadline.control | 3 | calendar_days | 003 Уч 9
deadline.period_mark | 1 | weeks | 003 Уч 11
marks.edit_after_final | forbidden | | 003 Уч, право 1
deadline.remark | silent | calendar_days |
codes.final.осв | освобождён | | 003 Уч 5
codes.final.н/а | не аттестован | | 003 Уч 5
codes.final.безотм | безотметочное обучение | | 003 Уч 5
absence.reason_by | subject_teacher | | 003 Уч 2
marks.norm.2+h | silent | marks | 003 Рук 14
control.check | silent | weeks | 003 Рук 11
report.preliminary | silent | weeks |
parents.extract | silent | weeks | 003 Рук 19
parents.acknowledge | registered | | 003 Рук 20
people.check | silent | months | 003 Кл 7
people.edit_by | class_teacher administrator | | 003 Кл 7; Адм
access.issued_by | class_teacher | | 003 Кл 1
setup.due | 09-05 | date | 003 Рук 10
groups.composed | year_start | | 003 Кл 6
groups.composed_by | class_teacher deputy | | 003 Кл 6; Зам 5
substitution.recorded | at_entry | | 003 Уч 8
substitution.recorded_by | subject_teacher deputy | | 003 Уч 8; Зам 4
year.promoted_by | silent | |
journal.scope | lessons extracurricular additional electives individual_plans | | 003 Рук 10
marks.first_grade | silent | grade |
access.learners | silent | |
access.breach_notice | 1 | working_days | 003 Зам 21
journal.failover | required | | 003 Рук 6
report.success | marks_not_below_3 | | 003 Зам 13
journal.language | silent | |
audit.recorded | time author | | 003 Рук 24
archive.owner | director | | 003 Рук 16
";

const TALITSA: &str = "
journal.status | часть специализированной комплексной информационной системы | | 004 п. 2
paper.enabled | silent | | 004 п. 3.1
print.cadence.1-9 | silent | |
print.due_before_end | silent | school_days |
print.summary_due | silent | date |
print.by | silent | |
route.period_copy.subject_teacher | silent | |
route.period_copy.director | silent | |
seal.kind | silent | |
copy.stitching | silent | |
retention.period_copy | silent | years |
retention.summary_sheet | silent | years |
registers.kept | silent | |
archive.folder | silent | |
backup.every | silent | weeks |
archive.every | silent | months |
backup.media | silent | media |
backup.by | silent | |
backup.code_known_to | silent | |
backup.key_kept_by | silent | |
signature.electronic | act_only | | 004 отметка об ЭП
deadline.lesson | регламент по ведению электронных журналов | | 004 п. 20
deadline.homework | регламент по ведению электронных журналов | | 004 п. 20
homework.in_advance | silent | |
deadline.oral | регламент по ведению электронных журналов | | 004 п. 20
deadline.written | регламент по ведению электронных журналов | | 004 п. 20
deadline.period_mark | silent | school_days |
marks.edit_after_final | silent | |
deadline.remark | silent | calendar_days |
codes.absence.н | silent | |
absence.reason_by | silent | |
marks.norm.2+h | silent | marks |
control.activity | silent | weeks | 004 п. 13.5
report.preliminary | silent | weeks |
parents.extract | silent | weeks | 004 п. 15
parents.look | silent | times_a_week |
people.check | silent | months | 004 п. 17
people.edit_by | administrator assistant hr_specialist secretary | | 004 п. 7
access.issued_by | administrator esia | | 004 п. 8, 9, 11
setup.due | silent | date |
groups.composed | silent | |
substitution.recorded | silent | |
year.promoted_by | silent | |
journal.scope | silent | | 004 п. 13.3
marks.first_grade | silent | grade |
access.learners | view_only | | 004 п. 16.1
access.breach_notice | silent | working_days |
journal.failover | silent | |
report.success | silent | | 004 п. 13.1
journal.language | silent | |
audit.recorded | silent | |
archive.owner | silent | |
";

const TABLES: [(&str, &str); 5] = [
    ("chernushka-2018", CHERNUSHKA),
    ("kurskoe-2019", KURSKOE),
    ("bauman", BAUMAN),
    ("duties-moscow", MOSCOW),
    ("talitsa-2019", TALITSA),
];

#[test]
fn each_row_of_the_55_questions_is_what_the_regulation_says_with_its_clause_and_unit() {
    for (name, table) in TABLES {
        let policy = preset(name);
        for line in table.lines().filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [key, value, unit, clause] = cells[..] else { panic!("{name}: {line}") };
            let found = policy.values.iter().find(|found| found.key == key);
            let found = found.unwrap_or_else(|| panic!("{name}: no {key}"));
            assert_eq!(found.unit, unit, "{name}: {key}");
            if value == "silent" {
                assert_eq!(found.source, Source::Silent, "{name}: {key}");
                let told = if clause.is_empty() { "положение молчит" } else { clause };
                assert!(found.clause.starts_with(told), "{name}: {key}: {}", found.clause);
                assert!(found.clause.contains("; взято из правил по умолчанию: "), "{name}: {key}: {}", found.clause);
            } else {
                assert_eq!((found.value.as_str(), found.clause.as_str()), (value, clause), "{name}: {key}");
                assert_eq!(found.source, Source::Said, "{name}: {key}");
            }
        }
    }
}

#[test]
fn each_of_the_55_questions_is_answered_by_a_key_of_every_policy() {
    let numbers: Vec<u8> = PARAMETERS.iter().map(|question| question.no).collect();
    assert_eq!(numbers, (1..=55).collect::<Vec<u8>>());
    for (name, _) in policy::BUILTIN {
        let policy = preset(name);
        for question in PARAMETERS {
            let answered = question.keys.iter().any(|key| policy.values_of(key).next().is_some());
            assert!(answered, "{name}: nothing answers № {} {}", question.no, question.about);
        }
    }
    let asked: BTreeSet<&str> = PARAMETERS.iter().flat_map(|question| question.keys.iter().copied()).collect();
    let idle: Vec<&str> = KEYS.iter().map(|key| key.key).filter(|key| !asked.contains(key)).collect();
    assert_eq!(idle, Vec::<&str>::new(), "keys that answer no question");
    // Each of the five tables above asks about every one of the questions.
    for (name, table) in TABLES {
        let told: Vec<&str> = table.lines().filter_map(|line| line.split('|').next()).map(str::trim).collect();
        for question in PARAMETERS {
            let covers = |key: &&str| {
                told.iter()
                    .any(|one| one.strip_prefix(*key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
            };
            assert!(question.keys.iter().any(covers), "{name}: the table skips № {}", question.no);
        }
    }
}

#[test]
fn the_table_of_the_guide_names_every_question_and_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies.ru.md");
    let text = std::fs::read_to_string(path).expect("docs/policies.ru.md");
    for question in PARAMETERS {
        let keys: Vec<String> = question.keys.iter().map(|key| format!("`{key}`")).collect();
        let row = format!("| {} | {} | {} |", question.no, question.about, keys.join(", "));
        assert!(text.contains(&row), "docs/policies.ru.md lacks the row {row}");
    }
    for key in KEYS {
        assert!(text.contains(&format!("`{}`", key.key)), "docs/policies.ru.md lacks {}", key.key);
    }
}

#[test]
fn orders_and_dates_are_those_of_the_regulations() {
    let head = |name: &str| {
        let policy = preset(name);
        (policy.order(), policy.in_force_from.to_string(), policy.in_force_to)
    };
    assert_eq!(head("chernushka-2018"), ("приказ от 26.06.2018 № 125".into(), "2018-06-26".into(), None));
    assert_eq!(head("kurskoe-2019"), ("приказ от 26.08.2019 № 155".into(), "2019-08-26".into(), None));
    assert_eq!(head("talitsa-2019"), ("приказ от 29.08.2019 № 1/2".into(), "2019-08-29".into(), None));
    // Neither these two regulations nor the program's samples name an order.
    for name in ["bauman", "duties-moscow", "default", "strict"] {
        assert_eq!(head(name).0, "", "{name}");
    }
}

#[test]
fn paper_is_off_in_kurskoe_from_26_october_2022_and_nowhere_else() {
    let day = |text: &str| text.parse().expect("a day");
    for (name, _) in policy::BUILTIN {
        let policy = preset(name);
        let paper = |on: &str| policy.paper(day(on)).is_some_and(|said| said.has("yes"));
        assert!(paper("2022-10-25"), "{name}");
        assert_eq!(paper("2022-10-26"), *name != "kurskoe-2019", "{name}");
    }
    assert_eq!(
        preset("kurskoe-2019").paper(day("2025-10-15")).map(|said| said.clause.clone()),
        Some("001 п. 1".into())
    );
}

#[test]
fn the_rules_of_the_program_follow_each_preset() {
    let stages = |policy: &Policy| policy.period_route.iter().map(|rule| rule.stage).collect::<Vec<_>>();
    let whole = preset("chernushka-2018");
    assert_eq!((stages(&whole), whole.print_due), (Stage::ALL.to_vec(), PrintDue::BeforeEnd(1)));
    assert!(whole.prints(9, "Q1", Some(letopis::domain::journal::PeriodKind::Quarter)));

    let moscow = preset("duties-moscow");
    assert_eq!(stages(&moscow), [Stage::SubjectTeacher, Stage::Director]);
    assert_eq!((moscow.print_due, moscow.cadence(5)), (PrintDue::By(6, 30), Some(Cadence::Year)));
    assert!(!moscow.prints(9, "Q1", Some(letopis::domain::journal::PeriodKind::Quarter)));
    assert!(moscow.prints(9, "Y", None));
    assert_eq!(moscow.seal_wording, "СКРЕПЛЕНО ЭЛЕКТРОННОЙ ПЕЧАТЬЮ ОБЩЕОБРАЗОВАТЕЛЬНОГО УЧРЕЖДЕНИЯ");
    let finals: Vec<&str> = moscow.final_values.iter().map(|rule| rule.code.as_str()).collect();
    assert_eq!(finals, ["осв", "н/а", "безотм"]);

    let bauman = preset("bauman");
    assert_eq!(
        (bauman.print_due, bauman.cadence(11)),
        (PrintDue::AfterEnd(0), Some(Cadence::Each(letopis::domain::journal::PeriodKind::Quarter)))
    );
    assert!(bauman.first("print.by").is_some_and(|said| said.has("secretary")));
    assert_eq!(whole.completeness.homework, policy::Demand::Required);
    assert_eq!(moscow.completeness.absence_reason, policy::Demand::Warned);
    for name in policy::REGULATIONS {
        let policy = preset(name);
        assert_eq!((policy.keep_journal_years, policy.keep_summary_years), (5, 25), "{name}");
        assert!(policy.signature_wording.to_lowercase().contains("неквалифицированн"), "{name}");
    }
}

#[test]
fn a_policy_of_a_house_made_before_the_further_keys_is_still_whole() {
    // The text of a policy as the first houses hold it: nothing but the first sections.
    let text = policy::builtin("default").expect("inside");
    let first = text.split("\n[seal.kind]").next().expect("the first sections");
    let policy = policy::parse("default", first).expect("an old file is still right");
    let oral = policy.values.iter().find(|value| value.key == "deadline.oral").expect("taken from the default");
    assert_eq!(oral.source, Source::Absent);
    assert_eq!(oral.clause, "в файле не указано; взято из правил по умолчанию: 000 Рег 2.3");
    assert!(policy.silent.is_empty());
}

#[test]
fn a_school_names_its_own_act_of_signatures_in_place_of_the_presets_words() {
    let usual = "локальный акт школы об электронной подписи";
    let act = "Положение «Об ЭП» \\ \"второе\", утв. приказом от 30.08.2025 № 60";
    for (name, text) in policy::BUILTIN {
        let (preset, own) = (preset(name), policy::with_signature_act(text, act));
        // Remarks and sections stand as they stood, in their order; a section that was not there comes last.
        let outline = |text: &str| -> Vec<String> {
            let marks = |line: &&str| line.starts_with('#') || line.starts_with('[');
            text.lines().filter(marks).map(str::to_owned).collect()
        };
        assert!(outline(&own).starts_with(&outline(text)), "{name}: {own}");
        assert_eq!(preset.signature_act, usual, "{name} claims no act that the school has not");
        let own = policy::parse("my", &own).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"));
        assert_eq!((own.signature_act.as_str(), own.is_said("signature.act")), (act, true), "{name}");
        let differ: Vec<String> = policy::difference(&preset, &own).into_iter().map(|one| one.key).collect();
        assert_eq!(differ, ["signature.act"], "{name}: nothing else changes");
        // Once more over the own words: still one act.
        let again = policy::with_signature_act(&policy::with_signature_act(text, act), usual);
        assert_eq!(policy::parse("my", &again).map(|again| again.signature_act), Ok(usual.to_owned()), "{name}");
    }
}

#[test]
fn two_policies_are_compared_by_key_with_both_clauses() {
    let (first, second) = (preset("chernushka-2018"), preset("duties-moscow"));
    let differences = policy::difference(&first, &second);
    let of = |key: &str| differences.iter().find(|one| one.key == key).unwrap_or_else(|| panic!("no {key}"));
    let homework = of("deadline.homework");
    let side = |value: Option<&policy::PolicyValue>| value.map(|value| (value.russian.clone(), value.clause.clone()));
    assert_eq!(side(homework.first), Some(("2 часа".into(), "000 Рег 2.2".into())));
    assert_eq!(side(homework.second), Some(("1,5 часа".into(), "003 Уч 4".into())));
    assert_eq!(side(of("print.due_by").first), None);
    assert!(differences.iter().all(|one| one.key != "deadline.absence"), "the same value is no difference");
    assert!(policy::difference(&first, &first).is_empty());
}

/// Sources of the program as one text, without what only reads or shows a regulation: the policy's own words, its lint, its pages; and without
/// comments and tests, in which a key may be named as well.
fn acting_sources() -> String {
    fn gather(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let shows = [
                "src/domain/policy",
                "src/domain/policy.rs",
                "src/domain/lint.rs",
                "src/web/policy",
                "src/cli/policy.rs",
            ];
            if shows.iter().any(|shown| path.ends_with(shown)) {
                continue;
            }
            if path.is_dir() {
                gather(&path, text);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source");
                let acting = source.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = acting.lines().filter(|line| !line.trim_start().starts_with("//"));
                text.extend(lines.flat_map(|line| [line, "\n"]));
            }
        }
    }
    let mut text = String::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    text
}

/// Keys that the program asks for by a question of the policy, not by name.
const ASKED: [(&str, &str); 3] =
    [("paper.enabled", ".paper("), ("signature.browser_keys", ".key_place("), ("signature.server_keys", ".key_place(")];

#[test]
fn every_value_of_a_policy_is_acted_on_or_says_beside_it_why_not() {
    let sources = acting_sources();
    for key in KEYS {
        let asked = ASKED.iter().find(|(asked, _)| *asked == key.key);
        let named = format!("\"{}\"", key.key);
        let acted = sources.contains(asked.map_or(named.as_str(), |(_, question)| question));
        let why = policy::why_only_told(key.key);
        assert_ne!(acted, !why.is_empty(), "{}: acted on: {acted}; said: {why:?}", key.key);
    }
    assert!(policy::TOLD_ONLY.iter().all(|(key, _)| KEYS.iter().any(|known| known.key == *key)));
}
