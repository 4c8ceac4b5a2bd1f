//! Acts: transfer into keeping, check of presence and condition (domain.md 2.14, 2.16). Floor 0.

use serde::{Deserialize, Serialize};

use super::super::form::{Approval, Block, Form, Signature, Table, if_known};
use super::super::words::{UNIT, lowered, megabytes, size};
use super::{Letterhead, day};

/// A line of a transfer act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transferred {
    /// Title and number of the inventory.
    pub inventory: String,
    /// Copies of the inventory.
    pub copies: u32,
    /// Storage units.
    pub units: u32,
    /// Remark; may be empty.
    pub note: String,
    /// Bytes of electronic units; 0 for paper.
    pub bytes: u64,
    /// Kind and number of the carrier; empty for paper.
    pub carrier: String,
    /// SHA-256 of the whole; empty for paper.
    pub sha256: String,
}

/// What a transfer is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// Number of the act.
    pub no: String,
    /// Day, ISO; may be empty.
    pub date: String,
    /// Ground: «приказ директора …», «график передачи дел».
    pub ground: String,
    /// Title of the fund: the name of the organisation whose records it holds.
    pub fund_title: String,
    /// Years of the documents: «2025/2026».
    pub years: String,
    /// Who takes: an archive, or the school's own.
    pub taker: String,
    /// Job title of the taking side's head.
    pub taker_post: String,
    /// «И.О. Фамилия» of the taking side's head; may be empty.
    pub taker_name: String,
    /// Lines.
    pub lines: Vec<Transferred>,
}

/// Act of transfer of documents into keeping.
pub fn transfer_act(letterhead: &Letterhead, transfer: &Transfer) -> Form {
    let is_electronic = transfer.lines.iter().any(|line| line.bytes > 0);
    let mut heads = vec![
        ("№\nп/п", 5),
        ("Название, номер описи", 34),
        ("Количество экземпляров описи", 12),
        ("Количество ед. хр.", 10),
    ];
    if is_electronic {
        heads.extend([("Объём, МБ", 9), ("Носитель (тип, учётный №)", 16), ("Контрольная сумма", 24)]);
    }
    heads.push(("Примечание", 14));
    let mut table = Table::new(&heads).named("Передано").archival().sized(90).middle(&[0, 2, 3, 4]);
    for (no, line) in (1..).zip(&transfer.lines) {
        let mut cells = vec![no.to_string(), line.inventory.clone(), line.copies.to_string(), line.units.to_string()];
        if is_electronic {
            let bytes = if line.bytes == 0 { String::new() } else { megabytes(line.bytes) };
            cells.extend([bytes, line.carrier.clone(), line.sha256.clone()]);
        }
        cells.push(line.note.clone());
        table = table.line(cells);
    }
    let units: u64 = transfer.lines.iter().map(|line| u64::from(line.units)).sum();
    let side = |post: &str, name: &str, left: bool| Approval {
        word: "УТВЕРЖДАЮ".to_owned(),
        post: post.to_owned(),
        name: name.to_owned(),
        left,
        seal: true,
        ..Approval::default()
    };
    let number = if transfer.no.is_empty() { "________" } else { &transfer.no };
    let from =
        if transfer.date.is_empty() { "«____» ______________ 20___ г.".to_owned() } else { day(&transfer.date) };
    let form = letterhead.form("transfer-act", &format!("АКТ № {number} от {from}"));
    let form = if is_electronic { form.landscape() } else { form };
    form.approval(side(&letterhead.head_post, &letterhead.head_name, true))
        .approval(side(&transfer.taker_post, &transfer.taker_name, false))
        .subtitle("приёма-передачи документов на хранение")
        .maybe(if_known("Основание передачи: {}.", &[&transfer.ground]))
        .text(
            "{(название передаваемого фонда)} — сдал, {(название архива)} — принял документы названного фонда за {} годы:",
            &[&transfer.fund_title, &transfer.taker, &transfer.years],
        )
        .with(Block::Table(table))
        .text("Итого принято {(цифрами и прописью)}.", &[&UNIT.counted(units)])
        .signatures(
            vec![
                Signature::of(
                    &format!("Передачу произвёл: {}", lowered(&letterhead.clerk_post)),
                    &letterhead.clerk_name,
                ),
                Signature::of("Приём произвёл:", ""),
            ],
            false,
        )
        .maybe(if_known("Фонду присвоен № {}", &[&letterhead.fund]))
}

/// What a check of presence and condition found, in storage units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// Number of the act; may be empty.
    pub no: String,
    /// First day of the check, ISO.
    pub from: String,
    /// Last day of the check, ISO.
    pub to: String,
    /// «электронных документов», «документов на бумажном носителе».
    pub what: String,
    /// By the register.
    pub listed: u64,
    /// Bytes by the register; 0 for paper.
    pub bytes: u64,
    /// Found in their places.
    pub present: u64,
    /// Not found.
    pub absent: u64,
    /// Found and not readable.
    pub unreadable: u64,
    /// Found and not what the register says.
    pub mismatched: u64,
    /// With harmful programs: `None` when that was not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infected: Option<u64>,
    /// To be written anew.
    pub rewrite: u64,
    /// Conditions of keeping, as the commission saw them; may be empty.
    pub conditions: String,
    /// Faulty units: which, and what is wrong.
    pub faulty: Vec<(String, String)>,
    /// Nothing was counted yet: the findings leave places for ink (paper is counted by people, unit by unit).
    pub unfilled: bool,
    /// Commission: job title and name, at least two.
    pub commission: Vec<(String, String)>,
}

/// Act of a check of presence and condition.
pub fn condition_act(letterhead: &Letterhead, check: &Condition) -> Form {
    let number = if check.no.is_empty() { "________" } else { &check.no };
    let on = if check.to.is_empty() { "«____» ______________ 20___ г.".to_owned() } else { day(&check.to) };
    let paper = check.bytes == 0;
    let size = if paper { String::new() } else { format!(" ({})", size(check.bytes)) };
    let count = |n: u64| if check.unfilled { String::new() } else { n.to_string() };
    let mut form = letterhead
        .form("condition-act", &format!("АКТ № {number} от {on}"))
        .approval(letterhead.approved())
        .subtitle(&format!("проверки наличия и состояния {}", check.what))
        .text("Проверка проводилась с {} по {}.", &[&day(&check.from), &day(&check.to)])
        .text(&format!("Всего числится по описям (реестру) {}{size}.", UNIT.counted(check.listed)), &[])
        .text("В результате проверки установлено:", &[])
        .text("в наличии {};", &[&count(check.present)])
        .text("отсутствует {};", &[&count(check.absent)])
        .text("не читается {};", &[&count(check.unreadable)]);
    if !paper {
        form = form.text("контрольная сумма не совпала {};", &[&count(check.mismatched)]).text(
            "заражено вредоносным программным обеспечением: {};",
            &[&check.infected.map_or_else(|| "проверка не проводилась".to_owned(), count)],
        );
    }
    form = form
        .text("требует перезаписи (реставрации) {}.", &[&count(check.rewrite)])
        .text(
            "Отрицательные последствия и принятые меры: {}",
            &[if check.faulty.is_empty() && !check.unfilled { "не выявлены" } else { "" }],
        )
        .text("Условия хранения: {}", &[&check.conditions])
        .with(Block::Heading { text: "Комиссия".to_owned() });
    // Two people at least (526 п. 2.39).
    let mut lines: Vec<Signature> = check.commission.iter().map(|(post, name)| Signature::of(post, name)).collect();
    while lines.len() < 2 {
        lines.push(Signature::of("", ""));
    }
    form = form.signatures(lines, false);
    if check.faulty.is_empty() {
        return form;
    }
    let rows = (1..).zip(&check.faulty).map(|(no, (unit, fault)): (usize, &(String, String))| {
        vec![no.to_string(), unit.clone(), fault.clone(), String::new()]
    });
    let table = Table::new(&[("№\nп/п", 5), ("Единица хранения", 30), ("Что обнаружено", 40), ("Принятые меры", 25)])
        .named("Перечень неисправных единиц хранения")
        .numbered()
        .sized(90)
        .middle(&[0])
        .lines(rows);
    form.with(Block::PageBreak)
        .with(super::super::form::centered(&format!(
            "Приложение к акту № {number}. Перечень неисправных единиц хранения"
        )))
        .with(Block::Table(table))
}
