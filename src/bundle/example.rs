//! A workbook to begin with: every heading explained, lists to choose from, made-up rows that import as they are. Floor 1.

use rust_xlsxwriter::{DataValidation, Format as CellFormat, Note, XlsxError};

use super::export;
use super::generate::{GeneratorSpec, generate};
use super::given::Given;
use super::headings;
use super::intake;
use super::layout::{Column, File};
use super::source::BundleFile;
use super::tables;
use super::workbook::GUIDE_SHEET;
use crate::domain::journal::Journal;
use crate::domain::policy::Policy;

/// Rows for which a list of choices is offered: more than the largest school has learners.
const CHOICE_ROWS: u32 = 3_000;
/// Learners of the one class of the example.
const LEARNERS: u32 = 6;
/// What codes of the example begin with.
const PREFIX: &str = "EX-";
/// Lessons shown of the example's first course.
const LESSONS: usize = 4;

/// The workbook's bytes.
pub fn workbook(policy: &Policy) -> Result<Vec<u8>, XlsxError> {
    let journal = journal(policy);
    let mut book = export::book(&journal);
    guide(&mut book)?;
    for file in File::ALL.into_iter().filter(|file| *file != File::Entries) {
        let sheet = book.add_worksheet();
        export::sheet(sheet, file, &tables::rows(file, &journal))?;
        for (place, column) in (0_u16..).zip(file.layout().columns) {
            let note = Note::new(explained(file, column)).set_author("Летопись").set_width(260);
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
    book.save_to_buffer()
}

/// A made-up class: the generator's own, cut to what a reader takes in at a glance.
fn journal(policy: &Policy) -> Journal {
    let spec =
        GeneratorSpec { classes: vec![(5, 'А')], learners_per_class: LEARNERS, spread: 0, ..GeneratorSpec::demo() };
    let files: Vec<BundleFile> =
        generate(&spec).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    let mut journal = intake::settle(&Given::read(&files), None, policy).journal.unwrap_or_default();
    let first = journal.courses.first().map(|course| course.id.clone()).unwrap_or_default();
    journal.lessons.retain(|lesson| lesson.key.course_id == first);
    journal.lessons.truncate(LESSONS);
    let held: Vec<_> = journal.lessons.iter().map(|lesson| lesson.key.clone()).collect();
    journal.marks.retain(|mark| held.contains(&mark.lesson));
    journal.absences.retain(|absence| held.contains(&absence.lesson));
    journal.final_marks.truncate(1);
    journal.decisions.truncate(1);
    set_apart(&mut journal);
    journal
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

fn guide(book: &mut rust_xlsxwriter::Workbook) -> Result<(), XlsxError> {
    let bold = CellFormat::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name(GUIDE_SHEET)?;
    sheet.set_column_width(0, 110)?;
    let lines = [
        ("Как заполнять эту книгу", true),
        (
            "1. Строки здесь вымышленные: замените их своими. Заголовки столбцов не меняйте; порядок столбцов и листов любой.",
            false,
        ),
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
            "6. Загрузите книгу сначала с пометкой «только проверить»: все замечания будут показаны с листом и ячейкой.",
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

/// What a column is for, as the note at its heading says it.
fn explained(file: File, column: &Column) -> String {
    let what = match (file, column.name) {
        (_, "id") if file == File::Periods => {
            "Короткое имя периода: Q1, Q2, Q3, Q4 для четвертей, H1, H2 для полугодий."
        }
        (_, "id") => {
            "Код, по которому строку узнают другие таблицы. Столбец можно удалить: коды найдутся по имени или будут даны."
        }
        (_, "year") => "Учебный год: 2025/2026.",
        (_, "kind") => "Выберите: четверть, полугодие или триместр.",
        (_, "roles") => "Роли через пробел: директор, заместитель, секретарь, учитель, техспециалист, администратор.",
        (_, "grade" | "grade_from" | "grade_to") => "Число от 1 до 11.",
        (_, "born" | "enrolled_on" | "left_on" | "starts" | "ends" | "date") => "Дата: 01.09.2025.",
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
