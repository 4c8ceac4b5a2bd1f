//! A workbook to begin with: every heading explained, lists to choose from, made-up rows that import as they are. Floor 1.

use rust_xlsxwriter::{DataValidation, Format as CellFormat, Note, XlsxError};

use super::export;
use super::generate::{GeneratorSpec, generate, setup_rows};
use super::given::Given;
use super::headings;
use super::intake;
use super::layout::{Column, File};
use super::source::BundleFile;
use super::tables;
use super::workbook::GUIDE_SHEET;
use super::year_book;
use crate::domain::journal::Journal;
use crate::domain::policy::Policy;
use crate::domain::setup::layout::{Layout, ROOMS};

/// Rows for which a list of choices is offered: more than the largest school has learners.
const CHOICE_ROWS: u32 = 3_000;
/// Learners of the one class of the example.
const LEARNERS: u32 = 6;
/// What codes of the example begin with.
const PREFIX: &str = "EX-";
/// Lessons shown of the example's first course.
const LESSONS: usize = 4;

/// Topics shown of a plan, control works of their calendar, lessons of the timetable: what a reader takes in at a glance.
const ROWS: usize = 12;

/// The workbook's bytes; its school year begins in September of `first_year`.
pub fn workbook(policy: &Policy, first_year: i32) -> Result<Vec<u8>, XlsxError> {
    let (journal, tables) = school(policy, first_year);
    let mut book = export::book(&journal);
    guide(&mut book, MADE_UP_ROWS)?;
    for file in File::ALL.into_iter().filter(|file| *file != File::Entries) {
        let sheet = book.add_worksheet();
        export::sheet(sheet, file, &tables::rows(file, &journal))?;
        for (place, column) in (0_u16..).zip(file.layout().columns) {
            let note = Note::new(explained(file, column, first_year)).set_author("Летопись").set_width(260);
            sheet.insert_note(0, place, &note)?;
            let choices = choices(file, column, policy);
            if !choices.is_empty() {
                let list = DataValidation::new().allow_list_strings(&choices)?;
                // Several roles may stand in one cell, so the list there only suggests.
                let list = if column.name == "roles" { list.show_error_message(false) } else { list };
                sheet.add_data_validation(1, place, CHOICE_ROWS, place, &list)?;
            }
        }
    }
    let rooms = tables.iter().filter(|(layout, _)| layout.table == ROOMS.table).flat_map(|(_, rows)| rows);
    let rooms: Vec<String> = rooms.map(|row| row[0].clone()).collect();
    year_book::add(&mut book, &journal, &rooms, &tables)?;
    book.save_to_buffer()
}

/// A workbook of one table of the year with its explanations, for a house that stands: its own rows, or a draft of them.
pub fn of_table(
    journal: &Journal,
    rooms: &[String],
    layout: &'static Layout,
    rows: Vec<Vec<String>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = export::book(journal);
    year_book::add(&mut book, journal, rooms, &[(layout, rows)])?;
    guide(&mut book, OWN_ROWS)?;
    book.save_to_buffer()
}

/// A made-up class with its year: the generator's own, cut to what a reader takes in at a glance.
fn school(policy: &Policy, first_year: i32) -> (Journal, Vec<YearTable>) {
    let spec = GeneratorSpec {
        classes: vec![(5, 'А')],
        learners_per_class: LEARNERS,
        spread: 0,
        year_start: first_year,
        ..GeneratorSpec::demo()
    };
    let files: Vec<BundleFile> =
        generate(&spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    let mut journal = intake::settle(&Given::read(&files), None, policy).journal.unwrap_or_default();
    set_apart(&mut journal);
    let tables = year(&journal);
    let first = journal.courses.first().map(|course| course.id.clone()).unwrap_or_default();
    journal.lessons.retain(|lesson| lesson.key.course_id == first);
    journal.lessons.truncate(LESSONS);
    let held: Vec<_> = journal.lessons.iter().map(|lesson| lesson.key.clone()).collect();
    journal.marks.retain(|mark| held.contains(&mark.lesson));
    journal.absences.retain(|absence| held.contains(&absence.lesson));
    journal.final_marks.truncate(1);
    journal.decisions.truncate(1);
    (journal, tables)
}

/// A table of the year with its rows as the store has them.
type YearTable = (&'static Layout, Vec<Vec<String>>);

/// The year of the made-up class: every table that comes by file has rows.
fn year(journal: &Journal) -> Vec<YearTable> {
    let drawn = setup_rows(journal, &journal.school.year);
    let first = journal.courses.first().map(|course| course.id.as_str()).unwrap_or_default();
    let class = journal.classes.first().map(|class| class.name.as_str()).unwrap_or_default();
    let autumn = journal.school.year.get(..4).unwrap_or("2025");
    let day = format!("{autumn}-11-10");
    let owned = |cells: &[&str]| vec![cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
    let rows = |layout: &'static Layout| -> Vec<Vec<String>> {
        match layout.table {
            "movement" => {
                owned(&[&day, "Янтарева Опал Кремниевна", "enrolled", class, "Школа № 2", "131-у", &day, "2014-03-12"])
            }
            "course_details" => owned(&[first, "lesson", "", ""]),
            "earlier_teachers" => {
                let before = journal.courses.iter().map(|course| course.teacher_id.as_str());
                let other =
                    before.into_iter().find(|one| Some(*one) != journal.courses.first().map(|c| c.teacher_id.as_str()));
                owned(&[first, &day, other.unwrap_or_default(), "142-к", ""])
            }
            "individual_plans" => {
                let learner = journal.learners.first().map(|learner| learner.id.as_str()).unwrap_or_default();
                owned(&[learner, "Математика", "200", first, "119-у", ""])
            }
            "foreign_marks" => {
                let learner = journal.learners.first().map(|learner| learner.id.as_str()).unwrap_or_default();
                owned(&[learner, "0001", "Школа № 2", "Математика", "Математика", &day, "4", ""])
            }
            table => {
                let own =
                    drawn.iter().filter(|(of, row)| of.table == table && (table != "plan_topics" || row[0] == first));
                let whole = matches!(table, "rooms" | "bells" | "teaching_load" | "curriculum");
                own.map(|(_, row)| row.clone()).take(if whole { usize::MAX } else { ROWS }).collect()
            }
        }
    };
    super::year::tables().map(|layout| (layout, rows(layout))).collect()
}

/// Codes that no school's own program gives: rows left in by mistake come beside the school's people and replace nobody.
fn set_apart(journal: &mut Journal) {
    let mark = |id: &mut String| {
        if !id.is_empty() {
            id.insert_str(0, PREFIX);
        }
    };
    journal.staff.iter_mut().for_each(|person| mark(&mut person.id));
    journal.classes.iter_mut().for_each(|class| mark(&mut class.class_teacher_id));
    journal.learners.iter_mut().for_each(|learner| mark(&mut learner.id));
    for course in &mut journal.courses {
        mark(&mut course.id);
        mark(&mut course.teacher_id);
        course.members.iter_mut().for_each(mark);
    }
    for lesson in &mut journal.lessons {
        mark(&mut lesson.key.course_id);
        mark(&mut lesson.substitute_teacher_id);
    }
    for entry in &mut journal.marks {
        mark(&mut entry.lesson.course_id);
        mark(&mut entry.learner_id);
    }
    for entry in &mut journal.absences {
        mark(&mut entry.lesson.course_id);
        mark(&mut entry.learner_id);
    }
    for entry in &mut journal.final_marks {
        mark(&mut entry.course_id);
        mark(&mut entry.learner_id);
    }
    journal.decisions.iter_mut().for_each(|decision| mark(&mut decision.learner_id));
}

const MADE_UP_ROWS: &str =
    "1. Строки здесь вымышленные: замените их своими. Заголовки столбцов не меняйте; порядок столбцов и листов любой.";
const OWN_ROWS: &str = "1. Здесь то, что внесено в Летопись, или черновик по вашим курсам и периодам: исправьте и загрузите обратно. Заголовки столбцов не меняйте; порядок столбцов и листов любой.";

fn guide(book: &mut rust_xlsxwriter::Workbook, rows: &str) -> Result<(), XlsxError> {
    let bold = CellFormat::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(GUIDE_SHEET)?;
    sheet.set_column_width(0, 110)?;
    let lines = [
        ("Как заполнять эту книгу", true),
        (rows, false),
        (
            "2. Ненужные листы удалите: загрузка добавляет и обновляет строки, а того, чего в книге нет, не трогает.",
            false,
        ),
        ("3. Что писать в столбец, сказано в примечании к заголовку: наведите на него указатель.", false),
        (
            "4. Столбцы «Код …» можно удалить: сотрудники, обучающиеся и курсы узнаются по именам и названиям, новые получают коды сами.",
            false,
        ),
        (
            "5. В столбцах «Учитель», «Классный руководитель», «Обучающийся» годится и код, и фамилия с именем и отчеством.",
            false,
        ),
        (
            "6. Загрузите книгу: сначала она только проверяется, и все замечания показаны с листом, строкой и столбцом. До подтверждения ничего не записывается.",
            false,
        ),
        (
            "7. Листы учебного года («Кабинеты», «Звонки», «Расписание», «Тарификация» …) стоят после журнала. Курс в них — столбцы «Класс», «Предмет», «Группа».",
            false,
        ),
        (
            "8. КТП каждого курса может стоять на своём листе: «КТП 5А Алгебра»; тогда столбцы «Класс» и «Предмет» не нужны.",
            false,
        ),
        (
            "9. Расписание можно дать и сеткой, как оно висит на стене: столбцы «День», «Урок» и по столбцу на класс; в клетке — предмет, через запятую группа и кабинет («Английский язык, 1 группа, каб. 12»), группы — с новой строки.",
            false,
        ),
    ];
    for (line, (text, is_head)) in (0_u32..).zip(lines) {
        if is_head {
            sheet.write_string_with_format(line, 0, text, &bold)?;
        } else {
            sheet.write_string(line, 0, text)?;
        }
    }
    Ok(())
}

fn choices(file: File, column: &Column, policy: &Policy) -> Vec<String> {
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    match (file, column.name) {
        (File::Marks, "value") => policy.mark_values.clone(),
        (File::Absences, "code") => policy.absence_codes.iter().map(|rule| rule.code.clone()).collect(),
        (File::FinalMarks, "value") => {
            policy.mark_values.iter().cloned().chain(policy.final_values.iter().map(|rule| rule.code.clone())).collect()
        }
        // Periods have codes of the school's own beside the three words.
        (File::FinalMarks, "period") => Vec::new(),
        (_, "grade" | "grade_from" | "grade_to") => (1..=11).map(|grade: u8| grade.to_string()).collect(),
        (_, name) => owned(headings::choices(name)),
    }
}

/// What a column is for, as the note at its heading says it; the school year of its examples begins in September of `first_year`.
fn explained(file: File, column: &Column, first_year: i32) -> String {
    let (year, day) = (format!("Учебный год: {first_year}/{}.", first_year + 1), format!("Дата: 01.09.{first_year}."));
    let what = match (file, column.name) {
        (_, "id") if file == File::Periods => {
            "Короткое имя периода: Q1, Q2, Q3, Q4 для четвертей, H1, H2 для полугодий."
        }
        (_, "id") => {
            "Код, по которому строку узнают другие таблицы. Столбец можно удалить: коды найдутся по имени или будут даны."
        }
        (_, "year") => year.as_str(),
        (_, "kind") => "Выберите: четверть, полугодие или триместр.",
        (_, "roles") => {
            "Роли через пробел: директор, заместитель, секретарь, учитель, техспециалист, администратор, кадры."
        }
        (_, "grade" | "grade_from" | "grade_to") => "Число от 1 до 11.",
        (_, "born" | "enrolled_on" | "left_on" | "starts" | "ends" | "date") => day.as_str(),
        (_, "class_teacher_id" | "teacher_id" | "substitute_teacher_id") => {
            "Фамилия, имя и отчество или код сотрудника с листа «Сотрудники»."
        }
        (_, "learner_id") => "Фамилия, имя и отчество или код обучающегося с листа «Обучающиеся».",
        (_, "course_id") => "Код курса с листа «Курсы».",
        (_, "hours_per_week") => "Часов в неделю: 2 или 0,5.",
        (_, "group") => "Номер группы; пусто, если курс для всего класса.",
        (_, "number") => "Место урока в дне: от 0 до 20.",
        (File::FinalMarks, "period") => "Код периода с листа «Учебные периоды», либо: год, экзамен, итоговая.",
        (_, "value") => "Отметка: одна в строке. Несколько отметок за урок — несколько строк.",
        (_, "code") => "Код пропуска по правилам школы; «н» и «Н» — разные коды.",
        (_, "class") => "Название класса с листа «Классы»: 5А.",
        (File::Classes, "name") => "Название класса: 5А. Буквы русские.",
        _ => "",
    };
    let must = if column.required {
        "Обязательный столбец."
    } else {
        "Можно оставить пустым."
    };
    if what.is_empty() { must.to_owned() } else { format!("{what} {must}") }
}
