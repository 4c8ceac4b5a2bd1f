//! Every form goes out and comes back the same; what was detected is told.

use letopis::bundle::export::{self, Shape};
use letopis::bundle::layout::File;
use letopis::bundle::{BundleFile, Format, Given, codes, encoding, example, source};
use letopis::domain::finding::Severity;
use letopis::domain::journal::Journal;

use super::handmade::{Cell, Sheet, workbook};
use super::house::{journal, of, one, rules, taken};

fn files_of(shape: Shape, journal: &Journal) -> Vec<BundleFile> {
    let written = export::write(journal, &File::ALL, shape).unwrap();
    assert_eq!(written.replaced, 0, "the made-up school writes nothing that Windows-1251 does not have");
    source::opened(vec![(format!("journal.{}", written.ending), written.bytes)]).unwrap()
}

#[test]
fn a_whole_journal_goes_out_in_every_form_and_comes_back_the_same() {
    let own = journal(6);
    for shape in [Shape::Csv, Shape::OfficeCsv, Shape::Xlsx, Shape::Json] {
        let files = files_of(shape, &own);
        let standing = if Given::read(&files).is_whole() { None } else { Some(Journal::default()) };
        let back = taken(&files, standing.as_ref());
        let worst: Vec<_> = back.findings().into_iter().filter(|f| f.severity > Severity::Note).collect();
        assert_eq!(worst, [], "{shape:?}");
        assert!(back.journal == Some(own.clone()), "{shape:?}");
    }
}

#[test]
fn an_office_file_is_windows_1251_with_semicolons_points_in_dates_and_decimal_commas() {
    let mut own = journal(3);
    own.courses[0].hours_per_week_centi = 50;
    let files = files_of(Shape::OfficeCsv, &own);
    let file = files.iter().find(|file| file.name == "Обучающиеся.csv").unwrap();
    assert!(std::str::from_utf8(&file.bytes).is_err());
    let (text, written) = encoding::text(&file.bytes).unwrap();
    assert_eq!(written, encoding::Written::Windows1251);
    assert!(text.starts_with("Код обучающегося;Фамилия;Имя;Отчество;Дата рождения;Класс;"), "{text:.80}");
    assert!(text.lines().nth(1).unwrap().contains(".2025;") && text.contains("\r\n"), "{text:.200}");
    let courses = files.iter().find(|file| file.name == "Курсы.csv").unwrap();
    assert!(encoding::text(&courses.bytes).unwrap().0.contains(";0,5\r\n"));
    let periods = files.iter().find(|file| file.name == "Учебные периоды.csv").unwrap();
    assert!(encoding::text(&periods.bytes).unwrap().0.contains(";четверть;"));
    let given = Given::read(&files);
    let facts = given.facts().iter().find(|facts| facts.name == "Обучающиеся.csv").unwrap();
    assert_eq!(
        (facts.format, facts.encoding, facts.separator, facts.tables.as_slice()),
        (Format::Csv, Some(encoding::Written::Windows1251), Some(';'), ["learners"].as_slice())
    );
}

#[test]
fn a_roster_goes_through_onerosters_files_and_comes_back_the_same() {
    let own = journal(6);
    let bytes = export::write(&own, &[], Shape::OneRoster).unwrap().bytes;
    let files = source::opened(vec![("oneroster.zip".into(), bytes)]).unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "academicSessions.csv",
            "classes.csv",
            "courses.csv",
            "demographics.csv",
            "enrollments.csv",
            "manifest.csv",
            "orgs.csv",
            "roles.csv",
            "users.csv"
        ]
    );
    let back = taken(&files, Some(&Journal::default()));
    assert_eq!(back.findings(), []);
    let back = back.journal.unwrap();
    assert_eq!(back.school, own.school);
    assert_eq!(back.periods, own.periods);
    assert_eq!(back.staff, own.staff);
    assert_eq!(back.classes, own.classes);
    assert_eq!(back.learners, own.learners);
    assert_eq!(back.courses, own.courses);
    assert_eq!(back.lessons, []);
}

/// A set as another program writes it: the standard's columns only, roles in `users.csv` as in 1.1.
#[test]
fn a_foreign_oneroster_set_adds_people_and_finds_what_hangs_in_the_air() {
    let text = |name: &str, text: &str| BundleFile::new(name, text.as_bytes().to_vec());
    let files = [
        text("manifest.csv", "propertyName,value\noneroster.version,1.2\n"),
        text("orgs.csv", "sourcedId,status,dateLastModified,name,type\no1,,,School,school\n"),
        text(
            "academicSessions.csv",
            "sourcedId,title,type,startDate,endDate,schoolYear\ny,2025,schoolYear,2025-09-01,2026-05-26,2026\n",
        ),
        text(
            "users.csv",
            "sourcedId,enabledUser,role,givenName,familyName,middleName\nu1,true,teacher,Опал,Кварцев,\nu2,true,student,Роза,Ивова,\nu3,true,student,Ива,Розова,\nu4,true,guardian,Иван,Розов,\n",
        ),
        text("courses.csv", "sourcedId,title\nc1,Физика\n"),
        text(
            "classes.csv",
            "sourcedId,title,grades,courseSourcedId,classType\nh1,7Б,07,,homeroom\nk1,7Б физика,07,c1,scheduled\nk2,7Б химия,07,c9,scheduled\n",
        ),
        text(
            "enrollments.csv",
            "sourcedId,classSourcedId,userSourcedId,role,primary,beginDate\ne1,h1,u1,teacher,true,\ne2,h1,u2,student,,2025-09-02\ne3,k1,u1,teacher,true,\ne4,k1,u2,student,,\ne5,k2,u1,teacher,true,\ne6,k2,u2,student,,\n",
        ),
    ];
    let standing = journal(3);
    let back = taken(&files, Some(&standing));
    let findings = back.findings();
    let said: Vec<String> = of(&findings, codes::UNKNOWN_RECORD).iter().map(|f| f.place.clone()).collect();
    assert_eq!(said, ["users.csv, строка 4", "classes.csv, строка 4"], "{findings:#?}");
    let mended: Vec<BundleFile> = files
        .iter()
        .map(|file| {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            let text = text.replace("u3,true,student,Ива,Розова,\n", "").replace("k2,7Б химия,07,c9,scheduled\n", "");
            BundleFile::new(file.name.clone(), text.into_bytes())
        })
        .collect();
    let back = taken(&mended, Some(&standing));
    let grown = back.journal.unwrap_or_else(|| panic!("{:#?}", back.told));
    assert_eq!(grown.classes.last().map(|class| (class.name.as_str(), class.grade)), Some(("7Б", 7)));
    let course = grown.courses.last().unwrap();
    assert_eq!((course.subject.as_str(), course.teacher_id.as_str(), course.members.len()), ("Физика", "u1", 0));
    assert_eq!(grown.learners.len(), standing.learners.len() + 1);
}

#[test]
fn the_example_to_download_imports_cleanly_as_it_is() {
    let bytes = example::workbook(&rules(), 2025).unwrap();
    let files = one("primer.xlsx", bytes);
    let given = Given::read(&files);
    assert!(!given.is_whole(), "a workbook adds and never empties");
    let settled = taken(&files, Some(&Journal::default()));
    assert_eq!(settled.findings(), []);
    let made = settled.journal.unwrap();
    assert_eq!((made.classes.len(), made.learners.len(), made.lessons.len()), (1, 6, 4));
    // Left in by mistake it replaces nobody of a school that has codes like everybody's.
    let own = journal(4);
    let beside = taken(&files, Some(&own)).journal.unwrap();
    assert!(own.learners.iter().all(|learner| beside.learners.contains(learner)));
    assert!(own.staff.iter().all(|person| beside.staff.contains(person)));
}

#[test]
fn a_sheet_of_people_without_codes_updates_those_who_stand_and_gives_codes_to_new_ones() {
    let standing = journal(4);
    let known = &standing.learners[1];
    let mut sheet = Sheet::new("Ученики");
    for (place, heading) in (0..).zip(["Фамилия", "Имя", "Отчество", "Дата рождения", "Класс", "Дата зачисления"])
    {
        sheet.text(super::handmade::name(place, 3), heading);
    }
    sheet.text("A1", "Списки на 1 сентября");
    let rows = [
        [known.surname.as_str(), &known.given_name, &known.patronymic, "07.03.2014", &known.class, "01.09.2025"],
        ["Ёлкина", "Роза", "Опаловна", "08.03.2014", "5А", "10.09.2025"],
    ];
    for (line, row) in (4..).zip(rows) {
        for (place, text) in (0..).zip(row) {
            sheet.text(super::handmade::name(place, line), text);
        }
    }
    let settled = taken(&one("списки.xlsx", workbook(&[sheet])), Some(&standing));
    let grown = settled.journal.unwrap_or_else(|| panic!("{:#?}", settled.told));
    assert_eq!(grown.learners.len(), standing.learners.len() + 1);
    assert_eq!(grown.learners[1].id, known.id, "who stands keeps the place in the list");
    assert_eq!(grown.learners[1].born.unwrap().to_string(), "2014-03-07");
    assert_eq!(grown.learners[1].enrolment_order, known.enrolment_order, "a column that is not there changes nothing");
    let new = grown.learners.last().unwrap();
    assert_eq!(
        (new.id.as_str(), new.surname.as_str()),
        (format!("L{:05}", standing.learners.len() + 1).as_str(), "Ёлкина")
    );
    assert_eq!(grown.marks, standing.marks);
}

#[test]
fn teachers_may_be_written_by_name_and_an_unknown_one_is_told_with_the_cell() {
    let standing = journal(3);
    let teacher = &standing.staff[2];
    let mut sheet = Sheet::new("Курсы");
    for (place, heading) in (0..).zip(["Класс", "Предмет", "Группа", "Учитель", "Часов в неделю"])
    {
        sheet.text(super::handmade::name(place, 1), heading);
    }
    let full = format!("{}  {} {}", teacher.surname, teacher.given_name, teacher.patronymic);
    for (place, text) in (0..).zip(["5А", "Астрономия", "", full.as_str()]) {
        sheet.text(super::handmade::name(place, 2), text);
    }
    sheet.put("E2", Cell::Number(0.5));
    for (place, text) in (0..).zip(["5А", "Музыкознание", "", "Нектов Никто Никтович", "1"])
    {
        sheet.text(super::handmade::name(place, 3), text);
    }
    let files = one("нагрузка.xlsx", workbook(&[sheet.clone()]));
    let settled = taken(&files, Some(&standing));
    let findings = settled.findings();
    let missing = of(&findings, codes::UNMATCHED_NAME);
    assert_eq!(missing.len(), 1, "{findings:#?}");
    assert_eq!(missing[0].place, "нагрузка.xlsx, лист «Курсы», ячейка D3");
    assert_eq!(missing[0].found, "Нектов Никто Никтович");
    sheet.cells.retain(|(name, _)| !name.ends_with('3'));
    let settled = taken(&one("нагрузка.xlsx", workbook(&[sheet])), Some(&standing));
    let findings = settled.findings();
    assert_eq!(of(&findings, codes::MATCHED_BY_NAME).len(), 1, "{findings:#?}");
    let course = settled.journal.unwrap().courses.pop().unwrap();
    assert_eq!(
        (course.subject.as_str(), course.teacher_id.as_str(), course.hours_per_week_centi),
        ("Астрономия", teacher.id.as_str(), 50)
    );
}

#[test]
fn one_csv_file_under_any_name_is_known_by_its_headings() {
    let standing = journal(3);
    let text = "\u{FEFF}Фамилия;Имя;Отчество;Должность;Роли\r\nКремнева;Яшма;;Педагог-психолог;\r\n";
    let settled = taken(&one("выгрузка 1С.csv", text.as_bytes().to_vec()), Some(&standing));
    assert_eq!(settled.findings(), []);
    let staff = settled.journal.unwrap().staff;
    assert_eq!(staff.len(), standing.staff.len() + 1);
    assert_eq!(staff.last().unwrap().position, "Педагог-психолог");
}

#[test]
fn a_staff_list_without_roles_gives_the_rights_of_its_positions_whichever_reader_reads_it() {
    let file = |name: &str, text: &str| BundleFile::new(name.to_owned(), text.as_bytes().to_vec());
    let school = file(
        "Карточка.csv",
        "Карточка организации;\r\nПолное наименование;МБОУ «Школа № 5»\r\nУчебный год;2026-2027\r\n",
    );
    let periods = file("Четверти.csv", "Период;Начало;Окончание\r\nI четверть;01.09.2026;24.10.2026\r\n");
    let people = [
        ["Гранатова", "Ольга", "Петровна", "Директор школы"],
        ["Малахитов", "Ясень", "Олегович", "Заместитель директора"],
        ["Агатова", "Яшма", "Львовна", "Секретарь"],
        ["Рябинина", "Роза", "Ильинична", "Классный руководитель"],
        ["Берёзкин", "Лев", "Ильич", "учитель математики"],
        ["Бузинин", "Клён", "Ильич", "Технический специалист"],
        ["Кварцев", "Илья", "Ильич", "и.о. директора"],
    ];
    let lines = |row: &dyn Fn(&[&str; 4]) -> String| people.iter().map(row).collect::<String>();
    let apart = lines(&|[surname, given, patronymic, position]: &[&str; 4]| {
        format!("{surname};{given};{patronymic};{position}\r\n")
    });
    let empty = lines(&|[surname, given, patronymic, position]: &[&str; 4]| {
        format!("{surname};{given};{patronymic};{position};\r\n")
    });
    let whole = lines(&|[surname, given, patronymic, position]: &[&str; 4]| {
        format!("{surname} {given} {patronymic};{position}\r\n")
    });
    let lists = [
        format!("Фамилия;Имя;Отчество;Должность\r\n{apart}"),
        format!("Фамилия;Имя;Отчество;Должность;Роли\r\n{empty}"),
        format!("ФИО;Должность\r\n{whole}"),
    ];
    let expected = ["director", "deputy", "secretary", "teacher", "teacher", "technical_specialist", ""];
    for list in lists {
        let files = [school.clone(), periods.clone(), file("Сотрудники.csv", &list)];
        let settled = taken(&files, Some(&Journal::default()));
        let findings = settled.findings();
        let journal = settled.journal.unwrap_or_else(|| panic!("{list}: {findings:#?}"));
        let roles: Vec<String> = journal.staff.iter().map(|one| one.roles.join(" ")).collect();
        assert_eq!(roles, expected, "{list}: {findings:#?}");
        let told = findings.iter().find(|one| one.message.starts_with("права взяты из должностей, проверьте"));
        let told = told.unwrap_or_else(|| panic!("{list}: {findings:#?}"));
        assert_eq!(told.place, "Сотрудники.csv");
        assert!(told.message.contains("Бузинин: Технический специалист → технический специалист"), "{told}");
        assert!(told.message.contains("назначьте его на карточке сотрудника: Кварцев: и.о. директора"), "{told}");
        // Loaded again it changes nobody's rights; a position that would give others is told, and the card's stay.
        let mut standing = journal.clone();
        standing.staff[4].roles = vec!["teacher".to_owned(), "administrator".to_owned()];
        standing.staff[3].roles = vec!["secretary".to_owned()];
        let again = taken(&files, Some(&standing));
        let findings = again.findings();
        assert_eq!(again.journal.unwrap().staff, standing.staff, "{findings:#?}");
        let kept = "права остались как на карточке, по списку не меняются: Рябинина: Классный руководитель — секретарь";
        assert!(findings.iter().any(|one| one.message.contains(kept)), "{findings:#?}");
    }
    // Without a director the list is named, and what to write where.
    let nobody = file("Сотрудники.csv", "Фамилия;Имя;Отчество;Должность\r\nБерёзкин;Лев;Ильич;учитель\r\n");
    let refused = taken(&[school.clone(), periods.clone(), nobody], Some(&Journal::default())).findings();
    let found = of(&refused, codes::NO_DIRECTOR);
    assert_eq!((found.len(), found[0].place.as_str()), (1, "Сотрудники.csv"), "{refused:#?}");
    assert!(found[0].expected.contains("«Директор»") && found[0].found == "ни одной", "{refused:#?}");
    let other = "Фамилия;Имя;Отчество;Должность;Роли\r\nГранатова;Ольга;Петровна;Директор;учитель\r\n";
    let refused = taken(&[school, periods, file("Сотрудники.csv", other)], Some(&Journal::default())).findings();
    let found = of(&refused, codes::NO_DIRECTOR);
    assert_eq!(
        (found[0].place.as_str(), found[0].found.as_str()),
        ("Сотрудники.csv, строка 2, столбец Роли", "учитель")
    );
}

#[test]
fn one_person_in_two_rows_of_a_staff_list_holds_both_posts_and_that_is_told() {
    let standing = journal(3);
    let lists = [
        "Фамилия;Имя;Отчество;Должность\r\nСосновая;Ель;Ручьевна;Делопроизводитель\r\nКремнева;Яшма;;Повар\r\nСосновая;Ель;Ручьевна;Учитель музыки\r\n",
        "ФИО;Должность\r\nСосновая Ель Ручьевна;Делопроизводитель\r\nКремнева Яшма;Повар\r\nСосновая Ель  Ручьевна;Учитель музыки\r\n",
        "ФИО;Должность;Роли\r\nСосновая Ель Ручьевна;Делопроизводитель;секретарь\r\nКремнева Яшма;Повар;\r\nСосновая Ель Ручьевна;Учитель музыки;\r\n",
        "ФИО;Должность;Роли\r\nСосновая Ель Ручьевна;Делопроизводитель;\r\nКремнева Яшма;Повар;\r\nСосновая Ель Ручьевна;Учитель музыки;учитель\r\n",
    ];
    for list in lists {
        let files = one("Кадры.csv", list.as_bytes().to_vec());
        let settled = taken(&files, Some(&standing));
        let findings = settled.findings();
        let told = of(&findings, codes::DUPLICATE_PERSON);
        assert_eq!(told.len(), 1, "{list}: {findings:#?}");
        assert_eq!((told[0].severity, told[0].place.as_str()), (Severity::Warning, "Кадры.csv, строка 4"), "{list}");
        let message = &told[0].message;
        assert!(message.contains("(Кадры.csv, строка 2)") && message.contains("«Код сотрудника»"), "{list}: {message}");
        let staff = settled.journal.unwrap_or_else(|| panic!("{list}: {findings:#?}")).staff;
        assert_eq!(staff.len(), standing.staff.len() + 2, "{list}");
        let both = staff.iter().find(|one| one.surname == "Сосновая" && one.given_name == "Ель").unwrap();
        assert_eq!(both.roles, ["secretary", "teacher"], "{list}");
    }
    // Codes tell people of one name apart.
    let apart = "Код сотрудника;Фамилия;Имя;Отчество;Должность\r\nT91;Сосновая;Ель;Ручьевна;Повар\r\nT92;Сосновая;Ель;Ручьевна;Учитель музыки\r\n";
    let settled = taken(&one("Кадры.csv", apart.as_bytes().to_vec()), Some(&standing));
    assert_eq!(settled.journal.unwrap().staff.len(), standing.staff.len() + 2);
}

#[test]
fn columns_that_are_left_out_of_every_sheet_are_told_once_with_all_the_sheets() {
    let class = |title: &str, learner: &str| {
        let mut sheet = Sheet::new(title);
        for (cell, text) in [("A1", "ФИО"), ("B1", "Телефон"), ("A2", learner), ("B2", "8-900")] {
            sheet.text(cell, text);
        }
        sheet
    };
    let sheets = [class("5А", "Сосновая Ель"), class("8А", "Кремнева Яшма"), class("9А", "Опалова Роза")];
    let settled = taken(&one("Списки.xlsx", workbook(&sheets)), Some(&journal(3)));
    let findings = settled.findings();
    let told: Vec<_> = findings.iter().filter(|one| one.message == "столбцы не загружаются: «Телефон»").collect();
    assert_eq!(told.len(), 1, "{findings:#?}");
    assert_eq!(told[0].place, "Списки.xlsx, листы «5А», «8А», «9А»");
}

#[test]
fn findings_of_a_russian_file_name_its_own_headings_and_show_the_row() {
    let standing = journal(3);
    let text = "Код сотрудника;Фамилия;Имя;Отчество;Должность\r\nT9;Кремнева;;;Педагог\r\n";
    let settled = taken(&one("staff.csv", text.as_bytes().to_vec()), Some(&standing));
    let told = settled.told.first().unwrap();
    assert_eq!(told.finding.code, codes::REQUIRED_CELL);
    assert_eq!(told.finding.place, "staff.csv, строка 2, столбец Имя");
    assert_eq!(told.row[0], ("Код сотрудника", "T9".to_owned()));
    assert_eq!(told.row[4], ("Должность", "Педагог".to_owned()));
}

#[test]
fn a_change_that_contradicts_what_stands_is_told_where_it_stands() {
    let standing = journal(3);
    let mover = &standing.learners[0];
    let text = format!("id,class\n{},8А\n", mover.id);
    let settled = taken(&one("learners.csv", text.into_bytes()), Some(&standing));
    // The columns that must be filled are not there: an update of one column alone is refused with their names.
    assert!(of(&settled.findings(), codes::MISSING_COLUMN).len() >= 3);
    let row = format!("{},{},{},,,8А,2025-09-01,,,\n", mover.id, mover.surname, mover.given_name);
    let head = "id,surname,given_name,patronymic,born,class,enrolled_on,enrolment_order,left_on,leaving_order\n";
    let settled = taken(&one("learners.csv", format!("{head}{row}").into_bytes()), Some(&standing));
    let findings = settled.findings();
    assert!(settled.journal.is_none());
    assert!(
        of(&findings, codes::FOREIGN_LEARNER).iter().any(|f| f.place.starts_with("журнал школы, таблица")),
        "{findings:#?}"
    );
}

#[test]
fn the_description_names_every_heading_and_every_code_and_each_code_has_a_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/exchange.ru.md")).unwrap();
    for file in File::ALL {
        let layout = file.layout();
        let row = text.lines().find(|line| line.starts_with(&format!("| {} |", layout.russian)));
        let row = row.unwrap_or_else(|| panic!("no row of {}", layout.russian));
        layout
            .columns
            .iter()
            .for_each(|column| assert!(row.contains(column.russian), "{} {}", file.name(), column.russian));
    }
    let mut tests = String::new();
    for entry in std::fs::read_dir(root.join("tests/exchange")).unwrap() {
        tests.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for code in codes::EXCHANGE {
        assert!(text.contains(&format!("`{code}`")), "{code} is not described");
        let name = code.trim_start_matches("import.").replace('-', "_").to_uppercase();
        assert!(tests.contains(&format!("codes::{name}")), "{code} has no test");
    }
}
