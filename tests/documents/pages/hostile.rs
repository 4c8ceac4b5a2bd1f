//! Classes that a typesetter fears: markup, overlong words and names, nothing at all.

use letopis::domain::snapshot::{CourseSheet, Sheet, Snapshot};

use super::made_up::{self, Class};

/// Texts that a template language could take for its own.
pub const TEXTS: [&str; 8] = [
    "#let x = panic(\"нет\"); #x",
    "$ integral_0^1 x dif x $",
    "*жирно* _косо_ `код` ```три```",
    "@ссылка <метка> ~ -- --- ...",
    "\\ \\# \\u{1F600} ] [ ) ( } {",
    "= Заголовок == Ещё // комментарий /* и ещё */",
    "https://пример.рф/?a=1&b=2 'кавычки' \"и ещё\"",
    "§ 12, № 5, 2/3, ½, α + β ≤ √3 → ∞",
];

fn class() -> Class {
    Class { name: "11-экспериментальный", learners: 41, subjects: 5, lessons: 60, seed: 3 }
}

fn long_name(at: usize) -> String {
    let base = ["Константинопольская-Преображенская", "Д'Артаньян-Ибн-Хаттаб", "О", "Ы".repeat(60).as_str()][at % 4]
        .to_owned();
    format!("{base} {}", ["Александра-Виктория", "А", "Мухаммад-Абдуррахман", ""][at / 4 % 4])
}

/// A period copy with every text hostile.
pub fn journal() -> Snapshot {
    let mut snapshot = made_up::journal(&class());
    snapshot.school.name = format!("{} {}", snapshot.school.name, "имени героев всех времён и народов ".repeat(6));
    snapshot.class.teacher.surname = "Ъ".repeat(80);
    snapshot.policy.signature_act = "Положение о порядке признания подписи ".repeat(4);
    for sheet in &mut snapshot.sheets {
        match sheet {
            Sheet::Course(course) => spoil(course),
            Sheet::Learners(list) => {
                for (at, row) in list.rows.iter_mut().enumerate() {
                    row.surname = long_name(at);
                }
            }
            Sheet::Attendance(list) => {
                for (at, row) in list.rows.iter_mut().enumerate() {
                    row.name = long_name(at);
                }
            }
            Sheet::FinalMarks(list) => {
                list.subjects[0] = "Х".repeat(120);
                for (at, row) in list.rows.iter_mut().enumerate() {
                    row.name = long_name(at);
                    row.marks[1] = "не аттестован".to_owned();
                }
            }
            Sheet::Title(_) | Sheet::Summary(_) | Sheet::Changes(_) => {}
        }
    }
    snapshot
}

fn spoil(course: &mut CourseSheet) {
    course.teacher.surname = format!("{}-{}", course.teacher.surname, "Задунайская".repeat(4));
    for (at, lesson) in course.lessons.iter_mut().enumerate() {
        match at % 6 {
            0 => lesson.topic = TEXTS[at / 6 % TEXTS.len()].to_owned(),
            1 => lesson.homework = TEXTS[(at / 6 + 3) % TEXTS.len()].to_owned(),
            2 => lesson.topic = "тема урока в две строки\r\nс переносом\tи табуляцией".to_owned(),
            _ => {}
        }
    }
    if let Some(lesson) = course.lessons.get_mut(3) {
        lesson.topic = "ж".repeat(500);
        lesson.homework = "Прочитать и пересказать ".repeat(21);
    }
    if let Some(lesson) = course.lessons.get_mut(5) {
        lesson.substitute = "Преображенская-Задунайская А.Б.".to_owned();
    }
    for (at, row) in course.rows.iter_mut().enumerate() {
        row.name = long_name(at);
        row.arrival = if at % 7 == 3 {
            "Прибыл 28.09.2025 из другой школы, приказ от 27.09.2025 № 12-у".to_owned()
        } else {
            String::new()
        };
        if at % 7 == 3 {
            row.first = 1;
            row.cells[0].clear();
        }
        if let Some(cell) = row.cells.last_mut().filter(|_| at % 9 == 0) {
            *cell = "Б 5/4/3/2".to_owned();
        }
        row.final_mark = if at % 11 == 0 { "безотм".to_owned() } else { row.final_mark.clone() };
    }
}

/// A summary sheet with every text hostile.
pub fn summary() -> Snapshot {
    let mut snapshot = made_up::summary(&Class { subjects: 24, ..class() });
    if let Some(Sheet::Summary(sheet)) = snapshot.sheets.get_mut(1) {
        sheet.subjects[0] = "Х".repeat(120);
        for (at, row) in sheet.rows.iter_mut().enumerate() {
            row.name = long_name(at);
            row.decision = TEXTS[at % TEXTS.len()].repeat(3);
            row.movement = "Прибыл 28.09.2025 из другой школы, приказ от 27.09.2025 № 12-у; выбыл".to_owned();
            row.marks[0][1] = "не аттестован".to_owned();
        }
    }
    snapshot
}

/// A class without learners, a course without lessons.
pub fn empty() -> Snapshot {
    let mut snapshot = made_up::journal(&Class { learners: 0, subjects: 2, ..class() });
    for sheet in &mut snapshot.sheets {
        if let Sheet::Course(course) = sheet {
            course.lessons.clear();
        }
    }
    snapshot
}

/// A period closed under a ground, with so many omissions.
pub fn with_ground(omissions: usize) -> Snapshot {
    let mut snapshot = made_up::journal(&Class { learners: 6, subjects: 2, lessons: 8, ..class() });
    snapshot.ground = "Приказ от 24.10.2025 № 77 «О закрытии четверти в связи с карантином»".to_owned();
    snapshot.omissions =
        (0..omissions).map(|at| format!("{at}. Нет итоговой отметки: Алгебра, Азов Аз, I четверть.")).collect();
    snapshot
}
