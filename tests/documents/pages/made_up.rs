//! Made-up classes for the pages' tests and bench: every name is built from the names of the old letters.

use letopis::domain::canon::Digest;
use letopis::domain::edition::{CheckpointFacts, Edition, EditionKind, SealMark, SignatureMark};
use letopis::domain::snapshot::*;

const LETTERS: [&str; 24] = [
    "Азов",
    "Букин",
    "Ведин",
    "Глаголев",
    "Добров",
    "Естев",
    "Живетов",
    "Зелов",
    "Землин",
    "Ижеев",
    "Какин",
    "Людин",
    "Мыслетев",
    "Нашин",
    "Онов",
    "Покоев",
    "Рцын",
    "Словов",
    "Твердов",
    "Уков",
    "Фертов",
    "Ятев",
    "Цын",
    "Червин",
];
const GIVEN: [&str; 8] = ["Аз", "Буки", "Веди", "Глагол", "Добро", "Есть", "Живете", "Земля"];
const SUBJECTS: [&str; 16] = [
    "Русский язык",
    "Литература",
    "Математика",
    "История",
    "Обществознание",
    "География",
    "Биология",
    "Музыка",
    "Изобразительное искусство",
    "Труд (технология)",
    "Физическая культура",
    "Информатика",
    "Основы духовно-нравственной культуры народов России",
    "Английский язык",
    "Физика",
    "Химия",
];
const WORDS: [&str; 12] = [
    "повторение",
    "изученного",
    "числа",
    "сложные",
    "предложения",
    "обобщение",
    "работа",
    "над",
    "ошибками",
    "свойства",
    "решение",
    "задач",
];

/// What a made-up class is made of.
pub struct Class {
    pub name: &'static str,
    pub learners: usize,
    pub subjects: usize,
    /// Lessons of the subject with the most; the others have fewer.
    pub lessons: usize,
    pub seed: u64,
}

/// A small generator, so that the same class comes out on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn words(&mut self, least: u64, most: u64) -> String {
        let count = least + self.roll(most - least + 1);
        let text = (0..count).map(|_| WORDS[self.roll(WORDS.len() as u64) as usize]).collect::<Vec<_>>().join(" ");
        let mut chars = text.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }
}

pub fn person(id: usize, position: &str) -> PersonFacts {
    PersonFacts {
        id: format!("T{id:05}"),
        surname: format!("{}а", LETTERS[id * 7 % LETTERS.len()]),
        given_name: GIVEN[id % GIVEN.len()].to_owned(),
        patronymic: "Кирилловна".to_owned(),
        position: position.to_owned(),
    }
}

fn learner_name(at: usize) -> (String, String) {
    (
        LETTERS[at % LETTERS.len()].to_owned() + ["", "ский", "-Юсов"][at / LETTERS.len() % 3],
        GIVEN[at * 3 % GIVEN.len()].to_owned(),
    )
}

fn date(at: usize, of: usize) -> String {
    // 54 days from 1 September, spread evenly over the lessons.
    let day = at * 54 / of.max(1);
    if day < 30 { format!("2025-09-{:02}", day + 1) } else { format!("2025-10-{:02}", day - 29) }
}

fn course(dice: &mut Dice, at: usize, class: &Class) -> CourseSheet {
    let count = if at == 0 { class.lessons } else { (class.lessons / 2).max(1) + at % 3 * class.lessons / 8 };
    let lessons: Vec<LessonFacts> = (0..count)
        .map(|index| LessonFacts {
            date: date(index, count),
            number: (1 + at % 7) as u8,
            hours: 1,
            topic: dice.words(2, 9),
            homework: if dice.roll(3) == 0 {
                String::new()
            } else {
                format!("§ {}, упр. {}", index + 1, dice.roll(400) + 1)
            },
            kind_of_work: "Ответ на уроке".to_owned(),
            substitute: if dice.roll(29) == 0 { "Юсова А.К.".to_owned() } else { String::new() },
        })
        .collect();
    let group = if at == 13 { "1" } else { "" };
    let rows = (0..class.learners)
        .filter(|learner| group.is_empty() || learner % 2 == 0)
        .map(|learner| row(dice, learner, count))
        .collect();
    CourseSheet {
        id: format!("course-C{:05}", at + 1),
        course: format!("C{:05}", at + 1),
        subject: SUBJECTS[at % SUBJECTS.len()].to_owned(),
        group: group.to_owned(),
        teacher: person(10 + at, "Учитель"),
        part: None,
        final_heading: "I четв.".to_owned(),
        planned_centi: None,
        lessons,
        rows,
    }
}

fn row(dice: &mut Dice, learner: usize, count: usize) -> CourseRow {
    let (surname, given) = learner_name(learner);
    let (first, until) = match learner {
        3 => (count / 2, count),
        4 => (0, count * 2 / 3),
        _ => (0, count),
    };
    let mut cell = || match dice.roll(30) {
        0 => "н".to_owned(),
        1 => "Б".to_owned(),
        2 => "О 4".to_owned(),
        3 => "5/4".to_owned(),
        4..=7 => "4".to_owned(),
        8..=11 => "5".to_owned(),
        12 => "3".to_owned(),
        _ => String::new(),
    };
    let cells = (0..count).map(|at| if at < first || at >= until { String::new() } else { cell() }).collect();
    CourseRow {
        learner: format!("L{learner:05}"),
        no: learner as u32 + 1,
        name: format!("{surname} {given}"),
        first: first as u32,
        until: until as u32,
        arrival: if learner == 3 { "Прибыл 28.09.2025, пр. № 12-у".to_owned() } else { String::new() },
        departure: if learner == 4 { "Выбыл 07.10.2025, пр. № 31-у".to_owned() } else { String::new() },
        cells,
        final_mark: if learner == 4 { String::new() } else { (3 + dice.roll(3)).to_string() },
    }
}

fn counts(dice: &mut Dice) -> AttendanceCounts {
    let [ill, excused, unexcused] = [dice.roll(20), dice.roll(6), dice.roll(3)].map(|n| n as u32);
    AttendanceCounts {
        days: ill / 6,
        lessons: ill + excused + unexcused,
        days_ill: ill / 6,
        lessons_ill: ill,
        lessons_excused: excused,
        lessons_unexcused: unexcused,
        lessons_unexplained: 0,
        late: dice.roll(4) as u32,
    }
}

fn head(class: &Class, kind: CopyKind) -> Snapshot {
    let (id, number, period) = match kind {
        CopyKind::PeriodCopy => ("2025-05A-Q1", format!("2025-{}-I четверть", class.name), "I четверть"),
        CopyKind::SummarySheet => ("2025-05A-Y", format!("2025-{}-год", class.name), "2025/2026 учебный год"),
    };
    let code = |code: &str, meaning: &str| CodeFacts { code: code.to_owned(), meaning: meaning.to_owned() };
    Snapshot {
        format: FORMAT.to_owned(),
        copy: CopyFacts { id: id.to_owned(), version: 1, kind, number, supplement: None },
        school: SchoolFacts {
            id: "made-up-school".to_owned(),
            name: "Муниципальное бюджетное общеобразовательное учреждение «Выдуманная средняя общеобразовательная школа № 0»".to_owned(),
            short_name: "МБОУ «Выдуманная СОШ № 0»".to_owned(),
            town: "г. Буквинск".to_owned(),
            founder: String::new(),
            authority: Digest::of(b"authority"),
        },
        year: "2025/2026".to_owned(),
        class: ClassFacts { name: class.name.to_owned(), grade: 5, teacher: person(3, "Учитель") },
        period: PeriodFacts {
            id: "Q1".to_owned(),
            name: period.to_owned(),
            starts: "2025-09-01".to_owned(),
            ends: "2025-10-24".to_owned(),
        },
        frozen_at: "2025-10-24T15:00:00+05:00".to_owned(),
        ground: String::new(),
        omissions: Vec::new(),
        policy: PolicyFacts {
            name: "default".to_owned(),
            title: "Положение о ведении электронного журнала".to_owned(),
            order: "приказ от 26.06.2018 № 125".to_owned(),
            digest: Digest::of(b"policy"),
            keep_years: if kind == CopyKind::PeriodCopy { 5 } else { 25 },
            signature_act: "Положение об электронном документообороте, утв. приказом от 26.06.2018 № 125".to_owned(),
            signature_wording: "ПОДПИСАНО НЕКВАЛИФИЦИРОВАННОЙ ЭЛЕКТРОННОЙ ПОДПИСЬЮ".to_owned(),
            seal_wording: "ЭЛЕКТРОННАЯ ПЕЧАТЬ ОРГАНИЗАЦИИ".to_owned(),
        },
        template: letopis::typeset::template_facts(kind),
        codes: vec![
            code("н", "отсутствовал, причина не указана"),
            code("Б", "болезнь"),
            code("У", "уважительная причина"),
            code("Н", "неуважительная причина"),
            code("О", "опоздание"),
            code("осв", "освобождён"),
            code("н/а", "не аттестован"),
        ],
        route: Vec::new(),
        sheets: Vec::new(),
        rows_root: Digest::of(b"rows"),
        salts: Vec::new(),
    }
}

fn route(snapshot: &mut Snapshot) {
    let all: Vec<String> = snapshot.sheets.iter().map(|sheet| sheet.id().to_owned()).collect();
    let own: Vec<String> = all.iter().filter(|id| !id.starts_with("course-")).cloned().collect();
    let signer = |person: PersonFacts, office: &str, sheets: Vec<String>| SignerFacts {
        person,
        office: office.to_owned(),
        order: String::new(),
        sheets,
    };
    let stage = |id: &str, title: &str, signers| StageFacts { id: id.to_owned(), title: title.to_owned(), signers };
    let teachers: Vec<SignerFacts> = snapshot
        .sheets
        .iter()
        .filter_map(|sheet| match sheet {
            Sheet::Course(course) => Some(signer(course.teacher.clone(), "учитель", vec![course.id.clone()])),
            _ => None,
        })
        .collect();
    let mut route = Vec::new();
    if !teachers.is_empty() {
        route.push(stage("subject_teacher", "Достоверность копии проверил: учитель", teachers));
    }
    let class_teacher = snapshot.class.teacher.clone();
    route.push(stage(
        "class_teacher",
        "Достоверность копии заверяю: классный руководитель",
        vec![signer(class_teacher, "классный руководитель", own)],
    ));
    let deputy = signer(person(2, "Заместитель директора по УВР"), "заместитель директора по УВР", all.clone());
    route.push(stage("deputy", "Копию проверил:", vec![deputy]));
    let director = signer(person(1, "Директор"), "директор", all);
    route.push(stage("director", "Утверждаю:", vec![director]));
    snapshot.route = route;
}

/// What the title page says of the paper copy, as long as any policy has it.
const PAPER: &str = "24.10.2025, в предпоследний учебный день периода (000 Инс 4.1); печатает ответственный за ведение журнала (000 Инс 4.3)";

/// A period copy.
pub fn journal(class: &Class) -> Snapshot {
    let mut dice = Dice(class.seed);
    let mut snapshot = head(class, CopyKind::PeriodCopy);
    let title = TitleSheet {
        paper: PAPER.to_owned(),
        sources: Vec::new(),
        exemplar: String::new(),
        head: None,
        id: "title".to_owned(),
        title: "КЛАССНЫЙ ЖУРНАЛ".to_owned(),
        system: "Летопись 0.1.0".to_owned(),
        exported_at: "2025-10-23T14:05:00+05:00".to_owned(),
        replaces: String::new(),
        contents: String::new(),
        voids: Vec::new(),
    };
    let learners = (0..class.learners)
        .map(|at| {
            let (surname, given_name) = learner_name(at);
            LearnerRow {
                learner: format!("L{at:05}"),
                no: at as u32 + 1,
                surname,
                given_name,
                patronymic: if at % 9 == 8 { String::new() } else { "Мефодиевич".to_owned() },
                born: format!("2014-{:02}-{:02}", 1 + at % 12, 1 + at % 28),
                enrolled_on: if at == 3 { "2025-09-28" } else { "2025-09-01" }.to_owned(),
                enrolment_order: format!("{}-у", 12 + at),
                left_on: if at == 4 { "2025-10-07".to_owned() } else { String::new() },
                leaving_order: if at == 4 { "31-у".to_owned() } else { String::new() },
            }
        })
        .collect();
    snapshot.sheets =
        vec![Sheet::Title(title), Sheet::Learners(LearnersSheet { id: "learners".to_owned(), rows: learners })];
    let courses: Vec<CourseSheet> = (0..class.subjects).map(|at| course(&mut dice, at, class)).collect();
    let attendance = (0..class.learners)
        .map(|at| {
            let (surname, given) = learner_name(at);
            AttendanceRow {
                learner: format!("L{at:05}"),
                no: at as u32 + 1,
                name: format!("{surname} {given}"),
                counts: counts(&mut dice),
            }
        })
        .collect();
    let marks = (0..class.learners)
        .map(|at| {
            let (surname, given) = learner_name(at);
            FinalMarksRow {
                learner: format!("L{at:05}"),
                no: at as u32 + 1,
                name: format!("{surname} {given}"),
                marks: (0..class.subjects).map(|_| (3 + dice.roll(3)).to_string()).collect(),
            }
        })
        .collect();
    snapshot.sheets.extend(courses.into_iter().map(Sheet::Course));
    snapshot.sheets.push(Sheet::Attendance(AttendanceSheet {
        id: "attendance".to_owned(),
        rows: attendance,
        total: AttendanceCounts { days: 40, lessons: 312, days_ill: 38, lessons_ill: 240, ..counts(&mut dice) },
        months: Vec::new(),
    }));
    snapshot.sheets.push(Sheet::FinalMarks(FinalMarksSheet {
        id: "final-marks".to_owned(),
        period: String::new(),
        subjects: (0..class.subjects).map(|at| SUBJECTS[at % SUBJECTS.len()].to_owned()).collect(),
        rows: marks,
    }));
    route(&mut snapshot);
    snapshot
}

/// A summary sheet of the year.
pub fn summary(class: &Class) -> Snapshot {
    let mut dice = Dice(class.seed);
    let mut snapshot = head(class, CopyKind::SummarySheet);
    let periods =
        ["I четверть", "II четверть", "III четверть", "IV четверть", "Годовая", "Экзаменационная", "Итоговая"];
    let mut mark = |at: usize| if at == 5 { String::new() } else { (3 + dice.roll(3)).to_string() };
    let rows = (0..class.learners)
        .map(|at| {
            let (surname, given) = learner_name(at);
            SummaryRow {
                learner: format!("L{at:05}"),
                no: at as u32 + 1,
                name: format!("{surname} {given} Мефодиевич"),
                marks: (0..periods.len()).map(|p| (0..class.subjects).map(|_| mark(p)).collect()).collect(),
                movement: if at == 3 { "Прибыл 28.09.2025, пр. № 12-у".to_owned() } else { String::new() },
                decision: "Переведён в 6 класс. Протокол от 26.05.2026 № 8".to_owned(),
                attendance: AttendanceCounts { lessons: 12 + at as u32, lessons_ill: 8, ..AttendanceCounts::default() },
            }
        })
        .collect();
    snapshot.sheets = vec![
        Sheet::Title(TitleSheet {
            paper: PAPER.to_owned(),
            sources: Vec::new(),
            exemplar: String::new(),
            head: None,
            id: "title".to_owned(),
            title: "СВОДНАЯ ВЕДОМОСТЬ УЧЁТА УСПЕВАЕМОСТИ ОБУЧАЮЩИХСЯ".to_owned(),
            system: "Летопись 0.1.0".to_owned(),
            exported_at: String::new(),
            replaces: String::new(),
            contents: String::new(),
            voids: Vec::new(),
        }),
        Sheet::Summary(SummarySheet {
            id: "summary".to_owned(),
            subjects: (0..class.subjects).map(|at| SUBJECTS[at % SUBJECTS.len()].to_owned()).collect(),
            periods: periods.map(str::to_owned).to_vec(),
            rows,
            totals: SummaryTotals {
                at_start: class.learners as u32,
                arrived: 1,
                left: 1,
                at_end: class.learners as u32,
            },
        }),
    ];
    route(&mut snapshot);
    snapshot
}

/// An edition of a snapshot: issued with empty places, or sealed with a mark in every one.
pub fn edition(snapshot: &Snapshot, kind: EditionKind) -> Edition {
    let sealed = kind == EditionKind::Sealed;
    let mark = |stage: &StageFacts, signer: &SignerFacts| SignatureMark {
        stage: stage.id.clone(),
        signer: signer.person.id.clone(),
        owner: format!("{} {} {}", signer.person.surname, signer.person.given_name, signer.person.patronymic),
        office: signer.office.clone(),
        order: signer.order.clone(),
        certificate: Digest::of(signer.person.id.as_bytes()).to_hex()[..32].to_uppercase(),
        valid_from: "01.09.2025".to_owned(),
        valid_to: "31.08.2027".to_owned(),
        signed_at: "2025-10-24T16:31:07+05:00".to_owned(),
        sheets: signer.sheets.clone(),
        paper: None,
    };
    let marks = snapshot.route.iter().flat_map(|stage| stage.signers.iter().map(move |signer| mark(stage, signer)));
    Edition {
        kind,
        typeset_at: if sealed { "2025-10-25T09:00:00+05:00" } else { "2025-10-24T15:10:00+05:00" }.to_owned(),
        snapshot: snapshot.digest(),
        checkpoint: CheckpointFacts {
            origin: "made-up-school.example/log".to_owned(),
            size: 12_345,
            root: Digest::of(b"root"),
        },
        marks: if sealed { marks.collect() } else { Vec::new() },
        seal: sealed.then(|| SealMark {
            owner: snapshot.school.short_name.clone(),
            certificate: Digest::of(b"seal").to_hex()[..32].to_uppercase(),
            valid_from: "01.09.2025".to_owned(),
            valid_to: "31.08.2027".to_owned(),
            sealed_at: "2025-10-25T09:00:00+05:00".to_owned(),
        }),
    }
}

/// The supplement of a copy: the last day of two courses and a work of an earlier one.
pub fn supplement(mut snapshot: Snapshot) -> Snapshot {
    let facts = SupplementFacts {
        no: 1,
        copy: snapshot.copy.id.clone(),
        copy_number: snapshot.copy.number.clone(),
        copy_snapshot: Digest::of(b"copy"),
        copy_version: 1,
        entries: 5,
        entered_from: "2025-10-24T13:52:00+05:00".to_owned(),
        entered_until: "2025-10-24T14:40:00+05:00".to_owned(),
    };
    snapshot.copy.id = format!("{}-SUP1", facts.copy);
    snapshot.copy.number = format!("{}-Д1", facts.copy_number);
    if let Some(Sheet::Title(title)) = snapshot.sheets.first_mut() {
        title.title = format!("ДОПОЛНИТЕЛЬНЫЙ ЛИСТ № 1\nк копии № {}", facts.copy_number);
        title.exported_at = facts.entered_until.clone();
        title.paper = format!("подшивается к копии № {}", facts.copy_number);
    }
    snapshot.copy.supplement = Some(Box::new(facts));
    let mut courses = 0;
    snapshot.sheets.retain_mut(|sheet| match sheet {
        Sheet::Title(_) | Sheet::Learners(_) => true,
        Sheet::Course(course) if courses < 2 => {
            courses += 1;
            let kept = course.lessons.len().min(courses);
            let from = course.lessons.len() - kept;
            course.lessons.drain(..from);
            for (at, row) in course.rows.iter_mut().enumerate() {
                row.cells.drain(..from);
                (row.first, row.until) = (0, kept as u32);
                row.final_mark.clear();
                if at > 1 {
                    row.cells.fill(String::new());
                }
            }
            true
        }
        _ => false,
    });
    route(&mut snapshot);
    snapshot
}

/// The second version of a copy, with that many changes on its page.
pub fn reissued(mut snapshot: Snapshot, count: usize) -> Snapshot {
    snapshot.copy.version = 2;
    let ground = "исправлено по замечаниям учителя: отметка, тема урока";
    if let Some(Sheet::Title(title)) = snapshot.sheets.first_mut() {
        title.replaces = format!("Взамен версии 1: {ground}");
    }
    let rows = (0..count)
        .map(|at| {
            let (surname, given_name) = learner_name(at % 28);
            let is_topic = at % 5 == 4;
            ChangedValue {
                sheet: SUBJECTS[at % SUBJECTS.len()].to_owned(),
                learner: if is_topic { String::new() } else { format!("{surname} {given_name}") },
                cell: format!(
                    "{:02}.09.2025, {at:02}-й урок: {}",
                    1 + at % 28,
                    if is_topic { "тема" } else { "запись об ученике" }
                ),
                was: if is_topic {
                    "Свойства степени с натуральным показателем".to_owned()
                } else {
                    ["5", "", "н"][at % 3].to_owned()
                },
                is: if is_topic { "Свойства степени".to_owned() } else { "4".to_owned() },
                ground: if at % 4 == 0 {
                    "отметка: выставлена не тому ученику".to_owned()
                } else {
                    String::new()
                },
            }
        })
        .collect();
    let changes = ChangesSheet {
        id: "changes".to_owned(),
        replaces: 1,
        ground: ground.to_owned(),
        rows,
        signed_anew: Vec::new(),
        unsigned: false,
    };
    snapshot.sheets.push(Sheet::Changes(changes));
    for stage in snapshot.route.iter_mut().filter(|stage| stage.id != "subject_teacher") {
        for signer in &mut stage.signers {
            signer.sheets.push("changes".to_owned());
        }
    }
    snapshot
}

/// A copy whose first course had another teacher for its first lessons.
pub fn of_two_teachers(mut snapshot: Snapshot) -> Snapshot {
    let at = snapshot.sheets.iter().position(|sheet| matches!(sheet, Sheet::Course(_))).expect("a course");
    let Sheet::Course(whole) = snapshot.sheets.remove(at) else { panic!("a course") };
    let half = whole.lessons.len() / 2;
    let starts = [snapshot.period.starts.clone(), whole.lessons[half].date.clone()];
    let ends = [whole.lessons[half - 1].date.clone(), snapshot.period.ends.clone()];
    let cut = |no: usize| {
        let range = if no == 0 { 0..half } else { half..whole.lessons.len() };
        let mut part = whole.clone();
        part.lessons = whole.lessons[range.clone()].to_vec();
        for row in &mut part.rows {
            row.cells = row.cells[range.clone()].to_vec();
            row.first = row.first.clamp(range.start as u32, range.end as u32) - range.start as u32;
            row.until = row.until.clamp(range.start as u32, range.end as u32) - range.start as u32;
            if no == 0 {
                row.final_mark.clear();
            }
        }
        let ground = if no == 0 { "142-к".to_owned() } else { String::new() };
        let (starts, ends) = (starts[no].clone(), ends[no].clone());
        part.part = Some(Box::new(PartFacts { no: no as u32 + 1, of: 2, starts, ends, ground, signer: None }));
        part
    };
    let (mut first, second) = (cut(0), cut(1));
    first.id.push_str(".1");
    first.course.push_str(".1");
    first.final_heading.clear();
    first.teacher = person(40, "Учитель");
    let stage = snapshot.route.iter_mut().find(|stage| stage.id == "subject_teacher").expect("a stage");
    let (id, teacher) = (first.id.clone(), first.teacher.clone());
    stage.signers.push(SignerFacts {
        person: teacher,
        office: "учитель".to_owned(),
        order: String::new(),
        sheets: vec![id],
    });
    snapshot.sheets.insert(at, Sheet::Course(second));
    snapshot.sheets.insert(at, Sheet::Course(first));
    snapshot
}
