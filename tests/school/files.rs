//! The year set up from files: one workbook for all, office CSV, the wall's timetable, orders; dry run, findings in place, undo.

use letopis::bundle::export::{self, Shape};
use letopis::bundle::generate::{self, setup_rows};
use letopis::bundle::{BundleFile, Given, encoding, example, settle, year, year_book};
use letopis::domain::finding::{Finding, Severity};
use letopis::domain::journal::{Journal, Learner};
use letopis::domain::readiness::{State, is_ready};
use letopis::domain::setup::Slot;
use letopis::domain::setup::layout::{self, Layout};
use letopis::flow::exchange::{self, Taken, Wish, export as leaving, undo};
use letopis::flow::setup::Year;
use letopis::flow::{House, change, log, movement};
use letopis::store::ChangeFilter;

use super::house::{YEAR, act, day, in_every_empty_house, in_every_house, intrude, spec};

/// The made-up school's whole journal.
fn journal(house: &House) -> Journal {
    let files: Vec<BundleFile> =
        generate::generate(&spec()).into_iter().map(|(name, bytes)| BundleFile::new(name, bytes)).collect();
    settle(&Given::read(&files), None, &house.policy).journal.expect("the made-up school is right")
}

/// Its roster and its year in one workbook, as an administrator would bring them: no lessons, no marks.
fn book(house: &House) -> Vec<BundleFile> {
    let journal = journal(house);
    let rows = setup_rows(&journal, YEAR);
    let of = |layout: &'static Layout| {
        let own = rows.iter().filter(|(known, _)| known.table == layout.table);
        (layout, own.map(|(_, row)| row.clone()).collect::<Vec<_>>())
    };
    let tables: Vec<_> = year::tables().map(of).filter(|(_, rows)| !rows.is_empty()).collect();
    let rooms: Vec<String> = of(&layout::ROOMS).1.iter().map(|row| row[0].clone()).collect();
    let roster = export::tables_of("roster").expect("a word of exports");
    one("школа.xlsx", year_book::school(&journal, &roster, &rooms, &tables).expect("a workbook"))
}

/// The first learner who is in the class.
async fn learner_of(house: &House, class: &str) -> Learner {
    let roster = house.db.load_roster(YEAR).await.unwrap();
    roster.learners.into_iter().find(|one| one.class == class && one.left_on.is_none()).unwrap()
}

fn one(name: &str, bytes: Vec<u8>) -> Vec<BundleFile> {
    vec![BundleFile::new(name, bytes)]
}

async fn take(house: &House, files: &[BundleFile], minute: i64) -> Taken {
    exchange::take(house, files, &Wish::default(), false, &act(minute)).await.expect("an answer")
}

/// What a take that must succeed wrote: rows new, changed, gone, as they stood already.
async fn taken(house: &House, files: &[BundleFile], minute: i64) -> [usize; 4] {
    match take(house, files, minute).await {
        Taken::Done { year: Some((_, counts)), .. } => [counts.new, counts.changed, counts.gone, counts.same],
        other => panic!("{other:?}"),
    }
}

async fn refused(house: &House, files: &[BundleFile]) -> Vec<Finding> {
    match take(house, files, 60).await {
        Taken::Refused(findings) => findings,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn an_empty_house_is_ready_for_the_year_after_one_workbook_and_undone_with_one_act() {
    in_every_empty_house(|house| async move {
        let files = book(&house);
        let preview = exchange::preview(&house, &files, &Wish::default(), &act(2)).await.unwrap();
        assert!(preview.clean, "{:#?}", preview.told);
        let plan = preview.year_tables.expect("tables of the year");
        assert!(plan.tables.iter().any(|came| came.table == "timetable" && came.new > 50 && came.gone == 0));
        assert!(house.db.list_years().await.unwrap().is_empty(), "a dry run writes nothing");

        let [new, changed, gone, _] = taken(&house, &files, 3).await;
        assert!(new > 500 && changed == 0 && gone == 0, "{new} {changed} {gone}");
        let lines = Year::open(&house, YEAR).await.unwrap().readiness().unwrap();
        let open: Vec<_> = lines.iter().filter(|line| line.state != State::Done).collect();
        assert!(is_ready(&lines), "{open:#?}");
        assert_eq!(taken(&house, &files, 4).await[..3], [0, 0, 0], "the same workbook changes nothing");

        let imports = house.db.list_imports().await.unwrap();
        assert_eq!(imports.iter().map(|row| row.mode.as_str()).collect::<Vec<_>>(), ["add", "add"]);
        assert_eq!(imports[0].rows_new, new as u64);
        let filter = ChangeFilter { event: Some(imports[0].event), ..ChangeFilter::default() };
        let seqs: Vec<u64> = house.db.list_changes(&filter).await.unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(seqs.len(), new);
        change::undo(&house, &act(5), &seqs).await.unwrap();
        for table in year::tables().filter(|layout| layout.table != "movement") {
            assert!(house.db.list_year_rows(table.table, YEAR).await.unwrap().is_empty(), "{}", table.table);
        }
        assert!(!house.db.load_roster(YEAR).await.unwrap().learners.is_empty(), "the roster is another import");

        // The tables are gone, so the year's first journal goes as well; the same workbook then comes in again.
        let standing = undo::last(&house).await.unwrap().expect("the roster stands");
        assert_eq!(standing.row.no, imports[1].no);
        assert!(undo::undo(&house, &act(6), imports[0].no).await.is_err(), "taken back already");
        let rows = undo::undo(&house, &act(6), imports[1].no).await.unwrap();
        assert_eq!(rows as u64, imports[1].rows_new);
        assert!(house.db.list_years().await.unwrap().is_empty() && undo::last(&house).await.unwrap().is_none());
        let back = undo::moments(&house, &imports).await.unwrap();
        let told: Vec<u64> = back.into_keys().collect();
        assert_eq!(told, [imports[1].no, imports[0].no], "both are told as taken back");
        assert_eq!(imports[0].imported_at, imports[1].imported_at, "one upload");
        assert_eq!(log::verify(&house).await.unwrap(), []);
        let [new, ..] = taken(&house, &files, 7).await;
        assert!(new > 500);
        // What came after the first journal is taken back before it, or the journal stays.
        let last = undo::last(&house).await.unwrap().expect("an import").row.no;
        let refused = undo::undo(&house, &act(8), last - 1).await.expect_err("not the last");
        assert!(refused.to_string().contains("последняя"), "{refused}");
    });
}

#[test]
fn the_example_comes_in_as_it_is_and_each_draft_of_a_table_too() {
    in_every_empty_house(|house| async move {
        let files = one("primer.xlsx", example::workbook(&house.policy, 2025).expect("a workbook"));
        let [new, ..] = taken(&house, &files, 2).await;
        for layout in year::tables().filter(|layout| layout.table != "movement") {
            assert!(!house.db.list_year_rows(layout.table, YEAR).await.unwrap().is_empty(), "{}", layout.title);
        }
        let book = house.db.list_year_rows("stays", YEAR).await.unwrap();
        assert_eq!(book.len(), 1, "the example's order of enrolment is carried out");
        assert!(new > 20);
        assert_eq!(taken(&house, &files, 3).await[..3], [0, 0, 0], "a second time nothing changes, the order neither");
        for layout in year::tables() {
            let bytes = letopis::flow::setup::files::template(&house, YEAR, layout).await.unwrap();
            let counts = taken(&house, &one("zagotovka.xlsx", bytes), 4).await;
            assert_eq!(counts[..3], [0, 0, 0], "{}: what stands comes back as it is", layout.title);
        }
    });
}

#[test]
fn an_office_csv_comes_in_with_its_encoding_separator_and_decimal_comma() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|course| course.group.is_empty()).unwrap().clone();
        let (class, subject) = (&course.class, &course.subject);
        let teacher = open.journal.staff_member(&course.teacher_id).unwrap().clone();
        let text = format!(
            "№ п/п;Учитель;Класс;Предмет;Часов в неделю\r\n1;{} {} {};{class};{subject};2,5\r\n",
            teacher.surname, teacher.given_name, teacher.patronymic
        );
        let files = one("тарификация.csv", encoding::to_windows_1251(&text));
        assert_eq!(taken(&house, &files, 2).await, [1, 0, 0, 0]);
        let load = house.db.list_year_rows("teaching_load", YEAR).await.unwrap();
        assert_eq!(load, [[course.teacher_id.as_str(), course.id.as_str(), "250", ""]]);
        let facts = &house.db.list_imports().await.unwrap()[0].files;
        assert!(facts.contains("windows-1251") && facts.contains("teaching_load"), "{facts}");
        let bells = "\u{feff}Расписание звонков,Урок,Начало,Конец\n1 смена,1,8:30:00,9.10\n";
        assert_eq!(taken(&house, &one("Звонки.csv", bells.into()), 3).await, [1, 0, 0, 0]);
        assert_eq!(
            house.db.list_year_rows("bells", YEAR).await.unwrap(),
            [["1 смена", "1", "08:30", "09:10"].map(str::to_owned)]
        );
    });
}

#[test]
fn what_is_wrong_is_told_with_file_row_and_column_and_nothing_comes_in() {
    in_every_house(|house| async move {
        let rooms = BundleFile::new("Кабинеты.csv", "Кабинет;Мест\n101;30\n101;20\n;5\n".into());
        let timetable = BundleFile::new(
            "Расписание.csv",
            "Класс;Предмет;День недели;Урок;Кабинет\n7А;Алхимия;пн;1;101\n7А;Алгебра;восьмица;2;999\n".into(),
        );
        let findings = refused(&house, &[rooms, timetable]).await;
        let told: Vec<(&str, &str)> = findings.iter().map(|one| (one.code, one.place.as_str())).collect();
        for expected in [
            ("setup.row-twice", "Кабинеты.csv: строка 3"),
            ("setup.cell-empty", "Кабинеты.csv: строка 4, «Кабинет»"),
            ("setup.cell-wrong", "Расписание.csv: строка 2, «Предмет»"),
            ("setup.cell-wrong", "Расписание.csv: строка 3, «День недели»"),
            ("setup.cell-wrong", "Расписание.csv: строка 3, «Кабинет»"),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:#?}");
        }
        let room = findings.iter().find(|one| one.found == "999").expect("the room");
        assert_eq!(room.expected, "кабинет из списка кабинетов");
        assert_eq!(room.message, "кабинета «999» в школе нет");
        assert!(house.db.list_year_rows("rooms", YEAR).await.unwrap().is_empty(), "not the right rows either");
        // A column that is not the table's, and one that is missing.
        let findings = refused(&house, &one("Звонки.csv", "Урок;Начало;Цвет\n1;8:30;белый\n".into())).await;
        let codes: Vec<&str> = findings.iter().map(|one| one.code).collect();
        assert!(codes.contains(&"setup.column-missing") && codes.contains(&"setup.column-unknown"), "{findings:#?}");
    });
}

#[test]
fn a_list_of_rooms_under_a_title_and_any_name_comes_in_and_one_that_fails_spoils_no_timetable() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|one| one.class == "7А" && one.group.is_empty()).unwrap();
        let timetable = || {
            let text = format!("Класс;Предмет;День недели;Урок;Каб.\n7А;{};пн;1;101\n", course.subject);
            BundleFile::new("Расписание.csv", text.into())
        };
        let rooms = |name: &str, text: &str| BundleFile::new(name, text.as_bytes().to_vec());
        // Only the list of rooms is at fault, and it is told alone.
        let findings = refused(&house, &[rooms("Кабинеты.csv", "Кабинет;Мест\n101;много\n"), timetable()]).await;
        let errors: Vec<&Finding> = findings.iter().filter(|one| one.severity >= Severity::Error).collect();
        assert!(errors.iter().all(|one| one.place.starts_with("Кабинеты.csv")), "{errors:#?}");
        let strange = refused(&house, &[rooms("Каб3.csv", "Каб.;Этаж;Площадь\n101;1;40\n"), timetable()]).await;
        let told = strange.iter().find(|one| one.place == "Каб3.csv").expect("the file");
        assert!(told.message.contains("ближе всего «Кабинеты»") && told.found.contains("«Площадь»"), "{told}");
        let titled = "Кабинеты школы, 2025/2026 год\nКаб.;Мест\n101;30\n";
        assert_eq!(taken(&house, &[rooms("Каб2.csv", titled), timetable()], 2).await, [2, 0, 0, 0]);
    });
}

#[test]
fn a_workbook_tells_the_letter_of_the_column() {
    in_every_house(|house| async move {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("Кабинеты").unwrap();
        for (row, cells) in
            [["Список кабинетов на год", "", ""], ["Кабинет", "Мест", "Заведующий"], ["12", "много", ""]]
                .into_iter()
                .enumerate()
        {
            for (column, cell) in cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
        let findings = refused(&house, &one("год.xlsx", book.save_to_buffer().unwrap())).await;
        let place = "год.xlsx, лист «Кабинеты»: строка 3, столбец B «Мест»";
        assert_eq!((findings[0].place.as_str(), findings[0].found.as_str()), (place, "много"));
    });
}

#[test]
fn the_timetable_of_the_wall_comes_in_as_it_hangs_there_with_groups_and_rooms() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let of = |class: &str, grouped: bool| {
            let mut own: Vec<_> = open.journal.courses.iter().filter(|course| course.class == class).collect();
            own.retain(|course| course.group.is_empty() != grouped);
            own
        };
        let (first, other) = (of("7А", false)[0], of("7Б", false)[0]);
        let groups = of("7А", true);
        let [a, b] =
            [groups[0], groups.iter().find(|c| c.subject == groups[0].subject && c.id != groups[0].id).unwrap()];
        let grid = format!(
            "День;Урок;7 а;7Б\nПонедельник;1;{}, каб. 101;{}\n;2;\"{}, {} группа\n{}, {} группа, каб. 102\";-\n",
            first.subject, other.subject, a.subject, a.group, b.subject, b.group
        );
        let rooms = BundleFile::new("Кабинеты.csv", "Кабинет\n101\n102\n".into());
        let files = [BundleFile::new("Расписание.csv", grid.into()), rooms];
        assert_eq!(taken(&house, &files, 2).await, [6, 0, 0, 0]);
        let setup = house.db.load_setup(YEAR).await.unwrap();
        let slot = |course: &str| {
            let slot = setup.timetable.iter().find(|slot| slot.course == course).expect("a lesson");
            (slot.weekday, slot.number, slot.room.clone())
        };
        assert_eq!(slot(&first.id), (1, 1, "101".to_owned()));
        assert_eq!(slot(&other.id), (1, 1, String::new()));
        assert_eq!(slot(&a.id), (1, 2, String::new()));
        assert_eq!(slot(&b.id), (1, 2, "102".to_owned()));
    });
}

#[test]
fn lessons_of_all_groups_push_no_later_lesson_out_of_the_timetable() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let own: Vec<_> = open.journal.courses.iter().filter(|course| course.class == "7А").collect();
        let whole = *own.iter().find(|course| course.group.is_empty()).unwrap();
        let subject = &own.iter().find(|course| !course.group.is_empty()).unwrap().subject;
        let groups = own.iter().filter(|course| course.subject == *subject).count();
        assert!(groups > 1, "{subject}");
        let grid = format!(
            "День;Урок;7А\nПонедельник;1;{subject}\n;2;{whole}\nПятница;1;{subject}\n;2;{whole}\n",
            whole = whole.subject
        );
        let files = [BundleFile::new("Расписание.csv", grid.into())];
        assert_eq!(taken(&house, &files, 2).await, [2 * groups + 2, 0, 0, 0]);
        let setup = house.db.load_setup(YEAR).await.unwrap();
        let last = |weekday: u8| {
            let at = |slot: &&Slot| (slot.weekday, slot.number) == (weekday, 2);
            setup.timetable.iter().filter(at).map(|slot| slot.course.clone()).collect::<Vec<_>>()
        };
        assert_eq!([last(1), last(5)], [vec![whole.id.clone()], vec![whole.id.clone()]]);
    });
}

#[test]
fn plans_come_on_sheets_named_after_their_courses_and_replace_only_their_own() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let own: Vec<_> = open.journal.courses.iter().filter(|c| c.class == "7А" && c.group.is_empty()).collect();
        let words = |at: usize| format!("КТП 7А {}", own[at].subject.to_lowercase());
        let plan = |topics: &[&str]| {
            topics.iter().fold("Тема;Часов\n".to_owned(), |text, topic| text + &format!("{topic};1\n"))
        };
        let files = [
            BundleFile::new(format!("{}.csv", words(0)), plan(&["Дроби", "Углы", "Повторение"]).into()),
            BundleFile::new(format!("{}.csv", words(1)), plan(&["Звук"]).into()),
        ];
        assert_eq!(taken(&house, &files, 2).await, [4, 0, 0, 0]);
        let shorter = [BundleFile::new(format!("{}.csv", words(0)), plan(&["Дроби"]).into())];
        let wish = Wish { whole: Some(true), year: None };
        let Taken::Done { year: Some((_, counts)), journal: None } =
            exchange::take(&house, &shorter, &wish, false, &act(3)).await.unwrap()
        else {
            panic!("not taken")
        };
        assert_eq!((counts.gone, counts.same), (2, 1));
        let left: Vec<String> =
            house.db.load_setup(YEAR).await.unwrap().topics.into_iter().map(|topic| topic.topic).collect();
        assert!(left.contains(&"Звук".to_owned()) && left.len() == 2, "{left:?}");
        let findings = refused(&house, &one("КТП 7А магия.csv", plan(&["Зелья"]).into())).await;
        assert_eq!(findings[0].code, "plan.course-unclear");
        assert!(findings[0].expected.contains(&own[0].subject), "the class's courses are named");
    });
}

#[test]
fn orders_of_a_sheet_are_carried_out_one_after_another_once() {
    in_every_house(|house| async move {
        let learner = learner_of(&house, "7А").await;
        let name = format!("{} {} {}", learner.surname, learner.given_name, learner.patronymic);
        let text = format!(
            "Дата;Ученик;Что;Класс;Откуда или куда;Приказ №;Дата приказа;Дата рождения\n\
             20.11.2025;Янтарев Опал Кремниевич;выбыл;;Школа № 4;12-у;20.11.2025;\n\
             17.11.2025;Янтарев Опал Кремниевич;зачислен;7Б;Школа № 3;11-у;14.11.2025;12.03.2012\n\
             18.11.2025;{name};переведён в другой класс;7Б;;13-у;17.11.2025;\n"
        );
        let files = one("Движение.csv", text.into());
        assert_eq!(taken(&house, &files, 2).await, [1, 2, 0, 0]);
        let listed =
            |lines: Vec<movement::RosterLine>, surname: &str| lines.iter().any(|line| line.learner.surname == surname);
        let roster = |class: &'static str, on: &'static str| {
            let house = &house;
            async move { movement::roster(house, YEAR, class, day(on)).await.unwrap() }
        };
        assert!(listed(roster("7Б", "2025-11-18").await, "Янтарев"));
        assert!(!listed(roster("7Б", "2025-11-20").await, "Янтарев"));
        assert!(roster("7Б", "2025-11-18").await.iter().any(|line| line.learner.id == learner.id));
        assert!(roster("7А", "2025-11-17").await.iter().any(|line| line.learner.id == learner.id));
        assert_eq!(taken(&house, &files, 3).await, [0, 0, 0, 3], "the same orders are not carried out twice");
        let wrong = "Дата;Ученик;Что;Класс;Приказ №\n21.11.2025;Никтов Опал;выбыл;;1\n21.11.2025;Янтарев Опал Кремниевич;переведён в другой класс;7А;2\n";
        let findings = refused(&house, &one("Движение.csv", wrong.into())).await;
        let codes: Vec<&str> = findings.iter().map(|one| one.code).collect();
        assert_eq!(codes, ["setup.cell-wrong", "movement.refused"], "{findings:#?}");
        assert!(findings[0].message.starts_with("ученика «Никтов Опал» в школе нет"), "{}", findings[0]);
    });
}

#[test]
fn days_of_another_year_and_days_without_lessons_are_told_before_anything_is_written() {
    in_every_house(|house| async move {
        let open = Year::open(&house, YEAR).await.unwrap();
        let course = open.journal.courses.iter().find(|one| one.class == "7А" && one.group.is_empty()).unwrap();
        let works = |day: &str, class: &str| {
            let row = format!("{class};{};{day};Контрольная работа;по плану учителя", course.subject);
            one("График контрольных работ.csv", format!("Класс;Предмет;Дата;Вид работы;Кто назначает\n{row}\n").into())
        };
        let tells = |findings: &[Finding], code: &str, found: &str| {
            assert!(
                findings.iter().any(|one| (one.code, one.found.as_str()) == (code, found)),
                "{code}: {findings:#?}"
            );
        };
        tells(&refused(&house, &works("15.10.2024", "7А")).await, "works.outside-year", "15.10.2024");
        let findings = refused(&house, &works("15.10.2025", "7Ъ")).await;
        assert!(findings[0].message.contains("класса «7Ъ» в школе нет"), "{findings:#?}");
        // 12 October 2025 is a Sunday.
        let preview = exchange::preview(&house, &works("12.10.2025", "7А"), &Wish::default(), &act(2)).await.unwrap();
        let told: Vec<_> =
            preview.told.iter().map(|told| &told.finding).filter(|one| one.code == "works.day-off").collect();
        assert!(preview.clean && told.len() == 1, "{:#?}", preview.told);
        assert!(told[0].message.contains("воскресенье") && told[0].severity == Severity::Warning, "{}", told[0]);
        let plan = "Тема;Часов;Дата по плану\nЗвук;1;02.09.2024\n";
        let plan = one(&format!("КТП 7А {}.csv", course.subject), plan.into());
        tells(&refused(&house, &plan).await, "plan.outside-year", "02.09.2024");
        let order = "Дата;Ученик;Что;Класс;Приказ №\n17.11.2024;Янтарев Опал Кремниевич;зачислен;7Б;11-у\n";
        tells(&refused(&house, &one("Движение.csv", order.into())).await, "movement.outside-year", "17.11.2024");
        let order = order.replace("2024", "2025").replace("7Б", "7Ъ");
        let findings = refused(&house, &one("Движение.csv", order.into())).await;
        assert_eq!(findings[0].message, "класса «7Ъ» в школе нет", "{findings:#?}");
    });
}

#[test]
fn a_dry_run_of_files_tells_clashes_of_the_timetable_and_topics_without_a_lesson() {
    in_every_house(|house| async move {
        letopis::flow::setup::seed_demo_setup(&house, &act(2), YEAR).await.unwrap();
        let open = Year::open(&house, YEAR).await.unwrap();
        let own: Vec<_> = open.journal.courses.iter().filter(|c| c.class == "7А" && c.group.is_empty()).collect();
        let (a, b) = (&own[0].subject, &own[1].subject);
        let lessons = format!("Класс;Предмет;День недели;Урок\n7А;{a};сб;1\n7А;{b};сб;1\n7А;{a};пн;12\n");
        let files = [
            BundleFile::new("Расписание.csv", lessons.into()),
            BundleFile::new(format!("КТП 7А {a}.csv"), "Тема;Часов;Дата по плану\nЗвук;1;12.10.2025\n".into()),
        ];
        let preview = exchange::preview(&house, &files, &Wish::default(), &act(3)).await.unwrap();
        assert!(preview.clean, "{:#?}", preview.told);
        let of = |code: &str| preview.told.iter().map(|one| &one.finding).find(|one| one.code == code).expect(code);
        for code in ["timetable.day-off", "timetable.learners-twice", "timetable.no-bell"] {
            let one = of(code);
            assert!(one.severity == Severity::Warning && one.place.starts_with("Расписание: "), "{one}");
        }
        let topic = of("plan.no-lesson");
        assert!(topic.place.ends_with("строка 2, «Дата по плану»"), "{topic}");
        assert!(topic.message.contains("у 7А нет уроков (воскресенье)"), "{topic}");
        // A holiday of another year is refused, as a topic and a work are.
        let days = "С;По;Что это;Название\n30.03.2028;30.03.2028;каникулы;Весенние\n";
        let findings = refused(&house, &one("Календарь.csv", days.into())).await;
        assert!(findings.iter().any(|one| one.code == "calendar.outside-year"), "{findings:#?}");
    });
}

#[test]
fn a_closed_year_and_a_house_without_a_school_take_no_tables() {
    in_every_empty_house(|house| async move {
        let findings = refused(&house, &one("Кабинеты.csv", "Кабинет\n12\n".into())).await;
        assert_eq!(findings[0].code, "setup.no-school");
    });
    in_every_house(|house| async move {
        let sql = format!(
            "insert into closed_years (school, year, closed_at, closed_by, order_number, order_date, next_year) values ('{}', '{YEAR}', '2026-06-01T10:00:00+03:00', 'operator', '1', '2026-06-01', '2026/2027')",
            house.config.school
        );
        intrude(&house, &sql).await.unwrap();
        let findings = refused(&house, &one("Кабинеты.csv", "Кабинет\n12\n".into())).await;
        assert!(findings.iter().any(|one| one.code == "setup.year-closed"), "{findings:#?}");
    });
}

#[test]
fn a_whole_journal_leaves_with_stays_and_entry_times_and_comes_back_row_for_row() {
    in_every_house(|house| async move {
        let learner = learner_of(&house, "7А").await;
        let order = letopis::domain::setup::stays::OrderMark { number: "13-у".into(), date: Some(day("2025-11-17")) };
        let to = letopis::domain::setup::stays::Movement::Move { class: "7Б".into() };
        movement::carry_out(&house, &act(2), YEAR, &learner.id, &to, day("2025-11-18"), &order).await.unwrap();
        let entries: Vec<_> = house.db.list_entries(YEAR).await.unwrap();
        let stays = house.db.list_year_rows("stays", YEAR).await.unwrap();
        assert_eq!(stays.len(), 2);
        for shape in [Shape::Csv, Shape::OfficeCsv, Shape::Json, Shape::Xlsx] {
            let asked = leaving::Export {
                what: "journal".into(),
                tables: export::tables_of("journal").unwrap(),
                year: None,
                class: None,
                period: None,
                shape,
            };
            let written = leaving::export(&house, &asked, &act(3)).await.unwrap();
            let given = vec![(format!("all.{}", written.ending), written.bytes)];
            let files = exchange::opened(given).unwrap();
            let read = settle(&Given::read(&files), Some(&Journal::default()), &house.policy);
            let journal = read.journal.unwrap_or_else(|| panic!("{shape:?}: {:#?}", read.told));
            assert_eq!(read.entries.len(), entries.len(), "{shape:?}");
            assert_eq!(journal.marks.len(), house.db.load_journal(YEAR).await.unwrap().marks.len(), "{shape:?}");
            let sheet = Given::read(&files).year_sheets().iter().find(|sheet| sheet.layout.table == "stays").cloned();
            let rows: Vec<Vec<String>> = sheet.expect("the stays").sheet.rows.into_iter().map(|(_, row)| row).collect();
            let padded = |row: &Vec<String>| {
                let mut row = row.clone();
                row.resize(stays[0].len(), String::new());
                row
            };
            assert_eq!(rows.iter().map(padded).collect::<Vec<_>>(), stays, "{shape:?}");
            let counts = taken(&house, &files, 4).await;
            assert_eq!(counts, [0, 0, 0, 2], "{shape:?}: over itself it changes nothing");
        }
    });
}

/// Texts of the elements of an XML document by their path, and whether every tag is closed in its order.
fn leaves(text: &str) -> Option<Vec<(String, String)>> {
    let mut path: Vec<String> = Vec::new();
    let mut leaves = Vec::new();
    let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    while let Some((said, tail)) = rest.split_once('<') {
        let (tag, tail) = tail.split_once('>')?;
        if let Some(name) = tag.strip_prefix('/') {
            if !said.trim().is_empty() {
                let plain =
                    said.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
                leaves.push((path.join("/"), plain));
            }
            (path.pop()? == name).then_some(())?;
        } else {
            said.trim().is_empty().then_some(())?;
            path.push(tag.split(' ').next()?.to_owned());
        }
        rest = tail;
    }
    (path.is_empty() && rest.trim().is_empty()).then_some(leaves)
}

#[test]
fn xml_holds_every_filled_cell_and_closes_every_tag_whatever_a_cell_says() {
    in_every_empty_house(|house| async move {
        let mut journal = journal(&house);
        journal.lessons[0].topic = "a<b & \"c\" > </topic>\u{1}".to_owned();
        let tables = export::tables_of("journal").unwrap();
        let written = export::write(&journal, &tables, Shape::Xml).unwrap();
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        let leaves = leaves(&text).expect("well formed");
        let cells: usize = tables
            .iter()
            .flat_map(|file| letopis::bundle::tables::rows(*file, &journal))
            .flatten()
            .filter(|cell| !cell.is_empty())
            .count();
        assert_eq!(leaves.len(), cells);
        let topic = leaves.iter().find(|(path, _)| path.ends_with("/topic")).expect("a topic");
        assert_eq!(topic.1, "a<b & \"c\" > </topic>\u{FFFD}", "what XML has no place for is replaced");
    });
}

#[test]
fn a_mark_from_another_school_is_mapped_to_a_subject_of_the_school_or_to_none() {
    in_every_house(|house| async move {
        let who = learner_of(&house, "7А").await.id;
        let file = |subject: &str| {
            let heads = "Ученик;Школа;Предмет там;Предмет здесь;Дата или период;Отметка";
            let text = format!("{heads}\n{who};Школа № 2;Математика;{subject};1 четверть;4\n");
            one("Отметки другой школы.csv", text.into())
        };
        let findings = refused(&house, &file("Алгебрра")).await;
        let told = findings.iter().find(|one| one.code == "setup.subject-unknown").expect("the subject");
        assert_eq!(told.place, "Отметки другой школы.csv: строка 2, «Предмет здесь»");
        assert!(told.found == "Алгебрра" && told.message.contains("возможно, «Алгебра»"), "{told:?}");
        assert!(told.expected.contains("Алгебра"), "{told:?}");
        let subject = async || house.db.list_year_rows("foreign_marks", YEAR).await.unwrap().remove(0)[4].clone();
        assert_eq!(taken(&house, &file(""), 2).await, [1, 0, 0, 0]);
        assert_eq!(subject().await, "");
        assert_eq!(taken(&house, &file("алгебра"), 3).await, [0, 1, 0, 0]);
        assert_eq!(subject().await, "Алгебра");
    });
}
