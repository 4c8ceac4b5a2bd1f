//! Forms of the year's tables: a field for each column, with the choices that its cell may hold. Floor 3.

use super::Fields;
use crate::domain::policy::{Policy, Value};
use crate::domain::setup::cells::Known;
use crate::domain::setup::layout::{Column, Is, Layout};
use crate::domain::setup::rules;
use crate::domain::words;

/// One field of a form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// `text`, `date`, `time`, `number`, `select`, `area`, `hidden`, `fixed`.
    pub(super) kind: &'static str,
    pub(super) value: String,
    /// Choices of a `select`: stored form, words, chosen.
    pub(super) choices: Vec<(String, String, bool)>,
    pub(super) required: bool,
    pub(super) hint: &'static str,
    /// Words that are offered for a `text`; any other may be typed.
    pub(super) offered: Vec<String>,
}

/// Offers for the kind of a control work the words by which the rules know one.
pub(super) fn offer_works(fields: &mut [Field], policy: &Policy) {
    let Some(Value::Words(names)) = policy.first("works.control").map(|said| &said.value) else { return };
    for field in fields.iter_mut().filter(|field| field.name == "kind_of_work") {
        field.offered = names.iter().map(|name| words::capitalised(name)).collect();
        field.hint =
            "как в журнале; список — работы, которые правила школы считают контрольными, можно вписать и другую";
    }
}

/// Offers for a mark from another school the subjects of the learner's class, the periods of its year, and the values of marks here.
pub(super) fn offer_brought(fields: &mut [Field], subjects: &[String], periods: Vec<String>, values: Vec<String>) {
    for field in fields {
        (field.offered, field.hint) = match field.name {
            "subject" => (subjects.to_vec(), "предмет из списка класса или школы; пусто — такого у нас нет"),
            "dated" => (periods.clone(), "дата, например 10.11.2025, или период словами: 1 четверть, сентябрь, за год"),
            "value" => (values.clone(), "одна отметка из списка нашей школы; написанную иначе — в примечание"),
            _ => continue,
        };
    }
}

/// The fields of a row. `stored` are the row's cells as the store has them; a field of the form just sent comes back as it was
/// typed.
pub(super) fn fields(
    layout: &Layout,
    known: &Known,
    stored: Option<&[String]>,
    typed: Option<&Fields>,
    fixed: &[(&str, &str)],
    key_fixed: bool,
) -> Vec<Field> {
    let one = |(at, column): (usize, &Column)| {
        let cell = stored.and_then(|row| row.get(at));
        let locked = fixed.iter().find(|(name, _)| *name == column.name);
        let value = match (locked, typed, cell) {
            (Some((_, value)), _, _) => (*value).to_owned(),
            (None, Some(typed), _) => typed.value(column.name).to_owned(),
            (None, None, Some(cell)) if super::rows::is_period_name(layout, column) => words::period_title(cell),
            (None, None, Some(cell)) => shown(known, column.is, cell),
            (None, None, None) => String::new(),
        };
        let kind = match column.is {
            _ if locked.is_some() => "hidden",
            Is::Given => "hidden",
            _ if key_fixed && at < layout.key => "fixed",
            is => kind(is),
        };
        let mut choices: Vec<(String, String, bool)> = if kind == "select" {
            known.choices(column.is).into_iter().map(|(id, words)| (id.clone(), words, id == value)).collect()
        } else {
            Vec::new()
        };
        let chosen = choices.iter().any(|(_, _, chosen)| *chosen);
        let has_empty = choices.iter().any(|(id, ..)| id.is_empty());
        if kind == "select" && !has_empty && (!column.required || !chosen) {
            choices.insert(0, (String::new(), "—".to_owned(), !chosen));
        }
        Field {
            name: column.name,
            label: column.title,
            kind,
            value,
            choices,
            required: column.required && kind != "hidden",
            hint: hint(column),
            offered: Vec::new(),
        }
    };
    layout.columns.iter().enumerate().map(one).collect()
}

/// Texts of a form in the order of the layout's columns.
pub(super) fn texts(layout: &Layout, typed: &Fields) -> Vec<String> {
    layout.columns.iter().map(|column| typed.value(column.name).to_owned()).collect()
}

/// [`texts`] of the row that a form puts: cells of a key that does not change are not sent as fields.
pub(super) fn put_texts(layout: &Layout, typed: &Fields) -> Vec<String> {
    let (mut texts, key) = (texts(layout, typed), typed.all("key"));
    if key.len() == layout.key && !rules::key_may_change(layout.table) {
        texts[..layout.key].clone_from_slice(&key);
    }
    texts
}

/// What a field shows of a stored cell: what its kind of input takes.
fn shown(known: &Known, is: Is, cell: &str) -> String {
    match is {
        Is::Hours => known.show(is, cell),
        Is::Whole(0, _) if cell == "0" => String::new(),
        _ => cell.to_owned(),
    }
}

fn kind(is: Is) -> &'static str {
    match is {
        Is::Text | Is::Hours | Is::Scope => "text",
        Is::Long => "area",
        Is::Whole(..) => "number",
        Is::Day => "date",
        Is::Clock => "time",
        Is::Choice(_) | Is::Weekday | Is::Staff | Is::Class | Is::Course | Is::Learner | Is::Room => "select",
        Is::Given => "hidden",
    }
}

fn hint(column: &Column) -> &'static str {
    match (column.name, column.is) {
        ("signer", _) => {
            "кто по приказу подпишет листы его уроков, если сам он не может: уволился, болеет; пусто — подписывает сам"
        }
        ("id", Is::Text) => "короткий код латиницей для файлов, например Q1 или H2; на страницах его не видно",
        (_, Is::Hours) => "число, например 2 или 0,5",
        (_, Is::Scope) => "пусто — вся школа; «5», «1-4» или класс «7Б»",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::setup::layout::{CALENDAR, EARLIER_TEACHERS, PERIODS};

    #[test]
    fn who_signs_for_another_is_explained_and_a_last_day_stands_beside_the_first() {
        let signs = fields(&EARLIER_TEACHERS, &Known::default(), None, None, &[], false);
        let hints: Vec<&str> = signs.iter().filter(|field| !field.hint.is_empty()).map(|field| field.name).collect();
        assert_eq!(hints, ["signer"]);
        let days = fields(&CALENDAR, &Known::default(), None, None, &[], false);
        let days = super::super::rows::as_shown(&CALENDAR, days);
        let labels: Vec<&str> = days.iter().map(|field| field.label).collect();
        assert_eq!(labels[..3], ["С", "По", "Для кого"]);
    }

    #[test]
    fn a_period_is_called_as_everywhere_and_its_code_is_for_files() {
        let row = ["Q1", "1 четверть", "quarter", "1", "9", "2025-09-01", "2025-10-24", "1"].map(str::to_owned);
        let typed = fields(&PERIODS, &Known::default(), Some(&row), None, &[], false);
        assert_eq!((typed[0].value.as_str(), typed[1].value.as_str()), ("Q1", "I четверть"));
        let heads: Vec<&str> = PERIODS
            .columns
            .iter()
            .filter(|column| super::super::rows::is_shown(&PERIODS, column))
            .map(|column| column.title)
            .collect();
        assert_eq!(heads[..2], ["Название", "Вид"]);
    }
}
