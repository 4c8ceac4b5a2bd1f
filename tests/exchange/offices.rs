//! Spreadsheets as a school's administrator has them: nothing is typed anew, what is left out is said.

use letopis::bundle::{BundleFile, Settled, codes, encoding};
use letopis::domain::finding::Severity;
use letopis::domain::journal::Journal;

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
        book(
            "Списки классов.xlsx",
            &[class, sheet("5Б", &[&["ФИО", "Дата рождения"], &["Опалов Ясень", "01.04.2015"]])],
        ),
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
    for word in ["«Телефон»", "«Адрес»", "«ИНН»", "Всего: 2 чел.", "Итого: 2", "01.09.2026", "Гранатова — Директор"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
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
    given[2] = book(
        "Списки классов.xlsx",
        &[
            sheet(
                "5а",
                &[
                    &["№", "ФИО", "Англ. яз.", "Группа здоровья"],
                    &["1", "Агатова Яшма Петровна", "1", "1"],
                    &["2", "Рябинин Кедр", "2 группа", "2"],
                ],
            ),
            sheet("5Б", &[&["ФИО", "Дата рождения"], &["Опалов Ясень", "01.04.2015"]]),
        ],
    );
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
