//! The list of forms: what each is about and what it asks for. Floor 2.

use std::collections::BTreeMap;

use super::Refusal;
use crate::domain::policy::Policy;
use crate::domain::words;

/// What a form is about; the doors ask for rights accordingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The office's registers and files.
    Office,
    /// Teaching as a whole: figures and teachers, no learner.
    Teaching,
    /// Learners of a class.
    Class,
    /// Carriers of backups: their books and papers.
    Carriers,
}

/// A form that the house can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Name in addresses.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it is about.
    pub about: About,
    /// What must be asked for, and what may be: names of fields.
    pub needs: &'static [&'static str],
}

impl Known {
    /// Every field that the form reads, those that narrow it down among them; any form takes `year` besides.
    pub fn fields(&self) -> Vec<&'static str> {
        let class = (self.about == About::Class).then_some("class");
        let also = match self.id {
            "extract-for-parents" | "extract-register" => Some("learner"),
            "file-cover" | "inner-inventory" | "certifying-sheet" => Some("title"),
            _ => None,
        };
        class.into_iter().chain(self.needs.iter().copied()).chain(also).collect()
    }
}

const fn known(id: &'static str, title: &'static str, about: About, needs: &'static [&'static str]) -> Known {
    Known { id, title, about, needs }
}

/// Every form, in the order of the office.
pub const FORMS: [Known; 33] = [
    known("paper-register", "Реестр бумажных копий", About::Office, &["year"]),
    known("handover-journal", "Журнал сдачи документов строгой отчётности", About::Office, &["year"]),
    known("certifying-inscription", "Заверительная надпись", About::Office, &["paper"]),
    known("file-plan", "Номенклатура дел", About::Office, &["calendar"]),
    known("file-cover", "Обложка дела", About::Office, &["year", "file", "volume"]),
    known("inner-inventory", "Внутренняя опись", About::Office, &["year", "file", "volume"]),
    known("certifying-sheet", "Лист-заверитель", About::Office, &["year", "file", "volume"]),
    known("spine-labels", "Ярлыки на корешки", About::Office, &["year"]),
    known("inventory-paper", "Опись дел", About::Office, &["calendar", "term"]),
    known("inventory-electronic", "Опись электронных дел", About::Office, &["calendar", "term"]),
    known(
        "transfer-act",
        "Акт приёма-передачи на хранение",
        About::Office,
        &["calendar", "act_no", "act_date", "ground", "taker", "taker_post", "taker_name", "carrier"],
    ),
    known("condition-act", "Акт проверки наличия и состояния", About::Office, &["of"]),
    known("conformity", "Заявление о соответствии ГОСТ Р ИСО 15489-1", About::Office, &[]),
    known("acquaintance", "Лист ознакомления", About::Office, &["order", "document"]),
    known("journal-analysis", "Анализ работы с классным журналом", About::Teaching, &["period"]),
    known(
        "subject-report-preliminary",
        "Предварительный отчёт учителя-предметника",
        About::Teaching,
        &["teacher", "period"],
    ),
    known("subject-report", "Отчёт учителя-предметника", About::Teaching, &["teacher", "period"]),
    known("substitution-log", "Журнал пропущенных и замещённых уроков", About::Teaching, &["from", "to"]),
    known("timesheet", "Табель проведённых часов", About::Teaching, &["month"]),
    known("class-report-preliminary", "Предварительный отчёт классного руководителя", About::Class, &["period"]),
    known("class-report", "Отчёт классного руководителя", About::Class, &["period"]),
    known(
        "extract-for-parents",
        "Выписки текущих отметок для родителей",
        About::Class,
        &["who", "from", "to", "certified"],
    ),
    known("extract-register", "Реестр выдачи выписок", About::Class, &["who", "from", "to"]),
    known("general-information", "Общие сведения об обучающихся", About::Class, &[]),
    known("health-sheet", "Листок здоровья (бланк)", About::Class, &[]),
    known("remarks", "Замечания по ведению журнала", About::Class, &[]),
    known("fallback", "Лист временного учёта (журнал недоступен)", About::Class, &["course"]),
    known("carrier-ledger", "Журнал учёта машинных носителей", About::Carriers, &[]),
    known("custody-log", "Журнал пользования резервными копиями", About::Carriers, &[]),
    known("backup-act", "Акт записи резервной копии", About::Carriers, &["copy"]),
    known("backup-certificate", "Справка о сверке или пробном восстановлении", About::Carriers, &["no"]),
    known("carrier-undertaking", "Подписка о неразглашении кода доступа", About::Carriers, &["person"]),
    known("code-envelope", "Лист для конверта с кодом (место для кода пустое)", About::Carriers, &[]),
];

/// A form by its name.
pub fn find(id: &str) -> Result<Known, Refusal> {
    FORMS.into_iter().find(|one| one.id == id).ok_or_else(|| Refusal::NoForm(id.to_owned()))
}

/// Words that a field takes, with what people read for them; the first is what an empty field says.
pub const WHO: [(&str, &str); 2] = [("without", "семьи без электронного доступа"), ("all", "весь класс")];

/// Sheets of the class journal that the policy may leave out (domain.md 2.6, 2.7): form, key, what people call it in the genitive, and why a
/// policy that does not speak of it leaves it out, when it does: a special category of data asks for a decision (152-ФЗ ст. 10).
const BY_POLICY: [(&str, &str, &str, &str); 2] = [
    ("general-information", "journal.general_information", "листа «Общие сведения об обучающихся»", ""),
    (
        "health-sheet",
        "journal.health_sheet",
        "«Листка здоровья»",
        "не сказано, а особую категорию сведений без решения школы не ведут (152-ФЗ ст. 10)",
    ),
];

/// Why the policy leaves a form out; `None` for one that it has.
pub fn left_out(policy: &Policy, id: &str) -> Option<Refusal> {
    let (_, key, what, unsaid) = BY_POLICY.into_iter().find(|(form, ..)| *form == id)?;
    let said = match policy.first(key) {
        Some(said) if said.has("yes") => return None,
        Some(said) => format!("«нет» ({})", words::unnumbered(&said.clause)),
        None if unsaid.is_empty() => return None,
        None => unsaid.to_owned(),
    };
    Some(Refusal::LeftOut { what, key, said })
}

/// What was asked for, by the name of the field: `class`, `period`, `from`.
pub type Asked = BTreeMap<String, String>;
