//! `history`, `undo`, `compromise`: who changed what, and what becomes of it. Floor 3.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use clap::{Args, Subcommand};
use serde_json::json;

use super::table::{Table, grouped, print_json};
use super::{Desk, Failure};
use crate::domain::words;
use crate::flow::change::{self, Names, names, shown};
use crate::flow::compromise::{self, Decided, Report, Target, Which};
use crate::flow::{Act, House};
use crate::store::{ChangeFilter, ChangeRow};

/// Lines that a page of the history has unless told otherwise: what a screen holds.
const PAGE: u32 = 50;

/// `history`.
#[derive(Debug, Args)]
pub(super) struct History {
    #[arg(long, value_name = "КЛАСС", value_parser = crate::cli::class_name, help = "Только этот класс: 5А")]
    class: Option<String>,
    #[arg(long, value_name = "КУРС", help = "Только этот курс: C00001")]
    course: Option<String>,
    #[arg(long, value_name = "УЧЕНИК", help = "Только этот ученик: L00001")]
    learner: Option<String>,
    #[arg(long, value_name = "КОГДА", help = "С этого момента: 2025-10-27 или 2025-10-27T14:00")]
    since: Option<String>,
    /// Not the global `--by`, which says who acts now.
    #[arg(long = "author", value_name = "КТО", help = "Только изменения этого человека: T00001")]
    author: Option<String>,
    #[arg(long, value_name = "№", help = "Только старше изменения с этим номером: следующая страница")]
    before: Option<u64>,
    #[arg(long, value_name = "N", default_value_t = PAGE, help = "Сколько строк показать; 0 — все")]
    limit: u32,
}

/// A moment as people type it, in the house's zone: a day, a day with minutes, or RFC 3339.
pub(super) fn read_moment(text: &str, zone: FixedOffset) -> Result<DateTime<FixedOffset>, Failure> {
    let wrong =
        || Failure::Said(format!("«{text}» — не момент; нужно 2025-10-27, 2025-10-27T14:00 или время со сдвигом"));
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment);
    }
    let text = text.replace(' ', "T");
    let with_time = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%YT%H:%M"];
    let parsed = with_time.iter().find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok());
    let days = ["%Y-%m-%d", "%d.%m.%Y"];
    let day = || days.iter().find_map(|format| NaiveDate::parse_from_str(&text, format).ok()?.and_hms_opt(0, 0, 0));
    let local = parsed.or_else(day).ok_or_else(wrong)?;
    local.and_local_timezone(zone).single().ok_or_else(wrong)
}

impl History {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let zone = house.config.zone();
        let since = self.since.as_deref().map(|text| read_moment(text, zone)).transpose()?;
        let filter = ChangeFilter {
            names: self.course.clone().or(self.learner.clone()),
            actor: self.author.clone(),
            since: since.map(|at| Act { by: String::new(), at: at.with_timezone(&zone) }.moment()),
            before: self.before,
            limit: if self.class.is_some() || (self.course.is_some() && self.learner.is_some()) {
                0
            } else {
                self.limit
            },
            ..ChangeFilter::default()
        };
        let names = names(&house).await?;
        let mut rows = house.db.list_changes(&filter).await?;
        rows.retain(|row| {
            let class = self.class.as_ref();
            let of_class =
                class.is_none_or(|class| names.class_of_row(&row.table, &row.year, &row.key).as_ref() == Some(class));
            of_class && self.learner.as_ref().is_none_or(|learner| row.key.contains(learner))
        });
        if self.limit > 0 {
            rows.truncate(self.limit as usize);
        }
        if desk.json {
            print_json(&rows.iter().map(|row| line(row, &names)).collect::<Vec<_>>());
            return Ok(0);
        }
        let mut table = Table::new(&["№", "Когда", "Кто", "Что", "Было", "Стало", ""]);
        for row in &rows {
            table.row(vec![
                row.seq.to_string(),
                words::moment(&row.at),
                names.person(&row.by),
                names.place(&row.table, &row.year, &row.key),
                shown(&row.table, row.old.as_deref()),
                shown(&row.table, row.new.as_deref()),
                mark(row),
            ]);
        }
        table.print("Изменений нет: всё, что есть в журнале, пришло первым набором.");
        Ok(0)
    }
}

fn mark(row: &ChangeRow) -> String {
    match (row.voided, row.undoes) {
        (true, _) => "недействительно".to_owned(),
        (false, 0) => String::new(),
        (false, first) => format!("отменяет № {first}"),
    }
}

fn line(row: &ChangeRow, names: &Names) -> serde_json::Value {
    json!({
        "seq": row.seq, "event": row.event, "at": row.at, "by": row.by, "table": row.table, "year": row.year, "key": row.key,
        "old": row.old, "new": row.new, "undoes": row.undoes, "void": row.voided,
        "place": names.place(&row.table, &row.year, &row.key)
    })
}

/// `undo`.
#[derive(Debug, Args)]
pub(super) struct Undo {
    #[arg(value_name = "№", required = true, help = "Номера изменений из «letopis history»")]
    changes: Vec<u64>,
}

impl Undo {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let undone = change::undo(&house, &desk.act(&house), &self.changes).await?;
        if desk.json {
            print_json(&json!({"undone": undone.undone, "changes": undone.seqs, "event": undone.event}));
        } else {
            let count = undone.undone.len() as u64;
            let (verb, noun) = (
                words::plural(count, "Отменено", "Отменены", "Отменено"),
                words::plural(count, "изменение", "изменения", "изменений"),
            );
            println!("{verb} {} {noun}; записано в историю и в журнал событий.", grouped(count));
        }
        Ok(0)
    }
}

/// `compromise`.
#[derive(Debug, Args)]
pub(super) struct Compromise {
    #[command(subcommand)]
    what: Compromises,
}

#[derive(Debug, Subcommand)]
enum Compromises {
    #[command(
        about = "Заявить: учётная запись в чужих руках; она закрывается, сделанное с того момента недействительно"
    )]
    Note {
        #[arg(long, value_name = "КТО", help = "Чья учётная запись: идентификатор сотрудника")]
        person: String,
        #[arg(long, value_name = "КОГДА", help = "С какого момента действия недействительны: 2025-10-27T14:00")]
        since: String,
        #[arg(long, value_name = "КОГДА", help = "Когда об этом узнали; без этого — сейчас")]
        learnt: Option<String>,
        #[arg(long, value_name = "ТЕКСТ", default_value = "", help = "Что случилось, для тех, кто будет разбираться")]
        reason: String,
    },
    #[command(about = "Список уведомлений")]
    List,
    #[command(about = "Все недействительные действия и что о каждом решено")]
    Show {
        #[arg(value_name = "УВЕДОМЛЕНИЕ", help = "Номер уведомления; без этого все")]
        notice: Option<u64>,
    },
    #[command(about = "Подтвердить недействительные действия: они остаются в силе")]
    Approve(Selection),
    #[command(about = "Отменить недействительные изменения: вернуть то, что было до них")]
    Undo(Selection),
}

/// Which void deeds.
#[derive(Debug, Args)]
struct Selection {
    #[arg(long, conflicts_with_all = ["notice", "changes"], help = "Все, что ждут решения")]
    all: bool,
    #[arg(long, value_name = "№", conflicts_with = "changes", help = "Все по одному уведомлению")]
    notice: Option<u64>,
    #[arg(long = "event", value_name = "№", help = "Другое действие: номер записи журнала событий")]
    events: Vec<u64>,
    #[arg(value_name = "№", help = "Номера изменений")]
    changes: Vec<u64>,
}

impl Selection {
    fn which(&self) -> Result<Which, Failure> {
        let targets: Vec<Target> = self
            .changes
            .iter()
            .map(|seq| Target::Change(*seq))
            .chain(self.events.iter().map(|index| Target::Event(*index)))
            .collect();
        match (self.all, self.notice) {
            (true, _) => Ok(Which::All),
            (false, Some(notice)) => Ok(Which::Notice(notice)),
            (false, None) if !targets.is_empty() => Ok(Which::These(targets)),
            (false, None) => Err(Failure::Said("укажите номера изменений, --notice № или --all".to_owned())),
        }
    }
}

impl Compromise {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        match self.what {
            Compromises::Note { person, since, learnt, reason } => {
                let zone = house.config.zone();
                let since = read_moment(&since, zone)?;
                let learnt_at = learnt.as_deref().map_or(Ok(act.at), |text| read_moment(text, zone))?;
                let noted =
                    compromise::note(&house, &Report { account: person, since, learnt_at, reason }, &act).await?;
                if desk.json {
                    print_json(
                        &json!({"notice": noted.no, "pending": noted.pending, "acts": noted.acts, "late": noted.late}),
                    );
                    return Ok(0);
                }
                println!("Уведомление № {} принято: учётная запись закрыта.", noted.no);
                if noted.late {
                    let policy = crate::flow::policy::of_act(&house, &act).await?;
                    println!("Внимание: уведомление подано позже срока: {}.", compromise::term(&policy));
                }
                let changes = words::plural(noted.pending as u64, "изменение", "изменения", "изменений");
                let acts = words::count(noted.acts as u64, "другое действие", "других действия", "других действий");
                println!(
                    "Ждут решения: {} {changes}, {acts}. Посмотреть: letopis compromise show",
                    grouped(noted.pending as u64)
                );
                Ok(0)
            }
            Compromises::List => list(desk, &house).await,
            Compromises::Show { notice } => show(desk, &house, notice).await,
            Compromises::Approve(selection) => {
                let decided = compromise::approve(&house, &selection.which()?, &act).await?;
                told(desk, "Подтверждено", &decided)
            }
            Compromises::Undo(selection) => {
                let decided = compromise::undo(&house, &selection.which()?, &act).await?;
                told(desk, "Отменено", &decided)
            }
        }
    }
}

/// What was decided; exit code 1 when something is left to people.
fn told(desk: &Desk, verb: &str, decided: &Decided) -> Result<u8, Failure> {
    if desk.json {
        let left: Vec<_> =
            decided.left.iter().map(|left| json!({"seq": left.seq, "place": left.place, "why": left.why})).collect();
        let opened =
            |one: &compromise::Opened| json!({"copy": one.copy, "version": one.version, "recalled": one.recalled});
        print_json(&json!({
            "changes": decided.changes, "events": decided.events, "rows": decided.rows, "left": left,
            "opened": decided.opened.iter().map(opened).collect::<Vec<_>>(), "ground": decided.ground,
            "remaining": decided.remaining
        }));
    } else {
        let count = (decided.changes.len() + decided.events.len()) as u64;
        println!("{verb}: {} {}.", grouped(count), words::plural(count, "действие", "действия", "действий"));
        for left in &decided.left {
            println!("  оставлено № {}: {} — {}", left.seq, left.place, left.why);
        }
        for one in &decided.opened {
            println!("{}: letopis issue {} --reissue \"{}\"", one.said(&one.copy), one.copy, decided.ground);
        }
        for line in &decided.remaining {
            println!("Ждёт решения: {line}");
        }
        if !decided.left.is_empty() {
            println!("Оставленное ждёт решения: что стоит сейчас и что сделать, сказано у каждого номера.");
        }
    }
    Ok(if decided.left.is_empty() { 0 } else { super::REFUSED })
}

async fn list(desk: &Desk, house: &House) -> Result<u8, Failure> {
    let rows = house.db.list_compromises().await?;
    if desk.json {
        let line = |row: &crate::store::CompromiseRow| {
            json!({
                "notice": row.no, "account": row.account, "since": row.since, "learnt_at": row.learnt_at,
                "noted_at": row.noted_at, "noted_by": row.noted_by, "reason": row.reason, "event": row.event
            })
        };
        print_json(&rows.iter().map(line).collect::<Vec<_>>());
        return Ok(0);
    }
    let names = names(house).await?;
    let mut table =
        Table::new(&["№", "Чья учётная запись", "Недействительно с", "Узнали", "Заявлено", "Кем", "Что случилось"]);
    for row in &rows {
        table.row(vec![
            row.no.to_string(),
            names.person(&row.account),
            words::moment(&row.since),
            words::moment(&row.learnt_at),
            words::moment(&row.noted_at),
            names.person(&row.noted_by),
            row.reason.clone(),
        ]);
    }
    table.print("Уведомлений о компрометации нет.");
    Ok(0)
}

async fn show(desk: &Desk, house: &House, notice: Option<u64>) -> Result<u8, Failure> {
    let survey = compromise::survey(house).await?;
    let account = survey.notices.iter().find(|row| Some(row.no) == notice).map(|row| row.account.clone());
    if notice.is_some() && account.is_none() {
        return Err(Failure::Said("уведомления с таким номером нет; список: letopis compromise list".to_owned()));
    }
    let of = |by: &str| account.as_ref().is_none_or(|account| account == by);
    let changes: Vec<_> = survey.changes.iter().filter(|change| of(&change.row.by)).collect();
    if desk.json {
        let change = |change: &&compromise::VoidChange| {
            json!({
                "seq": change.row.seq, "at": change.row.at, "by": change.row.by, "place": change.place, "was": change.was,
                "is": change.is, "standing": change.standing.as_russian(), "copy": change.copy,
                "overtaken_by": change.overtaken.as_ref().map(|(seq, _, _)| *seq)
            })
        };
        let deed = |deed: &compromise::VoidDeed| json!({"event": deed.event, "kind": deed.kind, "at": deed.at, "copy": deed.copy, "standing": deed.standing.as_russian(), "contrary": deed.contrary.in_russian()});
        print_json(&json!({
            "changes": changes.iter().map(change).collect::<Vec<_>>(), "acts": survey.deeds.iter().map(deed).collect::<Vec<_>>()
        }));
        return Ok(0);
    }
    let mut table = Table::new(&["№", "Когда", "Кто", "Что", "Было", "Стало", "Решение", "Копия"]);
    for change in changes {
        let later =
            change.overtaken.as_ref().map(|(seq, who, when)| format!("; позже изменил(а) {who}, {when}, № {seq}"));
        table.row(vec![
            change.row.seq.to_string(),
            words::moment(&change.row.at),
            change.who.clone(),
            change.place.clone(),
            change.was.clone(),
            change.is.clone(),
            format!("{}{}", change.standing.as_russian(), later.unwrap_or_default()),
            change.copy.clone().unwrap_or_default(),
        ]);
    }
    table.print("Недействительных изменений нет.");
    if !survey.deeds.is_empty() {
        println!("\nДругие недействительные действия:");
        let mut table = Table::new(&["Запись", "Когда", "Кто", "Что", "Копия", "Решение", "Что делать"]);
        for deed in &survey.deeds {
            table.row(vec![
                deed.event.to_string(),
                words::moment(&deed.at),
                deed.who.clone(),
                deed.what.clone(),
                deed.copy.clone(),
                deed.standing.as_russian().to_owned(),
                if deed.standing.is_pending() { deed.ways() } else { String::new() },
            ]);
        }
        table.print("");
    }
    Ok(0)
}
