//! The lists of the documented interface: address, scope, fields, filters. Handlers, document and tests are made of this table. Floor 3.

use crate::domain::rights::Action;
use crate::store::pages::{self, Listing};

/// One list.
pub(super) struct Resource {
    /// Name: the last part of the address.
    pub(super) name: &'static str,
    /// Address.
    pub(super) path: &'static str,
    /// Scope that a token needs.
    pub(super) scope: Action,
    /// What it lists.
    pub(super) about: &'static str,
    /// Where it stands.
    pub(super) listing: &'static Listing,
    /// What narrows it.
    pub(super) filters: &'static [Filter],
    /// Fields with their meaning, in the order of the listing's columns.
    pub(super) fields: &'static [(&'static str, &'static str)],
}

/// Field of rows that may be void: written by a stolen account, and not decided yet.
pub(super) const VOID: (&str, &str) =
    ("void", "Запись внесена под похищенной учётной записью, решения о ней нет: в средние и отчёты её не берут.");

impl Resource {
    /// Are its rows entries of the journal, which a stolen account may have written?
    pub(super) fn may_be_void(&self) -> bool {
        matches!(self.name, "lessons" | "marks" | "absences" | "final-marks")
    }
}

/// What a filter's value looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Any text of 1 to 100 characters.
    Text,
    /// `2025-10-01`.
    Date,
    /// A whole number from 0.
    Number,
}

/// One filter.
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) about: &'static str,
    /// SQL with `{}` for the value.
    pub(super) sql: &'static str,
}

const CLASS: Filter =
    Filter { name: "class", form: Form::Text, about: "Только этот класс, «5А».", sql: "class = {}" };
const COURSE: Filter =
    Filter { name: "course", form: Form::Text, about: "Только этот курс.", sql: "course = {}" };
const LEARNER: Filter =
    Filter {
        name: "learner", form: Form::Text, about: "Только этот обучающийся.", sql: "learner = {}"
    };
const FROM: Filter =
    Filter { name: "from", form: Form::Date, about: "Уроки с этого дня.", sql: "date >= {}" };
const TO: Filter =
    Filter {
        name: "to", form: Form::Date, about: "Уроки по этот день включительно.", sql: "date <= {}"
    };
const PERIOD: Filter =
    Filter {
        name: "period", form: Form::Text, about: "Только этот учётный период, Q1.", sql: "period = {}"
    };
const OF_COURSE_CLASS: Filter = Filter {
    name: "class",
    form: Form::Text,
    about: "Только курсы этого класса, «5А».",
    sql: "course in (select id from courses where school = $1 and year = $2 and class = {})",
};

/// Every list.
pub(super) static RESOURCES: &[Resource] = &[
    Resource {
        name: "years",
        path: "/api/v1/years",
        scope: Action::ReadSetup,
        about: "Учебные годы.",
        listing: &pages::YEARS,
        filters: &[],
        fields: &[("year", "Учебный год, 2025/2026.")],
    },
    Resource {
        name: "periods",
        path: "/api/v1/periods",
        scope: Action::ReadSetup,
        about: "Учётные периоды года.",
        listing: &pages::PERIODS,
        filters: &[],
        fields: &[
            ("id", "Идентификатор, Q1."),
            ("name", "Название."),
            ("kind", "Вид: quarter, trimester, half …"),
            ("grade_from", "С какой параллели."),
            ("grade_to", "По какую параллель."),
            ("starts", "Первый день."),
            ("ends", "Последний день."),
        ],
    },
    Resource {
        name: "classes",
        path: "/api/v1/classes",
        scope: Action::ReadSetup,
        about: "Классы года.",
        listing: &pages::CLASSES,
        filters: &[],
        fields: &[("name", "Название, «5А»."), ("grade", "Параллель."), ("class_teacher", "Классный руководитель.")],
    },
    Resource {
        name: "learners",
        path: "/api/v1/learners",
        scope: Action::ReadRoster,
        about: "Обучающиеся; с on — список на день.",
        listing: &pages::LEARNERS,
        filters: &[
            CLASS,
            Filter {
                name: "on",
                form: Form::Date,
                about: "Только те, кто числится в этот день.",
                sql: "enrolled_on <= {} and (left_on = '' or left_on > {})",
            },
        ],
        fields: &[
            ("id", "Идентификатор."),
            ("surname", "Фамилия."),
            ("given_name", "Имя."),
            ("patronymic", "Отчество, может быть пусто."),
            ("born", "День рождения, может быть пусто."),
            ("class", "Класс."),
            ("enrolled_on", "День зачисления."),
            ("enrolment_order", "Приказ о зачислении."),
            ("left_on", "День выбытия; пусто, если учится."),
            ("leaving_order", "Приказ о выбытии."),
        ],
    },
    Resource {
        name: "staff",
        path: "/api/v1/staff",
        scope: Action::ReadStaff,
        about: "Сотрудники года.",
        listing: &pages::STAFF,
        filters: &[],
        fields: &[
            ("id", "Идентификатор."),
            ("surname", "Фамилия."),
            ("given_name", "Имя."),
            ("patronymic", "Отчество, может быть пусто."),
            ("position", "Должность по штату."),
            ("roles", "Роли через пробел."),
        ],
    },
    Resource {
        name: "courses",
        path: "/api/v1/courses",
        scope: Action::ReadSetup,
        about: "Курсы: предмет, класс, группа, учитель.",
        listing: &pages::COURSES,
        filters: &[CLASS],
        fields: &[
            ("id", "Идентификатор."),
            ("class", "Класс."),
            ("subject", "Предмет."),
            ("group_name", "Группа; пусто, если весь класс."),
            ("teacher", "Учитель."),
            ("hours_centi", "Часов в неделю, в сотых долях."),
        ],
    },
    Resource {
        name: "members",
        path: "/api/v1/members",
        scope: Action::ReadRoster,
        about: "Кто учится на курсе, если не весь класс.",
        listing: &pages::MEMBERS,
        filters: &[COURSE, LEARNER],
        fields: &[("course", "Курс."), ("learner", "Обучающийся.")],
    },
    Resource {
        name: "lessons",
        path: "/api/v1/lessons",
        scope: Action::ReadJournal,
        about: "Проведённые уроки.",
        listing: &pages::LESSONS,
        filters: &[COURSE, OF_COURSE_CLASS, FROM, TO],
        fields: &[
            ("course", "Курс."),
            ("date", "День."),
            ("number", "Номер урока в этот день у курса."),
            ("topic", "Тема."),
            ("homework", "Домашнее задание."),
            ("kind_of_work", "Вид работы, может быть пусто."),
            ("substitute", "Заменяющий учитель, может быть пусто."),
        ],
    },
    Resource {
        name: "marks",
        path: "/api/v1/marks",
        scope: Action::ReadJournal,
        about: "Текущие отметки.",
        listing: &pages::MARKS,
        filters: &[COURSE, OF_COURSE_CLASS, LEARNER, FROM, TO],
        fields: &[
            ("course", "Курс."),
            ("date", "День."),
            ("number", "Номер урока."),
            ("learner", "Обучающийся."),
            ("ordinal", "Которая отметка за урок, с нуля."),
            ("kind_of_work", "Вид работы, может быть пусто."),
            ("value", "Отметка."),
        ],
    },
    Resource {
        name: "absences",
        path: "/api/v1/absences",
        scope: Action::ReadJournal,
        about: "Пропуски уроков.",
        listing: &pages::ABSENCES,
        filters: &[COURSE, OF_COURSE_CLASS, LEARNER, FROM, TO],
        fields: &[
            ("course", "Курс."),
            ("date", "День."),
            ("number", "Номер урока."),
            ("learner", "Обучающийся."),
            ("code", "Причина: Н, УП, Б …"),
        ],
    },
    Resource {
        name: "final-marks",
        path: "/api/v1/final-marks",
        scope: Action::ReadJournal,
        about: "Итоговые отметки за периоды и год.",
        listing: &pages::FINAL_MARKS,
        filters: &[COURSE, OF_COURSE_CLASS, LEARNER, PERIOD],
        fields: &[("course", "Курс."), ("learner", "Обучающийся."), ("period", "Период или Y."), ("value", "Отметка.")],
    },
    Resource {
        name: "changes",
        path: "/api/v1/changes",
        scope: Action::ReadHistory,
        about: "Лента изменений данных школы по порядку: запрашивайте с after последней полученной страницы.",
        listing: &pages::CHANGES,
        filters: &[
            Filter {
                name: "since",
                form: Form::Number,
                about: "Только изменения с номером больше этого.",
                sql: "seq > {}",
            },
            Filter { name: "table", form: Form::Text, about: "Только эта таблица.", sql: "tbl = {}" },
        ],
        fields: &[
            ("seq", "Номер изменения, с 1 без пропусков."),
            ("event_idx", "Номер события журнала, которое за него ручается."),
            ("at", "Когда, RFC 3339."),
            ("actor", "Кто: идентификатор."),
            ("tbl", "Таблица."),
            ("year", "Учебный год."),
            ("row_key", "Какая строка: значения ключа."),
            ("old_row", "Что было; null — строки не было."),
            ("new_row", "Что стало; null — строки больше нет."),
            ("undoes", "Какое изменение отменено; 0 — никакое."),
        ],
    },
    Resource {
        name: "copies",
        path: "/api/v1/copies",
        scope: Action::ReadCopies,
        about: "Копии журналов и сводные ведомости, все версии.",
        listing: &pages::COPIES,
        filters: &[CLASS, PERIOD],
        fields: &[
            ("id", "Идентификатор, 2025-05A-Q1."),
            ("version", "Версия, с 1."),
            ("year", "Учебный год."),
            ("class", "Класс."),
            ("period", "Период или Y."),
            ("number", "Номер документа."),
            ("kind", "period_copy или summary_sheet."),
            ("state", "frozen, issued, signed, sealed, refused, superseded."),
            ("snapshot", "SHA-256 снимка."),
            ("sheets", "Листов."),
            ("pages", "Страниц; 0 до выпуска."),
            ("issued_at", "Когда выпущена; пусто до выпуска."),
            ("issued_pdf", "SHA-256 выпущенного PDF; пусто до выпуска."),
        ],
    },
    Resource {
        name: "register",
        path: "/api/v1/register",
        scope: Action::ReadRegister,
        about: "Реестр копий, скреплённых печатью.",
        listing: &pages::REGISTER,
        filters: &[CLASS, PERIOD],
        fields: &[
            ("no", "Номер строки."),
            ("copy", "Копия."),
            ("version", "Версия."),
            ("number", "Номер документа."),
            ("kind", "Вид."),
            ("year", "Учебный год."),
            ("class", "Класс."),
            ("period", "Период или Y."),
            ("sealed_at", "Когда скреплена."),
            ("sheets", "Листов."),
            ("pages", "Страниц."),
            ("object", "Имя записи архива, urn:…"),
            ("sealed_pdf", "SHA-256 скреплённого PDF."),
            ("snapshot", "SHA-256 снимка."),
            ("keep_through", "Хранить по этот день."),
        ],
    },
    Resource {
        name: "checkpoints",
        path: "/api/v1/checkpoints",
        scope: Action::ReadRegister,
        about: "Подписанные контрольные точки журнала событий.",
        listing: &pages::CHECKPOINTS,
        filters: &[],
        fields: &[
            ("size", "Сколько событий."),
            ("root", "Корень дерева, SHA-256."),
            ("signed_at", "Когда подписана."),
            ("note", "Подписанная запись (C2SP)."),
        ],
    },
];
