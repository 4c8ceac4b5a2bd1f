//! Bells, holidays and the curriculum as offices hang them on the wall: without the words that the year's own tables ask for. Floor 1.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::headings::fold;
use super::office_lists::{Lines, class_name};
use super::year::{self, YearSheet};
use crate::domain::finding::{Finding, Severity};
use crate::domain::gather;
use crate::domain::names;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout::{BELLS, CALENDAR, CONTROL_WORKS, CURRICULUM, Layout};
use crate::domain::setup::paste::Sheet;

/// Name of bells that have none, as offices call the only ones.
const ONLY_BELLS: &str = "1 смена";

/// Reads a sheet; `None` when it is neither.
pub(super) fn read(lines: &Lines<'_>) -> Option<YearSheet> {
    (0..lines.rows.len().min(year::HEADER_ROWS)).find_map(|at| {
        let heads: Vec<String> = lines.rows[at].1.iter().map(|cell| fold(cell)).collect();
        let find = |words: &[&str]| heads.iter().position(|head| words.contains(&head.as_str()));
        bells(lines, at, &find).or_else(|| holidays(lines, at, &find)).or_else(|| curriculum(lines, at, &heads))
    })
}

/// A table of the year without what offices add for the eye, one class in a row.
pub(super) fn tidied(of_year: YearSheet) -> YearSheet {
    classes_apart(with_prescriber(without_notes(of_year)))
}

/// The classes that a cell names: «7А, 9А», «5А и 5Б»; `None` unless every part is a class.
fn classes_of(text: &str) -> Option<Vec<String>> {
    let text = text.replace(" и ", ",");
    text.split([',', ';', '\n']).filter(|part| !part.trim().is_empty()).map(class_name).collect()
}

/// A row for each class of a cell that names several, and classes as the school writes them: each is told.
fn classes_apart(mut of_year: YearSheet) -> YearSheet {
    let Some([Some(at), ..]) = of_year.layout.course_parts(&of_year.sheet.heads) else { return of_year };
    let mut apart = Vec::new();
    let mut spelt: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(of_year.sheet.rows.len());
    for (line, cells) in std::mem::take(&mut of_year.sheet.rows) {
        let no = u32::try_from(line).unwrap_or_default();
        let written = cells.get(at).map(|text| text.trim().to_owned()).unwrap_or_default();
        let Some(classes) = classes_of(&written).filter(|classes| !classes.is_empty()) else {
            rows.push((line, cells));
            continue;
        };
        if classes.len() > 1 {
            apart.push(no);
        }
        let parts = written.replace(" и ", ",");
        let parts = parts.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        for (part, class) in parts.zip(classes) {
            // Spaces, quotes and small letters are how people write; a letter of another alphabet is a mistake.
            if part.chars().any(|letter| letter.is_ascii_alphabetic()) {
                spelt.entry((part.to_owned(), class.clone())).or_default().push(no);
            }
            let mut row = cells.clone();
            row[at] = class;
            rows.push((line, row));
        }
    }
    of_year.sheet.rows = rows;
    let told = |lines: Vec<u32>, message: String| {
        let place = format!("{}: {}", of_year.place, gather::rows(lines));
        Finding::new(codes::LEFT_OUT, place, message).weighing(Severity::Warning)
    };
    let mut findings: Vec<Finding> = spelt
        .into_iter()
        .map(|((part, class), lines)| told(lines, format!("в классе «{part}» латинская буква: взят класс «{class}»")))
        .collect();
    if !apart.is_empty() {
        let message = "несколько классов в ячейке: взято по строке на класс, часы — каждому классу целиком";
        findings.push(told(apart, message.to_owned()));
    }
    of_year.findings.extend(findings);
    of_year
}

/// Columns for the pen: offices print them, and no table of the year has them.
const NOTES: &[&str] = &[
    "примечание",
    "примечания",
    "факт",
    "дата по факту",
    "дата факт",
    "дата фактическая",
    "фактическая дата",
    "корректировка",
    "ответственный",
    "подпись",
];

/// The sheet without its columns for the pen, each named.
fn without_notes(mut of_year: YearSheet) -> YearSheet {
    let layout = of_year.layout;
    let is_note =
        |head: &String| NOTES.contains(&fold(head).as_str()) && layout.known_heads(std::slice::from_ref(head)) == 0;
    while let Some(at) = of_year.sheet.heads.iter().position(is_note) {
        let head = of_year.sheet.heads.remove(at);
        for (_, cells) in of_year.sheet.rows.iter_mut().filter(|(_, cells)| at < cells.len()) {
            cells.remove(at);
        }
        if at < of_year.sheet.letters.len() {
            of_year.sheet.letters.remove(at);
        }
        let message = format!("столбец «{head}» не загружается: такого в таблице нет");
        let finding = Finding::new(codes::LEFT_OUT, &of_year.place, message).weighing(Severity::Warning);
        of_year.findings.push(finding);
    }
    of_year
}

/// Who prescribes a control work when a list does not say: offices hang the list of their own control, and call it so or not.
const PRESCRIBED: &str = "внутришкольный контроль";

/// A list of control works with the column «Кто назначает» in the table's words; where there is none, with the office's own control, and that
/// is told.
fn with_prescriber(mut of_year: YearSheet) -> YearSheet {
    if of_year.layout.table != CONTROL_WORKS.table || of_year.sheet.heads.is_empty() {
        return of_year;
    }
    let title = CONTROL_WORKS.columns.iter().find(|column| column.name == "level").map_or("", |column| column.title);
    let is_own = |head: &String| fold(head) == fold(title) || head == "level";
    match of_year.sheet.heads.iter().position(is_own) {
        Some(at) => {
            for cell in of_year.sheet.rows.iter_mut().filter_map(|(_, cells)| cells.get_mut(at)) {
                let word = match fold(cell).as_str() {
                    "" | "школа" | "администрация" | "вшк" | "завуч" | "заместитель директора" => {
                        PRESCRIBED
                    }
                    "учитель" => "по плану учителя",
                    "впр" | "внешняя оценка" | "мониторинг" | "министерство" => {
                        "внешняя оценка (ВПР, мониторинг)"
                    }
                    _ => continue,
                };
                *cell = word.to_owned();
            }
        }
        None => {
            let width = of_year.sheet.heads.len();
            of_year.sheet.heads.push(title.to_owned());
            for (_, cells) in &mut of_year.sheet.rows {
                cells.resize(width, String::new());
                cells.push(PRESCRIBED.to_owned());
            }
            let message = format!("столбца «{title}» нет: взято «{PRESCRIBED}»");
            let finding = Finding::new(codes::LEFT_OUT, &of_year.place, message).weighing(Severity::Warning);
            of_year.findings.push(finding);
        }
    }
    of_year
}

type Find<'f> = dyn Fn(&[&str]) -> Option<usize> + 'f;

/// «Урок, Начало, Конец»: which bells they are stands in the title, or nowhere.
fn bells(lines: &Lines<'_>, at: usize, find: &Find<'_>) -> Option<YearSheet> {
    let number = find(&["урок", "№ урока", "номер урока", "№"])?;
    let (starts, ends) = (find(&["начало", "начало урока"])?, find(&["конец", "окончание", "конец урока"])?);
    if find(&["расписание звонков", "расписание", "дата", "период", "класс"]).is_some()
    {
        return None;
    }
    let title = lines.rows[..at].iter().flat_map(|(_, cells)| cells).map(|cell| fold(cell));
    let named = title.filter_map(|text| text.strip_prefix("расписание звонков").map(|name| name.trim().to_owned()));
    let schedule = named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| ONLY_BELLS.to_owned());
    let mut rows = Vec::new();
    for (no, cells) in &lines.rows[at + 1..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        let lesson: String = cell(number).chars().take_while(char::is_ascii_digit).collect();
        if !lesson.is_empty() && !cell(starts).is_empty() {
            let row = vec![schedule.clone(), lesson, year::tidied(cell(starts)), year::tidied(cell(ends))];
            rows.push((*no as usize, row));
        }
    }
    sheet(lines, &BELLS, &["Расписание звонков", "Урок", "Начало", "Конец"], rows)
}

/// «Каникулы, Начало, Окончание»: each line is a holiday of the whole school.
fn holidays(lines: &Lines<'_>, at: usize, find: &Find<'_>) -> Option<YearSheet> {
    let name = find(&["каникулы", "название каникул", "вид каникул"])?;
    let starts = find(&["начало", "начало каникул", "с", "дата начала"])?;
    let ends = find(&["окончание", "конец", "конец каникул", "окончание каникул", "по", "дата окончания"])?;
    if find(&["что это"]).is_some() {
        return None;
    }
    let mut rows = Vec::new();
    for (no, cells) in &lines.rows[at + 1..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        if !cell(name).is_empty() && !cell(starts).is_empty() {
            let row = [cell(starts), cell(ends), "каникулы", cell(name)].map(str::to_owned).to_vec();
            rows.push((*no as usize, row));
        }
    }
    sheet(lines, &CALENDAR, &["С", "По", "Что это", "Название"], rows)
}

/// 5 of «5», «5 класс», «5 кл.», «V класс» is none of ours.
fn grade(head: &str) -> Option<u8> {
    let bare = head.trim_end_matches("классы").trim_end_matches("класс").trim_end_matches("кл.").trim();
    bare.parse().ok().filter(|grade| (1..=11).contains(grade))
}

/// Hours by subject and grade: a column for each grade; a line without hours says to which part the subjects below belong.
fn curriculum(lines: &Lines<'_>, at: usize, heads: &[String]) -> Option<YearSheet> {
    let words = ["предмет", "предметы", "учебный предмет", "учебные предметы", "наименование предмета"];
    let subject = heads.iter().position(|head| words.contains(&head.as_str()))?;
    let grades: Vec<(usize, u8)> = heads.iter().enumerate().filter_map(|(at, head)| Some((at, grade(head)?))).collect();
    let teacher = heads.iter().any(|head| head.contains("учител") || head.contains("фио"));
    if teacher {
        return None;
    }
    if grades.len() < 2 {
        return curriculum_of_classes(lines, at, subject);
    }
    let mut rows = Vec::new();
    let places: Vec<usize> = grades.iter().map(|(at, _)| *at).collect();
    for (no, subject, part, hours) in plan_rows(lines, at, subject, &places) {
        for (column, text) in hours {
            let grade = grades.iter().find(|(at, _)| *at == column).map(|(_, grade)| grade.to_string());
            let row = vec![grade.unwrap_or_default(), subject.to_owned(), text.replace('.', ","), part.to_owned()];
            rows.push((no as usize, row));
        }
    }
    let covers = grades.iter().map(|(_, grade)| grade.to_string()).collect();
    let plan = sheet(lines, &CURRICULUM, &["Параллель", "Предмет", "Часов в неделю", "Часть плана"], rows)?;
    Some(YearSheet { covers, ..plan })
}

/// Place of a row, its subject, its part of the plan, and the hours of the columns that have any.
type PlanRow<'l> = (u32, &'l str, &'static str, Vec<(usize, &'l str)>);

/// Rows of hours below a heading; a line without hours says to which part the subjects below belong, sums are passed over.
fn plan_rows<'l>(lines: &'l Lines<'_>, at: usize, subject: usize, columns: &[usize]) -> Vec<PlanRow<'l>> {
    let (mut part, mut rows) = ("обязательная часть", Vec::new());
    for (no, cells) in &lines.rows[at + 1..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        let said = fold(&cells.join(" "));
        let hours: Vec<(usize, &str)> =
            columns.iter().map(|at| (*at, cell(*at))).filter(|(_, text)| !text.is_empty()).collect();
        if hours.is_empty() {
            part = match () {
                () if said.contains("внеурочн") => "внеурочная деятельность",
                () if said.contains("формируем") => "часть, формируемая школой",
                () if said.contains("обязательн") => "обязательная часть",
                () => part,
            };
            continue;
        }
        // «Итого», «Максимальная нагрузка»: sums are no subjects.
        let sums = ["итого", "всего", "максимальн", "предельно", "количество", "учебные недели", "недельная"];
        if cell(subject).is_empty()
            || sums.iter().any(|word| fold(cell(subject)).starts_with(word))
            || sums.iter().any(|word| said.starts_with(word))
        {
            continue;
        }
        let hours = hours.into_iter().filter(|(_, text)| !matches!(*text, "0" | "-" | "–" | "—")).collect();
        rows.push((*no, cell(subject), part, hours));
    }
    rows
}

/// Hours by subject and class: one plan for a grade whose classes agree in everything, and a plan for each class of a grade whose do not.
fn curriculum_of_classes(lines: &Lines<'_>, at: usize, subject: usize) -> Option<YearSheet> {
    let heads = lines.rows[at].1.iter().enumerate();
    let classes: Vec<(usize, String)> = heads.filter_map(|(at, head)| Some((at, class_name(head)?))).collect();
    if classes.is_empty() {
        return None;
    }
    let places: Vec<usize> = classes.iter().map(|(at, _)| *at).collect();
    let read = plan_rows(lines, at, subject, &places);
    let of_column = |column: usize| -> Vec<(u32, &str, &str, &str)> {
        let mut plan = Vec::new();
        for (no, subject, part, hours) in &read {
            plan.extend(hours.iter().find(|(at, _)| *at == column).map(|(_, text)| (*no, *subject, *part, *text)));
        }
        plan
    };
    let grade_of = |class: &str| class.chars().take_while(char::is_ascii_digit).collect::<String>();
    let (mut rows, mut covers, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (column, class) in &classes {
        let grade = grade_of(class);
        let plan = of_column(*column);
        let mut of_grade = classes.iter().filter(|(_, other)| grade_of(other) == grade);
        let agree = of_grade.clone().all(|(other, _)| of_column(*other) == plan);
        let is_first = of_grade.next().is_some_and(|(first, _)| first == column);
        if agree && !is_first {
            continue;
        }
        let profile = if agree { String::new() } else { class.clone() };
        if agree {
            covers.push(grade.clone());
        } else {
            own.push(class.clone());
        }
        for (no, subject, part, hours) in plan {
            let row = [grade.as_str(), &profile, subject, &hours.replace('.', ","), part].map(str::to_owned);
            rows.push((no as usize, row.to_vec()));
        }
    }
    let heads = ["Параллель", "Класс (если план особый)", "Предмет", "Часов в неделю", "Часть плана"];
    let mut plan = sheet(lines, &CURRICULUM, &heads, rows)?;
    plan.covers = covers;
    if !own.is_empty() {
        let message = format!("часы классов одной параллели различаются: свой план у {}", own.join(", "));
        plan.findings.push(Finding::new(codes::LEFT_OUT, &plan.place, message).weighing(Severity::Note));
    }
    Some(plan)
}

fn sheet(
    lines: &Lines<'_>,
    layout: &'static Layout,
    heads: &[&str],
    rows: Vec<(usize, Vec<String>)>,
) -> Option<YearSheet> {
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    let (place, letters) = (lines.place.clone(), Vec::new());
    let sheet = Sheet { heads, rows, letters };
    (!sheet.rows.is_empty()).then(|| YearSheet {
        layout,
        place,
        course: String::new(),
        sheet,
        covers: Vec::new(),
        findings: Vec::new(),
    })
}

/// A day of the calendar that two sheets say alike is taken once; what differs is told where rows are checked.
pub(super) fn same_days(sheets: &mut [YearSheet]) {
    let mut seen = BTreeSet::new();
    for sheet in sheets.iter_mut().filter(|sheet| sheet.layout.table == CALENDAR.table) {
        let day = |text: &str| parse_day(text).map_or_else(|| text.to_owned(), |day| day.to_string());
        let (heads, own) = (sheet.sheet.heads.clone(), seen.clone());
        let said = |row: &[String]| -> Vec<String> {
            let at = |title: &str| heads.iter().position(|head| names::fold(head) == names::fold(title));
            let cells = CALENDAR.columns.iter().map(|column| at(column.title).and_then(|at| row.get(at)));
            cells.map(|cell| day(cell.map_or("", |text| text.trim())).to_lowercase()).collect()
        };
        sheet.sheet.rows.retain(|(_, row)| {
            let said = said(row);
            seen.insert(said.clone());
            !own.contains(&said)
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn bells_take_their_name_from_the_title_and_holidays_are_the_whole_school_s() {
        let told = read(&Lines::of(
            "Звонки",
            &[
                &["Расписание звонков 2 смена"],
                &["Урок", "Начало", "Конец", "Перемена"],
                &["1 урок", "1899-12-31 13:30:00", "14:10", "10 мин"],
                &["", "", "", ""],
            ],
        ))
        .unwrap();
        assert_eq!(told.layout.table, "bells");
        assert_eq!(told.sheet.rows, [(3, ["2 смена", "1", "13:30", "14:10"].map(str::to_owned).to_vec())]);
        let told = read(&Lines::of(
            "Каникулы",
            &[&["Каникулы", "Начало", "Окончание"], &["осенние", "25.10.2026", "04.11.2026"]],
        ));
        assert_eq!(told.unwrap().sheet.rows[0].1, ["25.10.2026", "04.11.2026", "каникулы", "осенние"]);
        let plan = read(&Lines::of(
            "УП 5-9",
            &[
                &["Предметы", "5 класс", "6 класс"],
                &["Обязательная часть", "", ""],
                &["Русский язык", "5", "6"],
                &["Часть, формируемая участниками образовательных отношений", "", ""],
                &["Экология", "", "0.5"],
                &["Итого", "5", "6.5"],
            ],
        ))
        .unwrap();
        let rows: Vec<String> = plan.sheet.rows.iter().map(|(_, row)| row.join("|")).collect();
        assert_eq!(
            rows,
            [
                "5|Русский язык|5|обязательная часть",
                "6|Русский язык|6|обязательная часть",
                "6|Экология|0,5|часть, формируемая школой"
            ]
        );
        let own = Lines::of(
            "Звонки",
            &[&["Расписание звонков", "Урок", "Начало", "Конец"], &["1 смена", "1", "8:30", "9:10"]],
        );
        assert!(read(&own).is_none(), "the year's own table is read as it is");
    }

    #[test]
    fn control_works_without_a_prescriber_are_the_school_s_own() {
        let of = |heads: &[&str], row: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let sheet = Sheet { heads: owned(heads), rows: vec![(2, owned(row))], letters: Vec::new() };
            let (place, course, covers, findings) = (String::new(), String::new(), Vec::new(), Vec::new());
            with_prescriber(YearSheet { layout: &CONTROL_WORKS, place, course, sheet, covers, findings })
        };
        let bare = of(&["Класс", "Предмет", "Дата", "Вид работы"], &["5А", "Алгебра", "07.12.2026"]);
        assert_eq!(bare.sheet.rows[0].1, ["5А", "Алгебра", "07.12.2026", "", PRESCRIBED]);
        assert!(bare.findings[0].message.contains("взято «внутришкольный контроль»"));
        let said = of(&["Дата", "Кто назначает"], &["07.12.2026", "ВПР"]);
        assert_eq!(said.sheet.rows[0].1[1], "внешняя оценка (ВПР, мониторинг)");
        assert!(said.findings.is_empty());
        assert_eq!(of(&["Дата", "Кто назначает"], &["07.12.2026", "кто-то"]).sheet.rows[0].1[1], "кто-то");
    }

    #[test]
    fn columns_for_the_pen_are_left_with_a_word_and_no_other_column_is() {
        let sheet = Sheet {
            heads: ["Расписание звонков", "Примечание", "Цвет"].map(str::to_owned).to_vec(),
            rows: vec![(2, ["1 смена", "без перемены", "белый"].map(str::to_owned).to_vec())],
            letters: ["A", "B", "C"].map(str::to_owned).to_vec(),
        };
        let place = "год.xlsx".to_owned();
        let (course, covers, findings) = (String::new(), Vec::new(), Vec::new());
        let told = YearSheet { layout: &BELLS, place, course, sheet, covers, findings };
        let told = without_notes(told);
        assert_eq!(told.sheet.heads, ["Расписание звонков", "Цвет"]);
        assert_eq!(
            (told.sheet.rows[0].1.join("|"), told.sheet.letters.join("")),
            ("1 смена|белый".to_owned(), "AC".to_owned())
        );
        assert!(told.findings[0].message.contains("«Примечание»") && told.findings[0].severity == Severity::Warning);
    }
}
