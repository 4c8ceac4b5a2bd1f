//! Movement: the book of orders, forms that carry an order out, lists of any day. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::sent::{self, Received};
use super::shelf::{self, Sent};
use super::{Fields, Opened, Past, back, book, reach, readiness};
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::{Action, Decision};
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout::{self, Is, STAYS};
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::promotion;
use crate::domain::setup::stays::{self, Movement, OrderMark, Stay};
use crate::domain::words;
use crate::flow::movement::{self, Newcomer};
use crate::flow::people::{Listing, note_list};
use crate::flow::setup::Outcome;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/movement", Access::Does(Action::ReadRoster), SubjectOf::House, book)
            .in_menu(Group::Year, "Движение")
            .helped("year#движение-обучающихся"),
        post("/year/movement", Access::Does(Action::ChangeMovement), SubjectOf::House, change),
        get("/year/roster/{class}", Access::Does(Action::ReadRoster), SubjectOf::Class, roster)
            .helped("year#движение-обучающихся"),
    ]
}

struct Line {
    day: String,
    what: &'static str,
    who: String,
    href: String,
    whence: String,
    whither: String,
    order: String,
}

#[derive(Template)]
#[template(path = "school/movement.html", config = "src/web/askama.toml")]
struct BookPage {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    year: String,
    closed: String,
    path: String,
    may: bool,
    mode: String,
    lines: Vec<Line>,
    classes: Vec<(String, String, String)>,
    /// Values of the form as typed.
    typed: Fields,
    class_names: Vec<(String, bool)>,
    learners: Vec<(String, String, bool)>,
    exits: Vec<(&'static str, &'static str)>,
    sent: Sent,
    past: Vec<Past>,
    history: String,
    /// «1 сентября»: the book begins after it.
    first: String,
    /// Headings of the book as a table, for who brings it by file.
    headings: String,
    example: String,
}

async fn book(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let mode = asked.value("form").to_owned();
    let typed = Fields::from_iter([
        ("learner".to_owned(), asked.value("learner").to_owned()),
        ("what".to_owned(), asked.value("what").to_owned()),
    ]);
    book_page(&state, &visitor, frame, &asked, opened, mode, typed, Sent::default()).await
}

#[allow(clippy::too_many_arguments)] // a page and what its form brought
async fn book_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    opened: Opened,
    mode: String,
    typed: Fields,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = !sent.findings.is_empty();
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let today = state.now().date_naive();
    // A list of the whole school is for who sees the whole school; others see the classes they reach.
    let reach = visitor.reach(Action::ReadRoster);
    let sees = |class: &str| journal.class(class).is_some_and(|known| reach.class(&known.name, known.grade));
    let all = stays::all(journal, &setup.stays);
    let first = crate::domain::setup::promotion::first_day(&opened.year.year);
    let grade_first = |_: &str| first;
    let book: Vec<stays::Line> = stays::book(&all, grade_first(""))
        .into_iter()
        .filter(|line| {
            let own = all.iter().filter(|stay| stay.learner == line.learner);
            own.clone().any(|stay| sees(&stay.class))
        })
        .collect();
    // Whom the book names, and the form's choice of learners.
    let changes = visitor.reach(Action::ChangeMovement);
    let may = visitor.may_anywhere(Action::ChangeMovement) && opened.closed.is_none();
    let grade_of = |class: &str| journal.class(class).map_or(0, |known| known.grade);
    let chosen_from = |class: &str| may && mode == "order" && changes.whole_class(class, grade_of(class));
    let named: BTreeSet<&str> = book.iter().map(|line| line.learner.as_str()).collect();
    let told = journal.learners.iter().filter(|one| named.contains(one.id.as_str()) || chosen_from(&one.class));
    let told: BTreeSet<&str> = told.map(|one| one.class.as_str()).collect();
    note_list(&state.house, visitor, Listing::Movement, &told, &opened.year.year, state.now()).await?;
    let lines = book
        .into_iter()
        .map(|line| Line {
            day: words::date_short(line.day),
            what: line.what,
            who: opened.year.known.show(Is::Learner, &line.learner),
            href: format!("/year/learners/{}", query::segment(&line.learner)),
            whence: line.whence,
            whither: line.whither,
            order: words::order_words(&line.order.as_text()),
        })
        .collect();
    let classes: Vec<(String, String, String)> = journal
        .classes
        .iter()
        .filter(|class| sees(&class.name))
        .map(|class| {
            let count = stays::roster(
                &all,
                &class.name,
                today.clamp(first.unwrap_or(today), last_day(journal).unwrap_or(today)),
            )
            .len();
            (class.name.clone(), words::learners(count), format!("/year/roster/{}", query::segment(&class.name)))
        })
        .collect();
    // Only learners of the own classes are named in the form; a learner may move from there to any other.
    let mode_moves = mode == "order";
    let of_reach = |id: &str| {
        let known = journal.learners.iter().find(|learner| learner.id == id);
        known.is_some_and(|learner| changes.whole_class(&learner.class, grade_of(&learner.class)))
    };
    let tables = [STAYS.table, "learners"];
    let past = if may && changes.school { super::past(state, &opened, &tables, Vec::new()).await? } else { Vec::new() };
    if back::is_asked(asked) && sent.fields.is_none() {
        let (page, frame) = ("/year/movement", frame.under("Движение", "/year/movement"));
        return back::question(state, frame, asked, past, (page, page), &opened.year.year).await;
    }
    let (chosen_class, chosen) = (typed.value("class").to_owned(), typed.value("learner").to_owned());
    let page = BookPage {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(asked, y), *y == opened.year.year)).collect(),
        year: opened.year.year.clone(),
        closed: opened.closed.as_ref().map(shelf::closed_words).unwrap_or_default(),
        path: "/year/movement".to_owned(),
        mode: if may { mode } else { String::new() },
        may,
        lines,
        classes,
        class_names: journal
            .classes
            .iter()
            .filter(|class| mode_moves || changes.whole_class(&class.name, class.grade))
            .map(|class| (class.name.clone(), class.name == chosen_class))
            .collect(),
        learners: opened
            .year
            .known
            .choices(Is::Learner)
            .into_iter()
            .filter(|(id, _)| of_reach(id))
            .map(|(id, said)| (id.clone(), said, id == chosen))
            .collect(),
        exits: layout::EXITS_SAID.iter().filter(|(word, _)| !word.is_empty() && *word != "moved").copied().collect(),
        past,
        history: format!("/history?table=stays&year={}", query::segment(&opened.year.year)),
        typed,
        sent,
        first: first.map(words::day_and_month).unwrap_or_default(),
        headings: layout::MOVEMENT.headings().join(" · "),
        example: layout::MOVEMENT.headings().join("\t"),
        frame: frame
            .titled("Движение обучающихся")
            .leading("Зачисление, перевод, выбытие и возвращение — по приказам, с датой и номером. Список класса виден на любой день.")
            .under("Учебный год", "/year/ready"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

fn last_day(journal: &crate::domain::journal::Journal) -> Option<NaiveDate> {
    journal.periods.iter().map(|period| period.ends).max()
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    request: Request,
) -> Result<Response, Refusal> {
    let fields = match sent::received(request, &layout::MOVEMENT, false).await? {
        Received::Fields(fields) => fields,
        Received::Unread(sent) => {
            let opened = super::open(&state, sent.fields.as_ref().map_or("", |fields| fields.value("year"))).await?;
            let typed = sent.fields.clone().unwrap_or_default();
            return book_page(&state, &visitor, frame, &asked, opened, "book".to_owned(), typed, sent).await;
        }
    };
    let opened = super::open(&state, fields.value("year")).await?;
    if let Some(row) = &opened.closed {
        return Err(Refusal::Rule(shelf::closed_words(row)));
    }
    let (house, act, year) = (&state.house, state.act(&visitor.account), opened.year.year.clone());
    let bars = out_of_reach(&visitor, &opened, &fields);
    if let Some(reason) = bars {
        return Err(Refusal::Forbidden { reason });
    }
    let order = OrderMark { number: fields.value("order").to_owned(), date: parse_day(fields.value("order_date")) };
    let day = parse_day(fields.value("day"));
    let outcome = match (fields.value("act"), day) {
        ("undo", _) => {
            let tables = [(STAYS.table, Some(&STAYS)), ("learners", Some(&reach::LEARNERS))];
            let seqs = super::seqs(fields.value("seqs"));
            reach::undoable(&state, &visitor, Action::ChangeMovement, &opened, &tables, &seqs).await?;
            let said = super::undo(&state, &visitor.account, fields.value("seqs")).await?;
            return Ok(answer::done("/year/movement", &said));
        }
        ("sheet" | "try", _) => match movement::read_newcomers(&Sheet::from_clipboard(fields.value("text"))) {
            Ok(people) => movement::enrol(house, &act, &year, &people, fields.value("act") == "try").await?.0,
            Err(findings) => Outcome::Refused(findings),
        },
        (what @ ("book" | "try-book"), _) => book::take(&state, &visitor, &opened, &fields, what == "try-book").await?,
        (_, None) => Outcome::Refused(vec![crate::domain::finding::Finding::new(
            "setup.cell-wrong",
            "Дата",
            "укажите день, с которого действует приказ",
        )]),
        ("enrol", Some(day)) => {
            let text = |name: &str| fields.value(name).split_whitespace().collect::<Vec<_>>().join(" ");
            let newcomer = Newcomer {
                surname: text("surname"),
                given_name: text("given_name"),
                patronymic: text("patronymic"),
                born: parse_day(fields.value("born")),
                class: text("class"),
                day,
                order,
                whence: text("whence"),
            };
            movement::enrol(house, &act, &year, &[newcomer], false).await?.0
        }
        ("order", Some(day)) => {
            let (class, place) = (fields.value("class").to_owned(), fields.value("place").to_owned());
            let movement = match fields.value("what") {
                "move" => Movement::Move { class },
                "return" => Movement::Return { class, whence: place },
                exit => Movement::Leave { exit: exit.to_owned(), whither: place },
            };
            movement::carry_out(house, &act, &year, fields.value("learner"), &movement, day, &order).await?
        }
        _ => return Err(Refusal::NotFound),
    };
    let mode = match fields.value("act") {
        "enrol" => "enrol",
        "sheet" | "try" => "sheet",
        "book" | "try-book" => "book",
        _ => "order",
    };
    let sent = match &outcome {
        Outcome::Done(counts) if matches!(mode, "enrol" | "sheet") => {
            let said = words::learners(counts.new);
            return Ok(answer::done("/year/movement", &format!("По приказу зачислено: {said}.")));
        }
        Outcome::Done(_) if mode == "order" => {
            let said = format!("Приказ № {} проведён: он стоит в книге движения.", fields.value("order"));
            return Ok(answer::done("/year/movement", &said));
        }
        Outcome::Done(_) => return Ok(answer::done("/year/movement", &super::said(&outcome))),
        Outcome::Would(_) => Sent { note: super::said(&outcome), ..Sent::default() },
        Outcome::Refused(findings) => {
            Sent { findings: super::sorted(findings.clone()).iter().map(readiness::plain).collect(), ..Sent::default() }
        }
    };
    book_page(&state, &visitor, frame, &asked, opened, mode.to_owned(), fields, sent).await
}

/// A form of this page is about a class or a learner, which the visitor's office must reach: the guard knows only the school.
fn out_of_reach(visitor: &Visitor, opened: &Opened, fields: &Fields) -> Option<String> {
    let journal = &opened.year.journal;
    let learner = journal.learners.iter().find(|known| known.id == fields.value("learner"));
    let sheet = Sheet::from_clipboard(fields.value("text"));
    let column = sheet.heads.iter().position(|head| head == "Класс");
    let listed = sheet.rows.iter().filter_map(|(_, row)| column.and_then(|at| row.get(at)));
    // Where a learner of the own class moves to is another's class as a rule.
    let whither = if fields.value("what") == "move" { "" } else { fields.value("class") };
    let of_book = matches!(fields.value("act"), "book" | "try-book");
    let listed = listed.filter(|_| !of_book);
    let classes = listed.map(String::as_str).chain(learner.map(|l| l.class.as_str())).chain([whither]);
    for class in classes.filter_map(|name| journal.class(name)) {
        let subject =
            Subject::Class { name: &class.name, grade: class.grade, closed: false, archived: opened.closed.is_some() };
        if visitor.may(Action::ChangeMovement, &subject) != Decision::Allowed {
            return Some(format!("Движение обучающихся {} класса ведут другие.", class.name));
        }
    }
    None
}

struct Listed {
    name: String,
    href: String,
    born: String,
    since: String,
    order: String,
    until: String,
}

#[derive(Template)]
#[template(path = "school/roster.html", config = "src/web/askama.toml")]
struct RosterPage {
    frame: Frame,
    class: String,
    on: String,
    said: String,
    /// Why another day than today is shown, unasked; empty where none is.
    ahead: String,
    rows: Vec<Listed>,
    year: String,
    checks: bool,
}

/// The day on which the list of a class opens unasked: today, or the first day on which anybody stands in it when that is still to come.
/// Before the year begins it is the year's first day, or the day of the first enrolment after it.
fn first_list(year: &str, all: &[Stay], class: &str, today: NaiveDate) -> NaiveDate {
    let begins = promotion::first_day(year);
    let enrolled = all.iter().filter(|stay| stay.class == class).map(|stay| stay.starts).min();
    begins.into_iter().chain(enrolled).max().map_or(today, |first| first.max(today))
}

async fn roster(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(class): Path<String>,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let today = state.now().date_naive();
    let all = stays::all(&opened.year.journal, &opened.year.setup.stays);
    let asked_day = parse_day(asked.value("on"));
    let on = asked_day.unwrap_or_else(|| first_list(&opened.year.year, &all, &class, today));
    let ahead = match asked_day {
        None if on > today => {
            let begun = promotion::first_day(&opened.year.year).is_none_or(|first| first <= today);
            let why = if begun {
                "В классе ещё никто не числится"
            } else {
                "Учебный год ещё не начался"
            };
            format!("{why}: показан список на {}", words::date_words(on))
        }
        _ => String::new(),
    };
    let may = visitor.may_anywhere(Action::ReadRoster);
    let lines = movement::roster_of(&opened.year.journal, &all, &class, on);
    let rows: Vec<Listed> = lines
        .into_iter()
        .filter(|_| may)
        .map(|line| Listed {
            name: names::full_name(&line.learner.surname, &line.learner.given_name, &line.learner.patronymic),
            href: format!("/year/learners/{}", query::segment(&line.learner.id)),
            born: line.learner.born.map(words::date_short).unwrap_or_default(),
            since: words::date_short(line.stay.starts),
            order: line.stay.entry_order.as_text(),
            until: line.stay.ends.map(words::date_short).unwrap_or_default(),
        })
        .collect();
    if asked.value("format") == "csv" {
        let cells: Vec<Vec<String>> = (1..)
            .zip(&rows)
            .map(|(no, row): (usize, &Listed)| {
                vec![no.to_string(), row.name.clone(), row.born.clone(), row.since.clone(), row.order.clone()]
            })
            .collect();
        return answer::csv(
            "roster",
            &["№", "Фамилия, имя, отчество", "Дата рождения", "В классе с", "Приказ"],
            &cells,
        );
    }
    let grade = opened.year.journal.class(&class).map_or(0, |known| known.grade);
    answer::page(&RosterPage {
        checks: visitor.reach(Action::CheckLearners).whole_class(&class, grade),
        said: words::date_words(on),
        ahead,
        on: on.to_string(),
        rows,
        year: opened.year.year.clone(),
        frame: frame
            .titled(format!("Список {class} класса"))
            .leading("Кто числился в классе в этот день: по приказам, которые действовали тогда.")
            .under("Учебный год", "/year/ready")
            .under("Движение", "/year/movement"),
        class,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_opens_on_a_day_on_which_somebody_stands_in_it() {
        let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
        let stay = |class: &str, starts| Stay {
            learner: "L1".into(),
            starts,
            class: class.into(),
            entry: String::new(),
            entry_order: OrderMark::default(),
            whence: String::new(),
            ends: None,
            exit: String::new(),
            exit_order: OrderMark::default(),
            whither: String::new(),
        };
        let all = [stay("5А", day(9, 1)), stay("5А", day(11, 10)), stay("10А", day(9, 15))];
        let first = |class, today| first_list("2025/2026", &all, class, today);
        assert_eq!(first("5А", day(8, 28)), day(9, 1));
        assert_eq!(first("5А", day(10, 2)), day(10, 2));
        assert_eq!(first("10А", day(9, 3)), day(9, 15), "nobody stands in it earlier");
        assert_eq!(first("7А", day(8, 28)), day(9, 1), "an empty class opens with the year");
    }
}
