//! The layout of a bundle: its files, their columns and what a cell may hold. Floor 1.
//!
//! One table that the reader, the generator and the format's description share; no rule that needs a second file lives here.

/// What a cell holds; decides the checks made on every cell before its meaning is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// An identifier, a code, a date or a number: one line, no invisible characters.
    Token,
    /// A name that is printed and compared: also no look-alike letters, no doubled spaces.
    Name,
    /// One line of free words.
    Line,
    /// Free text, line breaks allowed.
    Text,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// As the header has it.
    pub name: &'static str,
    /// As a Russian office's header has it.
    pub russian: &'static str,
    /// May its cells be empty?
    pub required: bool,
    /// What its cells hold.
    pub holds: Holds,
}

/// A file.
#[derive(Debug, Clone, Copy)]
pub struct FileLayout {
    /// Name in the folder.
    pub name: &'static str,
    /// Name of the sheet in a workbook and of a Russian office's file.
    pub russian: &'static str,
    /// How many of the first columns name a row; of several rows with one name the file says all or none.
    pub key: usize,
    /// May the file be absent?
    pub required: bool,
    /// Its columns, in the order that the generator writes.
    pub columns: &'static [Column],
}

/// Place of a file in [`FILES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
#[allow(missing_docs)] // each is the file of its name
pub enum File {
    School,
    Periods,
    Staff,
    Classes,
    Learners,
    Courses,
    Groups,
    Lessons,
    Marks,
    Absences,
    FinalMarks,
    Decisions,
    Entries,
}

impl File {
    /// Every file, in the order in which findings are told: causes before their effects.
    pub const ALL: [File; 13] = [
        Self::School,
        Self::Periods,
        Self::Staff,
        Self::Classes,
        Self::Learners,
        Self::Courses,
        Self::Groups,
        Self::Lessons,
        Self::Marks,
        Self::Absences,
        Self::FinalMarks,
        Self::Decisions,
        Self::Entries,
    ];

    /// Its layout.
    pub fn layout(self) -> &'static FileLayout {
        &FILES[self as usize]
    }

    /// Its name in the folder.
    pub fn name(self) -> &'static str {
        self.layout().name
    }

    /// Its name without the ending: the word of exports and tables.
    pub fn stem(self) -> &'static str {
        self.name().trim_end_matches(".csv")
    }

    /// Place of a column.
    pub fn place(self, column: &str) -> Option<usize> {
        self.layout().columns.iter().position(|candidate| candidate.name == column)
    }

    /// Place of a column that the program itself names, for constants: a name that the layout lacks is no constant, and nothing compiles.
    pub const fn at(self, column: &str) -> usize {
        let columns = FILES[self as usize].columns;
        let mut place = 0;
        while !is_same(columns[place].name, column) {
            place += 1;
        }
        place
    }
}

/// Are two names one? As `==`, where a constant is made.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn must(name: &'static str, russian: &'static str, holds: Holds) -> Column {
    Column { name, russian, required: true, holds }
}

const fn may(name: &'static str, russian: &'static str, holds: Holds) -> Column {
    Column { name, russian, required: false, holds }
}

const fn file(name: &'static str, russian: &'static str, key: usize, columns: &'static [Column]) -> FileLayout {
    FileLayout { name, russian, key, required: true, columns }
}

use Holds::{Line, Name, Text, Token};

/// The files, in the order of [`File`].
pub const FILES: [FileLayout; 13] = [
    file(
        "school.csv",
        "Школа",
        0,
        &[
            must("name", "Полное название", Name),
            may("short_name", "Краткое название", Name),
            may("town", "Населённый пункт", Name),
            must("year", "Учебный год", Token),
        ],
    ),
    file(
        "periods.csv",
        "Учебные периоды",
        1,
        &[
            must("id", "Код периода", Token),
            must("name", "Название", Name),
            must("kind", "Вид периода", Token),
            must("grade_from", "С класса", Token),
            must("grade_to", "По класс", Token),
            must("starts", "Начало", Token),
            must("ends", "Окончание", Token),
        ],
    ),
    file(
        "staff.csv",
        "Сотрудники",
        1,
        &[
            must("id", "Код сотрудника", Token),
            must("surname", "Фамилия", Name),
            must("given_name", "Имя", Name),
            may("patronymic", "Отчество", Name),
            must("position", "Должность", Name),
            may("roles", "Роли", Token),
        ],
    ),
    file(
        "classes.csv",
        "Классы",
        1,
        &[
            must("name", "Класс", Name),
            must("grade", "Параллель", Token),
            must("class_teacher_id", "Классный руководитель", Token),
        ],
    ),
    file(
        "learners.csv",
        "Обучающиеся",
        1,
        &[
            must("id", "Код обучающегося", Token),
            must("surname", "Фамилия", Name),
            must("given_name", "Имя", Name),
            may("patronymic", "Отчество", Name),
            may("born", "Дата рождения", Token),
            must("class", "Класс", Name),
            must("enrolled_on", "Зачислен", Token),
            may("enrolment_order", "Приказ о зачислении", Line),
            may("left_on", "Выбыл", Token),
            may("leaving_order", "Приказ о выбытии", Line),
        ],
    ),
    file(
        "courses.csv",
        "Курсы",
        1,
        &[
            must("id", "Код курса", Token),
            must("class", "Класс", Name),
            must("subject", "Предмет", Name),
            may("group", "Группа", Name),
            must("teacher_id", "Учитель", Token),
            must("hours_per_week", "Часов в неделю", Token),
        ],
    ),
    file(
        "groups.csv",
        "Состав групп",
        2,
        &[must("course_id", "Курс", Token), must("learner_id", "Обучающийся", Token)],
    ),
    file(
        "lessons.csv",
        "Уроки",
        3,
        &[
            must("course_id", "Курс", Token),
            must("date", "Дата", Token),
            must("number", "Номер урока", Token),
            may("topic", "Тема", Text),
            may("homework", "Домашнее задание", Text),
            may("kind_of_work", "Вид работы", Line),
            may("substitute_teacher_id", "Замещающий учитель", Token),
        ],
    ),
    file(
        "marks.csv",
        "Отметки",
        4,
        &[
            must("course_id", "Курс", Token),
            must("date", "Дата", Token),
            must("number", "Номер урока", Token),
            must("learner_id", "Обучающийся", Token),
            may("kind_of_work", "Вид работы", Line),
            must("value", "Отметка", Token),
        ],
    ),
    file(
        "absences.csv",
        "Пропуски",
        4,
        &[
            must("course_id", "Курс", Token),
            must("date", "Дата", Token),
            must("number", "Номер урока", Token),
            must("learner_id", "Обучающийся", Token),
            must("code", "Код пропуска", Token),
        ],
    ),
    file(
        "final_marks.csv",
        "Итоговые отметки",
        3,
        &[
            must("course_id", "Курс", Token),
            must("learner_id", "Обучающийся", Token),
            must("period", "Период", Token),
            must("value", "Отметка", Token),
        ],
    ),
    FileLayout {
        name: "decisions.csv",
        russian: "Решения педсовета",
        key: 1,
        required: false,
        columns: &[
            must("learner_id", "Обучающийся", Token),
            must("decision", "Решение", Line),
            may("protocol", "Номер протокола", Line),
            may("date", "Дата протокола", Token),
        ],
    },
    FileLayout {
        name: "entries.csv",
        russian: "Время записей",
        key: 5,
        required: false,
        columns: &[
            must("course_id", "Курс", Token),
            must("date", "Дата", Token),
            must("number", "Номер урока", Token),
            must("what", "Что записано", Token),
            may("learner_id", "Обучающийся", Token),
            must("entered_at", "Когда записано", Token),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_stands_in_its_own_place() {
        let names: Vec<&str> = File::ALL.iter().map(|file| file.name()).collect();
        assert_eq!(names, FILES.iter().map(|file| file.name).collect::<Vec<_>>());
    }

    #[test]
    fn a_place_known_beforehand_is_the_column_s_own() {
        for file in File::ALL {
            for (place, column) in file.layout().columns.iter().enumerate() {
                assert_eq!((file.at(column.name), file.place(column.name)), (place, Some(place)), "{}", column.name);
            }
        }
    }
}
