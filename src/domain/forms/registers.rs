//! The register of paper copies and the journal of handovers (domain.md 2.10, 2.11). Floor 0.

use super::super::form::{Block, Form, Signature, Table};
use super::super::paper::{Closing, Handover, Kept, Purpose};
use super::super::snapshot::{CopyKind, kind_words, supplement_no};
use super::super::words::{DOCUMENT, POSITION, SHEET, plural};
use super::{Letterhead, People, day};

/// What a line of the register says beside the paper copy itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// The paper copy.
    pub kept: Kept,
    /// «I четверть».
    pub period: String,
    /// Name of the electronic twin's container in the archive, `2025-05A-Q1-v1`; empty while it is not sealed.
    pub object: String,
    /// «01-01, т. 2»: the volume whose inner inventory lists the copy; empty for a copy that stands in none.
    pub volume: String,
    /// Why it was entered after the closing line of its year; empty for a line before it.
    pub late: String,
}

/// Register of paper copies of a school year (ARC-05). A former closing line stands after the row that it closed, the last one
/// under the table; why a row came after it stands before that row.
pub fn paper_register(
    letterhead: &Letterhead,
    people: &People,
    year: &str,
    index: &str,
    entries: &[RegisterEntry],
    closings: &[Closing],
) -> Form {
    let last = entries.last().map_or(0, |entry| entry.kept.copy.no);
    // Lines that came after the last closing line wait for another.
    let closing = closings.last().filter(|one| one.last >= last);
    let former = &closings[..closings.len() - usize::from(closing.is_some())];
    let heads = [
        ("№\nп/п", 5),
        ("Дата регистрации", 11),
        ("Рег. №", 7),
        ("Вид документа (журнал / сводная ведомость)", 13),
        ("Класс", 7),
        ("Учётный период", 12),
        ("Кол-во листов", 7),
        ("Электронный подлинник (имя контейнера, SHA-256)", 24),
        ("Сдал: зам. директора (Ф.И.О., подпись, дата)", 18),
        ("Принял: секретарь (Ф.И.О., подпись, дата)", 18),
        ("Подписан директором, скреплён печатью (дата)", 12),
        ("Прошит, пронумерован (дата)", 12),
        ("Дело №, том", 9),
        ("Место хранения", 14),
        ("Срок хранения, хранить по", 11),
        ("Отметка о выдаче / возврате", 17),
        ("Отметка об уничтожении (акт №, дата)", 12),
    ];
    let mut table = Table::new(&heads)
        .named(&format!("Реестр {}", year.replace('/', "-")))
        .numbered()
        .sized(65)
        .middle(&[0, 1, 2, 4, 6]);
    for (no, entry) in (1..).zip(entries) {
        if !entry.late.is_empty() {
            let said = format!("№ {} внесён после итоговой записи: {}", entry.kept.copy.no, entry.late);
            table = table.section(&said);
        }
        table = table.line(line(no, entry, people));
        for one in former.iter().filter(|one| one.last == entry.kept.copy.no) {
            let clerk = people.get(&one.by).short;
            table = table.section(&format!("Итоговая запись {}: {} {clerk}", day(&one.at), total_of(one)));
        }
    }
    let count = entries.len() as u64;
    let form = letterhead
        .form("paper-register", "РЕЕСТР")
        .landscape()
        .kept_long()
        .subtitle("бумажных копий электронных журналов")
        .subtitle(&format!("{year} учебный год"))
        .with(Block::Fill)
        .text("Начат {}, окончен {}.", &[&started(entries), &closing.map(|one| day(&one.at)).unwrap_or_default()])
        .text("Индекс дела по номенклатуре {}.", &[index])
        .text("На {} листах.", &[])
        .with(Block::Fill)
        // Up to here it is the register's title page (domain.md 2.10).
        .with(Block::PageBreak)
        .with(Block::Table(table));
    match (closing, former.last()) {
        (Some(closing), _) => closed(form, letterhead, people, closing),
        (None, Some(former)) => {
            let after = entries.iter().filter(|entry| entry.kept.copy.no > former.last).count() as u64;
            form.with(Block::Note {
                text: format!(
                    "После итоговой записи внесено: {}. Итог года ещё не подведён заново.",
                    POSITION.counted(after)
                ),
            })
        }
        (None, None) => form.with(Block::Note {
            text: format!("Внесено на день печати: {}. Годовой итог не подведён.", POSITION.counted(count)),
        }),
    }
}

fn started(entries: &[RegisterEntry]) -> String {
    entries.first().map(|entry| day(&entry.kept.copy.registered_at)).unwrap_or_default()
}

fn line(no: usize, entry: &RegisterEntry, people: &People) -> Vec<String> {
    let (kept, copy) = (&entry.kept, &entry.kept.copy);
    let signed = |id: &str, at: &str| {
        if at.is_empty() { String::new() } else { format!("{}, подписано {}", people.get(id).short, day(at)) }
    };
    let (from, to) = match kept.hand_in() {
        Some(one) => (signed(&one.from, &one.from_signed_at), signed(&one.to, &one.to_signed_at)),
        None => (String::new(), format!("{}, {}", people.get(&copy.registered_by).short, day(&copy.registered_at))),
    };
    let kind = match copy.kind {
        CopyKind::PeriodCopy if supplement_no(&copy.copy).is_none() => "журнал".to_owned(),
        CopyKind::PeriodCopy | CopyKind::SummarySheet => kind_words(copy.kind, &copy.copy),
    };
    let place = kept.place();
    // The volume whose inner inventory lists the copy is told as its cover tells it; another file that was written down comes first.
    let is_listed = |file: &str| entry.volume == file || entry.volume.starts_with(&format!("{file}, "));
    let file = match place.as_ref().map(|place| (place.file.as_str(), place.volume)) {
        None | Some(("", _)) => entry.volume.clone(),
        Some((file, _)) if is_listed(file) => entry.volume.clone(),
        Some((file, volume)) => in_volume(file, volume),
    };
    let lies = place.map(|mut place| {
        (place.file, place.volume) = (String::new(), 0);
        place.as_russian()
    });
    let movements: Vec<String> = kept
        .handovers
        .iter()
        .filter(|one| one.purpose != Purpose::HandIn && one.is_complete())
        .map(|one| movement(one, people))
        .collect();
    // The container's name is one for machines: a person reads the copy's number and version first.
    let original = format!("№ {}, версия {}", copy.number, copy.version);
    let container =
        if entry.object.is_empty() { String::new() } else { format!("контейнер {}", entry.object) };
    let voided = kept.void().map(|ground| format!("аннулирована: {ground}")).unwrap_or_default();
    vec![
        no.to_string(),
        day(&copy.registered_at),
        copy.no.to_string(),
        kind,
        copy.class.clone(),
        entry.period.clone(),
        kept.sheets().to_string(),
        [original.as_str(), container.as_str(), copy.pdf.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        from,
        to,
        both(&kept.signed_by_head(), &kept.stamped()),
        kept.stitched().split('T').next().map(day).unwrap_or_default(),
        file,
        lies.unwrap_or_default(),
        kept_for(&copy.year, &copy.keep_through),
        movements.join("; "),
        voided,
    ]
}

/// «01-01, т. 2»; the file alone where it has one volume only.
pub fn in_volume(file: &str, volume: u32) -> String {
    if volume == 0 { file.to_owned() } else { format!("{file}, т. {volume}") }
}

/// «5 лет, по 31.12.2031»: years are counted from the 1st of January after the school year's end.
fn kept_for(year: &str, through: &str) -> String {
    if through.is_empty() {
        return String::new();
    }
    let ended = year.split('/').nth(1).and_then(|year| year.parse::<u64>().ok());
    let last = through.get(..4).and_then(|year| year.parse::<u64>().ok());
    match last.zip(ended).and_then(|(last, ended)| last.checked_sub(ended)) {
        Some(years) => format!("{years} {}, по {}", plural(years, "год", "года", "лет"), day(through)),
        None => format!("по {}", day(through)),
    }
}

/// Two days, once where they are the same.
fn both(first: &str, second: &str) -> String {
    match (first, second) {
        ("", second) => day(second),
        (first, "") => day(first),
        (first, second) if first == second => day(first),
        (first, second) => format!("{}, {}", day(first), day(second)),
    }
}

fn movement(one: &Handover, people: &People) -> String {
    let at = day(&one.to_signed_at);
    match one.purpose {
        Purpose::Return => format!("возвращена {at}: {}", people.get(&one.from).short),
        _ => format!("выдана {at}: {}", people.get(&one.to).short),
    }
}

fn closed(form: Form, letterhead: &Letterhead, people: &People, closing: &Closing) -> Form {
    let clerk = people.get(&closing.by);
    let post = if clerk.post.is_empty() { letterhead.clerk_post.clone() } else { clerk.post };
    form.text(&total_of(closing), &[])
        .signatures(vec![Signature::of(&post, &clerk.signed).on(&day(&closing.at))], false)
}

/// «Всего за 2025/2026 учебный год внесено 4 (четыре) позиции с № 1 по № 4, в том числе аннулировано 1.»
fn total_of(closing: &Closing) -> String {
    let numbers =
        if closing.count == 0 { String::new() } else { format!(" с № {} по № {}", closing.first, closing.last) };
    format!(
        "Всего за {} учебный год внесено {}{numbers}, в том числе аннулировано {}.",
        closing.year,
        POSITION.counted(closing.count),
        closing.voided,
    )
}

/// Journal of documents of strict accountability handed in (ARC-06).
pub fn handover_journal(letterhead: &Letterhead, people: &People, year: &str, handovers: &[Named]) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Дата", 10),
        ("Наименование документа", 26),
        ("Класс", 7),
        ("Учётный период", 13),
        ("Количество листов", 9),
        ("Рег. № по реестру", 8),
        ("Сдал (должность, Ф.И.О.)", 22),
        ("Подпись", 15),
        ("Принял (должность, Ф.И.О.)", 22),
        ("Подпись", 15),
        ("Примечание", 16),
    ];
    let mut table = Table::new(&heads).named("Журнал сдачи").numbered().sized(75).middle(&[0, 1, 3, 5, 6]);
    let mark = |at: &str| if at.is_empty() { String::new() } else { format!("подписано {}", day(at)) };
    for named in handovers {
        let one = &named.handover;
        let note = match (one.purpose, one.is_complete()) {
            (Purpose::HandIn, true) => one.note.clone(),
            (purpose, complete) => {
                let open = if complete { "" } else { "не завершена" };
                let parts = [purpose.as_russian(), open, one.note.as_str()];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
            }
        };
        table = table.line(vec![
            one.no.to_string(),
            day(&one.opened_at),
            one.document.clone(),
            one.class.clone(),
            named.period.clone(),
            one.sheets.to_string(),
            if named.register_no == 0 { String::new() } else { named.register_no.to_string() },
            people.with_post(&one.from),
            mark(&one.from_signed_at),
            people.with_post(&one.to),
            mark(&one.to_signed_at),
            note,
        ]);
    }
    letterhead
        .form("handover-journal", "ЖУРНАЛ")
        .landscape()
        .subtitle("сдачи документов строгой отчётности")
        .subtitle(&format!("{year} учебный год"))
        .with(Block::Table(table))
        .with(Block::Note { text: moved(handovers) })
        .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name)], false)
        // The journal is numbered, stitched and sealed (domain.md 2.11): how many sheets it has, who stitches it counts.
        .with(Block::PageBreak)
        .text("В настоящем журнале пронумеровано, прошнуровано и скреплено печатью", &[])
        .text("{(цифрами и прописью)} листов.", &[])
        .signatures(vec![Signature::of(&letterhead.head_post, &letterhead.head_name)], true)
}

/// What the journal counts: what came into the office, and how often it was lent and brought back. A copy lent twice is no third document.
fn moved(handovers: &[Named]) -> String {
    let of = |purpose| handovers.iter().map(|named| &named.handover).filter(move |one| one.purpose == purpose);
    let sheets = of(Purpose::HandIn).map(|one| u64::from(one.sheets)).sum();
    let documents = DOCUMENT.counted(of(Purpose::HandIn).count() as u64);
    let mut text = format!("Сдано в канцелярию: {documents}, всего {}.", SHEET.counted(sheets));
    let (lent, back) = (of(Purpose::Issue).count(), of(Purpose::Return).count());
    if lent + back > 0 {
        text.push_str(&format!(" Выдано: {lent}, возвращено: {back}."));
    }
    text
}

/// A handover with the words for its period and its number in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The handover.
    pub handover: Handover,
    /// «I четверть».
    pub period: String,
    /// Number of the paper copy in the register; 0 while it has none.
    pub register_no: u64,
}
