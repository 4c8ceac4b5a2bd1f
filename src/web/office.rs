//! The office in a browser: today, paper copies and their register, handovers, files, every form with its preview. Floor 3.

mod files;
mod forms;
mod handovers;
pub(in crate::web) mod papers;
mod plan;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::WebState;
use super::answer::{self, Refusal};
use super::frame::Frame;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::copy::State as CopyState;
use crate::domain::forms::{People, day};
use crate::domain::paper::{Kept, Stage};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::store::Which;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadRegister);
    const KEEPS: Access = Access::Does(Action::KeepPaper);
    const HANDS: Access = Access::Does(Action::HandOverPaper);
    vec![
        get("/office", READS, SubjectOf::House, today).in_menu(Group::Records, "Канцелярия").helped("office#сегодня"),
        get("/office/papers", READS, SubjectOf::House, papers::list)
            .in_menu(Group::Records, "Бумажные копии")
            .helped("office#путь-бумажной-копии"),
        get("/office/papers/{paper}", READS, SubjectOf::House, papers::one).helped("office#путь-бумажной-копии"),
        post("/office/papers/{paper}", KEEPS, SubjectOf::House, papers::act),
        post("/office/closing", KEEPS, SubjectOf::House, papers::close_year),
        post("/copies/{copy}/paper", HANDS, SubjectOf::Copy, papers::of_copy),
        get("/office/handovers", Access::SignedIn, SubjectOf::House, handovers::list).helped("office#журнал-сдачи"),
        post("/office/handovers", Access::SignedIn, SubjectOf::House, handovers::sign_all),
        post("/office/papers", KEEPS, SubjectOf::House, papers::register_all),
        post("/office/handovers/{handover}/sign", Access::SignedIn, SubjectOf::House, handovers::sign),
        get("/office/files", READS, SubjectOf::House, files::files)
            .in_menu(Group::Records, "Дела и описи")
            .helped("office#дела-и-описи"),
        get("/office/plan", READS, SubjectOf::House, plan::show).helped("office#дела-и-описи"),
        post("/office/plan", KEEPS, SubjectOf::House, plan::act),
        post("/office/requisites", KEEPS, SubjectOf::House, files::set_requisites),
        post("/office/volumes", KEEPS, SubjectOf::House, files::number),
        post("/office/check", KEEPS, SubjectOf::House, files::check),
        get("/office/forms", Access::Does(Action::ReadCopies), SubjectOf::House, forms::list)
            .in_menu(Group::Records, "Формы для печати")
            .helped("office#формы-для-печати"),
        get("/office/forms/{form}", READS, SubjectOf::House, forms::of_office),
        get("/office/teaching/{form}", Access::Does(Action::ReadStaff), SubjectOf::House, forms::of_teaching),
        get("/office/classes/{class}/{form}", Access::Does(Action::IssueCopies), SubjectOf::Class, forms::of_class),
        get("/office/my-report", Access::SignedIn, SubjectOf::House, forms::own_report),
    ]
}

/// What a form of a page brought.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(body: &str) -> Self {
        Self(form_urlencoded::parse(body.as_bytes()).into_owned().collect())
    }

    /// Value of a field; empty when the form has none.
    fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Every number of a field that may come several times.
    fn numbers(&self, name: &str) -> Vec<u64> {
        self.0.iter().filter(|(key, _)| key == name).filter_map(|(_, value)| value.parse().ok()).collect()
    }
}

/// Something that waits in the office.
struct Wait {
    count: usize,
    what: &'static str,
    detail: String,
    href: &'static str,
    urgent: bool,
}

/// A line that asks for one deed.
struct Todo {
    href: String,
    title: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "office/today.html", config = "src/web/askama.toml")]
struct TodayPage {
    frame: Frame,
    waits: Vec<Wait>,
    /// What was counted and does not wait.
    calm: Vec<String>,
    todo: Vec<Todo>,
    keeps: bool,
}

/// `GET /office`: everything that waits today, counted.
async fn today(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let db = &state.house.db;
    let now = state.now().date_naive();
    let papers = db.list_paper(Which::All).await?;
    let copies = state.waiting.at(&state.house, directory.turn).await?;
    let sealed = db.list_register().await?;
    let live = |kept: &&Kept| kept.void().is_none();
    let stage = |wanted: Stage| papers.iter().filter(|kept| kept.stage() == wanted).count();
    let open: Vec<_> = papers.iter().filter_map(Kept::open).collect();
    let mine = open.iter().filter(|one| one.owed_by(&visitor.account).is_some()).count();
    let has_twin = |id: &str, version: u32| {
        papers.iter().filter(live).any(|kept| kept.copy.copy == id && kept.copy.version == version)
    };
    let last_version =
        |id: &str, version: u32| !sealed.iter().any(|other| other.line.id == id && other.line.version > version);
    let lonely = sealed
        .iter()
        .filter(|row| last_version(&row.line.id, row.line.version) && !has_twin(&row.line.id, row.line.version))
        .count();
    let overdue = papers.iter().filter_map(Kept::out).filter(|one| one.is_overdue(&now.to_string())).count();
    let out = papers.iter().filter_map(Kept::out).count();
    let unsigned = copies.iter().filter(|copy| copy.row.state == CopyState::Issued).count();
    let unsealed = copies.iter().filter(|copy| copy.row.state == CopyState::Signed).count();
    let checks = files::checks(&db.list_requisites().await?, &sealed, &papers);
    let late_checks: Vec<String> =
        checks.iter().filter(|check| check.due.is_some_and(|due| due <= now)).map(files::Check::said).collect();
    let paper_on = state.house.policy.paper(now).is_none_or(|said| !said.has("no"));
    let wait = |count, what, detail: &str, href, urgent| Wait { count, what, detail: detail.to_owned(), href, urgent };
    let mut waits = vec![
        wait(mine, "Передачи ждут вашей подписи", "принять или сдать", "/office/handovers", true),
        wait(
            stage(Stage::HandedIn),
            "Принятые копии ждут номера в реестре",
            "внести в реестр",
            "/office/papers?stage=handed-in",
            true,
        ),
        wait(
            stage(Stage::Registered),
            "Копии оформляются",
            "подпись, печать, нумерация, прошивка, место",
            "/office/papers?stage=registered",
            false,
        ),
        wait(
            stage(Stage::Printed),
            "Напечатанные копии ещё не сданы",
            "ждём от заместителей и классных руководителей",
            "/office/papers?stage=printed",
            false,
        ),
        wait(open.len(), "Передачи открыты", "нет одной из двух подписей", "/office/handovers", false),
        wait(unsigned, "Копии ждут подписей по маршруту", "видно, чья очередь", "/copies?state=issued", false),
        wait(unsealed, "Копии ждут печати школы", "все подписи собраны", "/copies?state=signed", false),
        wait(overdue, "Выданные копии не возвращены в срок", "напомнить получателю", "/office/papers?stage=out", true),
        wait(out - overdue, "Копии выданы", "срок ещё не вышел", "/office/papers?stage=out", false),
    ];
    if paper_on {
        waits.push(wait(
            lonely,
            "Электронные копии без бумажной пары",
            "напечатать и отметить печать",
            "/copies?state=sealed",
            false,
        ));
    }
    let said = late_checks.join("; ");
    waits.push(wait(
        late_checks.len(),
        "Просрочены проверки наличия и состояния",
        &said,
        "/office/files#check-title",
        true,
    ));
    if let Some(owed) = super::carriers::owed(&state, &visitor).await? {
        let (custody, out) = ("/carriers/custody", owed.out - owed.overdue);
        waits.push(wait(owed.overdue as usize, "Носители не возвращены в срок", "напомнить получателю", custody, true));
        waits.push(wait(out as usize, "Носители выданы", "срок ещё не вышел", custody, false));
        let signatures = "выдача, получение или возврат носителя";
        waits.push(wait(owed.signatures as usize, "Журнал пользования ждёт вашей подписи", signatures, custody, true));
        waits.push(wait(
            owed.late as usize,
            "Копии или проверки просрочены",
            "план резервных копий",
            "/carriers",
            true,
        ));
    }
    let calm = waits.iter().filter(|wait| wait.count == 0).map(|wait| wait.what.to_lowercase()).collect();
    waits.retain(|wait| wait.count > 0);
    let people = People::of(&directory.roster);
    let todo = papers
        .iter()
        .filter(|kept| {
            matches!(kept.stage(), Stage::HandedIn | Stage::Registered)
                || kept.out().is_some_and(|one| one.is_overdue(&now.to_string()))
        })
        .map(|kept| Todo {
            href: format!("/office/papers/{}", kept.copy.id),
            title: papers::title(kept),
            detail: match kept.out() {
                Some(out) => format!("выдана: {}, вернуть {}", people.get(&out.to).short, day(&out.due)),
                None => kept.missing().join(", "),
            },
        });
    let frame = frame
        .titled("Канцелярия сегодня")
        .leading("Что принять, подписать, оформить и вернуть. Одно нажатие на каждое дело.");
    let keeps = !visitor.reach(Action::KeepPaper).is_empty();
    answer::page(&TodayPage { frame, waits, calm, todo: todo.take(30).collect(), keeps })
}
