//! The history as people read it: whose cell, who, when, was and is. Floor 2.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::super::{Error, House};
use crate::domain::consent::{Purpose, Word};
use crate::domain::journal::Journal;
use crate::domain::names::{list_name, short_name};
use crate::domain::people;
use crate::domain::rights::Role;
use crate::domain::setup::layout::{self, Is};
use crate::domain::timeliness::EntryKind;
use crate::domain::words;
use crate::store::{self, ChangeFilter, ChangeRow};

/// Names behind identifiers, for all years: history and refusals speak of people and classes.
#[derive(Debug, Default)]
pub struct Names {
    people: BTreeMap<String, String>,
    learners: BTreeMap<String, String>,
    /// By year and course: class, subject, group.
    courses: BTreeMap<(String, String), (String, String, String)>,
    /// By year and learner: class.
    classes: BTreeMap<(String, String), String>,
    periods: BTreeMap<(String, String), String>,
    /// By year and identifier: «№ 121 от 29.08.2025».
    orders: BTreeMap<(String, String), String>,
    /// By identifier: «директор, Обсидианова А.А.».
    appointments: BTreeMap<String, String>,
    /// By identifier: who was hired or dismissed.
    employments: BTreeMap<String, String>,
}

/// Reads the names of staff, learners, courses, periods, orders and appointments of every year.
pub async fn names(house: &House) -> Result<Names, Error> {
    let mut names = Names::default();
    for parent in house.db.list_guardians().await? {
        let name = short_name(&parent.surname, &parent.given_name, &parent.patronymic);
        names.people.insert(parent.id, name);
    }
    for year in house.db.list_years().await? {
        names.learn(&year, &house.db.load_roster(&year).await?);
        for order in house.db.list_year_rows(layout::ORDERS.table, &year).await? {
            if let [id, number, date, ..] = order.as_slice() {
                let date = if date.is_empty() { String::new() } else { format!(" от {}", day(date)) };
                names.orders.insert((year.clone(), id.clone()), format!("№ {number}{date}"));
            }
        }
    }
    for one in house.db.list_appointments().await? {
        let name = names.name(&one.person);
        names.appointments.insert(one.id, format!("{}, {name}", one.role.words(one.acting)));
    }
    // An appointment that was taken back stands nowhere but in the history: its own cells name it.
    let of_appointments = ChangeFilter { table: Some("appointments".to_owned()), ..ChangeFilter::default() };
    for row in house.db.list_changes(&of_appointments).await? {
        let (Some(id), Some(cells)) = (row.key.first(), row.old.as_ref().or(row.new.as_ref())) else { continue };
        if !names.appointments.contains_key(id) {
            names.appointments.insert(id.clone(), names.appointed(cells));
        }
    }
    for one in house.db.list_employments().await? {
        let name = names.name(&one.person);
        names.employments.insert(one.id, name);
    }
    Ok(names)
}

impl Names {
    /// Takes the names of a year's journal in, which need not stand yet: files that are only tried name people and courses of their own.
    pub fn learn(&mut self, year: &str, journal: &Journal) {
        for member in &journal.staff {
            let name = short_name(&member.surname, &member.given_name, &member.patronymic);
            self.people.insert(member.id.clone(), name);
        }
        for learner in &journal.learners {
            let name = list_name(&learner.surname, &learner.given_name);
            self.people.insert(learner.id.clone(), name.clone());
            self.learners.insert(learner.id.clone(), name);
            self.classes.insert((year.to_owned(), learner.id.clone()), learner.class.clone());
        }
        for course in &journal.courses {
            let what = (course.class.clone(), course.subject.clone(), course.group.clone());
            self.courses.insert((year.to_owned(), course.id.clone()), what);
        }
        for period in &journal.periods {
            let name = words::period_title(&period.name);
            self.periods.insert((year.to_owned(), period.id.clone()), name);
        }
    }

    /// Name of whoever acted: staff, learner, or the keyboard.
    pub fn person(&self, id: &str) -> String {
        match id {
            "" => "загрузка журнала".to_owned(),
            people::OPERATOR => people::OPERATOR_NAME.to_owned(),
            _ => self.people.get(id).map_or_else(|| id.to_owned(), |name| format!("{name} ({id})")),
        }
    }

    /// Name of a person without the identifier; the identifier where there is no name.
    fn name(&self, id: &str) -> String {
        self.people.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// «и.о. директора, Обсидианова А.А.» out of the cells of an appointment after its key.
    fn appointed(&self, cells: &[String]) -> String {
        let at = |name: &str| {
            let columns = store::columns_of("appointments").map(|(_, columns)| columns).unwrap_or_default();
            let place = columns.iter().position(|column| *column == name);
            place.and_then(|place| cells.get(place)).map_or("", String::as_str)
        };
        let role =
            Role::parse(at("role")).map_or_else(|| at("role").to_owned(), |role| role.words(at("acting") == "1"));
        format!("{role}, {}", self.name(at("person")))
    }

    /// Identifiers of staff whose name begins so, or who are called so: what a person typed into «Кто».
    pub fn called(&self, text: &str) -> Vec<String> {
        let wanted = text.trim().to_lowercase();
        let is = |id: &str, name: &str| id.to_lowercase() == wanted || name.to_lowercase().starts_with(&wanted);
        let people = self.people.iter().filter(|(id, name)| is(id, name)).map(|(id, _)| id.clone());
        let console =
            [people::OPERATOR, people::OPERATOR_NAME].contains(&wanted.as_str()).then(|| people::OPERATOR.to_owned());
        people.chain(console).collect()
    }

    /// A cell as people read it, with names in place of identifiers.
    fn said(&self, table: &str, year: &str, column: &str, text: &str) -> String {
        let laid_out = layout::find(table).and_then(|layout| layout.columns.get(layout.place(column)?));
        match (laid_out.map(|column| column.is), column) {
            (Some(Is::Staff | Is::Learner), _) => self.name(text),
            (_, column) if PEOPLE.contains(&column) => self.name(text),
            (_, "learner" | "recorded_by") if table == "consents" => self.name(text),
            (Some(Is::Course), _) => self.course(year, text),
            (_, "order_id") => {
                let order = self.orders.get(&(year.to_owned(), text.to_owned()));
                order.map_or_else(|| text.to_owned(), |order| format!("приказ {order}"))
            }
            _ => value(table, column, text),
        }
    }

    /// The name in place of the identifier in a cell that names a person; other cells come back as they are.
    pub fn named(&self, column: &str, text: &str) -> String {
        if PEOPLE.contains(&column) { self.name(text) } else { text.to_owned() }
    }

    /// [`shown`] with names in place of identifiers.
    pub fn shown(&self, table: &str, year: &str, others: Option<&[String]>) -> String {
        told(table, others, |column, text| self.said(table, year, column, text))
    }

    /// Class of a course.
    pub fn class_of(&self, year: &str, course: &str) -> Option<String> {
        self.courses.get(&(year.to_owned(), course.to_owned())).map(|(class, _, _)| class.clone())
    }

    /// Class that a row is about: by its course, its learner or itself.
    pub fn class_of_row(&self, table: &str, year: &str, key: &[String]) -> Option<String> {
        let first = key.first()?;
        match table {
            "classes" => Some(first.clone()),
            "learners" | "decisions" | "personal_files" => self.classes.get(&(year.to_owned(), first.clone())).cloned(),
            _ => self.class_of(year, first),
        }
    }

    /// Name of a learner, or the identifier.
    pub fn learner(&self, id: &str) -> String {
        self.learners.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn course(&self, year: &str, id: &str) -> String {
        match self.courses.get(&(year.to_owned(), id.to_owned())) {
            Some((class, subject, group)) if group.is_empty() => format!("{class}, {subject}"),
            Some((class, subject, group)) => format!("{class}, {subject}, {group} группа"),
            None => format!("курс {id}"),
        }
    }

    /// A row in words: «отметка, 5А, Алгебра, 12.09.2025, урок 3, Ольхина Яшма».
    pub fn place(&self, table: &str, year: &str, key: &[String]) -> String {
        let at = |index: usize| key.get(index).map_or("", String::as_str);
        let what = table_words(table);
        let lesson = || format!("{}, {}, урок {}", self.course(year, at(0)), day(at(1)), at(2));
        match table {
            "marks" => {
                let which =
                    if matches!(at(4), "" | "0") { String::new() } else { format!(" (№ {})", ordinal(at(4))) };
                format!("{what}{which}, {}, {}", lesson(), self.learner(at(3)))
            }
            "absences" => format!("{what}, {}, {}", lesson(), self.learner(at(3))),
            "lessons" => format!("{what}, {}", lesson()),
            "entries" => {
                let kind = EntryKind::parse(at(3)).map_or(at(3), |kind| kind.as_russian());
                let whose = if at(4).is_empty() { String::new() } else { format!(", {}", self.learner(at(4))) };
                format!("{}: {kind}{whose}", lesson())
            }
            "final_marks" => {
                let period = self.periods.get(&(year.to_owned(), at(2).to_owned()));
                let period = period.map_or(if at(2) == "Y" { "год" } else { at(2) }, String::as_str);
                format!("{what}, {}, {period}, {}", self.course(year, at(0)), self.learner(at(1)))
            }
            "group_members" => format!("{what}, {}, {}", self.course(year, at(0)), self.learner(at(1))),
            "learners" | "decisions" | "personal_files" => {
                let class = self.class_of_row(table, year, key).map(|class| format!(", {class}")).unwrap_or_default();
                format!("{what}{class}, {}", self.learner(at(0)))
            }
            "staff" => format!("{what}, {}", self.person(at(0))),
            "orders" => match self.orders.get(&(year.to_owned(), at(0).to_owned())) {
                Some(order) => format!("приказ {order}"),
                None => format!("{what}, запись {}", at(0)),
            },
            "periods" => {
                let period = self.periods.get(&(year.to_owned(), at(0).to_owned()));
                format!("{what}, {}", period.map_or(at(0), String::as_str))
            }
            "courses" => format!("{what}, {}", self.course(year, at(0))),
            "timetable" => {
                let weekday = weekday(at(1)).unwrap_or_else(|| at(1).to_owned());
                let week = if at(3).is_empty() { String::new() } else { format!(", {}", value(table, "week", at(3))) };
                let since = if at(4).is_empty() { String::new() } else { format!(", с {}", day(at(4))) };
                format!("{what}, {}, {weekday}, {}-й урок{week}{since}", self.course(year, at(0)), at(2))
            }
            "employments" => format!("{what}: {}", self.employments.get(at(0)).map_or(at(0), String::as_str)),
            "appointments" => {
                let whose = self.appointments.get(at(0)).map_or(at(0), String::as_str);
                format!("{what}: {whose}")
            }
            _ => {
                let columns = store::columns_of(table).map(|(keys, _)| keys).unwrap_or_default();
                let said = |(place, text): (usize, &String)| match columns.get(place) {
                    Some(column) => self.said(table, year, column, text),
                    None => text.clone(),
                };
                let said: Vec<String> = key.iter().enumerate().map(said).filter(|said| !said.is_empty()).collect();
                format!("{what}, {}", said.join(", "))
            }
        }
    }
}

/// «пятница» of «5»; nothing for other text.
fn weekday(text: &str) -> Option<String> {
    let place = text.parse::<usize>().ok()?.checked_sub(1)?;
    words::WEEKDAYS.get(place).map(|day| (*day).to_owned())
}

/// «12.09.2025»; other text comes back as it is.
fn day(iso: &str) -> String {
    iso.parse().map_or_else(|_| iso.to_owned(), words::date_short)
}

/// A moment of the school's own time, «02.09.2025, 14:05».
fn entered(iso: &str) -> String {
    let parsed = iso.parse::<NaiveDateTime>();
    parsed.map_or_else(|_| iso.to_owned(), |moment| moment.format("%d.%m.%Y, %H:%M").to_string())
}

fn ordinal(text: &str) -> String {
    text.parse::<u64>().map_or_else(|_| text.to_owned(), |number| (number + 1).to_string())
}

/// Columns that name a person, in every table that has them.
const PEOPLE: [&str; 5] = ["person", "stands_for", "teacher", "class_teacher", "substitute"];

/// What a row of a table is called.
pub fn table_words(table: &str) -> &str {
    match table {
        "marks" => "отметка",
        "absences" => "пропуск",
        "lessons" => "урок",
        "final_marks" => "итоговая отметка",
        "decisions" => "решение педсовета",
        "learners" => "ученик",
        "staff" => "сотрудник",
        "classes" => "класс",
        "courses" => "курс",
        "group_members" => "состав группы",
        "periods" => "учётный период",
        "appointments" => "назначение",
        "employments" => "приём и увольнение",
        "consents" => "согласие",
        "personal_files" => "личное дело",
        "entries" => "время записи",
        other => layout::find(other).map_or(other, |layout| layout.title),
    }
}

/// Heads of columns as people read them; what has no word keeps its own.
fn column_words(column: &str) -> &str {
    match column {
        "value" => "отметка",
        "kind_of_work" => "вид работы",
        "code" => "код",
        "topic" => "тема",
        "homework" => "домашнее задание",
        "substitute" => "замещает",
        "decision" => "решение",
        "protocol" => "протокол",
        "date" => "дата",
        "surname" => "фамилия",
        "given_name" => "имя",
        "patronymic" => "отчество",
        "born" => "дата рождения",
        "class" => "класс",
        "enrolled_on" => "день зачисления",
        "enrolment_order" => "приказ о зачислении",
        "left_on" => "день выбытия",
        "leaving_order" => "приказ о выбытии",
        "position" => "должность",
        "roles" => "роли",
        "grade" => "параллель",
        "class_teacher" => "классный руководитель",
        "subject" => "предмет",
        "group_name" => "группа",
        "teacher" => "учитель",
        "hours_centi" => "часов в неделю",
        "name" => "название",
        "kind" => "вид",
        "grade_from" => "с параллели",
        "grade_to" => "по параллель",
        "starts" => "начало",
        "ends" => "конец",
        "ordinal" => "место в списке",
        "person" => "кто назначен",
        "role" => "должность",
        "stands_for" => "за кого",
        "acting" => "исполняет обязанности",
        "order_no" => "приказ №",
        "order_date" => "дата приказа",
        "end_order" => "приказ об окончании №",
        "room" => "кабинет",
        "file_no" => "личное дело №",
        "hired_on" => "принят(а) с",
        "hire_order" => "приказ о приёме №",
        "hire_order_date" => "дата приказа о приёме",
        "leave_order" => "приказ об увольнении №",
        "leave_order_date" => "дата приказа об увольнении",
        "entered_at" => "когда записано",
        other => other,
    }
}

/// Hours of one topic of a plan; those of a course are counted by the week.
const TOPIC_HOURS: &str = "часов";

/// The head of a column of a table: as the pages that fill the table in have it; a table without such a page has [`column_words`].
pub fn heading(table: &str, column: &str) -> String {
    let laid_out = layout::find(table).and_then(|layout| layout.columns.get(layout.place(column)?));
    // The journal's own words are the shorter ones: «тема» and not «Тема урока».
    let own = match (table, column) {
        // A learner leaves the class, a member of staff works the last day.
        ("employments", "left_on") => "последний день",
        ("plan_topics", "hours_centi") => TOPIC_HOURS,
        ("consents", "learner") => "обучающийся",
        ("consents", "guardian") => "родитель",
        ("consents", "purpose") => "цель, канал",
        ("consents", "said") => "сказано",
        ("consents", "dated") => "день документа",
        ("consents", "ground") => "документ",
        ("consents", "recorded_by") => "кто внёс",
        ("consents", "recorded_at") => "внесено",
        _ => column_words(column),
    };
    match laid_out {
        Some(laid_out) if own == column => {
            let mut letters = laid_out.title.chars();
            letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
        }
        _ => own.to_owned(),
    }
}

/// A value as people read it: a word of the store becomes theirs, a day its date.
pub fn value(table: &str, column: &str, text: &str) -> String {
    let laid_out = layout::find(table).and_then(|layout| layout.columns.get(layout.place(column)?));
    let of_choice = match laid_out.map(|column| column.is) {
        Some(Is::Weekday) => weekday(text),
        Some(Is::Choice(words)) => words.iter().find(|(word, _)| *word == text).map(|(_, said)| (*said).to_owned()),
        _ => None,
    };
    match (of_choice, column) {
        (Some(said), _) => said,
        (None, "role") => Role::parse(text).map_or_else(|| text.to_owned(), |role| role.as_russian().to_owned()),
        (None, "roles") => {
            let said = text.split_whitespace().map(|word| Role::parse(word).map_or(word, |role| role.as_russian()));
            said.collect::<Vec<_>>().join(", ")
        }
        (None, "purpose") => Purpose::parse(text).map_or_else(|| text.to_owned(), |one| one.as_russian().to_owned()),
        (None, "said") => Word::parse(text).map_or_else(|| text.to_owned(), |one| one.as_russian().to_owned()),
        (None, "acting") => if text == "1" { "да" } else { "нет" }.to_owned(),
        (None, "hours_centi") => hours(text),
        (None, "entered_at") => entered(text),
        (None, "name") if table == "periods" => words::period_title(text),
        (None, _) => day(text),
    }
}

/// «3», «0,5»: hundredths of an hour as hours.
fn hours(centi: &str) -> String {
    let Ok(centi) = centi.parse::<u64>() else { return centi.to_owned() };
    let (whole, part) = (centi / 100, centi % 100);
    if part == 0 { whole.to_string() } else { format!("{whole},{part:02}").trim_end_matches('0').to_owned() }
}

/// The values of a row in words: a mark is its value, other rows name what is not empty.
pub fn shown(table: &str, others: Option<&[String]>) -> String {
    told(table, others, |column, text| value(table, column, text))
}

fn told(table: &str, others: Option<&[String]>, said: impl Fn(&str, &str) -> String) -> String {
    let Some(others) = others else {
        return if table == "group_members" { "не в группе" } else { "нет записи" }.to_owned();
    };
    let Some((_, columns)) = store::columns_of(table) else { return others.join(", ") };
    // What nothing stands in says nothing: an appointment of everybody has no grades, one by right no «и.о.».
    let empty = |column: &str, text: &str| {
        text.is_empty() || (text == "0" && matches!(column, "acting" | "grade_from" | "grade_to"))
    };
    let cells = columns.into_iter().zip(others).filter(|(column, text)| !empty(column, text) && *column != "ordinal");
    let told: Vec<(&str, &String)> = cells.collect();
    match told.as_slice() {
        [] if table == "group_members" => "в группе".to_owned(),
        [] => "запись есть".to_owned(),
        [("value" | "code", text)] => format!("«{text}»"),
        [("kind_of_work", kind), ("value", text)] => format!("«{text}» ({kind})"),
        _ => told
            .iter()
            .map(|(column, text)| {
                let (head, said) = (heading(table, column), said(column, text));
                match is_quoted(column, &said) {
                    true => format!("{head} {}", words::quoted(&said)),
                    // «приказ № 121 от 29.08.2025» says what it is itself.
                    false if said.starts_with(&head) => said,
                    false if head == TOPIC_HOURS => format!("{head}: {said}"),
                    false => format!("{head} {said}"),
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Only words that people wrote stand in quotes: not dates, numbers and the numbers of orders.
fn is_quoted(column: &str, said: &str) -> bool {
    const NUMBERS: [&str; 8] = [
        "order_no",
        "end_order",
        "hire_order",
        "leave_order",
        "enrolment_order",
        "leaving_order",
        "order_id",
        "file_no",
    ];
    let is_number = NUMBERS.contains(&column);
    !is_number && said.chars().any(char::is_alphabetic)
}

/// What differs between two states of a row: column in words, was, is.
pub fn differing(table: &str, old: Option<&[String]>, new: Option<&[String]>) -> Vec<(String, String, String)> {
    let Some((_, columns)) = store::columns_of(table) else { return Vec::new() };
    let cell = |row: Option<&[String]>, at: usize| row.and_then(|row| row.get(at)).cloned().unwrap_or_default();
    let all = columns.into_iter().enumerate().map(|(at, column)| (column, cell(old, at), cell(new, at)));
    let said = |column, text: String| if text.is_empty() { text } else { value(table, column, &text) };
    all.filter(|(_, was, is)| was != is)
        .map(|(column, was, is)| (heading(table, column), said(column, was), said(column, is)))
        .collect()
}

/// One moment of a cell's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Number of the change; 0 for what came with the year's first bundle.
    pub seq: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Who, by name.
    pub who: String,
    /// Who, by identifier.
    pub by: String,
    /// Before, in words.
    pub was: String,
    /// After, in words.
    pub is: String,
    /// The earliest change that this one takes back; 0 for none.
    pub undoes: u64,
    /// Done by a compromised account and not re-approved: shown struck through.
    pub voided: bool,
}

/// The whole life of one row, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellHistory {
    /// Which row, in words.
    pub place: String,
    /// What happened to it: the bundle that brought it first, then every change.
    pub moments: Vec<Moment>,
    /// What stands today, in words.
    pub stands: String,
}

/// The history of one row with people's names: the year's first bundle as its origin, then every change.
pub async fn history_of(house: &House, table: &str, year: &str, key: &[String]) -> Result<CellHistory, Error> {
    let names = names(house).await?;
    let filter = ChangeFilter {
        table: Some(table.to_owned()),
        year: Some(year.to_owned()),
        key: key.to_vec(),
        ..ChangeFilter::default()
    };
    let mut changes = house.db.list_changes(&filter).await?;
    changes.retain(|change| change.key == key);
    changes.reverse();
    let standing = house.db.find_row(table, year, key).await?;
    let first = changes.first().map_or(standing.clone(), |change| change.old.clone());
    let mut moments = Vec::new();
    if let (Some(first), Some(origin)) = (first, house.db.find_origin(year).await?) {
        moments.push(Moment {
            seq: 0,
            at: origin.imported_at,
            who: names.person(&origin.imported_by),
            by: origin.imported_by,
            was: names.shown(table, year, None),
            is: names.shown(table, year, Some(&first)),
            undoes: 0,
            voided: false,
        });
    }
    moments.extend(changes.iter().map(|change| moment(&names, change)));
    Ok(CellHistory {
        place: names.place(table, year, key),
        moments,
        stands: names.shown(table, year, standing.as_deref()),
    })
}

fn moment(names: &Names, change: &ChangeRow) -> Moment {
    Moment {
        seq: change.seq,
        at: change.at.clone(),
        who: names.person(&change.by),
        by: change.by.clone(),
        was: names.shown(&change.table, &change.year, change.old.as_deref()),
        is: names.shown(&change.table, &change.year, change.new.as_deref()),
        undoes: change.undoes,
        voided: change.voided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_quotes_and_days_and_numbers_do_not() {
        let row = ["1 четверть", "quarter", "1", "9", "2025-09-01", "2025-10-24", "1"].map(str::to_owned);
        let said =
            "название «I четверть», вид «четверть», с параллели 1, по параллель 9, начало 01.09.2025, конец 24.10.2025";
        assert_eq!(shown("periods", Some(&row)), said);
        let topic = ["", "Дроби", "200", "", "", "прочитать «Му-му»"].map(str::to_owned);
        let said = "тема «Дроби», часов: 2, домашнее задание «прочитать „Му-му“»";
        assert_eq!(shown("plan_topics", Some(&topic)), said);
        let key = ["C1", "5", "6", "", ""].map(str::to_owned);
        let place = Names::default().place("timetable", "2025/2026", &key);
        assert_eq!(place, "Расписание, курс C1, пятница, 6-й урок");
        assert!(!is_quoted("order_no", "34-у") && is_quoted("homework", "§ 4, читать"));
    }
}
