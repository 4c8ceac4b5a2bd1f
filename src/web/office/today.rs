//! The office's day: what waits, counted, one click each. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use std::collections::BTreeSet;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::scans::differing;
use super::closing::is_closed;
use super::papers::title;
use super::{files, pile};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::copy::State as CopyState;
use crate::domain::deadline::{Copy, print_duty};
use crate::domain::forms::{People, day};
use crate::domain::journal::YEAR;
use crate::domain::outage::Outage;
use crate::domain::paper::{Kept, Stage};
use crate::domain::people::Visitor;
use crate::domain::period;
use crate::domain::register::RegisterLine;
use crate::domain::rights::{Action, Grant, Role, Rules, grant};
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::office::forms::volumes_of;
use crate::flow::{self, office, supplement};
use crate::store::Which;

/// Something that waits in the office.
struct Wait {
    count: usize,
    what: &'static str,
    detail: String,
    href: &'static str,
    urgent: bool,
}

impl Wait {
    /// What waits, as it stands beside the figure: «1 Копия оформляется», «2 Копии оформляются».
    fn said(&self) -> &'static str {
        words::plural(self.count as u64, one_of(self.what), self.what, self.what)
    }
}

/// Said of one, where the words for several do not fit it.
fn one_of(what: &'static str) -> &'static str {
    match what {
        "Передачи ждут вашей подписи" => "Передача ждёт вашей подписи",
        "Передачи открыты" => "Передача открыта",
        "Копии ждут подписей по маршруту" => "Копия ждёт подписей по маршруту",
        "Копии ждут дополнительного листа" => "Копия ждёт дополнительного листа",
        "Копии ждут печати школы" => "Копия ждёт печати школы",
        "Копии выданы" => "Копия выдана",
        "Носители не возвращены в срок" => "Носитель не возвращён в срок",
        "Записано на носители, не возвращённые в срок" => {
            "Записано на носитель, не возвращённый в срок"
        }
        "Копии на носителях повреждены" => "Копия на носителе повреждена",
        "Носители выданы" => "Носитель выдан",
        "Резервные копии или проверки просрочены" => {
            "Резервная копия или проверка просрочена"
        }
        "Резервные копии или проверки — сегодня" => {
            "Резервная копия или проверка — сегодня"
        }
        "Тома дел не оформлены" => "Том дела не оформлен",
        "Принятые копии ждут номера в реестре" => "Принятая копия ждёт номера в реестре",
        "Итоги реестра подвести заново" => "Итог реестра подвести заново",
        "Копии оформляются" => "Копия оформляется",
        "Напечатанные копии ещё не сданы" => "Напечатанная копия ещё не сдана",
        "Заменённые бумажные копии" => "Заменённая бумажная копия",
        "Выданные копии не возвращены в срок" => "Выданная копия не возвращена в срок",
        "Бумажные копии ждут вашей подписи и печати" => {
            "Бумажная копия ждёт вашей подписи и печати"
        }
        "Сводные ведомости не сданы в архив" => "Сводная ведомость не сдана в архив",
        "Электронные копии без бумажной пары" => "Электронная копия без бумажной пары",
        "Бумажные копии есть, не зарегистрированы" => {
            "Бумажная копия есть, не зарегистрирована"
        }
        "Отсканированные страницы не положены к копии" => {
            "Отсканированная страница не положена к копии"
        }
        "Копии подписываются на бумаге" => "Копия подписывается на бумаге",
        "Перерывы в работе журнала не закрыты" => "Перерыв в работе журнала не закрыт",
        "Выписки для семей пора напечатать" => "Выписку для семьи пора напечатать",
        "Выписки напечатаны и не выданы" => "Выписка напечатана и не выдана",
        "Просрочены проверки наличия и состояния" => {
            "Просрочена проверка наличия и состояния"
        }
        other => other,
    }
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
    /// How many more there are than the page shows.
    more: usize,
    keeps: bool,
}

/// Lines for one copy each that the page shows; the register has the rest.
const SHOWN: usize = 30;

/// What is to be done with a copy that came after the closing line of its year.
const AFTER_CLOSING: &str = "внести после итоговой записи, с основанием";

/// `GET /office`: everything that waits today, counted.
pub(super) async fn today(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let db = &state.house.db;
    let now = state.now().date_naive();
    let papers = db.list_paper(Which::All).await?;
    let copies = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let open: Vec<_> = papers.iter().filter_map(Kept::open).collect();
    let mine = open.iter().filter(|one| one.owed_by(&visitor.account).is_some()).count();
    let out = papers.iter().filter_map(Kept::out).filter(|one| !one.is_overdue(&now.to_string())).count();
    // What is signed on paper stands among the deeds of whoever receives it, and is counted there alone.
    let receives = visitor.may_anywhere(Action::ReceivePaper);
    let counted = || copies.iter().filter(|copy| !(receives && copy.on_paper));
    let unsigned = counted().filter(|copy| copy.row.state == CopyState::Issued && copy.outdated.is_none()).count();
    let unsealed = counted().filter(|copy| copy.waits_for_seal()).count();
    let late = supplement::open_ones(&state.house).await?.iter().filter(|one| one.entries > 0).count();
    let mut waits = vec![wait(mine, "Передачи ждут вашей подписи", "принять или сдать", "/office/handovers", true)];
    waits.extend(deeds(&state, &visitor, &papers).await?);
    let differing = differing::unseen(&state, &directory, &visitor).await?.len();
    let what = "скан расходится с выпущенной страницей или подписи на нём не видно: сравнить";
    waits.push(wait(differing, "На скане есть отличия", what, differing::ADDRESS, true));
    waits.extend([
        // Those that wait for the visitor stand above.
        wait(open.len() - mine, "Передачи открыты", "ждём подписи другой стороны", "/office/handovers", false),
        wait(unsigned, "Копии ждут подписей по маршруту", "видно, чья очередь", "/copies?state=issued", false),
        wait(late, "Копии ждут дополнительного листа", "записи после составления копии", "/copies?state=late", true),
        wait(unsealed, "Копии ждут печати школы", "все подписи собраны", "/copies?state=signed", false),
        wait(out, "Копии выданы", "срок ещё не вышел", "/office/papers?stage=out", false),
    ]);
    if let Some(owed) = super::super::carriers::owed(&state, &visitor).await? {
        let (custody, out) = ("/carriers/custody", owed.out - owed.overdue);
        waits.push(wait(owed.overdue as usize, "Носители не возвращены в срок", "напомнить получателю", custody, true));
        let (outside, what) = (owed.outside.join("; "), "Записано на носители, не возвращённые в срок");
        // Told to the secretary and the director alone: to others it is neither waiting nor settled.
        waits.extend((!owed.outside.is_empty()).then(|| wait(owed.outside.len(), what, &outside, custody, true)));
        let spoiled = owed.spoiled.join("; ");
        waits.push(wait(owed.broken.len(), "Копии на носителях повреждены", &spoiled, "/carriers#spoiled", true));
        let (open, what) = (owed.open_data.join("; "), "Данные школы лежат на носителях открыто");
        waits.push(wait(owed.open_data.len(), what, &open, "/carriers#open-data", true));
        waits.push(wait(out as usize, "Носители выданы", "срок ещё не вышел", custody, false));
        let signatures = "выдача, получение или возврат носителя";
        waits.push(wait(owed.signatures as usize, "Журнал пользования ждёт вашей подписи", signatures, custody, true));
        waits.push(wait(
            owed.late as usize,
            "Резервные копии или проверки просрочены",
            "план резервных копий",
            "/carriers",
            true,
        ));
        let today = "последний день срока: план резервных копий";
        waits.push(wait(owed.today as usize, "Резервные копии или проверки — сегодня", today, "/carriers", false));
    }
    if !directory.year.is_empty() {
        let volumes = volumes_of(&state.house, &directory.year, &state.act(&visitor.account)).await?;
        let numbered: BTreeSet<_> =
            db.list_numberings(&directory.year).await?.into_iter().map(|(key, _)| key).collect();
        let bare = volumes.iter().filter(|volume| !numbered.contains(&volume.key())).count();
        let detail = "пронумеровать, прошить, скрепить печатью";
        waits.push(wait(bare, "Тома дел не оформлены", detail, "/office/files", false));
    }
    let calm = waits.iter().filter(|wait| wait.count == 0).map(|wait| wait.what.to_lowercase()).collect();
    waits.retain(|wait| wait.count > 0);
    let people = People::of(&directory.roster);
    let closings = db.list_paper_closings().await?;
    let mut todo: Vec<Todo> = papers
        .iter()
        .filter(|kept| {
            matches!(kept.stage(), Stage::HandedIn | Stage::Registered)
                || kept.out().is_some_and(|one| one.is_overdue(&now.to_string()))
        })
        .map(|kept| Todo {
            href: format!("/office/papers/{}", kept.copy.id),
            title: title(kept),
            detail: match kept.out() {
                Some(out) => format!("у кого: {}, вернуть {}", people.get(&out.to).short, day(&out.due)),
                None if kept.copy.no == 0 && is_closed(&closings, &kept.copy.year) => AFTER_CLOSING.to_owned(),
                None => kept.missing().join(", "),
            },
        })
        .collect();
    let more = todo.len().saturating_sub(SHOWN);
    todo.truncate(SHOWN);
    let frame = frame
        .titled("Канцелярия сегодня")
        .leading("Что принять, подписать, оформить и вернуть. Одно нажатие на каждое дело.");
    let keeps = visitor.may_anywhere(Action::KeepPaper);
    answer::page(&TodayPage { frame, waits, calm, todo, more, keeps })
}

fn wait(count: usize, what: &'static str, detail: &str, href: &'static str, urgent: bool) -> Wait {
    Wait { count, what, detail: detail.to_owned(), href, urgent }
}

/// The first day by which paper of the year itself must be there, among copies without paper: its summary sheets, its journals (003 Рук 5: 30 июня).
fn due_of_year(directory: &Directory, today: NaiveDate, lonely: &[&RegisterLine]) -> Option<NaiveDate> {
    // The day of a year's print is a date of its own: it is not counted in study days.
    let calendar = SchoolCalendar::default();
    let policy = directory.policy(today);
    let due = |line: &&RegisterLine| {
        let class = directory.class(&line.class)?;
        let span = period::span(&directory.roster, class, YEAR).ok()?;
        let (days, record) = ((span.starts, span.ends), line.kind);
        let copy = Copy { class: &class.name, grade: class.grade, period: YEAR, kind: None, days, record };
        print_duty(policy, &calendar, &copy).due
    };
    lonely.iter().filter(|line| line.period == YEAR && line.year == directory.year).filter_map(due).min()
}

/// «сдают: заместитель директора, классный руководитель»: who hands in under the matrix and does not keep the register.
pub(super) fn givers(rules: &Rules) -> String {
    let hands = |role: &Role| grant(*role, Action::HandOverPaper, rules) != Grant::Never;
    let keeps = |role: &Role| grant(*role, Action::KeepPaper, rules) != Grant::Never;
    let roles: Vec<&str> =
        Role::ALL.iter().filter(|role| hands(role) && !keeps(role)).map(|role| role.as_russian()).collect();
    format!("сдают: {}", roles.join(", "))
}

/// What the office itself has to do with paper, scans and checks; those that count nothing stand among them.
async fn deeds(state: &WebState, visitor: &Visitor, papers: &[Kept]) -> Result<Vec<Wait>, Refusal> {
    let db = &state.house.db;
    let now = state.now().date_naive();
    let sealed = db.list_register().await?;
    let live = |kept: &&Kept| kept.void().is_none();
    let stage = |wanted: Stage| papers.iter().filter(|kept| kept.stage() == wanted).count();
    let versions = Versions::new(db.list_copies().await?, &sealed);
    let outdated = papers.iter().filter(|kept| pile::is_outdated(kept, &versions)).count();
    // One whose handover is open is on its way: the handover itself is told.
    let printed_here = |kept: &&Kept| kept.stage() == Stage::Printed && kept.open().is_none();
    let unhanded = papers.iter().filter(printed_here).filter(|kept| !pile::is_outdated(kept, &versions)).count();
    let absorbed = versions.absorbed(&db.list_supplements().await?);
    let has_twin = |id: &str, version: u32| {
        papers.iter().filter(live).any(|kept| kept.copy.copy == id && kept.copy.version == version)
    };
    // A version whose successor is on its way goes on no paper any more: as the list of copies counts them.
    let last_version = |id: &str, version: u32| versions.last(id).is_none_or(|last| last.version == version);
    let directory = state.directory().await?;
    let printed = |line: &RegisterLine| pile::has_paper(&directory, now, (&line.year, &line.class, &line.period));
    let lonely: Vec<&RegisterLine> = sealed
        .iter()
        .map(|row| &row.line)
        .filter(|line| last_version(&line.id, line.version) && !has_twin(&line.id, line.version) && printed(line))
        .filter(|line| !absorbed.contains(&line.id))
        .collect();
    // Signed on paper and scanned: the paper is there, and nothing is to be printed.
    let facts: Vec<(&str, u32, u32)> = lonely.iter().map(|line| (line.id.as_str(), line.version, line.pages)).collect();
    let scanned = flow::scans::all_in(&state.house, &facts).await?;
    let (on_paper, lonely): (Vec<&RegisterLine>, Vec<&RegisterLine>) =
        lonely.into_iter().partition(|line| scanned.contains(&line.id));
    let overdue = papers.iter().filter_map(Kept::out).filter(|one| one.is_overdue(&now.to_string())).count();
    let checks = files::checks(&db.list_requisites().await?, &sealed, papers);
    let late_checks: Vec<String> =
        checks.iter().filter(|check| check.due.is_some_and(|due| due <= now)).map(files::Check::said).collect();
    let paper_on = state.house.policy.paper(now).is_none_or(|said| !said.has("no"));
    // The head is told of those that wait for the head's own hand apart, and once.
    let is_head = visitor.holds(Role::Director);
    let for_head = papers.iter().filter(|kept| kept.awaits_head().is_some()).count();
    let open = papers.iter().filter(|kept| kept.stage() == Stage::Registered);
    let under_way = open.filter(|kept| !is_head || kept.awaits_head().is_none()).count();
    let steps = match for_head {
        n if n > 0 && !is_head => format!("нумерация, прошивка, место; ждут подписи или печати директора: {n}"),
        _ => "нумерация, прошивка, место".to_owned(),
    };
    let closings = db.list_paper_closings().await?;
    let came_late = |kept: &&Kept| kept.stage() == Stage::HandedIn && is_closed(&closings, &kept.copy.year);
    let enter = match papers.iter().filter(came_late).count() {
        0 => "внести в реестр".to_owned(),
        late if late == stage(Stage::HandedIn) => AFTER_CLOSING.to_owned(),
        late => format!("внести в реестр; {AFTER_CLOSING}: {late}"),
    };
    let mut waits = vec![
        wait(
            stage(Stage::HandedIn),
            "Принятые копии ждут номера в реестре",
            &enter,
            "/office/papers?stage=handed-in",
            true,
        ),
        wait(under_way, "Копии оформляются", &steps, "/office/papers?stage=registered", false),
        wait(
            unhanded,
            "Напечатанные копии ещё не сданы",
            &givers(&visitor.rules),
            "/office/papers?stage=printed",
            false,
        ),
        wait(
            outdated,
            "Заменённые бумажные копии",
            "аннулировать и напечатать новую",
            "/office/papers?stage=outdated",
            true,
        ),
        wait(overdue, "Выданные копии не возвращены в срок", "напомнить получателю", "/office/papers?stage=out", true),
    ];
    let ends = office::closing::ends_of(papers, &closings);
    let again: Vec<&str> = ends.iter().filter(|end| end.is_again()).map(|end| end.year.as_str()).collect();
    if !again.is_empty() {
        let detail = format!("после итоговой записи внесены копии: {}", again.join(", "));
        waits.push(wait(again.len(), "Итоги реестра подвести заново", &detail, "/office/papers#closing-1", true));
    }
    if is_head {
        let what = "Бумажные копии ждут вашей подписи и печати";
        let own = wait(for_head, what, "подписать, скрепить и записать одной кнопкой", "/office/papers#ink", true);
        waits.insert(0, own);
    }
    let policy = crate::flow::policy::of_act(&state.house, &state.act(&visitor.account)).await?;
    if let Some(said) = office::at_once(&policy) {
        let owed = office::untransferred(&sealed, &db.list_archive_transfers().await?).len();
        let detail = format!("сдать сразу и записать акт ({})", words::clause_words(&said.clause));
        let what = "Сводные ведомости не сданы в архив";
        waits.push(wait(owed, what, &detail, "/office/files#transfer-title", true));
    }
    if paper_on {
        let due = due_of_year(&directory, now, &lonely);
        let detail = match due {
            Some(due) => format!("напечатать и отметить это; за год — не позднее {}", words::date_short(due)),
            None => "напечатать и отметить это".to_owned(),
        };
        let urgent = due.is_some_and(|due| due < now);
        waits.push(wait(lonely.len(), "Электронные копии без бумажной пары", &detail, "/copies?state=sealed", urgent));
        waits.push(wait(
            on_paper.len(),
            "Бумажные копии есть, не зарегистрированы",
            "сканы всех листов пришли: отметить бумажные копии и зарегистрировать",
            "/copies?state=sealed",
            false,
        ));
    }
    // Only for whoever may open these pages.
    if visitor.may_anywhere(Action::ReceivePaper) {
        let decided = db.list_scan_decisions().await?;
        let unfiled = db.list_scan_pages_unfiled().await?;
        let unfiled = unfiled.iter().filter(|row| !decided.iter().any(|one| one.at == row.at)).count();
        waits.push(wait(
            unfiled,
            "Отсканированные страницы не положены к копии",
            "код не читается или чужой: положить вручную или отложить",
            "/office/scans#unplaced",
            true,
        ));
        let stages = db.list_open_paper_stages().await?;
        let copies: std::collections::BTreeSet<&str> = stages.iter().map(|stage| stage.copy.as_str()).collect();
        waits.push(wait(
            copies.len(),
            "Копии подписываются на бумаге",
            "положить сканы подписанных листов",
            "/office/scans",
            false,
        ));
    }
    let outages = db.list_outages().await?;
    let open = outages.iter().map(Outage::owed).filter(|owed| !owed.is_empty());
    let owed: Vec<String> = open.filter_map(|owed| owed.into_iter().next()).collect();
    let said = owed.join("; ");
    waits.push(wait(owed.len(), "Перерывы в работе журнала не закрыты", &said, "/office/outages", true));
    let reach = visitor.reach(Action::IssueCopies);
    let directory = state.directory().await?;
    if !reach.is_empty() && !directory.year.is_empty() {
        let wanted = |name: &str| directory.class(name).is_some_and(|class| reach.class(name, class.grade));
        let act = state.act(&visitor.account);
        let (due, unhanded) = flow::office::extracts::owed(&state.house, &wanted, &act).await?;
        let pages = "/office/extracts";
        waits.push(wait(due as usize, "Выписки для семей пора напечатать", "одной кнопкой на класс", pages, false));
        waits.push(wait(unhanded as usize, "Выписки напечатаны и не выданы", "записать, кому выданы", pages, false));
    }
    let said = late_checks.join("; ");
    waits.push(wait(
        late_checks.len(),
        "Просрочены проверки наличия и состояния",
        &said,
        "/office/files#check-title",
        true,
    ));
    Ok(waits)
}

/// The same as one line of the first screen, for whoever keeps paper; nothing when nothing waits.
pub(in crate::web) async fn summed(
    state: &WebState,
    visitor: &Visitor,
) -> Result<Option<(u64, String, bool)>, Refusal> {
    if !visitor.may_anywhere(Action::KeepPaper) {
        return Ok(None);
    }
    let papers = state.house.db.list_paper(Which::All).await?;
    let deeds = deeds(state, visitor, &papers).await?;
    let waiting = || deeds.iter().filter(|deed| deed.count > 0);
    let said: Vec<String> = waiting().map(|deed| format!("{}: {}", deed.what.to_lowercase(), deed.count)).collect();
    let count = waiting().map(|deed| deed.count as u64).sum();
    Ok((count > 0).then(|| (count, said.join("; "), waiting().any(|deed| deed.urgent))))
}
