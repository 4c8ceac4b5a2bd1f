//! Sheets about learners and people: extracts for families, general information, health sheet, remarks, acquaintance
//! (domain.md 2.6-2.8, 2.17). Floor 0.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::super::form::{Block, Form, Signature, Table};
use super::super::journal::{Journal, Learner};
use super::super::names;
use super::super::period::{course_title, members};
use super::super::policy::{AbsenceKind, Policy};
use super::super::setup::stays::{self, Stay};
use super::super::struck::{self, Void};
use super::super::words::date_short;
use super::classes::{Missed, missed};
use super::control::mean;
use super::{Letterhead, People, day, or_empty};

/// Lesson days that fit beside the subjects on a page.
const DAYS_ON_PAGE: usize = 12;

/// Columns of missed lessons: all of them, then those by illness, excused, unexcused.
const MISSED: [&str; 4] = ["всего", "по бол.", "ув.", "неув."];

/// What an extract is for.
#[derive(Debug, Clone, Copy)]
pub struct ExtractOf<'a> {
    /// The journal, of the class or of the whole school.
    pub journal: &'a Journal,
    /// Entries that were left out of it as void.
    pub void: &'a Void,
    /// The policy in force.
    pub policy: &'a Policy,
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: NaiveDate,
    /// Number in the register of extracts; 0 for one that stands in none.
    pub no: u64,
}

/// What certifies an extract (ГОСТ Р 7.0.97-2016 5.26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// Index of the file that holds the original.
    pub file: String,
    /// School year of that file.
    pub year: String,
    /// Day of certifying.
    pub day: NaiveDate,
}

/// Extracts of current marks for families, a page for each learner, as one print job (DOC-15); certified ones carry «Верно» and where the
/// original lies.
pub fn extracts(
    letterhead: &Letterhead,
    people: &People,
    learners: &[(ExtractOf<'_>, &Learner)],
    certified: Option<&Certified>,
) -> Form {
    let mut form = Form::new("extract-for-parents", "");
    for (no, (of, learner)) in (0..).zip(learners.iter().copied()) {
        if no > 0 {
            form = form.with(Block::PageBreak);
        }
        form = extract(form, letterhead, people, of, learner, if certified.is_some() { 1 } else { 2 });
        // Above the line to tear: what certifies the extract stays with it.
        if let Some(certified) = certified {
            form = form
                .with(super::super::form::centered("Верно"))
                .signatures(
                    vec![Signature::of(&letterhead.head_post, &letterhead.head_name).on(&date_short(certified.day))],
                    true,
                )
                .maybe(true_copy(letterhead, &certified.file, &certified.year));
        }
        form = slip(form, of, learner);
    }
    form
}

/// The part that the family signs and gives back.
fn slip(form: Form, of: ExtractOf<'_>, learner: &Learner) -> Form {
    form.with(Block::Cut { text: "линия отрыва".to_owned() })
        .text(
            "{} класс, {}: с отметками за период с {} по {}",
            &[
                &learner.class,
                &names::list_name(&learner.surname, &learner.given_name),
                &date_short(of.starts),
                &date_short(of.ends),
            ],
        )
        .signatures(vec![Signature::of("Ознакомлен(а): родитель (законный представитель)", "")], false)
}

/// `lines`: how many lines for remarks.
fn extract(
    form: Form,
    letterhead: &Letterhead,
    people: &People,
    of: ExtractOf<'_>,
    learner: &Learner,
    lines: u32,
) -> Form {
    let ExtractOf { journal, void, policy, starts, ends, no } = of;
    let own: Vec<_> = journal
        .courses
        .iter()
        .filter(|course| course.class == learner.class)
        .filter(|course| members(course, std::slice::from_ref(learner)).len() == 1)
        .collect();
    // Day and course to what stands there: code and marks.
    let mut cells: HashMap<(&str, NaiveDate), Vec<&str>> = HashMap::new();
    let mut days: BTreeSet<NaiveDate> = BTreeSet::new();
    let within = |date: NaiveDate| (starts..=ends).contains(&date);
    for absence in journal.absences.iter().filter(|one| one.learner_id == learner.id && within(one.lesson.date)) {
        cells.entry((&absence.lesson.course_id, absence.lesson.date)).or_default().push(&absence.code);
        days.insert(absence.lesson.date);
    }
    for mark in journal.marks.iter().filter(|one| one.learner_id == learner.id && within(one.lesson.date)) {
        cells.entry((&mark.lesson.course_id, mark.lesson.date)).or_default().push(&mark.value);
        days.insert(mark.lesson.date);
    }
    let days: Vec<NaiveDate> = days.into_iter().collect();
    // Missed lessons of each subject (domain.md 2.17): the sums below say the same of all.
    let mut by_course: HashMap<&str, Missed> = HashMap::new();
    for absence in journal.absences.iter().filter(|one| one.learner_id == learner.id && within(one.lesson.date)) {
        let kind = policy.absence(&absence.code).map_or(AbsenceKind::Unexplained, |rule| rule.kind);
        by_course.entry(&absence.lesson.course_id).or_default().add(kind);
    }
    let teacher = journal.class(&learner.class).map(|class| people.get(&class.class_teacher_id)).unwrap_or_default();
    let mut form = form
        .with(super::super::form::centered(&letterhead.name))
        .with(super::super::form::centered(&if no > 0 {
            format!("ВЫПИСКА № {no}")
        } else {
            "ВЫПИСКА".to_owned()
        }))
        .with(super::super::form::centered(&format!(
            "текущих отметок за период с {} по {}",
            date_short(starts),
            date_short(ends)
        )))
        .text(
            "Обучающийся(аяся) {}, {} класс",
            &[&names::full_name(&learner.surname, &learner.given_name, &learner.patronymic), &learner.class],
        );
    let chunks: Vec<&[NaiveDate]> = if days.is_empty() { vec![&[]] } else { days.chunks(DAYS_ON_PAGE).collect() };
    for (at, chunk) in (1..).zip(&chunks) {
        let last = at == chunks.len();
        let heads: Vec<String> = chunk.iter().map(|day| day.format("%d.%m").to_string()).collect();
        let mut columns: Vec<(&str, u32)> = vec![("Предмет", 34)];
        columns.extend(heads.iter().map(|head| (head.as_str(), 7)));
        if last {
            columns.push(("Средний балл", 11));
            columns.extend(MISSED.map(|head| (head, 7)));
        }
        let middle: Vec<usize> = (1..columns.len()).collect();
        let mut table = Table::new(&columns).named("Текущие отметки").sized(85).middle(&middle);
        if last {
            table = table.span(columns.len() - MISSED.len(), MISSED.len(), "Пропущено уроков");
        }
        for course in &own {
            let mut row = vec![course_title(course)];
            row.extend(
                chunk
                    .iter()
                    .map(|day| cells.get(&(course.id.as_str(), *day)).map(|held| held.join(" ")).unwrap_or_default()),
            );
            if last {
                let all: Vec<&str> =
                    days.iter().filter_map(|day| cells.get(&(course.id.as_str(), *day))).flatten().copied().collect();
                row.push(mean(&all));
                let gone = by_course.get(course.id.as_str()).copied().unwrap_or_default();
                row.extend([gone.all, gone.ill, gone.excused, gone.unexcused].map(or_empty));
            }
            table = table.line(row);
        }
        form = form.with(Block::Table(table));
    }
    let missed = missed(journal, policy, &learner.class, starts, ends).get(&learner.id).copied().unwrap_or_default();
    let legend: Vec<String> =
        policy.absence_codes.iter().map(|code| format!("{} — {}", code.code, code.meaning)).collect();
    let own_void = Void {
        final_marks: Vec::new(),
        marks: void.marks.iter().filter(|one| within(one.lesson.date)).cloned().collect(),
        absences: void.absences.iter().filter(|one| within(one.lesson.date)).cloned().collect(),
    }
    .of(|of, _| of == learner.id);
    form.text(
        "Пропущено уроков: всего {}, по болезни {}, по уважительной причине {}, без уважительной причины {}.",
        &[missed.all, missed.ill, missed.excused, missed.unexcused]
            .map(|n| n.to_string())
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    )
    .text("Замечания, сообщения", &[])
    .with(Block::Lines { count: lines })
    .with(Block::Note { text: format!("{}.", legend.join("; ")) })
    .maybe(own_void.told(struck::clause(policy)).map(|text| Block::Note { text }))
    .signatures(vec![Signature::of("Классный руководитель", &teacher.signed)], false)
}

/// A line of the register of extracts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// Number of the extract; 0 leaves the line's own.
    pub no: u64,
    /// «Фамилия Имя Отчество» of the learner.
    pub name: String,
    /// «15.09.2025 – 28.09.2025».
    pub period: String,
    /// Day of handing over, as printed; empty leaves a place for ink.
    pub on: String,
    /// Who took it; empty leaves a place for ink.
    pub to: String,
}

/// Register of who was given extracts. `teacher`: the class teacher as one signs, empty where there is none.
pub fn extract_register(letterhead: &Letterhead, class: &str, lines: &[Given], teacher: &str) -> Form {
    let rows = (1..).zip(lines).map(|(at, line): (u64, &Given)| {
        let no = if line.no > 0 { line.no } else { at };
        [&no.to_string(), class, &line.name, &line.period, &line.on, &line.to].map(str::to_owned).to_vec()
    });
    let table = Table::new(&[
        ("№\nп/п", 6),
        ("Класс", 8),
        ("Ф.И.О.", 34),
        ("Период", 22),
        ("Дата выдачи", 12),
        ("Получил, подпись", 18),
    ])
    .named("Выдача выписок")
    .middle(&[0, 1, 3, 4])
    .for_ink()
    .lines(rows);
    letterhead
        .form("extract-register", "РЕЕСТР")
        .subtitle(&format!("выдачи выписок текущих отметок, {class} класс"))
        .with(Block::Table(table))
        .signatures(vec![Signature::of("Классный руководитель", teacher)], false)
}

/// The number of the personal file: of the learner's card, else where the school's own lists gave it as the code; a code that the program made («L00012») is none, and leaves
/// a place for ink.
fn file_number(id: &str, files: &BTreeMap<String, String>) -> String {
    if let Some(number) = files.get(id) {
        return number.clone();
    }
    let is_made = id.strip_prefix('L').is_some_and(|rest| rest.len() == 5 && rest.bytes().all(|b| b.is_ascii_digit()));
    if is_made { String::new() } else { id.to_owned() }
}

/// What the house knows of learners beside their rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Family {
    /// Stays on record.
    pub stays: Vec<Stay>,
    /// Full names of parents by learner.
    pub parents: HashMap<String, Vec<String>>,
}

/// General information on a class's learners, those who left too; `teacher` as in [`extract_register`]. Home addresses and telephones leave
/// places for ink: this house does not keep them.
pub fn general_information(
    letterhead: &Letterhead,
    year: &str,
    class: &str,
    learners: &[&Learner],
    files: &BTreeMap<String, String>,
    family: &Family,
    teacher: &str,
) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Фамилия, имя, отчество обучающегося", 26),
        ("№ личного дела", 10),
        ("Пол", 5),
        ("Дата рождения (число, месяц, год)", 12),
        ("Дата зачисления, № и дата приказа, откуда прибыл", 22),
        ("Дата выбытия, № и дата приказа, куда выбыл", 22),
        ("Домашний адрес, телефон", 26),
        ("Фамилия, имя, отчество родителей (законных представителей), телефон", 30),
    ];
    let joined = |date: Option<NaiveDate>, order: &str| match date {
        Some(date) if order.is_empty() => date_short(date),
        // Lists hold the bare number, or the whole reference.
        Some(date) if order.starts_with("пр") || order.starts_with('№') => format!("{}, {order}", date_short(date)),
        Some(date) => format!("{}, пр. № {order}", date_short(date)),
        None => String::new(),
    };
    let placed = |order: String, word: &str, place: &str| {
        if place.is_empty() { order } else { format!("{order}; {word}: {place}") }
    };
    let rows = (1..).zip(learners).map(|(no, l): (usize, &&Learner)| {
        vec![
            no.to_string(),
            names::full_name(&l.surname, &l.given_name, &l.patronymic),
            file_number(&l.id, files),
            String::new(),
            l.born.map(date_short).unwrap_or_default(),
            placed(
                joined(Some(l.enrolled_on), &l.enrolment_order),
                "прибыл(а)",
                &stays::whence(&family.stays, &l.id, l.enrolled_on),
            ),
            placed(
                joined(l.left_on, &l.leaving_order),
                "выбыл(а)",
                &l.left_on.map(|left| stays::whither(&family.stays, &l.id, left)).unwrap_or_default(),
            ),
            String::new(),
            family.parents.get(&l.id).map(|names| names.join("; ")).unwrap_or_default(),
        ]
    });
    let table = Table::new(&heads).named("Общие сведения").sized(80).middle(&[0, 2, 3, 4]).for_ink().lines(rows);
    letterhead
        .form("general-information", "ОБЩИЕ СВЕДЕНИЯ ОБ ОБУЧАЮЩИХСЯ")
        .landscape()
        .subtitle(&format!("{class} класс, {year} учебный год"))
        .with(Block::Table(table))
        .signatures(vec![Signature::of("Классный руководитель", teacher)], false)
}

/// Health sheet: an empty form. What belongs there is a special category of personal data (152-ФЗ ст. 10): this house keeps none of it.
pub fn health_sheet(letterhead: &Letterhead, year: &str, class: &str, learners: &[&Learner]) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Фамилия, имя обучающегося", 26),
        ("Год рождения", 9),
        ("Группа здоровья", 10),
        ("Медицинская группа для занятий физической культурой (основная / подготовительная / специальная А, Б)", 26),
        ("Рекомендуемый размер учебной мебели (№ парты)", 16),
        ("Рекомендации врача", 26),
    ];
    let rows = (1..).zip(learners).map(|(no, l): (usize, &&Learner)| {
        let year = l.born.map(|born| born.format("%Y").to_string()).unwrap_or_default();
        vec![no.to_string(), names::list_name(&l.surname, &l.given_name), year]
    });
    let table = Table::new(&heads).named("Листок здоровья").sized(85).middle(&[0, 2]).for_ink().lines(rows);
    letterhead
        .form("health-sheet", "ЛИСТОК ЗДОРОВЬЯ")
        .landscape()
        .subtitle(&format!("{class} класс, {year} учебный год"))
        .with(Block::Table(table))
        .signatures(vec![Signature::of("Медицинский работник", "")], false)
}

/// A remark on how a journal is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remark {
    /// Day, ISO.
    pub date: String,
    /// What the inspector says, with page and subject.
    pub text: String,
    /// Job title and name of who says it.
    pub by: String,
    /// Day by which it is to be mended, ISO; may be empty.
    pub due: String,
    /// Mark of having been done; may be empty.
    pub done: String,
}

/// Remarks on keeping the class's journal, with lines for more.
pub fn remarks(letterhead: &Letterhead, year: &str, class: &str, remarks: &[Remark]) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Дата", 10),
        ("Содержание замечаний и предложений проверяющего (страница, предмет)", 44),
        ("Должность, Ф.И.О., подпись проверяющего", 22),
        ("Срок устранения", 11),
        ("Отметка о выполнении (дата, подпись)", 18),
    ];
    let rows = (1..).zip(remarks).map(|(no, one): (usize, &Remark)| {
        vec![no.to_string(), day(&one.date), one.text.clone(), one.by.clone(), day(&one.due), one.done.clone()]
    });
    let table = Table::new(&heads).named("Замечания").sized(90).middle(&[0, 1, 4]).for_ink().lines(rows).blank(12);
    letterhead
        .form("remarks", "ЗАМЕЧАНИЯ ПО ВЕДЕНИЮ КЛАССНОГО ЖУРНАЛА")
        .landscape()
        .subtitle(&format!("{class} класс, {year} учебный год"))
        .with(Block::Table(table))
}

/// A line of an acquaintance sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acquainted {
    /// «Фамилия Имя Отчество».
    pub name: String,
    /// Job title.
    pub post: String,
    /// Day of acquaintance, ISO; empty while there is none.
    pub date: String,
    /// Said so under the own sign-in; a reading on paper leaves the place of the signature to the paper.
    pub here: bool,
}

/// Acquaintance sheet of an order or a regulation; `document` is what follows «с»: «приказом от 01.09.2025 № 12».
pub fn acquaintance(letterhead: &Letterhead, document: &str, people: &[Acquainted]) -> Form {
    let mark = |one: &Acquainted| match (one.date.is_empty(), one.here) {
        (true, _) => [String::new(), String::new()],
        (false, true) => ["ознакомлен(а) в системе".to_owned(), String::new()],
        (false, false) => [String::new(), "подпись на бумаге".to_owned()],
    };
    let rows = (1..).zip(people).map(|(no, one): (usize, &Acquainted)| {
        let [signed, note] = mark(one);
        vec![no.to_string(), one.name.clone(), one.post.clone(), day(&one.date), signed, note]
    });
    let table = Table::new(&[
        ("№\nп/п", 5),
        ("Ф.И.О.", 30),
        ("Должность", 24),
        ("Дата ознакомления", 13),
        ("Подпись", 18),
        ("Примечание", 12),
    ])
    .named("Ознакомление")
    .sized(95)
    .middle(&[0, 3])
    .for_ink()
    .lines(rows);
    letterhead
        .form("acquaintance", "ЛИСТ ОЗНАКОМЛЕНИЯ")
        .text("С {} ознакомлены:", &[document])
        .with(Block::Table(table))
}

/// The line of certifying an extract (ГОСТ Р 7.0.97-2016 5.26); `None` while the file is not known. In small print: extract, seal and
/// the part to tear off have one page.
fn true_copy(letterhead: &Letterhead, file: &str, year: &str) -> Option<Block> {
    let school = letterhead.short();
    let text = format!("Подлинник документа находится в {school} в деле № {file} за {year} учебный год.");
    (!file.is_empty() && !year.is_empty()).then_some(Block::Note { text })
}

/// Everybody who was in a class within days, those who left too: a line for each stay, in the order of lists.
pub fn class_list_within<'j>(
    journal: &'j Journal,
    class: &str,
    starts: NaiveDate,
    ends: NaiveDate,
) -> Vec<&'j Learner> {
    let within = |l: &&Learner| l.class == class && l.enrolled_on <= ends && l.left_on.is_none_or(|left| left > starts);
    let mut list: Vec<&Learner> = journal.stays().filter(within).collect();
    list.sort_by_cached_key(|l| {
        (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone(), l.enrolled_on)
    });
    list
}

/// Learners of a class on a day, in the order of lists.
pub fn class_list<'j>(journal: &'j Journal, class: &str, on: NaiveDate) -> Vec<&'j Learner> {
    let mut by_name: BTreeMap<String, &Learner> = BTreeMap::new();
    for learner in journal.learners.iter().filter(|l| l.class == class && l.is_present_on(on)) {
        let key = names::sort_key(&learner.surname, &learner.given_name, &learner.patronymic);
        by_name.insert(format!("{key}\u{0}{}", learner.id), learner);
    }
    by_name.into_values().collect()
}
