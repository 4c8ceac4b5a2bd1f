//! The first screen: what waits for the one who signed in, by office and counted; for a stranger the way in. Floor 3.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::WebState;
use super::answer::{self, Refusal};
use super::directory::Directory;
use super::frame::{Frame, Stranger};
use super::query::segment;
use super::route::{self, Access, Group, Route, SubjectOf, get};
use super::waiting::Awaited;
use crate::domain::copy::State as CopyState;
use crate::domain::journal::{Class, Course};
use crate::domain::names;
use crate::domain::people::{Reach, Visitor};
use crate::domain::period::course_title;
use crate::domain::policy::AbsenceKind;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::signin::demo::{self, DemoLogin};

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
}

#[derive(Template)]
#[template(path = "start/office.html", config = "src/web/askama.toml")]
struct OfficePage {
    frame: Frame,
    waits: Vec<Wait>,
    shelves: Vec<Shelf>,
}

/// One thing that waits.
struct Wait {
    count: u64,
    /// «копий ждут вашей подписи».
    what: String,
    detail: String,
    href: String,
    urgent: bool,
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
        return answer::page(&StrangerPage { frame: frame.titled("Летопись"), demo });
    };
    let directory = state.directory().await?;
    let desk = Desk { state: &state, directory: &directory, visitor: &visitor, today: state.now().date_naive() };
    let copies = state.waiting.at(&state.house, directory.turn).await?;
    let mut waits = desk.copies(&copies);
    waits.extend(desk.notices().await?);
    waits.extend(desk.periods());
    waits.extend(desk.handovers().await?);
    waits.extend(desk.own_class().await?);
    waits.extend(desk.own_courses().await?);
    waits.extend(desk.house().await?);
    waits.extend(desk.carriers().await?);
    waits.sort_by_key(|wait| !wait.urgent);
    let shelves = [desk.children(), desk.classes(), desk.courses(), desk.sealed(&copies)];
    let day = format!("{}, {}", capital(words::weekday(desk.today)), words::date_words(desk.today));
    let frame = frame.titled("Главная").leading(day);
    answer::page(&OfficePage { frame, waits, shelves: shelves.into_iter().flatten().collect() })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What one visitor's first screen is laid out from.
struct Desk<'d> {
    state: &'d WebState,
    directory: &'d Arc<Directory>,
    visitor: &'d Visitor,
    today: NaiveDate,
}

impl Desk<'_> {
    /// Paper copies that change hands and wait for this person's signature.
    async fn handovers(&self) -> Result<Option<Wait>, Refusal> {
        let n = self.state.house.db.count_owed_handovers(&self.visitor.account).await?;
        let what = words::plural(
            n,
            "передача ждёт вашей подписи",
            "передачи ждут вашей подписи",
            "передач ждут вашей подписи",
        );
        Ok((n > 0).then(|| Wait {
            count: n,
            what: what.to_owned(),
            detail: "бумажные копии: принять или сдать".to_owned(),
            href: "/office/handovers".to_owned(),
            urgent: true,
        }))
    }

    /// Copies: own signatures, seals, and what went wrong, on top.
    fn copies(&self, copies: &[Awaited]) -> Vec<Wait> {
        let mut waits = Vec::new();
        let may = |action| !self.visitor.reach(action).is_empty();
        let plural = |n: u64, one: &str, few: &str, many: &str| words::plural(n, one, few, many).to_owned();
        let seen = self.visitor.reach(Action::ReadCopies);
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let seen = copies.iter().filter(|copy| seen.class(&copy.row.class, grade(&copy.row.class)));
        let in_state = |state: CopyState| seen.clone().filter(move |copy| copy.row.state == state);
        let refused = in_state(CopyState::Refused).count() as u64;
        if refused > 0 {
            waits.push(Wait {
                count: refused,
                what: plural(
                    refused,
                    "копия отклонена подписантом",
                    "копии отклонены подписантами",
                    "копий отклонено подписантами",
                ),
                detail: "нужна новая версия: прочтите замечание и составьте её".to_owned(),
                href: if may(Action::SignCopies) { "/desk" } else { "/copies?state=refused" }.to_owned(),
                urgent: true,
            });
        }
        let mine: Vec<&Awaited> = copies.iter().filter(|copy| copy.signers.contains(&self.visitor.account)).collect();
        if !mine.is_empty() {
            let n = mine.len() as u64;
            waits.push(Wait {
                count: n,
                what: plural(n, "копия ждёт вашей подписи", "копии ждут вашей подписи", "копий ждут вашей подписи"),
                detail: shortened(mine.iter().map(|copy| copy.row.class.as_str())),
                href: "/desk".to_owned(),
                urgent: false,
            });
        }
        let ready = in_state(CopyState::Signed).count() as u64;
        if ready > 0 && may(Action::SealCopies) {
            waits.push(Wait {
                count: ready,
                what: plural(ready, "копия ждёт печати", "копии ждут печати", "копий ждут печати"),
                detail: "все подписи стоят и проверены".to_owned(),
                href: "/copies?state=signed".to_owned(),
                urgent: false,
            });
        }
        let frozen = in_state(CopyState::Frozen).count() as u64;
        if frozen > 0 && may(Action::IssueCopies) {
            waits.push(Wait {
                count: frozen,
                what: plural(frozen, "копия ждёт выпуска", "копии ждут выпуска", "копий ждут выпуска"),
                detail: "период закрыт, данные заморожены".to_owned(),
                href: "/copies?state=frozen".to_owned(),
                urgent: false,
            });
        }
        waits
    }

    /// What became of copies that the visitor signed: refusals, next versions, reminders.
    async fn notices(&self) -> Result<Vec<Wait>, Refusal> {
        let (told, _) = super::desk::notices(self.state, self.directory, &self.visitor.account).await?;
        let Some(first) = told.first() else { return Ok(Vec::new()) };
        let n = told.len() as u64;
        let may = !self.visitor.reach(Action::SignCopies).is_empty();
        Ok(vec![Wait {
            count: n,
            what: words::plural(n, "извещение о подписании", "извещения о подписании", "извещений о подписании")
                .to_owned(),
            detail: first.text.clone(),
            href: if may { "/desk" } else { "/copies" }.to_owned(),
            urgent: true,
        }])
    }

    /// Periods that have ended and are not closed, for those who answer for copies.
    fn periods(&self) -> Vec<Wait> {
        if !self.holds(&[Role::Deputy, Role::Director, Role::JournalKeeper, Role::Administrator]) {
            return Vec::new();
        }
        let reach = self.visitor.reach(Action::IssueCopies);
        let mut open: Vec<String> = Vec::new();
        for class in self.directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)) {
            let ended = self.directory.roster.periods_of_grade(class.grade);
            let ended = ended.iter().filter(|period| period.ends < self.today);
            open.extend(ended.filter(|p| !self.directory.is_closed(&class.name, &p.id)).map(|_| class.name.clone()));
        }
        if open.is_empty() {
            return Vec::new();
        }
        let n = open.len() as u64;
        open.dedup();
        vec![Wait {
            count: n,
            what: words::plural(
                n,
                "учётный период не закрыт",
                "учётных периода не закрыты",
                "учётных периодов не закрыты",
            )
            .to_owned(),
            detail: format!(
                "дни периода прошли, копии ещё не составлены: {}",
                shortened(open.iter().map(String::as_str))
            ),
            href: "/journal".to_owned(),
            urgent: true,
        }]
    }

    /// The class teacher's own class: absences whose reason nobody has given.
    async fn own_class(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits = Vec::new();
        let policy = self.directory.policy(self.today);
        let by = policy.first("absence.reason_by");
        if by.is_some_and(|said| !said.has("class_teacher")) {
            return Ok(waits);
        }
        let by = by.map(|said| format!("{} ({})", said.in_russian(), said.clause)).unwrap_or_default();
        for class in self.classes_of(Role::ClassTeacher) {
            let entries = self.state.house.db.load_class_entries(&self.directory.year, &class.name).await?;
            let open = |code: &str| policy.absence(code).is_some_and(|rule| rule.kind == AbsenceKind::Unexplained);
            let n = entries.absences.iter().filter(|absence| open(&absence.code)).count() as u64;
            if n > 0 {
                waits.push(Wait {
                    count: n,
                    what: words::plural(n, "пропуск без причины", "пропуска без причины", "пропусков без причины")
                        .to_owned(),
                    detail: format!("{} класс: причину называет {by}", class.name),
                    href: format!("/journal/{}", segment(&class.name)),
                    urgent: false,
                });
            }
        }
        Ok(waits)
    }

    /// The teacher's own courses: lessons that were held and have no topic.
    async fn own_courses(&self) -> Result<Vec<Wait>, Refusal> {
        let mut waits = Vec::new();
        let policy = self.directory.policy(self.today);
        // 003 Уч 2: there the teacher of the subject names the reason, in every other regulation the class teacher.
        let by = policy.first("absence.reason_by").filter(|said| said.has("subject_teacher"));
        let open = |code: &str| policy.absence(code).is_some_and(|rule| rule.kind == AbsenceKind::Unexplained);
        for course in self.courses_of() {
            let entries = self.state.house.db.load_course_entries(&self.directory.year, &course.id).await?;
            let unexplained = entries.absences.iter().filter(|absence| open(&absence.code)).count() as u64;
            if let Some(by) = by.filter(|_| unexplained > 0) {
                waits.push(Wait {
                    count: unexplained,
                    what: words::plural(
                        unexplained,
                        "пропуск без причины",
                        "пропуска без причины",
                        "пропусков без причины",
                    )
                    .to_owned(),
                    detail: format!(
                        "{}: {}; причину называет {} ({})",
                        course.class,
                        course_title(course),
                        by.in_russian(),
                        by.clause
                    ),
                    href: format!("/course/{}", segment(&course.id)),
                    urgent: false,
                });
            }
            let held = entries.lessons.iter().filter(|lesson| lesson.key.date <= self.today && lesson.topic.is_empty());
            let n = held.count() as u64;
            if n > 0 {
                waits.push(Wait {
                    count: n,
                    what: words::plural(n, "урок без темы", "урока без темы", "уроков без темы").to_owned(),
                    detail: format!("{}: {}", course.class, course_title(course)),
                    href: format!("/course/{}", segment(&course.id)),
                    urgent: false,
                });
            }
        }
        Ok(waits)
    }

    /// What the administrator of an empty house does first.
    async fn house(&self) -> Result<Vec<Wait>, Refusal> {
        let may_import = !self.visitor.reach(Action::ImportData).is_empty();
        if may_import && self.directory.year.is_empty() {
            let href = if route::has("/import") { "/import" } else { "/help/administrator#завести-школу" };
            return Ok(vec![Wait {
                count: 0,
                what: "журнал ещё не загружен".to_owned(),
                detail: "загрузите набор школы: сначала пробно, замечания будут показаны сразу все".to_owned(),
                href: href.to_owned(),
                urgent: true,
            }]);
        }
        Ok(Vec::new())
    }

    /// Carriers that are late, signatures of the custody log, backups that are due.
    async fn carriers(&self) -> Result<Vec<Wait>, Refusal> {
        let Some(owed) = super::carriers::owed(self.state, self.visitor).await? else { return Ok(Vec::new()) };
        let wait = |count: u64, [one, few, many]: [&str; 3], detail: &str, href: &str, urgent| Wait {
            count,
            what: words::plural(count, one, few, many).to_owned(),
            detail: detail.to_owned(),
            href: href.to_owned(),
            urgent,
        };
        let late = ["носитель не возвращён в сейф", "носителя не возвращены в сейф", "носителей не возвращены в сейф"];
        let sign = [
            "подпись в журнале пользования за вами",
            "подписи в журнале пользования за вами",
            "подписей в журнале пользования за вами",
        ];
        let due = [
            "резервная копия или проверка просрочена",
            "резервные копии или проверки просрочены",
            "резервных копий и проверок просрочено",
        ];
        let all = [
            wait(owed.overdue, late, "срок возврата прошёл", "/carriers/custody", true),
            wait(owed.signatures, sign, "выдача, получение или возврат носителя ждут вас", "/carriers/custody", false),
            wait(owed.late, due, "план, сроки и пункты правил", "/carriers", true),
        ];
        Ok(all.into_iter().filter(|wait| wait.count > 0).collect())
    }

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
        let own = self.courses_of();
        if own.is_empty() {
            return None;
        }
        let mut own: Vec<_> = own.into_iter().collect();
        own.sort_by_key(|course| {
            (self.directory.class(&course.class).map_or(0, |class| class.grade), course.class.clone())
        });
        let items = own
            .iter()
            .map(|course| (course.class.clone(), format!("/course/{}", segment(&course.id)), course_title(course)));
        Some(Shelf { heading: "Мои предметы", items: items.collect(), empty: "" })
    }

    fn sealed(&self, copies: &[Awaited]) -> Option<Shelf> {
        if !self.holds(&[Role::Secretary, Role::Director, Role::Inspector, Role::JournalKeeper]) {
            return None;
        }
        let sealed = copies.iter().filter(|copy| copy.row.state == CopyState::Sealed);
        let items = sealed.take(8).map(|copy| {
            let period = super::records::period_name(self.directory, &copy.row.year, &copy.row.class, &copy.row.period);
            (copy.row.class.clone(), format!("/copies/{}", segment(&copy.row.id)), period)
        });
        Some(Shelf {
            heading: "В архиве",
            items: items.collect(),
            empty: "В архиве пока ничего нет: копия попадает туда с печатью школы.",
        })
    }
}

/// «5А, 6А, 7А и ещё 4».
fn shortened<'n>(names: impl Iterator<Item = &'n str>) -> String {
    /// What fits one line of a phone.
    const NAMED: usize = 6;
    let names: Vec<&str> = names.collect();
    let said = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED { format!("{said} и ещё {}", names.len() - NAMED) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_classes_is_cut_with_its_rest_counted() {
        assert_eq!(shortened(["5А", "6А"].into_iter()), "5А, 6А");
        assert_eq!(shortened(["1", "2", "3", "4", "5", "6", "7", "8"].into_iter()), "1, 2, 3, 4, 5, 6 и ещё 2");
    }
}
