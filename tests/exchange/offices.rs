//! Spreadsheets as a school's administrator has them: nothing is typed anew, what is left out is said.

use std::collections::BTreeMap;

use letopis::bundle::{BundleFile, Given, Settled, YearSheet, codes, encoding};
use letopis::domain::finding::Severity;
use letopis::domain::journal::{Course, Journal};
use letopis::domain::setup::cells::Known;
use letopis::domain::setup::spelling;

use crate::handmade::{Sheet, name, workbook};
use crate::house::taken;

/// A sheet of rows, the first column «A».
fn sheet(title: &str, rows: &[&[&str]]) -> Sheet {
    let mut sheet = Sheet::new(title);
    for (row, cells) in (1..).zip(rows) {
        for (column, text) in (0..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
            sheet.text(name(column, row), *text);
        }
    }
    sheet
}

fn book(title: &str, sheets: &[Sheet]) -> BundleFile {
    BundleFile::new(title.to_owned(), workbook(sheets))
}

/// The list of the other class, which most stories leave as it is, behind that of 5А.
fn lists(of_5a: Sheet) -> BundleFile {
    let of_5b = sheet("5Б", &[&["ФИО", "Дата рождения"], &["Опалов Ясень", "01.04.2015"]]);
    book("Списки классов.xlsx", &[of_5a, of_5b])
}

/// The files of the school's own disk: a card with periods, staff, lists of classes, class teachers in windows-1251, hours by classes.
fn files() -> Vec<BundleFile> {
    let card = sheet(
        "Карточка",
        &[
            &["Карточка организации"],
            &["Полное наименование", "МБОУ «Школа № 5»"],
            &["ИНН", "590"],
            &["Учебный год", "2026-2027"],
        ],
    );
    let periods = sheet(
        "Четверти",
        &[
            &["Период", "Начало", "Окончание", "Недель"],
            &["I четверть", "01.09.2026", "24.10.2026", "8"],
            &["II четверть", "2026-11-05", "30.12.2026", "8"],
        ],
    );
    let staff = sheet(
        "Штат",
        &[
            &["Муниципальное бюджетное общеобразовательное учреждение"],
            &["№ п/п", "ФИО", "Должность", "Телефон"],
            &["1", "Гранатова Ольга Петровна", "Директор", "8-900"],
            &["2", "Берёзкин Лев Ильич", "учитель математики", ""],
            &["", "Всего: 2 чел."],
        ],
    );
    let mut class = sheet(
        "5а",
        &[
            &["Список обучающихся 5 «А» класса"],
            &["№", "Фамилия, имя, отчество", "Дата рождения", "Адрес"],
            &["1", "Агатова Яшма Петровна", "12.03.2015 г.", "ул. Минеральная"],
            &[],
            &["2", " Рябинин  Кедр", "", ""],
            &["", "Итого: 2"],
        ],
    );
    class.merges.push("A1:D1".to_owned());
    let hours = sheet(
        "Тарификация",
        &[
            &["№", "ФИО учителя", "Предмет", "Классы", "", "Итого"],
            &["", "", "", "5А", "5 Б", ""],
            &["1", "Березкин Л.И.", "Математика", "5", "", "5"],
            &["", "", "Труд", "1,5", "", "1,5"],
            &["", "Итого по школе", "", "6,5", "", "6,5"],
        ],
    );
    let teachers = encoding::to_windows_1251(
        "Класс;Кабинет;Классный руководитель\r\n5 \"А\";12;Березкин Л.И.\r\n5Б;13;Березкин Л.И.\r\n",
    );
    vec![
        book("Школа.xlsx", &[card, periods]),
        book("Кадры.xlsx", &[staff]),
        lists(class),
        book("Тарификация.xlsx", &[hours]),
        BundleFile::new("Классное руководство.csv".to_owned(), teachers),
    ]
}

fn told(settled: &Settled) -> String {
    settled.findings().iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn a_school_s_own_spreadsheets_make_its_year_without_typing_anything_anew() {
    let settled = taken(&files(), Some(&Journal::default()));
    let said = told(&settled);
    let journal = settled.journal.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(
        (journal.school.year.as_str(), journal.periods.len(), journal.periods[0].id.as_str()),
        ("2026/2027", 2, "Q1")
    );
    assert_eq!(journal.staff.iter().map(|one| one.roles.join(" ")).collect::<Vec<_>>(), ["director", "teacher"]);
    let classes: Vec<_> =
        journal.classes.iter().map(|one| (one.name.as_str(), one.grade, one.class_teacher_id.as_str())).collect();
    assert_eq!(classes, [("5А", 5, "T00002"), ("5Б", 5, "T00002")]);
    let learners: Vec<String> = journal
        .learners
        .iter()
        .map(|one| format!("{} {} {} {} {}", one.surname, one.given_name, one.patronymic, one.class, one.enrolled_on))
        .collect();
    assert_eq!(
        learners,
        ["Агатова Яшма Петровна 5А 2026-09-01", "Рябинин Кедр  5А 2026-09-01", "Опалов Ясень  5Б 2026-09-01"]
    );
    let courses: Vec<_> = journal.courses.iter().map(|one| (one.subject.as_str(), one.hours_per_week_centi)).collect();
    assert_eq!(courses, [("Математика", 500), ("Труд", 150)]);
    // Nothing is left out in silence: own columns, totals, guessed days and rights are each told, and none of it is an error.
    for word in ["«Телефон»", "«Адрес»", "«ИНН»", "Всего: 2 чел.", "Итого: 2", "01.09.2026", "Директор → директор"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn half_years_on_a_sheet_of_their_own_leave_no_warning_that_there_are_none() {
    let of = |title: &str, name: &str| {
        sheet(title, &[&["Период", "Начало", "Окончание"], &[name, "01.09.2026", "24.10.2026"]])
    };
    let warns = |sheets: &[Sheet]| {
        let settled = taken(&[book("Периоды.xlsx", sheets)], Some(&Journal::default()));
        told(&settled).contains("не будет учебных периодов")
    };
    assert!(!warns(&[of("Четверти", "I четверть"), of("Полугодия 10 класс", "1 полугодие")]));
    assert!(warns(&[of("Четверти", "I четверть")]), "a school whose classes are not known may have seniors");
}

#[test]
fn what_cannot_be_read_is_told_with_its_sheet_and_row_and_nothing_comes_in() {
    let mut given = files();
    let strange = sheet(
        "Тарификация",
        &[&["ФИО учителя", "Предмет", "5А", "5Б"], &["Берёзкин Лев Ильич", "Математика", "пять", "5"]],
    );
    given[3] = book("Тарификация.xlsx", &[strange]);
    let settled = taken(&given, Some(&Journal::default()));
    assert!(settled.journal.is_none());
    let errors: Vec<_> = settled.findings().into_iter().filter(|one| one.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].code, codes::BAD_NUMBER);
    assert_eq!(errors[0].place, "Тарификация.xlsx, лист «Тарификация»");
    assert!(errors[0].message.contains("строка 2, 5А: «пять»"), "{}", errors[0].message);
}

#[test]
fn a_class_list_says_beside_the_name_who_is_in_which_group_and_a_list_of_groups_says_it_too() {
    let mut given = files();
    given[2] = lists(sheet(
        "5а",
        &[
            &["№", "ФИО", "Англ. яз.", "Группа здоровья"],
            &["1", "Агатова Яшма Петровна", "1", "1"],
            &["2", "Рябинин Кедр", "2 группа", "2"],
        ],
    ));
    given[3] = book(
        "Тарификация.xlsx",
        &[sheet(
            "Тарификация",
            &[
                &["ФИО учителя", "Предмет", "Группа", "5А", "5Б"],
                &["Берёзкин Л.И.", "Математика", "", "5", "5"],
                &["", "Английский язык", "1", "3", ""],
                &["Гранатова О.П.", "Английский язык", "2", "3", ""],
                &["", "Информатика", "1", "", "1"],
                &["Берёзкин Л.И.", "Информатика", "2", "", "1"],
            ],
        )],
    );
    given.push(book(
        "Группы.xlsx",
        &[sheet("Деление 5Б", &[&["Класс", "Предмет", "Группа", "ФИО"], &["5Б", "Информатика", "1", "Опалов Ясень"]])],
    ));
    let settled = taken(&given, Some(&Journal::default()));
    let said = told(&settled);
    let journal = settled.journal.unwrap_or_else(|| panic!("{said}"));
    let members = |class: &str, subject: &str, group: &str| -> Vec<String> {
        let of = |course: &&letopis::domain::journal::Course| {
            (course.class.as_str(), course.subject.as_str(), course.group.as_str()) == (class, subject, group)
        };
        let course = journal.courses.iter().find(of).unwrap_or_else(|| panic!("{subject} {group}: {said}"));
        let name = |id: &String| journal.learners.iter().find(|one| one.id == *id).unwrap().surname.clone();
        course.members.iter().map(name).collect()
    };
    assert_eq!(members("5А", "Английский язык", "1"), ["Агатова"], "{said}");
    assert_eq!(members("5А", "Английский язык", "2"), ["Рябинин"]);
    assert_eq!(members("5Б", "Информатика", "1"), ["Опалов"]);
    assert!(said.contains("«Группа здоровья» (5А) не загружается"), "a column of no divided subject: {said}");
}

/// Rows of a table of the year with the words of each, and what its sheet says of itself.
fn of_year(files: &[BundleFile], table: &str) -> (Vec<String>, String) {
    let given = Given::read(files);
    let sheets: Vec<&YearSheet> = given.year_sheets().iter().filter(|sheet| sheet.layout.table == table).collect();
    let rows = sheets.iter().flat_map(|sheet| &sheet.sheet.rows).map(|(_, cells)| cells.join("|")).collect();
    let said = sheets.iter().flat_map(|sheet| &sheet.findings).map(|finding| format!("{finding}\n"));
    (rows, given.findings().iter().map(|finding| format!("{finding}\n")).chain(said).collect())
}

/// The usual list of load: a title, «Классы», hours for each of them.
fn usual_load() -> BundleFile {
    book(
        "Тарификация.xlsx",
        &[sheet(
            "Тарификация",
            &[
                &["Тарификация на 01.09.2026"],
                &["№", "ФИО учителя", "Предмет", "Классы", "Часов в неделю на класс", "Всего часов"],
                &["1", "Берёзкин Л.И.", "Математика", "5a, 5Б", "5", "10"],
                &["2", "Гранатова О.П.", "Физическая культура", "5А и 5Б", "2", "4"],
                &["3", "Гранатова О.П.", "Музыка", "5А-5Б", "1", "2"],
            ],
        )],
    )
}

#[test]
fn a_list_of_load_with_several_classes_in_a_cell_gives_each_its_course_and_says_so() {
    let mut given = files();
    given[3] = usual_load();
    let (rows, said) = of_year(&given, "teaching_load");
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows[0].contains("|5А|5|") && rows[1].contains("|5Б|5|"), "{rows:?}");
    assert!(rows[4].contains("|5А-5Б|"), "what may mean two things stays as it is written: {rows:?}");
    assert!(said.contains("строки 3, 4") && said.contains("по строке на класс"), "{said}");
    assert!(said.contains("«5a» латинская буква: взят класс «5А»"), "{said}");
    assert!(!said.contains("без заголовка"), "{said}");
    let settled = taken(&given, Some(&Journal::default()));
    let courses: Vec<String> =
        settled.journal.unwrap().courses.iter().map(|one| format!("{} {}", one.class, one.subject)).collect();
    assert_eq!(courses, ["5А Математика", "5Б Математика", "5А Физическая культура", "5Б Физическая культура"]);
    let known = Known::default();
    let parsed = Given::read(&given);
    let load = parsed.year_sheets().iter().find(|sheet| sheet.layout.table == "teaching_load").unwrap();
    let refused = load.layout.read_sheet(&load.sheet, &known, &BTreeMap::new(), 1).unwrap_err();
    let of_several = refused.iter().find(|finding| finding.found.contains("5А-5Б")).unwrap();
    assert!(of_several.message.contains("один класс в строке"), "{of_several}");
    assert!(of_several.place.contains("«Предмет»") && !of_several.place.contains("«Курс»"), "{of_several}");
}

#[test]
fn a_title_above_strange_headings_makes_one_finding_and_not_one_of_every_row() {
    let strange = sheet(
        "Тарификация",
        &[&["Тарификация"], &["", "", "1", "2"], &["Берёзкин Л.И.", "", "3", "x"], &["Берёзкин Л.И.", "", "4", "y"]],
    );
    let (_, said) = of_year(&[book("Тарификация.xlsx", &[strange])], "teaching_load");
    assert!(said.matches("без заголовка").count() <= 1, "{said}");
}

#[test]
fn a_timetable_s_short_subjects_are_those_of_the_class_and_the_rest_are_told_with_the_nearest() {
    let mut journal = taken(&files(), Some(&Journal::default())).journal.unwrap();
    let first = journal.courses[0].clone();
    let course = |id: &str, subject: &str, group: &str| Course {
        id: id.to_owned(),
        subject: subject.to_owned(),
        group: group.to_owned(),
        ..first.clone()
    };
    journal.courses = vec![
        course("C1", "Физическая культура", ""),
        course("C2", "Иностранный язык (английский)", "1"),
        course("C3", "Иностранный язык (английский)", "2"),
        course("C4", "Литература", ""),
    ];
    let wall = sheet(
        "Расписание",
        &[
            &["Расписание уроков"],
            &["День", "Урок", "5А"],
            &["Понедельник", "1", "Физ-ра"],
            &["", "2", "Англ. яз., 2 группа"],
            &["", "3", "Лит-ра"],
            &["Вторник", "1", "Физ-ра"],
        ],
    );
    let known = Known::of(&journal, std::iter::empty());
    let read = |wall: Sheet| {
        let files = [book("Расписание.xlsx", &[wall])];
        let given = Given::read(&files);
        let sheet = &given.year_sheets()[0];
        let (written, told) = spelling::written_out(sheet.layout, &sheet.sheet, &known);
        let told = told.iter().map(|finding| format!("{finding}\n")).collect::<String>();
        (sheet.layout.read_sheet(&written, &known, &BTreeMap::new(), 1), told)
    };
    let (rows, told) = read(wall);
    let courses: Vec<String> = rows.unwrap().into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(courses, ["C1", "C3", "C4", "C1"], "{told}");
    assert!(told.contains("строки 3, 6") && told.contains("«Физ-ра» — это «Физическая культура»"), "{told}");
    let (refused, _) = read(sheet(
        "Расписание",
        &[
            &["День", "Урок", "5А"],
            &["Понедельник", "1", "Литиратура"],
            &["", "3", "Иностранный язык (английский), 3 группа"],
        ],
    ));
    let said: Vec<String> = refused.unwrap_err().into_iter().map(|finding| finding.message).collect();
    assert!(said[0].contains("возможно, «Литература»"), "{said:?}");
    assert!(said[1].contains("есть 1, 2"), "{said:?}");
    // A subject of groups without a group is a lesson of each of them.
    let (rows, told) = read(sheet("Расписание", &[&["День", "Урок", "5А"], &["Вторник", "1", "Англ. яз., каб. 7"]]));
    let courses: Vec<String> = rows.unwrap().into_iter().map(|row| format!("{}{}", row[0], row[6])).collect();
    assert_eq!(courses, ["C2", "C3"], "{told}");
    assert!(told.contains("урок записан каждой из них (1, 2)"), "{told}");
}

#[test]
fn a_load_without_groups_is_numbered_by_the_list_of_groups_or_by_its_order_and_courses_follow() {
    let mut given = files();
    let load = sheet(
        "Тарификация",
        &[
            &["№", "Учитель", "Предмет", "Классы", "Часов в неделю на класс"],
            &["1", "Гранатова О.П.", "Английский язык", "5А, 5Б", "3"],
            &["2", "Березкин Л.И.", "Английский язык", "5А", "3"],
        ],
    );
    given[3] = book("Тарификация.xlsx", &[load]);
    let courses = |given: &[BundleFile]| {
        let settled = taken(given, Some(&Journal::default()));
        let mut courses: Vec<String> = settled
            .journal
            .unwrap()
            .courses
            .iter()
            .map(|one| format!("{}{} {}", one.class, one.group, one.teacher_id))
            .collect();
        courses.sort();
        courses
    };
    let numbered = |given: &[BundleFile]| {
        let given = Given::read(given);
        let told = given.findings().iter().filter(|one| one.code == codes::GROUPS_NUMBERED);
        told.map(ToString::to_string).collect::<String>()
    };
    let by_order = courses(&given);
    assert_eq!(by_order.len(), 3, "{by_order:?}");
    assert!(
        numbered(&given).contains("Гранатова О.П. — 1 группа, Березкин Л.И. — 2 группа (по порядку строк"),
        "{}",
        numbered(&given)
    );
    let rows = |first: &str, second: &str| {
        sheet(
            "5А Английский язык",
            &[
                &["№", "ФИО", "Группа", "Учитель"],
                &["1", "Агатова Яшма Петровна", first, "Гранатова О.П."],
                &["2", "Рябинин Кедр", second, "Берёзкин Л.И."],
            ],
        )
    };
    given.push(book("Деление на группы.xlsx", &[rows("2", "1")]));
    let by_list = courses(&given);
    assert_ne!(by_order, by_list, "the list says whose group is which");
    let in_order = "Березкин Л.И. — 1 группа, Гранатова О.П. — 2 группа";
    assert!(numbered(&given).contains(in_order), "{}", numbered(&given));
}

#[test]
fn a_plan_by_classes_is_the_plan_of_grades_that_agree_and_of_classes_that_do_not() {
    let plan = sheet(
        "Учебный план",
        &[
            &["Учебный план на 2026/2027 учебный год"],
            &["Предмет", "5А", "5Б", "6А", "6Б"],
            &["Обязательная часть"],
            &["Русский язык", "5", "5", "6", "6"],
            &["Часть, формируемая участниками"],
            &["Информатика", "1", "1", "", "0,5"],
            &["Итого", "6", "6", "6", "6,5"],
        ],
    );
    let (rows, said) = of_year(&[book("Учебный план.xlsx", &[plan])], "curriculum");
    assert_eq!(
        rows,
        [
            "5||Русский язык|5|обязательная часть",
            "5||Информатика|1|часть, формируемая школой",
            "6|6А|Русский язык|6|обязательная часть",
            "6|6Б|Русский язык|6|обязательная часть",
            "6|6Б|Информатика|0,5|часть, формируемая школой",
        ],
        "{said}"
    );
    assert!(said.contains("свой план у 6А, 6Б"), "{said}");
}

#[test]
fn holidays_among_the_quarters_are_days_of_the_calendar_and_what_two_sheets_say_alike_is_taken_once() {
    let quarters = sheet(
        "Четверти и каникулы",
        &[
            &["Период", "Начало", "Окончание"],
            &["1 четверть", "01.09.2026", "25.10.2026"],
            &["Осенние каникулы", "26.10.2026", "03.11.2026"],
            &["2 четверть", "04.11.2026", "30.12.2026"],
            &["Каникулы"],
            &["Зимние", "31.12.2026", "11.01.2027"],
        ],
    );
    let calendar = sheet(
        "Календарь",
        &[&["С", "По", "Что это", "Название"], &["2026-10-26", "2026-11-03", "каникулы", "Осенние каникулы"]],
    );
    let (rows, said) = of_year(&[book("График.xlsx", &[quarters, calendar])], "calendar_days");
    assert_eq!(
        rows,
        ["26.10.2026|03.11.2026|каникулы|Осенние каникулы", "31.12.2026|11.01.2027|каникулы|Зимние"],
        "{said}"
    );
    assert!(!said.contains("не похожи"), "{said}");
}

#[test]
fn groups_are_told_by_words_in_a_sheet_of_a_divided_subject_and_in_the_column_of_courses() {
    let mut given = files();
    given[3] = book(
        "Тарификация.xlsx",
        &[sheet(
            "Тарификация",
            &[
                &["Учитель", "Предмет", "Класс", "Группа", "Часов"],
                &["Берёзкин Л.И.", "Английский язык", "5А", "1", "3"],
                &["Гранатова О.П.", "Английский язык", "5А", "2", "3"],
                &["Гранатова О.П.", "Английский язык", "5Б", "1", "3"],
            ],
        )],
    );
    let by_sheet = sheet(
        "5А Английский язык",
        &[&["№", "ФИО", "Группа"], &["1", "Агатова Яшма Петровна", "1"], &["2", "Рябинин Кедр", "2"]],
    );
    let by_words = |course: &str| sheet("Состав групп", &[&["Курс", "Обучающийся"], &[course, "Опалов Ясень"]]);
    let members = |settled: Settled| {
        let said = told(&settled);
        let journal = settled.journal.unwrap_or_else(|| panic!("{said}"));
        journal.courses.iter().map(|course| course.members.len()).collect::<Vec<_>>()
    };
    let files = |sheet: Sheet| given.iter().cloned().chain([book("Группы.xlsx", &[sheet])]).collect::<Vec<_>>();
    assert_eq!(members(taken(&files(by_sheet), Some(&Journal::default()))), [1, 1, 0]);
    let named = by_words("5Б, Английский язык, 1 группа");
    assert_eq!(members(taken(&files(named), Some(&Journal::default()))), [0, 0, 1]);
    let refused = taken(&files(by_words("5Б, Английский язык, 2 группа")), Some(&Journal::default()));
    assert!(refused.journal.is_none());
    let errors: Vec<_> = refused.findings().into_iter().filter(|one| one.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].expected, "5Б, Английский язык, 1 группа");
}

#[test]
fn an_old_list_with_a_former_surname_doubles_nobody() {
    let mut journal = taken(&files(), Some(&Journal::default())).journal.unwrap();
    let renamed = journal.learners.iter_mut().find(|one| one.surname == "Агатова").unwrap();
    renamed.surname = "Липова".to_owned();
    let code = renamed.id.clone();
    // The day of birth says who it is: the card's surname holds, also where groups name the learner by the former one.
    let settled = taken(&files(), Some(&journal));
    let said = told(&settled);
    let warned = settled.findings().into_iter().filter(|one| one.code == codes::LEARNER_RENAMED).collect::<Vec<_>>();
    let after = settled.journal.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(after.learners, journal.learners, "{said}");
    assert!(after.learners.iter().any(|one| one.id == code && one.surname == "Липова"));
    assert_eq!((warned.len(), warned[0].severity), (1, Severity::Warning), "{said}");
    assert_eq!(warned[0].place, "Списки классов.xlsx, лист «5а», строка 3");
    let asked = "5А: в списке «Агатова Яшма Петровна», в карточке «Липова Яшма Петровна»: тот же ученик?";
    assert!(warned[0].message.starts_with(asked), "{}", warned[0].message);
    // Without the day it is asked, and the row comes in as it is written.
    journal.learners.iter_mut().for_each(|one| one.born = None);
    let settled = taken(&files(), Some(&journal));
    assert!(told(&settled).contains(asked) && told(&settled).contains("будет записан новым"), "{}", told(&settled));
    assert_eq!(settled.journal.unwrap().learners.len(), journal.learners.len() + 1);
    // Another day of birth is another learner, of whom nothing is asked.
    journal.learners.iter_mut().for_each(|one| one.born = "2015-01-02".parse().ok());
    let settled = taken(&files(), Some(&journal));
    assert!(!settled.findings().iter().any(|one| one.code == codes::LEARNER_RENAMED), "{}", told(&settled));
}

#[test]
fn an_old_list_moves_nobody_back_and_doubles_nobody() {
    let mut journal = taken(&files(), Some(&Journal::default())).journal.unwrap();
    let at = journal.learners.iter().position(|one| one.surname == "Агатова").unwrap();
    let mut before = journal.learners[at].clone();
    let day = "2026-10-15".parse().unwrap();
    before.left_on = Some(day);
    journal.earlier_stays.push(before);
    let card = &mut journal.learners[at];
    card.class = "5Б".to_owned();
    card.enrolled_on = day;
    card.enrolment_order = "12 от 14.10.2026".to_owned();
    let warned = |settled: &Settled| {
        let moved = settled.findings().into_iter().filter(|one| one.code == codes::LEARNER_MOVED);
        moved.map(|one| (one.severity, one.place, one.message)).collect::<Vec<_>>()
    };
    let unmoved = |journal: &Journal, words: &str| {
        let settled = taken(&files(), Some(journal));
        let (said, warned) = (told(&settled), warned(&settled));
        assert_eq!(settled.journal.unwrap_or_else(|| panic!("{said}")).learners, journal.learners, "{said}");
        assert_eq!(warned.len(), 1, "{said}");
        let (weight, place, message) = &warned[0];
        assert_eq!((*weight, place.as_str()), (Severity::Warning, "Списки классов.xlsx, лист «5а», строка 3"));
        assert!(message.contains(words), "{message}");
    };
    unmoved(&journal, "перевод в 5Б с 15.10.2026, приказ № 12 от 14.10.2026; список 5А его не меняет");
    // Without the day of birth the name alone tells, as long as it is the only one.
    let mut nameless = journal.clone();
    nameless.learners[at].born = None;
    let settled = taken(&files(), Some(&nameless));
    assert_eq!(settled.journal.as_ref().unwrap().learners[at].class, "5Б", "{}", told(&settled));
    assert!(warned(&settled)[0].2.contains("узнан по имени"), "{:?}", warned(&settled));
    // Who left is not enrolled again, in whatever class the list has them.
    let mut gone = journal.clone();
    gone.learners[at].left_on = "2026-12-01".parse().ok();
    gone.learners[at].leaving_order = "19 от 30.11.2026".to_owned();
    unmoved(&gone, "выбытие из 5Б с 01.12.2026, приказ № 19 от 30.11.2026");
    gone.earlier_stays.clear();
    gone.learners[at].class = "5А".to_owned();
    unmoved(&gone, "Возвращают на странице «Движение»");
    // Another day of birth is another learner.
    journal.learners[at].born = "2015-01-02".parse().ok();
    let settled = taken(&files(), Some(&journal));
    assert!(warned(&settled).is_empty(), "{}", told(&settled));
    assert_eq!(settled.journal.unwrap().learners.len(), journal.learners.len() + 1);
}

#[test]
fn groups_of_an_old_list_find_the_learner_by_the_former_surname() {
    let mut given = files();
    given[2] = lists(sheet(
        "5а",
        &[
            &["№", "ФИО", "Дата рождения", "Труд"],
            &["1", "Агатова Яшма Петровна", "12.03.2015", "1"],
            &["2", "Рябинин Кедр", "", "2"],
        ],
    ));
    given[3] = book(
        "Тарификация.xlsx",
        &[sheet(
            "Тарификация",
            &[
                &["ФИО учителя", "Предмет", "Группа", "5А", "5Б"],
                &["Берёзкин Л.И.", "Математика", "", "5", "5"],
                &["", "Труд", "1", "2", ""],
                &["Гранатова О.П.", "Труд", "2", "2", ""],
            ],
        )],
    );
    let mut journal = taken(&given, Some(&Journal::default())).journal.unwrap();
    let members = |journal: &Journal| journal.courses.iter().map(|one| one.members.clone()).collect::<Vec<_>>();
    let before = members(&journal);
    journal.learners.iter_mut().find(|one| one.surname == "Агатова").unwrap().surname = "Липова".to_owned();
    let settled = taken(&given, Some(&journal));
    let said = told(&settled);
    let after = settled.journal.unwrap_or_else(|| panic!("{said}"));
    assert_eq!((members(&after), after.learners.len()), (before, journal.learners.len()), "{said}");
}

#[test]
fn a_list_without_days_of_birth_leaves_those_of_the_cards() {
    let journal = taken(&files(), Some(&Journal::default())).journal.unwrap();
    let born =
        |journal: &Journal| journal.learners.iter().map(|one| (one.surname.clone(), one.born)).collect::<Vec<_>>();
    assert!(born(&journal).iter().any(|(_, day)| day.is_some()));
    let mut given = files();
    given[2] = book(
        "Списки классов.xlsx",
        &[
            sheet("5а", &[&["№", "ФИО"], &["1", "Агатова Яшма Петровна"], &["2", "Рябинин Кедр"]]),
            sheet("5Б", &[&["ФИО"], &["Опалов Ясень"]]),
        ],
    );
    let settled = taken(&given, Some(&journal));
    let said = told(&settled);
    let after = settled.journal.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(born(&after), born(&journal), "{said}");
}
