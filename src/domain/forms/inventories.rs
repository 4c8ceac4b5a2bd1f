//! Inventories of files: on paper and electronic (domain.md 2.12; ARC-04, ARC-10). Floor 0.

use super::super::form::{Align, Approval, Block, Form, Signature, Table, if_known};
use super::super::words::{FILE, megabytes, size};
use super::{Letterhead, day};

/// A file (дело) of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryLine {
    /// Index by the file plan.
    pub index: String,
    /// Title; a volume says which.
    pub title: String,
    /// First day, ISO.
    pub first: String,
    /// Last day, ISO.
    pub last: String,
    /// Years of keeping.
    pub keep_years: u32,
    /// Sheets: 0 for an electronic file.
    pub sheets: u32,
    /// Containers of an electronic file: 0 for paper.
    pub containers: u32,
    /// Bytes of an electronic file.
    pub bytes: u64,
    /// Remark; may be empty.
    pub note: String,
}

/// A sealed container of the register attached to an electronic inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Number of the document.
    pub number: String,
    /// Day of the document, ISO.
    pub date: String,
    /// Title.
    pub title: String,
    /// Name of the container.
    pub name: String,
    /// When last changed, RFC 3339: the moment of the seal, after which nothing changes.
    pub changed_at: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the sealed document, hexadecimal.
    pub sha256: String,
}

fn term(years: u32) -> String {
    format!("{years} {}", super::super::words::plural(years.into(), "год", "года", "лет"))
}

fn days(line: &InventoryLine) -> String {
    format!("{} – {}", day(&line.first), day(&line.last))
}

fn head(letterhead: &Letterhead, id: &str, no: &str, subtitle: &[&str]) -> Form {
    let number = if no.is_empty() { String::new() } else { format!(" № {no}") };
    let mut form = letterhead.form(id, &format!("ОПИСЬ{number}")).kept_long().approval(letterhead.approved());
    if !letterhead.fund.is_empty() {
        form = form.organisation(&format!("Фонд № {}", letterhead.fund));
    }
    subtitle.iter().fold(form, |form, line| form.subtitle(line))
}

fn foot(form: Form, letterhead: &Letterhead, count: usize) -> Form {
    let numbers = match count {
        0 => String::new(),
        count => format!(" с № 1 по № {count}"),
    };
    form.text(&format!("В данный раздел описи внесено {}{numbers}, в том числе:", FILE.counted(count as u64)), &[])
        .text("литерные номера: {};", &["—"])
        .text("пропущенные номера: {}.", &["—"])
        .signatures(
            vec![
                Signature::of(&format!("Составитель описи: {}", lower(&letterhead.clerk_post)), &letterhead.clerk_name),
                Signature::of("Лицо, ответственное за архив", ""),
            ],
            false,
        )
        .maybe(Approval::by_minutes(&letterhead.minutes).map(Block::Approval))
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Inventory of paper files: those kept longer than 10 years, or (`long` is false) the list of the others, which stay in the school.
pub fn paper_inventory(letterhead: &Letterhead, no: &str, year: i32, long: bool, lines: &[InventoryLine]) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Индекс дела", 9),
        ("Заголовок дела", 36),
        ("Крайние даты", 15),
        ("Срок хранения", 9),
        ("Количество листов", 9),
        ("Примечание", 13),
    ];
    let rows = (1..).zip(lines).map(|(no, line): (usize, &InventoryLine)| {
        vec![
            no.to_string(),
            line.index.clone(),
            line.title.clone(),
            days(line),
            term(line.keep_years),
            line.sheets.to_string(),
            line.note.clone(),
        ]
    });
    let table =
        Table::new(&heads).named(&format!("Опись {year}")).archival().sized(90).middle(&[0, 1, 3, 4, 5]).lines(rows);
    let what = if long {
        "дел временных (свыше 10 лет) сроков хранения"
    } else {
        "дел временных (до 10 лет включительно) сроков хранения"
    };
    let form = head(letterhead, "inventory-paper", no, &[what, &format!("за {year} год")]).with(Block::Table(table));
    foot(form, letterhead, lines.len())
}

/// Inventory of electronic files with the register of their containers.
pub fn electronic_inventory(
    letterhead: &Letterhead,
    no: &str,
    year: i32,
    lines: &[InventoryLine],
    containers: &[Container],
) -> Form {
    let heads = [
        ("№\nп/п", 5),
        ("Индекс дела", 9),
        ("Заголовок дела", 36),
        ("Крайние даты", 15),
        ("Срок хранения", 9),
        ("Количество контейнеров", 11),
        ("Объём, МБ", 9),
        ("Примечание", 13),
    ];
    let rows = (1..).zip(lines).map(|(no, line): (usize, &InventoryLine)| {
        vec![
            no.to_string(),
            line.index.clone(),
            line.title.clone(),
            days(line),
            term(line.keep_years),
            line.containers.to_string(),
            megabytes(line.bytes),
            line.note.clone(),
        ]
    });
    let table = Table::new(&heads)
        .named(&format!("Опись электронных {year}"))
        .archival()
        .sized(90)
        .middle(&[0, 1, 3, 4, 5, 6])
        .lines(rows);
    let bytes: u64 = lines.iter().map(|line| line.bytes).sum();
    let form =
        head(letterhead, "inventory-electronic", no, &["электронных дел, документов", &format!("за {year} год")])
            .landscape()
            .with(Block::Table(table))
            .maybe(if_known("Общий объём {}.", &[&size(bytes)]));
    let form = foot(form, letterhead, lines.len());
    let number = if no.is_empty() { String::new() } else { format!(" № {no}") };
    form.with(Block::PageBreak)
        .with(super::super::form::centered("РЕЕСТР ДОКУМЕНТОВ (КОНТЕЙНЕРОВ)"))
        .with(Block::Paragraph {
            parts: vec![super::super::form::Part::Words {
                text: format!("к описи{number} электронных дел, документов за {year} год"),
            }],
            align: Align::Center,
            strong: false,
        })
        .with(Block::Table(container_register(containers)))
}

fn container_register(containers: &[Container]) -> Table {
    let heads = [
        ("№\nп/п", 5),
        ("Номер и дата документа", 20),
        ("Заголовок", 26),
        ("Имя файла / контейнера", 15),
        ("Дата и время последнего изменения", 15),
        ("Объём, МБ", 7),
        // A digest stands in one line.
        ("Контрольная сумма (SHA-256)", 40),
    ];
    let rows = (1..).zip(containers).map(|(no, one): (usize, &Container)| {
        vec![
            no.to_string(),
            format!("№ {} от {}", one.number, day(&one.date)),
            one.title.clone(),
            one.name.clone(),
            super::super::words::moment_short(&one.changed_at),
            megabytes(one.bytes),
            one.sha256.clone(),
        ]
    });
    Table::new(&heads).named("Контейнеры").archival().sized(75).middle(&[0, 5]).lines(rows)
}
