//! The file plan (номенклатура дел) with its closing record (domain.md 2.12, 1.2). Floor 0.

use super::super::form::{Approval, Block, Form, Signature, Table};
use super::super::policy::Policy;
use super::super::words::{FILE, Gender, cardinal, plural};
use super::Letterhead;

/// How long a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// For ever.
    Permanent,
    /// So many years.
    Years(u32),
}

impl Term {
    /// «25 лет», «постоянно».
    pub fn as_russian(self) -> String {
        match self {
            Self::Permanent => "постоянно".to_owned(),
            Self::Years(years) => format!("{years} {}", plural(years.into(), "год", "года", "лет")),
        }
    }

    fn category(self) -> usize {
        match self {
            Self::Permanent => 0,
            Self::Years(years) if years > 10 => 1,
            Self::Years(_) => 2,
        }
    }
}

/// A line of the file plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// Index of the file: `01-15`.
    pub index: &'static str,
    /// What class of records it is, ASCII.
    pub class: &'static str,
    /// Title of the file.
    pub title: &'static str,
    /// How long it is kept.
    pub term: Term,
    /// On what ground: articles, clauses.
    pub ground: String,
    /// «Ведётся в электронном виде»; may be empty.
    pub note: &'static str,
    /// Storage units of the year; 0 while there are none.
    pub units: u32,
    /// Goes on into the next year.
    pub carried: bool,
}

/// Index of the file of journals' paper copies.
pub const JOURNALS: &str = "01-01";
/// Index of the file of summary sheets.
pub const SUMMARIES: &str = "01-02";
/// Index of the register of paper copies.
pub const REGISTER: &str = "01-03";

/// The section of the file plan that this house keeps, with the terms of the policy in force.
///
/// Terms of the auxiliary registers are the handbook's own proposal (domain.md 1.2) and say so: no act names them.
pub fn lines(policy: &Policy) -> Vec<PlanLine> {
    let act = match policy.order().as_str() {
        "" => "локальный акт".to_owned(),
        order => format!("локальный акт, {order}"),
    };
    let own = |years: u32| (Term::Years(years), act.clone());
    let line = |index, class, title, (term, ground), note, carried| PlanLine {
        index,
        class,
        title,
        term,
        ground,
        note,
        units: 0,
        carried,
    };
    let electronic = "Ведётся в электронном виде";
    let both = "Электронный подлинник и копия на бумажном носителе";
    vec![
        line(
            JOURNALS,
            "journal",
            "Классные журналы (электронные и копии на бумажном носителе)",
            own(policy.keep_journal_years),
            both,
            false,
        ),
        line(
            SUMMARIES,
            "summary_sheet",
            "Сводные ведомости успеваемости (и посещаемости) обучающихся",
            own(policy.keep_summary_years),
            both,
            false,
        ),
        // Not shorter than the longest item in it.
        line(REGISTER, "register_paper", "Реестр бумажных копий ЭЖ", own(policy.keep_summary_years), "", true),
        line("01-04", "handover_log", "Журнал сдачи документов строгой отчётности", own(5), "", true),
        line("01-05", "backup_log", "Журнал пользования резервными копиями ЭЖ", own(5), "", true),
        line("01-06", "substitution_log", "Журнал учёта пропущенных и замещённых уроков", own(5), "", false),
        line(
            "01-07",
            "destruction_act",
            "Акты о выделении к уничтожению",
            (Term::Permanent, "Приказ Росархива от 20.12.2019 № 236".to_owned()),
            "До ликвидации организации",
            true,
        ),
        line(
            "01-08",
            "pd_destruction",
            "Акты об уничтожении персональных данных и выгрузка из журнала событий",
            (Term::Years(3), "Приказ Роскомнадзора от 28.10.2022 № 179".to_owned()),
            "",
            true,
        ),
        line(
            "01-09",
            "audit_log",
            "Протокол действий пользователей электронного журнала",
            own(policy.keep_summary_years),
            electronic,
            true,
        ),
    ]
}

/// The file plan of a calendar year, with the closing record when the year's files are counted.
pub fn file_plan(letterhead: &Letterhead, year: i32, lines: &[PlanLine], is_closed: bool) -> Form {
    let heads = [
        ("Индекс дела", 10),
        ("Заголовок дела", 40),
        ("Кол-во ед. хр.", 10),
        ("Срок хранения и № статей по перечню", 26),
        ("Примечание", 24),
    ];
    let mut table = Table::new(&heads).named(&format!("Номенклатура {year}")).numbered().sized(95).middle(&[0, 2]);
    table = table.section("01. Электронный классный журнал и его копии");
    for line in lines {
        table = table.line(vec![
            line.index.to_owned(),
            line.title.to_owned(),
            if line.units == 0 { String::new() } else { line.units.to_string() },
            format!("{}, {}", line.term.as_russian(), line.ground),
            line.note.to_owned(),
        ]);
    }
    let mut form = letterhead
        .form("file-plan", "НОМЕНКЛАТУРА ДЕЛ")
        .approval(letterhead.approved())
        .subtitle(&format!("на {year} год"))
        .text("{(дата)} № {(номер)}", &[])
        .maybe(super::super::form::if_known("{}", &[&letterhead.town]))
        .with(Block::Table(table))
        .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name)], false)
        .maybe(Approval::by_minutes(&letterhead.minutes).map(Block::Approval));
    if is_closed {
        form = closing_record(form, letterhead, year, lines);
    }
    form
}

fn closing_record(form: Form, letterhead: &Letterhead, year: i32, lines: &[PlanLine]) -> Form {
    let opened: Vec<&PlanLine> = lines.iter().filter(|line| line.units > 0).collect();
    let category = |wanted: usize| opened.iter().filter(move |line| line.term.category() == wanted);
    let row = |name: &str, wanted: usize| {
        let carried = category(wanted).filter(|line| line.carried).map(|line| line.units).sum::<u32>();
        let all = category(wanted).map(|line| line.units).sum::<u32>();
        [name.to_owned(), all.to_string(), carried.to_string(), "0".to_owned()].to_vec()
    };
    let all: u32 = opened.iter().map(|line| line.units).sum();
    let carried: u32 = opened.iter().filter(|line| line.carried).map(|line| line.units).sum();
    let table = Table::new(&[("По срокам хранения", 30), ("Всего", 12), ("переходящих", 14), ("с отметкой «ЭПК»", 14)])
        .named("Итоговая запись")
        .span(2, 2, "в том числе")
        .sized(95)
        .middle(&[1, 2, 3])
        .line(row("Постоянного", 0))
        .line(row("Временного (свыше 10 лет)", 1))
        .line(row("Временного (до 10 лет включительно)", 2))
        .total(vec!["ИТОГО".to_owned(), all.to_string(), carried.to_string(), "0".to_owned()]);
    let in_words = format!("{all} ({}) {}", cardinal(all.into(), Gender::Neuter), FILE.after(all.into()));
    form.with(Block::Heading {
        text: format!("Итоговая запись о категориях и количестве дел, заведённых в {year} году"),
    })
    .with(Block::Table(table))
    .text("Всего заведено {}.", &[&in_words])
    .text("Итоговые сведения переданы в архив.", &[])
    .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name)], false)
}
