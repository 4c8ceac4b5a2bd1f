//! The papers of carriers (domain.md 2.15): ledger, custody log, act of writing, undertaking, envelope sheet, certificate of a check. Floor 0.

mod blank;
mod checked;
mod closed;
mod copied;
mod envelope;
mod kept;

use std::collections::BTreeMap;

pub use self::checked::{Checked, against_house, certificate};
pub use self::closed::{dropped, ordered};
pub use self::envelope::{Opens, envelope};
pub use self::kept::kept;
use super::super::carrier::manifest::Coverage;
use super::super::carrier::{Carrier, Cause, Step, Trip};
use super::super::form::{Block, Form, Signature, Table};
use super::super::words;
use super::{Letterhead, People, day};

/// A line of the ledger of carriers, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerRow {
    /// When.
    pub at: String,
    /// What happened, in words.
    pub what: String,
    /// Where it is kept since.
    pub place: String,
    /// A remark.
    pub note: String,
}

/// Months between two checks of a carrier: a quarter, as between two rehearsals of a restore (features F76).
const CHECK_MONTHS: u32 = 3;

/// The day by which a carrier is to be compared with the house again: a quarter after the last comparison, or after it was put on the books.
fn next_check(carrier: &Carrier, checked: &BTreeMap<String, String>) -> String {
    if !carrier.takes_copies() {
        return String::new();
    }
    let since = checked.get(&carrier.id).unwrap_or(&carrier.registered_at);
    let read = |text: &str| text.get(..10)?.parse::<chrono::NaiveDate>().ok();
    let due = read(since).and_then(|day| day.checked_add_months(chrono::Months::new(CHECK_MONTHS)));
    due.map(words::date_short).unwrap_or_default()
}

/// «Журнал учёта машинных носителей» (required practice for personal data: Методика ФСТЭК, п. 67). `checked`: when each carrier was last
/// compared, RFC 3339.
pub fn ledger(
    letterhead: &Letterhead,
    carriers: &[(Carrier, Vec<LedgerRow>)],
    trips: &[Trip],
    checked: &BTreeMap<String, String>,
    people: &People,
) -> Form {
    let heads = [
        ("Учётный №", 8),
        ("Вид, заводской №, ёмкость", 22),
        ("Дата постановки на учёт", 12),
        ("Место хранения (помещение, сейф)", 20),
        ("Назначение (основной / рабочий)", 13),
        ("Выдан (дата, кому, подпись)", 22),
        ("Возврат", 12),
        ("Дата следующей проверки", 12),
        ("Списание / уничтожение (акт №)", 18),
    ];
    let mut table = Table::new(&heads).named("Носители").numbered().sized(75).middle(&[0, 2]);
    for (carrier, lines) in carriers {
        let what = [carrier.kind.as_russian(), &carrier.label, &carrier.serial, &carrier.capacity];
        let what = what.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let last = trips.iter().rev().find(|trip| trip.carrier == carrier.id && trip.dropped.is_none());
        let taken = last.and_then(|trip| Some((trip, trip.signed(Step::Taken)?)));
        let taken = taken.map(|(trip, signed)| format!("{}, {}", day(&signed.at), people.get(&trip.taker).short));
        let back = last.and_then(|trip| trip.signed(Step::Accepted)).map(|signed| day(&signed.at));
        let off =
            lines.iter().rev().find(|_| carrier.written_off).map(|line| format!("{} {}", day(&line.at), line.note));
        table = table.line(vec![
            carrier.id.clone(),
            what,
            day(&carrier.registered_at),
            carrier.place_words.clone(),
            carrier.purpose.as_russian().to_owned(),
            taken.unwrap_or_default(),
            back.unwrap_or_default(),
            next_check(carrier, checked),
            off.unwrap_or_default(),
        ]);
    }
    let mut moves =
        Table::new(&[("Дата", 14), ("Носитель", 12), ("Что сделано", 22), ("Место хранения", 30), ("Примечание", 30)])
            .named("Движение")
            .sized(75)
            .middle(&[0, 1]);
    for (carrier, lines) in carriers {
        for line in lines {
            moves = moves.line(vec![
                day(&line.at),
                carrier.id.clone(),
                line.what.clone(),
                line.place.clone(),
                line.note.clone(),
            ]);
        }
    }
    letterhead
        .form("carrier-ledger", "ЖУРНАЛ")
        .landscape()
        .subtitle("учёта машинных носителей")
        .with(Block::Table(table))
        .with(Block::Heading { text: "Движение носителей".to_owned() })
        .with(Block::Table(moves))
        .signatures(vec![clerk(letterhead)], false)
}

fn clerk(letterhead: &Letterhead) -> Signature {
    Signature { post: letterhead.clerk_post.clone(), name: letterhead.clerk_name.clone(), ..Signature::default() }
}

/// What a trip moved: the copy that was written or read then, and its digest; empty where nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carried {
    /// Study periods, composition of the data.
    pub what: String,
    /// «запись», «проверка», «восстановление»: what was done with the carrier.
    pub action: String,
    /// SHA-256 of the copy as the house recorded it, and whether the carrier held the same.
    pub sha256: String,
    /// Copies that were written on it when it should have been back, and checks that found something; empty for none.
    pub remark: String,
}

/// «Журнал пользования резервными копиями ЭЖ» (000 Инс 5.2 секретарь б, в; тех. специалист б; ответственный в).
pub fn custody(letterhead: &Letterhead, trips: &[(Trip, Carried)], people: &People) -> Form {
    let heads = [
        ("№\nп/п", 4),
        ("Дата и время", 10),
        ("Учётный № носителя", 7),
        ("Действие (запись / чтение / восстановление / проверка)", 12),
        ("Учётный период, состав данных", 14),
        ("Основание (цель)", 12),
        ("Ключ от сейфа выдал (директор): подпись, время", 13),
        ("Носитель получил: Ф.И.О., должность, подпись", 19),
        ("SHA-256 до / после", 14),
        ("Правильность переноса данных заверил технический специалист: подпись, расшифровка, дата", 17),
        ("Носитель возвращён в сейф: дата, время, подпись секретаря", 16),
        ("Ключ возвращён директору: подпись", 13),
        ("Примечание", 10),
    ];
    let mut table = Table::new(&heads).named("Журнал пользования").numbered().sized(65).middle(&[0, 2]);
    for (trip, carried) in trips {
        let signed = |step| {
            trip.signed(step)
                .map(|signed| format!("{}, {}", people.get(&signed.person).short, words::moment_short(&signed.at)))
                .unwrap_or_default()
        };
        // The column asks for the office too: the one in which each side signed then.
        let with_office = |step| {
            let Some(one) = trip.signed(step) else { return String::new() };
            let who = [people.get(&one.person).short, one.office.clone(), words::moment_short(&one.at)];
            who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        };
        let handed = [
            ("выдал: ", with_office(Step::Handed)),
            ("получил: ", with_office(Step::Taken)),
            ("сдал: ", with_office(Step::Returned)),
        ];
        let handed = handed.iter().filter(|(_, who)| !who.is_empty()).map(|(word, who)| format!("{word}{who}"));
        let noted = trip.steps.iter().map(|signed| signed.note.clone()).filter(|note| !note.is_empty());
        let remark = Some(carried.remark.clone()).filter(|remark| !remark.is_empty());
        // Nobody took it, so that no column names who asked.
        let ended = trip.dropped.as_ref().map(|one| {
            let asked = format!("просил(а) {}", people.get(&trip.taker).short);
            format!("{asked}; {}", dropped(one, &trip.taker, people))
        });
        let notes = noted.chain(trip.orders.iter().map(|order| ordered(order, people))).chain(ended).chain(remark);
        table = table.line(vec![
            trip.no.to_string(),
            words::moment_short(&trip.at),
            trip.carrier.clone(),
            carried.action.clone(),
            carried.what.clone(),
            trip.purpose.clone(),
            signed(Step::KeyGiven),
            handed.collect::<Vec<_>>().join("; "),
            carried.sha256.clone(),
            signed(Step::Certified),
            signed(Step::Accepted),
            signed(Step::KeyBack),
            notes.collect::<Vec<_>>().join("; "),
        ]);
    }
    letterhead
        .form("custody-log", "ЖУРНАЛ")
        .landscape()
        .subtitle("пользования резервными копиями электронного журнала")
        .with(Block::Table(table))
        .with(Block::Note { text: "Подписи поставлены каждым лицом под своим входом в «Летопись»; время и порядок подписей хранит журнал событий.".to_owned() })
        .signatures(vec![clerk(letterhead)], false)
}

/// What an act of writing says of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Number of the act: which copy of its calendar year it is about.
    pub no: u64,
    /// Name of the copy.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Why it was made; nothing is said of it where that is not known.
    pub cause: Option<Cause>,
    /// «I четверть: 5А, 6А»; empty before the first is closed.
    pub periods: String,
    /// Bytes.
    pub bytes: u64,
    /// Files.
    pub files: u64,
    /// SHA-256 of the stream.
    pub sha256: String,
    /// Carriers in words with the rooms in which they were kept then, the first one first.
    pub carriers: Vec<String>,
    /// Where the custody log had each of them when the copy was written, a sentence a carrier.
    pub kept: Vec<String>,
}

/// The office that a regulation names first among those who sign an act of writing.
pub const KEEPER: &str = "ответственный за работу с электронным журналом";

/// «Акт записи резервной копии» (000 Инс 5.2 отв. в; the data of a period's set literally from there). It says what is on record of the
/// writing, so that it reads the same whenever it is printed; what was found later is told by the certificates. `office` and `keeper`: who
/// answers for it; a place for ink where nobody was appointed.
pub fn writing(letterhead: &Letterhead, copy: &Written, (office, keeper): (&str, &str), specialist: &str) -> Form {
    let size = words::size(copy.bytes);
    let first = copy.carriers.first().cloned().unwrap_or_default();
    let others = copy.carriers.get(1..).unwrap_or_default().join("; №\u{a0}");
    let form = letterhead
        .form("backup-act", &format!("АКТ № {}", copy.no))
        .subtitle("о записи резервной копии электронных журналов")
        .text("{}, {(место составления)}", &[&day(&copy.at), &letterhead.town])
        .text(
            &[
                "Мы, нижеподписавшиеся: ",
                office,
                " ",
                blank::place(keeper),
                ", технический специалист ",
                blank::place(specialist),
                ", секретарь ",
                blank::place(&letterhead.clerk_name),
                ", составили настоящий акт о том, что на носитель учётный №\u{a0}{(учётный №, вид, зав. №)} записана ",
                copied::contents(copy).as_str(),
                ".",
            ]
            .concat(),
            &[keeper, specialist, &letterhead.clerk_name, &first, &copy.periods],
        )
        .text(
            "Объём {}, файлов {}, контрольная сумма SHA-256 {}.",
            &[&size, &words::grouped(copy.files), &copy.sha256],
        );
    let form = form.text(copied::READ_BACK, &[]);
    let form = match others.is_empty() {
        true => form.text("Второго экземпляра у этой копии нет: она записана на один носитель.", &[]),
        false => form.text("Второй экземпляр: носитель учётный №\u{a0}{(учётный №, помещение)}.", &[&others]),
    };
    let form = copy.kept.iter().fold(form, |form, said| form.text(said, &[]));
    let named = |post: &str, name: &str| Signature {
        post: words::capitalised(post.trim_end_matches(',')),
        name: name.to_owned(),
        ..Signature::default()
    };
    let signers = vec![named(office, keeper), named("технический специалист", specialist), clerk(letterhead)];
    let left = blank::left(&signers);
    form.text("Имя копии на носителе: {}.", &[&copy.id]).maybe(left).signatures(signers, false)
}

/// «Подписка о неразглашении кода доступа» (000 Инс 5.2 отв. в) with the text that is signed; `signed_at` is empty until it was.
pub fn undertaking_form(letterhead: &Letterhead, text: &str, office: &str, signed_name: &str, signed_at: &str) -> Form {
    letterhead
        .form("carrier-undertaking", "ПОДПИСКА (ОБЯЗАТЕЛЬСТВО)")
        .subtitle("о неразглашении кода доступа к резервным копиям электронного журнала")
        .text(text, &[])
        .signatures(
            vec![Signature {
                post: words::capitalised(office),
                name: signed_name.to_owned(),
                date: day(signed_at),
                ..Signature::default()
            }],
            false,
        )
}

/// These papers on made-up data.
pub(super) fn examples(letterhead: &Letterhead, people: &People) -> Vec<Form> {
    use super::super::carrier::{Kind, Purpose, Signed, Tells, undertaking};
    let at = |day: u32, hour: u32| format!("2025-10-{day:02}T{hour:02}:30:00+05:00");
    let carrier = |no: u32, purpose: Purpose, room: &str| Carrier {
        id: format!("Н-{no}"),
        kind: Kind::Disk,
        label: "Диск в чёрном корпусе".to_owned(),
        serial: format!("NA7X{no}K2M"),
        capacity: "1 ТБ".to_owned(),
        purpose,
        mark: String::new(),
        place: format!("М-{no}"),
        room: room.to_owned(),
        place_words: format!("{room}, сейф"),
        path: String::new(),
        registered_at: at(1, 9),
        written_off: false,
        written_at: at(27, 18),
    };
    let line = |what: &str, place: &str| LedgerRow {
        at: at(1, 9),
        what: what.to_owned(),
        place: place.to_owned(),
        note: "по накладной № 14".to_owned(),
    };
    let signed = |step: Step, person: &str, hour: u32| Signed {
        step,
        person: person.to_owned(),
        office: match step {
            Step::KeyGiven | Step::KeyBack => "директор",
            Step::Handed | Step::Accepted => "секретарь",
            _ => "технический специалист",
        }
        .to_owned(),
        note: if step == Step::Accepted { "пломба цела".to_owned() } else { String::new() },
        at: at(27, hour),
    };
    let way = [
        (Step::KeyGiven, "T00001", 9),
        (Step::Handed, "T00003", 10),
        (Step::Taken, "T00005", 11),
        (Step::Certified, "T00005", 15),
        (Step::Returned, "T00005", 16),
        (Step::Accepted, "T00003", 17),
        (Step::KeyBack, "T00001", 18),
    ];
    let trip = Trip {
        no: 1,
        carrier: "Н-1".to_owned(),
        purpose: "запись копии за I четверть".to_owned(),
        due_on: chrono::NaiveDate::from_ymd_opt(2025, 10, 28).unwrap_or_default(),
        taker: "T00005".to_owned(),
        at: at(27, 8),
        steps: way.into_iter().map(|(step, person, hour)| signed(step, person, hour)).collect(),
        orders: Vec::new(),
        dropped: None,
    };
    let sha256 = "9f2c".repeat(16);
    let carriers = vec![
        (carrier(1, Purpose::Main, "кабинет 12"), vec![line("поставлен на учёт", "кабинет 12, сейф")]),
        (carrier(2, Purpose::Second, "серверная"), vec![line("поставлен на учёт", "серверная, сейф")]),
    ];
    let carried = Carried {
        what: "I четверть 2025/2026 учебного года, 44 класса".to_owned(),
        action: "запись, проверка".to_owned(),
        sha256: format!("{sha256}; после: та же"),
        remark: String::new(),
    };
    let trips = std::slice::from_ref(&trip);
    let written = Written {
        kept: carriers.iter().map(|(carrier, _)| kept(carrier, &at(27, 18), trips, people)).collect(),
        id: "letopis-school-20251027-183000".to_owned(),
        at: at(27, 18),
        cause: Some(Cause::Period),
        periods: "I четверть 2025/2026 учебного года".to_owned(),
        bytes: 83_400_000,
        files: 1204,
        sha256,
        carriers: vec![
            "Н-1 (внешний жёсткий диск, зав. № NA7X1K2M; кабинет 12, сейф)".to_owned(),
            "Н-2 (внешний жёсткий диск, зав. № NA7X2K2M; серверная, сейф)".to_owned(),
        ],
        no: 7,
    };
    let coverage = Coverage {
        school: "school".to_owned(),
        backup: written.id.clone(),
        made_at: written.at.clone(),
        parts: (1, 1),
        bytes: written.bytes,
        label_signed: true,
        house_compared: true,
        opened: true,
        files: (1204, 1204),
        tables: (58, 58),
        rows: (412_087, 412_087),
        log: (9_120, 9_120),
        log_root: true,
        records: (88, 88),
        seconds: 41,
        open: String::new(),
        faults: Vec::new(),
    };
    let checked = Checked {
        no: 7,
        what: "о пробном восстановлении из резервной копии".to_owned(),
        carrier: "Н-1".to_owned(),
        at: at(27, 19),
        valid: true,
        by: "А.А. Опалов".to_owned(),
        post: String::new(),
        others: vec![(letterhead.head_post.clone(), letterhead.head_name.clone())],
    };
    let both = ["Н-1".to_owned(), "Н-2".to_owned()];
    let former =
        vec!["Н-1: копии с 05.09.2025 по 26.09.2025 (4) открывает конверт с кодом № 1 от 02.09.2025".to_owned()];
    vec![
        ledger(
            letterhead,
            &carriers,
            std::slice::from_ref(&trip),
            &BTreeMap::from([("Н-1".to_owned(), at(27, 15))]),
            people,
        ),
        custody(letterhead, &[(trip, carried)], people),
        writing(letterhead, &written, (KEEPER, "Б.Б. Гранитов"), "А.А. Опалов"),
        undertaking_form(
            letterhead,
            &undertaking("Опалов Аметист Алмазович", "технический специалист", &["Н-1", "Н-2"], Tells::OnlyHead),
            "технический специалист",
            "А.А. Опалов",
            &at(1, 9),
        ),
        envelope(
            letterhead,
            "01234-56789-ABCDE-FGHJK",
            &Opens { no: 2, at: at(1, 9), carriers: both.to_vec(), former },
        ),
        certificate(letterhead, &checked, &coverage),
    ]
}
