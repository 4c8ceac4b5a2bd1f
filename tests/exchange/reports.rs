//! The two reports of domain knowledge, made up with every trap that real ones have, and a class of «Шкала».

use std::collections::BTreeMap;

use letopis::bundle::{BundleFile, Format, Given, codes};
use letopis::domain::finding::Severity;
use letopis::domain::journal::{ContentGap, GapKind, Journal};

use super::handmade::{Cell, Sheet, name, workbook};
use super::house::{journal, of, one, taken};

/// What one learner's block says: days (as «месяц число»), subjects with cells by day column, averages and the final mark.
pub struct Block {
    pub learner: String,
    /// Month's name and its days; a day twice is two lessons.
    pub months: Vec<(&'static str, Vec<u32>)>,
    /// Subject, cells by column (`None`: no lesson; `Some("")`: no mark), mean, final mark.
    pub subjects: Vec<(&'static str, Vec<Option<&'static str>>, f64, &'static str)>,
}

/// The whole class's report (A).
pub fn pupil_report(class: &str, year: &str, days: &str, blocks: &[Block]) -> Vec<u8> {
    let mut sheet = Sheet::new("Лист1");
    sheet.text("A1", "Муниципальное общеобразовательное учреждение «Школа примеров»");
    sheet.merges.push("A1:AP1".into());
    sheet.text("A3", "Отчет об успеваемости и посещаемости ученика");
    let mut row = 6;
    for block in blocks {
        sheet.text(format!("A{row}"), format!("Учебный год: {year}"));
        sheet.text(format!("A{}", row + 1), format!("Класс: {class}"));
        sheet.text(format!("A{}", row + 2), format!("Период: {days}"));
        sheet.text(format!("A{}", row + 3), format!("Ученик: {}", block.learner));
        let head = row + 5;
        sheet.text(format!("A{head}"), "Предмет");
        let mut column = 1;
        for (month, numbers) in &block.months {
            // The month stands once, merged over its days.
            sheet.text(name(column, head), *month);
            sheet.merges.push(format!("{}:{}", name(column, head), name(column + numbers.len() as u32 - 1, head)));
            for number in numbers {
                // Some programs write numbers, some texts: both in one row.
                let cell =
                    if number % 2 == 0 { Cell::Number(f64::from(*number)) } else { Cell::Text(number.to_string()) };
                sheet.put(name(column, head + 1), cell);
                column += 1;
            }
        }
        for (place, heading) in (0..).zip(["Средняя оценка", "Средневзвешенный \n балл", "Итоговая оценка за период"])
        {
            sheet.text(name(column + place, head), heading);
        }
        let mut line = head + 2;
        for (subject, cells, mean, last) in &block.subjects {
            sheet.text(name(0, line), *subject);
            for (place, cell) in (1..).zip(cells) {
                if let Some(text) = cell {
                    sheet.text(name(place, line), *text);
                }
            }
            sheet.put(name(column, line), Cell::Number(*mean));
            sheet.put(name(column + 1, line), Cell::Number(*mean));
            if !last.is_empty() {
                sheet.text(name(column + 2, line), *last);
            }
            line += 1;
        }
        for (place, legend) in (2..).zip(["Н Неуважительная", "О Опоздание", "Б Болезнь", "У Уважительная"])
        {
            sheet.text(format!("A{}", line + place), legend);
        }
        row = line + 8;
    }
    workbook(&[sheet])
}

/// One learner's report card: subject and marks of four quarters, year, exam, state exam, final.
pub type Card = (String, Vec<(&'static str, [&'static str; 8])>);

/// The whole class's report card (B).
pub fn report_card(class: &str, year: &str, cards: &[Card]) -> Vec<u8> {
    let mut sheet = Sheet::new("Лист1");
    sheet.text("A1", "Школа примеров");
    sheet.text("A3", "Табель успеваемости учащегося");
    let mut row = 6;
    for (learner, subjects) in cards {
        sheet.text(format!("A{row}"), format!("Учебный год: {year}"));
        sheet.text(format!("A{}", row + 1), format!("Класс: {class}"));
        sheet.text(format!("A{}", row + 3), format!("Учащийся: {learner}"));
        let head = row + 5;
        sheet.text(name(0, head), "№ п/п");
        sheet.text(name(1, head), "Предмет");
        sheet.text(name(2, head), "Учебные периоды");
        for quarter in 0..4 {
            let first = 2 + quarter * 3;
            sheet.text(name(first, head + 1), format!("{} Четверть", quarter + 1));
            for (place, heading) in (0..).zip(["Средний балл", "Ср. взв. балл", "Итог"]) {
                sheet.text(name(first + place, head + 3), heading);
            }
        }
        for (place, heading) in (14..).zip(["Год. оценка", "Экз. оценка", "Гос. экз. оценка", "Итог. оценка"])
        {
            sheet.text(name(place, head), heading);
        }
        let mut line = head + 4;
        for (number, (subject, marks)) in (1..).zip(subjects) {
            sheet.put(name(0, line), Cell::Number(f64::from(number)));
            sheet.text(name(1, line), *subject);
            for (place, mark) in marks.iter().enumerate() {
                let column = if place < 4 { 4 + place as u32 * 3 } else { 10 + place as u32 };
                if place < 4 {
                    sheet.put(name(column - 2, line), Cell::Number(4.142_857_142_857_143));
                    sheet.put(name(column - 1, line), Cell::Number(0.0));
                }
                if !mark.is_empty() {
                    sheet.text(name(column, line), *mark);
                }
            }
            line += 1;
        }
        row = line + 3;
    }
    workbook(&[sheet])
}

/// The small school without lessons, marks and courses of class 8А: what a school has before the journal comes from elsewhere.
pub fn bare() -> Journal {
    let mut own = journal(4);
    let of_class: Vec<String> = own.courses.iter().filter(|c| c.class == "8А").map(|c| c.id.clone()).collect();
    let is_other = |course: &str| !of_class.iter().any(|id| id == course);
    own.lessons.retain(|lesson| is_other(&lesson.key.course_id));
    own.marks.retain(|mark| is_other(&mark.lesson.course_id));
    own.absences.retain(|absence| is_other(&absence.lesson.course_id));
    own.final_marks.retain(|mark| is_other(&mark.course_id));
    own.courses.retain(|course| course.class != "8А");
    own
}

/// The four learners of 8А as a program may write them: doubled spaces, е for ё, one without the patronymic.
pub fn spelled(own: &Journal) -> Vec<String> {
    let here: Vec<_> = own.learners.iter().filter(|learner| learner.class == "8А").collect();
    assert_eq!(here.len(), 4);
    vec![
        format!("{}  {} {}", here[0].surname, here[0].given_name, here[0].patronymic),
        format!("{} {}", here[1].surname, here[1].given_name),
        format!("{} {} {}", here[2].surname, here[2].given_name, here[2].patronymic).replace('ё', "е").to_uppercase(),
        format!("{} {} {}", here[3].surname, here[3].given_name, here[3].patronymic),
    ]
}

/// Four blocks with all traps: columns that vary, two lessons of a day, codes with marks, several marks, empty and absent cells, subjects that
/// are not attended.
pub fn blocks(names: &[String]) -> Vec<Block> {
    let base = |learner: &str, extra: Option<u32>| {
        let mut october = vec![1, 1, 2, 3];
        october.extend(extra);
        Block {
            learner: learner.into(),
            months: vec![("Сентябрь", vec![29, 30]), ("Октябрь", october)],
            subjects: Vec::new(),
        }
    };
    let mut all = vec![base(&names[0], None), base(&names[1], Some(6)), base(&names[2], None), base(&names[3], None)];
    all[0].subjects = vec![
        ("Алгебра", vec![Some("3"), Some(""), Some("3/3"), Some("О 2"), None, Some("4 3")], 3.142_857_142_857_143, "3"),
        ("Труд (Технология девочки)", vec![None, None, None, None, Some("5"), None], 5.0, "5"),
        ("Труд (Технология мальчики)", vec![None, None, None, None, None, None], 0.0, ""),
    ];
    all[1].subjects = vec![
        ("Алгебра", vec![Some("Б"), Some("Б 3"), Some("5"), Some(""), None, Some("Н"), Some("4")], 4.0, "4"),
        ("Труд (Технология девочки)", vec![None, None, None, None, Some(""), None, None], 0.0, "осв"),
        ("Труд (Технология мальчики)", vec![None; 7], 0.0, ""),
    ];
    all[2].subjects = vec![
        ("Алгебра", vec![Some("У"), Some(""), Some(""), Some(""), None, Some("5")], 5.0, "5"),
        ("Труд (Технология девочки)", vec![None; 6], 0.0, ""),
        ("Труд (Технология мальчики)", vec![None, None, None, None, Some("4"), None], 4.0, "4"),
    ];
    all[3].subjects = vec![
        ("Алгебра", vec![Some("4"), Some(""), Some(""), Some("5"), None, Some("")], 4.5, "5"),
        ("Труд (Технология девочки)", vec![None; 6], 0.0, ""),
        ("Труд (Технология мальчики)", vec![None, None, None, None, Some("О"), None], 0.0, "5"),
    ];
    all
}

const DAYS: &str = "с 29.09.25 по 24.10.25";

/// The period of the small school that the report's days are most of.
const DAYS_OF_Q1: &str = "с 01.09.25 по 24.10.25";

#[test]
fn a_report_of_a_whole_class_becomes_lessons_marks_and_absences() {
    let own = bare();
    let bytes = pupil_report("8 А", "2025/2026", DAYS_OF_Q1, &blocks(&spelled(&own)));
    let files = one("8а.xlsx", bytes);
    let given = Given::read(&files);
    assert_eq!(given.facts()[0].format, Format::PupilReport);
    let settled = taken(&files, Some(&own));
    let findings = settled.findings();
    let grown = settled.journal.unwrap_or_else(|| panic!("{findings:#?}"));
    let course =
        |subject: &str| grown.courses.iter().find(|c| c.subject == subject).unwrap_or_else(|| panic!("{subject}"));
    let algebra = course("Алгебра");
    assert_eq!(algebra.class, "8А");
    assert_eq!(algebra.teacher_id, own.class("8А").unwrap().class_teacher_id);
    assert_eq!(algebra.members, Vec::<String>::new(), "everybody attends");
    assert_eq!(course("Труд (Технология девочки)").members.len(), 2);
    assert_eq!(course("Труд (Технология мальчики)").members.len(), 2);
    let lessons: Vec<(String, u8)> = grown
        .lessons
        .iter()
        .filter(|l| l.key.course_id == algebra.id)
        .map(|l| (l.key.date.format("%m-%d").to_string(), l.key.number))
        .collect();
    let expected = [("09-29", 1), ("09-30", 1), ("10-01", 1), ("10-01", 2), ("10-03", 1), ("10-06", 1)];
    assert_eq!(lessons, expected.map(|(day, number)| (day.to_owned(), number)));
    let learner = |place: usize| own.learners.iter().filter(|l| l.class == "8А").nth(place).unwrap().id.clone();
    let entries = |place: usize| -> BTreeMap<String, Vec<String>> {
        let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let id = learner(place);
        let key = |k: &letopis::domain::journal::LessonKey| format!("{} {}", k.date.format("%m-%d"), k.number);
        for a in grown.absences.iter().filter(|a| a.learner_id == id && a.lesson.course_id == algebra.id) {
            entries.entry(key(&a.lesson)).or_default().push(a.code.clone());
        }
        for m in grown.marks.iter().filter(|m| m.learner_id == id && m.lesson.course_id == algebra.id) {
            entries.entry(key(&m.lesson)).or_default().push(m.value.clone());
        }
        entries
    };
    let list = |pairs: &[(&str, &[&str])]| -> BTreeMap<String, Vec<String>> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), v.iter().map(|s| (*s).to_owned()).collect())).collect()
    };
    assert_eq!(
        entries(0),
        list(&[("09-29 1", &["3"]), ("10-01 1", &["3", "3"]), ("10-01 2", &["О", "2"]), ("10-03 1", &["4", "3"])])
    );
    assert_eq!(
        entries(1),
        list(&[
            ("09-29 1", &["Б"]),
            ("09-30 1", &["Б", "3"]),
            ("10-01 1", &["5"]),
            ("10-03 1", &["Н"]),
            ("10-06 1", &["4"])
        ])
    );
    let finals: Vec<String> = grown
        .final_marks
        .iter()
        .filter(|f| f.course_id == algebra.id)
        .map(|f| format!("{} {}", f.period, f.value))
        .collect();
    assert_eq!(finals, ["Q1 3", "Q1 4", "Q1 5", "Q1 5"]);
    let gap = ContentGap {
        class: "8А".into(),
        kind: GapKind::Contents,
        starts: "2025-09-01".parse().unwrap(),
        ends: "2025-10-24".parse().unwrap(),
    };
    assert_eq!(grown.content_gaps, [gap]);
    assert_eq!(of(&findings, codes::MATCHED_BY_NAME).len(), 3, "doubled spaces, no patronymic, е for ё: {findings:#?}");
    assert_eq!(of(&findings, codes::NEW_COURSE).len(), 3);
    assert_eq!(of(&findings, codes::WITHOUT_CONTENTS).len(), 1);
    assert!(findings.iter().all(|finding| finding.severity < Severity::Error));
    // The other class is as it was.
    assert_eq!(grown.of_class("5А"), own.of_class("5А"));
    // The same report again changes nothing.
    let again = taken(&files, Some(&grown));
    assert!(again.journal == Some(grown));
}

#[test]
fn final_marks_of_days_that_are_no_period_stay_out_and_it_is_told() {
    let own = bare();
    let bytes = pupil_report("8А", "2025/2026", "с 29.09.25 по 14.11.25", &blocks(&spelled(&own)));
    let settled = taken(&one("8а.xlsx", bytes), Some(&own));
    let findings = settled.findings();
    assert_eq!(of(&findings, codes::LEFT_OUT).len(), 1, "{findings:#?}");
    assert!(settled.journal.unwrap().final_marks.iter().all(|mark| own.final_marks.contains(mark)));
}

#[test]
fn unmatched_names_unknown_cells_and_days_outside_the_calendar_are_told_with_their_cells() {
    let own = bare();
    let mut names = spelled(&own);
    names[3] = "Незнакомцев Некто Никтович".into();
    let mut all = blocks(&names);
    all[0].subjects[0].1[0] = Some("3?");
    all[1].months[1].1[4] = 31;
    all[2].subjects[0].1[1] = Some("зач");
    let settled = taken(&one("8а.xlsx", pupil_report("8А", "2025/2026", DAYS, &all)), Some(&own));
    assert!(settled.journal.is_none());
    let findings = settled.findings();
    let unmatched = of(&findings, codes::UNMATCHED_NAME);
    assert_eq!(unmatched.len(), 1);
    assert!(unmatched[0].place.starts_with("8а.xlsx, лист «Лист1», строка"), "{unmatched:#?}");
    assert_eq!(unmatched[0].found, "Незнакомцев Некто Никтович");
    let cells = of(&findings, codes::UNKNOWN_CELL);
    assert_eq!(cells[0].place, "8а.xlsx, лист «Лист1», ячейка B13");
    assert_eq!((cells.len(), cells[0].found.as_str()), (2, "3?"));
    let outside = of(&findings, codes::OUTSIDE_CALENDAR);
    assert!(outside.iter().any(|f| f.place.contains("ячейка H")), "{findings:#?}");
}

#[test]
fn a_report_of_another_year_or_of_an_unknown_class_is_refused() {
    let own = bare();
    let bytes = pupil_report("8А", "2024/2025", "с 01.09.24 по 24.10.24", &blocks(&spelled(&own)));
    let findings = taken(&one("a.xlsx", bytes), Some(&own)).findings();
    assert_eq!(of(&findings, codes::BAD_YEAR).len(), 1, "{findings:#?}");
    let bytes = pupil_report("9Ы", "2025/2026", DAYS, &blocks(&spelled(&own)));
    let findings = taken(&one("a.xlsx", bytes), Some(&own)).findings();
    assert_eq!(of(&findings, codes::UNKNOWN_CLASS).len(), 1, "told once, not by each learner: {findings:#?}");
}

/// Cards of the four learners.
pub fn cards(names: &[String]) -> Vec<Card> {
    names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let labour = if place < 2 {
                "Труд (Технология девочки)"
            } else {
                "Труд (Технология мальчики)"
            };
            let other = if place < 2 {
                "Труд (Технология мальчики)"
            } else {
                "Труд (Технология девочки)"
            };
            let subjects = vec![
                ("Алгебра", ["3", "4", "4", "5", "4", "4", "61", "4"]),
                (labour, ["осв", "5", "5", "5", "5", "", "", "5"]),
                (other, [""; 8]),
            ];
            (name.clone(), subjects)
        })
        .collect()
}

#[test]
fn a_report_card_alone_gives_the_final_marks_and_says_that_there_are_no_lessons() {
    let own = bare();
    let files = one("табель.xlsx", report_card("8А", "2025/2026", &cards(&spelled(&own))));
    assert_eq!(Given::read(&files).facts()[0].format, Format::ReportCard);
    let settled = taken(&files, Some(&own));
    let findings = settled.findings();
    let grown = settled.journal.unwrap_or_else(|| panic!("{findings:#?}"));
    let algebra = grown.courses.iter().find(|c| c.class == "8А" && c.subject == "Алгебра").unwrap();
    let id = own.learners.iter().find(|l| l.class == "8А").unwrap().id.clone();
    let own_marks: Vec<(String, String)> = grown
        .final_marks
        .iter()
        .filter(|f| f.course_id == algebra.id && f.learner_id == id)
        .map(|f| (f.period.clone(), f.value.clone()))
        .collect();
    let expected = [("Q1", "3"), ("Q2", "4"), ("Q3", "4"), ("Q4", "5"), ("Y", "4"), ("E", "4"), ("F", "4")];
    assert_eq!(own_marks, expected.map(|(period, value)| (period.to_owned(), value.to_owned())));
    assert_eq!(of(&findings, codes::LEFT_OUT).len(), 1, "the state exam has no place: {findings:#?}");
    assert_eq!(grown.content_gaps.len(), 1);
    assert_eq!(grown.content_gaps[0].kind, GapKind::Lessons);
    assert_eq!(grown.lessons, own.lessons);
}

#[test]
fn both_reports_together_are_one_import() {
    let own = bare();
    let names = spelled(&own);
    let both = |cards: &[Card]| {
        [
            BundleFile::new("a.xlsx", pupil_report("8А", "2025/2026", DAYS_OF_Q1, &blocks(&names))),
            BundleFile::new("b.xlsx", report_card("8А", "2025/2026", cards)),
        ]
    };
    let mut agreeing = cards(&names);
    for (card, (algebra, labour)) in agreeing.iter_mut().zip([("3", "5"), ("4", "осв"), ("5", "4"), ("5", "5")]) {
        card.1[0].1[0] = algebra;
        card.1[1].1[0] = labour;
    }
    let settled = taken(&both(&agreeing), Some(&own));
    let findings = settled.findings();
    let grown = settled.journal.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(grown.content_gaps.len(), 1, "the lessons are there, only their contents are not");
    assert_eq!(grown.courses.iter().filter(|c| c.class == "8А").count(), 3);
    // Where the two say different things nobody chooses for the school.
    agreeing[0].1[0].1[0] = "5";
    let findings = taken(&both(&agreeing), Some(&own)).findings();
    let clash = of(&findings, codes::DUPLICATE_KEY);
    assert_eq!(clash.len(), 1, "{findings:#?}");
    assert_eq!((clash[0].expected.as_str(), clash[0].found.as_str()), ("3", "5"));
}

#[test]
fn an_empty_class_is_filled_from_a_report_and_it_is_told() {
    let mut own = bare();
    let names = spelled(&own);
    own.learners.retain(|learner| learner.class != "8А");
    own.decisions.retain(|decision| own.learners.iter().any(|learner| learner.id == decision.learner_id));
    let settled = taken(&one("t.xlsx", report_card("8А", "2025/2026", &cards(&names))), Some(&own));
    let findings = settled.findings();
    let grown = settled.journal.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(grown.learners.len(), own.learners.len() + 4);
    assert_eq!(of(&findings, codes::NEW_LEARNER).len(), 1);
}

#[test]
fn a_class_of_scale_brings_lessons_with_topics_and_marks() {
    let own = bare();
    let here: Vec<_> = own.learners.iter().filter(|l| l.class == "8А").collect();
    let short = |place: usize| {
        let l = here[place];
        format!("{} {}.", l.surname, l.given_name.chars().next().unwrap())
    };
    let teacher = &own.staff[2];
    let full = format!("{} {} {}", teacher.surname, teacher.given_name, teacher.patronymic);
    let json = serde_json::json!({
        "className": "8А", "tutor": "",
        "content": [{
            "list": [short(0), short(1), short(2), short(3)], "s": "Алгебра", "p": full,
            "l": [
                {"d": "2025-09-03", "w": 2, "v": 1, "t": "Дроби", "h": "№ 5", "g": ["5", "н", "", "4 3"]},
                {"d": "04.09.2025", "w": 4, "v": 2, "t": "Контрольная", "h": "", "g": ["4", "нн", "н", 5]},
                {"d": "08.10", "w": 2, "v": 1, "t": "Корни", "h": "№ 7", "g": []}
            ]
        }]
    });
    let files = one("8a.json", serde_json::to_vec(&json).unwrap());
    assert_eq!(Given::read(&files).facts()[0].format, Format::Scale);
    let settled = taken(&files, Some(&own));
    let findings = settled.findings();
    let grown = settled.journal.unwrap_or_else(|| panic!("{findings:#?}"));
    let algebra = grown.courses.iter().find(|c| c.class == "8А").unwrap();
    assert_eq!(algebra.teacher_id, teacher.id);
    let lessons: Vec<(String, u8, String)> = grown
        .lessons
        .iter()
        .filter(|l| l.key.course_id == algebra.id)
        .map(|l| (l.key.date.to_string(), l.key.number, l.topic.clone()))
        .collect();
    let expected = [
        ("2025-09-03", 1, "Дроби"),
        ("2025-09-04", 1, "Контрольная"),
        ("2025-09-04", 2, "Контрольная"),
        ("2025-10-08", 1, "Корни"),
    ];
    assert_eq!(lessons, expected.map(|(day, no, topic)| (day.to_owned(), no, topic.to_owned())));
    let marks = grown.marks.iter().filter(|m| m.lesson.course_id == algebra.id).count();
    let absences = grown.absences.iter().filter(|a| a.lesson.course_id == algebra.id).count();
    assert_eq!((marks, absences), (5, 4));
    assert_eq!(grown.content_gaps, [], "topics are there");
    assert!(findings.iter().all(|finding| finding.severity < Severity::Error));
}

#[test]
fn two_learners_of_one_name_and_a_report_without_days_are_told() {
    let mut own = bare();
    let names = spelled(&own);
    let twin = own.learners.iter().position(|learner| learner.class == "8А").unwrap();
    let mut second = own.learners[twin].clone();
    second.id = "L00777".into();
    own.learners.push(second);
    let files = one("a.xlsx", pupil_report("8А", "2025/2026", "за четверть", &blocks(&names)));
    let findings = taken(&files, Some(&own)).findings();
    assert!(
        of(&findings, codes::BROKEN_REPORT).iter().any(|f| f.found.is_empty() && f.message.contains("за четверть"))
    );
    let findings = taken(&one("a.xlsx", report_card("8А", "2025/2026", &cards(&names))), Some(&own)).findings();
    let ambiguous = of(&findings, codes::AMBIGUOUS_NAME);
    assert_eq!(ambiguous.len(), 1, "{findings:#?}");
    assert!(ambiguous[0].expected.contains("L00777"));
}
