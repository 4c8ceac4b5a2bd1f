//! `carrier`: places and carriers on the books, the ledger, the custody log. Floor 3.
//!
//! Signatures of the custody log are given in the browser alone, each in its own session: one keyboard must not sign for two.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::table::{Table, print_json};
use super::{Desk, Failure, REFUSED, print_findings};
use crate::domain::carrier::{self, Holder, Kind, Purpose, Step};
use crate::domain::words;
use crate::flow::carriers::{self, Presence, Wanted};

/// `carrier`.
#[derive(Debug, Args)]
pub(super) struct Carrier {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(about = "Носители на учёте: где хранятся, подключены ли, когда записаны, какие копии на них повреждены")]
    List,
    #[command(about = "Поставить на учёт место хранения: помещение и сейф")]
    Place {
        #[arg(long, value_name = "ПОМЕЩЕНИЕ", help = "«кабинет 12»")]
        room: String,
        #[arg(
            long,
            value_name = "ВИД",
            default_value = "safe",
            help = "safe, cabinet или shelf: сейф, запираемый шкаф, полка"
        )]
        holder: String,
        #[arg(long, value_name = "ТЕКСТ", default_value = "", help = "«сейф секретаря»")]
        label: String,
    },
    #[command(about = "Поставить на учёт носитель; подключённый получает свою метку")]
    Add {
        #[arg(
            long,
            value_name = "ВИД",
            default_value = "disk",
            help = "disk, flash, folder или key: диск, флэш-карта, папка, ключ от сейфа"
        )]
        kind: String,
        #[arg(long, value_name = "ТЕКСТ", help = "Как его называют: «Диск Seagate, чёрный»")]
        label: String,
        #[arg(long, value_name = "НОМЕР", default_value = "", help = "Заводской номер")]
        serial: String,
        #[arg(long, value_name = "ТЕКСТ", default_value = "", help = "Ёмкость: «1 ТБ»")]
        capacity: String,
        #[arg(
            long,
            value_name = "НАЗНАЧЕНИЕ",
            default_value = "main",
            help = "main, second или working: основной, второй экземпляр, рабочий"
        )]
        purpose: String,
        #[arg(long, value_name = "МЕСТО", help = "Номер места хранения: М-1")]
        place: String,
        #[arg(long, value_name = "ПАПКА", help = "Папка, в которой носитель появляется: /media/disk1")]
        path: Option<PathBuf>,
    },
    #[command(about = "Место и папка носителя: записывается то, что изменилось")]
    Move {
        #[arg(value_name = "НОСИТЕЛЬ", help = "Учётный номер: Н-1")]
        carrier: String,
        #[arg(long, value_name = "МЕСТО", default_value = "", help = "Номер нового места")]
        place: String,
        #[arg(long, value_name = "ПАПКА", help = "Новая папка")]
        path: Option<PathBuf>,
    },
    #[command(about = "Списать носитель по акту")]
    WriteOff {
        #[arg(value_name = "НОСИТЕЛЬ", help = "Учётный номер: Н-1")]
        carrier: String,
        #[arg(long, value_name = "АКТ", help = "«акт от 12.11.2026 № 3, физически уничтожен»")]
        act: String,
    },
    #[command(about = "Журнал пользования: кто, когда, зачем, вернул ли; подписи ставят в браузере")]
    Custody,
}

fn word<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<T, Failure> {
    parse(text).ok_or_else(|| Failure::Said(format!("«{text}» не понято; допустимые слова — в справке команды")))
}

impl Carrier {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        match self.what {
            What::List if desk.json => {
                let all = carriers::overview(&house, act.at.date_naive()).await?;
                let spoiled = all.spoiled();
                let is_spoiled = |id: &str| spoiled.iter().any(|one| one.carrier == id && one.next.is_open());
                let open = all.open_data();
                let line = |one: &carrier::Carrier| {
                    serde_json::json!({"id": one.id, "kind": one.kind.as_str(), "label": one.label, "place": one.place,
                        "path": one.path, "present": carriers::presence(&house, one) == Presence::There,
                        "written_off": one.written_off, "written_at": one.written_at, "spoiled": is_spoiled(&one.id),
                        "open_data": open.iter().any(|found| found.carrier == one.id)})
                };
                print_json(&all.carriers.iter().map(line).collect::<Vec<_>>());
            }
            What::List => {
                let all = carriers::overview(&house, act.at.date_naive()).await?;
                let alarms = all.alarms(&house);
                let mut table =
                    Table::new(&["Носитель", "Вид", "Название", "Место", "Папка", "Сейчас", "Последняя копия"]);
                for one in all.carriers {
                    let now = match carriers::presence(&house, &one) {
                        _ if one.written_off => "списан",
                        _ if one.path.is_empty() => "",
                        Presence::There => "подключён",
                        Presence::Absent => "не подключён",
                        Presence::Swapped => "в папке другой носитель",
                    };
                    let written =
                        if one.written_at.is_empty() { "—".to_owned() } else { words::moment(&one.written_at) };
                    let kind = one.kind.as_russian().to_owned();
                    table.row(vec![one.id, kind, one.label, one.place_words, one.path, now.to_owned(), written]);
                }
                table.print("Носителей на учёте нет.");
                print_findings(&alarms);
            }
            What::Place { room, holder, label } => {
                let id = carriers::add_place(&house, &room, word(&holder, Holder::parse)?, &label, &act).await?;
                println!("Место хранения {id} поставлено на учёт.");
            }
            What::Add { kind, label, serial, capacity, purpose, place, path } => {
                let wanted = Wanted {
                    kind: word(&kind, Kind::parse)?,
                    label,
                    serial,
                    capacity,
                    purpose: word(&purpose, Purpose::parse)?,
                    place,
                    path: absolute(path),
                };
                let id = carriers::add_carrier(&house, &wanted, &act).await?;
                println!("Носитель {id} поставлен на учёт.");
            }
            What::Move { carrier, place, path } => {
                let what = carriers::move_carrier(&house, &carrier, &place, &absolute(path), "", &act).await?;
                println!("Записано: носитель {carrier} — {}.", what.as_russian());
            }
            What::WriteOff { carrier, act: paper } => {
                carriers::write_off(&house, &carrier, &paper, &act).await?;
                println!("Носитель {carrier} списан.");
            }
            What::Custody => {
                let all = carriers::overview(&house, act.at.date_naive()).await?;
                let trips = &all.trips;
                let late = carrier::overdue(trips, act.at.date_naive());
                let code = if late.is_empty() { 0 } else { REFUSED };
                if desk.json {
                    let spoiled = all.spoiled();
                    let is_spoiled = |id: &str| spoiled.iter().any(|one| one.carrier == id && one.next.is_open());
                    let open = all.open_data();
                    let line = |trip: &carrier::Trip| {
                        let at = |step| trip.signed(step).map(|signed| signed.at.clone()).unwrap_or_default();
                        serde_json::json!({"no": trip.no, "carrier": trip.carrier, "purpose": trip.purpose, "taker": trip.taker,
                            "taken_at": at(Step::Taken), "due_on": trip.due_on.to_string(), "accepted_at": at(Step::Accepted),
                            "state": format!("{:?}", trip.state()).to_lowercase(),
                            "dropped_at": trip.dropped.as_ref().map(|one| one.at.as_str()).unwrap_or_default(),
                            "spoiled": is_spoiled(&trip.carrier),
                            "open_data": open.iter().any(|found| found.carrier == trip.carrier)})
                    };
                    print_json(&trips.iter().map(line).collect::<Vec<_>>());
                    return Ok(code);
                }
                let mut table =
                    Table::new(&["№", "Носитель", "Для чего", "Взял", "Выдан", "Срок", "Возвращён", "Сейчас"]);
                for trip in trips {
                    let at = |step| trip.signed(step).map(|signed| words::moment(&signed.at)).unwrap_or_default();
                    let taker = house.db.find_person(&trip.taker).await?;
                    let taker = taker.map_or_else(|| trip.taker.clone(), |name| name.short());
                    table.row(vec![
                        trip.no.to_string(),
                        trip.carrier.clone(),
                        trip.purpose.clone(),
                        taker,
                        at(Step::Taken),
                        words::date_short(trip.due_on),
                        at(Step::Accepted),
                        trip.stands(),
                    ]);
                }
                table.print("Журнал пользования пуст.");
                print_findings(&late);
                // What the page tells at its lines: changed copies and data that lie open.
                print_findings(&all.alarms(&house));
                return Ok(code);
            }
        }
        Ok(0)
    }
}

/// A folder as it is found from anywhere.
fn absolute(path: Option<PathBuf>) -> String {
    let path = path.map(|path| std::path::absolute(&path).unwrap_or(path));
    path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}
