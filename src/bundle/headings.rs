//! The words of Russian offices: headings, names of sheets, kinds of periods and roles, beside the format's English ones. Floor 1.
//!
//! Both ways: what an import accepts, and what an export for an office writes.

use super::layout::{Column, File};

/// Other headings under which offices keep the same column, folded by [`fold`]; the heading of the layout needs no entry.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("id", &["код", "id", "ид", "табельный номер", "идентификатор"]),
    ("surname", &["фамилия сотрудника", "фамилия обучающегося", "фамилия ученика"]),
    ("given_name", &["имя сотрудника", "имя обучающегося", "имя ученика"]),
    ("patronymic", &["отчество (при наличии)", "отчество при наличии"]),
    ("born", &["родился", "дата рожд", "д.р."]),
    ("class", &["класс/группа", "класс обучающегося"]),
    ("enrolled_on", &["дата зачисления", "зачислен с", "прибыл"]),
    ("enrolment_order", &["приказ зачисления", "номер приказа о зачислении", "№ приказа о зачислении"]),
    ("left_on", &["дата выбытия", "отчислен", "выбыл с"]),
    ("leaving_order", &["приказ выбытия", "номер приказа о выбытии", "№ приказа о выбытии", "приказ об отчислении"]),
    ("class_teacher_id", &["кл. руководитель", "кл. рук.", "код классного руководителя"]),
    ("teacher_id", &["преподаватель", "учитель-предметник", "код учителя", "ф.и.о. учителя", "фио учителя"]),
    ("subject", &["учебный предмет", "название предмета"]),
    ("group", &["подгруппа", "номер группы"]),
    ("hours_per_week", &["часов в нед", "часов/нед", "часы в неделю", "нагрузка, часов в неделю"]),
    ("course_id", &["код курса"]),
    ("learner_id", &["ученик", "код обучающегося", "код ученика", "фио обучающегося", "ф.и.о. обучающегося"]),
    ("number", &["урок", "№ урока"]),
    ("topic", &["тема урока", "что пройдено на уроке", "содержание урока"]),
    ("homework", &["дз", "д/з", "задание на дом"]),
    ("value", &["оценка", "итоговая отметка"]),
    ("code", &["пропуск"]),
    ("roles", &["роль", "роли в системе"]),
    ("starts", &["начало периода", "дата начала", "с"]),
    ("ends", &["конец периода", "дата окончания", "конец", "по"]),
    ("kind", &["вид", "тип периода"]),
    ("protocol", &["протокол", "№ протокола"]),
    ("date", &["день", "дата урока"]),
    ("name", &["наименование", "полное наименование", "название класса"]),
    ("short_name", &["сокращённое название", "краткое наименование", "сокращенное наименование"]),
    ("town", &["город", "нас. пункт"]),
    ("grade", &["параллель класса", "ступень"]),
    ("decision", &["решение педагогического совета"]),
    ("period", &["учебный период", "код периода"]),
    ("substitute_teacher_id", &["замена", "кто заменял"]),
];

/// Other names of sheets and files, folded.
const TABLES: &[(File, &[&str])] = &[
    (File::School, &["организация", "школа", "о школе"]),
    (File::Periods, &["периоды", "четверти", "учебные периоды"]),
    (File::Staff, &["сотрудники", "учителя", "педагоги", "кадры", "персонал"]),
    (File::Classes, &["классы", "список классов"]),
    (File::Learners, &["обучающиеся", "ученики", "учащиеся", "контингент", "списки классов"]),
    (File::Courses, &["курсы", "предметы", "нагрузка", "учебный план"]),
    (File::Groups, &["состав групп", "группы", "подгруппы"]),
    (File::Lessons, &["уроки", "темы уроков"]),
    (File::Marks, &["отметки", "оценки", "текущие отметки"]),
    (File::Absences, &["пропуски", "посещаемость"]),
    (File::FinalMarks, &["итоговые отметки", "итоговые оценки", "итоги"]),
    (File::Entries, &["время записей", "время внесения"]),
    (File::Decisions, &["решения педсовета", "решения", "решения педагогического совета"]),
];

/// The format's words with the office's.
const WORDS: &[(&str, &str, &str)] = &[
    ("kind", "quarter", "четверть"),
    ("kind", "half_year", "полугодие"),
    ("kind", "trimester", "триместр"),
    ("period", "Y", "год"),
    ("period", "E", "экзамен"),
    ("period", "F", "итоговая"),
];
/// Roles with the office's words; one cell may hold several, so a space inside a role is written as `_` in the office's form too.
const ROLES: &[(&str, &str)] = &[
    ("director", "директор"),
    ("deputy", "заместитель"),
    ("secretary", "секретарь"),
    ("teacher", "учитель"),
    ("technical_specialist", "техспециалист"),
    ("administrator", "администратор"),
    ("human_resources", "кадры"),
];

/// Lower case, ё as е, single spaces, without the marks that offices hang on headings (`*`, `:`).
pub fn fold(text: &str) -> String {
    let lower: String =
        text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ё' { 'е' } else { letter }).collect();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ").trim_end_matches(['*', ':', ' ']).to_owned()
}

/// Does a heading name the column?
pub fn names_column(heading: &str, column: &Column) -> bool {
    if heading == column.name {
        return true;
    }
    let folded = fold(heading);
    let synonyms = SYNONYMS.iter().filter(|(name, _)| *name == column.name).flat_map(|(_, words)| words.iter());
    folded == fold(column.russian) || synonyms.into_iter().any(|word| fold(word) == folded)
}

/// The column of a file that a heading names.
pub fn column(file: File, heading: &str) -> Option<usize> {
    let columns = file.layout().columns;
    columns
        .iter()
        .position(|column| column.name == heading)
        .or_else(|| columns.iter().position(|column| names_column(heading, column)))
}

/// The table that a file or a sheet is named after, without the ending: «Сотрудники», `staff`.
pub fn table(name: &str) -> Option<File> {
    if let Some(file) = File::ALL.into_iter().find(|file| file.stem() == name) {
        return Some(file);
    }
    let folded = fold(name);
    let known =
        TABLES.iter().find(|(file, words)| fold(file.layout().russian) == folded || words.contains(&folded.as_str()));
    known.map(|(file, _)| *file)
}

/// The one table whose columns these headings are: every heading is a column of it, and all that it must have is there, its own
/// identifiers aside.
pub fn table_of_headings(headings: &[&str]) -> Option<File> {
    let fits = |file: &File| {
        let places: Option<Vec<usize>> = headings.iter().map(|heading| column(*file, heading)).collect();
        let is_had = |place: usize| places.as_ref().is_some_and(|places| places.contains(&place));
        let columns = file.layout().columns;
        let mut needed = columns.iter().enumerate().filter(|(_, column)| column.required && column.name != "id");
        places.is_some() && needed.all(|(place, _)| is_had(place))
    };
    let mut found = File::ALL.into_iter().filter(fits);
    // Of two tables that fit, neither is taken.
    found.next().filter(|_| found.next().is_none())
}

/// A cell as the format has it: «четверть» becomes `quarter`, «директор учитель» becomes `director teacher`.
pub fn to_format(column: &str, cell: &str) -> Option<String> {
    if column == "roles" {
        let role = |word: &str| {
            let folded = fold(word);
            ROLES
                .iter()
                .find(|(_, russian)| *russian == folded)
                .map_or_else(|| word.to_owned(), |(role, _)| (*role).to_owned())
        };
        // A role of two words is one for people, whatever stands between the roles of a cell.
        let folded = fold(cell);
        let joined = folded.replace("технический специалист", "техспециалист");
        let words = if joined == folded { cell } else { joined.as_str() };
        let roles: Vec<String> = words.split([' ', ',', ';']).filter(|word| !word.is_empty()).map(role).collect();
        let written = roles.join(" ");
        return (written != cell).then_some(written);
    }
    let folded = fold(cell);
    WORDS.iter().find(|(of, _, russian)| *of == column && *russian == folded).map(|(_, word, _)| (*word).to_owned())
}

/// A cell as an office has it; the contrary of [`to_format`].
pub fn to_office(column: &str, cell: &str) -> Option<String> {
    if column == "roles" {
        let role =
            |word: &str| ROLES.iter().find(|(role, _)| *role == word).map_or(word, |(_, russian)| *russian).to_owned();
        return Some(cell.split_whitespace().map(role).collect::<Vec<_>>().join(" "));
    }
    WORDS.iter().find(|(of, word, _)| *of == column && *word == cell).map(|(_, _, russian)| (*russian).to_owned())
}

/// The office's words that a column's cells may hold, for a workbook's lists.
pub fn choices(column: &str) -> Vec<&'static str> {
    match column {
        "roles" => ROLES.iter().map(|(_, russian)| *russian).collect(),
        _ => WORDS.iter().filter(|(of, _, _)| *of == column).map(|(_, _, russian)| *russian).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_russian_heading_names_its_own_column_and_no_other() {
        for file in File::ALL {
            for (place, of) in file.layout().columns.iter().enumerate() {
                assert_eq!(column(file, of.russian), Some(place), "{} {}", file.name(), of.russian);
                let named: Vec<&str> = file
                    .layout()
                    .columns
                    .iter()
                    .filter(|other| names_column(of.russian, other))
                    .map(|other| other.name)
                    .collect();
                assert_eq!(named, [of.name], "{}", file.name());
            }
            assert_eq!(table(file.layout().russian), Some(file));
            assert_eq!(table(file.stem()), Some(file));
        }
    }

    #[test]
    fn a_table_is_known_by_its_headings_even_without_codes() {
        assert_eq!(table_of_headings(&["Фамилия", "Имя", "Отчество", "Должность"]), Some(File::Staff));
        assert_eq!(table_of_headings(&["Фамилия", "Имя", "Дата рождения", "Класс", "Зачислен"]), Some(File::Learners));
        assert_eq!(table_of_headings(&["Фамилия", "Имя"]), None);
        assert_eq!(table_of_headings(&["name", "grade", "class_teacher_id"]), Some(File::Classes));
    }

    #[test]
    fn the_words_of_an_office_go_there_and_back() {
        assert_eq!(to_format("roles", "Директор учитель").as_deref(), Some("director teacher"));
        assert_eq!(to_office("roles", "director teacher").as_deref(), Some("директор учитель"));
        assert_eq!(to_format("kind", "Четверть").as_deref(), Some("quarter"));
        assert_eq!(to_format("kind", "quarter"), None);
        assert_eq!(to_format("roles", "director teacher"), None);
        let two = to_format("roles", "Технический специалист, администратор");
        assert_eq!(two.as_deref(), Some("technical_specialist administrator"));
        assert_eq!(to_office("period", "Y").as_deref(), Some("год"));
    }
}
