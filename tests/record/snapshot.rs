//! A small class with every kind of sheet, without real names; shared by the tests that need a record.

use letopis::domain::canon::Digest;
use letopis::domain::rows;
use letopis::domain::snapshot::*;

/// Learners of the class: identifier, surname, given name. No surname is a part of another word in the record.
pub const LEARNERS: [(&str, &str, &str); 5] = [
    ("L00001", "Абрикосов", "Артём"),
    ("L00002", "Берёзкина", "Бэла"),
    ("L00003", "Вишнев", "Виктор"),
    ("L00004", "Грушина", "Галя"),
    ("L00005", "Ёлочкин", "Егор"),
];

pub fn person(id: &str, surname: &str, position: &str) -> PersonFacts {
    PersonFacts {
        id: id.into(),
        surname: surname.into(),
        given_name: "Мария".into(),
        patronymic: "Петровна".into(),
        position: position.into(),
    }
}

pub fn teachers() -> [PersonFacts; 4] {
    [
        person("T00001", "Числова", "учитель"),
        person("T00002", "Буквина", "учитель"),
        person("D00001", "Завучева", "заместитель директора по УВР"),
        person("D00002", "Директорова", "директор"),
    ]
}

fn course(id: &str, subject: &str, group: &str, teacher: PersonFacts, learners: &[usize]) -> Sheet {
    let lessons: Vec<LessonFacts> = (1..=8)
        .map(|day| LessonFacts {
            date: format!("2025-09-{:02}", day * 2),
            number: day % 5 + 1,
            hours: 1,
            topic: format!("{subject}: тема {day}, #show \\ `код`"),
            homework: format!("§ {day}"),
            kind_of_work: String::new(),
            substitute: String::new(),
        })
        .collect();
    let rows = learners
        .iter()
        .map(|&index| {
            let (learner, surname, given) = LEARNERS[index];
            CourseRow {
                learner: learner.into(),
                no: index as u32 + 1,
                name: format!("{surname} {given}"),
                first: 0,
                until: 8,
                arrival: String::new(),
                departure: String::new(),
                cells: (0..8).map(|n| ["", "5", "н", "4/3", "О 4", "3"][(n + index * 5) % 6].into()).collect(),
                final_mark: ["5", "4", "3", "н/а", "осв"][index].into(),
            }
        })
        .collect();
    Sheet::Course(CourseSheet {
        id: format!("course-{id}"),
        course: id.into(),
        subject: subject.into(),
        group: group.into(),
        teacher,
        part: None,
        final_heading: "I четв.".into(),
        planned_centi: None,
        lessons,
        rows,
    })
}

fn counts(n: u32) -> AttendanceCounts {
    AttendanceCounts { days: n, lessons: 6 * n + 1, days_ill: n / 2, lessons_ill: 3 * n, late: n, ..Default::default() }
}

fn sheets() -> Vec<Sheet> {
    let [maths, russian, ..] = teachers();
    let name = |index: usize| format!("{} {}", LEARNERS[index].1, LEARNERS[index].2);
    let learners = LEARNERS.iter().enumerate().map(|(index, (id, surname, given))| LearnerRow {
        learner: (*id).into(),
        no: index as u32 + 1,
        surname: (*surname).into(),
        given_name: (*given).into(),
        patronymic: String::new(),
        born: format!("2014-0{}-03", index + 1),
        enrolled_on: "2025-09-01".into(),
        enrolment_order: "пр. № 1".into(),
        left_on: String::new(),
        leaving_order: String::new(),
    });
    let attendance = (0..5).map(|index| AttendanceRow {
        learner: LEARNERS[index].0.into(),
        no: index as u32 + 1,
        name: name(index),
        counts: counts(index as u32),
    });
    let finals = (0..5).map(|index| FinalMarksRow {
        learner: LEARNERS[index].0.into(),
        no: index as u32 + 1,
        name: name(index),
        marks: vec!["5".into(), "4".into()],
    });
    vec![
        Sheet::Title(TitleSheet {
            paper: String::new(),
            sources: Vec::new(),
            exemplar: String::new(),
            head: None,
            id: "title".into(),
            title: "КЛАССНЫЙ ЖУРНАЛ".into(),
            system: "Летопись".into(),
            exported_at: String::new(),
            replaces: String::new(),
            contents: String::new(),
            voids: Vec::new(),
        }),
        Sheet::Learners(LearnersSheet { id: "learners".into(), rows: learners.collect() }),
        course("C00001", "Математика", "", maths.clone(), &[0, 1, 2, 3, 4]),
        course("C00002", "Русский язык", "1", russian, &[0, 2, 4]),
        course("C00003", "Русский язык", "2", maths, &[1, 3]),
        Sheet::Attendance(AttendanceSheet {
            id: "attendance".into(),
            rows: attendance.collect(),
            total: counts(10),
            months: Vec::new(),
        }),
        Sheet::FinalMarks(FinalMarksSheet {
            id: "final-marks".into(),
            period: String::new(),
            subjects: vec!["Математика".into(), "Русский язык".into()],
            rows: finals.collect(),
        }),
    ]
}

fn signer(person: PersonFacts, office: &str, sheets: &[&str]) -> SignerFacts {
    SignerFacts {
        person,
        office: office.into(),
        order: String::new(),
        sheets: sheets.iter().map(|sheet| (*sheet).to_owned()).collect(),
    }
}

fn route() -> Vec<StageFacts> {
    let [maths, russian, deputy, director] = teachers();
    let all = ["title", "learners", "course-C00001", "course-C00002", "course-C00003", "attendance", "final-marks"];
    let stage = |id: &str, signers| StageFacts { id: id.into(), title: "Проверено".into(), signers };
    vec![
        stage(
            "subject_teacher",
            vec![
                signer(maths.clone(), "учитель", &["course-C00001", "course-C00003"]),
                signer(russian, "учитель", &["course-C00002"]),
            ],
        ),
        stage(
            "class_teacher",
            vec![signer(maths, "классный руководитель", &["title", "learners", "attendance", "final-marks"])],
        ),
        stage("deputy", vec![signer(deputy, "заместитель директора", &all)]),
        stage("director", vec![signer(director, "директор", &all)]),
    ]
}

/// The first version of the copy `2025-05A-Q1` of `school-17`.
pub fn snapshot(authority: Digest) -> Snapshot {
    let sheets = sheets();
    let salts: Vec<String> =
        (0..5).map(|n: u8| format!("{:032x}", u128::from(n) * 0x0123_4567_89ab_cdef + 7)).collect();
    let rows_root = rows::root(&sheets, &salts).expect("a salt for each row");
    Snapshot {
        format: FORMAT.into(),
        copy: CopyFacts {
            id: "2025-05A-Q1".into(),
            version: 1,
            kind: CopyKind::PeriodCopy,
            number: "2025-5А-I четверть".into(),
            supplement: None,
        },
        school: SchoolFacts {
            id: "school-17".into(),
            name: "Муниципальное бюджетное общеобразовательное учреждение «Школа № 17»".into(),
            short_name: "Школа № 17".into(),
            town: "Зареченск".into(),
            founder: String::new(),
            authority,
        },
        year: "2025/2026".into(),
        class: ClassFacts { name: "5А".into(), grade: 5, teacher: teachers()[0].clone() },
        period: PeriodFacts {
            id: "Q1".into(),
            name: "I четверть".into(),
            starts: "2025-09-01".into(),
            ends: "2025-10-24".into(),
        },
        frozen_at: "2025-10-24T16:00:00+03:00".into(),
        ground: String::new(),
        omissions: Vec::new(),
        policy: PolicyFacts {
            name: "default".into(),
            title: "Регламент".into(),
            order: "приказ № 1".into(),
            digest: Digest::of(b"policy"),
            keep_years: 5,
            signature_act: "Положение о НЭП".into(),
            signature_wording: "ПОДПИСАНО НЭП".into(),
            seal_wording: "ПЕЧАТЬ".into(),
        },
        template: TemplateFacts { name: "period-copy".into(), version: "1".into(), digest: Digest::of(b"template") },
        codes: vec![CodeFacts { code: "н".into(), meaning: "отсутствовал".into() }],
        route: route(),
        sheets,
        rows_root,
        salts,
    }
}
