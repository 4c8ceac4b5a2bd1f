//! What the demo school teaches: subjects and hours of each grade, topics, homework, kinds of work. Floor 1.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::dice::Dice;

/// A subject in a grade's week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taught {
    /// As printed.
    pub subject: &'static str,
    /// Lessons a week.
    pub hours: usize,
}

const RUSSIAN: &str = "Русский язык";
const READING: &str = "Литературное чтение";
const LITERATURE: &str = "Литература";
const ENGLISH: &str = "Иностранный язык (английский)";
const MATHS: &str = "Математика";
const ALGEBRA: &str = "Алгебра";
const GEOMETRY: &str = "Геометрия";
const STATISTICS: &str = "Вероятность и статистика";
const COMPUTING: &str = "Информатика";
const WORLD: &str = "Окружающий мир";
const HISTORY: &str = "История";
const SOCIETY: &str = "Обществознание";
const GEOGRAPHY: &str = "География";
const BIOLOGY: &str = "Биология";
const PHYSICS: &str = "Физика";
const CHEMISTRY: &str = "Химия";
const ART: &str = "Изобразительное искусство";
const MUSIC: &str = "Музыка";
const LABOUR: &str = "Труд (технология)";
/// Exempt learners are exempt from this one.
pub const SPORT: &str = "Физическая культура";
const CULTURE: &str = "Основы духовно-нравственной культуры народов России";
const SAFETY: &str = "Основы безопасности и защиты Родины";
const PROJECT: &str = "Индивидуальный проект";

/// The week of a grade, within the limits of СанПиН 1.2.3685-21 for five days (21 hours in grade 1 to 34 in grade 11).
pub fn of_grade(grade: u8) -> Vec<Taught> {
    let week: &[(&'static str, usize)] = match grade {
        1 => &[(RUSSIAN, 5), (READING, 4), (MATHS, 4), (WORLD, 2), (ART, 1), (MUSIC, 1), (LABOUR, 1), (SPORT, 2)],
        2..=4 => &[
            (RUSSIAN, 5),
            (READING, 4),
            (ENGLISH, 2),
            (MATHS, 4),
            (WORLD, 2),
            (ART, 1),
            (MUSIC, 1),
            (LABOUR, 1),
            (SPORT, 2),
        ],
        5 => &[
            (RUSSIAN, 5),
            (LITERATURE, 3),
            (ENGLISH, 3),
            (MATHS, 5),
            (COMPUTING, 1),
            (HISTORY, 3),
            (GEOGRAPHY, 1),
            (BIOLOGY, 1),
            (CULTURE, 1),
            (ART, 1),
            (MUSIC, 1),
            (LABOUR, 2),
            (SPORT, 2),
        ],
        6 => &[
            (RUSSIAN, 6),
            (LITERATURE, 3),
            (ENGLISH, 3),
            (MATHS, 5),
            (COMPUTING, 1),
            (HISTORY, 3),
            (SOCIETY, 1),
            (GEOGRAPHY, 1),
            (BIOLOGY, 1),
            (ART, 1),
            (MUSIC, 1),
            (LABOUR, 2),
            (SPORT, 2),
        ],
        7 => &[
            (RUSSIAN, 4),
            (LITERATURE, 2),
            (ENGLISH, 3),
            (ALGEBRA, 3),
            (GEOMETRY, 2),
            (STATISTICS, 1),
            (COMPUTING, 1),
            (HISTORY, 3),
            (GEOGRAPHY, 2),
            (PHYSICS, 2),
            (BIOLOGY, 1),
            (ART, 1),
            (MUSIC, 1),
            (LABOUR, 2),
            (SPORT, 2),
        ],
        8 => &[
            (RUSSIAN, 3),
            (LITERATURE, 2),
            (ENGLISH, 3),
            (ALGEBRA, 3),
            (GEOMETRY, 2),
            (STATISTICS, 1),
            (COMPUTING, 1),
            (HISTORY, 3),
            (SOCIETY, 1),
            (GEOGRAPHY, 2),
            (PHYSICS, 2),
            (CHEMISTRY, 2),
            (BIOLOGY, 2),
            (MUSIC, 1),
            (LABOUR, 1),
            (SAFETY, 1),
            (SPORT, 2),
        ],
        9 => &[
            (RUSSIAN, 3),
            (LITERATURE, 3),
            (ENGLISH, 3),
            (ALGEBRA, 3),
            (GEOMETRY, 2),
            (STATISTICS, 1),
            (COMPUTING, 1),
            (HISTORY, 3),
            (SOCIETY, 1),
            (GEOGRAPHY, 2),
            (PHYSICS, 3),
            (CHEMISTRY, 2),
            (BIOLOGY, 2),
            (LABOUR, 1),
            (SAFETY, 1),
            (SPORT, 2),
        ],
        _ => &[
            (RUSSIAN, 2),
            (LITERATURE, 3),
            (ENGLISH, 3),
            (ALGEBRA, 4),
            (GEOMETRY, 3),
            (STATISTICS, 1),
            (COMPUTING, 1),
            (HISTORY, 2),
            (SOCIETY, 2),
            (GEOGRAPHY, 1),
            (PHYSICS, 2),
            (CHEMISTRY, 1),
            (BIOLOGY, 1),
            (SAFETY, 1),
            (PROJECT, 1),
            (SPORT, 2),
        ],
    };
    week.iter().map(|(subject, hours)| Taught { subject, hours: *hours }).collect()
}

/// Is the subject taught in two groups of the class?
pub fn is_grouped(subject: &str) -> bool {
    [ENGLISH, COMPUTING].contains(&subject)
}

/// Subjects that the class's own teacher gives in grades 1 to 4.
pub fn is_of_class_teacher(grade: u8, subject: &str) -> bool {
    grade <= 4 && ![ENGLISH, MUSIC, SPORT].contains(&subject)
}

/// Subjects that one teacher may give: the subject's own name, or the family that it belongs to.
pub fn family(subject: &str) -> &str {
    match subject {
        LITERATURE => RUSSIAN,
        ALGEBRA | GEOMETRY | STATISTICS => MATHS,
        SOCIETY | CULTURE => HISTORY,
        MUSIC => ART,
        SAFETY | PROJECT => LABOUR,
        other => other,
    }
}

/// Subjects that have exams after grade 9.
pub fn has_exam(subject: &str) -> bool {
    [RUSSIAN, ALGEBRA].contains(&subject)
}

type Bank = BTreeMap<&'static str, Vec<(u8, u8, Vec<&'static str>)>>;

/// Topics by subject and grades, read once from `topics.txt`.
static TOPICS: LazyLock<Bank> = LazyLock::new(|| {
    let mut bank: Bank = BTreeMap::new();
    for part in include_str!("topics.txt").split("\n== ").skip(1) {
        let mut lines = part.lines();
        let (subject, grades) = lines.next().and_then(|head| head.split_once(" | ")).unwrap_or_default();
        let (from, to) = grades.split_once('-').unwrap_or_default();
        let (from, to) = (from.parse().unwrap_or(0), to.parse().unwrap_or(0));
        bank.entry(subject).or_default().push((from, to, lines.collect()));
    }
    bank
});

/// What the second and later lessons of a topic do with it.
const STEPS: [&str; 10] = [
    "Закрепление",
    "Упражнения и задания",
    "Практикум",
    "Работа с учебником",
    "Самостоятельная работа",
    "Анализ ошибок",
    "Повторение",
    "Работа в группах",
    "Проверка знаний",
    "Обобщение",
];
/// The same in the gymnasium.
const SPORT_STEPS: [&str; 4] = ["Техника движений", "Закрепление", "Совершенствование", "Учёт"];

/// The topics of so many lessons in the order of the year; a topic taken up again says what for: «Падежи. Закрепление».
pub fn topics(subject: &str, grade: u8, lessons: usize) -> Vec<String> {
    let banks = TOPICS.get(subject).map(Vec::as_slice).unwrap_or_default();
    let Some((.., bank)) = banks.iter().find(|(from, to, _)| (*from..=*to).contains(&grade)) else {
        return vec![subject.to_owned(); lessons];
    };
    let steps: &[&str] = if subject == SPORT { &SPORT_STEPS } else { &STEPS };
    let place = |lesson: usize| lesson * bank.len() / lessons.max(bank.len());
    let mut taught = Vec::with_capacity(lessons);
    let mut again = 0_usize;
    for lesson in 0..lessons {
        again = if lesson > 0 && place(lesson) == place(lesson - 1) { again + 1 } else { 0 };
        let topic = bank[place(lesson)];
        taught.push(match (again, steps.get(again.wrapping_sub(1))) {
            (0, _) => topic.to_owned(),
            (_, Some(step)) => format!("{topic}. {step}"),
            (_, None) => format!("{topic} (урок {})", again + 1),
        });
    }
    taught
}

/// Homework after the `nth` lesson of the year.
pub fn homework(subject: &str, grade: u8, nth: usize, dice: &mut Dice) -> String {
    let (section, page) = (1 + nth / 3, 4 + nth * 2);
    match subject {
        _ if grade == 1 => "Без задания".to_owned(),
        SPORT => "Комплекс утренней гимнастики".to_owned(),
        ART | MUSIC | LABOUR | PROJECT => "Без задания".to_owned(),
        RUSSIAN => format!("§ {section}, упр. {}", nth * 3 + dice.between(1, 3)),
        READING | LITERATURE => match dice.below(3) {
            0 => format!("Прочитать с. {page}–{}", page + 5),
            1 => format!("С. {page}, вопросы 1–{}", dice.between(3, 6)),
            _ => "Выразительное чтение, пересказ".to_owned(),
        },
        ENGLISH => match dice.below(2) {
            0 => format!("Ex. {}, p. {page}", dice.between(1, 9)),
            _ => format!("Выучить слова раздела {}", 1 + nth / 10),
        },
        MATHS | ALGEBRA | GEOMETRY | STATISTICS | PHYSICS | CHEMISTRY => {
            let first = nth * 4 + 1;
            format!("§ {section}, № {first}, {}", first + dice.between(1, 3))
        }
        _ => format!("§ {section}, вопросы с. {page}"),
    }
}

/// Kind of work of a planned test in the subject.
pub fn test_kind(subject: &str) -> &'static str {
    match subject {
        RUSSIAN => "Контрольный диктант",
        READING | LITERATURE => "Сочинение",
        SPORT => "Сдача норматива",
        ART | MUSIC | LABOUR | PROJECT => "Творческая работа",
        HISTORY | SOCIETY | GEOGRAPHY | CULTURE | SAFETY | WORLD => "Тест",
        _ => "Контрольная работа",
    }
}

/// Kind of work that a mark was given for in an ordinary lesson.
pub fn mark_kind(subject: &str, dice: &mut Dice) -> &'static str {
    let laboratory = [PHYSICS, CHEMISTRY, BIOLOGY].contains(&subject);
    match dice.below(10) {
        0..=4 => "Ответ на уроке",
        5..=6 => "Домашняя работа",
        7..=8 if laboratory => "Лабораторная работа",
        7..=8 => "Самостоятельная работа",
        _ => "Практическая работа",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_of_every_grade_has_topics() {
        for grade in 1..=11 {
            for taught in of_grade(grade) {
                let topics = topics(taught.subject, grade, taught.hours * 34);
                assert_eq!(topics.len(), taught.hours * 34);
                assert_ne!(topics[0], taught.subject, "{} {grade}", taught.subject);
                let distinct: std::collections::BTreeSet<&String> = topics.iter().collect();
                assert_eq!(distinct.len(), topics.len(), "{} {grade}", taught.subject);
            }
        }
    }

    #[test]
    fn weeks_keep_within_the_sanitary_limits() {
        const LIMITS: [usize; 11] = [21, 23, 23, 23, 29, 30, 32, 33, 33, 34, 34];
        for grade in 1..=11_u8 {
            let hours: usize = of_grade(grade).iter().map(|taught| taught.hours).sum();
            assert!(hours <= LIMITS[usize::from(grade) - 1], "{grade}: {hours}");
            assert!(hours + 5 >= LIMITS[usize::from(grade) - 1], "{grade}: {hours}");
        }
    }
}
