//! The tables of the year as people fill them in: columns, their Russian headings, and what a cell may hold. Floor 0.
//!
//! One list for the pages, the paste from a spreadsheet, the import and the store, so that they cannot disagree.

/// What a cell holds. The store's form is in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Free text of one line.
    Text,
    /// Free text of several lines.
    Long,
    /// A whole number between two bounds, both included.
    Whole(i64, i64),
    /// Hours with at most two decimals [hundredths of an hour].
    Hours,
    /// A day [ISO].
    Day,
    /// A time of day [`08:30`].
    Clock,
    /// One of these words [first of the pair]; people read the second.
    Choice(&'static [(&'static str, &'static str)]),
    /// A day of the week [1 Monday … 7 Sunday, 0 none].
    Weekday,
    /// Whole school, grades or a class.
    Scope,
    /// A member of staff [identifier].
    Staff,
    /// A class [name].
    Class,
    /// A course [identifier].
    Course,
    /// A learner [identifier].
    Learner,
    /// A room [name].
    Room,
    /// Given by the program: an identifier or the place in the list; people do not fill it in.
    Given,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in the store and in files.
    pub name: &'static str,
    /// Heading.
    pub title: &'static str,
    /// What it holds.
    pub is: Is,
    /// Must it be filled in?
    pub required: bool,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Name in the store.
    pub table: &'static str,
    /// Heading of the list.
    pub title: &'static str,
    /// One row of it, accusative: «добавить урок».
    pub one: &'static str,
    /// The first `key` columns name a row.
    pub key: usize,
    /// Columns in the store's order.
    pub columns: &'static [Column],
}

const fn must(name: &'static str, title: &'static str, is: Is) -> Column {
    Column { name, title, is, required: true }
}

const fn may(name: &'static str, title: &'static str, is: Is) -> Column {
    Column { name, title, is, required: false }
}

/// Kinds of days that differ from the usual week.
pub const DAY_KINDS: &[(&str, &str)] = &[
    ("break", "каникулы"),
    ("holiday", "праздничный день"),
    ("day_off", "неучебный день"),
    ("study", "учебный день (перенос)"),
];
/// Kinds of what a course is (JRN-13).
pub const COURSE_KINDS: &[(&str, &str)] = &[
    ("lesson", "урок"),
    ("elective", "элективный курс"),
    ("extracurricular", "внеурочная деятельность"),
    ("club", "кружок"),
    ("additional", "дополнительное образование"),
    ("extended_day", "группа продлённого дня"),
    ("home", "обучение на дому"),
];
/// Parts of the curriculum: the federal plan and the school's own component (003 Рук 10).
pub const PARTS: &[(&str, &str)] = &[
    ("federal", "обязательная часть"),
    ("school", "часть, формируемая школой"),
    ("extracurricular", "внеурочная деятельность"),
];
/// Weeks of a timetable that alternates.
pub const WEEKS: &[(&str, &str)] = &[("", "каждая неделя"), ("A", "неделя А"), ("B", "неделя Б")];
/// Who prescribes a control work.
pub const WORK_LEVELS: &[(&str, &str)] = &[
    ("teacher", "по плану учителя"),
    ("school", "внутришкольный контроль"),
    ("external", "внешняя оценка (ВПР, мониторинг)"),
];
/// How a stay in a class begins.
pub const ENTRIES: &[(&str, &str)] = &[
    ("enrolled", "зачислен"),
    ("moved", "переведён из другого класса"),
    ("returned", "возвращён"),
    ("promoted", "переведён в следующий класс"),
    ("conditional", "переведён условно"),
    ("repeating", "оставлен на повторное обучение"),
];
/// How a stay ends; empty while it lasts.
pub const EXITS: &[(&str, &str)] = &[
    ("", "обучается"),
    ("moved", "переведён в другой класс"),
    ("left", "выбыл"),
    ("family", "перешёл на семейное обучение"),
    ("leave", "академический отпуск"),
    ("graduated", "завершил обучение"),
];
/// [`ENTRIES`] as pages say them of a girl and a boy alike.
pub const ENTRIES_SAID: &[(&str, &str)] = &[
    ("enrolled", "зачисление"),
    ("moved", "перевод из другого класса"),
    ("returned", "возвращение"),
    ("promoted", "перевод в следующий класс"),
    ("conditional", "условный перевод"),
    ("repeating", "повторное обучение"),
];
/// [`EXITS`] as pages say them of a girl and a boy alike.
pub const EXITS_SAID: &[(&str, &str)] = &[
    ("", "обучается"),
    ("moved", "перевод в другой класс"),
    ("left", "выбытие"),
    ("family", "переход на семейное обучение"),
    ("leave", "академический отпуск"),
    ("graduated", "завершение обучения"),
];
/// Kinds of orders and statutes (EXC-05).
pub const ORDER_KINDS: &[(&str, &str)] = &[
    ("order", "приказ"),
    ("statute", "локальный акт (положение, регламент)"),
    ("instruction", "должностная инструкция"),
    ("minutes", "протокол"),
];
/// How a person became acquainted with an order.
pub const WAYS: &[(&str, &str)] = &[("here", "в программе"), ("paper", "подпись на бумаге")];
/// Kinds of study periods, as `periods.csv` has them.
pub const PERIOD_KINDS: &[(&str, &str)] =
    &[("quarter", "четверть"), ("trimester", "триместр"), ("half_year", "полугодие")];

use Is::{Choice, Class, Clock, Course, Day, Given, Hours, Learner, Long, Room, Scope, Staff, Text, Weekday, Whole};

/// Number of a lesson in the day: 0 is a lesson before the first, 14 the last of a second shift.
const LESSON_NUMBER: Is = Whole(0, 14);

/// Days that differ from the usual week.
pub const CALENDAR: Layout = Layout {
    table: "calendar_days",
    title: "Учебный календарь",
    one: "день или каникулы",
    key: 2,
    columns: &[
        must("starts", "С", Day),
        may("scope", "Для кого", Scope),
        may("ends", "По", Day),
        must("kind", "Что это", Choice(DAY_KINDS)),
        may("name", "Название", Text),
        may("follows", "По расписанию дня", Weekday),
    ],
};
/// Lesson regime: days of the week, shift and bells of each class (003 Рук 10).
pub const REGIMES: Layout = Layout {
    table: "regimes",
    title: "Режим занятий",
    one: "режим",
    key: 1,
    columns: &[
        may("scope", "Для кого", Scope),
        must("week_days", "Дней в неделе", Whole(5, 6)),
        must("shift", "Смена", Whole(1, 3)),
        must("bells", "Расписание звонков", Text),
    ],
};
/// Bell times.
pub const BELLS: Layout = Layout {
    table: "bells",
    title: "Звонки",
    one: "урок в расписание звонков",
    key: 2,
    columns: &[
        must("schedule", "Расписание звонков", Text),
        must("number", "Урок", LESSON_NUMBER),
        must("starts", "Начало", Clock),
        must("ends", "Конец", Clock),
    ],
};
/// Events of the school and of classes beside the timetable (JRN-24).
pub const EVENTS: Layout = Layout {
    table: "events",
    title: "Мероприятия",
    one: "мероприятие",
    key: 1,
    columns: &[
        may("id", "Номер", Given),
        must("starts", "Дата", Day),
        may("ends", "По", Day),
        may("clock", "Время", Clock),
        may("scope", "Для кого", Scope),
        must("title", "Мероприятие", Text),
        may("place", "Место", Text),
        may("responsible", "Ответственный", Staff),
        may("note", "Примечание", Long),
    ],
};
/// Rooms.
pub const ROOMS: Layout = Layout {
    table: "rooms",
    title: "Кабинеты",
    one: "кабинет",
    key: 1,
    columns: &[
        must("name", "Кабинет", Text),
        may("seats", "Мест", Whole(0, 2000)),
        may("purpose", "Назначение", Text),
        may("keeper", "Заведующий", Staff),
    ],
};
/// What a course is, and which stream (поток) it belongs to.
pub const COURSE_DETAILS: Layout = Layout {
    table: "course_details",
    title: "Виды занятий и потоки",
    one: "вид занятий курса",
    key: 1,
    columns: &[
        must("course", "Курс", Course),
        must("kind", "Вид занятий", Choice(COURSE_KINDS)),
        may("stream", "Поток", Text),
        may("room", "Кабинет", Room),
    ],
};
/// Individual study plans (ИУП).
pub const INDIVIDUAL_PLANS: Layout = Layout {
    table: "individual_plans",
    title: "Индивидуальные учебные планы",
    one: "строку ИУП",
    key: 2,
    columns: &[
        must("learner", "Ученик", Learner),
        must("subject", "Предмет", Text),
        must("hours_centi", "Часов в неделю", Hours),
        may("course", "Курс", Course),
        must("ground", "Приказ", Text),
        may("note", "Примечание", Text),
    ],
};
/// Curriculum (учебный план): hours a week by subject and grade, or by class where a class has its own profile.
pub const CURRICULUM: Layout = Layout {
    table: "curriculum",
    title: "Учебный план",
    one: "строку учебного плана",
    key: 3,
    columns: &[
        must("grade", "Параллель", Whole(1, 11)),
        may("profile", "Класс (если план особый)", Class),
        must("subject", "Предмет", Text),
        must("hours_centi", "Часов в неделю", Hours),
        must("part", "Часть плана", Choice(PARTS)),
    ],
};
/// Load (тарификация).
pub const LOAD: Layout = Layout {
    table: "teaching_load",
    title: "Нагрузка (тарификация)",
    one: "строку нагрузки",
    key: 2,
    columns: &[
        must("teacher", "Учитель", Staff),
        must("course", "Курс", Course),
        must("hours_centi", "Часов в неделю", Hours),
        may("note", "Примечание", Text),
    ],
};
/// Who taught a course before its present teacher: each signs the sheets of the own lessons (domain 3.6).
pub const EARLIER_TEACHERS: Layout = Layout {
    table: "earlier_teachers",
    title: "Смена учителей",
    one: "смену учителя",
    key: 2,
    columns: &[
        must("course", "Курс", Course),
        must("until", "Последний день прежнего учителя", Day),
        must("teacher", "Прежний учитель", Staff),
        may("ground", "Приказ", Text),
        may("signer", "Подписывает за него", Staff),
    ],
};
/// Timetable.
pub const TIMETABLE: Layout = Layout {
    table: "timetable",
    title: "Расписание",
    one: "урок в расписание",
    key: 5,
    columns: &[
        must("course", "Курс", Course),
        must("weekday", "День недели", Weekday),
        must("number", "Урок", LESSON_NUMBER),
        may("week", "Неделя", Choice(WEEKS)),
        may("since", "Действует с", Day),
        may("until", "По", Day),
        may("room", "Кабинет", Room),
        may("teacher", "Учитель (если другой)", Staff),
    ],
};
/// Calendar-thematic plan (КТП), topic by topic.
pub const PLAN_TOPICS: Layout = Layout {
    table: "plan_topics",
    title: "Календарно-тематический план",
    one: "тему",
    key: 2,
    columns: &[
        must("course", "Курс", Course),
        may("ordinal", "№", Whole(1, 999)),
        may("section", "Раздел", Text),
        must("topic", "Тема", Text),
        must("hours_centi", "Часов", Hours),
        may("planned", "Дата по плану", Day),
        may("kind_of_work", "Вид работы", Text),
        may("homework", "Домашнее задание", Text),
    ],
};
/// Calendar of control works (график контрольных работ).
pub const CONTROL_WORKS: Layout = Layout {
    table: "control_works",
    title: "График контрольных работ",
    one: "контрольную работу",
    key: 2,
    columns: &[
        must("course", "Курс", Course),
        must("date", "Дата", Day),
        must("kind_of_work", "Вид работы", Text),
        may("title", "Тема", Text),
        must("level", "Кто назначает", Choice(WORK_LEVELS)),
    ],
};
/// Stays of learners in classes: movement by orders (JRN-02).
pub const STAYS: Layout = Layout {
    table: "stays",
    title: "Движение обучающихся",
    one: "запись о движении",
    key: 2,
    columns: &[
        must("learner", "Ученик", Learner),
        must("starts", "С", Day),
        must("class", "Класс", Class),
        must("entry", "Основание прибытия", Choice(ENTRIES)),
        may("entry_order", "Приказ №", Text),
        may("entry_order_date", "Дата приказа", Day),
        may("whence", "Откуда", Text),
        may("ends", "Выбыл", Day),
        may("exit", "Основание выбытия", Choice(EXITS)),
        may("exit_order", "Приказ № (выбытие)", Text),
        may("exit_order_date", "Дата приказа (выбытие)", Day),
        may("whither", "Куда", Text),
    ],
};
/// Marks brought from another school; they never count as lessons here (domain.md 3.6).
pub const FOREIGN_MARKS: Layout = Layout {
    table: "foreign_marks",
    title: "Отметки из другой школы",
    one: "отметку из другой школы",
    key: 2,
    columns: &[
        must("learner", "Ученик", Learner),
        may("id", "Номер", Given),
        must("origin", "Школа", Text),
        must("their_subject", "Предмет там", Text),
        may("subject", "Предмет здесь", Text),
        must("dated", "Дата или период", Text),
        must("value", "Отметка", Text),
        may("note", "Примечание", Text),
    ],
};
/// Orders and statutes that name the people responsible (EXC-05).
pub const ORDERS: Layout = Layout {
    table: "orders",
    title: "Приказы и локальные акты",
    one: "приказ",
    key: 1,
    columns: &[
        may("id", "Номер записи", Given),
        must("number", "№", Text),
        must("date", "Дата", Day),
        must("kind", "Вид", Choice(ORDER_KINDS)),
        must("title", "О чём", Text),
        may("body", "Текст", Long),
    ],
};
/// The sheet of acquaintance (лист ознакомления).
pub const ACQUAINTANCES: Layout = Layout {
    table: "acquaintances",
    title: "Лист ознакомления",
    one: "подпись",
    key: 2,
    columns: &[
        may("order_id", "Приказ", Given),
        must("person", "Сотрудник", Staff),
        may("seen_on", "Дата ознакомления", Day),
        may("way", "Как", Choice(WAYS)),
        may("note", "Примечание", Text),
    ],
};
/// Study periods; a table of the journal.
pub const PERIODS: Layout = Layout {
    table: "periods",
    title: "Учебные периоды",
    one: "период",
    key: 1,
    columns: &[
        must("id", "Код", Text),
        must("name", "Название", Text),
        must("kind", "Вид", Choice(PERIOD_KINDS)),
        must("grade_from", "С параллели", Whole(1, 11)),
        must("grade_to", "По параллель", Whole(1, 11)),
        must("starts", "Начало", Day),
        must("ends", "Конец", Day),
        may("ordinal", "Порядок", Given),
    ],
};
/// Classes; a table of the journal.
pub const CLASSES: Layout = Layout {
    table: "classes",
    title: "Классы",
    one: "класс",
    key: 1,
    columns: &[
        must("name", "Класс", Text),
        must("grade", "Параллель", Whole(1, 11)),
        may("class_teacher", "Классный руководитель", Staff),
        may("ordinal", "Порядок", Given),
    ],
};
/// Courses; a table of the journal.
pub const COURSES: Layout = Layout {
    table: "courses",
    title: "Курсы",
    one: "курс",
    key: 1,
    columns: &[
        may("id", "Код", Given),
        must("class", "Класс", Class),
        must("subject", "Предмет", Text),
        may("group_name", "Группа", Text),
        may("teacher", "Учитель", Staff),
        must("hours_centi", "Часов в неделю", Hours),
        may("ordinal", "Порядок", Given),
    ],
};
/// Members of groups; a table of the journal.
pub const GROUP_MEMBERS: Layout = Layout {
    table: "group_members",
    title: "Состав групп",
    one: "ученика в группу",
    key: 2,
    columns: &[must("course", "Курс", Course), must("learner", "Ученик", Learner), may("ordinal", "Порядок", Given)],
};

/// What an order does to a learner, as a sheet of movement says it.
pub const MOVEMENTS: &[(&str, &str)] = &[
    ("enrolled", "зачислен"),
    ("moved", "переведён в другой класс"),
    ("returned", "возвращён"),
    ("left", "выбыл"),
    ("family", "перешёл на семейное обучение"),
    ("leave", "академический отпуск"),
    ("graduated", "завершил обучение"),
];
/// Movement as a sheet: one order on one learner a row. No table of the store: each row is carried out and becomes stays.
pub const MOVEMENT: Layout = Layout {
    table: "movement",
    title: "Движение по приказам",
    one: "приказ о движении",
    key: 3,
    columns: &[
        must("day", "Дата", Day),
        must("learner", "Ученик", Text),
        must("what", "Что", Choice(MOVEMENTS)),
        may("class", "Класс", Class),
        may("place", "Откуда или куда", Text),
        must("order", "Приказ №", Text),
        may("order_date", "Дата приказа", Day),
        may("born", "Дата рождения", Day),
    ],
};

/// Staff as a sheet: a person a row, with the orders of hiring and dismissal. No table of the store by itself: each row is carried out on the
/// staff list and the employments.
pub const STAFF: Layout = Layout {
    table: "staff_orders",
    title: "Сотрудники",
    one: "сотрудника",
    key: 5,
    columns: &[
        may("surname", "Фамилия", Text),
        may("given_name", "Имя", Text),
        may("patronymic", "Отчество", Text),
        may("full_name", "Фамилия, имя, отчество", Text),
        must("position", "Должность", Text),
        may("subject", "Предмет", Text),
        may("room", "Кабинет", Text),
        may("hired_on", "Принят с", Day),
        may("hire_order", "Приказ о приёме №", Text),
        may("hire_order_date", "Дата приказа о приёме", Day),
        may("left_on", "Последний рабочий день", Day),
        may("leave_order", "Приказ об увольнении №", Text),
        may("leave_order_date", "Дата приказа об увольнении", Day),
    ],
};

/// The year's own tables, in an order in which they can be filled.
pub const SETUP: [&Layout; 17] = [
    &CALENDAR,
    &REGIMES,
    &BELLS,
    &EVENTS,
    &ROOMS,
    &COURSE_DETAILS,
    &INDIVIDUAL_PLANS,
    &CURRICULUM,
    &LOAD,
    &EARLIER_TEACHERS,
    &TIMETABLE,
    &PLAN_TOPICS,
    &CONTROL_WORKS,
    &STAYS,
    &FOREIGN_MARKS,
    &ORDERS,
    &ACQUAINTANCES,
];
/// The tables of the journal that the pages of set-up change as well.
pub const OF_JOURNAL: [&Layout; 4] = [&PERIODS, &CLASSES, &COURSES, &GROUP_MEMBERS];

/// The layout of a table.
pub fn find(table: &str) -> Option<&'static Layout> {
    SETUP.into_iter().chain(OF_JOURNAL).find(|layout| layout.table == table)
}

impl Layout {
    /// Place of a column by its name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Is the column a number in the store?
    pub fn is_number(column: &Column) -> bool {
        matches!(column.is, Is::Whole(..) | Is::Hours | Is::Weekday) || column.name == "ordinal"
    }
}
