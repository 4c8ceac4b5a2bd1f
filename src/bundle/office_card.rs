//! The school's card and the year's periods as offices keep them: what is what in the first column, periods by their names alone. Floor 1.

use super::codes;
use super::headings;
use super::layout::File;
use super::office_lists::{Kept, Lines, Read};
use super::year::YearSheet;
use crate::domain::finding::{Finding, Severity};
use crate::domain::names;
use crate::domain::setup::layout::CALENDAR;
use crate::domain::setup::paste::Sheet;

const SCHOOL: &[&str] = &["name", "short_name", "town", "year"];
const PERIODS: &[&str] = &["id", "name", "kind", "grade_from", "grade_to", "starts", "ends"];

/// Words of the first column of a card, folded, beside the headings of the school's own table.
const CARD: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "полное наименование организации",
            "полное наименование оо",
            "полное наименование учреждения",
            "полное наименование школы",
        ],
    ),
    (
        "short_name",
        &["сокращенное наименование", "краткое наименование организации", "сокращенное наименование организации"],
    ),
    ("town", &["населенный пункт", "город (село)", "город, село", "место нахождения"]),
    ("year", &["учебный год", "на учебный год"]),
];

/// How words of labels begin whose rows the house keeps nowhere and needs nowhere: no document of the school's names them.
const UNNEEDED: &[&str] =
    &["адрес", "телефон", "тел", "факс", "mail", "email", "почт", "сайт", "инн", "кпп", "огрн", "окпо", "учредител"];
/// How words of labels begin of what the year's own tables tell: days of the week, shifts, bells.
const OF_YEAR: &[&str] = &["режим", "недел", "смен"];
/// How words of labels begin of who holds an office: the list of staff and orders tell it.
const OF_STAFF: &[&str] = &["директор", "руководител", "заместител"];
/// How words of labels begin of what the forms for the archive say.
const OF_FORMS: &[&str] = &["фонд", "архив", "подразделен"];

/// A card: «Полное наименование» in the first column, the name in the second. Both the name and the year must be there.
pub(super) fn card(lines: &Lines<'_>) -> Option<Read> {
    let mut row = vec![String::new(); SCHOOL.len()];
    let mut other = Vec::new();
    let mut place = lines.place.clone();
    for (no, cells) in &lines.rows {
        let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        let [label, value, ..] = filled.as_slice() else { continue };
        let folded = headings::fold(label);
        let known = SCHOOL.iter().position(|column| {
            let words = CARD.iter().filter(|(name, _)| name == column).flat_map(|(_, words)| words.iter());
            words.into_iter().any(|word| *word == folded)
                || File::School
                    .layout()
                    .columns
                    .iter()
                    .any(|own| own.name == *column && headings::names_column(label, own))
        });
        match known {
            Some(at) if row[at].is_empty() && filled.len() == 2 => {
                row[at] = if SCHOOL[at] == "year" { year(value) } else { (*value).to_owned() };
                place = format!("{}, строка {no}", lines.place);
            }
            _ => other.push(format!("«{label}»")),
        }
    }
    if row[0].is_empty() || row[3].is_empty() {
        return None;
    }
    let findings = not_taken(lines, other);
    Some(Read {
        kept: vec![Kept { table: File::School, columns: SCHOOL, rows: vec![(place, row)] }],
        findings,
        of_groups: Vec::new(),
    })
}

/// What is said of rows of a card that were not taken: a note of those that nobody misses, a warning of the others.
fn not_taken(lines: &Lines<'_>, other: Vec<String>) -> Vec<Finding> {
    let has = |words: &[&str], label: &String| {
        let folded = headings::fold(label);
        let mut own = folded.split(|letter: char| !letter.is_alphanumeric());
        own.any(|word| words.iter().any(|begins| word.starts_with(begins)))
    };
    let (of_year, rest): (Vec<String>, Vec<String>) = other.into_iter().partition(|label| has(OF_YEAR, label));
    let (unneeded, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(|label| has(UNNEEDED, label));
    let (of_staff, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(|label| has(OF_STAFF, label));
    let (of_forms, strange): (Vec<String>, Vec<String>) = rest.into_iter().partition(|label| has(OF_FORMS, label));
    let mut findings = left(lines, "строки карточки не загружаются", &strange);
    let mut note = |labels: &[String], what: &str| {
        if !labels.is_empty() {
            let message = format!("строки карточки не взяты: {}; {what}", labels.join(", "));
            findings.push(Finding::new(codes::LEFT_OUT, &lines.place, message).weighing(Severity::Note));
        }
    };
    note(&unneeded, "Летопись их не хранит, и ни для чего другого они не нужны: исправлять ничего не надо");
    let by_tables =
        "дни недели, смены и звонки вносят таблицами «Режим занятий» и «Звонки», часы работы школы не нужны";
    note(&of_year, by_tables);
    let by_staff =
        "кто руководит, берётся из должностей в списке работников, а потом из приказов: «Приказы о назначениях»";
    note(&of_staff, by_staff);
    note(&of_forms, "их вносят на странице «Дела и описи», «Реквизиты для форм»");
    findings
}

/// «2026/2027» of «2026-2027 учебный год», «2026 – 2027 уч. г.».
fn year(text: &str) -> String {
    let numbers: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| part.len() == 4).collect();
    match numbers.as_slice() {
        [first, second] => format!("{first}/{second}"),
        _ => text.trim().to_owned(),
    }
}

fn left(lines: &Lines<'_>, what: &str, other: &[String]) -> Vec<Finding> {
    if other.is_empty() {
        return Vec::new();
    }
    let message = format!("{what}: {}", other.join(", "));
    vec![Finding::new(codes::LEFT_OUT, &lines.place, message).weighing(Severity::Warning)]
}

/// Study periods by name, first and last day; kind, code and grades come from the name: quarters and trimesters are of grades 1 to 9, half-years
/// of 10 and 11 (000 Инс 4.1), and that is told.
pub(super) fn periods(lines: &Lines<'_>) -> Option<Read> {
    let (at, name, starts, ends) = columns(lines)?;
    let of_grades = GradeColumns::of(&lines.rows[at].1);
    let (mut made, mut other): (Vec<(String, Vec<String>)>, Vec<String>) = Default::default();
    let (mut unread, mut is_guessed) = (Vec::new(), false);
    // Places of the rows that make, and what is said of a row that makes the same period again.
    let (mut made_at, mut twice): (Vec<u32>, Vec<Finding>) = Default::default();
    let breaks: Vec<u32> = break_rows(lines, (at, name, starts, ends)).map(|(no, _)| no).collect();
    for (no, cells) in &lines.rows[at + 1..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        let is_section = names::fold(cell(name)).starts_with("каникулы");
        if cells.iter().all(|text| text.trim().is_empty()) || breaks.contains(no) || is_section {
            continue;
        }
        let Some((kind, letter, from, to)) = kind(cell(name)) else {
            other.push(format!("{no} («{}»)", cell(name)));
            continue;
        };
        let Some(order) = order(cell(name)) else {
            other.push(format!("{no} («{}»)", cell(name)));
            continue;
        };
        let (from, to) = match of_grades.read(cells) {
            Ok(Some((from, to))) => (from.to_string(), to.to_string()),
            Ok(None) => {
                is_guessed = true;
                (from.to_owned(), to.to_owned())
            }
            Err(found) => {
                unread.push(format!("строка {no}, {found}"));
                continue;
            }
        };
        // «I четверть» of 1–4 and of 5–9 are two periods: the later one's code says its first grade, «Q1G5».
        let code = format!("{letter}{order}");
        let of_others = |(_, row): &(String, Vec<String>)| row[0] == code && (row[3] != from || row[4] != to);
        let code = if made.iter().any(of_others) { format!("{code}G{from}") } else { code };
        if let Some(first) = made.iter().position(|(_, row)| row[0] == code).and_then(|at| made_at.get(at)) {
            let place = format!("{}, строка {no}", lines.place);
            let message = one_period(cell(name), (*first, *no), (from.as_str(), to.as_str()));
            twice.push(Finding::new(codes::DUPLICATE_KEY, place, message));
            continue;
        }
        let row = [code.as_str(), cell(name), kind, &from, &to, cell(starts), cell(ends)].map(str::to_owned);
        made.push((format!("{}, строка {no}", lines.place), row.to_vec()));
        made_at.push(*no);
    }
    if made.is_empty() && unread.is_empty() {
        return None;
    }
    let mut findings = left(lines, "строки не похожи на учебные периоды и не загружаются", &other);
    if !unread.is_empty() {
        let message = format!("не понять, для каких классов период: {}; пишите «5-9» или «10»", unread.join("; "));
        findings.push(Finding::new(codes::BAD_NUMBER, &lines.place, message));
    }
    let guessed = "четверти и триместры взяты для 1–9 классов, полугодия — для 10–11; иначе назовите столбцы «С класса» и «По класс»";
    if is_guessed {
        findings.push(Finding::new(codes::LEFT_OUT, &lines.place, guessed).weighing(Severity::Warning));
    }
    findings.extend(twice);
    Some(Read {
        kept: vec![Kept { table: File::Periods, columns: PERIODS, rows: made }],
        findings,
        of_groups: Vec::new(),
    })
}

/// What is said of two rows of a sheet that give one period of the same grades.
fn one_period(name: &str, (first, second): (u32, u32), (from, to): (&str, &str)) -> String {
    format!(
        "строки {first} и {second} дают один период: «{name}» классов {from}–{to}; если у классов разные сроки, назовите столбец «Классы» и \
         впишите в него, чьи они («1-4» и «5-9»): выйдет два периода; иначе уберите лишнюю строку"
    )
}

/// Where a sheet of periods says of which grades they are: «Классы», or «С класса» and «По класс».
struct GradeColumns {
    range: Option<usize>,
    ends: Option<(usize, usize)>,
    heads: Vec<String>,
}

impl GradeColumns {
    fn of(heads: &[String]) -> Self {
        let folded: Vec<String> = heads.iter().map(|head| headings::fold(head)).collect();
        let words = ["классы", "класс", "для классов", "параллели", "параллель"];
        let own = |column: &str| {
            let own = File::Periods.layout().columns.iter().find(|own| own.name == column)?;
            folded.iter().position(|head| !head.is_empty() && headings::names_column(head, own))
        };
        Self {
            range: folded.iter().position(|head| words.contains(&head.as_str())),
            ends: own("grade_from").zip(own("grade_to")),
            heads: heads.iter().map(|head| head.trim().to_owned()).collect(),
        }
    }

    /// First and last grade of a row; `None` where it says none. What cannot be read comes back with its column.
    fn read(&self, cells: &[String]) -> Result<Option<(u8, u8)>, String> {
        let cell = |at: usize| cells.get(at).map(|text| text.trim()).unwrap_or_default();
        let said = match (self.ends, self.range) {
            (Some((from, to)), _) if !cell(from).is_empty() && !cell(to).is_empty() => {
                (from, format!("{}-{}", cell(from), cell(to)))
            }
            (Some((at, other)), _) if !cell(at).is_empty() || !cell(other).is_empty() => {
                (at, format!("{}{}", cell(at), cell(other)))
            }
            (_, Some(at)) if !cell(at).is_empty() => (at, cell(at).to_owned()),
            _ => return Ok(None),
        };
        let (at, text) = said;
        grades(&text).map(Some).ok_or_else(|| {
            let head = self.heads.get(at).map(String::as_str).unwrap_or_default();
            format!("столбец «{head}»: «{text}»")
        })
    }
}

/// 5 and 9 of «5-9», «5–9 классы», «5, 6, 7-9»; 10 and 10 of «10»; `None` for anything else, and for grades with a gap.
fn grades(text: &str) -> Option<(u8, u8)> {
    // Folding makes every dash a hyphen.
    let folded = names::fold(text);
    let bare = ["классов", "классы", "класс", "кл."].into_iter().find_map(|word| folded.strip_suffix(word));
    let bare = bare.unwrap_or(&folded).replace(" и ", ",");
    let grade = |text: &str| text.trim().parse::<u8>().ok().filter(|grade| (1..=11).contains(grade));
    let run = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        grade(from).zip(grade(to)).filter(|(from, to)| from <= to)
    };
    let runs: Vec<(u8, u8)> = bare.split(',').map(run).collect::<Option<_>>()?;
    let is_whole = runs.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0);
    let ((first, _), (_, last)) = (runs.first()?, runs.last()?);
    is_whole.then_some((*first, *last))
}

/// The row of headings of a sheet of periods, and the columns of name, first and last day.
fn columns(lines: &Lines<'_>) -> Option<(usize, usize, usize, usize)> {
    let heads = |at: usize| -> Vec<String> { lines.rows[at].1.iter().map(|cell| headings::fold(cell)).collect() };
    let layout = File::Periods.layout().columns;
    let find = |heads: &[String], column: &str, also: &[&str]| {
        let own = layout.iter().find(|own| own.name == column)?;
        heads
            .iter()
            .position(|head| also.contains(&head.as_str()) || (!head.is_empty() && headings::names_column(head, own)))
    };
    let rows = lines.rows.len().min(super::year::HEADER_ROWS);
    (0..rows).find_map(|at| {
        let heads = heads(at);
        // The format's own table has the code of each period.
        if find(&heads, "id", &[]).is_some() {
            return None;
        }
        let name = find(&heads, "name", &["период", "учебный период", "четверть", "четверти", "четверть, полугодие"])?;
        Some((
            at,
            name,
            find(&heads, "starts", &["начало", "начинается"])?,
            find(&heads, "ends", &["окончание", "заканчивается"])?,
        ))
    })
}

/// Holidays that stand among the periods of a sheet, or below a line «Каникулы», as days of the calendar; rows that are neither stay to be told.
pub(super) fn breaks(lines: &Lines<'_>) -> Option<YearSheet> {
    let columns = columns(lines)?;
    let row = |(no, [name, starts, ends]): (u32, [&str; 3])| {
        (no as usize, [starts, ends, "каникулы", name].map(str::to_owned).to_vec())
    };
    let rows: Vec<(usize, Vec<String>)> = break_rows(lines, columns).map(row).collect();
    let heads = ["С", "По", "Что это", "Название"].map(str::to_owned).to_vec();
    (!rows.is_empty()).then(|| YearSheet {
        layout: &CALENDAR,
        place: lines.place.clone(),
        course: String::new(),
        sheet: Sheet { heads, rows, letters: Vec::new() },
        covers: Vec::new(),
        findings: Vec::new(),
    })
}

/// Place, name, first and last day of the holidays of a sheet of periods.
fn break_rows<'l>(
    lines: &'l Lines<'_>,
    (at, name, starts, ends): (usize, usize, usize, usize),
) -> impl Iterator<Item = (u32, [&'l str; 3])> {
    let mut is_below = false;
    lines.rows[at + 1..].iter().filter_map(move |(no, cells)| {
        let [name, starts, ends] =
            [name, starts, ends].map(|place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default());
        let has_days = starts.starts_with(|letter: char| letter.is_ascii_digit()) && !ends.is_empty();
        is_below = is_below || !has_days && names::fold(name).starts_with("каникулы");
        let is_break = names::fold(name).contains("каникулы") || is_below && kind(name).is_none();
        (has_days && is_break && !name.is_empty()).then_some((*no, [name, starts, ends]))
    })
}

/// Kind, letter of the code and grades of a period by its name.
fn kind(name: &str) -> Option<(&'static str, char, &'static str, &'static str)> {
    let folded = names::fold(name);
    let kinds = [
        ("четверть", "quarter", 'Q', "1", "9"),
        ("триместр", "trimester", 'T', "1", "9"),
        ("полугодие", "half_year", 'H', "10", "11"),
    ];
    kinds.into_iter().find(|kind| folded.contains(kind.0)).map(|(_, kind, letter, from, to)| (kind, letter, from, to))
}

/// 1 of «I четверть», «1-я четверть», «первое полугодие».
fn order(name: &str) -> Option<u8> {
    let folded = names::fold(name);
    let first = folded.split_whitespace().next()?;
    let bare = first.trim_end_matches(|letter: char| !letter.is_ascii_digit()).to_owned();
    if let Ok(number) = bare.parse::<u8>() {
        return (1..=4).contains(&number).then_some(number);
    }
    // The Roman figures come in both alphabets: «І» and «I», «V» has no Russian twin.
    let roman: String = first.chars().map(|letter| if letter == 'і' { 'i' } else { letter }).collect();
    let words = [("i", "перв"), ("ii", "втор"), ("iii", "трет"), ("iv", "четвер")];
    (1..)
        .zip(words)
        .find(|(_, (figure, word))| roman == *figure || (first.starts_with(word) && first != "четверть"))
        .map(|(no, _)| no)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_card_of_the_school_is_its_table_turned_on_its_side() {
        let sheet = Lines::of(
            "Карточка",
            &[
                &["Карточка организации", ""],
                &["Полное наименование", "МБОУ «Средняя школа № 5»"],
                &["Сокращённое наименование", "СШ № 5"],
                &["Город", "Чернушка"],
                &["ИНН", "5957000000"],
                &["Юридический адрес:", "617830, г. Чернушка, ул. Школьная, 1"],
                &["Телефон", "8 (34261) 4-00-00"],
                &["E-mail", "school5@example.org"],
                &["Режим работы", "пятидневка, одна смена"],
                &["Девиз", "Знание — сила"],
                &["Директор", "Гранатова Ольга Петровна"],
                &["Номер фонда", "Р-12"],
                &["Учебный год", "2026-2027 учебный год"],
            ],
        );
        let read = card(&sheet).unwrap();
        assert_eq!(read.kept[0].rows[0].1, ["МБОУ «Средняя школа № 5»", "СШ № 5", "Чернушка", "2026/2027"]);
        let said: Vec<(Severity, &str)> =
            read.findings.iter().map(|finding| (finding.severity, finding.message.as_str())).collect();
        assert_eq!(said[0], (Severity::Warning, "строки карточки не загружаются: «Девиз»"));
        assert_eq!((said.len(), said[1].0, said[2].0), (5, Severity::Note, Severity::Note));
        assert!(said[3].1.contains("«Директор»") && said[3].1.contains("«Приказы о назначениях»"), "{}", said[3].1);
        assert!(said[4].1.contains("«Номер фонда»") && said[4].1.contains("«Реквизиты для форм»"), "{}", said[4].1);
        let unneeded =
            "строки карточки не взяты: «ИНН», «Юридический адрес:», «Телефон», «E-mail»; Летопись их не хранит";
        assert!(said[1].1.starts_with(unneeded), "{}", said[1].1);
        assert!(said[2].1.contains("«Режим работы»") && said[2].1.contains("«Звонки»"), "{}", said[2].1);
        assert!(card(&Lines::of("Лист1", &[&["Учебный год", "2026/2027"]])).is_none(), "a year alone is no card");
    }

    #[test]
    fn periods_are_known_by_their_names() {
        let sheet = Lines::of(
            "Четверти",
            &[
                &["Период", "Начало", "Окончание", "Недель"],
                &["I четверть", "01.09.2026", "24.10.2026", "8"],
                &["2-я четверть", "05.11.2026", "30.12.2026", "8"],
                &["Первое полугодие", "01.09.2026", "30.12.2026", "16"],
                &["Итого", "", "", "34"],
            ],
        );
        let read = periods(&sheet).unwrap();
        let rows: Vec<String> = read.kept[0].rows.iter().map(|(_, row)| row[..5].join("|")).collect();
        assert_eq!(
            rows,
            ["Q1|I четверть|quarter|1|9", "Q2|2-я четверть|quarter|1|9", "H1|Первое полугодие|half_year|10|11"]
        );
        assert!(read.findings[0].message.contains("5 («Итого»)"));
        let said = Lines::of(
            "Четверти",
            &[
                &["Период", "Начало", "Окончание", "Классы"],
                &["I четверть", "01.09.2026", "24.10.2026", "5–9 классы"],
                &["I полугодие", "01.09.2026", "30.12.2026", "10"],
                &["II полугодие", "11.01.2027", "26.05.2027", "десятый"],
            ],
        );
        let read = periods(&said).unwrap();
        let rows: Vec<String> = read.kept[0].rows.iter().map(|(_, row)| row[..5].join("|")).collect();
        assert_eq!(rows, ["Q1|I четверть|quarter|5|9", "H1|I полугодие|half_year|10|10"]);
        let told: Vec<(Severity, &str)> =
            read.findings.iter().map(|finding| (finding.severity, finding.message.as_str())).collect();
        assert_eq!((told.len(), told[0].0), (1, Severity::Error), "nothing is guessed: {told:?}");
        assert!(told[0].1.contains("строка 4, столбец «Классы»: «десятый»"), "{told:?}");
        assert_eq!(
            ["5-9", "10-11", "1–4 классы", "10 и 11", "1-4, 5-9", "9-5", "5, 7", "05.09.2026", "12"].map(grades),
            [Some((5, 9)), Some((10, 11)), Some((1, 4)), Some((10, 11)), Some((1, 9)), None, None, None, None]
        );
        let two = Lines::of(
            "Четверти",
            &[
                &["Период", "Начало", "Окончание", "Классы"],
                &["I четверть", "01.09.2026", "24.10.2026", "1-4"],
                &["I четверть", "01.09.2026", "27.10.2026", "5-9"],
            ],
        );
        let rows: Vec<String> = periods(&two).unwrap().kept[0].rows.iter().map(|(_, row)| row[..5].join("|")).collect();
        assert_eq!(rows, ["Q1|I четверть|quarter|1|4", "Q1G5|I четверть|quarter|5|9"]);
        let same = Lines::of(
            "Четверти",
            &[
                &["Период", "Начало", "Окончание"],
                &["I четверть", "01.09.2026", "24.10.2026"],
                &["1-я четверть", "01.09.2026", "27.10.2026"],
            ],
        );
        let read = periods(&same).unwrap();
        let told = read.findings.last().unwrap();
        assert_eq!((read.kept[0].rows.len(), told.severity), (1, Severity::Error), "{told:?}");
        assert!(
            told.place.ends_with("строка 3") && told.message.starts_with("строки 2 и 3 дают один период"),
            "{told:?}"
        );
        assert!(told.message.contains("столбец «Классы»") && told.message.contains("«5-9»"), "{told:?}");
        let ends = Lines::of(
            "Четверти",
            &[
                &["Период", "Начало", "Окончание", "С класса", "По класс"],
                &["I четверть", "01.09.2026", "24.10.2026", "5", "9"],
            ],
        );
        let read = periods(&ends).unwrap();
        assert_eq!((&read.kept[0].rows[0].1[3..5], read.findings.len()), (&["5".to_owned(), "9".to_owned()][..], 0));
        assert_eq!(
            ["IV четверть", "четверть", "третья четверть", "5 четверть"].map(order),
            [Some(4), None, Some(3), None]
        );
    }
}
