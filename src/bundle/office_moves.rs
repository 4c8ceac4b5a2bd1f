//! Learners whom a list names in a class that they are not in any more: an order moved them, or they left. They are known again, and the order
//! holds. Floor 1.
//!
//! A list without codes says who is who; it is orders that move learners. A list of before an order is loaded again without undoing it, and
//! whoever loads it is told.

use std::collections::{HashMap, HashSet};

use crate::domain::journal::{Journal, Learner};
use crate::domain::{names, words};

use super::found::{Found, Place};
use super::layout::File;
use super::office_groups;
use super::sheet::{Row, Sheet};
use super::{codes, rows};

/// Places of a learner's cells, by the layout.
const NAMES: [usize; 3] =
    [File::Learners.at("surname"), File::Learners.at("given_name"), File::Learners.at("patronymic")];
const BORN: usize = File::Learners.at("born");
const CLASS: usize = File::Learners.at("class");
const LEFT: usize = File::Learners.at("left_on");
/// What orders say of a learner.
const BY_ORDER: [usize; 5] = [
    CLASS,
    File::Learners.at("enrolled_on"),
    File::Learners.at("enrolment_order"),
    LEFT,
    File::Learners.at("leaving_order"),
];

/// Puts the card's class and orders into rows of a list that name the learner in another class, and warns of each; of learners who left as well.
///
/// Whoever has the same full name and the same day of birth is the same learner; where one of the two days is not known, the name must be the
/// only one of its kind in the list and in the school. Other days of birth are other learners. Rows with codes are not looked at.
pub(super) fn keep(sheets: &mut [Sheet<'_>], standing: Option<&Journal>, found: &mut Found) {
    let Some(journal) = standing else { return };
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Learners) else { return };
    if !sheet.absent.contains(&0) {
        return;
    }
    let (mut cards, mut listed) = (HashMap::<String, Vec<usize>>::new(), HashMap::<String, usize>::new());
    let mut claimed: HashSet<(String, String)> = HashSet::new();
    for (place, row) in sheet.rows.iter().enumerate() {
        if row.line == 0 {
            cards.entry(name(row)).or_default().push(place);
        } else {
            *listed.entry(name(row)).or_default() += 1;
            claimed.insert((name(row), class(row)));
        }
    }
    let lists = Listing { cards, listed };
    let coming: Vec<usize> = (0..sheet.rows.len()).filter(|place| sheet.rows[*place].line > 0).collect();
    let (mut dropped, mut taken, mut strange) = (HashSet::new(), HashSet::new(), HashSet::new());
    for place in coming {
        let row = &sheet.rows[place];
        let (who, of_list) = (name(row), row.cell(CLASS).to_owned());
        let at = Place::line(File::Learners, row.line);
        let card = |of: usize| journal.learners.iter().find(|learner| learner.id == sheet.rows[of].cell(0));
        let (of, by_name) = match lists.of(sheet, place) {
            Known::Nobody => continue,
            Known::Here(here) => {
                let gone = here.and_then(card).filter(|card| card.left_on.is_some());
                if let Some(card) = gone.filter(|_| row.cell(LEFT).is_empty()) {
                    found.warning(at, codes::LEARNER_MOVED, said(card, &of_list, false));
                }
                continue;
            }
            Known::Elsewhere { of, by_name } => (of, by_name),
        };
        let Some(card) = card(of) else { continue };
        found.warning(at, codes::LEARNER_MOVED, said_of(journal, card, &of_list, by_name));
        if !was_in(journal, card, &of_list) {
            strange.insert((names::fold(&of_list), who.clone()));
        }
        // A list that names the learner in the present class as well says all of it there.
        if claimed.contains(&(who, class(&sheet.rows[of]))) || !taken.insert(of) {
            dropped.insert(place);
            continue;
        }
        let by_order = BY_ORDER.map(|column| sheet.rows[of].cell(column).to_owned());
        for (column, cell) in BY_ORDER.into_iter().zip(by_order) {
            sheet.rows[place].set(column, cell);
        }
    }
    let mut place = 0;
    sheet.rows.retain(|_| {
        place += 1;
        !dropped.contains(&(place - 1))
    });
    leave_groups(sheets, &strange);
}

/// Names of cards and of rows that come.
struct Listing {
    /// Places of the cards that bear a name.
    cards: HashMap<String, Vec<usize>>,
    /// How many rows of the list bear it.
    listed: HashMap<String, usize>,
}

/// Whom a row of a list stands for.
enum Known {
    /// No card, or which one cannot be told.
    Nobody,
    /// Somebody of the same class; the place of the card when it is the only one.
    Here(Option<usize>),
    /// A card of another class; known by the name alone where a day of birth is missing.
    Elsewhere { of: usize, by_name: bool },
}

impl Listing {
    /// Whom the row at `place` stands for.
    fn of(&self, sheet: &Sheet<'_>, place: usize) -> Known {
        let row = &sheet.rows[place];
        let who = name(row);
        let own = self.cards.get(&who).map(Vec::as_slice).unwrap_or_default();
        if own.is_empty() || row.cell(CLASS).is_empty() {
            return Known::Nobody;
        }
        let here: Vec<usize> = own.iter().copied().filter(|of| class(&sheet.rows[*of]) == class(row)).collect();
        match here.as_slice() {
            [] => {}
            [one] => return Known::Here(Some(*one)),
            _ => return Known::Here(None),
        }
        let born = rows::date(row.cell(BORN));
        let day = |of: usize| rows::date(sheet.rows[of].cell(BORN));
        let same: Vec<usize> = own.iter().copied().filter(|of| born.is_some() && day(*of) == born).collect();
        match (same.as_slice(), own) {
            ([one], _) => Known::Elsewhere { of: *one, by_name: false },
            ([], [one]) if self.listed.get(&who) == Some(&1) && (born.is_none() || day(*one).is_none()) => {
                Known::Elsewhere { of: *one, by_name: true }
            }
            _ => Known::Nobody,
        }
    }
}

/// Takes out the groups of classes that learners were never in: they are not the learners' either. `strange`: class and full name, folded.
fn leave_groups(sheets: &mut [Sheet<'_>], strange: &HashSet<(String, String)>) {
    if strange.is_empty() {
        return;
    }
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Groups) else { return };
    let is_strange = |row: &Row<'_>| {
        let class = office_groups::words_of(row.cell(0)).map(|[class, ..]| names::fold(&class));
        row.line > 0 && class.is_some_and(|class| strange.contains(&(class, names::fold(row.cell(1)))))
    };
    sheet.rows.retain(|row| !is_strange(row));
}

fn name(row: &Row<'_>) -> String {
    let [surname, given, patronymic] = NAMES.map(|column| row.cell(column));
    names::fold(&names::full_name(surname, given, patronymic))
}

fn class(row: &Row<'_>) -> String {
    names::fold(row.cell(CLASS))
}

/// Did the learner go from that class to another, by an order of this year?
fn was_in(journal: &Journal, card: &Learner, class: &str) -> bool {
    let of_class = |stay: &&Learner| names::fold(&stay.class) == names::fold(class);
    journal.earlier_stays.iter().filter(of_class).any(|stay| stay.id == card.id)
}

/// As [`said`], and by what the learner was known when it was the name alone.
fn said_of(journal: &Journal, card: &Learner, of_list: &str, by_name: bool) -> String {
    let said = said(card, of_list, was_in(journal, card, of_list));
    if !by_name {
        return said;
    }
    let other = "если это другой ученик, зачислите его на странице «Движение»";
    format!("{said}. Ученик узнан по имени, дата рождения не указана: {other}")
}

/// «Горлицын К.Д.: перевод в 10А с 15.10.2026, приказ № 12 от 14.10.2026; список 9А его не меняет».
fn said(card: &Learner, of_list: &str, was_there: bool) -> String {
    let who = names::short_name(&card.surname, &card.given_name, &card.patronymic);
    let (class, since) = (&card.class, words::date_short(card.enrolled_on));
    if let Some(left) = card.left_on {
        let (left, order) = (words::date_short(left), by(&card.leaving_order));
        return format!(
            "{who}: выбытие из {class} с {left}{order}; список {of_list} его не отменяет. Возвращают на странице «Движение»"
        );
    }
    let order = by(&card.enrolment_order);
    if was_there {
        return format!("{who}: перевод в {class} с {since}{order}; список {of_list} его не меняет");
    }
    format!(
        "{who} уже числится в {class}{order}; список {of_list} в другой класс не переводит. Переводят на странице «Движение»"
    )
}

/// «, приказ № 12 от 14.10.2026»; empty for no order.
fn by(order: &str) -> String {
    match words::order_words(order).as_str() {
        "" => String::new(),
        order => format!(", {order}"),
    }
}
