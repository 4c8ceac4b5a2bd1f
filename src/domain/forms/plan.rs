//! The file plan (номенклатура дел) with its closing record (domain.md 2.12, 1.2). Floor 0.

use serde::{Deserialize, Serialize};

use super::super::form::{Approval, Block, Form, Signature, Table};
use super::super::policy::Policy;
use super::super::words::{FILE, plural};
use super::Letterhead;

/// How long a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

    /// Reads what a person wrote: «25», «25 лет», «постоянно».
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        if text == "постоянно" || text == "permanent" {
            return Some(Self::Permanent);
        }
        let digits = text.split_whitespace().next()?;
        digits.parse().ok().map(Self::Years)
    }

    fn category(self) -> usize {
        match self {
            Self::Permanent => 0,
            Self::Years(years) if years > 10 => 1,
            Self::Years(_) => 2,
        }
    }
}

/// Heading of the section that this house keeps.
pub const SECTION: &str = "01. Электронный классный журнал и его копии";

/// A line of the file plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Index of the file: `01-15`.
    pub index: String,
    /// Heading of the section it stands under.
    pub section: String,
    /// Title of the file.
    pub title: String,
    /// How long it is kept.
    pub term: Term,
    /// On what ground: articles, clauses; may be empty.
    pub ground: String,
    /// «Ведётся в электронном виде»; may be empty.
    pub note: String,
    /// Goes on into the next year.
    pub carried: bool,
    /// Marked «ЭПК»: the expert commission decides before it may go.
    pub expert: bool,
    /// Storage units of the year; 0 while there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub units: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What is wrong with a line that a person wrote; every finding, in the order of the fields.
pub fn unfit(line: &PlanLine) -> Vec<String> {
    let mut found = Vec::new();
    // Two to three groups of digits: section, file, part (domain.md 2.12: `01-15`).
    let groups: Vec<&str> = line.index.split('-').collect();
    let is_number = |group: &&str| (1..=3).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit());
    if !(2..=3).contains(&groups.len()) || !groups.iter().all(is_number) {
        found.push(format!("индекс дела «{}»: нужны номер раздела и номер дела, например 01-15", line.index));
    }
    if line.title.trim().is_empty() {
        found.push("заголовок дела не заполнен".to_owned());
    }
    if line.section.trim().is_empty() {
        found.push("раздел номенклатуры не заполнен".to_owned());
    }
    if let Term::Years(years @ (0 | 76..)) = line.term {
        // 75 years is the longest term of the lists in force (Росархив № 236: документы по личному составу).
        found.push(format!("срок хранения «{years}»: нужно от 1 до 75 лет или «постоянно»"));
    }
    found
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
    let line = |index: &str, title: &str, (term, ground), note: &str, carried| PlanLine {
        index: index.to_owned(),
        section: SECTION.to_owned(),
        title: title.to_owned(),
        term,
        ground,
        note: note.to_owned(),
        carried,
        expert: false,
        units: 0,
    };
    let electronic = "Ведётся в электронном виде";
    let both = "Электронный подлинник и копия на бумажном носителе";
    vec![
        line(
            JOURNALS,
            "Классные журналы (электронные и копии на бумажном носителе)",
            own(policy.keep_journal_years),
            both,
            false,
        ),
        line(
            SUMMARIES,
            "Сводные ведомости успеваемости (и посещаемости) обучающихся",
            own(policy.keep_summary_years),
            both,
            false,
        ),
        // Not shorter than the longest item in it.
        line(REGISTER, "Реестр бумажных копий электронных журналов", own(policy.keep_summary_years), "", true),
        line("01-04", "Журнал сдачи документов строгой отчётности", own(5), "", true),
        line("01-05", "Журнал пользования резервными копиями электронных журналов", own(5), "", true),
        line("01-06", "Журнал учёта пропущенных и замещённых уроков", own(5), "", false),
        line(
            "01-07",
            "Акты о выделении к уничтожению",
            (Term::Permanent, "приказ Росархива от 20.12.2019 № 236".to_owned()),
            "До ликвидации организации",
            true,
        ),
        line(
            "01-08",
            "Акты об уничтожении персональных данных и выгрузка из журнала событий",
            (Term::Years(3), "приказ Роскомнадзора от 28.10.2022 № 179".to_owned()),
            "",
            true,
        ),
        line(
            "01-09",
            "Протокол действий пользователей электронного журнала",
            own(policy.keep_summary_years),
            electronic,
            true,
        ),
    ]
}

/// The file plan of a calendar year, with the closing record once its files are counted: `closed_on` is that day as printed.
pub fn file_plan(letterhead: &Letterhead, year: i32, lines: &[PlanLine], closed_on: Option<&str>) -> Form {
    let heads = [
        ("Индекс дела", 10),
        ("Заголовок дела", 40),
        ("Кол-во ед. хр.", 10),
        ("Срок хранения и № статей по перечню", 26),
        ("Примечание", 24),
    ];
    let mut table = Table::new(&heads).named(&format!("Номенклатура {year}")).numbered().sized(95).middle(&[0, 2]);
    let mut section = "";
    for line in lines {
        if line.section != section {
            section = &line.section;
            table = table.section(section);
        }
        let expert = if line.expert { " ЭПК" } else { "" };
        let term = [format!("{}{expert}", line.term.as_russian()), line.ground.clone()];
        let note = [line.note.as_str(), if line.carried { "Переходящее" } else { "" }];
        table = table.line(vec![
            line.index.clone(),
            line.title.clone(),
            if line.units == 0 { String::new() } else { line.units.to_string() },
            term.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", "),
            note.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". "),
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
    if let Some(day) = closed_on {
        form = closing_record(form, letterhead, year, lines, day);
    }
    form
}

fn closing_record(form: Form, letterhead: &Letterhead, year: i32, lines: &[PlanLine], closed_on: &str) -> Form {
    let sum = |wanted: Option<usize>, pick: fn(&PlanLine) -> bool| -> u32 {
        let of = lines.iter().filter(|line| wanted.is_none_or(|wanted| line.term.category() == wanted) && pick(line));
        of.map(|line| line.units).sum()
    };
    let row = |name: &str, wanted: Option<usize>| {
        let figures = [sum(wanted, |_| true), sum(wanted, |line| line.carried), sum(wanted, |line| line.expert)];
        [name.to_owned()].into_iter().chain(figures.map(|n| n.to_string())).collect::<Vec<_>>()
    };
    let all = sum(None, |_| true);
    let table = Table::new(&[("По срокам хранения", 30), ("Всего", 12), ("переходящих", 14), ("с отметкой «ЭПК»", 14)])
        .named("Итоговая запись")
        .span(2, 2, "в том числе")
        .sized(95)
        .middle(&[1, 2, 3])
        .line(row("Постоянного", Some(0)))
        .line(row("Временного (свыше 10 лет)", Some(1)))
        .line(row("Временного (до 10 лет включительно)", Some(2)))
        .total(row("ИТОГО", None));
    let in_words = |n: u32| FILE.counted(n.into());
    let terms = ["постоянного", "временного (свыше 10 лет)", "временного (до 10 лет включительно)"];
    let by_term: Vec<String> = (0..3)
        .map(|wanted| (wanted, sum(Some(wanted), |_| true)))
        .filter(|(_, units)| *units > 0)
        .map(|(wanted, units)| format!("{} срока хранения — {}", terms[wanted], in_words(units)))
        .collect();
    let by_term = if by_term.is_empty() { String::new() } else { format!(", из них {}", by_term.join(", ")) };
    form.with(Block::Heading {
        text: format!("Итоговая запись о категориях и количестве дел, заведённых в {year} году"),
    })
    .with(Block::Table(table))
    .text(&format!("Всего заведено {}{by_term}.", in_words(all)), &[])
    .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name).on(closed_on)], false)
    .text("Итоговые сведения переданы в архив.", &[])
    .signatures(vec![Signature::of("Передал:", "")], false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_everything_that_is_wrong_with_it_at_once() {
        let good = PlanLine {
            index: "01-15".to_owned(),
            section: SECTION.to_owned(),
            title: "Журнал".to_owned(),
            term: Term::Years(5),
            ground: String::new(),
            note: String::new(),
            carried: false,
            expert: false,
            units: 0,
        };
        assert!(unfit(&good).is_empty());
        let bad =
            PlanLine { index: "один".to_owned(), title: " ".to_owned(), term: Term::Years(0), ..good.clone() };
        assert_eq!(unfit(&bad).len(), 3, "{:?}", unfit(&bad));
        assert_eq!(unfit(&PlanLine { index: "1-2-3-4".to_owned(), ..good }).len(), 1);
    }

    #[test]
    fn terms_are_read_as_people_write_them() {
        assert_eq!(Term::parse("25 лет"), Some(Term::Years(25)));
        assert_eq!(Term::parse(" Постоянно "), Some(Term::Permanent));
        assert_eq!([Term::parse(""), Term::parse("долго")], [None, None]);
    }
}
