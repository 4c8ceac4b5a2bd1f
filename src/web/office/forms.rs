//! Forms: the list, a preview in the page, and the same as PDF, CSV and XLSX. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::query::{Asked, segment};
use super::super::records::period_name;
use crate::bundle::ruled;
use crate::domain::form::{Block, Form, Part, RowKind, Table};
use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::paper::Kept;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow;
use crate::flow::office::forms::{About, FORMS, Known, WHO, find, left_out, make};
use crate::flow::office::{Refusal as Office, templates};
use crate::flow::people::{Look, note_access};
use crate::store::Which;

struct FormLine {
    title: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "office/forms.html", config = "src/web/askama.toml")]
struct FormsPage {
    frame: Frame,
    office: Vec<FormLine>,
    teaching: Vec<FormLine>,
    class_forms: Vec<FormLine>,
    classes: Vec<(String, String, bool)>,
    class: String,
    own_report: bool,
    carriers: bool,
}

/// `GET /office/forms`: what the visitor may print.
pub(super) async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let policy = flow::policy::of_act(&state.house, &state.act(&visitor.account)).await?;
    let of = |about: About, base: &str| -> Vec<FormLine> {
        let line = |one: &Known| FormLine { title: one.title, href: format!("{base}/{}", one.id) };
        FORMS.iter().filter(|one| one.about == about && left_out(&policy, one.id).is_none()).map(line).collect()
    };
    let may = |action: Action| visitor.may_anywhere(action);
    let reach = visitor.reach(Action::IssueCopies);
    let own: Vec<&str> = directory
        .roster
        .classes
        .iter()
        .filter(|class| reach.class(&class.name, class.grade))
        .map(|class| class.name.as_str())
        .collect();
    let asked_class = asked.value("class");
    let class = own
        .iter()
        .find(|class| **class == asked_class)
        .or(own.first())
        .map(|class| (*class).to_owned())
        .unwrap_or_default();
    let classes = own.iter().map(|one| ((*one).to_owned(), asked.with("class", one), **one == class)).collect();
    let base = format!("/office/classes/{}", segment(&class));
    let frame = frame.titled("Формы для печати").leading(
        "Каждая форма собирается из данных школы: посмотрите её здесь, напечатайте PDF/A или выгрузите таблицу.",
    );
    answer::page(&FormsPage {
        frame,
        office: if may(Action::ReadRegister) { of(About::Office, "/office/forms") } else { Vec::new() },
        teaching: if may(Action::ReadStaff) { of(About::Teaching, "/office/teaching") } else { Vec::new() },
        class_forms: if class.is_empty() { Vec::new() } else { of(About::Class, &base) },
        own_report: teaches(&state, &directory, &visitor),
        carriers: may(Action::ReadCarriers),
        classes,
        class,
    })
}

/// One field that a form asks for.
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    choices: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "office/form.html", config = "src/web/askama.toml")]
struct FormPage {
    frame: Frame,
    path: String,
    fields: Vec<Field>,
    form: Option<Form>,
    /// Why there is nothing to show.
    said: String,
    /// The school's own template, when it has one: its file, or why it is not fit.
    template: String,
    pdf: String,
    csv: Vec<(String, String)>,
    xlsx: String,
}

impl FormPage {
    /// Rows of a head: upper and lower heads with their spans.
    fn upper(table: &Table) -> Vec<(String, usize, usize)> {
        let mut cells = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            match table.spans.iter().find(|span| (span.from..span.from + span.count).contains(&index)) {
                Some(span) if span.from == index => cells.push((span.head.clone(), span.count, 1)),
                Some(_) => {}
                None => cells.push((column.head.clone(), 1, if table.spans.is_empty() { 1 } else { 2 })),
            }
        }
        cells
    }

    fn lower(table: &Table) -> Vec<String> {
        let spanned =
            |index: usize| table.spans.iter().any(|span| (span.from..span.from + span.count).contains(&index));
        table
            .columns
            .iter()
            .enumerate()
            .filter(|(index, _)| spanned(*index))
            .map(|(_, column)| column.head.clone())
            .collect()
    }
}

/// `GET /office/forms/{form}`.
pub(super) async fn of_office(
    State(state): State<WebState>,
    Path(form): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    shown(&state, &visitor, frame, &asked, &form, About::Office, "").await
}

/// `GET /office/teaching/{form}`.
pub(super) async fn of_teaching(
    State(state): State<WebState>,
    Path(form): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    shown(&state, &visitor, frame, &asked, &form, About::Teaching, "").await
}

/// `GET /office/classes/{class}/{form}`.
pub(super) async fn of_class(
    State(state): State<WebState>,
    Path((class, form)): Path<(String, String)>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let year = state.directory().await?.year.clone();
    note_access(&state.house, &visitor, Look::Class(&class), &year, state.now()).await?;
    shown(&state, &visitor, frame, &asked, &form, About::Class, &class).await
}

/// `GET /office/my-report`: the own courses' report of a subject teacher.
pub(super) async fn own_report(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    own(state, visitor, frame, asked, "subject-report").await
}

/// `GET /office/my-report/preliminary`: the same two weeks before the period's end (DOC-13).
pub(super) async fn own_preliminary(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    own(state, visitor, frame, asked, "subject-report-preliminary").await
}

/// Has the visitor a course of the own today?
fn teaches(state: &WebState, directory: &Directory, visitor: &Visitor) -> bool {
    let (roster, today) = (&directory.roster, state.now().date_naive());
    roster.courses.iter().any(|course| roster.teacher_on(course, today) == visitor.account)
}

async fn own(state: WebState, visitor: Visitor, frame: Frame, asked: Asked, id: &str) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    if !teaches(&state, &directory, &visitor) {
        return Err(Refusal::NotFound);
    }
    shown(&state, &visitor, frame, &asked, id, About::Teaching, &visitor.account).await
}

/// Makes the form and answers as the address asks. `of` is the class, or the teacher of an own report.
async fn shown(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    id: &str,
    about: About,
    of: &str,
) -> Result<Response, Refusal> {
    let known = find(id).ok().filter(|known| known.about == about).ok_or(Refusal::NotFound)?;
    let directory = state.directory().await?;
    let own_report = about == About::Teaching && !of.is_empty();
    let mut given = flow::office::forms::Asked::new();
    for name in known.needs.iter().chain(&["year", "learner", "title"]) {
        given.insert((*name).to_owned(), asked.value(name).to_owned());
    }
    match about {
        About::Class => given.insert("class".to_owned(), of.to_owned()),
        About::Teaching if own_report => given.insert("teacher".to_owned(), of.to_owned()),
        _ => None,
    };
    let mut fields: Vec<Field> = known
        .needs
        .iter()
        .filter(|name| !(own_report && **name == "teacher"))
        .map(|name| field(&directory, name, asked.value(name), of))
        .collect();
    if let Some(field) = fields.iter_mut().find(|field| field.name == "order") {
        let all = flow::office::forms::orders(&state.house).await?;
        field.choices.extend(all.into_iter().map(|(id, words)| (id.clone(), words, id == field.value)));
    }
    if let Some(field) = fields.iter_mut().find(|field| field.name == "paper") {
        let papers = state.house.db.list_paper(Which::All).await?;
        let standing = papers.iter().rev().filter(|kept| kept.void().is_none());
        let choices = standing.map(|kept| {
            let copy = &kept.copy;
            let period = period_name(&directory, &copy.year, &copy.class, &copy.period);
            let no = if copy.no > 0 { format!("№ {} в реестре: ", copy.no) } else { String::new() };
            (copy.id.clone(), format!("{no}{}, {period}, версия {}", copy.class, copy.version), copy.id == field.value)
        });
        field.choices.extend(choices);
    }
    // What the form shows before anybody chose stands in its fields: the year, and of a file's forms the first volume.
    if let Some(field) = fields.iter_mut().find(|field| field.name == "year" && field.value.is_empty()) {
        field.value.clone_from(&directory.year);
    }
    if known.needs.contains(&"volume") && asked.value("file").is_empty() && asked.value("volume").is_empty() {
        let year = fields.iter().find(|field| field.name == "year").map_or("", |field| field.value.as_str());
        let volumes = flow::office::forms::volumes_of(&state.house, year, &state.act(&visitor.account)).await?;
        let title = asked.value("title");
        if let Some(first) = volumes.iter().find(|one| title.is_empty() || one.file.title == title) {
            for field in &mut fields {
                match field.name {
                    "file" => field.value.clone_from(&first.file.index),
                    "volume" => field.value = first.no.max(1).to_string(),
                    _ => {}
                }
            }
        }
    }
    // The first choice of a list is what the form shows before anybody chose.
    for field in fields.iter().filter(|field| field.kind == "select" && asked.value(field.name).is_empty()) {
        if let Some((id, ..)) = field.choices.first() {
            given.insert(field.name.to_owned(), id.clone());
        }
    }
    let act = state.act(&visitor.account);
    let made = match make(&state.house, id, &given, &act).await {
        Ok(form) => Ok(form),
        Err(flow::Error::Office(refusal))
            if matches!(
                *refusal,
                Office::Needs(_) | Office::NoOrder { .. } | Office::NoPaper(_) | Office::LeftOut { .. }
            ) =>
        {
            Err(refusal.to_string())
        }
        Err(other) => return Err(other.into()),
    };
    let (form, said) = match made {
        Ok(form) if id == "certifying-inscription" => {
            let paper = given.get("paper").map_or("", String::as_str);
            let kept = state.house.db.list_paper(Which::One(paper)).await?.pop();
            (Some(form), kept.map_or_else(String::new, |kept| uncertified(&kept)))
        }
        Ok(form) => (Some(form), String::new()),
        Err(_) if fields.iter().any(|field| field.name == "paper" && field.choices.is_empty()) => (
            None,
            "Бумажных копий ещё нет. Копию печатают и отмечают на её странице кнопкой «Отметить: напечатана»; тогда она появится здесь."
                .to_owned(),
        ),
        Err(said) => (None, said),
    };
    if let Some(form) = &form {
        match asked.value("format") {
            "pdf" => {
                let (house, form, at) = (state.house.clone(), form.clone(), act.moment());
                let made = tokio::task::spawn_blocking(move || templates::typeset(&house, &form, &at)).await;
                let pdf = made.map_err(|error| answer::fault(&error))??.pdf;
                return Ok(file(&format!("{id}.pdf"), "application/pdf", true, pdf));
            }
            "xlsx" => {
                let bytes = ruled::form_xlsx(form).map_err(|error| answer::fault(&error))?;
                let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                return Ok(file(&format!("{id}.xlsx"), mime, false, bytes));
            }
            "csv" => {
                let no: usize = asked.value("table").parse().unwrap_or_default();
                let table = form.tables().nth(no).ok_or(Refusal::NotFound)?;
                return Ok(file(&format!("{id}.csv"), "text/csv; charset=utf-8", false, ruled::table_csv(table)));
            }
            _ => {}
        }
    }
    let csv = form.iter().flat_map(Form::tables).enumerate().map(|(no, table)| {
        let name = if table.sheet.is_empty() { &table.title } else { &table.sheet };
        let joint = asked.with("format", "csv");
        let name = if name.is_empty() { format!("таблица {}", no + 1) } else { name.clone() };
        (format!("{joint}&table={no}"), name)
    });
    let frame = frame.titled(known.title).under("Формы для печати", "/office/forms");
    let (house, name) = (state.house.clone(), id.to_owned());
    let template = tokio::task::spawn_blocking(move || match templates::own(&house, &name) {
        Ok(None) => Ok(String::new()),
        Ok(Some(own)) => Ok(format!("Печатается по шаблону школы {}; в описании PDF — его SHA-256.", own.file)),
        Err(flow::Error::Office(refusal)) => Ok(format!("Печать закрыта, пока шаблон не исправлен: {refusal}.")),
        Err(other) => Err(other),
    });
    let template = template.await.map_err(|error| answer::fault(&error))??;
    answer::page(&FormPage {
        path: asked.path().to_owned(),
        fields,
        pdf: asked.with("format", "pdf"),
        xlsx: asked.with("format", "xlsx"),
        csv: csv.collect(),
        form,
        said,
        template,
        frame,
    })
}

/// What the certifying inscription says of a paper copy and nobody has recorded; empty when all is.
fn uncertified(kept: &Kept) -> String {
    let done = [
        (kept.numbered().is_some(), "нумерация листов"),
        (!kept.stitched().is_empty(), "прошивка"),
        (!kept.stamped().is_empty(), "печать"),
    ];
    let lacks: Vec<&str> = done.iter().filter(|(is_done, _)| !is_done).map(|(_, what)| *what).collect();
    if lacks.is_empty() {
        return String::new();
    }
    format!(
        "По учёту это ещё не сделано: {}. Надпись говорит, что сделано: сначала запишите это на странице бумажной копии; число листов — то, что насчитано \
         при нумерации.",
        lacks.join(", ")
    )
}

pub(super) fn file(name: &str, mime: &str, inline: bool, bytes: Vec<u8>) -> Response {
    let how = if inline { "inline" } else { "attachment" };
    let shown = format!("{how}; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, shown)], bytes).into_response()
}

fn field(directory: &Directory, name: &'static str, value: &str, class: &str) -> Field {
    let roster = &directory.roster;
    let pick = |all: Vec<(String, String)>| -> Vec<(String, String, bool)> {
        all.into_iter().map(|(id, words)| (id.clone(), words, id == value)).collect()
    };
    let (label, kind, choices) = match name {
        "year" => ("Учебный год", "text", Vec::new()),
        "calendar" => ("Календарный год", "number", Vec::new()),
        "from" => ("С какого дня", "date", Vec::new()),
        "to" => ("По какой день", "date", Vec::new()),
        "month" => ("Месяц (любой его день)", "date", Vec::new()),
        "document" => ("Другой документ (название)", "text", Vec::new()),
        "order" => ("Приказ", "select", pick(vec![(String::new(), "документ не из списка".to_owned())])),
        "certified" => {
            let all = [("", "без заверения"), ("yes", "заверить: «Верно»")];
            ("Заверение", "select", pick(all.map(|(id, words)| (id.to_owned(), words.to_owned())).to_vec()))
        }
        "paper" => ("Бумажная копия", "select", Vec::new()),
        "file" => ("Индекс дела", "text", Vec::new()),
        "volume" => ("Том", "number", Vec::new()),
        "act_no" => ("Номер акта", "text", Vec::new()),
        "act_date" => ("Дата акта", "date", Vec::new()),
        "ground" => ("Основание передачи (график, приказ)", "text", Vec::new()),
        "taker" => ("Кто принимает", "text", Vec::new()),
        "taker_post" => ("Должность руководителя принимающей стороны", "text", Vec::new()),
        "taker_name" => ("Его (её) И.О. Фамилия", "text", Vec::new()),
        "carrier" => ("Носитель: тип и учётный №", "text", Vec::new()),
        "term" => {
            let all = vec![
                ("long".to_owned(), "свыше 10 лет".to_owned()),
                ("short".to_owned(), "до 10 лет включительно".to_owned()),
            ];
            ("Сроки хранения", "select", pick(all))
        }
        "of" => {
            let all = [("", "электронные документы"), ("paper", "дела на бумаге")];
            ("Что проверено", "select", pick(all.map(|(id, words)| (id.to_owned(), words.to_owned())).to_vec()))
        }
        "who" => ("Кому", "select", pick(WHO.map(|(id, words)| (id.to_owned(), words.to_owned())).to_vec())),
        "teacher" => {
            let mut staff: Vec<_> = roster
                .staff
                .iter()
                .filter(|one| roster.courses.iter().any(|course| course.teacher_id == one.id))
                .collect();
            staff.sort_by(|a, b| {
                names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
            });
            let all = staff
                .into_iter()
                .map(|one| (one.id.clone(), names::full_name(&one.surname, &one.given_name, &one.patronymic)))
                .collect();
            ("Учитель", "select", pick(all))
        }
        "course" => {
            let own = roster.courses.iter().filter(|course| course.class == class);
            let mut all = vec![(String::new(), "любой предмет".to_owned())];
            all.extend(own.map(|course| (course.id.clone(), crate::domain::period::course_title(course))));
            ("Предмет", "select", pick(all))
        }
        _ => {
            let grade = roster.class(class).map(|class| class.grade);
            let mut all = Vec::new();
            for period in &roster.periods {
                if grade.is_some_and(|grade| !(period.grade_from..=period.grade_to).contains(&grade)) {
                    continue;
                }
                let own = roster.periods_of_grade(period.grade_from);
                let at = own.iter().position(|one| one.id == period.id).unwrap_or_default();
                all.push((period.id.clone(), words::period_name(period.kind, at + 1)));
            }
            all.push((YEAR.to_owned(), "учебный год".to_owned()));
            ("Учётный период", "select", pick(all))
        }
    };
    Field { name, label, kind, value: value.to_owned(), choices }
}
