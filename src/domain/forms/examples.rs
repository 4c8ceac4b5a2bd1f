//! Every form on made-up data: what a school's own template is checked on before it is used. Floor 0.
//!
//! Surnames are minerals and plants; texts are long where long ones occur, so that a template that holds these holds the school's.

use chrono::{Days, NaiveDate};

use super::super::conformity::{Facts, Reading, Twins};
use super::super::form::Form;
use super::super::freeze::supplement_id;
use super::super::journal::{
    Absence, Class, Course, FinalMark, Journal, Learner, Lesson, LessonKey, Mark, Period, PeriodKind, School,
    StaffMember,
};
use super::super::paper::{Closing, Handover, Kept, PaperCopy, PaperFact, Place, Purpose};
use super::super::period::Span;
use super::super::policy::{self, Policy};
use super::super::rights::Role;
use super::super::setup::timetable::Lost;
use super::super::snapshot::CopyKind;
use super::super::struck::Void;
use super::super::training::programme;
use super::acts::{Condition, Transfer, Transferred};
use super::classes::{Issue, Scope};
use super::files::{FileCase, Filed, Numbering};
use super::inventories::{Container, InventoryLine};
use super::learners::{Acquainted, ExtractOf, Family, Remark};
use super::registers::{Named, RegisterEntry};
use super::{
    Letterhead, People, acts, classes, conformity, control, fallback, files, inventories, learners, plan, registers,
    training,
};

/// Number of the first extract in the register: a year's office has given some by the end of September.
const FIRST_EXTRACT: u64 = 41;

/// Every form of the office, filled. Empty only if the built-in policy did not parse, which its own tests exclude.
pub fn examples() -> Vec<Form> {
    let text = policy::builtin("chernushka-2018").unwrap_or_default();
    let Ok(policy) = policy::parse("chernushka-2018", text) else { return Vec::new() };
    let journal = journal();
    let letterhead = letterhead(&journal);
    let mut forms = of_paper(&letterhead, &journal);
    forms.extend(of_files(&letterhead, &policy));
    forms.extend(of_journal(&letterhead, &journal, &policy));
    let passed: Vec<training::Passed<'_>> = programme(&[Role::SubjectTeacher, Role::ClassTeacher])
        .into_iter()
        .map(|lesson| training::Passed { lesson, at: "2025-11-20T15:10:00+03:00".to_owned() })
        .collect();
    let lines = super::super::conformity::judge(&conformity_facts());
    forms.push(conformity::declaration(&letterhead, date(11, 26), &lines, &policy));
    forms.push(training::certificate(
        &letterhead,
        "Гранатова Ольга Петровна",
        "учитель-предметник, классный руководитель",
        &passed,
    ));
    forms.extend(super::super::desk_forms::examples());
    forms.extend(super::carriers::examples(&letterhead, &People::of(&journal)));
    forms
}

/// A house in which most is in order: two requirements are not met.
fn conformity_facts() -> Facts {
    Facts {
        today: date(11, 26),
        sealed: 88,
        last_number: 88,
        reading: Some(Reading { on: date(11, 20), listed: 88, faulty: 0 }),
        reading_due: date(11, 20).checked_add_days(Days::new(1826)),
        alarm: None,
        statements: 1012,
        certificates: 61,
        strange: 0,
        order: "приказ от 26.06.2018 № 125".to_owned(),
        log_size: 1984,
        log_root: "3f9c2ab7d10e".to_owned(),
        checkpoint: Some((1984, date(11, 26))),
        late: 0,
        over: 44,
        uncopied: vec!["5А, I четверть".to_owned(), "10Б, I полугодие".to_owned()],
        undecided: 0,
        guards: Vec::new(),
        rooms: 2,
        covered: 88,
        backup: Some(date(11, 21)),
        rehearsal: Some((date(11, 21), true)),
        rehearsal_due: date(11, 21).checked_add_days(Days::new(92)),
        twins: Some(Twins { placed: 87, lonely: 0, unplaced: 1 }),
        termless: 0,
        keep_years: (5, 25),
        keep_said: true,
        plan: Some((2025, 14)),
    }
}

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default()
}

fn letterhead(journal: &Journal) -> Letterhead {
    Letterhead {
        fund: "112".to_owned(),
        archive: "Архивный отдел администрации Чернушинского городского округа".to_owned(),
        minutes: "Протокол ЭК от 02.02.2026 № 1".to_owned(),
        division: "Учебная часть".to_owned(),
        ..Letterhead::of(journal)
    }
}

/// A class of six, three courses, a quarter of lessons.
fn journal() -> Journal {
    let member = |id: &str, surname: &str, given: &str, patronymic: &str, position: &str, role: &str| StaffMember {
        id: id.to_owned(),
        surname: surname.to_owned(),
        given_name: given.to_owned(),
        patronymic: patronymic.to_owned(),
        position: position.to_owned(),
        roles: vec![role.to_owned()],
    };
    let learner = |no: usize, surname: &str, given: &str| Learner {
        id: format!("L{no:05}"),
        surname: surname.to_owned(),
        given_name: given.to_owned(),
        patronymic: "Кварцевич".to_owned(),
        born: NaiveDate::from_ymd_opt(2014, 1 + no as u32, 3),
        class: "5А".to_owned(),
        enrolled_on: if no == 5 { date(9, 22) } else { date(9, 1) },
        enrolment_order: format!("пр. № {no} от 01.09.2025"),
        left_on: (no == 4).then(|| date(10, 6)),
        leaving_order: if no == 4 { "пр. № 31 от 06.10.2025".to_owned() } else { String::new() },
    };
    let course = |id: &str, subject: &str, teacher: &str, hours: u32| Course {
        id: id.to_owned(),
        class: "5А".to_owned(),
        subject: subject.to_owned(),
        group: String::new(),
        teacher_id: teacher.to_owned(),
        hours_per_week_centi: hours,
        members: Vec::new(),
    };
    let mut journal = Journal {
        school: School {
            name: "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 5»"
                .to_owned(),
            short_name: "МБОУ «СОШ № 5»".to_owned(),
            town: "г. Чернушка".to_owned(),
            year: "2025/2026".to_owned(),
        },
        periods: vec![Period {
            id: "Q1".to_owned(),
            name: "1 четверть".to_owned(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: date(9, 1),
            ends: date(10, 24),
        }],
        staff: vec![
            member("T00001", "Малахитова", "Яшма", "Кварцевна", "Директор", "director"),
            member("T00002", "Осокина", "Мята", "Ивовна", "Заместитель директора по УВР", "deputy"),
            member("T00003", "Ромашкина", "Липа", "Кленовна", "Секретарь", "secretary"),
            member("T00004", "Агатова", "Слюда", "Опаловна", "Учитель русского языка и литературы", "teacher"),
            member("T00005", "Рябинин", "Гранит", "Базальтович", "Учитель математики", "teacher"),
        ],
        classes: vec![Class { name: "5А".to_owned(), grade: 5, class_teacher_id: "T00004".to_owned() }],
        learners: [
            ("Берёзов", "Агат"),
            ("Вереск", "Лазурит"),
            ("Гранатов", "Нефрит"),
            ("Ёлкин", "Оникс"),
            ("Жасминова", "Роза"),
            ("Изумрудова-Калинина", "Александрита"),
        ]
        .iter()
        .enumerate()
        .map(|(no, (surname, given))| learner(no + 1, surname, given))
        .collect(),
        courses: vec![
            course("C00001", "Русский язык", "T00004", 500),
            course("C00002", "Математика", "T00005", 500),
            course("C00003", "Основы духовно-нравственной культуры народов России", "T00004", 100),
        ],
        ..Journal::default()
    };
    entries(&mut journal);
    journal
}

fn entries(journal: &mut Journal) {
    let codes = ["Б", "У", "Н", "О"];
    for week in 0..8_u64 {
        for (place, course) in ["C00001", "C00002", "C00003"].iter().enumerate() {
            let Some(day) = date(9, 1).checked_add_days(Days::new(week * 7 + place as u64)) else { continue };
            let key = LessonKey { course_id: (*course).to_owned(), date: day, number: place as u8 + 1 };
            let substitute = if week == 3 && place == 1 { "T00004" } else { "" };
            journal.lessons.push(Lesson {
                key: key.clone(),
                topic: format!("Повторение изученного, тема {}", week + 1),
                homework: if week % 3 == 0 {
                    String::new()
                } else {
                    format!("§ {}, упр. {}", week + 1, week * 7 + 2)
                },
                kind_of_work: if week == 7 { "Контрольная работа".to_owned() } else { String::new() },
                substitute_teacher_id: substitute.to_owned(),
            });
            for no in 1..=6_u64 {
                let learner = format!("L{no:05}");
                let turn = week + no * 3 + place as u64;
                if turn.is_multiple_of(7) {
                    let code = codes[(turn / 7 % 4) as usize].to_owned();
                    journal.absences.push(Absence { lesson: key.clone(), learner_id: learner, code });
                } else if turn.is_multiple_of(3) {
                    let value = (2 + (turn * 5 + no) % 4).to_string();
                    journal.marks.push(Mark {
                        lesson: key.clone(),
                        learner_id: learner,
                        kind_of_work: String::new(),
                        value,
                        ordinal: 0,
                    });
                }
            }
        }
    }
    let finals = ["554", "445", "333", "", "244", "55осв"];
    for (no, values) in (1..).zip(finals) {
        let split = values.char_indices().filter(|(at, _)| *at < 2).map(|(_, c)| c.to_string());
        let all = split.chain(values.get(2..).map(str::to_owned)).filter(|value| !value.is_empty());
        for (course, value) in (1..).zip(all) {
            journal.final_marks.push(FinalMark {
                course_id: format!("C{course:05}"),
                learner_id: format!("L{no:05}"),
                period: "Q1".to_owned(),
                value,
            });
        }
    }
}

fn kept(no: u64, class: &str, sheets: u32) -> Kept {
    let id = format!("2025-05A-Q1-v1-p{no}");
    let handover = |hand: u64, purpose: Purpose, from: &str, to: &str, at: &str| Handover {
        no: hand,
        purpose,
        paper: id.clone(),
        document: format!("Копия классного журнала № 2025-{class}-I четверть"),
        class: class.to_owned(),
        period: "Q1".to_owned(),
        year: "2025/2026".to_owned(),
        sheets,
        from: from.to_owned(),
        to: to.to_owned(),
        note: String::new(),
        due: String::new(),
        opened_at: at.to_owned(),
        opened_by: from.to_owned(),
        from_signed_at: at.to_owned(),
        to_signed_at: at.to_owned(),
    };
    let at = "2025-10-24T12:00:00+05:00";
    let day = "2025-10-27".to_owned();
    let place = Place {
        room: "канцелярия".to_owned(),
        safe: "1".to_owned(),
        shelf: "2".to_owned(),
        folder: "«I четверть»".to_owned(),
        file: "01-01".to_owned(),
        volume: 1,
    };
    let mut handovers = vec![handover(if no == 1 { 1 } else { no + 2 }, Purpose::HandIn, "T00002", "T00003", at)];
    if no == 1 {
        handovers.push(handover(2, Purpose::Issue, "T00003", "T00004", "2025-11-05T09:00:00+05:00"));
        handovers.push(handover(3, Purpose::Return, "T00004", "T00003", "2025-11-06T09:00:00+05:00"));
    }
    let fact = |fact| (at.to_owned(), "T00003".to_owned(), fact);
    let mut facts = vec![
        fact(PaperFact::SignedByHead { day: "2025-10-24".to_owned() }),
        fact(PaperFact::Stamped { day: "2025-10-24".to_owned() }),
        fact(PaperFact::Numbered { day: day.clone(), sheets, lettered: "12а".to_owned(), missing: String::new() }),
        fact(PaperFact::Stitched { day }),
        fact(PaperFact::Placed(place)),
    ];
    if no == 3 {
        facts.push(fact(PaperFact::Voided { ground: "выпущена версия 2".to_owned() }));
    }
    Kept {
        ink: None,
        copy: PaperCopy {
            copy: "2025-05A-Q1".to_owned(),
            version: 1,
            kind: CopyKind::PeriodCopy,
            year: "2025/2026".to_owned(),
            class: class.to_owned(),
            period: "Q1".to_owned(),
            number: format!("2025-{class}-I четверть"),
            pages: sheets,
            sheets,
            pdf: "9f2c11a0b7d4e35582c6f1a90d3b7e4415a8c2d6e0f39b7184d5a6c7e8f90123".to_owned(),
            printed_at: at.to_owned(),
            printed_by: "T00002".to_owned(),
            no,
            registered_at: "2025-10-24T13:00:00+05:00".to_owned(),
            registered_by: "T00003".to_owned(),
            keep_through: "2031-12-31".to_owned(),
            id,
        },
        facts,
        handovers,
    }
}

fn of_paper(letterhead: &Letterhead, journal: &Journal) -> Vec<Form> {
    let people = People::of(journal);
    let entry = |no: u64, class: &str, sheets: u32| RegisterEntry {
        kept: kept(no, class, sheets),
        period: "I четверть".to_owned(),
        object: "2025-05A-Q1-v1".to_owned(),
        volume: "01-01, т. 1".to_owned(),
        late: String::new(),
    };
    let mut entries = [entry(1, "5А", 54), entry(2, "5Б", 51), entry(3, "6А", 48), entry(4, "5А", 6)];
    let [.., supplement] = &mut entries;
    supplement.kept.copy.copy = supplement_id(&supplement.kept.copy.copy, 1, 1);
    supplement.kept.copy.number += "-Д1";
    let closing = Closing {
        year: "2025/2026".to_owned(),
        first: 1,
        last: 4,
        count: 4,
        voided: 1,
        at: "2026-06-29T12:00:00+05:00".to_owned(),
        by: "T00003".to_owned(),
    };
    let mut handovers: Vec<Named> = entries
        .iter()
        .flat_map(|entry| entry.kept.handovers.iter().map(|one| (entry.kept.copy.no, one.clone())))
        .map(|(register_no, handover)| Named { handover, period: "I четверть".to_owned(), register_no })
        .collect();
    if let Some(last) = handovers.last_mut() {
        last.handover.to_signed_at.clear();
    }
    vec![
        registers::paper_register(
            letterhead,
            &people,
            "2025/2026",
            plan::Holds::PaperRegister.index(),
            &entries,
            &[closing],
        ),
        registers::handover_journal(letterhead, &people, "2025/2026", &handovers),
        files::certifying_inscription(letterhead, "журнале", 96),
    ]
}

fn of_files(letterhead: &Letterhead, policy: &Policy) -> Vec<Form> {
    let document = |no: u32| Filed {
        index: no.to_string(),
        date: "2025-10-24".to_owned(),
        title: format!("Копия классного журнала {}А класса, I четверть", no + 4),
        sheets: 40 + no,
        note: if no == 2 { "литерный лист 12а".to_owned() } else { String::new() },
        volume: 0,
    };
    let file = FileCase {
        holds: plan::Holds::Journals,
        index: plan::Holds::Journals.index().to_owned(),
        title: "Классные журналы (копии на бумажном носителе), I четверть".to_owned(),
        year: "2025/2026".to_owned(),
        part: "Q1".to_owned(),
        first: "2025-09-01".to_owned(),
        last: "2025-10-24".to_owned(),
        keep_years: 5,
        keep_through: "2031-12-31".to_owned(),
        inventory: "1".to_owned(),
        documents: (1..=7).map(document).collect(),
    };
    let volumes = files::split(&file);
    let numbering = Numbering {
        sheets: 215,
        lettered: "12а".to_owned(),
        missing: "20, 31".to_owned(),
        inventory_sheets: 1,
        date: "2025-10-27".to_owned(),
        stitched: true,
        sealed: true,
        peculiarities: vec![("Пятно на нижнем поле".to_owned(), "17".to_owned())],
    };
    let mut forms =
        volumes.first().map(|volume| files::volume_set(letterhead, volume, Some(&numbering))).unwrap_or_default();
    forms.push(files::spine_labels(letterhead, &volumes));
    let mut lines = plan::lines(policy);
    for (units, line) in [7, 1, 1, 1, 1, 1].into_iter().zip(&mut lines) {
        line.units = units;
    }
    forms.push(plan::file_plan(letterhead, 2026, &lines, Some("29.12.2026")));
    let line = |index: &str, title: &str, years: u32, sheets: u32, bytes: u64| InventoryLine {
        index: index.to_owned(),
        title: title.to_owned(),
        first: "2025-09-01".to_owned(),
        last: "2026-05-26".to_owned(),
        keep_years: years,
        sheets,
        containers: if bytes == 0 { 0 } else { 11 },
        bytes,
        note: String::new(),
    };
    let summaries = "Сводные ведомости успеваемости (и посещаемости) обучающихся за 2025/2026 учебный год";
    let index = plan::Holds::Summaries.index();
    let paper = [line(index, summaries, 25, 66, 0)];
    let electronic = [line(index, summaries, 25, 0, 4_310_000)];
    let container = Container {
        number: "2025-5А-2025/2026 учебный год".to_owned(),
        date: "2026-05-27".to_owned(),
        title: "Сводная ведомость 5А класса".to_owned(),
        name: "2025-05A-Y-v1".to_owned(),
        changed_at: "2026-05-27T14:31:07+05:00".to_owned(),
        bytes: 391_000,
        sha256: "9f2c11a0b7d4e35582c6f1a90d3b7e4415a8c2d6e0f39b7184d5a6c7e8f90123".to_owned(),
    };
    forms.push(inventories::paper_inventory(letterhead, "1", 2026, true, &paper));
    forms.push(inventories::electronic_inventory(letterhead, "2", 2026, &electronic, &[container]));
    forms.extend(of_acts(letterhead));
    forms
}

fn of_acts(letterhead: &Letterhead) -> Vec<Form> {
    let transfer = Transfer {
        no: "1".to_owned(),
        date: "2027-02-01".to_owned(),
        ground: "график передачи дел, утверждённый приказом директора от 12.01.2027 № 4".to_owned(),
        fund_title: letterhead.name.clone(),
        years: "2025–2026".to_owned(),
        taker: letterhead.archive.clone(),
        taker_post: "Начальник архивного отдела".to_owned(),
        taker_name: String::new(),
        lines: vec![
            Transferred { inventory: "Опись № 1".to_owned(), copies: 2, units: 21, ..Transferred::default() },
            Transferred {
                inventory: "Опись № 2".to_owned(),
                copies: 2,
                units: 1,
                bytes: 4_310_000,
                carrier: "диск, учётный № 3".to_owned(),
                sha256: "9f2c11a0b7d4e35582c6f1a90d3b7e4415a8c2d6e0f39b7184d5a6c7e8f90123".to_owned(),
                ..Transferred::default()
            },
        ],
    };
    let check = Condition {
        no: "2".to_owned(),
        from: "2026-11-23".to_owned(),
        to: "2026-11-26".to_owned(),
        what: "электронных документов".to_owned(),
        listed: 31,
        bytes: 41_000_000,
        present: 30,
        absent: 1,
        mismatched: 1,
        rewrite: 1,
        faulty: vec![("2025-05A-Q1-v1".to_owned(), "контрольная сумма не совпала".to_owned())],
        commission: vec![
            ("Заместитель директора по УВР".to_owned(), "М.И. Осокина".to_owned()),
            ("Секретарь".to_owned(), "Л.К. Ромашкина".to_owned()),
        ],
        ..Condition::default()
    };
    vec![acts::transfer_act(letterhead, &transfer), acts::condition_act(letterhead, &check)]
}

fn of_journal(letterhead: &Letterhead, journal: &Journal, policy: &Policy) -> Vec<Form> {
    let people = People::of(journal);
    let Some(class) = journal.classes.first() else { return Vec::new() };
    let span = Span { id: "Q1".to_owned(), starts: date(9, 1), ends: date(10, 24) };
    let scope = |today| Scope { journal, class, span: &span, period: "I четверть", policy, today, stays: &[] };
    let days = control::Span { id: "Q1", name: "I четверть", starts: span.starts, ends: span.ends };
    let void = Void::default();
    let of = ExtractOf { journal, void: &void, policy, starts: date(9, 15), ends: date(9, 28), no: FIRST_EXTRACT };
    let list = learners::class_list(journal, "5А", date(10, 24));
    let late = [("C00001".to_owned(), 2)].into_iter().collect();
    let planned = |_: &str, _, _| control::CoursePlan { hours_centi: Some(800), controls: Some(1) };
    let taught = |today| control::Taught { journal, policy, teacher: "T00004", span: days, planned: &planned, today };
    let lost = journal.courses.get(1).map(|course| Lost { date: date(9, 17), number: 2, course });
    let remark = Remark {
        date: "2025-10-20".to_owned(),
        text: "Математика, стр. 12: нет домашнего задания за 08.10".to_owned(),
        by: "Заместитель директора, Осокина М.И.".to_owned(),
        due: "2025-10-23".to_owned(),
        done: String::new(),
    };
    let acquainted = Acquainted {
        name: "Агатова Слюда Опаловна".to_owned(),
        post: "Учитель русского языка и литературы".to_owned(),
        date: "2025-09-01".to_owned(),
        here: true,
    };
    let unread = Acquainted {
        name: "Рябинин Гранит Базальтович".to_owned(),
        post: "Учитель математики".to_owned(),
        date: String::new(),
        here: false,
    };
    let names = list.iter().map(|l| super::super::names::list_name(&l.surname, &l.given_name)).collect();
    let blank = fallback::Blank {
        class: "5А".to_owned(),
        learners: names,
        subject: "Математика".to_owned(),
        teacher: "Рябинин Гранит Базальтович".to_owned(),
        lessons: vec![(date(9, 17), 2)],
    };
    let any = fallback::Blank {
        subject: String::new(),
        teacher: String::new(),
        lessons: Vec::new(),
        learners: blank.learners.clone(),
        class: blank.class.clone(),
    };
    let teacher = people.get("T00004").signed;
    let readers: Vec<_> =
        list.iter().take(2).zip(FIRST_EXTRACT..).map(|(learner, no)| (ExtractOf { no, ..of }, *learner)).collect();
    let mut given: Vec<learners::Given> = list
        .iter()
        .zip(FIRST_EXTRACT..)
        .map(|(l, no)| learners::Given {
            no,
            name: super::super::names::full_name(&l.surname, &l.given_name, &l.patronymic),
            period: "15.09.2025 – 28.09.2025".to_owned(),
            ..learners::Given::default()
        })
        .collect();
    if let Some(first) = given.first_mut() {
        (first.on, first.to) = ("29.09.2025".to_owned(), "мать, Гранатова О.П.".to_owned());
    }
    vec![
        classes::class_report(letterhead, &people, scope(date(10, 10)), Issue::Preliminary),
        classes::class_report(letterhead, &people, scope(date(10, 24)), Issue::Final),
        control::subject_report(letterhead, &people, taught(date(10, 10)), Issue::Preliminary),
        control::subject_report(letterhead, &people, taught(date(10, 24)), Issue::Final),
        control::journal_analysis(letterhead, &people, journal, days, &late, policy, date(10, 24)),
        control::substitution_log(letterhead, &people, journal, days, lost.as_slice()),
        control::timesheet(letterhead, &people, journal, date(9, 1)),
        learners::extracts(letterhead, &people, &readers, None),
        learners::extract_register(letterhead, "5А", &given, &teacher),
        learners::general_information(
            letterhead,
            "2025/2026",
            "5А",
            &list,
            &Default::default(),
            &Family::default(),
            &teacher,
        ),
        learners::health_sheet(letterhead, "2025/2026", "5А", &list),
        learners::remarks(letterhead, "2025/2026", "5А", &[remark]),
        learners::acquaintance(
            letterhead,
            "Положением об электронном журнале, приказ от 26.06.2018 № 125,",
            &[acquainted, unread],
        ),
        fallback::fallback(letterhead, &[blank, any]),
    ]
}
