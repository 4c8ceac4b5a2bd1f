//! `people`, `account`, `access`: appointments, credentials, who looked. Floor 3.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::staff::{Correct, Dismiss, Hire, Staff};
use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::domain::journal::LessonKey;
use crate::domain::people::{Appointment, Office, Subject, grades_of, grades_words};
use crate::domain::rights::{self, Action, Role, Rules};
use crate::domain::words;
use crate::flow::people::{self, Order};
use crate::flow::signin::credentials::{Chain, Slip, people_of};
use crate::flow::substitution;
use crate::store::{AccountRow, Looked, SessionRow};

/// `people`.
#[derive(Debug, Args)]
pub(super) struct People {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(about = "Список сотрудников и их права сегодня")]
    List {
        #[arg(value_name = "ПОИСК", help = "Часть имени, должности или права")]
        search: Option<String>,
    },
    #[command(about = "Карточка человека: права, назначения, вход")]
    Show {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор")]
        person: String,
    },
    #[command(about = "Назначить на должность приказом")]
    Appoint(Appoint),
    #[command(about = "Завершить назначение приказом")]
    End(End),
    #[command(about = "Принять на работу по приказу; код уволенного раньше принимает его снова")]
    Hire(Hire),
    #[command(about = "Исправить карточку сотрудника: имя, должность, предмет, кабинет")]
    Card(Correct),
    #[command(about = "Уволить по приказу: с последним днём кончаются должности и вход")]
    Dismiss(Dismiss),
    #[command(
        about = "Приказы о приёме и увольнении и что осталось без хозяина; с файлом — список сотрудников таблицей"
    )]
    Staff(Staff),
    #[command(about = "Записать в проведённый урок, кто вёл его вместо учителя предмета")]
    Substitute(Substitute),
    #[command(about = "Таблица прав: кто что может")]
    Rights,
}

#[derive(Debug, Args)]
struct Appoint {
    #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор сотрудника")]
    person: String,
    #[arg(value_name = "ДОЛЖНОСТЬ", value_parser = role, help = "director, deputy, secretary, inspector … (все — «letopis people rights --json»)")]
    role: Role,
    #[arg(long, value_name = "НОМЕР", help = "Номер приказа")]
    order: String,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Дата приказа, ГГГГ-ММ-ДД; без неё — сегодня")]
    date: Option<NaiveDate>,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Первый день; без него — дата приказа")]
    from: Option<NaiveDate>,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Последний день")]
    to: Option<NaiveDate>,
    #[arg(long, value_name = "5-6", help = "Параллели заместителя директора: 1-4, 5-9, 10-11 или «все»")]
    grades: Option<String>,
    #[arg(long = "instead-of", value_name = "ЧЕЛОВЕК", help = "Кого замещает учитель или классный руководитель")]
    instead_of: Option<String>,
    #[arg(long, help = "Исполняющий обязанности (и.о.)")]
    acting: bool,
}

#[derive(Debug, Args)]
struct Substitute {
    #[arg(value_name = "ПРЕДМЕТ", help = "Код предмета из courses.csv: C00001")]
    course: String,
    #[arg(value_parser = crate::cli::setup::day, value_name = "ДЕНЬ", help = "День урока, ГГГГ-ММ-ДД")]
    date: NaiveDate,
    #[arg(value_name = "УРОК", help = "Номер урока в этот день")]
    number: u8,
    #[arg(value_name = "ЧЕЛОВЕК", default_value = "", help = "Кто провёл; без него — учитель самого предмета")]
    person: String,
}

#[derive(Debug, Args)]
struct End {
    #[arg(value_name = "НАЗНАЧЕНИЕ", help = "Идентификатор назначения: A00001")]
    appointment: String,
    #[arg(long, value_name = "НОМЕР", help = "Номер приказа")]
    order: String,
    #[arg(long, value_parser = crate::cli::setup::day, value_name = "ДАТА", help = "Последний день; без него — сегодня")]
    on: Option<NaiveDate>,
}

fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("нет такой должности; есть: {}", known()))
}

#[derive(Serialize)]
struct PersonLine {
    id: String,
    name: String,
    position: String,
    offices: Vec<String>,
    account: String,
}

impl People {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.what {
            What::List { search } => list(desk, search.as_deref().unwrap_or_default()).await,
            What::Show { person } => show(desk, &person).await,
            What::Appoint(appoint) => appoint.run(desk).await,
            What::End(end) => end.run(desk).await,
            What::Hire(hire) => hire.run(desk).await,
            What::Card(correct) => correct.run(desk).await,
            What::Dismiss(dismiss) => dismiss.run(desk).await,
            What::Staff(staff) => staff.run(desk).await,
            What::Substitute(substitute) => substitute.run(desk).await,
            What::Rights => {
                print_rights(desk, &rules_of(desk).await?);
                Ok(0)
            }
        }
    }
}

/// The rules of the house, or none where the command is given no house: then the table is the one of every school.
async fn rules_of(desk: &Desk) -> Result<Rules, Failure> {
    if desk.folder().is_err() {
        return Ok(Rules::default());
    }
    let house = desk.house().await?;
    Ok(people::rules_on(&house, desk.act(&house).at.date_naive()).await?)
}

fn print_rights(desk: &Desk, rules: &Rules) {
    if !desk.json {
        print!("{}", rights::printed(rules));
        return;
    }
    let rows: Vec<_> = rights::Action::ALL
        .into_iter()
        .map(|action| {
            let cells = Role::ALL
                .map(|role| (role.as_str(), format!("{:?}", rights::grant(role, action, rules)).to_lowercase()));
            (action.as_russian(), cells.into_iter().collect::<std::collections::BTreeMap<_, _>>())
        })
        .collect();
    print_json(&rows);
}

async fn list(desk: &Desk, search: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let listed = people::list_staff(&house, search, desk.act(&house).at.date_naive()).await?;
    if desk.json {
        let lines = listed.into_iter().map(|one| PersonLine {
            id: one.id,
            name: one.name,
            position: one.position,
            offices: one.offices,
            account: one.account,
        });
        print_json(&lines.collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["Человек", "Ф.И.О.", "Должность", "Права сегодня", "Вход"]);
    for one in listed {
        let account = if one.account.is_empty() { "не выдан".to_owned() } else { one.account };
        table.row(vec![one.id, one.name, one.position, one.offices.join(", "), account]);
    }
    table.print("Никого не нашлось.");
    Ok(0)
}

fn dates(one: &Appointment) -> String {
    let short = |day: Option<NaiveDate>| day.map(words::date_short).unwrap_or_else(|| "…".to_owned());
    format!("{} – {}", short(one.starts), short(one.ends))
}

async fn show(desk: &Desk, person: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let name = house.db.find_person(person).await?;
    let name = name.ok_or_else(|| Failure::Said(format!("нет человека с идентификатором «{person}»")))?;
    let today = desk.act(&house).at.date_naive();
    let visitor = people::visitor(&house, person, true, today).await?;
    let appointments = house.db.list_appointments_of(person).await?;
    let account = house.db.find_account(person).await?;
    if desk.json {
        let iso = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let line = |one: &Appointment| {
            serde_json::json!({"id": one.id, "role": one.role.as_str(), "acting": one.acting, "from": iso(one.starts),
                "to": iso(one.ends), "order": one.order(), "ended_by": one.end_order})
        };
        let office = |office: &Office| serde_json::json!({"office": office.as_russian(), "order": office.order});
        print_json(&serde_json::json!({"id": person, "name": name.full(), "place": name.place,
            "offices": visitor.offices.iter().map(office).collect::<Vec<_>>(),
            "appointments": appointments.iter().map(line).collect::<Vec<_>>(),
            "account": account.map(|account| serde_json::json!({"login": account.login, "state": account.state.as_str(),
                "second_factor": account.has_factor()}))}));
        return Ok(0);
    }
    println!("{} — {}, {}", person, name.full(), name.place);
    println!("Права на {}:", words::date_short(today));
    for office in &visitor.offices {
        let order = if office.order.is_empty() {
            "по спискам учебного года"
        } else {
            office.order.as_str()
        };
        println!("  {}   {order}", office.as_russian());
    }
    let mut table = Table::new(&["Назначение", "Должность", "Сроки", "Приказ", "Завершено приказом"]);
    for one in appointments {
        let grades = one.grades.map(|(from, to)| format!(" ({})", grades_words(from, to))).unwrap_or_default();
        let role = format!("{}{grades}", one.role.words(one.acting));
        table.row(vec![one.id.clone(), role, dates(&one), one.order(), one.end_order.clone()]);
    }
    table.print("Приказов о назначении нет.");
    match account {
        Some(account) => println!(
            "Вход: {} ({}), второй фактор {}.",
            account.login,
            account.state.as_russian(),
            if account.has_factor() { "подключён" } else { "не подключён" }
        ),
        None => println!("Вход не выдан."),
    }
    Ok(0)
}

impl Appoint {
    async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let date = self.date.unwrap_or_else(|| act.at.date_naive());
        let typed = self.grades.as_deref().unwrap_or_default();
        let grades = grades_of(typed, self.role).map_err(|unfit| Failure::Said(format!("{unfit} (ключ --grades)")))?;
        let order = Order {
            person: self.person,
            role: self.role,
            grades,
            stands_for: self.instead_of.unwrap_or_default(),
            acting: self.acting,
            no: self.order,
            date,
            starts: self.from.unwrap_or(date),
            ends: self.to,
        };
        let made = people::appoint(&house, &order, &act).await?;
        println!("{}: {} — {}, {}, {}", made.id, made.person, made.role.words(made.acting), made.order(), dates(&made));
        Ok(0)
    }
}

impl Substitute {
    async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let year = house.year(None).await?;
        let roster = house.db.load_roster(&year).await?;
        let course = roster.courses.iter().find(|course| course.id == self.course);
        let course = course.ok_or_else(|| Failure::Said(format!("нет предмета с кодом «{}»", self.course)))?;
        let grade = roster.class(&course.class).map_or(0, |class| class.grade);
        let (id, class) = (course.id.as_str(), course.class.as_str());
        let subject = Subject::Course { id, class, grade, closed: false, archived: false };
        desk.permits(&house, Action::RecordSubstitution, &subject).await?;
        let lesson = LessonKey { course_id: self.course.clone(), date: self.date, number: self.number };
        let outcome = substitution::record(&house, &desk.act(&house), &year, &lesson, &self.person).await?;
        Ok(super::setup::told(desk, &outcome))
    }
}

impl End {
    async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let last = self.on.unwrap_or_else(|| act.at.date_naive());
        let ended = people::end(&house, &self.appointment, last, &self.order, &act).await?;
        println!("{}: {} — {}, {}", ended.id, ended.person, ended.role.words(ended.acting), dates(&ended));
        Ok(0)
    }
}

/// `account`.
#[derive(Debug, Args)]
pub(super) struct Account {
    #[command(subcommand)]
    what: AccountWhat,
}

#[derive(Debug, Subcommand)]
enum AccountWhat {
    #[command(about = "Выдать одноразовые пароли: сотрудникам или семьям класса; печатается один раз")]
    Issue {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификаторы; operator — вход для первой настройки пустого дома")]
        people: Vec<String>,
        #[arg(long = "class", value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Ученики и родители класса: без имён — все")]
        class: Option<String>,
    },
    #[command(about = "Снять второй фактор (потерян телефон)")]
    Reset {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор")]
        person: String,
    },
    #[command(about = "Закрыть вход и завершить сеансы")]
    Lock {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор")]
        person: String,
    },
    #[command(about = "Открыть вход, снять ожидание после ошибок")]
    Unlock {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор")]
        person: String,
    },
    #[command(about = "Список выданных входов")]
    List,
    #[command(about = "Сеансы человека; --end завершает все")]
    Sessions {
        #[arg(value_name = "ЧЕЛОВЕК", help = "Идентификатор")]
        person: String,
        #[arg(long, help = "Завершить все")]
        end: bool,
    },
}

impl Account {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let sign_in = &house.sign_in;
        match self.what {
            AccountWhat::Issue { people, class } => {
                let (action, subject) = match &class {
                    None => (Action::IssueStaffCredentials, Subject::House),
                    Some(class) => (Action::IssueFamilyCredentials, super::class_subject(class)),
                };
                desk.permits(&house, action, &subject).await?;
                let chain = class.map_or(Chain::Staff, Chain::Families);
                let people = match (people.is_empty(), &chain) {
                    (false, _) => people,
                    (true, Chain::Staff) => {
                        return Err(Failure::Said("назовите, кому выдать вход: идентификаторы или --class".to_owned()));
                    }
                    (true, Chain::Families(_)) => {
                        people_of(&house, &chain, act.at.date_naive()).await?.into_iter().map(|one| one.id).collect()
                    }
                };
                print_slips(&sign_in.issue(&house, &chain, &people, &act).await?);
            }
            AccountWhat::Reset { person } => {
                sign_in.reset_factor(&house, &person, &act).await?;
                println!("{person}: второй фактор снят.");
            }
            AccountWhat::Lock { person } => {
                sign_in.lock(&house, &person, &act).await?;
                println!("{person}: вход закрыт, сеансы завершены.");
            }
            AccountWhat::Unlock { person } => {
                sign_in.unlock(&house, &person, &act).await?;
                println!("{person}: вход открыт.");
            }
            AccountWhat::List if desk.json => {
                let line = |row: &AccountRow| {
                    serde_json::json!({"id": row.person, "login": row.login, "state": row.state.as_str(), "issued_at": row.issued_at,
                        "second_factor": row.has_factor()})
                };
                print_json(&house.db.list_accounts().await?.iter().map(line).collect::<Vec<_>>());
            }
            AccountWhat::List => {
                let mut table = Table::new(&["Человек", "Логин", "Состояние", "Выдан", "Второй фактор"]);
                for row in house.db.list_accounts().await? {
                    let factor = if row.has_factor() { "подключён" } else { "" };
                    let issued = words::moment(&row.issued_at);
                    table.row(vec![
                        row.person,
                        row.login,
                        row.state.as_russian().to_owned(),
                        issued,
                        factor.to_owned(),
                    ]);
                }
                table.print("Вход ещё никому не выдан: «letopis account issue ЧЕЛОВЕК».");
            }
            AccountWhat::Sessions { person, end } => {
                if end {
                    let ended = sign_in.end_all(&house, &person, "", &act).await?;
                    println!("{person}: завершено сеансов {ended}.");
                    return Ok(0);
                }
                let local = |seconds: i64| {
                    let utc = chrono::DateTime::<chrono::Utc>::from_timestamp(seconds, 0);
                    utc.map(|utc| utc.with_timezone(&house.config.zone()))
                };
                let is_open = |row: &SessionRow| row.ended == 0 && row.expires > act.at.timestamp();
                let rows = house.db.list_sessions(&person).await?;
                if desk.json {
                    let moment = |seconds| local(seconds).map(|local| local.to_rfc3339()).unwrap_or_default();
                    let line = |row: &SessionRow| {
                        serde_json::json!({"began_at": moment(row.began), "seen_at": moment(row.seen), "address": row.address,
                            "open": is_open(row)})
                    };
                    print_json(&rows.iter().map(line).collect::<Vec<_>>());
                    return Ok(0);
                }
                let mut table = Table::new(&["Начат", "Последний раз", "Адрес", "Состояние"]);
                let moment = |seconds| {
                    local(seconds).map(|local| local.format("%d.%m.%Y %H:%M").to_string()).unwrap_or_default()
                };
                for row in rows {
                    let state = if is_open(&row) { "открыт" } else { "завершён" };
                    table.row(vec![moment(row.began), moment(row.seen), row.address, state.to_owned()]);
                }
                table.print("Сеансов не было.");
            }
        }
        Ok(0)
    }
}

/// The passwords stand on the terminal and nowhere else.
fn print_slips(slips: &[Slip]) {
    let mut table = Table::new(&["Человек", "Ф.И.О.", "Кто", "Логин", "Одноразовый пароль", "Подпись в получении"]);
    for slip in slips {
        table.row(vec![
            slip.person.clone(),
            slip.name.clone(),
            slip.place.clone(),
            slip.login.clone(),
            slip.password.clone(),
            "____________".to_owned(),
        ]);
    }
    table.print("Никому ничего не выдано.");
    println!("Пароли показаны один раз; при первом входе человек придумывает свой.");
}

/// `access`.
#[derive(Debug, Args)]
#[group(required = false, multiple = false)]
pub(super) struct Access {
    #[arg(long, value_name = "УЧЕНИК", help = "Кто смотрел данные этого ученика")]
    learner: Option<String>,
    #[arg(long, value_name = "ЧЕЛОВЕК", help = "Что смотрел этот человек")]
    person: Option<String>,
}

#[derive(Serialize)]
struct LookLine {
    at: String,
    by: String,
    office: String,
    what: String,
    subject: String,
    class: String,
}

impl Access {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        /// The newest looks; all of them are on the pages, page by page.
        const NEWEST: u32 = 200;
        let house = desk.house().await?;
        let mut classes = Vec::new();
        if let Some(learner) = &self.learner {
            classes = house.db.list_classes_of_learner(learner).await?;
            if classes.is_empty() {
                return Err(Failure::Said(format!("нет ученика с идентификатором «{learner}»")));
            }
        }
        let looked = match (&self.learner, &self.person) {
            (Some(learner), _) => Looked::AtLearner { learner, classes: &classes },
            (None, Some(person)) => Looked::By(person),
            (None, None) => Looked::Everything,
        };
        let rows = house.db.list_access(&looked, "", "", NEWEST).await?;
        if desk.json {
            let lines = rows.into_iter().map(|row| LookLine {
                at: row.at,
                by: row.by,
                office: row.office,
                what: row.what,
                subject: row.subject,
                class: row.class,
            });
            print_json(&lines.collect::<Vec<_>>());
            return Ok(0);
        }
        let mut table = Table::new(&["Когда", "Кто", "По какой должности", "Что"]);
        for row in rows {
            let (who, what) = people::look_in_words(&house, &row, None).await?;
            table.row(vec![words::moment(&row.at), who, row.office, what]);
        }
        table.print("Никто не смотрел.");
        Ok(0)
    }
}
