//! The first screen: what waits for the one who signed in, by office and counted; for a stranger the way in. Floor 3.

mod ends;
mod families;
mod late;
mod learners;
mod owed;
mod papers;
mod reports;
mod signing;
mod staffing;
mod unloaded;
mod waits;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::WebState;
use super::answer::{self, Refusal};
use super::directory::Directory;
use super::frame::{Frame, Stranger};
use super::help;
use super::query::segment;
use super::route::{self, Access, Group, Route, SubjectOf, get};
use super::waiting::Awaited;
use crate::domain::journal::{Class, Course, YEAR};
use crate::domain::names;
use crate::domain::people::{Reach, ReachSet, Visitor};
use crate::domain::period::course_title;
use crate::domain::rights::{Action, Role};
use crate::domain::snapshot::{CopyKind, supplement_no};
use crate::domain::tenure;
use crate::domain::training;
use crate::domain::words;
use crate::flow::signin::demo::{self, DemoLogin};

pub(super) use late::Late;
pub(super) use waits::{Counts, shortened};

/// Routes of this page.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/", Access::Public, SubjectOf::House, first_screen)
            .in_menu(Group::Own, "Главная")
            .helped("start#первая-страница"),
    ]
}

#[derive(Template)]
#[template(path = "start/stranger.html", config = "src/web/askama.toml")]
struct StrangerPage {
    frame: Frame,
    /// Logins of a demonstration house; empty in every other.
    demo: Vec<DemoLogin>,
    /// Nobody can sign in yet: the page says how the first login is made.
    unpeopled: bool,
}

#[derive(Template)]
#[template(path = "start/office.html", config = "src/web/askama.toml")]
struct OfficePage {
    frame: Frame,
    /// What somebody hired from a coming day is told; none for who is at work.
    coming: Option<Coming>,
    waits: Vec<Wait>,
    /// What the rules ask for, and by which clause: shown to who opens the question.
    grounds: Vec<(String, String)>,
    shelves: Vec<Shelf>,
}

/// Work that begins on a coming day.
struct Coming {
    /// «15 сентября 2025 г.».
    day: String,
    /// Which courses are assigned already, or who assigns them.
    courses: String,
}

/// One thing that waits.
struct Wait {
    count: u64,
    /// «копий ждут вашей подписи».
    what: String,
    detail: String,
    href: String,
    urgent: bool,
    /// The clause that asks for it, as the policy file has it; empty where none does.
    why: String,
}

/// What is at hand: own classes, own courses, children, last seals.
struct Shelf {
    heading: &'static str,
    items: Vec<(String, String, String)>,
    empty: &'static str,
}

/// `GET /`.
async fn first_screen(
    State(state): State<WebState>,
    frame: Frame,
    Stranger(visitor): Stranger,
) -> Result<Response, Refusal> {
    let Some(visitor) = visitor else {
        let demo = demo::logins(&state.house, state.now()).await?;
        let unpeopled = state.house.db.list_accounts().await?.is_empty();
        return answer::page(&StrangerPage { frame: frame.titled("Летопись"), demo, unpeopled });
    };
    let directory = state.directory().await?;
    let desk = Desk { state: &state, directory: &directory, visitor: &visitor, today: state.now().date_naive() };
    let copies = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let waits = desk.waits(&copies).await?;
    let shelves = [desk.children(), desk.classes(), desk.courses(), desk.lists(), desk.staff(), desk.sealed(&copies)];
    let day = format!("{}, {}", words::capitalised(words::weekday(desk.today)), words::date_words(desk.today));
    let mut frame = frame.titled("Главная").leading(day);
    // The first screen is an office's own, so its help is the office's own guide.
    if let Some(office) = visitor.offices.first() {
        frame.help = help::address(training::guide(office.role));
    }
    let coming = desk.coming().await?;
    let grounds = grounds(&waits);
    answer::page(&OfficePage { frame, coming, waits, grounds, shelves: shelves.into_iter().flatten().collect() })
}

/// Each thing that a clause asks for, said once, with the clause in words.
fn grounds(waits: &[Wait]) -> Vec<(String, String)> {
    let mut grounds: Vec<(String, String)> = Vec::new();
    for wait in waits.iter().filter(|wait| !wait.why.is_empty()) {
        let ground = (words::capitalised(&wait.what), words::clause_words(&wait.why));
        if !grounds.contains(&ground) {
            grounds.push(ground);
        }
    }
    grounds
}

/// What one visitor's first screen is laid out from.
struct Desk<'d> {
    state: &'d WebState,
    directory: &'d Arc<Directory>,
    visitor: &'d Visitor,
    today: NaiveDate,
}

impl Desk<'_> {
    fn holds(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.visitor.holds(*role))
    }

    fn classes_of(&self, role: Role) -> Vec<&Class> {
        let offices = self.visitor.offices.iter().filter(|office| office.role == role);
        let named = offices.flat_map(|office| match &office.reach {
            Reach::Classes(classes) => classes.clone(),
            Reach::School | Reach::Grades(..) | Reach::Courses(..) | Reach::Learners(..) => Vec::new(),
        });
        named.collect::<Vec<_>>().iter().filter_map(|name| self.directory.class(name)).collect()
    }

    fn courses_of(&self) -> Vec<&Course> {
        let named = self.visitor.offices.iter().flat_map(|office| match &office.reach {
            Reach::Courses(courses, _) => courses.clone(),
            Reach::School | Reach::Grades(..) | Reach::Classes(_) | Reach::Learners(..) => Vec::new(),
        });
        named.collect::<Vec<_>>().iter().filter_map(|id| self.directory.course(id)).collect()
    }

    fn children(&self) -> Option<Shelf> {
        if !self.holds(&[Role::Learner, Role::Parent]) {
            return None;
        }
        let who_looked = route::has("/access/learners/{learner}");
        let mut items = Vec::new();
        for id in self.visitor.reach(Action::ReadOwnDiary).learners {
            let Some(learner) = self.directory.learner(&id) else { continue };
            let name = names::list_name(&learner.surname, &learner.given_name);
            items.push((
                name,
                format!("/diary/{}", segment(&id)),
                format!("{} класс: отметки и пропуски", learner.class),
            ));
            if who_looked {
                let href = format!("/access/learners/{}", segment(&id));
                items.push(("Кто смотрел".to_owned(), href, "кто и когда открывал эти сведения".to_owned()));
            }
        }
        Some(Shelf {
            heading: "Дневник",
            items,
            empty: "Обучающийся ещё не привязан к вашему входу: обратитесь к классному руководителю.",
        })
    }

    fn classes(&self) -> Option<Shelf> {
        let own = self.classes_of(Role::ClassTeacher);
        if own.is_empty() {
            return None;
        }
        let items = own.iter().map(|class| {
            let href = format!("/journal/{}", segment(&class.name));
            (format!("{} класс", class.name), href, "предметы, список, итоговые отметки".to_owned())
        });
        Some(Shelf { heading: "Мой класс", items: items.collect(), empty: "" })
    }

    fn courses(&self) -> Option<Shelf> {
        let (roster, me) = (&self.directory.roster, self.visitor.account.as_str());
        let mut own = self.courses_of();
        own.sort_by(|a, b| crate::domain::names::natural(&a.class, &b.class));
        // A course that goes to another on a coming day says until when it is one's own, and one that comes says from when.
        let last = |course: &Course| {
            let mine = roster.earlier_teachers.iter().filter(|one| one.course == course.id && one.teacher == me);
            mine.map(|one| one.until).filter(|until| *until >= self.today).min()
        };
        let mut items: Vec<(String, String, String)> = Vec::new();
        for course in own {
            let until =
                last(course).map(|day| format!(", вы ведёте до {}", words::date_short(day))).unwrap_or_default();
            let note = format!("{}{until}", course_title(course));
            items.push((course.class.clone(), format!("/course/{}", segment(&course.id)), note));
        }
        for course in roster.courses.iter().filter(|_| self.holds(&[Role::SubjectTeacher])) {
            let Some(day) = tenure::begins(course, &roster.earlier_teachers, me, self.today) else { continue };
            let href = format!("/year/timetable?teacher={}&week={day}", segment(me));
            let note = format!("{}: с {} вы ведёте", course_title(course), words::date_short(day));
            items.push((course.class.clone(), href, note));
        }
        if items.is_empty() {
            return None;
        }
        Some(Shelf { heading: "Мои предметы", items, empty: "" })
    }

    /// What an assistant or a clerk does all day: checks the learners' data, class by class (SEC-09).
    fn lists(&self) -> Option<Shelf> {
        if !self.holds(&[Role::Assistant]) {
            return None;
        }
        let changes = self.visitor.reach(Action::ChangeMovement);
        let edits = self.visitor.reach(Action::EditLearners);
        let items = self.directory.roster.classes.iter().map(|class| {
            let whole = |reach: &ReachSet| reach.whole_class(&class.name, class.grade);
            let note = match (whole(&edits), whole(&changes)) {
                (true, true) => "сверить, исправить карточку, внести приказ",
                (true, false) => "сверить, исправить карточку",
                (false, true) => "сверить, внести приказ",
                (false, false) => "список класса: сверить",
            };
            (class.name.clone(), format!("/year/check/{}", segment(&class.name)), note.to_owned())
        });
        let heading = "Сведения об учениках: сверка списков";
        Some(Shelf {
            heading, items: items.collect(), empty: "Списки классов ещё не загружены."
        })
    }

    fn sealed(&self, copies: &[Awaited]) -> Option<Shelf> {
        if !self.holds(&[Role::Secretary, Role::Director, Role::Inspector, Role::JournalKeeper]) {
            return None;
        }
        // A sealed version is in force, and in the archive, until the next one is sealed.
        let sealed = copies.iter().filter_map(|copy| Some((copy, copy.in_force?)));
        let items = sealed.take(8).map(|(copy, version)| {
            let period = super::records::period_name(self.directory, &copy.row.year, &copy.row.class, &copy.row.period);
            let journal = copy.row.period == YEAR && copy.row.kind == CopyKind::PeriodCopy;
            let what = if journal { format!("журнал за {period}") } else { period };
            let what = told_apart(what, &copy.row.id);
            let href = format!("/copies/{}", segment(&copy.row.id));
            if version == copy.row.version {
                return (copy.row.class.clone(), href, what);
            }
            let what = format!("{what}, версия {version}: действует до печати версии {}", copy.row.version);
            (copy.row.class.clone(), format!("{href}?version={version}"), what)
        });
        Some(Shelf {
            heading: "В архиве",
            items: items.collect(),
            empty: "В архиве пока ничего нет: копия попадает туда с печатью школы.",
        })
    }
}

/// A copy and its supplements stand side by side on a shelf: the supplement says that it is one.
fn told_apart(what: String, copy: &str) -> String {
    match supplement_no(copy) {
        Some(no) => format!("{what}, доп. лист № {no}"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supplement_on_the_shelf_is_told_from_its_copy() {
        let what = |id: &str| told_apart("I четверть".to_owned(), id);
        assert_eq!(what("2025-02A-Q1"), "I четверть");
        assert_eq!(what("2025-02A-Q1-SUP1"), "I четверть, доп. лист № 1");
    }
}
