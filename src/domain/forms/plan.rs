//! The file plan (номенклатура дел) with its closing record (domain.md 2.12, 1.2). Floor 0.

use serde::{Deserialize, Serialize};

use super::super::form::{Approval, Block, Form, Signature, Table};
use super::super::policy::Policy;
use super::super::words::{FILE, clause_words, plural};
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

    /// Row of the closing record: 0 kept for ever, 1 for more than ten years, 2 for up to ten.
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
    /// Which class of records it holds.
    #[serde(default, skip_serializing_if = "Holds::is_other")]
    pub holds: Holds,
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

/// Which class of records a line holds (domain.md 1.2): by it, not by an index that a school may change, forms find the file they name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Anything that the house does not fill itself.
    #[default]
    Other,
    /// Copies of journals.
    Journals,
    /// Summary sheets.
    Summaries,
    /// The register of paper copies.
    PaperRegister,
    /// The journal of handovers.
    Handovers,
    /// The custody log of carriers.
    Custody,
    /// The log of substitutions.
    Substitutions,
    /// Acts of destruction.
    DestructionActs,
    /// Acts of destruction of personal data.
    PersonalDataActs,
    /// The audit log.
    AuditLog,
    /// The ledger of carriers.
    CarrierLedger,
    /// Acts of writing backups, undertakings.
    CarrierActs,
    /// The register of extracts given out.
    Extracts,
    /// Consents to the processing of personal data.
    Consents,
}

impl Holds {
    /// Every class.
    pub const ALL: [Self; 14] = [
        Self::Other,
        Self::Journals,
        Self::Summaries,
        Self::PaperRegister,
        Self::Handovers,
        Self::Custody,
        Self::Substitutions,
        Self::DestructionActs,
        Self::PersonalDataActs,
        Self::AuditLog,
        Self::CarrierLedger,
        Self::CarrierActs,
        Self::Extracts,
        Self::Consents,
    ];

    /// Word of the store, of addresses and of the keyboard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Journals => "journals",
            Self::Summaries => "summaries",
            Self::PaperRegister => "paper_register",
            Self::Handovers => "handovers",
            Self::Custody => "custody",
            Self::Substitutions => "substitutions",
            Self::DestructionActs => "destruction_acts",
            Self::PersonalDataActs => "personal_data_acts",
            Self::AuditLog => "audit_log",
            Self::CarrierLedger => "carrier_ledger",
            Self::CarrierActs => "carrier_acts",
            Self::Extracts => "extracts",
            Self::Consents => "consents",
        }
    }

    /// What people read.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Other => "другие документы",
            Self::Journals => "классные журналы",
            Self::Summaries => "сводные ведомости",
            Self::PaperRegister => "реестр бумажных копий",
            Self::Handovers => "журнал сдачи документов",
            Self::Custody => "журнал пользования резервными копиями",
            Self::Substitutions => "журнал замещений",
            Self::DestructionActs => "акты о выделении к уничтожению",
            Self::PersonalDataActs => "акты об уничтожении персональных данных",
            Self::AuditLog => "протокол действий пользователей",
            Self::CarrierLedger => "журнал учёта носителей",
            Self::CarrierActs => "акты записи копий, подписки",
            Self::Extracts => "реестр выдачи выписок",
            Self::Consents => "согласия на обработку данных",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The index that the house proposes, and the name of the class in what is recorded of volumes: a later index of the school's own
    /// loses no record of numbering. Empty for what is no class.
    pub fn index(self) -> &'static str {
        match self {
            Self::Other => "",
            Self::Journals => "01-01",
            Self::Summaries => "01-02",
            Self::PaperRegister => "01-03",
            Self::Handovers => "01-04",
            Self::Custody => "01-05",
            Self::Substitutions => "01-06",
            Self::DestructionActs => "01-07",
            Self::PersonalDataActs => "01-08",
            Self::AuditLog => "01-09",
            Self::CarrierLedger => "01-10",
            Self::CarrierActs => "01-11",
            Self::Extracts => "01-12",
            Self::Consents => "01-13",
        }
    }

    fn is_other(&self) -> bool {
        *self == Self::Other
    }
}

/// The index under which a plan keeps a class of records; the proposed one where no line says so.
pub fn index_of(lines: &[PlanLine], holds: Holds) -> String {
    let line = lines.iter().find(|line| line.holds == holds);
    line.map_or_else(|| holds.index().to_owned(), |line| line.index.clone())
}

/// The true source of five years for journals and twenty-five for what is drawn from them (domain.md 1).
const SCHOOL_RECORDS: &str = "приказ Минпросвещения СССР от 27.12.1974 № 167";
/// The summary sheet goes to the archive when the record is complete (domain.md 1).
const UNIFORM: &str = "письмо Минобрнауки России от 15.02.2012 № АП-147/07";
/// No act names a term: the school sets it by approving the plan (domain.md 1.2).
const BY_SCHOOL: &str = "перечнями не назван, устанавливает школа";

/// The section of the file plan that this house keeps, with the terms of the policy in force and the true ground of each.
pub fn lines(policy: &Policy) -> Vec<PlanLine> {
    // The school's own regulation where it names the term; else the act that does.
    let said = |key: &str, else_by: &str| match policy.is_said(key) {
        true => [clause_words(policy.clause(key)), policy.order()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        false => else_by.to_owned(),
    };
    let years = |years: u32, ground: &str| (Term::Years(years), ground.to_owned());
    let line = |holds: Holds, title: &str, (term, ground), note: &str, carried| PlanLine {
        index: holds.index().to_owned(),
        section: SECTION.to_owned(),
        title: title.to_owned(),
        term,
        ground,
        note: note.to_owned(),
        carried,
        expert: false,
        holds,
        units: 0,
    };
    let both = "Электронный подлинник и копия на бумажном носителе";
    let (journal, summary) = (policy.keep_journal_years, policy.keep_summary_years);
    let copies = said("retention.period_copy", SCHOOL_RECORDS);
    let sheets = said("retention.summary_sheet", &format!("{SCHOOL_RECORDS}; {UNIFORM}"));
    vec![
        line(
            Holds::Journals,
            "Классные журналы (электронные и копии на бумажном носителе)",
            years(journal, &copies),
            both,
            false,
        ),
        line(
            Holds::Summaries,
            "Сводные ведомости успеваемости (и посещаемости) обучающихся",
            years(summary, &sheets),
            both,
            false,
        ),
        line(
            Holds::PaperRegister,
            "Реестр бумажных копий электронных журналов",
            years(summary, "не меньше срока документов, которые в нём учтены"),
            "",
            true,
        ),
        line(Holds::Handovers, "Журнал сдачи документов строгой отчётности", years(5, BY_SCHOOL), "", true),
        line(
            Holds::Custody,
            "Журнал пользования резервными копиями электронных журналов",
            years(5, BY_SCHOOL),
            "",
            true,
        ),
        line(Holds::Substitutions, "Журнал учёта пропущенных и замещённых уроков", years(5, BY_SCHOOL), "", false),
        line(
            Holds::DestructionActs,
            "Акты о выделении к уничтожению",
            (Term::Permanent, "приказ Росархива от 20.12.2019 № 236".to_owned()),
            "До ликвидации организации",
            true,
        ),
        line(
            Holds::PersonalDataActs,
            "Акты об уничтожении персональных данных и выгрузка из журнала событий",
            years(3, "приказ Роскомнадзора от 28.10.2022 № 179"),
            "",
            true,
        ),
        line(
            Holds::AuditLog,
            "Протокол действий пользователей электронного журнала",
            years(summary, &format!("не меньше срока документов, которые он объясняет; {UNIFORM}")),
            "Ведётся в электронном виде",
            true,
        ),
        line(Holds::CarrierLedger, "Журнал учёта машинных носителей", years(5, BY_SCHOOL), "", true),
        line(
            Holds::CarrierActs,
            "Акты записи резервных копий, подписки о неразглашении кода доступа",
            years(5, BY_SCHOOL),
            "",
            true,
        ),
        line(Holds::Extracts, "Реестр выдачи выписок текущих отметок", years(5, BY_SCHOOL), "", false),
        line(
            Holds::Consents,
            "Согласия на обработку персональных данных и отказы от неё",
            years(3, "приказ Росархива от 20.12.2019 № 236"),
            "После окончания срока согласия или его отзыва",
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
        // A ground that was written down before clauses were told in words is told so here.
        let term = [format!("{}{expert}", line.term.as_russian()), clause_words(&line.ground)];
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

/// «Всего заведено 12 (двенадцать) дел, из них …»: files of the plan's lines by the terms that the closing record has.
pub fn opened(lines: &[PlanLine]) -> String {
    let in_words = |n: u32| FILE.counted(n.into());
    let terms = ["постоянного", "временного (свыше 10 лет)", "временного (до 10 лет включительно)"];
    let sum = |wanted: usize| -> u32 {
        lines.iter().filter(|line| line.term.category() == wanted).map(|line| line.units).sum()
    };
    let by_term: Vec<String> = (0..)
        .zip(terms)
        .map(|(wanted, term)| (term, sum(wanted)))
        .filter(|(_, units)| *units > 0)
        .map(|(term, units)| format!("{term} срока хранения — {}", in_words(units)))
        .collect();
    let by_term = if by_term.is_empty() { String::new() } else { format!(", из них {}", by_term.join(", ")) };
    format!("Всего заведено {}{by_term}.", in_words(lines.iter().map(|line| line.units).sum()))
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
    let table = Table::new(&[("По срокам хранения", 30), ("Всего", 12), ("переходящих", 14), ("с отметкой «ЭПК»", 14)])
        .named("Итоговая запись")
        .span(2, 2, "в том числе")
        .sized(95)
        .middle(&[1, 2, 3])
        .line(row("Постоянного", Some(0)))
        .line(row("Временного (свыше 10 лет)", Some(1)))
        .line(row("Временного (до 10 лет включительно)", Some(2)))
        .total(row("ИТОГО", None));
    form.with(Block::Heading {
        text: format!("Итоговая запись о категориях и количестве дел, заведённых в {year} году"),
    })
    .with(Block::Table(table))
    .text(&opened(lines), &[])
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
            holds: Holds::Other,
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

    #[test]
    fn a_ground_is_the_act_that_names_the_term_and_no_other() {
        let ground = |name: &str, holds: Holds| {
            let policy =
                crate::domain::policy::builtin(name).and_then(|text| crate::domain::policy::parse(name, text).ok());
            let lines = policy.map(|policy| lines(&policy)).unwrap_or_default();
            lines.into_iter().find(|line| line.holds == holds).map(|line| line.ground).unwrap_or_default()
        };
        assert_eq!(ground("default", Holds::Journals), "Обязанности руководителя 003, п. 5");
        // Its regulation keeps copies «в течение срока, установленного регламентом» and names no number: its order is no ground.
        assert_eq!(ground("chernushka-2018", Holds::Journals), SCHOOL_RECORDS);
        assert!(ground("chernushka-2018", Holds::Summaries).starts_with(SCHOOL_RECORDS));
        for (name, _) in crate::domain::policy::BUILTIN {
            assert_eq!(ground(name, Holds::Handovers), BY_SCHOOL, "{name}");
        }
    }

    #[test]
    fn every_class_of_records_has_its_line_and_its_own_index() {
        let policy = crate::domain::policy::builtin("default")
            .and_then(|text| crate::domain::policy::parse("default", text).ok());
        let mut plan = policy.map(|policy| lines(&policy)).unwrap_or_default();
        for holds in Holds::ALL.into_iter().filter(|holds| *holds != Holds::Other) {
            assert_eq!(plan.iter().filter(|line| line.holds == holds).count(), 1, "{holds:?}");
            assert_eq!(index_of(&plan, holds), holds.index());
            assert_eq!(Holds::parse(holds.as_str()), Some(holds));
        }
        plan[0].index = "05-12".to_owned();
        assert_eq!(index_of(&plan, Holds::Journals), "05-12");
    }
}
