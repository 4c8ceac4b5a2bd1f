//! Events and their facts as people read them. Floor 0.

use super::EventKind;
use crate::domain::carrier::{Cause, Step};
use crate::domain::paper::Purpose;
use crate::domain::rights::Role;
use crate::domain::token::SCOPES;

impl EventKind {
    /// Every kind, in the order of their making.
    pub const ALL: &'static [Self] = &[
        Self::HouseMade,
        Self::CertificateIssued,
        Self::BundleImported,
        Self::PeriodClosed,
        Self::CopyIssued,
        Self::StatementSigned,
        Self::StatementRefused,
        Self::CopySuperseded,
        Self::Sealed,
        Self::CopyExported,
        Self::ExtractMade,
        Self::CheckFailed,
        Self::DataChanged,
        Self::ChangesUndone,
        Self::AccountIssued,
        Self::AccountChanged,
        Self::CompromiseNoted,
        Self::VoidDecided,
        Self::PolicyChanged,
        Self::DataExported,
        Self::YearClosed,
        Self::YearReopened,
        Self::TokenIssued,
        Self::TokenRevoked,
        Self::CertificateRevoked,
        Self::PaperStageOpened,
        Self::PaperStageCompleted,
        Self::RemindersGiven,
        Self::ForeignSignatureKept,
        Self::PaperPrinted,
        Self::HandoverOpened,
        Self::HandoverSigned,
        Self::PaperRegistered,
        Self::PaperNoted,
        Self::PaperYearClosed,
        Self::ConditionChecked,
        Self::SummariesTransferred,
        Self::RequisitesSet,
        Self::FilePlanChanged,
        Self::FilePlanClosed,
        Self::VolumeNumbered,
        Self::TemplateChecked,
        Self::TemplateEnacted,
        Self::TemplateWithdrawn,
        Self::CarrierChanged,
        Self::UndertakingSigned,
        Self::CarrierCodeMade,
        Self::CustodySigned,
        Self::BackupWritten,
        Self::BackupPruned,
        Self::BackupChecked,
        Self::HouseRestored,
        Self::ScansTaken,
        Self::ScanDecided,
        Self::ScansCompared,
        Self::ScanLooked,
        Self::SheetReceived,
        Self::SupplementOpened,
        Self::SupplementFrozen,
        Self::SupplementWithdrawn,
        Self::LessonTried,
        Self::OutageRecorded,
        Self::OutageNoted,
        Self::PaperFamilyNoted,
        Self::ExtractsPrinted,
        Self::ExtractHanded,
        Self::PasswordsSprayed,
        Self::BreakAnnounced,
        Self::BreakWithdrawn,
    ];

    /// What happened, as it stands in a sentence.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::HouseMade => "создан дом школы",
            Self::CertificateIssued => "выданы ключ и сертификат",
            Self::BundleImported => "загружен набор данных",
            Self::PeriodClosed => "закрыт учётный период",
            Self::CopyIssued => "выпущена копия",
            Self::StatementSigned => "поставлена подпись под копией",
            Self::StatementRefused => "отказано в подписи под копией",
            Self::CopySuperseded => "копия заменена новой версией",
            Self::Sealed => "копия скреплена печатью",
            Self::CopyExported => "копия выгружена пакетом",
            Self::ExtractMade => "сделана выписка",
            Self::CheckFailed => "проверка нашла нарушения",
            Self::DataChanged => "изменены данные",
            Self::ChangesUndone => "отменены изменения",
            Self::AccountIssued => "выданы учётные данные",
            Self::AccountChanged => "изменена учётная запись",
            Self::CompromiseNoted => "подано уведомление о компрометации",
            Self::VoidDecided => "решено о недействительных действиях",
            Self::PolicyChanged => "введены новые правила",
            Self::DataExported => "выгружены данные",
            Self::YearClosed => "закрыт учебный год",
            Self::YearReopened => "учебный год открыт снова",
            Self::TokenIssued => "выдан ключ интерфейса",
            Self::TokenRevoked => "отозван ключ интерфейса",
            Self::CertificateRevoked => "отозван сертификат подписи",
            Self::PaperStageOpened => "ступень копии назначена к подписи на бумаге",
            Self::PaperStageCompleted => "ступень, подписанная на бумаге, завершена по сканам",
            Self::RemindersGiven => "разосланы напоминания",
            Self::ForeignSignatureKept => "приложена внешняя подпись",
            Self::PaperPrinted => "копия напечатана",
            Self::HandoverOpened => "оформлена передача бумажной копии",
            Self::HandoverSigned => "подписана передача бумажной копии",
            Self::PaperRegistered => "бумажная копия внесена в реестр",
            Self::PaperNoted => "отмечено оформление бумажной копии",
            Self::PaperYearClosed => "подведён годовой итог реестра",
            Self::ConditionChecked => "проверены наличие и состояние",
            Self::SummariesTransferred => "сводные ведомости сданы в архив",
            Self::RequisitesSet => "изменены реквизиты для форм",
            Self::FilePlanChanged => "изменена номенклатура дел",
            Self::FilePlanClosed => "сделана итоговая запись номенклатуры",
            Self::VolumeNumbered => "оформлен том дела",
            Self::TemplateChecked => "проверен шаблон формы",
            Self::TemplateEnacted => "введён в действие шаблон формы",
            Self::TemplateWithdrawn => "шаблон формы снят",
            Self::CarrierChanged => "изменён учёт носителей",
            Self::UndertakingSigned => "подписана подписка о неразглашении",
            Self::CarrierCodeMade => "заведён код носителей",
            Self::CustodySigned => "подпись в журнале пользования носителями",
            Self::BackupWritten => "записана резервная копия",
            Self::BackupPruned => "стёрта прежняя резервная копия",
            Self::BackupChecked => "проверена резервная копия",
            Self::HouseRestored => "дом восстановлен из копии",
            Self::ScansTaken => "приняты сканы листов",
            Self::ScanDecided => "скан листа разобран вручную",
            Self::ScansCompared => "сканы сравнены с выпущенными страницами",
            Self::ScanLooked => "отличия на скане просмотрены",
            Self::SheetReceived => "получен лист на бумаге",
            Self::SupplementOpened => "открыт приём поздних записей",
            Self::SupplementFrozen => "составлен дополнительный лист",
            Self::SupplementWithdrawn => "закрыт приём поздних записей",
            Self::LessonTried => "пройден урок обучения",
            Self::OutageRecorded => "записан перерыв в работе журнала",
            Self::OutageNoted => "отмечено о перерыве в работе журнала",
            Self::PaperFamilyNoted => "отмечено, получает ли семья выписки на бумаге",
            Self::ExtractsPrinted => "напечатаны выписки для семей",
            Self::ExtractHanded => "семье выдана выписка",
            Self::PasswordsSprayed => "подбор паролей под разными логинами: попытки замедлены",
            Self::BreakAnnounced => "объявлен технический перерыв",
            Self::BreakWithdrawn => "отменён технический перерыв",
        }
    }
}

/// What an event of the log is called; one that a newer program wrote keeps its own word.
pub fn event(word: &str) -> &str {
    EventKind::ALL.iter().find(|kind| kind.as_str() == word).map_or(word, |kind| kind.as_russian())
}

/// What an event is called when its fact «what» says more: which change of an account it was.
pub fn event_of<'w>(word: &'w str, what: &str) -> &'w str {
    if word != EventKind::AccountChanged.as_str() {
        return event(word);
    }
    match what {
        "password" => "сменён пароль",
        "factor_on" => "подключён второй фактор",
        "factor_reset" => "снят второй фактор",
        "locked" => "закрыт вход",
        "unlocked" => "открыт вход",
        "linked" => "вход связан с внешней службой",
        "unlinked" => "вход отвязан от внешней службы",
        "link_code" => "выдан код для связи с внешней службой",
        _ => event(word),
    }
}

/// What a fact of an event is called; one that stands nowhere here keeps its own word.
pub fn fact(key: &str) -> &str {
    match key {
        "absences" => "пропусков",
        "account" | "person" => "человек",
        "accounts" => "учётных записей",
        "appointment" => "назначение",
        "backup" | "base" => "резервная копия",
        "bundle" => "набор",
        "carrier" => "носитель",
        "carriers" => "носители",
        "cause" => "повод",
        "certificate" => "сертификат",
        "changes" | "rows" => "изменённых строк",
        "changes_first" => "с № истории",
        "changes_root" => "сумма изменений",
        "changes_tables" | "tables" => "таблицы",
        "check" => "вид проверки",
        "checkpoint" => "записей в контрольной точке",
        "class" => "класс",
        "classes" => "классов",
        "code" => "код №",
        "codes" => "найдено",
        "complete" => "сведения полны",
        "content" => "содержимое",
        "copies" => "копий",
        "copy" => "копия",
        "courses" => "курсов",
        "coverage" => "полнота проверки",
        "day" => "день",
        "decision" => "решение",
        "differences" => "отличий",
        "differing" => "страниц с отличиями",
        "entries" => "записей",
        "expires_on" => "действует по",
        "extract" => "выписка №",
        "extracts" => "выписок",
        "fact" => "что сделано",
        "faults" | "faulty" => "с нарушениями",
        "file" => "файл",
        "filed" => "разложено страниц",
        "files" => "файлов",
        "final_marks" => "итоговых отметок",
        "findings" => "нарушений",
        "fingerprint" => "отпечаток ключа",
        "first" => "с №",
        "form" => "форма",
        "from" => "с",
        "ground" => "основание",
        "handover" => "передача №",
        "how" => "что сделано",
        "in_time" => "в срок",
        "issued_pdf" => "выпущенный PDF",
        "last" => "по №",
        "leaf" => "страница",
        "learner" => "обучающийся",
        "learners" => "обучающихся",
        "learnt" => "стало известно",
        "lesson" => "урок",
        "lessons" => "уроков",
        "letters" => "писем",
        "lines" => "строк",
        "listed" => "числится",
        "logins" => "неверных логинов",
        "log_root" => "корень журнала",
        "log_size" => "записей в журнале",
        "made_at" => "составлена",
        "manifest" => "опись",
        "marks" => "отметок",
        "month" => "месяц",
        "name" => "название",
        "names" => "что изменено",
        "next" => "следующая",
        "notice" => "уведомление №",
        "notices" => "напоминаний",
        "number" | "no" => "№",
        "object" => "запись архива",
        "order" => "приказ №",
        "order_date" => "дата приказа",
        "outage" => "перерыв №",
        "over" => "под чем",
        "owner" => "владелец",
        "part" => "раздел описи",
        "package" => "пакет",
        "page" => "страница",
        "pages" => "страниц",
        "paper" => "бумажная копия",
        "passed" => "пройден",
        "pdf" => "PDF",
        "people" => "человек",
        "period" => "период",
        "place" => "место хранения",
        "policy" => "правила",
        "present" => "в наличии",
        "purpose" => "назначение",
        "reason" => "причина",
        "recipient" => "открытый ключ кода",
        "record" => "вид записи",
        "register_no" => "№ в реестре",
        "replaces" => "взамен",
        "role" => "должность",
        "rule" => "правило",
        "scans" => "сканов",
        "school" => "школа",
        "scopes" => "права",
        "sealed_pdf" => "скреплённый PDF",
        "serial" => "номер сертификата",
        "sha256" => "SHA-256",
        "sheet" => "лист",
        "sheets" => "листов",
        "side" => "сторона",
        "signature" => "подпись",
        "signatures" => "подписей",
        "signer" => "подписант",
        "since" => "с момента",
        "snapshot" => "снимок",
        "staff" => "сотрудников",
        "stage" => "ступень",
        "state" => "состояние",
        "statement" => "заявление",
        "statements" => "заявления",
        "step" => "действие",
        "supplement" => "дополнительный лист",
        "text" => "текст",
        "to" => "по",
        "token" => "ключ интерфейса",
        "trip" => "запись №",
        "undone" => "отменено",
        "verdict" => "итог",
        "version" | "base_version" => "версия",
        "void_changes" => "недействительных изменений",
        "void_events" => "недействительных действий",
        "volume" => "том",
        "wants" => "на бумаге",
        "what" => "что",
        "year" => "учебный год",
        other => other,
    }
}

/// A word that the program wrote as a fact, as people read it; `None` for what is no such word: an identifier, a digest, a text.
pub fn value(key: &str, text: &str) -> Option<&'static str> {
    let said = match (key, text) {
        ("complete" | "in_time" | "passed", "yes" | "true") => "да",
        ("complete" | "in_time" | "passed", "no" | "false") => "нет",
        ("fact", "presented") => "представлена на подпись директору",
        ("fact", "signed_by_head") => "подписана директором",
        ("fact", "stamped") => "скреплена печатью",
        ("fact", "numbered") => "листы пронумерованы",
        ("fact", "stitched") => "прошита",
        ("fact", "placed") => "помещена на место хранения",
        ("fact", "voided") => "аннулирована",
        ("fact", "ended") => "перерыв закончился",
        ("fact", "act") => "составлен акт",
        ("fact", "paper") => "уроки велись на бумаге",
        ("fact", "entered") => "записи с бумаги внесены",
        ("fact", "filed") => "акт подшит",
        ("fact", "mistaken") => "запись ошибочна",
        ("ground", "declined") => "отказ от сведений в электронном виде",
        ("ground", "no_access") => "нет доступа к интернету",
        ("wants", "yes") => "да",
        ("wants", "no") => "нет",
        ("side", "from") => "сдал",
        ("side", "to") => "принял",
        ("how", "one_address") => "с одного адреса",
        ("how", "many_addresses") => "с многих адресов",
        ("how", "registered") => "поставлен на учёт",
        ("how", "moved") => "перемещён",
        ("how", "written_off") => "списан",
        ("check", "comparison") => "сверка с домом",
        ("check", "rehearsal") => "пробное восстановление",
        ("check", "doctor") => "сверка базы, архива и журнала событий",
        ("verdict", "valid") => "верна",
        ("verdict", "altered") => "не совпала",
        ("verdict", "unchecked") => "не проверена",
        ("decision", "approved") => "оставлено в силе",
        ("decision", "undone") => "отменено",
        ("record", "bundle") => "журнал школы",
        ("record", "history") => "изменения журнала",
        ("over", "issued") => "выпущенный PDF",
        ("over", "sealed") => "скреплённый PDF",
        ("owner", "authority") => "удостоверяющий центр школы",
        ("owner", "seal") => "печать школы",
        ("owner", "log") => "журнал событий",
        ("daily", "yes") => "да",
        ("daily", "no") => "нет",
        ("what", "setup") => "учебный год показательного дома",
        ("what", "movement") => "движение обучающихся",
        ("what", "substitution") => "замена учителя на уроке",
        ("what", "journal") => "журнал целиком",
        ("what", "roster") => "школа без уроков",
        ("what", "year") => "школа с таблицами учебного года",
        ("what", "demo") => "вход в показательный дом",
        ("what", "guardian") => "родитель (законный представитель)",
        ("what", "setup_files") => "таблицы учебного года из файлов",
        ("what", "import_undone") => "загрузка отменена",
        ("what", "feed") => "обезличенная выгрузка",
        ("what", "paper") => "дела на бумаге",
        ("what", "archive") => "электронный архив",
        ("what", "mail_address_set") => "записан адрес для писем",
        ("what", "mail_address_removed") => "убран адрес для писем",
        ("what", "password") => "сменён пароль",
        ("what", "locked") => "вход закрыт",
        ("what", "unlocked") => "вход открыт",
        ("what", "factor_on") => "включён второй фактор",
        ("what", "factor_reset") => "второй фактор сброшен",
        ("what", "link_code") => "выдан код привязки",
        ("what", "linked") => "привязан внешний вход",
        ("what", "unlinked") => "отвязан внешний вход",
        ("what", "appointed") => "назначение приказом",
        ("what", "consents") => "реестр согласий",
        ("what", "learner_card") => "карточка учащегося",
        ("what", "data_checked") => "сверены данные класса",
        ("what", "staff_hired") => "принят сотрудник",
        ("what", "staff_card") => "исправлена карточка сотрудника",
        ("what", "staff_dismissed") => "уволен сотрудник",
        ("what", "staff_list") => "список сотрудников таблицей",
        ("what", "ended") => "назначение завершено приказом",
        ("purpose", word) => return Purpose::parse(word).map(Purpose::as_russian),
        ("step", word) => return Step::parse(word).map(Step::as_russian),
        ("cause", word) => return Cause::parse(word).map(Cause::as_russian),
        // A stage of a route is named by its office; a subject teacher signs the own sheets.
        ("stage", "subject_teacher") => Role::SubjectTeacher.as_russian(),
        ("stage" | "role", word) => return Role::parse(word).map(Role::as_russian),
        _ => return None,
    };
    Some(said)
}

/// Several words in one fact, each as people read it: codes of findings, scopes of a token. `None` for every other fact.
pub fn list(key: &str, text: &str) -> Option<String> {
    let each = |said: fn(&str) -> Option<&'static str>| {
        let mut told: Vec<&str> =
            text.split(' ').filter(|word| !word.is_empty()).map(|word| said(word).unwrap_or(word)).collect();
        told.dedup();
        Some(told.join("; "))
    };
    match key {
        "codes" => each(|code| Some(super::codes::said(code))),
        "scopes" => each(|word| SCOPES.iter().find(|scope| scope.word == word).map(|scope| scope.about)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_russian_word_of_its_own() {
        let words: std::collections::BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.as_russian()).collect();
        assert_eq!(words.len(), EventKind::ALL.len());
        for kind in EventKind::ALL {
            assert_eq!(event(kind.as_str()), kind.as_russian());
            assert!(kind.as_russian().chars().all(|letter| !letter.is_ascii_alphabetic()), "{}", kind.as_str());
        }
        assert_eq!(event("of_tomorrow"), "of_tomorrow");
    }

    #[test]
    fn facts_are_told_in_words_and_identifiers_stay() {
        assert_eq!((fact("paper"), value("fact", "stitched")), ("бумажная копия", Some("прошита")));
        assert_eq!(value("step", "taken"), Some(Step::Taken.as_russian()));
        assert_eq!(value("stage", "director"), Some("директор"));
        assert_eq!(value("copy", "2025-05A-Q1"), None);
        assert_eq!(value("over", "sealed"), Some("скреплённый PDF"));
        assert_eq!(value("stage", "subject_teacher"), Some("учитель-предметник"));
        assert_eq!(value("purpose", "hand_in"), Some("сдача в канцелярию"));
        assert_eq!(
            list("codes", "doctor.counter log.row-altered").as_deref(),
            Some("счётчик реестра не на последнем номере; строка данных изменена мимо программы")
        );
        assert_eq!(list("scopes", "read_history").as_deref(), Some("лента изменений"));
        assert_eq!(list("copy", "2025-05A-Q1"), None);
    }
}
