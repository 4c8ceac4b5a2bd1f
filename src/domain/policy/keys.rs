//! The keys of a policy: what each means, what the further ones may hold, and which question of a regulation they answer. Floor 0.
//!
//! The first keys (print, route, retention, codes, completeness, signature, seal) are read by `rules`, and `FIRST` has their words; the
//! further ones are read by `said`, all in one way. [`PARAMETERS`] walks the questions on which the schools' regulations differ
//! (docs/policies.ru.md), each with its keys.

use super::said::Unit;

/// What a further key may hold.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One word of a closed list.
    Word(&'static [Word]),
    /// Some words of a closed list.
    Words(&'static [Word]),
    /// A whole number in one of these units.
    Number(&'static [Unit]),
    /// A term: a number with a unit, or a time of the same day.
    Term(&'static [Unit]),
    /// A day of the year, `06-30`, or `year_end`.
    DayOfYear,
    /// Words of the regulation itself.
    Text,
    /// Names of the school's own: kinds of work.
    Names,
}

/// A word of a policy file and what people read.
pub type Word = (&'static str, &'static str);

/// A further key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `deadline.oral`.
    pub key: &'static str,
    /// What it is about, in Russian.
    pub about: &'static str,
    /// What it may hold.
    pub shape: Shape,
}

const YES_NO: &[Word] = &[("yes", "да"), ("no", "нет")];

/// People whom a regulation names.
const PEOPLE: &[Word] = &[
    ("director", "директор"),
    ("deputy", "заместитель директора"),
    ("responsible", "ответственный за ведение журнала"),
    ("class_teacher", "классный руководитель"),
    ("subject_teacher", "учитель-предметник"),
    ("secretary", "секретарь (делопроизводитель)"),
    ("technical_specialist", "технический специалист"),
    ("administrator", "администратор"),
    ("assistant", "помощник администратора"),
    ("hr_specialist", "специалист по кадрам"),
    ("outside", "специалисты внешней системы"),
    ("esia", "ЕСИА (Госуслуги)"),
];

const EVERY: &[Unit] = &[Unit::Days, Unit::Weeks, Unit::Months, Unit::Periods, Unit::Years];
const DAYS: &[Unit] = &[Unit::CalendarDays, Unit::SchoolDays, Unit::WorkingDays];
const TERM: &[Unit] = &[
    Unit::Hours,
    Unit::CalendarDays,
    Unit::SchoolDays,
    Unit::WorkingDays,
    Unit::Weeks,
    Unit::Lessons,
    Unit::ClockTime,
];

const fn key(key: &'static str, about: &'static str, shape: Shape) -> Key {
    Key { key, about, shape }
}

use Shape::{DayOfYear, Names, Number, Term, Text};

/// Keys that even the default policy leaves unsaid: no regulation speaks of them, and the house then does nothing by itself.
pub const OPTIONAL: &[&str] = &[
    "backup.keep_weeks",
    "backup.keep_months",
    "journal.general_information",
    "journal.health_sheet",
    "signature.browser_keys",
    "signature.server_keys",
];

/// Every further key, in the order in which people read a policy.
pub const KEYS: &[Key] = &[
    key("journal.status", "чем является электронный журнал", Text),
    key(
        "journal.scope",
        "что ведётся в журнале",
        Shape::Words(&[
            ("lessons", "урочная деятельность"),
            ("extracurricular", "внеурочная деятельность"),
            ("additional", "дополнительное образование"),
            ("extended_day", "группы продлённого дня"),
            ("electives", "элективные курсы и факультативы"),
            ("individual_plans", "индивидуальные учебные планы"),
        ]),
    ),
    key("journal.general_information", "лист «Общие сведения об обучающихся» при журнале", Shape::Word(YES_NO)),
    key("journal.health_sheet", "«Листок здоровья» при журнале", Shape::Word(YES_NO)),
    key("journal.language", "язык записей", Shape::Word(&[("russian", "русский, включая иностранный язык")])),
    key(
        "journal.failover",
        "работа без журнала при сбое",
        Shape::Word(&[
            ("required", "меры обязательны"),
            ("announced_breaks", "только объявленные технические перерывы"),
        ]),
    ),
    key("paper.enabled", "бумажные копии", Shape::Word(YES_NO)),
    key("print.by", "кто печатает копию периода", Shape::Words(PEOPLE)),
    key("print.summary_by", "кто печатает сводную ведомость", Shape::Words(PEOPLE)),
    key("print.summary_due", "когда готова сводная ведомость", DayOfYear),
    key(
        "print.late_entries",
        "записи, сделанные после печати копии",
        Shape::Word(&[
            ("supplement", "дополнительный лист по тому же маршруту"),
            ("next_period", "в копию следующего периода"),
        ]),
    ),
    key(
        "copy.stitching",
        "оформление бумажной копии",
        Shape::Words(&[
            ("numbered", "нумеруется"),
            ("stitched", "прошивается"),
            ("bound_to_title", "брошюруется к титульному листу класса"),
            ("signed_and_sealed", "скрепляется подписью и печатью"),
        ]),
    ),
    key(
        "seal.kind",
        "какая печать",
        Shape::Word(&[("school", "печать школы"), ("institution", "печать учреждения"), ("state", "гербовая печать")]),
    ),
    key("signature.browser_keys", "у кого закрытый ключ подписи только в браузере владельца", Shape::Words(PEOPLE)),
    key("signature.server_keys", "у кого закрытый ключ подписи только на сервере школы", Shape::Words(PEOPLE)),
    key(
        "signature.electronic",
        "электронная подпись",
        Shape::Word(&[
            ("time_and_source", "подтверждает время и источник данных"),
            ("if_provided", "применяется, если предусмотрена"),
            ("act_only", "подписан сам акт"),
        ]),
    ),
    key(
        "registers.kept",
        "какие реестры ведутся",
        Shape::Words(&[
            ("paper_copies", "реестр бумажных копий"),
            ("handover", "журнал сдачи документов строгой отчётности"),
            ("backup_use", "журнал пользования резервными копиями"),
            ("substitutions", "журнал замещения уроков"),
        ]),
    ),
    key(
        "archive.folder",
        "из чего состоит папка",
        Shape::Word(&[("period", "общая папка за период"), ("class", "по титульному листу каждого класса")]),
    ),
    key("archive.every", "как часто данные уходят в архив", Number(EVERY)),
    key(
        "archive.summary_transfer",
        "когда сводная ведомость сдаётся в архив",
        Shape::Word(&[("at_once", "сразу по завершении ведения журнала"), ("year_end", "по окончании учебного года")]),
    ),
    key("archive.owner", "кто отвечает за электронный архив", Shape::Words(PEOPLE)),
    key("backup.every", "как часто делается резервная копия", Number(EVERY)),
    key("backup.media", "на скольких носителях", Number(&[Unit::Media])),
    key("backup.rooms", "в скольких помещениях", Number(&[Unit::Rooms])),
    key("backup.keep_weeks", "за сколько последних недель носитель хранит по копии", Number(&[Unit::Weeks])),
    key("backup.keep_months", "за сколько последних месяцев носитель хранит по копии", Number(&[Unit::Months])),
    key("backup.by", "кто делает резервную копию", Shape::Words(PEOPLE)),
    key("backup.code_known_to", "кому известен код диска", Shape::Words(PEOPLE)),
    key("backup.key_kept_by", "у кого ключ от сейфа", Shape::Words(PEOPLE)),
    key("deadline.lesson", "запись об уроке", Term(TERM)),
    key("deadline.absence", "отметка об отсутствующих", Term(TERM)),
    key("deadline.homework", "домашнее задание, от конца уроков класса", Term(TERM)),
    key("deadline.oral", "отметка за устный ответ", Term(TERM)),
    key("deadline.written", "отметка за письменную работу", Term(TERM)),
    key("deadline.control", "отметка за контрольную работу", Term(TERM)),
    key("deadline.period_mark", "отметка за период, до его конца", Term(&[Unit::SchoolDays, Unit::Weeks])),
    key("deadline.final_visible", "итоги доступны семье", Term(&[Unit::Hours, Unit::CalendarDays])),
    key("deadline.reason", "причина пропуска", Term(&[Unit::CalendarDays, Unit::SchoolDays, Unit::Weeks])),
    key("deadline.remark", "устранение замечания", Term(DAYS)),
    key("works.oral", "какие работы устные", Names),
    key("works.written", "какие работы письменные", Names),
    key("works.control", "какие работы контрольные", Names),
    key(
        "works.otherwise",
        "чем считается не названная работа",
        Shape::Word(&[
            ("oral", "устным ответом"),
            ("written", "письменной работой"),
            ("control", "контрольной работой"),
        ]),
    ),
    key("homework.in_advance", "темы и задания заранее", Shape::Word(YES_NO)),
    key("marks.first_grade", "с какого класса ставятся отметки", Number(&[Unit::Grade])),
    key("marks.norm", "сколько отметок нужно за период", Number(&[Unit::Marks])),
    key(
        "marks.edit_after_final",
        "исправление после отметок за период",
        Shape::Word(&[("forbidden", "запрещено"), ("by_approval", "по разрешению, с причиной")]),
    ),
    key("absence.reason_by", "кто называет причину пропуска", Shape::Words(PEOPLE)),
    key("control.activity", "отчёт об активности", Number(EVERY)),
    key("control.filling", "отчёт о заполнении и накопляемости", Number(EVERY)),
    key("control.check", "проверка журналов", Number(EVERY)),
    key("control.deep_check", "углублённая проверка", Number(EVERY)),
    key("report.preliminary", "предварительный отчёт класса, до конца периода", Number(&[Unit::Weeks])),
    key(
        "report.success",
        "успеваемость",
        Shape::Word(&[("marks_not_below_3", "итоговые отметки не ниже «3» / число обучающихся × 100 %")]),
    ),
    key("parents.extract", "выписка для родителей без доступа", Number(&[Unit::Weeks])),
    key("parents.look", "родители смотрят отметки не реже", Number(&[Unit::TimesAWeek])),
    key(
        "parents.acknowledge",
        "ознакомление родителей",
        Shape::Word(&[("each_period", "подтверждают в конце периода"), ("registered", "регистрируется школой")]),
    ),
    key("people.check", "сверка данных обучающихся", Number(EVERY)),
    key("people.edit_by", "кто правит данные обучающихся", Shape::Words(PEOPLE)),
    key("access.issued_by", "кто выдаёт доступ", Shape::Words(PEOPLE)),
    key(
        "access.learners",
        "обучающиеся у журнала",
        Shape::Word(&[("view_only", "только просмотр своего"), ("forbidden", "не допускаются")]),
    ),
    key("access.breach_notice", "сообщить о разглашении доступа", Number(DAYS)),
    key("setup.due", "год настроен", DayOfYear),
    key(
        "groups.composed",
        "когда составляются группы",
        Shape::Word(&[("each_period", "в начале каждого периода"), ("year_start", "в начале года")]),
    ),
    key("groups.composed_by", "кто составляет группы", Shape::Words(PEOPLE)),
    key(
        "substitution.recorded",
        "когда записывается замена",
        Shape::Word(&[("at_entry", "вместе с записью об уроке"), ("in_log", "в журнале замещения уроков")]),
    ),
    key("substitution.recorded_by", "кто записывает замену", Shape::Words(PEOPLE)),
    key("year.promoted_by", "кто закрывает год и переводит классы", Shape::Words(PEOPLE)),
    key(
        "audit.recorded",
        "что записывается о каждом изменении",
        Shape::Words(&[("time", "время"), ("author", "автор"), ("old_value", "прежнее значение")]),
    ),
];

/// The further key of that name.
pub fn find(key: &str) -> Option<&'static Key> {
    KEYS.iter().find(|known| known.key == key)
}

/// Keys that the program shows and does not act on, each with the reason that people read beside its value.
pub const TOLD_ONLY: &[(&str, &str)] = &[
    ("journal.status", "так сказано в положении, на работу программы это не влияет"),
    ("journal.scope", "какие бывают занятия, вносится на странице «Виды занятий и потоки»"),
    ("journal.failover", "правило для времени, когда журнал недоступен"),
    (
        "marks.edit_after_final",
        "закрытый период заперт при любом ответе: исправление — новой версией копии; до закрытия каждое исправление остаётся в истории",
    ),
    ("copy.stitching", "порядок для того, кто прошивает бумажную копию"),
    ("signature.electronic", "подпись в программе всегда несёт время и сертификат подписавшего"),
    ("archive.folder", "порядок для того, кто подшивает бумагу; опись составляется по копиям"),
    ("report.success", "отчёты считают по одной формуле"),
    ("parents.acknowledge", "порядок для классного руководителя: как знакомят родителей"),
    (
        "access.learners",
        "обучающийся видит только своё — так в таблице прав; не допускать к журналу — значит не выдавать вход",
    ),
    ("substitution.recorded", "кто вёл урок вместо другого, записано в самом уроке"),
    ("audit.recorded", "записываются время, автор и прежнее значение, что бы ни было здесь сказано"),
    ("backup.by", "с кого спрашивают: право делать копию даёт таблица прав"),
    ("backup.code_known_to", "код получает только директор — так в таблице прав"),
    ("backup.key_kept_by", "ключ от сейфа — вещь: программа ведёт журнал пользования носителями"),
    ("deadline.final_visible", "отметка видна семье, как только внесена: срок выполняется сам"),
    ("homework.in_advance", "загруженное задание принимается на любой день"),
    ("parents.look", "решают родители; кто и когда смотрел, видно на странице «Кто смотрел»"),
];

/// Why the program only shows that key; empty for one that it acts on.
pub fn why_only_told(key: &str) -> &'static str {
    TOLD_ONLY.iter().find(|(told, _)| *told == key).map_or("", |(_, why)| why)
}

/// The first keys, each with its title under the question that asks for it, empty where the question says it all, and with its words where it
/// stands by itself.
const FIRST: &[(&str, &str, &str)] = &[
    ("regulation.title", "", "название положения"),
    ("regulation.order_number", "", "номер приказа"),
    ("regulation.order_date", "", "дата приказа"),
    ("regulation.in_force_from", "", "действует с"),
    ("regulation.in_force_to", "", "действует по"),
    ("print.cadence", "", "когда делается копия"),
    ("print.due_before_end", "", "срок копии до конца периода"),
    ("print.due_after_end", "", "срок копии после конца периода"),
    ("print.due_by", "", "день года, к которому готова копия"),
    ("route.period_copy", "копия за период", "подписи копии за период"),
    ("route.summary_sheet", "сводная ведомость", "подписи сводной ведомости"),
    ("retention.period_copy", "", "срок хранения журнала"),
    ("retention.summary_sheet", "", "срок хранения сводной ведомости"),
    ("codes.marks", "отметки", "шкала отметок"),
    ("codes.absence", "на уроке", "обозначение пропуска"),
    ("codes.final", "вместо отметки", "обозначение вместо итоговой отметки"),
    ("completeness.final_mark", "итоговая отметка", "итоговая отметка"),
    ("completeness.topic", "тема урока", "тема урока"),
    ("completeness.homework", "домашнее задание", "домашнее задание"),
    ("completeness.absence_reason", "причина пропуска", "причина пропуска"),
    ("completeness.lessons", "уроки предмета", "уроки предмета"),
    ("completeness.decision", "решение о переводе", "решение о переводе"),
    ("signature.act", "по какому акту", "по какому акту действует электронная подпись"),
    ("signature.wording", "слова отметки на странице", "слова отметки об электронной подписи"),
    ("seal.wording", "слова отметки на странице", "слова отметки о печати"),
];

/// Title and words of a key; a further key has one name for both, a key that no policy has neither.
fn names(key: &str) -> [&'static str; 2] {
    let first = || FIRST.iter().find(|(known, ..)| *known == key).map(|(_, title, words)| [*title, *words]);
    find(key).map(|known| [known.about; 2]).or_else(first).unwrap_or_default()
}

/// The title of a key under the question that asks for it; empty for one that the question alone speaks for.
pub fn title(key: &str) -> &'static str {
    let [title, _] = names(key);
    title
}

/// The words of a key that stands by itself; empty for one that no policy has.
pub(super) fn own_words(key: &str) -> &'static str {
    let [_, words] = names(key);
    words
}

/// The names of a section's further keys: `["by", "summary_by"]` for `print`.
pub(super) fn names_of(section: &str) -> Vec<&'static str> {
    KEYS.iter()
        .filter_map(|key| key.key.split_once('.'))
        .filter(|(of, _)| *of == section)
        .map(|(_, name)| name)
        .collect()
}

/// The sections that hold further keys, once each.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = KEYS.iter().filter_map(|key| key.key.split_once('.')).map(|(of, _)| of).collect();
    sections.sort_unstable();
    sections.dedup();
    sections
}

/// A question on which the regulations differ.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Number of the question, from 1.
    pub no: u8,
    /// The question.
    pub about: &'static str,
    /// Keys that answer it; a key may stand for all that begin with it and a dot.
    pub keys: &'static [&'static str],
}

const fn ask(no: u8, about: &'static str, keys: &'static [&'static str]) -> Parameter {
    Parameter { no, about, keys }
}

/// The questions, by number.
pub const PARAMETERS: [Parameter; 55] = [
    ask(1, "Чем является журнал", &["journal.status"]),
    ask(2, "Бумажные копии", &["paper.enabled"]),
    ask(3, "Когда делается копия: 1–9 классы", &["print.cadence"]),
    ask(4, "Когда делается копия: 10–11 классы", &["print.cadence"]),
    ask(5, "Срок копии", &["print.due_before_end", "print.due_after_end", "print.due_by", "print.late_entries"]),
    ask(6, "Срок сводной ведомости", &["print.summary_due", "archive.summary_transfer"]),
    ask(7, "Кто печатает", &["print.by", "print.summary_by"]),
    ask(8, "Подпись учителя", &["route.period_copy"]),
    ask(9, "Подпись классного руководителя", &["route.period_copy", "route.summary_sheet"]),
    ask(10, "Подпись заместителя", &["route.period_copy", "route.summary_sheet"]),
    ask(11, "Подпись директора", &["route.period_copy", "route.summary_sheet"]),
    ask(12, "Печать", &["seal.kind", "seal.wording"]),
    ask(13, "Прошивка", &["copy.stitching"]),
    ask(14, "Срок хранения журнала", &["retention.period_copy"]),
    ask(15, "Срок хранения сводной ведомости", &["retention.summary_sheet"]),
    ask(16, "Реестры", &["registers.kept"]),
    ask(17, "Папка", &["archive.folder"]),
    ask(18, "Частота резервных копий", &["backup.every"]),
    ask(19, "Частота архивации", &["archive.every"]),
    ask(20, "Носители", &["backup.media", "backup.rooms", "backup.keep_weeks", "backup.keep_months"]),
    ask(21, "Кто копирует", &["backup.by"]),
    ask(22, "Код диска", &["backup.code_known_to"]),
    ask(23, "Ключ от сейфа", &["backup.key_kept_by"]),
    ask(
        24,
        "Электронная подпись",
        &[
            "signature.electronic",
            "signature.act",
            "signature.wording",
            "signature.browser_keys",
            "signature.server_keys",
        ],
    ),
    ask(25, "Срок записи об уроке", &["deadline.lesson", "deadline.absence"]),
    ask(26, "Срок домашнего задания", &["deadline.homework"]),
    ask(27, "Задания заранее", &["homework.in_advance"]),
    ask(28, "Срок отметки за устный ответ", &["deadline.oral", "works.oral", "works.otherwise"]),
    ask(
        29,
        "Срок отметки за письменную работу",
        &["deadline.written", "deadline.control", "works.written", "works.control"],
    ),
    ask(30, "Срок отметки за период", &["deadline.period_mark", "deadline.final_visible"]),
    ask(31, "Исправление после итогов", &["marks.edit_after_final"]),
    ask(32, "Срок устранения замечания", &["deadline.remark"]),
    ask(33, "Обозначения пропусков", &["codes.absence", "codes.final", "codes.marks"]),
    ask(34, "Кто называет причину", &["absence.reason_by", "deadline.reason"]),
    ask(35, "Накопляемость", &["marks.norm"]),
    ask(36, "Частота контроля", &["control.activity", "control.filling", "control.check", "control.deep_check"]),
    ask(37, "Предварительный отчёт", &["report.preliminary"]),
    ask(38, "Выписка родителям", &["parents.extract"]),
    ask(39, "Обязанность родителей", &["parents.look", "parents.acknowledge"]),
    ask(40, "Сверка данных", &["people.check"]),
    ask(41, "Кто правит данные", &["people.edit_by"]),
    ask(42, "Доступ", &["access.issued_by"]),
    ask(43, "Срок настройки года", &["setup.due"]),
    ask(44, "Группы", &["groups.composed", "groups.composed_by"]),
    ask(45, "Замена", &["substitution.recorded", "substitution.recorded_by"]),
    ask(46, "Закрытие года и перевод", &["year.promoted_by"]),
    ask(47, "Что ведётся в журнале", &["journal.scope", "journal.general_information", "journal.health_sheet"]),
    ask(48, "Классы без отметок", &["marks.first_grade"]),
    ask(49, "Обучающиеся у журнала", &["access.learners"]),
    ask(50, "Сообщение о разглашении", &["access.breach_notice"]),
    ask(51, "Работа при сбое", &["journal.failover"]),
    ask(52, "Успеваемость", &["report.success"]),
    ask(53, "Язык", &["journal.language"]),
    ask(54, "След изменений", &["audit.recorded"]),
    ask(55, "Ответственный за архив", &["archive.owner"]),
];
